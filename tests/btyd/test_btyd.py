"""btyd.py: the published fits of every model, the package lifetimes as oracle, and fits that are hard or impossible."""

import contextlib
import io

import ibis
import lifetimes
import numpy as np
import pandas as pd
import pytest

from helpers.btyd import btyd
from helpers.datasets import Source
from helpers.errors import TooLittleData, UserError
from helpers.sources import cdnow

PUBLISHED = btyd.BgNbd({"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257}, -9582.43, 2357)
MODELS = list(btyd.MODELS)
FITTERS = {"BG/NBD": "BetaGeoFitter", "MBG/NBD": "ModifiedBetaGeoFitter", "Pareto/NBD": "ParetoNBDFitter"}


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


@pytest.fixture(scope="module")
def holdout(cdnow_orders, calibration) -> pd.Series:
    """Purchase days of the same customers in the 39 weeks after the calibration."""
    later = btyd.purchase_summary(cdnow_orders["tenth"], start="1997-10-01", end="1998-06-30").set_index("customer_id")
    return calibration["customer_id"].map(later["n_purchase_days"]).fillna(0)


@pytest.fixture(scope="module")
def fits(calibration) -> dict:
    return {model: btyd.fit(calibration, model) for model in MODELS}


# --- published and measured figures (METHODS)


@pytest.mark.parametrize(("model", "published", "log_likelihood"), [
    ("BG/NBD", {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4257}, -9582.43),  # Fader, Hardie and Lee 2005, table 2
    ("Pareto/NBD", {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.668}, -9594.98),  # the same table
    ("MBG/NBD", {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.13),
])
def test_each_model_gives_its_published_parameters_on_cdnow(fits, model, published, log_likelihood):
    assert fits[model].parameters == pytest.approx(published, abs=1.5e-3)
    assert fits[model].log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    assert (fits[model].n_customers, fits[model].penaliser, fits[model].optimiser) == (2357, 0.0, "BFGS")


def test_bg_nbd_gives_the_published_digits(fits):
    assert fits["BG/NBD"].parameters == pytest.approx(PUBLISHED.parameters, abs=3e-4)
    assert fits["BG/NBD"].log_likelihood == pytest.approx(-9582.43, abs=0.005)


def test_customer_one_is_expected_to_buy_1_226_times():
    found = PUBLISHED.expected_purchases(history((2, 30.43, 38.86)), 39)
    assert found.iloc[0] == pytest.approx(1.226, abs=5e-4)


@pytest.mark.parametrize(("model", "total", "mae", "correlation"), [
    ("BG/NBD", 1653, 0.785, 0.626), ("Pareto/NBD", 1666, 0.755, 0.630),
])
def test_the_holdout_of_cdnow_comes_out(fits, calibration, holdout, model, total, mae, correlation):
    expected = fits[model].expected_purchases(calibration, 39)
    assert holdout.sum() == 1882
    assert expected.sum() == pytest.approx(total, abs=0.5)
    assert (expected - holdout).abs().mean() == pytest.approx(mae, abs=5e-4)
    assert np.corrcoef(expected, holdout)[0, 1] == pytest.approx(correlation, abs=5e-4)


@pytest.mark.parametrize(("model", "at_week_78", "mape"), [("BG/NBD", -0.040, 0.025), ("Pareto/NBD", -0.015, 0.013)])
def test_weekly_tracking_of_cdnow_comes_out(fits, cdnow_orders, calibration, model, at_week_78, mape):
    """Cumulative repeat purchases at the ends of weeks; the days since the first purchase include the last one."""
    days = btyd.purchase_days(cdnow_orders["tenth"], start="1997-01-01", end="1998-06-30").to_pandas()
    first = calibration.set_index("customer_id")["first_date"]
    since = pd.to_datetime(days["order_date"]) - days["customer_id"].map(first)
    ends = pd.Timestamp("1996-12-31") + pd.to_timedelta(7 * np.arange(40, 79), unit="D")
    repeats = pd.to_datetime(days["order_date"])[since > pd.Timedelta(0)].sort_values()
    actual = np.searchsorted(repeats.to_numpy(), ends.to_numpy(), side="right")
    ages = ((ends.to_numpy()[:, None] - first.to_numpy()[None, :]) / np.timedelta64(1, "D") + 1) / 7
    error = fits[model].expected_since_first(ages).sum(axis=1) / actual - 1
    assert actual[-1] == 2457 + 1882
    assert error[-1] == pytest.approx(at_week_78, abs=5e-4)
    assert np.abs(error).mean() == pytest.approx(mape, abs=5e-4)


# --- the package lifetimes as oracle


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_the_fit_is_that_of_lifetimes_and_never_less_likely(calibration, fits, model):
    arguments = [calibration[name].to_numpy() for name in btyd.HISTORY]
    oracle = getattr(lifetimes, FITTERS[model])()
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        oracle.fit(*arguments)
    assert fits[model].parameters == pytest.approx(oracle.params_.to_dict(), rel=0.02)
    logs = np.log([oracle.params_[name] for name in fits[model].names])
    theirs, _ = type(fits[model]).likelihood(logs, btyd.distinct(btyd.collapse(calibration)))
    assert fits[model].log_likelihood >= theirs - 1e-6


@pytest.mark.parametrize("model", MODELS)
def test_predictions_are_those_of_lifetimes(fits, calibration, model):
    oracle = btyd.to_lifetimes(fits[model])
    arguments = [calibration[name].to_numpy() for name in btyd.HISTORY]
    theirs = oracle.conditional_expected_number_of_purchases_up_to_time(39, *arguments)
    assert fits[model].expected_purchases(calibration, 39).to_numpy() == pytest.approx(np.asarray(theirs), rel=1e-6)
    alive = np.asarray(oracle.conditional_probability_alive(*arguments))
    assert fits[model].p_alive(calibration).to_numpy() == pytest.approx(alive, rel=1e-6)
    weeks = np.array([1.0, 10.0, 78.0])
    theirs = oracle.expected_number_of_purchases_up_to_time(weeks)
    assert fits[model].expected_since_first(weeks) == pytest.approx(np.asarray(theirs), rel=1e-6)


def test_the_likelihood_of_lifetimes_is_in_its_own_scaled_time(calibration, fits):
    model = lifetimes.BetaGeoFitter().fit(*(calibration[name].to_numpy() for name in btyd.HISTORY))
    in_its_own_time = -model._negative_log_likelihood_ * len(calibration)
    in_weeks = in_its_own_time + calibration["frequency"].sum() * np.log(model._scale)
    assert in_weeks == pytest.approx(fits["BG/NBD"].log_likelihood, abs=0.01)
    assert abs(in_its_own_time - in_weeks) > 1000


def test_pareto_nbd_stays_finite_where_lifetimes_does_not():
    """Hypergeometric functions cancel or overflow for heavy buyers; the integral does not."""
    fit = btyd.ParetoNbd({"r": 0.6, "alpha": 0.01, "s": 0.6, "beta": 2000.0}, 0, 1)
    heavy = history((400, 51.9, 52), (3, 0.1, 52), (900, 20, 52))
    with np.errstate(all="ignore"):
        theirs = btyd.to_lifetimes(fit).conditional_probability_alive(*(heavy[name].to_numpy() for name in btyd.HISTORY))
    ours = fit.p_alive(heavy)
    assert not np.isfinite(theirs).all()
    assert np.isfinite(fit.log_likelihood_of(heavy)).all()
    assert ours.iloc[0] > 0.99 and ours.iloc[2] < 1e-9


@pytest.mark.slow
def test_the_full_cdnow_file_gives_nearly_the_parameters_of_its_tenth(cdnow_orders, fits):
    full = btyd.purchase_summary(cdnow_orders["full"], start="1997-01-01", end="1997-09-30")
    assert (len(full), len(btyd.collapse(full))) == (23570, 8685)
    for model in MODELS:
        assert btyd.fit(full, model).parameters == pytest.approx(fits[model].parameters, rel=0.35)


# --- what must not matter


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_customers_does_not_matter(calibration, fits, model):
    shuffled = calibration.sample(frac=1, random_state=1)
    assert btyd.fit(shuffled, model) == fits[model]  # to the last bit
    found = fits[model].expected_purchases(shuffled, 39)
    pd.testing.assert_series_equal(found.sort_index(), fits[model].expected_purchases(calibration, 39))


def test_fits_do_not_change_the_summary(calibration):
    before = calibration.copy()
    btyd.fit(calibration, "Pareto/NBD").p_no_purchase(calibration, 10)
    pd.testing.assert_frame_equal(calibration, before)


@pytest.mark.parametrize("model", MODELS)
def test_a_search_that_begins_on_a_part_ends_where_the_whole_ladder_does(monkeypatch, calibration, fits, model):
    monkeypatch.setattr(btyd, "PART", 100)
    found = btyd.fit(calibration, model)
    assert found != fits[model]  # another way
    assert found.parameters == pytest.approx(fits[model].parameters, rel=1e-4)
    assert found.log_likelihood == pytest.approx(fits[model].log_likelihood, abs=1e-5)


def test_where_the_part_leads_nowhere_the_ladder_takes_over(monkeypatch, calibration, fits):
    monkeypatch.setattr(btyd, "PART", 100)
    monkeypatch.setattr(btyd, "from_part", lambda *a, **k: None)
    assert btyd.fit(calibration) == fits["BG/NBD"]


# --- planted parameters


def simulated(
    n: int, *, seed: int, r=0.8, alpha=6.0, a=0.7, b=2.5, weeks=52.0, ahead=0.0, model="BG/NBD"
) -> pd.DataFrame:
    """Customers drawn from a model's own story, purchase by purchase; `later`: purchases in the `ahead` weeks after.

    Pareto/NBD: a and b are s and beta.
    """
    random = np.random.default_rng(seed)
    rates = np.maximum(random.gamma(r, 1 / alpha, n), 1e-12)
    if model == "Pareto/NBD":
        chances, gone_at = np.zeros(n), random.exponential(1 / np.maximum(random.gamma(a, 1 / b, n), 1e-12))
    else:
        chances = random.beta(a, b, n)
        gone_at = np.where((model == "MBG/NBD") & (random.random(n) < chances), 0.0, np.inf)
    x, t_x, later, now, here = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, bool)
    while here.any():
        now = now + random.exponential(1 / rates)
        here = here & (now < gone_at) & (now < weeks + ahead)
        seen = here & (now <= weeks)
        x, t_x, later = x + seen, np.where(seen, now, t_x), later + (here & ~seen)
        gone_at = np.where(here & (random.random(n) < chances), now, gone_at)
    return history(*zip(x, t_x, np.full(n, weeks), strict=True)).assign(later=later, is_alive=gone_at > weeks)


@pytest.mark.parametrize(("model", "a", "b"), [("BG/NBD", 0.7, 2.5), ("MBG/NBD", 0.7, 2.5), ("Pareto/NBD", 0.8, 20.0)])
def test_planted_parameters_are_recovered(model, a, b):
    fit = btyd.fit(simulated(4000, seed=1, a=a, b=b, model=model), model)
    assert fit.mean_rate == pytest.approx(0.8 / 6.0, rel=0.12)
    planted = a / b if model == "Pareto/NBD" else a / (a + b)
    assert fit.mean_leaving == pytest.approx(planted, rel=0.25)


# --- fits that are hard or impossible


@pytest.mark.parametrize(("n_repeaters", "enough"), [(99, False), (100, True)])
def test_a_hundred_customers_must_have_bought_again(n_repeaters, enough):
    drawn = simulated(3000, seed=2)
    few = pd.concat([drawn[drawn["frequency"] > 0].head(n_repeaters), drawn[drawn["frequency"] == 0].head(100)])
    if enough:
        assert btyd.fit(few).n_customers == 200
    else:
        with pytest.raises(TooLittleData, match="Needs a repeat purchase by at least 100 customers; there are 99"):
            btyd.fit(few)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rows", [
    [], [(0, 0, 0)], [(3, 20, 39)], [(0, 0, 39)] * 300, [(0, 0, 0)] * 300, [(3, 20, 39)] * 300, [(5000, 39, 39)] * 300,
    [(1, 39, 39)] * 300, [(1, 0.1, 0.1)] * 300,
], ids=["nobody", "one", "one_repeater", "one_purchase_each", "today", "identical", "identical_huge", "at_the_end", "young"])
def test_customers_who_do_not_differ_get_a_sentence(model, rows):
    with pytest.raises(TooLittleData, match="Needs a repeat purchase|hardly differ"):
        btyd.fit(history(*rows), model)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rows", [
    [(x, 39.0 if x else 0, 39) for x in range(0, 200)],  # nobody leaves: everyone with a repeat purchase bought on the last day
    [(x, x / 100, 39) for x in range(0, 200)],  # all left at once
    [(x * x, 30.0 if x else 0, 39) for x in range(0, 150)],  # up to 22,000 purchases
    [(x % 4, 10.0 * (x % 4 > 0), 10.0 + x % 2) for x in range(400)] + [(0, 0, 0)] * 50,  # some came on the last day
    [(1 + x % 2, 38.0, 39) for x in range(300)],
], ids=["never_leave", "left_at_once", "huge_counts", "newcomers", "once_or_twice"])
def test_odd_customers_get_finite_answers(model, rows):
    summary = history(*rows)
    fit = btyd.fit(summary, model)
    assert np.isfinite(fit.log_likelihood) and np.isfinite(list(fit.parameters.values())).all()
    for found in (fit.p_alive(summary), fit.p_no_purchase(summary, 10), fit.p_at_most(summary, 10, 3)):
        assert found.between(0, 1).all()
    assert (fit.expected_purchases(summary, 10) >= 0).all() and np.isfinite(fit.expected_purchases(summary, 10)).all()
    assert np.isfinite(fit.log_likelihood_of(summary)).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_customers_no_answer_is_missing_and_nothing_warns(seed):
    """Random mixtures of counts, ages and recencies, possible and impossible: an answer in numbers, or a sentence."""
    random = np.random.default_rng(seed)
    n, weeks = int(random.choice([5, 200, 1000])), float(random.choice([1, 10, 1000]))
    age = np.round(random.uniform(0, 1, n) * weeks, 1)
    x = random.choice([0, 1, 2, 5, 50, 3000], n, p=random.dirichlet(np.full(6, 0.5)))
    summary = history(*zip(x, np.where(x > 0, age * random.random(n) ** random.choice([0.0, 1, 10]), 0), age, strict=True))
    for model in MODELS:
        try:
            fit = btyd.fit(summary, model, min_repeaters=1)
        except TooLittleData:
            continue
        for weeks in (0, 0.1, 13, 500):
            p = [fit.p_alive(summary), fit.p_no_purchase(summary, weeks), fit.p_at_most(summary, weeks, 3)]
            assert all(found.between(0, 1).all() for found in p)
            assert np.isfinite(fit.expected_purchases(summary, weeks)).all()
            assert (fit.expected_purchases(summary, weeks) >= 0).all()
        assert np.isfinite(fit.log_likelihood_of(summary)).all()
        assert np.isfinite(fit.expected_since_first([0, 1, 100])).all()
        assert not fit.log_p_count(summary, 13, np.arange(n) % 50).isna().any()


@pytest.mark.parametrize("model", MODELS)
def test_where_nobody_leaves_everybody_is_alive(model):
    fit = btyd.fit(history(*((x, 39.0 if x else 0, 39) for x in range(0, 200))), model)
    assert fit.p_alive(history((0, 0, 39), (5, 39, 39))).to_numpy() == pytest.approx([1, 1], abs=1e-4)


def test_an_unknown_model_is_refused_in_words(calibration):
    with pytest.raises(UserError, match=r"model=NBD: must be one of BG/NBD, Pareto/NBD, MBG/NBD"):
        btyd.fit(calibration, "NBD")


def test_and_at_last_a_plain_message(monkeypatch, calibration):
    monkeypatch.setattr(btyd, "maximise", lambda *a, **k: None)
    with pytest.raises(TooLittleData, match="no stable parameters"):
        btyd.fit(calibration)
