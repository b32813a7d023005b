"""Parquet and JSON on DuckDB: native types, nested columns stay nested."""

from pathlib import Path

import duckdb

from helpers.errors import UserError
from helpers.reading.table import ReadTable, fresh_name, literal, unique_header


def read_parquet(file: Path, *, shown: str, connection, hints: dict) -> list[ReadTable]:
    return _loaded(f"read_parquet({literal(file.as_posix())})", f"{shown}: is not a complete Parquet file; export it again", connection)


def read_json(file: Path, *, shown: str, connection, hints: dict) -> list[ReadTable]:
    source = f"read_json({literal(file.as_posix())}, sample_size=-1, maximum_object_size=67108864)"
    return _loaded(source, f"{shown}: is not valid JSON; export it again", connection)


def _loaded(source: str, complaint: str, connection) -> list[ReadTable]:
    name = fresh_name()
    try:
        connection.raw_sql(f"create temp table {name} as select *, row_number() over () as _line, null::varchar as _problem from {source}")
    except duckdb.Error:
        raise UserError(complaint) from None
    rows = connection.table(name)
    n = int(rows.count().execute())
    header = unique_header([c for c in rows.columns if c not in ("_line", "_problem")])
    return [ReadTable("", header, rows, "", {"n_loaded": n, "n_rejected": 0, "n_blank": 0, "n_footer": 0, "n_lines": n})]
