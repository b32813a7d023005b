"""churn_foretold.py: the scores of buyers are kept with the lead time; contracts cannot be checked and say so."""

from types import SimpleNamespace

import pandas as pd
import pytest

from helpers import churn_foretold
from helpers.errors import TooLittleData

BUYERS, CONTRACTS = SimpleNamespace(kind="buyers"), SimpleNamespace(kind="contracts")
SCORES = pd.DataFrame({"customer_id": ["a", "b"], "churn_probability": [0.1, 0.7], "recency_days": [3, 90]})
WHEN = {"made_on": pd.Timestamp("2017-09-23"), "horizon_days": 91, "lead_days": 7}


def test_the_probabilities_speak_of_the_horizon_after_the_lead_time():
    (made,) = churn_foretold.foretell(SCORES, BUYERS, **WHEN)
    assert made["after_day"].unique() == [pd.Timestamp("2017-09-30")]
    assert made["due_on"].unique() == [pd.Timestamp("2017-12-30")]
    assert made["predicted"].tolist() == [0.1, 0.7]
    assert made["baseline"].tolist() == [3.0, 90.0]


def test_contracts_are_not_foretold_and_that_is_said():
    assert churn_foretold.foretell(SCORES, CONTRACTS, **WHEN) == []
    with pytest.raises(TooLittleData, match="Of contracts only the state"):
        churn_foretold.check(CONTRACTS, None, None, as_of=WHEN["made_on"])
