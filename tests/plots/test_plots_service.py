"""plots_service.py: panels share their rows, unknown values stay blank, groups stand under each other."""

import numpy as np
import pandas as pd

from helpers.plots import plots
from helpers.plots.plots_service import grouped_dots, panels

TOPICS = pd.DataFrame({"topic": ["late", "broken"], "median": [2.0, np.nan], "p90": [9.0, np.nan], "rate": [.1, .2],
                       "low": [.05, .1], "high": [.2, .3]})
COLUMNS = [("Wait", "median", "", "p90", "number1"), ("Again", "rate", "low", "high", "percent")]


def test_a_panel_shows_median_and_90_percent_point_or_a_share_with_its_interval_and_leaves_unknown_values_blank():
    first, second = panels(TOPICS, label="topic", columns=COLUMNS).figure.axes
    assert [text.get_text() for text in first.texts] == ["2.0 · 9.0", "Wait"]
    assert [text.get_text() for text in second.texts] == ["10%", "20%", "Again"]
    assert [label.get_text() for label in first.get_yticklabels()] == ["late", "broken"]
    assert second.get_xlim()[0] == 0


def test_titles_of_panels_count_as_labels_so_that_no_picture_for_phones_has_them_overlap():
    figure = panels(TOPICS, label="topic", columns=[("A rather long title", *c[1:]) for c in COLUMNS * 2]).figure
    figure.set_size_inches(plots.NARROW, 2)
    assert plots._n_touching(figure) > 0


def test_groups_stand_under_each_other_beside_zero():
    data = pd.DataFrame({"what": ["a", "b", "a"], "by": ["x", "x", "y"], "d": [1.0, -2.0, 3.0], "low": [0.0, -3, 2],
                         "high": [2.0, -1, 4]})
    ax = grouped_dots(data, label="what", by="by", value="d", low="low", high="high", fmt="change_number1")
    assert [text.get_text() for text in ax.texts] == ["+1.0", "−2.0", "+3.0"]
    heights = [tuple(text.xy) for text in ax.texts]
    assert heights[0][1] < 0 < heights[2][1] < .5 < heights[1][1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", "y"]
