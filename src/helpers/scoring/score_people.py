"""Who is who, scored: records that belong together against records that were put together.

Counts of pairs come from the table persons × customers, so that no pair is ever listed. B-cubed: Bagga and Baldwin (1998).
In: record key → person (truth) and record key → customer (answer). Out: rows of a score, see score.py.
"""

import pandas as pd

from helpers.identity import identity_quality
from helpers.scoring.score_rows import Score

CONTACTS = ("full_name", "phone", "email")


def record_persons(records: pd.DataFrame, people: pd.DataFrame, spaces: dict[str, str]) -> pd.Series:
    """Return record key → person, where the truth knows exactly one.

    records: truth/records. people: collected records (customer_id = record key, source and CONTACTS). spaces: source →
    its number space. A record with a number is known by it; one without is found by what the system wrote of the person.
    """
    numbered = records[records["local_id"].notna()]
    keys = numbered["source"].map(spaces).fillna(numbered["source"]) + ":" + numbered["local_id"]
    known = pd.DataFrame({"record_key": keys, "person_id": numbered["person_id"]})
    others = people[~people["customer_id"].isin(set(keys))]
    told = _plain(records[records["local_id"].isna()])[["source", *CONTACTS, "person_id"]]
    found = _plain(others).merge(told, on=["source", *CONTACTS])
    found = found.rename(columns={"customer_id": "record_key"})[["record_key", "person_id"]]
    every = pd.concat([known, found]).drop_duplicates()
    one = every.groupby("record_key")["person_id"].agg(["first", "size"])
    return one.loc[one["size"] == 1, "first"].rename("person_id")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{c: frame[c].fillna("").astype(str).str.strip().str.lower() for c in CONTACTS})


def joined(persons: pd.Series, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the record keys that both sides know: record_key, person_id, customer_id."""
    return ledger[["record_key", "customer_id"]].merge(persons.reset_index(), on="record_key")


def customer_persons(both: pd.DataFrame) -> pd.Series:
    """Return customer → the person to whom most of its record keys belong (a tie goes to the first in order)."""
    counts = both.groupby(["customer_id", "person_id"]).size().rename("n").reset_index()
    counts = counts.sort_values(["customer_id", "n", "person_id"], ascending=[True, False, True])
    return counts.drop_duplicates("customer_id").set_index("customer_id")["person_id"]


def identity(both: pd.DataFrame) -> list[Score]:
    """Return pairwise and B-cubed precision, recall and F1, and how many customers mix people.

    both: record_key, person_id, customer_id. The baseline takes every number for a customer of its own.
    """
    cells = both.groupby(["person_id", "customer_id"]).size()
    persons, customers = both.groupby("person_id").size(), both.groupby("customer_id").size()
    together, true, said = (_pairs(sizes) for sizes in (cells, persons, customers))
    precision, recall = _ratio(together, said), _ratio(together, true)
    by_customer = (cells**2 / customers.reindex(cells.index.get_level_values("customer_id")).to_numpy()).sum() / len(both)
    by_person = (cells**2 / persons.reindex(cells.index.get_level_values("person_id")).to_numpy()).sum() / len(both)
    alone = len(persons) / len(both)
    mixed = int((cells.groupby("customer_id").size() > 1).sum())
    n = len(both)
    question = "which records are one person"
    keyed = both.set_index("record_key")
    spread = identity_quality.pairwise(keyed["customer_id"], keyed["person_id"]).set_index("measure")[["low", "high"]]
    low, high = spread["low"], spread["high"]
    return [
        Score("02_cleaning", question, "pairwise precision", precision, low["precision"], high["precision"], said, target=.99),
        Score("02_cleaning", question, "pairwise recall", recall, low["recall"], high["recall"], true),
        Score("02_cleaning", question, "pairwise F1", _f1(precision, recall), low["f1"], high["f1"], n, 0.0, .97),
        Score("02_cleaning", question, "B-cubed precision", by_customer, n=n),
        Score("02_cleaning", question, "B-cubed recall", by_person, n=n, baseline=alone),
        Score("02_cleaning", question, "B-cubed F1", _f1(by_customer, by_person), n=n, baseline=_f1(1.0, alone)),
        Score("02_cleaning", question, "customers that mix people, per 10,000", 10_000 * mixed / len(customers),
              n=len(customers),
              target=1.0, lower_is_better=True),
        Score("02_cleaning", "how many people there are", "customers per person", len(customers) / len(persons), n=len(persons),
              baseline=n / len(persons), ideal=1.0),
    ]


def _pairs(sizes: pd.Series) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
