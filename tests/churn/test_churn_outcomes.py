"""churn_outcomes.py: silent, overdue, halved — what a customer did in the outcome, at the edges of each definition."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.churn import churn_features, churn_outcomes
from helpers.churn.churn_windows import Windows

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

CUT_OFF = pd.Timestamp("2024-06-30")
FIRST = pd.Timestamp("2024-01-01")


def orders_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    frame = frame.astype({"customer_id": "str", "revenue": float})
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date))


def outcome_of(orders, *, horizon=91, lead=0):
    windows = Windows(FIRST, CUT_OFF + pd.Timedelta(days=horizon + lead), horizon, lead, (CUT_OFF,), (CUT_OFF,))
    features = churn_features.customer_features(orders, cut_off=CUT_OFF, first_day=FIRST, long_days=91)
    return churn_outcomes.add_outcome(features, orders, cut_off=CUT_OFF, windows=windows).set_index("customer_id")


# --- silent


@pytest.mark.parametrize(("day", "churned"), [
    ("2024-06-30", True), ("2024-07-01", False), ("2024-09-29", False), ("2024-09-30", True),
])
def test_the_outcome_is_the_91_days_after_the_cut_off(day, churned):
    outcome = outcome_of(orders_of(("a", "2024-06-01", 1), ("a", day, 1)))
    assert bool(outcome.loc["a", "churned"]) is churned


@pytest.mark.parametrize(("day", "churned"), [
    ("2024-07-07", True), ("2024-07-08", False), ("2024-10-06", False), ("2024-10-07", True),
])
def test_a_purchase_in_the_lead_time_saves_nobody(day, churned):
    outcome = outcome_of(orders_of(("a", "2024-06-01", 1), ("a", day, 1)), lead=7)
    assert bool(outcome.loc["a", "churned"]) is churned
    assert outcome.loc["a", "known_on"] == pd.Timestamp("2024-10-06")


def test_customers_who_come_later_are_no_part_of_the_study():
    assert list(outcome_of(orders_of(("a", "2024-06-01", 1), ("b", "2024-07-05", 1))).index) == ["a"]


# --- halved


@pytest.mark.parametrize(("after", "halved"), [(49.99, True), (50.0, False), (120.0, False)])
def test_spending_halves_below_one_half_of_the_horizon_before(after, halved):
    outcome = outcome_of(orders_of(("a", "2024-01-01", 7), ("a", "2024-05-01", 100), ("a", "2024-08-01", after)))
    assert bool(outcome.loc["a", "halved"]) is halved


def test_spending_cannot_halve_where_the_horizon_before_is_not_whole_or_empty():
    first = [("new", "2024-05-01", 100), ("gone", "2024-01-05", 100), ("old", "2024-01-05", 100)]
    outcome = outcome_of(orders_of(*first, ("old", "2024-06-05", 9)))
    assert outcome["halved"].isna().to_dict() == {"gone": True, "new": True, "old": False}


# --- overdue

WEEKLY = [("a", f"2024-{month:02d}-{day:02d}", 1) for month in (4, 5, 6) for day in (1, 8, 15, 22, 29)]


def test_the_limit_is_the_typical_gap_times_what_most_gaps_stay_below():
    outcome = outcome_of(orders_of(*WEEKLY))
    gaps = np.array([7, 7, 7, 7, 2] * 2 + [7, 7, 7, 7])  # from 29 April to 1 May there are 2 days, from 29 May to 1 June 3
    gaps[9] = 3
    typical = np.exp(np.log(gaps).mean())  # the only customer is the population
    assert outcome.loc["a", "typical_gap_days"] == pytest.approx(typical, abs=1e-5)
    assert outcome.loc["a", "limit_days"] == pytest.approx(np.quantile(gaps, 0.95), abs=1e-4)


@pytest.mark.parametrize(("last", "overdue"), [("2024-09-21", True), ("2024-09-22", False), ("2024-09-29", False)])
def test_overdue_is_silent_for_longer_than_the_limit_at_the_end_of_the_outcome(last, overdue):
    outcome = outcome_of(orders_of(*WEEKLY, ("a", last, 1)))  # the outcome ends on 29 September, the limit is 7 days
    assert outcome.loc["a", "limit_days"] == pytest.approx(7, abs=1e-4)
    assert bool(outcome.loc["a", "overdue"]) is overdue


def test_a_silence_that_began_before_the_cut_off_counts_whole():
    rare = [("r", day, 1) for day in ("2024-01-01", "2024-03-01", "2024-05-01")]
    outcome = outcome_of(orders_of(*rare, *WEEKLY))
    assert outcome.loc["r", "limit_days"] < 60 + 91 and bool(outcome.loc["r", "overdue"]) is True


def test_one_purchase_day_takes_the_limit_of_everyone_and_without_any_gap_nobody_is_overdue_or_not():
    outcome = outcome_of(orders_of(*WEEKLY, ("once", "2024-06-29", 1)))
    assert outcome.loc["once", "limit_days"] == pytest.approx(outcome.loc["a", "limit_days"], rel=0.1)
    alone = outcome_of(orders_of(("once", "2024-06-29", 1), ("too", "2024-05-29", 1)))
    assert alone["overdue"].isna().all() and alone["churned"].all()


def test_the_future_changes_outcomes_and_no_feature():
    past = outcome_of(orders_of(*WEEKLY))
    later = outcome_of(orders_of(*WEEKLY, ("a", "2024-07-09", 999)))
    features = [*churn_features.FEATURES, "log_spent_before", "log_spending_trend", "limit_days", "typical_gap_days"]
    pd.testing.assert_frame_equal(past[features], later[features])
    assert bool(past.loc["a", "churned"]) and not bool(later.loc["a", "churned"])
