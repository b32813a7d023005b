"""What the report tells of customers who do not do as they say, as pieces of `report.tell`. Input: voc_loyalty.py."""

import pandas as pd

from helpers.evidence import WITHIN_SHARE, Evidence
from helpers.i18n import text as t
from helpers.proportions import difference_interval
from helpers.report import Said
from helpers.voc import voc_loyalty

MEASURES = {"recency": "days since the last purchase", "frequency": "number of recent purchases"}
SCALE_NAMES = {"nps": "likelihood to recommend", "rating": "stars", "csat": "satisfaction"}
SCORES = {"nps": "{score:number} of 10", "rating": "{score:number} of 5 stars", "csat": "{score:number} of 5"}
LIST_COLUMNS = {
    "customer_id": ("Customer", ""), "said": ("Last score", ""), "said_on": ("Said on", "day"),
    "last_on": ("Last purchase", "day"), "silent_days": ("Days since", "count"), "revenue": ("Revenue so far", "money"),
    "customer_lifetime_value": ("Expected value", "money"),
}
LISTED_ROWS = 5  # of each list in the report; the CSV holds them all


def counts(counted: dict[str, dict], listed: pd.DataFrame, *, days: int) -> list[Said]:
    """Return how many stopped buying of those whose last score was the best, beside those whose last score was bad."""
    best, bad = counted["best"], counted["bad"]
    told = []
    if min(best["n"], bad["n"]) >= voc_loyalty.MIN_GROUP:
        told.append(_best_beside_bad(best, bad, days=days))
    elif best["n"] >= voc_loyalty.MIN_GROUP:
        told.append(Said(
            "Of {n:count} customers whose last score was the best (9 or 10, or five stars), {share:percent} ({low:percent} to "
            "{high:percent}) have stopped buying all the same: silent for more than {days:count} days, and for longer than 95% "
            "of the pauses between their purchases.",
            {**best, "days": days},
            Evidence("estimate", n=best["n"], estimate=best["share"], interval=(best["low"], best["high"]),
                     within=WITHIN_SHARE, serves="whom to contact"),
        ))
    if bad["n"] >= voc_loyalty.MIN_GROUP:
        stays = listed[listed["listed_as"] == voc_loyalty.DETRACTOR]
        told.append(Said(
            "Of {n:count} customers whose last score was bad (0 to 6, or three stars or fewer), {share:percent} ({low:percent} "
            "to {high:percent}) have stopped buying; {stay:count} others bought again after it and still do.",
            {**bad, "stay": len(stays)},
        ))
    return told


def _best_beside_bad(best: dict, bad: dict, *, days: int) -> Said:
    """Return the shares that stopped of either, and their difference with its interval (best less bad, in points)."""
    low, high = map(float, difference_interval(best["n_stopped"], best["n"], bad["n_stopped"], bad["n"]))
    difference = best["share"] - bad["share"]
    return Said(
        "Of {n:count} customers whose last score was the best (9 or 10, or five stars), {share:percent} ({low:percent} to "
        "{high:percent}) have stopped buying all the same, of {bad_n:count} whose last score was bad {bad_share:percent}: a "
        "difference of {difference:change_number1} percentage points (95% interval {from_points:change_number1} to "
        "{to_points:change_number1}). Stopped: silent for more than {days:count} days, and for longer than 95% of the pauses "
        "between their purchases.",
        {**best, "days": days, "bad_n": bad["n"], "bad_share": bad["share"], "difference": 100 * difference,
         "from_points": 100 * low, "to_points": 100 * high},
        Evidence("estimate", n=best["n"] + bad["n"], estimate=difference, interval=(low, high), baseline=0.0,
                 serves="whom to contact"),
    )


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


def telling(found: pd.DataFrame, *, days: int) -> list[Said]:
    """Return how well each score tells who buys again, beside recency and frequency; the first one as a finding."""
    said = []
    for scale, rows in found.groupby("scale", sort=False):
        score, best = rows.iloc[0], rows.iloc[1:].sort_values("auc", ascending=False, kind="stable").iloc[0]
        said.append(_telling(score, best, scale=scale, days=days, is_finding=not said))
    return said


def apart_from_counts(*, days: int, months: int) -> Said:
    """Return why the shares that stopped and the AUC may differ."""
    return Said(
        "The shares that have stopped buying and the AUC answer different questions and may differ. The shares: who is silent "
        "today, by the last score of the last {months:count} months, the best beside the bad ones. The AUC: who bought within "
        "{days:count} days after a score, by the last score at least {days:count} days old, all scores beside each other.",
        {"days": days, "months": months},
    )


def _telling(score, best, *, scale: str, days: int, is_finding: bool) -> Said:
    values = {"scale": SCALE_NAMES[scale], "auc": score["auc"], "low": score["low"], "high": score["high"], "days": days,
              "other": MEASURES[best["measure"]], "other_auc": best["auc"], "gain": best["gain"],
              "gain_low": best["gain_low"], "gain_high": best["gain_high"]}
    evidence = Evidence("estimate", n=int(score["n"]), estimate=float(score["auc"]), interval=(score["low"], score["high"]),
                        baseline=0.5) if is_finding else None
    if score["low"] > 0.5:
        return Said(
            "Those with a better score ({scale:label}) are likelier to buy again within {days:count} days: AUC {auc:number2} "
            "({low:number2} to {high:number2}; 0.5 says nothing). The AUC of {other:label} is {other_auc:number2}, a "
            "difference of {gain:change_number2} ({gain_low:change_number2} to {gain_high:change_number2}).", values, evidence,
        )
    if score["high"] < 0.5:
        return Said(
            "Those with a worse score ({scale:label}) are likelier to buy again within {days:count} days: AUC {auc:number2} "
            "({low:number2} to {high:number2}; 0.5 says nothing). The AUC of {other:label} is {other_auc:number2}, a "
            "difference of {gain:change_number2} ({gain_low:change_number2} to {gain_high:change_number2}).", values, evidence,
        )
    return Said(
        "The score ({scale:label}) does not tell who buys again within {days:count} days: AUC {auc:number2} ({low:number2} to "
        "{high:number2}; 0.5 says nothing). The AUC of {other:label} is {other_auc:number2}, a difference of "
        "{gain:change_number2} ({gain_low:change_number2} to {gain_high:change_number2}).", values, evidence,
    )
