"""What do customers talk about, and which topics go with dissatisfaction?

Non-negative matrix factorisation (Lee and Seung 1999) of the TF-IDF of sentences (texts_sentences.py), from a
deterministic start (NNDSVD: Boutsidis and Gallopoulos 2008);
stability of each theme under a bootstrap of the reviews (top-ten-word Jaccard); names from
anchor words; association with the verdict among reviews of equal length.
Input: the reviews of voc.read_reviews (text masked).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer

from helpers.errors import TooLittleData
from helpers.proportions import beside_alike, q_values, together, wilson
from helpers.texts.texts_sentences import count_words, split_sentences
from helpers.voc.themes_names import caveats, contrary_words, name_themes
from helpers.voc.topics_history import authors_of

MIN_REVIEWS = 200  # reviews with text; below, themes are accidents
MIN_GROUP = 30  # authors below which a theme's or a word's share is not shown; verdicts of each kind
MIN_STABILITY = 0.5  # mean Jaccard below which a theme is hidden
REVIEWS_PER_THEME = 50  # at least so many reviews for each theme that is looked for
N_TOP_WORDS = 10
N_RESAMPLES = 10
MOST_RESAMPLED = 20_000  # reviews of a resample at most: top words are settled by then, and time stays bounded
MENTION = 0.5  # share of a sentence's weight from which it is about a theme: more than all other themes together
N_LENGTH_GROUPS = 5


@dataclass(frozen=True)
class Themes:
    """What was found: the themes, where they stand, and the sentences."""

    table: pd.DataFrame  # theme, anchor_words, stability, is_stable, caveat; one row a theme
    mentions: pd.DataFrame  # feedback_id × theme: the review has a sentence about it
    sentences: pd.DataFrame  # feedback_id, clause, sentence, theme, closeness; those that are about a theme
    n_reviews: int


# --- find


def find_themes(
    reviews: pd.DataFrame, *, n_themes: int, seed: int, dictionary: tuple[str, ...] = (), aspects=None,
    before: pd.DataFrame | None = None,
) -> Themes:
    """Find themes in the reviews' sentences.

    A sentence is about a theme that holds more than half of its weight; a review mentions a theme if one of its sentences is
    about it, so it may mention several or none. Words of praise, blame and filling are left out, so that a theme says
    what a review is about and not how it judges. Copies of another review (column `copy_of`, if there is one) count once;
    `dictionary`: Chinese words that stay whole; `aspects` (word_lists.Dictionary) and `before` (the last run's table `themes`)
    give names (themes_names.py). Raises TooLittleData below 200 reviews with text.
    """
    own = reviews[reviews["copy_of"].isna()] if "copy_of" in reviews else reviews
    written = own.dropna(subset=["text"]).drop_duplicates("text").sort_values("feedback_id", kind="stable")
    if len(written) < MIN_REVIEWS:
        raise TooLittleData(
            "Needs {needed:count} reviews with text to find themes; there are {found:count}.",
            needed=MIN_REVIEWS, found=len(written),
        )
    sentences = split_sentences(written, dictionary)
    counted, vocabulary = _weigh(sentences["words"], n_reviews=len(written))
    k = min(n_themes, len(written) // REVIEWS_PER_THEME, len(vocabulary) // 2)
    weights, parts = _factorise(counted, k=k)
    owner = pd.factorize(sentences["feedback_id"])[0]
    stability = _stability(counted, parts, owner, seed=seed)
    top, about = [_top(part, vocabulary) for part in parts], _about(sentences, weights, counted, parts)
    contrary = contrary_words(about, top, written)
    names = name_themes(top, dictionary=aspects, before=before, contrary=contrary)
    table = pd.DataFrame({
        "theme": names, "anchor_words": [", ".join(word for word, _ in words) for words in top],
        "stability": stability, "is_stable": stability >= MIN_STABILITY,
        "caveat": pd.array(caveats(about, top, written), dtype="str"),
    })
    about = about.assign(theme=np.array(names)[about["theme"]]).drop(columns="words")
    mentions = pd.crosstab(about["feedback_id"], about["theme"]).gt(0)
    mentions = mentions.reindex(index=written["feedback_id"], columns=names, fill_value=False)
    return Themes(table, mentions, about, len(written))


def _weigh(words: pd.Series, *, n_reviews: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Return the sentences' TF-IDF and the vocabulary: words of three sentences per thousand reviews, five at least."""
    vectorizer = TfidfVectorizer(
        analyzer=_as_it_is, min_df=max(5, round(3 * n_reviews / 1000)), max_df=0.25, sublinear_tf=True
    )
    try:
        return vectorizer.fit_transform(words), vectorizer.get_feature_names_out()
    except ValueError:
        raise TooLittleData(
            "Needs words that several reviews share to find themes; {found:count} reviews share none.", found=n_reviews
        ) from None


def _as_it_is(found: list[str]) -> list[str]:
    return found


def _factorise(counted: sparse.csr_matrix, *, k: int, tolerance: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """Return sentence × theme and theme × word weights; the start is computed, not drawn, so the answer is always the same."""
    model = NMF(k, init="nndsvda", random_state=0, max_iter=400, tol=tolerance)
    return model.fit_transform(counted), model.components_


def _top(part: np.ndarray, vocabulary: np.ndarray) -> list[tuple[str, float]]:
    """Return the ten heaviest words of a theme with their weights; ties in the order of the alphabet."""
    return [(str(vocabulary[i]), float(part[i])) for i in _heaviest(part)]


def _heaviest(part: np.ndarray) -> np.ndarray:
    return np.argsort(-part.round(9), kind="stable")[:N_TOP_WORDS]


def _stability(counted: sparse.csr_matrix, parts: np.ndarray, owner: np.ndarray, *, seed: int) -> np.ndarray:
    """Return each theme's mean Jaccard overlap of top ten words with its match in ten resamples of the reviews.

    A resample has as many reviews as there are, at most 20,000 (m out of n: Bickel, Götze and van Zwet 1997).
    """
    rng = np.random.default_rng(seed)
    n, starts = owner.max() + 1, np.r_[np.flatnonzero(np.r_[True, np.diff(owner) > 0]), len(owner)]
    mine = [set(_heaviest(part)) for part in parts]
    found = []
    for _ in range(N_RESAMPLES):
        drawn = rng.integers(0, n, min(n, MOST_RESAMPLED))
        rows = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in drawn])
        _, again = _factorise(counted[rows], k=len(parts), tolerance=5e-3)  # the top words are settled by then
        theirs = [set(_heaviest(part)) for part in again]
        overlap = np.array([[len(a & b) / len(a | b) for b in theirs] for a in mine])
        left, right = linear_sum_assignment(-overlap)
        found.append(overlap[left, right])
    return np.mean(found, axis=0)


def _about(sentences, weights, counted, parts) -> pd.DataFrame:
    """Return the sentences that are about one theme, with its number and their closeness (cosine) to it."""
    total = weights.sum(axis=1)
    best = weights.argmax(axis=1)
    rows = np.flatnonzero(weights.max(axis=1) > MENTION * total)
    unit = parts / np.maximum(np.linalg.norm(parts, axis=1, keepdims=True), 1e-12)
    closeness = np.asarray(counted[rows].multiply(unit[best[rows]]).sum(axis=1)).ravel()  # TF-IDF rows have length 1
    found = sentences.iloc[rows][["feedback_id", "clause", "sentence", "words"]]
    return found.assign(theme=best[rows], closeness=closeness.round(6)).reset_index(drop=True)


# --- what goes with dissatisfaction


def theme_drivers(themes: Themes, reviews: pd.DataFrame) -> pd.DataFrame:
    """Compare the verdicts of reviews that mention a theme with those of equal length that do not.

    Returns table `themes`, most excess dissatisfied reviews first: theme, anchor_words, stability, is_stable, caveat, n, share
    (of reviews), n_dissatisfied, dissatisfied_share with low and high (Wilson), expected_share, difference with its interval,
    excess (dissatisfied reviews beyond those expected), p_value, q_value (Benjamini-Hochberg over the stable themes).
    n counts reviews with a verdict, without copies; intervals and p-values know that those of one author resemble each other.
    Figures of themes that fewer than 30 authors mention are null.
    """
    judged = _judged(reviews, themes.mentions.index)
    present = sparse.csr_matrix(themes.mentions.loc[judged["feedback_id"], themes.table["theme"]].to_numpy(float))
    compared = themes.table.join(_compare(present, judged))
    compared["q_value"] = q_values(compared["p_value"].where(compared["is_stable"]))
    return compared.sort_values(["excess", "theme"], ascending=[False, True], na_position="last").reset_index(drop=True)


def word_drivers(reviews: pd.DataFrame, dictionary: tuple[str, ...] = ()) -> pd.DataFrame:
    """Compare the verdicts of reviews that use a word with those of equal length that do not.

    Words of praise, blame and filling are left out. Returns table `complaint_words` with the columns of
    :func:`theme_drivers` for each word of at least 30 authors, most excess dissatisfied reviews first.
    """
    judged = _judged(reviews, reviews["feedback_id"])
    words = split_sentences(judged, dictionary).groupby("feedback_id")["words"].agg(_united).reindex(judged["feedback_id"])
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, min_df=MIN_GROUP, max_df=0.5, binary=True, use_idf=False, norm=None)
    try:
        present = vectorizer.fit_transform([found if isinstance(found, list) else [] for found in words])
    except ValueError:
        present = sparse.csr_matrix((len(judged), 0))
    compared = _compare(present, judged).dropna(subset=["p_value"])
    if compared.empty:
        raise TooLittleData("Needs a word that {needed:count} authors use; there is none.", needed=MIN_GROUP)
    compared.insert(0, "word", vectorizer.get_feature_names_out()[compared.index])
    compared["q_value"] = q_values(compared["p_value"])
    return compared.sort_values(["excess", "word"], ascending=[False, True]).reset_index(drop=True)


def _united(lists: pd.Series) -> list[str]:
    return sorted({word for found in lists for word in found})


def _judged(reviews: pd.DataFrame, ids) -> pd.DataFrame:
    """Return the reviews with text and verdict, no copies: their author and the fifth of length (in words) that each is in."""
    judged = reviews[reviews["feedback_id"].isin(ids) & reviews["text"].notna() & reviews["dissatisfied"].notna()]
    judged = judged[judged["copy_of"].isna()] if "copy_of" in judged else judged
    n_bad = int(judged["dissatisfied"].sum())
    if min(n_bad, len(judged) - n_bad) < MIN_GROUP:
        raise TooLittleData(
            "Needs {needed:count} satisfied and {needed:count} dissatisfied reviews to compare; there are {good:count} and "
            "{bad:count}.", needed=MIN_GROUP, good=len(judged) - n_bad, bad=n_bad,
        )
    length = count_words(judged["text"])
    cuts = np.unique(np.quantile(length, np.arange(1, N_LENGTH_GROUPS) / N_LENGTH_GROUPS))
    return judged.assign(length_group=np.searchsorted(cuts, length, side="left"), author=authors_of(judged).to_numpy(object))


def _compare(present: sparse.csr_matrix, judged: pd.DataFrame) -> pd.DataFrame:
    """Return, per column of `present`, the dissatisfied share against that of other reviews of the same lengths.

    expected_share: the share among reviews without the column's mark, weighted to the lengths of those with it (direct
    standardisation); so long reviews, which mention more and complain more, do not make every theme look bad. Where all of a
    length have the mark, they are compared with all that do not. Reviews of one author count as much less as they agree.
    """
    bad = judged["dissatisfied"].to_numpy(float)
    group = np.eye(N_LENGTH_GROUPS)[judged["length_group"].to_numpy()]
    n_with, bad_with = np.asarray(present.T @ group), np.asarray(present.T @ (group * bad[:, None]))
    n_rest, bad_rest = group.sum(axis=0) - n_with, (group * bad[:, None]).sum(axis=0) - bad_with
    n_rest, bad_rest = (np.where(n_rest > 0, rest, rest.sum(axis=1, keepdims=True)) for rest in (n_rest, bad_rest))
    n, n_bad = n_with.sum(axis=1), bad_with.sum(axis=1)
    n_authors, effect, effect_rest = _authors(present, judged)
    found = beside_alike(n_with, bad_with, n_rest, bad_rest, effect=effect, effect_alike=effect_rest)
    low, high = wilson(n_bad / effect, np.where(n > 0, n / effect, np.nan))
    table = pd.DataFrame({
        "n": n.astype(int), "share": n / len(judged), "n_dissatisfied": n_bad.astype(int),
        "dissatisfied_share": n_bad / np.maximum(n, 1), "low": low, "high": high, "expected_share": found.expected,
        "difference": found.difference, "difference_low": found.low, "difference_high": found.high,
        "excess": n * found.difference, "p_value": found.p_value,
    })
    counts = ["n", "share", "n_dissatisfied"]
    return table.where(pd.Series(n_authors >= MIN_GROUP), table[counts].reindex(columns=table.columns))


def _authors(present: sparse.csr_matrix, judged: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    """Return, per column of `present`, how many authors it has and its design effect, and that of all reviews.

    A review counts by how far its verdict is from the share of all reviews, not of those with the mark: where one author wrote
    most of them, they would agree with themselves.
    """
    bad = judged["dissatisfied"].to_numpy(float)
    away = bad - bad.mean()
    author, names = pd.factorize(judged["author"])
    own = sparse.csr_matrix((np.ones(len(judged)), (author, np.arange(len(judged)))), shape=(len(names), len(judged)))
    sums, squares = own @ present.multiply(away[:, None]).tocsr(), present.T @ away**2
    n_authors = np.asarray((own @ present > 0).sum(axis=0)).ravel()
    effect = together(np.asarray(sums.multiply(sums).sum(axis=0)).ravel(), squares)
    return n_authors, effect, float(together(((own @ away) ** 2).sum(), (away**2).sum()))
