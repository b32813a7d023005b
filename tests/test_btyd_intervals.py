"""btyd_intervals.py: refits that find what lifetimes finds, futures that agree with the closed forms."""

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoFitter

from helpers import btyd, btyd_intervals
from test_btyd import simulated


@pytest.fixture(scope="module")
def fitted():
    """800 customers drawn from BG/NBD with values of purchases, and both models fitted."""
    summary = simulated(800, seed=3)
    random = np.random.default_rng(4)
    scale = 1 / (random.gamma(3.7, size=len(summary)) / 15)
    mean = np.array([random.gamma(6 * max(x, 1)) * s / max(x, 1) for x, s in zip(summary["frequency"], scale, strict=True)])
    summary = summary.assign(
        customer_id=[f"c{i:04d}" for i in range(len(summary))], n_valued_days=summary["frequency"].astype("int64"),
        monetary_value=np.where(summary["frequency"] > 0, mean.round(2), np.nan),
    )
    return summary, btyd.fit_bg_nbd(summary), btyd.fit_gamma_gamma(summary)


def test_a_refit_on_all_customers_finds_the_fit(fitted):
    summary, fit, value = fitted
    rows = btyd.collapse(summary)
    started_elsewhere = btyd.BgNbd({k: v * 1.5 for k, v in fit.parameters.items()}, 0, fit.n_customers)
    found = btyd_intervals._refit(btyd.bg_nbd_likelihood, started_elsewhere, btyd.BG_NBD, (rows,))
    assert found == pytest.approx(fit.parameters, rel=0.01)


def test_a_refit_on_resampled_customers_finds_what_lifetimes_finds(fitted):
    summary, fit, value = fitted
    refits = btyd_intervals.bootstrap(summary, fit, value, n_refits=1, seed=5)
    drawn = np.random.default_rng(5).multinomial(len(summary), np.full(len(summary), 1 / len(summary)))
    again = summary.loc[summary.index.repeat(drawn)]
    model = BetaGeoFitter().fit(*(again[c].to_numpy() for c in btyd.HISTORY))
    assert refits[list(btyd.BG_NBD)].iloc[0].to_dict() == pytest.approx(model.params_.to_dict(), rel=0.02)
    assert refits[list(btyd.GAMMA_GAMMA)].iloc[0].to_dict() == pytest.approx(btyd.fit_gamma_gamma(again).parameters, rel=0.02)


def test_a_penalised_fit_has_penalised_refits(fitted):
    summary, _, value = fitted
    rows = btyd.collapse(summary)
    model = BetaGeoFitter(0.1).fit(*(rows[c].to_numpy() for c in btyd.HISTORY), weights=rows["n_customers"].to_numpy())
    fit = btyd._bg_nbd(model.params_[list(btyd.BG_NBD)], rows, penaliser=0.1)
    found = btyd_intervals._refit(btyd.bg_nbd_likelihood, fit, btyd.BG_NBD, (rows,))
    assert found == pytest.approx(fit.parameters, rel=0.01)


def test_the_same_seed_gives_the_same_refits_and_futures(fitted):
    summary, fit, value = fitted
    first, again, other = (
        btyd_intervals.bootstrap(summary, fit, value, n_refits=3, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    futures = [btyd_intervals.simulate(summary, fit, value, first, horizon_weeks=10, seed=1).revenue for _ in range(2)]
    assert (futures[0] == futures[1]).all()


def test_a_flat_likelihood_does_not_let_a_parameter_run_away(fitted):
    fit = fitted[1]

    def rising(logs):
        return logs.sum(), np.ones(4)

    found = btyd_intervals._refit(rising, fit, btyd.BG_NBD, ())
    assert found == pytest.approx({name: 100 * value for name, value in fit.parameters.items()})


def test_intervals_of_parameters_hold_the_planted_values(fitted):
    summary, fit, value = fitted
    refits = btyd_intervals.bootstrap(summary, fit, value, n_refits=60, seed=1)
    low, high = btyd_intervals.interval(refits["r"] / refits["alpha"])
    assert low < 0.8 / 6.0 < high
    assert high / low < 2


def test_futures_agree_with_the_closed_forms(fitted):
    summary, fit, value = fitted
    same = pd.DataFrame([{**fit.parameters, **value.parameters}] * 50)
    futures = btyd_intervals.simulate(summary, fit, value, same, horizon_weeks=26, futures_per_refit=8, seed=1)
    expected = fit.expected_purchases(summary, 26)
    assert futures.purchases.shape == (400, len(summary))
    assert futures.purchases.sum(axis=1).mean() == pytest.approx(expected.sum(), rel=0.01)
    money = (expected * value.expected_average_value(summary)).sum()
    assert futures.revenue.sum(axis=1, dtype="float64").mean() == pytest.approx(money, rel=0.02)
    nobody = (futures.purchases == 0).mean(axis=0).mean()
    assert nobody == pytest.approx(fit.p_no_purchase(summary, 26).mean(), abs=0.005)
    assert ((futures.revenue == 0) == (futures.purchases == 0)).all()


def test_memory_is_bounded_for_many_customers(fitted, monkeypatch):
    summary, fit, value = fitted
    refits = pd.DataFrame([{**fit.parameters, **value.parameters}] * 10)
    monkeypatch.setattr(btyd_intervals, "MAX_CELLS", 20 * len(summary))
    assert btyd_intervals.simulate(summary, fit, value, refits, horizon_weeks=5).purchases.shape[0] == 20


def test_an_interval_holds_the_middle_95_percent():
    low, high = btyd_intervals.interval(np.arange(0, 1001))
    assert (low, high) == pytest.approx((25, 975))
