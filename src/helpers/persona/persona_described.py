"""What a card describes beside what was tested: rhythm and basket, the most common band, day, hour, channel, department.

Each line carries its interval and n, and says why it is no statement: it made the segment, or is as among the others.
"""

import numpy as np
import pandas as pd

from helpers.i18n import listing, number, text
from helpers.persona.persona import MIN_SHOWN, top
from helpers.persona.persona_index import MIN_CUSTOMERS
from helpers.persona.persona_posters import Line
from helpers.persona.persona_traits import DEMOGRAPHICS, EARNED
from helpers.persona.persona_words import capital

MAX_BANDS = 3  # attributes of the person, beside what is earned
USUAL = {  # kind of trait → what its largest share says
    "weekday": "most orders fall on {attribute:label}: {share:percent}",
    "hours": "most orders are placed at {attribute} h: {share:percent}",
    "channel": "most orders come by {attribute:label}: {share:percent}",
    "reviews": "{share:percent} of their reviews are dissatisfied",
}
UNTESTED = "{low:percent}–{high:percent}, n = {n:count}; described, not tested"
ALIKE = "{low:percent}–{high:percent}, n = {n:count}; not told apart from the others"
EARNT = "{low:percent}–{high:percent}, n = {n:count}; earned by spending, so not tested"


def short(value: float) -> str:
    """Return a number with one decimal only where it has one: 3, 2.5."""
    return number(value, 0 if round(value, 1) == round(value) else 1) if np.isfinite(value) else number(value)


def rhythm(row: pd.Series) -> list[Line]:
    """Return rhythm and basket of the median customer with their intervals: described, for they made the segment."""
    rows = []
    if np.isfinite(row["median_gap_days"]):
        words = text("every {gap} days (median of those who bought on two days or more)", gap=short(row["median_gap_days"]))
        rows.append((words, _between(row, "median_gap_days", n=row["n_with_gap"])))
    else:
        rows.append((text("most bought on one day only"), text("n = {n:count}; described, not tested", n=row["n_customers"])))
    if np.isfinite(row["order_value"]):
        template = "an order of {value:money2}" + ("; {products} products" if np.isfinite(row["n_products"]) else "")
        words = text(template, value=row["order_value"], products=short(row["n_products"]))
        rows.append((words, _between(row, "order_value", n=row["n_customers"], money=True)))
    return [Line(capital(words), rests) for words, rests in rows]


def _between(row: pd.Series, column: str, *, n: int, money: bool = False) -> str:
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    if not (np.isfinite(low) and np.isfinite(high)):
        return text("n = {n:count}; described, not tested", n=n)
    if money:
        return text("95% interval {low:money2}–{high:money2}, n = {n:count}; described, not tested", low=low, high=high, n=n)
    values = {"low": short(low), "high": short(high), "n": n}
    return text("95% interval {low}–{high}, n = {n:count}; described, not tested", **values)


def people(row: pd.Series, cells: pd.DataFrame) -> list[Line]:
    """Return the most common band of the first attributes that enough customers of the segment have, if not said already."""
    own = _enough(row, cells)
    own = own[(own["unit"] == "customers") & (own["n_with"] >= MIN_SHOWN)]
    kinds = [kind for kind in DEMOGRAPHICS.values() if kind in set(own["kind"])]
    kinds = [kind for kind in kinds if kind not in EARNED][:MAX_BANDS] + [kind for kind in kinds if kind in EARNED]
    bands = [top(own, segment=row["segment"], kind=kind, n=1).iloc[0] for kind in kinds]
    template = "{kind:label}: most often {attribute:label}, {share:percent}"
    return [_line(template, band) for band in bands if not band["is_notable"]]


def usual(row: pd.Series, cells: pd.DataFrame) -> list[tuple[str, Line]]:
    """Return (kind, line) of when and by which channel they order most, and how they review, if not said already."""
    own, found = _enough(row, cells), []
    for kind, template in USUAL.items():
        rows = top(own, segment=row["segment"], kind=kind, n=1)
        if len(rows) and not rows.iloc[0]["is_notable"]:
            found.append((kind, _line(template, rows.iloc[0])))
    return found


def _enough(row: pd.Series, cells: pd.DataFrame) -> pd.DataFrame:
    return cells[(cells["segment"] == row["segment"]) & (cells["n"] >= MIN_CUSTOMERS)]


def _line(template: str, cell: pd.Series) -> Line:
    rests = EARNT if cell["kind"] in EARNED else UNTESTED if pd.isna(cell["p_value"]) else ALIKE
    values = {name: cell[name] for name in ("kind", "attribute", "share", "low", "high", "n")}
    return Line(capital(text(template, **values)), text(rests, **values))


def departments(row: pd.Series, cells: pd.DataFrame) -> list[Line]:
    """Return the three departments with most of the segment's money."""
    rows = top(cells, segment=row["segment"], kind="department")
    if rows.empty:
        return []
    parts = [text("{name:label} {share:percent}", name=d["attribute"], share=d["share"]) for _, d in rows.iterrows()]
    words = text("most of their money goes to {departments}", departments=listing(parts))
    ends = [text("{low:percent}–{high:percent}", low=d["low"], high=d["high"]) for _, d in rows.iterrows()]
    rests = "95% intervals {ends}, n = {n:count}; described, not tested"
    return [Line(capital(words), text(rests, ends=", ".join(ends), n=int(rows["n"].max())))]


def answered(row: pd.Series) -> list[Line]:
    """Return the share of contacted customers that answered at least once."""
    if row["n_contacted"] < MIN_SHOWN:
        return []
    words = text("{answered_rate:percent} of those contacted answered a campaign at least once", **row.to_dict())
    rests = "{answered_low:percent}–{answered_high:percent}, n = {n_contacted:count}; described: answering takes a purchase"
    return [Line(capital(words), text(rests, **row.to_dict()))]
