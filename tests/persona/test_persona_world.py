"""Personas from end to end on planted worlds: what is planted is found, what is not is not said, odd inputs end in words."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.persona import (
    persona,
    persona_cards,
    persona_coverage,
    persona_findings,
    persona_index,
    persona_posters,
    persona_reversals,
)
from helpers.persona.persona_traits import Trait, demographic_traits
from helpers.plots import plots
from persona_cells import customers

CATEGORIES = [f"k{i:02d}" for i in range(30)]


def world(n=900, *, seed=0, planted=True) -> tuple[pd.DataFrame, pd.DataFrame, list[Trait], pd.DataFrame]:
    """Segments, habits, traits, customers. Planted: Loyal ones spend thrice as much on k03, a third on k07, and are old."""
    rng = np.random.default_rng(seed)
    ids = customers(n)
    segment = np.resize(["Champions", "Loyal", "At risk"], n)
    segments = pd.DataFrame({
        "customer_id": ids, "segment": segment, "recency_days": rng.integers(0, 90, n), "frequency": rng.integers(1, 20, n),
        "revenue": rng.gamma(2, 50, n), "median_gap_days": rng.gamma(2, 8, n),
    })
    habits = pd.DataFrame({"customer_id": ids, "order_value": rng.gamma(3, 10, n), "n_products": 3.0, "n_orders": 5})
    money = rng.gamma(0.5, 10, (n, len(CATEGORIES)))
    old = np.full(n, 0.2)
    if planted:
        loyal = segment == "Loyal"
        money[loyal, 3] *= 3
        money[loyal, 7] /= 3
        old[loyal] = 0.5
    people = pd.DataFrame({"customer_id": ids, "age_band": np.where(rng.random(n) < old, "65+", "25–34"),
                           "region": rng.choice(["north", "south"], n)})
    wide = pd.DataFrame(money, index=pd.Index(ids, name="customer_id"), columns=pd.Index(CATEGORIES, name="attribute"))
    spend = Trait("category", "spend", wide.stack().rename("value").reset_index(), wide.sum(axis=1))
    return segments, habits, [spend, *demographic_traits(people)], people


def said(segments, habits, traits, people, *, chance_rounds=0):
    """Return cells, posters and portraits as the notebook makes them."""
    labels = segments.set_index("customer_id")["segment"]
    tested = persona.shown(persona_index.index_cells(traits, labels))
    strata = {name: people.set_index("customer_id")[name] for name in people.columns[1:]}
    cells = persona_reversals.flag(tested, persona_reversals.reversals(tested, traits, labels, strata))
    portraits = persona_coverage.add_known(persona.add_traits(persona.personas(segments, habits), cells), people, segments)
    chance = persona_index.by_chance(traits, labels, n_rounds=chance_rounds) if chance_rounds else None
    return cells, persona_cards.cards(portraits, cells, colors=plots.SEGMENT_COLORS, chance=chance), portraits


def lines(poster) -> list:
    return [line for _, part in [*poster.parts, *filter(None, [poster.next_step])] for line in part]


def test_planted_traits_are_on_the_right_card_in_the_right_direction_and_nowhere_else():
    cells, posters, portraits = said(*world())
    loyal = next(poster for poster in posters if poster.name == "Loyal")
    parts = {title: " ".join(line.words for line in part if line.is_tested) for title, part in loyal.parts}
    assert "More of their money goes to k03" in parts["What they love"]
    assert "Less of their money goes to k07" in parts["What they avoid"]
    assert "Age 65 or older is more common" in parts["Who they are"]
    notable = cells[cells["is_notable"]]
    assert len(set(notable["attribute"]) - {"k03", "k07", "65+", "25–34"}) <= 1  # q < 0.05 lets one in twenty through
    assert portraits.set_index("segment").loc["Loyal", "favourite"] == "k03"


@pytest.mark.slow
def test_on_permuted_labels_the_cards_make_no_statement():
    segments, habits, traits, people = world()
    for seed in range(3):
        labels = np.random.default_rng(seed).permutation(segments["segment"])
        cells, posters, _ = said(segments.assign(segment=labels), habits, traits, people)
        assert not cells["is_notable"].any()
        assert not any(line.is_tested for poster in posters for line in lines(poster))
        nothing = "Nothing that was tested sets this segment apart, beyond its rhythm and value"
        assert all(nothing in [line.words for line in lines(poster)] for poster in posters)


@pytest.mark.slow
def test_on_structureless_data_the_cards_make_no_statement_and_the_report_says_so():
    for seed in range(3):
        segments, habits, traits, people = world(seed=seed, planted=False)
        cells, posters, _ = said(segments, habits, traits, people)
        assert not any(line.is_tested for poster in posters for line in lines(poster))
        labels = segments.set_index("customer_id")["segment"]
        chance = persona_index.by_chance(traits, labels, n_rounds=3)
        assert "the segments differ in rhythm and value only" in persona_findings.chance_sentence(
            persona_index.count_statements(cells), chance)[0]


def test_the_order_of_rows_changes_nothing():
    segments, habits, traits, people = world(n=300)
    shuffled = [replace(trait, values=trait.values.sample(frac=1, random_state=1),
                        exposure=trait.exposure.sample(frac=1, random_state=2)) for trait in traits]
    one = said(segments, habits, traits, people)
    other = said(segments.sample(frac=1, random_state=3), habits.sample(frac=1, random_state=4), shuffled, people)
    pd.testing.assert_frame_equal(one[0], other[0])
    pd.testing.assert_frame_equal(one[2], other[2])
    assert list(map(persona_posters.poster_html, one[1])) == list(map(persona_posters.poster_html, other[1]))


# --- odd inputs


def odd(n: int, **changes) -> tuple:
    segments, habits, traits, people = world(n=n, planted=False)
    return segments.assign(**changes), habits, traits, people


@pytest.mark.parametrize("case", [
    pytest.param(odd(10, segment="Loyal"), id="ten customers"),
    pytest.param(odd(60, segment="Loyal"), id="one segment only"),
    pytest.param(odd(60, segment="Loyal", revenue=0.0, recency_days=0, median_gap_days=np.nan), id="all once, no money"),
    pytest.param(odd(90, revenue=-3.0), id="negative spend"),
    pytest.param(odd(90, median_gap_days=0.0, recency_days=0), id="all on one day"),
    pytest.param((*odd(90)[:2], odd(90)[2][:1], odd(90)[3]), id="no demographics"),
    pytest.param((odd(90)[0], odd(90)[1].assign(order_value=np.nan, n_products=np.nan), *odd(90)[2:]), id="no order values"),
    pytest.param((odd(90)[0], odd(90)[1].head(0), *odd(90)[2:]), id="no orders known"),
])
def test_odd_inputs_give_cards_without_nan(case):
    cells, posters, portraits = said(*case)
    for poster in posters:
        html = persona_posters.poster_html(poster)
        assert not re.search(r">nan|\bnan\b|None|inf\b|>–<|: –", html), html
        assert not any(line.is_tested for line in lines(poster))
    assert portraits["persona"].str.len().gt(0).all() and len(cells)


def test_one_customer_is_told_what_is_needed():
    with pytest.raises(TooLittleData, match="at least 10 customers; the largest has 1"):
        persona.personas(*odd(1)[:2])
    with pytest.raises(TooLittleData, match="largest has 0"):
        persona.personas(odd(3)[0].head(0), odd(3)[1].head(0))


def test_all_customers_identical_make_no_statement():
    segments, habits, _, people = world(n=120)
    same = segments.assign(recency_days=5, frequency=3, revenue=10.0, median_gap_days=7.0)
    spend = Trait("category", "spend", pd.DataFrame({"customer_id": same["customer_id"], "attribute": "k", "value": 10.0}),
                  pd.Series(10.0, index=same["customer_id"]))
    cells, posters, portraits = said(same, habits.assign(order_value=10.0), [spend], people)
    assert set(portraits["persona"]) == {"Weekly, mid-size baskets"} and set(portraits["name_stability"]) == {1.0}
    assert not cells["is_notable"].any() and "nan" not in "".join(map(persona_posters.poster_html, posters))
