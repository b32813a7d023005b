"""ledger.py: what is foretold is kept, is due on its last day, and is compared with what happened, figures worked by hand."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import contracts, i18n, ledger
from helpers.errors import TooLittleData

MADE, DUE = pd.Timestamp("2017-09-30"), pd.Timestamp("2017-10-10")
ORDERS = ibis.memtable(pd.DataFrame({
    "customer_id": ["a", "a", "a", "b", "c", "c", None],
    "order_date": pd.to_datetime([
        "2017-09-01", "2017-10-01", "2017-10-10", "2017-09-30", "2017-09-02", "2017-10-11", "2017-10-02",
    ]).date,
    "revenue": [5.0, 7.0, 3.5, 9.0, 1.0, 100.0, 50.0],
}))


def foretold(**more) -> pd.DataFrame:
    return ledger.foretell("churn", ["a", "b", "c"], [0.1, 0.6, 0.5], made_on=MADE, days=10, baseline=[0, 40, 10], **more)


def test_a_prediction_is_due_from_its_last_day_on():
    early = pytest.raises(TooLittleData, ledger.due, foretold(), as_of=DUE - pd.Timedelta(days=1))
    assert "2017" in str(early.value)
    assert len(ledger.due(foretold(), as_of=DUE)) == 3


@pytest.mark.parametrize("earlier", [None, foretold().head(0), foretold()])
def test_a_run_has_nothing_to_check_where_nothing_was_foretold_before_its_snapshot(earlier):
    with pytest.raises(TooLittleData, match="earlier snapshot date"):
        ledger.due(earlier, as_of=MADE)


def test_of_several_runs_the_last_one_that_is_due_is_checked():
    old = foretold().assign(made_on=MADE - pd.Timedelta(days=30), due_on=DUE - pd.Timedelta(days=30))
    new = foretold().assign(made_on=MADE + pd.Timedelta(days=5), due_on=DUE + pd.Timedelta(days=5))
    kept = ledger.keep(ledger.keep(old, foretold()), new)
    assert ledger.due(kept, as_of=DUE)["made_on"].unique() == [MADE]


def test_a_run_of_the_same_snapshot_date_replaces_what_it_said():
    again = ledger.keep(foretold(), foretold().assign(predicted=0.9))
    assert again["predicted"].tolist() == [0.9, 0.9, 0.9]


def test_purchases_count_after_the_day_of_the_prediction_and_up_to_the_last_day():
    made = ledger.keep(
        None, foretold(), ledger.foretell("purchases", ["a", "b", "c"], [1, 1, 1], made_on=MADE, days=10),
        ledger.foretell("revenue", ["a", "b", "c"], [1, 1, 1], made_on=MADE, days=10),
    )
    actual = ledger.add_actual(made, ORDERS).set_index(["what", "subject"])["actual"]
    assert actual["churn"].to_dict() == {"a": 0.0, "b": 1.0, "c": 1.0}
    assert actual["purchases"].to_dict() == {"a": 2.0, "b": 0.0, "c": 0.0}
    assert actual["revenue"].to_dict() == {"a": 10.5, "b": 0.0, "c": 0.0}


def test_a_lead_time_moves_the_days_that_count():
    late = ledger.foretell("churn", ["a", "c"], [0.5, 0.5], made_on=MADE, days=9, lead_days=3)
    assert late["due_on"].unique() == [MADE + pd.Timedelta(days=12)]
    orders = ORDERS.filter(ORDERS.order_date != pd.Timestamp("2017-10-10").date())
    actual = ledger.add_actual(late, orders).set_index("subject")["actual"].to_dict()
    assert actual == {"a": 1.0, "c": 0.0}, "a bought within the lead time only, c on 11 October"


def test_the_check_gives_totals_errors_and_ranking_beside_the_rule_of_thumb():
    row = ledger.came_true(ledger.add_actual(foretold(), ORDERS)).iloc[0]
    assert row["predicted"] == pytest.approx(1.2)
    assert row["actual"] == 2.0
    assert row["error"] == pytest.approx((0.1 + 0.4 + 0.5) / 3)
    half = 1.959964 * np.sqrt(0.09 + 0.24 + 0.25)
    assert (row["low"], row["high"]) == (max(1.2 - half, 0), pytest.approx(1.2 + half))
    assert row["is_inside"]
    assert (row["auc"], row["baseline_auc"]) == (1.0, 1.0)
    assert np.isnan(row["baseline"])


def test_customers_who_are_no_longer_known_are_counted_and_left_out():
    made = ledger.keep(None, foretold(), ledger.foretell("churn", ["gone"], [0.4], made_on=MADE, days=10))
    row = ledger.came_true(ledger.add_actual(made, ORDERS)).iloc[0]
    assert (row["n"], row["n_unknown"], row["actual"]) == (3, 1, 2.0)
    with pytest.raises(TooLittleData, match="known any more"):
        ledger.came_true(ledger.add_actual(made.tail(1), ORDERS))


@pytest.mark.parametrize(("low", "high", "words"), [(1, 2, "came true"), (3, 4, "it was less"), (0, 1, "it was more")])
def test_a_total_comes_true_where_it_lies_in_its_interval_limits_included(low, high, words):
    own = ledger.foretell("purchases", ["a", "b", "c"], [1, 1, 1], made_on=MADE, days=10, low=0, high=1, baseline=2)
    total = ledger.foretell("purchases", [ledger.ALL], [3], made_on=MADE, days=10, low=low, high=high)
    row = ledger.came_true(ledger.add_actual(ledger.keep(None, own, total), ORDERS)).iloc[0]
    assert (row["predicted"], row["actual"], row["baseline"]) == (3.0, 2.0, 6.0)
    assert row["inside"] == pytest.approx(2 / 3)
    template, values, evidence = ledger.sentence(row)
    assert words in i18n.text(template, **values)
    assert (evidence.kind, evidence.n) == ("fact", 3)


def test_a_total_of_which_a_customer_is_unknown_has_no_interval():
    own = ledger.foretell("revenue", ["a", "gone"], [1, 1], made_on=MADE, days=10)
    total = ledger.foretell("revenue", [ledger.ALL], [2], made_on=MADE, days=10, low=0, high=4)
    row = ledger.came_true(ledger.add_actual(ledger.keep(None, own, total), ORDERS)).iloc[0]
    assert row["is_inside"] is pd.NA
    assert "still known" in ledger.sentence(row)[0]


@pytest.mark.parametrize("topic", ["segmentation", "lifetime_value", "churn"])
def test_the_tables_keep_their_contracts(topic):
    assert contracts.contract(f"predictions_{topic}").path == f"results/predictions/{topic}.parquet"
    assert sorted(ledger.COLUMNS) == sorted(contracts.contract(f"predictions_{topic}").column_names)
    row = ledger.came_true(ledger.add_actual(foretold(), ORDERS))
    assert sorted(row.columns) == sorted(contracts.contract(f"came_true_{topic}").column_names)
