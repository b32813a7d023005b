"""Which records of all systems speak of one person? Pairs of records with the probability that they do.

Fellegi-Sunter linkage in DuckDB: exact duplicates are collapsed, blocking keys propose pairs, each pair's pattern of agreement is one
integer, and identity_model.py learns the weights from the counted patterns. A common name tells less than a rare one, and a phone, mailbox,
address or device that several people share tells little about which of them it is (Winkler's frequency adjustment).

Splink 5 does the same on the same engine and is the peer in tests/bench_identity.py, with the same comparisons and blocking. This module is
used instead because there it finds more at fewer errors in less time and memory: its EM takes true matches out of the random pairs that u is
learned from, has priors (so that two records, or a column that is always empty, give an answer), counts whole numbers (so that threads do
not change digits) and knows who shares a phone.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.identity_model import COMPARISONS, NAMES, Model, contradicts, learn, pattern_sql, unpack

UNIT_FIELDS = (
    "name_key", "hanzi", "family_key", "given_key", "script", "phone", "phone_2", "email", "email_key", "birth_date", "street", "district", "city",
    "city_code", "postcode", "member_id", "national_id", "device", "gender",
)
PARTLY_NAMED = 5  # level of the name comparison: what is given of the name agrees
SHARED = ("phone", "email", "street", "device")  # what a household may have in common
BLOCKING = {  # rule → (SQL of the key on a record, largest block that is compared)
    "phone": ("phone", 200), "other phone": ("phone_2", 200), "e-mail": ("email_key", 200),
    "mailbox name": ("CASE WHEN length(mailbox) >= 5 THEN mailbox END", 30),
    "member number": ("member_id", 200), "national id": ("national_id", 200), "device": ("device", 50), "name": ("name_key", 30),
    "name and birth date": ("name_key || born", 60), "name and city": ("name_key || coalesce(city, postcode)", 60),
    "name and end of phone": ("name_key || right(phone, 4)", 60), "name and start of phone": ("name_key || left(phone, 10)", 60),
    "name and postcode or district": ("name_key || coalesce(postcode, city || district)", 60),
    "birth date and family name": ("born || left(family_key, 2)", 40), "birth date and given name": ("born || left(given_key, 2)", 40),
    "birth date and area": ("born || coalesce(postcode, city)", 40), "address": ("street", 40),
    "given name and area": ("given_key || coalesce(postcode, city || district)", 40),
    "family name, area and start of given name": ("family_key || coalesce(postcode, city) || left(given_key, 2)", 40),
    "given name and address": ("given_key || left(street, 8)", 40),
    "birth date": ("born", 15), "start of address": ("left(street, 12)", 15), "family name": ("family_key", 15),
    "postcode and year of birth": ("postcode || left(born, 4)", 15), "family name and year of birth": ("family_key || left(born, 4)", 15),
    "given name and year of birth": ("given_key || left(born, 4)", 15),
}
PHONE_RULES = ("phone", "other phone")  # one key space: anybody's second phone may be another record's first
MOST_PERSONS = 20     # a phone, mailbox or device with more different given names belongs to a shop, not to a person
RANDOM_PAIRS = 300_000
ALL_PAIRS_UP_TO = 1_500  # records; from here on a sample
LARGEST_COMPONENT = 150  # records; all pairs within smaller groups are compared, blocked or not
NOT_TELLING = ("name", "gender", "city")  # agreement in these alone is at most a pair to look at (probability .5): namesakes are common
LEAST_WEIGHT = -6.6   # log2 odds of a probability of .01: weaker pairs are counted, not kept
NAME_BONUS = 6.0      # bits that a rare name may add; a common one may take away 8


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    threshold: float = 0.9     # probability from which two records are one person
    review_from: float = 0.2   # pairs between this and `threshold` are for an analyst to decide
    random_pairs: int = RANDOM_PAIRS


@dataclass(frozen=True)
class Links:
    """Scored pairs of record keys.

    pairs: key_l < key_r, match_weight (log2 odds), match_probability, contradicts (may not be linked), blocked (False: compared only because
    both are linked to common others), level_<comparison> (0 = no evidence, 1 = most alike …) and weight_<comparison> (bits).
    records: record_key, national_id, n_rows, one row a record key. counts: what was compared, what was left out and why.
    """

    pairs: pd.DataFrame
    records: pd.DataFrame
    model: Model
    settings: Settings
    counts: dict = field(default_factory=dict)


def link(standardised, *, connection, settings: Settings | None = None) -> Links:
    """Score all pairs of records that blocking proposes.

    standardised: Ibis table of identity_fields.standardise. Rows with one record_key are one person by definition. The same data give the
    same weights whatever the order of rows and the number of threads.
    """
    settings, engine = settings or Settings(), connection.con
    n_units = _make_units(engine, connection.compile(standardised))
    n_dropped = _make_candidates(engine)
    _compare(engine, "identity_candidates", "identity_pairs")
    random = _random_patterns(engine, n_units, settings)
    blocked = engine.execute("SELECT pattern, count(*) AS n FROM identity_pairs GROUP BY ALL ORDER BY ALL").df()
    present = engine.execute("SELECT " + ", ".join(f"count(*) FILTER (has_{name}) AS {name}" for name in NAMES) + " FROM identity_units").df()
    n_present = {name: int(present[name].iloc[0]) for name in NAMES}
    n_equal = {"birth_date": engine.execute(
        "SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM (SELECT count(*) AS n FROM identity_units WHERE has_birth_date GROUP BY born)").fetchone()[0]}
    model = learn(blocked, random, n_records=n_units, n_present=n_present, n_equal=n_equal)
    pairs = _score(engine, _kept_pairs(engine, blocked["pattern"].to_numpy(np.int64), model), model).assign(blocked=True)
    pairs = pd.concat([pairs, _fill_components(engine, pairs, n_units, model, settings), _self_pairs(engine, model)], ignore_index=True)
    records = engine.execute(
        "SELECT record_key, min(national_id) AS national_id, sum(n_rows)::BIGINT AS n_rows FROM identity_keys "
        "JOIN identity_units USING (uid) GROUP BY ALL ORDER BY record_key").df()
    counts = {"n_rows": int(records["n_rows"].sum()), "n_records": len(records), "n_distinct": n_units, "n_candidates": int(blocked["n"].sum()),
              "n_dropped_blocks": n_dropped, "blocks": engine.table("identity_block_counts").df(), "n_present": n_present}
    return Links(_by_key(engine, pairs), records, model, settings, counts)


# --- records and candidates


def _make_units(engine, source_sql: str) -> int:
    """Collapse rows that say the same: identity_units (uid, fields, has_<comparison>, persons_<shared>), identity_keys (record_key, uid)."""
    fields = ", ".join(UNIT_FIELDS)
    engine.execute(f"""
CREATE OR REPLACE TEMP TABLE identity_distinct AS
SELECT (row_number() OVER (ORDER BY first_key, {fields}))::INTEGER AS uid, *
FROM (SELECT {fields}, min(record_key) AS first_key, list(record_key) AS keys FROM ({source_sql}) GROUP BY {fields})""")
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_keys AS SELECT record_key, uid, count(*) AS n_rows "
                   "FROM (SELECT uid, unnest(keys) AS record_key FROM identity_distinct) GROUP BY ALL")
    for name, columns in {"phone": ("phone", "phone_2"), "email": ("email_key",), "street": ("street",), "device": ("device",)}.items():
        every = " UNION ALL ".join(f"SELECT {column} AS value, left(family_key, 1) || left(given_key, 2) AS person FROM identity_distinct WHERE {column} IS NOT NULL" for column in columns)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE identity_share_{name} AS SELECT value, greatest(count(DISTINCT person), 1) "
                       f"AS persons FROM ({every}) GROUP BY value HAVING count(*) > 1")
    has = ", ".join(f"coalesce({comparison.present}, false) AS has_{comparison.name}" for comparison in COMPARISONS)
    personal = {"phone": "p", "phone_2": "q", "email": "e", "email_key": "e", "device": "v"}
    replaced = ", ".join(f"CASE WHEN coalesce({alias}.persons, 1) <= {MOST_PERSONS} THEN d.{name} END AS {name}" for name, alias in personal.items())
    persons = ", ".join(f"coalesce({alias}.persons, 1) AS persons_{name}" for name, alias in zip(SHARED, "pesv", strict=True))
    engine.execute(f"""
CREATE OR REPLACE TEMP TABLE identity_units AS
WITH personal AS (
  SELECT d.* EXCLUDE (keys) REPLACE ({replaced}), {persons}, strftime(d.birth_date, '%Y%m%d') AS born,
         split_part(d.email_key, '@', 1) AS mailbox,
         regexp_replace(split_part(d.email_key, '@', 1), '[^0-9]', '', 'g') AS mailbox_digits,
         list_distinct(list_filter(regexp_split_to_array(d.street, '[ -]'), word -> length(word) > 1)) AS street_words
  FROM identity_distinct AS d
  LEFT JOIN identity_share_phone AS p ON p.value = d.phone LEFT JOIN identity_share_phone AS q ON q.value = d.phone_2
  LEFT JOIN identity_share_email AS e ON e.value = d.email_key LEFT JOIN identity_share_street AS s ON s.value = d.street
  LEFT JOIN identity_share_device AS v ON v.value = d.device),
shares AS (SELECT name_key, count(*) / sum(count(*)) OVER () AS name_share FROM identity_distinct WHERE name_key IS NOT NULL GROUP BY name_key)
SELECT personal.*, name_share, {has} FROM personal LEFT JOIN shares USING (name_key)""")
    engine.execute("DROP TABLE identity_distinct")
    return engine.execute("SELECT count(*) FROM identity_units").fetchone()[0]


def _make_candidates(engine) -> int:
    """Make identity_candidates (l < r): pairs that share a blocking key. Return how many keys were too common to compare all their records."""
    parts = [
        f"SELECT uid, {place}::UTINYINT AS rule, hash('{'phone' if rule in PHONE_RULES else rule}', {key}) AS block FROM identity_units "
        f"WHERE ({key}) IS NOT NULL" for place, (rule, (key, _)) in enumerate(BLOCKING.items())
    ]
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_block_keys AS " + " UNION ALL ".join(parts))
    engine.register("identity_rules", pd.DataFrame([(place, rule, most) for place, (rule, (_, most)) in enumerate(BLOCKING.items())],
                                                   columns=["rule", "words", "most"]))
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_blocks AS SELECT block, min(rule) AS rule, count(*) AS n FROM identity_block_keys "
                   "GROUP BY block HAVING count(*) > 1")
    engine.execute("""
CREATE OR REPLACE TEMP TABLE identity_block_counts AS
SELECT words AS rule, count(*) FILTER (n <= most) AS n_blocks, coalesce(sum(n * (n - 1) // 2) FILTER (n <= most), 0)::BIGINT AS n_pairs,
       coalesce(max(n) FILTER (n <= most), 0) AS largest, count(*) FILTER (n > most) AS n_too_large
FROM identity_blocks JOIN identity_rules USING (rule) GROUP BY words, rule ORDER BY rule""")
    engine.execute("""
CREATE OR REPLACE TEMP TABLE identity_compared AS
SELECT uid, block FROM identity_block_keys JOIN identity_blocks USING (block) JOIN identity_rules AS r ON r.rule = identity_blocks.rule WHERE n <= most""")
    engine.execute("DROP TABLE identity_block_keys")
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_candidates AS SELECT DISTINCT a.uid AS l, b.uid AS r FROM identity_compared AS a "
                   "JOIN identity_compared AS b ON a.block = b.block AND a.uid < b.uid")
    engine.execute("DROP TABLE identity_compared")
    return engine.execute("SELECT coalesce(sum(n_too_large), 0)::BIGINT FROM identity_block_counts").fetchone()[0]


def _compare(engine, source: str, target: str) -> None:
    """Make `target` (l, r, pattern) from the pairs l, r of `source`."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT c.l, c.r, {pattern_sql()} AS pattern FROM {source} AS c "
                   "JOIN identity_units AS l ON l.uid = c.l JOIN identity_units AS r ON r.uid = c.r")


def _random_patterns(engine, n_units: int, settings: Settings) -> pd.DataFrame:
    """Count the patterns of random pairs: all pairs of few records, else neighbours in a seeded order (no thread changes it)."""
    order = f"SELECT uid, row_number() OVER (ORDER BY hash(uid, {int(settings.seed)}), uid) - 1 AS place FROM identity_units"
    if n_units <= ALL_PAIRS_UP_TO:
        pairs = "SELECT a.uid AS l, b.uid AS r FROM identity_units AS a JOIN identity_units AS b ON a.uid < b.uid"
    else:
        steps = min(-(-settings.random_pairs // n_units), (n_units - 1) // 2)
        pairs = (f"WITH o AS ({order}) SELECT a.uid AS l, b.uid AS r FROM (SELECT o.*, unnest(range(1, {steps} + 1)) AS step FROM o) AS a "
                 f"JOIN o AS b ON b.place = (a.place + a.step) % {n_units} LIMIT {settings.random_pairs + n_units}")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE identity_random AS {pairs}")
    _compare(engine, "identity_random", "identity_random_pairs")
    return engine.execute("SELECT pattern, count(*) AS n FROM identity_random_pairs GROUP BY ALL ORDER BY ALL").df()


# --- weights


def _kept_pairs(engine, patterns: np.ndarray, model: Model) -> str:
    """Make identity_kept of the pairs whose pattern can reach LEAST_WEIGHT."""
    levels = unpack(patterns)
    best = _prior_weight(model) + sum(_base_weights(levels, model).values()) + NAME_BONUS * levels["name"].between(1, 3)
    engine.register("identity_strong", pd.DataFrame({"pattern": patterns[best >= LEAST_WEIGHT]}))
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_kept AS SELECT p.* FROM identity_pairs AS p SEMI JOIN identity_strong USING (pattern)")
    return "identity_kept"


def _prior_weight(model: Model) -> float:
    return float(np.log2(model.prior / (1 - model.prior)))


def _base_weights(levels: pd.DataFrame, model: Model) -> dict[str, np.ndarray]:
    return {name: np.concatenate([[0.0], model.weights(name)])[levels[name].to_numpy()] for name in NAMES}


def _score(engine, source: str, model: Model) -> pd.DataFrame:
    """Return the pairs of `source` with levels, weights, match_weight, match_probability, contradicts, in the order of l, r."""
    shared = ", ".join(f"least(a.persons_{name}, b.persons_{name})::SMALLINT AS persons_{name}" for name in SHARED)
    pairs = engine.execute(f"SELECT c.l, c.r, c.pattern, greatest(a.name_share, b.name_share) AS name_share, {shared} FROM {source} AS c "
                           "JOIN identity_units AS a ON a.uid = c.l JOIN identity_units AS b ON b.uid = c.r ORDER BY c.l, c.r").df()
    levels = unpack(pairs["pattern"].to_numpy(np.int64))
    weights = _base_weights(levels, model)
    chance = engine.execute("SELECT sum(s * s) FROM (SELECT any_value(name_share) AS s FROM identity_units WHERE name_key IS NOT NULL "
                            "GROUP BY name_key)").fetchone()[0]
    if chance:
        rarity = np.clip(np.log2(chance / pairs["name_share"].to_numpy(float)), -8, NAME_BONUS)
        weights["name"] = weights["name"] + np.where(levels["name"].between(1, 3), rarity, 0.0)
    _weigh_shared(weights, levels, pairs, model)
    total = _prior_weight(model) + sum(weights.values())
    telling = np.any([weights[name] > 0 for name in NAMES if name not in NOT_TELLING], axis=0)
    total = np.where(telling, total, np.minimum(total, 0.0))
    frame = {"l": pairs["l"], "r": pairs["r"], "match_weight": np.round(total, 6), "match_probability": 1 / (1 + np.exp2(-np.clip(total, -300, 300))),
             "contradicts": contradicts(levels)}
    frame |= {f"level_{name}": levels[name].to_numpy(np.int8) for name in NAMES}
    return pd.DataFrame(frame | {f"weight_{name}": weights[name].astype(np.float32) for name in NAMES})


def _weigh_shared(weights: dict, levels: pd.DataFrame, pairs: pd.DataFrame, model: Model) -> None:
    """Weigh a phone, mailbox, address or device that k ≥ 2 persons share: by chance it agrees for (k - 1) of all persons.

    Of several such things only the strongest counts, and a family name alone not at all: who shares the phone shares them too.
    """
    household = []
    for name in SHARED:
        is_shared = (levels[name] == 2).to_numpy()
        others = np.maximum(pairs[f"persons_{name}"].to_numpy(float) - 1, 1)
        weight = np.log2((model.m[name][0] + model.m[name][1]) / np.minimum(others * model.prior, 1))
        weights[name] = np.where(is_shared, np.maximum(weight, 0), weights[name])
        household.append(np.where(is_shared, weights[name], -np.inf))
    in_household, strongest = np.isfinite(household).any(axis=0), np.argmax(household, axis=0)
    family_name_only = in_household & (levels["name"] == PARTLY_NAMED).to_numpy()
    weights["name"] = np.where(family_name_only, np.minimum(weights["name"], 0), weights["name"])
    for place, name in enumerate(SHARED):
        weights[name] = np.where(np.isfinite(household[place]) & (strongest != place), 0.0, weights[name])


def _fill_components(engine, pairs: pd.DataFrame, n_units: int, model: Model, settings: Settings) -> pd.DataFrame:
    """Score the pairs within each linked group that were not kept: what speaks against a chain of links is in them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = pairs[(pairs["match_probability"] >= settings.review_from) & ~pairs["contradicts"]]
    graph = coo_array((np.ones(len(edges)), (edges["l"].to_numpy(), edges["r"].to_numpy())), shape=(n_units + 1, n_units + 1))
    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component)[component]
    members = pd.DataFrame({"uid": np.arange(n_units + 1, dtype=np.int32), "component": component})[(sizes > 2) & (sizes <= LARGEST_COMPONENT)]
    engine.register("identity_members", members)
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_unblocked AS SELECT a.uid AS l, b.uid AS r FROM identity_members AS a "
                   "JOIN identity_members AS b ON a.component = b.component AND a.uid < b.uid "
                   "ANTI JOIN identity_kept AS k ON k.l = a.uid AND k.r = b.uid")
    _compare(engine, "identity_unblocked", "identity_filled")
    return _score(engine, "identity_filled", model).assign(blocked=False)


def _self_pairs(engine, model: Model) -> pd.DataFrame:
    """Score what several keys say alike: a unit against itself."""
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_same AS SELECT uid AS l, uid AS r FROM identity_keys GROUP BY uid HAVING count(*) > 1")
    _compare(engine, "identity_same", "identity_same_pairs")
    return _score(engine, "identity_same_pairs", model).assign(blocked=True)


def _by_key(engine, pairs: pd.DataFrame) -> pd.DataFrame:
    """Name pairs by record key: a unit's first key stands for it, its other keys are paired with that one. One row a pair of keys.

    Of several rows of one pair (a key with an old and a new address) the strongest counts; it contradicts where one does and no name agrees.
    """
    keys = engine.execute("SELECT uid, record_key FROM identity_keys ORDER BY uid, record_key").df()
    first = keys.drop_duplicates("uid").set_index("uid")["record_key"]
    others = keys[keys.duplicated("uid")].rename(columns={"uid": "l", "record_key": "other"})
    alike = pairs["l"] == pairs["r"]
    same = pairs[alike].merge(others, on="l").assign(key_l=lambda frame: frame["l"].map(first)).rename(columns={"other": "key_r"})
    different = pairs[~alike].assign(key_l=lambda frame: frame["l"].map(first), key_r=lambda frame: frame["r"].map(first))
    named = pd.concat([different, same], ignore_index=True).drop(columns=["l", "r"])
    swapped = named["key_l"] > named["key_r"]
    named.loc[swapped, ["key_l", "key_r"]] = named.loc[swapped, ["key_r", "key_l"]].to_numpy()
    named = named[named["key_l"] != named["key_r"]]
    named = named.sort_values(["key_l", "key_r", "contradicts", "match_weight"], ascending=[True, True, True, False], kind="stable")
    repeated = named.duplicated(["key_l", "key_r"], keep=False)
    if repeated.any():
        groups = named[repeated].assign(agrees=lambda frame: frame["level_name"].between(1, 5)).groupby(["key_l", "key_r"])
        verdict = (groups["contradicts"].transform("any") & ~groups["agrees"].transform("any")).to_numpy()
        named.loc[repeated, "contradicts"] = verdict
    columns = ["key_l", "key_r", "match_weight", "match_probability", "contradicts", "blocked"]
    rest = [column for column in named if column not in columns]
    return named.drop_duplicates(["key_l", "key_r"])[columns + rest].reset_index(drop=True)
