"""Which sentences speak for a topic? Near its heart, specific, with an audible verdict; neither long nor twice the same.

The clauses about the topic must carry the verdict themselves: the rest of the sentence, or the author, may be unhappy with
something else, and a wish is no verdict. So a topic may have fewer quotes than three, or none.
What one quote of the page has said no other one says; a turn of phrase ("I want a refund") that stood there makes a sentence
less welcome, and so does a wish, because wishes are told elsewhere.

A useful quote names a thing and says what happened: its usefulness is nearness × specificity × how clearly its author is heard
(by the model, cubed, and by words of praise and blame): most sentences are specific enough, few outspoken.
Input: the clauses of topics.find_topics, table `feedback_topics`, the reviews of voc.read_reviews (text masked).
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.sentiment import sentiment_clauses
from helpers.sentiment.sentiment_valence import valences
from helpers.texts.masking import PLACEHOLDER
from helpers.texts.texts_chinese import content_words as content_words_of
from helpers.texts.texts_sentences import LEFT_OUT
from helpers.voc import voc_requests

WORDS, CHARACTERS = (8, 40), (10, 60)  # length of a quote: English words, Chinese characters
ENOUGH = {"en": 6, "zh": 5}  # different words of content from which a quote is as specific as can be
LEAST = {"en": 3, "zh": 2}  # below, it names nothing
DETAIL = 1.1  # bonus of a number, a time or an amount ("after two weeks", 拖了半个月)
AUDIBLE = 0.65  # probability that the author feels as the quote is tagged, from which the verdict can be heard
FELT = 0.7  # probability, from the clauses about the topic alone, that the author feels so about it
CLAUSE = 0.65  # probability, from the clauses about the topic read alone, that they say what the quote is tagged
PLAIN = {"en": 0.98, "zh": 0.8}  # the same of clauses without a word of praise or blame
UNSPOKEN, CONTRARY = 0.6, 0.3  # worth of a sentence without a word of praise or blame, and of one with more of the wrong kind
ALIKE = 0.5  # share of the shorter quote's content words that another one has, from which the two say the same
CENTRAL = 0.5  # share of a topic's largest nearness below which a sentence is too far from its heart
MIDDLING = 1e-3  # worth of a sentence by somebody dissatisfied who gave three of five: after those who gave one or two
TOLD = 0.3  # worth of a sentence for each of its clauses that another quote has, and of one that asks for something
N_NEAR, N_TRIED = 300, 60  # sentences of a topic and tag: the nearest, which are looked at, and the best, which are read
_CLAUSE_END = re.compile(r"[,，;；:：。！？!?…~～]+|\.(?:\s|$)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NAMES = re.compile(r"\bloose[- ]leaf\b", re.IGNORECASE)  # a word of blame in the name of a product
_LATIN_WORD = re.compile(r"[A-Za-z']+|\d+")
_DETAIL = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|first|second|third|half|week|month|year|day|hour|minute)s?\b"
    r"|[一二两三四五六七八九十半几]个?(?:天|次|周|星期|月|年|小时|分钟|件|瓶|块|元|遍)|次日|当天|第[一二三四五]", re.IGNORECASE,
)


def content_words(sentence: str) -> set[str]:
    """Return the words of a sentence that name things and events: neither praise, blame nor filling, names masked out."""
    plain = PLACEHOLDER.sub(" ", sentence).lower()
    english = {word for word in re.findall("[a-z]{3,}", plain) if word not in LEFT_OUT}
    return english | {word for word in content_words_of(plain) if len(word) > 1 and word not in LEFT_OUT}


def is_quotable(sentence: str) -> bool:
    """Return whether a sentence has 8 to 40 words or, where it is Chinese, 10 to 60 characters, and is not SHOUTED."""
    if sum(map(str.isupper, sentence)) > 0.3 * max(sum(map(str.isalpha, sentence)), 1):
        return False
    n_han = len(_HAN.findall(sentence))
    if 2 * n_han > len(_LATIN_WORD.findall(sentence)):
        return CHARACTERS[0] <= n_han <= CHARACTERS[1]
    return WORDS[0] <= len(_LATIN_WORD.findall(sentence)) <= WORDS[1]


def specificity(sentence: str) -> float:
    """Return 0 to 1.1: the different content words over six (Chinese: five), 1 at most; a tenth more with a number or a time.

    Below three (Chinese: two) content words it is 0: such a sentence names nothing.
    """
    language = "zh" if _HAN.search(sentence) else "en"
    n = len(content_words(sentence))
    if n < LEAST[language]:
        return 0.0
    return min(n / ENOUGH[language], 1.0) * (DETAIL if _DETAIL.search(sentence) else 1.0)


def outspoken(sentence: str, *, is_bad: bool) -> float:
    """Return 1 if the words of praise and blame (sentiment_valence.py, negations turned round) in a sentence fit the tag, .6 if
    there are none, .3 if the wrong ones prevail."""
    values = valences(sentiment_clauses.language_of(sentence))
    sentence = _NAMES.sub(" ", sentence)
    total = 0.0
    for name in sentiment_clauses.grams(sentence):
        bare = name.removeprefix(sentiment_clauses.NOT)
        total += values.get(bare, 0.0) * (1.0 if bare == name else -1.0)
    return UNSPOKEN if abs(total) < 1e-9 else 1.0 if (total < 0) == is_bad else CONTRARY


# --- choosing


def find_quotes(
    mentioned: pd.DataFrame, topics: pd.DataFrame, reviews: pd.DataFrame, predict: Callable, *, names: list[str]
) -> pd.DataFrame:
    """Return two quotes by dissatisfied authors and one by a satisfied one for each topic of `names`: see :func:`choose`."""
    return choose(candidates(mentioned, topics, reviews), predict, topics=names)


def candidates(mentioned: pd.DataFrame, topics: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences that may be quoted: feedback_id, topic, sentence, clause (those about the topic), worth, tag (true =
    dissatisfied), has_verdict, is_middling (dissatisfied, but by three of five only).

    worth: nearness × specificity, a thousandth of it for the middling. nearness: a theme's closeness; for an aspect the share
    of the sentence's clauses on aspects that are on this one. Only sentences with half of the topic's largest nearness, and of
    them the 300 nearest of a tag, are looked at. The tag is the author's verdict or, where there is none, what the clauses
    about the topic say. Left out are copies, sentences of the wrong length, and those where the clauses about the topic do not
    say what the tag says with .7.
    """
    clauses = mentioned.drop_duplicates(["feedback_id", "topic", "clause"])
    near = clauses.groupby(["feedback_id", "kind", "sentence", "topic"]).agg(
        n=("clause", "size"), closest=("closeness", "max"), clause=("clause", "; ".join))
    share = near["n"] / near.groupby(["feedback_id", "kind", "sentence"])["n"].transform("sum")
    table = near.assign(nearness=near["closest"].fillna(share).round(6)).reset_index()
    told = topics[["feedback_id", "topic", "p_dissatisfied", "is_dissatisfied"]].dropna()
    table = table.merge(told, on=["feedback_id", "topic"])
    table = table.merge(reviews.reindex(columns=["feedback_id", "dissatisfied", "copy_of", "is_middling"]), on="feedback_id")
    said, felt = table["is_dissatisfied"].astype("boolean"), table["dissatisfied"].astype("boolean")
    table = table.assign(tag=felt.fillna(said).astype(bool), has_verdict=felt.notna(),
                         is_middling=table["is_middling"].astype("boolean").fillna(False).astype(bool))
    of_tag = table["p_dissatisfied"].where(table["tag"], 1 - table["p_dissatisfied"])
    table = table[table["copy_of"].isna() & (said == felt.fillna(said)) & (of_tag >= FELT)]
    table = table[table["sentence"].map({s: is_quotable(s) for s in set(table["sentence"])}).astype(bool)]
    table = table[table["nearness"] >= CENTRAL * table.groupby("topic")["nearness"].transform("max")]
    table = table.sort_values(["nearness", "feedback_id", "sentence"], ascending=[False, True, True], kind="stable")
    table = table.groupby(["topic", "tag"]).head(N_NEAR)
    of_sentence = {sentence: specificity(sentence) for sentence in set(table["sentence"])}
    worth = table["nearness"] * table["sentence"].map(of_sentence).astype(float)
    table = table.assign(worth=worth.where(~table["is_middling"], MIDDLING * worth))
    kept = ["feedback_id", "topic", "sentence", "clause", "worth", "tag", "has_verdict", "is_middling"]
    return table.loc[table["worth"] > 0, kept]


def choose(possible: pd.DataFrame, predict: Callable, *, topics: list[str], n_bad: int = 2, n_good: int = 1) -> pd.DataFrame:
    """Return the quotes of the topics, in their order: topic, quote, tag (true = dissatisfied), has_verdict, feedback_id.

    possible: of :func:`candidates`. predict: texts → probability of a dissatisfied author. Of the 60 sentences of a tag that
    are worth most, those in which it is heard with .65 at least, in the sentence and in its clauses about the topic, none of
    which may be a wish or sound the other way, the most useful first; none says nearly what one before it
    does, under whichever topic, and none repeats a clause of one of its own topic.
    """
    own = possible[possible["topic"].isin(topics)].sort_values(
        ["topic", "tag", "worth", "feedback_id", "sentence"], ascending=[True, True, False, True, True], kind="stable"
    ).drop_duplicates(["topic", "sentence"])
    own = own.groupby(["topic", "tag"]).head(N_TRIED)
    if own.empty:
        return pd.DataFrame({name: [] for name in ("topic", "quote", "tag", "has_verdict", "feedback_id")})
    own = _heard(own, predict)
    fits = [outspoken(row.sentence, is_bad=row.tag) for row in own.itertuples()]
    asks = np.array([TOLD if voc_requests.asking_clause(sentence) else 1.0 for sentence in own["sentence"]])
    own = own.assign(useful=(own["worth"] * own["heard"] ** 3 * np.array(fits, dtype=float) * asks).round(9))
    own = own.sort_values(["useful", "feedback_id", "sentence"], ascending=[False, True, True], kind="stable")
    rows, told = [], Told([], set(), set())
    for topic in topics:
        told = told._replace(here=set())
        for tag, n in ((True, n_bad), (False, n_good)):
            rows += _different(own[(own["topic"] == topic) & (own["tag"] == tag)], n, told)
    chosen = pd.DataFrame(rows, columns=list(own.columns))
    return chosen.rename(columns={"sentence": "quote"})[["topic", "quote", "tag", "has_verdict", "feedback_id"]]


def _heard(own: pd.DataFrame, predict: Callable) -> pd.DataFrame:
    """Return the candidates whose sentence and whose clauses about the topic, each read alone, say what the tag says.

    With `heard`, that of the sentence. Clauses that ask for something, or in which the wrong words prevail, say none; nor do
    those without a word of blame by somebody who gave three of five ("neither good nor bad, the price is all right").
    """
    texts = pd.Series(sorted({*own["sentence"], *own["clause"]}), dtype="str")
    p, is_bad = pd.Series(predict(texts), index=texts), own["tag"].to_numpy(bool)
    read = {name: own[name].map(p).to_numpy(float) for name in ("sentence", "clause")}
    heard, alone = (np.where(is_bad, read[name], 1 - read[name]) for name in ("sentence", "clause"))
    said = np.array([0.0 if voc_requests.asking_clause(row.clause) else outspoken(row.clause, is_bad=row.tag)
                     for row in own.itertuples()], dtype=float)
    plain = own["clause"].map(lambda clause: PLAIN["zh" if _HAN.search(clause) else "en"]).to_numpy(float)
    carries = (said == 1) & (alone >= CLAUSE) | (said == UNSPOKEN) & (alone >= plain) & ~own["is_middling"].to_numpy(bool)
    return own.assign(heard=heard)[(heard >= AUDIBLE) & carries]


class Told(NamedTuple):
    """What the quotes so far say: the content words of each, all their clauses, and those of the topic's own quotes."""

    words: list[set[str]]
    clauses: set[str]
    here: set[str]


def _different(ordered: pd.DataFrame, n: int, told: Told) -> list[tuple]:
    """Return the `n` most useful rows that say something else than those told before, and remember what they say."""
    found, left = [], [(row, content_words(row.sentence), _clauses(row.sentence)) for row in ordered.itertuples(index=False)]
    while len(found) < n:
        left = [(row, words, clauses) for row, words, clauses in left
                if all(len(words & other) < ALIKE * min(len(words), len(other)) for other in told.words)
                and not _repeated(clauses, told.here)]
        if not left:
            break
        row, words, clauses = max(left, key=lambda one: one[0].useful * TOLD ** len(_repeated(one[2], told.clauses)))
        found.append(tuple(row))
        told.words.append(words)
        told.clauses.update(clauses)
        told.here.update(clauses)
    return found


def _repeated(clauses: set[str], said: set[str]) -> set[str]:
    """Return the clauses that were said, whole or with a word (a product's name) more or less."""
    return {clause for clause in clauses if any(clause in other or other in clause for other in said)}


def _clauses(sentence: str) -> set[str]:
    """Return the clauses of a sentence, without its shortest ones: they are filling ("well,", 唉)."""
    parts = (part.strip().lower() for part in _CLAUSE_END.split(sentence))
    return {part for part in parts if len(part) > (1 if _HAN.search(part) else 8)}
