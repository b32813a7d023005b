"""surveys_change.py: the change of a score and its parts, worked by hand; the parts always add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench_surveys import change_coverage
from helpers.errors import TooLittleData
from helpers.surveys import surveys_change as change

AS_OF = pd.Timestamp("2025-12-31")
BEFORE, NOW = "2025-03-01", "2025-09-01"


def answers(*groups) -> pd.DataFrame:
    """Answers (day, place, promoters, detractors), each by another customer."""
    rows = [(day, place, score) for day, place, up, down in groups for score in [10.0] * up + [0.0] * down]
    frame = pd.DataFrame(rows, columns=["received_at", "place", "nps"])
    ids = [f"{i:05d}" for i in range(len(rows))]
    return frame.assign(received_at=pd.to_datetime(frame["received_at"], utc=True), customer_id=ids, feedback_id=ids)


def halves(*groups) -> pd.DataFrame:
    return change.two_halves(answers(*groups), "nps", as_of=AS_OF, time_zone="UTC")


def split(*groups, **options) -> pd.DataFrame:
    return change.split_change(halves(*groups), "place", "nps", seed=1, **{"n_draws": 50, **options}).set_index("group")


def test_the_parts_of_a_change_by_hand():
    # before: web 50 answers at +100, shop 50 at −100 → 0; now: web 75 at +60, shop 25 at −100 → +20
    found = split((BEFORE, "web", 50, 0), (BEFORE, "shop", 0, 50), (NOW, "web", 60, 15), (NOW, "shop", 0, 25))
    # mix of web: (.75 − .5) × ((100 + 60)/2 − (0 + 20)/2) = .25 × 70; of shop: −.25 × (−100 − 10)
    assert found["mix"].to_dict() == pytest.approx({"web": 17.5, "shop": 27.5, "all": 45.0})
    # within web: (.5 + .75)/2 × (60 − 100)
    assert found["within"].to_dict() == pytest.approx({"web": -25.0, "shop": 0.0, "all": -25.0})
    assert found.loc["all", ["score_earlier", "score_later"]].tolist() == [0.0, 20.0]


def test_customers_who_answer_in_both_halves_make_the_change_surer():
    # 50 customers say 10 and 50 say 0 before; 45 and 45 stay at that, 10 move up: a change of +20 points
    rows = answers((BEFORE, "web", 50, 50), (NOW, "web", 60, 40))
    apart = change.change(change.two_halves(rows, "nps", as_of=AS_OF, time_zone="UTC"), "nps")
    same = rows.assign(customer_id=[f"{i:03d}" for i in range(100)] * 2)
    found = change.change(change.two_halves(same, "nps", as_of=AS_OF, time_zone="UTC"), "nps")
    assert found["estimate"] == apart["estimate"] == pytest.approx(20)
    # mean difference .2, variance (.4 − .04) / 100: ±1.96 × .06, in points ±11.8, but for what keeps the ends in the scale
    assert found["high"] - found["low"] == pytest.approx(23.5, rel=0.06)
    assert apart["high"] - apart["low"] == pytest.approx(2 * 196 * np.sqrt((1 + 0.96) / 100), rel=0.06)


@pytest.mark.slow
def test_the_change_is_covered_where_half_of_the_customers_answer_again():
    found = change_coverage(60, 60, n_runs=150)
    assert 0.9 <= found["ours"] <= 0.99
    assert found["ours_width"] < 0.93 * found["apart_width"]


def test_a_group_that_is_new_brings_mix_only():
    found = split((BEFORE, "web", 20, 20), (NOW, "web", 20, 20), (NOW, "app", 40, 0), (BEFORE, "shop", 10, 10),
                  (NOW, "shop", 10, 10))
    assert found.loc["others", "n_earlier"] == 0
    assert found.loc["others", "within"] == 0.0
    assert found.loc["all", "mix"] == pytest.approx(found.loc["all", "score_later"] - found.loc["all", "score_earlier"])


def test_others_of_fewer_than_ten_take_the_smallest_group_with_them():
    places = [("web", 40, 40), ("shop", 30, 30), ("app", 12, 12), ("fair", 2, 1)]
    found = split(*[(day, place, up, down) for day in (BEFORE, NOW) for place, up, down in places])
    assert found.index.tolist() == ["shop", "web", "others", "all"]
    assert found.loc["others", "n_earlier"] == 27  # 24 by app, 3 at the fair


counts = st.tuples(st.integers(0, 40), st.integers(0, 40))


@given(st.lists(st.tuples(counts, counts), min_size=2, max_size=4))
@settings(deadline=None, max_examples=25)
def test_mix_and_within_add_up_to_the_change_whatever_the_groups(groups):
    sums = np.array([[[up + down for up, down in half], [up - down for up, down in half]]
                     for half in zip(*groups, strict=True)], float)
    if (sums[:, 0].sum(axis=1) > 0).all():
        parts = change.split_parts(sums)
        total = sums[:, 1].sum(axis=1) / sums[:, 0].sum(axis=1)
        assert parts["mix"].sum() + parts["within"].sum() == pytest.approx(total[1] - total[0], abs=1e-12)


def test_the_table_adds_up_and_lies_within_its_intervals():
    groups = [(BEFORE, "web", 40, 30), (BEFORE, "shop", 30, 40), (NOW, "web", 90, 20), (NOW, "shop", 15, 40)]
    found = split(*groups, n_draws=400)
    parts, total = found.drop(index="all"), found.loc["all"]
    for part in ("mix", "within"):
        assert parts[part].sum() == pytest.approx(total[part])
        assert (found[f"{part}_low"] <= found[part]).all()
        assert (found[part] <= found[f"{part}_high"]).all()
    moved = change.change(halves(*groups), "nps")
    assert moved["estimate"] == pytest.approx(total["mix"] + total["within"])
    assert moved["low"] < moved["estimate"] < moved["high"]


def test_a_customer_who_answers_in_both_halves_counts_in_both_and_once_in_each():
    rows = answers((BEFORE, "web", 40, 0), (NOW, "web", 0, 40))
    rows["customer_id"] = [str(i % 40) for i in range(80)]
    found = change.two_halves(rows, "nps", as_of=AS_OF, time_zone="UTC")
    assert found["is_later"].value_counts().to_dict() == {True: 40, False: 40}


@pytest.mark.parametrize(("day", "half"), [
    ("2024-12-31", None), ("2025-01-01", False), ("2025-06-30", False), ("2025-07-01", True), ("2025-12-31", True),
])
def test_a_day_belongs_to_the_half_year_that_it_lies_in(day, half):
    rows = pd.concat([answers((BEFORE, "web", 30, 0), (NOW, "web", 30, 0)), answers((day, "edge", 1, 0)).assign(
        customer_id="new", feedback_id="z")])
    found = change.two_halves(rows, "nps", as_of=AS_OF, time_zone="UTC")
    assert found.loc[found["place"] == "edge", "is_later"].tolist() == ([] if half is None else [half])


def test_too_few_answers_or_one_group_say_so():
    with pytest.raises(TooLittleData, match="there are 40 and 29"):
        halves((BEFORE, "web", 29, 0), (NOW, "web", 40, 0))
    with pytest.raises(TooLittleData, match="two groups"):
        split((BEFORE, "web", 30, 0), (NOW, "web", 30, 0))


def test_the_order_of_rows_does_not_matter():
    rows = halves((BEFORE, "web", 40, 30), (BEFORE, "shop", 30, 40), (NOW, "web", 90, 20), (NOW, "shop", 15, 40))
    shuffled = rows.sample(frac=1, random_state=3)
    again = change.two_halves(shuffled, "nps", as_of=AS_OF, time_zone="UTC")
    pd.testing.assert_frame_equal(change.split_change(again, "place", "nps", seed=1, n_draws=20),
                                  change.split_change(rows, "place", "nps", seed=1, n_draws=20))


def test_the_halves_begin_at_midnight_of_the_business():
    rows = answers(*[(day, "web", 20, 20) for day in (BEFORE, NOW)], ("2025-06-30", "web", 1, 0))
    rows.loc[80, "received_at"] += pd.Timedelta(hours=17)
    n_later = [int(change.two_halves(rows, "nps", as_of=AS_OF, time_zone=zone)["is_later"].sum())
               for zone in ("UTC", "Asia/Shanghai")]
    assert n_later == [40, 41]  # 17:00 on 30 June is 1 July in Shanghai
