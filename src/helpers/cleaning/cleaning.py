"""Which rows and values changed, and why.

Reads `collected/…`; writes the canonical tables, the roll-ups `orders` and `customer_products`, `rejected`, `cleaning_log`
and `field_quality`. Identity: rows collected = rows clean + rejected + merged, and the same for money, to the cent.
"""

import math
from dataclasses import dataclass

import ibis
import pandas as pd

from helpers.cleaning import cleaning_texts
from helpers.cleaning.cleaning_merges import count_renumbered, merge_consents, merge_customers, tell_numbers_apart
from helpers.cleaning.cleaning_rules import MERGED, Rule, Settings, is_within_limits, masking_rules, rules_for
from helpers.cleaning.cleaning_validation import count_imputed, impute, stated_rules
from helpers.contracts import CANONICAL_NAMES, ENGINE, contract
from helpers.errors import UserError
from helpers.i18n import text
from helpers.timezones import local

MONEY = "revenue"


def settings_for(run, **parameters) -> Settings:
    """Return the rules' settings from the run (window, time zone) and the notebook's parameters."""
    lists = {name: tuple(value) if isinstance(value, (list, tuple)) else value for name, value in parameters.items()}
    declared = {"rules": tuple(run.settings.rules), "impute": tuple(run.settings.impute)}
    sources = tuple(source.name for source in run.settings.sources)
    numbered = tuple(s.name for s in run.settings.sources if "line_number" in s.mapping.get("transactions", ()))
    return Settings(
        run.first_day, run.as_of, run.business.time_zone, currency=run.business.currency, sources=sources, numbered=numbered,
        **declared, **lists,
    )


def in_types(name: str, table):
    """Return a collected table with the types of its contract: a column that is empty everywhere has lost its own."""
    wanted = {c.name: ibis.dtype(ENGINE[c.type]) for c in contract(f"collected/{name}").columns if c.name in table.columns}
    lost = {column: kind for column, kind in wanted.items() if type(table[column].type()) is not type(kind)}
    return table.cast(lost) if lost else table


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


def with_scales(answers, questions):
    """Return survey answers with low, high and is_reversed of their question, as asked in their language."""
    if questions is None:
        return answers
    key = ["survey", "question_id", "language"]
    scales = questions.filter(questions.low.notnull()).distinct(on=key, keep="first")
    return answers.left_join(scales.select(*key, "low", "high", "is_reversed"), key).select(
        *(answers[c] for c in answers.columns), "low", "high", "is_reversed")


def prepare(name: str, table, settings: Settings, products=None, names=None, questions=None, answers=None):
    """Return a collected table with what its rules need: days and products of lines, scales of answers, merged customers,
    masked texts.

    products, questions, answers: collected tables in which products of lines, scales of answers, and the answers to other
    questions of a survey are looked up.
    names: what the customers are called (customer_id, name), where the data are personal; texts are masked only then.
    """
    table = tell_numbers_apart(name, table)
    if name == "transactions":
        table = prepare_lines(table, products, settings)
    if name == "survey_answers":
        table = with_scales(table, questions)
    if name == "feedback" and answers is not None:
        given = answers.filter(answers.problem.isnull())
        table = table.mutate(is_answered=table.feedback_id.isin(given.feedback_id).fill_null(False))
    if names is None:
        return table
    if name == "customers":
        table = merge_customers(table, settings)
    if name == "consents":
        table = merge_consents(table)
    for column in cleaning_texts.free_text_columns(name, table.columns):
        if table[column].type().is_string():
            table = cleaning_texts.masked(table, column, names)
    return cleaning_texts.without_contacts(name, table)


def judge(table, rules: tuple[Rule, ...], settings: Settings):
    """Return `table` with `reason`: the first rejecting or merging rule that holds for the row, or null."""
    nothing = ibis.null("string")
    table = table.mutate(reason=nothing)
    for rule in (rule for rule in rules if rule.effect in ("reject", "merge")):
        found = ibis.ifelse(rule.function(table, settings).fill_null(False), rule.name, nothing)
        table = table.mutate(reason=ibis.coalesce(table.reason, found))
    return table


def change(table, rules: tuple[Rule, ...], settings: Settings):
    """Return (`table` with the changing rules applied in order, place of the rule → a column that says whether it changed)."""
    changed = {}
    for i, rule in enumerate(rules):
        if rule.effect == "change":
            column, value = rule.function(table, settings)
            before = table[column]
            table = table.mutate(**{f"_changed_{i}": ~before.identical_to(value), column: value})
            changed[i] = f"_changed_{i}"
    return table, changed


def clean_table(name: str, table, settings: Settings, products=None, names=None, questions=None, answers=None) -> tuple:
    """Return (clean rows, rejected and merged rows with reason, log of the rules) for one collected table."""
    prepared = prepare(name, table, settings, products, names, questions, answers)
    rules = (*rules_for(name), *masking_rules(prepared, name), *stated_rules(settings.rules, name))
    judged = judge(prepared, rules, settings).cache()  # read three times: for the log, the clean rows and those set aside
    kept, changed = change(judged.filter(judged.reason.isnull()), rules, settings)
    kept = impute(kept, settings.impute, name)
    log = _log(name, rules, judged, kept, changed)
    more = [*count_renumbered(name, kept), *count_imputed(kept, settings.impute, name)]
    log = pd.concat([log, pd.DataFrame(more)], ignore_index=True) if more else log
    extra = [c for c in kept.columns if c in table.columns or c.startswith("is_imputed_")]
    extra = [c for c in extra if c not in ("source", "source_row", "problem") and c not in contract(name).column_names]
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
    for i, rule in enumerate(rules):
        taken = removed.loc[rule.name] if rule.name in removed.index else {"n": 0, "cents": 0}
        n, money = int(taken["n"]), int(taken["cents"])
        affected = n if rule.effect != "change" else int(pd.Series([counts[changed[i]]]).fillna(0).iloc[0])
        log.append({
            "table": name, "rule": rule.name, "effect": rule.effect, "rows_before": rows, "rows_after": rows - n,
            "rows_affected": affected, "revenue_before": cents / 100 if has_money else None,
            "revenue_after": (cents - money) / 100 if has_money else None,
        })
        rows, cents = rows - n, cents - money
    return pd.DataFrame(log)


def clean(collected: dict, settings: Settings, names=None) -> tuple[dict, object, pd.DataFrame]:
    """Return (clean tables by name, all rows set aside as one expression, cleaning log) of the collected tables."""
    if not collected:
        raise UserError("the collected tables are missing: run make collection")
    collected = {name: in_types(name, table) for name, table in collected.items()}
    known = {"products": collected.get("products"), "questions": collected.get("survey_questions"), "names": names,
             "answers": collected.get("survey_answers")}
    parts = {n: clean_table(n, collected[n], settings, **known) for n in CANONICAL_NAMES if n in collected}
    rejected = [part[1] for part in parts.values()]
    rejected = rejected[0].union(*rejected[1:]) if len(rejected) > 1 else rejected[0]
    log = pd.concat([part[2] for part in parts.values()], ignore_index=True)
    log.insert(0, "step", range(1, len(log) + 1))
    for column in ("revenue_before", "revenue_after"):
        log[column] = log[column].astype(float)
    return {name: part[0] for name, part in parts.items()}, rejected, log


# --- checks


def reconcile(collected, clean_table_, rejected, name: str) -> dict:
    """Return rows and cents of one table: collected, clean, set aside, merged, and the difference (which must be 0).

    Money is None where the table has none; that of merged rows counts as set aside.
    """
    def measures(table):
        return table.agg(n=table.count(), cents=_cents(table)).to_pandas().iloc[0].astype("int64")

    arrived, kept = measures(collected), measures(clean_table_)
    gone = rejected.filter(rejected.table == name)
    aside, n_merged = measures(gone), int(gone.filter(gone.reason.isin(MERGED)).count().execute())
    has_money = MONEY in collected.columns
    lost = int(aside["cents"]) if has_money else 0
    money = {"money_collected": arrived["cents"] / 100, "money_clean": kept["cents"] / 100, "money_set_aside": lost / 100}
    return {
        "table": name, "rows_collected": arrived["n"], "rows_clean": kept["n"], "rows_set_aside": aside["n"] - n_merged,
        "rows_merged": n_merged, "rows_missing": arrived["n"] - kept["n"] - aside["n"],
        **{measure: value if has_money else None for measure, value in money.items()},
        "cents_missing": arrived["cents"] - kept["cents"] - lost,
    }


PARTS = ("survey_answers",)  # of feedback, which keeps its texts whatever the scores are
REFERENCES = {
    ("transactions", "product_id"): "products", ("campaign_contacts", "campaign_id"): "campaigns",
    ("transactions", "customer_id"): "customers", ("campaign_contacts", "customer_id"): "customers",
    ("feedback", "product_id"): "products", ("survey_answers", "feedback_id"): "feedback",
    ("survey_invitations", "customer_id"): "customers", ("subscriptions", "customer_id"): "customers",
}


def field_quality(tables_: dict) -> pd.DataFrame:
    """Return quality rates 0–1 for each field of each clean table.

    completeness: filled; validity: filled values within the contract's limits; uniqueness: distinct values of a one-column
    key; consistency: filled references that find their partner; score: their product, the share of rows with a value that
    is there, valid, unique and linked. A field that no source fills scores 0; where empty is an answer (a guest, a contract
    that runs on), completeness does not count.
    """
    rows = []
    for name, table in tables_.items():
        spec = contract(name)
        measures = {"n_rows": table.count()}
        for column in spec.columns:
            values = table[column.name]
            measures[f"{column.name}__filled"] = values.count()
            measures[f"{column.name}__valid"] = (is_within_limits(values, column) & values.notnull()).sum().fill_null(0)
            if spec.key == (column.name,):
                measures[f"{column.name}__distinct"] = values.nunique()
        found = table.agg(**measures).to_pandas().iloc[0]
        rows += [_quality_row(name, column.name, found, tables_) for column in spec.columns]
    return pd.DataFrame(rows)


def _quality_row(name: str, field: str, found, tables_: dict) -> dict:
    n, filled = int(found["n_rows"]), int(found[f"{field}__filled"])
    rates = {
        "completeness": filled / n if n else 0.0,
        "validity": int(found[f"{field}__valid"]) / filled if filled else 1.0,
        "uniqueness": int(found[f"{field}__distinct"]) / filled if f"{field}__distinct" in found and filled else None,
        "consistency": _consistency(name, field, tables_),
    }
    empty_is_fine = next(c for c in contract(name).columns if c.name == field).empty_is_fine
    known = [value for rate, value in rates.items() if value is not None and not (rate == "completeness" and empty_is_fine)]
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


# --- what the notebook says


@dataclass(frozen=True)
class Summary:
    """Rows and money before and after, and the page's sentences."""

    answer: str
    quality: str
    books: str
    values: dict


def summarise(balance: pd.DataFrame, log: pd.DataFrame, quality: pd.DataFrame) -> Summary:
    """Return what the first screen says: how much was set aside, how much changed, whether the books balance."""
    rejects = log[log["effect"] == "reject"]
    worst = rejects.sort_values(["rows_affected", "step"], ascending=[False, True]).iloc[0]
    filled = quality[quality["completeness"] > 0]
    rows, aside = int(balance["rows_collected"].sum()), int(balance["rows_set_aside"].sum())
    money, lost = float(balance["money_collected"].sum()), float((rejects["revenue_before"] - rejects["revenue_after"]).sum())
    values = {
        "rows": rows, "aside": aside, "aside_rate": aside / rows if rows else 0.0, "money": money, "lost": lost,
        "merged": int(balance.loc[balance["table"] != "customers", "rows_merged"].sum()),  # of customers: section "who is who"
        "lost_rate": lost / money if money else 0.0, "changed": int(log.loc[log["effect"] == "change", "rows_affected"].sum()),
        "worst": worst["rule"], "n_worst": int(worst["rows_affected"]), "n_fields": len(quality), "n_filled": len(filled),
        "n_good": int((filled["score"] >= 0.95).sum()), "good": 0.95,
    }
    answer = (
        "Nothing had to be set aside: all {rows:count} rows passed every rule."
        if not aside and not values["merged"] else
        "Nothing had to be set aside; {merged:count} of {rows:count} rows repeat another one and were merged."
        if not aside else
        "{aside_rate:percent2} of {rows:count} rows were set aside, most of them because of: {worst:label} ({n_worst:count})."
    )
    if money and aside:
        answer = (
            "{aside_rate:percent2} of {rows:count} rows were set aside, with {lost_rate:percent2} of the money; "
            "the most frequent reason: {worst:label} ({n_worst:count} rows)."
        )
    books = "Every one of {rows:count} rows and every cent of {money:money2} is accounted for."
    if not money:
        books = "Every one of {rows:count} rows is accounted for."
    quality = "{n_good:count} of {n_filled:count} filled fields have a sound value in at least {good:percent} of rows"
    return Summary(answer, quality, books, values)


def rules_that_hit(log: pd.DataFrame) -> pd.DataFrame:
    """Return the rules that set aside, merged or changed at least one row, most rows first."""
    return log[log["rows_affected"] > 0].sort_values(["rows_affected", "step"], ascending=[False, True])


def with_labels(hits: pd.DataFrame) -> pd.DataFrame:
    """Add `label`, the rule in the reader's language, after its table where there are several."""
    several = hits["table"].nunique() > 1
    names = [text(rule) for rule in hits["rule"]]
    return hits.assign(label=[f"{t}: {n}" if several else n for t, n in zip(hits["table"], names, strict=True)])


def tables_by_quality(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the fields that some source fills, weakest first, with a label `table.field`."""
    filled = quality[quality["completeness"] > 0].sort_values(["score", "table", "field"])
    return filled.assign(label=filled["table"] + "." + filled["field"])


def check_rows(balance_: pd.DataFrame, rejected) -> None:
    """Raise UserError if a table lost all its rows: then its mapping is wrong, not its rows. (`PARTS` may be empty.)"""
    lost = balance_.loc[(balance_["rows_clean"] == 0) & ~balance_["table"].isin(PARTS), "table"]
    for name in lost:
        reasons = rejected.filter(rejected.table == name).group_by("reason").agg(n=ibis._.count()).to_pandas()
        most = reasons.sort_values(["n", "reason"], ascending=[False, True])["reason"].iloc[0]
        raise UserError(f"every row of '{name}' was set aside, most of them as '{most}': check its mapping in dataset.yml")


def balance(collected: dict, cleaned: dict, rejected) -> pd.DataFrame:
    """Return :func:`reconcile` for every table."""
    return pd.DataFrame([reconcile(collected[name], cleaned[name], rejected, name) for name in cleaned])
