"""In what do the customers of a segment differ from all others, and how much of that would chance alone show?

Index = 100 · share in the segment ÷ share among the others. Shares are ratios of sums over customers, so their errors are
those of a ratio estimator with the customer as the unit (Cochran 1977, Sampling Techniques, 6.4); intervals are Wilson's on
the effective sample size. Indices are shrunk towards 100 (DerSimonian and Laird 1986), and q values are Benjamini and
Hochberg's over all cells tested. Shuffled labels say how many statements chance gives.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import ndtr

from helpers.errors import TooLittleData
from helpers.persona.persona_traits import Trait
from helpers.proportions import Z95, q_values, wilson

MIN_CUSTOMERS = 30  # customers of the segment, of the others, and with the attribute, below which a cell is not tested
MIN_SHARE = 0.005  # share (of spend, orders, customers) that an attribute must have on one side to be worth a sentence
Q_LIMIT = 0.05
SMALLER_EFFECT = {"customers of equal breadth": 0.1}  # unit → the index must lie so far below 100; above, it is no statement


@dataclass(frozen=True)
class _Prepared:
    """A trait as matrices: customers × attributes."""

    kind: str
    unit: str
    customers: pd.Index
    place: np.ndarray  # of each of them among all customers, in their order
    attributes: np.ndarray
    values: sparse.csr_matrix
    moments: sparse.csr_matrix  # side by side: values, their squares, values × exposure, 1 where there is a value
    exposure: np.ndarray
    strata: np.ndarray  # a number a customer; all 0 where customers are compared with all others
    is_tested: bool


def _prepare(trait: Trait, customers: pd.Index) -> _Prepared:
    place = customers.get_indexer(trait.exposure.index[trait.exposure > 0])
    place = np.sort(place[place >= 0])
    known = customers[place]
    rows = known.get_indexer(trait.values["customer_id"])
    values, rows = trait.values[rows >= 0], rows[rows >= 0]
    attributes, columns = np.unique(values["attribute"].to_numpy(dtype=object), return_inverse=True)
    shape = (len(known), len(attributes))
    matrix = sparse.csr_matrix((values["value"].to_numpy(float), (rows, columns)), shape=shape)
    strata = np.zeros(len(known), int) if trait.strata is None else pd.factorize(trait.strata.reindex(known), sort=True)[0]
    exposure = trait.exposure.reindex(known).to_numpy(float)
    parts = [matrix, matrix.power(2), matrix.multiply(exposure[:, None]).tocsr(), (matrix > 0).astype(float)]
    return _Prepared(
        trait.kind, trait.unit, known, place, attributes, matrix, sparse.hstack(parts, format="csr"), exposure, strata,
        trait.is_tested,
    )


def index_cells(traits: list[Trait], segments: pd.Series, *, min_effect: float = 0.2) -> pd.DataFrame:
    """Return one row a segment, kind and attribute: how the segment differs from all other customers.

    Parameters
    ----------
    traits : what customers do (persona_traits.py).
    segments : segment by customer_id.
    min_effect : a shrunk index between 100·(1 − min_effect) and 100·(1 + min_effect) is no statement. Of the units of
        `SMALLER_EFFECT` only what a segment lacks is said, from a smaller effect on.

    Returns
    -------
    segment, kind, unit, attribute; n (customers of the segment whose trait is known), n_with (those with the attribute);
    share, low, high (95 %), others_share; index, index_low, index_high (95 %), shrunk_index; p_value and q_value (unknown
    where a side has fewer than `MIN_CUSTOMERS` customers, or the attribute fewer in all, or the trait is described only);
    is_notable: q < `Q_LIMIT`, shrunk index beyond `min_effect`, and a share of at least `MIN_SHARE` in the segment or among
    the others. With strata, shares are those that the segments would have if they had the same strata.
    """
    names, codes = _coded(segments)
    return _cells(prepare(traits, segments), names, codes, min_effect=min_effect)


def prepare(traits: list[Trait], segments: pd.Series) -> list[_Prepared]:
    """Return the traits as matrices over the customers of `segments`."""
    customers = pd.Index(segments.index.sort_values())
    return [_prepare(trait, customers) for trait in traits]


def _coded(segments: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the segments' names and, in the order of customers, the number of each customer's."""
    return np.unique(segments.sort_index().to_numpy(dtype=object).astype(str), return_inverse=True)


def _cells(prepared: list[_Prepared], names: np.ndarray, codes: np.ndarray, *, min_effect: float) -> pd.DataFrame:
    cells = pd.concat([_compare(trait, names, codes) for trait in prepared], ignore_index=True)
    cells["q_value"] = q_values(cells["p_value"])
    effect = cells["unit"].map(SMALLER_EFFECT).astype(float)
    more = (cells["shrunk_index"] >= 100 * (1 + min_effect)) & effect.isna()
    far = more | (cells["shrunk_index"] <= 100 * (1 - effect.fillna(min_effect).clip(upper=min_effect)))
    large = cells[["share", "others_share"]].max(axis=1) >= MIN_SHARE
    cells["is_notable"] = (cells["q_value"] < Q_LIMIT) & far & large
    return cells.sort_values(["segment", "kind", "attribute"], ignore_index=True)


def _compare(trait: _Prepared, names: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """Compare each segment with all others in one trait; all cells at once."""
    own = _sums(trait, codes[trait.place], len(names))
    rest = {name: values.sum(axis=0, keepdims=True) - values for name, values in own.items()}
    return _rows(trait, names, _statistics(own, rest, is_tested=trait.is_tested), own)


def _sums(trait: _Prepared, segment: np.ndarray, n_segments: int) -> dict[str, np.ndarray]:
    """Return sums by segment (rows) and attribute (columns) of values, exposures, squares and products.

    With strata, a customer's exposure to an attribute is what her stratum would give it: exposure × the stratum's share ÷ the
    share of all (indirect standardisation), so that segments are compared as if they had the same strata.
    """
    n_strata = int(trait.strata.max(initial=0)) + 1
    groups, n_groups = segment * n_strata + trait.strata, n_segments * n_strata
    n = len(groups)
    member = sparse.csr_matrix((np.ones(n), (groups, np.arange(n))), shape=(n_groups, n))
    sums = (member @ trait.moments).toarray().reshape(n_segments, n_strata, 4, -1)
    x_sum, x_squares, products, n_with = np.moveaxis(sums, 2, 0)
    e, ee, counts = (
        np.bincount(groups, weights, n_groups).reshape(n_segments, n_strata, 1)
        for weights in (trait.exposure, trait.exposure**2, np.ones(n))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = x_sum.sum(axis=0) / e.sum(axis=0) / (x_sum.sum(axis=(0, 1)) / e.sum())
    factor = np.where(np.isfinite(factor), factor, 1.0) if n_strata > 1 else np.ones((1, len(trait.attributes)))
    return {
        "x": x_sum.sum(axis=1), "xx": x_squares.sum(axis=1), "n_with": n_with.sum(axis=1), "n": counts.sum(axis=1),
        "xe": (products * factor).sum(axis=1), "e": (e * factor).sum(axis=1), "ee": (ee * factor**2).sum(axis=1),
    }


def _statistics(own: dict, rest: dict, *, is_tested: bool) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        share, others = own["x"] / own["e"], rest["x"] / rest["e"]
        pooled = (own["x"] + rest["x"]) / (own["e"] + rest["e"])
        z = (share - others) / np.sqrt(_variance(own, pooled) + _variance(rest, pooled))
        variance = _variance(own, share)
        n_effective = np.where((variance > 0) & (share < 1), share * (1 - share) / variance, own["n"])
        low, high = wilson(np.clip(share, 0, 1) * n_effective, n_effective)
        log_index, log_error = _log_ratio(share, others, variance, _variance(rest, others), own["n"], rest["n"])
    enough = (own["n"] >= MIN_CUSTOMERS) & (rest["n"] >= MIN_CUSTOMERS) & (own["n_with"] + rest["n_with"] >= MIN_CUSTOMERS)
    p = np.where(enough & np.isfinite(z) & is_tested, 2 * ndtr(-np.abs(z)), np.nan)
    return {
        "share": np.clip(share, 0, 1), "low": low, "high": high, "others_share": np.clip(others, 0, 1), "p_value": p,
        "index": 100 * share / np.where(others > 0, others, np.nan),
        "index_low": 100 * np.exp(log_index - Z95 * log_error), "index_high": 100 * np.exp(log_index + Z95 * log_error),
        "shrunk_index": 100 * np.exp(_shrink(log_index, log_error**2, used=np.isfinite(p))),
    }


def _variance(sums: dict, share: np.ndarray) -> np.ndarray:
    """Return the variance of a ratio of sums over customers, each deviating from `share` of its exposure."""
    squares = sums["xx"] - 2 * share * sums["xe"] + share**2 * sums["ee"]
    return np.maximum(squares, 0) / sums["e"] ** 2


def _log_ratio(share, others, variance, others_variance, n, n_others) -> tuple[np.ndarray, np.ndarray]:
    """Return the log of the ratio of two shares and its standard error (delta method); half a customer added to a zero."""
    a, b = np.where(share > 0, share, 0.5 / (n + 1)), np.where(others > 0, others, 0.5 / (n_others + 1))
    relative_a = np.where(share > 0, variance / a**2, 1.0 / 0.5)
    relative_b = np.where(others > 0, others_variance / b**2, 1.0 / 0.5)
    return np.log(a / b), np.sqrt(relative_a + relative_b)


def _shrink(effects: np.ndarray, variances: np.ndarray, *, used: np.ndarray) -> np.ndarray:
    """Return effects pulled towards 0 by how much of their spread is noise (method of moments over the `used` cells)."""
    known = used & (variances > 0)
    if not known.any():
        return np.zeros_like(effects)
    weights = 1 / variances[known]
    spread = max(0.0, float((weights * effects[known] ** 2).sum() - known.sum()) / float(weights.sum()))
    return effects * spread / (spread + variances)


def _rows(trait: _Prepared, names: np.ndarray, statistics: dict, own: dict) -> pd.DataFrame:
    shape = (len(names), len(trait.attributes))
    frame = pd.DataFrame({
        "segment": np.repeat(names, shape[1]), "kind": trait.kind, "unit": trait.unit,
        "attribute": np.tile(trait.attributes, shape[0]),
        "n": np.broadcast_to(own["n"], shape).ravel().astype(int), "n_with": own["n_with"].ravel().astype(int),
    })
    for name, values in statistics.items():
        frame[name] = np.where(np.isfinite(values), values, np.nan).ravel()
    return frame[frame["share"].notna()].astype({"segment": "str", "attribute": "str"})


# --- what chance gives


def count_statements(cells: pd.DataFrame, *, min_effect: float = 0.2) -> dict[str, int]:
    """Return how many of the tested cells would be statements by three rules: index alone, p alone, all of ours."""
    tested = cells[cells["p_value"].notna()]
    far = (tested["index"] >= 100 * (1 + min_effect)) | (tested["index"] <= 100 * (1 - min_effect))
    return {
        "tested": len(tested), "by_index": int(far.sum()), "by_p": int((tested["p_value"] < 0.05).sum()),
        "by_rule": int(tested["is_notable"].sum()),
    }


def by_chance(
    traits: list[Trait], segments: pd.Series, *, min_effect: float = 0.2, n_rounds: int = 20, seed: int = 42
) -> pd.DataFrame:
    """Return the counts of :func:`count_statements` for `n_rounds` random deals of the same labels to the same customers.

    Beside them a column a segment: how many statements chance gave it.

    Raises
    ------
    TooLittleData : fewer than two segments with `MIN_CUSTOMERS` customers, so that nothing can be compared.
    """
    n_large = int((segments.value_counts() >= MIN_CUSTOMERS).sum())
    if n_large < 2 or not traits:
        raise TooLittleData(
            "Needs two segments with at least {needed:count} customers each to compare their habits; there are {found:count}.",
            needed=MIN_CUSTOMERS, found=n_large,
        )
    prepared = prepare(traits, segments)
    rng = np.random.default_rng(seed)
    names, codes = _coded(segments)
    rounds = []
    for _ in range(n_rounds):
        cells = _cells(prepared, names, rng.permutation(codes), min_effect=min_effect)
        each = cells.groupby("segment")["is_notable"].sum()
        rounds.append(count_statements(cells, min_effect=min_effect) | {str(name): int(n) for name, n in each.items()})
    return pd.DataFrame(rounds)
