"""k-means that is quick and says the same whatever the order of customers: the engine under clusters.py.

Customers with the same features are one row with a weight. Starts are sought on a sample and refined on every row
(Bradley and Fayyad 1998, Refining initial points). Resamples: clusterwise bootstrap of Hennig (2007), each clustered anew.
The reference without structure: a uniform cloud along the principal axes with the data's own variances (the gap statistic
of Tibshirani, Walther and Hastie 2001; variances instead of ranges, so that a single outlier does not stretch it).
"""

from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.metrics.pairwise import euclidean_distances

START_ROWS = 1_000  # rows on which starts are sought; more are only refined
N_STARTS = 5  # of a resample
MANY_STARTS = 10  # of the data and of the clouds they are compared with: more would favour whichever has them
STEPS = 100  # Lloyd iterations at most
SILHOUETTE_SAMPLE = 2_000  # customers; the silhouette needs all pairs
REFERENCE_ROWS = 5_000  # a reference cloud needs no more: log W of a mean changes by about k/n


@dataclass(frozen=True)
class Points:
    """Distinct rows in their sorted order, how many customers share each, and the row of every customer."""

    rows: np.ndarray
    counts: np.ndarray
    row_of: np.ndarray

    @property
    def n(self) -> int:
        return len(self.row_of)

    @property
    def sorted_rows(self) -> np.ndarray:
        """The row numbers of all customers in the order of their features: no trace of the order they came in."""
        return np.repeat(np.arange(len(self.rows)), self.counts)


def collapse(values: np.ndarray) -> Points:
    """Return the distinct rows of `values`; the answer to any later question does not depend on the order of rows."""
    rows, row_of, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    return Points(rows, counts, row_of.ravel())


def fit(rows: np.ndarray, weights: np.ndarray, *, k: int, seed: int, n_starts: int = N_STARTS) -> KMeans:
    """Return k-means of weighted rows: starts by k-means++ on at most `START_ROWS` rows, the best refined on all."""
    if len(rows) <= START_ROWS:
        return KMeans(k, n_init=n_starts, max_iter=STEPS, random_state=seed).fit(rows, sample_weight=weights)
    cumulated = np.cumsum(weights)
    drawn = np.searchsorted(cumulated, np.random.default_rng(seed).random(START_ROWS) * cumulated[-1], side="right")
    start = KMeans(k, n_init=n_starts, max_iter=STEPS, random_state=seed).fit(rows[drawn]).cluster_centers_
    return KMeans(k, init=start, n_init=1, max_iter=STEPS).fit(rows, sample_weight=weights)


def by_size(labels: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Number clusters 0, 1, … from the largest to the smallest (by weight)."""
    sizes = np.bincount(labels, weights)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def resamples(points: Points, *, n_resamples: int, seed: int):
    """Yield bootstrap samples of customers as (rows drawn, how often, how many different customers)."""
    rng = np.random.default_rng(seed)
    row_of, m = points.sorted_rows, len(points.rows)
    for _ in range(n_resamples):
        drawn = np.bincount(rng.integers(0, points.n, points.n), minlength=points.n)
        weights, customers = np.bincount(row_of, drawn, m), np.bincount(row_of, drawn > 0, m)
        rows = np.flatnonzero(weights)
        yield rows, weights[rows], customers[rows]


def jaccard(points: Points, labels: np.ndarray, drawn: list, *, k: int, seed: int) -> np.ndarray:
    """Return resample × cluster: the Jaccard similarity of each cluster with the most similar one of the resample.

    labels: cluster of each distinct row. Each resample is clustered from starts of its own, not from the clusters found:
    those would come back merely because they were suggested. Similarity counts the customers drawn, each once.
    """
    best = np.zeros((len(drawn), k))
    for i, (rows, weights, customers) in enumerate(drawn):
        other = fit(points.rows[rows], weights, k=k, seed=seed + 1 + i).labels_
        together = np.bincount(labels[rows] * k + other, customers, k * k).reshape(k, k)
        either = together.sum(axis=1, keepdims=True) + together.sum(axis=0, keepdims=True) - together
        best[i] = (together / np.maximum(either, 1)).max(axis=1)
    return best


def references(points: Points, *, n_references: int, seed: int) -> list[np.ndarray]:
    """Return clouds without structure: uniform along the principal axes, with the data's variance on each."""
    values = points.rows
    middle = np.average(values, axis=0, weights=points.counts)
    variances, axes = np.linalg.eigh(np.cov(values, rowvar=False, fweights=points.counts, ddof=0))
    sides = np.sqrt(12 * np.clip(variances, 0, None))  # a uniform of side s has variance s²/12
    rng, n = np.random.default_rng(seed), min(points.n, REFERENCE_ROWS)
    return [middle + (rng.random((n, values.shape[1])) - 0.5) * sides @ axes.T for _ in range(n_references)]


def log_within(model: KMeans, n: float) -> float:
    """Return the logarithm of the mean squared distance to the own centre."""
    return float(np.log(max(model.inertia_ / n, 1e-12)))


def gap(clouds: list[np.ndarray], own: float, *, k: int, seed: int) -> tuple[float, float]:
    """Return by how much the clusters are tighter than those of clouds without structure (logarithm), and its error.

    own: `log_within` of the data. Error: the references' standard deviation, with their own number (√(1 + 1/B)).
    """
    models = [fit(cloud, np.ones(len(cloud)), k=k, seed=seed + i, n_starts=MANY_STARTS) for i, cloud in enumerate(clouds)]
    other = [log_within(model, len(cloud)) for model, cloud in zip(models, clouds, strict=True)]
    return float(np.mean(other) - own), float(np.std(other) * np.sqrt(1 + 1 / len(other)))


class Separation:
    """Silhouette, Calinski-Harabasz and Davies-Bouldin of divisions of the same customers (distances computed once)."""

    def __init__(self, points: Points, *, seed: int):
        every = points.sorted_rows
        drawn = np.sort(np.random.default_rng(seed).permutation(points.n)[:SILHOUETTE_SAMPLE])
        self.sampled, self.every, self.rows = every[drawn], every, points.rows
        self.distances = euclidean_distances(points.rows[self.sampled])
        np.fill_diagonal(self.distances, 0)

    def measure(self, labels: np.ndarray) -> dict[str, float]:
        """Return the three measures of a division; labels: cluster of each distinct row."""
        sampled, values, groups = labels[self.sampled], self.rows[self.every], labels[self.every]
        several = len(np.unique(sampled)) > 1
        return {
            "silhouette": float(silhouette_score(self.distances, sampled, metric="precomputed")) if several else 0.0,
            "calinski_harabasz": float(calinski_harabasz_score(values, groups)),
            "davies_bouldin": float(davies_bouldin_score(values, groups)),
        }
