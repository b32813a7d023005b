"""Who moved to another segment between two snapshots, and how much of that is no change at all?

A customer whose rhythm has not changed may change segment: days pass, and purchases fall by chance. So the matrix of moves is
set beside the one that unchanged customers would have made. Each customer keeps what was bought before; the days between
the snapshots are drawn `N_WORLDS` times from the customer's own rhythm: a Poisson process whose rate is drawn from its
gamma posterior (NBD; Ehrenberg 1959; the prior is fitted to all customers). What exceeds these draws are true moves.
Both snapshots look back equally far and use the limits of the earlier one. Reads orders; writes segment_migration.
"""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from helpers.errors import TooLittleData
from helpers.proportions import q_values, wilson
from helpers.segmentation import segmentation

N_WORLDS = 40
MIN_CUSTOMERS = 100
NOT_YET, LAPSED = "Not yet a customer", "Lapsed"
STATES = (*segmentation.SEGMENTS, LAPSED, NOT_YET)
MIN_FLOW = 10  # customers below which a flow is not called a move (personal data)
REAL = 0.05  # q-value below which a flow differs from what an unchanged rhythm makes


@dataclass(frozen=True)
class Snapshots:
    """Two days on which customers are divided, the days between them, and how far each looks back."""

    earlier: pd.Timestamp
    later: pd.Timestamp
    window_days: int

    @property
    def days_between(self) -> int:
        return (self.later - self.earlier).days

    @property
    def starts(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first day that each snapshot sees."""
        return tuple(end - pd.Timedelta(days=self.window_days - 1) for end in (self.earlier, self.later))


def two_snapshots(past, *, first_day: pd.Timestamp, window_days: int = 0) -> Snapshots:
    """Return snapshots at the two ends of the days held back (`split` and `until` of segment_past.Past).

    Both look back equally far: as far as the earlier one can, at most `window_days`.
    """
    seen = segmentation.days_in_window(first_day=first_day, as_of=past.split, window_days=window_days)
    return Snapshots(past.split, past.until, seen)


def histories(orders: ibis.Table, snapshots: Snapshots) -> pd.DataFrame:
    """Return, per customer, the purchase days that each snapshot sees: customer_id, first_date, n_early, n_kept, n_late,
    last_early, last_late.

    n_early: days up to the earlier snapshot; n_kept: those of them that the later one still sees; n_late: days after the
    earlier one. first_date: first purchase in the data. A purchase day has an order that is no refund. In order of
    customer_id; customers without a purchase in either window are left out.
    """
    start_early, start_late = (day.date() for day in snapshots.starts)
    early, late = snapshots.earlier.date(), snapshots.later.date()
    bought = orders.filter(orders.customer_id.notnull(), orders.revenue >= 0, orders.order_date <= late)
    days = bought.select("customer_id", "order_date").distinct()
    day = days.order_date
    table = days.group_by("customer_id").agg(
        first_date=day.min(), n_early=day.between(start_early, early).sum(), n_kept=day.between(start_late, early).sum(),
        n_late=(day > early).sum(), last_early=day.max(where=day.between(start_early, early)), last_late=day.max(),
    )
    frame = table.filter((table.n_early > 0) | (table.n_late > 0)).order_by("customer_id").to_pandas()
    dates = dict.fromkeys(("first_date", "last_early", "last_late"), "datetime64[us]")
    return frame.astype(dates).astype(dict.fromkeys(("n_early", "n_kept", "n_late"), "int64"))


def place(
    people: pd.DataFrame, *, n, last: pd.Series, as_of: pd.Timestamp, cuts: dict, new_days: int
) -> pd.Series:
    """Return the state of each customer at a snapshot: the segment, `LAPSED` or `NOT_YET` (`STATES`).

    n: purchase days in the window; last: the last of them. The segments are those of `segmentation.name_segments`.
    """
    frame = pd.DataFrame({
        "recency_days": (as_of - pd.to_datetime(last)).dt.days.fillna(0).to_numpy(), "frequency": np.asarray(n),
        "monetary_value": 0.0, "first_date": people["first_date"].to_numpy(),
    })
    named = segmentation.name_segments(segmentation.score_rfm(frame, cuts=cuts), as_of=as_of, new_days=new_days)["segment"]
    absent = np.where(people["first_date"] > as_of, NOT_YET, LAPSED)
    return pd.Series(np.where(np.asarray(n) > 0, named, absent), index=people.index)


def observed(people: pd.DataFrame, snapshots: Snapshots, *, cuts: dict, new_days: int = 90) -> pd.DataFrame:
    """Add from_segment and to_segment: the state at the earlier and at the later snapshot."""
    rules = {"cuts": cuts, "new_days": new_days}
    before = place(people, n=people["n_early"], last=people["last_early"], as_of=snapshots.earlier, **rules)
    after = place(people, n=people["n_kept"] + people["n_late"], last=people["last_late"], as_of=snapshots.later, **rules)
    return people.assign(from_segment=before, to_segment=after)


# --- what an unchanged rhythm makes


def fit_rhythm(people: pd.DataFrame, snapshots: Snapshots) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return each customer's purchases after the first and days exposed before the earlier snapshot, and the gamma prior
    (shape, rate) of purchases a day, by maximum likelihood (NBD).

    The first purchase of a customer begins the exposure and says nothing of the rhythm; for who was a customer before the
    window, all purchases count and the whole window is exposed.
    """
    start = snapshots.starts[0]
    is_old = (people["first_date"] < start).to_numpy()
    since = (snapshots.earlier - people["first_date"].clip(lower=start)).dt.days.to_numpy() + np.where(is_old, 1, 0)
    exposed = np.maximum(since, 1).astype(float)
    repeats = np.maximum(people["n_early"].to_numpy() - np.where(is_old, 0, 1), 0).astype(float)
    rows, counts = np.unique(np.column_stack([repeats, exposed]), axis=0, return_counts=True)
    x, days = rows.T

    def loss(logs: np.ndarray) -> float:
        shape, rate = np.exp(logs)
        each = (
            special.gammaln(shape + x) - special.gammaln(shape) - special.gammaln(x + 1)
            + shape * np.log(rate / (rate + days)) + x * np.log(days / (rate + days))
        )
        return -float(counts @ each) / counts.sum()

    mean = max(repeats.sum() / exposed.sum(), 1e-6)
    found = optimize.minimize(loss, np.log([1.0, 1.0 / mean]), method="Nelder-Mead", options={"maxiter": 400})
    shape, rate = np.exp(np.clip(found.x, -12, 16))
    return repeats, exposed, float(shape), float(rate)


def unchanged_worlds(
    people: pd.DataFrame, snapshots: Snapshots, *, cuts: dict, new_days: int = 90, n_worlds: int = N_WORLDS, seed: int = 42
) -> list[np.ndarray]:
    """Return, for each world in which nobody's rhythm changed, the state of each customer at the later snapshot.

    people: customers who had bought by the earlier snapshot (`observed`), in order of customer_id. The rate counts
    purchase days, so that it is the probability of one on a day; their number is binomial, and the last one lies where the
    latest of so many would.
    """
    repeats, exposed, shape, rate = fit_rhythm(people, snapshots)
    rng, days = np.random.default_rng(seed), snapshots.days_between
    worlds = []
    for _ in range(n_worlds):
        rates = rng.gamma(shape + repeats, 1 / (rate + exposed))
        new = rng.binomial(days, np.minimum(rates, 1))
        latest = np.ceil(days * rng.random(len(people)) ** (1 / np.maximum(new, 1)))  # the largest of so many uniform days
        drawn = snapshots.earlier + pd.to_timedelta(latest, unit="D")
        last = people["last_early"].where(new == 0, pd.Series(drawn, index=people.index))
        n = people["n_kept"] + new
        worlds.append(place(people, n=n, last=last, as_of=snapshots.later, cuts=cuts, new_days=new_days).to_numpy())
    return worlds


def migration(moved: pd.DataFrame, worlds: list[np.ndarray]) -> pd.DataFrame:
    """Return the matrix of moves, a row a pair of states that occurs or is expected (table segment_migration).

    moved: of `observed`; worlds: of `unchanged_worlds` for its customers who had bought by the earlier snapshot.
    Columns: from_segment, to_segment, n_customers, n_from, share, low, high (Wilson, 95 %), expected_n and expected_share (mean
    of the worlds), net_share and its interval net_low … net_high (observed minus expected; binomial spread of the expected
    number), q_value (Benjamini-Hochberg over all pairs), is_true_move (to another state, of at least `MIN_FLOW` customers, more
    than an unchanged rhythm makes, q < `REAL`). Arrivals have no rhythm to compare with: unknown, and no move.
    """
    was = moved["from_segment"] != NOT_YET
    counts = moved.groupby(["from_segment", "to_segment"]).size().rename("n_customers")
    old = moved.loc[was, "from_segment"].to_numpy()
    pairs = pd.concat([pd.DataFrame({"from_segment": old, "to_segment": world}) for world in worlds], ignore_index=True)
    expected = pairs.groupby(["from_segment", "to_segment"]).size().rename("expected_n") / max(len(worlds), 1)
    table = pd.concat([counts, expected], axis=1).reset_index()
    table["n_customers"] = table["n_customers"].fillna(0).astype("int64")
    is_new = table["from_segment"] == NOT_YET
    table["expected_n"] = table["expected_n"].fillna(0.0).mask(is_new)
    n_from = table.groupby("from_segment")["n_customers"].transform("sum")
    low, high = wilson(table["n_customers"], n_from)
    share = table["expected_n"] / n_from
    spread = np.sqrt((n_from * share * (1 - share)).clip(lower=1e-9) * (1 + 1 / max(len(worlds), 1))) + 0.5 / n_from
    net = table["n_customers"] - table["expected_n"]
    p = 2 * stats.norm.sf(np.maximum(net.abs() - 0.5, 0) / np.maximum(spread, 0.5))  # continuity: numbers are whole
    table = table.assign(
        n_from=n_from, share=table["n_customers"] / n_from, low=low, high=high, expected_share=share, net_share=net / n_from,
        net_low=(net - 1.96 * spread) / n_from, net_high=(net + 1.96 * spread) / n_from, q_value=q_values(p),
    )
    is_move = (table["from_segment"] != table["to_segment"]) & (table["n_customers"] >= MIN_FLOW) & (net > 0)
    table["is_true_move"] = is_move & (table["q_value"] < REAL)
    rank = {state: i for i, state in enumerate(STATES)}
    order = table[["from_segment", "to_segment"]].apply(lambda states: states.map(rank)).apply(tuple, axis=1)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def moves(
    orders: ibis.Table, snapshots: Snapshots, *, cuts: dict, new_days: int = 90, seed: int = 42
) -> pd.DataFrame:
    """Return `migration` from orders.

    Raises
    ------
    TooLittleData : fewer than `MIN_CUSTOMERS` customers at the earlier snapshot.
    """
    moved = observed(histories(orders, snapshots), snapshots, cuts=cuts, new_days=new_days)
    was = moved[moved["from_segment"] != NOT_YET]
    was = was[was["n_early"] > 0]
    if len(was) < MIN_CUSTOMERS:
        raise TooLittleData(
            "Needs {needed:count} customers at the earlier of two snapshots; there are {found:count}.",
            needed=MIN_CUSTOMERS, found=len(was),
        )
    back = (moved["from_segment"] == LAPSED) & (moved["n_early"] == 0)  # bought before the window and again: no rhythm in it
    moved = moved[~back]
    worlds = unchanged_worlds(
        moved[moved["from_segment"] != NOT_YET], snapshots, cuts=cuts, new_days=new_days, seed=seed
    )
    return migration(moved, worlds)


def summary(table: pd.DataFrame) -> dict[str, float]:
    """Return the figures of the headline.

    n (customers at the earlier snapshot), n_moved and moved_share, expected_share (that an unchanged rhythm moves), n_true and
    true_share (excess of the true moves over what is expected) with true_low and true_high (the sum of their ends), n_flows
    (pairs with a true move), n_new (arrivals), n_lapsed, expected_lapsed.
    """
    known = table[table["from_segment"] != NOT_YET]
    n = int(known["n_customers"].sum())
    away = known[known["from_segment"] != known["to_segment"]]
    real = away[away["is_true_move"]]
    ends = {name: float((real[f"net_{name}"] * real["n_from"]).sum() / n) for name in ("low", "high")}
    n_true = float((real["n_customers"] - real["expected_n"]).sum())
    lapsed = known[known["to_segment"] == LAPSED]
    return {
        "n": n, "n_moved": int(away["n_customers"].sum()), "moved_share": float(away["n_customers"].sum() / n),
        "expected_share": float(away["expected_n"].sum() / n), "n_true": n_true, "true_share": n_true / n,
        "n_new": int(table.loc[table["from_segment"] == NOT_YET, "n_customers"].sum()),
        "n_lapsed": int(lapsed["n_customers"].sum()), "expected_lapsed": float(lapsed["expected_n"].sum()),
        "n_flows": len(real), "true_low": ends["low"], "true_high": ends["high"],
    }
