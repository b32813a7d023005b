"""What a system's export looks like: the labels it writes for each field, what tells it from others, and what it feeds.

A label is compared as :func:`plain` text, so that order, case, width, blanks, marks of mandatory columns and units in
brackets do not matter. Each vendor's module lists its exports as `EXPORTS`; `recognition.py` compares files with them.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

CONSTANT = "="  # a mapping to "=web" gives every row the value "web"
_BRACKETS = re.compile(r"[(\[{<【][^()\[\]{}<>【】]*[)\]}>】]")
_MARKS = re.compile(r"[\s_\-:*#/\"'’?!·﻿]+")


@dataclass(frozen=True)
class Export:
    """One kind of file that a system writes.

    labels: field → the labels that it goes by (English, Chinese, internal names), the usual one first, separated by "|".
    needed: fields without which it is not this export; "a|b" means one of them.
    tells: fields that few other tables have; `least` of them must be there, and a `share` of them.
    preamble: what a line above the header looks like; it counts as two of them.
    patterns: field → what its label holds, where labels are written by people (questions of a survey); asked in this order.
    tables: canonical table → column → field ("a|b": the first that is there; "a+b": the first that is filled) or "=constant"
    (also as the last of several). The first table owns the rows
    that cannot be read.
    never: what the header of such a table does not hold (what is bought from suppliers is no sale).
    kept_out: why the export feeds no table, where it feeds none.
    """

    system: str
    name: str
    labels: dict[str, str]
    needed: tuple[str, ...]
    tells: tuple[str, ...]
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    least: int = 2
    share: float = 1 / 3
    preamble: str = ""
    never: str = ""
    kept_out: str = ""

    @cached_property
    def plain_labels(self) -> dict[str, tuple[str, ...]]:
        """Field → its labels as plain text, the usual one first."""
        return {name: tuple(dict.fromkeys(map(plain, labels.split("|")))) for name, labels in self.labels.items()}

    def found(self, header: tuple[str, ...], labels: dict[str, str] | None = None) -> dict[str, str]:
        """Return field → the header that carries it, for the fields that are there.

        labels: header → the question behind it, where a file keeps both (SPSS).
        """
        questions = labels or {}
        carried: dict[str, str] = {}
        for name in reversed(header):  # of two equal headers the first counts
            carried[plain(name)] = name
        first = {name: next((label for label in labels if label in carried), None)
                 for name, labels in self.plain_labels.items()}
        found = {name: carried[label] for name, label in first.items() if label is not None}
        for name, pattern in self.patterns.items():
            free = (label for label in header if name not in found and label not in found.values())
            match = next((label for label in free if re.search(pattern, questions.get(label, label).casefold())), None)
            found |= {name: match} if match else {}
        return found

    def score(self, found, preamble: tuple[str, ...] = ()) -> float:
        """Return how many of its own marks a table carries plus their share (0 = it is not this export)."""
        if not all(any(part in found for part in group.split("|")) for group in self.needed):
            return 0.0
        introduced = bool(self.preamble) and any(re.search(self.preamble, line) for line in preamble)
        n = sum(name in found for name in self.tells) + 2 * introduced
        share = min(n / len(self.tells), 1)
        return n + share if n >= self.least and share >= self.share else 0.0

    def mapping(self, found: dict[str, str]) -> dict[str, dict[str, str | list[str]]]:
        """Return canonical table → column → header of the file, several of which the first filled counts, or constant."""
        tables = {}
        for table, columns in self.tables.items():
            chosen = {column: _headers(wanted, found) for column, wanted in columns.items()}
            tables[table] = {column: headers for column, headers in chosen.items() if headers}
        return tables


def _headers(wanted: str, found: dict[str, str]) -> str | list[str] | None:
    if wanted.startswith(CONSTANT):
        return wanted
    if "+" in wanted:
        several = list(dict.fromkeys(found[name] for name in wanted.split("+") if name in found))
        return several if len(several) > 1 else next(iter(several), None)
    for name in wanted.split("|"):
        if name in found or name.startswith(CONSTANT):
            return found.get(name, name)
    return None


@lru_cache(maxsize=10_000)
def plain(label: str) -> str:
    """Return a label without what systems and people vary: width, case, blanks, underscores, marks and bracketed units."""
    text = unicodedata.normalize("NFKC", label).casefold()
    text = _MARKS.sub("", _BRACKETS.sub("", text)) or _MARKS.sub("", text)
    return text.translate(SIMPLIFIED)


# the traditional characters of the labels below, simplified
SIMPLIFIED = str.maketrans(
    "號戶聯繫繋電話郵會員註冊銷訂單產編碼時間數額價類級別業務狀態稱處評論內滿費門實際備階段預創國縣區職機來開關閉應題優總達動觸",
    "号户联系系电话邮会员注册销订单产编码时间数额价类级别业务状态称处评论内满费门实际备阶段预创国县区职机来开关闭应题优总达动触",
)

PERSON = {  # labels of personal fields that any system may write
    "full_name": "姓名|客户姓名|会员姓名|顾客姓名|联系人姓名|客户名称|名称|full name|name|customer name|member name|"
                 "contact name|customer|"
                 "收货人|收件人|来电人|联系人",
    "family_name": "姓|姓氏|last name|family name|surname|lastname|cust_last_name",
    "given_name": "名|名字|first name|given name|firstname|forename|cust_first_name",
    "phone": "手机|手机号|手机号码|电话|联系电话|联系方式|移动电话|会员手机|来电号码|主叫号码|电话号码|phone|mobile|"
             "mobile phone|phone number|"
             "mobile number|telephone|tel|cell|cell phone|caller|caller number|caller id|calling number|from number|"
             "contact phone|"
             "customer phone|收货电话|收件人电话|客户电话",
    "other_phone": "备用电话|其他电话|固定电话|座机|家庭电话|other phone|home phone|secondary phone|landline|work phone",
    "email": "邮箱|电子邮箱|电子邮件|邮件|邮件地址|邮箱地址|email|e-mail|email address|mail|contact email|customer email|"
             "respondent email|客户邮箱",
    "national_id": "身份证|身份证号|身份证号码|证件号|证件号码|national id|id card|id card number|id number|ssn",
    "birth_date": "生日|出生日期|出生年月日|birthday|birth date|date of birth|dob|birthdate",
    "gender": "性别|gender|sex",
    "company": "公司|公司名称|单位|工作单位|company|company name|organisation|organization|employer",
    "address": "地址|详细地址|联系地址|家庭住址|住址|通讯地址|收货地址|address|street|street address|address line 1|"
               "mailing address|"
               "shipping address|home address",
    "district": "区|区县|district|county",
    "city": "市|城市|所在城市|city|town",
    "region": "省|省份|所在省份|省市|地区|region|province|state",
    "country": "国家|国家地区|country|country/region",
    "postcode": "邮编|邮政编码|postcode|postal code|zip|zip code|zipcode",
}


def person(*names: str) -> dict[str, str]:
    """Return the labels of personal fields (all, or those named)."""
    return {name: PERSON[name] for name in (names or PERSON)}


def as_people(key: str, labels: dict[str, str], **more: str) -> dict[str, str]:
    """Return the mapping to `people` of every personal field that an export has, under its own name."""
    return {"customer_id": key} | {name: name for name in PERSON if name in labels} | more
