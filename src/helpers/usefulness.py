"""Is a segmentation more than decoration: how much of the *next* period's spending lies between its groups?

Segments are formed on the days up to a cut-off; spending afterwards is what they have to tell apart. Adjusted η²
(ε²; Kelley 1935), with resampled intervals, beside the plain RFM grid and tenths of past revenue. Reads orders.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.report import Evidence

MIN_CUSTOMERS = 100  # below this a share of variance says little
N_RESAMPLES = 200
TENTHS = "Tenths of past revenue"


def split_day(*, first_day: pd.Timestamp, as_of: pd.Timestamp, test_days: int) -> pd.Timestamp:
    """Return the last day of the past: `test_days` before `as_of`.

    Raises
    ------
    TooLittleData : the past would be shorter than the days held back.
    """
    split = as_of - pd.Timedelta(days=test_days)
    if (split - first_day).days + 1 < test_days:
        raise TooLittleData(
            "Needs {needed:count} days of purchases to hold back {test:count} of them; there are {found:count}.",
            needed=2 * test_days, test=test_days, found=(as_of - first_day).days + 1,
        )
    return split


def add_next_revenue(
    customers: pd.DataFrame, orders: ibis.Table, *, after: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """Add `next_revenue`: each customer's net revenue after `after` and up to `until` (inclusive); 0 if nothing was bought.

    Raises
    ------
    TooLittleData : fewer than `MIN_CUSTOMERS` customers, or none of them bought anything.
    """
    later = orders.filter(
        orders.customer_id.notnull(), orders.order_date > after.date(), orders.order_date <= until.date()
    )
    spent = later.group_by("customer_id").agg(next_revenue=later.revenue.sum()).order_by("customer_id").to_pandas()
    joined = customers.merge(spent, on="customer_id", how="left", validate="one_to_one")
    joined = joined.assign(next_revenue=joined["next_revenue"].astype(float).fillna(0.0).round(6))
    n_buyers = int((joined["next_revenue"] > 0).sum())
    if len(joined) < MIN_CUSTOMERS or not n_buyers:
        raise TooLittleData(
            "Needs {needed:count} customers before the days held back, and purchases after; there are {found:count} "
            "customers, {buyers:count} of whom bought.",
            needed=MIN_CUSTOMERS, found=len(joined), buyers=n_buyers,
        )
    return joined


def schemes(customers: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the ways to divide customers that are compared: the named segments and what they have to beat."""
    middle = customers["revenue"].rank(method="average") - 0.5  # equal revenue, equal tenth
    return {
        "RFM segments": customers["segment"],
        "Frequency groups": customers["frequency_group"],
        "All 25 cells": customers["f_score"] * 10 + customers["r_score"],
        TENTHS: np.minimum(np.floor(10 * middle / len(customers)), 9).astype(int),
    }


def explained_variance(
    customers: pd.DataFrame, *, schemes: dict[str, pd.Series], outcome: str, against: str = "", seed: int = 0
) -> pd.DataFrame:
    """Return how much of the variance of `outcome` lies between the groups of each scheme (adjusted η²).

    Adjusted for the number of groups, so that many small groups gain nothing by chance; 0 = nothing, 1 = everything.
    Columns: scheme, n_groups, eta_squared, low, high (95 %, `N_RESAMPLES` resamples of customers), gain_low, gain_high: the
    interval of its difference to scheme `against` on the same resamples (unknown without `against`).
    """
    values = customers[outcome].to_numpy(float)
    rng = np.random.default_rng(seed)
    draws = [np.arange(len(values)), *(rng.integers(0, len(values), len(values)) for _ in range(N_RESAMPLES))]
    codes = {scheme: pd.factorize(labels)[0] for scheme, labels in schemes.items()}
    results = {name: np.array([_eta_squared(code[draw], values[draw]) for draw in draws]) for name, code in codes.items()}
    rows = []
    for scheme, eta in results.items():
        gain = eta - results[against] if against else np.full(len(eta), np.nan)
        low, high = np.quantile(eta[1:], [0.025, 0.975])
        gain_low, gain_high = np.quantile(gain[1:], [0.025, 0.975])
        rows.append({
            "scheme": scheme, "n_groups": int(codes[scheme].max()) + 1, "eta_squared": eta[0], "low": low, "high": high,
            "gain_low": gain_low, "gain_high": gain_high,
        })
    return pd.DataFrame(rows)


def _eta_squared(codes: np.ndarray, values: np.ndarray) -> float:
    n = np.bincount(codes)
    sums = np.bincount(codes, weights=values)
    used = n > 0
    total = ((values - values.mean()) ** 2).sum()
    within = total - (sums[used] ** 2 / n[used]).sum() + len(values) * values.mean() ** 2
    free = len(values) - used.sum()
    return 1 - (within / free) / (total / (len(values) - 1)) if total > 0 and free > 0 else 0.0


def sentence(explained: pd.DataFrame, *, days: int) -> tuple[str, dict]:
    """Return the finding: what the segments tell of future spending, beside tenths of past revenue."""
    rows = explained.set_index("scheme")
    segments = rows.loc["RFM segments"]
    values = {
        "days": days, "segments": float(segments["eta_squared"]), "tenths": float(rows.loc[TENTHS, "eta_squared"]),
        "low": float(segments["gain_low"]), "high": float(segments["gain_high"]),
    }
    if values["high"] < 0:
        return (
            "Segments explain {segments:percent} of the variance in what customers spent in the following {days:count} days, "
            "tenths of past revenue {tenths:percent}: choose the message by segment, and whom to spend money on by revenue."
        ), values
    if values["low"] > 0:
        return (
            "Segments explain {segments:percent} of the variance in what customers spent in the following {days:count} days, "
            "more than tenths of past revenue ({tenths:percent})."
        ), values
    return (
        "Segments explain {segments:percent} of the variance in what customers spent in the following {days:count} days; "
        "tenths of past revenue ({tenths:percent}) do as well as far as the data can tell."
    ), values


def evidence(explained: pd.DataFrame, *, n: int) -> Evidence:
    """Return what supports `sentence`: measured on days the segments had not seen, beside explaining nothing (0)."""
    row = explained.set_index("scheme").loc["RFM segments"]
    return Evidence(
        "prediction", n=n, estimate=float(row["eta_squared"]), interval=(float(row["low"]), float(row["high"])),
        baseline=0.0, held_out=True,
    )
