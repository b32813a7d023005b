"""How much does an agreement tell? The comparisons of two records and their weights, learned without truth.

Fellegi and Sunter (1969): a comparison's weight is log2(m / u), m how often two records of one person show that level of agreement,
u how often records of two persons do. Missing on either side = no evidence. m and u come from expectation-maximisation over two sets
of pairs at once: u from random pairs (and, where blocking finds every pair of a level, from those), m from the blocked pairs. Unlike
Splink's training the random pairs lose their share of true matches in each step, and Dirichlet priors (`Level.m`, `Level.u`) hold levels
that the data do not show: with two records the priors are the model.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

PRIOR_MATCHES = 20      # pairs that the priors of m count for
PRIOR_NON_MATCHES = 100  # pairs that the priors of u count for
MAX_ITERATIONS, TOLERANCE = 200, 1e-7
LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Level:
    words: str         # what a reader of a pair sees
    condition: str     # SQL on records l and r; the first that holds counts; "" = all others
    m: float           # priors
    u: float
    covered: bool = False  # blocking finds every pair of this level, so u is counted there instead of sampled


@dataclass(frozen=True)
class Comparison:
    name: str
    present: str       # SQL on a record: does it say anything on this?
    levels: tuple[Level, ...]  # from most to least alike


_BOTH_FULL = "l.family_key IS NOT NULL AND l.given_key IS NOT NULL AND r.family_key IS NOT NULL AND r.given_key IS NOT NULL"
_CHINESE = "(l.script <> 'letters' OR r.script <> 'letters')"
_CLOSE_LETTERS = """(l.family_key = r.family_key AND jaro_winkler_similarity(l.given_key, r.given_key) >= 0.85)
  OR (l.given_key = r.given_key AND jaro_winkler_similarity(l.family_key, r.family_key) >= 0.85)
  OR (length(l.name_key) >= 10 AND damerau_levenshtein(l.name_key, r.name_key) <= 2)
  OR (jaro_winkler_similarity(l.family_key, r.family_key) >= 0.9 AND jaro_winkler_similarity(l.given_key, r.given_key) >= 0.9)"""
_CLOSE_PINYIN = """length(l.name_key) >= 9 AND damerau_levenshtein(l.name_key, r.name_key) <= 1"""
_PARTLY = """(l.family_key = r.family_key AND (l.given_key IS NULL OR r.given_key IS NULL))
  OR (l.given_key = r.given_key AND (l.family_key IS NULL OR r.family_key IS NULL))
  OR (l.family_key = r.given_key AND l.given_key IS NULL) OR (r.family_key = l.given_key AND r.given_key IS NULL)
  OR (l.family_key = r.given_key AND r.family_key IS NULL) OR (r.family_key = l.given_key AND l.family_key IS NULL)
  OR (l.family_key = r.family_key AND least(length(l.given_key), length(r.given_key)) = 1 AND l.given_key[1] = r.given_key[1])"""
_ONE_CHARACTER = "length(l.hanzi) >= 3 AND length(l.hanzi) = length(r.hanzi) AND levenshtein(l.hanzi, r.hanzi) = 1 AND l.hanzi[1] = r.hanzi[1]"

COMPARISONS = (
    Comparison("name", "name_key IS NOT NULL", (
        Level("same name", f"l.name_key = r.name_key AND l.hanzi IS NOT DISTINCT FROM r.hanzi AND {_BOTH_FULL}", 0.60, 1e-3),
        Level("same name in Pinyin", f"l.name_key = r.name_key AND (l.hanzi IS NULL) <> (r.hanzi IS NULL) AND {_BOTH_FULL}", 0.08, 1e-3),
        Level("same sound, other characters", f"l.name_key = r.name_key AND {_BOTH_FULL}", 0.03, 5e-4),
        Level("spelling close", f"{_BOTH_FULL} AND NOT (l.hanzi IS NOT NULL AND r.hanzi IS NOT NULL) AND "
              f"CASE WHEN {_CHINESE} THEN {_CLOSE_PINYIN} ELSE {_CLOSE_LETTERS} END", 0.10, 1e-3),
        Level("what is given of the name agrees", _PARTLY, 0.08, 0.01),
        Level("one character differs", _ONE_CHARACTER, 0.01, 2e-3),
        Level("same given name, other family name", f"{_BOTH_FULL} AND l.given_key = r.given_key", 0.03, 0.01),
        Level("same family name, other given name", f"{_BOTH_FULL} AND l.family_key = r.family_key", 0.02, 0.05),
        Level("other name, as far as it is given", f"NOT ({_BOTH_FULL})", 0.02, 0.10),
        Level("other name", "", 0.05, 0.82),
    )),
    Comparison("phone", "phone IS NOT NULL", (
        Level("same phone", "l.phone IN (r.phone, r.phone_2) OR l.phone_2 IN (r.phone, r.phone_2)", 0.75, 1e-6, True),
        Level("one digit of the phone differs", "damerau_levenshtein(l.phone, r.phone) <= 1", 0.05, 1e-6),
        Level("other phone", "", 0.20, 1.0),
    )),
    Comparison("email", "email IS NOT NULL", (
        Level("same e-mail", "l.email = r.email", 0.65, 1e-6, True),
        Level("same e-mail but for typing", "l.email_key = r.email_key", 0.05, 1e-6, True),
        Level("same mailbox name, other domain", "l.mailbox = r.mailbox AND length(l.mailbox) >= 5", 0.05, 1e-5),
        Level("e-mail alike", "damerau_levenshtein(l.email_key, r.email_key) <= 2", 0.05, 1e-5),
        Level("other e-mail", "", 0.20, 1.0),
    )),
    Comparison("birth_date", "birth_date IS NOT NULL", (
        Level("same birth date", "l.birth_date = r.birth_date", 0.85, 5e-5),
        Level("day and month of birth swapped", "l.born[1:4] = r.born[1:4] AND l.born[5:6] = r.born[7:8] AND l.born[7:8] = r.born[5:6]", 0.02, 5e-5),
        Level("one digit of the birth date differs", "damerau_levenshtein(l.born, r.born) <= 1", 0.06, 1e-3),
        Level("two of day, month and year of birth agree",
              "(l.born[1:4] = r.born[1:4])::INT + (l.born[5:6] = r.born[5:6])::INT + (l.born[7:8] = r.born[7:8])::INT = 2", 0.02, 6e-3),
        Level("other birth date", "", 0.05, 0.99),
    )),
    Comparison("street", "street IS NOT NULL", (
        Level("same street address", "l.street = r.street", 0.50, 1e-5),
        Level("street address alike", "length(l.street) >= 6 AND (jaro_winkler_similarity(l.street, r.street) >= 0.93 "
              "OR damerau_levenshtein(l.street, r.street) <= 2)", 0.25, 1e-3),
        Level("parts of the street address agree", "len(list_intersect(l.street_words, r.street_words)) >= 2", 0.10, 1e-3),
        Level("other street address", "", 0.15, 1.0),
    )),
    Comparison("area", "area IS NOT NULL", (
        Level("same postcode or district", "l.postcode = r.postcode OR (l.district = r.district AND l.city = r.city)", 0.70, 0.01),
        Level("same city", "l.city = r.city", 0.15, 0.05),
        Level("postcode or city one letter off", "damerau_levenshtein(l.postcode, r.postcode) <= 1 OR jaro_winkler_similarity(l.city, r.city) >= 0.92",
              0.05, 0.01),
        Level("other area", "", 0.10, 0.93),
    )),
    Comparison("member_id", "member_id IS NOT NULL", (
        Level("same member number", "l.member_id = r.member_id", 0.95, 1e-7, True), Level("other member number", "", 0.05, 1.0),
    )),
    Comparison("national_id", "national_id IS NOT NULL", (
        Level("same national id", "l.national_id = r.national_id", 0.98, 1e-8, True), Level("other national id", "", 0.02, 1.0),
    )),
    Comparison("device", "device IS NOT NULL", (
        Level("same device", "l.device = r.device", 0.30, 1e-6, True), Level("other device", "", 0.70, 1.0),
    )),
    Comparison("gender", "gender IS NOT NULL", (
        Level("same gender", "l.gender = r.gender", 0.97, 0.50), Level("other gender", "", 0.03, 0.50),
    )),
)
NAMES = tuple(comparison.name for comparison in COMPARISONS)
CONFLICTING_NAMES = ("one character differs", "same family name, other given name", "other name")


@dataclass(frozen=True)
class Model:
    """What was learned: m and u per comparison and level (most to least alike), the prior, and how it came about."""

    m: dict[str, np.ndarray]
    u: dict[str, np.ndarray]
    prior: float  # probability that two records taken at random are of one person
    n_iterations: int = 0
    n_expected_matches: float = 0.0
    notes: dict = field(default_factory=dict)

    def weights(self, name: str) -> np.ndarray:
        """log2(m / u) per level; the most alike never speaks against a match, the least alike never for one."""
        weights = np.log2(np.maximum(self.m[name], LEAST_PROBABILITY) / np.maximum(self.u[name], LEAST_PROBABILITY))
        weights[0], weights[-1] = max(weights[0], 0.0), min(weights[-1], 0.0)
        return weights


def pattern_sql() -> str:
    """SQL that packs the levels of all comparisons of l and r into one integer: 4 bits each, 0 = no evidence, 1 = most alike."""
    return " + ".join(f"(({_level_sql(comparison)})::BIGINT << {4 * place})" for place, comparison in enumerate(COMPARISONS))


def _level_sql(comparison: Comparison) -> str:
    present = f"(l.has_{comparison.name} AND r.has_{comparison.name})"
    cases = " ".join(f"WHEN {level.condition} THEN {place}" for place, level in enumerate(comparison.levels, start=1) if level.condition)
    return f"CASE WHEN NOT {present} THEN 0 {cases} ELSE {len(comparison.levels)} END"


def unpack(patterns: np.ndarray) -> pd.DataFrame:
    """Return the level of each comparison (0 = no evidence, 1 = most alike …) for packed patterns."""
    return pd.DataFrame({name: (patterns >> (4 * place)) & 15 for place, name in enumerate(NAMES)})


def contradicts(levels: pd.DataFrame) -> np.ndarray:
    """True for pairs that may not be linked whatever else agrees: two national ids; two names without one birth date (a family's phone).

    Twins and a mistyped given name look alike here: with the same birth date the weights decide. The same national id outweighs names.
    """
    name_levels = [level.words for level in COMPARISONS[0].levels]
    conflicting = levels["name"].isin([name_levels.index(words) + 1 for words in CONFLICTING_NAMES])
    names = conflicting & (levels["birth_date"] != 1) & (levels["national_id"] != 1)
    return (names | (levels["national_id"] == 2)).to_numpy()


def learn(blocked: pd.DataFrame, random: pd.DataFrame, *, n_records: int, n_present: dict[str, int]) -> Model:
    """Estimate m, u and the prior by EM.

    blocked, random: pattern (int64), n (pairs); n_records: records compared; n_present: records with a value, per comparison.
    Sums run over sorted patterns with whole numbers of pairs, so the result does not depend on the order of rows or on threads.
    """
    sides = {"blocked": _coded(blocked), "random": _coded(random)}
    n_pairs = n_records * (n_records - 1) / 2
    m = {c.name: _normal(np.array([level.m for level in c.levels])) for c in COMPARISONS}
    u = {c.name: _normal(np.array([level.u for level in c.levels])) for c in COMPARISONS}
    prior, iteration = 1 / max(n_records, 10), 0
    model = Model(m, _u(sides, None, u, n_present), prior)
    for iteration in range(1, MAX_ITERATIONS + 1):  # noqa: B007
        matched = {side: codes["n"] * _posterior(model, codes) for side, codes in sides.items()}
        expected = float(matched["blocked"].sum())
        new_m = {c.name: _share(sides["blocked"], c, matched["blocked"], PRIOR_MATCHES * m[c.name]) for c in COMPARISONS}
        new_prior = (expected + 1) / (n_pairs + max(n_records, 10))
        new = Model(new_m, _u(sides, matched, u, n_present), min(new_prior, 0.5), iteration, expected)
        moved = max(np.abs(new.m[name] - model.m[name]).max() for name in NAMES)
        model = new
        if moved < TOLERANCE:
            break
    return model


def _coded(pairs: pd.DataFrame) -> dict:
    pairs = pairs.sort_values("pattern")
    levels = unpack(pairs["pattern"].to_numpy(np.int64))
    return {"n": pairs["n"].to_numpy(float), "levels": levels, "contradicts": contradicts(levels)}


def _normal(values: np.ndarray) -> np.ndarray:
    return values / values.sum()


def _posterior(model: Model, codes: dict) -> np.ndarray:
    weight = np.full(len(codes["n"]), np.log2(model.prior / (1 - model.prior)))
    for name in NAMES:
        weight += np.concatenate([[0.0], model.weights(name)])[codes["levels"][name].to_numpy()]
    return np.where(codes["contradicts"], 0.0, 1 / (1 + np.exp2(-np.clip(weight, -300, 300))))


def _share(codes: dict, comparison: Comparison, weights: np.ndarray, prior: np.ndarray) -> np.ndarray:
    counts = np.bincount(codes["levels"][comparison.name], weights=weights, minlength=len(prior) + 1)[1:]
    return _normal(counts + prior)


def _u(sides: dict, matched: dict | None, priors: dict, n_present: dict[str, int]) -> dict[str, np.ndarray]:
    """u per level: from random pairs; a covered level from the blocked pairs, over all pairs that have a value on both sides."""
    result = {}
    for comparison in COMPARISONS:
        others = {side: codes["n"] - (matched[side] if matched else 0) for side, codes in sides.items()}
        shares = _share(sides["random"], comparison, others["random"], PRIOR_NON_MATCHES * priors[comparison.name])
        present = n_present.get(comparison.name, 0)
        n_pairs = max(present * (present - 1) / 2, 1)
        found = np.bincount(sides["blocked"]["levels"][comparison.name], weights=others["blocked"], minlength=len(shares) + 1)[1:]
        covered = np.array([level.covered for level in comparison.levels])
        counted = (found + PRIOR_NON_MATCHES * priors[comparison.name]) / (n_pairs + PRIOR_NON_MATCHES)
        if matched is None:  # before the first step nobody knows which of the blocked pairs are matches
            counted = priors[comparison.name]
        shares = np.where(covered, counted, shares)
        result[comparison.name] = _normal(shares)
    return result
