"""Everything that is computed of surveys, once, so that the report can tell it in any language.

What the data is too small for stands in its place as the reason (TooLittleData): one gap hides nothing else. Reads `feedback`,
`survey_answers`, `survey_questions`, `survey_invitations`, `customer_value` and `orders`.
"""

from dataclasses import dataclass

import ibis
import pandas as pd

from helpers import timezones
from helpers.errors import TooLittleData
from helpers.surveys import (
    surveys,
    surveys_change,
    surveys_drivers,
    surveys_history,
    surveys_response,
    surveys_trend,
    surveys_value,
    surveys_weights,
)

DIMENSIONS = {  # column → what answers are grouped by; what was known when they were given, so not the segment of today
    "frequency": "orders before the answer", "bought_in": "where they bought last", "language": "language of the survey",
    "survey": "survey", "channel": "channel of the feedback",
}
LANGUAGES = {"en": "in English", "zh": "in Chinese"}  # language of a survey → how a reader calls the group


@dataclass(frozen=True)
class Response:
    """Who answered of those invited: rates (surveys_response.response_rates), days that invitations need to be answered,
    weighted scores, the late answers against the early ones, when the invitations were sent.
    """

    rates: pd.DataFrame
    days: int
    weighted: list[dict] | TooLittleData
    late: dict | None
    moments: pd.Series


@dataclass(frozen=True)
class Change:
    """The last change of a score: which, how much (surveys_change.change), split by which dimension, the split, and when its
    answers were given."""

    name: str
    moved: dict
    dimension: str
    split: pd.DataFrame | TooLittleData
    moments: pd.Series


@dataclass(frozen=True)
class Drivers:
    """What goes with the overall answer: which, the table of surveys_drivers.py, how well it foretells unseen answers, and
    when the questionnaires were answered."""

    outcome: str
    table: pd.DataFrame
    fit: dict
    moments: pd.Series


@dataclass(frozen=True)
class Study:
    """What surveys say; a part that the data is too small for is the reason, one that it lacks altogether is None."""

    answers: pd.DataFrame
    questions: pd.DataFrame
    scores: pd.DataFrame | TooLittleData
    groups: pd.DataFrame | TooLittleData
    response: Response | TooLittleData | None
    trends: dict[str, pd.DataFrame] | TooLittleData | None
    change: Change | TooLittleData
    drivers: Drivers | TooLittleData | None
    value: pd.DataFrame | TooLittleData | None

    @property
    def is_asked(self) -> bool:
        """Say whether any score was asked of enough customers."""
        return not isinstance(self.scores, TooLittleData)


def study(
    data: dict[str, pd.DataFrame], orders: ibis.Table | None, *, as_of: pd.Timestamp, time_zone: str, seed: int
) -> Study:
    """Return all that the report tells of surveys.

    data: the tables feedback, survey_answers, survey_questions, survey_invitations, customer_value by name; any may be empty.
    What was answered or sent after the day `as_of` is not looked at; answers without a date are.
    """
    feedback, invited = (timezones.until(data[name], at=at, as_of=as_of, time_zone=time_zone)
                         for name, at in (("feedback", "received_at"), ("survey_invitations", "invited_at")))
    answers = surveys.read_answers(feedback, data["survey_answers"])
    answers = surveys_history.add_history(answers, orders, key="feedback_id", at="received_at", time_zone=time_zone)
    answers = answers.assign(language=answers["language"].replace(LANGUAGES))
    values = data["customer_value"]
    if len(invited):
        invited = surveys_response.date_answers(invited, data["feedback"])
        invited = surveys_history.add_history(invited, orders, key="invitation_id", at="invited_at", time_zone=time_zone)
    return Study(
        answers, data["survey_questions"], attempt(surveys.scores, answers),
        attempt(surveys.compare_groups, answers, DIMENSIONS, "nps"),
        attempt(_response, invited, answers, as_of, time_zone) if len(invited) else None,
        attempt(_trends, answers, time_zone) if answers["received_at"].notna().any() else None,
        attempt(_change, answers, as_of, time_zone, seed),
        attempt(_drivers, data, answers, seed) if len(data["survey_answers"]) else None,
        attempt(surveys_value.value_by_group, answers, values, seed=seed) if len(values) else None,
    )


def attempt(function, *args, **options):
    """Return what the function finds or, as an object, the reason why it cannot."""
    try:
        return function(*args, **options)
    except TooLittleData as short:
        return short


def _response(invitations: pd.DataFrame, answers: pd.DataFrame, as_of: pd.Timestamp, time_zone: str) -> Response:
    invited, days = surveys_response.settle(invitations, as_of=as_of, time_zone=time_zone)
    rates = surveys_response.response_rates(invited, surveys_response.MARGINS)
    answered = surveys_response.answers_of(invited, answers)
    given = [name for name in surveys.MEASURES if answered[name].notna().any()] or ["nps"]
    scores = [attempt(surveys_weights.weighted_score, invited, answered, name) for name in given]
    weighted = [score for score in scores if isinstance(score, dict)]
    late = surveys_response.late_minus_early(answered, weighted[0]["measure"]) if weighted else None
    return Response(rates, days, weighted or scores[0], late, invited["invited_at"])


def _trends(answers: pd.DataFrame, time_zone: str) -> dict[str, pd.DataFrame]:
    dated, charts = answers.dropna(subset=["received_at"]), {}
    for name in surveys.scores_asked(answers):
        frequency = surveys_trend.choose_frequency(dated, name, time_zone=time_zone)
        charts[name] = surveys_trend.control_chart(dated, name, time_zone=time_zone, frequency=frequency)
    return charts


def _change(answers: pd.DataFrame, as_of: pd.Timestamp, time_zone: str, seed: int) -> Change:
    """Return the change of the first score, split by the first dimension that has groups."""
    name = surveys.scores_asked(answers)[0]
    halves = surveys_change.two_halves(answers, name, as_of=as_of, time_zone=time_zone)
    splits = ((dimension, attempt(surveys_change.split_change, halves, column, name, seed=seed))
              for column, dimension in DIMENSIONS.items())
    found = next(((dimension, split) for dimension, split in splits if isinstance(split, pd.DataFrame)), None)
    if found is None:
        found = ("", TooLittleData("Nothing is known of the customers by which the change could be split."))
    return Change(name, surveys_change.change(halves, name), *found, halves["received_at"])


def _drivers(data: dict[str, pd.DataFrame], answers: pd.DataFrame, seed: int) -> Drivers:
    rated, outcome = surveys_drivers.ratings(data["survey_answers"], answers)
    table = surveys_drivers.driver_table(rated, data["survey_questions"], seed=seed)
    moments = answers.loc[answers["feedback_id"].isin(rated["feedback_id"]), "received_at"]
    return Drivers(outcome, table, surveys_drivers.held_out_r2(rated, seed=seed), moments)
