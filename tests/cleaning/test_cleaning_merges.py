"""cleaning_merges.py: what several systems say of one thing, and equal numbers of different things."""

import ibis
import pandas as pd
import pytest

from helpers.cleaning import cleaning
from helpers.cleaning.cleaning_rules import Settings
from helpers.collection.collection import conform

AS_OF = pd.Timestamp("2025-12-31")
RULES = Settings(None, AS_OF, "UTC", sources=("web", "crm"))
NAMES = ibis.memtable(pd.DataFrame({"customer_id": ["A"], "name": ["测试甲"]}))


def arrived(name: str, source: str, *rows: dict):
    frame = pd.DataFrame([{"source_row": i, **row} for i, row in enumerate(rows, 1)])
    for column in [c for c in frame if c.endswith("_at")]:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return conform(frame, name, source)


def test_a_withdrawal_that_only_one_system_knows_is_not_lost():
    table = arrived("consents", "web", {"customer_id": "A", "purpose": "mail", "granted_at": "2024-01-01"}).union(
        arrived("consents", "crm", {"customer_id": "A", "purpose": "mail", "withdrawn_at": "2024-06-01"})
    )
    kept, aside, _ = cleaning.clean_table("consents", table, RULES, names=NAMES)
    row = kept.to_pandas()
    days = row[["granted_at", "withdrawn_at"]].map(lambda at: f"{at:%Y-%m-%d}")
    assert days.to_numpy().tolist() == [["2024-01-01", "2024-06-01"]]
    assert aside.to_pandas()["reason"].tolist() == ["repeated key"]


def order(number: str, at: str, revenue: float = 1.0) -> dict:
    return {"transaction_id": number, "line_number": 1, "ordered_at": at, "product_id": "p", "quantity": 1.0,
            "revenue": revenue, "discount": 0.0, "is_return": False, "currency": "CNY"}


@pytest.mark.slow
def test_one_number_for_two_orders_of_two_systems_loses_neither():
    web = arrived("transactions", "web", order("1001", "2025-03-01", 10.0), order("1002", "2025-03-02"))
    till = arrived("transactions", "crm", order("1001", "2025-05-09", 25.0))
    kept, aside, log = cleaning.clean_table("transactions", web.union(till), RULES, names=NAMES)
    found = kept.to_pandas().set_index("transaction_id")["revenue"]
    assert found.to_dict() == {"1001": 25.0, "web/1001": 10.0, "1002": 1.0}, "the first source by name keeps the number"
    assert aside.count().execute() == 0
    assert log.set_index("rule").loc["number that another source uses, too", "rows_affected"] == 1


def test_an_order_that_two_systems_tell_of_the_same_day_is_one_order():
    both = arrived("transactions", "web", order("1001", "2025-03-01 08:00")).union(
        arrived("transactions", "crm", order("1001", "2025-03-01 09:00"))
    )
    kept, aside, log = cleaning.clean_table("transactions", both, RULES, names=NAMES)
    assert kept.count().execute() == 1
    assert aside.to_pandas()["reason"].tolist() == ["repeated key"]
    assert "number that another source uses, too" not in set(log["rule"])


def test_a_ticket_and_a_call_may_have_the_same_number():
    table = arrived("cases", "web", {"case_id": "7", "opened_at": "2025-01-01"}).union(
        arrived("cases", "crm", {"case_id": "7", "opened_at": "2025-02-01"})
    )
    kept, _, _ = cleaning.clean_table("cases", table, RULES, names=NAMES)
    assert sorted(kept.to_pandas()["case_id"]) == ["7", "web/7"]
