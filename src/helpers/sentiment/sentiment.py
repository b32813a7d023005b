"""Can a text's verdict be read from its words, in English and Chinese?

For each language: where enough texts carry a verdict, a model is trained on them here; else the model that the workbook ships
reads them (sentiment_training.py). Both are tables of words (sentiment_model.py) read clause by clause
(sentiment_clauses.py). Beside them as baselines: VADER (English; Hutto and Gilbert 2014), the shipped model and the majority.
Input: the reviews of voc.read_reviews.
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from helpers.errors import TooLittleData
from helpers.sentiment import sentiment_clauses, sentiment_model
from helpers.sentiment.sentiment_valence import valences
from helpers.texts import texts_copies

MIN_TEXTS = 200  # texts with a verdict in a language; below, the shipped model reads it
MIN_EACH, MIN_EACH_TEST = 30, 10  # authors with the rarer verdict in the training part and in the test part
TEST_SHARE = 5  # one author in five is held out where the publisher fixed no split
MOST_TAUGHT = 10_000  # texts that teach a model; more add little and cost minutes
READ_BY_SCRIPT = ("en", "zh", "mixed", "none", "unknown", "")  # declared languages of texts that are read


# --- words


def text_key(text: str) -> str:
    """Return what two copies of a text share: letters and digits only, lower case."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def languages(reviews: pd.DataFrame) -> pd.Series:
    """Return the language in which each text is read: en or zh by its script; null where nothing is written or where the
    column `language` names another one."""
    declared = reviews["language"] if "language" in reviews else pd.Series(None, index=reviews.index, dtype="str")
    short = declared.map(lambda name: re.split("[-_]", str(name).lower())[0], na_action="ignore")
    is_other = short.notna() & ~short.isin(READ_BY_SCRIPT)
    found = reviews["text"].map(sentiment_clauses.language_of, na_action="ignore").astype("object")
    return found.mask(is_other | reviews["text"].isna(), None)


# --- which texts teach, which test


def authors(reviews: pd.DataFrame) -> pd.Series:
    """Return who wrote each text: its customer_id; a text without one has an author of its own."""
    own = "text " + reviews["feedback_id"].astype("str")
    if "customer_id" not in reviews:
        return own
    return ("customer " + reviews["customer_id"].astype("str")).where(reviews["customer_id"].notna(), own)


def author_groups(texts: pd.DataFrame) -> np.ndarray:
    """Return a number for each text, the same where texts share an author or copy one another, directly or through others.

    texts: of :func:`split_texts`. What holds within a group is no evidence that a model reads strangers.
    """
    writers, heads = (pd.factorize(of)[0] for of in (authors(texts), texts["head"]))
    n = len(texts)
    links = sparse.coo_matrix((np.ones(n), (writers, n + heads)), shape=(2 * n, 2 * n))
    return connected_components(links, directed=False)[1][writers]


def split_texts(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the reviews with `head`, the first feedback_id with nearly this text, and `role`: train, test, copy (its text
    stands in another row), author (a test text whose author wrote for the training part) or silent (no text or verdict).

    The publisher's split is kept if it has both parts; else a hash of the author (of the text, where nobody is named) puts one
    in five aside. Of texts that occur more than once only one row is kept, the training part first, so that no text is on both
    sides; a test text that is nearly a training text (texts_copies.py, by letters alone) is a copy too. No author is on both
    sides. Row order does not matter.
    """
    keys = reviews["text"].fillna("").map(text_key)
    usable = (keys != "") & reviews["dissatisfied"].notna()
    writers = authors(reviews)
    hashed = writers.where(writers.str.startswith("customer "), keys).map(
        lambda key: "test" if zlib.crc32(key.encode()) % TEST_SHARE == 0 else "train"
    )
    is_split = {"train", "test"} <= set(reviews.loc[usable, "split"].dropna())
    role = reviews["split"].where(reviews["split"].notna() & is_split, hashed).astype("object")
    order = pd.DataFrame({"key": keys, "is_test": role == "test", "id": reviews["feedback_id"]})[usable]
    first = order.sort_values(["is_test", "id"]).drop_duplicates("key").index
    role = role.where(usable, "silent").mask(usable & ~reviews.index.isin(first), "copy")
    heads = texts_copies.find_copies(reviews["text"], reviews["feedback_id"]).fillna(reviews["feedback_id"])
    role = role.mask((role == "test") & heads.isin(set(heads[role == "train"])), "copy")
    role = role.mask((role == "test") & writers.isin(set(writers[role == "train"])), "author")
    return reviews.assign(head=heads, role=role)


def count_roles(reviews: pd.DataFrame, *, language: str = "") -> dict[str, int]:
    """Return how many reviews (of a language, if one is given) have each role, and how many copies the published test held."""
    reviews = reviews[languages(reviews) == language] if language else reviews
    counts = reviews["role"].value_counts()
    n_test_copies = int(((reviews["role"] == "copy") & (reviews["split"] == "test")).sum())
    return {name: int(counts.get(name, 0)) for name in ("train", "test", "copy", "author", "silent")} | {
        "test_copy": n_test_copies,
    }


# --- the models


@dataclass(frozen=True)
class Readers:
    """A model for each language of the texts, where it comes from, and the probabilities of texts that taught it.

    origin: language → "trained" or "shipped"; out_of_fold: feedback_id → probability of a training text from a model that had
    not seen it; main: the language of most texts with a verdict (of most texts, if none has one).
    """

    by_language: dict[str, sentiment_model.Reader]
    origin: dict[str, str]
    out_of_fold: pd.Series
    main: str

    @property
    def base_rates(self) -> dict[str, float]:
        """Return, per language, the share of dissatisfied authors among the texts that taught its model."""
        return {language: reader.base_rate for language, reader in self.by_language.items()}

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """Return the probability that each text's author is dissatisfied, each read by the model of its language."""
        texts = pd.Series(list(texts), dtype="object")
        read_as = texts.map(sentiment_clauses.language_of)
        found = np.full(len(texts), np.nan)
        for language in sorted(set(read_as)):
            rows = (read_as == language).to_numpy()
            found[rows] = self.reader(language).predict(texts[rows])
        return found

    def reader(self, language: str) -> sentiment_model.Reader:
        """Return the model of a language; a language that no text had when the models were chosen gets the shipped one."""
        return self.by_language.get(language) or shipped(language)


@cache
def shipped(language: str) -> sentiment_model.Reader:
    """Return the model that the workbook ships for a language (en or zh)."""
    with resources.as_file(resources.files("helpers.sentiment").joinpath("models", f"{language}.npz")) as path:
        return sentiment_model.load(Path(path))


def fit_readers(split: pd.DataFrame, *, seed: int) -> Readers:
    """Choose a model for each language: trained on the role `train` if there is enough, else the shipped one.

    split: :func:`split_texts`. Enough are 200 texts with a verdict, 30 authors with the rarer verdict in training and 10 in the
    test; who copies one another counts once (:func:`author_groups`), here and in the folds of training.
    Raises TooLittleData where no text is in English or Chinese.
    """
    read_as = languages(split)
    if not read_as.notna().any():
        raise TooLittleData("Needs texts in English or Chinese; there are none among {n:count}.", n=len(split))
    by_language, origin, seen = {}, {}, []
    for language in sorted(set(read_as.dropna())):
        own = split[(read_as == language) & split["role"].isin(["train", "test"])]
        if not has_enough(own):
            by_language[language], origin[language] = shipped(language), "shipped"
            continue
        taught = _at_most(own[own["role"] == "train"]).sort_values("feedback_id", kind="stable")
        by_language[language], p = sentiment_model.fit(
            list(taught["text"]), taught["dissatisfied"].to_numpy(bool), values=valences(language), seed=seed,
            about={"language": language}, sentence_share=sentiment_clauses.SENTENCE_SHARE[language],
            groups=author_groups(taught),
        )
        origin[language] = "trained"
        seen.append(pd.Series(p, index=taught["feedback_id"]))
    judged = read_as[split["role"].isin(["train", "test"])].dropna()
    counts = (judged if len(judged) else read_as.dropna()).value_counts()
    out_of_fold = pd.concat(seen) if seen else pd.Series(dtype="float64")
    return Readers(by_language, origin, out_of_fold, str(counts[counts == counts.max()].index.min()))


def _at_most(texts: pd.DataFrame) -> pd.DataFrame:
    """Return the texts, or 10,000 of them chosen by a hash of what they say, so that row order does not matter."""
    if len(texts) <= MOST_TAUGHT:
        return texts
    hashed = texts["text"].map(lambda text: zlib.crc32(text_key(text).encode()))
    return texts.loc[hashed.sort_values(kind="stable").index[:MOST_TAUGHT]]


def has_enough(judged: pd.DataFrame) -> bool:
    """Return whether texts with a verdict (role train or test) suffice to train a model and to test it."""
    return len(judged) >= MIN_TEXTS and _rarer(judged, "train") >= MIN_EACH and _rarer(judged, "test") >= MIN_EACH_TEST


def _rarer(judged: pd.DataFrame, role: str) -> int:
    return _n_rarer(judged[judged["role"] == role])


def _n_rarer(judged: pd.DataFrame) -> int:
    """Return how many authors gave the rarer verdict (who copies one another counts once); 0 where all agree."""
    counts = pd.Series(author_groups(judged)).groupby(judged["dissatisfied"].to_numpy(bool)).nunique()
    return int(counts.min()) if len(counts) == 2 else 0


def predict_test(split: pd.DataFrame, readers: Readers) -> tuple[pd.DataFrame, np.ndarray, dict[str, np.ndarray]]:
    """Return texts of the main language that its model has not seen, their verdicts (True = dissatisfied), and probabilities.

    Models: model, shipped (where the model was trained here), vader (English; calibrated on the other texts), majority. A
    shipped model is tested on every text with a verdict. Raises TooLittleData below 10 authors with the rarer verdict.
    """
    own = split[(languages(split) == readers.main) & split["role"].isin(["train", "test"])]
    is_trained = readers.origin[readers.main] == "trained"
    test = own[own["role"] == "test"] if is_trained else own
    is_bad = test["dissatisfied"].to_numpy(bool)
    rarer = _n_rarer(test)
    if rarer < MIN_EACH_TEST:
        raise TooLittleData(
            "Needs {needed:count} authors with the rarer verdict to test how well it is read; there are {found:count}.",
            needed=MIN_EACH_TEST, found=rarer,
        )
    known = own[own["role"] == "train"] if is_trained else own
    predicted = {"model": readers.reader(readers.main).predict(test["text"])}
    if is_trained:
        predicted["shipped"] = shipped(readers.main).predict(test["text"])
    if readers.main == "en":
        predicted["vader"] = _calibrated_vader(known, test)
    return test, is_bad, predicted | {"majority": np.full(len(test), float(known["dissatisfied"].astype(bool).mean()))}


def _calibrated_vader(known: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Return VADER's scores of the test as probabilities, calibrated (Platt 1999) on the known texts."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(vader_scores(known["text"])[:, None], known["dissatisfied"].to_numpy(bool))
    return model.predict_proba(vader_scores(test["text"])[:, None])[:, 1].round(6)


def vader_scores(texts: Iterable[str]) -> np.ndarray:
    """Return VADER's compound score of each text, −1 worst to 1 best; 0 = neutral, or no word of its English list."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer as Vader

    class Near(Vader):
        """VADER that copies the words it looks at, three before and two after, in place of the whole text at each word."""

        def _negation_check(self, valence, words, start, i):
            first = max(0, i - 3)
            return Vader._negation_check(valence, words[first:i + 1], start, i - first)

        def _special_idioms_check(self, valence, words, i):
            first = max(0, i - 3)
            return Vader._special_idioms_check(valence, words[first:i + 3], i - first)

    analyzer = Near()
    return np.array([analyzer.polarity_scores(text)["compound"] for text in texts], dtype=float)


# --- scores


def score_reviews(split: pd.DataFrame, readers: Readers) -> pd.DataFrame:
    """Return table `sentiment`: each text's probability from a model that had not seen the text.

    Training texts, and copies of them, get their out-of-fold probability; all others that of the final model. Texts in other
    languages than English and Chinese are left out. Adds language (en or zh) and model (trained or shipped).
    """
    split = split.assign(language=languages(split))
    written = split[split["language"].notna()]
    keys = written["text"].map(text_key)
    fresh = pd.Series(readers.predict(written["text"]), index=written.index)
    taught = written["feedback_id"].isin(readers.out_of_fold.index)
    by_key = pd.Series(
        written.loc[taught, "feedback_id"].map(readers.out_of_fold).to_numpy(), index=keys[taught].to_numpy()
    )
    scored = written[["feedback_id", "role", "dissatisfied", "language"]].rename(columns={"dissatisfied": "is_dissatisfied"})
    p = keys.map(by_key[~by_key.index.duplicated()]).astype("float64").fillna(fresh)
    return scored.assign(model=written["language"].map(readers.origin), p_dissatisfied=p).reset_index(drop=True)
