"""surveys.py: scores worked by hand, what an answer counts at each limit, one answer a customer, who stands out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import tables
from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.surveys import surveys


def feedback(**columns) -> pd.DataFrame:
    """A table `feedback` with the given columns; all else is unknown."""
    n = len(next(iter(columns.values())))
    given = {"feedback_id": [f"f{i:05d}" for i in range(n)], **columns}
    return tables.empty("feedback").reindex(range(n)).assign(**given)


def asked(**columns) -> pd.DataFrame:
    return surveys.read_answers(feedback(**columns), tables.empty("survey_answers"))


def days(*days) -> pd.Series:
    return pd.Series(pd.to_datetime(list(days), utc=True))


# --- answers


def test_nine_promotes_seven_is_passive_and_six_detracts():
    counted = surveys.points(pd.Series([10, 9, 8.5, 8, 7, 6.5, 6, 0, np.nan]), "nps")
    assert counted.tolist()[:8] == [1, 1, 0, 0, 0, 0, -1, -1]
    assert np.isnan(counted.iloc[8])


def test_four_is_satisfied_and_three_is_not():
    assert surveys.points(pd.Series([5.0, 4, 3.9, 3, 1]), "csat").tolist() == [1, 1, 0, 0, 0]


def test_ease_counts_as_it_is():
    assert surveys.points(pd.Series([7.0, 1.0]), "ces").tolist() == [7.0, 1.0]


def test_scores_off_their_scale_count_as_not_given():
    read = asked(nps=[11.0, 0.0, -1.0, 10.0], csat=[0.0, np.nan, np.nan, 6.0], ces=[8.0, 7.0, np.nan, np.nan])
    assert read["nps"].tolist() == [0.0, 10.0]
    assert read["csat"].isna().all()
    assert read["ces"].tolist()[0] == 7.0


def test_the_survey_tells_its_language_and_without_it_the_feedback_does():
    answers = pd.DataFrame({
        "feedback_id": ["f00000", "f00000", "f00001"], "survey": ["autumn"] * 3, "question_id": ["nps", "price", "nps"],
        "language": ["zh", "zh", "und"], "answer": [9.0, 3.0, 7.0],
    })
    read = surveys.read_answers(feedback(nps=[9.0, 7.0, 5.0], language=["en", "en", "en"]), answers)
    assert read["language"].tolist() == ["zh", "en", "en"]
    assert read["survey"].tolist()[:2] == ["autumn", "autumn"]
    assert read["survey"].isna().tolist() == [False, False, True]


def test_only_the_latest_answer_of_a_customer_counts_and_unknown_customers_all_do():
    read = asked(nps=[0.0, 10.0, 3.0, 4.0], customer_id=["a", "a", None, None],
                 received_at=days("2025-03-01", "2025-01-01", "2025-01-01", "2025-01-01"))
    assert surveys.latest_answers(read, "nps")["nps"].tolist() == [0.0, 3.0, 4.0]


def test_an_answer_without_a_date_gives_way_to_a_dated_one_and_ties_go_to_the_larger_id():
    read = asked(nps=[1.0, 2.0, 3.0], customer_id=["a", "a", "a"], received_at=days(None, "2025-01-01", "2025-01-01"))
    assert surveys.latest_answers(read, "nps")["nps"].tolist() == [3.0]
    read = asked(nps=[1.0, 2.0], customer_id=["a", "a"], received_at=days("2025-01-01", None))
    assert surveys.latest_answers(read, "nps")["nps"].tolist() == [1.0]


def test_a_customer_counts_once_in_each_period():
    read = asked(nps=[1.0, 2.0, 3.0], customer_id=["a"] * 3, received_at=days("2025-01-01", "2025-01-20", "2025-02-01"))
    read = read.assign(month=["Jan", "Jan", "Feb"])
    assert surveys.latest_answers(read, "nps", by="month")["nps"].tolist() == [2.0, 3.0]


# --- scores


def test_nps_by_hand():
    found = surveys.score(asked(nps=[10.0] * 50 + [8.0] * 30 + [6.0] * 20), "nps")
    assert (found["estimate"], found["n"], found["promoters"], found["detractors"]) == (30.0, 100, 0.5, 0.2)
    # the textbook's half-width: 1.96 × √((.5 + .2 − .3²) / 100) × 100 = 15.3
    assert found["low"] == pytest.approx(30 - 15.3, abs=1.5)
    assert found["high"] == pytest.approx(30 + 15.3, abs=1.5)


def test_csat_is_the_share_of_four_and_five_with_wilsons_interval():
    found = surveys.score(asked(csat=[5.0] * 5 + [4.0] * 3 + [3.0] * 2), "csat")
    assert found["estimate"] == 0.8
    assert (found["low"], found["high"]) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # published for 8 of 10


def test_csat_at_another_level_is_wilsons_interval_at_that_level():
    counted = np.array([1.0] * 8 + [0.0] * 2)
    expected = wilson(8, 10, z=stats.norm.ppf(0.995))
    assert surveys.interval(counted, "csat", level=0.99) == pytest.approx((float(expected[0]), float(expected[1])))


def test_ces_is_a_mean_within_its_interval_and_the_scale():
    found = surveys.score(asked(ces=[7.0] * 14 + [1.0]), "ces")
    assert found["estimate"] == pytest.approx(6.6)
    assert 1 < found["low"] < 6.6 < found["high"] < 7


@pytest.mark.parametrize(("name", "value", "estimate"), [("nps", 10.0, 100.0), ("csat", 5.0, 1.0), ("ces", 7.0, 7.0)])
@pytest.mark.parametrize("n", [10, 15])
def test_the_best_answer_from_everybody_is_not_certainty(name, value, estimate, n):
    found = surveys.score(asked(**{name: [value] * n}), name)
    assert (found["estimate"], found["n"]) == (estimate, n)
    assert found["high"] == pytest.approx(estimate, abs=1e-12)
    assert found["low"] < estimate


def test_weights_move_the_interval_and_fewer_effective_answers_widen_it():
    counted, weights = np.array([1.0] * 50 + [-1.0] * 50), np.array([3.0] * 50 + [1.0] * 50)
    low, high = surveys.interval(counted, "nps", weights=weights, n_effective=80)
    assert low < 50 < high
    narrower = surveys.interval(counted, "nps", weights=weights, n_effective=1000)
    assert low < narrower[0] < 50 < narrower[1] < high


def test_only_scores_that_were_asked_are_told():
    found = surveys.scores(asked(csat=[4.0, 5.0] * 5, nps=[9.0] * 9 + [np.nan]))
    assert found["measure"].tolist() == ["csat"]  # nine customers are too few to be shown


@pytest.mark.parametrize("table", [feedback(nps=[np.nan]), tables.empty("feedback")])
def test_without_an_answer_it_says_what_it_needs(table):
    answers = surveys.read_answers(table, tables.empty("survey_answers"))
    with pytest.raises(TooLittleData, match="most that one of these has is 0"):
        surveys.scores(answers)
    with pytest.raises(TooLittleData, match="NPS answers of 10 customers"):
        surveys.score(answers, "nps")


@given(st.permutations(range(24)))
@settings(deadline=None, max_examples=10)
def test_the_order_of_rows_does_not_matter(order):
    table = feedback(nps=[float(i % 11) for i in range(24)], customer_id=list("abcdefghijkl") * 2,
                     received_at=days(*["2025-01-01", "2025-02-01", "2025-02-01"] * 8))
    shuffled = table.iloc[list(order)].reset_index(drop=True)
    empty = tables.empty("survey_answers")
    pd.testing.assert_frame_equal(surveys.scores(surveys.read_answers(shuffled, empty)),
                                  surveys.scores(surveys.read_answers(table, empty)))


# --- groups


def grouped(sizes: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Answers of groups with so many promoters and detractors."""
    rows = [(group, score) for group, (up, down) in sizes.items() for score in [10.0] * up + [0.0] * down]
    return asked(nps=[score for _, score in rows]).assign(place=[group for group, _ in rows])


def test_a_group_is_compared_with_the_other_answers_and_not_with_itself():
    found = surveys.compare_groups(grouped({"web": (60, 40), "shop": (40, 60)}), {"place": "where"}, "nps")
    assert found["group"].tolist() == ["web", "shop"]
    assert found["estimate"].tolist() == [pytest.approx(20.0), pytest.approx(-20.0)]
    assert found["difference"].tolist() == [pytest.approx(40.0), pytest.approx(-40.0)]
    assert found["stands_out"].all()


def test_equal_groups_do_not_stand_out_and_small_or_unknown_ones_are_not_shown():
    sizes = {"web": (50, 50), "shop": (15, 14), "fair": (5, 4), surveys.UNKNOWN: (15, 15)}
    found = surveys.compare_groups(grouped(sizes), {"place": "where"}, "nps")
    assert set(found["group"]) == {"web", "shop"}
    assert found.set_index("group")["is_small"].to_dict() == {"web": False, "shop": True}
    assert not found["stands_out"].any()


def test_one_group_is_no_comparison():
    assert surveys.compare_groups(grouped({"web": (50, 50)}), {"place": "where"}, "nps").empty


def test_groups_stand_out_only_if_they_would_among_all_that_are_compared():
    """40 promoters of 100 in "a", 57 in "b", the rest detractors: clear as the only dimension, not as one of 13."""
    both = asked(nps=[10.0] * 40 + [0.0] * 60 + [10.0] * 57 + [0.0] * 43).assign(
        a=["a"] * 100 + ["b"] * 100, **{f"d{i}": [f"{j % 2}" for j in range(200)] for i in range(12)})
    alone = surveys.compare_groups(both, {"a": "A"}, "nps")
    among = surveys.compare_groups(both, {"a": "A"} | {f"d{i}": f"D{i}" for i in range(12)}, "nps")
    assert (len(alone), len(among)) == (2, 26)
    assert alone["stands_out"].all()
    width = [table.loc[table["dimension"] == "A", ["difference_low", "difference_high"]].diff(axis=1).iloc[0, 1]
             for table in (alone, among)]
    # half-widths go with the normal distribution's points at 5 % / 2 and 5 % / 26, both two-sided
    assert width[1] / width[0] == pytest.approx(stats.norm.isf(0.025 / 26) / stats.norm.isf(0.025 / 2), rel=0.02)
    assert not among["stands_out"].any()
