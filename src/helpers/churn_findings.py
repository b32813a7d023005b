"""The findings of the churn report: how well, whom, at what cost, each with the evidence that its grade rests on."""

import numpy as np
import pandas as pd

from helpers import churn, churn_quality
from helpers.churn_costs import Offer
from helpers.churn_examples import Examples
from helpers.churn_words import Sentence
from helpers.report import Evidence

MUCH = 0.02  # a difference in AUC worth a warning

# --- how well


def ranking_finding(quality: pd.DataFrame, tested: pd.DataFrame, *, seed: int) -> Sentence:
    """Compare the model's ranking with that of the best rule of one column."""
    best = churn.best_simple(quality)
    gain = churn_quality.gain(tested, model=churn.MODEL, baseline=best, seed=seed)
    ours = churn_quality.value_of(churn.main_quality(quality), churn.MODEL, "roc_auc")["value"]
    return Sentence(
        "Take one customer who was lost and one who was not: the model ranks them the right way round in "
        "{auc:percent1} of all "
        "such pairs, the best simple rule (“{rule:label}”) in {other:percent1}.",
        {"auc": ours, "rule": best, "other": ours - gain["value"]},
        Evidence("prediction", len(tested), gain["value"], (gain["low"], gain["high"]), 0.0, held_out=True),
    )


def buying_finding(quality: pd.DataFrame) -> Sentence | None:
    """Say how well the model warns of customers who were still buying; None where nobody was silent for a horizon."""
    rows = quality[(quality["population"] == "still buying") & (quality["target"] == "churned")]
    if rows.empty:
        return None
    auc = churn_quality.value_of(rows, churn.MODEL, "roc_auc")
    lift = churn_quality.value_of(rows, churn.MODEL, "top_decile_lift")
    return Sentence(
        "Without the customers already silent for a whole horizon, whose loss is no news, {auc:percent1} of the pairs "
        "are ranked "
        "right, and the tenth with the highest risk holds {lift:number1} times as many later losses as an average "
        "tenth.",
        {"auc": auc["value"], "lift": lift["value"]},
        Evidence("prediction", int(rows["n"].iloc[0]), lift["value"], (lift["low"], lift["high"]), 1.0, held_out=True),
    )


def halved_finding(quality: pd.DataFrame) -> Sentence | None:
    """Say how well partial defection is foretold; None where it was not asked."""
    rows = quality[quality["target"] == "spending halves"]
    if rows.empty:
        return None
    auc = churn_quality.value_of(rows, churn.HALVED, "roc_auc")
    share = churn_quality.value_of(rows, churn.HALVED, "prevalence")["value"]
    return Sentence(
        "{share:percent} of established customers spend less than half of what they spent in the period before, those "
        "who stay away "
        "included. Of such pairs {auc:percent1} are ranked right, against {leaving:percent1} where the question is who "
        "leaves.",
        {"share": share, "auc": auc["value"], "leaving": main_auc(quality)[churn.MODEL]},
        Evidence("prediction", int(rows["n"].iloc[0]), auc["value"], (auc["low"], auc["high"]), 0.5, held_out=True),
    )


def rival_note(quality: pd.DataFrame, tested: pd.DataFrame, *, seed: int) -> Sentence | None:
    """Compare the model with the purchase model's own probability; None where that was not fitted."""
    rival = "BG/NBD: no purchase in the horizon"
    if rival not in main_auc(quality):
        return None
    gain = churn_quality.gain(tested, model=churn.MODEL, baseline=rival, seed=seed)
    values = {"rival": rival, **{name: 100 * value for name, value in gain.items()}}
    if gain["low"] > 0 or gain["high"] < 0:
        return Sentence(
            "Against the purchase model (“{rival:label}”) the difference is {value:change_number1} points of AUC (95% "
            "interval "
            "{low:change_number1} to {high:change_number1}).", values,
        )
    return Sentence(
        "The purchase model (“{rival:label}”) ranks about as well: the difference is {value:change_number1} points of "
        "AUC (95% "
        "interval {low:change_number1} to {high:change_number1}).", values,
    )


def alive_note(quality: pd.DataFrame) -> Sentence | None:
    """Warn of taking "no longer alive" of the purchase model for churn; None where it does no worse, or was not fitted."""
    auc = main_auc(quality)
    if auc.get("BG/NBD: no longer alive", 1.0) > auc.get("BG/NBD: no purchase in the horizon", 0.0) - MUCH:
        return None
    return Sentence(
        "“No longer alive” of the purchase model is not a churn score: {alive:percent1} of the pairs ranked right, "
        "against "
        "{horizon:percent1} for the same model's probability of no purchase in the horizon.",
        {"alive": auc["BG/NBD: no longer alive"], "horizon": auc["BG/NBD: no purchase in the horizon"]},
    )


def main_auc(quality: pd.DataFrame) -> dict[str, float]:
    """Return the AUC of each score on the churn of all customers."""
    rows = churn.main_quality(quality)
    return rows[rows["metric"] == "roc_auc"].set_index("model")["value"].to_dict()


def calibration_finding(quality: pd.DataFrame) -> Sentence:
    """Compare the expected with the observed share, and the probabilities with the base rate for everyone."""
    of = {metric: churn_quality.value_of(churn.main_quality(quality), churn.MODEL, metric)
          for metric in ("mean_probability", "prevalence", "brier_skill")}
    skill, n = of["brier_skill"], int(churn.main_quality(quality)["n"].iloc[0])
    values = {"expected": of["mean_probability"]["value"], "seen": of["prevalence"]["value"], "skill": abs(skill["value"])}
    evidence = Evidence("prediction", n, skill["value"], (skill["low"], skill["high"]), 0.0, held_out=True)
    if skill["value"] > 0:
        return Sentence(
            "The model expected {expected:percent1} to be lost and {seen:percent1} were; its probabilities miss by "
            "{skill:percent} less (Brier score) than the same rate for everyone.", values, evidence,
        )
    return Sentence(
        "The model expected {expected:percent1} to be lost and {seen:percent1} were; its probabilities miss by "
        "{skill:percent} "
        "more (Brier score) than the same rate for everyone.", values, evidence,
    )


# --- whom and why


def capture_finding(examples: Examples, captured: dict, tested: pd.DataFrame, *, share: float) -> Sentence:
    """Say how much of the value really lost stood at the head of a list made without knowing the outcome."""
    return Sentence(
        "In a list of all contracts, made by models that had not seen them, the first {share:percent} held "
        "{value:percent} of the "
        "value that was lost; in a list ordered by customer value alone, {other:percent}."
        if examples.kind == "contracts" else
        "Had the list been made at the test cut-off, its first {share:percent} would have held {value:percent} of the "
        "value that "
        "was then lost; a list ordered by customer value alone, {other:percent}.",
        {"share": share, "value": captured["value"], "other": captured["without_score"]},
        Evidence("prediction", len(tested), captured["value"], (captured["low"], captured["high"]),
                 captured["without_score"], held_out=True),
    )


def driver_finding(drivers: pd.DataFrame, *, n_first: int, n: int) -> Sentence:
    """Name what sets the head of the list apart from the average customer, if it is the risk at all."""
    first = drivers.iloc[0]
    if first["points"] <= 0:
        return Sentence(
            "The first {n_first:count} of the list are there for what they would take with them: none of the reasons "
            "raises their "
            "risk above that of the average customer.", {"n_first": n_first}, Evidence("prediction", n),
        )
    return Sentence(
        "What sets the first {n_first:count} of the list apart from the average customer is above all "
        "“{reason:label}”. It alone "
        "multiplies their odds of being lost by {times:number1}.",
        {"n_first": n_first, "reason": first["reason"], "times": float(np.exp(first["points"]))}, Evidence("prediction", n),
    )


# --- what it costs, how long it lasts


def profit_finding(offer: Offer, *, n_first: int) -> Sentence:
    """Say whether contacting pays at the assumed figures, and by how much; else what a kept customer would have to bring."""
    rules, gain, needed = offer.rules, offer.gain, offer.needed
    best, everyone = rules.iloc[-1], rules.set_index("rule").loc["contact everyone"]
    if best["n_contacted"] == 0:
        interval = (everyone["low"], everyone["high"])
        evidence = Evidence("prediction", int(best["n"]), everyone["profit_per_customer"], interval, 0.0, held_out=True)
        values = {"loss": -everyone["profit_per_customer"], "n": n_first, "times": needed}
        if not np.isfinite(needed):
            return Sentence(
                "At the assumed figures no contact would have paid: contacting everyone would have cost {loss:money2} "
                "per customer.",
                values, evidence,
            )
        return Sentence(
            "At the assumed figures no contact would have paid: contacting everyone would have cost {loss:money2} per "
            "customer. Even "
            "for the {n:count} most worthwhile customers of today the offer pays only if keeping one brings "
            "{times:number1} times "
            "what is at stake here.", values, evidence,
        )
    rule = rules.set_index("rule")["profit_per_customer"]
    return Sentence(
        "At the assumed figures, contacting only where it pays ({share:percent} of the customers) would have brought "
        "{profit:money2} per customer, contacting everyone {everyone:money2}, and contacting from a probability of one "
        "half up "
        "{half:money2}.",
        {"share": best["share_contacted"], "profit": best["profit_per_customer"], "everyone": rule["contact everyone"],
         "half": rule["probability of at least one half"]},
        Evidence("prediction", int(best["n"]), gain["value"], (gain["low"], gain["high"]), 0.0, held_out=True),
    )


def survival_finding(at: pd.DataFrame) -> Sentence:
    """Compare the plan whose contracts last longest with the one whose contracts last shortest."""
    long, short = at.iloc[0], at.iloc[-1]
    return Sentence(
        "After {month:count} months {share:percent} of the contracts of type {plan:label} still run, and "
        "{other_share:percent} of type {other:label}.",
        {"month": int(long["month"]), "share": float(long["survival"]), "plan": long["plan"],
         "other_share": float(short["survival"]), "other": short["plan"]},
        Evidence("estimate", int(short["at_risk"]), float(short["survival"]), (float(short["low"]), float(short["high"])),
                 float(long["survival"]) if len(at) > 1 else None),
    )
