"""Personal data in free text: e-mails, phones, numbers, addresses, links, handles and names become placeholders.

Runs before any text is counted, modelled or quoted. Patterns only, no model: what looks like personal data is masked even
where it is a brand ("Mrs. Fields"); a bare unusual name within a sentence can remain, so quotes are for inside use.
"""

import re

import pandas as pd

PLACEHOLDERS = ("[link]", "[e-mail]", "[phone]", "[number]", "[name]", "[address]")
FULL_WIDTH = str.maketrans("０１２３４５６７８９＠．－＋", "0123456789@.-+")

# frequent given names of the US that are no ordinary words, places or brands ("Mark", "Virginia" are left out on purpose)
GIVEN_NAMES = frozenset(re.findall(r"\w+", """
Aaron Abigail Adam Adrian Alan Albert Alex Alexander Alexandra Alexis Alice Alicia Alison Allison Alyssa Amanda
Andrea Andrew Angela Anita Anna Anne Annette Anthony Antonio Ashley Audrey Barbara Benjamin Bernard Beth Betty
Beverly Bonnie Bradley Brandon Brenda Brian Brianna Brittany Bruce Bryan Caleb Cameron Carl Carla Carlos Carol Caroline
Carolyn Catherine Cathy Charles Cheryl Christina Christine Christopher Cindy Claire Clara Connie Corey Craig
Curtis Cynthia Daniel Danielle David Deborah Debra Denise Dennis Derek Diana Diane Dolores Donald Donna Doris
Dorothy Douglas Dylan Edward Eileen Elaine Eleanor Elizabeth Ellen Emily Emma Eric Erica Erin Ethan Eugene Evelyn Frances
Gabriel Gail Gary George Gerald Geraldine Gladys Glenn Gloria Gregory Hannah Harold Helen Henry Howard Irene
Isabella Jacob Jacqueline James Jamie Janet Janice Jared Jason Jean Jeffrey Jennifer Jeremy Jerome Jesse Jessica Jill Joan
Joanne Jonathan Joseph Joshua Joyce Juan Judith Judy Julia Julie Justin Karen Katherine Kathleen Kathryn Kathy
Katie Kayla Keith Kelly Kenneth Kevin Kimberly Kristen Kristin Kyle Larry Laura Lauren Lawrence Leonard Leslie Lillian Linda
Lisa Logan Lois Lori Louise Lucas Lucille Lynn Margaret Maria Marie Marilyn Marjorie Martha Martin Marvin Mary
Matthew Megan Melanie Melissa Melvin Michael Micheal Michelle Mildred Monica Nancy Natalie Nathan Nicholas Nicole Noah Norma
Olivia Pamela Patricia Patrick Paula Peggy Peter Philip Phillip Phyllis Rachel Ralph Randy Raymond Rebecca Renee Rhonda
Richard Robert Roger Ronald Roy Ruth Ryan Samantha Samuel Sandra Sara Sarah Scott Sean Sharon Shawn Sheila
Shirley Sophia Stanley Stephanie Stephen Steve Steven Susan Suzanne Sylvia Tammy Tara Teresa Theresa Thomas Tiffany Timothy
Tina Todd Tracy Travis Tyler Valerie Vanessa Veronica Vincent Vivian Walter Wanda Wayne Wendy William Yvonne
Zachary
"""))
CHINESE_SURNAMES = (  # the hundred most frequent surnames of China
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)

_CAPITAL = r"[A-Z][a-zA-Z'’]+(?:\s+[A-Z][a-z]+|\s+[A-Z]\.)?"
_FOUR_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")  # fewer are no phone and no order number


def _compiled(*rules: tuple[str, str]) -> tuple:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_MOBILE = r"(?<!\d)(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s.-]?\d{4}[\s.-]?\d{4}(?!\d)"
_IDENTITY = r"(?<!\d)[1-9]\d{5}[\s-]?(?:19|20)\d\d[\s-]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dXx](?![\dXx])"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_HOST = rf"(?<![\d.])(?:{_BYTE}\.){{3}}{_BYTE}(?!\.?\d)"
_HOST_6 = r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:{1,2}){3,7}[0-9a-fA-F]{1,4}(?![\w:])"
_STREET = (  # a road with a number and what follows down to the room
    r"[\u4e00-\u9fff]{1,6}(?:路|街|大道|巷|弄|胡同|新村|小区|花园)\s?\d{1,5}(?:-\d{1,4})?\s?(?:号|弄|栋|幢)"
    r"(?:\s?[\dA-Za-z一二三四五六七八九十-]{1,6}\s?(?:号楼|号|栋|幢|座|单元|层|楼|室|房))*"
)

_ADDRESSES = _compiled(
    (r"(?i)\b(?:https?://|www\.)[^\s<>\"]+", "[link]"),
    (_EMAIL, "[e-mail]"),
    (r"(?<![\w.])@\w{2,}", "[name]"),
    (_HOST_6, "[number]"),
)
_NUMBERS = _compiled(
    (_HOST, "[number]"),
    (_IDENTITY, "[number]"),
    (r"\b\d{3}-\d{7}-\d{7}\b", "[number]"),
    (
        r"(?i)\b(order|invoice|tracking|confirmation|account|ticket|case|member(?:ship)?|card)"
        r"(\s*(?:number|no\.?|num\.?|id|nr\.?|#)?\s*(?:is|was)?\s*[:#]?\s*)(?=[\w-]*\d[\w-]*\d[\w-]*\d[\w-]*\d)[A-Za-z0-9-]{5,}",
        r"\1\2[number]",
    ),
    (r"(单号|卡号|会员号)(\s*(?:是|为)?\s*[:：]?\s*)[A-Za-z0-9-]{5,}", r"\1\2[number]"),
    (_MOBILE, "[phone]"),
    (r"(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)", "[phone]"),
    (r"(?<![\d.$])(?:\+?\d{1,3}[\s.-]{1,2})?\(?\d{3}\)?[\s.-]{1,2}\d{3}[\s.-]\d{4}(?!\d)", "[phone]"),
    (r"\+\d{1,3}(?:[\s.-]?\d{2,4}){3,5}(?!\d)", "[phone]"),
    (r"(?<![\d.])\d{7,}[Xx]?(?!\d)", "[number]"),
)
_STREETS = _compiled(
    (_STREET, "[address]"),
    (r"\b\d{1,5}\s+(?:[A-Z][a-z]+\s+){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd)\b\.?", "[address]"),
)
_NAMES = _compiled(
    (r"\b(Mr|Mrs|Ms|Miss|Dr|Prof)(\.?)\s+(?!Coffee|Pepper|Clean)" + _CAPITAL, r"\1\2 [name]"),
    (r"\b((?:[Mm]y|[Hh]is|[Hh]er)\s+name\s+is\s+)" + _CAPITAL, r"\1[name]"),
    (r"\b((?i:sincerely|regards|cheers|yours truly|respectfully)[,.!]?\s*[-–—~]*\s*)" + _CAPITAL + r"(?=\W*$)", r"\1[name]"),
    (r"([.!?\"')…]\s*[-–—~]+\s*)" + _CAPITAL + r"\.?(?=\s*$)", r"\1[name]"),
    (r"(我叫|我的名字是|我是)[" + CHINESE_SURNAMES + r"][\u4e00-\u9fff]{1,2}(?=[，,。.！!；;\s]|$)", r"\1[name]"),
    (r"[" + CHINESE_SURNAMES + r"][\u4e00-\u9fff]{0,2}(先生|女士|小姐)", r"[name]\1"),
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]{2,}\b(?!['’]s\s+[A-Z])")  # "Aaron's Red …" is a brand, not a person
_CONTACTS = (
    *_compiled((_EMAIL, "[e-mail]"), (_HOST_6, "[number]"), (_HOST, "[number]"), (_IDENTITY, "[number]"), (_MOBILE, "[phone]")),
    *_STREETS,
)
_SURNAME = re.compile(r"\[name\]\s+(?:[A-Z]\.\s*)?[A-Z][a-z]+")


def mask_text(text: str) -> str:
    """Return `text` with what looks like personal data replaced by a placeholder of `PLACEHOLDERS`.

    Years, prices, dates, sizes and numbers of up to six digits stay; seven digits or more become `[number]`.
    """
    masked = text.translate(FULL_WIDTH)
    for pattern, replacement in _ADDRESSES + (_NUMBERS if _FOUR_DIGITS.search(masked) else ()) + _STREETS + _NAMES:
        masked = pattern.sub(replacement, masked)
    return _SURNAME.sub("[name]", _CAPITALISED.sub(_masked_if_given_name, masked))


def mask_contacts(text: str) -> str:
    """Return `text` without e-mails, mobile numbers, identity numbers, internet addresses and streets with their numbers.

    For what names things (products, channels, towns): names, short numbers and codes stay.
    """
    masked = text.translate(FULL_WIDTH)
    for pattern, replacement in _CONTACTS:
        masked = pattern.sub(replacement, masked)
    return masked if masked != text.translate(FULL_WIDTH) else text


def mask_address(address: str) -> str:
    """Return a web address without what follows `?` or `#`, and without e-mails and long numbers in its path."""
    path = re.split(r"[?#]", address.translate(FULL_WIDTH), maxsplit=1)[0]
    path = re.sub(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", "[e-mail]", path)
    path = re.sub(_HOST, "[number]", path)
    return re.sub(r"(?<!\d)\+?\d[\d -]{9,}\d(?!\d)", "[number]", path)


def _masked_if_given_name(found: re.Match) -> str:
    return "[name]" if found[0] in GIVEN_NAMES else found[0]


def mask_personal_data(texts: pd.Series) -> pd.Series:
    """Return the texts masked (:func:`mask_text`); unknown stays unknown."""
    return pd.Series(texts.map(mask_text, na_action="ignore"), dtype="str")


def count_masked(texts: pd.Series) -> dict[str, int]:
    """Return how many placeholders of each kind the masked texts hold."""
    known = texts.dropna()
    return {mark: int(known.str.count(re.escape(mark)).sum()) for mark in PLACEHOLDERS}
