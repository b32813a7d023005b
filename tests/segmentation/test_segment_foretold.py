"""segment_foretold.py: with an unchanged rhythm the sizes come out as foretold; the future changes nothing of it."""

import pandas as pd
import pytest
from test_segment_migration import CUTS, EARLY, LATE, orders_of, shop

from helpers import ledger
from helpers.errors import TooLittleData
from helpers.segmentation import segment_foretold

FIRST = pd.Timestamp("2024-01-02")
DAYS = (LATE - EARLY).days
GIVEN = {"recency_cuts": CUTS["recency_days"], "frequency_cuts": CUTS["frequency"], "monetary_cuts": CUTS["monetary_value"]}


def foretold(rows, **more) -> pd.DataFrame:
    return segment_foretold.foretell(orders_of(rows), first_day=FIRST, as_of=EARLY, days=DAYS, cuts=CUTS, **more)


def test_everybody_is_in_one_segment_and_the_same_number_is_expected():
    rows = shop()
    made = foretold(rows)
    n = len({who for who, day, _ in rows if day <= EARLY})
    assert made["predicted"].sum() == pytest.approx(n)
    assert made["baseline"].sum() == n
    assert made["due_on"].unique() == [LATE]


def test_the_future_changes_nothing_of_what_is_foretold():
    rows = shop()
    known = [row for row in rows if row[1] <= EARLY]
    pd.testing.assert_frame_equal(foretold(rows), foretold(known))


@pytest.mark.slow
def test_where_rhythms_stay_the_sizes_come_and_where_customers_stop_they_do_not():
    steady, stopped = (
        segment_foretold.check(
            orders_of(rows), ledger.keep(None, foretold(rows)), first_day=FIRST, as_of=LATE, **GIVEN
        ).iloc[0]
        for rows in (shop(n=600), shop(n=600, gone=300))
    )
    assert steady["inside"] >= 7 / 9
    assert stopped["inside"] < steady["inside"]
    assert stopped["error"] > 2 * steady["error"]
    assert steady["actual"] == steady["baseline"] == pytest.approx(steady["predicted"])


def test_few_customers_are_not_foretold():
    with pytest.raises(TooLittleData):
        foretold(shop(n=50))


@pytest.mark.slow
def test_a_forecast_that_missed_the_last_time_gets_a_wider_interval():
    """Of 600 customers half stop between the two days, which nobody foresaw: the next forecast admits that it may err so."""
    widths = []
    for gone in (0, 300):
        made = segment_foretold.foretell(
            orders_of(shop(n=600, gone=gone)), first_day=FIRST, as_of=LATE, days=DAYS, cuts=CUTS
        )
        widths.append((made["high"] - made["predicted"]).sum())
    assert widths[1] > 3 * widths[0]
