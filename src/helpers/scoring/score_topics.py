"""What customers talk about, scored against what their texts were made of."""

import pandas as pd
from sklearn.metrics import roc_auc_score

from helpers.proportions import wilson
from helpers.scoring.score_rows import Score

QUESTION = "what are texts about"
LEAST = 30  # texts below which an aspect is not scored
TRUE_ASPECTS = {  # aspect of the simulated company → its name in English, and the aspects of the dictionary that it covers
    "配送": ("delivery", ("delivery",)),
    "质量": ("quality", (
        "quality", "taste and smell", "product description", "ingredients", "size and quantity", "ease of use",
    )),
    "价格": ("price", ("price",)),
    "服务": ("service", ("service", "returns and refunds")),
    "包装": ("packaging", ("packaging",)),
    "门店": ("stores", ("stores", "availability", "payment")),
}


def aspects(topics: pd.DataFrame, true: pd.DataFrame) -> list[Score]:
    """Return recall and precision of the aspects found, by true aspect, and how well dissatisfaction with them is read.

    topics: results/feedback_topics. true: truth/feedback (feedback_id, aspect: the main one, sentiment, has_text). A text may
    mention a second aspect, which the truth does not name: so precision is measured where only one of the six is found.
    """
    of = {name: zh for zh, (_, names) in TRUE_ASPECTS.items() for name in names}
    found = topics[topics["kind"] == "aspect"].assign(found=lambda rows: rows["topic"].map(of)).dropna(subset=["found"])
    said = found.merge(true[true["has_text"]], on="feedback_id")
    alone = said[said.groupby("feedback_id")["found"].transform("nunique") == 1].drop_duplicates("feedback_id")
    hit = set(said.loc[said["found"] == said["aspect"], "feedback_id"])
    rows = []
    for zh, (name, _) in TRUE_ASPECTS.items():
        texts = true[true["has_text"] & (true["aspect"] == zh)]
        claimed = alone[alone["found"] == zh]
        for measure, good, n in (
            (f"{name}: recall", int(texts["feedback_id"].isin(hit).sum()), len(texts)),
            (f"{name}: precision where it is the only one", int((claimed["aspect"] == zh).sum()), len(claimed)),
        ):
            rows.append(_share(measure, good, n))
    return [*rows, *_dissatisfaction(said[said["found"] == said["aspect"]])]


def _share(measure: str, good: int, n: int) -> Score:
    if n < LEAST:
        return Score("06_voc", QUESTION, measure, None, n=n, missing=f"too few texts: {n}")
    low, high = wilson(good, n)
    return Score("06_voc", QUESTION, measure, good / n, float(low), float(high), n=n, target=.9)


def _dissatisfaction(main: pd.DataFrame) -> list[Score]:
    """Return the ROC-AUC of p_dissatisfied for the main aspects of negative texts."""
    main = main.dropna(subset=["p_dissatisfied"])  # a mention that only asks for something judges nothing
    is_bad = main["sentiment"] == "negative"
    if not LEAST <= is_bad.sum() <= len(main) - LEAST:
        return [Score("06_voc", QUESTION, "", None, n=len(main), missing="too few negative or other texts")]
    auc = float(roc_auc_score(is_bad, main["p_dissatisfied"]))
    return [Score("06_voc", QUESTION, "ROC-AUC of negative about it", auc, n=len(main), baseline=.5)]
