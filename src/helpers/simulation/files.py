"""Writers of vendor files: rows are appended chunk by chunk; every file counts its rows and knows its lines.

The same rows give the same bytes: fixed time stamps inside xlsx and zip, no clock.
"""

import json
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

MADE = datetime(2026, 1, 1)  # the time stamp inside xlsx files
EXCEL_ROWS = 1_000_000  # a sheet holds 1,048,576
ROW_GROUP = 131_072


def money(fen: np.ndarray) -> np.ndarray:
    """Return amounts in fen as text in yuan: 1250 → 12.50."""
    values, place = np.unique(np.asarray(fen), return_inverse=True)
    return np.array([f"{v / 100:.2f}" for v in values], dtype=object)[place]


def times(moments: np.ndarray, pattern: str = "%Y-%m-%d %H:%M:%S") -> np.ndarray:
    """Return moments (datetime64[s]) as text; null stays null."""
    return pc.strftime(pa.array(moments, pa.timestamp("s")), pattern).to_pandas().to_numpy(dtype=object)


def csv_text(frame: pd.DataFrame) -> str:
    """Return the rows as CSV without header, quoted where needed; null is empty."""
    columns = []
    for name in frame.columns:
        values = pc.fill_null(pa.array(frame[name], from_pandas=True).cast(pa.string()), "")
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(values, '"', '""'), '"', "")
        columns.append(pc.if_else(pc.match_substring_regex(values, '[",\\r\\n]'), quoted, values))
    lines = pc.binary_join_element_wise(*columns, ",").to_pylist()
    return "\n".join([*lines, ""])


class CsvFile:
    """A CSV file that grows; `append` returns the 1-based line of each row (values hold no line breaks).

    `footer` makes the last line of the finished file; `total` is there for it.
    """

    def __init__(self, path: Path, columns: list[str], *, encoding: str = "utf-8", preamble: tuple[str, ...] = (),
                 footer=None, quote_header: bool = False):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.columns, self.footer, self.rows, self.total = path, columns, footer, 0, 0
        self.encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._file = path.open("wb")
        if encoding == "utf-8-sig":
            self._file.write(b"\xef\xbb\xbf")
        header = ",".join(f'"{c}"' for c in columns) if quote_header else ",".join(columns)
        self._write("".join(f"{line}\n" for line in (*preamble, header)))
        self.lines = len(preamble) + 1

    def _write(self, content: str) -> None:
        self._file.write(content.encode(self.encoding))

    def append(self, frame: pd.DataFrame, *, ragged: np.ndarray | None = None) -> np.ndarray:
        """Write rows; those marked `ragged` get a field too many, as an unquoted comma makes it."""
        content = csv_text(frame[self.columns])
        if ragged is not None and ragged.any():
            lines = content.split("\n")
            for i in np.flatnonzero(ragged):
                lines[i] = lines[i].replace(",", ",,", 1)
            content = "\n".join(lines)
        self._write(content)
        first = self.lines + 1
        self.rows, self.lines = self.rows + len(frame), self.lines + len(frame)
        return np.arange(first, first + len(frame))

    def close(self) -> None:
        if self.footer:
            self._write(self.footer(self) + "\n")
        self._file.close()


class ExcelFile:
    """An xlsx file that grows; a million rows a file, then `name-2.xlsx`. `above` are rows before the header."""

    def __init__(self, path: Path, columns: list[str], *, sheet: str = "Sheet1", above: tuple[tuple, ...] = ()):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.columns, self.sheet, self.above = path, columns, sheet, above
        self.rows, self._book, self._part, self._full, self._at = 0, None, 0, [], 0

    def _next(self) -> None:
        if self._book:
            self._book.close()
        self._part += 1
        name = self.path.name if self._part == 1 else f"{self.path.stem}-{self._part}{self.path.suffix}"
        self._book = xlsxwriter.Workbook(str(self.path.with_name(name)), {"constant_memory": True, "strings_to_urls": False,
                                                                           "strings_to_formulas": False})
        self._book.set_properties({"created": MADE, "title": "simulated"})
        self._sheet, self._at = self._book.add_worksheet(self.sheet), 0
        for row in (*self.above, self.columns):
            self._sheet.write_row(self._at, 0, row)
            self._at += 1

    def append(self, frame: pd.DataFrame) -> None:
        """Write rows: text as text, numbers as numbers, null as an empty cell."""
        if self._book is None:
            self._next()
        columns = [[None if pd.isna(v) else v for v in frame[name].tolist()] for name in self.columns]
        for row in zip(*columns, strict=True):
            if self._at >= EXCEL_ROWS:
                self._next()
            self._sheet.write_row(self._at, 0, row)
            self._at += 1
        self.rows += len(frame)

    def close(self) -> None:
        if self._book is None:
            self._next()
        self._book.close()


class JsonLines:
    """A JSON-lines file that grows; null values are left out."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows, self._file = path, 0, path.open("wb")

    def append(self, frame: pd.DataFrame) -> None:
        for record in frame.to_dict("records"):
            known = {key: value for key, value in record.items() if not (value is None or value != value)}
            self._file.write(json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self.rows += len(frame)

    def append_text(self, lines: bytes, n: int) -> None:
        self._file.write(lines)
        self.rows += n

    def close(self) -> None:
        self._file.close()


class ParquetFile:
    """A Parquet file of the truth that grows; the first rows fix the types, `types` those that may be all null."""

    def __init__(self, path: Path, types: dict[str, pa.DataType] | None = None):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows, self.types, self._writer = path, 0, types or {}, None

    def append(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        if self._writer is None:
            schema = pa.schema([(f.name, self._type(f)) for f in table.schema])
            self._writer = pq.ParquetWriter(self.path, schema, compression="zstd")
        self._writer.write_table(table.cast(self._writer.schema), row_group_size=ROW_GROUP)
        self.rows += len(frame)

    def _type(self, field: pa.Field) -> pa.DataType:
        kind = pa.string() if pa.types.is_large_string(field.type) or pa.types.is_null(field.type) else field.type
        return self.types.get(field.name, kind)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def make_zip(target: Path, members: list[Path]) -> None:
    """Pack files into a ZIP with fixed dates, and remove them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, date_time=(2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with member.open("rb") as source, archive.open(info, "w") as packed:
                while block := source.read(1 << 20):
                    packed.write(block)
            member.unlink()
