"""The words that themes.py works with: names of themes by their anchor words, and words that name no theme.

Edit freely: a name needs its Chinese in locale/zh/voc.po; anchor words are lower case and singular.
"""

import re

THEME_NAMES: dict[str, frozenset[str]] = {
    name: frozenset(anchors.split())
    for name, anchors in {
        "tea": "tea green black loose iced steep chai earl grey",
        "coffee": "coffee roast bean espresso decaf brew keurig pod mug",
        "chocolate": "chocolate cocoa dark truffle fudge brownie",
        "candy": "candy gummy gum licorice lollipop sour jelly mint",
        "cookies": "cookie cracker chip snack bar granola pretzel popcorn",
        "ordering": "order online deliver delivery receive arrive company cancel service",
        "condition on arrival": "package packaging arrive receive condition wrap damage dent crush broken leak",
        "pack size": "box pack size packet carton",
        "bags": "bag open plastic seal zip",
        "pet food": "food cat dry canned pet feed kitten kibble",
        "pet treats": "treat train cat dog reward",
        "dog chews": "dog chew bone bon vet teeth allergy puppy",
        "sauces": "sauce hot spicy pepper bbq heat season salsa spice",
        "sugar": "sugar free gluten fat calorie sodium salt carb syrup sweetener diet",
        "baking": "mix bread cake bake flour dough pancake muffin",
        "soft drinks": "drink juice soda energy water bottle caffeine",
        "oil": "oil olive coconut dress vinegar salad",
        "soups": "soup noodle ramen rice pasta broth",
        "nuts": "nut almond peanut cashew fruit berry raisin butter",
        "gifts": "gift christmas basket birthday present",
        "baby food": "baby infant formula toddler",
        "other brands": "brand grocery supermarket local compare",
    }.items()
}

DEMAND = re.compile(  # redress that is demanded: it ends complaints of every kind and says nothing of what went wrong
    r"要求(?:退|赔|换)|\b(?:want|demand)(?:s|ed|ing)? (?:an? |my |the )?(?:full )?(?:refund|money|replacement|compensation)\b"
)

SHOPPING_WORDS = frozenset(re.findall(r"\w+", """
price expensive cheap reasonable reasonably worth deal money value pay ship shipping fast quick cost charge postage freight
flavor flavour texture strong rich mild bland chewy crunchy smooth ingredient organic natural artificial quality preserve
"""))  # of the aspects in aspects.yml: texts_language.py knows English by them, too

# praise, blame, courtesy, time and filling: they say how a review judges, not what it is about. Negators do not matter
# here; the sentiment model keeps them (sentiment.py).
PRAISE_AND_FILLER = frozenset(re.findall(r"\w+", """
able absolutely actual actually add added ago almost also always amazing amazon anyone anything available away awesome
awful bad because best better big bit bought br buy buying came can case child com come coming couldn couple daughter
day decent definitely delicious did didn different disappointed disgusting does doesn doing don easy eat eaten eating
ended enjoy enjoyed enough especially even ever everyone everything exactly excellent expected fabulous fact family
fan fantastic far favorite feel felt finally fine found friend gave getting give given glad god goes going gone good
goodness got great gross guess guy hadn half happy hard hasn hate haven having help high higher highly home honestly
hope horrible horribly hour href http huge husband impressed incredible instead isn issue item just kid kind know
large later let like liked literally little long longer look looked looking lot love loved lover low lower made make
making many maybe mean mind minute mom month morning much nasty need needed never new nice night nothing okay old
ounce outstanding overall people perfect perfectly person place pleased point pound pretty probably problem product
purchase purchased purchasing put quickly quite quot rather rating read reading real really reason recommend
recommended regular review right said saw say second sell selling short shouldn simply sister small sold someone
something son soon star start started stay still stop stopped store stuff super sure taken taste tasted tasting tasty
terrible terrific thank thanks thing think thought time today told took totally tried truly try trying turn turned
twice type ultimately unfortunately use used using usual usually want wanted wasn waste wasted way week well weren
wife wish won wonderful work worked worse worst wouldn wow www year yes yet yuck yum yummy
"""))

CHINESE_PRAISE_AND_FILLER = frozenset(re.findall(r"\w+", """
满意 不满 不满意 惊喜 推荐 值得 下次 还来 家人 喜欢 好评 差评 必须 五星 开心 高兴 失望 生气 吐槽 忍不住 第一次 第一 继续 支持
回购 复购 说实话
总体 总体来说 简单 两句 三句 中规中矩 凑合 凑合用 试试 先用 东西 商品 产品 宝贝 卖家 商家 店家 老板 购买 买来 买过 买的 收到
打开 发现 使用 不错 很棒 太棒 棒棒
可以 好用 挺好 很好 很差 太差 一般 一般般 还行 还好 还可以 后悔 强烈 要求 会买 不会 再买 再来 不会再买 朋友 孩子 老婆 老公
爱了爱了 好几次 几次
强烈要求 希望 改进 建议 来说 再也 不来 离谱 好多 刚买 一个多 星期 一个月 第二天 第三天 半个 小时 差不多 平时 普通 体验 对得起
没有太多 太多 可说 可说的 描述 基本 一致 图片 差得 太远 感谢 谢谢 辛苦 点赞 力荐 完美 垃圾 恶心 无语 真心 真香 依然 超出 预期
想象 期待 意料 特别 非常 有点 快得
"""))
