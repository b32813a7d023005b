"""What a notebook shows: settings, key figures, chart cards, tables and findings that carry their evidence.

Every function displays one block of HTML that the report template (render.py) styles; in JupyterLab the same block is
shown with a small style sheet. All text from data is escaped here and sanitised again when the report is made.
"""

import html
import json
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
from IPython.display import HTML, display

from helpers import datasets, i18n, paths, tables
from helpers.contracts import TOPICS
from helpers.errors import UserError
from helpers.evidence import DESCRIBES, OF_THE_RUN, Evidence, grade, with_history
from helpers.i18n import text
from helpers.rendering.blocks import capital, card_html, escape, finding_html, kpi_html, picture, table_html


@dataclass(frozen=True)
class Run:
    """What a notebook works on: the data set's settings and this run's parameters."""

    stage: str
    settings: datasets.Dataset
    language: str
    as_of: pd.Timestamp
    first_day: pd.Timestamp | None
    seed: int
    findings: list = field(default_factory=list)

    @property
    def business(self) -> datasets.Business:
        return self.settings.business


_run: dict[str, Run] = {}
_folds: list[str] = []  # summaries of the folds that blocks are shown in, the innermost last


def start(
    stage: str, *, dataset: str, language: str = "en", snapshot_date: str = "", seed: int = 0, engine: str = "duckdb"
) -> Run:
    """Open a notebook: bind tables, language and style; return the run's settings.

    `snapshot_date` is the last day observed, inclusive; empty = the data set's own.
    """
    from helpers.plots import plots
    from helpers.running import notebook

    settings = datasets.load(dataset)
    business = settings.business
    as_of = pd.Timestamp(snapshot_date or business.snapshot_date)
    first_day = pd.Timestamp(business.first_date) if business.first_date else None
    if as_of > pd.Timestamp(business.snapshot_date) or (first_day is not None and as_of <= first_day):
        since = "" if first_day is None else f"from {first_day:%Y-%m-%d} "
        raise UserError(
            f"SNAPSHOT_DATE={as_of:%Y-%m-%d} lies outside the data, which runs {since}to {business.snapshot_date:%Y-%m-%d}"
        )
    tables.use(dataset, engine=engine)
    i18n.use(language=language, currency=business.currency)
    plots.use_style()
    notebook.activate()
    _run["now"] = Run(stage, settings, language, as_of, first_day, seed)
    css = (paths.TEMPLATES / "report" / "lab.css").read_text(encoding="utf-8")
    display(HTML(f"<style>{css}</style>"))
    return _run["now"]


def _show(role: str, body: str, **attributes) -> None:
    """Display one block. `role` tells the template where it belongs."""
    attributes |= {"fold": _folds[-1]} if _folds else {}
    extra = "".join(f' data-{name}="{html.escape(str(value))}"' for name, value in attributes.items())
    display(HTML(f'<div class="block {role}"{extra}>{body}</div>'))


# --- opening


def settings(**parameters) -> None:
    """Show the settings of the run: data set, window, snapshot date, seed and the notebook's parameters."""
    run = _run["now"]
    window = "–" if run.first_day is None else f"{i18n.calendar_day(run.first_day)} – {i18n.calendar_day(run.as_of)}"
    rows = {
        text("Data set"): run.settings.title.in_language(run.language),
        text("Data window"): window,
        text("Snapshot date (last day observed)"): i18n.calendar_day(run.as_of),
        text("Currency and time zone"): f"{run.business.currency}, {run.business.time_zone}",
        text("Random seed"): str(run.seed),
    }
    rows |= {f"{text('Parameter')} {name}": _plain(value) for name, value in parameters.items()}
    body = "".join(f"<tr><th scope='row'>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items())
    _show("settings", f"<table>{body}</table>")


def _plain(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def answer(template: str, /, **values) -> None:
    """Show the answer of the page: one sentence, which the report puts on the first screen."""
    _show("answer", f"<p>{escape(text(template, **values))}</p>")


@dataclass(frozen=True)
class Kpi:
    """A key figure: label, value and format; its change against a *named* comparison, interval, note, trend line."""

    label: str
    value: float | str
    fmt: str = "count"
    change: float | None = None
    change_fmt: str = "change_percent1"
    against: str = ""
    good: str = "up"  # up, down or neutral: the direction that is good news
    low: float | None = None
    high: float | None = None
    note: str = ""
    trend: tuple[float, ...] = ()


def kpis(*cards: Kpi) -> None:
    """Show three to six key figures side by side. Labels, notes and comparisons are given translated."""
    _show("kpis", "".join(kpi_html(card) for card in cards))


# --- findings


def finding(template: str, /, *, evidence: Evidence, **values) -> str:
    """Show a computed sentence with its grade and keep it for results/findings; return the grade.

    `template` is the English message; its `{name:format}` fields are filled from `values` in the reader's language.
    """
    run = _run["now"]
    given, why = grade(evidence)
    topic = run.stage.split("_", 1)[1]
    run.findings.append({
        "finding_id": f"{topic}-{len(run.findings) + 1:02d}",
        "template": template,
        "values": json.dumps(values, ensure_ascii=False, sort_keys=True, default=_jsonable),
        "kind": evidence.kind, "grade": given, "why": why, "n": int(evidence.n),
        "estimate": evidence.estimate,
        "low": evidence.interval[0] if evidence.interval else None,
        "high": evidence.interval[1] if evidence.interval else None,
        "baseline": evidence.baseline, "held_out": evidence.held_out, "serves": evidence.serves or None,
    })
    said = finding_html(template, values, given, why, evidence.n)
    _show("finding", said, grade=given.replace(" ", "-"), serves=evidence.serves)
    return given


def held(findings: pd.DataFrame) -> None:
    """Show findings of other notebooks (columns of `findings_<topic>` and topic), each with the decision that it serves.

    Above the findings of a report stands a link to it.
    """
    from helpers.rendering.render import STAGES

    if findings.empty:
        note("No finding of the other reports holds.")
        return
    groups = []
    for topic, rows in findings.groupby("topic", sort=False):
        stage = f"{1 + TOPICS.index(topic):02d}_{topic}"
        items = "".join(_held_item(row) for row in rows.to_dict("records"))
        name = escape(text(STAGES[stage][0]))
        groups.append(f'<div class="held-topic"><a href="{stage}.html">{name}</a><ul>{items}</ul></div>')
    _show("held", "".join(groups))


def _held_item(row: dict) -> str:
    decision = f'<b>{escape(capital(text(row["serves"] if isinstance(row["serves"], str) else DESCRIBES)))}</b> '
    rests = text("n = {n:count}; {why:label}", n=row["n"], why=row["why"])
    said = text(row["template"], **json.loads(row["values"]))
    return f'<li>{decision}{escape(said)} <span class="evidence">{escape(rests)}</span></li>'


def _jsonable(value):
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else str(value)


def findings() -> pd.DataFrame:
    """Return table `findings_<topic>`: the findings of this run (is_current), and those of the runs before it."""
    run = _run["now"]
    name = f"findings_{run.stage.split('_', 1)[1]}"
    columns = [c.name for c in tables.contract(name).columns]
    said = pd.DataFrame(run.findings, columns=[c for c in columns if c not in OF_THE_RUN])
    return with_history(said, tables.load_previous(name), as_of=run.as_of)[columns]


# --- charts and tables


def chart(
    axes, *, title: str, subtitle: str = "", source: str = "", alt: str, data: pd.DataFrame | None = None,
    columns: dict | None = None, eyebrow: str = "", name: str = "", phone=None,
) -> None:
    """Show a chart card: finding as title, unit and period as subtitle, picture, source line, table and CSV link.

    axes: the Axes (or Figure) that plots.py drew. data: the figures behind it, one row a mark, shown as a table;
    `columns` as in :func:`table`. phone: Axes of the same chart as a phone shows it, where the wide one cannot be made narrow.
    All texts are given translated.
    """
    figure = getattr(axes, "figure", axes)
    head = f'<div class="eyebrow">{escape(eyebrow)}</div>' if eyebrow else ""
    head += f'<div class="chart-title">{escape(title)}</div>'
    head += f'<div class="chart-subtitle">{escape(subtitle)}</div>' if subtitle else ""
    image = picture(figure, getattr(phone, "figure", phone), alt=alt, name=title)
    foot = f'<div class="source">{escape(source)}</div>' if source else ""
    if data is not None:
        summary = text("Show the figures as a table")
        inside = table_html(data, columns or {}, caption=title, csv_name=name or "figures")
        foot += f"<details><summary>{escape(summary)}</summary>{inside}</details>"
    _show("chart", f"<figure><figcaption>{head}</figcaption>{image}{foot}</figure>")


def table(
    frame: pd.DataFrame, columns: dict | None = None, *, caption: str = "", csv_name: str = "table", rows: int = 50
) -> None:
    """Show a table. `columns` maps column → (translated header, format of i18n.FORMATS); others are left out.

    Without `columns`, all columns are shown under their own names. A column without any value is left out. Only the first
    `rows` rows are shown and that is said; the CSV link holds them all.
    """
    _show("table", table_html(frame, columns or {}, caption=caption, csv_name=csv_name, rows=rows))


# --- words


class Said(NamedTuple):
    """A sentence that a module found: message of the catalogue, its values and, for a finding, what supports it."""

    template: str
    values: dict
    evidence: Evidence | None = None


class Lacking(Said):
    """A sentence on what a part of the page would need: the page gathers these in its last section."""

    __slots__ = ()


class Folded(NamedTuple):
    """Pieces behind a line (given translated) that the reader opens: what backs the answer and few need to read."""

    summary: str
    pieces: list


def with_fold(pieces: list, summary: str, *, keep: tuple[str, ...] = ()) -> list:
    """Return what stands on the page: findings that are not too weak, what is lacking, the charts and tables named in `keep`;
    then all else in one fold, unless that is a single sentence."""
    def stays(piece) -> bool:
        if isinstance(piece, Said):
            return isinstance(piece, Lacking) or (piece.evidence is not None and grade(piece.evidence)[0] != "too weak")
        return isinstance(piece, Folded) or (piece.get("name") or piece.get("csv_name")) in keep

    rest = [piece for piece in pieces if not stays(piece)]
    if len(rest) == 1 and isinstance(rest[0], Said):
        return pieces
    return [*filter(stays, pieces), *([Folded(summary, rest)] if rest else [])]


def tell(*pieces: Said | Folded | dict) -> None:
    """Show what a module found, in order: sentences, findings, and the keywords of a chart (`axes`) or a table (`frame`)."""
    for piece in pieces:
        if isinstance(piece, Folded):
            _folds.append(piece.summary)
            try:
                tell(*piece.pieces)
            finally:
                _folds.pop()
        elif isinstance(piece, Lacking):
            lacking(piece.template, **piece.values)
        elif isinstance(piece, Said):
            if piece.evidence is None:
                say(piece.template, **piece.values)
            else:
                finding(piece.template, evidence=piece.evidence, **piece.values)
        else:
            (chart if "axes" in piece else table)(**piece)


def say(template: str, /, **values) -> None:
    """Show a computed paragraph."""
    _show("say", f"<p>{escape(text(template, **values))}</p>")


def points(sentences: list[str]) -> None:
    """Show computed sentences (given translated) as a list; nothing where there are none."""
    if sentences:
        _show("points", "<ul>" + "".join(f"<li>{escape(s)}</li>" for s in sentences) + "</ul>")


def note(template: str, /, **values) -> None:
    """Show a note."""
    _show("note", f"<p>{escape(text(template, **values))}</p>")


def lacking(template: str, /, **values) -> None:
    """Say what is missing and what would mend it; the report page says it once, in its last section."""
    _show("lacking", escape(text(template, **values)))


def verdict(level: str, template: str, /, **values) -> None:
    """Show a model's verdict: `use`, `use with care` or `do not use`, and why."""
    assert level in ("use", "use with care", "do not use"), f"unknown verdict {level!r}"
    body = f'<strong>{escape(capital(text(level)))}</strong> <span>{escape(text(template, **values))}</span>'
    _show("verdict", body, level=level.replace(" ", "-"))


def quotes(rows: list[tuple[str, str]], *, title: str = "") -> None:
    """Show quotes: (text as it was said, where it comes from)."""
    head = f'<div class="chart-title">{escape(title)}</div>' if title else ""
    body = "".join(
        f"<blockquote><p>{escape(quote)}</p><footer>{escape(origin)}</footer></blockquote>" for quote, origin in rows
    )
    _show("quotes", head + body)


@dataclass(frozen=True)
class Card:
    """A card: name, one line under it, rows of (label, value) and a few sentences. All given translated."""

    name: str
    line: str
    facts: list[tuple[str, str]]
    sentences: list[str] = field(default_factory=list)
    color: str = ""
    icon: str = ""  # an inline SVG made by this project


def cards(*items: Card) -> None:
    """Show cards side by side (personas, alerts)."""
    _show("cards", "".join(card_html(item) for item in items))


def written(*results: dict) -> None:
    """Show what was written: the last output of a notebook."""
    frame = pd.DataFrame(list(results))[["table", "rows", "columns"]]
    labels = {"table": (text("Table"), ""), "rows": (text("Rows"), "count"), "columns": (text("Columns"), "count")}
    _show("written", table_html(frame, labels, caption=text("Tables written"), csv_name="written"))


def source_line(*, n: int, of: str, run: Run, source: str = "", first: pd.Timestamp | None = None) -> str:
    """Return the source line of a chart: where from, n of what, which days."""
    name = source or run.settings.title.in_language(run.language)
    first = run.first_day if first is None else first
    if first is None:
        return text(
            "Source: {source:label}; n = {n:count} {of:label}; as of {last:day}", source=name, n=n, of=of, last=run.as_of
        )
    return text(
        "Source: {source:label}; n = {n:count} {of:label}; {first:day} – {last:day}",
        source=name, n=n, of=of, first=first, last=run.as_of,
    )


