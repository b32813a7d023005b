"""plots_waterfall.py: each bar starts where the one before ended, and the last one is the sum."""

import pandas as pd
import pytest

from helpers.plots.plots_waterfall import waterfall

STEPS = pd.DataFrame({"label": ["start", "name", "city"], "bits": [-5.0, 9.0, -1.0]})


def drawn(**options):
    return waterfall(STEPS, label="label", value="bits", total_label="Total", **options)


def test_each_bar_starts_where_the_one_before_ended_and_the_total_at_zero():
    bars = [(bar.get_x(), bar.get_width()) for bar in drawn().patches]
    assert bars == [pytest.approx(b) for b in [(0, -5), (-5, 9), (4, -1), (0, 3)]]


def test_what_takes_away_has_another_colour_and_every_step_its_signed_value():
    ax = drawn(fmt="number1")
    colors = [bar.get_facecolor() for bar in ax.patches]
    assert colors[0] == colors[2] != colors[1]
    assert [text.get_text() for text in ax.texts] == ["−5.0", "+9.0", "−1.0", "3.0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["start", "name", "city", "Total"]


def test_the_limit_is_drawn_and_named_within_the_picture():
    ax = drawn(limit=20.0, limit_label="one customer from here")
    assert ax.get_xlim()[1] > 20
    assert "one customer from here" in [text.get_text() for text in ax.texts]
