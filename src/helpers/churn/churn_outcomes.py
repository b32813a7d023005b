"""What customers did after a cut-off day, by three definitions of being lost.

Silent: no purchase day in the outcome. Overdue: at its last day the silence is longer than the customer's own rhythm allows.
Halved (partial defection, Buckinx and Van den Poel 2005): less than half of the revenue of the horizon before.
In: features at the cut-off, orders (Ibis). Out: the features with one column a definition.
"""

import numpy as np
import pandas as pd

from helpers.btyd import btyd
from helpers.churn.churn_windows import Windows

PATIENCE = 0.95  # the limit of the own rhythm: this share of all gaps between purchase days stays below it


def add_outcome(features: pd.DataFrame, orders, *, cut_off, windows: Windows) -> pd.DataFrame:
    """Add cut_off, known_on (last day of the outcome), churned (silent), and the columns of add_halved and add_overdue.

    A purchase in the lead time, between cut-off and outcome, does not save a customer from being counted as lost.
    """
    cut_off = pd.Timestamp(cut_off)
    start, end = windows.outcome(cut_off)
    after = spent(orders, start=start, end=end)
    found = features.assign(cut_off=cut_off, known_on=end, churned=~features["customer_id"].isin(after.index))
    found = add_halved(found, after, orders, cut_off=cut_off, horizon_days=windows.horizon_days)
    return add_overdue(found, orders, cut_off=cut_off, first_day=windows.first_day, end=end)


def add_halved(features: pd.DataFrame, after: pd.Series, orders, *, cut_off, horizon_days: int) -> pd.DataFrame:
    """Add revenue_before and revenue_after, in the horizon that ends with the cut-off and in the outcome, and halved.

    halved: revenue_after is less than half of revenue_before (unknown without revenue_before, and for customers younger than
    a horizon, whose first window is not whole). log_spent_before and log_spending_trend (the same less the log of a horizon at
    the pace since the first purchase day) know the days up to the cut-off only: they are features.
    """
    before = spent(orders, start=cut_off - pd.Timedelta(days=horizon_days - 1), end=cut_off)
    known = features["customer_id"]
    spent_before, spent_after = known.map(before).fillna(0.0), known.map(after).fillna(0.0)
    halved = (spent_after < spent_before / 2).astype("boolean")
    halved = halved.mask((spent_before <= 0) | (features["age_days"] + 1 < horizon_days))
    days = np.maximum(features["age_days"] + 1, horizon_days)
    pace = np.log1p(features["revenue"].clip(lower=0) / days * horizon_days)
    log_before = np.log1p(spent_before.clip(lower=0))
    return features.assign(
        revenue_before=spent_before, revenue_after=spent_after, halved=halved, log_spent_before=log_before,
        log_spending_trend=log_before - pace,
    )


def spent(orders, *, start, end) -> pd.Series:
    """Return revenue in [start, end] by customer, for the customers with a purchase day in it."""
    days = btyd.purchase_days(orders, start=start, end=end)
    found = days.group_by("customer_id").agg(revenue=days.revenue.sum()).order_by("customer_id").to_pandas()
    return found.set_index("customer_id")["revenue"].astype(float).round(6).round(2)


def add_overdue(features: pd.DataFrame, orders, *, cut_off, first_day, end) -> pd.DataFrame:
    """Add limit_days, the longest silence that the own rhythm allows, and overdue: the silence at `end` is longer.

    limit_days = typical_gap_days (drawn to the population's where a customer has few gaps; one purchase day: the population's
    alone) × the factor below which `PATIENCE` of all gaps up to the cut-off stay. Unknown where nobody bought on two days.
    """
    factor = _patience_factor(features, orders, cut_off=cut_off, first_day=first_day)
    later = btyd.purchase_days(orders, start=cut_off + pd.Timedelta(days=1), end=end)
    last_day = (end - pd.Timestamp(0)).days
    silent = later.group_by("customer_id").agg(days=last_day - later.order_date.epoch_days().max()).to_pandas()
    came = features["customer_id"].map(silent.set_index("customer_id")["days"].astype(float))
    silence = came.fillna((features["recency_days"] + (end - cut_off).days).astype(float))
    limit = features["typical_gap_days"] * factor
    overdue = (silence > limit).astype("boolean").mask(limit.isna())
    return features.assign(limit_days=limit, overdue=overdue)


def _patience_factor(features: pd.DataFrame, orders, *, cut_off, first_day) -> float:
    """Return how many times the own typical gap `PATIENCE` of the gaps up to the cut-off stay below (unknown without gaps)."""
    import ibis

    if not (features["n_purchase_days"] > 1).any():
        return np.nan
    typical = ibis.memtable(features.loc[features["n_purchase_days"] > 1, ["customer_id", "typical_gap_days"]])
    days = btyd.purchase_days(orders, start=first_day, end=cut_off)
    day = days.order_date.epoch_days()
    days = days.mutate(gap=day - day.lag().over(group_by=days.customer_id, order_by=day))
    gaps = days.filter(days.gap.notnull()).join(typical, "customer_id")
    return float((gaps.gap / gaps.typical_gap_days).quantile(PATIENCE).to_pandas())
