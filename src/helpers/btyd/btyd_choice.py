"""Which purchase model should be believed, and does its spread of outcomes fit?

Models are chosen by the likelihood of purchases that they have not seen: log P(the holdout's count | history) per customer,
the logarithmic score (Gneiting and Raftery 2007, JASA 102:359). Whether outcomes spread as the model says: the non-randomised
PIT of counts (Czado, Gneiting and Held 2009, Biometrics 65:1254). In: a purchase summary and the counts that came true.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.btyd import btyd
from helpers.btyd.btyd_models import MODELS, PurchaseModel
from helpers.errors import TooLittleData

Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Choice:
    """Models fitted to the same customers, their held-out scores (`compare`), and the one that scores best."""

    table: pd.DataFrame
    fits: dict[str, PurchaseModel]
    best: PurchaseModel

    @property
    def is_clear(self) -> bool:
        """Say whether the best is better than every other beyond chance (no interval of a lag reaches 0)."""
        return bool((self.table.loc[self.table["model"] != self.best.name, "lag_low"] > 0).all())


def compare(
    summary: pd.DataFrame, counts, horizon_weeks: float, *, models=tuple(MODELS), min_repeaters: int = btyd.MIN_REPEATERS
) -> Choice:
    """Fit the models to `summary` and score each on the purchase days of the `horizon_weeks` after it.

    counts : purchase days of each customer in the horizon, in the order of `summary`; 0 for who did not buy.

    Out: table with one row a model, the best first: model; n_customers; log_likelihood (of the fit); held_out (sum of log
    P(count)); per_customer; expected, actual (purchase days in the horizon); lag, lag_low, lag_high: by how much the held-out
    log-likelihood falls behind the best one, with a 95 % interval from the customers' own differences (0 for the best).
    A model that does not converge is left out; where none does, the TooLittleData of the first is raised.
    """
    counts = np.broadcast_to(np.asarray(counts, float), len(summary))
    fits, problem = {}, None
    for model in models:
        try:
            fits[model] = btyd.fit(summary, model, min_repeaters=min_repeaters)
        except TooLittleData as error:
            problem = problem or error
    if not fits:
        raise problem or ValueError("there is no model to compare")
    scores = {name: fit.log_p_count(summary, horizon_weeks, counts).to_numpy() for name, fit in fits.items()}
    table = _rank(scores)
    table.insert(2, "log_likelihood", [fits[name].log_likelihood for name in table["model"]])
    expected = [float(fits[name].expected_purchases(summary, horizon_weeks).sum()) for name in table["model"]]
    table.insert(5, "expected", expected)
    table.insert(6, "actual", float(counts.sum()))
    return Choice(table, fits, fits[table["model"].iloc[0]])


def compare_buying(p_no_purchase: dict[str, pd.Series], bought) -> pd.DataFrame:
    """Compare models of any kind by whether customers bought at all: what BG/BB and the models in weeks both say.

    p_no_purchase : P(no purchase in the horizon) by name of the model, all of the same customers in the same order;
    bought : whether each of them bought in it.

    Out: as `compare`, the best first, without log_likelihood; expected and actual are customers who buy; brier (mean squared
    error of the probability).
    """
    bought = np.asarray(bought, bool)
    buys = {name: np.clip(1 - np.asarray(p, float), 1e-15, 1 - 1e-15) for name, p in p_no_purchase.items()}
    table = _rank({name: np.log(np.where(bought, p, 1 - p)) for name, p in buys.items()})
    table.insert(4, "expected", [float(buys[name].sum()) for name in table["model"]])
    table.insert(5, "actual", float(bought.sum()))
    return table.assign(brier=[float(((buys[name] - bought) ** 2).mean()) for name in table["model"]])


def _rank(scores: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the models by their sum of log scores, the best first, and how far the others fall behind it."""
    best = max(scores, key=lambda name: scores[name].sum())
    rows = []
    for name, each in scores.items():
        behind = scores[best] - each
        half = Z * float(behind.std(ddof=1)) * np.sqrt(len(behind)) if len(behind) > 1 else np.inf
        rows.append({
            "model": name, "n_customers": len(each), "held_out": float(each.sum()), "per_customer": float(each.mean()),
            "lag": float(behind.sum()), "lag_low": float(behind.sum()) - half, "lag_high": float(behind.sum()) + half,
        })
    return pd.DataFrame(rows).sort_values("held_out", ascending=False, kind="stable").reset_index(drop=True)


def pit(model: PurchaseModel, summary: pd.DataFrame, counts, horizon_weeks: float, *, n_bins: int = 10) -> pd.DataFrame:
    """Return the PIT histogram of the holdout's counts: flat where outcomes spread as the model says.

    A count n spreads its customer evenly from P(fewer than n) to P(at most n). A hump in the middle: the model is unsure
    without need; a U: too sure; a slope: too high or too low on the whole.

    Out: low, high (ends of the bin), share, expected (1 / n_bins), chance_low, chance_high: within which 95 % of shares lie if
    the model is right (binomial; counts spread a little less, so the limits are on the safe side).
    """
    counts = np.broadcast_to(np.asarray(counts, float), len(summary))
    to = model.p_at_most(summary, horizon_weeks, counts).to_numpy()
    begin = model.p_at_most(summary, horizon_weeks, counts - 1).to_numpy()
    edges = np.linspace(0, 1, n_bins + 1)
    width = np.maximum(to - begin, 1e-300)
    below = np.array([np.clip((edge - begin) / width, 0, 1).mean() for edge in edges])
    below[[0, -1]] = 0, 1  # rounding of P(at most n) must not leave anybody out
    half = Z * np.sqrt((1 - 1 / n_bins) / n_bins / len(summary))
    return pd.DataFrame({
        "low": edges[:-1], "high": edges[1:], "share": np.diff(below), "expected": 1 / n_bins,
        "chance_low": 1 / n_bins - half, "chance_high": 1 / n_bins + half,
    })


def pit_distance(histogram: pd.DataFrame) -> float:
    """Return which share of customers would have to lie elsewhere for the PIT histogram to be flat (0 = it is)."""
    return float((histogram["share"] - histogram["expected"]).abs().sum() / 2)
