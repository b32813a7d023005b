"""Where a table lies among its records: delimiter, preamble, header of none, one or two rows, totals, the next table.

Everything is decided from the records themselves; `hints` (delimiter, header_row, skip) settle it where they are given.
"""

import re
from collections import Counter
from dataclasses import dataclass

from helpers.reading.records import Dialect, Record, records

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f", "||", ":")
HEAD = 60  # records that a decision is based on
MAX_ONLY_NAME = 40  # characters of the name of an only column; longer ones are text
TOTAL = re.compile(
    r"(grand[ _-]?totals?|totals?|overall|sum|合\s*计|总\s*计|總\s*計|合\s*計|总和|汇总|总数|gesamt|summe)\s*[:：]?", re.I)
SUBTOTAL = re.compile(r"(sub[ _-]?totals?|小\s*计|小\s*計)\s*[:：]?", re.I)
INITIALS = re.compile(r"[gtos合总總汇小]", re.I)  # of the words above
FOOTER = re.compile(
    r"\s*(#|--|\(?\d+ rows?\b|source\b|generated\b|exported\b|report (generated|run)|notes?\b[:：]|end of (report|file)|"
    r"page \d|copyright|©|confidential|来源|导出|制表|备注[:：]|注[:：]|数据来源|说明[:：]|共\s*\d+\s*[条行]|以上)", re.I,
)
NUMBER = re.compile(
    r"[-+−(（]?\s*([¥￥$€£]|RMB|CNY|USD|EUR)?\s*[-+]?[\d０-９][\d０-９,.，．'  \s]*(e[+-]?\d+)?\s*[%％万亿元)）-]?", re.I)
DATE = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?([T ,].*)?|\d{1,2}:\d{2}(:\d{2})?(\s*[ap]m)?|"
    r"([a-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [a-z]{3,9} \d{4}).*", re.I,
)
OTHER_DATA = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|https?://\S+|\+?\d[\d -]{6,}|\d{3,}|true|false|null|n/?a", re.I)
PADDING = re.compile(r'(?<=[,;|])"?\t|\t(?="?[,;|])')  # written around long numbers so that Excel keeps their digits
CODE = re.compile(r"([A-Za-z]{1,6}[-_]?)\d{3,}")  # A0001: an id in a row, or Q101 among the names of columns
HEADER_WORDS = re.compile(
    r"\b(id|name|date|time|e-?mail|phone|mobile|address|city|country|status|amount|price|quantity|qty|type|code|number|no|user|"
    r"customer|order|product|sku|total|created|updated|first|last|title|source|campaign|value|key|channel|comment|text|rating)\b|_id\b|"
    r"姓名|名称|编号|手机|电话|日期|时间|金额|数量|状态|类型|地址|邮箱|城市|客户|订单|产品|商品|单价|备注|性别|会员|来源|门店|"
    r"渠道|负责人|氏名|電話|日付", re.I,
)


def is_data(cell: str) -> bool:
    """Say whether a cell is a value that no column is called: a number, date, e-mail address, code with digits …"""
    cell = cell.strip()
    return bool(cell) and any(p.fullmatch(cell) for p in (NUMBER, DATE, OTHER_DATA))


def is_total(cells: list[str]) -> bool:
    """Say whether a row is a total: its first or last filled cell says so and every other filled one is a number."""
    if not any(INITIALS.match(cell) for cell in (_first_filled(cells), _first_filled(reversed(cells)))):
        return False
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not any(p.fullmatch(cell) for p in (TOTAL, SUBTOTAL) for cell in (filled[0], filled[-1])):
        return False
    return all(TOTAL.fullmatch(c) or SUBTOTAL.fullmatch(c) or NUMBER.fullmatch(c) or c in ("-", "—") for c in filled)


def is_subtotal(cells: list[str]) -> bool:
    """Say whether a row is a subtotal: these may stand anywhere."""
    return bool(SUBTOTAL.fullmatch(_first_filled(cells))) and is_total(cells)


def _first_filled(cells) -> str:
    for cell in cells:
        if filled := cell.strip():
            return filled
    return ""


def n_filled(cells: list[str] | None) -> int:
    return sum(1 for cell in cells or () if cell.strip())


def is_comment(record: Record) -> bool:
    return record.text.lstrip().startswith("#") and n_filled(record.fields) <= 2


# --- dialect


def guess_dialect(lines: list[str], hints: dict) -> Dialect:
    """Return the dialect whose records agree best: same number of fields, no other delimiter left inside them."""
    escape = "\\" if _escapes_with_backslash(lines) else '"'
    if "delimiter" in hints:
        return Dialect({"tab": "\t", "\\t": "\t"}.get(hints["delimiter"], hints["delimiter"]), escape)
    if lines and (match := re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0])):
        return Dialect(match[1], escape)
    scores = {}
    unpadded = [PADDING.sub("", line).rstrip() for line in lines]
    for delimiter in DELIMITERS:
        if any(delimiter in line for line in (unpadded if delimiter == "\t" else lines)):
            scores[delimiter] = _agreement(lines, Dialect(delimiter, escape))
    best = max(scores, key=scores.get, default=None)
    if best == "|" and "||" in scores and not any("|" in line.replace("||", "") for line in lines):
        best = "||"
    if best is not None and scores[best] >= 0.5:
        return Dialect(best, escape)
    words = " ".join(lines).split()
    if sum(map(is_data, words)) * 2 > len(words) and _agreement(lines, Dialect(" ", escape)) >= 0.75:
        return Dialect(" ", escape)
    return Dialect(_second_opinion(lines) if best is not None else None, escape)


def _escapes_with_backslash(lines: list[str]) -> bool:
    text = "".join(lines)
    return len(re.findall(r'\\"(?![,;\t|\r\n])', text)) > len(re.findall(r'[^,;\t|\n]""[^,;\t|\r\n]', text))


def _agreement(lines: list[str], dialect: Dialect) -> float:
    """Return 0–1: the share of records of the usual number of fields (≥ 2), less for fields that hold other delimiters."""
    found = [r for r in records(lines, dialect) if not r.is_blank and not is_comment(r)]
    widths = Counter(len(r.fields) if r.fields else 0 for r in found)
    several = {width: n for width, n in widths.items() if width > 1}
    if not several:
        return 0.0
    width = max(several, key=lambda w: (several[w] * w ** 0.5))
    fields = [field for r in found if r.fields and len(r.fields) == width for field in r.fields]
    others = [d for d in (",", ";", "\t", "|") if d != dialect.delimiter]
    unclean = sum(1 for field in fields if len(field) < 60 and any(d in field.strip() for d in others))
    tidy = 1 - 0.5 * unclean / len(fields)
    share = several[width] / len(found)
    text = "".join(lines)
    is_prose = dialect.delimiter in (",", ";", ":") and share < 0.95 and text.count(f"{dialect.delimiter} ") > 0.8 * text.count(
        dialect.delimiter)
    rare = 0.2 if is_prose else 0.8 if dialect.delimiter in (":", " ", "~", "^") else 1
    return share * tidy * rare


def _second_opinion(lines: list[str]) -> str | None:
    """Ask CleverCSV, which weighs patterns and types of cells, where the simple check is not clear."""
    import clevercsv

    try:
        text = "".join(lines[:200])[:50_000].replace("\0", "")
        found = clevercsv.Sniffer().sniff(text, delimiters=[",", ";", "\t", "|", "^"])
    except clevercsv.exceptions.Error:
        return None
    delimiter = found.delimiter or None
    return delimiter if delimiter and _agreement(lines, Dialect(delimiter)) >= 0.2 else None


# --- preamble and header


@dataclass(frozen=True)
class Plan:
    """What the first records are: `n_before` of preamble, `n_header` (0–2) of header, then rows of `n_fields` fields."""

    n_before: int
    n_header: int
    header: tuple[str, ...]
    n_fields: int


def plan(head: list[Record], *, is_padded: bool = False, header_row: int | None = None) -> Plan:
    """Find the first table among records; `is_padded`: rows may be shorter (a sheet). `header_row`: line, 0 = none."""
    if header_row is not None:
        return _planned(head, header_row, is_padded)
    block = _first_block(head)
    if not block:
        return Plan(len(head), 0, (), 0)
    width = max((len(head[i].fields) for i in block), default=0) if is_padded else _usual_width([head[i] for i in block])
    rows = [i for i in block if len(head[i].fields) == width or is_padded]
    first = rows[0]
    above = [i for i in block if i < first]
    if above and not is_padded and abs(len(head[above[-1]].fields) - width) == 1 and is_header(head[above[-1]].fields, []):
        rows.insert(0, above[-1])  # the header has one field more or less than the rows
    fullest = max(n_filled(head[i].fields) for i in rows[:15])
    at = next((k for k, i in enumerate(rows[:15]) if n_filled(head[i].fields) >= 0.8 * fullest), 0)
    if not is_header(head[rows[at]].fields, [head[j].fields for j in rows[at + 1:]]):
        at = next((k for k, i in enumerate(rows) if n_filled(head[i].fields) >= 0.5 * fullest), 0)
        if not is_header(head[rows[at]].fields, [head[j].fields for j in rows[at + 1:]]):
            return Plan(rows[at], 0, ("",) * width, width)
    return _with_header(head, rows, at, width, is_padded)


def _planned(head: list[Record], header_row: int, is_padded: bool) -> Plan:
    if header_row == 0:
        block = _first_block(head)
        width = _usual_width([head[i] for i in block]) if block else 0
        return Plan(0, 0, ("",) * width, width)
    at = next((i for i, record in enumerate(head) if record.line <= header_row < record.line + record.n_lines), None)
    cells = head[at].fields if at is not None else None
    if not cells:
        return Plan(len(head), 0, (), 0)
    return Plan(at, 1, tuple(cells), len(cells))


def _first_block(head: list[Record]) -> list[int]:
    """Return positions of the records up to the blank line after the first table: more than one field, not comments."""
    block: list[int] = []
    for i, record in enumerate(head):
        if record.is_blank:
            if len(block) > 1 and any(n_filled(head[j].fields) >= max(2, 0.6 * len(head[j].fields)) for j in block):
                break  # not padded lines of a preamble
        elif record.fields and not is_comment(record):
            block.append(i)
    several = [i for i in block if len(head[i].fields) > 1]
    return several if len(several) * 2 >= len(block) or len(several) >= 2 else block


def _usual_width(rows: list[Record]) -> int:
    widths = Counter(len(r.fields) for r in rows)
    return max(widths, key=lambda w: (widths[w] * w ** 0.5, w))


def _with_header(head: list[Record], rows: list[int], at: int, width: int, is_padded: bool) -> Plan:
    cells = list(head[rows[at]].fields)
    body = [head[i].fields for i in rows[at + 1:]]
    start, n_header = rows[at], 1
    if at and rows[at - 1] == start - 1 and _is_group_row(head[rows[at - 1]].fields, cells, body):
        cells, start, n_header = _merged(head[rows[at - 1]].fields, cells), rows[at - 1], 2
    elif body and rows[at + 1] == start + 1 and _is_group_row(cells, body[0], body[1:]):
        cells, n_header, body = _merged(cells, body[0]), 2, body[1:]
    n_fields = len(cells)
    while cells and not cells[-1].strip() and not any(len(b) >= len(cells) and b[len(cells) - 1].strip() for b in body):
        cells.pop()
    if body and not is_padded and len(cells) <= width:
        beyond = [cell for b in body if len(b) == width for cell in b[len(cells):] if cell.strip()]
        n_fields = n_fields if beyond else width
    return Plan(start, n_header, tuple(cells), n_fields)


def is_header(cells: list[str], body: list[list[str]]) -> bool:
    """Say whether a row names columns: no cell is a value, or only years in ascending order; and it is not one of the rows."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(cells) == 1 and len(cells[0]) > MAX_ONLY_NAME or _has_codes_of(cells, body):
        return False
    values = [cell for cell in filled if is_data(cell)]
    if not filled:
        return False
    if values:
        years = [int(v) for v in values if re.fullmatch(r"(19|20)\d\d|1?\d", v)]
        ascend = len(years) == len(values) < len(filled) and years == sorted(set(years))
        return ascend and not body_is_text(body)
    if any(HEADER_WORDS.search(cell) for cell in filled):
        return True
    same = [b for b in body if len(b) == len(cells)]
    repeats = sum(1 for j, cell in enumerate(cells) if cell.strip() and any(b[j] == cell for b in same))
    return repeats == 0


def _has_codes_of(cells: list[str], body: list[list[str]]) -> bool:
    """Say whether a cell is a code like those below it (A0001 over A0002)."""
    codes = {j: match[1] for j, cell in enumerate(cells) if (match := CODE.fullmatch(cell.strip()))}
    below = [(prefix, CODE.fullmatch(row[j].strip())) for j, prefix in codes.items() for row in body[:5] if len(row) > j]
    return any(match and match[1] == prefix for prefix, match in below)


def body_is_text(body: list[list[str]]) -> bool:
    return not any(is_data(cell) for row in body[:5] for cell in row)


def _is_group_row(upper: list[str], lower: list[str], body: list[list[str]]) -> bool:
    """Say whether `upper` groups the columns that `lower` names: gaps or repeats above, names below, values under them."""
    if n_filled(upper) == 0 or len(upper) < 2 or any(is_data(c) for c in (*upper, *lower)):
        return False
    upper = [*upper, *[""] * (len(lower) - len(upper))]
    lower = [*lower, *[""] * (len(upper) - len(lower))]
    only_first = n_filled(upper) == 1 and upper[0].strip()
    has_groups = any(not b.strip() or a == b for a, b in zip(upper, upper[1:], strict=False) if a.strip())
    gaps_named = all(b.strip() for a, b in zip(upper, lower, strict=True) if not a.strip())
    values = any(
        column and sum(map(is_data, column)) >= 0.8 * len(column)
        for j in range(len(lower)) if lower[j].strip() and (column := [b[j] for b in body if len(b) > j and b[j].strip()])
    )
    return has_groups and gaps_named and values and not only_first


def _merged(upper: list[str], lower: list[str]) -> list[str]:
    names, group = [], ""
    upper = [*upper, *[""] * (len(lower) - len(upper))]
    for above, name in zip(upper, [*lower, *[""] * (len(upper) - len(lower))], strict=True):
        group = above.strip() or group
        names.append(" / ".join(part for part in (group, name.strip()) if part) if group != name.strip() else group)
    return names


# --- the next table


def starts_table(head: list[Record], header: tuple[str, ...], n_fields: int, rows: list[list[str]], *, is_padded: bool) -> bool:
    """Say whether the records after a blank line or comment begin another table: its header, then a row as wide.

    As wide as the table before, it must name columns that hold values (numbers, dates) in the rows seen.
    """
    named = [r for r in head if not r.is_blank and not is_comment(r)]
    titles = 0
    while titles < len(named) - 1 and titles < 10 and n_filled(named[titles].fields) == 1 and named[titles].fields:
        titles += 1
    found = plan([r for r in named[titles:] if r.fields], is_padded=is_padded) if len(named) - titles >= 2 else None
    if not found or found.n_header == 0 or found.n_before > 0 or len([c for c in found.header if c.strip()]) < 2:
        return False
    following = named[titles + found.n_header:]
    if not following or not following[0].fields:
        return False
    if tuple(c.strip() for c in found.header) == tuple(c.strip() for c in header):
        return titles > 0
    if is_padded or found.n_fields == n_fields:
        values = [any(is_data(row[j]) for row in rows if len(row) > j) for j in range(len(found.header))]
        names_values = any(v and found.header[j].strip() for j, v in enumerate(values))
        return names_values or is_padded and len(found.header) != len(header)
    return len(following[0].fields) == found.n_fields or is_padded
