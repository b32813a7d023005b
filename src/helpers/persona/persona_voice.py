"""What customers answer to and what they say, as traits: campaigns, reviews, surveys, service cases.

How many campaigns a segment answers is described only: an answer is a purchase, and purchases made the segments. Tested is
what kind of campaign its answers go to, against what the campaigns that it got would suggest (indirect standardisation:
Breslow and Day 1987, 2.3). Reviews and cases count per review and per order. Reads
campaign_contacts, campaigns, feedback, cases, and sentiment and feedback_topics of the report on the voice of the customer.
"""

from functools import partial

import ibis
import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.persona.persona_traits import Trait, tidy_values

FREQUENCIES = (0, 1, 4, 9)  # orders before the contact up to which customers count as equally frequent
SILENCES = (30, 90, 180)  # days since the last of them up to which they count as equally recent; none = longest
PROMOTER, DETRACTOR = 9, 6  # answers of 0–10 from which on, and up to which, the net promoter score counts them
LOW_CSAT = 2  # of 5: up to which a case was rated badly
MIN_REVIEWS = 30  # reviews by known customers below which nothing is said of them


def sent_until(contacts: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the contacts made by the end of `as_of`, with `answered` (by then)."""
    sent = contacts[contacts["treated"].astype(bool) & ~(contacts["contacted_at"] > as_of)]
    return sent.assign(answered=(sent["responded_at"] <= as_of).astype(float))


def add_state(contacts: pd.DataFrame, orders: ibis.Table) -> pd.DataFrame:
    """Add what was known of the customer when contacted: `n_before` (orders before that day), `silent_days` (NaN: none)."""
    moments = contacts[["customer_id", "contacted_at"]].dropna().drop_duplicates()
    asked = ibis.memtable(moments.assign(contacted_at=moments["contacted_at"].dt.date))
    joined = asked.inner_join(orders.select("customer_id", "order_date"), "customer_id")
    joined = joined.filter(joined.order_date < joined.contacted_at)
    sums = joined.group_by("customer_id", "contacted_at").agg(n_before=joined.count(), last=joined.order_date.max())
    state = sums.to_pandas()
    state = state.assign(contacted_at=pd.to_datetime(state["contacted_at"]).astype(contacts["contacted_at"].dtype))
    found = contacts.merge(state, on=["customer_id", "contacted_at"], how="left")
    silent = (found["contacted_at"] - pd.to_datetime(found["last"])).dt.days
    return found.drop(columns="last").assign(n_before=found["n_before"].fillna(0), silent_days=silent)


def campaign_traits(contacts: pd.DataFrame, campaigns: pd.DataFrame, *, as_of: pd.Timestamp) -> list[Trait]:
    """Return who answered at least once (described), and to which kind of campaign answers went (tested).

    contacts: of :func:`add_state`. campaigns: campaign_id, kind (may be empty). Kinds of trait: "campaigns" (unit contacted
    customers) and "answers" (unit answers; an attribute a kind of campaign): the exposure of a customer to a kind is her number
    of answers × the share of the kind in the answers that the campaigns she got have had from customers who, when contacted,
    had bought as often and as lately.
    """
    sent = sent_until(contacts, as_of=as_of)
    if sent.empty:
        return []
    ever = sent.groupby("customer_id")["answered"].max()
    described = Trait(
        "campaigns", "contacted customers", tidy_values(ever.rename("value").reset_index().assign(attribute="answered")),
        pd.Series(1.0, index=ever.index), is_tested=False,
    )
    often = np.searchsorted(FREQUENCIES, sent["n_before"], side="left")
    lately = np.searchsorted(SILENCES, sent["silent_days"].fillna(np.inf), side="left")
    sent = sent.assign(state=often * (len(SILENCES) + 1) + lately)
    sent["expected"] = sent.groupby(["campaign_id", "state"])["answered"].transform("mean")
    sent["kind"] = sent["campaign_id"].map(campaigns.drop_duplicates("campaign_id").set_index("campaign_id")["kind"])
    return [described, *_answers(sent[sent["kind"].notna()])]


def _answers(sent: pd.DataFrame) -> list[Trait]:
    """Return a trait a kind of campaign; customers who never answered, or got one kind only, say nothing of it."""
    kinds = sorted(sent["kind"].unique())
    by_kind = sent.groupby(["customer_id", "kind"])[["answered", "expected"]].sum().unstack(fill_value=0.0).round(9)
    answered, expected = (by_kind[name].reindex(columns=kinds, fill_value=0.0) for name in ("answered", "expected"))
    total = answered.sum(axis=1)
    found = []
    for kind in kinds if len(kinds) > 1 and total.sum() > 0 else []:
        rate = answered[kind].sum() / total.sum()
        suggested = total * expected[kind] / expected.sum(axis=1)
        exposure = suggested[(suggested > 0) & (suggested < total)] / rate if rate > 0 else suggested.head(0)
        if len(exposure):
            values = tidy_values(_long(answered[kind].reindex(exposure.index), kind))
            found.append(Trait("answers", "answers", values, exposure))
    return found


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


def review_traits(reviews: pd.DataFrame, topics: pd.DataFrame) -> list[Trait]:
    """Return dissatisfied reviews, aspects that reviews mention, promoters and detractors in survey answers.

    topics: feedback_id, topic, kind (table `feedback_topics`). Aspects count, not themes: their names last from run to run.
    """
    read = reviews[reviews["is_dissatisfied"].notna()]
    read = read.assign(dissatisfied=read["is_dissatisfied"].astype(float))
    texts = reviews[reviews["text"].notna()]
    aspects = topics[topics["kind"] == "aspect"]
    mentions = {
        str(name): texts["feedback_id"].isin(rows["feedback_id"]).astype(float) for name, rows in aspects.groupby("topic")
    }
    asked = reviews[reviews["nps"].notna()]
    survey = {"promoters": asked["nps"] >= PROMOTER, "detractors": asked["nps"] <= DETRACTOR}
    found = [
        _per(read, {"dissatisfied": read["dissatisfied"]}, kind="reviews", unit="reviews"),
        _per(texts, mentions, kind="theme", unit="texts"),
        _per(asked, {name: said.astype(float) for name, said in survey.items()}, kind="survey", unit="survey answers"),
    ]
    return [trait for trait in found if trait is not None]


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
    per_order = Trait("service", "orders", tidy_values(_long(counts, "service cases")), orders)
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
    return Trait(kind, unit, tidy_values(pd.concat(sums)), rows.groupby("customer_id").size().astype(float))
