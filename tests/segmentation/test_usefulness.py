"""usefulness.py: how much of future spending lies between groups, without looking at it before."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.segmentation import usefulness

SPLIT, END = pd.Timestamp("2024-09-30"), pd.Timestamp("2024-12-31")


def customers_of(n=200, seed=0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(n)],
            "revenue": rng.integers(0, 50, n).astype(float),
            "segment": np.where(np.arange(n) < n // 2, "Champions", "Hibernating"),
            "frequency_group": "frequent",
            "f_score": 1,
            "r_score": 1,
        }
    )


def orders_of(*rows) -> ibis.Table:
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    return ibis.memtable(frame.assign(order_date=pd.to_datetime(frame["order_date"]).dt.date))


def test_future_spending_begins_the_day_after_the_split_and_ends_with_the_snapshot():
    orders = orders_of(
        ("c0000", "2024-09-30", 1.0), ("c0000", "2024-10-01", 2.0), ("c0001", "2024-12-31", 4.0), ("c0001", "2025-01-01", 8.0)
    )
    future = usefulness.add_next_revenue(customers_of(), orders, after=SPLIT, until=END).set_index("customer_id")
    assert future["next_revenue"].loc[["c0000", "c0001", "c0002"]].tolist() == [2.0, 4.0, 0.0]


def test_nobody_buying_later_is_said():
    with pytest.raises(TooLittleData, match="0 of whom bought"):
        usefulness.add_next_revenue(customers_of(), orders_of(("c0000", "2024-09-01", 1.0)), after=SPLIT, until=END)


def test_the_days_held_back_must_not_outnumber_the_past():
    first, as_of = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-20")
    assert usefulness.split_day(first_day=first, as_of=as_of, test_days=10) == pd.Timestamp("2024-01-10")
    with pytest.raises(TooLittleData, match="Needs 22 days .* there are 20"):
        usefulness.split_day(first_day=first, as_of=as_of, test_days=11)


def test_groups_that_hold_everything_explain_everything():
    customers = customers_of()
    outcome = np.where(customers["segment"] == "Champions", 10.0, 0.0)
    found = usefulness.explained_variance(customers.assign(y=outcome), schemes={"all": customers["segment"]}, outcome="y")
    assert found["eta_squared"].iloc[0] == pytest.approx(1.0)


def test_eta_squared_worked_by_hand():
    # groups (0, 2) and (4, 6): total sum of squares 20, within 4; adjusted: 1 − (4/2) / (20/3) = 0.7
    assert usefulness._eta_squared(np.array([0, 0, 1, 1]), np.array([0.0, 2.0, 4.0, 6.0])) == pytest.approx(0.7)


def test_many_random_groups_explain_nothing_and_the_winner_comes_first():
    rng = np.random.default_rng(4)
    customers = customers_of(400).assign(y=rng.normal(size=400) + 3 * (np.arange(400) < 200))
    ways = {"random": pd.Series(rng.integers(0, 40, 400)), "segment": customers["segment"]}
    found = usefulness.explained_variance(customers, schemes=ways, outcome="y", seed=1)
    assert found["scheme"].tolist() == ["segment", "random"] and abs(found["eta_squared"].iloc[1]) < 0.05
    assert found.loc[0, ["best_low", "best_high"]].tolist() == [0, 0] and found.loc[1, "best_high"] < 0
    assert found["verdict"].iloc[0] == "tells most"


def test_a_scheme_that_loses_to_the_grid_is_called_decoration():
    rng = np.random.default_rng(4)
    cells = np.arange(400) % 20
    customers = customers_of(400).assign(y=cells + rng.normal(size=400))
    ways = {usefulness.GRID: pd.Series(cells), usefulness.SEGMENTS: pd.Series(cells // 10), "same": pd.Series(cells)}
    found = usefulness.explained_variance(customers, schemes=ways, outcome="y", seed=1)
    verdicts = found.set_index("scheme")["verdict"]
    assert verdicts[usefulness.SEGMENTS].startswith("decoration") and verdicts["same"].startswith("as good")
    tenth = pd.Series({"scheme": usefulness.TENTHS, "best_high": -0.1, "grid_high": -0.1})
    assert usefulness._verdict(tenth, "other") == "loses to the 25 cells"  # a yardstick is no decoration
    template, values = usefulness.decoration_sentence(found)
    assert "they are decoration" in template and values["worst"] == usefulness.SEGMENTS
    assert "No segmentation" in usefulness.decoration_sentence(found[found["scheme"] != usefulness.SEGMENTS])[0]


def test_the_order_of_customers_changes_no_figure():
    customers = customers_of(150).assign(y=np.arange(150.0))
    mixed = customers.sample(frac=1, random_state=1)
    one, two = (
        usefulness.explained_variance(c, schemes={"s": c["segment"], "t": usefulness.tenths(c["revenue"])}, outcome="y", seed=3)
        for c in (customers, mixed)
    )
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_clusters_are_measured_by_their_number():
    future = customers_of(4).assign(next_revenue=[0.0, 2.0, 4.0, 6.0])
    assert usefulness.of_clusters(future, {2: np.array([0, 0, 1, 1])}) == {2: pytest.approx(0.7)}


def test_predicted_revenue_knows_the_past_only_and_is_a_scheme_where_it_is_known():
    rng = np.random.default_rng(1)
    rows = [
        (f"c{i:04d}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(day)), 5.0 + i % 7)
        for i in range(300) for day in np.unique(rng.integers(0, 270, 1 + rng.poisson(0.02 * i)))
    ]
    later = [("c0000", "2024-11-01", 1e6)]
    first = pd.Timestamp("2024-01-01")
    one, two = (
        usefulness.predicted_revenue(orders_of(*some), first_day=first, until=SPLIT, days=91) for some in (rows, rows + later)
    )
    pd.testing.assert_series_equal(one, two)
    assert one.iloc[-50:].mean() > 1.3 * one.iloc[:50].mean()
    customers = customers_of(300)
    assert usefulness.PREDICTED in usefulness.schemes(customers, predicted=one)
    assert usefulness.PREDICTED not in usefulness.schemes(customers, predicted=one.iloc[1:])


def test_equal_past_revenue_is_in_one_tenth():
    tenths = usefulness.schemes(customers_of().assign(revenue=[5.0] * 150 + list(range(100, 150))))[usefulness.TENTHS]
    assert tenths.iloc[:150].nunique() == 1
    assert tenths.max() == 9


def test_without_repeat_customers_the_reason_is_said_and_the_other_schemes_stay():
    once = orders_of(*((f"c{i:04d}", "2024-01-01", 5.0) for i in range(200)))
    predicted, reasons = usefulness.try_predicted_revenue(once, first_day=None, until=SPLIT, days=91)
    assert predicted is None and len(reasons) == 1 and "repeat purchase" in reasons[0]
    assert usefulness.PREDICTED not in usefulness.schemes(customers_of(), predicted=predicted)


@pytest.mark.parametrize(
    ("winner", "high", "words"),
    [
        (usefulness.TENTHS, -0.1, "whom to spend money on"), (usefulness.TENTHS, 0.1, "do as well"),
        ("", 0.0, "RFM segments tell most"),
    ],
)
def test_the_sentence_names_the_winner_and_claims_a_difference_only_beyond_its_interval(winner, high, words):
    rows = [(usefulness.TENTHS, 0.4, 0.0, 0.0)] if winner else []
    rows.append((usefulness.SEGMENTS, 0.3, -0.2, high))
    explained = pd.DataFrame(rows, columns=["scheme", "eta_squared", "best_low", "best_high"])
    template, values = usefulness.sentence(explained, days=91)
    assert words in template and values["segments"] == 0.3


def test_the_evidence_is_a_held_out_measurement_against_nothing():
    explained = pd.DataFrame({"scheme": ["RFM segments"], "eta_squared": [0.3], "low": [0.2], "high": [0.4]})
    evidence = usefulness.evidence(explained, n=500)
    assert evidence.held_out and evidence.baseline == 0.0 and evidence.interval == (0.2, 0.4)


def test_groups_drawn_by_chance_hold_nothing_and_few_of_them_lose_to_no_more_of_them():
    rng = np.random.default_rng(7)
    n, lows, verdicts = 600, [], []
    for seed in range(8):
        spent = rng.gamma(0.3, 100, n) * (rng.random(n) < 0.4)
        customers = customers_of(n).assign(y=spent)
        ways = {usefulness.GRID: pd.Series(rng.integers(0, 25, n)), usefulness.SEGMENTS: pd.Series(rng.integers(0, 4, n))}
        found = usefulness.explained_variance(customers, schemes=ways, outcome="y", seed=seed).set_index("scheme")
        assert (found["low"] < found["eta_squared"]).all() and (found["eta_squared"] < found["high"]).all()
        lows += [found.loc[usefulness.GRID, "low"]]
        verdicts += [found.loc[usefulness.SEGMENTS, "verdict"]]
    assert sum(low > 0 for low in lows) <= 1
    assert sum(verdict.startswith("decoration") for verdict in verdicts) == 0
