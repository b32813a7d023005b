"""What customers are interested in: classes of taste, from what they buy and where.

A mixture of multinomials (latent class analysis; Goodman 1974): each class has its own shares of categories and of channels,
and a customer with three purchases is placed with as much doubt as three purchases deserve, where k-means on shares would
take them for certain. Number of classes by BIC among those that all come back (clusterwise bootstrap Jaccard, Hennig 2007)
and explain more than the same fit does on customers of one taste (Dirichlet-multinomial). Reads customer_products, products
and orders; writes interest_group of table segments.
"""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.i18n import text

MIN_CUSTOMERS = 100
MIN_COLUMN = 100  # purchases; a category or channel bought less often says nothing of tastes
MAX_CATEGORIES = 40  # with more, departments are taken: the classes could not be told in words
CAP = 30  # a customer counts with at most so many purchases of a kind: heavy buyers must not make classes of their own
MAX_CLASSES = 8
STABLE = 0.75  # mean Jaccard (Hennig 2007)
N_STARTS, N_RESAMPLES, N_NULLS = 8, 10, 3
SMOOTHING = 0.5  # purchases added to each share of a class (Jeffreys)
SAMPLE = 5_000  # customers in a resample or a null world: stability needs no more
CHANNEL_INDEX = 130  # from which a channel is part of the name (our convention)
MIN_SHARE = 0.02  # of the choices of a class, below which a kind or channel cannot name it
UNCERTAIN = 0.6  # a customer whose likeliest class is less likely than this is not placed (our convention)


@dataclass(frozen=True)
class Tastes:
    """Counts of customers (rows, in order of customer_id) by category and channel; `parts`: the columns of each kind."""

    counts: pd.DataFrame
    parts: tuple[slice, ...]

    @property
    def capped(self) -> np.ndarray:
        return np.hstack([_capped(self.counts.iloc[:, part].to_numpy(float)) for part in self.parts])


def _capped(counts: np.ndarray) -> np.ndarray:
    total = counts.sum(axis=1, keepdims=True)
    return counts * np.minimum(1, CAP / np.maximum(total, 1))


def count_tastes(bought: ibis.Table, products: ibis.Table, orders: ibis.Table | None = None) -> Tastes:
    """Return how often each customer bought of each category (departments where there are many), and through each channel.

    bought: customer_products; orders: for the channel, left out where there is one only. Counted in orders; refunds are not
    purchases.

    Raises
    ------
    TooLittleData : fewer than `MIN_CUSTOMERS` customers with a known product, or fewer than three kinds of product.
    """
    known = [name for name in ("category", "department") if name in products.columns]
    sizes = products.aggregate(**{name: products[name].nunique() for name in known}).to_pandas().iloc[0] if known else {}
    column = next((name for name in known if 3 <= sizes[name] <= MAX_CATEGORIES), None)
    blocks = []
    if column:
        joined = bought.inner_join(products.select("product_id", kind=products[column]), "product_id")
        joined = joined.filter(joined.kind.notnull())
        blocks.append(_wide(joined.group_by("customer_id", "kind").agg(n=joined.n_orders.sum())))
    n_customers, n_kinds = blocks[0].shape if blocks else (0, 0)
    if n_customers < MIN_CUSTOMERS or n_kinds < 3:
        raise TooLittleData(
            "Needs {needed:count} customers who bought of at least three kinds of product; there are {found:count} customers "
            "and {kinds:count} kinds.",
            needed=MIN_CUSTOMERS, found=n_customers, kinds=n_kinds,
        )
    if orders is not None and "channel" in orders.columns:
        sold = orders.filter(orders.customer_id.notnull(), orders.channel.notnull(), orders.revenue >= 0)
        through = _wide(sold.group_by("customer_id", kind=sold.channel).agg(n=sold.count()))
        if through.shape[1] > 1:
            blocks.append(through.reindex(blocks[0].index, fill_value=0))
    ends = np.cumsum([0, *(block.shape[1] for block in blocks)])
    return Tastes(pd.concat(blocks, axis=1), tuple(slice(a, b) for a, b in zip(ends[:-1], ends[1:], strict=True)))


def _wide(counts) -> pd.DataFrame:
    frame = counts.to_pandas()
    wide = frame.pivot(index="customer_id", columns="kind", values="n").fillna(0.0).sort_index().sort_index(axis=1)
    return wide.loc[:, wide.sum() >= MIN_COLUMN]


# --- the mixture


def _climb(x: np.ndarray, parts, resp: np.ndarray, weights: np.ndarray, steps: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Return log-likelihood, responsibilities and shares after at most `steps` of expectation-maximisation."""
    last = -np.inf
    for _ in range(steps):
        mine = resp * weights[:, None]
        size = mine.sum(axis=0) / weights.sum()
        shares = mine.T @ x + SMOOTHING
        for part in parts:
            shares[:, part] /= shares[:, part].sum(axis=1, keepdims=True)
        resp, total = _normalised((np.log(shares) @ x.T).T + np.log(size + 1e-12))
        now = float(total @ weights)
        if now - last < 1e-5 * abs(now):
            break
        last = now
    return now, resp, shares


def _normalised(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return exp(joint) with rows that sum to one, and the logarithm of each row's sum before."""
    top = joint.max(axis=1)
    likely = np.exp(joint - top[:, None])
    total = likely.sum(axis=1)
    return likely / total[:, None], top + np.log(total)


def _start(x: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return responsibilities of `k` classes that begin at customers drawn by their number of purchases."""
    total = x.sum(axis=1)
    seeds = x[rng.choice(len(x), k, replace=False, p=total / total.sum())] + x.mean(axis=0)
    return _normalised((np.log(seeds / seeds.sum(axis=1, keepdims=True) + 1e-9) @ x.T).T)[0]


def fit(x: np.ndarray, parts, *, k: int, seed: int, weights: np.ndarray | None = None, n_starts: int = N_STARTS):
    """Return (log-likelihood, responsibilities, shares) of `k` classes: the best of `n_starts` short climbs, climbed on.

    The short climbs use at most `SAMPLE` customers.
    """
    weights = np.ones(len(x)) if weights is None else weights
    if k == 1:
        return _climb(x, parts, np.ones((len(x), 1)), weights, 1)
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(len(x))[:SAMPLE])
    tries = [_climb(x[some], parts, _start(x[some], k, rng), weights[some], 15) for _ in range(n_starts)]
    shares = max(tries, key=lambda found: found[0])[2]
    return _climb(x, parts, _normalised((np.log(shares) @ x.T).T)[0], weights, 200)


def _jaccard(x: np.ndarray, parts, labels: np.ndarray, *, k: int, seed: int) -> np.ndarray:
    """Return resample × class: the similarity of each class with the most similar class of the resample."""
    best = np.zeros((N_RESAMPLES, k))
    for i in range(N_RESAMPLES):
        drawn = np.random.default_rng(seed + 1 + i).integers(0, len(x), min(len(x), SAMPLE))
        rows, weights = np.unique(drawn, return_counts=True)
        other = fit(x[rows], parts, k=k, seed=seed + i, weights=weights.astype(float), n_starts=3)[1].argmax(axis=1)
        together = np.bincount(labels[rows] * k + other, minlength=k * k).reshape(k, k)
        either = together.sum(axis=1, keepdims=True) + together.sum(axis=0, keepdims=True) - together
        best[i] = (together / np.maximum(either, 1)).max(axis=1)
    return best


def one_taste(x: np.ndarray, parts, *, seed: int) -> np.ndarray:
    """Return customers of one taste: as many purchases each, categories drawn around the same shares.

    The spread around them (Dirichlet) is as wide as the data's own, by moments: customers differ, but not in kinds.
    """
    rng, world = np.random.default_rng(seed), []
    for part in parts:
        own = x[:, part]
        total = np.floor(own.sum(axis=1) + 1e-9).astype(int)
        mean = own.sum(axis=0) / own.sum()
        some = total > 1
        expected = total[some, None] * mean
        chi2 = ((own[some] - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
        spread = ((chi2 / (own.shape[1] - 1) - 1).sum() / (total[some] - 1).sum()) if some.any() else 0.0
        concentration = 1 / np.clip(spread, 1e-4, 0.9) - 1
        world.append(rng.multinomial(total, rng.dirichlet(mean * concentration + 1e-9, len(own))))
    return np.hstack(world).astype(float)


def try_numbers(
    tastes: Tastes, *, seed: int = 42, max_classes: int = MAX_CLASSES
) -> tuple[pd.DataFrame, dict[int, np.ndarray]]:
    """Return, for 2 … `max_classes` classes: lowest_jaccard, bic, gain and null_gain, is_stable, is_real; and responsibilities.

    gain: log-likelihood a customer above that of one class; null_gain: the most that the same number of classes gains on
    customers of one taste (`one_taste`).
    """
    x, parts = tastes.capped, tastes.parts
    single = fit(x, parts, k=1, seed=seed)[0]
    some = np.sort(np.random.default_rng(seed).permutation(len(x))[:SAMPLE])
    worlds = [one_taste(x[some], parts, seed=seed + i) for i in range(N_NULLS)]
    singles = [fit(world, parts, k=1, seed=seed)[0] for world in worlds]
    rows, found = [], {}
    for k in range(2, max_classes + 1):
        log_likelihood, resp, _ = fit(x, parts, k=k, seed=seed)
        order = np.argsort(-resp.sum(axis=0), kind="stable")
        found[k] = resp[:, order]
        lowest = _jaccard(x, parts, found[k].argmax(axis=1), k=k, seed=seed).mean(axis=0).min()
        null = max(fit(w, parts, k=k, seed=seed, n_starts=3)[0] - one for w, one in zip(worlds, singles, strict=True))
        n_free = k - 1 + k * (x.shape[1] - len(parts))
        rows.append({
            "n_clusters": k, "lowest_jaccard": float(lowest), "bic": -2 * log_likelihood + n_free * np.log(len(x)),
            "gain": (log_likelihood - single) / len(x), "null_gain": null / len(some),
        })
        if k > 3 and not any(row["lowest_jaccard"] >= STABLE for row in rows[-3:]):
            break  # finer classes do not come back either
    table = pd.DataFrame(rows)
    return table.assign(is_stable=table["lowest_jaccard"] >= STABLE, is_real=table["gain"] > table["null_gain"]), found


def choose_number(tried: pd.DataFrame) -> int:
    """Return the number of classes with the best BIC of those that come back and gain more than one taste would allow.

    Raises
    ------
    TooLittleData : there is none.
    """
    pool = tried[tried["is_stable"] & tried["is_real"]]
    if pool.empty:
        raise TooLittleData(
            "No stable groups of interest: no division into {low:count} to {high:count} tastes both comes back in other "
            "samples (Jaccard of at least {limit:number2}) and explains more than customers of one taste would by chance.",
            low=int(tried["n_clusters"].min()), high=int(tried["n_clusters"].max()), limit=STABLE,
        )
    return int(pool.sort_values(["bic", "n_clusters"])["n_clusters"].iloc[0])


def place(tastes: Tastes, resp: np.ndarray) -> tuple[pd.Series, pd.DataFrame]:
    """Return each customer's interest group by customer_id, and what the groups are.

    A customer whose likeliest class is less likely than `UNCERTAIN` is not placed (null). Groups: interest_group (name: the
    two kinds of product that tell most, and a channel with an index of at least `CHANNEL_INDEX`), n_customers (placed), share
    (of all), certainty (mean probability of the placed), telling (what they choose more than all do, with its index).
    """
    labels, certain = resp.argmax(axis=1), resp.max(axis=1)
    x = tastes.capped
    rows, names = [], {}
    overall = _shares(x.sum(axis=0, keepdims=True), tastes.parts)[0]
    for k in range(resp.shape[1]):
        shares = _shares((resp[:, k] @ x)[None, :], tastes.parts)[0]
        told = _telling(tastes, shares, overall)
        names[k] = _name(told, tastes, taken=set(names.values()))
        mine = (labels == k) & (certain >= UNCERTAIN)
        rows.append({
            "interest_group": names[k], "n_customers": int(mine.sum()), "share": float(mine.mean()),
            "certainty": float(certain[mine].mean()) if mine.any() else np.nan,
            "telling": ", ".join(f"{kind} {index:.0f}" for kind, index in told[:3]),
        })
    placed = pd.Series([names[k] for k in labels], index=tastes.counts.index, name="interest_group", dtype="str")
    return placed.where(certain >= UNCERTAIN), pd.DataFrame(rows)


def _shares(sums: np.ndarray, parts) -> np.ndarray:
    return np.hstack([sums[:, part] / np.maximum(sums[:, part].sum(axis=1, keepdims=True), 1e-12) for part in parts])


def in_words(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the groups of `place` as they are shown: products and channels by their labels in the language of the page."""
    def label(kind: str) -> str:
        return text("{kind:label}", kind=kind)

    def name(group: str) -> str:
        products, *channel = group.split(" · ")
        return " · ".join([" + ".join(map(label, products.split(" + "))), *map(label, channel)])

    told = [[kind.rpartition(" ") for kind in telling.split(", ")] for telling in groups["telling"]]
    return groups.assign(
        interest_group=groups["interest_group"].map(name),
        telling=[", ".join(f"{label(kind)}{space}{index}" for kind, space, index in kinds) for kinds in told],
    )


def _telling(tastes: Tastes, shares: np.ndarray, overall: np.ndarray) -> list[tuple[str, float]]:
    """Return (kind or channel, index) of what a class chooses more than all do, by how much of its choices that explains.

    What makes less than `MIN_SHARE` of its choices tells nothing, however rare it is among others.
    """
    weight = shares * np.log(np.maximum(shares, 1e-12) / np.maximum(overall, 1e-12))
    order = np.argsort(-weight, kind="stable")
    more = [i for i in order if shares[i] >= max(MIN_SHARE, overall[i])]
    return [(str(tastes.counts.columns[i]), float(100 * shares[i] / overall[i])) for i in more]


def _name(told: list[tuple[str, float]], tastes: Tastes, *, taken: set[str]) -> str:
    kinds = set(map(str, tastes.counts.columns[tastes.parts[0]]))
    products = [kind for kind, _ in told if kind in kinds]
    channel = [kind for kind, index in told if kind not in kinds and index >= CHANNEL_INDEX][:1]
    lengths = range(min(2, len(products)), len(products) + 1)
    names = (" + ".join(products[:n]) + "".join(f" · {name}" for name in channel) for n in lengths)
    return next((name for name in names if name not in taken), f"{len(taken) + 1}")
