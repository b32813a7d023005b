"""What the report on cleaning shows of who is who: customers by source, one pair weighed, and what the threshold moves."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.identity import resolution_words
from helpers.identity.resolution import Resolved, by_source
from helpers.plots import plots
from helpers.report import Evidence
from helpers.timezones import local

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class Linked:
    """Tables and sentences of the section "Who is who?"."""

    sources: pd.DataFrame
    on_sources: resolution_words.Sentence
    on_who: resolution_words.Sentence
    on_doubts: resolution_words.Sentence
    grade: Evidence
    weights: pd.DataFrame
    example: pd.DataFrame | None
    example_values: dict
    limit: float
    n_pairs: int
    thresholds: pd.DataFrame
    n_buyers: int
    on_thresholds: resolution_words.Sentence | None
    colors: list
    corrections: pd.DataFrame


def evidence(who: Resolved, arrived: dict, *, run, threshold: float) -> Linked:
    """Return what the section shows; raises TooLittleData where nobody had to be recognised."""
    if who.keys is None:
        raise TooLittleData(
            "The customers of this data set are pseudonyms that were published with it: there is nobody to recognise."
        )
    if who.links is None:
        raise TooLittleData(
            "No source of this data set has records of people (names, phones, e-mails): each number of a source is taken as "
            "one customer."
        )
    sources = by_source(who.people)
    per_customer = who.people.group_by("customer_id").agg(n=who.people.source.nunique())
    counts = per_customer.agg(n=per_customer.count(), linked=(per_customer.n > 1).sum().fill_null(0)).to_pandas().iloc[0]
    example, values = example_pair(who.links.pairs, threshold)
    table = thresholds(who, arrived, run=run, chosen=threshold)
    now = who.events["event"].value_counts().to_dict()
    n_decided = 0 if who.decisions is None else len(who.decisions)
    return Linked(
        sources=sources, on_sources=resolution_words.say_sources(sources),
        on_who=resolution_words.say_who(sources, int(counts["n"]), int(counts["linked"])),
        on_doubts=resolution_words.say_doubts(who.n_in_doubt, n_decided, now),
        grade=Evidence("estimate", n=int(sources["n_records"].sum())),
        weights=weights_table(who.links.model, [name for name, n in who.links.counts["n_present"].items() if n]),
        example=example, example_values=values, limit=values["limit"], n_pairs=int(who.links.counts["n_candidates"]),
        thresholds=table, n_buyers=int(table.loc[table["is_chosen"], "n_buyers"].iloc[0]),
        on_thresholds=resolution_words.say_thresholds(table) if table["n_buyers"].any() else None,
        colors=[plots.BLUE if chosen else plots.GREY for chosen in table["is_chosen"]],
        corrections=corrections_by_rule(who.corrections),
    )


def bits(probability: float) -> float:
    """Return the log2 of the odds: 0 for one half, 3.17 for .9."""
    return math.log2(probability / (1 - probability))


def weights_table(model, present: list[str]) -> pd.DataFrame:
    """Return one row a level (1 = most alike) of the comparisons `present`: comparison, level, means, m, u, weight (bits)."""
    from helpers.identity.identity_model import COMPARISONS

    rows = []
    for comparison in (c for c in COMPARISONS if c.name in present):
        weights = model.weights(comparison.name)
        for place, level in enumerate(comparison.levels):
            rows.append({
                "comparison": comparison.name, "level": place + 1, "means": level.words,
                "m": float(model.m[comparison.name][place]), "u": float(model.u[comparison.name][place]),
                "weight": float(weights[place]),
            })
    return pd.DataFrame(rows)


def example_pair(pairs: pd.DataFrame, threshold: float) -> tuple[pd.DataFrame | None, dict]:
    """Return (the steps of the weight of a typical linked pair, its values); None where no two records are linked.

    Typical = the pair with the median weight of those linked.

    Steps: step, comparison, means, label, weight, total; the first is what two records taken at random start with.
    """
    from helpers.identity.identity_review import weights_of

    linked = pairs[(pairs["match_probability"] >= threshold) & ~pairs["contradicts"].astype(bool)]
    if linked.empty:
        return None, {"limit": bits(threshold)}
    ordered = linked.sort_values(["match_weight", "key_l", "key_r"], ignore_index=True)
    steps = weights_of(ordered.iloc[(len(ordered) - 1) // 2])
    means = np.where(steps["comparison"] == "prior", "two records taken at random", steps["level"])
    example = pd.DataFrame({
        "step": range(1, len(steps) + 1), "comparison": steps["comparison"], "means": means, "label": means,
        "weight": steps["weight"].astype(float), "total": steps["weight"].astype(float).cumsum(),
    })
    return example, {"total": float(example["total"].iloc[-1]), "limit": bits(threshold)}


def order_days(arrived: dict, time_zone: str) -> pd.DataFrame:
    """Return record_key, order_date, revenue: one row a number of a person and day with an order."""
    lines = arrived["transactions"]
    lines = lines.filter(lines.customer_id.notnull() & lines.ordered_at.notnull())
    lines = lines.mutate(order_date=local(lines.ordered_at, time_zone, lines).date())
    return lines.group_by(record_key="customer_id", order_date="order_date").agg(revenue=lines.revenue.sum()).to_pandas()


def thresholds(who: Resolved, arrived: dict, *, run, chosen: float) -> pd.DataFrame:
    """Return one row a threshold: threshold, n_customers, n_buyers, largest, repeat_rate, revenue_per_buyer, is_chosen, label.

    Everything that arrived counts, before cleaning: the question is how far the line moves a figure, not the figure.
    """
    from helpers.identity.identity_quality import by_threshold

    orders = order_days(arrived, run.business.time_zone) if "transactions" in arrived else None
    n_loose = len(who.keys) - len(who.clusters.clusters)
    levels = sorted({*THRESHOLDS, chosen})
    found = by_threshold(
        who.links.pairs, who.links.records, levels, lambda clusters: figures_of(clusters, orders), decisions=who.decisions
    )
    return found.assign(
        n_customers=found["n_clusters"] + n_loose, is_chosen=found["threshold"] == chosen,
        label=[f"≥ {level:.0%}" for level in found["threshold"]],
    ).drop(columns="n_clusters")


def figures_of(clusters: pd.Series, orders: pd.DataFrame | None) -> dict:
    """Return n_buyers, repeat_rate (buyers with a second order day) and revenue_per_buyer of the customers of `clusters`.

    orders: record_key, order_date, revenue; a number without a cluster is a customer of its own.
    """
    if orders is None or orders.empty:
        return {"n_buyers": 0, "repeat_rate": np.nan, "revenue_per_buyer": np.nan}
    who = orders["record_key"].map(clusters).fillna(orders["record_key"])
    days = orders.assign(_who=who).groupby("_who")["order_date"].nunique()
    return {"n_buyers": len(days), "repeat_rate": float((days > 1).mean()),
            "revenue_per_buyer": float(orders["revenue"].sum() / len(days))}


def corrections_by_rule(corrections) -> pd.DataFrame:
    """Return one row a source, field and rule: n_values corrected, n_lost = of these, those that cannot be used; most first."""
    grouped = corrections.group_by("source", "field", "rule").agg(
        n_values=corrections.count(), n_lost=corrections.after.isnull().sum()
    )
    return grouped.to_pandas().sort_values(["n_values", "source", "field", "rule"], ascending=[False, True, True, True],
                                           ignore_index=True)


def answers(linked: Linked) -> dict:
    """Return the tables of results that the section gives, by name."""
    drop = {"identity_example": ["label"], "identity_thresholds": ["label"]}
    found = {"identity_sources": linked.sources, "identity_weights": linked.weights, "identity_example": linked.example,
             "identity_thresholds": linked.thresholds, "corrections": linked.corrections}
    return {name: table.drop(columns=drop.get(name, [])) for name, table in found.items() if table is not None}


def by_field(corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the corrections of all sources together: field, rule, n_sources, n_values, n_lost, most first."""
    grouped = corrections.groupby(["field", "rule"], as_index=False).agg(
        n_sources=("source", "nunique"), n_values=("n_values", "sum"), n_lost=("n_lost", "sum")
    )
    return grouped.sort_values(["n_values", "field", "rule"], ascending=[False, True, True], ignore_index=True)
