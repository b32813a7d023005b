"""btyd_choice.py: the model that generated the data wins on unseen purchases, and its PIT is flat."""

import numpy as np
import pandas as pd
import pytest
from test_btyd import MODELS, calibration, cdnow_orders, fits, history, holdout, simulated  # noqa: F401  (fixtures)

from helpers.btyd import btyd, btyd_choice, btyd_discrete
from helpers.errors import TooLittleData


def world(model: str, n: int = 12_000) -> pd.DataFrame:
    planted = {"r": 0.9, "alpha": 3.0, "a": 0.9, "b": 1.2} if model != "Pareto/NBD" else {
        "r": 0.9, "alpha": 3.0, "a": 0.5, "b": 5.0}
    return simulated(n, seed=7, weeks=26.0, ahead=26.0, model=model, **planted)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_model_that_drew_the_customers_wins(model):
    people = world(model)
    choice = btyd_choice.compare(people, people["later"], 26)
    assert choice.best.name == model
    assert choice.table["model"].iloc[0] == model


def test_scores_are_the_likelihoods_of_the_counts_that_came(calibration, holdout, fits):  # noqa: F811
    choice = btyd_choice.compare(calibration, holdout, 39)
    table = choice.table.set_index("model")
    for name, fit in fits.items():
        each = fit.log_p_count(calibration, 39, holdout)
        assert table.loc[name, "held_out"] == pytest.approx(each.sum())
        assert table.loc[name, "per_customer"] == pytest.approx(each.mean())
        assert choice.fits[name] == fit
    assert table["held_out"].is_monotonic_decreasing
    assert (table["actual"] == 1882).all() and table.loc["BG/NBD", "expected"] == pytest.approx(1653, abs=0.5)
    assert table["lag"].tolist() == pytest.approx((table["held_out"].max() - table["held_out"]).tolist())
    assert (table["lag_low"] <= table["lag"]).all() and (table["lag"] <= table["lag_high"]).all()


def test_on_cdnow_no_model_is_clearly_better_than_the_others(calibration, holdout):  # noqa: F811
    assert not btyd_choice.compare(calibration, holdout, 39).is_clear


def test_models_of_any_kind_are_compared_by_whether_customers_bought():
    none = {"knows": [0.1, 0.8, 0.9], "guesses": [0.5, 0.5, 0.5]}
    table = btyd_choice.compare_buying(none, [True, False, False])
    assert table["model"].tolist() == ["knows", "guesses"]
    assert table["held_out"].tolist() == pytest.approx([np.log(0.9 * 0.8 * 0.9), 3 * np.log(0.5)])
    assert table["brier"].tolist() == pytest.approx([(0.01 + 0.04 + 0.01) / 3, 0.25])
    assert (table["expected"].tolist(), table["actual"].tolist()) == (pytest.approx([1.2, 1.5]), [1, 1])
    assert table["lag"].tolist() == pytest.approx([0, np.log(0.9 * 0.8 * 0.9) - 3 * np.log(0.5)])
    assert np.isfinite(btyd_choice.compare_buying({"sure": [1.0]}, [True])["held_out"]).all()  # wrong, though "certain"


def test_bg_bb_by_the_week_is_nearly_pareto_nbd(cdnow_orders, calibration, holdout, fits):  # noqa: F811
    """With ever shorter spans a chance to buy or leave at each becomes a rate (Fader, Hardie and Shang 2010)."""
    spans = btyd_discrete.opportunities(cdnow_orders["tenth"], start="1997-01-01", end="1997-09-30", days=7)
    assert spans["customer_id"].tolist() == calibration["customer_id"].tolist()
    discrete, rates = btyd_discrete.fit_bg_bb(spans), fits["Pareto/NBD"].parameters
    assert discrete.parameters["alpha"] == pytest.approx(rates["r"], rel=0.1)
    assert discrete.parameters["gamma"] == pytest.approx(rates["s"], rel=0.05)
    none = {"BG/BB": discrete.p_no_purchase(spans, 39), **{n: f.p_no_purchase(calibration, 39) for n, f in fits.items()}}
    table = btyd_choice.compare_buying(none, holdout > 0)
    assert set(table["model"]) == {"BG/BB", *MODELS}
    assert table["brier"].lt((holdout > 0).mean() * (holdout == 0).mean()).all()  # all beat the same chance for everyone
    expected = table.set_index("model")["expected"]
    assert expected["BG/BB"] == pytest.approx(expected["Pareto/NBD"], rel=0.03)


def test_a_clear_winner_is_called_one():
    table = pd.DataFrame({"model": ["A", "B"], "lag_low": [0.0, 2.0]})
    best = btyd.BgNbd({}, 0, 1)
    table["model"] = ["BG/NBD", "Pareto/NBD"]
    assert btyd_choice.Choice(table, {}, best).is_clear
    assert not btyd_choice.Choice(table.assign(lag_low=[0.0, -2.0]), {}, best).is_clear


def test_where_no_model_converges_the_reason_is_passed_on():
    with pytest.raises(TooLittleData, match="Needs a repeat purchase"):
        btyd_choice.compare(history((0, 0, 39), (1, 3, 39)), 0, 13)


def test_the_order_of_customers_does_not_matter(calibration, holdout):  # noqa: F811
    order = np.random.default_rng(1).permutation(len(calibration))
    first = btyd_choice.compare(calibration, holdout, 39, models=("BG/NBD",)).table
    other = btyd_choice.compare(calibration.iloc[order], holdout.iloc[order], 39, models=("BG/NBD",)).table
    pd.testing.assert_frame_equal(first, other, rtol=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_the_pit_of_the_true_model_is_flat(model):
    people = world(model, 5000)
    fit = btyd.MODELS[model](btyd.fit(people, model).parameters, 0, 1)
    histogram = btyd_choice.pit(fit, people, people["later"], 26)
    assert histogram["share"].sum() == pytest.approx(1)
    assert histogram["share"].between(histogram["chance_low"], histogram["chance_high"]).all()
    assert btyd_choice.pit_distance(histogram) < 0.03


def test_a_model_that_expects_too_little_slopes_upwards():
    people = world("BG/NBD", 5000)
    fit = btyd.fit(people)
    right, twice = (btyd_choice.pit(fit, people, times * people["later"], 26) for times in (1, 2))
    assert twice["share"].iloc[-1] > twice["chance_high"].iloc[-1] > right["share"].iloc[-1]
    assert btyd_choice.pit_distance(twice) > 5 * btyd_choice.pit_distance(right)


def test_a_count_spreads_its_customer_over_its_probability(monkeypatch):
    """P(0) = .5, P(1) = .3: two customers with 0 and 1 fill [0, .5] and [.5, .8] evenly."""
    fit = btyd.BgNbd({}, 0, 1)
    below = {-1: 0.0, 0: 0.5, 1: 0.8}
    monkeypatch.setattr(btyd.BgNbd, "p_at_most", lambda self, s, h, n: pd.Series([below[int(v)] for v in n]))
    histogram = btyd_choice.pit(fit, history((0, 0, 1), (0, 0, 1)), [0, 1], 5)
    assert histogram["share"].tolist() == pytest.approx([0.1] * 5 + [1 / 6] * 3 + [0, 0])
    assert btyd_choice.pit_distance(histogram) == pytest.approx(0.2)
