"""What goes with a high score: how much each rated question explains of the answers to the overall one.

Importance: the share of R² that a question brings on average over all orders in which questions can enter (LMG: Lindeman,
Merenda and Gold 1980; Grömping 2007, The American Statistician 61:139), which shares out what correlated questions explain
together; with more than ten questions Johnson's relative weights (2000, Multivariate Behavioral Research 35:1). Effects: a
linear regression on all questions at once. Intervals: customers drawn again. An association: a good mood lifts every answer.
Reads `survey_answers`, `survey_questions` and answers of surveys.py.
"""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.proportions import Z95
from helpers.surveys import surveys

MIN_ANSWERS = 100  # questionnaires with all questions answered below which nothing is shared out
PER_QUESTION = 15  # of them per question at least
MAX_LMG = 10  # questions up to which all orders are averaged: 2¹⁰ regressions
N_DRAWS = 500
FOLDS = 5
OUTCOMES = ("nps", "csat")


def ratings(survey_answers: pd.DataFrame, answers: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the questionnaires with the overall answer and all rated questions, a row each, and which overall answer it is.

    survey_answers: feedback_id, question_id, answer (more = better). answers: of surveys.read_answers. Columns: feedback_id,
    customer_id, outcome, and one per question that at least half of the questionnaires answer and that varies. One
    questionnaire a customer, the latest. Raises TooLittleData below two questions, 100 questionnaires or 15 a question.
    """
    rated = survey_answers[~survey_answers["question_id"].isin(list(surveys.MEASURES))]
    wide = rated.pivot_table(index="feedback_id", columns="question_id", values="answer", aggfunc="mean").sort_index(axis=1)
    outcome = next((name for name in OUTCOMES if answers[name].notna().any()), OUTCOMES[0])
    latest = surveys.latest_answers(answers, outcome)[["feedback_id", "customer_id", outcome]]
    rows = latest.rename(columns={outcome: "outcome"}).merge(wide, left_on="feedback_id", right_index=True)
    asked = [name for name in wide.columns if len(rows) and rows[name].notna().mean() >= 0.5]
    rows = rows.dropna(subset=asked)
    varied = [name for name in asked if rows[name].nunique() > 1]
    needed = max(MIN_ANSWERS, PER_QUESTION * len(varied))
    if len(varied) < 2 or len(rows) < needed or rows["outcome"].nunique() < 2:
        raise TooLittleData(
            "Needs two rated questions or more beside the overall one, and {needed:count} questionnaires that answer them all, "
            "to say what goes with a high score; there are {questions:count} questions and {n:count} such questionnaires.",
            needed=needed, questions=len(varied), n=len(rows),
        )
    return rows[["feedback_id", "customer_id", "outcome", *varied]].reset_index(drop=True), outcome


def driver_table(rated: pd.DataFrame, questions: pd.DataFrame, *, seed: int, n_draws: int = N_DRAWS) -> pd.DataFrame:
    """Return one row a question, the most important first: question_id, n, mean, performance (0–1: mean on its scale from
    worst to best), importance (share of R², sums to 1), importance_low, importance_high, effect (points of the outcome per
    point of the question, the others equal), effect_low, effect_high, is_clear (its interval excludes 0), is_low (rated
    lower than the questions on average, by customers who answered all: 95 % interval).

    questions: question_id, low, high (survey_questions).
    """
    names = list(rated.columns[3:])
    data = rated[["outcome", *names]].to_numpy(float)
    draws = np.random.default_rng(seed).multinomial(len(data), np.full(len(data), 1 / len(data)), size=n_draws)
    weights = np.vstack([np.ones((1, len(data))), draws])
    moments = _covariances(data, weights)
    importance = shares_of_r2(moments)
    slopes = np.linalg.solve(_ridged(moments[:, 1:, 1:]), moments[:, 1:, :1])[..., 0]
    scale = questions.groupby("question_id").agg(low=("low", "min"), high=("high", "max")).reindex(names)
    low, high = scale["low"].fillna(rated[names].min()), scale["high"].fillna(rated[names].max())
    mean, scaled = rated[names].mean(), (rated[names] - low) / (high - low)
    gap = scaled.sub(scaled.mean(axis=1), axis=0)
    table = pd.DataFrame({"question_id": names, "n": len(rated), "mean": mean.to_numpy(),
                          "performance": ((mean - low) / (high - low)).to_numpy()})
    for name, values in (("importance", importance), ("effect", slopes)):
        ends = np.quantile(values[1:], (0.025, 0.975), axis=0)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = values[0], *ends
    table["is_clear"] = (table["effect_low"] > 0) | (table["effect_high"] < 0)
    table["is_low"] = (gap.mean() + Z95 * gap.std() / np.sqrt(len(gap)) < 0).to_numpy()
    return table.sort_values(["importance", "question_id"], ascending=[False, True]).reset_index(drop=True)


def _covariances(data: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the covariance matrix of the columns under each row of weights."""
    k, total = data.shape[1], weights.sum(axis=1)
    centred = data - data.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(data), k * k)
    means = weights @ centred / total[:, None]
    return (weights @ products / total[:, None]).reshape(-1, k, k) - means[:, :, None] * means[:, None, :]


def _ridged(matrices: np.ndarray) -> np.ndarray:
    """Return the matrices with a trace added to the diagonal, so that copies of a question can be solved."""
    diagonal = np.arange(matrices.shape[-1])
    ridged = matrices.copy()
    ridged[:, diagonal, diagonal] += 1e-8 * matrices[:, diagonal, diagonal].max(axis=1, keepdims=True) + 1e-12
    return ridged


def shares_of_r2(moments: np.ndarray) -> np.ndarray:
    """Return each question's share of R² for covariance matrices (draws × k × k) whose first column is the outcome."""
    spread = np.sqrt(np.maximum(np.diagonal(moments, axis1=1, axis2=2), 1e-12))
    correlations = moments / spread[:, :, None] / spread[:, None, :]
    r, r_y = _ridged(correlations[:, 1:, 1:]), correlations[:, 1:, 0]
    parts = _lmg(r, r_y) if r.shape[1] <= MAX_LMG else _relative_weights(r, r_y)
    return parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-12)


def _lmg(r: np.ndarray, r_y: np.ndarray) -> np.ndarray:
    """Return the gain in R² of each question, averaged over all orders (Shapley's weights)."""
    k = r.shape[1]
    explained = {(): np.zeros(len(r))}
    for size in range(1, k + 1):
        for chosen in combinations(range(k), size):
            part = r_y[:, chosen]
            explained[chosen] = (part * np.linalg.solve(r[:, chosen][:, :, chosen], part[..., None])[..., 0]).sum(axis=1)
    gains = np.zeros_like(r_y)
    for chosen, r2 in explained.items():
        weight = factorial(len(chosen)) * factorial(k - len(chosen) - 1) / factorial(k) if len(chosen) < k else 0.0
        for j in set(range(k)) - set(chosen):
            gains[:, j] += weight * (explained[tuple(sorted((*chosen, j)))] - r2)
    return gains


def _relative_weights(r: np.ndarray, r_y: np.ndarray) -> np.ndarray:
    """Return Johnson's relative weights: R² shared out through the nearest orthogonal questions."""
    values, vectors = np.linalg.eigh(r)
    root = (vectors * np.sqrt(np.maximum(values, 1e-12))[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    slopes = np.linalg.solve(root, r_y[..., None])[..., 0]
    return (root**2 @ (slopes**2)[..., None])[..., 0]


def held_out_r2(rated: pd.DataFrame, *, seed: int) -> dict:
    """Return how well all questions together foretell the overall answer of customers left out (five folds).

    r2 (0 = no better than the mean of the others; can be negative), low, high (95 %, customers drawn again), n.
    """
    y, x = rated["outcome"].to_numpy(float), rated[list(rated.columns[3:])].to_numpy(float)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(len(y)) % FOLDS
    foretold, plain = np.empty(len(y)), np.empty(len(y))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        design = np.column_stack([np.ones(train.sum()), x[train]])
        slopes = np.linalg.lstsq(design, y[train], rcond=None)[0]
        foretold[test], plain[test] = slopes[0] + x[test] @ slopes[1:], y[train].mean()
    errors = np.column_stack([(y - foretold) ** 2, (y - plain) ** 2])
    sums = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=N_DRAWS) @ errors
    low, high = np.quantile(1 - sums[:, 0] / sums[:, 1], (0.025, 0.975))
    total = errors.sum(axis=0)
    return {"r2": float(1 - total[0] / total[1]), "low": float(low), "high": float(high), "n": len(y)}
