"""plots_surveys.py: what is drawn where."""

import numpy as np
import pandas as pd

from helpers import i18n
from helpers.plots import plots, plots_surveys


def control(estimates: list, signals: list):
    i18n.use(language="en")
    n = len(estimates)
    data = pd.DataFrame({"period": pd.date_range("2025-01-01", periods=n, freq="MS"), "estimate": estimates, "centre": 10.0,
                         "limit_low": -5.0, "limit_high": 25.0, "signal": signals})
    data.loc[data["estimate"].isna(), ["limit_low", "limit_high"]] = np.nan
    return plots_surveys.control(data, fmt="change_number", limits_label="limits", centre_label="+10")


def test_no_line_is_drawn_through_a_missing_period():
    ax = control([1.0, 2.0, np.nan, 4.0, 5.0], [""] * 5)
    lines = [line.get_xdata().tolist() for line in ax.get_lines() if len(line.get_xdata()) and line.get_color() == plots.SKY]
    assert lines == [[0, 1], [3, 4]]


def test_signals_and_the_last_period_carry_their_value():
    ax = control([1.0, 30.0, 3.0], ["", "beyond the limits", ""])
    said = {note.get_text() for note in ax.texts}
    assert {"+30", "+3"} <= said
    assert "+1" not in said


def test_scores_stand_on_their_whole_scale():
    i18n.use(language="en")
    data = pd.DataFrame({"name": ["NPS"], "estimate": [50.0], "low": [40.0], "high": [60.0], "lowest": [-100.0],
                         "highest": [100.0], "fmt": ["change_number"], "end_fmt": ["change_number"], "note": ["n = 9"],
                         "interval": ["+40 to +60"]})
    ax = plots_surveys.scales(data)
    track, spread, mark = ax.get_lines()
    assert track.get_xdata().tolist() == [0, 1]
    assert spread.get_xdata().tolist() == [0.7, 0.8]
    assert mark.get_xdata().tolist() == [0.75, 0.75]
    assert {"+50", "−100", "+100", "+40 to +60\nn = 9"} <= {words.get_text() for words in ax.texts}
