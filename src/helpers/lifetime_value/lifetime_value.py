"""What is each customer worth from now on?

Expected purchases (by the model that lifetime_value_models.py chooses) × expected value per purchase (Gamma-Gamma),
discounted, over a stated horizon (Fader, Hardie and Lee 2005, Journal of Marketing Research 42:415). Past purchases, the first
one included, are not counted: the value is what is still to come. In: orders; out: `customer_value`. lifetime_value_holdout.py
checks it on unseen weeks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.btyd import btyd, btyd_intervals
from helpers.btyd.btyd import DAYS_PER_WEEK, HISTORY, GammaGamma, PurchaseModel
from helpers.errors import TooLittleData, UserError
from helpers.lifetime_value import lifetime_value_coverage as coverage

WEEKS_PER_YEAR = 365.25 / DAYS_PER_WEEK
STEP_WEEKS = 4  # expected purchases are discounted from the middle of each step
CALIBRATION_SHARE = 0.75  # of the window's whole weeks: 39 of 52
MIN_WEEKS = 8  # shorter windows leave too little to fit on and too little to check against
N_DECILES = 10
MIN_REFITS = 40  # the ends of a 95 % interval are the 1st and 39th of 40 sorted refits
WEAK_LINK = 0.3  # rank correlation of frequency and value up to which Gamma-Gamma's assumption is taken to hold (Cohen 1988)


@dataclass(frozen=True)
class Window:
    """The days observed: models are fitted up to `calibration_end`, checked on the days after it, up to `end`."""

    start: pd.Timestamp
    calibration_end: pd.Timestamp
    end: pd.Timestamp

    @property
    def holdout_start(self) -> pd.Timestamp:
        return self.calibration_end + pd.Timedelta(days=1)

    @property
    def calibration_weeks(self) -> float:
        return ((self.calibration_end - self.start).days + 1) / DAYS_PER_WEEK

    @property
    def holdout_weeks(self) -> float:
        return (self.end - self.calibration_end).days / DAYS_PER_WEEK


def split_window(orders, *, start, end, calibration_end: str = "") -> Window:
    """Return the window, split for the check on unseen weeks.

    `start` None = the first order. `calibration_end` empty = three quarters of the window's whole weeks. Raises UserError
    if it lies outside, TooLittleData if the window is shorter than MIN_WEEKS.
    """
    end, split = pd.Timestamp(end), _day(calibration_end)
    start = pd.Timestamp(orders.order_date.min().to_pandas() if start is None else start)
    n_weeks = ((end - start).days + 1) // DAYS_PER_WEEK if start == start else 0
    if n_weeks < MIN_WEEKS:
        raise TooLittleData(
            "Needs purchases of at least {needed:count} weeks; there are {found:count}.", needed=MIN_WEEKS,
            found=max(n_weeks, 0),
        )
    days = DAYS_PER_WEEK * round(CALIBRATION_SHARE * n_weeks)
    split = split or start + pd.Timedelta(days=days - 1)
    if not start < split < end:
        raise UserError(
            f"calibration_end={split:%Y-%m-%d} must lie between {start:%Y-%m-%d} and {end:%Y-%m-%d}, the days observed"
        )
    return Window(start, split, end)


def _day(written: str) -> pd.Timestamp | None:
    try:
        return pd.Timestamp(written) if written else None
    except ValueError:
        raise UserError(f"calibration_end={written} is not a day such as 2017-09-30") from None


def both_fits(*tables: pd.DataFrame) -> pd.DataFrame:
    """Return the parameter tables of several fits as one."""
    return pd.concat(tables, ignore_index=True)


def split_histories(orders, *, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the purchase summaries of the calibration and of the days after it."""
    return (
        btyd.purchase_summary(orders, start=window.start, end=window.calibration_end),
        btyd.purchase_summary(orders, start=window.holdout_start, end=window.end),
    )


def check_horizons(*, horizon_weeks: int, contract_months: int, n_refits: int, early_days: int = 1) -> None:
    """Raise UserError where a parameter of the notebook cannot be used."""
    for name, value, least in (
        ("horizon_weeks", horizon_weeks, 1), ("contract_months", contract_months, 1), ("n_refits", n_refits, MIN_REFITS),
        ("early_days", early_days, 1),
    ):
        if not isinstance(value, int) or value < least:
            raise UserError(f"{name}={value}: must be a whole number, {least} or more")


def count_guests(orders, *, window: Window) -> dict[str, float]:
    """Return orders in the window, and how many of them, with how much revenue, name no customer (guests)."""
    inside = orders.filter(orders.order_date.between(window.start.date(), window.end.date()))
    is_guest = inside.customer_id.isnull()
    counts = inside.agg(
        n_orders=inside.count(), n_guest_orders=is_guest.cast("int64").sum(),
        revenue=inside.revenue.sum(), guest_revenue=is_guest.ifelse(inside.revenue, 0.0).sum(),
    ).to_pandas()
    return {name: float(value) for name, value in counts.fillna(0).iloc[0].items()}


def spend_independence(summary: pd.DataFrame) -> dict[str, float]:
    """Return the rank correlation of repeat purchases and their mean value with its 95 % interval (Fisher's z), Pearson's, n.

    Gamma-Gamma assumes that how often a customer buys says nothing of how much they spend each time.
    """
    valued = summary.loc[summary["n_valued_days"] > 0, ["n_valued_days", "monetary_value"]]
    if len(valued) <= 3 or (valued.nunique() == 1).any():
        raise TooLittleData("Purchases do not differ between customers: nothing can be said of frequency and value.")
    pearson, spearman = (float(valued.corr(method).iloc[0, 1]) for method in ("pearson", "spearman"))
    half = 1.959964 / np.sqrt(len(valued) - 3)
    z = np.arctanh(np.clip(spearman, -0.999999, 0.999999))
    return {
        "n": len(valued), "pearson": pearson, "spearman": spearman, "low": float(np.tanh(z - half)),
        "high": float(np.tanh(z + half)), "limit": WEAK_LINK,
    }


# --- customer value


@dataclass(frozen=True)
class Assumptions:
    """What the data do not hold: margin (1 = value is revenue) and discount rate, as dataset.yml gives them."""

    margin_rate: float = 1.0
    yearly_discount_rate: float = 0.0
    has_margin: bool = False


def assumptions(business) -> Assumptions:
    """Return the margin and discount rate of the business settings; without a margin, value is revenue."""
    margin, discount = business.margin_rate, business.yearly_discount_rate
    return Assumptions(
        margin_rate=margin.value if margin else 1.0, yearly_discount_rate=discount.value if discount else 0.0,
        has_margin=margin is not None,
    )


@dataclass(frozen=True)
class Worth:
    """The value of all customers: models fitted on all days, customer_value, simulated revenue, totals and tenths."""

    fit: PurchaseModel
    gamma_gamma: GammaGamma
    refits: pd.DataFrame
    valued: pd.DataFrame
    revenue_futures: np.ndarray
    totals: dict
    deciles: pd.DataFrame


def estimate(
    histories: pd.DataFrame, model: str, covered: coverage.Coverage, money: Assumptions, *, miss: float, horizon_weeks: float,
    n_refits: int, seed: int = 0,
) -> Worth:
    """Fit `model` on all days and value every customer, with the intervals as `covered` says that they must be widened.

    miss: the model's error of total revenue on the unseen weeks. Raises TooLittleData where the models find no parameters.
    """
    fit, gamma_gamma = btyd.fit(histories, model), btyd.fit_gamma_gamma(histories)
    refits = btyd_intervals.bootstrap(histories, fit, gamma_gamma, n_refits=n_refits, seed=seed)
    futures = btyd_intervals.simulate(histories, fit, gamma_gamma, refits, horizon_weeks=horizon_weeks, seed=seed)
    expected = value_customers(
        histories, fit, gamma_gamma, horizon_weeks=horizon_weeks, margin_rate=money.margin_rate,
        yearly_discount_rate=money.yearly_discount_rate,
    )
    narrow = add_intervals(expected, futures, margin_rate=money.margin_rate)
    valued = coverage.widen(narrow, futures, covered, margin_rate=money.margin_rate)
    return Worth(
        fit, gamma_gamma, refits, valued, futures.revenue, total_value(valued, futures, miss=miss), summarise_deciles(valued)
    )


def value_customers(
    summary: pd.DataFrame, model: PurchaseModel, gamma_gamma: GammaGamma, *, horizon_weeks: float, margin_rate: float = 1.0,
    yearly_discount_rate: float = 0.0,
) -> pd.DataFrame:
    """Return each customer's expected purchases and value in the `horizon_weeks` after the last day observed.

    value = margin_rate × expected value per purchase × Σ over steps of expected purchases / (1 + d)^(middle of step in years)

    Out: customer_id, frequency, recency_weeks, T_weeks, revenue (so far), p_alive, p_purchase (at least one in the horizon),
    expected_purchases, discounted_purchases, expected_value_per_purchase (revenue), expected_revenue (not discounted),
    customer_lifetime_value (discounted; gross margin, or revenue where margin_rate is 1), horizon_weeks.
    """
    expected, discounted = _discounted_purchases(
        summary, model, horizon_weeks=horizon_weeks, yearly_discount_rate=yearly_discount_rate
    )
    per_purchase = gamma_gamma.expected_average_value(summary)
    return summary[["customer_id", *HISTORY, "revenue"]].assign(
        p_alive=model.p_alive(summary),
        p_purchase=1 - model.p_no_purchase(summary, horizon_weeks),
        expected_purchases=expected,
        discounted_purchases=discounted,
        expected_value_per_purchase=per_purchase,
        expected_revenue=expected * per_purchase,
        customer_lifetime_value=margin_rate * discounted * per_purchase,
        horizon_weeks=float(horizon_weeks),
    )


def _discounted_purchases(
    summary: pd.DataFrame, model: PurchaseModel, *, horizon_weeks: float, yearly_discount_rate: float
) -> tuple[pd.Series, pd.Series]:
    """Return expected purchases in the horizon, plain and discounted."""
    ends = np.append(np.arange(STEP_WEEKS, horizon_weeks, STEP_WEEKS), horizon_weeks)
    plain = discounted = pd.Series(0.0, index=summary.index)
    begin = 0.0
    for end in ends:
        until = model.expected_purchases(summary, end)
        years = (begin + end) / 2 / WEEKS_PER_YEAR
        discounted = discounted + (until - plain) / (1 + yearly_discount_rate) ** years
        plain, begin = until, end
    return plain, discounted


def add_intervals(value: pd.DataFrame, futures: btyd_intervals.Futures, *, margin_rate: float = 1.0) -> pd.DataFrame:
    """Add 95 % intervals of each customer's purchases and value, and the decile of value (1 = highest).

    They hold what the customer may do (chance) and how sure the parameters are (refits). Revenue of a future is discounted
    by the customer's expected discount.
    """
    expected = value["expected_purchases"]
    discount = (value["discounted_purchases"] / expected.where(expected > 0)).fillna(1)
    low, high = btyd_intervals.interval(futures.purchases)
    revenue_low, revenue_high = btyd_intervals.interval(futures.revenue)
    return value.drop(columns="discounted_purchases").assign(
        expected_purchases_low=low.astype(float), expected_purchases_high=high.astype(float),
        clv_low=margin_rate * discount * revenue_low, clv_high=margin_rate * discount * revenue_high,
        value_decile=decile(value["customer_lifetime_value"]),
    )


def decile(values: pd.Series) -> pd.Series:
    """Return 1 (highest) to 10; equal values get the same decile, that of the middle of their ranks."""
    ranks = values.rank(ascending=False, method="average")
    return np.ceil(N_DECILES * (ranks - 0.5) / max(len(values), 1)).clip(1, N_DECILES).astype("int64")


def total_value(value: pd.DataFrame, futures: btyd_intervals.Futures, *, miss: float) -> dict[str, float]:
    """Return the value of all customers together, its interval, and the shares of the best tenth and the lower half.

    The interval is that of the simulated futures, or the model's own error on the unseen weeks (`miss`, relative) where
    that was larger: a model that was 15 % off cannot be sure to 2 %.
    """
    worth = value["customer_lifetime_value"]
    total, revenue = float(worth.sum()), float(value["expected_revenue"].sum())
    low, high = (float(end) / revenue - 1 for end in btyd_intervals.interval(futures.revenue.sum(axis=1, dtype="float64")))
    low, high = min(low, -abs(miss)), max(high, abs(miss))
    return {
        "total": total, "low": total * (1 + low), "high": total * (1 + high), "n": len(value), "mean": total / len(value),
        "mean_low": total * (1 + low) / len(value), "mean_high": total * (1 + high) / len(value),
        "top_share": top_share(worth, worth), "lower_share": 1 - top_share(worth, worth, share=0.5),
        "purchases": float(value["expected_purchases"].sum()), "buyers": float(value["p_purchase"].mean()),
    }


def top_share(score: pd.Series, worth: pd.Series, *, share: float = 0.1) -> float:
    """Return the share of all `worth` that the best `share` of customers by `score` hold.

    Customers with equal scores stand for one another: where the limit falls among them, each counts in part.
    """
    score, worth = np.asarray(score, float), np.asarray(worth, float)
    _, group = np.unique(-score, return_inverse=True)  # the best first
    sizes, sums = np.bincount(group), np.bincount(group, weights=worth)
    room = (share * len(score) - (np.cumsum(sizes) - sizes)).clip(0)
    taken = np.minimum(room / sizes, 1)
    total = float(sums.sum())
    return float(taken @ sums) / total if total else 0.0


def summarise_deciles(value: pd.DataFrame) -> pd.DataFrame:
    """Return per decile of value: customers, value, its share, mean value, expected purchases and value per purchase."""
    deciles = value.groupby("value_decile", as_index=False).agg(
        n_customers=("customer_id", "size"), value=("customer_lifetime_value", "sum"),
        mean_value=("customer_lifetime_value", "mean"), mean_purchases=("expected_purchases", "mean"),
        mean_per_purchase=("expected_value_per_purchase", "mean"), mean_p_alive=("p_alive", "mean"),
    )
    return deciles.assign(share=deciles["value"] / deciles["value"].sum())
