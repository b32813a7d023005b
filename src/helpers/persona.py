"""Who are the segments, in words a team can use? Cards of computed facts; every sentence has passed a test.

A persona's name says its rhythm (days between purchases) and its basket (against the median customer's). What sets a segment
apart comes from persona_index.py. Reads segments, orders and what persona_traits.py makes of the other tables; writes
personas and persona_traits.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona_index import MIN_CUSTOMERS
from helpers.persona_traits import HOURS, WEEKDAYS

SEGMENTS = ("Champions", "Loyal", "Promising", "New", "Needs attention", "At risk", "Cannot lose", "Hibernating")
MIN_SHOWN = 10  # customers; smaller groups are not shown (personal data)
# days between purchases up to which a rhythm has its name: the middle (geometric mean) between 3.5, 7, 14, 30 and 91 days
RHYTHMS = ((5, "Several times a week"), (10, "Weekly"), (20, "Fortnightly"), (52, "Monthly"), (np.inf, "Now and then"))
ONCE, UNSTEADY = "Once", "Rhythm unclear"
LARGE, SMALL = 1.2, 1 / 1.2  # basket against the median customer's, from which it is called large, small
BASKETS = ("large baskets", "mid-size baskets", "small baskets")
QUIET, QUIET_GAPS = "gone quiet", 2  # silent for more than so many of the segment's own gaps between purchases
TIMES = (*WEEKDAYS, *(name for _, name in HOURS[1:-1]), HOURS[-1][1])
CERTAIN = 0.9  # share of resamples that must agree on a word of a persona's name
N_RESAMPLES = 200


def _where(condition, values):
    """Return `values` where `condition` holds, else null (Spark has no median of a part)."""
    return ibis.ifelse(condition, values, ibis.null("float64"))


def habits(orders: ibis.Table) -> pd.DataFrame:
    """Return per customer the median order: customer_id, order_value (orders that brought money), n_products (orders that
    name products), n_orders. Guests are left out; what is unknown of a customer is NaN.
    """
    orders = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0)
    per_customer = orders.group_by("customer_id").agg(
        n_orders=orders.count(), order_value=_where(orders.revenue > 0, orders.revenue).median(),
        n_products=_where(orders.n_products > 0, orders.n_products.cast("float64")).median(),
    )
    frame = per_customer.order_by("customer_id").to_pandas()
    return frame.astype({"order_value": "float64", "n_products": "float64"}).round({"order_value": 6})


def personas(segments: pd.DataFrame, habits: pd.DataFrame, *, seed: int = 42) -> pd.DataFrame:
    """Return one row a segment with at least `MIN_SHOWN` customers: size, value, rhythm, basket and the persona's name.

    Columns: segment, persona, name_stability (share of resamples of the segment's customers that agree with the name),
    n_customers, customer_share, revenue_share, revenue_per_customer, recency_days (median), median_gap_days (of the median
    customer who bought twice; unknown where most bought once), order_value and n_products (of the median customer's median
    order).

    Raises
    ------
    TooLittleData : no segment has `MIN_SHOWN` customers.
    """
    joined = segments.merge(habits, on="customer_id", how="left", validate="one_to_one").sort_values("customer_id")
    usual = float(joined["order_value"].median())
    total, rows = joined["revenue"].sum(), []
    for segment in [name for name in SEGMENTS if (joined["segment"] == name).sum() >= MIN_SHOWN]:
        own = joined[joined["segment"] == segment]
        name, stability = persona_name(own, usual=usual, seed=seed)
        rows.append({
            "segment": segment, "persona": name, "name_stability": stability,
            "n_customers": len(own), "customer_share": len(own) / len(joined),
            "revenue_share": float(own["revenue"].sum() / total) if total else np.nan,
            "revenue_per_customer": float(own["revenue"].mean()), "recency_days": float(own["recency_days"].median()),
            "median_gap_days": _middle(own["median_gap_days"].to_numpy(float)),
            "order_value": float(own["order_value"].median()), "n_products": float(own["n_products"].median()),
        })
    if not rows:
        raise TooLittleData(
            "Needs a segment with at least {needed:count} customers; the largest has {found:count}.",
            needed=MIN_SHOWN, found=int(segments["segment"].value_counts().max()) if len(segments) else 0,
        )
    return pd.DataFrame(rows)


def _middle(gaps: np.ndarray) -> float:
    """Return the median gap of those who bought twice; unknown where fewer than half did."""
    known = gaps[~np.isnan(gaps)]
    return float(np.median(known)) if len(known) * 2 >= len(gaps) and len(known) else float("nan")


def rhythm_of(gap_days: float) -> str:
    """Return the name of a rhythm; a limit belongs to the quicker one."""
    return ONCE if np.isnan(gap_days) else next(name for limit, name in RHYTHMS if gap_days <= limit)


def basket_of(order_value: float, *, usual: float) -> str:
    """Return the name of a basket; a limit belongs to the large or small one. Unknown is the empty name."""
    ratio = order_value / usual if usual > 0 else float("nan")
    if np.isnan(ratio):
        return ""
    return BASKETS[0] if ratio >= LARGE else BASKETS[2] if ratio <= SMALL else BASKETS[1]


def persona_name(own: pd.DataFrame, *, usual: float, seed: int) -> tuple[str, float]:
    """Return a name such as "Weekly, large baskets, gone quiet" and the share of resamples that agree with it.

    own: the segment's customers with median_gap_days, order_value and recency_days. A word stands in the name only if
    `CERTAIN` of the resamples of these customers agree: two neighbouring rhythms are joined ("Weekly to fortnightly"),
    other doubt is "Rhythm unclear", and a doubtful basket is left out.
    """
    columns = own[["median_gap_days", "order_value", "recency_days"]].to_numpy(float)
    rng = np.random.default_rng(seed)
    words = []
    for _ in range(N_RESAMPLES):
        gaps, values, recency = columns[rng.integers(0, len(own), len(own))].T
        gap = _middle(gaps)
        known = values[~np.isnan(values)]
        basket = basket_of(float(np.median(known)) if len(known) else float("nan"), usual=usual)
        words.append((rhythm_of(gap), basket, bool(np.median(recency) > QUIET_GAPS * gap)))
    rhythm, same_rhythm = _agreed_rhythm([rhythm for rhythm, _, _ in words])
    basket, same_basket = _agreed([basket for _, basket, _ in words])
    quiet, same_quiet = _agreed([QUIET if quiet else "" for _, _, quiet in words])
    name = ", ".join(word for word in (rhythm, basket, quiet) if word)
    return name, float(np.mean(np.all([same_rhythm, same_basket, same_quiet], axis=0)))


def _agreed(words: list[str]) -> tuple[str, np.ndarray]:
    """Return the word on which `CERTAIN` of the resamples agree (else none), and which resamples do."""
    names, counts = np.unique(words, return_counts=True)
    best = str(names[counts.argmax()])
    if counts.max() >= CERTAIN * len(words):
        return best, np.array(words) == best
    return "", np.ones(len(words), dtype=bool)


def _agreed_rhythm(words: list[str]) -> tuple[str, np.ndarray]:
    best, same = _agreed(words)
    if best:
        return best, same
    order = [name for _, name in RHYTHMS]
    shares = {pair: np.isin(words, pair).mean() for pair in zip(order, order[1:], strict=False)}
    pair = max(shares, key=shares.get)
    if shares[pair] >= CERTAIN:
        return f"{pair[0]} to {pair[1].lower()}", np.isin(words, pair)
    return UNSTEADY, np.ones(len(words), dtype=bool)


def shown(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of groups that may be shown: at least `MIN_SHOWN` customers of the segment with a known trait."""
    return cells[cells["n"] >= MIN_SHOWN].reset_index(drop=True)


def statements(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that are statements, the strongest first: by distance of the shrunk index from 100.

    A department and a category of the same name are said once.
    """
    notable = cells[cells["is_notable"]]
    distance = np.log(notable["shrunk_index"] / 100).abs()
    order = notable.assign(distance=distance).sort_values(
        ["distance", "segment", "kind", "attribute"], ascending=[False, True, True, True]
    )
    return order.drop(columns="distance").drop_duplicates(["segment", "unit", "attribute"]).reset_index(drop=True)


def top(cells: pd.DataFrame, *, segment: str, kind: str, n: int = 3) -> pd.DataFrame:
    """Return the `n` attributes of a kind with the largest share in the segment (ties by name)."""
    own = cells[(cells["segment"] == segment) & (cells["kind"] == kind)]
    return own.sort_values(["share", "attribute"], ascending=[False, True]).head(n)


def one(cells: pd.DataFrame, *, segment: str, kind: str) -> pd.Series | None:
    """Return the segment's cell of a kind with a single attribute (discount, campaigns), or None."""
    rows = top(cells, segment=segment, kind=kind, n=1)
    return None if rows.empty else rows.iloc[0]


def add_traits(personas: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add what the cells say of each segment, for table personas; unknown where the data set lacks the source.

    Columns added: discount_rate, departments (the three with most spend), weekday and hours with most orders, n_known
    (customers whose best known attribute is known), n_contacted, answered_rate, answered_low, answered_high.
    """
    rows = [_traits_of(segment, cells) for segment in personas["segment"]]
    return pd.concat([personas.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def _traits_of(segment: str, cells: pd.DataFrame) -> dict:
    discount, answered = one(cells, segment=segment, kind="discount"), one(cells, segment=segment, kind="campaigns")
    departments = top(cells, segment=segment, kind="department")["attribute"]
    weekday, hours = (top(cells, segment=segment, kind=kind, n=1)["attribute"] for kind in ("weekday", "hours"))
    of_people = cells[(cells["segment"] == segment) & (cells["unit"] == "customers")]
    return {
        "discount_rate": float(discount["share"]) if discount is not None else np.nan,
        "departments": ", ".join(departments) if len(departments) else None,
        "weekday": weekday.iloc[0] if len(weekday) else None, "hours": hours.iloc[0] if len(hours) else None,
        "n_known": int(of_people["n"].max()) if len(of_people) else 0,
        "n_contacted": int(answered["n"]) if answered is not None else 0,
        "answered_rate": float(answered["share"]) if answered is not None else np.nan,
        "answered_low": float(answered["low"]) if answered is not None else np.nan,
        "answered_high": float(answered["high"]) if answered is not None else np.nan,
    }


def matrix(cells: pd.DataFrame, *, kinds: list[str], value: str, n: int = 10) -> pd.DataFrame:
    """Return `value` by attribute (rows) and segment (columns): the `n` attributes with the largest share, weekdays and
    hours in their own order. Only segments with `MIN_CUSTOMERS` customers; an index that was not tested is blank.

    Raises
    ------
    TooLittleData : there is nothing to show.
    """
    own = cells[cells["kind"].isin(kinds) & (cells["n"] >= MIN_CUSTOMERS) & (cells["p_value"].notna() | (value != "index"))]
    if own.empty:
        raise TooLittleData(
            "Needs two segments with at least {needed:count} customers each to compare their habits; there are {found:count}.",
            needed=MIN_CUSTOMERS, found=int((cells.groupby("segment")["n"].max() >= MIN_CUSTOMERS).sum()),
        )
    largest = own.groupby("attribute")["share"].mean().sort_values(ascending=False, kind="stable").head(n).index
    ordered = [name for name in TIMES if name in largest] or list(largest)
    table = own[own["attribute"].isin(ordered)].pivot(index="attribute", columns="segment", values=value)
    return table.reindex(index=ordered, columns=[name for name in SEGMENTS if name in table])
