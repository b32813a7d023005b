"""segment_worth.py: what came of a segment is counted, its action follows by the stated limits, small ones are marked."""

import numpy as np
import pandas as pd
import pytest

from helpers.segmentation import segment_worth as worth
from helpers.segmentation import segmentation

SPLIT = pd.Timestamp("2024-06-30")


def future_of(**segments) -> pd.DataFrame:
    """segment → (customers, how many of them came back, what each of those spent, revenue before)."""
    parts = []
    for segment, (n, came, spent, before) in segments.items():
        parts.append(pd.DataFrame({
            "segment": segment.replace("_", " "), "next_revenue": [spent] * came + [0.0] * (n - came), "revenue": before,
            "first_date": SPLIT - pd.Timedelta(days=181),  # 182 days: twice the days held back
        }))
    return pd.concat(parts, ignore_index=True)


def customers_of(future: pd.DataFrame) -> pd.DataFrame:
    n = len(future)
    return future[["segment", "revenue"]].assign(
        customer_id=[f"c{i:04d}" for i in range(n)], recency_days=1, frequency=1, monetary_value=1.0, median_gap_days=np.nan
    )


def table_of(future: pd.DataFrame, **options) -> pd.DataFrame:
    return worth.worth(customers_of(future), future, as_of=SPLIT, days=91, **options).set_index("segment")


def test_what_came_back_is_counted_and_carried_over_to_todays_customers():
    table = table_of(future_of(Champions=(100, 80, 50.0, 100.0), Hibernating=(100, 10, 20.0, 10.0)))
    best = table.loc["Champions"]
    assert best["came_back"] == 0.8 and best["next_per_customer"] == 40.0 and best["expected_revenue"] == 4_000.0
    assert best["expected_low"] < 4_000 < best["expected_high"] and best["came_low"] < 0.8 < best["came_high"]
    # the pace before: 100 in 182 days makes 50 in 91; 40 came
    assert best["pace"] == pytest.approx(0.8)


@pytest.mark.parametrize(("segments", "expected"), [
    ({"Champions": (200, 190, 60.0, 100.0), "Hibernating": (200, 20, 5.0, 10.0)},
     {"Champions": "leave alone", "Hibernating": "automate"}),
    ({"Champions": (200, 190, 60.0, 100.0), "Loyal": (200, 190, 20.0, 100.0)}, {"Loyal": "halt the slide"}),
    ({"Promising": (200, 100, 9.0, 50.0), "Hibernating": (200, 10, 9.0, 20.0)}, {"Promising": "remind"}),
    ({"At risk": (200, 20, 9.0, 200.0), "Promising": (200, 120, 9.0, 50.0)}, {"At risk": "win back"}),
    ({"At risk": (100, 30, 9.0, 50.0), "Promising": (100, 31, 9.0, 50.0)}, {"At risk": "as all"}),
    ({"New": (100, 30, 9.0, 50.0), "Cannot lose": (29, 3, 9.0, 50.0)}, {"New": "second purchase", "Cannot lose": "too few"}),
])
def test_the_action_follows_from_the_figures(segments, expected):
    table = table_of(future_of(**segments))
    assert table.loc[list(expected), "action"].to_dict() == expected


def test_small_and_unstable_segments_are_marked_not_hidden():
    future = future_of(Champions=(100, 50, 9.0, 50.0), Loyal=(29, 20, 9.0, 50.0), New=(9, 5, 9.0, 50.0))
    table = table_of(future, kept=pd.Series({"Champions": 0.74, "Loyal": 0.75}))
    assert table["is_small"].to_dict() == {"Champions": False, "Loyal": True, "New": True}
    assert table["is_unstable"].to_dict() == {"Champions": True, "Loyal": False, "New": False}
    assert np.isnan(table.loc["New", "expected_revenue"])  # nine customers: no money shown
    lines = worth.needs(table.reset_index(), future, customers_of(future), as_of=SPLIT, days=91)
    assert len(lines) == 3 and "[unstable limits]" in lines[0] and "[small]" in lines[1]
    assert not any("nan" in line.lower() for line in lines)


def test_the_order_of_customers_changes_no_figure():
    future = future_of(Champions=(60, 30, 9.0, 50.0)).assign(next_revenue=np.arange(60.0))
    mixed = future.sample(frac=1, random_state=4)
    customers = customers_of(future)
    one, two = (worth.worth(customers, f, as_of=SPLIT, days=91) for f in (future, mixed))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_nobody_coming_back_or_no_revenue_leaves_no_hole_in_words():
    future = future_of(Champions=(50, 0, 0.0, 0.0), Loyal=(50, 0, 0.0, -5.0))
    table = table_of(future).reset_index()
    assert worth.sentence(table, days=91)[1] == {}
    lines = worth.needs(table, future, customers_of(future), as_of=SPLIT, days=91)
    assert not any("nan" in line.lower() for line in lines)


def scored(n=300, seed=1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rfm = pd.DataFrame({
        "customer_id": [f"c{i:04d}" for i in range(n)], "recency_days": rng.integers(0, 200, n),
        "frequency": 1 + rng.poisson(3, n), "monetary_value": rng.gamma(2, 10, n).round(2),
        "median_gap_days": rng.gamma(2, 20, n), "first_date": SPLIT - pd.Timedelta(days=300),
    })
    cuts = segmentation.cut_points(rfm, window_days=365)
    return segmentation.name_segments(segmentation.score_rfm(rfm, cuts=cuts), as_of=SPLIT)


@pytest.mark.slow
def test_given_limits_keep_everyone_and_limits_from_the_data_keep_most():
    people = scored()
    free = worth.kept_shares(people, window_days=365, as_of=SPLIT)
    assert free.between(0.3, 1.0).all() and free.min() < 1.0
    cuts = segmentation.cut_points(people, window_days=365)
    given = {"recency_cuts": cuts["recency_days"], "frequency_cuts": cuts["frequency"]}
    assert (worth.kept_shares(people, window_days=365, as_of=SPLIT, **given) == 1.0).all()
    mixed = people.sample(frac=1, random_state=3)
    pd.testing.assert_series_equal(worth.kept_shares(mixed, window_days=365, as_of=SPLIT), free, check_exact=True)


def test_the_sentence_names_the_segment_that_will_bring_most():
    table = table_of(future_of(Champions=(100, 80, 50.0, 100.0), Hibernating=(100, 10, 20.0, 10.0))).reset_index()
    _, values = worth.sentence(table, days=91)
    assert values["segment"] == "Champions" and values["share"] == pytest.approx(4_000 / 4_200)
    found = worth.evidence(table, n=200)
    assert found.interval[0] == values["low"] and found.within == pytest.approx(0.1 * values["expected"])
