import ibis
import pandas as pd
import pytest

from helpers.identity import identity_quality as quality


def labels(text):
    """'aab' → records 0, 1, 2 in groups a, a, b."""
    return pd.Series(list(text), index=[str(place) for place in range(len(text))])


def test_pairs_are_counted_by_hand():
    """Clusters {0,1,2}, {3}; persons {0,1}, {2,3}: linked pairs 3, true 2, right 1."""
    found = quality.pairwise(labels("aaab"), labels("xxyy")).set_index("measure")
    assert found["value"].to_dict() == pytest.approx({"precision": 1 / 3, "recall": 1 / 2, "f1": 2 / 5})
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()


def test_without_links_precision_is_unknown_not_zero():
    found = quality.pairwise(labels("abc"), labels("xxy"), n_bootstrap=0).set_index("measure")["value"]
    assert pd.isna(found["precision"]) and found["recall"] == 0


def test_records_without_truth_are_left_out():
    found = quality.pairwise(labels("aaa"), labels("xx"), n_bootstrap=0).set_index("measure")["value"]
    assert found["precision"] == 1


def test_b_cubed_is_averaged_over_records():
    """Precision: 2/3, 2/3, 1/3, 1; recall: 1, 1, 1/2, 1/2."""
    found = quality.b_cubed(labels("aaab"), labels("xxyy"))
    assert found["precision"] == pytest.approx(8 / 12) and found["recall"] == pytest.approx(3 / 4)
    assert found["f1"] == pytest.approx(2 * (2 / 3) * (3 / 4) / (2 / 3 + 3 / 4))


def test_clusters_of_two_persons_are_counted_per_ten_thousand():
    found = quality.over_merged(labels("aaab"), labels("xxyy"))
    assert (found["n_over_merged"], found["n_clusters"], found["per_10000"], found["largest"]) == (1, 2, 5_000, 3)
    assert found["low"] < 5_000 < found["high"]


def test_wilsons_interval_is_the_published_one():
    assert quality.wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=5e-4)
    assert quality.wilson(0, 100)[0] == 0 and pd.isna(quality.wilson(0, 0)[0])


def test_blocking_recall_counts_true_pairs_that_compared_pairs_join():
    pairs = pd.DataFrame({"key_l": ["0", "1", "3"], "key_r": ["1", "2", "0"]})
    assert quality.blocking_recall(pairs, labels("xxxyy")) == pytest.approx(3 / 4)  # 0-1, 1-2, 0-2 of those and 3-4


def test_a_kpi_is_worked_out_at_each_threshold():
    pairs = pd.DataFrame(
        {
            "key_l": ["0", "1"],
            "key_r": ["1", "2"],
            "match_weight": [4.0, 1.0],
            "match_probability": [16 / 17, 2 / 3],
            "contradicts": False,
            "weight_name": [12.0, 9.0],
        }
    )
    records = pd.DataFrame({"record_key": ["0", "1", "2"], "national_id": None, "n_rows": 1})
    found = quality.by_threshold(
        pairs, records, [0.5, 0.9, 0.99], lambda clusters: {"repeat_rate": float((clusters.value_counts() > 1).mean())}
    )
    assert found["n_clusters"].tolist() == [1, 2, 3] and found["repeat_rate"].tolist() == [1, 0.5, 0]


def test_an_identifier_can_be_left_out():
    table = ibis.memtable(pd.DataFrame({"email": ["a"], "email_key": ["a"], "phone": ["1"], "phone_2": ["2"]}))
    assert quality.without(table, "email").to_pandas().isna().iloc[0].tolist() == [True, True, False, False]
