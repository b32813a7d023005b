"""Which SQL may be sent to a company's database: one SELECT that changes nothing.

The parser refuses what is no plain SELECT before a connection is opened. It cannot see into functions that the company wrote
itself: the second guard is the read-only session (database_session.py), the third is an account that may only read.
"""

import logging
import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote the query
DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "oracle": "oracle", "mssql": "tsql", "sqlite": "sqlite"}
CHANGES = (
    exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.Command, exp.Into, exp.Lock, exp.Set, exp.Pragma, exp.Transaction, exp.Commit,
    exp.Rollback, exp.TruncateTable, exp.Use, exp.Kill, exp.Copy, exp.Attach, exp.Detach, exp.Analyze, exp.Grant,
    exp.NextValueFor, exp.PropertyEQ,
)
READS = (exp.Select, exp.SetOperation, exp.Subquery)  # sqlglot files these under DML and DDL, too
ACTS = re.compile(  # functions that write, lock, wait, signal, or reach files and other hosts
    r"pg_(?!get_|typeof|size_pretty|column_size|encoding)\w*|lo_\w+|dblink\w*|nextval|setval|set_config|query_to_xml\w*|"
    r"(table|cursor|schema|database)_to_xml\w*|txid_\w+|currtid\w*|"
    r"sleep|benchmark|get_lock|release_lock|release_all_locks|is_free_lock|is_used_lock|load_file|master_\w+|lastval|"
    r"last_insert_id|sys_exec|sys_eval|"
    r"(dbms|utl|ctx|owa|sdo|httpuri|xdb|sys)_\w+|httpuritype|"
    r"openrowset|openquery|opendatasource|openxml|xp_\w+|sp_\w+|"
    r"load_extension|readfile|writefile|edit|fts3_tokenizer|eval|zeroblob"
)
ALLOWED_QUALIFIERS = ("pg_catalog",)
HIDDEN = re.compile(r"/\*\s*M?!")  # MySQL and MariaDB run what such a comment holds


def check_select(query: str, backend: str) -> str | None:
    """Return why `query` is not one SELECT that changes nothing, or None if it is.

    backend: SQLAlchemy's name of the database (a key of `DIALECTS`). The reason never quotes the query's values.
    """
    if HIDDEN.search(query):
        return "comments that start with '/*!' are run by MySQL: leave them out"
    try:
        statements = [s for s in sqlglot.parse(query, dialect=DIALECTS[backend]) if s is not None]
    except SqlglotError as error:
        problem = (getattr(error, "errors", None) or [{}])[0]
        where = f" near line {problem['line']}, column {problem['col']}" if problem.get("line") else ""
        return f"it is not SQL that can be checked{where}"
    except RecursionError:
        return "it is nested too deeply to be checked"
    if len(statements) != 1:
        return f"it must be one statement, not {len(statements)}"
    if not isinstance(statements[0], READS):
        return "it must be a SELECT"
    return next((reason for node in statements[0].walk() if (reason := _reason(node))), None)


def _reason(node: exp.Expression) -> str | None:
    if isinstance(node, CHANGES) and not isinstance(node, READS):
        return "it must only read: leave out INTO, FOR UPDATE and everything that changes data or settings"
    if isinstance(node, exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if ACTS.fullmatch(name):
            return f"the function {name} does more than read"
        parent = node.parent
        is_qualified = (isinstance(parent, exp.Dot) and parent.this.name.lower() not in ALLOWED_QUALIFIERS) or (
            isinstance(parent, exp.Table) and parent.db.lower() not in ("", *ALLOWED_QUALIFIERS)
        )
        if is_qualified:
            return f"the function {name} belongs to a package or schema and cannot be checked: use the database's own functions"
    if isinstance(node, exp.Column) and node.name.lower() in ("nextval", "next_value"):
        return "it takes a number from a sequence"
    return None
