"""How many of the authors who gave no verdict are dissatisfied? Shares corrected for what the model gets wrong.

Counting the texts above one half tells a wrong share wherever the share differs from that of the texts that taught the model.
Saerens, Latinne and Decaestecker (2002) find the share at which calibrated probabilities agree with themselves. It
assumes that dissatisfied authors write alike here and there; the report checks it where verdicts are known.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.sentiment import sentiment

MOST_STEPS, SETTLED = 1000, 1e-7
N_RESAMPLES = 300
MIN_GROUP = 30  # authors below which no share is shown
COLUMNS = {
    "group": ("Where", ""), "n": ("Texts", "count"), "counted": ("Counted above one half", "percent1"),
    "share": ("Dissatisfied, corrected", "percent1"), "low": ("Interval from", "percent1"), "high": ("Interval to", "percent1"),
}


def saerens(p: np.ndarray, *, base_rate: float, weights: np.ndarray | None = None) -> float:
    """Return the share of dissatisfied authors at which the probabilities agree with themselves (EM).

    p: probabilities of a model that is calibrated where the share is `base_rate`; weights: of the texts (default: one each).
    """
    p = np.clip(np.asarray(p, float), 1e-6, 1 - 1e-6)
    weights = np.ones(len(p)) if weights is None else weights
    share = float(np.average(p, weights=weights))
    for _ in range(MOST_STEPS):
        for_bad, for_good = p * share / base_rate, (1 - p) * (1 - share) / (1 - base_rate)
        new = float(np.average(for_bad / (for_bad + for_good), weights=weights))
        if abs(new - share) < SETTLED:
            return new
        share = new
    return share


def corrected_share(p: np.ndarray, authors: pd.Series, *, base_rate: float, seed: int) -> dict:
    """Return n, counted (share above one half), share (:func:`saerens`) and its 95 % bootstrap interval low, high.

    Authors are drawn with all their texts: ten texts of one are not ten opinions (Field and Welsh 2007, cluster bootstrap).
    """
    p, rng = np.asarray(p, float), np.random.default_rng(seed)
    codes, known = pd.factorize(authors)
    n = len(known)
    draws = [saerens(p, base_rate=base_rate, weights=np.bincount(rng.integers(0, n, n), minlength=n)[codes])
             for _ in range(N_RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"n": len(p), "counted": float((p >= 0.5).mean()), "share": saerens(p, base_rate=base_rate),
            "low": float(low), "high": float(high)}


def silent_texts(scored: pd.DataFrame, reviews: pd.DataFrame, *, time_zone: str) -> pd.DataFrame:
    """Return the scored texts without a verdict, with author, channel and quarter (its first day in the time zone; null without
    a date).

    Raises TooLittleData below 30 authors.
    """
    at = pd.to_datetime(reviews["received_at"], utc=True).dt.tz_convert(time_zone).dt.tz_localize(None)
    known = reviews[["feedback_id", "channel"]].assign(
        author=sentiment.authors(reviews), quarter=at.dt.to_period("Q").dt.start_time,
    )
    silent = scored[scored["is_dissatisfied"].isna()].merge(known, on="feedback_id", how="left", validate="one_to_one")
    if (found := silent["author"].nunique()) < MIN_GROUP:
        raise TooLittleData(
            "Needs texts without a verdict by {needed:count} authors to say how they sound; there are {found:count}.",
            needed=MIN_GROUP, found=found,
        )
    return silent


def total(scored: pd.DataFrame, *, base_rates: dict[str, float], seed: int) -> dict:
    """Return n, counted, share, low and high of all texts together, corrected in each language."""
    return shares_by(scored, pd.Series("all", index=scored.index), base_rates=base_rates, seed=seed).iloc[0].to_dict()


def check(scored: pd.DataFrame, *, base_rates: dict[str, float], seed: int) -> dict | None:
    """Return n, the corrected share and the true one of held-out texts (role test); None below 30 authors of them."""
    held = scored[(scored["role"] == "test") & scored["is_dissatisfied"].notna()]
    if held["author"].nunique() < MIN_GROUP:
        return None
    found = total(held, base_rates=base_rates, seed=seed)
    return {"n": len(held), "share": found["share"], "true": float(held["is_dissatisfied"].astype(float).mean())}


def shares_by(scored: pd.DataFrame, groups: pd.Series, *, base_rates: dict[str, float], seed: int) -> pd.DataFrame:
    """Return the corrected share of each group with at least 30 authors: group, n (texts), counted, share, low, high.

    scored: language, p_dissatisfied, author (sentiment.authors); groups: their group under the same labels; base_rates:
    language → share among the texts that taught its model. A group in two languages is corrected in each and put together by
    the number of texts.
    """
    rows = []
    for group, part in scored.groupby(groups.reindex(scored.index), sort=True):
        if part["author"].nunique() < MIN_GROUP:
            continue
        found = [corrected_share(own["p_dissatisfied"].to_numpy(), own["author"], base_rate=base_rates[language], seed=seed)
                 for language, own in part.groupby("language")]
        n = sum(one["n"] for one in found)
        rows.append({"group": group, "n": n} | {
            name: sum(one[name] * one["n"] for one in found) / n for name in ("counted", "share", "low", "high")
        })
    return pd.DataFrame(rows, columns=["group", "n", "counted", "share", "low", "high"])
