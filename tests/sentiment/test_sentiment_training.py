"""sentiment_training.py: the shipped models come out of it, and reach the figures that are told about them."""

import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest

from helpers.sentiment import sentiment, sentiment_charts, sentiment_model, sentiment_training

FOLDER = os.environ.get("SENTIMENT_SOURCES", "")  # holds the downloads that sentiment_training.py names


def test_the_models_take_less_than_ten_megabytes_and_nothing_is_pickled():
    files = list(sentiment_training.MODELS.iterdir())
    assert {file.name for file in files} == {"README.md", "en.npz", "zh.npz", "figures.json"}
    assert sum(file.stat().st_size for file in files) < 10e6


def test_training_makes_its_folder_and_figures_and_keeps_those_of_the_other_language(tmp_path, monkeypatch, capsys):
    part = pd.DataFrame({"text": ["酒店很好", "酒店很差"] * 10, "is_bad": [False, True] * 10})
    monkeypatch.setattr(sentiment_training, "MODELS", tmp_path / "new" / "models")
    monkeypatch.setattr(sentiment_training, "read_chinese", lambda: (part, part))
    monkeypatch.setattr(sentiment_training, "held_out_domains", lambda *_: {})
    sentiment_training.main(None)
    path = sentiment_training.MODELS / "figures.json"
    made = json.loads(path.read_text(encoding="utf-8"))
    assert set(made) == {"zh"} and (path.parent / "zh.npz").exists()
    path.write_text(json.dumps({"en": {"n": 1}, "zh": {}}), encoding="utf-8")
    sentiment_training.main(None)
    assert json.loads(path.read_text(encoding="utf-8")) == {"en": {"n": 1}} | made


def test_the_figures_told_reach_the_aims_but_for_drug_reviews():
    english, chinese = sentiment_charts.shipped_figures("en"), sentiment_charts.shipped_figures("zh")
    assert english["same domain"]["auc"] >= 0.885
    assert english["Amazon snippets"]["auc"] >= 0.88
    assert english["drug reviews"]["auc"] >= 0.77  # the aim of .85 is missed; VADER reaches .723
    assert chinese["same domain"]["auc"] >= 0.93
    assert all(chinese[f"without {domain}"]["auc"] >= 0.85 for domain in sentiment_training.DOMAINS)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="SENTIMENT_SOURCES names no folder with VADER's sources")
def test_the_english_model_is_made_again(tmp_path):
    made = sentiment_training.train("en", sentiment_training.read_foods()[0], sentiment_training.read_beside(Path(FOLDER)))
    sentiment_model.save(made, tmp_path / "en.npz")
    assert (tmp_path / "en.npz").read_bytes() == (sentiment_training.MODELS / "en.npz").read_bytes()


@pytest.mark.slow
def test_the_english_model_reaches_its_figures():
    test = sentiment_training.read_foods()[1]
    found = sentiment_training.measure(sentiment.shipped("en"), test)
    assert found["auc"] >= 0.885
    assert found["accuracy"] >= 0.82
    assert found["ece"] <= 0.03


@pytest.mark.slow
def test_the_chinese_model_reaches_its_figures_on_the_fixed_split():
    train, test = sentiment_training.read_chinese()
    assert len(train) + len(test) == 8_332 + 9_031  # METHODS: after deduplication
    assert not set(train["text"]) & set(test["text"])
    found = sentiment_training.measure(sentiment.shipped("zh"), test)
    assert found["auc"] >= 0.93
    assert found["accuracy"] >= 0.86
    assert found["ece"] <= 0.03


@pytest.mark.slow
def test_a_domain_that_training_never_saw_is_still_read_by_a_model_of_two_thousand_lines():
    train, test = sentiment_training.read_chinese()
    words = sentiment_training.DOMAINS["computer"]
    about, inside = (part["text"].map(lambda text: bool(re.search(words, text))) for part in (train, test))
    sample = train[~about].sample(2000, random_state=1)
    assert sentiment_training.measure(sentiment_training.train("zh", sample), test[inside])["auc"] >= 0.83


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="SENTIMENT_SOURCES names no folder with VADER's sources and the drug reviews")
@pytest.mark.parametrize(("read", "n", "least"), [("read_snippets", 2943, 0.88), ("read_drugs", 889, 0.77)])
def test_text_of_other_domains_is_read_as_well_as_told(read, n, least):
    texts = getattr(sentiment_training, read)(Path(FOLDER))
    assert len(texts) == n
    assert sentiment_training.measure(sentiment.shipped("en"), texts)["auc"] >= least
