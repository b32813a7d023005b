"""The report on the voice of the customer on feedback that no method likes: emoji, other languages, one text, all the same …

The cells of the real notebook run in one IPython shell, as in test_hard_data.py, whose harness this uses.
"""

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from test_hard_data import check, read, shell, visible  # noqa: F401  (fixtures)

pytestmark = pytest.mark.slow
PARTS = ["物流很快", "包装破损了", "客服不理人", "价格便宜", "味道很好",
         "箱子压扁了", "回复及时", "质量一般", "发货太慢", "还会再买"]


def feedback(n: int, **columns) -> pd.DataFrame:
    ids = [f"f{i:05d}" for i in range(n)]
    return tables.empty("feedback").reindex(range(n)).assign(feedback_id=ids, channel="review", **columns)


def chinese(n: int) -> list[str]:
    rng = np.random.default_rng(3)
    return ["，".join(rng.choice(PARTS, 3, replace=False)) + "。" for _ in range(n)]


STARS = [5.0, 1.0, 4.0, 2.0, 3.0]
CASES = {
    "one text": lambda: feedback(1, text=["很好"], rating=[5.0]),
    "no text": lambda: feedback(300, rating=STARS * 60),
    "no verdict": lambda: feedback(400, text=chinese(400)),
    "all the same": lambda: feedback(400, text=["The tea arrived late and the box was crushed."] * 400, rating=STARS * 80),
    "emoji only": lambda: feedback(400, text=["👍👍", "😡"] * 200, rating=STARS * 80),
    "other languages": lambda: feedback(400, text=["とても美味しいです", "Muy bueno, lo recomiendo"] * 200, rating=STARS * 80),
    "broken characters": lambda: feedback(300, text=["锟斤拷锟斤拷锟斤拷"] * 300, rating=STARS * 60),
    "markup and blanks": lambda: feedback(300, text=["<p></p>", " ", "<br>fine</br>"] * 100, rating=STARS * 60),
    "a megabyte": lambda: feedback(2, text=["很好，" * 330_000, "a b " * 250_000], rating=[5.0, 1.0]),
    "system praise": lambda: feedback(300, text=["此用户没有填写评价", "系统默认好评"] * 150, rating=[5.0] * 300),
    "verdicts in words": lambda: feedback(400, text=chinese(400), rating_label=["非常满意", "不满意", "五星", "2 stars"] * 100),
    "all satisfied": lambda: feedback(400, text=chinese(400), rating=[5.0] * 400),
}
SAID = {  # what the page says of the case: what was counted, or what a section needs
    "one text": {"en": "Needs"}, "no text": {"zh": "没有写文字"}, "no verdict": {"en": "has one"},
    "all the same": {"zh": "399"},
    "emoji only": {"en": "emoji, digits or marks only"}, "other languages": {"zh": "其他语言的文本"},
    "broken characters": {"en": "characters lost"}, "markup and blanks": {"zh": "没有写文字"},
    "a megabyte": {"en": "very long texts"},
    "system praise": {"zh": "系统代写"}, "verdicts in words": {"en": "50.0%"}, "all satisfied": {"zh": "100.0%"},
}


@pytest.mark.parametrize("case", CASES)
def test_no_kind_of_texts_breaks_the_report(case, read):  # noqa: F811
    language = "zh" if list(CASES).index(case) % 2 else "en"
    pages = read("feedback", CASES[case](), language=language, stages=("06_voc",))
    check({stage: page.replace("None of", "Not one of") for stage, page in pages.items()})
    assert SAID[case][language] in visible(pages["06_voc"])


def test_service_cases_alone_make_a_report(read):  # noqa: F811
    draw, n = np.random.default_rng(5), 200
    opened = pd.Timestamp("2017-01-10", tz="UTC") + pd.to_timedelta(draw.uniform(0, 200, n), unit="D")
    cases = tables.empty("cases").reindex(range(n)).assign(
        case_id=[f"c{i}" for i in range(n)], customer_id=[f"p{i % 80}" for i in range(n)], opened_at=opened,
        first_response_at=opened + pd.to_timedelta(draw.exponential(3, n), unit="h"),
        closed_at=opened + pd.to_timedelta(4 + draw.exponential(30, n), unit="h"), channel="mail",
        topic=draw.choice(["late", "invoice"], n), csat=draw.integers(1, 6, n).astype(float),
    )
    pages = read("cases", cases, language="en", stages=("06_voc",))
    check(pages)
    assert "Half of 200 cases get a first answer within" in visible(pages["06_voc"])
