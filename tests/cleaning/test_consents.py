"""consents.py: of several statements about one purpose, the last word counts, and a withdrawal in doubt."""

import ibis
import pandas as pd
import pytest

from helpers.cleaning.consents import current


def said(*statements) -> pd.Timestamp | None:
    """Return the withdrawal that stands after (granted, withdrawn) statements of one customer about one purpose."""
    frame = pd.DataFrame(statements, columns=["granted_at", "withdrawn_at"]).apply(pd.to_datetime, utc=True)
    table = ibis.memtable(frame.assign(customer_id="A", purpose="mail"))
    found = current(table.cast({"granted_at": "timestamp('UTC')", "withdrawn_at": "timestamp('UTC')"})).to_pandas()
    assert len(found) == 1
    return None if pd.isna(found["withdrawn_at"].iloc[0]) else f"{found['withdrawn_at'].iloc[0]:%Y-%m-%d}"


@pytest.mark.parametrize(("statements", "withdrawn"), [
    ([("2024-01-01", None)], None),
    ([("2024-01-01", None), (None, "2024-06-01")], "2024-06-01"),
    ([("2024-01-01", "2024-06-01"), ("2024-07-01", None)], None),
    ([("2024-06-01", None), (None, "2024-06-01")], "2024-06-01"),
    ([(None, "2024-06-01"), (None, "2024-03-01")], "2024-06-01"),
    ([("2024-07-01", "2024-08-01"), ("2024-01-01", None)], "2024-08-01"),
])
def test_a_withdrawal_stands_unless_a_grant_came_after_it(statements, withdrawn):
    assert said(*statements) == withdrawn
