"""voc_costs_pages.py: what is said on data that no method likes: nobody known, no dates, no values, one customer, all gone."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers import i18n, report, tables
from helpers.plots import plots
from helpers.report import Said
from helpers.voc import voc, voc_costs_pages

pytestmark = pytest.mark.slow
AS_OF = pd.Timestamp("2024-12-31")
N = 300


def feedback(**columns) -> pd.DataFrame:
    """A piece of feedback of each of 300 customers, in May to August 2024; every third is dissatisfied."""
    rows = tables.empty("feedback").reindex(range(N)).assign(
        feedback_id=[f"f{i:04d}" for i in range(N)], customer_id=[f"c{i:04d}" for i in range(N)], channel="review",
        received_at=pd.Timestamp("2024-05-01", tz="UTC") + pd.to_timedelta(np.arange(N) % 100, unit="D"),
        rating=[1.0 if i % 3 == 0 else 5.0 for i in range(N)],
    )
    return rows.assign(**columns)


def orders(n=N, *, last=lambda i: 0 if i % 2 else 200) -> ibis.Table:
    """Orders of every customer every 20 days until `last` days before the last day."""
    end = date(2024, 12, 31)
    rows = [{"customer_id": f"c{i:04d}", "order_date": end - timedelta(days=d), "revenue": 10.0}
            for i in range(n) for d in range(last(i), 400, 20)]
    return ibis.memtable(rows, schema={"customer_id": "string", "order_date": "date", "revenue": "float64"})


TOPICS = pd.DataFrame({"feedback_id": [f"f{i:04d}" for i in range(0, N, 3)], "topic": "delivery", "kind": "aspect"}).assign(
    is_dissatisfied=pd.array([True] * (N // 3), dtype="boolean"))
VALUES = pd.DataFrame({"customer_id": [f"c{i:04d}" for i in range(N)], "revenue": 5.0, "customer_lifetime_value": 7.0})


def study(rows, bought, *, topics=TOPICS, values=VALUES) -> voc_costs_pages.Study:
    known = voc_costs_pages.Behaviour(bought, values, AS_OF, "UTC")
    return voc_costs_pages.study(topics, rows, voc.read_reviews(rows), known)


def words(found: voc_costs_pages.Study) -> str:
    """Return all sentences and titles of the pages in the reader's language."""
    told = voc_costs_pages.pages(found, source=lambda n: f"n={n}")
    said = [i18n.text(piece.template, **piece.values) for piece in told if isinstance(piece, Said)]
    return "\n".join([*said, *(piece.get("title", piece.get("caption", "")) for piece in told if isinstance(piece, dict))])


ODD = {
    "nobody is known": (lambda: study(feedback(customer_id=None), orders()), "of 300 pieces of feedback 0 are such"),
    "no dates": (lambda: study(feedback(received_at=pd.NaT), orders()), "of 300 pieces of feedback 0 are such"),
    "no orders": (lambda: study(feedback(), None), "of 300 pieces of feedback 0 are such"),
    "no feedback": (lambda: study(feedback().head(0), orders()), "of 0 pieces of feedback 0 are such"),
    "no values": (lambda: study(feedback(), orders(), values=VALUES.head(0)), "needs the value of customers"),
    "no topics": (lambda: study(feedback(), orders(), topics=TOPICS.head(0)), "no topic was found"),
    "one customer": (lambda: study(feedback(), orders(1)), "there are 1"),
    "others than the buyers": (lambda: study(feedback(customer_id="x"), orders()), "there are 0"),
    "everybody stopped": (lambda: study(feedback(), orders(last=lambda i: 250)), "have stopped buying"),
    "nobody stopped": (lambda: study(feedback(), orders(last=lambda i: 0)), "For none of 1 topics"),
    "no scores": (lambda: study(feedback(rating=np.nan), orders()), "needs scores by 10 known buyers"),
    "all is well": (lambda: study(feedback(), orders()), "have stopped buying"),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_missing_is_said_and_nothing_breaks(case):
    make, said = ODD[case]
    i18n.use(language="en", currency="CNY")
    told = words(make())
    assert said in told
    assert not {"nan", "NaN", "None", "inf"} & set(told.replace("(", " ").replace(",", " ").split())


def test_the_page_is_shown_in_chinese(monkeypatch):
    i18n.use(language="zh", currency="CNY")
    plots.use_style()
    shown = []
    monkeypatch.setattr(report, "display", lambda block: shown.append(block.data))
    monkeypatch.setitem(report._run, "now", report.Run("06_voc", None, "zh", AS_OF, None, 1))
    report.tell(*voc_costs_pages.pages(study(feedback(), orders()), source=lambda n: f"n={n}"))
    page = "".join(shown)
    assert "已停止购买" in page and "打低分却仍在购买" in page and "Money" not in page


def money(**columns) -> pd.DataFrame:
    """Two topics: the loud one with a small lift, the other with a larger one, as it stands in money_at_risk."""
    return pd.DataFrame({
        "topic": ["delivery", "quality"], "n_mentions": [300, 200], "mention_rank": [1, 2], "lift": [.01, .052],
        "lift_low": [-.05, .003], "lift_high": [.07, .108], "halved_lift": .01, "other_lift": .02, "q_value": [.9, .23],
        "value_reached": 100_000.0, "money_at_risk": np.nan, "money_low": [0.0, 300.0], "money_high": [7000.0, 10800.0],
        "is_clear": False,
    }).assign(**columns)


def test_unclear_topics_are_told_with_their_correction_best_estimate_and_both_ranks():
    i18n.use(language="en", currency="CNY")
    said, table = voc_costs_pages.costs(money(), horizon_days=91, reach_months=12, coverage=1.0, source="x")
    words = i18n.text(said.template, **said.values)
    assert "after correction for 2 comparisons" in table["caption"]
    assert "For none of 2 topics" in words and "after correction for 2 comparisons" in words
    assert "quality: CN¥5,200 at risk" in words and "+5.2 percentage points" in words and "q = 0.23" in words
    rows = table["frame"].set_index("topic")
    assert rows["estimate_rank"].to_dict() == {"quality": 1, "delivery": 2}
    assert rows["mention_rank"].to_dict() == {"quality": 2, "delivery": 1}
    assert rows.loc["quality", "lift_high"] == pytest.approx(10.8)  # in points
    assert {"mention_rank", "estimate_rank", "money_text", "lift_text", "q_value"} <= set(table["columns"])
    assert rows.loc["quality", "money_text"] == "CN¥5,200 (CN¥300 to CN¥10,800)"
    assert rows.loc["quality", "lift_text"] == "+5.2 (+0.3 to +10.8)"


def test_a_best_estimate_is_no_gain():
    assert voc_costs_pages._shown(money(lift=[-.02, .05]))["money_estimate"].tolist() == pytest.approx([5000, 0])


def test_the_tables_to_save_leave_out_short_lists():
    found = study(feedback(), orders())
    assert set(found.tables) == {"money_at_risk", "said_and_did"}
    assert len(found.tables["said_and_did"]) == len(found.listed)
    few = study(feedback(rating=[5.0 if i == 0 else 1.0 if i % 2 else 4.0 for i in range(N)]), orders())
    assert (few.listed["listed_as"] == "promoter who stopped buying").sum() == 1
    assert set(few.tables["said_and_did"]["listed_as"]) == {"detractor who keeps buying"}
