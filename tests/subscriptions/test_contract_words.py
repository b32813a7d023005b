"""contract_words.py: answers and curves of contracts say what was computed, in both languages."""


import pandas as pd
import pytest

from helpers import i18n
from helpers.lifetime_value.lifetime_value import Assumptions
from helpers.plots import plots
from helpers.subscriptions import contract_words
from sentences import read

RETAINED = {
    "n": 7043, "n_plans": 2, "months": 12, "only_recent_ends": True, "as_of": pd.Timestamp("2017-12-31"), "if_so": 0.001,
    "read_as": 0.843, "read_low": 0.83, "read_high": 0.85, "plan": "Two year", "rate": 1.0, "low": 0.998, "high": 1.0,
    "other": "Month-to-month", "other_rate": 0.703, "other_low": 0.687, "other_high": 0.718,
}


@pytest.fixture(params=["en", "zh"])
def language(request):
    i18n.use(language=request.param, currency="USD")
    plots.use_style()
    return request.param


@pytest.mark.parametrize("n_plans", [1, 2])
def test_contract_sentences_name_plans_only_where_there_are_some(language, n_plans):
    facts = {**RETAINED, "n_plans": n_plans}
    sentence = read(contract_words.longevity(facts), facts)
    assert ("70.3%" in sentence) == (n_plans == 2)
    curves = pd.DataFrame({"plan": "Two year", "month": [0, 1], "retention_rate": [1.0, 0.9], "low": 0.8, "high": 1.0})
    chart = contract_words.curves(curves, curves.head(1), facts)
    assert ("70.3%" in chart["title"]) == (n_plans == 2)


@pytest.mark.parametrize(("recent", "says"), [(True, "0.1% of all contracts"), (False, "continue the losses seen so far")])
def test_the_contract_verdict_warns_of_missing_leavers(recent, says):
    facts = {**RETAINED, "only_recent_ends": recent}
    assert says in read(contract_words.verdict(facts), facts)
    for has_margin in (True, False):
        headline = contract_words.headline(has_margin=has_margin, only_recent_ends=recent)
        assert ("do not budget on it" in headline) == recent


def test_contract_answers_and_figures_are_complete(language):
    fees = {"n": 5174, "total": 3.35e6, "low": 3.3e6, "high": 3.4e6, "mean": 648.0, "months": 12, "expected": 11.2}
    for has_margin in (True, False):
        read(contract_words.headline(has_margin=has_margin), fees)
        read(contract_words.headline(has_margin=has_margin, only_recent_ends=True), fees)
        cards = contract_words.figures(fees, RETAINED, Assumptions(0.3, 0.1, has_margin))
        assert cards[0].low == pytest.approx(3.3e6 / 5174)
        assert cards[3].value == 0.843
