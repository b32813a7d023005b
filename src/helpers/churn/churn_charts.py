"""The charts of the churn report: each function returns what `report.chart(**…)` takes but the source line."""

import numpy as np
import pandas as pd

from helpers import report, widgets
from helpers.churn import churn, churn_columns, churn_findings, churn_quality, churn_words
from helpers.churn.churn_costs import Offer
from helpers.churn.churn_examples import PURCHASE_MODEL, Examples
from helpers.churn.churn_study import Study
from helpers.i18n import shown, text
from helpers.plots import plots
from helpers.plots.plots_tornado import tornado as draw_tornado

RECENCY = "Recency alone"


def source(customers: pd.DataFrame, examples: Examples, *, run: report.Run) -> str:
    """Return the source line of a chart about `customers` (each counted once, at however many cut-offs)."""
    of = "subscriptions" if examples.kind == "contracts" else "customers"
    return report.source_line(n=int(customers["customer_id"].nunique()), of=of, run=run)


def base_rates(examples: Examples, groups: pd.DataFrame) -> dict:
    """Return the chart of the share lost by days of silence, or by plan."""
    return {
        "axes": plots.bar(groups, label="group", value="share", low="low", high="high", fmt="percent1",
                          sort=examples.kind == "contracts"),
        "title": churn_words.base_title(examples), "subtitle": text("Share lost, with 95% intervals"),
        "name": "base_rates", "data": groups,
        "alt": text("Bars of the share lost by group: from {low:percent1} to {high:percent1}.", low=groups["share"].min(),
                    high=groups["share"].max()),
        "columns": churn_columns.base_rates(),
    }


def definitions(study: Study) -> dict:
    """Return the chart of how well each definition of lost is foretold, by the model and by recency."""
    table = study.definitions.table
    rows = []
    for row in table.to_dict("records"):
        for name, model in (("auc", text("model")), ("recency_auc", text("recency"))):
            rows.append({"label": f"{text(row['definition'])} · {model}", "value": row[name], "low": row[f"{name}_low"],
                         "high": row[f"{name}_high"], "is_model": name == "auc"})
    marks = pd.DataFrame(rows)
    return {
        "axes": plots.dots(marks, label="label", value="value", low="low", high="high", fmt="percent1", reference=0.5,
                           reference_label=text("chance"),
                           colors=[plots.BLUE if is_model else plots.GREY for is_model in marks["is_model"]]),
        "title": text("Which definition of lost can be foreseen?"),
        "subtitle": text("Pairs ranked right (ROC-AUC) by the model (blue) and by days of silence alone (grey), all tested "
                         "cut-offs, "
                         "with 95% intervals"),
        "name": "definitions", "data": table,
        "alt": text("Dots of the share of pairs ranked right by definition: from {low:percent1} to {high:percent1} for the "
                    "model.",
                    low=table["auc"].min(), high=table["auc"].max()),
        "columns": churn_columns.definitions(),
    }


def ranking(study: Study) -> dict:
    """Return the chart of how well each score tells the lost from the kept."""
    compared = churn_quality.wide(churn.main_quality(study.quality))
    return {
        "axes": plots.bar(compared, label="model", value="roc_auc", low="roc_auc_low", high="roc_auc_high", fmt="percent1",
                          colors=[_color(row, study) for row in compared.itertuples()], reference=0.5,
                          reference_label=text("chance")),
        "title": text("How well does each score tell the lost from the kept?"),
        "subtitle": text("Pairs of a lost and a kept customer that are ranked right (ROC-AUC), with 95% intervals; dark: the "
                         "score "
                         "in use; grey: baselines"),
        "name": "ranking", "data": compared,
        "alt": text("Bars of the share of pairs ranked right by each score; {best:label} leads with {value:percent1}.",
                    best=compared["model"][0], value=compared["roc_auc"][0]),
        "columns": churn_columns.comparison(),
    }


def _color(row, study: Study) -> str:
    if row.model == study.examples.score:
        return plots.BLUE
    return plots.GREY if row.is_baseline else plots.SKY


def over_time(study: Study) -> dict:
    """Return the chart of the ranking by cut-off: the score in use with its interval, recency and the purchase model."""
    rows = churn_findings.over_time(study)
    wide = rows.pivot(index="cut_off", columns="model", values="value").reset_index()
    own = rows[rows["model"] == study.examples.score].set_index("cut_off")
    wide = wide.assign(low=wide["cut_off"].map(own["low"]), high=wide["cut_off"].map(own["high"]))
    names = {study.examples.score: text("score in use"), RECENCY: text("recency alone"), PURCHASE_MODEL: text("purchase model")}
    lines = {column: name for column, name in names.items() if column in wide}
    axes = plots.line(wide, x="cut_off", lines=lines, low="low", high="high", fmt="percent1", markers=True, zero=False,
                      colors=(plots.BLUE, plots.GREY, plots.SKY), x_label=text("Cut-off"))
    axes.set_xticks(wide["cut_off"], [shown(day, "day") for day in wide["cut_off"]])
    return {
        "axes": axes, "title": text("Does it hold over time?"),
        "subtitle": text("Pairs ranked right (ROC-AUC) at each tested cut-off, horizon of {horizon:count} days; band: 95% "
                         "interval "
                         "of the score in use", horizon=study.examples.windows.horizon_days),
        "name": "over_time", "data": rows,
        "alt": text("Lines of the share of pairs ranked right at {n:count} cut-offs; the score in use lies between "
                    "{low:percent1} "
                    "and {high:percent1}.", n=len(wide), low=own["value"].min(), high=own["value"].max()),
        "columns": churn_columns.over_time(),
    }


def reliability(study: Study) -> dict:
    """Return the chart of predicted against observed share lost."""
    bins = churn_quality.reliability(study.tested, score=study.examples.score)
    return {
        "axes": plots.reliability(bins, predicted="predicted", observed="observed", low="low", high="high",
                                  x_label=text("Predicted share lost"), y_label=text("Observed share lost")),
        "title": text("Do as many leave as the score says?"),
        "subtitle": text("Tenths of customers by predicted probability: predicted against observed share lost, with 95% "
                         "intervals"),
        "name": "reliability", "data": bins,
        "alt": text("Ten points of predicted against observed share lost, the highest at {predicted:percent1} predicted and "
                    "{observed:percent1} observed.", **bins.iloc[-1]),
        "columns": churn_columns.reliability(),
    }


def drivers(found: pd.DataFrame, *, n_first: int) -> dict:
    """Return the chart of what sets the head of the list apart."""
    return {
        "axes": plots.bar(found.head(8), label="reason", value="points", fmt="number2"),
        "title": text("What sets the head of the list apart?"),
        "subtitle": text("What each reason adds on average to the log-odds of the first {n:count} of the list, against the "
                         "average "
                         "customer", n=n_first),
        "name": "drivers", "data": found,
        "alt": text("Bars of what each reason adds: {reason:label} leads with {points:number2}.", **found.iloc[0]),
        "columns": {"reason": (text("Reason"), "label"), "points": (text("Log-odds added"), "number2")},
    }


def profit(offer: Offer, *, business) -> dict:
    """Return the chart of the profit by the probability from which customers are contacted."""
    return {
        "axes": widgets.profit_axes(offer.curves, lines=churn_columns.curves(business)),
        "title": text("What would contacting have brought?"),
        "subtitle": text("Profit per customer if everyone from a probability up had been contacted at the latest tested "
                         "cut-off, at "
                         "the assumed success rate and at its low and high end"),
        "name": "profit", "data": offer.rules,
        "alt": text("Lines of profit per customer over the probability from which customers are contacted; at the assumed "
                    "success "
                    "rate the best point brings {best:money2}.", best=offer.curves["value"].max()),
        "columns": churn_columns.rules(),
    }


def tipping(offer: Offer, *, n_first: int) -> dict:
    """Return the chart of what would change the decision to contact the first of the list."""
    return {
        "axes": draw_tornado(offer.tipping, label="assumption", low="profit_low", high="profit_high", base=offer.first_profit,
                             fmt="money", limit_label=text("pays from here"), low_name=text("at the low end of its range"),
                             high_name=text("at the high end")),
        "title": text("What would change the decision?"),
        "subtitle": text("Expected profit of contacting the first {n:count} of today's list when one assumption moves over its "
                         "range; solid line: everything as assumed", n=n_first),
        "name": "tipping", "data": offer.tipping,
        "alt": text("Bars of the expected profit by assumption, around {base:money}; {widest:label} moves it most.",
                    base=offer.first_profit, widest=_widest(offer.tipping)),
        "columns": churn_columns.tipping(),
    }


def _widest(found: pd.DataFrame) -> str:
    return str(found.loc[(found["profit_high"] - found["profit_low"]).abs().idxmax(), "assumption"])


def survival(curves: pd.DataFrame) -> dict:
    """Return the chart of the share of contracts still running."""
    return {
        "axes": plots.curves(curves, x="month", y="survival", by="plan", low="low", high="high", fmt="percent",
                             x_label=text("Months under contract")),
        "title": text("How many contracts are still running?"),
        "subtitle": text("Share of contracts still running by months under contract and type (Kaplan-Meier), with 95% bands"),
        "name": "survival", "data": curves,
        "alt": text("A line per contract type of the share still running by month."), "columns": churn_columns.survival(),
    }


def hazards(found: pd.DataFrame) -> dict:
    """Return the chart of the contracts that end per month, by period."""
    return {
        "axes": plots.curves(found, x="from_month", y="hazard", by="plan", low="low", high="high", fmt="percent1",
                             x_label=text("Months under contract (first month of the period)")),
        "title": text("When do contracts end?"),
        "subtitle": text("Share of the running contracts that end per month, by period under contract, with 95% bands"),
        "name": "hazards", "data": found,
        "alt": text("A line per contract type of the share that ends per month, from {low:percent1} to {high:percent1}.",
                    low=found["hazard"].min(), high=found["hazard"].max()),
        "columns": churn_columns.hazards(),
    }


def rivals(study: Study) -> pd.DataFrame:
    """Return the comparison that decided on the score in use, with yes and no in the reader's language."""
    found = study.choice.rivals
    return found.assign(is_beaten=np.where(found["is_beaten"], text("yes"), text("no")))
