"""btyd_intervals.py: refits that find what whole fits find, futures that agree with the closed forms."""

import numpy as np
import pandas as pd
import pytest
from test_btyd import MODELS, simulated

from helpers.btyd import btyd, btyd_intervals


@pytest.fixture(scope="module")
def fitted():
    """800 customers drawn from BG/NBD with values of purchases, and both models fitted."""
    summary = simulated(800, seed=3).drop(columns=["later", "is_alive"])
    random = np.random.default_rng(4)
    scale = 1 / (random.gamma(3.7, size=len(summary)) / 15)
    mean = np.array([random.gamma(6 * max(x, 1)) * s / max(x, 1) for x, s in zip(summary["frequency"], scale, strict=True)])
    summary = summary.assign(
        customer_id=[f"c{i:04d}" for i in range(len(summary))], n_valued_days=summary["frequency"].astype("int64"),
        monetary_value=np.where(summary["frequency"] > 0, mean.round(2), np.nan),
    )
    return summary, btyd.fit(summary), btyd.fit_gamma_gamma(summary)


def same(fit, value, n: int) -> pd.DataFrame:
    return pd.DataFrame([{**fit.parameters, **value.parameters}] * n)


@pytest.mark.parametrize("model", MODELS)
def test_a_refit_on_resampled_customers_finds_what_a_whole_fit_finds(fitted, model):
    summary, _, value = fitted
    fit = btyd.fit(summary, model)
    refits = btyd_intervals.bootstrap(summary, fit, value, n_refits=1, seed=5)
    kinds, counts = btyd_intervals._kinds_of_customers(summary)
    drawn = np.random.default_rng(5).multinomial(len(summary), counts / len(summary))
    again = kinds.loc[kinds.index.repeat(drawn)].assign(n_valued_days=lambda t: t["n_days"], monetary_value=lambda t: t["mean"])
    assert refits[list(fit.names)].iloc[0].to_dict() == pytest.approx(btyd.fit(again, model).parameters, rel=2e-3)
    assert refits[["p", "q", "v"]].iloc[0].to_dict() == pytest.approx(btyd.fit_gamma_gamma(again).parameters, rel=2e-3)


def test_a_penalised_fit_has_penalised_refits(fitted):
    summary, fit, _ = fitted
    rows = btyd.distinct(btyd.collapse(summary))
    units = np.log([fit.units.get(name, 1.0) for name in fit.names])

    def penalised(logs):
        total, slope = btyd.BgNbd.likelihood(logs, rows)
        penalty = 0.1 * len(summary) * np.exp(2 * (logs - units))
        return total - penalty.sum(), slope - 2 * penalty

    found = btyd.maximise(penalised, [np.log(fit.values)], n=len(summary))
    pressed = btyd.BgNbd(dict(zip(fit.names, np.exp(found.logs), strict=True)), 0, 800, 0.1, longest_weeks=fit.longest_weeks)
    refits = btyd_intervals.bootstrap(summary, pressed, n_refits=30, seed=1)
    assert refits.median().to_dict() == pytest.approx(pressed.parameters, rel=0.15)
    assert refits["b"].max() < fit.parameters["b"]  # without the penalty b lies above all of these


def test_the_same_seed_gives_the_same_refits_and_futures(fitted):
    summary, fit, value = fitted
    first, again, other = (btyd_intervals.bootstrap(summary, fit, value, n_refits=3, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(other)
    futures = [btyd_intervals.simulate(summary, fit, value, first, horizon_weeks=10, seed=1).revenue for _ in range(2)]
    assert (futures[0] == futures[1]).all()


def test_the_order_of_customers_does_not_matter(fitted):
    summary, fit, value = fitted
    shuffled = summary.sample(frac=1, random_state=1)
    refits = btyd_intervals.bootstrap(summary, fit, value, n_refits=2)
    pd.testing.assert_frame_equal(btyd_intervals.bootstrap(shuffled, fit, value, n_refits=2), refits, check_exact=True)
    plain = btyd_intervals.simulate(summary, fit, value, refits, horizon_weeks=10)
    other = btyd_intervals.simulate(shuffled, fit, value, refits, horizon_weeks=10)
    assert (other.revenue == plain.revenue[:, shuffled.index]).all()
    assert (other.purchases == plain.purchases[:, shuffled.index]).all()


def test_intervals_of_parameters_hold_the_planted_values(fitted):
    summary, fit, _ = fitted
    refits = btyd_intervals.bootstrap(summary, fit, n_refits=60, seed=1)
    assert list(refits.columns) == list(btyd.BgNbd.names)
    low, high = btyd_intervals.interval(refits["r"] / refits["alpha"])
    assert low < 0.8 / 6.0 < high
    assert high / low < 2


@pytest.mark.slow
def test_ninety_five_percent_intervals_hold_the_truth_in_about_as_many_worlds():
    inside = 0
    for seed in range(40):
        world = simulated(800, seed=100 + seed)
        fit = btyd.fit(world)
        refits = btyd_intervals.bootstrap(world, fit, n_refits=80, seed=seed)
        low, high = btyd_intervals.interval(refits["r"] / refits["alpha"])
        inside += low < 0.8 / 6.0 < high
    assert inside >= 34  # fewer would come once in 300 times if the coverage were .95


@pytest.mark.parametrize("model", MODELS)
def test_futures_agree_with_the_closed_forms(fitted, model):
    summary, _, value = fitted
    fit = btyd.fit(summary, model)
    futures = btyd_intervals.simulate(
        summary, fit, value, same(fit, value, 25), horizon_weeks=26, futures_per_refit=8, seed=1
    )
    expected = fit.expected_purchases(summary, 26)
    assert futures.purchases.shape == (200, len(summary))
    assert futures.purchases.sum(axis=1).mean() == pytest.approx(expected.sum(), rel=0.015)
    money = (expected * value.expected_average_value(summary)).sum()
    assert futures.revenue.sum(axis=1, dtype="float64").mean() == pytest.approx(money, rel=0.02)
    nobody = (futures.purchases == 0).mean(axis=0).mean()
    assert nobody == pytest.approx(fit.p_no_purchase(summary, 26).mean(), abs=0.005)
    assert ((futures.revenue == 0) == (futures.purchases == 0)).all()


def test_memory_is_bounded_for_many_customers(fitted, monkeypatch):
    summary, fit, value = fitted
    monkeypatch.setattr(btyd_intervals, "MAX_CELLS", 20 * len(summary))
    for n_refits, n_futures in ((10, 20), (40, 40)):  # at least one future a refit
        found = btyd_intervals.simulate(summary, fit, value, same(fit, value, n_refits), horizon_weeks=5)
        assert found.purchases.shape[0] == n_futures


def test_an_interval_holds_the_middle_95_percent():
    low, high = btyd_intervals.interval(np.arange(0, 1001))
    assert (low, high) == pytest.approx((25, 975))
