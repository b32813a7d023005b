"""Free text that may hold a person: names, phones, e-mails and numbers become placeholders before a text leaves cleaning.

Only distinct texts are looked at, and only those that change travel back into the engine.
"""

import re

import ibis
import pandas as pd

from helpers.contracts import contract
from helpers.texts import masking

FREE_TEXT = {"feedback": ("text",), "cases": ("topic",), "deals": ("reason_lost",), "interactions": ("page",),
             "campaigns": ("name",)}
# what people call goods and ask in surveys stays; contact data in it goes
NAMES_OF_THINGS = {"products": ("name",), "survey_questions": ("question",)}
NO_TEXT = ("currency", "language", "split", "age_band")
MAY_BE_PERSONAL = (  # looked for by the engine, where there is no look-behind
    r"[@＠]|(?:[0-9０-９][^0-9０-９]{0,2}){7}|(?:[0-9a-fA-F]{1,4}:){3}|[路街道巷弄同村区园][0-9０-９ -]+[号弄栋幢]|[0-9]+ [A-Z]"
)
A_NAME = r"^([\x{3400}-\x{9fff}]{3,}|[^\W\d]+ [^\W\d]+( [^\W\d]+)?)$"  # no other word
LATIN = "[A-Za-zÀ-ɏ]"
FEW = 5  # customers; a "name" that more share is a word (walk-in customer, test)
ADDRESSES = ("page",)  # web addresses: the part after ? is dropped, the path is kept


def free_text_columns(name: str, columns) -> list[str]:
    """Return the text columns of a table that may hold anything: the known ones, and all that a company added itself."""
    known = [c for c in (*FREE_TEXT.get(name, ()), *NAMES_OF_THINGS.get(name, ())) if c in columns]
    own = {"source", "source_row", "problem", *contract(f"collected/{name}").column_names}
    return [*known, *(c for c in columns if c not in own and not c.startswith("_"))] if contract(name).is_open else known


def code_columns(name: str, columns) -> list[str]:
    """Return the text columns of a table that name a kind or a place: channel, tier, city … (no keys, no numbers of things)."""
    spec, texts = contract(name), free_text_columns(name, columns)
    return [c.name for c in spec.columns if c.type == "string" and c.nullable and c.name in columns and c.name not in spec.key
            and not c.name.endswith("_id") and c.name not in (*texts, *NO_TEXT)]


def without_contacts(name: str, table):
    """Return `table` with `_masked_<column>` for each column of codes into which somebody wrote contact data: null there."""
    columns = code_columns(name, table.columns)
    if not columns:
        return table
    suspects = {c: table[c].re_search(MAY_BE_PERSONAL).sum().fill_null(0) for c in columns}
    counts = table.agg(**suspects).to_pandas().iloc[0]
    for column in (c for c in columns if counts[c]):
        found = table.filter(table[column].re_search(MAY_BE_PERSONAL)).select(text=table[column]).distinct().to_pandas()["text"]
        personal = found[[masking.mask_contacts(text) != text for text in found]]
        if len(personal):
            known = ibis.memtable(pd.DataFrame({"_text": personal.to_numpy()}, dtype="str"))
            joined = table.left_join(known, table[column] == known["_text"])
            kept = ibis.ifelse(joined["_text"].isnull(), joined[column], ibis.null("string"))
            table = joined.mutate(**{f"_masked_{column}": kept}).drop("_text")
    return table


def mask_names(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return distinct `text` and `masked`, each of the names in `name` replaced, longest first (so that no part stays).

    A name in Latin letters counts as a word only: Al is not in "Also".
    """
    lengths = pairs.assign(_length=pairs["name"].str.len())
    ordered = lengths.sort_values(["text", "_length", "name"], ascending=[True, False, True])
    masked = {}
    for text, name in zip(ordered["text"], ordered["name"], strict=True):
        whole = rf"(?<!{LATIN}){re.escape(name)}" if re.match(LATIN, name) else re.escape(name)
        whole += rf"(?!{LATIN})" if re.match(LATIN, name[-1]) else ""
        masked[text] = re.sub(whole, "[name]", masked.get(text, text))
    return pd.DataFrame({"text": list(masked), "masked": list(masked.values())}, dtype="str")


def _people_among(texts, names) -> list[str]:
    """Return the values of a company's own column that are, as a whole, the name of some customer (a referrer, a spouse)."""
    known = names.filter(names.name.re_search(A_NAME)).group_by(text="name").agg(n=ibis._.customer_id.nunique())
    return texts.semi_join(known.filter(known.n <= FEW), "text").to_pandas()["text"].tolist()


def masked(table, column: str, names=None):
    """Return `table` with the new column `_masked_<column>`: the text without personal data.

    names: Ibis table (customer_id, name) of what the customers are called, or None; names of two characters or more count.
    """
    key_of_things = {"name": "product_id", "question": "question_id"}
    is_thing = key_of_things.get(column) in table.columns
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
        if not is_thing and not any(column in known for known in FREE_TEXT.values()):
            look.loc[look["text"].isin(_people_among(texts, names)), "masked"] = "[name]"
    mask = masking.mask_address if column in ADDRESSES else masking.mask_contacts if is_thing else masking.mask_text
    look["masked"] = [mask(text) for text in look["masked"]]
    changed = look[look["masked"] != look["text"]].reset_index(drop=True)
    if changed.empty:
        return table.mutate(**{f"_masked_{column}": table[column]})
    found = ibis.memtable(changed.rename(columns={"text": "_text", "masked": "_found"}))
    joined = table.left_join(found, table[column] == found["_text"])
    return joined.mutate(**{f"_masked_{column}": joined["_found"].fill_null(joined[column])}).drop("_text", "_found")
