"""What 02_cleaning says of who is who: one sentence a question, chosen by what the numbers show."""

from dataclasses import dataclass

import pandas as pd

MOVES = 0.01  # a repeat rate that moves by less than one point does not depend on the threshold in practice


@dataclass(frozen=True)
class Sentence:
    """A message and its values."""

    template: str
    values: dict


def say_who(sources: pd.DataFrame, n_customers: int, n_linked: int) -> Sentence:
    """Say how many customers stand behind the records. sources: resolution.by_source; n_linked: known to two or more."""
    n = int(sources["n_records"].sum())
    values = {"n_records": n, "n_sources": len(sources), "n_customers": n_customers,
              "linked": n_linked / n_customers if n_customers else 0.0, "n_linked": n_linked}
    if len(sources) < 2:
        return Sentence("{n_records:count} personal records of one source belong to {n_customers:count} customers.", values)
    return Sentence(
        "{n_records:count} personal records in {n_sources:count} sources belong to {n_customers:count} customers; "
        "{linked:percent} of them are known to more than one source.", values,
    )


def say_sources(sources: pd.DataFrame) -> Sentence:
    """Say which source stands most alone and which is best linked."""
    ranked = sources.sort_values(["linked_rate", "source"])
    low, high = ranked.iloc[0], ranked.iloc[-1]
    values = {"source": low["source"], "low": low["linked_rate"], "high": high["linked_rate"], "best": high["source"]}
    if len(ranked) < 2:
        return Sentence("One source only: {source}", values)
    if low["linked_rate"] >= 0.9:
        return Sentence("No source stands alone: each shares at least {low:percent} of its customers with another one", values)
    return Sentence("{source} stands most alone: {low:percent} of its customers are known elsewhere, too", values)


def say_thresholds(thresholds: pd.DataFrame) -> Sentence:
    """Say how far the repeat rate and the number of customers move between the lowest and the highest threshold."""
    rows = thresholds.dropna(subset="repeat_rate").sort_values("threshold")
    low, high = rows.iloc[0], rows.iloc[-1]
    spread = float(rows["repeat_rate"].max() - rows["repeat_rate"].min())
    values = {
        "low": low["threshold"], "high": high["threshold"], "points": 100 * spread,
        "rate_low": low["repeat_rate"], "rate_high": high["repeat_rate"],
        "customers_low": low["n_customers"], "customers_high": high["n_customers"],
    }
    if spread < MOVES:
        return Sentence(
            "From threshold {low:percent} to {high:percent} the repeat rate moves by {points:number1} points, the customers "
            "from {customers_low:count} to {customers_high:count}", values,
        )
    return Sentence(
        "From threshold {low:percent} to {high:percent} the repeat rate goes from {rate_low:percent1} to {rate_high:percent1}, "
        "the customers from {customers_low:count} to {customers_high:count}", values,
    )


def say_doubts(n_review: int, n_decided: int, events: dict[str, int]) -> Sentence:
    """Say how many pairs wait for a decision, how many were decided, and what changed in the ledger (event → number)."""
    values = {"n_review": n_review, "n_decided": n_decided, "n_merges": events.get("merged", 0),
              "n_splits": events.get("split", 0)}
    if not values["n_merges"] + values["n_splits"]:
        return Sentence(
            "{n_review:count} pairs of records are in doubt and wait for a decision; {n_decided:count} have been decided. "
            "No customer of an earlier run was merged or split.", values,
        )
    return Sentence(
        "{n_review:count} pairs of records are in doubt and wait for a decision; {n_decided:count} have been decided. "
        "Of the customers of the run before, {n_merges:count} were merged and {n_splits:count} were split.", values,
    )
