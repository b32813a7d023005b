"""Whether the scores move, and what the last change is made of, as `report.tell` shows it.

Input: what surveys_study.py computed.
"""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.plots import plots, plots_surveys
from helpers.report import Lacking, Run, Said
from helpers.surveys import surveys_change, surveys_trend
from helpers.surveys.surveys_pages import FORMATS, NAMES, columns_of, given, marked, reason, source_of
from helpers.surveys.surveys_study import Change, Study

TREND_COLUMNS = {
    "period": ("From", "month"), "n": ("Answers", "count"), "estimate": ("Score", ""), "low": ("Interval from", ""),
    "high": ("Interval to", ""), "limit_low": ("Lower limit", ""), "limit_high": ("Upper limit", ""),
    "signal": ("Signal", "label"),
}
SPLIT_COLUMNS = {
    "group": ("Group", "label"), "n_earlier": ("Answers before", "count"), "n_later": ("Answers now", "count"),
    "share_earlier": ("Share before", "percent"), "share_later": ("Share now", "percent"),
    "score_earlier": ("Score before", ""), "score_later": ("Score now", ""), "mix": ("Mix", ""),
    "mix_low": ("Mix from", ""), "mix_high": ("Mix to", ""), "within": ("Within", ""), "within_low": ("Within from", ""),
    "within_high": ("Within to", ""),
}
CHANGE_FORMATS = {"nps": "change_number1", "csat": "change_points1", "ces": "change_number2"}


# --- trend


def trend(study: Study, run: Run) -> list:
    """Return the control chart of the first score that was asked, its signals, and whether the other scores signal any."""
    if not study.is_asked:
        return []
    if study.trends is None:
        return [Lacking("The answers carry no dates: no trend and no change can be told.", {})]
    if isinstance(study.trends, TooLittleData):
        return reason(study.trends)
    first, table = next(iter(study.trends.items()))
    pieces = [_trend_chart(table, first, given(study, first), run)]
    signals = table[table["signal"] != ""]
    pieces += [Said(
        "{period:month} stands out ({signal:label}): {value} from {n:count} answers, against {centre} in the long run.",
        {"period": row.period, "value": shown(row.estimate, FORMATS[first]), "n": int(row.n), "signal": row.signal,
         "centre": shown(row.centre, FORMATS[first])},
    ) for row in signals.tail(3).itertuples()]
    return pieces + [
        Said("{measure:label}: {n:count} signals in {periods:count} periods.",
             {"measure": NAMES[name], "n": int((chart["signal"] != "").sum()), "periods": int(chart["estimate"].notna().sum())})
        for name, chart in study.trends.items() if name != first and (chart["signal"] != "").any()
    ]


def _trend_chart(table: pd.DataFrame, name: str, moments: pd.Series, run: Run) -> dict:
    fmt, drawn = FORMATS[name], table["estimate"].notna()
    n_signals = int((table["signal"] != "").sum())
    title = (t("{measure:label}: no change beyond chance can be shown ({n:count} periods)", measure=NAMES[name],
               n=int(drawn.sum()))
             if not n_signals else
             t("{measure:label}: {signals:count} of {n:count} periods stand out", measure=NAMES[name], signals=n_signals,
               n=int(drawn.sum())))
    return {
        "axes": plots_surveys.control(table, fmt=fmt, centre_label=shown(float(table["centre"].iloc[0]), fmt),
                                      limits_label=t("grey: where chance alone would leave it (3 standard deviations)")),
        "title": title,
        "subtitle": t("Score by month or quarter; limits for that period's number of answers; none drawn below {n:count}",
                      n=surveys_trend.MIN_PERIOD),
        "source": source_of(moments, n=int(table["n"].sum()), of=t("answers to the survey"), run=run),
        "alt": t("Dots by period within control limits; signals are marked."), "data": table,
        "columns": columns_of(TREND_COLUMNS, fmt), "name": "survey_trend",
    }


# --- the last change


def change(study: Study, run: Run) -> list:
    """Return the change of the first score between the last two half-years, split into mix and within."""
    found = study.change
    if not study.is_asked:
        return []
    if isinstance(found, TooLittleData):
        return reason(found) if study.trends is not None else []
    moved, fmt, change_fmt = found.moved, FORMATS[found.name], CHANGE_FORMATS[found.name]
    said = Said(
        "{measure:label} in the last {months:count} months: {later} ({n_later:count} answers) against {earlier} "
        "({n_earlier:count}) in the {months:count} before, a change of {change} (95% interval {low} to {high}).",
        {"measure": NAMES[found.name], "months": surveys_change.MONTHS, "later": shown(moved["later"], fmt),
         "earlier": shown(moved["earlier"], fmt), "n_later": moved["n_later"], "n_earlier": moved["n_earlier"],
         "change": shown(moved["estimate"], change_fmt), "low": shown(moved["low"], change_fmt),
         "high": shown(moved["high"], change_fmt)},
    )
    if isinstance(found.split, TooLittleData):
        return [said, *reason(found.split)]
    chart = _change_chart(found, run)
    return [chart, said, _change_said(found.split, found.dimension)]


def _change_chart(found: Change, run: Run) -> dict:
    """Return the chart: mix as a whole, then within, as a whole and group by group."""
    table, name, moved = found.split, found.name, found.moved
    total, fmt = table.iloc[-1], CHANGE_FORMATS[name]
    groups = table.iloc[:-1]
    rows = pd.DataFrame({
        "part": [t("who answers has changed (mix)"), t("the same kind answers differently (within)"),
                 *(t("of it: {group:label}", group=marked(row.group, min(row.n_earlier, row.n_later)))
                   for row in groups.itertuples())],
        **{end: [total[f"mix{side}"], total[f"within{side}"], *groups[f"within{side}"]]
           for end, side in (("estimate", ""), ("low", "_low"), ("high", "_high"))},
        "n": [int(total["n_earlier"] + total["n_later"])] * 2 + list(groups["n_earlier"] + groups["n_later"]),
    })
    return {
        "axes": plots.dots(rows, label="part", value="estimate", low="low", high="high", fmt=fmt,
                           reference_label=t("no change"), colors=[plots.ORANGE, plots.BLUE, *[plots.SKY] * len(groups)]),
        "title": t(
            "No clear change ({change}): {mix} because others answer, {within} because they answer differently"
            if moved["low"] <= 0 <= moved["high"] else
            "A change of {change}: {mix} because others answer, {within} because they answer differently",
            change=shown(moved["estimate"], fmt), mix=shown(total["mix"], fmt), within=shown(total["within"], fmt),
        ),
        "subtitle": t("{measure:label}, last half-year against the one before, split by {dimension:label}; 95% intervals",
                      measure=NAMES[name], dimension=found.dimension),
        "source": source_of(found.moments, n=int(total["n_earlier"] + total["n_later"]), of=t("answers to the survey"),
                            run=run),
        "alt": t("Dots with intervals: the parts of the change of the score."), "data": table,
        "columns": columns_of(SPLIT_COLUMNS) | {key: (label, fmt if key.startswith(("mix", "within")) else FORMATS[name])
                                                for key, (label, own) in columns_of(SPLIT_COLUMNS).items() if not own},
        "name": "survey_change",
    }


def _change_said(table: pd.DataFrame, dimension: str) -> Said:
    """Return which of the two parts is clear."""
    total = table.iloc[-1]
    clear = {part: total[f"{part}_low"] > 0 or total[f"{part}_high"] < 0 for part in ("mix", "within")}
    said = {
        (True, True): "Both parts are clear: other customers answer (by {dimension:label}), and they answer differently.",
        (True, False): "Clear is only the mix: other customers answer (by {dimension:label}). A score that moves for this "
                       "reason says nothing about whether service got better or worse.",
        (False, True): "Clear is only the part within: customers of the same kind (by {dimension:label}) answer differently.",
        (False, False): "Neither part is clear: with so few answers the change can be chance (split by {dimension:label}).",
    }[(bool(clear["mix"]), bool(clear["within"]))]
    return Said(said, {"dimension": dimension})
