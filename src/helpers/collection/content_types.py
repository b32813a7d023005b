"""What the values of a column look like, and what its label says of privacy: for proposals, which a person then checks.

Nothing here decides what a value is when data is read; that is helpers.reading's task.
"""

import re
from dataclasses import dataclass

MOST = .8  # share of the values that must look alike
SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬羅鄭許韓馮鄧蕭"
    "葉蘇呂盧鐘譚陸範賈韋鄒龍賀顧錢嚴"
)
PATTERNS = (  # (kind, whole value), the more special first
    ("e-mail", r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}"),
    ("identity number", r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]"),
    ("internet address", r"\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}"),
    ("link", r"(https?://|www\.)\S+"),
    ("moment", r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]+\d{1,2}[:时点].*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4},? +\d{1,2}:\d{2}.*|"
               r"1[0-9]{15}"),
    ("day", r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])|"
            r"[二〇零一九八七六五四三]{4}年.{1,3}月.{1,3}日|\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8} \d{1,2}, \d{4}"),
    ("phone", r"\(?(\+|00)\d[\d\s().-]{7,18}|(86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{7,8}|\(\d{3}\) ?\d{3}-\d{4}|"
              r"\d{3}-\d{3,4}-\d{4}"),
    ("yes or no", r"(?i)true|false|yes|no|y|n|是|否|有|无|0|1"),
    ("whole number", r"[+-]?\d+|[+-]?\d{1,3}(,\d{3})+"),
    ("number", r"\(?[+-]?[¥$€£￥]?\s?[+-]?[\d,. ]*\d([.,]\d+)?\s?(%|元|万|万元|亿|CNY|USD|EUR)?\)?-?"),
)
COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in PATTERNS)
DIRECT = {"e-mail", "phone", "identity number", "internet address", "person's name"}
SENSITIVE = re.compile(
    r"健康|疾病|病史|病历|诊断|过敏|血型|残疾|怀孕|孕期|宗教|信仰|民族|种族|身份证|证件号|护照|政治|党派|党员|性取向|性生活|"
    r"子女|孩子|儿童|宝宝|未成年|"
    r"指纹|人脸|虹膜|声纹|生物|银行卡|银行账|犯罪|\bhealth|disease|diagnos|medical|allerg|disab|pregnan|religio|ethnic|"
    r"\brace\b|national[ _]?id|"
    r"id[ _]?card|passport|\bssn\b|politic|sexual|orientation|\bchild|\bkids?\b|\bbaby|\bminors?\b|fingerprint|\bface[ _]?id|"
    r"biometr|\biris\b|"
    r"bank[ _]?account|\biban\b|criminal", re.IGNORECASE,
)
PERSONAL = re.compile(
    r"姓名|昵称|用户名|手机|电话|邮箱|电子邮件|微信号|地址|生日|出生|user ?name|nickname|first ?name|last ?name|full ?name|"
    r"phone|mobile|e-?mail|"
    r"address|birth", re.IGNORECASE,
)
LETTERS = re.compile(r"[A-Z][\w'’-]+([ ,]+[A-Z][\w'’.-]*){1,3}")


@dataclass(frozen=True)
class Content:
    """What a column's sample looks like: its kind, and shares that help to find keys."""

    kind: str
    distinct: float = 0.0  # distinct values per value
    filled: float = 0.0

    @property
    def is_direct(self) -> bool:
        return self.kind in DIRECT


def content_of(sample: list) -> Content:
    """Return what the values of a sample (None = empty) look like."""
    values = [str(value).strip() for value in sample if value is not None and str(value).strip()]
    if not values:
        return Content("empty")
    distinct, filled = len(set(values)) / len(values), len(values) / len(sample)
    for kind, pattern in COMPILED:
        if sum(bool(pattern.fullmatch(value)) for value in values) >= MOST * len(values):
            if kind == "yes or no" and (len(set(values)) > 2 or set(values) in ({"0"}, {"1"})):
                continue
            return Content(kind, distinct, filled)
    if sum(_is_name(value) for value in values) >= MOST * len(values) and distinct > .3:
        return Content("person's name", distinct, filled)
    if sum(map(len, values)) / len(values) > 30:
        return Content("text", distinct, filled)
    if distinct > .9 and len(values) >= 5 and sum(bool(re.search(r"\d", value)) for value in values) >= MOST * len(values):
        return Content("number or code", distinct, filled)
    return Content("category" if distinct <= .5 and len(values) > 3 else "text", distinct, filled)


def _is_name(value: str) -> bool:
    if 2 <= len(value) <= 4 and value[0] in SURNAMES and all("一" <= letter <= "鿿" for letter in value):
        return True
    return len(value) <= 40 and bool(LETTERS.fullmatch(value))


def is_personal(label: str) -> bool:
    """Say whether a label names something that points at one person."""
    return bool(PERSONAL.search(label))


def is_sensitive(label: str) -> bool:
    """Say whether a label names what the law protects most: health, belief, origin, politics, sexual life, children,
    biometrics, identity and bank numbers."""
    return bool(SENSITIVE.search(label))


def agrees(kind: str, wanted: str, column: str) -> bool:
    """Say whether contents of a kind can fill a canonical column of type `wanted`."""
    if kind == "empty":
        return True
    expected = {
        "timestamp": {"moment", "day"}, "date": {"moment", "day"}, "float64": {"number", "whole number", "yes or no"},
        "int64": {"whole number", "yes or no"},
    }.get(wanted, set())
    expected |= {"email": {"e-mail"}, "phone": {"phone", "whole number"}, "other_phone": {"phone", "whole number"},
                 "ip_address": {"internet address"}}.get(column, set())
    return not expected or kind in expected
