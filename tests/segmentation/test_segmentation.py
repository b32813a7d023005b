"""segmentation.py: recency, frequency and value at their boundaries, tie-safe scores, names of all cells, limits."""

import math
from importlib.util import find_spec
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import TooLittleData, UserError
from helpers.plots import plots
from helpers.segmentation import segmentation

AS_OF = pd.Timestamp("2024-12-31")
CUTS = {"recency_days": (7, 14, 28, 56), "frequency": (2, 3, 5, 10), "monetary_value": (10, 20, 30, 40)}


def orders_of(*rows) -> ibis.Table:
    """Orders (customer, day, revenue) as an Ibis table; customer None = guest."""
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    frame["order_date"] = pd.to_datetime(frame["order_date"]).dt.date
    return ibis.memtable(frame, schema={"customer_id": "string", "order_date": "date", "revenue": "float64"})


def rfm_of(*rows) -> pd.DataFrame:
    return segmentation.rfm_table(orders_of(*rows), as_of=AS_OF).set_index("customer_id")


def customers_of(**columns) -> pd.DataFrame:
    """Customers with the given measures; what is not given is the same for all."""
    n = len(next(iter(columns.values())))
    usual = {
        "customer_id": [f"c{i:04d}" for i in range(n)],
        "recency_days": 1,
        "frequency": 1,
        "monetary_value": 1.0,
        "revenue": 1.0,
        "median_gap_days": 7.0,
        "first_date": pd.Timestamp("2020-01-01"),
    }
    return pd.DataFrame(usual | columns)


# --- customers


def test_a_purchase_on_the_snapshot_date_has_recency_0():
    rfm = rfm_of(("a", "2024-12-31", 5), ("b", "2024-12-30", 5))
    assert rfm["recency_days"].to_dict() == {"a": 0, "b": 1}


def test_two_orders_of_a_day_are_one_purchase_day_worth_their_sum():
    rfm = rfm_of(("a", "2024-12-01", 5), ("a", "2024-12-01", 7), ("a", "2024-12-11", 20))
    assert rfm.loc["a", "frequency"] == 2
    assert rfm.loc["a", "monetary_value"] == 16.0  # (12 + 20) / 2
    assert rfm.loc["a", "revenue"] == 32.0
    assert rfm.loc["a", "median_gap_days"] == 10.0


def test_a_refund_lowers_revenue_but_is_no_purchase_day():
    rfm = rfm_of(("a", "2024-12-01", 50), ("a", "2024-12-20", -20))
    assert rfm.loc["a", ["frequency", "recency_days"]].tolist() == [1, 30]
    assert rfm.loc["a", ["monetary_value", "revenue"]].tolist() == [50.0, 30.0]
    assert math.isnan(rfm.loc["a", "median_gap_days"])


def test_a_refund_between_two_purchases_does_not_shorten_the_gap():
    rfm = rfm_of(("a", "2024-12-01", 50), ("a", "2024-12-05", -20), ("a", "2024-12-11", 5))
    assert rfm.loc["a", ["frequency", "median_gap_days"]].tolist() == [2, 10.0]


def test_a_free_purchase_counts_as_a_day_but_not_for_the_mean():
    rfm = rfm_of(("a", "2024-12-01", 0), ("a", "2024-12-05", 8), ("b", "2024-12-05", 0))
    assert rfm.loc["a", ["frequency", "monetary_value"]].tolist() == [2, 8.0]
    assert rfm.loc["b", ["frequency", "monetary_value"]].tolist() == [1, 0.0]


def test_customers_with_refunds_only_and_guests_have_no_row():
    rfm = rfm_of(("a", "2024-12-01", 5), ("b", "2024-12-02", -5), (None, "2024-12-03", 9))
    assert list(rfm.index) == ["a"]


def test_guests_are_counted_with_their_share_of_revenue():
    orders = orders_of(("a", "2024-12-01", 5), (None, "2024-12-03", 15))
    assert segmentation.guest_orders(orders) == {"n_orders": 2, "n_guest": 1, "revenue_share": 0.75}


def test_nobody_bought_is_said_in_words():
    with pytest.raises(TooLittleData, match="at least 1 customer"):
        rfm_of(("a", "2024-12-02", -5))


def test_the_window_includes_both_ends_and_nothing_after_the_snapshot():
    orders = orders_of(("a", "2024-12-25", 1), ("b", "2024-12-24", 1), ("c", "2024-12-31", 1), ("d", "2025-01-01", 1))
    week = segmentation.in_window(orders, as_of=AS_OF, window_days=7).to_pandas()
    assert sorted(week["customer_id"]) == ["a", "c"]
    everything = segmentation.in_window(orders, as_of=AS_OF).to_pandas()
    assert sorted(everything["customer_id"]) == ["a", "b", "c"]
    assert segmentation.days_in_window(first_day=pd.Timestamp("2024-12-25"), as_of=AS_OF) == 7
    assert segmentation.days_in_window(first_day=pd.Timestamp("2024-12-25"), as_of=AS_OF, window_days=3) == 3


def test_what_happens_after_the_snapshot_changes_nothing():
    past = [("a", "2024-11-01", 5), ("a", "2024-12-01", 9), ("b", "2024-12-05", 3)]
    later = [("a", "2025-01-05", 500), ("c", "2025-02-01", 1)]
    alone = segmentation.rfm_table(segmentation.in_window(orders_of(*past), as_of=AS_OF), as_of=AS_OF)
    with_future = segmentation.rfm_table(segmentation.in_window(orders_of(*past, *later), as_of=AS_OF), as_of=AS_OF)
    pd.testing.assert_frame_equal(alone, with_future)


# --- scores


def test_a_recency_on_the_limit_has_the_better_score():
    scored = segmentation.score_rfm(customers_of(recency_days=[0, 7, 8, 14, 15, 28, 29, 56, 57]), cuts=CUTS)
    assert scored["r_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1]


def test_frequency_and_value_on_the_limit_have_the_better_score():
    scored = segmentation.score_rfm(
        customers_of(frequency=[1, 2, 3, 4, 5, 9, 10], monetary_value=[9.99, 10, 20, 29.99, 30, 39.99, 40]), cuts=CUTS
    )
    assert scored["f_score"].tolist() == [1, 2, 3, 3, 4, 4, 5]
    assert scored["m_score"].tolist() == [1, 2, 3, 3, 4, 4, 5]


def test_a_tie_that_covers_half_the_customers_stays_together_at_its_middle_rank():
    # middle ranks: 1 → 2.5/10 = .25 (score 2), 6 … 10 → .55, .65, .75, .85, .95 (scores 3, 4, 4, 5, 5)
    cuts = segmentation.tie_safe_cuts(pd.Series([1, 1, 1, 1, 1, 6, 7, 8, 9, 10]))
    assert cuts == (1.0, 6.0, 7.0, 9.0)


def test_a_score_that_no_value_reaches_begins_at_infinity():
    assert segmentation.tie_safe_cuts(pd.Series([4.0, 4.0, 4.0])) == (4.0, 4.0, math.inf, math.inf)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_equal_values_get_equal_scores_whatever_the_order(values, random):
    shuffled = values[:]
    random.shuffle(shuffled)
    cuts = segmentation.tie_safe_cuts(pd.Series(values, dtype=float))
    assert cuts == segmentation.tie_safe_cuts(pd.Series(shuffled, dtype=float))
    assert list(cuts) == sorted(cuts)
    scored = segmentation.score_rfm(
        customers_of(monetary_value=[float(v) for v in values]), cuts=CUTS | {"monetary_value": cuts}
    )
    by_value = scored.groupby("monetary_value")["m_score"]
    assert (by_value.nunique() == 1).all()
    assert by_value.first().is_monotonic_increasing
    assert scored["m_score"].between(1, 5).all()


def test_distinct_values_give_five_equal_bins():
    values = pd.Series(np.arange(100, dtype=float))
    scored = segmentation.score_rfm(
        customers_of(monetary_value=values), cuts=CUTS | {"monetary_value": segmentation.tie_safe_cuts(values)}
    )
    assert scored["m_score"].value_counts().to_dict() == {1: 20, 2: 20, 3: 20, 4: 20, 5: 20}


def test_recency_limits_are_multiples_of_the_typical_gap():
    rfm = customers_of(frequency=[1, 2, 2], median_gap_days=[np.nan, 5.0, 6.0])
    assert segmentation.cut_points(rfm, window_days=365)["recency_days"] == (6.0, 11.0, 22.0, 44.0)  # gap 5.5, rounded up


def test_recency_limits_are_fifths_where_nobody_bought_twice():
    rfm = customers_of(recency_days=list(range(10)), median_gap_days=[np.nan] * 10)
    cuts = segmentation.cut_points(rfm, window_days=365)
    scores = segmentation.score_rfm(rfm, cuts=cuts)["r_score"].tolist()
    assert scores == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("days", "median", "expected"),
    [
        (365, 12, (12.0, 26.0, 52.0, 104.0)),  # monthly or more often: the rhythm of a grocer
        (365, 11, (2, 3, 5, 10)),  # less often: counts
        (183, 6, (2, 3, 5, 10)),  # 6 days in 183 are 11.98 a year
        (182, 6, (6.0, 13.0, 26.0, 52.0)),
        (1461, 48, (48.0, 104.0, 208.0, 416.0)),  # four years: exactly monthly
    ],
)
def test_frequency_limits_follow_the_rhythm_of_the_business(days, median, expected):
    rfm = customers_of(frequency=[1, median, 400])
    assert segmentation.cut_points(rfm, window_days=days)["frequency"] == expected


def test_given_cut_points_are_used_and_wrong_ones_are_said():
    rfm = customers_of(frequency=[1, 2, 3])
    cuts = segmentation.cut_points(rfm, window_days=365, recency_cuts=[1, 2, 3, 4], monetary_cuts=[5, 6, 7, 8])
    assert cuts["recency_days"] == (1, 2, 3, 4) and cuts["monetary_value"] == (5, 6, 7, 8)
    for wrong in ([1, 2, 3], [1, 2, 2, 3], [4, 3, 2, 1]):
        with pytest.raises(UserError, match="frequency_cuts needs four ascending numbers"):
            segmentation.cut_points(rfm, window_days=365, frequency_cuts=wrong)


def test_score_bins_hold_every_customer_once_for_each_measure():
    scored = segmentation.score_rfm(customers_of(recency_days=[0, 7, 8], frequency=[1, 5, 5]), cuts=CUTS)
    bins = segmentation.score_bins(scored).set_index("score")
    assert bins["r_n"].to_dict() == {5: 2, 4: 1, 3: 0, 2: 0, 1: 0}
    assert bins.loc[5, ["r_from", "r_to"]].tolist() == [0, 7]
    assert bins["f_n"].to_dict() == {5: 0, 4: 2, 3: 0, 2: 0, 1: 1}


# --- names


def scored_of(f, r, *, first="2020-01-01"):
    return customers_of(frequency=[1]).assign(f_score=f, r_score=r, first_date=pd.Timestamp(first))


def test_each_of_the_25_cells_has_a_name_with_a_colour():
    assert sorted(segmentation.SEGMENT_GRID) == [1, 2, 3, 4, 5]
    names = {name for row in segmentation.SEGMENT_GRID.values() for name in row}
    assert all(len(row) == 5 for row in segmentation.SEGMENT_GRID.values())
    assert names | {"New"} == set(segmentation.SEGMENTS) <= set(plots.SEGMENT_COLORS)


@pytest.mark.parametrize(
    ("f", "r", "name"),
    [
        (5, 5, "Champions"),
        (4, 5, "Champions"),
        (4, 4, "Loyal"),
        (3, 5, "Loyal"),
        (2, 4, "Promising"),
        (1, 5, "Promising"),
        (3, 3, "Needs attention"),
        (1, 3, "Needs attention"),
        (4, 3, "At risk"),
        (5, 3, "Cannot lose"),
        (2, 2, "At risk"),
        (4, 1, "Cannot lose"),
        (1, 2, "Hibernating"),
        (2, 1, "Hibernating"),
        (3, 1, "At risk"),
    ],
)
def test_a_cell_has_its_name(f, r, name):
    assert segmentation.name_segments(scored_of(f, r), as_of=AS_OF)["segment"].tolist() == [name]
    assert segmentation.segment_map().loc[f, r] == name


@pytest.mark.parametrize(
    ("f", "r", "first", "name"),
    [
        (1, 5, "2024-10-03", "New"),  # 89 days ago
        (1, 5, "2024-10-02", "Promising"),  # 90 days ago
        (2, 3, "2024-12-01", "New"),
        (3, 5, "2024-12-01", "Loyal"),  # buys too often to be called new
        (1, 2, "2024-12-01", "Hibernating"),  # gone quiet again
    ],
)
def test_new_is_a_rare_buyer_whose_first_purchase_is_less_than_90_days_old(f, r, first, name):
    assert segmentation.name_segments(scored_of(f, r, first=first), as_of=AS_OF, new_days=90)["segment"].tolist() == [name]


def test_frequency_groups_begin_at_their_limits():
    grouped = segmentation.group_by_frequency(customers_of(frequency=[11, 12, 51, 52]), frequent_from=52, occasional_from=12)
    assert grouped["frequency_group"].tolist() == ["potential", "occasional", "occasional", "frequent"]


def test_group_limits_come_from_the_frequency_scores_or_from_the_caller():
    assert segmentation.group_limits(CUTS) == {"frequent_from": 5.0, "occasional_from": 2.0}
    assert segmentation.group_limits(CUTS, limits=[3, 8]) == {"frequent_from": 8.0, "occasional_from": 3.0}
    for wrong in ([8, 3], [0, 3], [3]):
        with pytest.raises(UserError, match="frequency_groups"):
            segmentation.group_limits(CUTS, limits=wrong)


# --- summaries


def named_customers(n=60, seed=1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rfm = customers_of(
        recency_days=rng.integers(0, 90, n),
        frequency=rng.integers(1, 15, n),
        revenue=rng.integers(0, 400, n).astype(float),
        first_date=AS_OF - pd.to_timedelta(rng.integers(90, 365, n), unit="D"),
    )
    named = segmentation.name_segments(segmentation.score_rfm(rfm, cuts=CUTS), as_of=AS_OF)
    return segmentation.group_by_frequency(named, **segmentation.group_limits(CUTS)).assign(cluster=None)


def test_segments_hold_every_customer_and_every_cent_once():
    customers = named_customers()
    for scheme in ("segment", "frequency_group"):
        summary = segmentation.summarise(customers, by=scheme)
        assert summary["n_customers"].sum() == len(customers)
        assert summary["revenue"].sum() == pytest.approx(customers["revenue"].sum(), abs=0.005)
        assert summary[["customer_share", "revenue_share"]].sum().tolist() == pytest.approx([1, 1])


def test_a_summary_worked_by_hand():
    customers = customers_of(revenue=[10.0, 30.0, 60.0], frequency=[1, 3, 8], recency_days=[5, 2, 4]).assign(
        segment=["Hibernating", "Champions", "Champions"]
    )
    summary = segmentation.summarise(customers).set_index("segment")
    assert list(summary.index) == ["Champions", "Hibernating"]
    assert summary.loc[
        "Champions", ["n_customers", "revenue_share", "revenue_per_customer", "recency_days", "frequency"]
    ].tolist() == [
        2,
        0.9,
        45,
        3,
        5.5,
    ]


def test_the_order_of_rows_changes_nothing():
    customers = named_customers()
    shuffled = customers.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(segmentation.summarise(customers), segmentation.summarise(shuffled))
    pd.testing.assert_frame_equal(segmentation.score_bins(customers), segmentation.score_bins(shuffled))
    again = segmentation.sensitivity(shuffled, cuts=CUTS, as_of=AS_OF)
    pd.testing.assert_frame_equal(segmentation.sensitivity(customers, cuts=CUTS, as_of=AS_OF), again)


def test_no_revenue_gives_no_share_instead_of_a_crash():
    summary = segmentation.summarise(customers_of(revenue=[0.0, 0.0]).assign(segment="Loyal"))
    assert summary["revenue_share"].isna().all()


def test_the_summary_table_has_all_schemes_and_leaves_out_clusters_that_are_not_there():
    customers = named_customers()
    assert set(segmentation.summary_table(customers)["scheme"]) == {"segment", "frequency_group"}
    clustered = customers.assign(cluster=["buys often"] * 30 + [None] * 30)
    table = segmentation.summary_table(clustered)
    assert table.loc[table["scheme"] == "cluster", "n_customers"].tolist() == [30]


def test_groups_of_fewer_than_ten_customers_show_their_size_only():
    customers = customers_of(revenue=[5.0] * 19).assign(segment=["Loyal"] * 10 + ["New"] * 9)
    shown = segmentation.hide_small(segmentation.summarise(customers)).set_index("segment")
    assert shown["n_customers"].to_dict() == {"Loyal": 10, "New": 9}
    assert shown.loc["New", ["revenue", "revenue_share", "frequency", "revenue_per_customer"]].isna().all()
    assert shown.loc["Loyal", "revenue"] == 50.0


def test_fewer_than_ten_customers_are_no_segmentation():
    assert len(segmentation.require_customers(customers_of(revenue=[1.0] * 10))) == 10
    with pytest.raises(TooLittleData, match="at least 10 customers .* there are 9"):
        segmentation.require_customers(customers_of(revenue=[1.0] * 9))


def test_the_top_tenth_is_at_least_one_customer():
    assert segmentation.top_share(customers_of(revenue=[1.0, 3.0])) == 0.75
    assert segmentation.top_share(customers_of(revenue=[1.0] * 9 + [11.0] + [0.5] * 10)) == pytest.approx(12 / 25)


def test_sensitivity_starts_with_no_change_and_counts_who_moves():
    customers = segmentation.name_segments(
        segmentation.score_rfm(customers_of(recency_days=[4, 7, 14, 30], frequency=[10, 10, 10, 10]), cuts=CUTS), as_of=AS_OF
    )
    assert customers["segment"].tolist() == ["Champions", "Champions", "Champions", "Cannot lose"]
    changes = segmentation.sensitivity(customers, cuts=CUTS, as_of=AS_OF).set_index("variant")
    assert changes.iloc[0][["n_changed", "champions_share"]].tolist() == [0, 0.75]
    halved = changes.loc["Recency limits halved"]  # limits 3.5, 7, 14, 28: 14 days are now score 3 → Cannot lose
    assert halved[["n_changed", "changed_share", "champions_share"]].tolist() == [1, 0.25, 0.5]


# --- the published data


def test_cdnow_has_as_many_buyers_and_one_time_buyers_as_published():
    file = Path(find_spec("lifetimes").origin).parent / "datasets" / "CDNOW_sample.txt"
    lines = pd.read_csv(
        file, sep=r"\s+", header=None, names=["m", "customer_id", "day", "n", "revenue"], dtype={"customer_id": str}
    )
    days = pd.to_datetime(lines["day"].astype(str), format="%Y%m%d").dt.date
    orders = ibis.memtable(pd.DataFrame({"customer_id": lines["customer_id"], "order_date": days, "revenue": lines["revenue"]}))
    first = segmentation.in_window(orders, as_of=pd.Timestamp("1997-09-30"))
    rfm = segmentation.rfm_table(first, as_of=pd.Timestamp("1997-09-30"))
    assert len(rfm) == 2357
    assert (rfm["frequency"] == 1).sum() == 1411  # x = 0 in Fader, Hardie and Lee (2005): 2,357 − 946 repeat buyers


def test_the_map_names_and_counts_each_of_the_25_cells():
    customers = segmentation.score_rfm(customers_of(recency_days=[0, 60], frequency=[10, 1]), cuts=CUTS)
    ax = plots.named_cells(segmentation.segment_map(), segmentation.grid_counts(customers))
    words = [text.get_text() for text in ax.texts]
    assert len(words) == 50 and len(ax.patches) == 25
    assert words[:2] == ["Champions", "1"] and words[-2:] == ["Hibernating", "1"]
