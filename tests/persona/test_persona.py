"""persona.py: portraits worked by hand, groups that are too small to show."""

import math

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.persona import persona
from persona_cells import cells_of


def segment_of(n=60, *, gap=6.0, value=20.0, recency=3, segment="Loyal", start=0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(start, start + n)],
            "segment": segment,
            "revenue": 100.0,
            "recency_days": recency,
            "median_gap_days": gap,
            "order_value": value,
            "n_products": 5.0,
            "n_orders": 9,
        }
    )


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    habits = ["order_value", "n_products", "n_orders"]
    return frame.drop(columns=habits), frame[["customer_id", *habits]]


# --- habits


def test_the_median_order_of_a_customer_ignores_refunds_and_free_orders():
    orders = ibis.memtable(
        pd.DataFrame(
            {
                "customer_id": ["a", "a", "a", "a", None],
                "revenue": [10.0, 30.0, 0.0, -30.0, 99.0],
                "n_products": [1, 4, 7, 9, 1],
            }
        )
    )
    found = persona.habits(orders).set_index("customer_id")
    assert list(found.index) == ["a"]
    assert found.loc["a"].to_dict() == {"n_orders": 3, "order_value": 20.0, "n_products": 4.0}


def test_products_of_a_customer_whose_orders_name_none_are_unknown():
    orders = ibis.memtable(pd.DataFrame({"customer_id": ["a"], "revenue": [10.0], "n_products": [0]}))
    assert math.isnan(persona.habits(orders)["n_products"].iloc[0])


# --- portraits


def test_portraits_worked_by_hand():
    frame = pd.concat(
        [segment_of(30), segment_of(10, gap=2.0, value=40.0, segment="Champions", start=30).assign(revenue=300.0)]
    )
    found = persona.personas(*split(frame)).set_index("segment")
    assert list(found.index) == ["Champions", "Loyal"]
    assert found.loc["Champions", ["n_customers", "customer_share", "revenue_share", "median_gap_days"]].tolist() == [
        10,
        0.25,
        0.5,
        2,
    ]
    assert found.loc["Champions", "persona"] == "Several times a week, large baskets"
    assert found.loc["Champions", ["basket_ratio", "median_gap_days_low", "n_with_gap", "n_overdue"]].tolist() == [2, 2, 10, 0]


def test_segments_under_ten_customers_are_not_portrayed():
    frame = pd.concat([segment_of(10), segment_of(9, segment="New", start=10)])
    assert persona.personas(*split(frame))["segment"].tolist() == ["Loyal"]
    with pytest.raises(TooLittleData, match="at least 10 customers; the largest has 9"):
        persona.personas(*split(segment_of(9)))


def test_the_order_of_customers_does_not_change_a_portrait():
    segments, habits = split(segment_of(40).assign(median_gap_days=np.arange(40.0), order_value=np.arange(40.0) + 1))
    one = persona.personas(segments, habits, seed=3)
    other = persona.personas(segments.sample(frac=1, random_state=1), habits.sample(frac=1, random_state=2), seed=3)
    pd.testing.assert_frame_equal(one, other)


def test_traits_that_a_data_set_lacks_stay_unknown():
    portraits = persona.personas(*split(segment_of()))
    cells = cells_of({"segment": "Loyal", "kind": "weekday", "unit": "orders", "attribute": "Monday"})
    row = persona.add_traits(portraits, cells).iloc[0]
    assert row["weekday"] == "Monday" and row["hours"] is None and row["departments"] is None
    assert row["n_contacted"] == 0 and math.isnan(row["answered_rate"])


def test_the_largest_shares_come_first_and_ties_by_name():
    cells = cells_of(
        {"segment": "Loyal", "kind": "department", "attribute": "b", "share": 0.3},
        {"segment": "Loyal", "kind": "department", "attribute": "a", "share": 0.3},
        {"segment": "Loyal", "kind": "department", "attribute": "c", "share": 0.4},
        {"segment": "New", "kind": "department", "attribute": "d", "share": 0.9},
    )
    assert persona.top(cells, segment="Loyal", kind="department", n=2)["attribute"].tolist() == ["c", "a"]


def test_statements_are_notable_cells_the_farthest_from_100_first_and_said_once():
    cells = cells_of(
        {"segment": "Loyal", "attribute": "a", "shrunk_index": 130.0},
        {"segment": "Loyal", "attribute": "b", "shrunk_index": 50.0},
        {"segment": "Loyal", "attribute": "c", "shrunk_index": 300.0, "is_notable": False},
        {"segment": "Loyal", "kind": "department", "attribute": "b", "shrunk_index": 60.0},
    )
    said = persona.statements(cells)
    assert said["attribute"].tolist() == ["b", "a"]


def test_groups_with_fewer_than_ten_known_customers_are_not_shown():
    cells = cells_of({"segment": "Loyal", "attribute": "a", "n": 9}, {"segment": "Loyal", "attribute": "b", "n": 10})
    assert persona.shown(cells)["attribute"].tolist() == ["b"]


def test_a_personal_band_that_one_to_nine_customers_have_is_not_shown():
    cells = cells_of(*({"unit": "customers", "attribute": str(n), "n_with": n} for n in (0, 1, 9, 10)), {"n_with": 5})
    assert persona.shown(cells)["attribute"].tolist() == ["0", "10", "x"]


def test_a_customer_is_overdue_when_silent_for_more_than_twice_her_own_gap():
    own = segment_of(12, gap=6.0).assign(recency_days=[12] * 5 + [13] * 7)
    row = persona.personas(*split(own)).iloc[0]
    assert (row["n_with_gap"], row["n_overdue"]) == (12, 7)


def test_segments_without_revenue_or_with_losses_have_no_share_and_no_nan_name():
    for revenue in (0.0, -5.0):
        frame = segment_of(12, value=np.nan).assign(revenue=revenue)
        row = persona.personas(*split(frame)).iloc[0]
        assert row["persona"] == "Weekly" and math.isnan(row["revenue_share"]) and math.isnan(row["basket_ratio"])


def test_a_matrix_has_weekdays_in_their_order_and_leaves_small_segments_out():
    cells = cells_of(
        *(
            {"segment": segment, "kind": "weekday", "attribute": day, "share": share, "n": n}
            for segment, n in (("Loyal", 30), ("New", 29))
            for day, share in (("Sunday", 0.5), ("Monday", 0.4), ("Friday", 0.1))
        )
    )
    matrix = persona.matrix(cells, kinds=["weekday", "hours"], value="share", n=12)
    assert matrix.index.tolist() == ["Monday", "Friday", "Sunday"] and list(matrix.columns) == ["Loyal"]
    with pytest.raises(TooLittleData):
        persona.matrix(cells, kinds=["department"], value="index")
