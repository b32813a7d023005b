"""Which records are compared at all? Rows that say the same become one unit; units that share a blocking key become a pair.

All of it is SQL on DuckDB's temporary tables, so that a million records need neither Python nor much memory: identity_units
(uid, fields, has_<comparison>, persons_<shared>), identity_keys (record_key, uid, n_rows), identity_candidates (l < r).
"""

import pandas as pd

from helpers.identity.identity_comparisons import COMPARISONS, pattern_sql

UNIT_FIELDS = (
    "name_key",
    "hanzi",
    "family_key",
    "given_key",
    "script",
    "phone",
    "phone_2",
    "email",
    "email_key",
    "birth_date",
    "street",
    "district",
    "city",
    "city_code",
    "postcode",
    "member_id",
    "national_id",
    "device",
    "gender",
)
SHARED = ("phone", "email", "street", "device")  # what a household may have in common
BLOCKING = {  # rule → (SQL of the key on a record, largest block that is compared)
    "phone": ("phone", 200),
    "other phone": ("phone_2", 200),
    "e-mail": ("email_key", 200),
    "mailbox name": ("CASE WHEN length(mailbox) >= 5 THEN mailbox END", 30),
    "member number": ("member_id", 200),
    "national id": ("national_id", 200),
    "device": ("device", 50),
    "name": ("name_key", 30),
    "name and birth date": ("name_key || born", 60),
    "name and city": ("name_key || coalesce(city, postcode)", 60),
    "name and end of phone": ("name_key || right(phone, 4)", 60),
    "name and start of phone": ("name_key || left(phone, 10)", 60),
    "name and postcode or district": ("name_key || coalesce(postcode, city || district)", 60),
    "birth date and family name": ("born || left(family_key, 2)", 40),
    "birth date and given name": ("born || left(given_key, 2)", 40),
    "birth date and area": ("born || coalesce(postcode, city)", 40),
    "address": ("street", 40),
    "given name and area": ("given_key || coalesce(postcode, city || district)", 40),
    "family name, area and start of given name": (
        "family_key || coalesce(postcode, city || district, city) || left(given_key, 2)", 40
    ),
    "given name and address": ("given_key || left(street, 8)", 40),
    "birth date": ("born", 15),
    "start of address": ("left(street, 12)", 15),
    "family name": ("family_key", 15),
    "postcode and year of birth": ("postcode || left(born, 4)", 15),
    "family name and year of birth": ("family_key || left(born, 4)", 15),
    "given name and year of birth": ("given_key || left(born, 4)", 15),
}
PHONE_RULES = ("phone", "other phone")  # one key space: anybody's second phone may be another record's first
MOST_PERSONS = 20  # a phone, mailbox or device with more different given names belongs to a shop, not to a person
ALL_PAIRS_UP_TO = 1_500  # records; from here on a sample


def make_units(engine, source_sql: str) -> int:
    """Collapse rows that say the same.

    Identity_units (uid, fields, has_<comparison>, persons_<shared>), identity_keys (record_key, uid).
    """
    fields = ", ".join(UNIT_FIELDS)
    engine.execute(f"""
CREATE OR REPLACE TEMP TABLE identity_distinct AS
SELECT (row_number() OVER (ORDER BY first_key, {fields}))::INTEGER AS uid, *
FROM (SELECT {fields}, min(record_key) AS first_key, list(record_key) AS keys FROM ({source_sql}) GROUP BY {fields})""")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_keys AS SELECT record_key, uid, count(*) AS n_rows "
        "FROM (SELECT uid, unnest(keys) AS record_key FROM identity_distinct) GROUP BY ALL"
    )
    _count_persons(engine)
    has = ", ".join(f"coalesce({comparison.present}, false) AS has_{comparison.name}" for comparison in COMPARISONS)
    personal = {"phone": "p", "phone_2": "q", "email": "e", "email_key": "e", "device": "v"}
    replaced = ", ".join(
        f"CASE WHEN coalesce({alias}.persons, 1) <= {MOST_PERSONS} THEN d.{name} END AS {name}"
        for name, alias in personal.items()
    )
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
shares AS (SELECT name_key, count(*) / sum(count(*)) OVER () AS name_share FROM identity_distinct
           WHERE name_key IS NOT NULL GROUP BY name_key)
SELECT personal.*, name_share, {has} FROM personal LEFT JOIN shares USING (name_key)""")
    engine.execute("DROP TABLE identity_distinct")
    return engine.execute("SELECT count(*) FROM identity_units").fetchone()[0]


def _count_persons(engine) -> None:
    """Make identity_share_<shared> (value, persons): how many different persons, by their initials, use a phone, mailbox …"""
    for name, columns in {
        "phone": ("phone", "phone_2"),
        "email": ("email_key",),
        "street": ("street",),
        "device": ("device",),
    }.items():
        every = " UNION ALL ".join(
            f"SELECT {column} AS value, left(family_key, 1) || left(given_key, 2) AS person "
            f"FROM identity_distinct WHERE {column} IS NOT NULL"
            for column in columns
        )
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE identity_share_{name} AS SELECT value, greatest(count(DISTINCT person), 1) "
            f"AS persons FROM ({every}) GROUP BY value HAVING count(*) > 1"
        )


def make_candidates(engine) -> int:
    """Make identity_candidates (l < r): pairs that share a blocking key.

    Return how many keys were too common to compare all their records.
    """
    parts = [
        f"SELECT uid, {place}::UTINYINT AS rule, hash('{'phone' if rule in PHONE_RULES else rule}', {key}) AS block "
        f"FROM identity_units WHERE ({key}) IS NOT NULL"
        for place, (rule, (key, _)) in enumerate(BLOCKING.items())
    ]
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_block_keys AS " + " UNION ALL ".join(parts))
    engine.register(
        "identity_rules",
        pd.DataFrame(
            [(place, rule, most) for place, (rule, (_, most)) in enumerate(BLOCKING.items())], columns=["rule", "words", "most"]
        ),
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_blocks AS "
        "SELECT block, min(rule) AS rule, count(*) AS n FROM identity_block_keys "
        "GROUP BY block HAVING count(*) > 1"
    )
    engine.execute("""
CREATE OR REPLACE TEMP TABLE identity_block_counts AS
SELECT words AS rule, count(*) FILTER (n <= most) AS n_blocks,
       coalesce(sum(n * (n - 1) // 2) FILTER (n <= most), 0)::BIGINT AS n_pairs,
       coalesce(max(n) FILTER (n <= most), 0) AS largest, count(*) FILTER (n > most) AS n_too_large
FROM identity_blocks JOIN identity_rules USING (rule) GROUP BY words, rule ORDER BY rule""")
    engine.execute("""
CREATE OR REPLACE TEMP TABLE identity_compared AS
SELECT uid, block FROM identity_block_keys JOIN identity_blocks USING (block)
JOIN identity_rules AS r ON r.rule = identity_blocks.rule WHERE n <= most""")
    engine.execute("DROP TABLE identity_block_keys")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE identity_candidates AS "
        "SELECT DISTINCT a.uid AS l, b.uid AS r FROM identity_compared AS a "
        "JOIN identity_compared AS b ON a.block = b.block AND a.uid < b.uid"
    )
    engine.execute("DROP TABLE identity_compared")
    return engine.execute("SELECT coalesce(sum(n_too_large), 0)::BIGINT FROM identity_block_counts").fetchone()[0]


def compare(engine, source: str, target: str) -> None:
    """Make `target` (l, r, pattern) from the pairs l, r of `source`."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT c.l, c.r, {pattern_sql()} AS pattern FROM {source} AS c "
        "JOIN identity_units AS l ON l.uid = c.l JOIN identity_units AS r ON r.uid = c.r"
    )


def drop(engine, *names: str) -> None:
    """Drop temporary tables; what was registered under the name, too."""
    for name in names:
        engine.unregister(name)
        engine.execute(f"DROP TABLE IF EXISTS {name}")


def candidate_pairs(connection) -> pd.DataFrame:
    """Return the candidates of the last link on this connection by the first keys of their units: key_l, key_r."""
    return connection.con.execute(
        "WITH first AS (SELECT uid, min(record_key) AS key FROM identity_keys GROUP BY uid) "
        "SELECT a.key AS key_l, b.key AS key_r FROM identity_candidates AS c "
        "JOIN first AS a ON a.uid = c.l JOIN first AS b ON b.uid = c.r UNION ALL "
        "SELECT first.key, k.record_key FROM identity_keys AS k JOIN first USING (uid) WHERE k.record_key <> first.key"
    ).df()


def count_random_patterns(engine, n_units: int, *, n_pairs: int, seed: int) -> pd.DataFrame:
    """Count the patterns of random pairs.

    All pairs of few records, else neighbours in a seeded order (no thread changes it).
    """
    order = f"SELECT uid, row_number() OVER (ORDER BY hash(uid, {int(seed)}), uid) - 1 AS place FROM identity_units"
    if n_units <= ALL_PAIRS_UP_TO:
        pairs = "SELECT a.uid AS l, b.uid AS r FROM identity_units AS a JOIN identity_units AS b ON a.uid < b.uid"
    else:
        steps = min(-(-n_pairs // n_units), (n_units - 1) // 2)
        pairs = (
            f"WITH o AS ({order}) SELECT a.uid AS l, b.uid AS r "
            f"FROM (SELECT o.*, unnest(range(1, {steps} + 1)) AS step FROM o) AS a "
            f"JOIN o AS b ON b.place = (a.place + a.step) % {n_units} LIMIT {n_pairs + n_units}"
        )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE identity_random AS {pairs}")
    compare(engine, "identity_random", "identity_random_pairs")
    return engine.execute("SELECT pattern, count(*) AS n FROM identity_random_pairs GROUP BY ALL ORDER BY ALL").df()
