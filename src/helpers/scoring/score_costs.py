"""Which problems cost the most, scored against the revenue of those whom failures truly drove away."""

import numpy as np
import pandas as pd

from helpers.scoring.score_rows import Score
from helpers.scoring.score_topics import TRUE_ASPECTS

QUESTION = "which complaints cost most"
ASPECT_OF = {  # failure → true aspect
    "配送延误": "配送", "商品破损": "包装", "质量问题": "质量", "服务态度": "服务", "退款缓慢": "服务",
}
LEAST = 30  # customers driven away below which nothing is scored
MONTHS = 12
N_DEAREST = 2


def true_loss(churned: pd.DataFrame, people: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return, by true aspect, n (customers whom a failure of it drove away in the last year) and loss (a year of theirs)."""
    recent = churned[churned["by_failure"] & (pd.to_datetime(churned["left_at"]) > as_of - pd.DateOffset(months=MONTHS))]
    gone = recent.merge(people[["person_id", "orders_per_month", "mean_order_value"]], on="person_id")
    gone = gone.assign(aspect=gone["why_left"].str.split("：").str[-1].map(ASPECT_OF),
                       loss=MONTHS * gone["orders_per_month"] * gone["mean_order_value"])
    found = gone.groupby("aspect").agg(n=("loss", "size"), loss=("loss", "sum"))
    return found.reindex(list(TRUE_ASPECTS), fill_value=0)


def ranking(answer: pd.DataFrame, loss: pd.DataFrame) -> list[Score]:
    """Return how well money at risk (lift × value reached, clear or not) ranks the six true aspects by what they cost, beside
    the ranking by mentions: rank correlation, and the share of the true loss that the two ranked first make up.

    answer: results/money_at_risk. loss: of `true_loss`.
    """
    n = int(loss["n"].sum())
    of = {name: zh for zh, (_, names) in TRUE_ASPECTS.items() for name in names}
    rows = answer[(answer["kind"] == "aspect") & answer["topic"].isin(of)]
    if n < LEAST or len(rows) < 3:
        return [Score("06_voc", QUESTION, "", None, n=n, missing=f"too few to rank: {n} driven away, {len(rows)} aspects")]
    sums = rows.assign(money=(rows["lift"] * rows["value_reached"]).fillna(0.0), aspect=rows["topic"].map(of)).groupby("aspect")
    found = sums[["money", "n_mentions"]].sum().reindex(loss.index, fill_value=0)
    money, mentions = found["money"], found["n_mentions"]
    return [
        Score("06_voc", QUESTION, "rank correlation of six aspects' money at risk", _ranks(money, loss["loss"]), n=n,
              baseline=_ranks(mentions, loss["loss"])),
        Score("06_voc", QUESTION, f"share of the loss in the {N_DEAREST} ranked first", _dearest(money, loss["loss"]), n=n,
              baseline=_dearest(mentions, loss["loss"])),
    ]


def _ranks(one: pd.Series, other: pd.Series) -> float:
    return float(np.corrcoef(one.rank(), other.rank())[0, 1])


def _dearest(by: pd.Series, loss: pd.Series) -> float:
    first = by.rename_axis("aspect").reset_index(name="by").sort_values(["by", "aspect"], ascending=[False, True])
    return float(loss[first["aspect"].head(N_DEAREST)].sum() / loss.sum())
