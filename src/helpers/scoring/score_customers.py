"""Segments, lifetime value and churn, scored against who the customers truly are and what they truly will do.

In: answers with `customer_id`, the true people, and `persons` (customer → person, score_people.py). A person who was split into
several customers counts once: what they are said to bring is added up.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, average_precision_score, roc_auc_score

from helpers.scoring.score_rows import Score

WEEKS_PER_YEAR = 365.25 / 7
LEAST = 100  # customers below which nothing is scored


def with_truth(answer: pd.DataFrame, persons: pd.Series, people: pd.DataFrame, *, true: list[str]) -> pd.DataFrame:
    """Return the answer's customers with their person and the true columns; customers of no known person are left out."""
    known = answer.assign(person_id=answer["customer_id"].map(persons)).dropna(subset="person_id")
    return known.merge(people[["person_id", *true]], on="person_id")


def segmentation(segments: pd.DataFrame, persons: pd.Series, people: pd.DataFrame) -> list[Score]:
    """Return how far segments follow true personas, explain true purchase rates, and tell future value apart.

    η² = share of the variance of a true quantity that lies between groups; the baseline groups customers by fifths of revenue.
    """
    known = with_truth(segments, persons, people, true=["persona", "orders_per_month", "expected_revenue_12m"])
    if len(known) < LEAST:
        return [_too_few("03_segmentation", "are segments true groups", len(known))]
    fifth = pd.qcut(known["revenue"].rank(method="first"), 5, labels=False)
    rate, future = np.log(known["orders_per_month"].clip(lower=1e-3)), known["expected_revenue_12m"]
    n, persona = len(known), known["persona"]
    rows = [
        Score("03_segmentation", "are segments true groups", "adjusted Rand index with personas",
              adjusted_rand_score(persona, known["segment"]), n=n, baseline=adjusted_rand_score(persona, fifth)),
        Score("03_segmentation", "do segments tell buyers apart", "η² of the true log rate",
              eta_squared(rate, known["segment"]),
              n=n, baseline=eta_squared(rate, fifth)),
        Score("03_segmentation", "do segments tell the future", "η² of true revenue to come",
              eta_squared(future, known["segment"]),
              n=n, baseline=eta_squared(future, fifth)),
    ]
    for groups, question in (("cluster", "are clusters true groups"), ("interest_group", "are interests true groups")):
        placed = known[known[groups].notna()] if groups in known else known.iloc[:0]
        if len(placed) >= LEAST:
            rows.append(Score("03_segmentation", question, "adjusted Rand index with personas",
                              adjusted_rand_score(placed["persona"], placed[groups]), n=len(placed),
                              baseline=adjusted_rand_score(persona, fifth)))
    return rows


def eta_squared(values: pd.Series, groups) -> float:
    """Return the share of the variance of `values` that lies between groups (0 … 1); 0 where nothing varies."""
    values = np.asarray(values, float)
    means = pd.Series(values).groupby(np.asarray(groups)).transform("mean")
    total = values.var()
    return float(means.var(ddof=0) / total) if total > 0 else 0.0


def lifetime_value(value: pd.DataFrame, persons: pd.Series, people: pd.DataFrame) -> list[Score]:
    """Return rank and calibration of predicted revenue beside truly expected revenue; the baseline is revenue so far.

    Calibration = predicted ÷ true sum, the truth brought to the prediction's horizon by its length alone.
    """
    known = with_truth(value, persons, people, true=["expected_revenue_12m"])
    if len(known) < LEAST:
        return [_too_few("04_lifetime_value", "what will customers bring", len(known))]
    horizon = float(known["horizon_weeks"].median()) / WEEKS_PER_YEAR
    known = known.groupby("person_id", as_index=False).agg(
        predicted=("expected_revenue", "sum"), past=("revenue", "sum"), true=("expected_revenue_12m", "first"))
    n, question = len(known), "what will customers bring"
    correlation = min(known["predicted"].corr(known["true"]), 1 - 1e-9)  # Fisher's interval has no end at 1
    half = 1.96 / np.sqrt(max(n - 3, 1))
    return [
        Score("04_lifetime_value", question, "correlation with true expected revenue", correlation, n=n,
              low=float(np.tanh(np.arctanh(correlation) - half)), high=float(np.tanh(np.arctanh(correlation) + half)),
              baseline=known["past"].corr(known["true"])),
        Score("04_lifetime_value", question, "rank correlation", known["predicted"].corr(known["true"], method="spearman"), n=n,
              baseline=known["past"].corr(known["true"], method="spearman")),
        Score("04_lifetime_value", question, "predicted ÷ true, in all",
              known["predicted"].sum() / (known["true"].sum() * horizon),
              n=n, baseline=known["past"].sum() / (known["true"].sum() * horizon), ideal=1.0),
        Score("04_lifetime_value", "who are the best tenth", "their share of true revenue to come",
              top_share(known, "predicted"),
              n=n, baseline=top_share(known, "past")),
        Score("04_lifetime_value", "who are the best tenth", "the same in hindsight", top_share(known, "true"), n=n),
    ]


def top_share(known: pd.DataFrame, by: str) -> float:
    """Return the share of `true` that the tenth with the highest `by` brings."""
    best = known.sort_values([by, "person_id"], ascending=[False, True]).head(max(len(known) // 10, 1))
    return float(best["true"].sum() / known["true"].sum()) if known["true"].sum() else 0.0


def churn(scores: pd.DataFrame, persons: pd.Series, people: pd.DataFrame) -> list[Score]:
    """Return how well churn_probability tells those who have truly left; the baseline ranks by days since the last purchase.

    The truth is that a person has left by the last day observed: a probability of not buying within a horizon is not the same,
    so that ranks are scored, not probabilities.
    """
    known = with_truth(scores, persons, people, true=["left_at"])
    left = known["left_at"].notna().to_numpy()
    n, question = len(known), "who is leaving"
    if n < LEAST or left.all() or not left.any():
        return [_too_few("07_churn", question, n)]
    probability, recency = known["churn_probability"], known["recency_days"].fillna(0)
    auc = float(roc_auc_score(left, probability))
    half = 1.96 * _auc_error(auc, int(left.sum()), int((~left).sum()))
    rows = [
        Score("07_churn", question, "ROC-AUC of having truly left", auc, low=auc - half, high=auc + half, n=n,
              baseline=float(roc_auc_score(left, recency))),
        Score("07_churn", question, "PR-AUC of having truly left", float(average_precision_score(left, probability)), n=n,
              baseline=float(average_precision_score(left, recency))),
        Score("07_churn", "how many are leaving", "mean probability ÷ share truly left",
              float(probability.mean() / left.mean()),
              n=n, ideal=1.0),
    ]
    early = ~known["is_silent"].to_numpy(dtype=bool)
    if 0 < left[early].sum() < early.sum():
        rows.append(Score("07_churn", "who is leaving and not yet silent", "ROC-AUC of having truly left",
                          float(roc_auc_score(left[early], probability[early])), n=int(early.sum()),
                          baseline=float(roc_auc_score(left[early], recency[early]))))
    return rows


def _auc_error(auc: float, n_left: int, n_stayed: int) -> float:
    """Return the standard error of an AUC (Hanley and McNeil, 1982)."""
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n_left - 1) * (one - auc**2) + (n_stayed - 1) * (two - auc**2)
    return float(np.sqrt(variance / (n_left * n_stayed)))


def _too_few(notebook: str, question: str, n: int) -> Score:
    return Score(notebook, question, "", None, n=n, missing=f"too few to score: {n}")
