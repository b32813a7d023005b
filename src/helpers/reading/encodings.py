"""The encoding of a text file: recognised, checked for plausibility, or asked for; never guessed silently.

UTF-8 and UTF-16 prove themselves. Of the older encodings, each that can decode the lines is scored (plausibility.py); the best
must be plausible and clearly better than any other that reads the text differently. Lines that are not of the file's encoding
are marked (records.UNDECODED) and rejected one by one.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import UserError
from helpers.reading.layout import HEADER_WORDS
from helpers.reading.plausibility import score
from helpers.reading.records import UNDECODED

BLOCK = 1 << 22
SAMPLE_CHARS = 1 << 20
MAX_LINE = 64_000_000  # bytes
CODECS = {  # name → Python's codec, family of writing
    "gb18030": ("gb18030", "chinese"), "big5": ("cp950", "traditional"), "shift_jis": ("cp932", "japanese"),
    "euc-jp": ("euc_jp", "japanese"), "euc-kr": ("cp949", "korean"), "cp874": ("cp874", "thai"),
    "cp1252": ("cp1252", "western"), "cp1250": ("cp1250", "western"), "cp1254": ("cp1254", "western"),
    "mac-roman": ("mac_roman", "western"), "cp1251": ("cp1251", "cyrillic"), "koi8-r": ("koi8_r", "cyrillic"),
}
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
PLAUSIBLE = 0.6
MARGIN = 0.08  # between the best and any that reads the text differently …
MARGIN_OF_FEW = 0.3  # … and where fewer than eight bytes tell
FOREIGN_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")


def _mark(error):
    return UNDECODED, error.start + 1


codecs.register_error("reading_mark", _mark)


@dataclass(frozen=True)
class Text:
    """A file and its encoding; `lines` yields them with their ends, bytes of another encoding marked."""

    file: Path
    encoding: str

    def lines(self) -> Iterator[str]:
        if self.encoding not in CODECS:
            codec = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
            with self.file.open(encoding=codec, errors="reading_mark", newline="") as handle:
                yield from handle
            return
        codec, family = CODECS[self.encoding]
        with self.file.open("rb") as handle:
            while raw := handle.readline(MAX_LINE):
                text = raw.decode(codec, "reading_mark")
                if not raw.isascii() and _is_utf8_instead(raw, text, family):
                    text = UNDECODED + text
                yield from io.StringIO(text, newline="") if "\r" in text[:-2] else (text,)

    def write_utf8(self, target: Path) -> bool:
        """Write the text as UTF-8; False (and incomplete) if some of its bytes are of another encoding."""
        with target.open("w", encoding="utf-8", newline="") as out:
            for line in self.lines():
                if UNDECODED in line:
                    return False
                out.write(line)
        return True

    def sample_lines(self) -> list[str]:
        """Return the first 500 lines (no more than a million characters)."""
        lines, size = [], 0
        for line in self.lines():
            lines.append(line)
            size += len(line)
            if size > SAMPLE_CHARS or len(lines) >= 500:
                break
        return lines


def _is_utf8_instead(raw: bytes, text: str, family: str) -> bool:
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return score(decoded, "any") > score(text, family) + MARGIN


def decoded(file: Path, *, shown: str, hints: dict) -> Text:
    """Return the file as text in its encoding (the hint's, else the recognised one)."""
    with file.open("rb") as handle:
        first = handle.read(65_536)
    if "encoding" in hints:
        return _as_told(file, hints["encoding"], shown)
    encoding = next((name for bom, name in BOMS if first.startswith(bom)), None) or _utf16_without_bom(first)
    if not encoding:
        encoding = _of_bytes(file, shown)
    text = Text(file, encoding)
    _refuse_binary(text, shown)
    return text


def _as_told(file: Path, name: str, shown: str) -> Text:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except LookupError:
        raise UserError(f"{shown}: there is no encoding '{name}'; try utf-8, gb18030, big5, shift_jis or cp1252") from None
    known = {codecs.lookup(c).name: key for key, (c, _) in CODECS.items()} | {
        "gbk": "gb18030", "gb2312": "gb18030", "big5": "big5", "shift_jis": "shift_jis", "euc_kr": "euc-kr",
        "iso8859-1": "cp1252",
        "utf-8-sig": "utf-8", "big5hkscs": "big5",
    }
    text = Text(file, known.get(codec.name, codec.name))
    foreign = [line for line in text.sample_lines() if not line.isascii()]
    if sum(UNDECODED in line for line in foreign) * 2 > len(foreign):
        raise UserError(f"{shown}: is not {name}; leave out encoding to have it recognised")
    return text


def _utf16_without_bom(first: bytes) -> str | None:
    """Return utf-16-le or -be where blanks, digits or line ends show zero bytes on one side only."""
    even, odd = first[0::2].count(0), first[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd) > 0.02 * max(even, odd) or max(even, odd) < 0.02 * len(first):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = first[: len(first) // 2 * 2].decode(encoding, "replace")
    is_text = text.count("\ufffd") <= 1 and "\0" not in text and score(text[:4000], "any") >= PLAUSIBLE
    return encoding if is_text and ("\n" in text or "\r" in text or len(first) < 200) else None


def _refuse_binary(text: Text, shown: str) -> None:
    sample = "".join(text.sample_lines()[:200])[:100_000]
    strange = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1e]", sample)) - sample.count("\x01")
    if strange > 0.1 * len(sample) or sample.startswith(("%PDF", "\x7fELF", "{\\rtf")):
        raise UserError(f"{shown}: is not a table but binary or a document; export it as CSV or Excel")


def _of_bytes(file: Path, shown: str) -> str:
    """Return the encoding of a file without byte order mark."""
    n_good, good, n_bad, bad = _lines_by_utf8(file)
    if not n_bad and not _could_be_other(good):
        return "utf-8"
    if n_good > n_bad > 0 and score("\n".join(line.decode() for line in good), "any") >= PLAUSIBLE:
        return "utf-8"
    ranking = _ranking(bad or good)
    best = ranking[0][1] if ranking else None
    if best and (n_good == 0 or n_bad > n_good):
        margin = MARGIN_OF_FEW if sum(byte > 127 for line in bad or good for byte in line) < 8 else MARGIN
        rivals = [other for other in ranking[1:] if other[2] != ranking[0][2] and _lead(ranking[0], other) < margin]
        if ranking[0][0] >= PLAUSIBLE and not rivals:
            return best
    raise UserError(_question(file, shown, [name for _, name, _ in ranking[:3]]))


def _lines_by_utf8(file: Path) -> tuple[int, list[bytes], int, list[bytes]]:
    """Return number and sample of the lines with other than ASCII that are UTF-8, and of those that are not."""
    n_good = n_bad = 0
    good: list[bytes] = []
    bad: list[bytes] = []
    for block in _blocks(file):
        if block.isascii():
            continue
        room_good, room_bad = len(good) + 400, len(bad) + 400  # of each block, so that later parts are seen too
        if _is_utf8(block):
            lines = FOREIGN_LINE.findall(block[: 1 << 18])
            n_good += max(1, len(lines) * len(block) // (1 << 18) if len(block) > 1 << 18 else len(lines))
            good += lines[:400] if len(good) < 4000 else []
            continue
        for line in FOREIGN_LINE.findall(block):
            if _is_utf8(line):
                n_good += 1
                good += [line] if len(good) < room_good else []
            else:
                n_bad += 1
                bad += [line] if len(bad) < room_bad else []
    return n_good, good, n_bad, bad


def _blocks(file: Path) -> Iterator[bytes]:
    """Yield the file in blocks of whole lines."""
    with file.open("rb") as handle:
        while block := handle.read(BLOCK):
            yield block + handle.readline(MAX_LINE)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _could_be_other(lines: list[bytes]) -> bool:
    """Say whether valid UTF-8 is chance: a few two-byte characters (毛 in GBK is ë) that make no word, but common Chinese."""
    if len(lines) > 20 or any(byte >= 0xE0 for line in lines for byte in line):
        return False
    text = "\n".join(line.decode() for line in lines)
    return bool(lines) and score(text, "any") < 0.3 and bool((found := _ranking(lines)) and found[0][0] >= 0.7)


def _ranking(lines: list[bytes]) -> list[tuple[float, str, str]]:
    """Return (score, encoding, text) of every encoding that decodes at least nine lines in ten, the best first."""
    found = []
    for name, (codec, family) in CODECS.items():
        texts = []
        for line in lines:
            try:
                texts.append(line.decode(codec))
            except UnicodeDecodeError:
                continue
        failed = 1 - len(texts) / max(len(lines), 1)
        if texts and failed <= 0.2:
            found.append((score("\n".join(texts), family) * (1 - failed), name, "\n".join(texts)))
    return sorted(found, key=lambda item: -item[0])


def _lead(best: tuple[float, str, str], other: tuple[float, str, str]) -> float:
    """Return by how much the best is more plausible, a character that the two read differently."""
    ahead, (_, _, text), (_, _, rival) = best[0] - other[0], best, other
    if len(text) != len(rival):
        return ahead
    n_foreign = sum(char > "\x7f" for char in text)
    return ahead * n_foreign / sum(a != b for a, b in zip(text, rival, strict=True))


def _question(file: Path, shown: str, candidates: list[str]) -> str:
    """Ask for the encoding; the first line is shown as each candidate reads it, if it names columns (others are personal)."""
    with file.open("rb") as handle:
        first = handle.readline(2000)
    said = f"{shown}: its encoding is not clear"
    texts = {name: first.decode(CODECS[name][0], "replace").strip() for name in candidates}
    names_columns = any(HEADER_WORDS.search(text) for text in texts.values()) and not re.search(rb"\d{3}|@", first)
    if not first.isascii() and len(first) < 2000 and names_columns:
        readings = [f"{name} '{text[:40]}'" for name, text in texts.items()]
        said += f" (the first line is {' or '.join(readings)})"
    return said + f"; set encoding in dataset.yml, perhaps to {' or '.join(candidates) or 'utf-8'}"
