"""Who bought how before a piece of feedback, and what did she do afterwards?

A moment is a piece of feedback by a known customer who had bought by its day. What was known then is counted to that day,
inclusive; what came after is looked at for a fixed number of days, and only where all of them have been observed.
Reads `feedback` (as voc.read_reviews gives it) and `orders`.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.btyd import btyd_histories

HORIZON_DAYS = 91  # 13 weeks without a purchase: as in the report on churn
FREQUENCIES = (1, 3, 6)  # purchase days in two horizons up to which customers count as equally frequent
N_RECENCY, N_SPENDING = 3, 2  # groups of equal size by days since the last purchase, and by revenue per purchase day
MIN_CHANNEL = 30  # moments below which channels are thrown together
HALF = 0.5  # spending falls by half: partial defection
STATE = ["n_before", "n_recent", "last_on", "revenue_before", "spent_before"]
AFTER = ["n_after", "spent_after"]


def feedback_moments(reviews: pd.DataFrame, orders, *, as_of, horizon_days: int, time_zone: str) -> pd.DataFrame:
    """Return one row a piece of feedback whose author is known, had bought, and had said it by `as_of`.

    Parameters
    ----------
    reviews : feedback_id, customer_id, channel, received_at (UTC), dissatisfied, further columns are kept.
    orders : Ibis table with customer_id, order_date, revenue; nothing after `as_of` is read.

    Returns
    -------
    The columns of reviews and: said_on (business day); n_before: purchase days up to it; n_recent: those of the last two
    horizons; recency_days: days since the last of them (0 = bought that day); revenue_per_day: revenue per purchase day so
    far; spent_before: revenue of the `horizon_days` up to said_on; is_observed: all `horizon_days` after said_on are over;
    n_after, spent_after: purchase days and revenue in them; stopped: no purchase in them; halved: less than half of
    spent_before in them (null without earlier spending). stopped and halved are null where not is_observed. In order of
    feedback_id.
    """
    said = reviews[reviews["customer_id"].notna() & reviews["received_at"].notna()]
    said = said.assign(said_on=business_day(said["received_at"], time_zone))
    said = said[said["said_on"] <= pd.Timestamp(as_of)]
    known = said.merge(_bought(said, orders, as_of=as_of, horizon_days=horizon_days), on=["customer_id", "said_on"])
    known["recency_days"] = (known["said_on"] - known["last_on"]).dt.days
    known["revenue_per_day"] = known["revenue_before"] / known["n_before"]
    known["is_observed"] = known["said_on"] + pd.Timedelta(days=horizon_days) <= pd.Timestamp(as_of)
    seen, spent = known["is_observed"], known["spent_before"] > 0
    known["stopped"] = known["n_after"].eq(0).astype("boolean").where(seen)
    known["halved"] = (known["spent_after"] < HALF * known["spent_before"]).astype("boolean").where(seen & spent)
    return known.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def business_day(moments: pd.Series, time_zone: str) -> pd.Series:
    """Return the business day of moments in UTC."""
    return moments.dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize().astype("datetime64[us]")


def _bought(said: pd.DataFrame, orders, *, as_of, horizon_days: int) -> pd.DataFrame:
    """Return what each customer had bought by each day on which she said something, and in the days after it."""
    columns = ["customer_id", "said_on"]
    asked = said[columns].drop_duplicates()
    if asked.empty:
        return asked.assign(**dict.fromkeys([*STATE, *AFTER], pd.Series(dtype=float))).astype(
            {"last_on": "datetime64[us]"}
        )
    days = btyd_histories.purchase_days(orders, start="1900-01-01", end=as_of)
    asked = ibis.memtable(asked.assign(customer_id=asked["customer_id"].astype("str"), said_on=asked["said_on"].dt.date))
    joined = asked.inner_join(days, "customer_id")
    joined = joined.mutate(away=joined.order_date.epoch_days() - joined.said_on.epoch_days())
    until, after = joined.away <= 0, (joined.away > 0) & (joined.away <= horizon_days)
    late = until & (joined.away > -horizon_days)
    found = joined.group_by(columns).agg(
        n_before=until.cast("int64").sum(),
        n_recent=(until & (joined.away > -2 * horizon_days)).cast("int64").sum(),
        last_on=until.ifelse(joined.order_date, None).max(),
        revenue_before=until.ifelse(joined.revenue, 0.0).sum().round(4),
        spent_before=late.ifelse(joined.revenue, 0.0).sum().round(4), n_after=after.cast("int64").sum(),
        spent_after=after.ifelse(joined.revenue, 0.0).sum().round(4),
    ).to_pandas()
    found = found[found["n_before"] > 0]
    dates = dict.fromkeys(("said_on", "last_on"), "datetime64[us]")
    return found.assign(**{name: pd.to_datetime(found[name]) for name in dates}).astype({**dates, "customer_id": "str"})


def strata(moments: pd.DataFrame) -> np.ndarray:
    """Return a number for each moment: those with equal numbers had bought as often, as lately and for as much, and spoke on
    the same channel.

    Frequency: up to 1, 2–3, 4–6, 7 purchase days and more in two horizons; recency: thirds; revenue per purchase day: halves.
    Channels of fewer than 30 moments count as one.
    """
    often = np.searchsorted(FREQUENCIES, moments["n_recent"], side="left")
    lately = _quantile_group(moments["recency_days"], N_RECENCY)
    worth = _quantile_group(moments["revenue_per_day"], N_SPENDING)
    common = moments["channel"].map(moments["channel"].value_counts()).fillna(0).ge(MIN_CHANNEL)
    channel = pd.factorize(moments["channel"].astype("object").where(common, ""), sort=True)[0]
    number = ((channel * (len(FREQUENCIES) + 1) + often) * N_RECENCY + lately) * N_SPENDING + worth
    return pd.factorize(number, sort=True)[0]


def _quantile_group(values: pd.Series, n: int) -> np.ndarray:
    """Return in which of n equal groups each value is; equal values share a group."""
    if values.empty:
        return np.zeros(0, dtype=int)
    cuts = np.unique(np.quantile(values.astype(float), np.arange(1, n) / n))
    return np.searchsorted(cuts, values.astype(float), side="left")
