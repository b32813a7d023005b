"""What customers do and are, as shares: how much of a customer's spend, orders or self belongs to an attribute.

A trait is a numerator per customer and attribute (money in a category, orders on a weekday, 1 for an age band) and an
exposure per customer (all money, all orders, 1 if the age is known). Sums of the one over sums of the other are the shares
that persona_index.py compares between segments. Reads orders, customer_products, products, customers; what customers answer
to and say is in persona_voice.py.
"""

from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd

from helpers import rollups

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = ((6, "21–6"), (11, "6–11"), (14, "11–14"), (17, "14–17"), (21, "17–21"), (24, "21–6"))  # (before hour, name)
DEMOGRAPHICS = {  # column of customers → what readers call it
    "age_band": "age", "gender": "gender", "income_band": "yearly income", "household_size": "household size",
    "household_type": "household type", "n_children": "children in the household", "marital_status": "marital status",
    "home_ownership": "home ownership", "occupation": "occupation", "region": "region", "city": "city",
    "acquisition_channel": "acquisition channel", "loyalty_tier": "loyalty tier",
}
EARNED = {"loyalty tier"}  # given for spend, which made the segments: described, never tested
UNKNOWN = {"", "unknown", "n/a", "none", "other", "未知", "不详", "其他", "保密"}  # ways to write that a value is not known
SAME = 0.8  # share of a department's revenue from which a category is as good as the department
MAX_BANDS = 40  # an attribute of the customer with more values is an identifier or free text
MAX_GAPS = 60  # categories (by revenue) for which customers of equal breadth are compared
BREADTHS = 10  # groups of customers by how many different products they bought


@dataclass(frozen=True)
class Trait:
    """One kind of trait.

    kind: department, category … what the attributes are. unit: what shares are of (spend, orders, customers …).
    values: customer_id, attribute, value ≥ 0. exposure: by customer_id, > 0 where the customer counts.
    is_tested: False for what follows from the variables that made the segments; it is described only.
    strata: by customer_id; where given, customers are compared with others of the same stratum only.
    """

    kind: str
    unit: str
    values: pd.DataFrame
    exposure: pd.Series
    is_tested: bool = True
    strata: pd.Series | None = None


def orders_until(orders: ibis.Table, *, as_of: pd.Timestamp) -> ibis.Table:
    """Keep the orders of known customers that brought no loss, up to `as_of` (inclusive)."""
    return orders.filter(orders.customer_id.notnull(), orders.revenue >= 0, orders.order_date <= as_of.date())


def bought_until(customer_products: ibis.Table, transactions: ibis.Table, *, as_of: pd.Timestamp) -> ibis.Table:
    """Return what each customer bought up to `as_of`: the roll-up where it ends by then, else summed up from the lines."""
    last = customer_products.last_date.max().execute()
    if pd.isna(last) or pd.Timestamp(last) <= as_of.normalize():
        return customer_products
    return rollups.roll_up_customer_products(transactions.filter(transactions.order_date <= as_of.date()))


def spend_traits(customer_products: ibis.Table, products: ibis.Table) -> list[Trait]:
    """Return spend by department, by category and by brand; products that the product list does not know are left out.

    A category that makes up most of its department's revenue (`SAME` or more), or has its name, would only say the same again
    and is left out.
    """
    bought = customer_products.filter(customer_products.revenue > 0).inner_join(products, "product_id")
    by_category = _without_doubles(bought)
    found = [_spend_by(bought, "department"), _spend_by(by_category, "category"), _spend_by(bought, "brand")]
    return [trait for trait in found if trait is not None]


def _without_doubles(bought: ibis.Table) -> ibis.Table:
    """Keep the lines whose category is not nearly all of its department, nor its namesake."""
    pairs = bought.group_by("department", "category").agg(revenue=bought.revenue.sum()).order_by("department", "category")
    frame = pairs.to_pandas()
    whole = frame.groupby("department")["revenue"].transform("sum")
    is_double = (frame["revenue"] >= SAME * whole) | (frame["department"] == frame["category"])
    doubles = frame.loc[is_double, ["department", "category"]].dropna()
    for department, category in doubles.itertuples(index=False):  # a handful of departments
        bought = bought.filter(~((bought.department == department) & (bought.category == category)).fill_null(False))
    return bought


def _spend_by(bought: ibis.Table, kind: str) -> Trait | None:
    known = bought.filter(bought[kind].notnull())
    sums = known.group_by("customer_id", attribute=known[kind]).agg(value=known.revenue.sum())
    return _trait(kind, "spend", sums.order_by("customer_id", "attribute").to_pandas())


def gap_trait(customer_products: ibis.Table, products: ibis.Table) -> list[Trait]:
    """Return who bought a category at all, among customers who bought equally many different products.

    A customer who buys much has bought of everything: only within the same breadth does a missing category say something.
    The `MAX_GAPS` categories with most revenue count.
    """
    bought = _without_doubles(customer_products.filter(customer_products.revenue > 0).inner_join(products, "product_id"))
    known = bought.filter(bought.category.notnull())
    sums = known.group_by("customer_id", attribute=known.category).agg(n=known.count(), revenue=known.revenue.sum())
    frame = sums.order_by("customer_id", "attribute").to_pandas()
    if frame.empty:
        return []
    breadth = frame.groupby("customer_id")["n"].sum().astype(float)
    limits = np.unique(np.quantile(breadth, np.arange(1, BREADTHS) / BREADTHS))
    strata = pd.Series(np.searchsorted(limits, breadth, side="left"), index=breadth.index)
    largest = frame.groupby("attribute")["revenue"].sum().round(2).sort_values(ascending=False, kind="stable").head(MAX_GAPS)
    values = tidy_values(frame[frame["attribute"].isin(largest.index)].assign(value=1.0))
    return [Trait("bought at all", "customers of equal breadth", values, breadth * 0 + 1.0, strata=strata)]


def order_traits(orders: ibis.Table) -> list[Trait]:
    """Return orders by weekday, by hour of the day (business time) and by sales channel.

    Hours only where the source knows them: one and the same hour for every order means that it knows days only.
    """
    orders = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0)
    weekday = orders.group_by("customer_id", number=orders.order_date.day_of_week.index()).agg(value=orders.count())
    days = weekday.order_by("customer_id", "number").to_pandas()
    days = days.assign(attribute=days["number"].map(dict(enumerate(WEEKDAYS))))
    known = orders.filter(orders.order_hour.notnull())
    hours = known.group_by("customer_id", "order_hour").agg(value=known.count())
    hours = hours.order_by("customer_id", "order_hour").to_pandas()
    hours = hours if hours["order_hour"].nunique() > 1 else hours.head(0)
    ends = [end for end, _ in HOURS]
    bands = np.array([name for _, name in HOURS], dtype=object)[np.searchsorted(ends, hours["order_hour"], side="right")]
    hours = hours.assign(attribute=bands).groupby(["customer_id", "attribute"], as_index=False)["value"].sum()
    placed = orders.filter(orders.channel.notnull())
    channels = placed.group_by("customer_id", attribute=placed.channel).agg(value=placed.count())
    channels = channels.order_by("customer_id", "attribute").to_pandas()
    channels = channels if channels["attribute"].nunique() > 1 else channels.head(0)
    found = [_trait("weekday", "orders", days), _trait("hours", "orders", hours), _trait("channel", "orders", channels)]
    return [trait for trait in found if trait is not None]


def discount_trait(orders: ibis.Table) -> list[Trait]:
    """Return the discounts' share of the shelf value (what was paid plus what was discounted); none where nobody had any."""
    orders = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0)
    sums = orders.group_by("customer_id").agg(value=orders.discount.sum(), paid=orders.revenue.sum())
    frame = sums.order_by("customer_id").to_pandas()
    if not frame["value"].sum() > 0:
        return []
    exposure = (frame["value"] + frame["paid"]).set_axis(frame["customer_id"])
    return [Trait("discount", "shelf value", tidy_values(frame.assign(attribute="discount")), exposure[exposure > 0].round(6))]


def known_demographics(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customer_id and the attributes of `DEMOGRAPHICS` that differ between customers; `UNKNOWN` values are NA."""
    names = [name for name in DEMOGRAPHICS if name in customers]
    plain = customers[names].astype("str").where(customers[names].notna())
    known = plain.where(~plain.apply(lambda values: values.str.strip().str.lower()).isin(UNKNOWN))
    kept = [name for name in names if 2 <= known[name].nunique() <= MAX_BANDS]
    return pd.concat([customers[["customer_id"]], known[kept]], axis=1)


def demographic_traits(customers: pd.DataFrame) -> list[Trait]:
    """Return one trait an attribute of the customer: 1 for the customer's band; customers without it do not count.

    Cities only where they are no other name for the regions. A tier that is earned by spending is not tested.
    """
    known = known_demographics(customers)
    names = [name for name in known.columns[1:] if name != "city" or "region" not in known or not _are_same(known)]
    found = []
    for column in names:
        band = known.loc[known[column].notna(), ["customer_id", column]].rename(columns={column: "attribute"})
        trait = _trait(DEMOGRAPHICS[column], "customers", band.assign(value=1.0))
        found.append(replace(trait, is_tested=trait.kind not in EARNED))
    return found


def _are_same(known: pd.DataFrame) -> bool:
    pairs = known[["region", "city"]].dropna().drop_duplicates()
    return not pairs["region"].duplicated().any()


def _trait(kind: str, unit: str, frame: pd.DataFrame) -> Trait | None:
    """Return the trait whose exposure is the sum of the customer's values, or None if there are none."""
    if frame.empty:
        return None
    values = tidy_values(frame)
    return Trait(kind, unit, values, values.groupby("customer_id")["value"].sum())


def tidy_values(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame[["customer_id", "attribute", "value"]].astype({"customer_id": "str", "attribute": "str", "value": "float64"})
    # sums of money differ in the last bit with the order of addition, which depends on the number of threads
    return values.assign(value=values["value"].round(6)).sort_values(["customer_id", "attribute"], ignore_index=True)
