"""surveys_response.py: rates worked by hand, one customer's invitations as one; which answer belongs to which invitation."""

import numpy as np
import pandas as pd
import pytest

from bench_surveys import rate_coverage
from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.surveys import surveys_response as response
from survey_invitations import AS_OF, invitations, known

# --- rates


def test_the_rate_is_of_invitations_old_enough_to_be_answered():
    late = invitations(40, answered=[True] * 10 + [False] * 30)
    recent = invitations(40, answered=[False] * 40, invitation_id=[f"r{i}" for i in range(40)],
                         invited_at=pd.Timestamp("2025-12-31 20:00", tz="UTC"))
    settled, days = response.settle(pd.concat([late, recent]), as_of=AS_OF)
    assert (len(settled), days) == (40, 1)  # all answers came within a day
    total = response.response_rates(settled, {}).iloc[0]
    assert (total["n"], total["n_answered"], total["share"]) == (40, 10, 0.25)
    assert (total["low"], total["high"]) == pytest.approx((0.1419, 0.4019), abs=1e-3)  # Wilson, 10 of 40


def test_what_is_answered_after_the_snapshot_is_not_answered_yet():
    invited = invitations(40, answered=[True] * 40)
    day = invited["invited_at"].dt.normalize().iloc[0].tz_localize(None)
    assert response.settle(invited, as_of=day + pd.Timedelta(days=60))[0]["answered"].all()
    later = invited.assign(answered_at=invited["answered_at"] + pd.Timedelta(days=90), feedback_id="f0")
    settled, _ = response.settle(later, as_of=day + pd.Timedelta(days=60))
    assert (len(settled), int(settled["answered"].sum())) == (40, 0)
    assert settled["feedback_id"].isna().all()


def test_an_answer_whose_moment_only_the_feedback_tells_is_not_answered_before_it():
    sent = pd.to_datetime(["2025-01-01", "2025-03-01"], utc=True)
    invited = invitations(2, customer_id="c", invited_at=sent, feedback_id=["z1", "a2"]).assign(answered_at=pd.NaT)
    invited["answered_at"] = pd.to_datetime(invited["answered_at"], utc=True)
    moments = pd.to_datetime(["2025-06-02", "2025-01-02"], utc=True)
    feedback = pd.DataFrame({"feedback_id": ["a2", "z1"], "received_at": moments})
    dated = response.date_answers(invited, feedback)
    assert dated["answered_at"].tolist() == feedback["received_at"].tolist()[::-1]
    settled, days = response.settle(dated, as_of=pd.Timestamp("2025-04-01"))
    assert (settled["answered"].tolist(), days) == ([True, False], 1)
    assert response.settle(dated, as_of=pd.Timestamp("2025-12-31"))[0]["answered"].all()
    told = invited.assign(answered_at=pd.Timestamp("2025-03-02", tz="UTC"))  # the list knows better
    assert response.date_answers(told, feedback)["answered_at"].tolist() == told["answered_at"].tolist()


def test_the_snapshot_ends_in_the_time_zone_of_the_business():
    sent = pd.to_datetime(["2025-12-17 15:00", "2025-12-17 17:00"], utc=True)
    invited = invitations(2, answered=[False] * 2, invited_at=sent)
    kept, days = response.settle(invited, as_of=AS_OF, time_zone="Asia/Shanghai")
    assert (kept["invitation_id"].tolist(), days) == (["i0000"], 14)  # the day ends at 16:00 UTC


def test_without_moments_all_invitations_count():
    invited = invitations(40).assign(invited_at=pd.NaT, answered_at=pd.NaT)
    invited["invited_at"] = pd.to_datetime(invited["invited_at"], utc=True)
    invited["answered_at"] = pd.to_datetime(invited["answered_at"], utc=True)
    settled, _ = response.settle(invited, as_of=AS_OF)
    assert len(settled) == 40
    assert settled["answered"].all()  # the list names the answers


def test_groups_of_fewer_than_ten_and_columns_with_one_group_are_not_shown():
    channel = ["e-mail"] * 25 + ["app"] * 16 + ["letter"] * 9
    invited, _ = response.settle(invitations(50, channel=channel, answered=[True, False] * 25), as_of=AS_OF)
    found = response.response_rates(known(invited), response.MARGINS)
    assert found["group"].tolist() == ["all invitations", "app", "e-mail"]
    assert found["share"].tolist() == [0.5, 0.5, 13 / 25]


def test_few_invitations_give_no_rate():
    invited, _ = response.settle(invitations(29), as_of=AS_OF)
    with pytest.raises(TooLittleData, match="30 customers"):
        response.response_rates(invited, {})
    often = invitations(58, customer_id=[f"c{i // 2}" for i in range(58)])
    with pytest.raises(TooLittleData, match="there are 29"):
        response.response_rates(response.settle(often, as_of=AS_OF)[0], {})


def test_six_invitations_of_one_customer_that_fare_alike_count_like_one():
    often = invitations(240, customer_id=[f"c{i // 6:02d}" for i in range(240)], answered=[i < 60 for i in range(240)])
    found = response.response_rates(often.assign(answered=often["feedback_id"].notna()), {}).iloc[0]
    assert (found["n"], found["n_customers"], found["n_answered"], found["share"]) == (240, 40, 60, 0.25)
    # 40 customers, 10 answer always: variance p(1 − p) / 39, Student's quantile 2.0227 for 39 degrees of freedom
    low, high = wilson(0.25 * (worth := 39 * (1.959964 / 2.022691) ** 2), worth)
    assert (found["low"], found["high"]) == pytest.approx((float(low), float(high)), abs=1e-6)


def test_invitations_of_one_customer_that_fare_differently_count_for_themselves_and_no_more():
    often = invitations(240, customer_id=[f"c{i // 6:02d}" for i in range(240)], answered=[i % 6 == 0 for i in range(240)])
    found = response.response_rates(often.assign(answered=often["feedback_id"].notna()), {}).iloc[0]
    assert (found["low"], found["high"]) == pytest.approx(tuple(map(float, wilson(40, 240))))


def test_where_nobody_answers_there_are_as_many_draws_as_customers():
    often = invitations(240, customer_id=[f"c{i // 6:02d}" for i in range(240)], answered=[False] * 240)
    found = response.response_rates(often.assign(answered=False), {}).iloc[0]
    assert (found["low"], found["high"]) == pytest.approx(tuple(map(float, wilson(0, 40))))


def test_a_group_of_many_invitations_to_few_customers_is_not_shown():
    customers = [f"c{i}" for i in range(40)] + ["a", "b", "c"] * 10 + [f"d{i}" for i in range(10)]
    channel = ["e-mail"] * 40 + ["app"] * 30 + ["letter"] * 10
    invited = known(invitations(80, customer_id=customers), channel=channel).assign(answered=[True, False] * 40)
    found = response.response_rates(invited, response.MARGINS)
    assert set(found["group"]) == {"all invitations", "e-mail", "letter"}


@pytest.mark.slow
def test_the_rate_is_covered_where_customers_are_invited_again_and_again():
    found = rate_coverage(200, times=6, n_runs=600)
    assert 0.92 <= found["ours"] <= 0.98
    assert found["invitations"] < 0.8  # as if all invitations went to different people


# --- whose answer


def test_an_answer_is_found_by_its_id_or_by_customer_and_moment_and_used_once():
    invited, _ = response.settle(invitations(4), as_of=AS_OF)
    invited = invited.assign(feedback_id=["f0", None, None, None], customer_id=["a", "b", "b", "c"])
    answers = pd.DataFrame({
        "feedback_id": ["f0", "f1", "f2"], "customer_id": ["x", "b", "c"], "nps": [9.0, 5.0, 1.0], "csat": np.nan,
        "ces": np.nan, "received_at": pd.to_datetime(["2025-06-02 09:00", "2025-06-02 10:00", "2025-06-09 10:00"], utc=True),
    })
    found = response.answers_of(invited, answers)
    assert found[["invitation_id", "feedback_id", "nps"]].to_numpy().tolist() == [["i0000", "f0", 9.0], ["i0001", "f1", 5.0]]


# --- late answers


def test_the_slow_half_is_set_against_the_quick_half():
    invited = known(invitations(80), nps=[10.0] * 40 + [0.0] * 40)
    invited["answered_at"] = invited["invited_at"] + pd.to_timedelta([1] * 40 + [9] * 40, unit="D")
    found = response.late_minus_early(invited, "nps")
    assert found["estimate"] == -200.0
    assert response.late_minus_early(invited.head(50), "nps") is None


def test_of_a_customer_with_many_answers_one_is_late_or_early():
    invited = known(invitations(80), nps=[10.0] * 40 + [0.0] * 40)
    invited["answered_at"] = invited["invited_at"] + pd.to_timedelta([1] * 40 + [9] * 40, unit="D")
    again = invited.tail(1).loc[lambda rows: rows.index.repeat(50)].assign(feedback_id=[f"g{i}" for i in range(50)])
    assert response.late_minus_early(pd.concat([invited, again], ignore_index=True), "nps")["n"] == 80
