"""Who answered of those invited, and what weighting changes, as `report.tell` shows it.

Input: invitations with the groups of surveys_history.py, and the answers of surveys.read_answers.
"""

import pandas as pd

from helpers import plots, surveys, surveys_response
from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.report import Run, Said, source_line
from helpers.surveys_history import NEVER
from helpers.surveys_pages import FORMATS, NAMES, columns_of, marked, or_reason

RATE_COLUMNS = {
    "dimension": ("Grouped by", "label"), "group": ("Group", "label"), "n": ("Invitations", "count"),
    "n_answered": ("Answered", "count"), "share": ("Response rate", "percent1"), "low": ("Interval from", "percent1"),
    "high": ("Interval to", "percent1"),
}
WEIGHTED_COLUMNS = {
    "name": ("Score", ""), "as_answered": ("As answered", ""), "weighted_text": ("Weighted to all invited", ""),
    "n": ("Answers", "count"), "n_effective": ("Worth as many unweighted", "count"),
}


def response(invitations: pd.DataFrame, answers: pd.DataFrame, run: Run) -> list:
    """Return the response rate, by group, and the scores weighted to everybody invited."""
    if invitations.empty:
        return [Said("There is no list of who was invited to a survey. With it (one row an invitation, answered or not) this "
                     "page would show how many answered and what the scores would be if all kinds of customers had.", {})]
    invited, days = surveys_response.settle(invitations, as_of=run.as_of)
    rates = surveys_response.response_rates(invited, surveys_response.MARGINS)
    told_twice = rates["group"].isin([NEVER]) & (rates["dimension"] != surveys_response.MARGINS["frequency"])
    total, groups = rates.iloc[0], rates[~told_twice & (rates["group"] != surveys.UNKNOWN)].iloc[1:]
    values = {name: float(total[name]) for name in ("share", "low", "high")} | {"n": int(total["n"]), "days": days}
    pieces = [Said(
        "{share:percent1} of {n:count} invitations were answered (95% interval {low:percent1} to {high:percent1}). Invitations "
        "of the last {days:count} days are left out: they may still be answered.", values,
        Evidence("estimate", n=values["n"], estimate=values["share"], interval=(values["low"], values["high"])),
    )]
    if len(groups):
        pieces.insert(0, _rates_chart(groups, total, run))
    return pieces + or_reason(_weighted, invited, answers, run)


def _rates_chart(groups: pd.DataFrame, total: pd.Series, run: Run) -> dict:
    lowest, highest = groups.loc[groups["share"].idxmin()], groups.loc[groups["share"].idxmax()]
    groups = groups.assign(group=[marked(r.group, r.n) for r in groups.itertuples()])
    return {
        "axes": plots.dots(groups, label="group", value="share", low="low", high="high", fmt="percent",
                           reference=float(total["share"]), reference_label=t("all invitations")),
        "title": t("{share:percent} answer: fewest “{low_group:label}” ({low:percent}), most “{high_group:label}” "
                   "({high:percent})",
                   share=total["share"], low_group=lowest["group"], low=lowest["share"], high_group=highest["group"],
                   high=highest["share"]),
        "subtitle": t("Share of invitations that were answered, 95% interval, by what was known before"),
        "source": source_line(n=int(total["n"]), of=t("invitations"), run=run),
        "alt": t("Dots with intervals: response rate by group, beside that of all invitations."), "data": groups,
        "columns": columns_of(RATE_COLUMNS), "name": "response_rates",
    }


def _weighted(invited: pd.DataFrame, answers: pd.DataFrame, run: Run) -> list:
    answered = surveys_response.answers_of(invited, answers)
    found = [surveys_response.weighted_score(invited, answered, name)
             for name in surveys.MEASURES if answered[name].notna().sum() >= surveys_response.MIN_ANSWERS]
    if not found:
        raise TooLittleData("Needs {needed:count} answers to invitations to weight them; there are {n:count}.",
                            needed=surveys_response.MIN_ANSWERS, n=len(answered))
    rows = pd.DataFrame([{
        "name": t(NAMES[f["measure"]]), "n": f["n"], "n_effective": f["n_effective"],
        **{column: t("{value} ({low} to {high})", **{part: shown(f[key], FORMATS[f["measure"]]) for part, key in keys.items()})
           for column, keys in (("as_answered", {"value": "estimate", "low": "low", "high": "high"}), (
               "weighted_text", {"value": "weighted", "low": "weighted_low", "high": "weighted_high"}))},
    } for f in found])
    first = found[0]
    fmt = FORMATS[first["measure"]]
    pieces = [
        {"frame": rows, "columns": columns_of(WEIGHTED_COLUMNS), "csv_name": "weighted_scores",
         "caption": t("Scores as answered and weighted so that the answers resemble everybody invited (95% intervals)")},
        Said("Weighted by {margins:list}, the score is {weighted} instead of {estimate}: so much of it is owed to who "
             "answered.", {"margins": first["margins"], "estimate": shown(first["estimate"], fmt),
                           "weighted": shown(first["weighted"], fmt)}),
    ]
    rate = float(invited["answered"].mean())
    less = surveys_response.if_silent_differ(first["weighted"], rate, 20.0) if first["measure"] == "nps" else None
    if less is not None:
        pieces.append(Said(
            "Weighting mends only what was known of everybody: if the pleased (or the annoyed) answer more often than others "
            "alike in all of this, no weight shows it. Were those who kept silent 20 points less willing to recommend, the "
            "score of everybody invited would be {less:change_number} instead of {weighted:change_number}.",
            {"less": less, "weighted": first["weighted"]},
        ))
    late = surveys_response.late_minus_early(answered, first["measure"])
    if late is not None:
        pieces.append(Said(
            "Those who answered late, who may resemble those who never did, scored {estimate} against those who answered early "
            "(95% interval {low} to {high}, {n:count} answers).",
            {**{k: shown(late[k], "change_number" if fmt == "change_number" else "change_number2")
                for k in ("estimate", "low", "high")}, "n": late["n"]},
        ))
    return pieces
