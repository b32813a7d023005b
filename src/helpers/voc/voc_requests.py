"""What do customers ask for? Wishes in their words, grouped into ideas, with how many share them.

A sentence is a request if a pattern of request_words.py matches and what it asks for can be named. Requests that share
their most frequent content word are one idea: the word of most authors first, then the next among what is left; a few
synonyms are listed there. Input: the reviews of voc.read_reviews (text masked).
"""

import re

import numpy as np
import pandas as pd

from helpers.proportions import wilson
from helpers.texts.texts_sentences import split_sentences
from helpers.voc import request_words

MIN_AUTHORS = 10  # authors below which an idea is not shown
COMPANION = 0.25  # share of an idea's requests from which a word helps to name it
LONGEST_QUOTE = 220  # characters
LONGEST_SENTENCE = 600  # characters that are searched; nobody's wish needs more
COLUMNS = ["idea", "language", "n_authors", "share", "low", "high", "n_customers", "value", "quote"]
_SENTENCE = re.compile(r"[^.!?。！？…\n]+(?:[.!?。！？…]+|\n|$)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = [(needed, re.compile(pattern)) for needed, pattern in request_words.ENGLISH]
_NEEDED = tuple(sorted({word for needed, _ in request_words.ENGLISH for word in needed}))
_CHINESE = [re.compile(pattern) for pattern in request_words.CHINESE]
_CLAUSE_END = re.compile(r"[，,；;。！？!?]")
_ENGLISH_END = re.compile(r"[,;:()]| (?:but|because|although|though|since|until|so that) ")


def find_requests(reviews: pd.DataFrame, dictionary: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the requests: feedback_id, customer_id, author (customer, else the piece of feedback), language, sentence, words.

    Copies of another text and praise for a reward are left out. words: content words of the clause that asks, in plain form.
    A Chinese sentence is cut to the clause that asks. One row a sentence; in order of feedback_id.
    """
    own = reviews[reviews["text"].notna() & reviews["copy_of"].isna() & ~reviews["is_paid"].astype(bool)]
    own = own.sort_values("feedback_id", kind="stable")
    found = [
        (feedback, customer, sentence.strip(), clause)
        for feedback, customer, text in zip(own["feedback_id"], own["customer_id"], own["text"], strict=True)
        for sentence in _SENTENCE.findall(text) if (clause := asking_clause(sentence)) is not None
    ]
    table = pd.DataFrame(found, columns=["feedback_id", "customer_id", "sentence", "clause"]).astype(
        {"feedback_id": "str", "sentence": "str", "clause": "str"}
    )
    table["words"] = _content(table["clause"], dictionary)
    is_chinese = table["clause"].str.contains(_HAN)
    table["sentence"] = table["sentence"].mask(is_chinese, table["clause"])  # a Chinese sentence strings much together
    kept = table["words"].str.len() > 0
    table = table[kept]
    known = table["customer_id"].notna()
    return table.assign(
        author=table["customer_id"].astype("object").where(known, "feedback " + table["feedback_id"]),
        language=np.where(is_chinese[kept], "zh", "en"),
    )[["feedback_id", "customer_id", "author", "language", "sentence", "words"]].reset_index(drop=True)


def asking_clause(sentence: str) -> str | None:
    """Return the part of a sentence that asks for something, whole clauses; None where it asks for nothing."""
    text = sentence[:LONGEST_SENTENCE].lower().replace("’", "'").strip()
    is_chinese = _HAN.search(text) is not None
    if is_chinese and not request_words.CHINESE_CUES.search(text):
        return None
    body = text.rstrip("。！？!?….～~ ，,")
    hit = next(filter(None, (pattern.search(body) for pattern in _worth_trying(body, is_chinese=is_chinese))), None)
    if hit is None or (request_words.NOT_CHINESE if is_chinese else request_words.NOT_ENGLISH).search(text):
        return None
    ends = _CLAUSE_END if is_chinese else _ENGLISH_END
    start = max((end.end() for end in ends.finditer(body, 0, hit.start() + 1)), default=0)
    end = next((end.start() for end in ends.finditer(body, hit.end())), len(body))
    return body[start:end]


def _worth_trying(body: str, *, is_chinese: bool):
    """Yield the patterns that can match: all Chinese ones, the English ones one of whose words is there."""
    if is_chinese:
        yield from _CHINESE
    else:
        here = {word for word in _NEEDED if word in body}
        yield from (pattern for needed, pattern in _ENGLISH if not here.isdisjoint(needed)) if here else ()


def _content(clauses: pd.Series, dictionary: tuple[str, ...]) -> pd.Series:
    """Return the content words of each clause, sorted, without those that every request uses."""
    if clauses.empty:
        return pd.Series([], index=clauses.index, dtype="object")
    rows = pd.DataFrame({"feedback_id": np.arange(len(clauses)), "text": clauses.to_numpy()})
    words = split_sentences(rows, dictionary).groupby("feedback_id")["words"].agg(
        lambda lists: {word for found in lists for word in found if word not in request_words.SAYS_NOTHING}
    )
    found = [sorted(_as_meant(word, clause) for word in words.get(i, ())) for i, clause in enumerate(clauses)]
    return pd.Series(found, index=clauses.index, dtype="object")


def _as_meant(word: str, clause: str) -> str:
    """Return the word under which a word is counted, else the word itself with what takes it away (无香型, "without sugar")."""
    if word in request_words.SAME:
        return request_words.SAME[word]
    less = next((before for before in request_words.LESS if before + word in clause), "")
    return less + word


# --- ideas


def group_requests(requests: pd.DataFrame, reviews: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return table `requests`: the wishes of at least 10 authors, most authors first (COLUMNS).

    values: customer_value (customer_id, customer_lifetime_value; may be empty). share: of all authors of a text. quote: the
    sentence that has most of the idea's words, the shorter one of two.
    """
    wrote = reviews[reviews["text"].notna() & reviews["copy_of"].isna()]
    n_wrote = int(wrote["customer_id"].astype("object").fillna("feedback " + wrote["feedback_id"]).nunique())
    worth = values.drop_duplicates("customer_id").set_index("customer_id")["customer_lifetime_value"].astype(float)
    rows = []
    for language, asked in requests.groupby("language"):
        for name, group in _ideas(asked):
            customers = group["customer_id"].dropna().unique()
            value = worth.reindex(customers).dropna().sort_index()
            rows.append({
                "idea": name, "language": language, "n_authors": group["author"].nunique(), "n_customers": len(customers),
                "value": float(value.sum().round(6)) if len(value) >= MIN_AUTHORS else np.nan, "quote": _quote(group, name),
            })
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name not in ("share", "low", "high")])
    low, high = wilson(table["n_authors"].astype(float), max(n_wrote, 1))
    table = table.assign(share=table["n_authors"].astype(float) / max(n_wrote, 1), low=low, high=high)
    return table.sort_values(["n_authors", "idea"], ascending=[False, True])[COLUMNS].reset_index(drop=True)


def _ideas(asked: pd.DataFrame):
    """Yield (name, requests) of each idea: the word of most authors, then that among what is left; ties by the alphabet."""
    left = asked[["author", "words"]].explode("words").drop_duplicates()
    left = left.assign(row=left.index)
    while len(left):
        n_authors = left.groupby("words")["author"].nunique()
        if n_authors.max() < MIN_AUTHORS:
            return
        head = n_authors.index[n_authors == n_authors.max()].min()
        rows = left.loc[left["words"] == head, "row"].unique()
        group = asked.loc[rows]
        yield _name(group, head), group
        left = left[~left["row"].isin(rows)]


def _name(group: pd.DataFrame, head: str) -> str:
    """Return the head word and up to two companions that a quarter of the requests use, most authors first."""
    with_it = group[["author", "words"]].explode("words").drop_duplicates().groupby("words")["author"].nunique()
    others = with_it.drop(head).sort_index().sort_values(ascending=False, kind="stable")
    others = others[others >= COMPANION * group["author"].nunique()]
    return " · ".join([head, *others.index[:2]])


def _quote(group: pd.DataFrame, name: str) -> str:
    named = set(name.split(" · "))
    fits = group.assign(
        hits=[len(named & set(words)) for words in group["words"]], long=(group["sentence"].str.len() - 60).abs()
    )
    best = fits.sort_values(["hits", "long", "sentence"], ascending=[False, True, True], kind="stable")["sentence"].iloc[0]
    return best if len(best) <= LONGEST_QUOTE else best[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
