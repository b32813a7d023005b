"""persona_voice.py: what customers answer to and say, per answer, review and order; nothing of the future."""

import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.errors import TooLittleData
from helpers.persona import persona_index, persona_voice
from persona_cells import customers

AS_OF = pd.Timestamp("2024-12-31")
KINDS = pd.DataFrame({"campaign_id": ["1", "2"], "kind": ["coupon", "gift"]})


def flat(trait) -> dict:
    return trait.values.set_index(["customer_id", "attribute"])["value"].to_dict()


def contacts_of(*rows, **more) -> pd.DataFrame:
    """Rows of (campaign, customer, contacted, answered or None), all treated and in the same state."""
    frame = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "contacted_at", "responded_at"])
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in ("contacted_at", "responded_at")}
    return frame.assign(**days, **{"treated": True, "n_before": 0.0, "silent_days": np.nan} | more)


def test_an_answer_after_the_snapshot_is_no_answer_yet_and_a_control_was_not_contacted():
    contacts = contacts_of(
        ("1", "a", "2024-01-01", "2024-01-09"), ("1", "b", "2024-01-01", "2024-02-02"), ("1", "c", "2024-01-01", "2024-01-05"),
        ("2", "a", "2024-03-01", "2024-03-02"), ("1", "d", "2024-01-01", None), treated=[True, True, False, True, True],
    )
    described, *tested = persona_voice.campaign_traits(contacts, KINDS, as_of=pd.Timestamp("2024-02-01"))
    assert flat(described) == {("a", "answered"): 1.0, ("b", "answered"): 0.0, ("d", "answered"): 0.0}
    assert not described.is_tested and tested == []  # only one kind of campaign by then
    assert persona_voice.campaign_traits(contacts, KINDS, as_of=pd.Timestamp("2023-12-31")) == []


def test_what_answers_went_to_is_measured_against_what_was_sent():
    # a and b got both campaigns; campaign 1 was answered by both, campaign 2 by b: rates 1 and .5
    contacts = contacts_of(("1", "a", "2024-01-01", "2024-01-02"), ("2", "a", "2024-01-01", None),
                           ("1", "b", "2024-01-01", "2024-01-02"), ("2", "b", "2024-01-01", "2024-01-02"))
    _, coupon, gift = persona_voice.campaign_traits(contacts, KINDS, as_of=AS_OF)
    # a: 1 answer, of which 1 / 1.5 to coupons suggested; scaled by the coupons' share of answers, 2 of 3
    assert coupon.exposure.to_dict() == pytest.approx({"a": 1.0, "b": 2.0})
    assert flat(coupon) == {("a", "coupon"): 1.0, ("b", "coupon"): 1.0}
    assert flat(gift) == {("a", "gift"): 0.0, ("b", "gift"): 1.0}


def test_customers_who_got_one_kind_only_say_nothing_of_kinds():
    contacts = contacts_of(("1", "a", "2024-01-01", "2024-01-02"), ("1", "b", "2024-01-01", "2024-01-02"),
                           ("2", "b", "2024-01-01", "2024-01-02"))
    traits = persona_voice.campaign_traits(contacts, KINDS, as_of=AS_OF)
    assert all(list(trait.exposure.index) == ["b"] for trait in traits[1:])


def test_a_segment_that_buys_more_is_not_said_to_prefer_a_kind_of_campaign():
    """Active customers answer everything three times as often: no preference. Givers truly answer gifts."""
    assert preferences({"active": (0.6, 0.6), "idle": (0.2, 0.2)}).empty
    said = preferences({"active": (0.6, 0.6), "givers": (0.1, 0.6)})
    assert said["givers", "gift"] > 120 and said["givers", "coupon"] < 80


def preferences(level: dict[str, tuple[float, float]]) -> pd.Series:
    """Return the indices of what is said of segments that answer coupons and gifts at these rates."""
    rng = np.random.default_rng(4)
    ids, segment = customers(1000), np.resize(list(level), 1000)
    rows = [(str(kind + 1), ids[i], "2024-01-01", "2024-01-02" if rng.random() < level[segment[i]][kind] else None)
            for i in range(1000) for kind in (0, 1)]
    traits = persona_voice.campaign_traits(contacts_of(*rows), KINDS, as_of=AS_OF)
    cells = persona_index.index_cells(traits, pd.Series(segment, index=ids))
    return cells[cells["is_notable"]].set_index(["segment", "attribute"])["index"]


def test_the_state_when_contacted_counts_orders_before_that_day_only():
    orders = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "order_date": pd.to_datetime(
        ["2024-01-01", "2024-01-05", "2024-01-10", "2024-02-01"]).date})
    orders = ibis.memtable(orders, schema={"customer_id": "string", "order_date": "date"})
    contacts = contacts_of(("1", "a", "2024-01-10", None), ("1", "b", "2024-01-10", None))
    found = persona_voice.add_state(contacts.drop(columns=["n_before", "silent_days"]), orders).set_index("customer_id")
    assert found["n_before"].to_dict() == {"a": 2, "b": 0}
    assert found.loc["a", "silent_days"] == 5 and np.isnan(found.loc["b", "silent_days"])


# --- reviews, surveys, service


def feedback_of(n: int, **changes) -> pd.DataFrame:
    frame = pd.DataFrame({"feedback_id": [str(i) for i in range(n)], "customer_id": [f"c{i // 2}" for i in range(n)],
                          "received_at": pd.Timestamp("2024-01-01", tz="UTC"), "text": "物流很快，包装好", "nps": np.nan})
    return frame.assign(**changes)


def test_reviews_that_nobody_can_be_linked_to_are_said_to_be_so():
    nothing_read = pd.DataFrame({"feedback_id": [], "is_dissatisfied": []})
    with pytest.raises(TooLittleData) as short:
        persona_voice.linked_reviews(feedback_of(40, customer_id=None), nothing_read, as_of=AS_OF)
    assert short.value.values == {"needed": 30, "found": 0, "n": 40}


def test_reviews_after_the_snapshot_do_not_count():
    feedback = feedback_of(60, received_at=pd.to_datetime(["2024-01-01T10:00Z"] * 31 + ["2024-02-02T00:00Z"] * 29))
    sentiment = pd.DataFrame({"feedback_id": feedback["feedback_id"], "is_dissatisfied": True})
    assert len(persona_voice.linked_reviews(feedback, sentiment, as_of=pd.Timestamp("2024-02-01"))) == 31


def test_dissatisfaction_aspects_and_promoters_are_shares_of_reviews_texts_and_answers():
    feedback = feedback_of(40, nps=[10.0, 6.0] * 20, text=["Packaging broken", None] * 20)
    sentiment = pd.DataFrame({"feedback_id": feedback["feedback_id"], "is_dissatisfied": [True, False] * 20})
    about = pd.DataFrame({"feedback_id": ["0", "2", "2"], "topic": ["packaging", "packaging", "packaging · lid"],
                          "kind": ["aspect", "aspect", "theme"]})
    reviews = persona_voice.linked_reviews(feedback, sentiment, as_of=AS_OF)
    found = {trait.kind: trait for trait in persona_voice.review_traits(reviews, about)}
    assert flat(found["reviews"])["c0", "dissatisfied"] == 1.0 and found["reviews"].exposure["c0"] == 2.0
    assert {key for key, n in flat(found["theme"]).items() if n} == {("c0", "packaging"), ("c1", "packaging")}  # no theme
    assert len(found["theme"].exposure) == 20, "each customer has one text"
    assert flat(found["survey"])["c0", "promoters"] == flat(found["survey"])["c0", "detractors"] == 1.0
    assert persona_voice.review_traits(reviews.assign(text=None, nps=np.nan), about)[0].kind == "reviews"


def test_service_cases_count_per_order():
    cases = pd.DataFrame({"customer_id": ["a", "a", "a", "b", None], "topic": ["late", "late", "price", "late", "late"],
                          "opened_at": pd.to_datetime(["2024-01-01T00:00Z"] * 5), "channel": None})
    cases = cases.assign(csat=[1, 5, np.nan, 2, 1])
    orders = pd.Series({"a": 2, "b": 9, "c": 4})
    found = {trait.kind: trait for trait in persona_voice.service_traits(cases, orders, as_of=AS_OF)}
    assert flat(found["service"]) == {(name, "service cases"): n for name, n in (("a", 2.0), ("b", 1.0), ("c", 0.0))}
    assert flat(found["service topic"])["a", "late"] == 2.0 and found["service topic"].exposure["a"] == 3.0
    assert flat(found["service rating"]) == {("a", "rated badly"): 1.0, ("b", "rated badly"): 1.0}
    assert "service channel" not in found
    assert persona_voice.service_traits(cases, pd.Series({"a": 2}), as_of=pd.Timestamp("2023-12-01")) == []
