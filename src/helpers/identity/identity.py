"""Which records of all systems speak of one person? Pairs of records with the probability that they do.

Fellegi-Sunter linkage in DuckDB: exact duplicates are collapsed, blocking keys propose pairs, each pair's pattern of
agreement is one integer, and identity_model.py learns the weights from the counted patterns. A common name tells less than a
rare one, and a phone, mailbox, address or device that several people share tells little about which of them it is (Winkler's
frequency adjustment).

Splink 5 fits the same model on the same engine and is the peer in tests/bench_identity.py, with the same comparisons,
frequencies of names and blocking. On 71,000 hard Chinese records it reaches F1 .84 at precision .78, this module .98 at .999,
because it knows who shares a phone and which names exclude each other, which Splink has no place for; on FEBRL 3 and 4 Splink
is slightly ahead (.995 to .994, both at precision 1). Here u is learned from random pairs without their true matches, priors
give an answer for two records or an empty column, and whole numbers are counted, so that threads do not change a digit.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.identity.identity_comparisons import NAMES, PARTLY_NAMED, contradicts, unpack
from helpers.identity.identity_model import Model, learn
from helpers.identity.identity_records import SHARED, compare, count_random_patterns, drop, make_candidates, make_units

RANDOM_PAIRS = 300_000
LARGEST_COMPONENT = 150  # records; all pairs within smaller groups are compared, blocked or not
NOT_TELLING = (
    "name",
    "gender",
    "city",
)  # agreement in these alone is at most a pair to look at (probability .5): namesakes are common
UNITS_AT_A_TIME = 200_000
MADE_BY_LINK = (
    *(f"identity_share_{name}" for name in SHARED),
    *("identity_units", "identity_blocks", "identity_block_counts", "identity_rules", "identity_unblocked", "identity_same"),
)
ONE_DIGIT_OFF = 3  # level of the phone comparison
NAME_BONUS = 6.0  # bits that a rare name may add; a common one may take away 8


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    threshold: float = 0.9  # probability from which two records are one person
    review_from: float = 0.2  # pairs between this and `threshold` are for an analyst to decide
    random_pairs: int = RANDOM_PAIRS


@dataclass(frozen=True)
class Links:
    """Scored pairs of record keys.

    pairs: key_l < key_r, match_weight (log2 odds), match_probability, contradicts (may not be linked), blocked (False:
    compared only because both are linked to common others), level_<comparison> (0 = no evidence, 1 = most alike …) and
    weight_<comparison> (bits). records: record_key, national_id, n_rows, one row a record key. counts: what was compared,
    what was left out and why.
    """

    pairs: pd.DataFrame
    records: pd.DataFrame
    model: Model
    settings: Settings
    counts: dict = field(default_factory=dict)


def link(standardised, *, connection, settings: Settings | None = None) -> Links:
    """Score all pairs of records that blocking proposes.

    standardised: Ibis table of identity_fields.standardise. Rows with one record_key are one person by definition. The same
    data give the same weights whatever the order of rows and the number of threads. On the connection stay, for
    identity_records.candidate_pairs, numbers of pairs and the record keys; `forget` drops them.
    """
    settings, engine = settings or Settings(), connection.con
    n_units = make_units(engine, connection.compile(standardised))
    n_dropped = make_candidates(engine)
    compare(engine, "identity_candidates", "identity_pairs")
    random = count_random_patterns(engine, n_units, n_pairs=settings.random_pairs, seed=settings.seed)
    blocked = engine.execute("SELECT pattern, count(*) AS n FROM identity_pairs GROUP BY ALL ORDER BY ALL").df()
    present = engine.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (has_{name}) AS {name}" for name in NAMES) + " FROM identity_units"
    ).df()
    n_present = {name: int(present[name].iloc[0]) for name in NAMES}
    n_equal = {"birth_date": _count_equal_birth_dates(engine)}
    model = learn(blocked, random, n_records=n_units, n_present=n_present, n_equal=n_equal)
    least_weight = float(np.log2(settings.review_from / (1 - settings.review_from)))
    _keep_pairs(engine, blocked["pattern"].to_numpy(np.int64), model, least_weight)
    drop(engine, "identity_pairs", "identity_random", "identity_random_pairs", "identity_strong")
    parts = _score(engine, "identity_kept", n_units, model, least_weight, blocked=True)
    parts += _fill_components(engine, parts, n_units, model)
    _make_self_pairs(engine)
    parts += _score(engine, "identity_same_pairs", n_units, model, blocked=True)
    records = _records(engine)
    counts = {
        "n_rows": int(records["n_rows"].sum()),
        "n_records": len(records),
        "n_distinct": n_units,
        "n_candidates": int(blocked["n"].sum()),
        "n_dropped_blocks": n_dropped,
        "blocks": engine.table("identity_block_counts").df(),
        "n_present": n_present,
    }
    drop(engine, *MADE_BY_LINK)
    return Links(_by_key(engine, parts), records, model, settings, counts)


def forget(connection) -> None:
    """Drop what standardise and link left on the connection: personal data, and the tables that standardise returned, too."""
    drop(connection.con, *(row[0] for row in connection.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, 'identity_') ORDER BY ALL"
    ).fetchall()))


def _records(engine) -> pd.DataFrame:
    return engine.execute(
        "SELECT record_key, min(national_id) AS national_id, sum(n_rows)::BIGINT AS n_rows FROM identity_keys "
        "JOIN identity_units USING (uid) GROUP BY ALL ORDER BY record_key"
    ).df()


def _count_equal_birth_dates(engine) -> int:
    return engine.execute(
        "SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT "
        "FROM (SELECT count(*) AS n FROM identity_units WHERE has_birth_date GROUP BY born)"
    ).fetchone()[0]


# --- weights


def _keep_pairs(engine, patterns: np.ndarray, model: Model, least_weight: float) -> None:
    """Make identity_kept of the pairs whose pattern can reach the least weight: with a rare name, in a household of two."""
    levels = unpack(patterns)
    weights = _base_weights(levels, model)
    for name in SHARED:
        weights[name] = np.where(levels[name] == 2, np.maximum(weights[name], _shared_weight(model, name, 1)), weights[name])
    best = _prior_weight(model) + sum(weights.values()) + NAME_BONUS * levels["name"].between(1, 3)
    engine.register("identity_strong", pd.DataFrame({"pattern": patterns[best >= least_weight]}))
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_kept AS "
        "SELECT p.* FROM identity_pairs AS p SEMI JOIN identity_strong USING (pattern)"
    )


def _prior_weight(model: Model) -> float:
    return float(np.log2(model.prior / (1 - model.prior)))


def _base_weights(levels: pd.DataFrame, model: Model) -> dict[str, np.ndarray]:
    return {name: np.concatenate([[0.0], model.weights(name)])[levels[name].to_numpy()] for name in NAMES}


def _score(
    engine, source: str, n_units: int, model: Model, least_weight: float = -np.inf, *, blocked: bool
) -> list[pd.DataFrame]:
    """Return the pairs of `source` in parts: levels, weights, match_weight, match_probability, contradicts, blocked."""
    chance = engine.execute(
        "SELECT sum(s * s) FROM (SELECT any_value(name_share) AS s FROM identity_units WHERE name_key IS NOT NULL "
        "GROUP BY name_key)"
    ).fetchone()[0]
    shared = ", ".join(f"greatest(a.persons_{name}, b.persons_{name})::SMALLINT AS persons_{name}" for name in SHARED)
    parts = []
    for start in range(0, n_units + 1, UNITS_AT_A_TIME):  # bounds the memory of what follows
        pairs = engine.execute(
            f"SELECT c.l, c.r, c.pattern, greatest(a.name_share, b.name_share) AS name_share, {shared} FROM {source} AS c "
            "JOIN identity_units AS a ON a.uid = c.l JOIN identity_units AS b ON b.uid = c.r "
            f"WHERE c.l >= {start} AND c.l < {start + UNITS_AT_A_TIME} ORDER BY c.l, c.r"
        ).df()
        scored = _weigh(pairs, model, chance)
        parts.append(scored[scored["match_weight"] >= least_weight].assign(blocked=blocked))
    drop(engine, source)
    return parts


def _weigh(pairs: pd.DataFrame, model: Model, chance: float | None) -> pd.DataFrame:
    """Weigh pairs (pattern, name_share, persons_<shared>); chance: how often two records' names agree by chance."""
    levels = unpack(pairs["pattern"].to_numpy(np.int64))
    weights = _base_weights(levels, model)
    if chance:
        rarity = np.clip(np.log2(chance / pairs["name_share"].to_numpy(float)), -8, NAME_BONUS)
        weights["name"] = weights["name"] + np.where(levels["name"].between(1, 3), rarity, 0.0)
    _weigh_shared(weights, levels, pairs, model)
    total = _prior_weight(model) + sum(weights.values())
    telling = np.any([weights[name] > 0 for name in NAMES if name not in NOT_TELLING], axis=0)
    total = np.where(telling, total, np.minimum(total, 0.0))
    frame = {
        "l": pairs["l"].to_numpy(),
        "r": pairs["r"].to_numpy(),
        "match_weight": np.round(total, 6),
        "match_probability": 1 / (1 + np.exp2(-np.clip(total, -300, 300))),
        "contradicts": contradicts(levels),
    }
    frame |= {f"level_{name}": levels[name].to_numpy() for name in NAMES}
    return pd.DataFrame(frame | {f"weight_{name}": weights[name].astype(np.float32) for name in NAMES})


def _weigh_shared(weights: dict, levels: pd.DataFrame, pairs: pd.DataFrame, model: Model) -> None:
    """Weigh a phone, mailbox, address or device that k ≥ 2 persons share: by chance it agrees for (k - 1) of all persons.

    Of several such things only the strongest counts, and a family name alone not at all: who shares the phone shares them too.
    A phone that is one digit off such a phone tells no more than the phone itself.
    """
    household = []
    for name in SHARED:
        others = pairs[f"persons_{name}"].to_numpy(float) - 1
        one_off = (levels[name] == ONE_DIGIT_OFF) & (name == "phone")
        is_shared = ((levels[name] == 2) | one_off).to_numpy() & (others >= 1)
        weight = _shared_weight(model, name, np.maximum(others, 1))
        weights[name] = np.where(is_shared, np.where(one_off, np.minimum(weight, weights[name]), weight), weights[name])
        household.append(np.where(is_shared, weights[name], -np.inf))
    in_household, strongest = np.isfinite(household).any(axis=0), np.argmax(household, axis=0)
    family_name_only = in_household & (levels["name"] == PARTLY_NAMED).to_numpy()
    weights["name"] = np.where(family_name_only, np.minimum(weights["name"], 0), weights["name"])
    for place, name in enumerate(SHARED):
        weights[name] = np.where(np.isfinite(household[place]) & (strongest != place), 0.0, weights[name])


def _shared_weight(model: Model, name: str, others):
    """Bits of an agreement on what a person shares with `others` (their number)."""
    return np.maximum(np.log2((model.m[name][0] + model.m[name][1]) / np.minimum(others * model.prior, 1)), 0)


def _fill_components(engine, parts: list[pd.DataFrame], n_units: int, model: Model) -> list[pd.DataFrame]:
    """Score the pairs within each linked group that were not kept: what speaks against a chain of links is in them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = pd.concat([part[["l", "r", "contradicts"]] for part in parts], ignore_index=True)
    edges = pairs.loc[~pairs["contradicts"], ["l", "r"]]
    graph = coo_array((np.ones(len(edges)), (edges["l"].to_numpy(), edges["r"].to_numpy())), shape=(n_units + 1, n_units + 1))
    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component)[component]
    members = pd.DataFrame({"uid": np.arange(n_units + 1, dtype=np.int32), "component": component})
    engine.register("identity_members", members[(sizes > 2) & (sizes <= LARGEST_COMPONENT)])
    engine.register("identity_scored", pairs[["l", "r"]])
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_unblocked AS SELECT a.uid AS l, b.uid AS r FROM identity_members AS a "
        "JOIN identity_members AS b ON a.component = b.component AND a.uid < b.uid "
        "ANTI JOIN identity_scored AS k ON k.l = a.uid AND k.r = b.uid"
    )
    drop(engine, "identity_scored", "identity_members")
    compare(engine, "identity_unblocked", "identity_filled")
    return _score(engine, "identity_filled", n_units, model, blocked=False)


def _make_self_pairs(engine) -> None:
    """Make identity_same_pairs: what several keys say alike, a unit against itself."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_same AS "
        "SELECT uid AS l, uid AS r FROM identity_keys GROUP BY uid HAVING count(*) > 1"
    )
    compare(engine, "identity_same", "identity_same_pairs")


def _by_key(engine, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Name pairs by record key, one row a pair of keys. Empties `parts`, which would be a second copy of all pairs.

    A unit's first key stands for it, its other keys are paired with that one. Of several rows of one pair (a key with an old
    and a new address) the strongest counts; it contradicts where one does and no name agrees.
    """
    keys = engine.execute("SELECT uid, record_key FROM identity_keys ORDER BY uid, record_key").df()
    codes, names = pd.factorize(keys["record_key"], sort=True)
    keys = pd.DataFrame({"l": keys["uid"], "code": codes.astype(np.int32)})
    first = keys.drop_duplicates("l").set_index("l")["code"]
    others = keys[keys.duplicated("l")].set_index("l")["code"]
    for place, part in enumerate(parts):
        if len(part) and (part["l"] == part["r"]).all():
            of_part = others[others.index.isin(part["l"])]
            part = part.set_index("l", drop=False).loc[of_part.index].assign(r=of_part.to_numpy())
        else:
            part = part.assign(r=first.loc[part["r"]].to_numpy())
        parts[place] = part.assign(l=first.loc[part["l"]].to_numpy())
    pairs = pd.concat(parts, ignore_index=True)
    parts.clear()
    left, right = np.minimum(pairs["l"], pairs["r"]).to_numpy(), np.maximum(pairs["l"], pairs["r"]).to_numpy()
    order = np.lexsort((-pairs["match_weight"], pairs["contradicts"], right, left))
    order = order[left[order] != right[order]]
    ids = pd.Series(left[order].astype(np.int64) * len(names) + right[order])
    kept = order[~ids.duplicated().to_numpy()]
    verdict = _verdict_of_repeated(pairs, ids, order)
    pairs = pairs.drop(columns=["l", "r"]).take(kept)
    pairs.loc[verdict.index.intersection(pairs.index), "contradicts"] = verdict
    pairs.insert(0, "key_l", names.take(left[kept]))
    pairs.insert(1, "key_r", names.take(right[kept]))
    return pairs.reset_index(drop=True)


def _verdict_of_repeated(pairs: pd.DataFrame, ids: pd.Series, order: np.ndarray) -> pd.Series:
    """Say of rows (places in `pairs`) that have the same id whether their pair of keys contradicts."""
    repeated = ids.duplicated(keep=False).to_numpy()
    rows = pairs.iloc[order[repeated]]
    groups = pd.DataFrame({"contradicts": rows["contradicts"], "agrees": rows["level_name"].between(1, PARTLY_NAMED)})
    groups = groups.groupby(ids[repeated].to_numpy())
    return groups["contradicts"].transform("any") & ~groups["agrees"].transform("any")
