"""persona_index.py: shares and errors by hand, planted differences found, chance kept out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.persona import persona_index
from helpers.persona.persona_traits import Trait
from helpers.proportions import wilson


def trait_of(values: np.ndarray, *, exposure=None, kind="category", unit="spend") -> Trait:
    """A trait of customers c0000 … with one column an attribute."""
    names = [f"c{i:04d}" for i in range(len(values))]
    wide = pd.DataFrame(
        values, index=pd.Index(names, name="customer_id"), columns=[f"a{j:03d}" for j in range(values.shape[1])]
    )
    long = wide.rename_axis(columns="attribute").stack().rename("value").reset_index()
    exposure = wide.sum(axis=1) if exposure is None else pd.Series(exposure, index=wide.index)
    return Trait(kind, unit, long[long["value"] > 0].reset_index(drop=True), exposure)


def labels_of(*names) -> pd.Series:
    return pd.Series(names, index=[f"c{i:04d}" for i in range(len(names))])


def yes_no(*hits) -> Trait:
    return trait_of(np.array(hits, float)[:, None], exposure=np.ones(len(hits)), unit="customers", kind="age")


def null_data(n=600, n_attributes=50, seed=0) -> tuple[list[Trait], pd.Series]:
    """Spend that has nothing to do with the four segments."""
    rng = np.random.default_rng(seed)
    traits = [trait_of(rng.gamma(0.3, 10, (n, n_attributes)))]
    return traits, labels_of(*rng.choice(["Champions", "Loyal", "At risk", "New"], n))


def test_a_yes_or_no_trait_has_the_share_the_index_and_wilsons_interval():
    trait = yes_no(*[1] * 20 + [0] * 20 + [1] * 10 + [0] * 30)
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 40 + ["B"] * 40)).set_index("segment")
    assert cells.loc["A", ["n", "n_with", "share", "others_share", "index"]].tolist() == [40, 20, 0.5, 0.25, 200]
    assert cells.loc["B", "index"] == 50
    low, high = wilson(20, 40)
    assert cells.loc["A", ["low", "high"]].tolist() == pytest.approx([float(low), float(high)])
    # p of the pooled z test of two shares: z = .25 / sqrt(.375·.625·(1/40 + 1/40))
    assert cells.loc["A", "p_value"] == pytest.approx(0.020921, abs=1e-5)


def test_a_share_of_spend_is_a_ratio_of_sums_not_a_mean_of_shares():
    trait = trait_of(np.array([[1.0, 9.0], [90.0, 0.0]] * 20 + [[5.0, 5.0]] * 40))
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 40 + ["B"] * 40))
    share = cells.set_index(["segment", "attribute"])["share"]
    assert share[("A", "a000")] == pytest.approx(0.91)  # 1,820 of 2,000
    assert share[("B", "a000")] == 0.5


def test_the_error_of_a_ratio_has_the_customer_as_its_unit():
    # 40 customers with 100 orders each, all or none of them on Monday: as uncertain as 40 yes-or-no customers
    values = np.array([[100.0, 0.0], [0.0, 100.0]] * 20 + [[100.0, 0.0], [0.0, 100.0]] * 20)
    cells = persona_index.index_cells([trait_of(values, unit="orders")], labels_of(*["A"] * 40 + ["B"] * 40))
    low, high = wilson(20, 40)
    assert cells.iloc[0][["low", "high"]].tolist() == pytest.approx([float(low), float(high)])


def test_cells_with_few_customers_are_not_tested():
    trait = yes_no(*[1, 0] * 30)
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 29 + ["B"] * 31)).set_index("segment")
    assert cells["p_value"].isna().all() and not cells["is_notable"].any()
    rare = yes_no(*[1] * 29 + [0] * 71)
    assert persona_index.index_cells([rare], labels_of(*["A"] * 50 + ["B"] * 50))["p_value"].isna().all()


def test_one_segment_alone_has_shares_and_no_index():
    cells = persona_index.index_cells([yes_no(*[1, 0] * 30)], labels_of(*["A"] * 60))
    assert cells["share"].tolist() == [0.5]
    assert cells[["index", "p_value", "others_share"]].isna().all().all()
    with pytest.raises(TooLittleData, match="at least 30 customers each"):
        persona_index.by_chance([yes_no(*[1, 0] * 30)], labels_of(*["A"] * 60))


def test_customers_whose_trait_is_unknown_do_not_count():
    trait = yes_no(*[1] * 40)
    labels = pd.concat([labels_of(*["A"] * 40), pd.Series("B", index=["x1", "x2"])])
    cells = persona_index.index_cells([trait], labels)
    assert cells.set_index("segment")["n"].to_dict() == {"A": 40}


def test_a_planted_preference_is_a_statement_and_only_it():
    traits, labels = null_data()
    values = traits[0].values
    boosted = values["customer_id"].map(labels).eq("Champions") & (values["attribute"] == "a007")
    traits = [
        trait_of(
            values.assign(value=values["value"].where(~boosted, values["value"] * 6))
            .pivot(index="customer_id", columns="attribute", values="value")
            .fillna(0)
            .to_numpy()
        )
    ]
    cells = persona_index.index_cells(traits, labels)
    top = cells.sort_values("shrunk_index", ascending=False).iloc[0]
    assert (top["segment"], top["attribute"], top["is_notable"]) == ("Champions", "a007", True)
    assert 100 < top["shrunk_index"] < top["index"]
    wrong = cells[cells["is_notable"] & (cells["attribute"] != "a007")]
    assert wrong.empty


def test_on_null_data_index_and_p_make_insights_and_the_rule_makes_none():
    cells = persona_index.index_cells(*null_data())
    counted = persona_index.count_statements(cells)
    assert counted["tested"] == 200
    assert counted["by_p"] >= 3  # about 5 % of 200
    assert counted["by_rule"] == 0


def test_shuffled_labels_keep_their_sizes_and_the_same_seed_gives_the_same_counts():
    traits, labels = null_data(n=300, n_attributes=10)
    one = persona_index.by_chance(traits, labels, n_rounds=3, seed=1)
    pd.testing.assert_frame_equal(
        one, persona_index.by_chance(traits, labels.sample(frac=1, random_state=2), n_rounds=3, seed=1)
    )
    assert len(one) == 3 and (one["tested"] == 40).all()


def test_the_order_of_customers_changes_nothing():
    traits, labels = null_data(n=200, n_attributes=5)
    one = persona_index.index_cells(traits, labels)
    pd.testing.assert_frame_equal(one, persona_index.index_cells(traits, labels.sample(frac=1, random_state=9)))


def test_an_attribute_that_nobody_of_the_segment_has_is_index_zero_with_finite_ends():
    trait = yes_no(*[0] * 40 + [1] * 35 + [0] * 5)
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 40 + ["B"] * 40)).set_index("segment")
    assert cells.loc["A", "index"] == 0 and np.isnan(cells.loc["B", "index"])  # the others have none: no ratio
    assert np.isfinite(cells.loc["A", ["index_low", "index_high", "shrunk_index"]].astype(float)).all()


def test_an_attribute_of_no_weight_is_no_statement():
    values = np.zeros((400, 2))
    values[:, 0], values[:200, 1], values[200:, 1] = 1000.0, 3.0, 1.0  # 0.3 % against 0.1 % of spend
    cells = persona_index.index_cells([trait_of(values)], labels_of(*["A"] * 200 + ["B"] * 200))
    assert not cells["is_notable"].any()


def test_noise_pulls_an_index_to_100_more_the_noisier_it_is():
    effects, variances = np.array([[0.5, 0.5, -0.4]]), np.array([[0.01, 0.2, 0.01]])
    shrunk = persona_index._shrink(effects, variances, used=np.ones((1, 3), bool))[0]
    assert 0 < shrunk[1] < shrunk[0] < 0.5 and -0.4 < shrunk[2] < 0
    nothing = persona_index._shrink(np.array([0.1, -0.1]), np.array([0.5, 0.5]), used=np.array([True, True]))
    assert nothing.tolist() == [0, 0]


def test_with_strata_a_segment_is_compared_with_its_like():
    # stratum x: A 10 of 10, B 5 of 10; stratum y: A 0 of 30, B 0 of 30. Expected of A: 10·.75 + 0 = 7.5, of B the same
    hits = [1] * 10 + [0] * 30 + [1] * 5 + [0] * 5 + [0] * 30
    trait = replace(yes_no(*hits), strata=pd.Series((["x"] * 10 + ["y"] * 30) * 2, index=labels_of(*hits).index))
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 40 + ["B"] * 40)).set_index("segment")
    assert cells.loc["A", "index"] == pytest.approx(200) and cells.loc["A", "share"] == pytest.approx(10 / 7.5 * 15 / 80)


def test_strata_take_away_what_they_explain():
    rng = np.random.default_rng(2)
    strata = rng.integers(0, 2, 2000)
    segment = np.where(rng.random(2000) < np.where(strata == 1, 0.8, 0.2), "A", "B")
    hits = (rng.random(2000) < np.where(strata == 1, 0.6, 0.2)).astype(int)
    plain = yes_no(*hits)
    standardised = replace(plain, strata=pd.Series(strata, index=labels_of(*hits).index))
    assert persona_index.index_cells([plain], labels_of(*segment))["is_notable"].all()
    cells = persona_index.index_cells([standardised], labels_of(*segment))
    assert not cells["is_notable"].any() and cells["index"].between(85, 115).all()


def test_what_made_the_segments_is_described_and_never_tested():
    trait = replace(yes_no(*[1] * 40 + [0] * 40), is_tested=False)
    cells = persona_index.index_cells([trait], labels_of(*["A"] * 40 + ["B"] * 40))
    assert cells["share"].tolist() == [1.0, 0.0]
    assert cells[["p_value", "q_value"]].isna().all().all() and not cells["is_notable"].any()


def test_chance_is_counted_for_each_segment_too():
    traits, labels = null_data(n=300, n_attributes=10)
    rounds = persona_index.by_chance(traits, labels, n_rounds=3, seed=1)
    assert (rounds[["Champions", "Loyal", "At risk", "New"]].sum(axis=1) == rounds["by_rule"]).all()
