"""The front page: periods and the days that they cover."""

import pandas as pd

from helpers import dashboard


def test_two_periods_of_a_week_that_end_on_sunday_begin_on_the_monday_before_last():
    totals = pd.DataFrame({"last_day": pd.to_datetime(["2017-12-24", "2017-12-31"])})
    assert dashboard.first_day_of(totals, 7) == pd.Timestamp("2017-12-18")


def test_a_single_period_begins_one_day_less_than_its_length_before_its_last_day():
    totals = pd.DataFrame({"last_day": pd.to_datetime(["2017-12-31"])})
    assert dashboard.first_day_of(totals, 91) == pd.Timestamp("2017-10-02")
