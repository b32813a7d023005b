"""Who ends a contract: examples for contractual churn, and how long contracts of each plan run.

`churned` = True means that the customer ended the contract. Contracts are cross-validated: without dates there is no earlier
period to learn from. Survival: Kaplan and Meier (1958) through `lifelines`; rates per month with exact Poisson
intervals (Garwood 1936). In: subscriptions. Out: Examples, curves, hazards.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from helpers.churn.churn_examples import Examples, check_both_classes, read_target
from helpers.errors import TooLittleData

NEVER_FEATURES = ("subscription_id", "customer_id", "started_at", "ended_at", "churned", "value_at_stake")
MAX_LEVELS = 30  # a text with more values than this names things (cities, people) rather than groups
DAYS_PER_MONTH = 30.4375  # 365.25 / 12
PERIODS = (0, 3, 6, 12, 24, 48)  # months under contract at which a period of the hazards begins
MIN_PLAN = 30  # contracts below which a plan gets no curve of its own
OWN_WORDS = {  # columns of the contract whose reasons have a sentence of their own
    "tenure_months": "months under contract: {tenure_months:count}",
    "monthly_fee": "pays {monthly_fee:money} a month",
    "plan": "contract type: {plan:label}",
}

OWN_LABELS = {"tenure_months": "Months under contract", "plan": "Contract type"}


def contract_examples(
    subscriptions: pd.DataFrame, *, months_of_value: float | None = None, leave_out: tuple[str, ...] = ()
) -> Examples:
    """Return the examples of contractual churn: all contracts with their outcome, and the running ones to be scored.

    Every attribute is a feature but identifiers, dates (the last day of a contract knows its end), texts with more than
    `MAX_LEVELS` values, columns with one value, and `leave_out`. value_at_stake = monthly fee × `months_of_value` (None = 1).
    Raises TooLittleData where too few contracts ended or run on; UserError for an unusable label.
    """
    contracts = subscriptions.assign(churned=read_target(subscriptions["churned"], means_left=True))
    check_both_classes(contracts["churned"])
    numeric, categorical = feature_columns(contracts, leave_out=leave_out)
    if not (numeric or categorical):
        raise TooLittleData("Needs an attribute in which contracts differ; there is none.")
    fee = contracts["monthly_fee"].astype(float)
    contracts = contracts.assign(
        value_at_stake=fee.fillna(fee.median()).fillna(0.0) * (1.0 if months_of_value is None else months_of_value),
        **{name: contracts[name].astype(float) for name in numeric},
        **{name: _as_text(contracts[name]) for name in categorical},
    )
    contracts = contracts.assign(**{"Tenure alone": -contracts["tenure_months"]})
    current = contracts[~contracts["churned"]].drop(columns="Tenure alone")
    groups = {label(name): (name,) for name in (*numeric, *categorical)}
    return Examples(
        kind="contracts", train=contracts, test=contracts, current=current, numeric=numeric, categorical=categorical,
        groups=groups, messages=reason_messages(current, numeric=numeric, categorical=categorical),
    )


def feature_columns(
    contracts: pd.DataFrame, *, leave_out: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that may be features: (numeric, categorical). Dates and identifiers never are."""
    allowed = [
        name for name in contracts.columns
        if name not in (*NEVER_FEATURES, *leave_out)
        and not pd.api.types.is_datetime64_any_dtype(contracts[name])
        and contracts[name].nunique() > 1
    ]
    is_number = {
        name: pd.api.types.is_numeric_dtype(contracts[name]) and not pd.api.types.is_bool_dtype(contracts[name])
        and contracts[name].nunique() > 2
        for name in allowed
    }
    numeric = tuple(name for name in allowed if is_number[name])
    categorical = tuple(n for n in allowed if not is_number[n] and contracts[n].nunique() <= MAX_LEVELS)
    return numeric, categorical


def _as_text(values: pd.Series) -> pd.Series:
    """Return values as text with one spelling each: true/false, Yes/No and 1/0 become yes and no, unknown becomes unknown."""
    words = values.map(_word).astype("str")
    if set(words) <= {"0", "1", "unknown"}:
        words = words.replace({"0": "no", "1": "yes"})
    return words


def _word(value) -> str:
    if pd.isna(value):
        return "unknown"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g}"
    word = str(value).strip()
    return {"true": "yes", "false": "no"}.get(word.lower(), word.lower() if word.lower() in ("yes", "no") else word)


def label(column: str) -> str:
    """Return a column's name as words: internet_service → Internet service."""
    if column in OWN_LABELS:
        return OWN_LABELS[column]
    return column.replace("_", " ").capitalize()


def reason_messages(
    contracts: pd.DataFrame, *, numeric: tuple[str, ...], categorical: tuple[str, ...]
) -> pd.DataFrame:
    """Return the words of each reason for each contract: messages whose fields are columns of `contracts`."""
    words = {}
    for name in numeric:
        words[label(name)] = OWN_WORDS.get(name, f"{label(name)}: {{{name}:number1}}")
    for name in categorical:
        values = contracts[name].str.replace("{", "(").str.replace("}", ")")
        words[label(name)] = OWN_WORDS.get(name, label(name) + ": " + values)
    return pd.DataFrame(words, index=contracts.index)


# --- how long contracts last


def survival_curves(subscriptions: pd.DataFrame, *, first_day: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the share of contracts still running by month and plan (Kaplan-Meier, intervals from Greenwood's variance).

    Contracts that run on are censored at their tenure. Where `first_day` and the start days are known, a contract counts from
    the month in which the data begins to see it (delayed entry); else from its first month. A contract of 0 months counts as
    half a month. Plans of fewer than `MIN_PLAN` contracts are left out.
    Out: plan, month, at_risk, survival, low, high; plans in the order of their size, largest first.
    """
    from lifelines import KaplanMeierFitter

    contracts = _observed(subscriptions, first_day=first_day)
    curves = []
    for plan in _large_plans(contracts):
        rows = contracts[contracts["plan"] == plan]
        entry = rows["entry"] if (rows["entry"] > 0).any() else None
        fitted = KaplanMeierFitter().fit(rows["months"], rows["churned"].astype(bool), entry=entry)
        curves.append(_by_month(fitted, rows).assign(plan=plan))
    return pd.concat(curves, ignore_index=True)[["plan", "month", "at_risk", "survival", "low", "high"]]


def _observed(subscriptions: pd.DataFrame, *, first_day: pd.Timestamp | None) -> pd.DataFrame:
    """Return the contracts with the months from which (entry) to which (months) each is observed."""
    contracts = subscriptions.assign(
        months=subscriptions["tenure_months"].astype(float).clip(lower=0.5),
        entry=_entry_months(subscriptions, first_day=first_day),
    )
    return contracts[contracts["months"] > contracts["entry"]]


def _large_plans(contracts: pd.DataFrame) -> list[str]:
    """Return the plans with at least `MIN_PLAN` contracts, largest first; raises TooLittleData where there is none."""
    sizes = contracts.groupby("plan").size().sort_values(ascending=False, kind="stable")
    plans = list(sizes[sizes >= MIN_PLAN].index)
    if not plans:
        raise TooLittleData("Needs a plan with at least {needed:count} contracts; there is none.", needed=MIN_PLAN)
    return plans


def hazards(
    subscriptions: pd.DataFrame, *, first_day: pd.Timestamp | None = None, periods: tuple[int, ...] = PERIODS
) -> pd.DataFrame:
    """Return the share of running contracts that end per month, by plan and period under contract.

    Events divided by the contract-months observed in the period; the interval is the exact one of a Poisson count. A period
    that holds fewer than `MIN_PLAN` contracts is left out. Entry and small plans as in survival_curves.
    Out: plan, from_month, to_month (unknown in the last, open period), n (contracts seen in it), n_ended, contract_months,
    hazard, low, high.
    """
    contracts, rows = _observed(subscriptions, first_day=first_day), []
    for plan in _large_plans(contracts):
        of_plan = contracts[contracts["plan"] == plan]
        for start, end in zip(periods, (*periods[1:], np.inf), strict=True):
            inside = of_plan["months"].clip(upper=end) - of_plan["entry"].clip(lower=start)
            months = float(inside.clip(lower=0).sum())
            n = int((inside > 0).sum())
            ended = int((of_plan["churned"].astype(bool) & (of_plan["months"] > start) & (of_plan["months"] <= end)).sum())
            if n < MIN_PLAN:
                continue
            low, high = (chi2.ppf(0.025, 2 * ended) / 2 if ended else 0.0), chi2.ppf(0.975, 2 * ended + 2) / 2
            rows.append({"plan": plan, "from_month": start, "to_month": end if np.isfinite(end) else np.nan, "n": n,
                         "n_ended": ended, "contract_months": months, "hazard": ended / months, "low": low / months,
                         "high": high / months})
    return pd.DataFrame(rows)


def _by_month(fitted, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a fitted curve at the end of each whole month: a step holds until the next event."""
    months = np.arange(0, int(rows["months"].max()) + 1)
    share, bounds = fitted.survival_function_, fitted.confidence_interval_.ffill()
    at = np.searchsorted(share.index, months, side="right") - 1
    is_seen = (rows["months"].to_numpy() >= months[:, None]) & (rows["entry"].to_numpy() <= months[:, None])
    return pd.DataFrame({
        "month": months, "at_risk": is_seen.sum(axis=1), "survival": share.iloc[at, 0].to_numpy(),
        "low": bounds.iloc[at, 0].to_numpy(), "high": bounds.iloc[at, 1].to_numpy(),
    })


def _entry_months(subscriptions: pd.DataFrame, *, first_day: pd.Timestamp | None) -> pd.Series:
    """Return the month of the contract in which the data begins to see it (0 where that is not known)."""
    if first_day is None or "started_at" not in subscriptions:
        return pd.Series(0.0, index=subscriptions.index)
    days = (pd.Timestamp(first_day) - subscriptions["started_at"]).dt.days
    return (days / DAYS_PER_MONTH).clip(lower=0).fillna(0.0)


def running_at(curves: pd.DataFrame, *, month: int) -> pd.DataFrame:
    """Return each plan's share still running at `month` (or at the last month that every plan is observed), highest first."""
    month = min(month, int(curves.groupby("plan")["month"].max().min()))
    rows = curves[curves["month"] == month]
    return rows.sort_values(["survival", "plan"], ascending=[False, True], kind="stable").reset_index(drop=True)


def plan_rates(subscriptions: pd.DataFrame) -> pd.DataFrame:
    """Count contracts and ended contracts by plan (unknown plans together): plan, n, n_churned."""
    plan = subscriptions["plan"].fillna("unknown").rename("plan")
    counts = subscriptions.groupby(plan)["churned"].agg(n="size", n_churned="sum").reset_index()
    return counts.astype({"n_churned": "int64"})
