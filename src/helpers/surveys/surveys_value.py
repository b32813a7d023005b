"""How much of customer value is in the hands of promoters, passives and detractors?

The latest answer of each customer beside what she is expected to bring. Value is so uneven that a few customers decide:
intervals are those of the bootstrap with its own standard errors (symmetric bootstrap-t: Hall 1988, JRSS B 50:35) of log odds,
and logs of means. Measured (tests/bench_surveys.py, 36 detractors and more, log-normal values) that of the share covers 93 to
95 % where the plain bootstrap covers 90 to 93 %, that of the excess 91 to 95 %; with fewer than 30 detractors less, so nothing
is claimed of them. Reads answers of surveys.py and `customer_value`.
"""

import numpy as np
import pandas as pd
from scipy import special

from helpers.errors import TooLittleData
from helpers.surveys import surveys

GROUPS = {-1.0: "detractors", 0.0: "passives", 1.0: "promoters"}
N_DRAWS = 1000
LEVELS = {"share": 0.95, "ratio": 0.98, "mean": 0.95}  # of the draws; what tails hide costs a ratio of means most
VALUE = "customer_lifetime_value"


def value_by_group(answers: pd.DataFrame, customer_value: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return detractors, passives and promoters with known value: group, n, customer_share, value (sum, currency), value_share,
    value_low, value_high (95 % of the share), per_customer, per_low, per_high, excess (value share less customer share),
    excess_low, excess_high.

    Groups of fewer than 10 are left out of the rows, not of the totals. Ends that cannot be told (a group without any value)
    are unknown. Raises TooLittleData below 100 customers with an answer and a value, or where they have no value together.
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
    is_in = np.column_stack([group == key for key in GROUPS]).astype(float)
    draws = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=N_DRAWS).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):  # of groups that nobody is in, or all, or that have no value
        found, drawn = (_sums(weights, is_in, money) for weights in (np.ones((1, len(rows))), draws))
    n, value, total = found["n"][0], found["value"][0], found["value"][0].sum()
    mean = np.divide(value, n, out=np.full(len(n), np.nan), where=n > 0)
    ends = {name: _ends(found[name][0], found[f"{name}_error"][0], drawn[name], drawn[f"{name}_error"], level=level)
            for name, level in LEVELS.items()}
    table = pd.DataFrame({
        "group": list(GROUPS.values()), "n": n.astype(int), "customer_share": n / len(rows), "value": value,
        "value_share": value / total, **dict(zip(("value_low", "value_high"), special.expit(ends["share"]), strict=True)),
        "per_customer": mean, "per_low": np.exp(ends["mean"][0]), "per_high": np.exp(ends["mean"][1]),
        "excess": value / total - n / len(rows), **{
            f"excess_{end}": special.expit(ratio + special.logit(n / len(rows))) - n / len(rows)
            for end, ratio in zip(("low", "high"), ends["ratio"], strict=True)
        },
    })
    return table[table["n"] >= surveys.MIN_SHOWN].reset_index(drop=True)


def _sums(weights: np.ndarray, is_in: np.ndarray, money: np.ndarray) -> dict[str, np.ndarray]:
    """Return, by draw (row of weights) and group, n, value and three figures with their standard errors: share (log odds of the
    value share), ratio (log of the mean value of the group to that of the others) and mean (log of the mean value)."""
    n, value, squares = (weights @ (is_in * column[:, None]) for column in (np.ones(len(money)), money, money**2))
    n_all, all_, all_squares = (weights @ column[:, None] for column in (np.ones(len(money)), money, money**2))
    share = value / all_
    spread = squares * (1 - 2 * share) + share**2 * all_squares  # of value × (in the group − share), about its mean of 0
    own, other = squares / value**2 - 1 / n, (all_squares - squares) / (all_ - value) ** 2 - 1 / (n_all - n)
    mean, others = np.log(value / n), np.log((all_ - value) / (n_all - n))
    return {
        "n": n, "value": value, "share": special.logit(share), "ratio": mean - others, "mean": mean,
        "share_error": np.sqrt(np.maximum(spread, 0)) / all_ / (share * (1 - share)),
        "ratio_error": np.sqrt(np.maximum(own, 0) + np.maximum(other, 0)), "mean_error": np.sqrt(np.maximum(own, 0)),
    }


def _ends(found: np.ndarray, error: np.ndarray, drawn: np.ndarray, drawn_error: np.ndarray, *, level: float) -> np.ndarray:
    """Return the ends by group: as many standard errors either way as `level` of the draws lie within, by their own."""
    with np.errstate(invalid="ignore"):
        away = np.abs(drawn - found) / np.where(drawn_error > 1e-9, drawn_error, np.nan)
    is_told = np.isfinite(away).sum(axis=0) > 0.9 * len(away)
    wide = np.full(len(found), np.nan)
    wide[is_told] = np.nanquantile(np.where(np.isfinite(away), away, np.nan)[:, is_told], level, axis=0)
    half = np.where(error <= 1e-9, 0.0, wide * error)  # values that are all alike leave nothing to chance
    return np.array([found - half, found + half])
