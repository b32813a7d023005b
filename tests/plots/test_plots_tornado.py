"""plots_tornado.py: each bar runs from the result at the low end to that at the high end, the widest on top."""

import pandas as pd
import pytest

from helpers.plots import plots
from helpers.plots.plots_tornado import tornado

MOVED = pd.DataFrame({"assumption": ["narrow", "wide"], "low": [9.0, 20.0], "high": [12.0, -5.0]})


@pytest.fixture(autouse=True)
def house_style():
    plots.use_style()


def drawn(data=MOVED, **options):
    given = {"base": 10.0, "fmt": "number1"} | options
    return tornado(data, label="assumption", low="low", high="high", **given)


def test_the_widest_bar_is_on_top_and_both_halves_start_at_the_base():
    ax = drawn()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["wide", "narrow"]
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [pytest.approx(b) for b in [(10, 10), (10, -1), (10, -15), (10, 2)]]


def test_low_and_high_end_have_a_colour_each_and_every_end_its_value():
    ax = drawn(low_name="low end", high_name="high end")
    colors = [bar.get_facecolor() for bar in ax.patches]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert {"20.0", "-5.0", "9.0", "12.0"} <= {text.get_text().replace("−", "-") for text in ax.texts}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["low end", "high end"]


def test_the_limit_and_the_base_lie_within_the_picture():
    ax = drawn(limit=40.0, limit_label="pays from here")
    assert ax.get_xlim()[0] < -5 and ax.get_xlim()[1] > 40
    assert "pays from here" in [text.get_text() for text in ax.texts]


def test_an_assumption_that_moves_nothing_is_a_bar_without_width():
    ax = drawn(pd.DataFrame({"assumption": ["none"], "low": [10.0], "high": [10.0]}), limit=10.0)
    assert [bar.get_width() for bar in ax.patches] == [0, 0] and ax.get_xlim()[0] < ax.get_xlim()[1]
