"""Who bought how until a cut-off day, and who did not buy after it: examples for non-contractual churn.

Observation | lead time | outcome (churn_windows.py): features use the days up to a cut-off, inclusive; a customer is lost
(`churned`) if no purchase day lies in the outcome. The model learns at cut-offs whose outcome had ended by the one at which
it is tested. In: orders (Ibis). Out: one row a customer and cut-off.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import logit

from helpers.btyd import btyd
from helpers.churn import churn_windows
from helpers.churn.churn_examples import MIN_CLASS, NOT_ALIVE, PURCHASE_MODEL, Examples, check_both_classes
from helpers.churn.churn_outcomes import add_outcome
from helpers.churn.churn_windows import Windows
from helpers.errors import TooLittleData

SHORT_DAYS = 28  # four weeks, so that every weekday counts equally
SHRINKAGE = 2  # the population's usual gap counts as much as so many gaps of the customer's own
BY_MODEL = "log_odds_no_purchase"  # what the purchase model says, as a feature
BASELINES = ("Recency alone", "Frequency alone", PURCHASE_MODEL, NOT_ALIVE)
FEATURES = (
    "log_recency", "log_usual_gap", "log_overdue", "log_days_short", "log_days_long", "log_purchase_days",
    "log_revenue_per_day", "log_age",
)
GROUPS = {  # reason → the features whose contributions it sums up
    "Silence against own rhythm": ("log_recency", "log_usual_gap", "log_overdue", "log_days_short", BY_MODEL),
    "Few recent purchases": ("log_days_long", "log_purchase_days"),
    "Spending per purchase day": ("log_revenue_per_day",),
    "Time as a customer": ("log_age",),
}
SILENT = "usually every {usual_gap_days:count} days, now silent for {recency_days:count}"
BOUGHT_ONCE = "bought on one day only, {recency_days:count} days ago"
SELDOM = "purchase days in the last {long_days:count}: {n_days_long:count}"
SPENDS = "spends {revenue_per_day:money} per purchase day"
KNOWN_FOR = "first bought {age_days:count} days ago"
TINY = 1e-6  # probabilities of the purchase model are kept this far from 0 and 1


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
        neighbouring purchase days (unknown with one of them); typical_gap_days: their geometric mean, drawn to that of the
        population as if `SHRINKAGE` gaps had been the population's (always known); n_days_short, n_days_long: purchase days
        among the last `SHORT_DAYS` and `long_days` days, the cut-off day included; revenue (currency), revenue_per_day: mean
        per purchase day; long_days as given; and FEATURES, the logs that the model reads.
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
            sum_log_gaps=days.gap.cast("float64").ln().sum(),
            n_days_short=(days.day > last - SHORT_DAYS).cast("int64").sum(),
            n_days_long=(days.day > last - long_days).cast("int64").sum(),
            revenue=days.revenue.sum(),
        )
        .order_by("customer_id")
        .to_pandas()
    )
    return _with_logs(_with_typical_gap(frame, long_days=long_days), long_days=long_days)


def _with_typical_gap(frame: pd.DataFrame, *, long_days: int) -> pd.DataFrame:
    """Add typical_gap_days; where nobody bought on two days, everybody's is `long_days`."""
    n_gaps = frame["n_purchase_days"].astype("int64") - 1
    sums = frame["sum_log_gaps"].astype(float).fillna(0.0).round(9)  # the order in which an engine adds must not show
    own = (sums / n_gaps.where(n_gaps > 0)).dropna()
    population = float(own.mean()) if len(own) else float(np.log(long_days))
    log_gap = (sums + SHRINKAGE * population) / (n_gaps + SHRINKAGE)
    return frame.drop(columns="sum_log_gaps").assign(typical_gap_days=np.exp(log_gap).round(6))


def _with_logs(frame: pd.DataFrame, *, long_days: int) -> pd.DataFrame:
    counts = ["recency_days", "age_days", "n_purchase_days", "n_days_short", "n_days_long"]
    frame = frame.astype({"customer_id": "str", "usual_gap_days": float, **dict.fromkeys(counts, "int64")})
    revenue = frame["revenue"].astype(float).round(6).round(2)  # the order in which an engine adds must not show
    per_day = revenue / frame["n_purchase_days"]
    silence, gap = np.log1p(frame["recency_days"]), np.log1p(frame["typical_gap_days"])
    return frame.assign(
        revenue=revenue,
        revenue_per_day=per_day,
        long_days=long_days,
        log_recency=silence,
        log_usual_gap=gap,
        log_overdue=(silence - gap).clip(lower=0),
        log_days_short=np.log1p(frame["n_days_short"]),
        log_days_long=np.log1p(frame["n_days_long"]),
        log_purchase_days=np.log1p(frame["n_purchase_days"]),
        log_revenue_per_day=np.log1p(per_day.clip(lower=0)),
        log_age=np.log1p(frame["age_days"]),
    )


def add_value(features: pd.DataFrame, *, horizon_days: int, margin_rate: float | None) -> pd.DataFrame:
    """Add value_at_stake: what the customer would bring in a horizon by going on as before.

    Revenue per day since the first purchase day × `horizon_days` (a customer younger than a horizon counts with a whole one),
    times `margin_rate` where it is known. Negative revenue counts as 0.
    """
    days = np.maximum(features["age_days"] + 1, horizon_days)
    revenue = features["revenue"].clip(lower=0) / days * horizon_days
    return features.assign(value_at_stake=(revenue * (1.0 if margin_rate is None else margin_rate)).round(4))


def first_order_day(orders, *, as_of) -> pd.Timestamp:
    """Return the first day with a purchase of a known customer up to `as_of`; raises TooLittleData where there is none."""
    known = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0, orders.order_date <= pd.Timestamp(as_of).date())
    first = known.order_date.min().to_pandas()
    if pd.isna(first):
        raise TooLittleData("Needs orders of known customers; there are none.")
    return pd.Timestamp(first)


def buyer_examples(
    orders, *, as_of, first_day=None, horizon_days: int, lead_days: int = 0, n_cut_offs: int = 4,
    margin_rate: float | None = None,
) -> Examples:
    """Return the examples of non-contractual churn: customers at cut-offs with their outcome, current ones without.

    `first_day` is the first day that the data covers (None = that of the first order).
    Raises TooLittleData where the days do not suffice, or where too few customers were lost or stayed.
    """
    covered_from = first_order_day(orders, as_of=as_of)
    first_day = covered_from if first_day is None else max(pd.Timestamp(first_day), covered_from)
    windows = churn_windows.plan(
        first_day=first_day, as_of=as_of, horizon_days=horizon_days, lead_days=lead_days, n_cut_offs=n_cut_offs
    )

    def at(cut_off) -> pd.DataFrame:
        frame = customer_features(orders, cut_off=cut_off, first_day=first_day, long_days=horizon_days)
        return add_value(frame, horizon_days=horizon_days, margin_rate=margin_rate)

    known = {day: add_outcome(at(day), orders, cut_off=day, windows=windows) for day in windows.known}
    windows = with_both_classes(windows, known)
    known = [add_baselines(known[day], orders, cut_off=day, windows=windows) for day in windows.known]
    current = add_baselines(at(windows.snapshot), orders, cut_off=windows.snapshot, windows=windows)
    is_modelled = all(BY_MODEL in frame for frame in (*known, current))
    every = pd.concat(known, ignore_index=True)
    if not is_modelled:
        every = every.drop(columns=[BY_MODEL, PURCHASE_MODEL, NOT_ALIVE], errors="ignore")
    test = every[every["cut_off"].isin(windows.tests)].reset_index(drop=True)
    return Examples(
        kind="buyers", train=every if windows.is_temporal else test, test=test,
        current=current.drop(columns=list(BASELINES), errors="ignore"),
        numeric=(*FEATURES, BY_MODEL) if is_modelled else FEATURES, groups=GROUPS, messages=reason_messages(current),
        windows=windows,
    )


def with_both_classes(windows: Windows, known: dict[pd.Timestamp, pd.DataFrame]) -> Windows:
    """Return the windows without the tests where too few were lost or stayed, at the cut-off or before it.

    Raises TooLittleData where that is so at the latest cut-off itself.
    """
    latest = windows.known[0]
    check_both_classes(known[latest]["churned"])

    def has_both(days) -> bool:
        lost = sum(int(known[day]["churned"].sum()) for day in days)
        return min(lost, sum(len(known[day]) for day in days) - lost) >= MIN_CLASS

    tests = tuple(day for day in windows.tests if has_both([day]) and has_both(windows.learnt_at(day)))
    if latest in tests:
        return replace(windows, tests=tests)
    return replace(windows, known=(latest,), tests=(latest,))


def reason_messages(features: pd.DataFrame) -> pd.DataFrame:
    """Return the words of each reason for each customer: messages whose fields are columns of `features`."""
    silence = np.where(features["usual_gap_days"].isna(), BOUGHT_ONCE, SILENT)
    return pd.DataFrame(dict(zip(GROUPS, (silence, SELDOM, SPENDS, KNOWN_FOR), strict=True)), index=features.index)


def add_baselines(frame: pd.DataFrame, orders, *, cut_off, windows: Windows) -> pd.DataFrame:
    """Add the baselines that one column or a purchase model gives (BASELINES; higher = more likely to be lost), and BY_MODEL.

    The purchase model (BG/NBD) is fitted on the days up to the cut-off; without enough repeat buyers it is left out. Its
    probability speaks of the horizon right after the cut-off; the lead time is not allowed for.
    """
    frame = frame.assign(**{"Recency alone": frame["recency_days"].astype(float),
                            "Frequency alone": -frame["n_purchase_days"].astype(float)})
    summary = btyd.purchase_summary(orders, start=windows.first_day, end=cut_off)
    summary = summary.set_index("customer_id").loc[frame["customer_id"]]
    try:
        model = btyd.fit_bg_nbd(summary)
    except TooLittleData:
        return frame
    silent = np.clip(model.p_no_purchase(summary, windows.horizon_days / btyd.DAYS_PER_WEEK).to_numpy(), 0.0, 1.0)
    return frame.assign(**{
        PURCHASE_MODEL: silent,
        NOT_ALIVE: 1 - model.p_alive(summary).to_numpy(),
        BY_MODEL: logit(np.clip(silent, TINY, 1 - TINY)),
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
