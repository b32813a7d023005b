"""How long did it take, counted only while the business was open? And at which moment is an amount of open time over?

Opening hours are local time, as dataset.yml states them (business.service_hours), weekday by weekday, with special days;
moments are UTC. A day on which the clocks change is as long as it is: 23 or 25 hours if open around the clock. An hour that
happens twice is taken as the first of the two; one that never happens as the next that does.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

MINUTE = pd.Timedelta(minutes=1)
HOUR = 3_600_000_000  # microseconds
SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–—~至到]\s*([01]?\d|2[0-4]):([0-5]\d)")
CLOSED = ("", "closed", "off")


def _spans(written) -> tuple[tuple[int, int], ...]:
    """Return "09:00-12:00, 13:30-18:00" as minutes of the day, in order; "closed", "off" and nothing as none."""
    if written is None or written is False or str(written).strip().casefold() in CLOSED:  # YAML reads "off" as False
        return ()
    found = [SPAN.fullmatch(part.strip()) for part in re.split("[,，;；]", str(written))]
    if not all(found):
        raise ValueError("write hours as 09:00-18:00, several parted by commas, or closed")
    spans = [(60 * int(a) + int(b), 60 * int(c) + int(d)) for a, b, c, d in (match.groups() for match in found)]
    edges = [edge for span in spans for edge in span]
    if edges[-1] > 24 * 60 or edges != sorted(edges) or any(start == end for start, end in spans):
        raise ValueError("hours must run on within a day, from 00:00 to 24:00; what goes past midnight is the next day's")
    return tuple(spans)


Spans = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_spans)]


class OpeningHours(BaseModel):
    """When somebody answers, in local time; a day that is not named is closed. special_days: holidays, and working weekends."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()
    special_days: dict[date, Spans] = {}

    @property
    def week(self) -> tuple:
        """Return the hours of Monday to Sunday, in minutes of the day."""
        return self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday

    def of(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the hours of a day, in minutes of it."""
        return self.special_days.get(day, self.week[day.weekday()])

    @model_validator(mode="after")
    def _opens(self):
        if not any(self.week):
            raise ValueError("is open on no weekday: name some, such as monday: 09:00-18:00")
        return self


@dataclass(frozen=True)
class OpenTime:
    """The stretches in which the business is open, in order (microseconds since 1970 UTC), and the open time before each.

    Where special days close every day there is none: how long anything took is unknown, and at no moment is it open.
    """

    starts: np.ndarray
    ends: np.ndarray
    before: np.ndarray

    def hours_between(self, start: pd.Series, end: pd.Series) -> pd.Series:
        """Return the open hours from `start` to `end`, both UTC; null where either is. Negative where `end` comes first.

        A wait that begins and ends while all is closed took 0 hours; at the very opening or closing none has passed yet or all.
        """
        known = (start.notna() & end.notna()).to_numpy() & bool(len(self.starts))
        found = np.full(len(start), np.nan)
        found[known] = (self._passed(_number(end[known])) - self._passed(_number(start[known]))) / HOUR
        return pd.Series(found, index=start.index)

    def is_open(self, moments: pd.Series) -> pd.Series:
        """Say at which of the moments (UTC, none null) it is open; at the opening yes, at the closing no longer."""
        if not len(self.starts):
            return pd.Series(False, index=moments.index)
        at = _number(moments)
        last = np.searchsorted(self.starts, at, side="right") - 1
        return pd.Series((last >= 0) & (at < self.ends[last.clip(0)]), index=moments.index)

    def after(self, start: pd.Series, hours: np.ndarray) -> pd.Series:
        """Return the moments (UTC) at which `hours` > 0 of open time have passed since `start`; they lie in open time."""
        if not len(self.starts):
            return pd.Series(pd.NaT, index=start.index, dtype="datetime64[us, UTC]")
        target = self._passed(_number(start)) + np.asarray(hours, float) * HOUR
        place = np.searchsorted(self.before, target, side="left") - 1  # before[place] < target
        at = self.starts[place.clip(0)] + target - self.before[place.clip(0)]
        return pd.Series(pd.to_datetime(np.round(at).astype("int64"), unit="us", utc=True), index=start.index)

    def _passed(self, at: np.ndarray) -> np.ndarray:
        """Return the open time since the first opening."""
        last = (np.searchsorted(self.starts, at, side="right") - 1).clip(0)
        return self.before[last] + np.clip(at - self.starts[last], 0, self.ends[last] - self.starts[last])


def open_time(hours: OpeningHours, *, first, last, time_zone: str) -> OpenTime:
    """Return the stretches of open time from a week before `first` to a week after `last` (moments, UTC)."""
    day = pd.Timedelta(days=7)
    ends = [(pd.Timestamp(moment) + step).tz_convert(time_zone).tz_localize(None).normalize()
            for moment, step in ((first, -day), (last, day))]
    days = pd.date_range(*ends, freq="D")
    own = [hours.of(one) for one in days.date]
    dates = days.repeat([len(spans) for spans in own])
    opens, closes = (dates + MINUTE * np.array([span[k] for spans in own for span in spans]) for k in (0, 1))
    starts, stops = (_number(times.tz_localize(time_zone, ambiguous=np.ones(len(times), bool), nonexistent="shift_forward"))
                     for times in (opens, closes))
    kept = stops > starts
    starts, stops = starts[kept], stops[kept]
    return OpenTime(starts, stops, (np.cumsum(stops - starts) - (stops - starts)).astype("int64"))


def _number(moments) -> np.ndarray:
    return pd.DatetimeIndex(moments).tz_convert("UTC").as_unit("us").asi8


def weekly_hours(hours: OpeningHours) -> float:
    """Return the open hours of an ordinary week."""
    return sum(end - start for spans in hours.week for start, end in spans) / 60
