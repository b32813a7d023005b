"""What the churn report says: sentences chosen by what was computed.

A sentence is a message of the catalogue with its values; which one is chosen depends on the data, never on a data set's name.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers import churn_contracts, churn_features
from helpers.churn_examples import MIN_CLASS, MODEL, Examples
from helpers.i18n import language, text
from helpers.proportions import add_wilson
from helpers.report import Evidence, Kpi


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
        "Lost (churned = true) means no purchase in the {horizon:count} days after a cut-off day; there is no contract "
        "that "
        "could end. At the cut-off {day:day} that came true for {rate:percent1} of {n:count} customers; all rates on "
        "this page "
        "have this sense.",
        {"horizon": windows.horizon_days, "day": windows.test, "rate": rate, "n": n},
    )


def how_tested(examples: Examples) -> Sentence:
    """Say how the model is tested: over time, or only across customers."""
    if examples.kind == "contracts":
        return Sentence(
            "The data has no dates of what happened when. The model is tested on contracts that it has not seen (five "
            "folds), "
            "not on a later period: this can show who leaves, but cannot prove that the warning comes early.",
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
        "The model learns at the cut-off {train:day}, from purchases up to that day and from who returned by "
        "{test:day}. It is "
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


def base_title(examples: Examples) -> str:
    """Return the question that `base_rates` answers."""
    if examples.kind == "contracts":
        return text("How many contracts of each type were ended?")
    return text(
        "How many stay away for the next {horizon:count} days, by days of silence at the cut-off?",
        horizon=examples.windows.horizon_days,
    )


def base_finding(examples: Examples, groups: pd.DataFrame) -> Sentence:
    """Say in which group customers are lost most and least."""
    if examples.kind == "contracts":
        return plan_finding(groups.rename(columns={"group": "plan"}))
    return silence_finding(groups, horizon_days=examples.windows.horizon_days)


def _whole(groups: pd.DataFrame) -> Sentence:
    """Say the rate of everyone, where there are no two groups large enough to compare."""
    n = int(groups["n"].sum())
    values = {"rate": groups["n_churned"].sum() / n, "n": n}
    return Sentence("{rate:percent1} of {n:count} were lost.", values, Evidence("fact", n))


def silence_finding(bands: pd.DataFrame, *, horizon_days: int) -> Sentence:
    """Compare the customers seen last with those silent longest (bands with enough customers only)."""
    rows = bands[bands["n"] >= MIN_CLASS]
    if len(rows) < 2:
        return _whole(bands)
    recent, longest = rows.iloc[0], rows.iloc[-1]
    values = {
        "recent_share": recent["n_churned"] / recent["n"], "recent": int(recent["to_days"]),
        "share": longest["n_churned"] / longest["n"], "start": int(longest["from_days"]), "horizon": horizon_days,
        "n": int(longest["n"]),
    }
    evidence = Evidence("fact", int(rows["n"].sum()))
    if np.isnan(longest["to_days"]):
        return Sentence(
            "Of {n:count} customers silent for {start:count} days or more, {share:percent} bought nothing in the next "
            "{horizon:count} days; of those seen in the last {recent:count} days, "
            "{recent_share:percent1}.", values, evidence,
        )
    return Sentence(
        "Of {n:count} customers silent for {start:count} to {end:count} days, {share:percent} bought nothing in the "
        "next "
        "{horizon:count} days; of those seen in the last {recent:count} days, {recent_share:percent1}.",
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
        Evidence("fact", int(rows["n"].sum())),
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
            "not find out which.", {"rate": examples.base_rate, "n": len(examples.test)},
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
        "Of {n:count} customers who are still buying about {expected:count} will not return in the next {horizon:count} days; "
        "{loss:money} are at risk, and the first {n_first:count} of the list hold {share:percent} of it.",
        values | {"horizon": examples.windows.horizon_days},
    )


def key_figures(examples: Examples, scores: pd.DataFrame, quality: pd.DataFrame, business, *, level: str) -> list[Kpi]:
    """Return the page's key figures; a model that is not to be used gives no forecast."""
    rows = quality[(quality["target"] == "churned") & (quality["population"] == "all")]
    auc = rows[rows["metric"] == "roc_auc"].set_index("model")
    base = rows[rows["metric"] == "prevalence"].iloc[0]
    rules = auc[auc["is_baseline"]].sort_values(["value"], ascending=False, kind="stable")
    note = text("{rule:label}: {other:percent1}", rule=rules.index[0], other=float(rules["value"].iloc[0]))
    measured = [
        Kpi(text("Lost in the test"), float(base["value"]), "percent1", low=float(base["low"]), high=float(base["high"])),
        Kpi(text("Pairs ranked right (AUC)"), float(auc.loc[MODEL, "value"]), "percent1", low=float(auc.loc[MODEL, "low"]),
            high=float(auc.loc[MODEL, "high"]), note=note),
    ]
    if level == "do not use":
        return [Kpi(text("Customers in the test"), len(examples.test)), *measured]
    buying = scores[~scores["is_silent"]]
    return [
        Kpi(text("Expected loss"), float(buying["expected_loss"].sum()), "money", note=str(value_note(examples, business))),
        Kpi(text("Customers expected to be lost"), float(buying["churn_probability"].sum()),
            note=text("of {n:count} current ones", n=len(buying))),
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


def why(scores: pd.DataFrame) -> pd.Series:
    """Return each customer's reasons as words in the reader's language, the heaviest first."""
    semicolon = "；" if language() == "zh" else "; "
    reasons = [
        semicolon.join(text(row[name], **row) for name in ("reason_1", "reason_2", "reason_3") if isinstance(row[name], str))
        for row in scores.to_dict("records")
    ]
    none = text("no higher risk than the average customer; listed for what is at stake")
    return pd.Series([words or none for words in reasons], index=scores.index, dtype="str")
