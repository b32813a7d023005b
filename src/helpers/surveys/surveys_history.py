"""What was known of customers when they were invited or answered: how lately, how often and where they had bought.

Groups that do not look into the future, to compare and to weight answers by. Reads `orders`.
"""

import ibis
import numpy as np
import pandas as pd

UNKNOWN = "not known"
NEVER = "no earlier order"
RECENCIES = {30: "bought in the last 30 days", 90: "last bought 31 to 90 days before", 180: "last bought 91 to 180 days before",
              np.inf: "last bought over 180 days before"}
FREQUENCIES = {1: "1 earlier order", 4: "2 to 4 earlier orders", np.inf: "5 or more earlier orders"}
VALUES = {1 / 3: "lowest third of spending", 2 / 3: "middle third of spending", np.inf: "highest third of spending"}
HISTORY = ("recency", "frequency", "value", "bought_in")


def add_history(rows: pd.DataFrame, orders: ibis.Table | None, *, key: str, at: str, time_zone: str) -> pd.DataFrame:
    """Add recency, frequency, value and bought_in of each row's customer at its moment, as names of groups.

    rows: `key` (unique), customer_id, and `at` (a moment). Orders of earlier days (of the business's time zone) count;
    bought_in is the channel of the last order, that day's included (the one a survey asks about; of several the first channel
    by name). value: thirds of what was spent, among those who had bought. Who had not bought is a group; who is unknown, has
    no moment or where there are no `orders` is "not known".
    """
    known = rows["customer_id"].notna() & rows[at].notna()
    if orders is None or not known.any():
        return rows.assign(**dict.fromkeys(HISTORY, UNKNOWN))
    day = rows[at].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()
    asked = rows.assign(key=rows[key], day=day.dt.date).loc[known, ["key", "customer_id", "day"]]
    bought = orders.select("customer_id", "revenue", "channel", bought_on=orders["order_date"].cast("date"))
    joined = ibis.memtable(asked).inner_join(bought, "customer_id")
    joined = joined.filter(joined.bought_on <= joined.day)
    is_before = joined.bought_on < joined.day
    found = joined.group_by("key").agg(
        n_before=is_before.sum(), last=joined.bought_on.max(where=is_before), spent=joined.revenue.sum(where=is_before),
        last_day=joined.bought_on.max(),
    )
    where = joined.inner_join(found.select("key", last_day_="last_day"), "key")
    where = where.filter(where.bought_on == where.last_day_).group_by("key").agg(bought_in=where.channel.min())
    figures = found.to_pandas().merge(where.to_pandas(), on="key")
    table = rows[[key]].assign(day=day).merge(figures, left_on=key, right_on="key", how="left").set_index(rows.index)
    return rows.assign(**_groups(table, known))


def _groups(table: pd.DataFrame, known: pd.Series) -> dict[str, pd.Series]:
    """Return the groups of `HISTORY` from the figures of each row."""
    has_bought = table["n_before"].fillna(0) > 0
    spent = table["spent"].round(2).where(has_bought)
    groups = {
        "recency": _grouped((table["day"] - pd.to_datetime(table["last"])).dt.days, RECENCIES),
        "frequency": _grouped(table["n_before"], FREQUENCIES),
        "value": _grouped(spent.rank(pct=True), VALUES),  # ties share a rank, whatever the order of the rows
    }
    groups = {name: group.where(has_bought, NEVER).where(known, UNKNOWN) for name, group in groups.items()}
    return groups | {"bought_in": table["bought_in"].astype("object").where(table["bought_in"].notna(), UNKNOWN)}


def _grouped(values: pd.Series, limits: dict) -> pd.Series:
    """Return the name of the first limit (ascending) that each value does not exceed; unknown where the value is."""
    names = pd.Series(pd.NA, index=values.index, dtype="object")
    for limit, name in reversed(limits.items()):
        names = names.mask((values <= limit).fillna(False).astype(bool), name)
    return names
