"""sentiment_prevalence.py: known shares are found again, by hand and by simulation; small groups are not shown."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.sentiment import sentiment_prevalence as sp

RATES = {"en": 0.5, "zh": 0.5}


def drawn(n, share, *, seed=0):
    """Probabilities that are right where half are dissatisfied, of texts of which `share` are: scores N(±1, 1)."""
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < share
    score = rng.normal(np.where(bad, 1.0, -1.0), 1.0)
    return 1 / (1 + np.exp(-2 * score)), bad


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8])
def test_the_true_share_is_found_where_counting_is_wrong(share):
    p, bad = drawn(20_000, share)
    assert sp.saerens(p, base_rate=0.5) == pytest.approx(bad.mean(), abs=0.015)
    if share != 0.5:
        assert abs((p >= 0.5).mean() - bad.mean()) > 0.03


def test_at_the_share_of_the_training_texts_nothing_is_corrected():
    p, bad = drawn(50_000, 0.5)
    assert sp.saerens(p, base_rate=0.5) == pytest.approx(p.mean(), abs=0.01)


@pytest.mark.slow
def test_the_interval_holds_the_true_share_about_as_often_as_it_says():
    held = 0
    for seed in range(20):
        p, _ = drawn(300, 0.25, seed=seed)
        found = sp.corrected_share(p, np.arange(300), base_rate=0.5, seed=seed)
        held += found["low"] <= 0.25 <= found["high"]
    assert held >= 16  # 19 expected; 15 or fewer would happen once in 4,000 such tests


@pytest.mark.slow
def test_the_interval_holds_the_true_share_too_where_thirty_authors_write_ten_texts_each():
    truth = sp.saerens(np.repeat([0.9, 0.1], [300, 700]), base_rate=0.3)
    held = 0
    for seed in range(60):
        p = np.where(np.random.default_rng(seed).random(30) < 0.3, 0.9, 0.1)
        found = sp.corrected_share(np.repeat(p, 10), np.repeat(np.arange(30), 10), base_rate=0.3, seed=1)
        held += found["low"] <= truth <= found["high"]
    assert held >= 51  # 85 %; texts resampled one by one hold it in 57 %


def scored(n, *, language="en", share=0.3, seed=0) -> pd.DataFrame:
    p, _ = drawn(n, share, seed=seed)
    return pd.DataFrame({"language": language, "p_dissatisfied": p, "author": [f"{language} {seed} {i}" for i in range(n)]})


def test_groups_below_thirty_authors_are_not_shown_and_thirty_are():
    table = pd.concat([scored(29), scored(30, seed=1)], ignore_index=True)
    table = pd.concat([table, table.head(1)], ignore_index=True)  # thirty texts of 29 authors
    groups = pd.Series(["small"] * 29 + ["large"] * 30 + ["small"])
    assert sp.shares_by(table, groups, base_rates=RATES, seed=1)["group"].tolist() == ["large"]


def test_two_languages_are_corrected_apart_and_put_together_by_number():
    english, chinese = scored(300, share=0.2), scored(100, language="zh", share=0.8, seed=1)
    both = pd.concat([english, chinese], ignore_index=True)
    parts = [sp.corrected_share(x["p_dissatisfied"].to_numpy(), x["author"], base_rate=0.5, seed=1)["share"]
             for x in (english, chinese)]
    assert sp.total(both, base_rates=RATES, seed=1)["share"] == pytest.approx((300 * parts[0] + 100 * parts[1]) / 400)


def test_silent_texts_are_those_without_a_verdict_with_their_quarter():
    table = pd.DataFrame({
        "feedback_id": [f"f{i}" for i in range(40)], "is_dissatisfied": pd.array([None] * 35 + [True] * 5, dtype="boolean"),
    })
    reviews = pd.DataFrame({
        "feedback_id": table["feedback_id"], "channel": "social",
        "received_at": pd.to_datetime(["2024-03-31T23:00Z"] * 39 + [None], utc=True), "customer_id": None,
    })
    found = sp.silent_texts(table, reviews, time_zone="UTC")
    assert len(found) == found["author"].nunique() == 35
    assert set(found["quarter"]) == {pd.Timestamp("2024-01-01")}
    with pytest.raises(TooLittleData, match="30"):
        sp.silent_texts(table.tail(30), reviews, time_zone="UTC")
    with pytest.raises(TooLittleData, match="30"):  # 29 authors
        sp.silent_texts(table, reviews.assign(customer_id=["ann"] * 7 + [None] * 33), time_zone="UTC")


@pytest.mark.parametrize(("time_zone", "quarter"), [("Asia/Shanghai", "2026-01-01"), ("UTC", "2025-10-01")])
def test_a_quarter_begins_when_it_begins_for_the_business(time_zone, quarter):
    table = pd.DataFrame({"feedback_id": [f"f{i}" for i in range(30)], "is_dissatisfied": pd.array([None] * 30, "boolean")})
    at = pd.Timestamp("2025-12-31T22:00Z")  # 06:00 of the next day in Shanghai
    reviews = table[["feedback_id"]].assign(channel="social", received_at=at)
    found = sp.silent_texts(table, reviews, time_zone=time_zone)
    assert set(found["quarter"]) == {pd.Timestamp(quarter)}


def test_the_check_compares_with_the_verdicts_of_held_out_texts():
    p, bad = drawn(2000, 0.3)
    table = pd.DataFrame({"role": "test", "is_dissatisfied": bad, "language": "en", "p_dissatisfied": p, "author": range(2000)})
    found = sp.check(table, base_rates=RATES, seed=1)
    assert found["share"] == pytest.approx(found["true"], abs=0.03)
    assert sp.check(table.assign(role="train"), base_rates=RATES, seed=1) is None
