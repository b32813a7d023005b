"""Who is about to leave, and why: a logistic regression tested on customers it has not seen, beside naive baselines.

Tested by customers and, where the data allows, over time: for each fifth of the customers the model learns from the others at
the earlier cut-off and predicts the fifth at the later one. Nothing (imputation, scaling, encoding) is fitted outside the
training part. In: Examples (churn_examples). Out: tested scores, churn_quality, churn_scores with reasons, a verdict.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers import churn_contracts, churn_features, churn_quality
from helpers.churn_examples import MIN_CLASS, MODEL, Examples
from helpers.errors import TooLittleData

TREES = "Boosted trees"
PLAN = "Plan alone"
SIMPLE = ("Recency alone", "Frequency alone", "Tenure alone", PLAN)  # rules of one column, which the model must beat
SCORES = {  # every score that may stand in the comparison → whether it is a probability
    MODEL: True, TREES: True, PLAN: True, "Recency alone": False, "Frequency alone": False, "Tenure alone": False,
    "BG/NBD: no purchase in the horizon": True, "BG/NBD: no longer alive": False,
}
TREES_OPTIONS = {"learning_rate": 0.05, "max_depth": 3, "max_iter": 200}
HALVED = "Logistic regression: spending falls by half"
N_FOLDS = 5
N_REASONS = 3


def build_examples(orders, subscriptions, *, run, horizon_days: int, leave_out: tuple[str, ...] = ()) -> Examples:
    """Return the examples of the kind of churn that fits the business: contracts where it is contractual, else purchases.

    Either table may be None; `run` gives the business, its last and its first day. Raises TooLittleData where both tables are
    absent, or where the method lacks data.
    """
    business = run.business
    if subscriptions is not None and (business.contractual or orders is None):
        months = business.months_of_value.value if business.months_of_value else None
        return churn_contracts.contract_examples(subscriptions, months_of_value=months, leave_out=tuple(leave_out))
    if orders is None:
        raise TooLittleData("Needs orders or contracts to say who left; this data set has neither.")
    margin_rate = business.margin_rate.value if business.margin_rate else None
    return churn_features.buyer_examples(
        orders, as_of=run.as_of, first_day=run.first_day, horizon_days=horizon_days, margin_rate=margin_rate
    )


# --- test


def make_model(examples: Examples) -> Pipeline:
    """Return the untrained model: numbers imputed (median, with a marker) and scaled, texts one-hot; no class weights."""
    return make_pipeline(_preparation(examples), LogisticRegression(C=1.0, max_iter=1000))


def _preparation(examples: Examples) -> ColumnTransformer:
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    texts = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, list(examples.numeric)), ("texts", texts, list(examples.categorical))])


def _models(examples: Examples, *, seed: int) -> dict[str, tuple[Pipeline, list[str]]]:
    """Return each model that is fitted, with the columns it reads."""
    trees = HistGradientBoostingClassifier(**TREES_OPTIONS, early_stopping=False, random_state=seed)
    models = {
        MODEL: (make_model(examples), examples.columns),
        TREES: (make_pipeline(_preparation(examples), trees), examples.columns),
    }
    if "plan" in examples.categorical:
        plan = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(C=100.0))
        models[PLAN] = (plan, ["plan"])
    return models


def predict_unseen(examples: Examples, *, seed: int) -> pd.DataFrame:
    """Return the test customers, in order of customer_id, with one column a score, none by a model that saw the customer."""
    test = examples.test.sort_values("customer_id", kind="stable").reset_index(drop=True)
    train = examples.train.sort_values("customer_id", kind="stable").reset_index(drop=True)
    models = _models(examples, seed=seed)
    scores = {name: np.full(len(test), np.nan) for name in models}
    for customers in _folds(test, seed=seed):
        learns, predicts = ~train["customer_id"].isin(customers), test["customer_id"].isin(customers)
        for name, (model, columns) in models.items():
            model.fit(train.loc[learns, columns], train.loc[learns, "churned"])
            scores[name][predicts] = model.predict_proba(test.loc[predicts, columns])[:, 1]
    return test.assign(**scores)


def _folds(test: pd.DataFrame, *, seed: int) -> list[pd.Series]:
    """Return the customers of each fold: about as many lost ones in each, all rows of a customer in one."""
    customers = test.groupby("customer_id", as_index=False)["churned"].max()
    split = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(customers, customers["churned"])
    return [customers["customer_id"].iloc[held_out] for _, held_out in split]


def measure(examples: Examples, tested: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return table churn_quality: every score's metrics with intervals, for all customers and for those still buying.

    `still buying` leaves out customers who had already been silent for a whole horizon at the cut-off: calling them lost is
    no prediction. `spending halves` is partial defection: less than half of the revenue of the horizon before.
    """
    prior = float(examples.train["churned"].mean())
    scores = {name: is_probability for name, is_probability in SCORES.items() if name in tested}
    parts = [churn_quality.measure(tested, scores=scores, seed=seed, prior=prior).assign(population="all")]
    buying = still_buying(examples, tested)
    if len(buying) < len(tested) and min(buying["churned"].sum(), (~buying["churned"]).sum()) >= N_FOLDS:
        part = churn_quality.measure(buying, scores={MODEL: True}, seed=seed)
        parts.append(part.assign(population="still buying"))
    quality = pd.concat([part.assign(target="churned") for part in parts])
    halved = _measure_halved(examples, seed=seed)
    quality = quality if halved is None else pd.concat([quality, halved])
    split = "later period and other customers" if examples.is_temporal else "other customers"
    quality = quality.assign(is_baseline=~quality["model"].isin([MODEL, TREES, HALVED]), split=split)
    return quality.dropna(subset=["value", "low", "high"]).reset_index(drop=True)


def still_buying(examples: Examples, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers not yet silent for a whole horizon (contracts: all)."""
    return customers[~_is_silent(customers, examples)]


def _measure_halved(examples: Examples, *, seed: int) -> pd.DataFrame | None:
    """Measure how well the same features foretell that spending falls by half; None where that cannot be asked."""
    if "halved" not in examples.test:
        return None

    def asked(frame: pd.DataFrame) -> pd.DataFrame:
        known = frame[frame["halved"].notna()]
        return known.assign(churned=known["halved"].astype(bool))

    train, test = asked(examples.train), asked(examples.test)
    if any(min(frame["churned"].sum(), (~frame["churned"]).sum()) < MIN_CLASS for frame in (train, test)):
        return None
    study = replace(examples, train=train, test=test)
    tested = predict_unseen(study, seed=seed).rename(columns={MODEL: HALVED})
    quality = churn_quality.measure(tested, scores={HALVED: True}, seed=seed, prior=float(train["churned"].mean()))
    return quality.assign(population="all", target="spending halves")


def main_quality(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on the churn of all customers: the comparison of the model with its baselines."""
    return quality[(quality["target"] == "churned") & (quality["population"] == "all")]


def best_simple(quality: pd.DataFrame) -> str:
    """Return the one-column rule with the best AUC."""
    rows = main_quality(quality)
    rows = rows[(rows["metric"] == "roc_auc") & rows["model"].isin(SIMPLE)]
    return rows.sort_values(["value", "model"], ascending=[False, True])["model"].iloc[0]


# --- scores


def fit(examples: Examples) -> Pipeline:
    """Return the model fitted again on the latest customers whose outcome is known, for the scores of today."""
    known = examples.test.sort_values("customer_id", kind="stable")
    return make_model(examples).fit(known[examples.columns], known["churned"])


def score_current(model: Pipeline, examples: Examples) -> pd.DataFrame:
    """Return table churn_scores: the current customers, whom to call first on top, each with its reasons.

    expected_loss = churn_probability × value_at_stake. rank: by expected loss; customers already silent for a whole horizon
    (`is_silent`) come after all others. points_1 … points_3 belong to the reasons: only what raises the risk above that of
    the average customer still buying is one.
    average_log_odds + points_1 + points_2 + points_3 + points_other = log_odds = logit of churn_probability.
    """
    current = examples.current.sort_values("customer_id", kind="stable").reset_index(drop=True)
    messages = examples.messages.loc[examples.current.sort_values("customer_id", kind="stable").index].reset_index(drop=True)
    is_silent = _is_silent(current, examples)
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


def _is_silent(current: pd.DataFrame, examples: Examples) -> pd.Series:
    if examples.kind == "contracts":
        return pd.Series(False, index=current.index)
    return current["recency_days"] >= examples.windows.horizon_days


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
    counts = ~_is_silent(frame, examples).to_numpy()
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
