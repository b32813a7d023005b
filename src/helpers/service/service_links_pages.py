"""What goes with slow answers and who comes back after a case, as `report.tell` shows it: charts and sentences from
service_links.py and service_purchases.py. Differences of shares are told in percentage points. All of it are associations.
"""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.plots import plots, plots_service
from helpers.report import Lacking, Said
from helpers.service import service_links, service_purchases
from helpers.service.case_topics import is_failure
from helpers.service.service import Cases
from helpers.service.service_pages import columns_of
from helpers.voc.aspects import Dictionary

MAX_Q = 0.05  # of a difference that a title speaks of: several are looked at
SOON = 90  # days in which somebody buys again soon
POINTS = ("difference", "low", "high", "naive")
LINK_COLUMNS = {
    "comparison": ("Comparison", "label"), "outcome": ("What is compared", "label"), "n": ("Cases", "count"),
    "exposed": ("Slow, or opened again", "percent"), "others": ("Fast, or not", "percent"),
    "difference": ("Difference in points, like with like", "change_number1"), "low": ("from", "change_number1"),
    "high": ("to", "change_number1"), "naive": ("Difference in points, all mixed", "change_number1"),
}
AFTER_COLUMNS = {
    "topic": ("Topic", "label"), "n": ("Cases", "count"), "exposed": ("Bought again", "percent"),
    "others": ("Comparable buyers without a case", "percent"), "difference": ("Difference in points", "change_number1"),
    "low": ("from", "change_number1"), "high": ("to", "change_number1"),
}
SATISFIED_SLOW = {
    "slow first answer": (
        "Where the first answer took longer than for half of the same topic and channel, {exposed:percent} rate 4 or 5, "
        "otherwise {others:percent}: like with like {difference:change_number1} percentage points (95% interval "
        "{low:change_number1} to {high:change_number1}). All cases mixed, it would look like {naive:change_number1}: whoever "
        "had a failure is unhappy before service answers, and such cases wait longer."
    ),
    "slow to close": (
        "Where closing took longer than for half of the same topic and channel, {exposed:percent} rate 4 or 5, otherwise "
        "{others:percent}: like with like {difference:change_number1} percentage points (95% interval {low:change_number1} to "
        "{high:change_number1}). All cases mixed, it would look like {naive:change_number1}: whoever had a failure is unhappy "
        "before service answers, and such cases take longer."
    ),
}


def what_goes_with(
    cases: Cases, orders, reviews: pd.DataFrame | None, *, failures: Dictionary, run, source: str,
) -> tuple[list, pd.DataFrame]:
    """Return what to tell on slow answers and on purchases after a case, and table service_links.

    orders: Ibis table, or None where the data set has none; reviews: as read by voc.read_reviews; failures: the words of topics
    that are failures (case_topics.py).
    """
    horizon = int(run.settings.parameters.get("churn", {}).get("horizon_days", service_purchases.RECENT_DAYS))
    days = min(SOON, horizon)
    after, missing = None, Lacking("Without purchases nothing can be said about whether customers come back after a case.", {})
    if orders is not None:
        try:
            after, aside = service_purchases.purchases_after(cases, orders, as_of=run.as_of, first_day=run.first_day, days=days,
                                                             horizon=horizon)
        except TooLittleData as short:
            missing = Lacking(short.template, short.values)
    rows = service_links.outcomes(cases, after, reviews)
    pieces, links = [], []
    try:
        links.append(service_links.slow_against_fast(rows))
        pieces += _slow(links[0], rows, source, days, horizon)
    except TooLittleData as short:
        pieces.append(Lacking(short.template, short.values))
    if after is None:
        pieces.append(missing)
    else:
        links.append(service_purchases.beside_comparable(after, is_failure(after["topic"], failures)))
        pieces += _after(links[-1], aside, source, horizon, failures)
    pieces.append(Said(
        "What the data do not know may lie behind all of this: how bad the failure was, what the customer expected, how hard "
        "the case was, who answered it, and that only some customers complain or rate. A difference says where to look and "
        "what to test, not what faster answers would bring.", {},
    ))
    return pieces, pd.concat([table for table in links if len(table)], ignore_index=True) if links else pd.DataFrame()


def _slow(links: pd.DataFrame, rows: pd.DataFrame, source: str, days: int, horizon: int) -> list:
    pieces = []
    named = _in_points(links).assign(outcome=[_named(name, days, horizon) for name in links["outcome"]])
    shown = named[links["outcome"] != service_links.RATED]
    for row in links[links["outcome"] == service_links.SATISFIED_WITH].itertuples():
        if row.comparison != "opened again":
            pieces.append(Said(SATISFIED_SLOW[row.comparison], _points(row), _against_zero(row)))
    per_day = service_links.slopes(rows[rows["is_closed"]].assign(days=rows["close_hours"] / 24), "csat", ["days"])
    if len(per_day):
        row = per_day.iloc[0]
        pieces.append(Said(
            "Each further day until a case is closed goes with {estimate:change_number2} points of its rating from 1 to 5 (95% "
            "interval {low:change_number2} to {high:change_number2}), within topic and channel.",
            row[["estimate", "low", "high"]].to_dict(),
        ))
    if len(shown):
        drawn = {"data": shown, "label": "outcome", "by": "comparison", "value": "difference", "low": "low", "high": "high",
                 "fmt": "change_number1", "reference_label": t("← worse than fast cases | better →")}
        pieces.append({
            "axes": plots_service.grouped_dots(**drawn), "phone": plots_service.grouped_dots(**drawn, is_phone=True),
            "title": t(_title_of_slow(links)),
            "subtitle": t("Difference between the slower and the faster half of the same topic and channel (opened again: with "
                          "the others), in percentage points, 95% interval; purchases beyond those of comparable customers"),
            "source": source, "alt": t("Dots with intervals: differences in satisfaction and purchases by kind of delay."),
            "data": named, "columns": columns_of(LINK_COLUMNS), "name": "service_links",
        })
    return [*pieces, *_purchases_of_slow(links, horizon)]


def _title_of_slow(links: pd.DataFrame) -> str:
    """Return what the chart of slow cases shows, as a message."""
    is_speed = links["comparison"].isin(("slow first answer", "slow to close"))
    rated = links[is_speed & (links["outcome"] == service_links.SATISFIED_WITH)]
    bought = links[is_speed & links["outcome"].isin((service_links.BOUGHT, service_links.STAYED))]
    is_worse, buys_less = (bool(((rows["high"] < 0) & (rows["q_value"] < MAX_Q)).any()) for rows in (rated, bought))
    if is_worse and len(bought) and not buys_less:
        return "Slow cases are rated worse; fewer purchases afterwards cannot be shown"
    if is_worse or buys_less:
        return "Slow cases go with less satisfied customers, even like compared with like"
    return "Like compared with like, slow and fast cases do not clearly differ"


def _title_of_after(kinds: pd.DataFrame) -> str:
    """Return what the chart of purchases after a case shows, as a message."""
    if "failures" not in kinds.index or kinds.loc["failures", "high"] >= 0:
        return "Who comes back after a case, beside comparable buyers"
    if "questions" in kinds.index and kinds.loc["questions", "low"] <= 0 <= kinds.loc["questions", "high"]:
        return "After failures fewer customers come back than of comparable buyers; after questions as many"
    return "After failures fewer customers come back than of comparable buyers"


def _points(row) -> dict:
    """Return the figures of a comparison: shares as they are, differences in percentage points."""
    points = {name: 100 * float(getattr(row, name)) for name in POINTS}
    return {"exposed": float(row.exposed), "others": float(row.others), **points}


def _in_points(links: pd.DataFrame) -> pd.DataFrame:
    return links.assign(**{name: 100 * links[name] for name in POINTS})


def _against_zero(row) -> Evidence:
    return Evidence("estimate", n=int(row.n), estimate=float(row.difference), interval=(float(row.low), float(row.high)),
                    baseline=0.0, serves="how to serve")


def _named(outcome: str, days: int, horizon: int) -> str:
    """Return the outcome in the reader's language, with its days."""
    if outcome == service_links.BOUGHT:
        return t("bought again within {days:count} days", days=days)
    if outcome == service_links.STAYED:
        return t("bought again within {days:count} days", days=horizon)
    if outcome == service_links.BOUGHT_BEFORE:
        return t("check: had bought in the {days:count} days before", days=days)
    return t(outcome)


def _purchases_of_slow(links: pd.DataFrame, horizon: int) -> list:
    """Return whether slow cases are followed by fewer purchases, and whether their customers bought alike before."""
    pieces = []
    for name in ("slow to close", "slow first answer"):
        own = links[links["comparison"] == name].set_index("outcome")
        if service_links.STAYED not in own.index or service_links.BOUGHT_BEFORE not in own.index:
            continue
        stayed, before = own.loc[service_links.STAYED], own.loc[service_links.BOUGHT_BEFORE]
        values = {"days": horizon, "before": 100 * before["difference"],
                  **{end: 100 * stayed[end] for end in ("difference", "low", "high")}}
        if before["low"] > 0 or before["high"] < 0:
            pieces.append(Said(
                "Customers of slow and of fast cases had bought differently before the case already ({before:change_number1} "
                "percentage points): what they bought afterwards cannot be laid to the wait.", values))
            break
        pieces.append(Said(
            "No difference can be shown in how many customers come back after slow and after fast cases: "
            "{difference:change_number1} percentage points within {days:count} days (95% interval {low:change_number1} to "
            "{high:change_number1}). Before the case both had bought alike ({before:change_number1})."
            if stayed["low"] <= 0 <= stayed["high"] else
            "Customers of slow cases come back less often than those of fast ones: {difference:change_number1} percentage "
            "points within {days:count} days (95% interval {low:change_number1} to {high:change_number1}). Before the case "
            "both had bought alike ({before:change_number1})."
            if stayed["high"] < 0 else
            "Customers of slow cases come back more often than those of fast ones: {difference:change_number1} percentage "
            "points within {days:count} days (95% interval {low:change_number1} to {high:change_number1}). Before the case "
            "both had bought alike ({before:change_number1}).",
            values, _against_zero(stayed),
        ))
        break
    return pieces


def _after_kinds(kinds: pd.DataFrame, horizon: int) -> list:
    """Return who came back after failures, and after questions, which check the comparison."""
    pieces = []
    if "failures" in kinds.index:
        row = kinds.loc["failures"]
        pieces.append(Said(
            "After a failure {exposed:percent1} of customers bought again within {days:count} days; of comparable buyers "
            "without a case {others:percent1} did: {difference:change_number1} percentage points (95% interval "
            "{low:change_number1} to {high:change_number1}). An association: how bad the failure was is not known.",
            {"days": horizon, **_points(row)}, _against_zero(row),
        ))
    if "questions" in kinds.index:
        row = kinds.loc["questions"]
        pieces.append(Said(
            "After an everyday question the difference is {difference:change_number1} points (95% interval "
            "{low:change_number1} to {high:change_number1}): turning to service as such goes with no loss, which speaks for "
            "the comparison."
            if row["low"] <= 0 <= row["high"] else
            "After an everyday question the difference is {difference:change_number1} points (95% interval "
            "{low:change_number1} to {high:change_number1}), although nothing went wrong: who turns to service may be part of "
            "every difference here.",
            _points(row),
        ))
    return pieces


def _counted_as(topics: pd.Series, failed: pd.Series) -> list:
    """Return which topics count as failures and which as questions, so that whoever knows better can say so."""
    if not failed.any():
        return [Said("No topic is counted as a failure of the company: their names hold none of the words in case_topics.yml. "
                     "Add your own beside dataset.yml.", {})]
    if failed.all():
        return [Said("Every topic is counted as a failure of the company ({failures:list}). The words that decide are in "
                     "case_topics.yml: add or take away your own beside dataset.yml.", {"failures": sorted(topics)})]
    return [Said(
        "Counted as failures of the company: {failures:list}; as questions: {questions:list}. The words that decide are in "
        "case_topics.yml: add or take away your own beside dataset.yml.",
        {"failures": sorted(topics[failed]), "questions": sorted(topics[~failed])},
    )]


def _after(links: pd.DataFrame, aside: pd.DataFrame, source: str, horizon: int, failures: Dictionary) -> list:
    stayed = links[links["outcome"] == service_links.STAYED] if len(links) else links
    if not len(stayed):
        return [Lacking("Too few cases lie far enough back to see who bought again within {days:count} days.",
                        {"days": horizon})]
    kinds = stayed.set_index("topic")
    pieces = _after_kinds(kinds, horizon)
    topics = _in_points(stayed[~stayed["topic"].isin(("failures", "questions"))]).sort_values(["difference", "topic"])
    failed = is_failure(topics["topic"], failures)
    if len(topics) > 1:
        pieces += _counted_as(topics["topic"], failed)
        pieces.append({
            "axes": plots.dots(topics, label="topic", value="difference", low="low", high="high", fmt="change_number1",
                               reference_label=t("as comparable buyers"),
                               colors=[plots.VERMILION if bad else plots.BLUE for bad in failed]),
            "title": t(_title_of_after(kinds)),
            "subtitle": t("Bought again within {days:count} days: difference, in percentage points, from buyers of the same "
                          "month, channel, frequency, spending and silence without a case; 95% interval; failures in orange",
                          days=horizon),
            "source": source, "alt": t("Dots with intervals by topic: share that bought again less the share expected."),
            "data": topics, "columns": columns_of(AFTER_COLUMNS), "name": "after_a_case",
        })
    told = int(aside["n"].sum()) if len(aside) else 0
    if told:
        pieces.append(Said("{n:count} cases are not in this comparison, most of them because: {reason:label} ({most:count}).",
                           {"n": told, "reason": aside.sort_values(["n", "reason"]).iloc[-1]["reason"],
                            "most": int(aside["n"].max())}))
    return pieces
