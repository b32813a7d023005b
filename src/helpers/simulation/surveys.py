"""Who is invited to the survey, who answers, and what its driver questions say: ratings that truly move the recommendation.

The scores come from service.py. Here, with random numbers of their own: more people are invited than answer. Those who buy
often answer much more readily, and they have met more failures: so the answers are worse than what all customers feel, and the
truth knows by how much. The satisfied, and those asked soon after an order, answer a little more often.
"""

import numpy as np
import pandas as pd

from helpers.simulation import service
from helpers.simulation.settings import N_DAYS

FURTHER = .25  # share of the other buyers who are invited and never answer
POINTS = {"quality": .8, "delivery": .6, "service": .45, "price": .26, "app": .0}  # of recommendation per point of rating
LOADING, MEAN, OWN = .9, 3.5, .6  # of a rating: its share in satisfaction, its mean, the deviation of its own
NOISE = 1.9 * .4  # of the recommendation (voice.scores), of which the ratings explain a part: LOADING × sum(POINTS) = 1.9
KNOWN_TO = ["in_member", "in_crm", "in_mail", "in_zoho"]  # nobody else can be written to, unless she answered
SKIPPED = .08  # share of answers to a driver question that are left out
TYPED = .03  # share of tens that are typed as 11
WORDS = {  # the app is rated in words
    "zh": ("非常不好用", "不好用", "一般", "好用", "非常好用"),
    "en": ("Very difficult", "Difficult", "Neither easy nor difficult", "Easy", "Very easy"),
}


def chance_of_answer(felt: np.ndarray, n_orders: np.ndarray, lag: np.ndarray) -> np.ndarray:
    """Return the probability that an invited person answers: much more if a frequent buyer, a little more if satisfied or asked
    soon after an order.

    felt: satisfaction. n_orders: orders up to the invitation. lag: days from the order to the invitation.
    """
    drawn = service.SURVEYED / (service.SURVEYED + (1 - service.SURVEYED) * FURTHER)
    return drawn * _willingness(felt, n_orders, lag)


def _willingness(felt, n_orders, lag) -> np.ndarray:
    return 1 / (1 + np.exp(-(.5 + .05 * felt + 2.0 * (np.log(n_orders) - 1.2) - .04 * (lag - 8))))


def respond(people: pd.DataFrame, orders: pd.DataFrame, felt: np.ndarray, drawn: pd.DataFrame,
            rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (answers with the driver questions, invitations) of those drawn and of further buyers.

    drawn: from service.surveys. invitations: row, day, chance, answer (place among the answers, −1 = none), is_complete.
    """
    lag = drawn["lag"].to_numpy()
    asked = np.maximum(drawn["day"].to_numpy() - np.minimum(rng.exponential(2, len(drawn)), .8 * lag), 0)
    sent = pd.DataFrame({"row": drawn["row"].to_numpy(), "day": asked, "lag": lag - (drawn["day"].to_numpy() - asked)})
    others = np.setdiff1d(orders["row"].unique(), drawn["row"].to_numpy())
    others = others[rng.random(len(others)) < FURTHER]
    others = others[people.loc[others, KNOWN_TO].any(axis=1).to_numpy()]
    after = orders.assign(draw=rng.random(len(orders))).sort_values(["row", "draw"]).drop_duplicates("row").set_index("row")
    later = rng.uniform(.2, 16, len(others))
    silent = pd.DataFrame({"row": others, "day": after["day"].reindex(others).to_numpy() + later, "lag": later})
    n_drawn = len(sent)
    sent = pd.concat([sent, silent], ignore_index=True)
    n_orders = _orders_before(orders, sent)
    willing = rng.random(n_drawn) < _willingness(felt[sent["row"][:n_drawn]], n_orders[:n_drawn], sent["lag"][:n_drawn])
    answers = drawn[willing].reset_index(drop=True)
    sent["chance"] = chance_of_answer(felt[sent["row"]], n_orders, sent["lag"].to_numpy())
    sent["answer"] = -1
    sent.loc[np.flatnonzero(willing), "answer"] = np.arange(len(answers))
    sent = sent[sent["day"] < N_DAYS].reset_index(drop=True)
    return _with_drivers(answers, orders, felt, rng), sent


def _orders_before(orders: pd.DataFrame, sent: pd.DataFrame) -> np.ndarray:
    """Return how many orders each person had placed up to the invitation, at least one."""
    joined = sent[["row", "day"]].reset_index().merge(orders[["row", "day"]], on="row", suffixes=("", "_of_order"))
    counts = joined[joined["day_of_order"] <= joined["day"]].groupby("index").size()
    return counts.reindex(range(len(sent)), fill_value=1).to_numpy()


def _with_drivers(answers: pd.DataFrame, orders: pd.DataFrame, felt: np.ndarray, rng) -> pd.DataFrame:
    """Add the ratings 1–5 (5 = best), given the recommendation that is there: with `POINTS` × rating it comes out as drawn.

    The recommendation is 7.9 + 1.9 × satisfaction + noise. Its noise is split, by normal theory, into what the ratings' own
    deviations bring and a rest.
    """
    n, points = len(answers), np.array(list(POINTS.values()))
    own, rest = rng.normal(0, OWN, (n, len(points))), NOISE**2 - (points**2).sum() * OWN**2
    total = own @ points + rng.normal(0, np.sqrt(rest), n)
    noise = 1.9 * (answers["felt_then"].to_numpy() - felt[answers["row"]])
    own = own + np.outer(noise - total, points * OWN**2 / NOISE**2)
    rated = MEAN + LOADING * felt[answers["row"]][:, None] + own
    rated = np.clip(np.round(rated), 1, 5)
    rated[rng.random(rated.shape) < SKIPPED] = np.nan
    shops_online = np.isin(answers["row"], orders.loc[orders["channel"] > 0, "row"])
    rated[~shops_online, list(POINTS).index("app")] = np.nan
    rated[answers["nps"].isna().to_numpy()] = np.nan
    typed = (rng.random(n) < TYPED) & (answers["nps"] == 10)
    answers = answers.assign(**{name: rated[:, i] for i, name in enumerate(POINTS)})
    answers["nps"] = answers["nps"].mask(typed, 11)
    return answers
