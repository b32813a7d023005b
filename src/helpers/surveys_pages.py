"""How satisfied those are who were asked, as `report.tell` shows it: scores with intervals, and whose scores stand out.

Input: the answers of surveys.read_answers with the groups of surveys_history.py.
"""

import pandas as pd

from helpers import plots, plots_surveys, surveys
from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.report import Run, Said, source_line

NAMES = {"nps": "Would recommend (NPS)", "csat": "Satisfied (CSAT)", "ces": "Easy for them (CES)"}
FORMATS = {"nps": "change_number", "csat": "percent", "ces": "number2"}
ENDS = {"nps": (-100.0, 100.0, "change_number"), "csat": (0.0, 1.0, "percent"), "ces": (1.0, 7.0, "count")}
DIMENSIONS = {
    "frequency": "orders before the answer", "bought_in": "where they bought last", "language": "language of the survey",
    "survey": "survey", "channel": "channel of the feedback",
}
LANGUAGES = {"en": "in English", "zh": "in Chinese"}  # language of a survey → how a reader calls the group
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


def or_reason(pieces, *args, **options) -> list:
    """Return what `pieces` tells, or, where the data is too little for it, what it needs: one gap hides nothing else."""
    try:
        return pieces(*args, **options)
    except TooLittleData as short:
        return [Said(short.template, short.values)]


def sections(answers: pd.DataFrame, *parts) -> list:
    """Return what the `parts` (functions without arguments) tell, each with its own reason where the data is too little."""
    if answers.empty:
        return [Said("Without scores of a survey there is nothing to tell here.", {})]
    return [piece for part in parts for piece in or_reason(part)]


def marked(group: str, n: int) -> str:
    """Return the name of a group; with its number of answers where they are few."""
    return t("{name:label} (few: {n:count})", name=group, n=n) if n < surveys.MIN_SURE else group


def between(low: float, high: float, fmt: str) -> str:
    return t("{low} to {high}", low=shown(low, fmt), high=shown(high, fmt))


# --- scores


def scores(answers: pd.DataFrame, run: Run) -> list:
    """Return the scores that were asked, each with interval and number of answers, and whose scores stand out."""
    found = surveys.scores(answers)
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
        "source": source_line(n=int(found["n"].max()), of=t("customers who answered"), run=run),
        "alt": t("Each score as a mark with its interval on its whole scale."), "data": rows,
        "columns": columns_of(SCORE_COLUMNS), "name": "survey_scores",
    }
    return [chart, *(_finding(row) for _, row in found.iterrows()), *_what_counts(found), *_by_group(answers, run)]


def _title(found: pd.DataFrame) -> str:
    first = found.iloc[0]
    if first["measure"] == "nps":
        return t("{promoters:percent} would recommend us, {detractors:percent} would not: NPS {nps:change_number}",
                 promoters=first["promoters"], detractors=first["detractors"], nps=first["estimate"])
    if first["measure"] == "csat":
        return t("{share:percent} are satisfied", share=first["estimate"])
    return t("Dealing with us is rated {mean:number2} of 7 for ease", mean=first["estimate"])


def _finding(row: pd.Series) -> Said:
    values = {name: float(row[name]) for name in ("estimate", "low", "high")} | {"n": int(row["n"])}
    evidence = Evidence("estimate", n=values["n"], estimate=values["estimate"], interval=(values["low"], values["high"]))
    said = {
        "nps": "The net promoter score is {estimate:change_number} (95% interval {low:change_number} to {high:change_number}; "
               "{n:count} customers).",
        "csat": "{estimate:percent} of {n:count} customers are satisfied (CSAT: 4 or 5 of 5; 95% interval {low:percent} to "
                "{high:percent}).",
        "ces": "Customers rate how easy it was {estimate:number2} on average (CES: 1 = hardest, 7 = easiest; {n:count} "
               "customers, 95% interval {low:number2} to {high:number2}).",
    }
    return Said(said[row["measure"]], values, evidence)


def _what_counts(found: pd.DataFrame) -> list:
    """Return which answers count and from how many on a score is worth quoting."""
    n_earlier = int(found["n_earlier"].max())
    pieces = []
    if n_earlier:
        pieces.append(Said("Of a customer who answered several times only the latest answer counts; {n:count} earlier answers "
                           "are left out.", {"n": n_earlier}))
    if int(found["n"].min()) < surveys.MIN_SURE:
        pieces.append(Said("With fewer than {n:count} answers a score hardly tells good from bad: look at the interval.",
                           {"n": surveys.MIN_SURE}))
    return pieces


def _by_group(answers: pd.DataFrame, run: Run) -> list:
    """Return NPS by group, where there are groups, and who stands out."""
    name = "nps"
    if name not in surveys.scores_asked(answers):
        return []
    groups = surveys.compare_groups(answers.assign(language=answers["language"].replace(LANGUAGES)), DIMENSIONS, name)
    if groups.empty:
        return []
    total = surveys.score(answers, name)
    rows = groups.assign(group=[marked(r.group, r.n) for r in groups.itertuples()])
    outstanding = groups[groups["stands_out"]].sort_values("difference", key=abs, ascending=False)
    pieces = [{
        "axes": plots.dots(rows, label="group", value="estimate", low="low", high="high", fmt="change_number",
                           reference=total["estimate"], reference_label=t("all"),
                           colors=[plots.GREY if not s else plots.GREEN if d > 0 else plots.VERMILION
                                   for s, d in zip(groups["stands_out"], groups["difference"], strict=True)]),
        "title": _group_title(outstanding),
        "subtitle": t("NPS with 95% interval; coloured: differs from the others although many groups are compared"),
        "source": source_line(n=total["n"], of=t("customers who answered"), run=run),
        "alt": t("Dots with intervals: NPS by group, beside that of all."), "data": rows,
        "columns": columns_of(GROUP_COLUMNS), "name": "survey_groups",
    }]
    pieces += [Said(
        "{group:label} ({dimension:label}): NPS {estimate:change_number}, {difference:change_number} points from the others "
        "({n:count} answers, 95% interval of the difference {difference_low:change_number} to "
        "{difference_high:change_number}).",
        {key: row[key] for key in ("group", "dimension", "estimate", "difference", "difference_low", "difference_high")}
        | {"n": int(row["n"])},
        Evidence("estimate", n=int(row["n"]), estimate=float(row["difference"]), baseline=0.0,
                 interval=(float(row["difference_low"]), float(row["difference_high"]))),
    ) for _, row in outstanding.head(2).iterrows()]
    if (groups["dimension"] == DIMENSIONS["language"]).any():
        pieces.append(Said("Answers in different languages use scales differently (some avoid the ends, some love them): a gap "
                           "between languages need not be a gap in satisfaction.", {}))
    return pieces


def _group_title(outstanding: pd.DataFrame) -> str:
    if outstanding.empty:
        return t("No group answers clearly better or worse than the others")
    first = outstanding.iloc[0]
    template = ("{group:label}: more willing to recommend than the others" if first["difference"] > 0
                else "{group:label}: less willing to recommend than the others")
    return t(template, group=first["group"])
