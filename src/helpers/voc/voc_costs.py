"""What do complaints about a topic cost: money at risk = value × churn lift × reach, an association and no effect.

Customers who complain about a topic are compared with customers alike (voc_outcomes.strata) who gave feedback without that
complaint: how many more of them bought nothing in the days after (direct standardisation to those who complained:
Breslow and Day 1987, 2.3). The overall verdict is not held equal, because it lies on the way from the complaint to leaving;
a second figure compares with other dissatisfied customers. Intervals: Poisson bootstrap over customers (Hanley and
MacGibbon 2006), for lift, value and reach together.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from helpers.errors import TooLittleData
from helpers.proportions import beside_alike, q_values
from helpers.voc.themes_names import SEPARATOR
from helpers.voc.voc_outcomes import strata

MIN_COMPARED = 30  # customers who complained about a topic, with a known outcome, below which no lift is given
MIN_REACHED = 10  # customers below which a group is not shown
CONTAINED = 0.5  # share of a theme's complaints that are also complaints about one aspect, from which it is told there
MIN_LINKED = 100  # moments with a known outcome below which nothing can be compared
MAX_Q = 0.05
N_DRAWS, AT_ONCE = 1_000, 50
DAYS_PER_MONTH = 30.4375  # 365.25 / 12
LIFT = ("lift", "lift_low", "lift_high")
COLUMNS = [
    "topic", "kind", "n_mentions", "mention_rank", "n_compared", "stopped_share", "expected_share", *LIFT, "p_value", "q_value",
    "halved_lift", "halved_low", "halved_high", "other_lift", "other_low", "other_high", "n_reached", "value_reached",
    "money_at_risk", "money_low", "money_high", "money_rank", "is_clear",
]


@dataclass(frozen=True)
class Compared:
    """Sums by customer and column: what the figures of every topic are made of, ready to be drawn anew."""

    sums: sparse.csr_matrix  # customer × column
    topics: list[str]
    n_strata: int
    value: np.ndarray  # topic → column of the reached customers' value


# --- complaints


def apart_from_aspects(topics: pd.DataFrame) -> pd.DataFrame:
    """Return the complaints (mentions with is_dissatisfied) without the themes that say the same as one aspect.

    topics: table `feedback_topics`. A theme is left out if it is named after an aspect (themes_names.py), or if at least half
    of its complaints complain about one aspect, too.
    """
    bad = topics.loc[topics["is_dissatisfied"].fillna(False).astype(bool), ["feedback_id", "topic", "kind"]]
    themes, aspects = bad[bad["kind"] != "aspect"], bad[bad["kind"] == "aspect"]
    both = themes.merge(aspects, on="feedback_id", suffixes=("", "_aspect")).groupby(["topic", "topic_aspect"]).size()
    share = both.groupby("topic").max() / themes.groupby("topic").size().reindex(both.index.get_level_values(0).unique())
    first_word = bad["topic"].astype("str").str.split(SEPARATOR, n=1, regex=False).str[0]
    is_aspects = first_word.isin(topics.loc[topics["kind"] == "aspect", "topic"])
    return bad[~(bad["topic"].isin(share.index[share >= CONTAINED]) | is_aspects) | (bad["kind"] == "aspect")]


def first_complaints(bad: pd.DataFrame, moments: pd.DataFrame) -> pd.DataFrame:
    """Return each customer's first complaint about each topic: customer_id, topic, kind, feedback_id, said_on.

    bad: the complaints (feedback_id, topic, kind). Two on one day: the one with the smaller feedback_id.
    """
    said = bad.merge(moments[["feedback_id", "customer_id", "said_on"]], on="feedback_id")
    said = said.sort_values(["said_on", "feedback_id", "topic"], kind="stable")
    return said.drop_duplicates(["customer_id", "topic"]).reset_index(drop=True)


def money_at_risk(
    topics: pd.DataFrame, moments: pd.DataFrame, dated: pd.DataFrame, values: pd.DataFrame, *, as_of, reach_months: int,
    seed: int,
) -> pd.DataFrame:
    """Rank topics by money at risk, beside their rank by mentions.

    Parameters
    ----------
    topics : table `feedback_topics`. moments : of voc_outcomes.feedback_moments.
    dated : feedback_id and said_on of all feedback with a day, by whomever (for the mentions).
    values : customer_id, customer_lifetime_value (currency, for the horizon of that table).

    Returns
    -------
    Table `money_at_risk`, costliest first: topic, kind; n_mentions: pieces of feedback that complain about it in the last
    `reach_months`; n_compared: customers whose complaint has a known outcome and somebody alike; stopped_share and
    expected_share: bought nothing in the days after, they and those alike; lift = the difference; halved_…: the same for
    spending at least halved; other_…: against other dissatisfied customers alike; n_reached, value_reached: customers who
    complained about it in the last `reach_months` and their value; money_at_risk = lift × value_reached, null unless is_clear;
    money_low (at least 0) and money_high; ranks (1 = most; ties share the smaller). is_clear: q < .05 over the topics and the
    interval above 0. Topics reached by fewer than 10 customers are left out; lifts of fewer than 30 compared are null.

    Raises TooLittleData where too little feedback is by known customers with a known outcome, or no topic reaches 10.
    """
    seen = moments[moments["is_observed"]]
    if len(seen) < MIN_LINKED:
        raise TooLittleData(
            "Needs {needed:count} dated pieces of feedback by known customers who had bought before and whose next months have "
            "been observed; there are {found:count}. Link the feedback to customers (number, e-mail or phone) to see what "
            "complaints cost.", needed=MIN_LINKED, found=len(seen),
        )
    bad = apart_from_aspects(topics)
    complaints = first_complaints(bad, moments)
    since = pd.Timestamp(as_of) - pd.Timedelta(days=round(reach_months * DAYS_PER_MONTH))
    recent = dated.loc[dated["said_on"] > since, "feedback_id"]
    mentions = bad[bad["feedback_id"].isin(recent)].groupby("topic")["feedback_id"].nunique()
    reached = _reached(bad, moments, values, since=since)
    n_reached = reached.groupby("topic").size()
    names = sorted(n_reached.index[n_reached >= MIN_REACHED])
    if not names:
        raise TooLittleData(
            "Needs a topic that {needed:count} known customers complained about in the last {months:count} months; the most "
            "is {most:count}.", needed=MIN_REACHED, months=reach_months, most=int(n_reached.max()) if len(n_reached) else 0,
        )
    reached = reached[reached["topic"].isin(names)]
    found = _lifts(complaints, seen, reached, names, outcome="stopped", seed=seed)
    halved = _lifts(complaints, seen, reached, names, outcome="halved", seed=seed)
    other = _lifts(complaints, seen, reached, names, outcome="stopped", seed=seed, unhappy=set(bad["feedback_id"]))
    for prefix, more in (("halved", halved), ("other", other)):
        found[[f"{prefix}_lift", f"{prefix}_low", f"{prefix}_high"]] = more[list(LIFT)]
    kinds = topics.drop_duplicates("topic").set_index("topic")["kind"]
    found = found.assign(
        kind=found["topic"].map(kinds), n_mentions=found["topic"].map(mentions).fillna(0).astype("int64"),
        n_reached=found["topic"].map(n_reached).astype("int64"), value_reached=found["topic"].map(_value(reached)).fillna(0.0),
        q_value=q_values(found["p_value"]),
    )
    return _ranked(found)[COLUMNS]


def _reached(bad: pd.DataFrame, moments: pd.DataFrame, values: pd.DataFrame, *, since: pd.Timestamp) -> pd.DataFrame:
    """Return the customers with a value who complained about each topic since then: topic, customer_id, value."""
    recent = moments.loc[moments["said_on"] > since, ["feedback_id", "customer_id"]]
    pairs = bad.merge(recent, on="feedback_id")[["topic", "customer_id"]].drop_duplicates()
    worth = values.set_index("customer_id")["customer_lifetime_value"].rename("value").astype(float)
    return pairs.merge(worth, on="customer_id").dropna(subset=["value"])


def _value(reached: pd.DataFrame) -> pd.Series:
    return reached.sort_values(["topic", "customer_id"]).groupby("topic")["value"].sum().round(6)


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    is_clear = (found["q_value"] < MAX_Q) & (found["lift_low"] > 0)
    money = (found["lift"] * found["value_reached"]).where(is_clear)
    low, high = found["money_low"].clip(lower=0), found["money_high"].clip(lower=0)
    found = found.assign(
        is_clear=is_clear, money_at_risk=money, money_low=low, money_high=high,
        money_rank=money.rank(ascending=False, method="min").astype("Int64"),
        mention_rank=found["n_mentions"].rank(ascending=False, method="min").astype("int64"),
    )
    order = found.assign(clear=money.fillna(-1.0), known=high.fillna(-1.0))
    order = order.sort_values(["clear", "known", "topic"], ascending=[False, False, True], kind="stable")
    return order.drop(columns=["clear", "known"]).reset_index(drop=True)


# --- lifts


def _lifts(
    complaints: pd.DataFrame, seen: pd.DataFrame, reached: pd.DataFrame, names: list[str], *, outcome: str, seed: int,
    unhappy: set[str] | None = None,
) -> pd.DataFrame:
    """Return each topic's lift of an outcome with intervals, and the interval of lift × the reached customers' value.

    With `unhappy` (feedback with any complaint) only that, and the feedback of dissatisfied authors, is what a complaint is
    compared with. p_value: the larger of that of the bootstrap and of the test under no lift (proportions.beside_alike), as
    those who complained do not vary where all of them stopped.
    """
    rows = seen[seen[outcome].notna()].sort_values("feedback_id", kind="stable").reset_index(drop=True)
    may_be_control = np.ones(len(rows), dtype=bool)
    if unhappy is not None:
        is_unhappy = rows["dissatisfied"].fillna(False).astype(bool) | rows["feedback_id"].isin(unhappy)
        may_be_control = is_unhappy.to_numpy()
    made = _sums(complaints, rows, reached, names, outcome=outcome, may_be_control=may_be_control)
    totals = np.asarray(made.sums.sum(axis=0), float).reshape(1, -1)
    stopped, expected, n, _ = _estimates(totals, made)
    drawn = _draws(made, seed=seed)
    lifts, money = drawn["lift"], drawn["lift"] * drawn["value"]
    enough = n[0] >= MIN_COMPARED
    lift = np.where(enough, stopped[0] - expected[0], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * stats.norm.sf(np.abs(lift / lifts.std(axis=0, ddof=1)))
    p = np.maximum(p, beside_alike(*(side[0] for side in _sides(totals, made))).p_value)
    table = pd.DataFrame({
        "topic": names, "n_compared": n[0].astype("int64"), "stopped_share": np.where(enough, stopped[0], np.nan),
        "expected_share": np.where(enough, expected[0], np.nan), "lift": lift, "p_value": p,
    })
    for name, values in (("lift", lifts), ("money", money)):
        low, high = np.percentile(values, [2.5, 97.5], axis=0)
        table[f"{name}_low"], table[f"{name}_high"] = np.where(enough, low, np.nan), np.where(enough, high, np.nan)
    return table


def _sums(complaints, rows: pd.DataFrame, reached: pd.DataFrame, names: list[str], *, outcome: str, may_be_control) -> Compared:
    """Return how often each customer counts, by stratum, as one who complained, as one alike, and with the outcome.

    Columns: possible controls (n, hits); for each topic those taken out of them, those who complained; then the values.
    """
    people = np.array(sorted({*rows["customer_id"], *reached["customer_id"]}), dtype=object)
    who = np.searchsorted(people, rows["customer_id"].to_numpy(object)) if len(rows) else np.zeros(0, int)
    cell, hit = strata(rows), rows[outcome].to_numpy(dtype=float)
    s = int(cell.max()) + 1 if len(cell) else 1
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(mask: np.ndarray, first_column: int) -> None:
        for offset, weight in ((0, np.ones(len(rows))), (s, hit)):
            parts.append((who[mask], first_column + offset + cell[mask], weight[mask]))

    add(may_be_control, 0)
    said_on, days = rows["said_on"].to_numpy(), complaints.pivot(index="customer_id", columns="topic", values="said_on")
    day_of = days.reindex(index=people[who], columns=names)
    first = complaints.set_index(["topic", "feedback_id"]).index
    for k, name in enumerate(names):
        complained_on = day_of[name].to_numpy()
        treated = pd.MultiIndex.from_arrays([[name] * len(rows), rows["feedback_id"]]).isin(first)
        is_out = may_be_control & (complained_on <= said_on)  # her complaint has been made: no longer one without it
        add(is_out, (2 + 4 * k) * s)
        add(treated, (4 + 4 * k) * s)
    start = (2 + 4 * len(names)) * s
    place = {name: i for i, name in enumerate(names)}
    parts.append((np.searchsorted(people, reached["customer_id"].to_numpy(object)),
                  start + reached["topic"].map(place).to_numpy(dtype=int), reached["value"].to_numpy(float)))
    row, column, weight = (np.concatenate(piece) for piece in zip(*parts, strict=True))
    sums = sparse.csr_matrix((weight, (row, column)), shape=(len(people), start + len(names)), dtype=float)
    return Compared(sums, names, s, np.arange(start, start + len(names)))


def _estimates(totals: np.ndarray, made: Compared) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return, for each draw (row) and topic: share with the outcome, share expected, customers compared, value reached.

    Only those who complained and have somebody alike are compared.
    """
    n_with, hits_with, n_rest, hits_rest = _sides(totals, made)
    rate = np.divide(hits_rest, n_rest, out=np.zeros_like(n_rest), where=n_rest > 0)
    n = n_with.sum(axis=2)
    stopped = np.divide(hits_with.sum(axis=2), n, out=np.zeros_like(n), where=n > 0)
    expected = np.divide((n_with * rate).sum(axis=2), n, out=np.zeros_like(n), where=n > 0)
    return stopped, expected, n, totals[:, made.value]


def _sides(totals: np.ndarray, made: Compared) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return, by draw, topic and stratum, who complained and has somebody alike, and who is alike: n and hits of each."""
    s, k = made.n_strata, len(made.topics)
    n_all, hits_all = totals[:, None, :s], totals[:, None, s:2 * s]
    each = totals[:, 2 * s:(2 + 4 * k) * s].reshape(len(totals), k, 4, s)
    n_rest, hits_rest = n_all - each[:, :, 0], hits_all - each[:, :, 1]
    has_alike = n_rest > 0
    return each[:, :, 2] * has_alike, each[:, :, 3] * has_alike, n_rest, hits_rest


def _draws(made: Compared, *, seed: int) -> dict[str, np.ndarray]:
    """Return lift and value in 1,000 draws of the customers (draw × topic).

    Each share of those who complained is drawn to one half by two customers (Agresti and Caffo 2000), who are drawn anew like
    all others, so that a share of 0 or 1 among few customers keeps an interval.
    """
    rng = np.random.default_rng(seed)
    weights_of = np.repeat(np.arange(8, dtype=np.uint8), _poisson_counts())
    lifts, values = [], []
    for _ in range(N_DRAWS // AT_ONCE):
        drawn = weights_of[rng.integers(0, len(weights_of), (AT_ONCE, made.sums.shape[0]), dtype=np.uint16)]
        totals = np.asarray((made.sums.T @ drawn.T.astype(np.float32)).T)
        stopped, expected, n, value = _estimates(totals, made)
        hit, other = weights_of[rng.integers(0, len(weights_of), (2, AT_ONCE, 1), dtype=np.uint16)].astype(float)
        lifts.append((stopped * n + hit) / np.maximum(n + hit + other, 1) - expected)
        values.append(value)
    return {"lift": np.concatenate(lifts), "value": np.concatenate(values)}


def _poisson_counts() -> np.ndarray:
    """Return how many of 65,536 numbers stand for each weight 0–7 of a Poisson distribution of mean 1."""
    share = stats.poisson.pmf(np.arange(8), 1)
    counts = np.round(65_536 * share / share.sum()).astype(int)
    counts[0] += 65_536 - counts.sum()
    return counts
