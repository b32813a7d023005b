"""Buy-till-you-die models: how often customers will buy again, and for how much.

BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24:275) and Gamma-Gamma (Fader and Hardie 2013,
brucehardie.com/notes/025). The only module that touches `lifetimes`; btyd_intervals.py adds what it lacks, intervals.
In: orders, or a purchase summary; out: a purchase summary and fitted models. Time is in weeks everywhere.
"""

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import ConvergenceError
from scipy.optimize import minimize
from scipy.special import gammaln, psi

from helpers.errors import TooLittleData

DAYS_PER_WEEK = 7
MIN_REPEATERS = 100  # customers with a repeat purchase; below that the four parameters are guesswork
PENALISERS = (0.0, 0.001, 0.01, 0.1)  # lifetimes' L2 penalty on the parameters; its documentation suggests 0.001–0.1
HISTORY = ["frequency", "recency_weeks", "T_weeks"]
SUMMARY = [
    "customer_id", *HISTORY, "monetary_value", "n_purchase_days", "revenue", "n_valued_days", "first_date", "last_date",
]
BG_NBD, GAMMA_GAMMA = ("r", "alpha", "a", "b"), ("p", "q", "v")
LARGEST = 1e6  # a parameter beyond this has run away: the data do not determine it


def purchase_days(orders, *, start, end):
    """Return the purchase days of known customers in [start, end] as an Ibis table: orders of one day are one purchase.

    Out: customer_id, order_date, revenue (currency; a day whose orders sum to 0 or less is still a purchase day).
    """
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    known = orders.filter(orders.customer_id.notnull(), orders.order_date.between(start, end))
    return known.group_by("customer_id", "order_date").agg(revenue=known.revenue.sum().round(4))


def purchase_summary(orders, *, start, end) -> pd.DataFrame:
    """Return each customer's purchase history in [start, end], both days inclusive, aggregated in the engine.

    Parameters
    ----------
    orders : Ibis table with customer_id, order_date, revenue; null customers (guests) are left out.

    Returns
    -------
    DataFrame, one row a customer, in order of customer_id:
        customer_id; frequency: repeat purchase days (the first one is not counted; 0 = bought on one day only);
        recency_weeks: first to last purchase day; T_weeks: first purchase day to `end`;
        monetary_value: mean revenue of the repeat purchase days with revenue > 0, rounded half up to a cent as the
        published data is (unknown without such a day); n_valued_days: how many days that mean rests on;
        n_purchase_days and revenue of all days, the first included; first_date, last_date.
    """
    days = purchase_days(orders, start=start, end=end)
    days = days.mutate(first=days.order_date.min().over(group_by="customer_id"))
    is_valued = (days.order_date > days["first"]) & (days.revenue > 0)
    summary = (
        days.mutate(valued=is_valued.ifelse(days.revenue, 0.0), is_valued=is_valued.cast("int64"))
        .group_by("customer_id")
        .agg(
            n_purchase_days=lambda t: t.count(),
            first_date=lambda t: t.order_date.min(),
            last_date=lambda t: t.order_date.max(),
            revenue=lambda t: t.revenue.sum(),
            valued=lambda t: t.valued.sum(),
            n_valued_days=lambda t: t.is_valued.sum(),
        )
        .order_by("customer_id")
        .to_pandas()
    )
    return _with_history(summary, end=pd.Timestamp(end))


def _with_history(summary: pd.DataFrame, *, end: pd.Timestamp) -> pd.DataFrame:
    """Add the literature's x, t_x and T. Sums are rounded: the order in which an engine adds must not show."""
    first, last = (pd.to_datetime(summary[c]).astype("datetime64[us]") for c in ("first_date", "last_date"))
    n_valued = summary["n_valued_days"].astype("int64")
    cents = (100 * summary["valued"].astype(float)).round().astype("int64")
    half_up = (2 * cents + n_valued) // (2 * n_valued.where(n_valued > 0))  # in whole numbers, as a spreadsheet rounds
    history = summary.assign(
        customer_id=summary["customer_id"].astype("str"),
        frequency=summary["n_purchase_days"].astype("int64") - 1,
        recency_weeks=(last - first).dt.days / DAYS_PER_WEEK,
        T_weeks=(end - first).dt.days / DAYS_PER_WEEK,
        monetary_value=half_up / 100,
        n_purchase_days=summary["n_purchase_days"].astype("int64"),
        revenue=summary["revenue"].astype(float).round(4),
        n_valued_days=n_valued,
        first_date=first,
        last_date=last,
    )
    return history[SUMMARY]


# --- BG/NBD


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD model; every method takes a purchase summary and returns a Series on its index.

    log_likelihood is in weeks, without any penalty. `penaliser` and `optimiser` say which step of the ladder converged.
    """

    parameters: dict[str, float]
    log_likelihood: float
    n_customers: int
    penaliser: float = 0.0
    optimiser: str = "BFGS"
    longest_weeks: float = 1.0

    @property
    def units(self) -> dict[str, float]:
        """Return the units in which the fit saw its parameters (lifetimes counts time so that the longest T is 1)."""
        return {"alpha": self.longest_weeks}

    @property
    def _model(self) -> BetaGeoFitter:
        model = BetaGeoFitter()
        model.params_ = pd.Series(self.parameters)
        return model

    def p_alive(self, summary: pd.DataFrame) -> pd.Series:
        """Return the probability that the customer still buys at all (1 for everyone without a repeat purchase)."""
        x, t_x, age = _history(summary)
        with np.errstate(over="ignore"):
            return pd.Series(self._model.conditional_probability_alive(x, t_x, age), index=summary.index, dtype=float)

    def expected_purchases(self, summary: pd.DataFrame, horizon_weeks: float) -> pd.Series:
        """Return the expected purchase days in the `horizon_weeks` after the end of the observation."""
        x, t_x, age = _history(summary)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            expected = self._model.conditional_expected_number_of_purchases_up_to_time(horizon_weeks, x, t_x, age)
        return pd.Series(expected, index=summary.index, dtype=float)

    def p_no_purchase(self, summary: pd.DataFrame, horizon_weeks: float) -> pd.Series:
        """Return P(no purchase in the horizon), exact: in BG/NBD a customer only leaves right after a purchase."""
        x, _, age = _history(summary)
        r, alpha = self.parameters["r"], self.parameters["alpha"]
        buys_if_alive = -np.expm1((r + x) * np.log((alpha + age) / (alpha + age + horizon_weeks)))
        return 1 - self.p_alive(summary) * buys_if_alive

    def expected_since_first(self, weeks) -> np.ndarray:
        """Return the expected repeat purchase days of a new customer in the first `weeks` after the first purchase."""
        weeks = np.maximum(np.asarray(weeks, dtype=float), 0)
        return np.asarray(self._model.expected_number_of_purchases_up_to_time(weeks), dtype=float)


def _history(summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(summary[name].to_numpy(float) for name in HISTORY)


def fit_bg_nbd(summary: pd.DataFrame, *, min_repeaters: int = MIN_REPEATERS) -> BgNbd:
    """Fit BG/NBD by maximum likelihood through `lifetimes`, identical histories collapsed into weights.

    A fit that does not converge is tried again: from other starting values, with growing penalties, with another
    optimiser. Raises TooLittleData below `min_repeaters` customers with a repeat purchase, or where nothing converges.
    """
    n_repeaters = int((summary["frequency"] > 0).sum())
    if n_repeaters < min_repeaters:
        raise TooLittleData(
            "Needs a repeat purchase by at least {needed:count} customers; there are {found:count}.",
            needed=min_repeaters, found=n_repeaters,
        )
    rows = collapse(summary)
    weights = rows["n_customers"].to_numpy()
    for penaliser in PENALISERS:
        for start in (None, _start(rows)):
            model = _quietly(BetaGeoFitter(penaliser).fit, *_history(rows), weights=weights, initial_params=start)
            if model is not None and _is_sound(model.params_):
                return _bg_nbd(model.params_[list(BG_NBD)], rows, penaliser=penaliser)
    if (logs := _simplex(rows)) is not None and _is_sound(np.exp(logs)):
        return _bg_nbd(np.exp(logs), rows, optimiser="Nelder-Mead")
    raise TooLittleData(
        "The purchase model finds no stable parameters on this data: purchases hardly differ between customers."
    )


def _simplex(rows: pd.DataFrame) -> np.ndarray | None:
    """Return the logs of the parameters that an optimiser without gradients finds, or None."""
    found = minimize(
        lambda logs: -bg_nbd_likelihood(logs, rows)[0], _start_weeks(rows), method="Nelder-Mead",
        options={"maxiter": 4000, "fatol": 1e-8, "xatol": 1e-6},
    )
    return found.x if found.success else None


def collapse(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct purchase histories with their number of customers (n_customers)."""
    return summary.groupby(HISTORY, as_index=False).size().rename(columns={"size": "n_customers"})


def _bg_nbd(values, rows: pd.DataFrame, **how) -> BgNbd:
    parameters = dict(zip(BG_NBD, map(float, values), strict=True))
    log_likelihood, _ = bg_nbd_likelihood(np.log(list(parameters.values())), rows)
    longest_weeks = float(rows["T_weeks"].max())
    return BgNbd(parameters, log_likelihood, int(rows["n_customers"].sum()), longest_weeks=longest_weeks, **how)


def _start_weeks(rows: pd.DataFrame) -> np.ndarray:
    """Return starting values (logs): a purchase rate as observed, shapes of 1."""
    mean_gap = float(rows["T_weeks"].sum() / max(rows["frequency"].sum(), 1))
    return np.log([1.0, max(mean_gap, 1e-3), 1.0, 3.0])


def _start(rows: pd.DataFrame) -> np.ndarray:
    """Return the same in lifetimes' own time, where the longest T is 1."""
    return _start_weeks(rows) - np.array([0, np.log(rows["T_weeks"].max()), 0, 0])


def _quietly(fit, *arguments, **options):
    """Run a fit of lifetimes; return None where it fails. (It prints its optimiser's state when it does.)"""
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        try:
            return fit(*arguments, **options)
        except (ConvergenceError, np.linalg.LinAlgError, FloatingPointError):
            return None


def _is_sound(values) -> bool:
    values = np.asarray(values, dtype=float)
    return bool(np.isfinite(values).all() and (values > 1 / LARGEST).all() and (values < LARGEST).all())


def bg_nbd_likelihood(logs: np.ndarray, rows: pd.DataFrame) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of collapsed `rows` in weeks, and its gradient by the logs of r, alpha, a, b.

    Fader, Hardie and Lee (2005), equation (6), in the order of terms of brucehardie.com/notes/004.
    """
    r, alpha, a, b = np.exp(logs)
    x, t_x, age = _history(rows)
    counts, at = np.unique(x, return_inverse=True)  # the gamma functions see x only, which has few values
    before = np.where(x > 0, b + x - 1, 1)
    fixed = gammaln(r + counts) - gammaln(r) + gammaln(a + b) - gammaln(a + b + counts)
    fixed = fixed + gammaln(b + counts) - gammaln(b)
    stays = -(r + x) * np.log(alpha + age)
    leaves = np.where(x > 0, np.log(a) - np.log(before) - (r + x) * np.log(alpha + t_x), -np.inf)
    either = np.logaddexp(stays, leaves)
    left = np.exp(leaves - either)
    slopes = np.vstack([
        (psi(r + counts) - psi(r))[at] + np.log(alpha) - (1 - left) * np.log(alpha + age) - left * np.log(alpha + t_x),
        r / alpha - (r + x) * ((1 - left) / (alpha + age) + left / (alpha + t_x)),
        (psi(a + b) - psi(a + b + counts))[at] + left / a,
        (psi(a + b) + psi(b + counts) - psi(b) - psi(a + b + counts))[at] - np.where(x > 0, left / before, 0),
    ])
    weights = rows["n_customers"].to_numpy(float)
    total = weights @ (fixed[at] + r * np.log(alpha) + either)
    return float(total), (slopes @ weights) * np.exp(logs)


# --- Gamma-Gamma


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model of revenue per purchase day."""

    parameters: dict[str, float]
    log_likelihood: float
    n_customers: int
    penaliser: float = 0.0
    unit: float = 1.0

    @property
    def units(self) -> dict[str, float]:
        """Return the units in which the fit saw its parameters (money in multiples of the mean)."""
        return {"v": self.unit}

    @property
    def mean_value(self) -> float:
        """Return the mean revenue per purchase day of the population (infinite where q ≤ 1)."""
        p, q, v = (self.parameters[name] for name in GAMMA_GAMMA)
        return p * v / (q - 1) if q > 1 else np.inf

    def expected_average_value(self, summary: pd.DataFrame) -> pd.Series:
        """Return the expected revenue per future purchase day: the customer's own mean, drawn to the population's.

        A customer without a valued repeat purchase gets the population's mean.
        """
        n_days, mean = valued_days(summary)
        p, q = self.parameters["p"], self.parameters["q"]
        own = p * n_days / (p * n_days + q - 1)
        return pd.Series((1 - own) * self.mean_value + own * mean, index=summary.index, dtype=float)


def valued_days(summary: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return valued repeat days and their mean, 0 and 0 where there are none."""
    n_days = summary["n_valued_days"] if "n_valued_days" in summary else summary["frequency"]
    known = summary["monetary_value"].notna() & (n_days > 0)
    return n_days.where(known, 0).to_numpy(float), summary["monetary_value"].where(known, 0).to_numpy(float)


def fit_gamma_gamma(summary: pd.DataFrame, *, min_customers: int = MIN_REPEATERS) -> GammaGamma:
    """Fit Gamma-Gamma through `lifetimes` on the customers with a valued repeat purchase day.

    Money is divided by its mean before the fit, so that the currency does not matter. A fit with q ≤ 1 (no finite mean)
    is tried again with growing penalties. Raises TooLittleData below `min_customers`, or where nothing converges.
    """
    n_days, mean = valued_days(summary)
    n_days, mean = n_days[n_days > 0], mean[n_days > 0]
    if len(mean) < min_customers:
        raise TooLittleData(
            "Needs repeat purchases with revenue by at least {needed:count} customers; there are {found:count}.",
            needed=min_customers, found=len(mean),
        )
    unit = float(mean.mean())
    for penaliser in PENALISERS:
        model = _quietly(GammaGammaFitter(penaliser).fit, n_days, mean / unit)
        if model is not None and _is_sound(model.params_) and model.params_["q"] > 1:
            p, q, v = model.params_[list(GAMMA_GAMMA)] * [1, 1, unit]
            total, _ = gamma_gamma_likelihood(np.log([p, q, v]), n_days, mean, np.ones(len(mean)))
            return GammaGamma({"p": float(p), "q": float(q), "v": float(v)}, total, len(mean), penaliser, unit)
    raise TooLittleData(
        "The model of purchase values finds no stable parameters on this data: values hardly differ between customers."
    )


def gamma_gamma_likelihood(logs, n_days, mean, weights) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and its gradient by the logs of p, q, v (brucehardie.com/notes/025, equation 1a)."""
    p, q, v = np.exp(logs)
    px, total = p * n_days, n_days * mean
    spread = np.log(total + v)
    rows = (
        gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * np.log(mean) + px * np.log(n_days)
        - (px + q) * spread
    )
    slopes = np.vstack([
        n_days * (psi(px + q) - psi(px) + np.log(total) - spread),
        psi(px + q) - psi(q) + np.log(v) - spread,
        q / v - (px + q) / (total + v),
    ])
    return float(weights @ rows), (slopes @ weights) * np.exp(logs)
