"""Who answered of those invited, and what the scores would be if all kinds of invited customers had answered alike.

Response rates with Wilson intervals. Weights by raking (Deming and Stephan 1940) to what is known of everybody invited:
recency, frequency and value before the invitation, and its channel; trimmed; effective number of answers after Kish (1965).
The variance of a raked mean is that of its residuals from the margins (Deville and Särndal 1992, JASA 87:376). Reads
`survey_invitations` with what surveys_history.py adds, and answers of surveys.py.
"""

import numpy as np
import pandas as pd

from helpers import timezones
from helpers.errors import TooLittleData
from helpers.proportions import add_wilson
from helpers.surveys import surveys
from helpers.surveys.surveys_intervals import difference_interval

MARGINS = {  # what weighting uses → how a reader calls it
    "recency": "last purchase before the invitation", "frequency": "orders before the invitation",
    "value": "spending before the invitation", "channel": "channel of the invitation",
}
MIN_INVITED = 30  # invitations below which no rate is told
MIN_ANSWERS = 50  # answers below which nothing is weighted
MIN_CELL = 10  # answers of a group below which it is merged with the next one
LARGEST_WEIGHT = 4.0  # times the mean: larger weights are trimmed
MATCH = pd.Timedelta(days=2)  # between the moment of an answer in the list of invitations and that of the feedback


# --- who was invited


def settle(invitations: pd.DataFrame, *, as_of: pd.Timestamp, time_zone: str = "UTC") -> tuple[pd.DataFrame, int]:
    """Return the invitations old enough to have been answered, with `answered`, and the days that this means.

    The days: within which 95 % of the answers came (at least 1). An invitation of the last so many days before the end of
    `as_of` (of the business's time zone) could still be answered and is left out; so is one without a moment unless none has
    one. What was answered after that end is not answered yet.
    """
    end = timezones.end_of(as_of, time_zone)
    later = invitations["answered_at"] >= end
    invitations = invitations.assign(answered_at=invitations["answered_at"].mask(later),
                                     feedback_id=invitations["feedback_id"].mask(later))
    lag = (invitations["answered_at"] - invitations["invited_at"]).dt.total_seconds() / 86_400
    lag = lag[lag >= 0]
    days = max(1, int(np.ceil(lag.quantile(0.95)))) if len(lag) else 14
    answered = invitations["answered_at"].notna() | invitations["feedback_id"].notna()
    rows = invitations.assign(answered=answered)
    if rows["invited_at"].notna().any():
        rows = rows[rows["invited_at"].notna() & (rows["invited_at"] <= end - pd.Timedelta(days=days))]
    return rows.sort_values("invitation_id", kind="stable").reset_index(drop=True), days


def response_rates(invited: pd.DataFrame, by: dict[str, str]) -> pd.DataFrame:
    """Return invitations, answers and rate: the total first, then each group of the columns `by` (column → its name) with at
    least 10 invitations, lowest rate first: dimension, group, n, n_answered, share, low, high (Wilson).

    Raises TooLittleData below 30 invitations. A column with one group only is left out.
    """
    if len(invited) < MIN_INVITED:
        raise TooLittleData("Needs {needed:count} invitations, answered or not, to tell a response rate; there are {n:count}.",
                            needed=MIN_INVITED, n=len(invited))
    rows = [pd.DataFrame({"dimension": ["all"], "group": ["all invitations"], "n": [len(invited)],
                          "n_answered": [int(invited["answered"].sum())]})]
    for column, name in by.items():
        if invited[column].notna().any():
            group = invited[column].astype("object").where(invited[column].notna(), surveys.UNKNOWN)
            table = invited.groupby(group)["answered"].agg(n="size", n_answered="sum").rename_axis("group").reset_index()
            table = table[table["n"] >= surveys.MIN_SHOWN].assign(dimension=name)
            table = table.iloc[np.lexsort((table["group"], table["n_answered"] / table["n"]))]
            rows += [table] if len(table) > 1 else []
    table = pd.concat(rows, ignore_index=True).astype({"n": "int64", "n_answered": "int64"})
    return add_wilson(table, successes="n_answered", n="n")


# --- weights


def answers_of(invited: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answered invitations with nps, csat and ces: by feedback_id, else the customer's answer within two days.

    Invitations whose answer is not found have no scores; an answer belongs to one invitation.
    """
    rows = invited[invited["answered"]]
    scores = answers[["feedback_id", "customer_id", "received_at", *surveys.MEASURES]]
    by_id = rows["feedback_id"].isin(set(scores["feedback_id"]))
    sure = rows[by_id].merge(scores.drop(columns=["customer_id", "received_at"]), on="feedback_id")
    left = rows[~by_id & rows["customer_id"].notna() & rows["answered_at"].notna()].drop(columns="feedback_id")
    free = scores[~scores["feedback_id"].isin(set(sure["feedback_id"])) & scores["customer_id"].notna()
                  & scores["received_at"].notna()]
    if len(left) and len(free):
        near = pd.merge_asof(
            left.astype({"customer_id": "str"}).sort_values("answered_at", kind="stable"),
            free.astype({"customer_id": "str"}).sort_values("received_at", kind="stable"),
            left_on="answered_at", right_on="received_at", by="customer_id", direction="nearest", tolerance=MATCH,
        )
        near = near.dropna(subset=["feedback_id"]).drop_duplicates("feedback_id").drop(columns="received_at")
        sure = pd.concat([sure, near], ignore_index=True)
    return sure.drop_duplicates("feedback_id").sort_values("invitation_id", kind="stable").reset_index(drop=True)


def merge_small(invited: pd.DataFrame, answered: pd.DataFrame, margins: list[str]) -> dict[str, pd.Series]:
    """Return, per margin, group → group to weight by: groups with fewer than 10 answers join the one of most alike rate."""
    joined = {}
    for name in margins:
        n, n_invited = answered[name].value_counts(), invited[name].value_counts()
        rate = (n.reindex(n_invited.index, fill_value=0) / n_invited).sort_index().sort_values(kind="stable")
        cells, current, size = {}, [], 0
        for group in rate.index:
            current, size = [*current, group], size + int(n.get(group, 0))
            if size >= MIN_CELL:
                cells |= dict.fromkeys(current, current[0])
                current, size = [], 0
        last = next(reversed(cells.values()), current[0] if current else None)
        joined[name] = pd.Series(cells | dict.fromkeys(current, last), dtype="object")
    return joined


def rake(answered: pd.DataFrame, targets: dict[str, pd.Series], *, largest: float = LARGEST_WEIGHT) -> np.ndarray:
    """Return weights of mean 1 under which the answers have the shares `targets` (margin → share of each group).

    Weights above `largest` times the mean are cut to that and the rest raked again, ten times at most: with trimmed weights
    the margins are met nearly, not exactly.
    """
    codes = {name: pd.Categorical(answered[name], categories=shares.index).codes for name, shares in targets.items()}
    aims = {name: shares.to_numpy(float) * len(answered) for name, shares in targets.items()}
    weights = np.ones(len(answered))
    for _ in range(10):
        for _ in range(50):
            before = weights.copy()
            for name, code in codes.items():
                sums = np.bincount(code, weights, minlength=len(aims[name]))
                weights = weights * (aims[name] / np.where(sums > 0, sums, 1.0))[code]
            if np.abs(weights - before).max() < 1e-9:
                break
        weights = weights / weights.mean()
        if weights.max() <= largest * (1 + 1e-6):
            break
        weights = _trimmed(weights, largest)
    return _trimmed(weights, largest)


def _trimmed(weights: np.ndarray, largest: float) -> np.ndarray:
    """Return weights of mean 1 of which none exceeds `largest`: what is cut off goes to the others in proportion."""
    for _ in range(100):
        weights = np.minimum(weights / weights.mean(), largest)
        if weights.mean() > 1 - 1e-9:
            break
    return weights / weights.mean()


def linearised_variance(counted: np.ndarray, weights: np.ndarray, answered: pd.DataFrame, margins: list[str]) -> float:
    """Return the variance of the raked mean: of weight × residual from a weighted regression on the margins' groups."""
    groups = pd.get_dummies(answered[margins], drop_first=True, dtype=float).to_numpy()
    design = np.column_stack([np.ones(len(counted)), groups])
    root = np.sqrt(weights)[:, None]
    fitted = design @ np.linalg.lstsq(design * root, counted * root[:, 0], rcond=None)[0]
    n, n_free = len(counted), max(len(counted) - design.shape[1], 1)
    return float(n / n_free * np.sum((weights * (counted - fitted)) ** 2) / weights.sum() ** 2)


def weighted_score(invited: pd.DataFrame, answered: pd.DataFrame, name: str) -> dict:
    """Return the score `name` of the answered invitations as they are and weighted to everybody invited.

    invited, answered: with the columns of `MARGINS` (surveys_history.py). One answer a customer: the latest.

    Returns measure, n, estimate, low, high (unweighted), weighted, weighted_low, weighted_high, n_kish (effective number of
    answers), n_effective (for this score, from its variance), largest (weight), margins (names of those used).
    Raises TooLittleData below 50 answers or where nothing is known of the invited.
    """
    known = answered.dropna(subset=[name]).rename(columns={"answered_at": "received_at"})
    latest = surveys.latest_answers(known, name).rename(columns={"received_at": "answered_at"})
    if len(latest) < MIN_ANSWERS:
        raise TooLittleData("Needs {needed:count} answers to invitations to weight them; there are {n:count}.",
                            needed=MIN_ANSWERS, n=len(latest))
    margins = [column for column in MARGINS if invited[column].nunique() > 1]
    invited, latest = (rows.assign(**{m: rows[m].astype("object").fillna(surveys.UNKNOWN) for m in margins})
                       for rows in (invited, latest))
    cells = merge_small(invited, latest, margins)
    margins = [m for m in margins if cells[m].nunique() > 1]
    if not margins:
        raise TooLittleData("Needs something known of everybody invited, such as earlier purchases or the channel, to weight "
                            "the answers.")
    invited, latest = (rows.assign(**{m: rows[m].map(cells[m]) for m in margins}) for rows in (invited, latest))
    weights = rake(latest, {m: invited[m].value_counts(normalize=True).sort_index() for m in margins})
    counted = surveys.points(latest[name], name).to_numpy()
    mean = np.average(counted, weights=weights)
    spread = float(np.average((counted - mean) ** 2, weights=weights))
    n_kish = float(weights.sum() ** 2 / (weights**2).sum())
    variance = linearised_variance(counted, weights, latest, margins)
    n_effective = spread / variance if min(spread, variance) > 1e-12 else n_kish  # all answers alike
    low, high = surveys.interval(counted, name)
    weighted_low, weighted_high = surveys.interval(counted, name, weights=weights, n_effective=n_effective)
    unit = surveys.MEASURES[name].unit
    return {
        "measure": name, "n": len(latest), "estimate": unit * float(counted.mean()), "low": low, "high": high,
        "weighted": unit * float(mean), "weighted_low": weighted_low, "weighted_high": weighted_high, "n_kish": n_kish,
        "n_effective": float(n_effective), "largest": float(weights.max()), "margins": [MARGINS[m] for m in margins],
    }


def if_silent_differ(weighted: float, rate: float, less: float) -> float:
    """Return the score of everybody invited if those who did not answer would score `less` lower than those who did."""
    return weighted - (1 - rate) * less


def late_minus_early(answered: pd.DataFrame, name: str) -> dict | None:
    """Return the score of the slower half of the answers less that of the quicker half: estimate, low, high, n.

    Who answers late is taken to resemble who never answers (Armstrong and Overton 1977, Journal of Marketing Research 14:396).
    None where fewer than 30 answers of each half are dated.
    """
    rows = answered.dropna(subset=[name, "answered_at", "invited_at"])
    lag = rows["answered_at"] - rows["invited_at"]
    rows, lag = rows[lag >= pd.Timedelta(0)], lag[lag >= pd.Timedelta(0)]
    is_late = lag > lag.median()
    if min(int(is_late.sum()), int((~is_late).sum())) < surveys.MIN_SURE:
        return None
    halves = []
    for part in (rows[is_late], rows[~is_late]):
        counted = surveys.points(part[name], name).to_numpy()
        low, high = surveys.interval(counted, name)
        halves.append({"estimate": surveys.MEASURES[name].unit * float(counted.mean()), "low": low, "high": high})
    low, high = difference_interval(*halves)
    return {"estimate": halves[0]["estimate"] - halves[1]["estimate"], "low": low, "high": high, "n": len(rows)}
