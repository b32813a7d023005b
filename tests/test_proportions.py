"""proportions.py: intervals and corrections against figures from the literature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import proportions


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys_interval(pair):
    hits, n = pair
    low, high = proportions.wilson(hits, n)
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_wilson_of_nothing_is_unknown():
    low, high = proportions.wilson([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all() and not np.isnan([low[1], high[1]]).any()


def test_newcombe_gives_the_published_interval():
    # Newcombe (1998), Statistics in Medicine 17, 873–890, Table II, example (a), method 10: 56/70 − 48/80
    low, high = proportions.difference_interval(56, 70, 48, 80)
    assert (float(low), float(high)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_more_comparisons_need_wider_intervals():
    one, ten = (proportions.difference_interval(30, 60, 20, 60, n_comparisons=n) for n in (1, 10))
    assert ten[0] < one[0] < one[1] < ten[1]


def test_beside_alike_is_the_test_of_mantel_and_haenszel_and_newcombes_interval_where_there_is_one_stratum():
    found = proportions.beside_alike([30], [9], [30], [15])  # sides of one size: no skewness
    assert found.difference == pytest.approx(-0.2)
    assert found.p_value == pytest.approx(stats.chi2.sf(59 / 60 * (60 * (9 * 15 - 15 * 21) ** 2 / (30 * 30 * 24 * 36)), 1))
    found = proportions.beside_alike([700], [560], [800], [480])  # Newcombe's example, ten times
    expected = proportions.difference_interval(560, 700, 480, 800)
    assert (float(found.low), float(found.high)) == pytest.approx([float(limit) for limit in expected], abs=5e-3)


@pytest.mark.parametrize(("hits", "alike"), [(0, 18), (40, 342), (6, 18), (38, 306)])
def test_beside_alike_is_no_surer_than_the_exact_test_where_hits_are_rare_or_nearly_all(hits, alike):
    found = proportions.beside_alike([40], [hits], [360], [alike])
    law = stats.hypergeom(400, hits + alike, 40)
    tail = min(law.cdf(hits), law.sf(hits - 1)) - law.pmf(hits) / 2  # mid-p
    assert 2 * tail / 1.6 < found.p_value < 2 * tail * 1.6
    assert (found.low < 0 < found.high) == (found.p_value > 0.05)


def test_beside_alike_weights_the_strata_and_leaves_out_who_has_nobody_alike():
    found = proportions.beside_alike([20, 30, 5], [10, 30, 5], [80, 70, 0], [20, 35, 0])
    assert float(found.expected) == pytest.approx((20 * 0.25 + 30 * 0.5) / 50)
    assert float(found.difference) == pytest.approx(0.8 - 0.4)
    nobody = proportions.beside_alike([5], [5], [0], [0])
    assert np.isnan([nobody.difference, nobody.p_value, nobody.low]).all()
    same = proportions.beside_alike([40], [40], [100], [100])
    assert (same.difference, same.p_value) == (0, 1)
    assert same.low < -0.02 < 0.02 < same.high


def test_what_belongs_together_counts_as_much_less():
    scores, cluster = np.array([0.8] * 40), np.zeros(40, int)
    effect = proportions.together(np.bincount(cluster, scores) @ np.bincount(cluster, scores), scores @ scores)
    assert effect == pytest.approx(40)
    assert proportions.together(scores @ scores, scores @ scores) == 1  # each by itself
    once = proportions.beside_alike([1], [1], [4000], [800])
    often = proportions.beside_alike([40], [40], [4000], [800], effect=40)
    assert (often.high - often.low) == pytest.approx(once.high - once.low, rel=0.02)
    assert often.p_value > 0.05


@pytest.mark.parametrize("rate", [0.03, 0.05, 0.1, 0.5, 0.95])
def test_beside_alike_rarely_finds_what_is_not_there_and_its_interval_covers(rate):
    rng, n, m = np.random.default_rng(3), np.full((2000, 5), 8), np.full((2000, 5), 400)
    found = proportions.beside_alike(n, rng.binomial(n, rate), m, rng.binomial(m, rate))
    assert (found.p_value < 0.05).mean() <= 0.06
    assert (found.p_value < 0.001).mean() <= 0.003
    assert 0.935 <= ((found.low <= 0) & (found.high >= 0)).mean() <= 0.99


def test_q_values_are_those_of_benjamini_and_hochberg_and_ignore_the_unknown():
    # by hand: sorted .01 .02 .03 .5 of 4 → .04, .04, .04, .5
    q = proportions.q_values([0.03, np.nan, 0.01, 0.5, 0.02])
    assert q[[0, 2, 3, 4]] == pytest.approx([0.04, 0.04, 0.5, 0.04])
    assert np.isnan(q[1])
    assert np.isnan(proportions.q_values([np.nan])).all()


def test_the_auc_is_the_share_of_pairs_that_are_in_order_and_ties_count_half():
    assert proportions.auc([True, False, True, False], [0.9, 0.5, 0.5, 0.1]) == 3.5 / 4
    with pytest.raises(ZeroDivisionError):
        proportions.auc([True, True], [0.1, 0.2])
