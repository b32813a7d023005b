"""Waiting times of which some are not over yet: quantiles by Kaplan and Meier (1958) with intervals by Brookmeyer and Crowley
(1982), the band of the survival curve on the complementary log-log scale. A case that is still open counts for as long as it
has waited so far; leaving it out would make service look faster than it is.
"""

import numpy as np

from helpers.proportions import Z95


def survival(hours, is_over) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (times at which a wait ended, share still waiting after each, variance of log(−log share), waits at risk).

    hours: length of each wait so far; is_over: whether it ended then. At equal times ends come before cuts. The variance is
    Greenwood's; it is infinite where the share is 0, unknown where nothing ended.
    """
    hours, is_over = np.asarray(hours, float), np.asarray(is_over, bool)
    times = np.unique(hours[is_over])
    waits, ends = np.sort(hours), np.sort(hours[is_over])
    at_risk = len(waits) - np.searchsorted(waits, times, side="left")
    ended = np.searchsorted(ends, times, side="right") - np.searchsorted(ends, times, side="left")
    share = np.cumprod(1 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        variance = greenwood / np.log(share) ** 2
    return times, share, np.where(share > 0, variance, np.inf), at_risk


def quantile(hours, is_over, q: float, *, z: float = Z95) -> tuple[float, float, float]:
    """Return (the time by which a share `q` of the waits is over, lower, upper end of its interval).

    Each is NaN where the data do not reach it: "the upper end is not known yet". Without open waits the estimate is the
    smallest wait that at least `q` of all do not exceed. NaN throughout where there are no waits.
    """
    times, share, variance, at_risk = survival(hours, is_over)
    if not len(times):
        return np.nan, np.nan, np.nan
    level = 1 - q + 1e-12
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = np.exp(z * np.sqrt(variance))
        lower, upper = share ** spread, share ** (1 / spread)  # log(−log) ± z·se, turned back
    none_left = z**2 / (at_risk + z**2)  # Wilson's upper end of a share of 0
    lower, upper = np.where(share > 0, lower, 0.0), np.where(share > 0, upper, none_left)
    return tuple(_first(times, curve <= level) for curve in (share, lower, upper))


def _first(times: np.ndarray, reached: np.ndarray) -> float:
    return float(times[np.argmax(reached)]) if reached.any() else np.nan
