"""How often topics come up and how dissatisfied people are with them, side by side; and whose share grew or shrank."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots


def often_and_bad(
    data: pd.DataFrame, *, label: str, often: str, often_title: str, bad: str, low: str, high: str, bad_title: str,
    reference: float, reference_label: str, colors: list[str],
) -> Axes:
    """Draw each row's frequency as a bar (left) and its dissatisfied share as a dot with its interval (right), in order."""
    left, right = plots.new((7.6, max(1.8, 0.36 * len(data) + 1.0)), ncols=2, sharey=True, width_ratios=(1, 1.5))
    rows = np.arange(len(data))
    shares = data[often].to_numpy(float)
    left.barh(rows, shares, color=plots.PALE, height=0.66)
    for row, share in zip(rows, shares, strict=True):
        left.text(share + 0.02 * max(shares.max(), 1e-9), row, shown(share, "percent"), va="center", fontsize=9.5)
    left.set_xlim(0, 1.25 * max(shares.max(), 1e-9))
    left.set_yticks(rows, [translate(str(name)) for name in data[label]])
    left.tick_params(axis="y", labelcolor=plots.INK)
    left.invert_yaxis()
    values, ends = data[bad].to_numpy(float), data[high].to_numpy(float)
    right.hlines(rows, data[low].to_numpy(float), ends, colors=colors, linewidth=2)
    right.scatter(values, rows, c=colors, s=36, zorder=3)
    for row, end, value in zip(rows, ends, values, strict=True):
        right.annotate(shown(value, "percent"), (end, row), xytext=(5, 0), textcoords="offset points", va="center",
                       fontsize=9.5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    right.axvline(reference, color=plots.MUTED, linewidth=1, linestyle=(0, (3, 3)))
    right.annotate(reference_label, (reference, 0), xycoords=("data", "axes fraction"), xytext=(0, -3), va="top", ha="center",
                   textcoords="offset points", color=plots.MUTED, fontsize=9, annotation_clip=False)
    right.margins(x=0.14)
    for axes, title in ((left, often_title), (right, bad_title)):
        axes.set_title(title, loc="left", fontsize=9.5, color=plots.MUTED)
        axes.set_xticks([])
        axes.spines[["bottom", "left"]].set_visible(False)
    return right


def changes(data: pd.DataFrame, *, label: str, before: str, now: str, colors: list[str], legend: tuple[str, str]) -> Axes:
    """Draw each row's share before (ring) and now (dot) joined by a line, in order; both shares beside them."""
    ax = plots.new((7.6, max(1.7, 0.36 * len(data) + 0.9)))
    rows = np.arange(len(data))
    then, later = data[before].to_numpy(float), data[now].to_numpy(float)
    ax.hlines(rows, then, later, colors=colors, linewidth=2)
    ax.scatter(then, rows, s=34, facecolors="white", edgecolors=colors, zorder=3, label=legend[0])
    ax.scatter(later, rows, s=38, c=colors, zorder=3, label=legend[1])
    for row, a, b in zip(rows, then, later, strict=True):
        words = f"{shown(a, 'percent1')} → {shown(b, 'percent1')}"
        ax.annotate(words, (max(a, b), row), xytext=(7, 0), textcoords="offset points", va="center", fontsize=9.5)
    ax.set_yticks(rows, [translate(str(name)) for name in data[label]])
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.28 * max(then.max(initial=0), later.max(initial=0), 1e-9))
    plots.format_axis(ax.xaxis, "percent")
    ax.spines[["left"]].set_visible(False)
    legend_box = ax.legend(ncols=2, **plots.LEGEND)
    for mark in legend_box.legend_handles:
        mark.set_edgecolor(plots.MUTED)
    legend_box.legend_handles[1].set_facecolor(plots.MUTED)
    return ax
