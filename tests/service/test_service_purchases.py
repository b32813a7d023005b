"""service_purchases.py: purchases after a case beside comparable ones, on histories small enough to count by hand."""

import dataclasses

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.contracts import contract
from helpers.errors import TooLittleData
from helpers.proportions import difference_interval
from helpers.service import service, service_purchases
from helpers.service.service_purchases import beside_comparable, purchases_after
from helpers.tables import check_frame

AS_OF = pd.Timestamp("2025-12-31")
START = pd.Timestamp("2025-03-03")


def orders_of(histories: dict[str, list[int]], *, channel="web"):
    """Return orders: customer → days after START on which she bought for 10."""
    rows = [{"customer_id": who, "order_date": START + pd.Timedelta(days=day), "revenue": 10.0, "channel": channel}
            for who, days in histories.items() for day in days]
    return ibis.memtable(pd.DataFrame(rows).assign(order_date=lambda t: t["order_date"].dt.date))


def cases_of(opened: dict[str, int], topic="damaged"):
    """Return cases: customer → days after START on which her case was opened."""
    at = [START.tz_localize("UTC") + pd.Timedelta(days=day, hours=12) for day in opened.values()]
    table = pd.DataFrame({
        "case_id": [f"c{i:03d}" for i in range(len(opened))], "customer_id": list(opened), "opened_at": at,
        "first_response_at": at, "closed_at": at, "handle_minutes": 5.0, "topic": topic, "channel": "mail",
        "reopened": pd.array([False] * len(opened), dtype="boolean"), "csat": 4.0,
    })
    return service.read_cases(table, as_of=AS_OF, time_zone="UTC")


def few_and_many(n=40, others=100):
    """Return histories and cases: everyone buys on day 0; of those with a case a quarter again on day 30, of the others half on
    day 1, a quarter on day 30."""
    histories = {f"p{i:03d}": [0, 30] if i % 4 == 0 else [0] for i in range(n)}
    histories |= {f"q{i:03d}": [0, 1] if i % 2 else ([0, 30] if i % 4 == 0 else [0]) for i in range(others)}
    return histories, {f"p{i:03d}": 3 for i in range(n)}


def test_a_case_is_compared_with_purchases_that_had_been_silent_as_long():
    histories, opened = few_and_many()
    after, aside = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)
    assert after["recency_days"].unique().tolist() == [3]
    assert after["bought"].mean() == .25
    # the half that bought on day 1 is out: of the 50 silent for 3 days 25 bought on day 30. The purchases of day 1 are in the
    # band of two purchase days, not in this one
    assert after["n_alike"].unique().tolist() == [50]
    assert after["expected_bought"].unique().tolist() == [.5]
    assert aside.empty


@pytest.mark.slow
def test_purchases_are_comparable_until_a_case_follows_them():
    histories, opened = few_and_many()
    opened |= {f"q{i:03d}": 20 for i in range(0, 40, 2)}  # cases of twenty others, opened later
    after, _ = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)
    n_alike = after.groupby("recency_days")["n_alike"].unique()
    assert n_alike[3].tolist() == [50]  # on day 3 nobody knew of the cases to come
    assert n_alike[20].tolist() == [30]  # of the 50 without those 20; the 40 with a case on day 3 are out, too


def test_cases_that_open_because_people_stay_silent_do_not_make_an_earlier_case_look_like_a_loss():
    """Half of all buy again on day 30, with a case on day 3 or without; of the others who do not, each has a case on day 50."""
    histories = {f"{kind}{i:03d}": [0, 30] if i % 2 else [0] for kind, n in (("p", 40), ("q", 100)) for i in range(n)}
    opened = {f"p{i:03d}": 3 for i in range(40)} | {f"q{i:03d}": 50 for i in range(0, 100, 2)}
    after, _ = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)
    assert (len(after), after["bought"].mean()) == (40, 0.5)
    assert after["expected_bought"].unique().tolist() == [0.5]  # without the fifty it would be 1


@pytest.mark.slow
def test_the_day_of_the_case_is_no_purchase_after_it_and_the_last_day_counts():
    histories, opened = few_and_many()
    histories["p001"] = [0, 3]  # bought on the day of the case: that day is its purchase
    histories["p002"] = [0, 63]  # on the 60th day
    histories["p003"] = [0, 64]  # on the 61st
    after = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=61)[0]
    after = after.set_index("customer_id")
    assert after.loc[["p002", "p003"], "bought"].tolist() == [1.0, 0.0]
    assert after.loc[["p002", "p003"], "stayed"].tolist() == [1.0, 1.0]
    assert "p001" not in after.index or after.loc["p001", "recency_days"] == 0


@pytest.mark.slow
def test_what_is_left_out_is_counted_by_reason():
    histories, opened = few_and_many()
    histories |= {"old": [0], "late": [299]}
    opened |= {"nobody": 5, "old": 40, "late": 300}
    _, aside = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)
    assert aside.set_index("reason")["n"].to_dict() == {
        "no purchase in the 30 days before": 2, "too recent to see what followed": 1}


@pytest.mark.slow
def test_changing_what_lies_after_the_snapshot_changes_nothing():
    histories, opened = few_and_many()
    more = histories | {who: [*days, 330] for who, days in histories.items()}  # 330 days on is next year
    one = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)[0]
    other = purchases_after(cases_of(opened), orders_of(more), as_of=AS_OF, days=60, horizon=90)[0]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.slow
def test_the_difference_is_that_of_the_shares_and_its_interval_knows_the_customers():
    histories, opened = few_and_many()
    after, _ = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)
    table = beside_comparable(after, pd.Series(True, index=after.index))
    found = table.set_index(["outcome", "topic"]).loc[("bought again soon", "failures")]
    assert (found["exposed"], found["others"], found["difference"]) == (.25, .5, -.25)
    expected = difference_interval(10, 40, 25, 50)  # 10 of 40 cases, 25 of 50 comparable purchases, all alike
    assert (found["low"], found["high"]) == pytest.approx([float(limit) for limit in expected], abs=.005)
    check_frame(table, contract("service_links"))


def bought_of(bought, *, expected: float, customers=None) -> pd.Series:
    n = len(bought)
    after = pd.DataFrame({
        "case_id": [f"k{i:03d}" for i in range(n)], "customer_id": customers or [f"c{i}" for i in range(n)], "topic": "late",
        "n_alike": 400, "month": 1, "channel": "web", "often": 1, "spends": 1, "bought": np.asarray(bought, float),
        "expected_bought": expected, "stayed": np.nan, "expected_stayed": np.nan,
    })
    return beside_comparable(after, pd.Series(False, index=after.index)).set_index("topic").loc["late"]


@pytest.mark.parametrize(("bought", "expected"), [(0, .05), (1, .95)])
def test_where_nobody_or_everybody_buys_again_the_difference_is_not_sure(bought, expected):
    found = bought_of([bought] * 40, expected=expected)
    assert found["p_value"] > .05  # binomial: .27
    assert found["low"] < 0 < found["high"]


def test_cases_of_one_customer_count_as_one_where_they_end_alike():
    bought = [1, 1, 1, 0] * 20
    alone = bought_of(bought, expected=.55)
    together = bought_of(sorted(bought), expected=.55, customers=[f"c{i // 4}" for i in range(80)])
    assert alone["p_value"] < .001
    assert together["difference"] == alone["difference"]
    assert together["high"] - together["low"] > 1.7 * (alone["high"] - alone["low"])
    assert together["p_value"] > .05


@pytest.mark.slow
def test_a_rare_purchase_is_rarely_called_a_difference_where_there_is_none():
    draws = np.random.default_rng(1).random((150, 40)) < .05
    assert np.mean([bought_of(row, expected=.05)["p_value"] < .05 for row in draws]) <= .06


def test_too_few_cases_after_a_purchase_are_said_in_a_sentence():
    histories, opened = few_and_many(20)
    with pytest.raises(TooLittleData, match="at least 30 cases of known customers"):
        purchases_after(cases_of(opened | {f"x{i}": 5 for i in range(20)}), orders_of(histories), as_of=AS_OF)
    assert beside_comparable(pd.DataFrame(columns=["topic", "bought", "expected_bought", "stayed", "expected_stayed",
                                                   "customer_id"]), pd.Series(dtype=bool)).empty


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter():
    histories, opened = few_and_many()
    back = dict(reversed(histories.items()))
    one = purchases_after(cases_of(opened), orders_of(histories), as_of=AS_OF, days=60, horizon=90)[0]
    other = purchases_after(cases_of(opened), orders_of(back), as_of=AS_OF, days=60, horizon=90)[0]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.slow
def test_a_planted_loss_after_failures_is_found_and_none_after_questions():
    draw = np.random.default_rng(5)
    histories, opened, topics = {}, {}, []
    for i in range(3000):
        days = np.cumsum(draw.geometric(1 / 25, 12)).tolist()
        kind = draw.random()
        at = days[2]
        if kind < .12:  # a failure drives three in ten away
            opened[f"p{i}"] = at + 1
            topics.append("damaged goods")
            days = days[:3] if draw.random() < .3 else days
        elif kind < .24:
            opened[f"p{i}"] = at + 1
            topics.append("invoice")
        histories[f"p{i}"] = [d for d in days if d < 290]
    cases = cases_of(opened)
    cases = dataclasses.replace(cases, rows=cases.rows.assign(topic=topics))
    after, _ = purchases_after(cases, orders_of(histories), as_of=AS_OF, days=90, horizon=150)

    table = beside_comparable(after, after["topic"] == "damaged goods").set_index(["outcome", "topic"])
    failures, questions = table.loc[("bought again soon", "failures")], table.loc[("bought again soon", "questions")]
    assert failures["low"] < -.3 * failures["others"] < failures["high"]
    assert questions["low"] < 0 < questions["high"]
    assert after["n_alike"].min() >= service_purchases.LEAST_ALIKE
