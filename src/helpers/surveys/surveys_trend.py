"""Does a survey's score move from month to month more than chance would move it: control limits by period.

Limits are exact: the distribution of the mean of n answers drawn from all periods together (so a period of 20 answers has the
wide and lopsided limits of 20 answers), at the odds of three standard deviations; where periods scatter more than answers
explain, they are widened as in Laney's chart (2002, Quality Engineering 14:531). Signals: one point beyond a limit, nine in a
row on one side (Nelson 1984, Journal of Quality Technology 16:237, rules 1 and 2). Reads answers of surveys.py.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.surveys import surveys

MIN_PERIOD = 15  # answers below which a period is not drawn
MIN_PERIODS = 6  # periods with enough answers below which limits say nothing
RUN = 9  # in a row on one side of the centre: Nelson's rule 2
BEYOND, ROW = "beyond the limits", "nine in a row on one side"
ODDS = 0.00135  # beyond three standard deviations on one side of a normal distribution
SPAN_OF_TWO = 0.954  # median moving range of two normal values, in standard deviations: one leap does not widen it


def add_periods(answers: pd.DataFrame, *, time_zone: str, frequency: str) -> pd.DataFrame:
    """Return the dated answers with `period`: the first day of their month ("M") or quarter ("Q") in the business's time zone.
    """
    dated = answers.dropna(subset=["received_at"])
    local = dated["received_at"].dt.tz_convert(time_zone).dt.tz_localize(None)
    return dated.assign(period=local.dt.to_period(frequency).dt.start_time)


def choose_frequency(answers: pd.DataFrame, name: str, *, time_zone: str) -> str:
    """Return "M" where at least three months in four have 15 answers, else "Q"."""
    n = add_periods(answers.dropna(subset=[name]), time_zone=time_zone, frequency="M")["period"].value_counts()
    return "M" if len(n) and (n >= MIN_PERIOD).mean() >= 0.75 else "Q"


def mean_limits(counted: np.ndarray, n: int, *, odds: float = ODDS) -> tuple[float, float]:
    """Return the lower and upper limit of the mean of `n` answers drawn from `counted`, exactly.

    The means beyond each limit together have at most the probability `odds`. counted: points on a grid of halves.
    """
    steps = np.round(2 * counted).astype(int)
    lowest = steps.min()
    shares = np.bincount(steps - lowest) / len(steps)
    size = 1 << int(np.ceil(np.log2(n * (len(shares) - 1) + 2)))
    chances = np.clip(np.fft.irfft(np.fft.rfft(shares, size) ** n, size), 0, None)[: n * (len(shares) - 1) + 1]
    below = np.cumsum(chances)
    low = int(np.searchsorted(below, odds, side="right"))
    high = len(chances) - 1 - int(np.searchsorted(np.cumsum(chances[::-1]), odds, side="right"))
    return (low / n + lowest) / 2, (high / n + lowest) / 2


def control_chart(answers: pd.DataFrame, name: str, *, time_zone: str, frequency: str) -> pd.DataFrame:
    """Return one row a period from the first to the last: period, n, estimate, low, high (95 %), centre, limit_low,
    limit_high, signal ("" = none).

    One answer a customer and period. Periods with fewer than 15 answers keep their n and nothing else, and end a run.
    centre: the mean of all answers of the periods drawn. Raises TooLittleData below 6 such periods.
    """
    dated = add_periods(answers, time_zone=time_zone, frequency=frequency)
    latest = surveys.latest_answers(dated, name, by="period")
    n = latest["period"].value_counts()
    n_enough = int((n >= MIN_PERIOD).sum())
    if n_enough < MIN_PERIODS:
        raise TooLittleData(
            "Needs {needed:count} months or quarters with {answers:count} answers each to tell a trend from chance; there are "
            "{found:count}.", needed=MIN_PERIODS, answers=MIN_PERIOD, found=n_enough,
        )
    periods = pd.period_range(latest["period"].min(), latest["period"].max(), freq=frequency).start_time
    counted = surveys.points(latest[name], name)
    unit, rows, pooled = surveys.MEASURES[name].unit, [], []
    for period in periods:
        mine = counted[latest["period"] == period].to_numpy()
        rows.append({"period": period, "n": len(mine)})
        if len(mine) >= MIN_PERIOD:
            low, high = surveys.interval(mine, name)
            rows[-1] |= {"estimate": unit * mine.mean(), "low": low, "high": high}
            pooled.append(mine)
    return _add_limits(pd.DataFrame(rows), np.concatenate(pooled), unit)


def _add_limits(table: pd.DataFrame, pooled: np.ndarray, unit: float) -> pd.DataFrame:
    """Add centre, limits and signals to the periods that have an estimate."""
    drawn = table["estimate"].notna()
    centre, spread = float(pooled.mean()), float(pooled.std())
    limits = np.array([mean_limits(pooled, n) for n in table.loc[drawn, "n"]])
    z = (table.loc[drawn, "estimate"] / unit - centre) / (spread / np.sqrt(table.loc[drawn, "n"])) if spread > 0 else None
    wider = 1.0 if z is None else max(1.0, float(z.diff().abs().median()) / SPAN_OF_TWO)
    table = table.assign(centre=unit * centre, limit_low=np.nan, limit_high=np.nan)
    ends = np.clip(centre + wider * (limits - centre), pooled.min() if wider > 1 else -np.inf,
                   pooled.max() if wider > 1 else np.inf)
    table.loc[drawn, ["limit_low", "limit_high"]] = unit * ends
    slack = 1e-9 * unit
    is_beyond = (table["estimate"] < table["limit_low"] - slack) | (table["estimate"] > table["limit_high"] + slack)
    side = np.sign((table["estimate"] - table["centre"]).round(9)).fillna(0)
    in_row = side.groupby((side != side.shift()).cumsum()).cumcount() + 1
    is_run = (side != 0) & (in_row >= RUN)
    signal = np.where(is_beyond, BEYOND, np.where(is_run, ROW, ""))
    return table.assign(signal=signal)
