"""What a segment needs next, from evidence: the purchase that its rhythm makes due, the category that customers alike buy more
often, the trouble it has more than others. In: a row of personas, cells of persona_traits, orders. Out: templates and values.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.persona.persona_described import short
from helpers.persona.persona_words import is_more
from helpers.proportions import wilson

MIN_RETURNED = 30  # customers who bought again, from whom the time to the second purchase is told
GAP = "bought at all"  # kind of trait: a category that customers of equal breadth buy more often
TROUBLE = ("service", "reviews", "survey", "service rating", "service topic")
OPENINGS = {  # kind of trait → what its statement calls for
    GAP: (
        "show them {attribute:label}: {share:percent1} have bought it, {others:percent1} of others with as many products"
    ),
    "service": "fix what goes wrong: {share:percent1} of their orders end in a service case, {others:percent1} of others'",
    "reviews": "ask what went wrong: {share:percent1} of their reviews are dissatisfied, {others:percent1} of others'",
    "survey": "call their detractors back: {share:percent1} of their survey answers, {others:percent1} of others'",
    "service rating": "solve their cases better: they rate {share:percent1} badly, others {others:percent1}",
    "service topic": "look at {attribute:label}: {share:percent1} of their service cases, {others:percent1} of others'",
}


def second_purchase(orders: ibis.Table) -> dict[str, float]:
    """Return how long customers take to buy a second time: n (who did), median_days, late_days (eight in ten by then).

    Unknown (n = 0) where fewer than `MIN_RETURNED` bought on a second day.
    """
    first = orders.group_by("customer_id").agg(first_date=orders.order_date.min())
    later = orders.inner_join(first, "customer_id").filter(lambda t: t.order_date > t.first_date)
    second = later.group_by("customer_id").agg(first=later.first_date.min(), second=later.order_date.min())
    frame = second.order_by("customer_id").to_pandas()
    if len(frame) < MIN_RETURNED:
        return {"n": 0, "median_days": float("nan"), "late_days": float("nan")}
    days = (pd.to_datetime(frame["second"]) - pd.to_datetime(frame["first"])).dt.days
    return {"n": len(frame), "median_days": float(days.median()), "late_days": float(days.quantile(0.8))}


def next_purchase(row: pd.Series, again: dict[str, float]) -> tuple[str, dict, str, dict] | None:
    """Return what is due: sentence and what it rests on, each a template with values; None where there is no rhythm at all.

    row: of personas. again: of :func:`second_purchase`. Recency and rhythm made the segment: this is described, not tested.
    """
    gap, recency, n = row["median_gap_days"], row["recency_days"], int(row["n_with_gap"])
    if np.isnan(gap):
        if not again["n"]:
            return None
        return (
            "a second purchase: half of those who came back did so within {median_days:count} days, four in five within "
            "{late_days:count}; their last purchase was {recency:count} days ago"
        ), again | {"recency": recency}, "n = {n:count} customers who came back; described, not tested", {"n": again["n"]}
    low, high = (float(end) for end in wilson(row["n_overdue"], n))
    late = {"share": row["n_overdue"] / max(n, 1), "low": low, "high": high, "n": n}
    rests = (
        "{share:percent} of {n:count} are silent for more than twice their own gap ({low:percent}–{high:percent}); described, "
        "not tested"
    )
    if recency > gap:
        return (
            "a reminder, before any offer: usually every {gap} days, now {recency:count} days silent"
        ), {"gap": short(gap), "recency": recency}, rests, late
    return (
        "to be met in time: the next purchase is due in about {days:count} days (usually every {gap} days)"
    ), {"days": max(round(gap - recency), 1), "gap": short(gap)}, rests, late


def openings(own: pd.DataFrame) -> list[tuple[str, dict, pd.Series]]:
    """Return what a segment's statements call for: template, values and the cell behind it; the strongest of each kind.

    own: the statements of the segment, the strongest first. A category that customers alike buy more often; trouble that is
    more common than among others.
    """
    found = []
    for kind, template in OPENINGS.items():
        rows = own[own["kind"] == kind]
        rows = rows[[is_more(cell) == (kind in TROUBLE) for _, cell in rows.iterrows()]] if len(rows) else rows
        if kind == "survey":
            rows = rows[rows["attribute"] == "detractors"]
        if len(rows):
            cell = rows.iloc[0]
            values = {"attribute": cell["attribute"], "share": cell["share"], "others": cell["others_share"]}
            found.append((template, values, cell))
    return found
