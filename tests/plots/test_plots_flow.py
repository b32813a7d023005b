"""plots_flow.py: ribbons as wide as their customers, labels that a phone has room for."""

import pandas as pd
import pytest

from helpers import i18n
from helpers.plots import plots, plots_flow, plots_phone
from helpers.segmentation.segmentation import SEGMENTS


@pytest.fixture(autouse=True, params=["en", "zh"])
def style(request):
    i18n.use(language=request.param, currency="USD")
    plots.use_style()


def rows(n=8) -> pd.DataFrame:
    pairs = [(a, b, 10 + 40 * (a == b) + i) for i, a in enumerate(SEGMENTS[:n]) for b in SEGMENTS[:n]]
    return pd.DataFrame(pairs, columns=["a", "b", "n"]).assign(strong=lambda t: t["n"] == t["n"].max())


def drawn(data: pd.DataFrame):
    ends = {"start": "a", "end": "b", "start_label": "then", "end_label": "now"}
    return plots_flow.flow(data, **ends, value="n", strong="strong", order=SEGMENTS)


def test_both_columns_are_as_high_as_their_customers():
    axes = drawn(rows(3))
    bars = [patch for patch in axes.patches if hasattr(patch, "get_height")]
    left, right = ([bar.get_height() for bar in bars if (bar.get_x() == 0) == is_left] for is_left in (True, False))
    assert len(left) == len(right) == 3 and sum(left) == pytest.approx(sum(right))
    assert left[0] / left[1] == pytest.approx((50 + 10 + 10) / (51 + 11 + 11))


def test_every_pair_is_one_ribbon_and_every_bar_has_its_name_and_size():
    axes = drawn(rows(3))
    assert len(axes.patches) == 9 + 6 and len(axes.texts) == 6 + 2
    assert any("70" in words.get_text() for words in axes.texts)


def test_flows_too_small_to_draw_count_in_the_totals():
    ends = {"start": "a", "end": "b", "start_label": "then", "end_label": "now", "value": "n", "strong": "strong"}
    axes = plots_flow.flow(rows(2).assign(n=[70, 5, 20, 60]), **ends, order=SEGMENTS, least=10)
    assert len(axes.patches) == 4 + 3
    assert sorted(words.get_text().split()[-1] for words in axes.texts[:4]) == ["65", "75", "80", "90"]


@pytest.mark.slow
def test_a_phone_gets_a_picture_of_its_own():
    assert plots_phone.to_narrow_png(drawn(rows()).figure) is not None


def test_one_flow_is_drawn():
    assert len(drawn(rows(1)).patches) == 3
