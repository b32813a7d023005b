"""What stands on a persona's card, in the reader's language: who, how they buy, what they love and avoid, when, through which
channel, what they answer to, what they say, what they need next.

A tested sentence carries its index, interval, n and q, or it is not there. What made the segment (rhythm, value, a tier that
is earned) is described with its interval and marked so.
"""

import pandas as pd

from helpers.i18n import text
from helpers.persona import persona_described as described
from helpers.persona import persona_needs as needs
from helpers.persona.persona import statements
from helpers.persona.persona_drawings import drawing, purchases
from helpers.persona.persona_index import MIN_CUSTOMERS
from helpers.persona.persona_posters import Line, Poster
from helpers.persona.persona_words import capital, is_more, sentence, support
from helpers.segmentation.icons import icon

MAX_SENTENCES = 4  # a part of a card
WHO, BUY, LOVE, AVOID, WHEN, WHERE, ANSWER, SAY = PARTS = (
    "Who they are", "How they buy", "What they love", "What they avoid", "When they come", "Through which channel",
    "What they answer to", "What they say",
)
NEED = "What they need next"
PART_OF = {  # kind of trait → part of the card; spend and demographics have theirs by unit
    "weekday": WHEN, "hours": WHEN, "channel": WHERE, "discount": ANSWER, "answers": ANSWER, "reviews": SAY, "theme": SAY,
    "survey": SAY, "service": SAY, "service topic": SAY, "service channel": SAY, "service rating": SAY,
}
NOTHING = "nothing that was tested sets this segment apart, beyond its rhythm and value"
UNTESTED = "fewer than {limit:count} customers: habits were not tested"


def cards(
    personas: pd.DataFrame, cells: pd.DataFrame, *, colors: dict[str, str], again: dict | None = None,
    chance: pd.DataFrame | None = None,
) -> list[Poster]:
    """Return a card a segment, in the reader's language.

    personas, cells: the two tables (`cells` may be empty where no habit could be compared). again: of
    `persona_needs.second_purchase`. chance: of `persona_index.by_chance`, None where it could not be run.
    """
    again = again or {"n": 0}
    said = statements(cells) if len(cells) else cells
    posters = []
    for _, row in personas.iterrows():  # a handful of segments
        own, facts = said[said["segment"] == row["segment"]] if len(said) else said, _facts(row)
        color = colors.get(row["segment"], "#5b6570")
        posters.append(Poster(
            name=text(row["segment"]), line=_line(row), facts=facts, parts=_parts(row, own, cells), color=color,
            next_step=(text(NEED), need) if (need := _needs(row, own, again)) else None, icon=icon(row["segment"]),
            drawing=drawing(row, cells, color=color), caption=_caption(row), foot=_foot(row, own, chance),
        ))
    return posters


def _line(row: pd.Series) -> str:
    if isinstance(row.get("favourite"), str):
        return text("{persona:label}; above all {favourite:label}", persona=row["persona"], favourite=row["favourite"])
    return text(row["persona"])


def _caption(row: pd.Series) -> str:
    days, _ = purchases(row["median_gap_days"], row["recency_days"])
    line = text("The line: purchases of the median customer in the last {days:count} days.", days=days)
    return text("The ring: orders by hour, noon on top. {line}", line=line) if isinstance(row["hours"], str) else line


def _facts(row: pd.Series) -> list[tuple[str, str]]:
    is_tiny, has_revenue = row["revenue_share"] < 0.001, row["revenue_share"] == row["revenue_share"]
    facts = [
        ("Customers", "{n_customers:count} ({customer_share:percent1})", True),
        ("Revenue", "{revenue_share:percent1} of all", has_revenue and not is_tiny),
        ("Revenue", "under 0.1% of all", is_tiny),
        ("Each has brought", "{revenue_per_customer:money}", True),
        ("Last purchase", "{recency} days ago", True),
    ]
    values = row.to_dict() | {"recency": described.short(row["recency_days"])}
    return [(text(label), text(template, **values)) for label, template, applies in facts if applies]


def _parts(row: pd.Series, own: pd.DataFrame, cells: pd.DataFrame) -> list[tuple[str, list[Line]]]:
    """Return the parts of a card that have something to say, in their order."""
    found = {part: [] for part in PARTS}
    found[BUY] += described.rhythm(row)
    for _, cell in own[own["kind"] != needs.GAP].iterrows():
        template, values = sentence(cell, with_segment=False)
        found[_part_of(cell)].append(Line(capital(text(template, **values)), support(cell), is_tested=True))
    found = {part: lines[:MAX_SENTENCES] for part, lines in found.items()}
    if len(cells):
        found[WHO] += described.people(row, cells)
        found[LOVE] += described.departments(row, cells)
        for kind, line in described.usual(row, cells):
            found[PART_OF[kind]].append(line)
    found[ANSWER] += described.answered(row)
    if own.empty:
        limit = row["n_customers"] < MIN_CUSTOMERS
        found[BUY].append(Line(capital(text(UNTESTED, limit=MIN_CUSTOMERS) if limit else text(NOTHING))))
    return [(text(part), said) for part, said in found.items() if said]


def _part_of(cell: pd.Series) -> str:
    if cell["unit"] == "spend":
        return LOVE if is_more(cell) else AVOID
    return PART_OF.get(cell["kind"], WHO)


def _needs(row: pd.Series, own: pd.DataFrame, again: dict) -> list[Line]:
    """Return what the segment needs next: what its rhythm makes due, then what its statements call for."""
    rows = []
    if (due := needs.next_purchase(row, again)) is not None:
        template, values, rests, behind = due
        rows.append(Line(capital(text(template, **values)), text(rests, **behind)))
    for template, values, cell in needs.openings(own):
        rows.append(Line(capital(text(template, **values)), support(cell), is_tested=True))
    return rows[:MAX_SENTENCES]


def _foot(row: pd.Series, own: pd.DataFrame, chance: pd.DataFrame | None) -> str:
    """Return how many statements this card makes, and how many chance alone would have given the segment."""
    if chance is None:
        return ""
    drawn = chance[row["segment"]] if row["segment"] in chance else pd.Series([0.0])
    return text(
        "● {n:count} tested statements: chance alone gives this card {mean:number1} such statements (at most {most:count} in "
        "{rounds:count} random deals of the labels). ○ described: it made the segment, or says what is most common.",
        n=len(own), mean=float(drawn.mean()), most=int(drawn.max()), rounds=len(chance),
    )
