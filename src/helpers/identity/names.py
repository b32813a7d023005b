"""What is this person's name, and in which forms would other systems write it?

One text in, one :class:`Name` out. Chinese names are brought to simplified characters (OpenCC) and read in Pinyin (pypinyin,
with the readings that surnames have), so that 张伟, 張偉, `Zhang Wei`, `ZHANG, Wei` and `Wei Zhang` share one `key`; Western
names lose titles, diacritics and middle names, and nicknames go to one form. What the text does not say stays None.
"""

import functools
import re
import unicodedata
from typing import NamedTuple

from helpers.identity.contact_points import is_placeholder
from helpers.texts.characters import pinyin_of, simplify

# the surnames that cover about 90 % of China's people (national ranking), most frequent first, and the common compound ones
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
    "汤康易乔赖牛洪温樊葛阮申章鲁倪庄邢殷翟俞安焦齐关柳施梅岳伍兰翁欧解单仇查区柏童尚聂耿左房颜游祝"
)
_COMPOUND = """
欧阳 上官 司马 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 端木 南宫 长孙 宇文 轩辕 独孤 澹台 百里 东郭 西门
公冶 太史 申屠 呼延 闻人 赫连 钟离 万俟 濮阳 淳于 单于 拓跋 闾丘
"""
COMPOUND = tuple(_COMPOUND.split())
_SURNAME_READINGS = """
单:shan 曾:zeng 仇:qiu 解:xie 查:zha 区:ou 任:ren 盖:ge 缪:miao 朴:piao 翟:zhai 尉迟:yuchi 万俟:moqi 长孙:zhangsun
澹台:tantai 单于:chanyu 覃:qin 乐:yue 召:shao 华:hua 冼:xian 折:she 繁:po 秘:bi 员:yun 句:gou 种:chong 洗:xian 逄:pang
吕:lv
"""
SURNAME_READINGS = dict(entry.split(":") for entry in _SURNAME_READINGS.split())  # where the character has another one
TITLES_AFTER = {
    "先生": "male", "女士": "female", "小姐": "female", "太太": "female", "阿姨": "female",
    "老师": None, "同学": None, "经理": None,
}
TITLES_BEFORE = {
    "mr": "male", "mister": "male", "sir": "male", "mrs": "female", "ms": "female", "miss": "female", "madam": "female",
    "dr": None, "prof": None,
}
SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"}
_PARTICLES = "van von de der den da di del della la le du dos bin al el ter st"
PARTICLES = set(_PARTICLES.split())
_NICKNAMES = """
robert: rob robbie bob bobby bert; william: will bill billy willy liam; richard: rick ricky dick rich;
james: jim jimmy jamie; john: johnny jack; michael: mike mick mickey; thomas: tom tommy; charles: charlie chuck;
joseph: joe joey; edward: ed eddie ted teddy ned; david: dave davey; daniel: dan danny; matthew: matt; anthony: tony;
christopher: chris; nicholas: nick nicky; andrew: andy drew; steven: stephen steve; alexander: alex sandy;
benjamin: ben benny; samuel: sam sammy; timothy: tim; gregory: greg; jeffrey: geoffrey jeff geoff; kenneth: ken kenny;
lawrence: laurence larry; ronald: ron ronnie; donald: don donnie; patrick: pat paddy; peter: pete;
philip: phillip phil; raymond: ray; frederick: fred freddy; henry: harry hank; joshua: josh; zachary: zac zach zak;
jonathan: jon; leonard: len lenny; nathaniel: nathan nate; elizabeth: liz lizzie beth betty eliza libby;
margaret: maggie meg peggy marge; katherine: catherine kathryn kate katie kathy cathy kitty; jennifer: jen jenny;
susan: sue susie suzanne; patricia: patty trish tricia; barbara: barb; deborah: deb debbie debra; rebecca: becky becca;
victoria: vicky vicki tori; christine: christina chrissy tina; jessica: jess jessie; samantha: sammie; kimberly: kim;
pamela: pam; dorothy: dot dottie; judith: judy; cynthia: cindy; theresa: teresa terry tess; abigail: abby gail;
amanda: mandy; jacqueline: jackie; isabella: isabel bella izzy; olivia: liv; gabrielle: gabby; natalie: nat;
stephanie: steph; angela: angie; virginia: ginny
"""
NICKNAMES = {  # short form → the form that it stands for
    short: full.strip() for entry in _NICKNAMES.split(";") for full, shorts in [entry.split(":")] for short in shorts.split()
}
HANZI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef]")


class Name(NamedTuple):
    """One person's name; None is unknown. Keys are for comparison only: lower-case letters without marks."""

    text: str | None = None        # as it is to be shown
    hanzi: str | None = None       # simplified characters, where the name was written in Chinese
    family_key: str | None = None  # zhang; ouyang; mccarthy
    given_key: str | None = None   # wei; robert (for Bob)
    key: str | None = None         # both in alphabetical order: order of writing does not matter
    script: str | None = None      # hanzi, pinyin, letters
    gender: str | None = None      # what a title tells: male, female
    rule: str | None = None        # what was done to the text


def read_name(text: str | None) -> Name:
    """Read a full name as typed.

    A text that stands for "no name" (无, N/A, 散客) gives an empty Name; 王女士 and 王** give a family name only. Of a text
    that holds both scripts (`Wei Zhang 张伟`) the characters count. More than six characters are not split: hardly a person's
    name.
    """
    if text is None:
        return Name()
    clean = " ".join(unicodedata.normalize("NFKC", text).split())
    if not clean or is_placeholder(clean):
        return Name(rule="placeholder")
    clean = re.sub(r"[(\[【].*?[)\]】]", " ", clean).strip() or clean.strip("()[]【】 ")
    return _read_chinese(clean) if HANZI.search(clean) else _read_latin(clean)


def join_name(family: str | None, given: str | None, full: str | None = None) -> str | None:
    """Return one text of the name's parts, family name first (letters: with a comma); `full` where parts lack."""
    family, given = (family or "").strip(), (given or "").strip()
    if not (family and given):
        return full or (family and f"{family},") or given or None
    return family + given if HANZI.search(family + given) else f"{family}, {given}"


# --- Chinese


def _read_chinese(clean: str) -> Name:
    characters = simplify("".join(HANZI.findall(clean)))
    gender, rule = None, None
    for title, of in TITLES_AFTER.items():
        if characters.endswith(title) and len(characters) > len(title):
            characters, gender, rule = characters.removesuffix(title), of, "title removed"
    if is_placeholder(characters):
        return Name(rule="placeholder")
    if rule is None and characters != clean:
        rule = "characters simplified" if len(characters) == len(clean) else "spaces or notes removed"
    whole = pinyin_of(characters)
    if len(characters) > 6 or (len(characters) == 1 and characters not in SURNAMES and rule is None):
        return Name(characters, characters, None, whole, whole, "hanzi", gender, rule)
    family = characters[:2] if characters[:2] in COMPOUND else characters[:1]
    given = characters[len(family):]
    family_key = SURNAME_READINGS.get(family) or pinyin_of(family)
    given_key = pinyin_of(given) or None
    return Name(characters, characters, family_key, given_key, _key(family_key, given_key), "hanzi", gender, rule)


@functools.cache
def _syllables() -> frozenset[str]:
    from pypinyin import pinyin_dict

    readings = {reading for value in pinyin_dict.pinyin_dict.values() for reading in value.split(",")}
    return frozenset({fold(reading.replace("ü", "v")) for reading in readings} - {"m", "n", "ng", "hm", "hng"})


@functools.cache
def _surname_ranks() -> dict[str, int]:
    ranks = {}
    for rank, surname in enumerate((*SURNAMES, *COMPOUND)):
        ranks.setdefault(SURNAME_READINGS.get(surname) or pinyin_of(surname), rank)
    return ranks


@functools.lru_cache(maxsize=65_536)
def is_pinyin(word: str) -> bool:
    """True where the letters can be cut into syllables of Mandarin (xiaoming, but not smith)."""
    if not word:
        return True
    return any(word[:length] in _syllables() and is_pinyin(word[length:]) for length in range(min(6, len(word)), 0, -1))


# --- letters


def fold(text: str) -> str:
    """Return lower-case letters without marks: Müller → muller, Łódź → lodz."""
    text = text.lower().translate(str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}))
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _read_latin(clean: str) -> Name:
    before_comma, comma, after_comma = clean.partition(",")
    family, given = _words(before_comma), _words(after_comma)
    gender = next((TITLES_BEFORE[word] for word in family + given if TITLES_BEFORE.get(word)), None)
    titled = any(word in TITLES_BEFORE for word in family + given)
    family, given = _without_titles(family), _without_titles(given)
    if not comma or not family:
        family, given = _split(family + given, clean, titled)
    if not family and not given:
        return Name(rule="placeholder" if is_placeholder(clean) else "no letters")
    pinyin = bool(family) and is_pinyin("".join(family)) and is_pinyin("".join(given)) and "".join(family) in _surname_ranks()
    given_key = "".join(given) if pinyin or not given else NICKNAMES.get(given[0], given[0])
    family_key = "".join(family) or None
    script, rule = "pinyin" if pinyin else "letters", "title removed" if titled else None
    return Name(clean.rstrip(", "), None, family_key, given_key or None, _key(family_key, given_key), script, gender, rule)


def _words(text: str) -> list[str]:
    folded = re.sub(r"(?<=\w)-(?=\w)", "", fold(text))
    return [word for word in re.split(r"[^\w]+", folded.replace("'", "").replace("’", "")) if word and not word.isdigit()]


def _without_titles(words: list[str]) -> list[str]:
    return [word for word in words if word not in TITLES_BEFORE and word not in SUFFIXES]


def _split(words: list[str], clean: str, titled: bool) -> tuple[list[str], list[str]]:
    """Part words into family and given name: Pinyin by known surnames and capitals, else the last word is the family."""
    if len(words) < 2:
        return (words, []) if titled else ([], words)
    ranks = _surname_ranks()
    if all(is_pinyin(word) for word in words):
        first, last = ranks.get(words[0]), ranks.get(words[-1])
        shouted = [word for word in clean.replace("-", "").split() if word.isupper() and len(word) > 1]
        if len(shouted) == 1 and fold(shouted[0]) in (words[0], words[-1]):
            return (words[:1], words[1:]) if fold(shouted[0]) == words[0] else (words[-1:], words[:-1])
        if first is not None and (last is None or first <= last or len(words[-1]) > 6):
            return words[:1], words[1:]
        if last is not None:
            return words[-1:], words[:-1]
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return words[start:], words[:start]


def _key(family_key: str | None, given_key: str | None) -> str | None:
    return " ".join(sorted(part for part in (family_key, given_key) if part)) or None
