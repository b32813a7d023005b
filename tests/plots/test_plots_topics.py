"""plots_topics.py: bars and dots stand where the figures say, and a phone gets a picture of its own."""

import pandas as pd
import pytest

from helpers.plots import plots, plots_phone, plots_topics


@pytest.fixture(autouse=True)
def style():
    plots.use_style()


def test_frequency_and_dissatisfaction_share_their_rows():
    data = pd.DataFrame({"topic": ["delivery", "price"], "share": [0.3, 0.1], "bad": [0.6, 0.4], "low": [0.5, 0.3],
                         "high": [0.7, 0.5]})
    right = plots_topics.often_and_bad(
        data, label="topic", often="share", often_title="How often", bad="bad", low="low", high="high", bad_title="How bad",
        reference=0.5, reference_label="all", colors=[plots.VERMILION, plots.GREY],
    )
    left = right.figure.axes[0]
    assert [bar.get_width() for bar in left.patches] == [0.3, 0.1]
    assert right.collections[1].get_offsets().tolist() == [[0.6, 0.0], [0.4, 1.0]]
    assert {word.get_text() for word in right.texts} == {"60%", "40%", "all"}
    assert [label.get_text() for label in left.get_yticklabels()] == ["delivery", "price"]
    assert plots_phone.to_narrow_png(right.figure)


def test_a_change_runs_from_the_ring_to_the_dot():
    data = pd.DataFrame({"topic": ["delivery"], "before": [0.1], "now": [0.25]})
    ax = plots_topics.changes(data, label="topic", before="before", now="now", colors=[plots.BLUE], legend=("then", "later"))
    assert [c.get_offsets().tolist() for c in ax.collections[1:]] == [[[0.1, 0.0]], [[0.25, 0.0]]]
    assert [word.get_text() for word in ax.texts] == ["10.0% → 25.0%"]
    assert [word.get_text() for word in ax.get_legend().get_texts()] == ["then", "later"]
