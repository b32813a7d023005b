"""Who is in which segment: age, income, household and whatever else is known of customers.

Demographics are often known for a part of the customers only, and rarely for a random part: coverage is always said, and
customers with and without them are compared. Reads customers and segments; what persona.py shows rests on the same columns.
"""

import re

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.evidence import WITHIN_SHARE, Evidence
from helpers.proportions import difference_interval, q_values, wilson

# column of the customers' contract that describes a person or household → what readers call it, in the order shown
ATTRIBUTES = {
    "age_band": "age", "gender": "gender", "income_band": "yearly income", "household_size": "household size",
    "household_type": "household type", "n_children": "children in the household", "marital_status": "marital status",
    "home_ownership": "home ownership", "region": "region", "city": "city", "country": "country",
    "loyalty_tier": "loyalty tier", "acquisition_channel": "acquisition channel",
}
GIVEN = ("loyalty_tier", "acquisition_channel")  # by the company; segments of purchases would be told from purchases
MAX_BANDS = 20  # an attribute with more values is an identifier or free text
MIN_BAND = 10  # customers; smaller groups are not shown (personal data)
MIN_KNOWN = 100  # customers with known demographics below which segments are not compared


def known_attributes(customers: pd.DataFrame) -> list[str]:
    """Return the attributes that at least `MIN_KNOWN` customers have and that differ between customers."""
    counts = {name: customers[name].value_counts() for name in ATTRIBUTES if name in customers}
    return [
        name for name, bands in counts.items()
        if bands.sum() >= MIN_KNOWN and (bands >= MIN_BAND).sum() >= 2 and len(bands) <= MAX_BANDS
    ]


def of_the_person(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers without what the company gave or did (`GIVEN`): a loyalty tier says how much someone bought, not who."""
    return customers.drop(columns=[name for name in GIVEN if name in customers])


def known_customers(segments: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers of `segments` with their attributes and `is_known` (at least one attribute is known).

    Raises
    ------
    TooLittleData : attributes are known of fewer than `MIN_KNOWN` customers.
    """
    names = known_attributes(customers)
    joined = segments.merge(customers[["customer_id", *names]], on="customer_id", how="left", validate="one_to_one")
    is_known = joined[names].notna().any(axis=1) if names else pd.Series(False, index=joined.index)
    if is_known.sum() < MIN_KNOWN:
        raise TooLittleData(
            "Needs age, income or household of at least {needed:count} customers; they are known for {found:count}.",
            needed=MIN_KNOWN, found=int(is_known.sum()),
        )
    return joined.assign(is_known=is_known)


def coverage(known: pd.DataFrame) -> dict[str, float]:
    """Return how many customers have known attributes, and how they differ from the others.

    n, n_known, share; revenue and purchase days of the mean customer with and without; `bias` = revenue with ÷ without.
    """
    means = known.groupby("is_known")[["revenue", "frequency"]].mean().reindex([True, False])
    with_, without = means.loc[True], means.loc[False]
    return {
        "n": len(known), "n_known": int(known["is_known"].sum()), "share": float(known["is_known"].mean()),
        "revenue_with": float(with_["revenue"]), "revenue_without": float(without["revenue"]),
        "frequency_with": float(with_["frequency"]), "frequency_without": float(without["frequency"]),
        "bias": float(with_["revenue"] / without["revenue"]) if without["revenue"] else np.nan,
    }


def band_order(band: str) -> tuple:
    """Return a sort key: bands by their first number ("Under 15K" before "15-24K"), other names by the alphabet."""
    number = re.search(r"\d+", band)
    is_under = band.lower().startswith(("under", "<", "below", "less"))
    return (0, int(number[0]), not is_under, band) if number else (1, 0, True, band)


def _attributes_in(known: pd.DataFrame) -> list[str]:
    return [name for name in ATTRIBUTES if name in known]


def associations(known: pd.DataFrame, *, by: str = "segment") -> pd.DataFrame:
    """Return how strongly each attribute goes with the segments, strongest first.

    Columns: attribute, name (what readers call it), n_known, n_bands, cramers_v
    (bias-corrected: Bergsma 2013; 0 = not at all, 1 = fully), p_value
    (chi-squared), q_value (Benjamini-Hochberg over the attributes), coverage. Bands and segments under `MIN_BAND` are left out.
    """
    rows = []
    for name in _attributes_in(known):
        counts = pd.crosstab(known[by], known[name])
        counts = counts.loc[counts.sum(axis=1) >= MIN_BAND, counts.sum() >= MIN_BAND]
        if min(counts.shape, default=0) < 2:
            continue
        test = stats.chi2_contingency(counts.to_numpy(), correction=False)
        rows.append({
            "attribute": name, "name": ATTRIBUTES[name], "n_known": int(counts.to_numpy().sum()), "n_bands": counts.shape[1],
            "cramers_v": _cramers_v(test.statistic, counts), "p_value": float(test.pvalue),
        })
    table = pd.DataFrame(rows, columns=["attribute", "name", "n_known", "n_bands", "cramers_v", "p_value"])
    table = table.assign(q_value=q_values(table["p_value"]), coverage=table["n_known"] / len(known))
    return table.sort_values(["cramers_v", "attribute"], ascending=[False, True]).reset_index(drop=True)


def _cramers_v(chi2: float, counts: pd.DataFrame) -> float:
    n, (rows, columns) = counts.to_numpy().sum(), counts.shape
    phi2 = max(0.0, chi2 / n - (rows - 1) * (columns - 1) / (n - 1))
    smaller = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi2 / smaller)) if smaller > 0 else 0.0


def share_by_band(known: pd.DataFrame, *, attribute: str, segment: str, by: str = "segment") -> pd.DataFrame:
    """Return the share of `segment` among the customers of each band, with Wilson intervals, in the order of the bands.

    Columns: band, n, n_in_segment, share, low, high, others_share (of all other known customers) and the interval of the
    difference, difference_low and difference_high, that holds for all bands together (Newcombe, Bonferroni).
    """
    frame = known.loc[known[attribute].notna(), [attribute, by]]
    table = frame.assign(hit=frame[by] == segment).groupby(attribute)["hit"].agg(["size", "sum"]).reset_index()
    table.columns = ["band", "n", "n_in_segment"]
    n, hits = table["n"].sum(), table["n_in_segment"].sum()
    table = table[table["n"] >= MIN_BAND].sort_values("band", key=lambda bands: bands.map(band_order))
    low, high = wilson(table["n_in_segment"], table["n"])
    others, other_hits = n - table["n"], hits - table["n_in_segment"]
    below, above = difference_interval(table["n_in_segment"], table["n"], other_hits, others, n_comparisons=len(table))
    return table.assign(
        share=table["n_in_segment"] / table["n"], low=low, high=high, others_share=other_hits / others,
        difference_low=below, difference_high=above,
    ).reset_index(drop=True)


def most_telling(known: pd.DataFrame, strengths: pd.DataFrame, *, by: str = "segment") -> tuple[str, str]:
    """Return the attribute that goes with the segments most strongly, and the largest segment of the known customers.

    Raises
    ------
    TooLittleData : no attribute and no two segments have enough known customers.
    """
    if strengths.empty:
        raise TooLittleData(
            "Needs two segments and two groups of an attribute with at least {needed:count} customers each.", needed=MIN_BAND
        )
    sizes = known.loc[known["is_known"], by].value_counts()
    return str(strengths["attribute"].iloc[0]), str(sizes[sizes == sizes.max()].index.min())


def most_telling_band(bands: pd.DataFrame) -> pd.Series:
    """Return the band whose share differs most surely from the others': the farthest end of its interval from zero."""
    certainty = np.maximum(bands["difference_low"], -bands["difference_high"])
    return bands.loc[certainty.idxmax()]


def sentence(bands: pd.DataFrame, strengths: pd.DataFrame, *, attribute: str, segment: str) -> tuple[str, dict]:
    """Return what is said of the attribute: the most telling band, or that no attribute goes with the segments."""
    band = most_telling_band(bands)
    values = {
        "segment": segment, "attribute": ATTRIBUTES[attribute], "band": band["band"], "share": float(band["share"]),
        "others": float(band["others_share"]), "low": float(band["difference_low"]), "high": float(band["difference_high"]),
        "n_attributes": len(strengths), "n_known": int(bands["n"].sum()), "q": float(strengths["q_value"].min()),
    }
    if values["q"] >= 0.05:
        return (
            "None of the {n_attributes:count} known attributes goes with the segments (smallest q = {q:number2}): who is in "
            "which segment cannot be told from age, income or household."
        ), values | {"n_known": int(strengths["n_known"].max())}
    if values["low"] <= 0 <= values["high"]:
        return (
            "Segments differ in {attribute:label} (q = {q:number3}), but no single band stands out among the "
            "{n_known:count} customers of whom it is known."
        ), values
    return (
        "Of customers with {attribute:label} {band:label}, {share:percent} are {segment:label}, against {others:percent} of "
        "the others of whom it is known (difference {low_points:change_number} to {high_points:change_number} percentage "
        "points)."
    ), values | {f"{end}_points": 100 * values[end] for end in ("low", "high")}


def coverage_sentence(cover: dict[str, float]) -> tuple[str, dict]:
    """Return what is said of the customers whose demographics are known."""
    return (
        "Demographics are known for {n_known:count} of {n:count} customers ({share:percent}). They spent {revenue_with:money} "
        "on average, the others {revenue_without:money}: what follows speaks of the known ones only."
    ), cover


def evidence(values: dict, *, coverage: float) -> Evidence:
    """Return what supports `sentence`: the band's difference from the others with its joint interval, beside no difference.

    Where no band differs, the sentence says so: it holds if the difference is known to within five percentage points.
    """
    differs = values["q"] < 0.05 and not values["low"] <= 0 <= values["high"]
    return Evidence(
        "estimate", n=values["n_known"], estimate=values["share"] - values["others"], coverage=coverage,
        interval=(values["low"], values["high"]), baseline=0.0 if differs else None, within=WITHIN_SHARE,
    )
