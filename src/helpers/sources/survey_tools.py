"""Surveys of Qualtrics, SurveyMonkey, Typeform and Google Forms, as CSV or Excel.

Qualtrics and SurveyMonkey write two or three lines of header: the questions of the second become the columns' labels, or a part
of their names. Answers that were not finished and previews say so in `problem`.
"""

from dataclasses import replace

import ibis

from helpers.sources.exports import PERSON, Export
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "headed", "prepare", "read", "size"]

QUESTIONS = {  # of surveys, which people word; asked in this order
    "text": r"why|reason|comment|suggest|improve|tell us|explain|in your own words|anything else|feedback|"
            r"原因|为什么|建议|意见|说明|请说|还有什么|改进",
    "nps": r"\bnps\b(?!.*group)|recommend(?!.*- group)|推荐(?!人)",
    "ces": r"\bces\b|effort|easy|easily|费力|容易|轻松",
    "csat": r"\bcsat\b|satisf|满意",
}
_FEEDBACK = {"feedback_id": "id", "customer_id": "reference", "received_at": "at|started", "channel": "=survey", "text": "text",
             "nps": "nps", "csat": "csat", "ces": "ces"}
_PEOPLE = {"customer_id": "reference", "email": "email", "given_name": "given_name", "family_name": "family_name",
           "ip_address": "ip"}
_OWN = ("external reference|external data reference|externaldatareference|customer id|customer_id|member no|member id|会员号|"
        "客户编号")
QUALTRICS = Export(
    "survey_tools", "qualtrics",
    {
        "id": "ResponseId|Response ID|答卷 ID", "at": "RecordedDate|Recorded Date|EndDate|End Date",
        "started": "StartDate|Start Date",
        "status": "Status|Response Type", "ip": "IPAddress|IP Address", "progress": "Progress",
        "seconds": "Duration (in seconds)", "finished": "Finished", "family_name": "RecipientLastName|Recipient Last Name",
        "given_name": "RecipientFirstName|Recipient First Name", "email": "RecipientEmail|Recipient Email",
        "reference": "ExternalReference|" + _OWN, "latitude": "LocationLatitude", "longitude": "LocationLongitude",
        "channel": "DistributionChannel|Distribution Channel", "language": "UserLanguage|User Language",
    },
    needed=("id", "at", "channel|language|finished"),
    tells=("id", "at", "started", "progress", "finished", "channel", "language", "family_name", "email", "seconds", "status"),
    patterns=QUESTIONS, tables={"feedback": _FEEDBACK, "people": _PEOPLE}, least=6,
)
SURVEYMONKEY = Export(
    "survey_tools", "surveymonkey",
    {
        "id": "Respondent ID|RespondentID|受访者 ID", "collector": "Collector ID|CollectorID|收集器 ID",
        "started": "Start Date|开始日期",
        "at": "End Date|Date Modified|结束日期", "ip": "IP Address|IP 地址", "email": "Email Address|电子邮件地址",
        "given_name": "First Name", "family_name": "Last Name", "reference": "Custom Data 1|" + _OWN,
    },
    needed=("id", "collector"), tells=("id", "collector", "at", "started", "ip"),
    patterns=QUESTIONS, tables={"feedback": _FEEDBACK, "people": _PEOPLE}, least=3,
)
TYPEFORM = Export(
    "survey_tools", "typeform",
    {
        "id": "#|Token|Response ID|Response Token", "started": "Start Date (UTC)|Start Date",
        "at": "Submit Date (UTC)|Submit Date|Submitted At",
        "network": "Network ID", "tags": "Tags", "type": "Response Type", "stage": "Stage Date (UTC)|Stage Date",
        "reference": _OWN, "email": PERSON["email"],
    },
    needed=("at", "network"), tells=("at", "network", "tags", "started", "stage", "type"),
    patterns=QUESTIONS, tables={"feedback": _FEEDBACK, "people": {"customer_id": "reference", "email": "email"}}, least=2,
)
GOOGLE_FORMS = Export(
    "survey_tools", "google_forms",
    {
        "at": "Timestamp|时间戳|时间戳记", "email": "Email Address|Username|电子邮件地址|用户名", "score": "Score|得分",
        "reference": _OWN,
    },
    needed=("at", "nps|csat|ces"), tells=("at",),
    patterns=QUESTIONS,
    tables={"feedback": {c: field for c, field in _FEEDBACK.items() if c != "feedback_id"} | {"received_at": "at"},
            "people": {"customer_id": "reference", "email": "email"}},
    least=1, share=1,
    never=r"ip address|ip地址|response|sequence|duplicate|ticket|\bcase|"
          r"order|product|agent|rating|工单|订单|商品|座席|渠道|通话",
)
EXPORTS = (QUALTRICS, SURVEYMONKEY, TYPEFORM, GOOGLE_FORMS)
PLAIN = ("response", "open-ended response", "回复", "开放式回答")  # sublabels of questions that have one column


def headed(table, export: str):
    """Return a table without the further lines of its header: their questions as labels, or as a part of the columns' names."""
    if export == "qualtrics":
        return _labelled(table)
    return _with_parts(table) if export == "surveymonkey" else table


def _labelled(table):
    """Qualtrics: below the codes (Q1) stand the questions, then the places of import in braces."""
    column = QUALTRICS.found(table.header).get("id")
    if column is None:
        return table
    first = table.rows.order_by("_line").limit(2).to_pyarrow().to_pylist()
    above = [row for row in first if str(row[column]).startswith("{") or QUALTRICS.found((str(row[column]),)).get("id")]
    questions = [row for row in above if not str(row[column]).startswith("{")]
    labels = {name: str(row[name]) for row in questions for name in table.header if row[name]}
    return _below(table, [row["_line"] for row in above], table.header, table.rows, labels)


def _with_parts(table):
    """SurveyMonkey: below a question stand its rows (of a matrix), below the next columns only those."""
    column = SURVEYMONKEY.found(table.header).get("id")
    first = table.rows.order_by("_line").limit(1).to_pyarrow().to_pylist()
    if column is None:
        return table
    if not first or first[0][column]:  # the reader has joined the two lines
        names = [name if (parts := name.rpartition(" / "))[2].casefold() not in PLAIN else parts[0] for name in table.header]
        return _renamed(table, names, [])
    names, question = [], ""
    for place, name in enumerate(table.header, start=1):
        part = str(first[0][name] or "").strip()
        question = question if name == f"column {place}" else name
        names.append(question if not part or part.casefold() in PLAIN else f"{question} / {part}")
    return _renamed(table, names, [first[0]["_line"]])


def _renamed(table, names: list[str], lines: list[int]):
    """Return a table under other column names (where they differ from one another), without the lines of its header."""
    if len(set(names)) < len(names):
        names = list(table.header)
    rows = table.rows.rename({new: old for new, old in zip(names, table.header, strict=True) if new != old})
    return _below(table, lines, tuple(names), rows, {})


def _below(table, lines: list[int], header: tuple[str, ...], rows, labels: dict[str, str]):
    notes = table.notes | ({"labels": labels} if labels else {})
    for name, n in (("n_loaded", -len(lines)), ("n_header", len(lines))):
        notes[name] = notes.get(name, 0) + n
    return replace(table, header=header, rows=rows.filter(~rows["_line"].isin(lines)) if lines else rows, notes=notes)


def prepare(rows, export: str):
    """Mark the responses that were not finished, and previews and tests of whoever made the survey."""
    found = QUALTRICS.found(tuple(rows.columns))
    if export != "qualtrics":
        return rows
    problem = rows["_problem"]
    for name, words in (("finished", ("false", "0", "否")), ("status", ("survey preview", "survey test", "1", "4"))):
        if name in found:
            is_open = rows[found[name]].cast("string").strip().lower().isin(words).fill_null(False)
            problem = ibis.ifelse(problem.isnull() & is_open, "response not completed", problem)
    return rows.mutate(_problem=problem)
