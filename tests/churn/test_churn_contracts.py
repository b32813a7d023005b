"""churn_contracts.py and churn_examples.py: which value means "left", which columns are features, how long contracts last."""

import numpy as np
import pandas as pd
import pytest

from helpers.churn import churn_contracts
from helpers.churn.churn_examples import check_both_classes, read_target
from helpers.errors import TooLittleData, UserError


def contracts(n=200, seed=1, **changed):
    random = np.random.default_rng(seed)
    plan = random.choice(["monthly", "yearly"], n)
    churned = random.random(n) < np.where(plan == "monthly", 0.5, 0.1)
    frame = pd.DataFrame({
        "subscription_id": [f"s{i:04d}" for i in range(n)], "customer_id": [f"c{i:04d}" for i in range(n)],
        "started_at": pd.Timestamp("2023-01-01"), "ended_at": pd.Series(pd.Timestamp("2024-12-31"), range(n)).where(churned),
        "tenure_months": random.integers(0, 60, n).astype(float), "churned": churned, "plan": plan,
        "monthly_fee": random.integers(20, 100, n).astype(float), "paperless": random.integers(0, 2, n),
    })
    return frame.assign(**changed)


# --- polarity


@pytest.mark.parametrize(("values", "means_left"), [
    (["Yes", "No", "No", "Yes"], "Yes"), (["yes", "NO", "no", "YES "], "Yes"), ([1, 0, 0, 1], 1), ([1.0, 0.0, 0.0, 1.0], 1),
    (["1", "0", "0", "1"], 1), ([True, False, False, True], True), (["true", "False", "false", "TRUE"], True),
    (["Left", "Stayed", "Stayed", "Left"], "Left"),
])
def test_every_spelling_of_the_label_reads_alike(values, means_left):
    assert read_target(pd.Series(values), means_left=means_left).to_list() == [True, False, False, True]


def test_declaring_the_other_value_flips_the_base_rate():
    label = pd.Series(["Yes"] * 3 + ["No"] * 7)
    assert read_target(label, means_left="Yes").mean() == 0.3
    assert read_target(label, means_left="No").mean() == 0.7


def test_a_label_that_is_missing_or_undeclared_or_has_three_values_is_refused():
    with pytest.raises(UserError, match="empty in 1 rows"):
        read_target(pd.Series(["Yes", None]), means_left="Yes")
    with pytest.raises(UserError, match="3 different values"):
        read_target(pd.Series(["a", "b", "c"]), means_left="a")
    with pytest.raises(UserError, match="'Churned', the value declared"):
        read_target(pd.Series(["Yes", "No"]), means_left="Churned")


def test_a_label_on_one_side_only_is_a_fact():
    assert not read_target(pd.Series([False, False]), means_left=True).any()
    assert read_target(pd.Series([1, 1]), means_left=1).all()


@pytest.mark.parametrize("left", [29, 171, 0, 200])
def test_too_few_on_either_side_is_said_in_words(left):
    churned = pd.Series([True] * left + [False] * (200 - left))
    with pytest.raises(TooLittleData, match=f"{left} left and {200 - left} stayed"):
        check_both_classes(churned)


def test_thirty_on_each_side_are_enough():
    check_both_classes(pd.Series([True] * 30 + [False] * 30))


# --- features


def test_identifiers_dates_constants_and_names_are_never_features():
    days = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")] * 100
    frame = contracts(last_call=days, country="US", city=[f"city {i}" for i in range(200)])
    numeric, categorical = churn_contracts.feature_columns(frame)
    assert numeric == ("tenure_months", "monthly_fee") and categorical == ("plan", "paperless")


def test_the_last_day_of_a_contract_cannot_reach_the_model_even_as_text():
    ended = contracts()["ended_at"].dt.strftime("%Y-%m-%d").fillna("runs on")
    assert ended.nunique() == 2
    assert "ended_at" not in churn_contracts.contract_examples(contracts(ended_at=ended)).columns


def test_columns_can_be_left_out_by_name():
    numeric, categorical = churn_contracts.feature_columns(contracts(), leave_out=("monthly_fee", "plan"))
    assert numeric == ("tenure_months",) and categorical == ("paperless",)


def test_yes_and_no_have_one_spelling_whatever_the_source():
    for values in ([1, 0, 1], [True, False, True], ["Yes", "no", "YES"], ["true", "False", "TRUE"]):
        assert churn_contracts._as_text(pd.Series(values)).to_list() == ["yes", "no", "yes"]
    assert churn_contracts._as_text(pd.Series([1.0, None, 3.0])).to_list() == ["1", "unknown", "3"]
    assert churn_contracts._as_text(pd.Series(["DSL", None])).to_list() == ["DSL", "unknown"]


def test_value_at_stake_is_the_fee_of_the_months_of_value():
    frame = contracts(monthly_fee=[np.nan, *[30.0] * 100, *[50.0] * 99])
    value = churn_contracts.contract_examples(frame, months_of_value=3).test["value_at_stake"]
    assert value.iloc[1] == 90 and value.iloc[0] == 90  # an unknown fee counts as the middle one
    assert churn_contracts.contract_examples(frame).test["value_at_stake"].iloc[-1] == 50


def test_only_running_contracts_are_scored_and_all_are_learnt_from():
    examples = churn_contracts.contract_examples(contracts())
    assert not examples.current["churned"].any() and len(examples.current) == (~examples.test["churned"]).sum()
    assert not examples.is_temporal and len(examples.train) == 200
    assert examples.messages.index.equals(examples.current.index)
    assert (examples.test["Tenure alone"] == -examples.test["tenure_months"]).all()  # the youngest are lost first


def test_words_of_a_contract_and_braces_in_data_do_no_harm():
    examples = churn_contracts.contract_examples(contracts(note=["{x:count}", "b"] * 100))
    assert examples.messages["Note"].iloc[0] in ("Note: (x:count)", "Note: b")
    assert set(examples.messages["Contract type"]) == {"contract type: {plan:label}"}
    assert set(examples.messages["Paperless"]) == {"Paperless: yes", "Paperless: no"}


def test_nobody_churned_is_said_in_words():
    with pytest.raises(TooLittleData, match="0 left and 200 stayed"):
        churn_contracts.contract_examples(contracts(churned=False))


def test_rates_by_plan_count_unknown_plans_together():
    frame = pd.DataFrame({"plan": ["a", "a", None, "b"], "churned": [True, False, True, False]})
    rates = churn_contracts.plan_rates(frame).set_index("plan")
    assert rates["n"].to_dict() == {"a": 2, "b": 1, "unknown": 1}
    assert rates["n_churned"].to_dict() == {"a": 1, "b": 0, "unknown": 1}


# --- survival


def test_a_curve_worked_by_hand(monkeypatch):
    monkeypatch.setattr(churn_contracts, "MIN_PLAN", 4)
    frame = pd.DataFrame({"plan": "a", "tenure_months": [1.0, 2.0, 2.0, 4.0], "churned": [True, True, False, False]})
    curve = churn_contracts.survival_curves(frame).set_index("month")
    assert curve["survival"].to_dict() == pytest.approx({0: 1, 1: 3 / 4, 2: 3 / 4 * 2 / 3, 3: 1 / 2, 4: 1 / 2})
    assert curve["at_risk"].to_list() == [4, 4, 3, 1, 1]
    assert (curve["low"] <= curve["survival"]).all() and (curve["survival"] <= curve["high"]).all()


def test_a_contract_counts_from_the_month_in_which_the_data_begins(monkeypatch):
    monkeypatch.setattr(churn_contracts, "MIN_PLAN", 3)
    first_day = pd.Timestamp("2024-01-01")
    frame = pd.DataFrame({
        "plan": "a", "churned": [True, True, False], "tenure_months": [2.0, 12.0, 3.0],
        "started_at": [first_day, first_day - pd.Timedelta(days=304), first_day],  # the second is seen from its tenth month
    })
    late = churn_contracts.survival_curves(frame, first_day=first_day).set_index("month")["survival"]
    naive = churn_contracts.survival_curves(frame).set_index("month")["survival"]
    assert late[2] == pytest.approx(1 / 2) and naive[2] == pytest.approx(2 / 3)


def test_small_plans_get_no_curve_and_none_at_all_is_said():
    frame = contracts(plan=["rare"] * 29 + ["common"] * 171)
    assert churn_contracts.survival_curves(frame)["plan"].unique().tolist() == ["common"]
    with pytest.raises(TooLittleData, match="at least 30 contracts"):
        churn_contracts.survival_curves(frame.head(29))


def test_plans_are_compared_at_a_month_that_all_of_them_reach():
    curves = pd.DataFrame({
        "plan": ["a"] * 4 + ["b"] * 3, "month": [0, 1, 2, 3, 0, 1, 2], "survival": [1, 0.9, 0.5, 0.4, 1, 0.9, 0.8],
    })
    at = churn_contracts.running_at(curves, month=12)
    assert at["month"].unique().tolist() == [2] and at["plan"].to_list() == ["b", "a"]


# --- hazards


def test_hazards_worked_by_hand(monkeypatch):
    """Four contracts: 3 + 3 + 2 + 1 = 9 months in the first period, one end; 3 + 1 = 4 months later, one end."""
    monkeypatch.setattr(churn_contracts, "MIN_PLAN", 2)
    frame = pd.DataFrame({"plan": "a", "tenure_months": [6.0, 4.0, 2.0, 1.0], "churned": [True, False, True, False]})
    found = churn_contracts.hazards(frame, periods=(0, 3))
    assert found["hazard"].to_list() == pytest.approx([1 / 9, 1 / 4]) and found["n"].to_list() == [4, 2]
    assert found["low"].to_list() == pytest.approx([0.02532 / 9, 0.02532 / 4], rel=1e-3)  # Garwood's interval of one event
    assert found["high"].to_list() == pytest.approx([5.5716 / 9, 5.5716 / 4], rel=1e-3)
    assert found["to_month"].iloc[0] == 3 and pd.isna(found["to_month"].iloc[1])


def test_a_contract_that_ends_on_a_border_ends_in_the_period_before_it(monkeypatch):
    monkeypatch.setattr(churn_contracts, "MIN_PLAN", 1)
    frame = pd.DataFrame({"plan": "a", "tenure_months": [3.0, 5.0], "churned": [True, False]})
    assert churn_contracts.hazards(frame, periods=(0, 3))["n_ended"].to_list() == [1, 0]


def test_months_before_the_data_begins_are_not_observed(monkeypatch):
    monkeypatch.setattr(churn_contracts, "MIN_PLAN", 1)
    first_day = pd.Timestamp("2024-01-01")
    frame = pd.DataFrame({
        "plan": "a", "churned": [True, False], "tenure_months": [12.0, 2.0],
        "started_at": [first_day - pd.Timedelta(days=304.375), first_day],  # seen from its tenth month
    })
    late = churn_contracts.hazards(frame, first_day=first_day, periods=(0, 6))
    assert late["contract_months"].to_list() == pytest.approx([2.0, 2.0], abs=0.02)


def test_a_constant_hazard_is_recovered_in_every_period():
    random = np.random.default_rng(3)
    months = random.exponential(20, 6000)
    frame = pd.DataFrame({"plan": "a", "tenure_months": np.minimum(months, 60), "churned": months < 60})
    found = churn_contracts.hazards(frame)
    assert ((found["low"] < 0.05) & (found["high"] > 0.05)).sum() >= 5 and len(found) == 6
