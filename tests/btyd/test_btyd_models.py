"""btyd_models.py and the formulas under it: each against a simulation of the model's own story, or against the prior's."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import beta, gamma
from test_btyd import MODELS, PUBLISHED, history, simulated

from helpers.btyd import btyd, btyd_geometric, btyd_pareto

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

FITS = {
    "BG/NBD": PUBLISHED,
    "MBG/NBD": btyd.MbgNbd({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, 0, 1),
    "Pareto/NBD": btyd.ParetoNbd({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.668}, 0, 1),
}
CUSTOMERS = history((0, 0, 39), (2, 30.43, 38.86), (8, 38, 39), (25, 30, 39), (3, 39, 39), (0, 0, 0))
PLANTED = {  # r, alpha, and a, b (or s, beta) of a simulated population
    "BG/NBD": (0.8, 6.0, 0.7, 2.5), "MBG/NBD": (0.8, 6.0, 0.7, 2.5), "Pareto/NBD": (0.8, 6.0, 0.9, 20.0),
}


@pytest.fixture(scope="module", params=MODELS)
def world(request):
    """A population drawn purchase by purchase, 26 weeks and 13 more, and the model that knows its parameters."""
    kind = btyd.MODELS[request.param]
    r, alpha, a, b = PLANTED[request.param]
    people = simulated(20_000, seed=4, r=r, alpha=alpha, a=a, b=b, weeks=26.0, ahead=13.0, model=request.param)
    return kind(dict(zip(kind.names, PLANTED[request.param], strict=True)), 0, 1), people


# --- every conditional formula, against what became of simulated customers


def standard_error(values) -> float:
    return float(np.std(values)) / np.sqrt(len(values))


def test_as_many_are_alive_as_the_model_says(world):
    model, people = world
    p = model.p_alive(people)
    for group in (people["frequency"] == 0, people["frequency"].between(1, 3), people["frequency"] > 3):
        away = people.loc[group, "is_alive"] - p[group]
        assert abs(away.mean()) < 4 * standard_error(away) + 1e-9


def test_they_buy_as_often_as_expected(world):
    model, people = world
    expected = model.expected_purchases(people, 13)
    for group in (people["frequency"] == 0, people["frequency"].between(1, 3), people["frequency"] > 3):
        away = people.loc[group, "later"] - expected[group]
        assert abs(away.mean()) < 4 * standard_error(away)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_each_number_of_purchases_comes_as_often_as_said(world, count):
    model, people = world
    p = np.exp(model.log_p_count(people, 13, count))
    for group in (people["frequency"] == 0, people["frequency"] > 2):
        away = (people.loc[group, "later"] == count) - p[group]
        assert abs(away.mean()) < 4 * standard_error(away)


def test_a_new_customer_is_expected_to_buy_what_new_customers_bought(world):
    model, people = world
    assert model.expected_since_first(26.0) == pytest.approx(
        people["frequency"].mean(), abs=4 * standard_error(people["frequency"])
    )


def test_drawn_futures_agree_with_the_formulas(world):
    model, _ = world
    drawn = model.draw_purchases(np.random.default_rng(1), CUSTOMERS, 13.0, n_futures=4000)
    expected, none = model.expected_purchases(CUSTOMERS, 13), model.p_no_purchase(CUSTOMERS, 13)
    four_errors = 4 * drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) < four_errors).all()
    assert (drawn == 0).mean(axis=0) == pytest.approx(none.to_numpy(), abs=0.03)


# --- what must hold exactly


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_of_all_counts_sum_to_one_and_their_mean_is_the_expectation(model):
    fit = FITS[model]
    p = np.array([np.exp(fit.log_p_count(CUSTOMERS, 13.0, n)) for n in range(160)])
    assert p.sum(axis=0) == pytest.approx(1, abs=1e-8)
    assert np.arange(160) @ p == pytest.approx(fit.expected_purchases(CUSTOMERS, 13.0).to_numpy(), rel=1e-6)
    assert fit.p_at_most(CUSTOMERS, 13.0, 3).to_numpy() == pytest.approx(p[:4].sum(axis=0), abs=1e-12)
    assert fit.p_at_most(CUSTOMERS, 13.0, [-1, 0, 1, 2, 3, 160]).to_numpy()[:2] == pytest.approx([0, p[0, 1]])
    assert fit.p_no_purchase(CUSTOMERS, 13.0).to_numpy() == pytest.approx(p[0], abs=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_no_purchase_in_a_horizon_of_nothing_is_certain(model):
    assert FITS[model].p_no_purchase(CUSTOMERS, 0).to_numpy() == pytest.approx(1)
    assert FITS[model].expected_purchases(CUSTOMERS, 0).to_numpy() == pytest.approx(0)
    assert np.isneginf(FITS[model].log_p_count(CUSTOMERS, 0, 2)).all()


@pytest.mark.parametrize("model", MODELS)
def test_likelihoods_of_customers_sum_to_the_model_s(model):
    fit = FITS[model]
    people = simulated(500, seed=5)
    total, _ = type(fit).likelihood(np.log(fit.values), btyd.distinct(btyd.collapse(people)))
    assert fit.log_likelihood_of(people).sum() == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("logs", [[-1.4, 1.5, -0.2, 0.9], [0.3, 0.3, -3.5, 3.4], [0.0, 0.0, 0.0, 0.0], [1.0, 3.0, 1.0, -1.0]])
@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_right(model, logs):
    rows = btyd.distinct(btyd.collapse(pd.concat([simulated(150, seed=6), CUSTOMERS])))
    rows = rows.weighted(np.arange(len(rows.x)) % 3)
    kind = btyd.MODELS[model]
    _, slope = kind.likelihood(np.array(logs), rows)
    numeric = approx_fprime(np.array(logs), lambda z: kind.likelihood(z, rows)[0], 1e-7)
    assert slope == pytest.approx(numeric, rel=1e-4, abs=2e-2)


@pytest.mark.parametrize("model", MODELS)
def test_answers_keep_the_index_and_one_customer_s_do_not_depend_on_others(model):
    fit = FITS[model]
    shuffled = CUSTOMERS.set_axis([7, 3, 9, 1, 4, 2]).sample(frac=1, random_state=1)
    for answer in (lambda c: fit.p_alive(c), lambda c: fit.expected_purchases(c, 9), lambda c: fit.p_at_most(c, 9, 2),
                   lambda c: fit.log_likelihood_of(c), lambda c: fit.p_no_purchase(c, 9)):
        found = answer(shuffled)
        assert list(found.index) == list(shuffled.index)
        alone = pd.concat([answer(shuffled.loc[[i]]) for i in shuffled.index])
        assert found.to_numpy() == pytest.approx(alone.to_numpy(), rel=1e-9)
        assert answer(shuffled.head(0)).empty


@pytest.mark.parametrize("counts", [-1, 0.5])
def test_counts_that_are_no_counts_are_refused(counts):
    with pytest.raises(ValueError, match="whole numbers"):
        PUBLISHED.log_p_count(CUSTOMERS, 9, counts)


# --- BG/NBD and MBG/NBD


def test_everyone_without_a_repeat_purchase_counts_as_alive_in_bg_nbd_but_not_in_the_others():
    once = history((0, 0, 39), (0, 0, 0))
    assert PUBLISHED.p_alive(once).tolist() == [1.0, 1.0]
    assert FITS["MBG/NBD"].p_alive(once).iloc[1] == pytest.approx(1.614 / (0.891 + 1.614))  # did not leave at the first
    assert FITS["Pareto/NBD"].p_alive(once).iloc[1] == 1
    assert FITS["MBG/NBD"].p_alive(once).iloc[0] < 0.5 and FITS["Pareto/NBD"].p_alive(once).iloc[0] < 0.5


def test_the_longer_the_silence_the_less_likely_alive():
    found = PUBLISHED.p_alive(history((5, 30, 30), (5, 30, 40), (5, 30, 60)))
    assert found.iloc[0] == pytest.approx(1 / (1 + 0.7929 / (2.4257 + 5 - 1)))  # bought on the last day: the chance to stay
    assert found.is_monotonic_decreasing and found.iloc[-1] < 0.25


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0, 38.86), (2, 30.43, 38.86), (12, 20.0, 39.0)])
def test_p_no_purchase_of_bg_nbd_is_the_integral_over_purchase_rates(x, t_x, age):
    """Alive customers have rates from Gamma(r + x, alpha + T); the dead do not buy."""
    r, alpha = PUBLISHED.parameters["r"], PUBLISHED.parameters["alpha"]
    rate = gamma(r + x, scale=1 / (alpha + age))
    silent, _ = quad(lambda u: np.exp(-10 * rate.ppf(u)), 0, 1, limit=200)
    alive = PUBLISHED.p_alive(history((x, t_x, age))).iloc[0]
    assert PUBLISHED.p_no_purchase(history((x, t_x, age)), 10).iloc[0] == pytest.approx(1 - alive * (1 - silent), abs=1e-4)


@pytest.mark.parametrize(("shape", "scale", "a", "b", "weeks"), [
    (2.24, 43.3, 0.79, 4.4, 39), (181.4, 53.4, 0.2, 208.0, 52), (5000.0, 40.0, 1.0, 5000.0, 26), (0.3, 0.01, 30.0, 0.02, 400),
    (3.0, 50.0, 1e-8, 7.0, 10),
])
def test_expected_purchases_are_the_mean_over_leaving_chances(shape, scale, a, b, weeks):
    """Of (1 − (1 + p·weeks/scale)^−shape) / p with p from a Beta distribution, also for heavy buyers and at a = 1."""
    u = (np.arange(50_000) + 0.5) / 50_000
    p = np.maximum(beta(a, b).ppf(u), 1e-300)
    mean = np.where(p > 1e-200, -np.expm1(-shape * np.log1p(p * weeks / scale)) / p, shape * weeks / scale).mean()
    assert btyd_geometric.expected_if_alive(shape, scale, a, b, weeks) == pytest.approx(mean, rel=5e-4)


# --- Pareto/NBD


def log_integral(parameters, x, begin, end) -> float:
    """The integral of (α+τ)^−(r+x) (β+τ)^−(s+1), by 300 panels of 40 nodes."""
    r, alpha, s, beta_ = parameters
    start = min(alpha, beta_) + begin
    edges = np.append(0, np.geomspace(1e-9, 1, 300)) * np.log1p((end - begin) / start)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = np.diff(edges)[:, None] / 2
    h, w = (edges[:-1, None] + half * (nodes + 1)).ravel(), (half * weights).ravel()
    tau = begin + start * np.expm1(h)
    cells = -(r + x) * np.log(alpha + tau) - (s + 1) * np.log(beta_ + tau) + h + np.log(start)
    return float(cells.max() + np.log(np.exp(cells - cells.max()) @ w))


@pytest.mark.parametrize("parameters", [
    (0.55, 10.6, 0.61, 11.7), (0.05, 1e-3, 0.05, 1e3), (8.0, 1e3, 15.0, 1e-2), (0.6, 0.01, 0.6, 2000.0), (2.0, 5.0, 2.0, 5.0),
])
@pytest.mark.parametrize(("x", "begin", "end"), [(0, 0, 300), (1, 5, 39), (40, 38.9, 39), (3000, 1, 39)])
def test_the_integral_of_pareto_nbd_is_right_to_nine_digits(parameters, x, begin, end):
    found = btyd_pareto._integral(parameters, *(np.array([v], float) for v in (x, begin, end)))
    assert found[0] == pytest.approx(log_integral(parameters, x, begin, end), abs=1e-9)


def test_the_integral_over_nothing_is_nothing():
    found = btyd_pareto._integral((0.5, 10.0, 0.6, 11.0), *(np.array([v], float) for v in (3, 39, 39)))
    assert np.isneginf(found[0])


def test_the_likelihood_of_pareto_nbd_is_that_of_the_prior_for_one_purchase_day():
    """x = 0: P(no repeat purchase by T) by drawing rates and lifetimes."""
    fit, random = FITS["Pareto/NBD"], np.random.default_rng(1)
    rates = random.gamma(0.553, 1 / 10.578, 100_000)
    lifetimes = random.exponential(size=100_000) / np.maximum(random.gamma(0.606, 1 / 11.668, 100_000), 1e-300)
    silent = np.exp(-rates * np.minimum(lifetimes, 39)).mean()
    assert np.exp(fit.log_likelihood_of(history((0, 0, 39)))).iloc[0] == pytest.approx(silent, abs=0.004)


def test_expected_purchases_of_pareto_nbd_have_no_gap_at_s_equal_to_one():
    near, at, = (btyd.ParetoNbd({"r": 0.5, "alpha": 10.0, "s": s, "beta": 12.0}, 0, 1) for s in (1 + 1e-6, 1.0))
    assert at.expected_since_first([0, 20]) == pytest.approx(near.expected_since_first([0, 20]), rel=1e-5)
    assert at.expected_since_first(20.0) == pytest.approx(0.5 / 10 * 12 * np.log(32 / 12))


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_of_heavy_buyers_sum_to_one_too(model):
    """Their peaks are narrow: 700 purchases in a year, and counts of up to 1,500 in the next."""
    heavy = history((700, 51.9, 52))
    assert FITS[model].p_at_most(heavy, 52.0, 1500).iloc[0] == pytest.approx(1, abs=1e-9)
    p = np.exp(FITS[model].log_p_count(pd.concat([heavy] * 1501), 52.0, np.arange(1501))).to_numpy()
    assert np.arange(1501) @ p == pytest.approx(FITS[model].expected_purchases(heavy, 52.0).iloc[0], rel=1e-7)
