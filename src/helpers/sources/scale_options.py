"""Scales of answers that are the number of the option ticked, as 问卷星 exports them 按序号: 1 is the first option, whichever.

The number tells neither which end is the best one nor where the options begin: 0–10 has the options 1 to 11. So such answers
count only where the question, its labels or dataset.yml say what is the best end, or where 0–10 shows by the answers.
"""

from dataclasses import replace

from helpers.sources.scale_figures import normal, number_in
from helpers.sources.scales import USUAL, Reading, in_question

BY_NUMBER = "按序号"  # in the name of the file
OPTIONS = {"nps": (1, 11)}  # numbers of the options of a scale that begins at 0


def is_by_number(rows) -> bool:
    """Say whether a file of the rows is, by its name, an export of the options' numbers."""
    if "_file" not in rows.columns:
        return False
    return bool(rows.filter(rows["_file"].contains(BY_NUMBER)).count().execute())


def reading_of_options(
    kind: str, question: str, reading: Reading, answers: dict[str, int], figures: dict[float, int], stated: dict
) -> Reading | None:
    """Return the reading of answers that are options' numbers, or None where nothing tells the scale.

    answers: answer as written → times. figures: figure → times, also of the question in other languages. stated: low, high,
    best of dataset.yml. An NPS runs from 0 up; from 1 to 11 its numbers count from 1, with a 0 among them they are the answers
    themselves. Other scales need words or dataset.yml for their best end.
    """
    seen = [figure for figure in figures if figure >= 0]
    ends = (stated.get("low"), stated.get("high"))
    low, high = USUAL["nps"] if kind == "nps" and (reading.ends_from == "answers" or ends == OPTIONS["nps"]) else reading.ends
    is_told = reading.way_from in ("dataset.yml", "labels") or bool(in_question(question)) or kind == "nps"
    if low != 0:
        return reading if is_told else None
    is_from_one = ends == OPTIONS.get(kind) or bool(seen) and min(seen) >= 1 and max(seen) == high + 1
    if not is_told or not (is_from_one or ends == (low, high) or kind == "nps" and 0 in seen):
        return None
    from_zero = {normal(answer): number - 1 for answer in answers if (number := number_in(answer)) is not None}
    return replace(reading, ends=(low, high), codes=from_zero if is_from_one else reading.codes)
