"""Numbers as people type them: `parse_number` and `parse_whole` for one value, `decimal_mark` for a column's convention.

`1,234.50`, `1.234,50`, `1 234,50`, `1'234.50`, `(1,234.50)`, `5-`, `¥1,234`, `RMB 5`, `1.2万`, `3亿`, `12%` (a fraction: 0.12),
full-width digits, Chinese numerals. What is no number, or could be two different ones, is None.
"""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation

CURRENCY = r"(?:(?:US|HK|NT|A|C|S)?\$|[¥€£₩₹₽฿]|RMB|CNY|CNH|USD|EUR|GBP|JPY|HKD|TWD|人民币|美元|欧元|日元|港币)"
AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*{CURRENCY}?\s*(?P<sign2>[-+])?\s*"
    rf"(?P<digits>\d[\d.,' ]*|\.\d+|,\d+)(?P<exp>e[+-]?\d{{1,3}})?\s*(?P<unit>万亿|百万|千万|百亿|千亿|[千万亿萬億])?\s*"
    rf"(?P<rate>[%‰])?\s*(?:{CURRENCY}|元整|元|块|圆|圓)?\s*(?P<trail>-)?\s*(?P<close>\))?", re.I,
)
UNITS = {"千": 3, "万": 4, "萬": 4, "百万": 6, "千万": 7, "亿": 8, "億": 8, "百亿": 10, "千亿": 11, "万亿": 12}
CHINESE = re.compile(r"[负負]?[零〇一二两三四五六七八九十百千万亿点]+")
SPACES = re.compile(r"(?<=\d)[\s ](?=\d{3}(?!\d))")
INT64 = 2 ** 63

# Evidence for a column's decimal mark, as patterns of RE2 (DuckDB) and Python alike. "1.234" and "1,234" alone are none.
DOT_DECIMAL = r"^[^\d.,]*(\d{1,3}(,\d{3})+\.\d+|\d*\.(\d{1,2}|\d{4,})|0\.\d+|\d{1,3}(,\d{3}){2,}|\d{4,}\.\d{3})[^\d.,]*$"
COMMA_DECIMAL = r"^[^\d.,]*(\d{1,3}(\.\d{3})+,\d+|\d*,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}(\.\d{3}){2,}|\d{4,},\d{3})[^\d.,]*$"


def decimal_mark(n_dot: int, n_comma: int) -> str:
    """Return the decimal mark of a column: "." or ",", or "mixed" where both have at least 5 % of the evidence.

    Without evidence (only `1.234` or `1,234`) the mark is the dot, as in English and Chinese: 1.234 is little more than one,
    1,234 is more than a thousand. Give the hint `decimal: ","` for files from elsewhere.
    """
    if min(n_dot, n_comma) >= 0.05 * (n_dot + n_comma) and n_dot and n_comma:
        return "mixed"
    return "," if n_comma > n_dot else "."


def parse_number(text: str, *, decimal: str = ".") -> float | None:
    """Return the number, or None; `decimal` is the column's mark (`decimal_mark`)."""
    value = _exact(text, decimal)
    number = None if value is None else float(value)
    return number if number is not None and math.isfinite(number) else None


def parse_whole(text: str, *, decimal: str = ".") -> int | None:
    """Return the whole number exactly (no float on the way), or None; 1.0 is whole, 1.5 is not."""
    value = _exact(text, decimal)
    if value is None or value != value.to_integral_value() or abs(value) >= INT64:
        return None
    return int(value)


def _exact(text: str, decimal: str) -> Decimal | None:
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2019", "'").strip()
    if CHINESE.fullmatch(text):
        return _chinese(text)
    match = AMOUNT.fullmatch(text)
    if not match or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [s for s in (match["sign"], match["sign2"], match["trail"]) if s]
    if len(signs) > 1 or signs and match["open"]:
        return None
    digits = _plain(match["digits"].strip(), decimal)
    if digits is None:
        return None
    try:
        value = Decimal(digits + (match["exp"] or ""))
    except InvalidOperation:
        return None
    value = value.scaleb(UNITS.get(match["unit"] or "", 0) - {"%": 2, "‰": 3}.get(match["rate"] or "", 0))
    return -value if "-" in signs or match["open"] else value


def _plain(digits: str, decimal: str) -> str | None:
    """Return digits with a decimal dot and no groups, or None where the groups are not groups of three."""
    digits = SPACES.sub("'", digits)
    if " " in digits:
        return None
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        mark = "." if digits.rfind(".") > digits.rfind(",") else ","
        if decimal not in (mark, "mixed") and not re.fullmatch(r"\d{1,3}([.,]\d{3})+[.,]\d{1,2}", digits):
            return None
    elif dots + commas > 1:
        mark = "," if dots else "."  # a mark that comes twice groups
    elif dots + commas == 1 and decimal == "mixed":
        mark = "." if dots else ","
        if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
            return None  # 1.234 or 1,234: either
    else:
        mark = decimal if decimal != "mixed" else "."
    group = "," if mark == "." else "."
    whole, _, rest = digits.partition(mark)
    if group in rest or "'" in rest:
        return None
    for separator in (group, "'"):
        if separator in whole:
            if not re.fullmatch(rf"\d{{1,3}}({re.escape(separator)}\d{{3}})+", whole):
                return None
            whole = whole.replace(separator, "")
    return f"{whole or 0}.{rest}" if rest else whole or None


def _chinese(text: str) -> Decimal | None:
    import cn2an

    sign = -1 if text[0] in "负負" else 1
    try:
        return sign * Decimal(str(cn2an.cn2an(text.lstrip("负負"), "normal")))
    except ValueError:
        return None
