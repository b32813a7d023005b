"""Shares and their uncertainty: Wilson intervals, tests of two shares, shrinkage (used wherever shares are compared)."""

import numpy as np
import pandas as pd
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
