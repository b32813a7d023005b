"""What customers said, scored against what they truly felt."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from helpers.proportions import wilson
from helpers.scoring.score_rows import Score

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

    answers: nps 0–10 of the clean feedback. people: true people (satisfaction, n_orders).
    """
    answers = answers.dropna()
    if len(answers) < LEAST:
        return [Score("06_voc", "how many would recommend us", "", None, n=len(answers), missing="too few answers")]
    value = net_promoters(answers.to_numpy(float))
    each = np.where(answers >= 9, 1, np.where(answers <= 6, -1, 0))
    half = 1.96 * each.std() / np.sqrt(len(each))
    return [Score("06_voc", "how many would recommend us", "survey's NPS", value, value - 100 * half, value + 100 * half,
                  n=len(answers), baseline=0.0, ideal=true_promoters(people))]


def true_promoters(people: pd.DataFrame) -> float:
    """Return the Net Promoter Score of all buyers, had every one answered.

    The true answer of a person is 7.9 + 1.9 × (satisfaction + noise of .4), rounded; its score is a mean over nine steps of
    the noise.
    """
    felt = people.loc[people["n_orders"] > 0, "satisfaction"].to_numpy()
    steps = .4 * np.array([-1.59, -.97, -.59, -.28, 0, .28, .59, .97, 1.59])  # ninths of the normal distribution
    return float(np.mean([net_promoters(np.clip(np.round(7.9 + 1.9 * (felt + step)), 0, 10)) for step in steps]))


def weighted_promoters(weighted: dict, people: pd.DataFrame) -> list[Score]:
    """Return the NPS of answered invitations weighted to everybody invited, beside the unweighted one and the true one.

    weighted: of surveys_weights.weighted_score.
    """
    return [Score("06_voc", "how many would recommend us", "survey's NPS, weighted to all invited", weighted["weighted"],
                  weighted["weighted_low"], weighted["weighted_high"], n=weighted["n"], baseline=weighted["estimate"],
                  ideal=true_promoters(people))]


def drivers(table: pd.DataFrame, true: pd.DataFrame) -> list[Score]:
    """Return how far the effects of driver questions (points of NPS per point) are from those that were planted.

    table: of surveys_drivers.driver_table. true: truth/survey_drivers. The baseline takes all effects for equal.
    """
    known = table.merge(true, on="question_id")
    if known.empty:
        return [Score("06_voc", "what moves recommendation", "", None, n=0, missing="no driver question of the truth")]
    planted = known["points_per_point"]
    error = float((known["effect"] - planted).abs().mean())
    return [
        Score("06_voc", "what moves recommendation", "mean error of a driver's effect", error, n=int(known["n"].max()),
              baseline=float((planted - known["effect"].mean()).abs().mean()), lower_is_better=True),
        Score("06_voc", "what moves recommendation", "rank correlation of effects",
              float(known["effect"].rank().corr(planted.rank())), n=int(known["n"].max()), baseline=0.0),
    ]


def net_promoters(answers: np.ndarray) -> float:
    """Return the Net Promoter Score: 100 × (share of 9 and 10 − share of 0 to 6)."""
    return float(100 * ((answers >= 9).mean() - (answers <= 6).mean()))
