"""How good what each source delivers is, field by field, and whether it gets better from delivery to delivery (02_cleaning)."""

import hashlib

import pandas as pd

from helpers.cleaning.cleaning_rules import MERGED
from helpers.contracts import contract

MEASURES = ["source", "table", "field", "n_rows", "completeness", "kept", "validity", "score"]


def source_quality(collected: dict, rejected, is_valid) -> pd.DataFrame:
    """Return one row a source, table and field that the source fills at least once: `MEASURES`.

    completeness: rows with a value; kept: rows of this source and table that no rule set aside (merged rows are kept);
    validity: filled values within the contract's limits (`is_valid(values, column)`); score: their product.
    """
    rows = []
    for name, table in collected.items():
        spec = contract(f"collected/{name}")
        limits = {c.name: c for c in contract(name).columns} if name != "people" else {c.name: c for c in spec.columns}
        fields = [c.name for c in spec.columns if c.name not in ("source", "source_row", "problem")]
        measures = {"n_rows": table.count()}
        for field in fields:
            values = table[field]
            measures |= {f"{field}__filled": values.count(),
                         f"{field}__valid": (is_valid(values, limits[field]) & values.notnull()).sum().fill_null(0)}
        found = table.group_by("source").agg(**measures).to_pandas().sort_values("source")
        lost = _lost(rejected, name)
        rows += [
            _row(record, name, field, lost.get(record["source"], 0))
            for record in found.to_dict("records") for field in fields if record[f"{field}__filled"]
        ]
    return pd.DataFrame(rows, columns=MEASURES)


def _row(record: dict, name: str, field: str, lost: int) -> dict:
    n, filled = int(record["n_rows"]), int(record[f"{field}__filled"])
    rates = {"completeness": filled / n, "kept": (n - lost) / n, "validity": int(record[f"{field}__valid"]) / filled}
    score = rates["completeness"] * rates["kept"] * rates["validity"]
    return {"source": record["source"], "table": name, "field": field, "n_rows": n, **rates, "score": score}


def _lost(rejected, name: str) -> dict[str, int]:
    gone = rejected.filter((rejected.table == name) & ~rejected.reason.isin(MERGED))
    return gone.group_by("source").agg(n=gone.count()).to_pandas().set_index("source")["n"].to_dict()


def fingerprint(quality: pd.DataFrame) -> str:
    """Return 12 digits that change when what arrived changes in rows or in filled or valid values."""
    return hashlib.sha256(quality.round(12).to_csv(index=False).encode()).hexdigest()[:12]


def add_to_history(history: pd.DataFrame | None, quality: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the history (run, as_of, fingerprint, source, n_rows, score) with this delivery as its last run.

    score: mean over the fields that the source fills, weighted by their rows. A run with what arrived last time adds nothing,
    so that running again changes nothing.
    """
    weighted = quality.assign(_weighted=quality["score"] * quality["n_rows"])
    sums = weighted.groupby("source").agg(_weighted=("_weighted", "sum"), _n=("n_rows", "sum"), n_rows=("n_rows", "max"))
    now = pd.DataFrame({
        "as_of": as_of.normalize(), "fingerprint": fingerprint(quality), "source": sums.index,
        "n_rows": sums["n_rows"].astype("int64"), "score": sums["_weighted"] / sums["_n"],
    }).reset_index(drop=True)
    if history is None or history.empty:
        return now.assign(run=1)
    last = history[history["run"] == history["run"].max()]
    if last["fingerprint"].iloc[0] == now["fingerprint"].iloc[0]:
        return history
    return pd.concat([history, now.assign(run=int(history["run"].max()) + 1)], ignore_index=True)


def latest(history: pd.DataFrame) -> pd.DataFrame:
    """Return one row a source of the last delivery, weakest first: source, n_rows, score, before, change, run.

    before: the source's score in the delivery before (unknown where it is new); run: deliveries so far.
    """
    now = history[history["run"] == history["run"].max()]
    earlier = history[history["run"] < history["run"].max()].sort_values("run").drop_duplicates("source", keep="last")
    found = now.merge(earlier[["source", "score"]].rename(columns={"score": "before"}), on="source", how="left")
    return found.assign(change=found["score"] - found["before"]).sort_values(["score", "source"], ignore_index=True)
