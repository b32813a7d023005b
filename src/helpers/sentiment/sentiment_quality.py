"""How far can the sentiment model be trusted?

Held-out AUC, accuracy, macro-F1, Brier score and expected calibration error with bootstrap intervals, beside baselines;
calibration in tenths; minimal pairs of sentences (CheckList: Ribeiro et al. 2020); the verdict.
Input: verdicts and probabilities of the test part, from any model.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.proportions import wilson
from helpers.sentiment import sentiment, sentiment_cases

THRESHOLD = 0.5  # probability from which a text counts as dissatisfied
N_BINS = 10  # groups of equal size, by probability
N_RESAMPLES = 1000
MEMORY = 4_000_000  # weights held at once while resampling (32 MB)
GOOD_ECE, GOOD_PAIRS = 0.05, 0.8  # limits of the verdict "use": calibration error at most, pairs passed at least
MEASURES = ("auc", "accuracy", "macro_f1", "brier", "ece")

QUALITY_COLUMNS = {
    "model": ("Model", "label"), "measure": ("Measure", "label"), "estimate": ("Value", "number3"),
    "low": ("Interval from", "number3"), "high": ("Interval to", "number3"), "n": ("Reviews", "count"),
}
CALIBRATION_COLUMNS = {
    "tenth": ("Group", "count"), "n": ("Reviews", "count"), "predicted": ("Predicted", "percent1"),
    "observed": ("Observed", "percent1"), "low": ("Interval from", "percent1"), "high": ("Interval to", "percent1"),
}
KIND_COLUMNS = {
    "kind": ("What is tested", "label"), "n": ("Pairs", "count"), "passed": ("In the right order", "count"),
    "satisfied": ("Happier text", ""), "dissatisfied": ("Unhappier text", ""),
}

MODEL_NAMES = {
    "model": "this model", "shipped": "model shipped with the workbook", "vader": "VADER word list",
    "majority": "always the more frequent verdict",
}
BASELINES = ("vader", "majority")  # the first that was measured stands beside the model
MEASURE_NAMES = {
    "auc": "AUC", "accuracy": "right verdicts", "macro_f1": "macro F1", "brier": "Brier score (0 = best)",
    "ece": "calibration error (0 = best)",
}

# AUC and accuracy of SnowNLP retrained on the same 13,890 lines and tested on the same 3,473 (sentiment_training.read_chinese),
# and pass rate of its own model on the Chinese pairs: version 0.12.3, measured in November 2026; tests/test_sentiment_cases.py
# measures the pass rate again where the package is installed.
SNOWNLP = {"version": "0.12.3", "auc": 0.836, "accuracy": 0.769, "pairs": 0.728}

# --- measures, each for many weightings of the same texts at once


def auc(is_bad: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve per row of weights (ties count half); unknown where one verdict is missing."""
    order = np.argsort(p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0])
    bad = np.add.reduceat((weights * is_bad)[:, order], starts, axis=1)
    good = np.add.reduceat((weights * ~is_bad)[:, order], starts, axis=1)
    below = np.cumsum(good, axis=1) - good
    return _divide((bad * (below + good / 2)).sum(axis=1), bad.sum(axis=1) * good.sum(axis=1))


def accuracy(is_bad: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the share of texts on the right side of one half."""
    return _divide(weights @ (is_bad == (p >= THRESHOLD)), weights.sum(axis=1))


def macro_f1(is_bad: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mean of both verdicts' F1; a verdict that is never given scores 0."""
    said = p >= THRESHOLD
    scores = []
    for truth, claim in ((is_bad, said), (~is_bad, ~said)):
        hits = weights @ (truth & claim)
        scores.append(_divide(2 * hits, weights @ truth + weights @ claim))
    return np.mean(scores, axis=0)


def brier(is_bad: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mean squared error of the probabilities."""
    return _divide(weights @ (p - is_bad) ** 2, weights.sum(axis=1))


def ece(is_bad: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the expected calibration error: mean |predicted − observed| over tenths of the texts by probability."""
    inside = np.eye(N_BINS)[_bins(p)]
    gap = np.abs((weights * (p - is_bad)) @ inside)
    return _divide(gap.sum(axis=1), weights.sum(axis=1))


def _bins(p: np.ndarray) -> np.ndarray:
    """Return the tenth (0–9) of each text; equal probabilities share a tenth."""
    return np.searchsorted(np.quantile(p, np.arange(1, N_BINS) / N_BINS), p, side="right")


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)


FUNCTIONS: dict[str, Callable] = {"auc": auc, "accuracy": accuracy, "macro_f1": macro_f1, "brier": brier, "ece": ece}


# --- the table of quality


def evaluate(is_bad: np.ndarray, predicted: dict[str, np.ndarray], *, seed: int,
             groups: np.ndarray | None = None) -> pd.DataFrame:
    """Measure models on the same held-out texts.

    Returns one row per model and measure: model, measure, estimate, low, high (95 % of 1,000 resamples, the same for every
    model), n. Texts of one of the `groups` (sentiment.author_groups) are drawn together; default: each alone. `ece` has no
    interval, which resampling inflates: see :func:`ece_by_chance`.
    """
    is_bad = np.asarray(is_bad, bool)
    codes = np.arange(len(is_bad)) if groups is None else pd.factorize(groups)[0]
    rows = []
    for model, p in predicted.items():
        draws = _draws(is_bad, np.asarray(p, float), codes, seed=seed)
        once = np.ones((1, len(is_bad)))
        for measure, function in FUNCTIONS.items():
            estimate = float(function(is_bad, np.asarray(p, float), once)[0])
            low, high = np.nanquantile(draws[measure], [0.025, 0.975])
            if measure == "ece":
                low = high = np.nan
            rows.append((model, measure, estimate, float(low), float(high), len(is_bad)))
    return pd.DataFrame(rows, columns=["model", "measure", "estimate", "low", "high", "n"])


def _draws(is_bad: np.ndarray, p: np.ndarray, codes: np.ndarray, *, seed: int) -> dict[str, np.ndarray]:
    """Return every measure on 1,000 resamples of the groups of texts (`codes`: 0, 1, …)."""
    rng = np.random.default_rng(seed)
    n = int(codes.max()) + 1
    found = {measure: [] for measure in FUNCTIONS}
    for start in range(0, N_RESAMPLES, step := max(1, MEMORY // len(is_bad))):
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=min(step, N_RESAMPLES - start))
        weights = drawn[:, codes].astype(float)
        for measure, function in FUNCTIONS.items():
            found[measure].append(function(is_bad, p, weights))
    return {measure: np.concatenate(parts) for measure, parts in found.items()}


def ece_by_chance(p: np.ndarray, *, seed: int) -> tuple[float, float]:
    """Return mean and 97.5 % point of the calibration error that exactly right probabilities would show by luck."""
    rng = np.random.default_rng(seed)
    once = np.ones((1, len(p)))
    errors = [ece(rng.random(len(p)) < p, p, once)[0] for _ in range(N_RESAMPLES)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.975))


def calibration(is_bad: np.ndarray, p: np.ndarray) -> pd.DataFrame:
    """Return predicted and observed shares by tenth of the texts: tenth, predicted, observed, low, high (Wilson), n."""
    groups = pd.DataFrame({"tenth": _bins(p) + 1, "p": p, "is_bad": np.asarray(is_bad, float)}).groupby("tenth")
    table = groups.agg(predicted=("p", "mean"), n_bad=("is_bad", "sum"), n=("p", "size")).reset_index()
    low, high = wilson(table["n_bad"], table["n"])
    return table.assign(observed=table["n_bad"] / table["n"], low=low, high=high).drop(columns="n_bad")


def check_pairs(predict: Callable[[pd.Series], np.ndarray], language: str) -> pd.DataFrame:
    """Let a model judge the minimal pairs of a language (sentiment_cases.py).

    Returns kind, satisfied, dissatisfied (the texts), is_held_out, p_satisfied, p_dissatisfied, passes (the less satisfied text
    has the higher probability) and both_right (each also lies on its side of one half).
    """
    pairs = sentiment_cases.pairs(language)
    pairs["p_satisfied"], pairs["p_dissatisfied"] = predict(pairs["satisfied"]), predict(pairs["dissatisfied"])
    return pairs.assign(
        passes=pairs["p_dissatisfied"] > pairs["p_satisfied"],
        both_right=(pairs["p_satisfied"] < THRESHOLD) & (pairs["p_dissatisfied"] >= THRESHOLD),
    )


def other_rate(language: str) -> float:
    """Return the share of a language's pairs that the usual tool passes: VADER in English, SnowNLP in Chinese (measured)."""
    if language == "zh":
        return SNOWNLP["pairs"]
    return float(check_pairs(lambda texts: -sentiment.vader_scores(texts), language)["passes"].mean())


def pairs_by_kind(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how many pairs of each kind are passed, the weakest kind first, with one pair: a failed one if there is any."""
    counts = pairs.groupby("kind")["passes"].agg(n="size", passed="sum").reset_index()
    shown = pairs.sort_values("passes", kind="stable").drop_duplicates("kind")[["kind", "satisfied", "dissatisfied", "passes"]]
    table = counts.merge(shown, on="kind").assign(rate=counts["passed"] / counts["n"])
    table["result"] = np.where(table["passes"], "right order", "wrong order")
    return table.sort_values(["rate", "kind"]).drop(columns=["rate", "passes"]).reset_index(drop=True)


def for_readers(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the table of quality with names that a reader knows instead of the short ones."""
    return quality.assign(model=quality["model"].map(MODEL_NAMES), measure=quality["measure"].map(MEASURE_NAMES))


def baseline(quality: pd.DataFrame) -> str:
    """Return the baseline that stands beside the model: VADER where it can read, else the majority."""
    return next(name for name in BASELINES if name in set(quality["model"]))


def auc_finding(quality: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on the model's AUC and accuracy beside its baseline, as a message and its values."""
    found = quality.set_index(["model", "measure"])["estimate"]
    mine = quality.set_index(["model", "measure"]).loc[("model", "auc")]
    other = baseline(quality)
    values = {
        "auc": float(mine["estimate"]), "low": float(mine["low"]), "high": float(mine["high"]), "n": int(mine["n"]),
        "baseline": MODEL_NAMES[other], "baseline_auc": float(found[other, "auc"]),
        "accuracy": float(found["model", "accuracy"]), "majority": float(found["majority", "accuracy"]),
        "baseline_accuracy": float(found[other, "accuracy"]),
    }
    if other == "majority":
        return (
            "On {n:count} unseen reviews the words tell dissatisfied from satisfied authors with AUC {auc:number3} "
            "({low:number3} to {high:number3}; 0.5 is chance). {accuracy:percent1} of the verdicts are right (always guessing "
            "the more frequent verdict: {majority:percent1})."
        ), values
    return (
        "On {n:count} unseen reviews the words tell dissatisfied from satisfied authors with AUC {auc:number3} ({low:number3} "
        "to {high:number3}); {baseline:label}: {baseline_auc:number3}. {accuracy:percent1} of the verdicts are right "
        "({baseline:label}: {baseline_accuracy:percent1}; always guessing the more frequent verdict: {majority:percent1})."
    ), values


def calibration_sentence(quality: pd.DataFrame, chance: tuple[float, float]) -> tuple[str, dict]:
    """Return what the calibration error means beside that of exactly right probabilities."""
    error = float(quality.set_index(["model", "measure"]).loc[("model", "ece"), "estimate"])
    values = {"ece": error, "n": int(quality["n"].iloc[0]), "mean": chance[0], "most": chance[1]}
    if error <= chance[1]:
        return (
            "On average the probabilities are off by {ece:percent1}. On {n:count} reviews exactly right probabilities would "
            "seem off by {mean:percent1}, and by up to {most:percent1}, through chance alone: no miscalibration can be shown."
        ), values
    return (
        "On average the probabilities are off by {ece:percent1}, more than chance would bring on {n:count} reviews "
        "({mean:percent1}, at most {most:percent1}): read them as an order, not as percentages."
    ), values


def pairs_sentence(pairs: pd.DataFrame, *, language: str, other: float) -> tuple[str, dict]:
    """Return the pass rates of the minimal pairs beside `other`: VADER's in English, SnowNLP's in Chinese."""
    by_kind = pairs.groupby("kind")["passes"].mean()
    values = {
        "n": len(pairs), "passed": int(pairs["passes"].sum()), "rate": float(pairs["passes"].mean()),
        "both": float(pairs["both_right"].mean()), "other": other, "aside": int(pairs["is_held_out"].sum()),
        "aside_rate": float(pairs.loc[pairs["is_held_out"], "passes"].mean()),
        "weakest": by_kind.sort_values(kind="stable").index[0], "weakest_rate": float(by_kind.min()),
    }
    if language == "zh":
        return (
            "Chinese: {passed:count} of {n:count} pairs are in the right order ({rate:percent}; SnowNLP {other:percent}), and "
            "{aside_rate:percent} of the {aside:count} that were put aside; in {both:percent} both texts also lie on the right "
            "side of one half. Weakest is {weakest:label} ({weakest_rate:percent})."
        ), values
    return (
        "English: {passed:count} of {n:count} pairs are in the right order ({rate:percent}; VADER {other:percent}), and "
        "{aside_rate:percent} of the {aside:count} that were put aside; in {both:percent} both texts also lie on the right "
        "side of one half. Weakest is {weakest:label} ({weakest_rate:percent})."
    ), values


def verdict(quality: pd.DataFrame, pairs: pd.DataFrame) -> tuple[str, str, dict]:
    """Return what the model may be used for, the reason as a message of the catalogue, and its values.

    "do not use": its AUC is not clearly above VADER's, or above chance where VADER cannot read (the interval of the one, the
    value of the other); "use": calibration error ≤ .05 and ≥ 80 % of the pairs ordered rightly; else "use with care".
    """
    found = quality.set_index(["model", "measure"])
    name = baseline(quality)
    mine, other = found.loc[("model", "auc")], float(found.loc[(name, "auc"), "estimate"])
    error, passed = float(found.loc[("model", "ece"), "estimate"]), float(pairs["passes"].mean())
    values = {
        "auc": float(mine["estimate"]), "baseline": MODEL_NAMES[name], "other": other, "ece": error, "passed": passed,
        "n": int(mine["n"]), "limit": GOOD_ECE, "wanted": GOOD_PAIRS,
    }
    if not mine["low"] > other:
        return "do not use", (
            "On {n:count} unseen reviews the model (AUC {auc:number3}) is not clearly better than its baseline "
            "({baseline:label}: {other:number3})."
        ), values
    if error <= GOOD_ECE and passed >= GOOD_PAIRS:
        return "use", (
            "For counting and sorting reviews: AUC {auc:number3} on {n:count} unseen reviews ({baseline:label}: "
            "{other:number3}), probabilities off by {ece:percent1} on average, {passed:percent} of the test pairs in the right "
            "order."
        ), values
    return "use with care", (
        "Good for sorting and counting many reviews (AUC {auc:number3} on {n:count} unseen ones, {baseline:label}: "
        "{other:number3}; probabilities off by {ece:percent1} on average), not for judging a single one: {passed:percent} of "
        "the test pairs are in the right order. For more, we ask for {wanted:percent} of the pairs and an error of at most "
        "{limit:percent}."
    ), values
