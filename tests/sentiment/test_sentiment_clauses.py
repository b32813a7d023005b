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
    ("The tea is good but the box broke.", [0.7, 1.2]),
    ("The tea is good. But the box broke.", [0.7, 1.2]),
    ("Although it smells, I like it.", [0.7, 1]),
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
])
def test_clauses_weigh_by_turn_concession_degree_question_and_exclamation(text, expected):
    assert weights(text) == expected


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
