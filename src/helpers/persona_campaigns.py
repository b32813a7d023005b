"""Which segments answer campaigns, like with like: differences within the same campaigns.

Campaigns are aimed at some customers more than at others, so answers of segments that got different campaigns do not compare
(Simpson's paradox). Mantel and Haenszel (1959) weights compare within each campaign. Nothing here says what a campaign caused.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona import SEGMENTS
from helpers.persona_index import MIN_CUSTOMERS
from helpers.report import Evidence

N_RESAMPLES = 200
COLUMNS = [
    "segment", "n_customers", "n_contacts", "contacts_per_customer", "rate", "crude", "adjusted", "low", "high", "is_reversed"
]


def answers_within_campaigns(contacts: pd.DataFrame, segments: pd.DataFrame, *, as_of: pd.Timestamp, seed: int) -> pd.DataFrame:
    """Return, per segment, how much more often its contacts were answered than others' contacts in the same campaigns.

    Columns: segment, n_customers (contacted), n_contacts, contacts_per_customer, rate (answered contacts), crude, adjusted,
    low, high (95 %, customers resampled), is_reversed. Segments with fewer than `MIN_CUSTOMERS` contacted customers are left
    out.

    Raises
    ------
    TooLittleData : no segment has so many, or no campaign reached two segments.
    """
    sent = contacts[contacts["treated"] & ~(contacts["contacted_at"] > as_of)]
    joined = sent.merge(segments[["customer_id", "segment"]], on="customer_id").sort_values(["campaign_id", "customer_id"])
    joined = joined.assign(answered=(joined["responded_at"] <= as_of).astype(float))
    sizes = joined.groupby("segment")["customer_id"].nunique()
    rows = []
    for segment in [name for name in SEGMENTS if sizes.get(name, 0) >= MIN_CUSTOMERS and len(sizes) > 1]:
        member = (joined["segment"] == segment).to_numpy()
        compared = within_strata(
            joined["answered"], member, joined["campaign_id"], units=joined["customer_id"].to_numpy(), seed=seed
        )
        rows.append({
            "segment": segment, "n_customers": int(sizes[segment]), "n_contacts": int(member.sum()),
            "contacts_per_customer": float(member.sum() / sizes[segment]),
            "rate": float(joined.loc[member, "answered"].mean()), **compared,
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


def within_strata(
    outcome: np.ndarray, member: np.ndarray, strata: np.ndarray, *, units: np.ndarray | None = None, seed: int = 0
) -> dict[str, float]:
    """Return the difference in a rate between members and others: as it stands, and within strata.

    outcome: 0 or 1; member: True or False; strata: any labels. The adjusted difference is Mantel and Haenszel's (1959) risk
    difference, so strata with one side only do not count. `units` (such as customers) are resampled whole for its 95 %
    interval. `is_reversed`: the two point in opposite directions (Simpson's paradox).
    """
    outcome, member = np.asarray(outcome, float), np.asarray(member, bool)
    codes = pd.factorize(np.asarray(strata), sort=True)[0]
    unit_codes = pd.factorize(np.asarray(units), sort=True)[0] if units is not None else np.arange(len(outcome))
    rng = np.random.default_rng(seed)
    n_units = int(unit_codes.max()) + 1
    resampled = []
    for _ in range(N_RESAMPLES):
        weights = np.bincount(rng.integers(0, n_units, n_units), minlength=n_units)[unit_codes]
        resampled.append(_risk_difference(outcome, member, codes, weights))
    low, high = np.nanquantile(resampled, [0.025, 0.975])
    crude = outcome[member].mean() - outcome[~member].mean()
    adjusted = _risk_difference(outcome, member, codes, np.ones(len(outcome)))
    return {
        "crude": float(crude), "adjusted": adjusted, "low": float(low), "high": float(high),
        "is_reversed": bool(crude * adjusted < 0),
    }


def _risk_difference(outcome, member, codes, weights) -> float:
    n_strata = int(codes.max()) + 1
    n1, n0 = (np.bincount(codes, weights=weights * side, minlength=n_strata) for side in (member, ~member))
    y1, y0 = (np.bincount(codes, weights=weights * outcome * side, minlength=n_strata) for side in (member, ~member))
    both = (n1 > 0) & (n0 > 0)
    n1, n0, y1, y0 = n1[both], n0[both], y1[both], y0[both]
    weight = n1 * n0 / (n1 + n0)
    return float((weight * (y1 / n1 - y0 / n0)).sum() / weight.sum()) if weight.sum() > 0 else float("nan")


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
        "Within the same campaigns {segment:label} differ most from the other customers contacted: {adjusted:change_number1} "
        "percentage points of contacts answered (95% interval {low:change_number1} to {high:change_number1}; "
        "{crude:change_number1} if all campaigns are thrown together)."
    ), values


def campaign_evidence(compared: pd.DataFrame) -> Evidence:
    """Return what supports `campaign_sentence`; campaigns were aimed, so nothing here says what a campaign caused."""
    row = most_different(compared)
    interval = (float(row["low"]), float(row["high"]))
    return Evidence("estimate", n=int(row["n_customers"]), estimate=float(row["adjusted"]), interval=interval, baseline=0.0)
