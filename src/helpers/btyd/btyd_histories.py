"""Purchase histories: what buy-till-you-die models see of a customer.

In: orders; out: one row a customer with frequency, recency and T as the literature defines them (Fader, Hardie and Lee 2005),
and the distinct histories with their numbers of customers, on which every likelihood is computed. Time is in weeks.
"""

from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd

DAYS_PER_WEEK = 7
HISTORY = ["frequency", "recency_weeks", "T_weeks"]
SUMMARY = [
    "customer_id", *HISTORY, "monetary_value", "n_purchase_days", "revenue", "n_valued_days", "first_date", "last_date",
]


def purchase_days(orders, *, start, end):
    """Return the purchase days of known customers in [start, end] as an Ibis table: orders of one day are one purchase.

    Out: customer_id, order_date, revenue (currency, net). A purchase day has at least one order that is no refund (revenue
    ≥ 0), whatever the day sums to. A day with refunds only is none: its money is taken off the purchase day before it, and
    left out where [start, end] holds none.
    """
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    known = orders.filter(orders.customer_id.notnull(), orders.order_date.between(start, end))
    days = known.group_by("customer_id", "order_date").agg(
        revenue=known.revenue.sum(), is_purchase=(known.revenue >= 0).any().cast("int64")
    )
    number = days.is_purchase.sum().over(
        ibis.cumulative_window(group_by=days.customer_id, order_by=days.order_date)
    )
    days = days.mutate(number=number)
    days = days.filter(days.number > 0)
    purchases = days.group_by("customer_id", "number").agg(
        order_date=days.order_date.min(), revenue=days.revenue.sum().round(4)
    )
    return purchases.drop("number")


def purchase_summary(orders, *, start, end) -> pd.DataFrame:
    """Return each customer's purchase history in [start, end], both days inclusive, aggregated in the engine.

    Parameters
    ----------
    orders : Ibis table with customer_id, order_date, revenue; null customers (guests) are left out.

    Returns
    -------
    DataFrame, one row a customer, in order of customer_id:
        customer_id; frequency: repeat purchase days (the first one is not counted; 0 = bought on one day only);
        recency_weeks: first to last purchase day; T_weeks: first purchase day to `end`;
        monetary_value: mean revenue of the repeat purchase days with revenue > 0, rounded half up to a cent as the
        published data is (unknown without such a day); n_valued_days: how many days that mean rests on;
        n_purchase_days and revenue of all days, the first included; first_date, last_date.
    """
    days = purchase_days(orders, start=start, end=end)
    days = days.mutate(first=days.order_date.min().over(group_by="customer_id"))
    is_valued = (days.order_date > days["first"]) & (days.revenue > 0)
    summary = (
        days.mutate(valued=is_valued.ifelse(days.revenue, 0.0), is_valued=is_valued.cast("int64"))
        .group_by("customer_id")
        .agg(
            n_purchase_days=lambda t: t.count(),
            first_date=lambda t: t.order_date.min(),
            last_date=lambda t: t.order_date.max(),
            revenue=lambda t: t.revenue.sum(),
            valued=lambda t: t.valued.sum(),
            n_valued_days=lambda t: t.is_valued.sum(),
        )
        .order_by("customer_id")
        .to_pandas()
    )
    return _with_history(summary, end=pd.Timestamp(end))


def _with_history(summary: pd.DataFrame, *, end: pd.Timestamp) -> pd.DataFrame:
    """Add the literature's x, t_x and T. Sums are rounded: the order in which an engine adds must not show."""
    first, last = (pd.to_datetime(summary[c]).astype("datetime64[us]") for c in ("first_date", "last_date"))
    n_valued = summary["n_valued_days"].astype("int64")
    cents = (100 * summary["valued"].astype(float)).round().astype("int64")
    half_up = (2 * cents + n_valued) // (2 * n_valued.where(n_valued > 0))  # in whole numbers, as a spreadsheet rounds
    history = summary.assign(
        customer_id=summary["customer_id"].astype("str"),
        frequency=summary["n_purchase_days"].astype("int64") - 1,
        recency_weeks=(last - first).dt.days / DAYS_PER_WEEK,
        T_weeks=(end - first).dt.days / DAYS_PER_WEEK,
        monetary_value=half_up / 100,
        n_purchase_days=summary["n_purchase_days"].astype("int64"),
        revenue=summary["revenue"].astype(float).round(4),
        n_valued_days=n_valued,
        first_date=first,
        last_date=last,
    )
    return history[SUMMARY]


# --- distinct histories


def collapse(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct purchase histories with their number of customers (n_customers), in ascending order."""
    return summary.groupby(HISTORY, as_index=False).size().rename(columns={"size": "n_customers"})


def arrays(summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frequency x, recency t_x and age T in weeks. Raises ValueError where a history contradicts itself."""
    x, t_x, age = (summary[name].to_numpy(float) for name in HISTORY)
    if not ((x >= 0) & (t_x >= 0) & (t_x <= age) & ((x > 0) | (t_x == 0)) & np.isfinite(age)).all():
        raise ValueError("purchase histories need 0 ≤ recency_weeks ≤ T_weeks, and recency 0 where frequency is 0")
    return x, t_x, age


@dataclass(frozen=True)
class Histories:
    """Distinct histories with weights, and the few different counts, recencies and ages among them.

    Special functions and logarithms are computed on those few and spread over the rows by `at_…`.
    """

    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray
    weights: np.ndarray
    counts: np.ndarray
    at_count: np.ndarray
    recencies: np.ndarray
    at_recency: np.ndarray
    ages: np.ndarray
    at_age: np.ndarray

    @property
    def n_customers(self) -> float:
        return float(self.weights.sum())

    def weighted(self, weights: np.ndarray) -> "Histories":
        """Return the same histories with other numbers of customers."""
        return replace(self, weights=np.asarray(weights, float))


def distinct(rows: pd.DataFrame) -> Histories:
    """Return collapsed `rows` (or customers: each then weighs 1) ready for a likelihood."""
    x, t_x, age = arrays(rows)
    weights = rows["n_customers"].to_numpy(float) if "n_customers" in rows else np.ones(len(rows))
    few = [part for values in (x, t_x, age) for part in np.unique(values, return_inverse=True)]
    return Histories(x, t_x, age, weights, *few)
