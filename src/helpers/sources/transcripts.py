"""Transcripts of calls and interviews: what the customer said, as feedback of channel "call" or "interview".

Files: .txt, .srt, .vtt and .docx with labelled speakers (reading/transcripts.py, documents.py), tables with a turn a row, and
JSON with the turns of a talk in a list. Only the customer's own words are kept (speakers.py): no agent, no greetings, no
"嗯，那个" or "um". Where the customer cannot be told from the agent the talk is set aside with a reason. A talk without a
customer or a time gets those of the case of its number (collection.py). `options: {customer: Speaker 2, agent: Speaker 1,
channel: interview}` says what the files do not.
"""

import re
from collections import Counter
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.reading import documents, read_tables
from helpers.reading.encodings import decoded
from helpers.reading.table import fresh_name
from helpers.reading.transcripts import HEADER, SUFFIXES, number_of, parse, rows_of
from helpers.sources.canonical import canonical_tables
from helpers.sources.exports import Export
from helpers.sources.mapped import check_mapping, feeds, files
from helpers.sources.speakers import OF_INTERVIEW, roles, words

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

NOT_TOLD = "speakers of a transcript not told apart"
MADE = {"number": "talk number", "who": "talk customer", "when": "talk time", "how": "talk channel", "said": "customer words"}
_CUSTOMER = (
    "会员号|会员编号|客户编号|客户号|客户ID|用户ID|member no|member id|member number|customer id|customer no|customer number|"
    "user id"
)
_CALL = (
    "通话编号|通话ID|录音编号|录音ID|会话编号|会话ID|对话编号|对话ID|访谈编号|call id|call no|call number|conversation id|"
    "dialogue id|interview id|recording id|transcript id|session id"
)
_WHEN = "通话时间|呼入时间|通话日期|访谈时间|访谈日期|录音时间|call time|call date|started at|recorded at|interview date|date"
_FEEDBACK = {
    "feedback": {"feedback_id": "number", "customer_id": "who", "received_at": "when", "channel": "how", "text": "said"},
}
TURNS = Export(
    "transcripts", "turns",
    {
        "call": _CALL,
        "speaker": "说话人|发言人|讲话人|说话者|发言者|角色|说话角色|speaker|speaker label|speaker role|speaker name|role",
        "text": "文本|转写文本|转写内容|发言内容|对话内容|说话内容|话术|utterance|transcript|transcription|spoken text|text|"
                "content",
        "start": "开始时间|起始时间|开始秒|偏移|时间点|start|start time|start seconds|begin|offset|timestamp|time",
        "end": "结束时间|结束秒|end|end time|stop",
        "turn": "轮次|话轮|turn|turn id|turn number|turn no|utterance id|segment id",
        "customer": _CUSTOMER, "at": _WHEN, **MADE,
    },
    needed=("speaker", "text", "call|start|turn"), tells=("call", "speaker", "turn", "start", "end", "customer"),
    tables=_FEEDBACK, least=2,
)
TALKS = Export(
    "transcripts", "talks",
    {
        "turns": "对话|话轮|对话列表|turns|utterances|segments|dialogue|dialog", "call": _CALL, "customer": _CUSTOMER,
        "at": _WHEN, "channel": "渠道|类型|channel|kind|medium", "agent": "座席|坐席|agent|agent id",
        "language": "语言|language", **MADE,
    },
    needed=("turns",), tells=("turns", "call", "customer", "at", "agent"), tables=_FEEDBACK, least=2,
)
EXPORTS = (TURNS, TALKS)

IS_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|"
                    r"\d{1,2} [A-Za-z]{3,9} \d{4}")


def customer_words(turns: pd.DataFrame, options: dict | None = None, where: str = "") -> pd.DataFrame:
    """Return one row a talk: the columns `MADE`, `_line` (of its first turn) and `_problem`.

    turns: call, customer, at, speaker, text, _line in order; a talk is a run of turns of one number. where: name of the file.
    """
    found = []
    for number, talk in turns.groupby("call", sort=False, dropna=False):
        said = list(zip(talk["speaker"].fillna("").astype(str), talk["text"].fillna("").astype(str), strict=True))
        who = roles(said, options)
        is_told = "customer" in who.values()
        own = [text for label, text in said if who.get(label) == "customer"]
        is_interview = bool(OF_INTERVIEW.search(where)) or any(OF_INTERVIEW.search(label) for label in who)
        found.append({
            MADE["number"]: None if pd.isna(number) else str(number), MADE["who"]: _first(talk["customer"]),
            MADE["when"]: next((value for value in talk["at"].dropna().astype(str) if IS_DAY.search(value)), None),
            MADE["how"]: str((options or {}).get("channel") or ("interview" if is_interview else "call")),
            MADE["said"]: words(own) if is_told else None, "_line": int(talk["_line"].iloc[0]),
            "_problem": None if is_told else NOT_TOLD,
        })
    return pd.DataFrame(found, columns=[*MADE.values(), "_line", "_problem"])


def _first(values: pd.Series) -> str | None:
    known = values.dropna().astype(str).str.strip()
    known = known[known != ""]
    return known.iloc[0] if len(known) else None


# --- from files to talks


def turns_of(rows: pd.DataFrame, header: tuple[str, ...]) -> pd.DataFrame:
    """Return call, customer, at, speaker, text, _line of a table, a turn a row; a talk's list of turns is taken apart.

    A table without a number of the talk is one talk. Rows that could not be read are left out here (the reader counts them).
    """
    talks = TALKS.found(header)
    found = talks if "turns" in talks else TURNS.found(header)
    rows = rows[rows["_problem"].isna()].sort_values("_line", kind="stable")
    frame = pd.DataFrame({name: rows[found[name]] if name in found else None for name in ("call", "customer", "at")},
                         index=rows.index, dtype=object)
    frame["_line"] = rows["_line"].astype("int64")
    if "turns" in talks:
        frame["each"] = [list(turns) if turns is not None else [] for turns in rows[talks["turns"]]]
        frame["call"] = frame["call"].fillna(frame["_line"].astype(str))
        frame = frame.explode("each", ignore_index=True)
        parts = [_turn(each) for each in frame["each"]]
        return frame.drop(columns="each").assign(speaker=[p[0] for p in parts], text=[p[1] for p in parts])
    frame["at"] = frame["at"].fillna(rows[found["start"]].astype(object)) if "start" in found else frame["at"]
    return frame.assign(speaker=rows[found["speaker"]], text=rows[found["text"]])


def _turn(each) -> tuple[str, str]:
    """Return (speaker, text) of one turn of a list: an object, or a text that begins with the speaker."""
    if isinstance(each, dict):
        found = TURNS.found(tuple(each))
        return (str(each.get(found.get("speaker", ""), "") or ""), str(each.get(found.get("text", ""), "") or ""))
    talk = parse([str(each)]) if isinstance(each, str) else None
    return (talk.turns[0].speaker, talk.turns[0].text) if talk and talk.turns else ("", "")


def prepare(rows, export: str):
    """Return a table of turns (or of talks) as one row a talk, with the columns `MADE`."""
    header = tuple(c for c in rows.columns if not c.startswith("_"))
    found = customer_words(turns_of(rows.to_pandas(), header))
    return rows.get_backend().create_table(fresh_name(), _typed(found), temp=True)


def _typed(found: pd.DataFrame):
    import pyarrow as pa

    types = dict.fromkeys(found.columns, pa.string()) | {"_line": pa.int64()}
    return pa.table({name: pa.array(found[name], types[name], from_pandas=True) for name in found.columns})


def talks_of(file: Path, name: str, *, connection, options: dict, hints: dict, is_shared: bool = False) -> pd.DataFrame:
    """Return the talks of a file, one row each. A text file is one talk, whatever is in it; other files are tables.

    is_shared: another file of the source has the same name in another folder.
    """
    number = number_of(name, is_shared=is_shared)
    if file.suffix.lower() in SUFFIXES or documents.is_document(file):
        return _talk_of_text(file, name, number, options, hints)
    found = [customer_words(turns_of(table.rows.to_pandas(), table.header), options, name)
             for table in read_tables(file, connection=connection, hints=hints) if _is_told(table.header)]
    found = pd.concat(found, ignore_index=True) if found else _nothing(number)
    return found.assign(**{MADE["number"]: found[MADE["number"]].fillna(number)})


def _is_told(header: tuple[str, ...]) -> bool:
    return "turns" in TALKS.found(header) or {"speaker", "text"} <= set(TURNS.found(header))


def _talk_of_text(file: Path, name: str, number: str, options: dict, hints: dict) -> pd.DataFrame:
    rows = rows_of(parse(_lines(file, hints)), number)
    if not rows:
        return _nothing(number)
    turns = pd.DataFrame(rows, columns=HEADER).rename(
        columns={"call id": "call", "member no": "customer", "started at": "at", "utterance": "text"})
    return customer_words(turns.assign(_line=1, customer=turns["customer"].replace("", None)), options, name)


def _lines(file: Path, hints: dict):
    if documents.is_document(file):
        return documents.lines_of(file, paths.shown(file))
    if not file.read_bytes()[:1 << 16].strip():
        return []
    return decoded(file, shown=paths.shown(file), hints=hints).lines()


def _nothing(number: str) -> pd.DataFrame:
    """Return the row of a file in which nobody is told from anybody."""
    return pd.DataFrame([{MADE["number"]: number, MADE["how"]: "call", "_line": 1, "_problem": NOT_TOLD}],
                        columns=[*MADE.values(), "_line", "_problem"])


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    """Return the canonical tables of a source of transcripts; rows are counted on over its files."""
    import ibis

    check_mapping(source)
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    hints = _hints(source)
    parts, before, stems = [], 0, Counter(Path(name).stem for name in files)
    for name, file in files.items():
        part = talks_of(file, name, connection=engine, options=source.options, hints=hints,
                        is_shared=stems[Path(name).stem] > 1)
        part["_line"] += before
        before = int(part["_line"].max())
        parts.append(part)
    rows = engine.create_table(fresh_name(), _typed(pd.concat(parts, ignore_index=True)), temp=True)
    tables = canonical_tables(rows, source, business=business)
    return tables if engine is connection else {name: ibis.memtable(table.to_pyarrow()) for name, table in tables.items()}


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return talks and columns of a file."""
    import ibis

    connection = None if file.suffix.lower() in (*SUFFIXES, *documents.SUFFIXES) else ibis.duckdb.connect()
    return len(talks_of(file, part, connection=connection, options=source.options, hints=_hints(source))), len(MADE)


def _hints(source) -> dict:
    return {key: value for key, value in source.reading.items() if key in ("encoding", "delimiter", "sheet")}
