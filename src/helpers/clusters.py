"""Do customers fall into groups by behaviour alone, and do the groups come back in another sample of customers?

k-means on log1p and robustly scaled behaviour; the number of clusters is the one with the best silhouette among those whose
every cluster comes back (Hennig 2007, Cluster-wise assessment of cluster stability: mean bootstrap Jaccard ≥ .75).
Reads orders; the cluster goes into table segments.
"""

from itertools import combinations

import ibis
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import RobustScaler
from threadpoolctl import threadpool_limits

from helpers.errors import TooLittleData
from helpers.report import Evidence

STABLE = 0.75  # mean Jaccard from which a cluster is "valid, stable" (Hennig 2007)
SILHOUETTE_SAMPLE = 2_000  # customers; the silhouette needs all pairs
MIN_CUSTOMERS = 100  # below this a bootstrap of clusters says little
DISTINCT = 0.4  # standard deviations from the average customer at which a trait is named (our convention)

# feature → what a cluster far above and far below the average customer is called, in the order of the name
TRAITS = {
    "frequency": ("buys often", "buys seldom"),
    "products_per_day": ("large baskets", "small baskets"),
    "monetary_value": ("high spend a visit", "low spend a visit"),
    "discount_rate": ("many discounts", "few discounts"),
    "recency_days": ("long silent", "here lately"),
}
SAME_THING = ({"frequency", "recency_days"}, {"products_per_day", "monetary_value"})  # the second trait adds little
AVERAGE = "close to the average"
WEAK, REASONABLE = 0.25, 0.5  # silhouettes above which structure is weak, reasonable (Kaufman and Rousseeuw 1990)


def basket_features(orders: ibis.Table) -> pd.DataFrame:
    """Return per customer the products of a purchase day and the discounts' share of the shelf value.

    Columns: customer_id, products_per_day (mean distinct products of the orders of a day; unknown where no order names a
    product), discount_rate (0–1; unknown where nothing was paid). Guests are left out.
    """
    orders = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0)
    sums = orders.group_by("customer_id").agg(
        n_products=orders.n_products.sum(), n_days=orders.order_date.nunique(), discount=orders.discount.sum(),
        revenue=orders.revenue.sum(),
    )
    frame = sums.order_by("customer_id").to_pandas()
    shelf_value = frame["discount"] + frame["revenue"]
    return pd.DataFrame({
        "customer_id": frame["customer_id"],
        "products_per_day": (frame["n_products"] / frame["n_days"]).where(frame["n_products"] > 0),
        "discount_rate": (frame["discount"] / shelf_value.where(shelf_value > 0)).round(9),
    })


def behaviour(rfm: pd.DataFrame, baskets: pd.DataFrame) -> pd.DataFrame:
    """Return the features by customer_id (index): those of `TRAITS` that are known for all and differ between customers."""
    joined = rfm.merge(baskets, on="customer_id", how="left", validate="one_to_one").set_index("customer_id").sort_index()
    features = joined[list(TRAITS)].astype(float)
    spread = features.quantile(0.75) - features.quantile(0.25)
    usable = [name for name in features if features[name].notna().all() and spread[name] > 0]
    return features[usable]


def scale(features: pd.DataFrame) -> pd.DataFrame:
    """Return log1p of the features, in quartile ranges from the median (so that big spenders do not set the scale)."""
    logs = np.log1p(features.clip(lower=0))
    return pd.DataFrame(RobustScaler().fit_transform(logs), index=features.index, columns=features.columns)


def stability(
    features: pd.DataFrame, *, max_clusters: int = 7, n_resamples: int = 25, seed: int = 42
) -> tuple[pd.DataFrame, dict[int, np.ndarray]]:
    """Return, for 2 … `max_clusters` clusters, how well separated and how repeatable they are; and the labels.

    Each resample of customers is clustered anew from random starts; every original cluster is compared with the most
    similar new one (Jaccard on the customers drawn). First result: one row a cluster with n_clusters, cluster, size,
    jaccard (mean), jaccard_error (its standard error over the resamples) and silhouette (of all clusters together).
    Second: n_clusters → cluster of each row of `features`, numbered from 0, the largest first.
    """
    if len(features) < MIN_CUSTOMERS or features.shape[1] < 2:
        raise TooLittleData(
            "Needs {needed:count} customers who differ in at least two habits; there are {found:count} customers and "
            "{habits:count} habits.",
            needed=MIN_CUSTOMERS, found=len(features), habits=features.shape[1],
        )
    points = scale(features).to_numpy()
    with threadpool_limits(limits=1):  # sums in one order: the number of cores must not move a customer
        return _stability(points, max_clusters=max_clusters, n_resamples=n_resamples, seed=seed)


def _stability(points: np.ndarray, *, max_clusters: int, n_resamples: int, seed: int):
    drawn = _resamples(len(points), n_resamples, seed)
    tables, labels = [], {}
    for k in range(2, min(max_clusters, len(np.unique(points, axis=0)) - 1) + 1):
        labels[k] = _by_size(KMeans(k, n_init=10, random_state=seed).fit_predict(points))
        silhouette = silhouette_score(
            points, labels[k], sample_size=min(SILHOUETTE_SAMPLE, len(points)), random_state=seed
        )
        jaccard = _jaccard(points, labels[k], drawn, k=k, seed=seed)
        tables.append(pd.DataFrame({
            "n_clusters": k, "cluster": range(1, k + 1), "size": np.bincount(labels[k], minlength=k),
            "jaccard": jaccard.mean(axis=0), "jaccard_error": jaccard.std(axis=0) / np.sqrt(n_resamples),
            "silhouette": float(silhouette),
        }))
    return pd.concat(tables, ignore_index=True), labels


def _resamples(n: int, n_resamples: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return bootstrap samples as (rows drawn at least once, how often)."""
    rng = np.random.default_rng(seed)
    return [np.unique(rng.integers(0, n, n), return_counts=True) for _ in range(n_resamples)]


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Number clusters 0, 1, … from the largest to the smallest."""
    sizes = np.bincount(labels)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def _jaccard(points: np.ndarray, labels: np.ndarray, drawn: list, *, k: int, seed: int) -> np.ndarray:
    """Return resample × cluster: the Jaccard similarity of the cluster with the most similar cluster of the resample."""
    best = np.zeros((len(drawn), k))
    for i, (rows, weights) in enumerate(drawn):
        model = KMeans(k, n_init=3, random_state=seed + 1 + i).fit(points[rows], sample_weight=weights)
        together = np.zeros((k, k))
        np.add.at(together, (labels[rows], model.labels_), 1)
        either = together.sum(axis=1, keepdims=True) + together.sum(axis=0, keepdims=True) - together
        best[i] = (together / either).max(axis=1)
    return best


def by_number(tried: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number of clusters: its least stable cluster (lowest_jaccard, jaccard_error), silhouette, smallest
    cluster, and is_stable (every cluster has a mean Jaccard of at least `STABLE`).
    """
    least = tried.loc[tried.groupby("n_clusters")["jaccard"].idxmin()].set_index("n_clusters")
    table = pd.DataFrame({
        "lowest_jaccard": least["jaccard"], "jaccard_error": least["jaccard_error"], "silhouette": least["silhouette"],
        "smallest": tried.groupby("n_clusters")["size"].min(),
    })
    return table.assign(is_stable=table["lowest_jaccard"] >= STABLE).reset_index()


def choose_number(numbers: pd.DataFrame, *, min_clusters: int = 3) -> int:
    """Return the number with the best silhouette among the stable ones from `min_clusters` up; failing that, two.

    Two clusters are nearly always stable and only tell heavy from light buyers, so more are preferred.

    Raises
    ------
    TooLittleData : no number of clusters is stable.
    """
    stable = numbers[numbers["is_stable"]]
    wanted = stable[stable["n_clusters"] >= min_clusters]
    if stable.empty:
        raise TooLittleData(
            "No division into {low:count} to {high:count} clusters comes back in other samples of the same customers "
            "(Jaccard of at least {limit:number2} for every cluster), so no cluster is named.",
            low=int(numbers["n_clusters"].min()), high=int(numbers["n_clusters"].max()), limit=STABLE,
        )
    pool = stable if wanted.empty else wanted
    return int(pool.sort_values(["silhouette", "n_clusters"], ascending=[False, True])["n_clusters"].iloc[0])


def profile(features: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Return one row a cluster: number, name, n_customers, the median of each feature.

    The name says the two traits in which the cluster's centre lies farthest from the average customer (at least `DISTINCT`
    standard deviations of the logarithm); of two clusters with the same traits the more pronounced one has the name, the
    other its next best.
    """
    scaled = scale(features)
    deviation = (scaled.groupby(labels).mean() - scaled.mean()) / scaled.std(ddof=0)
    choices = {number: _name_choices(row) for number, row in deviation.iterrows()}  # a handful of clusters
    names, taken = {}, set()
    for number in sorted(choices, key=lambda number: (-choices[number][0][0], number)):
        names[number] = next(name for _, name in choices[number] if name not in taken)
        taken.add(names[number])
    table = features.groupby(labels).median()
    table.insert(0, "cluster", [names[number] for number in table.index])
    table.insert(1, "n_customers", np.bincount(labels))
    return table.reset_index(drop=True)


def _name_choices(deviation: pd.Series) -> list[tuple[float, str]]:
    """Return possible names of a cluster with their strength, the most telling first."""
    marked = [name for name in TRAITS if name in deviation and abs(deviation[name]) >= DISTINCT]
    words = {name: TRAITS[name][0 if deviation[name] > 0 else 1] for name in marked}
    named = [
        (_strength(deviation, names), ", ".join(words[name] for name in names))
        for names in (*combinations(marked, 2), *((name,) for name in marked))
    ]
    named.sort(key=lambda choice: (-choice[0], choice[1]))
    return [*named, (0.0, AVERAGE), *((0.0, f"{AVERAGE} ({number})") for number in range(2, 20))]


def _strength(deviation: pd.Series, names: tuple[str, ...]) -> float:
    sizes = sorted(deviation[list(names)].abs(), reverse=True)
    return sizes[0] + (0.5 if set(names) in SAME_THING else 1.0) * sum(sizes[1:])


def add_cluster(customers: pd.DataFrame, *, features: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Add the name of each customer's cluster; a customer without features has none."""
    names = profile(features, labels)["cluster"].to_numpy()
    by_customer = pd.Series(names[labels], index=features.index, name="cluster", dtype="str")
    return customers.drop(columns="cluster", errors="ignore").merge(
        by_customer, left_on="customer_id", right_index=True, how="left"
    )


def assign(features: pd.DataFrame, *, n_clusters: int, seed: int) -> np.ndarray:
    """Return the cluster of each row of `features`, the largest cluster first, without looking at stability."""
    with threadpool_limits(limits=1):
        return _by_size(KMeans(n_clusters, n_init=10, random_state=seed).fit_predict(scale(features).to_numpy()))


def sentence(numbers: pd.DataFrame, *, k: int) -> tuple[str, dict]:
    """Return what is said of the chosen clusters: whether they come back, and whether there are gaps between them."""
    row = numbers.set_index("n_clusters").loc[k]
    values = {"k": k, "jaccard": float(row["lowest_jaccard"]), "silhouette": float(row["silhouette"])}
    if row["silhouette"] <= WEAK:
        return (
            "{k:count} clusters come back in resamples of the customers (similarity of the least stable one "
            "{jaccard:number2}), but they shade into one another (silhouette {silhouette:number2}): a useful way to divide "
            "customers, not separate kinds of people."
        ), values
    if row["silhouette"] <= REASONABLE:
        return (
            "{k:count} clusters come back in resamples of the customers (similarity of the least stable one "
            "{jaccard:number2}); the gaps between them are small (silhouette {silhouette:number2})."
        ), values
    return (
        "{k:count} clusters come back in resamples of the customers (similarity of the least stable one {jaccard:number2}) "
        "and stand apart (silhouette {silhouette:number2})."
    ), values


def evidence(numbers: pd.DataFrame, *, k: int, n: int) -> Evidence:
    """Return what supports the clusters: the least stable one's mean Jaccard with its interval, against `STABLE`."""
    row = numbers.set_index("n_clusters").loc[k]
    jaccard, half = float(row["lowest_jaccard"]), 1.96 * float(row["jaccard_error"])
    return Evidence("estimate", n=n, estimate=jaccard, interval=(jaccard - half, jaccard + half), baseline=STABLE)
