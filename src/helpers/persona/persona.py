"""Who are the segments, in words a team can use? Portraits of computed facts; every sentence has passed a test.

A persona's name (persona_names.py) says its rhythm and its basket. What sets a segment apart comes from persona_index.py, what
it needs next from persona_needs.py. Reads segments, orders and what persona_traits.py and persona_voice.py make of the other
tables; writes personas and persona_traits.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona.persona_index import MIN_CUSTOMERS
from helpers.persona.persona_names import favourite, middle_gap, persona_name, resampled
from helpers.persona.persona_traits import HOURS, WEEKDAYS

SEGMENTS = ("Champions", "Loyal", "Promising", "New", "Needs attention", "At risk", "Cannot lose", "Hibernating")
MIN_SHOWN = 10  # customers; smaller groups are not shown (personal data)
TIMES = (*WEEKDAYS, *(name for _, name in HOURS[1:-1]), HOURS[-1][1])
ENDS = {  # of the resamples → column whose interval it gives
    "gap": "median_gap_days", "order_value": "order_value", "recency_days": "recency_days", "revenue": "revenue_per_customer",
}


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


def personas(
    segments: pd.DataFrame, habits: pd.DataFrame, *, previous: pd.DataFrame | None = None, seed: int = 42
) -> pd.DataFrame:
    """Return one row a segment with at least `MIN_SHOWN` customers: size, value, rhythm, basket and the persona's name.

    Columns: segment, persona, name_stability (share of resamples of the segment's customers that agree with the name),
    n_customers, customer_share, revenue_share, revenue_per_customer, recency_days (median), median_gap_days (of the median
    customer who bought twice; unknown where most bought once), order_value and n_products (of the median customer's median
    order), the last four but n_products with their 95 % interval (…_low, …_high), basket_ratio (order value ÷ the median
    customer's), n_overdue (customers silent for longer than twice their own usual gap) and n_with_gap (who bought twice).
    previous: the personas of the last run, whose names stay while the evidence bears them.

    Raises
    ------
    TooLittleData : no segment has `MIN_SHOWN` customers.
    """
    joined = segments.merge(habits, on="customer_id", how="left", validate="one_to_one").sort_values("customer_id")
    usual = float(joined["order_value"].median())
    total = joined["revenue"].sum()
    names = {} if previous is None else dict(zip(previous["segment"], previous["persona"], strict=True))
    rows = []
    for segment in [name for name in SEGMENTS if (joined["segment"] == name).sum() >= MIN_SHOWN]:
        own = joined[joined["segment"] == segment]
        drawn = resampled(own, seed=seed)
        name, stability = persona_name(drawn, usual=usual, previous=names.get(segment, ""))
        rows.append({
            "segment": segment, "persona": name, "name_stability": stability, "customer_share": len(own) / len(joined),
            "revenue_share": float(own["revenue"].sum() / total) if total > 0 else np.nan,
            "basket_ratio": float(own["order_value"].median() / usual) if usual > 0 else np.nan,
            **_middle(own), **_ends(drawn),
        })
    if not rows:
        raise TooLittleData(
            "Needs a segment with at least {needed:count} customers; the largest has {found:count}.",
            needed=MIN_SHOWN, found=int(segments["segment"].value_counts().max()) if len(segments) else 0,
        )
    return pd.DataFrame(rows)


def _middle(own: pd.DataFrame) -> dict:
    gaps = own["median_gap_days"].to_numpy(float)
    return {
        "n_customers": len(own), "revenue_per_customer": float(own["revenue"].mean()),
        "recency_days": float(own["recency_days"].median()), "median_gap_days": middle_gap(gaps),
        "order_value": float(own["order_value"].median()), "n_products": float(own["n_products"].median()),
        "n_with_gap": int((gaps >= 0).sum()), "n_overdue": int((own["recency_days"].to_numpy(float) > 2 * gaps).sum()),
    }


def _ends(drawn: pd.DataFrame) -> dict:
    """Return the 95 % intervals of the middle customer's figures, from the resamples; unknown where one is unknown."""
    known = drawn.columns[drawn.notna().all()]
    ends = drawn[known].quantile([0.025, 0.975])
    return {
        f"{column}_{side}": float(ends[name].iloc[at]) if name in known else np.nan
        for name, column in ENDS.items() for at, side in enumerate(("low", "high"))
    }


def shown(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of groups that may be shown: at least `MIN_SHOWN` customers of the segment with a known trait, and no
    band of a personal attribute that only 1 to 9 of them have.
    """
    few = (cells["unit"] == "customers") & cells["n_with"].between(1, MIN_SHOWN - 1)
    return cells[(cells["n"] >= MIN_SHOWN) & ~few].reset_index(drop=True)


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


def add_traits(
    personas: pd.DataFrame, cells: pd.DataFrame, *, previous: pd.DataFrame | None = None, seed: int = 42
) -> pd.DataFrame:
    """Add what the cells say of each segment, for table personas; unknown where the data set lacks the source.

    Columns added: favourite (what they spend more on than others above all), n_statements, discount_rate, departments (the
    three with most spend), weekday and hours with most orders, n_contacted, answered_rate, answered_low, answered_high.
    """
    before = {} if previous is None or "favourite" not in previous else dict(
        zip(previous["segment"], previous["favourite"], strict=True)
    )
    rows = [
        {
            "favourite": favourite(cells[cells["segment"] == segment], seed=seed, previous=before.get(segment)),
            "n_statements": int((cells["segment"].eq(segment) & cells["is_notable"]).sum()), **_traits_of(segment, cells),
        }
        for segment in personas["segment"]
    ]
    return pd.concat([personas.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def _traits_of(segment: str, cells: pd.DataFrame) -> dict:
    discount, answered = one(cells, segment=segment, kind="discount"), one(cells, segment=segment, kind="campaigns")
    departments = top(cells, segment=segment, kind="department")["attribute"]
    weekday, hours = (top(cells, segment=segment, kind=kind, n=1)["attribute"] for kind in ("weekday", "hours"))
    return {
        "discount_rate": float(discount["share"]) if discount is not None else np.nan,
        "departments": ", ".join(departments) if len(departments) else None,
        "weekday": weekday.iloc[0] if len(weekday) else None, "hours": hours.iloc[0] if len(hours) else None,
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
