"""waiting_times.py: quantiles of waits of which some are not over, against hand-worked figures, a publication and lifelines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.service.waiting_times import quantile, survival


def test_a_wait_that_is_not_over_stays_at_risk_until_it_was_cut():
    times, share, *_ = survival([1, 2, 2, 3, 4], [True, True, False, True, False])
    assert times.tolist() == [1, 2, 3]
    assert share.tolist() == pytest.approx([4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 1 / 2])


def test_remissions_of_the_6_mp_arm_of_gehan_are_those_of_the_textbooks():
    # Freireich et al. 1963, Gehan 1965: 21 patients, median remission 23 weeks, S(10) = .753
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    over = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    times, share, *_ = survival(weeks, over)
    assert share[times == 10][0] == pytest.approx(.753, abs=.0005)
    assert quantile(weeks, over, .5)[0] == 23


def test_without_open_waits_the_median_is_the_order_statistic_and_the_90_percent_point_too():
    hours = np.arange(1, 101)
    assert quantile(hours, np.ones(100), .5)[0] == 50
    assert quantile(hours, np.ones(100), .9)[0] == 90
    low, high = quantile(hours, np.ones(100), .5)[1:]
    assert (low, high) == (pytest.approx(40, abs=1), pytest.approx(60, abs=1))  # the binomial interval of ranks: 40 and 61


def test_an_end_that_the_data_do_not_reach_is_not_known_and_nothing_is_known_of_nothing():
    estimate, _, high = quantile([1, 2, 3, 4], [True, False, False, False], .5)
    assert np.isnan(estimate)
    assert np.isnan(high)
    assert np.isnan(quantile([], [], .5)).all()
    assert np.isnan(quantile([5, 6], [False, False], .5)).all()


def test_waits_that_are_all_the_same_are_known_to_be_so_if_there_are_enough():
    assert quantile([2.0] * 60, [True] * 60, .9) == (2.0, 2.0, 2.0)
    assert np.isnan(quantile([2.0] * 20, [True] * 20, .9)[2])  # 3.84 ÷ (20 + 3.84) = 16 % may still be waiting


def test_leaving_open_cases_out_would_make_service_look_faster():
    hours, over = np.array([1.0, 2, 3, 50, 60, 70]), np.array([1, 1, 1, 0, 0, 1], bool)
    assert quantile(hours[over], over[over], .5)[0] == 2
    assert quantile(hours, over, .5)[0] == 3


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40), st.sampled_from([.5, .9]))
def test_the_order_of_waits_does_not_matter_and_the_interval_holds_the_estimate(waits, q):
    hours, over = map(list, zip(*waits, strict=True))
    found = quantile(hours, over, q)
    np.testing.assert_array_equal(found, quantile(hours[::-1], over[::-1], q))
    estimate, low, high = found
    assert np.isnan(estimate) or (not low > estimate and not high < estimate)


@pytest.mark.slow
def test_lifelines_finds_the_same_medians_and_intervals():
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    draw = np.random.default_rng(3)
    hours, over = draw.exponential(10, 200).round(1), draw.random(200) < .7
    fitted = KaplanMeierFitter().fit(hours, over)
    estimate, low, high = quantile(hours, over, .5)
    assert estimate == fitted.median_survival_time_
    expected = median_survival_times(fitted.confidence_interval_).to_numpy()[0]
    assert (low, high) == tuple(expected)
