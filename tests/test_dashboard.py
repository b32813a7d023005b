"""The front page: periods and the days that they cover."""

import ibis
import pandas as pd
import pytest

from helpers import dashboard
from helpers.errors import TooLittleData

JANUARY_15 = pd.Timestamp("2017-01-15")


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
    template, values = dashboard.answer(dashboard.trade_keys(totals, totals), as_of=JANUARY_15, period_days=7)
    assert values["last"] == JANUARY_15
    assert values["driver"] == "the average order value" and values["change"] == 0.5 and "{driver:label}" in template


def test_without_revenue_before_no_change_is_claimed():
    totals = week_totals(orders_on(("a", "2017-01-10", 15.0)))
    keys = dashboard.trade_keys(totals, totals)
    assert keys[0].change is None and "had none" in dashboard.answer(keys, as_of=JANUARY_15, period_days=7)[0]


DAY = pd.Timestamp("2017-12-31")
NOTHING = pd.DataFrame({"made_on": [], "due_on": []})


def scored(**columns):
    return pd.DataFrame({"is_silent": [False, True, False], "rank": [2, 3, 1], "expected_loss": [1.0, 50.0, 3.0],
                         "churn_probability": [0.1, 0.9, 0.3]} | columns)


def test_the_churn_alert_needs_a_prediction_of_this_run_that_holds():
    said = pd.DataFrame({"kind": ["prediction", "fact"], "grade": ["too weak", "holds"], "is_current": True})
    refused = dashboard.churn_alert(scored(), said, NOTHING, most=1, as_of=DAY)
    assert (refused.values, refused.facts, refused.color) == ({}, (), "muted")
    earlier = said.assign(grade="holds", is_current=False)
    assert dashboard.churn_alert(scored(), earlier, NOTHING, most=1, as_of=DAY).values == {}
    assert dashboard.churn_alert(scored(), said.assign(grade="holds"), NOTHING, most=1, as_of=DAY).color == "bad"


@pytest.mark.parametrize(("most", "n", "loss", "share", "mean"), [
    (1, 1, 3.0, 0.75, 0.3), (2, 2, 4.0, 1.0, 0.2), (9, 2, 4.0, 1.0, 0.2),
])
def test_the_churn_alert_sums_the_head_of_the_list_without_the_silent(most, n, loss, share, mean):
    said = pd.DataFrame({"kind": ["prediction"], "grade": ["holds"], "is_current": True})
    alert = dashboard.churn_alert(scored(), said, NOTHING, most=most, as_of=DAY)
    assert alert.values == {"n": n, "all": 2, "loss": loss, "share": share}
    assert [(name, pytest.approx(value), fmt) for name, value, fmt in alert.facts] == [
        ("Expected loss on the list", loss, "money"), ("Mean churn probability", mean, "percent"),
        ("Already silent, not on the list", 1, "count"),
    ]


def test_the_loss_counts_up_to_the_day_that_this_run_foretells_also_where_a_later_one_has_run():
    foretold = pd.DataFrame({
        "made_on": pd.to_datetime(["2017-06-30", "2017-12-31", "2018-06-30"]),
        "due_on": pd.to_datetime(["2017-09-30", "2018-03-31", "2018-09-30"]),
    })
    alert = dashboard.churn_alert(scored(), found(("a", None, "prediction", "holds", 0, 1, 2)), foretold, most=1, as_of=DAY)
    assert alert.values["until"] == pd.Timestamp("2018-03-31") and "{until:day}" in alert.template


def test_contracts_cannot_be_silent_so_the_churn_alert_counts_none():
    said = pd.DataFrame({"kind": ["prediction"], "grade": ["holds"], "is_current": True})
    alert = dashboard.churn_alert(scored(is_silent=False), said, NOTHING, most=1, as_of=DAY)
    assert [name for name, _, _ in alert.facts] == ["Expected loss on the list", "Mean churn probability"]
    assert alert.values["all"] == 3


def found(*rows):
    names = ["finding_id", "serves", "kind", "grade", "low", "high", "baseline"]
    return pd.DataFrame(rows, columns=names).assign(is_current=True)


def held_ids(frame, **more):
    return dashboard.holding({"a": frame}, **more)["finding_id"].tolist()


NONE = float("nan")


def test_only_what_holds_in_the_last_run_is_repeated():
    grades = ("with care", "holds", "too weak")
    frame = found(*((f"a-{place}", None, "fact", grade, NONE, NONE, NONE) for place, grade in enumerate(grades)))
    assert held_ids(frame) == ["a-1"]
    assert held_ids(frame.assign(is_current=False)) == []


def test_findings_come_by_the_decision_that_they_serve_and_descriptions_last():
    frame = found(
        ("a-01", None, "fact", "holds", NONE, NONE, NONE), ("a-02", "what to trust", "fact", "holds", NONE, NONE, NONE),
        ("a-03", "whom to contact", "fact", "holds", NONE, NONE, NONE),
        ("a-04", "what to mend", "estimate", "holds", 1.0, 2.0, 0.0),
    )
    assert held_ids(frame, most=9) == ["a-03", "a-04", "a-02", "a-01"]
    assert held_ids(frame) == ["a-03", "a-04", "a-02"]
    assert held_ids(frame.iloc[::-1], most=9) == ["a-03", "a-04", "a-02", "a-01"], "rows may come in any order"


def test_of_two_findings_for_one_decision_the_one_said_first_is_repeated_unless_it_is_compared_with_nothing():
    first = ("a-01", "what to mend", "estimate", "holds", 1.0, 3.0, 0.0)
    second = ("a-02", "what to mend", "estimate", "holds", -8.0, -6.0, 0.0)
    assert held_ids(found(first, second)) == held_ids(found(second, first)) == ["a-01"]
    assert held_ids(found((*first[:4], 1.0, 1.1, NONE), second)) == ["a-02"]
    assert held_ids(found((*first[:4], NONE, NONE, 0.0), second)) == ["a-02"]


def test_a_prediction_goes_before_an_estimate_and_a_count_for_the_same_decision():
    count = ("a-01", "what to expect", "fact", "holds", NONE, NONE, NONE)
    estimate = ("a-02", "what to expect", "estimate", "holds", 8.0, 9.0, 0.0)
    prediction = ("a-03", "what to expect", "prediction", "holds", 1.0, 3.0, 0.0)
    assert held_ids(found(count, estimate)) == ["a-02"]
    assert held_ids(found(count, estimate, prediction)) == ["a-03"]


def test_each_report_has_its_own_place_on_the_front_page():
    frame = found(("x-01", "what to trust", "fact", "holds", NONE, NONE, NONE))
    held = dashboard.holding({"b": frame, "a": frame, "c": frame.assign(grade="too weak")})
    assert held["topic"].tolist() == ["b", "a"]
    assert not {"place", "order", "alone"} & set(held)


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


def test_the_complaint_told_is_the_one_with_most_dissatisfied_texts_beyond_the_others_in_whole_texts():
    aspects = pd.DataFrame({
        "topic": ["b", "a"], "n": [300, 100], "dissatisfied_share": [0.6, 0.8], "others": [0.5, 0.5],
        "difference": [0.1, 0.3], "q_value": [0.04, 0.049],
    })
    said = dashboard.voice_alert(pd.DataFrame(), aspects)
    assert said.values["topic"] == "a", "30 texts each: the first by name"
    assert said.facts == (("Texts that mention it", 100, "count"), ("Aspects worse than the others", 2, "count"))
    assert dashboard.voice_alert(pd.DataFrame(), aspects.assign(n=[301, 100])).values["topic"] == "b"


def theme(**changes):
    return pd.DataFrame([{"theme": "refund", "is_stable": True, "q_value": 0.049, "difference_low": 0.01, "excess": 80.0,
                          "n": 160, "dissatisfied_share": 0.96, "expected_share": 0.46} | changes])


@pytest.mark.parametrize("change", [{"is_stable": False}, {"q_value": 0.05}, {"difference_low": 0.0},
                                    {"caveat": "demand"}])
def test_a_theme_is_no_complaint_unless_stable_and_worse_than_chance(change):
    assert dashboard.voice_alert(theme()).values == {"theme": "refund", "share": 0.96, "expected": 0.46}
    refused = dashboard.voice_alert(theme(**change))
    assert (refused.values, refused.facts, refused.color) == ({}, (), "muted")


def test_of_two_themes_the_one_with_more_dissatisfied_reviews_beyond_those_expected_is_told():
    two = pd.concat([theme(), theme(theme="late", excess=81.0, n=400)], ignore_index=True)
    said = dashboard.voice_alert(two)
    assert said.values["theme"] == "late"
    assert said.facts == (("Reviews on the theme", 400, "count"), ("Themes worse than expected", 2, "count"))


def logged():
    return pd.DataFrame([
        ("orders", "reject", 1000, 7), ("orders", "reject", 993, 3), ("orders", "change", 990, 40),
        ("orders", "merge", 990, 90),
        ("customers", "merge", 600, 500), ("customers", "change", 100, 2),
    ], columns=["table", "effect", "rows_before", "rows_affected"])


def quality(*rows):
    return pd.DataFrame(rows, columns=["table", "field", "completeness", "score"])


def test_merged_rows_are_not_counted_as_set_aside():
    alert = dashboard.data_alert(logged(), quality(("orders", "revenue", 1.0, 1.0)))
    assert (alert.values["aside"], alert.values["rows"], alert.values["aside_rate"]) == (10, 1600, 0.00625)
    assert alert.facts == (("Rows merged, records of people included", 590, "count"), ("Values changed", 42, "count"))


def test_the_weakest_field_is_the_lowest_of_those_that_a_source_fills_at_all():
    fields = quality(("orders", "channel", 0.0, 0.0), ("orders", "price", 0.5, 0.4), ("customers", "city", 0.9, 0.4),
                     ("orders", "revenue", 1.0, 1.0))
    alert = dashboard.data_alert(logged(), fields)
    assert (alert.values["field"], alert.values["score"]) == ("customers.city", 0.4)
    assert "weakest" in alert.template
    assert "weakest" not in dashboard.data_alert(logged(), fields.tail(1)).template


def test_a_log_without_rejects_sets_nothing_aside():
    log = logged()[lambda rows: rows["effect"] == "merge"]
    alert = dashboard.data_alert(log, quality(("orders", "revenue", 1.0, 1.0)))
    assert alert.values["aside"] == 0 and alert.facts == (("Rows merged, records of people included", 590, "count"),)


# --- departments


def lines(*rows):
    frame = pd.DataFrame(rows, columns=["product_id", "order_date", "revenue"])
    table = ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"])))
    return table.mutate(order_date=table.order_date.cast("date"))


PRODUCTS = pd.DataFrame({"product_id": ["p", "q", "r", "s"], "department": ["Food", "Home", "Home", None]})


def departments(*rows, **more):
    return dashboard.department_change(lines(*rows), ibis.memtable(PRODUCTS), as_of=JANUARY_15, period_days=7, **more)


def test_departments_are_compared_over_two_periods_and_the_largest_change_comes_first():
    moved = departments(
        ("p", "2017-01-09", 30.0), ("p", "2017-01-08", 40.0),  # the first day of the last period, the last of the one before
        ("q", "2017-01-15", 50.0), ("r", "2017-01-15", 5.0), ("r", "2017-01-02", 11.0),
        ("q", "2017-01-01", 99.0), ("q", "2017-01-16", 99.0),  # before both periods, after the snapshot
    )
    assert moved["department"].tolist() == ["Home", "Food"]
    assert moved[["revenue", "previous", "change"]].to_numpy().tolist() == [[55.0, 11.0, 44.0], [30.0, 40.0, -10.0]]
    assert moved["change_rate"].tolist() == [4.0, -0.25]


def test_a_department_that_is_new_has_no_rate_and_what_has_no_department_or_product_is_left_out():
    moved = departments(("p", "2017-01-10", 7.0), ("s", "2017-01-10", 90.0), ("unknown", "2017-01-10", 90.0))
    assert moved["department"].tolist() == ["Food"]
    assert moved["previous"].tolist() == [0.0] and moved["change_rate"].isna().all()


def test_equal_changes_come_by_name_and_only_as_many_as_asked_for():
    rows = (("q", "2017-01-10", 5.0), ("p", "2017-01-03", 5.0))
    assert departments(*rows)["department"].tolist() == ["Food", "Home"]
    assert departments(*rows, most=1)["department"].tolist() == ["Food"]


@pytest.mark.parametrize(("changes", "starts", "named"), [
    ([9.0, -4.0, 1.0], "{up:label} grew most", ("a", 9.0, "b", -4.0)),
    ([-1.0, -4.0, 0.0], "No department grew", ("c", 0.0, "b", -4.0)),
    ([9.0, 4.0, 0.0], "No department fell", ("a", 9.0, "c", 0.0)),
])
def test_the_sentence_on_departments_names_the_one_that_grew_and_the_one_that_fell_most(changes, starts, named):
    template, values = dashboard.department_sentence(
        pd.DataFrame({"department": ["a", "b", "c"], "change": changes}), period_days=91
    )
    assert template.startswith(starts)
    assert (values["up"], values["up_change"], values["down"], values["down_change"], values["weeks"]) == (*named, 13)
