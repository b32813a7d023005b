"""Do customers buy again after a case? Each case beside comparable purchases that no case had followed by then.

A case belongs to the last purchase day up to its opening. Comparable are purchase days of the same month and channel, of
customers who had bought on as many days of the last half year and for as much a day, had been silent for exactly as many days
as the customer of the case and had no case since: all of it is known when the case is opened. A purchase that a case follows
later is comparable until then (Li, Propert and Rosenbaum 2001, JASA 96:870): leaving it out would take away those who stay
silent long enough to have a case, and make every case look like a loss. What is not known (that the goods were damaged) is
named, not adjusted for. The engine sums the purchases up; only counts become a frame. Reads `orders`.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.btyd import btyd
from helpers.errors import TooLittleData
from helpers.proportions import beside_alike, q_values, together
from helpers.service.service import MIN_CASES, MIN_CUSTOMERS, Cases

MOST_DAYS = 30  # between the purchase and the case: what comes later may belong to no purchase
RECENT_DAYS = 180  # whose purchase days tell how often somebody buys
LEAST_ALIKE = 5  # comparable purchases that a case needs
MANY_DAYS = (1, 2, 4, 8)  # upper ends of the bands of purchase days; the last band is open
LIKE = ("month", "channel", "often", "spends")


def purchases(orders, *, as_of: pd.Timestamp, first_day, before_days: int):
    """Return every purchase day of known customers (Ibis): customer_id, day (days since 1970), month, channel, n_recent
    (purchase days of the last half year, this one included), per_day (mean revenue so far), bought_before (another purchase day
    in the `before_days` before), gap (days to the next one; null = none yet)."""
    start = first_day if first_day is not None else pd.Timestamp("1970-01-01")
    days = btyd.purchase_days(orders, start=start, end=as_of)
    channels = orders.filter(orders.customer_id.notnull()).group_by("customer_id", "order_date").agg(
        channel=orders.channel.min())
    days = days.left_join(channels, ["customer_id", "order_date"]).select(
        "customer_id", "order_date", "revenue", channel=channels.channel.fill_null("")
    ).mutate(day=lambda t: t.order_date.epoch_days().cast("int64"))
    so_far = ibis.cumulative_window(group_by=days.customer_id, order_by=days.day)
    near = {n: ibis.range_window(preceding=n, following=0, group_by=days.customer_id, order_by=days.day)
            for n in {RECENT_DAYS - 1, before_days}}
    own = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.select(
        "customer_id", "channel", "day", month=days.order_date.truncate("M").epoch_days().cast("int64"),
        n_recent=days.count().over(near[RECENT_DAYS - 1]), bought_before=days.count().over(near[before_days]) > 1,
        per_day=days.revenue.mean().over(so_far), gap=days.day.lead().over(own) - days.day,
    )


def purchases_after(cases: Cases, orders, *, as_of: pd.Timestamp, first_day=None, days: int = 90, horizon: int = 180):
    """Return how the customers of the cases went on, and what was left out.

    Parameters
    ----------
    orders : Ibis table `orders`. days: in which somebody buys again. horizon: of silence (the churn report's).

    Returns
    -------
    (DataFrame, DataFrame): one row a case, the first after each purchase: case_id, customer_id, topic, recency_days, n_alike,
    bought (a purchase day in the `days` after the opening, that day not included), stayed (one in `horizon` days; null where
    these are not over), expected_bought, expected_stayed (shares of the comparable), bought_before; and reason, n of the rest.

    Raises
    ------
    TooLittleData : fewer than `MIN_CASES` cases have comparable purchases.
    """
    rows = cases.rows.sort_values(["opened_at", "case_id"])
    known = rows[rows["customer_id"].notna()]
    table = purchases(orders, as_of=as_of, first_day=first_day, before_days=days).cache()
    placed = _last_purchase(known, table)
    near = placed[placed["recency_days"] <= MOST_DAYS]
    first = near.drop_duplicates(["customer_id", "day"])
    last_day = (pd.Timestamp(as_of) - pd.Timestamp(0)).days
    over = first[first["case_day"] + days <= last_day]
    edges = over["per_day"].quantile([1 / 3, 2 / 3]).tolist() if len(over) else [0.0, 0.0]
    alike = _counts(table, placed, edges, last_day=last_day - MOST_DAYS, days=days, horizon=horizon)
    found = _beside(_banded(over, edges), alike, last_day=last_day, days=days, horizon=horizon)
    reasons = {
        "customer not known": len(rows) - len(known), "no purchase in the 30 days before": len(known) - len(near),
        "another case after the same purchase": len(near) - len(first),
        "too recent to see what followed": len(first) - len(over), "too few comparable purchases": len(over) - len(found),
    }
    if len(found) < MIN_CASES:
        raise TooLittleData("Needs at least {needed:count} cases of known customers that followed a purchase; there are "
                            "{found:count}.", needed=MIN_CASES, found=len(found))
    left_out = pd.DataFrame({"reason": list(reasons), "n": list(reasons.values())})
    return found, left_out[left_out["n"] > 0].reset_index(drop=True)


def _last_purchase(known: pd.DataFrame, table) -> pd.DataFrame:
    """Return the cases with the last purchase day of their customer up to the opening; those without one are left out."""
    opened = (known["opened_on"] - pd.Timestamp(0)).dt.days.to_numpy()
    mine = ibis.memtable(pd.DataFrame({"case_id": known["case_id"].to_numpy(), "customer_id": known["customer_id"].to_numpy(),
                                       "case_day": opened.astype("int64")}))
    pairs = mine.inner_join(table, "customer_id")
    held = pairs.filter((pairs.day <= pairs.case_day) & (pairs.gap.isnull() | (pairs.case_day < pairs.day + pairs.gap)))
    placed = held.drop(*[c for c in held.columns if c.endswith("_right")]).to_pandas()
    placed = known[["case_id", "topic"]].merge(placed, on="case_id")
    return placed.assign(recency_days=placed["case_day"] - placed["day"], gap=placed["gap"].astype(float))


def _banded(frame: pd.DataFrame, edges: list[float]) -> pd.DataFrame:
    """Add the bands of purchase days (often) and of revenue a day (spends) in which a case is compared."""
    often = np.searchsorted(MANY_DAYS, frame["n_recent"].to_numpy(), side="left")
    return frame.assign(often=often, spends=np.searchsorted(edges, frame["per_day"].to_numpy(float), side="left"))


def _counts(table, placed: pd.DataFrame, edges: list[float], *, last_day: int, days: int, horizon: int) -> pd.DataFrame:
    """Return how many purchase days there are by LIKE, gap (longer than counts or none yet: cut) and cased (days to the first
    case; cut: none before the next purchase).

    Only purchases of which as many days are over as the longest silence before a case and the time after it.
    """
    cut = MOST_DAYS + max(days, horizon) + 1
    first = placed.groupby(["customer_id", "day"], as_index=False)["recency_days"].min().rename(
        columns={"recency_days": "cased", "customer_id": "who", "day": "bought_on"})
    used = ibis.memtable(first.astype({"bought_on": "int64", "cased": "int64", "who": "str"}))
    every = table.left_join(used, [table.customer_id == used.who, table.day == used.bought_on])
    often = sum(((every.n_recent > limit).cast("int64") for limit in MANY_DAYS), ibis.literal(0))
    spends = sum(((every.per_day > edge).cast("int64") for edge in edges), ibis.literal(0))
    every = every.mutate(often=often, spends=spends, gap=ibis.ifelse(every.gap.isnull() | (every.gap > cut), cut, every.gap),
                         cased=ibis.ifelse(every.cased.isnull() | (every.cased > cut), cut, every.cased))
    return every.group_by("month", "channel", "often", "spends", "gap", "cased").agg(
        n=every.count(), n_days=(every.day + days <= last_day).cast("int64").sum(),
        n_horizon=(every.day + horizon <= last_day).cast("int64").sum(),
    ).to_pandas()


def _beside(cases: pd.DataFrame, alike: pd.DataFrame, *, last_day: int, days: int, horizon: int) -> pd.DataFrame:
    """Return the cases with what became of them and of the comparable purchases that were as long ago without another."""
    still = (cases["gap"] - cases["recency_days"]).to_numpy()  # days from the opening to the next purchase
    over = (cases["case_day"] + horizon <= last_day).to_numpy()
    share_bought, n_alike = _expected(cases, alike, "n_days", days)
    share_stayed, n_stayed = _expected(cases, alike, "n_horizon", horizon)
    is_known = over & (n_stayed >= LEAST_ALIKE)
    found = cases.assign(
        n_alike=n_alike, bought=(still <= days).astype(float), expected_bought=share_bought,
        stayed=np.where(is_known, still <= horizon, np.nan), expected_stayed=np.where(is_known, share_stayed, np.nan),
        bought_before=cases["bought_before"].astype(float),
    )
    found = found[found["n_alike"] >= LEAST_ALIKE]
    keep = ["case_id", "customer_id", "topic", *LIKE, "recency_days", "n_alike", "bought", "expected_bought", "stayed",
            "expected_stayed", "bought_before"]
    return found[keep].sort_values("case_id").reset_index(drop=True)


def _expected(cases: pd.DataFrame, alike: pd.DataFrame, n: str, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, by case, the share of comparable purchases still without another, and without a case, after its silence that had
    one in `length` more days, and how many these are."""
    cells = pd.MultiIndex.from_frame(alike[list(LIKE)]).drop_duplicates()
    cell, place = (cells.get_indexer(pd.MultiIndex.from_frame(rows[list(LIKE)])) for rows in (alike, cases))
    gap, cased, weight = alike["gap"].to_numpy(int), alike["cased"].to_numpy(int), alike[n].to_numpy(float)
    silence = cases["recency_days"].to_numpy(int)
    width = max(gap.max(initial=0), MOST_DAYS + length) + 1
    events, at_risk = np.zeros(len(cases)), np.zeros(len(cases))
    for r in np.unique(silence):
        free, mine = cased > r, silence == r
        counts = np.bincount(cell[free] * width + gap[free], weight[free], minlength=(len(cells) + 1) * width)
        later = counts.reshape(-1, width)[place[mine]]  # where nobody is alike: the last row, which is empty
        events[mine], at_risk[mine] = later[:, r + 1:r + length + 1].sum(axis=1), later[:, r + 1:].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return events / at_risk, at_risk


def beside_comparable(after: pd.DataFrame, is_failure: pd.Series) -> pd.DataFrame:
    """Return the part of table `service_links` on purchases: topic ("failures", "questions", and each topic), outcome, n,
    n_exposed (= n), exposed (share of the cases), others (share expected), difference, low, high, p_value, q_value.

    after: from `purchases_after`; is_failure: by its index. Groups of fewer than `MIN_CASES` cases or `MIN_CUSTOMERS` customers
    are left out. Interval and p-value know how far cases of one customer belong together and how many purchases are comparable,
    and hold where all buy again, or nobody (proportions.beside_alike).
    """
    kinds = np.where(is_failure, "failures", "questions")
    groups = [("failures", kinds == "failures"), ("questions", kinds == "questions")]
    groups += [(topic, (after["topic"] == topic).to_numpy()) for topic in sorted(after["topic"].unique())]
    found = []
    for topic, chosen in groups:
        for outcome, own, expected in (("bought again soon", "bought", "expected_bought"),
                                       ("bought again at all", "stayed", "expected_stayed")):
            rows = after[chosen].dropna(subset=[own, expected])
            if len(rows) < MIN_CASES or rows["customer_id"].nunique() < MIN_CUSTOMERS:
                continue
            beyond = rows[own] - rows[expected]
            effect = together((beyond.groupby(rows["customer_id"]).sum() ** 2).sum(), (beyond**2).sum())
            cells = rows.groupby(list(LIKE)).agg(
                n=(own, "size"), hits=(own, "sum"), p=(expected, "mean"), alike=("n_alike", "min"))
            compared = beside_alike(cells["n"], cells["hits"], cells["alike"], cells["p"] * cells["alike"], effect=effect)
            found.append({"comparison": "after a case", "outcome": outcome, "topic": topic, "is_placebo": False,
                          "n": len(rows), "n_exposed": len(rows), "exposed": float(rows[own].mean()),
                          "others": float(compared.expected), "difference": float(compared.difference),
                          "low": float(compared.low), "high": float(compared.high), "p_value": float(compared.p_value)})
    table = pd.DataFrame(found)
    return table.assign(naive=np.nan, q_value=q_values(table["p_value"])) if len(table) else table
