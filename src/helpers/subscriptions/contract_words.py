"""Words, charts and tables of contracts: how long they run, what they still pay, why they end.

Functions return templates, or what report.chart, report.table and report.kpis take, in the reader's language.
"""

import pandas as pd
from scipy.special import stdtrit

from helpers.evidence import WITHIN_SHARE, Evidence
from helpers.i18n import text as t
from helpers.i18n import translate
from helpers.lifetime_value.lifetime_value import Assumptions
from helpers.plots import plots, plots_value
from helpers.report import Kpi
from helpers.subscriptions.contract_drivers import N_FOLDS, Drivers

MOST = 12  # ratios in the chart


def headline(*, has_margin: bool, only_recent_ends: bool = False) -> str:
    """Return the page's answer for contractual customers; ends of the last month only may be a part of all ends."""
    if only_recent_ends and has_margin:
        return (
            "If contracts end as often as so far, and no earlier end is missing from the data, the {n:count} running ones "
            "bring {total:money} of gross margin ({low:money} to {high:money}) over the next {months:count} months, "
            "{mean:money} each. But all known ends lie in the last month: do not budget on it."
        )
    if only_recent_ends:
        return (
            "If contracts end as often as so far, and no earlier end is missing from the data, the {n:count} running ones pay "
            "{total:money} of fees ({low:money} to {high:money}) over the next {months:count} months, {mean:money} each. But "
            "all known ends lie in the last month: do not budget on it."
        )
    if has_margin:
        return (
            "If contracts end as often as so far, the {n:count} running ones bring {total:money} of gross margin "
            "({low:money} to {high:money}) over the next {months:count} months, {mean:money} each; a contract is expected to "
            "pay for {expected:number1} of them."
        )
    return (
        "If contracts end as often as so far, the {n:count} running ones pay {total:money} of fees ({low:money} to "
        "{high:money}) over the next {months:count} months, {mean:money} each; a contract is expected to pay for "
        "{expected:number1} of them."
    )


def figures(facts: dict[str, float], retained: dict, money: Assumptions) -> list[Kpi]:
    kind = t("gross margin, discounted") if money.has_margin else t("fees, discounted")
    period = t("{when}; {what}", when=t("next {months:count} months", months=facts["months"]), what=kind)
    return [
        Kpi(t("Value per contract"), facts["mean"], "money", low=facts["low"] / facts["n"], high=facts["high"] / facts["n"],
            note=period),
        Kpi(t("Value of all contracts"), facts["total"], "money", low=facts["low"], high=facts["high"], note=period),
        Kpi(t("Months expected"), facts["expected"], "number1", note=t("of the {months:count} ahead", months=facts["months"])),
        Kpi(t("Contracts that reach month {months:count}", months=retained["months"]), retained["read_as"], "percent",
            low=retained["read_low"], high=retained["read_high"], note=t("of all started")),
    ]


def curves(plans: pd.DataFrame, summary: pd.DataFrame, retained: dict) -> dict:
    """Return the chart of contracts still running by age, one line a plan."""
    shown = plans[plans["plan"].isin(summary["plan"])]
    title = (
        "After {months:count} months {rate:percent1} of “{plan:label}” contracts still run, {other_rate:percent1} of "
        "“{other:label}”" if retained["n_plans"] > 1 else "After {months:count} months {rate:percent1} of contracts still run"
    )
    return {
        "axes": plots.curves(shown, x="month", y="retention_rate", by="plan", low="low", high="high",
                             x_label=t("age of the contract, months")),
        "data": summary, "name": "contract_retention",
        "title": t(title, **retained),
        "subtitle": t("Share of contracts still running by age (Kaplan-Meier); bands: 95% intervals"),
        "alt": t("Falling lines of the share of contracts still running, one for each of {n_plans:count} plans.", **retained),
        "columns": {
            "plan": (t("Plan"), "label"), "n_contracts": (t("Running contracts"), "count"),
            "monthly_fee": (t("Mean monthly fee"), "money"), "expected_months": (t("Months expected"), "number1"),
            "mean_value": (t("Value per contract"), "money"),
            "retention_rate": (t("reach month {months:count}", months=retained["months"]), "percent1"),
            "low": (t("lower end"), "percent1"), "high": (t("upper end"), "percent1"),
        },
    }


def longevity(retained: dict) -> str:
    """Return the sentence on how long contracts run."""
    if retained["n_plans"] > 1:
        return (
            "{rate:percent1} of “{plan:label}” contracts ({low:percent1} to {high:percent1}) and {other_rate:percent1} of "
            "“{other:label}” contracts ({other_low:percent1} to {other_high:percent1}) reach {months:count} months."
        )
    return "{rate:percent1} of contracts reach {months:count} months ({low:percent1} to {high:percent1})."


def verdict(retained: dict) -> str:
    """Return what limits the use of the contract figures: they have not been checked on later months."""
    if retained["only_recent_ends"]:
        return (
            "Every known end lies within a month of {as_of:day}. The figures read each row as a contract followed from its "
            "start; if contracts that ended earlier are missing from the data, {if_so:percent1} of all contracts reach month "
            "{months:count}, not {read_as:percent1}. Nothing here was checked on later months."
        )
    return "The figures continue the losses seen so far; nothing here was checked on later months."


def longevity_evidence(retained: dict) -> Evidence:
    return Evidence(
        retained["kind"], n=retained["n"], estimate=retained["other_rate"],
        interval=(retained["other_low"], retained["other_high"]), within=WITHIN_SHARE, serves="what to expect",
    )


# --- retention and heterogeneity


def heterogeneity(curve: pd.DataFrame, facts: dict) -> dict:
    """Return the chart of monthly retention by age: seen, sBG, and everyone alike."""
    return {
        "axes": plots_value.retention_rates(
            curve, lines={"sbg": t("customers differ (sBG)"), "alike": t("all alike")},
            x_label=t("age of the contract, months"), y_label=t("stay for another month"),
        ),
        "title": t(
            "Monthly retention rises from {first:percent1} to {last:percent1} with age, although in the model nobody changes"
            if facts["last"] > facts["first"] else
            "Monthly retention goes from {first:percent1} to {last:percent1} with age", **facts,
        ),
        "subtitle": t(
            "Share of contracts that stay for another month, by age (dots, 95% intervals). Lines are fitted on the first "
            "{seen:count} months only", **facts,
        ),
        "alt": t("Dots of monthly retention by age; one line rises like them, one stays level."), "data": curve,
        "name": "monthly_retention",
        "columns": {
            "month": (t("Month"), "count"), "n_at_risk": (t("Contracts"), "count"), "seen": (t("stay"), "percent1"),
            "low": (t("lower end"), "percent1"), "high": (t("upper end"), "percent1"),
            "sbg": (t("customers differ (sBG)"), "percent1"), "alike": (t("all alike"), "percent1"),
        },
    }


def heterogeneity_finding(facts: dict) -> str:
    """Return the sentence on whether differences between customers alone explain retention that rises with age."""
    if not facts["differs"]:
        return (
            "In the first {seen:count} months nothing shows that customers differ in how readily they leave: {first:percent1} "
            "stay for another month in the first, {last:percent1} in the last months seen."
        )
    if facts["sbg_error"] < facts["alike_error"]:
        return (
            "Customers who differ from the start, but never change, explain most of the rise: fitted on {seen:count} months, "
            "that model (sBG) misses the share still running in months {after:count} to {until:count} by {sbg_error:percent1} "
            "on average, customers all alike by {alike_error:percent1}. Rising retention is no proof of growing loyalty."
        )
    return (
        "Fitted on {seen:count} months, the model of customers who differ but never change (sBG) misses the share still "
        "running in months {after:count} to {until:count} by {sbg_error:percent1} on average, customers all alike by "
        "{alike_error:percent1}: the contracts themselves change with age."
    )


def heterogeneity_evidence(facts: dict) -> Evidence:
    return Evidence("prediction", n=facts["n"], estimate=facts["sbg_error"], baseline=facts["alike_error"], held_out=True,
                    serves="what to expect")


# --- why contracts end


def drivers(found: Drivers) -> dict:
    """Return the chart of hazard ratios, the largest effects first."""
    shown = found.table[found.table["is_clear"]].head(MOST)
    shown = shown if len(shown) else found.table.head(5)
    shown = shown.assign(name=[_name(row) for row in shown.itertuples()])
    first = shown.iloc[0]
    return {
        "axes": plots_value.ratios(
            shown, label="name", value="hazard_ratio", low="low", high="high", low_label=t("end less often"),
            high_label=t("end more often"),
        ),
        "title": t(
            "{name:label}: at any age, contracts end at {ratio:number2} times the rate, all else equal", name=first["name"],
            ratio=first["hazard_ratio"],
        ),
        "subtitle": t("Hazard ratios against the group named after “not”; lines: 95% intervals"),
        "alt": t("{n:count} hazard ratios, the strongest one first.", n=len(shown)), "data": shown, "name": "contract_drivers",
        "columns": {
            "name": (t("Compared"), ""), "n_contracts": (t("Contracts"), "count"),
            "hazard_ratio": (t("Hazard ratio"), "number2"),
            "low": (t("lower end"), "number2"), "high": (t("upper end"), "number2"),
            "early_ratio": (t("young contracts"), "number2"), "late_ratio": (t("older contracts"), "number2"),
            "followed_ratio": (t("if followed from the start"), "number2"),
        },
    }


def _name(row) -> str:
    """Return what a ratio compares: the attribute alone (yes against no), or its level against the reference."""
    if (row.level, row.reference) == ("yes", "no"):
        return translate(row.attribute)
    if row.level.endswith(" more"):
        return t("{attribute:label}: {level:label}", attribute=row.attribute, level=row.level)
    levels = [_level(row.attribute, level) for level in (row.level, row.reference)]
    return t("{attribute:label}: {level:label}, not {reference:label}", attribute=row.attribute, level=levels[0],
             reference=levels[1])


def _level(attribute: str, level: str) -> str:
    """Return a value of an attribute in the reader's language: the catalogues know it alone or with its attribute."""
    both = translate(f"{attribute}: {level}")
    return translate(level) if both == f"{attribute}: {level}" else both.replace("：", ": ").split(": ", 1)[-1]


def drivers_finding(facts: dict) -> str:
    """Return the sentence on how well the attributes rank unseen contracts."""
    if facts["has_plan"]:
        return (
            "The attributes order {concordance:percent1} of pairs of unseen contracts rightly by who ends first, the plan "
            "alone {baseline:percent1} (half would be chance)."
        )
    return (
        "The attributes order {concordance:percent1} of pairs of unseen contracts rightly by who ends first (half would be "
        "chance)."
    )


def drivers_evidence(facts: dict) -> Evidence:
    """Return what supports it: the gain in concordance over the plan alone (or over chance), out of sample."""
    gain, half = facts["gain"], float(stdtrit(N_FOLDS - 1, 0.975)) * facts["error"]
    return Evidence(
        "prediction", n=facts["n"], estimate=gain, interval=(gain - half, gain + half), baseline=0.0, held_out=True,
        serves="what to trust",
    )


def drivers_caveats(found: Drivers) -> list[tuple[str, dict]]:
    """Return the templates on what the ratios mean, where they change with age, and what was left out; with their values."""
    changing = found.table[found.table["changes"] & found.table["is_clear"]]
    said = [(
        "A ratio of 0.5 means: at any age, half as many contracts end in the next month as in the group compared with, all "
        "other attributes equal. What the data do not hold (price at competitors, service, moving house) is not held equal: "
        "these are associations, not levers.", {},
    )]
    if len(changing):
        said.append((
            "{n:count} of {all:count} ratios shown change with age (columns for contracts up to month {split:count} and older "
            "ones): there the ratio is an average over all ages, mostly stronger among the young.",
            {"n": len(changing), "all": int(found.table["is_clear"].sum()), "split": found.facts["split_month"]},
        ))
    if found.facts["last_month_only"]:
        clear = found.table[found.table["is_clear"] & found.table["followed_ratio"].notna()]
        other = (clear["hazard_ratio"] < 1) != (clear["followed_ratio"] < 1)
        said.append((
            "All known ends lie in the last month, so contracts are compared with contracts of the same age only. Followed "
            "from their start, as if no earlier end were missing, {other:count} of {all:count} ratios would point the other "
            "way (last column): what customers collect over the years would look like the reason why they stay.",
            {"other": int(other.sum()), "all": len(clear)},
        ))
    for reason, template in (
        ("grows", "Left out, because they only count the months of the contract: {names:list}."),
        ("determined", "Left out, because the other attributes determine them: {names:list}."),
    ):
        if found.left_out[reason]:
            said.append((template, {"names": found.left_out[reason]}))
    return said
