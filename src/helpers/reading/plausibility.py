"""How much a decoded text looks like writing: 0 (mojibake) to 1. Decoders seldom fail; only this tells GBK from Big5 or cp1252.

Each character that is not ASCII counts between 0 and 1: common Chinese characters, kana, Hangul, letters that stand among
letters in the right case, symbols where symbols stand. The score is their mean.
"""

import re
from functools import cache, lru_cache

# Frequent in running text, names, addresses and column headers.
COMMON = (
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小"
    "二无同么经法当起与好看学进种将还分此心前面又定见只主没公从四五六七八九百千万亿元月号点分秒半本次第已未否新老高低长短左右东西南北内外先最"
    "姓名手机电话编码日期时间金额数量地址省市区县镇村街道路楼室单元客户订单商品产品称状态类型备注会员门店渠道来源性别男女邮箱企业司部职位负责"
    "联系跟进级收入支付款价格折扣优惠退货换货发物流快递评论内容服务满意质量很差太喜欢推荐购买使用问题投诉处理回复等待快慢便宜贵"
    "北京上海广州深圳天津重庆浙江苏杭南湖河山东福建四川成都安徽陕西云贵辽宁吉林黑龙海口台湾香港澳门武汉宁波青岛大连厦长沙郑合肥"
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟段雷钱汤尹黎易常武乔贺赖龚文伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红春梅建国志飞鹏宇晨欣怡佳俊思雨涵"
)
JAPANESE = frozenset(
    "山田佐藤鈴木高橋伊渡辺中村小林加吉東京都大阪府北海道区町丁目市県郡島川崎原野井上下松本清水森池阿部石斎坂遠青後岡長谷"
    "近福三宅太郎次一二美子恵由香真優花愛裕健翔氏名住所電話番号日付金額数量商品注文顧客会員店舗登録年月時間性別男女生神奈"
    "愛知千葉埼玉兵庫広宮城新潟静岐熊仙台札幌横浜戸"
)
HANGUL = frozenset(
    "이가다는의에고하지을사를기은로도자시한리어그나인서수아대전정주일부니원소제해성조장구공상김박최강윤임신오권황안송류홍번호름화메날짜금액량회객등급"
    "영희철민준현진우경동광산울천세선연유남여반배달품입니습요만보비스트무미라마바카타파"
)
PUNCTUATION = frozenset("，。、；：！？（）《》〈〉【】「」『』“”‘’…—－～·・　￥％＃＆＋＝／：＠ー々")
SYMBOLS = frozenset("€£©®°“”‘’–—…•™«»½¼¾¿¡ºª§·´×±²³¥\xa0")
VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœąęěůűőıё")
RARE_WESTERN = frozenset("ðþýÐÞÝğışĞİŞđĐţŢ")  # one byte, two readings: Icelandic, Turkish or Romanian
CYRILLIC = re.compile(r"[А-ЯЁІЇЄ]?[а-яёіїє]+|[А-ЯЁІЇЄ]+")
THAI = re.compile("(?=.*[ะ-ูเ-ไ])(?:[เ-ไ]?[กขคงจฉชซญณดตถทธนบปผพฟภมยรลวศษสหอ][ะ-ู็-์]{0,3})+")  # marks hang on a consonant
LETTERS = re.compile(r"[^\W\d_]+")


@cache
def _common() -> frozenset:
    import opencc

    return frozenset(COMMON) | frozenset(opencc.OpenCC("s2t").convert(COMMON))


@lru_cache(20_000)
def _weight(char: str, family: str) -> float:
    """Return the weight of a character that does not depend on its neighbours."""
    if char in PUNCTUATION or "！" <= char <= "～":
        return 0.7
    if family == "japanese":
        if "ぁ" <= char <= "ヿ":
            return 1.0
        known = 1.0 if char in JAPANESE else 0.8 if char in _common() else 0.15
        return max(known, 0.75 * (_lead(char, "shift_jis") in range(0x88, 0x98)))
    if family == "korean":
        return 0.95 if char in HANGUL else 0.6 if _lead(char, "euc_kr") in range(0xB0, 0xC9) else 0.0
    if char in _common():
        return 1.0
    if family == "traditional":
        return 0.75 if _lead(char, "big5") in range(0xA4, 0xC7) else 0.15
    return 0.75 if _lead(char, "gb2312") in range(0xB0, 0xD8) else 0.25 if _lead(char, "gb2312") in range(0xD8, 0xF8) else 0.0


def _lead(char: str, codec: str) -> int:
    try:
        return char.encode(codec)[0]
    except UnicodeEncodeError:
        return 0


def score(text: str, family: str) -> float:
    """Return how plausible `text` is as writing of `family`: chinese, traditional, japanese, korean, cyrillic, western, any."""
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 1.0
    if family == "any":
        return max(score(text, f) for f in ("chinese", "traditional", "japanese", "korean", "cyrillic", "western"))
    if family == "western":
        return _western(text) / len(foreign)
    if family == "thai":
        return 0.9 * sum(len(word) for word in re.findall("[ก-๛]{3,}", text) if THAI.fullmatch(word)) / len(foreign)
    if family == "cyrillic":
        return _cyrillic(text) / len(foreign)
    halfwidth = sum(0.75 * len(run) for run in re.findall("[｡-ﾟ]{3,}", text)) if family == "japanese" else 0
    return (halfwidth + sum(_weight(c, family) for c in foreign if not "｡" <= c <= "ﾟ")) / len(foreign)


def _cyrillic(text: str) -> float:
    total = 0.0
    for word in LETTERS.findall(text):
        n_foreign = sum(c > "\x7f" for c in word)
        if n_foreign < 2 and len(word) > 1 or not CYRILLIC.fullmatch(word):
            continue
        vowels = sum(c in "аеёиоуыэюяіїє" for c in word.lower())
        total += n_foreign * (0.95 if 0.2 <= vowels / len(word) <= 0.7 else 0.3)
    return total + 0.5 * sum(c in SYMBOLS or c in "№" for c in text)


def _western(text: str) -> float:
    total = 0.0
    for match in LETTERS.finditer(text):
        word = match[0]
        if word.isascii() or not word.isalpha():  # ½ and ² count as symbols
            continue
        cased = word.islower() or word.isupper() or word.istitle() or word[:1].isupper() and word[1:].islower()
        n_foreign = sum(c > "\x7f" for c in word)
        many = n_foreign * 2 > len(word) + 1 and len(word) > 1 or re.search("[^\x00-\x7f]{3}", word)
        if not cased or many or max(word) > "\u024f":
            continue
        if len(word) == 1:
            total += 0.3 * (word in "àéèêáóíúöäüøåñç")
            continue
        total += sum(_letter(word, i) for i, c in enumerate(word) if c > "\x7f")
    for i, char in enumerate(text):
        if char in SYMBOLS and not char.isalpha():
            before, after = text[i - 1:i] if i else "", text[i + 1:i + 2]
            among = before.isalpha() and after.isalpha() and char not in "’‘·–—´"
            alone = char in "¹²³" and not before.isalnum() or char in "¼½¾" and not (before.isdigit() or before in " ,;\t")
            alone = alone or char in "¹²³¼½¾" and after.isalpha()
            total += 0.2 if alone or among or before > "\x7f" or after > "\x7f" else 0.8
    return total


def _letter(word: str, i: int) -> float:
    """Return the weight of a letter: less where vowels or consonants would pile up around it."""
    char = word[i].lower()
    if char in "ìòù" and i + 1 < len(word):
        return 0.5  # of Italian, at the end of words
    if word[i] in RARE_WESTERN:
        return 0.75
    neighbours = [c.lower() in VOWELS for c in (word[i - 1:i] if i else "") + word[i + 1:i + 2]]
    piled = len(neighbours) == 2 and all(n == (char in VOWELS) for n in neighbours)
    return 0.5 if piled else 1.0 if word[i] <= "\xff" or char in "œšžÿ" else 0.85  # other than Western Europe: rarer
