"""voc_costs.py: lifts and money at risk worked by hand, planted effects found, nothing found where nothing is."""

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.contracts import contract
from helpers.errors import TooLittleData
from helpers.voc import voc_costs, voc_costs_pages

AS_OF = pd.Timestamp("2024-12-31")
SAID = pd.Timestamp("2024-06-01")


def moments(n: int, stopped, *, first: int = 0, **columns) -> pd.DataFrame:
    """n customers alike, each with one piece of feedback of the same day and a known outcome."""
    ids = [f"{i:05d}" for i in range(first, first + n)]
    frame = pd.DataFrame({
        "feedback_id": [f"f{i}" for i in ids], "customer_id": [f"c{i}" for i in ids], "said_on": SAID, "channel": "review",
        "n_recent": 2, "recency_days": 5, "revenue_per_day": 10.0, "is_observed": True,
        "stopped": pd.array(stopped, dtype="boolean"), "dissatisfied": pd.array([False] * n, dtype="boolean"),
    }).assign(**columns)
    return frame.assign(halved=frame["stopped"] if "halved" not in columns else columns["halved"])


def about(topic: str, ids, *, is_bad=True) -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": list(ids), "topic": topic, "kind": "aspect",
                         "is_dissatisfied": pd.array([is_bad] * len(ids), dtype="boolean")})


def values(frame: pd.DataFrame, value=100.0) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": frame["customer_id"].unique(), "customer_lifetime_value": value})


def found(topics: pd.DataFrame, frame: pd.DataFrame, worth=None, *, months=12, seed=1) -> pd.DataFrame:
    worth = values(frame) if worth is None else worth
    table = voc_costs.money_at_risk(topics, frame, frame[["feedback_id", "said_on"]], worth, as_of=AS_OF,
                                    reach_months=months, seed=seed)
    return table.set_index("topic")


def some(n: int, k: int) -> list[bool]:
    return [i < k for i in range(n)]


def two_groups(n_with=40, k_with=24, n_rest=120, k_rest=24) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who complained about delivery: 24 of 40 stopped; who did not: 24 of 120."""
    frame = pd.concat([moments(n_with, some(n_with, k_with)), moments(n_rest, some(n_rest, k_rest), first=1000)],
                      ignore_index=True)
    return about("delivery", frame["feedback_id"].head(n_with)), frame


# --- lift and money


def test_lift_and_money_are_worked_by_hand():
    row = found(*two_groups()).loc["delivery"]
    assert (row["n_compared"], row["n_reached"], row["n_mentions"]) == (40, 40, 40)
    assert row["stopped_share"] == pytest.approx(0.6)
    assert row["expected_share"] == pytest.approx(0.2)
    assert row["money_at_risk"] == pytest.approx(0.4 * 40 * 100)
    assert row["is_clear"] and row["money_low"] < 1600 < row["money_high"]


def test_what_is_clear_alone_is_not_clear_among_eleven_topics():
    topics, frame = two_groups(n_with=40, k_with=15, n_rest=330, k_rest=66)
    rest = frame["feedback_id"].iloc[40:]
    stopped = frame["stopped"].iloc[40:].astype(bool)
    alike = [about(f"t{i}", [*rest[stopped][6 * i:6 * i + 6], *rest[~stopped][24 * i:24 * i + 24]]) for i in range(10)]
    first = topics["topic"].iloc[0]
    alone, among = (found(given, frame).loc[first] for given in (topics, pd.concat([topics, *alike])))
    assert alone["p_value"] == pytest.approx(among["p_value"])
    assert 0.05 / 11 < among["p_value"] < 0.05 and among["q_value"] == pytest.approx(11 * among["p_value"])
    assert alone["is_clear"] and not among["is_clear"]


def test_customers_are_compared_with_those_alike_only():
    often = [moments(40, some(40, 20)), moments(100, some(100, 50), first=1000)]  # one half stops, with or without
    seldom = [moments(10, some(10, 1), first=2000, n_recent=9), moments(300, some(300, 30), first=3000, n_recent=9)]
    frame = pd.concat([*often, *seldom], ignore_index=True)
    complained = pd.concat([often[0], seldom[0]])["feedback_id"]
    row = found(about("price", complained), frame).loc["price"]
    assert row["expected_share"] == pytest.approx((40 * 0.5 + 10 * 0.1) / 50)  # 80 of 400 (.2) without the strata
    assert row["lift"] == pytest.approx(0)
    assert not row["is_clear"] and pd.isna(row["money_at_risk"])


def test_who_has_nobody_alike_is_not_compared():
    topics, frame = two_groups()
    lonely = moments(5, [True] * 5, first=9000, n_recent=99)
    both = pd.concat([frame, lonely], ignore_index=True)
    row = found(pd.concat([topics, about("delivery", lonely["feedback_id"])]), both).loc["delivery"]
    assert (row["n_compared"], row["n_reached"]) == (40, 45)


def test_only_the_first_complaint_of_a_customer_counts_and_what_she_said_before_is_alike():
    topics, frame = two_groups()
    earlier = frame.head(40).assign(feedback_id=lambda d: "e" + d["feedback_id"], said_on=SAID - pd.Timedelta(days=30),
                                    stopped=pd.array([False] * 40, dtype="boolean"))
    later = frame.head(40).assign(feedback_id=lambda d: "l" + d["feedback_id"], said_on=SAID + pd.Timedelta(days=30))
    both = pd.concat([frame, earlier, later], ignore_index=True)
    row = found(pd.concat([topics, about("delivery", later["feedback_id"])]), both).loc["delivery"]
    assert (row["n_compared"], row["stopped_share"]) == (40, pytest.approx(0.6))
    assert row["expected_share"] == pytest.approx(24 / (120 + 40))  # 120 others, and the 40 before their complaint
    assert row["n_mentions"] == 80


def test_a_mention_without_dissatisfaction_is_no_complaint():
    topics, frame = two_groups()
    content = about("delivery", frame["feedback_id"].iloc[40:80], is_bad=False)
    assert found(pd.concat([topics, content]), frame).loc["delivery", "n_compared"] == 40


def test_feedback_without_a_known_outcome_counts_for_reach_only():
    topics, frame = two_groups()
    young = moments(20, [pd.NA] * 20, first=5000, is_observed=False, said_on=pd.Timestamp("2024-12-20"))
    row = found(pd.concat([topics, about("delivery", young["feedback_id"])]), pd.concat([frame, young])).loc["delivery"]
    assert (row["n_compared"], row["n_reached"], row["n_mentions"]) == (40, 60, 60)
    assert row["money_at_risk"] == pytest.approx(0.4 * 60 * 100)


def test_the_future_does_not_change_the_lift():
    topics, frame = two_groups()
    young = moments(50, [pd.NA] * 50, first=5000, is_observed=False, said_on=pd.Timestamp("2024-12-20"))
    columns = ["n_compared", "stopped_share", "expected_share", "lift"]
    now = found(topics, frame)[columns]
    then = found(pd.concat([topics, about("delivery", young["feedback_id"])]), pd.concat([frame, young]))[columns]
    pd.testing.assert_frame_equal(now, then)


def test_old_complaints_reach_nobody():
    topics, frame = two_groups()
    with pytest.raises(TooLittleData, match="Needs a topic that 10 known customers"):
        found(topics, frame, months=6)  # said on 1 June, seven months before


@pytest.mark.parametrize(("n_reached", "is_there"), [(9, False), (10, True)])
def test_groups_below_ten_customers_are_not_shown(n_reached, is_there):
    topics, frame = two_groups()
    worth = values(frame).head(n_reached)  # of the others no value is known
    more = pd.concat([topics, about("price", frame["feedback_id"].tail(30))])
    assert ("delivery" in found(more, frame, pd.concat([worth, values(frame).tail(30)])).index) == is_there


@pytest.mark.parametrize(("n", "is_known"), [(29, False), (30, True)])
def test_a_lift_needs_thirty_customers(n, is_known):
    row = found(*two_groups(n_with=n, k_with=20)).loc["delivery"]
    assert (row[["lift", "lift_low", "p_value", "money_high"]].notna() == is_known).all()
    assert row["is_clear"] == is_known


def test_other_dissatisfied_customers_are_compared_apart():
    topics, frame = two_groups()
    unhappy = moments(60, some(60, 36), first=7000, dissatisfied=pd.array([True] * 60, dtype="boolean"))  # as many stop: .6
    row = found(topics, pd.concat([frame, unhappy], ignore_index=True)).loc["delivery"]
    assert row["other_lift"] == pytest.approx(0.0)
    assert row["lift"] == pytest.approx(0.6 - 60 / 180)


def test_halved_spending_is_an_outcome_of_its_own():
    topics, frame = two_groups()
    frame["halved"] = pd.array([True] * 40 + [False] * 60 + [pd.NA] * 60, dtype="boolean")
    assert found(topics, frame).loc["delivery", "halved_lift"] == pytest.approx(1.0)


def test_a_theme_is_left_out_where_half_of_its_complaints_are_about_one_aspect():
    topics, frame = two_groups()
    ids = frame["feedback_id"]
    same = about("late · box", [*ids[:15], *ids[50:65]]).assign(kind="theme")  # 15 of 30 are complaints about delivery
    other = about("colour", [*ids[:14], *ids[50:66]]).assign(kind="theme")  # 14 of 30
    assert set(found(pd.concat([topics, same, other]), frame).index) == {"delivery", "colour"}
    assert set(found(pd.concat([same, other]), frame).index) == {"late · box", "colour"}


# --- ranks, chance, determinism


def planted(seed: int, *, lift=0.3, n=1500) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reviews of which "loud" is complained about most and harmless, "costly" drives customers away, four do nothing."""
    rng = np.random.default_rng(seed)
    topic = rng.choice(["loud", "costly", "a", "b", "c", "none"], n, p=[.2, .08, .05, .05, .05, .57])
    often = rng.integers(0, 8, n)
    frame = moments(n, rng.random(n) < 0.5 - 0.05 * often + lift * (topic == "costly"), n_recent=often)
    named = topic != "none"
    topics = about("x", frame["feedback_id"][named]).assign(topic=topic[named])
    return topics, frame


def test_what_is_loud_and_what_is_costly_are_told_apart():
    table = found(*planted(4))
    assert table.index[0] == "costly" and table["is_clear"].tolist() == [True, False, False, False, False]
    assert table.loc["costly", ["money_rank", "mention_rank"]].tolist() == [1, 2]
    assert table.loc["loud", "mention_rank"] == 1
    assert table.loc["costly", "lift"] == pytest.approx(0.3, abs=0.1)


def test_money_is_never_below_zero():
    topics, frame = two_groups(k_with=0)  # who complained stays more often
    row = found(topics, frame).loc["delivery"]
    assert row["lift_high"] < 0 and not row["is_clear"]
    assert (row["money_low"], row["money_high"]) == (0, 0) and pd.isna(row["money_at_risk"])


@pytest.mark.parametrize("stopped", [True, False])
def test_where_everybody_or_nobody_stops_nothing_is_at_risk(stopped):
    topics, frame = two_groups()
    frame["stopped"] = frame["halved"] = pd.array([stopped] * len(frame), dtype="boolean")
    row = found(topics, frame).loc["delivery"]
    assert row["lift"] == 0 and not row["is_clear"]
    assert row[["lift_low", "lift_high"]].between(-0.2, 0.2).all()


def test_where_all_who_complained_stopped_it_is_no_surer_than_the_shares_of_both_sides():
    row = found(*two_groups(35, 35, 365, 345)).loc["delivery"]
    assert row["lift"] == pytest.approx(20 / 365)
    assert row["p_value"] > 0.1 and not row["is_clear"]  # Fisher: 0.4
    assert row["lift_low"] < 0 < row["lift_high"]
    assert found(*two_groups(35, 35, 365, 183)).loc["delivery", "is_clear"]


def test_the_order_of_rows_does_not_matter_and_a_seed_gives_one_answer():
    topics, frame = planted(2)
    shuffled = found(topics.sample(frac=1, random_state=1), frame.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled, found(topics, frame))


def test_too_little_is_said_in_words():
    topics, frame = two_groups(20, 10, 79, 20)
    with pytest.raises(TooLittleData, match="Needs 100 dated pieces of feedback .* there are 99"):
        found(topics, frame)
    with pytest.raises(TooLittleData, match="the most is 0"):
        found(topics.head(0), two_groups()[1])


def lift_of(frame: pd.DataFrame, n_with: int, seed: int) -> pd.Series:
    complaints = voc_costs.first_complaints(about("t", frame["feedback_id"].head(n_with)), frame)
    reached = pd.DataFrame({"topic": "t", "customer_id": frame["customer_id"].head(n_with), "value": 1.0})
    return voc_costs._lifts(complaints, frame, reached, ["t"], outcome="stopped", seed=seed).iloc[0]


@pytest.mark.slow
def test_intervals_cover_the_truth_and_chance_is_rarely_clear():
    covered, false_alarms, n = 0, 0, 120
    for seed in range(n):
        rng = np.random.default_rng([7, seed])
        row = lift_of(moments(400, np.r_[rng.random(50) < 0.75, rng.random(350) < 0.45]), 50, seed)
        covered += row["lift_low"] <= 0.3 <= row["lift_high"]
        row = lift_of(moments(400, rng.random(400) < 0.45), 50, seed)
        false_alarms += row["lift_low"] > 0 and row["p_value"] < 0.05
    assert 0.90 <= covered / n <= 0.99  # 95 % nominal; ±2 standard errors of 120 draws
    assert false_alarms / n <= 0.06  # 2.5 % nominal


# --- the table and the page


@pytest.mark.slow
def test_the_table_keeps_its_contract():
    checked = tables.check_frame(found(*planted(4)).reset_index(), contract("money_at_risk"))
    assert checked["is_clear"].sum() == 1


def pieces(table: pd.DataFrame) -> list:
    return voc_costs_pages.costs(table.reset_index(), horizon_days=91, reach_months=12, coverage=1.0, source="")


def test_the_page_names_what_costs_most_and_what_is_loudest():
    chart, finding = pieces(found(*planted(4)))
    assert chart["title"] == "costly puts most money at risk, although loud is mentioned more often"
    assert "an association" in str(finding.template) and finding.evidence.baseline == 0
    assert finding.values["topic"] == "costly"


def test_the_page_says_when_nothing_can_be_told():
    said, table = pieces(found(*planted(4, lift=0.0)))
    assert table["caption"].startswith("For no topic can it be told, after correction for 5 comparisons, that complaints go")
    assert said.evidence is None and "{money:money} at risk ({low:money} to {high:money})" in said.template
    (said,) = pieces(found(*two_groups(n_with=20)))
    assert said.template.startswith("What complaints cost cannot be told")


def test_one_topic_can_be_loudest_and_costliest():
    chart, _ = pieces(found(*two_groups()))
    assert chart["title"] == "delivery is mentioned most, and puts most money at risk"


def test_a_theme_named_after_an_aspect_is_told_with_the_aspect():
    topics = pd.concat([about(name, pd.Series([f"{name}{i}" for i in range(5)])).assign(kind=kind) for name, kind in
                        (("returns", "aspect"), ("returns · refund", "theme"), ("refunds · cash", "theme"))])
    assert set(voc_costs.apart_from_aspects(topics)["topic"]) == {"returns", "refunds · cash"}
