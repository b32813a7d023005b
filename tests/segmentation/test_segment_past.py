"""segment_past.py: segments of the past never see the days that they are measured on."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.segmentation import segment_past

FIRST, AS_OF = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")


def orders_of(rows) -> ibis.Table:
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date))


def rows(n=150) -> list:
    rng = np.random.default_rng(0)
    return [
        (f"c{i:03d}", FIRST + pd.Timedelta(days=int(day)), 5.0) for i in range(n) for day in rng.integers(0, 366, 2 + i % 9)
    ]


def test_changing_the_future_changes_no_segment_of_the_past():
    base = rows()
    later = [*base, *((f"c{i:03d}", "2024-11-15", 1_000.0) for i in range(150))]
    one, two = (segment_past.look_back(orders_of(r), first_day=FIRST, as_of=AS_OF, test_days=91) for r in (base, later))
    assert one.split == pd.Timestamp("2024-10-01") and one.days == 91 and one.cuts == two.cuts
    kept = [c for c in one.customers if c != "next_revenue"]
    pd.testing.assert_frame_equal(one.customers[kept], two.customers[kept])
    assert (two.customers["next_revenue"] - one.customers["next_revenue"]).eq(1_000.0).all()


def test_limits_that_are_given_are_used():
    past = segment_past.look_back(
        orders_of(rows()), first_day=FIRST, as_of=AS_OF, test_days=91, limits=(2, 3), recency_cuts=(1, 2, 3, 4)
    )
    assert past.cuts["recency_days"] == (1.0, 2.0, 3.0, 4.0)
    assert set(past.customers.loc[past.customers["frequency"] >= 3, "frequency_group"]) == {"frequent"}


def test_a_snapshot_too_early_or_customers_who_never_return_are_said():
    with pytest.raises(TooLittleData, match="days of purchases"):
        segment_past.look_back(orders_of(rows()), first_day=FIRST, as_of=pd.Timestamp("2024-03-01"), test_days=91)
    once = [(f"c{i:03d}", "2024-02-01", 5.0) for i in range(200)]
    with pytest.raises(TooLittleData, match="0 of whom bought"):
        segment_past.look_back(orders_of(once), first_day=FIRST, as_of=AS_OF, test_days=91)
    with pytest.raises(TooLittleData, match="there is none"):
        segment_past.look_back(orders_of([(None, "2024-02-01", 5.0)]), first_day=FIRST, as_of=AS_OF, test_days=91)
