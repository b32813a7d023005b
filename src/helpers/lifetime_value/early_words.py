"""Words and chart of the first days of new customers: what goes with coming back.

Functions return templates with their values, or what report.chart takes, in the reader's language.
"""

import pandas as pd

from helpers.i18n import text as t
from helpers.i18n import translate
from helpers.lifetime_value.early_behaviour import Newcomers
from helpers.plots import plots
from helpers.report import Evidence

MOST = 10  # rows of the chart


def differences(found: pd.DataFrame, rates: pd.DataFrame, group: Newcomers) -> dict:
    """Return the chart of what goes with coming back: differences in percentage points, clear ones only (else the largest)."""
    clear = found[found["is_clear"]].head(MOST)
    shown = clear if len(clear) else found.head(5)
    shown = shown.assign(name=[_name(row) for row in shown.itertuples()], **{
        end: 100 * shown[end] for end in ("difference", "low", "high")
    })
    values = {
        "days": group.early_days, "none": float(rates["share"].iloc[0]), "again": float(rates["share"].iloc[-1]),
        "n_left": len(found) - len(shown), "later": group.outcome_days,
    }
    return {
        "axes": plots.dots(
            shown, label="name", value="difference", low="low", high="high", fmt="change_number1",
            reference_label=t("as often as the others"),
        ),
        "title": t(
            "{again:percent} of customers who bought again twice in their first {days:count} days come back later, "
            "{none:percent} of those who did not buy again" if rates["n_days_early"].iloc[-1] > 1 else
            "{again:percent} of customers who bought again in their first {days:count} days come back later, {none:percent} of "
            "the others", **values,
        ),
        "subtitle": t(
            "Difference in the share who buy in the {later:count} days after the first {days:count}, percentage points, all "
            "else equal; lines: 95% intervals. {n_left:count} further differences cannot be told from chance or are not named"
            if values["n_left"] else
            "Difference in the share who buy in the {later:count} days after the first {days:count}, percentage points, all "
            "else equal; lines: 95% intervals", **values,
        ),
        "alt": t("{n:count} differences, the largest one first.", n=len(shown)), "data": shown, "name": "early_behaviour",
        "columns": {
            "name": (t("Compared"), ""), "n": (t("Customers"), "count"),
            "difference": (t("Percentage points"), "change_number1"),
            "low": (t("lower end"), "change_number1"), "high": (t("upper end"), "change_number1"),
        },
    }


def _name(row) -> str:
    attribute, level, reference = (translate(str(word)) for word in (row.attribute, row.level, row.reference))
    if row.reference.startswith("half as"):
        return t("{attribute:label}: {level:label}", attribute=attribute, level=level)
    return t("{attribute:label}: {level:label}, not {reference:label}", attribute=attribute, level=level, reference=reference)


def told(checked: dict) -> str:
    """Return the sentence on how well the first days tell who comes back, on later customers."""
    if checked["low"] > 0:
        return (
            "The first days tell something: of two later customers, one who came back and one who did not, they order "
            "{auc:percent} rightly, more than the number of purchases alone ({baseline_auc:percent})."
        )
    return (
        "Of two later customers, one who came back and one who did not, the first days order {auc:percent} rightly; the number "
        "of purchases alone does as well ({baseline_auc:percent})."
    )


def evidence(checked: dict) -> Evidence:
    """Return what supports it: the gain in squared error over the rule of thumb, on later customers."""
    return Evidence(
        "prediction", n=checked["n_test"], estimate=checked["gain"], interval=(checked["low"], checked["high"]), baseline=0.0,
        held_out=True, serves="what to expect",
    )


def caveat(group: Newcomers) -> tuple[str, dict]:
    """Return what the comparison rests on and does not say."""
    values = {"n": len(group.frame), "days": group.early_days, "later": group.outcome_days}
    if group.without_first:
        return (
            "{n:count} new customers seen for {days:count} and {later:count} days; those of the first month of the data, most "
            "of whom were customers before, are left out. These are associations: whoever comes back soon would probably have "
            "come back anyway; only an experiment shows whether bringing somebody back early keeps them."
        ), values
    return (
        "{n:count} new customers seen for {days:count} and {later:count} days. These are associations: whoever comes back soon "
        "would probably have come back anyway; only an experiment shows whether bringing somebody back early keeps them."
    ), values
