"""Is the author of a piece of feedback dissatisfied: by stars, a verdict in words, CSAT or the likelihood to recommend?

Input: table `feedback`. Scores off their scale (an NPS of 11) are left out; stars may stand in words ("五星", "4/5", "★★★☆☆").
"""

import re

import pandas as pd

HIGHEST_DISSATISFIED_STARS = 3  # of 5: three stars are a complaint as often as praise; below "satisfied" (4 and 5)
HIGHEST_DETRACTOR = 6  # of 10 on "would you recommend us": the definition of NPS
SCALES = {"rating": (1, 5), "nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
SATISFIED_LABELS = frozenset((
    "great", "good", "excellent", "positive", "satisfied", "happy", "promoter", "very good", "very satisfied", "very happy",
    "extremely satisfied", "fairly satisfied", "somewhat satisfied", "recommended", "love it", "perfect", "👍", "好评",
    "正面", "满意", "非常满意", "很满意", "比较满意", "十分满意", "好", "很好", "非常好", "不错", "推荐", "喜欢", "超赞",
))
DISSATISFIED_LABELS = frozenset((
    "other", "bad", "poor", "negative", "neutral", "dissatisfied", "unhappy", "detractor", "very bad", "very poor",
    "very dissatisfied", "extremely dissatisfied", "somewhat dissatisfied", "fairly dissatisfied", "average", "fair", "ok",
    "okay", "terrible", "awful", "not recommended", "neither satisfied nor dissatisfied", "👎", "差评", "中评", "负面",
    "不满意", "非常不满意", "很不满意", "不太满意", "一般", "一般般", "差", "较差", "很差", "非常差", "不好", "不推荐",
    "失望", "中性",
))
_NUMERALS = {"零": 0, "zero": 0, "no": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "one": 1, "two": 2,
             "three": 3, "four": 4, "five": 5}
_STARS = re.compile(r"(\d(?:\.\d)?|[零一二两三四五]|zero|no|one|two|three|four|five)\s*-?(?:颗|个)?\s*(?:星|stars?)(?:好评|级)?"
    r"|(\d+(?:\.\d)?)\s*/\s*(5|10)")


def without_off_scale(feedback: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the feedback without scores off their scale (null instead), and in which rows there was one."""
    is_off = pd.Series(False, index=feedback.index)
    for name, (lowest, highest) in SCALES.items():
        off = feedback[name].notna() & ~feedback[name].between(lowest, highest)
        if off.any():
            feedback = feedback.assign(**{name: feedback[name].mask(off)})
            is_off |= off
    return feedback, is_off


def stars_of(label: str) -> float | None:
    """Return the stars of five that a label names (五星, "4 stars", 8/10, ★★★☆☆); None where it names none or too many.

    Below one star (0/10, "zero stars", ☆☆☆☆☆) is the worst verdict, one star.
    """
    text = label.strip().lower()
    if text and set(text) <= set("★☆⭐🌟\ufe0f"):
        stars = float(sum(char in "★⭐🌟" for char in text))
    elif found := _STARS.fullmatch(text):
        stars = float(_NUMERALS.get(found[1], found[1])) if found[1] else float(found[2]) * 5 / float(found[3])
    else:
        return None
    return max(stars, 1.0) if stars <= 5 else None


def verdicts(feedback: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return whether each author is dissatisfied and where that comes from: stars first, then label, csat, nps.

    At the limits: 3 stars, csat 3 and nps 6 are dissatisfied; 3.5, 4 and 7 are not. Stars in words count as stars. A label that
    neither list knows counts as no verdict.
    """
    label = feedback["rating_label"].astype("object").str.strip().str.lower()
    in_words = pd.to_numeric(label.map(stars_of, na_action="ignore"), errors="coerce")
    stars = feedback["rating"].astype("float64").fillna(in_words)
    known = label.isin(SATISFIED_LABELS | DISSATISFIED_LABELS)
    label_origin = "stars_label" if {"great", "other"} >= set(label[known]) else "rating_label"
    sources = {
        "rating": (stars <= HIGHEST_DISSATISFIED_STARS, stars.notna()),
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
