"""topics_history.py: no text on both sides, runs that repeat change nothing, planted growth is found and chance is not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers.errors import TooLittleData
from helpers.voc import topics_history as history

DAY = pd.Timestamp("2025-06-30")


def reviews(*ids, text="x", received_at=None) -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": list(ids), "text": pd.Series([text] * len(ids), dtype="str"),
                         "received_at": pd.Series(received_at if received_at is not None else [None] * len(ids),
                                                  dtype="datetime64[us, UTC]")})


def test_a_text_belongs_to_the_run_that_read_it_first():
    first = history.add_run(reviews("b", "a"), None, as_of=DAY)
    assert first["feedback_id"].tolist() == ["a", "b"] and first["run"].tolist() == [1, 1]
    second = history.add_run(reviews("a", "b", "c"), first, as_of=DAY + pd.Timedelta(days=1))
    assert dict(zip(second["feedback_id"], second["run"], strict=True)) == {"a": 1, "b": 1, "c": 2}
    assert second["as_of"].tolist() == [DAY, DAY, DAY + pd.Timedelta(days=1)]


def test_the_same_feedback_again_is_no_new_run_and_what_is_not_read_again_stays_known():
    first = history.add_run(reviews("a", "b"), None, as_of=DAY)
    again = history.add_run(reviews("b", "a"), first, as_of=DAY + pd.Timedelta(days=9))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(history.add_run(reviews("b"), first, as_of=DAY), first)
    assert history.add_run(reviews("a", text=None), None, as_of=DAY).empty, "without a text nothing was read"


def test_after_a_run_as_of_an_earlier_day_nothing_is_new_that_was_known():
    """Late, early, late: the tables are those of the late run alone, and the early run calls nothing new either."""
    late, early, themes = reviews("a", "b", "c"), reviews("a"), pd.DataFrame({"theme": [], "anchor_words": []})
    runs, found = None, None
    told = []
    for read, as_of, topics in ((late, DAY, feedback_topics(price=["a", "b"])), (early, DAY - pd.Timedelta(days=90),
                                feedback_topics(price=["a"])), (late, DAY, feedback_topics(price=["a", "b"]))):
        runs = history.add_run(read, runs, as_of=as_of)
        found = history.add_topics(topics, read, runs, themes, found)
        told.append((runs.copy(), found.copy()))
        assert runs["run"].tolist() == [1, 1, 1]
    for table, first in zip(told[2], told[0], strict=True):
        pd.testing.assert_frame_equal(table, first)
    assert history.read_now(runs, early)["feedback_id"].tolist() == ["a"]
    runs = history.add_run(reviews("a", "b", "c", "d"), runs, as_of=DAY)
    assert dict(zip(runs["feedback_id"], runs["run"], strict=True)) == {"a": 1, "b": 1, "c": 1, "d": 2}


def test_a_run_as_of_an_earlier_day_keeps_what_later_runs_found():
    themes = pd.DataFrame({"theme": [], "anchor_words": []})
    first = history.add_run(reviews("a", "b"), None, as_of=DAY)
    one = history.add_topics(feedback_topics(price=["a"]), reviews("a", "b"), first, themes, None)
    second = history.add_run(reviews("a", "b", "c"), first, as_of=DAY)
    two = history.add_topics(feedback_topics(price=["a", "c"]), reviews("a", "b", "c"), second, themes, one)
    again = history.add_topics(feedback_topics(price=["a"]), reviews("a", "b"), second, themes, two)
    pd.testing.assert_frame_equal(again, two)


def feedback_topics(**of) -> pd.DataFrame:
    rows = [(i, topic, "theme" if topic.startswith("theme") else "aspect") for topic, ids in of.items() for i in ids]
    return pd.DataFrame(rows, columns=["feedback_id", "topic", "kind"])


def test_a_run_replaces_its_own_topics_and_keeps_those_of_earlier_runs():
    themes = pd.DataFrame({"theme": ["theme1"], "anchor_words": ["a, b"]})
    first = history.add_run(reviews("a", "b"), None, as_of=DAY)
    both = reviews("a", "b")
    one = history.add_topics(feedback_topics(price=["a"], theme1=["a", "b"]), both, first, themes, None)
    assert one[["run", "topic", "n", "n_read"]].to_numpy().tolist() == [[1, "price", 1, 2], [1, "theme1", 2, 2]]
    assert one["anchor_words"].isna().tolist() == [True, False] and one["anchor_words"].iloc[1] == "a, b"
    again = history.add_topics(feedback_topics(price=["a", "b"]), both, first, themes, one)
    assert again[["run", "topic", "n"]].to_numpy().tolist() == [[1, "price", 2]]
    second = history.add_run(reviews("a", "b", "c"), first, as_of=DAY)
    two = history.add_topics(feedback_topics(price=["c"]), reviews("a", "b", "c"), second, themes, one)
    assert two[["run", "topic"]].to_numpy().tolist() == [[1, "price"], [1, "theme1"], [2, "price"]]


def test_themes_come_and_go_by_their_names():
    rows = [(1, "theme", "old"), (1, "theme", "kept"), (1, "aspect", "price"), (2, "theme", "kept"), (2, "theme", "new")]
    runs = pd.DataFrame(rows, columns=["run", "kind", "topic"])
    assert history.come_and_gone(runs) == (["new"], ["old"])
    assert history.come_and_gone(runs[runs["run"] == 1]) == ([], [])
    assert history.come_and_gone(runs.head(0)) == ([], [])


def runs_of(n_before: int, n_new: int) -> pd.DataFrame:
    ids = [f"f{i:05d}" for i in range(n_before + n_new)]
    first = history.add_run(reviews(*ids[:n_before]), None, as_of=DAY)
    return history.add_run(reviews(*ids), first, as_of=DAY)


def test_the_change_since_the_last_run_by_hand():
    """30 of 200 earlier texts and 60 of 200 new ones: .15 against .30."""
    runs = runs_of(200, 200)
    ids = runs["feedback_id"].tolist()
    table = history.since_last_run(feedback_topics(price=ids[:30] + ids[200:260], delivery=ids[::2]), runs).set_index("topic")
    price = table.loc["price"]
    assert table.index[0] == "price"
    assert (price["share_before"], price["share"]) == (0.15, 0.30)
    assert price["change"] == pytest.approx(0.15) and 0 < price["low"] < 0.15 < price["high"]
    assert price["p_value"] == pytest.approx(2 * stats.norm.sf(0.15 / np.sqrt(0.225 * 0.775 / 100)))
    assert table.loc["delivery", "change"] == 0 and table.loc["delivery", "p_value"] == 1


def test_topics_below_ten_mentions_are_not_compared():
    runs = runs_of(100, 100)
    ids = runs["feedback_id"].tolist()
    table = history.since_last_run(feedback_topics(rare=ids[:9], known=ids[:10]), runs)
    assert table["topic"].tolist() == ["known"]


@pytest.mark.parametrize(("before", "new", "said"), [(0, 500, "from the next run on"), (99, 500, "there are 500 and 99"),
                                                     (500, 99, "there are 99 and 500")])
def test_too_few_texts_on_a_side_are_said(before, new, said):
    runs = runs_of(before, new) if before else history.add_run(reviews(*map(str, range(new))), None, as_of=DAY)
    with pytest.raises(TooLittleData, match=said):
        history.since_last_run(feedback_topics(price=[]), runs)


def test_authors_who_always_speak_of_one_thing_count_once_by_hand():
    """Each of 100 authors wrote two texts in one run, both about the price or none: half as many texts, twice the variance."""
    runs = runs_of(200, 200)
    ids = runs["feedback_id"].tolist()
    topics = feedback_topics(price=ids[:30] + ids[200:240])
    pairs = reviews(*ids).assign(customer_id=[f"c{i // 2}" for i in range(400)])
    alone, paired = (history.since_last_run(topics, runs, rows).iloc[0] for rows in (reviews(*ids), pairs))
    assert alone["p_value"] == pytest.approx(2 * stats.norm.sf(0.05 / np.sqrt(0.175 * 0.825 / 100)))
    assert paired["p_value"] == pytest.approx(2 * stats.norm.sf(0.05 / np.sqrt(0.175 * 0.825 / 50 * 200 / 199)))
    assert paired["low"] < alone["low"] < paired["change"] < alone["high"] < paired["high"]
    copies = reviews(*ids).assign(copy_of=[ids[i - 1] if i % 2 else None for i in range(400)])
    assert history.since_last_run(topics, runs, copies).iloc[0].equals(paired)
    shuffled = history.since_last_run(topics.sample(frac=1, random_state=1), runs, pairs.sample(frac=1, random_state=2)).iloc[0]
    assert shuffled.equals(paired)


def test_a_copy_of_nobody_known_is_of_the_author_of_the_text_it_copies():
    texts = reviews("head", "copy", "other", "alone", "stray").assign(
        customer_id=["ann", None, "bob", None, None], copy_of=[None, "head", "head", None, "gone"])
    found = history.authors_of(texts)
    assert found["copy"] == found["head"] != found["other"], "whom the customer is known of wrote it herself"
    assert found.nunique() == 4
    assert history.authors_of(texts.drop(columns="copy_of")).nunique() == 5
    pd.testing.assert_series_equal(history.authors_of(texts[::-1]).sort_index(), found.sort_index())
    assert history.authors_of(texts.head(0)).empty


def test_an_author_who_wrote_on_both_sides_is_no_evidence_of_change():
    runs = runs_of(200, 200)
    ids = runs["feedback_id"].tolist()
    same = reviews(*ids).assign(customer_id=[f"c{i % 200}" for i in range(400)])
    topics = feedback_topics(price=ids[:30] + ids[200:230])
    known, unknown = (history.since_last_run(topics, runs, rows).iloc[0] for rows in (same, None))
    assert (known["change"], known["p_value"]) == (0, 1)
    assert known["low"] == unknown["low"] < 0  # never narrower than without authors


def dated(days) -> pd.DataFrame:
    moments = pd.Timestamp("2024-12-31T12:00Z") + pd.to_timedelta(days, unit="D")
    return reviews(*(f"f{i:05d}" for i in range(len(days))), received_at=moments)


def test_the_last_thirteen_weeks_are_compared_with_those_before():
    rows = dated(np.repeat(np.arange(400), 2))  # two texts a day
    of = history.windows(rows, as_of=pd.Timestamp("2026-02-03"), time_zone="UTC")  # 1 January 2025 and 399 days
    assert len(of["now"]) == len(of["before"]) == 2 * 91
    assert (of["last_day"] - of["middle"]).days == 90 and (of["middle"] - of["first_day"]).days == 91
    assert not set(of["now"]) & set(of["before"])


def test_quarters_end_with_the_snapshot_not_with_the_last_text_before_or_after_it():
    rows = dated(np.repeat(np.arange(400), 3))
    ended = history.windows(rows, as_of=pd.Timestamp("2026-02-23"), time_zone="UTC")  # 20 days without a text
    assert len(ended["now"]) == 3 * 71 and len(ended["before"]) == 3 * 91
    assert ended["last_day"] == pd.Timestamp("2026-02-23")
    earlier = history.windows(rows, as_of=pd.Timestamp("2025-12-31"), time_zone="UTC")
    assert rows.set_index("feedback_id").loc[earlier["now"], "received_at"].max() == pd.Timestamp("2025-12-31 12:00Z")
    assert len(earlier["now"]) == 3 * 91


def test_a_text_belongs_to_the_day_of_the_business():
    rows = dated(np.repeat(np.arange(182), 2))  # at noon UTC, 2 a.m. of the next day on Kiritimati
    days = {zone: history.windows(rows, as_of=pd.Timestamp("2025-07-01"), time_zone=zone)
            for zone in ("UTC", "Pacific/Kiritimati")}
    # the last text is of 30 June UTC, of 1 July there: 90 days of texts up to 1 July, or 91
    assert {zone: len(of["now"]) for zone, of in days.items()} == {"UTC": 2 * 90, "Pacific/Kiritimati": 2 * 91}


def test_where_quarters_are_thin_the_two_halves_are_compared():
    at = {"as_of": pd.Timestamp("2027-01-01"), "time_zone": "UTC"}
    of = history.windows(dated(np.arange(400)), **at)  # one a day: 91 in a quarter
    assert len(of["now"]) == len(of["before"]) == 200
    with pytest.raises(TooLittleData, match="there are 75 and 75"):
        history.windows(dated(np.arange(150)), **at)
    with pytest.raises(TooLittleData, match="none of 3"):
        history.windows(reviews("a", "b", "c"), **at)


@pytest.mark.slow
def test_planted_growth_is_found_and_chance_seldom():
    rng = np.random.default_rng(2)
    found = false = 0
    for _ in range(40):
        rows = dated(rng.integers(0, 182, 1200))
        is_late = rows["received_at"] > rows["received_at"].max() - pd.Timedelta(weeks=13)
        planted = rows.loc[rng.random(1200) < np.where(is_late, 0.2, 0.1), "feedback_id"]
        noise = {f"n{i}": rows.loc[rng.random(1200) < 0.1, "feedback_id"] for i in range(12)}
        table, _ = history.between_windows(feedback_topics(planted=planted, **noise), rows, time_zone="UTC",
                                           as_of=rows["received_at"].max().tz_localize(None))
        clear = table[table["q_value"] < 0.05]
        found += "planted" in set(clear["topic"])
        false += len(clear) > ("planted" in set(clear["topic"]))
    assert found >= 36
    assert false <= 6
