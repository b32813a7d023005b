"""Which texts repeat another one, word for word or nearly?

Equal letters and digits are found by their hash; near copies by MinHash signatures of character triples (Broder 1997) in bands
(Leskovec, Rajaraman and Ullman 2020, chapter 3), confirmed by the Jaccard overlap. Time and memory grow with the texts' length.
"""

import re

import numpy as np
import pandas as pd

NEAR = 0.8  # Jaccard overlap of character triples from which a text is a near copy
SHORTEST = 12  # letters and digits; shorter texts ("很好", "good tea") are equal by chance and count as texts of their own
LONG = 60  # letters and digits, or 30 Chinese characters, from which equal texts of several customers are one text
N_BANDS, N_ROWS = 8, 4  # of the signature: near copies (.8) meet in one band with 98.6 %, at .9 with 99.97 %
TRIPLE = 3
_SIGNS = re.compile(r"[\W_]+")
_HAN = r"[\u3400-\u9fff]"
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|[一二三四五六七八九十百千万两半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|half)\b"
)
_NEGATION = re.compile(r"\b(?:not?|never|none|nothing|nobody|nowhere|without|cannot|hardly|barely|neither|nor)\b|n['’]t\b"
    r"|\b(?:do|does|did|is|was|wo|ca|would|could|should|are|were|have|has)nt\b|[不没未无别勿]|非(?!常)")
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def find_copies(texts: pd.Series, ids: pd.Series, *, authors: pd.Series | None = None,
        verdicts: pd.Series | None = None) -> pd.Series:
    """Return, for each text that repeats an earlier one (in order of `ids`), the id of that one; null for all others.

    Case, marks and spaces do not count. Texts shorter than 12 letters and digits, and unknown ones, are no copies. From 60
    letters on (a Chinese character counts as two) a text is a copy whoever wrote it: nobody writes as much in the same words
    by chance, so it is pasted praise or one person with several accounts, and a model that is tested on it has seen it. A
    shorter one ("Arrived broken") repeats only what the same author wrote: sixty customers who say it are sixty voices.

    authors: who may have written each text; equal values may be one person, null is the same unknown one. Near copies then
    have the same numbers, negations and verdict (20 and 90 dollars, "do not recommend"). Without `authors` only the letters
    are compared: what a model must not be tested on. verdicts: whether the author is dissatisfied (null = unknown).
    """
    found = pd.Series(None, index=texts.index, dtype="str")
    lower = texts.fillna("").str.lower()
    keys = lower.str.replace(_SIGNS, "", regex=True)
    known = pd.DataFrame({"key": keys, "text": lower, "id": ids.astype(str)})
    is_long = keys.str.len() + keys.str.count(_HAN) >= LONG
    known["author"] = "" if authors is None else authors.astype("str").astype("object").fillna("").mask(is_long, "")
    known["verdict"] = "" if verdicts is None else verdicts.astype("str").astype("object").fillna("")
    known = known[keys.str.len() >= SHORTEST].sort_values(["id", "key"], kind="stable")
    if known.empty:
        return found
    first = known.drop_duplicates(["key", "author"])
    said = [_said(text) if authors is not None else () for text in first["text"]]
    kinds = pd.Series(list(zip(first["author"], first["verdict"], said, strict=True)), dtype="object")
    near = _near(first["key"].tolist(), pd.factorize(kinds)[0])
    heads = pd.Series(first["id"].to_numpy()[near], index=pd.MultiIndex.from_frame(first[["key", "author"]]))
    head = heads.reindex(pd.MultiIndex.from_frame(known[["key", "author"]])).to_numpy()
    is_copy = head != known["id"].to_numpy()
    found[known.index[is_copy]] = head[is_copy]
    return found


def _said(text: str) -> tuple:
    """Return the numbers of a text in order and how often it denies: what one character turns into another message."""
    return tuple(_NUMBER.findall(text)), len(_NEGATION.findall(text))


def _near(keys: list[str], kinds: np.ndarray) -> np.ndarray:
    """Return for each text the position of the first text of its kind that it nearly repeats, or its own."""
    head = np.arange(len(keys))
    bands = _bands(keys) * _PRIME + kinds.astype(np.uint64)[:, None]
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.r_[True, band[order][1:] != band[order][:-1]])
        for members in np.split(order, starts[1:]):
            if len(members) < 2:
                continue
            first = members[0]
            open_members = [other for other in members[1:] if head[other] == other]
            if head[first] != first or not open_members:
                continue
            known = _triples(keys[first])
            for other in open_members:
                if _overlap(known, _triples(keys[other])) >= NEAR:
                    head[other] = first
    return head


def _triples(key: str) -> set[str]:
    return {key[j: j + TRIPLE] for j in range(len(key) - TRIPLE + 1)}


def _overlap(a: set, b: set) -> float:
    return len(a & b) / len(a | b)


def _bands(keys: list[str]) -> np.ndarray:
    """Return text × band: the hash of four minima each; computed for some million characters at a time."""
    rng = np.random.default_rng(1997)
    factors = rng.integers(1, 2**63, N_BANDS * N_ROWS, dtype=np.uint64) | np.uint64(1)
    chunks, size, start = [], 0, 0
    for i, key in enumerate(keys):
        size += len(key)
        if size > 2_000_000 or i == len(keys) - 1:
            chunks.append(_signatures(keys[start: i + 1], factors))
            start, size = i + 1, 0
    minima = np.concatenate(chunks)
    bands = np.zeros((len(keys), N_BANDS), dtype=np.uint64)
    for row in range(N_ROWS):
        bands = bands * _PRIME + minima[:, row::N_ROWS]
    return bands


def _signatures(keys: list[str], factors: np.ndarray) -> np.ndarray:
    lengths = np.array([len(key) for key in keys])
    codes = np.frombuffer("".join(keys).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    starts = np.r_[0, np.cumsum(lengths)[:-1]]
    hashed = codes.copy()
    hashed[:-2] = (codes[:-2] * np.uint64(1_000_003) + codes[1:-1]) * np.uint64(1_000_003) + codes[2:]
    ends = np.cumsum(lengths)
    hashed[ends - 1], hashed[ends - 2] = hashed[starts], hashed[starts]  # no triple reaches into the next text
    minima = np.empty((len(keys), len(factors)), dtype=np.uint64)
    for i, factor in enumerate(factors):
        mixed = hashed * factor
        mixed ^= mixed >> np.uint64(29)
        minima[:, i] = np.minimum.reduceat(mixed * _PRIME, starts)
    return minima
