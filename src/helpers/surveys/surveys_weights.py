"""What would the scores be if all kinds of invited customers had answered alike: weights, their variance, and their limits.

Weights by raking (Deming and Stephan 1940) to what is known of everybody invited: recency, frequency and value before the
invitation, and its channel. None is cut: cut at four times the mean, they left a bias that the interval did not cover (89 % at
response rates of 35, 15 and 4 %). The variance of a raked mean is that of its residuals from the margins (Deville and Särndal
1992, JASA 87:376), each for its leverage (HC2: MacKinnon and White 1985, Journal of Econometrics 29:305); few heavy answers are
few degrees of freedom (Satterthwaite 1946, Biometrics 2:110), those of answers that scatter alike: realised residuals of rare
answers tell next to nothing. Weights never make answers surer than Kish's number says: a heavy group whose few answers are all
alike has a residual of 0 but is no census. Reads what surveys_response.py settled.
"""

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.proportions import Z95
from helpers.surveys import surveys
from helpers.surveys.surveys_response import MARGINS

MIN_ANSWERS = 50  # customers who answered below which nothing is weighted
MIN_CELL = 10  # answers of a group below which it is merged with the next one
MOST_UNLIKE = 0.05  # share by which weighted answers may still differ from those invited, by any one thing known
MIN_WORTH = 30  # unweighted answers that the weighted ones must be worth (Kish 1965)


def weighted_score(invited: pd.DataFrame, answered: pd.DataFrame, name: str) -> dict:
    """Return the score `name` of the customers who answered as they are and weighted to all customers invited.

    invited, answered: with the columns of `MARGINS` (surveys_history.py). A customer counts once, with her latest answer and
    with what was known of her when she was last invited, however often she was.

    Returns measure, n, estimate, low, high (unweighted), weighted, weighted_low, weighted_high, n_kish (effective number of
    answers), n_effective (for this score, from its variance; at most n_kish), largest (weight), rate (share of the customers
    who answered), unlike (share by which the weighted answers still differ from those invited), holds (that is at most 5 % and
    the answers are worth 30), margins (names of those used).
    Raises TooLittleData below 50 answers or where nothing is known of the invited.
    """
    everybody, latest = _customers(invited, answered, name)
    if len(latest) < MIN_ANSWERS:
        raise TooLittleData("Needs {needed:count} answers to invitations to weight them; there are {n:count}.",
                            needed=MIN_ANSWERS, n=len(latest))
    known = [column for column in MARGINS if everybody[column].nunique() > 1]
    cells = merge_small(everybody, latest, known)
    margins = [m for m in known if cells[m].nunique() > 1]
    if not margins:
        raise TooLittleData("Needs something known of everybody invited, such as earlier purchases or the channel, to weight "
                            "the answers.")
    joined, groups = (rows[margins].apply(lambda column: column.map(cells[column.name])) for rows in (everybody, latest))
    weights = rake(groups, {m: joined[m].value_counts(normalize=True).sort_index() for m in margins})
    counted = surveys.points(latest[name], name).to_numpy()
    low, high = surveys.interval(counted, name)
    n_kish = float(weights.sum() ** 2 / (weights**2).sum())
    n_effective = _worth(counted, weights, groups) or n_kish  # all answers alike
    weighted_low, weighted_high = surveys.interval(counted, name, weights=weights, n_effective=n_effective)
    unit, unlike = surveys.MEASURES[name].unit, max(_unlike(everybody[m], latest[m], weights) for m in known)
    return {
        "measure": name, "n": len(latest), "estimate": unit * float(counted.mean()), "low": low, "high": high,
        "weighted": unit * float(np.average(counted, weights=weights)), "weighted_low": weighted_low,
        "weighted_high": weighted_high, "n_kish": n_kish, "n_effective": float(n_effective), "largest": float(weights.max()),
        "rate": len(latest) / len(everybody), "unlike": unlike,
        "holds": bool(unlike <= MOST_UNLIKE and n_kish >= MIN_WORTH), "margins": [MARGINS[m] for m in margins],
    }


def _customers(invited: pd.DataFrame, answered: pd.DataFrame, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row a customer invited, as last invited, and the same of those who answered, with their latest answer."""
    rows = invited.assign(person=surveys.people(invited, "invitation_id"))
    order = ["invited_at", "invitation_id"] if "invited_at" in rows else ["invitation_id"]
    rows = rows.sort_values(order, na_position="first", kind="stable").drop_duplicates("person", keep="last")
    rows = rows.assign(**{m: rows[m].astype("object").fillna(surveys.UNKNOWN) for m in MARGINS if rows[m].nunique() > 1})
    given = answered.assign(person=surveys.people(answered, "invitation_id"), received_at=answered["answered_at"])
    latest = surveys.latest_answers(given, name)[["person", "feedback_id", name]]
    latest = latest.merge(rows[["person", *MARGINS]], on="person").sort_values("feedback_id", kind="stable")
    return rows, latest.reset_index(drop=True)


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


def rake(answered: pd.DataFrame, targets: dict[str, pd.Series]) -> np.ndarray:
    """Return weights of mean 1 under which the answers have the shares `targets` (margin → share of each group)."""
    codes = {name: pd.Categorical(answered[name], categories=shares.index).codes for name, shares in targets.items()}
    aims = {name: shares.to_numpy(float) * len(answered) for name, shares in targets.items()}
    weights = np.ones(len(answered))
    for _ in range(500):
        before = weights.copy()
        for name, code in codes.items():
            sums = np.bincount(code, weights, minlength=len(aims[name]))
            weights = weights * (aims[name] / np.where(sums > 0, sums, 1.0))[code]
        if np.abs(weights - before).max() < 1e-9:
            break
    return weights / weights.mean()


def linearised_variance(counted: np.ndarray, weights: np.ndarray, groups: pd.DataFrame) -> tuple[float, float]:
    """Return the variance of the raked mean and its degrees of freedom.

    groups: what was raked to, a column a margin. The variance is that of weight × residual from a weighted regression on them;
    the degrees of freedom are those of the weights.
    """
    dummies = pd.get_dummies(groups, drop_first=True, dtype=float).to_numpy()
    root = np.sqrt(weights)[:, None]
    basis, lengths, _ = np.linalg.svd(np.column_stack([np.ones(len(counted)), dummies]) * root, full_matrices=False)
    basis = basis[:, lengths > 1e-9 * lengths[0]]  # margins that say the same count once
    residual = counted - (basis @ (basis.T @ (counted * root[:, 0]))) / root[:, 0]
    leverage = np.minimum((basis**2).sum(axis=1), 0.99)
    each = (weights / weights.sum() * residual) ** 2 / (1 - leverage)
    return float(each.sum()), float((weights**2).sum() ** 2 / (weights**4).sum())


def _worth(counted: np.ndarray, weights: np.ndarray, groups: pd.DataFrame) -> float | None:
    """Return as how many unweighted answers the weighted mean is sure (Korn and Graubard 1998, Survey Methodology 24:193).

    At most Kish's effective number; None where all answers are alike.
    """
    spread = float(np.average((counted - np.average(counted, weights=weights)) ** 2, weights=weights))
    variance, freedom = linearised_variance(counted, weights, groups)
    if spread <= 1e-12:
        return None
    n_kish = float(weights.sum() ** 2 / (weights**2).sum())
    return min(spread / max(variance, 1e-300) * (Z95 / float(stats.t.ppf(0.975, max(freedom - 1, 1)))) ** 2, n_kish)


def _unlike(invited: pd.Series, answered: pd.Series, weights: np.ndarray) -> float:
    """Return the share of the weighted answers that would have to be of other groups to be as those invited."""
    weighted = pd.Series(weights).groupby(answered.to_numpy()).sum() / weights.sum()
    return float(weighted.sub(invited.value_counts(normalize=True), fill_value=0.0).abs().sum() / 2)


def if_silent_differ(weighted: float, rate: float, less: float) -> float:
    """Return the score of everybody invited if those who did not answer would score `less` lower than those who did."""
    return weighted - (1 - rate) * less
