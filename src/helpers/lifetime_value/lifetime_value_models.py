"""Which model of purchases predicts unseen weeks best: BG/NBD, Pareto/NBD or MBG/NBD?

All are fitted up to the end of the calibration; the chosen one gives what came in the weeks after it the highest likelihood,
P(X = n) of every customer's own number of purchases. Where chance could explain the lead, the nearest total decides. In:
purchase summaries of both windows; out: fitted models, their comparison, `btyd_parameters`.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.btyd import btyd, btyd_choice, btyd_intervals
from helpers.btyd.btyd import GammaGamma, PurchaseModel
from helpers.errors import TooLittleData
from helpers.lifetime_value.lifetime_value import Window

PUBLISHED = {  # the 1/10 sample of CDNOW, weeks 1–39: Fader, Hardie and Lee (2005), Fader and Hardie (2013)
    "BG/NBD": {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257, "log-likelihood": -9582.43},
    "Pareto/NBD": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.668, "log-likelihood": -9594.97},
    "MBG/NBD": {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, "log-likelihood": -9582.13},
    "Gamma-Gamma": {"p": 6.249, "q": 3.745, "v": 15.448, "log-likelihood": -4055.92},
}
PUBLISHED_SAMPLE = {"customers": 2357, "repeat purchases": 2457, "longest T in days": 272}  # by which it is recognised


@dataclass(frozen=True)
class Choice:
    """The chosen model (fitted on the calibration), its rivals, the comparison, and how much the choice matters."""

    fit: PurchaseModel
    others: tuple[PurchaseModel, ...]
    comparison: pd.DataFrame
    facts: dict

    @property
    def fits(self) -> dict[str, PurchaseModel]:
        return {fit.name: fit for fit in (self.fit, *self.others)}


def choose(calibration: pd.DataFrame, holdout: pd.DataFrame, *, window: Window, only: str = "") -> Choice:
    """Fit the models (or the one of the name `only`) and return the one to use.

    Models whose held-out likelihood cannot be told from the best one's (95 % interval of the sum of customers' differences)
    compete by their fit: one without a penalty before one with, then the nearer total of purchases.

    comparison: as btyd_choice.compare returns it, with total (purchases predicted ÷ purchases that came − 1), penaliser and
    optimiser (the step of the ladder that converged) and is_chosen. facts: n, model, n_models, n_close (models that cannot be
    told from the best), spread (largest difference of totals), failed, penalised (names). Raises TooLittleData where no
    model can be fitted, or nobody known before bought in the unseen weeks; UserError for no model's name.
    """
    names = (btyd.kind_of(only).name,) if only else tuple(btyd.MODELS)
    came = calibration["customer_id"].map(holdout.set_index("customer_id")["n_purchase_days"]).fillna(0).to_numpy("int64")
    compared = btyd_choice.compare(calibration, came, window.holdout_weeks, models=names)
    if not came.sum():
        raise TooLittleData("Nobody known before them bought in the unseen weeks: the model cannot be checked.")
    fits, found = compared.fits, compared.table
    found = found.assign(
        total=found["expected"] / found["actual"] - 1, penaliser=[fits[name].penaliser for name in found["model"]],
        optimiser=[fits[name].optimiser for name in found["model"]],
    )
    close = found[found["lag_low"] <= 0]
    order = pd.DataFrame({"model": close["model"], "penalised": close["penaliser"] > 0, "miss": close["total"].abs()})
    chosen = order.sort_values(["penalised", "miss", "model"])["model"].iloc[0]
    facts = {
        "n": len(calibration), "model": chosen, "n_models": len(found), "n_close": len(close), "weeks": window.holdout_weeks,
        "spread": float(found["expected"].max() / found["expected"].min() - 1), "lag": float(found["lag"].max()),
        "failed": [name for name in names if name not in fits],
        "penalised": found.loc[found["penaliser"] > 0, "model"].tolist(),
    }
    others = tuple(fits[name] for name in found["model"] if name != chosen)
    return Choice(fits[chosen], others, found.assign(is_chosen=found["model"] == chosen), facts)


def parameter_table(
    summary: pd.DataFrame, chosen: PurchaseModel, gamma_gamma: GammaGamma, refits: pd.DataFrame, *, fitted_on: str,
    others: tuple[PurchaseModel, ...] = (),
) -> pd.DataFrame:
    """Return `btyd_parameters`: estimates, beside the published ones where they apply.

    The chosen model and Gamma-Gamma have 95 % bootstrap intervals (`refits`), the other models and log-likelihoods none.
    Out: model, fitted_on, parameter, estimate, low, high, published, n_customers; the chosen model first.
    """
    published = PUBLISHED if is_published_sample(summary) else {}
    rows = []
    for fit in (chosen, gamma_gamma, *others):
        for name in (*fit.names, "log-likelihood"):
            known = name in fit.names and fit in (chosen, gamma_gamma)
            low, high = btyd_intervals.interval(refits[name]) if known else (np.nan, np.nan)
            rows.append({
                "model": fit.name, "fitted_on": fitted_on, "parameter": name,
                "estimate": fit.parameters.get(name, fit.log_likelihood), "low": float(low), "high": float(high),
                "published": published.get(fit.name, {}).get(name, np.nan), "n_customers": fit.n_customers,
            })
    return pd.DataFrame(rows)


def is_published_sample(summary: pd.DataFrame) -> bool:
    """Say whether these are the histories whose parameters were published (CDNOW's 1/10 sample after 39 weeks)."""
    found = {
        "customers": len(summary),
        "repeat purchases": int(summary["frequency"].sum()),
        "longest T in days": round(btyd.DAYS_PER_WEEK * float(summary["T_weeks"].max())),
    }
    return found == PUBLISHED_SAMPLE


def rhythm(fit: PurchaseModel, refits: pd.DataFrame) -> dict:
    """Return what the parameters mean: mean purchases a week of active customers, and the mean chance of leaving after one.

    Means of the fitted distributions with bootstrap intervals: r / alpha; a / (a + b) after a purchase, or s / beta a week in
    Pareto/NBD (`per_week`).
    """
    drawn = [replace(fit, parameters=row) for row in refits[list(fit.names)].to_dict("records")]
    rates, leaves = [model.mean_rate for model in drawn], [model.mean_leaving for model in drawn]
    (rate_low, rate_high), (leave_low, leave_high) = btyd_intervals.interval(rates), btyd_intervals.interval(leaves)
    return {
        "rate": fit.mean_rate, "rate_low": float(rate_low), "rate_high": float(rate_high), "leave": fit.mean_leaving,
        "leave_low": float(leave_low), "leave_high": float(leave_high), "n": fit.n_customers,
        "per_week": fit.name == "Pareto/NBD",
    }
