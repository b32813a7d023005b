"""A read-only session with a company's database; its rows arrive in chunks as text in a temporary table of DuckDB.

The address is a SQLAlchemy URL in an environment variable; neither it nor a message of the server ever reaches an error,
because both may hold passwords or personal values. Numbers, moments and truth values arrive as the text that the server has for
them, so a decimal is exact and a date that no calendar knows is seen by the rule that types it.
Moments with a zone arrive in UTC and say so (`…+00`); moments without one stay without.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from helpers import paths
from helpers.errors import UserError

ROWS_A_CHUNK = 20_000
SECONDS_TO_CONNECT = 10
DRIVERS = {
    "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql",
    "oracle": "oracle+oracledb", "mssql": "mssql+pymssql", "sqlite": "sqlite+pysqlite",
}
READ_ONLY = {  # statements that open the transaction; SQLite's file is opened read-only as well
    "postgresql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", "SET LOCAL TIME ZONE 'UTC'", "SET LOCAL DATESTYLE TO ISO",
        "SET LOCAL standard_conforming_strings TO on",
    ),
    "mysql": (
        "SET SESSION TRANSACTION READ ONLY", "SET SESSION time_zone = '+00:00'",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "mssql": (),  # has no read-only transactions: ApplicationIntent=ReadOnly, only a checked SELECT, rolled back at the end
    "sqlite": ("PRAGMA query_only = ON",),
}
NOT_AS_PROMISED = "a text is not in the encoding that the database promises"
WRONG = (  # (how drivers name it: SQLSTATE, error number or words; what to tell)
    (r"decode to UTF-8", NOT_AS_PROMISED),
    (r"28P01|28000|password authentication|no password supplied|\(1045|\(1044|\(1698|ORA-0?1017|\(18456|Login failed",
     "the database refuses the user or the password"),
    (r"3D000|database \"[^\"]*\" does not exist|\(1049|ORA-12514|ORA-12505|DPY-6001|\(4060",
     "there is no such database on the server"),
    (r"42501|\(1142|\(1143|ORA-01031|\(229,", "the database's user may not read this"),
    (r"42P01|\(1146|no such table|ORA-00942|ORA-04043|\(208,", "there is no such table"),
    (r"42703|\(1054|no such column|ORA-00904|\(207,", "there is no such column"),
    (r"25006|\(1792|readonly database|ORA-01456|attempt to write", "the query would change data: the session may only read"),
    (r"file is not a database|file is encrypted|malformed", "the file is not a complete SQLite database"),
    (r"42601|42883|\(1064|\(1305|syntax error|no such function|ORA-009\d\d|\(102,|\(156,|\(195,",
     "the database does not understand the query"),
    (r"unable to open|[cC]onnection|resolve|\(2003|\(2002|\(2013|\(2006|timed out|timeout|DPY-\d+|\(20009|\(20002|ORA-12",
     "the database cannot be reached: check host, port and network"),
)
MYSQL_BIT, MYSQL_TIMESTAMP, MYSQL_DATES = 16, 7, (7, 10, 12)  # type codes of the wire protocol
POSTGRES_AS_TEXT = ("date", "timestamp", "timestamptz", "time", "timetz", "interval", "numeric", "json", "jsonb")


class Binary(Exception):
    """A column holds bytes; its name is the argument."""


@contextmanager
def session(source):
    """Yield a connection of SQLAlchemy in a read-only transaction that is rolled back; every failure is one line."""
    engine = sa.create_engine(**_settings(source), poolclass=sa.pool.NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            for statement in READ_ONLY[engine.dialect.name]:
                connection.exec_driver_sql(statement)
            if engine.dialect.name == "postgresql":
                _take_as_text(connection)
            yield connection
            connection.rollback()
    except (sa.exc.SQLAlchemyError, OSError, UnicodeError) as error:
        raise UserError(f"source '{source.name}': {what_went_wrong(error)} (address in {source.connection})") from None
    finally:
        engine.dispose()


def _take_as_text(connection) -> None:
    from psycopg.types.string import TextLoader

    for kind in POSTGRES_AS_TEXT:  # Python's calendar has no 'infinity', no BC and no year 10000
        connection.connection.driver_connection.adapters.register_loader(kind, TextLoader)


def backend(source) -> str:
    """Return SQLAlchemy's name of the kind of database that the source's address points to."""
    return _address(source).get_backend_name()


def _address(source) -> sa.URL:
    address = os.environ.get(source.connection, "").strip()
    if not address:
        raise UserError(f"source '{source.name}': set the environment variable {source.connection} to the database's address, "
                        "such as postgresql://user:password@host/database")
    try:
        url = make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    kind = url.get_backend_name() if url is not None else ""
    if kind not in DRIVERS:
        raise UserError(f"source '{source.name}': {source.connection} is no address of a database that can be read; "
                        f"it starts with one of {', '.join(f'{name}://' for name in DRIVERS if name != 'postgres')}")
    return url.set(drivername=DRIVERS[kind])


def _settings(source) -> dict:
    """Return what `create_engine` needs: the address with the one driver that is installed, and the driver's settings."""
    url = _address(source)
    kind = url.get_backend_name()
    if kind == "sqlite":
        return {"url": "sqlite+pysqlite://", "creator": _sqlite(url, source)}
    if kind == "mysql":
        from pymysql import converters

        only_out = {key: value for key, value in converters.conversions.items() if not isinstance(key, int)}  # values stay text
        return {"url": url.update_query_dict({"charset": "utf8mb4"}),
                "connect_args": {"conv": only_out, "connect_timeout": SECONDS_TO_CONNECT, "local_infile": False}}
    return {"url": url, "connect_args": {
        "postgresql": {"connect_timeout": SECONDS_TO_CONNECT, "client_encoding": "utf8"},
        "oracle": {"tcp_connect_timeout": SECONDS_TO_CONNECT},
        "mssql": {"login_timeout": SECONDS_TO_CONNECT, "read_only": True, "arraysize": ROWS_A_CHUNK},
    }[kind]}


def _sqlite(url: sa.URL, source):
    file = Path(url.database or "")
    file = file if file.is_absolute() else paths.home() / file
    if not file.is_file():
        raise UserError(f"source '{source.name}': {source.connection} names a SQLite file that is not there")
    return lambda: sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def what_went_wrong(error: Exception) -> str:
    """Return an error of SQLAlchemy or a driver in our words; the driver's own text may hold addresses and values."""
    if isinstance(error, UnicodeError):
        return NOT_AS_PROMISED
    cause = getattr(error, "orig", None) or error
    seen = re.sub(r"\(+", "(", f"{getattr(cause, 'sqlstate', None) or ''} {getattr(cause, 'args', '')} {cause}")
    for pattern, words in WRONG:
        if re.search(pattern, seen):
            return words
    return f"the database reports an error ({type(cause).__name__}): try the query with the database's own client"


def fetch(connection, statement: str, engine, table: str, *, wanted: list[str]) -> dict[str, str]:
    """Run `statement`, write its rows into temporary `table` of DuckDB and return {column's name: its name in `table`}.

    The table has text columns `c0`, `c1` … and `_line`, which counts rows from 1 as delivered. wanted: the names to keep,
    in any case; one that the result lacks is absent from the answer, one that it has twice is its first. Memory is bounded by a
    chunk of `ROWS_A_CHUNK` rows and DuckDB, which spills to disk. Raises Binary for a kept column that holds bytes.
    """
    streamed = connection.execution_options(stream_results=True, no_parameters=True, max_row_buffer=ROWS_A_CHUNK)
    result = streamed.exec_driver_sql(statement)
    names = list(result.keys())
    kept = {name: names.index(name) for name in names if name.casefold() in {w.casefold() for w in wanted}}
    codes = [entry[1] if connection.dialect.name == "mysql" else None for entry in result.cursor.description]
    readers = {name: (i, _reader(codes[i])) for name, i in kept.items()}
    schema = {**{f"c{i}": "string" for i in kept.values()}, "_line": "int64"}
    engine.create_table(table, schema=schema, temp=True, overwrite=True)
    for chunk in _chunks(result, readers):
        engine.con.register("database_chunk", chunk)
        engine.con.execute(f'INSERT INTO "{table}" SELECT * FROM database_chunk')
        engine.con.unregister("database_chunk")
    return {name: f"c{i}" for name, i in kept.items()}


def _chunks(result, readers: dict) -> Iterator[pa.Table]:
    before = 0
    while rows := result.fetchmany(ROWS_A_CHUNK):
        by_column = list(zip(*rows, strict=True))
        arrays = {}
        for name, (i, as_read) in readers.items():
            try:
                arrays[f"c{i}"] = pa.array([None if value is None else as_read(value) for value in by_column[i]], pa.string())
            except Binary:
                raise Binary(name) from None
        yield pa.table({**arrays, "_line": pa.array(range(before + 1, before + len(rows) + 1), pa.int64())})
        before += len(rows)


def _reader(code):
    """Return the function that turns a value of a column into text; MySQL's date zero is no date."""
    if code == MYSQL_BIT:
        return lambda value: str(int.from_bytes(value, "big"))
    if code in MYSQL_DATES:
        zone = "+00" if code == MYSQL_TIMESTAMP else ""
        return lambda value: None if value.startswith("0000-00-00") else value + zone
    return as_text


def as_text(value) -> str:
    """Return a value of a database as text that DuckDB reads back without loss."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise Binary
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
