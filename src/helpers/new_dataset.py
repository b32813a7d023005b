"""`make new DATASET=acme FROM=/path/to/exports`: look at every file, recognise its system, propose data/acme/dataset.yml.

    python -m helpers.new_dataset DATASET=acme FROM=/path/to/exports

Files that feed a source are copied to data/acme/raw/ (never over a file that is there). Nothing is overwritten and no value of
a cell is shown. Exit codes: 0 proposed, 2 nothing was recognised or the user can mend it.
"""

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import ibis

from helpers import paths, sources
from helpers.collection.content_types import Content, content_of
from helpers.collection.proposal import SKETCH, Found, Proposed, propose
from helpers.collection.proposal_questions import NOT_ASKED, proposed_names, ratings_among
from helpers.collection.proposal_text import yaml_text
from helpers.collection.recognition import recognise
from helpers.datasets import NAME
from helpers.errors import UserError
from helpers.reading import read_tables
from helpers.sources.canonical import in_type, md5

MEMORY = "800MB"  # of the engine; what is more goes to disk
SAMPLE = 1000  # rows that a column is judged by
MOST_LINES = 20
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # of file names: no line breaks, no commands to the terminal
IGNORED = ("~$", "thumbs.db", "desktop.ini", "dataset.yml")
OF_ORDER = re.compile(r"订单|买家|实付款|结算|^order", re.IGNORECASE)  # an amount that may be the whole order's
TIMES = {"transactions": "ordered_at", "interactions": "occurred_at", "feedback": "received_at", "cases": "opened_at",
         "deals": "entered_at"}


@dataclass
class Look:
    """What a look at a folder found."""

    found: list[Found] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def parse(arguments: list[str]) -> tuple[str, Path]:
    """Return (data set, folder) of the command line."""
    given = dict(argument.partition("=")[::2] for argument in arguments)
    unknown = sorted(set(given) - {"DATASET", "FROM"})
    if unknown:
        raise UserError(f"unknown option {unknown[0]}; known are DATASET, FROM")
    name, source = given.get("DATASET", ""), given.get("FROM", "")
    if not NAME.fullmatch(name):
        raise UserError("DATASET: name the new data set in small letters, digits and underscores, e.g. DATASET=acme")
    if not source:
        raise UserError("FROM: name the folder with the exports, e.g. FROM=/path/to/exports")
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise UserError("FROM is no folder that can be read: check its name")
    if paths.dataset_yml(name).exists():
        raise UserError(f"{paths.shown(paths.dataset_yml(name))} is there and is never overwritten: choose another DATASET")
    return name, folder


def main(arguments: list[str]) -> int:
    try:
        name, folder = parse(arguments)
        look = look_at(folder)
        proposed = propose(look.found)
        if not proposed:
            raise UserError(f"nothing was recognised in the {len(look.found)} tables of FROM: write "
                            f"{paths.shown(paths.dataset_yml(name))} by hand (README.md, 'Bring your own data')")
        text = yaml_text(name, proposed, look.found)
        copied = copy_files(folder, paths.layer(name, "raw"), sorted({file for p in proposed for file in p.files}))
        write_new(paths.dataset_yml(name), text)
        print("\n".join(CONTROL.sub("?", line) for line in summary(name, proposed, look, copied)))
        return 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.strerror or type(error).__name__}", file=sys.stderr)
        return 1


# --- looking


def files_below(folder: Path) -> list[Path]:
    """Return the files below a folder in the order of their names, without hidden ones and links that lead out of it."""
    root = folder.resolve()
    return [
        file for file in sorted(folder.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and not file.name.lower().startswith(IGNORED) and file.resolve().is_relative_to(root)
    ]


def look_at(folder: Path) -> Look:
    """Read every file and say what its tables are; a file that cannot be read costs one line, not the others."""
    look = Look()
    with tempfile.TemporaryDirectory() as spill:
        for file in files_below(folder):
            name = file.relative_to(folder).as_posix()
            connection = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=spill)
            try:
                look.found += [look_at_table(name, table) for table in read_tables(file, connection=connection, hints={})]
            except UserError as error:
                look.unreadable.append(str(error))
            except Exception as error:  # one odd file must not cost the others; its values must not be shown
                look.unreadable.append(f"{name}: cannot be read ({type(error).__name__})")
            finally:
                connection.disconnect()
    return look


def look_at_table(file: str, table) -> Found:
    """Return what one table is and what its columns look like."""
    labels = table.notes.get("labels")
    recognised = recognise(table.header, tuple(table.notes.get("preamble") or ()), labels)
    rows = table.rows
    if recognised and not recognised.export.kept_out:
        module = sources.module(recognised.export.system)
        if hasattr(module, "headed"):
            table = module.headed(table, recognised.export.name)
            rows, labels = table.rows, table.notes.get("labels")
            found = recognised.export.found(table.header, labels)
            recognised = type(recognised)(recognised.export, found, recognised.certainty)
        prepare = getattr(module, "prepare", None)
        if prepare:
            rows = prepare(rows, recognised.export.name)
            found = recognised.export.found(tuple(c for c in rows.columns if not c.startswith("_")), labels)
            recognised = type(recognised)(recognised.export, found, recognised.certainty)
    n_rows = int(table.notes.get("n_loaded", 0))
    if recognised is None:
        return Found(file, table.name, n_rows, contents_of(rows), None)
    return Found(file, table.name, n_rows, contents_of(rows), recognised, days_of(rows, recognised),
                 numbers_of(rows, recognised), questions_of(rows, recognised, labels or {}))


def questions_of(rows, recognised, labels: dict[str, str]) -> dict[str, str]:
    """Return name → column of the ratings of a survey besides those that its labels told."""
    if not {"nps", "csat", "ces"} & set(recognised.export.patterns):
        return {}
    free = [c for c in rows.columns if not c.startswith("_") and not c.endswith(" (code)")
            and c not in recognised.found.values() and not NOT_ASKED.search(c)]
    names = proposed_names({c: labels.get(c, c) for c in ratings_among(rows, free)})
    return {name: column for column, name in names.items()}


def contents_of(rows) -> dict[str, Content]:
    """Return what the values of each column look like."""
    names = [c for c in rows.columns if not c.startswith("_")]
    nested = {c for c in names if rows[c].type().is_nested()}
    plain_names = [c for c in names if c not in nested]
    sample = rows.filter(rows["_problem"].isnull()).limit(SAMPLE)
    sample = sample.select(**{f"c{i}": sample[c].cast("string") for i, c in enumerate(plain_names)}) if plain_names else None
    values = sample.to_pyarrow().to_pydict() if sample is not None else {}
    looks = {c: content_of(values[f"c{i}"]) for i, c in enumerate(plain_names)}
    return {c: Content("nested") if c in nested else looks[c] for c in names}


def days_of(rows, recognised) -> dict:
    """Return day → rows of the main table's time column, for the last day of the data."""
    for table, column in TIMES.items():
        wanted = recognised.mapping.get(table, {}).get(column)
        for header in [wanted] if isinstance(wanted, str) else wanted or []:
            moment = in_type(rows, header, "timestamp", time_zone="UTC", hints={})
            daily = rows.mutate(_at=moment.cast("date")).group_by("_at").agg(n=ibis._.count()).to_pyarrow().to_pydict()
            days = {day: n for day, n in zip(daily["_at"], daily["n"], strict=True) if day is not None}
            if days:
                return days
    return {}


def numbers_of(rows, recognised) -> tuple[str, ...]:
    """Return the smallest digests of the customers' numbers: sources whose digests agree speak of the same numbers."""
    wanted = next((columns["customer_id"] for columns in recognised.mapping.values() if "customer_id" in columns), None)
    if not isinstance(wanted, str):
        return ()
    known = rows.select(number=rows[wanted].cast("string").strip().nullif(""))
    digests = known.filter(known.number.notnull()).select(digest=md5(known.number)).distinct().order_by("digest").limit(SKETCH)
    return tuple(digests.to_pyarrow()["digest"].to_pylist())


# --- writing


def copy_files(folder: Path, raw: Path, names: list[str]) -> int:
    """Copy the named files below `raw`, each complete or not at all; return how many. A file with other content stays."""
    if folder.resolve() == raw.resolve():
        return 0
    copied = 0
    for name in names:
        source, target = folder / name, raw / name
        if target.exists():
            if target.stat().st_size != source.stat().st_size or not _same(source, target):
                raise UserError(f"{paths.shown(target)} is there with other content and is never overwritten: move it away")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            shutil.copyfile(source, partial)
            _publish(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        copied += 1
    return copied


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as a, other.open("rb") as b:
        while True:
            left, right = a.read(1 << 20), b.read(1 << 20)
            if left != right:
                return False
            if not left:
                return True


def _publish(partial: Path, target: Path) -> None:
    """Give a finished file its name, unless a file has that name by now."""
    with partial.open("rb") as handle:
        os.fsync(handle.fileno())
    try:
        os.link(partial, target)
    except FileExistsError:
        raise UserError(f"{paths.shown(target)} appeared meanwhile and is never overwritten") from None
    except OSError:  # a file system without hard links
        partial.rename(target)


def write_new(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        _publish(partial, target)
    finally:
        partial.unlink(missing_ok=True)


# --- what to check


def summary(name: str, proposed: list[Proposed], look: Look, copied: int) -> list[str]:
    """Return at most `MOST_LINES` lines: what was recognised, what is to be checked; names of files and columns only."""
    yml = paths.shown(paths.dataset_yml(name))
    lines = [f"{yml} proposes {len(proposed)} sources; {copied} files were copied to {paths.shown(paths.layer(name, 'raw'))}/"]
    sources_said = [f"  {p.name}: {len(p.files)} file(s), {sum(part.n_rows for part in p.parts)} rows → {', '.join(p.tables)} "
                    f"({p.certainty})" for p in proposed]
    out = sorted({part.file for part in look.found if part.recognised and part.recognised.export.kept_out})
    unknown = sorted({part.file for part in look.found if part.recognised is None})
    checks = _checks(proposed)
    checks += [f"  left out, sums and not customers: {', '.join(out[:3])}{' …' if len(out) > 3 else ''}"] if out else []
    checks += [f"  not recognised, sketched at the end of dataset.yml: {', '.join(unknown[:6])}"
               f"{' …' if len(unknown) > 6 else ''}"] if unknown else []
    checks += [f"  not readable: {line}" for line in look.unreadable]
    room = MOST_LINES - 3 - min(len(checks), 9)
    lines += _cut(sources_said, room) + ["check:"] + _cut(checks, MOST_LINES - 2 - len(_cut(sources_said, room)) - 1)
    return [*lines, f"then: make reports DATASET={name}"]


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most - 1], f"  … and {len(lines) - most + 1} more, in dataset.yml"]


def _checks(proposed: list[Proposed]) -> list[str]:
    checks = ["  business: currency, country, time_zone, contractual, snapshot_date (guessed from the data)"]
    spaces = sorted({p.ids for p in proposed if p.ids})
    checks += [f"  ids: sources that share a name share their customers' numbers ({', '.join(spaces)})"] if spaces else []
    guesses = [f"{p.name}.{column}" for p in proposed for columns in p.tables.values() for column, m in columns.items()
               if m.certainty == "guess"]
    likely = [p.name for p in proposed if p.certainty != "sure"]
    checks += [f"  guessed from values: {', '.join(guesses[:5])}{' …' if len(guesses) > 5 else ''}"] if guesses else []
    checks += [f"  recognised with doubt: {', '.join(likely[:5])}{' …' if len(likely) > 5 else ''}"] if likely else []
    sales = [p for p in proposed if "transactions" in p.tables]
    checks += [f"  no sale may be in two of these: {', '.join(p.name for p in sales)}"] if len(sales) > 1 else []
    checks += [f"  {p.name}: {line}" for p in sales for line in _sales_checks(p)]
    if not any(t in p.tables for p in proposed for t in ("transactions", "subscriptions")):
        checks.append("  no purchases were found: most reports need transactions")
    return checks


def _sales_checks(source: Proposed) -> list[str]:
    """Return what is done with orders that were not paid or paid back, where the export tells them."""
    found = source.parts[0].recognised.found
    said = []
    if source.export.system == "point_of_sale" and "status" in found:
        said.append(f"orders not paid, cancelled or wholly refunded are set aside by '{found['status']}'")
    if "refund" in found:
        said.append(f"'{found['refund']}' is not taken off the revenue")
    order, money = source.parts[0].contents.get(found.get("order", "")), found.get("revenue", "")
    if order and order.distinct < 1 and OF_ORDER.search(money):
        said.append(f"orders have several rows: '{money}' must be the money of a row, not of the whole order in each row")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
