"""Who bought how until a cut-off day, and who did not buy after it: examples for non-contractual churn.

Observation window | outcome window: features use the days up to the cut-off, inclusive; a customer is lost (`churned`) if
no purchase day follows in the `horizon_days` after it. The model learns at an earlier cut-off whose outcome ends before the
later one at which it is tested. In: orders (Ibis). Out: one row a customer and cut-off.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import btyd
from helpers.churn_examples import Examples, check_both_classes
from helpers.errors import TooLittleData

SHORT_DAYS = 28  # four weeks, so that every weekday counts equally
FEATURES = ("log_recency", "log_usual_gap", "log_days_short", "log_days_long", "log_revenue_per_day")
GROUPS = {  # reason → the features whose contributions it sums up
    "Silence against own rhythm": ("log_recency", "log_usual_gap", "log_days_short"),
    "Few recent purchases": ("log_days_long",),
    "Spending per purchase day": ("log_revenue_per_day",),
}
SILENT = "usually every {usual_gap_days:count} days, now silent for {recency_days:count}"
BOUGHT_ONCE = "bought on one day only, {recency_days:count} days ago"
SELDOM = "purchase days in the last {long_days:count}: {n_days_long:count}"
SPENDS = "spends {revenue_per_day:money} per purchase day"


@dataclass(frozen=True)
class Windows:
    """The cut-off days of a study: each is the last day observed, its outcome is the `horizon_days` that follow.

    train: None where the data is too short for an outcome that ends before `test`; then the test is across customers.
    long_days: the longer of the two look-back windows of the features, the same at every cut-off.
    """

    first_day: pd.Timestamp
    train: pd.Timestamp | None
    test: pd.Timestamp
    snapshot: pd.Timestamp
    horizon_days: int
    long_days: int


def plan_windows(*, first_day: pd.Timestamp, as_of: pd.Timestamp, horizon_days: int) -> Windows:
    """Return the cut-offs: the test a horizon before `as_of`, the training a horizon before the test.

    A cut-off needs an observation window at least as long as the horizon. Where that leaves no room for the training
    cut-off, there is none. Raises TooLittleData where it leaves no room for the test.
    """
    first_day, as_of = pd.Timestamp(first_day), pd.Timestamp(as_of)
    horizon = pd.Timedelta(days=horizon_days)
    test, train = as_of - horizon, as_of - 2 * horizon
    n_days = (as_of - first_day).days + 1
    if n_days < 2 * horizon_days:
        raise TooLittleData(
            "Needs orders of at least {needed:count} days: {horizon:count} to look back and {horizon:count} to see who "
            "returns; there are {found:count} days.",
            needed=2 * horizon_days, horizon=horizon_days, found=n_days,
        )
    observed = (train - first_day).days + 1
    if observed < horizon_days:
        train, observed = None, (test - first_day).days + 1
    return Windows(first_day, train, test, as_of, horizon_days, long_days=min(horizon_days, observed // 2))


def customer_features(orders, *, cut_off, first_day, long_days: int) -> pd.DataFrame:
    """Describe each customer with a purchase day in [`first_day`, `cut_off`] by these days alone.

    Parameters
    ----------
    orders : Ibis table with customer_id (null = guest, left out), order_date, revenue.

    Returns
    -------
    DataFrame in order of customer_id:
        customer_id; recency_days: days since the last purchase day (0 = bought on the cut-off day); age_days: days since the
        first one; n_purchase_days: distinct days with an order, of whatever revenue; usual_gap_days: median days between
        neighbouring purchase days (unknown with one of them); n_days_short, n_days_long: purchase days among the last
        `SHORT_DAYS` and `long_days` days, the cut-off day included; revenue (currency), revenue_per_day: mean per purchase
        day; long_days as given; and FEATURES, the logs (of 1 + x) that the model reads.
    """
    cut_off = pd.Timestamp(cut_off)
    days = btyd.purchase_days(orders, start=first_day, end=cut_off)
    days = days.mutate(day=days.order_date.epoch_days())
    days = days.mutate(gap=days.day - days.day.lag().over(group_by=days.customer_id, order_by=days.day))
    last = (cut_off - pd.Timestamp(0)).days
    frame = (
        days.group_by("customer_id")
        .agg(
            recency_days=last - days.day.max(),
            age_days=last - days.day.min(),
            n_purchase_days=days.count(),
            usual_gap_days=days.gap.median(),
            n_days_short=(days.day > last - SHORT_DAYS).cast("int64").sum(),
            n_days_long=(days.day > last - long_days).cast("int64").sum(),
            revenue=days.revenue.sum(),
        )
        .order_by("customer_id")
        .to_pandas()
    )
    return _with_logs(frame, long_days=long_days)


def _with_logs(frame: pd.DataFrame, *, long_days: int) -> pd.DataFrame:
    counts = ["recency_days", "age_days", "n_purchase_days", "n_days_short", "n_days_long"]
    frame = frame.astype({"customer_id": "str", "usual_gap_days": float, **dict.fromkeys(counts, "int64")})
    revenue = frame["revenue"].astype(float).round(2)  # the order in which an engine adds must not show
    per_day = revenue / frame["n_purchase_days"]
    return frame.assign(
        revenue=revenue,
        revenue_per_day=per_day,
        long_days=long_days,
        log_recency=np.log1p(frame["recency_days"]),
        log_usual_gap=np.log1p(frame["usual_gap_days"]),
        log_days_short=np.log1p(frame["n_days_short"]),
        log_days_long=np.log1p(frame["n_days_long"]),
        log_revenue_per_day=np.log1p(per_day.clip(lower=0)),
    )


def add_outcome(features: pd.DataFrame, orders, *, cut_off, horizon_days: int) -> pd.DataFrame:
    """Add what each customer did in the `horizon_days` after the cut-off.

    Out: churned (no purchase day in (cut_off, cut_off + horizon]); revenue_before and revenue_after: in the horizon that ends
    with the cut-off and in the one that follows it; halved: revenue_after is less than half of revenue_before (unknown
    without revenue_before, and for customers younger than a horizon, whose first window is not whole).
    """
    horizon = pd.Timedelta(days=horizon_days)
    cut_off = pd.Timestamp(cut_off)
    before = _spent(orders, start=cut_off - horizon + pd.Timedelta(days=1), end=cut_off)
    after = _spent(orders, start=cut_off + pd.Timedelta(days=1), end=cut_off + horizon)
    known = features["customer_id"]
    spent_before, spent_after = known.map(before).fillna(0.0), known.map(after).fillna(0.0)
    halved = (spent_after < spent_before / 2).astype("boolean")
    halved = halved.mask((spent_before <= 0) | (features["age_days"] + 1 < horizon_days))
    return features.assign(
        churned=~known.isin(after.index), revenue_before=spent_before, revenue_after=spent_after, halved=halved
    )


def _spent(orders, *, start, end) -> pd.Series:
    """Return revenue in [start, end] by customer, for the customers with a purchase day in it."""
    days = btyd.purchase_days(orders, start=start, end=end)
    spent = days.group_by("customer_id").agg(revenue=days.revenue.sum()).order_by("customer_id").to_pandas()
    return spent.set_index("customer_id")["revenue"].astype(float).round(2)


def add_value(features: pd.DataFrame, *, horizon_days: int, margin_rate: float | None) -> pd.DataFrame:
    """Add value_at_stake: what the customer would bring in a horizon by going on as before.

    Revenue per day since the first purchase day × `horizon_days` (a customer younger than a horizon counts with a whole one),
    times `margin_rate` where it is known. Negative revenue counts as 0.
    """
    days = np.maximum(features["age_days"] + 1, horizon_days)
    revenue = features["revenue"].clip(lower=0) / days * horizon_days
    return features.assign(value_at_stake=(revenue * (1.0 if margin_rate is None else margin_rate)).round(4))


def first_order_day(orders, *, as_of) -> pd.Timestamp:
    """Return the first day with an order of a known customer up to `as_of`; raises TooLittleData where there is none."""
    known = orders.filter(orders.customer_id.notnull(), orders.order_date <= pd.Timestamp(as_of).date())
    first = known.order_date.min().to_pandas()
    if pd.isna(first):
        raise TooLittleData("Needs orders of known customers; there are none.")
    return pd.Timestamp(first)


def buyer_examples(
    orders, *, as_of, first_day=None, horizon_days: int, margin_rate: float | None = None
) -> Examples:
    """Return the examples of non-contractual churn: training and test customers with their outcome, current ones without.

    `first_day` is the first day that the data covers (None = that of the first order).
    Raises TooLittleData where the days do not suffice, or where too few customers were lost or stayed.
    """
    covered_from = first_order_day(orders, as_of=as_of)
    first_day = covered_from if first_day is None else max(pd.Timestamp(first_day), covered_from)
    windows = plan_windows(first_day=first_day, as_of=as_of, horizon_days=horizon_days)

    def at(cut_off, *, has_outcome: bool) -> pd.DataFrame:
        frame = customer_features(orders, cut_off=cut_off, first_day=first_day, long_days=windows.long_days)
        frame = add_value(frame, horizon_days=horizon_days, margin_rate=margin_rate)
        return add_outcome(frame, orders, cut_off=cut_off, horizon_days=horizon_days) if has_outcome else frame

    test = at(windows.test, has_outcome=True)
    train = test if windows.train is None else at(windows.train, has_outcome=True)
    check_both_classes(train["churned"])
    check_both_classes(test["churned"])
    current = at(windows.snapshot, has_outcome=False)
    return Examples(
        kind="buyers", train=train, test=add_baselines(test, orders, windows=windows), current=current, numeric=FEATURES,
        groups=GROUPS, messages=reason_messages(current), windows=windows,
    )


def reason_messages(features: pd.DataFrame) -> pd.DataFrame:
    """Return the words of each reason for each customer: messages whose fields are columns of `features`."""
    silence = np.where(features["usual_gap_days"].isna(), BOUGHT_ONCE, SILENT)
    return pd.DataFrame(dict(zip(GROUPS, (silence, SELDOM, SPENDS), strict=True)), index=features.index)


def add_baselines(test: pd.DataFrame, orders, *, windows: Windows) -> pd.DataFrame:
    """Add the baselines that one column or a purchase model gives; higher = more likely to be lost.

    The purchase model (BG/NBD) is fitted on the days up to the test cut-off; without enough repeat buyers it is left out.
    """
    test = test.assign(**{"Recency alone": test["recency_days"].astype(float),
                          "Frequency alone": -test["n_purchase_days"].astype(float)})
    summary = btyd.purchase_summary(orders, start=windows.first_day, end=windows.test)
    summary = summary.set_index("customer_id").loc[test["customer_id"]]
    try:
        model = btyd.fit_bg_nbd(summary)
    except TooLittleData:
        return test
    horizon_weeks = windows.horizon_days / btyd.DAYS_PER_WEEK
    return test.assign(**{
        "BG/NBD: no purchase in the horizon": model.p_no_purchase(summary, horizon_weeks).to_numpy(),
        "BG/NBD: no longer alive": 1 - model.p_alive(summary).to_numpy(),
    })


def silence_bands(features: pd.DataFrame, *, limits: list[int]) -> pd.DataFrame:
    """Count customers and lost customers by days of silence at the cut-off.

    `limits` are the last days of each band, inclusive (7 = 0 to 7 days); the last band is open.
    Out: from_days, to_days (unknown in the open band), n, n_churned; bands without customers are left out.
    """
    edges = [-1, *limits, np.inf]
    band = pd.cut(features["recency_days"], edges, labels=False)
    counts = features.groupby(band)["churned"].agg(n="size", n_churned="sum")
    bounds = pd.DataFrame({"from_days": [0, *(limit + 1 for limit in limits)], "to_days": [*map(float, limits), np.nan]})
    return bounds.join(counts, how="inner").astype({"n": "int64", "n_churned": "int64"}).reset_index(drop=True)
