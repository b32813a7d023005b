"""surveys_drivers.py: shares of R² worked by hand and in closed form, planted effects recovered, held-out R²."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.surveys import surveys_drivers as drivers

SCALES = pd.DataFrame({"question_id": ["price", "quality", "speed"], "low": 1.0, "high": 5.0})


def moments(r_12: float, r_1: float, r_2: float) -> np.ndarray:
    """Correlations of an outcome with two questions that correlate with r_12."""
    return np.array([[[1.0, r_1, r_2], [r_1, 1.0, r_12], [r_2, r_12, 1.0]]])


def rated(n: int = 400, *, effects=(0.0, 1.0, 0.5), seed: int = 0, mood: float = 1.0) -> pd.DataFrame:
    """Questionnaires whose ratings share a mood and whose outcome hangs on them with the given effects."""
    rng = np.random.default_rng(seed)
    feeling = mood * rng.normal(size=n)
    ratings = np.clip(np.round(3 + 0.6 * feeling[:, None] + 0.9 * rng.normal(size=(n, 3))), 1, 5)
    outcome = ratings @ np.array(effects) + rng.normal(size=n)
    return pd.DataFrame({"feedback_id": [f"f{i:04d}" for i in range(n)], "customer_id": [f"c{i:04d}" for i in range(n)],
                         "outcome": outcome, **{name: ratings[:, i] for i, name in enumerate(SCALES["question_id"])}})


def test_two_questions_share_r2_by_hand():
    # r1 = .6, r2 = .3, r12 = .5: R² = (.36 + .09 − 2·.6·.3·.5) / (1 − .25) = .36, all of it what question 1 explains alone
    shares = drivers.shares_of_r2(moments(0.5, 0.6, 0.3))[0]
    # question 1: mean of .36 (first) and .36 − .09 (second) = .315; question 2: mean of .09 and 0 = .045
    assert shares == pytest.approx([0.315 / 0.36, 0.045 / 0.36], abs=1e-6)


def test_uncorrelated_questions_share_by_their_squared_correlations():
    assert drivers.shares_of_r2(moments(0.0, 0.6, 0.3))[0] == pytest.approx([0.8, 0.2], abs=1e-6)


def test_copies_of_a_question_share_equally():
    assert drivers.shares_of_r2(moments(1.0, 0.5, 0.5))[0] == pytest.approx([0.5, 0.5], abs=1e-4)


def test_of_two_questions_relative_weights_and_the_average_over_orders_are_the_same():
    found = moments(0.5, 0.6, 0.3)
    weights = drivers._relative_weights(found[:, 1:, 1:], found[:, 1:, 0])[0]
    assert weights == pytest.approx([0.315, 0.045], abs=1e-6)  # Johnson (2000): equal with two predictors


def test_with_eleven_questions_the_shares_still_add_up():
    rng = np.random.default_rng(1)
    data = rng.normal(size=(300, 12)) + rng.normal(size=(300, 1))
    shares = drivers.shares_of_r2(np.cov(data.T)[None])[0]
    assert len(shares) == 11
    assert shares.sum() == pytest.approx(1.0)
    assert (shares > 0).all()


def test_planted_effects_are_recovered_although_a_mood_lifts_all_ratings():
    table = drivers.driver_table(rated(1500), SCALES, seed=1, n_draws=200).set_index("question_id")
    assert table.index.tolist() == ["quality", "speed", "price"]
    for name, truth in (("quality", 1.0), ("speed", 0.5), ("price", 0.0)):
        assert table.loc[name, "effect_low"] < truth < table.loc[name, "effect_high"]
    assert table["is_clear"].to_dict() == {"quality": True, "speed": True, "price": False}
    assert table["importance"].sum() == pytest.approx(1.0)
    assert (table["importance_low"] <= table["importance"]).all()
    assert (table["importance"] <= table["importance_high"]).all()


def test_performance_is_the_mean_between_worst_and_best():
    table = drivers.driver_table(rated().assign(price=[2.0, 4.0] * 200), SCALES, seed=1, n_draws=20).set_index("question_id")
    assert table.loc["price", "performance"] == 0.5


def test_held_out_r2_is_high_where_ratings_decide_and_not_above_zero_where_they_do_not():
    strong = drivers.held_out_r2(rated(), seed=1)
    assert strong["low"] < strong["r2"] < strong["high"]
    assert strong["r2"] > 0.4
    assert drivers.held_out_r2(rated(effects=(0.0, 0.0, 0.0)), seed=1)["r2"] < 0.02


def test_the_order_of_draws_hangs_on_the_seed_alone():
    table = rated()
    pd.testing.assert_frame_equal(drivers.driver_table(table, SCALES, seed=4, n_draws=20),
                                  drivers.driver_table(table, SCALES, seed=4, n_draws=20))


# --- which questionnaires


def long(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`survey_answers` and the answers of surveys.py of questionnaires."""
    melted = table.melt("feedback_id", list(SCALES["question_id"]), var_name="question_id", value_name="answer").dropna()
    overall = table[["feedback_id", "outcome"]].assign(question_id="nps").rename(columns={"outcome": "answer"})
    answers = table.rename(columns={"outcome": "nps"}).assign(csat=np.nan, ces=np.nan, received_at=pd.NaT)
    return pd.concat([melted, overall]), answers


def test_rated_questions_are_those_that_most_answer_and_that_vary():
    table = rated().assign(price=3.0)
    table.loc[table.index >= 150, "speed"] = np.nan
    with pytest.raises(TooLittleData, match="there are 1 questions"):
        drivers.ratings(*long(table))
    found, outcome = drivers.ratings(*long(rated()))
    assert (list(found.columns[3:]), outcome, len(found)) == (["price", "quality", "speed"], "nps", 400)


def test_satisfaction_stands_in_where_nobody_was_asked_to_recommend():
    answers, overall = long(rated())
    found, outcome = drivers.ratings(answers, overall.assign(csat=overall["nps"] / 2, nps=np.nan))
    assert (outcome, len(found)) == ("csat", 400)


@pytest.mark.parametrize("n", [0, 1, 99])
def test_few_questionnaires_say_what_is_needed(n):
    with pytest.raises(TooLittleData, match="100 questionnaires"):
        drivers.ratings(*long(rated().head(n)))


def test_an_overall_answer_that_never_varies_explains_nothing():
    with pytest.raises(TooLittleData):
        drivers.ratings(*long(rated().assign(outcome=10.0)))


def test_importance_is_the_mean_gain_over_all_orders_of_three_correlated_questions():
    moments = np.array([[1, .6, .5, .3], [.6, 1, .7, .2], [.5, .7, 1, .4], [.3, .2, .4, 1]])

    def r2(chosen) -> float:
        chosen = sorted(chosen)
        part = moments[chosen, 0]
        return float(part @ np.linalg.solve(moments[np.ix_(chosen, chosen)], part)) if chosen else 0.0

    gains = np.zeros(3)
    for order in permutations([1, 2, 3]):
        for i, question in enumerate(order):
            gains[question - 1] += (r2(order[:i + 1]) - r2(order[:i])) / 6
    assert gains.sum() == pytest.approx(r2([1, 2, 3]))
    assert drivers.shares_of_r2(moments[None])[0] == pytest.approx(gains / gains.sum(), abs=1e-6)
