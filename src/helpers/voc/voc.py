"""What do customers say, and how satisfied are they?

Reviews made ready to be read (cleaned, masked, one verdict) and what was left out, shares with Wilson intervals, products.
Scores of surveys are in surveys.py, sentiment in sentiment.py, themes in themes.py, cleaning in texts_cleaning.py, verdicts in
voc_verdicts.py, the report's sentences in voc_sentences.py. Reads `feedback`.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.texts import texts_cleaning, texts_copies
from helpers.voc.voc_verdicts import verdicts, without_off_scale

WORSE_THAN_MIDDLING = 2  # of five: who gives more and is dissatisfied gave three
MIN_GROUP = 30  # reviews below which a product's share is not shown
MEANINGS = {  # where the verdict comes from → what "dissatisfied" means, as catalogue messages
    "rating": "gave three stars or fewer",
    "stars_label": "gave fewer than five stars",
    "rating_label": "gave a verdict other than the best",
    "csat": "rated satisfaction 3 or lower out of 5",
    "nps": "would recommend with 6 or less out of 10",
    "mixed": "gave up to three stars, rated satisfaction up to 3 of 5, or would recommend with 6 or less out of 10",
}
SCORES = {"rating", "csat", "nps"}  # verdicts in figures, which the meaning "mixed" sums up
CONSEQUENCES = {  # what was found in a text → what was done, as catalogue messages
    "texts in English": "read", "texts in Chinese": "read, in simplified characters",
    "texts in English and Chinese": "read",
    "emoji, digits or marks only": "read", "nothing written": "the stars or scores count",
    "written by a system": "left out, with its stars: nobody wrote it",
    "characters lost": "not read; the stars or scores count",
    "texts in other languages": "not read; the stars or scores count", "praise for a reward": "left out of all shares",
    "copies of another text": "count once among the themes", "encoding mended": "read as it was written",
    "very long texts": "read up to 20,000 characters", "scores off their scale": "left out, as if not given",
    "texts without a verdict": "in no share; read for themes",
}


# --- the reviews


def read_reviews(feedback: pd.DataFrame) -> pd.DataFrame:
    """Return the feedback ready to be read: plain, masked texts, their language, and the verdict in one column.

    Parameters
    ----------
    feedback : columns of the contract `feedback`, one row a review or answer.

    Returns
    -------
    feedback_id, customer_id, product_id, channel, received_at, language (found; the source's where nothing is read), split, nps
    and csat (null off their scale), text (null where nothing is read), read_as (texts_cleaning.py), dissatisfied (boolean, null
    = no verdict), verdict_from (key of `MEANINGS`), is_paid (praise that speaks of a reward for it), is_middling (dissatisfied,
    but by three of five only), is_repaired, is_cut, is_off_scale, copy_of (the first feedback_id with this text,
    texts_copies.py; else null), in order of feedback_id. What a system wrote and paid praise have no verdict: they count in no
    rate.
    """
    scored, is_off_scale = without_off_scale(feedback)
    verdict, origin = verdicts(scored)
    written = texts_cleaning.clean_texts(feedback["text"])
    is_paid = written["is_rewarded"] & ~verdict.fillna(False).astype(bool)
    counts = ~(written["is_default"] | is_paid)
    middling = pd.concat([(origin == name) & (scored[name] > WORSE_THAN_MIDDLING) for name in ("rating", "csat")], axis=1)
    keep = ["feedback_id", "customer_id", "product_id", "channel", "received_at", "split", "nps", "csat"]
    reviews = scored[keep].assign(
        language=written["language"].where(written["text"].notna(), feedback["language"].astype("str")), text=written["text"],
        read_as=written["read_as"], dissatisfied=verdict.where(counts), verdict_from=origin.where(counts), is_paid=is_paid,
        is_middling=middling.any(axis=1) & verdict.fillna(False).astype(bool), is_repaired=written["is_repaired"],
        is_cut=written["is_cut"], is_off_scale=is_off_scale,
        copy_of=texts_copies.find_copies(written["text"], feedback["feedback_id"], authors=_authors(feedback),
            verdicts=verdict),
    )
    return reviews.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def _authors(feedback: pd.DataFrame) -> pd.Series:
    """Return who may have written each text: the customer; where none is known, whoever wrote on the product that day."""
    of_day = feedback["product_id"].astype("str").fillna("") + " " + feedback["received_at"].astype("str").str[:10].fillna("")
    customer = "customer " + feedback["customer_id"].astype("str")
    return customer.fillna("on " + of_day)


def count_reading(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return what became of the feedback, one row a treatment that occurred: treatment and consequence (catalogue messages),
    n, share (of all feedback). The rows overlap: a text in Chinese may also be a copy.
    """
    is_read = reviews["read_as"] == texts_cleaning.READ
    n_of = {
        "texts in English": (reviews["language"] == "en") & is_read,
        "texts in Chinese": (reviews["language"] == "zh") & is_read,
        "texts in English and Chinese": (reviews["language"] == "mixed") & is_read,
        "emoji, digits or marks only": (reviews["language"] == "none") & is_read,
        "nothing written": reviews["read_as"] == texts_cleaning.EMPTY,
        "written by a system": reviews["read_as"] == texts_cleaning.SYSTEM,
        "characters lost": reviews["read_as"] == texts_cleaning.UNREADABLE,
        "texts in other languages": reviews["read_as"] == texts_cleaning.FOREIGN,
        "praise for a reward": reviews["is_paid"], "copies of another text": reviews["copy_of"].notna(),
        "encoding mended": reviews["is_repaired"], "very long texts": reviews["is_cut"],
        "scores off their scale": reviews["is_off_scale"],
        "texts without a verdict": is_read & reviews["dissatisfied"].isna() & ~reviews["is_paid"],
    }
    n = np.array([int(rows.sum()) for rows in n_of.values()])
    table = pd.DataFrame({
        "treatment": list(n_of), "consequence": [CONSEQUENCES[name] for name in n_of], "n": n,
        "share": n / max(len(reviews), 1),
    })
    return table[table["n"] > 0].reset_index(drop=True)


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
    origins = set(judged["verdict_from"])
    origin = "mixed" if len(origins) > 1 and origins <= SCORES else judged["verdict_from"].value_counts().sort_index().idxmax()
    return {
        "n_reviews": len(reviews), "n": n, "n_dissatisfied": n_bad, "satisfied": (n - n_bad) / n,
        "dissatisfied": n_bad / n, "low": float(low), "high": float(high), "meaning": MEANINGS[origin],
        "is_mixed": len(origins) > 1,
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
