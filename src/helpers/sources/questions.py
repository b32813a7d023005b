"""A survey's questions and answers as long tables: survey_questions, survey_answers, and scores for feedback.

A source that maps nps, csat or ces of `feedback`, or names further `questions`, asks questions. Their scales are read from the
file (scales.py). Collected answers are figures as ticked; cleaning turns reversed scales round and sets aside what is off them.
"""

import re
from dataclasses import dataclass, field

import ibis
import pandas as pd

from helpers.contracts.contracts_surveys import OFF_SCALE
from helpers.errors import UserError
from helpers.reading.table import fresh_name
from helpers.sources.canonical import as_text
from helpers.sources.exports import CONSTANT
from helpers.sources.scale_figures import figures_of, is_no_opinion, normal
from helpers.sources.scale_options import is_by_number, reading_of_options
from helpers.sources.scales import Scale, agreed, read_scale

SCORES = ("nps", "csat", "ces")
HONEST = {"nps": ((0, 10), (1, 10)), "csat": ((1, 5),), "ces": ((1, 7),)}  # scales on which feedback takes a score
MOST_ANSWERS = 20_000  # distinct ones of a rating question; what is beyond is no rating
NO_RATING = "answer is no rating"
ENGLISH = re.compile(
    r"\b(how|what|why|which|would|do|did|is|was|are|were|you|your|our|us|the|of|to|with|please|rate|overall|satisfied|likely|easy|"
    r"quality|delivery|service|price|score|satisfaction|effort|tell|any|comments?)\b", re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """A question as dataset.yml maps it: its columns (one a language or wording) and what is said of its scale."""

    question_id: str
    kind: str
    columns: tuple[str, ...]
    stated: dict


@dataclass(frozen=True)
class Column:
    """One column of a question: its place among all, the question's text and language, the scale (None = open, or not told) and
    the answers as written (→ times)."""

    place: int
    question: Question
    name: str
    text: str
    language: str
    scale: Scale | None = None
    answers: dict[str, int] = field(default_factory=dict)


def rating_questions(source) -> list[Question]:
    """Return the rating questions of a source: nps, csat and ces of feedback, then those under `questions`."""
    feedback, more = source.mapping.get("feedback", {}), source.questions
    found = []
    for name in (*(s for s in SCORES if s in feedback and s not in more), *more):
        said = more.get(name)
        columns = _columns(said.columns if hasattr(said, "columns") else said) or _columns(feedback.get(name))
        stated = {key: getattr(said, key, None) for key in ("low", "high", "best")}
        kind = getattr(said, "kind", None) or (name if name in SCORES else "rating")
        if columns and kind != "open":
            found.append(Question(name, kind, columns, stated))
    return found


def open_questions(source) -> list[Question]:
    """Return the open questions of a source that asks questions: the columns of feedback's text."""
    columns = _columns(source.mapping.get("feedback", {}).get("text"))
    return [Question("text", "open", columns, {})] if columns else []


def _columns(wanted) -> tuple[str, ...]:
    several = [wanted] if isinstance(wanted, str) else list(wanted or ())
    return tuple(name for name in several if not name.startswith(CONSTANT))


def asks(source) -> bool:
    return "feedback" in source.mapping and bool(rating_questions(source))


def columns_of(rows, source, about: dict) -> list[Column]:
    """Return every column of every question, with its scale.

    about: column → {"label": the question's text, "value_labels": code → label}, where the file has them.
    """
    found: list[Column] = []
    is_numbers = is_by_number(rows)
    for question in rating_questions(source):
        answers = {name: answers_of(rows, name) for name in question.columns}
        figures: dict[float, int] = {}
        for counted in answers.values():
            for figure, n in figures_of(counted).items():
                figures[figure] = figures.get(figure, 0) + n
        texts = {name: about.get(name, {}).get("label") or name for name in question.columns}
        readings = [
            read_scale(question.kind, texts[name], answers[name], value_labels=about.get(name, {}).get("value_labels"),
                       stated=question.stated, figures=figures)
            for name in question.columns
        ]
        if is_numbers:
            readings = [reading_of_options(question.kind, texts[name], reading, answers[name], figures, question.stated)
                        for name, reading in zip(question.columns, readings, strict=True)]
        scales = agreed(readings) if None not in readings else [None] * len(readings)
        named = [Column(len(found) + i, question, name, texts[name], language_of(texts[name]), scale, answers[name])
                 for i, (name, scale) in enumerate(zip(question.columns, scales, strict=True))]
        _check(source, question, named)
        found += named
    for question in open_questions(source):
        for name in question.columns:
            text = about.get(name, {}).get("label") or name
            found.append(Column(len(found), question, name, text, language_of(text)))
    return found


def _check(source, question: Question, columns: list[Column]) -> None:
    if columns[0].scale is None:
        return
    ends = sorted({(c.scale.low, c.scale.high) for c in columns})
    if len(ends) > 1:
        said = ", ".join(f"{low:g}–{high:g}" for low, high in ends)
        raise UserError(f"source '{source.name}': the columns of question '{question.question_id}' have different scales "
                        f"({said}): map them as questions of their own, or name low and high")
    ways = {(c.language, c.scale.is_reversed) for c in columns}
    if len(ways) > len({language for language, _ in ways}):
        raise UserError(f"source '{source.name}': two columns of question '{question.question_id}' run in opposite directions: "
                        "map them as questions of their own")


def answers_of(rows, name: str) -> dict[str, int]:
    """Return the most frequent answers of a column as written → times."""
    text = as_text(rows[name])
    counted = rows.select(answer=text).filter(text.notnull()).group_by("answer").agg(n=ibis._.count())
    frame = counted.order_by([ibis.desc("n"), "answer"]).limit(MOST_ANSWERS).to_pandas()
    return dict(zip(frame["answer"], frame["n"].astype(int), strict=True))


def language_of(text: str) -> str:
    """Return the language of a question: zh, en, or und where a bare code does not tell."""
    if re.search(r"[぀-ヿ]", text):
        return "ja"
    if re.search(r"[一-鿿]", text):
        return "zh"
    return "en" if ENGLISH.search(text) else "und"


# --- tables


def with_scores(rows, columns: list[Column]):
    """Return `rows` with the columns of nps, csat and ces as figures so that more is better; a figure off the scale stays as it
    is (cleaning counts it), and on a scale that is not the score's own there is none."""
    for column in columns:
        if column.question.question_id not in SCORES:
            continue
        scale, known = column.scale, {}
        is_honest = scale is not None and (scale.low, scale.high) in HONEST[column.question.question_id]
        for answer in column.answers:
            number = None if is_no_opinion(answer) or not is_honest else scale.number(answer)
            if number is not None:
                known[answer] = scale.turned(number) if scale.holds(number) else number
        rows = _replaced(rows, column.name, known)
    return rows


STARS = (("feedback", "rating"), ("cases", "csat"))  # verdicts on 1–5 that are asked in no survey


def with_stars(rows, source):
    """Return `rows` with stars and words of verdicts ("五星", "★★★★☆", "very satisfied", 好评) as figures from 1 to 5.

    Figures, and what is neither, stay as they are: the canonical type refuses what is no number, and says so.
    """
    for table, column in STARS:
        for name in _columns(source.mapping.get(table, {}).get(column)):
            if rows[name].type().is_string():
                known = _stars_of(answers_of(rows, name), name)
                rows = _replaced(rows, name, known, rest=True) if known else rows
    return rows


def _stars_of(answers: dict[str, int], name: str) -> dict[str, float]:
    """Return answer → figure, of the answers that are no plain figure; "N/A" is none."""
    odd = [answer for answer in answers if not re.fullmatch(r"\s*[\d.,]+\s*", answer)]
    if not odd:
        return {}
    scale = read_scale("csat", name, answers).scale()
    found = {}
    for answer in odd:
        number = scale.number(answer)
        if number is not None and normal(answer) in scale.words and scale.high != 5:
            number = 1 + 4 * (number - scale.low) / (scale.high - scale.low)
        found[answer] = None if is_no_opinion(answer) else number
    return {answer: number for answer, number in found.items() if number is not None or is_no_opinion(answer)}


def _replaced(rows, name: str, known: dict[str, float], *, rest: bool = False):
    """Return `rows` with the answers of a column replaced by figures; `rest`: other answers stay as written, else none does."""
    if not known:
        return rows.mutate(**{name: ibis.null("float64")})
    table = ibis.memtable(pd.DataFrame({"_answer": list(known), "_number": list(known.values())}).astype({"_answer": "str"}))
    joined = rows.left_join(table, as_text(rows[name]) == table["_answer"])
    number = joined["_number"].cast("float64")
    if rest:
        number = ibis.ifelse(joined["_answer"].isnull(), joined[name], number.cast("string"))
    return joined.mutate(**{name: number}).drop("_answer", "_number")


def questions_table(columns: list[Column], source):
    """Return collected/survey_questions of a source."""
    frame, times = [], {}
    for column in columns:
        name = column.question.question_id
        if column.question.kind == "open":  # a second open question in the same language
            times[column.language] = times.get(column.language, 0) + 1
            name += f"_{times[column.language]}" if times[column.language] > 1 else ""
        scale = column.scale
        frame.append({
            "survey": survey_of(source), "question_id": name, "language": column.language, "question": column.text,
            "kind": column.question.kind, "low": scale and scale.low, "high": scale and scale.high,
            "is_reversed": scale and scale.is_reversed, "scale_from": scale and scale.scale_from,
        })
    kinds = {"low": "float64", "high": "float64", "is_reversed": "boolean", "scale_from": "str"}
    table = pd.DataFrame(frame).astype(kinds).drop_duplicates(["question_id", "language"])
    return ibis.memtable(table.assign(source_row=range(1, len(table) + 1), problem=pd.Series(None, table.index, "str")))


def answers_table(rows, feedback, columns: list[Column], source):
    """Return collected/survey_answers of a source: one row an answer that is there, as ticked; none for "N/A" and the like, and
    none to a question whose scale nothing tells.

    feedback: collected feedback of the same rows (feedback_id, source_row, problem). source_row = 1000 × the row of the source
    + the place of the question's column (10,000 × from 1,000 columns on).
    """
    asked = [column for column in columns if column.scale is not None]
    if not asked:
        return feedback.limit(0)
    step = 10 ** max(3, len(str(len(asked))))
    told = [rows.select("_line", place=ibis.literal(c.place, "int64"), answer=as_text(rows[c.name])) for c in asked]
    every = ibis.union(*told) if len(told) > 1 else told[0]
    every = every.filter(every.answer.notnull())
    known = ibis.memtable(_known_answers(asked))
    joined = every.left_join(known, ["place", "answer"])
    joined = joined.filter(joined.state.fill_null(NO_RATING) != "none")
    owner = feedback.select("feedback_id", _line="source_row", _problem="problem")
    joined = joined.inner_join(owner, "_line").drop("answer")
    names = ibis.memtable(pd.DataFrame({
        "place": [c.place for c in asked], "question_id": [c.question.question_id for c in asked],
        "language": [c.language for c in asked],
    }))
    found = joined.inner_join(names, "place")
    problem = ibis.coalesce(found["_problem"], found.state.fill_null(NO_RATING).nullif("fine"))
    table = found.select(
        "feedback_id", "question_id", "language", survey=ibis.literal(survey_of(source)), answer=found.number,
        source_row=found["_line"] * step + found.place, problem=problem,
    )
    return table.get_backend().create_table(fresh_name(), table, temp=True)


def _known_answers(asked: list[Column]) -> pd.DataFrame:
    """Return place, answer, number and state (fine, off the scale, no rating, or none = no opinion) of distinct answers."""
    found = []
    for column in asked:
        for answer in column.answers:
            number = None if is_no_opinion(answer) else column.scale.number(answer)
            state = "none" if is_no_opinion(answer) else NO_RATING if number is None else (
                "fine" if column.scale.holds(number) else OFF_SCALE)
            found.append((column.place, answer, number, state))
    frame = pd.DataFrame(found, columns=["place", "answer", "number", "state"])
    return frame.astype({"place": "int64", "answer": "str", "number": "float64", "state": "str"})


def survey_of(source) -> str:
    return source.survey or source.name
