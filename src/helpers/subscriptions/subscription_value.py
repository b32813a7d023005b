"""How long do contracts run, and what fees are still to come? (contractual customers)

Kaplan-Meier (1958) by plan through `lifelines`, with Greenwood's intervals; expected months of a running contract are the
curve beyond its age, S(t + k) / S(t). Ages that hardly any contract has reached continue at the mean monthly loss of the year
before. In: subscriptions; out: `contract_retention`, `contract_value`.
"""

import numpy as np
import pandas as pd

from helpers.btyd.btyd_intervals import interval
from helpers.errors import TooLittleData

MIN_CONTRACTS = 100
MIN_AT_RISK = 30  # contracts still observed; beyond that the curve is not shown
MONTHS_PER_YEAR = 12
DAYS_PER_MEAN_MONTH = 30.4375  # 365.25 / 12
DAYS_PER_MONTH = 31  # the longest month: an end within it counts as recent
ALL_PLANS = "All plans"


def add_entry_months(subscriptions: pd.DataFrame, *, first_day) -> pd.DataFrame:
    """Add entry_months: the age in whole months (rounded up) at which the data begin to see a contract, 0 = from its start.

    Contracts older than `first_day` are in the data only if they lasted until then (left truncation): counted from their start
    they would make contracts look too loyal. Where the data know of ends before `first_day` they hold the past as well, and
    every contract counts from its start; so, too, without `first_day` or start days.
    """
    if first_day is None or (pd.to_datetime(subscriptions["ended_at"]) < pd.Timestamp(first_day)).any():
        return subscriptions.assign(entry_months=0)
    days = (pd.Timestamp(first_day) - pd.to_datetime(subscriptions["started_at"])).dt.days
    months = np.ceil(days.clip(lower=0).fillna(0) / DAYS_PER_MEAN_MONTH)
    return subscriptions.assign(entry_months=np.minimum(months, subscriptions["tenure_months"].astype(float)).astype("int64"))


def plan_retention(subscriptions: pd.DataFrame, *, min_contracts: int = MIN_CONTRACTS) -> pd.DataFrame:
    """Return `contract_retention`: the share of contracts still running by plan and age in months, with intervals.

    A contract counts from its start, or from its entry month (where there is one), to `tenure_months`; running ones are
    censored there. Where the first months are seen of fewer than MIN_AT_RISK contracts, the curve is that of contracts which
    have passed them. Contracts without a plan are one plan. Months with fewer than MIN_AT_RISK contracts observed are left out.
    Where nobody has left yet, Greenwood's interval has no width; the exact binomial lower end stands there instead.

    Out: plan, month, retention_rate, low, high (95 %), n_at_risk. Raises TooLittleData below `min_contracts`.
    """
    from lifelines import KaplanMeierFitter  # takes 1 s to import: only where there are contracts

    if len(subscriptions) < min_contracts:
        raise TooLittleData(
            "Needs {needed:count} contracts; there are {found:count}.", needed=min_contracts, found=len(subscriptions)
        )
    curves = []
    for plan, contracts in by_plan(subscriptions):
        months = np.arange(int(contracts["tenure_months"].max()) + 1)
        n_at_risk = _at_risk(contracts, months)
        contracts = _from_seen_age(contracts, n_at_risk)
        late = _entry(contracts)
        fit = KaplanMeierFitter().fit(contracts["tenure_months"], contracts["churned"], entry=late if late.any() else None)
        band = fit.confidence_interval_survival_function_.reindex(months, method="ffill").to_numpy()
        rate = fit.survival_function_at_times(months).to_numpy()
        band[:, 0] = np.where(rate == 1, np.minimum(band[:, 0], 0.025 ** (1 / n_at_risk)), band[:, 0])
        curve = pd.DataFrame({"plan": plan, "month": months, "retention_rate": rate, "low": band[:, 0], "high": band[:, 1],
                              "n_at_risk": n_at_risk})
        curves.append(curve[curve["n_at_risk"] >= MIN_AT_RISK])
    return pd.concat(curves, ignore_index=True)


def _entry(contracts: pd.DataFrame) -> np.ndarray:
    return contracts["entry_months"].to_numpy("int64") if "entry_months" in contracts else np.zeros(len(contracts), "int64")


def _at_risk(contracts: pd.DataFrame, months: np.ndarray) -> np.ndarray:
    tenure, entry = contracts["tenure_months"].to_numpy(float), _entry(contracts)
    return np.array([((tenure >= month) & (entry <= month)).sum() for month in months])


def _from_seen_age(contracts: pd.DataFrame, n_at_risk: np.ndarray) -> pd.DataFrame:
    """Return the contracts from the age on which MIN_AT_RISK of them are seen at; unchanged without late entries."""
    if not _entry(contracts).any():
        return contracts
    first = int(np.argmax(n_at_risk >= min(MIN_AT_RISK, n_at_risk.max())))
    late = contracts.assign(entry_months=contracts["entry_months"].clip(lower=first))
    return late[late["entry_months"] < late["tenure_months"]]


def by_plan(subscriptions: pd.DataFrame):
    """Yield (plan, its contracts) in order of plan; unknown plans together, all contracts last where plans differ."""
    plans = subscriptions["plan"].fillna("unknown plan")
    if plans.nunique() > 1:
        yield from subscriptions.groupby(plans, sort=True)
    yield ALL_PLANS, subscriptions


def losses(tenure_months, churned, weights=None, *, n_months: int, entry=None) -> np.ndarray:
    """Return the monthly loss rate by age 1, 2, … `n_months`: contracts that end at that age / contracts seen to reach it.

    A contract that ended before a month of it was over ended at that age: after half a month at 1, after 1.5 months at 2.
    A contract is seen to reach the ages after its `entry` month (None: all). An age that nobody was seen at has no loss.
    Ages that fewer than MIN_AT_RISK contracts reach take the mean loss of the last MONTHS_PER_YEAR ages that enough reach.
    """
    tenure, churned = np.asarray(tenure_months, float), np.asarray(churned, bool)
    tenure = np.where(churned, np.maximum(np.ceil(tenure), 1), np.floor(tenure)).astype("int64")
    weights = np.ones(len(tenure)) if weights is None else np.asarray(weights, float)
    size = max(n_months, int(tenure.max(initial=0))) + 1
    reached = np.bincount(tenure, weights, minlength=size)[::-1].cumsum()[::-1]
    ended = np.bincount(tenure, weights * np.asarray(churned, float), minlength=size)
    if entry is not None:
        entry = np.minimum(np.asarray(entry, "int64"), tenure)
        seen = weights * (entry < tenure)
        ended = np.bincount(tenure, seen * np.asarray(churned, float), minlength=size)
        reached = np.bincount(tenure, seen, minlength=size)[::-1].cumsum()[::-1]
        reached = reached - np.bincount(entry, seen, minlength=size)[::-1].cumsum()[::-1] * (np.arange(size) > 0)
    known = np.flatnonzero(reached >= min(MIN_AT_RISK, reached.max(initial=0)))
    recent = known[known > 0][-MONTHS_PER_YEAR:]
    tail = ended[recent].sum() / reached[recent].sum() if reached[recent].sum() else 0.0
    rates = np.full(size, tail)
    rates[known] = ended[known] / reached[known]
    return rates[1: n_months + 1]


def value_contracts(
    subscriptions: pd.DataFrame, *, horizon_months: int, margin_rate: float = 1.0, yearly_discount_rate: float = 0.0
) -> pd.DataFrame:
    """Return `contract_value`: what each running contract is expected to pay in the next `horizon_months`.

    A month's fee counts if the contract still runs at the end of the month; the fee stays as it is. Contracts without a fee
    are left out. Out: subscription_id, customer_id, plan, tenure_months, monthly_fee, expected_months, expected_fees,
    customer_lifetime_value (discounted; margin, or fees where margin_rate is 1), horizon_months. Raises TooLittleData where no
    running contract has a fee.
    """
    parts = []
    for plan, contracts in _plans_only(subscriptions):
        kept = _kept(contracts, horizon_months=horizon_months)
        running = contracts[~contracts["churned"].astype(bool) & contracts["monthly_fee"].notna()]
        ages = running["tenure_months"].astype("int64").to_numpy()
        discount = (1 + yearly_discount_rate) ** (-np.arange(1, horizon_months + 1) / MONTHS_PER_YEAR)
        months, discounted = kept.sum(axis=1)[ages], (kept @ discount)[ages]
        parts.append(running[["subscription_id", "customer_id", "tenure_months", "monthly_fee"]].assign(
            plan=plan, expected_months=months, expected_fees=months * running["monthly_fee"],
            customer_lifetime_value=margin_rate * discounted * running["monthly_fee"], horizon_months=float(horizon_months),
        ))
    found = pd.concat(parts).sort_values("subscription_id", kind="stable").reset_index(drop=True)
    if found.empty:
        raise TooLittleData("Needs running contracts with a known fee; there are none.")
    return found


def _plans_only(subscriptions: pd.DataFrame):
    parts = list(by_plan(subscriptions))
    return parts[:-1] if len(parts) > 1 else parts


def _kept(contracts: pd.DataFrame, *, horizon_months: int, weights=None) -> np.ndarray:
    """Return S(t + k) / S(t) as an array of age t × month ahead k = 1 … horizon."""
    oldest = int(contracts["tenure_months"].max())
    stays = 1 - losses(
        contracts["tenure_months"], contracts["churned"], weights, n_months=oldest + horizon_months, entry=_entry(contracts)
    )
    ahead = np.lib.stride_tricks.sliding_window_view(stays, horizon_months)
    return np.cumprod(ahead[: oldest + 1], axis=1)


def total_fees(
    subscriptions: pd.DataFrame, value: pd.DataFrame, *, yearly_discount_rate: float = 0.0, n_draws: int = 200, seed: int = 0
) -> dict[str, float]:
    """Return the value of all running contracts with its 95 % interval, their number, mean value and mean expected months.

    For the interval, loss rates are estimated again on resampled contracts. Where nobody has left yet, its lower end takes the
    largest constant loss under which so many contract months without an end still have a chance of 2.5 %.
    """
    horizon = int(value["horizon_months"].iloc[0])
    discount = (1 + yearly_discount_rate) ** (-np.arange(1, horizon + 1) / MONTHS_PER_YEAR)
    random, draws = np.random.default_rng(seed), np.zeros(n_draws)
    for plan, contracts in _plans_only(subscriptions):
        running = value[value["plan"] == plan]
        ages = running["tenure_months"].astype("int64").to_numpy()
        fees = running["monthly_fee"].to_numpy()
        chances = np.full(len(contracts), 1 / len(contracts))
        for i in range(n_draws):
            weights = random.multinomial(len(contracts), chances)
            draws[i] += (_kept(contracts, horizon_months=horizon, weights=weights) @ discount)[ages] @ fees
    total, discounted = float(value["customer_lifetime_value"].sum()), float(draws.mean())
    low, high = (float(end) / discounted * total if discounted else 0.0 for end in interval(draws))
    if not subscriptions["churned"].any():
        stays = 0.025 ** (1 / max(float(subscriptions["tenure_months"].sum()), 1.0))
        low = total * float(stays ** np.arange(1, horizon + 1) @ discount / discount.sum())
    return {
        "n": len(value), "total": total, "low": low, "high": high, "mean": total / max(len(value), 1), "months": horizon,
        "expected": float(value["expected_months"].mean()),
    }


def summarise_plans(retention: pd.DataFrame, value: pd.DataFrame, *, at_month: int) -> pd.DataFrame:
    """Return per plan: running contracts, mean fee, expected months and value per contract, retention at `at_month`."""
    plans = value.groupby("plan", as_index=False).agg(
        n_contracts=("subscription_id", "size"), monthly_fee=("monthly_fee", "mean"),
        expected_months=("expected_months", "mean"), mean_value=("customer_lifetime_value", "mean"),
        value=("customer_lifetime_value", "sum"),
    )
    at = retention.loc[retention["month"] == at_month, ["plan", "retention_rate", "low", "high"]]
    return plans.merge(at, on="plan", how="left").sort_values("value", ascending=False, kind="stable")


def describe_contracts(subscriptions: pd.DataFrame, retention: pd.DataFrame, *, as_of, at_month: int) -> dict:
    """Return what sentences on contracts need: retention at `at_month` of the best and the worst plan, with intervals.

    `only_recent_ends`: all known ends lie within a month of `as_of`, so earlier leavers may be missing from the data (the
    curve is then a prediction that nothing has checked, not an estimate: `kind`);
    `if_so`: retention of all contracts at `at_month` if they are (each contract is then observed for its last month only).
    """
    at = retention[(retention["month"] == at_month) & (retention["plan"] != ALL_PLANS)]
    at = at if len(at) else retention[retention["month"] == at_month]
    if at.empty:
        raise TooLittleData("No plan has contracts observed for {needed:count} months.", needed=at_month)
    best, worst = at.loc[at["retention_rate"].idxmax()], at.loc[at["retention_rate"].idxmin()]
    ends = pd.to_datetime(subscriptions["ended_at"]).dropna()
    recent = bool(len(ends)) and bool((pd.Timestamp(as_of) - ends.min()).days <= DAYS_PER_MONTH)
    return {
        "n": len(subscriptions), "n_plans": len(at), "months": at_month, "as_of": as_of,
        "only_recent_ends": recent, "kind": "prediction" if recent else "estimate",
        "if_so": _if_only_last_month(subscriptions, at_month=at_month), **_all_plans(retention, at_month),
        "plan": best["plan"], "rate": best["retention_rate"], "low": best["low"], "high": best["high"],
        "other": worst["plan"], "other_rate": worst["retention_rate"],
        "other_low": worst["low"], "other_high": worst["high"],
    }


def _all_plans(retention: pd.DataFrame, at_month: int) -> dict[str, float]:
    curve = retention[(retention["plan"] == ALL_PLANS) & (retention["month"] <= at_month)].iloc[-1]
    return {"read_as": curve["retention_rate"], "read_low": curve["low"], "read_high": curve["high"]}


def _if_only_last_month(subscriptions: pd.DataFrame, *, at_month: int) -> float:
    """Return Kaplan-Meier retention where a contract enters the risk set only in the month before its last (entry times)."""
    by_age = subscriptions.groupby(subscriptions["tenure_months"].astype("int64"))["churned"].mean()
    return float((1 - by_age.reindex(range(1, at_month + 1)).fillna(0)).prod())
