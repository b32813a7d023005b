"""What is a text about? Aspects (delivery, price, …) by an editable bilingual dictionary, found clause by clause.

The words stand in aspects.yml; `data/<data set>/aspects.yml` adds, removes and leaves out. A mention needs no verdict and does
not mind a negation: "no complaints about the price" is about the price. How a clause judges is aspects_sentiment.py's.
Input: the reviews of voc.read_reviews (text masked).
"""

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from helpers import datasets, paths, tables
from helpers.errors import UserError

SHIPPED = Path(__file__).with_name("aspects.yml")
LONGEST_NAME, LONGEST_WORD = 40, 40  # characters
_LATIN = re.compile(r"[a-z0-9]")
_LINE_END = re.compile(r"\n")
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|[。！？\n]")
_CLAUSE_END = re.compile(  # what a clause can end with is asked first: most characters are none of it
    r"(?=[\s,，;；:：()（）~～。！？.!?…—但不然可])"
    r"(?:[,，;；:：()（）~～。！？\n]|[.!?…](?=\s)|\s(?:[-–—]+\s|(?=(?:but|however|although|though|while|yet)\b))|——"
    r"|(?=但是|不过|然而|可是|但(?![愿凡])))"
)
_AND = re.compile(r"\s(?=and (?:the|my|our|your|their|its?|they|we|i)\b)")  # ends a clause about several aspects
_FILLER = re.compile(  # what may stand beside an aspect's word without judging it
    r"\b(?:the|a|an|and|or|of|for|my|your|their|its|this|that|as|to|in|on|with|is|was|it|i)\b|[的了和与及在是就]|[\W\d_]+"
)


def _word(word: str) -> str:
    word = " ".join(word.lower().replace("-", " ").replace("’", "'").split())
    if not word or len(word) > LONGEST_WORD or not re.fullmatch(r"[^\W_](?:[\w' ]*[\w'])?\*?", word):
        raise ValueError(f"write words of at most {LONGEST_WORD} characters: letters, spaces, and * at the end for any ending")
    return word


Word = Annotated[str, AfterValidator(_word)]


class Aspect(BaseModel):
    """What one aspect is known by, as written in aspects.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    en: tuple[Word, ...] = ()
    zh: tuple[Word, ...] = ()
    exceptions: tuple[Word, ...] = Field((), alias="except")
    remove: tuple[Word, ...] = ()
    leave_out: bool = False


class AspectFile(RootModel[dict[str, Aspect]]):
    """An aspects.yml: aspect → its words; an empty file says nothing."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data):
        return {name: {} if words is None else words for name, words in data.items()} if isinstance(data, dict) else data or {}

    @model_validator(mode="after")
    def _named(self):
        for name in self.root:
            if not 0 < len(name.strip()) <= LONGEST_NAME:
                raise ValueError(f"an aspect needs a name of at most {LONGEST_NAME} characters")
        return self


# --- the dictionary


def read_aspects(dataset: str) -> "Dictionary":
    """Return the dictionary of aspects: the shipped one with the changes of the data set's `aspects.yml`, if it has one.

    Raises UserError naming file, line and aspect where the file is not as it should be.
    """
    return read_words(dataset, SHIPPED, means="aspect")


def read_words(dataset: str, shipped: Path, *, means: str, is_closed: bool = False) -> "Dictionary":
    """Return the words of a shipped file with the changes of the data set's file of the same name.

    means: what an entry of it is called in errors. is_closed: a data set may change entries, but adds none.
    """
    tables.note_raw(shipped)
    known = datasets.read_yaml(shipped, AspectFile).root
    file = paths.dataset(dataset) / shipped.name
    tables.note_raw(file)
    changes = datasets.read_yaml(file, AspectFile).root if file.is_file() else {}
    words = dict(known)
    for name, change in changes.items():
        where = f"{paths.shown(file)}: {means} '{name}'"
        if is_closed and name not in known:
            raise UserError(f"{where} is unknown; known are {', '.join(known)}")
        words[name] = _changed(words.get(name), change, where=where, known=known)
    return Dictionary({name: found for name, found in words.items() if not found.leave_out})


def _changed(aspect: Aspect | None, change: Aspect, *, where: str, known: dict[str, Aspect]) -> Aspect:
    """Return an aspect with what a data set's file adds to it and takes from it."""
    if aspect is None:
        near = difflib.get_close_matches(where.split("'")[-2], known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        if change.leave_out or change.remove:
            raise UserError(f"{where} is unknown, so there is nothing to take away{hint}")
        if not change.en + change.zh:
            raise UserError(f"{where} has no words: give some under en or zh{hint}")
        return change
    own = {*aspect.en, *aspect.zh, *aspect.exceptions}
    for word in change.remove:
        if word not in own:
            near = difflib.get_close_matches(word, own, n=1)
            raise UserError(f"{where}: '{word}' cannot be removed: it is not there"
                            + (f"; did you mean '{near[0]}'?" if near else ""))
    kept = {name: tuple(w for w in getattr(aspect, name) if w not in change.remove) + getattr(change, name)
            for name in ("en", "zh", "exceptions")}
    if not kept["en"] + kept["zh"] and not change.leave_out:
        raise UserError(f"{where} has no words left: write leave_out: true instead")
    return Aspect(**kept, leave_out=change.leave_out)


@dataclass(frozen=True)
class Dictionary:
    """The aspects and their words, ready to be looked for."""

    aspects: dict[str, Aspect]

    @property
    def names(self) -> list[str]:
        return list(self.aspects)

    @cached_property
    def _any(self) -> tuple[re.Pattern, re.Pattern, re.Pattern]:
        """Return patterns of the longest word that starts at each place: English, and Chinese after one for its beginning."""
        every = {word for a in self.aspects.values() for word in (*a.en, *a.zh, *a.exceptions)}
        latin, other = {word for word in every if _LATIN.match(word)}, {word for word in every if not _LATIN.match(word)}
        first = "".join(sorted({word[0] for word in other})) or "\0"
        return (
            re.compile(rf"\b(?=({_alternatives(latin) or '(?!)'}(?![a-z0-9])))", re.ASCII),
            re.compile(f"[{re.escape(first)}]"), re.compile(_alternatives(other) or "(?!)"),
        )

    @cached_property
    def _each(self) -> list[tuple[re.Pattern | None, re.Pattern | None]]:
        return [(_starts([*a.en, *a.zh]), _starts(a.exceptions)) for a in self.aspects.values()]

    def find(self, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return where words of aspects stand in a lower-case text: starts, ends, and the number of the aspect."""
        lengths: dict[str, list[tuple[int, int, int]]] = {}
        until = [0] * len(self.aspects)
        starts, ends, found = [], [], []
        for at, surface in self._places(text):
            if surface not in lengths:
                lengths[surface] = self._lengths(surface)
            for aspect, word, exception in lengths[surface]:
                if exception and at + exception > until[aspect]:
                    until[aspect] = at + exception
                if word and at + word > until[aspect]:
                    starts.append(at)
                    ends.append(at + word)
                    found.append(aspect)
        return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), np.array(found, dtype=np.int64)

    def _places(self, text: str) -> list[tuple[int, str]]:
        """Return where any word or exception starts, with the longest that does, in order."""
        latin, first, other = self._any
        found = [(hit.start(), hit[1]) for hit in latin.finditer(text)]
        starts = [(at, hit[0]) for at in (f.start() for f in first.finditer(text)) if (hit := other.match(text, at))]
        return sorted(found + starts) if found and starts else found or starts

    def _lengths(self, surface: str) -> list[tuple[int, int, int]]:
        """Return, per aspect that knows the start of `surface`, the length of its longest word and its longest exception."""
        found = []
        for aspect, patterns in enumerate(self._each):
            word, exception = (len(hit[0]) if p is not None and (hit := p.match(surface)) else 0 for p in patterns)
            if word or exception:
                found.append((aspect, word, exception))
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


# --- where texts mention them


def mentions(reviews: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Return one row per clause and aspect that it mentions: feedback_id, aspect, clause (lower case), sentence (as written).

    A sentence ends with its mark or its text, a clause also at a comma, a bracket or a "but", and at an "and the" between two
    aspects. A clause that holds little else than one word of the aspect ("The price, …") is given with its whole sentence.
    Texts that are null mention nothing.
    """
    written = reviews.dropna(subset=["text"])
    columns = ["feedback_id", "aspect", "clause", "sentence"]
    if written.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    joined = "\n".join(" ".join(text.split()) for text in written["text"]).replace("İ", "I")
    lower = joined.replace("’", "'").lower()
    starts, ends, aspect = dictionary.find(lower)
    text_of = np.searchsorted(_ends(_LINE_END, lower), starts, side="right")
    frame = pd.DataFrame({"text": text_of, "aspect": aspect, "word": ends - starts})
    clauses = _ends(_CLAUSE_END, lower)
    frame["clause_start"], frame["clause_end"] = _span(clauses, starts, len(lower))
    is_shared = frame.groupby("clause_start")["aspect"].transform("nunique") > 1
    narrow = _span(np.union1d(clauses, _ends(_AND, lower)), starts[is_shared], len(lower))
    frame.loc[is_shared, "clause_start"], frame.loc[is_shared, "clause_end"] = narrow
    frame["start"], frame["end"] = _span(_ends(_SENTENCE_END, lower), starts, len(lower))
    words = frame.groupby(["clause_start", "aspect"])["word"]
    frame["is_single"], frame["word"] = words.transform("size") == 1, words.transform("sum")
    frame = frame.drop_duplicates(["clause_start", "aspect"])
    clause = [lower[a:b] for a, b in zip(frame["clause_start"], frame["clause_end"], strict=True)]
    left = {part: _FILLER.sub("", part) for part in set(clause)}
    more = {part: len(said) - (2 if _LATIN.search(said) else 1) for part, said in left.items()}  # 好 judges, a letter does not
    is_bare = frame["is_single"] & (np.array([more[part] for part in clause]) < frame["word"])
    sentence = [joined[a:b].strip() for a, b in zip(frame["start"], frame["end"], strict=True)]
    whole = [lower[a:b] for a, b in zip(frame["start"], frame["end"], strict=True)]
    return pd.DataFrame({
        "feedback_id": written["feedback_id"].to_numpy()[frame["text"]], "aspect": np.array(dictionary.names)[frame["aspect"]],
        "clause": [w.strip() if bare else c.strip(" ,，\n") for c, w, bare in zip(clause, whole, is_bare, strict=True)],
        "sentence": sentence,
    })


def _ends(pattern: re.Pattern, text: str) -> np.ndarray:
    """Return where what ends with `pattern` ends: the place after the mark."""
    return np.fromiter((hit.end() for hit in pattern.finditer(text)), dtype=np.int64)


def _span(ends: np.ndarray, at: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return start and end of the stretches between `ends` in which the places stand."""
    edges = np.concatenate([[0], ends, [length]])
    after = np.searchsorted(edges, at, side="right")
    return edges[after - 1], edges[np.minimum(after, len(edges) - 1)]
