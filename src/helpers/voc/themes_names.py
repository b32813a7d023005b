"""What is a theme called? Its last name where its words come back; else a name from its anchor words, so that names don't flip.

Input: the heaviest words of each theme with their weights (themes.py), the themes of the last run (table `themes`).
"""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from helpers.i18n import catalogue
from helpers.voc.theme_words import DEMAND, THEME_NAMES

NAME_WEIGHT = 0.3  # share of the top words' weight that a name's anchor words need
SAME_THEME = 0.4  # Jaccard overlap of the ten heaviest words from which a theme is one of the last run's
TELLING = 0.05  # share of the heaviest word's weight below which a word tells nothing of a theme
MIXED, STRONG, CONTRARY = 0.1, 0.25, 0.05  # of the share of dissatisfied sentences: see contrary_words
DEMANDED = 0.5  # share of a theme's sentences that demand redress from which it is a demand
FEW = 10  # sentences with a verdict below which a word is not judged
SEPARATOR = " · "
Weighted = list[tuple[str, float]]


def contrary_words(about: pd.DataFrame, top_words: list[Weighted], reviews: pd.DataFrame) -> list[frozenset[str]]:
    """Return, for each theme, the words that must not name it, because they judge otherwise than it does.

    about: sentences with feedback_id, theme (its number) and words. reviews: feedback_id and, if there is one, `dissatisfied`.
    A theme whose sentences are as often dissatisfied as all others (within 10 points) is mixed: no word more than 25 points
    off names it. Else no word names it that stands clearly (5 points) on the other side. Words of fewer than ten sentences with
    a verdict are not judged.
    """
    found = []
    for lean, of_words in _leanings(about, top_words, reviews):
        is_off = of_words.abs() > STRONG if abs(lean) < MIXED else of_words * np.sign(lean) < -CONTRARY
        found.append(frozenset(of_words.index[is_off]))
    return found or [frozenset()] * len(top_words)


def caveats(about: pd.DataFrame, top_words: list[Weighted], reviews: pd.DataFrame) -> list[str | None]:
    """Return, for each theme, why it is no topic to head a page with, or None; parameters as in :func:`contrary_words`.

    "demand": half of its sentences at least demand redress (theme_words.DEMAND). "both sides": one of its heaviest words that
    tell something stands 25 points on the other side of all sentences' share of dissatisfied ones than the theme does.
    """
    asks = about["clause"].str.lower().str.contains(DEMAND).groupby(about["theme"]).mean()
    off = _leanings(about, top_words, reviews)
    found = []
    for number, top in enumerate(top_words):
        telling = [word for word, weight in top if weight >= TELLING * top[0][1]]
        lean, of_words = off[number] if off else (0.0, pd.Series(dtype=float))
        is_torn = (of_words[of_words.index.isin(telling)] * np.sign(lean) < -STRONG).any()
        found.append("demand" if asks.get(number, 0.0) >= DEMANDED else "both sides" if is_torn else None)
    return found


def _leanings(about: pd.DataFrame, top_words: list[Weighted], reviews: pd.DataFrame) -> list[tuple[float, pd.Series]]:
    """Return by how much each theme, and each of its heaviest words, is more often dissatisfied than all sentences are; nothing
    where no review has a verdict column."""
    if "dissatisfied" not in reviews:
        return []
    verdicts = reviews.set_index("feedback_id")["dissatisfied"].astype("boolean").dropna().astype(float)
    judged = about.assign(bad=about["feedback_id"].map(verdicts)).dropna(subset=["bad"])
    judged = judged.assign(off=judged["bad"] - judged["bad"].mean())
    found = []
    for number, top in enumerate(top_words):
        own = judged[judged["theme"] == number]
        of_words = own[["off", "words"]].explode("words").groupby("words")["off"].agg(["size", "mean"])
        of_words = of_words[of_words.index.isin([word for word, _ in top]) & (of_words["size"] >= FEW)]["mean"]
        found.append((float(own["off"].mean()) if len(own) else 0.0, of_words))
    return found


def name_themes(
    top_words: list[Weighted], *, dictionary=None, before: pd.DataFrame | None = None,
    contrary: list[frozenset[str]] | None = None,
) -> list[str]:
    """Return a name for each theme, every name once.

    First the name that the theme had in the last run (`before`: theme, anchor_words); then that of `THEME_NAMES` whose anchor
    words weigh most in it, 30 % at least; then the aspect of the `dictionary` (word_lists.py) that they speak of, 30 % at
    least, with the two heaviest words that tell more; then the three heaviest words. A word below 5 % of the heaviest tells
    nothing; one that judges otherwise than the theme (`contrary`) names it only where there is no other. A name is given to the
    theme that it fits best, so names do not depend on the order of the themes. No theme has the name of an aspect alone.
    """
    aspects = frozenset(dictionary.names) if dictionary else frozenset()
    names = _kept(top_words, before, forbidden=aspects)
    anchored = [
        (_weight(top, anchors), name, i) for i, top in enumerate(top_words) for name, anchors in THEME_NAMES.items()
        if name not in aspects
    ]
    for fit, name, i in sorted(anchored, key=lambda f: (-round(f[0], 9), f[1], f[2])):
        if fit >= NAME_WEIGHT and i not in names and name not in names.values():
            names[i] = name
    for i in sorted(set(range(len(top_words))) - set(names), key=lambda i: [word for word, _ in top_words[i]]):
        unfit = contrary[i] if contrary else frozenset()
        names[i] = _composed(top_words[i], dictionary, taken=set(names.values()), unfit=unfit)
    return [names[i] for i in range(len(top_words))]


def match(top_words: list[list[str]], before: list[list[str]]) -> dict[int, int]:
    """Return theme → theme of the last run: pairs with most overlap of words in all (Kuhn 1955), each at least .4 (Jaccard)."""
    if not top_words or not before:
        return {}
    overlap = np.array([[len(set(a) & set(b)) / max(len(set(a) | set(b)), 1) for b in before] for a in top_words]).round(9)
    pairs = zip(*linear_sum_assignment(-np.where(overlap >= SAME_THEME, overlap, 0)), strict=True)
    return {int(i): int(j) for i, j in pairs if overlap[i, j] >= SAME_THEME}


def _kept(top_words: list[Weighted], before: pd.DataFrame | None, *, forbidden: frozenset[str]) -> dict[int, str]:
    if before is None or before.empty:
        return {}
    known = before.sort_values("theme", kind="stable")
    pairs = match([[word for word, _ in top] for top in top_words], [words.split(", ") for words in known["anchor_words"]])
    names = {i: str(known["theme"].iloc[j]) for i, j in pairs.items()}
    return {i: name for i, name in names.items() if name not in forbidden}


def _weight(top: Weighted, anchors) -> float:
    return sum(weight for word, weight in top if word in anchors) / max(sum(weight for _, weight in top), 1e-12)


def _composed(top: Weighted, dictionary, *, taken: set[str], unfit: frozenset[str]) -> str:
    """Return the aspect and two words, or three words; one word more where that name is taken; `unfit` words come last."""
    aspect, words = _aspect(top, dictionary), [word for word, _ in top]
    if aspect:
        own = {*aspect.split(), catalogue().get(aspect, (aspect, ""))[0]}
        words = [word for word in words if word not in own]
    words = sorted(words, key=lambda word: word in unfit)
    n_telling = sum(weight >= TELLING * top[0][1] for word, weight in top if word in words and word not in unfit)
    for n in range(max(1, min(2 if aspect else 3, n_telling)), len(words) + 1):
        name = SEPARATOR.join(([aspect] if aspect else []) + words[:n])
        if name not in taken:
            return name
    return SEPARATOR.join(([aspect] if aspect else []) + words + [str(len(taken) + 1)])


def _aspect(top: Weighted, dictionary) -> str:
    """Return the aspect that most of the words' weight speaks of, 30 % at least, or nothing."""
    if dictionary is None:
        return ""
    weights = np.zeros(len(dictionary.names))
    for word, weight in top:
        weights[np.unique(dictionary.find(word)[2])] += weight
    best = int(weights.round(9).argmax())
    return dictionary.names[best] if weights[best] >= NAME_WEIGHT * sum(weight for _, weight in top) else ""
