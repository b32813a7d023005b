"""Charts of service: waits by topic from the median to the 90 % point, shares beside them, and grouped differences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots

ROW = 0.36  # inches


def panels(data: pd.DataFrame, *, label: str, columns: Sequence[tuple], colors: Sequence[str] | str = plots.BLUE) -> Axes:
    """Draw one row a group and one panel a measure; return the first panel.

    columns: (title, value, low, high, format) a panel. With `low` empty the line runs from `value` (a dot) to `high` (a ring):
    a median and a 90 % point; else from `low` to `high` around the dot: an interval. Unknown values stay blank.
    """
    first = plots.new((7.6, max(1.7, ROW * len(data) + 0.9)), ncols=len(columns), sharey=True, squeeze=False)[0]
    rows = np.arange(len(data))
    for ax, (title, value, low, high, fmt) in zip(first, columns, strict=True):
        middle, end = data[value].to_numpy(float), data[high].to_numpy(float)
        start = data[low].to_numpy(float) if low else middle
        ax.hlines(rows, start, end, colors=colors, linewidth=2, alpha=0.55)
        ax.scatter(middle, rows, c=colors, s=34, zorder=3)
        if not low:
            ax.scatter(end, rows, facecolors="white", edgecolors=colors, s=30, zorder=3, linewidths=1.4)
        reach = np.nanmax(np.append(np.where(np.isnan(end), middle, end), 1e-9))
        for row, (number, last) in enumerate(zip(middle, end, strict=True)):
            words = shown(number, fmt) if low or np.isnan(last) else f"{shown(number, fmt)} · {shown(last, fmt)}"
            if not np.isnan(number):
                ax.text(1.09 * reach, row, words, va="center", fontsize=8.5, color=plots.INK)
        ax.set_xlim(0, reach * (1.5 if low else 1.95))
        ax.annotate(title, (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=9.5,
                    color=plots.MUTED, annotation_clip=False)  # no title: a label that must not touch its neighbour
        ax.set_xticks([])
        ax.spines[["bottom", "left"]].set_visible(False)
        ax.axvline(0, color=plots.PALE, linewidth=1, zorder=0)
    first[0].set_yticks(rows, [translate(str(name)) for name in data[label]])
    first[0].tick_params(axis="y", labelcolor=plots.INK)
    first[0].invert_yaxis()
    return first[0]


def grouped_dots(
    data: pd.DataFrame, *, label: str, by: str, value: str, low: str, high: str, fmt: str, reference_label: str = "",
) -> Axes:
    """Draw the rows of each `label` under each other, one a group of `by` (legend), as dots with intervals beside 0."""
    names, groups = list(dict.fromkeys(data[label])), list(dict.fromkeys(data[by]))
    ax = plots.new((7.6, max(2.0, 0.27 * len(groups) * len(names) + 1.1)))
    for i, group in enumerate(groups):
        rows = data[data[by] == group]
        at = np.array([names.index(name) for name in rows[label]]) + 0.24 * (i - (len(groups) - 1) / 2)
        color = plots.PALETTE[i % len(plots.PALETTE)]
        ax.hlines(at, rows[low], rows[high], colors=color, linewidth=2)
        ax.scatter(rows[value], at, c=color, s=30, zorder=3, label=translate(str(group)))
        for height, end, number in zip(at, rows[high], rows[value], strict=True):
            ax.annotate(shown(number, fmt), (end, height), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5)
    plots.mark_reference(ax, 0.0, "")
    ax.set_yticks(np.arange(len(names)), [translate(str(name)) for name in names])
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.set_xlabel(reference_label, fontsize=9)
    ax.margins(x=0.14)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.legend(ncols=len(groups), **plots.LEGEND)
    return ax
