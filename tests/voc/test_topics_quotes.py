"""topics_quotes.py: useful quotes are specific, near, outspoken, of the right length, different, and fit their tag."""

import numpy as np
import pandas as pd
import pytest

from helpers.voc import topics_quotes
from helpers.voc.topics_quotes import candidates, choose, content_words, find_quotes, is_quotable, specificity


def test_content_is_what_names_things():
    assert content_words("The great courier left [name] the parcel, awful!") == {"courier", "left", "parcel"}
    assert content_words("真的很失望，客服不回消息") >= {"客服", "消息"}


@pytest.mark.parametrize(("sentence", "fits"), [
    ("word " * 8, True), ("word " * 7, False), ("word " * 40, True), ("word " * 41, False),
    ("字" * 10, True), ("字" * 9, False), ("字" * 60, True), ("字" * 61, False),
    ("NEVER EVER BUY THIS TEA IT IS AWFUL", False), ("My TV came late, and the box was broken too", True),
])
def test_a_quote_has_eight_to_forty_words_or_ten_to_sixty_characters_and_does_not_shout(sentence, fits):
    assert is_quotable(sentence) == fits


@pytest.mark.parametrize(("sentence", "value"), [
    ("very good indeed", 0), ("courier parcel", 0), ("courier parcel rain", 3 / 6), ("courier parcel rain door", 4 / 6),
    ("courier parcel rain door hallway neighbour dog fence", 1.0), ("courier parcel rain twice", 3 / 6 * 1.1),
    ("courier parcel rain 3", 3 / 6 * 1.1), ("非常好", 0),
])
def test_specificity_counts_content_and_rewards_a_number_or_a_time(sentence, value):
    assert specificity(sentence) == pytest.approx(value)


BAD = "The courier threw the parcel over the fence and the vase broke"
GOOD = "The courier carried the heavy parcel upstairs to my kitchen door"
OTHER = "Nobody rang and the parcel stood two days in the rain, all ruined"


def rows(*sentences, topic="delivery", p=None) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"f{i}" for i in range(len(sentences))]
    said = pd.DataFrame({"feedback_id": ids, "topic": topic, "kind": "aspect", "clause": [s.lower() for s in sentences],
                         "sentence": sentences, "closeness": np.nan})
    p = pd.Series([0.9] * len(ids) if p is None else p)
    about = pd.DataFrame({"feedback_id": ids, "topic": topic, "kind": "aspect", "p_dissatisfied": p,
                          "is_dissatisfied": pd.array([None if 1 / 3 < x < 2 / 3 else x > 0.5 for x in p], dtype="boolean")})
    return said, about


def reviews_of(*verdicts, copy_of=None) -> pd.DataFrame:
    ids = [f"f{i}" for i in range(len(verdicts))]
    return pd.DataFrame({"feedback_id": ids, "dissatisfied": pd.array(verdicts, dtype="boolean"), "copy_of": copy_of})


def predict(texts):
    return np.where(texts.str.contains("upstairs"), 0.01, np.where(texts.str.contains("perhaps"), 0.5, 0.9))


def test_two_dissatisfied_and_one_satisfied_are_quoted():
    said, about = rows(GOOD, BAD, OTHER, p=[0.1, 0.9, 0.9])
    chosen = find_quotes(said, about, reviews_of(False, True, True), predict, names=["delivery"])
    assert chosen["quote"].tolist() == [OTHER, BAD, GOOD]  # two days: a detail, so the more useful
    assert chosen["tag"].tolist() == [True, True, False] and chosen["has_verdict"].all()


@pytest.mark.parametrize(("p", "verdict", "n"), [
    (0.9, True, 1), (0.9, None, 1), (0.9, False, 0), (0.1, True, 0), (0.5, True, 0), (0.68, True, 0), (0.7, True, 1),
])
def test_a_quote_never_contradicts_its_tag(p, verdict, n):
    said, about = rows(BAD, p=[p])
    found = candidates(said, about, reviews_of(verdict))
    assert len(found) == n
    assert found["tag"].all() and (found["has_verdict"] == (verdict is not None)).all()


def test_a_verdict_that_the_sentence_does_not_let_hear_is_not_quoted():
    quiet = BAD.replace("threw", "perhaps threw")
    said, about = rows(quiet)
    assert find_quotes(said, about, reviews_of(True), predict, names=["delivery"]).empty


def test_two_quotes_do_not_say_the_same_and_copies_are_left_out():
    same = BAD.replace("vase", "lamp")
    said, about = rows(BAD, same, OTHER)
    chosen = find_quotes(said, about, reviews_of(True, True, True), predict, names=["delivery"])
    assert set(chosen["quote"]) == {BAD, OTHER}
    found = candidates(said, about, reviews_of(True, True, True, copy_of=[None, "f0", None]))
    assert same not in set(found["sentence"]) and BAD in set(found["sentence"])


def test_the_longest_is_not_the_best_and_the_outspoken_is_preferred():
    long = BAD + " while my neighbour, his dog, two cousins and their postman watched from the old garden"
    said, about = rows(long, OTHER)
    def loud_other(texts):
        return np.where(texts == OTHER, 0.95, 0.7)

    loud = find_quotes(said, about, reviews_of(True, True), loud_other, names=["delivery"])
    assert loud["quote"].tolist() == [OTHER, long]


@pytest.mark.parametrize(("sentence", "is_bad", "worth"), [
    ("The parcel was crushed", True, 1.0), ("The parcel was crushed", False, 0.3), ("The parcel was blue", True, 0.6),
    ("A delicious soup", False, 1.0), ("It is not delicious", True, 1.0), ("物流很快", False, 1.0), ("客服敷衍", True, 1.0),
])
def test_words_of_praise_and_blame_must_fit_the_tag(sentence, is_bad, worth):
    assert topics_quotes.outspoken(sentence, is_bad=is_bad) == worth


def test_a_sentence_about_one_thing_is_nearer_than_one_about_two():
    said, about = rows(BAD, OTHER)
    second = said.iloc[[1]].assign(topic="stores", clause="in the store")
    found = candidates(pd.concat([said, second]), about, reviews_of(True, True)).set_index("sentence")["worth"]
    assert found[BAD] == pytest.approx(specificity(BAD)) and found[OTHER] == pytest.approx(specificity(OTHER) / 2)


def test_a_sentence_stands_under_one_topic_only_and_unknown_topics_have_none():
    said, about = rows(BAD)
    both = [pd.concat([frame, frame.assign(topic="packaging")]) for frame in (said, about)]
    chosen = find_quotes(*both, reviews_of(True), predict, names=["packaging", "delivery", "price"])
    assert chosen["topic"].tolist() == ["packaging"]
    assert choose(candidates(said, about, reviews_of(True)), predict, topics=["price"]).empty


def test_the_order_of_rows_does_not_matter():
    sentences = [BAD, OTHER, GOOD] + [f"{BAD} by the {x} gate" for x in "abcdefgh"]
    said, about = rows(*sentences, p=[0.9, 0.9, 0.1] + [0.9] * 8)
    reviews = reviews_of(*([True, True, False] + [True] * 8))
    a = find_quotes(said, about, reviews, predict, names=["delivery"])
    mixed = [frame.sample(frac=1, random_state=4) for frame in (said, about, reviews)]
    pd.testing.assert_frame_equal(a, find_quotes(*mixed, predict, names=["delivery"]))


def test_the_limits_are_those_of_the_page():
    assert topics_quotes.WORDS == (8, 40) and topics_quotes.CHARACTERS == (10, 60), "the page names them"


def test_what_one_topic_has_quoted_is_not_said_again_under_another():
    said, about = rows(BAD, topic="delivery")
    again, about_again = rows(BAD.replace("vase", "lamp"), OTHER, topic="packaging")
    second = [frame.assign(feedback_id=frame["feedback_id"] + "b") for frame in (again, about_again)]
    reviews = pd.concat([reviews_of(True), reviews_of(True, True).assign(feedback_id=["f0b", "f1b"])])
    chosen = find_quotes(pd.concat([said, second[0]]), pd.concat([about, second[1]]), reviews, predict,
                         names=["delivery", "packaging"])
    assert chosen["quote"].tolist() == [BAD, OTHER]


def test_a_turn_of_phrase_stands_there_once_where_another_sentence_is_about_as_useful():
    first, same, other = (f"{said}，{end}！" for said, end in (
        ("快递员把花瓶摔碎在楼道里", "强烈要求退款"), ("客服电话打了三天没人接听", "强烈要求退款"),
        ("客服机器人答非所问浪费时间", "很生气")))
    said, about = rows(first, same, other)
    chosen = find_quotes(said, about, reviews_of(True, True, True), predict, names=["delivery"])
    assert [quote.count("强烈要求退款") for quote in chosen["quote"]] == [1, 0]


def test_a_complaint_without_a_wish_is_preferred_to_one_with_a_wish():
    wish = OTHER + ", I wish they offered evening delivery"
    said, about = rows(wish, BAD)
    said["clause"] = [OTHER.lower(), BAD.lower()]
    assert find_quotes(said, about, reviews_of(True, True), predict, names=["delivery"])["quote"].tolist() == [BAD, wish]


def test_no_clause_stands_twice_under_a_topic_with_another_product_before_it():
    first, second = "第一次给差评，夜灯店员爱理不理没人招呼", "真的生气，店员爱理不理没人招呼，打开发现快过期了"
    said, about = rows(first, second, topic="service")
    assert len(find_quotes(said, about, reviews_of(True, True), predict, names=["service"])) == 1


@pytest.mark.parametrize(("closeness", "n"), [(0.4, 2), (0.39, 1)])
def test_a_sentence_far_from_the_heart_of_a_theme_is_not_quoted(closeness, n):
    said, about = rows(BAD, OTHER)
    said = said.assign(kind="theme", closeness=[0.8, closeness])
    assert len(candidates(said, about.assign(kind="theme"), reviews_of(True, True))) == n


def read_by_words(texts):
    return np.where(texts.str.contains("crushed"), 0.9, np.where(texts.str.contains("lovely"), 0.1, 0.5))


@pytest.mark.parametrize(("sentence", "clause", "is_bad", "is_quoted"), [
    ("The parcel arrived crushed and the store clerk laughed at us", "the parcel arrived crushed", True, True),
    ("The parcel arrived crushed, though the refund followed the written rules", "though the refund followed the written rules",
     True, False),
    ("The parcel was lovely, please add an evening delivery to the shop", "please add a lovely evening delivery", False, False),
    ("The parcel was lovely and the courier friendly to our old dog", "the parcel was lovely", False, True),
    ("The parcel arrived crushed and the courier laughed at our old dog", "delicious crushed parcel", True, False),
])
def test_the_clause_about_the_topic_must_carry_the_verdict_itself(sentence, clause, is_bad, is_quoted):
    said, about = rows(sentence, p=[0.9 if is_bad else 0.1])
    said["clause"] = clause
    assert len(find_quotes(said, about, reviews_of(is_bad), read_by_words, names=["delivery"])) == is_quoted


@pytest.mark.parametrize(("p", "is_quoted"), [(0.979, False), (0.98, True)])
def test_a_clause_without_praise_or_blame_must_be_heard_all_the_more(p, is_quoted):
    sentence = "Their loose leaf tea has a flavor of old barrels in my kitchen"
    said, about = rows(sentence, topic="taste")
    def read(texts):
        return np.full(len(texts), p)

    assert len(find_quotes(said, about, reviews_of(True), read, names=["taste"])) == is_quoted


def test_who_gave_three_stars_is_quoted_as_dissatisfied_after_those_who_gave_less_and_only_with_words_of_blame():
    reviews = reviews_of(True, True, True).assign(is_middling=[True, True, False])
    said, about = rows(OTHER, "It stood at the door of the hallway in the rain with the dog", BAD)
    possible = candidates(said, about, reviews)
    assert len(possible) == 3
    every = choose(possible.assign(worth=possible["worth"].where(~possible["is_middling"], 1000 * possible["worth"])), predict,
                   topics=["delivery"])
    assert every["quote"].tolist() == [OTHER, BAD], "two days: the more useful, were it by somebody who gave one star"
    assert choose(possible, predict, topics=["delivery"])["quote"].tolist() == [BAD, OTHER]
    alone = possible[possible["feedback_id"] == "f1"]
    assert choose(alone, predict, topics=["delivery"]).empty
    assert len(choose(alone.assign(is_middling=False), lambda texts: np.full(len(texts), 0.99), topics=["delivery"])) == 1
