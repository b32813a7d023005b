"""Physical lines of a text → records: fields, the line each starts at, and what is wrong with it.

Quoting follows RFC 4180 (a quote inside a quoted value is doubled), or backslashes where the dialect says so. A quote that is
never closed costs its own line only: reading goes on at the next line, where the records parse again.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

UNDECODED = "\ufdd0"  # a noncharacter: stands for a byte that is not of the file's encoding
MAX_RECORD_CHARS = 16_000_000
MAX_RECORD_LINES = 20_000
PATIENCE = 20  # unclosed quotes after which the search for their end is cut to a hundredth


@dataclass(frozen=True)
class Dialect:
    """How a text is cut into fields. `delimiter` None: one field a line; " " stands for runs of blanks."""

    delimiter: str | None = ","
    escape: str = '"'

    @cached_property
    def closed(self):
        """A whole quoted field, up to the delimiter or the end."""
        content = r'(?:[^"\\]++|\\.|"")*+' if self.escape == "\\" else r'(?:[^"]++|"")*+'
        return re.compile(rf' *"({content})" *(?={re.escape(self.delimiter)}|$)'.replace("$", r"\Z"), re.DOTALL)

    @cached_property
    def opened(self):
        """A quoted field whose end is not here."""
        content = r'(?:[^"\\]++|\\.|"")*+' if self.escape == "\\" else r'(?:[^"]++|"")*+'
        return re.compile(rf' *"{content}\Z', re.DOTALL)

    def split(self, text: str) -> tuple[list[str] | None, str | None]:
        """Return the fields of a record, or None and what is wrong: "open" (a quote not closed yet) or a reason."""
        if self.delimiter is None:
            return [text], None
        if self.delimiter == " ":
            return text.split(), None
        if '"' not in text:
            return text.split(self.delimiter), None
        if self.escape == '"' and ' "' not in text and len(self.delimiter) == 1:
            try:
                return next(csv.reader((text,), delimiter=self.delimiter, strict=True)), None
            except csv.Error:
                pass  # not well-formed, or longer than it takes: the patterns below tell
        return self._split_with_care(text)

    def _split_with_care(self, text: str) -> tuple[list[str] | None, str | None]:
        fields, at = [], 0
        while True:
            if text.startswith('"', at) or text[at:at + 1] == " " and text[at:].lstrip(" ").startswith('"'):
                match = self.closed.match(text, at)
                if not match:
                    is_open = self.opened.match(text, at)
                    return None, "open" if is_open else f"field {len(fields) + 1}: text after a closing quote"
                fields.append(self._unescape(match[1]))
                at = match.end()
            else:
                end = text.find(self.delimiter, at)
                end = len(text) if end < 0 else end
                fields.append(text[at:end])
                at = end
            if at >= len(text):
                return fields, None
            at += len(self.delimiter)

    def _unescape(self, content: str) -> str:
        if self.escape == "\\":
            content = re.sub(r"\\(.)", r"\1", content, flags=re.DOTALL)
        return content.replace('""', '"')


class Record(NamedTuple):
    line: int  # first line, from 1
    n_lines: int
    fields: list[str] | None  # None: a blank line, or `problem` says why it cannot be split
    problem: str | None
    text: str  # the first line as written, for preambles and comments

    @property
    def is_blank(self) -> bool:
        return self.problem is None and (self.fields is None or not any(map(str.strip, self.fields)))


def records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Cut lines (with or without their ends) into records."""
    source = iter(lines)
    waiting: deque[str] = deque()
    number, n_unclosed = 1, 0
    while True:
        line = waiting.popleft() if waiting else next(source, None)
        if line is None:
            return
        text = line.rstrip("\r\n")
        if UNDECODED in text:
            yield Record(number, 1, None, "bytes that are not of the file's encoding", text)
        elif not text.strip():
            yield Record(number, 1, None, None, text)
        elif "\0" in text:
            yield Record(number, 1, None, "a NUL character", text)
        else:
            fields, problem = dialect.split(text)
            n_lines = 1
            if problem == "open":
                patience = MAX_RECORD_LINES if n_unclosed < PATIENCE else MAX_RECORD_LINES // 100
                fields, problem, n_lines = _join(line, waiting, source, dialect, patience)
                n_unclosed += problem is not None
            yield Record(number, n_lines, fields, problem, text)
            number += n_lines - 1
        number += 1


def _join(line: str, waiting: deque, source: Iterator[str], dialect: Dialect, patience: int):
    """Add following lines to a record with an open quote until it closes; else give them back."""
    taken, size = [line], len(line)
    while len(taken) < patience and size < MAX_RECORD_CHARS:
        following = waiting.popleft() if waiting else next(source, None)
        if following is None:
            break
        taken.append(following)
        size += len(following)
        if UNDECODED in following or "\0" in following:
            break
        if '"' in following:
            fields, problem = dialect.split("".join(taken).rstrip("\r\n"))
            if problem is None and not _looks_like_records(taken[1:-1], dialect, len(fields)):
                return fields, None, len(taken)
            if problem != "open":
                break
    waiting.extendleft(reversed(taken[1:]))
    return None, "a quote that is not closed", 1


def _looks_like_records(lines: list[str], dialect: Dialect, width: int) -> bool:
    """Say whether the lines inside a quoted value are records themselves: then its quote was never closed.

    A line of text with as many commas as a record is likely in a table of two columns, and very unlikely from four on.
    """
    if width < 4 or not lines:
        return False
    alone = [line for line in lines if len(dialect.split(line.rstrip("\r\n"))[0] or ()) == width]
    return len(alone) * 2 > len(lines)
