"""A cell of persona_traits and a portrait of personas, as the tests of personas vary them."""

import numpy as np
import pandas as pd

from helpers.persona.persona_traits import Trait

CELL = {
    "segment": "Loyal", "kind": "category", "unit": "spend", "attribute": "x", "n": 50, "n_with": 40, "share": 0.2, "low": 0.1,
    "high": 0.3, "others_share": 0.1, "index": 200.0, "index_low": 150.0, "index_high": 250.0, "shrunk_index": 180.0,
    "p_value": 0.001, "q_value": 0.01, "is_notable": True,
}
PORTRAIT = {
    "segment": "Loyal", "persona": "Weekly, large baskets", "favourite": None, "name_stability": 1.0, "n_customers": 60,
    "customer_share": 0.6, "revenue_share": 0.7, "revenue_per_customer": 123.0, "recency_days": 3.0, "median_gap_days": 6.5,
    "median_gap_days_low": 6.0, "median_gap_days_high": 7.0, "n_with_gap": 60, "n_overdue": 6, "order_value": 20.0,
    "order_value_low": 18.0, "order_value_high": 22.0, "basket_ratio": 1.3, "n_products": 5.0, "discount_rate": 0.1,
    "departments": "GROCERY", "weekday": "Sunday", "hours": "17–21", "n_known": 40, "n_contacted": 50, "answered_rate": 0.2,
    "answered_low": 0.1, "answered_high": 0.33,
}
BARE = PORTRAIT | dict.fromkeys(
    ("revenue_share", "median_gap_days", "median_gap_days_low", "median_gap_days_high", "n_products", "discount_rate",
     "answered_rate", "answered_low", "answered_high"), np.nan,
) | {"departments": None, "hours": None, "n_known": 0, "n_contacted": 0, "n_with_gap": 0, "n_overdue": 0}


def cells_of(*rows: dict) -> pd.DataFrame:
    """Return cells: `CELL` with what each row changes."""
    return pd.DataFrame([CELL | row for row in rows])


def yes_no(ids, hits, *, kind="age", attribute="old", is_tested=True, strata=None) -> Trait:
    """Return a trait that each customer has (1) or has not (0)."""
    values = pd.DataFrame({"customer_id": ids, "attribute": attribute, "value": np.asarray(hits, float)})
    return Trait(kind, "customers", values, pd.Series(1.0, index=ids), is_tested=is_tested,
                 strata=None if strata is None else pd.Series(strata, index=ids))


def customers(n: int) -> list[str]:
    return [f"c{i:05d}" for i in range(n)]
