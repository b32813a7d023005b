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
from helpers.texts.word_lists import Dictionary

MAX_Q = 0.05  # of a difference that a title speaks of: several are looked at
SOON = 90  # days in which somebody buys again soon
POINTS = ("difference", "low", "high", "naive")
LINK_COLUMNS = {
    "comparison": ("Comparison", "label"), "outcome": ("What is compared", "label"), "n": ("Cases", "count"),
    "exposed": ("Slow, or opened again", "percent"), "others": ("Fast, or not", "percent"),
    "difference": ("Difference in points, like with like", "change_number1"), "low": ("Lower bound", "change_number1"),
    "high": ("Upper bound", "change_number1"), "q_value": ("q, corrected for all comparisons", "number2"),
    "naive": ("Difference in points, all mixed", "change_number1"),
}
AFTER_COLUMNS = {
    "topic": ("Topic", "label"), "n": ("Cases", "count"), "exposed": ("Bought again", "percent"),
    "others": ("Comparable buyers without a case", "percent"), "difference": ("Difference in points", "change_number1"),
    "low": ("Lower bound", "change_number1"), "high": ("Upper bound", "change_number1"),
}
SATISFIED_SLOW = {
    "slow first answer": (
        "Where the first answer took longer than the median of its topic and channel, {exposed:percent1} rate 4 or 5; of "
        "faster cases of the same mix of topics and channels {others:percent1} do: {difference:change_number1} percentage "
        "points (95% interval {low:change_number1} to {high:change_number1})."
    ),
    "slow to close": (
        "Where closing took longer than the median of its topic and channel, {exposed:percent1} rate 4 or 5; of faster cases "
        "of the same mix of topics and channels {others:percent1} do: {difference:change_number1} percentage points (95% "
        "interval {low:change_number1} to {high:change_number1})."
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
    pieces += _rated(links)
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
            "title": _title_of_slow(links),
            "subtitle": t("Difference between the slower and the faster half of the same topic and channel (opened again: with "
                          "the others), in percentage points, 95% interval; purchases beyond those of comparable customers"),
            "source": source, "alt": t("Dots with intervals: differences in satisfaction and purchases by kind of delay."),
            "data": named, "columns": columns_of(LINK_COLUMNS), "name": "service_links",
        })
    return [*pieces, *_purchases_of_slow(links, horizon)]


def _rated(links: pd.DataFrame) -> list[Said]:
    """Return how slow cases are rated beside fast ones alike, and how it would look with all cases mixed."""
    rated = links[(links["outcome"] == service_links.SATISFIED_WITH) & links["comparison"].isin(SATISFIED_SLOW)]
    pieces = [Said(SATISFIED_SLOW[row.comparison], _points(row), _against_zero(row)) for row in rated.itertuples()]
    return pieces + [Said(
        "{slow:label}: with all cases mixed, the difference in ratings 4 or 5 would look like {naive:change_number1} instead "
        "of {difference:change_number1} percentage points. Whoever had a failure is unhappy before service answers, and such "
        "cases take longer.", {"slow": row.comparison, **_points(row)},
    ) for row in rated.itertuples()]


def _n_comparisons(links: pd.DataFrame) -> int:
    return int(links["q_value"].notna().sum())


def _title_of_slow(links: pd.DataFrame) -> str:
    """Return what the chart of slow cases shows, in the reader's language."""
    is_speed, is_worse = links["comparison"].isin(SATISFIED_SLOW), (links["high"] < 0) & (links["q_value"] < MAX_Q)
    rated = links.loc[is_speed & is_worse & (links["outcome"] == service_links.SATISFIED_WITH), "comparison"]
    is_bought = is_speed & links["outcome"].isin((service_links.BOUGHT, service_links.STAYED))
    buys_less, k = bool((is_bought & is_worse).any()), _n_comparisons(links)
    if len(rated) == 1 and is_bought.any() and not buys_less:
        return t("“{slow:label}” goes with worse ratings; for purchases no difference is clear after correction for {k:count} "
                 "comparisons", slow=rated.iloc[0], k=k)
    if len(rated) and is_bought.any() and not buys_less:
        return t("Slow cases are rated worse; for purchases no difference is clear after correction for {k:count} comparisons",
                 k=k)
    if len(rated) or buys_less:
        return t("Slow cases go with less satisfied customers, even like compared with like")
    return t("Like compared with like, slow and fast cases do not clearly differ")


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
    return {"n": int(row.n), "exposed": float(row.exposed), "others": float(row.others), **points}


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
    """Return whether slow cases are followed by fewer purchases, by kind of slowness, corrected for all comparisons, and
    whether their customers bought alike before."""
    found, k = {}, _n_comparisons(links)
    for name in ("slow to close", "slow first answer"):
        own = links[links["comparison"] == name].set_index("outcome")
        if service_links.STAYED in own.index and service_links.BOUGHT_BEFORE in own.index:
            found[name] = own.loc[service_links.STAYED], own.loc[service_links.BOUGHT_BEFORE]
    if len(found) == 2 and all(row["q_value"] >= MAX_Q and _is_alike(before) for row, before in found.values()):
        (close, close_before), (first, first_before) = found.values()
        values = {"days": horizon, "k": k, "close_before": 100 * close_before["difference"],
                  "first_before": 100 * first_before["difference"], "close_q": close["q_value"], "first_q": first["q_value"]}
        values |= {f"{name}_{end}": 100 * row[end] for name, row in (("close", close), ("first", first))
                   for end in ("difference", "low", "high")}
        least = max(close, first, key=lambda row: row["q_value"])
        return [Said(
            "Whether fewer customers buy again after slow cases cannot be told. Within {days:count} days: slow to close "
            "{close_difference:change_number1} percentage points (95% interval {close_low:change_number1} to "
            "{close_high:change_number1}; q = {close_q:number2}); slow first answer {first_difference:change_number1} "
            "({first_low:change_number1} to {first_high:change_number1}; q = {first_q:number2}). After correction for "
            "{k:count} comparisons neither is clear (q < 0.05 would be). Before the case slow and fast had bought alike "
            "({close_before:change_number1} and {first_before:change_number1}).",
            values, _against_zero(least) if _is_alike(least) else None,  # one alone may look clear: it would be graded so
        )]
    return [_bought_after(name, row, before, horizon=horizon, k=k) for name, (row, before) in found.items()]


def _is_alike(row) -> bool:
    return bool(row["low"] <= 0 <= row["high"])


def _bought_after(name: str, row, before, *, horizon: int, k: int) -> Said:
    """Return whether one kind of slow cases is followed by fewer purchases."""
    values = {"slow": name, "days": horizon, "before": 100 * before["difference"], "q": row["q_value"], "k": k,
              **{end: 100 * row[end] for end in ("difference", "low", "high")}}
    if not _is_alike(before):
        return Said(
            "{slow:label}: customers of slow and of fast cases had bought differently before the case already "
            "({before:change_number1} percentage points): what they bought afterwards cannot be laid to the wait.", values)
    if row["q_value"] >= MAX_Q:
        is_clear_alone = row["low"] > 0 or row["high"] < 0
        return Said(
            "{slow:label}: no difference can be shown in how many customers buy again within {days:count} days, "
            "{difference:change_number1} percentage points (95% interval {low:change_number1} to {high:change_number1}; after "
            "correction for {k:count} comparisons q = {q:number2}). Before the case both had bought alike "
            "({before:change_number1}).", values, None if is_clear_alone else _against_zero(row))
    return Said(
        "{slow:label}: customers buy again less often than after fast cases, {difference:change_number1} percentage points "
        "within {days:count} days (95% interval {low:change_number1} to {high:change_number1}; after correction for {k:count} "
        "comparisons q = {q:number2}). Before the case both had bought alike ({before:change_number1})."
        if row["high"] < 0 else
        "{slow:label}: customers buy again more often than after fast cases, {difference:change_number1} percentage points "
        "within {days:count} days (95% interval {low:change_number1} to {high:change_number1}; after correction for {k:count} "
        "comparisons q = {q:number2}). Before the case both had bought alike ({before:change_number1}).",
        values, _against_zero(row))


def _after_kinds(kinds: pd.DataFrame, horizon: int) -> list:
    """Return who came back after failures, and after questions, which check the comparison."""
    pieces = []
    if "failures" in kinds.index:
        row = kinds.loc["failures"]
        pieces.append(Said(
            "Of {n:count} cases of a failure {exposed:percent1} were followed by another purchase within {days:count} days; of "
            "comparable buyers without a case {others:percent1} bought: {difference:change_number1} percentage points (95% "
            "interval {low:change_number1} to {high:change_number1}). An association: how bad the failure was is not known. "
            "What complaints cost, in this report, is measured otherwise: by authors of feedback beside other authors, many of "
            "whom had trouble, too.",
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
