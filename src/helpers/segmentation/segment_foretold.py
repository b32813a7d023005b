"""How large the segments of today's customers will be if everybody keeps their rhythm, for a later run to check (ledger.py)."""

import ibis
import numpy as np
import pandas as pd

from helpers import ledger
from helpers.errors import TooLittleData
from helpers.proportions import Z95
from helpers.segmentation import segment_migration, segmentation
from helpers.segmentation.segment_migration import Snapshots

WHAT = "segment size"
SHOWN = (*segmentation.SEGMENTS, segment_migration.LAPSED)


def foretell(
    orders: ibis.Table, *, first_day: pd.Timestamp, as_of: pd.Timestamp, days: int, cuts: dict, window_days: int = 0,
    new_days: int = 90, seed: int = 42,
) -> pd.DataFrame:
    """Return the size of each segment `days` after `as_of`, of the customers of `as_of` and by today's limits (`cuts`).

    Expected: mean of the worlds in which each keeps their own rhythm (`segment_migration.unchanged_worlds`); interval: their
    95 % range, widened by as much as the same forecast, made `days` earlier, missed what is known by `as_of` (root mean square
    of its errors in standard deviations, at least 1; not widened where there are no such days). Rule of thumb: sizes stay as
    they are. Both days look back equally far.

    Raises
    ------
    TooLittleData : fewer customers than `segment_migration.MIN_CUSTOMERS`.
    """
    options = {"days": days, "cuts": cuts, "window_days": window_days, "new_days": new_days, "seed": seed}
    _, today, expected, spread = _expected(orders, first_day=first_day, as_of=as_of, **options)
    half = Z95 * spread * _missed_before(orders, first_day=first_day, as_of=as_of - pd.Timedelta(days=days), **options)
    return ledger.foretell(
        WHAT, SHOWN, expected, made_on=as_of, days=days, low=np.maximum(expected - half, 0), high=expected + half,
        baseline=today,
    )


def _expected(orders, *, first_day, as_of, days, cuts, window_days, new_days, seed) -> tuple:
    """Return the customers, and by segment: sizes of today, sizes expected `days` later, the worlds' standard deviation."""
    snapshots = _ahead(first_day=first_day, as_of=as_of, days=days, window_days=window_days)
    people = _customers(orders, snapshots, as_of=as_of)
    rules = {"cuts": cuts, "new_days": new_days}
    today = segment_migration.place(people, n=people["n_early"], last=people["last_early"], as_of=as_of, **rules)
    worlds = segment_migration.unchanged_worlds(people, snapshots, **rules, seed=seed)
    sizes = np.array([_sizes(world) for world in worlds])
    return people, _sizes(today), sizes.mean(axis=0), np.maximum(sizes.std(axis=0), 0.5) * np.sqrt(1 + 1 / len(worlds))


def _missed_before(orders, *, first_day, as_of, days, cuts, window_days, new_days, seed) -> float:
    """Return by how many standard deviations the forecast of `as_of` missed what came `days` later; 1 where there is none."""
    if (as_of - first_day).days < days:
        return 1.0
    options = {"days": days, "cuts": cuts, "window_days": window_days, "new_days": new_days}
    try:
        people, _, expected, spread = _expected(orders, first_day=first_day, as_of=as_of, seed=seed, **options)
    except TooLittleData:
        return 1.0
    snapshots = _ahead(first_day=first_day, as_of=as_of, days=days, window_days=window_days)
    came = segment_migration.observed(people, snapshots, cuts=cuts, new_days=new_days)["to_segment"]
    return max(1.0, float(np.sqrt(np.mean(((_sizes(came) - expected) / spread) ** 2))))


def _sizes(segments) -> np.ndarray:
    return np.array([(segments == name).sum() for name in SHOWN], dtype=float)


def check(
    orders: ibis.Table, earlier: pd.DataFrame | None, *, first_day: pd.Timestamp, as_of: pd.Timestamp, window_days: int = 0,
    new_days: int = 90, **given,
) -> pd.DataFrame:
    """Return `came_true_segmentation`: the sizes that an earlier run foretold beside those that came.

    given: the cuts as in `segmentation.cut_points`; what is empty there comes from the data that the earlier run had seen.

    Raises
    ------
    TooLittleData : nothing that was foretold is due.
    """
    due = ledger.due(earlier, as_of=as_of)
    made_on, due_on = due["made_on"].iloc[0], due["due_on"].iloc[0]
    snapshots = _ahead(first_day=first_day, as_of=made_on, days=(due_on - made_on).days, window_days=window_days)
    people = _customers(orders, snapshots, as_of=made_on)
    seen = segmentation.rfm_table(segmentation.in_window(orders, as_of=made_on, window_days=window_days), as_of=made_on)
    cuts = segmentation.cut_points(seen, window_days=snapshots.window_days, **given)
    came = segment_migration.observed(people, snapshots, cuts=cuts, new_days=new_days)["to_segment"]
    return ledger.came_true(due.assign(actual=[float((came == name).sum()) for name in due["subject"]]))


def _ahead(*, first_day: pd.Timestamp, as_of: pd.Timestamp, days: int, window_days: int) -> Snapshots:
    seen = segmentation.days_in_window(first_day=first_day, as_of=as_of, window_days=window_days)
    return Snapshots(as_of, as_of + pd.Timedelta(days=days), seen)


def _customers(orders: ibis.Table, snapshots: Snapshots, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the histories of who is a customer on `as_of`: a purchase in the window that ends then."""
    people = segment_migration.histories(orders, snapshots)
    people = people[people["n_early"] > 0].reset_index(drop=True)
    if len(people) < segment_migration.MIN_CUSTOMERS:
        raise TooLittleData(
            "Needs {needed:count} customers at the earlier of two snapshots; there are {found:count}.",
            needed=segment_migration.MIN_CUSTOMERS, found=len(people),
        )
    return people
