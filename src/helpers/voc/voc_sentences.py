"""The sentences, titles and key figures of the report on the voice of the customer, chosen by what the data shows.

Input: the results of voc.py, themes.py and sentiment_quality.py.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.i18n import text as t
from helpers.sentiment import sentiment_quality
from helpers.texts import masking

_HAN = re.compile(r"[\u4e00-\u9fff]")
MAX_Q = 0.05  # expected share of false alarms among the themes and words that are named
ORIGINS = {True: "a dissatisfied reviewer", False: "a satisfied reviewer", pd.NA: "a reviewer who gave no verdict"}
FEEDS = {"fine_foods": ("feedback",)}  # built-in systems and the tables that they give


class Sentence(NamedTuple):
    """A message of the catalogue with its values, chosen by the data, and what supports it."""

    template: str
    values: dict
    n: int = 0
    estimate: float | None = None
    interval: tuple[float, float] | None = None


# --- figures and sentences

_FIGURES = {
    "n": ("Reviews", "count"), "dissatisfied_share": ("Dissatisfied", "percent1"), "low": ("Interval from", "percent1"),
    "high": ("Interval to", "percent1"),
}
_COMPARISON = _FIGURES | {
    "expected_share": ("Expected", "percent1"), "excess": ("More than expected", "change_number"), "q_value": ("q", "q_value"),
}
DRIVER_COLUMNS = {
    "theme": ("Theme", "label"), "anchor_words": ("Heaviest words", ""), **_COMPARISON, "stability": ("Stability", "number2"),
}
WORD_COLUMNS = {"word": ("Word", "")} | _COMPARISON
READING_COLUMNS = {
    "treatment": ("What was found", "label"), "n": ("Number", "count"), "share": ("Share", "percent1"),
    "consequence": ("What was done", "label"),
}
PRODUCT_COLUMNS = {"product": ("Product", "")} | _FIGURES
DRIVERS_SUBTITLE = (
    "Dissatisfied reviews more (or fewer) than among equally long reviews without the theme, 95% interval; grey = not "
    "distinguishable from chance"
)


def key_figures(satisfied: dict, *, quality: pd.DataFrame) -> list[dict]:
    """Return the key figures on verdicts, translated: the satisfied share, and the model's AUC where it was measured."""
    figures = [{
        "label": t("Reviews by satisfied customers"), "value": satisfied["satisfied"], "fmt": "percent1",
        "low": satisfied["low"], "high": satisfied["high"],
        "note": t("of {n:count}; the others {meaning:label}", n=satisfied["n"], meaning=satisfied["meaning"]),
    }]
    scores = quality[quality["measure"] == "auc"].set_index("model")
    if len(scores):
        mine, name = scores.loc["model"], sentiment_quality.baseline(quality)
        figures.append({
            "label": t("Verdict read from the text (AUC)"), "value": mine["estimate"], "fmt": "number3",
            "low": mine["low"], "high": mine["high"],
            "note": t("{n:count} unseen reviews; {baseline:label}: {other:number3}", n=mine["n"],
                      baseline=sentiment_quality.MODEL_NAMES[name], other=scores.loc[name, "estimate"]),
        })
    return figures


def opening(satisfied: dict | None = None, worse: list[str] | None = None, better: list[str] | None = None) -> Sentence:
    """Return the answer of the page, as far as the data goes: nothing, how satisfied, and what goes with dissatisfaction.

    worse, better: topics that clearly go with more or less dissatisfaction (`worst_and_best`), most first; None = not compared.
    """
    if satisfied is None:
        return Sentence("There is no feedback with a verdict, so nothing can be said about how satisfied customers are.", {})
    values = {"share": satisfied["satisfied"], "n": satisfied["n"], "worse": quoted((worse or [])[:2]),
              "better": quoted((better or [])[:2])}
    if worse and better:
        return Sentence(
            "{share:percent} of {n:count} reviews are by satisfied customers. Most complaints beyond what other topics would "
            "give: {worse:list}; most praise beyond it: {better:list}.", values,
        )
    if worse:
        return Sentence(
            "{share:percent} of {n:count} reviews are by satisfied customers. Most complaints beyond what other topics would "
            "give: {worse:list}.", values,
        )
    if better:
        return Sentence(
            "{share:percent} of {n:count} reviews are by satisfied customers. Most praise beyond what other topics would give: "
            "{better:list}.", values,
        )
    if worse is not None:
        return Sentence(
            "{share:percent} of {n:count} reviews are by satisfied customers; nothing that they talk about goes with more "
            "complaints than chance would bring; single words are tested further down.", values,
        )
    return Sentence("{share:percent} of {n:count} reviews are by satisfied customers.", values)


def quoted(names) -> list[str]:
    """Return the names of topics in quotation marks, translated: some hold an "and" themselves."""
    return [t("“{name:label}”", name=name) for name in names]


def clear_themes(drivers: pd.DataFrame | None) -> tuple[list[str], list[str]]:
    """Return the stable themes with clearly (q < .05) more complaints than expected, the most first, and those with fewer."""
    return list(_clear(drivers, worse=True)["theme"]), list(_clear(drivers, worse=False)["theme"])


def _clear(drivers: pd.DataFrame | None, *, worse: bool) -> pd.DataFrame:
    """Return the stable themes whose difference survives the correction (q < .05), the strongest first."""
    if drivers is None:
        return pd.DataFrame({"theme": []})
    clear = drivers[drivers["is_stable"] & (drivers["q_value"] < MAX_Q) & _has_no_caveat(drivers)]
    clear = clear[clear["excess"] > 0] if worse else clear[clear["excess"] < 0]
    return clear.sort_values(["excess", "theme"], ascending=[not worse, True])


def _has_no_caveat(drivers: pd.DataFrame) -> pd.Series:
    return drivers["caveat"].isna() if "caveat" in drivers else pd.Series(True, index=drivers.index)


def theme_caveats(drivers: pd.DataFrame) -> list[Sentence]:
    """Return which themes are shown but named nowhere else, and why; and how a theme differs from the aspect of its name."""
    shown = drivers[drivers["is_stable"] & ~_has_no_caveat(drivers)].sort_values("theme")
    by_reason = {reason: quoted(rows["theme"]) for reason, rows in shown.groupby("caveat")} if len(shown) else {}
    said = []
    if "demand" in by_reason:
        said.append(Sentence(
            "{themes:list}: a demand that ends complaints of every kind, so no topic of its own and not named as one.",
            {"themes": by_reason["demand"]},
        ))
    if "both sides" in by_reason:
        said.append(Sentence(
            "{themes:list}: words that stand in praise as well as in complaints, so not named as either.",
            {"themes": by_reason["both sides"]},
        ))
    return [*said, Sentence(
        "A theme holds sentences with the same words, an aspect all clauses about it: where the two share a name, the theme is "
        "only a part, and may be judged otherwise.", {},
    )]


def drivers_title(drivers: pd.DataFrame) -> Sentence:
    """Return the title of the chart of themes: what it shows, as far as it is clear."""
    worse, better = (quoted(_clear(drivers, worse=bad)["theme"].head(1)) for bad in (True, False))
    if worse and better:
        values = {"worse": worse, "better": better}
        return Sentence("Complaints go with talk of {worse:list}, praise with talk of {better:list}", values)
    if worse:
        return Sentence("Complaints go with talk of {worse:list}", {"worse": worse})
    if better:
        return Sentence("Praise goes with talk of {better:list}", {"better": better})
    return Sentence("Dissatisfied reviews by theme" if (drivers["is_stable"] & (drivers["q_value"] < MAX_Q)).any() else
                    "No theme stands out by its complaints", {})


def hidden_themes(drivers: pd.DataFrame) -> Sentence:
    """Return how many themes are not shown, because they do not come back when the reviews are resampled."""
    return Sentence(
        "{n_hidden:count} of {n_all:count} themes are not shown: their words change when the reviews are resampled. The "
        "themes shown have an average stability of {stability:number2} (1 = always the same ten words).",
        {"n_hidden": int((~drivers["is_stable"]).sum()), "n_all": len(drivers),
         "stability": float(drivers.loc[drivers["is_stable"], "stability"].mean()) if drivers["is_stable"].any() else 0.0},
    )


def driver_findings(drivers: pd.DataFrame) -> list[Sentence]:
    """Return a finding for each theme that clearly goes with dissatisfaction (at most three) or satisfaction (two)."""
    worse, better = _clear(drivers, worse=True).head(3), _clear(drivers, worse=False).head(2)
    said = [_driver(row, (
        "Of {n:count} reviews that mention {theme:label}, {share:percent} are dissatisfied, against {expected:percent} of "
        "equally long reviews that do not: {excess:count} more than expected."
    )) for row in worse.itertuples()]
    said += [_driver(row, (
        "Of {n:count} reviews that mention {theme:label}, only {share:percent} are dissatisfied, against {expected:percent} "
        "of equally long reviews that do not: {excess:count} fewer than expected."
    )) for row in better.itertuples()]
    if not said and not (drivers["is_stable"] & (drivers["q_value"] < MAX_Q)).any():
        shown = drivers[drivers["is_stable"]]
        said = [Sentence(
            "None of {n_themes:count} themes goes with more or less dissatisfaction than chance would bring.",
            {"n_themes": len(shown)}, n=int(shown["n"].sum()),
        )]
    return said


def _driver(row, template: str) -> Sentence:
    values = {
        "theme": row.theme, "n": int(row.n), "share": row.dissatisfied_share, "expected": row.expected_share,
        "excess": abs(row.excess),
    }
    return Sentence(template, values, int(row.n), row.difference, (row.difference_low, row.difference_high))


def shown_drivers(drivers: pd.DataFrame, *, n_reviews: int) -> pd.DataFrame:
    """Return the stable themes that have figures, with excess_low and excess_high (reviews) and `reading`, in words.

    Raises TooLittleData where no theme is stable.
    """
    shown = drivers[drivers["is_stable"] & drivers["excess"].notna()]
    if shown.empty:
        raise TooLittleData(
            "None of {n_themes:count} themes comes back when the {n:count} reviews are resampled, so none is shown.",
            n_themes=len(drivers), n=n_reviews,
        )
    return shown.assign(
        excess_low=shown["n"] * shown["difference_low"], excess_high=shown["n"] * shown["difference_high"],
        reading=_reading(shown),
    )


def shown_words(words: pd.DataFrame, *, n: int) -> pd.DataFrame:
    """Return the `n` words that mark most complaints beyond chance, most dissatisfied reviews beyond the expected first.

    Words with the very same figures stand in the same reviews: they are one row. Raises TooLittleData where there is none.
    """
    clear = _clear_words(words, n=n)
    if clear.empty:
        raise TooLittleData("Of {n_words:count} words none marks complaints beyond chance.", n_words=len(words))
    return clear


def _clear_words(words: pd.DataFrame, *, n: int) -> pd.DataFrame:
    """Return the `n` words with most complaints beyond the expected (q < .05), all translated or all as customers wrote them.

    They are translated where each that is not in the reader's language has a translation.
    """
    clear = words[(words["q_value"] < MAX_Q) & (words["excess"] > 0)]
    clear = _once(clear.sort_values("excess", ascending=False, kind="stable")).head(n)
    parts = {part for word in clear["word"] for part in word.split(" · ")}
    foreign = [part for part in parts if bool(_HAN.search(part)) == (i18n.language() == "en")]
    is_known = all(i18n.translate(part) != part for part in foreign)
    return clear.assign(word=clear["word"].map(i18n.translate)) if is_known else clear


def _once(words: pd.DataFrame) -> pd.DataFrame:
    """Return the words with one row for those that share all their figures, named by the first three of them."""
    same = words.groupby(["n", "dissatisfied_share", "expected_share"], sort=False, dropna=False)["word"]
    return words.assign(word=same.transform(lambda found: " · ".join(found.head(3))))[same.cumcount() == 0]


def _reading(drivers: pd.DataFrame) -> np.ndarray:
    clear = drivers["q_value"].lt(MAX_Q)
    return np.select([clear & drivers["excess"].gt(0), clear], ["more complaints", "fewer complaints"], "not distinguishable")


def word_finding(words: pd.DataFrame, *, n: int = 15) -> Sentence:
    """Return the finding on the words that mark complaints: how many do so beyond chance, and the first three of `n`."""
    n_clear = int(((words["q_value"] < MAX_Q) & (words["excess"] > 0)).sum())
    clear = _clear_words(words, n=n)
    first = clear.iloc[0]
    values = {"n_words": len(words), "n_clear": n_clear, "first": [t("“{idea}”", idea=word) for word in clear["word"].head(3)]}
    return Sentence(
        "{n_clear:count} of {n_words:count} words mark complaints beyond chance, first of all {first:list}: of {n:count} "
        "reviews with “{word}”, in any form, {share:percent} are dissatisfied, against {expected:percent} of equally "
        "long reviews.",
        values | {"word": first["word"], "n": int(first["n"]), "share": first["dissatisfied_share"],
                  "expected": first["expected_share"]},
        int(first["n"]), first["difference"], (first["difference_low"], first["difference_high"]),
    )


def source_line(reviews: pd.DataFrame, n: int, *, settings) -> str:
    """Return the source line of a chart: which source the feedback comes from, n, and its days if it has any."""
    language = i18n.language()
    feeding = [s for s in settings.sources if "feedback" in (s.table, *FEEDS.get(s.system, ()))]
    notes = [s.note.in_language(language) for s in feeding if s.note]
    source = "; ".join(re.split("[;；]", note)[0] for note in notes) or settings.title.in_language(language)
    days = reviews["received_at"].dropna()
    if days.empty:
        return t("Source: {source}; n = {n:count} reviews without dates", source=source, n=n)
    return t(
        "Source: {source}; n = {n:count} reviews; {first:day} – {last:day}",
        source=source, n=n, first=days.min(), last=days.max(),
    )


def limits(reviews: pd.DataFrame, *, settings, language: str) -> list[str]:
    """Return what the feedback cannot say: no customer, no date; what was masked; and the data set's own words on it."""
    said = [limit.in_language(language) for limit in settings.limits if re.search("review|feedback|survey", limit.en)]
    n = len(reviews)
    linked, dated = int(reviews["customer_id"].notna().sum()), int(reviews["received_at"].notna().sum())
    if n and not linked:
        said.append(t("No review names its customer, so none of this can be carried over to segments, value or churn."))
    elif n and linked < n:
        said.append(t("{share:percent} of the reviews name their customer.", share=linked / n))
    if n and not dated:
        said.append(t("No review has a date, so there is no trend, and the figures belong to no particular period."))
    masked = masking.count_masked(reviews["text"])
    if total := sum(masked.values()):
        said.append(t(
            "{total:count} passages were masked before any analysis: {names:count} names, {links:count} links, {other:count} "
            "phone numbers, e-mail and postal addresses and other numbers that lead to a person.",
            total=total, names=masked["[name]"], links=masked["[link]"],
            other=total - masked["[name]"] - masked["[link]"],
        ))
    return said
