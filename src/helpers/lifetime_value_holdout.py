"""Does the lifetime-value model predict weeks that it has not seen, and better than a rule of thumb?

It is fitted up to the end of the calibration and checked on the days after it, beside two naive baselines: each customer
keeps the own pace (x · H / T, at the own mean value), and past revenue as a ranking. In: purchase summaries of both windows;
out: predictions by customer, scores by method (`value_backtest`) and a verdict.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import btyd, btyd_intervals
from helpers.btyd import DAYS_PER_WEEK, BgNbd, GammaGamma
from helpers.errors import TooLittleData
from helpers.lifetime_value import Window, top_share

TOP = 0.10  # the share of customers whose capture is measured
SINGLE_COUNTS = 7  # repeat purchases shown one by one (…, 7 or more) where most customers have no more than that
N_GROUPS = 8
SMALL_MISS, LARGE_MISS = 0.05, 0.25  # of total revenue: up to the first "use", beyond the second "do not use"
MIN_COVERAGE = 0.90  # of customers inside their 95 % interval
METHODS = {"model": "BG/NBD and Gamma-Gamma", "pace": "own pace continues", "past": "past revenue"}


@dataclass(frozen=True)
class Judgement:
    """A verdict: `use`, `use with care` or `do not use`, why, and the figures behind it."""

    level: str
    why: str
    figures: dict[str, float]


def predict(
    calibration: pd.DataFrame, holdout: pd.DataFrame, bg_nbd: BgNbd, gamma_gamma: GammaGamma, *, window: Window
) -> pd.DataFrame:
    """Return actual and predicted purchases and revenue of the holdout, one row a customer known by its beginning.

    Customers who bought for the first time in the holdout are left out; those who did not buy in it count as 0.

    Out: customer_id, frequency (before), purchases_actual, revenue_actual, purchases_/revenue_ model and pace, revenue_past.
    """
    later = holdout.set_index("customer_id")
    weeks = window.holdout_weeks
    purchases = bg_nbd.expected_purchases(calibration, weeks)
    pace = (calibration["frequency"] * weeks / calibration["T_weeks"].where(calibration["T_weeks"] > 0)).fillna(0)
    return pd.DataFrame({
        "customer_id": calibration["customer_id"],
        "frequency": calibration["frequency"],
        "purchases_actual": calibration["customer_id"].map(later["n_purchase_days"]).fillna(0).astype(float),
        "revenue_actual": calibration["customer_id"].map(later["revenue"]).fillna(0).astype(float),
        "purchases_model": purchases,
        "revenue_model": purchases * gamma_gamma.expected_average_value(calibration),
        "purchases_pace": pace,
        "revenue_pace": pace * calibration["revenue"] / calibration["n_purchase_days"],
        "revenue_past": calibration["revenue"],
    })


def score(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return `value_backtest`: one row a method, the model first.

    Out: method; purchases and revenue predicted and actual; mae (mean absolute error of purchases per customer);
    correlation with actual purchases; top_share (holdout revenue of the best tenth by this method); top_share_best (of the
    best tenth in hindsight). A method that only ranks has no level: its purchases, mae and correlation are unknown.
    """
    actual, revenue = predictions["purchases_actual"], predictions["revenue_actual"]
    rows = []
    for key, name in METHODS.items():
        purchases = predictions.get(f"purchases_{key}")
        knows_level = purchases is not None
        rows.append({
            "method": name,
            "n_customers": len(predictions),
            "purchases_predicted": purchases.sum() if knows_level else np.nan,
            "purchases_actual": actual.sum(),
            "revenue_predicted": predictions[f"revenue_{key}"].sum() if knows_level else np.nan,
            "revenue_actual": revenue.sum(),
            "mae": (purchases - actual).abs().mean() if knows_level else np.nan,
            "correlation": _correlation(purchases, actual) if knows_level else np.nan,
            "top_share": top_share(predictions[f"revenue_{key}"], revenue, share=TOP),
            "top_share_best": top_share(revenue, revenue, share=TOP),
        })
    return pd.DataFrame(rows)


def _correlation(left: pd.Series, right: pd.Series) -> float:
    return float(np.corrcoef(left, right)[0, 1]) if left.nunique() > 1 and right.nunique() > 1 else np.nan


def gain(predictions: pd.DataFrame) -> dict[str, float]:
    """Return by how many purchases a customer the model's error is below that of the own pace, with a 95 % interval."""
    actual = predictions["purchases_actual"]
    better = (predictions["purchases_pace"] - actual).abs() - (predictions["purchases_model"] - actual).abs()
    half = 1.959964 * float(better.std(ddof=1)) / np.sqrt(len(better))
    return {"gain": float(better.mean()), "low": float(better.mean()) - half, "high": float(better.mean()) + half}


def ranking_gain(predictions: pd.DataFrame, *, n_draws: int = 200, seed: int = 0) -> dict[str, float]:
    """Return the best tenth's share of revenue by the model minus that by past revenue, with a bootstrap interval."""
    random = np.random.default_rng(seed)

    def difference(sample: pd.DataFrame) -> float:
        return top_share(sample["revenue_model"], sample["revenue_actual"], share=TOP) - top_share(
            sample["revenue_past"], sample["revenue_actual"], share=TOP
        )

    draws = [difference(predictions.iloc[random.integers(0, len(predictions), len(predictions))]) for _ in range(n_draws)]
    low, high = btyd_intervals.interval(draws)
    return {"gain": difference(predictions), "low": float(low), "high": float(high)}


def cover(predictions: pd.DataFrame, futures: btyd_intervals.Futures, *, n_bands: int = 5) -> pd.DataFrame:
    """Return which share of customers lay inside their 95 % interval of revenue, by band of predicted value.

    Out: band (1 = highest predicted value), n_customers, n_inside, coverage. An overall share can hide that the best
    customers, whom it matters for, lie outside.
    """
    low, high = btyd_intervals.interval(futures.revenue)
    actual = predictions["revenue_actual"].to_numpy()
    cent = 0.005  # a refund or rounding below a cent is no miss
    inside = (actual >= low - cent) & (actual <= high + cent)
    ranks = predictions["revenue_model"].rank(ascending=False, method="average")
    band = np.ceil(n_bands * (ranks - 0.5) / len(ranks)).clip(1, n_bands).astype("int64")
    bands = pd.DataFrame({"band": band, "inside": inside}).groupby("band", as_index=False).agg(
        n_customers=("inside", "size"), n_inside=("inside", "sum")
    )
    return bands.assign(coverage=bands["n_inside"] / bands["n_customers"])


def total_intervals(futures: btyd_intervals.Futures) -> dict[str, tuple[float, float]]:
    """Return the 95 % intervals of all customers' purchases and revenue together."""
    totals = {"purchases": futures.purchases, "revenue": futures.revenue}
    return {
        name: tuple(float(end) for end in btyd_intervals.interval(draws.sum(axis=1, dtype="float64")))
        for name, draws in totals.items()
    }


def by_frequency(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return mean actual and predicted purchases by the number of repeat purchases before (conditional expectation).

    Groups are 0, 1, … 7 or more where three quarters of customers have at most 7, else eight groups of about equal size
    that never part equal counts. Out: position, group, n_customers, actual, model, pace.
    """
    x = predictions["frequency"]
    if x.quantile(0.75) <= SINGLE_COUNTS:
        lowest = np.arange(0, min(SINGLE_COUNTS, int(x.max())) + 1)
    else:
        lowest = np.unique(np.append(0, x.quantile(np.arange(1, N_GROUPS) / N_GROUPS, interpolation="higher")))
    position = np.searchsorted(lowest, x, side="right") - 1
    groups = predictions.assign(position=position).groupby("position").agg(
        n_customers=("customer_id", "size"), actual=("purchases_actual", "mean"), model=("purchases_model", "mean"),
        pace=("purchases_pace", "mean"), least=("frequency", "min"), most=("frequency", "max"),
    )
    limits = zip(groups["least"], groups["most"], strict=True)
    names = [_range(least, most, is_last=i == len(groups) - 1) for i, (least, most) in enumerate(limits)]
    return groups.assign(group=names).reset_index().drop(columns=["least", "most"])


def _range(least: int, most: int, *, is_last: bool) -> str:
    if is_last and most > least:
        return f"{least}+"
    return f"{least}" if least == most else f"{least}–{most}"


def daily_repeats(orders, *, window: Window) -> pd.DataFrame:
    """Return repeat purchase days per calendar day of the customers known by the end of the calibration.

    Out: order_date, n_repeats; aggregated in the engine.
    """
    days = btyd.purchase_days(orders, start=window.start, end=window.end)
    days = days.mutate(first=days.order_date.min().over(group_by="customer_id"))
    repeats = days.filter(days["first"] <= window.calibration_end.date(), days.order_date > days["first"])
    counts = repeats.group_by("order_date").agg(n_repeats=repeats.count()).order_by("order_date").to_pandas()
    return counts.astype({"order_date": "datetime64[us]"})


def track(repeats: pd.DataFrame, calibration: pd.DataFrame, bg_nbd: BgNbd, *, window: Window) -> pd.DataFrame:
    """Return cumulative actual and expected repeat purchases by whole week, calibration and holdout.

    Expected: what BG/NBD expects of customers who started when these did, summed over their first days.
    Out: week (1, 2, …), week_end, actual, expected, is_held_out.
    """
    n_weeks = ((window.end - window.start).days + 1) // DAYS_PER_WEEK
    ends = window.start + pd.to_timedelta(DAYS_PER_WEEK * np.arange(1, n_weeks + 1) - 1, unit="D")
    starts = calibration["first_date"].value_counts().sort_index()
    ages = (ends.to_numpy()[:, None] - starts.index.to_numpy()[None, :]) / np.timedelta64(DAYS_PER_WEEK, "D")
    expected = bg_nbd.expected_since_first(ages) @ starts.to_numpy()
    done = repeats.set_index("order_date")["n_repeats"].sort_index().cumsum()
    return pd.DataFrame({
        "week": np.arange(1, n_weeks + 1),
        "week_end": ends,
        "actual": done.reindex(done.index.union(ends)).ffill().fillna(0).reindex(ends).to_numpy(),
        "expected": expected,
        "is_held_out": ends > window.calibration_end,
    })


def judge(scores: pd.DataFrame, gained: dict, coverage: float) -> Judgement:
    """Return the verdict on the model: its level, why, and the figures of the sentence.

    do not use: a larger error than the own pace (interval of the gain below 0: `loses`), or total revenue missed by more
    than LARGE_MISS (`far off`). use (`fits`): a smaller error (interval above 0), revenue missed by at most SMALL_MISS, and
    at least MIN_COVERAGE of customers inside their interval. Else use with care: revenue `off`, `no gain`, or `narrow`.
    """
    model, pace = scores.iloc[0], scores.iloc[1]
    miss = revenue_miss(scores)
    figures = {
        "error": float(model["mae"]), "naive": float(pace["mae"]), "miss": abs(miss), "signed_miss": miss,
        "coverage": float(coverage), "small": SMALL_MISS, "large": LARGE_MISS, "least": MIN_COVERAGE,
    }
    if gained["high"] < 0:
        return Judgement("do not use", "loses", figures)
    if abs(miss) > LARGE_MISS:
        return Judgement("do not use", "far off", figures)
    if abs(miss) > SMALL_MISS:
        return Judgement("use with care", "off", figures)
    if gained["low"] <= 0:
        return Judgement("use with care", "no gain", figures)
    if coverage < MIN_COVERAGE:
        return Judgement("use with care", "narrow", figures)
    return Judgement("use", "fits", figures)


def revenue_miss(scores: pd.DataFrame) -> float:
    """Return the model's revenue of the holdout relative to the actual one, −0.1 = 10 % too low.

    Raises TooLittleData where nobody bought in the holdout.
    """
    model = scores.iloc[0]
    if model["revenue_actual"] <= 0:
        raise TooLittleData("Nobody known before them bought in the unseen weeks: the model cannot be checked.")
    return float(model["revenue_predicted"] / model["revenue_actual"] - 1)
