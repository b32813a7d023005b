"""helpers.score: answers against a truth that is worked by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from helpers import paths, score
from helpers.scoring import score_customers, score_people, score_sales, score_voice
from helpers.scoring.score_rows import Score, is_missing


def value(rows: list[Score], measure: str) -> float:
    return next(row.value for row in rows if row.measure == measure)


# --- verdicts


@pytest.mark.parametrize(("row", "verdict"), [
    (Score("n", "q", "m", .97, target=.97), "reached"), (Score("n", "q", "m", .9699, target=.97), "not reached"),
    (Score("n", "q", "m", 1.0, target=1.0, lower_is_better=True), "reached"),
    (Score("n", "q", "m", 1.1, target=1.0, lower_is_better=True), "not reached"),
    (Score("n", "q", "m", .8, baseline=.7), "better than baseline"),
    (Score("n", "q", "m", .7, baseline=.7), "no better than baseline"),
    (Score("n", "q", "m", .9, baseline=1.2, ideal=1.0), "better than baseline"),
    (Score("n", "q", "m", .7, baseline=1.2, ideal=1.0), "no better than baseline"),
    (Score("n", "q", "m", 2.0), ""), (is_missing("n", "q", "results/x", "churn"), "results/x is missing: run make churn"),
])
def test_a_verdict_follows_target_then_baseline(row, verdict):
    assert row.verdict == verdict


# --- who is who


def linked() -> pd.DataFrame:
    """Person A has keys 1, 2, 3, person B key 4; the answer puts 1 and 2 together, and 3 with 4."""
    return pd.DataFrame({"record_key": ["1", "2", "3", "4"], "person_id": list("AAAB"), "customer_id": list("XXYY")})


def test_pairs_and_b_cubed_are_counted_as_by_hand():
    rows = score_people.identity(linked())
    assert value(rows, "pairwise precision") == 1 / 2  # of pairs 1-2 and 3-4, the first
    assert value(rows, "pairwise recall") == 1 / 3  # of 1-2, 1-3, 2-3
    assert value(rows, "pairwise F1") == pytest.approx(.4)
    assert value(rows, "B-cubed precision") == pytest.approx((1 + 1 + .5 + .5) / 4)
    assert value(rows, "B-cubed recall") == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert value(rows, "customers that mix people, per 10,000") == 5_000
    assert value(rows, "customers per person") == 1.0


def test_a_perfect_answer_scores_one_and_mixes_nobody():
    rows = score_people.identity(linked().assign(customer_id=list("XXXY")))
    assert {value(rows, m) for m in ("pairwise F1", "B-cubed F1")} == {1.0}
    assert value(rows, "customers that mix people, per 10,000") == 0
    assert all(row.verdict == "reached" for row in rows if row.target is not None)


def test_a_customer_is_the_person_of_most_of_its_keys():
    both = pd.DataFrame({"record_key": list("12345"), "customer_id": list("XXXYY"), "person_id": list("BABBA")})
    assert score_people.customer_persons(both).to_dict() == {"X": "B", "Y": "A"}  # a tie: the first in order


def test_records_are_known_by_their_number_or_by_what_was_written():
    records = pd.DataFrame({
        "source": ["crm", "till", "till", "till"], "local_id": ["K1", None, None, None],
        "full_name": ["王伟", None, None, None],
        "phone": ["13800012345", "13800012345", "13900054321", "13900054321"], "email": None,
        "person_id": ["A", "A", "B", "C"]})
    people = pd.DataFrame({
        "customer_id": ["crm:K1", "member:aa", "member:bb"], "source": ["crm", "till", "till"],
        "full_name": ["王伟", None, None],
        "phone": ["13800012345", " 13800012345", "13900054321"], "email": None})
    found = score_people.record_persons(records, people, {"crm": "crm", "till": "member"})
    assert found.to_dict() == {"crm:K1": "A", "member:aa": "A"}  # bb is B's and C's: a family's phone


# --- lines


def lines() -> pd.DataFrame:
    """Six lines in two files: three good ones, a copy, a test and one of the year 2099."""
    return pd.DataFrame({
        "source": "till", "file": ["a", "a", "a", "b", "b", "b"], "line": [2, 3, 4, 2, 3, 4], "transaction_id": list("xxyzzt"),
        "kind": ["sale", "sale", "return", "sale", "sale", "test"], "is_copy": [False, True, False, False, False, False],
        "is_ragged": False, "date_problem": [None, None, None, "future", "24:00", None],
        "revenue": [10.0, 10.0, -2.0, 5.0, 7.0, 99.0], "person_id": ["A", "A", "A", "B", "B", None]})


def test_lines_of_later_files_are_counted_on():
    assert score_sales.source_rows(lines()).tolist() == [2, 3, 4, 6, 7, 8]


def test_a_line_at_24_o_clock_is_real_and_one_of_2099_is_lost():
    assert score_sales.bad_lines(lines()).tolist() == [False, True, False, True, False, True]


def test_what_was_set_aside_is_compared_line_by_line():
    rejects = pd.DataFrame({"source": "till", "source_row": [3, 6, 7]})  # the copy, 2099, and a good line
    rows = score_sales.rejected(lines(), rejects)
    assert value(rows, "lines set aside that are truly bad") == pytest.approx(2 / 3)
    assert value(rows, "truly bad lines that were set aside") == pytest.approx(2 / 3)
    assert value(rows, "test orders that were set aside") == 0
    assert value(rows, "ragged lines that were set aside") is None


def test_revenue_is_compared_with_what_can_be_placed():
    rows = score_sales.revenue(lines(), 16.5)  # true: 10 − 2 + 7 = 15
    assert value(rows, "clean ÷ true revenue") == pytest.approx(1.1)
    assert next(r.baseline for r in rows if r.baseline) == pytest.approx(129 / 15)
    assert value(rows, "true revenue that no rule can place") == pytest.approx(5 / 20)


def test_money_goes_to_the_right_person_or_has_no_name():
    orders = pd.DataFrame({"transaction_id": ["x", "y", "z"], "customer_id": ["X", "Y", None]})
    rows = score_sales.kept_money(lines(), orders, pd.Series({"X": "A", "Y": "B"}))
    assert value(rows, "named revenue that went to the right person") == pytest.approx(10 / 12)  # y is A's, not B's
    assert value(rows, "true revenue that has a name") == pytest.approx(12 / 19)


def test_a_source_with_a_lost_row_is_not_complete():
    written = pd.DataFrame({"source": ["till", "till", "crm"], "n_rows": [5, 5, 3]})
    arrived = pd.DataFrame({"source": ["till", "crm"], "n_rows": [9, 3]})
    rows = score_sales.collection(arrived, written)
    assert value(rows, "sources with every row") == .5
    assert value(rows, "rows arrived ÷ rows written") == pytest.approx(12 / 13)


# --- customers


def world(n: int = 400):
    """People whose past says nothing and whose prediction says everything."""
    rng = np.random.default_rng(0)
    true = rng.gamma(1.0, 100.0, n)
    people = pd.DataFrame({
        "person_id": [f"P{i}" for i in range(n)], "expected_revenue_12m": true, "persona": np.where(true > 80, "big", "small"),
        "orders_per_month": true / 100, "left_at": np.where(true < 40, "2025-06-01", None)})
    customers = [f"C{i}" for i in range(n)]
    return people, pd.Series(people["person_id"].to_numpy(), index=customers), rng.permutation(true)


def test_a_perfect_value_model_is_perfect_and_its_baseline_is_not():
    people, persons, past = world()
    answer = pd.DataFrame({"customer_id": persons.index, "expected_revenue": people["expected_revenue_12m"] / 2,
                           "revenue": past,
                           "horizon_weeks": score_customers.WEEKS_PER_YEAR / 2})
    rows = score_customers.lifetime_value(answer, persons, people)
    assert value(rows, "predicted ÷ true, in all") == pytest.approx(1.0)  # half a year, half the revenue
    assert value(rows, "rank correlation") == pytest.approx(1.0)
    assert value(rows, "their share of true revenue to come") == value(rows, "the same in hindsight")
    assert all(row.verdict == "better than baseline" for row in rows if row.baseline is not None and row.ideal is None)


def test_a_person_split_in_two_is_scored_once():
    people, persons, _ = world()
    halves = pd.concat([persons, pd.Series(persons.to_numpy(), index="D" + persons.index)])
    answer = pd.DataFrame({"customer_id": halves.index, "expected_revenue": np.tile(people["expected_revenue_12m"] / 2, 2),
                           "revenue": 1.0 + np.arange(len(halves)), "horizon_weeks": score_customers.WEEKS_PER_YEAR})
    rows = score_customers.lifetime_value(answer, halves, people)
    assert rows[0].n == len(people)
    assert value(rows, "predicted ÷ true, in all") == pytest.approx(1.0)


def test_segments_that_are_the_personas_explain_more_than_fifths_of_revenue():
    people, persons, past = world()
    segments = pd.DataFrame({"customer_id": persons.index, "segment": people["persona"], "revenue": past, "cluster": None})
    rows = score_customers.segmentation(segments, persons, people)
    assert value(rows, "adjusted Rand index with personas") == pytest.approx(1.0)
    assert [row.verdict for row in rows] == ["better than baseline"] * 3


def test_eta_squared_is_the_share_of_variance_between_groups():
    assert score_customers.eta_squared(pd.Series([1, 1, 3, 3]), list("aabb")) == pytest.approx(1.0)
    assert score_customers.eta_squared(pd.Series([1, 3, 1, 3]), list("aabb")) == pytest.approx(0.0)
    assert score_customers.eta_squared(pd.Series([0, 2, 2, 4]), list("aabb")) == pytest.approx(.5)
    assert score_customers.eta_squared(pd.Series([5, 5, 5]), list("abc")) == 0


def test_churn_is_scored_against_who_truly_left():
    people, persons, past = world()
    left = people["left_at"].notna().to_numpy()
    scores = pd.DataFrame({"customer_id": persons.index, "churn_probability": np.where(left, .9, .2), "recency_days": past,
                           "is_silent": False})
    rows = score_customers.churn(scores, persons, people)
    assert rows[0].value == 1.0 and rows[0].verdict == "better than baseline"
    flipped = score_customers.churn(scores.assign(churn_probability=np.where(left, .2, .9)), persons, people)
    assert flipped[0].value == 0.0


def test_too_few_customers_are_not_scored():
    people, persons, past = world(99)
    answer = pd.DataFrame({"customer_id": persons.index, "expected_revenue": 1.0, "revenue": past, "horizon_weeks": 52.0})
    assert score_customers.lifetime_value(answer, persons, people)[0].verdict == "too few to score: 99"


# --- voice


def test_texts_are_scored_by_language():
    true = pd.DataFrame({"feedback_id": [str(i) for i in range(50)],
                         "sentiment": ["negative"] * 10 + ["positive"] * 30 + ["negative"] * 10,
                         "language": ["zh"] * 40 + ["en"] * 10, "has_text": True})
    answer = pd.DataFrame({"feedback_id": true["feedback_id"], "p_dissatisfied": [.9] * 5 + [.1] * 45})
    rows = score_voice.sentiment(answer, true)
    assert rows[-2].value == pytest.approx(35 / 40) and rows[-2].baseline == pytest.approx(.75)
    assert rows[-1].value == pytest.approx(.75)  # AUC: 5 of 10 negative texts above all others, the rest tied
    assert rows[0].verdict == "too few texts: 10"


def test_net_promoters_are_nines_and_tens_less_zero_to_six():
    assert score_voice.net_promoters(np.array([10, 9, 8, 7, 6, 0])) == 0
    assert score_voice.net_promoters(np.array([9, 9, 8, 6])) == 25


# --- the command


def test_drivers_are_scored_by_their_distance_from_what_was_planted():
    found = pd.DataFrame({"question_id": ["quality", "price", "app"], "effect": [.7, .3, .1], "n": 400})
    true = pd.DataFrame({"question_id": ["quality", "price", "app"], "points_per_point": [.8, .26, 0.0]})
    error, order = score_voice.drivers(found, true)
    assert error.value == pytest.approx((.1 + .04 + .1) / 3)
    assert error.verdict == "better than baseline"
    assert order.value == pytest.approx(1)
    assert score_voice.drivers(found, true.iloc[:0])[0].value is None


def test_weighting_is_better_where_it_comes_nearer_to_all_customers():
    people = pd.DataFrame({"satisfaction": [-5.0, 5.0, 5.0], "n_orders": [1, 1, 1]})  # one detractor, two promoters: 33.3
    weighted = {"weighted": 30.0, "weighted_low": 20.0, "weighted_high": 40.0, "estimate": 50.0, "n": 90}
    row = score_voice.weighted_promoters(weighted, people)[0]
    assert row.ideal == pytest.approx(100 / 3)
    assert (row.value, row.baseline, row.verdict) == (30, 50, "better than baseline")


def test_every_answer_that_is_not_there_says_what_to_run(home, capsys):
    truth = paths.layer("complete_journey", "truth")
    truth.mkdir()
    pd.DataFrame({"person_id": ["A"]}).to_parquet(truth / "people.parquet")
    lines().to_parquet(truth / "lines.parquet")
    assert score.main(["DATASET=complete_journey"]) == 0
    shown = capsys.readouterr().out
    for stage in ("collection", "cleaning", "voc"):
        assert f"run make {stage}" in shown
    kept = json.loads((truth / "score.json").read_text(encoding="utf-8"))
    assert len(kept) == len(shown.splitlines()) - 1


def test_a_data_set_without_truth_cannot_be_scored(home, capsys):
    assert score.main(["DATASET=complete_journey"]) == 2
    assert "no truth to be scored against" in capsys.readouterr().err
