"""When a churn study looks and when it waits: observation | lead time | outcome, at several cut-off days.

A cut-off day is the last day observed. After it come `lead_days` in which a list is made and a letter arrives; then the
`horizon_days` of the outcome. The cut-offs lie a third of lead and horizon apart, so that some of them have an outcome
that is known on a later one: there the model may learn, on the later one it is tested.
"""

from dataclasses import dataclass

import pandas as pd

from helpers.errors import TooLittleData

PER_PERIOD = 3  # cut-offs in the time of one lead and horizon
MAX_LEARNT = 4  # a model learns from so many cut-offs, the latest whose outcome is known


@dataclass(frozen=True)
class Windows:
    """The days of a study. `known`: the cut-offs whose outcome is known at the snapshot; `tests`: those with an earlier one.

    Both latest first. Where no cut-off has an earlier one to learn from, `tests` is the latest alone: the test is then
    across customers, not over time.
    """

    first_day: pd.Timestamp
    snapshot: pd.Timestamp
    horizon_days: int
    lead_days: int
    known: tuple[pd.Timestamp, ...]
    tests: tuple[pd.Timestamp, ...]

    @property
    def period(self) -> pd.Timedelta:
        return pd.Timedelta(days=self.lead_days + self.horizon_days)

    @property
    def test(self) -> pd.Timestamp:
        """Return the latest cut-off at which the model is tested."""
        return self.tests[0]

    @property
    def train(self) -> pd.Timestamp | None:
        """Return the latest cut-off whose outcome had ended by `test`; None where there is none."""
        return next(iter(self.learnt_at(self.test)), None)

    @property
    def is_temporal(self) -> bool:
        return self.train is not None

    def learnt_at(self, cut_off: pd.Timestamp) -> tuple[pd.Timestamp, ...]:
        """Return the cut-offs whose outcome had ended by `cut_off`, the latest `MAX_LEARNT` of them, latest first."""
        return tuple(day for day in self.known if day + self.period <= cut_off)[:MAX_LEARNT]

    def outcome(self, cut_off: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return the first and the last day of the outcome of a cut-off."""
        return cut_off + pd.Timedelta(days=self.lead_days + 1), cut_off + self.period


def plan(*, first_day, as_of, horizon_days: int, lead_days: int = 0, n_cut_offs: int = 4) -> Windows:
    """Return the cut-offs of a study that ends on `as_of`: the latest has an outcome that ends there.

    A cut-off needs an observation at least as long as the horizon. At most `n_cut_offs` are tested.
    Raises TooLittleData where there is no room for one.
    """
    first_day, as_of = pd.Timestamp(first_day), pd.Timestamp(as_of)
    period, n_days = lead_days + horizon_days, (as_of - first_day).days + 1
    if n_days < period + horizon_days:
        raise TooLittleData(
            "Needs orders of at least {needed:count} days: {horizon:count} to look back, {lead:count} to act and "
            "{horizon:count} to see who returns; there are {found:count} days.",
            needed=period + horizon_days, horizon=horizon_days, lead=lead_days, found=n_days,
        )
    latest = as_of - pd.Timedelta(days=period)
    steps = [round(i * period / PER_PERIOD) for i in range(n_cut_offs + PER_PERIOD + MAX_LEARNT - 1)]
    known = [latest - pd.Timedelta(days=step) for step in steps]
    known = [day for day in known if (day - first_day).days + 1 >= horizon_days]
    tests = known[: max(min(n_cut_offs, len(known) - PER_PERIOD), 1)]
    used = tests if len(known) <= PER_PERIOD else known[: len(tests) + PER_PERIOD + MAX_LEARNT - 1]
    return Windows(first_day, as_of, horizon_days, lead_days, tuple(dict.fromkeys(used)), tuple(dict.fromkeys(tests)))
