"""score_service.py: true differences worked by hand, and answers that hit and miss them."""

import numpy as np
import pandas as pd
import pytest

from helpers.scoring import score_service
from helpers.scoring.score_rows import Score
from helpers.service import service_links
from helpers.service.service_links import SATISFIED_WITH, STAYED


def by_measure(rows: list[Score]) -> dict[str, Score]:
    return {row.measure: row for row in rows}


def test_expected_ratings_are_those_of_a_rounded_normal_noise():
    found = score_service.true_ratings(pd.Series([3.5, 3.0, -9.0, 99.0]), .5)
    assert found["satisfied"].tolist() == pytest.approx([.5, .158655, 0, 1], abs=1e-5)  # one deviation above the mood
    assert found["rating"].tolist() == pytest.approx([3.5, 3.0, 1, 5], abs=1e-4)


def cases(n=2000) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cases of two topics, failures slower and unhappier, a rating that falls by .5 a day, and their truth."""
    draw = np.random.default_rng(5)
    bad = draw.random(n) < .5
    days = draw.exponential(np.where(bad, 3.0, 1.0))
    mood = np.where(bad, 3.0, 4.5) - .5 * days
    ids = [f"c{i:05d}" for i in range(n)]
    csat = np.clip(np.round(mood + draw.normal(0, .8, n)), 1, 5)
    rows = pd.DataFrame({
        "case_id": ids, "person": ids, "topic": np.where(bad, "late", "invoice"), "channel": "mail", "csat": csat,
        "close_hours": 24 * days, "is_closed": True, "first_hours": 1.0, "is_answered": True, "reopened": False,
        SATISFIED_WITH: (csat >= 4).astype(float)})
    true = pd.DataFrame({"case_id": ids, "person_id": ids, "is_failure": bad, "drove_away": bad & (np.arange(n) % 4 == 0),
                         "mood": mood, "stays_days": 0.0})
    return rows, true


def test_what_slow_cases_go_with_is_near_the_truth_and_mixing_all_cases_is_not():
    rows, true = cases()
    found = by_measure(score_service.speed(rows, service_links.slow_against_fast(rows), true, spread=.8))
    share = found["share rated 4 or 5, slow less fast to close"]
    slope = found["points of the rating per day to close"]
    assert share.low < share.ideal < share.high and share.verdict == "better than baseline"
    assert slope.low < slope.ideal < slope.high and slope.verdict == "better than baseline"
    assert slope.ideal > -.5, "a rating cannot fall below 1"
    assert slope.n == 2000


def test_a_failure_costs_those_who_would_have_bought_and_a_question_nobody():
    _, true = cases(400)
    people = pd.DataFrame({"person_id": true["person_id"], "orders_per_month": 30.4375, "hazard_per_month": 0.0})
    after = true[["case_id"]].assign(stayed=1.0)  # one order a day: whoever is not driven away buys again within 100 days
    links = pd.DataFrame({"comparison": "after a case", "outcome": STAYED, "topic": ["failures", "questions"], "n": 200,
                          "difference": [-.3, .01], "low": [-.4, -.1], "high": [-.2, .1], "naive": np.nan})
    found = by_measure(score_service.comes_back(after, links, true, people, horizon=100))
    failures = found["share that bought again after failures, less comparable"]
    assert failures.ideal == pytest.approx(-true.loc[true["is_failure"], "drove_away"].mean())
    assert (failures.value, failures.baseline, failures.verdict) == (-.3, 0.0, "better than baseline")
    questions = found["share that bought again after questions, less comparable"]
    assert (questions.ideal, questions.baseline, questions.verdict) == (0.0, -.3, "better than baseline")


def test_who_still_bought_before_leaving_is_not_lost():
    true = pd.DataFrame({"case_id": ["a"], "person_id": ["p"], "is_failure": [True], "drove_away": [True], "mood": [2.0],
                         "stays_days": [50.0]})
    people = pd.DataFrame({"person_id": ["p"], "orders_per_month": [30.4375 / 50], "hazard_per_month": [0.0]})
    links = pd.DataFrame({"comparison": "after a case", "outcome": STAYED, "topic": ["failures"], "n": 1, "difference": 0.0,
                          "low": 0.0, "high": 0.0, "naive": np.nan})
    [row] = score_service.comes_back(pd.DataFrame({"case_id": ["a"], "stayed": [1.0]}), links, true, people, horizon=100)
    assert row.ideal == pytest.approx(-(np.exp(-1) - np.exp(-2)))  # 1 − e⁻² would have, 1 − e⁻¹ did
