"""What table contracts are made of: a table, its columns and their types, units and limits."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, its unit and its limits (inclusive)."""

    name: str
    type: str
    means: str
    unit: str = ""
    nullable: bool = False
    ge: float | None = None
    le: float | None = None
    isin: tuple[str, ...] | None = None
    empty_is_fine: bool = False  # null is an answer (a guest, a contract that runs on), not a gap


@dataclass(frozen=True)
class Contract:
    """One table: who owns it, what a row is, its key and its columns.

    `gives` completes "Adding it would show …" where the table is absent.
    `is_scanned` tables have a row per transaction or line and never become a pandas frame.
    `is_open` tables may carry further columns (attributes that differ from company to company).
    `is_kept` tables are carried on from run to run; a run that adds nothing to one leaves it as it is.
    """

    name: str
    layer: str
    owner: str
    one_row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    gives: str = ""
    is_scanned: bool = False
    is_open: bool = False
    is_kept: bool = False
    file: str = field(default="")

    @property
    def path(self) -> str:
        return f"{self.layer}/{self.file or self.name}.parquet"

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]


def text(name, means, **more) -> Column:
    return Column(name, "string", means, **more)


def whole(name, means, unit="", **more) -> Column:
    return Column(name, "int64", means, unit, **more)


def real(name, means, unit="", **more) -> Column:
    return Column(name, "float64", means, unit, **more)


def rate(name, means, **more) -> Column:
    return Column(name, "float64", means, "share 0–1", ge=0, le=1, **more)


def flag(name, means, **more) -> Column:
    return Column(name, "bool", means, **more)


def day(name, means, **more) -> Column:
    return Column(name, "date", means, "business day", **more)


def moment(name, means, **more) -> Column:
    return Column(name, "timestamp", means, "UTC", **more)


ENGINE = {  # a contract's type → the type in the engine (Ibis)
    "string": "string", "int64": "int64", "float64": "float64", "bool": "boolean", "date": "date",
    "timestamp": "timestamp('UTC')",
}
CUSTOMER = text("customer_id", "the customer")
MAYBE = {"nullable": True}
FINE = {"nullable": True, "empty_is_fine": True}
