"""Value, behaviour, demography, geography, interest: five ways to divide customers, side by side, and how far they overlap.

Overlap is adjusted mutual information: 0 = knowing one division says no more of the other than chance, 1 = the same
(Vinh, Epps and Bailey 2010; its expectation under chance by the asymptotic χ² of 2n·MI, and so is the limit of chance).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.i18n import text
from helpers.segmentation import demographics

GEOGRAPHY = ("city", "region", "country")
NOT_PERSONAL = (*GEOGRAPHY, *demographics.GIVEN)
TIERS = {"A": 0.8, "B": 0.95, "C": 1.0}  # up to these shares of revenue, customers with most revenue first (ABC analysis)
MAX_PLACES = 12  # places with most customers; the others are one group
OTHER = "other places"
MIN_KNOWN = 100  # customers of whom both divisions are known
SEVERAL_GROUPS = 2
WEAK = 0.1  # adjusted mutual information below which one division says little of another (our convention)

KINDS = {  # kind → what it is good for (message)
    "value": "how much to spend on a customer",
    "behaviour": "when to write, and to remind or to win back",
    "demography": "pictures, media and offers for a stage of life",
    "geography": "stores, delivery and local media",
    "interest": "which products to show",
}

MISSING = {  # kind → what its source would add
    "demography": "Nothing that tells one person from another is known of enough customers: age, gender or household would "
                  "show whom each segment consists of.",
    "geography": "No city or region is known of enough customers: with it this page would show where each segment lives.",
}


@dataclass(frozen=True)
class Division:
    """One way to divide customers: its kind, its name for readers, and the group of each customer (null = unknown)."""

    kind: str
    name: str
    groups: pd.Series


def value_tiers(revenue: pd.Series) -> pd.Series:
    """Return A for the customers who bring the first 80 % of revenue, B for the next 15 %, C for the rest.

    Customers of equal revenue are in one tier: that of the first of them. Who brought nothing, or less, is in C.
    """
    known = revenue.clip(lower=0)
    if not known.sum() > 0:
        return pd.Series("C", index=revenue.index, dtype="str")
    by_value = known.groupby(known).sum().sort_index(ascending=False)
    before = (by_value.cumsum() - by_value) / by_value.sum()
    tier = np.select([before < TIERS["A"] - 1e-12, before < TIERS["B"] - 1e-12], ["A", "B"], default="C")
    return known.map(pd.Series(tier, index=by_value.index)).where(known > 0, "C").astype("str")


def divisions(customers: pd.DataFrame, *, known: pd.DataFrame | None = None) -> list[Division]:
    """Return the divisions that the data allow, by kind. Those with fewer than two groups are left out.

    customers: segments with revenue, segment, frequency_group, cluster and interest_group (the last two may be unknown).
    known: of `demographics.known_customers`, for the most telling attribute of the person and of the place.
    """
    frame = customers.set_index("customer_id").sort_index()
    found = [
        Division("value", "Value tiers", value_tiers(frame["revenue"])),
        Division("behaviour", "RFM segments", frame["segment"]),
        Division("behaviour", "Frequency groups", frame["frequency_group"]),
        Division("behaviour", "Behavioural clusters", frame["cluster"] if "cluster" in frame else pd.Series(dtype="str")),
        *_known_divisions(frame, known),
        Division("interest", "Interests", frame["interest_group"] if "interest_group" in frame else pd.Series(dtype="str")),
    ]
    return [division for division in found if division.groups.nunique() >= SEVERAL_GROUPS]


def _known_divisions(frame: pd.DataFrame, known: pd.DataFrame | None) -> list[Division]:
    if known is None:
        return []
    people = known.set_index("customer_id").reindex(frame.index)
    names = [name for name in demographics.ATTRIBUTES if name in people and people[name].nunique() >= SEVERAL_GROUPS]
    place = next((name for name in GEOGRAPHY if name in names), None)
    strengths = demographics.associations(known)["attribute"]
    person = next((name for name in strengths if name not in NOT_PERSONAL), None)
    found = []
    if person:
        found.append(Division("demography", demographics.ATTRIBUTES[person], people[person]))
    if place:
        found.append(Division("geography", demographics.ATTRIBUTES[place], _main_places(people[place])))
    return found


def _main_places(places: pd.Series) -> pd.Series:
    sizes = places.value_counts().rename_axis("place").reset_index().sort_values(["count", "place"], ascending=[False, True])
    main = set(sizes["place"].head(MAX_PLACES))
    return places.where(places.isin(main) | places.isna(), OTHER)


def summarise(found: list[Division], *, n: int) -> pd.DataFrame:
    """Return one row a division: kind, division (its name), purpose, n_groups, n_known and coverage of `n` customers."""
    rows = [
        {
            "kind": division.kind, "division": division.name, "purpose": KINDS[division.kind],
            "n_groups": int(division.groups.nunique()), "n_known": int(division.groups.notna().sum()),
        }
        for division in found
    ]
    table = pd.DataFrame(rows, columns=["kind", "division", "purpose", "n_groups", "n_known"])
    return table.assign(coverage=table["n_known"] / max(n, 1))


def missing_sentences(found: list[Division]) -> list[str]:
    """Return a sentence, translated, for each kind of division that customer attributes do not allow: what it would show."""
    kinds = {division.kind for division in found}
    return [text(MISSING[kind]) for kind in MISSING if kind not in kinds]


def adjusted_mutual_information(a: pd.Series, b: pd.Series) -> dict[str, float]:
    """Return n, ami, and chance: the level that unrelated divisions of these sizes exceed once in twenty times.

    Rows where one is unknown are left out; unknown with fewer than `MIN_KNOWN` rows or one group only.
    """
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    counts = pd.crosstab(both["a"], both["b"]).to_numpy(float) if len(both) else np.zeros((0, 0))
    n = counts.sum()
    if n < MIN_KNOWN or min(counts.shape) < SEVERAL_GROUPS:
        return {"n": int(n), "ami": np.nan, "chance": np.nan}
    rows, columns = counts.sum(axis=1) / n, counts.sum(axis=0) / n
    joint = counts / n
    inside = joint > 0
    information = float((joint[inside] * np.log(joint[inside] / np.outer(rows, columns)[inside])).sum())
    entropy = (-(rows * np.log(rows)).sum() - (columns * np.log(columns)).sum()) / 2
    free = (len(rows) - 1) * (len(columns) - 1)
    expected, limit = free / (2 * n), stats.chi2.ppf(0.95, free) / (2 * n)
    span = entropy - expected
    return {"n": int(n), "ami": (information - expected) / span, "chance": (limit - expected) / span}


def overlap(found: list[Division]) -> pd.DataFrame:
    """Return one row a pair of divisions, in their order: first, second, n, ami, chance, is_beyond (more than chance).

    Raises
    ------
    TooLittleData : fewer than two divisions, or no pair known of `MIN_KNOWN` customers.
    """
    rows = []
    for i, one in enumerate(found):
        for other in found[i + 1:]:
            rows.append({"first": one.name, "second": other.name, **adjusted_mutual_information(one.groups, other.groups)})
    table = pd.DataFrame(rows, columns=["first", "second", "n", "ami", "chance"])
    if table["ami"].isna().all():
        raise TooLittleData(
            "Needs two ways to divide the same {needed:count} customers; there are {found:count} ways.",
            needed=MIN_KNOWN, found=len(found),
        )
    return table.assign(is_beyond=table["ami"] > table["chance"])


def matrix(pairs: pd.DataFrame, found: list[Division]) -> pd.DataFrame:
    """Return the overlap as a matrix with names as rows and columns: the lower half, the diagonal and the rest blank."""
    names = [division.name for division in found]
    wide = pd.DataFrame(np.nan, index=names[1:], columns=names[:-1])
    for first, second, ami in pairs[["first", "second", "ami"]].itertuples(index=False):
        wide.loc[second, first] = ami
    return wide


def crosstab(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the value tiers of each segment: segment, n_customers and the share of its customers in A, B and C.

    Raises
    ------
    TooLittleData : every segment has fewer than `MIN_SHOWN` customers.
    """
    from helpers.segmentation.segmentation import MIN_SHOWN, SEGMENTS

    tiers = value_tiers(customers["revenue"])
    counts = pd.crosstab(customers["segment"], tiers).reindex(columns=list(TIERS), fill_value=0)
    counts = counts.reindex([name for name in SEGMENTS if name in counts.index])
    size = counts.sum(axis=1)
    shares = counts.div(size, axis=0)[size >= MIN_SHOWN]
    if shares.empty:
        raise TooLittleData("Needs a segment of at least {needed:count} customers.", needed=MIN_SHOWN)
    return shares.assign(n_customers=size).reset_index()[["segment", "n_customers", *TIERS]]


def sentence(pairs: pd.DataFrame) -> tuple[str, dict]:
    """Return what is said of the overlap: which two divisions say most of each other, and how many are unrelated."""
    known = pairs.dropna(subset=["ami"])
    if known.empty:
        return "There are no two ways to divide customers to be compared.", {}
    most = known.loc[known["ami"].idxmax()]
    values = {
        "first": most["first"], "second": most["second"], "ami": float(most["ami"]), "n_pairs": len(known),
        "n_unrelated": int((~known["is_beyond"]).sum()), "n_weak": int((known["ami"] < WEAK).sum()), "weak": WEAK,
    }
    if not values["n_weak"]:
        return (
            "{first:label} and {second:label} overlap most ({ami:number2} of 1), and all {n_pairs:count} pairs of divisions "
            "overlap by {weak:number2} or more: to some degree they all say who buys much."
        ), values
    return (
        "{first:label} and {second:label} overlap most ({ami:number2} of 1). Of {n_pairs:count} pairs of divisions "
        "{n_weak:count} overlap by less than {weak:number2}, {n_unrelated:count} of them no more than chance: they answer "
        "different questions, and one cannot stand for the other."
    ), values
