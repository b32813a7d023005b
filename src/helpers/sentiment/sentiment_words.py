"""The words that govern others in a text, in English and Chinese: not, but, very, although. Editable.

No word of praise or blame stands here: what those are worth is learnt from reviews. Patterns are regular expressions.
"""

# 不过 that is no "but": 不 denies what starts with 过 ("不过敏", but "不过敏感肌 …"); what it means, where one word says it
_MEANT = {"敏(?![感捷锐])": "温和", "分(?![量店析开享数明])": "合理", "关(?![于键注系心])": "不合格",
          "如此": "一般", "尔尔": "一般"}
_DENIED = "期(?![待望间])|时(?![间不常尚而])|去(?![年的看])"
_MORE = "[^了也来去说看买]"  # 再好不过了: nothing is better

NEGATORS = {
    "en": frozenset((
        "no", "not", "never", "nothing", "nobody", "none", "nor", "neither", "cannot", "without", "hardly", "barely",
        "scarcely", "nowhere", "lacks", "lacking", "cant", "dont", "didnt", "wont", "isnt", "doesnt", "wasnt",
    )),
    "zh": (rf"不(?!错|仅|但|过(?!{_DENIED})|得不|愧|管|论|光|止|同凡响|久|少|禁|由得|断|妨)", r"(?<!出)没(?:有|能|法)?(?!想到)",
            r"(?<!特|区|分|个|级|性|类|告)别(?!人|家|墅|的|具|致|扭|克)",
           "(?<!所)无(?!论|线|敌|比|非|疑|锡|名)", "未(?!来)", "并非", "毫无"),
}
NO_NEGATION = {  # what looks like a negation and is none, or negates twice → what is read instead
    "en": (
        (r"not only|not just|not to mention|no doubt|no wonder|nothing but", " "),
        (r"(?:could|can)(?:n't| ?not) (?:be|get|have been|ask for|find|have) (?:any )?(?=better|happier|easier|nicer|more)",
         "very "),
        (r"(?:never|not) (?:been|had|seen|found|tasted|met|used|read) (?:a |an |any )?(?=better|happier|nicer|more)",
            "very "),
        (r"if you(?:'re| are)? (?:like|love|enjoy|want|prefer|into|fond of|looking for)", "if"),  # a wish, no praise
    ),
    "zh": (
        (r"(?:喜欢|爱|想)(?=.{1,8}的(?:可以|就|去|来|朋友))", ""), (r"谁(?:能|会)不", "都"), (r"谁(?:能|会)?受得了", "受不了"),

        (rf"再({_MORE}{{1,2}})不过了?", r"非常\1"), ("只不过", "只"),
        *((f"不过{rest}", meant) for rest, meant in _MEANT.items()),
        (r"(?:不是|并不是|并非|不会|没有|不算)(?:不|没有?|无)", ""),
        (r"无不|无一不", "都"), (r"不得不|不能不|不可不", "必"), (r"差不多|对不起|没想到|了不起|不得了", "·"),
    ),
}
TURNS = {
    "en": ("but", "however", "yet", "nevertheless", "nonetheless", "except", "still", "unfortunately"),
    "zh": ("但(?<![不非]但)是?(?!凡|愿)",
           rf"不过(?<!再{_MORE}不过)(?<!再{_MORE}{_MORE}不过)(?<![只比]不过)(?!{_DENIED}|{'|'.join(_MEANT)})",
           "可是", "可惜", "然而", "却", "只是(?!为)", "就是(?=有|太|贵|小|价|味|包|物|快|客|颜|质)",
           "结果", "实际上?", "其实"),
}
CONCESSIONS = {
    "en": ("although", "though", "even though", "even if", "despite", "in spite of", "while", "i (?:had )?expected",
           "i thought"),
    "zh": ("虽然", "虽说", "尽管", "即使", "即便", "本来", "本?以为", "原以为", "看着", "看起来", "除了"),
}
EMPHASES = {
    "en": ("very", "really", "so", "absolutely", "extremely", "completely", "totally", "incredibly", "utterly",
            "highly",
           "truly", "super", "hugely", "unbearably", "far", "much", "way too", "terribly", "especially", "at all"),
    "zh": ("非常", "特别(?!是)", "太(?!阳|原|平|太)", "超级?", "极其?", "十分", "实在", "相当", "最", "真[的是心]?",
            "根本", "完全", "离谱", "绝对", "无比"),
}
DAMPENERS = {
    "en": ("a bit", "a little", "slightly", "somewhat", "fairly", "kind of", "sort of", "rather", "a touch",
            "moderately",
           "quite", "mildly"),
    "zh": ("有一?[点些](?!也|都)", "稍微?", "略微?", "还算", "还行", "基本", "些许", "比较"),
}
REPROACHES = {  # questions that ask nothing
    "en": ("why", "how can", "how could", "who", "what kind of", "seriously", "are you kidding",
           "what took you", "when will", "how long", "does any(?:body|one)", "do you (?:even|people)"),
    "zh": ("怎么", "凭什么", "为什么", "什么时候才", "难道", "何必", "至于", "等了", "有没有人",
           "有人管"),
}
ANSWERS = {  # of those who ask themselves: yes, and no
    "en": (("yes", "yeah", "yep", "absolutely", "definitely", "certainly", "of course", "sure", "you bet"),
           ("no", "nope", "never", "no way", "not really", "not at all", "hardly", "absolutely not", "definitely not",
            "of course not", "i don't think so", "i doubt it")),
    "zh": (("当然会?", "会的?", "是的?", "必须的?", "肯定会?", "绝对会?", "值"),
           ("不会了?", "不", "没有", "才怪", "绝不", "当然不会?", "不可能", "不值")),
}
INTERJECTIONS = {  # alone before a comma they may mean the opposite
    "en": ("(?:oh |well |how |just )?(?:great|wonderful|fantastic|awesome|brilliant|nice|perfect|lovely|amazing)",
           "(?:well done|(?:great|good|nice) (?:job|work|start)|perfect timing|bravo|congratulations|congrats|way to go)"
           "(?: (?:guys|folks|everyone|team|everybody))?",
           "wow"),
    "zh": ("真好", "太好了", "真棒", "太棒了", "好极了", "厉害了?", "真行", "真厉害", "不错啊", "可以的?", "好家伙",
           "恭喜(?:你们?|贵[司店])?", "真(?:省心|周到|贴心|良心|有意思)", "运气真好", "不愧是.{1,8}", "这.{1,4}我服了"),
}
THANKS = {"en": ("thanks", "thank you", "many thanks"), "zh": ("谢谢(?:你们?|老板|商家|卖家)?", "多谢", "感谢")}
WISHES = {"en": ("wish", "hoped", "supposed", "should", "would've", "should've", "used"), "zh": ("但愿", "要是",
            "本该", "应该")}
REVERSALS = {  # better then, or better elsewhere: worse here and now
    "en": (r"\b(?:old|previous|former|original|earlier|other|others|competitors?|competition|elsewhere|supermarket)\b[^,]*"
           r"\b(?:was|were|is|are|used to be|tasted|worked)\b[^,]*\b(?:better|nicer|cheaper|superior|worse|faster)\b",),
    "zh": (r"(?:别家|其他家|其它家|隔壁|旧版|老款|以前|之前|原来|上次)(?:的|都)?[^比]{0,3}(?:更|比(?:这|现在))",
            r"还是(?:旧|老|原来|以前|别家)[^,]{0,4}"),
}
DEFAULT_PRAISE = (  # what shops fill in for customers who wrote nothing: no feature, so no verdict
    r"(?:此|该|本)?(?:用户|买家|顾客|客户)(?:没有|未)(?:及时)?(?:填写|写|作出|做出|发表)(?:评价|评论)(?:内容)?",
    r"(?:系统|平台)?(?:自动)?默认(?:给予)?(?:好评|评价)", r"评价方未及时做出评价",
            r"the (?:customer|user|buyer) (?:left|wrote) no (?:comment|review)s?",
)
