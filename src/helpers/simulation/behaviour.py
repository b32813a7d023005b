"""What people do: orders, service failures, leaving, lines with prices and discounts, returns. Vectorised by chunk."""

import numpy as np
import pandas as pd

from helpers.simulation import catalogue
from helpers.simulation.personas import LEVELS, N_GROUPS, trait
from helpers.simulation.seasons import SENSITIVITY, curves, day_at, exposure, is_sale
from helpers.simulation.settings import DAYS_PER_MONTH, FIRST_DAY, FUTURE_DAYS, N_DAYS

FAILURE_SHARE = .035  # of orders
CAUSES = ("配送延误", "商品破损", "质量问题", "服务态度", "退款缓慢")
CAUSE_SHARES = {0: (.04, .2, .36, .3, .1), 1: (.38, .22, .2, .08, .12), 2: (.4, .2, .2, .08, .12)}  # by channel
REASONS = ("搬离服务区", "转向竞争对手", "需求变化", "逐渐淡忘")  # of leaving without a failure
REASON_SHARES = (.14, .30, .26, .30)
CHANNELS = ("门店", "网店", "小程序", "大客户")  # group orders are the last one
HOURS = np.array([[.5, .3, .2, .1, .1, .2, .5, 1, 2, 5, 8, 8, 7, 6, 6, 7, 8, 9, 9, 8, 6, 4, 2, 1],  # store: open 8–22
                  [2, 1, .5, .3, .2, .2, .5, 1, 2, 3, 4, 4, 5, 4, 3, 3, 4, 4, 5, 6, 8, 9, 8, 5]], dtype=float)


def natural_ends(people: pd.DataFrame, rng) -> np.ndarray:
    """Return the day on which each person would leave if no service failed (it may lie after the window)."""
    start = np.maximum(people["joined"], 0)
    return (start + rng.exponential(1 / np.maximum(people["hazard"], 1e-4)) * DAYS_PER_MONTH).to_numpy()


def natural_orders(people: pd.DataFrame, ends: np.ndarray, rng) -> pd.DataFrame:
    """Return the orders that people place of themselves, until `ends`: row (of people), day, why."""
    start, end = np.maximum(people["joined"].to_numpy(), 0), np.minimum(ends, N_DAYS - 1e-3)
    curve = people["curve"].to_numpy()
    total = exposure(curve, start, end)
    n = rng.poisson(people["rate"].to_numpy() / DAYS_PER_MONTH * total)
    row = np.repeat(np.arange(len(people)), n)
    target = exposure(curve, np.zeros(len(people)), start)[row] + rng.random(len(row)) * total[row]
    new = np.flatnonzero(people["joined"] >= 0)
    return pd.DataFrame({
        "row": np.concatenate([row, new]), "day": np.concatenate([day_at(curve[row], target), start[new]]),
        "why": np.repeat(np.array(["own", "first"], dtype=object), [len(row), len(new)]),
    })


def add_failures(orders: pd.DataFrame, people: pd.DataFrame, ends: np.ndarray, rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let some orders fail and some of these customers leave; return (orders until leaving, people with left and why).

    A failure drives the customer away with the chance of the persona; she then leaves within about two weeks.
    """
    persona = people["persona"].to_numpy()
    orders = orders.sort_values(["row", "day"], kind="stable", ignore_index=True)
    row, n = orders["row"].to_numpy(), len(orders)
    orders["channel"] = _channels(trait("channels")[persona[row]], people["is_abroad"].to_numpy()[row], rng)
    failed = rng.random(n) < FAILURE_SHARE
    cause = np.empty(n, dtype=object)
    for channel, share in CAUSE_SHARES.items():
        mask = failed & (orders["channel"] == channel).to_numpy()
        cause[mask] = rng.choice(CAUSES, mask.sum(), p=share)
    fatal = failed & (rng.random(n) < trait("fatal")[persona[row]])
    leaves = np.where(fatal, orders["day"] + 1 + rng.exponential(12, n), np.inf)
    driven = np.full(len(people), np.inf)
    np.minimum.at(driven, row, leaves)
    left = np.minimum(ends, driven)
    why = rng.choice(np.array(REASONS, dtype=object), len(people), p=REASON_SHARES)
    first = orders.assign(leaves=leaves, cause=cause)[fatal].sort_values("leaves", kind="stable").drop_duplicates("row")
    by_failure = driven < ends
    blamed = pd.Series(first["cause"].to_numpy(), index=first["row"]).reindex(np.arange(len(people))).to_numpy()
    why = np.where(by_failure, "服务失误：" + pd.Series(blamed).fillna("").to_numpy(dtype=object), why)
    people = people.assign(left=left, why_left=np.where(left < N_DAYS, why, None), left_by_failure=by_failure & (left < N_DAYS))
    drove_away = fatal & (leaves <= left[row])  # of several failures the one after which she left
    orders = orders.assign(failure=cause, drove_away=drove_away)[orders["day"].to_numpy() <= left[row]]
    return orders.reset_index(drop=True), people


def _channels(share: np.ndarray, is_abroad: np.ndarray, rng) -> np.ndarray:
    channel = (rng.random(len(share))[:, None] > share.cumsum(axis=1)[:, :2]).sum(axis=1)
    return np.where(is_abroad, 1, channel)


def set_hours(orders: pd.DataFrame, rng) -> pd.DataFrame:
    """Move each order to an hour of the day at which its channel sells; orders keep their day."""
    is_web = (orders["channel"] > 0).to_numpy()
    share = HOURS / HOURS.sum(axis=1, keepdims=True)
    share[0, :8] = share[0, 22:] = 0
    share[0] /= share[0].sum()
    hour = np.where(is_web, rng.choice(24, len(orders), p=share[1]), rng.choice(24, len(orders), p=share[0]))
    return orders.assign(day=np.floor(orders["day"]) + (hour + rng.random(len(orders))) / 24)


def make_lines(orders: pd.DataFrame, people: pd.DataFrame, rng) -> pd.DataFrame:
    """Return the lines: order (row of orders), product, quantity, price, discount and revenue in fen."""
    customer = people.iloc[orders["row"].to_numpy()]
    month = (FIRST_DAY + np.floor(orders["day"].to_numpy()).astype(int)).astype("datetime64[M]").astype(int) % 12
    order, product, quantity = catalogue.fill_orders(
        customer["persona"].to_numpy(), customer["tier"].to_numpy(), customer["size"].to_numpy(), month, rng)
    rate = discount_rates(customer["sensitivity_level"].to_numpy(), is_sale(orders["day"].to_numpy()), rng)
    price = catalogue.products()["price"].to_numpy()[product]
    discount = np.round(price * quantity * rate[order]).astype(int)
    return pd.DataFrame({"order": order, "product": product, "quantity": quantity, "price": price, "discount": discount,
                         "revenue": price * quantity - discount})


def discount_rates(level: np.ndarray, sale: np.ndarray, rng) -> np.ndarray:
    """Return the discount of each order: in a sale 10–25 %; else a coupon of 5–15 %, the likelier the more it pulls."""
    coupon = rng.random(len(level)) < .08 + .35 * np.array(SENSITIVITY)[level]
    return np.where(sale, rng.uniform(.10, .25, len(level)), np.where(coupon, rng.uniform(.05, .15, len(level)), 0.0)).round(2)


def make_returns(lines: pd.DataFrame, orders: pd.DataFrame, rng) -> pd.DataFrame:
    """Return the lines that come back within two weeks (and within the window) as own lines: quantity and money < 0."""
    back = lines[rng.random(len(lines)) < catalogue.RETURN_SHARE]
    day = orders["day"].to_numpy()[back["order"]] + 1 + rng.exponential(4, len(back)).clip(max=13)
    back = back.assign(day=day, quantity=-back["quantity"], discount=-back["discount"], revenue=-back["revenue"])
    return back[back["day"] < N_DAYS]


def order_values(seed: int, *, n: int = 2_000) -> tuple[np.ndarray, np.ndarray]:
    """Return the expected net revenue (fen) of an order, returns taken off: by group over a year; and the factor of each month
    of the year by persona and sensitivity (row) around that mean. By drawing `n` orders of each group.
    """
    rng = np.random.default_rng([seed, 7])
    group = np.repeat(np.arange(N_GROUPS), n)
    size, tier = group % LEVELS, group // LEVELS % LEVELS
    curve = group // LEVELS**2
    level, persona = curve % LEVELS, curve // LEVELS
    year = curves()[:, N_DAYS:] / curves()[:, N_DAYS:].sum(axis=1, keepdims=True)
    day = N_DAYS + np.concatenate([rng.choice(FUTURE_DAYS, n * LEVELS**2, p=row) for row in year])
    month = (FIRST_DAY + day).astype("datetime64[M]").astype(int) % 12
    order, product, quantity = catalogue.fill_orders(persona, tier, size, month, rng)
    rate = discount_rates(level, is_sale(day), rng)
    money = catalogue.products()["price"].to_numpy()[product] * quantity * (1 - rate[order]) * (1 - catalogue.RETURN_SHARE)
    value = np.bincount(group[order], weights=money, minlength=N_GROUPS) / n
    relative = np.bincount(order, weights=money, minlength=len(group)) / value[group]
    cell = curve * 12 + month
    factor = np.bincount(cell, weights=relative, minlength=12 * len(year)) / np.bincount(cell, minlength=12 * len(year))
    return value, factor.reshape(len(year), 12)


def expected_orders(people: pd.DataFrame, start: np.ndarray, *, days: int = FUTURE_DAYS) -> np.ndarray:
    """Return the orders expected in `days` after day `start` of each person, had nobody looked: seasons, leaving, failures.

    Failures add rate × share × chance of leaving to the hazard. Months are summed at their middle.
    """
    rate = people["rate"].to_numpy()
    hazard = people["hazard"].to_numpy() + rate * FAILURE_SHARE * trait("fatal")[people["persona"].to_numpy()]
    edges = np.linspace(0, days, max(int(days / DAYS_PER_MONTH), 1) + 1)
    expected = np.zeros(len(people))
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        seen = exposure(people["curve"].to_numpy(), start + low, start + high)
        expected += rate / DAYS_PER_MONTH * seen * np.exp(-hazard * (low + high) / 2 / DAYS_PER_MONTH)
    return expected
