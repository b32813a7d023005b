"""sentiment_clauses.py: clauses and their weights, what a negation governs in English and Chinese, odd texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sentiment import sentiment_clauses as sc

NOT = sc.NOT


def weights(text: str) -> list[float]:
    return [round(clause.weight, 4) for clause in sc.clauses(text)]


@pytest.mark.parametrize(("clause", "expected"), [
    ("it is not very good value today now", "it is not ¬very ¬good ¬value ¬today now"),
    ("i don't like it", "i don't ¬like ¬it"),
    ("never again", "never ¬again"),
    ("not only good", "good"),
    ("could not be better", "very better"),
    ("nobody was never pleased", "nobody ¬was ¬never pleased"),
    ("it used to be good", "it used ¬to ¬be ¬good"),
    ("the old one was better", "¬the ¬old ¬one ¬was ¬better"),
    ("", ""),
])
def test_english_words_carry_the_negation_that_governs_them(clause, expected):
    assert sc.english_words(clause) == expected.split()


def test_a_negation_ends_with_its_clause():
    assert {NOT + "bad", "dear"} <= sc.grams("not bad, dear").keys()
    assert NOT + "dear" not in sc.grams("not bad but dear")


@pytest.mark.parametrize(("text", "said", "unsaid"), [
    ("味道不好", NOT + "好", "好"),
    ("味道不是不好", "好", NOT + "好"),
    ("没有不满意", "满意", NOT + "满意"),
    ("没有想象中的好", NOT + "好", "¬没"),
    ("不错", "不错", NOT + "错"),
    ("特别好", "好", NOT + "好"),
    ("无不满意", "满意", NOT + "满意"),
])
def test_chinese_negation_denies_what_follows_and_two_cancel(text, said, unsaid):
    found = sc.grams(text)
    assert said in found
    assert unsaid not in found


@pytest.mark.parametrize(("text", "expected"), [
    ("The tea is good.", [1]),
    ("The tea is good but the box broke.", [0.6, 1.2]),
    ("The tea is good. But the box broke.", [0.6, 1.2]),
    ("Although it smells, I like it.", [0.5, 1]),
    ("很好，但是坏了。", [0.7, 1.2]),
    ("虽然坏了，客服回复了。", [0.7, 1]),
    ("The tea is very good.", [1.15]),
    ("The tea is a bit thin.", [0.85]),
    ("有点慢。", [0.85]),
    ("Is it good?", [0.5]),
    ("好用吗", [0.5]),
    ("Why is it bad?", [1]),
    ("Great, it broke.", [0.3, 1]),
    ("Great!", [1]),
    ("厉害，坏了。", [0.3, 1]),
    ("Great job: it broke.", [0.3, 1]),
    ("Great tea: it warms.", [1, 1]),
    ("It never came, thanks.", [1, 0.3]),
    ("Fits well, perfect.", [1, 1]),
    ("谢谢老板，寄了个空盒子。", [0.3, 1]),
    ("What took you a month?", [1]),
    ("有没有人管质量？", [1]),
    ("Is it good? Never.", [1, 1]),
    ("Is it good? It depends.", [0.5, 1]),
    ("会买吗？当然会。", [1, 1]),
])
def test_clauses_weigh_by_turn_concession_degree_question_and_exclamation(text, expected):
    assert weights(text) == expected


@pytest.mark.parametrize("text", [
    "质量再好不过了", "服务再合适不过", "对皮肤不过敏", "味道不过如此", "要求不过分", "只不过慢一点", "质量不过关",
    "实在说不过去", "不但便宜而且好用", "非但没坏还很好", "但凡用过都说好",
])
def test_words_that_hold_a_but_without_meaning_it_are_not_cut(text):
    assert [clause.text for clause in sc.clauses(text)] == [text]


@pytest.mark.parametrize(("text", "expected"), [
    ("东西好不过分量少", ["东西好", "不过分量少"]), ("很贵不过敏感肌能用", ["很贵", "不过敏感肌能用"]),
    ("好看但是贵", ["好看", "但是贵"]), ("不会再买了不过客服好", ["不会再买了", "不过客服好"]),
])
def test_a_but_is_still_cut_where_the_next_word_looks_alike(text, expected):
    assert [clause.text for clause in sc.clauses(text)] == expected


@pytest.mark.parametrize(("text", "said"), [
    ("质量再好不过了", "非常好"), ("用了不过敏", "温和"), ("味道不过如此", "一般"), ("没有不过期的", "过期"),
    ("不过期", NOT + "过期"),
])
def test_what_such_a_word_means_is_read(text, said):
    assert said in sc.grams(text)


def test_a_question_that_its_author_answers_is_a_statement_or_its_denial():
    assert {NOT + "good", "never"} <= sc.grams("Is it good? Never.").keys()
    assert "good" in sc.grams("Is it good? Absolutely.")
    assert "good" in sc.grams("Is it good? No idea.")
    assert NOT + "回" in sc.grams("会回购吗？不会了。")
    assert "回" in sc.grams("会回购吗？会的。")


def test_one_or_two_words_in_quotes_are_not_the_authors_own():
    assert "fresh" not in sc.grams('the "fresh" bread')
    assert "patient" not in sc.grams("the “so patient” staff")
    assert "fresh" in sc.grams('he said "this is fresh bread"')
    assert "耐" not in sc.grams("很有“耐心”")


@pytest.mark.parametrize(("text", "unsaid"), [
    ("if you like stale bread", "like"), ("喜欢吃冷饭的可以来", "喜欢"), ("谁受得了这个味道", "^谁受"),
])
def test_a_wish_ascribed_to_others_is_no_praise_and_who_can_bear_it_means_nobody(text, unsaid):
    assert unsaid not in sc.grams(text)


def test_a_question_mark_says_less_where_something_is_asked():
    assert sc.grams("is it blue?")["?"] == 0.5
    assert sc.grams("why is it blue?")["?"] == 1.0


def test_sentences_are_read_apart_and_joined_by_the_larger_weight():
    parts = sc.sentence_grams("Good tea. Is it good?")
    assert [part["good"] for part in parts] == [1.0, 0.5]
    assert sc.joined(parts)["good"] == sc.grams("Good tea. Is it good?")["good"] == 1.0
    assert sc.joined([]) == {}


def test_what_stands_in_two_clauses_has_the_larger_weight():
    assert sc.grams("good tea but good box")["good"] == 1.2


@pytest.mark.parametrize("text", ["此用户没有填写评价。", "系统默认好评", "[name] [phone]", "", "   ", "。。。"])
def test_praise_that_nobody_wrote_and_placeholders_say_nothing(text):
    assert not sc.grams(text)


def test_emoticons_are_read_as_emoji():
    assert "😊" in sc.grams("done :)")
    assert "😞" in sc.grams("done :-(")
    assert "❤" in sc.grams("tea <3")


def test_full_width_and_curly_marks_are_read_as_plain_ones():
    assert sc.grams("I don’t like it！").keys() == sc.grams("I don't like it!").keys()


@pytest.mark.parametrize(("text", "expected"), [
    ("good", "en"), ("很好", "zh"), ("iPhone很好用", "zh"),
    ("I bought the 拿铁 today and liked it", "en"), ("😊", "en"), ("", "en"),
])
def test_a_text_is_read_in_the_language_of_its_script(text, expected):
    assert sc.language_of(text) == expected


def test_a_text_of_a_megabyte_is_read_up_to_a_limit():
    assert len(sc.grams("好" * 1_000_000)) < 10


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_weights_are_positive(text):
    assert all(0 < weight < 2.5 for weight in sc.grams(text).values())
