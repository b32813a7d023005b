"""lifetime_value_charts.py: titles say what the figures say; tables hold what they promise."""

import pandas as pd
import pytest

from helpers import i18n
from helpers.lifetime_value import lifetime_value_charts
from helpers.lifetime_value.lifetime_value import Window
from helpers.lifetime_value.lifetime_value_coverage import Coverage
from helpers.plots import plots

WINDOW = Window(pd.Timestamp("2017-01-01"), pd.Timestamp("2017-09-30"), pd.Timestamp("2017-12-31"))


@pytest.fixture(params=["en", "zh"])
def language(request):
    i18n.use(language=request.param, currency="USD")
    plots.use_style()
    return request.param


@pytest.mark.parametrize(("expected", "says"), [(96.5, "3.5% fewer"), (104.0, "4.0% more")])
def test_the_tracking_title_says_which_way_it_misses(expected, says):
    plots.use_style()
    tracked = pd.DataFrame({
        "week": [51, 52], "week_end": pd.to_datetime(["2017-12-24", "2017-12-31"]), "actual": [90, 100],
        "expected": [90.0, expected], "is_held_out": True, "MBG/NBD": [80.0, 99.0],
    })
    found = lifetime_value_charts.tracking(tracked, WINDOW, model="Pareto/NBD")
    assert says in found["title"]
    assert list(found["columns"])[-1] == "MBG/NBD" and "BG/NBD" not in found["columns"]
    assert [line.get_linewidth() for line in found["axes"].lines[:3]] == [2, 2, 0.9]  # a rival is thin
    assert "thin lines: MBG/NBD" in found["subtitle"]


def test_charts_of_purchases_by_frequency_name_both_errors(language):
    groups = pd.DataFrame({
        "position": [0, 1], "group": ["0", "1+"], "n_customers": [30, 10], "actual": [1.0, 2.0], "model": [1.5, 2.0],
        "pace": [0.0, 4.0],
    })
    found = lifetime_value_charts.frequency(groups, WINDOW)
    assert "0.38" in found["title"] and "1.25" in found["title"]  # (30 × .5) / 40 and (30 × 1 + 10 × 2) / 40
    assert "13" in found["subtitle"]


def test_the_table_of_methods_ends_with_what_came(language):
    scored = pd.DataFrame({
        "method": ["BG/NBD and Gamma-Gamma", "own pace continues"], "purchases_predicted": [9.0, 15.0],
        "purchases_actual": 10.0, "mae": 1.0, "correlation": 0.5, "revenue_predicted": 90.0, "revenue_actual": 100.0,
        "top_share": 0.5, "top_share_best": 0.7, "log_likelihood": -1.0, "held_out_log_likelihood": -2.0,
    })
    errors = pd.DataFrame({"model": ["BG/NBD"], "at_end": [-0.04]})
    found = lifetime_value_charts.scores(scored, errors, WINDOW)
    shown = found["frame"]
    assert shown["purchases_predicted"].tolist() == [9, 15, 10] and shown["top_share"].tolist() == [0.5, 0.5, 0.7]
    assert shown["total"].iloc[:2].tolist() == pytest.approx([-0.1, 0.5])
    assert shown["at_end"].iloc[0] == -0.04 and shown[["mae", "at_end"]].iloc[2].isna().all()
    assert set(found["columns"]) <= set(shown.columns)


def test_parameters_of_models_that_are_not_used_stay_in_the_result_table():
    rows = pd.DataFrame({
        "model": ["BG/NBD", "BG/NBD", "MBG/NBD"], "parameter": ["r", "log-likelihood", "r"], "estimate": [0.24, -9582.43, 0.5],
        "low": [0.2, None, None], "high": [0.3, None, None], "published": [0.2426, None, None], "n_customers": 2357,
    })
    found = lifetime_value_charts.parameters(rows, WINDOW)
    assert found["frame"]["parameter"].tolist() == ["r"] and "published" in found["columns"]
    assert "published" not in lifetime_value_charts.parameters(rows.assign(published=float("nan")), WINDOW)["columns"]


@pytest.mark.parametrize("shape", ["even", "too sure", "too low", "too high", "uneven"])
def test_every_shape_of_the_chances_has_a_title(language, shape):
    parts = pd.DataFrame({"part": [1, 2], "share": [0.3, 0.7], "chance_low": 0.45, "chance_high": 0.55, "expected": 0.5})
    facts = {"shape": shape, "least": 0.3, "most": 0.7, "first": 0.3, "last": 0.7, "outer": 1.0, "even": 1.0, "expected": 0.5,
             "n_off": 2, "n_parts": 2, "elsewhere": 0.2, "n": 100}
    found = lifetime_value_charts.chances(parts, facts)
    assert "{" not in found["title"] + found["subtitle"]
    assert "70" in found["title"] or "100%" in found["title"] or "30" in found["title"]


def test_bands_are_named_by_their_shares_and_the_last_row_is_everybody():
    bands = pd.DataFrame({"band": [0, 1, 2], "from_share": [0.0, 0.05, 0.0], "to_share": [0.05, 1.0, 1.0],
                          "total_inside": [True, False, True]})
    shown = lifetime_value_charts.coverage(Coverage(bands, (0.05, 1.0), (0.0, 0.0), {}))["frame"]
    assert shown["name"].tolist() == ["0% to 5%", "5% to 100%", "all customers"]
    assert shown["inside"].tolist() == ["yes", "no", "yes"]


def test_deciles_are_named_from_highest_to_lowest(language):
    tenths = pd.DataFrame({"value_decile": [1, 2, 10], "mean_value": [10.0, 5.0, 1.0], "share": [0.6, 0.3, 0.1]})
    found = lifetime_value_charts.deciles(tenths, {"top_share": 0.6}, horizon_weeks=52)
    assert found["data"]["name"].is_unique and "2" in found["data"]["name"][1]
    assert "10.00" in found["title"]
