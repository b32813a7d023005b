"""What customers said, scored against what they truly felt."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from helpers.proportions import wilson
from helpers.score_rows import Score

LANGUAGES = {"en": "English", "zh": "Chinese"}
DISSATISFIED = .5  # p_dissatisfied above which a text counts as dissatisfied
LEAST = 30  # texts below which a language is not scored


def sentiment(answer: pd.DataFrame, true: pd.DataFrame) -> list[Score]:
    """Return how well texts are read, by language: accuracy and AUC of `negative` against the true feeling.

    answer: results/sentiment (feedback_id, p_dissatisfied). true: truth/feedback.
    The baseline says what most texts of the language are.
    """
    known = answer[["feedback_id", "p_dissatisfied"]].merge(true[true["has_text"]], on="feedback_id")
    rows = []
    for language, name in LANGUAGES.items():
        texts = known[known["language"] == language]
        question = f"what do texts in {name} say"
        if len(texts) < LEAST:
            rows.append(Score("06_voc", question, "", None, n=len(texts), missing=f"too few texts: {len(texts)}"))
            continue
        is_bad = (texts["sentiment"] == "negative").to_numpy()
        hits = int(((texts["p_dissatisfied"] > DISSATISFIED).to_numpy() == is_bad).sum())
        low, high = wilson(hits, len(texts))
        rows.append(Score("06_voc", question, "accuracy of negative or not", hits / len(texts), float(low), float(high),
                          n=len(texts),
                          baseline=float(max(is_bad.mean(), 1 - is_bad.mean()))))
        if 0 < is_bad.sum() < len(texts):
            auc = float(roc_auc_score(is_bad, texts["p_dissatisfied"]))
            rows.append(Score("06_voc", question, "ROC-AUC of negative", auc, n=len(texts), baseline=.5))
    return rows


def promoters(answers: pd.Series, people: pd.DataFrame) -> list[Score]:
    """Return the survey's Net Promoter Score beside that of all buyers, had every one answered.

    answers: nps 0–10 of the clean feedback. people: true people (satisfaction, n_orders). The true answer of a person is
    7.9 + 1.9 × (satisfaction + noise of .4), rounded; its score is a mean over nine steps of the noise.
    """
    answers = answers.dropna()
    if len(answers) < LEAST:
        return [Score("06_voc", "how many would recommend us", "", None, n=len(answers), missing="too few answers")]
    felt = people.loc[people["n_orders"] > 0, "satisfaction"].to_numpy()
    steps = .4 * np.array([-1.59, -.97, -.59, -.28, 0, .28, .59, .97, 1.59])  # ninths of the normal distribution
    true = np.mean([net_promoters(np.clip(np.round(7.9 + 1.9 * (felt + step)), 0, 10)) for step in steps])
    value = net_promoters(answers.to_numpy(float))
    each = np.where(answers >= 9, 1, np.where(answers <= 6, -1, 0))
    half = 1.96 * each.std() / np.sqrt(len(each))
    return [Score("06_voc", "how many would recommend us", "survey's NPS", value, value - 100 * half, value + 100 * half,
                  n=len(answers), baseline=0.0, ideal=float(true))]


def net_promoters(answers: np.ndarray) -> float:
    """Return the Net Promoter Score: 100 × (share of 9 and 10 − share of 0 to 6)."""
    return float(100 * ((answers >= 9).mean() - (answers <= 6).mean()))
