"""How good are the links, where the truth is known, and what hangs on the threshold where it is not?

Definitions: Christen, Data Matching (2012); B-cubed: Bagga and Baldwin (1998). Intervals of pair measures are percentiles of
a bootstrap that draws whole true persons (their pairs are not independent of one another); a share of clusters gets Wilson's
interval.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from helpers.identity.identity_clusters import cluster

Z95 = 1.959964  # normal quantile of .975


def pairwise(clusters: pd.Series, truth: pd.Series, *, n_bootstrap: int = 200, seed: int = 1) -> pd.DataFrame:
    """Return precision, recall and f1 of pairs: measure, value, low, high (95 %, bootstrap of true persons).

    clusters, truth: record_key → cluster, record_key → person; records without truth are left out. A wrong pair joins two
    persons: half of it is counted with each. Without a linked (true) pair precision (recall) is unknown: NaN.
    """
    parts = _per_person(clusters, truth)
    draw = np.random.default_rng(seed)
    weights = (
        draw.multinomial(len(parts), np.full(len(parts), 1 / max(len(parts), 1)), size=n_bootstrap)
        if len(parts)
        else np.zeros((0, 0))
    )
    counts = parts[["right", "linked", "true"]].to_numpy(float)
    value = _measures(counts.sum(axis=0))
    spread = _measures(weights @ counts) if len(parts) and n_bootstrap else np.full((3, 1), np.nan)
    low, high = (
        np.nanpercentile(spread, [2.5, 97.5], axis=1) if np.isfinite(spread).any(axis=1).all() else (np.full(3, np.nan),) * 2
    )
    return pd.DataFrame({"measure": ["precision", "recall", "f1"], "value": value, "low": low, "high": high})


def _per_person(clusters: pd.Series, truth: pd.Series) -> pd.DataFrame:
    both = pd.DataFrame({"cluster": clusters, "person": truth.reindex(clusters.index)}).dropna()
    cells = both.groupby(["person", "cluster"], sort=True).size().rename("n").reset_index()
    cells["in_cluster"] = cells.groupby("cluster")["n"].transform("sum")
    cells["right"] = cells["n"] * (cells["n"] - 1) / 2
    cells["linked"] = cells["right"] + cells["n"] * (cells["in_cluster"] - cells["n"]) / 2
    parts = cells.groupby("person", sort=True).agg(right=("right", "sum"), linked=("linked", "sum"), n=("n", "sum"))
    return parts.assign(true=parts["n"] * (parts["n"] - 1) / 2)


def _measures(counts: np.ndarray) -> np.ndarray:
    right, linked, true = counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([right / linked, right / true, 2 * right / (linked + true)])


def b_cubed(clusters: pd.Series, truth: pd.Series) -> dict[str, float]:
    """Precision, recall and f1 averaged over records.

    The share of a record's cluster that is its person, of its person that is its cluster.
    """
    both = pd.DataFrame({"cluster": clusters, "person": truth.reindex(clusters.index)}).dropna()
    same = both.groupby(["cluster", "person"])["person"].transform("size")
    precision = float((same / both.groupby("cluster")["person"].transform("size")).mean())
    recall = float((same / both.groupby("person")["cluster"].transform("size")).mean())
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else float("nan"),
    }


def blocking_recall(candidates: pd.DataFrame, truth: pd.Series) -> float:
    """Share of true pairs that were compared, or that compared true pairs join (exact duplicates are compared once).

    candidates: key_l, key_r of identity_records.candidate_pairs.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    keys = pd.Index(truth.index)
    left, right = keys.get_indexer(candidates["key_l"]), keys.get_indexer(candidates["key_r"])
    person = pd.factorize(truth)[0]
    true = (left >= 0) & (right >= 0) & (person[left] == person[right])
    edges = (np.ones(int(true.sum())), (left[true], right[true]))
    joined = connected_components(coo_array(edges, shape=(len(keys), len(keys))), directed=False)[1]
    found = pairwise(pd.Series(joined, index=keys), truth, n_bootstrap=0).set_index("measure")["value"]
    return float(found["recall"])


def over_merged(clusters: pd.Series, truth: pd.Series) -> dict[str, float]:
    """Clusters that hold records of several persons, per 10,000 clusters, with Wilson's interval; and the largest cluster."""
    both = pd.DataFrame({"cluster": clusters, "person": truth.reindex(clusters.index)}).dropna()
    persons = both.groupby("cluster")["person"].nunique()
    n, wrong = len(persons), int((persons > 1).sum())
    low, high = wilson(wrong, n)
    return {
        "n_clusters": n,
        "n_over_merged": wrong,
        "per_10000": 1e4 * wrong / n if n else float("nan"),
        "low": 1e4 * low,
        "high": 1e4 * high,
        "largest": int(clusters.value_counts().max()) if len(clusters) else 0,
    }


def wilson(successes: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (NaN, NaN) without cases."""
    if n == 0:
        return float("nan"), float("nan")
    share, z2 = successes / n, Z95**2
    centre, half = share + z2 / (2 * n), Z95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return float(max((centre - half) / (1 + z2 / n), 0)), float(min((centre + half) / (1 + z2 / n), 1))


def by_threshold(
    pairs: pd.DataFrame,
    records: pd.DataFrame,
    thresholds: Iterable[float],
    kpi: Callable[[pd.Series], dict[str, float]],
    *,
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Group the records at each threshold and work a KPI out: threshold, n_clusters, largest, and what `kpi` returns.

    kpi: takes record_key → cluster, returns names and values (such as the share of customers who bought twice).
    """
    rows = []
    for threshold in thresholds:
        found = cluster(pairs, records, decisions=decisions, threshold=threshold)
        rows.append(
            {
                "threshold": threshold,
                "n_clusters": found.report["n_clusters"],
                "largest": found.report["largest"],
                **kpi(found.clusters),
            }
        )
    return pd.DataFrame(rows)


def without(standardised, field: str):
    """Return the standardised Ibis table with one identifier emptied, to link again without it (f1 without the strongest
    identifier).
    """
    import ibis

    emptied = {
        name: ibis.null().cast(standardised[name].type())
        for name in standardised.columns
        if name == field or (field == "email" and name == "email_key") or (field == "phone" and name == "phone_2")
    }
    return standardised.mutate(**emptied)
