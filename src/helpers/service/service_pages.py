"""How well service answers, as `report.tell` shows it: charts, table and sentences from service.py."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import WITHIN_SHARE, WITHIN_TENTH, Evidence
from helpers.i18n import text as t
from helpers.plots import plots, plots_service
from helpers.report import Lacking, Said
from helpers.service import service
from helpers.service.opening_hours import weekly_hours
from helpers.service.service import ALL, Cases

QUALITY_COLUMNS = {
    "topic": ("Topic", "label"), "channel": ("Channel", "label"), "n_cases": ("Cases", "count"), "n_open": ("Open", "count"),
    "first_median_hours": ("First answer, half within (hours)", "number1"),
    "first_p90_hours": ("First answer, nine in ten within (hours)", "number1"),
    "close_median_hours": ("Closed, half within (hours)", "number1"),
    "close_p90_hours": ("Closed, nine in ten within (hours)", "number1"),
    "first_open_median_hours": ("First answer, half within (opening hours)", "number1"),
    "first_open_p90_hours": ("First answer, nine in ten within (opening hours)", "number1"),
    "handle_median_minutes": ("Handling, half within (minutes)", "number1"),
    "handle_p90_minutes": ("Handling, nine in ten within (minutes)", "number1"),
    "reopened_rate": ("Opened again", "percent1"), "satisfied_rate": ("Rated 4 or 5", "percent"),
    "csat_mean": ("Mean rating", "number2"),
}
CHANNEL_COLUMNS = {name: QUALITY_COLUMNS[name] for name in (
    "channel", "n_cases", "n_open", "first_median_hours", "first_p90_hours", "first_open_median_hours",
    "reopened_rate", "satisfied_rate",
)}  # the other times by channel, and by channel and topic, are in table service_quality
OPEN_COLUMNS = {"wait": ("Wait", "label"), "median": ("Half within (hours)", "number1"),
                "p90": ("Nine in ten within (hours)", "number1")}
WAITS = {"first": "First answer, by the clock", "first_open": "First answer, in opening hours",
         "close": "Closed, by the clock", "close_open": "Closed, in opening hours"}
MANY_OUTSIDE = 0.2  # share of first answers outside the opening hours from which these seem wrong
BACKLOG_COLUMNS = {"week_end": ("Week up to", "day"), "n_opened": ("Opened", "count"), "n_closed": ("Closed", "count"),
                   "n_open": ("Open at its end", "count")}


def columns_of(columns: dict, cases: Cases | None = None) -> dict:
    """Return columns with their labels in the reader's language; with `cases`, opening hours only where they are known."""
    is_shown = cases is None or cases.opening is not None
    return {name: (t(label), fmt) for name, (label, fmt) in columns.items() if is_shown or "_open_" not in name}


def how_well(cases: Cases, *, source: str) -> tuple[list, dict]:
    """Return what to tell on times, reopening and backlog, and the tables service_quality and service_backlog by name."""
    quality = service.quality(cases)
    total = quality[(quality["topic"] == ALL) & (quality["channel"] == ALL)].iloc[0]
    pieces = [*_times(total, cases), *_by_topic(quality, cases, source), *_opened_again(quality, total)]
    tables = {"service_quality": quality}
    try:
        tables["service_backlog"] = service.backlog(cases)
        pieces += _backlog(tables["service_backlog"], cases, source)
    except TooLittleData as short:
        pieces.append(Lacking(short.template, short.values))
    own = quality[(quality["topic"] == ALL) & (quality["channel"] != ALL)]
    if len(own) > 1:
        own = _without_talks(own, cases).sort_values(["n_cases", "channel"], ascending=[False, True])
        pieces.append({
            "frame": _marked(own, "channel"),
            "columns": columns_of(CHANNEL_COLUMNS, cases), "csv_name": "service_channels",
            "caption": t("Service by channel; waits of a few minutes are in the sentence above" if _talks_apart(cases) else
                         "Service by channel"),
        })
    return pieces, tables


def _times(total: pd.Series, cases: Cases) -> list:
    """Return first answers (of tickets, then of talks), closing, handling, the last months, and how times are to be read."""
    pieces = [_first_answer(total, _talks_apart(cases))]
    if (talks := service.waits_of_talks(cases)) and _are_known(talks.values()):
        pieces.append(Said(
            "Where people are talked to at once ({channels:list}), half of {n:count} are answered within {median:number1} "
            "minutes (95% interval {low:number1} to {high:number1}), nine in ten within {p90:number1}.", talks,
        ))
    if _are_known([total["close_median_hours"]]):
        pieces.append(Said(
            "Half of {n:count} cases are closed within {median:number1} days (95% interval from {low:number1} up); more than "
            "one in ten stay open so long that their end is not seen."
            if not _are_known(total[["close_median_high", "close_p90_hours"]]) else
            "Half of {n:count} cases ({channels:list} left out) are closed within {median:number1} days (95% interval "
            "{low:number1} to {high:number1}), nine in ten within {p90:number1} days."
            if _talks_apart(cases) else
            "Half of {n:count} cases are closed within {median:number1} days (95% interval {low:number1} to {high:number1}), "
            "nine in ten within {p90:number1} days.",
            {"n": int(total["close_n"]), "channels": _talks_apart(cases), "p90": total["close_p90_hours"] / 24,
             **{name: total[f"close_median_{end}"] / 24 for name, end in
                (("median", "hours"), ("low", "low"), ("high", "high"))}},
        ))
    if total["handle_median_minutes"] == total["handle_median_minutes"]:
        pieces.append(Said(
            "Handling a case takes {median:number1} minutes at the median ({n:count} cases) and more than {p90:number1} in one "
            "of ten.",
            {"n": int(total["handle_n"]), "median": total["handle_median_minutes"], "p90": total["handle_p90_minutes"]},
        ))
    if (recent := service.lately(cases)) and _are_known(recent.values()):
        pieces.append(Said(
            "Of the cases of the last {days:count} days half got a first answer within {median:number1} hours (95% interval "
            "{low:number1} to {high:number1}); of those of the {days:count} days before, within {before:number1}.", recent,
            Evidence("estimate", n=recent["n"], estimate=recent["change"], baseline=0.0,
                     interval=(recent["change_low"], recent["change_high"]), serves="how to serve"),
        ))
    return [*pieces, *_in_opening_hours(total, cases), *_how_times_count(cases)]


def _in_opening_hours(total: pd.Series, cases: Cases) -> list:
    """Return the waits by the clock beside those in opening hours; nothing where these are not known."""
    outside = service.outside_hours(cases)
    if outside is None or not _are_known(total[["first_open_median_hours", "first_open_median_low", "first_open_median_high"]]):
        return []
    waits = pd.DataFrame([{"wait": label, "median": total[f"{name}_median_hours"], "p90": total[f"{name}_p90_hours"]}
                          for name, label in WAITS.items()]).dropna(subset="median")
    is_doubtful = outside["answered"] > MANY_OUTSIDE
    said = Said(
        "Service is open {weekly:number1} hours a week; {opened:percent} of cases come in while it is closed. Counting only "
        "opening hours, half of the same {n:count} cases get a first answer within {median:number1} hours (95% interval "
        "{low:number1} to {high:number1}). All other times run by the clock, nights and weekends included.",
        {"weekly": weekly_hours(cases.opening), "opened": outside["opened"], "n": int(total["first_open_n"]),
         "median": total["first_open_median_hours"], "low": total["first_open_median_low"],
         "high": total["first_open_median_high"]},
        None if is_doubtful else
        Evidence("estimate", n=int(total["first_open_n"]), estimate=total["first_open_median_hours"],
                 interval=(total["first_open_median_low"], total["first_open_median_high"]),
                 within=WITHIN_TENTH * total["first_open_median_hours"], serves="how to serve"),
    )
    doubt = [Said("{share:percent} of first answers come outside the opening hours that dataset.yml states (service_hours): if "
                  "somebody answers then, they are wrong, and the waits in opening hours too short.",
                  {"share": outside["answered"]})] if is_doubtful else []
    return [said, *doubt, {"frame": waits, "columns": columns_of(OPEN_COLUMNS), "csv_name": "service_open_hours",
                           "caption": t("Waiting by the clock and in opening hours")}]


def _are_known(values: Iterable) -> bool:
    """Return whether none is missing: a median or an end of its interval is, where too many cases still wait."""
    return not pd.isna(list(values)).any()


def _without_talks(channels: pd.DataFrame, cases: Cases) -> pd.DataFrame:
    """Return the rows without the hours of channels where people talk at once: minutes would be shown as 0.0 hours."""
    hours = [name for name in CHANNEL_COLUMNS if name.endswith("_hours")]
    is_apart = channels["channel"].isin(_talks_apart(cases))
    return channels.assign(**{name: channels[name].mask(is_apart) for name in hours})


def _talks_apart(cases: Cases) -> list[str]:
    """Return the channels whose waits are not among those of all cases: the telephone and the like, where there are others."""
    is_talk = cases.rows["is_talk"].astype(bool)
    return [] if is_talk.all() else sorted(cases.rows.loc[is_talk, "channel"].unique())


def _first_answer(total: pd.Series, apart: list[str]) -> Said:
    if total["first_median_hours"] == total["first_median_hours"]:
        return Said(
            "Half of {n:count} cases get a first answer within {median:number1} hours (95% interval from {low:number1} up); "
            "more than one in ten wait so long that their answer is not seen."
            if not _are_known(total[["first_median_high", "first_p90_hours"]]) else
            "Half of {n:count} cases ({channels:list} left out) get a first answer within {median:number1} hours (95% "
            "interval {low:number1} to {high:number1}); one in ten waits longer than {p90:number1} hours."
            if apart else
            "Half of {n:count} cases get a first answer within {median:number1} hours (95% interval {low:number1} to "
            "{high:number1}); one in ten waits longer than {p90:number1} hours.",
            {"n": int(total["first_n"]), "median": total["first_median_hours"], "low": total["first_median_low"],
             "high": total["first_median_high"], "p90": total["first_p90_hours"], "channels": apart},
            Evidence("estimate", n=int(total["first_n"]), estimate=total["first_median_hours"],
                     interval=(total["first_median_low"], total["first_median_high"]),
                     within=WITHIN_TENTH * total["first_median_hours"], serves="how to serve"),
        )
    return Lacking(
        "No channel notes when a case was first answered, so that nothing can be said about waiting for an answer.", {},
    )


def _how_times_count(cases: Cases) -> list:
    """Return how the times are to be read: by the clock, calls, open cases, what was left out."""
    share = service.night_share(cases)
    pieces = []
    if service.notes_days_only(cases):
        pieces.append(Said("The cases note days, no hours: every time here is one of whole days.", {}))
    elif share == share and cases.opening is None:
        pieces.append(Said(
            "Times run by the clock, nights and weekends included; {share:percent} of first answers come between 20:00 and "
            "8:00 or on a weekend (64% of all hours lie there), so that service answers around the clock."
            if share > 0.45 else
            "Times run by the clock, nights and weekends included; only {share:percent} of first answers come between 20:00 "
            "and 8:00 or on a weekend (64% of all hours lie there), so that hours outside office time are part of the wait.",
            {"share": share},
        ))
    if cases.silent_channels:
        pieces.append(Said("No first answer is noted for: {channels:list}. They count in handling, reopening and ratings.",
                           {"channels": list(cases.silent_channels)}))
    pieces += [Said("{n:count} cases: {reason:label}.", {"n": int(row.n), "reason": row.reason})
               for row in cases.left_out.itertuples()]
    return pieces


def _by_topic(quality: pd.DataFrame, cases: Cases, source: str) -> list:
    topics = quality[(quality["channel"] == ALL) & (quality["topic"] != ALL)]
    panels = [
        ("First answer (hours)", "first_median_hours", "", "first_p90_hours", "number1"),
        ("Time to close (days)", "close_median_days", "", "close_p90_days", "number1"),
        ("Opened again", "reopened_rate", "reopened_low", "reopened_high", "percent"),
        ("Rated 4 or 5", "satisfied_rate", "satisfied_low", "satisfied_high", "percent"),
    ]
    topics = topics.assign(close_median_days=topics["close_median_hours"] / 24, close_p90_days=topics["close_p90_hours"] / 24)
    panels = [panel for panel in panels if topics[panel[1]].notna().any()]
    if len(topics) < 2 or not panels:
        return [Lacking("The cases name no topics that could be told apart.", {})]
    is_unseen = topics["first_median_hours"].isna() & (topics["first_n"] > 0)  # more than half still wait: the slowest
    order = topics.assign(key=topics[panels[0][1]].mask(is_unseen, np.inf)).sort_values(
        ["key", "topic"], ascending=[False, True])
    worst, best = order.iloc[0], order.dropna(subset=panels[0][1]).iloc[-1]
    title = t("How service does by topic")
    if is_unseen[worst.name]:
        title = t("More than half of the cases about “{worst:label}” have no first answer yet", worst=worst["topic"])
    elif panels[0][1] == "first_median_hours":
        title = t("A first answer takes {slow:number1} hours at the median for “{worst:label}”, {fast:number1} for "
                  "“{best:label}”", worst=worst["topic"], slow=worst["first_median_hours"], best=best["topic"],
                  fast=best["first_median_hours"])
    drawn = {"data": _marked(order, "topic"), "label": "topic", "columns": [(t(name), *rest) for name, *rest in panels]}
    return [{
        "axes": plots_service.panels(**drawn), "phone": plots_service.panels(**drawn, is_phone=True),
        "title": title,
        "subtitle": t("Times: dot = half of the cases, ring = nine in ten, telephone and the like apart; shares with 95% "
                      "intervals, all channels"),
        "source": source, "alt": t("Rows of topics: waiting times, share opened again, share rated 4 or 5."),
        "data": _marked(order, "topic"), "name": "service_topics",
        "columns": columns_of({name: column for name, column in QUALITY_COLUMNS.items() if name != "channel"}, cases),
    }]


def _marked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows with small groups marked in their name."""
    return frame.assign(**{name: [t("{name:label} (few: {n:count})", name=row[name], n=int(row["n_cases"])) if row["is_small"]
                                  else row[name] for _, row in frame.iterrows()]})


def _opened_again(quality: pd.DataFrame, total: pd.Series) -> list:
    if not total["reopened_n"]:
        return []
    topics = quality[(quality["channel"] == ALL) & (quality["topic"] != ALL) & (quality["reopened_n"] >= service.MIN_CASES)]
    values = {"rate": total["reopened_rate"], "n": int(total["reopened_n"]), "low": total["reopened_low"],
              "high": total["reopened_high"]}
    evidence = Evidence("estimate", n=values["n"], estimate=values["rate"], interval=(values["low"], values["high"]),
                        within=WITHIN_SHARE, serves="how to serve")
    if len(topics) < 2:
        return [Said("{rate:percent1} of {n:count} closed cases were opened again (95% interval {low:percent1} to "
                     "{high:percent1}).", values, evidence)]
    ordered = topics.sort_values(["reopened_rate", "topic"])
    most, least = ordered.iloc[-1], ordered.iloc[0]
    return [Said(
        "{rate:percent1} of {n:count} closed cases were opened again (95% interval {low:percent1} to {high:percent1}): from "
        "{least_rate:percent1} for “{least:label}” to {most_rate:percent1} for “{most:label}”.",
        values | {"least": least["topic"], "least_rate": least["reopened_rate"], "most": most["topic"],
                  "most_rate": most["reopened_rate"]}, evidence,
    )]


def _backlog(weeks: pd.DataFrame, cases: Cases, source: str) -> list:
    now, year = service.open_now(cases), weeks.tail(52)
    last, low, high = int(weeks["n_open"].iloc[-1]), *year["n_open"].quantile([0.1, 0.9])
    title = ("More cases lie open than usual: {n:count}" if last > high else
             "Fewer cases lie open than usual: {n:count}" if last < low else "As many cases lie open as usual: {n:count}")
    month = weeks.tail(4)
    said = Said(
        "{n:count} cases are open, the oldest for {oldest:number1} days; in the last four whole weeks {opened:count} were "
        "opened and {closed:count} closed." if now["n_open"] else
        "No case is open; in the last four whole weeks {opened:count} were opened and {closed:count} closed.",
        {"n": now["n_open"], "oldest": now["oldest_days"] if now["n_open"] else 0.0, "opened": int(month["n_opened"].sum()),
         "closed": int(month["n_closed"].sum())},
    )
    if len(weeks) < 5:
        return [said]
    banded = weeks.assign(low=pd.Series(low, index=year.index), high=pd.Series(high, index=year.index))
    return [said, {
        "axes": plots.line(banded, x="week_end", lines={"n_open": t("open cases")}, low="low", high="high",
                           ax=plots.new((7.6, 2.6))),
        "title": t(title, n=last),
        "subtitle": t("Open cases at the end of each week; shaded: usual, between the 10% and 90% points of the last year"),
        "source": source, "alt": t("A line of the number of open cases at the end of each week beside what is usual."),
        "data": weeks.iloc[::-1],
        "columns": columns_of(BACKLOG_COLUMNS), "name": "service_backlog",
    }]
