"""Which customers behave alike: recency, frequency and value (RFM), named segments, purchase-frequency groups.

Scores respect ties: equal values get equal scores, whatever the order of the rows. Method: Hughes (1994), with cut points
in days and purchase days instead of ranks. Reads orders; writes segments and segments_summary.
Clusters are in clusters.py, demographics in demographics.py.
"""

import math
from collections.abc import Callable, Sequence

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData, UserError

DAYS_PER_YEAR = 365.25
RHYTHM_PER_YEAR = (12, 26, 52, 104)  # purchase days a year: monthly, fortnightly, weekly, twice a week
COUNTS = (2, 3, 5, 10)  # purchase days in the window: 1, 2, 3–4, 5–9, 10+, the usual business cuts where people buy seldom
GAPS = (1, 2, 4, 8)  # recency limits as multiples of the typical gap between purchase days (our convention, see sensitivity)
MIN_SHOWN = 10  # customers; figures of smaller groups are not shown (personal data)
MEASURES = {"recency_days": "r_score", "frequency": "f_score", "monetary_value": "m_score"}

# frequency score → segment at recency score 1, 2, 3, 4, 5: each of the 25 cells has a name
SEGMENT_GRID = {
    5: ("Cannot lose", "Cannot lose", "Cannot lose", "Champions", "Champions"),
    4: ("Cannot lose", "Cannot lose", "At risk", "Loyal", "Champions"),
    3: ("At risk", "At risk", "Needs attention", "Loyal", "Loyal"),
    2: ("Hibernating", "At risk", "Needs attention", "Promising", "Promising"),
    1: ("Hibernating", "Hibernating", "Needs attention", "Promising", "Promising"),
}

SEGMENTS = ("Champions", "Loyal", "Promising", "New", "Needs attention", "At risk", "Cannot lose", "Hibernating")
GROUPS = ("frequent", "occasional", "potential")


# --- customers


def in_window(orders: ibis.Table, *, as_of: pd.Timestamp, window_days: int = 0) -> ibis.Table:
    """Keep the orders up to `as_of` (inclusive), and only the last `window_days` days if that is not 0."""
    kept = orders.filter(orders.order_date <= as_of.date())
    if not window_days:
        return kept
    first = as_of - pd.Timedelta(days=window_days - 1)
    return kept.filter(kept.order_date >= first.date())


def days_in_window(*, first_day: pd.Timestamp, as_of: pd.Timestamp, window_days: int = 0) -> int:
    """Return the days that the window covers, both ends included."""
    observed = (as_of - first_day).days + 1
    return min(window_days, observed) if window_days else observed


def rfm_table(orders: ibis.Table, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return one row a customer with recency, frequency and value at the end of `as_of`.

    Parameters
    ----------
    orders : orders of the window (`in_window`); guests (no customer_id) are left out, see `guest_orders`.
    as_of : last day observed; a purchase on that day has recency 0.

    Returns
    -------
    customer_id, first_date, last_date, recency_days, frequency (distinct purchase days), monetary_value (mean net revenue
    of the purchase days that brought money; 0 if none did), revenue (net, currency), median_gap_days (between purchase
    days; unknown with one purchase day). In order of customer_id.

    A purchase day is a day with at least one order that is not a refund (revenue ≥ 0); several orders of a day count once.
    A customer with refunds only has no purchase day and no row.

    Raises
    ------
    TooLittleData : nobody bought in the window.
    """
    orders = orders.filter(orders.customer_id.notnull())
    days = orders.group_by("customer_id", "order_date").agg(
        revenue=orders.revenue.sum(), is_purchase=(orders.revenue >= 0).any()
    )
    number = days.order_date.epoch_days()
    earlier = ibis.window(group_by=[days.customer_id, days.is_purchase], order_by=days.order_date)
    gap = (number - number.lag().over(earlier)).cast("float64")
    days = days.mutate(gap=ibis.ifelse(days.is_purchase, gap, ibis.null("float64")))  # Spark has no median of a part
    bought, paid = days.is_purchase, days.is_purchase & (days.revenue > 0)
    customers = days.group_by("customer_id").agg(
        first_date=days.order_date.min(where=bought),
        last_date=days.order_date.max(where=bought),
        frequency=bought.sum(),
        monetary_value=days.revenue.mean(where=paid),
        revenue=days.revenue.sum(),
        median_gap_days=days.gap.median(),
    )
    rfm = customers.filter(customers.frequency > 0).order_by("customer_id").to_pandas()
    if rfm.empty:
        raise TooLittleData("Needs at least {needed:count} customer with a purchase; there is none.", needed=1)
    rfm = rfm.astype({"first_date": "datetime64[us]", "last_date": "datetime64[us]", "frequency": "int64"})
    # sums of money differ in the last bit with the order of addition, which depends on the number of threads
    rounded = {name: rfm[name].round(6) for name in ("monetary_value", "revenue")}
    rfm = rfm.assign(**rounded).fillna({"monetary_value": 0.0})  # nothing paid on any day is a value of zero
    recency = (as_of.normalize() - rfm["last_date"]).dt.days
    return rfm.assign(recency_days=recency.astype("int64")).reset_index(drop=True)


def require_customers(rfm: pd.DataFrame) -> pd.DataFrame:
    """Return `rfm` if it has at least `MIN_SHOWN` customers: groups of fewer are never shown.

    Raises
    ------
    TooLittleData : there are fewer.
    """
    if len(rfm) < MIN_SHOWN:
        raise TooLittleData(
            "Needs at least {needed:count} customers with a purchase, because smaller groups are not shown; there are "
            "{found:count}.",
            needed=MIN_SHOWN, found=len(rfm),
        )
    return rfm


def guest_orders(orders: ibis.Table) -> dict[str, float]:
    """Return how many orders, and which share of orders and revenue, carry no customer and are left out."""
    is_guest = orders.customer_id.isnull()
    row = orders.aggregate(
        n_orders=orders.count(), n_guest=is_guest.sum(), revenue=orders.revenue.sum(),
        guest_revenue=orders.revenue.sum(where=is_guest),
    ).to_pandas().fillna(0).iloc[0]
    share = row["guest_revenue"] / row["revenue"] if row["revenue"] else 0.0
    return {"n_orders": int(row["n_orders"]), "n_guest": int(row["n_guest"]), "revenue_share": float(share)}


# --- scores


def typical_gap(rfm: pd.DataFrame) -> float | None:
    """Return the rhythm of the business: the median customer's median days between purchase days; None if unknown."""
    gap = rfm["median_gap_days"].median()
    return None if pd.isna(gap) else float(gap)


def tie_safe_cuts(values: pd.Series, *, n: int = 5) -> tuple[float, ...]:
    """Return the lower limits of scores 2 … n, so that scores are as close to equal groups as ties allow.

    All customers of one value stand at the middle of their ranks: the share below plus half the share of the tie. Score s
    begins at the lowest value whose middle rank reaches (s − 1)/n; a score that no value reaches begins at infinity.
    """
    counts = values.value_counts().sort_index()
    middle = (counts.cumsum() - counts / 2) / counts.sum()
    score = np.minimum(np.floor(middle * n + 1e-9).astype(int) + 1, n)
    return tuple(float(score.index[score >= s].min()) if (score >= s).any() else math.inf for s in range(2, n + 1))


def cut_points(
    rfm: pd.DataFrame, *, window_days: int, recency_cuts: Sequence[float] = (), frequency_cuts: Sequence[float] = (),
    monetary_cuts: Sequence[float] = (),
) -> dict[str, tuple[float, ...]]:
    """Return the four cut points of each measure; what is given is used, what is empty comes from the data.

    recency_days: upper limits of scores 5, 4, 3, 2 (a value on the limit has the better score). By the data: 1, 2, 4 and 8
    times the typical gap between purchase days; tie-safe fifths where nobody bought twice.
    frequency: lower limits of scores 2, 3, 4, 5. By the data: a monthly, fortnightly, weekly, twice-weekly rhythm scaled to
    `window_days` where the median customer buys monthly or more often; else 2, 3, 5, 10 purchase days.
    monetary_value: lower limits of scores 2 … 5; by the data: tie-safe fifths.
    """
    years = window_days / DAYS_PER_YEAR
    gap = typical_gap(rfm)
    by_gap = tuple(float(math.ceil(gap * times)) for times in GAPS) if gap else None
    by_rank = tuple(-cut for cut in reversed(tie_safe_cuts(-rfm["recency_days"])))
    is_regular = rfm["frequency"].median() / years >= RHYTHM_PER_YEAR[0]
    rhythm = tuple(float(max(math.ceil(times * years - 1e-9), 1)) for times in RHYTHM_PER_YEAR)
    return {
        "recency_days": _checked("recency_cuts", recency_cuts) or by_gap or by_rank,
        "frequency": _checked("frequency_cuts", frequency_cuts) or (rhythm if is_regular else COUNTS),
        "monetary_value": _checked("monetary_cuts", monetary_cuts) or tie_safe_cuts(rfm["monetary_value"]),
    }


def _checked(name: str, cuts: Sequence[float]) -> tuple[float, ...]:
    if len(cuts) == 0:
        return ()
    if len(cuts) != 4 or any(a >= b for a, b in zip(cuts, list(cuts)[1:], strict=False)):
        raise UserError(f"{name} needs four ascending numbers, or [] to take them from the data")
    return tuple(float(cut) for cut in cuts)


def score_rfm(rfm: pd.DataFrame, *, cuts: dict[str, Sequence[float]]) -> pd.DataFrame:
    """Add r_score, f_score and m_score, 5 = best. A value on a limit of `cut_points` has the better score."""
    scores = {}
    for measure, score in MEASURES.items():
        if measure == "recency_days":
            scores[score] = 5 - np.searchsorted(np.asarray(cuts[measure], float), rfm[measure], side="left")
        else:
            scores[score] = 1 + np.searchsorted(np.asarray(cuts[measure], float), rfm[measure], side="right")
    return rfm.assign(**{name: values.astype("int64") for name, values in scores.items()})


def score_bins(scored: pd.DataFrame) -> pd.DataFrame:
    """Return, for scores 5 … 1, the lowest and highest value and the number of customers of each measure."""
    table = pd.DataFrame({"score": range(5, 0, -1)})
    for measure, score in MEASURES.items():
        bins = scored.groupby(score)[measure].agg(["min", "max", "size"]).astype(float)
        bins.columns = [f"{score[0]}_from", f"{score[0]}_to", f"{score[0]}_n"]
        table = table.merge(bins, left_on="score", right_index=True, how="left")
    return table.fillna({f"{letter}_n": 0 for letter in "rfm"})


# --- segments and groups


def name_segments(scored: pd.DataFrame, *, as_of: pd.Timestamp, new_days: int = 90) -> pd.DataFrame:
    """Add `segment`: the name of the customer's cell in `SEGMENT_GRID`.

    A customer with frequency score 1 or 2 and recency score 3 or more whose first purchase in the data is less than
    `new_days` days before `as_of` is "New", whatever the cell.
    """
    grid = np.array([SEGMENT_GRID[f] for f in range(1, 6)], dtype=object)
    names = grid[scored["f_score"].to_numpy() - 1, scored["r_score"].to_numpy() - 1]
    age_days = (as_of.normalize() - scored["first_date"]).dt.days
    is_new = (age_days < new_days) & (scored["f_score"] <= 2) & (scored["r_score"] >= 3)
    return scored.assign(segment=pd.Series(np.where(is_new, "New", names), index=scored.index).astype("str"))


def grid_counts(scored: pd.DataFrame) -> pd.DataFrame:
    """Return customers by frequency score (rows, 5 first) and recency score (columns, 5 first); all 25 cells."""
    order = list(range(5, 0, -1))
    return pd.crosstab(scored["f_score"], scored["r_score"]).reindex(index=order, columns=order, fill_value=0)


def segment_map() -> pd.DataFrame:
    """Return the segment's name of each of the 25 cells, in the rows and columns of `grid_counts`."""
    order = list(range(5, 0, -1))
    return pd.DataFrame([[SEGMENT_GRID[f][r - 1] for r in order] for f in order], index=order, columns=order)


def group_by_frequency(rfm: pd.DataFrame, *, frequent_from: float, occasional_from: float) -> pd.DataFrame:
    """Add `frequency_group`: frequent from `frequent_from` purchase days, occasional from `occasional_from`, else potential."""
    frequency = rfm["frequency"]
    group = np.select([frequency >= frequent_from, frequency >= occasional_from], GROUPS[:2], default=GROUPS[2])
    return rfm.assign(frequency_group=pd.Series(group, index=rfm.index).astype("str"))


def group_limits(cuts: dict[str, Sequence[float]], *, limits: Sequence[float] = ()) -> dict[str, float]:
    """Return the limits of the frequency groups: `limits` (occasional from, frequent from), or frequency scores 2 and 4."""
    if limits and (len(limits) != 2 or not 1 <= limits[0] <= limits[1]):
        raise UserError("frequency_groups needs two ascending numbers from 1, or [] to take them from the data")
    occasional, frequent = limits or (cuts["frequency"][0], cuts["frequency"][2])
    return {"frequent_from": float(frequent), "occasional_from": float(occasional)}


def add_groups(
    customers: pd.DataFrame, *, clustered: pd.DataFrame | None = None, interests: pd.Series | None = None
) -> pd.DataFrame:
    """Add cluster (of `clustered`, by customer_id) and interest_group (by customer_id); unknown (None) where there is none."""
    cluster = None if clustered is None else customers["customer_id"].map(clustered.set_index("customer_id")["cluster"])
    interest = None if interests is None else customers["customer_id"].map(interests)
    return customers.assign(cluster=cluster, interest_group=interest)


def summarise(customers: pd.DataFrame, *, by: str = "segment") -> pd.DataFrame:
    """Return size, revenue and typical behaviour of each group, in the fixed order of segments or groups.

    Columns: `by`, n_customers, customer_share, revenue, revenue_share (of net revenue), median recency_days, frequency,
    monetary_value and median_gap_days (unknown where nobody bought twice), revenue_per_customer (mean).
    """
    known = customers[customers[by].notna()]
    total = known["revenue"].sum()
    groups = known.groupby(by, observed=True)
    table = groups.agg(
        n_customers=("customer_id", "size"), revenue=("revenue", "sum"), recency_days=("recency_days", "median"),
        frequency=("frequency", "median"), monetary_value=("monetary_value", "median"),
        median_gap_days=("median_gap_days", "median"),
    ).reset_index()
    rank = {name: i for i, name in enumerate((*SEGMENTS, *GROUPS))}
    table = table.sort_values(by, key=lambda names: names.map(lambda name: (rank.get(name, len(rank)), name)))
    return table.assign(
        customer_share=table["n_customers"] / len(known),
        revenue_share=table["revenue"] / total if total else np.nan,
        revenue_per_customer=table["revenue"] / table["n_customers"],
    ).reset_index(drop=True)


def hide_small(summary: pd.DataFrame) -> pd.DataFrame:
    """Return a summary without the figures of groups with fewer than `MIN_SHOWN` customers; their sizes stay."""
    is_small = summary["n_customers"] < MIN_SHOWN
    hidden = [name for name in summary.select_dtypes("number") if name not in ("n_customers", "customer_share")]
    return summary.assign(**{name: summary[name].astype(float).mask(is_small) for name in hidden})


def shares_wide(summary: pd.DataFrame, *, by: str = "segment") -> pd.DataFrame:
    """Return two rows, "Share of customers" and "Share of revenue", with a column a group (for stacked bars)."""
    wide = summary.set_index(by)[["customer_share", "revenue_share"]].T
    wide.index = pd.Index(["Share of customers", "Share of revenue"], name="what")
    return wide.fillna(0.0).reset_index()


def summary_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Return `summarise` for segments, frequency groups, clusters and interests, one under the other (segments_summary)."""
    parts = []
    for scheme in ("segment", "frequency_group", "cluster", "interest_group"):
        if scheme in customers and customers[scheme].notna().any():
            part = summarise(customers, by=scheme).rename(columns={scheme: "group"})
            parts.append(part.assign(scheme=scheme))
    return pd.concat(parts, ignore_index=True)


def segments_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of table segments; clusters and interests are unknown where they were not found."""
    return customers.reindex(columns=[
        "customer_id", "recency_days", "frequency", "monetary_value", "revenue", "median_gap_days", *MEASURES.values(),
        "segment", "frequency_group", "cluster", "interest_group",
    ])


def save_segments(customers: pd.DataFrame, *, save: Callable[[pd.DataFrame, str], dict]) -> list[dict]:
    """Save `segments` and `segments_summary` with `save` (tables.save) and return what it says of them."""
    return [save(segments_table(customers), "segments"), save(summary_table(customers), "segments_summary")]


def top_share(customers: pd.DataFrame, *, share: float = 0.1) -> float:
    """Return the revenue share of the `share` of customers with the most revenue (at least one customer)."""
    revenue = customers["revenue"].sort_values(ascending=False)
    n = max(round(len(revenue) * share), 1)
    return float(revenue.iloc[:n].sum() / revenue.sum()) if revenue.sum() else np.nan


def segment_all(
    rfm: pd.DataFrame, *, cuts: dict[str, Sequence[float]], as_of: pd.Timestamp, new_days: int = 90,
    limits: Sequence[float] = (),
) -> pd.DataFrame:
    """Add scores, segment and frequency_group under given cut points. limits: as in `group_limits`."""
    named = name_segments(score_rfm(rfm, cuts=cuts), as_of=as_of, new_days=new_days)
    return group_by_frequency(named, **group_limits(cuts, limits=limits))


# --- how firm the picture is


def _variants(rfm: pd.DataFrame, cuts: dict, new_days: int) -> list[tuple[str, dict, int]]:
    recency, frequency = cuts["recency_days"], cuts["frequency"]
    by_rank = tuple(-cut for cut in reversed(tie_safe_cuts(-rfm["recency_days"])))
    return [
        ("Recency limits halved", {"recency_days": [cut / 2 for cut in recency]}, new_days),
        ("Recency limits doubled", {"recency_days": [cut * 2 for cut in recency]}, new_days),
        ("Recency by fifths of customers", {"recency_days": by_rank}, new_days),
        ("Frequency limits 25% lower", {"frequency": [cut * 0.75 for cut in frequency]}, new_days),
        ("Frequency limits 25% higher", {"frequency": [cut * 1.25 for cut in frequency]}, new_days),
        ("Frequency by fifths of customers", {"frequency": tie_safe_cuts(rfm["frequency"])}, new_days),
        ("New means half as many days", {}, new_days // 2),
        ("New means twice as many days", {}, new_days * 2),
    ]


def sensitivity(customers: pd.DataFrame, *, cuts: dict, as_of: pd.Timestamp, new_days: int = 90) -> pd.DataFrame:
    """Return how the segments change under other cut points.

    Columns: variant, n_changed and changed_share (customers whose segment differs from `customers["segment"]`),
    champions_share and champions_revenue_share under the variant; slipping_share: At risk and Cannot lose, whom one would win
    back. The first row is the choice made here.
    """
    total = customers["revenue"].sum()
    rows = []
    for variant, other, days in [("As chosen here", {}, new_days), *_variants(customers, cuts, new_days)]:
        segment = name_segments(score_rfm(customers, cuts=cuts | other), as_of=as_of, new_days=days)["segment"]
        changed = int((segment != customers["segment"]).sum())
        best = segment == "Champions"
        rows.append({
            "variant": variant, "n_changed": changed, "changed_share": changed / len(customers),
            "champions_share": float(best.mean()),
            "champions_revenue_share": float(customers.loc[best, "revenue"].sum() / total) if total else np.nan,
            "slipping_share": float(segment.isin(["At risk", "Cannot lose"]).mean()),
        })
    return pd.DataFrame(rows)
