"""aspects_sentiment.py: clauses judged apart, calibrated on texts with one topic, and summed up with intervals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.proportions import difference_interval, wilson
from helpers.voc import aspects_sentiment
from helpers.voc.aspects_sentiment import judge, summarise


class Reader:
    """Hears 'bad' as .9, 'good' as .2 and nothing as .5."""

    def predict(self, texts):
        return np.array([0.9 if "bad" in text else 0.2 if "good" in text else 0.5 for text in texts])


def mentions(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["feedback_id", "topic", "clause"])
    return table.assign(kind="aspect", sentence=table["clause"].str.capitalize())


def split_of(ids, dissatisfied=None, role="test") -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": ids, "role": role, "dissatisfied": pd.array(
        [None] * len(ids) if dissatisfied is None else dissatisfied, dtype="boolean")})


NOTHING_SCORED = pd.DataFrame({"feedback_id": pd.Series(dtype="str"), "p_dissatisfied": pd.Series(dtype=float)})


def test_each_topic_is_judged_by_its_own_clauses():
    said = mentions(("a", "delivery", "delivery good"), ("a", "packaging", "box bad"), ("b", "price", "price"))
    table = judge(said, split_of(["a", "b"]), Reader(), NOTHING_SCORED).set_index(["feedback_id", "topic"])
    assert table["p_dissatisfied"].to_dict() == {("a", "delivery"): 0.2, ("a", "packaging"): 0.9, ("b", "price"): 0.5}
    verdicts = table["is_dissatisfied"]
    assert not verdicts["a", "delivery"] and verdicts["a", "packaging"] and pd.isna(verdicts["b", "price"])


def test_several_clauses_on_a_topic_are_averaged_and_the_most_outspoken_is_shown():
    said = mentions(("a", "price", "price good"), ("a", "price", "price bad"), ("a", "price", "price"))
    row = judge(said, split_of(["a"]), Reader(), NOTHING_SCORED).iloc[0]
    assert row["p_dissatisfied"] == pytest.approx((0.2 + 0.9 + 0.5) / 3, abs=1e-6)
    assert row["words"] == "Price bad"


@pytest.mark.parametrize(("p", "told"), [(2 / 3, True), (0.66, None), (0.34, None), (1 / 3, False)])
def test_a_verdict_is_told_from_two_thirds_on(p, told):
    class Fixed:
        def predict(self, texts):
            return np.full(len(texts), p)

    verdict = judge(mentions(("a", "price", "price")), split_of(["a"]), Fixed(), NOTHING_SCORED)["is_dissatisfied"][0]
    assert pd.isna(verdict) if told is None else verdict == told


def test_calibration_gives_texts_with_one_topic_the_share_that_is_true():
    """Of 100 texts that sound bad 60 are by dissatisfied authors, of 100 that sound good 10: the model said .9 and .2."""
    ids = [f"f{i:03d}" for i in range(200)]
    said = mentions(*((i, "price", "price bad" if n < 100 else "price good") for n, i in enumerate(ids)))
    verdicts = [n < 60 or 100 <= n < 110 for n in range(200)]
    table = judge(said, split_of(ids, verdicts), Reader(), NOTHING_SCORED)
    assert table["p_dissatisfied"].iloc[0] == pytest.approx(0.6, abs=0.005)
    assert table["p_dissatisfied"].iloc[199] == pytest.approx(0.1, abs=0.005)


def test_texts_with_two_topics_do_not_calibrate():
    """Their verdict may mean the other topic: with it, price would look as bad as delivery."""
    ids = [f"f{i:03d}" for i in range(200)]
    said = mentions(*((i, topic, f"{topic} {'bad' if n < 100 else 'good'}") for n, i in enumerate(ids)
                      for topic in ("price", "delivery")))
    table = judge(said, split_of(ids, [n < 60 or 100 <= n < 110 for n in range(200)]), Reader(), NOTHING_SCORED)
    assert table["p_dissatisfied"].tolist() == [0.9] * 200 + [0.2] * 200  # as the model said: nothing to calibrate by


def test_texts_that_taught_the_model_are_calibrated_apart():
    """The model says .9 and .2: of what it learnt from 95 and 5 of 100 are dissatisfied, of what is new to it 60 and 30."""
    ids = [f"f{i:03d}" for i in range(400)]
    said = mentions(*((i, "price", "price bad" if n % 200 < 100 else "price good") for n, i in enumerate(ids)))
    verdicts = [n < limit for limit in (95, 5, 60, 30) for n in range(100)]
    split = split_of(ids, verdicts).assign(role=["train"] * 200 + ["test"] * 200)
    p = judge(said, split, Reader(), NOTHING_SCORED)["p_dissatisfied"]
    assert p[[0, 100, 200, 300]].tolist() == pytest.approx([0.95, 0.05, 0.6, 0.3], abs=0.005)


def test_beyond_the_limit_the_verdict_of_the_text_stands_in(monkeypatch):
    monkeypatch.setattr(aspects_sentiment, "MOST_READ", 1)
    said = mentions(("a", "price", "price bad"), ("b", "price", "price bad"), ("c", "price", "price good indeed"))
    scored = pd.DataFrame({"feedback_id": ["c"], "p_dissatisfied": [0.31]})
    table = judge(said, split_of(["a", "b", "c"]), Reader(), scored)
    assert table["p_dissatisfied"].tolist() == [0.9, 0.9, 0.31]


def test_nothing_mentioned_is_an_empty_table():
    assert judge(mentions(), split_of([]), Reader(), NOTHING_SCORED).empty


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(1)
    rows = [(f"f{i % 40}", str(rng.choice(["price", "delivery"])), str(rng.choice(["bad", "good", "so"]))) for i in range(150)]
    verdicts = split_of([f"f{i}" for i in range(40)], rng.random(40) < 0.5)
    a = judge(mentions(*rows), verdicts, Reader(), NOTHING_SCORED)
    b = judge(mentions(*rows[::-1]), verdicts.sample(frac=1, random_state=1), Reader(), NOTHING_SCORED)
    pd.testing.assert_frame_equal(a, b)


# --- summing up


def topics(**groups) -> pd.DataFrame:
    rows = [(name, p) for name, (n, p) in groups.items() for _ in range(n)]
    table = pd.DataFrame(rows, columns=["topic", "p_dissatisfied"])
    return table.assign(kind="aspect", feedback_id=[f"f{i}" for i in range(len(table))],
                        is_dissatisfied=pd.array(table["p_dissatisfied"] > 0.6, dtype="boolean"))


def test_shares_by_hand_and_the_rest_without_the_topic():
    table = summarise(topics(price=(40, 0.75), delivery=(60, 0.25)), n_read=200).set_index("topic")
    assert table.index.tolist() == ["delivery", "price"]
    price = table.loc["price"]
    assert (price["n"], price["share"], price["dissatisfied_share"], price["others"]) == (40, 0.2, 0.75, 0.25)
    assert price["difference"] == 0.5 and price["difference_low"] < 0.5 < price["difference_high"]
    assert price["low"] == pytest.approx(0.598, abs=0.001) and price["high"] == pytest.approx(0.858, abs=0.001)  # 30 of 40
    z = 0.5 / np.sqrt(0.45 * 0.55 * (1 / 40 + 1 / 60))
    assert price["p_value"] == pytest.approx(2 * stats.norm.sf(z))


@pytest.mark.parametrize(("n", "is_known"), [(29, False), (30, True)])
def test_below_thirty_mentions_only_counts_are_given(n, is_known):
    table = summarise(topics(price=(n, 0.75), delivery=(60, 0.25)), n_read=200).set_index("topic")
    assert table.loc["price", "n"] == n
    assert pd.notna(table.loc["price", ["dissatisfied_share", "low", "p_value", "q_value"]]).all() == is_known


def test_a_single_topic_has_no_others_to_be_compared_with():
    row = summarise(topics(price=(40, 0.75)), n_read=40).iloc[0]
    assert row["dissatisfied_share"] == 0.75
    assert pd.isna(row[["others", "difference", "p_value", "q_value"]]).all()


# --- voices


def said_by(authors: list, p: list[float], copy_of=None) -> pd.DataFrame:
    table = topics(price=(len(p), 0.5)).assign(p_dissatisfied=p, copy_of=copy_of)
    return aspects_sentiment.voices(table, pd.DataFrame({"feedback_id": table["feedback_id"], "customer_id": authors}))


def test_two_texts_of_one_author_that_say_the_same_count_like_one():
    pairs = said_by([f"c{i // 2}" for i in range(80)], [0.9, 0.9, 0.1, 0.1] * 20)
    alone = said_by([None] * 80, [0.9, 0.9, 0.1, 0.1] * 20)
    once, twice = (summarise(table, n_read=80).iloc[0] for table in (alone, pairs))
    assert (once["n"], twice["n"]) == (80, 80) and twice["dissatisfied_share"] == pytest.approx(0.5)
    assert [once["low"], once["high"]] == pytest.approx([float(end) for end in wilson(40, 80)])
    assert [twice["low"], twice["high"]] == pytest.approx([float(end) for end in wilson(19.5, 39)])  # 40 authors: 80 × 39 / 80


def test_authors_who_contradict_themselves_make_nothing_surer():
    torn = said_by([f"c{i // 2}" for i in range(80)], [0.9, 0.1] * 40)
    assert summarise(torn, n_read=80).iloc[0]["low"] == pytest.approx(float(wilson(40, 80)[0]))


def test_copies_of_a_text_are_one_voice():
    copies = [None] * 40 + ["f0"] * 40
    found = summarise(said_by([None] * 80, [0.1] * 40 + [0.9] * 40, copy_of=copies), n_read=40).iloc[0]
    assert (found["n"], found["share"], found["dissatisfied_share"]) == (40, 1.0, pytest.approx(0.1))


def test_a_text_that_mentions_many_other_aspects_is_one_comparison():
    ids = [f"f{i}" for i in range(60)]
    rows = [(i, "price", 0.5 + 0.4 * (-1) ** n) for n, i in enumerate(ids[:30])]
    rows += [(i, topic, 0.5 + 0.4 * (-1) ** n) for n, i in enumerate(ids[30:]) for topic in ("a", "b", "c")]
    table = pd.DataFrame(rows, columns=["feedback_id", "topic", "p_dissatisfied"]).assign(kind="aspect", is_dissatisfied=pd.NA)
    price = summarise(table, n_read=60).set_index("topic").loc["price"]
    low, high = difference_interval(15, 30, 14.5, 29)  # not 45 of 90: 30 texts, 90 × 29 / 90
    assert (price["difference_low"], price["difference_high"]) == pytest.approx((float(low), float(high)))


@pytest.mark.slow
def test_the_share_is_covered_where_few_authors_write_most_texts():
    """60 authors, of whom each is pleased or not, write 1 to 12 texts each; the chance of displeasure is .4."""
    rng, hits = np.random.default_rng(3), np.zeros(2)
    for _ in range(150):
        n = rng.integers(1, 13, 60)
        p = np.repeat(np.where(rng.random(60) < 0.4, 0.95, 0.05), n)
        truth = 0.4 * 0.95 + 0.6 * 0.05
        for i, authors in enumerate((np.repeat(np.arange(60), n).astype(str), np.full(len(p), None))):
            row = summarise(said_by(list(authors), list(p)), n_read=len(p)).iloc[0]
            hits[i] += row["low"] <= truth <= row["high"]
    ours, as_if_alone = hits / 150
    assert ours >= 0.91
    assert as_if_alone < 0.75


@pytest.mark.parametrize("wish", ["建议3：多点优惠 bad", "希望价格降低一点 bad", "please offer a bad discount"])
def test_a_wish_is_a_mention_but_no_complaint(wish):
    said = mentions(("a", "price", wish), ("b", "price", wish), ("b", "price", "price bad"), ("b", "price", "price good"))
    table = judge(said, split_of(["a", "b"]), Reader(), NOTHING_SCORED).set_index("feedback_id")
    assert pd.isna(table.loc["a", "p_dissatisfied"]) and pd.isna(table.loc["a", "is_dissatisfied"])
    assert table.loc["b", "p_dissatisfied"] == pytest.approx((0.9 + 0.2) / 2), "its other clauses count"
    assert table.loc["a", "words"] == wish.capitalize()


def test_a_clause_is_a_wish_where_its_sentence_asks_for_it():
    said = mentions(("a", "price", "价格 bad")).assign(sentence="要是价格 bad 一点就好了")
    assert judge(said, split_of(["a"]), Reader(), NOTHING_SCORED)["p_dissatisfied"].isna().all()


def test_wishes_do_not_count_among_the_dissatisfied_but_among_the_mentions():
    ids = [f"f{i:03d}" for i in range(80)]
    topics = pd.DataFrame({"feedback_id": ids, "topic": "price", "kind": "aspect",
                           "p_dissatisfied": [0.9] * 20 + [0.1] * 20 + [np.nan] * 40})
    topics["is_dissatisfied"] = (topics["p_dissatisfied"] > 0.5).astype("boolean").mask(topics["p_dissatisfied"].isna())
    row = summarise(topics, n_read=160).iloc[0]
    assert [row["n"], row["n_wishes"], row["share"], row["dissatisfied_share"]] == [40, 40, 0.5, pytest.approx(0.5)]
