"""What do customers say, and how satisfied are they?

Reviews made ready to be read (plain text, masked, one verdict), shares with Wilson intervals, net promoter score with its
variance (Reichheld 2003), products. Sentiment is in sentiment.py, themes in themes.py, masking in masking.py, the report's
sentences in voc_sentences.py. Reads `feedback`.
"""

import html
import re

import numpy as np
import pandas as pd

from helpers import masking
from helpers.errors import TooLittleData
from helpers.proportions import Z95, wilson

HIGHEST_DISSATISFIED_STARS = 3  # of 5: three stars are a complaint as often as praise; below "satisfied" (4 and 5)
HIGHEST_DETRACTOR = 6  # of 10 on "would you recommend us": the definition of NPS
LOWEST_PROMOTER = 9
SATISFIED_LABELS = frozenset((
    "great", "good", "excellent", "positive", "satisfied", "happy", "promoter", "好评", "正面", "满意", "非常满意",
))
DISSATISFIED_LABELS = frozenset((
    "other", "bad", "poor", "negative", "neutral", "dissatisfied", "unhappy", "detractor", "差评", "中评", "负面", "不满意",
    "非常不满意", "一般",
))
MIN_GROUP = 30  # reviews below which a product's share is not shown
MEANINGS = {  # where the verdict comes from → what "dissatisfied" means, as catalogue messages
    "rating": "gave three stars or fewer",
    "stars_label": "gave fewer than five stars",
    "rating_label": "gave a verdict other than the best",
    "csat": "rated satisfaction 3 or lower out of 5",
    "nps": "would recommend with 6 or less out of 10",
}
_TAG, _SPACE = re.compile(r"<[^<>]{0,2000}>"), re.compile(r"\s+")


# --- the reviews


def read_reviews(feedback: pd.DataFrame) -> pd.DataFrame:
    """Return the feedback ready to be read: markup removed, personal data masked, the verdict in one column.

    Parameters
    ----------
    feedback : columns of the contract `feedback`, one row a review or answer.

    Returns
    -------
    feedback_id, customer_id, product_id, channel, received_at, language, split, text (plain and masked; null where nothing
    was written), dissatisfied (boolean, null = no verdict) and verdict_from (key of `MEANINGS`), in order of feedback_id.
    """
    verdict, origin = _verdict(feedback)
    plain = pd.Series(feedback["text"].map(plain_text, na_action="ignore"), dtype="str")  # also where none has text
    keep = ["feedback_id", "customer_id", "product_id", "channel", "received_at", "language", "split", "nps", "csat"]
    reviews = feedback[keep].assign(
        text=masking.mask_personal_data(plain.where(plain != "")), dissatisfied=verdict, verdict_from=origin
    )
    return reviews.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def plain_text(raw: str) -> str:
    """Return text without markup: tags become spaces, entities letters, runs of white space one space."""
    return _SPACE.sub(" ", _TAG.sub(" ", html.unescape(raw))).strip()


def _verdict(feedback: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return whether each author is dissatisfied and where that comes from: stars first, then label, csat, nps.

    At the limits: 3 stars, csat 3 and nps 6 are dissatisfied; 4, 4 and 7 are not. A label that neither list knows
    counts as no verdict.
    """
    label = feedback["rating_label"].astype("object").str.strip().str.lower()
    known = label.isin(SATISFIED_LABELS | DISSATISFIED_LABELS)
    label_origin = "stars_label" if {"great", "other"} >= set(label[known]) else "rating_label"
    sources = {
        "rating": (feedback["rating"] <= HIGHEST_DISSATISFIED_STARS, feedback["rating"].notna()),
        label_origin: (label.isin(DISSATISFIED_LABELS), known),
        "csat": (feedback["csat"] <= HIGHEST_DISSATISFIED_STARS, feedback["csat"].notna()),
        "nps": (feedback["nps"] <= HIGHEST_DETRACTOR, feedback["nps"].notna()),
    }
    verdict = pd.Series(pd.NA, index=feedback.index, dtype="boolean")
    origin = pd.Series(pd.NA, index=feedback.index, dtype="str")
    for name, (is_bad, is_known) in sources.items():
        new = is_known.astype(bool) & verdict.isna()
        verdict[new], origin[new] = is_bad[new].astype("boolean"), name
    return verdict, origin


# --- how satisfied


def satisfaction(reviews: pd.DataFrame) -> dict:
    """Return how many reviews there are, how many are dissatisfied (share, Wilson interval) and what that means.

    Raises TooLittleData where no review has a verdict.
    """
    judged = reviews.dropna(subset=["dissatisfied"])
    if judged.empty:
        raise TooLittleData(
            "Needs stars, a verdict or a score beside the feedback; none of {n:count} pieces of feedback has one.",
            n=len(reviews),
        )
    n, n_bad = len(judged), int(judged["dissatisfied"].sum())
    low, high = wilson(n - n_bad, n)
    origin = judged["verdict_from"].value_counts().sort_index().idxmax()
    return {
        "n_reviews": len(reviews), "n": n, "n_dissatisfied": n_bad, "satisfied": (n - n_bad) / n,
        "dissatisfied": n_bad / n, "low": float(low), "high": float(high), "meaning": MEANINGS[origin],
        "is_mixed": bool(judged["verdict_from"].nunique() > 1),
    }


def net_promoter_score(scores: pd.Series) -> dict:
    """Return NPS in points with its 95 % interval.

    NPS = 100 (p − d) with p the share of 9–10 and d the share of 0–6; variance [p + d − (p − d)²] / n. Below 100 answers
    the interval is the adjusted Wald: three answers more, ¾ promoter, 1½ passive, ¾ detractor (Rocks 2016, The American
    Statistician 70). Raises TooLittleData where nobody answered.
    """
    known = scores.dropna()
    if known.empty:
        raise TooLittleData("Needs answers to how likely customers are to recommend; there are none.")
    promoters, detractors, n = int((known >= LOWEST_PROMOTER).sum()), int((known <= HIGHEST_DETRACTOR).sum()), len(known)
    more, total = (0.75, n + 3) if n < 100 else (0.0, n)
    p, d = (promoters + more) / total, (detractors + more) / total
    half = Z95 * np.sqrt((p + d - (p - d) ** 2) / total)
    return {
        "nps": 100 * (promoters - detractors) / n, "low": max(-100.0, 100 * (p - d - half)),
        "high": min(100.0, 100 * (p - d + half)), "n": n,
    }


def product_complaints(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return products with at least 30 judged reviews, the most dissatisfied first: product_id, n, n_dissatisfied,
    dissatisfied_share, low, high (Wilson).

    Raises TooLittleData where no product has 30.
    """
    judged = reviews.dropna(subset=["product_id", "dissatisfied"]).astype({"dissatisfied": "int64"})
    table = judged.groupby("product_id")["dissatisfied"].agg(n="size", n_dissatisfied="sum").reset_index()
    large = table[table["n"] >= MIN_GROUP]
    if large.empty:
        raise TooLittleData(
            "Needs {needed:count} reviews of a product to say which products draw complaints; the most that a product has "
            "is {most:count}.", needed=MIN_GROUP, most=int(table["n"].max()) if len(table) else 0,
        )
    low, high = wilson(large["n_dissatisfied"], large["n"])
    shares = large.assign(dissatisfied_share=large["n_dissatisfied"] / large["n"], low=low, high=high)
    return shares.sort_values(["dissatisfied_share", "product_id"], ascending=[False, True]).reset_index(drop=True)
