"""Why do customers keep or end a contract? Cox's proportional hazards (1972) through `lifelines`, told in words.

A hazard ratio of 1.5: at any age of the contract, the chance to end in the next month is half as large again as in the
reference group, all else in the model equal. Checked: are the ratios the same for young and for old contracts (a fit on each
side of the median age at the end)? Does the model rank contracts that it has not seen (Harrell's concordance), and better than
the plan alone? In: subscriptions with their attributes; out: `contract_drivers`. Associations: what is not in the data is not
held equal.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from helpers.errors import TooLittleData
from helpers.lifetime_value.cohorts import FEW
from helpers.proportions import Z95, q_values
from helpers.subscriptions import contract_hazards

NOT_ATTRIBUTES = ("subscription_id", "customer_id", "started_at", "ended_at", "churned", "tenure_months")
MIN_ENDS, MIN_RUNNING = 100, 100
ENDS_PER_TERM = 10  # events that a coefficient needs (Peduzzi and others 1995)
MAX_LEVELS = 8
MIN_LEVEL = 0.02  # of contracts; rarer values are one group
GROWS = 0.8  # rank correlation with the age of the contract from which an attribute only counts its months
DETERMINED = 0.9  # R² from which an attribute is told by the others (a variance inflation of 10)
YES = {"1", "1.0", "true", "yes"}
NO = {"0", "0.0", "false", "no"}
OTHER, UNKNOWN = "others", "unknown"
LIMIT_Q = 0.05
N_FOLDS = 5
MIN_BAND = 100  # contracts of about the same age that are compared with one another


@dataclass(frozen=True)
class Design:
    """Terms of the regression by contract, what they mean, and the attributes that were left out, with the reason."""

    values: pd.DataFrame
    named: pd.DataFrame
    left_out: dict[str, list[str]]


def design(subscriptions: pd.DataFrame) -> Design:
    """Return the terms: 0/1 against the most common value of each text, numbers per a round step near their spread.

    Left out: attributes that only count the months of the contract (rank correlation with its age above GROWS), numbers that
    the others determine (R² above DETERMINED), terms that repeat earlier ones, texts of too many values. `named`: term,
    attribute, level, reference. Raises TooLittleData where no attribute is left.
    """
    columns, named, left_out = {}, [], {"grows": [], "determined": []}
    numeric = []
    for name in subscriptions.columns:
        values = subscriptions[name]
        if name in NOT_ATTRIBUTES or pd.api.types.is_datetime64_any_dtype(values) or values.nunique() < 2:
            continue
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values) and values.nunique() > 2:
            if abs(values.astype(float).corr(subscriptions["tenure_months"], method="spearman")) > GROWS:
                left_out["grows"].append(_spoken(name))
                continue
            numeric.append(name)
        elif values.nunique() <= MAX_LEVELS * 3:
            for level, reference, column in _levels(values):
                columns[f"{name}: {level}"] = column
                named.append((f"{name}: {level}", _spoken(name), level, reference))
    for name in numeric:
        values = subscriptions[name].astype(float)
        step = _round_step(float(values.std()))
        columns[name] = (values.fillna(values.median()) / step).to_numpy()
        named.append((name, _spoken(name), f"{step:g} more", f"{step:g} less"))
    values = pd.DataFrame(columns, index=subscriptions.index)
    if values.empty:
        raise TooLittleData("Contracts carry no attributes (plan, fee, services …) that could tell why they end.")
    values = _independent(values)
    for name in [n for n in numeric if n in values]:
        if values.shape[1] > 1 and _r_squared(values, name) > DETERMINED:
            values = values.drop(columns=name)
            left_out["determined"].append(_spoken(name))
    named = pd.DataFrame(named, columns=["term", "attribute", "level", "reference"])
    return Design(values, named[named["term"].isin(values.columns)].reset_index(drop=True), left_out)


def _spoken(column: str) -> str:
    return "Contract type" if column == "plan" else column.replace("_", " ").capitalize()


def _levels(values: pd.Series):
    """Yield (level, reference, 0/1 column) of a text; 1/0 and true/false are yes and no."""
    words = values.astype("object").where(values.notna(), UNKNOWN).astype("str")
    if set(words.str.lower()) <= YES | NO | {UNKNOWN}:
        words = words.str.lower().map(lambda word: "yes" if word in YES else "no" if word in NO else UNKNOWN)
    words = words.replace({"Yes": "yes", "No": "no"})
    counts = words[words != UNKNOWN].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    common = list(counts[counts >= max(MIN_LEVEL * len(words), FEW)].index[:MAX_LEVELS])
    if not common:
        return
    common = ["no", "yes"] if set(common) == {"no", "yes"} else common
    words = words.where(words.isin([*common, UNKNOWN]), OTHER)
    for level in [*common[1:], OTHER, UNKNOWN]:
        column = (words == level).to_numpy(float)
        if FEW <= column.sum() <= len(column) - FEW:
            yield level, common[0], column


def _round_step(spread: float) -> float:
    """Return the 1, 2 or 5 × 10^k nearest to `spread`."""
    size = 10.0 ** np.floor(np.log10(spread)) if spread > 0 else 1.0
    return float(size * min((1, 2, 5, 10), key=lambda factor: abs(np.log(factor * size / spread)))) if spread > 0 else 1.0


def _independent(values: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are no linear combination of the ones before them (and a constant)."""
    kept, basis = [], [np.full(len(values), 1 / np.sqrt(len(values)))]
    for name in values:
        column = values[name].to_numpy(float)
        rest = column - sum((vector @ column) * vector for vector in basis)
        norm = float(np.linalg.norm(rest))
        if norm > 1e-6 * max(float(np.linalg.norm(column)), 1e-12):
            kept.append(name)
            basis.append(rest / norm)
    return values[kept]


def _r_squared(values: pd.DataFrame, name: str) -> float:
    others = np.column_stack([np.ones(len(values)), values.drop(columns=name).to_numpy(float)])
    column = values[name].to_numpy(float)
    rest = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    return 1 - float(rest.var() / column.var()) if column.var() > 0 else 0.0


# --- the regression


@dataclass(frozen=True)
class Drivers:
    """The table of hazard ratios, the attributes left out, and how well the model ranks unseen contracts."""

    table: pd.DataFrame
    left_out: dict[str, list[str]]
    facts: dict


def explain(
    subscriptions: pd.DataFrame, *, entry_months=None, last_month_only: bool = False, seed: int = 0
) -> Drivers:
    """Return the hazard ratios of the attributes and what their sentences need.

    `entry_months`: age at which the data begin to see a contract (left truncation), None = its start. `last_month_only`:
    all known ends are recent, so that earlier ones may be missing; each contract then counts for its last month alone, beside
    contracts of the same age (proportional hazards in discrete time, Prentice and Gloeckler 1978): whoever has collected
    services over the years must not look loyal for that. Without it, Cox's model follows contracts from their entry.

    table: attribute, level, reference, n_contracts (at the level; all for numbers), hazard_ratio, low, high (95 %), q
    (Benjamini and Hochberg over all terms), early_ratio, late_ratio (fitted on contracts up to and beyond the median age at the
    end), changes (they differ: the hazards are not proportional, q < LIMIT_Q), followed_ratio (of `last_month_only`: if every
    contract had been followed from its start), is_clear (q < LIMIT_Q, known group); largest effect first. facts: n, n_ended,
    concordance, baseline (the plan alone), gain and its error (out of sample; among contracts of the same age with
    `last_month_only`), split_month, n_terms. Raises TooLittleData with too few ends or running contracts.
    """
    ended = subscriptions["churned"].astype(bool)
    if ended.sum() < MIN_ENDS or (~ended).sum() < MIN_RUNNING:
        raise TooLittleData(
            "Needs {needed:count} contracts that ended and as many that run to tell why; there are {ended:count} and "
            "{running:count}.", needed=MIN_ENDS, ended=int(ended.sum()), running=int((~ended).sum()),
        )
    chosen = design(subscriptions)
    values = chosen.values.iloc[:, : int(ended.sum() // ENDS_PER_TERM)]
    frame = values.assign(
        months=subscriptions["tenure_months"].astype(float).clip(lower=0.5).to_numpy(), ended=ended.to_numpy(),
        entry=0.0 if entry_months is None else np.asarray(entry_months, float),
    )
    frame = frame[frame["entry"] < frame["months"]].reset_index(drop=True)
    split = float(frame.loc[frame["ended"], "months"].median())
    named = chosen.named[chosen.named["term"].isin(values.columns)].set_index("term")
    followed = pd.Series(np.nan, index=named.index)
    if last_month_only:
        followed = np.exp(_log_ratios(frame, named.index)["log_ratio"])
        frame = frame.assign(band=_age_bands(frame["months"]))
    table = _table(frame, named, split).assign(followed_ratio=lambda t: t["term"].map(followed)).drop(columns="term")
    return Drivers(table, chosen.left_out, {
        "n": len(frame), "n_ended": int(frame["ended"].sum()), "split_month": split, "n_terms": values.shape[1],
        "last_month_only": last_month_only, **_concordance(frame, seed=seed),
    })


def _age_bands(months: pd.Series) -> np.ndarray:
    """Return the band of age of each contract: single months, neighbours joined up to MIN_BAND contracts."""
    ages = np.ceil(months).astype("int64")
    counts = ages.value_counts().sort_index()
    band, size, of_age = 0, 0, {}
    for age, n in counts.items():
        of_age[age] = band
        size += n
        if size >= MIN_BAND:
            band, size = band + 1, 0
    if size and band:
        of_age = {age: min(number, band - 1) for age, number in of_age.items()}
    return ages.map(of_age).to_numpy()


def _table(frame: pd.DataFrame, named: pd.DataFrame, split: float) -> pd.DataFrame:
    whole = _log_ratios(frame, named.index)
    early, late = (_log_ratios(part, named.index) for part in _young_and_old(frame, split))
    shift = (early["log_ratio"] - late["log_ratio"]) / np.hypot(early["error"], late["error"])
    is_binary = frame[named.index].isin([0.0, 1.0]).all()
    log_ratio, error = whole["log_ratio"], whole["error"]
    found = named.assign(
        n_contracts=np.where(is_binary, frame[named.index].sum(), len(frame)).astype("int64"),
        hazard_ratio=np.exp(log_ratio), low=np.exp(log_ratio - Z95 * error), high=np.exp(log_ratio + Z95 * error),
        q=_q_of(log_ratio / error), early_ratio=np.exp(early["log_ratio"]), late_ratio=np.exp(late["log_ratio"]),
        changes=_q_of(shift) < LIMIT_Q,
    )
    found = found.assign(is_clear=(found["q"] < LIMIT_Q) & ~found["level"].isin([OTHER, UNKNOWN]))
    order = log_ratio.abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index()


def _young_and_old(frame: pd.DataFrame, split: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contracts' lives up to `split` months and beyond; with age bands, the contracts of either age."""
    if "band" in frame:
        return frame[frame["months"] <= split], frame[frame["months"] > split]
    young = frame.assign(ended=frame["ended"] & (frame["months"] <= split), months=frame["months"].clip(upper=split))
    old = frame[frame["months"] > split].assign(entry=lambda f: f["entry"].clip(lower=split))
    return young[young["entry"] < young["months"]], old


def _q_of(z: pd.Series) -> np.ndarray:
    return q_values(2 * ndtr(-np.abs(z.to_numpy(float))))


def _log_ratios(frame: pd.DataFrame, terms: pd.Index) -> pd.DataFrame:
    """Return log_ratio and error of each term; unknown where too few contracts end, or a group hardly occurs among them."""
    counts = frame.loc[frame["ended"], terms].ne(0).sum()
    usable = [t for t in terms if counts[t] >= ENDS_PER_TERM and frame[t].nunique() > 1]
    if frame["ended"].sum() < ENDS_PER_TERM * max(len(usable), 1) or not usable:
        return pd.DataFrame(np.nan, index=terms, columns=["log_ratio", "error"])
    log_ratio, error = contract_hazards.fit(frame, usable)
    return pd.DataFrame({"log_ratio": log_ratio, "error": error}, index=usable).reindex(terms)


def _concordance(frame: pd.DataFrame, *, seed: int) -> dict[str, float]:
    """Return the share of pairs of unseen contracts that the model orders rightly (cross-validated), and the plan alone does.

    error: standard error of the difference of both, from the folds; as these share what they learn from, it is larger than
    that of N_FOLDS independent ones (Nadeau and Bengio 2003, Machine Learning 52:239). Student's t with N_FOLDS − 1 degrees.
    """
    random = np.random.default_rng(seed)
    fold = np.empty(len(frame), int)
    for kind in (True, False):
        at = np.flatnonzero(frame["ended"].to_numpy(bool) == kind)
        fold[random.permutation(at)] = np.arange(len(at)) % N_FOLDS
    terms = [name for name in frame if name not in ("months", "ended", "entry", "band")]
    plan = [name for name in terms if name.startswith("plan: ")]
    scores = []
    for k in range(N_FOLDS):
        train, test = frame[fold != k], frame[fold == k]
        scores.append([contract_hazards.held_out_concordance(train, test, names) for names in (terms, plan)])
    model, baseline = np.array(scores).T
    return {
        "concordance": float(model.mean()), "baseline": float(baseline.mean()), "has_plan": bool(plan),
        "gain": float((model - baseline).mean()), "error": _error_over_folds(model - baseline),
    }


def _error_over_folds(gains: np.ndarray) -> float:
    """Return the standard error of their mean: a test part is 1 / (k − 1) of what is learnt from."""
    return float(gains.std(ddof=1) * np.sqrt(1 / len(gains) + 1 / (len(gains) - 1)))
