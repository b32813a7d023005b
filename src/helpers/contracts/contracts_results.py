"""Contracts of the answers: the tables that the analysis notebooks write to results/."""

from helpers.contracts.contracts_churn import CHURN
from helpers.contracts.contracts_columns import MAYBE, Contract, day, flag, rate, real, text, whole
from helpers.contracts.contracts_lifetime_value import LIFETIME_VALUE
from helpers.contracts.contracts_persona import PERSONA
from helpers.contracts.contracts_segmentation import SEGMENTATION
from helpers.contracts.contracts_service import SERVICE
from helpers.contracts.contracts_topics import TOPICS_OF_FEEDBACK
from helpers.contracts.contracts_voc_costs import VOC_COSTS

DASHBOARD = (
    Contract(
        "kpis", "results", "dashboard", "a key figure", ("kpi",),
        (
            text("kpi", "name of the key figure"),
            day("as_of", "last day of the period"),
            real("value", "value in the last period, in the unit of the key figure"),
            real("previous", "value in the period before", **MAYBE),
            real("change", "relative change", "share", **MAYBE),
        ),
    ),
)

_COMPARED = (
    whole("n", "reviews with a verdict that mention it", ge=0),
    rate("share", "of all reviews with a verdict"),
    whole("n_dissatisfied", "of them dissatisfied", ge=0),
    rate("dissatisfied_share", "dissatisfied among them; null below 30", **MAYBE),
    rate("low", "lower end of its 95 % interval", **MAYBE),
    rate("high", "upper end of its 95 % interval", **MAYBE),
    rate("expected_share", "dissatisfied among equally long reviews that do not mention it", **MAYBE),
    real("difference", "dissatisfied_share − expected_share", "share", ge=-1, le=1, **MAYBE),
    real("difference_low", "lower end of its 95 % interval", "share", **MAYBE),
    real("difference_high", "upper end of its 95 % interval", "share", **MAYBE),
    real("excess", "dissatisfied reviews beyond those expected", "reviews", **MAYBE),
    rate("p_value", "of the difference", **MAYBE),
    rate("q_value", "p_value corrected for the number of comparisons (Benjamini-Hochberg)", **MAYBE),
)
VOC = (
    Contract(
        "sentiment", "results", "voc", "a review with text", ("feedback_id",),
        (
            text("feedback_id", "the review"),
            text("role", "what it was to the model", isin=("train", "test", "copy", "silent")),
            flag("is_dissatisfied", "verdict of its author; null = none", **MAYBE),
            text("language", "language in which it was read, by its script", isin=("en", "zh")),
            text("model", "trained on this data set's verdicts, or shipped with the workbook", isin=("trained", "shipped")),
            rate("p_dissatisfied", "probability of a dissatisfied author, from a model that had not seen the text"),
        ),
        gives="how each review sounds, also where its author left no verdict",
    ),
    Contract(
        "sentiment_quality", "results", "voc", "a measure of a model", ("model", "measure"),
        (
            text("model", "the model or a baseline", isin=("model", "shipped", "vader", "majority")),
            text("measure", "the measure", isin=("auc", "accuracy", "macro_f1", "brier", "ece")),
            rate("estimate", "value on held-out reviews"),
            rate("low", "lower end of its 95 % bootstrap interval; null for ece, which resampling inflates", **MAYBE),
            rate("high", "upper end of its 95 % bootstrap interval; null for ece", **MAYBE),
            whole("n", "held-out reviews", ge=1),
        ),
        gives="how well the verdict can be read from the text, beside its baselines",
    ),
    Contract(
        "themes", "results", "voc", "a theme of the reviews", ("theme",),
        (
            text("theme", "name, from its anchor words"),
            text("anchor_words", "its ten heaviest words, heaviest first"),
            rate("stability", "mean overlap (Jaccard) of the ten words with resamples of the reviews"),
            flag("is_stable", "stability ≥ .5; others are not shown"),
            text("caveat", "why it is not named as a topic: it demands redress, or its words stand on both sides",
                 isin=("demand", "both sides"), **MAYBE),
            *_COMPARED,
        ),
        gives="what customers talk about, and which themes go with dissatisfaction",
    ),
    Contract(
        "complaint_words", "results", "voc", "a word of at least 30 authors", ("word",),
        (text("word", "the word, in its plain form"), *_COMPARED),
        gives="which words mark complaints",
    ),
)


ANSWERS = (*VOC, *VOC_COSTS, *DASHBOARD, *CHURN, *LIFETIME_VALUE, *SEGMENTATION, *PERSONA, *SERVICE, *TOPICS_OF_FEEDBACK)
