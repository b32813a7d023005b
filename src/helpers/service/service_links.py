"""What goes with slow answers, and how customers go on after a case: associations, never effects.

A slow case is compared with fast ones of the same topic and channel only, because whoever had a damaged item is unhappy before
service answers, and such cases take longer. Purchases after a case are compared with those of customers who bought in the same
month and channel, as often and for as much, had been silent for as many days, and had no case. Intervals are robust to several
cases of one customer (Liang and Zeger 1986). Gives `service_links`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.proportions import Z95, q_values, together
from helpers.service.service import MIN_CASES, MIN_CUSTOMERS, SATISFIED, Cases

EXPOSURES = {  # what is compared → the waiting time (by the clock, as the customer waits), or the flag
    "slow first answer": ("first_hours", "is_answered"), "slow to close": ("close_hours", "is_closed"),
    "opened again": ("reopened", ""),
}
RATED, SATISFIED_WITH, PLEASED_LATER, BOUGHT, STAYED, BOUGHT_BEFORE = (
    "gave a rating", "rated 4 or 5", "satisfied in later feedback", "bought again soon", "bought again at all",
    "had bought before",
)
OUTCOMES = (RATED, SATISFIED_WITH, PLEASED_LATER, BOUGHT, STAYED, BOUGHT_BEFORE)  # more is better
PLACEBOS = (BOUGHT_BEFORE,)  # the case cannot have changed it
LATER_DAYS = 90  # in which later feedback counts


@dataclass(frozen=True)
class Difference:
    """A difference of two means with its 95 % interval: n, n_exposed, exposed, others (plain means), difference, low, high."""

    n: int
    n_exposed: int
    difference: float
    low: float
    high: float
    p_value: float


def slow_half(rows: pd.DataFrame, hours: str, is_over: str) -> pd.Series:
    """Say which cases waited longer than the median of their topic and channel (boolean; at the median: no).

    An open case is slow once it has waited longer than the median; before that nobody knows, as where the time is unknown.
    """
    waits, over = rows[hours], rows[is_over].astype(bool)
    median = waits.groupby([rows["topic"], rows["channel"]]).transform("median")
    slow = (waits > median).astype("boolean")
    return slow.mask(waits.isna() | (~over & (waits <= median)))


def compare(y, x, strata, clusters, *, least: int = MIN_CASES) -> Difference | None:
    """Return the mean of `y` where `x` is true less that where it is false, within strata; None where either has too few.

    The strata's differences are weighted by n·share·(1 − share) (least squares with a level for each stratum). The interval is
    that of sums over clusters (Liang and Zeger 1986), with G/(G − 1), residuals divided by √(1 − leverage) (HC2: MacKinnon and
    White 1985; strata of two or three cases would else look half as uncertain as they are), and Student's distribution with as
    many degrees of freedom as the side of fewer clusters has, less one: with 20 customers the normal one would be wrong in 8
    cases of 100. In simulations of slow and fast cases (1,700 in 40 strata, 200 in 18, 200 in 100, 120 in pairs, 300 of 75
    customers; no effect, one of 10 points, one that differs by topic; 600 draws each) it covers 94 to 97.5 times in 100;
    without HC2 it was 87 to 89 in the small strata. The error is at least that under no difference (_least_error): where all of
    one side are satisfied, its own spread would say that it is sure.
    """
    frame = pd.DataFrame({"y": y, "x": x, "s": strata, "c": clusters}).dropna()
    frame = frame.astype({"y": float, "x": float})
    centred = frame[["y", "x"]] - frame.groupby("s")[["y", "x"]].transform("mean")
    weight = float((centred["x"] ** 2).sum())
    n_exposed = int(frame["x"].sum())
    people = frame.groupby(frame["x"] > 0)["c"].nunique()
    if min(n_exposed, len(frame) - n_exposed) < least or weight <= 1e-9 or people.min() < MIN_CUSTOMERS:
        return None
    difference = float((centred["x"] * centred["y"]).sum() / weight)
    unexplained = (centred["y"] - difference * centred["x"]) * _stretch(frame["s"], centred["x"] ** 2 / weight)
    error = max(_cluster_error(centred["x"] * unexplained, frame["c"]), _least_error(centred, frame)) / weight
    law = stats.t(people.min() - 1)
    p = float(2 * law.sf(abs(difference) / error)) if error > 0 else float(difference == 0)
    half = float(law.ppf(0.975)) * error
    return Difference(len(frame), n_exposed, difference, difference - half, difference + half, p)


def _stretch(strata, leverage):
    """Return 1 / √(1 − leverage) of each case; leverage: beyond that of the level of its stratum. A case that alone decides its
    own residual has none, and is left as it is."""
    left = 1 - 1 / strata.groupby(strata).transform("size") - leverage
    return 1 / np.sqrt(left.where(left > 1e-9, 1.0))


def _cluster_error(scores: pd.Series, clusters: pd.Series) -> float:
    """Return the standard error of a sum of scores of which those of one cluster may belong together."""
    sums = scores.groupby(clusters).sum()
    return float(np.sqrt((sums**2).sum() * len(sums) / max(len(sums) - 1, 1)))


def _least_error(centred: pd.DataFrame, frame: pd.DataFrame) -> float:
    """Return the standard error of Σ x·y (both less the mean of their stratum) if x is drawn anew within strata (Mantel and
    Haenszel 1959), with the design effect of the clusters (Kish 1965)."""
    squares = (centred**2).groupby(frame["s"]).sum()
    size = frame.groupby("s")["x"].size()
    scores = centred["x"] * centred["y"]
    effect = together((scores.groupby(frame["c"]).sum() ** 2).sum(), (scores**2).sum())
    return float(np.sqrt((squares["x"] * squares["y"] / (size - 1).clip(lower=1)).sum() * effect))


def slopes(rows: pd.DataFrame, y: str, columns: list[str]) -> pd.DataFrame:
    """Return how the mean of `y` changes per unit of each column, within topic and channel, all columns together.

    Out: column, n, estimate, low, high; ordinary least squares with a level for each topic and channel, intervals robust to
    several cases of one customer, as in `compare`. Empty where fewer than `MIN_CASES` cases have all values or a column does
    not vary.
    """
    known = rows.dropna(subset=[y, *columns])
    numbers, strata = known[[y, *columns]].astype(float), known["topic"] + "\x1f" + known["channel"]
    centred = numbers - numbers.groupby(strata).transform("mean")
    x, target = centred[columns].to_numpy(), centred[y].to_numpy()
    if len(known) < MIN_CASES or np.linalg.matrix_rank(x) < len(columns):
        return pd.DataFrame(columns=["column", "n", "estimate", "low", "high"])
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ x.T @ target
    unexplained = (target - x @ estimate) * _stretch(strata, ((x @ inverse) * x).sum(axis=1)).to_numpy()
    scores = pd.DataFrame(x * unexplained[:, None]).groupby(known["person"].to_numpy()).sum().to_numpy()
    variance = inverse @ (scores.T @ scores) @ inverse * len(scores) / max(len(scores) - 1, 1)
    half = Z95 * np.sqrt(np.diag(variance))
    return pd.DataFrame({"column": columns, "n": len(known), "estimate": estimate, "low": estimate - half,
                         "high": estimate + half})


# --- slow against fast


def outcomes(cases: Cases, after: pd.DataFrame | None, reviews: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cases with person (customer, or the case where unknown) and one column an outcome.

    after: service_purchases.purchases_after; reviews: feedback_id, customer_id, received_at, dissatisfied; either may be None.
    "beyond …": purchases beyond those of comparable customers, so that whom the case belongs to cannot make the difference.
    """
    rows = cases.rows.assign(person=cases.rows["customer_id"].fillna(cases.rows["case_id"]))
    rows["first_hours"] = rows["first_hours"].mask(rows["is_talk"])  # a wait of seconds is no slow answer
    rated = rows["csat"].notna()
    rows = rows.assign(**{RATED: rated.astype(float).where(rows["is_closed"] | rated),
                          SATISFIED_WITH: (rows["csat"] >= SATISFIED).astype(float).where(rated)})
    if reviews is not None:
        by_then = reviews[reviews["received_at"] < cases.end]
        rows[PLEASED_LATER] = 1 - rows["case_id"].map(_later_verdicts(rows, by_then))
    if after is not None and len(after):
        own = after.set_index("case_id")
        found = {BOUGHT: own["bought"], STAYED: own["stayed"], BOUGHT_BEFORE: own["bought_before"],
                 f"beyond {BOUGHT}": own["bought"] - own["expected_bought"],
                 f"beyond {STAYED}": own["stayed"] - own["expected_stayed"]}
        rows = rows.assign(**{name: rows["case_id"].map(values) for name, values in found.items()})
    return rows


def _later_verdicts(rows: pd.DataFrame, reviews: pd.DataFrame) -> pd.Series:
    """Return, by case, whether the first verdict of its customer in the `LATER_DAYS` after the opening was dissatisfied."""
    judged = reviews.dropna(subset=["customer_id", "received_at", "dissatisfied"])
    pairs = rows[["case_id", "customer_id", "opened_at"]].dropna().merge(
        judged[["feedback_id", "customer_id", "received_at", "dissatisfied"]], on="customer_id")
    days = (pairs["received_at"] - pairs["opened_at"]) / pd.Timedelta(days=1)
    pairs = pairs[(days > 0) & (days <= LATER_DAYS)].sort_values(["case_id", "received_at", "feedback_id"])
    return pairs.drop_duplicates("case_id").set_index("case_id")["dissatisfied"].astype(float)


def slow_against_fast(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the part of table `service_links` on speed: each exposure by each outcome with enough cases in both halves.

    exposed: mean of the slow cases, weighted like the difference; others: exposed − difference, what is expected of them had
    they been like the fast ones (but for purchases the mean of the fast cases, weighted alike).
    naive: the difference without comparing like with like (slow: slower than the median of all
    cases). q_value: Benjamini and Hochberg's, of the comparisons that are no placebo. rows: from `outcomes`.

    Raises
    ------
    TooLittleData : no outcome can be compared.
    """
    strata, one = rows["topic"] + "\x1f" + rows["channel"], pd.Series(0, index=rows.index)
    found = []
    for exposure, (column, is_over) in EXPOSURES.items():
        slow = (slow_half(rows, column, is_over) if is_over else rows[column]).astype("Float64").astype(float)
        slower = _above_median(rows, column, is_over) if is_over else slow
        for outcome in (name for name in OUTCOMES if name in rows):
            within = compare(rows.get(f"beyond {outcome}", rows[outcome]), slow, strata, rows["person"])
            plain = compare(rows[outcome], slower, one, rows["person"])
            if within and plain:
                exposed = _mean_of_exposed(rows[outcome].where(_counts(rows, outcome)), slow, strata)
                found.append({"comparison": exposure, "outcome": outcome, "topic": "all", "is_placebo": outcome in PLACEBOS,
                              **vars(within), "exposed": exposed, "naive": plain.difference,
                              "others": min(max(exposed - within.difference, 0.0), 1.0)})
    if not found:
        raise TooLittleData("Needs at least {needed:count} slow and as many fast cases of the same topics with a rating or a "
                            "known customer; there are {n:count} cases.", needed=MIN_CASES, n=len(rows))
    table = pd.DataFrame(found)
    return table.assign(q_value=q_values(table["p_value"].mask(table["is_placebo"])))


def _mean_of_exposed(y, x, strata) -> float:
    """Return the mean of `y` where `x` is true, its strata weighted by n·share·(1 − share), as in `compare`."""
    frame = pd.DataFrame({"y": y, "x": x, "s": strata}).dropna().astype({"y": float, "x": float})
    weight = (1 - frame.groupby("s")["x"].transform("mean")).where(frame["x"] > 0, 0.0)
    return float((weight * frame["y"]).sum() / weight.sum())


def _counts(rows: pd.DataFrame, outcome: str) -> pd.Series:
    """Say which cases count for an outcome: it is known and, for purchases, so are the comparable ones."""
    return rows.get(f"beyond {outcome}", rows[outcome]).notna()


def _above_median(rows: pd.DataFrame, hours: str, is_over: str) -> pd.Series:
    slow = (rows[hours] > rows[hours].median()).astype("boolean")
    return slow.mask(rows[hours].isna() | (~rows[is_over] & ~slow.fillna(False)))
