"""Which questions were asked, on which scales, and how each scale is known, as a piece of `report.tell`.

Input: table `survey_questions` (read from the survey's files: sources/questions.py).
"""

import json

import pandas as pd

from helpers import i18n
from helpers.i18n import text as t
from helpers.report import Lacking
from helpers.sources.scale_options import OPTIONS
from helpers.sources.scales import USUAL

KNOWN_FROM = {  # survey_questions.scale_from → catalogue message
    "labels": "labels in the file", "question": "words of the question",
    "answers": "range of the answers; more taken as better", "dataset.yml": "dataset.yml",
}
COLUMNS = {
    "question": ("Question", ""), "low": ("Lowest", "number"), "high": ("Highest", "number"), "best": ("Best", ""),
    "known": ("How the scale is known", "label"),
}


def questions(asked: pd.DataFrame) -> list[dict]:
    """Return the rated questions as a table, each once, in the reader's language where it was asked in it; none if none is.

    best: the end that was the best one; the low end is marked as turned round, as cleaning has done with its answers.
    """
    rated = asked[asked["low"].notna() & asked["high"].notna()]
    if rated.empty:
        return untold(asked)
    mine = rated.assign(is_foreign=rated["language"] != i18n.language())
    once = mine.sort_values(["survey", "question_id", "is_foreign", "language"]).drop_duplicates(["survey", "question_id"])
    is_turned = once["is_reversed"].fillna(False).astype(bool)
    best = once["high"].mask(is_turned, once["low"])
    shown = once.assign(
        known=once["scale_from"].map(KNOWN_FROM),
        best=[t("{end:count}, turned round", end=end) if turned else t("{end:count}", end=end)
              for end, turned in zip(best, is_turned, strict=True)],
    )
    return [{
        "frame": shown, "columns": {name: (t(label), fmt) for name, (label, fmt) in COLUMNS.items()},
        "caption": t("Questions and their scales, as read from the survey's files"), "csv_name": "survey_questions", "rows": 12,
    }, *untold(asked)]


def untold(asked: pd.DataFrame) -> list[Lacking]:
    """Return, of each question whose scale nothing tells (sources/scale_options.py), what to write in dataset.yml."""
    rows = asked[(asked["kind"] != "open") & asked["low"].isna()].sort_values(["survey", "question_id", "language"])
    pieces = []
    for (survey, name), columns in rows.groupby(["survey", "question_id"]):
        kind = columns["kind"].iloc[0]
        low, high = OPTIONS.get(kind, USUAL[kind])
        entry = (f"{name}: {{columns: {json.dumps(list(columns['question']), ensure_ascii=False)}, low: {low}, high: {high}, "
                 f"best: {'high' if kind == 'nps' else 'low'}}}")
        pieces.append(Lacking(
            "The answers to “{question}” (survey “{survey}”) are numbers of options, and nothing tells which end is the best "
            "one or where the options begin: they are set aside. Check the survey, then write in dataset.yml under questions "
            "of this source: {entry} (low and high: numbers of the first and last option; best: low if the first option is the "
            "best one).",
            {"question": columns["question"].iloc[0], "survey": survey, "entry": entry},
        ))
    return pieces
