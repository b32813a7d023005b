"""cohorts.py: who belongs to a cohort, who is active, and which cells are blank."""

from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import i18n, tables
from helpers.errors import TooLittleData
from helpers.lifetime_value import cohorts

SPRING = {"start": "2020-01-01", "end": "2020-04-30"}


def orders(*rows) -> ibis.Table:
    """Orders as (customer, month, day) of 2020."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date(2020, m, d), "revenue": 1.0} for c, m, d in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def triangle(*rows, **window) -> pd.DataFrame:
    window = {**SPRING, **window}
    return cohorts.retention_triangle(cohorts.monthly_activity(orders(*rows), **window), end=window["end"])


def rates(found: pd.DataFrame) -> dict:
    cells = found[["cohort_month", "months_since", "retention_rate"]].itertuples(index=False)
    return {(str(month.date()), since): rate for month, since, rate in cells}


def test_a_cohort_is_the_month_of_the_first_purchase():
    found = triangle(("a", 1, 31), ("b", 2, 1), ("b", 4, 1))
    assert rates(found) == {
        ("2020-01-01", 0): 1, ("2020-01-01", 1): 0, ("2020-01-01", 2): 0, ("2020-01-01", 3): 0,
        ("2020-02-01", 0): 1, ("2020-02-01", 1): 0, ("2020-02-01", 2): 1,
    }


def test_two_purchases_in_a_month_are_one_active_customer():
    found = triangle(("a", 1, 1), ("a", 2, 3), ("a", 2, 20), ("b", 1, 5))
    second = found[(found["months_since"] == 1)].iloc[0]
    assert (second["n_customers"], second["n_active"], second["retention_rate"]) == (2, 1, 0.5)
    assert (second["low"], second["high"]) == pytest.approx((0.0945, 0.9055), abs=1e-4)  # Wilson, 1 of 2


def test_a_month_beyond_the_data_is_absent_and_not_zero():
    found = triangle(("a", 1, 1), ("b", 4, 30))
    assert found.groupby("cohort_month")["months_since"].max().tolist() == [3, 0]


@pytest.mark.parametrize(("end", "last_month"), [("2020-04-29", 2), ("2020-04-30", 3)])
def test_a_month_counts_when_it_is_over(end, last_month):
    assert triangle(("a", 1, 1), ("a", 4, 2), end=end)["months_since"].max() == last_month


def test_orders_before_the_window_and_guests_do_not_count():
    found = triangle((None, 1, 1), ("a", 1, 5), ("a", 2, 1), start="2020-02-01")
    assert found["cohort_month"].unique().tolist() == [pd.Timestamp("2020-02-01")]
    assert found["n_customers"].iloc[0] == 1


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4), st.integers(1, 28)), min_size=1, max_size=30))
def test_every_customer_is_in_one_cohort_and_rates_are_shares(rows):
    found = triangle(*rows)
    assert found[found["months_since"] == 0]["n_customers"].sum() == len({c for c, _, _ in rows})
    assert (found.loc[found["months_since"] == 0, "retention_rate"] == 1).all()
    assert found["retention_rate"].between(0, 1).all()
    assert (found["low"] - 1e-9 <= found["retention_rate"]).all() and (found["retention_rate"] <= found["high"] + 1e-9).all()


def many(n: int, month: int, back: int = 0, name: str = "") -> list:
    """n customers who first buy in a month; `back` of them again in the next."""
    first = [(f"{name}{month}-{i}", month, 5) for i in range(n)]
    return first + [(f"{name}{month}-{i}", month + 1, 5) for i in range(back)]


def test_the_curve_weights_cohorts_by_their_size():
    curve = cohorts.retention_curve(triangle(*many(90, 1, back=9), *many(10, 2, back=10)))
    step = curve.set_index("months_since").loc[1]
    assert (step["n_customers"], step["n_active"]) == (100, 19)
    assert step["retention_rate"] == 0.19  # not the mean of 10 % and 100 %
    assert step["n_cohorts"] == 2
    assert curve.set_index("months_since").loc[3, "n_cohorts"] == 1


def test_steps_with_fewer_than_30_customers_are_left_out():
    curve = cohorts.retention_curve(triangle(*many(29, 1), *many(1, 4, back=0)))
    assert curve["months_since"].tolist() == [0]
    assert cohorts.retention_curve(triangle(*many(30, 1)))["months_since"].tolist() == [0, 1, 2, 3]


def test_small_cohorts_are_not_shown_and_few_customers_are_marked(home, monkeypatch):
    matrix = cohorts.as_matrix(triangle(*many(9, 1), *many(10, 2), *many(30, 3, back=3)))
    assert list(matrix.index) == ["Feb 2020 (n = 10, few)", "Mar 2020 (n = 30)"]
    assert matrix.loc["Mar 2020 (n = 30)", 1] == 0.1
    assert pd.isna(matrix.loc["Mar 2020 (n = 30)", 2])  # blank
    assert 0 not in matrix.columns
    i18n.use(language="zh")
    assert cohorts.as_matrix(triangle(*many(30, 3))).index[0] == "2020年3月（n = 30）"


def test_facts_of_a_sentence_by_hand():
    found = triangle(*many(60, 1, back=15), *many(40, 2, back=10))
    facts = cohorts.describe_cohorts(found, cohorts.retention_curve(found))
    assert facts["first_month"] == pd.Timestamp("2020-01-01")
    assert (facts["first_share"], facts["n_customers"]) == (0.6, 100)
    assert (facts["months"], facts["rate"], facts["n"]) == (3, 0.0, 60)
    assert facts["high"] > 0  # nobody of 60 does not mean nobody ever


def test_where_no_cohort_may_be_shown_the_report_says_what_it_needs():
    spread = [(f"{m}-{i}", m, 1) for m in (1, 2, 3, 4, 5) for i in range(9)]
    found = triangle(*spread, end="2020-05-31")
    assert cohorts.retention_curve(found)["months_since"].max() == 1  # together they would be enough for a curve
    with pytest.raises(TooLittleData, match="Needs 10 customers with the same first month"):
        cohorts.describe_cohorts(found, cohorts.retention_curve(found))


@pytest.mark.parametrize(("share", "coverage"), [(0.49, 1.0), (0.5, 0.5), (0.8, 0.2)])
def test_cohorts_that_start_with_the_data_speak_for_the_others_only(share, coverage):
    assert cohorts.coverage({"first_share": share}) == pytest.approx(coverage)


def test_the_table_keeps_its_contract(home):
    assert tables.save(triangle(*many(12, 1, back=3), *many(4, 3)), "cohort_retention")["rows"] == 6
