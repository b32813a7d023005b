"""The rules that a company states in dataset.yml: `error` sets a row aside, `warning` counts it; and declared imputation.

Each rule is about one column of one table. An empty value breaks `required` only. What is filled in is flagged in a column
`is_imputed_<column>`, so that every report can leave it out.
"""

import datetime

import ibis
import pandas as pd

from helpers.cleaning.cleaning_rules import Rule, is_copy
from helpers.contracts import contract
from helpers.errors import UserError


def breaks(rule, table):
    """Return the boolean column that says whether a row breaks `rule` (datasets.Rule).

    between: both limits are allowed. not_after: the limit itself is allowed; it is a day or a column of the same table.
    unique: every row but the first of those that share the value. matches: the whole value, not a part of it.
    """
    if rule.column not in table.columns:
        raise UserError(f"dataset.yml: rules: {rule.table} has no '{rule.column}'; it has {', '.join(table.columns[:12])}")
    value = table[rule.column]
    if rule.check == "required":
        return value.isnull() | (value.cast("string").strip() == "")
    if rule.check == "unique":
        return is_copy(table, by=[rule.column], order=["source", "source_row"]) & value.notnull()
    if rule.check == "between":
        return ~value.between(*(_comparable(limit, value, rule) for limit in rule.values)) & value.notnull()
    if rule.check == "one_of":
        return value.notnull() & ~value.cast("string").isin([str(allowed) for allowed in rule.values])
    if rule.check == "matches":
        return value.notnull() & ~value.cast("string").re_search(f"^(?:{rule.value})$")
    limit = table[rule.value] if rule.value in table.columns else _comparable(rule.value, value, rule)
    return (value.cast("date") > limit.cast("date")).fill_null(False)


def _comparable(limit, value, rule):
    """Return a limit of dataset.yml as a value of the column's type."""
    if not value.type().is_temporal():
        return ibis.literal(limit)
    try:
        return ibis.literal(limit if isinstance(limit, datetime.date) else datetime.date.fromisoformat(str(limit)))
    except ValueError:
        raise UserError(
            f"dataset.yml: rules: {rule.table}.{rule.column}: {str(limit)[:20]!r} is no day: write it as 2025-12-31"
        ) from None


def stated_rules(rules, table: str) -> tuple[Rule, ...]:
    """Return the cleaning rule that sets aside what breaks an `error` of dataset.yml; warnings change nothing."""
    errors = [rule for rule in rules if rule.table == table and rule.severity == "error"]
    if not errors:
        return ()
    return (Rule(
        table, "a rule of dataset.yml", "reject", lambda rows, settings: ibis.or_(*(breaks(rule, rows) for rule in errors))
    ),)


def validation(rules, tables: dict) -> pd.DataFrame:
    """Return one row a rule: number, table, column, check, severity, n_rows, n_broken (before anything is set aside).

    tables: collected tables by name. A rule on a table that the data set lacks checks 0 rows.
    """
    rows = []
    for number, rule in enumerate(rules, 1):
        counts = {"n_rows": 0, "n_broken": 0}
        if rule.table in tables:
            table = tables[rule.table]
            judged = table.mutate(_broken=breaks(rule, table))
            found = judged.agg(n_rows=judged.count(), n_broken=judged["_broken"].sum().fill_null(0)).to_pandas().iloc[0]
            counts = {name: int(found[name]) for name in counts}
        rows.append({"number": number, "table": rule.table, "column": rule.column, "check": rule.check,
                     "severity": rule.severity, **counts})
    return pd.DataFrame(rows, columns=["number", "table", "column", "check", "severity", "n_rows", "n_broken"])


def impute(table, declared, name: str):
    """Return `table` with the empty values of the declared columns filled in, each with a flag `is_imputed_<column>`.

    Medians and modes are those of the filled values (a tie between modes: the value that sorts first).
    Only tables that may carry further columns can be imputed: elsewhere there is no room for the flag.
    """
    for one in (d for d in declared if d.table == name):
        if not contract(name).is_open:
            raise UserError(
                f"dataset.yml: impute: {name} cannot hold the flag of an imputed value; only customers and subscriptions can"
            )
        value = table[one.column]
        table = table.mutate(**{f"is_imputed_{one.column}": value.isnull(), one.column: value.fill_null(_filling(table, one))})
    return table


def _filling(table, one):
    value = table[one.column]
    if one.how == "constant":
        return ibis.literal(one.value).cast(value.type())
    if one.how == "median" and not value.type().is_numeric():
        raise UserError(f"dataset.yml: impute: {one.table}.{one.column} is no number and has no median: use mode or constant")
    if one.how == "median":
        found = value.median().execute()
    else:
        counts = table.filter(value.notnull()).group_by(one.column).agg(n=ibis._.count())
        top = counts.order_by([ibis.desc("n"), one.column]).limit(1).to_pandas()
        found = top[one.column].iloc[0] if len(top) else None
    return ibis.literal(None if pd.isna(found) else found, type=value.type())


def count_imputed(table, declared, name: str) -> list[dict]:
    """Return one row of the cleaning log for each imputed column of a clean table."""
    flags = [f"is_imputed_{one.column}" for one in declared if one.table == name]
    if not flags:
        return []
    counts = table.agg(n=table.count(), **{flag: table[flag].sum().fill_null(0) for flag in flags}).to_pandas().iloc[0]
    return [{"table": name, "rule": "imputed as declared in dataset.yml", "effect": "change", "rows_before": int(counts["n"]),
             "rows_after": int(counts["n"]), "rows_affected": int(counts[flag])} for flag in flags]
