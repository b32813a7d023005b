"""lifetime_value_holdout.py: predictions of unseen days, their scores, and the verdict."""

import ibis
import numpy as np
import pandas as pd
import pytest
from test_btyd import calibration, cdnow_orders  # noqa: F401  (fixtures)
from test_lifetime_value import MODEL, VALUES

from helpers.btyd import btyd
from helpers.errors import TooLittleData
from helpers.lifetime_value import lifetime_value, lifetime_value_holdout
from helpers.lifetime_value.lifetime_value import Window

WINDOW = Window(pd.Timestamp("1997-01-01"), pd.Timestamp("1997-09-30"), pd.Timestamp("1998-06-30"))
GAINED = {"gain": 0.2, "low": 0.1, "high": 0.3}


@pytest.fixture(scope="module")
def cdnow(cdnow_orders, calibration):  # noqa: F811
    """CDNOW's 39 + 39 weeks: calibration, models, predictions."""
    later = btyd.purchase_summary(cdnow_orders["tenth"], start=WINDOW.holdout_start, end=WINDOW.end)
    fit, values = btyd.fit_bg_nbd(calibration), btyd.fit_gamma_gamma(calibration)
    return fit, values, lifetime_value_holdout.predict(calibration, later, fit, values, window=WINDOW)


def frame(**columns) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"customer_id": [str(i) for i in range(n)], **columns})


# --- published figures (METHODS)


def test_the_published_holdout_comes_out(cdnow):
    scores = lifetime_value_holdout.score(cdnow[2]).set_index("method")
    model, pace = scores.loc["BG/NBD and Gamma-Gamma"], scores.loc["own pace continues"]
    assert model["purchases_actual"] == 1882
    assert model["purchases_predicted"] == pytest.approx(1653, abs=0.5)
    assert model["mae"] == pytest.approx(0.785, abs=5e-4)
    assert model["correlation"] == pytest.approx(0.626, abs=5e-4)
    assert pace["purchases_predicted"] == pytest.approx(2930, abs=0.5)
    assert model["top_share"] == pytest.approx(0.502, abs=5e-4)
    assert model["top_share_best"] == pytest.approx(0.762, abs=2e-3)


def test_the_tracking_chart_ends_four_percent_low_on_cdnow(cdnow, cdnow_orders, calibration):  # noqa: F811
    repeats = lifetime_value_holdout.daily_repeats(cdnow_orders["tenth"], window=WINDOW)
    tracked = lifetime_value_holdout.track(repeats, calibration, cdnow[0], window=WINDOW)
    last = tracked.iloc[-1]
    assert len(tracked) == 78 and last["week_end"] == WINDOW.end
    assert last["actual"] == 2457 + 1882  # repeat purchases before and in the holdout
    assert last["expected"] / last["actual"] - 1 == pytest.approx(-0.04, abs=0.002)
    assert tracked["is_held_out"].sum() == 39
    assert tracked[["actual", "expected"]].diff().dropna().ge(0).all(axis=None)


def test_rivals_are_tracked_and_scored_beside_the_model(cdnow, cdnow_orders, calibration):  # noqa: F811
    later = btyd.purchase_summary(cdnow_orders["tenth"], start=WINDOW.holdout_start, end=WINDOW.end)
    pareto = btyd.fit(calibration, "Pareto/NBD")
    found = lifetime_value_holdout.predict(calibration, later, pareto, cdnow[1], window=WINDOW, others=(cdnow[0],))
    scores = lifetime_value_holdout.score(found, chosen="Pareto/NBD")
    assert scores["method"].tolist() == [
        "Pareto/NBD and Gamma-Gamma", "BG/NBD and Gamma-Gamma", "own pace continues", "past revenue",
    ]
    assert scores["is_chosen"].tolist() == [True, False, False, False]
    model = scores.iloc[0]
    assert model["purchases_predicted"] == pytest.approx(1666, abs=1)  # published: Pareto/NBD 1,666 (.755, .630)
    assert (model["mae"], model["correlation"]) == pytest.approx((0.755, 0.630), abs=6e-4)
    repeats = lifetime_value_holdout.daily_repeats(cdnow_orders["tenth"], window=WINDOW)
    tracked = lifetime_value_holdout.track(repeats, calibration, pareto, window=WINDOW, others=(cdnow[0],))
    errors = lifetime_value_holdout.tracking_errors(tracked, chosen="Pareto/NBD").set_index("model")
    assert errors["at_end"].to_dict() == pytest.approx({"Pareto/NBD": -0.015, "BG/NBD": -0.040}, abs=0.002)
    assert errors["weekly"].to_dict() == pytest.approx({"Pareto/NBD": 0.013, "BG/NBD": 0.025}, abs=0.002)


def test_the_tracking_error_is_the_mean_over_the_weeks_held_out():
    tracked = pd.DataFrame({
        "week": [1, 2, 3], "actual": [0.0, 10.0, 20.0], "expected": [5.0, 8.0, 22.0], "is_held_out": [False, True, True],
    })
    found = lifetime_value_holdout.tracking_errors(tracked, chosen="BG/NBD").iloc[0]
    assert (found["at_end"], found["weekly"]) == pytest.approx((0.1, (0.2 + 0.1) / 2))


def test_groups_of_cdnow_are_single_counts(cdnow):
    groups = lifetime_value_holdout.by_frequency(cdnow[2])
    assert groups["group"].tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert groups["n_customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert groups["actual"].iloc[0] == pytest.approx(0.2367, abs=1e-4)


@pytest.mark.slow
def test_the_model_beats_the_own_pace_and_ranks_like_past_revenue(cdnow):
    gained = lifetime_value_holdout.gain(cdnow[2])
    assert gained["gain"] == pytest.approx(1.0237 - 0.7855, abs=2e-4)
    assert 0 < gained["low"] < gained["high"]
    ranked = lifetime_value_holdout.ranking_gain(cdnow[2], seed=1)
    assert ranked["low"] < 0 < ranked["gain"] < ranked["high"]


# --- definitions


def histories() -> pd.DataFrame:
    return frame(
        frequency=[2, 0], recency_weeks=[4.0, 0.0], T_weeks=[10.0, 0.0], monetary_value=[20.0, np.nan], n_valued_days=[2, 0],
        n_purchase_days=[3, 1], revenue=[90.0, 5.0],
    )


def test_the_own_pace_is_x_times_h_over_t_at_the_own_mean():
    later = frame(n_purchase_days=[4], revenue=[70.0])
    found = lifetime_value_holdout.predict(histories(), later, MODEL, VALUES, window=WINDOW)
    assert found["purchases_pace"].tolist() == pytest.approx([2 * 39 / 10, 0])  # T of 0: no pace
    assert found["revenue_pace"].tolist() == pytest.approx([7.8 * 30, 0])
    assert found["purchases_actual"].tolist() == [4, 0]  # who did not buy counts as 0
    assert found["revenue_actual"].tolist() == [70, 0]
    assert found["revenue_past"].tolist() == [90, 5]


def test_customers_who_come_later_are_not_predicted():
    later = pd.DataFrame({"customer_id": ["1", "new"], "n_purchase_days": [1, 9], "revenue": [1.0, 99.0]})
    found = lifetime_value_holdout.predict(histories(), later, MODEL, VALUES, window=WINDOW)
    assert found["customer_id"].tolist() == ["0", "1"]
    assert found["revenue_actual"].sum() == 1


def test_predictions_do_not_see_the_holdout():
    one, other = (
        lifetime_value_holdout.predict(histories(), frame(n_purchase_days=n, revenue=r), MODEL, VALUES, window=WINDOW)
        for n, r in (([1, 1], [1.0, 1.0]), ([50, 50], [1e6, 1e6]))
    )
    predicted = [c for c in one.columns if not c.endswith("_actual")]
    pd.testing.assert_frame_equal(one[predicted], other[predicted])
    assert not one.equals(other)


def test_a_method_that_only_ranks_has_no_level():
    predictions = frame(
        frequency=[0, 1], purchases_actual=[1.0, 3.0], revenue_actual=[10.0, 30.0], purchases_model=[2.0, 2.0],
        revenue_model=[1.0, 2.0], purchases_pace=[0.0, 5.0], revenue_pace=[0.0, 1.0], revenue_past=[9.0, 1.0],
    )
    found = lifetime_value_holdout.score(predictions).set_index("method")
    past, pace = found.loc["past revenue"], found.loc["own pace continues"]
    assert past[["purchases_predicted", "revenue_predicted", "mae", "correlation"]].isna().all()
    assert pace["mae"] == 1.5  # |0 − 1| and |5 − 3|
    assert pace["correlation"] == pytest.approx(1.0)
    assert np.isnan(found.loc["BG/NBD and Gamma-Gamma", "correlation"])  # the same for everyone: no correlation
    assert past["top_share"] == pytest.approx(0.2 * 10 / 40)  # the best tenth is a fifth of the first customer


def test_gain_is_the_difference_of_absolute_errors():
    predictions = frame(purchases_actual=[1.0, 2.0], purchases_pace=[3.0, 2.0], purchases_model=[1.0, 1.0])
    assert lifetime_value_holdout.gain(predictions)["gain"] == pytest.approx((2 - 1) / 2)


def test_heavy_buyers_are_grouped_without_parting_equal_counts():
    predictions = frame(
        frequency=[0] * 3 + [10] * 5 + list(range(20, 40)), purchases_actual=[1.0] * 28, purchases_model=[1.0] * 28,
        purchases_pace=[2.0] * 28,
    )
    found = lifetime_value_holdout.by_frequency(predictions)
    assert found["n_customers"].sum() == 28
    assert found["group"].tolist()[:2] == ["0", "10–22"]  # an eighth of 28 customers is 3.5: the five tens stay together
    assert found["group"].iloc[-1].endswith("+")
    assert found["position"].is_monotonic_increasing


def test_repeat_days_are_those_of_customers_known_by_the_calibration_end():
    rows = [("a", "1997-01-02"), ("a", "1997-01-02"), ("a", "1997-02-01"), ("a", "1997-11-01"), ("b", "1997-10-01"),
            ("b", "1997-11-01"), (None, "1997-02-01")]
    table = ibis.memtable(pd.DataFrame(
        [{"customer_id": c, "order_date": pd.Timestamp(d).date(), "revenue": 1.0} for c, d in rows]
    ))
    found = lifetime_value_holdout.daily_repeats(table, window=WINDOW)
    assert found["order_date"].tolist() == [pd.Timestamp("1997-02-01"), pd.Timestamp("1997-11-01")]
    assert found["n_repeats"].tolist() == [1, 1]


def test_tracking_counts_up_to_the_last_day_of_each_week():
    window = Window(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-07"), pd.Timestamp("2020-01-15"))
    repeats = pd.DataFrame({
        "order_date": pd.to_datetime(["2020-01-07", "2020-01-08", "2020-01-15"]), "n_repeats": [2, 3, 5],
    })
    known = pd.DataFrame({"first_date": pd.to_datetime(["2020-01-01", "2020-01-01", "2020-01-07"])})
    found = lifetime_value_holdout.track(repeats, known, MODEL, window=window)
    assert found["week"].tolist() == [1, 2]  # the third week is not over
    assert found["actual"].tolist() == [2, 5]
    assert found["is_held_out"].tolist() == [False, True]
    by_hand = 2 * MODEL.expected_since_first(6 / 7) + MODEL.expected_since_first(0)
    assert found["expected"].iloc[0] == pytest.approx(float(by_hand))


# --- the verdict


def scores(*, miss: float = 0.0, mae: float = 0.8, naive: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({
        "method": ["BG/NBD and Gamma-Gamma", "MBG/NBD and Gamma-Gamma", "own pace continues"],
        "revenue_predicted": [100 * (1 + miss), 55.0, 1.0], "revenue_actual": 100.0, "mae": [mae, 99.0, naive],
    })


@pytest.mark.parametrize(("miss", "gained", "coverage", "level", "why"), [
    (0.0, GAINED, 0.95, "use", "fits"),
    (0.0499, GAINED, 0.90, "use", "fits"),
    (-0.0501, GAINED, 0.95, "use with care", "off"),
    (0.2499, GAINED, 0.95, "use with care", "off"),
    (-0.2501, GAINED, 0.95, "do not use", "far off"),
    (0.0, {"gain": 0.1, "low": -0.1, "high": 0.3}, 0.95, "use with care", "no gain"),
    (0.0, {"gain": -0.2, "low": -0.3, "high": -0.1}, 0.95, "do not use", "loses"),
    (0.0, GAINED, 0.8999, "use with care", "narrow"),
])
def test_the_verdict_follows_its_rule(miss, gained, coverage, level, why):
    found = lifetime_value_holdout.judge(scores(miss=miss), gained, coverage)
    assert (found.level, found.why) == (level, why)
    assert found.figures["miss"] == pytest.approx(abs(miss))


def test_no_revenue_in_the_unseen_weeks_cannot_be_checked():
    with pytest.raises(TooLittleData, match="cannot be checked"):
        lifetime_value_holdout.revenue_miss(scores().assign(revenue_actual=0.0))


def test_top_share_of_the_holdout_is_that_of_lifetime_value(cdnow):
    predictions = cdnow[2]
    ranked = lifetime_value.top_share(predictions["revenue_model"], predictions["revenue_actual"])
    assert lifetime_value_holdout.score(predictions)["top_share"].iloc[0] == pytest.approx(ranked)
