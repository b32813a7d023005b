"""How alike are two records, field by field? The table of comparisons and their levels, in SQL that DuckDB evaluates.

Each comparison has levels from most to least alike; a pair of records is the pattern of its levels, packed into one integer.
Some patterns exclude that two records are of one person, whatever else agrees (`contradicts`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Level:
    words: str  # what a reader of a pair sees
    condition: str  # SQL on records l and r; the first that holds counts; "" = all others
    m: float  # priors
    u: float
    covered: bool = False  # its pairs are counted (blocking finds every one, or equal values are counted), not sampled


@dataclass(frozen=True)
class Comparison:
    name: str
    present: str  # SQL on a record: does it say anything on this?
    levels: tuple[Level, ...]  # from most to least alike


def _near(column: str, length: int, condition: str) -> str:
    """SQL: a condition that is costly, tested only where the values begin or end alike (one edit leaves one end as it is).

    DuckDB evaluates both sides of AND for every row, but a branch of CASE only where it is taken.
    """
    same_end = (
        f"left(l.{column}, {length}) = left(r.{column}, {length}) OR right(l.{column}, {length}) = right(r.{column}, {length})"
    )
    return f"CASE WHEN {same_end} THEN {condition} ELSE false END"


_BOTH_FULL = "l.family_key IS NOT NULL AND l.given_key IS NOT NULL AND r.family_key IS NOT NULL AND r.given_key IS NOT NULL"
_CHINESE = "(l.script <> 'letters' OR r.script <> 'letters')"
_CLOSE_LETTERS = f"""CASE WHEN l.family_key = r.family_key THEN jaro_winkler_similarity(l.given_key, r.given_key) >= 0.85
  WHEN l.given_key = r.given_key THEN jaro_winkler_similarity(l.family_key, r.family_key) >= 0.85
  WHEN l.family_key[1] = r.family_key[1] AND l.given_key[1] = r.given_key[1]
    AND jaro_winkler_similarity(l.family_key, r.family_key) >= 0.9
  THEN jaro_winkler_similarity(l.given_key, r.given_key) >= 0.9
  WHEN length(l.name_key) >= 10 THEN {_near("name_key", 3, "damerau_levenshtein(l.name_key, r.name_key) <= 2")}
  ELSE false END"""
_CLOSE_PINYIN = f"""CASE WHEN length(l.name_key) >= 9
  THEN {_near("name_key", 3, "damerau_levenshtein(l.name_key, r.name_key) <= 1")} ELSE false END"""
_PARTLY = """(l.family_key = r.family_key AND (l.given_key IS NULL OR r.given_key IS NULL))
  OR (l.given_key = r.given_key AND (l.family_key IS NULL OR r.family_key IS NULL))
  OR (l.family_key = r.given_key AND l.given_key IS NULL) OR (r.family_key = l.given_key AND r.given_key IS NULL)
  OR (l.family_key = r.given_key AND r.family_key IS NULL) OR (r.family_key = l.given_key AND l.family_key IS NULL)
  OR (l.family_key = r.family_key AND least(length(l.given_key), length(r.given_key)) = 1
      AND l.given_key[1] = r.given_key[1])"""
_SAME_PHONE = "l.phone IN (r.phone, r.phone_2) OR l.phone_2 IN (r.phone, r.phone_2)"
# DuckDB's edit distances count bytes, three to a Chinese character: characters are compared place by place
_ONE_CHARACTER = """length(l.hanzi) >= 3 AND length(l.hanzi) = length(r.hanzi) AND l.hanzi[1] = r.hanzi[1]
  AND (l.hanzi[2] = r.hanzi[2])::INT + (l.hanzi[3] = r.hanzi[3])::INT + (l.hanzi[4:] = r.hanzi[4:])::INT = 2"""


def _has_one_more(longer: str, shorter: str) -> str:
    """SQL: a name of two characters or more and the same with one more after the first."""
    places = (f"{longer}[3:] = {shorter}[2:]", f"{longer}[2] = {shorter}[2] AND {longer}[4:] = {shorter}[3:]",
              f"starts_with({longer}, {shorter})")
    return f"(length({longer}) = length({shorter}) + 1 AND length({shorter}) >= 2 AND ({' OR '.join(places)}))"


_MORE_CHARACTERS = f"""l.hanzi[1] = r.hanzi[1]
  AND ({_has_one_more("l.hanzi", "r.hanzi")} OR {_has_one_more("r.hanzi", "l.hanzi")})"""
_OTHER_FAMILY = """l.family_key <> r.family_key AND l.family_key IS DISTINCT FROM r.given_key
  AND r.family_key IS DISTINCT FROM l.given_key"""

COMPARISONS = (
    Comparison(
        "name",
        "name_key IS NOT NULL",
        (
            Level(
                "same name", f"l.name_key = r.name_key AND l.hanzi IS NOT DISTINCT FROM r.hanzi AND {_BOTH_FULL}", 0.59, 1e-3
            ),
            Level(
                "same name in Pinyin",
                f"l.name_key = r.name_key AND (l.hanzi IS NULL) <> (r.hanzi IS NULL) AND {_BOTH_FULL}",
                0.08,
                1e-3,
            ),
            Level("same sound, other characters", f"l.name_key = r.name_key AND {_BOTH_FULL}", 0.03, 5e-4),
            Level(
                "spelling close",
                f"CASE WHEN NOT ({_BOTH_FULL}) OR (l.hanzi IS NOT NULL AND r.hanzi IS NOT NULL) THEN false "
                f"WHEN {_CHINESE} THEN {_CLOSE_PINYIN} ELSE {_CLOSE_LETTERS} END",
                0.10,
                1e-3,
            ),
            Level("what is given of the name agrees", _PARTLY, 0.08, 0.01),
            Level("one character more", f"{_BOTH_FULL} AND {_MORE_CHARACTERS}", 0.01, 2e-3),
            Level("one character differs", _ONE_CHARACTER, 0.01, 2e-3),
            Level("same given name, other family name", f"{_BOTH_FULL} AND l.given_key = r.given_key", 0.02, 0.01),
            Level(
                "same family name, other Chinese given name",
                f"{_BOTH_FULL} AND {_CHINESE} AND l.family_key = r.family_key",
                0.01,
                0.05,
            ),
            Level("same family name, other given name", f"{_BOTH_FULL} AND l.family_key = r.family_key", 0.02, 0.05),
            Level("other Chinese family name", f"{_CHINESE} AND NOT ({_BOTH_FULL}) AND {_OTHER_FAMILY}", 0.005, 0.05),
            Level("other name, as far as it is given", f"NOT ({_BOTH_FULL})", 0.02, 0.10),
            Level("other Chinese name", _CHINESE, 0.01, 0.41),
            Level("other name", "", 0.03, 0.41),
        ),
    ),
    Comparison(
        "phone",
        "phone IS NOT NULL",
        (
            Level("same phone", f"({_SAME_PHONE}) AND least(l.persons_phone, r.persons_phone) = 1", 0.65, 1e-6, True),
            Level("same phone, which several persons use", _SAME_PHONE, 0.10, 1e-5, True),
            Level(
                "one digit of the phone differs", _near("phone", 6, "damerau_levenshtein(l.phone, r.phone) <= 1"), 0.05, 1e-6
            ),
            Level("other phone", "", 0.20, 1.0),
        ),
    ),
    Comparison(
        "email",
        "email IS NOT NULL",
        (
            Level("same e-mail", "l.email = r.email AND least(l.persons_email, r.persons_email) = 1", 0.60, 1e-6, True),
            Level("same e-mail, which several persons use", "l.email = r.email", 0.05, 1e-6, True),
            Level("same e-mail but for typing", "l.email_key = r.email_key", 0.05, 1e-6, True),
            Level("same mailbox name, other domain", "l.mailbox = r.mailbox AND length(l.mailbox) >= 5", 0.05, 1e-5),
            Level(
                "e-mail alike",
                _near(
                    "mailbox", 3, "l.mailbox_digits = r.mailbox_digits AND damerau_levenshtein(l.email_key, r.email_key) <= 2"
                ),
                0.05,
                1e-5,
            ),
            Level("other e-mail", "", 0.20, 1.0),
        ),
    ),
    Comparison(
        "birth_date",
        "birth_date IS NOT NULL",
        (
            Level("same birth date", "l.birth_date = r.birth_date", 0.85, 5e-5, True),
            Level(
                "day and month of birth swapped",
                "l.born[1:4] = r.born[1:4] AND l.born[5:6] = r.born[7:8] AND l.born[7:8] = r.born[5:6]",
                0.02,
                5e-5,
            ),
            Level(
                "one digit of the birth date differs", _near("born", 3, "damerau_levenshtein(l.born, r.born) <= 1"), 0.06, 1e-3
            ),
            Level(
                "two of day, month and year of birth agree",
                "(l.born[1:4] = r.born[1:4])::INT + (l.born[5:6] = r.born[5:6])::INT + (l.born[7:8] = r.born[7:8])::INT = 2",
                0.02,
                6e-3,
            ),
            Level("other birth date", "", 0.05, 0.99),
        ),
    ),
    Comparison(
        "street",
        "street IS NOT NULL",
        (
            Level("same street address", "l.street = r.street AND least(l.persons_street, r.persons_street) = 1", 0.40, 1e-5),
            Level("same street address, where several persons live", "l.street = r.street", 0.10, 1e-5),
            Level(
                "street address alike",
                _near(
                    "street",
                    3,
                    "CASE WHEN length(l.street) < 6 THEN false WHEN jaro_winkler_similarity(l.street, "
                    "r.street) >= 0.93 THEN true ELSE damerau_levenshtein(l.street, r.street) <= 2 END",
                ),
                0.25,
                1e-3,
            ),
            Level("parts of the street address agree", "len(list_intersect(l.street_words, r.street_words)) >= 2", 0.10, 1e-3),
            Level("other street address", "", 0.15, 1.0),
        ),
    ),
    Comparison(
        "postcode",
        "postcode IS NOT NULL",
        (
            Level("same postcode", "l.postcode = r.postcode", 0.80, 2e-3),
            Level(
                "one digit of the postcode differs",
                _near("postcode", 2, "damerau_levenshtein(l.postcode, r.postcode) <= 1"),
                0.08,
                0.01,
            ),
            Level("other postcode", "", 0.12, 0.98),
        ),
    ),
    Comparison(
        "city",
        "city IS NOT NULL",
        (
            Level("same city and district", "l.city = r.city AND l.district = r.district", 0.50, 0.01),
            Level("same city", "l.city = r.city AND (l.district IS NULL OR r.district IS NULL)", 0.20, 0.03),
            Level(
                "city spelled alike",
                "l.city_code IS NULL AND r.city_code IS NULL AND jaro_winkler_similarity(l.city, r.city) >= 0.92",
                0.10,
                0.01,
            ),
            Level("same city, other district", "l.city = r.city", 0.10, 0.05),
            Level("other city", "", 0.10, 0.90),
        ),
    ),
    Comparison(
        "member_id",
        "member_id IS NOT NULL",
        (
            Level("same member number", "l.member_id = r.member_id", 0.95, 1e-7, True),
            Level("other member number", "", 0.05, 1.0),
        ),
    ),
    Comparison(
        "national_id",
        "national_id IS NOT NULL",
        (
            Level("same national id", "l.national_id = r.national_id", 0.98, 1e-8, True),
            Level("other national id", "", 0.02, 1.0),
        ),
    ),
    Comparison(
        "device",
        "device IS NOT NULL",
        (
            Level("same device", "l.device = r.device AND least(l.persons_device, r.persons_device) = 1", 0.25, 1e-6, True),
            Level("same device, which several persons use", "l.device = r.device", 0.05, 1e-6, True),
            Level("other device", "", 0.70, 1.0),
        ),
    ),
    Comparison(
        "gender",
        "gender IS NOT NULL",
        (
            Level("same gender", "l.gender = r.gender", 0.97, 0.50),
            Level("other gender", "", 0.03, 0.50),
        ),
    ),
)
NAMES = tuple(comparison.name for comparison in COMPARISONS)
CHINESE_CONFLICTS = (
    "one character more",
    "one character differs",
    "same family name, other Chinese given name",
    "other Chinese family name",
    "other Chinese name",
)
# In letters spelling is freer, and one sound is often typed with another character: more must speak against
CONFLICTS = ("same sound, other characters", "same family name, other given name", "other name")
PARTLY_NAMED = 5  # level of the name comparison: what is given of the name agrees
SAME_BIRTH_DATE, FIRST_OTHER_BIRTH_DATE = 1, 4  # levels
SAME_PHONE, SAME_EMAIL = (1, 2), (1, 3)  # levels; a mailbox that several persons use is no one's own


def pattern_sql() -> str:
    """SQL that packs the levels of all comparisons of l and r into one integer.

    4 bits each, 0 = no evidence, 1 = most alike.
    """
    return " + ".join(f"(({_level_sql(comparison)})::BIGINT << {4 * place})" for place, comparison in enumerate(COMPARISONS))


def _level_sql(comparison: Comparison) -> str:
    present = f"(l.has_{comparison.name} AND r.has_{comparison.name})"
    cases = " ".join(
        f"WHEN {level.condition} THEN {place}" for place, level in enumerate(comparison.levels, start=1) if level.condition
    )
    return f"CASE WHEN NOT {present} THEN 0 {cases} ELSE {len(comparison.levels)} END"


def unpack(patterns: np.ndarray) -> pd.DataFrame:
    """Return the level of each comparison (0 = no evidence, 1 = most alike …) for packed patterns."""
    return pd.DataFrame({name: ((patterns >> (4 * place)) & 15).astype(np.int8) for place, name in enumerate(NAMES)})


def contradicts(levels: pd.DataFrame) -> np.ndarray:
    """True for pairs that may not be linked whatever else agrees: two national ids, or the names of two members of a family.

    Two Chinese names contradict without an equal birth date; two names in letters, and two that sound the same, where the
    birth dates differ by more than a slip. Twins and a mistyped given name look alike here: with the same birth date the
    weights decide. The same national id outweighs names. So do the same phone and the same e-mail together, where one name
    has a character more (雷倩, 雷倩倩): brother and sister may be called so and share the phone, but each has a mailbox.
    """
    words = [level.words for level in COMPARISONS[0].levels]
    chinese, letters = (
        levels["name"].isin([words.index(name) + 1 for name in group]) for group in (CHINESE_CONFLICTS, CONFLICTS)
    )
    is_slip = (levels["name"] == words.index("one character more") + 1) & (
        levels["phone"].isin(SAME_PHONE) & levels["email"].isin(SAME_EMAIL)
    )
    chinese &= ~is_slip & (levels["birth_date"] != SAME_BIRTH_DATE)
    letters &= levels["birth_date"] >= FIRST_OTHER_BIRTH_DATE
    names = chinese | letters
    return ((names & (levels["national_id"] != 1)) | (levels["national_id"] == 2)).to_numpy()
