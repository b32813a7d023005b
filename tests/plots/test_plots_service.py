"""plots_service.py: panels share their rows, unknown values stay blank, groups stand under each other."""

import numpy as np
import pandas as pd

from helpers.plots import plots, plots_phone
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
    assert plots_phone._n_touching(figure) > 0


def test_groups_stand_under_each_other_beside_zero():
    data = pd.DataFrame({"what": ["a", "b", "a"], "by": ["x", "x", "y"], "d": [1.0, -2.0, 3.0], "low": [0.0, -3, 2],
                         "high": [2.0, -1, 4]})
    ax = grouped_dots(data, label="what", by="by", value="d", low="low", high="high", fmt="change_number1")
    assert [text.get_text() for text in ax.texts] == ["+1.0", "−2.0", "+3.0"]
    heights = [tuple(text.xy) for text in ax.texts]
    assert heights[0][1] < 0 < heights[2][1] < .5 < heights[1][1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", "y"]


def test_a_phone_shows_two_panels_in_a_row_with_long_labels_in_lines():
    data = TOPICS.assign(topic=["a rather long name of a topic", "物流太慢而且客服不理人"])
    figure = panels(data, label="topic", columns=[*COLUMNS, COLUMNS[0]], is_phone=True).figure
    first, second, third, empty = figure.axes
    labels = [label.get_text() for label in third.get_yticklabels()]
    assert labels == ["a rather long name\nof a topic", "物流太慢而且客服不\n理人"]
    assert first.get_position().y0 == second.get_position().y0 > third.get_position().y0
    assert not empty.axison and figure.get_size_inches()[0] == plots.NARROW


def test_on_a_phone_names_of_groups_stand_above_their_marks():
    data = pd.DataFrame({"what": ["a", "b"], "by": ["x", "x"], "d": [1.0, -2.0], "low": [0.0, -3], "high": [2.0, -1]})
    ax = grouped_dots(data, label="what", by="by", value="d", low="low", high="high", fmt="change_number1", is_phone=True)
    above = {text.get_text(): text.xy[1] for text in ax.texts}
    assert above["a"] < 0 and 0 < above["b"] < 1 and [label.get_text() for label in ax.get_yticklabels()] == ["", ""]
