"""A waterfall: how steps add up to a total, each bar starting where the one before ended."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots


def waterfall(
    data: pd.DataFrame, *, label: str, value: str, total_label: str, fmt: str = "number1", limit: float | None = None,
    limit_label: str = "",
) -> Axes:
    """Draw the steps from top to bottom and their sum as the last bar; what adds is blue, what takes away is orange.

    data: one row a step, in order. limit: a vertical line that the total is to reach.
    """
    values = data[value].to_numpy(float)
    ends = np.cumsum(values)
    starts = ends - values
    names = [*(translate(str(name)) for name in data[label]), translate(total_label)]
    ax = plots.new((7.6, max(1.8, 0.36 * len(names) + 0.7)))
    colors = [plots.BLUE if step >= 0 else plots.ORANGE for step in values]
    rows = np.arange(len(names))
    total = ends[-1] if len(ends) else 0.0
    ax.barh(rows, [*values, total], left=[*starts, 0.0], color=[*colors, plots.INK], height=0.66)
    ax.vlines(ends, rows[:-1] + 0.33, rows[1:] - 0.33, color=plots.MUTED, linewidth=0.8)
    low, high = min(0.0, *ends, *starts), max(0.0, *ends, *starts, limit or 0.0)
    pad = 0.012 * (high - low)
    for row, step, end in zip(rows, [*values, total], [*ends, total], strict=True):
        sign = "+" if step > 0 and row < len(values) else ""
        at, side = (end - pad, "right") if step < 0 else (end + pad, "left")
        ax.text(at, row, sign + shown(step, fmt), va="center", ha=side, fontsize=9.5, color=plots.INK)
    if limit is not None:
        plots.mark_reference(ax, limit, limit_label)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.axvline(0, color=plots.PALE, linewidth=1, zorder=0)
    ax.spines[["bottom", "left"]].set_visible(False)
    room = 0.22 if (values < 0).any() else 0.02
    ax.set_xlim(low - room * (high - low), high + 0.12 * (high - low))
    return ax
