"""What the segmentation report says: labels of columns, and sentences chosen by what was computed.

Each `…_sentence` returns a template (a message of the catalogue) and its values, so that it is true for whatever data comes.
"""

import pandas as pd

from helpers.i18n import text
from helpers.report import Evidence
from helpers.segmentation.segmentation import GROUPS, MIN_SHOWN

COLUMNS = {  # column → (label, format)
    "segment": ("Segment", "label"), "frequency_group": ("Group", "label"), "cluster": ("Cluster", "label"),
    "n_customers": ("Customers", "count"), "customer_share": ("Share of customers", "percent1"),
    "revenue": ("Revenue", "money"), "revenue_share": ("Share of revenue", "percent1"),
    "revenue_per_customer": ("Revenue per customer", "money"), "recency_days": ("Days silent", "number1"),
    "frequency": ("Purchase days", "number1"), "monetary_value": ("Revenue a day", "money2"),
    "median_gap_days": ("Days between", "number1"), "score": ("Score", "count"),
    "r_from": ("Recency: from day", "count"), "r_to": ("to day", "count"), "r_n": ("Customers", "count"),
    "f_from": ("Frequency: from", "count"), "f_to": ("to purchase days", "count"), "f_n": ("Customers", "count"),
    "m_from": ("Value: from", "money2"), "m_to": ("to, per purchase day", "money2"), "m_n": ("Customers", "count"),
    "products_per_day": ("Products a day", "number1"), "discount_rate": ("Discounts", "percent1"),
    "variant": ("Choice", "label"), "n_changed": ("Moved", "count"),
    "changed_share": ("Share moved", "percent1"), "champions_share": ("Champions", "percent1"),
    "champions_revenue_share": ("Their revenue", "percent1"), "n_clusters": ("Number of clusters", "count"),
    "lowest_jaccard": ("Least stable cluster (Jaccard)", "number2"), "silhouette": ("Separation (silhouette)", "number2"),
    "smallest": ("Smallest cluster, customers", "count"), "name": ("Attribute", "label"), "band": ("Group", "label"),
    "n": ("Customers", "count"), "share": ("Share", "percent1"), "n_known": ("Known for", "count"),
    "coverage": ("Coverage", "percent"), "n_bands": ("Groups", "count"), "cramers_v": ("Cramér's V", "number2"),
    "q_value": ("q value", "number3"), "scheme": ("Way to divide customers", "label"),
    "n_groups": ("Groups", "count"), "eta_squared": ("Variance explained", "percent1"), "low": ("from", "percent1"),
    "high": ("to", "percent1"), "slipping_share": ("To be won back", "percent1"),
    "grid_low": ("Against the 25 cells: from", "change_points1"), "grid_high": ("to", "change_points1"),
    "verdict": ("Verdict", "label"), "n_stable": ("Clusters that come back", "count"), "comes_back": ("All come back", "label"),
    "tighter": ("Tighter than a cloud", "label"), "gap": ("Gap", "number2"), "gap_error": ("± error", "number2"),
    "calinski_harabasz": ("Calinski-Harabasz", "count"), "davies_bouldin": ("Davies-Bouldin", "number2"),
    "interest_group": ("Interest", "label"), "telling": ("Chooses more of (index)", ""), "certainty": ("Certainty", "percent"),
    "bic": ("BIC", "count"), "gain": ("Gain over one taste", "number2"), "null_gain": ("By chance alone", "number2"),
    "kind": ("Kind", "label"), "division": ("Division", "label"), "purpose": ("Use it for", "label"),
    "first": ("Division", "label"), "second": ("and", "label"),
    "ami": ("Overlap (0–1)", "number2"), "chance": ("Limit of chance", "number3"), "A": ("A", "percent"),
    "B": ("B", "percent"), "C": ("C", "percent"), "from_segment": ("From", "label"), "to_segment": ("To", "label"),
    "n_from": ("Customers then", "count"), "expected_share": ("With an unchanged rhythm", "percent1"),
    "net_share": ("True move", "change_points1"), "net_low": ("from", "change_points1"),
    "net_high": ("to", "change_points1"),
    "n_before": ("Customers then", "count"), "came_back": ("Came back", "percent"),
    "next_per_customer": ("Spent each", "money"), "expected_revenue": ("Expected revenue", "money"),
    "expected_low": ("from", "money"), "expected_high": ("to", "money"), "kept_share": ("Keep the segment", "percent"),
    "pace": ("Spending against own pace", "percent"), "action": ("Needs", "label"),
}
SHARES_ALT = (
    "Two bars, customers above and revenue below, divided by segment; {segment:label} fill {share:percent} of the upper and "
    "{revenue_share:percent} of the lower one."
)
TOP_TENTH = "The tenth of customers with the most revenue brings {share:percent} of it."
LIMITS = (
    "Customers in each combination. Recency 5 = bought in the last {recent:count} days, 1 = not for more than {long:count} "
    "days; frequency 5 = {many:count} or more purchase days, 1 = fewer than {few:count}. Names go by these two scores; who "
    "first bought a short while ago is in “New” instead"
)
MAP_ALT = (
    "A grid of 25 cells with the name of the segment and the number of customers; the best customers are at the upper left."
)
BANDS_ALT = "Bars of the share of {segment:label} by {attribute:label}, with intervals."
ETA = (
    "Share of the variance of spending in the {days:count} days held back that lies between groups (adjusted η²), with 95% "
    "intervals"
)
COMES_AND_GOES = (
    "{n_new:count} customers bought for the first time between the two days; {n_lapsed:count} have no purchase left in the "
    "window (with an unchanged rhythm {expected_lapsed:count})."
)
ETA_ALT = "Bars of the variance of future spending that each way to divide customers explains."


def labelled(frame: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the columns of `frame` that readers know, with their labels in the reader's language and formats."""
    return {name: (text(COLUMNS[name][0]), COLUMNS[name][1]) for name in frame if name in COLUMNS}


def largest(summary: pd.DataFrame) -> pd.Series:
    """Return the segment with the most revenue, of those large enough to be shown; of equal ones the first."""
    shown = summary[summary["n_customers"] >= MIN_SHOWN]
    return (summary if shown.empty else shown).sort_values("revenue", ascending=False, kind="stable").iloc[0]


def limits_in_words(cuts: dict) -> dict[str, float]:
    """Return the outer limits of the recency and frequency scores, for `LIMITS`."""
    recency, frequency = cuts["recency_days"], cuts["frequency"]
    return {"recent": recency[0], "long": recency[3], "few": frequency[0], "many": frequency[3]}


def slipping(summary: pd.DataFrame) -> dict[str, float]:
    """Return size and revenue of the customers who bought repeatedly and have gone quiet: "At risk" and "Cannot lose".

    The revenue of a group too small to be shown is unknown (NaN).
    """
    rows = summary[summary["segment"].isin(["At risk", "Cannot lose"])]
    n = int(rows["n_customers"].sum())
    return {
        "n": n, "share": float(rows["customer_share"].sum()), "revenue_share": float(rows["revenue_share"].sum()),
        "revenue": float("nan") if 0 < n < MIN_SHOWN else float(rows["revenue"].sum()),
    }


def headline(summary: pd.DataFrame, *, cuts: dict) -> tuple[str, dict]:
    """Return the answer of the page as a template and its values."""
    best = largest(summary)
    lost = slipping(summary)
    values = {
        "segment": best["segment"], "n_customers": int(best["n_customers"]), "share": float(best["customer_share"]),
        "revenue_share": float(best["revenue_share"]), "n_slipping": lost["n"], "slipping_share": lost["revenue_share"],
        "days": float(cuts["recency_days"][1]),
    }
    if not summary["revenue"].sum() > 0:
        return "{segment:label} are the segment with the most revenue, yet customers brought no revenue in all.", values
    if not lost["n"]:
        return (
            "{segment:label} are {share:percent} of customers and bring {revenue_share:percent} of revenue; no regular "
            "customer has gone quiet."
        ), values
    return (
        "{segment:label} are {share:percent} of customers and bring {revenue_share:percent} of revenue; {n_slipping:count} "
        "repeat customers, who brought {slipping_share:percent}, have bought nothing for more than {days:count} days."
    ), values


def guest_sentence(guests: dict[str, float]) -> tuple[str, dict]:
    """Return what is said of orders without a customer."""
    if not guests["n_guest"]:
        return "Every one of the {n_orders:count} orders belongs to a known customer.", guests
    return (
        "{n_guest:count} of {n_orders:count} orders, {revenue_share:percent1} of revenue, name no customer and are left out."
    ), guests


def group_sentence(groups: pd.DataFrame, limits: dict[str, float]) -> tuple[str, dict]:
    """Return the finding on the frequency groups."""
    rows = groups.set_index("frequency_group")[["customer_share", "revenue_share"]].reindex(list(GROUPS)).fillna(0.0)
    values = {f"{name}_{column.split('_')[0]}": float(rows.loc[name, column]) for name in GROUPS for column in rows}
    values |= limits
    return (
        "Frequent buyers ({frequent_from:count} or more purchase days) are {frequent_customer:percent} of customers and bring "
        "{frequent_revenue:percent} of revenue; potential ones (fewer than {occasional_from:count}) are "
        "{potential_customer:percent} and bring {potential_revenue:percent}."
    ), values


def sensitivity_sentence(changes: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on the cut points: which other choice moves most customers, and which decisions it would change."""
    chosen, most = changes.iloc[0], changes.loc[changes["changed_share"].idxmax()]
    values = {
        "variant": most["variant"], "share": float(most["changed_share"]),
        "low": float(changes["champions_share"].min()), "high": float(changes["champions_share"].max()),
        "chosen": float(chosen["champions_share"]), "n_variants": len(changes) - 1,
        "slipping": float(chosen["slipping_share"]), "slipping_low": float(changes["slipping_share"].min()),
        "slipping_high": float(changes["slipping_share"].max()),
    }
    if not values["share"]:
        return "None of {n_variants:count} other choices of limits moves a customer to another segment.", values
    return (
        "The limits matter: of {n_variants:count} other choices the strongest ({variant:label}) moves {share:percent} of "
        "customers to another segment. Two decisions hang on them: whom to treat as Champions ({chosen:percent} of customers "
        "here, {low:percent} to {high:percent} elsewhere) and whom to win back ({slipping:percent} here, "
        "{slipping_low:percent} to {slipping_high:percent})."
    ), values


def migration_sentence(figures: dict[str, float], *, days: int) -> tuple[str, dict]:
    """Return the finding on moves: how many changed segment, how many would have without any change, what is left."""
    values = figures | {"days": days}
    if not figures["n_flows"]:
        return (
            "{moved_share:percent} of {n:count} customers are in another segment than {days:count} days before; with an "
            "unchanged rhythm {expected_share:percent} would be. No move exceeds what passing time and chance make."
        ), values
    return (
        "{moved_share:percent} of {n:count} customers are in another segment than {days:count} days before; with an unchanged "
        "rhythm {expected_share:percent} would be. True moves: {n_true:count} customers ({true_share:percent1}), in "
        "{n_flows:count} flows."
    ), values


def flow_sentence(moves: pd.DataFrame) -> tuple[str, dict]:
    """Return what is said of the largest true move, or that arrivals and lapsed customers are the movement there is."""
    real = moves[moves["is_true_move"]]
    if real.empty:
        return "Where customers stand differs between the days, how often they buy does not.", {}
    most = real.loc[(real["n_customers"] - real["expected_n"]).idxmax()]
    values = {name: float(most[name]) for name in ("share", "expected_share")}
    values |= {name: 100 * float(most[name]) for name in ("net_low", "net_high")}
    values |= {"start": most["from_segment"], "end": most["to_segment"], "n": int(most["n_customers"])}
    return (
        "The largest: {n:count} customers went from {start:label} to {end:label}, {share:percent} of the former, against "
        "{expected_share:percent} with an unchanged rhythm (difference {net_low:change_number} to {net_high:change_number} "
        "percentage points)."
    ), values


def migration_evidence(figures: dict[str, float]) -> Evidence:
    """Return what supports `migration_sentence`: the share of true moves, beside no true move (0)."""
    ends = (figures["true_low"], figures["true_high"]) if figures["n_flows"] else None
    return Evidence("estimate", n=figures["n"], estimate=figures["true_share"], interval=ends, baseline=0.0)
