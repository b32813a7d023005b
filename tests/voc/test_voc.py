"""voc.py and voc_verdicts.py: what counts as dissatisfied, what is read and left out, shares and scores worked by hand."""

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.errors import TooLittleData
from helpers.voc import voc, voc_verdicts


def feedback(n=1, **columns) -> pd.DataFrame:
    """A table `feedback` of `n` rows with the given columns; all else is unknown."""
    n = len(next(iter(columns.values()))) if columns else n
    given = {"feedback_id": [f"f{i:05d}" for i in range(n)], **columns}
    return tables.empty("feedback").reindex(range(n)).assign(**given)


def test_three_stars_are_dissatisfied_and_four_are_not():
    read = voc.read_reviews(feedback(rating=[1.0, 3.0, 3.5, 4.0, 5.0, np.nan]))
    assert read["dissatisfied"].tolist() == [True, True, False, False, False, pd.NA]
    assert set(read["verdict_from"].dropna()) == {"rating"}


def test_three_of_five_is_middling_among_the_dissatisfied():
    read = voc.read_reviews(feedback(rating=[1.0, 2.0, 3.0, 4.0, np.nan, np.nan], csat=[np.nan] * 4 + [3.0, 2.0]))
    assert read["is_middling"].tolist() == [False, False, True, False, True, False]


def test_csat_of_three_and_nps_of_six_are_dissatisfied():
    read = voc.read_reviews(feedback(csat=[3.0, 4.0, np.nan, np.nan], nps=[10.0, 0.0, 6.0, 7.0]))
    assert read["dissatisfied"].tolist() == [True, False, True, False]
    assert read["verdict_from"].tolist() == ["csat", "csat", "nps", "nps"]


def test_stars_go_before_the_label():
    read = voc.read_reviews(feedback(rating=[5.0], rating_label=["bad"]))
    assert read["dissatisfied"].tolist() == [False]


def test_labels_are_read_whatever_their_case_and_unknown_ones_are_no_verdict():
    read = voc.read_reviews(feedback(rating_label=["Great", "other ", "好评", "差评", "banana", None]))
    assert read["dissatisfied"].tolist() == [False, True, False, True, pd.NA, pd.NA]


def test_great_and_other_mean_five_stars_and_fewer():
    assert voc.satisfaction(voc.read_reviews(feedback(rating_label=["great", "other"])))["meaning"] == (
        "gave fewer than five stars"
    )
    assert voc.satisfaction(voc.read_reviews(feedback(rating_label=["good", "bad"])))["meaning"] == (
        "gave a verdict other than the best"
    )


def test_text_loses_markup_and_personal_data_and_blank_text_is_none():
    texts = ["Good<br />tea &amp; <a href='http://x.y'>more</a>", "  <p></p> ", "call 800-456-1330"]
    read = voc.read_reviews(feedback(text=texts))
    assert read["text"].tolist()[0] == "Good tea & more"
    assert read["text"].isna().tolist() == [False, True, False]
    assert read["text"].tolist()[2] == "call [phone]"


def test_feedback_without_any_text_is_read():
    read = voc.read_reviews(feedback(rating=[5.0, 1.0]))
    assert read["text"].isna().all()
    assert read["text"].dtype == "str"


def test_satisfaction_by_hand():
    found = voc.satisfaction(voc.read_reviews(feedback(rating=[5.0] * 8 + [1.0] * 2 + [np.nan])))
    assert (found["n"], found["n_reviews"], found["n_dissatisfied"]) == (10, 11, 2)
    assert found["satisfied"] == 0.8
    assert found["low"] == pytest.approx(0.4902, abs=1e-4)  # Wilson, 8 of 10: published tables give .4902 to .9433
    assert found["high"] == pytest.approx(0.9433, abs=1e-4)


@pytest.mark.parametrize("reviews", [feedback(n=0), feedback(n=1), feedback(text=["fine", "bad"])])
def test_feedback_without_any_verdict_is_said_in_words(reviews):
    with pytest.raises(TooLittleData, match="has one"):
        voc.satisfaction(voc.read_reviews(reviews))


def test_products_below_thirty_reviews_are_not_ranked():
    reviews = voc.read_reviews(feedback(product_id=["a"] * 30 + ["b"] * 29 + ["c"] * 31, rating=[1.0, 5.0] * 45))
    assert voc.product_complaints(reviews)["product_id"].tolist() == ["a", "c"]
    with pytest.raises(TooLittleData, match="is 29"):
        voc.product_complaints(reviews[reviews["product_id"] == "b"])


@pytest.mark.parametrize(("label", "stars"), [
    ("五星", 5), ("4 stars", 4), ("Five Stars", 5), ("四颗星", 4), ("★★★☆☆", 3), ("⭐⭐", 2), ("4.5 stars", 4.5), ("8/10",
        4), ("4/5", 4), ("5星好评", 5),
    ("12/10", None), ("banana", None), ("", None), ("6 stars", None), ("0/10", 1), ("0/5", 1), ("1/10", 1), ("2/10", 1),
    ("0 stars", 1), ("Zero stars", 1), ("零星", 1), ("☆☆☆☆☆", 1),
])
def test_stars_in_words_are_stars(label, stars):
    assert voc_verdicts.stars_of(label) == stars


def test_verdicts_in_words_are_read():
    labels = ["非常满意", "very good", "五星", "三星", "不太满意", "Very Dissatisfied", "whatever"]
    read = voc.read_reviews(feedback(rating_label=labels))
    assert read["dissatisfied"].tolist() == [False, False, False, True, True, True, pd.NA]


def test_scores_off_their_scale_are_left_out_and_counted():
    read = voc.read_reviews(feedback(nps=[11.0, 10.0, -1.0, np.nan], rating=[np.nan, np.nan, 7.0, 5.0]))
    assert read["nps"].tolist()[1] == 10.0
    assert read["nps"].notna().sum() == 1
    assert read["dissatisfied"].tolist() == [pd.NA, False, pd.NA, False]
    assert voc.count_reading(read).set_index("treatment").loc["scores off their scale", "n"] == 2


def test_praise_that_nobody_gave_or_that_was_paid_for_is_in_no_share():
    texts = ["系统默认好评", "好评返现5元", "好评返现没给我", "很好喝", "此用户没有填写评价"]
    read = voc.read_reviews(feedback(text=texts, rating=[5.0, 5.0, 1.0, 5.0, 5.0]))
    assert read["dissatisfied"].tolist() == [pd.NA, pd.NA, True, False, pd.NA]
    assert read["is_paid"].tolist() == [False, True, False, False, False]
    assert voc.satisfaction(read)["n"] == 2
    counted = voc.count_reading(read).set_index("treatment")["n"]
    assert counted["written by a system"] == 2
    assert counted["praise for a reward"] == 1


@pytest.mark.parametrize(("texts", "treatment", "n"), [
    (["👍👍", "😡"], "emoji, digits or marks only", 2), (["とても美味しいです", "Muy bueno"], "texts in other languages", 2),
    (["锟斤拷锟斤拷锟斤拷"], "characters lost", 1), (["a b " * 250_000], "very long texts", 1), (["CafÃ© was fine"],
        "encoding mended", 1),
    (["the same text about tea", "the same text about tea!"], "copies of another text", 1), ([None, "", "<br>"],
        "nothing written", 3),
    (["质量 very good，我很 happy"], "texts in English and Chinese", 1), (["fine tea"], "texts without a verdict", 1),
])
def test_each_kind_of_text_is_counted_with_what_was_done(texts, treatment, n):
    counted = voc.count_reading(voc.read_reviews(feedback(text=texts))).set_index("treatment")
    assert counted.loc[treatment, "n"] == n
    assert counted.loc[treatment, "share"] == n / len(texts)
    assert counted.loc[treatment, "consequence"] == voc.CONSEQUENCES[treatment]


def test_no_feedback_is_counted_as_nothing():
    assert voc.count_reading(voc.read_reviews(feedback(n=0))).empty


def test_what_is_read_does_not_depend_on_the_order_of_rows():
    rows = feedback(text=["很好喝的茶叶，下次还会再买", "很好喝的茶叶，下次还会再买。", None, "fine"],
        rating=[5.0, 5.0, 1.0, 3.0])
    pd.testing.assert_frame_equal(voc.read_reviews(rows.iloc[[3, 1, 0, 2]]), voc.read_reviews(rows))


def test_a_wish_of_many_customers_is_not_taken_for_copies_and_that_of_one_is():
    wish = "Please bring back the large box"
    many = voc.read_reviews(feedback(text=[wish] * 60, customer_id=[f"c{i}" for i in range(60)]))
    assert many["copy_of"].isna().all()
    assert voc.read_reviews(feedback(text=[wish] * 3, customer_id=["a"] * 3))["copy_of"].notna().sum() == 2
    unknown = voc.read_reviews(feedback(text=[wish] * 3, product_id=["p", "p", "q"]))
    assert unknown["copy_of"].notna().tolist() == [False, True, False], "another product was bought by somebody else"
