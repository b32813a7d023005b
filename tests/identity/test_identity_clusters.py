import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.identity.identity_clusters import LARGEST_UNCHECKED, cluster


def pairs(*rows):
    """Rows (key_l, key_r, match_weight[, contradicts]); evidence = match_weight + 12 bits of prior."""
    frame = pd.DataFrame([(*row, False)[:4] for row in rows], columns=["key_l", "key_r", "match_weight", "contradicts"])
    return frame.assign(
        match_probability=1 / (1 + 2.0 ** -frame["match_weight"].astype(float)),
        weight_name=frame["match_weight"] + 12.0,
        contradicts=frame["contradicts"].astype(bool),
    )


def records(keys, **national_ids):
    return pd.DataFrame({"record_key": list(keys), "national_id": [national_ids.get(key) for key in keys], "n_rows": 1})


def groups(found):
    return sorted("".join(sorted(part.index)) for _, part in found.clusters.groupby(found.clusters))


def decisions(*rows):
    return pd.DataFrame(rows, columns=["key_l", "key_r", "decision"])


def test_linked_records_are_one_cluster_named_after_its_smallest_key():
    found = cluster(pairs(("b", "c", 9), ("a", "b", 8)), records("cbad"))
    assert groups(found) == ["abc", "d"] and found.clusters["c"] == "a" and found.report["largest"] == 3


@pytest.mark.parametrize(("threshold", "expected"), [(0.5, ["ab"]), (0.5000001, ["a", "b"])])
def test_a_pair_exactly_at_the_threshold_is_linked(threshold, expected):
    assert groups(cluster(pairs(("a", "b", 0)), records("ab"), threshold=threshold)) == expected


def test_a_chain_over_a_shared_phone_is_cut_at_its_weaker_link():
    """p (no name) is linked to a (10 bits) and b (6 bits), whose names contradict: p stays with a."""
    found = cluster(pairs(("a", "p", 10), ("b", "p", 6), ("a", "b", 15, True)), records("abp"))
    assert groups(found) == ["ap", "b"]
    assert found.cut[["key_l", "key_r", "reason"]].values.tolist() == [["b", "p", "other records of the two sides contradict"]]
    assert found.report["n_groups_split"] == 1


def test_a_record_that_two_persons_claim_alike_is_neither_s():
    """p, q (a phone, no name) are linked to a and b, who contradict: odds 2**12 to 2**11 are 2/3, 2**12 to 2**8 are .94."""
    family = [("a", "b", 15, True), ("a", "p", 12), ("p", "q", 12), ("a", "q", 12)]
    no_name = {"level_name": [1, 0, 0, 0, 0, 0]}
    every = pairs(*family, ("b", "p", 11), ("b", "q", 12)).assign(**no_name)
    assert groups(cluster(every, records("abpq"))) == ["a", "b", "p", "q"]
    found = cluster(pairs(*family, ("b", "p", 8), ("b", "q", 12)).assign(**no_name), records("abpq"))
    assert groups(found) == ["ap", "b", "q"]
    assert set(found.cut["reason"]) == {
        "other records of the two sides contradict",
        "another person claims one of the two as much",
    }


def test_a_decision_settles_who_claims_a_record():
    claimed = pairs(("a", "p", 12), ("b", "p", 12), ("a", "b", 15, True))
    records_of_three = records("abp")
    assert groups(cluster(claimed, records_of_three)) == ["a", "b", "p"]
    assert groups(cluster(claimed, records_of_three, decisions=decisions(("b", "p", "same")))) == ["a", "bp"]
    assert groups(cluster(claimed, records_of_three, decisions=decisions(("b", "p", "different")))) == ["ap", "b"]


def test_many_strong_links_outweigh_one_contradiction():
    """Two sides joined by 10 + 10 + 15 bits against the 20 of one contradiction."""
    found = cluster(
        pairs(("a", "b", 20), ("c", "d", 20), ("a", "c", 10), ("a", "d", 10), ("b", "c", 15), ("b", "d", 9, True)),
        records("abcd"),
    )
    assert groups(found) == ["abcd"]


def test_evidence_against_counts_but_lack_of_evidence_does_not():
    lacking = pairs(("a", "b", 8), ("b", "c", 8), ("a", "c", -12))  # no field in common: evidence 0
    against = pairs(("a", "b", 12), ("b", "c", 8), ("a", "c", -40))  # evidence -28
    assert groups(cluster(lacking, records("abc"))) == ["abc"]
    assert groups(cluster(against, records("abc"))) == ["ab", "c"]


def test_two_national_ids_are_never_in_one_cluster():
    found = cluster(pairs(("a", "b", 30), ("b", "c", 25)), records("abc", a="X", c="Y"))
    assert groups(found) == ["ab", "c"] and found.cut["reason"].tolist() == ["two national ids"]


def test_what_the_analyst_decided_holds_whatever_the_weights_say():
    linked = pairs(("a", "b", 30), ("b", "c", 20))
    assert groups(cluster(linked, records("abcd"), decisions=decisions(("b", "c", "different"), ("c", "d", "same")))) == [
        "ab",
        "cd",
    ]
    assert groups(cluster(linked, records("abc"), decisions=decisions(("a", "c", "different")))) == ["ab", "c"]
    joined = cluster(pairs(("a", "b", -5, True)), records("ab", a="X", b="Y"), decisions=decisions(("a", "b", "same")))
    assert groups(joined) == ["ab"], "the analyst knows better than two national ids"


def test_decisions_that_exclude_each_other_are_refused_in_one_line():
    conflicting = decisions(("a", "b", "same"), ("b", "c", "same"), ("a", "c", "different"))
    with pytest.raises(UserError) as error:
        cluster(pairs(), records("abc"), decisions=conflicting.assign(line=[2, 5, 7]))
    assert str(error.value) == (
        "decisions of the review file contradict: line 7 says 'different', but the lines 2, 5 together say 'same': mend one"
    ), "no record key is shown: it may be a phone number"


def test_decisions_on_records_that_are_gone_are_ignored():
    assert groups(cluster(pairs(("a", "b", 9)), records("ab"), decisions=decisions(("a", "z", "same")))) == ["ab"]


def test_a_group_too_large_to_trust_is_still_put_together():
    keys = [f"{place:04d}" for place in range(LARGEST_UNCHECKED + 5)]
    chain = pairs(*[(left, right, 9) for left, right in zip(keys, keys[1:], strict=False)])
    assert cluster(chain, records(keys)).report["largest"] == len(keys)


def test_nobody_at_all_is_no_error():
    assert cluster(pairs(), records("")).report["n_clusters"] == 0


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg"), st.integers(-30, 30), st.booleans()), max_size=20
    ),
    st.randoms(),
)
@settings(deadline=None, max_examples=25)
def test_the_order_of_pairs_and_records_plays_no_part(rows, shuffler):
    unique = {
        (min(a, b), max(a, b)): (min(a, b), max(a, b), weight, contradicts) for a, b, weight, contradicts in rows if a != b
    }
    given_rows, keys = list(unique.values()), list("abcdefg")
    expected = cluster(pairs(*given_rows), records(keys))
    shuffler.shuffle(given_rows)
    shuffler.shuffle(keys)
    found = cluster(pairs(*given_rows), records(keys))
    pd.testing.assert_series_equal(found.clusters, expected.clusters)
    assert set(found.clusters.index) == set("abcdefg")
