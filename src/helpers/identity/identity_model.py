"""How much does an agreement tell? The weights of the levels of agreement, learned without truth.

Fellegi and Sunter (1969): a comparison's weight is log2(m / u), m how often two records of one person show that level of
agreement, u how often records of two persons do. Missing on either side = no evidence. m and u come from
expectation-maximisation over two sets of pairs at once: u from random pairs (and, where blocking finds every pair of a level,
from those), m from the blocked pairs. Unlike Splink's training the random pairs lose their share of true matches in each
step, and Dirichlet priors (`Level.m`, `Level.u`) hold levels that the data do not show: with two records the priors are the
model.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.identity.identity_comparisons import COMPARISONS, NAMES, Comparison, contradicts, unpack

PRIOR_MATCHES = 20  # pairs that the priors of m count for
PRIOR_NON_MATCHES = 100  # pairs that the priors of u count for
MAX_ITERATIONS, TOLERANCE = 200, 1e-7
LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Model:
    """What was learned: m and u per comparison and level (most to least alike), the prior, and how it came about."""

    m: dict[str, np.ndarray]
    u: dict[str, np.ndarray]
    prior: float  # probability that two records taken at random are of one person
    n_iterations: int = 0
    n_expected_matches: float = 0.0
    notes: dict = field(default_factory=dict)

    def weights(self, name: str) -> np.ndarray:
        """log2(m / u) per level; the most alike never speaks against a match, the least alike never for one.

        No level tells more than the most alike: a phone one digit off is too rare among random pairs for its u to be counted.
        """
        weights = np.log2(np.maximum(self.m[name], LEAST_PROBABILITY) / np.maximum(self.u[name], LEAST_PROBABILITY))
        weights[0], weights[-1] = max(weights[0], 0.0), min(weights[-1], 0.0)
        return np.minimum(weights, weights[0])


def learn(
    blocked: pd.DataFrame,
    random: pd.DataFrame,
    *,
    n_records: int,
    n_present: dict[str, int],
    n_equal: dict[str, int] | None = None,
) -> Model:
    """Estimate m, u and the prior by EM.

    blocked, random: pattern (int64), n (pairs); n_records: records compared; n_present: records with a value, per comparison;
    n_equal: pairs of records with the same value, for comparisons whose equal pairs blocking does not all find.
    Sums run over sorted patterns with whole numbers of pairs, so the result does not depend on the order of rows or on threads.
    """
    sides = {"blocked": _coded(blocked), "random": _coded(random)}
    n_pairs = n_records * (n_records - 1) / 2
    m = {c.name: _normal(np.array([level.m for level in c.levels])) for c in COMPARISONS}
    u = {c.name: _normal(np.array([level.u for level in c.levels])) for c in COMPARISONS}
    prior, iteration = 1 / max(n_records, 10), 0
    model = Model(m, _u(sides, None, u, n_present, n_equal or {}), prior)
    for iteration in range(1, MAX_ITERATIONS + 1):  # noqa: B007
        matched = {side: codes["n"] * _posterior(model, codes) for side, codes in sides.items()}
        expected = float(matched["blocked"].sum())
        new_m = {c.name: _share(sides["blocked"], c, matched["blocked"], PRIOR_MATCHES * m[c.name]) for c in COMPARISONS}
        new_prior = (expected + 1) / (n_pairs + max(n_records, 10))
        new = Model(new_m, _u(sides, matched, u, n_present, n_equal or {}), min(new_prior, 0.5), iteration, expected)
        moved = max(np.abs(new.m[name] - model.m[name]).max() for name in NAMES)
        model = new
        if moved < TOLERANCE:
            break
    return model


def _coded(pairs: pd.DataFrame) -> dict:
    pairs = pairs.sort_values("pattern")
    levels = unpack(pairs["pattern"].to_numpy(np.int64))
    return {"n": pairs["n"].to_numpy(float), "levels": levels, "contradicts": contradicts(levels)}


def _normal(values: np.ndarray) -> np.ndarray:
    return values / values.sum()


def _posterior(model: Model, codes: dict) -> np.ndarray:
    weight = np.full(len(codes["n"]), np.log2(model.prior / (1 - model.prior)))
    for name in NAMES:
        weight += np.concatenate([[0.0], model.weights(name)])[codes["levels"][name].to_numpy()]
    return np.where(codes["contradicts"], 0.0, 1 / (1 + np.exp2(-np.clip(weight, -300, 300))))


def _share(codes: dict, comparison: Comparison, weights: np.ndarray, prior: np.ndarray) -> np.ndarray:
    counts = np.bincount(codes["levels"][comparison.name], weights=weights, minlength=len(prior) + 1)[1:]
    return _normal(counts + prior)


def _u(sides: dict, matched: dict | None, priors: dict, n_present: dict, n_equal: dict) -> dict[str, np.ndarray]:
    """u per level.

    From random pairs; a covered level from the blocked pairs, over all pairs that have a value on both sides.
    """
    result = {}
    for comparison in COMPARISONS:
        others = {side: codes["n"] - (matched[side] if matched else 0) for side, codes in sides.items()}
        shares = _share(sides["random"], comparison, others["random"], PRIOR_NON_MATCHES * priors[comparison.name])
        present = n_present.get(comparison.name, 0)
        n_pairs = max(present * (present - 1) / 2, 1)
        found = np.bincount(sides["blocked"]["levels"][comparison.name], weights=others["blocked"], minlength=len(shares) + 1)[
            1:
        ]
        if matched is not None and comparison.name in n_equal:
            agreed = sides["blocked"]["levels"][comparison.name].to_numpy() == 1
            found[0] = max(n_equal[comparison.name] - float(matched["blocked"][agreed].sum()), 0)
        covered = np.array([level.covered for level in comparison.levels])
        counted = (found + PRIOR_NON_MATCHES * priors[comparison.name]) / (n_pairs + PRIOR_NON_MATCHES)
        if matched is None:  # before the first step nobody knows which of the blocked pairs are matches
            counted = priors[comparison.name]
        shares = np.where(covered, counted, shares)
        result[comparison.name] = _normal(shares)
    return result
