"""SPSS (.sav, .zsav, .por) and SAS (.xpt, .sas7bdat) files as tables, read in chunks with pyreadstat.

Columns keep the variables' names; the labels (often the question asked) stand in `notes["labels"]`.
- Codes with value labels: where every code that occurs has a label, the column holds the labels and a second column,
  "Q1 (code)", the codes. Where only some have one (0 "not at all" … 10 "surely"), the codes stay.
  `notes["value_labels"]` has all.
- Codes that the author declared missing (98 "refused") become null and are counted in `notes["user_missing"]`. SAS's special
  missing values (.A to .Z) become null.
- Numbers are int64 if all are whole, else float64; dates are dates, moments have no zone, times of day and durations are
  texts "27:05:00". A row with a date that no calendar knows is rejected.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyreadstat

from helpers import paths
from helpers.errors import UserError
from helpers.reading.table import ReadTable, fresh_name, literal, quoted, unique_header

CHUNK = 50_000  # rows
READERS = {
    ".sav": pyreadstat.read_sav, ".zsav": pyreadstat.read_sav, ".por": pyreadstat.read_por, ".xpt": pyreadstat.read_xport,
    ".sas7bdat": pyreadstat.read_sas7bdat,
}
EPOCH = {"spss": "1582-10-14", "sas": "1960-01-01"}  # SPSS counts seconds; SAS seconds for moments, days for dates
KINDS = {  # display formats, without width: what the numbers of a column mean
    "spss": {
        "date": {"DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR"}, "timestamp": {"DATETIME", "YMDHMS"},
        "time": {"TIME", "DTIME", "MTIME"},
    },
    "sas": {
        "date": {"DATE", "DAY", "DDMMYY", "DDMMYYB", "DDMMYYC", "DDMMYYD", "DDMMYYN", "DDMMYYP", "DDMMYYS", "MMDDYY", "MMDDYYB",
                 "MMDDYYC", "MMDDYYD", "MMDDYYN", "MMDDYYP", "MMDDYYS", "YYMMDD", "YYMMDDB", "YYMMDDC", "YYMMDDD", "YYMMDDN",
                 "YYMMDDP", "YYMMDDS", "JULIAN", "MONYY", "YYMON", "YYMM", "WEEKDATE", "WEEKDATX", "WORDDATE", "WORDDATX",
                 "E8601DA", "B8601DA", "IS8601DA", "NLDATE"},
        "timestamp": {"DATETIME", "DATEAMPM", "MDYAMPM", "E8601DT", "B8601DT", "IS8601DT", "NLDATM"},
        "time": {"TIME", "TIMEAMPM", "HHMM", "TOD", "E8601TM", "B8601TM", "NLTIME"},
    },
}


def read_statistics(file: Path, *, connection, hints: dict | None = None) -> list[ReadTable]:
    """Return the one table of a statistics file, its rows in a temporary table of `connection`; hints: encoding."""
    encoding = (hints or {}).get("encoding")
    about = _described(file, encoding)
    family = "spss" if file.suffix.lower() in (".sav", ".zsav", ".por") else "sas"
    columns = [_Column(i, name, about, family) for i, name in enumerate(about.column_names)]
    raw = _load(file, columns, encoding, connection)
    n_read = connection.con.execute(f"select count(*) from {raw}").fetchone()[0]
    if about.number_rows not in (None, -1, n_read):
        raise UserError(f"{paths.shown(file)}: has {n_read} of {about.number_rows} rows: it is cut off; export it again")
    user_missing = {c.name: counts for c in columns if (counts := c.missing_codes(raw, connection))}
    header = unique_header([name for c in columns for name in c.header(raw, connection)])
    rows = _typed(raw, columns, header, connection)
    n_rejected = int(rows.filter(rows["_problem"].notnull()).count().execute())
    notes = {
        "n_lines": n_read, "n_loaded": n_read - n_rejected, "n_rejected": n_rejected, "n_blank": 0, "n_footer": 0,
        "labels": {c.name: c.label for c in columns if c.label},
        "value_labels": {c.name: {_shown(code): text for code, text in c.labels.items()} for c in columns if c.labels},
        "user_missing": user_missing,
    }
    return [ReadTable("", header, rows, (about.file_encoding or "").lower(), notes)]


def _reader(file: Path, encoding: str | None, **more):
    """Return what pyreadstat reads; a file that it cannot read is one line."""
    shown, suffix = paths.shown(file), file.suffix.lower()
    arguments = {"disable_datetime_conversion": True, "output_format": "dict", **more}
    if suffix in (".sav", ".zsav"):
        arguments["user_missing"] = True
    if encoding and suffix != ".por":
        arguments["encoding"] = encoding
    try:
        return READERS[suffix](file, **arguments)
    except (UnicodeError, pyreadstat.PyreadstatError, pyreadstat.ReadstatError, ValueError, OSError, MemoryError) as error:
        reason = str(error)
        if "encoding" in reason or "convert" in reason or isinstance(error, UnicodeError):
            raise UserError(f"{shown}: its texts are in another encoding than it says: set encoding: under reading:") from None
        raise UserError(f"{shown}: is not a complete {suffix} file; export it again") from None


def _described(file: Path, encoding: str | None):
    if not file.stat().st_size:
        raise UserError(f"{paths.shown(file)}: is empty; export it again or remove it")
    if file.suffix.lower() == ".xpt" and file.stat().st_size % 80:  # it has no count of rows, but records of 80 bytes
        raise UserError(f"{paths.shown(file)}: is cut off within a record; export it again")
    about = _reader(file, encoding, metadataonly=True)[1]
    if not about.column_names:
        raise UserError(f"{paths.shown(file)}: has no columns; export it again")
    return about


class _Column:
    """A variable: its place, name, label, value labels, missing codes and kind (string, number, date, timestamp, time)."""

    def __init__(self, i: int, name: str, about, family: str):
        self.i, self.name, self.family = i, name, family
        self.label = about.column_names_to_labels.get(name) or ""
        self.labels = dict(about.variable_value_labels.get(name, {}))
        self.missing = about.missing_ranges.get(name, []) if family == "spss" else []
        self.is_text = about.readstat_variable_types[name] == "string"
        form = (about.original_variable_types.get(name) or "").upper().rstrip(".0123456789")
        kinds = [kind for kind, forms in KINDS[family].items() if form in forms]
        self.kind = "string" if self.is_text else (kinds or ["number"])[0]
        self.is_labelled = False

    @property
    def raw(self) -> str:
        return f"c{self.i}"

    @property
    def is_missing(self) -> str:
        """SQL that is true where the value is a code declared missing."""
        ranges = [f"{self.raw} between {_sql(r['lo'])} and {_sql(r['hi'])}" for r in self.missing]
        return f"coalesce({' or '.join(ranges)}, false)" if ranges else "false"

    @property
    def value(self) -> str:
        """SQL of the value, null where it is missing."""
        return f"case when {self.is_missing} then null else {self.raw} end"

    def missing_codes(self, raw: str, connection) -> dict[str, int]:
        """Return {"98 refused": rows} for the missing codes that occur."""
        if not self.missing:
            return {}
        query = f"select {self.raw}, count(*) from {raw} where {self.is_missing} group by 1 order by 1"
        return {" ".join(filter(None, (_shown(code), self.labels.get(code)))): n
                for code, n in connection.con.execute(query).fetchall()}

    def header(self, raw: str, connection) -> list[str]:
        """Return the names of the column, or of the columns if labels take the place of its codes."""
        if self.labels and self.kind in ("string", "number"):
            query = f"select distinct {self.value} as v from {raw} where v is not null limit {len(self.labels) + 1}"
            codes = [code for (code,) in connection.con.execute(query).fetchall()]
            self.is_labelled = bool(codes) and all(code in self.labels for code in codes)
        return [self.name, f"{self.name} (code)"] if self.is_labelled else [self.name]

    def expressions(self, raw: str, connection) -> list[str]:
        """Return the SQL of each of its columns in the table."""
        if self.kind == "number":
            query = f"select count(*) from {raw} where not ({self.raw} = trunc({self.raw}) and abs({self.raw}) < 1e15)"
            is_whole = connection.con.execute(query).fetchone()[0] == 0
            code = f"cast({self.value} as {'bigint' if is_whole else 'double'})"
        else:
            code = self.value if self.is_text else self._moment()
        if not self.is_labelled:
            return [code]
        cases = " ".join(f"when {_sql(one)} then {literal(text)}" for one, text in self.labels.items())
        return [f"case {self.value} {cases} end", code]

    def _moment(self) -> str:
        if self.kind == "time":
            seconds = f"cast(try_cast({self.value} as bigint) as bigint)"
            return f"printf('%02d:%02d:%02d', {seconds} // 3600, {seconds} // 60 % 60, {seconds} % 60)"
        seconds = 86400 if self.family == "sas" and self.kind == "date" else 1
        micros = f"try_cast(round(({self.value}) * {seconds * 1_000_000}) as bigint)"
        return f"try_cast(timestamp '{EPOCH[self.family]}' + to_microseconds({micros}) as {self.kind})"

    @property
    def problem(self) -> str:
        """SQL that says what is wrong with a date or moment, or null."""
        # 0001-01-01 to 9999-12-31, as days or seconds since the epoch
        days = (-577_735, 3_074_323) if self.family == "spss" else (-715_509, 2_936_549)
        factor = 1 if self.family == "sas" and self.kind == "date" else 86_400
        low, high = (day * factor for day in days)
        words = literal(f"{self.name} is no date")
        return f"case when {self.value} < {low} or {self.value} >= {high + factor} then {words} end"


def _load(file: Path, columns: list[_Column], encoding: str | None, connection) -> str:
    """Write the values as they are stored into a temporary table, a chunk at a time; return its name."""
    name = fresh_name()
    kinds = ", ".join(f"{c.raw} {'varchar' if c.is_text else 'double'}" for c in columns)
    connection.raw_sql(f"create temp table {name} ({kinds}, _line bigint)")
    for chunk in _chunks(file, columns, encoding):
        connection.con.register("statistics_chunk", chunk)
        connection.con.execute(f"insert into {name} select * from statistics_chunk")
        connection.con.unregister("statistics_chunk")
    return name


def _chunks(file: Path, columns: list[_Column], encoding: str | None) -> Iterator[pa.Table]:
    n, before = CHUNK, 0
    while n == CHUNK:
        values = list(_reader(file, encoding, row_offset=before, row_limit=CHUNK)[0].values())
        n = len(values[0]) if values else 0
        if n:
            arrays = [
                pa.array([v or None for v in cells], pa.string()) if c.is_text
                else pa.array(cells, pa.float64(), from_pandas=True)
                for c, cells in zip(columns, values, strict=True)
            ]
            lines = pa.array(range(before + 1, before + n + 1), pa.int64())
            yield pa.table([*arrays, lines], names=[*(c.raw for c in columns), "_line"])
        before += n


def _typed(raw: str, columns: list[_Column], header: tuple[str, ...], connection):
    """Return the table with its final columns; the cells of a rejected row are null."""
    problems = [c.problem for c in columns if c.kind in ("date", "timestamp")]
    judged = f"select *, coalesce({', '.join([*problems, 'null', 'null'])})::varchar as _problem from {raw}"
    cells = [expression for c in columns for expression in c.expressions(raw, connection)]
    named = zip(cells, header, strict=True)
    kept = ", ".join(f"case when _problem is null then {cell} end as {quoted(name)}" for cell, name in named)
    name = fresh_name()
    connection.raw_sql(f"create temp table {name} as select {kept}, _line, _problem from ({judged})")
    connection.raw_sql(f"drop table {raw}")
    return connection.table(name)


def _sql(value) -> str:
    return literal(value) if isinstance(value, str) else f"{literal(repr(float(value)))}::double"


def _shown(code) -> str:
    return f"{code:g}" if isinstance(code, float) else str(code)
