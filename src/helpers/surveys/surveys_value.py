"""How much of customer value is in the hands of promoters, passives and detractors?

The latest answer of each customer beside what she is expected to bring. Reads answers of surveys.py and `customer_value`.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.surveys import surveys

GROUPS = {-1.0: "detractors", 0.0: "passives", 1.0: "promoters"}
N_DRAWS = 1000
VALUE = "customer_lifetime_value"


def value_by_group(answers: pd.DataFrame, customer_value: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return detractors, passives and promoters with known value: group, n, customer_share, value (sum, currency), value_share,
    value_low, value_high (95 % of the share), per_customer, per_low, per_high, excess (value share less customer share),
    excess_low, excess_high.

    Groups of fewer than 10 are left out of the rows, not of the totals. Intervals: customers drawn again. Raises TooLittleData
    below 100 customers with an answer and a value, or where they have no value together.
    """
    latest = surveys.latest_answers(answers, "nps").dropna(subset=["customer_id"])
    rows = latest.merge(customer_value[["customer_id", VALUE]].dropna(), on="customer_id").sort_values("customer_id")
    if len(rows) < 100 or rows[VALUE].sum() <= 0:
        raise TooLittleData(
            "Needs {needed:count} customers with both an answer and a value to say whose value is at stake; there are "
            "{n:count}.", needed=100, n=len(rows),
        )
    group = surveys.points(rows["nps"], "nps").to_numpy()
    money = rows[VALUE].to_numpy(float)
    indicator = np.column_stack([group == key for key in GROUPS]).astype(float)
    draws = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=N_DRAWS).astype(float)
    weights = np.vstack([np.ones((1, len(rows))), draws])
    n, value = weights @ indicator, weights @ (indicator * money[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        figures = {"value": value / value.sum(axis=1, keepdims=True), "per": value / n}
    figures["excess"] = figures["value"] - n / n.sum(axis=1, keepdims=True)
    ends = {name: _ends(every[1:], n[0] > 0) for name, every in figures.items()}
    table = pd.DataFrame({
        "group": list(GROUPS.values()), "n": n[0].astype(int), "customer_share": n[0] / n[0].sum(), "value": value[0],
        "value_share": figures["value"][0], "value_low": ends["value"][0], "value_high": ends["value"][1],
        "per_customer": figures["per"][0], "per_low": ends["per"][0], "per_high": ends["per"][1],
        "excess": figures["excess"][0], "excess_low": ends["excess"][0], "excess_high": ends["excess"][1],
    })
    return table[table["n"] >= surveys.MIN_SHOWN].reset_index(drop=True)


def _ends(draws: np.ndarray, has_any: np.ndarray) -> np.ndarray:
    """Return the 95 % ends of each column; unknown for groups that nobody is in."""
    found = np.full((2, draws.shape[1]), np.nan)
    found[:, has_any] = np.nanquantile(draws[:, has_any], (0.025, 0.975), axis=0)
    return found
