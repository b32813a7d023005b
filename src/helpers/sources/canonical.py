"""Rows as read → canonical tables: types, problems, people without a number, what a till export leaves out.

In: the mapped columns of all files of a source (text or native types), `_line` and `_problem`. Out: one Ibis table per
canonical table, with `source_row` and `problem`. The first table of the mapping owns the rows that could not be read.
"""

import re

import ibis

from helpers.cleaning import consents
from helpers.contracts import ENGINE, contract
from helpers.reading.table import fresh_name
from helpers.reading.values import typed
from helpers.sources.exports import CONSTANT
from helpers.timezones import to_utc

CONTACT = ("full_name", "family_name", "given_name", "phone", "other_phone", "email", "national_id")
KEYS = {"interactions": "interaction_id", "feedback": "feedback_id", "cases": "case_id", "survey_invitations": "invitation_id"}
TEXT = ("feedback", "text")  # of several open answers all are kept, one under the other
COUNTED = (("cases", "reopened"),)  # flags for which exports write how often: 2 is yes
PERSON = "_person"  # the digest that stands for the number of a person who has none


@ibis.udf.scalar.builtin
def md5(text: str) -> str: ...


def canonical_tables(rows, source, *, business) -> dict:
    """Return the canonical tables that the mapping of `source` makes of `rows`."""
    tables, mapping = {}, source.mapping
    rows = rows.mutate(**{PERSON: _contact_digest(rows, mapping.get("people", {}))})
    for position, (name, columns) in enumerate(mapping.items()):
        table = _typed_columns(rows, name, columns, source.reading, business)
        table = _with_person(table, name, columns, mapping)
        if name in KEYS and KEYS[name] not in columns:
            table = table.mutate(**{KEYS[name]: _row_digest(table)})
        if position:
            table = _derived(table, name)
        if name == "transactions":
            table = complete_lines(table, business)
        tables[name] = table.drop(PERSON)
    return tables


def _contact_digest(rows, people: dict):
    """Return a digest of the contact values of a row; null where there are none or no people are mapped."""
    wanted = [[people[c]] if isinstance(people[c], str) else people[c] for c in CONTACT if c in people]
    texts = [ibis.coalesce(*(as_text(rows[h]) for h in headers)) for headers in wanted if not headers[0].startswith(CONSTANT)]
    parts = [text.strip().lower().nullif("") for text in texts]
    if not parts:
        return ibis.null("string")
    known = ibis.or_(*(part.notnull() for part in parts))
    text = parts[0].fill_null("")
    for part in parts[1:]:
        text = text + "\x1f" + part.fill_null("")
    return ibis.ifelse(known, md5(text), ibis.null("string"))


def _typed_columns(rows, name: str, columns: dict, reading: dict, business):
    """Return the columns in their canonical types; a value of another type says so in `problem`.

    The typed columns become a table of the engine, so that no value is parsed twice, whatever is asked of them.
    """
    types = {c.name: c.type for c in contract(f"collected/{name}").columns}
    made, given = {}, {}
    for column, wanted in columns.items():
        kind = types.get(column, "string")
        if isinstance(wanted, str) and wanted.startswith(CONSTANT):
            made[column] = ibis.literal(wanted.removeprefix(CONSTANT).strip()).cast(ENGINE[kind])
            continue
        rows, header = _one_column(rows, wanted, joined=(name, column) == TEXT)
        time_zone = "UTC" if re.search(r"\bUTC\b", header) else business.time_zone
        made[column] = in_type(rows, header, kind, time_zone=time_zone, hints=reading)
        if (name, column) in COUNTED:
            times = in_type(rows, header, "int64", time_zone=time_zone, hints=reading)
            made[column] = ibis.coalesce(made[column], ibis.ifelse(times > 1, True, ibis.null("boolean")))
        if kind != "string" and name != "people":  # a person is not set aside for a birthday that nobody knows
            given[column] = _is_given(rows[header])
    flags = {f"_given_{column}": is_given for column, is_given in given.items()}
    found = rows.select(**made, **flags, source_row=rows["_line"], problem=rows["_problem"], **{PERSON: rows[PERSON]})
    found = found.get_backend().create_table(fresh_name(), found, temp=True)
    problem = found.problem
    for column in given:
        lost = found[f"_given_{column}"] & found[column].isnull()
        problem = ibis.ifelse(problem.isnull() & lost, f"{column} is no {types.get(column, 'string')}", problem)
    return found.mutate(problem=problem).drop(*flags)


def _is_given(value):
    """Say whether a cell holds anything."""
    if value.type().is_floating():
        return value.notnull() & ~value.isnan()
    return (value.strip().nullif("") if value.type().is_string() else value).notnull()


def _one_column(rows, wanted: str | list[str], *, joined: bool = False):
    """Return (rows, name of the column); of several columns the first that is filled counts, or all that are, joined."""
    if isinstance(wanted, str):
        return rows, wanted
    name = "_" + "|".join(wanted)
    if joined:
        parts = [as_text(rows[column]) for column in wanted]
        return rows.mutate(**{name: ibis.array(parts).filter(lambda part: part.notnull()).join("\n").nullif("")}), name
    return rows.mutate(**{name: ibis.coalesce(*(as_text(rows[column]) for column in wanted))}), name


def in_type(rows, header: str, kind: str, *, time_zone: str, hints: dict):
    """Return a column in its canonical type, null where it holds something else. Native types are taken as they are."""
    value = rows[header]
    native = value.type()
    if native.is_floating():
        value = ibis.ifelse(value.isnan(), ibis.null(native), value)
    if kind == "string":
        return as_text(value)
    if kind == "timestamp" and native.is_timestamp():
        return value.cast("timestamp('UTC')") if native.timezone else to_utc(value, time_zone, rows)
    if kind == "timestamp" and native.is_date():
        return to_utc(value.cast("timestamp"), time_zone, rows)
    if kind == "date" and (native.is_date() or native.is_timestamp()):
        return value.cast("date")
    if kind in ("float64", "int64") and native.is_numeric():
        is_whole = value.cast("float64") == value.cast("float64").floor()
        return value.cast(kind) if kind == "float64" else ibis.ifelse(is_whole, value, ibis.null(native)).cast("int64")
    if kind == "bool" and native.is_boolean():
        return value
    if not native.is_string():
        rows = rows.mutate(**{header: as_text(value)})
    return typed(rows, header, kind, time_zone=time_zone, hints=hints)


def as_text(value):
    """Return values as text without blanks and tabs around it (shops write them after long numbers); a whole number in a
    column of floats (SPSS, a column with gaps) has no ".0"."""
    if value.type().is_floating():
        is_whole = (value == value.floor()) & (value.abs() < 1e15)
        return ibis.ifelse(is_whole, ibis.ifelse(is_whole, value, 0).cast("int64").cast("string"), value.cast("string"))
    return value.cast("string").strip().nullif("")


# --- people, keys, tables that a row feeds besides its own


def _with_person(table, name: str, columns: dict, mapping: dict):
    """Give rows without the number of a person the digest of the contact values that `people` gets for the same row."""
    people = mapping.get("people")
    if people is None or "customer_id" not in contract(f"collected/{name}").column_names:
        return table
    if "customer_id" not in columns:
        return table.mutate(customer_id=table[PERSON])
    if columns["customer_id"] == people.get("customer_id"):
        return table.mutate(customer_id=ibis.coalesce(table.customer_id, table[PERSON]))
    return table


def _row_digest(table):
    """Return a digest of all values of a row: the same row delivered twice gets the same key."""
    names = [c for c in table.columns if c not in ("source_row", "problem", PERSON)]
    text = table[names[0]].cast("string").fill_null("")
    for name in names[1:]:
        text = text + "\x1f" + table[name].cast("string").fill_null("")
    return md5(text)


def _derived(table, name: str):
    """Return what rows say besides their own table: people once per set of values, consents once per purpose, no empty rows."""
    table = table.filter(table.problem.isnull())
    if "customer_id" in table.columns and name in ("people", "customers", "consents"):
        table = table.filter(table.customer_id.notnull())
    if name == "people":
        values = [c for c in table.columns if c not in ("source_row", "problem", "recorded_at", "updated_at")]
        moments = {c: table[c].min() if c == "recorded_at" else table[c].max()
                   for c in ("recorded_at", "updated_at") if c in table.columns}
        return table.group_by(values).agg(source_row=table.source_row.min(), problem=table.problem.min(), **moments)
    return _one_consent(table) if name == "consents" else table


def _one_consent(table):
    """Return one row per person and purpose, with what the person permits now."""
    moments = [c for c in ("granted_at", "withdrawn_at") if c in table.columns]
    table = table.filter(ibis.or_(*(table[c].notnull() for c in moments))) if moments else table
    nothing = ibis.null(ENGINE["timestamp"])
    table = table.mutate(**{c: nothing for c in ("granted_at", "withdrawn_at") if c not in moments})
    made = {c: table[c].min() for c in ("source_row", "problem", PERSON, "consent_source") if c in table.columns}
    return consents.current(table, **made)


def complete_lines(table, business):
    """Add what a till export seldom says: line number, discount, revenue, return, currency."""
    given = set(table.columns)
    if "line_number" not in given:
        table = table.mutate(line_number=ibis.row_number().over(group_by="transaction_id", order_by="source_row") + 1)
    if "discount" not in given:
        table = table.mutate(discount=ibis.literal(0.0))
    if "revenue" not in given and {"quantity", "unit_price"} <= given:
        table = table.mutate(revenue=table.quantity * table.unit_price - table.discount.fill_null(0))
    if "is_return" not in given and "revenue" in table.columns:
        table = table.mutate(is_return=(table.revenue < 0).fill_null(False))
    return table if "currency" in given else table.mutate(currency=ibis.literal(business.currency))
