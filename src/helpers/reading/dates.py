"""Dates and times as people type them: `parse_moment` and `parse_date` for one value.

ISO, `2026/3/5`, `2026.3.5`, `20260305`, `2026年3月5日`, `二〇二六年三月五日`, `民国115年`, `令和8年`, `Mar 5, 2026`,
`5-Mar-26`, RFC 2822, with times in 24 or 12 hours (AM/PM, 上午/下午), `24:00` (0:00 of the next day) and zones.
`3/5/2026` needs the column's `order`; without one it is None. What marks an unknown date (1900-01-01, 1970-01-01, 9999-12-31 …)
is None, and so is a year before 1800 or after 2199.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SENTINELS = frozenset({
    date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1),
    date(9999, 12, 31),
})
YEARS = (1800, 2199)
EPOCH = datetime(1970, 1, 1)
ERAS = {"民国": 1911, "民國": 1911, "令和": 2018, "平成": 1988, "昭和": 1925}
MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
MONTH = r"(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
DATES = [re.compile(pattern, re.I) for pattern in (
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
    r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]",
    r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<c>\d{1,2})(?P=s)(?P<y>\d{4}|\d\d)",
    rf"{WEEKDAY}{MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})",
    rf"{WEEKDAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-\s]{MONTH}[-\s](?P<y>\d{{4}}|\d\d)",
)]
TIME = re.compile(
    r"(?P<half>上午|下午|晚上|凌晨|中午|早上)?\s*(?P<h>\d{1,2})(?:[:：时時点點](?P<mi>\d{1,2})分?(?:[:：]?(?P<s>\d{2})秒?(?:[.,](?P<f>\d{1,9}))?)?|[时時点點])"
    r"\s*(?P<ap>[ap]\.?m\.?)?\s*(?P<zone>Z|(?:UTC|GMT)?\s*[+-]\d{1,2}:?(?:\d{2})?|UTC|GMT)?(?:\s*\([^)]*\))?", re.I,
)
COMPACT_TIME = re.compile(r"(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)(?P<zone>Z|[+-]\d\d:?\d\d)?")
YEAR_LAST = re.compile(  # as `date` prints it
    rf"{WEEKDAY}{MONTH}\s+(?P<d>\d{{1,2}})\s+(?P<t>[\d:]+)(?P<zone>\s+\S+)?\s+(?P<y>\d{{4}})", re.I)
CHINESE_DATE = re.compile("([零〇○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]")
ERA_YEAR = re.compile(r"(民国|民國|令和|平成|昭和)\s*(元|\d{1,3})\s*年")
WEEKDAYS = re.compile(r"\s*[（(]?(?:星期|周|週)[一二三四五六日天][）)]?\s*")
DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "O": 0}


def parse_date(text: str, *, order: str | None = None) -> date | None:
    """Return the date that the text writes, its time left out (24:00 counts as the next day)."""
    moment = _parse(text, order)
    return None if moment is None else moment.date()


def parse_moment(text: str, *, order: str | None = None, time_zone: str = "UTC") -> datetime | None:
    """Return the moment in UTC; a time without a zone is one of `time_zone` (PEP 495, fold=0), a date alone is its midnight.

    `order` of `3/5/2026`: "dmy", "mdy", or None where the column does not say.
    """
    moment = _parse(text, order)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))).astimezone(UTC)


def _parse(text: str, order: str | None) -> datetime | None:
    text = _chinese_digits(unicodedata.normalize("NFKC", text).strip())
    text = WEEKDAYS.sub(" ", text).strip()
    for pattern in DATES:
        if match := pattern.match(text):
            found = _day(match, order)
            rest = text[match.end():]
            if rest[:1].isdigit() and text[match.end() - 1].isdigit() and not re.fullmatch(r"\d{6}(Z|[+-]\d\d:?\d\d)?", rest):
                continue
            return None if found is None else _with_time(found, rest)
    if (match := YEAR_LAST.fullmatch(text)) and (found := _day(match, order)):
        return _with_time(found, f"{match['t']}{match['zone'] or ''}")
    return _elsewhere(text)


def _chinese_digits(text: str) -> str:
    if match := ERA_YEAR.match(text):
        year = ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        return f"{year}年{text[match.end():]}"
    if match := CHINESE_DATE.match(text):
        year = "".join(str(DIGITS[c]) for c in match[1])
        return f"{year}年{_small(match[2])}月{_small(match[3])}日{text[match.end():]}"
    return text


def _small(numeral: str) -> int:
    """Return 一 … 三十一 as a number, 99 for what is none."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return DIGITS.get(numeral, 99)
    return DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0)


def _day(match: re.Match, order: str | None) -> date | None:
    parts = match.groupdict()
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < 69 else 1900  # POSIX
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["c"])
        if parts["s"] == "." and order is None:
            order = "dmy"  # nobody writes month.day.year
        if order is None and first != second or order == "mixed" and first <= 12 and second <= 12 and first != second:
            return None
        if order == "mixed":
            order = "dmy" if first > 12 else "mdy"
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        day, month = int(parts["d"]), MONTHS[parts["b"].lower()] if parts.get("b") else int(parts["m"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_time(day: date, rest: str) -> datetime | None:
    if day in SENTINELS or not YEARS[0] <= day.year <= YEARS[1]:
        return None
    midnight = datetime.combine(day, datetime.min.time())
    rest = rest.strip()
    match = COMPACT_TIME.fullmatch(rest.removeprefix("T")) or TIME.fullmatch(rest.removeprefix("T").removeprefix(",").strip())
    if not match:
        return None if rest else midnight
    parts = match.groupdict()
    hour = _hour(int(parts["h"]), (parts.get("ap") or "")[:1].lower(), parts.get("half"))
    minute, second = int(parts["mi"] or 0), int(parts["s"] or 0)
    if hour is None or minute > 59 or second > 60 or hour == 24 and (minute or second):
        return None
    micro = int((parts.get("f") or "0")[:6].ljust(6, "0"))
    moment = midnight + timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micro)
    zone = _zone(parts.get("zone"))
    return None if zone is False else moment.replace(tzinfo=zone)


def _hour(hour: int, half: str, chinese: str | None) -> int | None:
    """Return 0–24. 上午12点 and 12 AM are midnight, 下午, 中午 and PM add twelve hours to 1–11."""
    if half:
        return None if not 1 <= hour <= 12 else hour % 12 + (12 if half == "p" else 0)
    if chinese in ("上午", "凌晨", "早上"):
        return hour % 12 if hour == 12 else hour if hour < 12 else None
    if chinese in ("下午", "晚上"):
        if hour == 12 and chinese == "晚上":
            return 24  # midnight
        return hour + 12 if hour < 12 else hour if hour < 24 else None
    if chinese == "中午":
        return hour if hour in (11, 12) else hour + 12 if hour in (1, 2) else None
    return hour if hour <= 24 else None


def _zone(text: str | None):
    """Return the zone, None for none, False for one that cannot be."""
    if not text:
        return None
    text = re.sub(r"(?i)UTC|GMT|\s|:", "", text)
    if text in ("", "Z", "z"):
        return UTC
    hours, minutes = int(text[1:3] if len(text) != 4 else text[1:2]), int(text[-2:] if len(text) > 3 else 0)
    if hours > 14 or minutes > 59:
        return False
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _elsewhere(text: str) -> datetime | None:
    """Ask dateparser for dates with the month in other languages (`5. März 2026`), if day, month and year are there."""
    if not re.search(r"[^\W\d_]{3,}", text) or not re.search(r"(?<!\d)(19|20)\d\d(?!\d)", text) or len(text) > 60:
        return None
    import dateparser

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}
    found = dateparser.parse(text, settings=settings, languages=["en", "de", "fr", "es", "it", "pt", "nl", "ru", "zh", "ja"])
    if found is None or str(found.year) not in text:
        return None
    return None if found.date() in SENTINELS or not YEARS[0] <= found.year <= YEARS[1] else found
