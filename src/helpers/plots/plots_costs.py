"""Loud and costly side by side: how often a topic is mentioned, and the money that goes with it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown, translate
from helpers.plots import plots


def loud_and_costly(
    data: pd.DataFrame, *, label: str, mentions: str, value: str, low: str, high: str, is_clear: str, left: str, right: str,
    fmt: str = "money",
) -> Axes:
    """Draw each row's mentions as a bar at the left and its money with its interval at the right, in the given order.

    Rows that are not clear are grey, their interval without a dot. `left`, `right`: translated headings. A row without an
    interval shows an en dash.
    """
    n = len(data)
    loud, costly = plots.new((7.6, max(1.7, 0.36 * n + 0.9)), ncols=2, sharey=True, width_ratios=(1, 1.35))
    rows = np.arange(n)
    colors = [plots.VERMILION if clear else plots.GREY for clear in data[is_clear]]
    counts = data[mentions].to_numpy(float)
    loud.barh(rows, counts, color=plots.SKY, height=0.62)
    for row, count in zip(rows, counts, strict=True):
        loud.text(count + 0.02 * max(counts.max(), 1), row, shown(count, "count"), va="center", fontsize=9.5)
    loud.set_xlim(0, 1.2 * max(counts.max(initial=0), 1))
    starts, ends = data[low].to_numpy(float), data[high].to_numpy(float)
    costly.hlines(rows, starts, ends, colors=colors, linewidth=2)
    costly.scatter(data[value].to_numpy(float), rows, c=colors, s=36, zorder=3)
    reach = max(np.nanmax(ends, initial=0), 1e-12)
    for row, (amount, end) in enumerate(zip(data[value].astype(float), ends, strict=True)):
        words = shown(amount, fmt) if amount == amount else translate("unclear") if end == end else "–"
        costly.annotate(words, (end if end == end else 0, row), xytext=(5, 0), textcoords="offset points", va="center",
                        fontsize=9.5)
    costly.set_xlim(-0.02 * reach, 1.22 * reach)
    costly.axvline(0, color=plots.PALE, linewidth=1, zorder=0)
    for axes, heading in ((loud, left), (costly, right)):
        axes.set_title(heading, loc="left", fontsize=9.5, color=plots.MUTED)
        axes.set_xticks([])
        axes.spines[["bottom", "left"]].set_visible(False)
    loud.set_yticks(rows, [translate(str(name)) for name in data[label]])
    loud.tick_params(axis="y", labelcolor=plots.INK)
    loud.invert_yaxis()
    return costly
