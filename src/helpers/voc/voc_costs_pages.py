"""What complaints cost and who does not do as she says: the study, and what the report tells of it (pieces of `report.tell`).

Input: the results of voc_costs.py and voc_loyalty.py. What lacks its data becomes a sentence that says what it needs.
"""

from dataclasses import dataclass

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.plots import plots_costs
from helpers.report import Lacking, Said
from helpers.voc import voc_costs, voc_loyalty, voc_loyalty_pages, voc_outcomes

MOST_TOLD, MOST_SHOWN = 3, 14  # topics that get a sentence of their own; rows of the chart
MONEY_COLUMNS = {
    "topic": ("Topic or theme", "label"), "n_mentions": ("Complaints", "count"),
    "mention_rank": ("Place by complaints", "count"),
    "estimate_rank": ("Place by money", "count"), "money_at_risk": ("Money at risk, where clear", "money"),
    "money_estimate": ("At risk, best estimate", "money"),
    "money_low": ("At risk, from", "money"), "money_high": ("At risk, to", "money"),
    "lift": ("Stopped beyond expected (points)", "change_number1"),
    "lift_low": ("Interval from", "change_number1"), "lift_high": ("Interval to", "change_number1"),
    "q_value": ("q, corrected for all topics", "q_value"),
    "stopped_share": ("Stopped buying", "percent1"), "expected_share": ("Of customers alike", "percent1"),
    "n_compared": ("Customers compared", "count"), "n_reached": ("Customers reached", "count"),
    "value_reached": ("Value expected in the next year", "money"),
    "halved_lift": ("Spending halved beyond expected (points)", "change_number1"),
    "other_lift": ("Stopped beyond other dissatisfied (points)", "change_number1"),
}
UNCLEAR_COLUMNS = {  # where nothing is clear
    **{name: MONEY_COLUMNS[name] for name in ("topic", "n_mentions", "mention_rank", "estimate_rank")},
    "money_text": ("At risk, best estimate (95% interval)", ""),
    "lift_text": ("Stopped beyond expected, points (95% interval)", ""), "q_value": ("q", "q_value"),
}
POINTS = ("lift", "lift_low", "lift_high", "halved_lift", "other_lift")


@dataclass(frozen=True)
class Behaviour:
    """What is needed beside the words: what their authors bought, what they are worth, and the days that are looked at."""

    orders: object  # Ibis table, or None where there are no orders
    values: pd.DataFrame  # customer_value; may be empty
    as_of: pd.Timestamp
    time_zone: str
    horizon_days: int = voc_outcomes.HORIZON_DAYS
    reach_months: int = 12
    seed: int = 42


@dataclass(frozen=True)
class Study:
    """What was found: tables, or in their place the sentence that says what they need."""

    known: Behaviour
    n_moments: int = 0  # dated pieces of feedback by customers who had bought
    coverage: float = 0.0  # their share of all dated feedback
    money: pd.DataFrame | Said | None = None  # voc_costs.money_at_risk
    counted: dict[str, dict] | Said | None = None  # voc_loyalty.count_saying_and_doing
    listed: pd.DataFrame | None = None  # voc_loyalty.said_and_did
    telling: pd.DataFrame | Said | None = None  # voc_loyalty.score_and_repurchase

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables to save; lists of fewer than ten customers are left out."""
        kept = {"money_at_risk": self.money} if isinstance(self.money, pd.DataFrame) else {}
        if self.listed is not None:
            n_of = self.listed["listed_as"].value_counts()
            large = self.listed["listed_as"].isin(n_of.index[n_of >= voc_loyalty.MIN_GROUP])
            kept["said_and_did"] = self.listed[large].reset_index(drop=True)
        return kept


# --- study


def study(topics: pd.DataFrame, feedback: pd.DataFrame, reviews: pd.DataFrame, known: Behaviour) -> Study:
    """Find what complaints cost and who does not do as she says.

    topics: table feedback_topics. feedback: table feedback. reviews: of voc.read_reviews.
    """
    n_linked = int((reviews["customer_id"].notna() & reviews["received_at"].notna()).sum())
    if known.orders is None or not n_linked:
        return Study(known, money=Lacking(
            "What it costs cannot be said: that needs dated feedback by customers whose purchases are known; of {n:count} "
            "pieces of feedback {linked:count} are such. Keep the customer's number, e-mail or phone with the feedback.",
            {"n": len(reviews), "linked": n_linked if known.orders is not None else 0},
        ))
    moments = voc_outcomes.feedback_moments(
        reviews, known.orders, as_of=known.as_of, horizon_days=known.horizon_days, time_zone=known.time_zone
    )
    dated = reviews.loc[reviews["received_at"].notna(), ["feedback_id", "received_at"]]
    dated = dated.assign(said_on=voc_outcomes.business_day(dated["received_at"], known.time_zone))
    dated = dated[dated["said_on"] <= known.as_of]
    money = _money(topics, moments, dated, known)
    return Study(known, len(moments), len(moments) / max(len(dated), 1), money, *_loyalty(feedback, reviews, moments, known))


def _money(topics, moments, dated, known: Behaviour) -> pd.DataFrame | Said:
    if known.values.empty:
        return Lacking("Money at risk needs the value of customers: run the report on lifetime value first.", {})
    if topics.empty:
        return Lacking("Money at risk needs topics: no topic was found in the feedback.", {})
    try:
        return voc_costs.money_at_risk(
            topics, moments, dated, known.values, as_of=known.as_of, reach_months=known.reach_months, seed=known.seed
        )
    except TooLittleData as short:
        return Lacking(short.template, short.values)


def _loyalty(feedback, reviews, moments, known: Behaviour) -> tuple:
    """Return the counts, the lists and how well the score tells who buys again."""
    scores = voc_loyalty.given_scores(feedback, reviews)
    last = voc_loyalty.last_scores(
        scores, reviews, as_of=known.as_of, reach_months=known.reach_months, time_zone=known.time_zone
    )
    rhythm = voc_loyalty.rhythms(known.orders, as_of=known.as_of, horizon_days=known.horizon_days)
    values = known.values if len(known.values) else pd.DataFrame(columns=["customer_id", "revenue", "customer_lifetime_value"])
    counted = voc_loyalty.count_saying_and_doing(last, rhythm)
    if max(group["n"] for group in counted.values()) < voc_loyalty.MIN_GROUP:
        return Lacking(
            "Whether customers do as they say needs scores by {needed:count} known buyers in the last {months:count} months.",
            {"needed": voc_loyalty.MIN_GROUP, "months": known.reach_months},
        ), None, None
    try:
        telling = voc_loyalty.score_and_repurchase(scores, moments)
    except TooLittleData as short:
        telling = Lacking(short.template, short.values)
    return counted, voc_loyalty.said_and_did(last, rhythm, values), telling


def pages(found: Study, *, source) -> list[Said | dict]:
    """Return the study as pieces of report.tell. source: n → source line."""
    known, told = found.known, []
    if isinstance(found.money, Said):
        told.append(found.money)
    else:
        told += costs(found.money, horizon_days=known.horizon_days, reach_months=known.reach_months, coverage=found.coverage,
                      source=source(n=found.n_moments))
    if isinstance(found.counted, Said):
        told.append(found.counted)
    elif found.counted is not None:
        told += voc_loyalty_pages.counts(found.counted, found.listed, days=known.horizon_days)
        told += voc_loyalty_pages.lists(found.listed)
    if isinstance(found.telling, Said):
        told.append(found.telling)
    elif found.telling is not None:
        told += voc_loyalty_pages.telling(found.telling, days=known.horizon_days)
        told.append(voc_loyalty_pages.apart_from_counts(days=known.horizon_days, months=known.reach_months))
    return told


# --- money at risk


def costs(found: pd.DataFrame, *, horizon_days: int, reach_months: int, coverage: float, source: str) -> list[Said | dict]:
    """Return the chart of topics by money at risk beside their mentions, a finding for the costliest and a sentence for others.

    found: table money_at_risk. coverage: share of the dated feedback that is by customers who had bought.
    """
    clear = found[found["is_clear"]]
    headline = _costs_title(found)
    known = found[found["lift"].notna()]
    if known.empty:
        return [_no_cost(found)]
    columns = {name: (t(label), fmt) for name, (label, fmt) in MONEY_COLUMNS.items()}
    if clear.empty:
        few = {name: (t(label), fmt) for name, (label, fmt) in UNCLEAR_COLUMNS.items()}
        return [_no_cost(found), {
            "frame": _with_intervals(_shown(known)), "columns": few, "caption": t(headline.template, **headline.values),
            "csv_name": "money_at_risk", "rows": MOST_SHOWN,
        }]
    chart = {
        "axes": plots_costs.loud_and_costly(
            known.head(MOST_SHOWN), label="topic", mentions="n_mentions", value="money_at_risk", low="money_low",
            high="money_high", is_clear="is_clear", left=t("Complaints"), right=t("Money at risk"),
        ),
        "title": t(headline.template, **headline.values),
        "subtitle": t(
            "Left: complaints of the last {months:count} months. Right: value of the customers who complained × how many more "
            "of those who complain stop buying than of customers alike, 95% interval. An association; grey = unclear: cannot "
            "be told from chance among so many topics",
            months=reach_months,
        ),
        "source": source,
        "alt": t("Bars of complaints by topic beside dots of money at risk with their intervals."),
        "data": _shown(found), "columns": columns, "name": "money_at_risk",
    }
    told = [_cost(row, horizon_days=horizon_days, reach_months=reach_months, coverage=coverage)
            for row in clear.head(MOST_TOLD).itertuples()]
    told[1:] = [said._replace(evidence=None) for said in told[1:]]
    return [chart, *told]


def _shown(found: pd.DataFrame) -> pd.DataFrame:
    """Return the topics as the table shows them, costliest first by best estimate: differences in percentage points; the best
    estimate (not below 0, like its bounds) and the place by it, of clear topics and of others."""
    estimate = found["lift"] * found["value_reached"]
    table = found.assign(
        money_estimate=estimate.clip(lower=0), estimate_rank=estimate.rank(ascending=False, method="min").astype("Int64"),
        **{name: 100 * found[name] for name in POINTS},
    )
    return table.sort_values(["estimate_rank", "topic"], kind="stable").reset_index(drop=True)


def _with_intervals(found: pd.DataFrame) -> pd.DataFrame:
    """Return the topics with money_text and lift_text: the best estimate and its interval in one."""
    def text_of(names: tuple[str, str, str], fmt: str) -> list[str]:
        return [t("{value} ({low} to {high})", value=shown(value, fmt), low=shown(low, fmt), high=shown(high, fmt))
                for value, low, high in found[list(names)].itertuples(index=False)]

    return found.assign(money_text=text_of(("money_estimate", "money_low", "money_high"), "money"),
                        lift_text=text_of(("lift", "lift_low", "lift_high"), "change_number1"))


def _costs_title(found: pd.DataFrame) -> Said:
    clear, loudest = found[found["is_clear"]], found.sort_values(["mention_rank", "topic"]).iloc[0]["topic"]
    if clear.empty:
        return Said("For no topic can it be told, after correction for {n:count} comparisons, that complaints go with money at "
                    "risk", {"n": int(found["q_value"].notna().sum())})
    if clear.iloc[0]["topic"] == loudest:
        return Said("{topic:label} is mentioned most, and puts most money at risk", {"topic": loudest})
    return Said("{topic:label} puts most money at risk, although {loudest:label} is mentioned more often",
                {"topic": clear.iloc[0]["topic"], "loudest": loudest})


def _cost(row, *, horizon_days: int, reach_months: int, coverage: float) -> Said:
    return Said(
        "{money:money} are at risk with {topic:label} (95% interval {low:money} to {high:money}; an association): of {n:count} "
        "customers who complained about it, {share:percent} bought nothing in the next {days:count} days, against "
        "{expected:percent} of customers alike; {reached:count} customers worth {value:money} complained in the last "
        "{months:count} months.",
        {"money": row.money_at_risk, "topic": row.topic, "low": row.money_low, "high": row.money_high, "n": int(row.n_compared),
         "share": row.stopped_share, "days": horizon_days, "expected": row.expected_share, "reached": int(row.n_reached),
         "value": row.value_reached, "months": reach_months},
        Evidence("estimate", n=int(row.n_compared), estimate=row.money_at_risk, interval=(row.money_low, row.money_high),
                 baseline=0.0, coverage=coverage, serves="what to mend"),
    )


def _no_cost(found: pd.DataFrame) -> Said:
    known = _shown(found.dropna(subset=["money_high", "q_value"]))
    if known.empty:
        return Lacking(
            "What complaints cost cannot be told: none of {n:count} topics has 30 customers who complained, bought before and "
            "were observed long enough.", {"n": len(found)},
        )
    first = known.iloc[0]
    return Said(
        "For none of {n:count} topics do those who complain clearly stop buying more often than customers alike, after "
        "correction for {n:count} comparisons (q < 0.05 would be clear). The best estimate is highest for {topic:label}: "
        "{money:money} at risk ({low:money} to {high:money}), {lift:change_number1} percentage points in who stops buying "
        "({lift_low:change_number1} to {lift_high:change_number1}; 95% intervals of this topic alone, q = {q:number2}).",
        {"n": len(known), "topic": first["topic"], "money": first["money_estimate"], "low": first["money_low"],
         "high": first["money_high"], "lift": first["lift"], "lift_low": first["lift_low"], "lift_high": first["lift_high"],
         "q": first["q_value"]},
    )
