"""A table, view or query of a company's database: MySQL, MariaDB, PostgreSQL, Oracle, SQL Server or SQLite, read only.

    - name: shop
      system: database
      connection: SHOP_DATABASE            # the environment variable that holds postgresql://user:password@host/database
      relation: public.orders              # or query: SELECT … (one statement that only reads)
      tables: {transactions: {transaction_id: order_no, customer_id: buyer, ordered_at: paid_at, revenue: amount}}

Only the mapped columns of a relation leave the server, in the order of its primary key, so that the same rows get the same
`source_row`; without a key, and for a query, in the order in which the server delivers them (write ORDER BY).
Moments without a zone are times of the business. A value that is not of its column's type marks its row in `problem`.
A database has no file: :func:`describe` gives a fingerprint of the rows read, whatever their order.
"""

import difflib
import hashlib

import ibis
import sqlalchemy as sa

from helpers.errors import UserError
from helpers.sources import database_session, mapped
from helpers.sources.database_query import check_select

WRITTEN = {"decimal": ".", "day_first": False}  # how servers write numbers and dates, whatever the values look like
AS_UTC_TEXT = {  # types whose zone the driver loses: the server writes the moment as text in UTC
    "oracle": ("TIMESTAMP", "TO_CHAR(SYS_EXTRACT_UTC({0}), 'YYYY-MM-DD HH24:MI:SS.FF6') || '+00'"),
    "mssql": ("DATETIMEOFFSET", "CONVERT(varchar(27), SWITCHOFFSET({0}, '+00:00'), 121) + '+00'"),
}


def feeds(source) -> tuple[str, ...]:
    return mapped.feeds(source)


def files(source, folder) -> dict:
    """Return no files: the rows come from a server."""
    return {}


def read(source, files: dict, *, business, connection) -> dict:
    """Return the canonical tables of the source as Ibis tables."""
    mapped.check_mapping(source)
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    found = _fetch(source, engine)
    arrived = engine.table(_table(source))
    rows = arrived.select(
        **{header: arrived[column] for header, column in found.items()}, _line=arrived["_line"], _problem=ibis.null("string")
    )
    as_written = source.model_copy(update={"reading": {**WRITTEN, **source.reading}})
    tables = mapped.tables_of(rows, as_written, {}, business=business)
    return tables if engine is connection else {name: ibis.memtable(table.to_pyarrow()) for name, table in tables.items()}


def describe(source, *, connection) -> dict:
    """Return what arrived: file (the relation, or "query"), n_rows, n_columns, bytes (of the text) and sha256.

    sha256 is a fingerprint of the set of rows: it stays while rows only change places. Reads the source if `connection` has
    not read it yet.
    """
    engine = connection if connection.name == "duckdb" else ibis.duckdb.connect()
    if _table(source) not in engine.list_tables():
        _fetch(source, engine)
    columns = sorted(c for c in engine.table(_table(source)).columns if c != "_line")
    row = f"to_json([{', '.join(columns)}])"
    counted = engine.con.execute(
        f"SELECT count(*), coalesce(sum(md5_number_lower({row})), 0), coalesce(sum(md5_number_upper({row})), 0), "
        f'coalesce(sum(strlen({row})), 0) FROM "{_table(source)}"'
    ).fetchone()
    print_of_rows = hashlib.sha256(f"{columns} {counted[:3]}".encode()).hexdigest()
    return {"file": source.relation or "query", "n_rows": counted[0], "n_columns": len(columns), "bytes": int(counted[3]),
            "sha256": print_of_rows}


def _table(source) -> str:
    return f"database_{source.name}"


def _fetch(source, engine) -> dict[str, str]:
    """Write the source's rows into a temporary table; return {column's name in the database: its name there}."""
    wanted = mapped.wanted_columns(source)
    kind = database_session.backend(source)
    if source.query and (reason := check_select(source.query, kind)):
        raise UserError(f"source '{source.name}': the query is refused: {reason}")
    try:
        with database_session.session(source) as connection:
            statement = source.query.strip().rstrip(";") if source.query else _select(source, connection, wanted)
            found = database_session.fetch(connection, statement, engine, _table(source), wanted=wanted)
    except database_session.Binary as error:
        raise UserError(f"source '{source.name}': column '{error}' holds bytes: leave it out of the mapping") from None
    return {header: found[_same_name(source, header, list(found), "the query's result")] for header in wanted}


def _select(source, connection, wanted: list[str]) -> str:
    """Return the SELECT of the `wanted` columns of the relation, each checked against the server's own list."""
    inspector = sa.inspect(connection)
    schema, _, name = source.relation.rpartition(".")
    try:
        columns = {column["name"]: column["type"] for column in inspector.get_columns(name, schema=schema or None)}
        key = inspector.get_pk_constraint(name, schema=schema or None).get("constrained_columns") or []
    except sa.exc.NoSuchTableError:
        known = [*inspector.get_table_names(schema=schema or None), *inspector.get_view_names(schema=schema or None)]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "check its name, its schema and the user's rights"
        raise UserError(f"source '{source.name}': the database has no table or view '{source.relation}'; {hint}") from None
    names = [_same_name(source, header, list(columns), f"'{source.relation}'") for header in wanted]
    return select_of(connection.dialect, schema, name, {column: columns[column] for column in names}, key)


def _same_name(source, header: str, known: list[str], where: str) -> str:
    """Return the one of `known` that `header` names: as written or, if only one differs by case, that one."""
    if header in known:
        return header
    alike = [name for name in known if name.casefold() == header.casefold()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(header, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known[:12])}"
    raise UserError(f"source '{source.name}': {where} has no column '{header}'; {hint}")


def select_of(dialect, schema: str, name: str, columns: dict, key: list[str]) -> str:
    """Return a SELECT in the words of `dialect`, every name quoted by SQLAlchemy. columns: {name: type}."""
    quoted = dialect.identifier_preparer
    kind, template = AS_UTC_TEXT.get(dialect.name, ("", "{0}"))
    wanted = []
    for column, column_type in columns.items():
        loses_zone = type(column_type).__name__.upper() == kind and (kind != "TIMESTAMP" or _has_zone(column_type))
        as_text = f"{template.format(quoted.quote(column))} AS {quoted.quote(column)}"
        wanted.append(as_text if loses_zone else quoted.quote(column))
    table = f"{quoted.quote_schema(schema)}.{quoted.quote(name)}" if schema else quoted.quote(name)
    order = f" ORDER BY {', '.join(quoted.quote(column) for column in key)}" if key else ""
    return f"SELECT {', '.join(wanted)} FROM {table}{order}"


def _has_zone(column_type) -> bool:
    return bool(getattr(column_type, "timezone", False) or getattr(column_type, "local_timezone", False))
