"""Is a segmentation more than decoration: how much of the *next* period's spending lies between its groups?

Segments are formed on the days up to a cut-off; spending afterwards is what they have to tell apart. Adjusted η²
(ε²; Kelley 1935), with resampled intervals. A scheme that loses to the plain R×F grid is decoration as far as spending goes;
tenths of past revenue and of predicted value (BTYD, fitted on the same past) are the yardsticks. Reads orders.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.btyd import btyd
from helpers.errors import TooLittleData
from helpers.i18n import text
from helpers.report import Evidence

MIN_CUSTOMERS = 100  # below this a share of variance says little
N_RESAMPLES = 200
TENTHS = "Tenths of past revenue"
PREDICTED = "Tenths of predicted value"
GRID = "All 25 cells"
SEGMENTS = "RFM segments"
CLUSTERS = "Behavioural clusters"


def split_day(*, first_day: pd.Timestamp, as_of: pd.Timestamp, test_days: int) -> pd.Timestamp:
    """Return the last day of the past: `test_days` before `as_of`.

    Raises
    ------
    TooLittleData : the past would be shorter than the days held back.
    """
    split = as_of - pd.Timedelta(days=test_days)
    if (split - first_day).days + 1 < test_days:
        raise TooLittleData(
            "Needs {needed:count} days of purchases to hold back {test:count} of them; there are {found:count}.",
            needed=2 * test_days, test=test_days, found=(as_of - first_day).days + 1,
        )
    return split


def add_next_revenue(
    customers: pd.DataFrame, orders: ibis.Table, *, after: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """Add `next_revenue`: each customer's net revenue after `after` and up to `until` (inclusive); 0 if nothing was bought.

    Raises
    ------
    TooLittleData : fewer than `MIN_CUSTOMERS` customers, or none of them bought anything.
    """
    later = orders.filter(
        orders.customer_id.notnull(), orders.order_date > after.date(), orders.order_date <= until.date()
    )
    spent = later.group_by("customer_id").agg(next_revenue=later.revenue.sum()).order_by("customer_id").to_pandas()
    joined = customers.merge(spent, on="customer_id", how="left", validate="one_to_one")
    joined = joined.assign(next_revenue=joined["next_revenue"].astype(float).fillna(0.0).round(6))
    n_buyers = int((joined["next_revenue"] > 0).sum())
    if len(joined) < MIN_CUSTOMERS or not n_buyers:
        raise TooLittleData(
            "Needs {needed:count} customers before the days held back, and purchases after; there are {found:count} "
            "customers, {buyers:count} of whom bought.",
            needed=MIN_CUSTOMERS, found=len(joined), buyers=n_buyers,
        )
    return joined


def predicted_revenue(orders: ibis.Table, *, first_day: pd.Timestamp | None, until: pd.Timestamp, days: int) -> pd.Series:
    """Return each customer's predicted revenue of the `days` after `until`, by customer_id: BG/NBD × Gamma-Gamma.

    Both are fitted on purchases up to `until` only. The mean value of a purchase day is shrunk to that of all customers.

    Raises
    ------
    TooLittleData : the models need more repeat customers.
    """
    start = pd.Timestamp("1900-01-01") if first_day is None else first_day
    summary = btyd.purchase_summary(orders, start=start, end=until)
    purchases = btyd.fit_bg_nbd(summary).expected_purchases(summary, days / btyd.DAYS_PER_WEEK)
    value = btyd.fit_gamma_gamma(summary).expected_average_value(summary)
    predicted = np.asarray(purchases, float) * np.asarray(value, float)
    return pd.Series(predicted, index=summary["customer_id"], name="predicted_revenue").fillna(0.0).round(6)


def try_predicted_revenue(orders: ibis.Table, **options) -> tuple[pd.Series | None, list[str]]:
    """Return `predicted_revenue`, or None and, translated, the sentence why it is not there."""
    try:
        return predicted_revenue(orders, **options), []
    except TooLittleData as short:
        return None, [text("Without predicted value: {why}", why=text(short.template, **short.values))]


def tenths(values: pd.Series) -> pd.Series:
    """Return the tenth, 0 (least) … 9, of each value; equal values are in one tenth."""
    middle = values.rank(method="average") - 0.5
    return np.minimum(np.floor(10 * middle / len(values)), 9).astype(int)


def schemes(
    customers: pd.DataFrame, *, predicted: pd.Series | None = None, clusters: np.ndarray | None = None
) -> dict[str, pd.Series]:
    """Return the ways to divide customers that are compared: the named segments and what they have to beat.

    predicted: of `predicted_revenue`; without it, or where it misses a customer, tenths of predicted value are left out.
    clusters: the cluster of each row, drawn on the same past; left out where there is none.
    """
    found = {
        SEGMENTS: customers["segment"],
        "Frequency groups": customers["frequency_group"],
        GRID: customers["f_score"] * 10 + customers["r_score"],
        TENTHS: tenths(customers["revenue"]),
    }
    value = None if predicted is None else customers["customer_id"].map(predicted)
    if value is not None and value.notna().all():
        found[PREDICTED] = tenths(value)
    if clusters is not None:
        found[CLUSTERS] = pd.Series(clusters, index=customers.index)
    return found


def explained_variance(
    customers: pd.DataFrame, *, schemes: dict[str, pd.Series], outcome: str, seed: int = 0
) -> pd.DataFrame:
    """Return how much of the variance of `outcome` lies between the groups of each scheme (adjusted η²), the most first.

    Adjusted for the number of groups, so that many small groups gain nothing by chance; 0 = nothing, 1 = everything.
    Columns: scheme, n_groups, eta_squared, low, high (95 %, `N_RESAMPLES` resamples of customers in order of customer_id);
    grid_low, grid_high: the interval of its difference to `GRID` on the same resamples (unknown without it); best_low,
    best_high: the same to the scheme with the most; verdict (`_verdict`).
    """
    order = customers["customer_id"].argsort(kind="stable").to_numpy() if "customer_id" in customers else slice(None)
    values = customers[outcome].to_numpy(float)[order]
    rng = np.random.default_rng(seed)
    draws = [np.arange(len(values)), *(rng.integers(0, len(values), len(values)) for _ in range(N_RESAMPLES))]
    codes = {scheme: pd.factorize(np.asarray(labels)[order], sort=True)[0] for scheme, labels in schemes.items()}
    eta = {name: _centred([_eta_squared(code[draw], values[draw]) for draw in draws]) for name, code in codes.items()}
    best = max(eta, key=lambda name: eta[name][0])
    unknown = np.full(N_RESAMPLES + 1, np.nan)
    rows = []
    for scheme, own in eta.items():
        rows.append({"scheme": scheme, "n_groups": len(np.unique(codes[scheme])), "eta_squared": own[0]})
        for name, difference in (("", own), ("grid_", own - eta.get(GRID, unknown)), ("best_", own - eta[best])):
            rows[-1][f"{name}low"], rows[-1][f"{name}high"] = np.quantile(difference[1:], [0.025, 0.975])
    table = pd.DataFrame(rows).sort_values("eta_squared", ascending=False, kind="stable").reset_index(drop=True)
    return table.assign(verdict=[_verdict(row, best) for _, row in table.iterrows()])  # a handful of schemes


def _centred(drawn: list[float]) -> np.ndarray:
    """Return η² (first) and its resamples, moved so that their mean is η² itself.

    Customers drawn twice are alike by themselves, so a resample finds more between groups than there is: the more, the more
    groups (by about their number ÷ customers). Unmoved, 25 random groups would beat 8 random ones.
    """
    found = np.asarray(drawn, float)
    return np.append(found[0], found[1:] + found[0] - found[1:].mean())


def _verdict(row: pd.Series, best: str) -> str:
    """Return what a scheme is worth for telling future spending apart."""
    if row["scheme"] == best:
        return "tells most"
    if row["best_high"] >= 0:
        return "as good, as far as the data tell"
    if row["scheme"] == GRID:
        return "the yardstick"
    if row["grid_high"] < 0:
        return "loses to the 25 cells" if row["scheme"] in (TENTHS, PREDICTED) else "decoration: loses to the 25 cells"
    return "no worse than the 25 cells"


def _eta_squared(codes: np.ndarray, values: np.ndarray) -> float:
    n = np.bincount(codes)
    sums = np.bincount(codes, weights=values)
    used = n > 0
    total = ((values - values.mean()) ** 2).sum()
    within = total - (sums[used] ** 2 / n[used]).sum() + len(values) * values.mean() ** 2
    free = len(values) - used.sum()
    return float(1 - (within / free) / (total / (len(values) - 1))) if total > 0 and free > 0 else 0.0


def of_clusters(future: pd.DataFrame, labels: dict[int, np.ndarray], *, outcome: str = "next_revenue") -> dict[int, float]:
    """Return η² of `outcome` by the number of clusters. labels: number → cluster of each row of `future`."""
    values = future[outcome].to_numpy(float)
    return {k: _eta_squared(np.asarray(found), values) for k, found in labels.items()}


def sentence(explained: pd.DataFrame, *, days: int) -> tuple[str, dict]:
    """Return the finding: which way to divide customers tells most of future spending, and where the segments stand."""
    rows = explained.set_index("scheme")
    best, segments = explained.iloc[0], rows.loc[SEGMENTS]
    values = {
        "days": days, "winner": best["scheme"], "most": float(best["eta_squared"]), "segments": float(segments["eta_squared"]),
        "low": float(segments["best_low"]), "high": float(segments["best_high"]),
    }
    if best["scheme"] == SEGMENTS:
        return (
            "RFM segments tell most of what customers spent in the following {days:count} days: {most:percent} of its variance."
        ), values
    if values["high"] >= 0:
        return (
            "{winner:label} tell most of what customers spent in the following {days:count} days ({most:percent} of its "
            "variance); RFM segments ({segments:percent}) do as well as far as the data can tell."
        ), values
    second = explained.iloc[1]
    if second["best_high"] >= 0:
        return (
            "{winner:label} tell most of what customers spent in the following {days:count} days ({most:percent} of its "
            "variance), {second:label} as much as far as the data can tell; RFM segments {segments:percent}. Choose the "
            "message by segment, and whom to spend money on by the one named first."
        ), values | {"second": second["scheme"]}
    return (
        "{winner:label} tell most of what customers spent in the following {days:count} days ({most:percent} of its variance), "
        "RFM segments {segments:percent}: choose the message by segment, and whom to spend money on by the one named first."
    ), values


def decoration_sentence(explained: pd.DataFrame) -> tuple[str, dict]:
    """Return which segmentations lose to the plain grid of 25 cells, in plain words (tenths of a value are yardsticks)."""
    loses = explained[explained["verdict"].str.startswith("decoration")]
    if GRID not in set(explained["scheme"]) or loses.empty:
        return "No segmentation loses to the plain grid of 25 cells.", {}
    values = {"worst": loses.iloc[-1]["scheme"], "n": len(loses), "eta": float(loses.iloc[-1]["eta_squared"]),
              "grid": float(explained.set_index("scheme").loc[GRID, "eta_squared"])}
    if len(loses) == 1:
        return (
            "{worst:label} ({eta:percent}) lose to the plain grid of 25 cells ({grid:percent}): as a guide to future spending "
            "they are decoration."
        ), values
    return (
        "{n:count} segmentations lose to the plain grid of 25 cells ({grid:percent}) and are decoration as a "
        "guide to future spending; the weakest is {worst:label} ({eta:percent})."
    ), values


def evidence(explained: pd.DataFrame, *, n: int) -> Evidence:
    """Return what supports `sentence`: measured on days that no scheme had seen, beside explaining nothing (0)."""
    row = explained.iloc[0]
    return Evidence(
        "prediction", n=n, estimate=float(row["eta_squared"]), interval=(float(row["low"]), float(row["high"])),
        baseline=0.0, held_out=True, serves="where to spend",
    )


def decoration_evidence(explained: pd.DataFrame, *, n: int) -> Evidence:
    """Return what supports `decoration_sentence`: the worst loser's distance to the grid, on days that no scheme had seen."""
    loses = explained[explained["verdict"].str.startswith("decoration")]
    row = explained.iloc[0] if loses.empty else loses.iloc[-1]
    ends = (float(row["grid_low"]), float(row["grid_high"]))
    if GRID not in set(explained["scheme"]):
        return Evidence("prediction", n=n, held_out=True)
    distance = float(row["eta_squared"] - explained.set_index("scheme").loc[GRID, "eta_squared"])
    return Evidence("prediction", n=n, estimate=distance, interval=ends, baseline=0.0, held_out=True,
                    serves="what to trust")
