"""Who answered of those invited, and what weighting changes, as `report.tell` shows it.

Input: what surveys_study.py computed.
"""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import WITHIN_CES, WITHIN_NPS, WITHIN_SHARE, Evidence
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.plots import plots
from helpers.report import Lacking, Run, Said
from helpers.surveys import surveys, surveys_response, surveys_weights
from helpers.surveys.surveys_history import NEVER
from helpers.surveys.surveys_pages import FORMATS, NAMES, columns_of, marked, reason, source_of
from helpers.surveys.surveys_study import Response, Study

WITHIN = {"nps": WITHIN_NPS, "csat": WITHIN_SHARE, "ces": WITHIN_CES}
MIN_NAMED = 0.05  # share of the invitations from which a group may be named in the title
RATE_COLUMNS = {
    "dimension": ("Grouped by", "label"), "group": ("Group", "label"), "n_customers": ("Customers", "count"),
    "n": ("Invitations", "count"),
    "n_answered": ("Of them answered", "count"), "share": ("Response rate", "percent1"), "low": ("Interval from", "percent1"),
    "high": ("Interval to", "percent1"),
}
WEIGHTED_COLUMNS = {
    "name": ("Score", ""), "as_answered": ("As answered", ""), "weighted_text": ("Weighted to all invited", ""),
    "n": ("Answers", "count"), "n_effective": ("Worth as many unweighted", "count"),
}


def response(study: Study, run: Run) -> list:
    """Return the response rate, by group, and the scores weighted to everybody invited."""
    found = study.response
    if not study.is_asked:
        return []
    if found is None:
        return [Lacking(
            "There is no list of who was invited to a survey. With it (one row an invitation, answered or not) this page would "
            "show how many answered and what the scores would be if all kinds of customers had.", {},
        )]
    if isinstance(found, TooLittleData):
        return reason(found)
    total = found.rates.iloc[0]
    told_twice = (found.rates["dimension"] == surveys_response.MARGINS["value"]) | found.rates["group"].eq(NEVER) & (
        found.rates["dimension"] != surveys_response.MARGINS["frequency"])
    groups = found.rates[~told_twice & ~found.rates["group"].isin([surveys.UNKNOWN, total["group"]])]
    groups = groups[groups.groupby("dimension")["group"].transform("size") > 1]
    values = {name: float(total[name]) for name in ("share", "low", "high")} | {"n": int(total["n"]), "days": found.days}
    sure = Evidence("estimate", n=values["n"], estimate=values["share"], interval=(values["low"], values["high"]),
                    within=WITHIN_SHARE)
    pieces = [_rates_chart(groups, total, found.moments, run)] if len(groups) else []
    alone = Said(
        "{share:percent1} of {n:count} invitations were answered (95% interval {low:percent1} to {high:percent1}). "
        "Invitations of the last {days:count} days are left out: they may still be answered.", values, sure,
    )
    if isinstance(found.weighted, TooLittleData):
        return [*pieces, alone, *reason(found.weighted)]
    first = found.weighted[0]
    if not first["holds"]:
        return [*pieces, alone, Said(
            "Too unevenly answered to be weighted: even weighted, {unlike:percent} of the answers would have to come from "
            "other customers to resemble everybody invited, and the {n:count} answers count like {n_kish:count}. The scores as "
            "answered speak for those who answered only.", {key: first[key] for key in ("unlike", "n", "n_kish")},
        ), *_weighted(found)]
    fmt = FORMATS[first["measure"]]
    values |= {name: shown(first[name], fmt) for name in ("estimate", "weighted", "weighted_low", "weighted_high")}
    return [*pieces, Said(
        "{share:percent1} of {n:count} invitations were answered. Weighted to everybody invited, {measure:label} is {weighted} "
        "(95% interval {weighted_low} to {weighted_high}) instead of {estimate}.",
        values | {"measure": first["measure"].upper()},
        Evidence("estimate", n=int(first["n"]), estimate=first["weighted"],
                 interval=(first["weighted_low"], first["weighted_high"]), within=WITHIN[first["measure"]]),
    ), *_weighted(found)]


def _rates_chart(groups: pd.DataFrame, total: pd.Series, moments: pd.Series, run: Run) -> dict:
    large = groups[groups["n"] >= MIN_NAMED * total["n"]]
    large = large if len(large) > 1 else groups
    lowest, highest = large.loc[large["share"].idxmin()], large.loc[large["share"].idxmax()]
    groups = groups.assign(group=[marked(r.group, r.n_customers) for r in groups.itertuples()])
    return {
        "axes": plots.dots(groups, label="group", value="share", low="low", high="high", fmt="percent",
                           reference=float(total["share"]), reference_label=t("all invitations")),
        "title": t("{share:percent} answer, all groups alike", share=total["share"])
        if lowest["share"] == highest["share"] else t(
            "{share:percent} answer; of the larger groups fewest “{low_group:label}” ({low:percent}), most "
            "“{high_group:label}” ({high:percent})",
            share=total["share"], low_group=lowest["group"], low=lowest["share"], high_group=highest["group"],
            high=highest["share"],
        ),
        "subtitle": t("Share of invitations that were answered, 95% interval, by what was known before"),
        "source": source_of(moments, n=int(total["n"]), of=t("invitations"), run=run),
        "alt": t("Dots with intervals: response rate by group, beside that of all invitations."), "data": groups,
        "columns": columns_of(RATE_COLUMNS), "name": "response_rates",
    }


def _weighted(found: Response) -> list:
    """Return the weighted scores as a table, what weighting cannot mend, and late answers against early ones."""
    rows = pd.DataFrame([{
        "name": t(NAMES[f["measure"]]), "n": f["n"], "n_effective": f["n_effective"],
        **{column: t("{value} ({low} to {high})", **{part: shown(f[key], FORMATS[f["measure"]]) for part, key in keys.items()})
           for column, keys in (("as_answered", {"value": "estimate", "low": "low", "high": "high"}), (
               "weighted_text", {"value": "weighted", "low": "weighted_low", "high": "weighted_high"}))},
    } for f in found.weighted])
    first = found.weighted[0]
    rows["weighted_text"] = rows["weighted_text"].where([f["holds"] for f in found.weighted], t("too uneven to hold"))
    pieces = [{
        "frame": rows, "columns": columns_of(WEIGHTED_COLUMNS), "csv_name": "weighted_scores",
        "caption": t("Scores as answered and weighted so that the answers resemble everybody invited (95% intervals)"),
    }, Said(
        "Weighted by {margins:list}; invitations of the last {days:count} days are left out: they may still be answered.",
        {"margins": first["margins"], "days": found.days},
    )]
    if first["measure"] == "nps" and first["holds"]:
        less = surveys_weights.if_silent_differ(first["weighted"], first["rate"], 20.0)
        pieces.append(Said(
            "Weighting mends only what was known of everybody: if the pleased (or the annoyed) answer more often than others "
            "alike in all of this, no weight shows it. Were those who kept silent 20 points less willing to recommend, the "
            "score of everybody invited would be {less:change_number} instead of {weighted:change_number}.",
            {"less": less, "weighted": first["weighted"]},
        ))
    if found.late is not None:
        fmt = "change_number" if first["measure"] == "nps" else "change_number2"
        pieces.append(Said(
            "Those who answered late, who may resemble those who never did, scored {estimate} against those who answered early "
            "(95% interval {low} to {high}, {n:count} answers).",
            {**{key: shown(found.late[key], fmt) for key in ("estimate", "low", "high")}, "n": found.late["n"]},
        ))
    return pieces
