"""Three definitions of a lost customer side by side: silent, overdue against the own rhythm, spending halved.

For each: how often it holds, how well model and recency foretell it on unseen customers and periods, how many of those it
calls lost come back, and how far the definitions mean the same customers. In: Examples, tested scores. Out: Definitions.
"""

from dataclasses import dataclass, replace

import pandas as pd

from helpers.churn import churn, churn_quality
from helpers.churn.churn_examples import MIN_CLASS, MODEL, Examples
from helpers.proportions import wilson

RECENCY = "Recency alone"
UNSTEADY = ("log_age", "log_purchase_days")  # at the first cut-offs everybody known for a horizon is equally old: left out
SPENDING = ("log_spent_before", "log_spending_trend")  # features that foretell how much, not whether
MIN_KNOWN = 0.5  # of the largest share of customers for whom a definition is known at any cut-off


@dataclass(frozen=True)
class Definition:
    """A definition of lost: its column, its name, its target in churn_quality, and the name of the model that foretells it."""

    column: str
    name: str
    target: str
    model: str


DEFINITIONS = (
    Definition("churned", "Silent for the horizon", "churned", MODEL),
    Definition("overdue", "Overdue against own rhythm", "overdue", "Logistic regression: overdue against own rhythm"),
    Definition("halved", "Spending falls by half", "spending halves", "Logistic regression: spending falls by half"),
)


@dataclass(frozen=True)
class Definitions:
    """The definitions compared.

    table: one row a definition: definition, n (customers), n_rows (customers and cut-offs), share (counted as lost), low, high,
    auc and recency_auc with their intervals, gain (the model's AUC less that of recency) with its interval, returned (of those
    counted as lost a period earlier, the share that bought in the next outcome; unknown without an earlier period, and for
    halved spending, where most have not stopped).
    overlap: definition, then one column a definition: which share of those lost by the first are also lost by the second.
    quality: rows for churn_quality.
    """

    table: pd.DataFrame
    overlap: pd.DataFrame
    quality: pd.DataFrame


def compare(examples: Examples, tested: pd.DataFrame, *, seed: int) -> Definitions | None:
    """Compare the definitions; None where there is only one (contracts). One with too few of either kind is left out."""
    if examples.kind == "contracts" or "overdue" not in tested:
        return None
    rows, measured = [], []
    for definition in DEFINITIONS:
        foretold = _foretold(examples, tested, definition, seed=seed)
        if foretold is None:
            continue
        scores = {definition.model: True, RECENCY: False}
        quality = churn_quality.measure(foretold, scores=scores, seed=seed)
        gain = churn_quality.gain(foretold, model=definition.model, baseline=RECENCY, seed=seed)
        rows.append(_row(definition, foretold, quality, gain) | {"returned": _returned(examples, definition)})
        if definition.column != "churned":
            measured.append(quality.assign(target=definition.target, population="all", is_used=False,
                                           is_baseline=quality["model"] == RECENCY))
    return Definitions(pd.DataFrame(rows), overlap(tested), pd.concat(measured) if measured else pd.DataFrame())


def _foretold(examples: Examples, tested: pd.DataFrame, definition: Definition, *, seed: int) -> pd.DataFrame | None:
    """Return the customers of whom it is known whether they are lost in this sense (`churned`), with the model's score.

    A cut-off at which it is known for few customers, less than `MIN_KNOWN` of the usual share, is left out: they are not like
    the others. (At the first cut-off few customers have been with us for a whole horizon.)
    """
    if definition.column == "churned":
        return tested
    train, test = (_asked(frame, definition.column) for frame in (examples.train, examples.test))
    windows = examples.windows
    if examples.is_temporal:
        asked = set(train["cut_off"].unique())
        days = tuple(day for day in windows.known if day in asked)
        windows = replace(windows, known=days)
        windows = replace(windows, tests=tuple(day for day in windows.tests if _is_enough(train, windows.learnt_at(day))))
        test = test[test["cut_off"].isin(windows.tests)]
    if not windows.tests or not _has_both(test) or (examples.is_temporal and not windows.is_temporal):
        return None
    numeric = (*(name for name in examples.numeric if name not in UNSTEADY), *SPENDING)
    study = replace(examples, train=train if examples.is_temporal else test, test=test, windows=windows, numeric=numeric)
    return churn.predict_unseen(study, seed=seed, is_alone=True).rename(columns={MODEL: definition.model})


def _asked(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows where `column` is known, as `churned`, of the cut-offs at which it is known for as many as usual."""
    is_known = frame[column].notna()
    if "cut_off" in frame:
        share = is_known.groupby(frame["cut_off"]).transform("mean")
        is_known &= share >= MIN_KNOWN * share.max()
    known = frame[is_known]
    return known.assign(churned=known[column].astype(bool))


def _is_enough(train: pd.DataFrame, days: tuple[pd.Timestamp, ...]) -> bool:
    return _has_both(train[train["cut_off"].isin(days)])


def _has_both(frame: pd.DataFrame) -> bool:
    return min(frame["churned"].sum(), (~frame["churned"]).sum()) >= MIN_CLASS


def _row(definition: Definition, foretold: pd.DataFrame, quality: pd.DataFrame, gain: dict[str, float]) -> dict:
    n, share = int(foretold["customer_id"].nunique()), float(foretold["churned"].mean())
    low, high = wilson(share * n, n)
    found = {"definition": definition.name, "n": n, "n_rows": len(foretold), "share": share, "low": float(low),
             "high": float(high)}
    for name, model in (("auc", definition.model), ("recency_auc", RECENCY)):
        auc = churn_quality.value_of(quality, model, "roc_auc")
        found |= {name: auc["value"], f"{name}_low": auc["low"], f"{name}_high": auc["high"]}
    return found | {"gain": gain["value"], "gain_low": gain["low"], "gain_high": gain["high"]}


def _returned(examples: Examples, definition: Definition) -> float:
    """Return, of those counted as lost, the share that bought in the outcome of the cut-off on which their own had ended."""
    if definition.column == "halved" or not examples.is_temporal:
        return float("nan")
    rows = examples.train
    lost = rows.loc[rows[definition.column].fillna(False).astype(bool), ["customer_id", "known_on"]]
    later = lost.merge(rows[["customer_id", "cut_off", "churned"]], left_on=["customer_id", "known_on"],
                       right_on=["customer_id", "cut_off"])
    return float((~later["churned"]).mean()) if len(later) else float("nan")


def overlap(tested: pd.DataFrame) -> pd.DataFrame:
    """Return which share of those lost by one definition are also lost by each other (rows where all are known).

    Empty where fewer than `MIN_CLASS` are lost by any of them: too few to compare.
    """
    columns = [definition.column for definition in DEFINITIONS]
    known = tested[tested[columns].notna().all(axis=1)]
    lost = {definition.column: known[definition.column].astype(bool) for definition in DEFINITIONS}
    rows = []
    for definition in DEFINITIONS:
        ours = lost[definition.column]
        others = pd.concat([lost[c] for c in columns if c != definition.column], axis=1).any(axis=1)
        shares = {column: float(lost[column][ours].mean()) if ours.any() else float("nan") for column in columns}
        rows.append({"definition": definition.name, "n_rows": int(ours.sum()), **shares,
                     "alone": float((~others)[ours].mean()) if ours.any() else float("nan")})
    found = pd.DataFrame(rows)
    return found if found["n_rows"].min() >= MIN_CLASS else found.iloc[:0]
