"""Which acquisition channel brings customers who are worth what they cost?

Value = what a customer has brought so far + what is expected (04_lifetime_value), both as gross margin where a margin is known;
cost = all that a channel spent on customers, those who never bought included, per customer who did. In: customers,
customer_value, simulated futures, spending by age; out: `channel_value`. Channels attract different people: nothing here is
causal.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.lifetime_value.cohorts import FEW, MIN_COHORT

UNKNOWN = "channel not known"
MIN_CHANNELS = 2
N_DRAWS = 200
COUNTS = ["acquisition_channel", "n_customers", "n_with_cost"]


def acquired(customers: pd.DataFrame | None, histories: pd.DataFrame, *, as_of) -> pd.DataFrame:
    """Return the customers won by `as_of`, with their channel and cost, buyers first in the order of `histories`.

    A customer without a purchase counts where `joined_at` says that they were won by `as_of`: their cost was spent as well.
    Out: customer_id, acquisition_channel (UNKNOWN where empty), acquisition_cost, is_buyer. Raises TooLittleData where no
    two channels have MIN_COHORT buyers.
    """
    if customers is None:
        customers = pd.DataFrame(columns=["customer_id", "acquisition_channel", "acquisition_cost", "joined_at"])
    known = customers.set_index(customers["customer_id"].astype("str"))
    buyers = known.reindex(histories["customer_id"])
    others = known[~known.index.isin(buyers.index) & (pd.to_datetime(known["joined_at"]) <= pd.Timestamp(as_of))]
    both = pd.concat([buyers.assign(is_buyer=True), others.sort_index().assign(is_buyer=False)])
    found = pd.DataFrame({
        "customer_id": both.index,
        "acquisition_channel": both["acquisition_channel"].astype("object").where(both["acquisition_channel"].notna(), UNKNOWN),
        "acquisition_cost": both["acquisition_cost"].astype(float).to_numpy(),
        "is_buyer": both["is_buyer"].to_numpy(bool),
    }).reset_index(drop=True)
    sizes = found.loc[found["is_buyer"] & (found["acquisition_channel"] != UNKNOWN), "acquisition_channel"].value_counts()
    if (sizes >= MIN_COHORT).sum() < MIN_CHANNELS:
        raise TooLittleData(
            "Needs to know through which channel customers came (column acquisition_channel of the customers): two channels "
            "with {needed:count} buyers each; there are {found:count}. With acquisition_cost beside it, this section shows "
            "what a customer may cost.", needed=MIN_COHORT, found=int((sizes >= MIN_COHORT).sum()),
        )
    return found


def value_channels(
    won: pd.DataFrame, valued: pd.DataFrame, revenue_futures: np.ndarray, spending: pd.DataFrame, *, margin_rate: float = 1.0,
    miss: float = 0.0, seed: int = 0,
) -> pd.DataFrame:
    """Return `channel_value`, channels with the best ratio of value to cost first, unknown ones last.

    Parameters
    ----------
    won : as `acquired` returns it. valued : customer_value. revenue_futures : futures × customers of `valued`.
    spending : as cohort_value.spending_by_age returns it, rows as `valued`. miss : the model's error on unseen weeks.

    Returns
    -------
    DataFrame: acquisition_channel; n_customers (buyers); n_with_cost; value_so_far, expected_value (means per buyer, with
    expected_low, expected_high); cost_per_customer; value_to_cost (value so far and expected ÷ cost, of customers with a known
    cost), ratio_low, ratio_high; payback_months: first age at which mean cumulative value reaches the cost (0 = free), with
    payback_low, payback_high (unknown = not yet); observed_months: the age that FEW customers have reached; is_small (fewer
    than FEW buyers). Channels below MIN_COHORT buyers are left out. Intervals (95 %): customers drawn anew, simulated
    futures, and an error of the size of `miss` common to all customers.
    """
    random = np.random.default_rng(seed)
    errors = random.normal(0, abs(miss), N_DRAWS)
    buyers = won[won["is_buyer"]].reset_index(drop=True)
    worth = valued["customer_lifetime_value"].to_numpy(float)
    money = _per_revenue(valued, margin_rate)
    rows = []
    for channel, group in buyers.groupby("acquisition_channel", sort=True):
        if len(group) < MIN_COHORT:
            continue
        at = group.index.to_numpy()
        unsold = won.loc[~won["is_buyer"] & (won["acquisition_channel"] == channel), "acquisition_cost"].dropna().to_numpy()
        frame = _Channel(
            so_far=margin_rate * valued["revenue"].to_numpy(float)[at], expected=worth[at],
            cost=group["acquisition_cost"].to_numpy(), unsold=unsold, steps=margin_rate * _steps(spending.to_numpy(float)[at]),
            futures=revenue_futures[:, at], money=money[at],
        )
        rows.append({"acquisition_channel": channel, "n_customers": len(group), **frame.describe(random, errors)})
    found = pd.DataFrame(rows)
    found = found.assign(is_small=found["n_customers"] < FEW, is_unknown=found["acquisition_channel"] == UNKNOWN)
    found = found.sort_values(
        ["is_unknown", "value_to_cost", "expected_value", "acquisition_channel"], ascending=[True, False, False, True]
    )
    return found.drop(columns="is_unknown").reset_index(drop=True)


def _per_revenue(valued: pd.DataFrame, margin_rate: float) -> np.ndarray:
    """Return what a unit of a customer's future revenue is worth: margin and discount."""
    revenue = valued["expected_revenue"].to_numpy(float)
    worth = valued["customer_lifetime_value"].to_numpy(float)
    return np.where(revenue > 0, worth / np.where(revenue > 0, revenue, 1), margin_rate)


def _steps(cumulative: np.ndarray) -> np.ndarray:
    """Return what was spent in each month of age, unknown ones kept."""
    return np.diff(cumulative, axis=1, prepend=0.0)


class _Channel:
    """One channel's buyers: arrays in the same order."""

    def __init__(self, *, so_far, expected, cost, unsold, steps, futures, money):
        self.so_far, self.expected, self.cost, self.unsold, self.money = so_far, expected, cost, unsold, money
        self.known = ~np.isnan(cost)
        self.seen = ~np.isnan(steps)
        self.steps, self.futures = np.nan_to_num(steps), futures

    def describe(self, random, errors: np.ndarray) -> dict:
        """Return the figures of the channel with their intervals."""
        n, n_with_cost = len(self.so_far), int(self.known.sum())
        whole = self._figures(np.ones(n), np.ones(len(self.unsold)), self.expected, 0.0)
        draws = []
        for i, error in enumerate(errors):
            weights, unsold = random.poisson(1.0, n).astype(float), random.poisson(1.0, len(self.unsold)).astype(float)
            future = self.futures[i % len(self.futures)] * self.money
            draws.append(self._figures(weights, unsold, future, error))
        low, high = (pd.DataFrame(draws).quantile(q, interpolation="nearest") for q in (0.025, 0.975))
        reached = int((self.seen.sum(axis=0) >= min(FEW, n)).sum())
        return {
            "n_with_cost": n_with_cost, "value_so_far": float(self.so_far.mean()),
            "expected_value": whole["expected"], "expected_low": low["expected"], "expected_high": high["expected"],
            "cost_per_customer": whole["cost"], "value_to_cost": whole["ratio"], "ratio_low": low["ratio"],
            "ratio_high": high["ratio"], "payback_months": _finite(whole["payback"]), "payback_low": _finite(low["payback"]),
            "payback_high": _finite(high["payback"]), "observed_months": reached,
        }

    def _figures(self, weights, unsold, future, error: float) -> dict:
        expected = float(weights @ future / max(weights.sum(), 1.0)) * (1 + error)
        counted = weights * self.known
        n = counted.sum()
        if not n:
            return {"expected": expected, "cost": np.nan, "ratio": np.nan, "payback": np.nan}
        cost = float((counted @ np.nan_to_num(self.cost) + unsold @ self.unsold) / n)
        brought = float(counted @ self.so_far / n) + float(counted @ future / n) * (1 + error)
        return {"expected": expected, "cost": cost, "ratio": brought / cost if cost > 0 else np.nan,
                "payback": self._payback(counted, cost)}

    def _payback(self, weights, cost: float) -> float:
        """Return the first age in months by which the mean customer has brought the cost; infinite where none has yet."""
        if cost <= 0:
            return 0.0
        n_seen = weights @ self.seen
        enough = self.seen.sum(axis=0) >= min(FEW, len(weights))
        mean = np.where(enough & (n_seen > 0), weights @ self.steps / np.maximum(n_seen, 1e-12), 0.0)
        reached = np.flatnonzero(np.cumsum(mean) >= cost)
        return float(reached[0] + 1) if len(reached) else np.inf


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else np.nan


def describe_channels(channels: pd.DataFrame) -> dict:
    """Return what sentences on channels need: the best and the weakest by value to cost (else by expected value).

    has_cost: two channels or more have a cost above 0. best/weakest: name, figure, low, high, n. apart: their intervals do
    not overlap. Small channels and unknown ones are not compared. Raises TooLittleData with fewer than two channels of FEW.
    """
    fair = channels[~channels["is_small"] & (channels["acquisition_channel"] != UNKNOWN)]
    priced = fair[fair["value_to_cost"].notna()]
    has_cost = len(priced) >= MIN_CHANNELS
    if len(fair) < MIN_CHANNELS:
        raise TooLittleData(
            "Needs two channels with {needed:count} buyers each to compare them; there are {found:count}.", needed=FEW,
            found=len(fair),
        )
    names = ("value_to_cost", "ratio_low", "ratio_high") if has_cost else ("expected_value", "expected_low", "expected_high")
    ordered = (priced if has_cost else fair).sort_values(names[0], ascending=False, kind="stable")
    facts = {"has_cost": has_cost, "n": int(fair["n_customers"].sum()), "n_channels": len(ordered)}
    for end, row in (("best", ordered.iloc[0]), ("weakest", ordered.iloc[-1])):
        facts |= {end: row["acquisition_channel"], f"{end}_n": int(row["n_customers"]), f"{end}_cost": row["cost_per_customer"],
                  f"{end}_months": row["payback_months"], **dict(zip((f"{end}_figure", f"{end}_low", f"{end}_high"),
                                                                    row[list(names)].astype(float), strict=True))}
    return facts | {"apart": facts["best_low"] > facts["weakest_high"]}
