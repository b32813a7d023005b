"""What the report on the voice of the customer tells about topics, as pieces of `report.tell`: aspects, themes, changes, words.

Input: table `feedback_topics` and the results of aspects_sentiment.py, themes.py, topics_history.py and topics_quotes.py.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.plots import plots, plots_topics
from helpers.proportions import q_values
from helpers.report import Folded, Lacking, Run, Said
from helpers.voc import aspects_clear, aspects_sentiment, topics_history, voc
from helpers.voc import voc_sentences as wording

MAX_Q = wording.MAX_Q
MOST_SHOWN = 10  # topics in a chart of changes
OTHER_MIX = 0.1  # share of texts from other channels from which a comparison carries a warning
MOST_FOUND = 3  # aspects of which a finding says that they give more complaints
MOST_PRODUCTS = 8  # rows of the table of products
MOST_QUOTED = 6  # topics whose quotes stand on the page; the others follow in a table
ASPECT_COLUMNS = {
    "topic": ("Aspect", "label"), "n": ("Texts", "count"), "share": ("Share of texts", "percent1"),
    "dissatisfied_share": ("Dissatisfied with it", "percent1"), "low": ("Interval from", "percent1"),
    "high": ("Interval to", "percent1"), "others": ("With all others", "percent1"),
    "excess": ("More than with the others", "change_number"), "q_value": ("q", "q_value"),
}
CHANGE_COLUMNS = {
    "topic": ("What it is about", "label"), "share_before": ("Share before", "percent1"), "share": ("Share now", "percent1"),
    "n": ("Texts now", "count"), "change": ("Change", "change_points1"), "low": ("Interval from", "change_points1"),
    "high": ("Interval to", "change_points1"), "q_value": ("q", "q_value"),
}
QUOTE_COLUMNS = {"topic": ("What it is about", "label"), "origin": ("By", ""), "quote": ("Quote", "")}
SILENT = {True: "sounds dissatisfied; gave no verdict", False: "sounds satisfied; gave no verdict"}


def _translated(columns: dict) -> dict:
    return {name: (t(label), fmt) for name, (label, fmt) in columns.items()}


# --- aspects


def aspects(topics: pd.DataFrame, reviews: pd.DataFrame, *, source: str) -> list[Said | dict]:
    """Return how often each aspect is mentioned and how dissatisfied people are with it: a chart, findings, what is left.

    Copies of a text are the same voice and count once.
    """
    topics = aspects_sentiment.voices(topics, reviews)
    read = reviews[reviews["text"].notna() & (reviews["copy_of"].isna() if "copy_of" in reviews else True)]
    table = aspects_sentiment.summarise(topics, n_read=len(read))
    shown = table[table["dissatisfied_share"].notna()]
    n_known = read["feedback_id"].isin(topics.loc[topics["kind"] == "aspect", "feedback_id"]).sum()
    rest = Said("{share:percent1} of {n:count} texts mention none of the aspects.",
                {"share": 1 - n_known / max(len(read), 1), "n": len(read)})
    if shown.empty:
        return [Lacking("Needs an aspect that {needed:count} texts mention; the most mentioned one has {found:count}.",
                     {"needed": aspects_sentiment.MIN_EACH, "found": int(table["n"].max()) if len(table) else 0}), rest]
    shown = _by_excess(shown)
    average = float(topics.loc[topics["kind"] == "aspect", "p_dissatisfied"].mean())
    clear = shown["q_value"].lt(MAX_Q)
    colors = np.select([clear & shown["difference"].gt(0), clear], [plots.VERMILION, plots.GREEN], plots.GREY)
    worse = aspects_clear.clearly_different(shown, worse=True)
    title = t("No aspect stands out by its dissatisfied customers") if worse.empty else t(
        "Most complaints beyond what other aspects would give: {worse:list}", worse=wording.quoted(worse["topic"].head(2)))
    chart = {
        "axes": plots_topics.often_and_bad(
            shown, label="topic", often="share", often_title=t("Mention it"), bad="dissatisfied_share",
            low="low", high="high", bad_title=t("Dissatisfied with it"), reference=average,
            reference_label=t("all mentions: {share:percent}", share=average), colors=list(colors),
        ),
        "title": title,
        "subtitle": t("Most complaints beyond what the others would give first. Right: estimated from the clauses about it, "
                      "95% interval; red = clearly more than with the other aspects, green = clearly fewer, grey = neither"),
        "source": source, "alt": t("Bars of how often aspects are mentioned, dots of the share dissatisfied with each."),
        "data": shown, "columns": _translated(ASPECT_COLUMNS), "name": "aspects",
    }
    n_wishes = int(table["n_wishes"].sum())
    wishes = [Said("{n:count} mentions only ask for something: they count as mentions, but not as complaints.",
                   {"n": n_wishes})] if n_wishes else []
    return [chart, *_aspect_findings(shown), rest, *wishes, Said(
        "Copies of a text count once, and the texts of one customer are not taken for those of several. The intervals leave "
        "out how exactly the model was calibrated; that would move all aspects alike.", {},
    )]


def _by_excess(table: pd.DataFrame) -> pd.DataFrame:
    """Return aspects with `excess`, the texts dissatisfied beyond what the share of the others would give, most first."""
    table = table.assign(excess=(table["n"] * table["difference"]).astype(float).round(9))
    return table.sort_values(["excess", "topic"], ascending=[False, True])


def _aspect_findings(table: pd.DataFrame) -> list[Said]:
    """Return findings for the aspects with clearly most complaints beyond what others would give, and for that with fewest.

    Only the first says what to mend: the front page repeats it and names the same aspect in its alert.
    """
    worse, better = (aspects_clear.clearly_different(table, worse=side) for side in (True, False))
    return [*(_aspect_finding(row, is_first=i == 0) for i, row in enumerate(worse.head(MOST_FOUND).itertuples())),
            *(_aspect_finding(row, is_first=False) for row in better.head(1).itertuples())]


def _aspect_finding(row, *, is_first: bool) -> Said:
    more = (
        "Most complaints beyond what other aspects would give: {topic:label}. Of {n:count} texts that mention it, an estimated "
        "{share:percent} are dissatisfied with it, against {others:percent} with other aspects: {excess:count} more."
        if is_first else
        "Of {n:count} texts that mention {topic:label}, an estimated {share:percent} are dissatisfied with it, against "
        "{others:percent} with other aspects: {excess:count} more."
    )
    fewer = (
        "Of {n:count} texts that mention {topic:label}, an estimated {share:percent} are dissatisfied with it, against "
        "{others:percent} with other aspects: {excess:count} fewer, which no other aspect exceeds."
    )
    return Said(
        more if row.difference > 0 else fewer,
        {"topic": row.topic, "n": int(row.n), "share": row.dissatisfied_share, "others": row.others, "excess": abs(row.excess)},
        Evidence("estimate", n=int(row.n), estimate=row.difference, interval=(row.difference_low, row.difference_high),
                 baseline=0.0, serves="what to mend" if row.difference > 0 else ""),
    )


def worst_and_best(topics: pd.DataFrame, drivers: pd.DataFrame | None = None) -> tuple[list[str], list[str]]:
    """Return the aspects with clearly more dissatisfied mentions than the others, and those with clearly fewer, in the order of
    `aspects_clear.clearly_different`; where no aspect stands out, the themes (table `themes`) that do."""
    table = _summarised(topics)
    worst, best = (list(aspects_clear.clearly_different(table, worse=worse)["topic"]) for worse in (True, False))
    return (worst, best) if worst or best else wording.clear_themes(drivers)


def key_figures(topics: pd.DataFrame) -> list[dict]:
    """Return the key figure of the aspect with most complaints beyond what the others would give, translated; or none."""
    worse = aspects_clear.clearly_different(_summarised(topics), worse=True)
    return [{
        "label": t("Dissatisfied with {topic:label}", topic=row.topic), "value": row.dissatisfied_share, "fmt": "percent",
        "low": row.low, "high": row.high, "good": "down",
        "note": t("of {n:count} texts that mention it, with other aspects {others:percent}: most complaints beyond what they "
                  "would give", n=row.n, others=row.others),
    } for row in worse.head(1).itertuples()]


def _summarised(topics: pd.DataFrame) -> pd.DataFrame:
    return aspects_sentiment.summarise(topics, n_read=max(topics["feedback_id"].nunique(), 1))


# --- themes


def theme_drivers(drivers: pd.DataFrame, *, n_reviews: int, source: str) -> list[Said | dict]:
    """Return which themes go with more complaints than equally long reviews have: a chart, findings, and what is hidden."""
    hidden = wording.hidden_themes(drivers)
    left_out = Said(hidden.template, hidden.values)
    try:
        rows = wording.shown_drivers(drivers, n_reviews=n_reviews)
    except TooLittleData as short:
        return [Said(short.template, short.values)]
    headline = wording.drivers_title(drivers)
    chart = {
        "axes": plots.dots(
            rows, label="theme", value="excess", low="excess_low", high="excess_high", fmt="change_number",
            reference_label=t("as expected"), colors=[plots.color_of(name) for name in rows["reading"]],
        ),
        "title": t(headline.template, **headline.values), "subtitle": t(wording.DRIVERS_SUBTITLE), "source": source,
        "alt": t("Dots with intervals: dissatisfied reviews more or fewer than expected, by theme."),
        "data": rows, "columns": _translated(wording.DRIVER_COLUMNS), "name": "themes",
    }
    caveats = [Said(one.template, one.values) for one in wording.theme_caveats(drivers)]
    return [chart, *_theme_findings(drivers), *caveats, left_out]


def _theme_findings(drivers: pd.DataFrame) -> list[Said]:
    """Return a sentence on the theme with most complaints beyond the expected and one on that with fewest.

    No findings: a theme's words may be what the unhappy ask for, and they judge nothing; aspects do.
    """
    said = wording.driver_findings(drivers)
    worse = [one for one in said if one.estimate is not None and one.estimate > 0][:1]
    better = [one for one in said if one.estimate is not None and one.estimate < 0][:1]
    return [Said(one.template, one.values) for one in (worse + better or said[:1])]


# --- what changes


def changes(topics: pd.DataFrame, reviews: pd.DataFrame, runs: pd.DataFrame, topic_runs: pd.DataFrame, *, run: Run,
            source: str) -> list:
    """Return what grows and what vanishes: over the last weeks of dated feedback, and since the last run.

    Only the topic that grows most is a finding; the others are told plainly.
    """
    told = [*_over_time(topics, reviews, run=run, source=source), *_since_last_run(topics, reviews, runs, topic_runs)]
    grown = next((piece for piece in told if isinstance(piece, Said) and piece.evidence and piece.evidence.estimate > 0), None)
    return [piece if piece is grown or isinstance(piece, dict | Lacking) else _plain(piece) for piece in told]


def _over_time(topics: pd.DataFrame, reviews: pd.DataFrame, *, run: Run, source: str) -> list[Said | dict]:
    try:
        table, of = topics_history.between_windows(topics, reviews, as_of=run.as_of, time_zone=run.business.time_zone)
    except TooLittleData as short:
        return [Lacking(short.template, short.values)]
    mix = _mix(reviews, of["now"], of["before"])
    span = {"first": of["first_day"], "middle": of["middle"], "last": of["last_day"]}
    clear = table[table["q_value"] < MAX_Q]
    if clear.empty:
        return [Said(
            "From {middle:day} to {last:day} people talked about the same things as from {first:day} on: the share of none of "
            "{n_topics:count} topics changed beyond chance (q < 0.05).", span | {"n_topics": len(table)},
        )]
    shown = clear.head(MOST_SHOWN).sort_values(["change", "topic"], ascending=[False, True])
    colors = [plots.VERMILION if change > 0 else plots.BLUE for change in shown["change"]]
    chart = {
        "axes": plots_topics.changes(shown, label="topic", before="share_before", now="share", colors=colors,
                                     legend=(t("from {first:day}", first=of["first_day"]),
                                             t("from {first:day}", first=of["middle"]))),
        "title": t("What people talk about more, and what less"),
        "subtitle": t("Share of texts that mention the topic, up to {last:day}; only changes beyond chance (q < 0.05)",
                      last=of["last_day"]),
        "source": source, "alt": t("Rings and dots: each topic's share of the texts before and now."), "data": table,
        "columns": _translated(CHANGE_COLUMNS), "name": "topic_changes",
    }
    return [chart, *_as_the_mix_allows([_change(row, span) for row in clear.head(3).itertuples()], mix)]


def _plain(said: Said) -> Said:
    return Said(said.template, said.values)


def _mix(reviews: pd.DataFrame, now: pd.Series, before: pd.Series) -> list[Said]:
    """Return that the two sets of texts come from other channels, where one in ten does: that alone can move topics."""
    differs = topics_history.mix_differs(reviews, now, before)
    return [] if differs < OTHER_MIX else [Said(
        "{share:percent} of the later texts come from other channels than the earlier ones; that alone can move topics.",
        {"share": differs},
    )]


def _as_the_mix_allows(found: list[Said], mix: list[Said]) -> list[Said]:
    """Return what is said of changes: behind the warning and without grades where the channels alone may have moved them."""
    return [*mix, *map(_plain, found)] if mix else found


def _change(row, span: dict) -> Said:
    template = (
        "More talk about {topic:label}: {now:percent1} of {n:count} texts since {middle:day}, {before:percent1} before."
        if row.change > 0 else
        "Less talk about {topic:label}: {now:percent1} of {n:count} texts since {middle:day}, {before:percent1} before."
    )
    values = {"topic": row.topic, "now": row.share, "n": int(row.n_read), "before": row.share_before, "middle": span["middle"]}
    return Said(template, values, Evidence("estimate", n=int(row.n_read), estimate=row.change, interval=(row.low, row.high),
                                           baseline=0.0))


def _since_last_run(
    topics: pd.DataFrame, reviews: pd.DataFrame, runs: pd.DataFrame, topic_runs: pd.DataFrame
) -> list[Said | dict]:
    runs = topics_history.read_now(runs, reviews)
    try:
        table = topics_history.since_last_run(topics, runs, reviews)
    except TooLittleData as short:
        return [Lacking(short.template, short.values)]
    fresh, gone = topics_history.come_and_gone(topic_runs[topic_runs["run"] <= runs["run"].max()])
    found = []
    if fresh:
        found.append(Said("New themes, that the last run did not find: {themes:list}.", {"themes": fresh}))
    if gone:
        found.append(Said("Themes that the last run found and this one does not: {themes:list}.", {"themes": gone}))
    clear = table[table["q_value"] < MAX_Q].head(3)
    values = {"n": int(table["n_read"].iloc[0]) if len(table) else 0}
    if clear.empty:
        return [*found, Said(
            "The {n:count} texts that are new since the last run speak of the same topics as the earlier ones.", values,
        )]
    for row in clear.sort_values(["change", "topic"], ascending=[False, True]).itertuples():
        template = (
            "Growing since the last run: {topic:label}, in {now:percent1} of {n:count} new texts, {before:percent1} of the "
            "earlier ones." if row.change > 0 else
            "Vanishing since the last run: {topic:label}, in {now:percent1} of {n:count} new texts, {before:percent1} of the "
            "earlier ones."
        )
        evidence = Evidence("estimate", n=int(row.n_read), estimate=row.change, interval=(row.low, row.high), baseline=0.0)
        found.append(Said(template, values | {"topic": row.topic, "now": row.share, "before": row.share_before}, evidence))
    is_new = runs["run"] == runs["run"].max()
    return _as_the_mix_allows(found, _mix(reviews, runs.loc[is_new, "feedback_id"], runs.loc[~is_new, "feedback_id"]))


# --- quotes


def quoted_topics(topics: pd.DataFrame, drivers: pd.DataFrame | None = None) -> list[str]:
    """Return the topics to quote, in order: aspects by how many are dissatisfied with them, and the themes shown, by excess."""
    counts = topics.groupby(["kind", "topic"])["p_dissatisfied"].agg(["size", "sum"]).reset_index()
    enough = counts[(counts["size"] >= aspects_sentiment.MIN_EACH) & (counts["kind"] == "aspect")]
    named = list(enough.assign(bad=enough["sum"].round(6)).sort_values(["bad", "topic"], ascending=[False, True])["topic"])
    stable = [] if drivers is None else list(drivers.loc[drivers["is_stable"] & drivers["excess"].notna(), "theme"])
    return named + stable


def quotes(chosen: pd.DataFrame) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """Yield what `report.quotes` takes for the first six topics: the quotes with their origins, and the topic's name."""
    for topic in list(dict.fromkeys(chosen["topic"]))[:MOST_QUOTED]:
        own = chosen[chosen["topic"] == topic]
        yield list(zip(own["quote"], _origins(own), strict=True)), t(topic)


def more_quotes(chosen: pd.DataFrame) -> list[Folded]:
    """Return the quotes of all topics after the sixth as a table in a fold; nothing if there are none."""
    rest = chosen[~chosen["topic"].isin(list(dict.fromkeys(chosen["topic"]))[:MOST_QUOTED])]
    if rest.empty:
        return []
    table = {"frame": rest.assign(origin=_origins(rest)), "columns": _translated(QUOTE_COLUMNS),
             "caption": t("Quotes on the other topics"), "csv_name": "quotes"}
    return [Folded(t("Quotes on the other topics"), [table])]


def _origins(chosen: pd.DataFrame) -> list[str]:
    return [
        t(wording.ORIGINS[bool(tag)]) if has_verdict else t(SILENT[bool(tag)])
        for tag, has_verdict in zip(chosen["tag"], chosen["has_verdict"], strict=True)
    ]


# --- words and products


def words(compared: pd.DataFrame, *, n: int) -> list[Said | dict]:
    """Return which words mark complaints (themes.word_drivers): a sentence and a table, or that none does.

    Nothing where no words could be compared.
    """
    if compared.empty:
        return []
    try:
        marked = wording.shown_words(compared, n=n)
    except TooLittleData as short:
        return [Said(short.template, short.values)]
    table = {"frame": marked, "columns": _translated(wording.WORD_COLUMNS), "csv_name": "complaint_words",
             "caption": t("What unhappy reviewers mention: words with most dissatisfied reviews beyond those expected")}
    said = wording.word_finding(compared, n=n)
    return [Said(said.template, said.values), table]


def products(reviews: pd.DataFrame, names: pd.DataFrame) -> list[Said | dict]:
    """Return the products with enough reviews, most dissatisfied first, as a table.

    names: table products (may be empty); a product without a name there is shown by its id.
    """
    try:
        table = voc.product_complaints(reviews)
    except TooLittleData as short:
        return [Lacking(short.template, short.values)]
    known = names.drop_duplicates("product_id").set_index("product_id")["name"] if len(names) else pd.Series(dtype="str")
    table = table.assign(product=table["product_id"].map(known).fillna(table["product_id"]))
    average = table["n_dissatisfied"].sum() / table["n"].sum()
    tested = [stats.binomtest(int(row.n_dissatisfied), int(row.n), average).pvalue for row in table.itertuples()]
    worse = (q_values(tested) < MAX_Q) & table["dissatisfied_share"].gt(average).to_numpy()
    values = {"n": len(table), "worse": int(worse.sum()), "average": average, "needed": voc.MIN_GROUP}
    return [{
        "frame": table, "columns": _translated(wording.PRODUCT_COLUMNS), "rows": MOST_PRODUCTS,
        "caption": t("Products with enough reviews, most dissatisfied first"), "csv_name": "product_complaints",
    }, Said(
        "{worse:count} of {n:count} products with at least {needed:count} reviews have clearly more dissatisfied ones than all "
        "of them together ({average:percent}; q < 0.05)." if worse.any() else
        "None of {n:count} products with at least {needed:count} reviews has clearly more dissatisfied ones than all of them "
        "together ({average:percent}; q < 0.05): the order of this list may be chance.", values,
    )]
