"""Do customers fall into groups by behaviour alone, and do the groups come back in another sample of customers?

k-means on log1p and robustly scaled behaviour (engine: clusters_kmeans.py). A number of clusters counts only if its clusters
are tighter than those of one cloud without structure (gap statistic) and every cluster comes back (Hennig 2007: mean
bootstrap Jaccard ≥ .75). Reads orders; the cluster goes into table segments; the words are in clusters_words.py.
"""

from dataclasses import dataclass
from itertools import combinations

import ibis
import numpy as np
import pandas as pd
from sklearn.preprocessing import RobustScaler
from threadpoolctl import threadpool_limits

from helpers.errors import TooLittleData
from helpers.segmentation import clusters_kmeans as kmeans

STABLE = 0.75  # mean Jaccard from which a cluster is "valid, stable" (Hennig 2007)
MIN_CUSTOMERS = 100  # below this a bootstrap of clusters says little
MIN_KINDS = 3  # distinct rows; with fewer there is nothing to divide
MAX_CLUSTERS = 8
N_REFERENCES = 10  # clouds without structure
GAP_ERRORS = 2.0  # errors by which clusters must be tighter than those of a cloud without structure
DISTINCT = 0.4  # standard deviations from the average customer at which a trait is named (our convention)
UNNAMED = "not stable: not named"
CRITERIA = {  # beside Jaccard and gap: column → whether more is better
    "silhouette": True, "calinski_harabasz": True, "davies_bouldin": False, "eta_squared": True,
}

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
    features: pd.DataFrame, *, max_clusters: int = MAX_CLUSTERS, n_resamples: int = 25, seed: int = 42
) -> tuple[pd.DataFrame, dict[int, np.ndarray]]:
    """Return, for 2 … `max_clusters` clusters, how well separated and how repeatable they are; and the labels.

    Each resample of customers is clustered anew from starts of its own; every original cluster is compared with the most
    similar new one (Jaccard on the customers drawn). First result: one row a cluster with n_clusters, cluster, size,
    jaccard (mean), jaccard_error (its standard error over the resamples) and, of all clusters together, silhouette,
    calinski_harabasz, davies_bouldin (less is better), gap and gap_error (clusters_kmeans.gap).
    Second: n_clusters → cluster of each row of `features`, numbered from 0, the largest first.
    The order of rows changes nothing.

    Raises
    ------
    TooLittleData : fewer than `MIN_CUSTOMERS` customers, or than two habits in which they differ.
    """
    if len(features) < MIN_CUSTOMERS or features.shape[1] < 2:
        raise TooLittleData(
            "Needs {needed:count} customers who differ in at least two habits; there are {found:count} customers and "
            "{habits:count} habits.",
            needed=MIN_CUSTOMERS, found=len(features), habits=features.shape[1],
        )
    points = kmeans.collapse(scale(features).to_numpy())
    if len(points.rows) < MIN_KINDS:
        raise TooLittleData(
            "Needs customers of at least {needed:count} different habits; there are {found:count}.",
            needed=MIN_KINDS, found=len(points.rows),
        )
    with threadpool_limits(limits=1):  # sums in one order: the number of cores must not move a customer
        return _stability(points, max_clusters=max_clusters, n_resamples=n_resamples, seed=seed)


def _stability(points: kmeans.Points, *, max_clusters: int, n_resamples: int, seed: int):
    drawn = list(kmeans.resamples(points, n_resamples=n_resamples, seed=seed))
    clouds = kmeans.references(points, n_references=N_REFERENCES, seed=seed)
    separation = kmeans.Separation(points, seed=seed)
    tables, labels = [], {}
    for k in range(2, min(max_clusters, len(points.rows) - 1) + 1):
        model = kmeans.fit(points.rows, points.counts, k=k, seed=seed, n_starts=kmeans.MANY_STARTS)
        own = kmeans.by_size(model.labels_, points.counts)
        jaccard = kmeans.jaccard(points, own, drawn, k=k, seed=seed)
        gap, gap_error = kmeans.gap(clouds, kmeans.log_within(model, points.n), k=k, seed=seed)
        tables.append(pd.DataFrame({
            "n_clusters": k, "cluster": range(1, k + 1), "size": np.bincount(own, points.counts, k).astype(int),
            "jaccard": jaccard.mean(axis=0), "jaccard_error": jaccard.std(axis=0) / np.sqrt(n_resamples),
            **separation.measure(own), "gap": gap, "gap_error": gap_error,
        }))
        labels[k] = own[points.row_of]
    return pd.concat(tables, ignore_index=True), labels


def by_number(tried: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number of clusters.

    Columns: n_clusters; lowest_jaccard and jaccard_error of its least stable cluster; n_stable clusters; smallest cluster;
    the criteria; is_stable (every cluster has a mean Jaccard of at least `STABLE`); is_tighter (its clusters are tighter than
    those of a cloud without structure, by `GAP_ERRORS` errors).
    """
    least = tried.loc[tried.groupby("n_clusters")["jaccard"].idxmin()].set_index("n_clusters")
    kept = [name for name in (*CRITERIA, "gap", "gap_error") if name in least]
    table = least[["jaccard", "jaccard_error", *kept]].rename(columns={"jaccard": "lowest_jaccard"})
    groups = tried.groupby("n_clusters")
    table = table.assign(
        smallest=groups["size"].min(), n_stable=tried["jaccard"].ge(STABLE).groupby(tried["n_clusters"]).sum(),
        is_stable=table["lowest_jaccard"] >= STABLE, is_tighter=table["gap"] > GAP_ERRORS * table["gap_error"],
    )
    return table.reset_index()


def add_usefulness(numbers: pd.DataFrame, eta_squared: dict[int, float]) -> pd.DataFrame:
    """Add eta_squared: what share of the variance of spending on days held back lies between so many clusters."""
    return numbers.assign(eta_squared=numbers["n_clusters"].map(eta_squared).astype(float))


@dataclass(frozen=True)
class Choice:
    """The number of clusters, whether every one of them is stable, and how many of the other criteria prefer it."""

    k: int
    all_stable: bool
    n_agree: int
    n_others: int


def choose_number(numbers: pd.DataFrame) -> Choice:
    """Return the number of clusters.

    Only numbers count whose clusters are tighter than those of a cloud without structure and all come back. Of these the
    first is taken after which the gap no longer grows by more than its error (Tibshirani, Walther and Hastie 2001); where it
    grows to the end, the one with the largest gap. The other criteria (`CRITERIA`) stand beside it and are counted.

    Where no number has stable clusters only, the one with the largest share of stable clusters is taken (of equal ones the
    larger gap): its unstable clusters are shown and not named.

    Raises
    ------
    TooLittleData : no stable segments: no number of clusters is tighter than a cloud, or none of its clusters comes back.
    """
    pool = numbers[numbers["is_tighter"] & (numbers["n_stable"] > 0)]
    if pool.empty:
        raise TooLittleData(
            "No stable segments: no division into {low:count} to {high:count} clusters both comes back in other samples of the "
            "same customers (Jaccard of at least {limit:number2}) and is tighter than the same division of one shapeless "
            "cloud. Customers differ by degrees, so no cluster is named.",
            low=int(numbers["n_clusters"].min()), high=int(numbers["n_clusters"].max()), limit=STABLE,
        )
    if not pool["is_stable"].any():
        share = pool["n_stable"] / pool["n_clusters"]
        best = pool.assign(share=share).sort_values(["share", "gap", "n_clusters"], ascending=[False, False, True]).iloc[0]
        return Choice(int(best["n_clusters"]), False, 0, 0)
    next_gap = (numbers["gap"].shift(-1) - numbers["gap_error"].shift(-1)).reindex(pool.index)
    stable = pool[pool["is_stable"]]
    peaks = stable[~(stable["gap"] < next_gap[stable.index])]
    best = peaks.iloc[0] if len(peaks) else stable.loc[stable["gap"].idxmax()]
    others = {name: more for name, more in CRITERIA.items() if name in stable and stable[name].notna().all()}
    preferred = [stable.loc[stable[name].idxmax() if more else stable[name].idxmin()] for name, more in others.items()]
    n_agree = sum(row["n_clusters"] == best["n_clusters"] for row in preferred)
    return Choice(int(best["n_clusters"]), True, int(n_agree), len(others))


def profile(features: pd.DataFrame, labels: np.ndarray, *, stable: list[bool] | None = None) -> pd.DataFrame:
    """Return one row a cluster: name, n_customers, the median of each feature. A cluster that is not `stable` has no name.

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
    if stable is not None:
        unnamed = [number for number in names if not stable[number]]
        names |= {number: UNNAMED if len(unnamed) == 1 else f"{UNNAMED} ({i})" for i, number in enumerate(unnamed, start=1)}
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


def add_cluster(
    customers: pd.DataFrame, *, features: pd.DataFrame, labels: np.ndarray, stable: list[bool] | None = None
) -> pd.DataFrame:
    """Add the name of each customer's cluster; a customer without features, or in a cluster that is not stable, has none."""
    names = profile(features, labels, stable=stable)["cluster"].to_numpy()
    by_customer = pd.Series(names[labels], index=features.index, name="cluster", dtype="str")
    by_customer = by_customer[~by_customer.str.startswith(UNNAMED)]
    return customers.drop(columns="cluster", errors="ignore").merge(
        by_customer, left_on="customer_id", right_index=True, how="left"
    )


def assign(features: pd.DataFrame, *, n_clusters: int, seed: int) -> np.ndarray:
    """Return the cluster of each row of `features`, the largest cluster first, without looking at stability."""
    points = kmeans.collapse(scale(features).to_numpy())
    with threadpool_limits(limits=1):
        k = min(n_clusters, len(points.rows))
        model = kmeans.fit(points.rows, points.counts, k=k, seed=seed, n_starts=kmeans.MANY_STARTS)
    return kmeans.by_size(model.labels_, points.counts)[points.row_of]


def assign_numbers(
    features: pd.DataFrame, numbers: pd.DataFrame, *, customers: pd.Series, seed: int
) -> dict[int, np.ndarray]:
    """Return number of clusters → cluster of each of `customers` (customer_id), for every number in `numbers`."""
    if not features.shape[1]:
        return {k: np.zeros(len(customers), int) for k in numbers["n_clusters"]}
    place = features.index.get_indexer(customers)
    return {k: assign(features, n_clusters=k, seed=seed)[place] for k in numbers["n_clusters"]}


def is_stable(tried: pd.DataFrame, *, k: int) -> list[bool]:
    """Return for each of the `k` clusters, the largest first, whether it comes back."""
    return list(tried.loc[tried["n_clusters"] == k, "jaccard"] >= STABLE)
