"""segment_sentences.py: sentences that are true for whatever data comes."""

import pandas as pd

from helpers import i18n
from helpers.segmentation import segment_sentences as words

CUTS = {"recency_days": (6, 12, 24, 48), "frequency": (12, 26, 52, 104)}


def summary_of(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["segment", "n_customers", "revenue"])
    total = table["revenue"].sum()
    return table.assign(
        customer_share=table["n_customers"] / table["n_customers"].sum(),
        revenue_share=table["revenue"] / total if total else float("nan"),
    )


def test_the_headline_counts_repeat_customers_gone_quiet():
    template, values = words.headline(
        summary_of(("Champions", 3, 80.0), ("At risk", 4, 15.0), ("Cannot lose", 3, 5.0)), cuts=CUTS
    )
    assert i18n.text(template, **values) == (
        "Champions are 30% of customers and bring 80% of revenue; 7 repeat customers, who brought 20%, have bought nothing for "
        "more than 12 days."
    )


def test_a_group_too_small_to_show_is_neither_the_best_nor_has_a_revenue():
    summary = summary_of(("Champions", 9, 80.0), ("Loyal", 10, 15.0), ("At risk", 9, 5.0))
    assert words.largest(summary)["segment"] == "Loyal"
    assert words.slipping(summary)["revenue"] != words.slipping(summary)["revenue"]  # NaN
    assert words.slipping(summary.assign(n_customers=10))["revenue"] == 5.0
    assert words.slipping(summary[:2])["revenue"] == 0.0


def test_the_headline_without_quiet_customers_says_so():
    template, values = words.headline(summary_of(("Champions", 1, 8.0), ("Loyal", 1, 2.0)), cuts=CUTS)
    assert i18n.text(template, **values).endswith("no regular customer has gone quiet.")


def test_the_headline_without_revenue_shows_no_share():
    template, values = words.headline(summary_of(("Loyal", 1, 0.0)), cuts=CUTS)
    assert "no revenue" in i18n.text(template, **values) and "–" not in i18n.text(template, **values)


def test_the_group_sentence_fills_absent_groups_with_zero():
    groups = pd.DataFrame({"frequency_group": ["potential"], "customer_share": [1.0], "revenue_share": [1.0]})
    template, values = words.group_sentence(groups, {"frequent_from": 52.0, "occasional_from": 12.0})
    assert i18n.text(template, **values) == (
        "Frequent buyers (52 or more purchase days) are 0% of customers and bring 0% of revenue; potential ones (fewer than "
        "12) are 100% and bring 100%."
    )


def test_guests_are_named_only_if_there_are_any():
    assert words.guest_sentence({"n_orders": 5, "n_guest": 0, "revenue_share": 0.0})[0].startswith("Every one")
    assert "name no customer" in words.guest_sentence({"n_orders": 5, "n_guest": 1, "revenue_share": 0.2})[0]


def test_the_sensitivity_sentence_names_the_choice_that_moves_most():
    changes = pd.DataFrame(
        {
            "variant": ["As chosen here", "A", "B"], "changed_share": [0.0, 0.1, 0.4], "champions_share": [0.3, 0.2, 0.35],
            "slipping_share": [0.1, 0.05, 0.3],
        }
    )
    template, values = words.sensitivity_sentence(changes)
    assert (values["variant"], values["share"], values["low"], values["high"], values["n_variants"]) == ("B", 0.4, 0.2, 0.35, 2)
    assert (values["slipping"], values["slipping_low"], values["slipping_high"]) == (0.1, 0.05, 0.3)
    assert words.sensitivity_sentence(changes.assign(changed_share=0.0))[0].startswith("None of {n_variants:count}")


def test_labels_cover_the_columns_that_are_known_in_their_order():
    frame = pd.DataFrame(columns=["segment", "n_customers", "secret"])
    assert list(words.labelled(frame)) == ["segment", "n_customers"]


def moves_of(*rows) -> pd.DataFrame:
    names = ["from_segment", "to_segment", "n_customers", "expected_n", "share", "expected_share", "net_low", "net_high",
             "is_true_move"]
    return pd.DataFrame(rows, columns=names)


def test_the_largest_true_move_is_the_one_that_exceeds_most_not_the_one_with_most_customers():
    moves = moves_of(
        ("Loyal", "At risk", 90, 85.0, 0.3, 0.28, 0.01, 0.05, True),
        ("Loyal", "Hibernating", 40, 10.0, 0.1, 0.02, 0.05, 0.1, True),
        ("Loyal", "Promising", 99, 0.0, 0.3, 0.0, 0.2, 0.4, False),
    )
    template, values = words.flow_sentence(moves)
    assert (values["end"], values["n"]) == ("Hibernating", 40) and "unchanged rhythm" in template
    assert words.flow_sentence(moves.assign(is_true_move=False))[1] == {}


def test_moves_that_chance_makes_are_not_called_moves():
    figures = {"n": 500, "n_flows": 0, "true_share": 0.0, "true_low": 0.0, "true_high": 0.0}
    assert "No move exceeds" in words.migration_sentence(figures, days=91)[0]
    assert words.migration_evidence(figures).interval is None
    real = figures | {"n_flows": 1, "true_share": 0.04, "true_low": 0.02, "true_high": 0.06}
    assert "True moves" in words.migration_sentence(real, days=91)[0]
    assert words.migration_evidence(real).interval == (0.02, 0.06) and words.migration_evidence(real).baseline == 0.0
