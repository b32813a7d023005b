"""Shares and their uncertainty: Wilson intervals, tests of two shares, shrinkage (used wherever shares are compared)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import ndtri

Z95 = 1.959964  # 97.5 % point of the normal distribution: two-sided 95 % intervals


def wilson(successes, n, *, z: float = Z95) -> tuple[np.ndarray, np.ndarray]:
    """Return the Wilson (1927) interval of `successes` out of `n`; unknown where n is 0.

    Both may be fractions: with clustered data n is the effective sample size.
    """
    successes, n = np.asarray(successes, float), np.asarray(n, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = successes / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def add_wilson(frame: pd.DataFrame, *, successes: str, n: str) -> pd.DataFrame:
    """Add `share`, `low` and `high` (95 %) of `successes` among `n`."""
    low, high = wilson(frame[successes], frame[n])
    return frame.assign(share=frame[successes] / frame[n].where(frame[n] > 0), low=low, high=high)


def difference_interval(hits_a, n_a, hits_b, n_b, *, n_comparisons: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return Newcombe's (1998, method 10) 95 % interval of share a minus share b.

    With `n_comparisons` the intervals hold together for so many comparisons (Bonferroni).
    """
    z = float(ndtri(1 - 0.025 / max(n_comparisons, 1)))
    a, b = np.asarray(hits_a, float) / n_a, np.asarray(hits_b, float) / n_b
    (low_a, high_a), (low_b, high_b) = wilson(hits_a, n_a, z=z), wilson(hits_b, n_b, z=z)
    return a - b - np.hypot(a - low_a, high_b - b), a - b + np.hypot(high_a - a, b - low_b)


@dataclass(frozen=True)
class Standardised:
    """Shares of groups beside those of others alike: expected share, difference with its 95 % interval, p-value."""

    expected: np.ndarray
    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray


def beside_alike(n, hits, n_alike, hits_alike, *, effect=1.0, effect_alike=1.0) -> Standardised:
    """Compare the share of hits among `n` with that of others in the same strata (last axis), weighted to the strata of `n`.

    Variances are those under no difference, of the rate of both sides together (hypergeometric: Mantel and Haenszel 1959), so
    that a side with no hits, or nothing but hits, is no surer than it is. p_value: two-sided, of Pearson's type III
    distribution with the third moment of that sum (Hall 1983), because rare hits are skew: among 30 at a rate of 3 %, the
    normal one calls 5 hits a matter of one in 100,000; it is one in 450. Interval: Newcombe's (1998, method 10) from the Wilson
    intervals of both shares, at the sizes that these variances are worth. `effect`, `effect_alike`: design effects (Kish 1965)
    of what belongs together. Strata with nobody alike count nothing; unknown where none is left.
    """
    m, b = np.asarray(n_alike, float), np.asarray(hits_alike, float)
    n, hits = np.where(m > 0, n, 0.0), np.where(m > 0, hits, 0.0)
    every, all_hits, m = n + m, hits + b, np.where(m > 0, m, 1.0)
    spread = all_hits * (every - all_hits) / np.maximum(every * (every - 1), 1)
    third = n * all_hits * (every - all_hits) * (every - 2 * all_hits) * (m - n)
    third = (third / np.maximum(m**2 * (every - 1) * (every - 2), 1)).sum(axis=-1) * effect**2
    own, other = (n * spread).sum(axis=-1) * effect, (n**2 / m * spread).sum(axis=-1) * effect_alike
    size = n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, expected = hits.sum(axis=-1) / size, (n * b / m).sum(axis=-1) / size
        pooled = (n * all_hits / np.maximum(every, 1)).sum(axis=-1) / size
        error = np.sqrt(own + other)
        is_fixed = error <= 1e-9  # everybody alike hits, or nobody
        worth, worth_alike = (np.where(is_fixed, size, pooled * (1 - pooled) * size**2 / np.where(part > 0, part, np.nan))
                              for part in (own, other))
        z = (share - expected) * size / np.where(is_fixed, 1.0, error)
        law = stats.pearson3(np.where(is_fixed, 0.0, third / error**3))
        p = np.where(is_fixed, 1.0, np.minimum(2 * np.minimum(law.sf(z), law.cdf(z)), 1.0))
    difference = share - expected
    (low, high), (least, most) = wilson(share * worth, worth), wilson(expected * worth_alike, worth_alike)
    return Standardised(expected, difference, difference - np.hypot(share - low, most - expected),
                        difference + np.hypot(high - share, expected - least), np.where(size > 0, p, np.nan))


def together(sums, squares):
    """Return the design effect of scores in clusters: the squares of the clusters' sums over those of each; at least 1."""
    return np.maximum(np.divide(sums, squares, out=np.ones(np.shape(squares)), where=np.asarray(squares) > 1e-12), 1.0)


def q_values(p) -> np.ndarray:
    """Return Benjamini and Hochberg's (1995) adjusted p-values; unknown ones stay unknown and are not counted."""
    p = np.asarray(p, float)
    q = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    order = np.argsort(p[known], kind="stable")
    n = len(order)
    raised = p[known][order] * (n / np.arange(1, n + 1))
    q[np.flatnonzero(known)[order]] = np.minimum.accumulate(raised[::-1])[::-1].clip(0, 1)
    return q


def auc(is_hit, score) -> float:
    """Return the share of pairs of a hit and another in which the hit has the higher score; ties count half.

    Raises ZeroDivisionError where there are only hits, or none.
    """
    is_hit = np.asarray(is_hit, bool)
    n_hits, n_others = int(is_hit.sum()), int((~is_hit).sum())
    ranks = pd.Series(np.asarray(score)).rank().to_numpy()
    return float(ranks[is_hit].sum() - n_hits * (n_hits + 1) / 2) / (n_hits * n_others)
