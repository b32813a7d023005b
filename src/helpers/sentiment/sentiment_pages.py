"""What the report on the voice of the customer tells about reading verdicts from texts, as pieces of `report.tell`.

How good the model is, what it makes of minimal pairs, and how those sound who gave no verdict. Input: the results of
sentiment.py; figures from sentiment_quality.py and sentiment_prevalence.py.
"""

from dataclasses import dataclass, field

import pandas as pd

from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.report import Folded, Lacking, Said
from helpers.sentiment import sentiment, sentiment_charts, sentiment_prevalence, sentiment_quality

QUARTERS = 4  # with enough texts, from which a trend is drawn


@dataclass(frozen=True)
class Measured:
    """How well the models read: `quality` (sentiment_quality.evaluate; empty where `short` says what is missing), the
    minimal pairs by language, the counts of roles, calibration by tenth and what chance alone would make of it."""

    pairs: dict[str, pd.DataFrame]
    quality: pd.DataFrame
    roles: dict[str, int] = field(default_factory=dict)
    tenths: pd.DataFrame | None = None
    chance: tuple[float, float] = (0.0, 0.0)
    short: Said | None = None

    @property
    def n(self) -> int:
        """Texts that the models were tested on."""
        return 0 if self.short else int(self.quality["n"].iloc[0])


def measure(split: pd.DataFrame, readers: sentiment.Readers, *, seed: int) -> Measured:
    """Measure the models on texts that they have not seen (sentiment.predict_test) and on the minimal pairs."""
    pairs = {language: sentiment_quality.check_pairs(readers.reader(language).predict, language) for language in readers.origin}
    try:
        test, is_bad, predicted = sentiment.predict_test(split, readers)
    except TooLittleData as short:
        nothing = pd.DataFrame(columns=list(sentiment_quality.QUALITY_COLUMNS))
        return Measured(pairs, nothing, short=Lacking(short.template, short.values))
    return Measured(
        pairs, sentiment_quality.evaluate(is_bad, predicted, seed=seed, groups=sentiment.author_groups(test)),
        sentiment.count_roles(split, language=readers.main), sentiment_quality.calibration(is_bad, predicted["model"]),
        sentiment_quality.ece_by_chance(predicted["model"], seed=seed),
    )


def models(measured: Measured, readers: sentiment.Readers, *, source: str) -> list[Said | dict]:
    """Return which model reads which language and how well, on unseen texts: sentences, two charts and a finding."""
    told = [Said(said, values) for said, values in sentiment_charts.which_models(readers)]
    if measured.short:
        return [*told, measured.short]
    said, values = sentiment_quality.auc_finding(measured.quality)
    evidence = Evidence("estimate", n=values["n"], estimate=values["auc"], interval=(values["low"], values["high"]),
                        baseline=values["baseline_auc"], held_out=True, serves="what to trust")
    return [
        *told,
        Said("The model learnt from {train:count} reviews and is tested on {test:count}. {copy:count} reviews repeat another "
             "one and were left out, {test_copy:count} of them from the published test part.", measured.roles),
        *([Said("{author:count} more were left out of the test because their authors also taught the model.", measured.roles)]
          if measured.roles["author"] else []),
        sentiment_charts.quality(measured.quality) | {"source": source},
        Said(said, values, evidence),
        sentiment_charts.calibration(measured.tenths) | {"source": source},
        Said(*sentiment_quality.calibration_sentence(measured.quality, measured.chance)),
    ]


def verdict(measured: Measured, readers: sentiment.Readers) -> tuple[str, str, dict]:
    """Return what the model may be used for (sentiment_quality.verdict); unmeasured models are to be used with care."""
    if measured.short:
        return "use with care", "How well these texts are read could not be measured on them.", {}
    return sentiment_quality.verdict(measured.quality, measured.pairs[readers.main])


def minimal_pairs(measured: Measured) -> list[Said | dict]:
    """Return, per language, the pass rate of the minimal pairs beside the usual tool's, and a table of their kinds."""
    told, tables = [], []
    for language, pairs in measured.pairs.items():
        said, values = sentiment_quality.pairs_sentence(
            pairs, language=language, other=sentiment_quality.other_rate(language)
        )
        told.append(Said(said, values))
        tables.append({
            "frame": sentiment_quality.pairs_by_kind(pairs),
            "columns": {name: (t(label), fmt) for name, (label, fmt) in sentiment_quality.KIND_COLUMNS.items()},
            "caption": t("Pairs of sentences: the second should get the higher probability"),
            "csv_name": f"sentence_pairs_{language}",
        })
    return [*told, Folded(t("The pairs by kind"), tables)]


# --- who gave no verdict


def silent(scored: pd.DataFrame, reviews: pd.DataFrame, readers: sentiment.Readers, *, seed: int, source,
           time_zone: str) -> list[Said | dict]:
    """Return how the authors sound who gave no verdict: in all, by channel and over time, corrected and checked.

    scored: table `sentiment`; source: from the number of texts to the charts' source line; time_zone: the business's, in which
    quarters begin. Raises TooLittleData below 30 authors.
    """
    texts = sentiment_prevalence.silent_texts(scored, reviews, time_zone=time_zone)
    options = {"base_rates": readers.base_rates, "seed": seed}
    judged = reviews["dissatisfied"].dropna()
    known = float(judged.astype(float).mean()) if len(judged) else None
    by_channel = sentiment_prevalence.shares_by(texts, texts["channel"], **options)
    by_quarter = sentiment_prevalence.shares_by(texts, texts["quarter"], **options)
    said, values = sentiment_charts.silent_finding(sentiment_prevalence.total(texts, **options))
    told: list = [Said(said, values)]  # no finding: other channels than the model has learnt from, thrown together
    if len(by_channel):
        told.append(sentiment_charts.silent_by_channel(by_channel, known=known) | {"source": source(len(texts))})
    if len(by_quarter) >= QUARTERS:
        told.append(sentiment_charts.silent_trend(by_quarter) | {"source": source(len(texts))})
    authors = scored["feedback_id"].map(sentiment.authors(reviews).set_axis(reviews["feedback_id"]))
    if checked := sentiment_prevalence.check(scored.assign(author=authors), **options):
        told.append(Said(*sentiment_charts.check_sentence(checked)))
    return told
