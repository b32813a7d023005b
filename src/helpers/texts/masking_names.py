"""Names of people in English and Chinese texts: what titles, labels, roles and lists of names give away.

Chinese words are told from names by the word list of the segmenter (rjieba): 高级 before 经理 is no name, 高明 is. A bare
unusual name within a sentence can remain.
"""

import re
from functools import cache

# frequent given names that are no ordinary words, places or brands ("Mark", "Virginia" are left out on purpose)
GIVEN_NAMES = frozenset(re.findall(r"[^\W\d_]+", """
Aaron Abigail Adam Adrian Adriana Agnes Agnieszka Ahmed Aisha Alan Albert Alejandro Alex Alexander Alexandra Alexis Alice
Alicia Alison Allison Alyssa Amanda Amélie Amir Ananya Andrea Andreas Andrew Angela Anika Anita Anja Anna Anne Annette Anthony
Antoine Antonio Arjun Ashley Astrid Audrey Barbara Bartosz Beatriz Benjamin Bernard Beth Betty Beverly Bonnie Bradley Brandon
Brenda Brian Brianna Brittany Bruce Bryan Caitlin Caleb Cameron Carl Carla Carlos Carmen Carol Caroline Carolyn Catherine
Cathy Charles Cheryl Chloé Christina Christine Christoph Christopher Cindy Claire Clara Connie Corey Craig Curtis Cynthia
Daniel Daniela Danielle David Deborah Debra Deepak Denise Dennis Derek Diana Diane Diego Dieter Dolores Dominik Donald Donna
Doris Dorothy Douglas Dylan Edith Eduardo Edward Eileen Elaine Eleanor Elena Elizabeth Ellen Emily Emma Enrique Eric Erica
Erik Erin Esteban Ethan Eugene Evelyn Fatima Felipe Fernando Fiona Frances Francesca Francisco François Friedrich Gabriel
Gabriela Gail Gareth Gary George Gerald Geraldine Gianluca Giovanni Giulia Gladys Glenn Gloria Gregory Guillermo Gunther
Hannah Hans Harold Hassan Heidi Heinrich Helen Helga Henry Hiroshi Howard Ibrahim Imogen Ingrid Irene Isabel Isabella Jacob
Jacqueline James Jamie Janet Janice Jared Jason Javier Jean Jeffrey Jennifer Jeremy Jerome Jesse Jessica Jill Joan Joanne
Johannes John Jonathan Jorge Joseph Joshua Joyce Juan Judith Judy Julia Julian Julie Jürgen Justin Karen Karim Katarzyna
Katherine Kathleen Kathryn Kathy Katie Kayla Keith Kelly Kenneth Kenji Kevin Kimberly Klaus Kristen Kristin Krzysztof Kyle
Larissa Larry Lars Laura Lauren Laurent Lawrence Leonard Leslie Lillian Linda Lisa Logan Lois Lori Louise Lucas Lucía Lucille
Lukas Luis Lynn Magdalena Malcolm Manuel Marco Margaret Maria María Mariana Marie Marilyn Mario Marjorie Martha Martin Marvin
Mary Mathieu Matteo Matthew Matthias Megan Mehmet Melanie Melissa Melvin Michael Micheal Michelle Miguel Mildred Mohamed
Mohammed Monica Monique Muhammad Nadia Nancy Naomi Natalia Natalie Natasha Nathan Nicholas Nicolas Nicole Nigel Nikhil Nikolai
Noah Norma Olga Oliver Olivia Oscar Pablo Pamela Patricia Patrick Paula Paulo Pedro Peggy Peter Philip Philippe Phillip
Phyllis Pierre Priya Rachel Rafael Rahul Rajesh Ralph Ramesh Randy Raymond Rebecca Renata Renee Rhonda Ricardo Richard Roberta
Robert Roberto Rodrigo Roger Ronald Roy Ruth Ryan Salma Samantha Samuel Sandra Sanjay Santiago Sara Sarah Scott Sean Sebastian
Sergei Sergio Sharon Shawn Sheila Shirley Siobhan Sofia Sophia Sophie Stanley Stefan Stephanie Stephen Steve Steven Susan
Suzanne Svetlana Sylvia Takashi Tammy Tara Tatiana Teresa Theresa Thomas Tiffany Timothy Tina Todd Tomasz Tracy Travis Trevor
Tyler Ursula Valentina Valerie Vanessa Veronica Vijay Vincent Vivian Vladimir Walter Wanda Wayne Wendy Werner William Wolfgang
Xavier Yolanda Yuki Yusuf Yvette Yvonne Zachary Zoltan
"""))
# others that sign a text; within a sentence they are as often a brand (Mike and Ike, Trader Joe's)
SIGNING_NAMES = GIVEN_NAMES | frozenset(re.findall(r"[^\W\d_]+", """
Abby Al Alec Ali Amy Ana Andy Angie Annie Becky Ben Bernie Bert Bill Billy Bob Bobby Brad Brett Brigitte
Carrie Cass Chad Charlie Chloe Chris Chuck Cody Dan Dana Danny Dave Deb Debbie Dee Dianne Don Doug Ed
Eddie Eli Ella Ellie Emmy Eugenie Eva Evan Fran Fred Gabe Gabby Gene Gina Ginny Greg Gus Gwen Hal Hank Harry Ian
Ivan Jack Jackie Jake Jan Jana Jane Jay Jeff Jen Jenna Jenny Jeri Jerry Jess Jim Jimmy Jo Jodi Jody Joe Joel Joey Johnny Jon
Josh Judi Kara Kat Kate Kathi Kay Ken Kenny Kim Kris Kurt Leah Lee Leo Leon Lena Lily Liz Lola Lou Luke Lucy Lynda
Lynne Mandy Marc Marcia Maggie Marty Matt Meg Mel Mia Mick Mike Mindy Molly Nate Ned Neil Nick Nina Nora Pam
Pat Patti Patty Paul Pete Phil Rachael Rick Ricky Rita Rob Robin Rod Ron Ronnie Rosa Russ Sally Sam
Shane Shari Sid Simon Stan Stacy Stella Stu Suzie Tami Tanya Ted Teri Terri Terry Tess Tim Toby Tom Tommy Toni Tony
Traci Trish Vera Vic Vicki Vicky Walt Wes Zach Zoe
"""))
COMMON_SURNAMES = (  # the hundred most frequent surnames of China
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁"
    "潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
RARER_SURNAMES = (  # others of the 百家姓 that are no function words; only beside a title or a label
    "褚卫尤施戚窦章葛奚郎鲁昌苗凤俞柳酆鲍费岑倪滕殷毕邬安常乐傅皮卞齐康伍卜穆"
    "萧祁湛狄臧伏谈茅庞纪舒屈祝阮蓝闵席麻强娄危童颜梅盛刁骆樊凌霍"
    "虞柯昝管柯解应宗宣贲郁单杭洪包诸左吉钮嵇邢滑裴荣翁荀甄曲封芮储靳糜松井巫"
    "乌焦巴牧车宓蓬郗班仰仇栾甘厉戎祖符景詹束叶幸司韶蓟薄印宿"
    "怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍闻莘党翟贡劳逄姬申扶堵冉宰郦雍郤璩桑桂"
    "濮牛寿通边扈燕冀郏浦尚农温柴瞿阎充慕连茹习艾鱼容古易慎戈庾终暨"
    "居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那"
    "简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公岳帅缑亢"
    "况郈有琴商牟佘佴伯赏墨哈谯笪年爱阳佟苟仝占丘肖涂覃"
)
ALSO_WORDS = "向于万方高白金马史毛任江夏汤石"  # frequent surnames that stand in sentences as words as well
DOUBLE_SURNAMES = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫|长孙|独孤|轩辕|百里|呼延|宇文|澹台"
    "|公冶|钟离|淳于|申屠|太史"
)
TITLES = (
    "先生|女士|小姐|太太|夫人|老师|师傅|经理|主管|店长|医生|大夫|教授|主任|阿姨|大姐|大哥|同学|客服(?!务)|导购|老板|顾问|专员"
    "|护士|教练|警官|同志"
)
OCCUPATIONS = frozenset(["经理", "主管", "店长", "主任", "同学", "客服", "导购", "老板", "顾问", "专员", "护士", "教练"])
SOMETIMES_WORDS = "谢何许曾余程任付段雷龙顾钱严武莫黄"  # before other words, at the end of a text
OF_PLACES = "州城县市山海江河湖南北西东京安阳宁苏川门岛"  # endings of places that begin like a surname: 郑州, 江苏
GRAMMAR = frozenset(["p", "uj", "ul", "uv", "ud", "uz", "ug", "c", "r", "y"])  # tags: particles, pronouns …
ROLES = (
    "老公|老婆|丈夫|妻子|妈妈|爸爸|母亲|父亲|儿子|女儿|朋友|室友|"
    "(?:客服|售后|工作)人员|负责人|售后|客服(?!务)|快递员|配送员|快递小哥|骑手|外卖员|导购员|导购|店员|收银员|收银|技师|维修师傅|安装师傅|送货师傅|司机|店长|经理|主管"
    "|专员|顾问|主播|营业员|"
    "服务员|销售员|销售|美容师|发型师|同事|工程师|老师"
)
ADDRESSED = "感谢|谢谢|多谢|多亏|表扬|找到|找|咨询|联系|投诉|叫做|叫"
LABELS = (
    "联系人|收件人|收货人|寄件人|发件人|姓名|户名|持卡人|经办人|客户名称?|会员名|称呼|我叫|名字叫|名字是|我的名字是|署名"
    "|签名|真名|本名|本人"
)
_DOUBLE = frozenset(DOUBLE_SURNAMES.split("|"))
_TO = ("向", "p")  # 我向客服投诉
_HAN = r"[\u4e00-\u9fff]"
_ANY_SURNAME = f"[{COMMON_SURNAMES}{RARER_SURNAMES}]"
_NAME = rf"(?:(?:{DOUBLE_SURNAMES}){_HAN}{{1,2}}|[{COMMON_SURNAMES}]{_HAN}{{1,2}})"
_STOP = r"\s，,。.！!；;、？?）)（(“”\"'\]\[~～…A-Za-z0-9+"
NO_NAMES = frozenset(  # words that the segmenter takes for names
    ["谢谢", "白领", "陈列", "小米", "小龙虾", "高兴", "金龙鱼", "马桶", "雷达", "万能", "和平",
     "安康", "平安", "方便", "高尔夫", "石榴", "龙井", "马虎", "马马虎虎", "高中生", "陈述", "胡说", "胡闹", "贺卡", "安静",
     "段子", "石家庄", "万一", "杜绝", "熊猫", "胡萝卜", "胡萝", "孔雀", "潘婷", "黎明", "贺喜", "武侠", "余生", "高露洁",
     "高露", "杨枝", "杨梅"]
)
NO_PERSONS = frozenset(("康师傅", "万师傅", "老师傅"))

_LABELLED = re.compile(
    rf"({LABELS})(\s*(?:[:：]|是|为|叫)\s*[:：]?\s*|\s+|(?=[A-Z]|{_NAME}(?:[{_STOP}]|$)))"
    rf"({_HAN}{{2,4}}(?:·{_HAN}{{1,6}})*(?=[{_STOP}]|$)|{_NAME}(?=[的来在给买想{_STOP}]|$)|[A-Z][a-z]+(?:\s[A-Z][a-z]+){{0,2}})"
)
_SELF = re.compile(rf"(我是|这里是|叫我)({_NAME})(?=[{_STOP}]|$)")
_TITLED = re.compile(rf"({_HAN}{{1,4}})({TITLES})")
_BY_ROLE = re.compile(rf"({ROLES}|{ADDRESSED})([:：“\"\s]{{0,2}})(?=[小老阿]?[{COMMON_SURNAMES}]|{DOUBLE_SURNAMES})")
_SHORT = re.compile(
    rf"(?:^|(?<=[们的给找和是，。！\s]))(?:(?![{ALSO_WORDS}])[{COMMON_SURNAMES}](?=[总工](?:[，。！,\s说的上来给很投亲]|$))"
    rf"|[小老](?:(?![{ALSO_WORDS}])"
    rf"[{COMMON_SURNAMES}])(?=姐|哥)|(?![{ALSO_WORDS}])[{COMMON_SURNAMES}](?=[姐哥](?:[，。！,\s说的给很帮人也太]|$)))"
)
_ZH_SIGNATURE = re.compile(rf"(?:\n|<(?:br|/?p)\s*/?>)\s*[-–—~]*\s*({_NAME})$")
_SURNAMED = re.compile(rf"姓({_ANY_SURNAME})(?=的|，|,|$)")
_ZH_HINT = re.compile(f"{TITLES}|[总工姐哥]|{ROLES}|{ADDRESSED}|{LABELS}|我是|这里是|叫我|姓")

_CAPITAL = r"(?:[A-Z]\.[ \t]?){0,2}[A-Z][a-zA-Z'’]+(?:[ \t]+(?:[A-Z]\.[ \t]*)?[A-Z][a-zA-Z'’]+|[ \t]+[A-Z]\.)?"
_BREAK = r"(?:\n|<(?:br|/?p)\s*/?>)"
_NO_SIGNATURE = (  # how a text ends on a line of its own, too
    "Thanks|Thank|Enjoy|Sorry|None|Nothing|The|Good|Great|Best|Not|Never|No|Yes|Highly|Very|Five|Four|Three|Two|One|Pros|Cons"
    "|Recommended|Recommend|Delicious|Excellent|Awesome|Amazing|Perfect|Fantastic|Wonderful|Love|Loved|Yum|Yummy|Yuck|Avoid"
    "|Beware|Photo|Video|Update|Edit|Greetings|Cheers|Regards|Sincerely|Bon|Happy|Period|Done|End|Disappointed|Terrible"
    "|Horrible|Bad|Poor|Ok|Okay|Nice|Well|Overall|Verdict|Rating|Amazon"
)
_WORD = r"[A-ZÀ-Þ][a-zß-ÿ]+(?:['’-]?[A-ZÀ-Þ][a-zß-ÿ]+)?"
_INITIALS = r"(?:[A-Z]\.[ \t]*){1,3}"
_PARTICLES = "van|von|de|der|den|del|di|da|dos|du|la|le|ten|ter|bin|ibn|al"
_ORDINARY = frozenset(re.findall(r"[a-z]+", """
again amazon apple black blue book bread brown buyer cake cat chef chocolate christmas class coffee color cook cookies cost
cup customer dad dark days dog dogs earl east family five food free gluten golden grade green grey group happy hot iced item
kitchen kosher lover made milk mom month monday months natural never north oil one open order organic pack part peanut
people plan points pound price product products quality recommended red return review reviews rice salt sauce shipping shop
size small snack south star starbucks stars states sugar sunday sweet tea three type two vegan vitamin water week west white
wine year years york
"""))


def _signed(found: re.Match) -> str:
    """Mask the last line where it is somebody's name: a frequent given name; two words or initials, none of them ordinary.

    Another single word counts after a dash or before a date only: "Worthless" and "Starbucks" end a text as well.
    """
    words = re.findall(r"[^\W\d_]{2,}", found["name"])
    is_announced = found["dash"].strip() or found["date"] or len(words) > 1 or "." in found["name"]
    is_sure = words[0] in GIVEN_NAMES or (words[0] in SIGNING_NAMES and len(words) == 1)
    is_name = is_sure or (is_announced and not any(_is_ordinary(word.lower()) for word in words))
    return f"{found[1]}{found['dash']}[name]" if is_name else found[0]


def _introduced(found: re.Match) -> str:
    is_name = not any(_is_ordinary(word.lower()) for word in re.findall(r"[^\W\d_]{2,}", found["name"]))
    return f"{found['before']}[name]" if is_name else found[0]


def _is_ordinary(word: str) -> bool:
    from helpers.texts.texts_language import english_words

    return word in _ORDINARY or word in english_words()


_EN_RULES = tuple((re.compile(pattern), replacement) for pattern, replacement in (
    (r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Madame|Señora?)(\.?)\s+(?!Coffee|Pepper|Clean|Martens)" + _CAPITAL,
        r"\1\2 [name]"),
    (r"\b((?i:(?:my|his|her|their|full|contact)\s+name\s*(?:is|was|:)\s*|(?:contact|recipient|consignee|addressee|attn"
     r"|attention"
     r"|cardholder|card holder|name|signed|customer name)\s*(?:person|name)?\s*:\s*))" + _CAPITAL, r"\1[name]"),
    (r"\b((?i:sincerely|regards|cheers|yours truly|respectfully|best wishes)[,.!]?\s*[-–—~]*\s*)" + _CAPITAL + r"(?=\W*$)",
     r"\1[name]"),
    (r"\b((?i:agent|driver|courier|representative|rep|technician|cashier|manager|advisor|adviser|clerk|salesman|saleswoman"
     r"|assistant)"
     r",?\s+(?:named\s+|called\s+)?)(?![A-Z]{2})" + _CAPITAL, r"\1[name]"),
    (r"\b((?i:spoke|talked|speaking|chatted|dealt)\s+(?:to|with)\s+|(?i:named|someone called|a lady called|a man called)\s+)"
     r"(?!Amazon|Customer|The\b)" + _CAPITAL, r"\1[name]"),
))
_SIGNATURES = tuple(re.compile(pattern) for pattern in (
    r"([.!?\"')…]\s*)(?P<dash>[-–—~]+\s*)(?P<name>" + _CAPITAL + r")(?P<date>)\.?$",
    rf"({_BREAK}\s*)(?P<dash>[-–—~]*\s*)(?P<name>(?!(?:{_NO_SIGNATURE})\b)(?:{_INITIALS}{_WORD}|{_WORD}(?:[ \t]+[A-Z]\."
    rf"|[ \t]+(?:{_INITIALS}|(?:{_PARTICLES})[ \t]+){{0,2}}{_WORD})?))"
    r"(?=(?P<date>,?\s*[\[(]?\d{1,4}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{2,4}[\])]?)?\s*[-–—~]*$)",
))
_INTRODUCED = tuple(re.compile(pattern) for pattern in (  # two words, none of them ordinary: "I'm Gluten Free" names nobody
    rf"\b(?P<before>I am\s+|I['’]m\s+)(?P<name>{_WORD}[ \t]+(?:[A-Z]\.[ \t]*)?{_WORD})(?=\s*(?:[.,;!?]|(?:and|from)\b|$))",
    rf"\b(?P<before>[Tt]his is\s+)(?P<name>{_WORD}[ \t]+(?:[A-Z]\.[ \t]*)?{_WORD})"
    r"(?=\s+(?:calling|speaking|writing|here|from)\b)",
    rf"\b(?P<before>(?i:thanks|thank you|thx)[,!.]\s*)(?P<name>{_WORD}[ \t]+(?:[A-Z]\.[ \t]*)?{_WORD})(?=\W*$)",
))
_MAY_BE_SIGNED = re.compile(r"[\n<]|[-–—~]\s*[A-Z]")
LONGEST_SIGNATURE = 120  # characters at the end of a text, with what stands before the name
_SYLLABLE = (
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]?ang|[iu]?[aeo](?:ng|n|i|o|u|r)?|iong|ong|ing|in|iu|i|ui|un|u|ü)"
)
_PINYIN = re.compile(
    r"\b(?:Zhang|Wang|Li|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Zhu|Gao|Lin|Guo|Luo|Zheng|Liang|Xie|Tang|Feng|Deng|Cao|Peng|Zeng"
    r"|Xiao"
    rf"|Tian|Dong|Yuan|Jiang|Cai|Yu|Du|Ye|Cheng|Su|Wei|Ding|Shen|Yao|Hu|He|Ma)\s+(?=[A-Z])(?!(?:Ion|Po|Gi|Can|Ran)\b)(?:(?i:{_SYLLABLE})-?){{1,2}}\b"
)
_SURNAME = re.compile(r"\[name\](?:-[A-Z][a-z]+)?[ \t]+(?:[A-Z]\.\s*)?[A-Z][a-z]+(?:-[A-Z][a-z]+)?")
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][a-zß-ÿ]{2,}\b(?!['’]s\s+[A-Z])")  # "Aaron's Red …" is a brand, not a person


def mask_names(text: str) -> str:
    """Return `text` with `[name]` where a person is named; titles, roles and labels stay."""
    if _ZH_HINT.search(text):
        text = mask_chinese_names(text)
    text = _mask_signature(text)
    if not _CAPITALISED.search(text):
        return text
    for pattern, replacement in _EN_RULES:
        text = pattern.sub(replacement, text)
    for pattern in _INTRODUCED:
        text = pattern.sub(_introduced, text)
    text = _PINYIN.sub("[name]", text)
    return _SURNAME.sub("[name]", _CAPITALISED.sub(_masked_if_given_name, text))


def _mask_signature(text: str) -> str:
    """Mask the name with which a text ends; only its end is searched, so that many empty lines take no time."""
    end = len(text.rstrip())
    start = max(0, end - LONGEST_SIGNATURE)
    tail = text[start: end]
    if not _MAY_BE_SIGNED.search(tail):
        return text
    for pattern in _SIGNATURES:
        tail = pattern.sub(_signed, tail)
    if (found := _ZH_SIGNATURE.search(tail)) and _is_signature(found[1]):
        tail = f"{tail[:found.start(1)]}[name]"
    return text[:start] + tail + text[end:]


def _masked_if_given_name(found: re.Match) -> str:
    return "[name]" if found[0] in GIVEN_NAMES else found[0]


def mask_chinese_names(text: str) -> str:
    """Return `text` without the names that a label (联系人：), a title (先生), a role (客服) or 我叫 gives away."""
    text = _LABELLED.sub(_labelled, text)
    text = _SELF.sub(lambda found: f"{found[1]}[name]" if _is_name(found[2]) else found[0], text)
    text = _TITLED.sub(_titled, text)
    text = _SHORT.sub("[name]", _by_roles(text))
    return _SURNAMED.sub("姓[name]", text)


def _is_name(candidate: str) -> bool:
    """Return whether what begins with a surname is no word, nor begins with one (高中生)."""
    return not _is_word(candidate) and not (candidate[0] in ALSO_WORDS and _is_word(candidate[:2]))


def _is_signature(candidate: str) -> bool:
    """Return whether the last line of a text is a Chinese name: no word, nor a surname before a word of grammar.

    A surname that is a word as well (高, 钱) counts where the segmenter takes the whole for a name and the rest is no word.
    """
    if not _is_name(candidate) or candidate[:2] in NO_NAMES or _is_word(candidate[:2]) and candidate[:2] not in _DOUBLE:
        return False
    word, kind = _tag(candidate)[0]
    is_known = word == candidate and kind.startswith("nr")
    if candidate[0] in ALSO_WORDS + SOMETIMES_WORDS:
        return (is_known or _tag(candidate[1:])[0][1].startswith("nr")) and not _is_word(candidate[1:])
    return is_known or not {said for _, said in _tag(candidate[1:])} & (GRAMMAR | {"f", "m", "zg"})


def _labelled(found: re.Match) -> str:
    is_sure = bool(re.search("[:：]", found[2])) and found[1] != "本人"
    is_han = bool(re.match(_HAN, found[3]))
    if is_han and not is_sure and (_is_word(found[3]) or not re.match(_NAME, found[3])):
        return found[0]
    return f"{found[1]}{found[2]}[name]"


def _titled(found: re.Match) -> str:
    """Mask the longest ending of what stands before a title that can be a name: a surname, and no word of the language.

    Before a title of an occupation (客服, 经理), where words stand as often as names, the surname must be one of the hundred
    most frequent, and no part of three characters a word of grammar (夏凉被客服).
    """
    before, title = found[1], found[2]
    is_occupation = title in OCCUPATIONS
    surname = f"[{COMMON_SURNAMES}]" if is_occupation else _ANY_SURNAME
    is_full = len(before) > 2 and re.match(f"[{COMMON_SURNAMES}]", before[-3]) and (
        before[-3] not in ALSO_WORDS or _tag(before[-3:])[0] == (before[-3:], "nr"))
    if before[-1:] + title in NO_PERSONS or (not is_full and _is_word(before[-2:])
        and not re.match(DOUBLE_SURNAMES, before[-2:])):
        return found[0]
    for length in (4, 3, 2, 1):
        candidate = before[-length:]
        is_double = length > 1 and re.match(DOUBLE_SURNAMES, candidate) is not None
        if len(candidate) < length or (_is_word(candidate) and not is_double) or _tag(candidate)[0] == _TO:
            continue
        is_sure = length < 3 or not is_occupation or not {kind for _, kind in _tag(candidate)[1:]} & GRAMMAR
        if is_double or (length < 4 and is_sure and re.match(surname, candidate)):
            return f"{before[:-length]}[name]{title}"
    return found[0]


def _by_roles(text: str) -> str:
    """Mask the word after a role or a verb of thanks where the segmenter takes it for a name."""
    start, parts = 0, []
    for found in _BY_ROLE.finditer(text):
        if found.end() < start:
            continue
        rest = text[found.end(): found.end() + 8]
        (word, kind), *others = _tag(rest)
        after, said = others[0] if others else ("", "")
        is_rare = re.fullmatch(f"{_HAN}{{2}}", after) and not _segmenter().has_word(after)
        if (len(word) == 1 or word in _DOUBLE) and kind not in GRAMMAR and (said[:2] in ("nr", "ns") or is_rare):
            word, kind = word + after, "nr"
        elif len(word) == 1 and kind not in GRAMMAR and word not in ALSO_WORDS + SOMETIMES_WORDS and re.match(_HAN, after):
            word = rest[:2]
        is_name = len(word) <= 4 and word not in NO_NAMES and (kind in ("nr", "nrfg", "nrt") or not _is_word(word))
        if is_name and len(word) > 1 and re.match(rf"[小老阿]?[{COMMON_SURNAMES}]|{DOUBLE_SURNAMES}", word):
            parts += [text[start: found.end()], "[name]"]
            start = found.end() + len(word)
    return "".join([*parts, text[start:]])


@cache
def _segmenter():
    import rjieba

    return rjieba.Jieba()


def _tag(text: str) -> list[tuple[str, str]]:
    return _segmenter().tag(text) or [("", "")]


def _is_word(candidate: str) -> bool:
    """Return whether two characters or more are a word of the language and not a name."""
    if candidate in NO_NAMES:
        return True
    if len(candidate) < 2 or not _segmenter().has_word(candidate):
        return False
    kind = _tag(candidate)[0][1]
    return not kind.startswith("nr") and not (kind == "ns" and re.match(f"[{COMMON_SURNAMES}]", candidate)
        and candidate[-1] not in OF_PLACES)
