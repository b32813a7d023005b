"""Find the parameters that maximise a likelihood, by a ladder of ever more patient attempts.

Parameters are positive, so their logarithms are searched, with the analytic gradient; then with other starting values, with
growing penalties (lifetimes' L2 penalty), and at last without gradients. None means: nothing converged.
In: a function of the logs that returns the log-likelihood and its gradient; out: an Optimum, or refits of resampled data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

PENALISERS = (0.0, 0.001, 0.01, 0.1)  # L2 penalty on the parameters; the documentation of lifetimes suggests 0.001–0.1
LARGEST = 1e6  # a parameter beyond this has run away: the data do not determine it
SMALLEST = 1e-8  # below it a wall rises: where nobody ever leaves, the chance to leave would fall for ever
WALL = 1e-3  # its steepness
FLAT = 1e-4  # slope of the log-likelihood per customer at which a search counts as arrived
REACH = np.log(100.0)  # a refit may move a parameter by this factor either way: flat likelihoods must not run away
STEP = 1e-4  # of the logs, for the curvature

Likelihood = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: logs of the parameters, the penalty and the optimiser that got there."""

    logs: np.ndarray
    penaliser: float = 0.0
    optimiser: str = "BFGS"


def maximise(likelihood: Likelihood, starts, *, n: float, units=0.0, accept=lambda values: True) -> Optimum | None:
    """Return the optimum of the first attempt that converges to parameters that are sound and that `accept` takes.

    starts : logs to begin at, in order of preference; n : customers, to which slopes and penalties are relative;
    units : logs of the units in which the penalty counts the parameters.
    """
    for penaliser in PENALISERS:
        for start in starts:
            found = _climb(_loss(likelihood, n=n, units=units, penaliser=penaliser), start)
            if found is not None and is_sound(np.exp(found)) and accept(np.exp(found)):
                return Optimum(found, penaliser)
    found = _simplex(_loss(likelihood, n=n, units=units, penaliser=0.0), starts[0])
    if found is not None and is_sound(np.exp(found)) and accept(np.exp(found)):
        return Optimum(found, optimiser="Nelder-Mead")
    return None


def from_part(whole: Likelihood, part: Likelihood, starts, *, n: float, n_part: float, units=0.0) -> Optimum | None:
    """Return the optimum of the whole, searched from that of a part with the part's curvature; None where that fails.

    Most of a search is finding the way, for which a part of many histories is enough.
    """
    rough = maximise(part, starts, n=n_part, units=units)
    if rough is None or rough.penaliser or rough.optimiser != "BFGS":
        return None
    shape = curvature(part, rough, n=n_part, units=units)
    found = _descend(_loss(whole, n=n, units=units, penaliser=0.0), rough.logs, shape, flat=1e-9)
    return Optimum(found) if found is not None and is_sound(np.exp(found)) else None


def _descend(loss: Likelihood, start: np.ndarray, shape: np.ndarray, *, flat: float) -> np.ndarray | None:
    found = minimize(loss, start, jac=True, method="BFGS", options={"hess_inv0": shape, "gtol": flat, "maxiter": 60})
    return found.x if np.abs(found.jac).max() < FLAT and np.abs(found.x - start).max() < REACH else None


def is_sound(values) -> bool:
    """Say whether no parameter has run away. Next to nothing (at the wall) is sound: perhaps nobody leaves."""
    values = np.asarray(values, dtype=float)
    return bool(np.isfinite(values).all() and (values > SMALLEST / 100).all() and (values < LARGEST).all())


def _loss(likelihood: Likelihood, *, n: float, units, penaliser: float) -> Likelihood:
    """Return the penalised negative log-likelihood per customer, walled; what is not a number counts as very bad."""
    def loss(logs):
        with np.errstate(all="ignore"):
            total, slope = likelihood(logs)
            penalty = penaliser * np.exp(2 * (logs - units))
        below = np.maximum(np.log(SMALLEST) - logs, 0)
        value = penalty.sum() + WALL * (below**2).sum() - total / n
        slope = 2 * penalty - 2 * WALL * below - slope / n
        return (value, slope) if np.isfinite(value) and np.isfinite(slope).all() else (1e10, np.zeros_like(logs))

    return loss


def _climb(loss: Likelihood, start: np.ndarray) -> np.ndarray | None:
    # not L-BFGS-B: its small matrices go to a BLAS with threads, which takes ten times as long
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 200})
    return found.x if found.fun < 1e9 and np.abs(found.jac).max() < FLAT else None


def _simplex(loss: Likelihood, start: np.ndarray) -> np.ndarray | None:
    options = {"maxiter": 1500, "maxfev": 2500, "fatol": 1e-9, "xatol": 1e-6}
    found = minimize(lambda logs: loss(logs)[0], start, method="Nelder-Mead", options=options)
    return found.x if found.success and found.fun < 1e9 else None


# --- refits on resampled customers


def curvature(likelihood: Likelihood, optimum: Optimum, *, n: float, units=0.0) -> np.ndarray:
    """Return the inverse of the loss's second derivatives at the optimum: the shape in which refits take their first step.

    Central differences of the gradient. Flat directions count as slightly curved.
    """
    loss = _loss(likelihood, n=n, units=units, penaliser=optimum.penaliser)
    steps = STEP * np.eye(len(optimum.logs))
    second = np.array([loss(optimum.logs + step)[1] - loss(optimum.logs - step)[1] for step in steps]) / (2 * STEP)
    values, vectors = np.linalg.eigh((second + second.T) / 2)
    inverse = vectors @ np.diag(1 / np.maximum(values, 1e-5)) @ vectors.T
    return (inverse + inverse.T) / 2  # symmetric to the last bit, as BFGS asks


def refit(likelihood: Likelihood, optimum: Optimum, shape: np.ndarray, *, n: float, units=0.0) -> np.ndarray:
    """Return the logs that maximise the likelihood of resampled data, started at the optimum of all data.

    With the curvature known, BFGS needs about five evaluations. A refit that runs away is repeated inside REACH.
    """
    loss = _loss(likelihood, n=n, units=units, penaliser=optimum.penaliser)
    found = _descend(loss, optimum.logs, shape, flat=1e-6)
    if found is not None:
        return found
    bounds = [(value - REACH, value + REACH) for value in optimum.logs]
    return minimize(loss, optimum.logs, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x
