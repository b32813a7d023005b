"""persona_cards.py and its drawings: cards say what was computed and tested, in both languages, and nothing else."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers import i18n
from helpers.persona import persona_cards, persona_drawings, persona_names, persona_posters, persona_words
from helpers.plots import plots
from helpers.rendering import markup
from helpers.segmentation import icons
from persona_cells import BARE, PORTRAIT, cells_of

AGAIN = {"n": 40, "median_days": 30.0, "late_days": 90.0}


def poster_of(portrait: dict, cells: pd.DataFrame, *, chance=None):
    (poster,) = persona_cards.cards(
        pd.DataFrame([portrait]), cells, colors=plots.SEGMENT_COLORS, again=AGAIN, chance=chance)
    return poster


def passing(poster) -> list[str]:
    lines = [line for _, lines in [*poster.parts, *([poster.next_step] if poster.next_step else [])] for line in lines]
    return [line.words for line in lines if line.is_tested]


def quiet() -> pd.DataFrame:
    return cells_of({"is_notable": False})


def test_a_card_shows_the_figures_of_the_portrait():
    poster = poster_of(PORTRAIT | {"favourite": "FUEL"}, quiet())
    facts = dict(poster.facts)
    assert (poster.name, poster.line, poster.color) == (
        "Loyal", "Weekly, large baskets; above all Fuel", plots.SEGMENT_COLORS["Loyal"])
    assert facts == {
        "Customers": "60 (60.0%)", "Revenue": "70.0% of all", "Each has brought": "$123", "Last purchase": "3 days ago",
    }
    bought = dict(poster.parts)["How they buy"]
    assert bought[0].words == "Every 6.5 days (median of those who bought on two days or more)"
    assert bought[0].rests == "95% interval 6–7, n = 60; described, not tested"
    assert bought[1].words == "An order of $20.00; 5 products"
    assert dict(poster.parts)["What they answer to"][0].rests.startswith("10%–33%, n = 50; described")


def test_what_is_unknown_is_not_on_the_card():
    poster = poster_of(BARE, quiet())
    assert "Revenue" not in dict(poster.facts)
    bought = [line.words for line in dict(poster.parts)["How they buy"]]
    assert bought[:2] == ["Most bought on one day only", "An order of $20.00"]
    assert not {"What they answer to", "Who they are"} & set(dict(poster.parts))
    words = re.sub(r'<path d="[^"]*"|95% interval[^<]*', "", persona_posters.poster_html(poster))
    assert not re.search(r"\bnan\b|None|–", words)


def test_only_statements_that_pass_are_said_with_index_interval_n_and_q_and_at_most_four_a_part():
    cells = cells_of(*({"attribute": f"thing {i}", "shrunk_index": 150.0 + i, "is_notable": i != 3} for i in range(8)))
    loved = [line for line in dict(poster_of(PORTRAIT, cells).parts)["What they love"] if line.is_tested]
    assert len(loved) == persona_cards.MAX_SENTENCES
    assert loved[0].words == "More of their money goes to thing 7: 20.0%, others 10.0% (index 200)"
    assert loved[0].rests == "index: 95% interval 150–250, n = 50, q = 0.010"
    assert not any("thing 3" in line.words for line in loved)


def test_what_they_buy_less_of_stands_apart_from_what_they_love():
    cells = cells_of({"attribute": "TEA"}, {"attribute": "SOAP", "share": 0.05, "index": 50.0, "shrunk_index": 60.0})
    parts = dict(poster_of(PORTRAIT, cells).parts)
    assert "TEA" in parts["What they love"][0].words and "SOAP" in parts["What they avoid"][0].words


def test_a_statement_that_is_gone_among_customers_alike_says_so():
    cells = cells_of({"explained_by": "region", "q_value": 0.0001})
    line = dict(poster_of(PORTRAIT, cells).parts)["What they love"][0]
    assert line.rests == "index: 95% interval 150–250, n = 50, q < 0.001; gone among customers alike in region"


def test_a_card_without_statements_says_so_a_small_one_says_why_and_neither_makes_a_statement():
    poster, small = poster_of(PORTRAIT, quiet()), poster_of(PORTRAIT | {"n_customers": 29}, quiet())
    assert dict(poster.parts)["How they buy"][-1].words == (
        "Nothing that was tested sets this segment apart, beyond its rhythm and value")
    assert dict(small.parts)["How they buy"][-1].words == "Fewer than 30 customers: habits were not tested"
    assert passing(poster) == passing(small) == []


def test_cards_are_made_where_no_habit_could_be_compared():
    assert passing(poster_of(PORTRAIT, cells_of({}).head(0))) == []


def test_the_foot_says_what_chance_alone_gives_this_card():
    foot = poster_of(PORTRAIT, cells_of({}), chance=pd.DataFrame({"by_rule": [1, 0], "Loyal": [1, 0]})).foot
    assert "1 tested statements: chance alone gives this card 0.5 such statements (at most 1 in 2 random deals" in foot


def test_the_most_common_band_is_described_only_of_thirty_known_customers_and_ten_with_it():
    band = {"unit": "customers", "kind": "age", "attribute": "65+", "share": 0.6, "n": 30, "is_notable": False}
    income = band | {"kind": "yearly income", "attribute": "250K+"}
    cells = cells_of(band, income | {"n": 29}, band | {"kind": "gender", "attribute": "m", "n_with": 9},
                     band | {"kind": "loyalty tier", "attribute": "gold"})
    who = dict(poster_of(PORTRAIT, cells).parts)["Who they are"]
    assert [line.words for line in who] == ["Age: most often 65 or older, 60%", "Loyalty tier: most often gold, 60%"]
    assert who[0].rests == "10%–30%, n = 30; not told apart from the others"
    assert who[1].rests.endswith("earned by spending, so not tested")


def test_when_and_where_they_come_is_described_unless_it_is_a_statement():
    cells = cells_of({"kind": "weekday", "unit": "orders", "attribute": "Monday", "share": 0.3, "is_notable": False},
                     {"kind": "weekday", "unit": "orders", "attribute": "Friday", "share": 0.2, "is_notable": False},
                     {"kind": "channel", "unit": "orders", "attribute": "web"})
    parts = dict(poster_of(PORTRAIT, cells).parts)
    assert [line.words for line in parts["When they come"]] == ["Most orders fall on Monday: 30%"]
    assert [line.is_tested for line in parts["Through which channel"]] == [True]


@pytest.mark.parametrize(
    ("kind", "unit", "words"),
    [("category", "spend", "of their money"), ("weekday", "orders", "fall on"), ("hours", "orders", "are placed at"),
     ("channel", "orders", "come by"), ("discount", "shelf value", "off the shelf price"),
     ("answers", "answers", "to campaigns"),
     ("reviews", "reviews", "dissatisfied"), ("theme", "texts", "speak of"), ("survey", "survey answers", "survey answers"),
     ("service", "orders", "end in a service case"), ("service topic", "cases", "service cases"),
     ("service rating", "rated cases", "badly"), ("bought at all", "customers of equal breadth", "as many products"),
     ("age", "customers", "common")],
)
def test_more_and_less_have_their_own_words_in_both_languages(kind, unit, words):
    more = cells_of({"kind": kind, "unit": unit}).iloc[0]
    less = more.copy()
    less["share"], less["others_share"] = 0.1, 0.2
    (template, values), (other, _) = persona_words.sentence(more), persona_words.sentence(less)
    assert words in template and words in other and template != other
    assert i18n.text(template, **values).startswith("Loyal: ")
    assert {template, other} <= set(i18n.catalogue())
    assert {persona_words.sentence(cell, with_segment=False)[0] for cell in (more, less)} <= set(i18n.catalogue())


def test_every_kind_of_part_has_a_place_on_the_card():
    kinds = {*persona_words.SENTENCES, "service topic", "service channel"}
    for kind, part in persona_cards.PART_OF.items():
        assert kind in kinds and part in persona_cards.PARTS
    assert {*persona_cards.PARTS, persona_cards.NEED} <= set(i18n.catalogue())


def test_matrices_are_shown_in_the_readers_language():
    matrix = pd.DataFrame({"At risk": [1.0, 2.0]}, index=["GROCERY", "17–21"])
    i18n.use(language="zh")
    shown = persona_words.translated(matrix)
    assert list(shown.index) == ["食品杂货", "17–21 点"] and list(shown.columns) == ["流失风险\n客户"]
    assert persona_words.flat_columns(matrix, fmt="count")["At risk"] == ("流失风险客户", "count")


def test_every_possible_persona_name_has_a_translation():
    rhythms = [*persona_names.ORDER, *persona_names.PAIRS, persona_names.ONCE, persona_names.UNSTEADY]
    names = {
        ", ".join(word for word in (rhythm, basket, quiet) if word)
        for rhythm in rhythms for basket in ("", *persona_names.BASKETS) for quiet in ("", persona_names.QUIET)
    }
    assert not names - set(i18n.catalogue())


# --- drawings


def drawn(**changes) -> str:
    hours = cells_of(*({"kind": "hours", "unit": "orders", "attribute": name, "share": 0.2}
                       for name in ("6–11", "11–14", "14–17", "17–21", "21–6")))
    return persona_drawings.drawing(pd.Series(PORTRAIT | changes), hours, color="#0072B2")


def test_the_line_of_purchases_is_long_enough_and_its_marks_are_a_gap_apart():
    assert persona_drawings.purchases(7.0, 3.0) == (28, [3.0, 10.0, 17.0, 24.0])
    assert persona_drawings.purchases(30.0, 40.0) == (90, [40.0, 70.0])
    assert persona_drawings.purchases(float("nan"), 20.0) == (28, [20.0])
    assert persona_drawings.purchases(0.0, 0.0)[1][:3] == [0.0, 1.0, 2.0]
    assert persona_drawings.purchases(30.0, 5000.0) == (1461, [])


def test_a_drawing_is_kept_whole_by_the_report_and_says_what_it_shows():
    for svg in (drawn(), drawn(favourite="GIFT BOXES"), drawn(favourite="unheard of"), drawn(n_products=np.nan, hours=None)):
        kept = str(markup.clean(svg))
        assert re.findall(r"<(\w+)", kept) == re.findall(r"<(\w+)", svg) and 'role="img"' in kept and "aria-label" in kept
        assert not re.search(r"nan|inf|None", svg)
    assert 'aria-label="Drawing: a ring of 24 hours, thickest at 17–21 h; a basket 1.3 times as large' in drawn()


def test_what_is_drawn_follows_the_figures():
    assert drawn(basket_ratio=0.7) != drawn(basket_ratio=1.3) and drawn(n_products=1.0) != drawn()
    assert drawn(favourite="茶叶") == drawn(favourite="茶叶") != drawn(favourite="礼盒")
    assert drawn(n_products=900.0).count('r="2.2"') == persona_drawings.MAX_ITEMS


def test_names_from_data_cannot_break_out_of_a_card():
    poster = poster_of(PORTRAIT | {"favourite": '"><script>x</script>'}, cells_of({"attribute": "<b onclick=x>"}))
    html = persona_posters.poster_html(poster)
    assert "<script" not in html and "<b " not in html


def test_every_segment_has_an_icon_that_the_report_keeps_whole():
    for segment in (*plots.SEGMENT_COLORS, "something else"):
        drawn = icons.icon(segment)
        kept = str(markup.clean(drawn))
        assert re.findall(r"<(\w+)", kept) == re.findall(r"<(\w+)", drawn)
        assert 'stroke="currentColor"' in kept and 'viewBox="0 0 24 24"' in kept
