"""A model of dissatisfaction that is one table: word → weight. Fitting, scoring without scikit-learn, a file without pickle.

s = intercept + Σ u·w·idf / √Σ idf² + θ·v / √(v² + 15), where the sums run over the known words and word pairs (each once), u is
the weight of their clause (sentiment_clauses.py), w was learnt by logistic regression and v = Σ u·value adds up the lists of
praise and blame (sentiment_valence.py; the second term is VADER's, Hutto and Gilbert 2014). The clause weights act in reading
only; what words mean is learnt without them. score(text) is s of the whole text or, in English, half that and half the mean s
of its sentences: a long text's whole drowns what a few of them say clearly. A probability is 1 / (1 + exp(−a·score − b)):
Platt 1999.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from helpers.sentiment import sentiment_clauses

MIN_TEXTS_OF_WORD = 2  # words of a single text teach nothing
N_FOLDS = 5
STRENGTHS = (1.0, 2.0, 4.0)  # candidates for logistic regression's C
FLATTENING = 15.0  # VADER's: from here on more words of praise add little
NEGATED = -0.74  # VADER's: "not good" is worth −.74 of "good"
DIGITS = 6


@dataclass(frozen=True)
class Reader:
    """A fitted model: the table of words, and how a score becomes a probability.

    table: word or pair → (weight × idf, idf², value); slope and shift: Platt's; base_rate: share of dissatisfied authors among
    the texts that taught it, which is what a text without a known word gets; sentence_share: of the score that is the mean over
    sentences; about: how it came to be.
    """

    table: dict[str, tuple[float, float, float]]
    intercept: float
    listed_weight: float
    slope: float
    shift: float
    base_rate: float
    about: dict
    sentence_share: float = 0.0

    def score(self, text: str) -> float | None:
        """Return a text's score (0 = undecided, higher = more dissatisfied), or None if no word is known."""
        sentences = sentiment_clauses.sentence_grams(text)
        whole = self._score(sentiment_clauses.joined(sentences))
        if len(sentences) < 2 or whole is None or not self.sentence_share:
            return whole
        known = [score for grams in sentences if (score := self._score(grams)) is not None]
        return whole + self.sentence_share * (sum(known) / len(known) - whole)

    def _score(self, grams: dict[str, float]) -> float | None:
        total = length = listed = 0.0
        table = self.table
        for name, weight in grams.items():
            if name in table:
                worth, square, value = table[name]
                total += weight * worth
                length += square
                listed += weight * value
        if not length:
            return None
        return self.intercept + total / length**0.5 + self.listed_weight * listed / (listed * listed + FLATTENING) ** 0.5

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """Return the probability that each text's author is dissatisfied; the base rate where no word is known."""
        scores = np.array([np.nan if (s := self.score(text)) is None else s for text in texts], dtype=float)
        with np.errstate(over="ignore"):
            p = 1 / (1 + np.exp(-(self.slope * scores + self.shift)))
        return np.where(np.isnan(scores), self.base_rate, p).round(DIGITS)


# --- fitting


@dataclass(frozen=True)
class Words:
    """The words of texts: matrices of the weights of their clauses, a row a text and a row a sentence.

    names: of the columns; values: of the lists, 0 = not listed; text_of: the text (row) of each sentence.
    """

    names: np.ndarray
    values: np.ndarray
    texts: sparse.csr_matrix
    sentences: sparse.csr_matrix
    text_of: np.ndarray


def read_words(texts: Iterable[str], values: dict[str, float]) -> Words:
    """Return the words of the texts; `values`: list of praise (above 0) and blame (below)."""
    read = [sentiment_clauses.sentence_grams(text) for text in texts]
    sentences = [found for parts in read for found in parts]
    listed = dict(values) | {
        sentiment_clauses.NOT + word: NEGATED * value for word, value in values.items()
    }
    names = np.array(sorted({name for found in sentences for name in found} | set(listed)), dtype=object)
    column = {name: i for i, name in enumerate(names)}
    return Words(
        names, np.array([-listed.get(name, 0.0) for name in names]),  # blame raises the score
        _matrix([sentiment_clauses.joined(parts) for parts in read], column), _matrix(sentences, column),
        np.repeat(np.arange(len(read)), [len(parts) for parts in read]),
    )


def _matrix(read: list[dict[str, float]], column: dict[str, int]) -> sparse.csr_matrix:
    starts = np.cumsum([0, *(len(found) for found in read)])
    columns = np.array([column[name] for found in read for name in found], dtype=np.int32)
    weights = np.array([weight for found in read for weight in found.values()])
    matrix = sparse.csr_matrix((weights, columns, starts), shape=(len(read), len(column)))
    matrix.sort_indices()
    return matrix


Beside = Sequence[tuple[list[str], np.ndarray, float]]  # texts of another domain, their verdicts, weight of the domain


def fit(texts: list[str], is_bad: np.ndarray, *, values: dict[str, float], seed: int, about: dict,
        strengths: tuple[float, ...] = STRENGTHS, sentence_share: float = 0.0, beside: Beside = (),
        groups: np.ndarray | None = None) -> tuple[Reader, np.ndarray]:
    """Return the model of the texts and each text's probability from a model that had not seen it.

    Vocabulary, weights and strength are chosen in five folds; slope and shift come from the scores out of fold. `groups`: texts
    of one group (an author, near copies) stay in one fold; without it each text is on its own. `beside`: texts of other domains
    teach along, each domain with a weight of which 1 is that of all the texts; none is calibrated on.
    """
    from sklearn.metrics import log_loss  # takes half a second to import: reading does without it
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    n, is_bad = len(texts), np.asarray(is_bad, bool)
    words = read_words([*texts, *(text for other, _, _ in beside for text in other)], values)
    verdicts = np.concatenate([is_bad, *(np.asarray(bad, bool) for _, bad, _ in beside)])
    weights = np.concatenate([np.ones(n), *(np.full(len(bad), weight * n / len(bad)) for _, bad, weight in beside)])
    others = np.arange(n, len(verdicts))
    scores = {strength: np.zeros(n) for strength in strengths}
    folds = StratifiedKFold if groups is None else StratifiedGroupKFold
    for inside, outside in folds(N_FOLDS, shuffle=True, random_state=seed).split(is_bad, is_bad, groups):
        rows = np.concatenate([inside, others])
        known, idf = _known(words, rows)
        taught = _columns(words, words.texts[rows], known, idf, is_weighted=False)
        for strength in strengths:
            model = _classifier(strength).fit(taught, verdicts[rows], sample_weight=weights[rows])
            scores[strength][outside] = _read(words, outside, known, idf, model, sentence_share)
    platt = {strength: _platt(score, is_bad) for strength, score in scores.items()}
    seen = {c: 1 / (1 + np.exp(-(platt[c][0] * scores[c] + platt[c][1]))) for c in strengths}
    best = min(strengths, key=lambda c: (round(log_loss(is_bad, seen[c]), 9), c))
    known, idf = _known(words, np.arange(len(verdicts)))
    taught = _columns(words, words.texts, known, idf, is_weighted=False)
    model = _classifier(best).fit(taught, verdicts, sample_weight=weights)
    coefficients, listed = model.coef_[0, :-1], float(model.coef_[0, -1])
    rows = zip(words.names[known], (coefficients * idf).tolist(), (idf**2).tolist(), words.values[known].tolist(), strict=True)
    table = {name: (weight, square, value) for name, weight, square, value in rows}
    reader = Reader(table, float(model.intercept_[0]), listed, *platt[best], float(is_bad.mean()),
                    about | {"n_texts": n, "strength": best, "n_beside": len(others)}, sentence_share)
    return reader, seen[best].round(DIGITS)


def _known(words: Words, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of words that two of the texts share or that are listed, and their idf."""
    occurs = words.texts[rows].getnnz(axis=0)
    known = np.flatnonzero((occurs >= MIN_TEXTS_OF_WORD) | (words.values != 0))
    return known, np.log((1 + len(rows)) / (1 + np.maximum(occurs[known], 1))) + 1


def _columns(words: Words, matrix: sparse.csr_matrix, known: np.ndarray, idf: np.ndarray, *,
             is_weighted: bool) -> sparse.csr_matrix:
    """Return what logistic regression sees: words over the text's length, and the flattened sum of listed values."""
    weighted = matrix[:, known]
    present = weighted.copy()
    present.data = np.ones_like(present.data)
    weighted = weighted if is_weighted else present
    length = np.sqrt(present @ idf**2)
    scaled = sparse.diags(1 / np.maximum(length, 1e-12)) @ weighted @ sparse.diags(idf)
    listed = weighted @ words.values[known]
    return sparse.hstack([scaled, (listed / np.sqrt(listed**2 + FLATTENING))[:, None]]).tocsr()


def _read(words: Words, rows: np.ndarray, known: np.ndarray, idf: np.ndarray, model,
          sentence_share: float) -> np.ndarray:
    """Return the scores of texts as Reader.score gives them."""
    whole = model.decision_function(_columns(words, words.texts[rows], known, idf, is_weighted=True))
    if not sentence_share:
        return whole
    place = np.full(words.texts.shape[0], -1)
    place[rows] = np.arange(len(rows))
    own = place[words.text_of]
    columns = _columns(words, words.sentences[own >= 0], known, idf, is_weighted=True)
    is_known = columns[:, :-1].getnnz(axis=1) > 0
    text_of = own[own >= 0][is_known]
    n = np.bincount(text_of, minlength=len(rows))
    total = np.bincount(text_of, model.decision_function(columns)[is_known], minlength=len(rows))
    return whole + sentence_share * (np.where(n > 0, total / np.maximum(n, 1), whole) - whole)


def _classifier(strength: float):
    return _logistic(C=strength, solver="liblinear", max_iter=1000)


def _platt(scores: np.ndarray, is_bad: np.ndarray) -> tuple[float, float]:
    model = _logistic(C=1e6).fit(scores[:, None], is_bad)  # two parameters, hardly penalised
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _logistic(**options):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(**options)


# --- the file


def save(reader: Reader, path: Path) -> None:
    """Write a model to `path` (.npz: arrays of numbers and the words as UTF-8 bytes; no pickle), the same bytes each time."""
    names = sorted(reader.table)
    numbers = np.array([reader.table[name] for name in names], dtype=np.float64)
    facts = {
        "intercept": reader.intercept, "listed_weight": reader.listed_weight, "slope": reader.slope, "shift": reader.shift,
        "base_rate": reader.base_rate, "about": reader.about, "sentence_share": reader.sentence_share,
    }
    np.savez_compressed(
        path, names=np.frombuffer("\n".join(names).encode(), dtype=np.uint8), weight=numbers[:, 0].astype(np.float16),
        square=numbers[:, 1].astype(np.float16), value=numbers[:, 2].astype(np.float16),
        facts=np.frombuffer(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8),
    )


def load(path: Path) -> Reader:
    """Read a model that :func:`save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        names = file["names"].tobytes().decode().split("\n")
        columns = [file[name].astype(np.float64).tolist() for name in ("weight", "square", "value")]
        facts = json.loads(file["facts"].tobytes().decode())
    return Reader(table=dict(zip(names, zip(*columns, strict=True), strict=True)), **facts)
