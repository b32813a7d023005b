"""What the churn scores foretell of each buyer, for a later run to check (ledger.py)."""

import pandas as pd

from helpers import ledger
from helpers.churn_examples import Examples
from helpers.errors import TooLittleData


def foretell(scores: pd.DataFrame, examples: Examples, *, made_on: pd.Timestamp, horizon_days: int, lead_days: int) -> list:
    """Return the probabilities of the call list as predictions of the ledger; none of contracts, which no later run can check.

    Rule of thumb beside them: the days since the last purchase.
    """
    if examples.kind == "contracts":
        return []
    return [ledger.foretell(
        "churn", scores["customer_id"], scores["churn_probability"], made_on=made_on, days=horizon_days, lead_days=lead_days,
        baseline=scores["recency_days"],
    )]


def check(examples: Examples, orders, earlier: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return `came_true_churn`: what the scores of an earlier run came to.

    Raises
    ------
    TooLittleData : contracts; or nothing that was foretold is due.
    """
    if examples.kind == "contracts":
        raise TooLittleData(
            "Of contracts only the state on the last day is known here, so a later run cannot tell which predictions came true."
        )
    return ledger.check(earlier, orders, as_of=as_of)
