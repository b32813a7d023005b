"""churn_words.py, churn_findings.py, churn_columns.py: sentences chosen by what was computed, in both languages."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, report
from helpers.churn import churn_columns, churn_costs, churn_features, churn_findings, churn_study, churn_words
from helpers.churn.churn_features import Windows

DAY = pd.Timestamp("2024-06-30")


def examples_of(kind="buyers", *, train=DAY, lead=0):
    horizon = pd.Timedelta(days=91 + lead)
    known = (DAY,) if train is None else (DAY, DAY - horizon)
    windows = Windows(pd.Timestamp("2024-01-01"), DAY + horizon, 91, lead, known, (DAY,))
    test = pd.DataFrame({"customer_id": list("wxyz"), "churned": [True, False, False, False], "plan": list("aabb")})
    return SimpleNamespace(
        kind=kind, test=test, latest=test, base_rate=0.25, windows=None if kind == "contracts" else windows,
        is_temporal=kind == "buyers" and train is not None, score="Logistic regression",
    )


def rows_of(**metrics):
    """Rows of churn_quality: metric=(value, low, high)."""
    rows = [(name, *values) for name, values in metrics.items()]
    frame = pd.DataFrame(rows, columns=["metric", "value", "low", "high"])
    same = {"model": "Logistic regression", "target": "churned", "population": "all", "n": 1000}
    return frame.assign(**same, is_used=True, is_baseline=False)


def grade_of(sentence):
    return report.grade(sentence.evidence)[0]


# --- who is lost


def test_the_sense_of_lost_is_stated_with_its_base_rate():
    said = str(churn_words.definition(examples_of()))
    assert said.startswith("Lost (churned = true) means no purchase in the 91 days") and "25.0% of 4 customers" in said
    assert "91 days that begin 7 days after a cut-off day" in str(churn_words.definition(examples_of(lead=7)))
    assert "ended the contract. That holds for 25.0% of 4 contracts" in str(churn_words.definition(examples_of("contracts")))


@pytest.mark.parametrize(("kind", "train", "words"), [
    ("buyers", DAY, "learns from cut-offs whose outcome had ended by then"),
    ("buyers", None, "too short to learn from an earlier period"),
    ("contracts", None, "cannot prove that the warning comes early"),
])
def test_how_it_was_tested_is_said_as_it_was(kind, train, words):
    assert words in str(churn_words.how_tested(examples_of(kind, train=train)))


def bands(*rows):
    return pd.DataFrame(rows, columns=["from_days", "to_days", "n", "n_churned"]).astype({"to_days": float})


def test_small_bands_of_silence_are_not_compared():
    rows = bands((0, 7, 29, 29), (8, 14, 100, 5), (15, 28, 50, 20), (29, np.nan, 4, 4))
    found = churn_words.silence_finding(rows, windows=examples_of().windows)
    assert str(found) == (
        "Of 50 customers who on 30 Jun 2024 had been silent for 15 to 28 days, 40% were lost (horizon 91 days); of those seen "
        "in the last 14 days, 5.0%."
    )
    assert grade_of(found) == "holds"


def test_the_open_band_has_words_of_its_own():
    found = churn_words.silence_finding(bands((0, 7, 100, 5), (8, np.nan, 40, 30)), windows=examples_of().windows)
    assert "silent for 8 days or more, 75%" in str(found)


def test_one_band_or_one_plan_is_compared_with_nothing():
    found = churn_words.silence_finding(bands((0, 7, 100, 5), (8, np.nan, 4, 3)), windows=examples_of().windows)
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
    examples = SimpleNamespace(kind="buyers", latest=customers)
    groups = churn_words.base_rates(examples, silence_limits=[7, 14])
    assert groups["group"].to_list() == ["0–7 days", "8–14 days", "15 days or more"]
    assert groups["share"].to_list() == [0, 1, 1] and (groups["low"] <= groups["share"]).all()
    i18n.use(language="zh")
    assert churn_words.base_rates(examples, silence_limits=[7])["group"].iloc[1] == "8 天及以上"


@pytest.mark.parametrize(("kind", "title", "finding"), [
    ("buyers", "by days of silence", "were lost"), ("contracts", "contracts of each type", "were ended"),
])
def test_each_kind_of_churn_has_its_own_question_and_groups(kind, title, finding):
    plan = ["a"] * 40 + ["b"] * 40
    customers = pd.DataFrame({
        "plan": plan, "recency_days": [3] * 40 + [20] * 40, "churned": [False] * 30 + [True] * 10 + [True] * 30 + [False] * 10,
    })
    examples = SimpleNamespace(kind=kind, latest=customers, windows=examples_of().windows)
    groups = churn_words.base_rates(examples, silence_limits=[7])
    said = str(churn_words.base_finding(examples, groups))
    assert groups["share"].to_list() == [0.25, 0.75] and finding in said and "75" in said and "25.0%" in said
    assert title in churn_words.base_title(examples)


# --- how well


def study_of(**changed):
    """A study of 400 customers whose score ranks as `score` does; recency is noise."""
    random = np.random.default_rng(0)
    score, churned = random.random(400), random.random(400) < 0.3
    tested = pd.DataFrame({"customer_id": [f"c{i:03d}" for i in range(400)], "churned": churned, "Logistic regression": score,
                           "Recency alone": score})
    names = ("Logistic regression", "Recency alone")
    quality = pd.concat([rows_of(roc_auc=(0.6, 0.55, 0.7)).assign(
        model=name, is_used=name == names[0], is_baseline=name != names[0]) for name in names])
    choice = churn_study.Choice("Logistic regression", pd.DataFrame(), (), is_apart=False)
    given = {"examples": examples_of(), "tested": tested, "quality": quality, "choice": choice, "drift": pd.DataFrame(),
             "is_levelled": False, "definitions": None} | changed
    return SimpleNamespace(**given)


def test_a_gain_whose_interval_holds_zero_is_too_weak():
    found = churn_findings.ranking_finding(study_of(), seed=1)
    assert grade_of(found) == "too weak" and "“Recency alone”" in str(found) and "score in use" in str(found)


def test_a_gain_over_the_best_rule_on_unseen_customers_holds():
    random = np.random.default_rng(1)
    tested = study_of().tested
    tested["Logistic regression"] = tested["churned"] + random.random(400)
    tested["Recency alone"] = random.random(400)
    assert grade_of(churn_findings.ranking_finding(study_of(tested=tested), seed=1)) == "holds"


def rivals_of(*beaten):
    return pd.DataFrame({"rival": ["Recency alone", "Frequency alone"], "is_beaten": beaten})


@pytest.mark.parametrize(("score", "beaten", "apart", "words"), [
    ("Logistic regression", (True, True), True, "decided at 2 earlier cut-offs, it beats each simpler score by at least 0.5"),
    ("Logistic regression", (True, True), False, "choice and test rest on the same customers"),
    ("Recency alone, as a probability", (False, True), True, "the model does not beat Recency alone by at least"),
    ("Recency alone, as a probability", (False, False), False, "does not beat Recency alone; Frequency alone by"),
])
def test_the_page_says_which_score_is_used_and_where_that_was_decided(score, beaten, apart, words):
    choice = churn_study.Choice(score, rivals_of(*beaten), (DAY, DAY), is_apart=apart)
    assert words in str(churn_findings.choice_note(study_of(choice=choice)))


def test_nothing_to_choose_from_needs_no_words():
    assert churn_findings.choice_note(study_of()) is None


def cut_offs(*values):
    days = pd.date_range("2024-01-01", periods=len(values), freq="30D")
    return pd.concat([
        rows_of(roc_auc=(value, value - 0.05, value + 0.05)).assign(population=f"cut-off {day:%Y-%m-%d}")
        for day, value in zip(days, values, strict=True)
    ])


def test_the_ranking_over_time_rests_on_its_worst_cut_off():
    held = churn_findings.time_finding(study_of(quality=cut_offs(0.9, 0.8, 0.85)))
    assert "3 cut-offs from 1 Jan 2024 to 1 Mar 2024" in str(held) and "between 80.0% and 90.0%" in str(held)
    assert held.evidence.interval == (0.75, 0.8500000000000001) and grade_of(held) == "holds"
    assert grade_of(churn_findings.time_finding(study_of(quality=cut_offs(0.9, 0.53)))) == "too weak"
    assert churn_findings.time_finding(study_of(quality=cut_offs(0.9))) is None


def definitions_of(returned):
    table = pd.DataFrame({
        "definition": ["Silent for the horizon", "Spending falls by half"], "n": [900, 700], "share": [0.06, 0.18],
        "auc": [0.9, 0.66], "auc_low": [0.88, 0.63], "auc_high": [0.92, 0.69], "returned": [returned, np.nan],
    })
    return SimpleNamespace(table=table)


def test_fading_is_set_beside_leaving():
    found = churn_findings.definition_finding(study_of(definitions=definitions_of(0.6)))
    assert "“Silent for the horizon” (6% of the customers) is foretold best: 90.0%" in str(found)
    assert "(18%) worst: 66.0%" in str(found)
    assert grade_of(found) == "holds" and churn_findings.definition_finding(study_of()) is None


def test_those_counted_as_lost_who_came_back_are_counted():
    assert "64% bought again" in str(churn_findings.returned_finding(study_of(definitions=definitions_of(0.64))))
    assert churn_findings.returned_finding(study_of(definitions=definitions_of(np.nan))) is None
    assert churn_findings.returned_finding(study_of()) is None


@pytest.mark.parametrize(("levelled", "words"), [(True, "are shifted"), (False, "are not shifted")])
def test_the_level_is_said_with_what_it_did(levelled, words):
    drift = pd.DataFrame({"error_before": [-0.02, 0.01], "error_after": [0.01, 0.0]})
    said = str(churn_findings.level_note(study_of(drift=drift, is_levelled=levelled)))
    assert words in said and "by 0.5 points" in said and "by 1.5" in said
    assert churn_findings.level_note(study_of(examples=examples_of(train=None))) is None


def test_the_sentence_on_calibration_turns_where_the_model_is_worse_than_the_base_rate():
    better = rows_of(mean_probability=(0.1, 0.09, 0.11), prevalence=(0.12, 0.1, 0.14), brier_skill=(0.2, 0.1, 0.3),
                     calibration_slope=(0.95, 0.8, 1.1), calibration_intercept=(-0.1, -0.3, 0.1))
    worse = rows_of(mean_probability=(0.1, 0.09, 0.11), prevalence=(0.12, 0.1, 0.14), brier_skill=(-0.2, -0.3, -0.1))
    assert "miss by 20% less" in str(churn_findings.calibration_finding(better))
    assert "miss by 20% more" in str(churn_findings.calibration_finding(worse))
    assert grade_of(churn_findings.calibration_finding(better)) == "holds"
    assert "slope 0.95 (right: 1), intercept −0.10" in str(churn_findings.calibration_finding(better)).replace("-0.10", "−0.10")
    flat = better[~better["metric"].str.startswith("calibration")]
    assert "slope" not in str(churn_findings.calibration_finding(flat))


def test_findings_on_what_was_not_measured_are_left_out():
    quality = rows_of(roc_auc=(0.8, 0.7, 0.9))
    assert churn_findings.buying_finding(quality) is None and churn_findings.alive_note(quality) is None


def test_the_warning_on_still_buying_customers_rests_on_its_lift():
    rows = rows_of(roc_auc=(0.8, 0.7, 0.9), top_decile_lift=(3.0, 2.0, 4.0)).assign(population="still buying")
    assert grade_of(churn_findings.buying_finding(rows)) == "holds"
    rows.loc[rows["metric"] == "top_decile_lift", ["low", "high"]] = [0.8, 4.0]
    assert grade_of(churn_findings.buying_finding(rows)) == "too weak"


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
    assert said.startswith(
        "Of 3 customers who are still buying about 2 will not buy in the 91 days from 30 Sep 2024 on; $30.00 are")
    assert "the first 1 of the list hold 33% of it" in said
    assert "running contracts" in str(churn_words.answer(examples_of("contracts"), scores_of(), level="use", n_first=9))


def test_nobody_still_buying_gives_a_sentence_all_the_same():
    assert "Of 0 customers" in str(churn_words.answer(examples_of(), scores_of(is_silent=True), level="use", n_first=5))


def test_what_an_offer_to_the_first_of_the_list_brings_is_a_key_figure_where_it_is_known():
    measured = pd.concat([
        rows_of(roc_auc=(0.8, 0.7, 0.9), prevalence=(0.25, 0.2, 0.3)).assign(is_baseline=False),
        rows_of(roc_auc=(0.7, 0.6, 0.8)).assign(model="Recency alone", is_baseline=True, is_used=False),
    ])
    given = (examples_of("contracts"), scores_of(), measured, business())
    shown = churn_words.key_figures(*given, level="use", n_first=50, profit=-440.0)
    assert (shown[2].label, shown[2].value) == ("An offer to the first 3 of the list", -440.0)
    assert len(churn_words.key_figures(*given, level="use")) == len(shown) - 1


def test_a_model_that_is_not_to_be_used_gives_no_forecast():
    said = str(churn_words.answer(examples_of(), scores_of(), level="do not use", n_first=5))
    assert said.startswith("Who will be lost cannot be told from this data") and "$" not in said
    quality = pd.concat([
        rows_of(roc_auc=(0.8, 0.7, 0.9), prevalence=(0.25, 0.2, 0.3)).assign(is_baseline=False),
        rows_of(roc_auc=(0.7, 0.6, 0.8)).assign(model="Recency alone", is_baseline=True, is_used=False),
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
    told = churn_words.told(scores)
    assert told["rhythm"].to_list() == ["usually every 34 days, now 71"]
    assert told["why"].to_list() == ["silent for long against own rhythm; purchase days in the last 91: 2"]
    once = scores.assign(usual_gap_days=np.nan)
    assert churn_words.rhythm(once).to_list() == ["bought on one day only, 71 days ago"]
    i18n.use(language="zh")
    assert churn_words.rhythm(scores).to_list() == ["平时每 34 天一次，现已 71 天"]
    assert churn_words.why(scores).to_list() == ["相对自己的节奏沉默过久；近 91 天内购买 2 天"]


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


def offer_of(*, contacted, best, everyone, needed=2.5, gain=(1, 0.5, 1.5), first_profit=-40.0):
    names = ["contact nobody", "contact everyone", "probability of at least one half", "where it pays for the customer"]
    rules = pd.DataFrame({
        "rule": names, "n_contacted": [0, 1000, 10, contacted], "share_contacted": [0, 1, 0.01, contacted / 1000],
        "profit_per_customer": [0, everyone, 0.1, best], "low": [0, everyone - 1, 0, best - 0.5],
        "high": [0, everyone + 1, 0.2, best + 0.5], "n": 1000,
    })
    tipping = pd.DataFrame({"assumption": ["success rate", "offer cost"], "tips_at": [0.25, 4.0], "changes": [True, False]})
    gains = dict(zip(("value", "low", "high"), gain, strict=True))
    return churn_costs.Offer(rules, gains, needed, rules, rules, first_profit=first_profit, tipping=tipping)


def test_an_offer_that_pays_is_compared_with_everyone_and_one_half():
    found = churn_findings.profit_finding(offer_of(contacted=300, best=3.0, everyone=2.0), n_first=50)
    assert "contacting only where it pays (30% of the customers) would have brought $3.00 per customer" in str(found)
    assert grade_of(found) == "with care"


def test_an_offer_that_never_pays_says_what_a_kept_customer_must_bring():
    found = churn_findings.profit_finding(offer_of(contacted=0, best=0.0, everyone=-5.0), n_first=50)
    assert "no contact would have paid: contacting everyone would have cost $5.00" in str(found)
    assert "only if keeping one brings 2.5 times" in str(found)
    assert grade_of(found) == "with care"
    endless = churn_findings.profit_finding(offer_of(contacted=0, best=0.0, everyone=-5.0, needed=np.inf), n_first=50)
    assert "times" not in str(endless)


def test_the_values_at_which_the_decision_turns_are_named():
    offer = offer_of(contacted=0, best=0.0, everyone=-5.0)
    said = str(churn_findings.tipping_note(offer, n_first=50))
    assert "expected to cost $40.00 more than it brings" in said and said.endswith("success rate: 25.0%.")
    pays = replace(offer, first_profit=12.0)
    assert "expected to bring $12.00. The decision turns" in str(churn_findings.tipping_note(pays, n_first=50))
    steady = replace(offer, tipping=offer.tipping.assign(changes=False))
    assert "no assumption within its own range turns that into a gain" in str(churn_findings.tipping_note(steady, n_first=5))


def test_the_first_months_are_compared_with_the_quietest_later_ones():
    rows = pd.DataFrame({
        "plan": "month", "from_month": [0, 3, 6], "to_month": [3, 6, np.nan], "n": 400, "n_ended": [60, 20, 30],
        "hazard": [0.06, 0.01, 0.02], "low": [0.05, 0.005, 0.015], "high": [0.07, 0.02, 0.03],
    })
    found = churn_findings.hazard_finding(rows)
    assert "6.0% end per month in the first 3 months and 1.0% from month 3 on" in str(found) and grade_of(found) == "with care"
    assert churn_findings.hazard_finding(rows.head(1)) is None and churn_findings.hazard_finding(rows.assign(n_ended=0)) is None


def test_survival_is_compared_at_the_month_of_the_rows():
    at = pd.DataFrame({
        "plan": ["year", "month"], "month": 12, "survival": [0.9, 0.6], "low": [0.85, 0.5], "high": [0.95, 0.7],
        "at_risk": [100, 80],
    })
    found = churn_findings.survival_finding(at)
    assert str(found) == "After 12 months 90% of the contracts of type year still run, and 60% of type month."
    assert grade_of(found) == "with care"
    assert grade_of(churn_findings.survival_finding(at.assign(high=[0.95, 0.92]))) == "too weak"


def test_every_column_of_a_table_is_one_that_the_tables_have():
    listed = churn_columns.early_warning(examples_of())
    assert {"rank", "customer_id", "why", "rhythm"} <= set(listed)
    assert "rhythm" not in churn_columns.early_warning(examples_of("contracts"))
    offer = offer_of(contacted=0, best=0.0, everyone=-5.0)
    assert set(churn_columns.rules()) <= set(offer.rules) and len(churn_columns.comparison()) == 11
    assert set(churn_columns.sensitivity()) == {"assumption", "end", "value", "share_contacted", "profit_per_customer"}
    rate = SimpleNamespace(low=0.02, value=0.1, high=0.3)
    assert churn_columns.curves(SimpleNamespace(success_rate=rate)) == {
        "value": "success rate 10%", "low": "success rate 2%", "high": "success rate 30%",
    }
