"""surveys_history.py: what was known of a customer at a moment, from orders made up by hand."""

import ibis
import pandas as pd
import pytest

from helpers.surveys import surveys_history as history


def orders(*rows) -> ibis.Table:
    """Orders (customer, day, revenue, channel)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue", "channel"])
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"])))


def known(rows: list, bought) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["key", "customer_id", "at"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return history.add_history(frame, bought, key="key", at="at", time_zone="Asia/Shanghai").set_index("key")


BOUGHT = orders(
    ("a", "2025-01-01", 10.0, "web"), ("a", "2025-03-01", 30.0, "shop"), ("a", "2025-05-01", 99.0, "web"),
    ("b", "2025-02-28", 20.0, "app"), ("c", "2024-01-01", 5.0, "shop"),
)


def test_only_orders_of_earlier_days_count_and_recency_is_from_the_last_of_them():
    found = known([("1", "a", "2025-03-31 12:00"), ("2", "a", "2025-04-01 12:00"), ("3", "c", "2025-03-01 12:00")], BOUGHT)
    assert found["frequency"].tolist() == ["2 to 4 earlier orders", "2 to 4 earlier orders", "1 earlier order"]
    assert found["recency"].tolist() == [
        "bought in the last 30 days", "last bought 31 to 90 days before", "last bought over 180 days before",
    ]


def test_the_order_of_the_day_itself_tells_where_but_is_not_earlier():
    found = known([("1", "b", "2025-02-28 04:00"), ("2", "a", "2025-03-01 04:00")], BOUGHT)
    assert found["frequency"].tolist() == ["no earlier order", "1 earlier order"]
    assert found["bought_in"].tolist() == ["app", "shop"]


def test_days_are_those_of_the_business():
    # 17:00 UTC on 27 February is 01:00 on the 28th in Shanghai
    assert known([("1", "b", "2025-02-27 17:00")], BOUGHT)["bought_in"].tolist() == ["app"]
    assert known([("1", "b", "2025-02-27 15:00")], BOUGHT)["bought_in"].tolist() == ["not known"]


def test_spending_is_divided_into_thirds_among_those_who_had_bought():
    found = known([(str(i), customer, "2025-04-01") for i, customer in enumerate("abcz")], BOUGHT)
    assert found["value"].tolist() == [
        "highest third of spending", "middle third of spending", "lowest third of spending", "no earlier order",
    ]


def test_unknown_customers_missing_moments_and_missing_orders_are_not_known():
    found = known([("1", None, "2025-04-01"), ("2", "a", None)], BOUGHT)
    assert (found[list(history.HISTORY)] == "not known").all().all()
    assert (known([("1", "a", "2025-04-01")], None)[list(history.HISTORY)] == "not known").all().all()


@pytest.mark.slow
def test_later_orders_change_nothing():
    asked = [("1", "a", "2025-04-01"), ("2", "b", "2025-04-01")]
    with_later = orders(
        ("a", "2025-01-01", 10.0, "web"), ("a", "2025-03-01", 30.0, "shop"), ("b", "2025-02-28", 20.0, "app"),
        ("b", "2025-04-02", 900.0, "web"), ("a", "2025-06-01", 900.0, "app"),
    )
    pd.testing.assert_frame_equal(known(asked, BOUGHT), known(asked, with_later))
