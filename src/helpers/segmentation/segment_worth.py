"""What each segment is worth and what it needs, from what customers of the same segment did on days held back.

The segments are formed on the days before a cut-off; who came back and what they spent afterwards is counted, and carried
over to today's customers of the segment. The action follows from those figures by stated limits, never from the name.
Stability: the cut points are drawn anew from resampled customers; who keeps the segment? Writes segment_worth.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.evidence import WITHIN_TENTH, Evidence
from helpers.i18n import text
from helpers.proportions import wilson
from helpers.segmentation import segmentation

N_RESAMPLES = 200
N_CUT_RESAMPLES = 25
MIN_GROUP = 30  # customers below which a segment is marked as too small
KEPT = 0.75  # share of customers who keep their segment under resampled cut points, below which it is marked as unstable
SLIDE = 0.9  # of what all customers keep of their pace, below which a segment slides (our convention)
BY_ITSELF = 0.75  # of customers come back: a discount would be given away (our convention)
ACTIONS = {  # action → sentence; the limits are in the sentence
    "leave alone": (
        "Keep, and give no discount: {came:percent} came back within {days:count} days, with whatever they were sent (limit "
        "{limit:percent}), and spent {next:money} each. Offer service and first choice instead."
    ),
    "halt the slide": (
        "Halt the slide: {came:percent} still came back within {days:count} days, but they spent {pace:percent} of what their "
        "own pace before would have made (all customers {all_pace:percent}). Ask what is missing."
    ),
    "second purchase": (
        "Win the second purchase: {came:percent} of new customers came back within {days:count} days, against {all:percent} of "
        "all."
    ),
    "remind": (
        "Remind: {came:percent} came back within {days:count} days, more than the {all:percent} of all customers. Send a "
        "message before any offer."
    ),
    "win back": (
        "Win back one by one: only {came:percent} came back, against {all:percent} of all, yet each had brought {past:money}, "
        "more than the average customer ({mean:money}). Spend far less than {next:money} a head: that is the revenue that "
        "came, and part of it comes anyway."
    ),
    "automate": (
        "Automatic mail only: {came:percent} came back, against {all:percent} of all, and each brought {next:money} of revenue "
        "in {days:count} days, part of which comes anyway. A contact must cost far less."
    ),
    "as all": (
        "Treat like the average customer: {came:percent} came back, which cannot be told from the {all:percent} of all."
    ),
    "too few": "Too few customers of this segment before the days held back to say what they need.",
}


def worth(
    customers: pd.DataFrame, future: pd.DataFrame, *, as_of: pd.Timestamp, days: int, kept: pd.Series | None = None,
    seed: int = 42,
) -> pd.DataFrame:
    """Return what each segment brought and is expected to bring (table segment_worth), in the order of the segments.

    customers: today's, with segment and revenue. future: those of the cut-off `as_of`, with their segment, revenue and
    first_date then, and next_revenue of the `days` after. kept: segment → share that keeps it (`kept_shares`).
    Columns: segment, n_customers, revenue, revenue_per_customer, n_before (customers of the segment at the cut-off),
    came_back, came_low, came_high (Wilson), next_per_customer, next_low, next_high (mean, bootstrap), expected_revenue,
    expected_low, expected_high (of all its customers; with the luck of so many customers), pace, pace_low, pace_high (what
    came ÷ what each customer's revenue a day since the first purchase would have made), kept_share, is_small, is_unstable,
    action (`ACTIONS`). What fewer than `MIN_SHOWN` customers support is unknown.
    """
    summary = segmentation.hide_small(segmentation.summarise(customers))
    table = summary[["segment", "n_customers", "revenue", "revenue_per_customer"]]
    future = add_pace(future, as_of=as_of, days=days)
    rows = [
        _next(future[future["segment"] == segment], int(n_now), seed)
        for segment, n_now in zip(table["segment"], table["n_customers"], strict=True)
    ]
    table = pd.concat([table, pd.DataFrame(rows)], axis=1)
    shares = table["segment"].map(kept) if kept is not None else pd.Series(np.nan, index=table.index)
    table = table.assign(
        kept_share=shares.astype(float), is_small=(table["n_customers"] < MIN_GROUP) | (table["n_before"] < MIN_GROUP),
        is_unstable=(shares < KEPT).fillna(False).astype(bool),
    )
    everyone = average(customers, future)
    return table.assign(action=[_action(row, everyone) for _, row in table.iterrows()])  # eight segments


def add_pace(future: pd.DataFrame, *, as_of: pd.Timestamp, days: int) -> pd.DataFrame:
    """Add pace_revenue: what each customer's revenue a day since the first purchase would make in `days` (0 at the least)."""
    since = (as_of.normalize() - future["first_date"]).dt.days + 1
    return future.assign(pace_revenue=(future["revenue"] / since.clip(lower=days) * days).clip(lower=0))


def average(customers: pd.DataFrame, future: pd.DataFrame) -> dict[str, float]:
    """Return what all customers did: the share that came back, revenue per customer, and what came of their pace."""
    made = float(future["pace_revenue"].sum()) if "pace_revenue" in future else 0.0
    return {
        "all": float((future["next_revenue"] > 0).mean()), "mean": float(customers["revenue"].mean()),
        "all_pace": float(future["next_revenue"].sum()) / made if made > 0 else np.nan,
    }


def _next(before: pd.DataFrame, n_now: int, seed: int) -> dict[str, float]:
    """Return what came of the customers of a segment, and what that means for `n_now` of them."""
    n = len(before)
    names = ("came_back", "came_low", "came_high", "next_per_customer", "next_low", "next_high", "expected_revenue",
             "expected_low", "expected_high", "pace", "pace_low", "pace_high")
    if n < segmentation.MIN_SHOWN:
        return {"n_before": n, **dict.fromkeys(names, np.nan)}
    both = before[["next_revenue", "pace_revenue"]].to_numpy(float)
    both = both[np.lexsort(both.T)]  # sorted: the order of customers must not show
    rng, spent = np.random.default_rng(seed), both[:, 0]
    means, totals, paces = np.empty(N_RESAMPLES), np.empty(N_RESAMPLES), np.empty(N_RESAMPLES)
    for i in range(N_RESAMPLES):
        drawn = both[rng.integers(0, n, n)]
        means[i], totals[i] = drawn[:, 0].mean(), drawn[rng.integers(0, n, n_now), 0].sum()
        paces[i] = drawn[:, 0].sum() / max(drawn[:, 1].sum(), 1e-9)
    came, has_pace = int((spent > 0).sum()), both[:, 1].sum() > 0
    low, high = wilson(came, n)
    pace = (spent.sum() / both[:, 1].sum(), *np.quantile(paces, [0.025, 0.975])) if has_pace else (np.nan,) * 3
    return dict(zip(("n_before", *names), (
        n, came / n, float(low), float(high), spent.mean(), *np.quantile(means, [0.025, 0.975]),
        n_now * spent.mean(), *np.quantile(totals, [0.025, 0.975]), *pace,
    ), strict=True))


def _action(row: pd.Series, everyone: dict[str, float]) -> str:
    if not row["n_before"] >= MIN_GROUP:
        return "too few"
    if row["segment"] == "New":
        return "second purchase"
    if row["came_low"] >= BY_ITSELF:
        return "halt the slide" if row["pace_high"] < SLIDE * everyone["all_pace"] else "leave alone"
    if row["came_low"] > everyone["all"]:
        return "remind"
    if row["came_high"] < everyone["all"]:
        return "win back" if row["revenue_per_customer"] > everyone["mean"] else "automate"
    return "as all"


def needs(
    table: pd.DataFrame, future: pd.DataFrame, customers: pd.DataFrame, *, as_of: pd.Timestamp, days: int
) -> list[str]:
    """Return, translated, one line a segment: its name, what it needs, and marks (too small, unstable)."""
    everyone = average(customers, add_pace(future, as_of=as_of, days=days))
    lines = []
    for _, row in table.iterrows():  # eight segments
        line = text(
            ACTIONS[row["action"]], came=float(row["came_back"]), days=days, limit=BY_ITSELF, pace=float(row["pace"]),
            next=float(row["next_per_customer"]), past=float(row["revenue_per_customer"]), **everyone,
        )
        marks = [text(mark) for flag, mark in (("is_small", "small"), ("is_unstable", "unstable limits")) if row[flag]]
        name = text("{segment:label} ({n:count})", segment=row["segment"], n=int(row["n_customers"]))
        lines.append(text("{name}: {line}", name=name + "".join(f" [{mark}]" for mark in marks), line=line))
    return lines


def kept_shares(
    scored: pd.DataFrame, *, window_days: int, as_of: pd.Timestamp, new_days: int = 90, seed: int = 42,
    recency_cuts: Sequence[float] = (), frequency_cuts: Sequence[float] = (), monetary_cuts: Sequence[float] = (),
) -> pd.Series:
    """Return, per segment, the share of customers who keep it when the cut points come from resampled customers.

    Cut points that are given stay; a segment under wholly given limits keeps everyone. The mean over `N_CUT_RESAMPLES`.
    """
    people = scored.sort_values("customer_id").reset_index(drop=True)
    rng, kept = np.random.default_rng(seed), np.zeros(len(people))
    for _ in range(N_CUT_RESAMPLES):
        drawn = people.iloc[rng.integers(0, len(people), len(people))]
        cuts = segmentation.cut_points(
            drawn, window_days=window_days, recency_cuts=recency_cuts, frequency_cuts=frequency_cuts,
            monetary_cuts=monetary_cuts,
        )
        again = segmentation.name_segments(segmentation.score_rfm(people, cuts=cuts), as_of=as_of, new_days=new_days)
        kept += (again["segment"] == people["segment"]).to_numpy()
    return pd.Series(kept / N_CUT_RESAMPLES).groupby(people["segment"].to_numpy()).mean()


def sentence(table: pd.DataFrame, *, days: int) -> tuple[str, dict]:
    """Return what is said of the segments' worth: which brings most in the days to come, and how much."""
    known = table.dropna(subset=["expected_revenue"])
    if known.empty or known["expected_revenue"].sum() <= 0:
        return "No segment had enough customers before the days held back to say what it will bring.", {}
    best = known.loc[known["expected_revenue"].idxmax()]
    values = {
        "segment": best["segment"], "n": int(best["n_customers"]), "days": days, "expected": float(best["expected_revenue"]),
        "low": float(best["expected_low"]), "high": float(best["expected_high"]),
        "share": float(best["expected_revenue"] / known["expected_revenue"].sum()),
    }
    return (
        "{segment:label} ({n:count} customers) can be expected to bring {expected:money} of revenue in the next "
        "{days:count} days ({low:money} to {high:money}), {share:percent} of what all segments will, if they do as such "
        "customers did before."
    ), values


def evidence(table: pd.DataFrame, *, n: int) -> Evidence:
    """Return what supports `sentence`: the expected revenue of the best segment with its interval."""
    known = table.dropna(subset=["expected_revenue"])
    if known.empty:
        return Evidence("estimate", n=0)
    best = known.loc[known["expected_revenue"].idxmax()]
    ends = (float(best["expected_low"]), float(best["expected_high"]))
    expected = float(best["expected_revenue"])
    return Evidence("estimate", n=n, estimate=expected, interval=ends, within=WITHIN_TENTH * expected, serves="what to expect")
