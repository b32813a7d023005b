"""score_personas.py: a statement that points the wrong way counts against."""

import numpy as np
import pandas as pd
import pytest

from helpers.scoring import score_personas

HABITS = pd.DataFrame({"persona": ["big", "big", "small", "small"], "kind": "department", "attribute": ["tea", "soap"] * 2,
                       "share": [.7, .3, .4, .6]})


def world(n=200) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Half the people are big, women, old and content; the other half small, men, young and not."""
    big = np.arange(n) < n // 2
    people = pd.DataFrame({
        "person_id": [f"P{i}" for i in range(n)], "persona": np.where(big, "big", "small"), "gender": np.where(big, "女", "男"),
        "birth_date": np.where(big, "1950-06-01", "1995-06-01"), "satisfaction": np.where(big, 1.0, -1.0),
    })
    persons = pd.Series(people["person_id"].to_numpy(), index=[f"c{i}" for i in range(n)])
    segments = pd.DataFrame({"customer_id": persons.index, "segment": people["persona"], "revenue": 10.0, "frequency": 2})
    return people, persons, segments


def traits_of(*rows) -> pd.DataFrame:
    """Rows of (segment, kind, attribute, has more); all notable."""
    frame = pd.DataFrame(rows, columns=["segment", "kind", "attribute", "more"])
    return frame.assign(unit="spend", share=np.where(frame["more"], .6, .1), others_share=.5, is_notable=True, p_value=.001)


def scores(*rows) -> dict:
    people, persons, segments = world()
    return {row.measure: row for row in score_personas.personas(traits_of(*rows), segments, persons, people, HABITS)}


def test_a_trait_that_points_the_wrong_way_counts_against():
    # true: big prefers tea; soap and small's tea point the wrong way
    kind = "department"
    found = scores(("big", kind, "tea", True), ("big", kind, "soap", True), ("small", kind, "tea", True))
    assert found["statements that point the true way"].value == pytest.approx(1 / 3)
    assert found["of these: department"].n == 3


def test_age_gender_and_satisfaction_have_truths_of_their_own():
    found = scores(("big", "gender", "female", True), ("big", "age", "65+", True), ("small", "age", "25–34", True),
                   ("big", "reviews", "dissatisfied", False), ("small", "survey", "promoters", False))
    assert found["statements that point the true way"].value == 1.0 and found["statements that point the true way"].n == 5


def test_kinds_without_a_truth_are_not_scored():
    assert scores(("big", "weekday", "Monday", True))[""].verdict == "too few to score: 0"


def test_true_differences_that_were_not_said_are_missed():
    people, persons, segments = world()
    traits = traits_of(("big", "department", "tea", True), ("small", "department", "tea", False))
    traits.loc[1, "is_notable"] = False
    found = {row.measure: row for row in score_personas.personas(traits, segments, persons, people, HABITS)}
    assert found["true indices beyond ±20 that are statements"].value == .5


def test_the_simulations_habits_are_shares():
    habits = score_personas.true_habits()
    sums = habits[habits["kind"] != "discount"].groupby(["persona", "kind"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1.0) and set(habits["kind"]) == {"category", "department", "channel", "discount"}
