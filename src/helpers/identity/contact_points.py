"""Phones, e-mails, national ids, dates of birth, genders and addresses in one form each: one text in, its standard form out.

Each reader returns what it made of the text and the rule that it applied; a text that cannot be what it should be gives None
and the reason. Regions are those of GB/T 2260 (the package `gb2260`), countries those of ISO 3166-1 (`pycountry`).
"""

import functools
import re
import unicodedata
from datetime import date
from typing import NamedTuple

from helpers.texts.characters import pinyin_of, simplify

_PLACEHOLDERS = """
无; 没有; 未知; 无名; 不详; 匿名; 散客; 顾客; 客户; 会员; 游客; 访客; 测试; 空; 暂无; 保密; 未填; 未填写; 先生; 女士; 用户;
匿名用户; 微信用户; n/a; na; none; null; nil; nan; unknown; anonymous; guest; test; customer; walk-in; walk in; walkin;
no name; not provided; not available; tbd; xxx; -; --; ---; .; ?; 0; #n/a; undefined; user; test user; (not set)
"""
PLACEHOLDERS = {word.strip() for word in _PLACEHOLDERS.split(";")}
CN_MOBILE = re.compile(r"(?:(?:\+|0{1,2})?86)?0?(1[3-9]\d{9})")
EXTENSION = re.compile(r"(?:转|轉|分机|ext\.?|extension|[x×#])\s*[:.]?\s*\d{1,6}\s*$", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s,;<>\"()]+@(?:[^@\s.,;<>\"()]+\.)+[^@\s.,;<>\"()\d][^@\s.,;<>\"()]*")
_TYPO_DOMAINS = """
gmail.com: gmial.com gmai.com gamil.com gmal.com gmail.con gmail.cm gmail.co googlemail.com;
hotmail.com: hotmial.com hotmai.com hotmail.con;
outlook.com: outlok.com outloo.com outlook.con;
yahoo.com: yaho.com yahoo.con yhaoo.com;
qq.com: qq.con qq.cm qq.co qqq.com;
vip.qq.com: vip.qq.con;
163.com: 163.con 163.cm 163.co;
126.com: 126.con;
sina.com: sina.con;
foxmail.com: foxmail.con;
example.com: example.con exmaple.com exampel.com;
icloud.com: icloud.con
"""
TYPO_DOMAINS = {
    typo: right.strip() for entry in _TYPO_DOMAINS.split(";") for right, typos in [entry.split(":")] for typo in typos.split()
}
_NO_MAILBOX = "test noemail nomail no-email none na null unknown xxx noreply no-reply donotreply abc a asdf"
NO_MAILBOX = set(_NO_MAILBOX.split())
_GENDERS = {"male": "男 男性 m male man 先生 mr 1", "female": "女 女性 f female woman 女士 ms 2"}  # 1 and 2 as in GB/T 2261.1
GENDERS = {word: gender for gender, words in _GENDERS.items() for word in words.split()}
ID_WEIGHTS, ID_CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"  # GB 11643
_STREET_WORDS = """
st: street; rd: road; av: avenue ave; pl: place; ct: court; dr: drive; cr: crescent cres; ln: lane; bd: boulevard blvd;
cl: close; cct: circuit; tce: terrace; pde: parade; hwy: highway;
: apartment apt unit flat suite room rm no number building bldg
"""
STREET_WORDS = {
    word: short.strip() for entry in _STREET_WORDS.split(";") for short, words in [entry.split(":")] for word in words.split()
}
CHINESE_UNITS = re.compile(r"号楼|单元|楼|栋|幢|座|室|房|层|号|#|－|-")
REGION_SUFFIX = re.compile(r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|地区|林区|省|市|盟)$")
_COUNTRY_NAMES = """
CN: 中国, 中国大陆, 中华人民共和国, prc, china mainland, mainland china; TW: 台湾; HK: 香港, 中国香港;
MO: 澳门, 中国澳门; US: 美国, usa; GB: 英国, uk; JP: 日本; KR: 韩国; AU: 澳大利亚; SG: 新加坡; CA: 加拿大; DE: 德国;
FR: 法国
"""
COUNTRY_NAMES = {
    name.strip(): code.strip()
    for entry in _COUNTRY_NAMES.split(";") for code, names in [entry.split(":")] for name in names.split(",")
}


class Phone(NamedTuple):
    number: str | None = None  # E.164: +8613800001234; the extension is dropped
    rule: str | None = None


class Email(NamedTuple):
    address: str | None = None     # lower case, domain in ASCII (punycode)
    comparable: str | None = None  # typing slips in domains mended; tags, and Gmail's dots, taken out: for comparison only
    rule: str | None = None


class Region(NamedTuple):
    province: str | None = None       # standard name of GB/T 2260: 广东省
    province_code: str | None = None  # 440000
    city: str | None = None           # 深圳市; of a municipality the province itself: 北京市
    city_code: str | None = None
    district: str | None = None       # 南山区
    rest: str | None = None           # what the address says after these


class NationalId(NamedTuple):
    number: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    rule: str | None = None


def is_placeholder(text: str) -> bool:
    """True where a text stands for "nothing": 无, N/A, 散客, a row of one letter or only punctuation."""
    plain = text.strip().lower()
    return plain in PLACEHOLDERS or not any(letter.isalnum() for letter in plain) or (len(plain) > 2 and len(set(plain)) == 1)


def read_phone(text: str | None, *, country: str = "CN") -> Phone:
    """Read a phone number as E.164, at home in `country` (ISO 3166-1 alpha-2); the first of several; no extension."""
    if text is None:
        return Phone()
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or is_placeholder(plain):
        return Phone(rule="placeholder")
    if re.fullmatch(r"[\d.]+[eE]\+?\d+", plain):
        return Phone(rule="digits lost in scientific notation")
    plain = re.sub(r"\.0$", "", re.split(r"[;/,、|]", plain)[0])
    plain = EXTENSION.sub("", plain)
    digits = re.sub(r"[\s\-().·_–—]", "", plain)
    mobile = CN_MOBILE.fullmatch(digits) if country == "CN" or digits.startswith(("+86", "0086")) else None
    number = f"+86{mobile[1]}" if mobile else _parsed_phone(plain, country)
    if number is None:
        return Phone(rule="not a phone number")
    if len(set(number[-8:])) == 1 or number.endswith(("12345678", "87654321", "01234567")):
        return Phone(rule="placeholder")
    return Phone(number, None if number == text else "E.164")


def _parsed_phone(text: str, country: str) -> str | None:
    import phonenumbers

    text = re.sub(r"^00(?=86|\d{10,})", "+", text)
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def read_email(text: str | None) -> Email:
    """Read an e-mail address; `comparable` is what two spellings of one mailbox have in common."""
    if text is None:
        return Email()
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("。", ".")).lower()
    bracketed = re.search(r"<([^<>]+@[^<>]+)>", plain)
    plain = (bracketed[1] if bracketed else plain).removeprefix("mailto:").strip(".,;<>\"'")
    if not plain or is_placeholder(plain):
        return Email(rule="placeholder")
    if not EMAIL.fullmatch(plain):
        return Email(rule="not an e-mail address")
    local, _, domain = plain.rpartition("@")
    if local in NO_MAILBOX:
        return Email(rule="placeholder")
    domain = _ascii_domain(domain)
    if domain is None:
        return Email(rule="not an e-mail address")
    address = f"{local}@{domain}"
    mended, tagless = TYPO_DOMAINS.get(domain, domain), local.split("+")[0] or local
    if mended == "gmail.com":
        tagless = tagless.replace(".", "")
    return Email(address, f"{tagless}@{mended}", None if address == text else "lower case, trimmed")


def _ascii_domain(domain: str) -> str | None:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None


def read_national_id(text: str | None) -> NationalId:
    """Read a Chinese resident identity number (GB 11643): 18 places, of which the last checks the others."""
    if text is None:
        return NationalId()
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not re.fullmatch(r"\d{17}[\dX]", plain):
        return NationalId(rule="not 18 places")
    if ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(plain[:17], ID_WEIGHTS, strict=True)) % 11] != plain[17]:
        return NationalId(rule="check digit is wrong")
    try:
        born = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return NationalId(rule="holds no date")
    return NationalId(plain, born, "male" if int(plain[16]) % 2 else "female", None if plain == text else "trimmed")


def read_gender(text: str | None) -> str | None:
    """Return male, female or None for what systems write: 男, M, female, 先生, 2 …"""
    return GENDERS.get(unicodedata.normalize("NFKC", text).strip().rstrip(".").lower()) if text else None


def read_country(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's code or name, English or Chinese; None where it is none."""
    if not text or not text.strip():
        return None
    import pycountry

    plain = unicodedata.normalize("NFKC", text).strip()
    if known := COUNTRY_NAMES.get(plain.lower()):
        return known
    try:
        return pycountry.countries.lookup(plain).alpha_2
    except LookupError:
        return None


def street_key(text: str | None) -> str | None:
    """Return an address line for comparison: no case, marks, spaces or words such as 单元, apt; 3栋2单元501室 = 3-2-501."""
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain or is_placeholder(plain):
        return None
    if re.search(r"[\u4e00-\u9fff]", plain):
        plain = CHINESE_UNITS.sub("-", simplify(re.sub(r"[\s,，。;；()]", "", plain)))
        return re.sub(r"-+", "-", plain).strip("-") or None
    words = [STREET_WORDS.get(word, word) for word in re.split(r"[^\w]+", plain)]
    return " ".join(word for word in words if word) or None


# --- regions


def read_region(region: str | None, city: str | None, district: str | None, address: str | None) -> Region:
    """Find province, city and district (GB/T 2260) in their own columns or at the start of an address.

    北京, 北京市 and Beijing are one; a city alone gives its province; a name that is none of China's stays as it was typed.
    """
    region, city, district, rest = (
        simplify(unicodedata.normalize("NFKC", text or "").strip()) for text in (region, city, district, address)
    )
    rest = re.sub(r"^(中华人民共和国|中国)", "", rest)
    province = _provinces().get(_place(region))
    found, rest = _leading(rest, _provinces())
    province = province or found
    cities = _cities()
    place = cities.get(_place(city)) or cities.get(_place(region))
    province = province or (place[:2] + "0000" if place else None)
    found, rest = _leading(rest, cities)
    place = place or found
    if place is None and (municipality := province or _provinces().get(_place(city))) and municipality[:2] in MUNICIPALITIES:
        place = municipality
    province = province or (place[:2] + "0000" if place else None)
    named = re.match(r"[\u4e00-\u9fff]{1,8}?[区县旗]|[\u4e00-\u9fff]{1,6}?市(?=.)", rest)
    if named and (not district or district == named[0]):
        district, rest = named[0], rest[named.end():]
    names = _division_names()
    to_region, to_city = names.get(province) or region, names.get(place) or city
    return Region(to_region or None, province, to_city or None, place, district or None, rest or None)


MUNICIPALITIES = ("11", "12", "31", "50")  # 北京, 天津, 上海, 重庆: province and city in one


@functools.cache
def _division_names() -> dict[str, str]:
    from gb2260.data import data

    return {str(code): name for code, name in data[None].items()}


def _place(text: str) -> str:
    return re.sub(r"[\s'\-]|\b(province|city|shi|sheng)\b", "", text.lower())


def _aliases(code: str, name: str) -> list[str]:
    short = REGION_SUFFIX.sub("", name)
    english = {"陕西": "shaanxi", "内蒙古": "innermongolia", "西藏": "tibet", "香港": "hongkong", "澳门": "macau"}.get(short)
    return [name, short, english or pinyin_of(short)]


@functools.cache
def _provinces() -> dict[str, str]:
    return {alias: code for code, name in _division_names().items() if code.endswith("0000") for alias in _aliases(code, name)}


@functools.cache
def _cities() -> dict[str, str]:
    """Aliases of prefecture-level cities; a Pinyin that two cities share (Suzhou, Taizhou) stands for neither."""
    found: dict[str, set[str]] = {}
    for code, name in _division_names().items():
        prefecture = code.endswith("00") and not code.endswith("0000") and name not in ("市辖区", "县", "省直辖县级行政区划")
        if prefecture or (code.endswith("0000") and code[:2] in MUNICIPALITIES):
            for alias in _aliases(code, name):
                found.setdefault(alias, set()).add(code)
    return {alias: min(codes) for alias, codes in found.items() if len(codes) == 1}


def _leading(text: str, places: dict[str, str]) -> tuple[str | None, str]:
    """Return the place that the text begins with (the longest alias) and the rest; 朝阳区 is no 朝阳市."""
    for length in range(min(len(text), 11), 1, -1):
        code = places.get(text[:length].lower()) if text[length:length + 1] not in tuple("区县旗路街") else None
        if code:
            return code, text[length:]
    return None, text
