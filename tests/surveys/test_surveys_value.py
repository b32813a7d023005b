"""surveys_value.py: the value that promoters, passives and detractors hold, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import special

from bench_surveys import value_coverage
from helpers.errors import TooLittleData
from helpers.surveys import surveys_value


def made(n_detractors: int, n_passives: int, n_promoters: int, values=(30.0, 10.0, 10.0)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and customer values: so many of each group, each worth the given amount."""
    sizes = (n_detractors, n_passives, n_promoters)
    scores = [score for score, n in zip((3.0, 8.0, 10.0), sizes, strict=True) for _ in range(n)]
    worth = [value for value, n in zip(values, sizes, strict=True) for _ in range(n)]
    ids = [f"c{i:04d}" for i in range(len(scores))]
    answers = pd.DataFrame({"feedback_id": ids, "customer_id": ids, "received_at": pd.NaT, "nps": scores})
    return answers, pd.DataFrame({"customer_id": ids, "customer_lifetime_value": worth})


def test_shares_of_value_by_hand():
    answers, values = made(40, 60, 100)
    found = surveys_value.value_by_group(answers, values, seed=1).set_index("group")
    # 40 × 30 = 1200 of 1200 + 600 + 1000 = 2800
    assert found["value"].to_dict() == {"detractors": 1200.0, "passives": 600.0, "promoters": 1000.0}
    assert found["value_share"].sum() == pytest.approx(1.0)
    row = found.loc["detractors"]
    assert (row["n"], row["customer_share"], row["per_customer"]) == (40, 0.2, 30.0)
    assert row["value_share"] == pytest.approx(1200 / 2800)
    assert row["value_low"] < row["value_share"] < row["value_high"]
    assert row["excess"] == pytest.approx(1200 / 2800 - 0.2)
    assert row["excess_low"] > 0


def test_equal_values_leave_no_excess():
    found = surveys_value.value_by_group(*made(40, 60, 100, values=(5.0, 5.0, 5.0)), seed=1)
    for name in ("excess", "excess_low", "excess_high"):  # in every draw of the customers value goes with their number
        assert found[name].tolist() == pytest.approx([0, 0, 0])


def test_groups_of_fewer_than_ten_are_not_shown():
    found = surveys_value.value_by_group(*made(9, 0, 200), seed=1)
    assert found["group"].tolist() == ["promoters"]
    assert found["value_share"].iloc[0] == pytest.approx(2000 / 2270)


def test_few_customers_or_no_value_say_what_is_needed():
    answers, values = made(10, 10, 79)
    with pytest.raises(TooLittleData, match="there are 99"):
        surveys_value.value_by_group(answers, values, seed=1)
    answers, values = made(40, 60, 100, values=(0.0, 0.0, 0.0))
    with pytest.raises(TooLittleData):
        surveys_value.value_by_group(answers, values, seed=1)


def test_the_order_of_rows_does_not_matter():
    answers, values = made(40, 60, 100, values=(30.0, 20.0, 10.0))
    shuffled = answers.sample(frac=1, random_state=2), values.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(surveys_value.value_by_group(*shuffled, seed=1),
                                  surveys_value.value_by_group(answers, values, seed=1))


def test_a_group_without_any_value_has_no_interval_and_the_others_do():
    found = surveys_value.value_by_group(*made(40, 60, 100, values=(0.0, 10.0, 10.0)), seed=1).set_index("group")
    assert found.loc["detractors", "value_share"] == 0.0
    assert found.loc["detractors", ["value_low", "value_high", "excess_low"]].isna().all()
    assert found.loc["promoters", "value_low"] < 1000 / 1600 < found.loc["promoters", "value_high"]


def test_the_share_of_equal_values_has_the_interval_of_a_share_of_customers():
    row = surveys_value.value_by_group(*made(400, 600, 1000, values=(5.0, 5.0, 5.0)), seed=1).iloc[0]
    half = 1.96 / np.sqrt(2000 * 0.2 * 0.8)  # of the log odds
    expected = special.expit(special.logit(0.2) + np.array([-half, half]))
    assert [row["value_low"], row["value_high"]] == pytest.approx(expected.tolist(), rel=0.02)


@pytest.mark.slow
def test_a_few_rich_customers_are_covered_better_than_by_the_plain_bootstrap():
    found = value_coverage(300, detractors=0.15, spread=1.5, n_runs=120)
    assert found["share"] >= 0.88
    assert found["share"] > found["percentile"]
