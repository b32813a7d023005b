"""Large clean text files on DuckDB's own reader: one record a line, all of one width. Whatever is not clean is left to text.py.

The proof that nothing is lost: the file has as many line ends as the engine found rows (line breaks in cells, blank lines and
records that DuckDB would skip all lower its count), and no character that the two readers take differently.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from helpers.reading import layout
from helpers.reading.records import Dialect, records
from helpers.reading.table import ReadTable, fresh_name, literal, plain_name, quoted, unique_header
from helpers.reading.text import COUNTS

FROM_BYTES = 4_000_000  # smaller files are read record by record
SAMPLE = 1 << 18
BLOCK = 1 << 22
SUBTOTALS = "{0} like 'Sub%' or {0} like 'sub%' or {0} like 'SUB%' or {0} like '小%'"


@dataclass(frozen=True)
class _Shape:
    """What the bytes of a file show: number of lines; whether only plain line ends and characters are in it."""

    n_lines: int
    is_plain: bool


def read_clean(file: Path, *, connection, hints: dict) -> list[ReadTable] | None:
    """Return the one table of a clean UTF-8 file, or None where it is small or anything in it is unusual."""
    if file.stat().st_size < FROM_BYTES or hints.get("encoding", "utf-8") != "utf-8" or hints.get("skip"):
        return None
    with file.open("rb") as handle:
        sample = handle.read(SAMPLE)
    sample = sample[: sample.rfind(b"\n") + 1]
    try:
        text = sample.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    lines = [line + "\n" for line in text.split("\n")[:500]][:-1]
    dialect = layout.guess_dialect(lines, hints)
    if not dialect.delimiter or len(dialect.delimiter) > 1 or dialect.delimiter == " " or dialect.escape != '"':
        return None
    head = list(records(lines, dialect))
    plan = layout.plan(head[: layout.HEAD], header_row=hints.get("header_row"))
    n_above = plan.n_before + plan.n_header
    rows = head[n_above:]
    if not rows or any(r.n_lines > 1 or not r.fields or len(r.fields) != plan.n_fields for r in rows) or plan.n_fields < 2:
        return None
    if any(f'{before} "' in text for before in ("\n", dialect.delimiter)):
        return None  # blanks before a quote: DuckDB takes them, and the quote, as text
    if any(r.n_lines > 1 or r.is_blank for r in head[:n_above]) or len(plan.header) != plan.n_fields or _is_odd(rows[0].fields):
        return None
    return _loaded(file, dialect, plan, lines, head[:n_above], connection)


def _is_odd(cells: list[str]) -> bool:
    return layout.is_total(cells)


def _loaded(file: Path, dialect: Dialect, plan: layout.Plan, lines: list[str], above: list, connection):
    header, name = unique_header(plan.header), fresh_name()
    ends_crlf = lines[0].endswith("\r\n")
    line_end = r"\r\n" if ends_crlf else r"\n"
    columns = ", ".join(f"{literal(c)}: 'varchar'" for c in header)
    source = (
        f"read_csv({literal(plain_name(file))}, auto_detect=false, header=false, skip={len(above)}, columns={{{columns}}}, "
        f"delim={literal(dialect.delimiter)}, quote='\"', escape='\"', new_line='{line_end}', "
        f"strict_mode=true, null_padding=false, ignore_errors=false, comment='')"
    )
    with ThreadPoolExecutor(1) as thread:
        shape = thread.submit(_shape, file, ends_crlf)
        try:
            connection.raw_sql(f"create temp table {name} as select * from {source}")
        except duckdb.Error:
            return None
        found = shape.result()
    n_rows = connection.con.execute(f"select count(*) from {name}").fetchone()[0]
    if not found.is_plain or n_rows != found.n_lines - len(above) or _has_odd_rows(name, header, n_rows, connection):
        connection.raw_sql(f"drop table {name}")
        return None
    view = fresh_name()
    connection.raw_sql(
        f"create temp view {view} as select *, rowid + {len(above) + 1} as _line, null::varchar as _problem from {name}"
    )
    notes = dict.fromkeys(COUNTS, 0) | {
        "n_lines": found.n_lines, "n_loaded": n_rows, "n_header": plan.n_header, "n_preamble": plan.n_before,
        "preamble": [r.text.strip() for r in above[: plan.n_before]], "n_header_rows": plan.n_header,
        "delimiter": dialect.delimiter,
    }
    return [ReadTable("", header, connection.table(view), "utf-8", notes)]


def _shape(file: Path, ends_crlf: bool) -> _Shape:
    """Count line ends; NUL characters and other line ends are not plain."""
    n_lines, is_plain, last = 0, True, b"\n"
    with file.open("rb") as handle:
        while block := handle.read(BLOCK):
            block += handle.readline()
            n = block.count(b"\n")
            n_lines += n
            n_returns = block.count(b"\r") if b"\r" in block else 0
            is_plain = b"\0" not in block
            is_plain = is_plain and (n_returns == n == block.count(b"\r\n") if ends_crlf else n_returns == 0)
            last = block[-1:]
            if not is_plain:
                break
    return _Shape(n_lines + (last != b"\n"), is_plain)


def _has_odd_rows(name: str, header: tuple[str, ...], n_rows: int, connection) -> bool:
    """Say whether a row is blank, repeats the header, is a subtotal, or ends the table as a total or note."""
    first, second = quoted(header[0]), quoted(header[1])
    blank = " and ".join(f"({quoted(c)} is null or trim({quoted(c)}) = '')" for c in header)
    odd = (
        f"{blank} or ({first} = {literal(header[0])} and {second} = {literal(header[1])}) or {SUBTOTALS.format(first)} "
        f"or ({first} is null and ({SUBTOTALS.format(second)}))"
    )
    engine = connection.con
    if engine.execute(f"select 1 from {name} where {odd} limit 1").fetchone():
        return True
    tail = engine.execute(f"select * from {name} where rowid >= {n_rows - 5} order by rowid").fetchall()
    rows = [[cell or "" for cell in row] for row in tail]
    notes = [row for row in rows if layout.n_filled(row) <= 2 and layout.FOOTER.match(next(filter(None, row), ""))]
    return bool(notes) or any(map(layout.is_total, rows))
