"""churn_study.py, churn_definitions.py: several cut-offs, the score that earns its place, the level, and a null world."""

from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.churn import (
    churn,
    churn_contracts,
    churn_definitions,
    churn_features,
    churn_findings,
    churn_quality,
    churn_reasons,
    churn_study,
    churn_verdict,
)
from helpers.churn.churn_examples import MODEL

FIRST = pd.Timestamp("2024-01-01")
AS_OF = pd.Timestamp("2024-12-31")
SEED = 5


def orders_of(customers=300, *, seed=1, dies=0.004, rates=(0.02, 0.3)) -> pd.DataFrame:
    """Orders of a year: each customer buys at an own rate and may leave for good on any day."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(customers):
        left = random.geometric(dies) + random.integers(0, 60)
        rate = random.uniform(*rates)
        days = np.flatnonzero(random.random(366) < rate)
        days = days[(days < left) & (days >= random.integers(0, 50))]
        rows += [(f"c{i:04d}", FIRST + pd.Timedelta(days=int(day)), round(random.uniform(5, 60), 2)) for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Intervals of sixty draws are wide enough to be looked at."""
    for function in (churn_quality.measure, churn_quality.gain, churn_quality.skill_gain):
        monkeypatch.setitem(function.__kwdefaults__, "n_draws", 60)


def table(frame):
    return ibis.memtable(frame.assign(order_date=frame["order_date"].dt.date))


@pytest.fixture(scope="module")
def examples():
    return churn_features.buyer_examples(table(orders_of()), as_of=AS_OF, first_day=FIRST, horizon_days=45, lead_days=7)


@pytest.fixture(scope="module")
def study(examples):
    return churn_study.study(examples, seed=SEED)


# --- several cut-offs


@pytest.mark.slow
def test_each_cut_off_is_predicted_from_outcomes_known_by_then_and_from_other_customers(examples, monkeypatch):
    learnt = []

    class Spy(churn.LogisticRegression):
        def fit(self, x, y):
            learnt.append(y.index)
            return super().fit(x, y)

    monkeypatch.setattr(churn, "LogisticRegression", Spy)
    tested = churn.predict_unseen(examples, seed=SEED, is_alone=True)
    train, folds = churn.in_order(examples.train), churn._folds(tested, seed=SEED)
    fits = iter(learnt)
    for day in examples.windows.tests:
        for held_out in folds:
            rows = train.loc[next(fits)]
            assert (rows["known_on"] <= day).all() and not rows["customer_id"].isin(held_out).any()
    assert next(fits, None) is None


@pytest.mark.slow
def test_the_outcome_of_a_later_cut_off_does_not_reach_the_prediction_at_an_earlier_one(examples):
    latest = examples.windows.tests[0]
    late = examples.train["known_on"] > examples.windows.tests[-1]
    flipped = replace(examples, train=examples.train.assign(churned=examples.train["churned"] ^ late))
    one, two = (churn.predict_unseen(e, seed=SEED, is_alone=True) for e in (examples, flipped))
    first = one["cut_off"] == examples.windows.tests[-1]
    assert np.array_equal(one.loc[first, MODEL], two.loc[first, MODEL])
    assert not np.allclose(one.loc[one["cut_off"] == latest, MODEL], two.loc[two["cut_off"] == latest, MODEL])


@pytest.mark.slow
def test_quality_has_each_cut_off_and_one_row_a_measure(study):
    days = {f"cut-off {day:%Y-%m-%d}" for day in study.examples.windows.tests}
    assert days <= set(study.quality["population"]) and len(days) == 4
    assert not study.quality.duplicated(["target", "population", "model", "metric"]).any()
    assert study.quality["value"].notna().all() and set(study.quality.loc[study.quality["is_used"], "target"]) == {"churned"}
    rows = churn_findings.over_time(study)
    assert set(rows["cut_off"]) == set(study.examples.windows.tests)


@pytest.mark.slow
def test_the_skill_compares_with_the_share_lost_that_was_known_at_the_cut_off(examples):
    windows, tested = examples.windows, examples.test.assign(**{MODEL: 0.5})
    quality = churn.measure(examples, tested, seed=SEED)
    day = windows.test
    known = examples.train.loc[examples.train["cut_off"].isin(windows.learnt_at(day)), "churned"].mean()
    lost = tested.loc[tested["cut_off"] == day, "churned"]
    found = churn_quality.value_of(quality[quality["population"] == f"cut-off {day:%Y-%m-%d}"], MODEL, "brier_skill")
    assert found["value"] == pytest.approx(1 - 0.25 / ((known - lost) ** 2).mean())
    assert known != pytest.approx(examples.train["churned"].mean(), abs=1e-3)  # which knows later outcomes as well


@pytest.mark.slow
def test_the_order_of_the_rows_changes_no_table(examples):
    shuffled = replace(examples, train=examples.train.sample(frac=1, random_state=1),
                       test=examples.test.sample(frac=1, random_state=2))
    one, two = churn_study.study(examples, seed=SEED), churn_study.study(shuffled, seed=SEED)
    pd.testing.assert_frame_equal(one.quality, two.quality)
    pd.testing.assert_frame_equal(one.tested, two.tested[one.tested.columns])
    scores = [churn_reasons.score_current(churn_reasons.fit(s.examples, is_levelled=True), s.examples) for s in (one, two)]
    pd.testing.assert_frame_equal(*scores)


@pytest.mark.slow
def test_a_horizon_too_long_for_several_cut_offs_is_looked_at_over_time_with_a_third_of_it(study):
    orders = table(orders_of(300))
    long = churn_features.buyer_examples(orders, as_of=AS_OF, first_day=FIRST, horizon_days=140)
    alone = churn_study.study(long, seed=SEED)
    timed = churn_study.over_time(alone, orders, seed=SEED)
    assert not long.is_temporal and timed.examples.windows.horizon_days == 46 and len(timed.examples.windows.tests) == 4
    assert churn_study.over_time(study, orders, seed=SEED) is study


# --- the score that is used


def compared_of(n=1500, *, noise=0.0, cut_offs=2):
    """Customers at cut-offs, a model whose logit is that of the truth plus noise, and recency that knows half of it."""
    random = np.random.default_rng(2)
    frames = []
    for i in range(cut_offs):
        truth = random.normal(-1, 1.3, n)
        seen = truth + random.normal(0, 1.3, n)
        model = truth + random.normal(0, noise, n) if noise else truth
        frames.append(pd.DataFrame({
            "customer_id": [f"c{j:04d}" for j in range(n)], "cut_off": AS_OF - pd.Timedelta(days=30 * i),
            "churned": random.random(n) < 1 / (1 + np.exp(-truth)), MODEL: 1 / (1 + np.exp(-model)), "Recency alone": seen,
            "Recency alone, as a probability": 1 / (1 + np.exp(-(0.5 * seen - 0.6))),
        }))
    return pd.concat(frames, ignore_index=True)


class Temporal:
    is_temporal = True


def test_a_model_that_beats_the_simpler_score_on_the_earlier_cut_off_is_used():
    compared = compared_of()
    choice = churn_study.choose(Temporal, compared, seed=1)
    assert choice.is_model and choice.is_apart and choice.days == (AS_OF - pd.Timedelta(days=30),)


def test_a_model_that_does_not_beat_it_gives_way():
    choice = churn_study.choose(Temporal, compared_of(noise=3.0), seed=1)
    assert choice.score == "Recency alone, as a probability" and not choice.rivals["is_beaten"].any()


def test_the_latest_cut_off_takes_no_part_in_the_choice():
    compared = compared_of()
    latest = compared["cut_off"] == AS_OF
    worse = compared.assign(**{MODEL: compared[MODEL].where(~latest, 1 - compared[MODEL])})
    assert churn_study.choose(Temporal, worse, seed=1).is_model
    pd.testing.assert_frame_equal(*(churn_study.choose(Temporal, c, seed=1).rivals for c in (compared, worse)))


@pytest.mark.parametrize(("auc", "skill", "beaten"), [
    ((0.006, 0.001, 0.01), (0.0, -0.01, 0.01), True), ((0.0049, 0.001, 0.01), (0.0, -0.01, 0.01), False),
    ((0.02, -0.001, 0.04), (0.0, -0.01, 0.01), False), ((0.0, -0.01, 0.01), (0.011, 0.001, 0.02), True),
    ((0.006, 0.001, 0.01), (-0.02, -0.03, -0.01), False),
])
def test_a_score_is_beaten_by_a_gain_that_matters_with_an_interval_above_zero_and_no_loss(auc, skill, beaten):
    both = [dict(zip(("value", "low", "high"), gain, strict=True)) for gain in (auc, skill)]
    assert churn_study._is_beaten(*both) is beaten


# --- the level


def test_a_shift_brings_the_expected_share_to_the_true_one():
    probability = np.array([0.1, 0.2, 0.4, 0.7])
    shift = churn.level_shift(probability, pd.Series([True, False, True, False]))
    moved = 1 / (1 + np.exp(-(np.log(probability / (1 - probability)) + shift)))
    assert moved.mean() == pytest.approx(0.5)
    assert churn.level_shift(moved, pd.Series([True, False])) == pytest.approx(0, abs=1e-9)


def test_where_nobody_was_lost_the_shift_stays_finite():
    assert np.isfinite(churn.level_shift(np.array([0.2, 0.3]), pd.Series([False, False])))


def test_the_level_is_brought_up_to_date_where_that_helped_before():
    drift = pd.DataFrame({"error_before": [0.05, 0.00], "error_after": [0.01, 0.09]})
    assert churn_study.keeps_level(drift)  # the last row is the latest test: it takes no part
    assert not churn_study.keeps_level(drift.assign(error_after=[0.06, 0.0]))
    assert churn_study.keeps_level(drift.tail(1))


@pytest.mark.slow
def test_a_levelled_model_expects_the_share_lost_at_the_latest_known_cut_off(examples):
    model = churn_reasons.fit(examples, is_levelled=True)
    expected = model.predict_proba(examples.latest[examples.columns])[:, 1].mean()
    assert expected == pytest.approx(examples.latest["churned"].mean(), abs=1e-6)


# --- three definitions


@pytest.mark.slow
def test_the_three_definitions_stand_side_by_side(study):
    found = study.definitions
    assert found.table["definition"].to_list() == [d.name for d in churn_definitions.DEFINITIONS]
    assert found.table["share"].between(0.01, 0.99).all() and (found.table["auc_low"] < found.table["auc"]).all()
    assert {"churned", "overdue", "spending halves"} == set(study.quality["target"])


def test_overlap_worked_by_hand():
    tested = pd.DataFrame({
        "churned": [True] * 40 + [False] * 80, "overdue": pd.array([True] * 80 + [False] * 40, "boolean"),
        "halved": pd.array([True] * 20 + [False] * 60 + [True] * 40, "boolean"),
    })
    table = churn_definitions.overlap(tested).set_index("definition")
    assert table["n_rows"].to_list() == [40, 80, 60]
    assert table.loc["Overdue against own rhythm", ["churned", "halved", "alone"]].to_list() == [0.5, 0.25, 0.5]
    assert table.loc["Spending falls by half", "alone"] == pytest.approx(40 / 60)
    assert churn_definitions.overlap(tested.head(90).assign(halved=pd.array([True] * 29 + [False] * 61, "boolean"))).empty


def test_those_who_come_back_are_counted_on_the_cut_off_at_which_their_outcome_ended():
    days = [FIRST, FIRST + pd.Timedelta(days=45)]
    train = pd.DataFrame({
        "customer_id": list("abcd") * 2, "cut_off": np.repeat(days, 4),
        "known_on": np.repeat([days[1], AS_OF], 4), "churned": [True, True, True, False] + [True, False, False, False],
    })
    examples = type("Examples", (), {"is_temporal": True, "train": train})
    assert churn_definitions._returned(examples, churn_definitions.DEFINITIONS[0]) == pytest.approx(2 / 3)
    assert np.isnan(churn_definitions._returned(examples, churn_definitions.DEFINITIONS[2]))


# --- what speaks against using it


def spoken_against(study, **changed):
    return [str(words) for _, words in churn_verdict.concerns(replace(study, **changed), seed=SEED, leak_alarm=0.95)]


@pytest.mark.slow
def test_most_of_the_lost_coming_back_and_a_horizon_within_the_own_rhythm_call_for_care(study):
    table = study.definitions.table.assign(returned=[0.5, 0.4, np.nan])
    paused = spoken_against(study, definitions=replace(study.definitions, table=table))
    assert any("Read “lost” as a long pause: 50%" in words for words in paused)
    seldom = spoken_against(study, tested=study.tested.assign(limit_days=46.0))
    assert any("for 100% of them a silence of 45 days lies within their own rhythm" in words for words in seldom)
    often = spoken_against(study, tested=study.tested.assign(limit_days=45.0))
    assert not any("own rhythm" in words for words in often)


@pytest.mark.slow
def test_one_cut_off_at_which_the_ranking_may_be_chance_calls_for_care(study):
    day = f"cut-off {study.examples.windows.tests[-1]:%Y-%m-%d}"
    at = (study.quality["population"] == day) & (study.quality["metric"] == "roc_auc") & study.quality["is_used"]
    weak = study.quality.assign(low=study.quality["low"].where(~at, 0.49))
    assert any("does not hold at every cut-off" in words for words in spoken_against(study, quality=weak))
    assert not any("does not hold at every cut-off" in words for words in spoken_against(study))


# --- null worlds and planted drivers


def permuted(examples, *, seed):
    """The same customers; at each cut-off the outcomes are dealt out anew."""
    def dealt(frame):
        by = frame.groupby("cut_off") if "cut_off" in frame else [(None, frame)]
        return pd.concat([rows.assign(churned=rows["churned"].sample(frac=1, random_state=seed).to_numpy()) for _, rows in by])
    train = dealt(examples.train)
    test = train[train["cut_off"].isin(examples.windows.tests)] if examples.is_temporal else train
    return replace(examples, train=train, test=test)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_with_permuted_labels_the_verdict_is_do_not_use(examples, seed):
    """Through the notebook's own functions: study, concerns, verdict."""
    study = churn_study.study(permuted(examples, seed=seed), seed=SEED)
    found = churn_verdict.concerns(study, seed=SEED, leak_alarm=0.95)
    level, because = churn_verdict.verdict(found, study.quality)
    assert level == "do not use" and "chance" in str(because)


@pytest.mark.slow
def test_with_permuted_labels_contracts_are_not_to_be_scored_either():
    frame = contracts_driven_by("support_calls")
    frame = frame.assign(churned=frame["churned"].sample(frac=1, random_state=1).to_numpy())
    study = churn_study.study(churn_contracts.contract_examples(frame), seed=SEED)
    assert churn_verdict.verdict(churn_verdict.concerns(study, seed=SEED, leak_alarm=0.95), study.quality)[0] == "do not use"


def contracts_driven_by(column, n=900):
    """Contracts of which one attribute, and nothing else, decides who leaves."""
    random = np.random.default_rng(7)
    frame = pd.DataFrame({
        "subscription_id": [f"s{i:04d}" for i in range(n)], "customer_id": [f"c{i:04d}" for i in range(n)],
        "started_at": FIRST, "ended_at": pd.NaT, "tenure_months": random.integers(1, 60, n) * 1.0,
        "plan": random.choice(["month", "year"], n), "monthly_fee": random.uniform(20, 30, n),
        "support_calls": random.poisson(2, n) * 1.0, "data_used": random.uniform(0, 10, n),
    })
    driver = frame[column] if column != "plan" else (frame["plan"] == "month") * 1.0
    odds = 1.8 * (driver - driver.mean()) / driver.std() - 1
    return frame.assign(churned=random.random(n) < 1 / (1 + np.exp(-odds)))


@pytest.mark.parametrize(("column", "reason"), [
    ("support_calls", "Support calls"), ("plan", "Contract type"), ("data_used", "Data used"),
])
def test_the_planted_driver_of_contracts_is_ranked_first(column, reason):
    examples = churn_contracts.contract_examples(contracts_driven_by(column))
    model = churn_reasons.fit(examples)
    scores = churn_reasons.score_current(model, examples)
    drivers = churn_reasons.drivers(model, examples, scores.head(50))
    assert drivers["reason"].iloc[0] == reason and drivers["points"].iloc[0] > 3 * drivers["points"].iloc[1]


@pytest.mark.slow
def test_silence_against_the_own_rhythm_is_the_first_driver_where_customers_leave_for_good(examples):
    model = churn_reasons.fit(examples)
    scores = churn_reasons.score_current(model, examples)
    riskiest = scores.sort_values("churn_probability").tail(40)
    assert churn_reasons.drivers(model, examples, riskiest)["reason"].iloc[0] == "Silence against own rhythm"
