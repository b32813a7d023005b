"""opening_hours.py: open hours worked by hand, at the edges of days, holidays and changes of the clocks."""

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.service.opening_hours import OpeningHours, open_time, weekly_hours

BERLIN = "Europe/Berlin"
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-18:00")
OFFICE = OpeningHours(**WEEK)
ALWAYS = OpeningHours(**dict.fromkeys(OpeningHours.model_fields.keys() - {"special_days"}, "00:00-24:00"))


def at(*local: str, zone=BERLIN) -> pd.Series:
    moments = pd.to_datetime(list(local), format="ISO8601").tz_localize(zone).tz_convert("UTC")
    return pd.Series(moments.astype("datetime64[us, UTC]"))


def between(hours: OpeningHours, start: str, end: str, zone=BERLIN) -> float:
    moments = at(start, end, zone=zone)
    time = open_time(hours, first=moments.min(), last=moments.max(), time_zone=zone)
    return float(time.hours_between(moments[:1], moments[1:].reset_index(drop=True)).iloc[0])


@pytest.mark.parametrize(("start", "end", "hours"), [  # 2025-06-06 is a Friday
    ("2025-06-06 10:00", "2025-06-06 12:30", 2.5),
    ("2025-06-06 09:00", "2025-06-06 18:00", 9.0),
    ("2025-06-06 17:30", "2025-06-09 09:30", 1.0),  # over a weekend
    ("2025-06-06 20:00", "2025-06-09 09:00", 0.0),  # answered at the opening
    ("2025-06-06 18:00", "2025-06-09 09:01", 1 / 60),  # asked at the closing
    ("2025-06-07 12:00", "2025-06-07 15:00", 0.0),  # asked and answered while closed
    ("2025-06-02 00:00", "2025-06-09 00:00", 45.0),  # a week
    ("2025-06-06 08:59", "2025-06-06 09:01", 1 / 60),
    ("2025-06-06 12:00", "2025-06-06 11:00", -1.0),
])
def test_open_hours_are_those_counted_by_hand(start, end, hours):
    assert between(OFFICE, start, end) == pytest.approx(hours, abs=1e-9)


def test_a_lunch_break_does_not_count():
    hours = OpeningHours(friday="09:00-12:00, 13:30-18:00")
    assert between(hours, "2025-06-06 11:30", "2025-06-06 14:00") == 1.0
    assert between(hours, "2025-06-06 12:00", "2025-06-06 13:30") == 0.0
    assert weekly_hours(hours) == 7.5


@pytest.mark.parametrize(("day", "always", "early"), [
    ("2025-03-30", 23.0, 1.0),  # 2:30 never happens: open from 3:00 to 4:00
    ("2025-10-26", 25.0, 2.5),  # 2:30 happens twice: open from the first to 4:00
    ("2025-06-08", 24.0, 1.5),
])
def test_a_sunday_on_which_the_clocks_change_is_as_long_as_it_is(day, always, early):
    before, after = (str((pd.Timestamp(day) + pd.Timedelta(days=n)).date()) for n in (-2, 1))
    assert between(ALWAYS, day, f"{after} 00:00") == always
    assert between(OpeningHours(sunday="02:30-04:00"), day, f"{after} 00:00") == early
    assert between(OFFICE, f"{before} 17:00", f"{after} 10:00") == 2.0  # Friday to Monday: the same in every week


def test_special_days_close_a_weekday_and_open_a_sunday():
    hours = OpeningHours(**WEEK, special_days={"2025-06-09": "closed", "2025-06-08": "10:00-12:00"})
    assert between(hours, "2025-06-06 17:00", "2025-06-10 10:00") == 1 + 2 + 0 + 1


def test_at_the_opening_it_is_open_and_at_the_closing_no_longer():
    moments = at("2025-06-06 08:59", "2025-06-06 09:00", "2025-06-06 17:59", "2025-06-06 18:00", "2025-06-07 12:00")
    time = open_time(OFFICE, first=moments.min(), last=moments.max(), time_zone=BERLIN)
    assert time.is_open(moments).tolist() == [False, True, True, False, False]


def test_what_is_not_known_is_null():
    moments = at("2025-06-06 10:00", "2025-06-06 10:00")
    time = open_time(OFFICE, first=moments.min(), last=moments.max(), time_zone=BERLIN)
    found = time.hours_between(moments, pd.Series([pd.NaT, moments[1]], dtype=moments.dtype))
    assert found.isna().tolist() == [True, False]


def test_where_special_days_close_every_day_it_is_unknown_how_long_it_took():
    days = pd.date_range("2025-06-01", periods=60).strftime("%Y-%m-%d")
    hours = OpeningHours(**WEEK, special_days=dict.fromkeys(days, "closed"))
    moments = at("2025-06-20 10:00", "2025-06-24 10:00")
    time = open_time(hours, first=moments.min(), last=moments.max(), time_zone=BERLIN)
    assert time.hours_between(moments, moments[::-1].reset_index(drop=True)).isna().tolist() == [True, True]
    assert time.is_open(moments).tolist() == [False, False]
    found = time.after(moments, np.array([1.0, 2.0]))
    assert found.isna().all() and str(found.dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize("written", ["closed", "Closed", " CLOSED ", "off", "Off", "", None])
def test_a_day_may_be_closed_in_any_letters_or_left_empty(written):
    assert OpeningHours(monday=written, friday="09:00-18:00").week == ((), (), (), (), ((540, 1080),), (), ())
    assert yaml_week(f"{{monday: {written or ''}, friday: '09:00-18:00'}}") == ((), (), (), (), ((540, 1080),), (), ())


def yaml_week(text: str) -> tuple:
    return OpeningHours(**yaml.safe_load(text)).week


@pytest.mark.parametrize("written", ["shut", "on", True, "0", 0, "09:00"])
def test_what_is_no_hours_is_refused(written):
    with pytest.raises(ValueError, match="write hours as"):
        OpeningHours(monday=written, friday="09:00-18:00")


@given(st.integers(0, 400 * 1440), st.floats(0.01, 60))
def test_the_moment_after_some_open_hours_is_that_many_open_hours_later(minute, hours):
    start = pd.Series([pd.Timestamp("2025-01-01", tz="UTC") + pd.Timedelta(minutes=minute)]).astype("datetime64[us, UTC]")
    time = open_time(OFFICE, first=start[0], last=start[0] + pd.Timedelta(days=30), time_zone=BERLIN)
    end = time.after(start, np.array([hours]))
    assert time.hours_between(start, end)[0] == pytest.approx(hours, abs=1e-8)
    assert end[0] > start[0]
