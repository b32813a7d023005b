"""texts_copies.py: copies and near copies are found, others are not, in time that grows with the texts."""


import numpy as np
import pandas as pd

from helpers.texts.texts_copies import find_copies

LONG = "The tea arrived late and the box was crushed, but the taste is wonderful and I will order it again next month."


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
