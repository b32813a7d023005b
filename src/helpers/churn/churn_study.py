"""One study of churn from examples to scores that may be used: which score, at which level, and how good it is.

The model has to earn its place: where it does not beat a simpler score, that one is used. Which score and which level was
decided at the earlier cut-offs; the latest one took no part in it (unless there is only one). In: Examples. Out: Study.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.churn import churn, churn_definitions, churn_quality
from helpers.churn.churn_examples import MODEL, Examples, at_latest
from helpers.churn.churn_features import buyer_examples
from helpers.errors import TooLittleData

MIN_AUC = 0.005  # a gain in AUC below half a point is not worth a model
SHORTER = 3  # a horizon too long for several cut-offs is divided by so much to look over time
MIN_SKILL = 0.01  # nor is a gain in Brier skill below one hundredth of the base rate's error


@dataclass(frozen=True)
class Choice:
    """Which score is used (`score`), why, and where that was decided.

    rivals: one row a simpler score: rival, auc and skill (what the model gains over it) with their intervals, is_beaten.
    days: the cut-offs at which it was decided; is_apart: the latest cut-off was not among them.
    """

    score: str
    rivals: pd.DataFrame
    days: tuple[pd.Timestamp, ...]
    is_apart: bool

    @property
    def is_model(self) -> bool:
        return self.score == MODEL


@dataclass(frozen=True)
class Study:
    """Examples with the features of the score in use, every score of the tested customers, their quality, and the decisions.

    drift: one row a tested cut-off: what was expected with and without the level of the latest known cut-off, and what came.
    """

    examples: Examples
    tested: pd.DataFrame
    quality: pd.DataFrame
    choice: Choice
    drift: pd.DataFrame
    is_levelled: bool
    definitions: churn_definitions.Definitions | None = None

    @property
    def latest(self) -> pd.DataFrame:
        """Return the customers of the latest cut-off: the last list that could have been made and checked."""
        return at_latest(self.tested)


def study(examples: Examples, *, seed: int) -> Study:
    """Test every score on customers and periods that it had not seen, choose the one to use, and measure them."""
    return _study(examples, seed=seed, is_compared=True)


def _study(examples: Examples, *, seed: int, is_compared: bool) -> Study:
    compared = churn.predict_unseen(examples, seed=seed)
    choice = choose(examples, compared, seed=seed)
    chosen = churn.simplified(examples, choice.score)
    drift = level_drift(compared, score=choice.score)
    is_levelled = keeps_level(drift) if examples.is_temporal else False
    after = [name for name in compared if name.endswith(churn.AFTER)]
    if is_levelled:
        compared = compared.assign(**{name.removesuffix(churn.AFTER): compared[name] for name in after})
    tested = compared.drop(columns=[*after, *(name for name in churn.SIMPLER if name in compared and name != choice.score)])
    quality = churn.measure(chosen, tested, seed=seed)
    definitions = churn_definitions.compare(examples, tested, seed=seed) if is_compared else None
    if definitions is not None and len(definitions.quality):
        split = quality["split"].iloc[0]
        quality = pd.concat([quality, definitions.quality.assign(split=split)], ignore_index=True)
        quality = quality.dropna(subset=["value", "low", "high"]).reset_index(drop=True)
    return Study(chosen, tested, quality, choice, drift, is_levelled, definitions)


def choose(examples: Examples, compared: pd.DataFrame, *, seed: int) -> Choice:
    """Return the model, or the simpler score that it does not beat, judged at the cut-offs before the latest.

    The model beats a score if it ranks better by at least MIN_AUC (the score as it is), or its probabilities are better by at
    least MIN_SKILL (the score as a probability), the interval of that gain lies above 0, and the other one not below 0. Where
    it does not beat all of them, the one with the best probabilities is used.
    """
    earlier = compared[compared["cut_off"] < compared["cut_off"].max()] if examples.is_temporal else compared.iloc[:0]
    judged = earlier if len(earlier) else compared
    rows, skills = [], {}
    for name, (score, _) in churn.SIMPLER.items():
        if name not in compared:
            continue
        auc = churn_quality.gain(judged, model=MODEL, baseline=score if score in judged else name, seed=seed)
        skill = churn_quality.skill_gain(judged, model=MODEL, baseline=name, seed=seed)
        rows.append({
            "rival": score, **{f"auc{_end(k)}": v for k, v in auc.items()}, **{f"skill{_end(k)}": v for k, v in skill.items()},
            "is_beaten": _is_beaten(auc, skill),
        })
        skills[name] = skill["value"]
    rivals = pd.DataFrame(rows)
    simplest = min(skills, key=lambda name: (skills[name], name)) if skills else MODEL
    score = MODEL if rivals.empty or rivals["is_beaten"].all() else simplest
    days = tuple(sorted(judged["cut_off"].unique())) if "cut_off" in judged else ()
    return Choice(score, rivals, tuple(map(pd.Timestamp, days)), is_apart=len(earlier) > 0)


def _end(name: str) -> str:
    return "" if name == "value" else f"_{name}"


def _is_beaten(auc: dict[str, float], skill: dict[str, float]) -> bool:
    by_rank = auc["value"] >= MIN_AUC and auc["low"] > 0
    by_probability = skill["value"] >= MIN_SKILL and skill["low"] > 0
    is_worse = auc["high"] < 0 or skill["high"] < 0
    return bool((by_rank or by_probability) and not is_worse)


def level_drift(compared: pd.DataFrame, *, score: str) -> pd.DataFrame:
    """Return what was expected and what came at each tested cut-off, latest last.

    Out: cut_off, n, share_lost, before (mean probability as learnt from all known cut-offs), after (shifted to the level of
    the latest of them), error_before, error_after (expected less lost).
    """
    by = compared.assign(cut_off=compared.get("cut_off", pd.NaT))
    table = by.groupby("cut_off", dropna=False).agg(
        n=("churned", "size"), share_lost=("churned", "mean"), before=(score, "mean"), after=(score + churn.AFTER, "mean")
    ).reset_index()
    return table.assign(error_before=table["before"] - table["share_lost"], error_after=table["after"] - table["share_lost"])


def keeps_level(drift: pd.DataFrame) -> bool:
    """Say whether the level of the latest known cut-off is used: it was no worse on average before the latest test.

    With a single test there is nothing to judge by; then the latest level is taken as the better guess.
    """
    earlier = drift.iloc[:-1]
    if earlier.empty:
        return True
    return bool(np.abs(earlier["error_after"]).mean() <= np.abs(earlier["error_before"]).mean())


def over_time(study: Study, orders, *, seed: int) -> Study | None:
    """Return the study that can be tested over time: the study itself, or one of the same buyers with a shorter horizon.

    Where the days suffice for one cut-off only, the same question is asked with a third of the horizon. None for contracts
    without dates, and where even that is too long.
    """
    if study.examples.is_temporal:
        return study
    if study.examples.kind == "contracts":
        return None
    windows = study.examples.windows
    try:
        examples = buyer_examples(
            orders, as_of=windows.snapshot, first_day=windows.first_day, horizon_days=windows.horizon_days // SHORTER,
            lead_days=windows.lead_days,
        )
    except TooLittleData:
        return None
    return _study(examples, seed=seed, is_compared=False) if examples.is_temporal else None
