"""lifetime_value_words.py: the words follow the figures, in both languages, and no figure is missing."""

import re

import pandas as pd
import pytest

from helpers import datasets, i18n, report
from helpers.errors import TooLittleData
from helpers.lifetime_value import lifetime_value_words
from helpers.lifetime_value.lifetime_value import Assumptions
from helpers.lifetime_value.lifetime_value_holdout import Judgement
from sentences import read

FIGURES = {"error": 4.53, "naive": 4.63, "miss": 0.12, "coverage": 0.92, "small": 0.05, "large": 0.25, "least": 0.9}
TOTALS = {
    "total": 941_731.0, "low": 909_000.0, "high": 974_000.0, "n": 2469, "mean": 381.4, "mean_low": 369.0, "mean_high": 394.0,
    "top_share": 0.336, "lower_share": 0.16, "buyers": 0.963,
}
CHOSEN = {"model": "Pareto/NBD", "n_models": 3, "n_close": 3, "weeks": 39, "spread": 0.056, "failed": [], "penalised": []}
COVERED = {
    "coverage": 0.91, "top_share": 0.05, "top": 0.65, "top_low": 0.6, "top_high": 0.7, "repaired": 0.95, "top_repaired": 0.94,
    "is_off": True, "has_total": False, "total_low": 1e6, "total_high": 1.2e6, "total_actual": 1.3e6, "top_n": 123,
}


@pytest.fixture(params=["en", "zh"])
def language(request):
    i18n.use(language=request.param, currency="USD")
    return request.param


# --- the sentence fits the figures


@pytest.mark.parametrize(("why", "miss", "says"), [
    ("loses", 0.0, "more than a customer who keeps the own pace"), ("far off", -0.3, "less revenue than came, beyond"),
    ("far off", 0.3, "more revenue than came, beyond"), ("off", -0.12, "12% less revenue than came"),
    ("off", 0.12, "12% more revenue than came"), ("no gain", 0.01, "no clear gain"), ("narrow", 0.0, "too narrow"),
    ("fits", 0.01, "92% of customers lay inside"),
])
def test_the_verdict_says_why(why, miss, says):
    judged = Judgement("use", why, {**FIGURES, "signed_miss": miss})
    assert says in read(lifetime_value_words.verdict(judged), judged.figures)


@pytest.mark.parametrize("why", ["loses", "far off", "off", "no gain", "narrow", "fits"])
@pytest.mark.parametrize("miss", [-0.1, 0.1])
def test_every_verdict_is_said_in_both_languages(language, why, miss):
    judged = Judgement("use", why, {**FIGURES, "signed_miss": miss})
    read(lifetime_value_words.verdict(judged), judged.figures)


@pytest.mark.parametrize(("spearman", "says"), [
    (0.3, "says little"), (-0.3, "says little"), (0.31, "spend more each time"), (-0.31, "spend less each time"),
])
def test_the_link_of_frequency_and_value_is_weak_up_to_its_limit(spearman, says):
    values = {"spearman": spearman, "limit": 0.3}
    assert says in read(lifetime_value_words.independence({"spearman": spearman}), values).replace("also ", "")


@pytest.mark.parametrize(("low", "high", "says"), [
    (0.01, 0.05, "more than the best by past revenue"), (-0.05, -0.01, "less than the best by past revenue"),
    (-0.01, 0.05, "past revenue does about as well"),
])
def test_the_ranking_is_better_only_where_its_interval_is(low, high, says):
    scored = pd.DataFrame({"top_share": [0.502, 0.492, 0.481], "top_share_best": [0.763] * 3})
    template, values = lifetime_value_words.rankings(scored, {"low": low, "high": high})
    assert says in read(template, values)
    assert (values["model"], values["past"], values["best"]) == (0.502, 0.481, 0.763)


@pytest.mark.parametrize(
    ("frequency", "share", "times"), [([0, 0, 3], "33%", None), ([0, 1, 3], "67%", "1"), ([4, 6], "100%", "5")]
)
def test_how_often_customers_came_back_is_said_where_half_of_them_did(language, frequency, share, times):
    sentence = read(*lifetime_value_words.repeaters(pd.DataFrame({"frequency": frequency})))
    assert share in sentence
    assert (len(re.findall(r"\d+", sentence)) == 3) == (times is not None)
    assert times is None or re.search(rf"\b{times} days|{times} 天", sentence)


def test_without_customers_nothing_is_said_of_them():
    with pytest.raises(TooLittleData, match="No order names its customer"):
        lifetime_value_words.repeaters(pd.DataFrame({"frequency": []}))


def test_guests_are_mentioned_where_there_are_any(language):
    for n_guests in (0, 3):
        read(*lifetime_value_words.guests({"n_orders": 9, "n_guest_orders": n_guests, "revenue": 9.0, "guest_revenue": 1.0}))


def test_the_choice_says_whether_chance_could_explain_it(language):
    many = read(lifetime_value_words.choice(CHOSEN), CHOSEN)
    clear, one = {**CHOSEN, "n_close": 1}, {**CHOSEN, "n_models": 1, "n_close": 1}
    sentences = {many, read(lifetime_value_words.choice(clear), clear), read(lifetime_value_words.choice(one), one)}
    assert len(sentences) == 3 and all("Pareto/NBD" in sentence for sentence in sentences)
    assert "5.6%" in many


def test_models_that_failed_or_needed_a_penalty_are_named(language):
    facts = {**CHOSEN, "failed": ["MBG/NBD"], "penalised": ["BG/NBD"]}
    said = [read(template, facts) for template, facts in lifetime_value_words.about_choice(facts)]
    assert len(said) == 3 and "BG/NBD" in said[1] and "MBG/NBD" in said[2]
    assert len(lifetime_value_words.about_choice(CHOSEN)) == 1


def test_the_likelihood_stands_beside_the_published_one_where_there_is_one(language):
    rows = pd.DataFrame({
        "model": ["BG/NBD", "BG/NBD", "Gamma-Gamma"], "parameter": ["r", "log-likelihood", "log-likelihood"],
        "estimate": [0.24, -9582.43, -4055.92], "published": [0.2426, -9582.43, -4055.92],
    })
    assert read(*lifetime_value_words.likelihoods(rows)).count("9,582.43") == 2
    assert read(*lifetime_value_words.likelihoods(rows.assign(published=None))).count("9,582.43") == 1


@pytest.mark.parametrize("per_week", [True, False])
def test_leaving_is_per_week_or_after_a_purchase(language, per_week):
    meaning = {
        "per_week": per_week, "rate": 0.05, "rate_low": 0.04, "rate_high": 0.06, "leave": 0.05, "leave_low": 0.03,
        "leave_high": 0.08,
    }
    sentence = read(lifetime_value_words.rhythm(meaning), meaning)
    assert ("a week with a chance" in sentence or "一周内" in sentence) == per_week


@pytest.mark.parametrize("is_off", [True, False])
def test_coverage_of_the_best_customers_is_said_before_and_after_the_repair(language, is_off):
    facts = {**COVERED, "is_off": is_off}
    sentence = read(lifetime_value_words.coverage(facts), facts)
    assert all(share in sentence for share in ("91%", "65%", "95%", "94%"))


@pytest.mark.parametrize("has_total", [True, False])
def test_a_missed_total_is_said(language, has_total):
    facts = {**COVERED, "has_total": has_total}
    sentence = read(lifetime_value_words.totals(facts), facts)
    assert ("outside" in sentence or "之外" in sentence) != has_total


@pytest.mark.parametrize(("low", "high", "kind", "expected"), [
    (0.01, 0.05, "prediction", "holds"), (-0.05, -0.01, "prediction", "holds"),
    (-0.03125, 0.0625, "estimate", "holds"), (-0.0625, 0.0625, "estimate", "with care"),
])
def test_rankings_are_alike_only_if_the_gain_is_known_to_five_points(low, high, kind, expected):
    found = lifetime_value_words.rankings_evidence({"gain": (low + high) / 2, "low": low, "high": high}, n=100)
    assert (found.kind, report.grade(found)[0]) == (kind, expected)


@pytest.mark.parametrize(("low", "spearman", "high", "expected"), [
    (-0.02, 0.1, 0.22, "holds"), (0.2, 0.25, 0.31, "too weak"), (0.31, 0.4, 0.5, "holds"), (-0.5, -0.4, -0.31, "holds"),
    (-0.35, -0.2, -0.1, "too weak"),
])
def test_a_weak_link_is_said_only_if_its_interval_stays_below_the_limit(low, spearman, high, expected):
    found = lifetime_value_words.independence_evidence({"n": 100, "spearman": spearman, "low": low, "high": high})
    assert report.grade(found)[0] == expected


# --- value


def test_without_a_margin_the_answer_speaks_of_revenue(language):
    for has_margin in (True, False):
        template, values = lifetime_value_words.headline(TOTALS, horizon_weeks=52, has_margin=has_margin)
        assert ("margin" in template) == has_margin
        read(template, values)


def test_key_figures_carry_their_interval_and_period(language):
    cards = lifetime_value_words.key_figures(TOTALS, Assumptions(0.22, 0.1, True), miss=-0.034, horizon_weeks=52)
    assert len(cards) == 4
    assert (cards[1].value, cards[1].low, cards[1].high) == (941_731.0, 909_000.0, 974_000.0)
    assert "52" in cards[0].note


@pytest.mark.parametrize("dataset", ["complete_journey", "cdnow", "telco"])
def test_assumptions_are_explained_with_their_source(language, dataset):
    business = datasets.load(dataset).business
    sentences = [
        read(*s) for s in lifetime_value_words.explain_assumptions(business, total=220.0, language=language)
    ]
    assert len(sentences) == 2
    if dataset == "complete_journey":
        assert "22.0%" in sentences[0] and "180" in sentences[0] and "280" in sentences[0]  # 18 % and 28 % of revenue
        assert business.margin_rate.source.in_language(language) in sentences[0]


def test_without_a_discount_rate_the_report_says_so(language):
    business = datasets.load("cdnow").business.model_copy(update={"yearly_discount_rate": None})
    sentences = lifetime_value_words.explain_assumptions(business, total=1.0, language=language)
    assert "No discount rate" in sentences[1][0]
    read(*sentences[1])
