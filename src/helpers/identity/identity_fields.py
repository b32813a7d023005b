"""What does each record say about its person, in one form whatever the system?

`standardise` turns the collected people (contract `collected/people`) into comparable fields and lists what it changed.
Python reads each distinct value once (names.py, contact_points.py); joining them back to the rows is the engine's work.

Standardised table, one row per row of people: record_key, source, source_row, name (as shown), hanzi, family_key, given_key,
name_key, script (hanzi, pinyin, letters), phone, phone_2 (E.164), email, email_key (comparable), national_id, birth_date,
gender (male, female), country (ISO 3166-1 alpha-2), region, region_code, city, city_code (GB/T 2260), district, street
(comparable), postcode, company, member_id, device (web analytics' visitor_id), recorded_at. Null is unknown; a placeholder
such as 无 or N/A is null too.
"""

import pandas as pd

from helpers.errors import UserError
from helpers.identity import contact_points, names

FIELDS = (
    "customer_id",
    "full_name",
    "family_name",
    "given_name",
    "phone",
    "other_phone",
    "email",
    "national_id",
    "birth_date",
    "gender",
    "company",
    "address",
    "district",
    "city",
    "region",
    "country",
    "postcode",
    "member_id",
    "visitor_id",
    "recorded_at",
    "source",
    "source_row",
)
STANDARDISED = (
    "record_key",
    "source",
    "source_row",
    "name",
    "hanzi",
    "family_key",
    "given_key",
    "name_key",
    "script",
    "phone",
    "phone_2",
    "email",
    "email_key",
    "national_id",
    "birth_date",
    "gender",
    "country",
    "region",
    "region_code",
    "city",
    "city_code",
    "district",
    "street",
    "postcode",
    "company",
    "member_id",
    "device",
    "recorded_at",
)
CORRECTED = {  # field of people → column of the standardised table that holds it afterwards, and the column with the rule
    "full_name": ("name", "name_rule"),
    "phone": ("phone", "phone_rule"),
    "other_phone": ("phone_2", "phone_2_rule"),
    "email": ("email", "email_rule"),
    "national_id": ("national_id", "national_id_rule"),
    "gender": ("gender", "gender_rule"),
    "region": ("region", "region_rule"),
    "city": ("city", "region_rule"),
    "country": ("country", "country_rule"),
}
PLACE = ("to_region", "region_code", "to_city", "city_code", "to_district", "street")
TEXTS_AT_A_TIME = 100_000  # bounds the memory that Python's objects take
OLDEST_BIRTH = (
    "1900-01-02"  # an earlier birth date, 1 January 1970 and one after the record was made are a system's, not a person's
)


def standardise(people, *, country: str = "CN", connection):
    """Return (standardised, corrections), two Ibis tables of `connection` (a DuckDB backend of Ibis).

    Parameters
    ----------
    people
        Ibis table of the contract people; columns that it lacks are taken as unknown.
    country
        ISO 3166-1 alpha-2: where a phone number without a country code is at home.

    corrections holds source, source_row, field, before, after (null: the text could not be used), rule; one row per changed
    value.
    """
    engine = connection.con
    if "customer_id" not in people.columns:
        raise UserError("people lacks column 'customer_id' (the record key that identity needs): map it in dataset.yml")
    engine.execute("CREATE OR REPLACE TEMP TABLE identity_people AS " + connection.compile(_with_all_fields(people)))
    name_parts = "SELECT DISTINCT full_name, family_name, given_name FROM identity_people"
    _read_each(engine, "name", name_parts, _name, names.Name._fields)
    _read_each(engine, "place", "SELECT DISTINCT region, city, district, address FROM identity_people", _place, PLACE)
    for field, read, fields in (
        ("phone", lambda text: contact_points.read_phone(text, country=country), contact_points.Phone._fields),
        ("email", contact_points.read_email, contact_points.Email._fields),
        ("national_id", contact_points.read_national_id, contact_points.NationalId._fields),
        ("gender", lambda text: (contact_points.read_gender(text),), ("gender",)),
        ("country", lambda text: (contact_points.read_country(text),), ("code",)),
    ):
        other = " UNION SELECT other_phone FROM identity_people" if field == "phone" else ""
        distinct = f"SELECT DISTINCT v AS source_text FROM (SELECT {field} AS v FROM identity_people{other})"
        _read_each(engine, field, f"{distinct} WHERE v IS NOT NULL", read, fields)
    engine.execute(_STANDARDISED_SQL)
    engine.execute(_corrections_sql())
    read = ("people", "texts", "name", "place", "phone", "email", "national_id", "gender", "country")
    engine.execute(";".join(f"DROP TABLE identity_{name}" for name in read))
    return connection.table("identity_standardised").select(*STANDARDISED), connection.table("identity_corrections")


def _with_all_fields(people):
    import ibis

    types = {"source_row": "int64", "birth_date": "date", "recorded_at": "timestamp"}
    columns = {
        name: (people[name] if name in people.columns else ibis.null()).cast(types.get(name, "string")) for name in FIELDS
    }
    return people.select(**columns).filter(lambda table: table.customer_id.notnull())


def _read_each(engine, name: str, distinct_sql: str, read, fields: tuple[str, ...]) -> None:
    """Make the temporary table identity_<name>: distinct texts and what one call of `read` makes of each, batch by batch."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE identity_texts AS SELECT row_number() OVER () AS place, * FROM ({distinct_sql})"
    )
    n_texts = engine.execute("SELECT count(*) FROM identity_texts").fetchone()[0]
    texts = [column[0] for column in engine.execute("SELECT * EXCLUDE (place) FROM identity_texts LIMIT 0").description]
    columns = [*texts, *fields]
    types = ", ".join(f'"{column}" {"DATE" if column == "birth_date" else "VARCHAR"}' for column in columns)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE identity_{name} ({types})")
    for start in range(1, n_texts + 1, TEXTS_AT_A_TIME):
        batch = engine.execute(
            f"SELECT * EXCLUDE (place) FROM identity_texts WHERE place >= {start} AND place < {start + TEXTS_AT_A_TIME}"
        ).fetchall()
        frame = pd.DataFrame([(*parts, *read(*parts)) for parts in batch], columns=columns, dtype=object)
        engine.register("identity_frame", frame)
        casts = ", ".join(f'CAST("{column}" AS {"DATE" if column == "birth_date" else "VARCHAR"})' for column in columns)
        engine.execute(f"INSERT INTO identity_{name} SELECT {casts} FROM identity_frame")
        engine.unregister("identity_frame")


def _name(full: str | None, family: str | None, given: str | None) -> names.Name:
    return names.read_name(names.join_name(family, given, full))


def _place(region: str | None, city: str | None, district: str | None, address: str | None) -> tuple:
    place = contact_points.read_region(region, city, district, address)
    return (*place[:5], contact_points.street_key(place.rest))


_STANDARDISED_SQL = f"""
CREATE OR REPLACE TEMP TABLE identity_standardised AS
SELECT p.customer_id AS record_key, p.source, p.source_row, n.text AS name, n.hanzi, n.family_key, n.given_key,
       n.key AS name_key, n.script,
       coalesce(f1.number, f2.number) AS phone, CASE WHEN f1.number <> f2.number THEN f2.number END AS phone_2,
       e.address AS email, e.comparable AS email_key, i.number AS national_id,
       coalesce(CASE WHEN p.birth_date BETWEEN DATE '{OLDEST_BIRTH}'
                          AND coalesce(CAST(p.recorded_at AS DATE), DATE '2100-01-01')
                      AND p.birth_date <> DATE '1970-01-01'
                     THEN p.birth_date END, i.birth_date) AS birth_date,
       coalesce(g.gender, n.gender, i.gender) AS gender, c.code AS country,
       l.to_region AS region, l.region_code, l.to_city AS city, l.city_code, l.to_district AS district, l.street,
       nullif(trim(p.postcode), '') AS postcode, nullif(trim(p.company), '') AS company,
       coalesce(nullif(trim(p.member_id), ''), m.member_id) AS member_id, nullif(trim(p.visitor_id), '') AS device,
       p.recorded_at,
       n.rule AS name_rule, f1.rule AS phone_rule, f2.rule AS phone_2_rule, e.rule AS email_rule, i.rule AS national_id_rule,
       CASE WHEN p.gender IS NOT NULL AND g.gender IS NULL THEN 'not a gender' ELSE 'male, female' END AS gender_rule,
       CASE WHEN p.country IS NOT NULL AND c.code IS NULL THEN 'not a country' ELSE 'ISO 3166-1' END AS country_rule,
       'GB/T 2260' AS region_rule,
       p.full_name AS before_full_name, p.phone AS before_phone, p.other_phone AS before_other_phone, p.email AS before_email,
       p.national_id AS before_national_id, p.gender AS before_gender, p.region AS before_region, p.city AS before_city,
       p.country AS before_country, f2.number AS after_other_phone, f1.number AS after_phone, g.gender AS after_gender
FROM identity_people AS p
LEFT JOIN identity_name AS n ON n.full_name IS NOT DISTINCT FROM p.full_name
  AND n.family_name IS NOT DISTINCT FROM p.family_name AND n.given_name IS NOT DISTINCT FROM p.given_name
LEFT JOIN identity_phone AS f1 ON f1.source_text = p.phone
LEFT JOIN identity_phone AS f2 ON f2.source_text = p.other_phone
LEFT JOIN identity_email AS e ON e.source_text = p.email
LEFT JOIN identity_national_id AS i ON i.source_text = p.national_id
LEFT JOIN identity_gender AS g ON g.source_text = p.gender
LEFT JOIN identity_country AS c ON c.source_text = p.country
LEFT JOIN identity_place AS l ON l.region IS NOT DISTINCT FROM p.region AND l.city IS NOT DISTINCT FROM p.city
  AND l.district IS NOT DISTINCT FROM p.district AND l.address IS NOT DISTINCT FROM p.address
LEFT JOIN (SELECT DISTINCT trim(member_id) AS member_id FROM identity_people WHERE member_id <> '') AS m
  ON m.member_id = p.customer_id
"""


def _corrections_sql() -> str:
    """One row per value that changed: `before` as collected, `after` as used from now on."""
    after = {"phone": "after_phone", "other_phone": "after_other_phone", "gender": "after_gender"}
    parts = [
        f"SELECT source, source_row, '{field}' AS field, before_{field} AS before, {after.get(field, column)} AS after, "
        f"{rule} AS rule FROM identity_standardised "
        f"WHERE before_{field} IS NOT NULL AND {after.get(field, column)} IS DISTINCT FROM before_{field}"
        for field, (column, rule) in CORRECTED.items()
    ]
    return "CREATE OR REPLACE TEMP TABLE identity_corrections AS " + " UNION ALL ".join(parts)
