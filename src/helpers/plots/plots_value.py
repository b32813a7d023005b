"""Charts of lifetime value: even shares, ratios on a log scale, cohorts by age, a check of several models."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from helpers.i18n import shown
from helpers.plots import plots

RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def even_shares(parts: pd.DataFrame, *, x_label: str, band_label: str) -> Axes:
    """Draw the shares of equal parts as columns, and the band in which chance alone would leave them.

    parts: part (1, 2, …), share, chance_low, chance_high.
    """
    ax = plots.new((7.6, 3.0))
    low, high = float(parts["chance_low"].iloc[0]), float(parts["chance_high"].iloc[0])
    ax.axhspan(low, high, color=plots.PALE, linewidth=0, zorder=0)
    inside = parts["share"].between(low, high)
    ax.bar(parts["part"], parts["share"], width=0.86, color=np.where(inside, plots.SKY, plots.ORANGE), alpha=0.85)
    ax.annotate(band_label, (parts["part"].max() + 0.5, (low + high) / 2), xytext=(4, 0), textcoords="offset points",
                va="center", fontsize=9.5, color=plots.MUTED, annotation_clip=False)
    ax.set_xticks(parts["part"], [f"{part / len(parts):.1f}" for part in parts["part"]])
    ax.set_xlabel(x_label)
    ax.set_ylim(bottom=0)
    plots.format_axis(ax.yaxis, "percent", n_ticks=4)
    ax.spines["left"].set_visible(False)
    return ax


def ratios(data: pd.DataFrame, *, label: str, value: str, low: str, high: str, low_label: str, high_label: str) -> Axes:
    """Draw ratios with intervals on a log scale around 1, one row a factor; left of 1 in green, right in orange, crossing 1
    grey.

    `low_label` and `high_label` say what the sides mean. Labels are given translated.
    """
    ax = plots.new((7.6, max(1.7, 0.34 * len(data) + 1.0)))
    rows = np.arange(len(data))
    values, lows, highs = (data[name].to_numpy(float) for name in (value, low, high))
    colors = np.where(highs < 1, plots.GREEN, np.where(lows > 1, plots.ORANGE, plots.GREY))
    ax.set_xscale("log")
    ax.hlines(rows, lows, highs, colors=colors, linewidth=2)
    ax.scatter(values, rows, c=colors, s=36, zorder=3)
    ax.axvline(1, color=plots.MUTED, linewidth=1, linestyle=(0, (3, 3)))
    for row, end, number in zip(rows, highs, values, strict=True):
        ax.annotate(shown(number, "number2"), (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    least, most = min(lows.min(), 0.5), max(highs.max(), 2.0)
    ax.set_xlim(least / 1.15, most * 1.5)
    ax.xaxis.set_major_locator(FixedLocator([tick for tick in RATIO_TICKS if least / 1.15 <= tick <= most * 1.5]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda tick, _: f"{tick:g}")
    for side, words, align in ((-6, low_label, "right"), (6, high_label, "left")):
        ax.annotate(words, (1, 1), xycoords=("data", "axes fraction"), xytext=(side, 3), textcoords="offset points", ha=align,
                    va="bottom", color=plots.MUTED, fontsize=9, annotation_clip=False)
    ax.set_yticks(rows, data[label].tolist())
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)
    return ax


def value_by_age(cohorts: pd.DataFrame, *, names: dict[int, str], y_label: str) -> Axes:
    """Draw what a customer of each cohort has brought by each age of `names`, with bands; a line ends where a cohort is too
    young.

    cohorts: cohort_month, months_since, value_per_customer, low, high.
    """
    ax = plots.new()
    ends = []
    for i, (age, name) in enumerate(names.items()):
        line, color = cohorts[cohorts["months_since"] == age], plots.PALETTE[i % len(plots.PALETTE)]
        ax.plot(line["cohort_month"], line["value_per_customer"], color=color, linewidth=2, marker="o", markersize=3.5)
        ax.fill_between(line["cohort_month"], line["low"], line["high"], color=color, alpha=0.15, linewidth=0)
        ends.append((line["cohort_month"].iloc[-1], float(line["value_per_customer"].iloc[-1]), name, color))
    ax.set_ylim(bottom=0)
    plots._name_ends(ax, ends)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    plots.format_axis(ax.yaxis, "money")
    months = sorted(cohorts["cohort_month"].unique())
    every = -(-len(months) // 8)  # at most 8 labels, each on a cohort
    ax.set_xticks(months[::every], [shown(month, "month") for month in months[::every]])
    ax.set_ylabel(y_label)
    return ax


def model_lines(tracked: pd.DataFrame, *, lines: dict[str, str], rivals: list[str], split, split_label: str) -> Axes:
    """Draw what came and what the chosen model expects over weeks, its rivals as thin grey lines without a name.

    `lines`: column → translated name; `rivals`: columns.
    """
    ax = plots.line(tracked, x="week_end", lines=lines)
    for name in rivals:
        ax.plot(tracked["week_end"], tracked[name], color=plots.GREY, linewidth=0.9, zorder=1)
    return plots.mark_x(ax, split, split_label)


def retention_rates(curve: pd.DataFrame, *, lines: dict[str, str], x_label: str, y_label: str) -> Axes:
    """Draw monthly retention by age: what was seen as dots with intervals, models as lines.

    curve: month, seen, low, high and the columns of `lines` (column → translated name).
    """
    ax = plots.new()
    spread = np.clip(np.vstack([curve["seen"] - curve["low"], curve["high"] - curve["seen"]]), 0, None)
    ax.errorbar(curve["month"], curve["seen"], yerr=spread, fmt="o", color=plots.INK, ecolor=plots.PALE,
                markersize=3.5, elinewidth=1.5)
    ends = []
    for (column, name), color in zip(lines.items(), (plots.BLUE, plots.ORANGE), strict=False):
        ax.plot(curve["month"], curve[column], color=color, linewidth=2)
        ends.append((curve["month"].iloc[-1], float(curve[column].iloc[-1]), name, color))
    plots._name_ends(ax, ends)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    plots.format_axis(ax.yaxis, "percent1")
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax
