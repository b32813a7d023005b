"""texts_language.py: short texts of eleven languages, written for this test."""

import pytest

from helpers.texts import texts_language

TEXTS = {
    "en": [
        "Great tea", "nice product", "Love it!!!", "not bad", "The jar was broken.", "Would not buy again", "ok",
        "Fast delivery, thanks",
        "It is too expensive for what you get.", "cheap and cheerful", "5 stars", "LOVE LOVE LOVE", "meh",
        "A café latte at home, très good stuff for me",
        "My dog likes these bones", "wish it was bigger", "crunchy and fresh 😋", "[name] was very helpful", "recommended",
        "The 小米 phone works well for me", "Nestlé coffee", "Love Häagen-Dazs", "El Paso salsa", "Mala tofu",
    ],
    "zh": [
        "很好", "物流很快，但是东西坏了", "一般般吧", "iPhone 15 Pro 很好用", "不是不好，就是贵", "味道不错👍", "物流太慢了!!!",
        "好", "送貨很快，包裝也漂亮", "买了3盒，ok",
        "[name]先生态度好", "这个App总是闪退", "性价比高の产品，推荐给大家",
    ],
    "mixed": [
        "客服态度很 nice，but 物流太 slow", "This tea is great，下次还会再买", "包装 so so, taste is good，推荐",
        "质量 very good，我很 happy", "Not worth the price，太贵了吧",
        "东西 is broken, please refund，谢谢", "味道 I really like it，会回购",
    ],
    "other": [
        "とても美味しいです", "商品が届きませんでした", "最高でした！また買います", "배송이 빨라요", "정말 좋아요",
        "Muy bueno, lo recomiendo", "El producto llegó roto",
        "No me gusta nada", "Mala calidad", "Me gusta el café Nescafé",
        "Sehr gut, schnelle Lieferung", "Leider kaputt angekommen", "Das Produkt ist schlecht",
        "Très bon produit", "Livraison rapide, merci",
        "Je n'aime pas du tout", "Ottimo prodotto, consigliato", "Produto muito bom", "Очень хороший товар", "ممتاز جدا",
        "ดีมาก", "hen hao chi", "zhi liang hen hao",
        "Heel goed, snelle levering", "Bardzo dobry produkt", "Çok güzel bir ürün", "rất tốt, giao hàng nhanh",
    ],
    "none": ["", "👍👍👍", "😡", "!!!", "12345", "10/10", "[link]", "★★★★★", "。。。"],
}


@pytest.mark.parametrize(("text", "language"), [(text, language) for language, texts in TEXTS.items() for text in texts])
def test_short_texts_are_of_their_language(text, language):
    assert texts_language.language_of(text) == language
