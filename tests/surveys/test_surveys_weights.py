"""surveys_weights.py: raking and its variance worked by hand; what must be there for a weighted score to hold."""

import numpy as np
import pandas as pd
import pytest

from bench_surveys import weighted_coverage
from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.surveys import surveys_response as response
from helpers.surveys import surveys_weights as weights_of
from survey_invitations import AS_OF, invitations, known

# --- weights


def test_raking_to_one_margin_is_post_stratification():
    answered = pd.DataFrame({"channel": ["app"] * 30 + ["e-mail"] * 10})
    weights = weights_of.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    assert weights[:30] == pytest.approx(2 / 3)  # 20 of 40 over 30 answers
    assert weights[30:] == pytest.approx(2.0)


def test_raking_meets_two_margins_at_once():
    answered = pd.DataFrame({"a": list("xxxyyyyy"), "b": list("uvuvuvvv")})
    aims = {"a": pd.Series({"x": 0.5, "y": 0.5}), "b": pd.Series({"u": 0.4, "v": 0.6})}
    weights = weights_of.rake(answered, aims)
    for name, shares in aims.items():
        got = pd.Series(weights).groupby(answered[name]).sum() / weights.sum()
        assert got.to_dict() == pytest.approx(shares.to_dict())


def test_heavy_weights_are_kept():
    answered = pd.DataFrame({"channel": ["app"] * 95 + ["e-mail"] * 5})
    weights = weights_of.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    assert weights[95:] == pytest.approx(10.0)  # 50 of 100 over 5 answers


def test_the_variance_of_a_post_stratified_mean_is_that_within_its_strata():
    answered = pd.DataFrame({"channel": ["app"] * 300 + ["e-mail"] * 100})
    counted = np.append(np.tile([-1.0, 1.0], 150), np.tile([4.0, 6.0], 50))  # strata far apart
    weights = weights_of.rake(answered, {"channel": pd.Series({"app": 0.5, "e-mail": 0.5})})
    found, freedom = weights_of.linearised_variance(counted, weights, answered)
    by_hand = 0.25 * counted[:300].var(ddof=1) / 300 + 0.25 * counted[300:].var(ddof=1) / 100
    assert found == pytest.approx(by_hand)
    # squared, all of a stratum are alike: (300 a + 100 b)² / (300 a² + 100 b²), b = 9 a since weight 2 is thrice ⅔
    assert freedom == pytest.approx((300 + 900) ** 2 / (300 + 8100), rel=0.01)


def test_what_two_margins_say_alike_counts_once():
    rng = np.random.default_rng(0)
    answered = pd.DataFrame({"channel": ["app"] * 300 + ["e-mail"] * 100})
    counted, weights = rng.choice([-1.0, 1.0], 400), np.repeat([2 / 3, 2.0], [300, 100])
    once = weights_of.linearised_variance(counted, weights, answered)
    assert weights_of.linearised_variance(counted, weights, answered.assign(again=answered["channel"])) == pytest.approx(once)


def test_small_groups_join_the_one_with_the_next_rate():
    invited = pd.DataFrame({"value": ["a"] * 100 + ["b"] * 100 + ["c"] * 100})
    answered = pd.DataFrame({"value": ["a"] * 60 + ["b"] * 20 + ["c"] * 5})
    joined = weights_of.merge_small(invited, answered, ["value"])["value"]
    assert joined["c"] == joined["b"] != joined["a"]


def test_weighting_by_hand_moves_the_score_to_that_of_everybody_invited():
    # half were invited by app (all 100 answered, all promoters), half by e-mail (50 answered, all detractors)
    answered = [True] * 150 + [False] * 50
    invited, _ = response.settle(invitations(200, answered=answered, channel=["app"] * 100 + ["e-mail"] * 100), as_of=AS_OF)
    invited = known(invited, nps=[10.0] * 100 + [0.0] * 100)
    found = weights_of.weighted_score(invited, invited[invited["answered"]], "nps")
    assert found["estimate"] == pytest.approx(100 * (100 - 50) / 150)
    assert found["weighted"] == pytest.approx(0.0)
    assert found["n_kish"] == pytest.approx(150**2 / (100 * 0.75**2 + 50 * 1.5**2))
    assert found["margins"] == ["channel of the invitation"]


def test_where_all_answers_are_alike_the_weighted_interval_is_known_too():
    answered = [True] * 150 + [False] * 50
    invited, _ = response.settle(invitations(200, answered=answered, channel=["app"] * 100 + ["e-mail"] * 100), as_of=AS_OF)
    invited = known(invited, nps=10.0)
    found = weights_of.weighted_score(invited, invited[invited["answered"]], "nps")
    assert found["weighted"] == found["weighted_high"] == pytest.approx(100.0)
    assert 90 < found["weighted_low"] < 100


def satisfied(*kinds_: tuple[str, int, int, int]) -> dict:
    """The weighted CSAT of kinds of customers: channel, invited, of them answered, of these dissatisfied."""
    rows = [(name, i < hits, 1.0 if i < bad else 5.0) for name, n, hits, bad in kinds_ for i in range(n)]
    channel, answered, csat = (list(column) for column in zip(*rows, strict=True))
    invited = known(invitations(len(rows), channel=channel, answered=answered), csat=csat).assign(answered=answered)
    return weights_of.weighted_score(invited, invited[invited["answered"]], "csat")


def test_a_heavy_group_of_one_opinion_is_no_census():
    found = satisfied(("app", 400, 200, 100), ("mail", 2000, 40, 0))
    assert found["weighted"] == pytest.approx(1 - 0.5 / 6)
    n_kish = 240**2 / (200 * 0.2**2 + 40 * 5**2)  # weights 240/6/200 and 240 × 5/6/40
    assert found["n_kish"] == pytest.approx(n_kish)
    assert found["n_effective"] == pytest.approx(n_kish)
    ends = wilson(found["weighted"] * n_kish, n_kish)
    assert (found["weighted_low"], found["weighted_high"]) == pytest.approx(ends)
    assert found["weighted_low"] < 0.83 < 0.96 < found["weighted_high"]


def test_one_rare_answer_is_not_the_only_degree_of_freedom():
    found = satisfied(("app", 400, 200, 100), ("mail", 2000, 40, 1))
    assert 20 < found["n_effective"] <= found["n_kish"]
    assert 0.7 < found["weighted_low"] < found["weighted"] < found["weighted_high"] < 0.99
    equal = satisfied(("app", 200, 100, 1), ("mail", 200, 100, 0))
    assert 190 < equal["n_effective"] <= 200
    assert (equal["weighted_low"], equal["weighted_high"]) == pytest.approx((0.972, 0.999), abs=0.001)  # Wilson, 199 of 200


def test_weighting_needs_answers_and_something_known():
    invited, _ = response.settle(invitations(200), as_of=AS_OF)
    invited = known(invited, nps=10.0)
    with pytest.raises(TooLittleData, match="something known"):
        weights_of.weighted_score(invited, invited, "nps")
    with pytest.raises(TooLittleData, match="50 answers"):
        weights_of.weighted_score(invited, invited.head(49), "nps")


def test_silent_customers_count_with_their_share():
    assert weights_of.if_silent_differ(30.0, 0.25, 20.0) == 15.0  # three quarters of them, 20 lower


# --- what it takes to hold


def kinds(*kinds: tuple[str, int, int]) -> pd.DataFrame:
    """Invitations by app, e-mail, …: (channel, invited, of them answered); who answers says 10 and 0 by turns."""
    channel = [name for name, n, _ in kinds for _ in range(n)]
    answered = [i < hits for _, n, hits in kinds for i in range(n)]
    invited = known(invitations(len(channel), channel=channel, answered=answered), nps=[10.0, 0.0] * (len(channel) // 2))
    return invited.assign(answered=answered)


def holds(invited: pd.DataFrame) -> dict:
    return weights_of.weighted_score(invited, invited[invited["answered"]], "nps")


def test_a_group_that_kept_silent_is_missing_whatever_the_weights():
    found = holds(kinds(("app", 400, 100), ("e-mail", 400, 40), ("letter", 200, 4)))
    # letter joins e-mail: together .6 of the invited, of which 4 of 44 answers, .6 × 4 / 44 = .0545, are letters
    assert found["unlike"] == pytest.approx(0.2 - 0.6 * 4 / 44)
    assert not found["holds"]
    assert holds(kinds(("app", 400, 100), ("e-mail", 400, 40), ("letter", 200, 10)))["holds"]


def test_a_tiny_silent_group_and_few_answers_of_an_equal_rate_spoil_nothing():
    assert holds(kinds(("app", 400, 100), ("e-mail", 400, 40), ("letter", 40, 0)))["holds"]
    assert holds(kinds(("app", 300, 60), ("e-mail", 40, 8), ("letter", 40, 8)))["holds"]


def test_answers_that_count_like_fewer_than_thirty_do_not_hold():
    found = holds(kinds(("app", 100, 100), ("e-mail", 1000, 10)))
    assert found["unlike"] == pytest.approx(0)
    assert found["n_kish"] < 30
    assert not found["holds"]


# --- customers


def test_a_customer_invited_often_counts_once_as_she_was_last_known():
    invited = known(invitations(120, channel=["app"] * 60 + ["e-mail"] * 60), nps=[10.0] * 60 + [0.0] * 60)
    invited = invited.assign(answered=True)
    more = invited.tail(60).assign(invitation_id=[f"h{i}" for i in range(60)], feedback_id=[f"e{i}" for i in range(60)],
                                   nps=5.0, channel="letter")
    for name in ("invited_at", "answered_at"):
        more[name] = more[name] - pd.Timedelta(days=30)
    every = pd.concat([more, invited], ignore_index=True)
    once, often = (weights_of.weighted_score(rows, rows, "nps") for rows in (invited, every))
    assert once == often
    assert (often["n"], often["rate"]) == (120, 1.0)
    silent = every.assign(answered=every["invitation_id"] != "i0119")
    assert weights_of.weighted_score(silent, silent[silent["answered"]], "nps")["n"] == 120  # her earlier answer counts


def test_of_answers_dated_by_the_feedback_alone_the_latest_counts():
    invited = invitations(60, channel=["app"] * 30 + ["e-mail"] * 30)
    again = invited.assign(invitation_id=[f"j{i:04d}" for i in range(60)], feedback_id=[f"a{i:04d}" for i in range(60)],
                           invited_at=invited["invited_at"] + pd.Timedelta(days=30))
    every = pd.concat([invited, again], ignore_index=True)
    feedback = pd.DataFrame({
        "feedback_id": every["feedback_id"], "customer_id": every["customer_id"], "nps": [0.0] * 60 + [10.0] * 60,
        "csat": np.nan, "ces": np.nan, "received_at": every["invited_at"] + pd.Timedelta(days=1),
    })
    undated = known(every.assign(answered_at=pd.Series(pd.NaT, index=every.index, dtype="datetime64[us, UTC]")))
    settled, _ = response.settle(response.date_answers(undated, feedback), as_of=AS_OF)
    found = weights_of.weighted_score(settled, response.answers_of(settled, feedback), "nps")
    assert (found["n"], found["estimate"], found["weighted"]) == (60, 100.0, pytest.approx(100.0))


@pytest.mark.slow
def test_the_weighted_score_is_unbiased_and_covered_where_the_plain_one_is_not():
    found = weighted_coverage(800, n_runs=50)
    assert abs(found["weighted_bias"]) < 1.8 < 3.0 < found["unweighted_bias"]
    assert found["weighted"] >= 0.9
    assert found["unweighted"] < found["weighted"]


@pytest.mark.slow
def test_very_uneven_answering_is_covered_without_bias_where_the_score_holds():
    found = weighted_coverage(2500, silence="uneven", n_runs=60)
    assert found["holds"] > 0.95
    assert found["weighted"] >= 0.9
    assert abs(found["weighted_bias"]) < 2.0 < 12.0 < found["unweighted_bias"]
    assert weighted_coverage(400, silence="uneven", n_runs=15)["holds"] < 0.3  # 5 answers of a third of the customers


@pytest.mark.slow
def test_the_weighted_score_is_covered_where_customers_are_invited_six_times():
    found = weighted_coverage(300, times=6, n_runs=40)
    assert found["weighted"] >= 0.88
    assert abs(found["weighted_bias"]) < 2.0


@pytest.mark.slow
def test_the_weighted_score_is_covered_where_the_heavy_group_is_nearly_unanimous():
    found = weighted_coverage(2400, silence="nearly unanimous", n_runs=60)
    assert found["holds"] > 0.8
    assert found["weighted"] >= 0.9
