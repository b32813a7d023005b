"""One table of a file, as `read_tables` returns it, and how its records get into the engine."""

import itertools
import re
import unicodedata
from dataclasses import dataclass, field

import ibis
import pyarrow as pa

BATCH = 50_000  # records at a time on their way into the engine
_names = itertools.count()  # of temporary tables: one a table read


@dataclass(frozen=True)
class ReadTable:
    """A table as written in a file.

    `rows` has the columns `header` (string, null = empty cell; native types only for Parquet, JSON, SPSS and SAS) plus `_line`
    (int64, where the record starts, from 1) and `_problem` (null, or why the record is rejected: its cells are then null).
    `notes` counts what the file holds: n_lines = n_loaded + n_rejected + n_blank + n_preamble + n_header + n_footer +
    n_continued (further lines of records with line breaks in a cell). Others: delimiter, preamble (its lines), n_header_rows,
    sheet, n_beyond_15_digits (numbers of a sheet that Excel has rounded: ids among them are damaged).
    """

    name: str
    header: tuple[str, ...]
    rows: ibis.Table
    encoding: str = ""
    notes: dict = field(default_factory=dict)


def fresh_name() -> str:
    """Return a name that no other temporary table of this process has."""
    return f"reading_{next(_names)}"


def unique_header(cells) -> tuple[str, ...]:
    """Return column names: NFC, trimmed, an empty one as "column 3", a repeated one as "Amount (2)"."""
    names: list[str] = []
    taken = {"_line", "_problem"}
    for i, cell in enumerate(cells, 1):
        base = " ".join(unicodedata.normalize("NFC", cell or "").split()) or f"column {i}"
        name, n = base, 1
        while name.casefold() in taken:
            n += 1
            name = f"{base} ({n})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def plain_name(file) -> str:
    """Return a file's name as DuckDB takes it: glob characters in it stand for themselves."""
    return re.sub(r"([*?\[])", r"[\1]", file.as_posix())


class Loader:
    """Takes records one by one and loads them into a temporary table of the engine, in batches (so that it may spill)."""

    def __init__(self, connection, header: tuple[str, ...]):
        self.connection, self.header = connection, header
        self.name = fresh_name()
        self.good: list = []
        self.lines: list[int] = []
        self.bad: list[tuple[int, str]] = []
        self.n_loaded = self.n_rejected = 0
        columns = ", ".join(f"{quoted(c)} varchar" for c in header)
        connection.raw_sql(f"create temp table {self.name} ({columns}, _line bigint, _problem varchar)")

    def load(self, line: int, cells: list) -> None:
        self.good.append(cells)
        self.lines.append(line)
        self.n_loaded += 1
        if len(self.good) >= BATCH:
            self.flush()

    def reject(self, line: int, problem: str) -> None:
        self.bad.append((line, problem))
        self.n_rejected += 1
        if len(self.bad) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if self.good:
            columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*self.good, strict=True)]
            self._insert(columns, self.lines, pa.nulls(len(self.lines), pa.string()))
        if self.bad:
            empty = [pa.nulls(len(self.bad), pa.string()) for _ in self.header]
            lines, problems = zip(*self.bad, strict=True)
            self._insert(empty, list(lines), pa.array(problems, pa.string()))
        self.good, self.lines, self.bad = [], [], []

    def _insert(self, columns: list, lines: list, problems) -> None:
        names = [f"c{i}" for i in range(len(columns))] + ["_line", "_problem"]
        batch = pa.Table.from_arrays([*columns, pa.array(lines, pa.int64()), problems], names=names)
        engine = self.connection.con
        engine.register("reading_batch", batch)
        try:
            engine.execute(f"insert into {self.name} select * from reading_batch")
        finally:
            engine.unregister("reading_batch")

    def finish(self):
        """Return the loaded table as an Ibis table."""
        self.flush()
        return self.connection.table(self.name)
