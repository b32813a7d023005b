"""btyd.py: purchase histories by definition, the published fits, and exact predictions."""

import contextlib
import io
from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter, GammaGammaFitter
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import beta, gamma

from helpers import btyd
from helpers.datasets import Source
from helpers.errors import TooLittleData
from helpers.sources import cdnow

JANUARY = {"start": "2020-01-01", "end": "2020-01-31"}
PUBLISHED = btyd.BgNbd({"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257}, -9582.43, 2357)


def orders(*rows) -> ibis.Table:
    """Orders as (customer, day of January 2020, revenue)."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date(2020, 1, d), "revenue": float(r)} for c, d, r in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64"},
    )


def history(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=btyd.HISTORY).astype(float)


@pytest.fixture(scope="module")
def cdnow_orders() -> dict:
    """The purchases that the package lifetimes carries, as orders: the published 1/10 sample and all of them."""
    found = {}
    for sample in ("tenth", "full"):
        source = Source(name="purchases", system="cdnow", options={"sample": sample})
        (name, file), *_ = cdnow.files(source, None).items()
        lines = pd.read_csv(file, sep=r"\s+", header=None, names=cdnow.COLUMNS[name], skiprows=int(name == "full"))
        found[sample] = ibis.memtable(pd.DataFrame({
            "customer_id": lines["customer_id"].astype(str),
            "order_date": pd.to_datetime(lines["day"].astype(str)).dt.date,
            "revenue": lines["revenue"].astype(float),
        }))
    return found


@pytest.fixture(scope="module")
def calibration(cdnow_orders) -> pd.DataFrame:
    return btyd.purchase_summary(cdnow_orders["tenth"], start="1997-01-01", end="1997-09-30")


# --- purchase histories


def test_a_history_counts_repeat_days_from_the_first_purchase_to_the_end():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 20), ("a", 15, 40)), **JANUARY).iloc[0]
    assert found["frequency"] == 2
    assert found["recency_weeks"] == 2  # 1 to 15 January
    assert found["T_weeks"] == pytest.approx(30 / 7)  # 1 to 31 January
    assert found["monetary_value"] == 30  # of 20 and 40: the first day is not counted
    assert (found["n_purchase_days"], found["revenue"]) == (3, 70)


def test_orders_of_one_day_are_one_purchase():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 1, 5), ("a", 8, 20), ("a", 8, 1)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_purchase_days"]) == (1, 2)
    assert found["monetary_value"] == 21


def test_only_days_from_start_to_end_both_inclusive_count():
    rows = (("a", 1, 1), ("a", 2, 1), ("a", 9, 1), ("a", 16, 1), ("a", 17, 1))
    found = btyd.purchase_summary(orders(*rows), start="2020-01-02", end="2020-01-16").iloc[0]
    assert (found["n_purchase_days"], found["recency_weeks"], found["T_weeks"]) == (3, 2, 2)


def test_later_orders_change_nothing():
    seen = (("a", 1, 10), ("a", 8, 20), ("b", 3, 5))
    later = (*seen, ("a", 20, 99), ("b", 25, 99), ("c", 21, 1))
    window = {"start": "2020-01-01", "end": "2020-01-19"}
    pd.testing.assert_frame_equal(
        btyd.purchase_summary(orders(*seen), **window), btyd.purchase_summary(orders(*later), **window)
    )


def test_a_customer_with_one_day_has_no_value_and_no_recency():
    found = btyd.purchase_summary(orders(("a", 31, 10)), **JANUARY).iloc[0]
    assert (found["frequency"], found["recency_weeks"], found["T_weeks"], found["n_valued_days"]) == (0, 0, 0, 0)
    assert pd.isna(found["monetary_value"])


def test_guests_are_left_out():
    assert list(btyd.purchase_summary(orders(("a", 1, 1), (None, 1, 1)), **JANUARY)["customer_id"]) == ["a"]


def test_a_repeat_day_without_revenue_is_a_purchase_but_has_no_value():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 20), ("a", 15, 0), ("a", 22, -5)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_valued_days"], found["monetary_value"]) == (3, 1, 20)


def test_a_day_whose_refund_cancels_its_purchase_has_no_value():
    found = btyd.purchase_summary(orders(("a", 1, 10), ("a", 8, 0.3), ("a", 8, -0.1), ("a", 8, -0.2)), **JANUARY).iloc[0]
    assert (found["frequency"], found["n_valued_days"]) == (1, 0)


def test_the_mean_value_is_rounded_half_up_to_a_cent():
    values = {"a": (22.34, 22.35), "b": (22.33, 22.34), "c": (1.00, 1.00)}
    rows = [(c, day, value) for c, pair in values.items() for day, value in zip((1, 2, 3), (1, *pair), strict=True)]
    found = btyd.purchase_summary(orders(*rows), **JANUARY).set_index("customer_id")["monetary_value"]
    assert found.to_dict() == {"a": 22.35, "b": 22.34, "c": 1.00}


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 31), st.integers(0, 5000)), min_size=1, max_size=25),
       st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    rows = [(c, d, cents / 100) for c, d, cents in rows]
    shuffled = list(rows)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        btyd.purchase_summary(orders(*rows), **JANUARY), btyd.purchase_summary(orders(*shuffled), **JANUARY)
    )


# --- published figures (METHODS: Fader, Hardie and Lee 2005; Fader and Hardie 2013)


def test_bg_nbd_gives_the_published_parameters_on_cdnow(calibration):
    fit = btyd.fit_bg_nbd(calibration)
    assert len(calibration) == 2357
    assert fit.parameters == pytest.approx({"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257}, abs=3e-4)
    assert fit.log_likelihood == pytest.approx(-9582.43, abs=0.005)
    assert (fit.n_customers, fit.penaliser) == (2357, 0.0)


def test_gamma_gamma_gives_the_published_parameters_on_cdnow(calibration):
    fit = btyd.fit_gamma_gamma(calibration)
    assert fit.parameters == pytest.approx({"p": 6.249, "q": 3.745, "v": 15.448}, abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert fit.n_customers == 946


def test_customer_one_is_expected_to_buy_1_226_times():
    found = PUBLISHED.expected_purchases(history((2, 30.43, 38.86)), 39)
    assert found.iloc[0] == pytest.approx(1.226, abs=5e-4)


def test_the_holdout_total_is_1653_purchases(calibration):
    assert btyd.fit_bg_nbd(calibration).expected_purchases(calibration, 39).sum() == pytest.approx(1653, abs=0.5)


@pytest.mark.slow
def test_the_full_cdnow_file_gives_nearly_the_parameters_of_its_tenth(cdnow_orders, calibration):
    full = btyd.purchase_summary(cdnow_orders["full"], start="1997-01-01", end="1997-09-30")
    fit, tenth = btyd.fit_bg_nbd(full), btyd.fit_bg_nbd(calibration)
    assert len(full) == 23570
    assert fit.parameters == pytest.approx(tenth.parameters, rel=0.15)
    again = BetaGeoFitter().fit(*(full[c].to_numpy() for c in btyd.HISTORY))  # every customer a row of its own
    assert fit.parameters == pytest.approx(again.params_.to_dict(), rel=1e-3)


# --- likelihoods: those of lifetimes, in weeks


def test_the_likelihood_is_that_of_lifetimes_in_weeks(calibration):
    few = calibration.head(300)
    model = BetaGeoFitter().fit(*(few[c].to_numpy() for c in btyd.HISTORY))
    total, _ = btyd.BgNbd.likelihood(np.log(model.params_.to_numpy()), btyd.distinct(btyd.collapse(few)))
    in_its_own_time = -model._negative_log_likelihood_ * len(few)
    assert total == pytest.approx(in_its_own_time + few["frequency"].sum() * np.log(model._scale), rel=1e-10)


def test_the_gamma_gamma_likelihood_is_that_of_lifetimes(calibration):
    bought = calibration[calibration["frequency"] > 0].head(300)
    model = GammaGammaFitter().fit(bought["frequency"], bought["monetary_value"])
    n_days, mean = btyd.valued_days(bought)
    total, _ = btyd.gamma_gamma_likelihood(np.log(model.params_.to_numpy()), n_days, mean, np.ones(len(bought)))
    assert total == pytest.approx(-model._negative_log_likelihood_ * len(bought), rel=1e-10)


@pytest.mark.parametrize("logs", [np.log([0.24, 4.4, 0.79, 2.4]), np.log([1.4, 1.3, 0.03, 30.0]), np.zeros(4)])
def test_the_gradient_of_bg_nbd_is_right(calibration, logs):
    rows = btyd.collapse(calibration.head(200))
    _, slope = btyd.bg_nbd_likelihood(logs, rows)
    assert slope == pytest.approx(approx_fprime(logs, lambda z: btyd.bg_nbd_likelihood(z, rows)[0], 1e-7), abs=1e-2)


def test_the_gradient_of_gamma_gamma_is_right(calibration):
    n_days, mean = btyd.valued_days(calibration[calibration["frequency"] > 0].head(200))
    weights = np.arange(len(mean)) % 3.0
    logs = np.log([6.0, 4.0, 15.0])
    _, slope = btyd.gamma_gamma_likelihood(logs, n_days, mean, weights)
    numeric = approx_fprime(logs, lambda z: btyd.gamma_gamma_likelihood(z, n_days, mean, weights)[0], 1e-7)
    assert slope == pytest.approx(numeric, abs=1e-2)


def test_collapsed_rows_hold_every_customer():
    rows = btyd.collapse(history((1, 2, 3), (0, 0, 3), (1, 2, 3), (1, 2, 4)))
    assert rows["n_customers"].tolist() == [1, 2, 1]
    assert rows[btyd.HISTORY].to_numpy().tolist() == [[0, 0, 3], [1, 2, 3], [1, 2, 4]]


# --- predictions


def test_everyone_without_a_repeat_purchase_counts_as_alive():
    assert PUBLISHED.p_alive(history((0, 0, 39), (0, 0, 0))).tolist() == [1.0, 1.0]


def test_the_longer_the_silence_the_less_likely_alive():
    found = PUBLISHED.p_alive(history((5, 30, 30), (5, 30, 40), (5, 30, 60)))
    assert found.iloc[0] == pytest.approx(1 / (1 + 0.7929 / (2.4257 + 5 - 1)))  # bought on the last day: the chance to stay
    assert found.is_monotonic_decreasing and found.iloc[-1] < 0.25


def test_no_purchase_in_a_horizon_of_nothing_is_certain():
    assert PUBLISHED.p_no_purchase(history((3, 20, 39), (0, 0, 39)), 0).tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0, 38.86), (2, 30.43, 38.86), (12, 20.0, 39.0)])
def test_p_no_purchase_is_the_integral_over_purchase_rates(x, t_x, age):
    """Alive customers have rates from Gamma(r + x, alpha + T); the dead do not buy."""
    r, alpha = PUBLISHED.parameters["r"], PUBLISHED.parameters["alpha"]
    rate = gamma(r + x, scale=1 / (alpha + age))
    silent, _ = quad(lambda u: np.exp(-10 * rate.ppf(u)), 0, 1, limit=200)
    alive = PUBLISHED.p_alive(history((x, t_x, age))).iloc[0]
    assert PUBLISHED.p_no_purchase(history((x, t_x, age)), 10).iloc[0] == pytest.approx(1 - alive * (1 - silent), abs=1e-4)


def test_expected_purchases_of_heavy_buyers_are_those_of_a_simulation():
    """The closed form has a hypergeometric function that must not overflow for hundreds of purchases."""
    model = btyd.BgNbd({"r": 1.4, "alpha": 1.35, "a": 0.2, "b": 28.0}, 0, 1)
    customer = history((180, 51, 52))
    random = np.random.default_rng(0)
    wants = random.poisson(52 * random.gamma(1.4 + 180, 1 / (1.35 + 52), 200_000))
    leaves = random.geometric(beta(0.2, 28.0 + 180).rvs(200_000, random_state=random).clip(1e-12))
    simulated = model.p_alive(customer).iloc[0] * np.minimum(wants, leaves).mean()
    assert model.expected_purchases(customer, 52).iloc[0] == pytest.approx(simulated, rel=0.005)


def test_expected_purchases_grow_with_the_horizon_and_keep_the_index():
    customers = history((2, 30, 39), (0, 0, 39)).set_axis([7, 3])
    short, long = PUBLISHED.expected_purchases(customers, 4), PUBLISHED.expected_purchases(customers, 40)
    assert list(short.index) == [7, 3]
    assert (short < long).all() and (short > 0).all()


def test_a_new_customer_is_expected_to_buy_nothing_in_no_time():
    assert PUBLISHED.expected_since_first([-3, 0]).tolist() == [0, 0]
    assert np.all(np.diff(PUBLISHED.expected_since_first([0, 1, 10, 39])) > 0)


def test_expected_value_is_drawn_to_the_mean_of_all():
    model = btyd.GammaGamma({"p": 6.0, "q": 4.0, "v": 15.0}, 0, 1)
    customers = pd.DataFrame({"frequency": [0, 1, 100], "n_valued_days": [0, 1, 100], "monetary_value": [np.nan, 60.0, 60.0]})
    assert model.mean_value == 30  # p v / (q − 1)
    # one purchase of 60: weight 6 / (6 + 3); a hundred: 600 / 603
    assert model.expected_average_value(customers).tolist() == pytest.approx([30, 50, 60 - 30 * 3 / 603])


def test_without_a_finite_mean_the_model_says_so():
    assert btyd.GammaGamma({"p": 6.0, "q": 1.0, "v": 15.0}, 0, 1).mean_value == np.inf


# --- fits that are hard or impossible


def simulated(n: int, *, seed: int, r=0.8, alpha=6.0, a=0.7, b=2.5, weeks=52.0) -> pd.DataFrame:
    """Histories drawn from BG/NBD itself."""
    random = np.random.default_rng(seed)
    rates, chances = random.gamma(r, 1 / alpha, n), random.beta(a, b, n)
    rows = []
    for rate, chance in zip(rates, chances, strict=True):
        x, t_x, now = 0, 0.0, 0.0
        while True:
            now += random.exponential(1 / rate)
            if now > weeks:
                break
            x, t_x = x + 1, now
            if random.random() < chance:
                break
        rows.append((x, t_x, weeks))
    return history(*rows)


def test_planted_parameters_are_recovered():
    fit = btyd.fit_bg_nbd(simulated(4000, seed=1))
    rate, leave = fit.parameters["r"] / fit.parameters["alpha"], fit.parameters["a"] / sum(fit.parameters[k] for k in "ab")
    assert rate == pytest.approx(0.8 / 6.0, rel=0.1)
    assert leave == pytest.approx(0.7 / 3.2, rel=0.15)


@pytest.mark.parametrize(("n_repeaters", "enough"), [(99, False), (100, True)])
def test_a_hundred_customers_must_have_bought_again(n_repeaters, enough):
    drawn = simulated(3000, seed=2)
    few = pd.concat([drawn[drawn["frequency"] > 0].head(n_repeaters), drawn[drawn["frequency"] == 0].head(100)])
    if enough:
        assert btyd.fit_bg_nbd(few).n_customers == 200
    else:
        with pytest.raises(TooLittleData, match="Needs a repeat purchase by at least 100 customers; there are 99"):
            btyd.fit_bg_nbd(few)


def test_a_fit_that_does_not_converge_is_tried_with_a_penalty(monkeypatch, calibration):
    plain = btyd.BetaGeoFitter.fit

    def fails_without_penalty(self, *arguments, **options):
        if not self.penalizer_coef:
            raise btyd.ConvergenceError("no")
        return plain(self, *arguments, **options)

    monkeypatch.setattr(btyd.BetaGeoFitter, "fit", fails_without_penalty)
    fit = btyd.fit_bg_nbd(calibration)
    assert fit.penaliser == 0.001
    assert fit.log_likelihood < -9582.43  # a penalty costs fit


def test_then_another_optimiser_takes_over(monkeypatch, calibration):
    def fails(self, *arguments, **options):
        print("the state of an optimiser")
        raise btyd.ConvergenceError("no")

    monkeypatch.setattr(btyd.BetaGeoFitter, "fit", fails)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        fit = btyd.fit_bg_nbd(calibration)
    assert fit.optimiser == "Nelder-Mead"
    assert fit.parameters == pytest.approx(PUBLISHED.parameters, rel=0.01)
    assert printed.getvalue() == ""


def test_and_at_last_a_plain_message(monkeypatch, calibration):
    monkeypatch.setattr(btyd, "_quietly", lambda *a, **k: None)
    monkeypatch.setattr(btyd, "_simplex", lambda rows: None)
    with pytest.raises(TooLittleData, match="no stable parameters"):
        btyd.fit_bg_nbd(calibration)
    with pytest.raises(TooLittleData, match="no stable parameters"):
        btyd.fit_gamma_gamma(calibration)


def test_parameters_that_run_away_are_not_accepted():
    assert btyd._is_sound([0.2, 4.4, 0.8, 2.4])
    assert not btyd._is_sound([0.2, 4.4, 0.8, 1e7])
    assert not btyd._is_sound([0.2, np.nan, 0.8, 2.4])
    assert not btyd._is_sound([1e-9, 4.4, 0.8, 2.4])


def test_gamma_gamma_needs_a_hundred_customers_with_value(calibration):
    bought = calibration[calibration["frequency"] > 0]
    with pytest.raises(TooLittleData, match="at least 100 customers; there are 99"):
        btyd.fit_gamma_gamma(bought.head(99))


@pytest.mark.parametrize("currency_unit", [0.01, 150.0])
def test_the_currency_does_not_matter(calibration, currency_unit):
    fit = btyd.fit_gamma_gamma(calibration)
    other = btyd.fit_gamma_gamma(calibration.assign(monetary_value=calibration["monetary_value"] * currency_unit))
    assert other.parameters["v"] == pytest.approx(fit.parameters["v"] * currency_unit, rel=1e-4)
    assert other.mean_value == pytest.approx(fit.mean_value * currency_unit, rel=1e-4)
