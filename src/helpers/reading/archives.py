"""What is packed: zip, gzip and the zips that Excel and OpenDocument files are. Checked before a reader touches them.

The directory says what an archive claims, inflating it in pieces says what it holds; both are held to the limits. Members get
names of our own, so that none can leave the temporary folder.
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        raise UserError(f"{shown}: is not a complete zip archive; export or copy it again") from None
    for member in found:
        if ".." in PurePosixPath(member.filename.replace("\\", "/")).parts or re.match(r"[/\\]|[A-Za-z]:", member.filename):
            raise UserError(f"{shown}: a member's name leads out of the archive; unpack it yourself and check")
        if member.flag_bits & 1:
            raise UserError(f"{shown}: is encrypted; unpack it with its password first")
    _check_sizes(sum(m.file_size for m in found), sum(m.compress_size for m in found), shown)
    return found


def _check_sizes(unpacked: int, packed: int, shown: str) -> None:
    if unpacked > MAX_BYTES or unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise UserError(f"{shown}: {BOMB}")


def unpack_member(file: Path, member: zipfile.ZipInfo, target: Path, budget: Budget, shown: str) -> None:
    """Write one member of a zip to `target`."""
    with zipfile.ZipFile(file) as archive, target.open("wb") as out:
        for piece in _pieces(archive, member, budget, shown):
            out.write(piece)


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget, shown: str) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(member) as packed:
            while piece := packed.read(PIECE):
                size += len(piece)
                budget.take(len(piece), shown)
                _check_sizes(size, member.compress_size, shown)
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
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
            area = _Area()
            for piece in _pieces(archive, member, budget, shown):
                if member.filename.endswith(".xml"):
                    area.add(piece)
            if area.n_cells > MAX_CELLS:
                raise UserError(f"{shown}: a sheet spans {area.n_cells:,} cells, most of them empty; clear what lies far out")


class _Area:
    """Rows × columns that the cells of a sheet span, read from its XML piece by piece."""

    CELL = re.compile(rb'\br="([A-Z]{1,3})\d')
    ROW = re.compile(rb'\br="[A-Z]{0,3}(\d{1,7})"')
    REPEATED = re.compile(rb'number-(columns|rows)-repeated="(\d+)"[^>]*(?:office:value|table:formula)')

    def __init__(self):
        self.columns, self.n_rows, self.n_repeated, self.tail = {b"A"}, 1, 1, b""

    def add(self, piece: bytes) -> None:
        text = self.tail + piece
        self.tail = text[-64:]
        self.columns.update(self.CELL.findall(text))
        rows = self.ROW.findall(text)
        if rows:
            self.n_rows = max(self.n_rows, int(max(rows, key=lambda r: (len(r), r))))
        for _, n in self.REPEATED.findall(text):
            self.n_repeated = max(self.n_repeated, int(n))

    @property
    def n_cells(self) -> int:
        last = max(self.columns, key=lambda c: (len(c), c))
        n_columns = 0
        for letter in last:
            n_columns = n_columns * 26 + letter - 64
        return max(n_columns * self.n_rows, self.n_repeated * 1000)
