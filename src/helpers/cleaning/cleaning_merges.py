"""Rows of several systems about one thing: which values win, and which equal numbers do not mean the same thing.

The rows themselves stay: the rule "repeated key" merges them afterwards, so that each is accounted for.
"""

import ibis

from helpers.cleaning import consents
from helpers.cleaning.cleaning_rules import Settings
from helpers.contracts import contract

MOMENTS = {"transactions": "ordered_at", "interactions": "occurred_at", "feedback": "received_at", "cases": "opened_at",
           "deals": "entered_at"}
RENUMBERED = "_renumbered"


def merge_customers(customers, settings: Settings):
    """Return the customers' rows, each with the best that any row of the same customer says.

    Best = the first filled value in the order of the sources in dataset.yml, then of their rows; `joined_at` is the first day.
    """
    rank = ibis.cases(*((customers.source == name, i) for i, name in enumerate(settings.sources)), else_=len(settings.sources))
    ranked = customers.mutate(_rank=rank)
    known = [c for c in customers.columns if c not in ("customer_id", "source", "source_row", "problem")]
    order = [ranked["_rank"], ranked.source, ranked.source_row]
    best = {c: ranked.joined_at.min() if c == "joined_at" else ranked[c].first(order_by=order) for c in known}
    merged = ranked.group_by("customer_id").agg(**best)
    rows = customers.select("customer_id", "source", "source_row", "problem")
    return rows.left_join(merged, "customer_id").drop("customer_id_right")


def merge_consents(statements):
    """Return the consents' rows, each with what the customer permits now, whichever system was told."""
    columns = statements.columns
    now = consents.current(statements).rename(_customer="customer_id", _purpose="purpose")
    rows = statements.drop("granted_at", "withdrawn_at")
    joined = rows.left_join(now, (rows.customer_id == now["_customer"]) & (rows.purpose == now["_purpose"]))
    return joined.select(*columns)


def tell_numbers_apart(name: str, table):
    """Return `table` with `RENUMBERED`: rows whose number another source uses for something on another day.

    Two systems may both have an order 1001. Where the days differ, the number gets its source's name before it in all sources
    but the first by name; on the same day it is taken for the same thing told twice, and merged.
    """
    if name not in MOMENTS or table.source.nunique().execute() < 2:
        return table
    number, moment = contract(name).key[0], MOMENTS[name]
    days = table.group_by(number, "source").agg(_day=table[moment].min().date())
    clash = days.group_by(number).agg(_first=days.source.min(), _n=days["_day"].nunique())
    clash = clash.filter(clash["_n"] > 1).select(_number=clash[number], _first=clash["_first"])
    if not clash.count().execute():
        return table
    columns = table.columns
    joined = table.left_join(clash, table[number] == clash["_number"])
    other = (joined["_first"].notnull() & (joined.source != joined["_first"])).fill_null(False)
    own = joined.source + "/" + joined[number]
    return joined.mutate(**{number: ibis.ifelse(other, own, joined[number]), RENUMBERED: other}).select(*columns, RENUMBERED)


def count_renumbered(name: str, kept) -> list[dict]:
    """Return the row of the cleaning log for numbers that were told apart."""
    if RENUMBERED not in kept.columns:
        return []
    counts = kept.agg(n=kept.count(), changed=kept[RENUMBERED].sum().fill_null(0)).to_pandas().iloc[0]
    return [{"table": name, "rule": "number that another source uses, too", "effect": "change", "rows_before": int(counts["n"]),
             "rows_after": int(counts["n"]), "rows_affected": int(counts["changed"])}]
