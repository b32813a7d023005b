"""Word lists that a company may edit: a shipped YAML file of entries and their English and Chinese words, and its changes.

`data/<data set>/<the same name>` adds words, takes them away (remove) or leaves an entry out. Used for what texts are about
(aspects.py) and for which topics of service cases are failures (case_topics.py).
"""

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from helpers import datasets, paths, tables
from helpers.errors import UserError

LONGEST_NAME, LONGEST_WORD = 40, 40  # characters
_LATIN = re.compile(r"[a-z0-9]")


def _word(word: str) -> str:
    word = " ".join(word.lower().replace("-", " ").replace("’", "'").split())
    if not word or len(word) > LONGEST_WORD or not re.fullmatch(r"[^\W_](?:[\w' ]*[\w'])?\*?", word):
        raise ValueError(f"write words of at most {LONGEST_WORD} characters: letters, spaces, and * at the end for any ending")
    return word


Word = Annotated[str, AfterValidator(_word)]


class Words(BaseModel):
    """What one entry is known by, as written in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    en: tuple[Word, ...] = ()
    zh: tuple[Word, ...] = ()
    exceptions: tuple[Word, ...] = Field((), alias="except")
    remove: tuple[Word, ...] = ()
    leave_out: bool = False


class WordFile(RootModel[dict[str, Words]]):
    """Entries and their words; an empty file says nothing."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data):
        return {name: {} if words is None else words for name, words in data.items()} if isinstance(data, dict) else data or {}

    @model_validator(mode="after")
    def _named(self):
        for name in self.root:
            if not 0 < len(name.strip()) <= LONGEST_NAME:
                raise ValueError(f"an entry needs a name of at most {LONGEST_NAME} characters")
        return self


# --- the dictionary


def read_words(dataset: str, shipped: Path, *, means: str, is_closed: bool = False) -> "Dictionary":
    """Return the words of a shipped file with the changes of the data set's file of the same name.

    means: what an entry of it is called in errors. is_closed: a data set may change entries, but adds none.
    """
    tables.note_raw(shipped)
    known = datasets.read_yaml(shipped, WordFile).root
    file = paths.dataset(dataset) / shipped.name
    tables.note_raw(file)
    changes = datasets.read_yaml(file, WordFile).root if file.is_file() else {}
    words = dict(known)
    for name, change in changes.items():
        where = f"{paths.shown(file)}: {means} '{name}'"
        if is_closed and name not in known:
            raise UserError(f"{where} is unknown; known are {', '.join(known)}")
        words[name] = _changed(words.get(name), change, where=where, known=known)
    return Dictionary({name: found for name, found in words.items() if not found.leave_out})


def _changed(entry: Words | None, change: Words, *, where: str, known: dict[str, Words]) -> Words:
    """Return an entry with what a data set's file adds to it and takes from it."""
    if entry is None:
        near = difflib.get_close_matches(where.split("'")[-2], known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        if change.leave_out or change.remove:
            raise UserError(f"{where} is unknown, so there is nothing to take away{hint}")
        if not change.en + change.zh:
            raise UserError(f"{where} has no words: give some under en or zh{hint}")
        return change
    own = {*entry.en, *entry.zh, *entry.exceptions}
    for word in change.remove:
        if word not in own:
            near = difflib.get_close_matches(word, own, n=1)
            raise UserError(f"{where}: '{word}' cannot be removed: it is not there"
                            + (f"; did you mean '{near[0]}'?" if near else ""))
    kept = {name: tuple(w for w in getattr(entry, name) if w not in change.remove) + getattr(change, name)
            for name in ("en", "zh", "exceptions")}
    if not kept["en"] + kept["zh"] and not change.leave_out:
        raise UserError(f"{where} has no words left: write leave_out: true instead")
    return Words(**kept, leave_out=change.leave_out)


@dataclass(frozen=True)
class Dictionary:
    """Entries and their words, ready to be looked for."""

    entries: dict[str, Words]

    @property
    def names(self) -> list[str]:
        return list(self.entries)

    @cached_property
    def _any(self) -> tuple[re.Pattern, re.Pattern, re.Pattern]:
        """Return patterns of the longest word that starts at each place: English, and Chinese after one for its beginning."""
        every = {word for a in self.entries.values() for word in (*a.en, *a.zh, *a.exceptions)}
        latin, other = {word for word in every if _LATIN.match(word)}, {word for word in every if not _LATIN.match(word)}
        first = "".join(sorted({word[0] for word in other})) or "\0"
        return (
            re.compile(rf"\b(?=({_alternatives(latin) or '(?!)'}(?![a-z0-9])))", re.ASCII),
            re.compile(f"[{re.escape(first)}]"), re.compile(_alternatives(other) or "(?!)"),
        )

    @cached_property
    def _each(self) -> list[tuple[re.Pattern | None, re.Pattern | None]]:
        return [(_starts([*a.en, *a.zh]), _starts(a.exceptions)) for a in self.entries.values()]

    def find(self, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return where words of entries stand in a lower-case text: starts, ends, and the number of the entry."""
        lengths: dict[str, list[tuple[int, int, int]]] = {}
        until = [0] * len(self.entries)
        starts, ends, found = [], [], []
        for at, surface in self._places(text):
            if surface not in lengths:
                lengths[surface] = self._lengths(surface)
            for entry, word, exception in lengths[surface]:
                if exception and at + exception > until[entry]:
                    until[entry] = at + exception
                if word and at + word > until[entry]:
                    starts.append(at)
                    ends.append(at + word)
                    found.append(entry)
        return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), np.array(found, dtype=np.int64)

    def _places(self, text: str) -> list[tuple[int, str]]:
        """Return where any word or exception starts, with the longest that does, in order."""
        latin, first, other = self._any
        found = [(hit.start(), hit[1]) for hit in latin.finditer(text)]
        starts = [(at, hit[0]) for at in (f.start() for f in first.finditer(text)) if (hit := other.match(text, at))]
        return sorted(found + starts) if found and starts else found or starts

    def _lengths(self, surface: str) -> list[tuple[int, int, int]]:
        """Return, per entry that knows the start of `surface`, the length of its longest word and its longest exception."""
        found = []
        for entry, patterns in enumerate(self._each):
            word, exception = (len(hit[0]) if p is not None and (hit := p.match(surface)) else 0 for p in patterns)
            if word or exception:
                found.append((entry, word, exception))
        return found


def _starts(words) -> re.Pattern | None:
    """Return a pattern of the longest of the words that starts at a place; None where there are no words."""
    latin = _alternatives({word for word in words if _LATIN.match(word)})
    other = _alternatives({word for word in words if not _LATIN.match(word)})
    parts = [rf"{latin}(?![a-z0-9])"] if latin else []
    parts += [other] if other else []
    return re.compile("|".join(parts)) if parts else None


def _alternatives(words: set[str]) -> str:
    """Return a pattern that tries the longer words first, common beginnings once (a trie); a plural s or es counts, too."""
    if not words:
        return ""
    trie: dict = {}
    for word in sorted(words):
        node = trie
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branches(trie, is_latin=bool(_LATIN.match(min(words))))


def _branches(trie: dict, *, is_latin: bool) -> str:
    parts = []
    for letter, below in sorted(trie.items(), key=lambda item: (item[0] in ("", "*"), item[0])):
        if letter == "*":
            parts.append("[a-z']*")
        elif letter == "":
            parts.append("(?:e?s)?" if is_latin else "")
        else:
            rest = _branches(below, is_latin=is_latin)
            parts.append((r"[ -]" if letter == " " else re.escape(letter)) + rest)
    if parts == [""]:
        return ""
    return parts[0] if len(parts) == 1 and parts[0] else f"(?:{'|'.join(parts)})"
