"""The cleaning rules: one rule = one function = one row in the cleaning log.

A rule that sets rows aside gives a condition; each row is set aside by the first rule that holds for it, and a rule on copies
looks only at the rows that the rules before it left (`reason` is empty): the last copy stays. A rule that changes values gives
the new column; its row in the log counts the rows whose value changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import pandas as pd

from helpers.contracts import contract
from helpers.contracts.contracts_surveys import OFF_SCALE

NEVER = ibis.literal(False)
NOT_TOLD = "speakers of a transcript not told apart"  # what sources/transcripts.py says of such a talk
MERGED = ("repeated key", "repeated line", "repeated text")  # rows that are there once more: nothing is lost


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
    currency: str = ""  # of the business (ISO 4217); empty: not looked at
    sources: tuple[str, ...] = ()  # in the order of dataset.yml: the first that knows a value is believed
    numbered: tuple[str, ...] = ()  # sources that number the lines of an order themselves
    rules: tuple = ()  # datasets.Rule
    impute: tuple = ()  # datasets.Impute


@dataclass(frozen=True)
class Rule:
    """A rule: the table it is for, its name (a catalogue message), its effect and its function."""

    table: str
    name: str
    effect: str  # reject, change or merge
    function: Callable


# --- conditions that set rows aside (table, settings) → boolean column


NOT_OF_THE_LINE = (
    "line_number", "source", "source_row", "problem", "order_date", "order_hour", "department", "category", "is_known_product",
    "reason",
)


def is_repeated_line(lines, settings: Settings):
    """The line of an order that is there twice as a whole: equal in everything but the row number.

    One line among others that is there twice is a thing bought twice. Where a source numbers its lines itself, two equal lines
    with two numbers are two things bought.
    """
    if settings.duplicate_lines == "keep":
        return NEVER
    same = [c for c in lines.columns if c not in NOT_OF_THE_LINE]
    copies = is_copy(lines, by=same, order=["source", "source_row"])
    if copies is NEVER:
        return NEVER
    times = lines.group_by(same).agg(_n=ibis._.count())
    orders = times.group_by("transaction_id").agg(_least=ibis._["_n"].min(), _most=ibis._["_n"].max())
    whole = orders.filter((orders["_least"] > 1) & (orders["_least"] == orders["_most"]))
    return copies & lines.transaction_id.isin(whole.transaction_id) & ~lines.source.isin(settings.numbered)


def is_copy(table, *, by: list, order: list):
    """True for every row but the first of those that are equal in `by`; a table without any is not sorted for it.

    Rows that an earlier rule has set aside are no copies, and no row is a copy of theirs.
    """
    most = table.group_by(*by).agg(_n=ibis._.count())["_n"].max().fill_null(0).execute()
    if most <= 1:
        return NEVER
    is_left = [table.reason.isnull()] if "reason" in table.columns else []
    return ibis.row_number().over(ibis.window(group_by=[*by, *is_left], order_by=order)) > 0


def is_outside_window(lines, settings: Settings):
    """The business day lies after the snapshot date, or before the first day of the data."""
    after = lines.order_date > settings.as_of.date()
    return after if settings.first_day is None else after | (lines.order_date < settings.first_day.date())


NOT_COUNTED = (  # what a source says of rows that can be read but must not count
    "delivered again in a later export", "response not completed", "repeated response", "order not paid, cancelled or refunded",
)


def is_unreadable(table, settings: Settings):
    """The row, or a value in it, could not be read as what its column holds (`problem` says which)."""
    return table.problem.notnull() & ~table.problem.isin((*NOT_COUNTED, OFF_SCALE, NOT_TOLD))


def is_not_to_be_counted(table, settings: Settings):
    """The source itself says that the row does not count: an unfinished answer, a cancelled order, a day delivered again."""
    return table.problem.isin(NOT_COUNTED).fill_null(False)


def is_without_moment(lines, settings: Settings):
    return lines.ordered_at.isnull()


def is_without_money_field(lines, settings: Settings):
    return lines.revenue.isnull()


def is_nothing(lines, settings: Settings):
    """Quantity 0 and revenue 0: nothing changed hands."""
    return ((lines.quantity == 0) & (lines.revenue == 0)).fill_null(False)


def is_test(lines, settings: Settings):
    """Somebody who is called "test" placed the order (resolution.mark_tests)."""
    return lines.is_test if "is_test" in lines.columns else NEVER


def is_in_another_currency(lines, settings: Settings):
    """The amount is in another currency than the business's: without an exchange rate it cannot be added."""
    if not settings.currency:
        return NEVER
    return (currency_code(lines) != settings.currency).fill_null(False)


CURRENCY_WORDS = {
    "人民币": "CNY", "元": "CNY", "RMB": "CNY", "¥": "CNY", "￥": "CNY", "CNH": "CNY", "美元": "USD", "$": "USD", "US$": "USD",
    "欧元": "EUR", "€": "EUR", "港币": "HKD", "港元": "HKD", "HK$": "HKD", "日元": "JPY", "英镑": "GBP", "£": "GBP",
}


def currency_code(lines):
    """Return the ISO 4217 code of what the source calls the currency: 人民币, RMB, ¥ → CNY."""
    word = lines.currency.strip().upper()
    return ibis.cases(*((word == name.upper(), code) for name, code in CURRENCY_WORDS.items()), else_=word.nullif(""))


def is_not_merchandise(lines, settings: Settings):
    """The product's department sells no goods (coupons, store supplies, postage)."""
    if not settings.non_merchandise_departments:
        return NEVER
    return lines.department.isin(settings.non_merchandise_departments).fill_null(False)


def is_repeated_key(table, settings: Settings, *, key: tuple[str, ...]):
    """A second row for a key that must be unique; the first one (by source row) stays."""
    return is_copy(table, by=list(key), order=["source", "source_row"])


def is_without_key(table, settings: Settings, *, key: tuple[str, ...]):
    condition = NEVER
    for column in key:
        condition = condition | table[column].isnull()
    return condition


def is_blank_text(feedback, settings: Settings):
    """No words, no score and no answer to another question of a survey: nothing was said."""
    no_text = feedback.text.fill_null("").strip() == ""
    scores = [feedback.rating, feedback.nps, feedback.csat, feedback.ces]
    no_score = feedback.rating_label.isnull()
    for score in scores:
        no_score = no_score & score.isnull()
    return no_text & no_score & (~feedback.is_answered if "is_answered" in feedback.columns else True)


def is_repeated_text(feedback, settings: Settings):
    """The same words of the same person about the same product, at the same time and with the same scores, once more.

    Short answers that many people give ("good") are no copies. A copy in both parts of a publisher's split would let a model
    see its test, so the first one of the training part stays.
    """
    order = [feedback.split.desc(), feedback.feedback_id, feedback.source, feedback.source_row]
    same = [feedback[c] for c in ("product_id", "customer_id", "received_at", "channel", "nps", "csat", "ces")]
    copies = is_copy(feedback, by=[feedback.text.strip().lower().name("_said"), *same], order=order)
    return copies & (feedback.text.strip() != "")


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


def currency_by_its_code(lines, settings: Settings):
    """The currency under its ISO 4217 code; where none is given, the business's."""
    return "currency", currency_code(lines).fill_null(settings.currency) if settings.currency else lines.currency


def product_that_is_not_listed(lines, settings: Settings):
    """The product is not in the product list: the line keeps its money, its product is unknown.

    Without a product list nothing can be looked up and nothing changes.
    """
    return "product_id", ibis.ifelse(lines.is_known_product, lines.product_id, ibis.null("string"))


def is_off_scale(answers, settings: Settings):
    """The answer lies beyond the ends of its question's scale (an NPS of 11)."""
    return (answers.problem == OFF_SCALE).fill_null(False)


def is_nobodys(feedback, settings: Settings):
    """The transcript does not say which words are the customer's (its labels name neither customer nor agent)."""
    return (feedback.problem == NOT_TOLD).fill_null(False)


def answer_so_that_more_is_better(answers, settings: Settings):
    """On a scale whose low end is the best one, the answer counts from the other end. (The scales: cleaning.with_scales.)"""
    if "is_reversed" not in answers.columns:
        return "answer", answers.answer
    turned = answers.low + answers.high - answers.answer
    return "answer", ibis.ifelse(answers.is_reversed.fill_null(False), turned, answers.answer)


LINE_RULES = (
    Rule("transactions", "no moment of the order", "reject", is_without_moment),
    Rule("transactions", "no amount", "reject", is_without_money_field),
    Rule("transactions", "outside the data window, in the business's time zone", "reject", is_outside_window),
    Rule("transactions", "test order", "reject", is_test),
    Rule("transactions", "another currency", "reject", is_in_another_currency),
    Rule("transactions", "repeated line", "merge", is_repeated_line),
    Rule("transactions", "zero quantity and no money", "reject", is_nothing),
    Rule("transactions", "not merchandise", "reject", is_not_merchandise),
    Rule("transactions", "currency by its code", "change", currency_by_its_code),
    Rule("transactions", "quantity is a measure, not units", "change", quantity_of_measured_goods),
    Rule("transactions", "money without a quantity", "change", quantity_of_zero_with_money),
    Rule("transactions", "implausible quantity", "change", quantity_beyond_limit),
    Rule("transactions", "price of an unknown quantity", "change", unit_price_of_unknown_quantity),
    Rule("transactions", "product is not in the product list", "change", product_that_is_not_listed),
)
ANSWER_RULES = (
    Rule("survey_answers", OFF_SCALE, "reject", is_off_scale),
    Rule("survey_answers", "scale turned round: its low end was the best one", "change", answer_so_that_more_is_better),
)
FEEDBACK_RULES = (
    Rule("feedback", NOT_TOLD, "reject", is_nobodys),
    Rule("feedback", "nothing was said", "reject", is_blank_text),
    Rule("feedback", "repeated text", "merge", is_repeated_text),
)


def key_rules(table: str) -> tuple[Rule, ...]:
    """Return the rules that every table shares: its key is there, and there once."""
    key = contract(table).key
    return (
        Rule(table, "not readable", "reject", is_unreadable),
        Rule(table, "not to be counted, says the source", "reject", is_not_to_be_counted),
        Rule(table, "no key", "reject", lambda rows, settings: is_without_key(rows, settings, key=key)),
        Rule(table, "repeated key", "merge", lambda rows, settings: is_repeated_key(rows, settings, key=key)),
    )


def is_within_limits(values, column):
    """Say whether filled values keep the limits of the contract's column (both limits are allowed)."""
    within = values.notnull()
    if column.ge is not None:
        within = within & (values >= column.ge)
    if column.le is not None:
        within = within & (values <= column.le)
    return within & values.isin(column.isin) if column.isin else within


def limit_rules(table: str) -> tuple[Rule, ...]:
    """Return the rules on the contract's limits: a value outside is unknown; where the column must be filled, the row goes."""
    derived = {"order_date", "order_hour"}
    limited = [c for c in contract(table).columns if (c.ge, c.le, c.isin) != (None, None, None) and c.name not in derived]

    def breaks_a_limit(rows, settings):
        filled = {c: rows[c.name].notnull() for c in limited if not c.nullable}
        return ibis.or_(NEVER, *(is_filled & ~is_within_limits(rows[c.name], c) for c, is_filled in filled.items()))

    def unknown_outside(column):
        def rule(rows, settings):
            value = rows[column.name]
            return column.name, ibis.ifelse(is_within_limits(value, column), value, ibis.null(value.type()))
        return rule

    changes = [Rule(table, "value outside its limits", "change", unknown_outside(c)) for c in limited if c.nullable]
    if len(changes) == len(limited):
        return tuple(changes)
    return (Rule(table, "required value outside its limits", "reject", breaks_a_limit), *changes)


def masking_rules(table, name: str) -> tuple[Rule, ...]:
    """Return a rule for each free text of `table` for which :func:`cleaning_texts.masked` has added `_masked_<column>`."""
    columns = [c.removeprefix("_masked_") for c in table.columns if c.startswith("_masked_")]
    return tuple(
        Rule(name, "personal data in a text", "change", lambda rows, settings, c=c: (c, rows[f"_masked_{c}"])) for c in columns
    )


def rules_for(table: str) -> tuple[Rule, ...]:
    """Return the rules of a table in the order in which they run."""
    own = {"transactions": LINE_RULES, "feedback": FEEDBACK_RULES, "survey_answers": ANSWER_RULES}.get(table, ())
    return (*key_rules(table), *own, *limit_rules(table))
