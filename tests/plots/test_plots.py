"""plots.py: bars start at zero and are sorted, labels say the values, Chinese has glyphs, the same picture the same bytes."""

import io
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.ft2font import FT2Font
from PIL import Image

from helpers import i18n
from helpers.plots import plots

GROUPS = pd.DataFrame({
    "segment": ["Loyal", "Champions", "At risk"], "revenue": [20.0, 50.0, 30.0], "low": [15.0, 45.0, 20.0],
    "high": [25.0, 58.0, 40.0], "a": [0.5, 0.2, 0.04], "b": [0.5, 0.8, 0.96],
})


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context():
        plots.use_style()
        yield


def widths(ax) -> list[float]:
    return [patch.get_width() for patch in ax.patches]


def words(ax) -> list[str]:
    return [label.get_text() for label in ax.texts]


def ticks(axis) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels()]


# --- bars


def test_bars_are_sorted_start_at_zero_and_carry_their_value():
    ax = plots.bar(GROUPS, label="segment", value="revenue", fmt="money0")
    assert widths(ax) == [50, 30, 20]
    assert {patch.get_x() for patch in ax.patches} == {0}
    assert ax.get_xlim()[0] == 0
    assert ticks(ax.yaxis) == ["Champions", "At risk", "Loyal"]
    assert words(ax) == ["$50", "$30", "$20"]
    assert ax.yaxis_inverted(), "the longest bar is not on top"


def test_bars_keep_their_order_where_the_order_means_something():
    assert widths(plots.bar(GROUPS, label="segment", value="revenue", sort=False)) == [20, 50, 30]


def test_equal_bars_keep_the_order_of_the_rows():
    tied = pd.DataFrame({"name": ["b", "a", "c"], "n": [1, 1, 2]})
    assert ticks(plots.bar(tied, label="name", value="n").yaxis) == ["c", "b", "a"]


def test_negative_bars_go_to_the_left_of_zero_and_nothing_is_cut_off():
    ax = plots.bar(pd.DataFrame({"name": ["up", "down"], "n": [5.0, -20.0]}), label="name", value="n")
    low, high = ax.get_xlim()
    assert low < -20 < 0 < 5 < high
    assert [label.get_ha() for label in ax.texts] == ["left", "right"]


def test_a_segment_has_its_colour_whatever_its_rank():
    for frame in (GROUPS, GROUPS.assign(revenue=[50.0, 20.0, 30.0])):
        ax = plots.bar(frame, label="segment", value="revenue", colors="segment")
        colors = dict(zip(ticks(ax.yaxis), (to_hex(patch.get_facecolor()).upper() for patch in ax.patches), strict=True))
        assert colors == {name: plots.SEGMENT_COLORS[name] for name in frame["segment"]}


def test_a_name_without_a_fixed_colour_gets_one_of_the_palette():
    assert plots.color_of("Champions") == plots.BLUE
    assert [plots.color_of("x", i) for i in range(7)] == [*plots.PALETTE, plots.PALETTE[0]]


def test_an_interval_is_drawn_around_the_end_of_the_bar_and_the_label_stands_behind_it():
    ax = plots.bar(GROUPS, label="segment", value="revenue", low="low", high="high")
    (line,) = ax.collections
    drawn = [segment[:, 0].tolist() for segment in line.get_segments()]
    assert drawn == [[45, 58], [20, 40], [15, 25]]
    ax.figure.draw_without_rendering()
    cap = 2.5 / 72 * ax.figure.dpi  # half of the bar at the interval's end, in pixels
    for label, high in zip(ax.texts, (58, 40, 25), strict=True):
        assert label.get_window_extent().x0 > ax.transData.transform((high, 0))[0] + cap / 2
    assert ax.get_xlim()[1] > 58


def test_a_reference_line_is_drawn_and_named():
    ax = plots.bar(GROUPS, label="segment", value="revenue", reference=33.3, reference_label="mean")
    assert ax.lines[0].get_xdata()[0] == 33.3
    assert "mean" in words(ax)
    unnamed = plots.bar(GROUPS, label="segment", value="revenue", reference=33.3)
    assert "mean" not in words(unnamed)


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [float("nan"), 1.0]])
def test_bars_of_nothing_zero_and_unknown_are_drawn(values):
    frame = pd.DataFrame({"name": [str(i) for i in range(len(values))], "n": np.array(values, float)})
    ax = plots.bar(frame, label="name", value="n")
    assert not [word for word in words(ax) if "nan" in word]
    assert plots.to_png(ax.figure)


def test_names_are_translated():
    i18n.use(language="zh")
    assert ticks(plots.bar(GROUPS, label="segment", value="revenue").yaxis) == ["核心客户", "流失风险客户", "忠诚客户"]


# --- shares, lines, tables, points


def test_shares_are_stacked_to_one_and_small_ones_have_no_label():
    ax = plots.stacked_shares(GROUPS, label="segment", parts={"a": "first", "b": "second"})
    assert [round(patch.get_x() + patch.get_width(), 9) for patch in ax.patches[3:]] == [1, 1, 1]
    assert words(ax) == ["50%", "20%", "50%", "80%", "96%"]
    assert [label.get_text() for label in ax.get_legend().get_texts()] == ["first", "second"]
    assert ax.get_xlim() == (0, 1)


def test_lines_start_at_zero_and_are_named_at_their_ends():
    week = pd.date_range("2017-01-02", periods=5, freq="7D")
    weeks = pd.DataFrame({"week": week, "n": [5, 6, 7, 8, 9], "m": [1, 2, 3, 4, 8.9]})
    ax = plots.line(weeks, x="week", lines={"n": "orders", "m": "customers"}, x_label="Week", y_label="Number")
    assert ax.get_ylim()[0] == 0
    assert sorted(words(ax)) == ["customers", "orders"]
    heights = sorted(label.xy[1] for label in ax.texts)
    assert heights[1] - heights[0] > 0.3, "the names of two lines lie on each other"
    assert ax.get_ylabel() == "Number"
    assert "Jan 2017" in ticks(ax.xaxis)


def test_a_line_below_zero_is_not_cut_off_and_a_single_one_has_no_name():
    ax = plots.line(pd.DataFrame({"x": [1, 2], "y": [1.0, -5.0]}), x="x", lines={"y": "change"})
    assert ax.get_ylim()[0] < -5
    assert words(ax) == []


def test_a_line_may_keep_its_own_range_and_have_a_band_and_gaps():
    values = np.array([100.0, np.nan, 102.0])
    frame = pd.DataFrame({"x": [1, 2, 3], "y": values, "low": values - 1, "high": values + 1})
    ax = plots.line(frame, x="x", lines={"y": "n"}, zero=False, low="low", high="high", markers=True)
    assert ax.get_ylim()[0] > 90
    assert ax.lines[0].get_xdata().tolist() == [1, 3]
    assert len(ax.collections) == 1


def test_a_line_of_unknown_values_is_drawn_empty():
    ax = plots.line(pd.DataFrame({"x": [1, 2], "y": [np.nan, np.nan]}), x="x", lines={"y": "n"})
    assert len(ax.lines[0].get_xdata()) == 0


def test_curves_have_the_colour_of_their_group_a_band_and_a_name_at_their_end():
    frame = pd.DataFrame({
        "month": [0, 1, 0, 1], "share": [1.0, 0.8, 1.0, 0.5], "low": [1.0, 0.7, 1.0, 0.4], "high": [1.0, 0.9, 1.0, 0.6],
        "group": ["Champions", "Champions", "At risk", "At risk"],
    })
    ax = plots.curves(frame, x="month", y="share", by="group", low="low", high="high", x_label="Months", y_label="Share")
    assert sorted(words(ax)) == ["At risk", "Champions"]
    assert [to_hex(line.get_color()).upper() for line in ax.lines] == [plots.BLUE, plots.ORANGE]
    assert len(ax.collections) == 2
    assert ax.get_ylim()[0] == 0
    assert len(plots.curves(frame, x="month", y="share", by="group").collections) == 0


def test_a_value_of_x_can_be_marked():
    ax = plots.mark_x(plots.new(), 3, "today")
    assert ax.lines[0].get_xdata()[0] == 3
    assert words(ax) == ["today"]


def test_unknown_cells_of_a_heatmap_stay_blank():
    matrix = pd.DataFrame({"0": [1.0, 1.0], "1": [0.5, np.nan]}, index=["Jan", "Feb"])
    ax = plots.heatmap(matrix, x_label="Months", y_label="Cohort")
    assert words(ax) == ["100%", "50%", "100%"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Months", "Cohort")


def test_points_are_named_and_their_areas_follow_the_size():
    frame = pd.DataFrame({"x": [1, 2], "y": [3, 4], "n": [100, 25], "segment": ["Champions", "Loyal"]})
    ax = plots.scatter(frame, x="x", y="y", size="n", label="segment", colors="segment")
    assert words(ax) == ["Champions", "Loyal"]
    assert ax.collections[0].get_sizes().tolist() == [912, 237]
    assert to_hex(ax.collections[0].get_facecolors()[0]).upper() == plots.BLUE
    assert words(plots.scatter(frame, x="x", y="y")) == []


def test_dots_keep_their_order_and_show_interval_value_and_reference():
    frame = pd.DataFrame({"name": ["b", "a"], "v": [2.0, -3.0], "from": [1.0, -5.0], "to": [4.0, 1.0]})
    ax = plots.dots(frame, label="name", value="v", low="from", high="to", fmt="change_number", reference_label="none")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a"]
    assert [tuple(segment[:, 0]) for segment in ax.collections[0].get_segments()] == [(1.0, 4.0), (-5.0, 1.0)]
    assert [text.get_text() for text in ax.texts] == ["+2", "−3", "none"]
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[0] < -5 < 4 < ax.get_xlim()[1]


def test_reliability_has_the_diagonal_and_equal_ends():
    frame = pd.DataFrame({"p": [0.1, 0.4], "o": [0.12, 0.35], "low": [0.05, 0.3], "high": [0.2, 0.5]})
    ax = plots.reliability(frame, predicted="p", observed="o", low="low", high="high", x_label="said", y_label="was")
    assert ax.lines[0].get_xdata()[1] == ax.lines[0].get_ydata()[1] == pytest.approx(0.525)
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_xlim()[0] == 0


def test_named_cells_show_name_count_and_colour_of_each():
    names = pd.DataFrame([["Champions", "Loyal"]], index=[5], columns=[4, 5])
    ax = plots.named_cells(names, pd.DataFrame([[1234, 5]]), x_label="F", y_label="R")
    assert words(ax) == ["Champions", "1,234", "Loyal", "5"]
    assert to_hex(ax.patches[0].get_facecolor()).upper() == plots.BLUE
    assert ticks(ax.xaxis) == ["4", "5"]


def test_ticks_of_money_have_cents_only_where_they_need_them():
    for highest, expected in ((10.0, ["$0", "$5", "$10"]), (5.0, ["$0.00", "$2.50", "$5.00"])):
        ax = plots.new()
        ax.set_ylim(0, highest)
        plots.format_axis(ax.yaxis, "money2", n_ticks=2)
        ax.figure.draw_without_rendering()
        assert ticks(ax.yaxis) == expected


# --- the picture


def test_the_same_picture_gives_the_same_bytes_and_another_one_others():
    def png(frame):
        return plots.to_png(plots.bar(frame, label="segment", value="revenue").figure)

    assert png(GROUPS) == png(GROUPS.copy())
    assert png(GROUPS) == png(GROUPS.sample(frac=1, random_state=1)), "the order of rows changes the picture"
    assert png(GROUPS) != png(GROUPS.assign(revenue=[20.0, 50.0, 31.0]))


def test_a_picture_is_a_palette_png_of_200_dpi_without_a_note_of_who_made_it():
    picture = Image.open(io.BytesIO(plots.to_png(plots.new((3, 2)).figure)))
    assert (picture.size, picture.mode) == ((600, 400), "P")
    assert not picture.info.keys() & {"Software", "date:create", "Creation Time"}


def test_figures_are_not_kept_by_pyplot():
    import matplotlib.pyplot as plt

    plots.to_png(plots.bar(GROUPS, label="segment", value="revenue").figure)
    assert plt.get_fignums() == []


# --- letters


def test_every_letter_of_the_catalogues_and_data_sets_has_a_glyph():
    from pylopdf_fonts_zh_cn import sans_path

    from helpers import datasets

    texts = [chinese for chinese, _ in i18n.catalogue().values()] + list(i18n.catalogue())
    texts += [datasets.load(name).model_dump_json() for name in datasets.available()]
    letters = {letter for words_ in texts for letter in words_ if letter.isprintable() and letter != " "}
    font = FT2Font(str(sans_path()))
    missing = sorted(letter for letter in letters if not font.get_char_index(ord(letter)))
    assert len(letters) > 300
    assert not missing


def test_chinese_is_drawn_without_a_missing_glyph():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.new((3, 2))
        ax.set_title("客户细分 − “流失”，￥1.2万")
        plots.to_png(ax.figure)
    assert mpl.rcParams["font.family"] == ["Noto Sans SC"]


def test_a_missing_glyph_would_be_noticed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mpl.rcParams["font.family"] = "DejaVu Sans"
        ax = plots.new((3, 2))
        ax.set_title("客户")
        with pytest.raises(UserWarning, match="missing from font"):
            plots.to_png(ax.figure)
