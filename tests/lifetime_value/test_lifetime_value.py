"""lifetime_value.py: windows, the value formula, deciles and shares by definition; and the notebook on small data."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import contracts, datasets, tables
from helpers.btyd import btyd, btyd_intervals
from helpers.errors import TooLittleData, UserError
from helpers.lifetime_value import lifetime_value

MODEL = btyd.BgNbd({"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257}, -9582.43, 2357)
VALUES = btyd.GammaGamma({"p": 6.249, "q": 3.745, "v": 15.448}, -4055.92, 946)


def orders(*days, customer="a", revenue=10.0) -> ibis.Table:
    return ibis.memtable(
        [{"customer_id": customer, "order_date": d, "revenue": revenue} for d in days],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def histories() -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": ["1", "2", "3"], "frequency": [2, 0, 9], "recency_weeks": [30.43, 0, 38.0],
        "T_weeks": [38.86, 38.86, 39.0], "revenue": [66.8, 11.0, 400.0], "monetary_value": [22.35, np.nan, 40.0],
        "n_valued_days": [2, 0, 9], "n_purchase_days": [3, 1, 10],
    })


# --- the window


def test_the_model_is_fitted_on_three_quarters_of_the_whole_weeks():
    window = lifetime_value.split_window(orders(date(2017, 1, 1)), start="2017-01-01", end="2017-12-31")
    assert window.calibration_end == pd.Timestamp("2017-09-30")  # 39 of 52 weeks
    assert (window.calibration_weeks, window.holdout_start) == (39, pd.Timestamp("2017-10-01"))
    assert window.holdout_weeks == pytest.approx(92 / 7)


def test_the_end_of_the_calibration_can_be_set():
    window = lifetime_value.split_window(
        orders(date(1997, 1, 1)), start="1997-01-01", end="1998-06-30", calibration_end="1997-09-30"
    )
    assert (window.calibration_weeks, window.holdout_weeks) == (39, 39)


def test_without_a_first_day_the_window_starts_with_the_first_order():
    found = orders(date(2017, 3, 5), date(2017, 3, 1))
    assert lifetime_value.split_window(found, start=None, end="2017-12-31").start == pd.Timestamp("2017-03-01")


@pytest.mark.parametrize(("end", "enough"), [("2017-02-24", False), ("2017-02-25", True)])
def test_a_window_needs_eight_whole_weeks(end, enough):
    if enough:
        assert lifetime_value.split_window(orders(date(2017, 1, 1)), start="2017-01-01", end=end).calibration_weeks == 6
    else:
        with pytest.raises(TooLittleData, match="at least 8 weeks; there are 7"):
            lifetime_value.split_window(orders(date(2017, 1, 1)), start="2017-01-01", end=end)


@pytest.mark.parametrize("wrong", ["2016-12-31", "2017-01-01", "2017-12-31", "2018-01-01"])
def test_a_calibration_that_ends_outside_the_window_is_refused(wrong):
    with pytest.raises(UserError, match="must lie between 2017-01-01 and 2017-12-31"):
        lifetime_value.split_window(orders(date(2017, 1, 1)), start="2017-01-01", end="2017-12-31", calibration_end=wrong)


def test_a_calibration_end_that_is_no_day_is_refused_in_one_line():
    with pytest.raises(UserError, match="calibration_end=autumn is not a day such as"):
        lifetime_value.split_window(orders(date(2017, 1, 1)), start="2017-01-01", end="2017-12-31", calibration_end="autumn")


@pytest.mark.parametrize(
    ("name", "value"),
    [("horizon_weeks", 0), ("contract_months", -1), ("n_refits", 39), ("n_refits", 50.5), ("early_days", 0)],
)
def test_horizons_and_refits_must_be_usable(name, value):
    good = {"horizon_weeks": 1, "contract_months": 1, "n_refits": 40, "early_days": 1}
    lifetime_value.check_horizons(**good)
    with pytest.raises(UserError, match=f"{name}={value}: must be a whole number"):
        lifetime_value.check_horizons(**{**good, name: value})


def test_orders_without_a_customer_are_counted_in_the_window_only():
    rows = [("a", 1, 10.0), (None, 2, 4.0), (None, 20, 100.0)]
    table = ibis.memtable(
        [{"customer_id": c, "order_date": date(2017, 1, d), "revenue": r} for c, d, r in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )
    window = lifetime_value.Window(pd.Timestamp("2017-01-01"), pd.Timestamp("2017-01-05"), pd.Timestamp("2017-01-10"))
    assert lifetime_value.count_guests(table, window=window) == {
        "n_orders": 2, "n_guest_orders": 1, "revenue": 14, "guest_revenue": 4,
    }


# --- parameters


def test_the_link_of_frequency_and_value_is_a_rank_correlation_with_its_interval():
    n = 103
    rising = pd.DataFrame({"n_valued_days": range(1, n + 1), "monetary_value": np.arange(n) ** 3 + 1.0})
    found = lifetime_value.spend_independence(rising)
    assert (found["n"], found["spearman"]) == (n, pytest.approx(1.0))
    shuffled = rising.assign(monetary_value=np.random.default_rng(0).permutation(rising["monetary_value"]))
    found = lifetime_value.spend_independence(shuffled)
    assert found["low"] < found["spearman"] < found["high"]
    assert np.arctanh(found["high"]) - np.arctanh(found["spearman"]) == pytest.approx(1.96 / 10, rel=1e-3)  # √(103 − 3)


def test_customers_without_valued_purchases_do_not_enter_the_link():
    rows = pd.DataFrame({"n_valued_days": [0, 1, 2, 3, 4], "monetary_value": [np.nan, 1.0, 3.0, 2.0, 5.0]})
    assert lifetime_value.spend_independence(rows)["n"] == 4
    with pytest.raises(TooLittleData):
        lifetime_value.spend_independence(rows.assign(monetary_value=1.0))


# --- value


def test_value_is_purchases_times_value_times_margin_without_discount():
    found = lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=39, margin_rate=0.2)
    first = found.iloc[0]
    assert first["expected_purchases"] == pytest.approx(1.226, abs=5e-4)
    assert first["expected_revenue"] == pytest.approx(first["expected_purchases"] * first["expected_value_per_purchase"])
    assert first["customer_lifetime_value"] == pytest.approx(0.2 * first["expected_revenue"])
    assert found["horizon_weeks"].tolist() == [39, 39, 39]


def test_money_is_discounted_from_the_middle_of_each_step():
    horizon, d = 8, 0.21
    found = lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=horizon, yearly_discount_rate=d)
    by_four, by_eight = MODEL.expected_purchases(histories(), 4), MODEL.expected_purchases(histories(), 8)
    years = [2 / (365.25 / 7), 6 / (365.25 / 7)]
    by_hand = by_four / 1.21 ** years[0] + (by_eight - by_four) / 1.21 ** years[1]
    assert found["discounted_purchases"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert found["expected_purchases"].to_numpy() == pytest.approx(by_eight.to_numpy())


@pytest.mark.parametrize("horizon", [1, 4, 5, 52])
def test_the_steps_cover_the_horizon_exactly(horizon):
    found = lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=horizon)
    assert found["expected_purchases"].to_numpy() == pytest.approx(MODEL.expected_purchases(histories(), horizon).to_numpy())
    assert found["discounted_purchases"].to_numpy() == pytest.approx(found["expected_purchases"].to_numpy())


def test_a_later_or_dearer_future_is_worth_less():
    now, later = (
        lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=52, yearly_discount_rate=d)
        for d in (0.05, 0.25)
    )
    assert (later["customer_lifetime_value"] < now["customer_lifetime_value"]).all()
    assert (later["expected_revenue"] == now["expected_revenue"]).all()


def test_intervals_are_those_of_the_futures_discounted_and_in_margin():
    value = lifetime_value.value_customers(
        histories(), MODEL, VALUES, horizon_weeks=52, margin_rate=0.5, yearly_discount_rate=0.1
    )
    revenue = np.linspace(0, 100, 1001, dtype="float32")[:, None] * np.array([[1, 2, 3]], dtype="float32")
    futures = btyd_intervals.Futures(purchases=np.ones((1001, 3), dtype="float32"), revenue=revenue)
    found = lifetime_value.add_intervals(value, futures, margin_rate=0.5)
    discount = (value["discounted_purchases"] / value["expected_purchases"]).to_numpy()
    assert found["clv_low"].to_numpy() == pytest.approx(0.5 * discount * 2.5 * np.array([1, 2, 3]), rel=1e-5)
    assert found["clv_high"].to_numpy() == pytest.approx(0.5 * discount * 97.5 * np.array([1, 2, 3]), rel=1e-5)
    assert (found["expected_purchases_low"] == 1).all()


def test_the_table_keeps_its_contract(home):
    value = lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=52)
    futures = btyd_intervals.Futures(np.ones((40, 3)), np.ones((40, 3)))
    written = tables.save(lifetime_value.add_intervals(value, futures), "customer_value")
    assert (written["rows"], written["columns"]) == (3, len(contracts.contract("customer_value").columns))


def test_equal_values_share_a_decile():
    assert lifetime_value.decile(pd.Series([5.0] * 20)).tolist() == [5] * 20  # the middle of the ranks
    assert lifetime_value.decile(pd.Series(range(10, 0, -1))).tolist() == list(range(1, 11))
    assert lifetime_value.decile(pd.Series([3.0])).tolist() == [5]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
def test_deciles_follow_the_value(values):
    found = pd.DataFrame({"value": values, "decile": lifetime_value.decile(pd.Series(values, dtype=float))})
    assert found["decile"].between(1, 10).all()
    by_value = found.groupby("value")["decile"].agg(["min", "max"]).sort_index(ascending=False)
    assert (by_value["min"] == by_value["max"]).all()
    assert by_value["min"].is_monotonic_increasing


def test_the_share_of_the_best_tenth_by_hand():
    worth = pd.Series([50.0, 20.0] + [30 / 18] * 18)
    assert lifetime_value.top_share(worth, worth, share=0.1) == pytest.approx(0.7)  # the best 2 of 20
    assert lifetime_value.top_share(-worth, worth, share=0.5) == pytest.approx(10 * (30 / 18) / 100)


def test_customers_with_equal_scores_count_in_part_where_the_limit_falls_among_them():
    worth = pd.Series([10.0, 0.0, 0.0, 0.0])
    same = pd.Series([1.0, 1.0, 1.0, 1.0])
    assert lifetime_value.top_share(same, worth, share=0.5) == pytest.approx(0.5)
    assert lifetime_value.top_share(same, worth[::-1], share=0.5) == pytest.approx(0.5)
    assert lifetime_value.top_share(same, worth * 0, share=0.5) == 0


def test_the_total_is_no_surer_than_the_model_was_on_unseen_weeks():
    value = lifetime_value.value_customers(histories(), MODEL, VALUES, horizon_weeks=52, margin_rate=0.5)
    revenue = value["expected_revenue"].to_numpy()
    sure = btyd_intervals.Futures(np.ones((50, 3)), np.tile(revenue, (50, 1)))
    found = lifetime_value.total_value(value, sure, miss=-0.15)
    assert (found["low"], found["high"]) == pytest.approx((0.85 * found["total"], 1.15 * found["total"]))
    unsure = btyd_intervals.Futures(np.ones((1001, 3)), np.linspace(0, 2, 1001)[:, None] * revenue)
    found = lifetime_value.total_value(value, unsure, miss=-0.15)
    assert (found["low"], found["high"]) == pytest.approx((0.05 * found["total"], 1.95 * found["total"]))
    assert found["total"] == pytest.approx(0.5 * revenue.sum())
    assert found["mean"] == pytest.approx(found["total"] / 3)


def test_the_deciles_hold_all_value():
    value = pd.DataFrame({
        "customer_id": [str(i) for i in range(20)], "customer_lifetime_value": np.arange(20.0), "expected_purchases": 1.0,
        "expected_value_per_purchase": 2.0, "p_alive": 0.5,
    })
    found = lifetime_value.summarise_deciles(value.assign(value_decile=lifetime_value.decile(value["customer_lifetime_value"])))
    assert found["n_customers"].tolist() == [2] * 10
    assert found["value"].tolist() == [37, 33, 29, 25, 21, 17, 13, 9, 5, 1]
    assert found["share"].sum() == pytest.approx(1)


# --- assumptions


def test_without_a_margin_value_is_revenue():
    assert lifetime_value.assumptions(datasets.load("cdnow").business) == lifetime_value.Assumptions(1.0, 0.15, False)


def test_margin_and_discount_come_from_the_settings():
    found = lifetime_value.assumptions(datasets.load("complete_journey").business)
    assert found == lifetime_value.Assumptions(0.22, 0.10, True)
