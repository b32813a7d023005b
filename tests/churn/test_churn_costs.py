"""churn_costs.py: whom it pays to contact."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.churn import churn_costs
from helpers.churn.churn_costs import Costs
from helpers.errors import TooLittleData

COSTS = Costs(offer=10, contact=1, success=0.3)


def figure(value, low=None, high=None):
    return SimpleNamespace(value=value, low=value if low is None else low, high=value if high is None else high)


def business(**changed):
    figures = {
        "offer_cost": figure(10, 5, 20), "contact_cost": figure(1, 0.5, 3), "success_rate": figure(0.3, 0.1, 0.5),
        "months_of_value": figure(3, 1, 12), "margin_rate": None,
    }
    return SimpleNamespace(**figures | changed)


def customers(n=200, seed=0):
    random = np.random.default_rng(seed)
    probability = random.random(n)
    return pd.DataFrame({
        "customer_id": [f"c{i:04d}" for i in range(n)], "p": probability, "churned": random.random(n) < probability,
        "value_at_stake": random.integers(20, 400, n).astype(float),
    })


def test_the_threshold_of_the_methods_example():
    assert float(churn_costs.threshold(200, COSTS)) == pytest.approx(11 / 67)  # (1 + 10) / (.3 (200 − 10) + 10)


def test_an_offer_that_costs_more_than_a_kept_customer_brings_never_pays():
    assert churn_costs.threshold(5, Costs(offer=100, contact=1, success=1.0)) > 1
    assert np.isinf(churn_costs.threshold(0, Costs(offer=10, contact=1, success=1.0)))


def test_profit_of_a_contact_worked_by_hand():
    profit = churn_costs.contact_profit([True, False], [200, 200], COSTS)
    assert profit.tolist() == pytest.approx([0.3 * 190 - 1, -11])


@given(st.floats(0.01, 0.99), st.floats(30, 500), st.floats(0.05, 0.9))
def test_expected_profit_is_positive_exactly_above_the_threshold(p, value, success):
    costs = Costs(offer=10, contact=1, success=success)
    left, stayed = churn_costs.contact_profit([True, False], [value, value], costs)
    border = float(churn_costs.threshold(value, costs))
    if abs(p - border) > 1e-6:
        assert (p * left + (1 - p) * stayed > 0) == (p > border)


def test_the_curve_begins_with_everyone_and_ends_with_nobody():
    frame = customers()
    curve = churn_costs.profit_curve(frame, score="p", costs=COSTS)
    everyone = churn_costs.contact_profit(frame["churned"], frame["value_at_stake"], COSTS).sum()
    assert curve["profit"].iloc[0] == pytest.approx(everyone) and curve["n_contacted"].iloc[0] == 200
    assert curve["profit"].iloc[-1] == 0 and curve["n_contacted"].iloc[-1] == 0


def test_a_customer_on_the_threshold_is_contacted():
    frame = pd.DataFrame({"p": [0.5, 0.4], "churned": [True, True], "value_at_stake": [110.0, 110.0]})
    curve = churn_costs.profit_curve(frame, score="p", costs=COSTS, n_points=3).set_index("threshold")
    assert curve.loc[0.5, "n_contacted"] == 1 and curve.loc[0.5, "profit"] == pytest.approx(0.3 * 100 - 1)
    assert curve.loc[0.5, "profit_per_customer"] == pytest.approx(14.5) and curve.loc[0.5, "share_contacted"] == 0.5


def test_rules_worked_by_hand():
    frame = pd.DataFrame({
        "p": [0.9, 0.6, 0.2, 0.1], "churned": [True, False, True, False], "value_at_stake": [200.0, 12.0, 200.0, 200.0],
    })
    rules = churn_costs.compare_rules(frame, score="p", costs=COSTS).set_index("rule")
    assert rules["n_contacted"].to_list() == [0, 4, 2, 2]
    left, stayed = 0.3 * 190 - 1, -11
    assert rules["profit_per_customer"].to_list() == pytest.approx(
        [0, (2 * left + 2 * stayed) / 4, (left + stayed) / 4, 2 * left / 4]  # the last: .9 and .2 of 200, not .6 of 12
    )
    assert (rules["low"] <= rules["profit_per_customer"]).all() and (rules["profit_per_customer"] <= rules["high"]).all()


def test_the_gain_is_counted_against_the_better_of_nobody_and_everyone():
    frame = customers(2000)
    rules = churn_costs.compare_rules(frame, score="p", costs=COSTS).set_index("rule")["profit_per_customer"]
    gain = churn_costs.gain_of_best_rule(frame, score="p", costs=COSTS)
    assert rules["contact everyone"] > 0
    assert gain["value"] == pytest.approx(rules["where it pays for the customer"] - rules["contact everyone"])
    assert gain["low"] < gain["value"] < gain["high"]
    dear = Costs(offer=80, contact=1, success=0.1)
    rules = churn_costs.compare_rules(frame, score="p", costs=dear).set_index("rule")["profit_per_customer"]
    assert rules["contact everyone"] < 0
    assert churn_costs.gain_of_best_rule(frame, score="p", costs=dear)["value"] == pytest.approx(
        rules["where it pays for the customer"]
    )


@given(st.floats(0.05, 0.95), st.floats(1, 300))
def test_a_customer_worth_what_is_needed_stands_on_its_threshold(p, value):
    frame = pd.DataFrame({"p": [p], "value_at_stake": [value]})
    times = churn_costs.value_needed(frame, score="p", costs=COSTS, n=1)
    assert float(churn_costs.threshold(times * value, COSTS)) == pytest.approx(p)


def test_what_is_needed_is_that_of_the_nth_most_worthwhile_customer():
    frame = pd.DataFrame({"p": [0.5, 0.5, 0.5], "value_at_stake": [100.0, 0.0, 200.0]})
    one, two, three = (churn_costs.value_needed(frame, score="p", costs=COSTS, n=n) for n in (1, 2, 3))
    assert two == pytest.approx(2 * one) and np.isinf(three)
    assert np.isinf(churn_costs.value_needed(frame.iloc[:0], score="p", costs=COSTS, n=3))


def test_captured_value_worked_by_hand():
    frame = pd.DataFrame({
        "customer_id": list("abcd"), "p": [0.9, 0.1, 0.8, 0.2], "churned": [True, False, True, True],
        "value_at_stake": [50.0, 100.0, 30.0, 20.0],
    })
    found = churn_costs.capture(frame, score="p", share=0.25, seed=1)
    assert found["value"] == pytest.approx(0.5)  # a is first by expected loss (45) and lost 50 of 100
    assert found["without_score"] == 0  # b is first by value and stayed
    assert found["low"] <= found["value"] <= found["high"]
    nobody = churn_costs.capture(frame.assign(churned=False), score="p", share=0.25, seed=1)
    assert nobody == {"value": 0, "low": 0, "high": 0, "without_score": 0}


def test_figures_that_dataset_yml_lacks_are_named():
    with pytest.raises(TooLittleData, match="offer_cost and success_rate"):
        churn_costs.read_costs(business(offer_cost=None, success_rate=None), kind="buyers")
    with pytest.raises(TooLittleData, match="months_of_value"):
        churn_costs.read_costs(business(months_of_value=None), kind="contracts")
    assert churn_costs.read_costs(business(months_of_value=None), kind="buyers") == COSTS


def test_sensitivity_moves_one_assumption_at_a_time():
    frame = customers(1000)
    table = churn_costs.sensitivity(frame, score="p", business=business(), kind="contracts").set_index(["assumption", "end"])
    assert list(table.index.get_level_values(0).unique()) == ["success rate", "offer cost", "contact cost", "months of value"]
    profit = table["profit_per_customer"]
    assert profit["success rate", "high"] > profit["success rate", "low"]
    assert profit["offer cost", "low"] > profit["offer cost", "high"]
    assert profit["months of value", "high"] > profit["months of value", "low"]
    quarter = Costs(10, 1, 0.3, value_factor=4.0)  # 12 months where 3 are assumed
    best = churn_costs.compare_rules(frame, score="p", costs=quarter).iloc[-1]
    assert profit["months of value", "high"] == pytest.approx(best["profit_per_customer"])


def test_an_offer_weighed_holds_all_parts():
    frame = customers(300)
    offer = churn_costs.weigh(
        frame, frame.assign(churn_probability=frame["p"]), score="p", business=business(), kind="buyers", n_first=10
    )
    assert len(offer.rules) == 4 and len(offer.swings) == 6 and offer.needed > 0
    low, value, high = (offer.curves[end] for end in ("low", "value", "high"))
    assert (high >= value - 1e-9).all() and (value >= low - 1e-9).all()


# --- what would change the decision


def test_the_expected_profit_of_a_list_worked_by_hand():
    listed = pd.DataFrame({"churn_probability": [0.5, 0.1], "value_at_stake": [200.0, 50.0]})
    first = 0.5 * 0.3 * 190 - 0.5 * 10 - 1  # p·γ(V − d) − (1 − p)·d − f
    second = 0.1 * 0.3 * 40 - 0.9 * 10 - 1
    assert churn_costs.expected_profit(listed, COSTS) == pytest.approx(first + second)


def test_the_decision_turns_where_the_profit_is_zero():
    """p = .2, V = 200: .2·γ·190 − .8·10 − 1 is 2.4 at γ = .3 and 0 at γ = 9 / 38."""
    listed = pd.DataFrame({"churn_probability": [0.2], "value_at_stake": [200.0]})
    table = churn_costs.tipping_points(listed, business=business(), kind="contracts").set_index("assumption")
    assert table.loc["success rate", "tips_at"] == pytest.approx(9 / 38)
    assert table.loc["contact cost", "tips_at"] == pytest.approx(1 + 2.4) and table.loc["success rate", "value"] == 0.3
    assert table["changes"].to_dict() == {
        "success rate": True, "offer cost": True, "contact cost": False, "months of value": True,
    }
    for name, part in (("success rate", "success"), ("offer cost", "offer"), ("contact cost", "contact")):
        there = Costs(**{"offer": 10, "contact": 1, "success": 0.3} | {part: table.loc[name, "tips_at"]})
        assert churn_costs.expected_profit(listed, there) == pytest.approx(0, abs=1e-9)
    worth = Costs(10, 1, 0.3, value_factor=table.loc["months of value", "tips_at"] / 3)
    assert churn_costs.expected_profit(listed, worth) == pytest.approx(0, abs=1e-9)


def test_an_impossible_value_turns_no_decision():
    """p = .01, V = 30: .01·γ·20 − .99·10 − 1 is 0 at γ = 54.5, which no success rate is."""
    listed = pd.DataFrame({"churn_probability": [0.01], "value_at_stake": [30.0]})
    table = churn_costs.tipping_points(listed, business=business(), kind="buyers").set_index("assumption")
    assert np.isnan(table.loc["success rate", "tips_at"])


def test_the_profit_of_the_list_is_unknown_without_the_costs():
    listed = pd.DataFrame({"churn_probability": [0.2, 0.9], "value_at_stake": [200.0, 90.0]})
    known = churn_costs.profit_of_first(listed, business=business(), kind="buyers", n_first=1)
    assert known == pytest.approx(0.2 * 0.3 * 190 - 0.8 * 10 - 1)
    assert churn_costs.profit_of_first(listed, business=business(offer_cost=None), kind="buyers", n_first=1) is None


def test_a_value_below_zero_turns_no_decision():
    listed = pd.DataFrame({"churn_probability": [0.001], "value_at_stake": [30.0]})
    table = churn_costs.tipping_points(listed, business=business(), kind="buyers").set_index("assumption")
    assert np.isnan(table.loc["contact cost", "tips_at"]) and not table["changes"].any()


def test_the_offer_weighs_the_head_of_todays_list():
    frame = customers(300)
    current = frame.assign(churn_probability=frame["p"])
    offer = churn_costs.weigh(frame, current, score="p", business=business(), kind="buyers", n_first=10)
    assert offer.first_profit == pytest.approx(churn_costs.expected_profit(current.head(10), COSTS))
    assert offer.tipping["assumption"].to_list() == ["success rate", "offer cost", "contact cost"]
