"""Files with a mapping to canonical tables: what all sources but the built-in ones share.

    - name: till
      system: files
      pattern: till-*.csv
      tables: {transactions: {transaction_id: Receipt, customer_id: Card, ordered_at: Time, revenue: Net, channel: =shop}}

    - name: survey
      system: questionpro
      pattern: survey-*.xlsx
      survey: Customer satisfaction 2026
      tables: {feedback: {feedback_id: Response ID, channel: =survey, nps: [Recommend?, 推荐吗？], text: [Why?, 为什么？]}}
      questions: {quality: [Quality?, 质量如何？], price: {columns: Price?, low: 1, high: 5, best: low}}

`=shop` gives every row the value "shop"; of a list of columns the first that is filled counts (of open answers, all).
`reading` holds hints for the
reader. A file may hold several tables: those that carry the mapped columns are read. A vendor's module may add columns
(`prepare`) first.
"""

import difflib
import functools
from pathlib import Path

import ibis

from helpers import paths
from helpers.contracts import contract
from helpers.errors import UserError
from helpers.reading import read_tables
from helpers.reading.files import NO_WORKBOOK, WORKBOOKS, kind_of
from helpers.reading.table import fresh_name
from helpers.sources import questions
from helpers.sources.canonical import KEYS, canonical_tables, md5
from helpers.sources.exports import CONSTANT, Export, plain
from helpers.sources.redelivery import mark_redelivered

__all__ = ["canonical_tables", "feeds", "files", "md5", "read", "size"]
ORIGIN = ("_line", "_problem")
_sizes: dict[tuple, tuple[int, int]] = {}  # (file, bytes, mtime) → rows, columns, so that no file is read twice for them


def files(source, folder: Path) -> dict[str, Path]:
    found = sorted(file for file in folder.glob(source.pattern) if file.is_file())
    if not found:
        raise UserError(f"source '{source.name}': no file in {paths.shown(folder)} matches '{source.pattern}'")
    outside = [file for file in found if not file.resolve().is_relative_to(folder.resolve())]
    if outside:
        raise UserError(f"source '{source.name}': {paths.shown(outside[0])} leads out of raw/: copy the file there")
    return {file.relative_to(folder).as_posix(): file for file in found}


def feeds(source) -> tuple[str, ...]:
    further = ("survey_questions", "survey_answers") if questions.asks(source) else ()
    return (*source.mapping, *further)


def size(source, part: str, file: Path) -> tuple[int, int]:
    """Return rows (rejected ones, too) and columns of a file."""
    key = _key(file)
    if key not in _sizes:
        _read(source, file, ibis.duckdb.connect())
    return _sizes[key]


def read(source, files: dict[str, Path], *, business, connection) -> dict:
    check_mapping(source)
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    about: dict[str, dict] = {}
    tables = tables_of(gather(source, files, engine, about), source, about, business=business)
    return tables if engine is connection else {name: ibis.memtable(table.to_pyarrow()) for name, table in tables.items()}


def tables_of(rows, source, about: dict[str, dict], *, business) -> dict:
    """Return the canonical tables of the mapped columns, those of a survey with its questions and answers."""
    rows = questions.with_stars(rows, source)
    if not questions.asks(source):
        return canonical_tables(rows, source, business=business)
    asked = questions.columns_of(rows, source, about)
    tables = canonical_tables(questions.with_scores(rows, asked), source, business=business)
    tables["survey_questions"] = questions.questions_table(asked, source)
    answers = questions.answers_table(rows, tables["feedback"], asked, source)
    return tables | ({"survey_answers": answers} if answers.count().execute() else {})


def check_mapping(source) -> None:
    """Refuse columns that no canonical table has, and mappings without a key."""
    for table, columns in source.mapping.items():
        spec = contract(f"collected/{table}")
        for column in columns:
            if column not in spec.column_names and not spec.is_open:
                near = difflib.get_close_matches(column, spec.column_names, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(spec.column_names)}"
                raise UserError(f"source '{source.name}': {table} has no column '{column}'; {hint}")
        for column in key_of(table, source.mapping):
            if column not in columns:
                raise UserError(f"source '{source.name}': map '{column}', the key of {table}")


def key_of(table: str, mapping: dict) -> list[str]:
    """Return the key columns that the mapping of a table must have: those that cannot be computed."""
    if table == "people":
        return []
    computed = {"line_number", KEYS.get(table, "")} | ({"customer_id"} if "people" in mapping else set())
    return [column for column in contract(table).key if column not in computed]


def export_of(source) -> Export | None:
    """Return the declared export that a source says it is."""
    from helpers import sources

    known = getattr(sources.module(source.system), "EXPORTS", ())
    export = next((e for e in known if e.name == source.export), None)
    if source.export and export is None:
        names = ", ".join(e.name for e in known) or "none"
        raise UserError(f"source '{source.name}': {source.system} has no export '{source.export}'; known are {names}")
    return export


# --- from files to rows


def wanted_groups(source) -> list[tuple[str, ...]]:
    """Return the columns that the mapping names, those together of which one is enough (a question in several languages)."""
    named = [[value] if isinstance(value, str) else value for columns in source.mapping.values() for value in columns.values()]
    named += [question.columns for question in questions.rating_questions(source)]
    groups = [tuple(name for name in group if not name.startswith(CONSTANT)) for group in named]
    return list(dict.fromkeys(filter(None, groups)))


def wanted_columns(source) -> list[str]:
    """Return the columns of the file that the mapping names."""
    return list(dict.fromkeys(name for group in wanted_groups(source) for name in group))


def gather(source, files: dict[str, Path], engine, about: dict[str, dict] | None = None):
    """Return the mapped columns of all files as one table, under the names of the mapping, with `_line` counted on.

    about: takes what the files say of a column: {column: {"label": the question, "value_labels": {code: label}}}.
    """
    from helpers import sources

    export, wanted, groups = export_of(source), wanted_columns(source), wanted_groups(source)
    prepare = getattr(sources.module(source.system), "prepare", None)
    parts, headers, before = [], [], 0
    for part, file in files.items():
        others = []
        for table in _read(source, file, engine):
            rows = prepare(table.rows, source.export) if prepare else table.rows
            chosen = match(wanted, [c for c in rows.columns if c not in ORIGIN])
            if _belongs(chosen, groups, export, table.header):
                parts.append(_part(rows, chosen, wanted, before, part))
                headers.append(rows.columns)
                _note(about, chosen, table.notes)
                others = None
                before += int(table.rows["_line"].max().execute() or 0)
            elif others is not None:
                others.append(rows.columns)
        if others is not None:  # nothing of the file is what the source means
            raise UserError(_no_column(source, wanted, others[0] if others else (), file))
    nowhere = [name for name in wanted if not any(name in match([name], known) for known in headers)]
    if nowhere:
        raise UserError(_no_column(source, nowhere, headers[0]))
    rows = _stacked(parts, wanted)
    if "_day" not in rows.columns:
        return rows
    return mark_redelivered(engine.create_table(fresh_name(), rows, temp=True))  # once: it is asked several times


def match(wanted: list[str], header: list[str]) -> dict[str, str]:
    """Return wanted column → the file's column: the same text, or else the same but for width, case, blanks and marks."""
    by_plain: dict[str, list[str]] = {}
    for name in header:
        by_plain.setdefault(plain(name), []).append(name)
    alike = {name: by_plain.get(plain(name), []) for name in wanted}
    return {name: name if name in header else alike[name][0] for name in wanted if name in header or len(alike[name]) == 1}


def _note(about: dict | None, chosen: dict[str, str], notes: dict) -> None:
    """Note labels and code books of the columns chosen; of several files the first that has them counts."""
    for name, header in chosen.items() if about is not None else ():
        label, codes = (notes.get(kind, {}).get(header) for kind in ("labels", "value_labels"))
        found = {"label": label or header, "value_labels": codes}
        about[name] = {key: value for key, value in found.items() if value} | about.get(name, {})


def _belongs(chosen: dict, groups: list[tuple[str, ...]], export: Export | None, header: tuple[str, ...]) -> bool:
    """Say whether a table is one that the source means; the parts of an export may differ in some columns."""
    n = sum(any(name in chosen for name in group) for group in groups)
    return n == len(groups) or export is not None and 2 * n >= len(groups) and export.score(export.found(header)) > 0


def _part(rows, chosen: dict, wanted: list[str], before: int, part: str):
    columns = {name: rows[chosen[name]] if name in chosen else ibis.null("string") for name in wanted}
    line = (rows["_line"] + before).cast("int64")
    days = {name: rows[name] for name in ("_day", "_same") if name in rows.columns}
    return rows.select(**columns, **days, _line=line, _problem=rows["_problem"], _file=ibis.literal(part))


def _no_column(source, wanted: list[str], columns, file: Path | None = None) -> str:
    """Say which column a file lacks; of a text of one column with the name of a workbook, that it is none (it is damaged)."""
    header = [c for c in columns if c not in ORIGIN]
    if file is not None and file.suffix.lower() in WORKBOOKS and len(header) < 2 and kind_of(file, "") == "text":
        return f"source '{source.name}': {paths.shown(file)}: {NO_WORKBOOK}; export it again"
    missing = next((name for name in wanted if name not in match(wanted, header)), wanted[0])
    near = difflib.get_close_matches(missing, header, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(header[:12])}"
    return f"source '{source.name}': its file has no column '{missing}'; {hint}"


def _stacked(parts: list, wanted: list[str]):
    """Return the parts as one table; a column of different types becomes text."""
    for name in wanted:
        kinds = {part[name].type() for part in parts}
        if len(kinds) > 1:
            parts = [part.mutate(**{name: part[name].cast("string")}) for part in parts]
    while len(parts) > 1:  # pairwise: a chain of hundreds of files would nest too deep
        parts = [functools.reduce(lambda a, b: a.union(b), parts[i:i + 2]) for i in range(0, len(parts), 2)]
    return parts[0]


def _hints(source) -> dict:
    options = {key: value for key, value in source.options.items() if key in ("delimiter", "encoding")}
    return options | source.reading


def _key(file: Path) -> tuple:
    status = file.stat()
    return (file.as_posix(), status.st_size, status.st_mtime_ns)


def _read(source, file: Path, engine) -> list:
    """Return the tables of a file; what the reader refuses is said with the source's name."""
    from helpers import sources

    try:
        tables = read_tables(file, connection=engine, hints=_hints(source))
    except UserError as error:
        raise UserError(f"source '{source.name}': {error}") from None
    headed = getattr(sources.module(source.system), "headed", None)
    tables = [headed(table, source.export) for table in tables] if headed else tables
    rows = sum(int(t.notes.get("n_loaded", 0)) + int(t.notes.get("n_rejected", 0)) for t in tables)
    _sizes[_key(file)] = rows, max((len(t.header) for t in tables), default=0)
    return tables
