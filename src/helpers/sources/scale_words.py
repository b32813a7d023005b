"""What the words of a rating scale say: good or bad, and how strongly ("very satisfied", 比较满意, "not at all likely")."""

import re
from dataclasses import dataclass, field

DEGREES = (  # how far up a scale that begins with "not at all" (it has no bad half)
    (1, r"not at all|完全不|一点(也|都)不|根本不|毫不"),
    (2, r"not (so|very|too)|slightly|a little|hardly|不太|不怎么|有一点|略"),
    (3, r"somewhat|moderately|fairly|neutral|有点|一般"), (4, r"very|quite|mostly|比较|较为?|很"),
    (5, r"extremely|completely|totally|非常|极其|十分"),
)
ORDERS = (  # scales whose words do not tell their place by themselves, worst first
    ("poor", "fair", "good", "very good", "excellent"), ("very poor", "poor", "fair", "good", "excellent"),
    ("very poor", "poor", "average", "good", "excellent"), ("never", "rarely", "sometimes", "often", "always"),
    ("never", "seldom", "sometimes", "often", "always"), ("terrible", "poor", "average", "good", "excellent"),
    ("much worse", "worse", "about the same", "better", "much better"), ("从不", "很少", "有时", "经常", "总是"),
    ("差评", "中评", "好评"), ("差", "中", "良", "优"), ("不合格", "合格", "良好", "优秀"), ("bad", "ok", "good"),
    ("not at all likely", "unlikely", "neutral", "likely", "extremely likely"),
)
NEUTRAL = re.compile(
    r"neither|neutral|average|so[- ]so|\bok(ay)?\b|\bfair\b|acceptable|undecided|moderate$|about the same|mixed|"
    r"一般|中立|普通|还行|还可以|尚可|中等|适中|既不|无所谓|说不上|马马虎虎|差不多|中评"
)
BAD = re.compile(
    r"dis-?satisf|un-?satisf|unhappy|unlikely|disagree|difficult|\bhard|poor|\bbad|terrible|awful|horrible|worst|"
    r"worse|unacceptab|disappoint|frustrat|not (at all|satisf|happy|likely|easy|good|recommend)|never|very low|lowest|\bslow|"
    r"expensive|high effort|lots? of effort|much effort|detractor|inconvenient|useless|unhelpful|rude|"
    r"不满意|不太?可能|不愿|不会|不推荐|不同意|不赞[同成]|不容易|不方便|不好|不佳|不合理|不及时|不专业|不清楚|不符合|"
    r"不喜欢|不认可|不[怎太]么?(满意|可能|愿意|好|容易|方便|同意|推荐)|不轻松|很?差|糟|失望|困难|(?<!不)难|费力|费劲|费事|"
    r"麻烦|(?<!不)慢|(?<!实)贵|从不|差评|最低|很低|恶劣|缓慢|不行"
)
GOOD = re.compile(
    r"satisf|happy|likely|\bagree|\beas[yi]|good|excellent|great|\bbest|better|outstanding|perfect|superb|fantastic|awesome|"
    r"highest|very high|(?<!s)low effort|no effort|little effort|effortless|delight|love|positive|promoter|convenient|helpful|"
    r"acceptable|\bfast|quick|cheap|always|often|definitely|recommend|"
    r"满意|可能|愿意|一定会|会推荐|推荐|同意|赞[同成]|容易|轻松|方便|便捷|好|优|棒|佳|(?<!费)快|及时|合理|专业|实惠|便宜|喜欢|认可|值|"
    r"最高|很高|总是|不难|不慢|不贵|省力|毫不费力"
)
MOST = re.compile(r"extremely|completely|totally|absolutely|entirely|极其|极为|极度|极|完全|绝对|十分|根本")
VERY = re.compile(
    r"\bvery|strongly|highly|excellent|terrible|awful|worst|best|outstanding|perfect|definitely|much (better|worse)|"
    r"非常|很|特别|最|超|相当|总是|从不"
)
SOME = re.compile(r"somewhat|slightly|fairly|a (little|bit)|rather|mostly|quite|moderately|partly|"
                  r"比较|较|有点|稍|还算|基本|不太|不怎么|略")


@dataclass(frozen=True)
class Places:
    """Words of a scale: word → place (1 = worst) of `n` places."""

    of: dict[str, int] = field(default_factory=dict)
    n: int = 0


def polarity(label: str) -> float | None:
    """Return how good (up to 3) or bad (down to −3) a label is, 0 = neither, None = its words do not tell."""
    text = label.casefold()
    if re.search(r"not at all|not (so|very|too) |一点[也都]不", text) and not re.search("difficult|hard|effort|难|费力", text):
        return -2.0 if re.search(r"not at all|一点[也都]不", text) else -1.0
    if re.search(r"neither|既不", text):
        return 0.0
    if re.search(r"毫不费力|不费力|不难|not (at all )?(difficult|hard)|effortless|(very )?(low|little|no) effort", text):
        return _strength(text)
    if BAD.search(text):
        return -_strength(text)
    if NEUTRAL.search(text):
        return 0.0
    return _strength(text) if GOOD.search(text) else None


def _strength(text: str) -> float:
    if MOST.search(text):
        return 3.0
    if VERY.search(text):
        return 2.0
    return 1.0 if SOME.search(text) else 1.5


def levels(words: list[str], *, as_satisfaction: bool = False) -> Places:
    """Return the places of words on their scale; words that tell nothing have none. Symmetric scales are completed:
    of "very satisfied, satisfied, neutral" nobody used the bad half.
    """
    for order in ORDERS:
        if len(words) > 1 and set(words) <= set(order):
            return Places({word: order.index(word) + 1 for word in words}, len(order))
    if any(re.search(DEGREES[0][1], word) for word in words) and not any(_is_bad_half(word) for word in words):
        found = {word: next((place for place, pattern in DEGREES if re.search(pattern, word)), None) for word in words}
        return Places({word: place for word, place in found.items() if place}, 5)
    felt = {word: value for word in words if (value := polarity(word)) is not None}
    sides = {sign: sorted({abs(v) for v in felt.values() if v * sign > 0}) for sign in (1, -1)}
    fuller = max(sides.values(), key=len)
    if not fuller:
        return Places(dict.fromkeys(felt, 2), 3) if felt else Places()
    if len(fuller) == 1 and as_satisfaction and fuller[0] in (1.5, 2.0):
        fuller = [1.5, 2.0]  # a scale of five of which nobody used the other degrees
    has_middle = any(v == 0 for v in felt.values()) or len(fuller) != 2 or as_satisfaction
    n_half = len(fuller)
    n = 2 * n_half + has_middle
    middle = n_half + 1 if has_middle else n_half + .5
    return Places({word: int(middle + _step(value, fuller, sides, has_middle)) for word, value in felt.items()}, n)


def _is_bad_half(word: str) -> bool:
    is_bad = re.search("dissatisf|unlikely|disagree|difficult|不满意|不可能|困难", word)
    return bool(is_bad) and not re.search("not at all|完全不", word)


def _step(value: float, fuller: list[float], sides: dict, has_middle: bool) -> float:
    """Return how far from the middle a word stands: by its rank on its own half, or that of the nearest word of the other."""
    if value == 0:
        return 0.0
    own = sides[1 if value > 0 else -1]
    if len(own) == len(fuller):
        rank = own.index(abs(value)) + 1
    else:
        rank = min(range(len(fuller)), key=lambda i: (abs(fuller[i] - abs(value)), i)) + 1
    step = rank if has_middle else rank - .5
    return step if value > 0 else -step
