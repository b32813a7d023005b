"""Sentences and their words, in English and Chinese, for what looks at what texts are about (themes.py).

English words come in their plain form where the texts use it too, Chinese ones from the segmenter (texts_chinese.py); words of
praise, blame and filling are left out. A Chinese sentence is cut into its clauses: it strings together what
English keeps apart.
"""

import re
from collections import Counter

import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from helpers.texts.masking import PLACEHOLDER
from helpers.texts.texts_chinese import NEGATORS, content_words
from helpers.voc.theme_words import CHINESE_PRAISE_AND_FILLER, PRAISE_AND_FILLER

ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
MIN_PLAIN_FORM = 5  # sentences that use the plain form of a word before its other forms are joined to it
MIN_CLAUSE = 4  # Chinese characters; what is shorter between two commas (推荐，) says nothing by itself
HAN_PER_WORD = 1.6  # Chinese characters that count as one word where lengths of both languages are compared
LEFT_OUT = ENGLISH_STOP_WORDS | PRAISE_AND_FILLER | CHINESE_PRAISE_AND_FILLER | NEGATORS
_WORD, _HAN = re.compile(r"[a-z]{3,}"), re.compile(r"[\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？…])\s+|(?<=[。！？])")
_CLAUSE_END = re.compile(r"(?<=[，,；;~～])")


def split_sentences(reviews: pd.DataFrame, dictionary: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return one row a clause (English: a sentence): feedback_id, sentence (that it stands in), clause, words.

    dictionary: Chinese words that stay whole.
    """
    parts = reviews.assign(sentence=reviews["text"].map(_SENTENCE_END.split)).explode("sentence")
    parts = parts.loc[parts["sentence"].str.len() > 0, ["feedback_id", "sentence"]]
    parts = parts.assign(clause=parts["sentence"].map(split_clauses)).explode("clause").reset_index(drop=True)
    plain_clauses = [PLACEHOLDER.sub(" ", clause) for clause in parts["clause"]]
    english = [_WORD.findall(clause.lower().replace("'", " ").replace("’", " ")) for clause in plain_clauses]
    known = Counter(word for found in english for word in set(found))
    plain = {word: _base_form(word, known) for word in known}
    chinese = [content_words(clause, dictionary) for clause in plain_clauses]
    return parts.assign(words=[
        [plain[w] for w in of_english if w not in LEFT_OUT and plain[w] not in LEFT_OUT]
        + [w for w in of_chinese if len(w) > 1 and w not in LEFT_OUT]
        for of_english, of_chinese in zip(english, chinese, strict=True)
    ])


def split_clauses(sentence: str) -> list[str]:
    """Return the clauses of a Chinese sentence, one too short joined to the next; another sentence as it is."""
    if not _HAN.search(sentence):
        return [sentence]
    clauses, pending = [], ""
    for part in _CLAUSE_END.split(sentence):
        pending += part
        if len(_HAN.findall(pending)) >= MIN_CLAUSE:
            clauses.append(pending)
            pending = ""
    return [*clauses[:-1], clauses[-1] + pending] if clauses else [pending]


def count_words(texts: pd.Series) -> pd.Series:
    """Return the length of texts in words; 1.6 Chinese characters count as one."""
    return texts.str.count(r"[^\W\u4e00-\u9fff]+") + (texts.str.count(_HAN) / HAN_PER_WORD).round()


def _base_form(word: str, known: Counter) -> str:
    """Return an English word without its plural, past or -ing ending if the texts also use the plain word; else the word."""
    for ending, instead in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and not (ending == "s" and stem.endswith("s")):
            candidates = [stem + instead] + ([stem[:-1]] if stem[-1] == stem[-2] and ending in ("ed", "ing") else [])
            for plain in candidates:
                if known[plain] >= MIN_PLAIN_FORM:
                    return plain
    return word
