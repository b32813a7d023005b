"""`read_tables`: what a file is, by its content whatever its name says, and which reader takes it."""

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from helpers import paths
from helpers.errors import UserError
from helpers.reading import archives, documents
from helpers.reading.archives import Budget
from helpers.reading.bulk import FROM_BYTES, read_clean
from helpers.reading.encodings import decoded
from helpers.reading.sheets import read_sheets
from helpers.reading.structured import looks_like_json, read_json, read_parquet
from helpers.reading.table import ReadTable
from helpers.reading.text import read_text
from helpers.reading.transcripts import looks_like_transcript, read_transcript

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
NO_WORKBOOK = "is no Excel workbook, whatever its name says"
STATISTICS = (".sav", ".por", ".zsav", ".xpt", ".sas7bdat")
REFUSED = {  # first bytes → what to say
    b"%PDF": "is a PDF; export the table as CSV or Excel", b"7z\xbc\xaf": "is a 7z archive; unpack it first",
    b"Rar!": "is a RAR archive; unpack it first", b"BZh": "is packed with bzip2; unpack it first",
    b"\xfd7zXZ": "is packed with xz; unpack it first", b"\x28\xb5\x2f\xfd": "is packed with zstd; unpack it first",
    b"{\\rtf": "is a text document; export the table as CSV or Excel", b"\x7fELF": "is a program, not a table",
    b"SQLite format 3": "is an SQLite database; use a database source",
} | dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "is an image; export the table as CSV or Excel")
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<body", b"<div", b"<style", b"<workbook")


def read_tables(file: Path, *, connection, hints: dict | None = None) -> list[ReadTable]:
    """Return the tables of a file, their rows in temporary tables of `connection` (an Ibis DuckDB backend).

    `hints`: encoding, delimiter ("tab" or a character), header_row (line in the file, 0 = none), sheet, skip (lines).
    Raises UserError, one line, for a file that is no table, damaged, unsafe, or of an encoding that is not clear.
    """
    file, hints = Path(file), {key: value for key, value in (hints or {}).items() if value is not None}
    shown = paths.shown(file)
    if file.is_dir():
        raise UserError(f"{shown}: is a folder; name a file in it")
    if not file.is_file():
        raise UserError(f"{shown}: there is no such file; check its name")
    try:
        with tempfile.TemporaryDirectory(prefix="workbook-reading-") as folder:
            return _read(file, shown, connection, hints, Path(folder), Budget())
    except PermissionError:
        raise UserError(f"{shown}: may not be read; check its permissions") from None


def _read(file: Path, shown: str, connection, hints: dict, folder: Path, budget: Budget) -> list[ReadTable]:
    kind = kind_of(file, shown)
    if kind == "statistics":
        from helpers.reading.statistics import read_statistics

        return read_statistics(file, connection=connection, hints=hints)
    if kind in ("zip", "gzip"):
        return _read_inside(file, kind, shown, connection, hints, folder, budget)
    if kind == "workbook":
        archives.check_workbook(file, budget, shown)
    if kind in ("workbook", "old workbook"):
        return read_sheets(file, shown=shown, connection=connection, hints=hints)
    if kind == "parquet":
        return read_parquet(file, shown=shown, connection=connection)
    if kind == "transcript":
        text = decoded(file, shown=shown, hints=hints)
        return [read_transcript(text.lines(), encoding=text.encoding, shown=shown, connection=connection)]
    if kind == "document":
        lines = documents.lines_of(file, shown)
        if not documents.is_transcript(lines):
            raise UserError(f"{shown}: is a document; export the table as CSV or Excel")
        return [read_transcript(lines, encoding="utf-8", shown=shown, connection=connection)]
    if kind == "text" and (clean := read_clean(file, connection=connection, hints=hints)):
        return clean
    text = _decoded(file, shown, hints)
    if kind == "json":
        return read_json(text, folder, shown=shown, connection=connection)
    if text.encoding != "utf-8" and file.stat().st_size >= FROM_BYTES and text.write_utf8(copy := folder / "utf8"):
        clean = read_clean(copy, connection=connection, hints=hints | {"encoding": "utf-8"})
        if clean:
            return [replace(table, encoding=text.encoding) for table in clean]
    return read_text(text, shown=shown, connection=connection, hints=hints)


def _decoded(file: Path, shown: str, hints: dict):
    """Return a file as text; where what has the name of a workbook is neither that nor text, the first is said."""
    try:
        return decoded(file, shown=shown, hints=hints)
    except UserError:
        if file.suffix.lower() not in WORKBOOKS:
            raise
        raise UserError(f"{shown}: {NO_WORKBOOK}; export it again, or name the encoding if it is text") from None


def kind_of(file: Path, shown: str) -> str:
    """Return statistics, parquet, gzip, zip, (old) workbook, document, json, transcript or text; refuse what is no table."""
    with file.open("rb") as handle:
        first = handle.read(4096)
    if not first.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise UserError(f"{shown}: is empty; export it again or take it away")
    if first.startswith((b"$FL2", b"$FL3", b"HEADER RECORD*******LIB")) or file.suffix.lower() in STATISTICS:
        return "statistics"
    for start, complaint in REFUSED.items():
        if first.startswith(start):
            raise UserError(f"{shown}: {complaint}")
    if first.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(MARKUP):
        raise UserError(f"{shown}: is a web page or XML, whatever its name says; open it in Excel and save it as .xlsx or CSV")
    for start, kind in ((b"PAR1", "parquet"), (b"\x1f\x8b", "gzip"), (b"\xd0\xcf\x11\xe0", "old workbook")):
        if first.startswith(start):
            return kind
    if first.startswith(b"PK\x03\x04") or first.startswith(b"PK\x05\x06"):
        return _kind_of_zip(file, shown)
    return "json" if looks_like_json(first) else "transcript" if looks_like_transcript(first) else "text"


def _kind_of_zip(file: Path, shown: str) -> str:
    names = {member.filename for member in archives.members(file, shown)}
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return "workbook"
    if documents.BODY in names:
        return "document"
    if "ppt/presentation.xml" in names:
        raise UserError(f"{shown}: is a document; export the table as CSV or Excel")
    return "zip"


def _read_inside(file: Path, kind: str, shown: str, connection, hints: dict, folder: Path, budget: Budget) -> list[ReadTable]:
    if budget.depth >= archives.MAX_DEPTH:
        raise UserError(f"{shown}: has archives in archives in archives; unpack it first")
    budget.depth += 1
    inside = folder / f"content{budget.depth}"
    try:
        if kind == "gzip":
            archives.unpack_gzip(file, inside, budget, shown)
            return _read(inside, shown, connection, hints, folder, budget)
        found = archives.members(file, shown)
        if not found:
            raise UserError(f"{shown}: is an empty archive; export it again or take it away")
        tables = [table for member in found for table in _read_member(file, member, shown, connection, hints, folder, budget)]
        return [replace(t, name=t.name.partition(" / ")[2]) for t in tables] if len(found) == 1 else tables
    finally:
        inside.unlink(missing_ok=True)
        budget.depth -= 1


def _read_member(
    file: Path, member: zipfile.ZipInfo, shown: str, connection, hints: dict, folder: Path, budget: Budget,
) -> list[ReadTable]:
    """Return the tables of a member; it keeps its name's ending, which tells SPSS and SAS files."""
    name = archives.shown_name(member)
    suffix = Path(name).suffix.lower()
    inside = folder / f"content{budget.depth}{suffix if suffix in STATISTICS else ''}"
    try:
        archives.unpack_member(file, member, inside, budget, f"{shown} / {name}")
        tables = _read(inside, f"{shown} / {name}", connection, hints, folder, budget)
        return [replace(t, name=f"{name} / {t.name}".removesuffix(" / ")) for t in tables]
    finally:
        inside.unlink(missing_ok=True)
