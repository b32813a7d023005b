"""Finds planted personal values in whatever the pipeline writes, however they are packed or escaped.

`canaries_of(people)` lists the values to look for; `scan(paths, canaries)` says where they are, never what they are.

Containers: Parquet (values, dictionaries, statistics, metadata, names), DuckDB (rows and raw bytes), notebooks and other JSON,
HTML, CSV, YAML, logs, any text in UTF-8, UTF-16 or GB18030; zip and xlsx members, gzip, bzip2, xz; PNG text chunks;
other binaries as raw bytes. Encodings, also nested: full-width forms, HTML entities, \\u and \\x escapes, percent codes,
quoted-printable, base64, hex, tags within a value, separators within a phone or name, and unsalted MD5, SHA-1, SHA-256 and
SHA-512 in hex, base64 or raw. leak_forms.py has the forms of a value.

Not looked for: phones of fewer than 9 digits, Latin
names of fewer than 5 letters, part of a name, what a picture shows, deleted rows that DuckDB had compressed, encrypted files
(reported as unreadable).
"""

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import quopri
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import leak_forms
from leak_forms import Canary, Needles, needles_of

KIND_OF = {
    "full_name": "name", "phone": "phone", "other_phone": "phone", "email": "email", "national_id": "id number",
    "address": "address", "ip_address": "ip address",
}
DEPTH = 5  # layers of packing and encoding
LARGEST = 2_000_000_000  # bytes that a packed file may unfold to
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{8,}={0,2}")
HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){6,}(?![0-9A-Fa-f])")
LONG_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{200,}={0,2}")
BROKEN_BASE64 = re.compile(r"(?<=[A-Za-z0-9+/]{40})\r?\n[ \t]*(?=[A-Za-z0-9+/=])")
ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})|\\+U([0-9a-fA-F]{8})|\\+u\{([0-9a-fA-F]{1,6})\}|\\+x([0-9a-fA-F]{2})")
WIDE_TEXT = re.compile(rb"(?:[\x09\x20-\x7e]\x00){5,}|(?:\x00[\x09\x20-\x7e]){5,}|(?:[\x09\x20-\x7e]\x00{3}){5,}")
SURROGATE = re.compile("[\ud800-\udfff]")
PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
PACKED = (b"\x89P", b"PK", b"\x1f\x8b", b"BZ", b"\xfd7", b"PA")  # how pictures, archives and Parquet start
URL_SAFE = str.maketrans("-_", "+/")
TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, order=True)
class Leak:
    """A canary of `kind` in `file`; `where` names the member, column, cell or line and the encodings. Kind "unreadable": not
    scanned."""

    file: str
    where: str
    kind: str


def canaries_of(people) -> list[Canary]:
    """Return the values to look for in a frame of people (columns of collected/people; any may be absent)."""
    found = {
        Canary(kind, value.strip())
        for column, kind in KIND_OF.items() if column in people
        for value in people[column].dropna().astype(str).unique() if value.strip()
    }
    return sorted(found, key=lambda canary: (canary.kind, canary.value))


def scan(paths: Iterable[Path], canaries: list[Canary]) -> list[Leak]:
    """Return every place in the files (or folders of files) where a canary is, each once, sorted."""
    needles, leaks = needles_of(tuple(canaries)), set()
    for path in map(Path, paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if not file.is_file():
                continue
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            found = list(_Scan(needles).text(_with_stem(name), "file name"))
            found += _Scan(needles).file(file)
            leaks.update(Leak(str(file), where, kind) for where, kind in found)
    return sorted(leaks)


# --- where it is looked for


class _Scan:
    """One file. Its methods yield (where, kind); texts that were seen already are not looked at twice."""

    def __init__(self, needles: Needles):
        self.needles, self.seen, self.unfolded = needles, set(), 0

    def file(self, file: Path) -> Iterator[tuple[str, str]]:
        with file.open("rb") as handle:
            first = handle.read(16)
        if first[8:12] == b"DUCK":
            yield from self._duckdb(file)
        content = pa.memory_map(str(file)) if first[:4] == b"PAR1" else file.read_bytes()
        yield from self._parquet(content, "", 0) if first[:4] == b"PAR1" else self.content(content, "", 0)

    def content(self, data: bytes, where: str, depth: int) -> Iterator[tuple[str, str]]:
        """Look into bytes of any kind."""
        self.unfolded += len(data)
        if depth > DEPTH or self.unfolded > LARGEST:
            yield where, "unreadable"
        elif data[:4] == b"PAR1":
            yield from self._parquet(pa.BufferReader(data), where, depth)
        elif data[:4] == b"PARE":
            yield where, "unreadable"
        elif data[:4] == b"PK\x03\x04":
            yield from self._zip(data, where, depth)
        elif data[:8] == b"\x89PNG\r\n\x1a\n":
            yield from self._png(data, where, depth)
        elif unpack := {b"\x1f\x8b": gzip.decompress, b"BZ": bz2.decompress, b"\xfd7": lzma.decompress}.get(data[:2]):
            try:
                yield from self.content(unpack(data), where, depth + 1)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                yield from self._binary(data, where, depth)
        else:
            text = _decoded(data)
            yield from self._binary(data, where, depth) if text is None else self._document(text, where, depth)

    def _document(self, text: str, where: str, depth: int):
        if text.lstrip()[:1] in ("{", "["):
            try:
                yield from self._json(json.loads(text), where, depth)
                return
            except (ValueError, RecursionError):
                pass
        yield from self.text(text, where, depth)

    def _json(self, node, where: str, depth: int):
        """Look at every key and value; a list of texts (a notebook's source) is one text."""
        gathered = []

        def gather(part, path):
            if isinstance(part, dict):
                gathered.append((path, "\n".join(map(str, part))))
                for key, value in part.items():
                    gather(value, f"{path}.{key}" if len(key) < 30 and key.isidentifier() and key.isascii() else f"{path}.*")
            elif isinstance(part, list):
                if part and all(isinstance(value, str) for value in part):
                    gathered.append((path, ("" if part[0].endswith("\n") else "\n").join(part)))
                else:
                    for i, value in enumerate(part):
                        gather(value, f"{path}[{i}]")
            elif part is not None and not isinstance(part, bool):
                gathered.append((path, f"{part:.0f}" if isinstance(part, float) and part == part // 1 else str(part)))

        gather(node, where)
        for path, text in gathered:
            yield from self.text(text, path.strip("."), depth)

    def _parquet(self, source, where: str, depth: int):
        try:
            file = pq.ParquetFile(source)
        except (pa.ArrowInvalid, OSError):
            yield where, "unreadable"
            return
        meta, at = file.metadata, f"{where} / " if where else ""
        described = [str(file.schema_arrow), str(meta.created_by), *_texts_of((file.schema_arrow.metadata or {}).items())]
        described += _texts_of((meta.metadata or {}).items())
        for field in file.schema_arrow:
            described += _texts_of((field.metadata or {}).items())
        yield from self.text("\n".join(described), f"{at}metadata", depth)
        names = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        file = pq.ParquetFile(source, read_dictionary=names)
        for batch in file.iter_batches(batch_size=131_072):
            for name, array in zip(batch.schema.names, batch.columns, strict=True):
                yield from self._array(array, f"{at}column {name}", depth)
        for group in range(meta.num_row_groups):
            for i in range(meta.num_columns):
                column = meta.row_group(group).column(i)
                stats = column.statistics if column.is_stats_set else None
                if stats is not None and stats.has_min_max:
                    least_and_most = "\n".join(_texts_of([(stats.min, stats.max)]))
                    yield from self.text(least_and_most, f"{at}statistics of {column.path_in_schema}", depth)

    def _array(self, array: pa.Array, where: str, depth: int):
        """Look at the values of an Arrow array, nested ones too."""
        kind = array.type
        if pa.types.is_dictionary(kind):
            yield from self._array(array.dictionary, where, depth)
        elif pa.types.is_struct(kind):
            for i in range(kind.num_fields):
                yield from self._array(array.field(i), f"{where}.{kind.field(i).name}", depth)
        elif pa.types.is_map(kind):
            yield from self._array(array.keys, where, depth)
            yield from self._array(array.items, where, depth)
        elif pa.types.is_nested(kind):
            yield from self._array(array.flatten(), where, depth)
        elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
            for value in pc.unique(array).drop_null().to_pylist():
                if value in self.needles.digests:
                    yield f"{where} as bytes", self.needles.digests[value]
                yield from self.content(value, where, depth + 1)
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            yield from self.text("\n".join(pc.unique(array).drop_null().to_pylist()), where, depth)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            values = pc.unique(array.cast(pa.float64(), safe=False)).drop_null().to_pylist()
            yield from self.text("\n".join(str(int(v)) for v in values if 1e8 <= v < 1e18 and v == int(v)), where, depth)

    def _duckdb(self, file: Path):
        import duckdb

        try:
            connection = duckdb.connect(str(file), read_only=True)
        except duckdb.Error:
            yield "", "unreadable"
            return
        with connection:
            for schema, name in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                table = connection.execute(f'SELECT * FROM "{schema}"."{name}"').to_arrow_table()
                yield from self.text("\n".join(table.column_names), f"table {name}", 0)
                for column in table.column_names:
                    for chunk in table[column].chunks:
                        yield from self._array(chunk, f"table {name} / column {column}", 0)

    def _zip(self, data: bytes, where: str, depth: int):
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            yield from self.text(_decoded(archive.comment) or "", where, depth)
            for member in archive.infolist():
                at = f"{where} / {member.filename}".removeprefix(" / ") if member.filename.isascii() else f"{where} / member"
                yield from self.text(_with_stem(member.filename), f"{where} / member name".removeprefix(" / "), depth)
                if self.unfolded + member.file_size > LARGEST:
                    yield at, "unreadable"
                else:
                    yield from self.content(archive.read(member), at, depth + 1)
        except (zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, OSError, EOFError):
            yield where, "unreadable"

    def _png(self, data: bytes, where: str, depth: int):
        at = 8
        while at + 8 <= len(data):
            length, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
            body = data[at + 8:at + 8 + length]
            if kind in (b"tEXt", b"iTXt", b"eXIf", b"zTXt"):
                yield from self._binary(body, f"{where} / {kind.decode()}", depth)
                for start in (i + 1 for i, byte in enumerate(body[:400]) if byte in (0, 1)):  # compressed texts follow a zero
                    try:
                        yield from self.content(zlib.decompress(body[start:]), f"{where} / {kind.decode()}", depth + 1)
                    except zlib.error:
                        continue
            at += length + 12
            if kind == b"IEND":
                break
        if data[at:]:
            yield from self.content(data[at:], f"{where} / after the picture", depth + 1)

    def _binary(self, data: bytes, where: str, depth: int):
        """Look at the bytes as UTF-8, and at UTF-16 and UTF-32 within."""
        text = data.decode("utf-8", "replace")
        yield from self._plain(text, where)
        yield from ((where, kind) for kind in self.needles.buried_in(text))
        wide = [m.group().replace(b"\0", b"").decode("ascii") for m in WIDE_TEXT.finditer(data)]
        yield from self.text("\n".join(wide), f"{where} as UTF-16 or UTF-32", depth)
        for name in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                for _, form, kind in self.needles.words_in(data[start:].decode(name, "replace"), only_cjk=True):
                    if len(form) >= 3:  # two characters may stand side by side by chance
                        yield f"{where} as UTF-16", kind

    def text(self, text: str, where: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
        """Look at a text and at what it says when unescaped, decoded and freed of tags."""
        if not text or depth > DEPTH or (key := hash(text)) in self.seen:
            return
        self.seen.add(key)
        joined = BROKEN_BASE64.sub("", text)
        for block in LONG_BASE64.findall(joined):  # pictures
            yield from self._from_base64(block, where, depth)
        if joined != text:
            yield from self._packed(LONG_BASE64.sub(" ", joined), where, depth)
        text = LONG_BASE64.sub(" ", text)
        yield from self._plain(text, where)
        yield from self._packed(text, where, depth)
        unescaped = _unescaped(text)
        variants = {"unescaped": unescaped}
        if re.search(r"=[0-9A-F]{2}|=\r?\n", text):
            variants["quoted-printable"] = _decoded(quopri.decodestring(text.encode())) or ""
        if unescaped == text and "<" in text and ">" in text:
            yield from self._plain(TAG.sub("", text), f"{where} (without tags)".strip())
        for name, variant in variants.items():
            if variant != text:
                yield from self.text(variant, where if f"({name})" in where else f"{where} ({name})".strip(), depth + 1)

    def _packed(self, text: str, where: str, depth: int):
        """Look at what base64 and hex stand for."""
        for match in BASE64.finditer(text):
            token = match.group()
            if len(token) < 60 and (token.isdigit() or token.islower() or token.isupper()) and not token.endswith("="):
                continue  # a word
            yield from self._from_base64(token, where, depth)
        for match in HEX.finditer(text):
            yield from self._bytes_of(bytes.fromhex(match.group()), f"{where} as hex", depth)

    def _from_base64(self, token: str, where: str, depth: int):
        body = token.rstrip("=").translate(URL_SAFE)
        try:
            data = base64.b64decode(body + "=" * (-len(body) % 4))
        except binascii.Error:
            return
        yield from self._bytes_of(data, f"{where} as base64".strip(), depth)

    def _bytes_of(self, data: bytes, where: str, depth: int):
        if data in self.needles.digests:
            yield where, self.needles.digests[data]
        elif len(data) > 200 or data[:2] in PACKED:
            yield from self.content(data, where, depth + 1)
        else:
            try:
                yield from self.text(data.decode(), where, depth + 1)
            except UnicodeDecodeError:
                return

    def _plain(self, text: str, where: str):
        folded = leak_forms.folded(text)
        for at, kind in self.needles.found_in(folded):
            yield (f"{where} line {folded.count(chr(10), 0, at) + 1}".strip() if "\n" in folded else where), kind


def _unescaped(text: str) -> str:
    """Return a text without \\u and \\x escapes, HTML entities and percent codes."""
    if "\\" in text:
        text = ESCAPED.sub(lambda m: chr(min(int(next(filter(None, m.groups())), 16), 0x10FFFF)), text)
        if SURROGATE.search(text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "&" in text:
        text = html.unescape(text)
    return PERCENT.sub(lambda m: unquote(m.group(), errors="replace"), text)


def _decoded(data: bytes) -> str | None:
    """Return bytes as text, or None if they are none."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _with_stem(name: str) -> str:
    return f"{name}\n{name.rpartition('.')[0]}"


def _texts_of(pairs) -> list[str]:
    parts = [part for pair in pairs for part in pair]
    return [part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in parts]
