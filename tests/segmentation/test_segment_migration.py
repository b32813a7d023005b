"""segment_migration.py: moves are counted exactly, and what unchanged customers do anyway is not called a move."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.segmentation import segment_migration as migration
from helpers.segmentation.segment_migration import LAPSED, NOT_YET, Snapshots

EARLY, LATE = pd.Timestamp("2024-06-29"), pd.Timestamp("2024-09-28")  # 91 days apart
SNAPSHOTS = Snapshots(EARLY, LATE, 180)
CUTS = {"recency_days": (14.0, 28.0, 56.0, 112.0), "frequency": (2, 3, 5, 10), "monetary_value": (1.0, 2.0, 3.0, 4.0)}


def orders_of(rows) -> ibis.Table:
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date))


def shop(n=300, seed=0, *, slower=0, gone=0) -> list:
    """Customers with a rhythm of their own from February on; the first `gone` stop at EARLY, the next `slower` buy a fifth."""
    rng, rows = np.random.default_rng(seed), []
    days = pd.date_range("2024-01-02", LATE)
    for i, rate in enumerate(rng.gamma(2.0, 0.03, n)):
        p = np.full(len(days), 1 - np.exp(-rate))
        after = days > EARLY
        if i < gone:
            p[after] = 0
        elif i < gone + slower:
            p[after] /= 5
        rows += [(f"c{i:04d}", day, 5.0) for day in days[rng.random(len(days)) < p]]
    return rows


def test_each_snapshot_looks_back_equally_far_and_forgets_what_is_older():
    start_early, start_late = SNAPSHOTS.starts
    assert (EARLY - start_early).days == (LATE - start_late).days == 179 and SNAPSHOTS.days_between == 91
    rows = [
        ("a", start_early - pd.Timedelta(days=1), 1.0), ("a", start_early, 1.0), ("a", start_late, 1.0), ("a", EARLY, 1.0),
        ("a", EARLY + pd.Timedelta(days=1), 1.0), ("a", EARLY, 9.0), ("a", start_late, -1.0),
        ("a", LATE + pd.Timedelta(days=1), 1.0), ("b", start_early - pd.Timedelta(days=1), 1.0), (None, EARLY, 1.0),
    ]
    found = migration.histories(orders_of(rows), SNAPSHOTS)
    assert found["customer_id"].tolist() == ["a"]  # b bought before either window only
    a = found.iloc[0]
    assert (a["n_early"], a["n_kept"], a["n_late"]) == (3, 2, 1)
    assert a["last_early"] == EARLY and a["last_late"] == EARLY + pd.Timedelta(days=1)


def test_arrivals_and_lapsed_customers_are_states_of_their_own():
    rows = [("new", LATE, 1.0), ("gone", SNAPSHOTS.starts[0], 1.0), ("stays", EARLY, 1.0), ("stays", LATE, 1.0)]
    moved = migration.observed(migration.histories(orders_of(rows), SNAPSHOTS), SNAPSHOTS, cuts=CUTS).set_index("customer_id")
    assert moved.loc["new", ["from_segment", "to_segment"]].tolist() == [NOT_YET, "New"]
    assert moved.loc["gone", "to_segment"] == LAPSED
    assert moved.loc["stays", "from_segment"] == "New" and moved.loc["stays", "to_segment"] == "Promising"


def table_of(rows, **options) -> pd.DataFrame:
    return migration.moves(orders_of(rows), SNAPSHOTS, cuts=CUTS, seed=1, **options)


@pytest.mark.slow
def test_the_matrix_counts_every_customer_once_and_its_shares_sum_to_one():
    table = table_of(shop())
    people = migration.histories(orders_of(shop()), SNAPSHOTS)
    assert table["n_customers"].sum() == len(people)
    assert table.groupby("from_segment")["share"].sum().to_numpy() == pytest.approx(1.0)
    known = table[table["from_segment"] != NOT_YET]
    assert known.groupby("from_segment")["expected_share"].sum().to_numpy() == pytest.approx(1.0)
    assert (table["low"] <= table["share"] + 1e-9).all() and (table["share"] <= table["high"] + 1e-9).all()


@pytest.mark.slow
def test_customers_whose_rhythm_never_changed_make_no_true_move():
    figures = [migration.summary(table_of(shop(600, seed))) for seed in range(3)]
    assert all(f["moved_share"] > 0.2 for f in figures)  # many are in another segment …
    assert all(abs(f["moved_share"] - f["expected_share"]) < 0.06 for f in figures)  # … as many as time and chance move
    assert sum(f["n_true"] for f in figures) < 0.01 * sum(f["n"] for f in figures)


@pytest.mark.slow
def test_customers_who_stop_are_found_as_true_moves():
    table = table_of(shop(600, gone=150, slower=100))
    figures = migration.summary(table)
    real = table[table["is_true_move"]]
    assert figures["true_share"] > 0.1 and 0 < figures["true_low"] < figures["true_share"] < figures["true_high"]
    assert set(real["to_segment"]) <= {"At risk", "Cannot lose", "Hibernating", "Needs attention", LAPSED}


@pytest.mark.slow
def test_the_order_of_orders_changes_no_figure():
    rows = shop(150)
    mixed = [rows[i] for i in np.random.default_rng(3).permutation(len(rows))]
    pd.testing.assert_frame_equal(table_of(rows), table_of(mixed), check_exact=True)


@pytest.mark.slow
def test_the_rhythm_of_a_known_population_is_recovered():
    people = migration.observed(migration.histories(orders_of(shop(600)), SNAPSHOTS), SNAPSHOTS, cuts=CUTS)
    _, _, shape, rate = migration.fit_rhythm(people[people["from_segment"] != NOT_YET], SNAPSHOTS)
    assert shape / rate == pytest.approx(2.0 * 0.03, rel=0.1)  # days with a purchase a day


def test_customers_who_buy_every_other_day_go_on_doing_so_in_an_unchanged_world(monkeypatch):
    rng, days = np.random.default_rng(5), pd.date_range(SNAPSHOTS.starts[0] - pd.Timedelta(days=60), LATE)
    rows = [(f"c{i:03d}", day, 5.0) for i in range(150) for day in days[rng.random(len(days)) < rng.uniform(0.4, 0.6)]]
    people = migration.histories(orders_of(rows), SNAPSHOTS)
    seen = []
    monkeypatch.setattr(migration, "place", lambda people, *, n, **_: seen.append(float((n - people["n_kept"]).mean())) or n)
    migration.unchanged_worlds(people, SNAPSHOTS, cuts=CUTS, n_worlds=10)
    assert np.mean(seen) == pytest.approx(people["n_late"].mean(), rel=0.03)  # days with a purchase among the 91


def test_a_flow_of_fewer_than_ten_customers_is_not_called_a_move():
    moved = pd.DataFrame({"from_segment": ["Loyal"] * 100, "to_segment": ["Hibernating"] * 9 + ["Loyal"] * 91})
    world = np.array(["Loyal"] * 100, dtype=object)
    table = migration.migration(moved, [world]).set_index("to_segment")
    assert table.loc["Hibernating", "q_value"] < 0.05 and not table.loc["Hibernating", "is_true_move"]
    moved.loc[9, "to_segment"] = "Hibernating"
    assert migration.migration(moved, [world]).set_index("to_segment").loc["Hibernating", "is_true_move"]


def test_what_the_data_do_not_allow_is_said():
    with pytest.raises(TooLittleData, match="at the earlier of two snapshots; there are 1"):
        table_of([("a", EARLY, 1.0), ("a", LATE, 1.0)])
    once = [(f"c{i:03d}", "2024-03-01", 5.0) for i in range(120)]  # one purchase each, on one day
    table = table_of(once)
    assert table["share"].notna().all() and not table["is_true_move"].any()
    with pytest.raises(TooLittleData):
        table_of([(None, EARLY, 1.0)])  # guests only
