"""Excel and OpenDocument sheets (calamine) as records."""

import io
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from helpers.errors import UserError
from helpers.reading.records import Record
from helpers.reading.table import ReadTable
from helpers.reading.text import Stream, cut_tables


def read_sheets(file: Path, *, shown: str, connection, hints: dict) -> list[ReadTable]:
    """Return the tables of every sheet that has any."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))  # by content, not by its name
    except python_calamine.PasswordError:
        raise UserError(f"{shown}: is protected by a password; save it without one") from None
    except (python_calamine.CalamineError, OSError):
        raise UserError(f"{shown}: is not a complete Excel or OpenDocument file; export it again") from None
    wanted = hints.get("sheet")
    names = [name for name in book.sheet_names if wanted in (None, name)]
    if not names:
        raise UserError(f"{shown}: has no sheet '{wanted}'; it has {', '.join(book.sheet_names)}")
    tables = []
    for name in names:
        sheet = book.get_sheet_by_name(name)
        first = sheet.start[0] + 1 if sheet.start else 1
        long = Counter()
        rows = (_record(first + i, row, long) for i, row in enumerate(sheet.iter_rows()))
        for table in cut_tables(Stream(rows), connection=connection, hints=hints, is_padded=True):
            parts = [name if len(book.sheet_names) > 1 else "", table.name]
            full_name = " / ".join(part for part in parts if part)
            tables.append(replace(table, name=full_name, notes=table.notes | {"sheet": name, **long}))
    if not tables:
        raise UserError(f"{shown}: no table in any sheet")
    return tables


def _record(line: int, row: list, long: Counter) -> Record:
    """Return a row as a record; numbers beyond Excel's 15 digits, whose end is lost, are counted in `long`."""
    cells = [_written(value) for value in row]
    n_long = sum(1 for value in row if isinstance(value, float) and abs(value) >= 1e15)
    if n_long:
        long["n_beyond_15_digits"] += n_long
    while cells and not cells[-1].strip():
        cells.pop()
    return Record(line, 1, cells or None, None, " ".join(cells).strip())


def _written(value) -> str:
    """Return a cell as text: whole numbers without ".0", moments as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)
