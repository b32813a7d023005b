"""On which scale a survey's question was answered, and what an answer in figures or words is on it.

What is believed, in this order: what dataset.yml says; labels of the values (SPSS, "5 - Very satisfied", answers in words);
words of the question ("1 = very easy … 7 = very hard", "0–10"); the range of the answers. A scale whose low end is the best one
("1 = very satisfied") is reversed. Where nothing tells the direction, more is taken as better and `scale_from` says so.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace

from helpers.sources.scale_figures import CHINESE, figures_of, is_no_opinion, label_in, normal, number_in, out_of
from helpers.sources.scale_words import Places, levels, polarity

USUAL = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 5)}  # ends of a scale that nothing else tells
FURTHER = ((1, 5), (0, 5), (1, 7), (1, 10), (0, 10), (0, 100))  # by the range of the answers, the first that holds them
FITS = .95  # share of the answers that a scale must hold; the rest is off it (a typing error, a code for "refused")
ENOUGH = 30  # answers from which on a scale that nobody uses beyond its middle is taken for a shorter one
SHORTER = {"nps": ((1, 5),), "ces": ((1, 5),)}  # what is often asked instead of the usual scale
EFFORT = re.compile(  # of which more is worse, in a question about effort; not beside a word of praise ("how hard or easy")
    r"\bhow (?:much effort\b|(?:difficult|hard|frustrating) (?:was|is|has|did you find|do you find|would you say)\b|"
    r"frustrated (?:were|are) you\b)(?!.*\b(?:easy|easily|simple|satisfied|happy)\b)|"
    r"(?:有多么?|多么?)(?:难|困难|麻烦|费劲)(?!.*(?:容易|轻松|方便))|困难程度|"
    r"多费力|费力程度|花费?(?:了|费)?多少?精力|付出(?:了)?多少努力"
)
_ENDS = (r"(?P<low>\d{1,3})\s*分?\s*(?:[-–—~～]|to|through|至|到|…|\.{2,3})\s*(?P<high>\d{1,3})"
         r"(?!\d|\s*(?:days?|hours?|天|小时|个?月|周|年))")
_LABELLED = re.compile(  # "1 = very easy", "1-非常不满意", "5 分表示非常满意", "1 (very poor)"
    r"(?<![\d.])(?P<n>\d{1,3})\s*(?:(?:分|星|points?|stars?)?\s*(?:=|＝|:|：|[-–—](?!\s*\d)|\(|（|表示|代表|为|是|being|means?|"
    r"is)|[分星])\s*"
    r"(?P<label>[^\d,，;；、。.…()（）~～=]{1,40}?)"
    r"(?=\s*(?:$|[,，;；、。.…)）/|~～]|\d|\bto\b|\band\b|至|到|[-–—]\s*\d))", re.IGNORECASE,
)
_LABEL_FIRST = re.compile(  # "very dissatisfied (1) … very satisfied (5)", "非常不满意(1分)"
    r"(?P<label>[^\d,，;；、。.…()（）~～=:：]{2,40})[(（]\s*(?P<n>\d{1,3})\s*分?\s*[)）]", re.IGNORECASE,
)
_OUT_OF = re.compile(
    r"(?:out of|满分(?:为|是)?|/)\s*(?P<high>5|7|10|100)\b|(?P<high2>5|7|10|100|五|七|十|百)分制", re.IGNORECASE)
@dataclass(frozen=True)
class Scale:
    """The ends of a scale as asked, whether its low end is the best one, how that is known, and the place of words on it."""

    low: float
    high: float
    is_reversed: bool = False
    scale_from: str = "answers"
    words: dict[str, float] = field(default_factory=dict)

    def number(self, answer: str) -> float | None:
        """Return the answer as the figure that was ticked, off the scale or not; None where it is none, or out of another
        highest figure ("4/5" where ten is the best)."""
        if normal(answer) in self.words:
            return self.words[normal(answer)]
        return number_in(answer) if out_of(answer) in (None, self.high) else None

    def holds(self, number: float) -> bool:
        return self.low <= number <= self.high

    def turned(self, number: float) -> float:
        """Return the figure so that more is better."""
        return self.low + self.high - number if self.is_reversed else number


@dataclass(frozen=True)
class Reading:
    """What one column tells of its scale: the ends and what tells them, the direction and what tells it (None = nothing)."""

    ends: tuple[float, float]
    ends_from: str
    is_reversed: bool
    way_from: str | None
    words: Places
    codes: dict[str, float]

    def scale(self) -> Scale:
        """Return the scale; it is known as well as the better known of its ends and its direction."""
        ways = (self.ends_from, self.way_from)
        known = next((name for name in ("dataset.yml", "labels", "question") if name in ways), "answers")
        known = "answers" if self.way_from is None and not self.words.of and known != "dataset.yml" else known
        low, high = map(float, self.ends)
        return Scale(low, high, self.is_reversed, known, {**_on_scale(self.words, low, high, self.is_reversed), **self.codes})


def read_scale(kind: str, question: str, answers: dict[str, int], *, value_labels: dict[str, str] | None = None,
               stated: dict | None = None, figures: dict[float, int] | None = None) -> Reading:
    """Return what tells of the scale of a question.

    kind: nps, csat, ces or rating. question: its text. answers: answer as written → times. value_labels: code → label, of the
    file's own code book. stated: low, high, best ("low" or "high") of dataset.yml. figures: figure → times, also of the same
    question in other languages.
    """
    value_labels, stated = value_labels or {}, {key: value for key, value in (stated or {}).items() if value is not None}
    recoded = _recoded(value_labels)
    codes = {normal(label): recoded.get(number_in(code), number_in(code)) for code, label in value_labels.items()}
    codes = {label: code for label, code in codes.items() if code is not None and not is_no_opinion(label)}
    figures = figures or figures_of(answers)
    if recoded and any(number_in(answer) in recoded and normal(answer) not in codes for answer in answers):  # codes, not labels
        codes |= {normal(answer): recoded[number] for answer in answers if (number := number_in(answer)) in recoded}
        figures = {recoded.get(figure, figure): n for figure, n in figures.items()}
    labels, asked = labelled(answers, value_labels), in_question(question)
    words = _places_of(answers, value_labels, kind)
    ends, ends_from = _ends(kind, figures, labels, words, asked, stated, {out_of(answer) for answer in answers} - {None})
    is_reversed, way_from = _direction(question if kind == "ces" else "", labels, asked, stated)
    return Reading(ends, ends_from, is_reversed, way_from, words, codes)


def agreed(readings: list[Reading]) -> list[Scale]:
    """Return the scales of one question asked in several languages: what one language tells holds for those that do not."""
    ends = next(((r.ends, r.ends_from) for r in readings if r.ends_from != "answers"), None)
    way = next(((r.is_reversed, r.way_from) for r in readings if r.way_from), None)
    scales = []
    for reading in readings:
        if ends and reading.ends_from == "answers":
            reading = replace(reading, ends=ends[0], ends_from=ends[1])
        if way and reading.way_from is None and not reading.words.of:
            reading = replace(reading, is_reversed=way[0], way_from=way[1])
        scales.append(reading.scale())
    return scales


def _recoded(value_labels: dict[str, str]) -> dict[float, float]:
    """Return code → figure where the labels hold other figures than the codes (1 = "0 - not at all likely", 11 = "10 - …").

    Codes between them follow, up or down; nothing where the labels keep no such order.
    """
    told = {number_in(code): number_in(label) for code, label in value_labels.items() if not is_no_opinion(label)}
    told = {code: figure for code, figure in told.items() if code is not None and figure is not None}
    if len(told) < 2 or all(code == figure for code, figure in told.items()):
        return {}
    for way in (1, -1):
        apart = {figure - way * code for code, figure in told.items()}
        if len(apart) == 1:
            return {float(code): way * code + min(apart) for code in range(int(min(told)), int(max(told)) + 1)}
    return {}


def labelled(answers: dict[str, int], value_labels: dict[str, str]) -> dict[float, str]:
    """Return figure → its words, from the code book and from answers that hold both ("5 - Very satisfied")."""
    found, recoded = {}, _recoded(value_labels)
    for code, label in value_labels.items():
        if (number := number_in(code)) is not None and not is_no_opinion(label):
            found[recoded.get(number, number)] = label_in(label) if number in recoded else normal(label)
    for answer in answers:
        number, label = number_in(answer), label_in(answer)
        if number is not None and label and polarity(label) is not None:
            found.setdefault(number, label)
    return found


def in_question(question: str) -> dict:
    """Return what the words of a question tell of its scale: `labels` (figure → words), `low`, `high`."""
    text = unicodedata.normalize("NFKC", question)
    labels = {float(m["n"]): normal(m["label"]) for m in (*_LABELLED.finditer(text), *_LABEL_FIRST.finditer(text))
              if polarity(normal(m["label"])) is not None}
    ends = [sorted((int(m["low"]), int(m["high"]))) for m in re.finditer(_ENDS, text, re.IGNORECASE)]
    ends = [pair for pair in ends if pair[0] in (0, 1) and pair[1] in (3, 4, 5, 6, 7, 9, 10, 11, 100)]
    found = {"labels": labels} if labels else {}
    if ends:
        return found | {"low": ends[0][0], "high": ends[0][1]}
    if len(labels) > 1:
        return found | {"low": min(labels), "high": max(labels)}
    if match := _OUT_OF.search(text):
        high = match["high"] or match["high2"]
        high = CHINESE.get(high) or int(high)
        return found | {"low": 0 if high == 100 else 1 if high != 10 else None, "high": high}
    return found


def _ends(
    kind: str, figures: dict, labels: dict, words: Places, asked: dict, stated: dict, highest: set[float]
) -> tuple[tuple, str]:
    """Return (low end, high end) and what tells them."""
    if "low" in stated and "high" in stated:
        return (stated["low"], stated["high"]), "dataset.yml"
    if len(labels) > 1:
        low, high = min(labels), max(labels)
        if kind == "nps" and high == 10:
            low = 0
        return _holding((low, high), figures, kind), "labels"
    if "high" in asked:
        low = asked["low"]
        if low is None:
            low = 0 if kind == "nps" or min(figures, default=1) == 0 else 1
        return (low, asked["high"]), "question"
    if len(highest) == 1:  # "9/10"
        high = min(highest)
        return (0 if kind == "nps" or high == 100 or min(figures, default=1) == 0 else 1, high), "labels"
    if words.of and len(figures) <= len(words.of) and _share((1, words.n), figures) == 1:
        return (1, words.n), "labels"
    return _by_range(kind, figures), "answers"


def _holding(ends: tuple, figures: dict, kind: str) -> tuple:
    """Widen labelled ends to the usual scale that holds the answers, where only the middle or one end was labelled or used.

    Both ends of the kind's usual scale, labelled, are the scale: half of the answers may lie off it.
    """
    if _share(ends, figures) >= (.5 if ends == USUAL[kind] else FITS):
        return ends
    return next((usual for usual in FURTHER if usual[0] <= ends[0] and usual[1] >= ends[1] and _share(usual, figures) >= FITS),
                ends)


def _by_range(kind: str, figures: dict) -> tuple:
    """Return the scale that the answers keep to: the kind's usual one if it holds them, else the shortest that does."""
    usual = USUAL[kind]
    n = sum(figures.values())
    if n >= ENOUGH:
        shorter = next((ends for ends in SHORTER.get(kind, ()) if _share(ends, figures) == 1), None)
        if shorter:
            return shorter
    if not figures or _share(usual, figures) >= (FITS if n >= ENOUGH else .5):
        return usual
    return next((ends for ends in FURTHER if _share(ends, figures) >= FITS), (min(0, *figures), max(figures)))


def _share(ends: tuple, figures: dict) -> float:
    n = sum(figures.values())
    return sum(times for number, times in figures.items() if ends[0] <= number <= ends[1]) / n if n else 1.0


def _direction(question: str, labels: dict, asked: dict, stated: dict) -> tuple[bool, str | None]:
    """Return whether the low end is the best one, and what tells it (None = nothing does)."""
    if "best" in stated:
        return stated["best"] == "low", "dataset.yml"
    for found, name in ((labels, "labels"), (asked.get("labels", {}), "question")):
        if (slope := _slope(found)) is not None:
            return slope < 0, name
    if EFFORT.search(normal(question)):
        return True, "question"
    return False, "question" if "high" in asked else None


def _slope(labels: dict[float, str]) -> float | None:
    """Return the sign of "more is better" by the words at the ends of a scale; None where they do not tell."""
    felt = {number: value for number, label in labels.items() if (value := polarity(label)) is not None}
    if not felt:
        return None
    low, high = felt[min(felt)], felt[max(felt)]
    if len(felt) > 1 and low != high:
        return 1.0 if high > low else -1.0
    middle = (min(labels) + max(labels)) / 2
    number, value = next(iter(felt.items()))
    if len(labels) > 1 and value and number != middle:
        return 1.0 if (value > 0) == (number > middle) else -1.0
    if len(labels) == 1 and value:  # a single labelled end: 0 and 1 are low ends
        return 1.0 if (value > 0) == (number > 1) else -1.0
    return None


def _places_of(answers: dict[str, int], value_labels: dict[str, str], kind: str) -> Places:
    """Return the places of answers in words among the words that the question was answered with."""
    book = {normal(label) for label in value_labels.values()}
    said = [normal(a) for a in answers if number_in(a) is None and not is_no_opinion(a)]
    said = [text for text in said if text not in book]
    return levels([*dict.fromkeys(said)], as_satisfaction=kind in ("csat", "rating"))


def _on_scale(words: Places, low: float, high: float, is_reversed: bool) -> dict[str, float]:
    """Return word → figure as ticked."""
    placed = {}
    for word, place in words.of.items():
        number = low + (place - 1) * (high - low) / (words.n - 1) if words.n > 1 else high
        placed[word] = low + high - number if is_reversed else number
    return placed
