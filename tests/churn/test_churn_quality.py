"""churn_quality.py: ranking, calibration and intervals of churn scores."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from helpers.churn import churn_quality


def customers(scores, churned, name="score"):
    ids = [f"c{i:05d}" for i in range(len(scores))]
    return pd.DataFrame({"customer_id": ids, "churned": np.asarray(churned, bool), name: np.asarray(scores, float)})


def measured(frame, *, is_probability=True, **options):
    rows = churn_quality.measure(frame, scores={"score": is_probability}, seed=1, **options)
    return rows.set_index("metric")


def planted(n=3000, *, seed=3, tilt=1.0, shift=0.0):
    """Customers lost with the probability that the score says, on the logit scale times `tilt` plus `shift`."""
    random = np.random.default_rng(seed)
    logit = random.normal(-1, 1.2, n)
    churned = random.random(n) < 1 / (1 + np.exp(-(tilt * logit + shift)))
    return customers(1 / (1 + np.exp(-logit)), churned)


def test_ranking_worked_by_hand_with_a_tie():
    # pairs (lost, kept): .9 above .5 and .1; .5 ties with .5 (half) and is above .1: 3.5 of 4
    found = measured(customers([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]))
    assert found.loc["roc_auc", "value"] == pytest.approx(3.5 / 4)
    assert found.loc["pr_auc", "value"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert found.loc["prevalence", "value"] == 0.5


def test_all_equal_scores_rank_like_chance():
    found = measured(customers([0.3] * 10, [1] * 3 + [0] * 7))
    assert found.loc["roc_auc", "value"] == 0.5
    assert found.loc["pr_auc", "value"] == pytest.approx(0.3)
    assert found.loc["top_decile_lift", "value"] == pytest.approx(1.0)


def test_lift_of_the_top_tenth_worked_by_hand():
    churned = [1] * 2 + [0] * 14 + [1] * 2 + [0] * 2  # 4 of 20 lost, both of the first tenth among them
    found = measured(customers(np.arange(20, 0, -1) / 100, churned))
    assert found.loc["top_decile_lift", "value"] == pytest.approx((2 / 4) / 0.1)


def test_a_tie_across_the_border_of_the_tenth_counts_in_proportion():
    # of the four tied customers two stand in front, one of them lost
    found = measured(customers([0.5] * 4 + [0.1] * 16, [1, 1, 0, 0] + [0] * 16))
    assert found.loc["top_decile_lift", "value"] == pytest.approx((1 / 2) / 0.1)


cases = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=4, max_size=60)


@settings(max_examples=40, deadline=None)
@given(cases)
def test_ranking_and_brier_agree_with_scikit_learn(rows):
    score, churned = np.array([row[0] for row in rows]) / 10 + 0.05, [row[1] for row in rows]
    if len(set(churned)) < 2:
        return
    found = measured(customers(score, churned), n_draws=2)["value"]
    assert found["roc_auc"] == pytest.approx(roc_auc_score(churned, score))
    assert found["pr_auc"] == pytest.approx(average_precision_score(churned, score))
    assert found["brier"] == pytest.approx(brier_score_loss(churned, score))


def test_flipping_label_and_score_gives_the_same_auc():
    frame = planted(500)
    flipped = frame.assign(churned=~frame["churned"], score=1 - frame["score"])
    assert measured(flipped).loc["roc_auc", "value"] == pytest.approx(measured(frame).loc["roc_auc", "value"])
    only_label = frame.assign(churned=~frame["churned"])
    assert measured(only_label).loc["roc_auc", "value"] == pytest.approx(1 - measured(frame).loc["roc_auc", "value"])


def test_true_probabilities_have_slope_one_and_intercept_zero():
    found = measured(planted(6000))
    assert found.loc["calibration_slope", "low"] < 1 < found.loc["calibration_slope", "high"]
    assert found.loc["calibration_intercept", "low"] < 0 < found.loc["calibration_intercept", "high"]
    assert found.loc["calibration_slope", "high"] - found.loc["calibration_slope", "low"] < 0.25


def test_a_planted_tilt_and_shift_of_the_logits_are_recovered():
    assert measured(planted(20000, tilt=0.5), n_draws=2).loc["calibration_slope", "value"] == pytest.approx(0.5, abs=0.05)
    assert measured(planted(20000, shift=0.7), n_draws=2).loc["calibration_intercept", "value"] == pytest.approx(0.7, abs=0.08)


def test_brier_skill_compares_with_the_rate_known_before():
    frame = customers([0.2, 0.2, 0.8, 0.8], [0, 0, 1, 1])
    assert measured(frame).loc["brier_skill", "value"] == pytest.approx(1 - 0.04 / 0.25)
    assert measured(frame, prior=0.1).loc["brier_skill", "value"] == pytest.approx(1 - 0.04 / 0.41)  # (.01 + .81) / 2


def test_a_rule_that_is_no_probability_is_only_ranked():
    found = measured(customers([3, 40, 17, 2], [0, 1, 1, 0]), is_probability=False)
    assert set(found.index) == {*churn_quality.RANKING, "prevalence"}


def test_intervals_hold_the_value_and_come_out_alike_with_the_same_seed_and_any_row_order():
    frame = planted(400)
    first = churn_quality.measure(frame, scores={"score": True}, seed=5)
    again = churn_quality.measure(frame.sample(frac=1, random_state=1), scores={"score": True}, seed=5)
    pd.testing.assert_frame_equal(first, again)
    assert ((first["low"] <= first["value"]) & (first["value"] <= first["high"])).all()
    other = churn_quality.measure(frame, scores={"score": True}, seed=6)
    assert not np.allclose(first["low"], other["low"])


def test_an_interval_of_a_proportion_is_as_wide_as_theory_says():
    row = measured(planted(2000), n_draws=600).loc["prevalence"]
    half = 1.96 * np.sqrt(row["value"] * (1 - row["value"]) / 2000)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(half, rel=0.15)


def test_the_first_draw_takes_everybody_once_and_only_the_first(monkeypatch):
    monkeypatch.setattr(churn_quality, "CELLS", 120)  # three draws of forty customers at a time
    draws = np.vstack(list(churn_quality._draws(np.arange(40), n_draws=10, seed=1)))
    assert draws.shape == (11, 40) and (draws.sum(axis=1) == 40).all()
    assert (draws == 1).all(axis=1).tolist() == [True] + [False] * 10


def test_few_cells_in_memory_give_intervals_of_the_same_size(monkeypatch):
    frame = planted(300)
    whole = measured(frame)
    monkeypatch.setattr(churn_quality, "CELLS", 900)  # three draws at a time
    parts = measured(frame)
    assert whole["value"].to_dict() == pytest.approx(parts["value"].to_dict())
    assert (parts.loc["roc_auc", "high"] - parts.loc["roc_auc", "low"]) == pytest.approx(
        whole.loc["roc_auc", "high"] - whole.loc["roc_auc", "low"], rel=0.3
    )


def test_a_score_gains_nothing_over_itself_and_something_over_noise():
    frame = planted(1500)
    frame = frame.assign(same=frame["score"] * 2, noise=np.random.default_rng(0).random(1500))
    assert churn_quality.gain(frame, model="score", baseline="same", seed=1) == {"value": 0, "low": 0, "high": 0}
    over_noise = churn_quality.gain(frame, model="score", baseline="noise", seed=1)
    assert over_noise["low"] > 0.1 and over_noise["low"] < over_noise["value"] < over_noise["high"]


def test_reliability_bins_worked_by_hand():
    frame = customers([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1])
    bins = churn_quality.reliability(frame, score="score", n_bins=2)
    assert bins["predicted"].to_list() == pytest.approx([0.15, 0.35])
    assert bins["observed"].to_list() == [0.5, 0.5] and bins["n"].to_list() == [2, 2]
    assert (bins["low"] < bins["observed"]).all() and (bins["observed"] < bins["high"]).all()


def test_equal_probabilities_share_a_bin_and_every_customer_has_one():
    frame = customers([0.1] * 50 + [0.9] * 50, [0] * 50 + [1] * 50)
    bins = churn_quality.reliability(frame, score="score")
    assert bins["n"].to_list() == [50, 50]
    assert churn_quality.reliability(planted(997), score="score")["n"].sum() == 997


def test_the_wide_table_has_the_best_score_first():
    frame = planted(300).assign(worse=lambda rows: rows["score"].iloc[::-1].to_numpy())
    quality = churn_quality.measure(frame, scores={"worse": False, "score": True}, seed=1).assign(is_baseline=False)
    table = churn_quality.wide(quality)
    assert table["model"].to_list() == ["score", "worse"]
    assert np.isnan(table["brier"][1]) and table["roc_auc_low"][0] < table["roc_auc"][0]
    assert churn_quality.value_of(quality, "score", "roc_auc")["value"] == table["roc_auc"][0]


# --- customers at several cut-offs


def test_a_customer_is_drawn_with_all_cut_offs():
    rows_of = np.array([0, 0, 1, 2, 2, 2])
    draws = np.vstack(list(churn_quality._draws(rows_of, n_draws=50, seed=1)))
    assert (draws[:, 0] == draws[:, 1]).all() and (draws[:, 3] == draws[:, 5]).all()
    assert (draws[1:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_repeating_every_row_at_a_second_cut_off_gives_the_same_figures_and_intervals():
    once = planted(200)
    twice = pd.concat([once.assign(cut_off=pd.Timestamp("2024-01-01")), once.assign(cut_off=pd.Timestamp("2024-02-01"))])
    one, two = measured(once), measured(twice)
    for column in ("value", "low", "high", "n"):
        assert np.allclose(one[column], two[column]), column


def test_one_step_of_newton_is_as_good_as_refitting_each_draw():
    """Checked against scikit-learn, which fits the slope of one draw from scratch."""
    from sklearn.linear_model import LogisticRegression

    frame = planted(2000)
    logit, churned = np.log(frame["score"] / (1 - frame["score"])).to_numpy(), frame["churned"].to_numpy(bool)
    weights = np.random.default_rng(0).multinomial(len(frame), np.full(len(frame), 1 / len(frame)), size=3).astype(float)
    ours = churn_quality._recalibration(logit, churned, weights, fixed_slope=False)
    theirs = [LogisticRegression(C=1e9).fit(logit[:, None], churned, sample_weight=w).coef_[0, 0] for w in weights]
    assert np.allclose(ours, theirs, atol=0.01)


def test_better_probabilities_gain_skill_and_the_same_ones_none():
    frame = planted(1500)
    frame = frame.assign(flat=frame["churned"].mean(), same=frame["score"])
    better = churn_quality.skill_gain(frame, model="score", baseline="flat", seed=1)
    assert better["low"] > 0 and better["value"] == pytest.approx(
        1 - ((frame["score"] - frame["churned"]) ** 2).mean() / frame["churned"].var(ddof=0))
    assert churn_quality.skill_gain(frame, model="score", baseline="same", seed=1) == {"value": 0.0, "low": 0.0, "high": 0.0}
