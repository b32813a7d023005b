"""voc_loyalty.py: best scores of those who left, bad ones of those who stay, and whether the score tells who buys again."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from helpers import tables
from helpers.contracts import contract
from helpers.errors import TooLittleData
from helpers.voc import voc, voc_loyalty, voc_loyalty_pages

AS_OF = pd.Timestamp("2024-12-31")


def feedback(**columns) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return tables.empty("feedback").reindex(range(n)).assign(
        feedback_id=[f"f{i}" for i in range(n)], channel="survey", **columns)


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    return voc_loyalty.given_scores(rows, voc.read_reviews(rows))


def orders(**days_ago) -> ibis.Table:
    """Orders of 10 each customer=[days before the last day]."""
    rows = [{"customer_id": c, "order_date": date(2024, 12, 31) - timedelta(days=d), "revenue": 10.0}
            for c, ago in days_ago.items() for d in ago]
    return ibis.memtable(rows, schema={"customer_id": "string", "order_date": "date", "revenue": "float64"})


# --- what they said


def test_nine_is_the_best_and_six_is_bad():
    found = scores(feedback(nps=[10.0, 9.0, 8.0, 7.0, 6.0, 0.0, np.nan]))
    assert found["is_best"].tolist() == [True, True, False, False, False, False]
    assert found["is_bad"].tolist() == [False, False, False, False, True, True]


def test_five_stars_are_the_best_and_three_are_bad_in_figures_or_words():
    found = scores(feedback(rating=[5.0, 4.0, 3.0, np.nan], rating_label=[None, None, None, "五星"]))
    assert found["score"].tolist() == [5, 4, 3, 5] and set(found["scale"]) == {"rating"}
    assert found["is_best"].tolist() == [True, False, False, True]
    assert found["is_bad"].tolist() == [False, False, True, False]


def test_nps_counts_before_stars_and_stars_before_csat():
    found = scores(feedback(nps=[9.0, np.nan], rating=[1.0, 1.0], csat=[5.0, 5.0]))
    assert found["scale"].tolist() == ["nps", "rating"]


def test_scores_off_their_scale_and_what_a_system_wrote_do_not_count():
    found = scores(feedback(nps=[11.0, np.nan], rating=[np.nan, 5.0], text=[None, "系统默认好评"]))
    assert found.empty


def test_the_last_score_within_the_months_counts():
    rows = feedback(nps=[9.0, 2.0, 10.0, 9.0], customer_id=["a", "a", "b", None],
                    received_at=pd.to_datetime(["2024-06-01", "2024-08-01", "2023-12-01", "2024-08-01"], utc=True))
    last = voc_loyalty.last_scores(scores(rows), rows, as_of=AS_OF, reach_months=12, time_zone="UTC")
    assert last[["customer_id", "score"]].to_numpy().tolist() == [["a", 2.0]]
    assert voc_loyalty.last_scores(
        scores(rows), rows, as_of=pd.Timestamp("2024-07-31"), reach_months=12, time_zone="UTC"
    )["score"].tolist() == [9.0, 10.0]  # the snapshot before the second answer of a


# --- what they did


def test_a_silence_is_judged_by_her_own_pauses():
    weekly, yearly = range(120, 190, 7), range(100, 2300, 365)  # silent for 120 days, and for 100
    found = voc_loyalty.rhythms(orders(weekly=weekly, yearly=yearly), as_of=AS_OF, horizon_days=91).set_index("customer_id")
    assert found.loc["weekly", ["silent_days", "limit_days"]].tolist() == [120, 91]  # 7 days are shorter than the horizon
    assert found.loc["yearly", ["silent_days", "limit_days"]].tolist() == [100, 365]
    assert found["has_stopped"].tolist() == [True, False]


@pytest.mark.parametrize(("silent", "has_stopped"), [(91, False), (92, True)])
def test_the_horizon_itself_is_no_stop(silent, has_stopped):
    found = voc_loyalty.rhythms(orders(a=[silent, silent + 5]), as_of=AS_OF, horizon_days=91)
    assert found["has_stopped"].tolist() == [has_stopped]


def test_with_few_pauses_everybodys_pauses_count():
    everybody = {f"c{i}": range(0, 2400, 200) for i in range(3)}  # pauses of 200 days
    found = voc_loyalty.rhythms(orders(new=[150, 160], **everybody), as_of=AS_OF, horizon_days=91).set_index("customer_id")
    assert found.loc["new", "limit_days"] == 200
    assert not found.loc["new", "has_stopped"]


def test_one_customer_of_one_purchase_has_a_rhythm():
    found = voc_loyalty.rhythms(orders(a=[10]), as_of=AS_OF, horizon_days=91)
    assert found["limit_days"].tolist() == [91] and found["has_stopped"].tolist() == [False]


def said_last(**scores_of) -> pd.DataFrame:
    """customer=(score of 10, days before the last day)."""
    return pd.DataFrame([
        {"customer_id": c, "score": float(s), "scale": "nps", "is_best": s >= 9, "is_bad": s <= 6,
         "said_on": AS_OF - pd.Timedelta(days=d)} for c, (s, d) in scores_of.items()
    ])


def test_the_lists_hold_who_praised_and_left_and_who_complained_and_stays():
    last = said_last(gone=(9, 200), here=(10, 200), unhappy=(3, 50), unhappy_gone=(3, 250), not_since=(2, 20))
    bought = orders(gone=[195, 220], here=[3], unhappy=[10], unhappy_gone=[240], not_since=[30])
    rhythm = voc_loyalty.rhythms(bought, as_of=AS_OF, horizon_days=91)
    worth = pd.DataFrame({"customer_id": ["gone", "unhappy"], "revenue": [50.0, 9.0], "customer_lifetime_value": [1.0, 7.0]})
    listed = voc_loyalty.said_and_did(last, rhythm, worth)
    assert listed[["customer_id", "listed_as"]].to_numpy().tolist() == [
        ["gone", voc_loyalty.PROMOTER], ["unhappy", voc_loyalty.DETRACTOR]]  # not_since has not bought after saying so
    counted = voc_loyalty.count_saying_and_doing(last, rhythm)
    assert (counted["best"]["n"], counted["best"]["n_stopped"]) == (2, 1)
    assert (counted["bad"]["n"], counted["bad"]["n_stopped"]) == (3, 1)


def test_lists_go_by_value():
    last = said_last(a=(9, 200), b=(9, 200))
    rhythm = voc_loyalty.rhythms(orders(a=[195], b=[195]), as_of=AS_OF, horizon_days=91)
    worth = pd.DataFrame({"customer_id": ["a", "b"], "revenue": [5.0, 50.0], "customer_lifetime_value": [1.0, 1.0]})
    assert voc_loyalty.said_and_did(last, rhythm, worth)["customer_id"].tolist() == ["b", "a"]


# --- does the score tell who buys again?


def test_delong_is_worked_by_hand():
    """Of 2 × 2 pairs 3.5 are in order: AUC .875; V10 = (1, .75), V01 = (.75, 1): variance (.03125 + .03125) / 2."""
    auc, covariance = voc_loyalty.delong(np.array([[3.0, 2.0, 2.0, 1.0]]), np.array([True, True, False, False]))
    assert auc[0] == pytest.approx(0.875)
    assert covariance[0, 0] == pytest.approx(0.03125 / 2 + 0.03125 / 2)


def test_delong_agrees_with_the_auc_of_another_library():
    rng = np.random.default_rng(1)
    positive, values = rng.random(200) < 0.4, rng.integers(0, 8, (3, 200)).astype(float)
    auc, covariance = voc_loyalty.delong(values, positive)
    assert auc == pytest.approx([roc_auc_score(positive, row) for row in values])
    assert (np.linalg.eigvalsh(covariance) > 0).all()


def observed(n=400, *, signal=0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    recency = rng.integers(0, 100, n)
    score = np.clip(np.round(7 + signal * (50 - recency) / 10 + rng.normal(0, 2, n)), 0, 10)
    ids = [f"f{i:04d}" for i in range(n)]
    given = pd.DataFrame({"feedback_id": ids, "score": score, "scale": "nps", "is_best": score >= 9, "is_bad": score <= 6})
    seen = pd.DataFrame({
        "feedback_id": ids, "customer_id": ids, "said_on": AS_OF, "is_observed": True, "recency_days": recency, "n_recent": 2,
        "stopped": pd.array(rng.random(n) < recency / 100, dtype="boolean"),
    })
    return given, seen


def test_a_score_that_says_nothing_is_told_from_one_that_does():
    nothing = voc_loyalty.score_and_repurchase(*observed()).set_index("measure")
    assert nothing.loc["score", "low"] < 0.5 < nothing.loc["score", "high"]
    assert nothing.loc["recency", "low"] > 0.5 and nothing.loc["recency", "gain_low"] > 0
    assert nothing.loc["frequency", "auc"] == 0.5  # all bought equally often
    assert voc_loyalty.score_and_repurchase(*observed(signal=1.0)).set_index("measure").loc["score", "low"] > 0.5


def test_a_score_that_is_recency_itself_gains_exactly_nothing():
    given, seen = observed()
    same = given.assign(score=-seen["recency_days"].astype(float))
    row = voc_loyalty.score_and_repurchase(same, seen).set_index("measure").loc["recency"]
    assert row[["gain", "gain_low", "gain_high"]].tolist() == pytest.approx([0, 0, 0], abs=1e-9)  # on the same customers


def test_a_customer_counts_once_with_the_last_known_outcome():
    given, seen = observed()
    twice = pd.concat([seen, seen.assign(feedback_id="x" + seen["feedback_id"], said_on=AS_OF - pd.Timedelta(days=99))])
    more = pd.concat([given, given.assign(feedback_id="x" + given["feedback_id"], score=0.0)])
    pd.testing.assert_frame_equal(voc_loyalty.score_and_repurchase(more, twice), voc_loyalty.score_and_repurchase(given, seen))


@pytest.mark.parametrize("stopped", [True, False])
def test_where_all_stop_or_nobody_does_the_score_tells_nothing(stopped):
    given, seen = observed()
    with pytest.raises(TooLittleData, match="of the rarer kind there are 0"):
        voc_loyalty.score_and_repurchase(given, seen.assign(stopped=pd.array([stopped] * len(seen), dtype="boolean")))


# --- the page


def test_the_page_says_whether_the_score_tells():
    for signal, words in ((0.0, "does not tell who buys again"), (1.0, "with a better score"), (-1.0, "with a worse score")):
        (said,) = voc_loyalty_pages.telling(voc_loyalty.score_and_repurchase(*observed(signal=signal)), days=91)
        assert words in said.template and said.evidence.baseline == 0.5


def test_the_share_of_the_best_that_stopped_is_told_beside_that_of_the_bad():
    counted = {"best": {"n": 571, "n_stopped": 103, "share": 103 / 571, "low": .15, "high": .22},
               "bad": {"n": 695, "n_stopped": 174, "share": 174 / 695, "low": .22, "high": .28}}
    best, bad = voc_loyalty_pages.counts(counted, listed(0, 12), days=91)
    assert best.values["difference"] == pytest.approx(100 * (103 / 571 - 174 / 695))
    assert best.values["from_points"] < best.values["difference"] < best.values["to_points"] < 0
    assert best.evidence.baseline == 0 and best.evidence.interval[1] < 0 and bad.evidence is None
    alone, = voc_loyalty_pages.counts(counted | {"bad": {"n": 9}}, listed(0, 0), days=91)
    assert "bad_share" not in alone.template


def test_the_page_says_why_shares_and_auc_may_differ():
    assert "answer different questions" in voc_loyalty_pages.apart_from_counts(days=91, months=12).template


def listed(n_best: int, n_bad: int) -> pd.DataFrame:
    n = n_best + n_bad
    return pd.DataFrame({
        "customer_id": [f"c{i}" for i in range(n)],
        "listed_as": [voc_loyalty.PROMOTER] * n_best + [voc_loyalty.DETRACTOR] * n_bad, "score": 9.0, "scale": "nps",
        "said_on": AS_OF, "last_on": AS_OF, "silent_days": 100, "limit_days": 91, "revenue": 1.0,
        "customer_lifetime_value": 1.0,
    })


def test_lists_below_ten_customers_are_not_shown():
    shown, hidden = voc_loyalty_pages.lists(listed(10, 9))
    assert shown["frame"]["said"].tolist() == ["9 of 10"] * 10
    assert hidden.template.endswith("fewer than {needed:count} customers.")


@pytest.mark.slow
def test_the_table_keeps_its_contract():
    assert len(tables.check_frame(listed(2, 2), contract("said_and_did"))) == 4
