"""A tornado: how far a result moves when one assumption after the other takes the ends of its range, widest on top."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots


def tornado(
    data: pd.DataFrame, *, label: str, low: str, high: str, base: float, fmt: str = "money2", limit: float = 0.0,
    limit_label: str = "", low_name: str = "", high_name: str = "",
) -> Axes:
    """Draw one bar an assumption, from the result at its low end to the result at its high end, widest first.

    data: one row an assumption; `low` and `high`: the columns with the result at the ends of its range (either may be the
    larger). base: the result with everything as assumed, where the two halves of a bar meet. limit: the line on whose sides
    the decision differs.
    """
    width = (data[high] - data[low]).abs()
    data = data.loc[width.sort_values(ascending=False, kind="stable").index]
    ax = plots.new((7.6, max(1.9, 0.42 * len(data) + 1.1)))
    rows = np.arange(len(data))
    ends = {low: data[low].to_numpy(float), high: data[high].to_numpy(float)}
    for column, color, name in ((low, plots.SKY, low_name), (high, plots.BLUE, high_name)):
        ax.barh(rows, ends[column] - base, left=base, color=color, height=0.62, label=name)
    every = np.concatenate([*ends.values(), [base, limit]])
    span = max(every.max() - every.min(), 1e-12)
    for row in rows:
        for values, other in ((ends[low], ends[high]), (ends[high], ends[low])):
            value = values[row]
            is_right = value > base or (value == base and other[row] < base)
            ax.text(value + (0.01 if is_right else -0.01) * span, row, shown(float(value), fmt), va="center",
                    ha="left" if is_right else "right", fontsize=9.5, color=plots.INK,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    plots.mark_reference(ax, limit, limit_label)
    ax.axvline(base, color=plots.INK, linewidth=0.8)
    ax.set_yticks(rows, [translate(str(name)) for name in data[label]])
    ax.tick_params(axis="y", labelcolor=plots.INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.set_xlim(every.min() - 0.16 * span, every.max() + 0.16 * span)
    if low_name and high_name:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2, frameon=False, fontsize=9.5)
    return ax
