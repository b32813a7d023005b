"""The encoding of a text file."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import UserError
from helpers.reading.records import UNDECODED

SAMPLE_BYTES = 1 << 20


def _mark(error):
    return UNDECODED, error.start + 1


codecs.register_error("reading_mark", _mark)


@dataclass(frozen=True)
class Text:
    file: Path
    encoding: str

    def lines(self) -> Iterator[str]:
        codec = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        with self.file.open(encoding=codec, errors="reading_mark", newline="") as handle:
            yield from handle

    def sample_lines(self) -> list[str]:
        lines, size = [], 0
        for line in self.lines():
            lines.append(line)
            size += len(line)
            if size > SAMPLE_BYTES or len(lines) >= 500:
                break
        return lines


def decoded(file: Path, *, shown: str, hints: dict) -> Text:
    """Return the file as text in its encoding."""
    if "encoding" in hints:
        return Text(file, codecs.lookup(hints["encoding"]).name)
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            with file.open(encoding=encoding) as handle:
                while handle.read(1 << 20):
                    pass
            return Text(file, encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"{shown}: its encoding is not clear; set encoding")
