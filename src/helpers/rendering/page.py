"""An executed notebook → what its report page holds: answer, key figures, findings, sections and how it was made.

The notebook says what each output is (`<div class="block chart">`, see report.py); here each goes to its place. Nothing
that is not such a block reaches the reader's page: prints and other outputs stand in the code view.
"""

import ast
import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from helpers import i18n
from helpers.evidence import DECISIONS, DESCRIBES
from helpers.i18n import text
from helpers.rendering import markup

ROLES = (
    "answer", "kpis", "finding", "chart", "table", "settings", "note", "lacking", "say", "points", "verdict", "quotes", "cards",
    "held", "written",
)
BLOCK = re.compile(r'<div class="block ([a-z]+)"((?: data-[a-z]+="[^"]*")*)>(.*)</div>\s*', re.DOTALL)
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One piece of a section: `prose`, `code`, `output` (shown with the code) or a block's role."""

    kind: str
    html: Markup
    data: dict = field(default_factory=dict)


@dataclass
class Section:
    """A question of the page with everything under it."""

    id: str
    title: str
    parts: list[Part] = field(default_factory=list)
    is_closing: bool = False  # the checks have begun: what could not be checked or saved was said above

    @property
    def blocks(self) -> list[Part]:
        return [part for part in self.parts if part.kind in ROLES]

    @property
    def is_empty(self) -> bool:
        return not any(part.kind in ROLES or part.kind == "prose" for part in self.parts)

    @property
    def folds(self) -> list[tuple[str, list[Part]]]:
        """Return the parts in order, those that stand together in a fold with its summary, the others with none."""
        return [(fold, list(parts)) for fold, parts in groupby(self.parts, lambda part: part.data.get("fold", ""))]

    def runs(self) -> Iterator[tuple[str, list[Part]]]:
        """Yield the parts under the section's own title and under each heading below it, with that heading."""
        title, run = "", []
        for part in self.parts:
            if part.kind == "prose" and (heading := re.match(r"\s*<h[3-6]>(.*?)</h[3-6]>", part.html, re.DOTALL)):
                yield title, run
                title, run = markup.plain(heading[1]), []
            run.append(part)
        yield title, run


@dataclass
class Page:
    """What the template prints."""

    title: str = ""
    standfirst: Markup = Markup()
    about: Markup = Markup()
    answer: list[Markup] = field(default_factory=list)
    kpis: list[Markup] = field(default_factory=list)
    settings: list[Markup] = field(default_factory=list)
    written: list[Markup] = field(default_factory=list)
    setup: list[Part] = field(default_factory=list)
    lead: Section = field(default_factory=lambda: Section("lead", ""))
    sections: list[Section] = field(default_factory=list)
    findings: list[dict] = field(default_factory=list)
    lacking: dict[Markup, list[str]] = field(default_factory=dict)  # what further data would show → under which titles
    unused: Section = field(default_factory=lambda: Section("unused", ""))  # code that had nothing to show
    n_checks: int = 0

    def graded(self, *grades: str) -> list[dict]:
        """Return the findings of these grades, the firmest first, else in the notebook's order."""
        return [found for grade in grades for found in self.findings if found["grade"] == grade]

    def by_decision(self) -> list[tuple[str, list[dict]]]:
        """Return the findings that are not too weak under the decision that they serve, those that serve none last.

        Decisions come in the order of `evidence.DECISIONS`, findings of each the firmest first.
        """
        firm = self.graded("holds", "with-care")
        groups = [(decision, [found for found in firm if found["serves"] == decision]) for decision in (*DECISIONS, "")]
        return [(text(decision or DESCRIBES), found) for decision, found in groups if found]


def build(notebook) -> Page:
    """Return the page of an executed notebook, in the language that i18n is set to."""
    page = Page()
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and _is_for_reader(cell):
            _add_narrative(page, markup.markdown(cell.source))
        elif cell.cell_type == "code":
            _add_code(page, cell)
    for section in [page.lead, *page.sections]:
        _gather_lacking(page, section)
    page.sections = [section for section in page.sections if not section.is_empty]
    return page


def _gather_lacking(page: Page, section: Section) -> None:
    """Move what is lacking from a section to the page's list, and leave out headings under which nothing is shown for it."""
    kept, is_dead, is_shown = [], False, section is page.lead
    for title, run in section.runs():
        missing = [part for part in run if part.kind == "lacking"]
        for part in missing:
            titles = page.lacking.setdefault(part.html, [])
            if section.title not in titles:  # a question says it for the headings below it
                titles += [name for name in [title or section.title] if name and name not in titles]
        shows = any(part.kind in ROLES and part.kind != "lacking" for part in run)
        had_nothing = not shows and bool(missing or title and any(part.kind == "code" for part in run))
        is_dead, is_shown = is_dead or had_nothing, is_shown or shows
        kept += [part for part in run if part.kind in ("code", "output") or not had_nothing and part.kind != "lacking"]
    section.parts = kept if is_shown or not is_dead else []
    page.unused.parts += [] if section.parts else [part for part in kept if part.kind in ("code", "output")]


def n_charts(notebook) -> int:
    """Return how many pictures the notebook shows: each must be a figure of the page."""
    return sum(
        _is_picture(output) or _html_of(output).lstrip().startswith('<div class="block chart"')
        for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs
    )


def _is_for_reader(cell) -> bool:
    languages = {tag for tag in cell.metadata.get("tags", []) if tag.startswith("lang-")}
    return not languages or f"lang-{i18n.language()}" in languages


# --- narrative


def _add_narrative(page: Page, html: Markup) -> None:
    if not page.title and (first := HEADING.search(html)):
        page.title = markup.plain(first[2])
        html = Markup(html[: first.start()] + html[first.end():])
        intro, mark, rest = html.partition("<h2>")
        page.standfirst, page.about = _split_intro(intro)
        html = Markup(mark + rest)
    pieces = re.split(r"<h[12]>(.*?)</h[12]>", html, flags=re.DOTALL)
    _add_prose(page, pieces[0])
    for title, prose in zip(pieces[1::2], pieces[2::2], strict=True):
        page.sections.append(Section(f"s-{len(page.sections) + 1}", markup.plain(title)))
        _add_prose(page, prose)


def _add_prose(page: Page, html: str) -> None:
    if html.strip():
        _here(page).parts.append(Part("prose", Markup(_sound_headings(html))))


def _here(page: Page) -> Section:
    return page.sections[-1] if page.sections else page.lead


def _sound_headings(html: str) -> str:
    """Return `html` without jumps in the levels of its headings, which stand below an h2."""
    level = 2

    def step(match: re.Match) -> str:
        nonlocal level
        level = min(int(match[1]), level + 1)
        return f"<h{level}>{match[2]}</h{level}>"

    return HEADING.sub(step, html)


def _split_intro(html: str) -> tuple[Markup, Markup]:
    """Return the first line below the title (the question) and the rest (tables read and written, readers)."""
    if item := re.match(r"\s*<ul>\s*<li>(.*?)</li>(.*)", html, re.DOTALL):
        return _without_label(item[1]), Markup(f"<ul>{item[2]}".strip())
    if paragraph := re.match(r"\s*<p>(.*?)</p>(.*)", html, re.DOTALL):
        first, *others = re.split(r"(?:<br>)?\n", paragraph[1])
        more = "".join(f"<li>{line}</li>" for line in others)
        return _without_label(first), Markup((f"<ul>{more}</ul>" if more else "") + paragraph[2].strip())
    return Markup(), Markup(html.strip())


def _without_label(line: str) -> Markup:
    """Return "**Question**: which …" as "Which …"."""
    line = re.sub(r"^\s*<strong>[^<]*</strong>\s*[:：·]?\s*", "", line)
    return Markup(line[:1].upper() + line[1:])


# --- code and its outputs


def _add_code(page: Page, cell) -> None:
    parts = [Part("code", markup.python(cell.source))]
    for output in cell.outputs:
        parts += _parts_of(output, number=cell.get("execution_count") or 0)
    page.n_checks += _n_asserts(cell)
    _here(page).is_closing |= "checks" in cell.metadata.get("tags", [])
    is_check = "checks" in cell.metadata.get("tags", [])
    for part in parts:
        if not (is_check and part.kind == "lacking"):  # what is missing was said where it was missed
            _put(page, part)


def _put(page: Page, part: Part) -> None:
    """Put one part where it belongs on the page."""
    section = _here(page)
    if part.kind in ("answer", "kpis", "settings", "written"):
        getattr(page, part.kind).append(part.html)
    elif part.kind in ("code", "output") and section is page.lead:
        page.setup.append(part)
    elif part.kind == "finding":
        name = f"f-{len(page.findings) + 1}"
        page.findings.append({
            "id": name, "html": part.html, "grade": part.data["grade"], "serves": part.data.get("serves", ""),
            "section": None if section is page.lead else section,
        })
        section.parts.append(Part("finding", part.html, {**part.data, "id": name}))
    elif part.kind != "lacking" or not section.is_closing:
        section.parts.append(part)


def _parts_of(output, *, number: int) -> list[Part]:
    """Return what one output shows: a block, a picture, or something for the code view; or nothing."""
    html = markup.clean(_html_of(output)).strip()
    if (block := BLOCK.fullmatch(html)) and block[1] in ROLES:
        data = {name: entities.unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', block[2])}
        return [Part(block[1], Markup(block[3]), data)]
    if _is_picture(output):
        picture = "".join(output.data["image/png"].split())
        alt = text("Picture made by cell {n:count}", n=number)
        return [Part("chart", markup.clean(f'<figure><img src="data:image/png;base64,{picture}" alt="{alt}"></figure>'))]
    if html:
        return [Part("output", Markup(html))]
    words = _words_of(output)
    return [Part("output", Markup("<pre>{}</pre>").format(words))] if words else []


def _html_of(output) -> str:
    return output.get("data", {}).get("text/html", "")


def _is_picture(output) -> bool:
    return "image/png" in output.get("data", {}) and not _html_of(output)


def _words_of(output) -> str:
    """Return what the code printed. Warnings and tracebacks hold paths of a machine: they are not for readers."""
    if output.output_type == "stream":
        return output.text.strip() if output.name == "stdout" else ""
    words = output.get("data", {}).get("text/plain", "")
    return "" if re.search(r"\bat 0x[0-9a-f]+|^<", words) else words.strip()


def _n_asserts(cell) -> int:
    if "checks" not in cell.metadata.get("tags", []):
        return 0
    source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%%"))
    return sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source)))
