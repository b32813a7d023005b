"""The charts of the persona report: each function returns the keyword arguments of `report.chart`, but for the source."""

import pandas as pd

from helpers.i18n import text
from helpers.persona import persona
from helpers.persona.persona_words import flat, flat_columns, labelled, translated
from helpers.plots import plots

INDEX = "Index of the share of spend: 100 = as all other customers; blank = too few customers to test"
INDEX_ALT = "A table of shades: departments in rows, segments in columns, the index of the share of spend in the cells."
TIMES = (
    "Share of each segment's orders, business time; segments with at least 30 customers; weekdays sum to one, and so do hours"
)
TIMES_ALT = "A table of shades: weekdays and hours in rows, segments in columns, the share of orders in the cells."
ANSWERS_ALT = "Bars of the share of contacted customers that answered, by segment, with intervals."


def departments(cells: pd.DataFrame) -> dict:
    """Return the index of spend by department (rows) and segment (columns)."""
    spend = persona.matrix(cells, kinds=["department"], value="index", n=10)
    return {
        "axes": plots.heatmap(translated(spend), fmt="count", highest=200, ax=plots.new((7.6, 0.36 * len(spend) + 1.0))),
        "title": text("Departments: each segment against all other customers"), "subtitle": text(INDEX), "alt": text(INDEX_ALT),
        "data": flat(spend), "columns": flat_columns(spend, fmt="count"), "name": "departments",
    }


def times(cells: pd.DataFrame) -> dict:
    """Return the share of orders by weekday and hour (rows) and segment (columns)."""
    found = persona.matrix(cells, kinds=["weekday", "hours"], value="share", n=12)
    return {
        "axes": plots.heatmap(translated(found), fmt="percent", ax=plots.new((7.6, 0.34 * len(found) + 1.0))),
        "title": text("Orders by weekday and by hour of the day"), "subtitle": text(TIMES), "alt": text(TIMES_ALT),
        "data": flat(found), "columns": flat_columns(found, fmt="percent1"), "name": "times",
    }


def answers(personas: pd.DataFrame) -> dict:
    """Return the share of contacted customers that answered, by segment with enough of them."""
    columns = ["segment", "n_contacted", "answered_rate", "answered_low", "answered_high"]
    answered = personas.loc[personas["n_contacted"] >= persona.MIN_SHOWN, columns].reset_index(drop=True)
    return {
        "axes": plots.bar(
            answered, label="segment", value="answered_rate", low="answered_low", high="answered_high", fmt="percent",
            colors="segment",
        ),
        "title": text("Share of contacted customers that answered at least once"),
        "subtitle": text("With 95% intervals (Wilson)"), "alt": text(ANSWERS_ALT),
        "data": answered, "columns": labelled(answered), "name": "answers",
    }
