"""What people say: texts in Chinese (some in English) that agree with sentiment and aspect; scores that agree with both."""

import numpy as np

SENTIMENTS = ("negative", "neutral", "positive")
ASPECTS = ("配送", "质量", "价格", "服务", "包装", "门店")
OF_CAUSE = {"配送延误": 0, "商品破损": 4, "质量问题": 1, "服务态度": 3, "退款缓慢": 3}  # aspect of a failure
PHRASES = {  # aspect → (negative, neutral, positive)
    "配送": (("等了一个多星期才送到", "物流信息好几天不更新", "说好次日达结果拖了四天", "快递扔在门口也不打电话",
              "催了三次还没发货", "送货慢得离谱"),
           ("配送和平时差不多", "第三天送到的", "物流速度一般", "送到驿站自己取的"),
           ("第二天就送到了", "物流快得惊喜", "快递小哥送货上门很贴心", "发货特别及时", "下单当天就发出来了")),
    "质量": (("用了两次就坏了", "和图片差得太远", "味道怪怪的不敢用", "做工粗糙线头很多", "打开发现快过期了", "质量真的不行"),
           ("质量中规中矩", "和描述基本一致", "用着没什么特别的感觉", "品质对得起这个价位"),
           ("质量比想象的好", "用料扎实手感很棒", "口感特别香", "用了一个月依然很好", "细节做得很到位")),
    "价格": (("刚买完第二天就降价", "比别家贵了不少", "优惠券根本用不了", "满减规则太复杂像套路", "涨价涨得太狠"),
           ("价格和超市差不多", "没赶上活动原价买的", "价格一般般"),
           ("活动价非常划算", "性价比很高", "用券之后便宜了好多", "价格实惠值得囤货", "这个价位真香")),
    "服务": (("客服一直用机器人敷衍", "退款拖了半个月", "打电话没人接", "售后互相推诿", "店员爱理不理", "问题反映了也没人解决"),
           ("问了客服按流程处理了", "服务没有特别的地方", "退换按规定办的"),
           ("客服耐心又专业", "售后处理得很快", "店员热情主动帮忙", "退换货非常顺利", "有问题马上就解决了")),
    "包装": (("箱子压扁了里面也碎了", "包装破损漏了一地", "没有任何缓冲就寄来了", "瓶口没封好全洒了"),
           ("普通纸箱包装", "包装简单够用"),
           ("包装严实没有一点破损", "礼盒包装很有质感", "包装精致送人有面子", "环保包装很用心")),
    "门店": (("排队结账等了半个小时", "货架总是缺货", "店里又乱又挤", "收银还多扫了一件"),
           ("店面不大东西还算全", "路过进去看了看", "人不多也不少"),
           ("店里干净整洁好逛", "陈列清楚一下就找到了", "离家近买着方便", "自助结账很快")),
}
OPENERS = {"negative": ("太失望了，", "", "第一次给差评，", "说实话，", "忍不住吐槽：", "唉，", "真的生气，", ""),
           "neutral": ("", "简单说两句，", "中规中矩，", "买来试试，", "", "总体来说，"),
           "positive": ("非常满意，", "", "回购好几次了，", "必须好评，", "惊喜！", "推荐，", "爱了爱了，", "")}
CLOSERS = {"negative": ("，不会再买了。", "，希望改进。", "。", "，强烈要求退款！", "，再也不来了。", "，差评！", "……",
                        "，很后悔。"),
           "neutral": ("。", "，凑合用吧。", "，先用着看看。", "，没有太多可说的。", "，一般。"),
           "positive": ("，会继续支持！", "。", "，值得推荐。", "，下次还来。", "，五星好评！", "，家人都喜欢~", "，很开心。")}
ENGLISH = {
    "negative": ("The parcel arrived more than a week late", "It broke after two uses", "Support kept sending canned replies",
                 "The box was crushed and the content leaked", "Overpriced for what it is", "Still waiting for my refund"),
    "neutral": ("It arrived on the third day", "The quality is about what I expected",
                "An ordinary product at an ordinary price",
                "Nothing special to report", "It does the job"),
    "positive": ("Fast delivery and lovely packaging", "The quality is better than expected", "Great value during the sale",
                 "Support answered within minutes", "My family loves it", "I have ordered it again twice"),
}
ENGLISH_ENDS = {"negative": (". Very disappointed.", ". I would not buy again.", "!", "."), "neutral": (".", ". It is okay."),
                "positive": (". Highly recommended!", ". Thank you!", ".", " :)")}
ENGLISH_ASPECTS = {"negative": (0, 1, 3, 4, 2, 3), "neutral": (0, 1, 2, 1, 1), "positive": (0, 1, 2, 3, 1, 1)}

ASKING = .06  # share of texts that ask for something
REQUESTS = {  # idea → how customers ask for it, in Chinese and in English
    "small packs": (("希望能出小包装", "要是有小包装就好了", "建议推出小包装", "什么时候能出小包装呢"),
                    ("I wish there were smaller packs", "Please offer a smaller pack size")),
    "evening delivery": (("希望可以选晚上送货", "能不能晚上送货", "建议增加晚上送货的时段", "要是晚上也能送货就好了"),
                         ("It would be great if you delivered in the evening", "Please add evening delivery")),
    "pick-up in store": (("希望开通门店自提", "能不能支持到店自提", "要是能自提就方便了", "建议增加门店自提"),
                         ("I would love to pick it up in a store", "You should offer pick-up in store")),
    "unscented": (("希望能出无香型的", "期待无香型的款式", "有没有无香型的"),
                  ("I wish it came unscented", "Please make an unscented version")),
    "invoices": (("建议支持电子发票", "能不能在线开电子发票"), ("Please add electronic invoices",)),
}


def sentiments(satisfaction: np.ndarray, rng) -> np.ndarray:
    """Return 0 (negative), 1 (neutral) or 2 (positive) from satisfaction (0 = middling, one unit = one standard deviation)."""
    felt = satisfaction + rng.normal(0, .35, len(satisfaction))
    return np.where(felt < -.7, 0, np.where(felt < .0, 1, 2))


def say(sentiment: np.ndarray, aspect: np.ndarray, products: np.ndarray, rng, *, is_english: np.ndarray) -> tuple[list,
                                                                                                                  np.ndarray]:
    """Return a text for each row and its true aspect (in English the sentence sets it); one in three names the product.

    One in five Chinese texts has a second clause of the same sentiment; one in twelve a milder one that differs. Six in a
    hundred texts ask for something.
    """
    wishes = _wishes(len(sentiment), np.random.default_rng(rng.bit_generator.state["state"]["state"]))  # other draws stay
    draw = rng.random((len(sentiment), 6))
    texts, aspects = [], np.array(aspect)
    for i, (mood, about, product) in enumerate(zip(sentiment, aspect, products, strict=True)):
        name = SENTIMENTS[mood]
        if is_english[i]:
            k = int(draw[i, 0] * len(ENGLISH[name]))
            aspects[i] = ENGLISH_ASPECTS[name][k]
            texts.append(ENGLISH[name][k] + _pick(ENGLISH_ENDS[name], draw[i, 1]) + (wishes[i] and f" {wishes[i][1]}."))
            continue
        said = _pick(PHRASES[ASPECTS[about]][mood], draw[i, 0])
        if draw[i, 2] < .33 and product:
            said = f"{product}{said}" if draw[i, 2] < .2 else f"买的{product}，{said}"
        if draw[i, 3] < .2:
            said += "，" + _pick(PHRASES[ASPECTS[(about + 1 + int(draw[i, 4] * 5)) % 6]][mood], draw[i, 5])
        elif draw[i, 3] < .28 and mood != 1:
            said += "，不过" + _pick(PHRASES[ASPECTS[(about + 1 + int(draw[i, 4] * 5)) % 6]][1], draw[i, 5])
        said += wishes[i] and f"，{wishes[i][0]}"
        texts.append(_pick(OPENERS[name], draw[i, 1]) + said + _pick(CLOSERS[name], draw[i, 4]))
    return texts, aspects


def _wishes(n: int, rng) -> list[tuple[str, str] | str]:
    """Return what each of n texts asks for, in Chinese and in English; nothing in most of them."""
    draw = rng.random((n, 3))
    ideas = list(REQUESTS.values())
    return [tuple(_pick(said, c) for said in ideas[int(b * len(ideas))]) if a < ASKING else "" for a, b, c in draw]


def _pick(options: tuple[str, ...], draw: float) -> str:
    return options[int(draw * len(options))]


def stars(sentiment: np.ndarray, rng) -> np.ndarray:
    """Return 1–5 stars that agree with the sentiment nine times in ten."""
    table = np.array([[.55, .33, .08, .02, .02], [.04, .12, .58, .21, .05], [.01, .02, .07, .3, .6]])
    return 1 + (rng.random(len(sentiment))[:, None] > table[sentiment].cumsum(axis=1)[:, :4]).sum(axis=1)


def scores(satisfaction: np.ndarray, rng) -> dict[str, np.ndarray]:
    """Return NPS (0–10), CSAT (1–5) and CES (1 = much effort … 7 = none) of people, and how they felt then."""
    felt = satisfaction + rng.normal(0, .4, len(satisfaction))
    return {
        "nps": np.clip(np.round(7.9 + 1.9 * felt), 0, 10).astype(int),
        "csat": np.clip(np.round(3.8 + .9 * felt), 1, 5).astype(int),
        "ces": np.clip(np.round(5.0 + 1.1 * felt), 1, 7).astype(int),
        "felt_then": felt,
    }
