"""texts_copies.py: copies and near copies are found, others are not, in time that grows with the texts."""


import numpy as np
import pandas as pd
import pytest

from helpers.texts.texts_copies import find_copies

LONG = "The tea arrived late and the box was crushed, but the taste is wonderful and I will order it again next month."

ZH = "在这家店下单之后快递把箱子压扁了，瓶口也漏了，打电话给客服让我拍照片发过去再处理，"


def copies(*texts) -> list:
    ids = pd.Series([f"f{i}" for i in range(len(texts))])
    return [found if isinstance(found, str) else None for found in find_copies(pd.Series(texts, dtype="str"), ids)]


def test_texts_that_differ_in_case_and_marks_are_copies_of_the_first():
    assert copies(LONG, LONG.upper() + "!!", "something else entirely here") == [None, "f0", None]


def test_one_word_more_is_a_near_copy_and_another_text_on_the_same_matter_is_not():
    other = "The tea arrived early and its box was fine; sadly the taste is horrible and I shall never buy any more of it."
    assert copies(LONG, LONG.replace("late", "very late"), other) == [None, "f0", None]
    assert copies("瓶口没封好全洒了，箱子也压扁了，很后悔买了它", "瓶口没封好全洒了，箱子也压扁了，很后悔买了它呢",
        "瓶口封得很好，箱子也没有压扁，下次还来买") == [None, "f0", None]


def voices(*texts, authors, verdicts=None) -> list:
    """Copies among texts by `authors` (null: unknown), whose verdicts are given or unknown."""
    ids = pd.Series([f"f{i}" for i in range(len(texts))])
    verdicts = None if verdicts is None else pd.Series(verdicts, dtype="boolean")
    found = find_copies(pd.Series(texts, dtype="str"), ids, authors=pd.Series(authors, dtype="str"), verdicts=verdicts)
    return [head if isinstance(head, str) else None for head in found]


@pytest.mark.parametrize("text", ["Arrived broken", "Please bring back the large box", "希望早日恢复大包装的老款式啊"])
def test_sixty_customers_who_say_the_same_are_sixty_voices_and_one_who_repeats_it_is_one(text):
    assert voices(*[text] * 60, authors=[f"c{i}" for i in range(60)]) == [None] * 60
    assert voices(*[text] * 3, authors=["ann", "bob", "ann"]) == [None, None, "f0"]
    assert voices(text, text, authors=[None, None]) == [None, "f0"], "nobody can say that two wrote it"


@pytest.mark.parametrize(("at", "below"), [("ab" * 30, "ab" * 29 + "a"), ("好茶" * 15, "好茶" * 14 + "好")])
def test_from_sixty_letters_on_a_text_is_a_copy_whoever_wrote_it(at, below):
    assert voices(at, at, authors=["ann", "bob"]) == [None, "f0"]
    assert voices(below, below, authors=["ann", "bob"]) == [None, None]


@pytest.mark.parametrize(("text", "other"), [
    ("I recommend this seller to everyone, arrived quickly", "I do not recommend this seller to everyone, arrived quickly"),
    (LONG + " I got a refund of 20 dollars.", LONG + " I got a refund of 90 dollars."),
    (ZH + "等了3天", ZH + "等了30天"), (ZH + "等了三天", ZH + "等了十天"),
    (LONG + " It doesn't leak", LONG + " It does leak"),
])
def test_another_number_or_a_negation_is_no_near_copy(text, other):
    assert copies(text, other) == [None, "f0"], "the letters are nearly the same"
    assert voices(text, other, authors=["ann", "ann"]) == [None, None]
    assert voices(text, text + " ok", authors=["ann", "ann"]) == [None, "f0"]


def test_near_copies_have_the_same_verdict_and_equal_texts_need_not():
    near, ann = LONG + " ok", ["ann"] * 2
    assert voices(LONG, near, authors=ann, verdicts=[True, True]) == [None, "f0"]
    assert voices(LONG, near, authors=ann, verdicts=[True, False]) == [None, None]
    assert voices(LONG, LONG, authors=ann, verdicts=[True, False]) == [None, "f0"]


def test_short_texts_are_equal_by_chance_and_no_copies():
    assert copies("很好", "很好", "good tea", "good tea", "好" * 11, "好" * 11) == [None] * 6


def test_unknown_texts_are_no_copies_and_the_order_of_rows_does_not_matter():
    texts = pd.Series([LONG, None, LONG + " Yes.", LONG], dtype="str")
    ids = pd.Series(["b", "c", "d", "a"])
    found = find_copies(texts, ids)
    assert found.fillna("-").tolist() == ["a", "-", "a", "-"]
    order = [2, 0, 3, 1]
    again = find_copies(texts.iloc[order], ids.iloc[order])
    pd.testing.assert_series_equal(again.sort_index(), found)
    assert find_copies(texts.iloc[:0], ids.iloc[:0]).empty


def test_all_the_same_and_a_megabyte_are_compared_to_the_end():
    found = find_copies(pd.Series([LONG] * 20_000), pd.Series(np.arange(20_000).astype(str)))
    assert found.notna().sum() == 19_999
    near = [f"{LONG} {i}" for i in range(2_000)]
    assert find_copies(pd.Series(near), pd.Series(np.arange(2_000).astype(str))).notna().sum() > 1_900
    assert find_copies(pd.Series(["x y " * 250_000, LONG]), pd.Series(["a", "b"])).isna().all()
