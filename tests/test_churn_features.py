"""churn_features.py: who bought how until the cut-off, and who did not buy after it."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import churn_features
from helpers.errors import TooLittleData

CUT_OFF = pd.Timestamp("2024-06-30")
FIRST = pd.Timestamp("2024-01-01")
NEW_YEAR_EVE = pd.Timestamp("2024-12-31")


def orders_of(*rows):
    """Orders (customer, day, revenue) as an Ibis table."""
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    frame = frame.astype({"customer_id": "str", "revenue": float})
    frame["customer_id"] = frame["customer_id"].where(frame["customer_id"] != "guest")
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date))


def features_of(orders, **changed):
    arguments = {"cut_off": CUT_OFF, "first_day": FIRST, "long_days": 91} | changed
    return churn_features.customer_features(orders, **arguments).set_index("customer_id")


def outcome_of(orders, *, horizon_days=91, cut_off=CUT_OFF):
    features = churn_features.customer_features(orders, cut_off=cut_off, first_day=FIRST, long_days=91)
    return churn_features.add_outcome(features, orders, cut_off=cut_off, horizon_days=horizon_days).set_index("customer_id")


# --- windows


def test_the_training_outcome_ends_on_the_day_of_the_test_cut_off():
    windows = churn_features.plan_windows(first_day="2017-01-01", as_of="2017-12-31", horizon_days=91)
    assert [f"{day:%m-%d}" for day in (windows.train, windows.test, windows.snapshot)] == ["07-02", "10-01", "12-31"]
    assert windows.train + pd.Timedelta(days=91) == windows.test
    assert windows.long_days == 91  # half of the 183 days before the training cut-off


def test_a_training_cut_off_needs_a_whole_horizon_before_it():
    as_of = NEW_YEAR_EVE
    whole = churn_features.plan_windows(first_day=as_of - pd.Timedelta(days=29), as_of=as_of, horizon_days=10)
    short = churn_features.plan_windows(first_day=as_of - pd.Timedelta(days=28), as_of=as_of, horizon_days=10)
    assert whole.train == as_of - pd.Timedelta(days=20) and whole.long_days == 5
    assert short.train is None and short.test == as_of - pd.Timedelta(days=10) and short.long_days == 9


def test_the_published_halves_of_cdnow_leave_no_room_for_an_earlier_period():
    windows = churn_features.plan_windows(first_day="1997-01-01", as_of="1998-06-30", horizon_days=273)
    assert windows.train is None and windows.test == pd.Timestamp("1997-09-30")


def test_fewer_days_than_two_horizons_are_too_few():
    as_of = NEW_YEAR_EVE
    with pytest.raises(TooLittleData, match="at least 20 days.*there are 19 days"):
        churn_features.plan_windows(first_day=as_of - pd.Timedelta(days=18), as_of=as_of, horizon_days=10)
    assert churn_features.plan_windows(first_day=as_of - pd.Timedelta(days=19), as_of=as_of, horizon_days=10).train is None


# --- features


def test_features_of_a_customer_worked_by_hand():
    orders = orders_of(
        ("a", "2024-03-01", 10), ("a", "2024-03-01", 5), ("a", "2024-03-11", 20), ("a", "2024-04-30", 30),
        ("a", "2024-06-20", 35),
    )
    row = features_of(orders).loc["a"]
    assert (row["recency_days"], row["age_days"], row["n_purchase_days"]) == (10, 121, 4)
    assert row["usual_gap_days"] == 50  # the middle one of the gaps 10, 50, 51
    assert (row["n_days_short"], row["n_days_long"]) == (1, 2)
    assert (row["revenue"], row["revenue_per_day"]) == (100, 25)
    assert row["log_recency"] == pytest.approx(np.log(11)) and row["log_revenue_per_day"] == pytest.approx(np.log(26))


def test_one_purchase_day_has_no_usual_gap_and_the_cut_off_day_counts():
    row = features_of(orders_of(("a", "2024-06-30", 10), ("a", "2024-06-30", 4))).loc["a"]
    assert (row["recency_days"], row["age_days"], row["n_purchase_days"]) == (0, 0, 1)
    assert np.isnan(row["usual_gap_days"]) and np.isnan(row["log_usual_gap"])


@pytest.mark.parametrize(("day", "short", "long"), [
    ("2024-06-03", 1, 1), ("2024-06-02", 0, 1), ("2024-04-01", 0, 1), ("2024-03-31", 0, 0),
])
def test_look_back_windows_hold_28_and_91_days_with_the_cut_off_day(day, short, long):
    row = features_of(orders_of(("a", day, 1))).loc["a"]
    assert (row["n_days_short"], row["n_days_long"]) == (short, long)


def test_guests_and_days_outside_the_observation_are_left_out():
    orders = orders_of(
        ("guest", "2024-05-01", 9), ("b", "2024-07-01", 9), ("c", "2023-12-31", 9), ("d", "2024-01-01", 9),
        ("d", "2023-12-01", 9),
    )
    features = features_of(orders)
    assert list(features.index) == ["d"] and features.loc["d", "n_purchase_days"] == 1


def test_negative_revenue_does_not_make_a_feature_unknown():
    assert features_of(orders_of(("a", "2024-05-01", -5))).loc["a", "log_revenue_per_day"] == 0


days = st.dates(min_value=pd.Timestamp("2024-01-01").date(), max_value=pd.Timestamp("2024-12-31").date())
some_orders = st.lists(st.tuples(st.sampled_from("abc"), days, st.integers(0, 50)), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None)
@given(some_orders, some_orders)
def test_changing_the_future_leaves_every_feature_as_it_is(past, future):
    past = [row for row in past if pd.Timestamp(row[1]) <= CUT_OFF] + [("z", "2024-02-02", 1)]
    future = [row for row in future if pd.Timestamp(row[1]) > CUT_OFF]
    pd.testing.assert_frame_equal(features_of(orders_of(*past)), features_of(orders_of(*past, *future)))


@settings(max_examples=10, deadline=None)
@given(some_orders, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    rows = [*rows, ("z", "2024-02-02", 1)]
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(features_of(orders_of(*rows)), features_of(orders_of(*shuffled)))


# --- outcome


@pytest.mark.parametrize(("day", "churned"), [
    ("2024-06-30", True), ("2024-07-01", False), ("2024-09-29", False), ("2024-09-30", True),
])
def test_the_outcome_window_is_the_91_days_after_the_cut_off(day, churned):
    outcome = outcome_of(orders_of(("a", "2024-06-01", 1), ("a", day, 1)))
    assert bool(outcome.loc["a", "churned"]) is churned


def test_customers_who_come_later_are_no_part_of_the_study():
    assert list(outcome_of(orders_of(("a", "2024-06-01", 1), ("b", "2024-07-05", 1))).index) == ["a"]


@pytest.mark.parametrize(("after", "halved"), [(49.99, True), (50.0, False), (120.0, False)])
def test_spending_halves_below_one_half_of_the_horizon_before(after, halved):
    outcome = outcome_of(orders_of(("a", "2024-01-01", 7), ("a", "2024-05-01", 100), ("a", "2024-08-01", after)))
    assert bool(outcome.loc["a", "halved"]) is halved


def test_spending_cannot_halve_where_the_horizon_before_is_not_whole_or_empty():
    first = [("new", "2024-05-01", 100), ("gone", "2024-01-05", 100), ("old", "2024-01-05", 100)]
    orders = orders_of(*first, ("old", "2024-06-05", 9))
    outcome = outcome_of(orders)
    assert outcome["halved"].isna().to_dict() == {"gone": True, "new": True, "old": False}


def test_value_at_stake_is_the_own_pace_over_a_horizon():
    features = pd.DataFrame({"age_days": [181, 9, 181], "revenue": [364.0, 60.0, -5.0]})
    value = churn_features.add_value(features, horizon_days=91, margin_rate=None)["value_at_stake"]
    assert list(value) == [182.0, 60.0, 0.0]  # 364 / 182 days × 91; ten days count as a whole horizon; never negative
    assert churn_features.add_value(features, horizon_days=91, margin_rate=0.25)["value_at_stake"][0] == 45.5


# --- the study


def shop(n=120, *, lost_share=0.4):
    """A year of orders: everybody buys weekly, the first ones stop after March or September."""
    rows = []
    for i in range(n):
        name, every = f"c{i:03d}", 7
        end = 60 + (i % 30) if i < n * lost_share / 2 else 240 if i < n * lost_share else 366
        rows += [(name, pd.Timestamp("2024-01-01") + pd.Timedelta(days=d), 10 + i % 7) for d in range(i % every, end, every)]
    return orders_of(*rows)


def test_the_examples_of_a_year_have_an_earlier_and_a_later_cut_off():
    examples = churn_features.buyer_examples(shop(240), as_of=NEW_YEAR_EVE, first_day=FIRST, horizon_days=91)
    assert examples.is_temporal and examples.kind == "buyers"
    assert len(examples.train) == len(examples.test) == len(examples.current) == 240
    assert {"Recency alone", "Frequency alone"} <= set(examples.test)
    assert (examples.test["Recency alone"] == examples.test["recency_days"]).all()
    assert (examples.test["Frequency alone"] == -examples.test["n_purchase_days"]).all()


def test_the_purchase_model_stands_beside_the_rules_where_it_can_be_fitted():
    examples = churn_features.buyer_examples(shop(240), as_of=NEW_YEAR_EVE, first_day=FIRST, horizon_days=91)
    probability = examples.test["BG/NBD: no purchase in the horizon"]
    assert probability.between(0, 1).all()
    gone = examples.test["BG/NBD: no longer alive"]
    for score in (probability, gone):
        assert score[examples.test["churned"]].mean() > score[~examples.test["churned"]].mean() + 0.1


def test_without_enough_repeat_buyers_the_purchase_model_is_left_out():
    windows = churn_features.plan_windows(first_day=FIRST, as_of=NEW_YEAR_EVE, horizon_days=91)
    orders = orders_of(*[(f"c{i}", "2024-05-01", 5) for i in range(80)])
    features = churn_features.customer_features(orders, cut_off=windows.test, first_day=FIRST, long_days=91)
    assert "BG/NBD: no longer alive" not in churn_features.add_baselines(features, orders, windows=windows)


def test_where_nobody_left_the_section_says_so():
    with pytest.raises(TooLittleData, match="0 left and 120 stayed"):
        churn_features.buyer_examples(shop(120, lost_share=0), as_of=NEW_YEAR_EVE, first_day=FIRST, horizon_days=91)


def test_one_customer_is_too_few():
    orders = orders_of(("a", "2024-01-01", 5), ("a", "2024-12-30", 5))
    with pytest.raises(TooLittleData, match="at least 30 customers who left"):
        churn_features.buyer_examples(orders, as_of=NEW_YEAR_EVE, first_day=FIRST, horizon_days=91)


def test_orders_of_guests_only_are_no_orders_of_customers():
    with pytest.raises(TooLittleData, match="known customers"):
        churn_features.first_order_day(orders_of(("guest", "2024-01-01", 5)), as_of=CUT_OFF)


def test_the_observation_begins_with_the_first_order_where_the_data_set_begins_earlier():
    orders = orders_of(("a", "2024-03-01", 5), ("a", "2024-08-01", 5))
    assert churn_features.first_order_day(orders, as_of=CUT_OFF) == pd.Timestamp("2024-03-01")


def test_each_customer_has_the_words_that_fit():
    messages = churn_features.reason_messages(pd.DataFrame({"usual_gap_days": [3.0, np.nan]}))
    assert list(messages["Silence against own rhythm"]) == [churn_features.SILENT, churn_features.BOUGHT_ONCE]
    assert list(messages.columns) == list(churn_features.GROUPS)


def test_bands_of_silence_hold_their_last_day_and_leave_out_empty_ones():
    customers = pd.DataFrame({"recency_days": [0, 7, 8, 30, 90], "churned": [False, True, False, True, True]})
    bands = churn_features.silence_bands(customers, limits=[7, 14, 28])
    assert bands["from_days"].to_list() == [0, 8, 29]
    assert bands["n"].to_list() == [2, 1, 2] and bands["n_churned"].to_list() == [1, 0, 2]
    assert bands["to_days"].to_list()[:2] == [7, 14] and np.isnan(bands["to_days"].iloc[-1])


def test_every_feature_belongs_to_one_reason():
    named = [column for columns in churn_features.GROUPS.values() for column in columns]
    assert sorted(named) == sorted(churn_features.FEATURES)
