"""rollups.py: orders, customers and their products, worked by hand; both ways to sum up customers agree."""

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import rollups

DAY = pd.Timestamp("2017-06-01")


def lines(*rows: tuple):
    """Return clean lines of (order, line, customer, product, day, quantity, revenue)."""
    columns = ["transaction_id", "line_number", "customer_id", "product_id", "i", "quantity", "revenue"]
    frame = pd.DataFrame(rows, columns=columns)
    order_date = DAY + pd.to_timedelta(frame["i"], unit="D")
    frame = frame.astype({"customer_id": "str", "product_id": "str", "quantity": float}).assign(
        order_date=order_date, ordered_at=(order_date + pd.Timedelta("14h")).dt.tz_localize("UTC"), order_hour=10,
        channel="store", store_id="s1", discount=0.1, is_return=False, currency="USD",
    ).drop(columns="i")
    return ibis.memtable(frame).mutate(order_date=ibis._.order_date.cast("date"))


LINES = [
    ("o1", 1, "a", "p1", 0, 2.0, 0.1), ("o1", 2, "a", "p1", 0, 1.0, 0.2), ("o1", 3, "a", None, 0, None, 5.0),
    ("o2", 1, "a", "p1", 0, 1.0, -1.0), ("o3", 1, "a", "p2", 9, 1.0, 3.0), ("o4", 1, None, "p1", 1, 1.0, 7.0),
    ("o5", 1, "b", None, 3, None, 4.0),
]


def test_an_order_sums_up_its_lines():
    orders = rollups.roll_up_orders(lines(*LINES)).order_by("transaction_id").to_pandas().set_index("transaction_id")
    first = orders.loc["o1"]
    assert (first["n_lines"], first["n_products"], first["quantity"]) == (3, 1, 3.0)
    assert (first["revenue"], first["discount"]) == (5.3, 0.3)
    assert orders.loc["o2", "revenue"] == -1.0
    assert pd.isna(orders.loc["o4", "customer_id"]), "a guest got a customer"
    assert pd.isna(orders.loc["o5", "quantity"]), "an unknown quantity became a number"
    assert orders.loc["o5", "n_products"] == 0


def test_a_customer_and_product_sum_up_without_guests_and_unknown_products():
    bought = rollups.roll_up_customer_products(lines(*LINES)).order_by(["customer_id", "product_id"]).to_pandas()
    assert bought[["customer_id", "product_id"]].to_numpy().tolist() == [["a", "p1"], ["a", "p2"]]
    first = bought.iloc[0]
    assert (first["n_orders"], first["quantity"], first["revenue"]) == (2, 4.0, -0.7)
    assert (first["first_date"], first["last_date"]) == (DAY, DAY)


def test_a_customer_sums_up_orders_days_and_products():
    totals = rollups.sum_up_customers(lines(*LINES)).order_by("customer_id").to_pandas().set_index("customer_id")
    a = totals.loc["a"]
    assert (a["n_orders"], a["n_days"], a["n_products"], a["revenue"]) == (3, 2, 2, 7.3)
    assert (a["first_date"], a["last_date"]) == (DAY, DAY + pd.Timedelta(days=9))
    assert totals.loc["b", "n_products"] == 0
    assert list(totals.index) == ["a", "b"]


ROWS = st.lists(
    st.tuples(
        st.sampled_from("uvwxyz"), st.sampled_from(["p1", "p2", None]), st.integers(0, 3), st.sampled_from([0.1, 2.25, -1.0])
    ),
    min_size=1, max_size=30,
)


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(ROWS)
def test_both_ways_to_sum_up_customers_agree_and_no_cent_is_lost(rows):
    of_order = {"u": ("a", 0), "v": ("a", 1), "w": ("b", 2), "x": ("b", 2), "y": (None, 1), "z": ("c", 3)}
    numbered = [(o, i, of_order[o][0], p, of_order[o][1], q, r) for i, (o, p, q, r) in enumerate(rows)]
    table = lines(*numbered)
    orders, bought = rollups.roll_up_orders(table), rollups.roll_up_customer_products(table)
    straight = rollups.sum_up_customers(table).order_by("customer_id").to_pandas()
    rolled = rollups.roll_up_customers(orders, bought).order_by("customer_id").to_pandas()
    pd.testing.assert_frame_equal(rolled[straight.columns.tolist()], straight)
    assert orders.revenue.sum().execute() == pytest.approx(sum(row[3] for row in rows), abs=1e-9)
    assert orders.n_lines.sum().execute() == len(rows)
