"""What customers answer to and what they say, as traits: campaigns, reviews, surveys, service cases.

Answers are compared with those of customers who bought on as many days and got the same campaigns (indirect standardisation:
Breslow and Day 1987, 2.3), because answering takes a purchase. Reviews and cases count per review and per order. Reads
campaign_contacts, campaigns, feedback, cases, and sentiment and themes of the report on the voice of the customer.
"""

import re
from functools import partial

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona_traits import Trait, _values

FREQUENCIES = (1, 2, 4, 9)  # purchase days up to which customers count as equally frequent: 1, 2, 3–4, 5–9, 10 and more
PROMOTER, DETRACTOR = 9, 6  # answers of 0–10 from which on, and up to which, the net promoter score counts them
LOW_CSAT = 2  # of 5: up to which a case was rated badly
ALL_CAMPAIGNS = "any campaign"
MIN_REVIEWS = 30  # reviews by known customers below which nothing is said of them


def sent_until(contacts: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the contacts made by the end of `as_of`, with `answered` (by then)."""
    sent = contacts[contacts["treated"].astype(bool) & ~(contacts["contacted_at"] > as_of)]
    return sent.assign(answered=(sent["responded_at"] <= as_of).astype(float))


def campaign_traits(
    contacts: pd.DataFrame, campaigns: pd.DataFrame, segments: pd.DataFrame, *, as_of: pd.Timestamp
) -> list[Trait]:
    """Return who answered at least once (described), and answers per contact against equally frequent buyers (tested).

    campaigns: campaign_id, kind (may be empty). segments: customer_id, frequency. Kinds "campaigns" (unit contacted
    customers) and "answers" (unit contacts; attributes: `ALL_CAMPAIGNS` and each kind of campaign): the exposure is the
    number of answers that the same campaigns got from customers who bought on as many days, scaled to contacts.
    """
    sent = sent_until(contacts, as_of=as_of).merge(segments[["customer_id", "frequency"]], on="customer_id")
    if sent.empty:
        return []
    ever = sent.groupby("customer_id")["answered"].max()
    described = Trait(
        "campaigns", "contacted customers", _values(ever.rename("value").reset_index().assign(attribute="answered")),
        pd.Series(1.0, index=ever.index), is_tested=False,
    )
    sent = sent.assign(band=np.searchsorted(FREQUENCIES, sent["frequency"], side="left"))
    sent["expected"] = sent.groupby(["campaign_id", "band"])["answered"].transform("mean")
    kinds = sent["campaign_id"].map(campaigns.drop_duplicates("campaign_id").set_index("campaign_id")["kind"])
    parts = {ALL_CAMPAIGNS: sent} | {str(kind): part for kind, part in sent.groupby(kinds) if kinds.nunique() > 1}
    return [described, *(trait for name, part in parts.items() if (trait := _answers(name, part)) is not None)]


def _answers(name: str, sent: pd.DataFrame) -> Trait | None:
    rate = sent["answered"].mean()
    sums = sent.groupby("customer_id")[["answered", "expected"]].sum().round(9)
    if not 0 < rate < 1:
        return None
    exposure = sums["expected"] / rate
    values = _values(sums["answered"].rename("value").reset_index().assign(attribute=name))
    return Trait("answers", "contacts", values, exposure[exposure > 0])


# --- what they say


def linked_reviews(feedback: pd.DataFrame, sentiment: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the feedback of known customers up to `as_of` with is_dissatisfied where 06 read it.

    Raises
    ------
    TooLittleData : fewer than `MIN_REVIEWS` of them are linked to a customer.
    """
    by_then = ~(feedback["received_at"] >= (as_of.normalize() + pd.Timedelta(days=1)).tz_localize("UTC"))
    linked = feedback[feedback["customer_id"].notna() & by_then]
    if len(linked) < MIN_REVIEWS:
        raise TooLittleData(
            "Needs at least {needed:count} reviews or answers by known customers; of {n:count} reviews {found:count} are "
            "linked to a customer, so that no segment's voice can be told apart.",
            needed=MIN_REVIEWS, found=len(linked), n=len(feedback),
        )
    return linked.merge(sentiment[["feedback_id", "is_dissatisfied"]], on="feedback_id", how="left")


def review_traits(reviews: pd.DataFrame, themes: pd.DataFrame) -> list[Trait]:
    """Return dissatisfied reviews, stable themes mentioned in reviews, promoters and detractors in survey answers."""
    read = reviews[reviews["is_dissatisfied"].notna()]
    read = read.assign(dissatisfied=read["is_dissatisfied"].astype(float))
    texts = reviews[reviews["text"].notna()]
    mentions = {
        row.theme: texts["text"].str.contains(_any_of(row.theme), case=False, regex=True).astype(float)
        for row in themes[themes["is_stable"].astype(bool)].itertuples()
    }
    asked = reviews[reviews["nps"].notna()]
    survey = {"promoters": asked["nps"] >= PROMOTER, "detractors": asked["nps"] <= DETRACTOR}
    found = [
        _per(read, {"dissatisfied": read["dissatisfied"]}, kind="reviews", unit="reviews"),
        _per(texts, mentions, kind="theme", unit="texts"),
        _per(asked, {name: said.astype(float) for name, said in survey.items()}, kind="survey", unit="survey answers"),
    ]
    return [trait for trait in found if trait is not None]


def _any_of(theme: str) -> str:
    """Return the pattern of a theme: one of the words that name it; a Latin word from its beginning."""
    words = [word for word in re.split(r"\s+·\s+|\s*,\s*", theme) if word]
    return "|".join(rf"\b{re.escape(word)}" if word.isascii() else re.escape(word) for word in words)


def service_traits(cases: pd.DataFrame, n_orders: pd.Series, *, as_of: pd.Timestamp) -> list[Trait]:
    """Return service cases per order, their topics and channels, and how many were rated badly.

    n_orders: by customer_id. More cases than orders count as one per order.
    """
    by_then = ~(cases["opened_at"] >= (as_of.normalize() + pd.Timedelta(days=1)).tz_localize("UTC"))
    known = cases[cases["customer_id"].notna() & by_then]
    if known.empty:
        return []
    orders = n_orders[n_orders > 0].astype(float)
    counts = known.groupby("customer_id").size().reindex(orders.index).fillna(0.0).clip(upper=orders)
    per_order = Trait("service", "orders", _values(_long(counts, "service cases")), orders)
    rated = known[known["csat"].notna()]
    per = partial(_per, unit="cases")
    found = [
        per_order, per(known, _each(known["topic"]), kind="service topic"),
        per(known, _each(known["channel"]), kind="service channel"),
        _per(rated, {"rated badly": (rated["csat"] <= LOW_CSAT).astype(float)}, kind="service rating", unit="rated cases"),
    ]
    return [trait for trait in found if trait is not None]


def _each(values: pd.Series) -> dict[str, pd.Series]:
    return {str(name): (values == name).astype(float) for name in sorted(values.dropna().unique())}


def _long(values: pd.Series, attribute: str) -> pd.DataFrame:
    return values.rename("value").rename_axis("customer_id").reset_index().assign(attribute=attribute)


def _per(rows: pd.DataFrame, marks: dict[str, pd.Series], *, kind: str, unit: str) -> Trait | None:
    """Return the trait of a customer's rows (reviews, cases) that carry each mark; None where there are no rows or marks."""
    if rows.empty or not marks:
        return None
    sums = [_long(mark.groupby(rows["customer_id"]).sum(), name) for name, mark in marks.items()]
    return Trait(kind, unit, _values(pd.concat(sums)), rows.groupby("customer_id").size().astype(float))
