"""retention_sbg.py: the published fits of two groups of contracts, censoring, staggered starts, and value still to come."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from helpers.errors import TooLittleData, UserError
from helpers.subscriptions import retention_sbg
from helpers.subscriptions.retention_sbg import Sbg

SURVIVAL = {  # customers of 1,000 that are left after 0 … 7 years: Fader and Hardie 2007, table 1
    "High End": [1000, 869, 743, 653, 593, 551, 517, 491],
    "Regular": [1000, 631, 468, 382, 326, 289, 262, 241],
}
LATER = {"High End": [468, 445, 427, 409, 394], "Regular": [223, 207, 194, 183, 173]}  # years 8 … 12, not fitted


def contracts(left: list[int]) -> pd.DataFrame:
    """Counts of contracts by the renewal at which they ended, and those still running after the last."""
    ended = [{"age": year, "ended": True, "n": left[year - 1] - left[year]} for year in range(1, len(left))]
    return pd.DataFrame([*ended, {"age": len(left) - 1, "ended": False, "n": left[-1]}])


def drawn(n: int, *, seed: int, alpha: float, beta: float, seen: int) -> pd.DataFrame:
    """Contracts from the model itself, each observed for a random 1 to `seen` periods."""
    random = np.random.default_rng(seed)
    ends = random.geometric(np.clip(random.beta(alpha, beta, n), 1e-12, 1))
    until = random.integers(1, seen + 1, n)
    return pd.DataFrame({"age": np.minimum(ends, until), "ended": ends <= until})


@pytest.fixture(scope="module")
def fits() -> dict[str, Sbg]:
    return {name: retention_sbg.fit_sbg(contracts(left)) for name, left in SURVIVAL.items()}


@pytest.mark.parametrize(("group", "alpha", "beta", "log_likelihood"), [
    ("High End", 0.668, 3.806, -1611.2), ("Regular", 0.704, 1.182, -1680.3),
])
def test_the_published_fits_come_out(fits, group, alpha, beta, log_likelihood):
    assert fits[group].parameters == pytest.approx({"alpha": alpha, "beta": beta}, abs=6e-4)
    assert fits[group].log_likelihood == pytest.approx(log_likelihood, abs=0.05)
    assert (fits[group].n_contracts, fits[group].n_ended) == (1000, 1000 - SURVIVAL[group][7])


@pytest.mark.parametrize("group", list(SURVIVAL))
def test_the_five_years_after_the_fit_are_predicted_to_two_points(fits, group):
    assert fits[group].survival(range(8, 13)) == pytest.approx(np.array(LATER[group]) / 1000, abs=0.02)


def test_retention_rises_although_nobody_changes(fits):
    retention = fits["Regular"].retention(range(1, 13))
    assert retention[0] == pytest.approx(1.182 / (0.704 + 1.182), abs=1e-3) and (np.diff(retention) > 0).all()
    assert np.cumprod(retention) == pytest.approx(fits["Regular"].survival(range(1, 13)))
    assert fits["Regular"].mean_leaving == pytest.approx(1 - retention[0])


def test_survival_given_an_age_is_a_ratio(fits):
    fit = fits["High End"]
    assert fit.survival(7, given=3) == pytest.approx(fit.survival(7) / fit.survival(3))
    assert fit.survival([0, 2], given=[0, 5]).tolist() == [1, 1]  # who has outlasted five has outlasted two


def test_planted_parameters_are_recovered_from_censored_contracts():
    seen = drawn(20_000, seed=1, alpha=1.2, beta=6.0, seen=24)
    fit = retention_sbg.fit_sbg(seen)
    assert fit.parameters == pytest.approx({"alpha": 1.2, "beta": 6.0}, rel=0.15)
    table = retention_sbg._columns(retention_sbg.collapse_contracts(seen))
    planted, _ = retention_sbg.log_likelihood(np.log([1.2, 6.0]), *table)
    assert 0 <= 2 * (fit.log_likelihood - planted) < 13.8  # the .999 quantile of χ² with 2 degrees of freedom


def test_contracts_that_came_into_view_late_count_from_then_on():
    """Only those who lasted 6 periods are in the data, each from then on: ignoring that would flatter retention."""
    late = drawn(60_000, seed=2, alpha=1.0, beta=4.0, seen=24)
    late = late[(late["age"] - late["ended"]) >= 6]
    told = retention_sbg.fit_sbg(late.assign(entered_age=6))
    untold = retention_sbg.fit_sbg(late)
    assert told.retention(10) == pytest.approx((4 + 9) / (1 + 4 + 9), abs=0.006)
    assert told.mean_leaving == pytest.approx(0.2, abs=0.06)
    assert untold.mean_leaving < 0.07


def test_a_contract_that_ended_before_its_first_renewal_ended_at_the_first():
    table = retention_sbg.collapse_contracts(pd.DataFrame({"age": [0, 0.9, 1, 0], "ended": [True, True, True, False]}))
    assert table.to_dict("list") == {"age": [0, 1], "ended": [False, True], "entered_age": [0, 0], "n": [1, 3]}


def test_a_contract_that_ended_between_two_renewals_ended_at_the_second_and_a_running_one_has_outlasted_the_first():
    table = retention_sbg.collapse_contracts(pd.DataFrame({"age": [1.5, 1.5], "ended": [True, False]}))
    assert table.set_index("ended")["age"].to_dict() == {False: 1.0, True: 2.0}


@pytest.mark.parametrize("logs", [[-0.4, 1.3], [1.0, -1.0]])
def test_the_gradient_is_right(logs):
    table = retention_sbg.collapse_contracts(drawn(300, seed=3, alpha=1.0, beta=4.0, seen=9).assign(entered_age=0))
    data = retention_sbg._columns(table)
    _, slope = retention_sbg.log_likelihood(np.array(logs), *data)
    numeric = approx_fprime(np.array(logs), lambda z: retention_sbg.log_likelihood(z, *data)[0], 1e-7)
    assert slope == pytest.approx(numeric, rel=1e-4, abs=1e-2)


# --- what is still to come


def test_expected_periods_are_the_sum_of_survival(fits):
    fit = fits["High End"]
    by_hand = [sum(fit.survival(age + k) / fit.survival(age) for k in range(1, 13)) for age in (0, 5)]
    assert fit.expected_periods([0, 5], 12) == pytest.approx(by_hand)
    assert fit.expected_periods([0, 5], 0).tolist() == [0, 0]


def test_lifetime_without_end_is_finite_only_above_one():
    fit = Sbg({"alpha": 3.0, "beta": 6.0}, 0, 1, 1)
    assert fit.residual_lifetime([0, 4]) == pytest.approx([3, 5])  # (β + t) / (α − 1)
    assert fit.expected_periods([0, 4], 20_000) == pytest.approx([3, 5], rel=1e-3)
    assert np.isinf(Sbg({"alpha": 0.7, "beta": 6.0}, 0, 1, 1).residual_lifetime([0, 4])).all()


def test_derl_is_the_discounted_sum_of_renewals_the_next_one_due_now(fits):
    fit, ages = fits["Regular"], np.array([0, 1, 4])
    by_hand = sum(fit.survival(ages + k, given=ages) / 1.1 ** (k - 1) for k in range(1, 600))
    assert fit.residual_value(ages, 0.1) == pytest.approx(by_hand, rel=1e-6)
    with pytest.raises(UserError, match="above 0"):
        fit.residual_value(ages, 0.0)


# --- intervals


def test_intervals_of_the_curve_hold_the_truth_and_widen_beyond_the_data():
    seen = drawn(3000, seed=4, alpha=1.0, beta=4.0, seen=8)
    fit = retention_sbg.fit_sbg(seen)
    curve = retention_sbg.retention_curve(
        fit, retention_sbg.bootstrap_sbg(seen, fit, n_refits=60), n_periods=20, seen_periods=8
    )
    truth = Sbg({"alpha": 1.0, "beta": 4.0}, 0, 1, 1).survival(curve["age"])
    assert curve["survival_low"].iloc[0] == curve["survival_high"].iloc[0] == 1
    assert ((curve["survival_low"] <= truth + 1e-9) & (truth - 1e-9 <= curve["survival_high"])).all()
    assert curve["is_projected"].sum() == 12 and pd.isna(curve["retention"].iloc[0])
    relative = (curve["survival_high"] - curve["survival_low"]) / curve["survival"]
    assert relative.iloc[20] > relative.iloc[8] > relative.iloc[2]


def test_refits_are_the_same_for_the_same_seed_and_in_any_order():
    seen = drawn(500, seed=5, alpha=1.0, beta=4.0, seen=8)
    fit = retention_sbg.fit_sbg(seen)
    shuffled = seen.sample(frac=1, random_state=1)
    assert retention_sbg.fit_sbg(shuffled) == fit
    first = retention_sbg.bootstrap_sbg(seen, fit, n_refits=5, seed=1)
    assert retention_sbg.bootstrap_sbg(shuffled, fit, n_refits=5, seed=1) == first
    assert retention_sbg.bootstrap_sbg(seen, fit, n_refits=5, seed=2) != first


# --- too little


@pytest.mark.parametrize(("rows", "says"), [
    ([], "Needs 100 contracts; there are 0"),
    ([(5, True)] * 99, "Needs 100 contracts; there are 99"),
    ([(5, False)] * 500, "Needs 10 contracts that ended; there are 0"),
    ([(5, True)] * 500, "too much alike"),
])
def test_contracts_that_say_too_little_get_a_sentence(rows, says):
    with pytest.raises(TooLittleData, match=says):
        retention_sbg.fit_sbg(pd.DataFrame(rows, columns=["age", "ended"]))


def test_a_contract_that_came_into_view_after_its_end_is_refused():
    with pytest.raises(ValueError, match="after its end"):
        retention_sbg.fit_sbg(pd.DataFrame({"age": [3] * 200, "ended": True, "entered_age": 3}))
