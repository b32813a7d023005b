"""Does the lifetime-value model predict weeks that it has not seen, and better than a rule of thumb?

A model is fitted up to the end of the calibration and checked on the days after it, beside two naive baselines: each customer
keeps the own pace (x · H / T, at the own mean value), and past revenue as a ranking. In: purchase summaries of both windows;
out: predictions by customer, scores by method (`value_backtest`) and a verdict.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.btyd import btyd, btyd_intervals
from helpers.btyd.btyd import DAYS_PER_WEEK, GammaGamma, PurchaseModel
from helpers.errors import TooLittleData
from helpers.lifetime_value.lifetime_value import Window, top_share

TOP = 0.10  # the share of customers whose capture is measured
SINGLE_COUNTS = 7  # repeat purchases shown one by one (…, 7 or more) where most customers have no more than that
N_GROUPS = 8
SMALL_MISS, LARGE_MISS = 0.05, 0.25  # of total revenue: up to the first "use", beyond the second "do not use"
MIN_COVERAGE = 0.90  # of customers inside their 95 % interval
METHODS = {  # by the ends of the predictions' columns
    "BG/NBD": "BG/NBD and Gamma-Gamma", "Pareto/NBD": "Pareto/NBD and Gamma-Gamma", "MBG/NBD": "MBG/NBD and Gamma-Gamma",
    "pace": "own pace continues", "past": "past revenue",
}


@dataclass(frozen=True)
class Judgement:
    """A verdict: `use`, `use with care` or `do not use`, why, and the figures behind it."""

    level: str
    why: str
    figures: dict[str, float]


def predict(
    calibration: pd.DataFrame, holdout: pd.DataFrame, model: PurchaseModel, gamma_gamma: GammaGamma, *, window: Window,
    others: tuple[PurchaseModel, ...] = (),
) -> pd.DataFrame:
    """Return actual and predicted purchases and revenue of the holdout, one row a customer known by its beginning.

    Customers who bought for the first time in the holdout are left out; those who did not buy in it count as 0.

    Out: customer_id, frequency (before), purchases_actual, revenue_actual, purchases_/revenue_ model and pace, revenue_past;
    purchases_/revenue_ and its name of every one of `others`.
    """
    later = holdout.set_index("customer_id")
    weeks = window.holdout_weeks
    purchases = model.expected_purchases(calibration, weeks)
    per_purchase = gamma_gamma.expected_average_value(calibration)
    rivals = {other.name: other.expected_purchases(calibration, weeks) for other in others}
    pace = (calibration["frequency"] * weeks / calibration["T_weeks"].where(calibration["T_weeks"] > 0)).fillna(0)
    return pd.DataFrame({
        "customer_id": calibration["customer_id"],
        "frequency": calibration["frequency"],
        "purchases_actual": calibration["customer_id"].map(later["n_purchase_days"]).fillna(0).astype(float),
        "revenue_actual": calibration["customer_id"].map(later["revenue"]).fillna(0).astype(float),
        "purchases_model": purchases,
        "revenue_model": purchases * per_purchase,
        "purchases_pace": pace,
        "revenue_pace": pace * calibration["revenue"] / calibration["n_purchase_days"],
        "revenue_past": calibration["revenue"],
        **{f"purchases_{name}": expected for name, expected in rivals.items()},
        **{f"revenue_{name}": expected * per_purchase for name, expected in rivals.items()},
    })


def score(predictions: pd.DataFrame, *, chosen: str = "BG/NBD", comparison: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return `value_backtest`: one row a method, the chosen model first, then its rivals, the naive methods last.

    `comparison` (lifetime_value_models.choose) adds log_likelihood, of the calibration, and held_out_log_likelihood.
    Out: method; is_chosen; purchases and revenue predicted and actual; mae (mean absolute error of purchases per customer);
    correlation with actual purchases; top_share (holdout revenue of the best tenth by this method); top_share_best (of the
    best tenth in hindsight). A method that only ranks has no level: its purchases, mae and correlation are unknown.
    """
    actual, revenue = predictions["purchases_actual"], predictions["revenue_actual"]
    rows = []
    likelihoods = None if comparison is None else comparison.set_index("model")
    keys = ["model", *(key for key in METHODS if f"revenue_{key}" in predictions)]
    for key in keys:
        name, purchases = chosen if key == "model" else key, predictions.get(f"purchases_{key}")
        knows_level = purchases is not None
        rows.append({
            "method": METHODS[name],
            "is_chosen": key == "model",
            "n_customers": len(predictions),
            "purchases_predicted": purchases.sum() if knows_level else np.nan,
            "purchases_actual": actual.sum(),
            "revenue_predicted": predictions[f"revenue_{key}"].sum() if knows_level else np.nan,
            "revenue_actual": revenue.sum(),
            "mae": (purchases - actual).abs().mean() if knows_level else np.nan,
            "correlation": _correlation(purchases, actual) if knows_level else np.nan,
            "top_share": top_share(predictions[f"revenue_{key}"], revenue, share=TOP),
            "top_share_best": top_share(revenue, revenue, share=TOP),
            **_likelihoods(likelihoods, name),
        })
    return pd.DataFrame(rows)


def _likelihoods(by_model: pd.DataFrame | None, name: str) -> dict[str, float]:
    known = by_model is not None and name in by_model.index
    return {
        "log_likelihood": float(by_model.loc[name, "log_likelihood"]) if known else np.nan,
        "held_out_log_likelihood": float(by_model.loc[name, "held_out"]) if known else np.nan,
    }


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

    model, past, actual = (predictions[f"revenue_{name}"].to_numpy(float) for name in ("model", "past", "actual"))

    def difference(rows) -> float:
        return top_share(model[rows], actual[rows], share=TOP) - top_share(past[rows], actual[rows], share=TOP)

    draws = [difference(random.integers(0, len(predictions), len(predictions))) for _ in range(n_draws)]
    low, high = btyd_intervals.interval(draws)
    return {"gain": difference(slice(None)), "low": float(low), "high": float(high)}


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


def track(
    repeats: pd.DataFrame, calibration: pd.DataFrame, model: PurchaseModel, *, window: Window,
    others: tuple[PurchaseModel, ...] = (),
) -> pd.DataFrame:
    """Return cumulative actual and expected repeat purchases by whole week, calibration and holdout.

    Expected: what the model expects of customers who started when these did, summed over their first days.
    Out: week (1, 2, …), week_end, actual, expected, is_held_out, and a column named after each of `others`.
    """
    n_weeks = ((window.end - window.start).days + 1) // DAYS_PER_WEEK
    ends = window.start + pd.to_timedelta(DAYS_PER_WEEK * np.arange(1, n_weeks + 1) - 1, unit="D")
    starts = calibration["first_date"].value_counts().sort_index()
    ages = (ends.to_numpy()[:, None] - starts.index.to_numpy()[None, :]) / np.timedelta64(DAYS_PER_WEEK, "D")
    done = repeats.set_index("order_date")["n_repeats"].sort_index().cumsum()
    return pd.DataFrame({
        "week": np.arange(1, n_weeks + 1),
        "week_end": ends,
        "actual": done.reindex(done.index.union(ends)).ffill().fillna(0).reindex(ends).to_numpy(),
        "expected": model.expected_since_first(ages) @ starts.to_numpy(),
        "is_held_out": ends > window.calibration_end,
        **{other.name: other.expected_since_first(ages) @ starts.to_numpy() for other in others},
    })


def tracking_errors(tracked: pd.DataFrame, *, chosen: str) -> pd.DataFrame:
    """Return how far each model's cumulative line is off, relative to what came.

    Out: model; at_end: in the last week; weekly: mean absolute error over the weeks held out.
    """
    came = tracked["actual"].where(tracked["actual"] > 0)
    lines = {"expected": chosen, **{name: name for name in METHODS if name in tracked}}
    weeks = tracked["is_held_out"]
    off = {name: tracked[column] / came - 1 for column, name in lines.items()}
    return pd.DataFrame({
        "model": list(off), "at_end": [float(line.iloc[-1]) for line in off.values()],
        "weekly": [float(line[weeks].abs().mean()) for line in off.values()],
    })


def judge(scores: pd.DataFrame, gained: dict, coverage: float) -> Judgement:
    """Return the verdict on the model: its level, why, and the figures of the sentence.

    do not use: a larger error than the own pace (interval of the gain below 0: `loses`), or total revenue missed by more
    than LARGE_MISS (`far off`). use (`fits`): a smaller error (interval above 0), revenue missed by at most SMALL_MISS, and
    at least MIN_COVERAGE of customers inside their interval. Else use with care: revenue `off`, `no gain`, or `narrow`.
    """
    model, pace = scores.iloc[0], scores[scores["method"] == METHODS["pace"]].iloc[0]
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
