"""surveys_response.py: rates, raking and its variance worked by hand; which answer belongs to which invitation."""

import numpy as np
import pandas as pd
import pytest

from bench_surveys import weighted_coverage
from helpers.errors import TooLittleData
from helpers.surveys import surveys_response as response

AS_OF = pd.Timestamp("2025-12-31")


def invitations(n: int, **columns) -> pd.DataFrame:
    """Invitations of 1 June 2025, answered the next day where `answered`."""
    answered = pd.Series(columns.pop("answered", [True] * n))
    invited_at = pd.Timestamp("2025-06-01", tz="UTC")
    return pd.DataFrame({
        "invitation_id": [f"i{i:04d}" for i in range(n)], "survey": "spring", "customer_id": [f"c{i:04d}" for i in range(n)],
        "invited_at": invited_at, "channel": "e-mail",
        "answered_at": pd.Series(pd.NaT, index=range(n), dtype="datetime64[us, UTC]").mask(
            answered, invited_at + pd.Timedelta(days=1)),
        "feedback_id": pd.Series([f"f{i:04d}" for i in range(n)], dtype="object").where(answered), **columns,
    })


def known(invited: pd.DataFrame, **columns) -> pd.DataFrame:
    return invited.assign(**{"recency": "same", "frequency": "same", "value": "same", **columns})


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
    with pytest.raises(TooLittleData, match="30 invitations"):
        response.response_rates(invited, {})


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


# --- weights


def test_raking_to_one_margin_is_post_stratification():
    answered = pd.DataFrame({"channel": ["app"] * 30 + ["e-mail"] * 10})
    weights = response.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    assert weights[:30] == pytest.approx(2 / 3)  # 20 of 40 over 30 answers
    assert weights[30:] == pytest.approx(2.0)


def test_raking_meets_two_margins_at_once():
    answered = pd.DataFrame({"a": list("xxxyyyyy"), "b": list("uvuvuvvv")})
    aims = {"a": pd.Series({"x": 0.5, "y": 0.5}), "b": pd.Series({"u": 0.4, "v": 0.6})}
    weights = response.rake(answered, aims)
    for name, shares in aims.items():
        got = pd.Series(weights).groupby(answered[name]).sum() / weights.sum()
        assert got.to_dict() == pytest.approx(shares.to_dict())


def test_no_weight_is_above_four_times_the_mean():
    answered = pd.DataFrame({"channel": ["app"] * 95 + ["e-mail"] * 5})
    weights = response.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    assert weights.mean() == pytest.approx(1.0)
    assert weights.max() <= 4.0 + 1e-6
    assert weights[95] > 3


def test_the_variance_of_a_post_stratified_mean_is_that_within_its_strata():
    rng = np.random.default_rng(0)
    answered = pd.DataFrame({"channel": ["app"] * 300 + ["e-mail"] * 100})
    counted = np.append(rng.choice([-1.0, 1.0], 300), rng.choice([-1.0, 1.0], 100) + 5.0)  # strata far apart
    weights = response.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    found = response.linearised_variance(counted, weights, answered, ["channel"])
    by_hand = 0.25 * counted[:300].var() / 300 + 0.25 * counted[300:].var() / 100
    assert found == pytest.approx(by_hand, rel=0.02)


def test_small_groups_join_the_one_with_the_next_rate():
    invited = pd.DataFrame({"value": ["a"] * 100 + ["b"] * 100 + ["c"] * 100})
    answered = pd.DataFrame({"value": ["a"] * 60 + ["b"] * 20 + ["c"] * 5})
    joined = response.merge_small(invited, answered, ["value"])["value"]
    assert joined["c"] == joined["b"] != joined["a"]


def test_weighting_by_hand_moves_the_score_to_that_of_everybody_invited():
    # half were invited by app (all 100 answered, all promoters), half by e-mail (50 answered, all detractors)
    answered = [True] * 150 + [False] * 50
    invited, _ = response.settle(invitations(200, answered=answered, channel=["app"] * 100 + ["e-mail"] * 100), as_of=AS_OF)
    invited = known(invited, nps=[10.0] * 100 + [0.0] * 100)
    found = response.weighted_score(invited, invited[invited["answered"]], "nps")
    assert found["estimate"] == pytest.approx(100 * (100 - 50) / 150)
    assert found["weighted"] == pytest.approx(0.0)
    assert found["n_kish"] == pytest.approx(150**2 / (100 * 0.75**2 + 50 * 1.5**2))
    assert found["margins"] == ["channel of the invitation"]


def test_where_all_answers_are_alike_the_weighted_interval_is_known_too():
    answered = [True] * 150 + [False] * 50
    invited, _ = response.settle(invitations(200, answered=answered, channel=["app"] * 100 + ["e-mail"] * 100), as_of=AS_OF)
    invited = known(invited, nps=10.0)
    found = response.weighted_score(invited, invited[invited["answered"]], "nps")
    assert found["weighted"] == found["weighted_high"] == pytest.approx(100.0)
    assert 90 < found["weighted_low"] < 100


def test_weighting_needs_answers_and_something_known():
    invited, _ = response.settle(invitations(200), as_of=AS_OF)
    invited = known(invited, nps=10.0)
    with pytest.raises(TooLittleData, match="something known"):
        response.weighted_score(invited, invited, "nps")
    with pytest.raises(TooLittleData, match="50 answers"):
        response.weighted_score(invited, invited.head(49), "nps")


def test_silent_customers_count_with_their_share():
    assert response.if_silent_differ(30.0, 0.25, 20.0) == 15.0  # three quarters of them, 20 lower


def test_the_slow_half_is_set_against_the_quick_half():
    invited = known(invitations(80), nps=[10.0] * 40 + [0.0] * 40)
    invited["answered_at"] = invited["invited_at"] + pd.to_timedelta([1] * 40 + [9] * 40, unit="D")
    found = response.late_minus_early(invited, "nps")
    assert found["estimate"] == -200.0
    assert response.late_minus_early(invited.head(50), "nps") is None


@pytest.mark.slow
def test_the_weighted_score_is_unbiased_and_covered_where_the_plain_one_is_not():
    found = weighted_coverage(800, n_runs=60)
    assert abs(found["weighted_bias"]) < 1.0 < 3.0 < found["unweighted_bias"]
    assert found["weighted"] >= 0.9
    assert found["unweighted"] < found["weighted"]
