"""Contracts of what feedback is about: its topics, piece by piece, and how they were known to earlier runs."""

from helpers.contracts.contracts_columns import FINE, MAYBE, Contract, day, flag, rate, text, whole

TOPICS_OF_FEEDBACK = (
    Contract(
        "feedback_topics", "results", "voc", "a topic of a piece of feedback", ("feedback_id", "topic"),
        (
            text("feedback_id", "the feedback"),
            text("topic", "name of the aspect (aspects.yml) or of the theme (results/themes)"),
            text("kind", "from the dictionary of aspects, or a stable theme found in the texts", isin=("aspect", "theme")),
            rate("p_dissatisfied", "probability that the author is dissatisfied with it, from the clauses about it but wishes; "
                 "null: only wishes", **MAYBE),
            flag("is_dissatisfied", "p_dissatisfied ≥ 2/3; false: ≤ 1/3; null: no telling", **MAYBE),
            text("words", "the sentence about it, personal data masked"),
            text("copy_of", "the feedback whose text this one repeats", **MAYBE),
        ),
        gives="what each piece of feedback is about, and how it judges it",
    ),
    Contract(
        "feedback_runs", "results", "voc", "a text that any run read", ("feedback_id",),
        (
            text("feedback_id", "the feedback"),
            whole("run", "run that read it first; a run that reads no new text is none", ge=1),
            day("as_of", "last day observed of that run"),
        ),
        gives="which texts are new since the last run", is_kept=True,
    ),
    Contract(
        "topic_runs", "results", "voc", "a topic that a run found", ("run", "topic"),
        (
            whole("run", "run, counted by the feedback that it read", ge=1),
            day("as_of", "last day observed of that run"),
            text("topic", "name of the aspect or of the stable theme"),
            text("kind", "aspect or theme", isin=("aspect", "theme")),
            text("anchor_words", "a theme's ten heaviest words", **FINE),
            whole("n", "texts about it", ge=0),
            whole("n_read", "texts read, those of earlier runs with them", ge=0),
        ),
        gives="which topics come and go from run to run", is_kept=True,
    ),
)
