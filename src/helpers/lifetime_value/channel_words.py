"""Words, chart and table of acquisition channels: what a customer of each has brought, will bring and has cost.

Functions return templates, or what report.chart and report.table take, in the reader's language.
"""

import pandas as pd

from helpers.evidence import WITHIN_TENTH, Evidence
from helpers.i18n import text as t
from helpers.i18n import translate
from helpers.lifetime_value.channel_value import UNKNOWN
from helpers.plots import plots


def comparison(channels: pd.DataFrame, facts: dict) -> dict:
    """Return the chart: value by cost of each channel, or its expected value where no costs are known."""
    known = channels[channels["acquisition_channel"] != UNKNOWN]
    if facts["has_cost"]:
        shown = _named(known[known["value_to_cost"].notna()])
        axes = plots.dots(shown, label="name", value="value_to_cost", low="ratio_low", high="ratio_high", fmt="number1",
                          reference=1.0, reference_label=t("value = cost"))
        title = (
            "A customer won through “{best:label}” is worth {best_figure:number1} times their cost, one through "
            "“{weakest:label}” {weakest_figure:number1} times"
        )
        subtitle = "Value so far and expected ÷ cost of winning the customer, by channel; lines: 95% intervals"
    else:
        shown = _named(known.sort_values("expected_value", ascending=False))
        axes = plots.bar(shown, label="name", value="expected_value", low="expected_low", high="expected_high", fmt="money")
        title = (
            "A customer won through “{best:label}” is expected to bring {best_figure:money}, one through “{weakest:label}” "
            "{weakest_figure:money}"
        )
        subtitle = "Expected value per customer, by channel; lines: 95% intervals"
    return {
        "axes": axes, "title": t(title, **facts), "subtitle": t(subtitle), "data": shown, "name": "channel_value",
        "alt": t("{n:count} channels, the best one first.", n=len(shown)),
        "columns": {"name": (t("Channel"), "label"), **_figures()},
    }


def _named(channels: pd.DataFrame) -> pd.DataFrame:
    names = [
        t("{name:label} (few: {n:count})", name=row.acquisition_channel, n=row.n_customers) if row.is_small
        else translate(row.acquisition_channel) for row in channels.itertuples()
    ]
    return channels.assign(name=names, payback=[_payback(row) for row in channels.itertuples()])


def _figures() -> dict:
    return {
        "n_customers": (t("Buyers"), "count"), "value_so_far": (t("Brought so far"), "money"),
        "expected_value": (t("Still to come"), "money"), "expected_low": (t("from"), "money"),
        "expected_high": (t("to"), "money"),
        "cost_per_customer": (t("Cost"), "money"), "value_to_cost": (t("Value ÷ cost"), "number1"),
        "ratio_low": (t("from"), "number1"), "ratio_high": (t("to"), "number1"), "payback": (t("Paid back after"), ""),
    }


def table(channels: pd.DataFrame, *, has_margin: bool) -> dict:
    """Return the table of channels with their payback in words."""
    return {
        "frame": _named(channels), "csv_name": "channel_value",
        "columns": {"name": (t("Channel"), "label"), **_figures()},
        "caption": t(
            "Channels: gross margin per buyer, cost of winning one (those who never bought included), and when the mean buyer "
            "has paid it back" if has_margin else
            "Channels: revenue per buyer, cost of winning one (those who never bought included), and when the mean buyer has "
            "paid it back"
        ),
    }


def _payback(row) -> str:
    if pd.isna(row.cost_per_customer):
        return t("cost not known")
    if row.cost_per_customer == 0:
        return t("no cost")
    if pd.isna(row.payback_months):
        return t("not yet ({n:count} months seen)", n=row.observed_months)
    return t("{n:count} months" if row.payback_months > 1 else "{n:count} month", n=row.payback_months)


def weakest(facts: dict) -> str:
    """Return the sentence on the channel whose customers are worth least."""
    if not facts["has_cost"]:
        return (
            "Of {n_channels:count} channels, customers won through “{weakest:label}” are expected to bring least: "
            "{weakest_figure:money} each ({weakest_low:money} to {weakest_high:money})."
        )
    if facts["weakest_low"] > 1:
        return (
            "Every channel with a known cost pays for itself: even customers won through “{weakest:label}”, at "
            "{weakest_cost:money} each, are worth {weakest_figure:number1} times that ({weakest_low:number1} to "
            "{weakest_high:number1})."
        )
    return (
        "Customers won through “{weakest:label}” cost {weakest_cost:money} each and are worth {weakest_figure:number1} times "
        "that ({weakest_low:number1} to {weakest_high:number1}): it is not certain that the channel pays for itself."
    )


def evidence(facts: dict) -> Evidence:
    """Return what supports it: the weakest channel's value ÷ cost beside 1, or its expected value."""
    return Evidence(
        "estimate", n=facts["weakest_n"], estimate=facts["weakest_figure"],
        interval=(facts["weakest_low"], facts["weakest_high"]), baseline=1.0 if facts["has_cost"] else None,
        within=WITHIN_TENTH * facts["weakest_figure"], serves="where to spend",
    )


def caveat(facts: dict) -> str:
    """Return what the comparison of channels does not say."""
    if facts["has_cost"]:
        return (
            "Channels attract different people, who have not been customers for equally long, and the next customer of a "
            "channel costs more than the average one once the easy ones are won: the table says what was paid and earned, not "
            "what more spending would bring."
        )
    return (
        "No cost of winning a customer is known (column acquisition_cost of the customers): with it, this section shows value "
        "÷ cost and when a customer has paid back. Channels attract different people; the difference is no effect of the "
        "channel."
    )
