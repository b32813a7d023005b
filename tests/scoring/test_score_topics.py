"""score_topics.py: recall, precision and the reading of dissatisfaction by hand."""

import pandas as pd

from helpers.scoring import score_topics


def scores(topics, true) -> dict:
    return {row.measure: row for row in score_topics.aspects(topics, true)}


def test_recall_and_precision_by_hand():
    """40 texts on delivery, 30 of them found; 10 on price taken for delivery; one found text speaks of both."""
    ids = [f"f{i}" for i in range(100)]
    true = pd.DataFrame({"feedback_id": ids, "aspect": ["配送"] * 40 + ["价格"] * 60,
                         "sentiment": ["negative", "positive"] * 50, "has_text": True})
    found = [(i, "delivery") for i in ids[:30]] + [(i, "delivery") for i in ids[40:50]] + [(i, "price") for i in ids[50:]]
    topics = pd.DataFrame([*found, (ids[0], "price")], columns=["feedback_id", "topic"]).assign(kind="aspect")
    topics = topics.assign(p_dissatisfied=topics["feedback_id"].map(dict(zip(ids, [0.9, 0.1] * 50, strict=True))))
    row = scores(topics, true)
    assert row["delivery: recall"].value == 30 / 40 and row["delivery: recall"].verdict == "not reached"
    assert row["delivery: precision where it is the only one"].value == 29 / 39
    assert row["price: recall"].value == 50 / 60
    assert row["stores: recall"].verdict == "too few texts: 0"
    assert row["ROC-AUC of negative about it"].value == 1.0


def test_refunds_and_service_are_one_aspect_to_the_simulated_company():
    ids = [f"f{i}" for i in range(40)]
    true = pd.DataFrame({"feedback_id": ids, "aspect": "服务", "sentiment": "negative", "has_text": True})
    topics = pd.DataFrame({"feedback_id": ids, "topic": "returns and refunds", "kind": "aspect", "p_dissatisfied": 0.9})
    assert scores(topics, true)["service: recall"].value == 1.0
