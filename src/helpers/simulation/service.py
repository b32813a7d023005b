"""Tickets and calls after failures and about everyday matters; surveys, reviews and comments. Frames by chunk."""

from functools import cache

import numpy as np
import pandas as pd

from helpers.service.opening_hours import OpeningHours, OpenTime, open_time, weekly_hours
from helpers.simulation import catalogue, voice
from helpers.simulation.settings import FIRST_DAY, N_DAYS

ZONE = "Asia/Shanghai"
EPOCH = pd.Timestamp(FIRST_DAY).tz_localize(ZONE)
BASE = np.array([.25, .0, .1, .45, .3, -.1])  # mean satisfaction by persona
ROUTINE = ("查询物流", "开具发票", "退换货", "会员积分", "商品咨询")
MOOD, PER_DAY, SPREAD = (2.6, 4.2), .12, .8  # mean rating of failures and questions, its loss per day, its noise
TICKET_OF_FAILURE, ROUTINE_SHARE, CALL_SHARE = .75, .02, .4
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPEN = OpeningHours(  # when tickets are answered; dataset.yml of simulated_retailer states the same
    **dict.fromkeys(WEEKDAYS, "09:00-21:00"), saturday="10:00-18:00", sunday="10:00-18:00",
    special_days={"2024-02-09": "09:00-15:00", "2025-01-28": "09:00-15:00"} | dict.fromkeys(
        ("2024-02-10", "2024-02-11", "2024-02-12", "2025-01-29", "2025-01-30", "2025-01-31"), "closed"),
)
SURVEYED, REVIEWED, COMMENTED = .10, .045, .03  # of people, of web orders, of people


def cases(orders: pd.DataFrame, people: pd.DataFrame, rng) -> pd.DataFrame:
    """Return tickets and calls: order, row, opened (day), topic, first (day), closed, minutes, reopened, csat, is_call.

    first and closed lie in opening hours, null from the last day on. The rating falls by .12 a day until the case is closed.
    """
    failed = orders["failure"].notna().to_numpy()
    chosen = np.where(failed, rng.random(len(orders)) < TICKET_OF_FAILURE, rng.random(len(orders)) < ROUTINE_SHARE)
    order = np.flatnonzero(chosen)
    n, bad = len(order), failed[order]
    opened = orders["day"].to_numpy()[order] + rng.exponential(np.where(bad, 2.0, 1.0))
    hours = rng.lognormal(np.where(bad, 1.6, .7), .9)
    is_seen = (opened < N_DAYS) & (opened + hours / 24 < N_DAYS)
    first = _later(opened, hours)
    solved = _later(first, 24 * rng.exponential(np.where(bad, 3.5, .8)))
    topic = np.where(bad, orders["failure"].to_numpy(dtype=object)[order], rng.choice(ROUTINE, n))
    mood = np.where(bad, *MOOD) - PER_DAY * (solved - opened)
    csat = np.clip(np.round(mood + rng.normal(0, SPREAD, n)), 1, 5)
    frame = pd.DataFrame({
        "order": order, "row": orders["row"].to_numpy()[order], "opened": opened, "topic": topic,
        "first": np.where(first < N_DAYS, first, np.nan), "closed": np.where(solved < N_DAYS, solved, np.nan),
        "minutes": np.round(rng.lognormal(2.3, .6, n), 1),
        "reopened": rng.random(n) < np.where(bad, .15, .03), "csat": np.where(rng.random(n) < .45, csat, np.nan),
        "is_call": rng.random(n) < CALL_SHARE, "is_failure": bad, "mood": mood,
        "drove_away": orders["drove_away"].to_numpy()[order],
    })
    return frame[is_seen].reset_index(drop=True)


def _later(day: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Return the days on which as much open time has passed as there is, in an ordinary week, in `hours` by the clock."""
    moments = pd.Series(EPOCH + pd.to_timedelta(day, unit="D"))
    later = _open_time().after(moments, hours * weekly_hours(OPEN) / 168)
    return ((later - EPOCH) / pd.Timedelta(days=1)).to_numpy()


@cache
def _open_time() -> OpenTime:
    return open_time(OPEN, first=EPOCH, last=EPOCH + pd.Timedelta(days=N_DAYS + 400), time_zone=ZONE)


def satisfaction(people: pd.DataFrame, orders: pd.DataFrame, rng) -> np.ndarray:
    """Return each person's satisfaction: the persona's, her own, less for every failed order (most for the first)."""
    n_failed = np.bincount(orders["row"][orders["failure"].notna()], minlength=len(people))
    return BASE[people["persona"]] + rng.normal(0, .7, len(people)) - 1.4 * np.sqrt(n_failed)


def surveys(people: pd.DataFrame, orders: pd.DataFrame, felt: np.ndarray, rng) -> pd.DataFrame:
    """Return survey answers of buyers (a few abandoned), asked after any of their orders: row, day, scores, text, sentiment,
    aspect, seconds.
    """
    own = np.random.default_rng(rng.bit_generator.state["state"]["state"])  # a stream of its own: the other draws stay
    after = orders.assign(draw=own.random(len(orders))).sort_values(["row", "draw"]).drop_duplicates("row")
    after = after.set_index("row")["day"]
    asked = after[rng.random(len(after)) < SURVEYED]
    row = asked.index.to_numpy()
    lag = rng.uniform(1, 20, len(row))
    day = asked.to_numpy() + lag
    mood = voice.sentiments(felt[row], rng)
    english = people["is_western"].to_numpy()[row]
    texts, aspect = voice.say(mood, rng.integers(0, 6, len(row)), np.full(len(row), ""), rng, is_english=english)
    frame = pd.DataFrame({"row": row, "day": day, "lag": lag, **voice.scores(felt[row], rng), "text": texts, "sentiment": mood,
                          "aspect": aspect, "is_english": english, "seconds": rng.integers(40, 600, len(row))})
    frame.loc[rng.random(len(row)) < .25, "text"] = None
    abandoned = rng.random(len(row)) < .06
    frame.loc[abandoned, ["nps", "csat", "ces"]] = np.nan
    frame.loc[abandoned, "text"] = None
    frame.loc[abandoned, "seconds"] = 0
    return frame[frame["day"] < N_DAYS].reset_index(drop=True)


def reviews(people: pd.DataFrame, orders: pd.DataFrame, lines: pd.DataFrame, felt: np.ndarray, rng) -> pd.DataFrame:
    """Return product reviews of web orders: order, row, day, product, stars, text, sentiment, aspect; of failures first."""
    chance = REVIEWED + .2 * orders["failure"].notna()
    web = np.flatnonzero((orders["channel"] > 0).to_numpy() & (rng.random(len(orders)) < chance))
    first = lines.drop_duplicates("order").set_index("order")["product"]
    product = first.reindex(web).to_numpy(dtype=int)
    row = orders["row"].to_numpy()[web]
    cause = orders["failure"].to_numpy(dtype=object)[web]
    failed = np.array([c in voice.OF_CAUSE for c in cause], dtype=bool)
    mood = voice.sentiments(np.where(failed, -2.0, felt[row] + .6), rng)
    about = np.array([voice.OF_CAUSE.get(c, -1) for c in cause])
    about = np.where(about < 0, rng.choice(5, len(web), p=(.2, .35, .2, .1, .15)), about)
    english = people["is_western"].to_numpy()[row]
    noun = catalogue.products()["noun"].to_numpy()[product]
    texts, aspect = voice.say(mood, about, noun, rng, is_english=english)
    frame = pd.DataFrame({"order": web, "row": row, "day": orders["day"].to_numpy()[web] + rng.uniform(2, 18, len(web)),
                          "product": product, "stars": voice.stars(mood, rng), "text": texts, "sentiment": mood,
                          "aspect": aspect, "is_english": english})
    return frame[frame["day"] < N_DAYS].reset_index(drop=True)


def comments(people: pd.DataFrame, felt: np.ndarray, rng) -> pd.DataFrame:
    """Return comments in social media, under nicknames: row, day, text, sentiment, aspect."""
    started = np.maximum(people["joined"].to_numpy(), 0)
    row = np.flatnonzero((rng.random(len(people)) < COMMENTED) & (started < N_DAYS - 5))
    end = np.minimum(people["left"].to_numpy()[row] + 20, N_DAYS)
    mood = voice.sentiments(felt[row] - .2, rng)
    english = people["is_western"].to_numpy()[row]
    texts, aspect = voice.say(mood, rng.integers(0, 6, len(row)), np.full(len(row), ""), rng, is_english=english)
    day = started[row] + rng.random(len(row)) * np.maximum(end - started[row], .5)
    return pd.DataFrame({"row": row, "day": day, "text": texts, "sentiment": mood, "aspect": aspect, "is_english": english})
