"""Moments in the business's time zone, on any engine: offsets come from the zone's own transitions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pandas as pd


def offsets(time_zone: str, first: datetime, last: datetime) -> list[tuple[datetime, timedelta]]:
    """Return (start in UTC, offset from UTC) of each period of constant offset that touches [first, last]."""
    zone = ZoneInfo(time_zone)
    at = first.astimezone(UTC)
    periods = [(at, at.astimezone(zone).utcoffset())]
    while at < last:
        following = min(at + timedelta(days=1), last)
        if following.astimezone(zone).utcoffset() != periods[-1][1]:
            periods.append(_transition(zone, at, following))
        at = following
    return periods


def _transition(zone: ZoneInfo, low: datetime, high: datetime) -> tuple[datetime, timedelta]:
    """Return the first moment (to the second) at which the offset is that of `high`."""
    target = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == target else (middle, high)
    return high.replace(microsecond=0), target


def local(moment, time_zone: str, table):
    """Return the UTC column `moment` of `table` as naive local time of `time_zone`.

    The span is read from the data; every moment in it gets the offset that was in force (daylight saving included).
    """
    span = table.agg(first=moment.min(), last=moment.max()).to_pandas().iloc[0]
    if span.isna().any():
        return moment.cast("timestamp")
    first, last = (value.to_pydatetime().astimezone(UTC) for value in span)
    periods = offsets(time_zone, first, last)
    seconds = ibis.literal(int(periods[0][1].total_seconds()))
    for start, offset in periods[1:]:
        later = moment >= ibis.literal(start, type="timestamp('UTC')")
        seconds = ibis.ifelse(later, int(offset.total_seconds()), seconds)
    return (moment.epoch_seconds() + seconds).as_timestamp("s").cast("timestamp")


def to_utc(moment, time_zone: str, table):
    """Return the naive local column `moment` of `table` as UTC.

    An hour that happens twice (clocks go back) is taken as the first; an hour that never happens (clocks go forward) is read
    with the offset before the change, as Python does (PEP 495, fold=0).
    """
    span = table.agg(first=moment.min(), last=moment.max()).to_pandas().iloc[0]
    if span.isna().any():
        return moment.cast("timestamp('UTC')")
    first, last = (value.to_pydatetime().replace(tzinfo=UTC) for value in span)
    periods = offsets(time_zone, first - timedelta(days=1), last + timedelta(days=1))
    seconds = ibis.literal(int(periods[0][1].total_seconds()))
    for (_, before), (start, after) in zip(periods, periods[1:], strict=False):
        changes_at = (start + max(before, after)).replace(tzinfo=None)
        seconds = ibis.ifelse(moment >= ibis.literal(changes_at, type="timestamp"), int(after.total_seconds()), seconds)
    return (moment.epoch_seconds() - seconds).as_timestamp("s").cast("timestamp('UTC')")


def end_of(day, time_zone: str) -> pd.Timestamp:
    """Return the first moment (UTC) after `day` in the time zone, whatever hour `day` has."""
    after = pd.Timestamp(day).tz_localize(None).normalize() + pd.Timedelta(days=1)
    return after.tz_localize(time_zone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")


def until(rows: pd.DataFrame, *, at: str, as_of, time_zone: str) -> pd.DataFrame:
    """Return the rows whose moment `at` (UTC) lies before the end of `as_of`; those without one stay."""
    return rows[~(rows[at] >= end_of(as_of, time_zone))].reset_index(drop=True)
