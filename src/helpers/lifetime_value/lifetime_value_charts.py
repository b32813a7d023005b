"""Charts and tables of the lifetime-value report: each function returns what report.chart or report.table takes.

Texts are in the reader's language, axes are drawn in the house style. The source line is given by the notebook.
"""

import pandas as pd

from helpers.i18n import text as t
from helpers.lifetime_value.lifetime_value import Window
from helpers.lifetime_value.lifetime_value_coverage import Coverage
from helpers.plots import plots, plots_value

MEANINGS = {
    "r": "shape of purchase rates", "alpha": "scale of purchase rates, weeks", "a": "shape of leaving",
    "b": "shape of staying", "s": "shape of rates of leaving", "beta": "scale of rates of leaving, weeks",
    "p": "shape of a customer's purchase values", "q": "shape of means between customers",
    "v": "scale of means between customers",
}


# --- models


def parameters(fitted: pd.DataFrame, window: Window) -> dict:
    """Return the table of parameters; a published column only where there is something in it."""
    columns = {
        "model": (t("Model"), ""), "parameter": (t("Parameter"), ""), "meaning": (t("Meaning"), "label"),
        "estimate": (t("Estimate"), "number4"), "low": (t("lower end"), "number4"), "high": (t("upper end"), "number4"),
    }
    if fitted["published"].notna().any():
        columns["published"] = (t("Published"), "number4")
    is_used = fitted["low"].notna() | fitted["published"].notna()  # others are in btyd_parameters
    shown = fitted[is_used & (fitted["parameter"] != "log-likelihood")]
    return {
        "frame": shown.assign(meaning=shown["parameter"].map(MEANINGS)), "columns": columns, "csv_name": "btyd_parameters",
        "caption": t(
            "Fitted on {n:count} customers up to {day:day}; 95% intervals by bootstrap, of the models in use",
            n=int(fitted["n_customers"].max()), day=window.calibration_end,
        ),
    }


def scores(scored: pd.DataFrame, errors: pd.DataFrame, window: Window) -> dict:
    """Return the table of methods with what came and the best in hindsight as its last row.

    errors: lifetime_value_holdout.tracking_errors, in the order of the models in `scored`.
    """
    first = scored.iloc[0]
    off = errors.set_index("model")["at_end"]
    at_end = scored["method"].map(lambda name: off.get(name.split(" ")[0]))
    came = {
        "method": "what came", "purchases_predicted": first["purchases_actual"],
        "revenue_predicted": first["revenue_actual"], "top_share": first["top_share_best"],
    }
    total = scored["purchases_predicted"] / scored["purchases_actual"] - 1
    frame = pd.concat([scored.assign(total=total, at_end=at_end.astype(float)), pd.DataFrame([came])], ignore_index=True)
    return {
        "frame": frame, "csv_name": "value_backtest",
        "caption": t(
            "{weeks:count} unseen weeks from {day:day}: models and rules of thumb; the first one is used",
            weeks=window.holdout_weeks, day=window.holdout_start,
        ),
        "columns": {
            "method": (t("Method"), "label"), "held_out_log_likelihood": (t("Log-likelihood, unseen"), "number1"),
            "log_likelihood": (t("Log-likelihood, fitted"), "number1"), "purchases_predicted": (t("Purchases"), "count"),
            "total": (t("Total off by"), "change_percent1"), "at_end": (t("Off since the start"), "change_percent1"),
            "mae": (t("Error per customer"), "number3"), "correlation": (t("Correlation"), "number3"),
            "revenue_predicted": (t("Revenue"), "money"), "top_share": (t("Revenue of its best tenth"), "percent1"),
        },
    }


# --- the check on unseen weeks


def tracking(tracked: pd.DataFrame, window: Window, *, model: str) -> dict:
    """Return the weekly tracking chart: what came, the model in use, the others as thin lines."""
    last = tracked.iloc[-1]
    gap = float(last["expected"] / last["actual"] - 1) if last["actual"] else 0.0
    values = {"week": int(last["week"]), "gap": abs(gap)}
    rivals = list(tracked.columns[tracked.columns.get_loc("is_held_out") + 1:])
    title = (
        "By week {week:count} the model expects {gap:percent1} fewer repeat purchases than came" if gap < 0 else
        "By week {week:count} the model expects {gap:percent1} more repeat purchases than came"
    )
    return {
        "axes": plots_value.model_lines(
            tracked, lines={"actual": t("actual"), "expected": model}, rivals=rivals, split=window.calibration_end,
            split_label=t("the model sees nothing from here on"),
        ),
        "title": t(title, **values),
        "subtitle": t(
            "Repeat purchases since the start, customers known by {day:day}; thin lines: {rivals:list}" if rivals else
            "Repeat purchases since the start, customers known by {day:day}", day=window.calibration_end, rivals=rivals,
        ),
        "alt": t(
            "Two lines over weeks: {actual:count} repeat purchases came by the last week, {expected:count} were expected.",
            actual=last["actual"], expected=last["expected"],
        ),
        "data": tracked, "name": "weekly_tracking",
        "columns": {
            "week": (t("Week"), "count"), "week_end": (t("Week ends"), "day"), "actual": (t("actual"), "count"),
            "expected": (model, "count"), **{name: (name, "count") for name in rivals},
        },
    }


def frequency(groups: pd.DataFrame, window: Window) -> dict:
    """Return the chart of purchases in the unseen weeks by purchases before (conditional expectations)."""
    weights = groups["n_customers"] / groups["n_customers"].sum()
    gaps = {name: float(((groups[name] - groups["actual"]).abs() * weights).sum()) for name in ("model", "pace")}
    axes = plots.line(
        groups, x="position", lines={"actual": t("actual"), "model": t("model"), "pace": t("own pace")}, markers=True,
        x_label=t("repeat purchases before"), y_label=t("purchases in the unseen weeks"),
    )
    axes.set_xticks(groups["position"], groups["group"])
    return {
        "axes": axes,
        "title": t(
            "Among customers who bought equally often before, the model is {model:number2} purchases off on average, the own "
            "pace {pace:number2}", **gaps,
        ),
        "subtitle": t(
            "Mean purchases per customer in {weeks:count} unseen weeks, by repeat purchases before",
            weeks=window.holdout_weeks,
        ),
        "alt": t(
            "Three lines over {n:count} groups of customers: actual purchases, those of the model and those of the own pace.",
            n=len(groups),
        ),
        "data": groups, "name": "purchases_by_frequency",
        "columns": {
            "group": (t("Repeat purchases before"), ""), "n_customers": (t("Customers"), "count"),
            "actual": (t("actual"), "number2"), "model": (t("model"), "number2"), "pace": (t("own pace"), "number2"),
        },
    }


CHANCES = {
    "even": "The model's chances are right: every tenth of them holds {least:percent1} to {most:percent1} of customers",
    "too sure": "The model is too sure: {outer:percent} of customers fall into its outermost tenths, not {even:percent}",
    "too low": "More customers than thought bought much: the highest tenth holds {last:percent1}, not {expected:percent}",
    "too high": "More customers than thought bought little: the lowest tenth holds {first:percent1}, not {expected:percent}",
    "uneven": "The model's tenths hold {least:percent1} to {most:percent1} of customers, not {expected:percent} each",
}


def chances(parts: pd.DataFrame, facts: dict) -> dict:
    """Return the chart of the PIT histogram: do outcomes spread as the model says?"""
    return {
        "axes": plots_value.even_shares(
            parts, x_label=t("chance that the model gave to at most as many purchases as came"), band_label=t("chance alone"),
        ),
        "title": t(CHANCES[facts["shape"]], **facts),
        "subtitle": t(
            "Share of customers by tenth of probability (PIT). Grey: where all tenths lie in 95 of 100 cases if the chances "
            "are right; {n_off:count} of {n_parts:count} lie outside, {elsewhere:percent1} of customers would have to lie "
            "elsewhere", **facts,
        ),
        "alt": t("Ten columns of {least:percent1} to {most:percent1} of customers; even columns would be right.", **facts),
        "data": parts, "name": "probability_transform",
        "columns": {
            "part": (t("Tenth"), "count"), "share": (t("Share of customers"), "percent1"),
            "chance_low": (t("lower end"), "percent1"), "chance_high": (t("upper end"), "percent1"),
        },
    }


def coverage(checked: Coverage) -> dict:
    """Return the table of coverage by band of predicted value, before and after the repair, and of totals."""
    bands = checked.bands
    names = [
        t("all customers") if row.band == len(checked.edges) else
        t("{begin:percent} to {end:percent}", begin=row.from_share, end=row.to_share) for row in bands.itertuples()
    ]
    inside = [t("yes") if value else t("no") for value in bands["total_inside"]]
    return {
        "frame": bands.assign(name=names, inside=inside), "csv_name": "coverage",
        "caption": t("Customers inside their 95% interval of revenue in the unseen weeks, by predicted value (0% = highest)"),
        "columns": {
            "name": (t("Customers by value"), ""), "n_customers": (t("Customers"), "count"),
            "coverage": (t("inside"), "percent1"), "low": (t("lower end"), "percent1"), "high": (t("upper end"), "percent1"),
            "repaired": (t("after the repair"), "percent1"), "total_actual": (t("Revenue together"), "money"),
            "total_low": (t("its interval from"), "money"), "total_high": (t("to"), "money"), "inside": (t("inside it"), ""),
        },
    }


# --- value


def deciles(tenths: pd.DataFrame, totals: dict[str, float], *, horizon_weeks: int) -> dict:
    """Return the chart of value by tenth of customers."""
    first, last = tenths["value_decile"].min(), tenths["value_decile"].max()
    ends = {first: t("highest tenth"), last: t("lowest tenth")}
    named = tenths.assign(name=[ends.get(number, t("{n:count}.", n=number)) for number in tenths["value_decile"]])
    return {
        "axes": plots.bar(named, label="name", value="share", fmt="percent1", sort=False),
        "title": t(
            "A customer is worth {first:money} in the highest tenth and {last:money} in the lowest",
            first=tenths["mean_value"].iloc[0], last=tenths["mean_value"].iloc[-1],
        ),
        "subtitle": t("Share of the value of the next {weeks:count} weeks, by tenth of customers", weeks=horizon_weeks),
        "alt": t("Ten bars from the highest tenth of customers, {top_share:percent} of the value, to the lowest.", **totals),
        "data": named, "name": "value_deciles",
        "columns": {
            "name": (t("Tenth of customers"), ""), "n_customers": (t("Customers"), "count"),
            "share": (t("Share of value"), "percent1"), "mean_value": (t("Value per customer"), "money"),
            "mean_purchases": (t("Expected purchases"), "number1"),
            "mean_per_purchase": (t("Revenue per purchase"), "money"), "mean_p_alive": (t("P(alive)"), "percent"),
        },
    }
