"""Charts of service: waits by topic from the median to the 90 % point, shares beside them, and grouped differences.

Each is drawn for a page or, with `is_phone`, for a phone: two panels in a row, long labels in lines or above their marks.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots

ROW = 0.36  # inches
LONGEST_LINE = 18  # letters of a label on a phone


def panels(
    data: pd.DataFrame, *, label: str, columns: Sequence[tuple], colors: Sequence[str] | str = plots.BLUE,
    is_phone: bool = False,
) -> Axes:
    """Draw one row a group and one panel a measure; return the first panel.

    columns: (title, value, low, high, format) a panel. With `low` empty the line runs from `value` (a dot) to `high` (a ring):
    a median and a 90 % point; else from `low` to `high` around the dot: an interval. Unknown values stay blank.
    """
    names = [translate(str(name)) for name in data[label]]
    names = [_in_lines(name) for name in names] if is_phone else names
    across = min(2, len(columns)) if is_phone else len(columns)
    down = -(-len(columns) // across)
    high_enough = ROW * len(data) + 0.14 * sum(name.count("\n") for name in names)
    size = (plots.NARROW if is_phone else 7.6, down * max(1.7 if down == 1 else 1.0, high_enough + 0.9))
    first = plots.new(size, nrows=down, ncols=across, sharey=True, squeeze=False).ravel()
    rows = np.arange(len(data))
    for ax, (title, value, low, high, fmt) in zip(first, columns, strict=False):
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
                ax.text(1.16 * reach, row, words, va="center", fontsize=8.5, color=plots.INK)
        ax.set_xlim(0, reach * (1.55 if low else 2.1))
        ax.annotate(_in_lines(title) if is_phone else title, (0, 1), xycoords="axes fraction", xytext=(0, 4),
                    textcoords="offset points", fontsize=9.5, color=plots.MUTED,
                    annotation_clip=False)  # no title: a label that must not touch its neighbour
        ax.set_xticks([])
        ax.spines[["bottom", "left"]].set_visible(False)
        ax.axvline(0, color=plots.PALE, linewidth=1, zorder=0)
    for ax in first[len(columns):]:
        ax.set_axis_off()
    first[0].set_yticks(rows, names)
    for ax in first[::across]:
        ax.tick_params(axis="y", labelcolor=plots.INK)
    first[0].set_ylim(len(data) - 0.4, -0.6)
    return first[0]


def _in_lines(name: str) -> str:
    """Return a label in lines of at most 18 letters, or nine Chinese characters."""
    wide = "".join(letter + "\0" if ord(letter) > 0x2E80 else letter for letter in name)  # a Chinese character is two wide
    return textwrap.fill(wide, LONGEST_LINE).replace("\0", "")


def grouped_dots(
    data: pd.DataFrame, *, label: str, by: str, value: str, low: str, high: str, fmt: str, reference_label: str = "",
    is_phone: bool = False,
) -> Axes:
    """Draw the rows of each `label` under each other, one a group of `by` (legend), as dots with intervals beside 0."""
    names, groups = list(dict.fromkeys(data[label])), list(dict.fromkeys(data[by]))
    size = max(2.0, (0.27 * len(groups) + 0.25 * is_phone) * len(names) + 1.1 + 0.2 * is_phone)
    ax = plots.new((plots.NARROW if is_phone else 7.6, size))
    for i, group in enumerate(groups):
        rows = data[data[by] == group]
        at = np.array([names.index(name) for name in rows[label]]) + 0.24 * (i - (len(groups) - 1) / 2)
        color = plots.PALETTE[i % len(plots.PALETTE)]
        ax.hlines(at, rows[low], rows[high], colors=color, linewidth=2)
        ax.scatter(rows[value], at, c=color, s=30, zorder=3, label=translate(str(group)))
        for height, end, number in zip(at, rows[high], rows[value], strict=True):
            ax.annotate(shown(number, fmt), (end, height), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5)
    plots.mark_reference(ax, 0.0, "")
    ax.set_yticks(np.arange(len(names)), [""] * len(names) if is_phone else [translate(str(name)) for name in names])
    for row, name in enumerate(names if is_phone else []):
        above = row - 0.24 * (len(groups) / 2 + 0.3)
        ax.annotate(translate(str(name)), (0, above), xycoords=("axes fraction", "data"), va="bottom", fontsize=9.5)
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.set_xlabel(reference_label, fontsize=9)
    ax.margins(x=0.14)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.legend(ncols=1 if is_phone else len(groups), **plots.LEGEND)
    return ax
