"""How a persona's card looks: a page that can be pinned to a wall. On paper each card is a page of its own."""

import html
from dataclasses import dataclass, field
from typing import NamedTuple

from helpers import report


class Line(NamedTuple):
    """A sentence, what it rests on, and whether it passed the tests (or only describes what made the segment)."""

    words: str
    rests: str = ""
    is_tested: bool = False



@dataclass(frozen=True)
class Poster:
    """A card: name, one line under it, drawing, rows of (label, value), what is next, titled groups of lines, a foot.

    All texts are given translated; `drawing` is an inline SVG made by this project.
    """

    name: str
    line: str
    facts: list[tuple[str, str]]
    next_step: tuple[str, list[Line]] | None = None  # stands in the head of the card
    parts: list[tuple[str, list[Line]]] = field(default_factory=list)
    foot: str = ""
    color: str = ""
    drawing: str = ""
    icon: str = ""  # a small inline SVG beside the name
    caption: str = ""  # what the drawing shows, in a few words


def show(*posters: Poster) -> None:
    """Show cards one below the other."""
    report._show("cards", "".join(map(poster_html, posters)))


def poster_html(poster: Poster) -> str:
    """Return one card as HTML."""
    style = f' style="border-top-color:{_safe(poster.color)}"' if poster.color else ""
    facts = "".join(f"<div><dt>{_safe(label)}</dt><dd>{_safe(value)}</dd></div>" for label, value in poster.facts)
    caption = f'<div class="drawing-caption">{_safe(poster.caption)}</div>' if poster.caption else ""
    step = _part(*poster.next_step, style="part next") if poster.next_step else ""
    foot = f'<p class="poster-foot">{_safe(poster.foot)}</p>' if poster.foot else ""
    return (
        f'<section class="card poster"{style}><div class="poster-head"><div class="drawing">{poster.drawing}{caption}</div>'
        f'<div>{poster.icon}<h3 class="card-name">{_safe(poster.name)}</h3><p class="card-line">{_safe(poster.line)}</p>'
        f"<dl>{facts}</dl>{step}</div></div>"
        f'<div class="poster-parts">{"".join(_part(title, said) for title, said in poster.parts)}</div>{foot}</section>'
    )


def _part(title: str, lines: list[Line], *, style: str = "part") -> str:
    items = (
        f'<li class="{"tested" if line.is_tested else "described"}">{_safe(line.words)}'
        + (f'<span class="evidence">{_safe(line.rests)}</span>' if line.rests else "") + "</li>"
        for line in lines
    )
    return f'<div class="{style}"><h4>{_safe(title)}</h4><ul>{"".join(items)}</ul></div>'


def _safe(value) -> str:
    return html.escape(str(value), quote=True)
