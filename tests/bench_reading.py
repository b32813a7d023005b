"""Measure the reader: right, refused and silently wrong on the odd files beside other readers; speed on a large clean CSV.

`python tests/bench_reading.py` prints both; `measure()` returns the figures with their peers.
"""

import io
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from contextlib import redirect_stderr, suppress
from pathlib import Path

import duckdb
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
import odd_files  # noqa: E402
from helpers import tables  # noqa: E402
from helpers.errors import UserError  # noqa: E402
from helpers.reading import read_tables  # noqa: E402

N_ROWS = 5_000_000
OUTCOMES = ("right", "refused", "silently wrong")


# --- right, refused, silently wrong


def with_pandas(file: Path):
    read = pd.read_excel if file.suffix in (".xlsx", ".xls", ".ods") else pd.read_json if "json" in file.suffix else pd.read_csv
    frame = read(file) if read is not pd.read_csv else pd.read_csv(file, sep=None, engine="python")
    return [(tuple(map(str, frame.columns)), _cells(frame.astype(object).itertuples(index=False)), 0)]


def with_duckdb(file: Path):
    relation = duckdb.sql(f"select * from read_csv('{file}', all_varchar=true)")
    return [(tuple(relation.columns), _cells(relation.fetchall()), 0)]


def with_clevercsv(file: Path):
    import charset_normalizer
    import clevercsv

    found = charset_normalizer.from_path(file).best()
    if found is None:
        raise UserError("no encoding")
    rows = list(clevercsv.reader(io.StringIO(str(found), newline=""), clevercsv.Sniffer().sniff(str(found))))
    return [(tuple(rows[0]), _cells(rows[1:]), 0)]


def with_reading(file: Path, hints: dict):
    found = []
    for table in read_tables(file, connection=tables.connection(), hints=hints):
        rows = table.rows.order_by("_line").to_pyarrow().to_pylist()
        cells = _cells([row[c] for c in table.header] for row in rows if row["_problem"] is None)
        found.append((table.header, cells, sum(row["_problem"] is not None for row in rows)))
    return found


def _cells(rows) -> list[tuple]:
    """Return rows as texts; an empty cell is None, however a reader writes it."""
    return [tuple(None if v is None or v != v or v == "" else str(v) for v in row) for row in rows]


def outcome(odd: odd_files.OddFile, read, file: Path) -> str:
    """Return what became of a file. Rows that another reader drops are no fault of its own if we reject them too."""
    try:
        found = read(file)
    except Exception:
        return "right" if not odd.tables else "refused"
    expected = [(t.header, _cells(row[1:] for row in t.rows), len(t.rejected)) for t in odd.tables]
    same = [(h, r) for h, r, _ in found] == [(h, r) for h, r, _ in expected]
    return "right" if same and expected else "silently wrong"


def accuracy() -> dict[str, Counter]:
    """Return the outcomes of each reader on all odd files whose content is not a bomb."""
    readers = {"pandas.read_*": with_pandas, "DuckDB sniffer": with_duckdb, "CleverCSV + charset-normalizer": with_clevercsv}
    result = {name: Counter() for name in (*readers, "helpers.reading")}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        for odd in odd_files.odd_files():
            if odd.name.startswith(("bomb", "far-corner", "long_cell", "short-", "hint-")):
                continue
            file = Path(folder) / odd.name
            file.write_bytes(odd.content)
            for name, read in readers.items():
                result[name][outcome(odd, read, file)] += 1
            result["helpers.reading"][outcome(odd, lambda f, hints=odd.hints: with_reading(f, hints), file)] += 1
            file.unlink()
    return result


# --- speed


def write_clean_csv(file: Path, n_rows: int = N_ROWS) -> None:
    """Write 8 columns: ids, a time, numbers, text in Chinese and English, some of it quoted."""
    duckdb.sql(
        f"""copy (select 'T' || lpad(i::varchar, 9, '0') as receipt,
        'C' || lpad((i * 7919 % 200000)::varchar, 7, '0') as customer,
        timestamp '2024-01-01' + to_seconds(i * 13) as "time", 'SKU' || (i % 5000) as sku, i % 7 + 1 as quantity,
        round((i % 1000) / 7.0, 2) as price, case when i % 3 = 0 then '上海门店' else 'Online, web' end as channel,
        'note ' || (i % 100) as note from range({n_rows}) t(i)) to '{file}' (header)"""
    )


def seconds_to_load(file: Path, *, rounds: int = 3) -> tuple[float, float]:
    """Return the best wall time of plain DuckDB and of the reader, in turns, both into a temporary table of the same engine."""
    connection, plain, ours = tables.connection(), [], []
    for _ in range(rounds):
        start = time.perf_counter()
        connection.raw_sql(f"create or replace temp table plain as select * from read_csv('{file}', all_varchar=true)")
        plain.append(time.perf_counter() - start)
        connection.raw_sql("drop table plain")
        start = time.perf_counter()
        read_tables(file, connection=connection)
        ours.append(time.perf_counter() - start)
        names = [n for (n,) in connection.con.execute("select table_name from duckdb_tables() where temporary").fetchall()]
        with suppress(duckdb.Error):
            for name in names:
                connection.raw_sql(f"drop table {name} cascade")
    return min(plain), min(ours)


def measure(n_rows: int = N_ROWS) -> list[dict]:
    """Return the reader's figures, each with its peer as a ratio."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clean.csv"
        write_clean_csv(file, n_rows)
        plain, ours = seconds_to_load(file)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = accuracy()["helpers.reading"]
    return [
        {
            "what": f"read a clean CSV of {n_rows:,} rows × 8 columns",
            "seconds": ours,
            "peer": "DuckDB read_csv(all_varchar)",
            "peer_seconds": plain,
            "ratio": plain / ours,
            "wanted": 0.7,
            "peak_mb": memory,
        },
        {
            "what": "odd files read right or refused rightly",
            "n": found.total(),
            "n_right": found["right"],
            "n_silently_wrong": found["silently wrong"],
            "ratio": found["right"] / found.total(),
            "wanted": 1.0,
        },
    ]


if __name__ == "__main__":
    print(f"{'reader':34}" + "".join(f"{name:>16}" for name in OUTCOMES))
    for reader, outcomes in accuracy().items():
        print(f"{reader:34}" + "".join(f"{outcomes[name]:16}" for name in OUTCOMES))
    for figure in measure():
        print(figure)
