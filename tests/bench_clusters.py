"""How fast clusters are tried: k = 2 … 8 with 50 bootstraps each, beside a plain loop over scikit-learn.

`python tests/bench_clusters.py` prints the seconds; bench.py calls `measure`.
"""

import time

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from helpers.segmentation import clusters

N_CUSTOMERS, N_RESAMPLES, NUMBERS = 25_000, 50, range(2, 9)
PEER_RESAMPLES = 5  # of the plain loop, which takes minutes; its seconds are scaled up to N_RESAMPLES


def customers(n: int = N_CUSTOMERS, seed: int = 1) -> pd.DataFrame:
    """Return invented habits of `n` customers: three measures as RFM has them, in six loose kinds."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 6, n)
    rate = np.exp(rng.normal(0.5 * kind, 0.6))
    return pd.DataFrame({
        "frequency": 1.0 + rng.poisson(rate), "recency_days": np.floor(rng.exponential(300 / (1 + rate))),
        "monetary_value": np.round(np.exp(rng.normal(3 + 0.3 * (kind % 3), 0.5)), 2),
    }, index=pd.Index([f"c{i:06d}" for i in range(n)], name="customer_id"))


def plain_loop(features: pd.DataFrame, *, n_resamples: int = PEER_RESAMPLES, seed: int = 42) -> dict[int, float]:
    """Return the lowest mean Jaccard by number of clusters as a plain loop over scikit-learn finds it (the peer)."""
    points = clusters.scale(features).to_numpy()
    lowest = {}
    for k in NUMBERS:
        own = KMeans(k, n_init=10, random_state=seed).fit_predict(points)
        similar = []
        for i in range(n_resamples):
            drawn = np.random.default_rng(seed + i).integers(0, len(points), len(points))
            other = KMeans(k, n_init=10, random_state=i).fit(points[drawn]).predict(points[np.unique(drawn)])
            both = pd.crosstab(own[np.unique(drawn)], other).to_numpy()
            either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
            similar.append((both / either).max(axis=1))
        lowest[k] = float(np.mean(similar, axis=0).min())
    return lowest


def measure(*, peer: bool = True) -> dict[str, float]:
    """Return wall seconds of ours and, with `peer`, of the plain loop: as run, and scaled up to as many bootstraps."""
    features = customers()
    start = time.perf_counter()
    clusters.stability(features, n_resamples=N_RESAMPLES, seed=42)
    result = {"ours_seconds": time.perf_counter() - start}
    if peer:
        start = time.perf_counter()
        with threadpool_limits(limits=2):
            plain_loop(features)
        result["peer_seconds_as_run"] = time.perf_counter() - start
        result["peer_seconds"] = result["peer_seconds_as_run"] * N_RESAMPLES / PEER_RESAMPLES
    return result


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:20} {value:8.2f}")
