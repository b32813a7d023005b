"""What the report on the voice of the customer tells about costs, loyalty and wishes, as pieces of `report.tell`.

Input: the results of voc_costs.py, voc_loyalty.py and voc_requests.py. What lacks its data becomes a sentence that says what
it needs.
"""

from dataclasses import dataclass

import pandas as pd

from helpers import plots, plots_costs, voc_costs, voc_loyalty, voc_outcomes
from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.report import Said

MOST_FINDINGS = 3  # topics that get a sentence of their own
MEASURES = {"score": "the score", "recency": "days since the last purchase", "frequency": "number of purchases"}
SCALE_NAMES = {"nps": "likelihood to recommend", "rating": "stars", "csat": "satisfaction"}
SCORES = {"nps": "{score:number} of 10", "rating": "{score:number} of 5 stars", "csat": "{score:number} of 5"}
MONEY_COLUMNS = {
    "topic": ("Topic", "label"), "n_mentions": ("Complaints", "count"), "mention_rank": ("Place by complaints", "count"),
    "money_rank": ("Place by money", "count"), "money_at_risk": ("Money at risk", "money"), "money_low": ("From", "money"),
    "money_high": ("To", "money"), "lift": ("Stopped beyond expected", "change_percent1"),
    "lift_low": ("Interval from", "change_percent1"), "lift_high": ("Interval to", "change_percent1"),
    "stopped_share": ("Stopped buying", "percent1"), "expected_share": ("Expected", "percent1"),
    "n_compared": ("Customers compared", "count"), "n_reached": ("Customers reached", "count"),
    "value_reached": ("Their value", "money"), "halved_lift": ("Spending halved beyond expected", "change_percent1"),
    "other_lift": ("Stopped beyond other dissatisfied", "change_percent1"), "q_value": ("q", "number3"),
}
LIST_COLUMNS = {
    "customer_id": ("Customer", ""), "said": ("Last score", ""), "said_on": ("Said on", "day"),
    "last_on": ("Last purchase", "day"), "silent_days": ("Days since", "count"), "revenue": ("Revenue so far", "money"),
    "customer_lifetime_value": ("Expected value", "money"),
}
TELLING_COLUMNS = {
    "scale": ("Scale", "label"), "what": ("What is known", "label"), "n": ("Customers", "count"),
    "n_stopped": ("Bought nothing", "count"), "auc": ("AUC", "number3"), "low": ("Interval from", "number3"),
    "high": ("Interval to", "number3"), "gain": ("More than the score", "change_number2"),
}
LISTED_ROWS = 10  # of each list in the report; the CSV holds them all


@dataclass(frozen=True)
class Behaviour:
    """What a page needs beside the words: what their authors bought, what they are worth, and the days that are looked at."""

    orders: object  # Ibis table, or None where there are no orders
    values: pd.DataFrame  # customer_value; may be empty
    as_of: pd.Timestamp
    time_zone: str
    horizon_days: int = voc_outcomes.HORIZON_DAYS
    reach_months: int = 12
    seed: int = 42


def saying_and_doing(
    topics: pd.DataFrame, feedback: pd.DataFrame, reviews: pd.DataFrame, known: Behaviour, *, source
) -> tuple[list[Said | dict], dict[str, pd.DataFrame]]:
    """Return what complaints cost and who does not do as she says, as pieces, and the tables to save.

    topics: table feedback_topics. feedback: table feedback. reviews: of voc.read_reviews. source: n → source line.
    """
    n_linked = int((reviews["customer_id"].notna() & reviews["received_at"].notna()).sum())
    if known.orders is None or not n_linked:
        return [Said(
            "What it costs cannot be said: that needs dated feedback by customers whose purchases are known; of {n:count} "
            "pieces of feedback {linked:count} are such. Keep the customer's number, e-mail or phone with the feedback.",
            {"n": len(reviews), "linked": n_linked if known.orders is not None else 0},
        )], {}
    moments = voc_outcomes.feedback_moments(
        reviews, known.orders, as_of=known.as_of, horizon_days=known.horizon_days, time_zone=known.time_zone
    )
    told, found = _money(topics, moments, reviews, known, source=source)
    more, listed = _loyalty(feedback, reviews, moments, known, source=source)
    return [*told, *more], {**found, **listed}


# --- money at risk


def _money(topics, moments, reviews, known: Behaviour, *, source) -> tuple[list[Said | dict], dict[str, pd.DataFrame]]:
    dated = reviews.loc[reviews["received_at"].notna(), ["feedback_id", "received_at"]]
    dated = dated.assign(said_on=voc_outcomes.business_day(dated["received_at"], known.time_zone))
    dated = dated[dated["said_on"] <= known.as_of]
    if known.values.empty:
        return [Said("Money at risk needs the value of customers: run the report on lifetime value first.", {})], {}
    if topics.empty:
        return [Said("Money at risk needs topics: no topic was found in the feedback.", {})], {}
    try:
        found = voc_costs.money_at_risk(
            topics, moments, dated, known.values, as_of=known.as_of, reach_months=known.reach_months, seed=known.seed
        )
    except TooLittleData as short:
        return [Said(short.template, short.values)], {}
    coverage = len(moments) / len(dated)
    told = costs(found, horizon_days=known.horizon_days, reach_months=known.reach_months, coverage=coverage, source=source)
    return told, {"money_at_risk": found}


def costs(found: pd.DataFrame, *, horizon_days: int, reach_months: int, coverage: float, source) -> list[Said | dict]:
    """Return the chart of topics by money at risk beside their mentions, and a finding for each clear topic.

    found: table money_at_risk. coverage: share of the feedback that is by known customers. source: n → source line.
    """
    clear = found[found["is_clear"]]
    headline = _costs_title(found)
    chart = {
        "axes": plots_costs.loud_and_costly(
            found, label="topic", mentions="n_mentions", value="money_at_risk", low="money_low", high="money_high",
            is_clear="is_clear", left=t("Complaints"), right=t("Money at risk, 95% interval"),
        ),
        "title": t(headline.template, **headline.values),
        "subtitle": t(
            "Left: complaints of the last {months:count} months. Right: value of the customers who complained × how many more "
            "of those who complain stop buying than of customers alike. An association; grey = cannot be told from chance",
            months=reach_months,
        ),
        "source": source(n=int(found["n_compared"].sum())),
        "alt": t("Bars of complaints by topic beside dots of money at risk with their intervals."),
        "data": found, "columns": {name: (t(label), fmt) for name, (label, fmt) in MONEY_COLUMNS.items()},
        "name": "money_at_risk",
    }
    findings = [
        _cost_finding(row, horizon_days=horizon_days, reach_months=reach_months, coverage=coverage)
        for row in clear.head(MOST_FINDINGS).itertuples()
    ]
    return [chart, *(findings or [_no_cost(found)])]


def _costs_title(found: pd.DataFrame) -> Said:
    clear, loudest = found[found["is_clear"]], found.sort_values(["mention_rank", "topic"]).iloc[0]["topic"]
    if clear.empty:
        return Said("For no topic can it be told that complaints go with money at risk", {})
    if clear.iloc[0]["topic"] == loudest:
        return Said("{topic:label} is mentioned most, and puts most money at risk", {"topic": loudest})
    return Said("{topic:label} puts most money at risk, although {loudest:label} is mentioned more often",
                {"topic": clear.iloc[0]["topic"], "loudest": loudest})


def _cost_finding(row, *, horizon_days: int, reach_months: int, coverage: float) -> Said:
    return Said(
        "{money:money} are at risk with {topic:label} (95% interval {low:money} to {high:money}; an association): of {n:count} "
        "customers who complained about it, {share:percent} bought nothing in the next {days:count} days, against "
        "{expected:percent} of customers alike; {reached:count} customers worth {value:money} complained in the last "
        "{months:count} months.",
        {"money": row.money_at_risk, "topic": row.topic, "low": row.money_low, "high": row.money_high, "n": int(row.n_compared),
         "share": row.stopped_share, "days": horizon_days, "expected": row.expected_share, "reached": int(row.n_reached),
         "value": row.value_reached, "months": reach_months},
        Evidence("estimate", n=int(row.n_compared), estimate=row.money_at_risk, interval=(row.money_low, row.money_high),
                 baseline=0.0, coverage=coverage),
    )


def _no_cost(found: pd.DataFrame) -> Said:
    known = found.dropna(subset=["money_high"]).sort_values(["money_high", "topic"], ascending=[False, True])
    if known.empty:
        return Said(
            "What complaints cost cannot be told: none of {n:count} topics has 30 customers who complained, bought before and "
            "were observed long enough.", {"n": len(found)},
        )
    return Said(
        "For none of {n:count} topics do those who complain clearly stop buying more often than customers alike; for "
        "{topic:label} up to {money:money} could be at risk.",
        {"n": len(known), "topic": known.iloc[0]["topic"], "money": known.iloc[0]["money_high"]},
    )


# --- saying and doing


def _loyalty(feedback, reviews, moments, known: Behaviour, *, source) -> tuple[list[Said | dict], dict[str, pd.DataFrame]]:
    scores = voc_loyalty.given_scores(feedback, reviews)
    last = voc_loyalty.last_scores(
        scores, reviews, as_of=known.as_of, reach_months=known.reach_months, time_zone=known.time_zone
    )
    rhythm = voc_loyalty.rhythms(known.orders, as_of=known.as_of, horizon_days=known.horizon_days)
    values = known.values if len(known.values) else pd.DataFrame(columns=["customer_id", "revenue", "customer_lifetime_value"])
    counted = voc_loyalty.count_saying_and_doing(last, rhythm)
    if max(group["n"] for group in counted.values()) < voc_loyalty.MIN_GROUP:
        return [Said(
            "Whether customers do as they say needs scores by {needed:count} known buyers in the last {months:count} months.",
            {"needed": voc_loyalty.MIN_GROUP, "months": known.reach_months},
        )], {}
    listed = voc_loyalty.said_and_did(last, rhythm, values)
    told = [*_counts(counted, listed, known), *lists(listed)]
    try:
        told += telling(voc_loyalty.score_and_repurchase(scores, moments), days=known.horizon_days, source=source)
    except TooLittleData as short:
        told.append(Said(short.template, short.values))
    n_of = listed["listed_as"].value_counts()
    shown = listed[listed["listed_as"].isin(n_of.index[n_of >= voc_loyalty.MIN_GROUP])]
    return told, {"said_and_did": shown.reset_index(drop=True)}


def _counts(counted: dict[str, dict], listed: pd.DataFrame, known: Behaviour) -> list[Said]:
    best, bad = counted["best"], counted["bad"]
    told = []
    if best["n"] >= voc_loyalty.MIN_GROUP:
        told.append(Said(
            "Of {n:count} customers whose last score was the best (9 or 10, or five stars), {share:percent} ({low:percent} to "
            "{high:percent}) have stopped buying all the same: silent for more than {days:count} days, and for longer than 95% "
            "of the pauses between their purchases.",
            {**best, "days": known.horizon_days},
            Evidence("estimate", n=best["n"], estimate=best["share"], interval=(best["low"], best["high"])),
        ))
    if bad["n"] >= voc_loyalty.MIN_GROUP:
        stays = listed[listed["listed_as"] == voc_loyalty.DETRACTOR]
        told.append(Said(
            "Of {n:count} customers whose last score was bad (0 to 6, or three stars or fewer), {share:percent} ({low:percent} "
            "to {high:percent}) have stopped buying; {stay:count} others bought again after it and still do.",
            {**bad, "stay": len(stays)},
            Evidence("estimate", n=bad["n"], estimate=bad["share"], interval=(bad["low"], bad["high"])),
        ))
    return told


def lists(listed: pd.DataFrame) -> list[Said | dict]:
    """Return the two lists as tables; a sentence where a list has fewer than 10 customers."""
    captions = {
        voc_loyalty.PROMOTER: "Gave the best score and stopped buying: by revenue so far",
        voc_loyalty.DETRACTOR: "Gave a bad score and keeps buying: by expected value",
    }
    pieces: list[Said | dict] = []
    for name, caption in captions.items():
        rows = listed[listed["listed_as"] == name]
        if len(rows) < voc_loyalty.MIN_GROUP:
            pieces.append(Said("“{caption:label}” is not shown: fewer than {needed:count} customers.",
                               {"caption": caption, "needed": voc_loyalty.MIN_GROUP}))
            continue
        pieces.append({
            "frame": rows.assign(said=[t(SCORES[row.scale], score=row.score) for row in rows.itertuples()]),
            "caption": t(caption), "rows": LISTED_ROWS,
            "columns": {column: (t(label), fmt) for column, (label, fmt) in LIST_COLUMNS.items()},
            "csv_name": name.replace(" ", "_"),
        })
    return pieces


def telling(found: pd.DataFrame, *, days: int, source) -> list[Said | dict]:
    """Return how well the score tells who buys again, beside recency and frequency: a chart of the first scale, and a finding
    for each.
    """
    shown = found.assign(what=found["measure"].map(MEASURES))
    scales = [(scale, rows.iloc[0], rows.iloc[1:].sort_values("auc", ascending=False).iloc[0])
              for scale, rows in shown.groupby("scale", sort=False)]
    first = shown[shown["scale"] == scales[0][0]].sort_values("auc", ascending=False, kind="stable")
    chart = {
        "axes": plots.dots(
            first, label="what", value="auc", low="low", high="high", fmt="number2", reference=0.5,
            reference_label=t("says nothing"),
        ),
        "title": t("Who buys again: {scale:label} beside past purchases", scale=SCALE_NAMES[scales[0][0]]),
        "subtitle": t("Probability of telling a customer who buys again within {days:count} days from one who does not "
                      "(AUC), 95% interval", days=days),
        "source": source(n=int(first["n"].iloc[0])),
        "alt": t("Dots of the AUC of the score, recency and frequency with their intervals."),
        "data": shown.assign(scale=shown["scale"].map(SCALE_NAMES)),
        "columns": {name: (t(label), fmt) for name, (label, fmt) in TELLING_COLUMNS.items()}, "name": "who_buys_again",
    }
    return [chart, *(_telling_finding(score, rest, scale=scale, days=days) for scale, score, rest in scales)]


def _telling_finding(score, rest, *, scale: str, days: int) -> Said:
    values = {"scale": SCALE_NAMES[scale], "auc": score["auc"], "low": score["low"], "high": score["high"], "days": days,
              "other": rest["what"], "other_auc": rest["auc"]}
    evidence = Evidence("estimate", n=int(score["n"]), estimate=float(score["auc"]), interval=(score["low"], score["high"]),
                        baseline=0.5)
    if score["low"] > 0.5:
        return Said(
            "Those with a better score ({scale:label}) are likelier to buy again within {days:count} days: AUC {auc:number2} "
            "({low:number2} to {high:number2}), against {other_auc:number2} by {other:label}.", values, evidence,
        )
    return Said(
        "The score ({scale:label}) does not tell who buys again within {days:count} days: AUC {auc:number2} ({low:number2} to "
        "{high:number2}; 0.5 says nothing), against {other_auc:number2} by {other:label}.", values, evidence,
    )
