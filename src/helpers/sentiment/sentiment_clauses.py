"""What does a text say, clause by clause? Its words with their weight, negation marked; Chinese by characters.

A text is cut into sentences and clauses. A negation marks what it governs (Das and Chen 2001), two cancel; a clause weighs
less before "but" and more after it, less in a question, more with "very", less with "a bit" (as VADER does: Hutto
and Gilbert 2014, with gentler factors). Words in quotes are not the author's own; a question that is answered is a statement.
Nothing here is learnt; sentiment.py learns what the marked words mean.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.sentiment.sentiment_words import (
    ANSWERS,
    CONCESSIONS,
    DAMPENERS,
    DEFAULT_PRAISE,
    EMPHASES,
    INTERJECTIONS,
    NEGATORS,
    NO_NEGATION,
    REPROACHES,
    REVERSALS,
    THANKS,
    TURNS,
    WISHES,
)

BEFORE_TURN, CONCEDED = {"en": 0.6, "zh": 0.7}, {"en": 0.5, "zh": 0.7}  # weights of clauses before "but" and of "although …"
AFTER_TURN = 1.2
ASKED, SET_OFF = 0.5, 0.3  # a question; a lone "Great," before what is told
EMPHASISED, DAMPENED = 1.15, 0.85
SENTENCE_SHARE = {"en": 0.5, "zh": 0.0}  # of a score that is the mean over sentences; Chinese reviews gain nothing by it
REACH_WORDS, REACH_CHARACTERS = 4, 8  # how far a negation reaches within its clause
DENIED_CHARACTERS = 3  # what directly follows a negation is not said at all
LONGEST = 20_000  # characters of a text that are read; nobody's verdict needs more
NOT = "¬"

_PLACEHOLDER = re.compile(r"\[(?:link|e-mail|phone|number|name|address)\]")
_FULL_WIDTH = str.maketrans("！？，；：（）．～’‘“”", "!?,;:().~''\"\"")
_EMOTICONS = ((re.compile(r"[:;=]-?[)d\]](?!\w)|\^_*\^"), " 😊 "), (re.compile(r"[:=]'?-?[(\[](?!\w)|t_+t|:-?/(?!/)"), " 😞 "),
              (re.compile("<3"), " ❤ "))
_SENTENCE = re.compile(r"[^.!?。…\n~]+[.!?。…\n~]*|[.!?。…~]+")
_CLAUSE = re.compile(rf"[,，、;:()]| [-–—]+ |——|(?<=\w)\s(?=(?:{'|'.join(TURNS['en'])})\b)|(?={'|'.join(TURNS['zh'])})")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[^\W_a-z0-9\u4e00-\u9fff]+|[\U0001f000-\U0001faff\u2600-\u27bf]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CHARACTER = re.compile(r"[\u4e00-\u9fff]|[a-z0-9]+|[\U0001f000-\U0001faff\u2600-\u27bf]|\"")


def _any(words, *, start: bool = False, whole: bool = False) -> re.Pattern:
    body = "|".join(sorted(words, key=lambda w: (-len(w), w)))
    return re.compile((r"^\W*" if start else "") + (rf"\b(?:{body})\b" if whole else f"(?:{body})"))


_STARTS_TURN = {"en": _any(TURNS["en"], start=True, whole=True), "zh": _any(TURNS["zh"], start=True)}
_STARTS_CONCESSION = {"en": _any(CONCESSIONS["en"], start=True, whole=True), "zh": _any(CONCESSIONS["zh"], start=True)}
_EMPHASIS = {"en": _any(EMPHASES["en"], whole=True), "zh": _any(EMPHASES["zh"])}
_DAMPENER = {"en": _any(DAMPENERS["en"], whole=True), "zh": _any(DAMPENERS["zh"])}
_REPROACH = {"en": _any(REPROACHES["en"], start=True, whole=True), "zh": _any(REPROACHES["zh"])}
_INTERJECTION = {language: _any(INTERJECTIONS[language]) for language in ("en", "zh")}
_THANKS = {language: _any(THANKS[language]) for language in ("en", "zh")}
_ANSWER = {language: tuple(re.compile(rf"\W*(?:{'|'.join(words)})(?:[\s.!。~]*$|,)") for words in ANSWERS[language])
           for language in ("en", "zh")}
_QUOTED = re.compile(r"\"(?:[a-z'-]+(?: [a-z'-]+)?|[\u4e00-\u9fff]{1,4})[.,!]?\"")
_QUESTION_END = re.compile(r"[吗么呢]\W*$")
_DEFAULT_PRAISE = re.compile("|".join(DEFAULT_PRAISE))
_REWRITES = {
    "en": tuple((re.compile(rf"\b(?:{pattern})\b"), new) for pattern, new in NO_NEGATION["en"]),
    "zh": tuple((re.compile(pattern), new) for pattern, new in NO_NEGATION["zh"]),
}
_REWRITTEN = {language: re.compile("|".join(known.pattern for known, _ in _REWRITES[language])) for language in ("en", "zh")}
_CHINESE_NEGATOR = _any(NEGATORS["zh"])
_REVERSAL = {language: re.compile("|".join(REVERSALS[language])) for language in ("en", "zh")}


@dataclass(frozen=True)
class Clause:
    """A clause as written, its language (en or zh: which script it uses), its weight in the text, its sentence (from 0), and
    whether it is a question that the author answers with no."""

    text: str
    language: str
    weight: float
    sentence: int
    is_denied: bool = False


def plain(text: str) -> str:
    """Return a text in lower case with half-width marks, without placeholders and without praise that nobody wrote."""
    lower = _PLACEHOLDER.sub(" ", text[:LONGEST]).lower().translate(_FULL_WIDTH)
    for pattern, sign in _EMOTICONS:
        lower = pattern.sub(sign, lower)
    return _QUOTED.sub(' " ', _DEFAULT_PRAISE.sub(" ", lower))


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a text with their weights (1 = neither raised nor lowered)."""
    found: list[list] = []  # text, language, weight, sentence, is_denied
    asked: list[list] = []  # the clauses of a question, until it is answered
    for number, sentence in enumerate(_SENTENCE.findall(plain(text))):
        if asked:
            _answer(asked, sentence)
        start = len(found)
        parts = [part for part in _CLAUSE.split(sentence) if part and part.strip()]
        for i, part in enumerate(parts):
            language = "zh" if _CHINESE.search(part) else "en"
            weight = _clause_weight(part, language, is_first=i == 0, is_alone=len(parts) == 1)
            if _STARTS_TURN[language].match(part) and found:
                for earlier in found[start if i else max(0, start - 1):]:
                    earlier[2] = min(earlier[2], BEFORE_TURN[language])
                weight *= AFTER_TURN if len(found) > start or not i else 1
            found.append([part, language, weight, number, False])
        is_asked = sentence.rstrip()[-1:] == "?" or _QUESTION_END.search(sentence)
        asked = [part for part in found[start:] if is_asked and not _REPROACH[part[1]].search(part[0])]
        for part in asked:
            part[2] *= ASKED
    return [Clause(*parts) for parts in found]


def _answer(asked: list[list], sentence: str) -> None:
    """Read the clauses of a question as a statement, or as its denial, if the sentence after it answers with yes or no."""
    yes, no = _ANSWER[asked[0][1]]
    is_denied = bool(no.match(sentence))
    if is_denied or yes.match(sentence):
        for part in asked:
            part[2], part[4] = part[2] / ASKED, is_denied


def _clause_weight(part: str, language: str, *, is_first: bool, is_alone: bool) -> float:
    weight = CONCEDED[language] if _STARTS_CONCESSION[language].match(part) else 1.0
    said = part.strip(" .!。~")
    if not is_alone and (is_first and _INTERJECTION[language].fullmatch(said) or _THANKS[language].fullmatch(said)):
        weight *= SET_OFF
    if _DAMPENER[language].search(part):
        return weight * DAMPENED
    return weight * (EMPHASISED if _EMPHASIS[language].search(part) else 1.0)


def grams(text: str) -> dict[str, float]:
    """Return the words and word pairs of a text (characters, pairs and triples in Chinese) with the weight of their clause.

    What a negation governs starts with ¬. A gram that occurs in several clauses has the largest of their weights.
    """
    return joined(sentence_grams(text))


def sentence_grams(text: str) -> list[dict[str, float]]:
    """Return the grams of each sentence of a text in which something is said."""
    found: dict[int, dict[str, float]] = {}
    for clause in clauses(text):
        read, weight = _chinese_grams if clause.language == "zh" else _english_grams, clause.weight
        names = read(clause.text, is_denied=clause.is_denied)
        own = found.get(clause.sentence)
        if own is None:
            own = found[clause.sentence] = dict.fromkeys(names, weight)
        else:
            _raise(own, names, weight)
        for mark in "!?":
            if mark in clause.text:
                own[mark] = min(weight, 1.0)
    return [own for own in found.values() if own]


def _raise(own: dict[str, float], names: Iterable[str], weight: float) -> None:
    for name in names:
        if own.get(name, 0.0) < weight:
            own[name] = weight


def joined(parts: list[dict[str, float]]) -> dict[str, float]:
    """Return the grams of sentences as those of one text."""
    if len(parts) < 2:
        return parts[0] if parts else {}
    found = dict(parts[0])
    for part in parts[1:]:
        for name, weight in part.items():
            if found.get(name, 0.0) < weight:
                found[name] = weight
    return found


def _english_grams(clause: str, *, is_denied: bool) -> list[str]:
    single = english_words(clause, is_denied=is_denied)
    return single + [f"{a} {b}" for a, b in zip(single, single[1:], strict=False)]


def english_words(clause: str, *, is_denied: bool = False) -> list[str]:
    """Return the words of an English clause; ¬ marks those that a negation, a wish, a look back or a no afterwards governs."""
    clause = _rewritten(clause, "en")
    is_reversed = bool(_REVERSAL["en"].search(clause)) != is_denied
    words, reach, negators, wishes = [], 0, NEGATORS["en"], WISHES["en"]
    for word in _WORD.findall(clause):
        words.append(f"{NOT}{word}" if (reach > 0) != is_reversed else word)
        if word in negators or word.endswith("n't"):
            reach = 0 if reach > 1 else REACH_WORDS
        elif word in wishes:
            reach = REACH_WORDS
        elif reach:
            reach -= 1
    return words


def _chinese_grams(clause: str, *, is_denied: bool) -> list[str]:
    clause = _rewritten(clause, "zh")
    marks = _CHARACTER.findall(clause)
    if is_denied or _REVERSAL["zh"].search(clause):
        return [NOT + name for name in _runs(marks, 2)]
    names = _runs(marks, 3)
    names += ["^" + "".join(marks[:2]), "".join(marks[-2:]) + "$"] if marks else []  # how a clause opens and ends
    starts = [hit.end() for hit in _CHINESE_NEGATOR.finditer(clause)]
    if not starts:
        return names
    denied = {name for at in starts for name in _runs(_CHARACTER.findall(clause[at:at + DENIED_CHARACTERS]), 3)}
    governed = [_CHARACTER.findall(clause[at:at + REACH_CHARACTERS]) for at in starts]
    return [name for name in names if name not in denied] + [NOT + name for part in governed for name in _runs(part, 2)]


def _rewritten(clause: str, language: str) -> str:
    if _REWRITTEN[language].search(clause):
        for pattern, new in _REWRITES[language]:
            clause = pattern.sub(new, clause)
    return clause


def _runs(marks: list[str], longest: int) -> list[str]:
    """Return the characters and their runs of two (and three)."""
    pairs = [a + b for a, b in zip(marks, marks[1:], strict=False)]
    return marks + pairs + ([a + b for a, b in zip(pairs, marks[2:], strict=False)] if longest == 3 else [])


def language_of(text: str) -> str:
    """Return zh if at least a fifth of a text's letters are Chinese characters, else en."""
    letters = sum(map(str.isalpha, text[:LONGEST]))
    return "zh" if 5 * len(_CHINESE.findall(text[:LONGEST])) >= max(1, letters) else "en"
