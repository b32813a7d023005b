"""May the scores be used? The leak alarm, what speaks against them, and a plain verdict.

A model that ranks too well is as suspect as one that ranks by chance: a column that knows the outcome gives an AUC near 1.
"""

import pandas as pd

from helpers.churn import churn, churn_findings, churn_quality
from helpers.churn.churn_examples import Examples
from helpers.churn.churn_study import Study
from helpers.churn.churn_words import Sentence
from helpers.errors import TooLittleData

LEAST = 0.55  # an AUC whose interval reaches below: hardly a list; and choosing among scores makes one look lucky
MAX_BIAS = 0.02  # |mean probability − share lost| above which the level is wrong
MOST = 0.5  # if so many of the lost come back, it was a pause; if so many are often silent so long, it is no loss
SLOPES = (0.8, 1.25)  # a calibration slope outside is wrong unless its interval holds 1; 1.25 = 1 / 0.8


def suspects(examples: Examples, *, limit: float) -> list[str]:
    """Return the columns that alone rank better than `limit`: they probably know the outcome. Works for texts as well."""
    test = examples.test
    found = []
    for column in examples.columns:
        values = test[column]
        if column in examples.categorical:
            values = values.map(test.groupby(column)["churned"].mean())
        scores = pd.DataFrame({
            "customer_id": test["customer_id"], "churned": test["churned"], "up": values.fillna(values.median()),
            "missing": values.isna().astype(float),
        })
        measured = churn_quality.measure(scores.fillna(0.0), scores={"up": False, "missing": False}, seed=0, n_draws=1)
        auc = measured.loc[measured["metric"] == "roc_auc", "value"]
        if max(auc.max(), 1 - auc.min()) > limit:
            found.append(column)
    return found


def is_alarming(quality: pd.DataFrame, *, limit: float) -> bool:
    """Say whether a fitted score ranks better than is believable: above `limit` a feature probably knows the outcome."""
    auc = churn_findings.main_auc(quality)
    return max(auc[name] for name in (churn.MODEL, churn.used_score(quality)) if name in auc) > limit


def concerns(study: Study, *, seed: int, leak_alarm: float) -> list[tuple]:
    """Return (level, Sentence) for everything that speaks against using the scores, the gravest first."""
    examples, quality = study.examples, study.quality
    rows, score = churn.main_quality(quality), examples.score
    of = {m: churn_quality.value_of(rows, score, m) for m in rows.loc[rows["model"] == score, "metric"]}
    auc, skill = of["roc_auc"], of["brier_skill"]
    slope = of.get("calibration_slope", {"value": 1.0, "low": 1.0, "high": 1.0})  # one probability for everyone has none
    bias = of["mean_probability"]["value"] - of["prevalence"]["value"]
    gain = churn_findings.ranking_finding(study, seed=seed)
    found = []
    if is_alarming(quality, limit=leak_alarm):
        columns = suspects(examples, limit=leak_alarm)
        found.append(("do not use", Sentence(
            "This is too good to be true: {auc:percent1} of the pairs are ranked right, above the alarm at "
            "{limit:percent}. A "
            "column probably knows the outcome ({columns}).",
            {"auc": auc["value"], "limit": leak_alarm, "columns": ", ".join(columns) or "–"},
        )))
    if auc["low"] <= LEAST or skill["low"] <= 0:
        found.append(("do not use", Sentence(
            "On customers that it had not seen the score is not clearly better than chance and the base rate: {auc:percent1} "
            "of the "
            "pairs ranked right (95% interval {low:percent1} to {high:percent1}, wanted: above {least:percent}), Brier score "
            "better "
            "by {skill:percent1} ({skill_low:percent1} to {skill_high:percent1}, wanted: above 0).",
            {**auc, "auc": auc["value"], "skill": skill["value"], "skill_low": skill["low"], "skill_high": skill["high"],
             "least": LEAST},
        )))
    is_slope_wrong = not (slope["low"] <= 1 <= slope["high"] or SLOPES[0] <= slope["value"] <= SLOPES[1])
    if abs(bias) > MAX_BIAS or is_slope_wrong:
        found.append(("use with care", Sentence(
            "Use the order, not the figure: the score expected {expected:percent1}, {seen:percent1} were lost, and the "
            "calibration "
            "slope is {slope:number2} (1 would be right).",
            {"expected": of["mean_probability"]["value"], "seen": of["prevalence"]["value"], "slope": slope["value"]},
        )))
    if (weak := _weak_cut_off(study)) is not None:
        found.append(("use with care", weak))
    if gain.evidence.interval[0] <= 0:
        found.append(("use with care", Sentence(
            "It ranks no better than “{rule:label}” that we could prove: the difference is {gain:change_number1} "
            "points of AUC (95% "
            "interval {low:change_number1} to {high:change_number1}).",
            {"rule": gain.values["rule"], "gain": 100 * gain.evidence.estimate,
             "low": 100 * gain.evidence.interval[0], "high": 100 * gain.evidence.interval[1]},
        )))
    if (pause := _is_a_pause(study)) is not None:
        found.append(("use with care", pause))
    if (short := _is_ordinary(study)) is not None:
        found.append(("use with care", short))
    if not examples.is_temporal:
        found.append(("use with care", _not_over_time(examples, auc["value"])))
    return found


def _is_a_pause(study: Study) -> Sentence | None:
    """Say that most of those counted as lost come back; None where most stay away, or it is not known."""
    returned = churn_findings.returned_finding(study)
    if returned is None or returned.values["share"] < MOST:
        return None
    return Sentence(
        "Read “lost” as a long pause: {share:percent} of those counted as lost at an earlier cut-off bought again in the next "
        "outcome. A longer horizon_days would tell leaving from pausing.", returned.values,
    )


def _is_ordinary(study: Study) -> Sentence | None:
    """Say that for most customers a silence of a horizon is nothing unusual; None where it is, or gaps are not known."""
    if "limit_days" not in study.latest:
        return None
    limits, horizon = study.latest["limit_days"], study.examples.windows.horizon_days
    share = float((limits > horizon).mean())
    if share < MOST:
        return None
    return Sentence(
        "The horizon is short for these customers: for {share:percent} of them a silence of {horizon:count} days lies within "
        "their "
        "own rhythm (the limit of the middle customer is {limit:count} days).",
        {"share": share, "horizon": horizon, "limit": float(limits.median())},
    )


def _weak_cut_off(study: Study) -> Sentence | None:
    """Say at which cut-off the ranking is not reliably better than chance; None where it is at all of them."""
    rows = churn_findings.over_time(study)
    rows = rows[(rows["model"] == study.examples.score) & (rows["low"] <= 0.5)]
    if rows.empty:
        return None
    worst = rows.sort_values("low", kind="stable").iloc[0]
    return Sentence(
        "It does not hold at every cut-off: on {day:day} the 95% interval of the pairs ranked right goes down to "
        "{low:percent1}.",
        {"day": worst["cut_off"], "low": float(worst["low"])},
    )


def _not_over_time(examples: Examples, auc: float) -> Sentence:
    """Say what a test without a later period leaves open."""
    if examples.kind == "buyers":
        learnt, today = examples.test["age_days"].max(), examples.current["age_days"].median()
        if today > learnt:
            return Sentence(
                "It ranks {auc:percent1} of the pairs right on customers that it had not seen, but was not tested on a "
                "later "
                "period; and half of today's customers have been with us for {today:count} days or more, longer than "
                "any that it "
                "learnt from ({learnt:count} days).", {"auc": auc, "today": float(today), "learnt": int(learnt)},
            )
    return Sentence(
        "It ranks {auc:percent1} of the pairs right on customers that it had not seen, but was not tested on a later "
        "period: how "
        "early it warns is not proven.", {"auc": auc},
    )


def verdict(found: list[tuple], quality: pd.DataFrame) -> tuple[str, Sentence]:
    """Return the level of the gravest concern (`use` without any) and the sentence that explains it."""
    if found:
        return found[0]
    rows = churn.main_quality(quality)
    of = {m: churn_quality.value_of(rows, churn.used_score(quality), m) for m in ("roc_auc", "mean_probability", "prevalence")}
    rule = churn.best_simple(quality)
    return "use", Sentence(
        "Tested on a later period and on customers that it had not seen: {auc:percent1} of the pairs ranked right, "
        "better than "
        "“{rule:label}” ({other:percent1}), and probabilities that can be taken at their word ({expected:percent1} "
        "expected, "
        "{seen:percent1} lost).",
        {"auc": of["roc_auc"]["value"], "rule": rule, "other": churn_findings.main_auc(quality)[rule],
         "expected": of["mean_probability"]["value"], "seen": of["prevalence"]["value"]},
    )


def released(scores: pd.DataFrame, *, level: str) -> pd.DataFrame:
    """Return the scores if they may be used; raises TooLittleData if not: then there is no list and no table."""
    if level == "do not use":
        raise TooLittleData("There is no list: on this data the scores are not to be used.")
    return scores
