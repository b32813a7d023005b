"""A drawing of each persona as inline SVG, made of its figures: no picture of a person, nothing that was not computed.

A ring of 24 hours (noon at the top) is as thick as orders are many; the basket in it is as wide as the segment's order against
the median customer's and holds its products; the line below marks the purchases of the median customer up to the last day.
"""

import html

import numpy as np
import pandas as pd

from helpers.i18n import number, text
from helpers.persona.persona_traits import HOURS

WINDOWS = (28, 90, 180, 365, 730, 1461)  # days that the line below may show
MAX_ITEMS, MAX_MARKS = 12, 40
RADIUS, EVEN = 62.0, 5.0  # of the ring, and its thickness where orders are spread evenly
SYMBOLS = {  # words of a category's name → what is drawn in the basket, on a field of 24 × 24
    ("grocer", "food", "粮", "食", "bread", "bak", "pastry", "dinner"): "M4 13 a8 7 0 0 1 16 0 v6 H4 Z M9 9 v4 M15 9 v4",
    ("gift", "礼"): "M4 10 H20 V20 H4 Z M12 10 V20 M4 10 V7 H20 V10 M12 7 C8 2 5 5 12 7 C19 5 16 2 12 7",
    ("tea", "coffee", "drink", "beverage", "wine", "茶", "咖啡", "饮"): (
        "M5 8 H16 V15 a5 5 0 0 1 -11 0 Z M16 10 h2 a2 2 0 0 1 0 5 h-2"
    ),
    ("fuel", "gas", "petrol"): "M6 20 V5 H14 V20 Z M8 8 H12 M14 11 h3 v6 a1.5 1.5 0 0 0 3 0 V9 l-3 -3",
    ("produce", "fruit", "vegetable", "organic", "果", "蔬"): "M12 8 C5 5 4 20 12 20 C20 20 19 5 12 8 Z M12 8 C12 5 14 4 16 4",
    ("meat", "deli", "seafood", "fish", "肉", "鱼"): "M4 14 C4 8 14 4 19 8 C22 12 14 20 8 18 C5 17 4 16 4 14 Z M15 11 h.1",
    ("care", "skin", "hair", "cosmetic", "drug", "health", "护", "洗", "妆"): "M9 8 H15 V20 H9 Z M10.5 8 V5 H13.5 V8 M9 13 H15",
    ("home", "house", "kitchen", "light", "storage", "家", "厨", "灯", "床", "餐", "收纳"): (
        "M4 12 L12 5 L20 12 M6.5 10.5 V20 H17.5 V10.5"
    ),
    ("paper", "纸"): "M8 5 H17 V19 H8 Z M8 5 a3 7 0 0 0 0 14 M11 10 h4 M11 14 h4",
}


def drawing(row: pd.Series, cells: pd.DataFrame, *, color: str) -> str:
    """Return a segment's drawing. row: of `personas`; cells: of `persona_traits`; colour of the segment (#rrggbb)."""
    hours = cells[(cells["segment"] == row["segment"]) & (cells["kind"] == "hours")]
    window, marks = purchases(row["median_gap_days"], row["recency_days"])
    body = _ring(hours.set_index("attribute")["share"], color) + _basket(row, color) + _line(window, marks, color)
    return (
        f'<svg viewBox="0 0 160 188" role="img" aria-label="{html.escape(_alt(row, window, marks), quote=True)}" fill="none" '
        f'stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )


def purchases(gap_days: float, recency_days: float) -> tuple[int, list[float]]:
    """Return the days that the line shows, and the median customer's purchases on it, in days before the last day.

    The line is the shortest of `WINDOWS` with the last purchase and one before it; a customer who bought once has one mark.
    """
    back = 0.0 if np.isnan(gap_days) else max(gap_days, 1.0)
    window = next((days for days in WINDOWS if recency_days + back <= days), WINDOWS[-1])
    if recency_days > window:
        return window, []
    n = 1 if not back else min(int((window - recency_days) // back) + 1, MAX_MARKS)
    return window, [recency_days + i * back for i in range(n)]


def _at(hour: float, radius: float = RADIUS) -> str:
    """Return the point of an hour on the ring: noon at the top, clockwise."""
    angle = (hour - 12) / 24 * 2 * np.pi - np.pi / 2
    return f"{80 + radius * np.cos(angle):.1f} {76 + radius * np.sin(angle):.1f}"


def _ring(shares: pd.Series, color: str) -> str:
    """Return the ring of 24 hours, each band as thick as its orders an hour; a thin ring where hours are not known."""
    thin = f'<circle cx="80" cy="76" r="{RADIUS:g}" opacity="0.25"></circle>'
    if shares.empty:
        return thin
    starts = [0, *(end for end, _ in HOURS[:-1])]
    bands = {}
    for start, (end, name) in zip(starts, HOURS, strict=True):
        bands.setdefault(name, []).append((start, end))
    arcs = []
    for name, spans in bands.items():
        length = sum(end - start for start, end in spans)
        width = min(EVEN * float(shares.get(name, 0.0)) / (length / 24), 14.0)
        arcs += [
            f'<path d="M{_at(start + 0.12)} A{RADIUS:g} {RADIUS:g} 0 {int(end - start > 12)} 1 {_at(end - 0.12)}" '
            f'stroke="{color}" stroke-width="{width:.1f}" stroke-linecap="butt"></path>'
            for start, end in spans if width >= 0.3
        ]
    sun = '<circle cx="80" cy="7" r="3.2"></circle>'
    moon = '<path d="M82.6 147.2 A3.6 3.6 0 1 1 78.6 143 A3 3 0 0 0 82.6 147.2 Z"></path>'
    return thin + "".join(arcs) + sun + moon


def _basket(row: pd.Series, color: str) -> str:
    """Return the basket, as wide as the order is large, with a mark a product and the symbol of what they love."""
    ratio = row.get("basket_ratio", np.nan)
    half = 24 * float(np.clip(1.0 if np.isnan(ratio) else ratio, 0.6, 1.5))
    top, bottom, foot, grip = 72, 72 + half * 1.1, half * 0.74, half * 0.55
    shape = (
        f'<path d="M{80 - half:.1f} {top} H{80 + half:.1f} L{80 + foot:.1f} {bottom:.1f} H{80 - foot:.1f} Z"></path>'
        f'<path d="M{80 - grip:.1f} {top} A{grip:.1f} {half * 0.7:.1f} 0 0 1 {80 + grip:.1f} {top}"></path>'
    )
    n = 0 if np.isnan(row["n_products"]) else int(min(max(round(row["n_products"]), 1), MAX_ITEMS))
    places = [(80 - half + 2 * half / (n + 1) * (i + 1), top - 3 - 2.5 * (i % 2)) for i in range(n)]
    items = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{color}" stroke="{color}"></circle>' for x, y in places]
    return "".join(items) + shape + _symbol(row.get("favourite"), half)


def _symbol(favourite, half: float) -> str:
    """Return what is drawn for the favourite: a symbol that its name calls for, or a heart."""
    if not isinstance(favourite, str) or not favourite:
        return ""
    name = favourite.lower()
    path = next((path for words, path in SYMBOLS.items() if any(word in name for word in words)), None)
    path = path or "M12 19 C6 15 4 12 4 9 A4 4 0 0 1 12 8 A4 4 0 0 1 20 9 C20 12 18 15 12 19 Z"
    size = half * 0.95 / 24
    move = f"translate({80 - 12 * size:.1f} {72 + half * 0.08:.1f}) scale({size:.3f})"
    return f'<g transform="{move}"><path d="{path}"></path></g>'


def _line(window: int, marks: list[float], color: str) -> str:
    """Return the line of the last days: a mark a purchase, the last day at the right."""
    base = '<path d="M12 172 H148" opacity="0.35"></path><path d="M148 164 V180"></path>'
    points = [148 - 136 * days / window for days in marks]
    return base + "".join(
        f'<circle cx="{x:.1f}" cy="172" r="{4.2 if i == 0 else 2.6:g}" fill="{color}" stroke="{color}"></circle>'
        for i, x in enumerate(points)
    )


def _alt(row: pd.Series, window: int, marks: list[float]) -> str:
    """Return in words what the drawing shows."""
    parts = []
    if isinstance(row["hours"], str):
        parts.append(text("a ring of 24 hours, thickest at {hours} h", hours=row["hours"]))
    ratio = row.get("basket_ratio", np.nan)
    if not np.isnan(ratio):
        parts.append(text("a basket {ratio} times as large as the median customer's", ratio=number(ratio, 1)))
    if isinstance(row.get("favourite"), str):
        parts.append(text("the sign of {favourite:label}", favourite=row["favourite"]))
    marked = "{n:count} purchases of the median customer on a line of the last {days:count} days"
    parts.append(text(marked, n=len(marks), days=window))
    return text("Drawing: {parts}", parts=text("; ").join(parts))
