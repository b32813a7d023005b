"""What do the customers of each cohort bring as they grow older, and are newer cohorts better at the same age?

In: orders and purchase histories; out: revenue by customer and age, and `cohort_value`. Ages are counted from each customer's
own first purchase in months of 30.4375 days. What has not been observed to its last day is blank, never 0.
"""

import numpy as np
import pandas as pd

from helpers.btyd.btyd import DAYS_PER_WEEK, purchase_days
from helpers.errors import TooLittleData
from helpers.lifetime_value.cohorts import FEW, MIN_COHORT
from helpers.proportions import Z95

DAYS_PER_MONTH = 30.4375  # 365.25 / 12
MAX_MONTHS = 36  # ages beyond are not followed
AGES = (1, 3, 6, 12)  # months since the first purchase at which cohorts are compared
COMPARED = (3, 1)  # ages of the comparison of newer and older cohorts, the first that enough cohorts have reached
MIN_COHORTS = 3  # of newcomers; below that newer and older cannot be told apart
INFLATED = 2.0  # a first cohort this many times the median of the others holds old customers, not newcomers


def spending_by_age(orders, histories: pd.DataFrame, *, start, end) -> pd.DataFrame:
    """Return each customer's revenue up to the age of 1, 2, … months after the first purchase, that day included.

    Parameters
    ----------
    orders : Ibis table; summed to customers and months in the engine. histories: customer_id, T_weeks of the same window.

    Returns
    -------
    DataFrame on customer_id, in the order of `histories`; column m: revenue of days 0 to m × 30.4375 (cumulative);
    unknown where the customer has not been observed so long. Raises TooLittleData where nobody has for a month.
    """
    observed = ((DAYS_PER_WEEK * histories["T_weeks"].to_numpy(float) + 1) // DAYS_PER_MONTH).astype("int64")
    n_months = int(min(observed.max(initial=0), MAX_MONTHS))
    if n_months < 1:
        raise TooLittleData("Needs customers observed for a month after their first purchase; there are none.")
    days = purchase_days(orders, start=start, end=end)
    day = days.order_date.epoch_days()
    days = days.mutate(age=day - day.min().over(group_by=days.customer_id))
    months = days.mutate(month=(days.age / DAYS_PER_MONTH).floor().cast("int64"))
    months = months.filter(months.month < n_months)
    sums = months.group_by("customer_id", "month").agg(revenue=months.revenue.sum().round(4)).to_pandas()
    spent = np.zeros((len(histories), n_months))
    row = pd.Index(histories["customer_id"]).get_indexer(sums["customer_id"].astype("str"))
    spent[row, sums["month"].to_numpy("int64")] = sums["revenue"].to_numpy(float)
    spent = spent.cumsum(axis=1).round(4)
    spent[np.arange(n_months)[None, :] >= observed[:, None]] = np.nan
    return pd.DataFrame(spent, index=pd.Index(histories["customer_id"]), columns=range(1, n_months + 1))


def summarise_cohorts(spending: pd.DataFrame, histories: pd.DataFrame, *, margin_rate: float = 1.0) -> pd.DataFrame:
    """Return `cohort_value`: what a customer of each cohort has brought by each age, with 95 % intervals.

    A cohort is the month of the first purchase. Only ages that every customer of the cohort has reached are there; cohorts
    of fewer than MIN_COHORT customers are left out.

    Out: cohort_month, months_since (1, 2, … completed), n_customers, value_per_customer (revenue × margin_rate), low, high
    (of the mean, normal). Raises TooLittleData where no cohort is large and old enough.
    """
    cohort = pd.to_datetime(histories["first_date"]).dt.to_period("M").dt.to_timestamp().to_numpy("datetime64[us]")
    values = (margin_rate * spending).reset_index(drop=True)
    groups = values.groupby(cohort)
    size, known = groups.size(), groups.count()
    parts = {"value_per_customer": groups.mean(), "error": groups.std(ddof=1).div(np.sqrt(size), axis=0), "known": known}
    long = pd.concat({name: part.stack(future_stack=True) for name, part in parts.items()}, axis=1)
    long = long.rename_axis(["cohort_month", "months_since"]).reset_index()
    long = long.assign(n_customers=long["cohort_month"].map(size).astype("int64"))
    long = long[(long["known"] == long["n_customers"]) & (long["n_customers"] >= MIN_COHORT)]
    if long.empty:
        raise TooLittleData(
            "Needs {needed:count} customers with the same first month, observed for a whole month after it.", needed=MIN_COHORT
        )
    half = Z95 * long["error"]
    return long.assign(
        months_since=long["months_since"].astype("int64"), low=long["value_per_customer"] - half,
        high=long["value_per_customer"] + half,
    ).drop(columns=["known", "error"]).reset_index(drop=True)


def is_inflated(sizes: pd.Series) -> bool:
    """Say whether the first cohort holds customers from before the data: INFLATED times the median of the others, or more.

    sizes: customers by cohort, in order of month.
    """
    return len(sizes) > 1 and float(sizes.iloc[0]) >= INFLATED * float(sizes.iloc[1:].median())


def newcomers_only(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Return the cohorts without a first one that holds old customers (see is_inflated)."""
    sizes = cohorts.groupby("cohort_month")["n_customers"].first()
    return cohorts[cohorts["cohort_month"] != sizes.index[0]] if is_inflated(sizes) else cohorts


def compare_cohorts(cohorts: pd.DataFrame) -> dict:
    """Return what the newer half of the cohorts brought by an age, minus the older half, with its 95 % interval.

    The age is the first of COMPARED that MIN_COHORTS cohorts of newcomers (of FEW customers or more) have reached; with an
    odd number the middle cohort is left out. Raises TooLittleData where no age has so many.

    Out: months; older, newer (means per customer); n_older, n_newer; difference, low, high; change = newer / older − 1;
    first and last month of both halves.
    """
    fair = newcomers_only(cohorts)
    fair = fair[fair["n_customers"] >= FEW]
    for months in COMPARED:
        at = fair[fair["months_since"] == months].sort_values("cohort_month")
        if len(at) >= MIN_COHORTS:
            break
    else:
        raise TooLittleData(
            "Needs {needed:count} cohorts of newcomers with {least:count} customers each to compare newer and older ones; "
            "there are {found:count}.", needed=MIN_COHORTS, least=FEW, found=len(at),
        )
    half = len(at) // 2
    (older, older_error), (newer, newer_error) = _pooled(at.iloc[:half]), _pooled(at.iloc[-half:])
    spread = Z95 * float(np.hypot(older_error, newer_error))
    return {
        "months": months, "older": older, "newer": newer, "n_older": int(at["n_customers"].iloc[:half].sum()),
        "n_newer": int(at["n_customers"].iloc[-half:].sum()), "difference": newer - older, "low": newer - older - spread,
        "high": newer - older + spread, "change": newer / older - 1 if older > 0 else 0.0,
        "older_first": at["cohort_month"].iloc[0], "older_last": at["cohort_month"].iloc[half - 1],
        "newer_first": at["cohort_month"].iloc[-half], "newer_last": at["cohort_month"].iloc[-1],
    }


def _pooled(cells: pd.DataFrame) -> tuple[float, float]:
    """Return the mean over the customers of several cohorts and its standard error: that of their customers, or that of whole
    cohorts drawn anew where these differ by more (season, campaigns). One cohort cannot tell by how much cohorts differ.
    """
    share = cells["n_customers"] / cells["n_customers"].sum()
    error = (cells["high"] - cells["low"]) / (2 * Z95)
    mean, k = float((share * cells["value_per_customer"]).sum()), len(cells)
    within = float(((share * error) ** 2).sum())
    between = float(((share * (cells["value_per_customer"] - mean)) ** 2).sum()) * k / (k - 1) if k > 1 else 0.0
    return mean, float(np.sqrt(max(within, between)))
