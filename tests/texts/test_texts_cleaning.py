"""texts_cleaning.py: what is mended, what is left out and why; written by hand in both languages."""

import pandas as pd
import pytest

from helpers.texts import texts_cleaning as cleaning


@pytest.mark.parametrize(("raw", "plain"), [
    ("Good<br />tea &amp; <a href='http://x.y'>more</a>", "Good tea & more"), ("  <p></p> ", ""), ("a &amp;amp; b", "a & b"),
    ("<script>alert('x')</script>fine", "fine"), ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"), ("好<br>吃&nbsp;！",
        "好 吃 ！"), ("I <3 it", "I <3 it"), ("quality<price but taste>looks", "quality<price but taste>looks"),
    ("a<P CLASS=x>b</P><o:p>c</o:p><my-tag x='1'>d<br/>e<!-- f -->g<img src=x /><svg/onload=x()>", "a b c d e g"),
    ("<script async>alert('x')</script><font color=red>fine</font>", "fine"),
])
def test_markup_goes_and_signs_stay(raw, plain):
    assert cleaning.plain_text(raw) == plain


@pytest.mark.parametrize(("text", "written", "read"), [
    ("物流很快，但是东西坏了", "utf-8", "latin-1"), ("质量很好", "utf-8", "latin-1"),
    ("不喜欢这个味道", "utf-8", "latin-1"),
    ("物流很快，但是东西坏了", "gb18030", "latin-1"), ("质量很好", "gb18030", "latin-1"),
    ("不喜欢这个味道", "gb18030", "latin-1"),
    ("质量很好", "utf-8", "gb18030"),
])
def test_a_text_read_in_the_wrong_encoding_is_mended(text, written, read):
    assert cleaning.repair_encoding(text.encode(written).decode(read)) == text


@pytest.mark.parametrize(("broken", "mended"), [("donâ€™t like it", "don’t like it"), ("CafÃ© au lait", "Café au lait"),
    ("ðŸ˜€ good", "😀 good")])
def test_western_characters_are_mended(broken, mended):
    assert cleaning.repair_encoding(broken) == mended


@pytest.mark.parametrize("text", ["très bien", "señor", "über gut", "很好", "10 € für Öl", "浙江的锅", "你好"])
def test_a_sound_text_is_not_mended(text):
    assert cleaning.repair_encoding(text) == text


@pytest.mark.parametrize(("text", "even"), [
    ("好好好好好好好", "好好好"), ("soooooo good!!!!!!", "sooo good!!!"), ("哈哈哈哈哈哈哈哈",
        "哈哈哈"), ("很好很好很好很好很好", "很好很好很好"), ("１００００００元", "1000000元"),
    ("ＡＢＣ，１２％！", "ABC，12%！"), ("good 👍👍👍👍👍👍", "good 👍👍👍"),
])
def test_widths_and_repetitions_are_evened_out(text, even):
    assert cleaning.even_out(text) == even


@pytest.mark.parametrize("text", [
    "此用户没有填写评价。", "此用户未填写评价内容", "该用户没有填写评价", "默认好评", "系统默认好评！",
    "评价方未及时做出评价,系统默认好评!",
    "15天自动好评", "系统自动给出五星好评",
    "The customer did not leave a comment.", "This user has not left a review", "Automatic positive rating", "default rating",
])
def test_what_a_system_wrote_is_nobodys_praise(text):
    assert cleaning.is_system_praise(text)
    assert cleaning.says_nothing(text)


@pytest.mark.parametrize(("text", "is_nothing"), [
    ("No comment", True), ("N/A", True), ("无", True), ("没有建议", True), ("no complaints", False), ("没有很好",
        False), ("默认地址错了", False), ("用户体验好", False),
    ("No comment needed, it is awful", False), ("好评", False),
])
def test_nothing_to_say_is_no_text_but_no_system(text, is_nothing):
    assert cleaning.says_nothing(text) is is_nothing
    assert not cleaning.is_system_praise(text)


@pytest.mark.parametrize(("text", "is_rewarded"), [
    ("好评返现5元，所以给五星", True), ("晒图返红包", True), ("客服说给优惠券就让我写好评", True), ("为了红包来评价",
        True), ("五星好评送礼品卡，好评有礼", True),
    ("I received this product for free in exchange for my honest review.",
        True), ("Got a discount in return for a 5 star rating", True),
    ("They offered a gift card for a five-star review", True), ("I was given this at a discount to write a review", True),
    ("必须好评，退换货非常顺利", False), ("送了优惠券，好评！", False), ("Free shipping! Great.",
        False), ("20 words for a review is too much", False),
    ("got a gift card for a 5 star review", True), ("coupon if you leave five stars", True),
    ("Arrived dented but the refund came fast, five star service!", False),
    ("Used a coupon and got a great deal, five stars", False), ("The refund was quick: 5 star service", False),
    ("I read a review and got it for free shipping", False), ("退款五元", False),
])
def test_rewards_for_reviews_are_recognised(text, is_rewarded):
    assert cleaning.mentions_reward(text) is is_rewarded


def test_each_text_is_read_or_left_out_with_a_reason():
    raw = pd.Series([
        "质量很好😀", "送貨很快，裡面乾淨", None, "", "系统默认好评", "n/a", "锟斤拷锟斤拷锟斤拷好", "とても美味しいです",
        "👍👍", "x" * 30_000 + " 13800138000", "Great tea, call 800-456-1330",
        "CafÃ© was nice for us",
    ], dtype="str")
    found = cleaning.clean_texts(raw)
    assert found["read_as"].tolist() == [
        "read", "read", "empty", "empty", "system", "empty", "unreadable", "other language", "read", "read", "read", "read",
    ]
    assert found["text"].iloc[:2].tolist() == ["质量很好😀", "送货很快，里面干净"]
    assert found["text"].isna().tolist() == [False, False, True, True, True, True, True, True, False, False, False, False]
    assert found["language"].iloc[[0, 8, 10]].tolist() == ["zh", "none", "en"]
    assert found["is_cut"].tolist() == [False] * 9 + [True, False, False]
    assert found["is_repaired"].tolist() == [False] * 11 + [True]
    assert found["is_default"].sum() == 1
    assert found["text"].iloc[10] == "Great tea, call [phone]"


def test_the_same_text_is_read_the_same_wherever_it_stands():
    raw = pd.Series(["很好", "fine", None, "很好"], index=[7, 3, 5, 1], dtype="str")
    found = cleaning.clean_texts(raw)
    assert found.index.tolist() == [7, 3, 5, 1]
    pd.testing.assert_frame_equal(cleaning.clean_texts(raw.iloc[::-1]).loc[raw.index], found)
