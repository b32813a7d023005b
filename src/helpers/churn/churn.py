"""Who is about to leave: a logistic regression tested on customers it has not seen, beside naive baselines.

Tested by customers and, where the data allows, over time: at each cut-off and for each fifth of the customers the model
learns from the *other* customers at cut-offs whose outcome had ended by then. Nothing (imputation, scaling, encoding, level)
is fitted outside the training part. In: Examples (churn_examples). Out: tested scores, churn_quality.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers.churn import churn_contracts, churn_features, churn_quality
from helpers.churn.churn_examples import MODEL, NOT_ALIVE, PURCHASE_MODEL, Examples, at_latest
from helpers.errors import TooLittleData

TREES = "Boosted trees"
PLAN = "Plan alone"
SIMPLE = ("Recency alone", "Frequency alone", "Tenure alone", PLAN)  # rules of one column, which the model must beat
SCORES = {  # every score that may stand in the comparison → whether it is a probability
    MODEL: True, TREES: True, PLAN: True, "Recency alone": False, "Frequency alone": False, "Tenure alone": False,
    PURCHASE_MODEL: True, NOT_ALIVE: False,
}
SIMPLER = {  # what is used where the model does not beat it: (the score, its column), made a probability by the same means
    "Recency alone, as a probability": ("Recency alone", "log_recency"),
    "Frequency alone, as a probability": ("Frequency alone", "log_purchase_days"),
    "BG/NBD, recalibrated": (PURCHASE_MODEL, churn_features.BY_MODEL),
    "Tenure alone, as a probability": ("Tenure alone", "tenure_months"),
    "Plan alone, as a probability": (PLAN, "plan"),
}
AFTER = " (level of the latest known cut-off)"  # ending of the columns with the level brought up to date
TREES_OPTIONS = {"learning_rate": 0.05, "max_depth": 3, "max_iter": 200}
N_FOLDS = 5
RIVALS = ("Recency alone", PURCHASE_MODEL)  # shown beside the score in use at each cut-off


def build_examples(
    orders, subscriptions, *, run, horizon_days: int, lead_days: int = 0, n_cut_offs: int = 4, leave_out: tuple[str, ...] = ()
) -> Examples:
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
        orders, as_of=run.as_of, first_day=run.first_day, horizon_days=horizon_days, lead_days=lead_days,
        n_cut_offs=n_cut_offs, margin_rate=margin_rate,
    )


def simplified(examples: Examples, score: str) -> Examples:
    """Return the examples with the features of `score` alone, which is then the score in use."""
    if score == MODEL:
        return examples
    column = SIMPLER[score][1]
    numeric = tuple(name for name in examples.numeric if name == column)
    categorical = tuple(name for name in examples.categorical if name == column)
    groups = {reason: (column,) for reason, columns in examples.groups.items() if column in columns}
    return replace(examples, numeric=numeric, categorical=categorical, groups=groups, score=score)


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


def _models(examples: Examples, *, seed: int, is_alone: bool) -> dict[str, tuple[Pipeline, list[str]]]:
    """Return each model that is fitted, with the columns it reads. Trees stand beside the model of contracts only.

    (For buyers, with few smooth features, they ranked worse wherever it was tried, and cost more than all the rest.)
    """
    models = {MODEL: (make_model(examples), examples.columns)}
    if is_alone:
        return models
    for name, (_, column) in SIMPLER.items():
        if column in examples.columns:
            models[name] = (make_model(simplified(examples, name)), [column])
    if examples.kind == "contracts":
        trees = HistGradientBoostingClassifier(**TREES_OPTIONS, early_stopping=False, random_state=seed)
        models[TREES] = (make_pipeline(_preparation(examples), trees), examples.columns)
    return models


def predict_unseen(examples: Examples, *, seed: int, is_alone: bool = False) -> pd.DataFrame:
    """Return the tested customers, in order of customer_id and cut-off, with one column a score.

    No score of a customer comes from a model that saw the customer at any cut-off, or an outcome that was not yet known. Of
    each probability there is a second column, named with AFTER: its log-odds shifted by as much as made the expected share
    lost equal to the true one at the latest cut-off that the model learnt from. `is_alone` fits the model only.
    """
    test, train = in_order(examples.test), in_order(examples.train)
    models = _models(examples, seed=seed, is_alone=is_alone)
    scores = {name + end: np.full(len(test), np.nan) for name in models for end in ("", AFTER)}
    folds = {customer: i for i, fold in enumerate(_folds(test, seed=seed)) for customer in fold}
    own, others = test["customer_id"].map(folds).to_numpy(), train["customer_id"].map(folds).to_numpy()
    for is_tested, is_known in _periods(examples, train, test):
        for fold in range(N_FOLDS):
            learns, predicts = train[is_known & (others != fold)], is_tested & (own == fold)
            if not predicts.any():
                continue
            for name, (model, columns) in models.items():
                model.fit(learns[columns], learns["churned"])
                found = model.predict_proba(test.loc[predicts, columns])[:, 1]
                latest = at_latest(learns)
                shift = level_shift(model.predict_proba(latest[columns])[:, 1], latest["churned"])
                scores[name][predicts], scores[name + AFTER][predicts] = found, expit(_log_odds(found) + shift)
    if "Plan alone, as a probability" in scores:
        scores[PLAN] = scores["Plan alone, as a probability"]
    return test.assign(**scores)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by customer and cut-off, so that the order in which they came does not show."""
    by = ["customer_id", *(name for name in ("cut_off", "subscription_id") if name in frame)]
    return frame.sort_values(by, kind="stable").reset_index(drop=True)


def _periods(examples: Examples, train: pd.DataFrame, test: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each tested cut-off, which rows are tested and which rows' outcomes were known by then."""
    if not examples.is_temporal:
        return [(np.ones(len(test), bool), np.ones(len(train), bool))]
    learnt = {day: examples.windows.learnt_at(day) for day in examples.windows.tests}
    return [((test["cut_off"] == day).to_numpy(), train["cut_off"].isin(days).to_numpy()) for day, days in learnt.items()]


def _folds(test: pd.DataFrame, *, seed: int) -> list[pd.Series]:
    """Return the customers of each fold: about as many lost ones in each, all rows of a customer in one."""
    customers = test.groupby("customer_id", as_index=False)["churned"].max()
    split = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(customers, customers["churned"])
    return [customers["customer_id"].iloc[held_out] for _, held_out in split]


def level_shift(probability: np.ndarray, churned: pd.Series, *, n_steps: int = 25) -> float:
    """Return what must be added to the log-odds for the expected share lost to equal the true one (Newton's method)."""
    log_odds, share, shift = _log_odds(probability), float(np.mean(churned)), 0.0
    for _ in range(n_steps):
        p = expit(log_odds + shift)
        shift += float(np.clip((share - p.mean()) / max((p * (1 - p)).mean(), 1e-12), -1.0, 1.0))
    return shift


def _log_odds(probability: np.ndarray) -> np.ndarray:
    return logit(np.clip(probability, churn_quality.TINY, 1 - churn_quality.TINY))


# --- quality


def measure(examples: Examples, tested: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return table churn_quality: every score's metrics with intervals, over all cut-offs and at each of them.

    `still buying` leaves out customers who had already been silent for a whole horizon at the cut-off: calling them lost is
    no prediction. is_used marks the score that the list rests on.
    """
    used = examples.score
    prior = _known_rate(examples, examples.windows.tests if examples.is_temporal else ())
    scores = {name: is_probability for name, is_probability in (SCORES | {used: True}).items() if name in tested}
    parts = [churn_quality.measure(tested, scores=scores, seed=seed, prior=prior).assign(population="all")]
    buying = still_buying(examples, tested)
    if len(buying) < len(tested) and min(buying["churned"].sum(), (~buying["churned"]).sum()) >= N_FOLDS:
        part = churn_quality.measure(buying, scores={used: True}, seed=seed)
        parts.append(part.assign(population="still buying"))
    rivals = {name: name == used for name in scores if name in (used, *RIVALS)}
    if examples.is_temporal:
        for day, rows in tested.groupby("cut_off"):
            part = churn_quality.measure(rows, scores=rivals, seed=seed, prior=_known_rate(examples, (day,)))
            parts.append(part.assign(population=f"cut-off {day:%Y-%m-%d}"))
    quality = pd.concat(parts).assign(target="churned")
    return _finished(quality, examples)


def _known_rate(examples: Examples, days: tuple[pd.Timestamp, ...]) -> float:
    """Return the share lost at the cut-offs that could be learnt from on `days`; of all examples where there are no days."""
    rows = examples.train
    if days:
        rows = rows[rows["cut_off"].isin([known for day in days for known in examples.windows.learnt_at(day)])]
    return float(rows["churned"].mean())


def _finished(quality: pd.DataFrame, examples: Examples) -> pd.DataFrame:
    """Add what holds for all rows, and leave out what could not be measured."""
    split = "later period and other customers" if examples.is_temporal else "other customers"
    fitted = quality["model"].isin([MODEL, TREES, examples.score])
    quality = quality.assign(is_baseline=~fitted, is_used=quality["model"] == examples.score, split=split)
    return quality.dropna(subset=["value", "low", "high"]).reset_index(drop=True)


def still_buying(examples: Examples, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers not yet silent for a whole horizon (contracts: all)."""
    return customers[~is_silent(customers, examples)]


def is_silent(customers: pd.DataFrame, examples: Examples) -> pd.Series:
    """Say of each customer whether it has been silent for a whole horizon (contracts: nobody)."""
    if examples.kind == "contracts":
        return pd.Series(False, index=customers.index)
    return customers["recency_days"] >= examples.windows.horizon_days


def main_quality(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on the churn of all customers: the comparison of the model with its baselines."""
    return quality[(quality["target"] == "churned") & (quality["population"] == "all")]


def used_score(quality: pd.DataFrame) -> str:
    """Return the name of the score that the list rests on."""
    return str(quality.loc[quality["is_used"], "model"].iloc[0])


def best_simple(quality: pd.DataFrame) -> str:
    """Return the one-column rule with the best AUC."""
    rows = main_quality(quality)
    rows = rows[(rows["metric"] == "roc_auc") & rows["model"].isin(SIMPLE)]
    return rows.sort_values(["value", "model"], ascending=[False, True])["model"].iloc[0]
