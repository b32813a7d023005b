"""sentiment_model.py: a score by hand, planted words, the file; sentiment_valence.py: the lists."""

import dataclasses

import numpy as np
import pytest

from helpers.sentiment import sentiment, sentiment_clauses, sentiment_model, sentiment_valence

READER = sentiment_model.Reader(
    table={"stale": (2.0, 4.0, 0.0), "tea": (0.0, 12.0, 0.0), "lovely": (-1.0, 9.0, -3.0)},
    intercept=-0.5, listed_weight=2.0, slope=1.0, shift=0.25, base_rate=0.3, about={},
)


def test_a_score_by_hand():
    assert READER.score("stale tea") == pytest.approx(-0.5 + 2 / 16**0.5)  # √(4 + 12) = 4
    assert READER.score("lovely") == pytest.approx(-0.5 - 1 / 3 + 2 * -3 / (9 + 15) ** 0.5)
    assert READER.score("very stale tea") == pytest.approx(-0.5 + 1.15 * 2 / 4)


def test_half_a_score_is_the_mean_over_the_sentences_in_which_a_word_is_known():
    reader = dataclasses.replace(READER, sentence_share=0.5)
    whole, first, second = (READER.score(text) for text in ("stale lovely", "stale", "lovely"))
    assert reader.score("Stale! Lovely! Xyzzy!") == pytest.approx(0.5 * whole + 0.5 * (first + second) / 2)
    assert reader.score("stale tea") == READER.score("stale tea")


def test_a_probability_by_hand_and_the_base_rate_where_no_word_is_known():
    assert READER.predict(["stale tea", "", "xyzzy"]).tolist() == [round(1 / (1 + np.exp(-0.25)), 6), 0.3, 0.3]


def taught(n=400, *, seed=0):
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < 0.4
    plain = np.array(["tea", "box", "bag", "store", "water"])
    return [" ".join([*rng.permutation(plain)[:3], "gritty" if b else "silky"]) for b in bad], bad


def test_planted_words_are_learnt_and_the_list_is_a_first_guess_for_unseen_ones():
    texts, bad = taught()
    reader, seen = sentiment_model.fit(texts, bad, values={"gritty": -2.0, "silky": 2.0, "dreadful": -3.0}, seed=1, about={})
    p = reader.predict(["gritty tea", "silky tea", "dreadful tea", "not dreadful tea"])
    assert p[0] > 0.8 > 0.2 > p[1]
    assert p[2] > p[3]
    assert ((seen > 0.5) == bad).all()


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_scores_out_of_fold_are_those_of_a_reader_and_sentences_count_there_too(share):
    """Texts of one to four sentences, some of words that nobody knows; the rows are a part of them, not in order."""
    texts, bad = taught()
    reader, _ = sentiment_model.fit(texts, bad, values={"gritty": -2.0}, seed=1, about={}, strengths=(1.0,),
                                    sentence_share=share)
    asked = ["gritty tea", "Silky tea! Gritty box. Very gritty water!", "Xyzzy plugh. Gritty tea. Not silky water. Store.",
             "Tea bag store box. Silky, but gritty.", "Plugh! Silky bag. Xyzzy!", "gritty. gritty. silky tea bag store water"]
    words = sentiment_model.read_words([*texts, *asked], {"gritty": -2.0})
    known = np.flatnonzero([name in reader.table for name in words.names])
    idf = np.sqrt([reader.table[name][1] for name in words.names[known]])
    weights = np.array([reader.table[name][0] for name in words.names[known]]) / idf
    rows = len(texts) + np.array([3, 0, 5, 2, 4, 1])
    found = sentiment_model._read(words, rows, known, idf, Line([*weights, reader.listed_weight], reader.intercept), share)
    assert found == pytest.approx([reader.score(asked[row - len(texts)]) for row in rows])
    whole = [dataclasses.replace(reader, sentence_share=0.0).score(asked[row - len(texts)]) for row in rows]
    assert (np.abs(found - whole) > 0.01).sum() == (4 if share else 0)


class Line:
    """What _read needs of a fitted model: a weight for each column."""

    def __init__(self, weights, intercept):
        self.weights, self.intercept = np.array(weights), intercept

    def decision_function(self, columns):
        return columns @ self.weights + self.intercept


def test_texts_are_scored_out_of_fold_by_the_share_of_their_sentences(monkeypatch):
    shares = []
    read = sentiment_model._read
    monkeypatch.setattr(sentiment_model, "_read", lambda *args: shares.append(args[-1]) or read(*args))
    sentiment_model.fit(*taught(50), values={"gritty": -2.0}, seed=1, about={}, strengths=(1.0,), sentence_share=0.5)
    assert shares == [0.5] * sentiment_model.N_FOLDS


def test_texts_of_other_domains_teach_along_by_their_weight_and_calibrate_nothing():
    texts, bad = taught()
    others = ["shiny lamp", "murky lamp"] * 20
    verdicts = np.array([False, True] * 20)
    p = {weight: sentiment_model.fit(texts, bad, values={"lamp": 0.1}, seed=1, about={},
                                     beside=[(others, verdicts, weight)])[0] for weight in (0.1, 1.0)}
    gap = {weight: np.subtract(*reader.predict(["murky lamp", "shiny lamp"])) for weight, reader in p.items()}
    assert gap[1.0] > gap[0.1] > 0.1
    assert {reader.base_rate for reader in p.values()} == {bad.mean()}
    assert p[1.0].about["n_texts"] == len(texts) and p[1.0].about["n_beside"] == 40


def test_a_saved_model_reads_as_before_and_its_file_is_the_same_each_time(tmp_path):
    texts, bad = taught()
    reader, _ = sentiment_model.fit(texts, bad, values={"gritty": -2.0, "❤": 3.0}, seed=1, about={"language": "en"})
    for name in ("a.npz", "b.npz"):
        sentiment_model.save(reader, tmp_path / name)
    again = sentiment_model.load(tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert again.predict(texts[:50]) == pytest.approx(reader.predict(texts[:50]), abs=0.002)
    assert again.about == reader.about


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lists_hold_praise_and_blame_within_their_scale(language):
    found = sentiment_valence.valences(language)
    assert found["👍"] > 0 > found["😡"]
    assert all(-4 <= value <= 4 for value in found.values())
    listed = [word for words in sentiment_valence.CUSTOMER_WORDS[language].values() for word in words.split()]
    assert len(listed) == len(set(listed)), "a word is listed twice"


def test_every_chinese_word_of_the_list_is_one_that_reading_finds():
    for words in sentiment_valence.CUSTOMER_WORDS["zh"].values():
        assert not [word for word in words.split() if word not in sentiment_clauses.grams(word)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_models_load_without_pickle_and_say_what_taught_them(language):
    reader = sentiment.shipped(language)
    assert reader.about["language"] == language
    assert reader.about["n_texts"] > 3000
    good, bad = {"en": ("I love it.", "I hate it."), "zh": ("非常满意。", "非常失望。")}[language]
    assert reader.predict([good])[0] < 0.3 < 0.7 < reader.predict([bad])[0]

