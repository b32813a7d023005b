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
