"""Words, charts and tables of cohorts: who comes back month by month, and what each cohort has brought by an age.

Functions return a template, or what report.chart takes, in the reader's language.
"""

import pandas as pd

from helpers.evidence import WITHIN_SHARE, Evidence
from helpers.i18n import text as t
from helpers.lifetime_value.cohort_value import AGES
from helpers.lifetime_value.cohorts import MIN_COHORT, WEAK_SHARE, as_matrix, coverage
from helpers.plots import plots, plots_value


def triangle(cells: pd.DataFrame, curve: pd.DataFrame) -> dict:
    """Return the chart of the cohort triangle, all cohorts together as its last row."""
    matrix = as_matrix(cells, curve)
    low, high = float(matrix.min().min()), float(matrix.max().max())
    n_hidden = cells.loc[cells["n_customers"] < MIN_COHORT, "cohort_month"].nunique()
    values = {"low": low, "high": high, "n": len(matrix) - 1}
    return {
        "axes": plots.heatmap(
            matrix, fmt="percent", x_label=t("months since the month of the first purchase"), highest=high
        ),
        "title": t("Between {low:percent} and {high:percent} of a cohort buy in a given later month", **values),
        "subtitle": t(
            "Share of customers who buy, by month of the first purchase; {hidden:count} cohorts of fewer than {least:count} "
            "customers are not shown" if n_hidden else "Share of customers who buy, by month of the first purchase",
            least=MIN_COHORT, hidden=n_hidden,
        ),
        "alt": t("Triangle of {n:count} cohorts by months since; shares between {low:percent} and {high:percent}.", **values),
        "data": cells[cells["n_customers"] >= MIN_COHORT], "name": "cohort_retention",
        "columns": {
            "cohort_month": (t("Cohort"), "month"), "months_since": (t("Months since"), "count"),
            "n_customers": (t("Customers"), "count"), "n_active": (t("who buy"), "count"), **_interval_columns(),
        },
    }


def _interval_columns() -> dict:
    return {
        "retention_rate": (t("Retention"), "percent1"), "low": (t("lower end"), "percent1"),
        "high": (t("upper end"), "percent1"),
    }


def newcomers(facts: dict[str, float]) -> str:
    """Return the sentence that says whether the cohorts tell anything about new customers."""
    if facts["first_share"] >= WEAK_SHARE:
        return (
            "{first_share:percent} of customers first appear in {first_month:month}, where the data begin: most of them were "
            "probably customers before. The cohorts show how steady regulars are, not how many newcomers stay."
        )
    return (
        "{first_share:percent} of customers first appear in {first_month:month}, where the data begin; all others appear "
        "later and count as newcomers."
    )


def value_by_age(cohorts: pd.DataFrame, compared: dict, *, has_margin: bool) -> dict:
    """Return the chart of what a customer of each cohort has brought by each age."""
    ages = [age for age in AGES if (cohorts["months_since"] == age).sum() > 1] or [int(cohorts["months_since"].min())]
    names = {age: t("{n:count} months" if age > 1 else "{n:count} month", n=age) for age in ages}
    shown = cohorts[cohorts["months_since"].isin(ages)]
    return {
        "axes": plots_value.value_by_age(shown, names=names, y_label=t("per customer")),
        "title": t(_value_title(compared), **compared),
        "subtitle": t(
            "Gross margin per customer up to an age, by month of the first purchase; bands: 95% intervals; a line ends where a "
            "cohort is too young" if has_margin else
            "Revenue per customer up to an age, by month of the first purchase; bands: 95% intervals; a line ends where a "
            "cohort is too young"
        ),
        "alt": t("Lines over {n:count} cohorts, one for each of {ages:count} ages.", n=shown["cohort_month"].nunique(),
                 ages=len(ages)),
        "data": shown, "name": "cohort_value",
        "columns": {
            "cohort_month": (t("Cohort"), "month"), "months_since": (t("Months since"), "count"),
            "n_customers": (t("Customers"), "count"), "value_per_customer": (t("per customer"), "money"),
            "low": (t("lower end"), "money"), "high": (t("upper end"), "money"),
        },
    }


def _value_title(compared: dict) -> str:
    if compared["low"] > 0:
        return (
            "Newer customers bring more: {newer:money} in their first {months:count} months, {older:money} from the older "
            "cohorts"
        )
    if compared["high"] < 0:
        return (
            "Newer customers bring less: {newer:money} in their first {months:count} months, {older:money} from the older "
            "cohorts"
        )
    return (
        "Newer cohorts cannot be told from older ones at the same age: {newer:money} and {older:money} a customer in "
        "{months:count} months"
    )


def comparison_evidence(compared: dict) -> Evidence:
    return Evidence(
        "estimate", n=compared["n_older"] + compared["n_newer"], estimate=compared["difference"],
        interval=(compared["low"], compared["high"]), baseline=0.0,
    )


def retention() -> str:
    """Return the sentence on how many customers buy in a later month."""
    return (
        "{rate:percent1} of customers buy in month {months:count} after the month of their first purchase ({low:percent1} to "
        "{high:percent1})."
    )


def retention_evidence(facts: dict) -> Evidence:
    return Evidence(
        "estimate", n=facts["n"], estimate=facts["rate"], interval=(facts["low"], facts["high"]), coverage=coverage(facts),
        within=WITHIN_SHARE, serves="what to expect",
    )


def comparison(compared: dict) -> str:
    """Return the sentence that compares newer and older cohorts at the same age."""
    if compared["older_first"] == compared["older_last"]:
        return (
            "Customers won in {newer_first:month} brought {newer:money} each in their first {months:count} months, those won "
            "in {older_first:month} {older:money} (difference {difference:change_money}, {low:change_money} to "
            "{high:change_money}); the seasons that they met differ, too."
        )
    return (
        "Customers won from {newer_first:month} to {newer_last:month} brought {newer:money} each in their first {months:count} "
        "months, those won from {older_first:month} to {older_last:month} {older:money} (difference {difference:change_money}, "
        "{low:change_money} to {high:change_money}); the seasons that they met differ, too."
    )
