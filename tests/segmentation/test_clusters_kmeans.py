"""clusters_kmeans.py: the same answer whatever the order of rows; clouds without structure are no clusters."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from helpers.segmentation import clusters_kmeans as kmeans


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(limits=1):
        yield


def three(n=60, seed=0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], n, axis=0) + rng.normal(size=(3 * n, 2))


def test_equal_rows_are_one_row_with_a_weight():
    points = kmeans.collapse(np.array([[2.0, 1.0], [0.0, 5.0], [2.0, 1.0]]))
    assert points.rows.tolist() == [[0.0, 5.0], [2.0, 1.0]] and points.counts.tolist() == [1, 2]
    assert points.row_of.tolist() == [1, 0, 1] and points.sorted_rows.tolist() == [0, 1, 1] and points.n == 3


def test_weighted_rows_are_clustered_as_their_copies_would_be():
    values = np.repeat(three(20), 3, axis=0)
    points = kmeans.collapse(values)
    with_weights = kmeans.fit(points.rows, points.counts, k=3, seed=1)
    assert with_weights.inertia_ == pytest.approx(KMeans(3, n_init=5, random_state=1).fit(values).inertia_)


def test_starts_on_a_sample_reach_what_starts_on_all_rows_reach():
    values = three(1_000)  # 3,000 rows: more than START_ROWS
    ours = kmeans.fit(values, np.ones(len(values)), k=3, seed=1)
    assert ours.inertia_ == pytest.approx(KMeans(3, n_init=10, random_state=1).fit(values).inertia_, rel=1e-3)


def test_clusters_are_numbered_by_weight():
    assert kmeans.by_size(np.array([0, 1, 1])).tolist() == [1, 0, 0]
    assert kmeans.by_size(np.array([0, 1, 1]), np.array([5, 1, 1])).tolist() == [0, 1, 1]


def test_a_resample_draws_as_many_customers_as_there_are_and_counts_each_of_them_once():
    points = kmeans.collapse(np.array([[0.0]] * 7 + [[1.0]] * 3))
    for rows, weights, customers in kmeans.resamples(points, n_resamples=20, seed=3):
        assert weights.sum() == 10
        assert (customers <= points.counts[rows]).all() and (customers >= 1).all() and (customers <= weights).all()


def test_a_clean_division_has_jaccard_one_and_a_wrong_one_less():
    points = kmeans.collapse(three())
    drawn = list(kmeans.resamples(points, n_resamples=3, seed=1))
    good = kmeans.fit(points.rows, points.counts, k=3, seed=1).labels_
    assert kmeans.jaccard(points, good, drawn, k=3, seed=1).min() > 0.95
    wrong = np.arange(len(good)) % 3
    assert kmeans.jaccard(points, wrong, drawn, k=3, seed=1).max() < 0.4


def test_a_reference_cloud_has_the_variances_and_the_slant_of_the_data():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(4_000, 2)) @ np.array([[2.0, 1.0], [0.0, 0.5]])
    cloud = kmeans.references(kmeans.collapse(values), n_references=1, seed=1)[0]
    assert np.cov(cloud.T) == pytest.approx(np.cov(values.T), abs=0.2)
    assert cloud.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.15)


def test_the_gap_is_wide_for_groups_and_none_for_a_cloud():
    def gap_of(values, k):
        points = kmeans.collapse(values)
        own = kmeans.log_within(kmeans.fit(points.rows, points.counts, k=k, seed=1), points.n)
        return kmeans.gap(kmeans.references(points, n_references=5, seed=1), own, k=k, seed=1)

    gap, error = gap_of(three(), 3)
    assert gap > 0.5 and error < 0.1
    cloud, error = gap_of(np.random.default_rng(4).uniform(size=(600, 2)), 3)
    assert cloud < 2 * error


def test_separation_is_that_of_scikit_learn():
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

    points = kmeans.collapse(three())
    labels = kmeans.fit(points.rows, points.counts, k=3, seed=1).labels_
    found = kmeans.Separation(points, seed=1).measure(labels)
    assert found["silhouette"] == pytest.approx(silhouette_score(points.rows, labels))
    assert found["calinski_harabasz"] == pytest.approx(calinski_harabasz_score(points.rows, labels))
    assert found["davies_bouldin"] == pytest.approx(davies_bouldin_score(points.rows, labels))
