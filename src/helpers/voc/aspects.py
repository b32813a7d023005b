"""What is a text about? Aspects (delivery, price, …) by an editable bilingual dictionary, found clause by clause.

The words stand in aspects.yml; `data/<data set>/aspects.yml` adds, removes and leaves out. A mention needs no verdict and does
not mind a negation: "no complaints about the price" is about the price. How a clause judges is aspects_sentiment.py's.
Input: the reviews of voc.read_reviews (text masked).
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.texts.word_lists import Dictionary, read_words

SHIPPED = Path(__file__).with_name("aspects.yml")
_LATIN = re.compile(r"[a-z0-9]")
_LINE_END = re.compile(r"\n")
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|[。！？\n]")
_CLAUSE_END = re.compile(  # what a clause can end with is asked first: most characters are none of it
    r"(?=[\s,，;；:：()（）~～。！？.!?…—但不然可])"
    r"(?:[,，;；:：()（）~～。！？\n]|[.!?…](?=\s)|\s(?:[-–—]+\s|(?=(?:but|however|although|though|while|yet)\b))|——"
    r"|(?=(?<![不非])但(?![愿凡])|然而|可是"
    r"|(?<!最好)(?<!再[^了也来去说看买])(?<!再[^了也来去说看买]{2})(?<![只比敌忙])不过(?!敏(?!感)|[了瘾]|期(?!待|望)|关(?!键|于)|分(?!量|辨|体)|时(?!间|候))))"
)
_AND = re.compile(r"\s(?=and (?:the|my|our|your|their|its?|they|we|i)\b)")  # ends a clause about several aspects
_FILLER = re.compile(  # what may stand beside an aspect's word without judging it
    r"\b(?:the|a|an|and|or|of|for|my|your|their|its|this|that|as|to|in|on|with|is|was|it|i)\b|[的了和与及在是就]|[\W\d_]+"
)


def read_aspects(dataset: str) -> Dictionary:
    """Return the dictionary of aspects: the shipped one with the changes of the data set's `aspects.yml`, if it has one.

    Raises UserError naming file, line and aspect where the file is not as it should be.
    """
    return read_words(dataset, SHIPPED, means="aspect")


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
