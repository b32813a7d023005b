"""Tickets and calls after failures and about everyday matters; surveys, reviews and comments. Frames by chunk."""

import numpy as np
import pandas as pd

from helpers.simulation import catalogue, voice
from helpers.simulation.settings import N_DAYS

BASE = np.array([.25, .0, .1, .45, .3, -.1])  # mean satisfaction by persona
ROUTINE = ("查询物流", "开具发票", "退换货", "会员积分", "商品咨询")
TICKET_OF_FAILURE, ROUTINE_SHARE, CALL_SHARE = .75, .02, .4
SURVEYED, REVIEWED, COMMENTED = .10, .045, .03  # of people, of web orders, of people


def cases(orders: pd.DataFrame, people: pd.DataFrame, rng) -> pd.DataFrame:
    """Return tickets and calls: order, row, opened (day), topic, first_hours, closed, minutes, reopened, csat, is_call."""
    failed = orders["failure"].notna().to_numpy()
    chosen = np.where(failed, rng.random(len(orders)) < TICKET_OF_FAILURE, rng.random(len(orders)) < ROUTINE_SHARE)
    order = np.flatnonzero(chosen)
    n, bad = len(order), failed[order]
    opened = orders["day"].to_numpy()[order] + rng.exponential(np.where(bad, 2.0, 1.0))
    hours = rng.lognormal(np.where(bad, 1.6, .7), .9)
    solved = opened + hours / 24 + rng.exponential(np.where(bad, 3.5, .8))
    topic = np.where(bad, orders["failure"].to_numpy(dtype=object)[order], rng.choice(ROUTINE, n))
    csat = np.clip(np.round(np.where(bad, 2.6, 4.2) - .12 * (solved - opened) + rng.normal(0, .8, n)), 1, 5)
    frame = pd.DataFrame({
        "order": order, "row": orders["row"].to_numpy()[order], "opened": opened, "topic": topic, "first_hours": hours,
        "closed": np.where(solved < N_DAYS, solved, np.nan), "minutes": np.round(rng.lognormal(2.3, .6, n), 1),
        "reopened": rng.random(n) < np.where(bad, .15, .03), "csat": np.where(rng.random(n) < .45, csat, np.nan),
        "is_call": rng.random(n) < CALL_SHARE, "is_failure": bad,
    })
    return frame[(frame["opened"] < N_DAYS) & (frame["opened"] + frame["first_hours"] / 24 < N_DAYS)].reset_index(drop=True)


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
