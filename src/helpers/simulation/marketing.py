"""Campaigns with a randomised arm, their true effects, consents, and what it cost to win a customer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.simulation.seasons import exposure
from helpers.simulation.settings import DAYS_PER_MONTH, N_DAYS

HARM = .30  # share of own orders that an unwelcome campaign drives away
CONTACTED = .30  # of those who may be contacted
ACQUISITION = {"自然到店": 0, "朋友推荐": 1500, "搜索广告": 6800, "短视频广告": 9200, "社交裂变": 3500, "异业合作": 4200}  # fen
CHANNEL_SHARES = np.array([(.40, .2, .12, .12, .1, .06), (.12, .14, .2, .24, .24, .06), (.1, .12, .28, .3, .14, .06),
                           (.62, .2, .03, .02, .05, .08), (.3, .2, .2, .12, .06, .12), (.06, .1, .24, .42, .14, .04)])


@dataclass(frozen=True)
class Campaign:
    """A campaign and the true extra orders per contact by persona (negative: HARM for that persona)."""

    campaign_id: str
    name: str
    kind: str
    channel: str
    start: int
    days: int
    treated: float
    cost: int  # fen a contact
    lift: tuple[float, ...]  # by persona, at middle price sensitivity
    by_sensitivity: bool = False


COUPON, NEW, GIFT = (.05, .10, .04, .03, .01, .05), (.01, .02, .06, .0, .02, .14), (.03, .02, .02, .04, .13, .01)
NAGGING = (.02, .06, -1.0, .01, -1.0, .02)
CAMPAIGNS = (
    Campaign("C2401", "年货节礼券", "节日礼赠", "短信", 15, 20, .7, 6, GIFT),
    Campaign("C2403", "春季焕新券", "优惠券", "短信", 66, 21, .5, 6, COUPON, True),
    Campaign("C2405", "618预热", "优惠券", "小程序消息", 140, 21, .7, 1, COUPON, True),
    Campaign("C2407", "夏日新品", "新品", "邮件", 185, 28, .5, 2, NEW),
    Campaign("C2409", "中秋礼盒", "节日礼赠", "短信", 240, 18, .7, 6, GIFT),
    Campaign("C2410", "双十一每日提醒", "促销提醒", "短信", 293, 14, .5, 6, NAGGING),
    Campaign("C2501", "新春礼赠", "节日礼赠", "短信", 370, 20, .7, 6, GIFT),
    Campaign("C2503", "老客回馈券", "优惠券", "小程序消息", 430, 21, .5, 1, COUPON, True),
    Campaign("C2505", "618每日提醒", "促销提醒", "短信", 508, 14, .5, 6, NAGGING),
    Campaign("C2507", "夏季新品试用", "新品", "邮件", 550, 28, .5, 2, NEW),
    Campaign("C2509", "中秋团圆礼", "节日礼赠", "短信", 622, 18, .7, 6, GIFT),
    Campaign("C2511", "冬季囤货券", "优惠券", "短信", 690, 21, .5, 6, COUPON, True),
)
PURPOSES = ("短信营销", "邮件营销", "数据分析")


def consents(people: pd.DataFrame, rng) -> pd.DataFrame:
    """Return what members permit: row, purpose, granted (day), withdrawn (day or NaN). Four in five permit, some withdraw."""
    parts = []
    for purpose, share in zip(PURPOSES, (.82, .74, .93), strict=True):
        row = np.flatnonzero(people["in_member"] & (rng.random(len(people)) < share) & (people["joined"] < N_DAYS))
        granted = people["joined"].to_numpy()[row] + rng.exponential(1, len(row)).clip(max=10)
        withdrawn = np.where(rng.random(len(row)) < .06, granted + rng.uniform(20, 500, len(row)), np.nan)
        parts.append(pd.DataFrame({"row": row, "purpose": purpose, "granted": granted,
                                   "withdrawn": np.where(withdrawn < N_DAYS, withdrawn, np.nan)}))
    every = pd.concat(parts, ignore_index=True)
    return every[every["granted"] < N_DAYS].reset_index(drop=True)


def acquisition(people: pd.DataFrame, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's acquisition channel and cost in fen."""
    share = CHANNEL_SHARES[people["persona"].to_numpy()].cumsum(axis=1)
    channel = np.minimum((rng.random(len(people))[:, None] > share).sum(axis=1), len(ACQUISITION) - 1)
    cost = np.array(list(ACQUISITION.values()))[channel] * rng.lognormal(0, .25, len(people))
    return np.array(list(ACQUISITION), dtype=object)[channel], np.round(cost).astype(int)


def contacts(people: pd.DataFrame, ends: np.ndarray, permitted: pd.DataFrame, rng) -> pd.DataFrame:
    """Return who was drawn for which campaign: row, campaign (number), treated, lift (true extra orders if treated).

    Only members who permit the channel are drawn; the treated arm is drawn by a fixed chance, whoever they are.
    """
    parts = []
    for number, campaign in enumerate(CAMPAIGNS):
        row = np.flatnonzero(_may_be_contacted(people, permitted, campaign) & (rng.random(len(people)) < CONTACTED))
        customer = people.iloc[row]
        lift = np.array(campaign.lift)[customer["persona"]]
        if campaign.by_sensitivity:
            lift = lift * np.array([.4, 1.0, 1.9])[customer["sensitivity_level"]]
        own = customer["rate"].to_numpy() / DAYS_PER_MONTH * exposure(
            customer["curve"].to_numpy(), np.full(len(row), campaign.start), np.full(len(row), campaign.start + campaign.days))
        lift = np.where(lift < 0, -HARM * own, lift)
        treated = rng.random(len(row)) < campaign.treated
        parts.append(pd.DataFrame({"row": row, "campaign": number, "treated": treated, "lift": lift,
                                   "is_harm": np.array(campaign.lift)[customer["persona"]] < 0, "end": ends[row]}))
    return pd.concat(parts, ignore_index=True)


def _may_be_contacted(people: pd.DataFrame, permitted: pd.DataFrame, campaign: Campaign) -> np.ndarray:
    purpose = {"邮件": "邮件营销"}.get(campaign.channel, "短信营销")
    valid = (permitted["purpose"] == purpose) & (permitted["granted"] < campaign.start)
    valid &= permitted["withdrawn"].isna() | (permitted["withdrawn"] > campaign.start)
    may = np.zeros(len(people), dtype=bool)
    may[permitted.loc[valid, "row"]] = True
    return may & ~people["is_staff"].to_numpy()


def apply_effects(orders: pd.DataFrame, touched: pd.DataFrame, rng) -> pd.DataFrame:
    """Return the orders with those that campaigns brought, and without those that unwelcome campaigns drove away."""
    start = np.array([c.start for c in CAMPAIGNS])[touched["campaign"]]
    days = np.array([c.days for c in CAMPAIGNS])[touched["campaign"]]
    alive = (touched["end"] > start).to_numpy()
    wins = (touched["treated"] & (rng.random(len(touched)) < touched["lift"])).to_numpy() & alive
    brought = pd.DataFrame({"row": touched["row"][wins], "day": (start + rng.random(len(touched)) * days)[wins],
                            "why": "campaign"})
    lost = np.zeros(len(orders), dtype=bool)
    for number, campaign in enumerate(CAMPAIGNS):
        harmed = touched["treated"] & touched["is_harm"] & (touched["campaign"] == number)
        inside = orders["row"].isin(set(touched.loc[harmed, "row"])) & orders["day"].between(
            campaign.start, campaign.start + campaign.days)
        lost |= (inside & (rng.random(len(orders)) < HARM) & (orders["why"] == "own")).to_numpy()
    return pd.concat([orders[~lost], brought[brought["day"] < N_DAYS]], ignore_index=True)


def answers(touched: pd.DataFrame, orders: pd.DataFrame, money: np.ndarray) -> pd.DataFrame:
    """Add each contact's first order in the campaign's days and the money of all of them, in both arms alike."""
    parts = []
    for number, campaign in enumerate(CAMPAIGNS):
        inside = (orders["day"] >= campaign.start) & (orders["day"] < campaign.start + campaign.days)
        found = pd.DataFrame({"row": orders["row"][inside], "responded": orders["day"][inside], "value": money[inside]})
        found = found.groupby("row", as_index=False).agg(responded=("responded", "min"), value=("value", "sum"),
                                                        n_orders=("value", "size"))
        parts.append(touched[touched["campaign"] == number].merge(found, on="row", how="left"))
    return pd.concat(parts, ignore_index=True)
