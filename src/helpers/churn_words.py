"""What the churn report says: sentences chosen by what was computed.

A sentence is a message of the catalogue with its values; which one is chosen depends on the data, never on a data set's name.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers import churn, churn_contracts, churn_features, churn_quality
from helpers.churn_examples import MIN_CLASS, Examples
from helpers.i18n import text
from helpers.proportions import add_wilson
from helpers.report import Evidence


@dataclass(frozen=True)
class Sentence:
    """A message, its values and, for a finding, what supports it."""

    template: str
    values: dict = field(default_factory=dict)
    evidence: Evidence | None = None

    def __str__(self) -> str:
        return text(self.template, **self.values)


# --- who is lost


def definition(examples: Examples) -> Sentence:
    """Say what counts as lost, which value of the label means it, and its base rate."""
    n, rate = len(examples.test), examples.base_rate
    if examples.kind == "contracts":
        return Sentence(
            "Lost (churned = true) means that the customer ended the contract. That holds for {rate:percent1} of "
            "{n:count} contracts; all rates on this page have this sense.",
            {"rate": rate, "n": n},
        )
    windows = examples.windows
    return Sentence(
        "Lost (churned = true) means no purchase in the {horizon:count} days after a cut-off day; there is no contract that "
        "could end. At the cut-off {day:day} that came true for {rate:percent1} of {n:count} customers; all rates on this page "
        "have this sense.",
        {"horizon": windows.horizon_days, "day": windows.test, "rate": rate, "n": n},
    )


def how_tested(examples: Examples) -> Sentence:
    """Say how the model is tested: over time, or only across customers."""
    if examples.kind == "contracts":
        return Sentence(
            "The data has no dates of what happened when. The model is tested on contracts that it has not seen (five folds), "
            "not on a later period: this can show who leaves, but cannot prove that the warning comes early.",
        )
    windows = examples.windows
    if not examples.is_temporal:
        return Sentence(
            "The data is too short to learn from an earlier period and be tested on a later one with a horizon of "
            "{horizon:count} days. The model is tested at the cut-off {test:day} on customers that it has not seen (five folds), "
            "not on a later period.",
            {"horizon": windows.horizon_days, "test": windows.test},
        )
    return Sentence(
        "The model learns at the cut-off {train:day}, from purchases up to that day and from who returned by {test:day}. It is "
        "tested at the cut-off {test:day} on customers that it has not seen, with what they did until {snapshot:day}.",
        {"train": windows.train, "test": windows.test, "snapshot": windows.snapshot},
    )


def base_rates(examples: Examples, *, silence_limits: list[int]) -> pd.DataFrame:
    """Return the share lost by days of silence (buyers) or by plan (contracts), with Wilson intervals and the group's name."""
    if examples.kind == "contracts":
        counts = churn_contracts.plan_rates(examples.test).rename(columns={"plan": "group"})
    else:
        bands = churn_features.silence_bands(examples.test, limits=silence_limits)
        counts = bands.assign(group=band_labels(bands))
    return add_wilson(counts, successes="n_churned", n="n")


def base_finding(examples: Examples, groups: pd.DataFrame) -> Sentence:
    """Say in which group customers are lost most and least."""
    if examples.kind == "contracts":
        return plan_finding(groups.rename(columns={"group": "plan"}))
    return silence_finding(groups, horizon_days=examples.windows.horizon_days)


def silence_finding(bands: pd.DataFrame, *, horizon_days: int) -> Sentence:
    """Compare the customers seen last with those silent longest (bands with enough customers only)."""
    rows = bands[bands["n"] >= MIN_CLASS]
    recent, longest = rows.iloc[0], rows.iloc[-1]
    values = {
        "recent_share": recent["n_churned"] / recent["n"], "recent": int(recent["to_days"]) if len(rows) > 1 else 0,
        "share": longest["n_churned"] / longest["n"], "start": int(longest["from_days"]), "horizon": horizon_days,
        "n": int(longest["n"]),
    }
    evidence = Evidence("fact", int(rows["n"].sum()))
    if np.isnan(longest["to_days"]):
        return Sentence(
            "Of {n:count} customers silent for {start:count} days or more, {share:percent} bought nothing in the next "
            "{horizon:count} days; of those seen in the last {recent:count} days, {recent_share:percent1}.", values, evidence,
        )
    return Sentence(
        "Of {n:count} customers silent for {start:count} to {end:count} days, {share:percent} bought nothing in the next "
        "{horizon:count} days; of those seen in the last {recent:count} days, {recent_share:percent1}.",
        values | {"end": int(longest["to_days"])}, evidence,
    )


def plan_finding(rates: pd.DataFrame) -> Sentence:
    """Compare the plan that is ended most often with the one ended least often."""
    rows = rates.assign(rate=rates["n_churned"] / rates["n"])[rates["n"] >= MIN_CLASS]
    rows = rows.sort_values(["rate", "plan"], ascending=[False, True], kind="stable")
    most, least = rows.iloc[0], rows.iloc[-1]
    return Sentence(
        "{rate:percent1} of the contracts of type {plan:label} were ended, against {other_rate:percent1} of type {other:label}.",
        {"rate": float(most["rate"]), "plan": most["plan"], "other_rate": float(least["rate"]), "other": least["plan"]},
        Evidence("fact", int(rows["n"].sum())),
    )


def band_labels(bands: pd.DataFrame) -> pd.Series:
    """Return the names of bands of silence, in the reader's language."""
    return pd.Series([
        text("{start:count} days or more", start=row.from_days) if np.isnan(row.to_days)
        else text("{start:count}–{end:count} days", start=row.from_days, end=row.to_days)
        for row in bands.itertuples()
    ], index=bands.index, dtype="str")


# --- how well


def ranking_finding(quality: pd.DataFrame, tested: pd.DataFrame, *, seed: int) -> Sentence:
    """Compare the model's ranking with that of the best rule of one column."""
    best = churn.best_simple(quality)
    gain = churn_quality.gain(tested, model=churn.MODEL, baseline=best, seed=seed)
    ours = churn_quality.value_of(churn.main_quality(quality), churn.MODEL, "roc_auc")["value"]
    return Sentence(
        "Take one customer who was lost and one who was not: the model ranks them the right way round in {auc:percent1} of all "
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
        "Without the customers already silent for a whole horizon, whose loss is no news, {auc:percent1} of the pairs are ranked "
        "right, and the tenth with the highest risk holds {lift:number1} times as many later losses as an average tenth.",
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
        "{share:percent} of established customers spend less than half of what they spent in the period before, those who stay away "
        "included. Of such pairs {auc:percent1} are ranked right, against {leaving:percent1} where the question is who leaves.",
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
            "Against the purchase model (“{rival:label}”) the difference is {value:change_number1} points of AUC (95% interval "
            "{low:change_number1} to {high:change_number1}).", values,
        )
    return Sentence(
        "The purchase model (“{rival:label}”) ranks about as well: the difference is {value:change_number1} points of AUC (95% "
        "interval {low:change_number1} to {high:change_number1}).", values,
    )


def alive_note(quality: pd.DataFrame) -> Sentence | None:
    """Warn of taking "no longer alive" of the purchase model for churn; None where that model was not fitted."""
    auc = main_auc(quality)
    if "BG/NBD: no longer alive" not in auc:
        return None
    return Sentence(
        "“No longer alive” of the purchase model is not a churn score: {alive:percent1} of the pairs ranked right, against "
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
        "The model expected {expected:percent1} to be lost and {seen:percent1} were; its probabilities miss by {skill:percent} "
        "more (Brier score) than the same rate for everyone.", values, evidence,
    )


# --- whom and why


def answer(examples: Examples, scores: pd.DataFrame, *, n_first: int) -> Sentence:
    """Answer the page's question in one sentence."""
    buying = scores[~scores["is_silent"]]
    total = buying["expected_loss"].sum()
    values = {
        "n": len(buying), "expected": buying["churn_probability"].sum(), "loss": total, "n_first": min(n_first, len(buying)),
        "share": buying.nsmallest(n_first, "rank")["expected_loss"].sum() / max(total, 1e-12),
    }
    if examples.kind == "contracts":
        return Sentence(
            "Of {n:count} running contracts about {expected:count} look like those that were ended; {loss:money} are at risk, and "
            "the first {n_first:count} of the list hold {share:percent} of it.", values,
        )
    return Sentence(
        "Of {n:count} customers who are still buying about {expected:count} will not return in the next {horizon:count} days; "
        "{loss:money} are at risk, and the first {n_first:count} of the list hold {share:percent} of it.",
        values | {"horizon": examples.windows.horizon_days},
    )


def value_note(examples: Examples, business) -> Sentence:
    """Say in a few words what the loss is counted in."""
    if examples.kind == "contracts":
        months = business.months_of_value.value if business.months_of_value else 1.0
        return Sentence("in fees of {months:number} months, at today's probabilities", {"months": months})
    values = {"horizon": examples.windows.horizon_days}
    if business.margin_rate is None:
        return Sentence("in revenue of {horizon:count} days, at today's probabilities", values)
    return Sentence("in margin of {horizon:count} days, at today's probabilities", values)


def value_words(examples: Examples, business) -> Sentence:
    """Say what the loss is counted in."""
    if examples.kind == "contracts":
        if business.months_of_value is None:
            return Sentence("Expected loss = probability × one monthly fee.")
        return Sentence(
            "Expected loss = probability × monthly fee × {months:number} months (an assumption of dataset.yml).",
            {"months": business.months_of_value.value},
        )
    values = {"horizon": examples.windows.horizon_days}
    if business.margin_rate is None:
        return Sentence(
            "Expected loss = probability × revenue of {horizon:count} days at the customer's own past pace. It is revenue, not "
            "margin: dataset.yml gives no margin rate.", values,
        )
    return Sentence(
        "Expected loss = probability × margin of {horizon:count} days: revenue at the customer's own past pace × a margin rate of "
        "{margin:percent} (an assumption of dataset.yml).", values | {"margin": business.margin_rate.value},
    )


def capture_finding(captured: dict, tested: pd.DataFrame, *, share: float) -> Sentence:
    """Say how much of the value really lost the head of the list held at the test cut-off."""
    return Sentence(
        "Had the list been made at the test cut-off, its first {share:percent} would have held {value:percent} of the value that "
        "was then lost; a list ordered by customer value alone, {other:percent}.",
        {"share": share, "value": captured["value"], "other": captured["without_score"]},
        Evidence("prediction", len(tested), captured["value"], (captured["low"], captured["high"]),
                 captured["without_score"], held_out=True),
    )


def driver_finding(drivers: pd.DataFrame, *, n_first: int, n: int) -> Sentence:
    """Name what sets the head of the list apart from the average customer."""
    first = drivers.iloc[0]
    return Sentence(
        "What sets the first {n_first:count} of the list apart from the average customer is above all “{reason:label}”. It alone "
        "multiplies their odds of being lost by {times:number1}.",
        {"n_first": n_first, "reason": first["reason"], "times": float(np.exp(first["points"]))}, Evidence("prediction", n),
    )


def why(scores: pd.DataFrame) -> pd.Series:
    """Return each customer's reasons as words in the reader's language, the heaviest first."""
    return pd.Series([
        "; ".join(text(row[name], **row) for name in ("reason_1", "reason_2", "reason_3") if isinstance(row[name], str))
        for row in scores.to_dict("records")
    ], index=scores.index, dtype="str")


# --- what it costs


def profit_finding(rules: pd.DataFrame, gain: dict, *, needed: float, n_first: int) -> Sentence:
    """Say whether contacting pays at the assumed figures, and by how much; else how much more a kept customer would have to bring."""
    best, everyone = rules.iloc[-1], rules.set_index("rule").loc["contact everyone"]
    if best["n_contacted"] == 0:
        evidence = Evidence(
            "prediction", int(best["n"]), everyone["profit_per_customer"], (everyone["low"], everyone["high"]), 0.0, held_out=True
        )
        values = {"loss": -everyone["profit_per_customer"], "n": n_first, "times": needed}
        if not np.isfinite(needed):
            return Sentence(
                "At the assumed figures no contact would have paid: contacting everyone would have cost {loss:money2} per customer.",
                values, evidence,
            )
        return Sentence(
            "At the assumed figures no contact would have paid: contacting everyone would have cost {loss:money2} per customer. Even "
            "for the {n:count} most worthwhile customers of today the offer pays only if keeping one brings {times:number1} times "
            "what is at stake here.", values, evidence,
        )
    rule = rules.set_index("rule")["profit_per_customer"]
    return Sentence(
        "At the assumed figures, contacting only where it pays ({share:percent} of the customers) would have brought "
        "{profit:money2} per customer, contacting everyone {everyone:money2}, and contacting from a probability of one half up "
        "{half:money2}.",
        {"share": best["share_contacted"], "profit": best["profit_per_customer"], "everyone": rule["contact everyone"],
         "half": rule["probability of at least one half"]},
        Evidence("prediction", int(best["n"]), gain["value"], (gain["low"], gain["high"]), 0.0, held_out=True),
    )


def survival_finding(at: pd.DataFrame, *, month: int) -> Sentence:
    """Compare the plan whose contracts last longest with the one whose contracts last shortest."""
    long, short = at.iloc[0], at.iloc[-1]
    return Sentence(
        "After {month:count} months {share:percent} of the contracts of type {plan:label} still run, and {other_share:percent} of "
        "type {other:label}.",
        {"month": month, "share": float(long["survival"]), "plan": long["plan"], "other_share": float(short["survival"]),
         "other": short["plan"]},
        Evidence("estimate", int(short["at_risk"]), float(short["survival"]), (float(short["low"]), float(short["high"])),
                 float(long["survival"]) if len(at) > 1 else None),
    )


# --- tables: column → (header in the reader's language, format)


def quality_columns() -> dict:
    """Return the columns of the comparison of scores."""
    return {
        "model": (text("Score"), "label"), "roc_auc": (text("Pairs ranked right (AUC)"), "percent1"),
        "roc_auc_low": (text("from"), "percent1"), "roc_auc_high": (text("to"), "percent1"),
        "pr_auc": (text("PR-AUC"), "number3"), "prevalence": (text("Share lost"), "percent1"),
        "top_decile_lift": (text("Lift of the top tenth"), "number1"), "brier": (text("Brier score"), "number4"),
        "brier_skill": (text("Brier skill"), "percent1"), "calibration_slope": (text("Calibration slope"), "number2"),
        "calibration_intercept": (text("Calibration intercept"), "number2"),
    }


def list_columns(examples: Examples) -> dict:
    """Return the columns of the early-warning list."""
    columns = {"rank": (text("Place"), "count"), "customer_id": (text("Customer"), ""),
               "churn_probability": (text("Probability"), "percent1"), "value_at_stake": (text("At stake"), "money"),
               "expected_loss": (text("Expected loss"), "money")}
    if examples.kind == "contracts":
        columns |= {"tenure_months": (text("Months of the contract"), "count"), "monthly_fee": (text("Monthly fee"), "money")}
    else:
        columns |= {"recency_days": (text("Days silent"), "count")}
    return columns | {"why": (text("Why"), "")}


def rule_columns() -> dict:
    """Return the columns of the comparison of contact rules."""
    return {
        "rule": (text("Rule"), "label"), "n_contacted": (text("Customers contacted"), "count"),
        "share_contacted": (text("Share of customers"), "percent1"), "profit_per_customer": (text("Profit per customer"), "money2"),
        "low": (text("from"), "money2"), "high": (text("to"), "money2"),
    }


def swing_columns() -> dict:
    """Return the columns of the sensitivity to the assumptions."""
    return {
        "assumption": (text("Assumption"), "label"), "end": (text("End of its range"), "label"), "value": (text("Value"), "number2"),
        "share_contacted": (text("Share of customers contacted"), "percent1"),
        "profit_per_customer": (text("Profit per customer"), "money2"),
    }


def curve_names(business) -> dict[str, str]:
    """Return the names of the profit curves, the assumed success rate first."""
    rate = business.success_rate
    return {end: text("success rate {rate:percent}", rate=getattr(rate, end)) for end in ("value", "low", "high")}
