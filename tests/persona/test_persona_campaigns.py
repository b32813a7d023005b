"""persona_campaigns.py: like with like; Simpson's paradox is seen."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.persona import persona_campaigns


def contacts_of(n=120, seed=0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Loyal customers answer both campaigns three times as often as others; campaign 2 goes to Loyal ones twice as often."""
    rng = np.random.default_rng(seed)
    ids = [f"c{i:04d}" for i in range(n)]
    segments = pd.DataFrame({"customer_id": ids, "segment": ["Loyal"] * (n // 2) + ["At risk"] * (n // 2)})
    is_loyal = segments["segment"].to_numpy() == "Loyal"
    rows = []
    for campaign, share in (("1", 1.0), ("2", 0.7)):
        reached = rng.random(n) < np.where(is_loyal, share, share / 2)
        answered = rng.random(n) < np.where(is_loyal, 0.6, 0.2)
        rows += [(campaign, ids[i], bool(answered[i])) for i in np.flatnonzero(reached)]
    contacts = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "answered"])
    return contacts.assign(
        contacted_at=pd.Timestamp("2024-01-01"),
        treated=True,
        responded_at=pd.Series(pd.Timestamp("2024-01-05"), index=contacts.index).where(contacts["answered"]),
    ), segments


def test_a_segment_that_answers_more_is_found_within_campaigns():
    compared = persona_campaigns.answers_within_campaigns(*contacts_of(), as_of=pd.Timestamp("2024-12-31"))
    loyal = compared.set_index("segment").loc["Loyal"]
    assert loyal["n_customers"] == 60
    assert loyal["low"] < 0.4 < loyal["high"] and loyal["low"] > 0
    template, values = persona_campaigns.campaign_sentence(compared)
    assert "differ most" in template and abs(values["adjusted"]) == pytest.approx(abs(100 * loyal["adjusted"]))
    assert persona_campaigns.campaign_evidence(compared).baseline == 0.0


def test_answers_after_the_snapshot_do_not_count():
    contacts, segments = contacts_of()
    early = persona_campaigns.answers_within_campaigns(contacts, segments, as_of=pd.Timestamp("2024-01-04"))
    assert (early["rate"] == 0).all()
    assert "no segment answers clearly" in persona_campaigns.campaign_sentence(early)[0]


def test_too_few_contacted_customers_are_said():
    contacts, segments = contacts_of(58)
    with pytest.raises(TooLittleData, match="at least 30 contacted customers"):
        persona_campaigns.answers_within_campaigns(contacts, segments, as_of=pd.Timestamp("2024-12-31"))


def test_one_segment_alone_cannot_be_compared():
    contacts, segments = contacts_of()
    with pytest.raises(TooLittleData):
        persona_campaigns.answers_within_campaigns(
            contacts, segments.assign(segment="Loyal"), as_of=pd.Timestamp("2024-12-31")
        )
