"""What arrived, from where, how complete it is and how its parts join.

Reads the sources of dataset.yml; writes `collected/<table>` as it arrived, `sources`, `completeness` and `joins`.
"""

import functools
from pathlib import Path

import ibis
import pandas as pd
import pyarrow.parquet as pq

from helpers import paths, sources
from helpers.contracts import CANONICAL_NAMES, contract
from helpers.datasets import Dataset, Source
from helpers.errors import UserError
from helpers.tables import digest

LINKS = (  # (left table, column, right table): how the canonical tables refer to one another
    ("transactions", "customer_id", "customers"),
    ("transactions", "product_id", "products"),
    ("campaign_contacts", "customer_id", "customers"),
    ("campaign_contacts", "campaign_id", "campaigns"),
    ("interactions", "customer_id", "customers"),
    ("feedback", "customer_id", "customers"),
    ("feedback", "product_id", "products"),
    ("cases", "customer_id", "customers"),
    ("deals", "customer_id", "customers"),
    ("subscriptions", "customer_id", "customers"),
    ("consents", "customer_id", "customers"),
)
ARRIVES_AS = {"string": "string", "int64": "int64", "float64": "float64", "bool": "boolean", "date": "date",
              "timestamp": "timestamp('UTC')"}
TIME_COLUMNS = ("ordered_at", "received_at", "occurred_at", "contacted_at", "starts_at", "opened_at", "started_at")


def with_option(settings: Dataset, name: str, value: str) -> list[Source]:
    """Return the sources with option `name` set to `value`; empty = as dataset.yml says."""
    if not value:
        return settings.sources
    return [source.model_copy(update={"options": {**source.options, name: value}}) for source in settings.sources]


def raw_files(source: Source, dataset: str) -> dict[str, Path]:
    """Return the files of a source; a missing or empty one is the user's to mend."""
    files = sources.module(source.system).files(source, paths.layer(dataset, "raw"))
    for file in files.values():
        if not file.is_file():
            raise UserError(f"source '{source.name}': {paths.shown(file)} is missing")
        if not file.stat().st_size:
            raise UserError(f"source '{source.name}': {paths.shown(file)} is empty")
    return files


def read_source(source: Source, settings: Dataset, connection) -> dict:
    """Return the canonical tables of one source as Ibis tables with the contract's columns and types."""
    files = raw_files(source, settings.name)
    try:
        arrived = sources.module(source.system).read(
            source, files, business=settings.business, connection=connection
        )
    except (OSError, ValueError, EOFError, pd.errors.ParserError) as error:
        names = ", ".join(paths.shown(file) for file in files.values())
        raise UserError(f"source '{source.name}': {names} cannot be read: {_first_line(error)}") from None
    return {name: conform(data, name, source.name) for name, data in arrived.items()}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def conform(data, name: str, source: str):
    """Return a frame or expression with exactly the columns of `collected/<name>`; absent columns are null."""
    table = ibis.memtable(data) if isinstance(data, pd.DataFrame) else data
    spec = contract(f"collected/{name}")
    table = table.mutate(source=ibis.literal(source))
    columns = {
        c.name: table[c.name].cast(ARRIVES_AS[c.type]) if c.name in table.columns else ibis.null(ARRIVES_AS[c.type])
        for c in spec.columns
    }
    extra = {c: table[c] for c in table.columns if c not in columns} if spec.is_open else {}
    return table.select(**columns, **extra)


def collect(settings: Dataset, *, connection, sample: str = "") -> dict:
    """Return every canonical table that the sources give, as Ibis tables; parts from several sources are stacked."""
    parts: dict[str, list] = {}
    for source in with_option(settings, "sample", sample):
        for name, table in read_source(source, settings, connection).items():
            parts.setdefault(name, []).append(table)
    return {name: functools.reduce(lambda a, b: a.union(b), parts[name]) for name in CANONICAL_NAMES if name in parts}


def describe_sources(settings: Dataset, *, connection, sample: str = "") -> pd.DataFrame:
    """Return one row a file: source, system, file, table, n_rows, n_columns, bytes, sha256, first_date, last_date."""
    rows = []
    for source in with_option(settings, "sample", sample):
        tables = ", ".join(read_source(source, settings, connection))
        for part, file in raw_files(source, settings.name).items():
            n_rows, n_columns = _size(part, file, source, connection)
            rows.append({
                "source": source.name, "system": source.system, "file": file.name, "table": tables, "n_rows": n_rows,
                "n_columns": n_columns, "bytes": file.stat().st_size, "sha256": digest(file),
                **_span(part, file, connection),
            })
    return pd.DataFrame(rows)


def _size(part: str, file: Path, source: Source, connection) -> tuple[int, int]:
    if file.suffix == ".parquet":
        metadata = pq.read_metadata(file)
        return metadata.num_rows, metadata.num_columns
    return sources.module(source.system).size(source, part, file)


def _span(part: str, file: Path, connection) -> dict:
    """Return the first and last day of a Parquet file's first time column, as the file has it."""
    if file.suffix != ".parquet":
        return {"first_date": pd.NaT, "last_date": pd.NaT}
    table = connection.read_parquet(file.as_posix())
    times = [name for name, kind in table.schema().items() if kind.is_timestamp() or kind.is_date()]
    if not times:
        return {"first_date": pd.NaT, "last_date": pd.NaT}
    values = table.agg(first=table[times[0]].min(), last=table[times[-1]].max()).to_pandas().iloc[0]
    return {"first_date": pd.Timestamp(values["first"]).normalize(), "last_date": pd.Timestamp(values["last"]).normalize()}


def completeness(collected: dict) -> pd.DataFrame:
    """Return one row a field: table, field, n_rows, n_filled, n_distinct, filled_rate. Fields that a source never
    fills are left out of the canonical table's promise and shown with rate 0."""
    rows = []
    for name, table in collected.items():
        fields = [c for c in table.columns if c not in ("source", "source_row")]
        measures = {f"{c}__filled": table[c].count() for c in fields}
        measures |= {f"{c}__distinct": table[c].nunique() for c in fields}
        values = table.agg(n_rows=table.count(), **measures).to_pandas().iloc[0]
        n = int(values["n_rows"])
        rows += [
            {"table": name, "field": c, "n_rows": n, "n_filled": int(values[f"{c}__filled"]),
             "n_distinct": int(values[f"{c}__distinct"]), "filled_rate": int(values[f"{c}__filled"]) / n if n else 0.0}
            for c in fields
        ]
    return pd.DataFrame(rows)


def joins(collected: dict) -> pd.DataFrame:
    """Return one row a link between two tables that are both there: link, n_rows, n_found, found_rate.

    n_rows counts the rows whose reference is filled; an empty reference (a guest) is no broken link.
    """
    rows = []
    for left, column, right in LINKS:
        if left in collected and right in collected:
            known = collected[right].select(found=collected[right][column]).distinct()
            table = collected[left].filter(collected[left][column].notnull())
            linked = table.left_join(known, table[column] == known.found)
            values = linked.agg(n_rows=linked.count(), n_found=linked.found.count()).to_pandas().iloc[0]
            n, found = int(values["n_rows"]), int(values["n_found"])
            if n:
                rows.append({"link": f"{left}.{column} → {right}", "n_rows": n, "n_found": found, "found_rate": found / n})
    return pd.DataFrame(rows, columns=["link", "n_rows", "n_found", "found_rate"])


def absent(collected: dict) -> pd.DataFrame:
    """Return the canonical tables that no source gives, with what each would show."""
    names = [name for name in CANONICAL_NAMES if name not in collected]
    return pd.DataFrame({"table": names, "gives": [contract(name).gives for name in names]})


def volume_by_month(transactions, time_zone: str) -> pd.DataFrame:
    """Return lines and revenue by calendar month (business time zone): month, n_lines, revenue."""
    from helpers.timezones import local

    month = local(transactions.ordered_at, time_zone, transactions).truncate("M").cast("date")
    by_month = transactions.group_by(month=month).agg(n_lines=ibis._.count(), revenue=ibis._.revenue.sum())
    return by_month.order_by("month").to_pandas().astype({"month": "datetime64[us]"})
