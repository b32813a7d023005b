"""score_costs.py: what failures truly cost, by hand, and rankings that find it or not."""

import numpy as np
import pandas as pd
import pytest

from helpers.scoring import score_costs
from helpers.scoring.score_rows import Score


def by_measure(rows: list[Score]) -> dict[str, Score]:
    return {row.measure: row for row in rows}


AS_OF = pd.Timestamp("2025-12-31")


def test_the_loss_is_a_year_of_the_revenue_of_those_whom_a_failure_drove_away_in_the_last_year():
    churned = pd.DataFrame({
        "person_id": list("abcd"), "by_failure": [True, True, True, False],
        "left_at": ["2025-06-01", "2025-07-01", "2024-12-31", "2025-06-01"],
        "why_left": ["服务失误：配送延误", "服务失误：退款缓慢", "服务失误：配送延误", "需求变化"]})
    people = pd.DataFrame({"person_id": list("abcd"), "orders_per_month": 2.0, "mean_order_value": [10.0, 20.0, 30.0, 40.0]})
    loss = score_costs.true_loss(churned, people, as_of=AS_OF)
    assert loss["loss"].to_dict() == {"配送": 240, "质量": 0, "价格": 0, "服务": 480, "包装": 0, "门店": 0}
    assert loss["n"].sum() == 2


def test_topics_are_ranked_by_lift_times_value_and_a_lift_that_is_not_known_counts_as_none():
    loss = pd.DataFrame({"n": 10, "loss": [60.0, 30.0, 0.0, 10.0, 0.0, 0.0]},
                        index=["配送", "质量", "价格", "服务", "包装", "门店"])
    answer = pd.DataFrame({
        "topic": ["delivery", "quality", "taste and smell", "price", "service", "returns and refunds", "app", "a theme"],
        "kind": ["aspect"] * 7 + ["theme"], "lift": [.3, .1, .1, -.1, .05, np.nan, .9, .9], "value_reached": 100.0,
        "n_mentions": [5, 6, 1, 50, 4, 30, 99, 99]})
    found = by_measure(score_costs.ranking(answer, loss))
    dearest = found["share of the loss in the 2 ranked first"]
    assert dearest.value == pytest.approx(.9)  # delivery 30, quality 20
    assert dearest.baseline == pytest.approx(.1)  # price 50, service 34 mentions
    ranks = found["rank correlation of six aspects' money at risk"]
    assert ranks.value > .8 > ranks.baseline
    few = score_costs.ranking(answer, loss.assign(n=4))
    assert [row.verdict for row in few] == ["too few to rank: 24 driven away, 6 aspects"]
