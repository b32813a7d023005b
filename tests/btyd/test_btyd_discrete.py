"""btyd_discrete.py: the published BG/BB fit of a charity's donors, and every formula against enumeration or simulation."""

from datetime import date, timedelta
from itertools import product

import ibis
import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoBetaBinomFitter
from lifetimes.datasets import load_donations
from scipy.optimize import approx_fprime
from scipy.special import betaln

from helpers.btyd import btyd_discrete
from helpers.btyd.btyd_discrete import OPPORTUNITIES, BgBb
from helpers.errors import TooLittleData, UserError

MODEL = BgBb({"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}, 0, 1)
CUSTOMERS = pd.DataFrame([(0, 0, 6), (3, 4, 6), (6, 6, 6), (1, 1, 6), (2, 6, 6), (0, 0, 0)], columns=OPPORTUNITIES)


@pytest.fixture(scope="module")
def donors() -> pd.DataFrame:
    """11,104 donors to a charity in the US Midwest who first gave in 1995, and their six years after it."""
    names = {"recency": "last_opportunity", "periods": "n_opportunities", "weights": "n"}
    return load_donations().rename(columns=names)


@pytest.fixture(scope="module")
def fit(donors) -> BgBb:
    return btyd_discrete.fit_bg_bb(donors)


def test_orders_of_a_span_are_one_purchase_and_only_whole_spans_count():
    """1 January to 10 February in spans of 10 days: four whole ones; the 41st day is left out."""
    bought = {"a": (1, 5, 12, 39), "b": (31,), "c": (11, 40, 41), "d": (41,), None: (1, 20)}
    rows = [
        {"customer_id": customer, "order_date": date(2019, 12, 31) + timedelta(days=day), "revenue": 1.0}
        for customer, days in bought.items() for day in days
    ]
    table = ibis.memtable(rows, schema={"customer_id": "string", "order_date": "date", "revenue": "float64"})
    found = btyd_discrete.opportunities(table, start="2020-01-01", end="2020-02-10", days=10).set_index("customer_id")
    assert found.loc["a"].tolist() == [2, 3, 3]  # spans 0, 1 and 3
    assert found.loc["b"].tolist() == [0, 0, 0]  # first in the last span
    assert found.loc["c"].tolist() == [1, 2, 2]  # spans 1 and 3
    assert list(found.index) == ["a", "b", "c"]


def test_the_published_fit_comes_out(fit):
    assert fit.parameters == pytest.approx({"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}, abs=1e-3)
    assert fit.log_likelihood == pytest.approx(-33225.6, abs=0.05)
    assert (fit.n_customers, fit.penaliser) == (11104, 0.0)


def test_donors_of_the_charity_are_expected_to_give_as_published(fit):
    """Fader, Hardie and Shang 2010: gifts expected in 2002–2006 of who never gave again, and of who gave every year."""
    never_and_always = pd.DataFrame([(0, 0, 6), (6, 6, 6)], columns=OPPORTUNITIES)
    assert fit.expected_purchases(never_and_always, 5).round(2).tolist() == [0.07, 3.75]


def test_predictions_are_those_of_lifetimes(fit):
    oracle = BetaGeoBetaBinomFitter()
    oracle.params_ = pd.Series(fit.parameters)
    arguments = [CUSTOMERS[name].to_numpy() for name in OPPORTUNITIES]
    theirs = oracle.conditional_expected_number_of_purchases_up_to_time(5, *arguments)
    assert fit.expected_purchases(CUSTOMERS, 5).to_numpy() == pytest.approx(np.asarray(theirs), rel=1e-9)
    theirs = oracle.conditional_probability_alive(1, *arguments)  # at n + 1
    assert fit.p_alive(CUSTOMERS).to_numpy() == pytest.approx(np.asarray(theirs), rel=1e-9)


def path_probability(gifts: tuple[int, ...], values) -> float:
    """P(exactly these gifts and misses), summed over when the donor left."""
    alpha, beta, gamma, delta = values
    n, last = len(gifts), max((i + 1 for i, gift in enumerate(gifts) if gift), default=0)

    def mean(x, m):
        return np.exp(betaln(alpha + x, beta + m - x) - betaln(alpha, beta))

    x = sum(gifts)
    stays = mean(x, n) * np.exp(betaln(gamma, delta + n) - betaln(gamma, delta))
    return stays + sum(
        mean(x, m) * np.exp(betaln(gamma + 1, delta + m) - betaln(gamma, delta)) for m in range(last, n)
    )


def test_predictions_are_the_shares_of_all_paths():
    """Every sequence of 4 + 3 gifts and misses, enumerated; paths of the same x and t_x are one history."""
    paths = {gifts: path_probability(gifts, MODEL.values) for gifts in product((0, 1), repeat=7)}
    assert sum(paths.values()) == pytest.approx(1)
    for seen in ((0, 0, 0, 0), (1, 0, 1, 0), (1, 1, 1, 1), (0, 0, 0, 1)):
        last = max((i + 1 for i, gift in enumerate(seen) if gift), default=0)
        customer = pd.DataFrame([(sum(seen), last, 4)], columns=OPPORTUNITIES)
        futures = {gifts[4:]: p for gifts, p in paths.items() if gifts[:4] == seen}
        total = sum(futures.values())
        assert np.exp(MODEL.log_likelihood_of(customer)).iloc[0] == pytest.approx(total)
        expected = sum(sum(gifts) * p for gifts, p in futures.items()) / total
        assert MODEL.expected_purchases(customer, 3).iloc[0] == pytest.approx(expected)
        for count in range(5):
            p = sum(p for gifts, p in futures.items() if sum(gifts) == count) / total
            assert MODEL.p_count(customer, 3, count).iloc[0] == pytest.approx(p, abs=1e-12)
        assert MODEL.p_no_purchase(customer, 3).iloc[0] == pytest.approx(futures[0, 0, 0] / total)
    first_three = {}
    for gifts, p in paths.items():
        first_three[gifts[:3]] = first_three.get(gifts[:3], 0) + p
    assert MODEL.expected_since_first(3) == pytest.approx(sum(sum(gifts) * p for gifts, p in first_three.items()))


def test_discounted_purchases_without_end_are_the_sum_over_all_opportunities():
    ahead = [MODEL.expected_purchases(CUSTOMERS, k) for k in range(0, 80)]
    total = sum((ahead[k] - ahead[k - 1]) / 1.4**k for k in range(1, 80))
    assert MODEL.residual_purchases(CUSTOMERS, 0.4).to_numpy() == pytest.approx(total.to_numpy(), rel=1e-6)
    with pytest.raises(UserError, match="above 0"):
        MODEL.residual_purchases(CUSTOMERS, 0)


def test_drawn_futures_agree_with_the_formulas():
    random = np.random.default_rng(1)
    drawn = MODEL.draw_purchases(random, pd.concat([CUSTOMERS] * 8000), 5).reshape(-1, len(CUSTOMERS))
    assert drawn.mean(axis=0) == pytest.approx(MODEL.expected_purchases(CUSTOMERS, 5).to_numpy(), abs=0.08)
    assert (drawn == 0).mean(axis=0) == pytest.approx(MODEL.p_no_purchase(CUSTOMERS, 5).to_numpy(), abs=0.025)


@pytest.mark.parametrize("logs", [[0.18, -0.29, -0.42, 1.02], [1.0, 1.0, -2.0, 0.0]])
def test_the_gradient_is_right(donors, logs):
    rows = [donors[name].to_numpy(float) for name in (*OPPORTUNITIES, "n")]
    rows[2] = rows[2] + np.arange(len(donors)) % 2  # different numbers of opportunities
    _, slope = btyd_discrete.log_likelihood(np.array(logs), *rows)
    numeric = approx_fprime(np.array(logs), lambda z: btyd_discrete.log_likelihood(z, *rows)[0], 1e-7)
    assert slope == pytest.approx(numeric, rel=1e-4, abs=0.1)


def test_rows_of_customers_and_counts_give_the_same_fit_in_any_order(donors, fit):
    each = donors.loc[donors.index.repeat(donors["n"])].drop(columns="n").sample(frac=1, random_state=1)
    assert btyd_discrete.fit_bg_bb(each) == fit


def test_intervals_hold_the_published_parameters(donors, fit):
    refits = btyd_discrete.bootstrap_bg_bb(donors, fit, n_refits=40, seed=1)
    low, high = refits.quantile(0.02), refits.quantile(0.98)
    assert all(low[name] < fit.parameters[name] < high[name] for name in BgBb.names)
    pd.testing.assert_frame_equal(refits, btyd_discrete.bootstrap_bg_bb(donors, fit, n_refits=40, seed=1), check_exact=True)


@pytest.mark.parametrize("rows", [[], [(0, 0, 6)] * 300, [(1, 1, 6)] * 99])
def test_too_few_who_bought_again_get_a_sentence(rows):
    with pytest.raises(TooLittleData, match="Needs a repeat purchase by at least 100 customers"):
        btyd_discrete.fit_bg_bb(pd.DataFrame(rows, columns=OPPORTUNITIES))


@pytest.mark.parametrize("row", [(3, 2, 6), (1, 7, 6), (0, 2, 6), (-1, 0, 6)])
def test_a_history_that_contradicts_itself_is_refused(row):
    with pytest.raises(ValueError, match="0 ≤ frequency"):
        MODEL.p_alive(pd.DataFrame([row], columns=OPPORTUNITIES))
