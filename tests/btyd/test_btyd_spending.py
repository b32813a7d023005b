"""btyd_spending.py: the published Gamma-Gamma fit, and what a customer's next purchase is worth."""

import numpy as np
import pandas as pd
import pytest
from lifetimes import GammaGammaFitter
from scipy.optimize import approx_fprime
from test_btyd import calibration, cdnow_orders  # noqa: F401  (fixtures)

from helpers.btyd import btyd, btyd_spending
from helpers.errors import TooLittleData

MODEL = btyd.GammaGamma({"p": 6.0, "q": 4.0, "v": 15.0}, 0, 1)


def bought(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns).assign(frequency=lambda t: t["n_valued_days"])


def test_gamma_gamma_gives_the_published_parameters_on_cdnow(calibration):  # noqa: F811
    fit = btyd.fit_gamma_gamma(calibration)  # Fader and Hardie 2013
    assert fit.parameters == pytest.approx({"p": 6.249, "q": 3.745, "v": 15.448}, abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert (fit.n_customers, fit.penaliser) == (946, 0.0)


def test_the_likelihood_is_that_of_lifetimes(calibration):  # noqa: F811
    some = calibration[calibration["frequency"] > 0].head(300)
    model = GammaGammaFitter().fit(some["frequency"], some["monetary_value"])
    n_days, mean = btyd.valued_days(some)
    total, _ = btyd_spending.gamma_gamma_likelihood(np.log(model.params_.to_numpy()), n_days, mean, np.ones(len(some)))
    assert total == pytest.approx(-model._negative_log_likelihood_ * len(some), rel=1e-10)


def test_expected_values_are_those_of_lifetimes(calibration):  # noqa: F811
    some = calibration[calibration["frequency"] > 0].head(300)
    fit = btyd.fit_gamma_gamma(calibration)
    theirs = btyd.to_lifetimes(fit).conditional_expected_average_profit(some["frequency"], some["monetary_value"])
    assert fit.expected_average_value(some).to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-9)


def test_the_gradient_is_right(calibration):  # noqa: F811
    n_days, mean = btyd.valued_days(calibration[calibration["frequency"] > 0].head(200))
    weights = np.arange(len(mean)) % 3.0
    logs = np.log([6.0, 4.0, 15.0])
    _, slope = btyd_spending.gamma_gamma_likelihood(logs, n_days, mean, weights)
    numeric = approx_fprime(logs, lambda z: btyd_spending.gamma_gamma_likelihood(z, n_days, mean, weights)[0], 1e-7)
    assert slope == pytest.approx(numeric, abs=1e-2)


def test_planted_parameters_are_recovered():
    random = np.random.default_rng(1)
    n_days = 1.0 + random.poisson(3, 6000)
    mean = random.gamma(6 * n_days) / random.gamma(4, 1 / 15, 6000) / n_days
    fit = btyd.fit_gamma_gamma(bought(n_valued_days=n_days, monetary_value=mean))
    planted, _ = btyd_spending.gamma_gamma_likelihood(np.log([6, 4, 15]), n_days, mean, np.ones(6000))
    assert 0 <= 2 * (fit.log_likelihood - planted) < 16.3  # the .999 quantile of χ² with 3 degrees of freedom
    assert fit.mean_value == pytest.approx(30, rel=0.03)


def test_expected_value_is_drawn_to_the_mean_of_all():
    customers = bought(n_valued_days=[0, 1, 100], monetary_value=[np.nan, 60.0, 60.0])
    assert MODEL.mean_value == 30  # p v / (q − 1)
    # one purchase of 60: weight 6 / (6 + 3); a hundred: 600 / 603
    assert MODEL.expected_average_value(customers).tolist() == pytest.approx([30, 50, 60 - 30 * 3 / 603])


def test_drawn_revenue_has_the_expected_mean_and_none_without_a_purchase():
    customers = bought(n_valued_days=[0, 1, 5, 5], monetary_value=[np.nan, 60.0, 60.0, 60.0])
    many = pd.concat([customers] * 20_000)
    purchases = np.tile([2, 1, 3, 0], 20_000)
    drawn = MODEL.draw_revenue(np.random.default_rng(1), many, purchases).reshape(-1, 4)
    expected = purchases[:4] * MODEL.expected_average_value(customers)
    assert drawn.mean(axis=0) == pytest.approx(expected.to_numpy(), rel=0.03)
    assert (drawn[:, 3] == 0).all() and (drawn[:, :3] > 0).all()


def test_without_a_finite_mean_the_model_says_so():
    assert btyd.GammaGamma({"p": 6.0, "q": 1.0, "v": 15.0}, 0, 1).mean_value == np.inf


def test_a_hundred_customers_must_have_a_value(calibration):  # noqa: F811
    some = calibration[calibration["frequency"] > 0]
    with pytest.raises(TooLittleData, match="at least 100 customers; there are 99"):
        btyd.fit_gamma_gamma(some.head(99))


@pytest.mark.parametrize("mean", [[20.0] * 300, [20.0, np.nan] * 40, [0.0] * 300])
def test_values_that_do_not_differ_get_a_sentence(mean):
    customers = bought(n_valued_days=np.where(np.nan_to_num(mean) > 0, 2, 0), monetary_value=mean)
    with pytest.raises(TooLittleData, match="hardly differ|Needs repeat purchases with revenue"):
        btyd.fit_gamma_gamma(customers)


@pytest.mark.parametrize("currency_unit", [0.01, 150.0])
def test_the_currency_does_not_matter(calibration, currency_unit):  # noqa: F811
    fit = btyd.fit_gamma_gamma(calibration)
    other = btyd.fit_gamma_gamma(calibration.assign(monetary_value=calibration["monetary_value"] * currency_unit))
    assert other.parameters["v"] == pytest.approx(fit.parameters["v"] * currency_unit, rel=1e-4)
    assert other.mean_value == pytest.approx(fit.mean_value * currency_unit, rel=1e-4)


def test_the_order_of_customers_does_not_matter(calibration):  # noqa: F811
    assert btyd.fit_gamma_gamma(calibration.sample(frac=1, random_state=1)) == btyd.fit_gamma_gamma(calibration)
