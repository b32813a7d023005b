"""Text columns → contract types at engine scale: `typed`.

The plain bulk is cast by the engine; what it does not match goes through the rules for one value (numbers.py, dates.py), each
distinct value once a batch. Conventions (decimal mark, day or month first, Excel serials, Unix time) are decided per column
from all its values. What is something else is null: the caller compares with the text and counts it.
"""

import re
import unicodedata
from datetime import timedelta
from functools import lru_cache

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa

from helpers.reading import dates, numbers
from helpers.reading.dates import parse_date, parse_moment
from helpers.reading.numbers import parse_number, parse_whole
from helpers.timezones import to_utc

__all__ = ["parse_bool", "parse_date", "parse_moment", "parse_number", "parse_whole", "typed"]

YES = ("是", "yes", "y", "true", "t", "1", "1.0", "√", "✓", "✔", "☑", "已", "有", "on", "真", "对", "实验组",
       "试验组", "触达组")
NO = ("否", "no", "n", "false", "f", "0", "0.0", "×", "✗", "✘", "☐", "未", "无", "off", "假", "不", "錯", "错",
      "对照组", "空白组")
STATE = re.compile(r"([已未])[一-龥]{1,4}")  # 已订阅, 未成交
PLAIN_NUMBER = r"^\s*[+-]?(\d{1,30}\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*$"
PLAIN_WHOLE = r"^\s*[+-]?\d{1,18}\s*$"
GROUPED = r"^\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*$"
PLAIN_DATE = r"^(1[89]|2[01])\d\d[-/]\d{1,2}[-/]\d{1,2}$"
PLAIN_TIME = r"^(1[89]|2[01])\d\d[-/]\d{1,2}[-/]\d{1,2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
ZONED_TIME = r"^(1[89]|2[01])\d\d-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}(:\d{2})?)$"
UNKNOWN = r"^(1899.12.3[01]|1900.0?1.0?1\b|1970.0?1.0?1\b)"  # dates.SENTINELS among them
SERIAL = r"^\s*[2-7]\d{4}(\.\d+)?\s*$"  # 1954 to 2118
EPOCHS = {"s": (r"^\s*1\d{9}\s*$", 1), "ms": (r"^\s*1\d{12}\s*$", 1_000), "us": (r"^\s*1\d{15}\s*$", 1_000_000)}  # 2001 to 2033
A_THEN_B = r"^\s*(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d\d)(\D.*)?$"
EVIDENT = 0.95  # share of a column's values that must look like serials or Unix time
ORDER_IN_NAME = {"mdy": re.compile(r"mm?[-/.]dd?[-/.]yy", re.I), "dmy": re.compile(r"dd?[-/.]mm?[-/.]yy", re.I)}


def parse_bool(text: str) -> bool | None:
    """Return True for 是, Yes, 1, √, 已…; False for 否, No, 0, ×, 未…; None for anything else."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if word in YES or word in NO:
        return word in YES
    state = STATE.fullmatch(word)
    return state[1] == "已" if state else None


def typed(table: ibis.Table, column: str, kind: str, *, time_zone: str, hints: dict | None = None):
    """Return `column` of `table` as contract type `kind` (string, int64, float64, bool, date, timestamp UTC), else null.

    `hints`: decimal ("." or ","), day_first (bool), date_system (1900 or 1904).
    """
    hints = hints or {}
    values = table[column]
    if kind == "string":
        return _as_text(values).nullif("")
    native = _native(table, values, kind, time_zone)
    if native is not None:
        return native
    text = _as_text(values).nullif("")
    if kind in ("int64", "float64"):
        return _number(table, text, kind, hints)
    if kind == "bool":
        return _bool(text)
    return _moment(table, column, text, kind, time_zone, hints)


def _as_text(values):
    """Return values as text; a whole number that is stored as a float without its ".0"."""
    if values.type().is_string():
        return values
    if values.type().is_floating():
        is_whole = (values == values.floor()) & (values.abs() < 1e15)
        known = ibis.ifelse(values.isnan() | values.isinf(), ibis.null(values.type()), values)
        return ibis.ifelse(is_whole, known.try_cast("int64").cast("string"), known.cast("string"))
    return values.cast("string")


def _native(table, values, kind: str, time_zone: str):
    """Return native values that need no parsing, else None (whole numbers may be dates or Unix time: parsed like text)."""
    found = values.type()
    if kind == "float64" and found.is_numeric():
        number = values.cast("float64")
        return ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)
    if kind == "int64" and found.is_integer():
        return values.try_cast("int64")
    if kind == "bool" and found.is_boolean():
        return values
    if found.is_date():
        return _known(values) if kind == "date" else to_utc(_known(values).cast("timestamp"), time_zone, table)
    if found.is_timestamp():
        if kind == "date":
            return _known(values.cast("timestamp").date())
        aware = getattr(found, "timezone", None)
        known = ibis.ifelse(_known(values.cast("timestamp").date()).notnull(), values, ibis.null(found))
        return known.cast("timestamp('UTC')") if aware else to_utc(known, time_zone, table)
    return None


# --- numbers


def _number(table, text, kind: str, hints: dict):
    decimal = hints.get("decimal") or _decimal_mark(table, text)
    if kind == "int64":
        plain = ibis.ifelse(text.re_search(PLAIN_WHOLE), text.strip().try_cast("int64"), ibis.null("int64"))
        return ibis.coalesce(plain, _parsed(text, "whole", decimal))
    fits = text.re_search(PLAIN_NUMBER)
    if decimal != ".":
        fits = fits & ~text.contains(".")
    plain = ibis.ifelse(fits, text.strip().try_cast("float64"), ibis.null("float64"))
    if decimal == ".":
        grouped = ibis.ifelse(text.re_search(GROUPED), text.strip().replace(",", "").try_cast("float64"), ibis.null("float64"))
        plain = ibis.coalesce(plain, grouped)
    return ibis.coalesce(plain, _parsed(text, "number", decimal, as_type="float64"))


def _decimal_mark(table, text) -> str:
    if not table.filter(text.contains(",")).limit(1).count().to_pyarrow().as_py():
        return "."  # a dot that groups comes twice, or is taken for the mark
    found = table.agg(
        n_dot=text.re_search(numbers.DOT_DECIMAL).sum(), n_comma=text.re_search(numbers.COMMA_DECIMAL).sum(),
    ).to_pyarrow().to_pylist()[0]
    return numbers.decimal_mark(int(found["n_dot"] or 0), int(found["n_comma"] or 0))


# --- booleans


def _bool(text):
    word = text.strip().lower()
    plain = ibis.cases((word.isin(YES), True), (word.isin(NO), False), else_=ibis.null("boolean"))
    return ibis.coalesce(plain, _parsed(text, "bool", as_type="boolean"))


# --- dates and times


def _moment(table, column: str, text, kind: str, time_zone: str, hints: dict):
    style, order = _style(table, column, text, hints)
    if style == "serial":
        moment = _from_serial(text, hints.get("date_system", 1900))
        return moment.date() if kind == "date" else to_utc(moment, time_zone, table)
    if style:
        pattern, per_second = EPOCHS[style]
        number = ibis.ifelse(text.re_search(pattern), text.strip().try_cast("int64"), ibis.null("int64"))
        moment = make_timestamp(number * (1_000_000 // per_second)).cast("timestamp('UTC')")
        return moment.cast("timestamp").date() if kind == "date" else moment
    written = text.replace("/", "-")
    if kind == "date":
        fits = text.re_search(PLAIN_DATE) & ~text.re_search(UNKNOWN)
        plain = ibis.ifelse(fits, written.try_cast("date"), ibis.null("date"))
        return ibis.coalesce(plain, _parsed(text, "date", order, as_type="date"))
    fits = text.re_search(PLAIN_TIME) & ~text.re_search(UNKNOWN)
    naive = ibis.ifelse(fits, written.try_cast("timestamp"), ibis.null("timestamp"))
    zoned = text.re_search(ZONED_TIME) & ~text.re_search(UNKNOWN)
    aware = ibis.ifelse(zoned, text.try_cast("timestamp('UTC')"), ibis.null("timestamp('UTC')"))
    other = make_timestamp(_parsed(text, "moment", order, time_zone)).cast("timestamp('UTC')")
    return ibis.coalesce(to_utc(naive, time_zone, table), aware, other)


def _known(day):
    """Return the days without those that mark an unknown date."""
    is_unknown = day.isin([ibis.date(d.isoformat()) for d in dates.SENTINELS]) | ~day.year().between(*dates.YEARS)
    return ibis.ifelse(is_unknown, ibis.null("date"), day)


def _style(table, column: str, text, hints: dict) -> tuple[str | None, str]:
    """Return ("serial", "s", "ms", "us" or None; "dmy", "mdy", "mixed" or "" for the order of 3/5/2026)."""
    written = text.re_search(PLAIN_TIME) | text.re_search(PLAIN_DATE)
    n_all = int(text.count().to_pyarrow().as_py())
    table = table.filter(text.notnull() & ~written)
    text = _as_text(table[column]).nullif("")
    first, second = (text.re_extract(A_THEN_B, i).try_cast("int64") for i in (1, 2))
    found = table.agg(
        serial=text.re_search(SERIAL).sum(), n_dmy=(first > 12).sum(), n_mdy=(second > 12).sum(),
        **{unit: text.re_search(pattern).sum() for unit, (pattern, _) in EPOCHS.items()},
    ).to_pyarrow().to_pylist()[0]
    found = {name: int(value or 0) for name, value in found.items()}
    style = next((s for s in ("serial", *EPOCHS) if found[s] and found[s] >= EVIDENT * n_all), None)
    return style, _order(found["n_dmy"], found["n_mdy"], column, hints.get("day_first"))


def _order(n_dmy: int, n_mdy: int, column: str, day_first: bool | None) -> str:
    if day_first is not None:
        return "dmy" if day_first else "mdy"
    named = next((order for order, pattern in ORDER_IN_NAME.items() if pattern.search(column)), None)
    if named:
        return named
    if n_dmy and n_mdy:
        return "mixed"
    return "dmy" if n_dmy else "mdy" if n_mdy else ""


def _from_serial(text, date_system: int):
    """Return the moment of an Excel serial: days since 1899-12-30 (true from 1900-03-01 on), or since 1904-01-01."""
    number = ibis.ifelse(text.re_search(SERIAL), text.strip().try_cast("float64"), ibis.null("float64"))
    days_to_1970 = 25_569 if date_system == 1900 else 24_107
    return ((number - days_to_1970) * 86_400).round().cast("int64").as_timestamp("s").cast("timestamp")


# --- the rules for one value, as a function of the engine
#
# It may not return null ("" stands for it), and must stand in the expression once: the engine would take two out of the
# coalesce and call it for every row.


def _parsed(text, parse: str, *settings: str, as_type: str = "int64"):
    """Return the values of a rule for one value; `settings` hold for the column."""
    return reading_value(text, parse, "|".join(settings)).try_cast(as_type)


def _each(parse, texts) -> list:
    """Parse each distinct text of a batch once."""
    known = {text: parse(text) for text in set(texts)}
    return [known[text] for text in texts]


@lru_cache(200_000)
def _value_of(text: str, parse: str, settings: str) -> str:
    if parse == "number":
        value = parse_number(text, decimal=settings)
    elif parse == "whole":
        value = parse_whole(text, decimal=settings)
    elif parse == "bool":
        value = parse_bool(text)
    elif parse == "date":
        value = parse_date(text, order=settings or None)
    else:
        order, time_zone = settings.split("|")
        moment = parse_moment(text, order=order or None, time_zone=time_zone)
        value = None if moment is None else (moment.replace(tzinfo=None) - dates.EPOCH) // timedelta(microseconds=1)
    return "" if value is None else str(value)


@ibis.udf.scalar.builtin
def make_timestamp(micros: dt.int64) -> dt.timestamp: ...


@ibis.udf.scalar.pyarrow
def reading_value(text: dt.string, parse: dt.string, settings: dt.string) -> dt.string:
    how, what = (parse[0].as_py(), settings[0].as_py()) if len(parse) else ("", "")
    return pa.array(_each(lambda value: _value_of(value, how, what), text.to_pylist()), pa.string())
