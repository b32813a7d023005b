"""Of whom are age, income or region known, and are these customers like the others?

Reads customers and segments. What is said of demographics speaks of the covered only; here they are compared with the rest.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona.persona_traits import known_demographics
from helpers.proportions import Z95
from helpers.report import Evidence

MIN_SIDE = 30  # customers with and without known demographics below which they are not compared
FIGURES = {"revenue": "Revenue", "frequency": "Purchase days", "recency_days": "Days since the last purchase"}
NOT_PERSONAL = {"loyalty_tier", "acquisition_channel"}  # what the company knows by itself


def covered(customers: pd.DataFrame, segments: pd.DataFrame) -> pd.Series:
    """Return by customer of `segments` whether anything personal (age, income, region …) is known."""
    known = known_demographics(customers).set_index("customer_id")
    names = [name for name in known if name not in NOT_PERSONAL]
    has_any = known[names].notna().any(axis=1)
    return has_any.reindex(segments["customer_id"]).fillna(False).astype(bool)


def add_known(personas: pd.DataFrame, customers: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Add `n_known`: the customers of each segment of whom anything personal is known (`customers` may be empty)."""
    known = covered(customers, segments).to_numpy()
    counts = segments.loc[known, "segment"].value_counts()
    return personas.assign(n_known=personas["segment"].map(counts).fillna(0).astype(int))


def compare(customers: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Return the mean customer with and without known demographics: one row a figure.

    Columns: figure, n_known, n_unknown, known, unknown (means), ratio, ratio_low, ratio_high (95 %, delta method).

    Raises
    ------
    TooLittleData : fewer than `MIN_SIDE` customers on one side.
    """
    is_known = covered(customers, segments).to_numpy()
    n_known, n_unknown = int(is_known.sum()), int((~is_known).sum())
    if min(n_known, n_unknown) < MIN_SIDE:
        raise TooLittleData(
            "Needs {needed:count} customers with known demographics and as many without to compare them; there are "
            "{known:count} and {unknown:count}.",
            needed=MIN_SIDE, known=n_known, unknown=n_unknown,
        )
    rows = []
    for column, label in FIGURES.items():
        values = segments[column].to_numpy(float)
        sides = _ratio(values[is_known], values[~is_known])
        rows.append({"figure": label, "n_known": n_known, "n_unknown": n_unknown, **sides})
    return pd.DataFrame(rows)


def _ratio(known: np.ndarray, unknown: np.ndarray) -> dict[str, float]:
    a, b = known.mean(), unknown.mean()
    found = {"known": float(a), "unknown": float(b)}
    if not (a > 0 and b > 0):
        return found | dict.fromkeys(("ratio", "ratio_low", "ratio_high"), float("nan"))
    error = np.sqrt(known.var(ddof=1) / len(known) / a**2 + unknown.var(ddof=1) / len(unknown) / b**2)
    return found | {"ratio": float(a / b), "ratio_low": float(a / b * np.exp(-Z95 * error)),
                    "ratio_high": float(a / b * np.exp(Z95 * error))}


def sentence(compared: pd.DataFrame) -> tuple[str, dict, Evidence]:
    """Return the finding: how different the covered customers are in revenue, and what that means."""
    row = compared.iloc[0]
    values = {name: row[name] for name in ("known", "unknown", "ratio", "ratio_low", "ratio_high")} | {
        "n_known": int(row["n_known"]), "n": int(row["n_known"] + row["n_unknown"])}
    proof = Evidence(
        "estimate", n=values["n_known"], estimate=row["ratio"], interval=(row["ratio_low"], row["ratio_high"]), baseline=1.0,
        coverage=values["n_known"] / values["n"],
    ) if np.isfinite(row["ratio"]) else Evidence("fact", n=values["n_known"], coverage=values["n_known"] / values["n"])
    if not np.isfinite(row["ratio"]):
        return "Demographics are known for {n_known:count} of {n:count} customers.", values, proof
    if row["ratio_low"] <= 1 <= row["ratio_high"]:
        return (
            "The {n_known:count} of {n:count} customers with known demographics brought about as much as the others "
            "({ratio:number2} times, 95% interval {ratio_low:number2} to {ratio_high:number2})."
        ), values, proof
    return (
        "The {n_known:count} of {n:count} customers with known demographics are not like the others: they brought "
        "{ratio:number2} times as much each ({known:money} against {unknown:money}; 95% interval {ratio_low:number2} to "
        "{ratio_high:number2}). What is said of age or income speaks of them only."
    ), values, proof
