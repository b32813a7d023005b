"""The minimal pairs of both languages: how many there are, and how many the shipped models, VADER and SnowNLP pass."""

import pytest

from helpers.sentiment import sentiment, sentiment_cases, sentiment_quality

WANTED = 0.85


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_are_sixty_pairs_or_more_of_all_kinds_and_none_repeats(language):
    pairs = sentiment_cases.pairs(language)
    assert len(pairs) >= 60
    assert not pairs.duplicated(["satisfied", "dissatisfied"]).any()
    assert {"negation", "double negation", "contrast", "intensity", "comparison", "question", "irony", "no irony",
            "paid praise", "emoji", "neutral fact"} <= set(pairs["kind"])
    assert (pairs["satisfied"] != pairs["dissatisfied"]).all()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_about_half_are_put_aside_and_none_of_the_older_ones(language):
    pairs = sentiment_cases.pairs(language)
    older = {pair[1] for pair in sentiment_cases.SEEN}
    assert pairs.loc[~pairs["satisfied"].isin(older), "is_held_out"].mean() == pytest.approx(0.5, abs=0.1)
    assert not pairs.loc[pairs["satisfied"].isin(older), "is_held_out"].any()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_models_pass_85_percent_of_the_pairs_seen_and_put_aside(language):
    judged = sentiment_quality.check_pairs(sentiment.shipped(language).predict, language)
    assert judged["passes"].mean() >= WANTED
    assert judged.loc[judged["is_held_out"], "passes"].mean() >= WANTED


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_opens_like_irony_and_is_none_is_not_heard_as_irony(language):
    judged = sentiment_quality.check_pairs(sentiment.shipped(language).predict, language).groupby("kind")["passes"]
    assert judged.mean()["no irony"] >= 5 / 6
    assert judged.mean()["irony"] >= 0.8


@pytest.mark.parametrize(("satisfied", "dissatisfied"), [
    ("质量再好不过了", "质量不过关"), ("服务再好不过了", "服务不过如此"), ("用了不过敏", "用了过敏"),
    ("价格不过分", "价格过分"), ("非但没坏还很好", "非但没送到还骂人"), ("不但便宜而且好用", "便宜，但是不好用"),
])
def test_the_shipped_model_hears_chinese_words_that_hold_a_but_without_meaning_it(satisfied, dissatisfied):
    p = sentiment.shipped("zh").predict([satisfied, dissatisfied])
    assert p[0] < 0.5 < p[1]


def test_the_shipped_model_is_far_ahead_of_vader():
    mine = sentiment_quality.check_pairs(sentiment.shipped("en").predict, "en")["passes"].mean()
    assert sentiment_quality.other_rate("en") == pytest.approx(0.560, abs=0.001)
    assert mine > sentiment_quality.other_rate("en") + 0.2


@pytest.mark.slow
def test_snownlp_passes_what_the_report_says():
    import snownlp  # reads its model when imported

    judged = sentiment_quality.check_pairs(lambda texts: [1 - snownlp.SnowNLP(text).sentiments for text in texts], "zh")
    assert judged["passes"].mean() == pytest.approx(sentiment_quality.SNOWNLP["pairs"], abs=0.001)
