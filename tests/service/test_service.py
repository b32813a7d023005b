"""service.py: times as they stood at the snapshot, what cannot be used is counted, small groups are not shown."""

import numpy as np
import pandas as pd
import pytest

from helpers.contracts import contract
from helpers.errors import TooLittleData
from helpers.service import service
from helpers.service.opening_hours import OpeningHours
from helpers.tables import check_frame

AS_OF = pd.Timestamp("2026-01-31")
OPENED = pd.Timestamp("2026-01-05 00:00", tz="UTC")  # a Monday


def case(i: int, *, opened=OPENED, first=2.0, close=24.0, minutes=10.0, **more) -> dict:
    """Return a case; first and close in hours after the opening, None = not yet."""
    def at(hours):
        return pd.NaT if hours is None else opened + pd.Timedelta(hours=hours)

    return {"case_id": f"c{i:04d}", "customer_id": f"p{i:04d}", "opened_at": opened, "first_response_at": at(first),
            "closed_at": at(close), "handle_minutes": minutes, "topic": "late", "channel": "mail", "reopened": False,
            "csat": 4.0, **more}


def frame(*cases: dict) -> pd.DataFrame:
    table = pd.DataFrame(cases)
    moments = {name: pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
               for name in ("opened_at", "first_response_at", "closed_at")}
    return table.assign(**moments).astype({"reopened": "boolean", "csat": float, "handle_minutes": float})


def read(*cases: dict, as_of=AS_OF, time_zone="UTC") -> service.Cases:
    return service.read_cases(frame(*cases), as_of=as_of, time_zone=time_zone)


def usual(n=40, **more) -> list[dict]:
    return [case(i, first=1 + i / 10, close=10.0 + i, **more) for i in range(n)]


def test_waits_are_counted_from_the_opening_in_clock_hours():
    rows = read(*usual()).rows
    assert rows["first_hours"].iloc[0] == pytest.approx(1.0)
    assert rows["close_hours"].iloc[39] == pytest.approx(49.0)
    assert rows["is_closed"].all()
    assert not rows["is_open"].any()


def test_what_happened_after_the_snapshot_has_not_happened_yet():
    late = case(90, opened=pd.Timestamp("2026-01-30", tz="UTC"), first=60.0, close=100.0, reopened=True, csat=1.0)
    unseen = case(91, opened=pd.Timestamp("2026-02-01", tz="UTC"))
    found = read(*usual(), late, unseen)
    row = found.rows.set_index("case_id").loc["c0090"]
    assert "c0091" not in set(found.rows["case_id"])
    assert (row["is_open"], row["is_answered"], row["is_closed"]) == (True, False, False)
    assert (row["first_hours"], row["close_hours"]) == (48.0, 48.0)  # the wait so far
    assert pd.isna(row["csat"])
    assert pd.isna(row["reopened"])
    assert found.left_out.set_index("reason")["n"].to_dict() == {service.AFTER: 1}


def test_changing_the_future_changes_nothing():
    cut = pd.Timestamp("2026-01-06")
    future = frame(*[c | {"closed_at": c["closed_at"] + pd.Timedelta(days=9), "csat": 1.0} if i > 38 else c
                     for i, c in enumerate(usual())])
    one = service.quality(service.read_cases(frame(*usual()), as_of=cut, time_zone="UTC"))
    other = service.quality(service.read_cases(future, as_of=cut, time_zone="UTC"))
    pd.testing.assert_frame_equal(one, other)


def test_the_snapshot_day_ends_in_the_time_zone_of_the_business():
    evening = case(90, opened=pd.Timestamp("2026-01-31 18:00", tz="UTC"))  # already February in Shanghai
    assert len(read(*usual(), evening).rows) == 41
    assert len(read(*usual(), evening, time_zone="Asia/Shanghai").rows) == 40


def test_times_that_cannot_be_are_left_out_with_a_reason_and_the_case_stays():
    odd = [case(90, first=-1.0), case(91, close=-5.0), case(92, first=None), case(93, minutes=None)]
    found = read(*usual(), *odd)
    assert found.left_out.set_index("reason")["n"].to_dict() == {
        service.FIRST_BEFORE: 1, service.CLOSED_BEFORE: 1, service.NOT_NOTED: 1, service.NO_MINUTES: 1}
    rows = found.rows.set_index("case_id")
    assert rows.loc[["c0090", "c0092"], "first_hours"].isna().all()
    assert np.isnan(rows.loc["c0091", "close_hours"])
    assert len(rows) == 44


def test_a_channel_that_notes_no_first_answer_is_silent_not_slow_and_calls_have_no_time_to_close():
    calls = [case(100 + i, channel="call", first=None, close=minutes / 60, minutes=minutes)
             for i, minutes in enumerate([5.0, 8.0, 12.0] * 5)]
    found = read(*usual(), *calls)
    assert found.silent_channels == found.talk_channels == ("call",)
    of_calls = found.rows[found.rows["channel"] == "call"]
    assert of_calls["first_hours"].isna().all()
    assert of_calls["close_hours"].isna().all()
    row = service.quality(found).set_index(["topic", "channel"]).loc[("all", "call")]
    assert (row["first_n"], row["close_n"], row["handle_n"]) == (0, 0, 15)
    assert row["handle_median_minutes"] == 8.0


def test_figures_of_a_group_are_those_counted_by_hand():
    cases = [case(i, first=float(i + 1), close=24.0, reopened=i < 4, csat=5.0 if i < 10 else 2.0) for i in range(40)]
    row = service.quality(read(*cases)).set_index(["topic", "channel"]).loc[("all", "all")]
    assert (row["first_median_hours"], row["first_p90_hours"]) == (20.0, 36.0)
    assert row["first_median_low"] < 20 < row["first_median_high"]
    assert (row["reopened_rate"], row["satisfied_rate"]) == (.1, .25)
    assert row["csat_mean"] == pytest.approx(2.75)
    assert (row["reopened_low"], row["reopened_high"]) == (pytest.approx(.0396, abs=1e-4), pytest.approx(.2305, abs=1e-4))


def test_groups_of_fewer_than_ten_customers_are_gathered_or_not_shown_and_those_under_thirty_marked():
    few = [case(100 + i, topic="rare", channel="fax") for i in range(9)]
    same = [case(200 + i, topic="one person", customer_id="p1") for i in range(20)]
    small = [case(300 + i, topic="small") for i in range(12)]
    table = service.quality(read(*usual(), *few, *same, *small))
    assert set(table["topic"]) == {"all", "late", "small", "other topics"}
    assert set(table["channel"]) == {"all", "mail"}  # nine customers by fax
    assert table.set_index(["topic", "channel"]).loc[("small", "all"), "is_small"]
    assert (table["n_customers"] >= 10).all()


def test_topics_and_channels_without_a_name_and_of_a_reserved_name_are_kept_apart():
    cases = usual(topic=None, channel=" ") + [case(100 + i, topic="all", channel="all") for i in range(12)]
    table = service.quality(read(*cases))
    assert set(table["topic"]) == {"all", "no topic", "“all”"}
    assert not table.duplicated(["topic", "channel"]).any()


@pytest.mark.slow
def test_the_tables_keep_their_contracts_and_the_order_of_rows_does_not_matter():
    cases = [case(i, first=None if i % 7 == 0 else 1.0 + i, close=None if i % 5 == 0 else 30.0 + i,
                  topic="ab"[i % 2], csat=None if i % 3 else 4.0) for i in range(80)]
    one, other = read(*cases), read(*cases[::-1])
    check_frame(service.quality(one), contract("service_quality"))
    check_frame(service.backlog(one), contract("service_backlog"))
    pd.testing.assert_frame_equal(service.quality(one), service.quality(other))
    pd.testing.assert_frame_equal(service.backlog(one), service.backlog(other))


def test_the_backlog_is_what_was_opened_and_not_yet_closed_at_the_end_of_each_week():
    cases = [case(i, opened=OPENED + pd.Timedelta(days=i), close=24.0 * 10) for i in range(40)]
    weeks = service.backlog(read(*cases, as_of=pd.Timestamp("2026-02-10")))
    assert weeks["week_end"].dt.strftime("%m-%d").tolist() == ["01-11", "01-18", "01-25", "02-01", "02-08"]
    assert weeks["n_opened"].tolist() == [7, 7, 7, 7, 7]
    assert weeks["n_closed"].tolist() == [0, 4, 7, 7, 7]  # those of 5 to 8 January, ten days later
    assert weeks["n_open"].tolist() == [7, 10, 10, 10, 10]


def test_the_open_cases_tell_their_age_at_the_end_of_the_snapshot_day():
    found = service.open_now(read(*usual(), case(90, opened=pd.Timestamp("2025-12-20", tz="UTC"), close=None)))
    assert found == {"n_open": 1, "median_days": 43.0, "oldest_days": 43.0, "n_month": 1}


def test_answers_at_night_and_on_weekends_are_counted_in_the_time_zone_of_the_business():
    at_noon = [case(i, first=12.0) for i in range(40)]  # 12:00 UTC on a Monday
    assert service.night_share(read(*at_noon)) == 0.0
    assert service.night_share(read(*at_noon, time_zone="Asia/Shanghai")) == 1.0  # 20:00 there


def test_too_few_cases_or_customers_or_weeks_are_said_in_a_sentence():
    with pytest.raises(TooLittleData, match="at least 30 service cases by the snapshot; there are 3"):
        read(*usual(3))
    with pytest.raises(TooLittleData, match="at least 10 customers"):
        service.quality(read(*[case(i, customer_id="p1") for i in range(40)]))
    with pytest.raises(TooLittleData, match="two weeks"):
        service.backlog(read(*usual(), as_of=pd.Timestamp("2026-01-07")))


def test_cases_without_any_closing_time_have_no_backlog_and_no_time_to_close():
    found = service.read_cases(
        frame(*usual()).assign(closed_at=pd.Series(pd.NaT, index=range(40), dtype="datetime64[us, UTC]")), as_of=AS_OF,
        time_zone="UTC")
    assert found.rows["is_open"].isna().all()
    assert np.isnan(service.quality(found)["close_median_hours"]).all()
    with pytest.raises(TooLittleData):
        service.backlog(found)


def test_the_last_ninety_days_stand_beside_the_ninety_before():
    old = [case(i, opened=OPENED - pd.Timedelta(days=100), first=8.0) for i in range(40)]
    new = [case(100 + i, first=2.0 + i / 100) for i in range(40)]
    found = service.lately(read(*old, *new))
    assert (found["n"], found["median"], found["before"]) == (40, pytest.approx(2.19), 8.0)
    assert service.lately(read(*old)) is None


def test_a_change_of_the_wait_knows_that_the_earlier_median_is_uncertain_too():
    waits = np.arange(1.0, 41.0)
    old = [case(i, opened=OPENED - pd.Timedelta(days=100), first=w + 8, close=90.0) for i, w in enumerate(waits)]
    new = [case(100 + i, first=w, close=90.0) for i, w in enumerate(waits)]
    found = service.lately(read(*old, *new))
    assert (found["median"], found["before"], found["change"]) == (20.0, 28.0, -8.0)
    assert found["high"] < found["before"]  # beside an earlier median taken for certain it would look faster
    down, up = 20.0 - found["low"], found["high"] - 20.0  # the earlier ones wait 8 hours more, each of them
    assert (found["change_low"], found["change_high"]) == pytest.approx((-8 - np.hypot(down, up), -8 + np.hypot(up, down)))
    assert found["change_high"] > 0


def test_cases_that_note_days_only_are_told_from_those_with_hours():
    assert service.notes_days_only(read(*usual()))  # opened at midnight UTC
    assert not service.notes_days_only(read(*usual(), time_zone="Asia/Shanghai"))


def test_people_on_the_telephone_wait_for_minutes_and_do_not_make_tickets_look_fast():
    calls = [case(100 + i, channel="call", first=(i + 1) / 60, close=.5, minutes=30.0) for i in range(40)]
    found = read(*usual(), *calls)
    assert (found.silent_channels, found.talk_channels) == ((), ("call",))
    talks = service.waits_of_talks(found)
    assert (talks["channels"], talks["n"]) == (["call"], 40)
    assert (talks["median"], talks["p90"]) == (pytest.approx(20), pytest.approx(36))
    table = service.quality(found).set_index(["topic", "channel"])
    alone = service.quality(read(*usual())).set_index(["topic", "channel"])
    for column in ("first_n", "first_median_hours", "close_median_hours"):
        assert table.loc[("all", "all"), column] == alone.loc[("all", "all"), column]
    assert table.loc[("all", "call"), "first_median_hours"] == pytest.approx(1 / 3)
    assert service.waits_of_talks(read(*usual())) is None


# --- opening hours

OFFICE = OpeningHours(**dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00"))
FRIDAY = pd.Timestamp("2026-01-09 16:00", tz="UTC")


def read_open(*cases: dict, opening=OFFICE) -> service.Cases:
    return service.read_cases(frame(*cases), as_of=AS_OF, time_zone="UTC", opening=opening)


def test_a_wait_over_a_weekend_is_long_by_the_clock_and_short_in_opening_hours():
    found = read_open(*[case(i, opened=FRIDAY, first=66.0, close=72.0) for i in range(40)])  # Monday 10:00 and 16:00
    row = service.quality(found).set_index(["topic", "channel"]).loc[("all", "all")]
    assert (row["first_median_hours"], row["first_p90_hours"]) == (66.0, 66.0)
    assert (row["first_open_median_hours"], row["first_open_p90_hours"]) == (2.0, 2.0)
    assert (row["close_median_hours"], row["close_open_median_hours"]) == (72.0, 8.0)
    assert (row["first_open_n"], row["close_open_n"]) == (40, 40)
    assert service.outside_hours(found) == {"opened": 0.0, "answered": 0.0}


def test_an_open_case_has_waited_the_opening_hours_until_the_snapshot_and_its_end_is_not_known():
    late = pd.Timestamp("2026-01-29 15:00", tz="UTC")  # a Thursday; the snapshot is the Saturday after it
    waiting = [case(i, opened=late, first=None, close=None) for i in range(21)]
    found = read_open(*waiting, *[case(100 + i, opened=late, first=1.0, close=3.0) for i in range(19)])  # closed at 18:00
    rows = found.rows.set_index("case_id")
    assert rows.loc["c0000", ["first_open_hours", "close_open_hours"]].tolist() == [10.0, 10.0]
    assert rows.loc["c0100", ["first_open_hours", "close_open_hours"]].tolist() == [1.0, 2.0]
    row = service.quality(found).set_index(["topic", "channel"]).loc[("all", "all")]
    assert np.isnan(row["first_open_median_hours"])  # 19 of 40 are answered: half of them not yet


def test_what_comes_and_is_answered_while_all_is_closed_waited_no_opening_hour_and_is_counted():
    night = [case(100 + i, opened=FRIDAY + pd.Timedelta(hours=3), first=1.0, close=70.0) for i in range(10)]
    found = read_open(*usual(30, opened=FRIDAY - pd.Timedelta(hours=6)), *night)
    assert (found.rows.set_index("case_id").loc["c0100", "first_open_hours"]) == 0.0
    outside = service.outside_hours(found)
    assert (outside["opened"], outside["answered"]) == (pytest.approx(10 / 40), pytest.approx(10 / 40))


def test_opening_hours_say_nothing_where_they_are_not_stated_where_cases_note_days_or_where_the_time_is_unknown():
    midnight = [case(i, opened=OPENED, first=24.0, close=48.0) for i in range(40)]
    for found in (read_open(*usual(), opening=None), read_open(*midnight)):
        assert found.opening is None
        assert found.rows[["first_open_hours", "close_open_hours"]].isna().all(axis=None)
        assert service.outside_hours(found) is None
        check_frame(service.quality(found), contract("service_quality"))
    odd = read_open(*usual(opened=FRIDAY), case(90, opened=FRIDAY, first=-1.0, close=-2.0)).rows.set_index("case_id")
    assert odd.loc["c0090", ["first_open_hours", "close_open_hours"]].isna().all()
