"""House style: Axes in, Axes out. One message a chart; bars start at zero and are sorted; labels on the marks.

Titles, subtitles and sources are set as text by `report.chart`, not drawn into the picture.
"""

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from helpers.i18n import shown, translate

# Okabe and Ito (2008): distinguishable with any colour vision; darker yellow for contrast on white
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW = (
    "#0072B2", "#D98200", "#009E73", "#C8501E", "#B0648F", "#3E9CCB", "#A8920C",
)
GREY, PALE, INK, MUTED = "#8A9099", "#D7DBE0", "#1F2933", "#5B6570"
PALETTE = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY)
SEGMENT_COLORS = {  # one colour a segment in every report
    "Champions": BLUE, "Loyal": GREEN, "Promising": SKY, "New": PURPLE, "Needs attention": YELLOW,
    "At risk": ORANGE, "Cannot lose": VERMILION, "Hibernating": GREY,
    "frequent": BLUE, "occasional": SKY, "potential": GREY,
    "more complaints": VERMILION, "fewer complaints": GREEN, "not distinguishable": GREY,
}
DPI = 200
LEGEND = {"loc": "lower left", "bbox_to_anchor": (0, 1.0), "fontsize": 9.5, "handlelength": 1}  # above the bars
NARROW = 4.3  # inches: the width at which a phone shows 10-point labels at 11 pixels
WIDE, HALF = (7.6, 3.6), (5.0, 3.4)


def use_style() -> None:
    """Set the house style, with a font that has Latin and Chinese letters, registered by file."""
    from pylopdf_fonts_zh_cn import sans_path

    family = "Noto Sans SC"
    if family not in {font.name for font in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(str(sans_path()))
    mpl.rcParams.update({
        "font.family": family, "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10, "axes.labelcolor": MUTED,
        "axes.edgecolor": PALE, "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": False, "axes.axisbelow": True, "axes.unicode_minus": False, "axes.prop_cycle": mpl.cycler(color=PALETTE),
        "grid.color": "#E6E9ED", "grid.linewidth": 0.8, "text.color": INK, "xtick.color": MUTED, "ytick.color": MUTED,
        "xtick.major.size": 0, "ytick.major.size": 0, "xtick.major.pad": 7, "legend.frameon": False,
        "figure.facecolor": "white", "figure.constrained_layout.use": True, "figure.dpi": 100, "text.parse_math": False,
        "svg.hashsalt": "workbook",
    })


def new(size: tuple[float, float] = WIDE, **options) -> Axes:
    """Return Axes on a new figure that no global list keeps (so that many charts need little memory)."""
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots(**options)


def to_png(figure) -> bytes:
    """Return the figure as a palette PNG of 200 dpi, the same bytes for the same picture."""
    drawn_at = figure.get_dpi()
    figure.set_dpi(DPI)
    pixels, size = FigureCanvasAgg(figure).print_to_buffer()
    figure.set_dpi(drawn_at)
    small = io.BytesIO()
    _in_palette(pixels, size).save(small, format="PNG", compress_level=8)  # 9 takes twice as long for 3 % fewer bytes
    return small.getvalue()


def _in_palette(pixels, size: tuple[int, int]) -> Image.Image:
    """Return RGBA pixels as a picture of white and at most 63 more colours, chosen (median cut) from the pixels with ink."""
    every = np.frombuffer(pixels, np.uint32)
    inked = np.flatnonzero(every != np.uint32(0xFFFFFFFF))
    ink = Image.frombytes("RGBA", (len(inked), 1), every[inked].tobytes()).convert("RGB")
    ink = ink.quantize(colors=63, method=Image.Quantize.MEDIANCUT, dither=0)
    white = len(ink.getpalette()) // 3
    of_pixel = np.full(len(every), white, np.uint8)
    of_pixel[inked] = np.frombuffer(ink.tobytes(), np.uint8)
    picture = Image.frombytes("P", size, of_pixel.tobytes())
    picture.putpalette([*ink.getpalette(), 255, 255, 255])
    return picture


def color_of(name: str, position: int = 0) -> str:
    """Return the fixed colour of a segment, or one by position."""
    return SEGMENT_COLORS.get(name, PALETTE[position % len(PALETTE)])


def format_axis(axis, fmt: str, n_ticks: int = 5) -> None:
    """Label an axis in one of the formats of i18n (percent, money, count …)."""
    axis.set_major_locator(MaxNLocator(n_ticks, integer=fmt == "count"))

    def label(value: float, _) -> str:
        if fmt not in ("money", "money2"):
            return shown(value, fmt)
        is_whole = all(float(tick).is_integer() for tick in axis.get_majorticklocs())  # the same form on every tick
        return shown(value, "money0" if is_whole else "money2")

    axis.set_major_formatter(FuncFormatter(label))


def bar(
    data: pd.DataFrame, *, label: str, value: str, fmt: str = "count", low: str = "", high: str = "",
    colors: Sequence[str] | str = BLUE, sort: bool = True, reference: float | None = None, reference_label: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw horizontal bars, longest first, the value at each end; with `low` and `high`, its interval.

    `colors`: one for all, one a row, or "segment" for the fixed segment colours.
    """
    data = data.sort_values(value, ascending=False, kind="stable") if sort else data
    names = [translate(str(name)) for name in data[label]]
    values = data[value].to_numpy(float)
    ax = ax or new((7.6, max(1.3, 0.36 * len(data) + 0.5)))
    if colors == "segment":
        colors = [color_of(str(name), i) for i, name in enumerate(data[label])]
    positions = np.arange(len(data))
    ax.barh(positions, values, color=colors, height=0.68)
    ends = values
    if low and high:
        spread = np.abs(np.vstack([values - data[low], data[high] - values]).astype(float))
        ax.errorbar(values, positions, xerr=spread, fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
        ends = np.maximum(values, data[high].to_numpy(float))
    span = max(np.nanmax(np.abs(ends), initial=0), 1e-12)
    for position, end, number in zip(positions, ends, values, strict=True):
        side = 1 if number >= 0 else -1
        ax.annotate(
            shown(number, fmt), (end if side > 0 else min(number, 0), position), xytext=(4 * side, 0),
            textcoords="offset points", va="center", ha="left" if side > 0 else "right", color=INK, fontsize=9.5,
        )
    if reference is not None:
        mark_reference(ax, reference, reference_label)
    ax.set_yticks(positions, names)
    ax.tick_params(axis="y", labelcolor=INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    lowest = np.nanmin(values, initial=0)
    ax.set_xlim(lowest - 0.26 * span if lowest < 0 else 0, max(span * 1.14, 1e-12))
    return ax


def dots(
    data: pd.DataFrame, *, label: str, value: str, low: str, high: str, fmt: str = "count", reference: float = 0.0,
    reference_label: str = "", colors: Sequence[str] | str = BLUE, ax: Axes | None = None,
) -> Axes:
    """Draw each row's value as a dot with its interval, in the given order, beside a reference line; the value at the right."""
    ax = ax or new((7.6, max(1.5, 0.33 * len(data) + 0.7)))
    rows = np.arange(len(data))
    values, ends = data[value].to_numpy(float), data[high].to_numpy(float)
    ax.hlines(rows, data[low].to_numpy(float), ends, colors=colors, linewidth=2)
    ax.scatter(values, rows, c=colors, s=36, zorder=3)
    for row, end, number in zip(rows, ends, values, strict=True):
        ax.annotate(
            shown(number, fmt), (end, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    mark_reference(ax, reference, reference_label)
    ax.set_yticks(rows, [translate(str(name)) for name in data[label]])
    ax.tick_params(axis="y", labelcolor=INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.margins(x=0.08)
    ax.spines[["bottom", "left"]].set_visible(False)
    return ax


def mark_reference(ax, value: float, label: str) -> None:
    ax.axvline(value, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    if label:
        ax.annotate(
            label, (value, 1), xycoords=("data", "axes fraction"), xytext=(3, 2), textcoords="offset points",
            color=MUTED, fontsize=9, va="bottom", annotation_clip=False,
        )


def stacked_shares(
    data: pd.DataFrame, *, label: str, parts: dict[str, str], fmt: str = "percent", colors: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each row as one bar of shares that sum to 1. `parts`: column → translated legend label, in order."""
    ax = ax or new((7.6, max(1.6, 0.42 * len(data) + 0.9)))
    left = np.zeros(len(data))
    for i, (column, name) in enumerate(parts.items()):
        values = data[column].to_numpy(float)
        color = colors[i] if colors else PALETTE[i % len(PALETTE)]
        ax.barh(np.arange(len(data)), values, left=left, color=color, label=name, height=0.7)
        for row, (start, width) in enumerate(zip(left, values, strict=True)):
            if width >= 0.06:
                ax.text(start + width / 2, row, shown(width, fmt), ha="center", va="center", color="white", fontsize=9)
        left = left + values
    ax.set_yticks(np.arange(len(data)), [translate(str(name)) for name in data[label]])
    ax.tick_params(axis="y", labelcolor=INK)
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.set_xlim(0, max(1.0, float(np.max(left, initial=1.0))))
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.legend(ncols=min(4, len(parts)), **LEGEND)
    return ax


def line(
    data: pd.DataFrame, *, x: str, lines: dict[str, str], fmt: str = "count", x_label: str = "", y_label: str = "",
    low: str = "", high: str = "", colors: Sequence[str] | None = None, zero: bool = True, markers: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw lines over `x`, each named at its right end. `lines`: column → translated name; `low`/`high`: band of the first."""
    ax = ax or new()
    ends = []
    for i, (column, name) in enumerate(lines.items()):
        color = colors[i] if colors else PALETTE[i % len(PALETTE)]
        known = data[[x, column]].dropna()
        ax.plot(known[x], known[column], color=color, linewidth=2, marker="o" if markers else None, markersize=4)
        if len(known):
            ends.append((known[x].iloc[-1], float(known[column].iloc[-1]), name, color))
    if low and high:
        band = data[[x, low, high]].dropna()
        ax.fill_between(band[x], band[low].astype(float), band[high].astype(float), color=(colors or PALETTE)[0], alpha=0.15,
                        linewidth=0)
    if zero:
        ax.set_ylim(bottom=min(0, ax.get_ylim()[0]) if any(end[1] < 0 for end in ends) else 0)
    _name_ends(ax, ends)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    format_axis(ax.yaxis, fmt)
    if pd.api.types.is_datetime64_any_dtype(data[x]):
        _date_axis(ax)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def curves(
    data: pd.DataFrame, *, x: str, y: str, by: str, low: str = "", high: str = "", fmt: str = "percent", x_label: str = "",
    y_label: str = "", ax: Axes | None = None,
) -> Axes:
    """Draw one line a group of `by`, each with its band from `low` to `high` and its name at the right end."""
    ax = ax or new()
    ends = []
    for i, (name, group) in enumerate(data.groupby(by, sort=False)):
        color = color_of(str(name), i)
        ax.plot(group[x], group[y], color=color, linewidth=2)
        if low and high:
            ax.fill_between(group[x], group[low].astype(float), group[high].astype(float), color=color, alpha=0.15, linewidth=0)
        ends.append((group[x].iloc[-1], float(group[y].iloc[-1]), translate(str(name)), color))
    ax.set_ylim(bottom=0)
    _name_ends(ax, ends)
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    format_axis(ax.yaxis, fmt)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def mark_x(ax: Axes, value, label: str = "") -> Axes:
    """Draw a dashed vertical line at `value` with its label above."""
    mark_reference(ax, value, label)
    return ax


def _name_ends(ax, ends: list) -> None:
    """Write each line's name at its end, moved apart where two would overlap."""
    if len(ends) < 2:
        return
    bottom, top = ax.get_ylim()
    gap = (top - bottom) * 0.062
    placed = []
    for x, y, name, color in sorted(ends, key=lambda end: end[1]):
        height = max(y, placed[-1] + gap) if placed else y
        placed.append(height)
        ax.annotate(name, (x, height), xytext=(6, 0), textcoords="offset points", color=color, va="center", fontsize=9.5,
                    annotation_clip=False)


def _date_axis(ax) -> None:
    from matplotlib import dates as mdates

    from helpers.i18n import month

    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: month(mdates.num2date(value).date())))


def heatmap(
    matrix: pd.DataFrame, *, fmt: str = "percent", x_label: str = "", y_label: str = "", highest: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a table of values as shades of blue with the value in each cell; unknown cells stay blank."""
    import seaborn as sns

    cell = 0.62 if matrix.shape[1] <= 12 else 0.42  # inches; narrower where there are many, so that the text stays legible
    ax = ax or new((max(4.5, cell * matrix.shape[1] + 1.8), max(2.0, 0.36 * matrix.shape[0] + 0.9)))
    values = matrix.astype(float)
    labels = values.map(lambda value: "" if pd.isna(value) else shown(value, fmt))
    sns.heatmap(
        values, annot=labels, fmt="", cmap=sns.light_palette(BLUE, as_cmap=True), cbar=False, linewidths=1, ax=ax,
        linecolor="white", vmin=0, vmax=highest, annot_kws={"fontsize": 8.5},
    )
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    ax.tick_params(axis="y", rotation=0)
    ax.tick_params(axis="x", rotation=0)
    return ax


def scatter(
    data: pd.DataFrame, *, x: str, y: str, size: str = "", label: str = "", x_fmt: str = "count", y_fmt: str = "count",
    x_label: str = "", y_label: str = "", colors: Sequence[str] | str = BLUE, ax: Axes | None = None,
) -> Axes:
    """Draw points, named where `label` is given; areas in proportion to `size`."""
    ax = ax or new((7.6, 4.2))
    areas = 40.0 if not size else 900 * data[size] / max(float(data[size].max()), 1e-12) + 12
    if colors == "segment":
        colors = [color_of(str(name), i) for i, name in enumerate(data[label])]
    ax.scatter(data[x], data[y], s=areas, c=colors, alpha=0.75, linewidth=0)
    if label:
        for left, height, name in zip(data[x], data[y], data[label], strict=True):
            ax.annotate(translate(str(name)), (left, height), xytext=(7, 5), textcoords="offset points", fontsize=9.5)
    ax.grid()
    ax.margins(0.12)
    format_axis(ax.xaxis, x_fmt)
    format_axis(ax.yaxis, y_fmt)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def reliability(
    data: pd.DataFrame, *, predicted: str, observed: str, low: str, high: str, x_label: str, y_label: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw predicted against observed rates with intervals; on the diagonal the prediction is right."""
    ax = ax or new((5.2, 4.2))
    top = float(np.nanmax([data[predicted].max(), data[high].max()])) * 1.05
    ax.plot([0, top], [0, top], color=GREY, linewidth=1, linestyle=(0, (3, 3)))
    spread = np.abs(np.vstack([data[observed] - data[low], data[high] - data[observed]]))
    ax.errorbar(data[predicted], data[observed], yerr=spread, fmt="o", color=BLUE, ecolor=SKY, capsize=2, markersize=5)
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    ax.grid()
    format_axis(ax.xaxis, "percent")
    format_axis(ax.yaxis, "percent")
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def named_cells(
    names: pd.DataFrame, counts: pd.DataFrame, *, x_label: str = "", y_label: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a grid whose cells carry a name (in its segment colour) and a count. Both frames have the same rows and columns."""
    ax = ax or new((7.6, 0.72 * len(names) + 0.8))
    for row, (_, line) in enumerate(names.iterrows()):
        for column, name in enumerate(line):
            ax.add_patch(Rectangle((column, row), 1, 1, facecolor=color_of(name), edgecolor="white", linewidth=2))
            shares = {"ha": "center", "va": "center", "color": "white", "fontweight": "bold"}
            ax.text(column + 0.5, row + 0.36, translate(name), fontsize=9.5, **shares)
            ax.text(column + 0.5, row + 0.68, shown(counts.iloc[row, column], "count"), fontsize=9.5, **shares)
    ax.set_xlim(0, names.shape[1])
    ax.set_ylim(len(names), 0)
    ax.set_xticks(np.arange(names.shape[1]) + 0.5, [str(name) for name in names.columns])
    ax.set_yticks(np.arange(len(names)) + 0.5, [str(name) for name in names.index])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax
