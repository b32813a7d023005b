"""The charts of the segmentation report: each function returns what `report.chart` needs, picture and words."""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.i18n import calendar_day
from helpers.i18n import text as t
from helpers.plots import plots, plots_flow
from helpers.segmentation import clusters, segment_divisions, segment_migration, segmentation
from helpers.segmentation import segment_sentences as words


def _data(frame: pd.DataFrame, name: str) -> dict:
    return {"data": frame, "columns": words.labelled(frame), "name": name}


def shares(summary: pd.DataFrame, values: dict) -> dict:
    """Two bars, customers and revenue, divided by segment. values: of the sentence beside it."""
    large, names = segmentation.hide_small(summary), list(summary["segment"])
    return {
        "axes": plots.stacked_shares(
            segmentation.shares_wide(large), label="what", parts={name: t(name) for name in names},
            colors=[plots.color_of(name) for name in names],
        ),
        "title": t("{segment:label} bring {revenue_share:percent} of revenue", **values),
        "subtitle": t("Share of customers and share of revenue by segment"), "alt": t(words.SHARES_ALT, **values),
        **_data(large, "segments"),
    }


def naming(buyers: pd.DataFrame, *, cuts: dict) -> dict:
    """The map of the 25 cells with their names and sizes; its table are the limits of the scores."""
    axes = plots.named_cells(
        segmentation.segment_map(), segmentation.grid_counts(buyers), x_label=t("Recency score"), y_label=t("Frequency score")
    )
    return {
        "axes": axes, "title": t("Two scores make a name: recency and frequency"),
        "subtitle": t(words.LIMITS, **words.limits_in_words(cuts)), "alt": t(words.MAP_ALT),
        **_data(segmentation.score_bins(buyers), "scores"),
    }


def sensitivity(changes: pd.DataFrame, values: dict) -> dict:
    """Bars of the customers that other limits would move; its table says which decisions change."""
    others = changes.iloc[1:]
    return {
        "axes": plots.bar(others, label="variant", value="changed_share", fmt="percent"),
        "title": t("Other limits would move up to {share:percent} of customers", **values),
        "subtitle": t("Share of customers who would be in another segment"),
        "alt": t("Bars of the customers moved by each other choice of limits; {variant:label} moves most.", **values),
        **_data(changes, "sensitivity"),
    }


def criteria(numbers: pd.DataFrame) -> dict:
    """The two tests that a number of clusters must pass, as lines; its table has every criterion side by side."""
    lines = {"lowest_jaccard": t("Comes back (Jaccard)"), "gap": t("Tighter than a cloud (gap)")}
    axes = plots.line(numbers, x="n_clusters", lines=lines, fmt="number2", x_label=t("Number of clusters"), markers=True)
    plots.format_axis(axes.xaxis, "count", n_ticks=8)
    axes.set_ylim(bottom=min(0.0, float(numbers["gap"].min())) - 0.05)
    axes.axhline(clusters.STABLE, color=plots.BLUE, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    axes.axhline(0, color=plots.ORANGE, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    n_pass = int((numbers["is_stable"] & numbers["is_tighter"]).sum())
    title = (
        t("{n_pass:count} of {n:count} numbers of clusters pass both tests", n_pass=n_pass, n=len(numbers)) if n_pass
        else t("No number of clusters passes both tests")
    )
    return {
        "axes": axes, "title": title,
        "subtitle": t(
            "Blue: the least stable cluster must come back ({limit:number2} or more). Orange: clusters must be tighter than "
            "those of one shapeless cloud (above 0)", limit=clusters.STABLE,
        ),
        "alt": t("Two lines over the number of clusters: how surely the least stable one comes back, and the gap statistic."),
        **_data(criteria_table(numbers), "cluster_criteria"),
    }


def criteria_table(numbers: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria of each number of clusters side by side, with the two tests in words."""
    yes = {True: "yes", False: "no"}
    columns = ("n_clusters", "lowest_jaccard", "comes_back", "gap", "gap_error", "tighter", "silhouette", "calinski_harabasz",
               "davies_bouldin", "eta_squared", "n_stable", "smallest")
    table = numbers.assign(comes_back=numbers["is_stable"].map(yes), tighter=numbers["is_tighter"].map(yes))
    return table[[name for name in columns if name in table]]


def useful(explained: pd.DataFrame, *, days: int) -> dict:
    """Bars of what each way to divide customers tells of future spending, with intervals; its table has the verdicts."""
    best = explained.iloc[0]
    colors = [plots.BLUE if v == "tells most" else plots.GREY if v.startswith("decoration") else plots.SKY
              for v in explained["verdict"]]
    return {
        "axes": plots.bar(
            explained, label="scheme", value="eta_squared", low="low", high="high", fmt="percent", sort=False, colors=colors
        ),
        "title": t("{scheme:label} tell most of future spending", scheme=best["scheme"]),
        "subtitle": t(words.ETA, days=days), "alt": t(words.ETA_ALT),
        **_data(explained, "usefulness"),
    }


def overlap(pairs: pd.DataFrame, found: list) -> dict:
    """The overlap of every two divisions as shades; its table has n and the limit of chance."""
    wide = segment_divisions.matrix(pairs, found)
    wide.index, wide.columns = ([t(name).replace(" ", "\n", 1) for name in names] for names in (wide.index, wide.columns))
    axes = plots.heatmap(wide, fmt="number2", highest=1.0)
    axes.figure.set_size_inches(7.6, 0.55 * len(wide) + 0.9)
    return {
        "axes": axes, "title": t("How far divisions of the same customers overlap"),
        "subtitle": t("Adjusted mutual information: 0 = no more than chance, 1 = the same division"),
        "alt": t("A triangle of shades: the overlap of every two ways to divide customers."),
        **_data(pairs, "overlap"),
    }


def tiers(table: pd.DataFrame) -> dict:
    """The value tiers within each segment, as bars of shares."""
    parts = {"A": t("A: first 80% of revenue"), "B": t("B: next 15%"), "C": t("C: last 5%")}
    best = table.loc[table["A"].idxmax()]
    values = {"share": float(best["A"]), "segment": best["segment"]}
    return {
        "axes": plots.stacked_shares(table, label="segment", parts=parts, colors=(plots.BLUE, plots.SKY, plots.GREY)),
        "title": t("{share:percent} of {segment:label} are customers of tier A", **values),
        "subtitle": t("Value tiers within each segment, share of its customers"),
        "alt": t("A bar a segment, divided by value tier; {segment:label} have most of tier A.", **values),
        **_data(table, "segments_by_value"),
    }


def flow(moves: pd.DataFrame, snapshots, figures: dict) -> dict:
    """Ribbons from the segments of one day to those of another, coloured where more moved than an unchanged rhythm makes."""
    visible = moves[moves["n_customers"] >= segmentation.MIN_SHOWN]
    if visible.empty:
        raise TooLittleData("Needs a move of at least {needed:count} customers to be shown.", needed=segmentation.MIN_SHOWN)
    axes = plots_flow.flow(
        moves, start="from_segment", end="to_segment", value="n_customers", strong="is_true_move",
        least=segmentation.MIN_SHOWN, order=segment_migration.STATES,
        start_label=calendar_day(snapshots.earlier), end_label=calendar_day(snapshots.later),
    )
    title = (
        t("{true_share:percent1} of customers truly moved to another segment", **figures) if figures["n_flows"]
        else t("No move exceeds what time and chance make")
    )
    return {
        "axes": axes, "title": title,
        "subtitle": t(
            "Customers by segment on two days, each looking back {days:count} days. Coloured: more than an unchanged rhythm "
            "makes. Flows of fewer than {n:count} customers are left out", days=snapshots.window_days, n=segmentation.MIN_SHOWN,
        ),
        "alt": t("Ribbons from the segments of one day to those of another; {n_flows:count} are coloured.", **figures),
        **_data(visible, "migration"),
    }


def worth(table: pd.DataFrame, *, days: int) -> dict:
    """Bars of the revenue that each segment can be expected to bring, with intervals."""
    known = table.dropna(subset=["expected_revenue"])
    if known.empty:
        raise TooLittleData(
            "Needs a segment with at least {needed:count} customers before the days held back.", needed=segmentation.MIN_SHOWN
        )
    return {
        "axes": plots.bar(
            known, label="segment", value="expected_revenue", low="expected_low", high="expected_high", fmt="money",
            colors=[plots.color_of(name) for name in
                    known.sort_values("expected_revenue", ascending=False, kind="stable")["segment"]],
        ),
        "title": t("What each segment can be expected to bring in {days:count} days", days=days),
        "subtitle": t("As such customers spent on the days held back, with 95% intervals"),
        "alt": t("Bars of expected revenue by segment."),
        **_data(table, "segment_worth"),
    }


def bands(table: pd.DataFrame, values: dict, *, segment: str) -> dict:
    """The share of a segment by the bands of an attribute, with intervals."""
    return {
        "axes": plots.bar(
            table, label="band", value="share", low="low", high="high", fmt="percent", sort=False,
            colors=plots.color_of(segment),
        ),
        "title": t("{segment:label} by {attribute:label}", **values),
        "subtitle": t("Share of {segment:label} by {attribute:label}, with 95% intervals", **values),
        "alt": t(words.BANDS_ALT, **values), **_data(table, "demographics"),
    }

