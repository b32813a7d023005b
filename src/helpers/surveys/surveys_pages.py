"""How satisfied those are who were asked, as `report.tell` shows it: scores with intervals, and whose scores stand out.

Input: what surveys_study.py computed.
"""

from dataclasses import replace

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import WITHIN_NPS, Evidence
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.plots import plots, plots_surveys
from helpers.report import Lacking, Run, Said, source_line
from helpers.surveys import surveys
from helpers.surveys.surveys_study import DIMENSIONS, Response, Study

NAMES = {"nps": "Would recommend (NPS)", "csat": "Satisfied (CSAT)", "ces": "Easy for them (CES)"}
FORMATS = {"nps": "change_number", "csat": "percent", "ces": "number2"}
ENDS = {"nps": (-100.0, 100.0, "change_number"), "csat": (0.0, 1.0, "percent"), "ces": (1.0, 7.0, "count")}
SCORE_COLUMNS = {
    "name": ("Score", ""), "value": ("Value", ""), "interval": ("95% interval", ""), "n": ("Answers", "count"),
}
GROUP_COLUMNS = {
    "dimension": ("Grouped by", "label"), "group": ("Group", "label"), "n": ("Answers", "count"),
    "estimate": ("NPS", "change_number1"), "low": ("Interval from", "change_number1"),
    "high": ("Interval to", "change_number1"), "difference": ("Against the others", "change_number1"),
}


def columns_of(columns: dict, fmt: str = "") -> dict:
    """Return the columns translated; those without a format get `fmt`, where one is given."""
    return {name: (t(label), own or (fmt if name in ("estimate", "low", "high", "limit_low", "limit_high") else ""))
            for name, (label, own) in columns.items()}


def reason(short: TooLittleData) -> list:
    """Return what a part needs that the data is too small for."""
    return [Lacking(short.template, short.values)]


def marked(group: str, n: int) -> str:
    """Return the name of a group; with its number of answers where they are few."""
    return t("{name:label} (few: {n:count})", name=group, n=n) if n < surveys.MIN_SURE else group


def source_of(moments: pd.Series, *, n: int, of: str, run: Run) -> str:
    """Return the source line of a chart with the first and last day of what it shows: answers, or invitations (`moments`).

    Where none has a moment, with the days of the data.
    """
    known = moments.dropna()
    if known.empty:
        return source_line(n=n, of=of, run=run)
    days = known.dt.tz_convert(run.business.time_zone).dt.tz_localize(None)
    return source_line(n=n, of=of, first=days.min(), run=replace(run, as_of=days.max()))


def given(study: Study, name: str) -> pd.Series:
    """Return when the answers to a score were given."""
    return study.answers.loc[study.answers[name].notna(), "received_at"]


def between(low: float, high: float, fmt: str) -> str:
    return t("{low} to {high}", low=shown(low, fmt), high=shown(high, fmt))


# --- scores


def key_figures(study: Study) -> list[dict]:
    """Return the first score as report.Kpi takes it, with what weighting to all invited makes of it; none if none was asked."""
    if isinstance(study.scores, TooLittleData):
        return []
    first = study.scores.iloc[0]
    name, fmt = first["measure"], FORMATS[first["measure"]]
    weighted = weighted_score(study, name)
    n_surveys = len(surveys.by_survey(study.answers, name))
    alone = ("of {n:count} customers who answered a survey" if n_surveys == 1 else
             "of {n:count} customers who answered one of {surveys:count} surveys")
    note = t(alone, n=int(first["n"]), surveys=n_surveys) if weighted is None else t(
        "of {n:count} customers who answered; weighted to everybody invited {weighted} ({low} to {high})", n=int(first["n"]),
        **{key: shown(weighted[source], fmt) for key, source in
           (("weighted", "weighted"), ("low", "weighted_low"), ("high", "weighted_high"))},
    )
    return [{"label": t(NAMES[name]), "fmt": fmt, "value": first["estimate"], "low": first["low"], "high": first["high"],
             "note": note}]


def weighted_score(study: Study, name: str) -> dict | None:
    """Return a score weighted to everybody invited (surveys_weights.weighted_score), if it could be and holds."""
    found = study.response.weighted if isinstance(study.response, Response) else None
    found = found if isinstance(found, list) else []
    return next((score for score in found if score["measure"] == name and score["holds"]), None)


def scores(study: Study, run: Run) -> list:
    """Return the scores that were asked, each with interval and number of answers, and whose scores stand out."""
    found = study.scores
    if isinstance(found, TooLittleData):
        return reason(found)
    rows = found.assign(
        name=[t(NAMES[m]) for m in found["measure"]], fmt=found["measure"].map(FORMATS),
        lowest=[ENDS[m][0] for m in found["measure"]], highest=[ENDS[m][1] for m in found["measure"]],
        end_fmt=[ENDS[m][2] for m in found["measure"]], note=[t("n = {n:count}", n=n) for n in found["n"]],
        value=[shown(e, FORMATS[m]) for m, e in zip(found["measure"], found["estimate"], strict=True)],
        interval=[between(r.low, r.high, FORMATS[r.measure]) for r in found.itertuples()],
    )
    chart = {
        "axes": plots_surveys.scales(rows), "title": _title(found),
        "subtitle": t("Mark: score; blue: 95% interval; grey: the whole scale, best at the right (CES: 7 = easiest)"),
        "source": source_of(study.answers["received_at"], n=int(found["n"].max()), of=t("customers who answered"), run=run),
        "alt": t("Each score as a mark with its interval on its whole scale."), "data": rows,
        "columns": columns_of(SCORE_COLUMNS), "name": "survey_scores",
    }
    return [chart, *_finding(found.iloc[0]), *_what_counts(found), *_pooled(study), *_by_group(study, run)]


def _title(found: pd.DataFrame) -> str:
    first = found.iloc[0]
    if first["measure"] == "nps":
        return t("{promoters:percent1} would recommend us, {detractors:percent1} would not: NPS {nps:change_number}",
                 promoters=first["promoters"], detractors=first["detractors"], nps=first["estimate"])
    if first["measure"] == "csat":
        return t("{share:percent} are satisfied", share=first["estimate"])
    return t("Dealing with us is rated {mean:number2} of 7 for ease", mean=first["estimate"])


def _finding(row: pd.Series) -> list:
    """Return the net promoter score as a finding; the chart tells of the other scores."""
    if row["measure"] != "nps":
        return []
    values = {name: float(row[name]) for name in ("estimate", "low", "high")} | {"n": int(row["n"])}
    return [Said(
        "The net promoter score is {estimate:change_number} (95% interval {low:change_number} to {high:change_number}; "
        "{n:count} customers).", values,
        Evidence("estimate", n=values["n"], estimate=values["estimate"], interval=(values["low"], values["high"]),
                 within=WITHIN_NPS),
    )]


def _what_counts(found: pd.DataFrame) -> list:
    """Return which answers count and from how many on a score is worth quoting."""
    n_earlier = int(found["n_earlier"].max())
    pieces = []
    if n_earlier:
        pieces.append(Said("Of a customer who answered several times only the latest answer counts. Earlier answers left "
                           "out: {n:count}.", {"n": n_earlier}))
    if int(found["n"].min()) < surveys.MIN_SURE:
        pieces.append(Said("With fewer than {n:count} answers a score hardly tells good from bad: look at the interval.",
                           {"n": surveys.MIN_SURE}))
    return pieces


def _pooled(study: Study) -> list:
    """Return, of each score that several surveys asked, the score and the answers of each of them, so that they add up."""
    pieces = []
    for name in study.scores["measure"]:
        own = surveys.by_survey(study.answers, name)
        if len(own) < 2:
            continue
        told = [t(
            "“{survey:label}” {value} ({n:count} customers; {counted:count} of {given:count} answers count)"
            if row.n >= surveys.MIN_SHOWN else
            "“{survey:label}” too few for a score ({counted:count} of {given:count} answers count)",
            survey=row.survey, value=shown(row.estimate, FORMATS[name]), n=row.n, counted=row.counted, given=row.given,
        ) for row in own.itertuples()]
        pieces.append(Said(
            "{measure:label} pools {n:count} surveys, each customer with the latest answer to any of them; each by itself: "
            "{surveys:list}. The other answers are earlier ones of the same customers.",
            {"measure": NAMES[name], "n": len(own), "surveys": told},
        ))
    return pieces


def _by_group(study: Study, run: Run) -> list:
    """Return NPS by group where a group stands out, else a sentence."""
    groups = study.groups
    if isinstance(groups, TooLittleData) or groups.empty:
        return []
    if not groups["stands_out"].any():
        return [Said("No group answers clearly better or worse than the others ({dimensions:list}).",
                     {"dimensions": list(groups["dimension"].unique())})]
    total = study.scores.iloc[0]
    rows = groups.assign(group=[marked(r.group, r.n) for r in groups.itertuples()])
    pieces = [{
        "axes": plots.dots(rows, label="group", value="estimate", low="low", high="high", fmt="change_number",
                           reference=total["estimate"], reference_label=t("all"),
                           colors=[plots.GREY if not s else plots.GREEN if d > 0 else plots.VERMILION
                                   for s, d in zip(groups["stands_out"], groups["difference"], strict=True)]),
        "title": _group_title(groups[groups["stands_out"]].sort_values("difference", key=abs, ascending=False)),
        "subtitle": t("NPS with 95% interval; coloured: differs from the others although many groups are compared"),
        "source": source_of(given(study, "nps"), n=int(total["n"]), of=t("customers who answered"), run=run),
        "alt": t("Dots with intervals: NPS by group, beside that of all."), "data": rows,
        "columns": columns_of(GROUP_COLUMNS), "name": "survey_groups",
    }]
    if (groups["dimension"] == DIMENSIONS["language"]).any():
        pieces.append(Said("Answers in different languages use scales differently (some avoid the ends, some love them): a gap "
                           "between languages need not be a gap in satisfaction.", {}))
    return pieces


def _group_title(outstanding: pd.DataFrame) -> str:
    first = outstanding.iloc[0]
    template = ("{group:label}: more willing to recommend than the others" if first["difference"] > 0
                else "{group:label}: less willing to recommend than the others")
    return t(template, group=first["group"])
