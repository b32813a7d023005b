"""What words are worth before anything is learnt: lists of praise and blame, from −4 (worst) to 4 (best).

English: VADER's list of 7,500 words that ten people each rated (Hutto and Gilbert 2014, MIT licence; package vaderSentiment).
Both languages: emoji by what they show, and `CUSTOMER_WORDS`, what customers say about goods, delivery, shops and apps and
what a list made for social media lacks; written for this project, editable. A model treats these values as a first guess that
reviews may overrule.
"""

from functools import cache
from importlib import resources

CUSTOMER_WORDS = {
    "en": {
        -3: (
            "broke broken cracked crushed shattered defective faulty unusable useless worthless scam ripoff "
            "stale rotten mouldy moldy spoiled expired counterfeit rude incompetent appalling unacceptable "
            "misleading disgusting inedible disappointed disappointing disappointment"
        ),
        -2: (
            "leaks leaked leaking leak leaky dented torn tore ripped scratched stained rusty shrank faded "
            "peeling wobbly loose overheats overheated crashes crashed crashing freezes froze laggy glitchy "
            "buggy dies died stopped failed fails jammed stuck late delayed lost missing wrong incorrect "
            "refund refused return returned returning overpriced expensive ignored unhelpful unresponsive "
            "noisy dirty smelly flimsy cheaply tasteless bland soggy burnt bitter watery dry uncomfortable "
            "confusing complicated slow rip poorly ruined wasted waste regret beware complaint complaints "
            "complained"
        ),
        -1: (
            "thin thinner small tight short pricey queue queues hold waited waiting wait bribed paid promised "
            "okay average mediocre"
        ),
        2: (
            "fast quick quickly prompt promptly sturdy durable comfortable cozy reliable smooth fresh crisp "
            "tasty affordable bargain responsive courteous knowledgeable spotless convenient lightweight "
            "stylish soft flavorful reorder again lasts repurchase"
        ),
        3: (
            "delicious excellent flawless outstanding superb amazing exceeded delighted perfectly highly "
            "favorite favourite loves"
        ),
    },
    "zh": {
        -3: (
            "差评 垃圾 骗人 骗子 假货 山寨 上当 受骗 恶心 退货 退款 变质 发霉 过期 坏了 破损 碎了 失望 后悔 "
            "投诉 敷衍 推诿 糟糕 难吃 难用 太差 很差 极差 最差 黑心 坑人 坑爹 气愤 生气 无语 恶劣 忽悠 再也不 "
            "别买了 报废 没法用 不能用 智商税"
        ),
        -2: (
            "漏水 漏了 掉色 褪色 起球 缩水 开裂 裂开 脱线 线头 划痕 变形 异味 刺鼻 发烫 发热 死机 卡顿 闪退 "
            "黑屏 噪音 太吵 太慢 很慢 慢得 太贵 涨价 降价 缺货 发错 少发 漏发 压扁 弄丢 丢件 等了 没人 不理 脏 "
            "臭 破了 破洞 粗糙 廉价 色差 偷工 没货 排队 不符 误导 麻烦 失灵 故障 卡住 没电 难闻 难看 难受 呵呵 "
            "吐槽"
        ),
        -1: (
            "一般 凑合 勉强 偏大 偏小 偏贵 略贵 普通 可惜"
        ),
        2: (
            "满意 喜欢 好评 推荐 回购 划算 实惠 便宜 方便 快捷 及时 耐心 热情 贴心 细心 周到 专业 精致 漂亮 "
            "好看 好用 好吃 好喝 舒服 舒适 干净 整洁 新鲜 香 结实 扎实 耐用 流畅 清晰 安静 正品 值得 放心 靠谱 "
            "给力 支持 省心 开心 高兴 顺利 顺手 合身 厚实 柔软 细腻 太值 真香 种草 解决 很快 神速 秒发"
        ),
        3: (
            "惊喜 完美 超赞 很棒 太棒 超棒 最好 极好 优秀 一流 爱了 绝绝子 必买 超值 超出 惊艳 无敌"
        ),
    },
}
EMOJI = {
    3: "😍🥰😘🤩❤💕💖💗💯🎉🏆",
    2: "😊😄😁😀😃😆🙂😋👍👏🙏😎🤗🌹✨🌟⭐💪🎁😻🤤✅",
    -1: "😐😑😕🤔🙄😒😶💦",
    -2: "😞😟😢😔😭😩😫👎😤😣😖🙁☹❌😨💩",
    -3: "😡😠🤬🤢🤮💔🖕",
}


@cache
def valences(language: str) -> dict[str, float]:
    """Return word → value for a language (en or zh): VADER's words in English, emoji, and `CUSTOMER_WORDS` above both."""
    found = _vader_words() if language == "en" else {}
    for value, signs in EMOJI.items():
        found |= {sign: float(value) for sign in signs}
    for value, listed in CUSTOMER_WORDS[language].items():
        found |= {word: float(value) for word in listed.split()}
    return found


def _vader_words() -> dict[str, float]:
    """Return VADER's list of rated words."""
    text = resources.files("vaderSentiment").joinpath("vader_lexicon.txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if "\t" in line]
    return {word: float(value) for word, value, *_ in rows if word.isascii()}
