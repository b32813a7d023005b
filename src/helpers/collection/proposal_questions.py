"""Which columns of a survey hold ratings besides NPS, CSAT and CES, and what to call them in a proposal for dataset.yml."""

import re

from helpers.sources.questions import ENGLISH, answers_of
from helpers.sources.scale_figures import figures_of, is_no_opinion, normal
from helpers.sources.scales import read_scale

TOPICS = (  # words of a question → the name proposed for it
    ("quality", r"quality|质量|品质"), ("delivery", r"deliver|shipping|shipment|物流|配送|快递|发货"),
    ("packaging", r"packag|包装"), ("returns", r"\breturn|refund|退货|退款|退换"),
    ("price", r"price|value for money|价格|性价比|实惠"),
    ("app", r"\bapp\b|website|web ?shop|online shop|mini program|网店|网站|小程序|客户端|app"),
    ("service", r"service|support|staff|客服|服务|店员|售后|员工"), ("store", r"\bstores?\b|\bshops?\b|门店|店铺"),
    ("range", r"range|selection|choice|assortment|品类|种类|丰富"), ("payment", r"payment|checkout|支付|结账"),
    ("repurchase", r"buy again|purchase again|再次购买|复购"),
)
NOT_ASKED = re.compile(  # columns of a survey tool that hold figures, but no answers
    r"custom (variable|data)|group$|\bgroup\b|sequence|duration|progress|\bid\b|latitude|longitude|"
    r"version|自定义变量|序号|用时|编号|总分|得分|\bscore$", re.IGNORECASE)
MOST_LEVELS = 11  # of a rating scale that is not in percent


def ratings_among(rows, names: list[str]) -> list[str]:
    """Return the columns that hold ratings: two to eleven figures from 0 to 10, or words of a scale, in nearly all answers."""
    found = []
    for name in names:
        answers = {answer: n for answer, n in answers_of(rows, name).items() if not is_no_opinion(answer)}
        n = sum(answers.values())
        if not 1 < len(answers) <= 3 * MOST_LEVELS or not n:
            continue
        figures = figures_of(answers)
        reading = read_scale("rating", name, answers)
        in_words = sum(times for answer, times in answers.items() if normal(answer) in reading.words.of)
        on_scale = sum(times for figure, times in figures.items() if 0 <= figure <= 10 and figure == int(figure))
        in_figures = on_scale >= .9 * n and 2 <= len(figures) <= MOST_LEVELS
        if in_figures or in_words >= .9 * n and reading.words.n >= 3:
            found.append(name)
    return found


def proposed_names(texts: dict[str, str]) -> dict[str, str]:
    """Return a name for each question (column → its text): of its topic, else of its first words, each once."""
    names: dict[str, str] = {}
    for column, text in texts.items():
        topic = next((topic for topic, pattern in TOPICS if re.search(pattern, text.casefold())), None)
        words = [word for word in re.findall(r"[a-z][a-z0-9]+", text.casefold()) if not ENGLISH.fullmatch(word)]
        name, n = topic or "_".join(words[:3])[:40] or "question", 1
        while (name if n == 1 else f"{name}_{n}") in names.values():
            n += 1
        names[column] = name if n == 1 else f"{name}_{n}"
    return names
