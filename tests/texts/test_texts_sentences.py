"""texts_sentences.py: sentences, clauses and words in both languages."""

import pandas as pd

from helpers.texts.texts_sentences import LEFT_OUT, count_words, split_clauses, split_sentences
from helpers.voc.theme_words import THEME_NAMES


def test_forms_of_a_word_are_joined_only_if_the_plain_word_is_used():
    texts = pd.Series(["ship shipping shipped ships"] * 5 + ["bus dress boxes cookies"], dtype="str")
    words = split_sentences(pd.DataFrame({"feedback_id": list("abcdef"), "text": texts}))["words"]
    assert words[0] == ["ship"] * 4
    assert words[5] == ["bus", "dress", "boxes", "cookies"]


def test_sentences_end_at_full_stops_in_english_and_chinese():
    reviews = pd.DataFrame({"feedback_id": ["a"], "text": pd.Series(["Fine tea. Dear though! 茶很好。太贵了！"], dtype="str")})
    assert split_sentences(reviews)["sentence"].tolist() == ["Fine tea.", "Dear though!", "茶很好。", "太贵了！"]


def test_chinese_clauses_stand_alone_and_short_ones_join_the_next():
    assert split_clauses("太失望了，瓶口没封好全洒了，不过送到驿站自己取的。") == ["太失望了，", "瓶口没封好全洒了，",
        "不过送到驿站自己取的。"]
    assert split_clauses("推荐，性价比很高，好！") == ["推荐，性价比很高，好！"]
    assert split_clauses("Fine, but dear; still good.") == ["Fine, but dear; still good."]
    assert split_clauses("好") == ["好"]


def test_words_of_a_mixed_sentence_come_in_both_languages_without_fillers_and_names():
    texts = pd.Series(["客服[name]很 patient，但是物流不快，不推荐"], dtype="str")
    words = split_sentences(pd.DataFrame({"feedback_id": ["a"], "text": texts}))["words"].tolist()
    assert words == [["patient", "客服", "物流", "不快"]]


def test_a_word_of_the_dictionary_stays_whole():
    reviews = pd.DataFrame({"feedback_id": ["a"], "text": pd.Series(["云柔款夏凉被太薄"], dtype="str")})
    assert split_sentences(reviews, ("云柔款", "夏凉被"))["words"].tolist() == [["云柔款", "夏凉被", "太薄"]]


def test_lengths_of_both_languages_are_counted_in_words():
    texts = pd.Series(["one two, three 4", "物流很快东西坏了", "好 good", ""], dtype="str")
    assert count_words(texts).tolist() == [4, 5, 2, 0]


def test_no_word_that_is_left_out_names_a_theme():
    assert not LEFT_OUT & {word for anchors in THEME_NAMES.values() for word in anchors}
