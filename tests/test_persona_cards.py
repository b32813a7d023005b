"""persona_cards.py and icons.py: cards say what was computed, in both languages, and nothing else."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, icons, markup, persona_cards, plots

CELL = {
    "kind": "category",
    "unit": "spend",
    "n": 50,
    "n_with": 40,
    "share": 0.2,
    "low": 0.1,
    "high": 0.3,
    "others_share": 0.1,
    "index": 200.0,
    "index_low": 150.0,
    "index_high": 250.0,
    "shrunk_index": 180.0,
    "p_value": 0.001,
    "q_value": 0.01,
    "is_notable": True,
}
PORTRAIT = {
    "segment": "Loyal",
    "persona": "Weekly, large baskets",
    "name_stability": 1.0,
    "n_customers": 60,
    "customer_share": 0.6,
    "revenue_share": 0.7,
    "revenue_per_customer": 123.0,
    "recency_days": 3.0,
    "median_gap_days": 6.5,
    "order_value": 20.0,
    "n_products": 5.0,
    "discount_rate": 0.1,
    "departments": "GROCERY",
    "weekday": "Sunday",
    "hours": "17–21",
    "n_known": 40,
    "n_contacted": 50,
    "answered_rate": 0.2,
    "answered_low": 0.1,
    "answered_high": 0.33,
}
BARE = PORTRAIT | {
    "revenue_share": np.nan,
    "median_gap_days": np.nan,
    "n_products": np.nan,
    "discount_rate": np.nan,
    "departments": None,
    "weekday": "Sunday",
    "hours": None,
    "n_known": 0,
    "n_contacted": 0,
    "answered_rate": np.nan,
    "answered_low": np.nan,
    "answered_high": np.nan,
}


def cells_of(*rows) -> pd.DataFrame:
    return pd.DataFrame([CELL | row for row in rows])


def card_of(portrait: dict, cells: pd.DataFrame):
    (card,) = persona_cards.cards(pd.DataFrame([portrait]), cells, colors=plots.SEGMENT_COLORS)
    return card


def test_a_card_shows_the_figures_of_the_portrait():
    card = card_of(PORTRAIT, cells_of({"segment": "Loyal", "attribute": "x", "is_notable": False}))
    facts = dict(card.facts)
    assert (card.name, card.line, card.color) == ("Loyal", "Weekly, large baskets", plots.SEGMENT_COLORS["Loyal"])
    assert facts["Customers"] == "60 (60.0%)" and facts["Revenue"] == "70.0% of all; $123 each"
    assert facts["Days between purchases"] == "6.5" and facts["Days since the last purchase"] == "3"
    assert facts["An order"] == "$20.00; 5 products" and facts["Most orders"] == "Sunday, 17–21 h"
    assert facts["Campaigns"] == "20% of 50 answered (10%–33%)"


def test_what_is_unknown_is_not_on_the_card():
    facts = dict(card_of(BARE, cells_of({"segment": "Loyal", "attribute": "x", "is_notable": False})).facts)
    assert facts["Days between purchases"] == "most bought on one day only"
    assert facts["An order"] == "$20.00" and facts["Most orders"] == "Sunday"
    assert not {"Revenue", "Discounts", "Demographics", "Campaigns"} & set(facts)
    assert not re.search("nan|None|–", " ".join(facts.values()))


def test_only_statements_that_pass_are_said_and_at_most_five():
    cells = cells_of(
        *({"segment": "Loyal", "attribute": f"thing {i}", "shrunk_index": 150.0 + i, "is_notable": i != 3} for i in range(8))
    )
    said = card_of(PORTRAIT, cells).sentences
    assert len(said) == persona_cards.MAX_SENTENCES
    assert said[0] == "More of their money goes to thing 7: 20.0%, others 10.0% (index 200)"
    assert not any("thing 3" in sentence for sentence in said)


def test_a_segment_without_statements_says_so_and_a_small_one_says_why():
    cells = cells_of({"segment": "Loyal", "attribute": "x", "is_notable": False})
    assert card_of(PORTRAIT, cells).sentences == [
        "Nothing that was tested sets this segment apart, beyond its rhythm and value"
    ]
    small = card_of(PORTRAIT | {"n_customers": 29}, cells)
    assert small.sentences == ["Fewer than 30 customers: habits were not tested"]


def test_demographics_are_said_only_of_thirty_known_customers():
    cells = cells_of(
        {
            "segment": "Loyal",
            "kind": "age",
            "unit": "customers",
            "attribute": "65+",
            "share": 0.6,
            "n": 30,
            "is_notable": False,
        },
        {"segment": "Loyal", "kind": "yearly income", "unit": "customers", "attribute": "250K+", "n": 29, "is_notable": False},
    )
    assert card_of(PORTRAIT, cells).sentences[-1] == "Most common where known: age 65 or older (60%)"


@pytest.mark.parametrize(
    ("kind", "unit", "words"),
    [
        ("category", "spend", "of their money"),
        ("weekday", "orders", "fall on"),
        ("hours", "orders", "are placed at"),
        ("discount", "shelf value", "off the shelf price"),
        ("campaigns", "contacted customers", "answered a campaign"),
        ("age", "customers", "common"),
    ],
)
def test_more_and_less_have_their_own_words_in_both_languages(kind, unit, words):
    more = cells_of({"segment": "Loyal", "kind": kind, "unit": unit, "attribute": "x"}).iloc[0]
    less = more.copy()
    less["share"], less["others_share"] = 0.1, 0.2
    (template, values), (other, _) = persona_cards.sentence(more), persona_cards.sentence(less)
    assert words in template and words in other and template != other
    assert i18n.text(template, **values).startswith("Loyal: ")
    assert {template, other} <= set(i18n.catalogue())
    assert {persona_cards.sentence(cell, with_segment=False)[0] for cell in (more, less)} <= set(i18n.catalogue())


def test_findings_are_the_strongest_statements_each_attribute_once_without_campaigns():
    cells = cells_of(
        {"segment": "Loyal", "attribute": "a", "shrunk_index": 150.0},
        {"segment": "New", "attribute": "a", "shrunk_index": 140.0},
        {"segment": "Loyal", "attribute": "b", "shrunk_index": 130.0},
        {
            "segment": "Loyal",
            "kind": "campaigns",
            "unit": "contacted customers",
            "attribute": "answered",
            "shrunk_index": 300.0,
        },
    )
    found = persona_cards.findings(cells)
    assert [(values["segment"], values["attribute"]) for _, values, _ in found] == [("Loyal", "a"), ("Loyal", "b")]
    assert found[0][2].baseline == 100.0 and found[0][2].interval == (150.0, 250.0)


def test_the_headline_names_the_segment_with_most_revenue_and_what_it_favours():
    portraits = pd.DataFrame([PORTRAIT, PORTRAIT | {"segment": "New", "revenue_share": 0.3}])
    template, values = persona_cards.headline(portraits, cells_of({"segment": "Loyal", "attribute": "FUEL"}))
    assert i18n.text(template, **values).endswith("Weekly, large baskets; more of their money than of others' goes to Fuel.")
    bare, bare_values = persona_cards.headline(portraits, cells_of({"segment": "Loyal", "attribute": "x", "is_notable": False}))
    assert i18n.text(bare, **bare_values).endswith("in a few words: Weekly, large baskets.")
    unpaid, unpaid_values = persona_cards.headline(pd.DataFrame([BARE]), cells_of({"segment": "Loyal", "attribute": "x"}))
    assert "largest segment" in unpaid and "–" not in i18n.text(unpaid, **unpaid_values)


def test_the_chance_sentence_does_not_boast_where_chance_does_as_well():
    observed = {"tested": 100, "by_index": 30, "by_p": 8, "by_rule": 2}
    lucky = pd.DataFrame({"by_index": [30, 32], "by_p": [5, 6], "by_rule": [0, 2]})
    assert "no more than with shuffled" in persona_cards.chance_sentence(observed, lucky)[0]
    clean = lucky.assign(by_rule=[0, 1])
    template, values = persona_cards.chance_sentence(observed, clean)
    assert "pass every test; with shuffled segments" in template and values["chance"] == 0.5 and values["chance_index"] == 31
    assert persona_cards.rules_table(observed, clean)["observed"].tolist() == [30, 8, 2]


def test_coverage_names_the_best_and_least_known_segment():
    portraits = pd.DataFrame([PORTRAIT, PORTRAIT | {"segment": "New", "n_known": 3}])
    template, values = persona_cards.coverage_sentence(portraits)
    assert (values["best"], values["least"]) == ("Loyal", "New") and "cannot be said" in template
    even = persona_cards.coverage_sentence(pd.DataFrame([PORTRAIT, PORTRAIT | {"segment": "New", "n_known": 41}]))
    assert "about equally often" in even[0]


def test_hidden_segments_are_counted():
    segments = pd.DataFrame({"segment": ["Loyal", "New", "New"]})
    assert persona_cards.hidden_sentence(segments, pd.DataFrame([PORTRAIT]))[1] == {"n": 1, "least": 10}
    assert "Every segment" in persona_cards.hidden_sentence(segments, pd.DataFrame([PORTRAIT, PORTRAIT]))[0]


def test_matrices_are_shown_in_the_readers_language():
    matrix = pd.DataFrame({"At risk": [1.0, 2.0]}, index=["GROCERY", "17–21"])
    i18n.use(language="zh")
    shown = persona_cards.translated(matrix)
    assert list(shown.index) == ["食品杂货", "17–21 点"] and list(shown.columns) == ["流失风险\n客户"]
    assert persona_cards.flat_columns(matrix, fmt="count")["At risk"] == ("流失风险客户", "count")


def test_every_possible_persona_name_has_a_translation():
    from helpers import persona

    rhythms = [name for _, name in persona.RHYTHMS]
    rhythms += [f"{a} to {b.lower()}" for a, b in zip(rhythms, rhythms[1:], strict=False)] + [persona.ONCE, persona.UNSTEADY]
    names = {
        ", ".join(word for word in (rhythm, basket, quiet) if word)
        for rhythm in rhythms
        for basket in ("", *persona.BASKETS)
        for quiet in ("", persona.QUIET)
    }
    assert not names - set(i18n.catalogue())


def test_every_segment_has_an_icon_that_the_report_keeps_whole():
    for segment in (*plots.SEGMENT_COLORS, "something else"):
        drawn = icons.icon(segment)
        kept = str(markup.clean(drawn))
        assert re.findall(r"<(\w+)", kept) == re.findall(r"<(\w+)", drawn)
        assert 'stroke="currentColor"' in kept and 'viewBox="0 0 24 24"' in kept
