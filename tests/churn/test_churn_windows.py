"""churn_windows.py: observation | lead time | outcome, at several cut-offs, none of which knows the future."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.churn import churn_windows
from helpers.errors import TooLittleData

NEW_YEAR_EVE = pd.Timestamp("2024-12-31")


def days_of(days):
    return [f"{day:%m-%d}" for day in days]


def plan(n_days, *, horizon=10, **options):
    return churn_windows.plan(
        first_day=NEW_YEAR_EVE - pd.Timedelta(days=n_days - 1), as_of=NEW_YEAR_EVE, horizon_days=horizon, **options
    )


def test_a_year_of_weeks_has_four_tests_and_seven_cut_offs_a_third_of_a_horizon_apart():
    windows = churn_windows.plan(first_day="2017-01-01", as_of="2017-12-31", horizon_days=91)
    assert days_of(windows.known) == ["10-01", "09-01", "08-01", "07-02", "06-02", "05-02", "04-02"]
    assert days_of(windows.tests) == ["10-01", "09-01", "08-01", "07-02"]
    assert days_of(windows.learnt_at(windows.tests[1])) == ["06-02", "05-02", "04-02"]
    assert (windows.test, windows.train) == (pd.Timestamp("2017-10-01"), pd.Timestamp("2017-07-02"))


def test_the_lead_time_lies_between_cut_off_and_outcome():
    windows = churn_windows.plan(first_day="2017-01-01", as_of="2017-12-31", horizon_days=91, lead_days=7)
    first, last = windows.outcome(windows.test)
    assert windows.test == pd.Timestamp("2017-09-24") and days_of([first, last]) == ["10-02", "12-31"]
    assert (last - first).days + 1 == 91 and windows.train + windows.period == windows.test


@settings(deadline=None, max_examples=40)
@given(st.integers(20, 400), st.integers(1, 60), st.integers(0, 20), st.integers(1, 6))
def test_no_model_learns_from_an_outcome_that_was_not_known_at_its_test(n_days, horizon, lead, n_cut_offs):
    if n_days < 2 * horizon + lead:
        with pytest.raises(TooLittleData):
            plan(n_days, horizon=horizon, lead_days=lead, n_cut_offs=n_cut_offs)
        return
    windows = plan(n_days, horizon=horizon, lead_days=lead, n_cut_offs=n_cut_offs)
    assert windows.known[0] + windows.period == NEW_YEAR_EVE and windows.tests[0] == windows.known[0]
    assert 1 <= len(windows.tests) <= n_cut_offs
    assert all((day - windows.first_day).days + 1 >= horizon for day in windows.known)
    for day in windows.tests:
        learnt = windows.learnt_at(day)
        assert learnt or len(windows.tests) == 1
        assert all(windows.outcome(earlier)[1] <= day for earlier in learnt)


def test_a_training_cut_off_needs_a_whole_horizon_before_it():
    whole, short = plan(30), plan(29)
    assert whole.train == NEW_YEAR_EVE - pd.Timedelta(days=20) and whole.is_temporal
    assert short.train is None and short.tests == short.known[:1] == (NEW_YEAR_EVE - pd.Timedelta(days=10),)


def test_the_published_halves_of_cdnow_leave_no_room_for_an_earlier_period():
    windows = churn_windows.plan(first_day="1997-01-01", as_of="1998-06-30", horizon_days=273)
    assert windows.train is None and windows.test == pd.Timestamp("1997-09-30")


def test_fewer_days_than_two_horizons_and_the_lead_time_are_too_few():
    with pytest.raises(TooLittleData, match="at least 23 days: 10 to look back, 3 to act.*there are 22 days"):
        plan(22, lead_days=3)
    assert plan(23, lead_days=3).train is None
