"""Contracts of what feedback is about: its topics, piece by piece, and how they were known to earlier runs."""

from helpers.contracts import MAYBE, Contract, flag, rate, text

TOPICS_OF_FEEDBACK = (
    Contract(
        "feedback_topics", "results", "voc", "a topic of a piece of feedback", ("feedback_id", "topic"),
        (
            text("feedback_id", "the feedback"),
            text("topic", "name of the aspect (aspects.yml) or of the theme (results/themes)"),
            text("kind", "from the dictionary of aspects, or a stable theme found in the texts", isin=("aspect", "theme")),
            rate("p_dissatisfied", "probability that the author is dissatisfied with it, from the clauses about it"),
            flag("is_dissatisfied", "p_dissatisfied ≥ 2/3; false: ≤ 1/3; null: no telling", **MAYBE),
            text("words", "the sentence about it, personal data masked"),
        ),
        gives="what each piece of feedback is about, and how it judges it",
    ),
)
