"""What the churn scores foretell of each buyer, for a later run to check (ledger.py)."""

import numpy as np
import pandas as pd

from helpers import ledger
from helpers.churn.churn_examples import Examples
from helpers.churn.churn_study import Study
from helpers.errors import TooLittleData
from helpers.proportions import Z95


def foretell(scores: pd.DataFrame, study: Study, *, made_on: pd.Timestamp, horizon_days: int, lead_days: int) -> list:
    """Return the probabilities of the call list as predictions of the ledger; none of contracts, which no later run can check.

    Rule of thumb beside them: the days since the last purchase. The interval of all together, Σp ± 1.96 √(Σp(1 − p) + (m Σp)²),
    holds what chance does and how far such sums missed at the tested cut-offs (m: root mean square of lost ÷ expected − 1).
    """
    if study.examples.kind == "contracts":
        return []
    p = scores["churn_probability"].to_numpy(float)
    expected = study.drift["after" if study.is_levelled else "before"]
    missed = float(np.sqrt(((study.drift["share_lost"] / expected - 1) ** 2).mean()))
    half = Z95 * np.sqrt((p * (1 - p)).sum() + (missed * p.sum()) ** 2)
    low, high = max(p.sum() - half, 0.0), min(p.sum() + half, float(len(p)))
    options = {"made_on": made_on, "days": horizon_days, "lead_days": lead_days}
    return [
        ledger.foretell("churn", scores["customer_id"], p, baseline=scores["recency_days"], **options),
        ledger.foretell("churn", [ledger.ALL], [p.sum()], low=low, high=high, **options),
    ]


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
