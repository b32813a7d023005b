"""demographics.py: coverage, bands in order, planted and absent associations."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.evidence import grade
from helpers.segmentation import demographics


def segments_of(*names) -> pd.DataFrame:
    n = len(names)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(n)],
            "segment": list(names),
            "revenue": np.arange(n, dtype=float),
            "frequency": 1,
        }
    )


def planted(n=400, seed=0):
    """Half of the customers have a known age; young ones are Champions three times as often."""
    rng = np.random.default_rng(seed)
    age = np.where(rng.random(n) < 0.5, "19-24", "65+")
    is_champion = rng.random(n) < np.where(age == "19-24", 0.6, 0.2)
    segments = segments_of(*np.where(is_champion, "Champions", "Loyal"))
    known = rng.random(n) < 0.5
    customers = pd.DataFrame(
        {
            "customer_id": segments["customer_id"],
            "age_band": np.where(known, age, None),
            "gender": np.where(known, np.where(np.arange(n) % 2, "f", "m"), None),
            "city": None,
        }
    )
    return segments, customers


def test_only_attributes_that_are_known_and_differ_are_used():
    segments, customers = planted()
    customers["country"] = "US"
    customers["loyalty_tier"] = ["gold"] * 5 + ["base"] * 395  # 5 customers are too few to show
    assert demographics.known_attributes(customers) == ["age_band", "gender"]


def test_coverage_counts_customers_with_any_attribute_and_compares_them():
    segments = segments_of(*["Loyal"] * 200)
    customers = pd.DataFrame({"customer_id": segments["customer_id"], "age_band": ["a"] * 60 + ["b"] * 40 + [None] * 100})
    cover = demographics.coverage(demographics.known_customers(segments, customers))
    assert (cover["n"], cover["n_known"], cover["share"]) == (200, 100, 0.5)
    assert (cover["revenue_with"], cover["revenue_without"]) == (49.5, 149.5)


def test_too_few_known_customers_are_said():
    segments = segments_of(*["Loyal"] * 150)
    customers = pd.DataFrame({"customer_id": segments["customer_id"], "age_band": ["a"] * 50 + ["b"] * 49 + [None] * 51})
    with pytest.raises(TooLittleData, match="at least 100 customers; they are known for 0"):
        demographics.known_customers(segments, customers)


def test_bands_stand_in_the_order_of_their_numbers():
    bands = ["250K+", "Under 15K", "100-124K", "15-24K", "unknown", "35-49K"]
    assert sorted(bands, key=demographics.band_order) == ["Under 15K", "15-24K", "35-49K", "100-124K", "250K+", "unknown"]


def test_a_planted_association_is_found_and_an_absent_one_is_not():
    known = demographics.known_customers(*planted())
    table = demographics.associations(known).set_index("attribute")
    assert table.index[0] == "age_band"
    assert table.loc["age_band", "q_value"] < 0.001 and table.loc["age_band", "cramers_v"] > 0.25
    assert table.loc["gender", "q_value"] > 0.05


def test_cramers_v_is_one_for_a_perfect_and_zero_for_an_even_table():
    even, perfect = pd.DataFrame([[50, 50], [50, 50]]), pd.DataFrame([[1000, 0], [0, 1000]])
    assert demographics._cramers_v(0.0, even) == 0.0
    assert demographics._cramers_v(2000.0, perfect) == pytest.approx(1.0, abs=0.001)


def test_the_share_of_a_segment_by_band_worked_by_hand():
    segments = segments_of(*["Champions"] * 10 + ["Loyal"] * 10 + ["Champions"] * 5 + ["Loyal"] * 15 + ["Loyal"] * 9)
    known = segments.assign(age_band=["25-34"] * 20 + ["19-24"] * 20 + ["65+"] * 9, is_known=True)
    bands = demographics.share_by_band(known, attribute="age_band", segment="Champions")
    assert bands["band"].tolist() == ["19-24", "25-34"]  # the 9 of 65+ are too few to show
    assert bands["share"].tolist() == [0.25, 0.5]
    assert bands["others_share"].tolist() == pytest.approx([10 / 29, 5 / 29])
    assert (bands["low"] < bands["share"]).all() and (bands["share"] < bands["high"]).all()


def test_the_sentence_says_so_if_nothing_is_associated():
    segments, customers = planted()
    customers["age_band"] = customers["age_band"].sample(frac=1, random_state=5).to_numpy()
    known = demographics.known_customers(segments, customers)
    strengths = demographics.associations(known)
    attribute, segment = demographics.most_telling(known, strengths)
    bands = demographics.share_by_band(known, attribute=attribute, segment=segment)
    template, values = demographics.sentence(bands, strengths, attribute=attribute, segment=segment)
    assert template.startswith("None of the {n_attributes:count} known attributes") and values["q"] > 0.05


@pytest.mark.parametrize(
    ("q", "low", "words"), [(0.05, 0.1, "None of"), (0.049, -0.1, "no single band"), (0.049, 0.1, "Of customers")]
)
def test_the_sentence_follows_the_q_value_and_the_interval(q, low, words):
    bands = pd.DataFrame(
        {"band": ["65+"], "n": [50], "share": [0.5], "others_share": [0.2], "difference_low": [low], "difference_high": [0.5]}
    )
    strengths = pd.DataFrame({"q_value": [q, 0.9], "n_known": [50, 90]})
    template, values = demographics.sentence(bands, strengths, attribute="age_band", segment="Loyal")
    assert words in template


def test_the_sentence_names_the_band_that_differs():
    known = demographics.known_customers(*planted())
    strengths = demographics.associations(known)
    bands = demographics.share_by_band(known, attribute="age_band", segment="Champions")
    template, values = demographics.sentence(bands, strengths, attribute="age_band", segment="Champions")
    assert template.startswith("Of customers with {attribute:label}") and values["attribute"] == "age"
    assert {values["band"]: values["share"] > values["others"]}.items() <= {"19-24": True, "65+": False}.items()
    evidence = demographics.evidence(values, coverage=0.5)
    assert evidence.interval[0] <= evidence.estimate <= evidence.interval[1]


@pytest.mark.parametrize(("q", "low", "high", "expected"), [
    (0.01, 0.01, 0.5, "holds"),  # a difference is said, whatever its width
    (0.01, -0.01, 0.5, "with care"), (0.05, -0.04, 0.04, "holds"), (0.05, -0.07, 0.04, "with care"),  # none is said
])
def test_no_difference_between_bands_is_said_only_if_it_is_known_to_five_points(q, low, high, expected):
    values = {"n_known": 100, "share": 0.2, "others": 0.2, "low": low, "high": high, "q": q}
    assert grade(demographics.evidence(values, coverage=1.0))[0] == expected


def test_what_the_company_gave_is_not_taken_for_the_person():
    customers = pd.DataFrame({"customer_id": ["a"], "age_band": "20-29", "loyalty_tier": "gold", "acquisition_channel": "web"})
    assert list(demographics.of_the_person(customers)) == ["customer_id", "age_band"]
