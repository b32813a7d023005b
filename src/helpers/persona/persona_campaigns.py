"""Which segments answer campaigns, like with like: differences within the same campaigns.

Campaigns are aimed at some customers more than at others, so answers of segments that got different campaigns do not compare
(Simpson's paradox). Mantel and Haenszel (1959) weights compare within each campaign. Nothing here says what a campaign caused.
"""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona.persona import SEGMENTS
from helpers.persona.persona_index import MIN_CUSTOMERS
from helpers.persona.persona_reversals import within_strata
from helpers.persona.persona_voice import sent_until
from helpers.report import Evidence

COLUMNS = [
    "segment", "n_customers", "n_contacts", "contacts_per_customer", "rate", "crude", "adjusted", "low", "high", "is_reversed"
]


def answers_within_campaigns(contacts: pd.DataFrame, segments: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return, per segment, how much more often its contacts were answered than others' contacts in the same campaigns.

    Columns: segment, n_customers (contacted), n_contacts, contacts_per_customer, rate (answered contacts), crude, adjusted,
    low, high (95 %, the customer is the unit), is_reversed (the two differences point in opposite directions). Segments with
    fewer than `MIN_CUSTOMERS` contacted customers are left out.

    Raises
    ------
    TooLittleData : no segment has so many, or no campaign reached two segments.
    """
    joined = sent_until(contacts, as_of=as_of).merge(segments[["customer_id", "segment"]], on="customer_id")
    joined = joined.sort_values(["campaign_id", "customer_id"])
    sizes = joined.groupby("segment")["customer_id"].nunique()
    rows = []
    for segment in [name for name in SEGMENTS if sizes.get(name, 0) >= MIN_CUSTOMERS and len(sizes) > 1]:
        member = (joined["segment"] == segment).to_numpy()
        within = within_strata(joined["answered"], member, joined["campaign_id"], units=joined["customer_id"])
        rows.append({
            "segment": segment, "n_customers": int(sizes[segment]), "n_contacts": int(member.sum()),
            "contacts_per_customer": float(member.sum() / sizes[segment]),
            "rate": float(joined.loc[member, "answered"].mean()), "is_reversed": within["crude"] * within["adjusted"] < 0,
            **{name: within[name] for name in ("crude", "adjusted", "low", "high")},
        })
    table = pd.DataFrame(rows, columns=COLUMNS)
    table = table[table["adjusted"].notna()].reset_index(drop=True)
    if table.empty:
        raise TooLittleData(
            "Needs a segment with at least {needed:count} contacted customers, and others who got the same campaigns; the "
            "largest has {found:count}.",
            needed=MIN_CUSTOMERS, found=int(sizes.max()) if len(sizes) else 0,
        )
    return table


def most_different(compared: pd.DataFrame) -> pd.Series:
    """Return the segment that differs most surely from the others: the largest difference for the width of its interval."""
    width = (compared["high"] - compared["low"]).clip(lower=1e-9)
    return compared.loc[(compared["adjusted"].abs() / width).idxmax()]


def campaign_sentence(compared: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on campaigns: the segment whose answers differ most within the same campaigns."""
    row = most_different(compared)
    values = {"segment": row["segment"]} | {name: 100 * float(row[name]) for name in ("crude", "adjusted", "low", "high")}
    if row["low"] <= 0 <= row["high"]:
        return (
            "Within the same campaigns no segment answers clearly more or less often than others (closest: {segment:label}, "
            "{adjusted:change_number1} percentage points, 95% interval {low:change_number1} to {high:change_number1})."
        ), values
    return (
        "Compared within the same campaigns, {segment:label} differ most from the other customers contacted in how many "
        "contacts they answer: {adjusted:change_number1} percentage points (95% interval {low:change_number1} to "
        "{high:change_number1}; {crude:change_number1} if all campaigns are thrown together)."
    ), values


def campaign_evidence(compared: pd.DataFrame) -> Evidence:
    """Return what supports `campaign_sentence`; campaigns were aimed, so nothing here says what a campaign caused."""
    row = most_different(compared)
    interval = (float(row["low"]), float(row["high"]))
    return Evidence(
        "estimate", n=int(row["n_customers"]), estimate=float(row["adjusted"]), interval=interval, baseline=0.0,
        serves="whom to contact",
    )
