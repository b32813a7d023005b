"""Texts on two or three aspects, written by hand before anything was tried on them: is each aspect judged by its own words?

The verdict of a whole text cannot tell: it is one, and the aspects may differ.
"""

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers.sentiment import sentiment
from helpers.voc import aspects

TEXTS = {  # text, the aspects it praises, the aspects it blames
    "en": (
        ("The delivery was fast, but the box was crushed.", "delivery", "packaging"),
        ("Lovely fabric and great quality. The price is too high though.", "quality", "price"),
        ("The staff were rude. The coffee tastes wonderful.", "taste and smell", "service"),
        ("Great price, terrible quality.", "price", "quality"),
        ("It arrived two weeks late, however customer service was very kind.", "service", "delivery"),
        ("The app keeps crashing. Delivery is always on time.", "delivery", "app and website"),
        ("The packaging is beautiful and the taste is awful.", "packaging", "taste and smell"),
        ("I love the taste. Shipping took forever.", "taste and smell", "delivery"),
        ("Cheap price and quick delivery, I am happy.", "price, delivery", ""),
        ("Poor quality and overpriced.", "", "quality, price"),
        ("The store is clean and bright, the cashier was unfriendly.", "stores", "service"),
        ("The refund was processed the next day; the quality of the shoes was bad.", "returns and refunds", "quality"),
        ("Good quality, but returning it was a nightmare.", "quality", "returns and refunds"),
        ("The support answered at once and solved it. The app itself is confusing.", "service", "app and website"),
        ("Delivery was late again. The price is fair.", "price", "delivery"),
        ("Excellent value for the price. The packaging leaked everywhere.", "price", "packaging"),
        ("The delivery man was late and the box was torn.", "", "delivery, packaging"),
        ("Fast shipping, great quality, friendly service.", "delivery, quality, service", ""),
        ("The flavor is bland, the packaging is nice.", "packaging", "taste and smell"),
        ("Nobody at the service desk could help. The store has a nice selection.", "stores", "service"),
        ("The price went up twice this year. The taste is as delicious as ever.", "taste and smell", "price"),
        ("Shipping was free and quick. The quality disappointed me.", "delivery", "quality"),
        ("Ordering in the app is easy, but the delivery never came.", "app and website", "delivery"),
        ("The box was intact, the taste stale.", "packaging", "taste and smell"),
    ),
    "zh": (
        ("物流很快，包装破了。", "delivery", "packaging"),
        ("质量很好，就是价格太贵。", "quality", "price"),
        ("客服态度恶劣。味道很好。", "taste and smell", "service"),
        ("价格便宜，质量太差。", "price", "quality"),
        ("快递慢得离谱，不过客服很耐心。", "service", "delivery"),
        ("APP老是闪退，送货倒是准时。", "delivery", "app and website"),
        ("包装精美，味道难吃。", "packaging", "taste and smell"),
        ("味道喜欢。物流等了半个月。", "taste and smell", "delivery"),
        ("价格实惠，物流也快，满意。", "price, delivery", ""),
        ("质量差，价格还贵。", "", "quality, price"),
        ("门店很干净，店员态度不好。", "stores", "service"),
        ("退款很快，质量实在不行。", "returns and refunds", "quality"),
        ("质量不错，但是退货太麻烦。", "quality", "returns and refunds"),
        ("客服马上就解决了。APP太难用。", "service", "app and website"),
        ("送货又晚了，价格公道。", "price", "delivery"),
        ("性价比高，包装漏了。", "price", "packaging"),
        ("快递晚到，盒子也压扁了。", "", "delivery, packaging"),
        ("发货快，质量好，客服热情。", "delivery, quality, service", ""),
        ("口感一般，包装很漂亮。", "packaging", "taste and smell"),
        ("价格涨了两次。味道一直很好。", "taste and smell", "price"),
    ),
}


def told(language: str) -> pd.DataFrame:
    """Return feedback_id, aspect, is_bad as the texts tell it."""
    rows = [(f"f{i}", aspect, is_bad) for i, (_, *lists) in enumerate(TEXTS[language])
            for is_bad, names in enumerate(lists) for aspect in names.split(", ") if aspect]
    return pd.DataFrame(rows, columns=["feedback_id", "aspect", "is_bad"])


@pytest.mark.parametrize(("language", "least"), [("en", 0.96), ("zh", 0.93)])
def test_blamed_and_praised_aspects_are_told_apart_within_a_text(language, least):
    """With the sentence or the text instead of the clause the AUC is .80 and .64 in English, .75 and .66 in Chinese."""
    texts = pd.DataFrame({"text": [text for text, *_ in TEXTS[language]]})
    found = aspects.mentions(texts.assign(feedback_id=[f"f{i}" for i in texts.index]), aspects.read_aspects("cdnow"))
    judged = told(language).merge(found, on=["feedback_id", "aspect"], how="left")
    assert judged["clause"].notna().all()
    judged["p"] = sentiment.shipped(language).predict(judged["clause"])
    each = judged.groupby(["feedback_id", "aspect"])[["p", "is_bad"]].mean()
    assert roc_auc_score(each["is_bad"], each["p"]) >= least
