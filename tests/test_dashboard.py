"""The front page: periods and the days that they cover."""

import ibis
import pandas as pd
import pytest

from helpers import dashboard
from helpers.errors import TooLittleData


def test_two_periods_of_a_week_that_end_on_sunday_begin_on_the_monday_before_last():
    totals = pd.DataFrame({"last_day": pd.to_datetime(["2017-12-24", "2017-12-31"])})
    assert dashboard.first_day_of(totals, 7) == pd.Timestamp("2017-12-18")


def test_a_single_period_begins_one_day_less_than_its_length_before_its_last_day():
    totals = pd.DataFrame({"last_day": pd.to_datetime(["2017-12-31"])})
    assert dashboard.first_day_of(totals, 91) == pd.Timestamp("2017-10-02")


def orders_on(*days_and_revenue):
    rows = [(f"o{i}", customer, pd.Timestamp(day), revenue) for i, (customer, day, revenue) in enumerate(days_and_revenue)]
    frame = pd.DataFrame(rows, columns=["transaction_id", "customer_id", "order_date", "revenue"])
    table = ibis.memtable(frame)
    return table.mutate(order_date=table.order_date.cast("date"))


def week_totals(orders):
    first, last = pd.Timestamp("2017-01-02"), pd.Timestamp("2017-01-15")
    return dashboard.period_totals(orders, as_of=last, first_day=first, period_days=7)


def test_the_first_day_of_a_period_belongs_to_it_and_the_day_before_to_the_one_before():
    totals = week_totals(orders_on(("a", "2017-01-08", 10.0), ("a", "2017-01-09", 20.0), ("b", "2017-01-15", 4.0)))
    assert totals["revenue"].tolist() == [10.0, 24.0]
    assert totals["n_customers"].tolist() == [1, 2]
    assert totals["average_order_value"].tolist() == [10.0, 12.0]


def test_a_period_without_orders_is_zero_and_the_first_day_of_no_whole_period_is_left_out():
    totals = week_totals(orders_on(("a", "2017-01-01", 99.0), ("a", "2017-01-10", 5.0)))
    assert totals["revenue"].tolist() == [0.0, 5.0] and totals["average_order_value"].tolist() == [0.0, 5.0]


def test_one_period_is_too_little_to_compare():
    with pytest.raises(TooLittleData):
        dashboard.trade_keys(pd.DataFrame({"revenue": [1.0]}), pd.DataFrame())


def test_the_answer_names_the_factor_that_moved_most():
    totals = week_totals(orders_on(("a", "2017-01-03", 10.0), ("a", "2017-01-10", 15.0)))
    template, values = dashboard.answer(dashboard.trade_keys(totals, totals), period_days=7)
    assert values["driver"] == "the average order value" and values["change"] == 0.5 and "{driver:label}" in template


def test_without_revenue_before_no_change_is_claimed():
    totals = week_totals(orders_on(("a", "2017-01-10", 15.0)))
    keys = dashboard.trade_keys(totals, totals)
    assert keys[0].change is None and "had none" in dashboard.answer(keys, period_days=7)[0]


def test_the_churn_alert_needs_a_prediction_that_holds_and_leaves_out_the_silent():
    scores = pd.DataFrame({"is_silent": [False, True, False], "rank": [2, 3, 1], "expected_loss": [1.0, 50.0, 3.0],
                           "churn_probability": [0.1, 0.9, 0.3]})
    weak = pd.DataFrame({"kind": ["prediction", "fact"], "grade": ["too weak", "holds"], "is_current": True})
    assert dashboard.churn_alert(scores, weak, most=1).values == {}
    alert = dashboard.churn_alert(scores, weak.assign(grade="holds"), most=1)
    assert (alert.values["n"], alert.values["all"], alert.values["loss"], alert.values["share"]) == (1, 2, 3.0, 0.75)


def test_only_findings_of_the_last_run_that_hold_are_kept_predictions_first():
    frame = pd.DataFrame({"finding_id": ["a-01", "a-02", "a-03", "a-01"], "kind": ["fact", "prediction", "fact", "fact"],
                          "grade": ["holds", "holds", "with care", "holds"], "is_current": [True, True, True, False]})
    assert dashboard.holding({"a": frame})["finding_id"].tolist() == ["a-02", "a-01"]


def test_segments_below_ten_customers_are_not_shown():
    summary = pd.DataFrame({"scheme": "segment", "group": ["x", "y"], "n_customers": [9, 10]})
    assert dashboard.shown_segments(summary)["group"].tolist() == ["y"]


def test_what_came_true_is_listed_topic_by_topic_and_nothing_due_is_said():
    tables = {"lifetime_value": pd.DataFrame({"what": ["revenue", "purchases"]}), "churn": pd.DataFrame({"what": ["churn"]})}
    assert [row["what"] for row in dashboard.came_true(tables)] == ["purchases", "revenue", "churn"]
    with pytest.raises(TooLittleData, match="Nothing that an earlier run foretold"):
        dashboard.came_true({})


def test_complaints_are_told_of_the_aspect_with_most_of_them_beyond_the_others():
    aspects = pd.DataFrame({
        "topic": ["rare", "packaging", "price"], "n": [40, 1000, 900], "dissatisfied_share": [0.8, 0.6, 0.3], "others": 0.5,
        "difference": [0.3, 0.1, -0.2], "q_value": [0.01, 0.01, 0.01],
    })
    themes = pd.DataFrame({"theme": ["refund"], "is_stable": [True], "q_value": [0.01], "difference_low": [0.2],
                           "excess": [80.0], "n": [160], "dissatisfied_share": [0.96], "expected_share": [0.46]})
    said = dashboard.voice_alert(themes, aspects)
    assert said.values == {"topic": "packaging", "share": 0.6, "others": 0.5}
    assert dashboard.voice_alert(themes, aspects.assign(q_value=0.5)).values["theme"] == "refund"
    assert dashboard.voice_alert(themes).values["theme"] == "refund"
