"""Whom it pays to contact: profit of a retention offer by probability threshold, and how far it hangs on assumptions.

An offer of cost d, a contact of cost f and a success rate γ (the share of leavers whom the offer keeps) make contacting a
customer of value V with probability p pay if p·γ(V − d) − (1 − p)·d − f > 0, that is p > p* = (f + d) / (γ(V − d) + d).
(Verbeke et al. 2012, European Journal of Operational Research 218:211, without their incentive term for those who refuse.)
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData

FIGURES = ("offer_cost", "contact_cost", "success_rate")
ENDS = ("low", "value", "high")
HIGHEST = {"success rate": 1.0, "margin rate": 1.0}  # what an assumption can be at most
Z95 = 1.959964  # 97.5 % point of the normal distribution


@dataclass(frozen=True)
class Costs:
    """The assumptions of a retention offer; `value_factor` scales what a kept customer is worth (1 = as assumed)."""

    offer: float
    contact: float
    success: float
    value_factor: float = 1.0


@dataclass(frozen=True)
class Offer:
    """An offer weighed: rules compared, the gain of the best one, what a kept customer must bring, sensitivity, curves.

    first_profit: what contacting the first of today's list is expected to bring, all in all; tipping: the same with one
    assumption moved (see tipping_points).
    """

    rules: pd.DataFrame
    gain: dict[str, float]
    needed: float
    swings: pd.DataFrame
    curves: pd.DataFrame
    first_profit: float
    tipping: pd.DataFrame


def weigh(tested: pd.DataFrame, current: pd.DataFrame, *, score: str, business, kind: str, n_first: int) -> Offer:
    """Weigh a retention offer on customers whose outcome is known, and for the `n_first` most worthwhile current ones."""
    costs = read_costs(business, kind=kind)
    first = current.head(n_first)
    return Offer(
        rules=compare_rules(tested, score=score, costs=costs),
        gain=gain_of_best_rule(tested, score=score, costs=costs),
        needed=value_needed(current, score="churn_probability", costs=costs, n=n_first),
        swings=sensitivity(tested, score=score, business=business, kind=kind),
        curves=curves_by_success(tested, score=score, business=business, kind=kind),
        first_profit=expected_profit(first, costs),
        tipping=tipping_points(first, business=business, kind=kind),
    )


def read_costs(business, *, kind: str) -> Costs:
    """Return the assumptions of dataset.yml; raises TooLittleData naming the figures that it lacks."""
    wanted = (*FIGURES, "months_of_value") if kind == "contracts" else FIGURES
    absent = [name for name in wanted if getattr(business, name) is None]
    if absent:
        raise TooLittleData(
            "To weigh the cost of an offer against the loss, dataset.yml needs these figures of the business: "
            "{figures:list}.",
            figures=absent,
        )
    return Costs(business.offer_cost.value, business.contact_cost.value, business.success_rate.value)


def threshold(value, costs: Costs) -> np.ndarray:
    """Return p*, the probability above which contacting a customer worth `value` pays (infinite = never)."""
    gain = costs.success * (np.asarray(value, float) * costs.value_factor - costs.offer) + costs.offer
    with np.errstate(divide="ignore"):
        return np.where(gain > 0, (costs.contact + costs.offer) / np.where(gain > 0, gain, 1.0), np.inf)


def contact_profit(churned, value, costs: Costs) -> np.ndarray:
    """Return the expected profit of having contacted each customer, given whether it left."""
    kept = costs.success * (np.asarray(value, float) * costs.value_factor - costs.offer)
    return np.where(np.asarray(churned, bool), kept, -costs.offer) - costs.contact


def profit_curve(tested: pd.DataFrame, *, score: str, costs: Costs, n_points: int = 101) -> pd.DataFrame:
    """Return the profit of contacting everyone at or above each threshold, on customers whose outcome is known.

    `tested` has churned, value_at_stake and `score`, a probability. Out: threshold (0 to 1), n_contacted, share_contacted,
    profit (currency, all customers together) and profit_per_customer (over all customers, contacted or not).
    """
    profit = contact_profit(tested["churned"], tested["value_at_stake"], costs)
    thresholds = np.linspace(0, 1, n_points)
    order = np.argsort(tested[score].to_numpy(), kind="stable")
    sorted_scores = tested[score].to_numpy()[order]
    from_here_up = np.append(profit[order][::-1].cumsum()[::-1], 0.0)
    at = np.searchsorted(sorted_scores, thresholds, side="left")
    n = len(tested)
    return pd.DataFrame({
        "threshold": thresholds, "n_contacted": n - at, "share_contacted": (n - at) / n, "profit": from_here_up[at],
        "profit_per_customer": from_here_up[at] / n,
    })


def curves_by_success(tested: pd.DataFrame, *, score: str, business, kind: str) -> pd.DataFrame:
    """Return profit per customer by threshold at the low, the assumed and the high success rate (low, value, high)."""
    costs = read_costs(business, kind=kind)
    curves = {
        end: profit_curve(tested, score=score, costs=replace(costs, success=getattr(business.success_rate, end)))
        for end in ("value", "low", "high")
    }
    profits = {end: curve["profit_per_customer"] for end, curve in curves.items()}
    return curves["value"][["threshold", "n_contacted", "share_contacted"]].assign(**profits)


def compare_rules(tested: pd.DataFrame, *, score: str, costs: Costs) -> pd.DataFrame:
    """Return the profit per customer of four rules: contact nobody, everyone, from one half up, where it pays for each.

    Out: rule, n_contacted, share_contacted, profit_per_customer, low, high (95 %, normal approximation), n.
    """
    chosen = {
        "contact nobody": np.zeros(len(tested), bool),
        "contact everyone": np.ones(len(tested), bool),
        "probability of at least one half": tested[score].to_numpy() >= 0.5,
        "where it pays for the customer": tested[score].to_numpy() > threshold(tested["value_at_stake"], costs),
    }
    profit = contact_profit(tested["churned"], tested["value_at_stake"], costs)
    rows = [_rule(rule, np.where(contacted, profit, 0.0), contacted) for rule, contacted in chosen.items()]
    return pd.DataFrame(rows)


def _rule(rule: str, profit: np.ndarray, contacted: np.ndarray) -> dict:
    half = Z95 * profit.std(ddof=1) / np.sqrt(len(profit)) if len(profit) > 1 else np.nan
    return {
        "rule": rule, "n_contacted": int(contacted.sum()), "share_contacted": float(contacted.mean()),
        "profit_per_customer": float(profit.mean()), "low": profit.mean() - half, "high": profit.mean() + half,
        "n": len(profit),
    }


def gain_of_best_rule(tested: pd.DataFrame, *, score: str, costs: Costs) -> dict[str, float]:
    """Return what choosing by own threshold brings per customer beyond the better of nobody and everyone: value, low, high."""
    profit = contact_profit(tested["churned"], tested["value_at_stake"], costs)
    contacted = tested[score].to_numpy() > threshold(tested["value_at_stake"], costs)
    difference = np.where(contacted, profit, 0.0) - (profit if profit.mean() > 0 else 0.0)
    row = _rule("", difference, contacted)
    return {"value": row["profit_per_customer"], "low": row["low"], "high": row["high"]}


def value_needed(scores: pd.DataFrame, *, score: str, costs: Costs, n: int) -> float:
    """Return how many times its value_at_stake a kept customer must bring for contacting the `n` most worthwhile to pay.

    From p·γ(kV − d) − (1 − p)·d − f > 0: k > (((1 − p)·d + f) / (p·γ) + d) / V. Infinite where fewer than `n` have a value.
    """
    p, value = scores[score].to_numpy(float), scores["value_at_stake"].to_numpy(float) * costs.value_factor
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = (((1 - p) * costs.offer + costs.contact) / (p * costs.success) + costs.offer) / value
    needed = np.sort(np.where(np.isfinite(needed), needed, np.inf))
    return float(needed[min(n, len(needed)) - 1]) if len(needed) else np.inf


def capture(tested: pd.DataFrame, *, score: str, share: float, seed: int, n_draws: int = 300) -> dict[str, float]:
    """Return which part of the value that was really lost stood in the first `share` of the list at the test cut-off.

    The list is ordered by `score` × value_at_stake. Out: value, low, high (bootstrap of the customers, the list kept), and
    `without_score`: the same for a list ordered by value_at_stake alone.
    """
    tested = tested.sort_values("customer_id", kind="stable").reset_index(drop=True)
    worth = tested["value_at_stake"].to_numpy()
    n_first = max(1, round(share * len(tested)))

    def is_first(by: np.ndarray) -> np.ndarray:
        first = np.zeros(len(tested), bool)
        first[np.argsort(-by, kind="stable")[:n_first]] = True
        return first

    lost = np.where(tested["churned"], worth, 0.0)
    if not lost.sum():
        return dict.fromkeys(("value", "low", "high", "without_score"), 0.0)
    ours = np.where(is_first(tested[score].to_numpy() * worth), lost, 0.0)
    picks = np.random.default_rng(seed).integers(0, len(tested), size=(n_draws, len(tested)))
    with np.errstate(invalid="ignore"):
        low, high = np.nanpercentile(ours[picks].sum(axis=1) / lost[picks].sum(axis=1), [2.5, 97.5])
    return {"value": float(ours.sum() / lost.sum()), "low": float(low), "high": float(high),
            "without_score": float(lost[is_first(worth)].sum() / lost.sum())}


def assumptions(business, *, kind: str) -> list[tuple]:
    """Return each assumption with a range: its name, the part of Costs that it moves, and (part, own value) at each of ENDS.

    What a kept customer is worth (contracts: months of value; buyers: margin rate) moves `value_factor`; it is left out where
    dataset.yml does not say it.
    """
    worth = business.months_of_value if kind == "contracts" else business.margin_rate
    found = [
        (name, part, {end: (getattr(figure, end),) * 2 for end in ENDS})
        for name, part, figure in (
            ("success rate", "success", business.success_rate), ("offer cost", "offer", business.offer_cost),
            ("contact cost", "contact", business.contact_cost),
        )
    ]
    if worth is not None:
        name = "months of value" if kind == "contracts" else "margin rate"
        found.append((name, "value_factor", {end: (getattr(worth, end) / worth.value, getattr(worth, end)) for end in ENDS}))
    return found


def sensitivity(tested: pd.DataFrame, *, score: str, business, kind: str) -> pd.DataFrame:
    """Return what the best rule yields when one assumption takes its low or high value, the others as assumed.

    Out: assumption, end (low or high), value, share_contacted, profit_per_customer.
    """
    costs = read_costs(business, kind=kind)
    found = []
    for name, part, at in assumptions(business, kind=kind):
        for end in ("low", "high"):
            rule = compare_rules(tested, score=score, costs=replace(costs, **{part: at[end][0]})).iloc[-1]
            found.append({"assumption": name, "end": end, "value": at[end][1], "share_contacted": rule["share_contacted"],
                          "profit_per_customer": rule["profit_per_customer"]})
    return pd.DataFrame(found)


def expected_profit(scores: pd.DataFrame, costs: Costs) -> float:
    """Return the expected profit of contacting all customers of `scores` (churn_probability, value_at_stake): Σ p·γ(V − d) …"""
    p = scores["churn_probability"].to_numpy(float)
    kept, stayed = (contact_profit(np.full(len(scores), lost), scores["value_at_stake"], costs) for lost in (True, False))
    return float((p * kept + (1 - p) * stayed).sum())


def profit_of_first(current: pd.DataFrame, *, business, kind: str, n_first: int) -> float | None:
    """Return the expected profit of contacting the first of the list; None where dataset.yml lacks a figure for it."""
    try:
        costs = read_costs(business, kind=kind)
    except TooLittleData:
        return None
    return expected_profit(current.head(n_first), costs)


def tipping_points(first: pd.DataFrame, *, business, kind: str) -> pd.DataFrame:
    """Return how the expected profit of contacting `first` moves with each assumption, and where the decision tips.

    Out: assumption; low, value, high (of the assumption); profit_low, profit_high; tips_at: the value at which the profit is 0,
    the others as assumed (unknown where it does not depend on it, or only at an impossible one: below 0, a rate above 1);
    changes: profit_low and profit_high lie on different sides of 0. The profit is linear in each assumption, so two points
    give the line.
    """
    costs = read_costs(business, kind=kind)
    rows = []
    for name, part, at in assumptions(business, kind=kind):
        low, high = (expected_profit(first, replace(costs, **{part: at[end][0]})) for end in ("low", "high"))
        (_, start), (_, end) = at["low"], at["high"]
        slope = (high - low) / (end - start) if end != start else 0.0
        tips_at = start - low / slope if slope else np.nan
        rows.append({"assumption": name, "low": start, "value": at["value"][1], "high": end, "profit_low": low,
                     "profit_high": high, "changes": (low > 0) != (high > 0),
                     "tips_at": tips_at if 0 <= tips_at <= HIGHEST.get(name, np.inf) else np.nan})
    return pd.DataFrame(rows)
