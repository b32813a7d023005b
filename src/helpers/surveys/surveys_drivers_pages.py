"""What goes with a high score, and whose value is in whose hands, as `report.tell` shows it.

Input: what surveys_study.py computed.
"""

import re

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.plots import plots, plots_service
from helpers.report import Lacking, Run, Said
from helpers.surveys import surveys
from helpers.surveys.surveys_pages import NAMES, columns_of, reason, source_of
from helpers.surveys.surveys_study import Study

SENTENCE = re.compile(r"[^?？。.!！(（]*[?？]?")  # up to a question mark, the end of a sentence or a bracket
LONGEST_NAME = 22  # characters of a question in a chart (a Chinese one counts double)
DRIVER_COLUMNS = {
    "question": ("Question", ""), "n": ("Answers", "count"), "mean": ("Mean answer", "number2"),
    "performance": ("Of the scale", "percent"), "importance": ("Share of what is explained", "percent"),
    "importance_low": ("Interval from", "percent"), "importance_high": ("Interval to", "percent"),
    "effect": ("Goes with (points)", "change_number2"), "effect_low": ("Points from", "change_number2"),
    "effect_high": ("Points to", "change_number2"),
}
VALUE_COLUMNS = {
    "group": ("Group", "label"), "n": ("Customers", "count"), "customer_share": ("Share of customers", "percent1"),
    "value": ("Value together", "money"), "value_share": ("Share of value", "percent1"),
    "value_low": ("Interval from", "percent1"), "value_high": ("Interval to", "percent1"),
    "per_customer": ("Value per customer", "money"), "per_low": ("From", "money"), "per_high": ("To", "money"),
}


# --- drivers


def drivers(study: Study, run: Run) -> list:
    """Return importance against performance of the rated questions, how well they foretell the score, and what to beware of."""
    found = study.drivers
    if not study.is_asked:
        return []
    if found is None:
        return [Lacking("The surveys keep no answers question by question. With them this page would show which rated question "
                     "goes with a high score.", {})]
    if isinstance(found, TooLittleData):
        return reason(found)
    table = found.table
    table = table.assign(
        question=[short_question(name, study.questions, run.language) for name in table["question_id"]],
        is_priority=table["is_clear"] & (table["effect"] > 0) & table["is_low"] & (table["importance"] > 1 / len(table)),
    )
    return [_drivers_chart(table, found.outcome, found.moments, run), *_drivers_said(table, found.fit, found.outcome)]


def short_question(question_id: str, questions: pd.DataFrame, language: str) -> str:
    """Return the first sentence of a question in the reader's language (else its id), cut to fit a chart."""
    mine = questions[questions["question_id"] == question_id].sort_values(["language", "survey"])
    found = mine.loc[mine["language"] == language, "question"].dropna()
    name = SENTENCE.match(str(found.iloc[0]).strip())[0].strip() if len(found) else question_id.replace("_", " ")
    widths = pd.Series([2 if ord(letter) > 0x2E80 else 1 for letter in name]).cumsum()
    return name if widths.iloc[-1] <= 2 * LONGEST_NAME else name[: int((widths <= 2 * LONGEST_NAME - 1).sum())] + "…"


def leading(table: pd.DataFrame) -> pd.Series | None:
    """Return the question that explains most of those that clearly go with a high score; None if none does."""
    clear = table[table["is_clear"] & (table["effect"] > 0)]
    return clear.iloc[0] if len(clear) else None


def _drivers_title(table: pd.DataFrame) -> str:
    """Return a title that claims no more than is clear: a question with an effect above 0, or that there is none."""
    priority, lead = table[table["is_priority"]], leading(table)
    if len(priority):
        return t("Look first at “{question}”: it matters and is rated low", question=priority.iloc[0]["question"])
    if lead is None:
        return t("No question clearly goes with a high score")
    template = ("“{question}” goes most with a high score" if lead.name == table.index[0]
                else "“{question}” clearly goes with a high score")
    return t(template, question=lead["question"])


def _drivers_chart(table: pd.DataFrame, outcome: str, moments: pd.Series, run: Run) -> dict:
    drawn = {
        "data": table, "label": "question",
        "columns": [(t("Share of what is explained"), "importance", "importance_low", "importance_high", "percent"),
                    (t("Mean rating (best = 100%)"), "performance", "performance", "performance", "percent")],
        "colors": list(np.where(table["is_priority"], plots.VERMILION, np.where(table["is_clear"], plots.BLUE, plots.GREY))),
    }
    return {
        "axes": plots_service.panels(**drawn), "phone": plots_service.panels(**drawn, is_phone=True),
        "title": _drivers_title(table),
        "subtitle": t("How much each question explains of “{outcome:label}”, with 95% interval, beside its rating; if red: "
                      "matters, but rated low; if grey: nothing of its own", outcome=NAMES[outcome]),
        "source": source_of(moments, n=int(table["n"].iloc[0]), of=t("questionnaires with all questions answered"), run=run),
        "alt": t("Rows of questions: how much each explains, with its interval, and its rating."), "data": table,
        "columns": columns_of(DRIVER_COLUMNS), "name": "survey_drivers",
    }


def _drivers_template(table: pd.DataFrame, lead: pd.Series | None) -> str:
    """Return the sentence that the leading question holds."""
    if lead is None:
        return (
            "No question clearly goes with “{outcome:label}”. Among customers who answer all other questions alike, one point "
            "more on {question:label} goes with {effect:change_number2} points of that answer on its scale of {low_end:count} "
            "to {high_end:count} (95% interval {low:change_number2} to {high:change_number2}): an association.")
    if lead.name == table.index[0]:
        return (
            "“{outcome:label}” goes most with {questions:list}. Among customers who answer all other questions alike, one "
            "point more on the first goes with {effect:change_number2} points of that answer on its scale of {low_end:count} "
            "to {high_end:count} (95% interval {low:change_number2} to {high:change_number2}): an association.")
    return (
        "“{outcome:label}” clearly goes with {question:label}. Among customers who answer all other questions alike, one point "
        "more on it goes with {effect:change_number2} points of that answer on its scale of {low_end:count} to "
        "{high_end:count} (95% interval {low:change_number2} to {high:change_number2}): an association.")


def _drivers_said(table: pd.DataFrame, fit: dict, outcome: str) -> list:
    lead = leading(table)
    first = table.iloc[0] if lead is None else lead
    pieces = [Said(
        _drivers_template(table, lead),
        {"questions": [name.replace("_", " ") for name in table["question_id"].head(3)],
         "question": first["question_id"].replace("_", " "), "effect": float(first["effect"]),
         "low": float(first["effect_low"]), "high": float(first["effect_high"]), "outcome": NAMES[outcome],
         "low_end": surveys.MEASURES[outcome].lowest, "high_end": surveys.MEASURES[outcome].highest},
        Evidence("estimate", n=int(first["n"]), estimate=float(first["effect"]), baseline=0.0,
                 interval=(float(first["effect_low"]), float(first["effect_high"])), serves="what to mend"),
    )]
    pieces.append(Said(
        "All questions together foretell {r2:percent} of the differences in “{outcome:label}” of customers that the model has "
        "not seen (95% interval {low:percent} to {high:percent}; 0% = no better than the mean).",
        {**{key: max(fit[key], 0.0) for key in ("r2", "low", "high")}, "outcome": NAMES[outcome]},
    ))
    unclear = int((~table["is_clear"]).sum())
    if unclear:
        pieces.append(Said("{n:count} of {all:count} questions have no clear part of their own: what they explain, the others "
                           "explain as well.", {"n": unclear, "all": len(table)}))
    pieces.append(Said("These are associations. A good mood lifts every answer of a questionnaire, and customers who get "
                       "better service may differ in other ways (how much they buy, what, where): only a trial shows what a "
                       "change would do. What a coarse scale misses of one question seems to come from the others: a small "
                       "effect may be none.", {}))
    return pieces


# --- value


def value(study: Study, run: Run) -> list:
    """Return how much customer value promoters, passives and detractors hold: a table and a finding."""
    table = study.value
    if not study.is_asked:
        return []
    if table is None:
        return [Lacking("Without customer values (04 Lifetime value) the answers cannot be weighed by money.", {})]
    if isinstance(table, TooLittleData):
        return reason(table)
    mine = table[table["group"] == "detractors"]
    return [{
        "frame": table, "columns": columns_of(VALUE_COLUMNS), "caption": _value_title(table), "csv_name": "survey_value",
    }, *(_value_said(row, int(table["n"].sum())) for row in mine.itertuples())]


def _value_said(row, n_all: int) -> Said:
    """Return what detractors hold; without an interval where too many values are alike (0, say) to tell one."""
    is_known = bool(np.isfinite([row.value_low, row.value_high, row.excess_low, row.excess_high]).all())
    template = (
        "Of {n_all:count} customers who answered and whose value is known, {customers:percent} are detractors; they hold "
        "{share:percent} of the value expected of all of these in the next year (95% interval {low:percent} to "
        "{high:percent}): {value:money}, {per:money} each."
    ) if is_known else (
        "Of {n_all:count} customers who answered and whose value is known, {customers:percent} are detractors; they hold "
        "{share:percent} of the value expected of all of these in the next year: {value:money}, {per:money} each. So many of "
        "the values are alike (0, say) that how sure this is cannot be told."
    )
    values = {"n_all": n_all, "customers": float(row.customer_share), "share": float(row.value_share),
              "value": float(row.value), "per": float(row.per_customer)}
    return Said(
        template, values | ({"low": float(row.value_low), "high": float(row.value_high)} if is_known else {}),
        Evidence("estimate", n=int(row.n), estimate=float(row.value_share - row.customer_share), baseline=0.0,
                 interval=(float(row.excess_low), float(row.excess_high)) if is_known else None, serves="whom to contact"),
    )


def _value_title(table: pd.DataFrame) -> str:
    """Return the table's caption: whether detractors hold more or less value than their number suggests, if that is clear.

    Of fewer than 30 nothing is claimed: value is so uneven that the interval, of 14 of 120 customers, misses 1 in 6 times.
    Where the interval is not known, nothing is judged, not even that they hold about as much.
    """
    mine = table[table["group"] == "detractors"]
    if mine.empty:
        return t("Hardly any customer who answered is a detractor")
    row = mine.iloc[0]
    is_sure = row["n"] >= surveys.MIN_SURE
    if not np.isfinite([row["excess_low"], row["excess_high"]]).all():
        template = "Detractors: {customers:percent} of customers, {share:percent} of value"
    elif is_sure and row["excess_low"] > 0:
        template = "Detractors are worth more than average: {customers:percent} of customers, {share:percent} of value"
    elif is_sure and row["excess_high"] < 0:
        template = "Detractors are worth less than average: {customers:percent} of customers, {share:percent} of value"
    else:
        template = "Detractors hold {share:percent} of value, about as much as their {customers:percent} of customers"
    return t(template, customers=row["customer_share"], share=row["value_share"])
