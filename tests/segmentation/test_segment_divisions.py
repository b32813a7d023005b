"""segment_divisions.py: overlap is that of scikit-learn, chance is 0, tiers respect ties."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from helpers.errors import TooLittleData
from helpers.segmentation import segment_divisions as divisions


def test_tiers_hold_the_first_80_and_the_next_15_percent_of_revenue():
    revenue = pd.Series([500.0, 300.0, 100.0, 50.0, 49.0, 1.0])  # 50, 80, 90, 95, 99.9, 100 % of 1,000
    assert divisions.value_tiers(revenue).tolist() == ["A", "A", "B", "B", "C", "C"]


def test_equal_revenue_is_in_one_tier_and_nothing_or_less_is_in_the_last():
    assert divisions.value_tiers(pd.Series([10.0] * 7)).unique().tolist() == ["A"]
    assert divisions.value_tiers(pd.Series([10.0, 0.0, -5.0])).tolist() == ["A", "C", "C"]
    assert divisions.value_tiers(pd.Series([0.0, -1.0])).tolist() == ["C", "C"]


def test_the_order_of_customers_does_not_change_their_tier():
    revenue = pd.Series(np.random.default_rng(1).integers(0, 30, 200).astype(float))
    mixed = revenue.sample(frac=1, random_state=2)
    pd.testing.assert_series_equal(divisions.value_tiers(mixed).sort_index(), divisions.value_tiers(revenue))


def test_overlap_is_close_to_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    a = pd.Series(rng.integers(0, 5, 2_000))
    b = pd.Series(np.where(rng.random(2_000) < 0.6, a, rng.integers(0, 4, 2_000)))
    found = divisions.adjusted_mutual_information(a, b)
    assert found["ami"] == pytest.approx(adjusted_mutual_info_score(a, b), abs=0.002) and found["ami"] > found["chance"]


@pytest.mark.slow
def test_unrelated_divisions_exceed_the_limit_of_chance_one_time_in_twenty():
    rng = np.random.default_rng(0)
    found = [
        divisions.adjusted_mutual_information(*(pd.Series(rng.integers(0, 4, 400)) for _ in range(2))) for _ in range(400)
    ]
    beyond = np.mean([f["ami"] > f["chance"] for f in found])
    assert 0.02 < beyond < 0.09 and abs(np.mean([f["ami"] for f in found])) < 0.002


def test_the_same_division_overlaps_fully_and_unknown_customers_are_left_out():
    a = pd.Series(["x", "y"] * 100 + [None] * 50)
    found = divisions.adjusted_mutual_information(a, a)
    assert found["n"] == 200 and found["ami"] == pytest.approx(1.0)
    assert np.isnan(divisions.adjusted_mutual_information(a.iloc[:99], a.iloc[:99])["ami"])
    assert np.isnan(divisions.adjusted_mutual_information(a, pd.Series(["same"] * 250))["ami"])


def customers(n=240) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame({
        "customer_id": [f"c{i:03d}" for i in range(n)], "revenue": rng.gamma(1, 50, n),
        "segment": np.where(np.arange(n) % 3 == 0, "Champions", "Hibernating"),
        "frequency_group": np.where(np.arange(n) % 2 == 0, "frequent", "potential"), "cluster": None, "interest_group": None,
    })


def test_divisions_that_are_not_there_are_left_out_and_said():
    known = customers().assign(age_band=np.where(np.arange(240) < 120, "20-29", "30-39"), is_known=True, loyalty_tier="A")
    found = divisions.divisions(customers(), known=known)
    assert [division.name for division in found] == ["Value tiers", "RFM segments", "Frequency groups", "age"]
    assert len(divisions.missing_sentences(found)) == 1 and "city or region" in divisions.missing_sentences(found)[0]
    pairs = divisions.overlap(found)
    assert len(pairs) == 6 and divisions.matrix(pairs, found).shape == (3, 3)
    assert divisions.summarise(found, n=240)["coverage"].tolist() == [1.0] * 4


def test_places_beyond_the_largest_twelve_are_one_group():
    places = pd.Series([f"city {i:02d}" for i in range(14) for _ in range(20 - i)] + [None])
    found = divisions._main_places(places)
    assert found.nunique() == 13 and (found == divisions.OTHER).sum() == 8 + 7 and found.isna().sum() == 1


def test_the_loyalty_tier_that_the_company_gave_is_no_demography():
    tier = np.where(customers()["segment"] == "Champions", "gold", "none")
    known = customers().assign(loyalty_tier=tier, is_known=True)
    assert "demography" not in {division.kind for division in divisions.divisions(customers(), known=known)}


def test_the_crosstab_hides_segments_of_fewer_than_ten():
    few = customers().assign(segment=["New"] * 9 + ["Loyal"] * 231)
    table = divisions.crosstab(few)
    assert table["segment"].tolist() == ["Loyal"] and table[["A", "B", "C"]].sum(axis=1).iloc[0] == pytest.approx(1.0)


def test_the_sentence_counts_weak_and_unrelated_pairs():
    pairs = pd.DataFrame({
        "first": ["a", "a", "b"], "second": ["b", "c", "c"], "ami": [0.5, 0.05, 0.001], "is_beyond": [True, True, False],
    })
    template, values = divisions.sentence(pairs)
    assert (values["first"], values["second"], values["n_weak"], values["n_unrelated"]) == ("a", "b", 2, 1)
    assert "different questions" in template and "all" in divisions.sentence(pairs.iloc[:1])[0]
    assert divisions.sentence(pairs.iloc[:0])[1] == {}


def test_too_few_customers_or_divisions_are_said():
    same = customers().assign(revenue=5.0, segment="Loyal", frequency_group="frequent")
    with pytest.raises(TooLittleData, match="there are 0 ways"):
        divisions.overlap(divisions.divisions(same))
    with pytest.raises(TooLittleData, match="same 100 customers"):
        divisions.overlap(divisions.divisions(customers(60)))
    with pytest.raises(TooLittleData, match="segment of at least 10"):
        divisions.crosstab(customers(12))
