"""How sure the buy-till-you-die models are: refits on resampled customers, and simulated futures.

Customers are resampled by re-weighting (Efron's bootstrap); each refit starts at the fit and uses btyd.py's analytic
gradient. A future is drawn from the models themselves: is the customer still alive, how often do they buy before they
leave, for how much. In: a purchase summary and fitted models; out: one row of parameters a refit, arrays of futures.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from helpers import btyd
from helpers.btyd import BG_NBD, GAMMA_GAMMA, BgNbd, GammaGamma

LEVEL = 0.95  # of every interval
REACH = np.log(100.0)  # a refit may move a parameter by this factor either way: flat likelihoods must not run away
MAX_CELLS = 12_000_000  # customers × futures held at a time; 8 bytes each


def bootstrap(
    summary: pd.DataFrame, bg_nbd: BgNbd, gamma_gamma: GammaGamma, *, n_refits: int = 100, seed: int = 0
) -> pd.DataFrame:
    """Return the parameters of both models refitted on resampled customers: r, alpha, a, b, p, q, v, one row a refit.

    The same resampled customers serve both models. The penalty of the fit applies to its refits.
    """
    random = np.random.default_rng(seed)
    rows = btyd.collapse(summary)
    row_of = summary[btyd.HISTORY].merge(rows.assign(row=range(len(rows))), how="left")["row"].to_numpy()
    n_days, mean = btyd.valued_days(summary)
    valued = n_days > 0
    chances = np.full(len(summary), 1 / len(summary))
    refits = []
    for _ in range(n_refits):
        weights = random.multinomial(len(summary), chances).astype(float)
        resampled = rows.assign(n_customers=np.bincount(row_of, weights, minlength=len(rows)))
        histories = (resampled[resampled["n_customers"] > 0],)
        spending = (n_days[valued], mean[valued], weights[valued])
        purchases = _refit(btyd.bg_nbd_likelihood, bg_nbd, BG_NBD, histories)
        refits.append({**purchases, **_refit(btyd.gamma_gamma_likelihood, gamma_gamma, GAMMA_GAMMA, spending)})
    return pd.DataFrame(refits, columns=[*BG_NBD, *GAMMA_GAMMA])


def _refit(likelihood, fit: BgNbd | GammaGamma, names: tuple, data: tuple) -> dict[str, float]:
    """Return the parameters that maximise the (penalised) likelihood, started at `fit`."""
    start = np.log([fit.parameters[name] for name in names])
    units = np.log([fit.units.get(name, 1.0) for name in names])

    def loss(logs):
        total, slope = likelihood(logs, *data)
        penalty = fit.penaliser * fit.n_customers * np.exp(2 * (logs - units))
        return (penalty.sum() - total) / fit.n_customers, (2 * penalty - slope) / fit.n_customers

    bounds = [(value - REACH, value + REACH) for value in start]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-10, "maxiter": 200})
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


@dataclass(frozen=True)
class Futures:
    """Simulated futures of the same customers: one row a future, one column a customer."""

    purchases: np.ndarray
    revenue: np.ndarray


def simulate(
    summary: pd.DataFrame, bg_nbd: BgNbd, gamma_gamma: GammaGamma, refits: pd.DataFrame, *, horizon_weeks: float,
    futures_per_refit: int = 5, seed: int = 0,
) -> Futures:
    """Draw futures of `horizon_weeks` for every customer, parameters from each refit in turn.

    Given the history, a customer who is alive buys at a rate from Gamma(r + x, alpha + T) and leaves after a purchase with
    a probability from Beta(a, b + x); purchase values follow the customer's Gamma-Gamma posterior.
    """
    random = np.random.default_rng(seed)
    n_futures = min(len(refits) * futures_per_refit, max(len(refits), MAX_CELLS // max(len(summary), 1)))
    purchases = np.empty((n_futures, len(summary)), dtype="float32")
    revenue = np.empty_like(purchases)
    for i in range(n_futures):
        values = refits.iloc[i % len(refits)]
        model = replace(bg_nbd, parameters=values[list(BG_NBD)].to_dict())
        purchases[i] = counts = _draw_purchases(random, summary, model, horizon_weeks)
        revenue[i] = _draw_revenue(random, summary, counts, values)
    return Futures(purchases, revenue)


def _draw_purchases(random, summary: pd.DataFrame, model: BgNbd, horizon_weeks: float) -> np.ndarray:
    x, age = summary["frequency"].to_numpy(float), summary["T_weeks"].to_numpy(float)
    r, alpha, a, b = (model.parameters[name] for name in BG_NBD)
    alive = random.random(len(x)) < model.p_alive(summary).to_numpy()
    wants = random.poisson(random.gamma(r + x, horizon_weeks / (alpha + age)))
    leaves_after = random.geometric(np.clip(random.beta(a, b + x), 1e-12, 1.0))
    return np.where(alive, np.minimum(wants, leaves_after), 0)


def _draw_revenue(random, summary: pd.DataFrame, purchases: np.ndarray, values: pd.Series) -> np.ndarray:
    n_days, mean = btyd.valued_days(summary)
    p, q, v = (values[name] for name in GAMMA_GAMMA)
    inverse_scale = random.gamma(q + p * n_days) / (v + n_days * mean)
    return np.where(purchases > 0, random.gamma(np.maximum(p * purchases, 1e-9)) / inverse_scale, 0.0)


def interval(draws, *, level: float = LEVEL, axis: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper ends that hold `level` of the draws."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=axis)
    return low, high
