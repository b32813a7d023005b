"""Do customers come back? Cohorts by month of the first purchase, and how many of each buy again in later months.

In: orders; out: `cohort_retention`. A cell that the data do not reach is absent, never 0. Intervals are Wilson's (1927).
A customer is active in a month if there is a purchase in it; the first month of the data is also the first month of everyone
who was a customer before it.
"""

import ibis
import pandas as pd

from helpers.btyd.btyd import purchase_days
from helpers.errors import TooLittleData
from helpers.i18n import text
from helpers.proportions import wilson

MONTHS_PER_YEAR = 12
MIN_COHORT = 10  # customers; smaller cohorts are not shown (they could point at a person)
FEW = 30  # customers; smaller cohorts are marked
WEAK_SHARE = 0.5  # of customers in the first month of the data: from here cohorts say little of newcomers


def monthly_activity(orders, *, start, end) -> pd.DataFrame:
    """Return how many customers of each cohort bought in each calendar month, counted in the engine.

    Out: cohort (year × 12 + month − 1), month (the same count), n_active.
    """
    days = purchase_days(orders, start=start, end=end)
    number = (days.order_date.year() * MONTHS_PER_YEAR + days.order_date.month() - 1).cast("int64")
    months = days.select("customer_id", month=number).distinct()
    months = months.mutate(cohort=months.month.min().over(ibis.window(group_by="customer_id")))
    counts = months.group_by("cohort", "month").agg(n_active=lambda t: t.count())
    return counts.order_by("cohort", "month").to_pandas().astype("int64")


def retention_triangle(activity: pd.DataFrame, *, end) -> pd.DataFrame:
    """Return `cohort_retention`: one row a cohort and a month that has been observed to its last day.

    Out: cohort_month (first day of the month), months_since (0 = the month of the first purchase), n_customers, n_active,
    retention_rate, low, high (95 %). A month in which nobody of a cohort bought is a 0; a month beyond `end` is absent.
    """
    sizes = activity[activity["cohort"] == activity["month"]].set_index("cohort")["n_active"]
    last = _last_whole_month(pd.Timestamp(end))
    cells = [(cohort, month_number) for cohort in sizes.index for month_number in range(cohort, last + 1)]
    triangle = pd.DataFrame(cells, columns=["cohort", "month"], dtype="int64").merge(activity, how="left")
    n_active = triangle["n_active"].fillna(0).astype("int64")  # observed, and nobody bought
    n_customers = triangle["cohort"].map(sizes).astype("int64")
    low, high = wilson(n_active, n_customers)
    return pd.DataFrame({
        "cohort_month": _first_day(triangle["cohort"]), "months_since": triangle["month"] - triangle["cohort"],
        "n_customers": n_customers, "n_active": n_active, "retention_rate": n_active / n_customers, "low": low, "high": high,
    })


def _last_whole_month(end: pd.Timestamp) -> int:
    number = end.year * MONTHS_PER_YEAR + end.month - 1
    return number if end.is_month_end else number - 1


def _first_day(numbers: pd.Series) -> pd.Series:
    years, months = numbers // MONTHS_PER_YEAR, numbers % MONTHS_PER_YEAR + 1
    return pd.to_datetime({"year": years, "month": months, "day": 1}).astype("datetime64[us]")


def retention_curve(cohorts: pd.DataFrame, *, min_customers: int = FEW) -> pd.DataFrame:
    """Return the share still buying by months since the first purchase, cohorts weighted by their size.

    Only cohorts observed that far count; steps with fewer than `min_customers` are left out.
    Out: months_since, n_cohorts, n_customers, n_active, retention_rate, low, high.
    """
    steps = cohorts.groupby("months_since", as_index=False).agg(
        n_cohorts=("cohort_month", "size"), n_customers=("n_customers", "sum"), n_active=("n_active", "sum")
    )
    steps = steps[steps["n_customers"] >= min_customers].reset_index(drop=True)
    low, high = wilson(steps["n_active"], steps["n_customers"])
    return steps.assign(retention_rate=steps["n_active"] / steps["n_customers"], low=low, high=high)


def as_matrix(
    cohorts: pd.DataFrame, curve: pd.DataFrame | None = None, *, min_customers: int = MIN_COHORT
) -> pd.DataFrame:
    """Return the triangle as months × months since, named in the reader's language with n; blank where not observed.

    Cohorts below `min_customers` are left out. The last row is `curve` (as retention_curve returns it), where it is given.
    """
    large = cohorts[(cohorts["n_customers"] >= min_customers) & (cohorts["months_since"] > 0)]
    matrix = large.pivot(index="cohort_month", columns="months_since", values="retention_rate")
    n = cohorts.groupby("cohort_month")["n_customers"].first()
    named = matrix.rename(index={day: _name(day, n[day]) for day in matrix.index})
    if curve is None:
        return named
    together = curve.set_index("months_since")["retention_rate"].reindex(named.columns)
    return pd.concat([named, together.to_frame(text("all cohorts")).T])


def _name(month, n: int) -> str:
    template = "{month:month} (n = {n:count})" if n >= FEW else "{month:month} (n = {n:count}, few)"
    return text(template, month=month, n=n)


def describe_cohorts(cohorts: pd.DataFrame, curve: pd.DataFrame) -> dict[str, float]:
    """Return what a sentence on retention needs: the share of customers in the first month of the data, and retention
    (rate, low, high, n) after three months, or as many as there are. Raises TooLittleData where no cohort may be shown.
    """
    sizes = cohorts.groupby("cohort_month")["n_customers"].first()
    later = curve[curve["months_since"].between(1, 3)]
    if later.empty or not ((cohorts["n_customers"] >= MIN_COHORT) & (cohorts["months_since"] > 0)).any():
        raise TooLittleData(
            "Needs {needed:count} customers with the same first month, observed for a whole month after it.", needed=MIN_COHORT
        )
    at = later.iloc[-1]
    return {
        "first_month": sizes.index[0], "first_share": float(sizes.iloc[0] / sizes.sum()), "n_customers": int(sizes.sum()),
        "months": int(at["months_since"]), "rate": float(at["retention_rate"]), "low": float(at["low"]),
        "high": float(at["high"]), "n": int(at["n_customers"]),
    }


def coverage(facts: dict[str, float]) -> float:
    """Return the share of customers of whom the cohorts speak as newcomers; 1 where the first month is no burden."""
    return 1 - facts["first_share"] if facts["first_share"] >= WEAK_SHARE else 1.0
