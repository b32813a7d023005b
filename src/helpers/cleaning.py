"""Which rows and values changed, and why: one rule = one function = one row in the cleaning log.

Reads `collected/…`; writes the canonical tables, the roll-ups `orders` and `customer_products`, `rejected`, `cleaning_log`
and `field_quality`. Identity: rows collected = rows clean + rejected + merged, and the same for money, to the cent.

A rule that sets rows aside gives a condition; each row is set aside by the first rule that holds for it. A rule that
changes values gives the new column; its row in the log counts the rows whose value changed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import ibis
import pandas as pd

from helpers.contracts import CANONICAL_NAMES, contract
from helpers.timezones import local

MONEY = "revenue"
NEVER = ibis.literal(False)


@dataclass(frozen=True)
class Settings:
    """What the rules need to know: window, time zone and the parameters of the notebook."""

    first_day: pd.Timestamp | None
    as_of: pd.Timestamp
    time_zone: str
    duplicate_lines: str = "reject"
    max_quantity: float = 200.0
    measured_categories: tuple[str, ...] = ()
    non_merchandise_departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule: the table it is for, its name (a catalogue message), its effect and its function."""

    table: str
    name: str
    effect: str  # reject, change or merge
    function: Callable


# --- conditions that set rows aside (table, settings) → boolean column


def is_repeated_line(lines, settings: Settings):
    """The same line of the same order once more: equal in everything but the row number."""
    if settings.duplicate_lines == "keep":
        return NEVER
    same = [c for c in lines.columns if c not in ("line_number", "source", "source_row", "order_date", "order_hour")]
    same = [c for c in same if c not in ("department", "category", "is_known_product")]
    return _is_copy(lines, by=same, order=["source_row"])


def _is_copy(table, *, by: list[str], order: list):
    """True for every row but the first of those that are equal in `by`; a table without any is not sorted for it."""
    rows = table.select(*by)
    if not (rows.count() - rows.distinct().count()).execute():
        return NEVER
    return ibis.row_number().over(group_by=by, order_by=order) > 0


def is_outside_window(lines, settings: Settings):
    """The business day lies after the snapshot date, or before the first day of the data."""
    after = lines.order_date > settings.as_of.date()
    return after if settings.first_day is None else after | (lines.order_date < settings.first_day.date())


def is_without_moment(lines, settings: Settings):
    return lines.ordered_at.isnull()


def is_without_money_field(lines, settings: Settings):
    return lines.revenue.isnull()


def is_nothing(lines, settings: Settings):
    """Quantity 0 and revenue 0: nothing changed hands."""
    return ((lines.quantity == 0) & (lines.revenue == 0)).fill_null(False)


def is_not_merchandise(lines, settings: Settings):
    """The product's department sells no goods (coupons, store supplies, postage)."""
    if not settings.non_merchandise_departments:
        return NEVER
    return lines.department.isin(settings.non_merchandise_departments).fill_null(False)


def is_repeated_key(table, settings: Settings, *, key: tuple[str, ...]):
    """A second row for a key that must be unique; the first one (by source row) stays."""
    return _is_copy(table, by=list(key), order=["source", "source_row"])


def is_without_key(table, settings: Settings, *, key: tuple[str, ...]):
    condition = NEVER
    for column in key:
        condition = condition | table[column].isnull()
    return condition


def is_blank_text(feedback, settings: Settings):
    """No words and no score: nothing was said."""
    no_text = feedback.text.fill_null("").strip() == ""
    scores = [feedback.rating, feedback.nps, feedback.csat, feedback.ces]
    no_score = feedback.rating_label.isnull()
    for score in scores:
        no_score = no_score & score.isnull()
    return no_text & no_score


def is_repeated_text(feedback, settings: Settings):
    """The same text about the same product once more; the first one of the training part stays.

    A copy in both parts of a publisher's split would let a model see its test, so copies in train win.
    """
    order = [feedback.split.desc(), feedback.feedback_id]
    by = ibis.window(group_by=[feedback.text.strip().lower(), feedback.product_id], order_by=order)
    return (ibis.row_number().over(by) > 0) & feedback.text.notnull()


# --- values that change (table, settings) → (column name, new value)


def quantity_of_measured_goods(lines, settings: Settings):
    """Where the till writes a measure (litres of fuel in thousandths), quantity is no count of units: unknown."""
    if not settings.measured_categories:
        return "quantity", lines.quantity
    measured = lines.category.isin(settings.measured_categories).fill_null(False)
    return "quantity", ibis.ifelse(measured, ibis.null("float64"), lines.quantity)


def quantity_of_zero_with_money(lines, settings: Settings):
    """Money without a quantity: the money stays, the quantity is unknown."""
    return "quantity", lines.quantity.nullif(0.0)


def quantity_beyond_limit(lines, settings: Settings):
    """More than `max_quantity` units on one line (exactly the limit is kept): the quantity is unknown."""
    return "quantity", ibis.ifelse(lines.quantity.abs() > settings.max_quantity, ibis.null("float64"), lines.quantity)


def unit_price_of_unknown_quantity(lines, settings: Settings):
    """A price per unit needs a quantity."""
    return "unit_price", ibis.ifelse(lines.quantity.isnull(), ibis.null("float64"), lines.unit_price)


def product_that_is_not_listed(lines, settings: Settings):
    """The product is not in the product list: the line keeps its money, its product is unknown.

    Without a product list nothing can be looked up and nothing changes.
    """
    return "product_id", ibis.ifelse(lines.is_known_product, lines.product_id, ibis.null("string"))


LINE_RULES = (
    Rule("transactions", "no moment of the order", "reject", is_without_moment),
    Rule("transactions", "no amount", "reject", is_without_money_field),
    Rule("transactions", "outside the data window, in the business's time zone", "reject", is_outside_window),
    Rule("transactions", "repeated line", "merge", is_repeated_line),
    Rule("transactions", "zero quantity and no money", "reject", is_nothing),
    Rule("transactions", "not merchandise", "reject", is_not_merchandise),
    Rule("transactions", "quantity is a measure, not units", "change", quantity_of_measured_goods),
    Rule("transactions", "money without a quantity", "change", quantity_of_zero_with_money),
    Rule("transactions", "implausible quantity", "change", quantity_beyond_limit),
    Rule("transactions", "price of an unknown quantity", "change", unit_price_of_unknown_quantity),
    Rule("transactions", "product is not in the product list", "change", product_that_is_not_listed),
)
FEEDBACK_RULES = (
    Rule("feedback", "nothing was said", "reject", is_blank_text),
    Rule("feedback", "repeated text", "merge", is_repeated_text),
)


def key_rules(table: str) -> tuple[Rule, ...]:
    """Return the rules that every table shares: its key is there, and there once."""
    key = contract(table).key
    return (
        Rule(table, "no key", "reject", lambda rows, settings: is_without_key(rows, settings, key=key)),
        Rule(table, "repeated key", "merge", lambda rows, settings: is_repeated_key(rows, settings, key=key)),
    )


def rules_for(table: str) -> tuple[Rule, ...]:
    """Return the rules of a table in the order in which they run."""
    own = {"transactions": LINE_RULES, "feedback": FEEDBACK_RULES}.get(table, ())
    return (*key_rules(table), *own)


# --- applying rules


def prepare_lines(lines, products, settings: Settings):
    """Return order lines with business day and hour and what the product list says of their product."""
    moment = local(lines.ordered_at, settings.time_zone, lines)
    lines = lines.mutate(order_date=moment.date(), order_hour=moment.hour().cast("int64"))
    if products is None:
        unknown = ibis.null("string")
        return lines.mutate(department=unknown, category=unknown, is_known_product=ibis.literal(True))
    listed = products.select(listed_id="product_id", department="department", category="category").distinct(
        on="listed_id", keep="first"
    )
    joined = lines.left_join(listed, lines.product_id == listed.listed_id)
    return joined.mutate(is_known_product=joined.listed_id.notnull()).drop("listed_id")


def judge(table, rules: tuple[Rule, ...], settings: Settings):
    """Return `table` with `reason`: the first rejecting or merging rule that holds for the row, or null."""
    removing = [rule for rule in rules if rule.effect in ("reject", "merge")]
    flags = {f"_{i}": rule.function(table, settings) for i, rule in enumerate(removing)}
    flagged = table.mutate(**flags)
    branches = [(flagged[f"_{i}"].fill_null(False), rule.name) for i, rule in enumerate(removing)]
    reason = ibis.cases(*branches, else_=ibis.null("string"))
    return flagged.mutate(reason=reason).drop(*flags)


def change(table, rules: tuple[Rule, ...], settings: Settings):
    """Return (`table` with the changing rules applied in order, the rule → a column that says whether it changed)."""
    changed = {}
    for i, rule in enumerate(rule for rule in rules if rule.effect == "change"):
        column, value = rule.function(table, settings)
        before = table[column]
        table = table.mutate(**{f"_changed_{i}": ~before.identical_to(value), column: value})
        changed[rule.name] = f"_changed_{i}"
    return table, changed


def clean_table(name: str, table, settings: Settings, products=None) -> tuple:
    """Return (clean rows, rejected and merged rows with reason, log of the rules) for one collected table."""
    rules = rules_for(name)
    prepared = prepare_lines(table, products, settings) if name == "transactions" else table
    judged = judge(prepared, rules, settings)
    kept, changed = change(judged.filter(judged.reason.isnull()), rules, settings)
    log = _log(name, rules, judged, kept, changed)
    extra = [c for c in table.columns if c not in ("source", "source_row") and c not in contract(name).column_names]
    columns = [*contract(name).column_names, *(extra if contract(name).is_open else [])]
    return kept.select(*columns), _set_aside(name, judged), log


def _set_aside(name: str, judged):
    removed = judged.filter(judged.reason.notnull())
    money = removed[MONEY] if MONEY in removed.columns else ibis.null("float64")
    return removed.select("source", "source_row", "reason", table=ibis.literal(name), revenue=money)


def _cents(table):
    return (table[MONEY] * 100).round().cast("int64").sum().fill_null(0) if MONEY in table.columns else ibis.literal(0)


def _log(name: str, rules, judged, kept, changed: dict) -> pd.DataFrame:
    """Return one row a rule: rows and money before and after, in the order of the rules."""
    has_money = MONEY in judged.columns
    by_reason = judged.group_by("reason").agg(n=ibis._.count(), cents=_cents(judged)).to_pandas()
    removed = by_reason.dropna(subset="reason").set_index("reason")
    rows, cents = int(by_reason["n"].sum()), int(by_reason["cents"].sum())
    counts = kept.agg(**{column: kept[column].sum() for column in changed.values()}).to_pandas().iloc[0] if changed else {}
    log = []
    for rule in rules:
        taken = removed.loc[rule.name] if rule.name in removed.index else {"n": 0, "cents": 0}
        n, money = int(taken["n"]), int(taken["cents"])
        affected = n if rule.effect != "change" else int(pd.Series([counts[changed[rule.name]]]).fillna(0).iloc[0])
        log.append({
            "table": name, "rule": rule.name, "effect": rule.effect, "rows_before": rows, "rows_after": rows - n,
            "rows_affected": affected, "revenue_before": cents / 100 if has_money else None,
            "revenue_after": (cents - money) / 100 if has_money else None,
        })
        rows, cents = rows - n, cents - money
    return pd.DataFrame(log)


def clean(collected: dict, settings: Settings) -> tuple[dict, object, pd.DataFrame]:
    """Return (clean tables by name, all rows set aside as one expression, cleaning log) of the collected tables."""
    products = collected.get("products")
    parts = {n: clean_table(n, collected[n], settings, products) for n in CANONICAL_NAMES if n in collected}
    rejected = [part[1] for part in parts.values()]
    rejected = rejected[0].union(*rejected[1:]) if len(rejected) > 1 else rejected[0]
    log = pd.concat([part[2] for part in parts.values()], ignore_index=True)
    log.insert(0, "step", range(1, len(log) + 1))
    for column in ("revenue_before", "revenue_after"):
        log[column] = log[column].astype(float)
    return {name: part[0] for name, part in parts.items()}, rejected, log


# --- roll-ups


def roll_up_orders(transactions):
    """Return one row an order: customer, moment, day, hour, channel, store, units, lines, products, discount, revenue."""
    grouped = transactions.group_by("transaction_id")
    t = transactions
    return grouped.agg(
        customer_id=t.customer_id.max(), ordered_at=t.ordered_at.min(), order_date=t.order_date.min(),
        order_hour=t.order_hour.min(), channel=t.channel.min(), store_id=t.store_id.min(), quantity=t.quantity.sum(),
        n_lines=t.count(), n_products=t.product_id.nunique(), discount=t.discount.sum().round(2),
        revenue=t.revenue.sum().round(2),
    )


def roll_up_customer_products(transactions):
    """Return one row a customer and product: orders, units, discount, revenue, first and last day. No guests."""
    t = transactions.filter(transactions.customer_id.notnull() & transactions.product_id.notnull())
    return t.group_by("customer_id", "product_id").agg(
        n_orders=t.transaction_id.nunique(), quantity=t.quantity.sum(), discount=t.discount.sum().round(2),
        revenue=t.revenue.sum().round(2), first_date=t.order_date.min(), last_date=t.order_date.max(),
    )


# --- checks


def reconcile(collected, clean_table_, rejected, name: str) -> dict:
    """Return rows and cents of one table: collected, clean, set aside, and the difference (which must be 0)."""
    def measures(table):
        return table.agg(n=table.count(), cents=_cents(table)).to_pandas().iloc[0].astype("int64")

    arrived, kept = measures(collected), measures(clean_table_)
    aside = measures(rejected.filter(rejected.table == name))
    return {
        "table": name, "rows_collected": arrived["n"], "rows_clean": kept["n"], "rows_set_aside": aside["n"],
        "rows_missing": arrived["n"] - kept["n"] - aside["n"], "money_collected": arrived["cents"] / 100,
        "money_clean": kept["cents"] / 100,
        "money_set_aside": (aside["cents"] if MONEY in collected.columns else 0) / 100,
        "cents_missing": arrived["cents"] - kept["cents"] - (aside["cents"] if MONEY in collected.columns else 0),
    }


REFERENCES = {
    ("transactions", "product_id"): "products", ("campaign_contacts", "campaign_id"): "campaigns",
    ("transactions", "customer_id"): "customers", ("campaign_contacts", "customer_id"): "customers",
    ("feedback", "product_id"): "products", ("subscriptions", "customer_id"): "customers",
}


def field_quality(tables_: dict) -> pd.DataFrame:
    """Return quality rates 0–1 for each field of each clean table.

    completeness: filled; validity: filled values within the contract's limits; uniqueness: distinct values of a one-column
    key; consistency: filled references that find their partner; score: their product, the share of rows with a value that
    is there, valid, unique and linked. A field that no source fills scores 0.
    """
    rows = []
    for name, table in tables_.items():
        spec = contract(name)
        measures = {"n_rows": table.count()}
        for column in spec.columns:
            values = table[column.name]
            measures[f"{column.name}__filled"] = values.count()
            measures[f"{column.name}__valid"] = (_is_valid(values, column) & values.notnull()).sum().fill_null(0)
            if spec.key == (column.name,):
                measures[f"{column.name}__distinct"] = values.nunique()
        found = table.agg(**measures).to_pandas().iloc[0]
        rows += [_quality_row(name, column.name, found, tables_) for column in spec.columns]
    return pd.DataFrame(rows)


def _is_valid(values, column):
    valid = values.notnull()
    if column.ge is not None:
        valid = valid & (values >= column.ge)
    if column.le is not None:
        valid = valid & (values <= column.le)
    return valid & values.isin(column.isin) if column.isin else valid


def _quality_row(name: str, field: str, found, tables_: dict) -> dict:
    n, filled = int(found["n_rows"]), int(found[f"{field}__filled"])
    rates = {
        "completeness": filled / n if n else 0.0,
        "validity": int(found[f"{field}__valid"]) / filled if filled else 1.0,
        "uniqueness": int(found[f"{field}__distinct"]) / filled if f"{field}__distinct" in found and filled else None,
        "consistency": _consistency(name, field, tables_),
    }
    known = [value for value in rates.values() if value is not None]
    return {"table": name, "field": field, "n_rows": n, **rates, "score": math.prod(known)}


def _consistency(name: str, field: str, tables_: dict) -> float | None:
    """Return the share of filled references that find their partner, or None where there is no partner table."""
    partner = tables_.get(REFERENCES.get((name, field), ""))
    if partner is None:
        return None
    table = tables_[name].filter(tables_[name][field].notnull())
    known = partner.select(found=partner[contract(REFERENCES[name, field]).key[0]])
    linked = table.left_join(known, table[field] == known.found)
    counts = linked.agg(n=linked.count(), found=linked.found.count()).to_pandas().iloc[0]
    return float(counts["found"] / counts["n"]) if counts["n"] else None
