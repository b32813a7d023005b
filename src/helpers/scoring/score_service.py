"""What slow answers and failures cost, scored against what was planted: ratings fall by the day, failures drive customers away,
and how long a case takes moves no purchase.

The true differences are those of the same cases, had chance played no part in ratings and in leaving. Reads truth/cases.
"""

import numpy as np
import pandas as pd
from scipy import stats

from helpers.scoring.score_rows import Score
from helpers.service import service_links
from helpers.service.service_links import SATISFIED_WITH, STAYED

SLOW, AFTER = "what goes with slow service", "who comes back after a case"
STEPS = np.arange(1.5, 5)  # between the ratings 1 … 5
DAYS_PER_MONTH = 30.4375  # 365.25 / 12


def true_ratings(mood: pd.Series, spread: float) -> pd.DataFrame:
    """Return what ratings to expect where mood and a normal noise of `spread` are rounded to 1–5: satisfied (share of 4 and 5),
    rating (mean)."""
    above = stats.norm.sf((STEPS[None, :] - mood.to_numpy()[:, None]) / spread)
    return pd.DataFrame({"satisfied": above[:, 2], "rating": 1 + above.sum(axis=1)}, index=mood.index)


def speed(rows: pd.DataFrame, links: pd.DataFrame, true: pd.DataFrame, *, spread: float) -> list[Score]:
    """Return how near the differences between slowly and quickly closed cases come to the true ones.

    rows: of service_links.outcomes. links: results/service_links. true: truth/cases. The baselines mix all cases.
    """
    mood = rows["case_id"].map(true.set_index("case_id")["mood"])
    expected = true_ratings(mood, spread)
    known = rows.assign(expected=expected["rating"], days=rows["close_hours"] / 24)[rows["csat"].notna() & rows["is_closed"]]
    scores = []
    slow = service_links.slow_half(rows, "close_hours", "is_closed").astype("Float64").astype(float)
    strata = rows["topic"] + "\x1f" + rows["channel"]
    ideal = service_links.compare(expected["satisfied"].where(rows[SATISFIED_WITH].notna()), slow, strata, rows["person"])
    found = links.set_index(["comparison", "outcome"])
    if ideal and ("slow to close", SATISFIED_WITH) in found.index:
        row = found.loc[("slow to close", SATISFIED_WITH)]
        scores.append(_row(SLOW, "share rated 4 or 5, slow less fast to close", row, ideal=ideal.difference))
    slope = service_links.slopes(known, "csat", ["days"])
    if len(slope):
        mixed = service_links.slopes(known.assign(topic="all", channel="all"), "csat", ["days"])["estimate"].iloc[0]
        planted = service_links.slopes(known, "expected", ["days"])["estimate"].iloc[0]
        scores.append(Score("06_voc", SLOW, "points of the rating per day to close", float(slope["estimate"].iloc[0]),
                            float(slope["low"].iloc[0]), float(slope["high"].iloc[0]), n=int(slope["n"].iloc[0]),
                            baseline=float(mixed), ideal=float(planted)))
    if ("slow to close", STAYED) in found.index:
        scores.append(_row(SLOW, "share that bought again, slow less fast to close", found.loc[("slow to close", STAYED)],
                           ideal=0.0))
    return scores or [Score("06_voc", SLOW, "", None, missing="too few cases to compare")]


def _row(question: str, measure: str, row: pd.Series, *, ideal: float, baseline: float | None = None) -> Score:
    return Score("06_voc", question, measure, float(row["difference"]), float(row["low"]), float(row["high"]), n=int(row["n"]),
                 baseline=float(row["naive"]) if baseline is None else baseline, ideal=ideal)


def comes_back(
    after: pd.DataFrame, links: pd.DataFrame, true: pd.DataFrame, people: pd.DataFrame, *, horizon: int,
) -> list[Score]:
    """Return how near the share that buys again in `horizon` days after a failure, less that of comparable buyers, comes to the
    share that the failures truly drove away; and the same after questions, which drove nobody away.

    after: of service_purchases.purchases_after. The baselines: after failures none is lost; after questions, as many as after
    failures. Of whoever was driven away those count who would have bought, at their own rate and leaving as often as they do
    without failures, less those who still bought before they left. Seasons are left out of the truth.
    """
    cases = after.dropna(subset=["stayed"]).merge(true, on="case_id").merge(
        people[["person_id", "orders_per_month", "hazard_per_month"]], on="person_id")
    if not len(cases) or "after a case" not in set(links["comparison"]):
        return [Score("06_voc", AFTER, "", None, missing="too few cases of known customers")]
    rate, hazard = (cases[name].to_numpy() / DAYS_PER_MONTH for name in ("orders_per_month", "hazard_per_month"))
    would = rate / (rate + hazard) * -np.expm1(-(rate + hazard) * horizon)
    did = -np.expm1(-rate * cases["stays_days"].clip(upper=horizon).to_numpy())
    lost = np.where(cases["drove_away"], np.maximum(would - did, 0), 0.0)
    found = links[(links["comparison"] == "after a case") & (links["outcome"] == STAYED)].set_index("topic")
    kinds = cases["is_failure"].to_numpy()
    return [
        _row(AFTER, f"share that bought again after {kind}, less comparable", found.loc[kind], ideal=ideal, baseline=other)
        for kind, ideal, other in (("failures", -float(lost[kinds].mean()), 0.0),
                                   ("questions", 0.0, float(found["difference"].get("failures", np.nan))))
        if kind in found.index and (kinds == (kind == "failures")).any()
    ]
