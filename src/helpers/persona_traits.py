"""What customers do and are, as shares: how much of a customer's spend, orders or self belongs to an attribute.

A trait is a numerator per customer and attribute (money in a category, orders on a weekday, 1 for an age band) and an
exposure per customer (all money, all orders, 1 if the age is known). Sums of the one over sums of the other are the shares
that persona_index.py compares between segments. Reads orders, customer_products, products, customers, campaign_contacts.
"""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = ((6, "21–6"), (11, "6–11"), (14, "11–14"), (17, "14–17"), (21, "17–21"), (24, "21–6"))  # (before hour, name)
DEMOGRAPHICS = {  # column of customers → what readers call it
    "age_band": "age", "gender": "gender", "income_band": "yearly income", "household_size": "household size",
    "household_type": "household type", "n_children": "children in the household", "marital_status": "marital status",
    "home_ownership": "home ownership", "region": "region", "loyalty_tier": "loyalty tier",
}
SAME = 0.8  # share of a department's revenue from which a category is as good as the department
MAX_BANDS = 20  # an attribute of the customer with more values is an identifier or free text


@dataclass(frozen=True)
class Trait:
    """One kind of trait.

    kind: department, category … what the attributes are. unit: what shares are of (spend, orders, customers …).
    values: customer_id, attribute, value ≥ 0. exposure: by customer_id, > 0 where the customer counts.
    """

    kind: str
    unit: str
    values: pd.DataFrame
    exposure: pd.Series


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


def order_traits(orders: ibis.Table) -> list[Trait]:
    """Return orders by weekday and by hour of the day (business time).

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
    found = [_trait("weekday", "orders", days), _trait("hours", "orders", hours)]
    return [trait for trait in found if trait is not None]


def discount_trait(orders: ibis.Table) -> list[Trait]:
    """Return the discounts' share of the shelf value (what was paid plus what was discounted); none where nobody had any."""
    orders = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0)
    sums = orders.group_by("customer_id").agg(value=orders.discount.sum(), paid=orders.revenue.sum())
    frame = sums.order_by("customer_id").to_pandas()
    if not frame["value"].sum() > 0:
        return []
    exposure = (frame["value"] + frame["paid"]).set_axis(frame["customer_id"])
    return [Trait("discount", "shelf value", _values(frame.assign(attribute="discount")), exposure[exposure > 0].round(6))]


def demographic_traits(customers: pd.DataFrame) -> list[Trait]:
    """Return one trait an attribute of the customer: 1 for the customer's band; customers without it do not count."""
    found = []
    for column, name in DEMOGRAPHICS.items():
        if column in customers and 2 <= customers[column].nunique() <= MAX_BANDS:
            known = customers.loc[customers[column].notna(), ["customer_id", column]]
            frame = known.rename(columns={column: "attribute"}).assign(value=1.0)
            found.append(_trait(name, "customers", frame))
    return found


def response_trait(contacts: pd.DataFrame, *, as_of: pd.Timestamp) -> list[Trait]:
    """Return, for customers contacted by a campaign up to `as_of`, whether they answered at least once by then."""
    sent = contacts[contacts["treated"] & ~(contacts["contacted_at"] > as_of)]
    if sent.empty:
        return []
    answered = (sent["responded_at"] <= as_of).groupby(sent["customer_id"]).any().astype(float)
    frame = answered.rename("value").reset_index().assign(attribute="answered")
    return [Trait("campaigns", "contacted customers", _values(frame), pd.Series(1.0, index=answered.index))]


def _trait(kind: str, unit: str, frame: pd.DataFrame) -> Trait | None:
    """Return the trait whose exposure is the sum of the customer's values, or None if there are none."""
    if frame.empty:
        return None
    values = _values(frame)
    return Trait(kind, unit, values, values.groupby("customer_id")["value"].sum())


def _values(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame[["customer_id", "attribute", "value"]].astype({"customer_id": "str", "attribute": "str", "value": "float64"})
    # sums of money differ in the last bit with the order of addition, which depends on the number of threads
    return values.assign(value=values["value"].round(6)).sort_values(["customer_id", "attribute"], ignore_index=True)
