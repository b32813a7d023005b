import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.identity.identity_ledger import EVENTS, LEDGER, update


def make_id(text):
    return f"id-{text}"


def clusters(*groups):
    return pd.Series({key: min(group) for group in groups for key in group}, dtype=object)


def ids(ledger):
    return dict(zip(ledger["record_key"], ledger["customer_id"], strict=True))


def happened(events):
    return sorted(
        (row.event, row.customer_id, row.other_id or "", row.n_records)
        for row in events.astype(object).where(events.notna(), None).itertuples()
    )


def test_a_first_run_names_each_person_after_her_smallest_key():
    ledger, events = update(None, clusters("ab", "c"), make_id=make_id, run="2024-01")
    assert ids(ledger) == {"a": "id-a", "b": "id-a", "c": "id-c"}
    assert happened(events) == [("created", "id-a", "", 2), ("created", "id-c", "", 1)]
    assert list(ledger) == list(LEDGER) and list(events) == list(EVENTS)


def test_the_same_data_give_the_same_ids_and_no_event():
    first, _ = update(None, clusters("ab", "c"), make_id=make_id, run="1")
    second, events = update(first, clusters("c", "ba"), make_id=make_id, run="2")
    assert ids(second) == ids(first) and len(events) == 0
    assert second["first_seen"].tolist() == ["1"] * 3 and second["last_seen"].tolist() == ["2"] * 3


def test_a_new_record_joins_its_person_even_with_a_smaller_key():
    first, _ = update(None, clusters("bc"), make_id=make_id, run="1")
    second, events = update(first, clusters("abc"), make_id=make_id, run="2")
    assert ids(second) == {"a": "id-b", "b": "id-b", "c": "id-b"}
    assert happened(events) == [("joined", "id-b", "", 1)]


def test_a_merge_keeps_the_id_of_the_larger_part_and_records_the_other_with_its_evidence():
    first, _ = update(None, clusters("a", "bc"), make_id=make_id, run="1")
    pairs = pd.DataFrame(
        {
            "key_l": ["a", "a", "b"],
            "key_r": ["b", "c", "c"],
            "match_weight": [9.0, 12.0, 20.0],
            "weight_name": [10.0, 10.0, 10.0],
            "weight_phone": [0.0, 14.0, 14.0],
        }
    )
    second, events = update(first, clusters("abc"), pairs, make_id=make_id, run="2")
    assert set(ids(second).values()) == {"id-b"} and happened(events) == [("merged", "id-b", "id-a", 1)]
    evidence = json.loads(events["evidence"].iloc[0])
    assert [pair["key_r"] for pair in evidence] == ["c", "b"] and evidence[0]["weights"] == {"name": 10.0, "phone": 14.0}


def test_of_two_parts_of_one_size_the_older_id_stays_then_the_smaller_key():
    first, _ = update(None, clusters("b"), make_id=make_id, run="1")
    second, _ = update(first, clusters("a", "b"), make_id=make_id, run="2")
    third, events = update(second, clusters("ab"), make_id=make_id, run="3")
    assert set(ids(third).values()) == {"id-b"} and happened(events) == [("merged", "id-b", "id-a", 1)]
    level, _ = update(None, clusters("a", "b"), make_id=make_id, run="1")
    assert set(ids(update(level, clusters("ab"), make_id=make_id, run="2")[0]).values()) == {"id-a"}


def test_a_split_leaves_the_id_with_the_larger_part_and_never_gives_it_twice():
    first, _ = update(None, clusters("abc"), make_id=make_id, run="1")
    second, events = update(first, clusters("a", "bc"), make_id=make_id, run="2")
    assert ids(second) == {"a": "id-a#2", "b": "id-a", "c": "id-a"}
    assert happened(events) == [("split", "id-a#2", "id-a", 1)]


def test_a_split_in_a_tie_leaves_the_id_with_the_smallest_key():
    first, _ = update(None, clusters("ab"), make_id=make_id, run="1")
    second, _ = update(first, clusters("a", "b"), make_id=make_id, run="2")
    assert ids(second) == {"a": "id-a", "b": "id-b"}


def test_a_record_that_was_away_finds_its_id_again():
    first, _ = update(None, clusters("a", "b"), make_id=make_id, run="1")
    second, events = update(first, clusters("a"), make_id=make_id, run="2")
    assert ids(second)["b"] == "id-b" and second["is_current"].tolist() == [True, False] and len(events) == 0
    third, events = update(second, clusters("a", "b"), make_id=make_id, run="3")
    assert ids(third) == ids(first) and happened(events) == [("returned", "id-b", "", 1)]
    assert third.loc[third["record_key"] == "b", "first_seen"].tolist() == ["1"]


def test_a_record_that_is_away_follows_the_id_that_its_person_merged_into():
    first, _ = update(None, clusters("abc", "de"), make_id=make_id, run="1")
    second, _ = update(first, clusters("abc" + "d"), make_id=make_id, run="2")
    assert ids(second) == dict.fromkeys("abcde", "id-a")


@pytest.mark.slow
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.lists(st.integers(0, 3), min_size=6, max_size=6), st.randoms())
@settings(deadline=None, max_examples=15)
def test_each_cluster_has_one_id_and_each_id_one_cluster_in_any_order(before, after, shuffler):
    def grouped(labels):
        series = pd.Series(labels, index=list("abcdef"))
        return series.map(series.groupby(series).apply(lambda part: min(part.index)))

    first, _ = update(None, grouped(before), make_id=make_id, run="1")
    now = grouped(after)
    second, _ = update(first, now, make_id=make_id, run="2")
    both = second.set_index("record_key")["customer_id"].to_frame().join(now.rename("cluster"))
    assert (
        both.groupby("cluster")["customer_id"].nunique().eq(1).all()
        and both.groupby("customer_id")["cluster"].nunique().eq(1).all()
    )
    order = list("abcdef")
    shuffler.shuffle(order)
    again, _ = update(first.sample(frac=1, random_state=1), now[order], make_id=make_id, run="2")
    pd.testing.assert_frame_equal(again, second)
