"""A flow chart: where each group of one day stands on another day, as ribbons between two columns."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from helpers.i18n import shown, translate
from helpers.plots import plots

WIDTH = 0.035  # of a column, in the width of the picture
ROOM = 0.045  # least height of a label, in the height of the picture


def _tops(sizes: np.ndarray, unit: float, gaps: float) -> np.ndarray:
    """Return the top of each bar: bars of `unit` × size, each with at least `ROOM`, the rest of the height as gaps."""
    heights = np.maximum(sizes * unit, ROOM)
    return np.concatenate([[0.0], np.cumsum(heights + gaps)])[:-1]


def _scale(*columns: np.ndarray) -> tuple[float, list[float]]:
    """Return the height of one customer and the gap between bars of each column, so that both columns fill a height of 1."""
    largest = max(len(sizes) for sizes in columns)
    unit = (1 - 0.012 * (largest - 1) - ROOM * largest / 2) / max(max(sizes.sum() for sizes in columns), 1e-12)
    filled = [np.maximum(sizes * unit, ROOM).sum() for sizes in columns]
    gaps = [max((1 - f) / max(len(sizes) - 1, 1), 0.006) for f, sizes in zip(filled, columns, strict=True)]
    return unit, [min(gap, 0.05) for gap in gaps]


def flow(
    data: pd.DataFrame, *, start: str, end: str, value: str, strong: str, order: tuple[str, ...], start_label: str,
    end_label: str, fmt: str = "count", least: float = 1,
) -> Axes:
    """Draw ribbons from the groups at the left to those at the right, as wide as their `value`.

    data: one row a pair of groups. strong: boolean column of the ribbons that the message is about; the others are pale.
    order: groups from top to bottom. least: the smallest ribbon that is drawn. Each bar carries its name and its total, ribbons
    that are not drawn included.
    """
    rank = {name: i for i, name in enumerate(order)}
    totals = [data.groupby(column)[value].sum() for column in (start, end)]
    rows = data[data[value] >= least].sort_values([start, end], key=lambda names: names.map(rank))
    sides = [rows.groupby(column, sort=False)[value].sum().astype(float).sort_index(key=lambda names: names.map(rank))
             for column in (start, end)]
    ax = plots.new((7.6, max(2.6, 0.5 * max(map(len, sides)) + 0.8)))
    unit, gaps = _scale(*(side.to_numpy() for side in sides))
    tops = [dict(zip(side.index, _tops(side.to_numpy(), unit, gap), strict=True))
            for side, gap in zip(sides, gaps, strict=True)]
    for x, side, top, total in zip((0.0, 1.0), sides, tops, totals, strict=True):
        for name, size in side.items():
            _bar(ax, x, top[name], size * unit, str(name), shown(total[name], fmt))
    _ribbons(ax, rows[[start, end, value, strong]], tops, unit, rank)
    bottom = max(top[name] + max(side[name] * unit, ROOM) for top, side in zip(tops, sides, strict=True) for name in top)
    for x, words, side in ((0.0, start_label, "left"), (1.0, end_label, "right")):
        ax.text(x, -0.02, words, ha=side, va="bottom", fontsize=9.5, color=plots.MUTED)
    ax.set_xlim(0, 1)
    ax.set_ylim(bottom + 0.01, -0.09)
    ax.axis("off")
    return ax


def _ribbons(ax: Axes, rows: pd.DataFrame, tops: list[dict], unit: float, rank: dict[str, int]) -> None:
    """Draw the ribbons, each beginning and ending below the one before it."""
    free_left, free_right = (dict(top) for top in tops)
    begins = {}
    for a, b, size, _ in rows.itertuples(index=False):
        begins[a, b] = free_left[a]
        free_left[a] += size * unit
    for a, b, size, is_strong in rows.sort_values(list(rows)[1::-1], key=lambda names: names.map(rank)).itertuples(index=False):
        look = (_color(str(a)), 0.75, 2) if is_strong else (plots.PALE, 0.45, 1)
        _ribbon(ax, begins[a, b], free_right[b], size * unit, *look)
        free_right[b] += size * unit


def _color(name: str) -> str:
    return plots.SEGMENT_COLORS.get(name, plots.GREY)


def _bar(ax: Axes, x: float, top: float, height: float, name: str, number: str) -> None:
    left = x if x == 0 else x - WIDTH
    ax.add_patch(Rectangle((left, top), WIDTH, height, facecolor=_color(name), linewidth=0, zorder=4))
    at, side = (WIDTH + 0.012, "left") if x == 0 else (1 - WIDTH - 0.012, "right")
    ax.text(  # on the ribbons, so that a phone has room for them
        at, top + height / 2, f"{translate(name)} {number}", ha=side, va="center", fontsize=9.5, color=plots.INK, zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.2},
    )


def _ribbon(ax: Axes, y0: float, y1: float, height: float, color: str, alpha: float, zorder: int) -> None:
    a, b, m = WIDTH, 1 - WIDTH, 0.5
    there, back = [(a, y0), (m, y0), (m, y1), (b, y1)], [(b, y1), (m, y1), (m, y0), (a, y0)]
    points = [*there, *((x, y + height) for x, y in back), (a, y0)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=color, alpha=alpha, linewidth=0, zorder=zorder))
