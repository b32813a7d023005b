"""How dissatisfied is a text with what it mentions? Read from the clauses about it, calibrated on texts with one topic.

A model of whole texts hears too much in a clause: it lacks the rest. So the log odds of clauses are fitted (Platt 1999) to the
verdicts of texts that speak of one topic only, where the verdict can only mean that topic; apart for texts that taught the
model, which it reads with more confidence than others. A clause that asks for something (voc_requests.py) is a mention, but no
complaint by itself: "please more discounts" is said by the satisfied, too.
Input: mentions (aspects.py, themes.py), the split texts and models of sentiment.py, its scores.
"""

import zlib

import numpy as np
import pandas as pd
from scipy.special import ndtr

from helpers.proportions import difference_interval, q_values, wilson
from helpers.sentiment import sentiment, sentiment_clauses
from helpers.voc import voc_requests
from helpers.voc.topics_history import authors_of

MOST_READ = 40_000  # clauses that are read one by one; beyond, the verdict of their text stands in, so that time stays bounded
MIN_EACH = 30  # texts of each verdict that calibration needs
CERTAIN = 2 / 3  # probability from which a verdict is told; below, down to 1 − this, there is no telling
LEAST_P = 1e-4  # probabilities are kept this far from 0 and 1 before their log odds are taken
COLUMNS = ["feedback_id", "topic", "kind", "p_dissatisfied", "is_dissatisfied", "words", "copy_of"]


def judge(mentions: pd.DataFrame, split: pd.DataFrame, readers: sentiment.Readers, scored: pd.DataFrame) -> pd.DataFrame:
    """Return table `feedback_topics`: one row per feedback and topic, with the probability of a dissatisfied author.

    Parameters
    ----------
    mentions : feedback_id, topic, kind, clause (what is read) and sentence (what is shown), one row a clause.
    split, scored : of sentiment.split_texts and sentiment.score_reviews.

    The probability of a topic is the mean over its clauses but wishes, null where there are only wishes; `words` is the
    sentence of its most outspoken clause. It is told (is_dissatisfied) from 2/3 on, denied up to 1/3. `copy_of`: the piece of
    feedback whose text this one repeats (of `split`, where it is known there).
    """
    if mentions.empty:
        return pd.DataFrame(columns=COLUMNS).astype({"p_dissatisfied": float, "is_dissatisfied": "boolean"})
    raw = _read(mentions, readers, scored)
    known = mentions.assign(raw=raw).merge(
        split[["feedback_id", "role", "dissatisfied"]], on="feedback_id", how="left", validate="many_to_one",
    )
    taught = known["role"].isin(["train", "copy"]).to_numpy()
    judged = ~_are_wishes(known)
    language_of = {clause: sentiment_clauses.language_of(clause) for clause in set(known["clause"])}
    language = known["clause"].map(language_of).to_numpy()
    p = np.full(len(known), np.nan)
    for kind in sorted(set(known["kind"])):
        for name in sorted(set(language)):
            rows = (known["kind"] == kind).to_numpy() & (language == name) & judged
            for part in (taught, ~taught):
                if (rows & part).any():
                    p[rows & part] = _calibrated(known[rows & part], fallback=known[rows])
    table = _by_topic(known.assign(p=p))
    copies = split.set_index("feedback_id")["copy_of"] if "copy_of" in split else pd.Series(dtype="str")
    return table.assign(copy_of=table["feedback_id"].map(copies).astype("str"))[COLUMNS]


def _are_wishes(mentions: pd.DataFrame) -> np.ndarray:
    """Return which clauses ask for something, by themselves or as the part of their sentence that does."""
    asked = {sentence: voc_requests.asking_clause(sentence) or "" for sentence in set(mentions["sentence"])}
    alone = {clause: voc_requests.asking_clause(clause) is not None for clause in set(mentions["clause"])}
    return np.array([alone[clause] or clause in asked[sentence]
                     for clause, sentence in zip(mentions["clause"], mentions["sentence"], strict=True)], dtype=bool)


def _read(mentions: pd.DataFrame, readers: sentiment.Readers, scored: pd.DataFrame) -> np.ndarray:
    """Return the model's probability of each clause; where there are very many, that of the text for the rarer ones."""
    counts = mentions["clause"].value_counts()
    if len(counts) > MOST_READ:
        hashed = [zlib.crc32(clause.encode()) for clause in counts.index]
        counts = counts.iloc[np.lexsort((hashed, -counts.to_numpy()))[:MOST_READ]]
    clauses = pd.Series(sorted(counts.index), dtype="str")
    p = mentions["clause"].map(pd.Series(readers.predict(clauses), index=clauses)).astype(float)
    of_text = mentions["feedback_id"].map(scored.set_index("feedback_id")["p_dissatisfied"])
    return p.fillna(of_text).fillna(0.5).to_numpy(float)


def _calibrated(clauses: pd.DataFrame, *, fallback: pd.DataFrame) -> np.ndarray:
    """Return the clauses' probabilities, fitted to the verdicts of texts with one topic, or as they are where those are few."""
    from sklearn.linear_model import LogisticRegression  # takes half a second to import: the front page only sums up

    for known in (clauses, fallback):
        alone = known[known["dissatisfied"].notna() & known.groupby("feedback_id")["topic"].transform("nunique").eq(1)]
        each = alone.groupby("feedback_id").agg(raw=("raw", "mean"), bad=("dissatisfied", "first"))
        bad = each["bad"].astype(bool).to_numpy()
        if min(bad.sum(), (~bad).sum()) >= MIN_EACH:
            model = LogisticRegression(C=1e6).fit(_log_odds(each["raw"])[:, None], bad)
            if model.coef_[0, 0] > 0:
                return model.predict_proba(_log_odds(clauses["raw"])[:, None])[:, 1].round(6)
    return clauses["raw"].to_numpy(float).round(6)


def _log_odds(p: pd.Series) -> np.ndarray:
    p = p.clip(LEAST_P, 1 - LEAST_P).to_numpy(float)
    return np.log(p / (1 - p))


def _by_topic(clauses: pd.DataFrame) -> pd.DataFrame:
    """Return the clauses joined by feedback and topic."""
    outspoken = (clauses["p"] - 0.5).abs().round(6)
    ordered = clauses.assign(outspoken=outspoken).sort_values(
        ["feedback_id", "topic", "outspoken", "sentence", "clause"], ascending=[True, True, False, True, True], kind="stable",
    )
    table = ordered.groupby(["feedback_id", "topic"], as_index=False).agg(
        kind=("kind", "first"), p_dissatisfied=("p", "mean"), words=("sentence", "first")
    )
    p = table["p_dissatisfied"].round(6)
    verdict = pd.Series(pd.NA, index=table.index, dtype="boolean").mask(p >= CERTAIN, True).mask(p <= 1 - CERTAIN, False)
    return table.assign(p_dissatisfied=p, is_dissatisfied=verdict)


# --- what the page shows


def voices(topics: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return `feedback_topics` without the copies of texts (one voice is one text, however often it is pasted), with `author`:
    the customer, or the text itself where nobody is known to have written it.

    reviews: feedback_id, customer_id (table `feedback`, or of voc.read_reviews).
    """
    kept = topics[topics["copy_of"].isna()]
    return kept.assign(author=kept["feedback_id"].map(authors_of(reviews.reindex(columns=["feedback_id", "customer_id"]))))


def _worth(p: pd.Series, author: pd.Series) -> float:
    """Return as how many texts of different authors these count: an author's texts, and a text's mentions, are alike.

    The design effect is that of the probabilities, whole authors drawn (never below 1: Kish 1965).
    """
    away = p - p.mean()
    by_author = away.groupby(author.to_numpy()).sum()
    alone, k = float((away**2).sum()), len(by_author)
    effect = float((by_author**2).sum()) / alone * k / (k - 1) if alone > 1e-12 and 1 < k < len(p) else len(p) / max(k, 1)
    return len(p) / max(effect, 1.0)


def summarise(topics: pd.DataFrame, *, n_read: int, kind: str = "aspect") -> pd.DataFrame:
    """Return one row a topic of the kind, the most mentioned first.

    topics: `feedback_topics`, best with the `author` of :func:`voices`; without it each text has its own. Intervals and
    p-values count authors, not texts, and a text that mentions three other aspects once; they leave out how exactly the
    probabilities were calibrated, which moves all aspects alike.

    topic, n (texts that judge it), n_wishes (texts that only ask for something about it), share (of `n_read` texts that mention
    it, wishes with them), n_told (texts with a clear verdict on it), dissatisfied_share (mean probability of n) with low and
    high (Wilson), others (mean probability of all other mentions), difference to them with difference_low and _high
    (Newcombe), p_value and q_value over the topics with at least 30 texts that judge them; below, figures but counts are null.
    """
    every = topics[topics["kind"] == kind]
    n_wishes = every["topic"][every["p_dissatisfied"].isna()].value_counts()
    own = every.dropna(subset=["p_dissatisfied"])
    author = own["author"] if "author" in own else own["feedback_id"]
    table = own.groupby("topic").agg(
        n=("p_dissatisfied", "size"), total=("p_dissatisfied", "sum"), n_told=("is_dissatisfied", "count")
    ).reset_index()
    table["n_wishes"] = table["topic"].map(n_wishes).fillna(0).astype("int64")
    table = table.sort_values(["n", "topic"], ascending=[False, True]).reset_index(drop=True)
    n, bad = table["n"].astype(float), table["total"].where(table["n"] >= MIN_EACH)
    n_others, bad_others = (len(own) - n).where(n < len(own)), own["p_dissatisfied"].sum() - bad
    is_on = {topic: own["topic"] == topic for topic in table["topic"]}
    worth, worth_others = (pd.Series([
        _worth(own.loc[rows, "p_dissatisfied"], author[rows]) if rows.any() else 0.0
        for rows in ((one if is_own else ~one) for one in is_on.values())
    ], index=table.index, dtype=float).where(counts.notna()) for is_own, counts in ((True, bad), (False, n_others)))
    low, high = wilson(bad / n * worth, worth)
    difference_low, difference_high = difference_interval(
        bad / n * worth, worth, bad_others / n_others * worth_others, worth_others)
    pooled = (bad + bad_others) / len(own) if len(own) else bad
    z = (bad / n - bad_others / n_others) / np.sqrt(pooled * (1 - pooled) * (1 / worth + 1 / worth_others))
    table = table.drop(columns="total").assign(
        share=(n + table["n_wishes"]) / max(n_read, 1),
        dissatisfied_share=bad / n, low=low, high=high, others=bad_others / n_others,
        difference=bad / n - bad_others / n_others, difference_low=difference_low, difference_high=difference_high,
        p_value=2 * ndtr(-np.abs(z)),
    )
    return table.assign(q_value=q_values(table["p_value"]))
