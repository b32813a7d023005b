"""lifetime_value_foretold.py: each customer's next quarter and the totals, for a later run to check."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import ledger
from helpers.btyd import btyd
from helpers.lifetime_value import lifetime_value_foretold

AS_OF = pd.Timestamp("2017-09-23")


@pytest.fixture(scope="module")
def foretold():
    random = np.random.default_rng(0)
    n = 400
    age = random.uniform(10, 39, n)
    frequency = random.poisson(random.gamma(0.8, 0.1, n) * age)
    histories = pd.DataFrame({
        "customer_id": [f"c{i:03d}" for i in range(n)], "frequency": frequency, "T_weeks": age,
        "recency_weeks": np.where(frequency > 0, age * random.random(n), 0.0),
        "monetary_value": np.where(frequency > 0, random.gamma(6, 5, n), np.nan), "n_valued_days": frequency,
        "n_purchase_days": frequency + 1, "revenue": 30.0 * (frequency + 1),
    })
    fit, spends = btyd.fit(histories), btyd.fit_gamma_gamma(histories)
    refits = pd.DataFrame([{**fit.parameters, **spends.parameters}] * 30)
    worth = SimpleNamespace(fit=fit, gamma_gamma=spends, refits=refits)
    return histories, lifetime_value_foretold.foretell(histories, worth, miss=0.2, as_of=AS_OF)


def test_a_quarter_is_foretold_of_every_customer_and_of_all(foretold):
    histories, parts = foretold
    made = ledger.keep(None, *parts)
    assert made["due_on"].unique() == [AS_OF + pd.Timedelta(days=91)]
    assert made.groupby("what")["subject"].nunique().to_dict() == {"purchases": 401, "revenue": 401}
    for _, rows in made.groupby("what"):
        own, total = rows[rows["subject"] != ledger.ALL], rows[rows["subject"] == ledger.ALL].iloc[0]
        assert own["predicted"].sum() == pytest.approx(total["predicted"])
        assert own["baseline"].sum() == pytest.approx(total["baseline"])
        assert (own["low"] <= own["high"]).all()
        assert total["low"] <= 0.8 * total["predicted"] and total["high"] >= 1.2 * total["predicted"], "widened to the miss"


def test_the_rule_of_thumb_is_everybodys_own_pace(foretold):
    histories, parts = foretold
    pace = histories["frequency"] / histories["T_weeks"] * 13
    assert parts[0]["baseline"].to_numpy() == pytest.approx(pace.to_numpy())
    assert parts[2]["baseline"].to_numpy() == pytest.approx(30.0 * pace.to_numpy())
