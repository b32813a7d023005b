"""subscription_value.py: how long contracts run and what they still pay, by hand and against lifelines."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from helpers import tables
from helpers.errors import TooLittleData
from helpers.subscriptions import subscription_value


def subscriptions(*rows, plan="A", fee=10.0) -> pd.DataFrame:
    """Contracts as (months, churned)."""
    n = len(rows)
    return pd.DataFrame({
        "subscription_id": [f"{plan}{i:05d}" for i in range(n)], "customer_id": [f"c{i}" for i in range(n)],
        "tenure_months": [float(m) for m, _ in rows], "churned": [c for _, c in rows], "plan": plan, "monthly_fee": fee,
        "ended_at": [pd.Timestamp("2017-12-31") if c else pd.NaT for _, c in rows],
    })


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    """600 contracts of two plans with constant monthly losses of 10 % and 1 %."""
    random = np.random.default_rng(1)
    parts = []
    for plan, loss in (("A", 0.10), ("B", 0.01)):
        end, seen = random.geometric(loss, 300), random.integers(1, 40, 300)
        parts.append(subscriptions(*zip(np.minimum(end, seen), end <= seen, strict=True), plan=plan))
    return pd.concat(parts, ignore_index=True)


def test_losses_are_ends_among_the_contracts_that_reach_an_age():
    tenure, churned = [1] * 10 + [2] * 10 + [3] * 30, [True] * 10 + [True] * 5 + [False] * 35
    found = subscription_value.losses(tenure, churned, n_months=3)
    assert found.tolist() == pytest.approx([10 / 50, 5 / 40, 0.0])


def test_a_contract_that_ends_within_a_month_is_lost_at_the_end_of_it():
    tenure, churned = [0.4] * 10 + [1.5] * 10 + [2.9] * 30, [True] * 20 + [False] * 30
    assert subscription_value.losses(tenure, churned, n_months=2).tolist() == pytest.approx([10 / 50, 10 / 40])


@pytest.mark.parametrize(("n_oldest", "third"), [(29, 30 / (89 + 69)), (30, 0.0)])
def test_ages_that_few_contracts_reach_continue_at_the_mean_loss_of_the_last_year(n_oldest, third):
    tenure = [1] * 20 + [2] * 40 + [3] * n_oldest
    found = subscription_value.losses(tenure, [True] * 20 + [True] * 10 + [False] * (30 + n_oldest), n_months=5)
    later = 30 / (89 + 69) if n_oldest == 29 else 30 / (90 + 70 + 30)
    assert found[:2].tolist() == pytest.approx([20 / (60 + n_oldest), 10 / (40 + n_oldest)])
    assert found[2:].tolist() == pytest.approx([third, later, later])


def test_weights_count_as_contracts():
    one = subscription_value.losses([1, 1, 2], [True, False, False], [2, 1, 3], n_months=2)
    other = subscription_value.losses([1, 1, 1, 2, 2, 2], [True, True, False, False, False, False], n_months=2)
    assert one.tolist() == other.tolist()


def test_the_curve_is_that_of_lifelines(drawn):
    plan = drawn[drawn["plan"] == "A"]
    stays = np.cumprod(1 - subscription_value.losses(plan["tenure_months"], plan["churned"], n_months=10))
    fit = KaplanMeierFitter().fit(plan["tenure_months"], plan["churned"])
    assert stays == pytest.approx(fit.survival_function_at_times(range(1, 11)).to_numpy())


def test_retention_by_plan_with_intervals_and_all_plans_together(drawn):
    found = subscription_value.plan_retention(drawn)
    assert found["plan"].unique().tolist() == ["A", "B", "All plans"]
    assert (found["n_at_risk"] >= 30).all()
    assert (found["low"] <= found["retention_rate"]).all() and (found["retention_rate"] <= found["high"]).all()
    at = found[found["month"] == 6].set_index("plan")
    assert at.loc["A", "low"] < 0.9**6 < at.loc["A", "high"]  # the planted loss
    assert at.loc["B", "low"] < 0.99**6 < at.loc["B", "high"]


def test_where_nobody_left_the_interval_still_has_a_width():
    found = subscription_value.plan_retention(subscriptions(*[(5, False)] * 100))
    last = found.iloc[-1]
    assert (last["retention_rate"], last["high"]) == (1, 1)
    assert last["low"] == pytest.approx(0.025 ** (1 / 100))  # exact binomial, 100 of 100


def test_contracts_without_a_plan_are_one_plan_and_one_plan_is_all():
    found = subscription_value.plan_retention(subscriptions(*[(5, False)] * 100).assign(plan=None))
    assert found["plan"].unique().tolist() == ["All plans"]


@pytest.mark.parametrize(("n", "enough"), [(99, False), (100, True)])
def test_a_hundred_contracts_are_needed(n, enough):
    contracts = subscriptions(*[(5, False)] * n)
    if enough:
        assert len(subscription_value.plan_retention(contracts)) == 6
    else:
        with pytest.raises(TooLittleData, match="Needs 100 contracts; there are 99"):
            subscription_value.plan_retention(contracts)


def test_value_by_hand_at_a_constant_loss():
    """Of 40 contracts that reach each age a tenth end: expected months of the next two are .9 + .81."""
    rows = [(1, True)] * 40 + [(2, True)] * 36 + [(3, True)] * 33 + [(3, False)] * 291
    contracts = subscriptions(*rows, fee=20.0)
    found = subscription_value.value_contracts(contracts, horizon_months=2, margin_rate=0.5, yearly_discount_rate=0.21)
    assert len(found) == 291  # ended contracts pay no more
    first = found.iloc[0]
    tail = (40 + 36 + 33) / (400 + 360 + 324)  # the loss beyond the oldest contract
    expected = (1 - tail) + (1 - tail) ** 2
    assert first["expected_months"] == pytest.approx(expected)
    assert first["expected_fees"] == pytest.approx(20 * expected)
    discounted = (1 - tail) / 1.21 ** (1 / 12) + (1 - tail) ** 2 / 1.21 ** (2 / 12)
    assert first["customer_lifetime_value"] == pytest.approx(0.5 * 20 * discounted)


def test_plans_are_valued_by_their_own_losses(drawn):
    found = subscription_value.value_contracts(drawn, horizon_months=12).groupby("plan")["expected_months"].mean()
    assert found["A"] == pytest.approx(sum(0.9**k for k in range(1, 13)), rel=0.1)
    assert found["B"] == pytest.approx(sum(0.99**k for k in range(1, 13)), rel=0.02)


def test_a_contract_without_a_fee_is_not_valued():
    contracts = subscriptions(*[(5, False)] * 100)
    contracts.loc[0, "monthly_fee"] = np.nan
    assert len(subscription_value.value_contracts(contracts, horizon_months=2)) == 99


def test_the_interval_of_the_total_holds_the_total(drawn):
    value = subscription_value.value_contracts(drawn, horizon_months=12, margin_rate=0.3, yearly_discount_rate=0.1)
    found = subscription_value.total_fees(drawn, value, yearly_discount_rate=0.1, seed=1)
    assert found["low"] < found["total"] < found["high"]
    assert found["total"] == pytest.approx(value["customer_lifetime_value"].sum())
    assert (found["high"] - found["low"]) / found["total"] < 0.15
    assert found == subscription_value.total_fees(drawn, value, yearly_discount_rate=0.1, seed=1)


def test_the_best_and_the_worst_plan_are_compared(drawn):
    facts = subscription_value.describe_contracts(
        drawn, subscription_value.plan_retention(drawn), as_of=pd.Timestamp("2018-06-30"), at_month=6
    )
    assert (facts["plan"], facts["other"], facts["n_plans"]) == ("B", "A", 2)
    assert facts["rate"] > facts["read_as"] > facts["other_rate"]
    assert (facts["only_recent_ends"], facts["kind"]) == (False, "estimate")  # the ends are half a year old


@pytest.mark.parametrize(("as_of", "recent"), [("2018-01-31", True), ("2018-02-01", False)])
def test_ends_of_the_last_month_only_are_a_warning(drawn, as_of, recent):
    facts = subscription_value.describe_contracts(
        drawn, subscription_value.plan_retention(drawn), as_of=pd.Timestamp(as_of), at_month=6
    )
    assert facts["only_recent_ends"] is recent
    assert facts["kind"] == ("prediction" if recent else "estimate")


def test_if_earlier_leavers_are_missing_each_contract_is_seen_for_one_month_only():
    contracts = subscriptions(*[(1, True)] * 5, *[(1, False)] * 15, *[(2, True)] * 10, *[(2, False)] * 90)
    assert subscription_value._if_only_last_month(contracts, at_month=2) == pytest.approx((1 - 5 / 20) * (1 - 10 / 100))


def test_curves_that_end_too_early_are_said():
    found = subscription_value.plan_retention(subscriptions(*[(5, False)] * 100))
    with pytest.raises(TooLittleData, match="observed for 12 months"):
        subscription_value.describe_contracts(subscriptions((5, False)), found, as_of=pd.Timestamp("2018-01-01"), at_month=12)


def test_the_tables_keep_their_contracts(home, drawn):
    retention = subscription_value.plan_retention(drawn)
    value = subscription_value.value_contracts(drawn, horizon_months=12)
    assert tables.save(retention, "contract_retention")["rows"] == len(retention)
    assert tables.save(value, "contract_value")["rows"] == (~drawn["churned"]).sum()
    plans = subscription_value.summarise_plans(retention, value, at_month=6)
    assert plans["n_contracts"].sum() == len(value)
    assert plans["retention_rate"].notna().all()


# --- contracts that the data see late (left truncation)


def seen_from(first_day: str, *rows) -> pd.DataFrame:
    """Contracts as (start, months, churned), seen from `first_day`."""
    frame = subscriptions(*((m, c) for _, m, c in rows)).assign(started_at=[pd.Timestamp(s) for s, _, _ in rows])
    frame["ended_at"] = [s + pd.DateOffset(months=int(m)) if c else pd.NaT
                         for s, m, c in zip(frame["started_at"], frame["tenure_months"], frame["churned"], strict=True)]
    return subscription_value.add_entry_months(frame, first_day=first_day)


def test_a_contract_is_seen_from_the_age_that_it_has_on_the_first_day():
    found = seen_from("2020-01-01", ("2020-03-01", 5, False), ("2019-11-01", 8, True), ("2019-12-15", 3, False))
    assert found["entry_months"].tolist() == [0, 3, 1]  # 61 days are 2.004 months: the third is the first one seen whole
    assert subscription_value.add_entry_months(found, first_day=None)["entry_months"].tolist() == [0, 0, 0]


def test_data_that_know_of_earlier_ends_hold_the_past_as_well():
    assert seen_from("2020-01-01", ("2019-01-01", 2, True), ("2019-01-01", 30, False))["entry_months"].tolist() == [0, 0]


def test_losses_count_contracts_from_their_entry():
    tenure, churned, entry = [2] * 40 + [4] * 60, [True] * 20 + [False] * 20 + [True] * 30 + [False] * 30, [0] * 40 + [2] * 60
    found = subscription_value.losses(tenure, churned, n_months=4, entry=entry)
    assert found.tolist() == pytest.approx([0, 20 / 40, 0, 30 / 60])
    assert subscription_value.losses(tenure, churned, n_months=4)[1] == pytest.approx(20 / 100)


def test_the_curve_of_late_contracts_is_that_of_lifelines(drawn):
    random = np.random.default_rng(2)
    late = drawn.assign(entry_months=np.where(random.random(600) < 0.4, 3, 0))
    late = late[late["tenure_months"] > late["entry_months"]]
    plan = late[late["plan"] == "A"]
    fit = KaplanMeierFitter().fit(plan["tenure_months"], plan["churned"], entry=plan["entry_months"])
    found = subscription_value.plan_retention(late)
    found = found[(found["plan"] == "A") & (found["month"] <= 8)]
    assert found["retention_rate"].to_numpy() == pytest.approx(fit.survival_function_at_times(found["month"]).to_numpy())
    at = found.set_index("month").loc[6]
    assert at["low"] < 0.9**6 < at["high"]  # counted from the start the late ones would look too loyal


def test_ages_that_hardly_anybody_was_seen_at_do_not_enter_the_curve():
    late = subscriptions(*([(8, True)] * 60 + [(9, False)] * 60 + [(2, True)] * 5 + [(3, False)] * 5)).assign(
        entry_months=[4] * 120 + [0] * 10)
    found = subscription_value.plan_retention(late)
    assert found["month"].min() == 4
    assert found.set_index("month")["retention_rate"].loc[[4, 8]].tolist() == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize("broken", [{"churned": True}, {"monthly_fee": np.nan}])
def test_without_running_contracts_of_a_known_fee_nothing_is_still_to_come(broken):
    with pytest.raises(TooLittleData, match="running contracts with a known fee; there are none"):
        subscription_value.value_contracts(subscriptions(*[(20, False)] * 100).assign(**broken), horizon_months=12)


def test_where_nobody_has_left_the_total_is_not_certain():
    contracts = subscriptions(*[(10, False)] * 100)
    value = subscription_value.value_contracts(contracts, horizon_months=2)
    found = subscription_value.total_fees(contracts, value, n_draws=40)
    stays = 0.025 ** (1 / 1000)  # 1,000 contract months without an end
    assert (found["total"], found["high"]) == (2000, 2000)
    assert found["low"] == pytest.approx(1000 * (stays + stays**2))
