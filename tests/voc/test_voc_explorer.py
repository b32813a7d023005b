"""voc_explorer.py: the search finds what was asked, literally; the widget follows its controls and is absent from a run."""

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, tables
from helpers.voc import voc, voc_explorer

TOPICS = pd.DataFrame({"feedback_id": ["f0", "f1", "f1"], "topic": ["delivery", "delivery", "price"], "kind": "aspect"})
SEGMENTS = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["Loyal", "At risk"]})


def feedback(texts, **columns) -> pd.DataFrame:
    n = len(texts)
    return voc.read_reviews(tables.empty("feedback").reindex(range(n)).assign(
        feedback_id=[f"f{i}" for i in range(n)], channel="review", text=texts).assign(**columns))


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    reviews = feedback(
        ["The parcel came late (again).", "Cheap and fast delivery of the tea!", "Nothing to say about it [at all]",
         "5 < 6 & <b>Bold</b> words"],
        rating=[1.0, 5.0, np.nan, 2.0], customer_id=["a", "b", None, "a"], channel=["review", "survey", "review", "review"],
        received_at=pd.to_datetime(["2024-01-05", "2024-02-05 23:00", None, "2024-03-05"], utc=True, format="ISO8601"),
    )
    return voc_explorer.searchable(reviews, TOPICS, SEGMENTS)


def names(texts: pd.DataFrame, **asked) -> list[str]:
    return list(voc_explorer.search(texts, **asked)["feedback_id"])


def test_all_texts_come_newest_first_and_undated_last(texts):
    assert names(texts) == ["f3", "f1", "f0", "f2"]


@pytest.mark.parametrize(("asked", "expected"), [
    ({"topic": "delivery"}, ["f1", "f0"]), ({"topic": "price"}, ["f1"]), ({"topic": "no such topic"}, []),
    ({"sentiment": "dissatisfied"}, ["f3", "f0"]), ({"sentiment": "satisfied"}, ["f1"]),
    ({"segment": "Loyal"}, ["f3", "f0"]), ({"channel": "survey"}, ["f1"]),
    ({"first": pd.Timestamp("2024-02-05")}, ["f3", "f1"]), ({"last": pd.Timestamp("2024-02-05")}, ["f1", "f0"]),
    ({"topic": "delivery", "sentiment": "dissatisfied"}, ["f0"]),
])
def test_each_control_narrows_the_search(texts, asked, expected):
    assert names(texts, **asked) == expected


@pytest.mark.parametrize(("words", "expected"), [
    ("TEA", ["f1"]), ("tea cheap", ["f1"]), ("tea late", []), ("(again)", ["f0"]), ("[at", ["f2"]), (".*", []), ("   ", None),
])
def test_words_are_searched_as_they_stand_in_any_case(texts, words, expected):
    assert names(texts, words=words) == (names(texts) if expected is None else expected)


def test_copies_and_empty_texts_are_not_searched():
    reviews = feedback(["The same words of one customer.", "The same words of one customer.", None])
    assert len(voc_explorer.searchable(reviews, TOPICS.head(0), SEGMENTS.head(0))) == 1
    nothing = voc_explorer.searchable(reviews.head(0), TOPICS.head(0), SEGMENTS.head(0))
    assert voc_explorer.search(nothing, words="x", topic="y", first=pd.Timestamp("2024-01-01")).empty


def test_a_long_text_is_cut_around_the_words():
    said = "a" * 500 + " needle " + "b" * 500
    cut = voc_explorer.around(said, "needle")
    assert "needle" in cut and cut.startswith("… a") and cut.endswith("b …") and len(cut) <= 284
    assert voc_explorer.around("short", "x") == "short"


def controls(box) -> dict:
    return {control.description: control for control in box.children[:-1]}


def test_the_widget_follows_its_controls(texts):
    i18n.use(language="en")
    box = voc_explorer.build_quote_explorer(texts)
    said = box.children[-1]
    assert "4 of 4 texts; 4 shown" in said.value
    controls(box)["Topic or theme"].value = "delivery"
    assert "2 of 4 texts" in said.value and "parcel" in said.value and "Bold" not in said.value
    controls(box)["Words"].value = "fast"
    assert "1 of 4 texts" in said.value
    controls(box)["From"].value = pd.Timestamp("2024-02-06").date()
    assert "0 of 4 texts; 0 shown" in said.value


def test_what_customers_wrote_is_escaped(texts):
    told = texts.assign(text="<script>alert('5 < 6')</script>")
    shown = voc_explorer.as_html(told, n_all=4)
    assert "&lt;script&gt;alert(&#x27;5 &lt; 6&#x27;)" in shown and "<script>" not in shown


def test_at_most_twenty_quotes_are_shown(texts):
    many = pd.concat([texts] * 10, ignore_index=True)
    assert voc_explorer.as_html(many, n_all=40).count("<blockquote>") == 20
    assert "40 of 40 texts; 20 shown" in voc_explorer.as_html(many, n_all=40)


def test_the_widget_is_absent_from_an_executed_run(monkeypatch):
    monkeypatch.setenv("PAPERMILL_OUTPUT_PATH", "x.ipynb")
    assert voc_explorer.quote_explorer(feedback(["fine"]), TOPICS, pytest.fail) is None
