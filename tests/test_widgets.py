"""widgets.py: explorers follow their sliders in JupyterLab and are absent from an executed notebook."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, widgets
from helpers.churn import churn_costs
from helpers.errors import TooLittleData
from helpers.plots import plots
from helpers.segmentation import segmentation

AS_OF = pd.Timestamp("2024-12-31")
CUTS = {
    "recency_days": (30.0, 60.0, 120.0, 240.0), "frequency": (2.0, 4.0, 8.0, 16.0), "monetary_value": (5.0, 10.0, 20.0, 40.0),
}


@pytest.fixture(autouse=True)
def house_style():
    plots.use_style()


class ZMQInteractiveShell:
    """Stands for the shell of a Jupyter kernel, known by its name."""


@pytest.fixture
def kernel(monkeypatch):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: ZMQInteractiveShell())
    for name in ("WORKBOOK_STAGING", "PAPERMILL_OUTPUT_PATH"):
        monkeypatch.delenv(name, raising=False)


def leavers(n=200):
    random = np.random.default_rng(1)
    probability = random.random(n)
    return pd.DataFrame({
        "p": probability, "churned": random.random(n) < probability, "value_at_stake": random.uniform(50, 400, n),
    })


def todays(n=150):
    random = np.random.default_rng(3)
    return pd.DataFrame({"churn_probability": random.random(n), "value_at_stake": random.uniform(50, 400, n)})


def business(**changed):
    rate = SimpleNamespace
    figures = {"offer_cost": rate(value=10.0), "contact_cost": rate(value=1.0), "success_rate": rate(value=0.3)} | changed
    return SimpleNamespace(**figures)


def shoppers(n=120):
    random = np.random.default_rng(2)
    frame = pd.DataFrame({
        "customer_id": [f"c{i:03d}" for i in range(n)], "recency_days": random.integers(0, 360, n),
        "frequency": random.integers(1, 30, n), "monetary_value": random.uniform(1, 60, n),
        "revenue": random.uniform(5, 900, n), "median_gap_days": random.uniform(2, 60, n),
        "first_date": AS_OF - pd.to_timedelta(random.integers(0, 700, n), unit="D"),
    })
    return segmentation.name_segments(segmentation.score_rfm(frame, cuts=CUTS), as_of=AS_OF, new_days=90)


def parts_of(box):
    """Return an explorer's controls, its sentence and its picture."""
    *controls, words, picture = box.children
    return controls, words, picture


def is_png(picture) -> bool:
    return bytes(picture.value).startswith(b"\x89PNG")


# --- live or not


def test_a_kernel_with_a_person_is_live(kernel):
    assert widgets.is_live()


@pytest.mark.parametrize("name", ["WORKBOOK_STAGING", "PAPERMILL_OUTPUT_PATH"])
def test_an_executed_notebook_is_not_live(kernel, monkeypatch, name):
    monkeypatch.setenv(name, "/somewhere")
    assert not widgets.is_live()


def test_a_script_is_not_live():
    assert not widgets.is_live()


def test_explorers_return_nothing_in_an_executed_notebook(kernel, monkeypatch):
    monkeypatch.setenv("WORKBOOK_STAGING", "/somewhere")
    assert widgets.threshold_explorer(leavers(), score="p", business=business(), kind="buyers", current=todays()) is None
    assert widgets.rfm_explorer(shoppers(), cuts=CUTS, as_of=AS_OF, new_days=90) is None


def test_explorers_are_boxes_in_a_kernel(kernel):
    explorer = widgets.threshold_explorer(leavers(), score="p", business=business(), kind="buyers", current=todays())
    assert len(explorer.children) == 7
    assert len(widgets.rfm_explorer(shoppers(), cuts=CUTS, as_of=AS_OF, new_days=90).children) == 11


# --- threshold


def test_missing_assumptions_are_named_before_anything_is_drawn(kernel):
    with pytest.raises(TooLittleData, match="success_rate"):
        widgets.threshold_explorer(leavers(), score="p", business=business(success_rate=None), kind="buyers", current=todays())


def test_the_threshold_explorer_follows_its_sliders():
    frame = leavers()
    costs = churn_costs.Costs(offer=10, contact=1, success=0.3)
    controls, words, picture = parts_of(widgets.build_threshold_explorer(frame, score="p", costs=costs, current=todays()))
    threshold, success, *_ = controls
    drawn = bytes(picture.value)
    assert is_png(picture) and f"{(frame['p'] >= 0.5).sum()} customers contacted" in words.value
    threshold.value = 0.9
    assert f"{(frame['p'] >= 0.9).sum()} customers contacted" in words.value and bytes(picture.value) != drawn
    drawn, said = bytes(picture.value), words.value
    success.value = 0.6
    assert bytes(picture.value) != drawn and words.value != said


def test_profit_in_the_explorer_is_that_of_the_report():
    frame = leavers()
    costs = churn_costs.Costs(offer=10, contact=1, success=0.3)
    controls, words, _ = parts_of(widgets.build_threshold_explorer(frame, score="p", costs=costs, current=todays()))
    controls[0].value = 0.25
    curve = churn_costs.profit_curve(frame, score="p", costs=costs).set_index("threshold")["profit"]
    assert i18n.money(curve[0.25]) in words.value


def test_the_explorer_tells_the_length_and_the_expected_profit_of_todays_list():
    current, costs = todays(), churn_costs.Costs(offer=10, contact=1, success=0.3)
    controls, words, _ = parts_of(widgets.build_threshold_explorer(leavers(), score="p", costs=costs, current=current))
    listed = current[current["churn_probability"] >= 0.5]
    p, value = listed["churn_probability"], listed["value_at_stake"]
    expected = (p * 0.3 * (value - 10) - (1 - p) * 10 - 1).sum()  # Σ p·γ(V − d) − (1 − p)·d − f
    assert f"Today's list: {len(listed)} customers, expected profit {i18n.money(expected)}" in words.value
    said = words.value
    controls[2].value = 40.0  # a dearer offer: the list stays, the profit falls, fewer are worth it
    assert f"{len(listed)} customers, expected" in words.value and words.value != said


def test_explorers_speak_chinese():
    i18n.use(language="zh")
    costs = churn_costs.Costs(offer=10, contact=1, success=0.3)
    controls, words, _ = parts_of(widgets.build_threshold_explorer(leavers(), score="p", costs=costs, current=todays()))
    assert controls[0].description == "从这一流失概率起联系" and "联系" in words.value and "今天的名单" in words.value


def test_the_profit_figure_marks_zero_and_the_threshold():
    curves = churn_costs.profit_curve(leavers(), score="p", costs=churn_costs.Costs(10, 1, 0.3))
    axes = widgets.profit_axes(curves, lines={"profit_per_customer": "profit"}, marker=0.4)
    assert [line.get_xdata()[0] for line in axes.lines[1:]] == [0, 0.4]
    assert axes.get_xlabel() == "Contact from this probability up"
    assert len(widgets.profit_axes(curves, lines={"profit_per_customer": "profit"}, marker=np.inf).lines) == 2


# --- RFM


def test_the_rfm_explorer_starts_with_the_notebooks_segments_and_follows_its_sliders():
    controls, words, picture = parts_of(widgets.build_rfm_explorer(shoppers(), cuts=CUTS, as_of=AS_OF, new_days=90))
    assert [control.value for control in controls] == [30, 60, 120, 240, 2, 4, 8, 16, 90]
    assert words.value.startswith("<p>0 of 120 customers") and is_png(picture)
    drawn = bytes(picture.value)
    controls[0].value = 5
    assert not words.value.startswith("<p>0 of") and bytes(picture.value) != drawn


def test_limits_out_of_order_are_put_in_order():
    frame = shoppers()
    controls, words, _ = parts_of(widgets.build_rfm_explorer(frame, cuts=CUTS, as_of=AS_OF, new_days=90))
    controls[0].value = 240
    controls[3].value = 30  # the two limits have changed places: the same segments
    assert words.value.startswith("<p>0 of 120")


def test_an_endless_limit_stands_at_the_end_of_its_slider():
    cuts = CUTS | {"frequency": (2.0, 4.0, 8.0, np.inf)}
    controls, _, _ = parts_of(widgets.build_rfm_explorer(shoppers(), cuts=cuts, as_of=AS_OF, new_days=90))
    assert controls[7].value == controls[7].max
