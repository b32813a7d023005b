"""One model on weeks that it has not seen: everything that the report shows of the check, computed once.

Puts together lifetime_value_models.py (parameters), lifetime_value_holdout.py (predictions, scores, verdict) and
lifetime_value_coverage.py (intervals, chances). In: orders, purchase summaries of both windows, fitted models; out: Check.
"""

from dataclasses import dataclass

import pandas as pd

from helpers.btyd import btyd_intervals
from helpers.btyd.btyd import GammaGamma
from helpers.lifetime_value import lifetime_value_coverage as coverage
from helpers.lifetime_value import lifetime_value_holdout as holdout
from helpers.lifetime_value.lifetime_value import Window
from helpers.lifetime_value.lifetime_value_models import Choice, parameter_table


@dataclass(frozen=True)
class Check:
    """Frames of the check (documented where they are made), the coverage with its repair, and the verdict."""

    parameters: pd.DataFrame
    predictions: pd.DataFrame
    scores: pd.DataFrame
    tracked: pd.DataFrame
    errors: pd.DataFrame
    groups: pd.DataFrame
    parts: pd.DataFrame
    chances: dict
    coverage: coverage.Coverage
    gain: dict
    ranked: dict
    miss: float
    verdict: holdout.Judgement


def check_model(
    orders, before: pd.DataFrame, after: pd.DataFrame, choice: Choice, gamma_gamma: GammaGamma, refits: pd.DataFrame, *,
    window: Window, seed: int = 0,
) -> Check:
    """Return the check of the chosen model on the weeks after the calibration, its rivals and the naive methods beside it.

    before, after: purchase summaries of the calibration and of the unseen weeks. refits: of the chosen model on `before`.
    Raises TooLittleData where nobody known before bought in the unseen weeks.
    """
    fit, weeks = choice.fit, window.holdout_weeks
    predictions = holdout.predict(before, after, fit, gamma_gamma, window=window, others=choice.others)
    scores = holdout.score(predictions, chosen=fit.name, comparison=choice.comparison)
    futures = btyd_intervals.simulate(before, fit, gamma_gamma, refits, horizon_weeks=weeks, seed=seed)
    covered = coverage.check_coverage(predictions, futures, seed=seed)
    parts, chances = coverage.check_chances(fit, before, predictions["purchases_actual"], weeks=weeks)
    repeats = holdout.daily_repeats(orders, window=window)
    tracked = holdout.track(repeats, before, fit, window=window, others=choice.others)
    gain = holdout.gain(predictions)
    return Check(
        parameters=parameter_table(before, fit, gamma_gamma, refits, fitted_on="calibration", others=choice.others),
        predictions=predictions, scores=scores, tracked=tracked, errors=holdout.tracking_errors(tracked, chosen=fit.name),
        groups=holdout.by_frequency(predictions), parts=parts, chances=chances, coverage=covered, gain=gain,
        ranked=holdout.ranking_gain(predictions, seed=seed), miss=holdout.revenue_miss(scores),
        verdict=holdout.judge(scores, gain, float(covered.facts["coverage"])),
    )
