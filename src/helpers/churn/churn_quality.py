"""How good churn scores are: ranking, calibration and gain over baselines, each with a bootstrap interval.

Customers are resampled with replacement, with all their cut-offs, the same draws for every score, so that differences between
scores have intervals too (percentile method, Efron 1979). Ties count half in the AUC and are spread evenly in the lift. In:
one row a customer (and cut-off) with `churned` and one column a score. Out: one row a score and metric.
"""

import numpy as np
import pandas as pd

from helpers.proportions import add_wilson

N_DRAWS = 300
CELLS = 2_000_000  # draws × customers held in memory at once
TINY = 1e-9  # probabilities are kept this far from 0 and 1 before logits are taken
DECILE = 0.1  # the share of customers that the lift looks at
RANKING = ("roc_auc", "pr_auc", "top_decile_lift")
PROBABILITY = ("brier", "brier_skill", "mean_probability", "calibration_slope", "calibration_intercept")


def measure(
    tested: pd.DataFrame, *, scores: dict[str, bool], seed: int, n_draws: int = N_DRAWS, prior: float | None = None
) -> pd.DataFrame:
    """Measure each score on customers that its model had not seen.

    Parameters
    ----------
    tested : DataFrame with churned and the scores; higher = more likely to be lost.
    scores : column → whether it is a probability (else only its ranking is measured).
    prior : base rate known before the test, which the Brier skill compares with (None = that of the test).

    Returns
    -------
    DataFrame: model, metric (RANKING, PROBABILITY and `prevalence`), value, low, high (95 %), n (customers).
    """
    tested, rows_of = _in_order(tested)
    churned = tested["churned"].to_numpy(bool)
    prior = float(churned.mean()) if prior is None else prior
    parts = []
    for draw_weights in _draws(rows_of, n_draws=n_draws, seed=seed):
        parts.append({
            (name, metric): values
            for name, is_probability in scores.items()
            for metric, values in _metrics(tested[name].to_numpy(float), churned, draw_weights, is_probability, prior).items()
        })
    n = int(rows_of.max(initial=-1)) + 1
    return pd.DataFrame([_row(*key, np.concatenate([part[key] for part in parts]), n=n) for key in parts[0]])


def gain(tested: pd.DataFrame, *, model: str, baseline: str, seed: int, n_draws: int = N_DRAWS) -> dict[str, float]:
    """Return the AUC of `model` minus that of `baseline` on the same draws: value, low, high (95 %)."""

    def auc(score: np.ndarray, churned: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return _ranking(score, churned, weights)["roc_auc"]

    return _difference(tested, auc, model=model, baseline=baseline, seed=seed, n_draws=n_draws)


def skill_gain(tested: pd.DataFrame, *, model: str, baseline: str, seed: int, n_draws: int = N_DRAWS) -> dict[str, float]:
    """Return the Brier skill of `model` minus that of `baseline`, both probabilities, on the same draws."""

    def skill(score: np.ndarray, churned: np.ndarray, weights: np.ndarray) -> np.ndarray:
        rate = weights @ churned / weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - (weights @ (score - churned) ** 2 / weights.sum(axis=1)) / (rate * (1 - rate))

    return _difference(tested, skill, model=model, baseline=baseline, seed=seed, n_draws=n_draws)


def _difference(tested, metric, *, model: str, baseline: str, seed: int, n_draws: int) -> dict[str, float]:
    tested, rows_of = _in_order(tested)
    churned = tested["churned"].to_numpy(bool)
    ours, theirs = tested[model].to_numpy(float), tested[baseline].to_numpy(float)
    differences = [
        metric(ours, churned, weights) - metric(theirs, churned, weights)
        for weights in _draws(rows_of, n_draws=n_draws, seed=seed)
    ]
    row = _row("", "", np.concatenate(differences), n=0)
    return {name: row[name] for name in ("value", "low", "high")}


def _in_order(tested: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows in an order that does not depend on how they came, and each row's customer as a number from 0."""
    by = ["customer_id", *(name for name in ("cut_off", "subscription_id") if name in tested)]
    tested = tested.sort_values(by, kind="stable")
    return tested, pd.factorize(tested["customer_id"])[0]


def _row(model: str, metric: str, values: np.ndarray, *, n: int) -> dict:
    """Return a metric: its value on the customers as they are (the first draw) and its interval over the other draws."""
    known = values[1:][np.isfinite(values[1:])]  # a draw without anyone lost has no AUC
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return {"model": model, "metric": metric, "value": float(values[0]), "low": float(low), "high": float(high), "n": n}


def _draws(rows_of: np.ndarray, *, n_draws: int, seed: int):
    """Yield how often each row is drawn, one line a draw; the first line takes each row once.

    `rows_of`: the customer of each row, as a number from 0. A customer is drawn with all rows.
    """
    random = np.random.default_rng(seed)
    n = int(rows_of.max(initial=-1)) + 1
    is_plain = n == len(rows_of)
    step = max(1, CELLS // max(len(rows_of), 1))
    is_first = True
    for start in range(0, n_draws, step):
        size = min(step, n_draws - start)
        picks = random.integers(0, n, size=(size, n)) + n * np.arange(size)[:, None]
        weights = np.bincount(picks.ravel(), minlength=size * n).reshape(size, n).astype(float)
        weights = weights if is_plain else weights[:, rows_of]
        yield np.vstack([np.ones(len(rows_of)), weights]) if is_first else weights
        is_first = False


def _metrics(score, churned, weights, is_probability: bool, prior: float) -> dict[str, np.ndarray]:
    found = _ranking(score, churned, weights)
    found["prevalence"] = weights @ churned / weights.sum(axis=1)
    return found | _probability(score, churned, weights, prior) if is_probability else found


def _ranking(score: np.ndarray, churned: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return ROC-AUC, average precision and lift of the top decile for each row of `weights`."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])  # first customer of each group of equal scores
    weights = weights[:, order]
    left = np.add.reduceat(weights * churned[order], starts, axis=1)
    everyone = np.add.reduceat(weights, starts, axis=1)
    n_left, n_all = left.sum(axis=1), everyone.sum(axis=1)
    left_so_far, all_so_far = left.cumsum(axis=1), everyone.cumsum(axis=1)
    stayed = everyone - left
    above = left_so_far - left / 2  # those who left ranked above a customer who stayed; equal scores count half
    with np.errstate(divide="ignore", invalid="ignore"):
        auc = (stayed * above).sum(axis=1) / (n_left * stayed.sum(axis=1))
        precision = np.where(all_so_far > 0, left_so_far / all_so_far, 0.0)
        average_precision = (left * precision).sum(axis=1) / n_left
        lift = _left_in_front(left_so_far, all_so_far, DECILE * n_all) / n_left / DECILE
    return {"roc_auc": auc, "pr_auc": average_precision, "top_decile_lift": lift}


def _left_in_front(left_so_far: np.ndarray, all_so_far: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return how many who left stand among the first `limit` customers; a group cut by the limit counts in proportion."""
    rows = np.arange(len(limit))
    at = np.argmax(all_so_far >= limit[:, None], axis=1)
    before = np.maximum(at - 1, 0)
    left_before = np.where(at > 0, left_so_far[rows, before], 0.0)
    all_before = np.where(at > 0, all_so_far[rows, before], 0.0)
    size = all_so_far[rows, at] - all_before
    share = np.divide(limit - all_before, size, out=np.zeros_like(limit), where=size > 0)
    return left_before + share * (left_so_far[rows, at] - left_before)


def _probability(score, churned, weights, prior: float) -> dict[str, np.ndarray]:
    total = weights.sum(axis=1)
    brier = weights @ (score - churned) ** 2 / total
    without = weights @ (prior - churned.astype(float)) ** 2 / total
    logit = np.log(np.clip(score, TINY, 1 - TINY) / np.clip(1 - score, TINY, 1))
    slope = _recalibration(logit, churned, weights, fixed_slope=False)
    intercept = _recalibration(logit, churned, weights, fixed_slope=True)
    return {
        "brier": brier, "brier_skill": 1 - brier / without, "mean_probability": weights @ score / total,
        "calibration_slope": slope, "calibration_intercept": intercept,
    }


def _recalibration(logit, churned, weights, *, fixed_slope: bool) -> np.ndarray:
    """Return the slope of churned on the logit of the score (logistic regression), or the intercept at slope 1.

    Cox (1958): slope 1 and intercept 0 mean that the probabilities are right. Fitted by Newton's method to the customers as
    they are; each draw takes one step from there, which is as exact as a bootstrap needs (Davidson and MacKinnon 1999,
    International Economic Review 40). Unknown where the customers do not determine it.
    """
    a, b = np.zeros(1), np.ones(1)
    for _ in range(12):
        a, b = _newton_step(logit, churned, np.ones((1, len(churned))), a[0], b[0], fixed_slope=fixed_slope)
    stepped_a, stepped_b = _newton_step(logit, churned, weights, a[0], b[0], fixed_slope=fixed_slope)
    return stepped_a if fixed_slope else stepped_b


def _newton_step(logit, churned, weights, a: float, b: float, *, fixed_slope: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return intercept and slope after one step from (a, b), for each row of `weights`."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        p = 1 / (1 + np.exp(-(a + b * logit)))
        residual, curve = churned - p, p * (1 - p)
        columns = np.column_stack([residual, curve, residual * logit, curve * logit, curve * logit**2])
        g_a, h_aa, g_b, h_ab, h_bb = (weights @ columns).T
        if fixed_slope:
            return a + g_a / h_aa, np.full(len(weights), b)
        determinant = h_aa * h_bb - h_ab**2
        return a + (h_bb * g_a - h_ab * g_b) / determinant, b + (h_aa * g_b - h_ab * g_a) / determinant


def reliability(tested: pd.DataFrame, *, score: str, n_bins: int = 10) -> pd.DataFrame:
    """Compare predicted with observed rates in `n_bins` bins of (nearly) equal size, from the lowest probability up.

    Equal probabilities share a bin. Out: predicted (mean), observed, low, high (Wilson, 95 %, for the number of customers: a
    customer at several cut-offs is one), n (customers), n_churned (of them, in proportion).
    """
    share = tested[score].rank(method="average", pct=True)
    bins = np.ceil((share * n_bins).round(9)).astype(int)
    frame = tested.groupby(bins.to_numpy()).agg(
        predicted=(score, "mean"), observed=("churned", "mean"), n=("customer_id", "nunique")
    )
    frame = frame.assign(n_churned=frame["observed"] * frame["n"]).drop(columns="observed")
    frame = add_wilson(frame.reset_index(drop=True), successes="n_churned", n="n")
    return frame.rename(columns={"share": "observed"})


def value_of(quality: pd.DataFrame, model: str, metric: str) -> dict[str, float]:
    """Return value, low and high of one measured metric."""
    row = quality[(quality["model"] == model) & (quality["metric"] == metric)].iloc[0]
    return {name: float(row[name]) for name in ("value", "low", "high")}


def wide(quality: pd.DataFrame) -> pd.DataFrame:
    """Return one row a model with a column per metric, `roc_auc_low` and `roc_auc_high` beside it; best AUC first."""
    table = quality.pivot(index="model", columns="metric", values="value")
    table = table.reindex(columns=[*RANKING, *PROBABILITY, "prevalence"])
    auc = quality[quality["metric"] == "roc_auc"].set_index("model")
    table = table.assign(roc_auc_low=auc["low"], roc_auc_high=auc["high"], is_baseline=auc["is_baseline"])
    return table.sort_values("roc_auc", ascending=False, kind="stable").reset_index()
