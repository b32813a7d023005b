"""What is packed: zip, gzip and the zips that Excel and OpenDocument files are. Checked before a reader touches them.

The directory says what an archive claims, inflating it in pieces says what it holds; both are held to the limits. Members get
names of our own, so that none can leave the temporary folder.
"""

import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from helpers.errors import UserError

MAX_BYTES = 20_000_000_000  # unpacked, all members of a file together
MAX_SHEET_BYTES = 2_000_000_000  # unpacked; a workbook is held in memory
MAX_RATIO = 250  # unpacked to packed; CSV exports seldom reach 50
RATIO_FROM = 20_000_000  # bytes; below, no ratio hurts
MAX_CELLS = 40_000_000  # rows × columns of a sheet: the reader allots them all, empty or not
MAX_DEPTH = 3  # archives in archives
PIECE = 1 << 20
IGNORED = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
BOMB = "unpacks to far more than a table would; check where it comes from"


@dataclass
class Budget:
    """Bytes that a file may still unpack to, over all its archives."""

    left: int = MAX_BYTES
    depth: int = 0

    def take(self, n: int, shown: str) -> None:
        self.left -= n
        if self.left < 0:
            raise UserError(f"{shown}: {BOMB}")


def members(file: Path, shown: str) -> list[zipfile.ZipInfo]:
    """Return the members to read, after checks of the directory: names, encryption, sizes."""
    try:
        with zipfile.ZipFile(file) as archive:
            found = [m for m in archive.infolist() if not m.is_dir() and not IGNORED.search(m.filename)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):  # a version that Python does not know
        raise UserError(f"{shown}: is not a complete zip archive; export or copy it again") from None
    for member in found:
        if ".." in PurePosixPath(member.filename.replace("\\", "/")).parts or re.match(r"[/\\]|[A-Za-z]:", member.filename):
            raise UserError(f"{shown}: a member's name leads out of the archive; unpack it yourself and check")
        if member.flag_bits & 1:
            raise UserError(f"{shown}: is encrypted; unpack it with its password first")
    _check_sizes(sum(m.file_size for m in found), sum(m.compress_size for m in found), shown)
    return found


def shown_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; one that does not say it is UTF-8 is, from Chinese systems, GBK."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(codec)
    return member.filename


def _check_sizes(unpacked: int, packed: int, shown: str) -> None:
    if unpacked > MAX_BYTES or unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise UserError(f"{shown}: {BOMB}")


def unpack_member(file: Path, member: zipfile.ZipInfo, target: Path, budget: Budget, shown: str) -> None:
    """Write one member of a zip to `target`."""
    with zipfile.ZipFile(file) as archive, target.open("wb") as out:
        for piece in _pieces(archive, member, budget, shown):
            out.write(piece)


def read_member(file: Path, member: zipfile.ZipInfo, budget: Budget, shown: str) -> bytes:
    """Return the content of one member of a zip."""
    with zipfile.ZipFile(file) as archive:
        return b"".join(_pieces(archive, member, budget, shown))


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget, shown: str) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(member) as packed:
            while piece := packed.read(PIECE):
                size += len(piece)
                budget.take(len(piece), shown)
                _check_sizes(size, member.compress_size, shown)
                yield piece
    except NotImplementedError:
        raise UserError(f"{shown}: is compressed in a way that is not read here; unpack it yourself") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError):
        raise UserError(f"{shown}: is damaged; export or copy it again") from None


def unpack_gzip(file: Path, target: Path, budget: Budget, shown: str) -> None:
    """Write the content of a gzip file to `target`."""
    packed_size, size = file.stat().st_size, 0
    try:
        with gzip.open(file) as packed, target.open("wb") as out:
            while piece := packed.read(PIECE):
                size += len(piece)
                budget.take(len(piece), shown)
                _check_sizes(size, packed_size, shown)
                out.write(piece)
    except (OSError, EOFError, zlib.error):
        raise UserError(f"{shown}: is not a complete gzip file; export or copy it again") from None


def check_workbook(file: Path, budget: Budget, shown: str) -> None:
    """Refuse an Excel or OpenDocument file that is damaged, or would fill the memory of its reader."""
    found = members(file, shown)
    if sum(m.file_size for m in found) > MAX_SHEET_BYTES:
        raise UserError(f"{shown}: has more than {MAX_SHEET_BYTES // 10 ** 9} GB of sheets; export it as CSV")
    with zipfile.ZipFile(file) as archive:
        for member in found:
            is_xml = member.filename.endswith(".xml")
            area = _RepeatedArea() if member.filename == "content.xml" else _Area() if is_xml else None
            try:
                for piece in _pieces(archive, member, budget, shown):
                    if area:
                        area.add(piece)
            except expat.ExpatError:
                raise UserError(f"{shown}: is not a complete OpenDocument file; export it again") from None
            if area and area.n_cells > MAX_CELLS:
                raise UserError(f"{shown}: a sheet spans {area.n_cells:,} cells, most of them empty; clear what lies far out")


class _Area:
    """Rows × columns that the cells of an Excel sheet span, read from its XML piece by piece."""

    CELL = re.compile(rb'\br="([A-Z]{1,3})\d')
    ROW = re.compile(rb'\br="[A-Z]{0,3}(\d{1,7})"')

    def __init__(self):
        self.columns, self.n_rows, self.tail = {b"A"}, 1, b""

    def add(self, piece: bytes) -> None:
        text = self.tail + piece
        self.tail = text[-64:]
        self.columns.update(self.CELL.findall(text))
        rows = self.ROW.findall(text)
        if rows:
            self.n_rows = max(self.n_rows, int(max(rows, key=lambda r: (len(r), r))))

    @property
    def n_cells(self) -> int:
        last = max(self.columns, key=lambda c: (len(c), c))
        n_columns = 0
        for letter in last:
            n_columns = n_columns * 26 + letter - 64
        return n_columns * self.n_rows


class _RepeatedArea:
    """Rows × columns up to the last value of an OpenDocument sheet, where one element may stand for a million cells."""

    def __init__(self):
        self.row = self.column = self.last_row = self.last_column = self.n_cells = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start

    def add(self, piece: bytes) -> None:
        self.parser.Parse(piece)

    def _start(self, name: str, attributes: dict) -> None:
        if name == "table:table":
            self.row = self.last_row = self.last_column = 0
        elif name == "table:table-row":
            self.row += int(attributes.get("table:number-rows-repeated", 1))
            self.column = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.column += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self.last_row, self.last_column = self.row, max(self.last_column, self.column)
                self.n_cells = max(self.n_cells, self.last_row * self.last_column)
