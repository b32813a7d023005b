"""lifetime_value_coverage.py: intervals counted by band of value and repaired where too narrow; chances against what came."""

import numpy as np
import pandas as pd
import pytest
from test_lifetime_value import MODEL

from helpers.btyd import btyd
from helpers.btyd.btyd_intervals import Futures
from helpers.lifetime_value import lifetime_value_coverage


def customers(n: int, *, value=None, actual=None) -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": [f"{i:05d}" for i in range(n)], "revenue_model": np.arange(n, 0, -1.0) if value is None else value,
        "revenue_actual": np.zeros(n) if actual is None else actual,
    })


def futures(revenue: np.ndarray) -> Futures:
    return Futures(np.zeros_like(revenue), revenue)


@pytest.fixture
def too_sure():
    """2,000 customers whose revenue spreads by 10; the best 100 spread by 30 instead; futures say 10 for everyone."""
    random = np.random.default_rng(3)
    n = 2000
    spread = np.where(np.arange(n) < 100, 30.0, 10.0)
    known = customers(n, actual=100 + spread * random.standard_normal(n))
    return known, futures(100 + 10 * random.standard_normal((400, n)))


# --- bands


@pytest.mark.parametrize(("n", "expected"), [
    (1600, (0.05, 0.20, 0.40, 0.60, 0.80, 1.00)), (1599, (0.20, 0.40, 0.60, 0.80, 1.00)), (399, (0.40, 1.00)),
    (200, (0.40, 1.00)), (10, (1.00,)),
])
def test_bands_hold_at_least_eighty_customers_or_are_one_with_the_next(n, expected):
    assert lifetime_value_coverage.edges_for(n) == expected


def test_bands_are_shares_of_customers_best_first_and_equal_values_stay_together():
    edges = (0.2, 1.0)
    assert lifetime_value_coverage.band_of([1, 2, 3, 4, 5], edges).tolist() == [1, 1, 1, 1, 0]
    assert lifetime_value_coverage.band_of([7, 7, 7, 7, 7], edges).tolist() == [1] * 5  # the middle of their ranks


# --- coverage


def test_coverage_is_counted_by_band_with_all_customers_last():
    known = customers(160, actual=[50.0] * 60 + [5.0] * 100)  # the best 60 lie outside 0–10
    found = lifetime_value_coverage.check_coverage(known, futures(np.tile(np.linspace(0, 10, 100)[:, None], (1, 160))))
    assert found.bands["n_customers"].tolist() == [160, 160] and found.edges == (1.0,)
    assert found.bands["n_inside"].tolist() == [100, 100]
    assert found.facts["coverage"] == pytest.approx(100 / 160)


def test_an_end_of_the_interval_is_inside_it():
    found = lifetime_value_coverage.check_coverage(
        customers(3, actual=[7.0, 7.004, 7.02]), futures(np.full((100, 3), 7.0))
    )
    assert found.bands["n_inside"].iloc[-1] == 2  # half a cent is rounding


def test_a_band_that_is_too_sure_is_found_and_repaired(too_sure):
    found = lifetime_value_coverage.check_coverage(*too_sure, seed=1)
    best, second = found.bands.iloc[0], found.bands.iloc[1]
    assert best["n_customers"] == 100 and best["coverage"] < 0.65  # 1.96 × 10 is .65 spreads of 30: 49 %
    assert found.facts["is_off"] and found.facts["top"] == best["coverage"]
    assert best["repaired"] > 0.88  # measured on customers that the factor has not seen
    assert best["factor"] == pytest.approx((1.96 * 30 - 1.96 * 10) / 10, abs=1.2)
    assert second["coverage"] > 0.92 and second["factor"] < 0.5


def test_the_row_order_changes_nothing(too_sure):
    known, drawn = too_sure
    order = np.random.default_rng(0).permutation(len(known))
    one = lifetime_value_coverage.check_coverage(known, drawn, seed=1)
    other = lifetime_value_coverage.check_coverage(known.iloc[order], futures(drawn.revenue[:, order]), seed=1)
    exact = ["n_customers", "n_inside", "n_repaired"]
    pd.testing.assert_frame_equal(one.bands[exact], other.bands[exact])
    assert one.factors == pytest.approx(other.factors)


def test_intervals_are_never_narrowed():
    random = np.random.default_rng(0)
    known = customers(400, actual=100 + random.standard_normal(400))
    found = lifetime_value_coverage.check_coverage(known, futures(100 + 10 * random.standard_normal((200, 400))))
    assert found.factors == (0.0,) * len(found.edges)
    assert (found.bands["repaired"] == found.bands["coverage"]).all()


@pytest.mark.parametrize(("actual", "inside"), [(1.0, True), (1.5, False)])
def test_a_total_lies_in_the_interval_of_the_summed_futures(actual, inside):
    drawn = np.tile(np.linspace(0.5, 1.2, 200)[:, None], (1, 100))
    found = lifetime_value_coverage.check_coverage(customers(100, actual=[actual] * 100), futures(drawn))
    whole = found.bands.iloc[-1]
    assert (whole["total_low"], whole["total_high"]) == pytest.approx((51.75, 118.25))
    assert whole["total_inside"] == inside == found.facts["has_total"]


def test_value_intervals_are_widened_by_the_factor_of_their_band():
    valued = pd.DataFrame({
        "customer_lifetime_value": [40.0, 10.0], "expected_revenue": [80.0, 20.0], "clv_low": [30.0, 1.0],
        "clv_high": [50.0, 20.0],
    })
    drawn = futures(np.array([[70.0, 10.0], [90.0, 30.0]]))  # standard deviations of 10
    checked = lifetime_value_coverage.Coverage(pd.DataFrame(), (0.5, 1.0), (2.0, 0.4), {})
    found = lifetime_value_coverage.widen(valued, drawn, checked)
    assert found["clv_low"].tolist() == pytest.approx([20.0, 0.0])  # margin is half: 2 × 10 / 2, .4 × 10 / 2; not below 0
    assert found["clv_high"].tolist() == pytest.approx([60.0, 22.0])


# --- chances


def known_histories(n: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    frequency = random.poisson(2, n).astype(float)
    return pd.DataFrame({
        "customer_id": [str(i) for i in range(n)], "frequency": frequency, "T_weeks": 39.0,
        "recency_weeks": np.where(frequency > 0, 30.0, 0.0),
    })


def test_purchases_drawn_from_the_model_have_even_chances():
    known = known_histories(2000)
    came = MODEL.draw_purchases(np.random.default_rng(1), known, 39.0)[0]
    parts, facts = lifetime_value_coverage.check_chances(MODEL, known, came, weeks=39.0)
    assert (facts["shape"], facts["n_off"], facts["n"]) == ("even", 0, 2000)
    assert parts["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(("change", "shape"), [
    (lambda n: n + 3, "too low"), (lambda n: 0 * n, "too high"), (lambda n: np.where(n > 9, 2 * n, n // 3), "too sure"),
])
def test_the_shape_says_how_chances_are_wrong(change, shape):
    known = known_histories(2000).assign(frequency=8.0, recency_weeks=38.0)
    model = btyd.BgNbd({"r": 4.0, "alpha": 10.0, "a": 0.1, "b": 10.0}, 0.0, 2000)
    came = model.draw_purchases(np.random.default_rng(1), known, 39.0)[0]
    facts = lifetime_value_coverage.check_chances(model, known, change(came), weeks=39.0)[1]
    assert facts["shape"] == shape and facts["n_off"] > 0
