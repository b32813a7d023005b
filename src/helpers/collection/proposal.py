"""From recognised tables to proposed sources: which files belong together, what each column maps to and how sure that is.

Certainty of a column: sure (its label is one that the system writes), likely (its label says so in other words, or its values
look different), guess (only its values say so). A person checks all of it.
"""

import fnmatch
import os
import re
from dataclasses import dataclass, field, replace

from helpers.collection.content_types import Content, agrees
from helpers.collection.recognition import Recognised
from helpers.contracts import contract
from helpers.sources.exports import CONSTANT, plain
from helpers.sources.mapped import key_of

KEY_LABEL = re.compile(r"编号|编码|代码|档案号|卡号|号$|\bid\b|\bno\b|number|code|id$", re.IGNORECASE)
NOT_THE_CUSTOMER = re.compile(
    r"负责人|所有者|创建|修改|客服|坐席|收银|导购|顾问|经理|处理人|受理人|上级|被叫|owner|created|modified|agent|cashier|"
    r"assignee|manager|clerk|"
    r"seller|called|\bby\b|\bto\b|门店|店铺|store|shop|商品|产品|product|item", re.IGNORECASE,
)
MEMBER = re.compile(r"会员|卡号|member|loyalty|card", re.IGNORECASE)
ACCOUNT = re.compile(r"用户|买家|user|buyer|account|signed", re.IGNORECASE)
ENOUGH = {  # canonical table → what a mapping must have besides its key ("|": one of them) to say anything
    "people": "full_name|family_name|given_name|phone|other_phone|email|national_id|member_id|visitor_id",
    "consents": "granted_at|withdrawn_at", "transactions": "revenue|unit_price", "deals": "entered_at",
    "feedback": "text|rating|nps|csat|ces", "interactions": "occurred_at", "cases": "opened_at",
}
SKETCH = 1000  # digests kept of the customers' numbers of a table
HELD = .5  # share of a source's numbers that a list of people must hold to be theirs
EMPTY = Content("empty")
ALSO = {"transactions": "ordered_at"}


@dataclass(frozen=True)
class Found:
    """One table of one file, as looked at: its columns with what they look like, and what it was recognised as."""

    file: str
    part: str
    n_rows: int
    contents: dict[str, Content]
    recognised: Recognised | None
    days: dict = field(default_factory=dict)  # day → rows, by the time column of its main table
    numbers: tuple[str, ...] = ()  # digests of its customers' numbers, the smallest ones, in order
    questions: dict[str, str] = field(default_factory=dict)  # name → column of a survey's further ratings


@dataclass(frozen=True)
class Mapped:
    """A column of a canonical table: the file's columns (or a constant), what the first looks like, how sure."""

    headers: tuple[str, ...]
    content: Content
    certainty: str

    @property
    def is_constant(self) -> bool:
        return self.headers[0].startswith(CONSTANT)


@dataclass
class Proposed:
    """A source for dataset.yml."""

    name: str
    parts: list[Found]
    tables: dict[str, dict[str, Mapped]]
    ids: str = ""
    why: str = "sources with the same word share their customers' numbers"  # of `ids`
    patterns: list[str] = field(default_factory=list)

    @property
    def export(self):
        return self.parts[0].recognised.export

    @property
    def files(self) -> list[str]:
        return sorted({part.file for part in self.parts})

    @property
    def numbers(self) -> list[str]:
        return sorted({number for part in self.parts for number in part.numbers})[:SKETCH]

    @property
    def questions(self) -> dict[str, tuple[str, ...]]:
        """Name → columns (one a language) of a survey's ratings besides nps, csat and ces."""
        found: dict[str, tuple[str, ...]] = {}
        for part in self.parts if "feedback" in self.tables else ():
            for name, column in part.questions.items():
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), column)))
        return found

    @property
    def certainty(self) -> str:
        return "sure" if all(part.recognised.certainty == "sure" for part in self.parts) else "likely"

    @property
    def unmapped(self) -> dict[str, Content]:
        used = {header for columns in self.tables.values() for mapped in columns.values() for header in mapped.headers}
        used |= {column for columns in self.questions.values() for column in columns}
        seen = {header: content for part in self.parts for header, content in part.contents.items()}
        return {header: content for header, content in seen.items() if header not in used and content.kind != "nested"}


# --- what a table maps to


def mapping_of(found: Found) -> dict[str, dict[str, Mapped]]:
    """Return canonical table → column → what fills it, completed by what values show; without tables that would say nothing."""
    recognised = found.recognised
    tables = {}
    for table, columns in recognised.mapping.items():
        types = {c.name: c.type for c in contract(f"collected/{table}").columns}
        tables[table] = {
            column: _mapped(header, found, types.get(column, "string"), column) for column, header in columns.items()
        }
    _complete(tables, found)
    complete = {table: columns for table, columns in tables.items() if says_something(table, columns, tables)}
    return {table: columns for table, columns in complete.items() if says_something(table, columns, complete)}


def _mapped(wanted: str | list[str], found: Found, kind: str, column: str) -> Mapped:
    headers = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if headers[0].startswith(CONSTANT):
        return Mapped(headers, Content("constant"), "sure")
    content = next((c for c in (found.contents.get(h, EMPTY) for h in headers) if c.kind != "empty"), EMPTY)
    by_words = any(found.recognised.found.get(name) in headers for name in found.recognised.export.patterns)
    return Mapped(headers, content, "likely" if by_words or not agrees(content.kind, kind, column) else "sure")


def _complete(tables: dict, found: Found) -> None:
    """Add what labels did not tell: the person's number, phone, e-mail, name, by their values."""
    taken = set(found.recognised.found.values())
    free = {header: content for header, content in found.contents.items()
            if header not in taken and not NOT_THE_CUSTOMER.search(header)}
    keys = [h for h, c in free.items() if KEY_LABEL.search(h) and c.distinct > .95 and c.filled > .95
            and c.kind in ("number or code", "whole number", "category", "text")]
    people = tables.get("people")
    if people is not None:
        wanted = {"phone": "phone", "email": "e-mail", "full_name": "person's name"}
        for column, kind in wanted.items():
            known = {column} if column != "full_name" else {"full_name", "family_name", "given_name"}
            fits = [h for h, c in free.items() if c.kind == kind and (column != "full_name" or re.search("名|name", h.lower()))]
            if fits and not known & set(people):
                people[column] = Mapped((fits[0],), free[fits[0]], "guess")
    if keys and "people" in tables and next(iter(tables)) == "people" and "customer_id" not in people:
        for table in ("people", "customers", "consents"):
            if table in tables and "customer_id" not in tables[table]:
                tables[table] = {"customer_id": Mapped((keys[0],), free[keys[0]], "guess")} | tables[table]


def says_something(table: str, columns: dict, tables: dict) -> bool:
    """Say whether a mapping has its key and at least one thing to say."""
    if any(column not in columns for column in key_of(table, tables)):
        return False
    wanted = [ENOUGH.get(table), ALSO.get(table)]
    if any(group and not set(group.split("|")) & set(columns) for group in wanted):
        return False
    constants = {column for column, mapped in columns.items() if mapped.is_constant}
    return bool(set(columns) - constants - set(contract(table).key if table != "people" else ("customer_id",)))


# --- which tables belong together


def propose(found: list[Found]) -> list[Proposed]:
    """Return the sources that the recognised tables make; parts of one export with the same labels are one source."""
    groups: list[Proposed] = []
    for part in found:
        if part.recognised is None or part.recognised.export.kept_out:
            continue
        tables = mapping_of(part)
        if not tables:
            continue
        group = next((g for g in groups if g.export is part.recognised.export and _fit(g.tables, tables)), None)
        if group is None:
            groups.append(Proposed("", [part], tables))
        else:
            group.parts.append(part)
            for table, columns in tables.items():
                group.tables[table] = columns | group.tables.get(table, {})
    _drop_orders_told_twice(groups)
    files = {part.file for part in found}
    _join_languages(groups, files)
    _name(groups)
    for group in groups:
        group.ids = id_space(group)
        group.patterns = patterns(group.files, files)
        group.tables = {table: _in_order(columns, table) for table, columns in group.tables.items()}
    _share_numbers(groups)
    return groups


def _fit(one: dict, other: dict) -> bool:
    """Say whether two mappings can be one: no column of theirs is filled from two labels."""
    pairs = [(one[t][c].headers, other[t][c].headers) for t in one if t in other for c in one[t] if c in other[t]]
    return bool(pairs) and all(list(map(plain, a)) == list(map(plain, b)) for a, b in pairs)


def _in_order(columns: dict, table: str) -> dict:
    order = contract(f"collected/{table}").column_names
    return dict(sorted(columns.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def _drop_orders_told_twice(groups: list[Proposed]) -> None:
    """Orders and their products tell the same money: keep the lines if they know customer and day, else the orders."""
    lines = [g for g in groups if g.export.name == "order_products"]
    orders = [g for g in groups if g.export.name == "orders" and g.export.system == "fxiaoke"]
    if lines and orders:
        whole = all({"customer_id", "ordered_at"} <= set(g.tables.get("transactions", ())) for g in lines)
        for group in orders if whole else lines:
            groups.remove(group)


ASKED = ("nps", "csat", "ces", "text")


def _join_languages(groups: list[Proposed], every: set[str]) -> None:
    """Make one source of a survey's exports in several languages: the same questions by name, three at least, the same
    columns but for the questions, and one pattern that matches their files alone."""
    for group in list(groups):
        for other in groups[:groups.index(group)] if group in groups else ():
            is_one = other.export is group.export and _is_translation(other, group)
            if is_one and len(patterns([*other.files, *group.files], every)) == 1:
                for column, mapped in group.tables["feedback"].items():
                    known = other.tables["feedback"][column]
                    headers = tuple(dict.fromkeys((*known.headers, *mapped.headers)))
                    other.tables["feedback"][column] = replace(known, headers=headers)
                other.parts += group.parts
                groups.remove(group)
                break


def _is_translation(one: Proposed, other: Proposed) -> bool:
    if "feedback" not in one.tables or "feedback" not in other.tables:
        return False
    asked = [(set(g.tables["feedback"]) & set(ASKED)) | set(g.questions) for g in (one, other)]
    rest = [{(t, c): m.headers for t, columns in g.tables.items() for c, m in columns.items() if c not in ASKED}
            for g in (one, other)]
    return asked[0] == asked[1] and len(asked[0]) >= 3 and rest[0] == rest[1]


def _name(groups: list[Proposed]) -> None:
    taken: set[str] = set()
    for group in groups:
        system, export = group.export.system, group.export.name
        base = export if system in ("point_of_sale", "reviews", "service", "marketing", "loyalty") else f"{system}_{export}"
        name, n = base, 1
        while name in taken:
            n += 1
            name = f"{base}_{n}"
        taken.add(name)
        group.name = name


def _share_numbers(groups: list[Proposed]) -> None:
    """Give a source the id space of the list of people (CRM, members) that holds most of its customers' numbers."""
    lists = [g for g in groups if next(iter(g.tables)) == "people" and g.numbers]
    for group in groups:
        if group in lists or not group.numbers or not group.ids:
            continue
        held = {other.name: share_held(group.numbers, other.numbers) for other in lists}
        best = max(held, key=held.get, default=None)
        if best and held[best] >= HELD:
            group.ids = next(other.ids for other in lists if other.name == best)
            group.why = f"{held[best]:.0%} of its numbers are in {best}"


def share_held(numbers: list[str], others: list[str]) -> float:
    """Return the share of a set that another holds, from the smallest digests of both (a bottom-k sketch)."""
    limit = others[-1] if len(others) >= SKETCH else "g"
    comparable = [number for number in numbers if number <= limit]
    return len(set(comparable) & set(others)) / len(comparable) if comparable else 0.0


def id_space(group: Proposed) -> str:
    """Return whose numbers the customer ids of a source are, by the label that carries them."""
    system, export = group.export.system, group.export.name
    if "people" not in group.tables and not any("customer_id" in columns for columns in group.tables.values()):
        return ""
    if system == "fxiaoke":
        return f"fxiaoke_{export}" if export in ("contacts", "leads") else "fxiaoke"
    if system in ("hubspot", "zoho", "mailchimp"):
        return system
    header = next((c["customer_id"].headers[0] for c in group.tables.values() if "customer_id" in c), "")
    if MEMBER.search(header):
        return "member"
    if ACCOUNT.search(header):
        return "account"
    return "customer" if header else group.name


def patterns(files: list[str], every: set[str]) -> list[str]:
    """Return few patterns that match `files` and no other of `every`: one with the numbers left open, or one a file."""
    if len(files) == 1:
        return [escaped(files[0])]
    starts, ends = os.path.commonprefix(files), os.path.commonprefix([file[::-1] for file in files])[::-1]
    ends = ends[-max(min(map(len, files)) - len(starts), 0):] if len(ends) > min(map(len, files)) - len(starts) else ends
    starts, ends = starts.rstrip("0123456789"), ends.lstrip("0123456789")  # a date is a date, not a part of the name
    candidates = [[f"{escaped(starts)}*{escaped(ends)}"], sorted({re.sub(r"\d+", "*", escaped(file)) for file in files})]
    for wanted in candidates:
        if all("/" not in _starred(pattern, files) for pattern in wanted) and len(wanted) < len(files):
            matched = {file for file in every for pattern in wanted if matches(file, pattern)}
            if matched == set(files):
                return wanted
    return [escaped(file) for file in files]


def _starred(pattern: str, files: list[str]) -> str:
    """Return "/" if the star of a pattern would have to match across folders."""
    return "" if all(file.count("/") == pattern.count("/") for file in files if matches(file, pattern)) else "/"


def escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def matches(file: str, pattern: str) -> bool:
    """Say whether a glob pattern matches, folder by folder."""
    names, wanted = file.split("/"), pattern.split("/")
    return len(names) == len(wanted) and all(map(fnmatch.fnmatchcase, names, wanted))
