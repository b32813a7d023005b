"""A persona's name from evidence: rhythm (days between purchases), basket, whether the segment has gone quiet, a favourite.

A word stands in a name only if nine in ten resamples of the segment's customers agree. A word of the previous run stays as
long as one resample in ten still gives it, so that a name does not flip because a figure sits on a limit.
"""

import numpy as np
import pandas as pd

# days between purchases up to which a rhythm has its name: the middle (geometric mean) between 3.5, 7, 14, 30 and 91 days
RHYTHMS = ((5, "Several times a week"), (10, "Weekly"), (20, "Fortnightly"), (52, "Monthly"), (np.inf, "Now and then"))
ONCE, UNSTEADY = "Once", "Rhythm unclear"
LARGE, SMALL = 1.2, 1 / 1.2  # basket against the median customer's, from which it is called large, small
BASKETS = ("large baskets", "mid-size baskets", "small baskets")
QUIET, QUIET_GAPS = "gone quiet", 2  # silent for more than so many of the segment's own gaps between purchases
CERTAIN = 0.9  # share of resamples that must agree on a word of a persona's name
N_RESAMPLES = 200
ORDER = [name for _, name in RHYTHMS]
PAIRS = {f"{a} to {b.lower()}": (a, b) for a, b in zip(ORDER, ORDER[1:], strict=False)}


def middle_gap(gaps: np.ndarray) -> float:
    """Return the median gap of those who bought twice; unknown where fewer than half did."""
    known = gaps[~np.isnan(gaps)]
    return float(np.median(known)) if len(known) * 2 >= len(gaps) and len(known) else float("nan")


def rhythm_of(gap_days: float) -> str:
    """Return the name of a rhythm; a limit belongs to the quicker one."""
    return ONCE if np.isnan(gap_days) else next(name for limit, name in RHYTHMS if gap_days <= limit)


def basket_of(order_value: float, *, usual: float) -> str:
    """Return the name of a basket; a limit belongs to the large or small one. Unknown is the empty name."""
    ratio = order_value / usual if usual > 0 else float("nan")
    if np.isnan(ratio):
        return ""
    return BASKETS[0] if ratio >= LARGE else BASKETS[2] if ratio <= SMALL else BASKETS[1]


def resampled(own: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the segment's middle customer in `N_RESAMPLES` resamples: gap, order_value, recency_days, revenue (mean).

    own: the segment's customers in a fixed order, with median_gap_days, order_value, recency_days and revenue.
    """
    columns = own[["median_gap_days", "order_value", "recency_days", "revenue"]].to_numpy(float)
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(N_RESAMPLES):
        gaps, values, recency, revenue = columns[rng.integers(0, len(own), len(own))].T
        known = values[~np.isnan(values)]
        rows.append((middle_gap(gaps), np.median(known) if len(known) else np.nan, np.median(recency), revenue.mean()))
    return pd.DataFrame(rows, columns=["gap", "order_value", "recency_days", "revenue"])


def persona_name(drawn: pd.DataFrame, *, usual: float, previous: str = "") -> tuple[str, float]:
    """Return a name such as "Weekly, large baskets, gone quiet" and the share of resamples that agree with it.

    drawn: of :func:`resampled`. usual: order value of the median customer. previous: the name that the segment had in the
    last run. Two neighbouring rhythms are joined ("Weekly to fortnightly"), other doubt is "Rhythm unclear", and a doubtful
    basket is left out.
    """
    before = _parts(previous)
    rhythms = np.array([rhythm_of(gap) for gap in drawn["gap"]], dtype=object)
    baskets = np.array([basket_of(value, usual=usual) for value in drawn["order_value"]], dtype=object)
    quiets = np.where(drawn["recency_days"] > QUIET_GAPS * drawn["gap"], QUIET, "").astype(object)
    rhythm, same_rhythm = _rhythm(rhythms, before=before["rhythm"])
    basket, same_basket = _agreed(baskets, before=before["basket"])
    quiet, same_quiet = _agreed(quiets, before=before["quiet"])
    name = ", ".join(word for word in (rhythm, basket, quiet) if word)
    return name, float(np.mean(same_rhythm & same_basket & same_quiet))


def _parts(name: str) -> dict[str, str | None]:
    """Return the words of a name of an earlier run; None where there was none."""
    words = name.split(", ") if name else []
    known = bool(words) and (words[0] in {*ORDER, *PAIRS, ONCE, UNSTEADY})
    return {
        "rhythm": words[0] if known else None,
        "basket": next((word for word in words if word in BASKETS), "") if known else None,
        "quiet": (QUIET if QUIET in words else "") if known else None,
    }


def _agreed(words: np.ndarray, *, before: str | None) -> tuple[str, np.ndarray]:
    """Return the word on which `CERTAIN` of the resamples agree (else none), and which resamples do; `before` may stay."""
    names, counts = np.unique(words.astype(str), return_counts=True)
    best = str(names[counts.argmax()])
    if before is not None and np.mean(words == before) >= 1 - CERTAIN:
        return before, words == before
    if counts.max() >= CERTAIN * len(words):
        return best, words == best
    return "", np.ones(len(words), dtype=bool)


def _rhythm(words: np.ndarray, *, before: str | None) -> tuple[str, np.ndarray]:
    if before in PAIRS and np.isin(words, PAIRS[before]).mean() >= CERTAIN:
        return before, np.isin(words, PAIRS[before])
    best, same = _agreed(words, before=None if before in PAIRS or before == UNSTEADY else before)
    if best:
        return best, same
    shares = {name: np.isin(words, pair).mean() for name, pair in PAIRS.items()}
    pair = max(shares, key=shares.get)
    if shares[pair] >= CERTAIN:
        return pair, np.isin(words, PAIRS[pair])
    return UNSTEADY, np.ones(len(words), dtype=bool)


def favourite(cells: pd.DataFrame, *, seed: int, previous: str | None = None) -> str | None:
    """Return what the segment spends more on than others above all, or None where nothing leads for certain.

    cells: a segment's rows of persona_traits. Among its statements on spend, drawn anew within their errors, one must lead in
    `CERTAIN` of the draws; the previous favourite stays while it leads in one of ten.
    """
    own = cells[cells["is_notable"] & (cells["unit"] == "spend") & (cells["share"] > cells["others_share"])]
    own = own.drop_duplicates("attribute").sort_values("attribute")
    if own.empty:
        return None
    error = np.log(own["index_high"] / own["index_low"]).to_numpy(float) / (2 * 1.96)
    lead = np.log(own["shrunk_index"].to_numpy(float) / 100)
    draws = np.random.default_rng(seed).normal(lead, error, (N_RESAMPLES, len(own)))
    leads = np.bincount(draws.argmax(axis=1), minlength=len(own)) / N_RESAMPLES
    names = own["attribute"].tolist()
    if previous in names and leads[names.index(previous)] >= 1 - CERTAIN:
        return previous
    return names[int(leads.argmax())] if leads.max() >= CERTAIN else None
