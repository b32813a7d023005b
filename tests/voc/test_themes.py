"""themes.py: planted themes and effects are found, chance is not, length does not deceive, names do not flip."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from helpers.errors import TooLittleData
from helpers.texts import word_lists
from helpers.voc import themes

TOPICS = {
    "tea": ["tea", "green", "black", "loose", "steep", "chai"], "dog": ["dog", "chew", "bone", "teeth", "vet", "puppy"],
    "ship": ["ship", "fast", "cost", "charge", "seller", "postage"],
    "soup": ["soup", "noodle", "ramen", "broth", "rice", "pasta"],
}
SHIPPING = "seller · postage · charge"  # without a dictionary of aspects, its heaviest words
NEUTRAL = ["lorem", "ipsum", "dolor", "amet", "elit", "sed"]


def planted(n=800, *, effect=0.3, seed=0) -> pd.DataFrame:
    """Reviews of two sentences about one of four topics; those on shipping are dissatisfied more often by `effect`."""
    rng = np.random.default_rng(seed)
    topic = rng.choice(list(TOPICS), n)
    sentences = [[" ".join(rng.choice(TOPICS[t], 4, replace=False)) for _ in range(2)] for t in topic]
    bad = rng.random(n) < np.where(topic == "ship", 0.3 + effect, 0.3)
    return pd.DataFrame({
        "feedback_id": [f"f{i:04d}" for i in range(n)], "dissatisfied": pd.array(bad, dtype="boolean"),
        "text": pd.Series([". ".join(pair) + f". id{i}x" for i, pair in enumerate(sentences)], dtype="str"),
        "topic": topic,
    })


@pytest.fixture(scope="module")
def reviews() -> pd.DataFrame:
    return planted()


@pytest.fixture(scope="module")
def found(reviews) -> themes.Themes:
    return themes.find_themes(reviews, n_themes=4, seed=1)


def test_planted_themes_are_found_named_and_stable(found):
    assert set(found.table["theme"]) == {"tea", "dog chews", SHIPPING, "soups"}
    assert found.table["is_stable"].all()
    words = found.table.set_index("theme").loc["soups", "anchor_words"].split(", ")
    assert set(TOPICS["soup"]) <= set(words)


def test_a_smaller_resample_says_the_same_of_planted_themes(found, reviews, monkeypatch):
    monkeypatch.setattr(themes, "MOST_RESAMPLED", 300)
    again = themes.find_themes(reviews, n_themes=4, seed=1).table
    assert again["theme"].tolist() == found.table["theme"].tolist()
    assert again["is_stable"].all()


def test_copies_of_a_review_count_once_among_the_themes(found, reviews):
    copies = reviews.head(100).assign(feedback_id=lambda rows: "z" + rows["feedback_id"], text=lambda rows: rows["text"] + "!")
    both = pd.concat([reviews.assign(copy_of=None), copies.assign(copy_of=reviews["feedback_id"].head(100))])
    pd.testing.assert_frame_equal(themes.find_themes(both, n_themes=4, seed=1).table, found.table)


def test_chinese_reviews_give_named_themes():
    rng = np.random.default_rng(4)
    topics = {"delivery": ["物流", "快递", "发货", "配送", "驿站"], "packaging": ["包装", "礼盒", "纸箱", "盒子", "质感"],
              "service": ["客服", "机器人", "敷衍", "处理", "流程"]}
    drawn = rng.choice(list(topics), 400)
    pairs = [[rng.choice(topics[name], 2, replace=False) for _ in range(2)] for name in drawn]
    texts = ["，".join(f"{a}和{b}{i}号" for a, b in clauses) for i, clauses in enumerate(pairs)]
    found = themes.find_themes(pd.DataFrame({
        "feedback_id": [f"f{i:03d}" for i in range(400)], "text": pd.Series(texts, dtype="str"),
    }), n_themes=3, seed=1, aspects=word_lists.Dictionary({name: word_lists.Words(zh=words) for name, words in topics.items()}))
    names = {name.split(" · ")[0]: name for name in found.table["theme"]}
    assert set(names) == set(topics)
    assert found.table["is_stable"].all()
    on_delivery = [f"f{i:03d}" for i in np.flatnonzero(drawn == "delivery")]
    assert found.mentions.loc[on_delivery, names["delivery"]].mean() > 0.9


def test_a_review_mentions_the_theme_of_its_sentences(found, reviews):
    on_soup = reviews.loc[reviews["topic"] == "soup", "feedback_id"]
    assert found.mentions.loc[on_soup, "soups"].all()
    assert found.mentions.loc[on_soup, "tea"].mean() < 0.02


def test_a_planted_effect_is_found_and_the_rest_is_not_named(found, reviews):
    table = themes.theme_drivers(found, reviews).set_index("theme")
    row = table.iloc[0]
    assert row.name == SHIPPING
    assert row["q_value"] < 0.001
    assert row["difference_low"] < 0.3 < row["difference_high"]
    assert row["excess"] == pytest.approx(row["n_dissatisfied"] - row["n"] * row["expected_share"])
    assert row["excess"] == pytest.approx(row["n"] * row["difference"])


@pytest.mark.slow
def test_on_shuffled_verdicts_hardly_any_theme_or_word_stands_out(found, reviews):
    rng = np.random.default_rng(5)
    n_themes = n_words = 0
    for _ in range(20):
        verdicts = rng.permutation(reviews["dissatisfied"].to_numpy(bool))
        shuffled = reviews.assign(dissatisfied=pd.array(verdicts, dtype="boolean"))
        n_themes += (themes.theme_drivers(found, shuffled)["q_value"] < 0.05).any()
        n_words += (themes.word_drivers(shuffled)["q_value"] < 0.05).any()
    assert n_themes <= 4  # one in twenty is expected
    assert n_words <= 4


def test_flipped_verdicts_turn_every_difference_round(found, reviews):
    a = themes.theme_drivers(found, reviews).set_index("theme")
    b = themes.theme_drivers(found, reviews.assign(dissatisfied=~reviews["dissatisfied"])).set_index("theme")
    assert b["difference"].reindex(a.index).to_numpy() == pytest.approx(-a["difference"].to_numpy())


def test_long_reviews_that_mention_and_complain_more_do_not_make_a_theme_look_bad():
    rng = np.random.default_rng(3)
    n = 2000
    is_long = rng.random(n) < 0.5
    mentions = rng.random(n) < np.where(is_long, 0.6, 0.2)
    bad = rng.random(n) < np.where(is_long, 0.6, 0.2)
    lengths = np.where(is_long, rng.integers(30, 60, n), rng.integers(5, 15, n))
    texts = [
        ("parcel " if m else "other ") + " ".join(rng.choice(NEUTRAL, k)) for m, k in zip(mentions, lengths, strict=True)
    ]
    table = themes.word_drivers(pd.DataFrame({
        "feedback_id": [f"f{i:04d}" for i in range(n)], "text": pd.Series(texts, dtype="str"),
        "dissatisfied": pd.array(bad, dtype="boolean"),
    })).set_index("word").loc["parcel"]
    assert table["dissatisfied_share"] - bad[~mentions].mean() > 0.15  # what a plain comparison would say
    assert abs(table["difference"]) < 0.06


def test_the_comparison_by_hand():
    """Two groups of length; with the mark 10 of 20 and 30 of 30 bad, without it 20 of 80 and 35 of 70."""
    counts = {(1, 0): (20, 10), (1, 1): (30, 30), (0, 0): (80, 20), (0, 1): (70, 35)}
    rows = [(mark, length, i < bad) for (mark, length), (n, bad) in counts.items() for i in range(n)]
    frame = pd.DataFrame(rows, columns=["mark", "length_group", "dissatisfied"]).assign(author=range(len(rows)))
    row = themes._compare(sparse.csr_matrix(frame[["mark"]].to_numpy(float)), frame).iloc[0]
    expected = (20 * 0.25 + 30 * 0.5) / 50
    # if the mark said nothing, 30 of 100 short and 65 of 100 long ones were bad on both sides (hypergeometric: 100/99)
    variance = (20 * 100 / 80 * 0.3 * 0.7 + 30 * 100 / 70 * 0.65 * 0.35) * 100 / 99
    assert (row["n"], row["n_dissatisfied"], row["share"]) == (50, 40, 0.25)
    assert row["expected_share"] == pytest.approx(expected)
    assert row["difference"] == pytest.approx(0.8 - expected)
    assert row["excess"] == pytest.approx(40 - 50 * expected)
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf((40 - 50 * expected) / np.sqrt(variance)), rel=0.5)  # skewness
    assert row["difference_low"] < row["difference"] < row["difference_high"]


@pytest.mark.parametrize(("n", "is_known"), [(29, False), (30, True)])
def test_below_thirty_reviews_only_counts_are_given(n, is_known):
    frame = pd.DataFrame({"length_group": [0] * 100, "dissatisfied": [True, False] * 50, "author": range(100)})
    mark = sparse.csr_matrix((np.arange(100) < n).astype(float)[:, None])
    row = themes._compare(mark, frame).iloc[0]
    assert row["n"] == n
    assert (row.drop(["n", "share", "n_dissatisfied"]).notna() == is_known).all()


def said_by_many(n=600, *, rate=0.2, seed=0) -> pd.DataFrame:
    """Reviews of eight of forty words, each by another customer."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "feedback_id": [f"f{i:04d}" for i in range(n)], "customer_id": [f"c{i:04d}" for i in range(n)],
        "text": [" ".join(rng.choice([f"{a}{b}" for a in ("mop", "lin", "rast", "vel", "dorf") for b in "aeiouymn"], 8))
                 for _ in range(n)],
        "dissatisfied": pd.array(rng.random(n) < rate, dtype="boolean"),
    })


def with_word(n: int, *, bad: bool) -> pd.DataFrame:
    return said_by_many(n, seed=9).assign(
        feedback_id=[f"z{i:04d}" for i in range(n)], customer_id=[f"d{i:04d}" for i in range(n)],
        text=lambda rows: rows["text"].str.replace(r"^\w+", "zorbliq", regex=True),
        dissatisfied=pd.array([bad] * n, dtype="boolean"))


def test_a_word_that_nobody_dissatisfied_uses_is_no_finding_where_few_are_dissatisfied():
    table = themes.word_drivers(pd.concat([said_by_many(rate=0.06), with_word(35, bad=False)])).set_index("word")
    row = table.loc["zorbliq"]
    assert (row["n"], row["n_dissatisfied"]) == (35, 0)
    assert row["p_value"] > 0.05
    assert row["difference_high"] > 0 > row["difference_low"]


def test_the_word_of_one_author_or_of_copies_is_no_finding_and_that_of_many_is():
    many, others = with_word(40, bad=True), said_by_many()
    assert themes.word_drivers(pd.concat([others, many])).set_index("word").loc["zorbliq", "q_value"] < 0.001
    one = pd.concat([others, many.assign(customer_id="one")])
    assert "zorbliq" not in themes.word_drivers(one)["word"].tolist()
    copied = pd.concat([others.assign(copy_of=None), many.assign(copy_of=["f0000", *["z0000"] * 39])])
    assert "zorbliq" not in themes.word_drivers(copied)["word"].tolist()
    unknown = pd.concat([others, many.assign(customer_id=None)])  # each is its own author
    assert themes.word_drivers(unknown).set_index("word").loc["zorbliq", "q_value"] < 0.001


def test_words_that_too_few_authors_use_are_said_in_a_sentence():
    few = said_by_many().assign(customer_id=[f"c{i % 20}" for i in range(600)])
    with pytest.raises(TooLittleData, match="a word that 30 authors use"):
        themes.word_drivers(few)


def test_one_author_among_many_counts_as_one():
    loud = with_word(60, bad=True).assign(customer_id=["one"] * 60)
    rest = with_word(35, bad=False).assign(feedback_id=lambda rows: "y" + rows["feedback_id"], dissatisfied=pd.array(
        [True] * 7 + [False] * 28, dtype="boolean"))
    row = themes.word_drivers(pd.concat([said_by_many(), loud, rest])).set_index("word").loc["zorbliq"]
    assert (row["n"], row["n_dissatisfied"]) == (95, 67)
    assert row["p_value"] > 0.05
    assert row["low"] < 0.4


@pytest.mark.slow
def test_marks_that_some_authors_always_use_are_rarely_called_clear():
    rng, found = np.random.default_rng(0), []
    for _ in range(10):
        author = np.repeat(np.arange(100), 10)
        bad = rng.random(1000) < rng.beta(0.3, 0.7, 100)[author]  # some authors are always unhappy
        mark = sparse.csr_matrix((rng.random((100, 30)) < 0.4)[author].astype(float))
        judged = pd.DataFrame({"dissatisfied": bad, "length_group": rng.integers(0, 5, 1000), "author": author})
        found += themes._compare(mark, judged)["p_value"].dropna().tolist()
    assert len(found) > 200
    assert np.mean(np.array(found) < 0.05) <= 0.08


def test_the_order_of_rows_changes_nothing(found, reviews):
    mixed = reviews.sample(frac=1, random_state=2)
    again = themes.find_themes(mixed, n_themes=4, seed=1)
    pd.testing.assert_frame_equal(again.table, found.table)
    pd.testing.assert_frame_equal(themes.theme_drivers(again, mixed), themes.theme_drivers(found, reviews))


def test_the_same_reviews_again_keep_their_names_and_everything_else(found, reviews):
    again = themes.find_themes(reviews, n_themes=4, seed=1, before=found.table)
    pd.testing.assert_frame_equal(again.table, found.table)


@pytest.mark.slow
def test_names_last_when_reviews_are_added(reviews):
    first = themes.find_themes(reviews.head(500), n_themes=4, seed=1).table
    renamed = first.assign(theme=["one", "two", "three", "four"])
    later = themes.find_themes(reviews, n_themes=4, seed=9, before=renamed).table
    words = dict(zip(renamed["theme"], renamed["anchor_words"], strict=True))
    assert set(later["theme"]) == set(words)
    for row in later.itertuples():
        assert len(set(row.anchor_words.split(", ")) & set(words[row.theme].split(", "))) >= 6


@pytest.mark.parametrize(("reviews", "message"), [
    (planted(199), "there are 199"), (planted(300).assign(text=pd.Series([None] * 300, dtype="str")), "there are 0"),
    (planted(1), "there are 1"), (planted(300).assign(text=[f"!! {i}" for i in range(300)]), "share none"),
])
def test_too_little_text_is_said_in_words(reviews, message):
    with pytest.raises(TooLittleData, match=message):
        themes.find_themes(reviews, n_themes=4, seed=1)


def test_one_kind_of_verdict_cannot_be_compared(found, reviews):
    with pytest.raises(TooLittleData, match="to compare"):
        themes.theme_drivers(found, reviews.assign(dissatisfied=pd.array([False] * len(reviews), dtype="boolean")))
    with pytest.raises(TooLittleData, match="to compare"):
        themes.word_drivers(reviews.assign(dissatisfied=pd.array([None] * len(reviews), dtype="boolean")))
