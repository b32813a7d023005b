"""timezones.py: local days and hours agree with zoneinfo at every second around a change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.timezones import end_of, local, offsets, to_utc, until

ZONES = (
    "America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC",
    "Pacific/Apia", "Africa/Casablanca",
)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 12, 31)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))


def local_of(moments: list[datetime], zone: str) -> list[datetime]:
    """Return what `local` says of UTC moments."""
    frame = pd.DataFrame({"at": pd.to_datetime(moments, utc=True), "i": range(len(moments))})
    table = ibis.memtable(frame)
    return table.mutate(here=local(table["at"], zone, table)).order_by("i").to_pandas()["here"].dt.to_pydatetime().tolist()


def utc_of(walls: list[datetime], zone: str) -> list[datetime]:
    """Return what `to_utc` says of naive local times."""
    table = ibis.memtable(pd.DataFrame({"at": pd.to_datetime(walls), "i": range(len(walls))}))
    there = table.mutate(there=to_utc(table["at"], zone, table)).order_by("i").to_pandas()["there"]
    return [value.to_pydatetime().astimezone(UTC) for value in there]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


# worked by hand: New York went to summer time on 2017-03-12 at 07:00 UTC and back on 2017-11-05 at 06:00 UTC


@pytest.mark.parametrize(("moment", "here"), [
    ("2017-03-12 06:59:59", "2017-03-12 01:59:59"),
    ("2017-03-12 07:00:00", "2017-03-12 03:00:00"),
    ("2017-03-12 07:00:01", "2017-03-12 03:00:01"),
    ("2017-11-05 05:59:59", "2017-11-05 01:59:59"),
    ("2017-11-05 06:00:00", "2017-11-05 01:00:00"),
    ("2017-11-05 06:00:01", "2017-11-05 01:00:01"),
    ("2018-01-01 04:59:59", "2017-12-31 23:59:59"),
    ("2018-01-01 05:00:00", "2018-01-01 00:00:00"),
    ("2017-07-01 03:59:59", "2017-06-30 23:59:59"),
    ("2017-07-01 04:00:00", "2017-07-01 00:00:00"),
])
def test_new_york_at_the_second_before_at_and_after_a_change(moment, here):
    year = [utc("2016-12-31 00:00:00"), utc(moment), utc("2018-02-01 00:00:00")]
    assert local_of(year, "America/New_York")[1] == wall(here)


@pytest.mark.parametrize(("here", "moment"), [
    ("2017-03-12 01:59:59", "2017-03-12 06:59:59"),
    ("2017-03-12 02:00:00", "2017-03-12 07:00:00"),
    ("2017-03-12 02:30:00", "2017-03-12 07:30:00"),
    ("2017-03-12 02:59:59", "2017-03-12 07:59:59"),
    ("2017-03-12 03:00:00", "2017-03-12 07:00:00"),
    ("2017-11-05 00:59:59", "2017-11-05 04:59:59"),
    ("2017-11-05 01:00:00", "2017-11-05 05:00:00"),
    ("2017-11-05 01:59:59", "2017-11-05 05:59:59"),
    ("2017-11-05 02:00:00", "2017-11-05 07:00:00"),
])
def test_an_hour_that_never_was_is_read_with_the_offset_before_and_one_that_was_twice_as_the_first(here, moment):
    for company in ([], [wall("2016-12-31 00:00:00"), wall("2018-02-01 00:00:00")]):
        assert utc_of([*company, wall(here)], "America/New_York")[-1] == utc(moment)


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_ten_years_is_found_to_the_second(zone):
    first, last = datetime(2008, 1, 1, tzinfo=UTC), datetime(2018, 12, 31, tzinfo=UTC)
    periods = offsets(zone, first, last)
    for (_, before), (start, after) in zip(periods, periods[1:], strict=False):
        assert before != after
        for second in (-1, 0, 1):
            at = start + timedelta(seconds=second)
            assert at.astimezone(ZoneInfo(zone)).utcoffset() == (before if second < 0 else after)
    by_hour = {(first + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(0, 24 * 365, 6)}
    assert by_hour <= {offset for _, offset in periods}
    assert {"Asia/Shanghai": 1, "UTC": 1, "Asia/Kolkata": 1}.get(zone, 2) <= len(periods)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from(ZONES))
@example([utc("2011-12-30 09:59:59"), utc("2011-12-30 10:00:00")], "Pacific/Apia")
def test_local_time_is_that_of_zoneinfo(moments, zone):
    expected = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    assert local_of(moments, zone) == expected


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(MOMENTS.map(lambda t: t.replace(tzinfo=None)), min_size=1, max_size=6), st.sampled_from(ZONES))
@example([wall("2017-04-02 01:45:00"), wall("2017-04-02 02:00:00")], "Australia/Lord_Howe")
def test_utc_is_that_of_zoneinfo_with_fold_0(walls, zone):
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in walls]
    assert utc_of(walls, zone) == expected


def test_what_else_is_in_the_column_changes_nothing():
    moment = utc("2017-07-01 12:00:00")
    alone = local_of([moment], "America/New_York")[0]
    in_company = local_of([utc("1999-01-01 00:00:00"), moment, utc("2025-01-01 00:00:00")], "America/New_York")[1]
    assert alone == in_company == wall("2017-07-01 08:00:00")


@pytest.mark.parametrize("convert", [local, to_utc])
def test_a_column_without_moments_stays_unknown(convert):
    kind = "timestamp('UTC')" if convert is local else "timestamp"
    table = ibis.memtable({"i": [1, 2]}).mutate(at=ibis.null(kind))
    found = table.mutate(x=convert(table["at"], "Europe/Berlin", table)).to_pandas()["x"]
    assert found.isna().all()


def test_unknown_moments_stay_unknown_among_known_ones():
    table = ibis.memtable(pd.DataFrame({"at": pd.to_datetime(["2017-07-01 12:00", None], utc=True)}))
    here = table.mutate(x=local(table["at"], "Europe/Berlin", table)).to_pandas()["x"]
    assert here.isna().tolist() == [False, True]


@pytest.mark.parametrize(("zone", "end"), [
    ("UTC", "2025-07-01 00:00"), ("Asia/Shanghai", "2025-06-30 16:00"), ("America/New_York", "2025-07-01 04:00"),
])
def test_a_day_ends_at_midnight_of_its_own_zone_and_undated_rows_stay(zone, end):
    last = pd.Timestamp(end, tz="UTC")
    assert end_of("2025-06-30", zone) == last
    assert end_of(pd.Timestamp("2025-06-30 17:00", tz="UTC"), zone) == last
    rows = pd.DataFrame({"at": [last - pd.Timedelta(seconds=1), last, pd.NaT], "i": [1, 2, 3]})
    assert until(rows, at="at", as_of=pd.Timestamp("2025-06-30"), time_zone=zone)["i"].tolist() == [1, 3]
