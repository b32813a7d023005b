"""Personal data in free text: e-mails, phones, numbers, addresses, links, handles and names become placeholders.

Runs before any text is counted, modelled or quoted. Rules and check digits, no model: numbers are in masking_numbers.py, check
digits in masking_checks.py, names in masking_names.py. What looks like personal data is masked even where it is a brand
("Mrs. Fields"); a bare unusual name within a sentence can remain, so quotes are for inside use.
"""

import re

import pandas as pd

from helpers.texts import masking_numbers as numbers
from helpers.texts.masking_names import mask_names

PLACEHOLDERS = ("[link]", "[e-mail]", "[phone]", "[number]", "[name]", "[address]")
PLACEHOLDER = re.compile("|".join(re.escape(mark) for mark in PLACEHOLDERS))
_FULL_WIDTH = {code: code - 0xFEE0 for code in (
    *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "＠．－＋＿／＃（）"),
)}
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD, 0x200E, 0x200F))
HALF_WIDTH = _FULL_WIDTH | _INVISIBLE | dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | {0x3000: " ", 0x00A0: " "}

_HAS_FOUR_DIGITS = re.compile(  # in digits or, eleven of them, in numerals
    r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d|[一幺壹][三四五六七八九叁肆伍陆柒捌玖][零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{9}"
)
_MAY_BE_LINK = re.compile(r"@|://|www\.|[A-Za-z0-9-]\.[A-Za-z]{2}|[:：]{2}|(?i:[0-9a-f]:[0-9a-f]+:)")
_MAY_BE_ACCOUNT = re.compile(  # in lower case
    r"微信|威信|薇信|wei?xin|wechat|vx|wx|v信|加[我个下]*[v微]|(?<![a-z])v[:：]|(?<![a-z])ins\b|whats|telegram|instagram"
    r"|skype|snapchat|抖音号|小红书号|快手号|旺旺"
    r"|支付宝|微博|淘宝|扣扣|qq|passport|护照|身份证|车牌|plate|licen"
)
_MAY_BE_SPOKEN = re.compile(r"[(\[]at[)\]]| dot ")
_MAY_BE_PLACE = re.compile(r"\d")

_EMAIL = r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IN_LINK = r"[^\s<>\"'\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_SHOPS = (
    "amazon|ebay|walmart|target|costco|google|facebook|youtube|taobao|tmall|jd|pinduoduo|netflix|paypal|booking|apple"
    "|alibaba|aliexpress"
)
_NO_SPACE = (  # between two sentences: "I love it.me too"
    r"(?:it|this|that|them|good|great|nice|fine|well|love|one|time|so|much|all|now|again|ok|product)"
    r"\.(?:me|top|info|link|shop|co)"
)
_LINKS = (
    (re.compile(rf"(?i)(?:\b|(?<=[\u4e00-\u9fff]))[a-z]{{2,12}}://{_IN_LINK}+|(?<![A-Za-z0-9])www\.{_IN_LINK}+"), "[link]"),
    (re.compile(_EMAIL), "[e-mail]"),
    (re.compile(
        rf"(?i)(?<![A-Za-z0-9@.-])(?!(?:{_SHOPS})\.[a-z.]+(?![\w/]))(?!{_NO_SPACE}(?![\w./]))(?:[a-z0-9][a-z0-9-]*\.)+(?:com|cn|net|org|io|me|cc|top"
        rf"|xyz|shop"
        rf"|info|link|ly|uk|de|fr|jp|kr|hk|tw|eu|co)(?![A-Za-z0-9-])(?:[/?#]{_IN_LINK}*)?"), "[link]"),
    (re.compile(r"(?<![A-Za-z0-9.])@(?=[\w.-]*[^\W\d])(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]|[\w-]{2,10})"), "[name]"),
    (re.compile(numbers.HOST_6), "[number]"),
)
_SPOKEN = ((re.compile(
    r"(?i)[A-Za-z0-9._%+-]+\s?[(\[]?\bat\b[)\]]?\s?[A-Za-z0-9-]+(?:\s?[(\[]?(?:\bdot\b|\.)[)\]]?\s?[A-Za-z]{2,})+"
), "[e-mail]"),)
_ACCOUNTS = (  # what a word for an app gives away
    (re.compile(
        r"(?i)((?:微信|威信|薇信|(?<![a-z])(?:wei?xin|wechat)(?![a-z])|(?<![a-z])[vw]x(?=id_|[^a-z])|(?<![a-z])v信"
        r"|加[我个下]*[v微]|(?<![a-z])v(?=[:：]))\s*(?:号码?|账号|id|account|name)?"
        r"\s*(?:is|是|为)?\s*[:：]?\s*)(?=[A-Za-z0-9_-]*[\d_-]|(?<=[:：])|(?<=[:：]\s)|(?<=号)|(?<=号\s)|(?<=[vw]x)"
        r"|(?<=[vw]x\s)|(?<=id\s))"
        r"(?!id\b|pay)[A-Za-z0-9][A-Za-z0-9_-]{4,19}"), r"\1[name]"),
    (re.compile(
        r"(?i)((?:telegram|instagram|(?<![a-z])ins|line id|skype|snapchat|tiktok|twitter|facebook|抖音号?|小红书号?|快手号?"
        r"|旺旺|淘宝账?号?|微博|支付宝账?号?)"
        r"\s*(?:id|账号|昵称|name|handle)?\s*(?:is|是|为)?\s*[:：]\s*)(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]{3,}|[\w-]{2,12})"),
        r"\1[name]"),
)
_AREA = r"(?:[^\W\dA-Za-z到在往于从住送寄发给我是的了去来至，]{2,7}(?:省|自治区|特别行政区|市|自治州|区|县|镇|乡|村|街道))*"
_ROOM = (
    r"(?:[\s,，-]{0,2}[\dA-Za-z一二三四五六七八九十东南西北甲乙丙-]{1,8}\s?(?:号楼|号院|号|栋|幢|座|单元|层|楼|室|房|铺"
    r"|门|组|户))"
)
_CITY = (
    r"(?:,?\s+(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm"
    r"|#)\.?\s?[\w-]+)?(?:,?\s+[A-Z][a-z]+(?:\s[A-Z][a-z]+)?,?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?)?"
)
_STREETS = tuple((re.compile(pattern), "[address]") for pattern in (
    _AREA + r"[\u4e00-\u9fff]{1,6}?(?:路|街|大道|巷|弄|胡同|道)\s?[\d一二三四五六七八九十百]{1,6}(?:-\d{1,4})?\s?(?:号|弄|栋"
            r"|幢)"
    r"(?:[\u4e00-\u9fff]{1,8}(?=[\dA-Z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|座|单元|室)))?"
    + _ROOM + r"*(?:(?<=[号楼栋幢座元院])\s?\d{3,4}(?![\d年元块月天个件人米]))?",
    _AREA + r"[\u4e00-\u9fff]{1,8}?(?:新村|小区|花园|公寓|家园|苑|大厦|广场|城|府|园|里|村|庄|湾)\s?"
    + _ROOM + r"{1,5}(?:\s?\d{3,4}(?!\d))?",
    r"(?<![\w-])\d{1,4}\s?(?:号楼|栋|幢|座)\s?(?:[\d一二三四]{1,2}\s?单元)?\s?\d{2,4}\s?(?:室|房|号)?(?![\d.])",
    r"(?<!\d)\d{1,2}\s?单元\s?\d{2,4}\s?(?:室|房|号)?",
    r"\b\d{1,5}[A-Za-z]?,?\s+(?:[NSEW]\.?\s+)?(?:[A-Z][a-z]+\s+|\d{1,3}(?:st|nd|rd|th)\s+){1,3}(?:Street|St|Avenue|Ave|Road"
    r"|Rd|Lane|Ln|Drive|Dr|Boulevard"
    r"|Blvd|Court|Ct|Way|Place|Pl|Terrace|Square|Sq|Parkway|Pkwy|Highway|Hwy|Circle|Close|Crescent|Row"
    r"|Gardens)\b\.?(?:\s[NSEW]{1,2}\b)?" + _CITY,
    r"\b\d{1,5}\s+(?!(?:down|up|along|across|off|of|on|in|at|the|miles?|blocks?|minutes?"
    r"|per)\b)[a-z]+\s+(?:[a-z]+\s+)?(?:street|avenue|road|lane|boulevard)\b",
    r"\b(?i:p\.?\s?o\.?\s?box)\s+\d{1,6}\b",
    r"\b[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|str\.|weg|platz|allee"
    r"|gasse)\s+\d{1,4}\s?[a-z]?\b(?:,?\s+\d{5}\s+[A-ZÄÖÜ][a-zäöüß]+)?",
    r"\b\d{1,4}(?:\s?bis)?,?\s+(?:rue|avenue|boulevard|place|chemin|impasse|quai|allée)\s+(?:(?:de|du|des|la|le|les)\s+"
    r"|[ld]['’]){0,2}[A-ZÀ-Þ][\w-]+"
    r"(?:,?\s+\d{5}\s+[A-Z]\w+)?",
    r"\b(?:Calle|Avenida|Av\.|Paseo|Plaza|Via|Viale|Corso)\s+(?:de\s+|del\s+"
    r"|la\s+)*[A-ZÀ-Þ][\w]+(?:\s[A-ZÀ-Þ][\w]+)?,?\s+(?:n[º°.]\s*)?\d{1,4}\b",
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",
))
_CONTACTS = (
    _LINKS[1], _LINKS[4], *((pattern, change) for pattern, change in numbers.FORMS[:2]),
    (re.compile(numbers.IDENTITY), "[number]"), (re.compile(numbers.MOBILE), "[phone]"), *((p, mark) for p,
        mark in _STREETS[:2]),
    _STREETS[4],
)


def mask_text(text: str) -> str:
    """Return `text` with what looks like personal data replaced by a placeholder of `PLACEHOLDERS`.

    Years, prices, dates, sizes, article numbers and bare numbers of up to six digits stay. Full-width digits and letters
    become half-width where something was masked; a text with nothing to mask comes back as it is.
    """
    masked = half = text.translate(HALF_WIDTH)
    if _MAY_BE_LINK.search(masked):
        masked = _replaced(masked, _LINKS)
    small = half.lower()
    if _MAY_BE_SPOKEN.search(small):
        masked = _replaced(masked, _SPOKEN)
    is_account = _MAY_BE_ACCOUNT.search(small) is not None
    if is_account:
        masked = _replaced(masked, _ACCOUNTS)
    if _HAS_FOUR_DIGITS.search(masked):
        masked = _replaced(masked, numbers.FORMS + numbers.NAMED + numbers.PHONES + numbers.PLATES + numbers.LONG)
    elif is_account:
        masked = _replaced(masked, numbers.NAMED[:1])
    if _MAY_BE_PLACE.search(masked):
        masked = _replaced(masked, numbers.PLATES + _STREETS)
    masked = mask_names(masked)
    return masked if masked != half else text


def _replaced(text: str, rules) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def mask_contacts(text: str) -> str:
    """Return `text` without e-mails, mobile numbers, identity numbers, internet addresses and streets with their numbers.

    For what names things (products, channels, towns): names, short numbers and codes stay.
    """
    half = text.translate(HALF_WIDTH)
    masked = _replaced(half, _CONTACTS)
    return masked if masked != half else text


def mask_address(address: str) -> str:
    """Return a web address without what follows `?` or `#`, and without e-mails and long numbers in its path."""
    path = re.split(r"[?#]", address.translate(HALF_WIDTH), maxsplit=1)[0]
    path = re.sub(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", "[e-mail]", path)
    path = re.sub(numbers.HOST, "[number]", path)
    return re.sub(r"(?<!\d)\+?\d[\d -]{9,}\d(?!\d)", "[number]", path)


def count_masked(texts: pd.Series) -> dict[str, int]:
    """Return how many placeholders of each kind the masked texts hold."""
    known = texts.dropna()
    return {mark: int(known.str.count(re.escape(mark)).sum()) for mark in PLACEHOLDERS}
