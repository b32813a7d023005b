"""Records → tables: header, rows, totals, footers, the next table; and clean text files on DuckDB's own reader."""

from collections import deque
from collections.abc import Iterable

from helpers.errors import UserError
from helpers.reading import layout
from helpers.reading.encodings import Text
from helpers.reading.records import Record, records
from helpers.reading.table import Loader, ReadTable, unique_header

COUNTS = ("n_loaded", "n_rejected", "n_blank", "n_preamble", "n_header", "n_footer", "n_continued")


class Stream:
    """Records with a look ahead."""

    def __init__(self, source: Iterable[Record]):
        self.source, self.ahead = iter(source), deque()

    def peek(self, n: int) -> list[Record]:
        while len(self.ahead) < n and (record := next(self.source, None)) is not None:
            self.ahead.append(record)
        return [self.ahead[i] for i in range(min(n, len(self.ahead)))]

    def next(self) -> Record | None:
        return self.ahead.popleft() if self.ahead else next(self.source, None)


def read_text(text: Text, *, shown: str, connection, hints: dict) -> list[ReadTable]:
    """Return the tables of a text file."""
    sample = text.sample_lines()
    dialect = layout.guess_dialect(sample, hints)
    stream = Stream(records(text.lines(), dialect))
    tables = cut_tables(stream, connection=connection, hints=hints, encoding=text.encoding)
    if not tables:
        raise UserError(f"{shown}: no table in it; check the file, or set header_row")
    for table in tables:
        table.notes.update(delimiter=dialect.delimiter)
    return tables


def cut_tables(stream: Stream, *, connection, hints: dict, encoding: str = "", is_padded: bool = False) -> list[ReadTable]:
    """Return the tables among records; the first takes `header_row`."""
    tables, header_row, skip = [], hints.get("header_row"), hints.get("skip", 0)
    skipped = [stream.next() for _ in range(len([r for r in stream.peek(skip) if r.line <= skip]))] if skip else []
    skipped += [stream.next()] if stream.peek(1) and stream.peek(1)[0].text.startswith(("sep=", "\ufeffsep=")) else []
    while stream.peek(1):
        found = _one_table(stream, connection, header_row, is_padded, skipped)
        if found is None:
            break
        tables.append(found)
        header_row, skipped = None, []
    return [
        ReadTable(f"part {i}" if len(tables) > 1 else "", header, rows, encoding, notes)
        for i, (header, rows, notes) in enumerate(tables, 1)
    ]


def _one_table(stream: Stream, connection, header_row: int | None, is_padded: bool, skipped: list[Record]):
    head = stream.peek(max(layout.HEAD, (header_row or 0) + 1))
    plan = layout.plan(head, is_padded=is_padded, header_row=header_row)
    notes = dict.fromkeys(COUNTS, 0) | {"n_lines": 0, "preamble": [], "n_header_rows": plan.n_header}
    for record in skipped:
        _count(notes, "n_preamble", record)
    for _ in range(plan.n_before):
        record = stream.next()
        _count(notes, "n_blank" if record.is_blank else "n_preamble", record)
        if not record.is_blank:
            notes["preamble"].append(record.text.strip().strip(",;\t"))
    if not plan.header:
        return None
    for _ in range(plan.n_header):
        _count(notes, "n_header", stream.next())
    header = unique_header(plan.header)
    loader = Loader(connection, header)
    _read_rows(stream, loader, plan, notes, is_padded)
    notes.update(n_loaded=loader.n_loaded, n_rejected=loader.n_rejected)
    return header, loader.finish(), notes


def _count(notes: dict, what: str, record: Record) -> None:
    notes[what] += 1
    notes["n_lines"] += record.n_lines
    notes["n_continued"] += record.n_lines - 1


def _read_rows(stream: Stream, loader: Loader, plan: layout.Plan, notes: dict, is_padded: bool) -> None:
    """Load rows until the file ends or the next table begins."""
    recent: deque[list[str]] = deque(maxlen=20)
    is_first = True
    while (record := stream.next()) is not None:
        is_row = record.fields is not None and len(record.fields) == plan.n_fields > 1
        if record.is_blank or layout.is_comment(record) and not is_row:
            _count(notes, "n_blank" if record.is_blank else "n_footer", record)
            if layout.starts_table(stream.peek(layout.HEAD), plan.header, plan.n_fields, list(recent), is_padded=is_padded):
                return
            continue
        notes["n_lines"] += record.n_lines
        notes["n_continued"] += record.n_lines - 1
        kind, value = _judge(record, plan, stream, is_first, is_padded)
        if kind == "row":
            loader.load(record.line, value)
            recent.append(value)
        elif kind == "rejected":
            loader.reject(record.line, value)
        else:
            notes[kind] += 1
        is_first = False


def _judge(record: Record, plan: layout.Plan, stream: Stream, is_first: bool, is_padded: bool):
    """Return ("row", cells), ("rejected", reason), ("n_footer", None) or ("n_header", None)."""
    if record.fields is None:
        return "rejected", record.problem
    cells, width = record.fields, len(plan.header)
    if layout.is_total(cells) and (is_first or layout.is_subtotal(cells) or not _rows_follow(stream, plan.n_fields)):
        return "n_footer", None
    is_note = (width > 2 or len(cells) != plan.n_fields) and layout.FOOTER.match(record.text) and layout.n_filled(cells) <= 2
    if is_note and not _rows_follow(stream, plan.n_fields):
        return "n_footer", None
    if cells[0] == plan.header[0] and tuple(cells) == plan.header:
        return "n_header", None
    if is_padded:
        cells = cells + [""] * (width - len(cells))
    elif len(cells) != plan.n_fields:
        return "rejected", f"{len(cells)} fields where the header has {width}"
    if len(cells) > width and any(map(str.strip, cells[width:])):
        return "rejected", f"{layout.n_filled(cells[width:])} values right of the last column"
    return "row", cells[:width]


def _rows_follow(stream: Stream, n_fields: int) -> bool:
    """Say whether one of the next records is a row that is no total."""
    for record in stream.peek(5):
        if record.fields and len(record.fields) == n_fields and not record.is_blank:
            return not layout.is_total(record.fields)
    return False
