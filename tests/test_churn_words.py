"""churn_words.py, churn_findings.py, churn_columns.py: sentences chosen by what was computed, in both languages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import churn_columns, churn_costs, churn_features, churn_findings, churn_words, i18n, report
from helpers.churn_features import Windows

DAY = pd.Timestamp("2024-06-30")


def examples_of(kind="buyers", *, train=DAY):
    windows = Windows(DAY, train, DAY, pd.Timestamp("2024-09-29"), horizon_days=91, long_days=45)
    test = pd.DataFrame({"churned": [True, False, False, False], "plan": list("aabb")})
    return SimpleNamespace(
        kind=kind, test=test, base_rate=0.25, windows=None if kind == "contracts" else windows,
        is_temporal=kind == "buyers" and train is not None,
    )


def rows_of(**metrics):
    """Rows of churn_quality: metric=(value, low, high)."""
    rows = [(name, *values) for name, values in metrics.items()]
    frame = pd.DataFrame(rows, columns=["metric", "value", "low", "high"])
    return frame.assign(model="Logistic regression", target="churned", population="all", n=1000)


def grade_of(sentence):
    return report.grade(sentence.evidence)[0]


# --- who is lost


def test_the_sense_of_lost_is_stated_with_its_base_rate():
    said = str(churn_words.definition(examples_of()))
    assert said.startswith("Lost (churned = true) means no purchase in the 91 days") and "25.0% of 4 customers" in said
    assert "ended the contract. That holds for 25.0% of 4 contracts" in str(churn_words.definition(examples_of("contracts")))


@pytest.mark.parametrize(("kind", "train", "words"), [
    ("buyers", DAY, "learns at the cut-off 30 Jun 2024"), ("buyers", None, "too short to learn from an earlier period"),
    ("contracts", None, "cannot prove that the warning comes early"),
])
def test_how_it_was_tested_is_said_as_it_was(kind, train, words):
    assert words in str(churn_words.how_tested(examples_of(kind, train=train)))


def bands(*rows):
    return pd.DataFrame(rows, columns=["from_days", "to_days", "n", "n_churned"]).astype({"to_days": float})


def test_small_bands_of_silence_are_not_compared():
    rows = bands((0, 7, 29, 29), (8, 14, 100, 5), (15, 28, 50, 20), (29, np.nan, 4, 4))
    found = churn_words.silence_finding(rows, horizon_days=91)
    assert str(found) == (
        "Of 50 customers silent for 15 to 28 days, 40% bought nothing in the next 91 days; of those seen in the last 14 days, "
        "5.0%."
    )
    assert grade_of(found) == "holds"


def test_the_open_band_has_words_of_its_own():
    found = churn_words.silence_finding(bands((0, 7, 100, 5), (8, np.nan, 40, 30)), horizon_days=91)
    assert "silent for 8 days or more, 75%" in str(found)


def test_one_band_or_one_plan_is_compared_with_nothing():
    found = churn_words.silence_finding(bands((0, 7, 100, 5), (8, np.nan, 4, 3)), horizon_days=91)
    assert str(found) == "7.7% of 104 were lost."
    rates = pd.DataFrame({"plan": ["only"], "n": [50], "n_churned": [5]})
    assert str(churn_words.plan_finding(rates)) == "10.0% of 50 were lost."


def test_plans_are_compared_by_their_rates():
    rates = pd.DataFrame({"plan": ["year", "month", "tiny"], "n": [50, 40, 3], "n_churned": [5, 20, 3]})
    assert str(churn_words.plan_finding(rates)) == (
        "50.0% of the contracts of type month were ended, against 10.0% of type year."
    )


def test_groups_have_names_and_intervals():
    customers = pd.DataFrame({"recency_days": [0, 9, 40], "churned": [False, True, True]})
    examples = SimpleNamespace(kind="buyers", test=customers)
    groups = churn_words.base_rates(examples, silence_limits=[7, 14])
    assert groups["group"].to_list() == ["0–7 days", "8–14 days", "15 days or more"]
    assert groups["share"].to_list() == [0, 1, 1] and (groups["low"] <= groups["share"]).all()
    i18n.use(language="zh")
    assert churn_words.base_rates(examples, silence_limits=[7])["group"].iloc[1] == "8 天及以上"


@pytest.mark.parametrize(("kind", "title", "finding"), [
    ("buyers", "for the next 91 days", "bought nothing"), ("contracts", "contracts of each type", "were ended"),
])
def test_each_kind_of_churn_has_its_own_question_and_groups(kind, title, finding):
    plan = ["a"] * 40 + ["b"] * 40
    customers = pd.DataFrame({
        "plan": plan, "recency_days": [3] * 40 + [20] * 40, "churned": [False] * 30 + [True] * 10 + [True] * 30 + [False] * 10,
    })
    examples = SimpleNamespace(kind=kind, test=customers, windows=examples_of().windows)
    groups = churn_words.base_rates(examples, silence_limits=[7])
    said = str(churn_words.base_finding(examples, groups))
    assert groups["share"].to_list() == [0.25, 0.75] and finding in said and "75" in said and "25.0%" in said
    assert title in churn_words.base_title(examples)


# --- how well


def test_a_gain_whose_interval_holds_zero_is_too_weak():
    random = np.random.default_rng(0)
    score, churned = random.random(400), random.random(400) < 0.3
    tested = pd.DataFrame({"customer_id": range(400), "churned": churned, "Logistic regression": score, "Recency alone": score})
    names = ("Logistic regression", "Recency alone")
    quality = pd.concat([rows_of(roc_auc=(0.6, 0.5, 0.7)).assign(model=name) for name in names])
    found = churn_findings.ranking_finding(quality, tested, seed=1)
    assert grade_of(found) == "too weak" and "“Recency alone”" in str(found)


def test_the_sentence_on_calibration_turns_where_the_model_is_worse_than_the_base_rate():
    better = rows_of(mean_probability=(0.1, 0.09, 0.11), prevalence=(0.12, 0.1, 0.14), brier_skill=(0.2, 0.1, 0.3))
    worse = rows_of(mean_probability=(0.1, 0.09, 0.11), prevalence=(0.12, 0.1, 0.14), brier_skill=(-0.2, -0.3, -0.1))
    assert "miss by 20% less" in str(churn_findings.calibration_finding(better))
    assert "miss by 20% more" in str(churn_findings.calibration_finding(worse))
    assert grade_of(churn_findings.calibration_finding(better)) == "holds"


def test_findings_on_what_was_not_measured_are_left_out():
    quality = rows_of(roc_auc=(0.8, 0.7, 0.9))
    assert churn_findings.buying_finding(quality) is None and churn_findings.halved_finding(quality) is None
    assert churn_findings.alive_note(quality) is None and churn_findings.rival_note(quality, None, seed=1) is None


def test_the_warning_on_still_buying_customers_rests_on_its_lift():
    rows = rows_of(roc_auc=(0.8, 0.7, 0.9), top_decile_lift=(3.0, 2.0, 4.0)).assign(population="still buying")
    assert grade_of(churn_findings.buying_finding(rows)) == "holds"
    rows.loc[rows["metric"] == "top_decile_lift", ["low", "high"]] = [0.8, 4.0]
    assert grade_of(churn_findings.buying_finding(rows)) == "too weak"


def test_fading_is_set_beside_leaving():
    main = rows_of(roc_auc=(0.9, 0.88, 0.92), prevalence=(0.06, 0.05, 0.07))
    halved = rows_of(roc_auc=(0.66, 0.63, 0.69), prevalence=(0.18, 0.17, 0.19))
    halved = halved.assign(model="Logistic regression: spending falls by half", target="spending halves")
    found = churn_findings.halved_finding(pd.concat([main, halved]))
    assert str(found).startswith("18% of established customers") and "66.0% are ranked right, against 90.0%" in str(found)
    assert grade_of(found) == "holds"


@pytest.mark.parametrize(("noise", "words"), [(0.0, "ranks about as well"), (3.0, "Against the purchase model")])
def test_the_purchase_model_is_a_rival_where_the_interval_holds_zero(noise, words):
    random = np.random.default_rng(1)
    score = random.normal(0, 1, 800)
    tested = pd.DataFrame({
        "customer_id": range(800), "churned": score + random.normal(0, 1, 800) > 1, "Logistic regression": score,
        "BG/NBD: no purchase in the horizon": score + random.normal(0, 1, 800) * noise,
    })
    quality = rows_of(roc_auc=(0.8, 0.7, 0.9)).assign(model="BG/NBD: no purchase in the horizon")
    assert words in str(churn_findings.rival_note(quality, tested, seed=1))


def test_alive_is_set_beside_the_probability_of_no_purchase():
    auc = {"Logistic regression": 0.9, "BG/NBD: no longer alive": 0.316, "BG/NBD: no purchase in the horizon": 0.757}
    quality = pd.concat([rows_of(roc_auc=(value, 0, 1)).assign(model=name) for name, value in auc.items()])
    said = str(churn_findings.alive_note(quality))
    assert "31.6% of the pairs" in said and "75.7% for the same model" in said
    quality.loc[quality["model"] == "BG/NBD: no longer alive", "value"] = 0.75
    assert churn_findings.alive_note(quality) is None


# --- whom and why


def scores_of(n=4, **changed):
    return pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(n)], "rank": range(1, n + 1), "is_silent": [False] * (n - 1) + [True],
        "churn_probability": 0.5, "expected_loss": 10.0, "reason_1": None, "reason_2": None, "reason_3": None,
    } | changed)


def test_the_answer_counts_those_still_buying_only():
    said = str(churn_words.answer(examples_of(), scores_of(), level="use", n_first=1))
    assert said.startswith("Of 3 customers who are still buying about 2 will not return in the next 91 days; $30.00 are")
    assert "the first 1 of the list hold 33% of it" in said
    assert "running contracts" in str(churn_words.answer(examples_of("contracts"), scores_of(), level="use", n_first=9))


def test_nobody_still_buying_gives_a_sentence_all_the_same():
    assert "Of 0 customers" in str(churn_words.answer(examples_of(), scores_of(is_silent=True), level="use", n_first=5))


def test_a_model_that_is_not_to_be_used_gives_no_forecast():
    said = str(churn_words.answer(examples_of(), scores_of(), level="do not use", n_first=5))
    assert said.startswith("Who will be lost cannot be told from this data") and "$" not in said
    quality = pd.concat([
        rows_of(roc_auc=(0.8, 0.7, 0.9), prevalence=(0.25, 0.2, 0.3)).assign(is_baseline=False),
        rows_of(roc_auc=(0.7, 0.6, 0.8)).assign(model="Recency alone", is_baseline=True),
    ])
    forecast = ["Expected loss", "Customers expected to be lost"]
    for level, labels in (("do not use", ["Customers in the test"]), ("use", forecast)):
        cards = churn_words.key_figures(examples_of(), scores_of(), quality, business(), level=level)
        assert [card.label for card in cards] == [*labels, "Lost in the test", "Pairs ranked right (AUC)"]
    assert cards[0].value == 30 and cards[1].value == 1.5 and cards[1].note == "of 3 current ones"
    assert cards[2].low == 0.2 and cards[3].note == "Recency alone: 70.0%"


def business(**changed):
    figures = {"margin_rate": SimpleNamespace(value=0.22), "months_of_value": SimpleNamespace(value=3)} | changed
    return SimpleNamespace(**figures)


@pytest.mark.parametrize(("kind", "figures", "words", "note"), [
    ("buyers", {}, "a margin rate of 22%", "in margin of 91 days"),
    ("buyers", {"margin_rate": None}, "It is revenue, not margin", "in revenue of 91 days"),
    ("contracts", {}, "monthly fee × 3 months", "in fees of 3 months"),
    ("contracts", {"months_of_value": None}, "one monthly fee", "in fees of 1 months"),
])
def test_the_definition_of_the_loss_names_its_assumption(kind, figures, words, note):
    assert words in str(churn_words.value_words(examples_of(kind), business(**figures)))
    assert str(churn_words.value_note(examples_of(kind), business(**figures))).startswith(note)


def test_reasons_read_as_words_in_both_languages():
    scores = scores_of(1, is_silent=False).assign(
        reason_1=churn_features.SILENT, reason_2=churn_features.SELDOM, usual_gap_days=34.0, recency_days=71, long_days=91,
        n_days_long=2,
    )
    assert churn_words.why(scores).to_list() == ["usually every 34 days, now silent for 71; purchase days in the last 91: 2"]
    i18n.use(language="zh")
    assert churn_words.why(scores).to_list() == ["通常每 34 天来一次，如今已 71 天没来；近 91 天内购买 2 天"]


def test_a_customer_without_a_reason_is_listed_for_the_value():
    assert churn_words.why(scores_of(1, is_silent=False)).iloc[0].startswith("no higher risk than the average customer")


def test_what_sets_the_head_of_the_list_apart_can_be_the_value_alone():
    drivers = pd.DataFrame({"reason": ["Few recent purchases", "x"], "points": [np.log(3), 0.1]})
    assert "“Few recent purchases”. It alone multiplies their odds of being lost by 3.0." in str(
        churn_findings.driver_finding(drivers, n_first=5, n=100)
    )
    drivers = drivers.assign(points=[-0.1, -0.2])
    assert "for what they would take with them" in str(churn_findings.driver_finding(drivers, n_first=5, n=100))


def test_a_list_no_better_than_one_by_value_is_too_weak():
    captured = {"value": 0.3, "low": 0.2, "high": 0.4, "without_score": 0.25}
    found = churn_findings.capture_finding(examples_of(), captured, pd.DataFrame(index=range(500)), share=0.1)
    assert grade_of(found) == "too weak" and "its first 10% would have held 30%" in str(found)
    captured = captured | {"without_score": 0.1}
    found = churn_findings.capture_finding(examples_of("contracts"), captured, pd.DataFrame(index=range(500)), share=0.1)
    assert grade_of(found) == "holds" and "a list of all contracts" in str(found)


# --- what it costs


def offer_of(*, contacted, best, everyone, needed=2.5, gain=(1, 0.5, 1.5)):
    names = ["contact nobody", "contact everyone", "probability of at least one half", "where it pays for the customer"]
    rules = pd.DataFrame({
        "rule": names, "n_contacted": [0, 1000, 10, contacted], "share_contacted": [0, 1, 0.01, contacted / 1000],
        "profit_per_customer": [0, everyone, 0.1, best], "low": [0, everyone - 1, 0, best - 0.5],
        "high": [0, everyone + 1, 0.2, best + 0.5], "n": 1000,
    })
    return churn_costs.Offer(rules, dict(zip(("value", "low", "high"), gain, strict=True)), needed, rules, rules)


def test_an_offer_that_pays_is_compared_with_everyone_and_one_half():
    found = churn_findings.profit_finding(offer_of(contacted=300, best=3.0, everyone=2.0), n_first=50)
    assert "contacting only where it pays (30% of the customers) would have brought $3.00 per customer" in str(found)
    assert grade_of(found) == "holds"


def test_an_offer_that_never_pays_says_what_a_kept_customer_must_bring():
    found = churn_findings.profit_finding(offer_of(contacted=0, best=0.0, everyone=-5.0), n_first=50)
    assert "no contact would have paid: contacting everyone would have cost $5.00" in str(found)
    assert "only if keeping one brings 2.5 times" in str(found)
    assert grade_of(found) == "holds"
    endless = churn_findings.profit_finding(offer_of(contacted=0, best=0.0, everyone=-5.0, needed=np.inf), n_first=50)
    assert "times" not in str(endless)


def test_survival_is_compared_at_the_month_of_the_rows():
    at = pd.DataFrame({
        "plan": ["year", "month"], "month": 12, "survival": [0.9, 0.6], "low": [0.85, 0.5], "high": [0.95, 0.7],
        "at_risk": [100, 80],
    })
    found = churn_findings.survival_finding(at)
    assert str(found) == "After 12 months 90% of the contracts of type year still run, and 60% of type month."
    assert grade_of(found) == "holds"
    assert grade_of(churn_findings.survival_finding(at.assign(high=[0.95, 0.92]))) == "too weak"


def test_every_column_of_a_table_is_one_that_the_tables_have():
    listed = churn_columns.early_warning(examples_of())
    assert {"rank", "customer_id", "why", "recency_days"} <= set(listed)
    assert "recency_days" not in churn_columns.early_warning(examples_of("contracts"))
    offer = offer_of(contacted=0, best=0.0, everyone=-5.0)
    assert set(churn_columns.rules()) <= set(offer.rules) and len(churn_columns.comparison()) == 11
    assert set(churn_columns.sensitivity()) == {"assumption", "end", "value", "share_contacted", "profit_per_customer"}
    rate = SimpleNamespace(low=0.02, value=0.1, high=0.3)
    assert churn_columns.curves(SimpleNamespace(success_rate=rate)) == {
        "value": "success rate 10%", "low": "success rate 2%", "high": "success rate 30%",
    }
