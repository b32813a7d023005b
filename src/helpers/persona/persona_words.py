"""What is said of a cell of persona_traits: the sentence, what supports it, and tables in the reader's language."""

import pandas as pd

from helpers.i18n import text
from helpers.report import Evidence

# kind or unit of a trait → (the segment has more of it, the segment has less of it); other units are demographics
SENTENCES = {
    "spend": (
        "more of their money goes to {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "less of their money goes to {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "bought at all": (
        "more of them have bought {attribute:label} than of others with as many products: {share:percent1}, others "
        "{others:percent1} (index {index:count})",
        "fewer of them have bought {attribute:label} than of others with as many products: {share:percent1}, others "
        "{others:percent1} (index {index:count})",
    ),
    "weekday": (
        "more of their orders fall on {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders fall on {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "hours": (
        "more of their orders are placed at {attribute} h: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders are placed at {attribute} h: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "channel": (
        "more of their orders come by {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders come by {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "discount": (
        "discounts take more off the shelf price: {share:percent1}, others {others:percent1} (index {index:count})",
        "discounts take less off the shelf price: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "answers": (
        "more of their answers to campaigns go to {attribute:label} than what they were sent would suggest: {share:percent1}, "
        "others {others:percent1} (index {index:count})",
        "fewer of their answers to campaigns go to {attribute:label} than what they were sent would suggest: {share:percent1}, "
        "others {others:percent1} (index {index:count})",
    ),
    "reviews": (
        "more of their reviews are dissatisfied: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their reviews are dissatisfied: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "theme": (
        "more of their reviews speak of {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their reviews speak of {attribute:label}: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "survey": (
        "more of their survey answers are by {attribute:label}: {share:percent1}, others {others:percent1} "
        "(index {index:count})",
        "fewer of their survey answers are by {attribute:label}: {share:percent1}, others {others:percent1} "
        "(index {index:count})",
    ),
    "service": (
        "more of their orders end in a service case: {share:percent1}, others {others:percent1} (index {index:count})",
        "fewer of their orders end in a service case: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "service rating": (
        "they rate more service cases badly: {share:percent1}, others {others:percent1} (index {index:count})",
        "they rate fewer service cases badly: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
    "cases": (
        "more of their service cases are about {attribute:label}: {share:percent1}, others {others:percent1} "
        "(index {index:count})",
        "fewer of their service cases are about {attribute:label}: {share:percent1}, others {others:percent1} "
        "(index {index:count})",
    ),
    "customers": (
        "{kind:label} {attribute:label} is more common: {share:percent1}, others {others:percent1} (index {index:count})",
        "{kind:label} {attribute:label} is less common: {share:percent1}, others {others:percent1} (index {index:count})",
    ),
}
OF_SEGMENT = "{segment:label}: "  # stands before the sentence where the segment is not named by the card around it
SUPPORT = "index: 95% interval {low:count}–{high:count}, n = {n:count}, q = {q:number3}"
SURE = "index: 95% interval {low:count}–{high:count}, n = {n:count}, q < 0.001"
EXPLAINED = "gone among customers alike in {by:label}"
COLUMNS = {  # column → (label, format)
    "segment": ("Segment", "label"), "kind": ("Kind", "label"), "attribute": ("Attribute", "label"),
    "stratifier": ("Compared within", "label"), "n": ("Customers", "count"), "share": ("Segment's share", "percent1"),
    "others_share": ("Others' share", "percent1"), "index": ("Index", "count"), "index_low": ("from", "count"),
    "index_high": ("to", "count"), "shrunk_index": ("Shrunk index", "count"), "q_value": ("q value", "number3"),
    "explained_by": ("Gone within", "label"),
    "n_contacted": ("Contacted", "count"), "answered_rate": ("Answered", "percent1"), "answered_low": ("from", "percent1"),
    "answered_high": ("to", "percent1"), "n_contacts": ("Contacts", "count"),
    "contacts_per_customer": ("Per customer", "number1"),
    "rate": ("Answered", "percent1"), "crude": ("Difference, all together", "change_points1"),
    "adjusted": ("Difference within", "change_points1"), "low": ("from", "change_points1"), "high": ("to", "change_points1"),
    "verdict": ("Verdict", "label"),
    "rule": ("Test", "label"), "observed": ("Real segments", "count"), "by_chance": ("Shuffled, mean", "number1"),
    "most_by_chance": ("Shuffled, most", "count"),
    "figure": ("Figure of the mean customer", "label"), "known": ("With demographics", "number1"),
    "unknown": ("Without", "number1"), "ratio": ("Ratio", "number2"), "ratio_low": ("from", "number2"),
    "ratio_high": ("to", "number2"),
}


def sentence(cell: pd.Series, *, with_segment: bool = True) -> tuple[str, dict]:
    """Return what is said of one cell, as a template and its values; on a card the segment need not be named."""
    pair = SENTENCES.get(cell["kind"], SENTENCES.get(cell["unit"], SENTENCES["customers"]))
    values = {
        "segment": cell["segment"], "kind": cell["kind"], "attribute": cell["attribute"], "share": float(cell["share"]),
        "others": float(cell["others_share"]), "index": float(cell["index"]),
    }
    said = pair[0 if is_more(cell) else 1]
    return (OF_SEGMENT + said if with_segment else said), values


def is_more(cell: pd.Series) -> bool:
    """Say whether the segment has more of the attribute than the others."""
    return bool(cell["share"] > cell["others_share"])


def support(cell: pd.Series) -> str:
    """Return what a cell's sentence rests on: interval of the index, n and q; and what explains it, if something does."""
    values = {"low": cell["index_low"], "high": cell["index_high"], "n": cell["n"], "q": cell["q_value"]}
    said = text(SURE if cell["q_value"] < 0.001 else SUPPORT, **values)
    by = cell.get("explained_by")
    return text("; ").join([said, text(EXPLAINED, by=by)]) if isinstance(by, str) else said


SERVES = {  # kind of attribute, else its unit → the decision that a difference serves; others describe
    **dict.fromkeys(("reviews", "survey", "service", "service topic", "service rating"), "what to mend"),
    **dict.fromkeys(("answers", "spend", "bought at all"), "what to offer"),
}


def evidence(cell: pd.Series) -> Evidence:
    """Return what supports a cell's sentence: its index with interval, against 100 = no difference."""
    return Evidence(
        "estimate", n=int(cell["n"]), estimate=float(cell["index"]), baseline=100.0,
        interval=(float(cell["index_low"]), float(cell["index_high"])),
        serves=SERVES.get(cell["kind"], SERVES.get(cell["unit"], "")),
    )


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# --- tables


def labelled(frame: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the columns of `frame` that readers know, with their labels in the reader's language and formats."""
    if "rule" not in frame and "is_notable" in frame:  # statements: the interval is that of the share
        frame = frame.drop(columns=["low", "high"])
    return {name: (text(COLUMNS[name][0]), COLUMNS[name][1]) for name in COLUMNS if name in frame}


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
