"""Numbers that lead to a person: phones, identity papers, cards, accounts, orders, parcels, plates, hosts.

Each rule is a pattern and what it becomes; rules with a check (digits, dates, what stands before or after) are functions.
Prices, sizes, dates, quantities and article numbers stay. Texts come with half-width digits and letters (masking.py).
"""

import re

from helpers.texts import masking_checks as checks

Rule = tuple[re.Pattern, object]
_TOKEN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_IS = r"\s*(?:号码?|编号|账号|number|no\.?|num\.?|id|nr\.?|#)?\s*(?:is|was|are|是|为)?\s*[:：#]?\s*"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
HOST = rf"(?<![\d.])(?:{_BYTE}\.){{3}}{_BYTE}(?!\.?\d)"
HOST_6 = r"(?<![A-Za-z0-9:])(?:[0-9a-fA-F]{1,4}:{1,2}){3,7}[0-9a-fA-F]{1,4}(?![A-Za-z0-9:])"
_VERSION = re.compile(r"(?i)(?:\bv|version|firmware|software|app|ios|android|版本号?|固件|系统|升级到?)\W{0,3}$")
_PLATE = (
    r"(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z][\s·•.-]?"
    r"(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|(?=[A-Z0-9]*\d)[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Z0-9])"
)
_GAP = r"[\s._·—、-]{1,3}"


def _grouped(name: str, first: str, *lengths: int) -> str:
    """Return digits in groups with the same gap between any two of them."""
    gaps = [f"(?P<{name}>{_GAP})", *[f"(?P={name})"] * len(lengths)]
    return first + "".join(f"{gap}\\d{{{length}}}" for gap, length in zip(gaps, lengths, strict=False))


_MOBILE_FORMS = "|".join((
    r"1[3-9]\d{9}", _grouped("g1", r"1[3-9]\d", 4, 4), _grouped("g2", r"1[3-9]\d{2}", 3, 4), _grouped("g3", r"1[3-9]\d", 3, 5),
    _grouped("g4", r"1[3-9]\d{2}", 4, 3), _grouped("g5", r"1[3-9]\d", 8), _grouped("g6", r"1[3-9]\d{5}", 4),
    _grouped("g7", r"1[3-9]\d{2}", 7), _grouped("g8", "1[3-9]", 3, 3, 3), rf"1{_GAP}[3-9](?:{_GAP}\d){{9}}",
    r"1[3-9]\d\*{2,4}\d{4}",
))
MOBILE = rf"(?<![\d.])(?:\(?(?:\+|00)?86\)?[\s-]{{0,2}})?(?:{_MOBILE_FORMS})(?!\d|[.-]\d{4}(?!\d))"
_SPOKEN = (
    r"[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}(?![零〇一二三四五六七八九幺]{2})"
    r"|壹[叁肆伍陆柒捌玖][零壹贰叁肆伍陆柒捌玖]{9}"
)
IDENTITY = (
    r"(?<!\d)[1-9]\d{5}[\s-]?(?:19|20)\d\d[\s-]?(?:0[1-9]|1[0-2])[\s-]?(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dXx](?![\dXx])"
)
_PRODUCT = re.compile(
    r"(?i)(?:isbn(?:-1[03])?|issn|ean|upc|gtin|asin|sku|item|model|part|lot|batch|bar\s?code|product|style|catalog(?:ue)?"
    r"|art(?:icle)?"
    r"|条码|条形码|型号|货号|款号|商品|产品|批号|批次|编码|书号|备案|标准|许可证?|准字[A-Z]?|文号|GB/?T?)"
    r"\s*(?:code|numbers?|no\.?|num\.?|id|nr\.?|#|号码?|编[号码])?\s*(?:is|was|为|是)?\s*[:：#]?\s*[A-Za-z]{0,4}[/-]?$"
)
_MONEY_BEFORE = re.compile(r"(?i)(?:[$¥￥€£]|rmb|usd|cny|eur|人民币|[售原总现]价|价格|金额)\s?[:：]?\s?$")
_UNIT_AFTER = re.compile(
    r"(?i)\s?(?:元|块|万|亿|人|次|件|个|条|只|粒|颗|片|瓶|包|箱|毫|克|斤|公|千|吨|米|厘|升|步|转|瓦|小时|天|名|位|份|mah|ml"
    r"|mg|kg|km|cm|mm"
    r"|hz|dpi|px|iu|cfu|rmb|cny|usd|eur|dollars|yuan|euros|people|times|views|users|fans|followers|subscribers|calories|bars"
    r"|units"
    r"|pieces|packs|steps|downloads|customers|stitches|words|copies|bytes|points|miles|mb|gb)(?![a-z])"
)
_DATE = re.compile(r"(?:(?:19|20)\d\d[\s./-]\d\d?[\s./-]\d\d?|\d\d?[\s./-]\d\d?[\s./-](?:19|20)\d\d)(?!\d)")
_STEPS = re.compile(r"(?:\d+[05]0\s?){3}")  # levels in a row: 300 600 1200
_YEARS = re.compile(r"(?:19|20)\d\d\s?-\s?(?:19|20)\d\d$")


def _digits(found: str) -> str:
    return re.sub(r"\D", "", found)


def _bare(found: re.Match) -> str:
    """Mask seven digits or more, but for dates, amounts, quantities and article numbers."""
    number, before, after = found[0], found.string[max(0, found.start() - 30): found.start()], found.string[found.end():][:14]
    if checks.is_identity_number(number):
        return "[number]"
    is_article = checks.is_article_number(number) or (_PRODUCT.search(before) and not checks.is_card_number(number))
    is_amount = len(number) < 11 and (_UNIT_AFTER.match(after) or _MONEY_BEFORE.search(before))
    return number if is_article or is_amount or checks.is_date(number) else "[number]"


def _code(found: re.Match) -> str:
    """Mask letters followed by many digits (parcels, passports, vouchers), but not after a word for an article."""
    before = found.string[max(0, found.start() - 30): found.start()]
    return found[0] if _PRODUCT.search(before) else "[number]"


def _host(found: re.Match) -> str:
    return found[0] if _VERSION.search(found.string[max(0, found.start() - 16): found.start()]) else "[number]"


def _if(check):
    """Return the replacement that masks what, without spaces and hyphens, passes `check`."""
    return lambda found: "[number]" if check(re.sub(r"[\s-]", "", found[0]).upper()) else found[0]


def _phone(found: re.Match) -> str:
    """Mask nine to fifteen digits in groups, but no dates and no article numbers."""
    is_article = _PRODUCT.search(found.string[max(0, found.start() - 30): found.start()])
    return found[0] if is_article or _DATE.match(found[0]) or not 9 <= len(_digits(found[0])) <= 15 else "[phone]"


def _called(found: re.Match) -> str:
    """Mask seven digits or more after a word for a phone, but no dates and no years."""
    number = found[3]
    is_phone = 7 <= len(_digits(number)) <= 16 and not _DATE.match(number) and not _YEARS.match(number)
    return f"{found[1]}{found[2]}[phone]" if is_phone else found[0]


def _named(found: re.Match) -> str:
    """Mask what follows a word for an order, an account …: three digits or more, no date, no quantity with a unit."""
    token = found[3]
    is_announced = re.search(r"(?i)[:：#号编]|n[or]|num|id", found[2]) or re.search(r"[号码]$", found[1])
    n_needed = 3 if is_announced else 4 if re.search("[A-Za-z]", token) else 5
    is_long = sum(char.isdecimal() for char in token) >= n_needed and (is_announced or not checks.is_date(token))
    is_amount = token.isdecimal() and _UNIT_AFTER.match(found.string[found.end():][:14])
    if not is_long or is_amount or _DATE.match(token) or _YEARS.match(token):
        return found[0]
    return f"{found[1]}{found[2]}[number]"


def _compiled(*rules: tuple[str, object]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


_PAPERS = (
    r"(?i)(身份证|护照|通行证|驾驶?证|社保卡?|医保卡?|税号|信用代码|车牌|passport|driver'?s? licen[sc]e|(?:license|licence"
    r"|number) plate"
    r"|social security|ssn|tax id|national id|vin)"
)
_ORDERS = (
    r"(?i)((?<![a-z])(?:order|invoice|tracking|confirmation|account|acct|ticket|case|member(?:ship)?|card|booking|reservation"
    r"|receipt"
    r"|reference|parcel|package|shipment|consignment|waybill|customer|transaction|payment|policy|rma|return|voucher)(?![a-z])"
    r"|订单|运单|快递|物流|包裹|(?:银行|信用|储蓄|会员|礼品|购物|储值|积分|校园)卡|卡号|会员|账号?|帐号?|工单|流水|交易"
    r"|取件码|提货码|核销码|验证码|券码|兑换码|退款|发票|保单|合同|单号|工号|客户)"
)
FORMS: tuple[Rule, ...] = _compiled(  # what the form alone gives away
    (HOST, _host),
    (r"(?<![A-Za-z0-9])1Z[0-9A-Z]{16}(?![A-Za-z0-9])", "[number]"),
    (IDENTITY, _if(checks.is_identity_number)),
    (r"(?<!\d)[1-8]\d{5}[\s-]\d{6}[\s-]\d{3}(?!\d)", _if(checks.is_identity_number)),
    (r"(?<!\d)[2-69]\d{3}(?:[\s-]{1,2}\d{3,6}){2,4}(?!\d)", _if(checks.is_card_number)),
    (r"(?<![A-Za-z0-9])[0-9A-HJ-NPQRTUWXY]{2}[\s-]?\d{6}[\s-]?[0-9A-HJ-NPQRTUWXY]{9}[\s-]?[0-9A-HJ-NPQRTUWXY](?![A-Za-z0-9])",
     _if(checks.is_credit_code)),
    (r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", _if(checks.is_iban)),
    (r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)", "[number]"),  # US social security
    (r"(?<!\d)\d{3}-\d{7}-\d{7}(?!\d)", "[number]"),  # an order of Amazon's
)
NAMED: tuple[Rule, ...] = _compiled(  # what a word before it gives away
    (_PAPERS + rf"({_IS})((?=[\w\s-]*\d)(?:[A-Za-z0-9]{{2,}}[\s-]?)*[A-Za-z0-9]{{3,}})", _named),
    (_ORDERS + rf"({_IS})({_TOKEN})", _named),
    (r"(?i)(?<![a-z])(q\s?q|扣扣|企鹅号?|q号)(\s*(?:号码?|群|number|id)?\s*(?:is|是|为)?\s*[:：]?\s*)\d{5,11}(?!\d)",
        r"\1\2[number]"),
    (r"(?i)(电话|手机|联系方式|热线|座机|传真|致电|拨打?|(?<![a-z])(?:tel|phone|mobile|cell|whats\s?app|call|text|fax|reach))"
     r"((?:\s*(?:号码?|number|no\.?|me|us|him|her|at|on|is|are|是|为|或|#))*[.:：]?\s*)(\+?\(?\d[\d\s().-]{4,20}\d)", _called),
)
PHONES: tuple[Rule, ...] = _compiled(
    (MOBILE, "[phone]"), (_SPOKEN, "[phone]"),
    (r"(?<!\d)[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}(?!\d)", lambda found: "[phone]" if len(_digits(found[0])) == 10 else found[0]),
    (r"(?<![\d.,/-])[(（]?0\d{2,3}[)）]?[\s-]{0,2}[2-9]\d{2,3}[\s-]?\d{4}(?!\d)(?:\s?(?:转|-|ext\.?|x)\s?\d{1,5}(?!\d))?",
        _phone),
    (r"(?<![\d.$])(?:\+?\d{1,3}[\s.-]{1,2})?(?:\(\d{3}\)\s?|\d{3}[.-]|[2-9]\d{2}\s)(?:\d{3}[.-]|[2-9]\d{2}\s)\d{4}(?!\d)",
        lambda found: found[0] if _STEPS.fullmatch(found[0]) else "[phone]"),
    (r"\(\+?\d{2,3}\)\s?\d{4}\s?\d{4}(?!\d)", "[phone]"),
    (r"(?:\+|(?<!\d)00[1-9])\d{1,3}(?:[\s./-]{0,2}\(?\d{1,5}\)?){2,6}(?!\d)", _phone),
    (r"(?<![\d.,/-])\(?0\d{1,4}\)?[\s./-]{1,2}\d{2,4}(?:[\s./-]?\d{2,4}){1,3}(?!\d)", _phone),
)
LONG: tuple[Rule, ...] = _compiled(
    (r"(?<![A-Za-z0-9])[A-Z]{1,5}-?\d{8,}[A-Z]{0,3}(?![A-Za-z0-9])", _code),
    (r"(?<![A-Za-z0-9])[A-Z]{2}\d{7}(?!\d)", _code),
    (r"(?<![A-Za-z0-9])[A-Z]{2,5}(?:\s\d{4}){2,4}(?:\s\d{1,3})?(?!\d)", _code),
    (r"(?<![\d-])(?<!\d[.,])\d{7,}[Xx]?(?!\d)", _bare),
)
PLATES: tuple[Rule, ...] = _compiled((_PLATE, "[number]"))
