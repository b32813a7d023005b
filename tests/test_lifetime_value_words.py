"""lifetime_value_words.py: the words follow the figures, in both languages, and no figure is missing."""

import re

import pandas as pd
import pytest

from helpers import datasets, i18n, lifetime_value_words
from helpers.i18n import text
from helpers.lifetime_value import Assumptions, Window
from helpers.lifetime_value_holdout import Judgement

WINDOW = Window(pd.Timestamp("2017-01-01"), pd.Timestamp("2017-09-30"), pd.Timestamp("2017-12-31"))
FIGURES = {"error": 4.53, "naive": 4.63, "miss": 0.12, "coverage": 0.92, "small": 0.05, "large": 0.25, "least": 0.9}
TOTALS = {
    "total": 941_731.0, "low": 909_000.0, "high": 974_000.0, "n": 2469, "mean": 381.4, "mean_low": 369.0, "mean_high": 394.0,
    "top_share": 0.336, "lower_share": 0.16, "buyers": 0.963,
}
RETAINED = {
    "n": 7043, "n_plans": 2, "months": 12, "only_recent_ends": True, "as_of": pd.Timestamp("2017-12-31"), "if_so": 0.001,
    "read_as": 0.843, "read_low": 0.83, "read_high": 0.85, "plan": "Two year", "rate": 1.0, "low": 0.998, "high": 1.0,
    "other": "Month-to-month", "other_rate": 0.703, "other_low": 0.687, "other_high": 0.718,
}


@pytest.fixture(params=["en", "zh"])
def language(request):
    i18n.use(language=request.param, currency="USD")
    return request.param


def read(template: str, values: dict) -> str:
    """Return the sentence; a field without a value or a message without a translation fails."""
    sentence = text(template, **values)
    assert "{" not in sentence
    if i18n.language() == "zh":
        assert re.search(r"[一-鿿]", sentence), f"not translated: {template}"
    return sentence


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
    ("share", "says"), [(0.5, "most of them were probably customers before"), (0.49, "count as newcomers")]
)
def test_a_large_first_cohort_is_called_regulars(share, says):
    facts = {"first_share": share, "first_month": pd.Timestamp("2017-01-01")}
    assert says in read(lifetime_value_words.newcomers(facts), facts)


@pytest.mark.parametrize(("expected", "says"), [(96.5, "3.5% fewer"), (104.0, "4.0% more")])
def test_the_tracking_title_says_which_way_it_misses(expected, says):
    tracked = pd.DataFrame({"week": [51, 52], "actual": [90, 100], "expected": [90.0, expected]})
    assert says in lifetime_value_words.tracking(tracked, WINDOW)["title"]


@pytest.mark.parametrize(
    ("frequency", "share", "times"), [([0, 0, 3], "33%", None), ([0, 1, 3], "67%", "1"), ([4, 6], "100%", "5")]
)
def test_how_often_customers_came_back_is_said_where_half_of_them_did(language, frequency, share, times):
    sentence = read(*lifetime_value_words.repeaters(pd.DataFrame({"frequency": frequency})))
    assert share in sentence
    assert (len(re.findall(r"\d+", sentence)) == 3) == (times is not None)
    assert times is None or re.search(rf"\b{times} days|{times} 天", sentence)


def test_guests_are_mentioned_where_there_are_any(language):
    for n_guests in (0, 3):
        read(*lifetime_value_words.guests({"n_orders": 9, "n_guest_orders": n_guests, "revenue": 9.0, "guest_revenue": 1.0}))


def test_the_likelihood_stands_beside_the_published_one_where_there_is_one(language):
    rows = pd.DataFrame({
        "model": ["BG/NBD", "BG/NBD", "Gamma-Gamma"], "parameter": ["r", "log-likelihood", "log-likelihood"],
        "estimate": [0.24, -9582.43, -4055.92], "published": [0.2426, -9582.43, -4055.92],
    })
    assert read(*lifetime_value_words.likelihoods(rows)).count("9,582.43") == 2
    assert read(*lifetime_value_words.likelihoods(rows.assign(published=None))).count("9,582.43") == 1
    shown, columns = lifetime_value_words.parameters(rows)
    assert shown["parameter"].tolist() == ["r"] and "published" in columns
    assert "published" not in lifetime_value_words.parameters(rows.assign(published=float("nan")))[1]


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


def test_deciles_are_named_from_highest_to_lowest(language):
    tenths = pd.DataFrame({"value_decile": [1, 2, 10], "mean_value": [10.0, 5.0, 1.0]})
    names = lifetime_value_words.named_deciles(tenths)["name"]
    assert names.is_unique and "2" in names[1]
    assert "10.00" in lifetime_value_words.deciles(tenths, TOTALS, horizon_weeks=52)["title"]


# --- contracts


@pytest.mark.parametrize("n_plans", [1, 2])
def test_contract_sentences_name_plans_only_where_there_are_some(language, n_plans):
    facts = {**RETAINED, "n_plans": n_plans}
    sentence = read(lifetime_value_words.longevity(facts), facts)
    assert ("70.3%" in sentence) == (n_plans == 2)
    assert lifetime_value_words.contract_curves(facts)["title"]


@pytest.mark.parametrize(("recent", "says"), [(True, "0.1% of all contracts"), (False, "continue the losses seen so far")])
def test_the_contract_verdict_warns_of_missing_leavers(recent, says):
    facts = {**RETAINED, "only_recent_ends": recent}
    assert says in read(lifetime_value_words.contract_verdict(facts), facts)


def test_contract_answers_and_figures_are_complete(language):
    fees = {"n": 5174, "total": 3.35e6, "low": 3.3e6, "high": 3.4e6, "mean": 648.0, "months": 12, "expected": 11.2}
    for has_margin in (True, False):
        read(lifetime_value_words.contract_headline(has_margin=has_margin), fees)
        cards = lifetime_value_words.contract_figures(fees, RETAINED, Assumptions(0.3, 0.1, has_margin))
        assert cards[0].low == pytest.approx(3.3e6 / 5174)
        assert cards[3].value == 0.843


# --- charts and tables


def test_charts_of_purchases_by_frequency_name_both_errors(language):
    groups = pd.DataFrame({"n_customers": [30, 10], "actual": [1.0, 2.0], "model": [1.5, 2.0], "pace": [0.0, 4.0]})
    found = lifetime_value_words.frequency(groups, WINDOW)
    assert "0.38" in found["title"] and "1.25" in found["title"]  # (30 × .5) / 40 and (30 × 1 + 10 × 2) / 40
    assert "13" in found["subtitle"]


def test_the_table_of_methods_ends_with_what_came(language):
    scored = pd.DataFrame({
        "method": ["BG/NBD and Gamma-Gamma"], "purchases_predicted": [9.0], "purchases_actual": [10.0], "mae": [1.0],
        "revenue_predicted": [90.0], "revenue_actual": [100.0], "top_share": [0.5], "top_share_best": [0.7],
    })
    shown, columns = lifetime_value_words.scores(scored)
    assert shown["purchases_predicted"].tolist() == [9, 10] and shown["top_share"].tolist() == [0.5, 0.7]
    assert pd.isna(shown["mae"].iloc[-1]) and set(columns) <= {*shown.columns, "correlation"}


def test_bands_are_names_and_not_numbers(language):
    shown, columns = lifetime_value_words.coverage(pd.DataFrame({"band": [1], "n_customers": [5], "n_inside": [4]}))
    assert shown["band"].tolist() == ["1"] and "band" in columns


@pytest.mark.parametrize("small", [0, 2])
def test_hidden_cohorts_are_counted(small):
    cells = pd.DataFrame({
        "cohort_month": pd.to_datetime(["2020-01-01"] + ["2020-02-01", "2020-03-01"][:small]), "months_since": 1,
        "n_customers": [50] + [9] * small, "n_active": 5, "retention_rate": 0.1, "low": 0.0, "high": 0.2,
    })
    found = lifetime_value_words.triangle(cells, pd.DataFrame({1: [0.1]}))
    assert ("2 cohorts of fewer than 10 customers are not shown" in found["subtitle"]) == (small == 2)
    assert len(found["data"]) == 1


@pytest.mark.parametrize(
    ("last", "says"), [(3, "10% of customers buy in month 3"), (11, "10% of customers buy in month 3, 30% in month 11")]
)
def test_the_curve_says_on_how_many_cohorts_its_end_rests(last, says):
    steps = pd.DataFrame({"months_since": [0, last], "retention_rate": [1.0, 0.3], "n_cohorts": [12, 1]})
    found = lifetime_value_words.curve(steps, {"rate": 0.1, "months": 3})
    assert found["title"] == says
    assert "1 of 12" in found["subtitle"]
