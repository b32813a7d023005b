"""The same customers some time ago: segments formed on the days before a cut-off, and what came afterwards.

What the segments are worth, which division tells future spending apart and who has moved since all rest on it, so that no
answer sees the days it is measured on. Reads orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import pandas as pd

from helpers.segmentation import segmentation, usefulness


@dataclass(frozen=True)
class Past:
    """What was known at the end of `split`, and the days after it up to `until`.

    orders: of the window before; rfm: its customers; cuts: their cut points; customers: with scores, segment, frequency_group
    and next_revenue (net revenue after `split`, 0 if nothing was bought).
    """

    split: pd.Timestamp
    until: pd.Timestamp
    orders: ibis.Table
    rfm: pd.DataFrame
    cuts: dict[str, tuple[float, ...]]
    customers: pd.DataFrame

    @property
    def days(self) -> int:
        return (self.until - self.split).days


def look_back(
    orders: ibis.Table, *, first_day: pd.Timestamp, as_of: pd.Timestamp, test_days: int, window_days: int = 0,
    new_days: int = 90, limits: Sequence[float] = (), **cuts: Sequence[float],
) -> Past:
    """Return the customers as they stood `test_days` before `as_of`, divided by limits from those days or as given.

    cuts: recency_cuts, frequency_cuts, monetary_cuts as in `segmentation.cut_points`; limits: of the frequency groups.

    Raises
    ------
    TooLittleData : the past is shorter than the days held back, too few customers, or none of them bought later.
    """
    split = usefulness.split_day(first_day=first_day, as_of=as_of, test_days=test_days)
    before = segmentation.in_window(orders, as_of=split, window_days=window_days)
    rfm = segmentation.rfm_table(before, as_of=split)
    seen = segmentation.days_in_window(first_day=first_day, as_of=split, window_days=window_days)
    chosen = segmentation.cut_points(rfm, window_days=seen, **cuts)
    named = segmentation.segment_all(rfm, cuts=chosen, as_of=split, new_days=new_days, limits=limits)
    customers = usefulness.add_next_revenue(named, orders, after=split, until=as_of)
    return Past(split, as_of, before, rfm, chosen, customers)
