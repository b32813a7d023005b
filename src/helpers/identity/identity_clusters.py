"""Which records are one person, taken together? Groups of linked records, with chains of doubtful links cut.

Two links may join what a third comparison keeps apart: a phone that mother and son share joins both to a ticket without a
name. So a group of linked records is taken as it is only where nothing in it contradicts; else its links are applied from the
strongest to the weakest, and each must outweigh all that speaks against joining its two sides. A record that two such sides
claim alike joins neither. What an analyst decided holds whatever the weights say.

What remains: a record that gives a phone only joins the one person seen to use it, though another may have. Of the made-up
Chinese records of tests/identity_people.py that mixes 4 customers in 10,000; a threshold of .99 leaves such records alone, for
a tenth of all links.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import UserError
from helpers.identity.identity_comparisons import PARTLY_NAMED

AGAINST = -4.0  # bits of evidence from which a pair that is not linked counts against joining its groups
CONTRADICTION = -20.0  # bits that a pair counts whose names or national ids exclude each other
DECIDED = "an analyst decided that they are different"
CLAIMED_TWICE = "another person claims one of the two as much"
OWN = ("phone", "email", "member_id", "national_id", "birth_date")  # level 1: the same, and no one else's
NOT_NAMED = (0, PARTLY_NAMED)  # levels of the name comparison
LINES_NAMED = 5  # of the decisions in an error
LARGEST_UNCHECKED = 150  # records; a larger group is always put together link by link


@dataclass(frozen=True)
class Clusters:
    """clusters: record_key → cluster (its smallest record key). cut: links not followed (key_l, key_r, match_weight,
    match_probability, reason). report: n_records, n_clusters, largest, n_groups_split, n_links_cut, n_decided_same,
    n_decided_different."""

    clusters: pd.Series
    cut: pd.DataFrame
    report: dict


def cluster(
    pairs: pd.DataFrame, records: pd.DataFrame, *, decisions: pd.DataFrame | None = None, threshold: float = 0.9
) -> Clusters:
    """Group the record keys.

    pairs, records: as in identity.Links. decisions: key_l, key_r, decision (same, different) as identity_review.read gives
    them, with their lines in the file; those on records that are gone are ignored. A pair exactly at `threshold` is linked.
    """
    keys = pd.Index(records["record_key"]).unique().sort_values()
    same, different = _decided(decisions, keys)
    scored = _scored(pairs, keys, threshold)
    linked = scored[scored["is_link"]]
    group = _components(len(keys), np.concatenate([linked["l"], same["l"]]), np.concatenate([linked["r"], same["r"]]))
    national_ids = records.drop_duplicates("record_key").set_index("record_key")["national_id"].reindex(keys).to_numpy(object)
    doubtful = _doubtful_groups(group, scored, different, national_ids)
    label, cut = _join_within(group, doubtful, scored, same, different, national_ids, threshold)
    first = pd.Series(keys).groupby(label).min()
    clusters = pd.Series(first.loc[label].to_numpy(), index=pd.Index(keys, name="record_key"), name="cluster")
    sizes = clusters.value_counts()
    report = {
        "n_records": len(keys),
        "n_clusters": len(sizes),
        "largest": int(sizes.max()) if len(sizes) else 0,
        "n_groups_split": len({group[link] for link in cut["l"]}),
        "n_links_cut": len(cut),
        "n_decided_same": len(same),
        "n_decided_different": len(different),
    }
    shown = cut.assign(key_l=keys[cut["l"]], key_r=keys[cut["r"]])
    return Clusters(
        clusters, shown[["key_l", "key_r", "match_weight", "match_probability", "reason"]].reset_index(drop=True), report
    )


def _decided(decisions: pd.DataFrame | None, keys: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    if decisions is None or decisions.empty:
        empty = pd.DataFrame({"l": np.array([], int), "r": np.array([], int), "line": np.array([], int)})
        return empty, empty
    lines = decisions["line"] if "line" in decisions else range(2, len(decisions) + 2)  # line 1 is the header
    places = decisions.assign(l=keys.get_indexer(decisions["key_l"]), r=keys.get_indexer(decisions["key_r"]), line=lines)
    places = places[(places["l"] >= 0) & (places["r"] >= 0)]
    places = places[["l", "r", "line", "decision"]].drop_duplicates(["l", "r", "decision"])
    same, different = (places[places["decision"] == word] for word in ("same", "different"))
    together = _components(len(keys), same["l"].to_numpy(), same["r"].to_numpy())
    for left, right, line in zip(different["l"], different["r"], different["line"], strict=True):
        if together[left] == together[right]:
            others = sorted(same.loc[together[same["l"]] == together[left], "line"])
            raise UserError(
                f"decisions of the review file contradict: line {line} says 'different', but the lines "
                f"{', '.join(map(str, others[:LINES_NAMED]))} together say 'same': mend one"
            )
    return same, different


def _scored(pairs: pd.DataFrame, keys: pd.Index, threshold: float) -> pd.DataFrame:
    """l, r (places in keys), match_weight, match_probability, is_link, score; the strongest first, ties by key.

    score: bits that the pair counts where two sides are joined. A pair that rests on one contact alone counts nothing: ten
    nameless records on a phone do not make one person of two who use it, nor do they part one who has had two phones.
    """
    evidence = np.zeros(len(pairs))
    for column in pairs.columns[pairs.columns.str.startswith("weight_")]:
        evidence += pairs[column].to_numpy(dtype=float)
    contradicts = pairs["contradicts"].to_numpy(bool)
    is_link = (pairs["match_probability"] >= threshold).to_numpy() & ~contradicts
    speaks = np.where(is_link, pairs["match_weight"], np.where(evidence <= AGAINST, evidence, 0.0))
    score = np.where(contradicts, CONTRADICTION, np.where(_rests_on_one_contact(pairs), 0.0, speaks))
    counts = is_link | (score != 0)  # the rest, most pairs, plays no part
    pairs = pairs.loc[counts, ["key_l", "key_r", "match_weight", "match_probability"]]
    scored = pd.DataFrame(
        {
            "l": _places(keys, pairs["key_l"]),
            "r": _places(keys, pairs["key_r"]),
            **{name: pairs[name].to_numpy() for name in ("match_weight", "match_probability")},
            "is_link": is_link[counts],
            "score": score[counts],
        }
    )
    scored = scored[(scored["l"] >= 0) & (scored["r"] >= 0)]
    return scored.sort_values(["match_weight", "l", "r"], ascending=[False, True, True], kind="stable", ignore_index=True)


def _places(keys: pd.Index, values: pd.Series) -> np.ndarray:
    codes, distinct = pd.factorize(values)
    return keys.get_indexer(distinct).astype(np.int32)[codes] if len(distinct) else codes


def _rests_on_one_contact(pairs: pd.DataFrame) -> np.ndarray:
    """True for pairs without a full name on both sides that agree in less than two things that are one person's own."""
    n_own = sum((pairs[f"level_{name}"] == 1).to_numpy(int) for name in OWN if f"level_{name}" in pairs)
    return np.isin(pairs["level_name"], NOT_NAMED) & (n_own < 2) if "level_name" in pairs else np.zeros(len(pairs), bool)


def _components(n: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if n == 0:
        return np.array([], int)
    return connected_components(coo_array((np.ones(len(left)), (left, right)), shape=(n, n)), directed=False)[1]


def _doubtful_groups(group: np.ndarray, scored: pd.DataFrame, different: pd.DataFrame, national_ids: np.ndarray) -> np.ndarray:
    """Groups in which something contradicts.

    A pair against, a decision, two national ids; and those too large to take on trust.
    """
    against = scored[scored["score"] < 0]
    left, right = (np.concatenate([against[side], different[side]]).astype(int) for side in ("l", "r"))
    inside = group[left][group[left] == group[right]]
    ids = pd.Series(national_ids).groupby(group).nunique() if len(group) else pd.Series(dtype=int)
    large = np.flatnonzero(np.bincount(group) > LARGEST_UNCHECKED) if len(group) else []
    return np.unique(np.concatenate([inside, ids.index[ids > 1].to_numpy(int), np.asarray(large, int)])).astype(int)


def _join_within(group, doubtful, scored, same, different, national_ids, threshold) -> tuple[np.ndarray, pd.DataFrame]:
    """Put doubtful groups together link by link; return a label a record and the links that were cut."""
    label = group.copy()
    in_doubt = np.isin(group, doubtful)
    members = np.flatnonzero(in_doubt)
    inner = scored[in_doubt[scored["l"]] & (group[scored["l"]] == group[scored["r"]])] if len(scored) else scored
    parts, reasons = _put_together(members, inner, same, different, national_ids, alone=set())
    alone = _claimed_twice(inner, parts, reasons, threshold) - {*same["l"], *same["r"]}
    if alone:
        parts, reasons = _put_together(members, inner, same, different, national_ids, alone=alone)
    for member in members:
        label[member] = len(group) + parts.of(member)
    cut = scored.loc[list(reasons)].assign(reason=list(reasons.values()))
    return label, cut[label[cut["l"]] != label[cut["r"]]]


def _put_together(members, inner, same, different, national_ids, *, alone: set[int]) -> tuple["_Parts", dict]:
    """Join the members link by link, those `alone` by decisions only; return the parts and why a link was not followed."""
    parts = _Parts(members, national_ids)
    for left, right in zip(different["l"], different["r"], strict=True):
        parts.keep_apart(left, right)
    for left, right, score in zip(inner["l"], inner["r"], inner["score"], strict=True):
        if left not in alone and right not in alone:
            parts.add_score(left, right, score)
    for left, right in zip(same["l"], same["r"], strict=True):
        if left in parts.parent:
            parts.join(parts.of(left), parts.of(right))
    reasons = {}
    links = inner[inner["is_link"]]
    for place, left, right in zip(links.index, links["l"], links["r"], strict=True):
        reason = CLAIMED_TWICE if left in alone or right in alone else parts.objection(left, right)
        if reason is None:
            parts.join(parts.of(left), parts.of(right))
        else:
            reasons[place] = reason
    return parts, reasons


def _claimed_twice(inner: pd.DataFrame, parts: "_Parts", reasons: dict, threshold: float) -> set[int]:
    """Records that two parts claim, which exclude each other, with so similar odds that neither is probable enough.

    A record is one person's, so its strongest links to its own part and to the others compete: P(own) = odds of own /
    (1 + sum of odds). A phone without a name that two named persons use is half of each, whatever each link alone says.
    """
    decided = [place for place, reason in reasons.items() if reason == DECIDED]
    links = inner[inner["is_link"]].drop(index=decided)
    ends = pd.DataFrame({
        "record": np.concatenate([links["l"], links["r"]]),
        "other": np.concatenate([links["r"], links["l"]]),
        "weight": np.concatenate([links["match_weight"]] * 2),
        "is_cut": np.concatenate([links.index.isin(list(reasons))] * 2),
    })
    ends = ends[ends["record"].isin(set(ends.loc[ends["is_cut"], "record"]))]
    ends["part"] = [parts.of(other) for other in ends["other"]]
    ends["is_own"] = ends["part"].to_numpy() == np.array([parts.of(record) for record in ends["record"]])
    best = ends.groupby(["record", "part", "is_own"], as_index=False)["weight"].max()
    best["odds"] = np.exp2(best["weight"].clip(upper=300))
    own = best[best["is_own"]].set_index("record")["odds"]
    every = 1 + best.groupby("record")["odds"].sum()
    return {int(record) for record in own.index[(own / every.loc[own.index] < threshold).to_numpy()]}


class _Parts:
    """Disjoint parts of records with the sum of scores between each two of them."""

    def __init__(self, members, national_ids):
        self.parent = {int(member): int(member) for member in members}
        self.between: dict[int, dict[int, float]] = {member: {} for member in self.parent}
        self.apart: dict[int, set[int]] = {member: set() for member in self.parent}
        self.ids = {
            member: {national_ids[member]} - {None} if isinstance(national_ids[member], str) else set()
            for member in self.parent
        }

    def of(self, member: int) -> int:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def keep_apart(self, left: int, right: int) -> None:
        if left in self.parent and right in self.parent:
            self.apart[left].add(right)
            self.apart[right].add(left)

    def add_score(self, left: int, right: int, score: float) -> None:
        if score:
            self.between[left][right] = self.between[left].get(right, 0.0) + score
            self.between[right][left] = self.between[right].get(left, 0.0) + score

    def objection(self, left: int, right: int) -> str | None:
        """Say why the parts of two linked records may not be joined; None where they may (or are)."""
        left, right = self.of(left), self.of(right)
        if left == right:
            return None
        if right in self.apart[left]:
            return DECIDED
        if self.ids[left] and self.ids[right] and self.ids[left] != self.ids[right]:
            return "two national ids"
        return None if self.between[left].get(right, 0.0) >= 0 else "other records of the two sides contradict"

    def join(self, left: int, right: int) -> None:
        if left == right:
            return
        left, right = min(left, right), max(left, right)
        self.parent[right] = left
        self.ids[left] |= self.ids.pop(right)
        for other, score in self.between.pop(right).items():
            self.between[other].pop(right, None)
            if other != left:
                self.between[left][other] = self.between[left].get(other, 0.0) + score
                self.between[other][left] = self.between[left][other]
        self.between[left].pop(right, None)
        for other in self.apart.pop(right):
            self.apart[other].discard(right)
            self.apart[other].add(left)
            self.apart[left].add(other)
