"""Free text that may hold a person: names, phones, e-mails and numbers become placeholders before a text leaves cleaning.

Only distinct texts are looked at, and only those that change travel back into the engine.
"""

import ibis
import pandas as pd

from helpers import masking
from helpers.contracts import contract

FREE_TEXT = {"feedback": ("text",), "cases": ("topic",), "deals": ("reason_lost",), "interactions": ("page",),
             "campaigns": ("name",)}
ADDRESSES = ("page",)  # web addresses: the part after ? is dropped, the path is kept


def free_text_columns(name: str, columns) -> list[str]:
    """Return the text columns of a table that may hold anything: the known ones, and all that a company added itself."""
    known = [c for c in FREE_TEXT.get(name, ()) if c in columns]
    own = {"source", "source_row", "problem", *contract(f"collected/{name}").column_names}
    return [*known, *(c for c in columns if c not in own and not c.startswith("_"))] if contract(name).is_open else known


def mask_names(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return distinct `text` and `masked`, each of the names in `name` replaced, longest first (so that no part stays)."""
    lengths = pairs.assign(_length=pairs["name"].str.len())
    ordered = lengths.sort_values(["text", "_length", "name"], ascending=[True, False, True])
    masked = {}
    for text, name in zip(ordered["text"], ordered["name"], strict=True):
        masked[text] = masked.get(text, text).replace(name, "[name]")
    return pd.DataFrame({"text": list(masked), "masked": list(masked.values())}, dtype="str")


def masked(table, column: str, names=None):
    """Return `table` with the new column `_masked_<column>`: the text without personal data.

    names: Ibis table (customer_id, name) of what the customers are called, or None; names of two characters or more count.
    """
    texts = table.filter(table[column].notnull()).select(text=table[column]).distinct()
    look = texts.to_pandas()
    look["masked"] = look["text"]
    if names is not None and "customer_id" in table.columns:
        said = table.filter(table[column].notnull()).select("customer_id", text=table[column]).distinct()
        pairs = said.inner_join(names, "customer_id")
        pairs = pairs.filter((pairs.name.length() > 1) & pairs.text.contains(pairs.name))
        pairs = pairs.select("text", "name").distinct().to_pandas()
        if len(pairs):
            look["masked"] = look["text"].map(mask_names(pairs).set_index("text")["masked"]).fillna(look["text"])
    mask = masking.mask_address if column in ADDRESSES else masking.mask_text
    look["masked"] = [mask(text) for text in look["masked"]]
    changed = look[look["masked"] != look["text"]].reset_index(drop=True)
    if changed.empty:
        return table.mutate(**{f"_masked_{column}": table[column]})
    found = ibis.memtable(changed.rename(columns={"text": "_text", "masked": "_found"}))
    joined = table.left_join(found, table[column] == found["_text"])
    return joined.mutate(**{f"_masked_{column}": joined["_found"].fill_null(joined[column])}).drop("_text", "_found")
