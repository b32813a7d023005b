"""`read_tables`: what a file is, by its content, and which reader takes it."""

import gzip
import tempfile
import zipfile
from pathlib import Path

from helpers import paths
from helpers.errors import UserError
from helpers.reading.encodings import decoded
from helpers.reading.sheets import read_sheets
from helpers.reading.structured import read_json, read_parquet
from helpers.reading.table import ReadTable
from helpers.reading.text import read_text

STATISTICS = (".sav", ".por", ".zsav", ".xpt", ".sas7bdat")


def read_tables(file: Path, *, connection, hints: dict | None = None) -> list[ReadTable]:
    """Return the tables of a file, their rows in temporary tables of `connection` (an Ibis DuckDB backend).

    `hints`: encoding, delimiter, header_row (line, 0 = none), sheet, skip (lines), decimal, day_first.
    """
    file, hints = Path(file), hints or {}
    shown = paths.shown(file)
    if file.is_dir():
        raise UserError(f"{shown}: is a folder; name a file")
    if not file.exists():
        raise UserError(f"{shown}: there is no such file; check its name")
    return _read(file, shown, connection, hints)


def _read(file: Path, shown: str, connection, hints: dict) -> list[ReadTable]:
    kind = kind_of(file)
    if kind == "empty":
        raise UserError(f"{shown}: is empty; export it again or remove it")
    if kind == "statistics":
        from helpers.reading.statistics import read_statistics

        return read_statistics(file, connection=connection, hints=hints)
    if kind in ("zip", "gzip"):
        return _read_inside(file, kind, shown, connection, hints)
    if kind == "sheets":
        return read_sheets(file, shown=shown, connection=connection, hints=hints)
    if kind == "parquet":
        return read_parquet(file, shown=shown, connection=connection, hints=hints)
    if kind == "json":
        return read_json(file, shown=shown, connection=connection, hints=hints)
    return read_text(decoded(file, shown=shown, hints=hints), shown=shown, connection=connection, hints=hints)


def kind_of(file: Path) -> str:
    if file.suffix.lower() in STATISTICS:
        return "statistics"
    with file.open("rb") as handle:
        first = handle.read(4096)
    if not first.strip():
        return "empty"
    if first.startswith(b"PAR1"):
        return "parquet"
    if first.startswith(b"\x1f\x8b"):
        return "gzip"
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        return "sheets"
    if first.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(file).namelist()
        except zipfile.BadZipFile:
            return "zip"
        return "sheets" if any(n in names for n in ("xl/workbook.xml", "content.xml", "xl/workbook.bin")) else "zip"
    if first.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        return "json"
    return "text"


def _read_inside(file: Path, kind: str, shown: str, connection, hints: dict) -> list[ReadTable]:
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "content"
        if kind == "gzip":
            with gzip.open(file) as packed:
                inside.write_bytes(packed.read())
            return _read(inside, shown, connection, hints)
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            for member in members:
                inside.write_bytes(archive.read(member))
                for table in _read(inside, f"{shown} / {member.filename}", connection, hints):
                    parts = [member.filename if len(members) > 1 else "", table.name]
                    tables.append(ReadTable(" / ".join(p for p in parts if p), *list(table.__dict__.values())[1:]))
    return tables
