"""Pieces of HTML that a report's blocks are made of: key figures, findings, pictures, tables with their CSV, cards.

All text is escaped here. `report.py` displays them; the words are given translated.
"""

import base64
import html
import io

import pandas as pd

from helpers.i18n import shown, text


def escape(value) -> str:
    """Return a value as text that HTML takes for text, also within quotes."""
    return html.escape(str(value), quote=True)


def capital(words: str) -> str:
    """Return words with their first letter as a capital."""
    return words[:1].upper() + words[1:]


def kpi_html(card) -> str:
    """Return a key figure (report.Kpi): label, value, interval, change, trend and note, as far as they are there."""
    parts = [f'<div class="kpi-label">{escape(card.label)}</div>']
    parts += [f'<div class="kpi-value">{escape(shown(card.value, card.fmt))}</div>']
    if card.low is not None:
        between = text("95% interval {low} to {high}", low=shown(card.low, card.fmt), high=shown(card.high, card.fmt))
        parts += [f'<div class="kpi-interval">{escape(between)}</div>']
    if card.change is not None:
        news = _news(card.change, card.good)
        change = text("{change} {against}", change=shown(card.change, card.change_fmt), against=card.against)
        parts += [f'<div class="kpi-change {news}">{escape(change)}</div>']
    if len(card.trend) > 1:
        parts += [_sparkline(card.trend)]
    if card.note:
        parts += [f'<div class="kpi-note">{escape(card.note)}</div>']
    return f'<div class="kpi">{"".join(parts)}</div>'


def _news(change: float, good: str) -> str:
    if good == "neutral" or not change or change != change:
        return "flat"
    return "good" if (change > 0) == (good == "up") else "bad"


def _sparkline(values, width: int = 120, height: int = 28) -> str:
    """Return a small line of the values, the last one marked (decoration: the figures stand beside it)."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 6) / (len(values) - 1)
    points = [(3 + i * step, height - 3 - (v - low) / span * (height - 6)) for i, v in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true"><polyline points="{line}"></polyline>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"></circle></svg>'
    )


def finding_html(template: str, values: dict, given: str, why: str, n: int) -> str:
    """Return a finding as HTML: grade, sentence, and what it rests on."""
    rests = text("n = {n:count}; {why:label}", n=n, why=why)
    return (
        f'<span class="grade {given.replace(" ", "-")}">{escape(capital(text(given)))}</span> '
        f'<span class="sentence">{escape(text(template, **values))}</span> <span class="evidence">{escape(rests)}</span>'
    )


def picture(figure, phone, *, alt: str, name: str) -> str:
    """Return the figure as HTML: laid out for a page and for a phone, or to be panned where it cannot be narrow."""
    from helpers.plots import plots, plots_phone

    width, height = (round(100 * size) for size in figure.get_size_inches())
    wide, narrow = plots.to_png(figure), plots_phone.to_narrow_png(figure) if phone is None else plots.to_png(phone)
    image = f'<img src="{_data_url(wide)}" alt="{escape(alt)}" width="{width}" height="{height}">'
    if narrow:
        source = f'<source media="screen and (max-width: 36rem)" srcset="{_data_url(narrow)}">'
        return f"<picture>{source}{image}</picture>"
    if width > 125 * plots.NARROW:  # wider than a phone can show
        return f'<div class="pan" tabindex="0" role="group" aria-label="{escape(name)}">{image}</div>'
    return image


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def table_html(frame: pd.DataFrame, columns: dict, *, caption: str, csv_name: str, rows: int = 50) -> str:
    """Return a frame as a table with a link to its CSV; see report.table."""
    columns = columns or {name: (str(name), _guess_format(frame[name])) for name in frame.columns}
    columns = {name: how for name, how in columns.items() if frame.empty or frame[name].notna().any()}  # nothing to show
    chosen = frame[list(columns)]
    rows = len(frame) if len(frame) <= 1.2 * rows else rows  # not "50 of 52"
    head = "".join(
        f'<th scope="col"{_align(chosen[name])}>{escape(label)}</th>' for name, (label, _) in columns.items()
    )
    lines = []
    for values in chosen.head(rows).itertuples(index=False):
        cells = [
            (_align(chosen[name]), escape(_cell(value, fmt)))
            for (name, (_, fmt)), value in zip(columns.items(), values, strict=True)
        ]
        first = f'<th scope="row"{cells[0][0]}>{cells[0][1]}</th>' if cells else ""
        lines.append(f"<tr>{first}{''.join(f'<td{align}>{cell}</td>' for align, cell in cells[1:])}</tr>")
    caption_html = f"<caption>{escape(caption)}</caption>" if caption else ""
    more = text("First {shown:count} of {all:count} rows.", shown=rows, all=len(chosen)) if len(chosen) > rows else ""
    link = _csv_link(chosen, csv_name)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption or csv_name)}">'
        f"<table>{caption_html}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        f'<p class="below">{escape(more)} {link}</p>'
    )


def _align(values: pd.Series) -> str:
    """Return the class of a column: numbers stand right, long texts get room."""
    if pd.api.types.is_numeric_dtype(values) and values.dtype != bool:
        return ' class="num"'
    longest = max((len(str(value).encode()) for value in values.head(50)), default=0)
    return ' class="long"' if longest > 40 else ""


def _guess_format(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "day"
    if pd.api.types.is_bool_dtype(values):
        return ""
    if pd.api.types.is_integer_dtype(values):
        return "count"
    return "number2" if pd.api.types.is_float_dtype(values) else ""


def _cell(value, fmt: str) -> str:
    if not isinstance(value, (list, tuple, dict)) and pd.isna(value):
        return "–"
    return shown(value, fmt)


def _csv_link(frame: pd.DataFrame, name: str) -> str:
    """Return a link that saves the frame as CSV (UTF-8 with BOM; text that a spreadsheet would run is quoted)."""
    buffer = io.StringIO()
    safe = frame.copy()
    for column in safe.select_dtypes(include=["object", "str", "category"]):
        safe[column] = safe[column].map(_inert, na_action="ignore")
    safe.columns = [_inert(name) for name in safe.columns]
    safe.to_csv(buffer, index=False, lineterminator="\n", float_format="%.10g")
    content = base64.b64encode(("\ufeff" + buffer.getvalue()).encode()).decode()
    label = text("Download as CSV")
    return f'<a class="csv" download="{escape(name)}.csv" href="data:text/csv;base64,{content}">{escape(label)}</a>'


def _inert(value):
    """Return text that no spreadsheet takes for a formula; phones and negative numbers stay as they are."""
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")  # a bare CR is not quoted and would start a row
    start = value.lstrip(" \t\r\n\v\f\u00a0\u3000\u200b\ufeff")[:1]
    is_number = value.replace("+", "").replace("-", "").replace(".", "").replace(" ", "").isdigit()
    return "'" + value if start in tuple("=+-@＝＋－＠") and start and not is_number else value


def card_html(card) -> str:
    """Return a card (report.Card): name, line, facts and sentences."""
    facts = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in card.facts)
    sentences = "".join(f"<li>{escape(s)}</li>" for s in card.sentences)
    style = f' style="border-top-color:{escape(card.color)}"' if card.color else ""
    return (
        f'<section class="card"{style}>{card.icon}<div class="card-name">{escape(card.name)}</div>'
        f'<p class="card-line">{escape(card.line)}</p><dl>{facts}</dl>'
        + (f"<ul>{sentences}</ul>" if sentences else "") + "</section>"
    )
