"""What arrived, what was set aside and what was sold, scored line by line against the true order lines."""

import numpy as np
import pandas as pd

from helpers.proportions import wilson
from helpers.scoring.score_rows import Score

LOST_DATES = ("future", "1900")  # written dates that no rule can mend


def collection(sources: pd.DataFrame, written: pd.DataFrame) -> list[Score]:
    """Return the share of sources whose rows all arrived, and of rows that arrived.

    sources: results/sources (source, n_rows). written: truth/files (source, n_rows).
    """
    true = written.groupby("source")["n_rows"].sum()
    arrived = sources.groupby("source")["n_rows"].sum().reindex(true.index)
    asked = arrived.notna()
    exact = int((arrived[asked] == true[asked]).sum())
    low, high = wilson(exact, int(asked.sum()))
    question = "did everything arrive"
    return [
        Score("01_collection", question, "sources with every row", exact / max(int(asked.sum()), 1), float(low), float(high),
              n=int(asked.sum()), target=1.0),
        Score("01_collection", question, "rows arrived ÷ rows written", float(arrived[asked].sum() / true[asked].sum()),
              n=int(true[asked].sum()), ideal=1.0, target=1.0),
    ]


def bad_lines(lines: pd.DataFrame) -> pd.Series:
    """Say of each true order line whether it must be set aside: test, copy, lost date, ragged."""
    return (lines["kind"] == "test") | lines["is_copy"] | lines["date_problem"].isin(LOST_DATES) | lines["is_ragged"]


def source_rows(lines: pd.DataFrame) -> pd.Series:
    """Return the row number that the collection gives each line: lines of the source's files, in the order of their names."""
    last = lines.groupby(["source", "file"])["line"].max().sort_index()
    before = last.groupby("source").cumsum() - last
    at = pd.MultiIndex.from_frame(lines[["source", "file"]])
    return lines["line"] + before.reindex(at).to_numpy()


def rejected(lines: pd.DataFrame, rejects: pd.DataFrame) -> list[Score]:
    """Return precision and recall of the order lines that were set aside, and recall by kind of trouble.

    lines: truth/lines. rejects: clean/rejected of the transactions (source, source_row).
    """
    lines = lines.assign(source_row=source_rows(lines), is_bad=bad_lines(lines))
    mine = rejects[["source", "source_row"]].drop_duplicates().assign(is_out=True)
    both = lines.merge(mine, on=["source", "source_row"], how="left")
    out = both["is_out"].notna()
    hits, n_out, n_bad = int((out & both["is_bad"]).sum()), int(out.sum()), int(both["is_bad"].sum())
    question = "which order lines are not real"
    rows = [
        _share("lines set aside that are truly bad", question, hits, n_out, target=.95),
        _share("truly bad lines that were set aside", question, hits, n_bad, target=.95),
    ]
    for name, mask in (("copies", both["is_copy"]), ("test orders", both["kind"] == "test"),
                       ("lost dates", both["date_problem"].isin(LOST_DATES)), ("ragged lines", both["is_ragged"])):
        rows.append(_share(f"{name} that were set aside", question, int((out & mask).sum()), int(mask.sum())))
    return rows


def _share(measure: str, question: str, part: int, whole: int, *, target: float | None = None) -> Score:
    if not whole:
        return Score("02_cleaning", question, measure, None, n=0, missing="there are none")
    low, high = wilson(part, whole)
    return Score("02_cleaning", question, measure, part / whole, float(low), float(high), n=whole, target=target)


def revenue(lines: pd.DataFrame, total: float) -> list[Score]:
    """Return the clean revenue beside the true one: sales, staff purchases, returns; no tests or copies.

    Lines whose date is lost, or that cannot be split, are true sales that no cleaning can place: they are no part of the
    target, and shown as lost. The baseline adds up every line as it was written.
    """
    real = lines[(lines["kind"] != "test") & ~lines["is_copy"]]
    placeable = real[~bad_lines(real)]
    true, all_real, raw = (float(np.round(part["revenue"].sum(), 2)) for part in (placeable, real, lines))
    return [
        Score("02_cleaning", "what was sold", "clean ÷ true revenue", total / true, n=len(placeable), baseline=raw / true,
              ideal=1.0),
        Score("02_cleaning", "what was sold", "true revenue that no rule can place", 1 - true / all_real, n=len(real)),
    ]


def kept_money(lines: pd.DataFrame, orders: pd.DataFrame, persons: pd.Series) -> list[Score]:
    """Return the share of named revenue that went to the right person.

    lines: truth/lines. orders: transaction_id, customer_id of the clean orders. persons: customer → person.
    """
    true = lines[lines["person_id"].notna() & ~bad_lines(lines)].groupby("transaction_id").agg(
        person_id=("person_id", "first"), revenue=("revenue", "sum"))
    found = orders.dropna(subset="customer_id").merge(true, left_on="transaction_id", right_index=True)
    right = found["customer_id"].map(persons) == found["person_id"]
    named = float(found["revenue"].abs().sum())
    return [
        Score("02_cleaning", "whose money is it", "named revenue that went to the right person",
              float(found.loc[right, "revenue"].abs().sum() / named) if named else None, n=len(found), target=.99),
        Score("02_cleaning", "whose money is it", "true revenue that has a name", named / float(true["revenue"].abs().sum()),
              n=len(true)),
    ]
