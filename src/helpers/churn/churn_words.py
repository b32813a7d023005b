"""What the churn report says: sentences chosen by what was computed.

A sentence is a message of the catalogue with its values; which one is chosen depends on the data, never on a data set's name.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.churn import churn_contracts, churn_features
from helpers.churn.churn_examples import MIN_CLASS, Examples
from helpers.churn.churn_windows import Windows
from helpers.i18n import language, text
from helpers.proportions import add_wilson
from helpers.report import Evidence, Kpi

THREE_DEFINITIONS = (
    "Three definitions of lost stand side by side: silent for the horizon; overdue, which means silent for longer than the "
    "customer's own rhythm allows; and spending that falls by half. The list and all that follows use the first."
)


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
    n, rate = len(examples.latest), examples.base_rate
    if examples.kind == "contracts":
        return Sentence(
            "Lost (churned = true) means that the customer ended the contract. That holds for {rate:percent1} of "
            "{n:count} contracts; all rates on this page have this sense.",
            {"rate": rate, "n": n},
        )
    windows = examples.windows
    values = {"horizon": windows.horizon_days, "day": windows.test, "rate": rate, "n": n, "lead": windows.lead_days}
    if windows.lead_days:
        return Sentence(
            "Lost (churned = true) means no purchase in the {horizon:count} days that begin {lead:count} days after a cut-off "
            "day: "
            "the lead time, in which the list is made and the customer is reached. There is no contract that could end. At the "
            "cut-off {day:day} that came true for {rate:percent1} of {n:count} customers; all rates on this page have this "
            "sense.",
            values,
        )
    return Sentence(
        "Lost (churned = true) means no purchase in the {horizon:count} days after a cut-off day; there is no contract "
        "that "
        "could end. At the cut-off {day:day} that came true for {rate:percent1} of {n:count} customers; all rates on "
        "this page "
        "have this sense.", values,
    )


def how_tested(examples: Examples) -> Sentence:
    """Say how the model is tested: over time, or only across customers."""
    if examples.kind == "contracts":
        return Sentence(
            "Contracts are known as they stand on the last day, not as they stood before they ended. The model is tested on "
            "contracts that it has not seen (five folds), not on a later period: this can show who leaves, but cannot prove "
            "that the warning comes early. The probability says how much a contract resembles those that were ended, within no "
            "stated period; ends per month are in 04 Lifetime value.",
        )
    windows = examples.windows
    if not examples.is_temporal:
        return Sentence(
            "The data is too short to learn from an earlier period and be tested on a later one with a horizon of "
            "{horizon:count} days. The model is tested at the cut-off {test:day} on customers that it has not seen "
            "(five folds), "
            "not on a later period.",
            {"horizon": windows.horizon_days, "test": windows.test},
        )
    return Sentence(
        "Tested at {n:count} cut-offs, the latest {test:day}, with what customers did until {snapshot:day}. At each of them "
        "the "
        "model learns from cut-offs whose outcome had ended by then, and from other customers: all cut-offs of a customer lie "
        "in "
        "the same fifth, and no fifth is predicted by a model that saw it. Intervals draw customers with all their cut-offs.",
        {"n": len(windows.tests), "test": windows.test, "snapshot": windows.snapshot},
    )


def base_rates(examples: Examples, *, silence_limits: list[int]) -> pd.DataFrame:
    """Return the share lost by days of silence (buyers) or by plan (contracts), with Wilson intervals and the group's name."""
    if examples.kind == "contracts":
        counts = churn_contracts.plan_rates(examples.latest).rename(columns={"plan": "group"})
    else:
        bands = churn_features.silence_bands(examples.latest, limits=silence_limits)
        counts = bands.assign(group=band_labels(bands))
    return add_wilson(counts, successes="n_churned", n="n")


def base_title(examples: Examples) -> str:
    """Return the question that `base_rates` answers."""
    if examples.kind == "contracts":
        return text("How many contracts of each type were ended?")
    return text("How many are lost, by days of silence at the cut-off?")


def base_finding(examples: Examples, groups: pd.DataFrame) -> Sentence:
    """Say in which group customers are lost most and least."""
    if examples.kind == "contracts":
        return plan_finding(groups.rename(columns={"group": "plan"}))
    return silence_finding(groups, windows=examples.windows)


def _whole(groups: pd.DataFrame) -> Sentence:
    """Say the rate of everyone, where there are no two groups large enough to compare."""
    n = int(groups["n"].sum())
    values = {"rate": groups["n_churned"].sum() / n, "n": n}
    return Sentence("{rate:percent1} of {n:count} were lost.", values, Evidence("fact", n))


def silence_finding(bands: pd.DataFrame, *, windows: Windows) -> Sentence:
    """Compare the customers seen last with those silent longest (bands with enough customers only)."""
    rows = bands[bands["n"] >= MIN_CLASS]
    if len(rows) < 2:
        return _whole(bands)
    recent, longest = rows.iloc[0], rows.iloc[-1]
    values = {
        "recent_share": recent["n_churned"] / recent["n"], "recent": int(recent["to_days"]), "n": int(longest["n"]),
        "share": longest["n_churned"] / longest["n"], "start": int(longest["from_days"]), "horizon": windows.horizon_days,
        "day": windows.test,
    }
    evidence = Evidence("fact", int(rows["n"].sum()))
    if np.isnan(longest["to_days"]):
        return Sentence(
            "Of {n:count} customers who on {day:day} had been silent for {start:count} days or more, {share:percent} were lost "
            "(horizon {horizon:count} days); of those seen in the last {recent:count} days, {recent_share:percent1}.",
            values, evidence,
        )
    return Sentence(
        "Of {n:count} customers who on {day:day} had been silent for {start:count} to {end:count} days, {share:percent} were "
        "lost (horizon {horizon:count} days); of those seen in the last {recent:count} days, {recent_share:percent1}.",
        values | {"end": int(longest["to_days"])}, evidence,
    )


def plan_finding(rates: pd.DataFrame) -> Sentence:
    """Compare the plan that is ended most often with the one ended least often."""
    rows = rates.assign(rate=rates["n_churned"] / rates["n"])[rates["n"] >= MIN_CLASS]
    if len(rows) < 2:
        return _whole(rates)
    rows = rows.sort_values(["rate", "plan"], ascending=[False, True], kind="stable")
    most, least = rows.iloc[0], rows.iloc[-1]
    return Sentence(
        "{rate:percent1} of the contracts of type {plan:label} were ended, against {other_rate:percent1} of type "
        "{other:label}.",
        {"rate": float(most["rate"]), "plan": most["plan"], "other_rate": float(least["rate"]), "other": least["plan"]},
        Evidence("fact", int(rows["n"].sum()), serves="what to offer"),
    )


def band_labels(bands: pd.DataFrame) -> pd.Series:
    """Return the names of bands of silence, in the reader's language."""
    return pd.Series([
        text("{start:count} days or more", start=row.from_days) if np.isnan(row.to_days)
        else text("{start:count}–{end:count} days", start=row.from_days, end=row.to_days)
        for row in bands.itertuples()
    ], index=bands.index, dtype="str")


# --- whom and why


def answer(examples: Examples, scores: pd.DataFrame, *, level: str, n_first: int) -> Sentence:
    """Answer the page's question in one sentence; a model that is not to be used gives no forecast."""
    if level == "do not use":
        return Sentence(
            "Who will be lost cannot be told from this data: in the test {rate:percent1} of {n:count} were, and the model did "
            "not find out which.", {"rate": examples.base_rate, "n": len(examples.latest)},
        )
    buying = scores[~scores["is_silent"]]
    total = buying["expected_loss"].sum()
    values = {
        "n": len(buying), "expected": buying["churn_probability"].sum(), "loss": total, "n_first": min(n_first, len(buying)),
        "share": buying.nsmallest(n_first, "rank")["expected_loss"].sum() / max(total, 1e-12),
    }
    if examples.kind == "contracts":
        return Sentence(
            "Of {n:count} running contracts about {expected:count} look like those that were ended; {loss:money} are at risk, "
            "and the first {n_first:count} of the list hold {share:percent} of it.", values,
        )
    return Sentence(
        "Of {n:count} customers who are still buying about {expected:count} will not buy in the {horizon:count} days from "
        "{start:day} "
        "on; {loss:money} are at risk, and the first {n_first:count} of the list hold {share:percent} of it.",
        values | {"horizon": examples.windows.horizon_days, "start": examples.windows.outcome(examples.windows.snapshot)[0]},
    )


def key_figures(
    examples: Examples, scores: pd.DataFrame, quality: pd.DataFrame, business, *, level: str, n_first: int = 50,
    profit: float | None = None,
) -> list[Kpi]:
    """Return the page's key figures; a model that is not to be used gives no forecast.

    profit: what an offer to the first `n_first` of the list is expected to bring; None where that is not known.
    """
    rows = quality[(quality["target"] == "churned") & (quality["population"] == "all")]
    auc = rows[rows["metric"] == "roc_auc"].set_index("model")
    base = rows[rows["metric"] == "prevalence"].iloc[0]
    used = auc[auc["is_used"]].iloc[0]
    rules = auc[auc["is_baseline"]].sort_values(["value"], ascending=False, kind="stable")
    note = text("{rule:label}: {other:percent1}", rule=rules.index[0], other=float(rules["value"].iloc[0]))
    measured = [
        Kpi(text("Lost in the test"), float(base["value"]), "percent1", low=float(base["low"]), high=float(base["high"])),
        Kpi(text("Pairs ranked right (AUC)"), float(used["value"]), "percent1", low=float(used["low"]),
            high=float(used["high"]), note=note),
    ]
    if level == "do not use":
        return [Kpi(text("Customers in the test"), int(examples.test["customer_id"].nunique())), *measured]
    buying = scores[~scores["is_silent"]]
    offer = [] if profit is None or buying.empty else [
        Kpi(text("An offer to the first {n:count} of the list", n=min(n_first, len(buying))), profit, "money",
            note=text("expected profit, at the assumed costs and success rate")),
    ]
    return [
        Kpi(text("Expected loss"), float(buying["expected_loss"].sum()), "money", note=str(value_note(examples, business))),
        Kpi(text("Contracts that look like ended ones" if examples.kind == "contracts" else "Customers expected to be lost"),
            float(buying["churn_probability"].sum()), note=text("of {n:count} current ones", n=len(buying))),
        *offer,
        *measured,
    ]


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
            "Expected loss = probability × revenue of {horizon:count} days at the customer's own past pace. It is "
            "revenue, not "
            "margin: dataset.yml gives no margin rate.", values,
        )
    return Sentence(
        "Expected loss = probability × margin of {horizon:count} days: revenue at the customer's own past pace × a "
        "margin rate of "
        "{margin:percent} (an assumption of dataset.yml).", values | {"margin": business.margin_rate.value},
    )


def told(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores with rhythm (buyers) and why in words."""
    told = scores.assign(why=why(scores))
    return told.assign(rhythm=rhythm(scores)) if scores["recency_days"].notna().all() else told


def rhythm(scores: pd.DataFrame) -> pd.Series:
    """Return how long each buyer has been silent against the own rhythm, in the reader's language."""
    rows = scores[["usual_gap_days", "recency_days"]].to_dict("records")
    return pd.Series([
        text("bought on one day only, {recency_days:count} days ago", **row) if pd.isna(row["usual_gap_days"])
        else text("usually every {usual_gap_days:count} days, now {recency_days:count}", **row)
        for row in rows
    ], index=scores.index, dtype="str")


def why(scores: pd.DataFrame) -> pd.Series:
    """Return each customer's reasons as words in the reader's language, the heaviest first.

    Silence is named only: its figures stand in `rhythm`.
    """
    semicolon = "；" if language() == "zh" else "; "
    short = dict.fromkeys((churn_features.SILENT, churn_features.BOUGHT_ONCE), "silent for long against own rhythm")
    reasons = [
        semicolon.join(text(short.get(row[name], row[name]), **row) for name in ("reason_1", "reason_2", "reason_3")
                       if isinstance(row[name], str))
        for row in scores.to_dict("records")
    ]
    none = text("no higher risk than the average customer; listed for what is at stake")
    return pd.Series([words or none for words in reasons], index=scores.index, dtype="str")
