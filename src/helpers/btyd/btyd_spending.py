"""Gamma-Gamma: how much a customer spends per purchase day.

Fader and Hardie (2013, brucehardie.com/notes/025): values of one customer follow Gamma(p, ν), ν ~ Gamma(q, v), independent of
how often they buy. In: a purchase summary; out: a fitted model, whose money is in the currency of the data.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import gammaln, psi

from helpers.btyd.btyd_likelihood import maximise
from helpers.errors import TooLittleData

MIN_CUSTOMERS = 100  # with a valued repeat purchase


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model of revenue per purchase day; `unit` is the mean value, in which penalties count money."""

    parameters: dict[str, float]
    log_likelihood: float
    n_customers: int
    penaliser: float = 0.0
    unit: float = 1.0
    optimiser: str = "BFGS"

    name: ClassVar[str] = "Gamma-Gamma"
    names: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(self.parameters[name] for name in self.names)

    @property
    def units(self) -> dict[str, float]:
        """Return the units in which penalties count the parameters (money in multiples of the mean)."""
        return {"v": self.unit}

    @property
    def mean_value(self) -> float:
        """Return the mean revenue per purchase day of the population (infinite where q ≤ 1)."""
        p, q, v = self.values
        return p * v / (q - 1) if q > 1 else np.inf

    def expected_average_value(self, summary: pd.DataFrame) -> pd.Series:
        """Return the expected revenue per future purchase day: the customer's own mean, drawn to the population's.

        A customer without a valued repeat purchase gets the population's mean.
        """
        n_days, mean = valued_days(summary)
        p, q, _ = self.values
        own = p * n_days / (p * n_days + q - 1)
        return pd.Series((1 - own) * self.mean_value + own * mean, index=summary.index, dtype=float)

    def draw_revenue(self, random: np.random.Generator, summary: pd.DataFrame, purchases: np.ndarray) -> np.ndarray:
        """Draw the revenue of `purchases` future purchase days from the posterior of each customer's own spending."""
        n_days, mean = valued_days(summary)
        p, q, v = self.values
        scale = (v + n_days * mean) / random.gamma(q + p * n_days)
        return np.where(purchases > 0, random.gamma(np.maximum(p * purchases, 1e-9)) * scale, 0.0)


def valued_days(summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return valued repeat days and their mean, 0 and 0 where there are none."""
    n_days = summary["n_valued_days"] if "n_valued_days" in summary else summary["frequency"]
    known = summary["monetary_value"].notna() & (n_days > 0)
    return n_days.where(known, 0).to_numpy(float), summary["monetary_value"].where(known, 0).to_numpy(float)


def fit_gamma_gamma(summary: pd.DataFrame, *, min_customers: int = MIN_CUSTOMERS) -> GammaGamma:
    """Fit Gamma-Gamma on the customers with a valued repeat purchase day.

    Money is divided by its mean before the fit, so that the currency does not matter. A fit with q ≤ 1 (no finite mean)
    is tried again with growing penalties. Raises TooLittleData below `min_customers`, or where nothing converges.
    """
    n_days, mean = valued_days(summary)
    n_days, mean = n_days[n_days > 0], mean[n_days > 0]
    if len(mean) < min_customers:
        raise TooLittleData(
            "Needs repeat purchases with revenue by at least {needed:count} customers; there are {found:count}.",
            needed=min_customers, found=len(mean),
        )
    unit = float(mean.mean())
    few, weights = collapse_values(n_days, mean / unit)
    starts = [np.log(start) for start in ((3.0, 3.0, 0.7), (1.0, 2.0, 1.0), (10.0, 10.0, 0.9))]
    found = None
    if np.ptp(mean) > 1e-9 * unit:
        found = maximise(
            lambda logs: gamma_gamma_likelihood(logs, *few, weights), starts, n=len(mean), accept=lambda values: values[1] > 1
        )
    if found is None:
        raise TooLittleData(
            "The model of purchase values finds no stable parameters on this data: values hardly differ between customers."
        )
    p, q, v = np.exp(found.logs) * [1, 1, unit]
    total, _ = gamma_gamma_likelihood(np.log([p, q, v]), few[0], few[1] * unit, weights)
    return GammaGamma(
        {"p": float(p), "q": float(q), "v": float(v)}, total, len(mean), found.penaliser, unit, found.optimiser
    )


def collapse_values(n_days: np.ndarray, mean: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return the distinct pairs of valued days and mean value, ascending, and their numbers of customers."""
    pairs, counts = np.unique(np.column_stack([n_days, mean]), axis=0, return_counts=True)
    return (pairs[:, 0], pairs[:, 1]), counts.astype(float)


def gamma_gamma_likelihood(logs, n_days, mean, weights) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and its gradient by the logs of p, q, v (brucehardie.com/notes/025, equation 1a)."""
    p, q, v = np.exp(logs)
    days, at = np.unique(n_days, return_inverse=True)  # the gamma functions see the few different numbers of days only
    px, total = p * n_days, n_days * mean
    spread, by_days = np.log(total + v), np.bincount(at, weights, minlength=len(days))
    log_mean, n = np.log(mean), weights.sum()
    fixed = gammaln(p * days + q) - gammaln(p * days) + p * days * np.log(days)
    value = by_days @ fixed + n * (q * np.log(v) - gammaln(q)) + (weights * ((px - 1) * log_mean - (px + q) * spread)).sum()
    per_day = days * (psi(p * days + q) - psi(p * days) + np.log(days))
    slope = np.array([
        by_days @ per_day + (weights * n_days * (log_mean - spread)).sum(),
        by_days @ psi(p * days + q) - n * psi(q) + n * np.log(v) - (weights * spread).sum(),
        n * q / v - (weights * (px + q) / (total + v)).sum(),
    ])
    return float(value), slope * np.exp(logs)
