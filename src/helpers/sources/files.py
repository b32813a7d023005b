"""Files in raw/: CSV or Parquet with a mapping of canonical column → the file's own column.

    - name: till
      system: files
      table: transactions
      pattern: till-*.csv
      columns: {transaction_id: Receipt, customer_id: Card, ordered_at: Time, product_id: SKU, quantity: Qty, revenue: Net}

Identifiers stay text. Times without a zone are times of the business. A value that is not of its column's type, and a CSV line
with too few or too many fields, mark their row in `problem`; cleaning sets the row aside with that reason.
Options: `delimiter`, `encoding` (as DuckDB names it; default utf-8).
"""

import difflib
import functools
import itertools
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from helpers import paths
from helpers.contracts import contract
from helpers.errors import UserError
from helpers.timezones import to_utc

TYPES = {"int64": "int64", "float64": "float64", "bool": "boolean", "date": "date", "timestamp": "timestamp"}
_names = itertools.count()  # of temporary tables: one a read
LOOKS = {  # what a value of a type looks like
    "int64": r"^\s*[+-]?\d+(\.0*)?\s*$", "float64": r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$",
    "bool": r"^\s*\w+\s*$", "date": r"^\s*\d", "timestamp": r"^\s*\d",
}
HAS_ZONE = r":\d{2}(\.\d+)?\s*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)\s*$"


def files(source, folder: Path) -> dict[str, Path]:
    found = sorted(file for file in folder.glob(source.pattern) if file.is_file())
    if not found:
        raise UserError(f"source '{source.name}': no file in {paths.shown(folder)} matches '{source.pattern}'")
    outside = [file for file in found if not file.resolve().is_relative_to(folder.resolve())]
    if outside:
        raise UserError(f"source '{source.name}': {paths.shown(outside[0])} leads out of raw/: copy the file there")
    return {file.relative_to(folder).as_posix(): file for file in found}


def feeds(source) -> tuple[str, ...]:
    return (source.table,)


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return rows and columns of a CSV file."""
    table = _read_text(source, file, ibis.duckdb.connect())
    return int(table.count().execute()), len([c for c in table.columns if not c.startswith("_")])


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    _check_mapping(source)
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    parts, before = [], 0
    for file in files.values():
        table = _read_any(source, file, engine)
        part = _canonical(table, source, business)
        parts.append(part.mutate(source_row=part.source_row + before))
        before += int(table["_line"].max().execute() or 0)
    table = functools.reduce(lambda a, b: a.union(b), parts)
    if source.table == "transactions":
        table = _complete_lines(table, business)
    return {source.table: table if engine is connection else ibis.memtable(table.to_pyarrow())}


def _check_mapping(source) -> None:
    known = contract(f"collected/{source.table}").column_names
    for column in source.columns:
        if column not in known and not contract(source.table).is_open:
            near = difflib.get_close_matches(column, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
            raise UserError(f"source '{source.name}': {source.table} has no column '{column}'; {hint}")
    needed = [c for c in contract(source.table).key if c not in source.columns and c != "line_number"]
    if needed:
        raise UserError(f"source '{source.name}': map '{needed[0]}', the key of {source.table}")


def _read_any(source, file: Path, engine):
    """Return the file with all values as they are, `_line` (from 1) and `_problem` (lines that could not be split)."""
    if file.suffix == ".parquet":
        try:
            table = engine.read_parquet(file.as_posix())
        except duckdb.Error:
            raise UserError(f"source '{source.name}': {paths.shown(file)} is not a complete Parquet file") from None
        return table.mutate(_line=ibis.row_number() + 1, _problem=ibis.null("string"))
    return _read_text(source, file, engine)


def _read_text(source, file: Path, engine):
    name = next(_names)
    options = {key: source.options[key] for key in ("delimiter", "encoding") if key in source.options}
    options = {{"delimiter": "delim"}.get(key, key): value for key, value in options.items()}
    try:
        lines = engine.read_csv(
            file.as_posix(), all_varchar=True, header=True, store_rejects=True, rejects_table=f"rejects_{name}",
            rejects_scan=f"scan_{name}", rejects_limit=0, null_padding=False, strict_mode=True, **options,
        )
        table = engine.create_table(f"lines_{name}", lines.mutate(_at=ibis.row_number()), temp=True)
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0][:160]
        raise UserError(f"source '{source.name}': {paths.shown(file)} cannot be read as CSV: {first}") from None
    columns = [c for c in table.columns if c != "_at"]
    broken = engine.table(f"rejects_{name}")
    broken = broken.group_by("line").agg(_problem=broken.error_type.cast("string").min())
    bad_lines = sorted(broken.line.execute().astype(int))
    good = _number_lines(table, bad_lines).mutate(_problem=ibis.null("string"))
    empty = {c: ibis.null("string") for c in columns}
    bad = broken.select(**empty, _line=broken.line.cast("int64"), _problem=broken["_problem"].lower())
    return good.union(bad.select(*good.columns)) if bad_lines else good


def _number_lines(table, bad_lines: list[int]):
    """Replace `_at`, the position among the good rows (from 0), by `_line`, the line in the file.

    The header is line 1; broken lines are skipped; a quoted value with a line break counts as one line.
    """
    if not bad_lines:
        return table.mutate(_line=(table["_at"] + 2).cast("int64")).drop("_at")
    shifts = pd.DataFrame({"_from": [line - 2 - i for i, line in enumerate(bad_lines)], "_n": range(1, len(bad_lines) + 1)})
    skipped = ibis.memtable(shifts.groupby("_from", as_index=False)["_n"].max())
    joined = table.asof_join(skipped, table["_at"] >= skipped["_from"])
    return joined.mutate(_line=(joined["_at"] + 2 + joined["_n"].fill_null(0)).cast("int64")).drop("_at", "_from", "_n")


def _canonical(table, source, business):
    """Return the mapped columns with their canonical types; rows with a value of another type say so in `problem`."""
    headers = [c for c in table.columns if not c.startswith("_")]
    types = {c.name: c.type for c in contract(f"collected/{source.table}").columns}
    columns, problem = {}, table["_problem"]
    for name, header in source.columns.items():
        if header not in headers:
            near = difflib.get_close_matches(header, headers, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(headers[:12])}"
            raise UserError(f"source '{source.name}': its file has no column '{header}'; {hint}")
        text = table[header]
        if text.type().is_floating():
            text = ibis.ifelse(text.isnan(), ibis.null(text.type()), text)
        columns[name] = _typed(table, text, types.get(name, "string"), business.time_zone)
        lost = text.cast("string").nullif("").notnull() & columns[name].isnull()
        problem = ibis.ifelse(problem.isnull() & lost, f"{name} is no {types.get(name, 'string')}", problem)
    return table.select(**columns, source_row=table["_line"], problem=problem)


def _typed(table, text, kind: str, time_zone: str):
    """Return the values in their canonical type, null where they are something else (DuckDB would round 1.5 and take "inf")."""
    if kind == "string":
        return text.cast("string").nullif("")
    if kind != "timestamp":
        written = text.cast("string")
        return ibis.ifelse(written.re_search(LOOKS[kind]), text.try_cast(TYPES[kind]), ibis.null(TYPES[kind]))
    if not text.type().is_string():
        return text.cast("timestamp('UTC')") if getattr(text.type(), "timezone", None) else to_utc(text, time_zone, table)
    text = ibis.ifelse(text.re_search(LOOKS[kind]), text, ibis.null("string"))
    zoned = text.re_search(HAS_ZONE)
    naive = to_utc(ibis.ifelse(zoned, ibis.null("string"), text).try_cast("timestamp"), time_zone, table)
    return ibis.ifelse(zoned, text.try_cast("timestamp('UTC')"), naive)


def _complete_lines(table, business):
    """Add what a till export seldom says: line number, discount, return, currency."""
    given = set(table.columns)
    if "line_number" not in given:
        table = table.mutate(line_number=ibis.row_number().over(group_by="transaction_id", order_by="source_row") + 1)
    if "discount" not in given:
        table = table.mutate(discount=ibis.literal(0.0))
    if "is_return" not in given:
        table = table.mutate(is_return=(table.revenue < 0).fill_null(False))
    return table if "currency" in given else table.mutate(currency=ibis.literal(business.currency))
