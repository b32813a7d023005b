"""churn_foretold.py: the scores of buyers are kept with the lead time; contracts cannot be checked and say so."""

from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.churn import churn_foretold
from helpers.errors import TooLittleData

BUYERS, CONTRACTS = SimpleNamespace(kind="buyers"), SimpleNamespace(kind="contracts")
SCORES = pd.DataFrame({"customer_id": ["a", "b"], "churn_probability": [0.1, 0.7], "recency_days": [3, 90]})
WHEN = {"made_on": pd.Timestamp("2017-09-23"), "horizon_days": 91, "lead_days": 7}


def studied(lost: list[float]):
    """Return a study whose scores expected one in ten to be lost at each tested cut-off."""
    drift = pd.DataFrame({"share_lost": lost, "before": 0.1, "after": 0.5})
    return SimpleNamespace(examples=BUYERS, drift=drift, is_levelled=False)


def test_the_probabilities_speak_of_the_horizon_after_the_lead_time():
    made, _ = churn_foretold.foretell(SCORES, studied([0.1, 0.1]), **WHEN)
    assert made["after_day"].unique() == [pd.Timestamp("2017-09-30")]
    assert made["due_on"].unique() == [pd.Timestamp("2017-12-30")]
    assert made["predicted"].tolist() == [0.1, 0.7]
    assert made["baseline"].tolist() == [3.0, 90.0]


def test_contracts_are_not_foretold_and_that_is_said():
    assert churn_foretold.foretell(SCORES, SimpleNamespace(examples=CONTRACTS), **WHEN) == []
    with pytest.raises(TooLittleData, match="Of contracts only the state"):
        churn_foretold.check(CONTRACTS, None, None, as_of=WHEN["made_on"])


def test_the_interval_of_all_holds_chance_and_what_such_sums_missed_before():
    """0.1 × 0.9 + 0.7 × 0.3 = 0.30; missed by 20 % twice: (0.2 × 0.8)² = 0.0256 more."""
    many = pd.concat([SCORES] * 50, ignore_index=True)
    for lost, variance in (([0.1, 0.1], 15.0), ([0.12, 0.08], 15.0 + (0.2 * 40) ** 2)):
        _, total = churn_foretold.foretell(many, studied(lost), **WHEN)
        assert total["subject"].tolist() == ["(all)"]
        assert total["predicted"].item() == pytest.approx(40)
        assert (total["high"] - total["predicted"]).item() == pytest.approx(1.96 * variance**0.5, rel=1e-3)
