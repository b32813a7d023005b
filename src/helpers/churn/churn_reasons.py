"""The scores of today, with the reasons that add up to each: what a customer's silence, rhythm or contract adds to the odds.

In: Examples, a fitted model. Out: churn_scores (whom to call first on top), the drivers of the head of the list.
"""

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from helpers.churn import churn
from helpers.churn.churn_examples import Examples, at_latest

N_REASONS = 3


def fit(examples: Examples, *, is_levelled: bool = False) -> Pipeline:
    """Return the model for the scores of today, fitted on the latest cut-offs whose outcome is known by now.

    `is_levelled` shifts its log-odds to the share lost at the latest of them (churn.level_shift).
    """
    known = examples.train if examples.is_temporal else examples.test
    if examples.is_temporal:
        known = known[known["cut_off"].isin(examples.windows.learnt_at(examples.windows.snapshot))]
    known = churn.in_order(known)
    model = churn.make_model(examples).fit(known[examples.columns], known["churned"])
    if is_levelled:
        latest = at_latest(known)
        expected = model.predict_proba(latest[examples.columns])[:, 1]
        model[-1].intercept_ = model[-1].intercept_ + churn.level_shift(expected, latest["churned"])
    return model


def score_current(model: Pipeline, examples: Examples) -> pd.DataFrame:
    """Return table churn_scores: the current customers, whom to call first on top, each with its reasons.

    expected_loss = churn_probability × value_at_stake. rank: by expected loss; customers already silent for a whole horizon
    (`is_silent`) come after all others. points_1 … points_3 belong to the reasons: only what raises the risk above that of
    the average customer still buying is one.
    average_log_odds + points_1 + points_2 + points_3 + points_other = log_odds = logit of churn_probability.
    """
    by = ["customer_id", *(["subscription_id"] if "subscription_id" in examples.current else [])]
    ordered = examples.current.sort_values(by, kind="stable").index
    current = examples.current.loc[ordered].reset_index(drop=True)
    messages = examples.messages.loc[ordered].reset_index(drop=True)
    is_silent = churn.is_silent(current, examples)
    points, log_odds = contributions(model, examples, current)
    average = log_odds[~is_silent].mean() if not is_silent.all() else log_odds.mean()
    kept = [c for c in current if not c.startswith("log_") and c not in ("churned", "started_at", "ended_at")]
    scores = current[kept].assign(
        churn_probability=expit(log_odds),
        expected_loss=(expit(log_odds) * current["value_at_stake"]).round(4),
        is_silent=is_silent,
        log_odds=log_odds,
        average_log_odds=float(average),
        **_reasons(points, messages),
    )
    scores = scores.sort_values(["is_silent", "expected_loss", "customer_id"], ascending=[True, False, True], kind="stable")
    scores = scores.drop_duplicates("customer_id").reset_index(drop=True)  # a customer's contract with the largest loss
    return _complete(scores.assign(rank=np.arange(1, len(scores) + 1)))


def _complete(scores: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that only the other kind of churn knows, as unknown."""
    for name, kind in (("recency_days", "Int64"), ("usual_gap_days", "float64"), ("subscription_id", "str")):
        if name not in scores:
            scores = scores.assign(**{name: pd.Series(pd.NA if kind != "float64" else np.nan, scores.index, dtype=kind)})
    return scores


def contributions(model: Pipeline, examples: Examples, frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return (what each reason adds to the log-odds of a customer against the average one, the log-odds).

    The average customer is the mean of the customers still buying (of all, where none is): the points of a row and the mean
    of their log-odds sum up to the log-odds of the row, so nothing of the score is left unexplained.
    """
    prepared = model[:-1].transform(frame[examples.columns])
    parts = prepared * model[-1].coef_[0]
    log_odds = parts.sum(axis=1) + model[-1].intercept_[0]
    counts = ~churn.is_silent(frame, examples).to_numpy()
    parts = parts - parts[counts if counts.any() else ~counts].mean(axis=0)
    origin = _origins(model[0], examples)
    by_reason = {
        reason: parts[:, [i for i, column in enumerate(origin) if column in columns]].sum(axis=1)
        for reason, columns in examples.groups.items()
    }
    return pd.DataFrame(by_reason, index=frame.index), log_odds


def _origins(preparation: ColumnTransformer, examples: Examples) -> list[str]:
    """Return, for each prepared column, the column of the examples that it comes from."""
    imputer = preparation.named_transformers_["numbers"][0]
    markers = [examples.numeric[i] for i in imputer.indicator_.features_] if imputer.indicator_ is not None else []
    texts = preparation.named_transformers_["texts"]
    levels = getattr(texts, "categories_", [])
    coded = [c for c, known in zip(examples.categorical, levels, strict=True) for _ in known]
    return [*examples.numeric, *markers, *coded]


def _reasons(points: pd.DataFrame, messages: pd.DataFrame) -> dict[str, object]:
    """Return reason_1 … and points_1 …, the largest contributions above 0 first, and points_other for the rest."""
    values = points.to_numpy()
    order = np.argsort(-values, axis=1, kind="stable")[:, :N_REASONS]
    rows = np.arange(len(values))[:, None]
    best, words = values[rows, order], messages[points.columns].to_numpy(object)[rows, order]
    found: dict[str, object] = {}
    counted = np.zeros(len(values))
    for i in range(N_REASONS):
        has = best[:, i] > 0 if i < best.shape[1] else np.zeros(len(values), bool)
        found[f"reason_{i + 1}"] = pd.Series(np.where(has, words[:, min(i, words.shape[1] - 1)], None), dtype="str")
        found[f"points_{i + 1}"] = np.where(has, best[:, min(i, best.shape[1] - 1)], 0.0)
        counted = counted + found[f"points_{i + 1}"]
    return found | {"points_other": values.sum(axis=1) - counted}


def drivers(model: Pipeline, examples: Examples, scores: pd.DataFrame) -> pd.DataFrame:
    """Return what each reason adds on average for the customers of `scores`: reason, points (log-odds against the average)."""
    points, _ = contributions(model, examples, examples.current)
    is_listed = examples.current["customer_id"].isin(scores["customer_id"]).to_numpy()
    average = points[is_listed].mean().rename("points").rename_axis("reason").reset_index()
    return average.sort_values("points", ascending=False, kind="stable").reset_index(drop=True)
