"""Words of the lifetime-value report: sentences and key figures, chosen by what was computed.

Functions return a template with its values, or texts in the reader's language (key figures). Charts and tables have their words
in lifetime_value_charts.py, cohorts and contracts in cohort_words.py and contract_words.py.
"""

import math

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import WITHIN_SHARE, Evidence
from helpers.i18n import text as t
from helpers.lifetime_value.lifetime_value import WEAK_LINK, Assumptions
from helpers.lifetime_value.lifetime_value_holdout import TOP, Judgement
from helpers.report import Kpi

RULE = (  # of the verdict
    "The rule: use, if it errs less than the own pace, misses total revenue by at most {small:percent} and has "
    "{least:percent} of customers inside their interval; do not use, if it errs more than the own pace or misses revenue by "
    "more than {large:percent}."
)


# --- customers


def repeaters(histories: pd.DataFrame) -> tuple[str, dict]:
    """Return the sentence on who came back at all, and how often. Raises TooLittleData where no order names a customer."""
    if histories.empty:
        raise TooLittleData("No order names its customer: of single customers nothing can be said.")
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


# --- models


def choice(facts: dict) -> str:
    """Return the sentence on which model is used, and how much that matters."""
    if facts["n_models"] == 1:
        return "{model:label} describes how often customers buy and when they stop."
    if facts["n_close"] == 1:
        return (
            "{model:label} is used: it gives what came in the {weeks:count} unseen weeks the highest likelihood, beyond "
            "chance. How much it matters: the totals of the {n_models:count} models differ by up to {spread:percent1}."
        )
    return (
        "{model:label} is used: chance could explain which of {n_close:count} models gives the {weeks:count} unseen weeks the "
        "highest likelihood, and its total came nearest (models that need no penalty first). How much it matters: the totals "
        "of the {n_models:count} models differ by up to {spread:percent1}."
    )


def about_choice(facts: dict) -> list[tuple[str, dict]]:
    """Return the sentences on the choice of the model and on models that did not converge at once."""
    return [(sentence, facts) for sentence in (choice(facts), *ladder(facts))]


def ladder(facts: dict) -> list[str]:
    """Return the templates on models that did not converge at once; their values are the facts."""
    said = []
    if facts["penalised"]:
        said.append(
            "{penalised:list} settled only with a penalty on large parameters: the data do not fully determine how customers "
            "differ."
        )
    if facts["failed"]:
        said.append("{failed:list} found no stable parameters on this data, with penalties neither, and is left out.")
    return said


def likelihoods(fitted: pd.DataFrame) -> tuple[str, dict]:
    """Return the sentence on the log-likelihoods of purchases and values, beside the published ones if there are any."""
    rows = fitted[fitted["parameter"] == "log-likelihood"].drop_duplicates("model").set_index("model")
    model = rows.index[0]
    values = {"model": model, "purchases": rows["estimate"].iloc[0], "values": rows.loc["Gamma-Gamma", "estimate"]}
    if not rows["published"].notna().all():
        return "Log-likelihood: {model:label} {purchases:number2}, Gamma-Gamma {values:number2}.", values
    values |= {"purchases_known": rows["published"].iloc[0], "values_known": rows.loc["Gamma-Gamma", "published"]}
    return (
        "Log-likelihood: {model:label} {purchases:number2} (published {purchases_known:number2}), Gamma-Gamma {values:number2} "
        "(published {values_known:number2}). These are the histories of the published study."
    ), values


def rhythm(meaning: dict) -> str:
    """Return what the parameters mean in words."""
    if meaning["per_week"]:
        return (
            "In words: an active customer buys {rate:number3} times a week on average ({rate_low:number3} to "
            "{rate_high:number3}) and leaves for good within a week with a chance of {leave:percent2} ({leave_low:percent2} to "
            "{leave_high:percent2})."
        )
    return (
        "In words: an active customer buys {rate:number3} times a week on average ({rate_low:number3} to {rate_high:number3}) "
        "and leaves for good after a purchase with a chance of {leave:percent2} ({leave_low:percent2} to "
        "{leave_high:percent2})."
    )


def meanings(fitted: pd.DataFrame, meaning: dict) -> list[tuple[str, dict]]:
    """Return the sentences on the fit: log-likelihoods, and what the parameters mean."""
    return [likelihoods(fitted), (rhythm(meaning), meaning)]


def independence_evidence(link: dict[str, float]) -> Evidence:
    """Return what supports `independence`: the correlation, beside the limit up to which it counts as weak."""
    limit = math.copysign(WEAK_LINK, link["spearman"])
    return Evidence(
        "estimate", n=link["n"], estimate=link["spearman"], interval=(link["low"], link["high"]), baseline=limit,
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


def rankings_evidence(ranked: dict, *, n: int) -> Evidence:
    """Return what supports it: the gain of the model's ranking over past revenue on unseen weeks, with its interval.

    Where neither ranks better, the sentence says so: it holds if the gain is known to within five percentage points.
    """
    gain, ends = ranked["gain"], (ranked["low"], ranked["high"])
    if ranked["low"] <= 0 <= ranked["high"]:
        return Evidence("estimate", n=n, estimate=gain, interval=ends, within=WITHIN_SHARE, serves="whom to contact")
    return Evidence(
        "prediction", n=n, estimate=gain, interval=ends, baseline=0.0, held_out=True, serves="whom to contact"
    )


def coverage_evidence(facts: dict) -> Evidence:
    """Return what supports it: coverage of the best customers on unseen weeks, beside the promised level as an estimate."""
    return Evidence(
        "estimate", n=facts["top_n"], estimate=facts["top"], interval=(facts["top_low"], facts["top_high"]), held_out=True,
        within=WITHIN_SHARE, serves="what to trust",
    )


def coverage(facts: dict) -> str:
    """Return the sentence on the coverage of customers' intervals, of the best ones too."""
    if facts["is_off"]:
        return (
            "{coverage:percent} of customers lay inside their 95% interval of revenue, but only {top:percent} of the best "
            "{top_share:percent} ({top_low:percent} to {top_high:percent}). Widened by the errors of one half of the "
            "customers, the intervals held {repaired:percent} of the other half, and {top_repaired:percent} of the best."
        )
    return (
        "{coverage:percent} of customers lay inside their 95% interval of revenue, and {top:percent} of the best "
        "{top_share:percent} ({top_low:percent} to {top_high:percent}). Widened where needed by the errors of one half of the "
        "customers, the intervals held {repaired:percent} of the other half, and {top_repaired:percent} of the best."
    )


def totals(facts: dict) -> str:
    """Return the sentence on the interval of all customers' revenue together."""
    if facts["has_total"]:
        return (
            "All customers together brought {total_actual:money}, inside the interval of the total ({total_low:money} to "
            "{total_high:money})."
        )
    return (
        "All customers together brought {total_actual:money}, outside the interval of the total ({total_low:money} to "
        "{total_high:money}): it knows chance and parameters, not seasons or trends. The interval of the value below is "
        "therefore as wide as this error."
    )


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


def concentration() -> str:
    """Return the sentence on how value is spread over customers."""
    return (
        "The best tenth of customers hold {top_share:percent} of the value expected in the next {weeks:count} weeks, the "
        "lower half {lower_share:percent}."
    )


def concentration_evidence(gain: dict, *, n: int) -> Evidence:
    """Return what supports it: the model's gain over the own pace on unseen weeks."""
    return Evidence(
        "prediction", n=n, estimate=gain["gain"], interval=(gain["low"], gain["high"]), baseline=0.0, held_out=True,
        serves="what to expect",
    )


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
