"""clusters.py: planted groups are recovered, and where customers differ by degrees only no stable segment is claimed."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from helpers.errors import TooLittleData
from helpers.segmentation import clusters

NAMES = ["frequency", "monetary_value", "recency_days", "products_per_day"]


def features_of(logs: np.ndarray) -> pd.DataFrame:
    """Turn points into features of which `scale` takes the logarithm again."""
    index = pd.Index([f"c{i:05d}" for i in range(len(logs))], name="customer_id")
    return pd.DataFrame(np.expm1(logs - logs.min() + 0.1), columns=NAMES[: logs.shape[1]], index=index)


def planted(design: str, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes, middles, widths = {
        "two": ((300, 300), [[0, 0, 0], [5, 5, 0]], 1),
        "three, one far": ((200, 200, 200), [[0, 0], [6, 0], [0, 6]], 1),
        "four, sizes differ": ((400, 250, 150, 100), [[0, 0, 0], [7, 7, 0], [7, 0, 7], [0, 7, 7]], 1),
        "five in four habits": ((150,) * 5, [[0, 0, 0, 0], [6, 6, 0, 0], [0, 6, 6, 0], [0, 0, 6, 6], [6, 0, 0, 6]], 1),
        "widths differ": ((200, 200, 200), [[0, 0], [7, 0], [0, 9]], [[0.6], [1.2], [1.0]]),
    }[design]
    truth = np.repeat(np.arange(len(sizes)), sizes)
    width = np.broadcast_to(widths, (len(sizes), 1))[truth] if np.ndim(widths) else widths
    points = np.array(middles, float)[truth] + width * rng.normal(size=(len(truth), len(middles[0])))
    return features_of(0.4 * points), truth


@pytest.mark.slow
@pytest.mark.parametrize("design", ["two", "three, one far", "four, sizes differ", "five in four habits", "widths differ"])
def test_planted_segments_are_recovered(design):
    features, truth = planted(design)
    tried, labels = clusters.stability(features, n_resamples=10, seed=1)
    choice = clusters.choose_number(clusters.by_number(tried))
    assert choice.k == truth.max() + 1 and choice.all_stable
    assert adjusted_rand_score(truth, labels[choice.k]) >= 0.9


def blob(kind: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 600
    if kind == "gaussian":
        return features_of(rng.normal(size=(n, 3)))
    if kind == "slanted gaussian":
        return features_of(rng.normal(size=(n, 3)) @ np.array([[1, 0.8, -0.6], [0, 0.5, 0.1], [0, 0, 0.6]]))
    if kind == "uniform":
        return features_of(rng.uniform(size=(n, 3)))
    rate = np.exp(rng.normal(1.5, 0.8, n))  # one kind of buyer, who differ by degrees: RFM as counted and rounded
    frequency = 1 + rng.poisson(rate)
    return pd.DataFrame(
        {
            "frequency": frequency.astype(float),
            "monetary_value": np.exp(rng.normal(3, 0.6, n)).round(2),
            "recency_days": np.floor(rng.exponential(365 / (frequency + 1))),
        },
        index=pd.Index([f"c{i:05d}" for i in range(n)], name="customer_id"),
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", ["gaussian", "slanted gaussian", "uniform", "rfm"])
def test_without_structure_no_stable_segment_is_claimed(kind, seed):
    numbers = clusters.by_number(clusters.stability(blob(kind, seed), n_resamples=5, seed=seed)[0])
    with pytest.raises(TooLittleData, match="No stable segments"):
        clusters.choose_number(numbers)


def test_jaccard_alone_would_have_called_a_cloud_stable():
    numbers = clusters.by_number(clusters.stability(blob("slanted gaussian", 1), max_clusters=2, n_resamples=5, seed=1)[0])
    assert numbers["is_stable"].tolist() == [True] and numbers["is_tighter"].tolist() == [False]


def test_the_order_of_customers_changes_no_figure():
    features, _ = planted("three, one far")
    shuffled = features.sample(frac=1, random_state=2)
    (own, labels), (other, moved) = (clusters.stability(f, max_clusters=4, n_resamples=3, seed=1) for f in (features, shuffled))
    pd.testing.assert_frame_equal(own, other, check_exact=True)
    back = pd.Series(moved[3], index=shuffled.index).reindex(features.index)
    assert (back.to_numpy() == labels[3]).all()
