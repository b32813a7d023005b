"""What the value models foretell of the next quarter, short enough that a later run can check it (ledger.py)."""

import pandas as pd

from helpers import ledger
from helpers.btyd import btyd_intervals
from helpers.btyd.btyd import DAYS_PER_WEEK
from helpers.lifetime_value.lifetime_value import Worth

WEEKS = 13  # a quarter: later runs come before the whole horizon of the value is over


def foretell(
    histories: pd.DataFrame, worth: Worth, *, miss: float, as_of: pd.Timestamp, weeks: int = WEEKS, seed: int = 0
) -> list[pd.DataFrame]:
    """Return each customer's purchase days and revenue of the next `weeks`, and their totals, as predictions of the ledger.

    Intervals are those of simulated futures (95 %); those of the totals are widened to `miss`, the model's relative error of
    revenue on the weeks that it had not seen. Rule of thumb: everybody keeps their own pace since the first purchase.
    """
    futures = btyd_intervals.simulate(
        histories, worth.fit, worth.gamma_gamma, worth.refits, horizon_weeks=weeks, futures_per_refit=2, seed=seed
    )
    purchases = worth.fit.expected_purchases(histories, weeks)
    revenue = purchases * worth.gamma_gamma.expected_average_value(histories)
    age = histories["T_weeks"].where(histories["T_weeks"] > 0)
    pace = (histories["frequency"] / age * weeks).fillna(0.0)
    spent = pace * histories["revenue"] / histories["n_purchase_days"]
    parts = []
    for what, expected, drawn, thumb in (
        ("purchases", purchases, futures.purchases, pace), ("revenue", revenue, futures.revenue, spent)
    ):
        low, high = btyd_intervals.interval(drawn)
        total = float(expected.sum())
        total_low, total_high = btyd_intervals.interval(drawn.sum(axis=1, dtype="float64"))
        when = {"made_on": as_of, "days": DAYS_PER_WEEK * weeks}
        parts.append(ledger.foretell(what, histories["customer_id"], expected, low=low, high=high, baseline=thumb, **when))
        parts.append(ledger.foretell(
            what, [ledger.ALL], [total], low=min(float(total_low), total * (1 - abs(miss))),
            high=max(float(total_high), total * (1 + abs(miss))), baseline=float(thumb.sum()), **when,
        ))
    return parts
