"""In which language is a short text: English, Chinese, both, another, or none?

By script (Han, kana, hangul, Latin, others), and among Latin texts by the words that only one language uses; no model. Words
of an English vocabulary at hand (scikit-learn's stop words, VADER's word list) count for English.
"""

import re
from functools import cache

ENGLISH, CHINESE, MIXED, OTHER, NONE = "en", "zh", "mixed", "other", "none"
HAN_PER_WORD = 1.6  # Chinese characters that make a word, on average (of the segmented reviews)
MIXED_SHARE = 0.15  # of the words in the rarer language from which a text is mixed
MIN_MIXED = 2  # words of each language that a mixed text has at least: a brand's name alone mixes nothing
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA, _HANGUL = re.compile(r"[\u3041-\u30ff]"), re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LATIN = re.compile(r"[a-zà-öø-ÿāēīōūǎěǐǒǔǜĀ-ſ]+(?:['’][a-z]+)?")
_ACCENTED = re.compile(r"[à-öø-ÿāēīōūǎěǐǒǔǜĀ-ſ]")
_OTHER_LETTER = re.compile(r"[^\W\d_A-Za-zÀ-ɏ\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u1100-\u11ff]")
_MARK = re.compile(r"\[(?:link|e-mail|phone|number|name|address)\]")
_BRAND = re.compile(  # names of things that are no words of the language that they come from
    r"\b(?:nestlé|nescafé|häagen[- ]?dazs|lindt|l['’]oréal|lancôme|estée lauder|kérastase|hermès|citroën|pokémon|el paso"
    r"|la croix|la mer|la roche[- ]posay|le creuset|las vegas|los angeles|dolce gusto"
    r"|mala (?=tofu|sauce|soup|hot ?pot|chicken|noodles?))"
)
_LOANS = frozenset(re.findall(r"\S+", """
café cafe naïve crème brûlée jalapeño açaí purée sauté entrée décor née fiancé rosé pâté résumé über
"""))
_SYLLABLE = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]?ang|[iu]?[aeo](?:ng|n|i|o|u)?|iong|ong|ing|in|iu|i|ui|un|u|ü|er)){1,3}"
)
FOREIGN = frozenset(re.findall(r"\S+", """
el la los las un una unos gusta nada me y es muy que de del con para por pero como este esta esto bueno buena bien mal
malo mala producto calidad llegó llego precio gracias todo nada más mas mucho ya lo le se su mi no-es excelente
recomendado rápido envío entrega le les des du une et est très tres bon bonne mauvais mauvaise produit qualité livraison
pas pour avec dans sur je il elle nous vous mais parfait merci ce cette qui rien tout bien rapide déçu prix der die das
den dem ein eine einen und ist nicht sehr gut schlecht mit für auf ich wir sie es aber auch nur noch schnell produkt
qualität lieferung leider super-gut danke preis alles war wurde bei zu zum zur von im kann wie immer wieder gerne il lo
gli una uno e è molto buono buona ottimo ottima prodotto qualità spedizione non per con ma anche questo questa sono bello
perfetto consigliato veloce grazie prezzo arrivato o os as um uma e é muito bom boa produto qualidade entrega não com mas
para recomendo ótimo chegou rápido obrigado preço het een en is niet heel goed slecht met voor maar ook snel levering
kwaliteit bedankt goede zeer bardzo dobry jest nie produkt dostawa polecam jakość szybka i w na się çok iyi ürün hızlı
teşekkürler kargo bir ve güzel bagus sekali barang cepat sesuai pesanan terima kasih tidak dan yang rất tốt sản phẩm giao
hàng nhanh không và đẹp och är inte mycket bra snabb leverans det som på
"""))
ALSO_ENGLISH = frozenset(re.findall(r"\S+", """
no is son die war in on as a i me come pie mal pour plus sale are an so was will he to super het en for
"""))


@cache
def english_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from helpers.voc.theme_words import PRAISE_AND_FILLER, SHOPPING_WORDS, THEME_NAMES

    anchors = SHOPPING_WORDS.union(*THEME_NAMES.values())
    rated = {word for word in SentimentIntensityAnalyzer().lexicon if word.isalpha()}
    return frozenset(ENGLISH_STOP_WORDS) | PRAISE_AND_FILLER | anchors | rated | {"it's", "don't", "i'm", "can't"}


def language_of(text: str) -> str:
    """Return `en`, `zh`, `mixed` (English and Chinese), `other` or `none` (no letters: emoji, digits, marks).

    A text is mixed from two words and 15 % of all words in the rarer language. Placeholders of masking do not count. Latin
    words that point to no language count as English beside any English word; alone they are English unless they are pinyin.
    """
    plain = _BRAND.sub(" ", _MARK.sub(" ", text).lower())
    n_han, n_kana, n_hangul = len(_HAN.findall(plain)), len(_KANA.findall(plain)), len(_HANGUL.findall(plain))
    latin = _LATIN.findall(plain)
    n_other = len(_OTHER_LETTER.findall(plain))
    if n_kana + n_hangul > max(1, 0.1 * n_han) or n_other > n_han + sum(map(len, latin)):
        return OTHER
    n_chinese = n_han / HAN_PER_WORD
    if not latin:
        return CHINESE if n_han else OTHER if n_other or n_kana + n_hangul else NONE
    n_english = sum(word in english_words() and word not in FOREIGN - ALSO_ENGLISH for word in latin)
    if not n_han:
        return ENGLISH if _is_english(latin, n_english) else OTHER
    words = [word for word in latin if len(word) > 1]
    share = len(words) / (len(words) + n_chinese)
    if n_english >= MIN_MIXED and n_chinese >= MIN_MIXED and MIXED_SHARE <= share <= 1 - MIXED_SHARE:
        return MIXED
    return CHINESE if n_chinese >= n_english else ENGLISH


def _is_english(latin: list[str], n_english: int) -> bool:
    """Return whether the words of a Latin text speak for English rather than for another language."""
    n_foreign = sum(word in FOREIGN and word not in ALSO_ENGLISH for word in latin)
    n_foreign += sum(bool(_ACCENTED.search(word)) and word not in _LOANS and word not in FOREIGN for word in latin)
    if n_english == 0 and n_foreign == 0:
        return not (len(latin) > 1 and all(_SYLLABLE.fullmatch(word) for word in latin))
    return n_english > n_foreign
