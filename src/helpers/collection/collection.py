"""What arrived, from where, how complete it is and how its parts join.

Reads the sources of dataset.yml; writes `collected/<table>` as it arrived, `sources`, `completeness` and `joins`.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import ibis
import pandas as pd
import pyarrow.parquet as pq

from helpers import paths, sources
from helpers.contracts import CANONICAL_NAMES, COLLECTED_NAMES, ENGINE, SPOKEN, contract
from helpers.datasets import Dataset, Source
from helpers.errors import TooLittleData, UserError
from helpers.tables import digest, note_raw
from helpers.texts import masking

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
    ("survey_answers", "feedback_id", "feedback"),
    ("survey_invitations", "customer_id", "customers"),
)
SPOKEN_CHANNELS = ("call", "interview")  # of feedback: transcripts, which bear the number of a case
MEMBERS = "member"  # the number space of the loyalty programme and of accounts in the web shop


def with_option(settings: Dataset, name: str, value: str) -> list[Source]:
    """Return the sources with option `name` set to `value`; empty = as dataset.yml says."""
    if not value:
        return settings.sources
    return [source.model_copy(update={"options": {**source.options, name: value}}) for source in settings.sources]


def raw_files(source: Source, dataset: str) -> dict[str, Path]:
    """Return the files of a source; a missing or empty one is the user's to mend.

    Reports and manifests name the files: a name with a phone number or the like is refused. A person's name in it is not seen.
    """
    files = sources.module(source.system).files(source, paths.layer(dataset, "raw"))
    for number, (part, file) in enumerate(files.items(), start=1):
        if masking.mask_contacts(part) != part:
            raise UserError(f"source '{source.name}': the name of file {number} of {len(files)} holds a phone number, an "
                            "e-mail or the like, and reports name files: rename it")
        if not file.is_file():
            raise UserError(f"source '{source.name}': {paths.shown(file)} is missing")
        if not file.stat().st_size:
            raise UserError(f"source '{source.name}': {paths.shown(file)} is empty")
        note_raw(file)
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
    conformed = {name: conform(data, name, source.name) for name, data in arrived.items()}
    if settings.business.identifiers == "published":
        return conformed
    return {name: in_number_space(table, source.ids or source.name) for name, table in conformed.items()}


def in_number_space(table, space: str):
    """Return `table` with the name of its number space before each number of a person: `crm:A0001` is not `till:A0001`.

    The numbers of members (`member_id`) are of the space `member` wherever they stand.
    """
    spaces = {"customer_id": space, "member_id": MEMBERS}
    filled = {c: table[c].strip().nullif("") for c in spaces if c in table.columns}
    return table.mutate(**{c: ibis.literal(f"{spaces[c]}:") + value for c, value in filled.items()})


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def conform(data, name: str, source: str):
    """Return a frame or expression with exactly the columns of `collected/<name>`; absent columns are null."""
    table = ibis.memtable(data) if isinstance(data, pd.DataFrame) else data
    spec = contract(f"collected/{name}")
    table = table.mutate(source=ibis.literal(source))
    columns = {
        c.name: table[c.name].cast(ENGINE[c.type]) if c.name in table.columns else ibis.null(ENGINE[c.type])
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
    tables = {name: functools.reduce(lambda a, b: a.union(b), parts[name]) for name in COLLECTED_NAMES if name in parts}
    if "feedback" in tables and "cases" in tables:
        tables["feedback"] = with_callers(tables["feedback"], tables["cases"])
    return tables


def with_callers(feedback, cases):
    """Return `feedback` with the customer and the moment of the case whose number a transcript bears, where it names none."""
    known = cases.filter(cases.problem.isnull() & cases.case_id.notnull())
    known = known.group_by("case_id").agg(_customer=known.customer_id.max(), _at=known.opened_at.min())
    spoken = feedback.channel.isin(SPOKEN_CHANNELS) & feedback.problem.isnull()
    joined = feedback.left_join(known, (feedback.feedback_id == known.case_id) & spoken)
    found = {"customer_id": joined["customer_id"].fill_null(joined["_customer"]),
             "received_at": joined["received_at"].fill_null(joined["_at"])}
    return joined.mutate(**found).select(*feedback.columns)


def check_rows(n_rows: dict[str, int]) -> None:
    """Raise UserError if a collected table has no rows: an export without rows is the user's to mend."""
    for name, rows in n_rows.items():
        if not rows:
            raise UserError(f"the sources of '{name}' gave no rows: check the files and the mapping in dataset.yml")


def describe_sources(settings: Dataset, *, connection, sample: str = "") -> pd.DataFrame:
    """Return one row a file: source, system, file, table, n_rows, n_columns, bytes, sha256, first_date, last_date.

    A relation of a database stands for a file; its fingerprint is that of its rows.
    """
    rows = []
    for source in with_option(settings, "sample", sample):
        module = sources.module(source.system)
        tables = ", ".join(module.feeds(source))
        if hasattr(module, "describe"):
            rows.append({"source": source.name, "system": source.system, "table": tables,
                         **module.describe(source, connection=connection), "first_date": pd.NaT, "last_date": pd.NaT})
            continue
        for part, file in raw_files(source, settings.name).items():
            n_rows, n_columns = _size(part, file, source, connection)
            rows.append({
                "source": source.name, "system": source.system, "file": part if part.endswith(file.name) else file.name,
                "table": tables, "n_rows": n_rows, "n_columns": n_columns, "bytes": file.stat().st_size,
                "sha256": digest(file), **_span(part, file, connection),
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
        fields = [c for c in table.columns if c not in ("source", "source_row", "problem")]
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

    n_rows counts the rows whose reference is filled; an empty reference (a guest) is no broken link. Where there are personal
    records, a customer is looked up in them: each system writes its own numbers, and cleaning finds out who is who.
    """
    rows = []
    for left, column, right in LINKS:
        right = "people" if right == "customers" and "people" in collected else right
        if left in collected and right in collected:
            known = collected[right].select(found=collected[right][column]).distinct()
            table = collected[left].filter(collected[left][column].notnull())
            table = table.filter(table.problem.isnull()) if "problem" in table.columns else table
            linked = table.left_join(known, table[column] == known.found)
            values = linked.agg(n_rows=linked.count(), n_found=linked.found.count()).to_pandas().iloc[0]
            n, found = int(values["n_rows"]), int(values["n_found"])
            if n:
                rows.append({"link": f"{left}.{column} → {right}", "n_rows": n, "n_found": found, "found_rate": found / n})
    return pd.DataFrame(rows, columns=["link", "n_rows", "n_found", "found_rate"])


def absent(collected: dict) -> pd.DataFrame:
    """Return the canonical tables that no source gives, with what each would show."""
    names = [name for name in CANONICAL_NAMES if name not in collected]
    return pd.DataFrame({"table": [SPOKEN[name] for name in names], "gives": [contract(name).gives for name in names]})


def volume_by_month(transactions, time_zone: str, *, first_day: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return lines and revenue by calendar month (business time zone): month, n_lines, revenue.

    Only of the data window, both days included: a date of 1900 that stands for none would leave no room for the others.
    """
    from helpers.timezones import local

    day = local(transactions.ordered_at, time_zone, transactions).cast("date")
    transactions = transactions.mutate(day=day).filter(day.between(first_day.date(), as_of.date()))
    month = transactions.day.truncate("M")
    by_month = transactions.group_by(month=month).agg(n_lines=ibis._.count(), revenue=ibis._.revenue.sum())
    return by_month.order_by("month").to_pandas().astype({"month": "datetime64[us]"})


# --- what the notebook says


@dataclass(frozen=True)
class Sentence:
    """A message, its values and the number of observations behind it."""

    template: str
    values: dict
    n: int


@dataclass(frozen=True)
class Headline:
    """What the first screen says of the collection."""

    answer: tuple[str]
    fields_title: tuple[str]
    unfilled: tuple[str]
    values: dict
    full_rate: float
    weakest: str
    weakest_rate: float | None


def headline(n_rows: dict[str, int], fields: pd.DataFrame, links: pd.DataFrame, missing: pd.DataFrame) -> Headline:
    """Return the page's sentences, chosen by what the tables show."""
    filled = fields[fields["n_filled"] > 0]
    n_full = int((filled["n_filled"] == filled["n_rows"]).sum())
    weakest = links.sort_values(["found_rate", "link"]).iloc[0] if len(links) else None
    values = {
        "n_rows": sum(n_rows.values()), "n_tables": len(n_rows), "n_missing": len(missing), "n_full": n_full,
        "n_filled": len(filled), "n_unfilled": len(fields) - len(filled),
        "unfilled": sorted({f"{row.table}.{row.field}" for row in fields[fields["n_filled"] == 0].itertuples()}),
        "link": None if weakest is None else weakest["link"], "found": None if weakest is None else weakest["found_rate"],
    }
    if weakest is None:
        answer = (
            "{n_rows:count} rows arrived; with {n_tables:count} table there is nothing to join." if len(n_rows) == 1
            else "{n_rows:count} rows arrived in {n_tables:count} tables that do not refer to each other."
        )
    elif weakest["found_rate"] == 1:
        answer = "{n_rows:count} rows arrived in {n_tables:count} tables, and every reference between them finds its partner."
    else:
        answer = (
            "{n_rows:count} rows arrived in {n_tables:count} tables; the weakest link is {link}, "
            "where {found:percent1} of the references find their partner."
        )
    title = "{n_full:count} of {n_filled:count} fields that a source fills have a value in every row"
    unfilled = (
        "No source fills these {n_unfilled:count} fields: {unfilled:list}."
        if values["n_unfilled"] else "Every field of the collected tables is filled by some source."
    )
    return Headline(
        (answer,), (title,), (unfilled,), values, n_full / len(filled), values["link"] or "–", values["found"]
    )


@dataclass(frozen=True)
class Steadiness:
    """What the months say: title, finding and values."""

    title: tuple[str]
    finding: tuple[str]
    values: dict


def steadiness(months: pd.DataFrame, *, first_day: pd.Timestamp, as_of: pd.Timestamp, factor: float = 2.0) -> Steadiness:
    """Say whether a whole month has less than 1/`factor` of the lines of the median month.

    months: as from :func:`volume_by_month`. Months that the data window covers in part are left out.
    """
    start, end = months["month"], months["month"] + pd.offsets.MonthEnd(0)
    whole = months[(start >= first_day) & (end <= as_of)]
    if len(whole) < 3:
        raise TooLittleData("Needs 3 whole months to see gaps; there are {n:count}.", n=len(whole))
    median = float(whole["n_lines"].median())
    low = whole[whole["n_lines"] < median / factor]
    values = {
        "n_months": len(whole), "median": median, "n_low": len(low), "factor": factor,
        "lowest": whole["n_lines"].min(), "highest": whole["n_lines"].max(),
        "lowest_month": whole.loc[whole["n_lines"].idxmin(), "month"].strftime("%Y-%m-%d"),
    }
    if low.empty:
        return Steadiness(
            ("No gap: whole months have between {lowest:count} and {highest:count} order lines",),
            (
                "None of {n_months:count} whole months has fewer than half the order lines of a usual month ({median:count}, "
                "the median).",
            ), values,
        )
    return Steadiness(
        ("{n_low:count} of {n_months:count} whole months have less than half of the usual order lines",),
        ("{n_low:count} of {n_months:count} whole months fall below half of the median of {median:count} order lines; "
         "the lowest is {lowest_month:month} with {lowest:count}.",), values,
    )


def partly_filled(fields: pd.DataFrame, most: int = 14) -> pd.DataFrame:
    """Return the fields that are filled in part, emptiest first (at most `most`), with a label; if none, the fullest."""
    chosen = fields[(fields["n_filled"] > 0) & (fields["filled_rate"] < 1)]
    chosen = chosen if len(chosen) else fields[fields["filled_rate"] == 1]
    chosen = chosen.sort_values(["filled_rate", "table", "field"]).head(most)
    return chosen.assign(label=chosen["table"] + "." + chosen["field"])


MOST_FILES = 24  # shown one by one; of more, a row sums up the files of a source


def shortened(files: pd.DataFrame) -> pd.DataFrame:
    """Return the files with kilobytes and the first 12 digits of the fingerprint; many files are summed up by source."""
    short = files.assign(kilobytes=files["bytes"] / 1000, fingerprint=files["sha256"].str[:12])
    if len(files) <= MOST_FILES:
        return short
    several = short.groupby("source", sort=False).agg(
        file=("file", _first_and_last), n_rows=("n_rows", "sum"), n_columns=("n_columns", "max"),
        kilobytes=("kilobytes", "sum"), first_date=("first_date", "min"), last_date=("last_date", "max"),
        fingerprint=("fingerprint", _one_or_none),
    )
    return several.reset_index()


def _first_and_last(names: pd.Series) -> str:
    return names.iloc[0] if len(names) == 1 else f"{names.iloc[0]} … {names.iloc[-1].rsplit('/', 1)[-1]} ({len(names)})"


def _one_or_none(fingerprints: pd.Series) -> str | None:
    return fingerprints.iloc[0] if len(fingerprints) == 1 else None


def link_findings(links: pd.DataFrame) -> list[Sentence]:
    """Return a sentence for each link that loses rows, or one for all if none does."""
    broken = links[links["found_rate"] < 1].sort_values("found_rate")
    if broken.empty:
        n = int(links["n_rows"].sum())
        whole = (
            "Each of {n:count} references from one table to another, such as an order line to its product, finds its partner."
        )
        return [Sentence(whole, {"n": n}, n)] if n else []
    template = "{lost:count} of {n:count} references {link} find no partner; {found:percent1} do."
    return [
        Sentence(template, {"found": r.found_rate, "n": r.n_rows, "link": r.link, "lost": r.n_rows - r.n_found}, r.n_rows)
        for r in broken.itertuples()
    ]


def limit_sentences(settings: Dataset, *, language: str) -> list[str]:
    """Return what the data set's own file says of each source and of the limits of the data."""
    notes = [f"{source.name}: {source.note.in_language(language)}" for source in settings.sources if source.note]
    return notes + [limit.in_language(language) for limit in settings.limits]
