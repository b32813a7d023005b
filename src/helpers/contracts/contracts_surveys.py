"""Contracts of surveys: what was asked on which scale, what was answered question by question, and who was invited."""

from helpers.contracts.contracts_columns import FINE, MAYBE, Contract, flag, moment, real, text

KINDS = ("nps", "csat", "ces", "rating", "open")
SCALE_FROM = ("labels", "question", "answers", "dataset.yml")

OFF_SCALE = "answer off its scale"  # what a source says of an NPS of 11: a name of a cleaning rule

SURVEYS = (
    Contract(
        "survey_questions", "clean", "cleaning", "a question of a survey in one language",
        ("survey", "question_id", "language"),
        (
            text("survey", "the survey"),
            text("question_id", "nps, csat, ces, or the name that dataset.yml gives the question"),
            text("language", "language of the question's text (ISO 639-1; und = not told)"),
            text("question", "the question as asked"),
            text("kind", "what is asked: recommending, satisfaction, effort, another rating, or an open question", isin=KINDS),
            real("low", "low end of the scale as asked; null for open questions", "points", **FINE),
            real("high", "high end of the scale as asked; null for open questions", "points", **FINE),
            flag("is_reversed", "the low end was the best one: answers are turned round", **FINE),
            text("scale_from", "how the scale is known: labels of the values, words of the question, dataset.yml, or only the "
                 "answers seen", isin=SCALE_FROM, **FINE),
        ),
        gives="what surveys asked, in which words and on which scales",
    ),
    Contract(
        "survey_answers", "clean", "cleaning", "an answer to a rating question of a survey", ("feedback_id", "question_id"),
        (
            text("feedback_id", "the piece of feedback that the answer is part of"),
            text("survey", "the survey"),
            text("question_id", "the question"),
            text("language", "language in which the question was asked (ISO 639-1; und = not told)"),
            real("answer", "the answer on the question's scale from low to high, turned so that more is better", "points"),
        ),
        gives="what satisfaction hangs on: quality, delivery, service and whatever else surveys rate",
    ),
    Contract(
        "survey_invitations", "clean", "cleaning", "an invitation to a survey", ("invitation_id",),
        (
            text("invitation_id", "the invitation"),
            text("survey", "the survey", **MAYBE),
            text("customer_id", "who was invited", **MAYBE),
            moment("invited_at", "moment of the invitation", **MAYBE),
            text("channel", "e-mail, text message, app …", **MAYBE),
            moment("answered_at", "moment of the answer; null = none", **FINE),
            text("feedback_id", "the answer, where the list names it", **FINE),
        ),
        gives="how many of those invited to a survey answered, and whom its figures speak for",
    ),
)
