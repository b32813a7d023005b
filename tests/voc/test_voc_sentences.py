"""voc_sentences.py: every sentence fits the data that it speaks of."""

import json

import pandas as pd
import pytest

from helpers import datasets, i18n, tables
from helpers.errors import TooLittleData
from helpers.voc import voc
from helpers.voc import voc_sentences as wording


def feedback(n=1, **columns) -> pd.DataFrame:
    """A table `feedback` of `n` rows with the given columns; all else is unknown."""
    n = len(next(iter(columns.values()))) if columns else n
    given = {"feedback_id": [f"f{i:05d}" for i in range(n)], **columns}
    return tables.empty("feedback").reindex(range(n)).assign(**given)


def drivers(*rows) -> pd.DataFrame:
    """Themes as (theme, excess, q, stable)."""
    table = pd.DataFrame(rows, columns=["theme", "excess", "q_value", "is_stable"])
    return table.assign(
        n=100, dissatisfied_share=0.5, expected_share=0.4, difference=table["excess"] / 100,
        difference_low=table["excess"] / 100 - 0.05, difference_high=table["excess"] / 100 + 0.05, stability=0.8,
    )


def test_only_themes_that_are_stable_and_clear_stand_out():
    rows = drivers(("price", 30, 0.01, True), ("tea", 40, 0.06, True), ("nuts", 50, 0.01, False), ("gifts", -9, 0.01, True))
    assert wording.clear_themes(rows) == (["price"], ["gifts"])
    assert wording.clear_themes(None) == ([], [])


def test_the_answer_says_what_stands_out_or_that_nothing_does():
    satisfied = {"satisfied": 0.7, "n": 1000, "meaning": "gave fewer than five stars"}
    said = wording.opening(satisfied, ["a", "b", "c"], ["d"])
    assert (said.values["worse"], said.values["better"]) == (["“a”", "“b”"], ["“d”"])
    assert "most praise beyond it: {better:list}" in said.template
    assert wording.opening(satisfied, ["a"], []).template.endswith("what other topics would give: {worse:list}.")
    assert wording.opening(satisfied, [], ["a"]).template.endswith("praise beyond what other topics would give: {better:list}.")
    assert "nothing that they talk about" in wording.opening(satisfied, [], []).template
    assert wording.opening(satisfied).template == "{share:percent} of {n:count} reviews are by satisfied customers."
    assert "nothing can be said" in wording.opening().template


def test_findings_on_themes_carry_their_interval_and_fit_the_direction():
    worse, better = wording.driver_findings(drivers(("price", 30, 0.01, True), ("tea", -20, 0.01, True)))
    assert "more than expected" in worse.template
    assert worse.interval == (pytest.approx(0.25), pytest.approx(0.35))
    assert "fewer than expected" in better.template
    assert better.values["excess"] == 20
    (none,) = wording.driver_findings(drivers(("tea", 40, 0.05, True)))
    assert none.template.startswith("None of")


def test_without_dates_the_source_line_claims_no_period(home):
    settings = datasets.load("complete_journey")
    reviews = voc.read_reviews(feedback(text=["fine"]))
    line = wording.source_line(reviews, 1, settings=settings)
    assert "without dates" in line
    assert "2017" not in line
    dated = voc.read_reviews(feedback(received_at=pd.to_datetime(["2020-01-05", "2020-03-01"], utc=True)))
    assert "5 Jan 2020 – 1 Mar 2020" in wording.source_line(dated, 2, settings=settings)


def test_the_limits_say_that_reviewers_are_not_the_households(home):
    reviews = voc.read_reviews(feedback(text=["call 800-456-1330"]))
    said = wording.limits(reviews, settings=datasets.load("complete_journey"), language="en")
    assert any("authors are not the households" in sentence for sentence in said)
    assert any("names its customer" in sentence for sentence in said)
    assert any("no trend" in sentence for sentence in said)
    assert any(sentence.startswith("1 passages were masked") for sentence in said)


def test_key_figures_leave_out_what_could_not_be_computed(home):
    satisfied = voc.satisfaction(voc.read_reviews(feedback(rating=[5.0, 1.0])))
    figures = wording.key_figures(satisfied, quality=tables.empty("sentiment_quality"))
    assert [figure["value"] for figure in figures] == [0.5]


def test_every_sentence_fills_its_fields_in_both_languages():
    said = [
        *wording.driver_findings(drivers(("price", 30, 0.01, True), ("tea", -20, 0.01, True))),
        wording.hidden_themes(drivers(("price", 30, 0.01, True), ("tea", -20, 0.01, False))),
        wording.drivers_title(drivers(("price", 30, 0.01, True), ("tea", -20, 0.01, True))),
        wording.word_finding(drivers(("price", 30, 0.01, True)).assign(word="stale")),
    ]
    for sentence in said:
        for language in i18n.LANGUAGES:
            with i18n.reading_in(language):
                shown = i18n.text(sentence.template, **sentence.values)
            assert "{" not in shown
            assert "nan" not in shown.lower()
    json.dumps([sentence.values for sentence in said])


def test_nothing_stable_and_nothing_clear_are_said_in_words():
    with pytest.raises(TooLittleData, match="None of 1 themes"):
        wording.shown_drivers(drivers(("tea", 40, 0.01, False)), n_reviews=300)
    with pytest.raises(TooLittleData, match="Of 2 words none"):
        wording.shown_words(drivers(("x", 40, 0.05, True), ("y", -40, 0.01, True)).assign(word=["a", "b"]), n=5)


def test_the_chart_reads_each_theme_by_its_corrected_value():
    rows = wording.shown_drivers(drivers(("a", 30, 0.049, True), ("b", -9, 0.04, True), ("c", 9, 0.05, True)), n_reviews=300)
    assert rows["reading"].tolist() == ["more complaints", "fewer complaints", "not distinguishable"]
    assert rows["excess_low"].tolist() == pytest.approx([25, -14, 4])


def test_key_figures_are_the_satisfied_share_and_the_models_auc():
    quality = pd.DataFrame({
        "model": ["model", "vader"], "measure": "auc", "estimate": [0.9, 0.74], "low": [0.88, 0.7], "high": [0.92, 0.78],
        "n": 900,
    })
    satisfied = voc.satisfaction(voc.read_reviews(feedback(rating=[5.0, 1.0])))
    figures = wording.key_figures(satisfied, quality=quality)
    assert [figure["value"] for figure in figures] == [0.5, 0.9]
    assert "0.740" in figures[1]["note"]


@pytest.mark.parametrize(("rows", "start"), [
    ([("price", 30, 0.01, True), ("tea", -30, 0.01, True)], "Complaints go with talk of {worse:list}, praise"),
    ([("price", 30, 0.01, True)], "Complaints go"), ([("tea", -30, 0.01, True)], "Praise goes"),
    ([("tea", 30, 0.2, True)], "No theme stands out"),
])
def test_the_title_of_the_chart_fits_what_is_clear(rows, start):
    assert wording.drivers_title(drivers(*rows)).template.startswith(start)


def test_a_share_of_known_customers_is_said(home):
    reviews = voc.read_reviews(feedback(customer_id=["a", None], text=["x", "y"]))
    said = wording.limits(reviews, settings=datasets.load("cdnow"), language="en")
    assert said[0] == "50% of the reviews name their customer."


def test_words_of_the_very_same_reviews_are_one_row():
    rows = drivers(("a", 30, 0.01, True), ("b", 30, 0.01, True), ("c", 20, 0.01, True)).assign(
        word=["spilt", "bottle", "late"], dissatisfied_share=[0.9, 0.9, 0.8])
    assert wording.shown_words(rows, n=5)["word"].tolist() == ["spilt · bottle", "late"]
    assert len(wording.shown_words(rows.assign(n=[100, 101, 100]), n=5)) == 3


def marked(*words) -> pd.DataFrame:
    """Words with ever fewer reviews beyond the expected, but ever higher shares of dissatisfied ones."""
    rows = drivers(*((word, 50 - i, 0.01, True) for i, word in enumerate(words)))
    return rows.rename(columns={"theme": "word"}).assign(dissatisfied_share=[0.5 + i / 100 for i in range(len(words))])


def test_words_stand_in_the_order_of_the_sentence_about_them():
    words = marked("stale", "late", "rude")
    assert wording.shown_words(words, n=5)["word"].tolist() == ["stale", "late", "rude"]
    assert wording.shown_words(words.iloc[::-1], n=2)["word"].tolist() == ["stale", "late"]
    said = wording.word_finding(words.iloc[::-1], n=2)
    assert said.values["first"] == ["“stale”", "“late”"] and said.values["n_clear"] == 3


def test_words_are_translated_all_or_none():
    with i18n.reading_in("zh"):
        assert wording.shown_words(marked("smell", "receive"), n=5)["word"].tolist() == ["气味", "收到"]
        mixed = marked("smell", "unheardofword")
        assert wording.shown_words(mixed, n=5)["word"].tolist() == ["smell", "unheardofword"]
        assert wording.word_finding(mixed).values["word"] == "smell"
        assert wording.shown_words(marked("smell", "破损"), n=5)["word"].tolist() == ["气味", "破损"]


def test_themes_with_a_caveat_head_nothing_and_the_page_says_why():
    rows = drivers(("refund", 80, 0.001, True), ("packaging · box", -94, 0.001, True), ("late", 9, 0.01, True))
    rows = rows.assign(caveat=["demand", "both sides", None])
    assert wording.clear_themes(rows) == (["late"], [])
    assert wording.drivers_title(rows).values == {"worse": ["“late”"]}
    assert [one.values["theme"] for one in wording.driver_findings(rows)] == ["late"]
    demand, torn, differs = wording.theme_caveats(rows)
    assert demand.values["themes"] == ["“refund”"] and "ends complaints of every kind" in demand.template
    assert torn.values["themes"] == ["“packaging · box”"] and "an aspect all clauses" in differs.template
    assert len(wording.theme_caveats(rows.drop(columns="caveat"))) == 1
    only = rows.head(2)
    assert wording.driver_findings(only) == [] and wording.drivers_title(only).template == "Dissatisfied reviews by theme"
