"""The charts and sentences of the report on how well sentiment is read; charts return what `report.chart(**…)` takes.

Input: the results of sentiment.py, sentiment_quality.py and sentiment_prevalence.py.
"""

import json
from importlib import resources

import pandas as pd

from helpers.i18n import text as t
from helpers.plots import plots
from helpers.sentiment import sentiment_prevalence, sentiment_quality

TEXTS_OF = {"en": "English texts", "zh": "Chinese texts"}
FAR_DOMAINS = {"en": ("Amazon snippets", "drug reviews"), "zh": ("without hotel", "without book", "without computer")}


def _translated(columns: dict) -> dict:
    return {name: (t(label), fmt) for name, (label, fmt) in columns.items()}


def quality(table: pd.DataFrame) -> dict:
    """Return the chart of the AUC of the model and its baselines."""
    shown = sentiment_quality.for_readers(table)
    return {
        "axes": plots.bar(shown[table["measure"] == "auc"], label="model", value="estimate", low="low", high="high",
                          fmt="number3"),
        "title": t("How well unhappy reviews are told from happy ones (AUC)"),
        "subtitle": t("Held-out reviews; 0.5 = by chance, 1 = every dissatisfied review above every satisfied one"),
        "alt": t("Bars of the AUC of the model and of its baselines."), "data": shown, "name": "sentiment_quality",
        "columns": _translated(sentiment_quality.QUALITY_COLUMNS),
    }


def calibration(tenths: pd.DataFrame) -> dict:
    """Return the chart of predicted against observed shares."""
    return {
        "axes": plots.reliability(tenths, predicted="predicted", observed="observed", low="low", high="high",
                                  x_label=t("Predicted probability of dissatisfaction"),
                                  y_label=t("Share really dissatisfied")),
        "title": t("A predicted 30% should mean 30%"),
        "subtitle": t("Held-out reviews in ten groups of equal size, 95% intervals"),
        "alt": t("Points of predicted against observed shares by tenth of the reviews, beside the diagonal."), "data": tenths,
        "name": "calibration", "columns": _translated(sentiment_quality.CALIBRATION_COLUMNS),
    }


PLATFORMS = {"小红书": "Xiaohongshu", "微博": "Weibo", "抖音": "Douyin", "微信": "WeChat", "快手": "Kuaishou", "知乎": "Zhihu",
             "哔哩哔哩": "Bilibili", "大众点评": "Dianping"}


def silent_by_channel(shares: pd.DataFrame, *, known: float | None) -> dict:
    """Return the chart of the corrected shares by channel; `known`: share among those who gave a verdict, if anybody did."""
    shares = shares.assign(group=[t(PLATFORMS.get(name, str(name))) for name in shares["group"]])
    return {
        "axes": plots.dots(shares, label="group", value="share", low="low", high="high", fmt="percent",
                           reference=0.5 if known is None else known,
                           reference_label=t("one half") if known is None else t("those who gave a verdict")),
        "title": t("How many are dissatisfied where nobody gave a verdict"),
        "subtitle": t("Estimated share of dissatisfied authors by channel, corrected for what the model gets wrong, 95% "
                      "interval"),
        "alt": t("Dots with intervals: the estimated share of dissatisfied authors by channel."), "data": shares,
        "name": "silent_by_channel", "columns": _translated(sentiment_prevalence.COLUMNS),
    }


def silent_trend(shares: pd.DataFrame) -> dict:
    """Return the chart of the corrected shares by quarter."""
    return {
        "axes": plots.line(shares, x="group", lines={"share": t("dissatisfied")}, low="low", high="high", fmt="percent",
                           markers=True),
        "title": t("Dissatisfaction over time where nobody gave a verdict"),
        "subtitle": t("Estimated share of dissatisfied authors by quarter (its first day), corrected, 95% interval; all "
                      "channels together: a change of their mix moves the line, too"),
        "alt": t("A line with an interval: the estimated share of dissatisfied authors by quarter."), "data": shares,
        "name": "silent_trend", "columns": _translated(sentiment_prevalence.COLUMNS | {"group": ("Quarter", "day")}),
    }


def which_models(readers) -> list[tuple[str, dict]]:
    """Return, per language, which model reads its texts: trained here, or shipped and how it does away from home."""
    said = []
    for language, origin in sorted(readers.origin.items()):
        about = readers.by_language[language].about
        values = {"texts": TEXTS_OF[language], "n": int(about["n_texts"])}
        if origin == "trained":
            said.append(("{texts:label} are read by a model trained here, on {n:count} of them with a verdict.", values))
            continue
        figures = shipped_figures(language)
        far = [figures[name]["auc"] for name in FAR_DOMAINS[language] if name in figures]
        said.append((
            "{texts:label} are read by the model that comes with the workbook (learnt from {n:count} public reviews), because "
            "too few of them carry a verdict here. On reviews like its own it reaches an AUC of {home:number3}, on other "
            "domains {worst:number3} to {best:number3}.",
            values | {"home": figures["same domain"]["auc"], "worst": min(far), "best": max(far)},
        ))
    return said


def shipped_figures(language: str) -> dict:
    """Return what the shipped model of a language reaches on texts that it has not seen, by domain."""
    file = resources.files("helpers.sentiment").joinpath("models", "figures.json")
    return json.loads(file.read_text(encoding="utf-8"))[language]


def silent_finding(total: dict) -> tuple[str, dict]:
    """Return the finding on the texts without a verdict (sentiment_prevalence.corrected_share of all of them)."""
    return (
        "Of {n:count} texts without a verdict, an estimated {share:percent} come from dissatisfied authors (95% interval "
        "{low:percent} to {high:percent}); merely counting the texts above one half would give {counted:percent}."
    ), total


def check_sentence(checked: dict) -> tuple[str, dict]:
    """Return how near the same correction comes where the verdict is known (sentiment_prevalence.check)."""
    return (
        "On {n:count} held-out texts whose verdict is known, the same correction finds {share:percent} where {true:percent} "
        "are dissatisfied. It assumes that dissatisfied authors write alike in both places."
    ), checked
