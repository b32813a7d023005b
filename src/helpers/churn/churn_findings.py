"""The findings of the churn report: how well, whom, at what cost, each with the evidence that its grade rests on."""

import numpy as np
import pandas as pd

from helpers.churn import churn, churn_quality
from helpers.churn.churn_costs import Offer
from helpers.churn.churn_examples import Examples
from helpers.churn.churn_study import MIN_AUC, MIN_SKILL, Study
from helpers.churn.churn_words import Sentence
from helpers.i18n import shown, text
from helpers.report import Evidence

MUCH = 0.02  # a difference in AUC worth a warning
FORMATS = {"success rate": "percent1", "margin rate": "percent1", "months of value": "number1"}  # of the assumptions

# --- how well


def ranking_finding(study: Study, *, seed: int) -> Sentence:
    """Compare the ranking of the score in use with that of the best rule of one column; or say that such a rule is used."""
    best = churn.best_simple(study.quality)
    score, n = study.examples.score, int(study.tested["customer_id"].nunique())
    auc = churn_quality.value_of(churn.main_quality(study.quality), score, "roc_auc")
    if score in churn.SIMPLER and churn.SIMPLER[score][0] == best:
        return Sentence(
            "Take one customer who was lost and one who was not: “{rule:label}” ranks them the right way round in "
            "{auc:percent1} of all such pairs. The model is no better, so the list uses this rule.",
            {"rule": best, "auc": auc["value"]},
            Evidence("prediction", n, auc["value"], (auc["low"], auc["high"]), 0.5, held_out=True, serves="what to trust"),
        )
    gain = churn_quality.gain(study.tested, model=score, baseline=best, seed=seed)
    return Sentence(
        "Take one customer who was lost and one who was not: the score in use (“{score:label}”) ranks them the right way round "
        "in {auc:percent1} of all such pairs, the best simple rule (“{rule:label}”) in {other:percent1}.",
        {"score": score, "auc": auc["value"], "rule": best, "other": auc["value"] - gain["value"]},
        Evidence("prediction", n, gain["value"], (gain["low"], gain["high"]), 0.0, held_out=True, serves="what to trust"),
    )


def choice_note(study: Study) -> Sentence | None:
    """Say which score is used, and where that was decided; None where there was nothing to choose from."""
    choice = study.choice
    if choice.rivals.empty:
        return None
    unbeaten = choice.rivals[~choice.rivals["is_beaten"]]
    values = {"score": choice.score, "n": len(choice.days), "auc": 100 * MIN_AUC, "skill": 100 * MIN_SKILL}
    if choice.is_model:
        return Sentence(
            "The list uses the model: decided at {n:count} earlier cut-offs, it beats each simpler score by at least "
            "{auc:number1} "
            "points of AUC or {skill:number1} points of Brier skill, intervals above 0. The latest cut-off took no part in "
            "that."
            if choice.is_apart else
            "The list uses the model: it beats each simpler score by at least {auc:number1} points of AUC or {skill:number1} "
            "points "
            "of Brier skill, intervals above 0. There is no earlier cut-off: choice and test rest on the same customers.",
            values,
        )
    values |= {"rivals": "; ".join(text("{rule:label}", rule=rival) for rival in unbeaten["rival"])}
    return Sentence(
        "The list uses “{score:label}”: decided at {n:count} earlier cut-offs, the model does not beat {rivals} by at least "
        "{auc:number1} points of AUC or {skill:number1} points of Brier skill, and then the simpler score is to be preferred. "
        "The latest cut-off took no part in that."
        if choice.is_apart else
        "The list uses “{score:label}”: the model does not beat {rivals} by at least {auc:number1} points of AUC or "
        "{skill:number1} "
        "points of Brier skill, and then the simpler score is to be preferred. There is no earlier cut-off: choice and test "
        "rest "
        "on the same customers.", values,
    )


def over_time(study: Study) -> pd.DataFrame:
    """Return AUC by tested cut-off: cut_off, model, value, low, high; n (customers)."""
    rows = study.quality[study.quality["population"].str.startswith("cut-off ") & (study.quality["metric"] == "roc_auc")]
    rows = rows.assign(cut_off=pd.to_datetime(rows["population"].str.removeprefix("cut-off ")))
    rows = rows.sort_values(["cut_off", "model"], kind="stable").reset_index(drop=True)
    return rows[["cut_off", "model", "value", "low", "high", "n"]]


def time_finding(study: Study) -> Sentence | None:
    """Say whether the ranking holds at every cut-off; None where there is only one."""
    rows = over_time(study)
    rows = rows[rows["model"] == study.examples.score]
    if len(rows) < 2:
        return None
    worst, best = (rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()])
    return Sentence(
        "Tested at {n:count} cut-offs from {first:day} to {last:day}, each time on customers and weeks that it had not seen, "
        "with a horizon of {horizon:count} days, the score ranks between {low:percent1} and {high:percent1} of the pairs "
        "of a lost and a kept customer right.",
        {"n": len(rows), "horizon": study.examples.windows.horizon_days, "first": rows["cut_off"].min(),
         "last": rows["cut_off"].max(), "low": float(worst["value"]), "high": float(best["value"])},
        Evidence("prediction", int(worst["n"]), float(worst["value"]), (float(worst["low"]), float(worst["high"])), 0.5,
                 held_out=True, serves="what to trust"),
    )


def returned_finding(study: Study) -> Sentence | None:
    """Say how many of those that the definition calls lost come back; None where there is no earlier period."""
    if study.definitions is None:
        return None
    row = study.definitions.table.set_index("definition").loc["Silent for the horizon"]
    if np.isnan(row["returned"]):
        return None
    return Sentence(
        "Away is not gone: of the customers counted as lost at an earlier cut-off, {share:percent} bought again in the "
        "{horizon:count} days of the next outcome.",
        {"share": float(row["returned"]), "horizon": study.examples.windows.horizon_days},
        Evidence("fact", int(row["n"]), serves="whom to contact"),
    )


def definition_finding(study: Study) -> Sentence | None:
    """Say which definition of lost can be foretold best and which worst; None where there is only one."""
    if study.definitions is None or len(study.definitions.table) < 2:
        return None
    rows = study.definitions.table.sort_values(["auc", "definition"], ascending=[False, True], kind="stable")
    best, worst = rows.iloc[0], rows.iloc[-1]
    return Sentence(
        "“{best:label}” ({share:percent} of the customers) is foretold best: {auc:percent1} of the pairs of a "
        "lost and a kept customer ranked right; “{worst:label}” ({other_share:percent}) worst: {other:percent1}.",
        {"best": best["definition"], "share": float(best["share"]), "auc": float(best["auc"]), "worst": worst["definition"],
         "other_share": float(worst["share"]), "other": float(worst["auc"])},
        Evidence("prediction", int(worst["n"]), float(worst["auc"]), (float(worst["auc_low"]), float(worst["auc_high"])), 0.5,
                 held_out=True),
    )


def level_note(study: Study) -> Sentence | None:
    """Say whether the level was brought up to date, and what that did; None where there is no earlier cut-off."""
    if not study.examples.is_temporal:
        return None
    mean = study.drift[["error_before", "error_after"]].abs().mean()
    values = {"before": 100 * float(mean["error_before"]), "after": 100 * float(mean["error_after"])}
    return Sentence(
        "The probabilities are shifted to the share lost at the latest cut-off whose outcome was known by then: expected and "
        "true "
        "share lost then differ by {after:number1} points on average, without the shift by {before:number1}."
        if study.is_levelled else
        "The probabilities are not shifted to the share lost at the latest cut-off whose outcome was known by then: expected "
        "and "
        "true share lost would differ by {after:number1} points on average, without the shift by {before:number1}.", values,
    )


def buying_finding(quality: pd.DataFrame) -> Sentence | None:
    """Say how well the model warns of customers who were still buying; None where nobody was silent for a horizon."""
    rows = quality[(quality["population"] == "still buying") & (quality["target"] == "churned")]
    if rows.empty:
        return None
    score = churn.used_score(rows)
    auc = churn_quality.value_of(rows, score, "roc_auc")
    lift = churn_quality.value_of(rows, score, "top_decile_lift")
    return Sentence(
        "Without the customers already silent for a whole horizon, whose loss is no news, {auc:percent1} of the pairs of a "
        "lost and a kept one are ranked right, and the tenth with the highest risk holds {lift:number1} times as many later "
        "losses as an average tenth.",
        {"auc": auc["value"], "lift": lift["value"]},
        Evidence("prediction", int(rows["n"].iloc[0]), lift["value"], (lift["low"], lift["high"]), 1.0, held_out=True,
                 serves="what to trust"),
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
    rows = churn.main_quality(quality)
    rows = rows[rows["model"] == churn.used_score(quality)].set_index("metric")
    skill, value = rows.loc["brier_skill"], rows["value"]
    evidence = Evidence("prediction", int(skill["n"]), float(skill["value"]), (float(skill["low"]), float(skill["high"])), 0.0,
                        held_out=True, serves="what to expect")
    values = {"expected": float(value["mean_probability"]), "seen": float(value["prevalence"]),
              "skill": abs(float(skill["value"]))}
    if skill["value"] <= 0:
        return Sentence(
            "Of the customers tested, the score expected {expected:percent1} to be lost; {seen:percent1} were. Its "
            "probabilities miss by {skill:percent} more (Brier score) than the same rate for everyone.", values, evidence,
        )
    if "calibration_slope" not in rows.index:  # one probability for everyone has none
        return Sentence(
            "Of the customers tested, the score expected {expected:percent1} to be lost; {seen:percent1} were. Its "
            "probabilities miss by {skill:percent} less (Brier score) than the same rate for everyone.", values, evidence,
        )
    return Sentence(
        "Of the customers tested, the score expected {expected:percent1} to be lost; {seen:percent1} were. Its probabilities "
        "miss by {skill:percent} less (Brier score) than the same rate for everyone; calibration slope {slope:number2} (right: "
        "1), intercept {intercept:number2} (right: 0).",
        values | {"slope": float(value["calibration_slope"]), "intercept": float(value["calibration_intercept"])}, evidence,
    )


# --- whom and why


def capture_finding(examples: Examples, captured: dict, tested: pd.DataFrame, *, share: float) -> Sentence:
    """Say how much of the value really lost stood at the head of a list made without knowing the outcome."""
    return Sentence(
        "In a list of all contracts, made by models that had not seen them, the first {share:percent} held "
        "{value:percent} of the "
        "value that was lost; in a list ordered by customer value alone, {other:percent}."
        if examples.kind == "contracts" else
        "Had the call list been made on {day:day}, its first {share:percent} would have held {value:percent} of the value lost "
        "over the {horizon:count} days that it speaks of; a list ordered by customer value alone, {other:percent}.",
        {"share": share, "value": captured["value"], "other": captured["without_score"], "day": examples.windows.test,
         "horizon": examples.windows.horizon_days} if examples.kind != "contracts" else
        {"share": share, "value": captured["value"], "other": captured["without_score"]},
        Evidence("prediction", len(tested), captured["value"], (captured["low"], captured["high"]),
                 captured["without_score"], held_out=True, serves="whom to contact"),
    )


def driver_finding(drivers: pd.DataFrame, *, n_first: int, n: int) -> Sentence:
    """Name what sets the head of the list apart from the average customer, if it is the risk at all."""
    first = drivers.iloc[0]
    if first["points"] <= 0:
        return Sentence(
            "The first {n_first:count} of the list are there for what they would take with them: none of the reasons "
            "raises their risk above that of the average customer.", {"n_first": n_first},
            Evidence("prediction", n, serves="whom to contact"),
        )
    return Sentence(
        "What sets the first {n_first:count} of the list apart from the average customer is above all “{reason:label}”. It "
        "alone multiplies their odds of being lost by {times:number1}.",
        {"n_first": n_first, "reason": first["reason"], "times": float(np.exp(first["points"]))},
        Evidence("prediction", n, serves="whom to contact"),
    )


# --- what it costs, how long it lasts


def profit_finding(offer: Offer, *, n_first: int) -> Sentence:
    """Say whether contacting pays at the assumed figures, and by how much; else what a kept customer would have to bring.

    Who is lost is measured on unseen data, whom an offer keeps is assumed: such a finding never holds without care.
    """
    rules, gain, needed = offer.rules, offer.gain, offer.needed
    best, everyone = rules.iloc[-1], rules.set_index("rule").loc["contact everyone"]
    if best["n_contacted"] == 0:
        interval = (everyone["low"], everyone["high"])
        evidence = Evidence("prediction", int(best["n"]), everyone["profit_per_customer"], interval, 0.0, held_out=False,
                            serves="where to spend")
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
        Evidence("prediction", int(best["n"]), gain["value"], (gain["low"], gain["high"]), 0.0, held_out=False,
                 serves="where to spend"),
    )


def survival_finding(at: pd.DataFrame) -> Sentence:
    """Compare the plan whose contracts last longest with the one whose contracts last shortest."""
    long, short = at.iloc[0], at.iloc[-1]
    return Sentence(
        "After {month:count} months {share:percent} of the contracts of type {plan:label} still run, and "
        "{other_share:percent} of type {other:label}.",
        {"month": int(long["month"]), "share": float(long["survival"]), "plan": long["plan"],
         "other_share": float(short["survival"]), "other": short["plan"]},
        Evidence("prediction", int(short["at_risk"]), float(short["survival"]), (float(short["low"]), float(short["high"])),
                 float(long["survival"]) if len(at) > 1 else None, held_out=False, serves="what to expect"),
    )


def hazard_finding(hazards: pd.DataFrame) -> Sentence | None:
    """Compare how fast contracts of one plan end at first and later: the plan that loses most; None without two periods."""
    by_plan = hazards.groupby("plan", sort=False)["n_ended"].sum()
    rows = hazards[hazards["plan"] == by_plan.idxmax()]
    if len(rows) < 2 or not rows["n_ended"].sum():
        return None
    first, later = rows.iloc[0], rows.iloc[1:].sort_values("hazard", kind="stable").iloc[0]
    return Sentence(
        "Of the running contracts of type {plan:label}, {first:percent1} end per month in the first {months:count} months and "
        "{later:percent1} from month {start:count} on, where the fewest do.",
        {"plan": first["plan"], "first": float(first["hazard"]), "months": int(first["to_month"]),
         "later": float(later["hazard"]), "start": int(later["from_month"])},
        Evidence("prediction", int(first["n"]), float(first["hazard"]), (float(first["low"]), float(first["high"])),
                 float(later["hazard"]), held_out=False, serves="what to expect"),
    )


def tipping_note(offer: Offer, *, n_first: int) -> Sentence:
    """Say which assumption within its range would turn the decision on the first of the list."""
    pays = offer.first_profit > 0
    turning = offer.tipping[offer.tipping["changes"] & offer.tipping["tips_at"].notna()]
    values = {"n": n_first, "profit": abs(offer.first_profit)}
    if turning.empty:
        return Sentence(
            "Contacting the first {n:count} of today's list is expected to bring {profit:money}; no assumption within its own "
            "range "
            "turns that into a loss." if pays else
            "Contacting the first {n:count} of today's list is expected to cost {profit:money} more than it brings; no "
            "assumption "
            "within its own range turns that into a gain.", values,
        )
    values["points"] = "; ".join(
        text("{name:label}: {value}", name=row.assumption, value=shown(row.tips_at, FORMATS.get(row.assumption, "money2")))
        for row in turning.itertuples()
    )
    return Sentence(
        "Contacting the first {n:count} of today's list is expected to bring {profit:money}. The decision turns at these "
        "values, "
        "the others as assumed: {points}." if pays else
        "Contacting the first {n:count} of today's list is expected to cost {profit:money} more than it brings. The decision "
        "turns at "
        "these values, the others as assumed: {points}.", values,
    )
