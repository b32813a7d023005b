"""surveys_intervals.py: the interval of a mean on a scale, against distributions that are known in closed form."""

import numpy as np
import pytest
from scipy import stats

from bench_surveys import CES_SHAPES, ces_coverage, csat_coverage, nps_coverage
from helpers.surveys.surveys_intervals import difference_interval, mean_interval, share_below


def test_with_two_possible_answers_it_is_the_beta_interval_with_three_quarters_of_an_answer_added_to_each():
    low, high = mean_interval([[12, 3], [40, 60]], [0.0, 1.0])
    for i, (no, yes) in enumerate([(12, 3), (40, 60)]):
        expected = stats.beta.ppf([0.025, 0.975], yes + 0.75, no + 0.75)
        assert [low[i], high[i]] == pytest.approx(expected, abs=2e-4)


def test_a_wider_scale_only_stretches_the_interval():
    low, high = mean_interval([12, 3], [0.0, 1.0])
    stretched = np.concatenate(mean_interval([12, 3], [-100.0, 100.0]))
    assert stretched == pytest.approx(200 * np.concatenate([low, high]) - 100, abs=1e-3)


def test_the_mirrored_answers_have_the_mirrored_interval():
    low, high = mean_interval([[2, 5, 13]], [-1.0, 0.0, 1.0])
    mirrored_low, mirrored_high = mean_interval([[13, 5, 2]], [-1.0, 0.0, 1.0])
    assert float(mirrored_low[0]) == pytest.approx(-float(high[0]), abs=1e-5)
    assert float(mirrored_high[0]) == pytest.approx(-float(low[0]), abs=1e-5)


def test_where_all_answers_are_alike_the_interval_ends_there_and_still_has_length():
    low, high = mean_interval([[0, 0, 15]], [-1.0, 0.0, 1.0])
    assert high[0] == 1.0
    assert 0.5 < low[0] < 0.8  # three 9s of 15 more would have been no surprise


def test_nobody_has_no_interval():
    low, high = mean_interval([[0, 0, 0], [1, 1, 1]], [-1.0, 0.0, 1.0])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


def test_four_times_the_answers_halve_the_interval():
    narrow, wide = mean_interval([400, 400, 800], [-1.0, 0.0, 1.0]), mean_interval([100, 100, 200], [-1.0, 0.0, 1.0])
    ratio = float((wide[1] - wide[0])[0] / (narrow[1] - narrow[0])[0])
    assert ratio == pytest.approx(2.0, abs=0.01)


def test_the_share_below_rises_from_nothing_to_all():
    counts = np.tile([1.5, 2.5, 3.5], (5, 1))
    shares = share_below(counts, np.array([-1.0, 0.0, 1.0]), np.linspace(-0.999, 0.999, 5))
    assert (np.diff(shares) > 0).all()
    assert shares[0] < 0.01
    assert shares[-1] > 0.99


def test_the_distances_of_two_intervals_add_as_squares():
    a, b = {"estimate": 20.0, "low": 17.0, "high": 23.0}, {"estimate": 10.0, "low": 6.0, "high": 14.0}
    assert difference_interval(a, b) == pytest.approx((5.0, 15.0))  # 3 and 4: 5 either way


@pytest.mark.slow
@pytest.mark.parametrize("n", [15, 30])
def test_nps_covers_the_truth_within_one_point_of_95_percent(n):
    found = nps_coverage(n, pairs=[(0.4, 0.2), (0.6, 0.1), (0.2, 0.5), (0.3, 0.3), (0.8, 0.03), (0.03, 0.6)])
    assert found["ours"].between(0.94, 0.96).all(), found
    assert found["textbook"].mean() < found["ours"].mean()


@pytest.mark.slow
@pytest.mark.parametrize("n", [15, 1500])
def test_ces_covers_the_truth_within_one_point_of_95_percent_on_average(n):
    found = ces_coverage(n, n_runs=2000)
    assert len(found) == len(CES_SHAPES)
    assert found["ours"].mean() == pytest.approx(0.95, abs=0.01)
    assert found["ours"].min() > 0.925


@pytest.mark.parametrize("n", [15, 100, 1500])
def test_csat_covers_the_truth_within_one_point_of_95_percent_on_average(n):
    found = csat_coverage(n)
    assert found["ours"].mean() == pytest.approx(0.95, abs=0.01)
    assert found["textbook"].mean() < found["ours"].mean()


def test_the_difference_of_two_estimates_of_the_same_people_is_surer():
    a, b = ({"estimate": e, "low": e - 3.0, "high": e + 4.0} for e in (10.0, 2.0))
    assert difference_interval(a, b) == pytest.approx((8 - 5, 8 + 5))
    # squares 9 + 16 less 2 × .5 × 12
    assert difference_interval(a, b, correlation=0.5) == pytest.approx((8 - 13**0.5, 8 + 13**0.5))
