"""segment_interests.py: planted tastes are found, one common taste is not divided, few purchases place nobody for sure."""

import ibis
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.segmentation import segment_interests as interests

KINDS = ["bread", "coffee", "gifts", "paper", "tea", "wine"]
LIKES = np.array([[8, 1, 1, 8, 1, 1], [1, 8, 1, 1, 1, 8], [1, 1, 8, 1, 8, 1]], float)
THROUGH = np.array([[9, 1], [5, 5], [1, 9]], float)


def tastes_of(n=150, purchases=15, seed=0, *, one=False) -> tuple[interests.Tastes, np.ndarray]:
    rng, truth = np.random.default_rng(seed), np.repeat([0, 1, 2], n)
    likes = np.repeat(LIKES.mean(axis=0, keepdims=True), 3, axis=0) if one else LIKES
    through = np.repeat(THROUGH.mean(axis=0, keepdims=True), 3, axis=0) if one else THROUGH
    own = np.array([rng.dirichlet(20 * likes[k] / likes[k].sum()) for k in truth])
    bought = rng.multinomial(purchases, own)
    channel = rng.multinomial(5, (through / through.sum(axis=1, keepdims=True))[truth])
    index = pd.Index([f"c{i:04d}" for i in range(3 * n)], name="customer_id")
    counts = pd.DataFrame(np.hstack([bought, channel]).astype(float), index=index, columns=[*KINDS, "shop", "web"])
    return interests.Tastes(counts, (slice(0, 6), slice(6, 8))), truth


@pytest.mark.slow
def test_planted_tastes_are_recovered_and_named_by_what_they_buy():
    tastes, truth = tastes_of()
    tried, found = interests.try_numbers(tastes, seed=1, max_classes=4)
    k = interests.choose_number(tried)
    assert k == 3 and adjusted_rand_score(truth, found[3].argmax(axis=1)) >= 0.9
    placed, groups = interests.place(tastes, found[3])
    names = " | ".join(groups["interest_group"])
    assert groups["interest_group"].is_unique and all(kind in names for kind in KINDS)
    assert "web" in groups.loc[groups["interest_group"].str.contains("tea"), "interest_group"].iloc[0]
    assert placed.notna().mean() > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_customers_of_one_taste_are_not_divided(seed):
    tastes, _ = tastes_of(seed=seed, one=True)
    tried, _ = interests.try_numbers(tastes, seed=1, max_classes=4)
    with pytest.raises(TooLittleData, match="No stable groups of interest"):
        interests.choose_number(tried)


def test_a_customer_with_one_purchase_is_not_placed_for_sure():
    tastes, _ = tastes_of()
    counts = tastes.counts.copy()
    counts.iloc[0] = [1, 0, 0, 0, 1, 0, 1, 1]  # bread and tea, shop and web: as much of the first as of the third taste
    tried = interests.fit(interests.Tastes(counts, tastes.parts).capped, tastes.parts, k=3, seed=1)
    placed, _ = interests.place(interests.Tastes(counts, tastes.parts), tried[1])
    assert pd.isna(placed.iloc[0]) and placed.iloc[1:].notna().mean() > 0.9


def test_heavy_buyers_count_with_thirty_purchases_of_a_kind_at_most():
    counts = pd.DataFrame([[300.0, 100.0], [3.0, 1.0]], columns=["a", "b"])
    assert interests.Tastes(counts, (slice(0, 2),)).capped.tolist() == [[22.5, 7.5], [3.0, 1.0]]


def test_the_null_world_keeps_what_each_customer_bought_in_all_and_the_common_taste():
    tastes, _ = tastes_of(600)
    world = interests.one_taste(tastes.capped, tastes.parts, seed=1)
    assert (world[:, :6].sum(axis=1) == 15).all() and (world[:, 6:].sum(axis=1) == 5).all()
    assert world[:, :6].mean(axis=0) == pytest.approx(tastes.capped[:, :6].mean(axis=0), abs=0.25)


def tables_of(n_customers=120, kinds=4):
    bought = pd.DataFrame(
        [(f"c{i:03d}", f"p{j}", 1 + (i + j) % 3) for i in range(n_customers) for j in range(kinds)],
        columns=["customer_id", "product_id", "n_orders"],
    )
    products = pd.DataFrame({"product_id": [f"p{j}" for j in range(kinds)], "category": [f"kind {j}" for j in range(kinds)]})
    orders = pd.DataFrame({
        "customer_id": bought["customer_id"], "channel": np.where(bought["product_id"] == "p0", "web", "shop"),
        "revenue": np.where(bought["product_id"] == "p1", -1.0, 1.0),
    })
    return (ibis.memtable(frame) for frame in (bought, products, orders))


@pytest.mark.slow
def test_purchases_are_counted_by_category_and_channel_refunds_apart():
    tastes = interests.count_tastes(*tables_of())
    assert list(tastes.counts.columns) == ["kind 0", "kind 1", "kind 2", "kind 3", "shop", "web"]
    assert tastes.counts.loc["c000"].tolist() == [1, 2, 3, 1, 2, 1]  # the refund of p1 is no purchase through the shop
    assert tastes.parts == (slice(0, 4), slice(4, 6))


def test_too_few_kinds_or_customers_are_said():
    with pytest.raises(TooLittleData, match="99 customers and 4 kinds"):
        interests.count_tastes(*tables_of(99))
    with pytest.raises(TooLittleData, match="0 kinds"):
        interests.count_tastes(*tables_of(kinds=2))


def test_customers_who_all_buy_the_same_have_no_interests_of_their_own():
    tastes, _ = tastes_of(60)
    same = interests.Tastes(tastes.counts * 0 + [3.0, 2, 1, 1, 1, 1, 2, 1], tastes.parts)
    tried, _ = interests.try_numbers(same, seed=1, max_classes=3)
    assert tried.notna().all(axis=None)
    with pytest.raises(TooLittleData, match="No stable groups of interest"):
        interests.choose_number(tried)


def test_the_order_of_purchases_changes_no_count():
    bought, products, orders = (table.to_pandas() for table in tables_of())
    mixed = [ibis.memtable(frame.sample(frac=1, random_state=5)) for frame in (bought, products, orders)]
    pd.testing.assert_frame_equal(interests.count_tastes(*mixed).counts, interests.count_tastes(*tables_of()).counts)


def test_products_and_channels_are_shown_by_their_labels_in_the_language_of_the_page():
    groups = pd.DataFrame({"interest_group": ["GROCERY + MEAT-PCKGD · miniapp", "A, B"],
                           "telling": ["GROCERY 106, miniapp 158", ""], "share": [0.7, 0.3]})
    with i18n.reading_in("zh"):
        shown = interests.in_words(groups)
    assert shown["interest_group"].to_list() == ["食品杂货 + 包装肉制品 · 小程序", "A, B"]
    assert shown["telling"].to_list() == ["食品杂货 106, 小程序 158", ""] and shown["share"].to_list() == [0.7, 0.3]
