"""service_links.py: like is compared with like, a planted difference is found, a confounded one is not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.contracts import contract
from helpers.errors import TooLittleData
from helpers.service import service, service_links
from helpers.service.service_links import compare, outcomes, slopes, slow_against_fast, slow_half
from helpers.tables import check_frame

AS_OF = pd.Timestamp("2025-12-31")


def world(n=4000, *, seed=1, per_day=0.0, drop=2.0) -> pd.DataFrame:
    """Return cases: failures take longer and are rated `drop` points lower; each day to close moves the rating by `per_day`."""
    draw = np.random.default_rng(seed)
    bad = draw.random(n) < .5
    first = draw.lognormal(np.where(bad, 1.6, .7), .9)
    close = first + 24 * draw.exponential(np.where(bad, 3.5, .8))
    rating = 4.2 - drop * bad + per_day * close / 24 + draw.normal(0, .5, n)
    opened = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(draw.uniform(0, 250, n), unit="D")
    return pd.DataFrame({
        "case_id": [f"c{i:05d}" for i in range(n)], "customer_id": [f"p{i % (n // 2):05d}" for i in range(n)],
        "opened_at": opened, "first_response_at": opened + pd.to_timedelta(first, unit="h"),
        "closed_at": opened + pd.to_timedelta(close, unit="h"), "handle_minutes": 10.0,
        "topic": np.where(bad, "damaged goods", "invoice"), "channel": np.where(draw.random(n) < .5, "mail", "chat"),
        "reopened": pd.array(draw.random(n) < np.where(bad, .3, .1), dtype="boolean"), "csat": np.clip(rating.round(), 1, 5),
    })


def rows_of(cases: pd.DataFrame, after=None, reviews=None) -> pd.DataFrame:
    return outcomes(service.read_cases(cases, as_of=AS_OF, time_zone="UTC"), after, reviews)


def row(links: pd.DataFrame, comparison: str, outcome=service_links.SATISFIED_WITH) -> pd.Series:
    return links.set_index(["comparison", "outcome"]).loc[(comparison, outcome)]


def test_a_difference_within_strata_is_weighted_and_its_error_knows_clusters():
    # stratum a: 2 slow (1, 0), 2 fast (1, 1); stratum b: 1 slow (0), 1 fast (1): weights 1 and .5, differences −.5 and −1
    y, x = [1, 0, 1, 1, 0, 1], [1, 1, 0, 0, 1, 0]
    strata = list("aaaabb")
    many = compare(y * 20, x * 20, strata * 20, range(120))
    assert many.difference == pytest.approx((1 * -.5 + .5 * -1) / 1.5)
    assert (many.n, many.n_exposed) == (120, 60)
    # the six of each copy are one customer's: scores under no difference (−⅙ or so) add up to −1½ each, in squares 2¼ · 20
    few = compare(y * 20, x * 20, strata * 20, [i // 6 for i in range(120)])
    assert few.difference == many.difference
    assert few.high - few.low > many.high - many.low > .2


def test_the_interval_of_few_customers_is_students_with_the_smaller_side_less_one():
    # 10 slow customers of three cases, half of them with 1, and 20 fast ones alike: ¼/10 + ¼/20, times 30/29 (customers); a
    # slow case has a leverage of 1/30 and a fast one of 1/60
    y = [0] * 15 + [1] * 15 + [0] * 30 + [1] * 30
    found = compare(y, [1] * 30 + [0] * 60, ["a"] * 90, [i // 3 for i in range(90)])
    error = np.sqrt((.25 / 10 * 30 / 29 + .25 / 20 * 60 / 59) * 30 / 29)
    assert found.difference == pytest.approx(0)
    assert found.high == pytest.approx(stats.t(9).ppf(.975) * error)


def test_where_all_of_one_side_are_satisfied_the_difference_is_as_uncertain_as_under_none():
    y, x = [1] * 40 + [1] * 340 + [0] * 20, [1] * 40 + [0] * 360
    found = compare(y, x, ["a"] * 400, range(400))
    assert found.difference == pytest.approx(20 / 360)
    error = np.sqrt(.95 * .05 * 400 / 399 * (1 / 40 + 1 / 360))  # of both sides together
    assert found.high - found.difference == pytest.approx(stats.t(39).ppf(.975) * error)
    assert found.p_value > .1  # Fisher: .24
    pairs = compare(y, x, ["a"] * 400, [i // 2 for i in range(400)])  # two cases of each customer, who says the same
    assert pairs.high - pairs.low > 1.3 * (found.high - found.low)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [.5, .95, .98])
def test_few_slow_cases_rarely_differ_where_nothing_does(rate):
    draws = np.random.default_rng(2).random((200, 400)) < rate
    found = [compare(y.astype(float), [1] * 40 + [0] * 360, np.arange(400) % 4, range(400)) for y in draws]
    assert np.mean([one.p_value < .05 for one in found]) <= .08


def test_too_few_slow_cases_or_customers_give_no_comparison():
    y, x = [1, 0] * 40, [1] * 29 + [0] * 51
    assert compare(y, x, ["a"] * 80, range(80)) is None
    assert compare(y, [1, 0] * 40, ["a"] * 80, [0] * 80) is None
    assert compare(y, [1] * 40 + [0] * 40, ["a"] * 40 + ["b"] * 40, range(80)) is None  # nobody to compare within a stratum


def test_failures_that_take_longer_make_slow_cases_look_bad_until_like_is_compared_with_like():
    links = slow_against_fast(rows_of(world()))
    found = row(links, "slow to close")
    assert found["naive"] < -.3
    assert found["low"] < 0 < found["high"]
    assert row(links, "opened again")["low"] < 0 < row(links, "opened again")["high"]


def test_the_shares_told_of_slow_and_fast_cases_are_those_whose_difference_is_told():
    found = row(slow_against_fast(rows_of(world(drop=1.0))), "slow to close")
    assert found["exposed"] - found["others"] == pytest.approx(found["difference"])
    # stratum a: 1 of 2 slow, 1 of 2 fast; stratum b: 0 of 1 slow, 1 of 1 fast: weights 1 and ½
    exposed = service_links._mean_of_exposed([1, 0, 1, 0, 0, 1], [1, 1, 0, 0, 1, 0], list("aaaabb"))
    assert exposed == pytest.approx((1 * .5 + .5 * 0) / 1.5)


@pytest.mark.slow
def test_a_planted_loss_per_day_is_found_with_its_size():
    rows = rows_of(world(per_day=-.1, drop=1.0)).assign(days=lambda t: t["close_hours"] / 24)
    found = slopes(rows, "csat", ["days"]).iloc[0]
    assert found["low"] < -.1 < found["high"] + .02  # ratings end at 1 and 5, which flattens it
    assert found["high"] < -.07
    assert row(slow_against_fast(rows), "slow to close")["high"] < 0


def test_slow_is_slower_than_the_median_of_its_own_kind_and_an_open_case_is_slow_once_it_waited_longer():
    rows = pd.DataFrame({"topic": "a", "channel": "b", "hours": [1.0, 2, 3, 4, 9, 1], "over": [True] * 4 + [False, False]})
    assert slow_half(rows, "hours", "over").tolist() == [False, False, True, True, True, pd.NA]
    unknown = rows.assign(hours=np.nan)
    assert slow_half(unknown, "hours", "over").isna().all()


@pytest.mark.slow
def test_the_interval_covers_no_difference_about_95_times_in_100_although_customers_have_several_cases():
    inside, n_customers, n_each = 0, 60, 4
    for seed in range(200):
        draw = np.random.default_rng(seed)
        who = np.repeat(np.arange(n_customers), n_each)
        strata = draw.integers(0, 4, len(who))
        x = np.repeat(draw.random(n_customers) < .5, n_each)  # slow to some customers, always
        y = draw.normal(0, 1, n_customers)[who] + .5 * strata + draw.normal(0, .5, len(who))
        found = compare(y, x, strata, who)
        inside += found.low <= 0 <= found.high
    assert .91 <= inside / 200 <= .985


@pytest.mark.slow
def test_the_interval_covers_a_difference_about_95_times_in_100_although_strata_have_two_cases_each():
    inside = 0
    for seed in range(200):
        draw = np.random.default_rng(seed)
        strata = np.repeat(np.arange(60), 2)
        x = np.tile([True, False], 60)
        y = draw.random(120) < .3 + .2 * x + .005 * strata
        found = compare(y, x, strata, np.arange(120))
        inside += found.low <= .2 <= found.high
    assert .92 <= inside / 200 <= .985


def test_later_feedback_is_the_first_verdict_within_ninety_days_after_the_opening():
    cases = world(400)
    opened = cases["opened_at"].iloc[0]
    said = pd.DataFrame({
        "feedback_id": ["f1", "f2", "f3", "f4"], "customer_id": cases["customer_id"].iloc[0],
        "received_at": opened + pd.to_timedelta([-1, 91, 20, 30], unit="D"),
        "dissatisfied": pd.array([True, True, False, True], dtype="boolean"),
    })
    rows = rows_of(cases, reviews=said).set_index("case_id")
    assert rows.loc["c00000", service_links.PLEASED_LATER] == 1.0  # f3
    assert rows[service_links.PLEASED_LATER].notna().sum() <= 2  # the customer's other case, perhaps


def test_feedback_after_the_snapshot_is_not_known_yet():
    cases = world(400)
    said = pd.DataFrame({"feedback_id": ["f1"], "customer_id": cases["customer_id"].iloc[0],
                         "received_at": cases["opened_at"].iloc[0] + pd.Timedelta(days=5),
                         "dissatisfied": pd.array([True], dtype="boolean")})
    early = cases["opened_at"].iloc[0].tz_localize(None).normalize() + pd.Timedelta(days=2)
    seen = outcomes(service.read_cases(cases, as_of=early, time_zone="UTC"), None, said)
    assert seen[service_links.PLEASED_LATER].isna().all()


@pytest.mark.slow
def test_purchases_count_beyond_those_of_comparable_customers_and_the_placebo_is_marked():
    cases = world(600)
    after = pd.DataFrame({
        "case_id": cases["case_id"], "bought": 1.0, "expected_bought": .8, "stayed": 1.0, "expected_stayed": .9,
        "bought_before": np.tile([0.0, 1.0], 300),
    })
    links = slow_against_fast(rows_of(cases, after))
    found = row(links, "slow to close", service_links.BOUGHT)
    assert (found["exposed"], found["others"], found["difference"]) == (1.0, 1.0, pytest.approx(0))
    placebo = links[links["outcome"] == service_links.BOUGHT_BEFORE]
    assert placebo["is_placebo"].all()
    assert placebo["q_value"].isna().all()
    check_frame(links, contract("service_links"))


def test_no_ratings_and_no_customers_are_said_in_a_sentence():
    never = pd.Series(pd.NaT, index=range(100), dtype="datetime64[us, UTC]")
    silent = world(100).assign(csat=np.nan, customer_id=None, closed_at=never, first_response_at=never)
    with pytest.raises(TooLittleData, match="slow and as many fast cases"):
        slow_against_fast(rows_of(silent))


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter():
    cases = world(400)
    shuffled = cases.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(slow_against_fast(rows_of(cases)), slow_against_fast(rows_of(shuffled)))
