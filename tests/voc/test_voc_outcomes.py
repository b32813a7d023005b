"""voc_outcomes.py: what was known of a customer when she spoke, and what she did afterwards, worked by hand."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.voc import voc_outcomes

AS_OF = pd.Timestamp("2024-12-31")


def orders(*rows) -> ibis.Table:
    """Orders as (customer, day, revenue)."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date.fromisoformat(d), "revenue": float(r)} for c, d, r in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def said(*rows) -> pd.DataFrame:
    """Feedback as (feedback, customer, moment in UTC)."""
    frame = pd.DataFrame(rows, columns=["feedback_id", "customer_id", "received_at"]).astype({"customer_id": "str"})
    return frame.assign(received_at=pd.to_datetime(frame["received_at"], utc=True), channel="review")


def moments(feedback, bought, *, days=30, as_of=AS_OF, zone="UTC") -> pd.DataFrame:
    return voc_outcomes.feedback_moments(feedback, bought, as_of=as_of, horizon_days=days, time_zone=zone)


BOUGHT = (("a", "2024-03-01", 10), ("a", "2024-05-20", 30), ("a", "2024-06-01", 50), ("a", "2024-06-30", 8))


def test_the_day_itself_is_before_and_the_last_day_of_the_horizon_is_after():
    found = moments(said(("f", "a", "2024-06-01 12:00")), orders(*BOUGHT), days=29).iloc[0]
    assert (found["n_before"], found["recency_days"]) == (3, 0)
    assert (found["n_after"], found["spent_after"]) == (1, 8)  # 30 June is day 29
    assert moments(said(("f", "a", "2024-06-01 12:00")), orders(*BOUGHT), days=28).iloc[0]["n_after"] == 0


def test_what_was_known_is_counted_by_hand():
    found = moments(said(("f", "a", "2024-06-02")), orders(*BOUGHT), days=13).iloc[0]
    assert found["n_recent"] == 2  # the 26 days from 8 May to 2 June: 20 May and 1 June
    assert found["revenue_per_day"] == 30  # (10 + 30 + 50) / 3
    assert found["spent_before"] == 50  # the 13 days from 21 May to 2 June: 1 June only


@pytest.mark.parametrize(("after", "stopped", "halved"), [(None, True, True), (39, False, True), (40, False, False)])
def test_stopped_is_no_purchase_and_halved_is_less_than_half(after, stopped, halved):
    rows = [("a", "2024-06-01", 80)] + ([("a", "2024-06-10", after)] if after else [])
    found = moments(said(("f", "a", "2024-06-02")), orders(*rows)).iloc[0]
    assert (found["stopped"], found["halved"]) == (stopped, halved)


def test_halved_is_unknown_without_spending_in_the_days_before():
    found = moments(said(("f", "a", "2024-06-02")), orders(("a", "2024-01-02", 80))).iloc[0]
    assert found["stopped"] and pd.isna(found["halved"])


@pytest.mark.parametrize(("day", "is_observed"), [("2024-12-01", True), ("2024-12-02", False)])
def test_an_outcome_is_known_when_all_its_days_are_over(day, is_observed):
    found = moments(said(("f", "a", day)), orders(*BOUGHT), days=30).iloc[0]  # 1 December + 30 days = 31 December
    assert found["is_observed"] == is_observed
    assert pd.isna(found["stopped"]) != is_observed


def test_nothing_after_the_snapshot_is_seen():
    feedback = said(("f", "a", "2024-05-21"), ("g", "a", "2024-06-20"))
    found = moments(feedback, orders(*BOUGHT), days=10, as_of=pd.Timestamp("2024-06-10"))
    before = moments(feedback, orders(*BOUGHT[:3]), days=10, as_of=pd.Timestamp("2024-06-10"))
    pd.testing.assert_frame_equal(found, before)
    assert list(found["feedback_id"]) == ["f"]


def test_strangers_undated_feedback_and_those_who_had_not_bought_are_left_out():
    feedback = said(("f", None, "2024-06-02"), ("g", "a", None), ("h", "a", "2024-02-01"), ("i", "b", "2024-06-02"))
    feedback["customer_id"] = feedback["customer_id"].replace("None", pd.NA)
    assert moments(feedback, orders(*BOUGHT)).empty
    assert moments(feedback.head(0), orders(*BOUGHT)).empty


def test_a_day_is_that_of_the_business():
    late = said(("f", "a", "2024-05-31 17:00"))  # 1 June in Shanghai
    assert moments(late, orders(*BOUGHT), zone="Asia/Shanghai").iloc[0]["recency_days"] == 0
    assert moments(late, orders(*BOUGHT)).iloc[0]["recency_days"] == 11  # since 20 May


def test_refunds_are_no_purchase():
    found = moments(said(("f", "a", "2024-06-02")), orders(("a", "2024-06-01", 80), ("a", "2024-06-10", -5))).iloc[0]
    assert found["stopped"] and found["n_after"] == 0


def test_the_order_of_rows_does_not_matter():
    feedback = said(*((f"f{i}", "ab"[i % 2], f"2024-0{1 + i % 9}-15") for i in range(12)))
    bought = [*BOUGHT, ("b", "2024-01-05", 3), ("b", "2024-07-05", 4)]
    shuffled = moments(feedback.sample(frac=1, random_state=1), orders(*bought[::-1]))
    pd.testing.assert_frame_equal(shuffled, moments(feedback, orders(*bought)))


# --- alike


def described(n_recent, recency_days, revenue_per_day, channel) -> pd.DataFrame:
    return pd.DataFrame({"n_recent": n_recent, "recency_days": recency_days, "revenue_per_day": revenue_per_day,
                         "channel": channel})


def test_frequencies_part_above_one_three_and_six():
    group = voc_outcomes.strata(described([0, 1, 2, 3, 4, 6, 7, 99], 5, 5.0, "review"))
    assert list(group) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_thirds_of_recency_and_halves_of_spending_are_strata_of_their_own():
    group = voc_outcomes.strata(described(1, [1, 2, 3] * 2, [1.0] * 3 + [9.0] * 3, "review"))
    assert len(set(group)) == 6


def test_channels_are_not_mixed_unless_they_are_small():
    small = ["call"] * 29 + ["email"] * 29
    group = voc_outcomes.strata(described(1, 5, 5.0, ["review"] * 30 + ["survey"] * 30 + small))
    assert len(set(group[:30]) | set(group[30:60])) == 2
    assert len(set(group[60:])) == 1  # both are below 30
    assert set(group[60:]).isdisjoint(group[:60])


def test_nobody_and_all_equal_have_strata():
    assert len(voc_outcomes.strata(described([], [], [], []).astype({"recency_days": float}))) == 0
    assert set(voc_outcomes.strata(described(np.ones(5), 1, 1.0, None))) == {0}
