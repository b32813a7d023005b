"""Parquet and JSON on DuckDB: native types, nested columns stay nested; text that looks like a date stays text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from helpers.errors import UserError
from helpers.reading.encodings import Text
from helpers.reading.table import ReadTable, fresh_name, literal, plain_name, quoted, unique_header

MAX_WRAPPED = 300_000_000  # bytes of a JSON file whose rows stand inside an object: it is read into memory
WRAPPERS = {"data", "results", "records", "rows", "value", "values", "entries", "list", "contacts", "deals", "customers",
            "members"}
AS_WRITTEN = "dateformat='never', timestampformat='never', sample_size=-1, maximum_object_size=67108864, union_by_name=true"


def looks_like_json(first: bytes) -> bool:
    """Say whether a file begins as a JSON object or array (and not as a CSV whose first name is in brackets)."""
    start = first.lstrip(b"\xef\xbb\xbf \r\n\t")[:300]
    return bool(re.match(rb'\{\s*("|\}|$)|\[\s*(\{|\[|\]|"[^"]*"\s*[,\]]\s*("|\]|$)|-?\d+(\.\d+)?\s*,\s*-?\d)', start))


def read_parquet(file: Path, *, shown: str, connection) -> list[ReadTable]:
    """Return the table of a Parquet file."""
    complaint = f"{shown}: is not a complete Parquet file; export or copy it again"
    name = _loaded(f"read_parquet({literal(plain_name(file))})", complaint, connection)
    return [_table(connection, f"select *, rowid + 1 as _line, null::varchar as _problem from {name}", {})]


def read_json(text: Text, folder: Path, *, shown: str, connection) -> list[ReadTable]:
    """Return the table of JSON lines (`_line` is the line), of an array or of the one array in an object (`_line`: position).

    A line that is no JSON object is rejected.
    """
    if text.encoding == "utf-8" and (table := _clean_lines(text, connection)):
        return [table]
    lines = folder / "lines.json"
    try:
        numbers, problems, notes = _as_lines(text, lines)
    except (ValueError, RecursionError):
        raise UserError(f"{shown}: is not valid JSON; export it again") from None
    if not numbers:
        raise UserError(f"{shown}: has no JSON object in it; export it again")
    source = f"read_json({literal(plain_name(lines))}, format='newline_delimited', records=true, {AS_WRITTEN})"
    name = _loaded(source, f"{shown}: is not valid JSON; export it again", connection)
    numbered = fresh_name()
    engine = connection.con
    if not isinstance(numbers, range):
        engine.execute(f"create temp table {numbered} as select unnest(?::bigint[]) as _line", [numbers])
    cells = _cells(dict(engine.execute(f"select column_name, column_type from (describe {name})").fetchall()))
    line = f"t.rowid + {numbers.start}" if isinstance(numbers, range) else "l._line"
    join = "" if isinstance(numbers, range) else f" join {numbered} l on l.rowid = t.rowid"
    query = f"select {cells}, {line} as _line, null::varchar as _problem from {name} t{join}"
    if problems:
        bad = fresh_name()
        engine.execute(f"create temp table {bad} as select unnest(?::bigint[]) as _line", [problems])
        query += f" union all by name select _line, 'not a JSON object' as _problem from {bad}"
    table = _table(connection, query, notes)
    table.notes.update(n_loaded=len(numbers), n_rejected=len(problems))
    return [ReadTable("", table.header, table.rows, text.encoding, table.notes)]


def _clean_lines(text: Text, connection) -> ReadTable | None:
    """Return the table of a file that is one JSON object a line throughout; None for any other."""
    if not _is_whole(line := next(_content(text.lines()), "")) or _wrapped(json.loads(line.lstrip("\ufeff"))):
        return None
    source = f"read_json({literal(plain_name(text.file))}, format='newline_delimited', records=true, {AS_WRITTEN})"
    with text.file.open("rb") as handle:
        n_lines, last = 0, b"\n"
        while block := handle.read(1 << 22):
            n_lines, last = n_lines + block.count(b"\n"), block[-1:]
    n_lines += last != b"\n"
    try:
        name = _loaded(source, "", connection)
    except UserError:
        return None
    types = dict(connection.con.execute(f"select column_name, column_type from (describe {name})").fetchall())
    n_rows = connection.con.execute(f"select count(*) from {name}").fetchone()[0]
    if n_rows != n_lines:
        connection.raw_sql(f"drop table {name}")
        return None
    query = f"select {_cells(types)}, rowid + 1 as _line, null::varchar as _problem from {name}"
    table = _table(connection, query, {"n_lines": n_lines})
    return ReadTable("", table.header, table.rows, text.encoding, table.notes)


def _cells(types: dict[str, str]) -> str:
    """Return the columns; one whose values are of several types (JSON) as text."""
    return ", ".join(f"{quoted(c)} ->> '$' as {quoted(c)}" if kind == "JSON" else quoted(c) for c, kind in types.items())


def _as_lines(text: Text, target: Path):
    """Write one object a line; return the line (or position) of each, the lines without one, and counts."""
    first = _first_character(text.lines())
    line = next(_content(text.lines()), "")
    is_large = text.file.stat().st_size > MAX_WRAPPED
    if first == "{" and (is_large or _is_whole(line) and not _wrapped(json.loads(line.lstrip("\ufeff")))):
        return _checked_lines(text, target)
    if is_large:
        raise ValueError("too large for an array")
    found = json.loads("".join(text.lines()).lstrip("\ufeff"))
    if isinstance(found, dict):
        found = _wrapped(found) or [found]
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise ValueError("no objects")
    with target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in found)
    return range(1, len(found) + 1), [], {"n_lines": len(found)}


def _wrapped(found: dict) -> list | None:
    """Return the rows of `{"results": [{…}, …], "page": 1}`, None for an object that is a row itself."""
    lists = [value for key, value in found.items() if key.lower() in WRAPPERS and isinstance(value, list)]
    return lists[0] if len(lists) == 1 and lists[0] and all(isinstance(item, dict) for item in lists[0]) else None


def _content(lines: Iterator[str]) -> Iterator[str]:
    return (line for line in lines if line.strip("\ufeff \t\r\n"))


def _first_character(lines: Iterator[str]) -> str:
    return next(_content(lines), " ").lstrip("\ufeff \t")[0]


def _is_whole(line: str) -> bool:
    """Say whether a line is a JSON object by itself."""
    try:
        return isinstance(json.loads(line.lstrip("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False


def _checked_lines(text: Text, target: Path):
    numbers, problems, n_lines, n_blank = [], [], 0, 0
    with target.open("w", encoding="utf-8") as out:
        for n_lines, line in enumerate(text.lines(), 1):  # noqa: B007 (the last number is the count)
            if not line.strip("\ufeff \t\r\n"):
                n_blank += 1
            elif _is_whole(line):
                numbers.append(n_lines)
                out.write(line.strip("\ufeff\r\n") + "\n")
            else:
                problems.append(n_lines)
    return numbers, problems, {"n_lines": n_lines, "n_blank": n_blank}


def _loaded(source: str, complaint: str, connection) -> str:
    name = fresh_name()
    try:
        connection.raw_sql(f"create temp table {name} as select * from {source}")
    except duckdb.Error:
        raise UserError(complaint) from None
    return name


def _table(connection, query: str, notes: dict) -> ReadTable:
    view = fresh_name()
    connection.raw_sql(f"create temp view {view} as {query}")
    rows = connection.table(view)
    header = unique_header([c for c in rows.columns if c not in ("_line", "_problem")])
    rows = rows.rename(dict(zip((*header, "_line", "_problem"), rows.columns, strict=True)))
    n = int(rows.count().execute())
    notes = {"n_loaded": n, "n_rejected": 0, "n_blank": 0, "n_footer": 0, "n_lines": n} | notes
    return ReadTable("", header, rows, "", notes)
