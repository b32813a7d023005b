"""What do the first days of a customer say about coming back? (non-contractual: nobody is observed to leave, only to buy)

Known by the end of the first days: what the first purchase was like, who the customer is, whether they already came again.
Outcome: a purchase in the months after. A logistic regression, checked on customers who came later than those it was fitted on;
its effects are told as differences in the share who come back, all else equal (g-computation, delta-method intervals; see
Hernán and Robins, Causal Inference, chapter 13). An association, not an effect. In: orders, customers; out: `early_behaviour`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

from helpers.btyd.btyd import purchase_days
from helpers.errors import TooLittleData
from helpers.lifetime_value.cohort_value import is_inflated
from helpers.lifetime_value.cohorts import FEW
from helpers.proportions import Z95, auc, q_values, wilson

OUTCOMES_DAYS = (180, 90)  # days after the first ones in which customers come back or not; the first that leaves enough
MIN_EACH = 100  # customers who came back, and as many who did not
TRAINING_SHARE = 0.7  # of customers, in order of the first purchase
MIN_LEVEL = 0.02  # of customers; rarer values of a text are one group
MAX_LEVELS = 8
RIDGE = 1e-4  # per customer: keeps groups that separate the outcome finite
TRAITS = ("acquisition_channel", "gender", "age_band", "region")  # known when the customer joins (a loyalty tier is not)
OTHER, UNKNOWN = "others", "unknown"
LIMIT_Q = 0.05


def first_days(orders, *, start, end, early_days: int) -> pd.DataFrame:
    """Return what each customer did in the first days, and the day of every later purchase that decides the outcome.

    Aggregated in the engine. Out: customer_id, first_date, revenue_first, n_products_first, discount_first, channel_first (of
    the first day, the first in the alphabet where there are several), n_days_early (purchase days after the first one, up to
    `early_days`), next_age (age in days at the first purchase after them; unknown = none yet).
    """
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    known = orders.filter(orders.customer_id.notnull(), orders.order_date.between(start, end))
    days = known.mutate(day=known.order_date.epoch_days())
    days = days.mutate(age=days.day - days.day.min().over(group_by=days.customer_id))
    first = days.filter(days.age == 0).group_by("customer_id").agg(
        first_date=lambda t: t.order_date.min(), revenue_first=lambda t: t.revenue.sum().round(2),
        n_products_first=lambda t: t.n_products.sum(), discount_first=lambda t: t.discount.sum().round(2),
        channel_first=lambda t: t.channel.min(),
    )
    visits = purchase_days(orders, start=start, end=end)
    visits = visits.mutate(day=visits.order_date.epoch_days())
    visits = visits.mutate(age=visits.day - visits.day.min().over(group_by=visits.customer_id))
    later = visits.group_by("customer_id").agg(
        n_days_early=lambda t: t.age.between(1, early_days).cast("int64").sum(),
        next_age=lambda t: (t.age > early_days).ifelse(t.age, None).min(),
    )
    frame = first.join(later, "customer_id").order_by("customer_id").to_pandas()
    return frame.astype({"customer_id": "str", "first_date": "datetime64[us]", "next_age": float, "n_days_early": "int64"})


@dataclass(frozen=True)
class Newcomers:
    """Customers whose outcome is known, in order of the first purchase, and the days that define it."""

    frame: pd.DataFrame
    early_days: int
    outcome_days: int
    without_first: bool


def newcomers(first: pd.DataFrame, customers: pd.DataFrame | None, *, end, early_days: int) -> Newcomers:
    """Return the customers who are new and observed long enough, with `came_back`: a purchase after the first `early_days`
    days, within the outcome's days.

    Where the first month of the data holds far more first purchases than later ones, it holds old customers: they are left
    out. Raises TooLittleData below MIN_EACH on either side.
    """
    months = first["first_date"].dt.to_period("M")
    left_out = is_inflated(months.value_counts().sort_index())
    new = first[months > months.min()] if left_out else first
    for outcome_days in OUTCOMES_DAYS:
        horizon = early_days + outcome_days
        whole = new[(pd.Timestamp(end) - new["first_date"]).dt.days >= horizon]
        came_back = whole["next_age"] <= horizon
        if min(came_back.sum(), (~came_back).sum()) >= MIN_EACH:
            break
    else:
        raise TooLittleData(
            "Needs {needed:count} new customers who bought again after their first {days:count} days and as many who did not; "
            "there are {came:count} and {stayed:count}.", needed=MIN_EACH, days=early_days, came=int(came_back.sum()),
            stayed=int((~came_back).sum()),
        )
    whole = whole.assign(came_back=came_back.astype("int64")).sort_values(["first_date", "customer_id"], ignore_index=True)
    if customers is not None:
        traits = customers.set_index(customers["customer_id"].astype("str"))[[c for c in TRAITS if c in customers]]
        whole = whole.join(traits, on="customer_id")
    return Newcomers(whole, early_days, outcome_days, left_out)


# --- what is known at the end of the first days


def terms(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the design matrix and what its columns are.

    Amounts and counts are logs to base 2, so that a step is a doubling; texts are 0/1 against the most common value, rare
    values together. Columns without variation are left out. Second frame: term, attribute, level, reference.
    """
    columns, named = {}, []

    def add(values, attribute: str, level: str, reference: str) -> None:
        columns[f"{attribute}: {level}"] = np.asarray(values, float)
        named.append((f"{attribute}: {level}", attribute, level, reference))

    early = frame["n_days_early"]
    add(early == 1, "purchase days after the first one", "1", "0")
    add(early >= 2, "purchase days after the first one", "2+", "0")
    add(np.log2(frame["revenue_first"].clip(lower=1.0)), "revenue of the first day", "twice as much", "half as much")
    if frame["n_products_first"].max() > 0:
        add(np.log2(frame["n_products_first"].clip(lower=1)), "products of the first day", "twice as many", "half as many")
    add(frame["discount_first"] > 0, "first day", "with a discount", "without a discount")
    for column, attribute in (("channel_first", "channel of the first day"), *((c, c.replace("_", " ")) for c in TRAITS)):
        if column in frame:
            _add_levels(frame[column], attribute, add)
    design, named = pd.DataFrame(columns), pd.DataFrame(named, columns=["term", "attribute", "level", "reference"])
    varies = design.std() > 0
    is_rare = design.isin([0.0, 1.0]).all() & (np.minimum(design.sum(), (1 - design).sum()) < FEW)
    kept = varies & ~is_rare
    return design.loc[:, kept], named[kept.to_numpy()].reset_index(drop=True)


def _add_levels(values: pd.Series, attribute: str, add) -> None:
    values = values.astype("object").where(values.notna(), UNKNOWN).astype("str")
    counts = values[values != UNKNOWN].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    common = counts[counts >= max(MIN_LEVEL * len(values), FEW)].index[:MAX_LEVELS]
    if len(common) < 2:
        return
    values = values.where(values.isin([*common, UNKNOWN]), OTHER)
    for level in [*common[1:], OTHER, UNKNOWN]:
        if (values == level).any():
            add(values == level, attribute, level, common[0])


@dataclass(frozen=True)
class Logistic:
    """A fitted logistic regression: intercept first."""

    coefficients: np.ndarray
    covariance: np.ndarray

    def predict(self, design: np.ndarray) -> np.ndarray:
        return expit(_with_intercept(design) @ self.coefficients)


def _with_intercept(design) -> np.ndarray:
    values = np.asarray(design, float)
    return np.column_stack([np.ones(len(values)), values])


def fit_logistic(design, outcome, *, max_steps: int = 50) -> Logistic:
    """Fit by Newton's method with a very small ridge (RIDGE × n, not on the intercept)."""
    x, y = _with_intercept(design), np.asarray(outcome, float)
    penalty = np.diag([0.0, *np.full(x.shape[1] - 1, RIDGE * len(y))])
    beta = np.zeros(x.shape[1])
    for _ in range(max_steps):
        p = expit(x @ beta)
        curvature = (x * (p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(curvature, x.T @ (y - p) - penalty @ beta)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    return Logistic(beta, np.linalg.pinv(curvature))


def differences(fit: Logistic, design: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """Return by how much the share who come back differs at each level from its reference, all else equal.

    For 0/1 terms: mean prediction with the level minus with the reference, the attribute's other levels at 0; for logs: mean
    prediction of twice as much minus of what is. Out: `named` with n (customers at the level; all for logs), difference, low,
    high (95 %, delta method), q (Benjamini and Hochberg over all terms).
    """
    x = _with_intercept(design)
    rows = []
    for i, term in enumerate(named.itertuples(), start=1):
        more, less = x.copy(), x.copy()
        is_binary = set(np.unique(x[:, i])) <= {0.0, 1.0}
        if is_binary:
            same = [1 + j for j in np.flatnonzero(named["attribute"] == term.attribute)]
            more[:, same] = less[:, same] = 0.0
            more[:, i] = 1.0
        else:
            more[:, i] += 1.0
        p_more, p_less = expit(more @ fit.coefficients), expit(less @ fit.coefficients)
        slope = ((p_more * (1 - p_more))[:, None] * more - (p_less * (1 - p_less))[:, None] * less).mean(axis=0)
        error = float(np.sqrt(max(slope @ fit.covariance @ slope, 0.0)))
        rows.append((int(x[:, i].sum()) if is_binary else len(x), float((p_more - p_less).mean()), error))
    n, difference, error = (np.array(column, float) for column in zip(*rows, strict=True))
    p_value = 2 * ndtr(-np.abs(difference) / np.where(error > 0, error, np.inf))
    return named.assign(
        n=n.astype("int64"), difference=difference, low=difference - Z95 * error, high=difference + Z95 * error,
        q=q_values(p_value),
    )


def explain(group: Newcomers) -> pd.DataFrame:
    """Return every term with its difference, largest first; is_clear: can be told from none, and is of a known group."""
    design, named = terms(group.frame)
    found = differences(fit_logistic(design, group.frame["came_back"]), design, named)
    is_group = ~found["level"].isin([OTHER, UNKNOWN])
    found = found.assign(is_clear=is_group & (found["q"] < LIMIT_Q) & ((found["low"] > 0) | (found["high"] < 0)))
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def check(group: Newcomers) -> dict[str, float]:
    """Return how well the regression tells on later customers who comes back, beside a rule of thumb.

    Fitted on the first TRAINING_SHARE of customers (whole days), tested on the rest. The rule of thumb: the share who came back
    among training customers with as many purchase days in the first days (0, 1, 2 or more).
    Out: n_train, n_test; auc, baseline_auc; gain, low, high (difference of squared errors, baseline minus model: above 0 =
    better); rate. Raises TooLittleData where the test has fewer than FEW customers of a kind.
    """
    frame = group.frame
    limit = frame["first_date"].iloc[int(TRAINING_SHARE * len(frame))]
    early, late = (frame["first_date"] < limit).to_numpy(), (frame["first_date"] >= limit).to_numpy()
    y = frame["came_back"].to_numpy(float)
    if min(y[late].sum(), (1 - y[late]).sum(), y[early].sum(), (1 - y[early]).sum()) < FEW:
        raise TooLittleData("Too few new customers came later than the others to check what the first days say of coming back.")
    design, _ = terms(frame)
    model = fit_logistic(design[early], y[early]).predict(design[late])
    visits = frame["n_days_early"].clip(upper=2)
    rule = visits[late].map(frame[early].groupby(visits[early])["came_back"].mean()).fillna(y[early].mean()).to_numpy(float)
    gains = (rule - y[late]) ** 2 - (model - y[late]) ** 2
    half = Z95 * float(gains.std(ddof=1)) / np.sqrt(len(gains))
    return {
        "n_train": int(early.sum()), "n_test": int(late.sum()), "auc": auc(y[late], model),
        "baseline_auc": auc(y[late], rule), "gain": float(gains.mean()), "low": float(gains.mean()) - half,
        "high": float(gains.mean()) + half, "rate": float(y.mean()),
    }


def by_early_purchases(group: Newcomers) -> pd.DataFrame:
    """Return the share who came back by further purchase days in the first days: 0, 1, 2 or more, with Wilson intervals."""
    visits = group.frame["n_days_early"].clip(upper=2)
    counts = group.frame.groupby(visits)["came_back"].agg(n="size", n_back="sum").reset_index()
    low, high = wilson(counts["n_back"], counts["n"])
    return counts.assign(share=counts["n_back"] / counts["n"], low=low, high=high)
