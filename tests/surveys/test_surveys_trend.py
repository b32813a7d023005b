"""surveys_trend.py: exact control limits, signals, and periods that are too small to be drawn."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.errors import TooLittleData
from helpers.surveys import surveys_trend as trend


def answers(*months: list[float], start: str = "2024-01-01") -> pd.DataFrame:
    """NPS answers, a list a month, by unknown customers."""
    days = [pd.Timestamp(start) + pd.DateOffset(months=i, days=9) for i in range(len(months))]
    rows = [(day, score) for day, scores in zip(days, months, strict=True) for score in scores]
    frame = pd.DataFrame(rows, columns=["received_at", "nps"])
    return frame.assign(received_at=pd.to_datetime(frame["received_at"], utc=True), customer_id=None,
                        feedback_id=[f"f{i:05d}" for i in range(len(rows))])


def chart(*months, frequency="M") -> pd.DataFrame:
    return trend.control_chart(answers(*months), "nps", time_zone="UTC", frequency=frequency)


EVEN = [10.0] * 15 + [0.0] * 15


def test_limits_are_those_of_the_binomial_distribution():
    low, high = trend.mean_limits(np.array([0.0, 1.0]), 15)
    # of 15 fair coins: P(X ≤ 1) = 16/32768 = .00049 lies beyond, P(X ≤ 2) = .0037 does not
    assert (low, high) == (2 / 15, 13 / 15)
    for n, share in ((40, 0.9), (333, 0.3)):
        counted = np.repeat([0.0, 1.0], [round(100 * (1 - share)), round(100 * share)])
        low, high = trend.mean_limits(counted, n)
        assert round(low * n) == stats.binom.ppf(trend.ODDS, n, share)
        assert round(high * n) == stats.binom.isf(trend.ODDS, n, share)


def test_limits_of_many_answers_are_three_standard_deviations():
    low, high = trend.mean_limits(np.array([-1.0, 0.0, 1.0]), 2000)
    assert (low, high) == pytest.approx((-3 * np.sqrt(2 / 3 / 2000), 3 * np.sqrt(2 / 3 / 2000)), rel=0.02)


def test_answers_that_are_all_alike_have_limits_without_width():
    assert trend.mean_limits(np.array([1.0, 1.0]), 20) == (1.0, 1.0)
    found = chart(*[[10.0] * 20] * 6)
    assert (found["signal"] == "").all()
    assert found[["estimate", "limit_low", "limit_high"]].drop_duplicates().to_numpy().tolist() == [[100.0, 100.0, 100.0]]


def test_a_period_far_off_is_a_signal_and_no_other_is():
    found = chart(*[EVEN] * 7, [0.0] * 30, *[EVEN] * 4)
    assert found.index[found["signal"] == trend.BEYOND].tolist() == [7]
    assert (found["signal"] != "").sum() == 1


def test_nine_in_a_row_on_one_side_are_a_signal_and_eight_are_not():
    up, down = [10.0] * 17 + [0.0] * 13, [10.0] * 13 + [0.0] * 17
    found = chart(*[up] * 9, *[down] * 9)
    assert found.index[found["signal"] == trend.ROW].tolist() == [8, 17]
    assert (chart(*[up] * 8, *[down] * 8)["signal"] == "").all()


def test_a_period_with_fourteen_answers_is_not_drawn_and_ends_a_run():
    up, down = [10.0] * 17 + [0.0] * 13, [10.0] * 13 + [0.0] * 17
    found = chart(*[up] * 5, EVEN[8:22], *[up] * 5, *[down] * 8)
    assert np.isnan(found["estimate"].iloc[5])
    assert found["n"].iloc[5] == 14
    assert (found["signal"] == "").all()
    assert found["estimate"].notna().sum() == 18


def test_months_without_answers_stand_in_the_table_with_none():
    found = chart(EVEN, EVEN, [], EVEN, EVEN, EVEN, EVEN)
    assert found["n"].tolist() == [30, 30, 0, 30, 30, 30, 30]


def test_few_periods_tell_no_trend():
    with pytest.raises(TooLittleData, match="there are 5"):
        chart(*[EVEN] * 5)


def test_a_moment_belongs_to_the_month_of_the_business():
    late = answers([9.0]).assign(received_at=pd.to_datetime(["2025-01-31 17:00"], utc=True))
    found = trend.add_periods(late, time_zone="Asia/Shanghai", frequency="M")
    assert found["period"].tolist() == [pd.Timestamp("2025-02-01")]


def test_small_months_are_put_into_quarters():
    assert trend.choose_frequency(answers(*[EVEN] * 4), "nps", time_zone="UTC") == "M"
    assert trend.choose_frequency(answers(*[[9.0] * 8] * 6), "nps", time_zone="UTC") == "Q"
    assert chart(*[[9.0, 3.0] * 4] * 18, frequency="Q")["n"].tolist() == [24] * 6


def test_limits_widen_where_months_scatter_more_than_their_answers_explain():
    """300 answers a month, by turns 40 % and 60 % promoters: 2 standard errors and more from one month to the next."""
    turns = chart(*([10.0] * n + [0.0] * (300 - n) for n in (120, 180) * 5))
    plain = trend.mean_limits(np.repeat([-1.0, 1.0], 1500), 300)
    # z of a month ±(.2 / (1 / √300)) = ±3.46, so 6.93 from month to month; 6.93 / .954 = 7.26
    wider = 2 * 0.2 * np.sqrt(300) / trend.SPAN_OF_TWO
    assert turns["limit_high"].iloc[0] == pytest.approx(min(100 * plain[1] * wider, 100))
    assert (turns["signal"] == "").all()
