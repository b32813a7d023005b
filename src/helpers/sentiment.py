"""Can a text's verdict be read from its words?

TF-IDF of words and word pairs (present or not, negation carried to the words it governs: Das and Chen 2001) and logistic
regression, its strength chosen inside the training part. Its score and that of the VADER word list (Hutto and Gilbert 2014)
are turned into one calibrated probability (Platt 1999). Beside it as baselines: VADER alone and the majority.
Input: the reviews of voc.read_reviews.
"""

import re
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from helpers.errors import TooLittleData

MIN_TEXTS = 200  # texts with a verdict; below, neither training nor test says anything
MIN_EACH, MIN_EACH_TEST = 30, 10  # texts of the rarer verdict in the training part and in the test part
TEST_SHARE = 5  # one text in five is held out where the publisher fixed no split
N_FOLDS = 5
STRENGTHS = (1.0, 2.0, 4.0)  # candidates for logistic regression's C
NEAR_COPY = 0.9  # cosine of two texts' TF-IDF from which they count as copies
MIN_TEXTS_OF_WORD = 2  # words of a single text teach nothing
NEGATION_REACH = 4  # words; a negation governs at most the four words that follow it in the clause
NEGATORS = frozenset((
    "no", "not", "never", "nothing", "nobody", "none", "nor", "neither", "cannot", "without", "hardly", "barely", "scarcely",
    "nowhere", "不", "没", "未", "别", "无",
))
TURNS = frozenset(("but", "however", "although", "though", "yet", "但", "却"))  # a new clause: an earlier negation ends here
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u4e00-\u9fff]|[^\W_a-z0-9\u4e00-\u9fff]+|[.,!?;:()，。！？；：]")
_PLACEHOLDER = re.compile(r"\[(?:link|e-mail|phone|number|name)\]")
_MARKS = frozenset(".,!?;:()，。！？；：")


# --- words


def words(text: str) -> list[str]:
    """Return the words of a text, lower case; those that a negation governs start with `not_`; ! and ? count as words.

    A negation ("not", "never", "…n't", 不) reaches four words, or to the end of its clause if that comes first.
    """
    found, reach = [], 0
    for word in _TOKEN.findall(_PLACEHOLDER.sub(" ", text).lower().replace("’", "'")):
        if word in _MARKS:
            reach = 0
            if word in "!?！？":
                found.append(word)
            continue
        reach = 0 if word in TURNS else reach
        found.append(f"not_{word}" if reach else word)
        is_negation = word in NEGATORS or word.endswith("n't")
        reach = NEGATION_REACH if is_negation else max(0, reach - 1)
    return found


def words_and_pairs(text: str) -> list[str]:
    """Return the words of a text and its pairs of neighbouring words."""
    single = words(text)
    return single + [f"{a} {b}" for a, b in zip(single, single[1:], strict=False)]


def text_key(text: str) -> str:
    """Return what two copies of a text share: letters and digits only, lower case."""
    return re.sub(r"\W+", " ", text.lower()).strip()


# --- which texts teach, which test


def split_texts(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the reviews with `role`: train, test, copy (its text stands in another row) or silent (no text or verdict).

    The publisher's split is kept if it has both parts; else a hash of the text puts one in five aside. Of texts that occur
    more than once only one row is kept, the training part first, so that no text is on both sides; a test text that is nearly
    a training text (cosine ≥ 0.9) is a copy too. Row order does not matter.
    """
    keys = reviews["text"].fillna("").map(text_key)
    usable = (keys != "") & reviews["dissatisfied"].notna()
    hashed = keys.map(lambda key: "test" if zlib.crc32(key.encode()) % TEST_SHARE == 0 else "train")
    is_split = {"train", "test"} <= set(reviews.loc[usable, "split"].dropna())
    role = reviews["split"].where(reviews["split"].notna() & is_split, hashed).astype("object")
    order = pd.DataFrame({"key": keys, "is_test": role == "test", "id": reviews["feedback_id"]})[usable]
    first = order.sort_values(["is_test", "id"]).drop_duplicates("key").index
    role = role.where(usable, "silent").mask(usable & ~reviews.index.isin(first), "copy")
    reviews = reviews.assign(role=role)
    near = _near_copies(reviews.loc[role == "train", "text"], reviews.loc[role == "test", "text"])
    return reviews.assign(role=role.mask(reviews.index.isin(near), "copy"))


def _near_copies(known: pd.Series, new: pd.Series) -> pd.Index:
    """Return the labels of `new` texts whose words are those of a known text but for a few."""
    if known.empty or new.empty:
        return new.index[:0]
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    try:
        taught = vectorizer.fit_transform(known)
    except ValueError:  # no words at all
        return new.index[:0]
    nearest = (vectorizer.transform(new) @ taught.T).max(axis=1).toarray().ravel()
    return new.index[nearest >= NEAR_COPY]


def count_roles(reviews: pd.DataFrame) -> dict[str, int]:
    """Return how many reviews have each role, and how many copies the publisher's test part held."""
    counts = reviews["role"].value_counts()
    n_test_copies = int(((reviews["role"] == "copy") & (reviews["split"] == "test")).sum())
    return {name: int(counts.get(name, 0)) for name in ("train", "test", "copy", "silent")} | {"test_copy": n_test_copies}


# --- the model


def add_vader(reviews: pd.DataFrame) -> pd.DataFrame:
    """Add `vader`: the word list's compound score of each (English) text, −1 worst to 1 best; 0 where nothing is written."""
    return reviews.assign(vader=vader_scores(reviews["text"].fillna("")))


def vader_scores(texts: pd.Series) -> np.ndarray:
    """Return VADER's compound score of each text; 0 = neutral, or no word of its English list."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return np.array([analyzer.polarity_scores(text)["compound"] for text in texts], dtype=float)


@dataclass(frozen=True)
class Reader:
    """A fitted model of the verdict, its chosen strength, its probabilities for the training texts, and both baselines."""

    vectorizer: TfidfVectorizer
    classifier: LogisticRegression
    calibrator: LogisticRegression  # of the classifier's score and VADER's
    vader_calibrator: LogisticRegression  # of VADER's score alone
    base_rate: float
    strength: float
    out_of_fold: pd.Series  # probability of each training text from a model that had not seen it

    def predict(self, texts: pd.Series, vader: np.ndarray | None = None) -> np.ndarray:
        """Return the probability that each text's author is dissatisfied. `vader`: its scores, if they are known."""
        vader = vader_scores(texts) if vader is None else vader
        return _probability(self.calibrator, self.classifier.decision_function(self.vectorizer.transform(texts)), vader)

    def predict_vader(self, texts: pd.Series, vader: np.ndarray | None = None) -> np.ndarray:
        """Return the baseline's probability: the word list alone, calibrated on the training texts."""
        return _probability(self.vader_calibrator, vader_scores(texts) if vader is None else vader)

    def predict_majority(self, texts: pd.Series) -> np.ndarray:
        """Return the other baseline: the training texts' share of dissatisfied authors, for every text."""
        return np.full(len(texts), self.base_rate)


def fit_reader(reviews: pd.DataFrame, *, seed: int) -> Reader:
    """Fit the model and its baselines on the training texts (role `train`, with `vader`) alone.

    Vocabulary, weights, strength and calibration see nothing else; in each of five folds vocabulary and weights are fitted
    on the other four. Raises TooLittleData below 200 texts with a verdict, 30 of the rarer verdict in training or 10 in the
    test.
    """
    _require_enough(reviews)
    taught = reviews[reviews["role"] == "train"].sort_values("feedback_id", kind="stable")
    is_bad, vader = taught["dissatisfied"].to_numpy(bool), taught["vader"].to_numpy(float)
    analysed = [words_and_pairs(text) for text in taught["text"]]
    scores = _scores_out_of_fold(analysed, is_bad, seed=seed)
    calibrators = {c: _calibrator(is_bad, score, vader) for c, score in scores.items()}
    seen = {c: _probability(calibrators[c], scores[c], vader) for c in STRENGTHS}
    best = min(STRENGTHS, key=lambda c: (round(log_loss(is_bad, seen[c]), 9), c))
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, binary=True, min_df=MIN_TEXTS_OF_WORD)
    classifier = _classifier(best).fit(vectorizer.fit_transform(analysed), is_bad)
    vectorizer.set_params(analyzer=words_and_pairs)  # from here on it reads texts
    out_of_fold = pd.Series(seen[best], index=taught["feedback_id"], name="p_dissatisfied")
    return Reader(
        vectorizer, classifier, calibrators[best], _calibrator(is_bad, vader), float(is_bad.mean()), best, out_of_fold
    )


def _require_enough(reviews: pd.DataFrame) -> None:
    roles = reviews[reviews["role"].isin(["train", "test"])]
    rarer = {part: roles.loc[roles["role"] == part, "dissatisfied"].astype(bool).value_counts() for part in ("train", "test")}
    fewest = {part: int(counts.min()) if len(counts) == 2 else 0 for part, counts in rarer.items()}
    if len(roles) < MIN_TEXTS or fewest["train"] < MIN_EACH or fewest["test"] < MIN_EACH_TEST:
        raise TooLittleData(
            "Needs {needed:count} texts with a verdict, {each:count} of the rarer verdict to learn from and {test:count} to "
            "test on. Texts found: {found:count}, with {train:count} and {held:count} of the rarer verdict.",
            needed=MIN_TEXTS, each=MIN_EACH, test=MIN_EACH_TEST, found=len(roles), train=fewest["train"],
            held=fewest["test"],
        )


def _scores_out_of_fold(analysed: list[list[str]], is_bad: np.ndarray, *, seed: int) -> dict[float, np.ndarray]:
    """Return, for each candidate strength, each text's score from a model fitted on the other folds."""
    present = CountVectorizer(analyzer=_as_it_is, binary=True).fit_transform(analysed)
    scores = {strength: np.zeros(len(analysed)) for strength in STRENGTHS}
    for inside, outside in StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(is_bad, is_bad):
        is_known = present[inside].getnnz(axis=0) >= MIN_TEXTS_OF_WORD  # vocabulary and weights from these folds alone
        weigh = TfidfTransformer().fit(present[inside][:, is_known])
        known, unseen = (weigh.transform(present[rows][:, is_known]) for rows in (inside, outside))
        for strength in STRENGTHS:
            scores[strength][outside] = _classifier(strength).fit(known, is_bad[inside]).decision_function(unseen)
    return scores


def _as_it_is(found: list[str]) -> list[str]:
    return found


def _classifier(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, solver="newton-cg", max_iter=1000)


def _calibrator(is_bad: np.ndarray, *scores: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=1e6).fit(np.column_stack(scores), is_bad)  # two or three parameters, hardly penalised


def _probability(calibrator: LogisticRegression, *scores: np.ndarray) -> np.ndarray:
    return calibrator.predict_proba(np.column_stack(scores))[:, 1].round(6)


def predict_test(reviews: pd.DataFrame, reader: Reader) -> tuple[pd.DataFrame, np.ndarray, dict[str, np.ndarray]]:
    """Return the test reviews, their verdicts (True = dissatisfied), and the probabilities of the model and both baselines."""
    test = reviews[reviews["role"] == "test"]
    texts, vader = test["text"], test["vader"].to_numpy(float)
    return test, test["dissatisfied"].to_numpy(bool), {
        "model": reader.predict(texts, vader), "vader": reader.predict_vader(texts, vader),
        "majority": reader.predict_majority(texts),
    }


def score_reviews(reviews: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    """Return table `sentiment`: each text's probability from a model that had not seen the text.

    Training texts, and copies of them, get their out-of-fold probability; all others that of the final model.
    """
    written = reviews[reviews["text"].notna()]
    keys = written["text"].map(text_key)
    fresh = pd.Series(reader.predict(written["text"], written["vader"].to_numpy(float)), index=written.index)
    taught = written["role"] == "train"
    by_key = pd.Series(
        written.loc[taught, "feedback_id"].map(reader.out_of_fold).to_numpy(), index=keys[taught].to_numpy()
    )
    scored = written[["feedback_id", "role", "dissatisfied"]].rename(columns={"dissatisfied": "is_dissatisfied"})
    return scored.assign(p_dissatisfied=keys.map(by_key).astype("float64").fillna(fresh)).reset_index(drop=True)
