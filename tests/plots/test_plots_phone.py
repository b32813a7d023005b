"""Figures laid out anew for a phone."""

import io

import matplotlib as mpl
import pandas as pd
import pytest
from PIL import Image

from helpers.plots import plots, plots_phone

GROUPS = pd.DataFrame({"segment": ["Loyal", "Champions", "New"], "revenue": [31.0, 50.0, 20.0]})


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context():
        plots.use_style()
        yield


def test_a_wide_picture_is_laid_out_anew_for_a_phone_and_put_back():
    figure = plots.bar(GROUPS, label="segment", value="revenue").figure
    before = figure.get_size_inches().tolist()
    narrow = plots_phone.to_narrow_png(figure)
    assert Image.open(io.BytesIO(narrow)).size[0] == round(plots.NARROW * plots.DPI)
    assert figure.get_size_inches().tolist() == before


def test_a_small_picture_needs_no_second_one_and_a_crowded_one_gets_none():
    assert plots_phone.to_narrow_png(plots.new((5.0, 3.0)).figure) is None
    crowded = plots.new((9, 3))
    crowded.set_xticks(range(10), ["a long label"] * 10)
    assert plots_phone.to_narrow_png(crowded.figure) is None


def test_long_names_and_falls_leave_each_other_room_on_a_phone():
    moved = pd.DataFrame({"department": ["Household goods and the drugstore", "Fuel"], "change": [38000.0, -19000.0]})
    axes = plots.bar(moved, label="department", value="change", fmt="money")
    assert plots_phone.to_narrow_png(axes.figure) is not None
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Household goods and the\ndrugstore", "Fuel"]
    axes.figure.set_size_inches(plots.NARROW, 1.3)
    axes.figure.draw_without_rendering()
    (fall,) = [label for label in axes.texts if label.get_text().startswith("−")]
    names = [label.get_window_extent().x1 for label in axes.get_yticklabels()]
    assert fall.get_window_extent().x0 > max(names)


def test_a_legend_of_many_columns_is_set_in_two_for_a_phone():
    parts = {name: f"part {name}" for name in "abcdefgh"}
    shares = pd.DataFrame({"label": ["x", "y"], **dict.fromkeys(parts, 0.125)})
    axes = plots.stacked_shares(shares, label="label", parts=parts)
    assert axes.get_legend()._ncols == 4
    assert plots_phone.to_narrow_png(axes.figure) is not None
    assert axes.get_legend()._ncols == 2
