"""Do the promised intervals hold what they promise, for the best customers too?

Predictive intervals of the unseen weeks are counted by band of predicted value, and repaired where they are too narrow:
conformal prediction within bands (Mondrian; Vovk, Gammerman and Shafer 2005; Romano, Patterson and Candès 2019 for the scores),
learnt from one half of the customers and measured on the other. Whether the chances of every number of purchases are right is
told by the probability integral transform of counts (btyd_choice.pit).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.btyd import btyd_choice, btyd_intervals
from helpers.btyd.btyd import PurchaseModel
from helpers.btyd.btyd_intervals import LEVEL, Futures
from helpers.proportions import wilson

EDGES = (0.05, 0.20, 0.40, 0.60, 0.80, 1.00)  # shares of customers, best by predicted value first
MIN_BAND = 80  # customers; smaller bands are one with the next: half of them must tell the 95th percentile
CENT = 0.005  # a refund or rounding below a cent is no miss


# --- bands of predicted value


def edges_for(n: int) -> tuple[float, ...]:
    """Return the upper ends of the bands as shares of customers, bands below MIN_BAND joined with the next."""
    ends, begin = [], 0.0
    for end in EDGES:
        if (end - begin) * n >= MIN_BAND or end == EDGES[-1]:
            ends.append(end)
            begin = end
    if len(ends) > 1 and (ends[-1] - ends[-2]) * n < MIN_BAND:
        ends.pop(-2)
    return tuple(ends)


def band_of(values, edges: tuple[float, ...]) -> np.ndarray:
    """Return the band (0 = highest values) of each customer; equal values share the band of the middle of their ranks."""
    ranks = pd.Series(np.asarray(values, float)).rank(ascending=False, method="average").to_numpy()
    return np.searchsorted(np.asarray(edges), (ranks - 0.5) / max(len(ranks), 1), side="left").clip(0, len(edges) - 1)


# --- coverage and its repair


@dataclass(frozen=True)
class Coverage:
    """Coverage by band, before and after the repair, and the factors by which intervals are to be widened."""

    bands: pd.DataFrame
    edges: tuple[float, ...]
    factors: tuple[float, ...]
    facts: dict


def check_coverage(predictions: pd.DataFrame, futures: Futures, *, seed: int = 0) -> Coverage:
    """Return how many customers' revenue of the unseen weeks lay inside their 95 % interval, by band of predicted value.

    Repair: within a band, intervals are widened on both sides by factor × the standard deviation of the customer's futures; the
    factor is the conformal quantile of one half of the band and measured on the other half, and the other way round; the
    factors returned rest on all. Intervals are never narrowed.

    bands: band, from_share, to_share, n_customers, n_inside, coverage, low, high (Wilson), n_repaired, repaired (coverage after
    the repair), factor, total_low, total_high, total_actual, total_inside (the band's revenue together and its interval); the
    last row is all customers. facts: the figures of the sentence.
    """
    ordered = predictions.reset_index(drop=True).sort_values("customer_id")
    order = ordered.index.to_numpy()
    revenue = futures.revenue[:, order]
    actual = ordered["revenue_actual"].to_numpy(float)
    low, high = btyd_intervals.interval(revenue)
    spread = _spread(revenue)
    score = np.maximum(low - actual, actual - high) / spread
    inside = (actual >= low - CENT) & (actual <= high + CENT)
    edges = edges_for(len(actual))
    band = band_of(ordered["revenue_model"], edges)
    half = _halves(band, seed)
    repaired = np.empty_like(inside)
    for number in range(len(edges)):
        for side in (0, 1):
            factor = _factor(score[(band == number) & (half != side)])
            at = (band == number) & (half == side)
            repaired[at] = score[at] * spread[at] <= factor * spread[at] + CENT
    factors = tuple(_factor(score[band == number]) for number in range(len(edges)))
    rows = [
        {"band": number, "from_share": ([0.0, *edges])[number], "to_share": edges[number], "factor": factors[number],
         **_row(inside, repaired, revenue, actual, band == number)} for number in range(len(edges))
    ]
    rows.append({"band": len(edges), "from_share": 0.0, "to_share": 1.0, "factor": np.nan,
                 **_row(inside, repaired, revenue, actual, np.ones(len(actual), bool))})
    bands = pd.DataFrame(rows)
    return Coverage(bands, edges, factors, _facts(bands))


def _spread(revenue: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each customer's futures, at least 1 % of the mean one (and of a cent)."""
    spread = revenue.std(axis=0, dtype="float64")
    return np.maximum(spread, max(0.01 * float(spread.mean()), CENT))


def _halves(band: np.ndarray, seed: int) -> np.ndarray:
    """Return 0 or 1 for each customer: half of every band, by chance."""
    random = np.random.default_rng(seed)
    half = np.zeros(len(band), "int64")
    for number in np.unique(band):
        at = np.flatnonzero(band == number)
        half[random.permutation(at)[: len(at) // 2]] = 1
    return half


def _factor(scores: np.ndarray) -> float:
    """Return the conformal quantile of the scores, at least 0; the largest where they are too few for LEVEL."""
    if not len(scores):
        return 0.0
    place = min(int(np.ceil((len(scores) + 1) * LEVEL)), len(scores))
    return float(max(np.sort(scores)[place - 1], 0.0))


def _row(inside, repaired, revenue, actual, at) -> dict:
    n, n_inside = int(at.sum()), int(inside[at].sum())
    low, high = wilson(n_inside, n)
    total_low, total_high = btyd_intervals.interval(revenue[:, at].sum(axis=1, dtype="float64"))
    total = float(actual[at].sum())
    return {
        "n_customers": n, "n_inside": n_inside, "coverage": n_inside / n, "low": float(low), "high": float(high),
        "n_repaired": int(repaired[at].sum()), "repaired": float(repaired[at].mean()), "total_low": float(total_low),
        "total_high": float(total_high), "total_actual": total, "total_inside": bool(total_low <= total <= total_high),
    }


def _facts(bands: pd.DataFrame) -> dict:
    top, whole = bands.iloc[0], bands.iloc[-1]
    return {
        "n": int(whole["n_customers"]), "coverage": whole["coverage"], "repaired": whole["repaired"], "level": LEVEL,
        "top_share": top["to_share"], "top": top["coverage"], "top_low": top["low"], "top_high": top["high"],
        "top_repaired": top["repaired"], "top_n": int(top["n_customers"]), "is_off": bool(top["high"] < LEVEL),
        "n_totals": len(bands), "n_totals_inside": int(bands["total_inside"].sum()),
        "has_total": bool(whole["total_inside"]), "total_low": whole["total_low"], "total_high": whole["total_high"],
        "total_actual": whole["total_actual"],
    }


def widen(valued: pd.DataFrame, futures: Futures, coverage: Coverage, *, margin_rate: float = 1.0) -> pd.DataFrame:
    """Return customer_value with clv_low and clv_high widened by the factor of the customer's band of value (low at least 0).

    Bands are shares of customers by value, so that factors learnt on the unseen weeks serve a longer horizon; `futures` are
    those of `valued`, whose revenue is worth as much as the customer's expected revenue is.
    """
    band = band_of(valued["customer_lifetime_value"], coverage.edges)
    revenue = valued["expected_revenue"].to_numpy(float)
    worth = np.where(revenue > 0, valued["customer_lifetime_value"] / np.where(revenue > 0, revenue, 1.0), margin_rate)
    extra = np.asarray(coverage.factors)[band] * _spread(futures.revenue) * worth
    extra = np.where(np.asarray(coverage.factors)[band] > 0, extra, 0.0)
    return valued.assign(clv_low=(valued["clv_low"] - extra).clip(lower=0.0), clv_high=valued["clv_high"] + extra)


# --- are the chances right?


def check_chances(model: PurchaseModel, calibration: pd.DataFrame, came, *, weeks: float) -> tuple[pd.DataFrame, dict]:
    """Return the PIT histogram of the purchases that came (btyd_choice.pit), and how far it is from even.

    chance_low and chance_high are widened so that all parts together hold them in 95 of 100 cases (Bonferroni).
    facts: n, n_parts; n_off (parts outside these limits); elsewhere (share of customers who would have to lie
    elsewhere); first, last, outer (shares of the lowest and highest part, and of both), least and most; shape: `even` (no part
    is off), `too sure` (both outer parts too full), `too low` (more bought much: the last part is the fullest),
    `too high`, or `uneven`.
    """
    parts = btyd_choice.pit(model, calibration, came, weeks).assign(part=lambda p: np.arange(1, len(p) + 1))
    wider = float(ndtri(1 - (1 - LEVEL) / 2 / len(parts))) / btyd_choice.Z
    for end in ("chance_low", "chance_high"):
        parts[end] = parts["expected"] + wider * (parts[end] - parts["expected"])
    share = parts["share"]
    off = ~share.between(parts["chance_low"], parts["chance_high"])
    over = share > parts["chance_high"]
    fullest = int(share.to_numpy().argmax())
    shape = "even" if not off.any() else "too sure" if over.iloc[0] and over.iloc[-1] else {
        len(share) - 1: "too low", 0: "too high"}.get(fullest, "uneven")
    return parts, {
        "n": len(calibration), "n_parts": len(parts), "n_off": int(off.sum()), "elsewhere": btyd_choice.pit_distance(parts),
        "first": float(share.iloc[0]), "last": float(share.iloc[-1]), "outer": float(share.iloc[0] + share.iloc[-1]),
        "least": float(share.min()), "most": float(share.max()), "expected": float(parts["expected"].iloc[0]),
        "even": 2 * float(parts["expected"].iloc[0]), "shape": shape,
    }
