"""churn_charts.py: what each chart shows and says, in both languages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, report
from helpers.churn import churn_charts, churn_columns
from helpers.plots import plots

PARTS = {"axes", "title", "subtitle", "name", "data", "alt", "columns"}
DAYS = pd.to_datetime(["2024-01-01", "2024-02-01"])


@pytest.fixture(autouse=True)
def house_style():
    plots.use_style()


def quality():
    rows = [
        {"model": model, "metric": metric, "value": value, "low": value - 0.02, "high": value + 0.02, "population": population}
        for population, shift in (("all", 0.0), ("cut-off 2024-01-01", 0.01), ("cut-off 2024-02-01", -0.01))
        for model, auc in (("Logistic regression", 0.9), ("Recency alone", 0.8))
        for metric, value in (("roc_auc", auc + shift), ("prevalence", 0.1), ("brier", 0.08))
    ]
    frame = pd.DataFrame(rows).assign(target="churned", n=500)
    return frame.assign(is_baseline=frame["model"] == "Recency alone", is_used=frame["model"] == "Logistic regression")


def study(**changed):
    examples = SimpleNamespace(score="Logistic regression", kind="buyers", windows=SimpleNamespace(horizon_days=91))
    table = pd.DataFrame({
        "definition": ["Silent for the horizon", "Spending falls by half"],
        "auc": [0.9, 0.65], "auc_low": 0.6, "auc_high": 0.95,
        "recency_auc": [0.8, 0.6], "recency_auc_low": 0.5, "recency_auc_high": 0.9,
    })
    given = {"examples": examples, "quality": quality(), "definitions": SimpleNamespace(table=table)}
    return SimpleNamespace(**given | changed)


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_the_score_in_use_stands_out_and_baselines_are_grey():
    chart = churn_charts.ranking(study())
    assert set(chart) == PARTS and labels(chart["axes"]) == ["Logistic regression", "Recency alone"]
    blue, grey = (bar.get_facecolor() for bar in chart["axes"].patches[:2])
    assert blue == plots.new().bar([0], [1], color=plots.BLUE)[0].get_facecolor() and blue != grey
    assert "Logistic regression leads with 90.0%" in chart["alt"]


def test_every_tested_cut_off_is_named_on_the_axis():
    chart = churn_charts.over_time(study())
    assert [tick.get_text() for tick in chart["axes"].get_xticklabels()] == ["1 Jan 2024", "1 Feb 2024"]
    assert "at 2 cut-offs" in chart["alt"] and "between 89.0% and 91.0%" in chart["alt"] and len(chart["data"]) == 4


def test_each_definition_has_a_mark_of_the_model_and_one_of_recency():
    chart = churn_charts.definitions(study())
    assert labels(chart["axes"])[:2] == ["Silent for the horizon · model", "Silent for the horizon · recency"]
    i18n.use(language="zh")
    assert labels(churn_charts.definitions(study())["axes"])[2] == "消费减半 · 模型"


def test_the_widest_assumption_is_named_for_those_who_do_not_see_the_chart():
    moved = pd.DataFrame({"assumption": ["success rate", "offer cost"], "low": 1.0, "value": 2.0, "high": 3.0,
                          "profit_low": [5.0, 90.0], "profit_high": [20.0, -60.0], "tips_at": [np.nan, 2.5]})
    chart = churn_charts.tipping(SimpleNamespace(tipping=moved, first_profit=10.0), n_first=50)
    assert "offer cost moves it most" in chart["alt"] and labels(chart["axes"]) == ["offer cost", "success rate"]
    assert set(chart["columns"]) <= set(moved)


def test_a_customer_at_several_cut_offs_is_counted_once_in_the_source_line():
    run = SimpleNamespace(settings=SimpleNamespace(title=SimpleNamespace(in_language=lambda language: "Shop")), language="en",
                          first_day=None, as_of=DAYS[1])
    tested = pd.DataFrame({"customer_id": ["a", "a", "b"]})
    assert "n = 2 customers" in churn_charts.source(tested, study().examples, run=run)
    assert "n = 2 subscriptions" in churn_charts.source(tested, SimpleNamespace(kind="contracts"), run=run)


def test_beaten_is_said_in_words():
    rivals = pd.DataFrame({"rival": ["Recency alone", "Frequency alone"], "is_beaten": [True, False]})
    assert churn_charts.rivals(SimpleNamespace(choice=SimpleNamespace(rivals=rivals)))["is_beaten"].to_list() == ["yes", "no"]


def test_hazards_and_survival_have_a_line_a_plan():
    found = pd.DataFrame({"plan": ["a", "a", "b", "b"], "from_month": [0, 3, 0, 3], "hazard": [0.1, 0.05, 0.02, 0.01],
                          "low": 0.0, "high": 0.2, "n": 50, "n_ended": 5, "contract_months": 90.0})
    assert len(churn_charts.hazards(found)["axes"].lines) == 2 and set(churn_columns.hazards()) <= set(found)
    curves = found.rename(columns={"from_month": "month", "hazard": "survival"}).assign(at_risk=50)
    chart = churn_charts.survival(curves)
    assert len(chart["axes"].lines) == 2 and set(chart["columns"]) <= set(curves)


def test_every_chart_gives_what_a_chart_card_takes():
    import inspect

    assert PARTS | {"source"} <= set(inspect.signature(report.chart).parameters)
