"""What one answer to a rating question is: the figure in it, the words beside it, or that there is no answer.

"9 - very likely", "8,5", "9/10", "五星", "nine", "不适用". Which scale the figure is on is scales.py's.
"""

import re
import unicodedata

from helpers.sources.scale_words import polarity

_NOTHING = (
    r"n\.?/?a\.?|#n/a|not applicable|(?:i )?(?:don[’']?t|do not) know|no opinion|no answer|not sure|can[’']?t say|unsure|"
    r"refused|prefer not to (?:say|answer)|none|null|nan|(?:have )?(?:never|not) used(?: it)?|"
    r"不适用|不知道|不清楚|不了解|不好说|说不清楚?|说不准|(?:从|还)?(?:没有?|未)(?:使?用|体验|购买|接触)过|"
    r"(?:un|not )?offered|unrated|not (?:yet )?rated|(?:[还尚]?未|待)(?:评价|评分|打分)|"  # of a case's satisfaction (Zendesk)
    r"从?未(?:使用|体验|购买|接触)|拒答|拒绝回答|不想回答|不愿回答|保密|暂无|无|跳过|空|-{1,3}|[—–]{1,3}|/|\?+"
)
NO_OPINION = re.compile(  # one, or several: "Not applicable (N/A)", "不适用/没用过"
    rf"\(?(?:{_NOTHING})\)?(?:\s*(?:[/,、;(]|\bor\b|或者?)\s*(?:{_NOTHING})\)?)*", re.IGNORECASE)
NUMBER = r"-?\d{1,3}(?:\.\d+|,\d{1,2})?(?!\d|[.,]\d)"
_ANSWER = re.compile(
    rf"^(?P<n>{NUMBER})\s*(?P<unit>分|星级?|颗星|points?|stars?|％|%)?\s*(?:(?:/|out of|of)\s*(?P<of>\d{{1,3}}))?\s*"
    rf"(?:[-–—:：.、)）=]\s*|\s|(?=[^\d\s.]))?(?P<label>[^\d%％].*)?$", re.IGNORECASE,
)
_LABEL_THEN_NUMBER = re.compile(rf"^(?P<label>[^\d]{{2,60}}?)\s*[(（=:：\-–—]\s*(?P<n>{NUMBER})\s*分?\s*[)）]?$")
_WORDS_THEN_NUMBER = re.compile(rf"^(?P<label>[^\d]{{1,60}}?)\s*(?P<n>{NUMBER})\s*分?$")
_SCORED = re.compile(r"(?:我?(?:打|给)|打分|评分|得分|score|rating|grade)")
_SEVERAL = re.compile(rf"{NUMBER}\s*(?:[-–—~/,、&]|to|or|and|至|到|或|和)?\s*{NUMBER}")  # "9-10", "7 or 8": which of them?
_OF = re.compile(rf"{NUMBER}\s*(?:分|星级?|颗星|points?|stars?)?\s*(?:/|out of|of)\s*(?P<of>5|7|10|100)(?!\d)")
_ENGLISH = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
            "ten": 10}
CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
            "百": 100}
_STARS = re.compile(r"[★⭐🌟]+(?P<half>\.5)?[☆✩]*|[☆✩]+")
_SPELT = re.compile(r"(?P<n>[零一二两三四五六七八九])(?:颗?星级?|分)|(?P<ten>十)(?:颗?星级?|分(?!\w))")  # 十分满意 is no ten


def normal(text: str) -> str:
    """Return an answer without differences of width, case and blanks; Zendesk's "goodwithcomment" is "good"."""
    plain = " ".join(unicodedata.normalize("NFKC", text.replace("½", ".5")).casefold().split())
    return re.sub(r"^(good|bad),? ?with ?comment$", r"\1", plain)


def is_no_opinion(answer: str) -> bool:
    """Say whether an answer says that there is none: N/A, don't know, 不适用."""
    return not normal(answer) or bool(NO_OPINION.fullmatch(normal(answer)))


def number_in(answer: str) -> float | None:
    """Return the figure of an answer: "9", "9分", "8,5", "5 - Very satisfied", "满意(4)", "★★★☆☆", "五星", "nine"; of words
    alone, and of two figures ("7 or 8"), None."""
    text = normal(answer)
    if match := _STARS.fullmatch(text):
        return len(re.findall("[★⭐🌟]", text)) + (0.5 if match["half"] else 0.0)
    if (match := _SPELT.match(text)) or text in CHINESE:
        return float(CHINESE[match["n"] or match["ten"] if match else text])
    if text in _ENGLISH:
        return float(_ENGLISH[text])
    match = _matched(text)
    return float(match["n"].replace(",", ".")) if match else None


def _matched(text: str) -> re.Match | None:
    """Return the figure (n) and the words (label) of an answer in normal form; None where it has no figure, or two."""
    if _SEVERAL.fullmatch(text) and not _OF.fullmatch(text):
        return None
    if match := _ANSWER.match(text) or _LABEL_THEN_NUMBER.match(text):
        return match
    match = _WORDS_THEN_NUMBER.match(text)
    return match if match and (_SCORED.fullmatch(match["label"]) or polarity(match["label"]) is not None) else None


def out_of(answer: str) -> float | None:
    """Return the highest figure that an answer itself names: 10 of "9/10"."""
    match = _OF.match(normal(answer))
    return float(match["of"]) if match else None


def label_in(answer: str) -> str:
    """Return the words beside the figure of an answer, or the whole answer where it has none."""
    text = normal(answer)
    match = _matched(text)
    return (match["label"] or "").strip() if match else text


def figures_of(answers: dict[str, int]) -> dict[float, int]:
    """Return figure → times, of the answers that are or hold one."""
    found: dict[float, int] = {}
    for answer, n in answers.items():
        number = None if is_no_opinion(answer) else number_in(answer)
        if number is not None:
            found[number] = found.get(number, 0) + n
    return found
