"""persona.py: rhythm and basket at their boundaries, names that resampling supports, groups that are too small to show."""

import math

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import persona
from helpers.errors import TooLittleData


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


def cells_of(*rows) -> pd.DataFrame:
    usual = {
        "kind": "category",
        "unit": "spend",
        "n": 50,
        "n_with": 40,
        "share": 0.2,
        "low": 0.1,
        "high": 0.3,
        "others_share": 0.1,
        "index": 200.0,
        "index_low": 150.0,
        "index_high": 250.0,
        "shrunk_index": 180.0,
        "p_value": 0.001,
        "q_value": 0.01,
        "is_notable": True,
    }
    return pd.DataFrame([usual | row for row in rows])


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


# --- names


@pytest.mark.parametrize(
    ("gap", "name"),
    [
        (1, "Several times a week"),
        (5, "Several times a week"),
        (5.5, "Weekly"),
        (10, "Weekly"),
        (11, "Fortnightly"),
        (20, "Fortnightly"),
        (21, "Monthly"),
        (52, "Monthly"),
        (53, "Now and then"),
        (float("nan"), "Once"),
    ],
)
def test_a_rhythm_on_the_limit_is_the_quicker_one(gap, name):
    assert persona.rhythm_of(gap) == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (120, "large baskets"),
        (119, "mid-size baskets"),
        (84, "mid-size baskets"),
        (83, "small baskets"),
        (float("nan"), ""),
    ],
)
def test_a_basket_is_named_against_the_median_customers(value, name):
    assert persona.basket_of(value, usual=100.0) == name


def test_a_clear_segment_has_a_name_that_every_resample_agrees_with():
    assert persona.persona_name(segment_of(gap=6.0, value=30.0), usual=20.0, seed=1) == ("Weekly, large baskets", 1.0)


def test_a_segment_silent_for_more_than_two_of_its_gaps_has_gone_quiet():
    assert persona.persona_name(segment_of(recency=12), usual=20.0, seed=1)[0] == "Weekly, mid-size baskets"
    assert persona.persona_name(segment_of(recency=13), usual=20.0, seed=1)[0] == "Weekly, mid-size baskets, gone quiet"


def test_a_doubtful_rhythm_joins_its_neighbours_and_a_doubtful_basket_is_left_out():
    half = np.arange(60) < 30
    own = segment_of().assign(median_gap_days=np.where(half, 9.0, 12.0), order_value=np.where(half, 17.0, 25.0))
    name, stability = persona.persona_name(own, usual=20.0, seed=1)
    assert name == "Weekly to fortnightly" and stability >= persona.CERTAIN


def test_a_rhythm_that_jumps_is_called_unclear():
    own = segment_of(9).assign(median_gap_days=[1, 1, 1, 1, 15, 200, 200, 200, 200])
    assert persona.persona_name(own, usual=20.0, seed=1)[0].startswith(persona.UNSTEADY)


def test_a_segment_of_one_time_buyers_has_no_gap():
    mostly_once = segment_of().assign(median_gap_days=[7.0] * 20 + [np.nan] * 40)
    assert math.isnan(persona._middle(mostly_once["median_gap_days"].to_numpy()))
    assert persona.persona_name(mostly_once, usual=20.0, seed=1)[0].startswith("Once")
    assert persona._middle(np.array([4.0, np.nan])) == 4.0  # half of them bought twice: enough


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
    assert (row["n_known"], row["n_contacted"]) == (0, 0) and math.isnan(row["answered_rate"])


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
