"""Buy-till-you-die models: how often customers will buy again, and for how much.

`fit(summary, model=…)` fits BG/NBD, Pareto/NBD or MBG/NBD by maximum likelihood on the distinct histories, with analytic
gradients; `fit_gamma_gamma` the value of purchases. The package lifetimes is the oracle that the tests compare with, and
`to_lifetimes` hands a fit to it. In: orders, or a purchase summary; out: a purchase summary and fitted models, in weeks.
"""

import numpy as np
import pandas as pd

from helpers.btyd.btyd_histories import DAYS_PER_WEEK, HISTORY, SUMMARY, collapse, distinct, purchase_days, purchase_summary
from helpers.btyd.btyd_likelihood import Optimum, from_part, maximise
from helpers.btyd.btyd_models import MODELS, BgNbd, MbgNbd, ParetoNbd, PurchaseModel, kind_of
from helpers.btyd.btyd_spending import GammaGamma, fit_gamma_gamma, valued_days
from helpers.errors import TooLittleData

__all__ = [  # what other modules know by the name of this one
    "DAYS_PER_WEEK", "HISTORY", "MODELS", "SUMMARY", "BgNbd", "GammaGamma", "MbgNbd", "ParetoNbd", "PurchaseModel", "collapse",
    "distinct", "fit", "fit_bg_nbd", "fit_gamma_gamma", "kind_of", "purchase_days", "purchase_summary", "to_lifetimes",
    "valued_days",
]
MIN_REPEATERS = 100  # customers with a repeat purchase; below that the four parameters are guesswork
PART = 2000  # distinct histories on which a search among many more begins


def fit(summary: pd.DataFrame, model: str = "BG/NBD", *, min_repeaters: int = MIN_REPEATERS) -> PurchaseModel:
    """Fit a model of purchases by maximum likelihood, identical histories collapsed into weights.

    A fit that does not converge is tried again: from other starting values, with growing penalties, with another optimiser.

    Parameters
    ----------
    summary : customers with frequency, recency_weeks, T_weeks. Order and index do not matter.
    model : "BG/NBD", "Pareto/NBD" or "MBG/NBD"; UserError for any other.

    Raises TooLittleData below `min_repeaters` customers with a repeat purchase, or where nothing converges.
    """
    kind = kind_of(model)
    n_repeaters = int((summary["frequency"] > 0).sum())
    if n_repeaters < min_repeaters:
        raise TooLittleData(
            "Needs a repeat purchase by at least {needed:count} customers; there are {found:count}.",
            needed=min_repeaters, found=n_repeaters,
        )
    rows = collapse(summary)
    histories = distinct(rows)
    n, longest_weeks = histories.n_customers, max(float(histories.age.max()), 1 / DAYS_PER_WEEK)
    units = np.log([longest_weeks if name in kind.times else 1.0 for name in kind.names])
    found = None
    if len(histories.counts) > 1:  # customers who all bought equally often say nothing of how customers differ
        purchases = float(histories.weights @ histories.x)
        starts = kind.starts(max(float(histories.weights @ histories.age) / purchases, 1e-3), longest_weeks)
        found = _search(kind, rows, histories, starts, units=units)
    if found is None:
        raise TooLittleData(
            "The purchase model finds no stable parameters on this data: purchases hardly differ between customers."
        )
    log_likelihood, _ = kind.likelihood(found.logs, histories)
    parameters = dict(zip(kind.names, np.exp(found.logs).tolist(), strict=True))
    return kind(parameters, log_likelihood, round(n), found.penaliser, found.optimiser, longest_weeks)


def _search(kind: type[PurchaseModel], rows: pd.DataFrame, histories, starts, *, units) -> Optimum | None:
    """Search from the optimum of every k-th history where there are many, else (or where that fails) by the whole ladder."""
    n, step = histories.n_customers, len(rows) // PART
    if step > 2:
        part = distinct(rows.iloc[::step])
        found = from_part(
            lambda logs: kind.likelihood(logs, histories), lambda logs: kind.likelihood(logs, part), starts,
            n=n, n_part=part.n_customers, units=units,
        )
        if found is not None:
            return found
    return maximise(lambda logs: kind.likelihood(logs, histories), starts, n=n, units=units)


def fit_bg_nbd(summary: pd.DataFrame, *, min_repeaters: int = MIN_REPEATERS) -> BgNbd:
    """Fit BG/NBD: `fit` with its default model."""
    return fit(summary, "BG/NBD", min_repeaters=min_repeaters)


def to_lifetimes(model: PurchaseModel | GammaGamma):
    """Return the fitter of the package lifetimes with these parameters, for its plots and for comparison.

    Its `_negative_log_likelihood_` is not set: the one that lifetimes computes is in its own, scaled time.
    """
    import lifetimes  # takes half a second to import

    fitters = {
        "BG/NBD": "BetaGeoFitter", "MBG/NBD": "ModifiedBetaGeoFitter", "Pareto/NBD": "ParetoNBDFitter",
        "Gamma-Gamma": "GammaGammaFitter",
    }
    fitter = getattr(lifetimes, fitters[model.name])()
    fitter.params_ = pd.Series(model.parameters)
    return fitter
