"""cohort_value.py: what customers have brought by an age, blank where not observed, and newer cohorts against older ones."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import i18n, tables
from helpers.btyd import btyd
from helpers.errors import TooLittleData
from helpers.lifetime_value import cohort_value, cohort_words
from helpers.plots import plots

YEAR = {"start": "2020-01-01", "end": "2020-12-31"}


def orders(*rows) -> ibis.Table:
    """Orders as (customer, day, revenue)."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date.fromisoformat(d), "revenue": float(r)} for c, d, r in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def spending(*rows, **window) -> tuple[pd.DataFrame, pd.DataFrame]:
    window, table = {**YEAR, **window}, orders(*rows)
    histories = btyd.purchase_summary(table, **window)
    return cohort_value.spending_by_age(table, histories, **window), histories


def cohort(month: int, n: int, value: float, *, again: float = 0.0) -> list:
    """n customers who first buy on the 5th of a month, half of them for value − 1, half for value + 1; `again` on day 40."""
    rows = []
    for i in range(n):
        first = date(2020, month, 5)
        rows.append((f"{month}-{i}", first.isoformat(), value + (1 if i % 2 else -1)))
        if again:
            rows.append((f"{month}-{i}", (first + timedelta(days=40)).isoformat(), again))
    return rows


def test_revenue_is_counted_by_age_and_added_up_with_the_first_day_in_it():
    found, _ = spending(("a", "2020-01-01", 10), ("a", "2020-01-31", 5), ("a", "2020-02-01", 7), ("a", "2020-03-01", 1))
    assert found.loc["a", [1, 2]].tolist() == [15, 23]  # day 30 is in the first 30.4375 days, days 31 and 60 in the second


@pytest.mark.parametrize(("end", "known"), [("2020-01-30", 0), ("2020-01-31", 1), ("2020-03-01", 2), ("2020-02-29", 1)])
def test_an_age_that_is_not_over_is_blank(end, known):
    rows = (("a", "2020-01-01", 10), ("b", "2020-01-28", 3))
    if not known:
        with pytest.raises(TooLittleData, match="observed for a month"):
            spending(*rows, end=end)
        return
    found, _ = spending(*rows, end=end)
    assert found.loc["a"].notna().sum() == known  # 31 days are a month of 30.4375, 61 days two; 60 days are not
    assert found.loc["b"].notna().sum() == (1 if end >= "2020-02-27" else 0)


def test_refunds_count_and_guests_do_not():
    found, _ = spending(("a", "2020-01-01", 10), ("a", "2020-01-05", -4), (None, "2020-01-01", 99))
    assert found[1].tolist() == [6]


def test_a_cohort_is_told_up_to_the_age_that_all_its_customers_have_reached():
    table, histories = spending(*cohort(1, 10, 20), ("late", "2020-01-31", 20), *cohort(11, 12, 30))
    found = cohort_value.summarise_cohorts(table, histories)
    january = found[found["cohort_month"] == "2020-01-01"]
    assert january["months_since"].max() == 11  # the one of 31 January is 335 + 1 days old: 11 × 30.4375 = 334.8
    assert found[found["cohort_month"] == "2020-11-01"]["months_since"].tolist() == [1]


def test_means_and_intervals_by_hand():
    table, histories = spending(*cohort(1, 16, 20))
    at = cohort_value.summarise_cohorts(table, histories, margin_rate=0.5).iloc[0]
    error = 0.5 * np.sqrt(16 / 15) / 4  # eight of 19, eight of 21: their standard deviation is √(16 / 15)
    assert (at["n_customers"], at["value_per_customer"]) == (16, 10)
    assert (at["low"], at["high"]) == pytest.approx((10 - 1.96 * error, 10 + 1.96 * error), abs=1e-4)


def test_cohorts_of_fewer_than_ten_are_left_out():
    table, histories = spending(*cohort(1, 9, 20), *cohort(2, 10, 20))
    assert cohort_value.summarise_cohorts(table, histories)["cohort_month"].dt.month.unique().tolist() == [2]
    with pytest.raises(TooLittleData, match="Needs 10 customers"):
        cohort_value.summarise_cohorts(*spending(*cohort(1, 9, 20)))


@pytest.mark.parametrize(("sizes", "inflated"), [([20, 10, 10], True), ([19, 10, 10], False), ([99], False)])
def test_a_first_cohort_twice_as_large_as_the_others_holds_old_customers(sizes, inflated):
    assert cohort_value.is_inflated(pd.Series(sizes)) == inflated


def test_newer_cohorts_are_compared_with_older_ones_at_the_same_age():
    rows = [row for month, value in ((1, 10), (2, 10), (3, 99), (4, 14), (5, 14)) for row in cohort(month, 30, value, again=2)]
    found = cohort_value.compare_cohorts(cohort_value.summarise_cohorts(*spending(*rows)))
    assert (found["months"], found["older"], found["newer"]) == (3, 12, 16)  # the middle cohort is left out
    assert (found["n_older"], found["n_newer"], found["difference"]) == (60, 60, 4)
    half = 1.96 * np.sqrt(2 * (30 / 29) / 60)  # two means of 60 customers, each cohort with a variance of 30 / 29
    assert (found["low"], found["high"]) == pytest.approx((4 - half, 4 + half), abs=1e-3)
    assert (found["older_last"], found["newer_first"]) == (pd.Timestamp("2020-02-01"), pd.Timestamp("2020-04-01"))


def test_cohorts_that_differ_among_themselves_widen_the_interval_of_the_comparison():
    rows = [row for month, value in ((1, 8), (2, 12), (3, 14), (4, 18)) for row in cohort(month, 30, value, again=2)]
    found = cohort_value.compare_cohorts(cohort_value.summarise_cohorts(*spending(*rows)))
    assert (found["older"], found["newer"]) == (12, 18)
    half = 1.96 * np.sqrt(2 * 4)  # two cohorts 2 above and below the mean of a half: variance of the mean 8 / 2
    assert (found["low"], found["high"]) == pytest.approx((6 - half, 6 + half), abs=1e-3)


def test_a_first_cohort_of_old_customers_is_not_compared():
    rows = [row for month, n in ((1, 80), (2, 30), (3, 30), (4, 30)) for row in cohort(month, n, 10)]
    found = cohort_value.compare_cohorts(cohort_value.summarise_cohorts(*spending(*rows)))
    assert found["older_first"] == pd.Timestamp("2020-02-01")


def test_too_few_cohorts_are_not_compared():
    with pytest.raises(TooLittleData, match="Needs 3 cohorts of newcomers with 30 customers each .* there are 1"):
        cohort_value.compare_cohorts(cohort_value.summarise_cohorts(*spending(*cohort(1, 30, 10), *cohort(2, 29, 10))))


def test_the_row_order_changes_nothing():
    rows = [row for month in (1, 2, 3) for row in cohort(month, 12, 10.1, again=3.3)]
    one = cohort_value.summarise_cohorts(*spending(*rows))
    pd.testing.assert_frame_equal(one, cohort_value.summarise_cohorts(*spending(*rows[::-1])))


def test_the_table_keeps_its_contract(home):
    found = cohort_value.summarise_cohorts(*spending(*cohort(1, 12, 10), end="2020-04-30"))
    assert tables.save(found, "cohort_value")["rows"] == 3  # 117 days from 5 January: three months


# --- words


@pytest.mark.parametrize(("low", "high", "says"), [
    (1.0, 3.0, "bring more"), (-3.0, -1.0, "bring less"), (-1.0, 3.0, "cannot be told from"),
])
def test_the_title_claims_a_trend_only_where_the_interval_does(low, high, says):
    plots.use_style()
    cells = cohort_value.summarise_cohorts(*spending(*cohort(1, 30, 10), *cohort(2, 30, 10), *cohort(3, 30, 10)))
    compared = {**cohort_value.compare_cohorts(cells), "low": low, "high": high}
    found = cohort_words.value_by_age(cells, compared, has_margin=False)
    assert says in found["title"]
    assert found["data"]["months_since"].unique().tolist() == [1, 3, 6]  # ages that two cohorts have reached


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_single_month_is_no_period(language):
    i18n.use(language=language, currency="USD")
    compared = {
        "older_first": "2020-01-01", "older_last": "2020-01-01", "newer_first": "2020-03-01", "newer_last": "2020-03-01",
        "newer": 12.0, "older": 10.0, "months": 3, "difference": 2.0, "low": -1.0, "high": 5.0,
    }
    sentence = i18n.text(cohort_words.comparison(compared), **compared)
    assert sentence.count("2020") == 2 and "{" not in sentence
    longer = {**compared, "older_last": "2020-02-01"}
    assert i18n.text(cohort_words.comparison(longer), **longer).count("2020") == 4


@pytest.mark.parametrize(
    ("share", "says"), [(0.5, "most of them were probably customers before"), (0.49, "count as newcomers")]
)
def test_a_large_first_cohort_is_called_regulars(share, says):
    facts = {"first_share": share, "first_month": pd.Timestamp("2017-01-01")}
    assert says in i18n.text(cohort_words.newcomers(facts), **facts)


@pytest.mark.parametrize("small", [0, 2])
def test_hidden_cohorts_are_counted(small):
    plots.use_style()
    cells = pd.DataFrame({
        "cohort_month": pd.to_datetime(["2020-01-01"] + ["2020-02-01", "2020-03-01"][:small]), "months_since": 1,
        "n_customers": [50] + [9] * small, "n_active": 5, "retention_rate": 0.1, "low": 0.0, "high": 0.2,
    })
    found = cohort_words.triangle(cells, pd.DataFrame({"months_since": [1], "retention_rate": [0.1]}))
    assert ("2 cohorts of fewer than 10 customers are not shown" in found["subtitle"]) == (small == 2)
    assert len(found["data"]) == 1
    labels = [label.get_text() for label in found["axes"].get_yticklabels()]
    assert labels == ["Jan 2020 (n = 50)", "all cohorts"]
