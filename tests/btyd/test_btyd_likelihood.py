"""btyd_likelihood.py: the ladder of attempts, and refits that start where the fit ended."""

import numpy as np
import pytest

from helpers.btyd import btyd_likelihood
from helpers.btyd.btyd_likelihood import Optimum, curvature, from_part, is_sound, maximise, refit

TOP = np.log([2.0, 5.0])


def hill(logs):
    """100 customers' likelihood with its top at 2 and 5."""
    away = logs - TOP
    return -100 * float(away @ away), -200 * away


def test_the_top_is_found_from_the_first_start():
    found = maximise(hill, [np.zeros(2)], n=100)
    assert np.exp(found.logs) == pytest.approx([2, 5], rel=1e-6)
    assert (found.penaliser, found.optimiser) == (0.0, "BFGS")


def test_a_start_that_leads_nowhere_gives_way_to_the_next():
    def cliff(logs):
        return hill(logs) if logs[0] < 3 else (np.nan, np.full(2, np.nan))

    found = maximise(cliff, [np.array([9.0, 0.0]), np.zeros(2)], n=100)
    assert np.exp(found.logs) == pytest.approx([2, 5], rel=1e-6)


def test_a_likelihood_that_rises_for_ever_is_stopped_by_a_penalty():
    def rises(logs):
        return float(100 * np.tanh(logs[0] / 4) + 100 * logs[0] / 50), np.array([25 / np.cosh(logs[0] / 4) ** 2 + 2])

    found = maximise(rises, [np.zeros(1)], n=100)
    assert found.penaliser == 0.001
    value = np.exp(found.logs[0])
    slope = 25 / np.cosh(found.logs[0] / 4) ** 2 + 2
    assert 2 * 0.001 * value**2 == pytest.approx(slope / 100, rel=1e-3)  # where the penalty's slope meets the likelihood's


def test_the_penalty_counts_parameters_in_their_units():
    def rises(logs):
        return float(logs[0]), np.ones(1)

    plain, weeks = (maximise(rises, [np.zeros(1)], n=1, units=np.log([unit])) for unit in (1.0, 39.0))
    assert np.exp(weeks.logs - plain.logs) == pytest.approx([39.0], rel=1e-5)


def test_a_likelihood_that_falls_from_nothing_ends_at_next_to_nothing():
    """Nobody ever leaves: the best chance of leaving is 0, whose logarithm no search reaches."""
    found = maximise(lambda logs: (-100 * float(np.exp(logs[0])), -100 * np.exp(logs)), [np.zeros(1)], n=100)
    assert 1e-9 < np.exp(found.logs[0]) < 1e-3  # down to the wall at most
    assert found.penaliser == 0.0


def test_what_only_impossible_data_ask_for_is_refused():
    """A likelihood that rises without end towards 0 (repeat purchases in no time, say) is not stopped by the wall."""
    assert maximise(lambda logs: (-100 * float(logs[0]), np.full(1, -100.0)), [np.zeros(1)], n=100) is None


def test_a_false_gradient_leaves_the_simplex():
    def lies(logs):
        return hill(logs)[0], np.array([50.0, -50.0])

    found = maximise(lies, [np.zeros(2)], n=100)
    assert found.optimiser == "Nelder-Mead"
    assert np.exp(found.logs) == pytest.approx([2, 5], rel=1e-3)


def test_what_is_never_a_number_ends_without_a_traceback(capsys):
    assert maximise(lambda logs: (np.nan, np.full(2, np.nan)), [np.zeros(2)], n=100) is None
    assert maximise(lambda logs: (np.inf, np.zeros(2)), [np.zeros(2)], n=100) is None
    assert capsys.readouterr().out == ""


def test_an_optimum_that_is_not_accepted_is_none():
    assert maximise(hill, [np.zeros(2)], n=100, accept=lambda values: values[0] > 3) is None


@pytest.mark.parametrize(("values", "sound"), [
    ([0.2, 4.4, 0.8], True), ([0.2, 4.4, 1e7], False), ([0.2, np.nan, 0.8], False), ([0.0, 4.4, 0.8], False),
    ([1e-8, 4.4, 0.8], True), ([1e-11, 4.4, 0.8], False),
])
def test_parameters_that_run_away_are_not_sound(values, sound):
    assert is_sound(values) is sound


def test_the_curvature_is_the_inverse_of_the_second_derivatives():
    assert curvature(hill, Optimum(TOP), n=100) == pytest.approx(np.eye(2) / 2, rel=1e-6)


def test_a_search_on_a_part_goes_on_to_the_top_of_the_whole():
    found = from_part(hill, lambda logs: hill(logs - 0.2), [np.zeros(2)], n=100, n_part=100)
    assert found.logs == pytest.approx(TOP, abs=1e-7)


def test_a_part_that_needs_a_penalty_or_a_whole_without_a_top_is_no_way():
    def rises(logs):
        return float(logs.sum()), np.ones(2)

    assert from_part(hill, rises, [np.zeros(2)], n=100, n_part=1) is None
    assert from_part(rises, hill, [np.zeros(2)], n=1, n_part=100) is None


def test_a_refit_with_the_curvature_needs_few_evaluations():
    seen = []

    def moved(logs):
        seen.append(logs)
        return hill(logs - 0.1)

    found = refit(moved, Optimum(TOP), curvature(hill, Optimum(TOP), n=100), n=100)
    assert found == pytest.approx(TOP + 0.1, abs=1e-5)
    assert len(seen) <= 5


def test_a_refit_does_not_run_away():
    found = refit(lambda logs: (logs.sum() * 100, np.full(2, 100.0)), Optimum(TOP), np.eye(2), n=100)
    assert np.exp(found - TOP) == pytest.approx([100, 100])
    assert pytest.approx(100) == np.exp(btyd_likelihood.REACH)
