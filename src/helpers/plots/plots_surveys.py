"""Charts of surveys: scores on their whole scales, and a control chart."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.i18n import shown
from helpers.plots import plots


def scales(data: pd.DataFrame) -> Axes:
    """Draw each score as a mark with its interval on the whole of its scale, from worst at the left to best at the right.

    data: name, estimate, low, high, interval and note (in words, at the right), lowest and highest (of the scale), fmt and
    end_fmt (of i18n.FORMATS).
    """
    ax = plots.new((7.6, 0.72 * len(data) + 0.5))
    for row, line in enumerate(data.itertuples()):
        width = line.highest - line.lowest
        at, low, high = ((value - line.lowest) / width for value in (line.estimate, line.low, line.high))
        ax.plot([0, 1], [row, row], color=plots.PALE, linewidth=9, solid_capstyle="round", zorder=1)
        ax.plot([low, high], [row, row], color=plots.SKY, linewidth=9, solid_capstyle="butt", zorder=2)
        ax.plot([at, at], [row - 0.16, row + 0.16], color=plots.BLUE, linewidth=3, zorder=3)
        ax.text(at, row - 0.22, shown(line.estimate, line.fmt), ha="center", va="bottom", fontsize=13, fontweight="bold")
        for end, side in ((line.lowest, 0.0), (line.highest, 1.0)):
            ax.text(side, row + 0.2, shown(end, line.end_fmt), ha="left" if side == 0 else "right", va="top", fontsize=9,
                    color=plots.MUTED)
        ax.text(1.05, row, f"{line.interval}\n{line.note}", va="center", fontsize=9.5, color=plots.MUTED)
    ax.set_yticks(np.arange(len(data)), data["name"].tolist())
    ax.tick_params(axis="y", labelcolor=plots.INK, labelsize=11)
    ax.set_ylim(len(data) - 0.45, -0.62)
    ax.set_xlim(-0.03, 1.38)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    return ax


def control(data: pd.DataFrame, *, fmt: str, limits_label: str, centre_label: str) -> Axes:
    """Draw periods as dots within their control limits; signals in red with their value, no line through missing periods.

    data: period, estimate (missing where too few answered), centre, limit_low, limit_high, signal ("" = none).
    """
    ax = plots.new((7.6, 2.9))
    drawn = data["estimate"].notna()
    x = np.arange(len(data))
    for start in np.flatnonzero(drawn & ~drawn.shift(fill_value=False)):
        stop = start + int(np.argmin(np.append(drawn.to_numpy()[start:], False)))
        part = slice(start, stop)
        edges = np.append(x[part] - 0.5, x[stop - 1] + 0.5)
        ax.stairs(data["limit_high"].to_numpy()[part], edges, baseline=data["limit_low"].to_numpy()[part], fill=True,
                  color=plots.PALE, alpha=0.55, linewidth=0, zorder=1)
        ax.plot(x[part], data["estimate"].to_numpy()[part], color=plots.SKY, linewidth=1.2, zorder=2)
    is_signal = drawn & (data["signal"] != "")
    ax.scatter(x[drawn & ~is_signal], data.loc[drawn & ~is_signal, "estimate"], color=plots.BLUE, s=30, zorder=3)
    ax.scatter(x[is_signal], data.loc[is_signal, "estimate"], color=plots.VERMILION, s=58, zorder=4, marker="D")
    named = is_signal | (pd.Series(x, index=data.index) == x[drawn].max())
    for place in x[named]:
        value = data["estimate"].iloc[place]
        up = value >= data["centre"].iloc[place]
        ax.annotate(shown(value, fmt), (place, value), xytext=(0, 8 if up else -8), textcoords="offset points", ha="center",
                    va="bottom" if up else "top", fontsize=9.5, fontweight="bold")
    centre = float(data["centre"].iloc[0])
    ax.axhline(centre, color=plots.MUTED, linewidth=1, linestyle=(0, (3, 3)), zorder=1)
    ax.annotate(centre_label, (1, centre), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
                va="center", fontsize=9, color=plots.MUTED, annotation_clip=False)
    ax.annotate(limits_label, (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=9,
                color=plots.MUTED, annotation_clip=False)
    every = -(-len(data) // 5)
    ax.set_xticks(x[::every], [shown(period, "month") for period in data["period"].iloc[::every]])
    ax.set_xlim(-0.6, len(data) - 0.4)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    plots.format_axis(ax.yaxis, fmt)
    return ax
