"""sources/scales.py: ends and direction of a scale from labels, question or answers; answers in words as figures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sources.scale_figures import is_no_opinion, number_in
from helpers.sources.scale_words import levels, polarity
from helpers.sources.scales import agreed, read_scale


def scale_of(kind="rating", question="", answers=None, **more):
    return read_scale(kind, question, answers or {}, **more).scale()


@pytest.mark.parametrize(("question", "low", "high", "is_reversed"), [
    ("How easy was it? (1 = very easy … 7 = very hard)", 1, 7, True),
    ("How easy was it? (1 = very hard, 7 = very easy)", 1, 7, False),
    ("From 1 (very poor) to 5 (excellent), how was it?", 1, 5, False),
    ("Rate us, very satisfied (1) to very dissatisfied (5)", 1, 5, True),
    ("On a scale of 0–10, how likely are you to recommend us?", 0, 10, False),
    ("Please rate us from 1 to 10", 1, 10, False),
    ("您对我们的满意度（1-非常不满意 5-非常满意）", 1, 5, False),
    ("配送如何？（1=非常好，5=非常差）", 1, 5, True),
    ("客服如何？（1分非常不满意，5分非常满意）", 1, 5, False),
    ("0分表示完全不可能，10分表示非常可能", 0, 10, False),
    ("请打1到5分", 1, 5, False),
    ("Was the 3-5 day delivery fine (1 = bad, 5 = good)?", 1, 5, False),
])
def test_words_of_a_question_tell_its_scale(question, low, high, is_reversed):
    scale = scale_of(question=question, answers={"1": 3, "5": 1})
    assert (scale.low, scale.high, scale.is_reversed, scale.scale_from) == (low, high, is_reversed, "question")


def test_a_year_or_a_number_of_days_is_no_scale():
    scale = scale_of("csat", "How satisfied were you in 2024-2025 with our 1 to 3 day delivery?", {"4": 3, "5": 1})
    assert (scale.low, scale.high, scale.scale_from) == (1, 5, "answers")


@pytest.mark.parametrize(("answers", "is_reversed"), [
    ({"5 - Very satisfied": 3, "1 - Very dissatisfied": 1, "3": 2}, False),
    ({"1 - Very satisfied": 3, "5 - Very dissatisfied": 1, "3": 2}, True),
    ({"1 非常满意": 3, "5 非常不满意": 1}, True),
])
def test_labels_in_the_answers_tell_the_direction(answers, is_reversed):
    scale = scale_of("csat", "Satisfaction", answers)
    assert (scale.low, scale.high, scale.is_reversed, scale.scale_from) == (1, 5, is_reversed, "labels")


def test_the_code_book_of_a_file_tells_the_scale_and_what_words_stand_for():
    book = {"1": "Very good", "2": "Good", "3": "Fair", "4": "Bad", "9": "Don't know"}
    scale = scale_of("csat", "Q2", {"Very good": 3, "Bad": 1, "Don't know": 1}, value_labels=book)
    assert (scale.low, scale.high, scale.is_reversed, scale.scale_from) == (1, 4, True, "labels")
    assert [scale.number(answer) for answer in ("Very good", "Fair", "Bad")] == [1, 3, 4]
    assert [scale.turned(n) for n in (1, 3, 4)] == [4, 2, 1], "more is better"


def test_what_the_data_set_states_is_believed_first():
    scale = scale_of("csat", "1 = very poor, 5 = very good", {"1": 3, "6": 1}, stated={"low": 1, "high": 6, "best": "low"})
    assert (scale.low, scale.high, scale.is_reversed, scale.scale_from) == (1, 6, True, "dataset.yml")


@pytest.mark.parametrize(("kind", "answers", "ends"), [
    ("nps", {"9": 5, "11": 1, "0": 3}, (0, 10)),  # an 11 is off the scale, not a longer scale
    ("nps", {"5": 40, "4": 20, "1": 5}, (1, 5)),  # 65 answers, none above 5: no 0–10 question
    ("csat", {"5": 40, "4": 20}, (1, 5)),
    ("csat", {"7": 40, "6": 20, "1": 4}, (1, 7)),
    ("csat", {"10": 40, "8": 20, "1": 4}, (1, 10)),
    ("csat", {"80%": 10, "95%": 10, "100%": 20}, (0, 100)),
    ("ces", {"7": 3, "1": 1}, (1, 7)),
    ("rating", {"5": 90, "3": 60, "55": 1}, (1, 5)),  # one typing error among 151
    ("nps", {"9": 1, "满意": 1}, (0, 10)),  # a word among figures makes no scale of words
    ("rating", {"0": 10, "5": 30, "3": 10}, (0, 5)),
])
def test_without_words_the_answers_tell_the_ends_and_more_is_taken_as_better(kind, answers, ends):
    scale = scale_of(kind, "Q7", answers)
    assert ((scale.low, scale.high), scale.is_reversed, scale.scale_from) == (ends, False, "answers")


def test_much_effort_is_bad_where_the_question_asks_how_much():
    assert scale_of("ces", "How much effort did you have to put forth?", {"7": 3, "1": 1}).is_reversed
    assert not scale_of("ces", "Customer effort score", {"7": 3, "1": 1}).is_reversed


@pytest.mark.parametrize(("kind", "question", "is_reversed"), [
    ("csat", "How hard did our staff try to help you?", False), ("csat", "How hardworking is our team?", False),
    ("csat", "How frustrated or satisfied are you?", False), ("csat", "How difficult was it?", False),
    ("rating", "How much effort did our staff make?", False), ("csat", "您觉得有多难？", False),
    ("ces", "How hard did our staff try to help you?", False), ("ces", "How hardworking is our team?", False),
    ("ces", "How hard is it, or how easy, to reach us?", False), ("ces", "退货有多难或多容易？", False),
    ("ces", "How hard was it to reach us?", True), ("ces", "How difficult did you find it to return the item?", True),
    ("ces", "How frustrated were you?", True), ("ces", "退货有多麻烦？", True),
])
def test_words_of_effort_turn_a_scale_only_in_a_question_about_effort(kind, question, is_reversed):
    assert read_scale(kind, question, {"1": 5, "5": 40, "4": 30}).is_reversed == is_reversed


def test_a_language_that_does_not_tell_its_scale_takes_that_of_the_other():
    asked = ("配送（1=非常好，5=非常差）", "Delivery")
    readings = [read_scale("rating", question, {"1": 3, "2": 1}) for question in asked]
    told, untold = agreed(readings)
    assert (untold.low, untold.high, untold.is_reversed, untold.scale_from) == (1, 5, True, "question")
    assert told.is_reversed


@pytest.mark.parametrize(("words", "places"), [
    (("非常满意", "满意", "一般", "不满意", "非常不满意"), (5, 4, 3, 2, 1)),
    (("非常满意", "比较满意", "一般", "不太满意", "非常不满意"), (5, 4, 3, 2, 1)),
    (("very satisfied", "satisfied", "neutral"), (5, 4, 3)),
    (("strongly agree", "agree", "neither agree nor disagree", "disagree", "strongly disagree"), (5, 4, 3, 2, 1)),
    (("extremely easy", "very easy", "somewhat easy", "neutral", "somewhat difficult", "very difficult", "extremely difficult"),
     (7, 6, 5, 4, 3, 2, 1)),
    (("not at all satisfied", "not so satisfied", "somewhat satisfied", "very satisfied", "extremely satisfied"),
     (1, 2, 3, 4, 5)),
    (("poor", "fair", "good", "very good", "excellent"), (1, 2, 3, 4, 5)),
    (("差评", "中评", "好评"), (1, 2, 3)),
    (("非常不好用", "不好用", "一般", "好用", "非常好用"), (1, 2, 3, 4, 5)),
])
def test_words_of_a_scale_have_their_places(words, places):
    found = levels(list(words), as_satisfaction=True)
    assert tuple(found.of[word] for word in words) == places


def test_words_that_tell_nothing_have_no_place():
    assert levels(["blue", "green"]).of == {}
    assert polarity("blue") is None


@pytest.mark.parametrize(("good", "bad"), [
    ("very satisfied", "very dissatisfied"), ("可能", "不可能"), ("不难", "难"), ("easy", "not easy"), ("很好", "不好"),
    ("low effort", "high effort"), ("毫不费力", "非常费力"), ("extremely likely", "not at all likely"),
])
def test_a_denied_word_is_its_opposite(good, bad):
    assert polarity(good) > 0 > polarity(bad)


@pytest.mark.parametrize(("answer", "number"), [
    ("9", 9), ("９", 9), ("9分", 9), ("5 - Very satisfied", 5), ("满意(4)", 4), ("★★★☆☆", 3), ("五星", 5), ("3星", 3),
    ("4 stars", 4), ("4/5", 4), ("80%", 80), ("3.5", 3.5), ("very good", None), ("twelve", None), ("九", 9),
    ("9 - very likely", 9), ("10 (extremely likely)", 10), ("extremely likely - 10", 10), ("10/10", 10), ("8 / 10 分", 8),
    ("8,5", 8.5), ("9,0", 9), ("3,5/5", 3.5), ("９，５", 9.5), ("4½", 4.5), ("★★★★½", 4.5), ("9, very likely", 9),
    ("0（完全不可能）", 0), ("nine", 9), ("打9分", 9), ("score 8", 8), ("非常满意 5", 5), ("4 out of 5 stars", 4), ("十分", 10),
    ("十分满意", None), ("十分不满意", None), ("7 or 8", None), ("9-10", None), ("9、10", None), ("1,000", None),
    ("bought 2", None),
])
def test_the_figure_of_an_answer(answer, number):
    assert number_in(answer) == number


def test_no_opinion_is_no_answer():
    assert all(is_no_opinion(a) for a in (
        "N/A", "Don't know", "不适用", "(空)", "-", " ", "n.a.", "#N/A", "NaN", "Not applicable (N/A)", "none", "Never used it",
        "don't know / can't say", "不适用/没用过", "（不适用）", "没有使用过", "从未体验", "不好说", "拒绝回答", "？"))
    assert not any(is_no_opinion(a) for a in ("0", "一般", "neutral", "no effort", "没用", "无所谓", "not good", "从不",
                                             "never"))


BOOK = {"1": "0 - Not at all likely", **{str(code): str(code - 1) for code in range(2, 11)}, "11": "10 - Extremely likely"}


@pytest.mark.parametrize(("book", "answers"), [
    (BOOK, {"1": 0, "11": 10, "6": 5, "10": 9, "99": 99}),  # codes from 1, since some are not labelled
    ({code: BOOK[code] for code in ("1", "11")}, {"1": 0, "6": 5, "11": 10}),  # only the ends are labelled
    ({"1": "10 - Extremely likely", "11": "0 - Not at all likely"}, {"1": 10, "2": 9, "11": 0}),  # the best one first
    (BOOK, {"0 - Not at all likely": 0, "1": 1, "9": 9, "10 - Extremely likely": 10}),  # labels: 1 is the second of the codes
])
def test_a_scale_from_0_whose_codes_count_from_1_is_read_as_its_labels_say(book, answers):
    scale = scale_of("nps", "Recommend us?", dict.fromkeys(answers, 3), value_labels=book)
    assert (scale.low, scale.high, scale.is_reversed, scale.scale_from) == (0, 10, False, "labels")
    assert {answer: scale.number(answer) for answer in answers} == answers


@pytest.mark.parametrize(("kind", "answers", "ends"), [
    ("csat", {"3/10": 3, "4/10": 2, "5/10": 1}, (1, 10)), ("csat", {"4/5": 3, "5/5": 2}, (1, 5)),
    ("nps", {"9/10": 3, "10/10": 1}, (0, 10)), ("csat", {"80/100": 1, "95/100": 1}, (0, 100)),
    ("csat", {"0/10": 1, "9/10": 1}, (0, 10)),
])
def test_answers_that_name_their_highest_figure_tell_the_scale(kind, answers, ends):
    scale = scale_of(kind, "How was it?", answers)
    assert (scale.low, scale.high, scale.scale_from) == (*ends, "answers")


def test_four_of_five_is_no_four_of_ten():
    scale = scale_of("nps", "Recommend us? 0-10", {"9": 3, "9/10": 3, "4/5": 1})
    assert [scale.number(answer) for answer in ("9/10", "4/5")] == [9, None]


def test_words_of_two_languages_share_one_scale():
    words = {"very satisfied": 5, "非常满意": 5, "十分满意": 5, "satisfied": 4, "满意": 4, "neutral": 3, "一般": 3, "不满意": 2,
             "very dissatisfied": 1, "非常不满意": 1}
    mixed = {word: place for word, place in words.items() if word != "十分满意"}
    scale = scale_of("csat", "Satisfied?", dict.fromkeys(mixed, 2))
    assert {word: scale.number(word) for word in mixed} == mixed
    chinese = scale_of("csat", "满意度", dict.fromkeys(("十分满意", "满意", "一般", "不满意", "十分不满意"), 2))
    assert (chinese.number("十分满意"), chinese.number("十分不满意")) == (5, 1)


@pytest.mark.parametrize(("question", "is_reversed"), [
    ("How difficult was it to solve your issue?", True), ("解决问题有多难？", True), ("How easy was it?", False),
    ("How difficult was it? (1 = very difficult, 7 = not at all difficult)", False),
    ("Easy? (1 = strongly agree, 7 = strongly disagree)", True), ("推荐可能性（10=非常不可能，0=非常可能）", True),
])
def test_questions_whose_low_end_is_the_best(question, is_reversed):
    assert scale_of("ces", question, {"1": 5, "7": 5}).is_reversed == is_reversed


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1), st.integers(3, 10), st.booleans(), st.data())
def test_turning_a_scale_round_twice_changes_nothing_and_keeps_its_ends(low, high, reversed_, data):
    scale = scale_of(stated={"low": low, "high": high, "best": "low" if reversed_ else "high"})
    number = data.draw(st.integers(low, high))
    assert scale.turned(scale.turned(number)) == number
    assert scale.holds(scale.turned(number))
    assert scale.turned(number) == (low + high - number if reversed_ else number)
