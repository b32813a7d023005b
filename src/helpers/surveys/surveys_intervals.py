"""How sure is the mean of answers on a scale of a few numbers: an interval that holds from 15 answers on.

The Bayesian bootstrap (Rubin 1981, Annals of Statistics 9:130) gives every possible answer a random weight, gamma with as many
parts as there are such answers. With 1½ answers more, spread evenly over the scale, its 95 % interval covers the truth about
95 % of the time from n = 15 on, for three groups of promoters (½ each: Jeffreys' prior) as for a scale of seven
(tests/bench_surveys.py). It is not drawn but computed: P(mean ≤ t) = P(Σ (xᵢ − t) Gᵢ ≤ 0) by inverting the characteristic
function of that sum of gamma variates (Gil-Pelaez 1951; Imhof 1961, Biometrika 48:419). So it needs no seed.
"""

import numpy as np

PRIOR = 1.5  # answers added, spread evenly over the scale
STEP = 0.1  # half of it changes no end by more than 0.0001 of the scale
LOG_U = np.arange(-12.0, 14.0, STEP)  # where the characteristic function is summed: log of u, in standard deviations of Σ
N_HALVINGS = 26  # the ends are exact to a part in 10⁷ of the scale


def share_below(counts: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return P(mean ≤ `at`) for each row of `counts` (rows × values, all > 0: the answers with what is added)."""
    away = values[None, :] - np.asarray(at, float)[:, None]
    spread = np.sqrt((counts * away**2).sum(axis=1))
    u = np.exp(LOG_U)[None, :] / np.where(spread > 0, spread, 1.0)[:, None]
    angle, damping = np.zeros_like(u), np.zeros_like(u)
    for weight, distance in zip(counts.T, away.T, strict=True):
        turned = distance[:, None] * u
        angle += weight[:, None] * np.arctan(turned)
        damping += 0.5 * weight[:, None] * np.log1p(turned**2)
    return 0.5 - (np.sin(angle) * np.exp(-damping)).sum(axis=1) * STEP / np.pi


def mean_interval(counts, values, *, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the mean answer for each row of `counts`; unknown where nobody answered.

    counts: rows × values (or one row), how many gave each of `values`; may be fractions: with weights or clusters they add up
    to the effective number of answers. The ends lie within the scale and around the mean itself; where all answers are alike
    the interval has that answer as one end and still some length.
    """
    counts, values = np.atleast_2d(np.asarray(counts, float)), np.asarray(values, float)
    is_known = counts.sum(axis=1) > 0
    more = counts[is_known] + PRIOR / len(values)
    low, high = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    low[is_known] = _quantile(more, values, (1 - level) / 2)
    high[is_known] = _quantile(more, values, (1 + level) / 2)
    mean = counts @ values / np.where(is_known, counts.sum(axis=1), np.nan)
    return np.minimum(low, mean), np.maximum(high, mean)


def _quantile(counts: np.ndarray, values: np.ndarray, share: float) -> np.ndarray:
    """Return where P(mean ≤ t) reaches `share`, by halving from the ends of the scale."""
    low, high = np.full(len(counts), values.min()), np.full(len(counts), values.max())
    for _ in range(N_HALVINGS if len(counts) else 0):
        middle = (low + high) / 2
        is_below = share_below(counts, values, middle) < share
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return (low + high) / 2


def difference_interval(a: dict, b: dict, *, correlation: float = 0.0) -> tuple[float, float]:
    """Return the interval of `a` minus `b` from the two intervals (estimate, low, high).

    Zou and Donner (2008), Statistics in Medicine 27:1693: the distances of the ends are added as squares; with the
    `correlation` of the two estimates where some people are in both (Zou 2007, Psychological Methods 12:399).
    """
    difference = a["estimate"] - b["estimate"]
    down = _joint(a["estimate"] - a["low"], b["high"] - b["estimate"], correlation)
    up = _joint(a["high"] - a["estimate"], b["estimate"] - b["low"], correlation)
    return difference - down, difference + up


def _joint(one: float, other: float, correlation: float) -> float:
    return float(np.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0)))
