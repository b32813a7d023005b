"""Bad input to the churn report: each gives a sentence that says what is needed and found, or figures without a NaN."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.churn import (
    churn,
    churn_contracts,
    churn_costs,
    churn_features,
    churn_findings,
    churn_quality,
    churn_reasons,
    churn_study,
    churn_verdict,
    churn_words,
)
from helpers.errors import TooLittleData

FIRST, AS_OF = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")
SEED = 3


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    for function in (churn_quality.measure, churn_quality.gain, churn_quality.skill_gain):
        monkeypatch.setitem(function.__kwdefaults__, "n_draws", 60)


def orders_of(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    frame = frame.astype({"customer_id": "str", "revenue": float})
    frame["customer_id"] = frame["customer_id"].where(frame["customer_id"] != "guest")
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date)).cache()  # many queries read it


def shoppers(n=160, *, revenue=lambda random: random.uniform(1, 50), until=366, seed=1):
    """Customers who buy at random days; every third one stops somewhere in the second half of the year."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        end = random.integers(80, 330) if i % 3 == 0 else until
        days = np.flatnonzero(random.random(until) < 0.08)
        rows += [(f"c{i:03d}", FIRST + pd.Timedelta(days=int(day)), revenue(random)) for day in {0, *days[days < end]}]
    return rows


def examples_of(rows, *, as_of=AS_OF, **options):
    given = {"first_day": FIRST, "horizon_days": 45, "lead_days": 7, "n_cut_offs": 1} | options
    return churn_features.buyer_examples(orders_of(rows), as_of=as_of, **given)


def is_sound(examples):
    """Run what the notebook runs and look at every figure that it would show."""
    study = churn_study.study(examples, seed=SEED)
    found = churn_verdict.concerns(study, seed=SEED, leak_alarm=0.95)
    level, because = churn_verdict.verdict(found, study.quality)
    scores = churn_reasons.score_current(churn_reasons.fit(study.examples, is_levelled=study.is_levelled), study.examples)
    said = [because, *(sentence for _, sentence in found), churn_findings.ranking_finding(study, seed=SEED),
            churn_findings.calibration_finding(study.quality), churn_findings.buying_finding(study.quality),
            churn_findings.time_finding(study), churn_findings.definition_finding(study),
            churn_words.answer(examples, scores, level=level, n_first=10)]
    words = " ".join(str(sentence) for sentence in said if sentence is not None)
    assert "nan" not in words.lower() and "inf" not in words.lower().split(), words
    assert np.isfinite(study.quality[["value", "low", "high"]]).all().all()
    assert scores[["churn_probability", "expected_loss", "value_at_stake", "log_odds"]].notna().all().all()
    assert scores["churn_probability"].between(0, 1).all() and (scores["expected_loss"] >= 0).all()
    assert len(churn_words.told(scores)) == len(scores)
    return level, study


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 10])
def test_few_customers_are_said_to_be_too_few(n):
    with pytest.raises(TooLittleData, match="at least 30 customers who left and as many who stayed"):
        examples_of(shoppers(n))


def test_guests_only_are_no_customers():
    with pytest.raises(TooLittleData, match="known customers; there are none"):
        examples_of([("guest", FIRST + pd.Timedelta(days=i), 5) for i in range(300)])


@pytest.mark.slow
def test_nobody_or_everybody_lost_is_said_with_both_counts():
    weekly = [(f"c{i:02d}", FIRST + pd.Timedelta(days=d), 5) for i in range(50) for d in range(0, 366, 7)]
    with pytest.raises(TooLittleData, match="0 left and 50 stayed"):
        examples_of(weekly)
    with pytest.raises(TooLittleData, match="50 left and 0 stayed"):
        examples_of([row for row in weekly if row[1] < pd.Timestamp("2024-06-01")])


@pytest.mark.slow
def test_one_purchase_each_means_that_everyone_is_lost():
    with pytest.raises(TooLittleData, match="60 left and 0 stayed"):
        examples_of([(f"c{i:02d}", FIRST + pd.Timedelta(days=i), 5) for i in range(60)])


@pytest.mark.slow
def test_a_year_without_an_order_leaves_nobody_who_stayed():
    old = [(name, day, revenue) for name, day, revenue in shoppers(120)]
    with pytest.raises(TooLittleData, match="120 left and 0 stayed"):
        examples_of(old, as_of=AS_OF + pd.Timedelta(days=366))


def test_a_few_days_of_data_are_said_to_be_too_few():
    with pytest.raises(TooLittleData, match="at least 97 days.*there are 60 days"):
        examples_of(shoppers(), as_of=FIRST + pd.Timedelta(days=59))


@pytest.mark.slow
def test_customers_who_are_all_alike_cannot_be_told_apart():
    """All bought on the same days until the cut-off; afterwards half of them came once more."""
    days = range(0, 300, 10)
    rows = [(f"c{i:03d}", FIRST + pd.Timedelta(days=d), 20) for i in range(120) for d in days]
    rows += [(f"c{i:03d}", AS_OF - pd.Timedelta(days=3), 20) for i in range(0, 120, 2)]
    level, _ = is_sound(examples_of(rows))
    assert level == "do not use"


@pytest.mark.slow
@pytest.mark.parametrize("revenue", [lambda random: 0.0, lambda random: random.choice([-40.0, -1.0, 25.0])])
def test_zero_and_negative_spending_leave_every_figure_known(revenue):
    is_sound(examples_of(shoppers(revenue=revenue)))


@pytest.mark.slow
def test_a_snapshot_in_the_middle_knows_nothing_of_what_came_later():
    middle = pd.Timestamp("2024-08-31")
    rows = shoppers(210)
    early = [row for row in rows if row[1] <= middle]
    one, two = examples_of(rows, as_of=middle), examples_of(early, as_of=middle)
    pd.testing.assert_frame_equal(one.train, two.train)
    pd.testing.assert_frame_equal(one.current, two.current)
    is_sound(one)


@pytest.mark.slow
def test_a_gap_of_months_in_which_nobody_could_buy_is_survived():
    closed = (pd.Timestamp("2024-03-01"), pd.Timestamp("2024-06-30"))
    is_sound(examples_of([row for row in shoppers(200) if not closed[0] <= row[1] <= closed[1]]))


# --- contracts and offers


def contracts(n, *, left):
    return pd.DataFrame({
        "subscription_id": [f"s{i}" for i in range(n)], "customer_id": [f"c{i}" for i in range(n)], "started_at": FIRST,
        "ended_at": pd.NaT, "tenure_months": 5.0, "churned": left, "plan": "month", "monthly_fee": 20.0,
    })


@pytest.mark.parametrize("left", [True, False])
def test_contracts_of_which_none_or_all_ended_are_said_to_be(left):
    with pytest.raises(TooLittleData, match="at least 30 customers who left"):
        churn_contracts.contract_examples(contracts(80, left=left))
    rates = churn_contracts.hazards(contracts(80, left=left))
    assert np.isfinite(rates[["hazard", "low", "high"]]).all().all()
    assert churn_findings.hazard_finding(rates) is None or left


def test_contracts_that_are_all_alike_have_no_feature_and_that_is_said():
    left = np.arange(100) < 40
    with pytest.raises(TooLittleData, match="differ"):
        churn_contracts.contract_examples(contracts(100, left=left))


def test_an_empty_list_brings_and_costs_nothing():
    nobody = pd.DataFrame({"churn_probability": [], "value_at_stake": []})
    assert churn_costs.expected_profit(nobody, churn_costs.Costs(10, 1, 0.3)) == 0


def test_neither_orders_nor_contracts_is_said():
    with pytest.raises(TooLittleData, match="neither"):
        churn.build_examples(None, None, run=type("Run", (), {"business": None}), horizon_days=91)
