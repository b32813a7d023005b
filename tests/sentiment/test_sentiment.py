"""sentiment.py: no text crosses the split, planted words are learnt, nothing leaks, each language has its model."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers import datasets, tables
from helpers.errors import TooLittleData
from helpers.sentiment import sentiment, sentiment_quality
from helpers.sources import fine_foods
from helpers.voc import voc

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

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


def test_a_text_is_on_one_side_only_and_the_training_part_keeps_it():
    reviews = pd.DataFrame({
        "feedback_id": list("abcdef"), "split": ["test", "train", "train", "test", "train", "train"],
        "text": pd.Series(["Same text!", "same TEXT", "same text", "another one", None, "no verdict here"], dtype="str"),
        "dissatisfied": pd.array([True, True, False, False, True, None], dtype="boolean"),
    })
    split = sentiment.split_texts(reviews)
    assert split["role"].tolist() == ["copy", "train", "copy", "test", "silent", "silent"]
    assert sentiment.count_roles(split) == {"train": 1, "test": 1, "copy": 2, "author": 0, "silent": 2, "test_copy": 1}


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


def of_authors(n=200, each=4, *, seed=0) -> pd.DataFrame:
    """Texts whose verdict is one drawn for each author, and heard in nothing but two words that only this author uses."""
    rng = np.random.default_rng(seed)
    rows = []
    for author, bad in enumerate(rng.random(n) < 0.5):
        tic = " ".join("zq" + "".join(rng.choice(list("bcdfgh"), 6)) for _ in range(2))
        rows += [(f"f{author:03d}_{k}", f"c{author}", " ".join([*rng.choice(PLAIN, 12), tic]), bad) for k in range(each)]
    table = pd.DataFrame(rows, columns=["feedback_id", "customer_id", "text", "dissatisfied"])
    return table.astype({"text": "str", "dissatisfied": "boolean"}).assign(split=None)


def test_no_author_is_on_both_sides_whatever_the_order_of_rows():
    reviews = of_authors().sample(frac=1, random_state=1)
    split = sentiment.split_texts(reviews)
    assert not set(split.loc[split["role"] == "train", "customer_id"]) & set(split.loc[split["role"] == "test", "customer_id"])
    assert split["role"].eq("test").mean() == pytest.approx(0.2, abs=0.06)
    again = sentiment.split_texts(of_authors()).set_index("feedback_id")["role"]
    assert (split.set_index("feedback_id")["role"].reindex(again.index) == again).all()


def test_published_test_texts_by_an_author_who_teaches_are_left_out_and_counted():
    texts = ["tea arrived in a dented tin", "crackers were stale and broken", "soup tastes of smoke and salt", "no complaints"]
    reviews = pd.DataFrame({
        "feedback_id": list("abcd"), "customer_id": ["ann", "ann", "bob", None], "split": ["train", "test", "test", "test"],
        "text": pd.Series(texts, dtype="str"), "dissatisfied": pd.array([True, False, False, True], dtype="boolean"),
    })
    split = sentiment.split_texts(reviews)
    assert split["role"].tolist() == ["train", "author", "test", "test"]
    assert sentiment.count_roles(split)["author"] == 1


@pytest.mark.slow
def test_what_only_an_author_says_is_no_evidence_on_strangers():
    """Verdicts drawn at random: neither the test part nor the scores out of fold may tell them apart."""
    split, readers = fitted(of_authors())
    assert readers.origin == {"en": "trained"}
    _, is_bad, predicted = sentiment.predict_test(split, readers)
    assert roc_auc_score(is_bad, predicted["model"]) == pytest.approx(0.5, abs=0.15)  # by text: 1.00
    taught = split.set_index("feedback_id").loc[readers.out_of_fold.index, "dissatisfied"].astype(bool)
    assert roc_auc_score(taught, readers.out_of_fold) < 0.65  # by text: 1.00; eight seeds: .50 to .54


def near_copies(n=200, each=4, *, seed=0) -> pd.DataFrame:
    """Texts with a verdict drawn at random, each written down `each` times with another last word."""
    rng = np.random.default_rng(seed)
    words = ["w" + "".join(rng.choice(list("abcdefgh"), 5)) for _ in range(400)]
    rows = []
    for i, bad in enumerate(rng.random(n) < 0.5):
        said = " ".join(rng.choice(words, 40))
        rows += [(f"g{i:03d}_{k}", f"{said} end{k}", bad, "train") for k in range(each)]
        rows.append((f"t{i:03d}", " ".join(rng.choice(words, 40)), bool(rng.random() < 0.5), "test"))
    table = pd.DataFrame(rows, columns=["feedback_id", "text", "dissatisfied", "split"])
    return table.astype({"text": "str", "dissatisfied": "boolean"})


@pytest.mark.slow
def test_near_copies_stay_in_one_fold_so_that_they_raise_no_confidence():
    split, readers = fitted(near_copies())
    assert readers.origin == {"en": "trained"}
    taught = split.set_index("feedback_id").loc[readers.out_of_fold.index, "dissatisfied"].astype(bool)
    assert roc_auc_score(taught, readers.out_of_fold) < 0.65  # across folds: 1.00; eight seeds: .52 to .60
    assert abs(readers.by_language["en"].slope) < 2  # across folds: 11
    _, is_bad, predicted = sentiment.predict_test(split, readers)
    assert ((predicted["model"] - is_bad) ** 2).mean() < 0.27  # across folds: .47


def test_authors_and_copies_form_one_group_directly_or_through_others():
    texts = pd.DataFrame({
        "feedback_id": list("abcdef"), "customer_id": ["ann", "ann", "bob", None, None, "cid"],
        "head": list("abbcef"),
    })
    groups = sentiment.author_groups(texts.drop(index=3))
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups)) == 3


def test_too_few_authors_teach_no_model_and_test_none_however_much_they_write():
    reviews = of_authors(19, each=20)
    split, readers = fitted(reviews)
    assert readers.origin == {"en": "shipped"}
    with pytest.raises(TooLittleData, match="authors with the rarer verdict"):
        sentiment.predict_test(split, readers)


def fitted(reviews: pd.DataFrame):
    split = sentiment.split_texts(reviews)
    return split, sentiment.fit_readers(split, seed=1)


def test_planted_words_are_learnt_and_polarity_is_right():
    _, readers = fitted(planted())
    p = readers.predict(["the tea was stale", "the tea was lovely"])
    assert readers.origin == {"en": "trained"}
    assert p[0] > 0.7 > 0.3 > p[1]


def test_verdicts_overrule_the_list_of_praise_and_blame():
    reviews = planted(1000, strength=1.0)
    _, readers = fitted(reviews.assign(dissatisfied=~reviews["dissatisfied"]))
    p = readers.predict(["stale tea", "lovely tea"])
    assert p[0] < p[1]


def test_the_test_part_teaches_nothing():
    reviews = planted()
    changed = reviews.assign(
        text=reviews["text"].where(reviews["split"] == "train", reviews["text"] + " zebra"),
        dissatisfied=reviews["dissatisfied"].where(reviews["split"] == "train", ~reviews["dissatisfied"]),
    )
    (_, a), (_, b) = fitted(reviews), fitted(changed)
    assert "zebra" not in b.by_language["en"].table
    pd.testing.assert_series_equal(a.out_of_fold, b.out_of_fold)
    assert a.base_rates == b.base_rates


def test_training_reviews_and_their_copies_get_out_of_fold_probabilities():
    reviews = planted()
    twin = reviews.iloc[[1]].assign(feedback_id="twin", split="test")
    split, readers = fitted(pd.concat([reviews, twin], ignore_index=True))
    scored = sentiment.score_reviews(split, readers).set_index("feedback_id")["p_dissatisfied"]
    assert scored["f0001"] == scored["twin"] == readers.out_of_fold["f0001"]
    assert scored["f0000"] == readers.predict(split["text"].head(1))[0]
    assert len(scored) == 601


def test_probabilities_do_not_depend_on_the_order_of_rows():
    split, readers = fitted(planted(400))
    a = sentiment.score_reviews(split, readers).set_index("feedback_id")["p_dissatisfied"]
    mixed, again = fitted(planted(400).sample(frac=1, random_state=3))
    b = sentiment.score_reviews(mixed, again).set_index("feedback_id")["p_dissatisfied"]
    assert b.reindex(a.index).to_numpy() == pytest.approx(a.to_numpy(), abs=1e-5)


@pytest.mark.parametrize(("reviews", "origin"), [
    (planted(199), "shipped"), (planted(200), "trained"), (planted(1), "shipped"),
    (planted(400).assign(dissatisfied=pd.array([True] * 400, dtype="boolean")), "shipped"),
    (planted(400).assign(dissatisfied=pd.array([None] * 400, dtype="boolean")), "shipped"),
])
def test_below_two_hundred_texts_or_with_one_kind_of_verdict_the_shipped_model_reads(reviews, origin):
    assert fitted(reviews)[1].origin == {"en": origin}


def in_chinese(n=60) -> pd.DataFrame:
    said = [("很失望，质量差", True), ("非常满意，推荐", False)]
    return pd.DataFrame({
        "feedback_id": [f"z{i:03d}" for i in range(n)], "text": [f"{said[i % 2][0]}{i}" for i in range(n)],
        "dissatisfied": pd.array([said[i % 2][1] for i in range(n)], dtype="boolean"), "split": None,
    }).astype({"text": "str"})


def test_each_language_is_read_by_its_own_model():
    split, readers = fitted(pd.concat([planted(), in_chinese()], ignore_index=True))
    assert readers.origin == {"en": "trained", "zh": "shipped"}
    assert readers.main == "en"
    scored = sentiment.score_reviews(split, readers).set_index("feedback_id")
    assert scored.loc["z000", ["language", "model"]].tolist() == ["zh", "shipped"]
    assert scored.loc["z000", "p_dissatisfied"] > 0.5 > scored.loc["z001", "p_dissatisfied"]


def test_other_languages_are_left_out_and_said_so_where_there_is_nothing_else():
    french = planted(30).assign(language="fr")
    both = pd.concat([french, in_chinese().assign(language="zh")], ignore_index=True)
    split, readers = fitted(both)
    assert set(sentiment.score_reviews(split, readers)["language"]) == {"zh"}
    with pytest.raises(TooLittleData, match="English or Chinese"):
        fitted(french)
    with pytest.raises(TooLittleData, match="English or Chinese"):
        fitted(planted(30).assign(text=pd.Series([None] * 30, dtype="str")))


def test_a_shipped_model_is_tested_on_every_verdict_and_a_trained_one_on_the_test_part_beside_it():
    split, readers = fitted(in_chinese())
    test, is_bad, predicted = sentiment.predict_test(split, readers)
    assert len(test) == len(is_bad) == 60
    assert set(predicted) == {"model", "majority"}
    split, readers = fitted(planted())
    test, _, predicted = sentiment.predict_test(split, readers)
    assert set(test["role"]) == {"test"}
    assert set(predicted) == {"model", "shipped", "vader", "majority"}
    with pytest.raises(TooLittleData, match="rarer verdict"):
        sentiment.predict_test(*fitted(in_chinese(18)))


@pytest.fixture(scope="module")
def reviews() -> pd.DataFrame:
    """The published reviews, all 5,000, as the notebook reads them."""
    source = datasets.load("complete_journey").sources[1]
    raw = fine_foods.read(source, {}, business=None, connection=None)["feedback"]
    columns = tables.empty("feedback").columns
    return voc.read_reviews(tables.empty("feedback").reindex(raw.index).assign(**{c: raw[c] for c in columns if c in raw}))


@pytest.mark.slow
def test_copies_in_the_published_split_are_found(reviews):
    counts = sentiment.count_roles(sentiment.split_texts(reviews))
    assert counts == {"train": 3977, "test": 991, "copy": 29, "author": 0, "silent": 3, "test_copy": 8}  # not in English


@pytest.mark.slow
def test_the_model_beats_the_published_baselines_on_the_published_split(reviews):
    split, readers = fitted(reviews)
    _, is_bad, predicted = sentiment.predict_test(split, readers)
    assert roc_auc_score(is_bad, predicted["vader"]) == pytest.approx(0.735, abs=0.01)  # METHODS: VADER .735 on all 1,000
    assert 0.885 < roc_auc_score(is_bad, predicted["model"]) < 0.91  # plain TF-IDF and logistic regression: .877
    assert ((predicted["model"] >= 0.5) == is_bad).mean() >= 0.82
    assert sentiment_quality.ece(is_bad, predicted["model"], np.ones((1, len(is_bad))))[0] <= 0.03
    assert abs(predicted["model"].mean() - is_bad.mean()) < 0.02


@pytest.mark.parametrize("texts", [
    ["很好"], ["😊", "😡"], ["same text"] * 50, ["好" * 200_000], ["", "   ", "..."], ["<b>ok</b>", "ÃƒÂ©", "12345"],
])
def test_odd_texts_get_a_probability_and_no_error(texts):
    n = len(texts)
    odd = pd.DataFrame({
        "feedback_id": [f"o{i}" for i in range(n)], "text": pd.Series(texts, dtype="str"), "split": None,
        "dissatisfied": pd.array([None] * n, dtype="boolean"),
    })
    split, readers = fitted(odd)
    assert sentiment.score_reviews(split, readers)["p_dissatisfied"].between(0, 1).all()
    with pytest.raises(TooLittleData, match="rarer verdict"):
        sentiment.predict_test(split, readers)
