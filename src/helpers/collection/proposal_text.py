"""A proposal as the text of dataset.yml, with comments that say what to check. Labels only, never a value of a cell."""

import json
from collections import Counter
from statistics import median

from helpers.collection.content_types import Content, is_personal, is_sensitive
from helpers.collection.proposal import Found, Mapped, Proposed, escaped
from helpers.sources.questions import SCORES
from helpers.sources.scale_options import BY_NUMBER

PERSONAL = {
    "full_name", "family_name", "given_name", "phone", "other_phone", "email", "national_id", "birth_date", "address",
    "ip_address",
    "postcode", "company", "visitor_id", "member_id",
}
CURRENCIES = {"CN": "CNY", "US": "USD"}
ZONES = {"CN": "Asia/Shanghai", "US": "America/New_York"}
SPOKEN = {  # system → what a reader calls it
    "google_analytics": ("Google Analytics", "Google Analytics"), "mailchimp": ("Mailchimp", "Mailchimp"),
    "hubspot": ("HubSpot", "HubSpot"), "zoho": ("Zoho CRM", "Zoho CRM"), "fxiaoke": ("Fxiaoke CRM", "纷享销客"),
    "questionpro": ("QuestionPro", "QuestionPro"), "point_of_sale": ("tills and shops", "收银与网店"),
    "loyalty": ("the loyalty programme", "会员系统"), "reviews": ("reviews and surveys", "评论与问卷"),
    "service": ("customer service", "客服"),
    "survey_tools": ("online surveys", "在线问卷"), "marketing": ("campaigns", "营销活动"),
    "transcripts": ("transcripts of calls and interviews", "通话与访谈转写"),
}
SERVICE_HOURS = (
    "  # service_hours:         # when customer service answers, for waits in opening hours; a day that is not named is closed",
    "  #   monday: 09:00-12:00, 13:00-18:00",
    "  #   special_days: {2025-01-01: closed}",
)
LEAST_SHARE = .1  # of the median day: a last day with fewer rows is taken for a wrong date


def yaml_text(name: str, proposed: list[Proposed], found: list[Found]) -> str:
    """Return dataset.yml of the proposal."""
    title = name.replace("_", " ").capitalize()
    spoken = [SPOKEN[system] for system in sorted({source.export.system for source in proposed})]
    lines = [
        "# Proposed from the files; check what is marked, then: make reports DATASET=" + name,
        "# Each mapped column: what its values look like · how sure the mapping is (sure, likely, guess)", f"name: {name}",
        f"title: {{en: {quoted(title)}, zh: {quoted(title)}}}", "about:",
        f"  en: {quoted('Exports of ' + ', '.join(en for en, _ in spoken) + '.')}",
        f"  zh: {quoted('导出文件来自：' + '、'.join(zh for _, zh in spoken) + '。')}",
        "", *_business(proposed), "", "sources:",
    ]
    for source in proposed:
        lines += _source(source)
    return "\n".join([*lines, *_left_out(proposed, found)]) + "\n"


def quoted(text: str) -> str:
    """Return a text as YAML reads it back, on one line, whatever it holds."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f").replace("\u0085", "\\x85").replace(
        "\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\ufeff", "\\ufeff")


def _business(proposed: list[Proposed]) -> list[str]:
    country = "CN" if _is_chinese(proposed) else "US"
    first, last = window(proposed)
    return [
        "business:", f"  currency: {CURRENCIES[country]}            # check",
        f"  country: {country}              # check: where phone numbers without a country code are from",
        f"  time_zone: {ZONES[country]}   # check: where times without a zone were written",
        "  contractual: false       # check: true if customers end a contract, false if they just stop buying",
        *([f"  first_date: {first}   # check"] if first else []),
        f"  snapshot_date: {last}  # check: last day that the exports cover, inclusive",
        *(SERVICE_HOURS if any("cases" in source.tables for source in proposed) else []),
    ]


def _is_chinese(proposed: list[Proposed]) -> bool:
    headers = [h for source in proposed for columns in source.tables.values() for m in columns.values() for h in m.headers]
    chinese = sum(any("一" <= letter <= "鿿" for letter in header) for header in headers)
    return chinese * 4 >= len(headers)


def window(proposed: list[Proposed]) -> tuple[str, str]:
    """Return the first and last day of the purchases (else of anything), leaving out single rows at odd dates."""
    by_table: dict[bool, Counter] = {True: Counter(), False: Counter()}
    for source in proposed:
        for part in source.parts:
            by_table["transactions" in source.tables].update(part.days)
    days = by_table[True] or by_table[False]
    if not days:
        return "", "2000-01-01"
    usual = median(days.values())
    full = [day for day, n in days.items() if n >= LEAST_SHARE * usual]
    return min(full).isoformat(), max(full).isoformat()


def _source(source: Proposed) -> list[str]:
    parts = [(source.name if i == 0 else f"{source.name}_part_{i + 1}", pattern) for i, pattern in enumerate(source.patterns)]
    lines = []
    n_rows = sum(part.n_rows for part in source.parts)
    for name, pattern in parts:
        lines += [
            "", f"  - name: {name}", f"    system: {source.export.system}",
            f"    export: {source.export.name}   # recognised: {source.certainty}",
            *([f"    ids: {source.ids}   # check: {source.why}"] if source.ids else []),
            f"    pattern: {quoted(pattern)}   # {len(source.files)} file(s), {n_rows} rows", "    tables:",
        ]
        for table, columns in source.tables.items():
            lines.append(f"      {table}:")
            lines += [f"        {column}: {_written(m)}   # {_said(column, m)}" for column, m in columns.items()]
        lines += _questions(source)
        unmapped = source.unmapped.items()
        lines += [f"    # not mapped: {quoted(header)} ({_described(header, content)})" for header, content in unmapped]
    return lines


def _questions(source: Proposed) -> list[str]:
    """Return the further ratings of a survey; of an export of the options' numbers all ratings, with what to complete."""
    if any(BY_NUMBER in file for file in source.files):
        scores = {name: mapped.headers for name, mapped in source.tables.get("feedback", {}).items() if name in SCORES}
        asked = scores | source.questions
        said = "    questions:   # numbers of options (按序号): add low, high and best (low = the first option is the best)"
        return [*([said] if asked else []), *(
            f"      {name}: {{columns: [{', '.join(map(quoted, columns))}]}}   "
            f"# such as low: 1, high: {11 if name == 'nps' else 5}, best: {'high' if name == 'nps' else 'low'}"
            for name, columns in asked.items())]
    if not source.questions:
        return []
    return ["    questions:   # check: further ratings; their scales are read from the file",
            *(f"      {topic}: {_listed(columns)}" for topic, columns in source.questions.items())]


def _written(mapped: Mapped) -> str:
    return _listed(mapped.headers)


def _listed(names: tuple[str, ...]) -> str:
    several = [quoted(name) for name in names]
    return several[0] if len(several) == 1 else f"[{', '.join(several)}]"


def _said(column: str, mapped: Mapped) -> str:
    if mapped.is_constant:
        return "the same for every row"
    marks = [mapped.content.kind, mapped.certainty if mapped.certainty == "sure" else f"{mapped.certainty}: check"]
    if column in PERSONAL or mapped.content.is_direct:
        marks.append("direct identifier")
    if column == "national_id" or any(map(is_sensitive, mapped.headers)):
        marks.append("sensitive")
    return " · ".join(marks)


def _described(header: str, content: Content) -> str:
    marks = [content.kind]
    marks += ["direct identifier"] if content.is_direct or is_personal(header) else []
    marks += ["sensitive"] if is_sensitive(header) else []
    return ", ".join(marks)


def _left_out(proposed: list[Proposed], found: list[Found]) -> list[str]:
    """Return comments on the tables that feed no source: why, and for unknown ones a mapping to complete by hand."""
    used = {id(part) for source in proposed for part in source.parts}
    lines = []
    for part in found:
        if id(part) in used:
            continue
        where = quoted(f"{part.file} / {part.part}" if part.part else part.file)
        if part.recognised is None:
            lines += ["", f"# not recognised: {where}; if it tells of customers, complete this, and copy the file to raw/:",
                      "#  - name: …", "#    system: files", f"#    pattern: {quoted(escaped(part.file))}",
                      "#    tables: {…: {…}}"]
        elif part.recognised.export.kept_out:
            lines += ["", f"# kept out: {where} ({part.recognised.export.system}): {part.recognised.export.kept_out}"]
            continue
        else:
            lines += ["", f"# left out: {where} ({part.recognised.export.system} {part.recognised.export.name}): "
                          "its key is missing, or another source tells the same"]
        lines += [f"#    column {quoted(header)}: {_described(header, content)}" for header, content in part.contents.items()]
    return lines
