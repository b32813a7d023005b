"""Do customers do what they say? Who gave the best score and stopped buying, who complained and keeps buying.

A customer has stopped buying if she has been silent for more than `horizon_days` and for longer than 95 % of the pauses
between her own purchases (of everybody's pauses where she has fewer than five). Whether the score tells who buys again is
measured by the AUC, with the interval of DeLong, DeLong and Clarke-Pearson (1988), beside recency and frequency.
Reads `feedback`, `orders`, `customer_value`.
"""

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from helpers.btyd import btyd_histories
from helpers.errors import TooLittleData
from helpers.proportions import Z95, wilson
from helpers.voc import voc_verdicts
from helpers.voc.voc_outcomes import business_day

PROMOTER, DETRACTOR = "promoter who stopped buying", "detractor who keeps buying"
LOWEST_NPS, BEST_STARS, BEST_CSAT = 9, 5, 5  # from which on a score is the best that a customer gives
SCALES = {"nps": LOWEST_NPS, "rating": BEST_STARS, "csat": BEST_CSAT}  # in the order in which they count
HIGHEST_BAD = {
    "nps": voc_verdicts.HIGHEST_DETRACTOR, "rating": voc_verdicts.HIGHEST_DISSATISFIED_STARS,
    "csat": voc_verdicts.HIGHEST_DISSATISFIED_STARS,
}
MIN_PAUSES, USUAL = 5, 0.95  # pauses of her own that are needed; share of them that a silence must exceed
MIN_GROUP = 10  # customers below which a list is not shown
MIN_CLASS = 30  # customers who bought again, and who did not, that a figure needs
DAYS_PER_MONTH = 30.4375  # 365.25 / 12
LISTED = [
    "customer_id", "listed_as", "score", "scale", "said_on", "last_on", "silent_days", "limit_days", "revenue",
    "customer_lifetime_value",
]


# --- what they said


def given_scores(feedback: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return feedback_id, score, scale, is_best and is_bad of each piece of feedback with a score on its scale.

    NPS counts first, then stars (also in words), then CSAT. is_best: 9–10, five stars, CSAT 5; is_bad: 0–6, three stars or
    fewer, CSAT 3 or lower. What a system wrote and paid praise (reviews: no verdict) do not count.
    """
    scored, _ = voc_verdicts.without_off_scale(feedback)
    words = scored["rating_label"].astype("object").map(voc_verdicts.stars_of, na_action="ignore")
    scored = scored.assign(rating=scored["rating"].astype("float64").fillna(pd.to_numeric(words, errors="coerce")))
    score, scale = pd.Series(np.nan, index=scored.index), pd.Series(pd.NA, index=scored.index, dtype="object")
    for name in SCALES:
        new = score.isna() & scored[name].notna()
        score, scale = score.mask(new, scored[name].astype("float64")), scale.mask(new, name)
    judged = scored["feedback_id"].isin(reviews.loc[reviews["dissatisfied"].notna(), "feedback_id"])
    found = pd.DataFrame({"feedback_id": scored["feedback_id"], "score": score, "scale": scale})[score.notna() & judged]
    return found.assign(
        is_best=found["score"] >= found["scale"].map(SCALES).astype(float),
        is_bad=found["score"] <= found["scale"].map(HIGHEST_BAD).astype(float),
    ).reset_index(drop=True)


def last_scores(scores: pd.DataFrame, reviews: pd.DataFrame, *, as_of, reach_months: int, time_zone: str) -> pd.DataFrame:
    """Return the last score of each known customer within `reach_months` up to `as_of`: columns of scores; customer_id and
    said_on (business day).
    """
    said = scores.merge(reviews[["feedback_id", "customer_id", "received_at"]], on="feedback_id")
    said = said[said["customer_id"].notna() & said["received_at"].notna()]
    said = said.assign(said_on=business_day(said["received_at"], time_zone))
    since = pd.Timestamp(as_of) - pd.Timedelta(days=round(reach_months * DAYS_PER_MONTH))
    said = said[(said["said_on"] > since) & (said["said_on"] <= pd.Timestamp(as_of))]
    said = said.sort_values(["received_at", "feedback_id"], kind="stable").drop_duplicates("customer_id", keep="last")
    return said.sort_values("customer_id").reset_index(drop=True)


# --- what they did


def rhythms(orders, *, as_of, horizon_days: int) -> pd.DataFrame:
    """Return, for each customer: last_on, silent_days (until `as_of`), limit_days, has_stopped (silent_days > limit_days).

    limit_days: the longer of `horizon_days` and the 95 % point of her own pauses (days between purchase days); with fewer
    than five of them that of everybody's pauses.
    """
    days = btyd_histories.purchase_days(orders, start="1900-01-01", end=as_of)
    days = days.mutate(day=days.order_date.epoch_days())
    window = ibis.window(group_by=days.customer_id, order_by=days.day)
    days = days.mutate(pause=(days.day - days.day.lag().over(window)).cast("float64"))
    everybody = days.pause.quantile(USUAL).to_pandas()
    usual = days.group_by("customer_id").agg(
        last_on=days.order_date.max(), n_pauses=days.pause.count(), own=days.pause.quantile(USUAL)
    ).order_by("customer_id").to_pandas()
    last_on = pd.to_datetime(usual["last_on"]).astype("datetime64[us]")
    own = usual["own"].astype(float).where(usual["n_pauses"] >= MIN_PAUSES, everybody).fillna(0.0)
    limit = np.maximum(np.floor(own), horizon_days).astype("int64")
    silent = (pd.Timestamp(as_of) - last_on).dt.days.astype("int64")
    return pd.DataFrame({
        "customer_id": usual["customer_id"].astype("str"), "last_on": last_on, "silent_days": silent, "limit_days": limit,
        "has_stopped": silent > limit,
    })


def said_and_did(last: pd.DataFrame, rhythm: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return table `said_and_did`: customers whose last score was the best and who have stopped, by what they brought; and
    those whose last score was bad and who bought after it and have not stopped, by what they are expected to bring.

    values: customer_value (customer_id, revenue, customer_lifetime_value; may be empty).
    """
    both = last.merge(rhythm, on="customer_id").merge(
        values[["customer_id", "revenue", "customer_lifetime_value"]], on="customer_id", how="left"
    )
    stopped = both[both["is_best"] & both["has_stopped"]].sort_values(["revenue", "customer_id"], ascending=[False, True])
    stays = both[both["is_bad"] & ~both["has_stopped"] & (both["last_on"] > both["said_on"])]
    stays = stays.sort_values(["customer_lifetime_value", "customer_id"], ascending=[False, True])
    listed = [stopped.assign(listed_as=PROMOTER), stays.assign(listed_as=DETRACTOR)]
    return pd.concat(listed, ignore_index=True)[LISTED]


def count_saying_and_doing(last: pd.DataFrame, rhythm: pd.DataFrame) -> dict[str, dict]:
    """Return, for those whose last score was the best (`best`) and bad (`bad`): n, n_stopped, share stopped with low and high
    (Wilson); n = 0 has no share. Customers who never bought do not count.
    """
    both = last.merge(rhythm, on="customer_id")
    counted = {}
    for name, mask in (("best", both["is_best"]), ("bad", both["is_bad"])):
        group = both[mask]
        n, k = len(group), int(group["has_stopped"].sum())
        low, high = wilson(k, n)
        counted[name] = {"n": n, "n_stopped": k, "share": k / n if n else np.nan, "low": float(low), "high": float(high)}
    return counted


# --- does the score tell who buys again?


def score_and_repurchase(scores: pd.DataFrame, moments: pd.DataFrame) -> pd.DataFrame:
    """Measure how well a score tells who bought again, beside recency and frequency, one row a scale and measure.

    moments: of voc_outcomes.feedback_moments; each customer counts once on a scale, with the last score whose outcome is known.
    Returns scale, measure (score, recency, frequency), n, n_stopped, auc, low, high (DeLong), and for recency and frequency
    gain, gain_low, gain_high: their AUC minus that of the score, on the same customers. AUC: the probability that a customer
    who bought again had the better figure than one who did not; .5 = says nothing. Scales with fewer than 30 customers of
    either kind are left out; raises TooLittleData where no scale is left.
    """
    seen = scores.merge(moments[moments["is_observed"]], on="feedback_id")
    seen = seen.sort_values(["said_on", "feedback_id"], kind="stable").drop_duplicates(["scale", "customer_id"], keep="last")
    rows, fewest = [], 0
    for scale in SCALES:
        group = seen[seen["scale"] == scale]
        again = ~group["stopped"].astype(bool).to_numpy()
        fewest = max(fewest, min(int(again.sum()), int((~again).sum())))
        if min(again.sum(), (~again).sum()) < MIN_CLASS:
            continue
        measures = {"score": group["score"], "recency": -group["recency_days"], "frequency": group["n_recent"]}
        rows += _compared(scale, {name: values.to_numpy(float) for name, values in measures.items()}, again)
    if not rows:
        raise TooLittleData(
            "Needs {needed:count} customers who gave a score and bought again, and as many who did not, to say whether the "
            "score tells who stays; of the rarer kind there are {found:count}.", needed=MIN_CLASS, found=fewest,
        )
    return pd.DataFrame(rows)


def _compared(scale: str, measures: dict[str, np.ndarray], again: np.ndarray) -> list[dict]:
    auc, covariance = delong(np.array(list(measures.values())), again)
    rows = []
    for i, name in enumerate(measures):
        half = Z95 * np.sqrt(covariance[i, i])
        row = {"scale": scale, "measure": name, "n": len(again), "n_stopped": int((~again).sum()), "auc": float(auc[i]),
               "low": float(max(auc[i] - half, 0)), "high": float(min(auc[i] + half, 1))}
        if i:
            wide = Z95 * np.sqrt(max(covariance[0, 0] + covariance[i, i] - 2 * covariance[0, i], 0))
            gain = float(auc[i] - auc[0])
            row |= {"gain": gain, "gain_low": gain - float(wide), "gain_high": gain + float(wide)}
        rows.append(row)
    return rows


def delong(values: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the AUC of each row of `values` for `positive`, and their covariance (DeLong et al. 1988, by midranks)."""
    m, n = int(positive.sum()), int((~positive).sum())
    joint = np.array([stats.rankdata(row) for row in values])
    own = np.array([stats.rankdata(row[positive]) for row in values])
    others = np.array([stats.rankdata(row[~positive]) for row in values])
    auc = (joint[:, positive].sum(axis=1) - m * (m + 1) / 2) / (m * n)
    of_positive = (joint[:, positive] - own) / n
    of_negative = 1 - (joint[:, ~positive] - others) / m
    covariance = np.atleast_2d(np.cov(of_positive)) / m + np.atleast_2d(np.cov(of_negative)) / n
    return auc, covariance
