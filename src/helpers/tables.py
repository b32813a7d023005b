"""Tables by name: `scan` for an Ibis expression, `load` for a pandas frame, `save` to write atomically.

Contracts (contracts.py) are checked on write and on read. Inside a run of the pipeline, tables are written to a staging
folder and put in place together when the whole notebook has succeeded (run.py), so that nothing is ever half-written.
"""

import difflib
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers import paths
from helpers.contracts import Column, Contract, contract
from helpers.errors import UserError
from helpers.identity import vault

ARROW = {
    "string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(),
    "date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"),
}
ROW_GROUP = 131_072  # rows; fixed, so that the same rows always give the same bytes
_session = {"dataset": None, "engine": "duckdb", "connection": None, "staging": None, "reads": {}, "writes": {}, "raw": {},
            "replay": False}


def use(dataset: str, *, engine: str = "duckdb") -> None:
    """Bind the module to a data set and an engine (`duckdb`, or `pyspark` where the scale extra is installed)."""
    if _session["replay"]:
        return
    staging = os.environ.get("WORKBOOK_STAGING")
    _session.update(
        dataset=dataset, engine=engine, connection=None, staging=Path(staging) if staging else None, reads={}, writes={},
        raw={},
    )


def replay() -> None:
    """Show again without writing again: `save` returns what was written in the first language."""
    _session["replay"] = True


def connection():
    """Return the Ibis connection of the session, opened on first use."""
    if _session["connection"] is None:
        _session["connection"] = _connect(_session["engine"])
    return _session["connection"]


def _connect(engine: str):
    import ibis

    if engine == "duckdb":
        # bounded on purpose: the same notebook must run on a laptop with ten times the data
        spill = f"{tempfile.gettempdir()}/workbook-duckdb-{os.getpid()}"
        duckdb = ibis.duckdb.connect(threads=min(os.cpu_count() or 1, 4), memory_limit="800MB", temp_directory=spill)
        duckdb.raw_sql("SET enable_progress_bar = false")
        return duckdb
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UserError("ENGINE=pyspark needs the scale extra and Java 17: run make scale") from None
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").config("spark.ui.enabled", "false")
    return ibis.pyspark.connect(spark.getOrCreate())


# --- where a table is, and whether it is there


def _final(spec: Contract) -> Path:
    return paths.dataset(_session["dataset"]) / spec.path


def _current(spec: Contract) -> Path:
    """Return the file to read. A stage that runs sees its own tables as it has just written them, never those of before."""
    if _session["staging"] is not None and os.environ.get("WORKBOOK_STAGE", "").endswith(spec.owner):
        return _session["staging"] / spec.path
    return _final(spec)


def has(name: str) -> bool:
    """Say whether table `name` is there and has rows. (Asking counts as reading: the stage depends on the answer.)"""
    spec = contract(name)
    file = _current(spec)
    _note_read(spec, file)
    return file.exists() and _opened(file, spec).metadata.num_rows > 0


def _note_read(spec: Contract, file: Path) -> None:
    if spec.name not in _session["writes"]:
        _session["reads"].setdefault(spec.name, digest(file) if file.is_file() else None)


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with Path(file).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _existing(name: str) -> tuple[Contract, Path]:
    spec = contract(name)
    file = _current(spec)
    _note_read(spec, file)
    if not file.exists():
        raise UserError(f"{spec.path.removesuffix('.parquet')} is missing: run make {spec.owner}")
    _check_types(spec, _opened(file, spec).schema_arrow, file)
    return spec, file


def _opened(file: Path, spec: Contract) -> pq.ParquetFile:
    try:
        return vault.opened(file) if spec.layer == "vault" else pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError):
        raise UserError(f"{paths.shown(file)} is not a complete Parquet file: run make {spec.owner}") from None


def _check_types(spec: Contract, schema: pa.Schema, file: Path) -> None:
    found = {field.name: field.type for field in schema}
    for column in spec.columns:
        if column.name not in found:
            raise UserError(f"{paths.shown(file)} lacks column '{column.name}': run make {spec.owner}")
        if found[column.name] != ARROW[column.type]:
            raise UserError(
                f"{paths.shown(file)} column '{column.name}' is {found[column.name]}, the contract says {column.type}: "
                f"run make {spec.owner}"
            )


# --- read


def scan(name: str):
    """Return table `name` as an Ibis table on the session's engine; nothing is read until it is executed."""
    spec, file = _existing(name)
    if spec.layer == "vault":
        return _decrypted(spec, file)
    return connection().read_parquet(file.as_posix())


def load_previous(name: str):
    """Return table `name` as the last complete run left it, or None: what a stage carries on from run to run."""
    file = _final(contract(name))
    if not file.exists():
        return None
    return to_pandas(_opened(file, contract(name)).read())


def _decrypted(spec: Contract, file: Path):
    """Return an encrypted table in the session's engine, batch by batch: in memory or spilled, never plain in the project."""
    import ibis

    reader = _opened(file, spec)
    if _session["engine"] != "duckdb":
        return ibis.memtable(reader.read())
    engine, name = connection(), f"vault_{spec.file}_{digest(file)[:12]}"
    if name not in engine.list_tables():
        batches = pa.RecordBatchReader.from_batches(reader.schema_arrow, reader.iter_batches(ROW_GROUP))
        engine.con.register("arriving", batches)
        engine.raw_sql(f"CREATE TEMP TABLE {name} AS SELECT * FROM arriving")
        engine.con.unregister("arriving")
    return engine.table(name)


def load(name: str):
    """Return table `name` as a pandas frame, its contract checked.

    Dates are `datetime64[us]` at midnight, timestamps `datetime64[us, UTC]`, unknown is NA.
    A table with a row per transaction or line is refused: scan it and aggregate first.
    """
    spec, file = _existing(name)
    if spec.is_scanned:
        raise TypeError(f"{name} has a row per transaction: use tables.scan({name!r}) and aggregate")
    frame = to_pandas(_opened(file, spec).read())
    return check_frame(frame, spec)


def load_or_empty(name: str):
    """Return table `name`, or a frame without rows and with the contract's columns if the data set lacks it."""
    return load(name) if has(name) else empty(name)


def empty(name: str):
    """Return a pandas frame of table `name` without rows."""
    spec = contract(name)
    return to_pandas(pa.schema([(c.name, ARROW[c.type]) for c in spec.columns]).empty_table())


def to_pandas(table: pa.Table):
    """Return an Arrow table as pandas, with one kind of date (`datetime64[us]`) and one kind of string."""
    frame = table.to_pandas(date_as_object=False)
    dates = [field.name for field in table.schema if pa.types.is_date(field.type)]
    return frame.astype(dict.fromkeys(dates, "datetime64[us]"))


# --- write


def save(data, name: str) -> dict:
    """Write a pandas frame or an Ibis expression as table `name`; return its name, rows, columns and SHA-256.

    The contract is checked first, rows are put in key order, and the file appears complete or not at all.
    """
    if _session["replay"]:
        return _session["writes"][name]
    spec = contract(name)
    target = (_session["staging"] or paths.dataset(_session["dataset"])) / spec.path
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        if hasattr(data, "to_pyarrow_batches"):
            _write_expression(data, spec, partial)
        else:
            _write_frame(data, spec, partial)
        put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    metadata = _opened(target, spec).metadata
    written = {"table": name, "rows": metadata.num_rows, "columns": metadata.num_columns, "sha256": digest(target)}
    _session["writes"][name] = {"file": spec.path, **written}
    return written


def put_in_place(partial: Path, target: Path) -> None:
    """Rename a finished file to its final name, safely on disk first."""
    with partial.open("rb") as handle:
        os.fsync(handle.fileno())
    partial.replace(target)
    with suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _arrow_schema(spec: Contract, found: list[tuple[str, pa.DataType]]) -> pa.Schema:
    extra = [(name, kind) for name, kind in found if name not in spec.column_names] if spec.is_open else []
    extra = [(name, pa.string() if pa.types.is_large_string(kind) else kind) for name, kind in extra]
    return pa.schema([(c.name, ARROW[c.type]) for c in spec.columns] + extra)


def _write_frame(frame, spec: Contract, file: Path) -> None:
    frame = check_frame(_complete(frame, spec), spec).sort_values(list(spec.key), kind="stable")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    schema = _arrow_schema(spec, [(f.name, f.type) for f in table.schema])
    table = table.select(schema.names).cast(schema).replace_schema_metadata(None)
    with _writer(spec, file, schema) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)


def _writer(spec: Contract, file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    encryption = {"encryption_properties": vault.encrypting()} if spec.layer == "vault" else {}
    return pq.ParquetWriter(file, schema, compression="zstd", **encryption)


def _write_expression(expression, spec: Contract, file: Path) -> None:
    _check_columns(list(expression.columns), spec)
    names = [*spec.column_names, *(c for c in expression.columns if c not in spec.column_names and spec.is_open)]
    batches = expression.select(*names).order_by(list(spec.key)).to_pyarrow_batches(chunk_size=ROW_GROUP)
    schema, pending, checker = None, [], _Limits(spec)
    writer = None
    try:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            schema = schema or _arrow_schema(spec, [(f.name, f.type) for f in table.schema])
            writer = writer or _writer(spec, file, schema)
            table = table.cast(schema)
            checker.add(table)
            pending.append(table)
            while sum(part.num_rows for part in pending) >= ROW_GROUP:
                whole = pa.concat_tables(pending)
                writer.write_table(whole.slice(0, ROW_GROUP), row_group_size=ROW_GROUP)
                pending = [whole.slice(ROW_GROUP)]
        if writer is None:
            schema = _arrow_schema(spec, [])
            writer = _writer(spec, file, schema)
        rest = pa.concat_tables(pending) if pending else schema.empty_table()
        if rest.num_rows or checker.last_key is None:  # a table without rows has one empty group, as that of a frame
            writer.write_table(rest, row_group_size=ROW_GROUP)
    finally:
        if writer is not None:
            writer.close()
    checker.finish()


class _Limits:
    """The contract checked batch by batch on rows that arrive in key order."""

    def __init__(self, spec: Contract):
        self.spec, self.last_key, self.problems = spec, None, {}

    def add(self, table: pa.Table) -> None:
        for column in self.spec.columns:
            for problem, n in _column_problems(table.column(column.name), column):
                self.problems[column.name, problem] = self.problems.get((column.name, problem), 0) + n
        keys = table.select(list(self.spec.key))
        if table.num_rows:
            n_repeated = _n_repeated(keys, self.last_key)
            if n_repeated:
                name = ", ".join(self.spec.key)
                self.problems[name, "repeats"] = self.problems.get((name, "repeats"), 0) + n_repeated
            self.last_key = keys.slice(table.num_rows - 1)

    def finish(self) -> None:
        if self.problems:
            raise AssertionError(_complaint(self.spec, self.problems))


def _n_repeated(keys: pa.Table, last_key: pa.Table | None) -> int:
    """Return how many rows have the key of the row before (rows are in key order, so repeats are neighbours)."""
    if last_key is not None:
        keys = pa.concat_tables([last_key, keys])
    if keys.num_rows < 2:
        return 0
    same = None
    for name in keys.column_names:
        column = keys.column(name).combine_chunks()
        equal = pc.fill_null(pc.equal(column[1:], column[:-1]), False)
        same = equal if same is None else pc.and_(same, equal)
    return pc.sum(same).as_py() or 0


def _column_problems(values: pa.ChunkedArray, column: Column):
    if not column.nullable and values.null_count:
        yield "is empty", values.null_count
    for limit, worse, words in ((column.ge, pc.less, "is below"), (column.le, pc.greater, "is above")):
        if limit is not None and (n := pc.sum(worse(values, limit)).as_py()):
            yield f"{words} {limit:g}", n
    if column.isin:
        strange = pc.invert(pc.is_in(values.drop_null(), value_set=pa.array(column.isin)))
        if n := pc.sum(strange).as_py():
            yield f"is none of {', '.join(column.isin)}", n


def _complaint(spec: Contract, problems: dict) -> str:
    said = "; ".join(f"{name} {problem} in {n:,} rows" for (name, problem), n in problems.items())
    return f"{spec.name}: {said}"


# --- contracts of pandas frames (pandera)


def _check_columns(names: list[str], spec: Contract) -> None:
    missing = [name for name in spec.column_names if name not in names]
    if missing:
        near = difflib.get_close_matches(missing[0], names, n=1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise AssertionError(f"{spec.name} lacks column '{missing[0]}'{hint}")
    extra = [name for name in names if name not in spec.column_names]
    if extra and not spec.is_open:
        raise AssertionError(f"{spec.name} has column '{extra[0]}', which its contract does not know")


def _complete(frame, spec: Contract):
    """Give the frame the contract's types, where a cast loses nothing (1.0 → 1, object → string)."""
    _check_columns(list(frame.columns), spec)
    return frame.assign(**{c.name: _cast(frame[c.name], c, spec) for c in spec.columns})


def _cast(values, column: Column, spec: Contract):
    """Return the values in the contract's type; 1.5 is no whole number and "no" is no truth value, though pandas casts them."""
    if not column.nullable and (n := int(values.isna().sum())):
        raise AssertionError(_complaint(spec, {(column.name, "is empty"): n}))
    try:
        cast = values.astype(_pandas_type(column, values))
    except (TypeError, ValueError):
        raise AssertionError(f"{spec.name}: {column.name} is {values.dtype}, the contract says {column.type}") from None
    known = values.notna()
    if column.type in ("int64", "bool", "date"):
        exact = cast[known].dt.normalize() if column.type == "date" else values[known]
        if n := int((cast[known].astype(object) != exact.astype(object)).sum()):
            raise AssertionError(_complaint(spec, {(column.name, f"is no {column.type}"): n}))
    return cast


def _pandas_type(column: Column, values=None) -> str:
    has_null = values is not None and bool(values.isna().any())
    nullable = {"int64": "Int64", "bool": "boolean"} if column.nullable and (values is None or has_null) else {}
    plain = {"string": "str", "date": "datetime64[us]", "timestamp": "datetime64[us, UTC]"}
    return nullable.get(column.type) or plain.get(column.type, column.type)


def pandera_schema(spec: Contract, frame=None):
    """Return the contract as a pandera schema."""
    import pandera.pandas as pandera

    def column(c: Column):
        checks = [pandera.Check.ge(c.ge)] if c.ge is not None else []
        checks += [pandera.Check.le(c.le)] if c.le is not None else []
        checks += [pandera.Check.isin(c.isin)] if c.isin else []
        kind = None if c.type in ("int64", "bool", "date", "timestamp") and c.nullable else _pandas_type(c)
        return pandera.Column(kind, checks, nullable=c.nullable, description=c.means, metadata={"unit": c.unit})

    return pandera.DataFrameSchema(
        {c.name: column(c) for c in spec.columns}, unique=list(spec.key), strict=not spec.is_open, name=spec.name
    )


def check_frame(frame, spec: Contract):
    """Return `frame` if it keeps its contract; else say which column breaks it, how, and in how many rows."""
    import pandera.errors

    try:
        return pandera_schema(spec).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        said = {(str(c), str(k)): len(g) for (c, k), g in cases.groupby(["column", "check"], dropna=False)}
        raise AssertionError(_complaint(spec, {(c, f"fails {k}"): n for (c, k), n in said.items()})) from None


# --- what the session did, for the stage's manifest


def trace() -> dict:
    """Return what was read (name → SHA-256, or None where the table is absent) and written in this session."""
    return {"reads": dict(_session["reads"]), "writes": dict(_session["writes"]), "raw": dict(_session["raw"])}


def note_raw(file: Path, *, written: bool = False) -> None:
    """Remember a raw file as the session first read it, or has `written` it: by size and time of change; None = not there."""
    if written or str(file) not in _session["raw"]:
        stat = file.stat() if file.is_file() else None
        _session["raw"][str(file)] = stat and [stat.st_size, stat.st_mtime_ns]


def write_json(data, file: Path) -> None:
    """Write JSON atomically, keys in order."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    put_in_place(partial, file)
