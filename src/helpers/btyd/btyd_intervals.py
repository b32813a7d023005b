"""How sure the buy-till-you-die models are: refits on resampled customers, and simulated futures.

Customers are resampled by re-weighting their distinct histories (Efron's bootstrap); each refit starts at the fit, with its
curvature. A future is drawn from the models themselves: is the customer still alive, how often do they buy before they
leave, for how much. In: a purchase summary and fitted models; out: one row of parameters a refit, arrays of futures.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.btyd import btyd_likelihood, btyd_spending
from helpers.btyd.btyd_histories import HISTORY, distinct
from helpers.btyd.btyd_models import PurchaseModel
from helpers.btyd.btyd_spending import GammaGamma

LEVEL = 0.95  # of every interval
MAX_CELLS = 12_000_000  # customers × futures held at a time; 8 bytes each


def bootstrap(
    summary: pd.DataFrame, model: PurchaseModel, gamma_gamma: GammaGamma | None = None, *, n_refits: int = 100, seed: int = 0
) -> pd.DataFrame:
    """Return the parameters of the models refitted on resampled customers, one row a refit.

    Out: the columns of model.names, and p, q, v where `gamma_gamma` is given: the same resampled customers serve both.
    The penalty of a fit applies to its refits. The order of customers does not matter.
    """
    random = np.random.default_rng(seed)
    kinds, n_kind = _kinds_of_customers(summary)
    at = kinds.groupby(HISTORY, sort=False).ngroup().to_numpy()
    histories = distinct(kinds[~pd.Series(at).duplicated().to_numpy()])
    purchases = _Refits(model, lambda weights: lambda logs: model.likelihood(logs, histories.weighted(weights)))
    valued = (kinds["n_days"] > 0).to_numpy()
    values = kinds["n_days"].to_numpy()[valued], kinds["mean"].to_numpy()[valued]
    spending = gamma_gamma and _Refits(gamma_gamma, lambda weights: lambda logs: btyd_spending.gamma_gamma_likelihood(
        logs, *values, weights))
    purchases.prepare(np.bincount(at, n_kind))
    if spending:
        spending.prepare(n_kind[valued])
    refits = []
    for _ in range(n_refits):
        drawn = random.multinomial(len(summary), n_kind / len(summary)).astype(float)
        found = purchases.on(np.bincount(at, drawn))
        refits.append({**found, **(spending.on(drawn[valued]) if spending else {})})
    return pd.DataFrame(refits, columns=[*model.names, *(gamma_gamma.names if gamma_gamma else ())])


def _kinds_of_customers(summary: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the distinct customers by history and value (columns n_days, mean), ascending, and how many there are of each."""
    kinds = summary[HISTORY].assign(n_days=0.0, mean=0.0)
    if "monetary_value" in summary:
        kinds["n_days"], kinds["mean"] = btyd_spending.valued_days(summary)
    kinds = kinds.groupby([*HISTORY, "n_days", "mean"], as_index=False).size()
    return kinds.drop(columns="size"), kinds["size"].to_numpy(float)


class _Refits:
    """Refits of one model: `prepare` finds the curvature on all customers, `on` fits resampled ones."""

    def __init__(self, fit: PurchaseModel | GammaGamma, likelihood):
        self.fit, self.likelihood = fit, likelihood
        self.units = np.log([fit.units.get(name, 1.0) for name in fit.names])
        self.optimum = btyd_likelihood.Optimum(np.log(fit.values), fit.penaliser)

    def prepare(self, weights: np.ndarray) -> None:
        self.shape = btyd_likelihood.curvature(self.likelihood(weights), self.optimum, n=weights.sum(), units=self.units)

    def on(self, weights: np.ndarray) -> dict[str, float]:
        logs = btyd_likelihood.refit(
            self.likelihood(weights), self.optimum, self.shape, n=max(weights.sum(), 1.0), units=self.units
        )
        return dict(zip(self.fit.names, np.exp(logs).tolist(), strict=True))


@dataclass(frozen=True)
class Futures:
    """Simulated futures of the same customers: one row a future, one column a customer."""

    purchases: np.ndarray
    revenue: np.ndarray


def simulate(
    summary: pd.DataFrame, model: PurchaseModel, gamma_gamma: GammaGamma, refits: pd.DataFrame, *, horizon_weeks: float,
    futures_per_refit: int = 5, seed: int = 0,
) -> Futures:
    """Draw futures of `horizon_weeks` for every customer, the same number from each refit.

    Given the history, a customer who is alive buys and leaves at rates drawn from their posterior; purchase values follow the
    customer's Gamma-Gamma posterior. At most MAX_CELLS are drawn, but at least one future a refit. Which draw a customer gets
    depends on their customer_id (or history), not on their row.
    """
    random = np.random.default_rng(seed)
    order = np.argsort(summary["customer_id"].to_numpy(str), kind="stable") if "customer_id" in summary else np.lexsort(
        summary[HISTORY].to_numpy().T)
    ordered = summary.iloc[order]
    each = max(1, min(futures_per_refit, MAX_CELLS // max(len(summary) * len(refits), 1)))
    purchases = np.empty((len(refits) * each, len(summary)), dtype="float32")
    revenue = np.empty_like(purchases)
    for i in range(len(refits)):
        values = refits.iloc[i]
        bought = replace(model, parameters=values[list(model.names)].to_dict()).draw_purchases(
            random, ordered, horizon_weeks, n_futures=each
        )
        spends = replace(gamma_gamma, parameters=values[list(gamma_gamma.names)].to_dict())
        for row, counts in enumerate(bought, start=i * each):
            purchases[row, order] = counts
            revenue[row, order] = spends.draw_revenue(random, ordered, counts)
    return Futures(purchases, revenue)


def interval(draws, *, level: float = LEVEL, axis: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper ends that hold `level` of the draws."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=axis)
    return low, high
