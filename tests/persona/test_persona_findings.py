"""persona_findings.py, persona_needs.py, persona_coverage.py: sentences follow the values."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.persona import persona_coverage, persona_findings, persona_needs, persona_reversals
from helpers.report import grade
from persona_cells import BARE, PORTRAIT, cells_of, customers

CHECKED = {"segment": "Loyal", "kind": "category", "unit": "spend", "attribute": "x", "stratifier": "region", "n_strata": 3,
           "n": 50, "overlap": 1.0, "crude": 0.1, "adjusted": 0.1, "low": 0.05, "high": 0.15, "verdict": "stands"}


def test_findings_are_the_strongest_statements_one_of_a_kind():
    cells = cells_of(
        {"attribute": "a", "shrunk_index": 150.0}, {"segment": "New", "attribute": "a", "shrunk_index": 140.0},
        {"attribute": "b", "shrunk_index": 130.0},
        {"kind": "age", "unit": "customers", "attribute": "65+", "shrunk_index": 120.0},
    )
    found = persona_findings.findings(cells)
    assert [(values["segment"], values["attribute"]) for _, values, _ in found] == [("Loyal", "a"), ("Loyal", "65+")]
    assert found[0][2].baseline == 100.0 and found[0][2].interval == (150.0, 250.0)


def test_the_headline_names_the_segment_with_most_revenue_and_what_it_favours():
    portraits = pd.DataFrame([PORTRAIT, PORTRAIT | {"segment": "New", "revenue_share": 0.3}])
    template, values = persona_findings.headline(portraits, cells_of({"attribute": "FUEL"}))
    assert i18n.text(template, **values).endswith("Weekly, large baskets; more of their money than of others' goes to Fuel.")
    bare, bare_values = persona_findings.headline(portraits, cells_of({"is_notable": False}))
    assert i18n.text(bare, **bare_values).endswith("in a few words: Weekly, large baskets.")
    unpaid, unpaid_values = persona_findings.headline(pd.DataFrame([BARE]), cells_of({}))
    assert "largest segment" in unpaid and "–" not in i18n.text(unpaid, **unpaid_values)


def test_the_chance_sentence_does_not_boast_where_chance_does_as_well():
    observed = {"tested": 100, "by_index": 30, "by_p": 8, "by_rule": 2}
    lucky = pd.DataFrame({"by_index": [30, 32], "by_p": [5, 6], "by_rule": [0, 2]})
    assert "no more than with shuffled" in persona_findings.chance_sentence(observed, lucky)[0]
    clean = lucky.assign(by_rule=[0, 1])
    template, values = persona_findings.chance_sentence(observed, clean)
    assert "chance alone would have given" in template and values["chance"] == 0.5 and values["chance_index"] == 31
    assert persona_findings.rules_table(observed, clean)["observed"].tolist() == [30, 8, 2]


def test_the_first_screen_shows_what_chance_alone_would_give_beside_what_was_found():
    chance = pd.DataFrame({"by_rule": [0, 1], "Loyal": [0, 1]})
    observed = {"tested": 100, "by_index": 30, "by_p": 8, "by_rule": 7}
    figures = persona_findings.key_figures(pd.DataFrame([PORTRAIT]), observed, chance, pd.DataFrame([CHECKED]))
    found = [(figure.label, figure.value) for figure in figures]
    assert found[1:3] == [("Statements that pass", 7), ("Chance alone would give", 0.5)]
    assert len(persona_findings.key_figures(pd.DataFrame([BARE]), observed, None, pd.DataFrame([CHECKED]).head(0))) == 2
    assert persona_findings.add_chance(pd.DataFrame([PORTRAIT]), chance)["n_by_chance"].tolist() == [0.5]
    assert persona_findings.add_chance(pd.DataFrame([PORTRAIT]), None)["n_by_chance"].isna().all()


def test_hidden_segments_are_counted():
    segments = pd.DataFrame({"segment": ["Loyal", "New", "New"]})
    assert persona_findings.hidden_sentence(segments, pd.DataFrame([PORTRAIT]))[1] == {"n": 1, "least": 10}
    assert "Every segment" in persona_findings.hidden_sentence(segments, pd.DataFrame([PORTRAIT, PORTRAIT]))[0]


def test_the_reversal_sentence_counts_what_turns_round_and_says_when_nothing_can_be_told():
    turned = CHECKED | {"attribute": "y", "verdict": "reversed"}
    some = pd.DataFrame([CHECKED, turned, CHECKED | {"attribute": "z", "verdict": "gone"}])
    template, values, proof = persona_findings.reversal_sentence(some)
    assert "turn round" in template and (values["n"], values["reversed"], values["gone"]) == (3, 1, 1) and proof.n == 50
    kept = some.head(1)
    assert "turns round or is gone" in persona_findings.reversal_sentence(kept)[0]
    assert "are gone there" in persona_findings.reversal_sentence(some.drop(index=1))[0]
    assert "cannot be told" in persona_findings.reversal_sentence(some.head(1).assign(verdict=persona_reversals.UNKNOWN))[0]
    with pytest.raises(TooLittleData):
        persona_findings.reversal_sentence(some.head(0))
    assert persona_findings.flagged(some)["attribute"].tolist() == ["y", "z", "x"]


# --- what they need next


def test_the_next_purchase_is_due_by_the_segments_own_rhythm():
    template, values, rests, behind = persona_needs.next_purchase(pd.Series(PORTRAIT), {"n": 0})
    assert template.startswith("to be met in time") and values["days"] == 4 and behind["share"] == 0.1 and behind["n"] == 60
    late = persona_needs.next_purchase(pd.Series(PORTRAIT | {"recency_days": 71.0, "n_overdue": 60}), {"n": 0})
    assert i18n.text(late[0], **late[1]) == "a reminder, before any offer: usually every 6.5 days, now 71 days silent"
    assert i18n.text(late[2], **late[3]).startswith("100% of 60 are silent for more than twice their own gap (94%–100%)")


def test_customers_who_bought_once_need_a_second_purchase_if_anybody_came_back():
    again = {"n": 40, "median_days": 30.0, "late_days": 90.0}
    assert persona_needs.next_purchase(pd.Series(BARE), again)[0].startswith("a second purchase")
    assert persona_needs.next_purchase(pd.Series(BARE), {"n": 0}) is None


def test_the_time_to_the_second_purchase_counts_days_not_orders():
    dates = [("a", "2024-01-01"), ("a", "2024-01-01"), ("a", "2024-01-11"), ("a", "2024-02-01"), ("b", "2024-01-01")]
    rows = [(f"{name}{i}", day) for i in range(30) for name, day in dates]
    orders = pd.DataFrame(rows, columns=["customer_id", "order_date"])
    orders["order_date"] = pd.to_datetime(orders["order_date"]).dt.date
    found = persona_needs.second_purchase(ibis.memtable(orders, schema={"customer_id": "string", "order_date": "date"}))
    assert found == {"n": 30, "median_days": 10.0, "late_days": 10.0}
    few = ibis.memtable(orders.head(5), schema={"customer_id": "string", "order_date": "date"})
    assert persona_needs.second_purchase(few)["n"] == 0


def test_needs_follow_from_statements_only_trouble_from_more_and_gaps_from_less():
    less = {"share": 0.1, "others_share": 0.2}
    cells = cells_of(
        {"kind": "bought at all", "attribute": "TEA", **less}, {"kind": "reviews", "attribute": "dissatisfied"},
        {"kind": "service", "attribute": "service cases", **less}, {"kind": "survey", "attribute": "promoters"},
    )
    assert [cell["kind"] for _, _, cell in persona_needs.openings(cells)] == ["bought at all", "reviews"]


# --- coverage


def covered(known_revenue: float, n_known=40, n_other=60) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = customers(n_known + n_other)
    ages = ["25–34", "65+"] * (n_known // 2) + [None] * n_other
    noise = np.tile([0.9, 1.1], (n_known + n_other) // 2)
    revenue = noise * np.r_[np.full(n_known, known_revenue), np.full(n_other, 100.0)]
    segments = pd.DataFrame({"customer_id": ids, "revenue": revenue, "frequency": 2.0, "recency_days": 30.0})
    return pd.DataFrame({"customer_id": ids, "age_band": ages, "loyalty_tier": ["a", "b"] * (len(ids) // 2)}), segments


def test_customers_with_demographics_are_compared_with_the_others():
    compared = persona_coverage.compare(*covered(300.0))
    row = compared.iloc[0]
    assert (row["n_known"], row["n_unknown"], row["ratio"]) == (40, 60, pytest.approx(3.0)) and row["ratio_low"] > 2.8
    template, values, proof = persona_coverage.sentence(compared)
    assert "are not like the others" in template and values["n"] == 100 and grade(proof)[0] == "with care"  # known for 40 %
    assert "about as much" in persona_coverage.sentence(persona_coverage.compare(*covered(100.0)))[0]


def test_a_tier_of_the_company_is_no_demographic_and_unknown_is_no_value():
    people, segments = covered(300.0)
    assert persona_coverage.covered(people, segments).sum() == 40
    assert persona_coverage.covered(people.assign(age_band=people["age_band"].fillna("未知")), segments).sum() == 40


def test_known_customers_are_counted_in_each_segment_and_none_without_a_customer_table():
    people, segments = covered(300.0)
    segments = segments.assign(segment=["Loyal"] * 50 + ["New"] * 50)
    portraits = pd.DataFrame({"segment": ["Loyal", "New"]})
    assert persona_coverage.add_known(portraits, people, segments)["n_known"].tolist() == [40, 0]
    assert persona_coverage.add_known(portraits, people.head(0), segments)["n_known"].tolist() == [0, 0]


def test_coverage_is_compared_only_where_both_sides_have_thirty():
    for sides in ((20, 80), (80, 20)):
        with pytest.raises(TooLittleData):
            persona_coverage.compare(*covered(300.0, *sides))


def test_customers_without_revenue_give_no_ratio():
    people, segments = covered(300.0)
    template, _, _ = persona_coverage.sentence(persona_coverage.compare(people, segments.assign(revenue=0.0)))
    assert template == "Demographics are known for {n_known:count} of {n:count} customers."
