"""btyd_histories.py: purchase histories by definition, and the distinct ones among them."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.btyd import btyd, btyd_histories

JANUARY = {"start": "2020-01-01", "end": "2020-01-31"}


def orders(*rows) -> ibis.Table:
    """Orders as (customer, day of January 2020, revenue)."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date(2020, 1, d), "revenue": float(r)} for c, d, r in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def history(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=btyd.HISTORY).astype(float)


# --- purchase histories


def test_a_history_counts_repeat_days_from_the_first_purchase_to_the_end():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 20), ("a", 15, 40)), **JANUARY).iloc[0]
    assert found["frequency"] == 2
    assert found["recency_weeks"] == 2  # 1 to 15 January
    assert found["T_weeks"] == pytest.approx(30 / 7)  # 1 to 31 January
    assert found["monetary_value"] == 30  # of 20 and 40: the first day is not counted
    assert (found["n_purchase_days"], found["revenue"]) == (3, 70)


def test_orders_of_one_day_are_one_purchase():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 1, 5), ("a", 8, 20), ("a", 8, 1)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_purchase_days"]) == (1, 2)
    assert found["monetary_value"] == 21


def test_only_days_from_start_to_end_both_inclusive_count():
    rows = (("a", 1, 1), ("a", 2, 1), ("a", 9, 1), ("a", 16, 1), ("a", 17, 1))
    found = btyd.purchase_summary(orders(*rows), start="2020-01-02", end="2020-01-16").iloc[0]
    assert (found["n_purchase_days"], found["recency_weeks"], found["T_weeks"]) == (3, 2, 2)


def test_later_orders_change_nothing():
    seen = (("a", 1, 10), ("a", 8, 20), ("b", 3, 5))
    later = (*seen, ("a", 20, 99), ("b", 25, 99), ("c", 21, 1))
    window = {"start": "2020-01-01", "end": "2020-01-19"}
    pd.testing.assert_frame_equal(
        btyd.purchase_summary(orders(*seen), **window), btyd.purchase_summary(orders(*later), **window)
    )


def test_a_customer_with_one_day_has_no_value_and_no_recency():
    found = btyd.purchase_summary(orders(("a", 31, 10)), **JANUARY).iloc[0]
    assert (found["frequency"], found["recency_weeks"], found["T_weeks"], found["n_valued_days"]) == (0, 0, 0, 0)
    assert pd.isna(found["monetary_value"])


def test_guests_are_left_out():
    assert list(btyd.purchase_summary(orders(("a", 1, 1), (None, 1, 1)), **JANUARY)["customer_id"]) == ["a"]


def test_a_repeat_day_without_revenue_is_a_purchase_but_has_no_value():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 20), ("a", 15, 0)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_valued_days"], found["monetary_value"]) == (2, 1, 20)


def test_a_day_with_refunds_only_is_no_purchase_but_taken_off_the_one_before():
    mine = (("a", 1, 10), ("a", 8, 20), ("a", 15, -5), ("a", 16, -1), ("a", 22, 8))
    rows = orders(*mine, ("b", 3, -4), ("c", 2, -4), ("c", 5, 9))
    found = btyd.purchase_summary(rows, **JANUARY).set_index("customer_id")
    assert found.index.tolist() == ["a", "c"], "b bought nothing in the window"
    a = found.loc["a"]
    assert (a["frequency"], a["recency_weeks"], a["revenue"], a["monetary_value"]) == (2, 3, 32, 11)
    assert (found.loc["c", "frequency"], found.loc["c", "revenue"]) == (0, 9)


def test_a_day_whose_refund_cancels_its_purchase_has_no_value():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 0.3), ("a", 8, -0.1), ("a", 8, -0.2)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_valued_days"]) == (1, 0)


def test_the_mean_value_is_rounded_half_up_to_a_cent():
    values = {"a": (22.34, 22.35), "b": (22.33, 22.34), "c": (1.00, 1.00)}
    rows = [(c, day, value) for c, pair in values.items() for day, value in zip((1, 2, 3), (1, *pair), strict=True)]
    found = btyd.purchase_summary(orders(*rows), **JANUARY).set_index("customer_id")["monetary_value"]
    assert found.to_dict() == {"a": 22.35, "b": 22.34, "c": 1.00}


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 31), st.integers(0, 5000)), min_size=1, max_size=25),
       st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    rows = [(c, d, cents / 100) for c, d, cents in rows]
    shuffled = list(rows)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        btyd.purchase_summary(orders(*rows), **JANUARY), btyd.purchase_summary(orders(*shuffled), **JANUARY)
    )


# --- distinct histories


def test_collapsed_rows_hold_every_customer():
    rows = btyd.collapse(history((1, 2, 3), (0, 0, 3), (1, 2, 3), (1, 2, 4)))
    assert rows["n_customers"].tolist() == [1, 2, 1]
    assert rows[btyd.HISTORY].to_numpy().tolist() == [[0, 0, 3], [1, 2, 3], [1, 2, 4]]


def test_distinct_histories_share_their_few_counts_recencies_and_ages():
    found = btyd_histories.distinct(btyd.collapse(history((1, 2, 3), (0, 0, 3), (1, 2, 3), (1, 2, 4))))
    assert (found.counts.tolist(), found.recencies.tolist(), found.ages.tolist()) == ([0, 1], [0, 2], [3, 4])
    assert np.array_equal(found.counts[found.at_count], found.x)
    assert np.array_equal(found.recencies[found.at_recency], found.t_x)
    assert np.array_equal(found.ages[found.at_age], found.age)
    assert (found.n_customers, found.weighted([1, 1, 1]).n_customers) == (4, 3)


@pytest.mark.parametrize("row", [(1, 5, 4), (-1, 0, 4), (0, 2, 4), (1, np.nan, 4), (1, 2, np.inf), (1, -1, 4)])
def test_a_history_that_contradicts_itself_is_refused(row):
    with pytest.raises(ValueError, match="0 ≤ recency_weeks ≤ T_weeks"):
        btyd_histories.arrays(history((1, 2, 3), row))
