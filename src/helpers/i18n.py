"""Sentences, numbers and dates as an English or a Chinese reader expects them.

A sentence is an English template with typed fields, `"{segment:label} bring {share:percent} of revenue"`: the template is
the message of the gettext catalogue, the fields are formatted by Babel in the language of the reader.
"""

import functools
import math
import string
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from helpers import paths

LANGUAGES = ("en", "zh")
_LOCALES = {"en": Locale.parse("en_US"), "zh": Locale.parse("zh_Hans_CN")}
_used: set[str] = set()
_state = {"language": "en", "currency": "USD"}


def use(*, language: str, currency: str = "USD") -> None:
    """Set the language of the reader and the currency of the data set."""
    _state.update(language=language, currency=currency)


def language() -> str:
    return _state["language"]


@contextmanager
def reading_in(language: str):
    """Set the language of the reader for a block of code, then put back what it was."""
    before = _state["language"]
    _state["language"] = language
    try:
        yield
    finally:
        _state["language"] = before


def catalogue_files() -> list:
    """Return the Chinese catalogues: one per topic, so that two topics never wait for each other."""
    return sorted((paths.LOCALE / "zh").glob("*.po"))


@functools.cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Return English message → (Chinese message, catalogue that has it) over all catalogues."""
    messages = {}
    for file in catalogue_files():
        with file.open("rb") as handle:
            messages.update({m.id: (m.string, file.name) for m in read_po(handle) if m.id and m.string})
    return messages


@functools.cache
def plain_names() -> dict[str, str]:
    """Return name in the data → as an English reader would write it ("DRUG GM", "FRZN ICE"), where locale/en has it.

    Each of these names stands in the Chinese catalogue of the same file name, too.
    """
    names = {}
    for file in sorted((paths.LOCALE / "en").glob("*.po")):
        with file.open("rb") as handle:
            names.update({m.id: m.string for m in read_po(handle) if m.id and m.string})
    return names


def translate(message: str) -> str:
    """Return `message` in the reader's language; data that has no translation stays as it is."""
    found = catalogue().get(message)
    if found is None:
        parts = message.split(" · ")  # a name of several words: each as far as it is known
        return " · ".join(map(translate, parts)) if len(parts) > 1 else message
    _used.add(found[1])
    return found[0] if _state["language"] == "zh" else plain_names().get(message, message)


def used_catalogues() -> list:
    """Return the catalogues whose messages were shown in this session: what the notebook depends on."""
    files = [paths.LOCALE / language / name for name in sorted(_used) for language in LANGUAGES]
    return [file for file in files if file.exists()]


def is_unknown(value) -> bool:
    """Say whether a value is None, NaN, NaT, NA or infinite: a reader sees an en dash."""
    try:
        return value is None or bool(value != value) or value in (math.inf, -math.inf)
    except TypeError:  # pandas' NA is neither equal to itself nor different
        return True


def _decimals(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _not_minus_zero(value: float, places: int) -> float:
    """Return 0 for what would be written as "-0", rounded as Babel rounds (decimal, half to even)."""
    return value if round(Decimal(str(value)), places) else 0.0


def number(value: float, places: int = 0) -> str:
    """Return 1,234 or, with `places`, 1,234.5; unknown is an en dash."""
    if is_unknown(value):
        return "–"
    value = _not_minus_zero(value, places)
    return numbers.format_decimal(value, format=_decimals(places), locale=_LOCALES[_state["language"]])


def percent(value: float, places: int = 0) -> str:
    """Return a share 0–1 as 12% (or, with `places`, 12.3%)."""
    return "–" if is_unknown(value) else number(100 * value, places) + "%"


def q_value(value: float) -> str:
    """Return a p or q value with three decimals; below them "< 0.001", for none is zero."""
    return "< 0.001" if not is_unknown(value) and abs(value) < 0.001 else number(value, 3)


def money(value: float, places: int | None = None) -> str:
    """Return an amount: $12.34, $1,234, $4.6M; in Chinese 12.34美元, 1,234美元, 459.6万美元; unknown is an en dash."""
    if is_unknown(value):
        return "–"
    if places is None and abs(value) >= 100_000:
        return _compact_money(value)
    places = (0 if abs(value) >= 100 else 2) if places is None else places
    value = _not_minus_zero(value, places)
    if _state["language"] == "zh":
        return number(value, places) + _unit(_state["currency"])
    pattern = "¤" + _decimals(places)
    return numbers.format_currency(value, _state["currency"], format=pattern, locale=_LOCALES["en"], currency_digits=False)


def _compact_money(value: float) -> str:
    """Return a large amount as $250K, $4.6M, 459.6万美元 or 1.20亿美元; rounded first, so that 999,999 is $1M, not $1000K."""
    size = abs(value)
    if _state["language"] == "zh":
        big = round(size, -3) >= 1e8
        return (number(value / 1e8, 2) + "亿" if big else number(value / 1e4, 1) + "万") + _unit(_state["currency"])
    value = round(value, -3 if size < 1e6 else -4 if size < 1e9 else -7)
    digits = 2 if abs(value) >= 1e6 else 0
    return numbers.format_compact_currency(value, _state["currency"], locale=_LOCALES["en"], fraction_digits=digits)


def _unit(currency: str) -> str:
    """Return the Chinese name of a currency as it stands after an amount."""
    return "元" if currency == "CNY" else numbers.get_currency_name(currency, locale=_LOCALES["zh"])


def signed(value: float, formatter=number, **options) -> str:
    """Return a change with its sign: +3%, −$12."""
    if is_unknown(value):
        return "–"
    shown = formatter(abs(value), **options)
    sign = "" if shown == formatter(0.0, **options) else ("+" if value > 0 else "−")
    return sign + shown


def points(value: float) -> str:
    """Return a difference of two shares: +5.1 points, in Chinese +5.1 个百分点; as a per cent it would read as a ratio."""
    if is_unknown(value):
        return "–"
    return signed(100 * value, places=1) + (" points" if _state["language"] == "en" else " 个百分点")


def calendar_day(value) -> str:
    """Return a day: 31 Dec 2017, 2017年12月31日; unknown is an en dash."""
    if is_unknown(value):
        return "–"
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    pattern = "d MMM y" if _state["language"] == "en" else "y年M月d日"
    return dates.format_date(value, format=pattern, locale=_LOCALES[_state["language"]])


def month(value) -> str:
    """Return a month: Dec 2017, 2017年12月; unknown is an en dash."""
    if is_unknown(value):
        return "–"
    if isinstance(value, str):
        value = date.fromisoformat((value + "-01")[:10])
    pattern = "MMM y" if _state["language"] == "en" else "y年M月"
    return dates.format_date(value, format=pattern, locale=_LOCALES[_state["language"]])


def listing(items: Iterable[str]) -> str:
    """Return "a, b and c" or 「a、b和c」, each item translated where the catalogue has it."""
    items = [translate(str(item)) for item in items]
    if len(items) < 2:
        return "".join(items)
    comma, last = (", ", " and ") if _state["language"] == "en" else ("、", "和")
    return comma.join(items[:-1]) + last + items[-1]


FORMATS = {
    "count": number,
    "number": number,
    "number1": functools.partial(number, places=1),
    "number2": functools.partial(number, places=2),
    "number3": functools.partial(number, places=3),
    "number4": functools.partial(number, places=4),
    "q_value": q_value,
    "percent": percent,
    "percent1": functools.partial(percent, places=1),
    "percent2": functools.partial(percent, places=2),
    "money": money,
    "money0": functools.partial(money, places=0),
    "money2": functools.partial(money, places=2),
    "change_percent": functools.partial(signed, formatter=percent),
    "change_percent1": functools.partial(signed, formatter=percent, places=1),
    "change_points1": points,
    "change_money": functools.partial(signed, formatter=money),
    "change_number": signed,
    "change_number1": functools.partial(signed, places=1),
    "change_number2": functools.partial(signed, places=2),
    "day": calendar_day,
    "month": month,
    "label": lambda value: "–" if is_unknown(value) else translate(str(value)),
    "list": listing,
}


def shown(value, fmt: str = "") -> str:
    """Return `value` under one of `FORMATS`; without one, text as it is (not translated)."""
    if fmt:
        words = FORMATS[fmt](value)
        return f"−{words[1:]}" if words.startswith("-") and not isinstance(value, str) else words  # a minus, not a hyphen
    return "–" if is_unknown(value) else str(value)


class _Sentence(string.Formatter):
    def format_field(self, value, format_spec):
        return shown(value, format_spec)


def text(template: str, /, **values) -> str:
    """Return the sentence `template` in the reader's language, its `{name:format}` fields filled from `values`."""
    return _Sentence().vformat(translate(template), (), values) if "{" in template else translate(template)
