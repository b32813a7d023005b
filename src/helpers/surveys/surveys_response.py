"""Who answered of those invited: response rates, whose answer is whose, and late answers against early ones.

A customer who is invited six times answers or keeps silent much alike each time: invitations of one customer are one draw.
Reads `survey_invitations` with what surveys_history.py adds, and answers of surveys.py.
"""

import numpy as np
import pandas as pd
from scipy import stats

from helpers import timezones
from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.surveys import surveys
from helpers.surveys.surveys_intervals import difference_interval

MARGINS = {  # what is known of everybody invited → how a reader calls it
    "recency": "last purchase before the invitation", "frequency": "orders before the invitation",
    "value": "spending before the invitation", "channel": "channel of the invitation",
}
MIN_INVITED = 30  # customers invited below which no rate is told
MATCH = pd.Timedelta(days=2)  # between the moment of an answer in the list of invitations and that of the feedback


# --- who was invited


def date_answers(invitations: pd.DataFrame, feedback: pd.DataFrame) -> pd.DataFrame:
    """Return the invitations with `answered_at`, where the list does not tell it, that of the answer that it names.

    feedback: feedback_id, received_at, also of answers after the day looked at: what is not known by then is not answered yet.
    """
    moments = feedback.drop_duplicates("feedback_id").set_index("feedback_id")["received_at"]
    return invitations.assign(answered_at=invitations["answered_at"].fillna(invitations["feedback_id"].map(moments)))


def settle(invitations: pd.DataFrame, *, as_of: pd.Timestamp, time_zone: str = "UTC") -> tuple[pd.DataFrame, int]:
    """Return the invitations old enough to have been answered, with `answered`, and the days that this means.

    The days: within which 95 % of the answers came (at least 1). An invitation of the last so many days before the end of
    `as_of` (of the business's time zone) could still be answered and is left out; so is one without a moment unless none has
    one. What was answered after that end is not answered yet; first give answers their moments (:func:`date_answers`).
    """
    end = timezones.end_of(as_of, time_zone)
    later = invitations["answered_at"] >= end
    invitations = invitations.assign(answered_at=invitations["answered_at"].mask(later),
                                     feedback_id=invitations["feedback_id"].mask(later))
    lag = (invitations["answered_at"] - invitations["invited_at"]).dt.total_seconds() / 86_400
    lag = lag[lag >= 0]
    days = max(1, int(np.ceil(lag.quantile(0.95)))) if len(lag) else 14
    answered = invitations["answered_at"].notna() | invitations["feedback_id"].notna()
    rows = invitations.assign(answered=answered)
    if rows["invited_at"].notna().any():
        rows = rows[rows["invited_at"].notna() & (rows["invited_at"] <= end - pd.Timedelta(days=days))]
    return rows.sort_values("invitation_id", kind="stable").reset_index(drop=True), days


def response_rates(invited: pd.DataFrame, by: dict[str, str]) -> pd.DataFrame:
    """Return invitations, customers invited, answers and rate: the total first, then each group of the columns `by` (column →
    its name) with at least 10 customers, lowest rate first: dimension, group, n, n_customers, n_answered, share, low, high.

    The interval is Wilson's with as many invitations as those of one customer are worth (:func:`_worth`); an invitation of
    nobody known is a customer. Raises TooLittleData below 30 customers. A column with one group only is left out.
    """
    person = surveys.people(invited, "invitation_id")
    rows = [_rates(invited, pd.Series("all invitations", index=invited.index), person, "all")]
    if not len(invited) or rows[0]["n_customers"].iloc[0] < MIN_INVITED:
        raise TooLittleData("Needs {needed:count} customers who were invited, whether they answered or not, to tell a response "
                            "rate; there are {n:count}.", needed=MIN_INVITED, n=person.nunique())
    for column, name in by.items():
        if invited[column].notna().any():
            group = invited[column].astype("object").where(invited[column].notna(), surveys.UNKNOWN)
            table = _rates(invited, group, person, name)
            table = table[table["n_customers"] >= surveys.MIN_SHOWN]
            rows += [table] if len(table) > 1 else []
    return pd.concat(rows, ignore_index=True)


def _rates(invited: pd.DataFrame, group: pd.Series, person: pd.Series, dimension: str) -> pd.DataFrame:
    """Return the rates of the groups of one dimension."""
    each = invited.groupby([group.rename("group"), person.rename("person")])["answered"].agg(n="size", hits="sum").reset_index()
    found = []
    for name, own in each.groupby("group"):
        n, hits, worth = int(own["n"].sum()), int(own["hits"].sum()), _worth(own["hits"], own["n"])
        low, high = wilson(hits / n * worth, worth)
        found.append((dimension, name, n, len(own), hits, hits / n, float(low), float(high)))
    columns = ["dimension", "group", "n", "n_customers", "n_answered", "share", "low", "high"]
    return pd.DataFrame(found, columns=columns).sort_values(["share", "group"], ignore_index=True)


def _worth(hits: pd.Series, n: pd.Series) -> float:
    """Return as how many single invitations those of customers (`hits` of `n` answered by each) tell of the rate.

    The design effect is that of customers drawn whole, with Student's quantile for their number (Korn and Graubard 1998, Survey
    Methodology 24:193). Never more than all invitations; where all or none are answered, as many as there are customers.
    """
    if (n == 1).all():
        return float(len(n))
    total, customers, rate = n.sum(), len(n), hits.sum() / n.sum()
    if not 0 < rate < 1:
        return float(customers)
    variance = customers / (customers - 1) * ((hits - rate * n) ** 2).sum() / total**2 if customers > 1 else np.inf
    ratio = stats.norm.ppf(0.975) / stats.t.ppf(0.975, max(customers - 1, 1))
    return float(np.clip(rate * (1 - rate) / variance * ratio**2 if variance > 0 else total, 1.0, total))


# --- whose answer


def answers_of(invited: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answered invitations with nps, csat and ces: by feedback_id, else the customer's answer within two days.

    Invitations whose answer is not found have no scores; an answer belongs to one invitation.
    """
    rows = invited[invited["answered"]]
    scores = answers[["feedback_id", "customer_id", "received_at", *surveys.MEASURES]]
    by_id = rows["feedback_id"].isin(set(scores["feedback_id"]))
    sure = rows[by_id].merge(scores.drop(columns=["customer_id", "received_at"]), on="feedback_id")
    left = rows[~by_id & rows["customer_id"].notna() & rows["answered_at"].notna()].drop(columns="feedback_id")
    free = scores[~scores["feedback_id"].isin(set(sure["feedback_id"])) & scores["customer_id"].notna()
                  & scores["received_at"].notna()]
    if len(left) and len(free):
        near = pd.merge_asof(
            left.astype({"customer_id": "str"}).sort_values("answered_at", kind="stable"),
            free.astype({"customer_id": "str"}).sort_values("received_at", kind="stable"),
            left_on="answered_at", right_on="received_at", by="customer_id", direction="nearest", tolerance=MATCH,
        )
        near = near.dropna(subset=["feedback_id"]).drop_duplicates("feedback_id").drop(columns="received_at")
        sure = pd.concat([sure, near], ignore_index=True)
    return sure.drop_duplicates("feedback_id").sort_values("invitation_id", kind="stable").reset_index(drop=True)


def late_minus_early(answered: pd.DataFrame, name: str) -> dict | None:
    """Return the score of the slower half of the answers less that of the quicker half: estimate, low, high, n.

    Who answers late is taken to resemble who never answers (Armstrong and Overton 1977, Journal of Marketing Research 14:396).
    One answer a customer: the latest. None where fewer than 30 of each half are dated.
    """
    dated = answered.dropna(subset=["answered_at", "invited_at"])
    rows = surveys.latest_answers(dated.assign(received_at=dated["answered_at"]), name)
    lag = rows["answered_at"] - rows["invited_at"]
    rows, lag = rows[lag >= pd.Timedelta(0)], lag[lag >= pd.Timedelta(0)]
    is_late = lag > lag.median()
    if min(int(is_late.sum()), int((~is_late).sum())) < surveys.MIN_SURE:
        return None
    halves = []
    for part in (rows[is_late], rows[~is_late]):
        counted = surveys.points(part[name], name).to_numpy()
        low, high = surveys.interval(counted, name)
        halves.append({"estimate": surveys.MEASURES[name].unit * float(counted.mean()), "low": low, "high": high})
    low, high = difference_interval(*halves)
    return {"estimate": halves[0]["estimate"] - halves[1]["estimate"], "low": low, "high": high, "n": len(rows)}
