"""texts_chinese.py: words, a dictionary of one's own, and negators that survive."""

import pytest

from helpers import paths, tables
from helpers.errors import UserError
from helpers.texts import texts_chinese


def test_negators_are_no_stop_words():
    assert not texts_chinese.NEGATORS & texts_chinese.STOP_WORDS
    assert texts_chinese.content_words("不喜欢，没有想象中的好") == ["不", "喜欢", "没有", "想象", "好"]
    assert texts_chinese.content_words("从不退款，没法用，未发货") == ["从不", "退款", "没法用", "未", "发货"]


def test_words_are_told_apart_and_marks_left_out():
    assert texts_chinese.segment("优惠券根本用不了，good！客服很耐心。") == ["优惠券", "根本", "用", "不了", "客服", "很",
        "耐心"]
    assert texts_chinese.segment("abc 123 😀") == []


@pytest.fixture
def dictionary(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    tables.use("shop")
    file = paths.dataset("shop") / "dictionary.txt"
    file.parent.mkdir(parents=True)
    return file


def test_words_of_the_data_sets_dictionary_stay_whole(dictionary):
    text = "夏凉被云柔款很薄"
    assert "夏凉被" not in texts_chinese.segment(text)
    dictionary.write_text("# goods\n夏凉被  # a summer quilt\n\n云柔款\n夏凉被\n", encoding="utf-8")
    words = texts_chinese.read_dictionary("shop")
    assert words == ("夏凉被", "云柔款")
    assert texts_chinese.segment(text, words) == ["夏凉被", "云柔款", "很", "薄"]
    assert "夏凉被" not in texts_chinese.segment(text), "a dictionary stays with its data set"
    assert str(dictionary) in tables.trace()["raw"]


def test_no_dictionary_is_no_words_and_a_sentence_in_it_is_refused(dictionary):
    assert texts_chinese.read_dictionary("shop") == ()
    dictionary.write_text("夏凉被\n夏 凉 被\n", encoding="utf-8")
    with pytest.raises(UserError, match="line 2"):
        texts_chinese.read_dictionary("shop")
