"""What the persona report says: the cards, their icons, and sentences for what sets a segment apart.

Every sentence is a message of the catalogue filled with computed values; which one is taken depends on the values.
"""

import numpy as np
import pandas as pd

from helpers.i18n import listing, number, text
from helpers.icons import icon
from helpers.persona import MIN_SHOWN, statements, top
from helpers.persona_index import MIN_CUSTOMERS
from helpers.persona_traits import DEMOGRAPHICS
from helpers.report import Card, Evidence

MAX_SENTENCES = 5

# kind of trait → (the segment has more of it, the segment has less of it); other kinds are demographics
SENTENCES = {
    "spend": (
        "more of their money goes to {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "less of their money goes to {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "weekday": (
        "more of their orders fall on {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders fall on {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "hours": (
        "more of their orders are placed at {attribute} h: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders are placed at {attribute} h: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "discount": (
        "discounts take more off the shelf price: {share:percent1}, others {others:percent1} (index {index:count})",
        "discounts take less off the shelf price: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "campaigns": (
        "more of those contacted answered a campaign: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of those contacted answered a campaign: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "customers": (
        "{kind:label} {attribute:label} is more common: {share:percent1}, others {others:percent1} (index {index:count})",
        "{kind:label} {attribute:label} is less common: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
}
COLUMNS = {  # column → (label, format)
    "segment": ("Segment", "label"), "kind": ("Kind", "label"), "attribute": ("Attribute", "label"),
    "n": ("Customers", "count"), "share": ("Segment's share", "percent1"), "others_share": ("Others' share", "percent1"),
    "index": ("Index", "count"), "shrunk_index": ("Shrunk index", "count"), "q_value": ("q value", "number3"),
    "n_contacted": ("Contacted", "count"), "answered_rate": ("Answered", "percent1"), "answered_low": ("from", "percent1"),
    "answered_high": ("to", "percent1"), "n_contacts": ("Contacts", "count"),
    "contacts_per_customer": ("Per customer", "number1"),
    "rate": ("Answered", "percent1"), "crude": ("Difference, all campaigns", "change_percent1"),
    "adjusted": ("Within campaigns", "change_percent1"), "low": ("from", "change_percent1"), "high": ("to", "change_percent1"),
    "rule": ("Test", "label"), "observed": ("Real segments", "count"), "by_chance": ("Shuffled, mean", "number1"),
    "most_by_chance": ("Shuffled, most", "count"),
}
RULES = {"by_index": "Index beyond the limits", "by_p": "p below 0.05", "by_rule": "All tests together"}
INDEX = "Index of the share of spend: 100 = as all other customers; blank = too few customers to test"
INDEX_ALT = "A table of shades: departments in rows, segments in columns, the index of the share of spend in the cells."
TIMES = (
    "Share of each segment's orders, business time; segments with at least 30 customers; weekdays sum to one, and so do hours"
)
TIMES_ALT = "A table of shades: weekdays and hours in rows, segments in columns, the share of orders in the cells."
ANSWERS_ALT = "Bars of the share of contacted customers that answered, by segment, with intervals."
OF_SEGMENT = "{segment:label}: "  # stands before the sentence where the segment is not named by the card around it
NOTHING = "nothing that was tested sets this segment apart, beyond its rhythm and value"
UNTESTED = "fewer than {limit:count} customers: habits were not tested"


def sentence(cell: pd.Series, *, with_segment: bool = True) -> tuple[str, dict]:
    """Return what is said of one cell, as a template and its values; on a card the segment need not be named."""
    pair = SENTENCES.get(cell["kind"], SENTENCES.get(cell["unit"], SENTENCES["customers"]))
    values = {
        "segment": cell["segment"], "kind": cell["kind"], "attribute": cell["attribute"], "share": float(cell["share"]),
        "others": float(cell["others_share"]), "index": float(cell["index"]),
    }
    said = pair[0 if cell["share"] > cell["others_share"] else 1]
    return (OF_SEGMENT + said if with_segment else said), values


def evidence(cell: pd.Series) -> Evidence:
    """Return what supports a cell's sentence: its index with interval, against 100 = no difference."""
    return Evidence(
        "estimate", n=int(cell["n"]), estimate=float(cell["index"]), baseline=100.0,
        interval=(float(cell["index_low"]), float(cell["index_high"])),
    )


def strongest(cells: pd.DataFrame, *, n: int = 4) -> pd.DataFrame:
    """Return the `n` strongest statements, each attribute once; campaigns have a finding of their own."""
    known = statements(cells)
    known = known[known["index_low"].notna() & (known["index"] > 0) & (known["kind"] != "campaigns")]
    return known.drop_duplicates(["unit", "attribute"]).head(n).reset_index(drop=True)


def cards(personas: pd.DataFrame, cells: pd.DataFrame, *, colors: dict[str, str]) -> list[Card]:
    """Return a card a segment, in the reader's language. `cells` may be empty where no habit could be compared."""
    return [
        Card(
            name=text(row["segment"]), line=text(row["persona"]), facts=_facts(row, cells), sentences=_words(row, cells),
            color=colors.get(row["segment"], ""), icon=icon(row["segment"]),
        )
        for _, row in personas.iterrows()  # a handful of segments
    ]


def _facts(row: pd.Series, cells: pd.DataFrame) -> list[tuple[str, str]]:
    knows_gap, knows_products = not np.isnan(row["median_gap_days"]), not np.isnan(row["n_products"])
    is_tiny = row["revenue_share"] < 0.001
    facts = [
        ("Customers", "{n_customers:count} ({customer_share:percent1})", True),
        ("Revenue", "{revenue_share:percent1} of all; {revenue_per_customer:money} each", row["revenue_share"] >= 0.001),
        ("Revenue", "under 0.1% of all; {revenue_per_customer:money} each", is_tiny),
        ("Days between purchases", "{gap}", knows_gap),
        ("Days between purchases", "most bought on one day only", not knows_gap),
        ("Days since the last purchase", "{recency}", True),
        ("An order", "{order_value:money2}; {products} products", knows_products),
        ("An order", "{order_value:money2}", not knows_products and not np.isnan(row["order_value"])),
        ("Discounts", "{discount_rate:percent1} of the shelf price", not np.isnan(row["discount_rate"])),
        ("Most orders", "{weekday:label}, {hours} h", bool(row["hours"]) and bool(row["weekday"])),
        ("Most orders", "{weekday:label}", bool(row["weekday"]) and not row["hours"]),
        ("Demographics", "known for {n_known:count} of {n_customers:count}", row["n_known"] > 0),
        (
            "Campaigns",
            "{answered_rate:percent} of {n_contacted:count} answered ({answered_low:percent}–{answered_high:percent})",
            row["n_contacted"] >= MIN_SHOWN,
        ),
    ]
    values = row.to_dict() | {
        "gap": _short(row["median_gap_days"]), "recency": _short(row["recency_days"]), "products": _short(row["n_products"])
    }
    return [(text(label), text(template, **values)) for label, template, applies in facts if applies]


def _short(value: float) -> str:
    """Return a number with one decimal only where it has one: 3, 2.5."""
    return number(value, 0 if round(value, 1) == round(value) else 1) if np.isfinite(value) else number(value)


def _words(row: pd.Series, cells: pd.DataFrame) -> list[str]:
    """Return the sentences of a card: where the money goes, what sets the segment apart, who they are as far as known."""
    said = []
    departments = top(cells, segment=row["segment"], kind="department")
    if len(departments):
        parts = [text("{name:label} {share:percent}", name=d["attribute"], share=d["share"]) for _, d in departments.iterrows()]
        said.append(text("most of their money goes to {departments}", departments=listing(parts)))
    own = statements(cells[cells["segment"] == row["segment"]])
    for _, cell in own.head(MAX_SENTENCES).iterrows():
        template, values = sentence(cell, with_segment=False)
        said.append(text(template, **values))
    if own.empty:
        said.append(text(UNTESTED, limit=MIN_CUSTOMERS) if row["n_customers"] < MIN_CUSTOMERS else text(NOTHING))
    return [words[:1].upper() + words[1:] for words in said + _people(row, cells)]


def _people(row: pd.Series, cells: pd.DataFrame) -> list[str]:
    """Return the most common band of the first three attributes that enough customers of the segment have."""
    own = cells[(cells["segment"] == row["segment"]) & (cells["unit"] == "customers") & (cells["n"] >= MIN_CUSTOMERS)]
    if own.empty:
        return []
    kinds = [kind for kind in DEMOGRAPHICS.values() if kind in set(own["kind"])][:3]
    bands = [top(own, segment=row["segment"], kind=kind, n=1).iloc[0] for kind in kinds]
    parts = [
        text("{kind:label} {band:label} ({share:percent})", kind=band["kind"], band=band["attribute"], share=band["share"])
        for band in bands
    ]
    return [text("most common where known: {bands}", bands=text("; ").join(parts))]


def labelled(frame: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the columns of `frame` that readers know, with their labels in the reader's language and formats."""
    if "rule" not in frame and "is_notable" in frame:  # statements: the interval is that of the share
        frame = frame.drop(columns=["low", "high"])
    return {name: (text(COLUMNS[name][0]), COLUMNS[name][1]) for name in frame if name in COLUMNS}


def translated(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a matrix with its row and column names in the reader's language."""
    return matrix.rename(index=_said, columns=_in_two_lines).rename_axis(index=None, columns=None)


def _in_two_lines(name: str) -> str:
    """Return a segment's name broken at its space (English) or before 客户 (Chinese), so that columns can be narrow."""
    shown = text(name)
    return shown.replace(" ", "\n") if " " in shown else shown.replace("客户", "\n客户")


def _said(name: str) -> str:
    return text("{hours} h", hours=name) if name[:1].isdigit() else text(name)


def flat(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return a matrix as a table: the attribute first, then a column a segment."""
    return matrix.rename_axis(index="attribute", columns=None).reset_index()


def flat_columns(matrix: pd.DataFrame, *, fmt: str) -> dict[str, tuple[str, str]]:
    """Return the columns of :func:`flat` with their labels in the reader's language."""
    return {"attribute": (text("Attribute"), "label")} | {name: (text(name), fmt) for name in matrix}


def rules_table(observed: dict[str, int], chance: pd.DataFrame) -> pd.DataFrame:
    """Return how many comparisons each rule takes for a statement: as the segments are, and with shuffled labels."""
    return pd.DataFrame([
        {"rule": label, "observed": observed[rule], "by_chance": chance[rule].mean(), "most_by_chance": chance[rule].max()}
        for rule, label in RULES.items()
    ])


def findings(cells: pd.DataFrame) -> list[tuple[str, dict, Evidence]]:
    """Return the strongest statements as findings: template, values, evidence."""
    return [(*sentence(cell), evidence(cell)) for _, cell in strongest(cells).iterrows()]


def hidden_sentence(segments: pd.DataFrame, personas: pd.DataFrame) -> tuple[str, dict]:
    """Return what is said of segments that are too small to be shown."""
    values = {"n": segments["segment"].nunique() - len(personas), "least": MIN_SHOWN}
    if not values["n"]:
        return "Every segment that has customers is portrayed.", values
    return "{n:count} segments with fewer than {least:count} customers are not portrayed.", values


def answered(personas: pd.DataFrame) -> pd.DataFrame:
    """Return the segments of which enough customers were contacted, with the share that answered."""
    columns = ["segment", "n_contacted", "answered_rate", "answered_low", "answered_high"]
    return personas.loc[personas["n_contacted"] >= MIN_SHOWN, columns].reset_index(drop=True)


def coverage_sentence(personas: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on demographics: in which segment they are known best and least."""
    rates = personas["n_known"] / personas["n_customers"]
    best, least = personas.loc[rates.idxmax()], personas.loc[rates.idxmin()]
    values = {
        "best": best["segment"], "best_rate": float(rates.max()), "least": least["segment"], "least_rate": float(rates.min()),
        "n_known": int(personas["n_known"].sum()), "n": int(personas["n_customers"].sum()),
    }
    if rates.max() - rates.min() < 0.05:
        return (
            "Demographics are known for {n_known:count} of {n:count} customers, in every segment about equally often "
            "({least_rate:percent} to {best_rate:percent})."
        ), values
    return (
        "Demographics are known for {best_rate:percent} of {best:label} but {least_rate:percent} of {least:label}: who the "
        "little-known segments are cannot be said."
    ), values


def chance_sentence(observed: dict[str, int], chance: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on the tests: how many statements pass, and how many pass when labels are shuffled."""
    values = {
        "tested": observed["tested"], "kept": observed["by_rule"], "by_index": observed["by_index"],
        "chance_index": float(chance["by_index"].mean()), "chance_p": float(chance["by_p"].mean()),
        "chance": float(chance["by_rule"].mean()), "rounds": len(chance),
    }
    if values["kept"] > chance["by_rule"].max():
        return (
            "Of {tested:count} comparisons {kept:count} pass every test; with shuffled segments {chance:number1} do on average."
            " An index beyond the limits alone proves little: shuffled segments show {chance_index:count} of them."
        ), values
    return (
        "Of {tested:count} comparisons {kept:count} pass every test, no more than with shuffled segments ({chance:number1}): "
        "the segments differ in rhythm and value only."
    ), values


def headline(personas: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, dict]:
    """Return the answer of the page: the segment with the most revenue as a persona, and what it buys more of."""
    by = "revenue_share" if personas["revenue_share"].notna().any() else "n_customers"
    best = personas.sort_values(by, ascending=False, kind="stable").iloc[0]
    values = {
        "n": len(personas), "segment": best["segment"], "persona": best["persona"], "share": float(best["customer_share"]),
        "revenue_share": float(best["revenue_share"]),
    }
    if by == "n_customers":
        return (
            "{n:count} portraits. The largest segment, {segment:label} ({share:percent} of customers): {persona:label}."
        ), values
    own = statements(cells[cells["segment"] == best["segment"]])
    own = own[(own["unit"] == "spend") & (own["share"] > own["others_share"])]
    if own.empty:
        return (
            "{n:count} portraits. {segment:label}, {share:percent} of customers and {revenue_share:percent} of revenue, in a "
            "few words: {persona:label}."
        ), values
    return (
        "{n:count} portraits. {segment:label}, {share:percent} of customers and {revenue_share:percent} of revenue, in a few "
        "words: {persona:label}; more of their money than of others' goes to {favourites:list}."
    ), values | {"favourites": list(own["attribute"].head(2))}
