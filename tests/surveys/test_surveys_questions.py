"""surveys_questions.py: each question once, in the reader's language, with the scale that was read."""

import numpy as np
import pandas as pd
import pytest

from helpers import i18n
from helpers.surveys import surveys_questions

ASKED = pd.DataFrame({
    "survey": "s", "question_id": ["delivery", "delivery", "price", "text"], "language": ["en", "zh", "zh", "en"],
    "question": ["How was delivery? (1 = very good)", "配送如何？（1=非常好）", "价格合理吗？", "Why?"],
    "kind": ["rating", "rating", "rating", "open"], "low": [1.0, 1.0, 0.0, None], "high": [5.0, 5.0, 10.0, None],
    "is_reversed": [True, True, False, None], "scale_from": ["question", "question", "answers", None],
})


def rows(language: str) -> list[tuple]:
    with i18n.reading_in(language):
        (table,) = surveys_questions.questions(ASKED)
        return list(table["frame"][["question", "best"]].itertuples(index=False, name=None))


def test_a_question_stands_once_in_the_readers_language_where_it_was_asked_in_it():
    assert rows("en") == [("How was delivery? (1 = very good)", "1, turned round"), ("价格合理吗？", "10")]
    assert [question for question, _ in rows("zh")] == ["配送如何？（1=非常好）", "价格合理吗？"]


def test_an_open_question_has_no_scale_and_no_row_and_without_ratings_there_is_no_table():
    assert surveys_questions.questions(ASKED.tail(1)) == []
    assert surveys_questions.questions(ASKED.head(0)) == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_scale_that_nothing_tells_says_what_to_write_in_dataset_yml(language):
    rows = pd.DataFrame({
        "survey": "s", "question_id": ["csat", "nps", "text"], "language": "zh", "question": ["满意吗？", "推荐吗？", "建议"],
        "kind": ["csat", "nps", "open"], "low": np.nan, "high": np.nan, "is_reversed": None, "scale_from": None,
    })
    with i18n.reading_in(language):
        pieces = surveys_questions.questions(pd.concat([ASKED, rows.assign(survey="t")]))
        assert len(pieces) == 3
        said = [i18n.text(piece.template, **piece.values) for piece in pieces[1:]]
    assert 'csat: {columns: ["满意吗？"], low: 1, high: 5, best: low}' in said[0]
    assert 'nps: {columns: ["推荐吗？"], low: 1, high: 11, best: high}' in said[1]
    assert surveys_questions.untold(ASKED) == []
