"""How customers ask for something: patterns in English and Chinese, and what looks like it but is courtesy, advice or redress.

A pattern matches within one sentence in lower case with plain apostrophes. The words beside an English pattern, one of which it
cannot do without, spare most sentences the search.
"""

import re

_DOES = (  # what a company can be asked to do
    r"(?:offer|sell|carry|add|include|bring|provide|consider|stock|restock|introduce|reintroduce|create|make|print|let|allow"
    r"|improve|change|fix|put|release|develop|reduce|remove|switch|expand|start|stop|come out|have|give us|open|extend|replace"
    r"|redesign|label|package|ship|accept|support|use|list|rename|rethink|specify|plan to|keep selling)(?! sure\b)"
)
_THEY = (
    r"(?:they|you|amazon|someone|somebody"
    r"|(?:the |this )?(?:company|companies|manufacturers?|makers?|sellers?|brand|store|shop|producers?|vendor))"
)
_IT = (
    r"(?:it|this|these|those|there|that|they|you|(?:the|some) [a-z]+(?: [a-z]+)?|amazon|your [a-z]+"
    r"|more [a-z]+)"
)
_IS = r"(?:(?:really|also|definitely|just|still|guys|please|all|now|do|at least|maybe|perhaps) )*"
_GOOD = r"(?:great|nice|nicer|perfect|better|good|helpful|lovely|awesome|wonderful|cool|ideal|handy|fantastic|amazing|useful)"
_WOULD = r"(?:would|'d)"
_MORE = r"(?:an?|more|less|fewer|better|larger|longer|bigger|smaller|another|some)"
_THING = r"(?:it|app|product|packag\w+|bag|box|website|site|store|lid|bottle|can|label)"

ENGLISH = (
    (("would be", "'d be"), rf"{_WOULD} be (?:\w+ )?{_GOOD} (?:if\b(?! i\b)|to (?:have|see|get|be able)|with {_MORE})"),
    (("help if", "appreciated", "welcome"), rf"{_WOULD} {_IS}(?:help if|be (?:much |greatly |very )?(?:appreciated|welcome))"),
    (("wish",), rf"\bwish(?:ing)? (?:that )?{_IT} {_IS}(?:\w+ ){{0,3}}?(?:made|came|come|was|were|wasn't|weren't|had|have|would"
     r"|could|offered|sold|carried|did|didn't|included|is|are)\b"),
    (("please",), rf"\bplease {_IS}(?!let me|have a|use it|put it){_DOES}\b"),
    (("should", "need", "ought", "must", "have to", "has to"),
     rf"\b(?!you\b){_THEY} {_IS}(?:should|needs? to|ought to|must|have to|has to) {_IS}"
     rf"(?!have\b(?! (?:an?|more|some)\b)){_DOES}\b"),
    (("you should", "guys should", "ought to"), rf"\byou {_IS}(?:should|ought to) {_IS}"
     r"(?:offer|sell|carry|include|introduce|bring back|stock|restock|let us|create|provide)\b"),
    (("you should", "guys should", "ought to"), rf"\byou {_IS}(?:should|ought to) {_IS}(?:make|add|print|put|have|consider) "
     r"(?:an?|more|the|some|it|this|these|other)\b(?!.* (?:with|in|for|to) (?:your|water|milk|the morning))"),
    (("why ",), rf"\bwhy (?:don't|doesn't|can't|won't) (?:{_THEY}|it|these|this) {_IS}(?:{_DOES}|come)\b"),
    (("why not",), rf"\bwhy not (?!have){_DOES}\b"),
    (("love", "like", "prefer", "appreciate"),
     rf"(?:\b(?:i|we|i'd|we'd)(?: {_WOULD})?|(?:^|[,;:-]|\b(?:and|but))\W*would) {_IS}(?:love|like|prefer|appreciate) "
     rf"(?:it (?:more |better )?if|to see|to be able to|the option|an option|{_THEY} to {_DOES})"),
    (("would ", "'d "), rf"(?:\b(?:i|we)(?: would|'d)|^\W*would) {_IS}(?:like|prefer|appreciate) {_MORE} "),
    (("would ", "could ", "can ", "will "), rf"(?<!why )\b(?:would|could|can|will) {_THEY} {_IS}{_DOES}(?:ing)?\b"),
    (("if only",), rf"\bif only {_IT}\b"),
    (("if they", "if you", "if it", "if there", "if these"),
     rf"\bif (?:they|you|it|there|these) {_IS}(?:sold|offered|made|carried|came|had (?!been\b)|were available|was available)\b"
     rf".*{_WOULD}\b"),
    (("hope", "hoping"), rf"\bhop(?:e|es|ing) (?:that )?{_THEY} {_IS}(?:will |'ll |can |could |would )?{_IS}{_DOES}\b"),
    (("hoping for",), rf"\b(?:am|i'm|are|we're|is) hoping for {_MORE} "),
    (("looking forward",),
     r"\blooking forward to (?:an?|more|new|the) .*\b(?:available|options?|versions?|sizes?|flavou?rs?|launch|release)\b"),
    (("suggestion", "improvement", "request"), r"\b(?:my|one|only|a|another) (?:only |small |minor )?"
     r"(?:suggestion|improvement|request)s?\b(?: \w+)?(?: is| are| would|:|,)"),
    (("suggest",), rf"\bsuggest (?:that )?(?:(?!you\b){_THEY} {_IS}(?:should )?{_DOES}\b|(?:adding|putting|including|making"
     r"|offering|selling|printing|changing|improving|providing|packaging|replacing|having|reducing)\b)"),
    (("needs",), rf"\b{_THING} {_IS}needs {_MORE}\b(?! (?:\w+ )?(?:minutes?|seconds?|hours?))"),
    (("needs to", "need to"), r"\b(?:packaging|box|bag|price|label|website|it) needs? to (?:be )?"
     r"(?:chang|improv|redesign|larger|bigger|smaller|cheaper)"),
    (("we need",), r"\bwe need (?:an?|more) (?:\w+ )*?(?:size|version|option|package|pack|choice|variety)\b"),
    (("i want", "we want"), r"\b(?:i|we) want (?:an option|the option|to be able|more (?:\w+ )?"
     r"(?:choice|options|flavou?rs|sizes)|a (?:\w+ )?(?:version|size|way))"),
    (("any chance",), r"^\W*any chance (?:of|you|for|that|they)\b"),
    (("when will", "when are", "when is"),
     r"\bwhen (?:will|are|is) (?:you|they|it|this|the \w+) .*\b(?:have|back|stock|available|sell|carry|offer|get)\b"),
    (("please",), r"^\W*(?:more|fewer|less|bigger|smaller|larger|cheaper) [a-z]+(?: [a-z]+)?,? please\b"),
    (("bring back",), r"^\W*(?:please )?bring back\b"),
)
NOT_ENGLISH = re.compile(
    r"\b(?:refund|money back|hope (?:this|my|that this|it) (?:review )?helps|thank|(?:zero|no|0) stars|zero before)\b"
)

_DO = (  # what a company can be asked to do
    r"(?:推出|出(?![现问错来去了过货门口差色众乎自卖售于租])|增加|添加|新增|增设|加(?=[个上一入装点些大强快])"
    r"|多(?=[放出开加提设做搞备配一些点几])|换成|换回|换个|改成|改为|开通|开(?=[个一设发放])|支持|提供|配(?=[个上一备送套])"
    r"|附(?=[上赠一带个])|延长|恢复|上架|上新|补货|进货|降低|降价|单独|简化|放(?=[个一些上])|做(?=[个一成出款小大])|设置|设立"
    r"|优化|改进|改善|加强|完善|印(?=[上大得])|选择?|接(?=[听电受通入])|返场|取消|减少|缩短|提高|支付|分期|自提|送货|送到|送上"
    r"|查|搞(?=[个一])|换(?=[个一成回])|单卖|别用|不要用|少用|有人接)"
)
_WHO = (
    r"(?:商家|店家|卖家|厂家|你们|贵司|贵店|官方|平台|店里|客服(?:电话)?|小程序|公司|门店|超市|网店|app|快递|以后|今后|下次|早日"
    r"|尽快|尽早|快点|赶紧|能够?|可以|会|也|都|再|真的|这款|里面|把|将|给|在|[，\s]){0,6}"
)
_UP_TO = r"[^，,。！？!?；;]{0,12}?"
_BETTER = (
    r"(?:就(?:更|最|太|很|非常)?(?:好|完美|棒|方便|满意|贴心|省心|给力)|(?:会|就|那就)?(?:更|再)(?:好|完美|方便|棒)"
    r"|就(?:更加|太)完美|该多好)"
)
_KIND = r"(?:款式?|版本?|装|型|颜?色|码|口味|味|号|尺寸|规格)"

CHINESE = (
    rf"(?:希望|盼望?|盼着|但愿|恳请|呼吁){_UP_TO}{_DO}",
    rf"(?:希望|盼望?){_WHO}有(?!效|用|所|缘|机会|好)[^，,。！？!?]{{2,}}",
    rf"建议{_UP_TO}{_DO}",
    rf"(?:要是|如果|若是?|假如|要能|倘若|如能|能)[^。！？!?]{{1,30}}?{_BETTER}",
    r"有[^，,。！？!?]{1,12}就更?(?:好|完美)[了啦]",
    rf"(?:能不能|能否|可不可以|可否|是否可以|是不是可以){_UP_TO}{_DO}",
    rf"什么时候{_WHO}(?:{_DO}|有[^，,。！？!?]{{2,}})",
    rf"(?:期待|坐等|求){_WHO}{_UP_TO}"
    rf"(?:推出|出(?![现问错来去了])|开通|上架|上新|新品|新款|增加|{_KIND}$|新口味|返场|补货|换)",
    rf"最好{_WHO}{_DO}",
    rf"(?:^|[，,。！？!?\s])(?:请|麻烦|拜托){_WHO}{_DO}",
    r"想要(?:一个|一款|个|款|更|有)[^，,。！？!?]{2,}",
    rf"应该{_WHO}{_DO}",
    rf"有没有[^，,。！？!?]{{1,10}}{_KIND}的?[呀呢吗啊]?$",
)
NOT_CHINESE = re.compile(
    r"要求|追求|需求|求好评|求安慰|请求|退款|退钱|退货(?!流程|服务|政策|更)|赔偿|赔钱|返现|补发"
    r"|早(?:点|些|一点)?(?:买|知道|入手|发现|下单)|越来越|期待已久|说最好|(?:店员|客服|朋友|别人|医生)建议"
    r"|建议(?:大家|各位|亲们)?(?:先|购买|入手|别|不要买|买|多囤|囤)|质量有问题|加强管理"
)
CHINESE_CUES = re.compile(
    r"希望|盼|但愿|恳请|呼吁|建议|要是|如果|若|假如|要能|倘若|如能|就更?好|能不能|能否|可不可以|可否|是否|是不是可以|什么时候"
    r"|期待|坐等|求|最好|请|麻烦|拜托|想要|应该|有没有|完美|更好|方便"
)
SAME = {  # word → the word under which it is counted
    **dict.fromkeys(("cheaper", "priced", "pricey", "pricy", "expensive", "affordable", "cost", "costs"), "price"),
    **dict.fromkeys(("bigger", "larger", "large", "smaller", "sizes", "sized", "quantity", "bulk", "bulks"), "size"),
    **dict.fromkeys(("packaging", "packages", "packaged", "package", "packs", "packed"), "pack"),
    **dict.fromkeys(("flavors", "flavour", "flavours", "flavored"), "flavor"),
    **dict.fromkeys(("便宜", "降价", "价钱", "价位", "低价", "优惠"), "价格"),
    **dict.fromkeys(("晚间", "夜间", "晚上", "夜里"), "晚上"), **dict.fromkeys(("配送", "送货", "送到"), "送货"),
    **dict.fromkeys(("包装", "包裹", "外包装"), "包装"),
}
LESS = ("无", "不含", "低", "零", "少", "without ", "no ", "less ", "non ")  # before a word: it is to be left out, not added
SAYS_NOTHING = frozenset(re.findall(r"\S+", """
wish hope hoping please improve improved should need needs would could suggestion suggest suggestions improvement request
option options version add offer offered make made sell sold include bring back provide consider stock start carry come came
available able appreciate looking forward chance better great nice perfect love like prefer want thing things way lot company
seller amazon store product products item people bit time day year really think know way let put change use used using buy
bought purchase order ordered open someone maybe future kind sure long little actually instead different type try tried far
read
希望 盼望 建议 要是 如果 就好 好了 能不能 能否 可不可以 可否 什么 时候 期待 请 麻烦 拜托 想要 应该 有没有 最好 商家 店家 卖家
厂家 你们 官方 平台 推出 增加 添加 新增 支持 提供 开通 改进 改善 加强 完善 优化 提高 更好 完美 方便 以后 今后 下次 早日 尽快
可以 一下 一点 一些 一个 一款 出个 出款 东西 产品 商品 购买 单独 早点 真希望 恢复 选择 做个 加个 出来 能出 能够 时段 如能 就行
更加 一种 各种 其他
"""))
