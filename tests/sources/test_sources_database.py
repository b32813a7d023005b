"""sources/database.py: rows of real servers arrive whole and typed, nothing is ever written, no secret is ever shown."""

import os
import sqlite3
from datetime import UTC, date, datetime

import ibis
import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, oracle

from helpers import datasets, paths, sources
from helpers.datasets import Source
from helpers.errors import UserError
from helpers.sources import database, database_session
from helpers.sources.database_query import check_select
from servers import PASSWORD, mariadb, postgresql

BUSINESS = datasets.Business(
    currency="CNY", time_zone="Asia/Shanghai", contractual=False, first_date="2026-01-01", snapshot_date="2026-12-31"
)
ORDERS = {"transaction_id": "订单号", "customer_id": "会员", "ordered_at": "paid_at", "quantity": "qty", "revenue": "amount"}
AMOUNTS = {"transactions": {"transaction_id": "订单号", "revenue": "amount"}}
NAMES = {"people": {"customer_id": "会员", "full_name": "姓名"}}
PEOPLE = {"customer_id": "会员", "full_name": "姓名", "recorded_at": "stored_at", "birth_date": "born"}
CREATE = """CREATE TABLE 订单 (id INTEGER PRIMARY KEY, 订单号 VARCHAR(20), 会员 VARCHAR(20), 姓名 VARCHAR(50), paid_at {moment},
            stored_at {zoned}, born DATE, qty INTEGER, amount DECIMAL(14,2), photo {blob})"""
ROWS = """INSERT INTO 订单 (id, 订单号, 会员, 姓名, paid_at, stored_at, born, qty, amount) VALUES
          (2, '0002', '007', NULL, '2026-03-05 00:30:00', NULL, NULL, 1, -3.50),
          (1, '0001', '007', '测试甲😀', '2026-03-05 12:00:00', '2026-03-05 04:00:00{utc}', '1990-02-28', 2, 123456789012.34)"""


def source(**changes) -> Source:
    settings = {"name": "shop", "system": "database", "connection": "SHOP_DATABASE", "relation": "订单",
                "tables": {"transactions": ORDERS, "people": PEOPLE}}
    if "query" in changes:
        del settings["relation"]
    return Source(**{**settings, **changes})


def read(wanted: Source | None = None, *only: str) -> pd.DataFrame | list[pd.DataFrame]:
    """Return the table `only` of the source, or those; default: what it gives of transactions."""
    module, only = sources.module("database"), only or ("transactions",)
    tables = module.read(wanted or source(), {}, business=BUSINESS, connection=ibis.duckdb.connect())
    frames = [tables[name].order_by("source_row").to_pandas() for name in only]
    return frames if len(only) > 1 else frames[0]


def refused(wanted: Source | None = None) -> str:
    with pytest.raises(UserError) as error:
        read(wanted)
    message = str(error.value)
    assert "\n" not in message
    assert PASSWORD not in message and "://owner" not in message, "a secret is shown"
    return message


def check_what_arrived() -> None:
    """Compare what the source gives with ROWS, worked by hand (Shanghai is UTC+8)."""
    orders, people = read(source(), "transactions", "people")
    assert orders["transaction_id"].tolist() == ["0001", "0002"], "rows are not in key order or ids lost zeros"
    assert orders["revenue"].tolist() == [123456789012.34, -3.5]
    assert orders["quantity"].tolist() == [2, 1]
    assert orders["ordered_at"].tolist() == [datetime(2026, 3, 5, 4, tzinfo=UTC), datetime(2026, 3, 4, 16, 30, tzinfo=UTC)]
    assert orders["source_row"].tolist() == [1, 2]
    assert orders["problem"].isna().all()
    assert people["full_name"].iloc[0] == "测试甲😀"
    assert people["recorded_at"].iloc[0] == datetime(2026, 3, 5, 4, tzinfo=UTC), "a moment with a zone was moved"
    assert pd.Timestamp(people["birth_date"].iloc[0]).date() == date(1990, 2, 28)
    assert pd.isna(people["full_name"].iloc[1])


def run(address: str, *statements: str) -> None:
    engine = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool)
    with engine.execution_options(no_parameters=True).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """A SQLite file with the table 订单; SHOP_DATABASE names it."""
    file = tmp_path / "店铺 100%.db"
    connection = sqlite3.connect(file)
    connection.execute(CREATE.format(moment="TEXT", zoned="TEXT", blob="BLOB"))
    connection.execute(ROWS.format(utc="Z"))
    connection.commit()
    connection.close()
    monkeypatch.setenv("SHOP_DATABASE", sa.URL.create("sqlite", database=str(file)).render_as_string())
    return file


@pytest.fixture(scope="module")
def postgres_server():
    with postgresql() as address:
        run(address, CREATE.format(moment="TIMESTAMP", zoned="TIMESTAMPTZ", blob="BYTEA"), ROWS.format(utc="+00"),
            "UPDATE 订单 SET photo = 'x'", f"CREATE USER reader PASSWORD '{PASSWORD}'")
        yield address


@pytest.fixture
def postgres(postgres_server, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", postgres_server)
    return postgres_server


@pytest.fixture(scope="module")
def mariadb_server():
    with mariadb() as address:
        run(address, "SET sql_mode = ''", "SET time_zone = '+00:00'",
            CREATE.format(moment="DATETIME", zoned="TIMESTAMP NULL", blob="BLOB"), ROWS.format(utc=""),
            "UPDATE 订单 SET photo = 'x'")
        yield address


@pytest.fixture
def maria(mariadb_server, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", mariadb_server)
    return mariadb_server


# --- SQLite


def test_a_relation_of_sqlite_arrives_typed_and_in_key_order(sqlite):
    check_what_arrived()


def test_a_query_may_use_percent_signs_colons_and_a_final_semicolon(sqlite):
    query = "WITH o AS (SELECT * FROM 订单 WHERE 姓名 LIKE '测%' OR 姓名 = ':x') SELECT *, 'a:b' AS c FROM o;"
    assert read(source(query=query, tables=NAMES), "people")["full_name"].tolist() == ["测试甲😀"]


def test_a_mapping_may_hold_constants_and_alternatives(sqlite):
    columns = {"customer_id": "订单号", "region": "=web", "full_name": ["姓名", "会员"]}
    frame = read(source(tables={"people": columns}), "people")
    assert frame["region"].tolist() == ["web", "web"]
    assert frame["full_name"].tolist() == ["测试甲😀", "007"]


def test_a_value_of_another_type_marks_its_row(sqlite):
    with sqlite3.connect(sqlite) as connection:
        connection.execute("UPDATE 订单 SET amount = 'much' WHERE id = 2")
    assert read(source(tables=AMOUNTS))["problem"].fillna("").tolist() == ["", "revenue is no float64"]


def test_decimals_with_three_places_are_no_thousands(sqlite):
    with sqlite3.connect(sqlite) as connection:
        connection.execute("UPDATE 订单 SET amount = '1.234'")
    assert read(source(tables=AMOUNTS))["revenue"].tolist() == [1.234, 1.234]


def test_sqlite_is_never_written_whatever_is_tried(sqlite):
    before = sqlite.read_bytes()
    with pytest.raises(UserError, match="may only read"), database_session.session(source()) as connection:
        connection.exec_driver_sql("DELETE FROM 订单")
    with pytest.raises(UserError, match="may only read"), database_session.session(source()) as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("CREATE TABLE x (a)")
    assert sqlite.read_bytes() == before


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("SHOP_DATABASE", raising=False)
    assert "set the environment variable SHOP_DATABASE" in refused()


@pytest.mark.parametrize("address", ["nonsense", f"redis://owner:{PASSWORD}@h/1", f"postgresql://owner:{PASSWORD}@h:port/x"])
def test_an_address_of_no_database_is_refused_without_showing_it(address, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", address)
    assert "SHOP_DATABASE is no address of a database" in refused()


def test_unknown_tables_and_columns_are_named_with_the_nearest(sqlite):
    assert "no table or view '订单们'; did you mean '订单'?" in refused(source(relation="订单们"))
    columns = {**ORDERS, "revenue": "amont"}
    assert "'订单' has no column 'amont'; did you mean 'amount'?" in refused(source(tables={"transactions": columns}))
    query = "SELECT 订单号, 会员, paid_at, qty FROM 订单"
    assert "the query's result has no column 'amount'" in refused(source(query=query, tables={"transactions": ORDERS}))
    assert "there is no such table" in refused(source(query="SELECT * FROM no_table"))
    assert "there is no such column" in refused(source(query="SELECT no_column FROM 订单"))


def test_a_missing_or_broken_sqlite_file_is_one_line(sqlite, monkeypatch, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"no database" * 500)
    monkeypatch.setenv("SHOP_DATABASE", f"sqlite:///{tmp_path}/broken.db")
    assert "not a complete SQLite database" in refused()
    monkeypatch.setenv("SHOP_DATABASE", f"sqlite:///{tmp_path}/none.db")
    assert "names a SQLite file that is not there" in refused()


def test_a_column_of_bytes_is_refused_by_name(sqlite):
    with sqlite3.connect(sqlite) as connection:
        connection.execute("UPDATE 订单 SET photo = x'00ff'")
    assert len(read(source(tables=NAMES), "people")) == 2, "a column that is not mapped gets in the way"
    assert "column 'photo' holds bytes" in refused(source(tables={"transactions": {**ORDERS, "store_id": "photo"}}))


def test_the_fingerprint_follows_the_rows_not_their_order(sqlite):
    def fingerprint(**changes) -> dict:
        return database.describe(source(**changes), connection=ibis.duckdb.connect())

    up = fingerprint(query="SELECT 会员, 姓名 FROM 订单 ORDER BY id", tables=NAMES)
    down = fingerprint(query="SELECT 会员, 姓名 FROM 订单 ORDER BY id DESC", tables=NAMES)
    assert up == down
    assert (up["file"], up["n_rows"], up["n_columns"]) == ("query", 2, 2)
    with sqlite3.connect(sqlite) as connection:
        connection.execute("UPDATE 订单 SET 姓名 = '测试乙' WHERE id = 2")
    assert fingerprint(query="SELECT 会员, 姓名 FROM 订单 ORDER BY id", tables=NAMES)["sha256"] != up["sha256"]


def test_an_empty_table_gives_no_rows(sqlite):
    with sqlite3.connect(sqlite) as connection:
        connection.execute("DELETE FROM 订单")
    assert read(source(tables=NAMES), "people").empty
    assert database.describe(source(), connection=ibis.duckdb.connect())["n_rows"] == 0


# --- what a query may be

READS = (
    ("SELECT a, 名 FROM 客户 WHERE x LIKE '%a%'", "postgresql"),
    ("WITH a AS (SELECT 1 x) SELECT * FROM a UNION SELECT 2", "mysql"),
    ("SELECT TOP 5 * FROM [dbo].[Kunden] WITH (NOLOCK)", "mssql"),
    ("SELECT nvl(a, 'x'), to_char(d, 'YYYY') FROM t", "oracle"),
    ('SELECT \'delete from x; drop table y\' AS "insert"', "sqlite"),
    ("SELECT now() AT TIME ZONE 'UTC', a::text FROM s.t", "postgresql"),
    ("SELECT date_format(a, '%Y'), json_extract(b, '$.x') FROM t", "mysql"),
    ("SELECT sum(a) OVER (PARTITION BY b) FROM t;", "sqlite"), ("SELECT replace(a, 'x', 'y'), [update] FROM t", "mssql"),
    ("SELECT pg_catalog.lower(a), pg_typeof(a) FROM t", "postgresql"),
)
ACTS = (
    ("", "sqlite"), ("DELETE FROM t", "mysql"), ("SELECT 1; SELECT 2", "postgresql"), ("SELECT 1; DROP TABLE t", "mssql"),
    ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "postgresql"), ("SELECT * INTO n FROM t", "mssql"),
    ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x", "postgresql"),
    ("SELECT * FROM t FOR UPDATE", "postgresql"), ("SELECT * FROM (SELECT 1 FOR SHARE) x", "postgresql"),
    ("SELECT * FROM t LOCK IN SHARE MODE", "mysql"), ("SELECT * FROM t INTO OUTFILE '/tmp/x'", "mysql"),
    ("SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", "mysql"), ("SELECT 1 /*M! INTO OUTFILE '/tmp/x' */", "mysql"),
    ("SELECT @x := 5", "mysql"), ("SELECT sleep(9)", "mysql"), ("SELECT load_file('/etc/hosts')", "mysql"),
    ("SELECT pg_sleep(9)", "postgresql"), ("SELECT lo_import('x')", "postgresql"),
    ("SELECT * FROM pg_read_file('x')", "postgresql"), ("SELECT * FROM dblink('x', 'y') AS t(a int)", "postgresql"),
    ("SELECT nextval('s')", "postgresql"), ("SELECT s.nextval FROM dual", "oracle"), ("SELECT NEXT VALUE FOR s", "mssql"),
    ("SELECT utl_http.request('http://x') FROM dual", "oracle"), ("SELECT * FROM own.wipe(1)", "postgresql"),
    ("SELECT own.wipe(a) FROM t", "postgresql"), ("SELECT * FROM openrowset('a', 'b', 'c')", "mssql"),
    ("EXEC xp_cmdshell 'dir'", "mssql"), ("PRAGMA writable_schema = 1", "sqlite"), ("ATTACH 'x' AS y", "sqlite"),
    ("SELECT load_extension('x')", "sqlite"), ("COPY t TO '/tmp/x'", "postgresql"),
    ("EXPLAIN ANALYZE DELETE FROM t", "postgresql"), ("SET ROLE x", "postgresql"), ("CALL p()", "mysql"),
    ("TRUNCATE t", "postgresql"), ("selec a from", "sqlite"), ("BEGIN DELETE FROM t; END;", "oracle"),
    ("MERGE INTO t USING s ON (a = b) WHEN MATCHED THEN UPDATE SET x = 1", "oracle"),
    ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "sqlite"),
)


@pytest.mark.parametrize(("query", "backend"), READS)
def test_a_query_that_only_reads_is_accepted(query, backend):
    assert check_select(query, backend) is None


@pytest.mark.parametrize(("query", "backend"), ACTS)
def test_a_query_that_may_do_more_is_refused(query, backend):
    assert check_select(query, backend)


def test_a_refused_query_is_one_line_without_its_text(sqlite):
    message = refused(source(query="DELETE FROM 订单 WHERE 姓名 = '测试甲'"))
    assert message == "source 'shop': the query is refused: it must be a SELECT"
    assert "测试甲" not in refused(source(query="SELEC '测试甲' FROM FROM"))


# --- PostgreSQL


@pytest.mark.slow
def test_a_relation_of_postgresql_arrives_typed_and_in_key_order(postgres):
    check_what_arrived()
    assert read(source(relation="public.订单"))["transaction_id"].tolist() == ["0001", "0002"]
    query = "SELECT *, 100 % 7 AS x FROM public.订单 WHERE 姓名 LIKE '测%' ORDER BY id"
    assert read(source(query=query))["transaction_id"].tolist() == ["0001"]


@pytest.mark.slow
def test_birth_dates_outside_the_calendar_are_unknown_in_postgresql(postgres):
    run(postgres, "CREATE TABLE strange (id int PRIMARY KEY, born date, seen timestamptz, ok boolean, j jsonb)",
        "INSERT INTO strange VALUES (1, 'infinity', '2026-07-01 12:00+02', true, '{\"a\": 1.10}')",
        "INSERT INTO strange VALUES (2, '2026-01-31', NULL, false, NULL)")
    columns = {"customer_id": "id", "birth_date": "born", "recorded_at": "seen", "company": "ok", "address": "j"}
    frame = read(source(relation="strange", tables={"people": columns}), "people")
    assert frame["birth_date"].isna().tolist() == [True, False]
    assert frame["problem"].isna().all(), "a person is set aside for a birthday"
    assert frame["recorded_at"].iloc[0] == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert frame["company"].tolist() == ["true", "false"]
    assert frame["address"].iloc[0] == '{"a": 1.10}'


@pytest.mark.slow
def test_postgresql_refuses_to_write_in_the_session(postgres):
    for statement in ("DELETE FROM 订单", "CREATE TABLE x (a int)", "SELECT nextval('s')"):
        run(postgres, "CREATE SEQUENCE IF NOT EXISTS s")
        with pytest.raises(UserError, match="may only read"), database_session.session(source()) as connection:
            connection.exec_driver_sql(statement)
    check_what_arrived()


@pytest.mark.slow
def test_failures_of_postgresql_are_one_line_without_secrets(postgres, monkeypatch):
    def with_address(change) -> str:
        monkeypatch.setenv("SHOP_DATABASE", change(sa.make_url(postgres)).render_as_string(hide_password=False))
        return refused()

    assert "refuses the user or the password" in with_address(lambda url: url.set(password="wrong"))
    assert "refuses the user or the password" in with_address(lambda url: url.set(username="owner2"))
    assert "no such database" in with_address(lambda url: url.set(database="shop2"))
    assert "cannot be reached" in with_address(lambda url: url.set(port=1))
    assert "cannot be reached" in with_address(lambda url: url.set(host="no-such-host.invalid"))
    assert "may not read this" in with_address(lambda url: url.set(username="reader"))
    monkeypatch.setenv("SHOP_DATABASE", postgres)
    assert "no such table" in refused(source(query="SELECT * FROM no_table"))
    assert "no such column" in refused(source(query="SELECT no_column FROM 订单"))
    assert "测试甲" not in refused(source(query="SELECT CAST(姓名 AS integer) FROM 订单"))
    assert "no table or view 'public.订'" in refused(source(relation="public.订"))
    assert "column 'photo' holds bytes" in refused(source(tables={"transactions": {**ORDERS, "store_id": "photo"}}))


# --- MariaDB


@pytest.mark.slow
def test_a_relation_of_mariadb_arrives_typed_and_in_key_order(maria):
    check_what_arrived()
    assert read(source(relation="shop.订单"))["transaction_id"].tolist() == ["0001", "0002"]
    assert read(source(query="SELECT * FROM 订单 WHERE 姓名 LIKE '测%'"))["transaction_id"].tolist() == ["0001"]


@pytest.mark.slow
def test_zero_and_impossible_dates_of_mysql_are_no_dates(maria):
    run(maria, "SET sql_mode = ''",
        "CREATE TABLE zeros (id int PRIMARY KEY, born date, seen datetime, ok bit(1), t varchar(20))",
        "INSERT INTO zeros VALUES (1, '0000-00-00', '0000-00-00 00:00:00', b'1', '0000-00-00')",
        "INSERT INTO zeros VALUES (2, '2026-02-00', NULL, b'0', '')")
    columns = {"customer_id": "id", "birth_date": "born", "recorded_at": "seen", "company": "ok", "address": "t"}
    frame = read(source(relation="zeros", tables={"people": columns}), "people")
    assert frame["problem"].isna().all(), "a person is set aside for a birthday"
    assert frame["birth_date"].isna().all() and frame["recorded_at"].isna().all()
    assert frame["company"].tolist() == ["1", "0"]
    assert frame["address"].iloc[0] == "0000-00-00", "text was taken for a date"


@pytest.mark.slow
def test_mariadb_refuses_to_write_in_the_session(maria):
    for statement in ("DELETE FROM 订单", "UPDATE 订单 SET qty = 0"):
        with pytest.raises(UserError, match="may only read"), database_session.session(source()) as connection:
            connection.exec_driver_sql(statement)
    with pytest.raises(UserError, match="may only read"), database_session.session(source()) as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("DELETE FROM 订单")
    check_what_arrived()


@pytest.mark.slow
def test_failures_of_mariadb_are_one_line_without_secrets(maria, monkeypatch):
    def with_address(change) -> str:
        monkeypatch.setenv("SHOP_DATABASE", change(sa.make_url(maria)).render_as_string(hide_password=False))
        return refused()

    assert "refuses the user or the password" in with_address(lambda url: url.set(password="wrong"))
    assert "no such database" in with_address(lambda url: url.set(database="shop2"))
    assert "cannot be reached" in with_address(lambda url: url.set(port=1))
    monkeypatch.setenv("SHOP_DATABASE", maria)
    assert "no such table" in refused(source(query="SELECT * FROM no_table"))
    assert "no such column" in refused(source(query="SELECT no_column FROM 订单"))
    assert "column 'photo' holds bytes" in refused(source(tables={"transactions": {**ORDERS, "store_id": "photo"}}))


# --- Oracle and SQL Server: as far as their drivers go without a server


@pytest.mark.parametrize("address", [
    f"oracle://owner:{PASSWORD}@127.0.0.1:1/?service_name=shop", f"mssql://owner:{PASSWORD}@127.0.0.1:1/shop",
    f"mssql+pyodbc://owner:{PASSWORD}@127.0.0.1:1/shop",
])
def test_an_oracle_or_sql_server_that_does_not_answer_is_one_line(address, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", address)
    assert "the database cannot be reached" in refused()


def test_select_is_written_for_oracle_and_sql_server_with_zones_kept_as_utc_text():
    columns = {"订单号": sa.String(), "seen": oracle.TIMESTAMP(timezone=True), "plain": oracle.TIMESTAMP()}
    assert database.select_of(oracle.dialect(), "crm", "orders", columns, ["id"]) == (
        "SELECT \"订单号\", TO_CHAR(SYS_EXTRACT_UTC(seen), 'YYYY-MM-DD HH24:MI:SS.FF6') || '+00' AS seen, plain "
        "FROM crm.orders ORDER BY id"
    )
    columns = {"select": sa.String(), "seen": mssql.DATETIMEOFFSET(), "plain": mssql.DATETIME2()}
    assert database.select_of(mssql.dialect(), "", "Orders", columns, []) == (
        "SELECT [select], CONVERT(varchar(27), SWITCHOFFSET(seen, '+00:00'), 121) + '+00' AS seen, plain FROM [Orders]"
    )


class _Recorder:
    """A DBAPI connection that remembers statements and fails on the first one with `error`."""

    def __init__(self):
        self.statements = []

    def cursor(self):
        return self

    def execute(self, statement, *parameters):
        self.statements.append(statement)

    def __getattr__(self, name):
        return lambda *arguments, **more: None

    description = None
    rowcount = -1
    arraysize = 1


@pytest.mark.parametrize(("kind", "opening"), [("oracle", ["SET TRANSACTION READ ONLY"]), ("mssql", [])])
def test_the_session_of_oracle_is_opened_read_only_and_always_rolled_back(kind, opening, monkeypatch):
    monkeypatch.setenv("SHOP_DATABASE", f"{kind}://owner:{PASSWORD}@host/shop")
    recorder, ended = _Recorder(), []
    recorder.rollback = lambda: ended.append("rollback")
    recorder.commit = lambda: ended.append("commit")
    real = sa.create_engine

    def create_engine(url, **more):
        assert more["connect_args"].get("read_only", kind == "oracle") is True
        engine = real(url, **{**more, "creator": lambda: recorder, "_initialize": False})
        engine.dialect.initialize = lambda connection: None
        return engine

    monkeypatch.setattr(sa, "create_engine", create_engine)
    with database_session.session(source()) as connection:
        assert recorder.statements == opening
        connection.exec_driver_sql("SELECT 1")
    assert ended and "commit" not in ended


def test_errors_of_drivers_are_told_in_our_words():
    told = {
        "ORA-01017: invalid username/password; logon denied": "refuses the user", "ORA-00942: table or view": "no such table",
        'ORA-00904: "X": invalid identifier': "no such column", "DPY-6005: cannot connect to database": "cannot be reached",
        "ORA-01456: may not perform insert": "may only read", "DPY-6001: Service is not registered": "no such database",
        "ORA-01031: insufficient privileges": "may not read",
    }
    for message, words in told.items():
        assert words in database_session.what_went_wrong(Exception(message)), message
    for arguments, words in {
        (18456, b"Login failed for user 'x'"): "refuses the user", (208, b"Invalid object name"): "no such table",
        (207, b"Invalid column name"): "no such column", (20009, b"Unable to connect"): "cannot be reached",
        (229, b"permission was denied"): "may not read", (4060, b"Cannot open database"): "no such database",
    }.items():
        assert words in database_session.what_went_wrong(Exception(*arguments)), arguments
    assert "secret" not in database_session.what_went_wrong(Exception("secret"))


# --- much data


@pytest.mark.slow
@pytest.mark.skipif("BENCH" not in os.environ, reason="two million rows: BENCH=1")
def test_two_million_rows_stream_in_bounded_memory(postgres):
    import resource

    run(postgres, "CREATE TABLE many AS SELECT g AS id, 'm' || g AS buyer, now() AS at, g * 0.01 AS amount, 1 AS qty "
                  "FROM generate_series(1, 2000000) g", "ALTER TABLE many ADD PRIMARY KEY (id)")
    columns = {"transaction_id": "id", "customer_id": "buyer", "ordered_at": "at", "revenue": "amount", "quantity": "qty"}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection = ibis.duckdb.connect(memory_limit="200MB", threads=2)
    wanted = source(relation="many", tables={"transactions": columns})
    table = database.read(wanted, {}, business=BUSINESS, connection=connection)["transactions"]
    totals = table.agg(n=ibis._.count(), total=ibis._.revenue.sum()).to_pandas().round(2).iloc[0]
    assert totals.tolist() == [2_000_000, 20_000_010_000.0]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000, "memory grows with the rows (kB)"


def test_a_relative_path_of_sqlite_is_below_the_workbook(home, monkeypatch, sqlite):
    target = paths.home() / "shop.db"
    target.write_bytes(sqlite.read_bytes())
    monkeypatch.setenv("SHOP_DATABASE", "sqlite:///shop.db")
    assert len(read(source(tables=NAMES), "people")) == 2
