"""contract_heterogeneity.py: retention by age, and whether customers who differ explain that it rises."""

import numpy as np
import pandas as pd
import pytest

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.plots import plots
from helpers.subscriptions import contract_heterogeneity, contract_words


def contracts(rows) -> pd.DataFrame:
    """Contracts as (months, churned, how many)."""
    parts = [pd.DataFrame({"tenure_months": [float(m)] * n, "churned": c}) for m, c, n in rows]
    return pd.concat(parts, ignore_index=True)


def drawn(chances, *, n: int = 4000, until: int = 30) -> pd.DataFrame:
    """Contracts whose owners leave each month with a chance drawn from `chances`; running ones are seen for `until` months."""
    random = np.random.default_rng(0)
    ends = random.geometric(random.choice(chances, n))
    return pd.DataFrame({"tenure_months": np.minimum(ends, until).astype(float), "churned": ends <= until})


def test_monthly_retention_by_hand():
    rows = [(0, True, 5), (1, True, 15), (2, True, 8), (2, False, 2), (3, False, 70)]
    found = contract_heterogeneity.monthly_retention(contracts(rows))
    assert found["n_at_risk"].tolist() == [100, 80, 70]
    assert found["seen"].tolist() == pytest.approx([0.8, 0.9, 1.0])  # who ended at once ended in month 1
    assert (found["low"] < found["seen"]).all()


def test_a_contract_that_ends_within_a_month_ends_in_that_month():
    rows = [(0.5, True, 10), (1.0, True, 10), (1.5, True, 8), (1.9, False, 2), (2.5, False, 70)]
    found = contract_heterogeneity.monthly_retention(contracts(rows))
    assert found["n_at_risk"].tolist() == [100, 78] and found["n_ended"].tolist() == [20, 8]


def test_months_before_a_contract_was_seen_do_not_count():
    late = contracts([(3, True, 40), (5, False, 60)]).assign(entry_months=[2] * 100)
    assert contract_heterogeneity.monthly_retention(late)["month"].tolist() == [3, 4, 5]
    with pytest.raises(TooLittleData, match="from the first one; there are 0"):
        contract_heterogeneity.compare(late)


def test_customers_who_differ_explain_retention_that_rises():
    curve, facts = contract_heterogeneity.compare(drawn([0.02, 0.4]))
    assert curve["seen"].iloc[0] < 0.85 and facts["last"] > 0.97
    assert (facts["seen"], facts["after"], facts["until"]) == (12, 13, 30)
    assert facts["sbg_error"] < 0.05 < facts["alike_error"]


def test_customers_all_alike_show_level_retention_and_both_models_agree():
    curve, facts = contract_heterogeneity.compare(drawn([0.1]))
    assert curve["sbg"].to_numpy() == pytest.approx(np.full(len(curve), 0.9), abs=0.02)
    assert facts["sbg_error"] == facts["alike_error"] and not facts["differs"]
    assert "nothing shows that customers differ" in contract_words.heterogeneity_finding(facts)


def test_the_models_see_the_first_months_only():
    one = drawn([0.02, 0.4])
    other = one.assign(churned=one["churned"] | (one["tenure_months"] > 20))
    (_, a), (_, b) = contract_heterogeneity.compare(one), contract_heterogeneity.compare(other)
    assert (a["alpha"], a["beta"]) == pytest.approx((b["alpha"], b["beta"]))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("sbg", "alike"), [(0.05, 0.2), (0.2, 0.05)])
def test_the_sentence_follows_the_errors(language, sbg, alike):
    i18n.use(language=language, currency="USD")
    plots.use_style()
    curve, facts = contract_heterogeneity.compare(drawn([0.02, 0.4], n=500))
    facts = {**facts, "sbg_error": sbg, "alike_error": alike}
    said = i18n.text(contract_words.heterogeneity_finding(facts), **facts)
    assert ("explain most" in said or "足以解释" in said) == (sbg < alike)
    assert "{" not in said + contract_words.heterogeneity(curve, facts)["title"]
