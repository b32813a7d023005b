"""Who keeps which customer_id from run to run? A ledger of record keys, and an event for each merge and split.

The ids outlive the clusters: the same data give the same ids, a new record joins its person, a merge keeps the id of the
larger part and a split leaves the id with the larger part. Order of rows plays no part.

ledger: record_key, customer_id (who it belongs to now), first_seen, last_seen (the run's label, as given), is_current (False:
the record is no longer in the data; it keeps its id, so that it finds it again). events: run, event (created, joined, merged,
split, returned), customer_id, other_id (merged: the id that ended; split: the id that was left), n_records, evidence (JSON:
the strongest pairs with bits per field).
"""

import json
from collections.abc import Callable

import pandas as pd

LEDGER = ("record_key", "customer_id", "first_seen", "last_seen", "is_current")
EVENTS = ("run", "event", "customer_id", "other_id", "n_records", "evidence")
PAIRS_PER_EVENT = 3


def update(
    ledger: pd.DataFrame | None,
    clusters: pd.Series,
    pairs: pd.DataFrame | None = None,
    *,
    make_id: Callable[[str], str],
    run: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (ledger, events) after a run.

    ledger: of the run before, None at first; clusters: record_key → cluster, of identity_clusters; pairs: identity.Links.pairs,
    for the evidence; make_id: gives the id for a text (a keyed HMAC of the caller's); run: this run's label, such as its
    snapshot date. A new person's id is made of her smallest record key, with a number added where another person has that id.

    Of several old ids in a cluster that one stays that holds most of its records; in a tie the one first seen earlier, then the
    one with the smallest record key. Of several clusters with one old id that one keeps it that holds most of the id's records
    (ties: the same). A person whose records are all gone keeps her id in the ledger.
    """
    before = pd.DataFrame(columns=LEDGER) if ledger is None else ledger
    now = pd.DataFrame({"record_key": clusters.index.astype(str), "cluster": clusters.to_numpy()}).sort_values(
        "record_key", ignore_index=True
    )
    now = now.merge(before[["record_key", "customer_id", "first_seen"]], on="record_key", how="left")
    kept = _keepers(now)
    taken = set(before["customer_id"])
    ids, created = {}, []
    for cluster, first_key in now.groupby("cluster", sort=True)["record_key"].min().items():
        if cluster in kept:
            ids[cluster] = kept[cluster]
        else:
            ids[cluster] = _unused(first_key, taken, make_id)
            taken.add(ids[cluster])
            created.append(cluster)
    now["new_id"] = now["cluster"].map(ids)
    events = _events(now, created, before, pairs, run)
    return _ledger(before, now, run), events


def _keepers(now: pd.DataFrame) -> dict:
    """cluster → the old id that it keeps: pairs of (id, cluster) in order of shared records, each id and each cluster once."""
    known = now.dropna(subset=["customer_id"])
    shared = (
        known.groupby(["customer_id", "cluster"], sort=True)
        .agg(n=("record_key", "size"), first_seen=("first_seen", "min"), first_key=("record_key", "min"))
        .reset_index()
    )
    shared = shared.sort_values(["n", "first_seen", "first_key"], ascending=[False, True, True], kind="stable")
    kept, used = {}, set()
    for row in shared.itertuples():
        if row.cluster not in kept and row.customer_id not in used:
            kept[row.cluster] = row.customer_id
            used.add(row.customer_id)
    return kept


def _unused(text: str, taken: set, make_id: Callable[[str], str]) -> str:
    candidate, number = make_id(text), 1
    while candidate in taken:
        number += 1
        candidate = make_id(f"{text}#{number}")
    return candidate


def _ledger(before: pd.DataFrame, now: pd.DataFrame, run: str) -> pd.DataFrame:
    current = pd.DataFrame(
        {
            "record_key": now["record_key"],
            "customer_id": now["new_id"],
            "first_seen": now["first_seen"].astype(object),
            "last_seen": run,
            "is_current": True,
        }
    )
    current["first_seen"] = current["first_seen"].where(current["first_seen"].notna(), run)
    gone = before[~before["record_key"].isin(now["record_key"])].assign(is_current=False)
    heirs = _successors(now)
    gone = gone.assign(customer_id=[heirs.get(customer, customer) for customer in gone["customer_id"]])
    parts = [part for part in (gone, current) if len(part)]
    ledger = pd.concat(parts, ignore_index=True) if parts else current
    return ledger.sort_values("record_key", ignore_index=True)[list(LEDGER)]


def _successors(now: pd.DataFrame) -> dict:
    """old id → new id, for old ids that ended because all their records went to one other id."""
    known = now.dropna(subset=["customer_id"])
    heirs = known.groupby("customer_id")["new_id"].agg(["nunique", "first"])
    ended = heirs[(heirs["nunique"] == 1) & (heirs["first"] != heirs.index)]
    return ended["first"].to_dict()


def _events(now: pd.DataFrame, created: list, before: pd.DataFrame, pairs: pd.DataFrame | None, run: str) -> pd.DataFrame:
    evidence = _Evidence(pairs)
    rows, known = [], now.dropna(subset=["customer_id"])
    moves = known[known["customer_id"] != known["new_id"]]
    staying = known[known["customer_id"] == known["new_id"]].groupby("customer_id")["record_key"].agg(list).to_dict()
    members = now.groupby("new_id")["record_key"].agg(list).to_dict()
    split_off = set()
    for (old, new), keys in moves.groupby(["customer_id", "new_id"], sort=True)["record_key"].agg(list).items():
        is_split = old in staying or moves.loc[moves["customer_id"] == old, "new_id"].nunique() > 1
        others = (
            staying.get(old, sorted(set(known.loc[known["customer_id"] == old, "record_key"]) - set(keys)))
            if is_split
            else sorted(set(members[new]) - set(keys))
        )
        split_off.add(new)
        rows.append((run, "split" if is_split else "merged", new, old, len(keys), evidence.between(keys, others)))
    new_ids = now.drop_duplicates("cluster").set_index("cluster")["new_id"]
    for cluster in created:
        if new_ids[cluster] not in split_off:
            rows.append((run, "created", new_ids[cluster], None, len(members[new_ids[cluster]]), None))
    fresh = now[now["customer_id"].isna() & ~now["new_id"].isin(set(new_ids[created]) if created else set())]
    for new, keys in fresh.groupby("new_id", sort=True)["record_key"].agg(list).items():
        rows.append((run, "joined", new, None, len(keys), evidence.between(keys, sorted(set(members[new]) - set(keys)))))
    away = set(before.loc[~before["is_current"].astype(bool), "record_key"])
    for new, keys in now[now["record_key"].isin(away)].groupby("new_id", sort=True)["record_key"].agg(list).items():
        rows.append((run, "returned", new, None, len(keys), None))
    events = pd.DataFrame(rows, columns=list(EVENTS))
    return events.sort_values(["event", "customer_id", "other_id"], ignore_index=True, na_position="first")


class _Evidence:
    """The strongest pairs between two sets of records as JSON: keys, match_weight, bits per field."""

    def __init__(self, pairs: pd.DataFrame | None):
        self.pairs = pairs if pairs is not None and len(pairs) else None
        if self.pairs is not None:
            ends = pd.concat([self.pairs["key_l"], self.pairs["key_r"]], ignore_index=True)
            self.rows = ends.groupby(ends).indices
            self.fields = [name for name in self.pairs if name.startswith("weight_")]

    def between(self, left: list[str], right: list[str]) -> str | None:
        if self.pairs is None or not left or not right:
            return None
        few, many = (left, right) if len(left) <= len(right) else (right, left)
        places = {place % len(self.pairs) for key in few for place in self.rows.get(key, ())}
        near = self.pairs.iloc[sorted(places)]
        few, many = set(few), set(many)
        crosses = [
            (a in few and b in many) or (b in few and a in many) for a, b in zip(near["key_l"], near["key_r"], strict=True)
        ]
        near = (
            near[crosses].sort_values(["match_weight", "key_l", "key_r"], ascending=[False, True, True]).head(PAIRS_PER_EVENT)
        )
        return json.dumps(
            [
                {
                    "key_l": row["key_l"],
                    "key_r": row["key_r"],
                    "match_weight": round(float(row["match_weight"]), 2),
                    "weights": {name.removeprefix("weight_"): round(float(row[name]), 2) for name in self.fields if row[name]},
                }
                for _, row in near.iterrows()
            ],
            ensure_ascii=False,
        )
