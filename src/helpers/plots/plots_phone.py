"""The same figure laid out anew for a phone: narrow, letters as large as before, no label over another."""

import textwrap

import numpy as np
from matplotlib.text import Annotation

from helpers.plots.plots import LEGEND, NARROW, to_png

NAME = 24  # characters of a row's name after which it is broken
CLEAR = 6  # pixels between that name and what stands at the left of the marks


def to_narrow_png(figure) -> bytes | None:
    """Return the figure laid out anew for a phone, letters as large as before; None where labels would touch."""
    wide, high = figure.get_size_inches()
    if wide <= NARROW * 1.25:
        return None
    touching = _n_touching(figure)
    figure.set_size_inches(NARROW, max(1.3, 0.9 * high) + sum(map(_stack_legend, figure.axes)))
    for axes in figure.axes:
        if hasattr(ticks := axes.xaxis.get_major_locator(), "maxticks"):  # dates
            ticks.maxticks = dict.fromkeys(ticks.maxticks, 4)
    rows = [axes for axes in figure.axes if not len(axes.get_xticks())]  # figures stand at the marks, so limits may move
    if _break_names(rows):
        figure.set_figheight(1.25 * figure.get_figheight())
    _make_room(rows)
    png = to_png(figure) if _n_touching(figure) <= touching else None
    figure.set_size_inches(wide, high)
    return png


def _break_names(rows: list) -> bool:
    """Break the long names of rows in two lines; return whether there are any."""
    is_broken = False
    for axes in rows:
        names = [label.get_text() for label in axes.get_yticklabels()]
        broken = [textwrap.fill(name, max(NAME, len(name) // 2 + 5), break_long_words=False) for name in names]
        if broken != names:
            axes.set_yticks(axes.get_yticks(), broken, linespacing=1.25)  # a Chinese line is higher than a Latin one
            is_broken = True
    return is_broken


def _make_room(rows: list) -> None:
    """Move the left limits until what stands left of the marks keeps clear of the names of the rows."""
    for axes in rows:
        beside = [text for text in axes.texts if isinstance(text, Annotation) and text.xycoords == "data" and text.get_text()]
        for _ in range(4 if beside else 0):  # each turn leaves a part of the overlap: the scale shrinks as the limit moves
            axes.figure.draw_without_rendering()
            missing = axes.bbox.x0 - min(text.get_window_extent().x0 for text in beside)  # pixels
            if missing < 1:
                break
            low, high = axes.get_xlim()
            axes.set_xlim(low - (missing + CLEAR) * (high - low) / axes.bbox.width, high)


def _stack_legend(axes) -> float:
    """Set a legend of many columns in two; return the inches of height that takes."""
    legend = axes.get_legend()
    if legend is None or legend._ncols < 3:
        return 0.0
    names = [name.get_text() for name in legend.get_texts()]
    axes.legend(legend.legend_handles, names, ncols=2, **LEGEND)
    return 0.22 * (-(-len(names) // 2) - -(-len(names) // legend._ncols))


def _n_touching(figure) -> int:
    """Return how many pairs of labels overlap, plus how many labels leave the figure."""
    figure.draw_without_rendering()
    boxes = []
    for axes in figure.axes:
        words = [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        words += axes.get_legend().get_texts() if axes.get_legend() else []
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            words += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
        boxes += [word.get_window_extent().extents for word in words if word.get_visible() and word.get_text().strip()]
    if not boxes:
        return 0
    left, bottom, right, top = np.array(boxes).T + [[2], [2], [-2], [-2]]  # boxes are wider than their letters
    apart = (left[:, None] >= right) | (left >= right[:, None]) | (bottom[:, None] >= top) | (bottom >= top[:, None])
    n_pairs = int(np.triu(~apart, 1).sum())
    return n_pairs + int(((left < 0) | (right > figure.bbox.width)).sum())
