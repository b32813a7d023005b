"""churn_features.py: who bought how until the cut-off, and who did not buy after it."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.churn import churn_features, churn_windows
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
    assert np.isnan(row["usual_gap_days"]) and row["log_usual_gap"] == pytest.approx(np.log(92))  # that of everyone


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
    assert features_of(orders_of(("a", "2024-05-01", 0), ("a", "2024-05-01", -5))).loc["a", "log_revenue_per_day"] == 0


days = st.dates(min_value=pd.Timestamp("2024-01-01").date(), max_value=pd.Timestamp("2024-12-31").date())
some_orders = st.lists(st.tuples(st.sampled_from("abc"), days, st.integers(0, 50)), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(some_orders, some_orders)
def test_changing_the_future_leaves_every_feature_as_it_is(past, future):
    past = [row for row in past if pd.Timestamp(row[1]) <= CUT_OFF] + [("z", "2024-02-02", 1)]
    future = [row for row in future if pd.Timestamp(row[1]) > CUT_OFF]
    pd.testing.assert_frame_equal(features_of(orders_of(*past)), features_of(orders_of(*past, *future)))


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(some_orders, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    rows = [*rows, ("z", "2024-02-02", 1)]
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(features_of(orders_of(*rows)), features_of(orders_of(*shuffled)))


def test_value_at_stake_is_the_own_pace_over_a_horizon():
    features = pd.DataFrame({"age_days": [181, 9, 181], "revenue": [364.0, 60.0, -5.0]})
    value = churn_features.add_value(features, horizon_days=91, margin_rate=None)["value_at_stake"]
    assert list(value) == [182.0, 60.0, 0.0]  # 364 / 182 days × 91; ten days count as a whole horizon; never negative
    assert churn_features.add_value(features, horizon_days=91, margin_rate=0.25)["value_at_stake"][0] == 45.5


# --- the own rhythm


def test_the_typical_gap_is_drawn_to_everyones_where_there_are_few_gaps():
    """Gaps: a 10 and 10, b 40; mean of the log gaps of a and b: log 20; c has none."""
    orders = orders_of(("a", "2024-03-01", 1), ("a", "2024-03-11", 1), ("a", "2024-03-21", 1), ("b", "2024-03-01", 1),
                       ("b", "2024-04-10", 1), ("c", "2024-03-01", 1))
    gaps = features_of(orders)["typical_gap_days"]
    assert gaps["a"] == pytest.approx(np.exp((2 * np.log(10) + 2 * np.log(20)) / 4), abs=1e-5)
    assert gaps["b"] == pytest.approx(np.exp((np.log(40) + 2 * np.log(20)) / 3), abs=1e-5)
    assert gaps["c"] == pytest.approx(20, abs=1e-5)


def test_where_nobody_bought_on_two_days_everybodys_typical_gap_is_the_long_window():
    features = features_of(orders_of(("a", "2024-03-01", 1), ("b", "2024-06-01", 1)))
    assert np.allclose(features["typical_gap_days"], 91) and np.isfinite(features[list(churn_features.FEATURES)]).all().all()


def test_silence_beyond_the_typical_gap_is_overdue_and_within_it_is_not():
    often, now = [("often", f"2024-06-{day:02d}", 1) for day in (1, 5, 9)], [("now", f"2024-06-{day}", 1) for day in (26, 30)]
    orders = orders_of(*often, *now)
    features = features_of(orders)
    assert features.loc["now", "log_overdue"] == 0 < features.loc["often", "log_overdue"]


# --- the study


def shop(n=120, *, lost_share=0.4):
    """A year of orders: everybody buys weekly, the first ones stop after March or September."""
    rows = []
    for i in range(n):
        name, every = f"c{i:03d}", 7
        end = 60 + (i % 30) if i < n * lost_share / 2 else 240 if i < n * lost_share else 366
        rows += [(name, pd.Timestamp("2024-01-01") + pd.Timedelta(days=d), 10 + i % 7) for d in range(i % every, end, every)]
    return orders_of(*rows)


@pytest.fixture(scope="module")
def examples():
    return churn_features.buyer_examples(shop(240), as_of=NEW_YEAR_EVE, first_day=FIRST, horizon_days=91, lead_days=7)


@pytest.mark.slow
def test_the_examples_of_a_year_have_earlier_and_later_cut_offs(examples):
    assert examples.is_temporal and examples.kind == "buyers"
    assert not examples.train.duplicated(["customer_id", "cut_off"]).any()
    assert set(examples.test["cut_off"]) == set(examples.windows.tests) and len(examples.current) == 240
    assert (examples.train["known_on"] - examples.train["cut_off"] == pd.Timedelta(days=98)).all()
    assert (examples.test["Recency alone"] == examples.test["recency_days"]).all()
    assert (examples.test["Frequency alone"] == -examples.test["n_purchase_days"]).all()


@pytest.mark.slow
def test_the_purchase_model_stands_beside_the_rules_and_among_the_features_where_it_can_be_fitted(examples):
    probability = examples.latest["BG/NBD: no purchase in the horizon"]
    assert probability.between(0, 1).all() and churn_features.BY_MODEL in examples.numeric
    gone = examples.latest["BG/NBD: no longer alive"]
    for score in (probability, gone):
        assert score[examples.latest["churned"]].mean() > score[~examples.latest["churned"]].mean() + 0.1
    assert not set(churn_features.BASELINES) & set(examples.current)


def test_without_enough_repeat_buyers_the_purchase_model_is_left_out():
    windows = churn_windows.plan(first_day=FIRST, as_of=NEW_YEAR_EVE, horizon_days=91)
    orders = orders_of(*[(f"c{i}", "2024-05-01", 5) for i in range(80)])
    features = churn_features.customer_features(orders, cut_off=windows.test, first_day=FIRST, long_days=91)
    with_rules = churn_features.add_baselines(features, orders, cut_off=windows.test, windows=windows)
    assert "BG/NBD: no longer alive" not in with_rules and churn_features.BY_MODEL not in with_rules


def test_a_cut_off_where_too_few_were_lost_before_is_not_tested():
    windows = churn_windows.plan(first_day=FIRST, as_of=NEW_YEAR_EVE, horizon_days=91)
    mixed, kept = pd.DataFrame({"churned": [True] * 30 + [False] * 30}), pd.DataFrame({"churned": [False] * 60})
    every = dict.fromkeys(windows.known, mixed)
    assert churn_features.with_both_classes(windows, every) == windows
    learnt = {day: kept if day in windows.learnt_at(windows.test) else mixed for day in windows.known}
    alone = churn_features.with_both_classes(windows, learnt)
    assert alone.known == alone.tests == windows.known[:1] and not alone.is_temporal


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
    assert sorted(named) == sorted((*churn_features.FEATURES, churn_features.BY_MODEL))
