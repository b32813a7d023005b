"""themes_names.py: names follow the words, fit once, and last from run to run."""

import pandas as pd
import pytest

from helpers.texts import word_lists
from helpers.voc.theme_words import PRAISE_AND_FILLER, THEME_NAMES
from helpers.voc.themes_names import caveats, contrary_words, match, name_themes

DELIVERY = word_lists.Dictionary({"delivery": word_lists.Words(en=("ship*", "courier"), zh=("物流", "快递")),
                               "price": word_lists.Words(en=("price",), zh=("价格",))})


def test_names_follow_the_words_not_the_position():
    tops = [[("tea", 3.0), ("black", 1.0)], [("ramen", 2.0), ("broth", 1.0)], [("zebra", 2.0), ("quagga", 1.0), ("okapi", 0.5)]]
    assert name_themes(tops) == ["tea", "soups", "zebra · quagga · okapi"]
    assert name_themes(tops[::-1]) == ["zebra · quagga · okapi", "soups", "tea"]


def test_a_name_is_given_once_to_the_theme_that_fits_best():
    tops = [[("tea", 1.0), ("zebra", 1.0), ("okapi", 0.5)], [("tea", 5.0)]]
    assert name_themes(tops) == ["tea · zebra · okapi", "tea"]


def test_a_name_needs_its_share_of_the_weight():
    assert name_themes([[("tea", 0.29), ("zebra", 0.71)]]) == ["tea · zebra"]
    assert name_themes([[("tea", 0.3), ("zebra", 0.7)]]) == ["tea"]


def test_a_theme_of_an_aspect_is_called_by_it_and_two_words_that_tell_more():
    top = [("ship", 1.0), ("weeks", 0.5), ("late", 0.3), ("zebra", 0.01)]
    assert name_themes([top], dictionary=DELIVERY) == ["delivery · ship · weeks"]
    assert name_themes([[("物流", 1.0), ("zebra", 0.049)]], dictionary=DELIVERY) == ["delivery · 物流"], "5 % tell nothing"
    assert name_themes([[("物流", 1.0), ("快递", 0.05)]], dictionary=DELIVERY) == ["delivery · 物流 · 快递"]


def test_the_aspects_own_name_is_not_repeated_and_never_the_whole_name():
    assert name_themes([[("price", 1.0), ("tag", 0.5)]], dictionary=DELIVERY) == ["price · tag"]
    assert name_themes([[("价格", 1.0), ("囤货", 0.5)]], dictionary=DELIVERY) == ["price · 囤货"]
    before = pd.DataFrame({"theme": ["price"], "anchor_words": ["price, tag"]})
    assert name_themes([[("price", 1.0), ("tag", 0.5)]], dictionary=DELIVERY, before=before) == ["price · tag"]


def test_two_themes_never_share_a_name():
    tops = [[("ship", 1.0), ("weeks", 0.9), ("late", 0.8)], [("ship", 1.0), ("weeks", 0.9), ("rain", 0.8)]]
    assert name_themes(tops, dictionary=DELIVERY) == ["delivery · ship · weeks", "delivery · ship · weeks · rain"]
    same = [[("ship", 1.0)], [("ship", 1.0)], [("ship", 1.0)]]
    assert len(set(name_themes(same, dictionary=DELIVERY))) == 3


BEFORE = pd.DataFrame({"theme": ["late parcels", "tea time"], "anchor_words": ["a, b, c, d, e", "p, q, r, s, t"]})


@pytest.mark.parametrize(("words", "name"), [
    ("abcxy", "late parcels"),   # 3 of 7 words: .43
    ("abvxy", "a · b · v"),      # 2 of 8: .25
    ("pqrst", "tea time"),
])
def test_a_theme_whose_words_come_back_keeps_its_name(words, name):
    top = [(word, 1.0 - i / 10) for i, word in enumerate(words)]
    assert name_themes([top], before=BEFORE) == [name]


def test_the_limit_of_sameness_is_an_overlap_of_two_fifths():
    assert match([["a", "b", "c", "d"]], [["a", "b", "x"]]) == {0: 0}, "2 of 5"
    assert match([["a", "b", "c", "d"]], [["a", "b", "x", "y"]]) == {}, "2 of 6"
    assert match([], [["a"]]) == match([["a"]], []) == {}


def test_pairs_are_chosen_for_most_overlap_in_all():
    """Theme 0 overlaps with both old ones, theme 1 only with old theme 0: each gets a partner."""
    now = [list("abcdef"), list("abcdxy")]
    old = [list("abcdvw"), list("abcdef")]
    assert match(now, old) == {0: 1, 1: 0}


def test_no_word_of_praise_names_a_theme():
    assert not PRAISE_AND_FILLER & {word for anchors in THEME_NAMES.values() for word in anchors}


def judged(*groups) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sentences from (theme, words, n, n dissatisfied), one a review, and the reviews."""
    rows = [(theme, words, i < bad) for theme, words, n, bad in groups for i in range(n)]
    about = pd.DataFrame({"feedback_id": [f"f{i}" for i in range(len(rows))], "theme": [row[0] for row in rows],
                          "words": [row[1] for row in rows]})
    bad = pd.array([row[2] for row in rows], dtype="boolean")
    return about, pd.DataFrame({"feedback_id": about["feedback_id"], "dissatisfied": bad})


def test_a_theme_that_praises_is_not_named_by_words_that_blame():
    about, reviews = judged((0, ["parcel", "sturdy"], 40, 0), (0, ["parcel", "torn"], 20, 12), (1, ["late"], 60, 48))
    tops = [[("parcel", 3.0), ("torn", 2.0), ("sturdy", 1.0)], [("late", 1.0)]]
    assert contrary_words(about, tops, reviews) == [frozenset({"torn"}), frozenset()]  # half of all are dissatisfied
    assert name_themes(tops, contrary=[frozenset({"torn"}), frozenset()])[0] == "parcel · sturdy"


def test_a_mixed_theme_is_named_by_words_that_take_no_side():
    about, reviews = judged((0, ["courier", "friendly"], 20, 1), (0, ["courier", "rude"], 20, 19),
                            (0, ["courier", "van"], 20, 10))
    tops = [[("courier", 3.0), ("rude", 2.0), ("friendly", 2.0), ("van", 1.0), ("rare", 1.0)]]
    assert contrary_words(about, tops, reviews) == [frozenset({"rude", "friendly"})]
    assert name_themes(tops, contrary=[frozenset({"rude", "friendly"})]) == ["courier · van · rare"]


@pytest.mark.parametrize(("n", "is_judged"), [(9, False), (10, True)])
def test_a_word_of_few_sentences_takes_no_side(n, is_judged):
    about, reviews = judged((0, ["parcel"], 60, 5), (0, ["dent"], n, n), (1, ["late"], 70, 65))
    found = contrary_words(about, [[("parcel", 2.0), ("dent", 1.0)], [("late", 1.0)]], reviews)
    assert found[0] == (frozenset({"dent"}) if is_judged else frozenset())


def test_without_verdicts_no_word_is_contrary():
    about, reviews = judged((0, ["parcel"], 20, 0))
    assert contrary_words(about, [[("parcel", 1.0)]], reviews.drop(columns="dissatisfied")) == [frozenset()]
    assert contrary_words(about, [[("parcel", 1.0)]], reviews.assign(dissatisfied=pd.NA)) == [frozenset()]


def test_a_name_lasts_even_where_its_words_have_changed_sides():
    top = [("parcel", 3.0), ("torn", 2.0)]
    before = pd.DataFrame({"theme": ["parcel · torn"], "anchor_words": ["parcel, torn"]})
    assert name_themes([top], before=before, contrary=[frozenset({"torn"})]) == ["parcel · torn"]


def test_a_theme_whose_words_stand_on_both_sides_or_that_demands_redress_carries_a_caveat():
    about, reviews = judged((0, ["box", "sturdy"], 40, 2), (0, ["box", "torn"], 20, 20), (1, ["late"], 60, 50),
                            (2, ["refund"], 30, 29))
    about = about.assign(clause=["i want a refund" if theme == 2 else "it came" for theme in about["theme"]])
    tops = [[("box", 3.0), ("torn", 2.0), ("sturdy", 1.0)], [("late", 1.0)], [("refund", 1.0)]]
    assert caveats(about, tops, reviews) == ["both sides", None, "demand"]
    light = [[("box", 100.0), ("sturdy", 6.0), ("torn", 4.9)], *tops[1:]]
    assert caveats(about, light, reviews)[0] is None, "a word below a twentieth of the heaviest tells nothing"
    assert caveats(about, tops, reviews.drop(columns="dissatisfied")) == [None, None, "demand"]


@pytest.mark.parametrize(("n", "caveat"), [(14, None), (15, "demand")])
def test_a_theme_is_a_demand_from_half_of_its_sentences_on(n, caveat):
    about, reviews = judged((0, ["退款"], 30, 20))
    about = about.assign(clause=["强烈要求退款"] * n + ["退款拖了半个月"] * (30 - n))
    assert caveats(about, [[("退款", 1.0)]], reviews) == [caveat]
