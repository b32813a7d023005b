"""Words of the lifetime-value report: headers, chart texts, key figures and sentences, chosen by what was computed.

Functions return texts in the reader's language (called from cells that show something), or a template with its values.
"""

import pandas as pd

from helpers.cohorts import MIN_COHORT, WEAK_SHARE
from helpers.i18n import text as t
from helpers.lifetime_value import WEAK_LINK, Assumptions, Window
from helpers.lifetime_value_holdout import TOP, Judgement
from helpers.report import Kpi

MEANINGS = {
    "r": "shape of purchase rates", "alpha": "scale of purchase rates, weeks", "a": "shape of leaving",
    "b": "shape of staying", "p": "shape of a customer's purchase values", "q": "shape of means between customers",
    "v": "scale of means between customers",
}


# --- models


def parameters(fitted: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return the parameters and the headers of their table; a published column only where there is something in it."""
    columns = {
        "model": (t("Model"), ""), "parameter": (t("Parameter"), ""), "meaning": (t("Meaning"), "label"),
        "estimate": (t("Estimate"), "number4"), "low": (t("lower end"), "number4"), "high": (t("upper end"), "number4"),
    }
    if fitted["published"].notna().any():
        columns["published"] = (t("Published"), "number4")
    shown = fitted[fitted["parameter"] != "log-likelihood"]
    return shown.assign(meaning=shown["parameter"].map(MEANINGS)), columns


def likelihoods(fitted: pd.DataFrame) -> tuple[str, dict]:
    """Return the sentence on the log-likelihoods, beside the published ones where there are any."""
    rows = fitted[fitted["parameter"] == "log-likelihood"].set_index("model")
    (purchases, spent), known = rows["estimate"].loc[["BG/NBD", "Gamma-Gamma"]], rows["published"].notna().all()
    values = {"purchases": purchases, "values": spent}
    if not known:
        return "Log-likelihood: BG/NBD {purchases:number2}, Gamma-Gamma {values:number2}.", values
    values |= {"purchases_known": rows.loc["BG/NBD", "published"], "values_known": rows.loc["Gamma-Gamma", "published"]}
    return (
        "Log-likelihood: BG/NBD {purchases:number2} (published {purchases_known:number2}), Gamma-Gamma {values:number2} "
        "(published {values_known:number2}). These are the histories of the published study."
    ), values


def repeaters(histories: pd.DataFrame) -> tuple[str, dict]:
    """Return the sentence on who came back at all, and how often."""
    values = {
        "share": float((histories["frequency"] > 0).mean()), "n": len(histories),
        "times": int(histories["frequency"].median()),
    }
    if values["times"] < 1:
        return "{share:percent} of {n:count} customers came back on a later day.", values
    return (
        "{share:percent} of {n:count} customers came back on a later day; half of all customers did so on {times:count} days "
        "or more.", values,
    )


def guests(counts: dict[str, float]) -> tuple[str, dict]:
    """Return the sentence on orders without a customer."""
    if not counts["n_guest_orders"]:
        return "Each of the {n_orders:count} orders names its customer.", counts
    return (
        "{n_guest_orders:count} of {n_orders:count} orders, {guest_revenue:money} of {revenue:money} revenue, name no customer "
        "and are left out.", counts,
    )


def independence(link: dict[str, float]) -> str:
    """Return the sentence on Gamma-Gamma's assumption that frequency says nothing of value."""
    if abs(link["spearman"]) <= WEAK_LINK:
        return (
            "How often customers buy says little about how much they spend each time (rank correlation {spearman:number2}; "
            "up to {limit:number1} counts as weak), so purchases and value may be modelled apart."
        )
    if link["spearman"] > 0:
        return (
            "Customers who buy more often also spend more each time (rank correlation {spearman:number2}, above "
            "{limit:number1}): the value of customers with few purchases, drawn to the mean of all, is set too high."
        )
    return (
        "Customers who buy more often spend less each time (rank correlation {spearman:number2}, beyond −{limit:number1}): "
        "the value of customers with few purchases, drawn to the mean of all, is set too low."
    )


# --- the check on unseen weeks


def tracking(tracked: pd.DataFrame, window: Window) -> dict:
    """Return the texts of the weekly tracking chart."""
    last = tracked.iloc[-1]
    gap = float(last["expected"] / last["actual"] - 1) if last["actual"] else 0.0
    values = {"week": int(last["week"]), "gap": abs(gap)}
    title = (
        "By week {week:count} the model expects {gap:percent1} fewer repeat purchases than came" if gap < 0 else
        "By week {week:count} the model expects {gap:percent1} more repeat purchases than came"
    )
    return {
        "title": t(title, **values),
        "subtitle": t("Repeat purchases since the start, customers known by {day:day}", day=window.calibration_end),
        "alt": t(
            "Two lines over weeks: {actual:count} repeat purchases came by the last week, {expected:count} were expected.",
            actual=last["actual"], expected=last["expected"],
        ),
        "columns": {
            "week": (t("Week"), "count"), "week_end": (t("Week ends"), "day"), "actual": (t("actual"), "count"),
            "expected": (t("expected"), "count"),
        },
    }


def frequency(groups: pd.DataFrame, window: Window) -> dict:
    """Return the texts of the chart of purchases in the unseen weeks by purchases before."""
    weights = groups["n_customers"] / groups["n_customers"].sum()
    gaps = {name: float(((groups[name] - groups["actual"]).abs() * weights).sum()) for name in ("model", "pace")}
    return {
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
        "columns": {
            "group": (t("Repeat purchases before"), ""), "n_customers": (t("Customers"), "count"),
            "actual": (t("actual"), "number2"), "model": (t("model"), "number2"), "pace": (t("own pace"), "number2"),
        },
    }


def scores(scored: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return the table of methods with what came and the best in hindsight as its last row, and its headers."""
    model = scored.iloc[0]
    actual = {
        "method": "what came", "purchases_predicted": model["purchases_actual"],
        "revenue_predicted": model["revenue_actual"], "top_share": model["top_share_best"],
    }
    return pd.concat([scored, pd.DataFrame([actual])], ignore_index=True), {
        "method": (t("Method"), "label"), "purchases_predicted": (t("Purchases"), "count"),
        "mae": (t("Error per customer"), "number3"), "correlation": (t("Correlation"), "number3"),
        "revenue_predicted": (t("Revenue"), "money"),
        "top_share": (t("Revenue of its best tenth"), "percent1"),
    }


def rankings(scored: pd.DataFrame, ranked: dict) -> tuple[str, dict]:
    """Return the sentence on the best tenth: does the model find it better than past revenue does?"""
    values = {
        "share": TOP, "model": float(scored.iloc[0]["top_share"]), "past": float(scored.iloc[-1]["top_share"]),
        "best": float(scored.iloc[0]["top_share_best"]),
    }
    if ranked["low"] > 0:
        return (
            "The best {share:percent} of customers by the model brought {model:percent1} of the revenue of the unseen weeks, "
            "more than the best by past revenue ({past:percent1}); in hindsight it could have been {best:percent1}."
        ), values
    if ranked["high"] < 0:
        return (
            "The best {share:percent} of customers by the model brought {model:percent1} of the revenue of the unseen weeks, "
            "less than the best by past revenue ({past:percent1}); in hindsight it could have been {best:percent1}."
        ), values
    return (
        "For finding the best {share:percent} of customers, past revenue does about as well as the model: theirs was "
        "{past:percent1} against {model:percent1} of the revenue of the unseen weeks; in hindsight it could have been "
        "{best:percent1}."
    ), values


def coverage(bands: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return the table of coverage by band and its headers."""
    return bands.astype({"band": str}), {
        "band": (t("Fifth (1 = highest value)"), ""), "n_customers": (t("Customers"), "count"),
        "n_inside": (t("inside their interval"), "count"), "coverage": (t("Share"), "percent1"),
    }


def verdict(judged: Judgement) -> str:
    """Return the sentence of the verdict."""
    below = judged.figures["signed_miss"] < 0
    return {
        "loses": "On unseen weeks it errs by {error:number2} purchases a customer, more than a customer who keeps the own pace "
                 "({naive:number2}).",
        "far off": "On unseen weeks it predicts {miss:percent} less revenue than came, beyond the limit of {large:percent}."
        if below else
                   "On unseen weeks it predicts {miss:percent} more revenue than came, beyond the limit of {large:percent}.",
        "off": "On unseen weeks it errs by {error:number2} purchases a customer (own pace: {naive:number2}) but predicts "
               "{miss:percent} less revenue than came: trust its ranking more than its total."
        if below else
               "On unseen weeks it errs by {error:number2} purchases a customer (own pace: {naive:number2}) but predicts "
               "{miss:percent} more revenue than came: trust its ranking more than its total.",
        "no gain": "On unseen weeks it misses total revenue by {miss:percent1}, but its error of {error:number2} purchases a "
                   "customer is no clear gain over the own pace ({naive:number2}).",
        "narrow": "On unseen weeks it beats the own pace, but only {coverage:percent} of customers lay inside their 95% "
                  "interval: the intervals are too narrow.",
        "fits": "On unseen weeks it errs by {error:number2} purchases a customer (own pace: {naive:number2}), misses total "
                "revenue by {miss:percent1}, and {coverage:percent} of customers lay inside their 95% interval.",
    }[judged.why]


# --- value


def headline(totals: dict[str, float], *, horizon_weeks: int, has_margin: bool) -> tuple[str, dict]:
    """Return the page's answer."""
    values = {name: totals[name] for name in ("total", "low", "high", "n", "mean", "top_share")} | {"weeks": horizon_weeks}
    if has_margin:
        return (
            "Over the next {weeks:count} weeks the {n:count} customers are expected to bring {total:money} of gross margin "
            "({low:money} to {high:money}), {mean:money} each; the best tenth bring {top_share:percent} of it."
        ), values
    return (
        "Over the next {weeks:count} weeks the {n:count} customers are expected to bring {total:money} of revenue "
        "({low:money} to {high:money}), {mean:money} each; the best tenth bring {top_share:percent} of it."
    ), values


def key_figures(totals: dict[str, float], money: Assumptions, *, miss: float, horizon_weeks: int) -> list[Kpi]:
    kind = t("gross margin, discounted") if money.has_margin else t("revenue, discounted")
    weeks = t("next {weeks:count} weeks", weeks=horizon_weeks)
    period = t("{when}; {what}", when=weeks, what=kind)
    return [
        Kpi(t("Value per customer"), totals["mean"], "money", low=totals["mean_low"], high=totals["mean_high"],
            note=period),
        Kpi(t("Value of all customers"), totals["total"], "money", low=totals["low"], high=totals["high"], note=period),
        Kpi(t("Customers who buy again"), totals["buyers"], "percent", note=t("expected, {weeks}", weeks=weeks)),
        Kpi(t("Error on unseen weeks"), miss, "change_percent1", note=t("predicted against actual revenue")),
    ]


def explain_assumptions(business, *, total: float, language: str) -> list[tuple[str, dict]]:
    """Return the sentences on margin and discount: value, source, and what the margin's range does to the total."""
    margin, discount = business.margin_rate, business.yearly_discount_rate
    sentences = [(
        "No margin is given for this business (margin_rate in dataset.yml), so value means money received, not profit.", {}
    )]
    if margin:
        sentences = [(
            "Value is gross margin: {rate:percent1} of revenue ({source}). Were the margin {low:percent1} or {high:percent1}, "
            "the total would be {total_low:money} or {total_high:money}.",
            {
                "rate": margin.value, "source": margin.source.in_language(language), "low": margin.low, "high": margin.high,
                "total_low": total * margin.low / margin.value, "total_high": total * margin.high / margin.value,
            },
        )]
    if discount:
        return [*sentences, (
            "Later money counts less: {rate:percent1} a year ({source}).",
            {"rate": discount.value, "source": discount.source.in_language(language)},
        )]
    return [*sentences, ("No discount rate is given, so money in a year counts as much as money today.", {})]


def named_deciles(deciles: pd.DataFrame) -> pd.DataFrame:
    """Return the deciles with a name in the reader's language."""
    first, last = deciles["value_decile"].min(), deciles["value_decile"].max()
    ends = {first: t("highest tenth"), last: t("lowest tenth")}
    return deciles.assign(name=[ends.get(number, t("{n:count}.", n=number)) for number in deciles["value_decile"]])


def deciles(tenths: pd.DataFrame, totals: dict[str, float], *, horizon_weeks: int) -> dict:
    """Return the texts of the chart of value by tenth of customers."""
    return {
        "title": t(
            "A customer is worth {first:money} in the highest tenth and {last:money} in the lowest",
            first=tenths["mean_value"].iloc[0], last=tenths["mean_value"].iloc[-1],
        ),
        "subtitle": t("Share of the value of the next {weeks:count} weeks, by tenth of customers", weeks=horizon_weeks),
        "alt": t("Ten bars from the highest tenth of customers, {top_share:percent} of the value, to the lowest.", **totals),
        "columns": {
            "name": (t("Tenth of customers"), ""), "n_customers": (t("Customers"), "count"),
            "share": (t("Share of value"), "percent1"), "mean_value": (t("Value per customer"), "money"),
            "mean_purchases": (t("Expected purchases"), "number1"),
            "mean_per_purchase": (t("Revenue per purchase"), "money"), "mean_p_alive": (t("P(alive)"), "percent"),
        },
    }


# --- cohorts


def triangle(cells: pd.DataFrame, matrix: pd.DataFrame) -> dict:
    """Return the texts and the table of the cohort chart."""
    values = {"low": float(matrix.min().min()), "high": float(matrix.max().max()), "n": len(matrix)}
    n_hidden = cells.loc[cells["n_customers"] < MIN_COHORT, "cohort_month"].nunique()
    return {
        "title": t("Between {low:percent} and {high:percent} of a cohort buy in a given later month", **values),
        "subtitle": t(
            "Share of customers who buy, by month of the first purchase; {hidden:count} cohorts of fewer than {least:count} "
            "customers are not shown" if n_hidden else "Share of customers who buy, by month of the first purchase",
            least=MIN_COHORT, hidden=n_hidden,
        ),
        "alt": t("Triangle of {n:count} cohorts by months since; shares between {low:percent} and {high:percent}.", **values),
        "data": cells[cells["n_customers"] >= MIN_COHORT],
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


def curve(steps: pd.DataFrame, facts: dict[str, float]) -> dict:
    """Return the texts and the table of the retention curve."""
    last = steps.iloc[-1]
    values = {
        "rate": facts["rate"], "months": facts["months"], "last": float(last["retention_rate"]),
        "last_month": int(last["months_since"]), "n_last": int(last["n_cohorts"]), "n_all": int(steps["n_cohorts"].max()),
    }
    title = (
        "{rate:percent} of customers buy in month {months:count}, {last:percent} in month {last_month:count}"
        if values["last_month"] > values["months"] else "{rate:percent} of customers buy in month {months:count}"
    )
    return {
        "title": t(title, **values),
        "subtitle": t(
            "Share of customers who buy in a month, with 95% interval. Later months rest on fewer cohorts: the last one on "
            "{n_last:count} of {n_all:count}", **values,
        ),
        "alt": t(
            "Line of the share of customers who buy by month since the first purchase; it ends at {last:percent}.", **values
        ),
        "data": steps,
        "columns": {
            "months_since": (t("Months since"), "count"), "n_cohorts": (t("Cohorts"), "count"),
            "n_customers": (t("Customers"), "count"), "n_active": (t("who buy"), "count"),
            **_interval_columns(),
        },
    }


# --- contracts


def contract_headline(*, has_margin: bool) -> str:
    """Return the page's answer for contractual customers."""
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


def contract_figures(facts: dict[str, float], retained: dict, money: Assumptions) -> list[Kpi]:
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


def contract_curves(retained: dict) -> dict:
    """Return the texts of the chart of contracts still running by age."""
    title = (
        "After {months:count} months {rate:percent1} of “{plan:label}” contracts still run, {other_rate:percent1} of "
        "“{other:label}”" if retained["n_plans"] > 1 else "After {months:count} months {rate:percent1} of contracts still run"
    )
    return {
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


def contract_verdict(retained: dict) -> str:
    """Return what limits the use of the contract figures: they have not been checked on later months."""
    if retained["only_recent_ends"]:
        return (
            "Every known end lies within a month of {as_of:day}. The figures read each row as a contract followed from its "
            "start; if contracts that ended earlier are missing from the data, {if_so:percent1} of all contracts reach month "
            "{months:count}, not {read_as:percent1}. Nothing here was checked on later months."
        )
    return "The figures continue the losses seen so far; nothing here was checked on later months."
