"""From what stands in a file to what a customer wrote: markup, broken characters, widths, repetitions, praise nobody wrote.

Broken encodings are repaired where the repair reads as text (ftfy for Western ones, UTF-8 read as GBK or the other way round
here) and marked where it does not; traditional characters become simplified ones (OpenCC); emoji stay.
"""

import html
import re

import pandas as pd

from helpers.texts import masking
from helpers.texts.characters import simplify
from helpers.texts.texts_language import CHINESE, MIXED, NONE, OTHER, language_of

LONGEST = 20_000  # characters of a text that are read
MOST_REPEATS = 3  # a character more often in a row says no more
MAX_LOST = 0.1  # share of characters that nobody can read from which a text is unreadable
READ, EMPTY, SYSTEM, UNREADABLE, FOREIGN = "read", "empty", "system", "unreadable", "other language"

_HIDDEN = re.compile(r"(?is)<(script|style)\b[^>]{0,500}>.{0,5000}?</\1\s*>|<!--.{0,5000}?-->")
_ELEMENTS = (  # of HTML that stand in texts, without attributes; another name needs one, or an end mark
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|center|cite|code|dd|del|details|div|dl|dt|em|embed"
    "|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav"
    "|nobr|noscript|object|ol|option|p|pre|q|s|samp|script|section|select|small|span|strike|strong|style|sub|summary|sup|svg"
    "|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(
    rf"(?i)</?(?:{_ELEMENTS})\s*/?>|</[a-z][\w:-]*\s*>|<![^<>]{{0,2000}}>|<\w+[:-][\w:-]+>|<[a-z][^<>]{{0,2000}}/>"
    r"|<[a-z][\w:-]*[\s/][^<>]{0,1000}=[^<>]{0,1000}>|<(?:input|script|option|video|audio|iframe)\s[^<>]{0,200}>"
)
_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_REPEATED_PAIR = re.compile(r"([^\d\s.]{2,4}?)\1{3,}")
_LATIN_BROKEN = re.compile(r"[ÃÂâäåæçèéïðŸ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€¢-¿]")
_GBK_BROKEN = re.compile(r"[浣犲鐨勬槸鍦ㄤ簡鎴戝緢濂戒笉閿鏉鍙璐ㄩ噺鐗╂祦瀹㈡湇绛夋兂浠锛銆€锟鏄繕鏈]{2}")
_LOST = re.compile(r"\ufffd|锟斤拷|烫烫烫|屯屯屯|[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f]|\?{4,}")
_HALF = {code: code - 0xFEE0 for code in (
    *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "＠＋－＝／＃＆％＊＿．＄"),
)} | {0x3000: " ", 0x00A0: " "}
_SIGNS = re.compile(r"[\W_]+")
_SYSTEM = re.compile(
    r"(?:此|该|本)?(?:用户|买家|顾客|客户|会员|评价方)(?:暂时?|并)?(?:没有|未)(?:及时)?(?:填写|做出|作出|发表|留下"
    r"|进行)?(?:任何)?(?:评价|评论|内容|文字)+"
    r"(?:系统)?(?:默认|自动)?(?:给出|五星|5星)*(?:好评)?|(?:系统|超时|到期|平台|\d+天)*(?:默认|自动)(?:给出|为|的)?(?:五星"
    r"|5星)?(?:好评|评价|满意)+"
    r"|(?:thi?s|the)?(?:customer|user|buyer|reviewer)(?:has|did)?(?:not|nt|left)?(?:leave|left|write|written|provided?)?(?:a"
    r"|any|no|written)*"
    r"(?:comments?|reviews?|feedback|text)|(?:auto(?:matic)?|default|system)(?:generated)?(?:positive|5star|fivestar"
    r"|good)?(?:ratings?|reviews?|feedback)"
)
_NOTHING = frozenset(re.findall(r"\S+", """
nocomment nocomments na none nil null nan nothing no notext noreviewtext nofeedback ratingonly
无 没有 没 暂无 无评价 没有评价 暂无评价 无内容 未填写 没意见 没有意见 无意见 没有建议 无建议 暂无建议 没什么建议 无备注
"""))
_PAID = re.compile(
    r"返现|晒[图单][^，。！!,]{0,6}(?:返|领|送|红包)|(?:给|发|领|送)[^，。！!,]{0,6}(?:红包|礼品|优惠券"
    r"|现金)[^，。！!,]{0,10}好评|刷单|好评卡"
    r"|好评[^，。！!,]{0,6}(?:红包|返\d|现金|有礼|领券|送\w{0,3}(?:券|礼))"
    r"|为了?(?:返现|红包|积分|优惠券|赠品)[^，。！!,]{0,8}(?:评|五星)"
    r"|(?i:\bin\s+(?:exchange|return)\s+for\s+(?:\w+[\s,-]+){0,6}(?:reviews?|ratings?|feedback)\b"
    r"|\b(?:received|got|given|sent)\b[^.!?]{0,30}\b(?:free|discount(?:ed)?|complimentary)\b[^.!?]{0,30}\b(?:for"
    r"|to)\s+(?:\w+\s+){0,4}review"
    r"|\bincentivi[sz]ed review|\bpaid (?:me )?(?:to|for) (?:writ|leav|giv)\w*[^.!?]{0,20}review"
    r"|\b(?:refund|gift card|coupon|voucher|cash ?back)s?\b[^.!?,;]{0,25}"
    r"\b(?:(?:for|in (?:exchange|return) for)\b[^.!?,;]{0,20}\b(?:5|five)[ -]stars?\s+(?:\w+\s+)?(?:review|rating|feedback)"
    r"|(?:if|when|to (?:leave|give|write|post))\b[^.!?,;]{0,20}\b(?:5|five)[ -]star))"
)


def plain_text(raw: str) -> str:
    """Return text without markup: scripts vanish, tags become spaces, entities letters, runs of white space one space."""
    text = raw
    if "&" in text:
        text = html.unescape(text)
        text = html.unescape(text) if "&" in text else text  # exported twice
    if "<" in text:
        text = _TAG.sub(" ", _HIDDEN.sub(" ", text))
    return _SPACE.sub(" ", text).strip()


def repair_encoding(text: str) -> str:
    """Return a text whose bytes were read in the wrong encoding as it was written, where that can be told; else unchanged."""
    if len(re.findall("[\u00a1-\u00ff]", text)) > 0.5 * len(text) and (found := _reread(text, written="gb18030",
        read="latin-1")):
        return found
    if _LATIN_BROKEN.search(text):
        import ftfy

        return ftfy.fix_encoding(text)
    if _GBK_BROKEN.search(text):
        return _reread(text, written="utf-8", read="gb18030") or text
    return text


def _reread(text: str, *, written: str, read: str) -> str | None:
    """Return the text decoded anew, if it then consists of frequent Chinese characters; else None."""
    try:
        again = text.encode(read).decode(written)
    except UnicodeError:
        return None
    han = re.findall(r"[\u4e00-\u9fff]", again)
    known = sum(len(char.encode("gb2312", "ignore")) == 2 and char.encode("gb2312")[0] < 0xD8
        for char in han)  # level 1: common
    return again if len(han) >= 2 and known >= 0.9 * len(han) and len(han) >= 0.3 * len(again.strip()) else None


def even_out(text: str) -> str:
    """Return a text with half-width letters and digits and no more than three equal characters (or groups) in a row."""
    text = _REPEATED.sub(lambda found: found[0] if found[1].isdigit() else found[1] * MOST_REPEATS, text.translate(_HALF))
    return _REPEATED_PAIR.sub(lambda found: found[1] * MOST_REPEATS, text)


def says_nothing(text: str) -> bool:
    """Return whether a system wrote the text, or its author that there is nothing to say (此用户没有填写评价, n/a)."""
    bare = _SIGNS.sub("", text.lower())
    return bare in _NOTHING or (len(bare) < 60 and _SYSTEM.fullmatch(bare) is not None)


def is_system_praise(text: str) -> bool:
    """Return whether a shop's system wrote the text: then its stars are nobody's verdict either."""
    bare = _SIGNS.sub("", text.lower())
    return len(bare) < 60 and _SYSTEM.fullmatch(bare) is not None


def mentions_reward(text: str) -> bool:
    """Return whether a text speaks of a reward for a review (好评返现, "in exchange for my honest review")."""
    return _PAID.search(text) is not None


def clean_texts(raw: pd.Series) -> pd.DataFrame:
    """Return what was written: text (plain, masked; null where there is nothing to read), language, read_as, and three flags.

    read_as: `read`, `empty`, `system` (nobody wrote it), `unreadable` (more than a tenth of it is lost) or `other language`.
    is_repaired: the encoding was mended; is_cut: only the first 20,000 characters are read; is_rewarded: it speaks of a reward
    for a review; is_default: a system wrote it. Only texts of emoji, digits or marks have the language `none` and are read.
    """
    distinct = {text: _clean(text) for text in raw.dropna().unique()}
    nothing = (None, NONE, EMPTY, False, False, False, False)
    rows = [distinct.get(text, nothing) if isinstance(text, str) else nothing for text in raw]
    columns = ["text", "language", "read_as", "is_repaired", "is_cut", "is_rewarded", "is_default"]
    found = pd.DataFrame(rows, columns=columns, index=raw.index)
    return found.astype({"text": "str", "language": "str", "read_as": "str"} | dict.fromkeys(columns[3:], "bool"))


def _clean(raw: str) -> tuple:
    is_cut = len(raw) > LONGEST
    plain = plain_text(raw[:LONGEST])
    repaired = repair_encoding(plain)
    flags = (repaired != plain, is_cut, mentions_reward(repaired), is_system_praise(repaired))
    if not repaired:
        return (None, NONE, EMPTY, *flags)
    if says_nothing(repaired):
        return (None, NONE, SYSTEM if flags[3] else EMPTY, *flags)
    lost = sum(len(found) for found in _LOST.findall(repaired))
    if lost > MAX_LOST * len(repaired):
        return (None, NONE, UNREADABLE, *flags)
    text = even_out(_LOST.sub(" ", repaired) if lost else repaired)
    language = language_of(text)
    if language == OTHER:
        return (None, OTHER, FOREIGN, *flags)
    if language in (CHINESE, MIXED):
        text = simplify(text)
    return (masking.mask_text(text), language, READ, *flags)
