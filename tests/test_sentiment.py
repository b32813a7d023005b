"""sentiment.py: negation reaches its words, no text crosses the split, planted words are learnt, nothing leaks."""

import numpy as np
import pandas as pd
import pytest

from helpers import sentiment, tables, voc
from helpers.errors import TooLittleData
from helpers.sources import fine_foods

GOOD, BAD = ("lovely", "crisp", "smooth", "gift"), ("stale", "broken", "bitter", "refund")
PLAIN = ("tea", "box", "bag", "store", "morning", "water", "sugar", "pack", "order", "week")


def planted(n=600, *, seed=0, strength=0.9) -> pd.DataFrame:
    """Reviews whose verdict is heard in one word with probability `strength`; every fifth is for the test."""
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < 0.35
    heard = np.where(rng.random(n) < strength, bad, ~bad)
    texts = [
        " ".join([*rng.permutation(PLAIN)[:6], rng.choice(BAD if b else GOOD), f"w{i}"]) for i, b in enumerate(heard)
    ]
    return pd.DataFrame({
        "feedback_id": [f"f{i:04d}" for i in range(n)], "text": pd.Series(texts, dtype="str"),
        "dissatisfied": pd.array(bad, dtype="boolean"), "split": np.where(np.arange(n) % 5 == 0, "test", "train"),
    })


@pytest.mark.parametrize(("text", "expected"), [
    ("It is not very good value today now", ["it", "is", "not", "not_very", "not_good", "not_value", "not_today", "now"]),
    ("I don't like it, sadly", ["i", "don't", "not_like", "not_it", "sadly"]),
    ("not bad but dear", ["not", "not_bad", "but", "dear"]),
    ("Never again! Good?", ["never", "not_again", "!", "good", "?"]),
    ("I don’t", ["i", "don't"]),
    ("mail me at [e-mail] please", ["mail", "me", "at", "please"]),
    ("不好喝，好", ["不", "not_好", "not_喝", "好"]),
    ("", []),
])
def test_words_carry_the_negation_that_governs_them(text, expected):
    assert sentiment.words(text) == expected


def test_pairs_are_neighbours():
    assert sentiment.words_and_pairs("a b c") == ["a", "b", "c", "a b", "b c"]
    assert sentiment.words_and_pairs("a") == ["a"]


def test_a_text_is_on_one_side_only_and_the_training_part_keeps_it():
    reviews = pd.DataFrame({
        "feedback_id": list("abcdef"), "split": ["test", "train", "train", "test", "train", "train"],
        "text": pd.Series(["Same text!", "same TEXT", "same text", "another one", None, "no verdict here"], dtype="str"),
        "dissatisfied": pd.array([True, True, False, False, True, None], dtype="boolean"),
    })
    split = sentiment.split_texts(reviews)
    assert split["role"].tolist() == ["copy", "train", "copy", "test", "silent", "silent"]
    assert sentiment.count_roles(split) == {"train": 1, "test": 1, "copy": 2, "silent": 2, "test_copy": 1}


def test_a_test_text_that_differs_in_a_word_of_many_is_a_copy():
    long = "this loose black tea from the hills has a clear amber colour and a malty taste that I enjoy with milk every day"
    reviews = pd.DataFrame({
        "feedback_id": list("abc"), "split": ["train", "test", "test"], "dissatisfied": pd.array([True] * 3, dtype="boolean"),
        "text": pd.Series([long, long + " today", "crackers arrived broken in a torn carton"], dtype="str"),
    })
    assert sentiment.split_texts(reviews)["role"].tolist() == ["train", "copy", "test"]


@pytest.mark.parametrize("one_sided", [None, "train"])
def test_without_both_parts_published_a_fifth_is_held_out_whatever_the_order_of_rows(one_sided):
    reviews = planted(1000).assign(split=one_sided)
    roles = sentiment.split_texts(reviews).set_index("feedback_id")["role"]
    shuffled = sentiment.split_texts(reviews.sample(frac=1, random_state=1)).set_index("feedback_id")["role"]
    assert roles.eq("test").mean() == pytest.approx(0.2, abs=0.04)
    assert (shuffled.reindex(roles.index) == roles).all()


def prepared(reviews: pd.DataFrame) -> pd.DataFrame:
    return sentiment.add_vader(sentiment.split_texts(reviews))


def test_planted_words_are_learnt_and_polarity_is_right():
    reader = sentiment.fit_reader(prepared(planted()), seed=1)
    p = reader.predict(pd.Series(["the tea was stale", "the tea was lovely"]))
    assert p[0] > 0.7 > 0.3 > p[1]


def test_flipped_verdicts_flip_the_probabilities():
    reviews = planted()
    flipped = reviews.assign(dissatisfied=~reviews["dissatisfied"])
    texts = pd.Series(["the tea was stale", "the tea was lovely"])
    p = sentiment.fit_reader(prepared(reviews), seed=1).predict(texts)
    q = sentiment.fit_reader(prepared(flipped), seed=1).predict(texts)
    assert q == pytest.approx(1 - p, abs=0.01)


def test_the_test_part_teaches_nothing():
    reviews = planted()
    changed = reviews.assign(
        text=reviews["text"].where(reviews["split"] == "train", reviews["text"] + " zebra"),
        dissatisfied=reviews["dissatisfied"].where(reviews["split"] == "train", ~reviews["dissatisfied"]),
    )
    a, b = (sentiment.fit_reader(prepared(r), seed=1) for r in (reviews, changed))
    assert "zebra" not in b.vectorizer.vocabulary_
    pd.testing.assert_series_equal(a.out_of_fold, b.out_of_fold)
    assert a.base_rate == b.base_rate


def test_training_reviews_and_their_copies_get_out_of_fold_probabilities():
    reviews = planted()
    twin = reviews.iloc[[1]].assign(feedback_id="twin", split="test")
    split = prepared(pd.concat([reviews, twin], ignore_index=True))
    reader = sentiment.fit_reader(split, seed=1)
    scored = sentiment.score_reviews(split, reader).set_index("feedback_id")["p_dissatisfied"]
    assert scored["f0001"] == scored["twin"] == reader.out_of_fold["f0001"]
    assert scored["f0000"] == reader.predict(split["text"].head(1))[0]
    assert len(scored) == 601


def test_probabilities_do_not_depend_on_the_order_of_rows():
    split = prepared(planted(400))
    a = sentiment.score_reviews(split, sentiment.fit_reader(split, seed=1)).set_index("feedback_id")["p_dissatisfied"]
    mixed = split.sample(frac=1, random_state=3)
    b = sentiment.score_reviews(mixed, sentiment.fit_reader(mixed, seed=1)).set_index("feedback_id")["p_dissatisfied"]
    assert b.reindex(a.index).to_numpy() == pytest.approx(a.to_numpy(), abs=1e-5)


@pytest.mark.parametrize("reviews", [
    planted(199), planted(400).assign(dissatisfied=pd.array([True] * 400, dtype="boolean")), planted(1),
    planted(400).assign(text=pd.Series([None] * 400, dtype="str")),
])
def test_too_few_texts_or_one_kind_of_verdict_is_said_in_words(reviews):
    with pytest.raises(TooLittleData, match="rarer verdict"):
        sentiment.fit_reader(prepared(reviews), seed=1)


@pytest.fixture(scope="module")
def reviews() -> pd.DataFrame:
    """The published reviews, all 5,000, as the notebook reads them."""
    raw = fine_foods.read(None, {}, business=None, connection=None)["feedback"]
    columns = tables.empty("feedback").columns
    return voc.read_reviews(tables.empty("feedback").reindex(raw.index).assign(**{c: raw[c] for c in columns if c in raw}))


@pytest.mark.slow
def test_copies_in_the_published_split_are_found(reviews):
    counts = sentiment.count_roles(sentiment.split_texts(reviews))
    assert counts == {"train": 3979, "test": 992, "copy": 29, "silent": 0, "test_copy": 8}


@pytest.mark.slow
def test_the_model_beats_the_published_baselines_on_the_published_split(reviews):
    from sklearn.metrics import roc_auc_score

    split = prepared(reviews)
    reader = sentiment.fit_reader(split, seed=42)
    _, is_bad, predicted = sentiment.predict_test(split, reader)
    assert roc_auc_score(is_bad, predicted["vader"]) == pytest.approx(0.735, abs=0.01)  # METHODS: VADER .735 on all 1,000
    assert 0.885 < roc_auc_score(is_bad, predicted["model"]) < 0.91  # plain TF-IDF and logistic regression: .877
    assert abs(predicted["model"].mean() - is_bad.mean()) < 0.02
