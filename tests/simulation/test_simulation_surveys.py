"""simulation/surveys.py: who answers an invitation, and ratings that move the recommendation by the planted points."""

import numpy as np
import pandas as pd
import pytest

from helpers.simulation import surveys, voice
from helpers.simulation.write_voice import QUESTIONS, as_ticked

N = 20_000


@pytest.fixture(scope="module")
def answered():
    """Answers of many people with one web order each, who feel from very bad to very good."""
    rng = np.random.default_rng(3)
    felt = rng.normal(-.6, .8, N)
    orders = pd.DataFrame({"row": np.arange(N), "day": 10.0, "channel": 1})
    told = pd.DataFrame({"row": np.arange(N), "day": 20.0, "lag": 10.0, "is_english": False} | voice.scores(felt, rng))
    return surveys._with_drivers(told.astype({"nps": float}), orders, felt, rng), felt


def test_the_ratings_move_the_recommendation_by_the_planted_points(answered):
    told, _ = answered
    everybody = told.dropna(subset=list(surveys.POINTS))
    design = np.column_stack([np.ones(len(everybody)), everybody[list(surveys.POINTS)]])
    slopes = np.linalg.lstsq(design, everybody["nps"], rcond=None)[0][1:]
    assert np.abs(slopes - np.array(list(surveys.POINTS.values()))).max() < .15, "rounding to 1–5 blurs them a little"
    assert list(np.argsort(-slopes)) == [0, 1, 2, 3, 4]


def test_the_parts_of_the_recommendation_fit_together():
    points = np.array(list(surveys.POINTS.values()))
    assert surveys.LOADING * points.sum() == pytest.approx(1.9, abs=.01), "7.9 + 1.9 × satisfaction (voice.scores)"
    assert (points**2).sum() * surveys.OWN**2 < surveys.NOISE**2, "the ratings explain a part of the noise"


def test_recommendations_stay_as_drawn_but_for_a_few_typed_as_11(answered):
    told, _ = answered
    drawn = np.clip(np.round(7.9 + 1.9 * told["felt_then"]), 0, 10)
    changed = told["nps"] != drawn
    assert 0 < changed.sum() < .05 * (drawn == 10).sum()
    assert set(told.loc[changed, "nps"]) == {11}


@pytest.mark.parametrize("more", [{"felt": (0, 1)}, {"n_orders": (1, 8)}, {"lag": (15, 2)}])
def test_the_satisfied_the_frequent_and_those_asked_soon_answer_more_often(more):
    usual = {"felt": (0, 0), "n_orders": (3, 3), "lag": (8, 8)} | more
    low, high = surveys.chance_of_answer(*(np.array(usual[name], dtype=float) for name in ("felt", "n_orders", "lag")))
    assert 0 < low < high < 1


def test_answers_come_from_people_who_were_invited_and_the_rest_stay_silent():
    rng = np.random.default_rng(5)
    n, felt = 4000, np.zeros(4000)
    people = pd.DataFrame(dict.fromkeys(surveys.KNOWN_TO, np.arange(n) % 4 > 0))
    orders = pd.DataFrame({"row": np.arange(n), "day": 50.0, "channel": 0})
    drawn = pd.DataFrame({"row": np.arange(0, n, 10), "day": 60.0, "lag": 10.0} | voice.scores(felt[::10], rng))
    told, sent = surveys.respond(people, orders, felt, drawn.astype({"nps": float}), rng)
    answers = sent[sent["answer"] >= 0]
    assert answers["row"].tolist() == told["row"].tolist(), "an answer belongs to its invitation"
    assert sent["row"].is_unique
    silent = sent[~sent["row"].isin(drawn["row"])]
    assert (silent["answer"] == -1).all()
    assert people.loc[silent["row"], surveys.KNOWN_TO].any(axis=1).all(), "nobody else can be written to"
    assert (sent["day"] >= 50).all(), "nobody is asked before the order"
    assert (answers["day"].to_numpy() <= told["day"].to_numpy()).all(), "nobody answers before being asked"
    assert len(answers) / len(sent) == pytest.approx(sent["chance"].mean(), abs=.03)


def test_answers_are_written_as_their_language_asks():
    asked = pd.DataFrame({name: [5.0, np.nan] for name in QUESTIONS["en"]})
    assert as_ticked(asked, "en")["delivery"].tolist()[0] == 1, "1 = very good"
    assert as_ticked(asked, "en")["app"].tolist()[0] == "Very easy"
    assert as_ticked(asked, "zh")["app"].tolist()[0] == "非常好用"
    assert as_ticked(asked, "zh").iloc[1].isna().all()
