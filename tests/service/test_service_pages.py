"""service_pages.py, service_links_pages.py: what is told of service, and what is told where something is missing."""

import json

import ibis
import numpy as np
import pandas as pd
import pytest
from test_service import case, frame
from test_service_links import world

from helpers import datasets, i18n, report
from helpers.errors import TooLittleData
from helpers.plots import plots
from helpers.report import Said
from helpers.service import service, service_links, service_links_pages, service_pages
from helpers.service.opening_hours import OpeningHours
from helpers.texts.word_lists import Dictionary, Words

FAILURES = Dictionary({"failure": Words(en=("damag*", "late"))})
AS_OF = pd.Timestamp("2025-12-31")


@pytest.fixture(autouse=True)
def style():
    plots.use_style()


def run_of(horizon=None):
    settings = datasets.load("complete_journey").model_copy(
        update={"parameters": {"churn": {"horizon_days": horizon}} if horizon else {}})
    return report.Run("06_voc", settings, "en", AS_OF, pd.Timestamp("2025-01-01"), 1)


def cases(opening=None, **changes) -> service.Cases:
    return service.read_cases(world(800).assign(**changes), as_of=AS_OF, time_zone="UTC", opening=opening)


def sentences(pieces) -> str:
    return " ".join(i18n.text(piece.template, **piece.values) if isinstance(piece, Said) else piece.get("title", "")
                    for piece in pieces)


def never_answered(share: float) -> pd.DataFrame:
    """Return cases of which that share, of the topic "refund", waits for an answer that never comes."""
    rows = world(400)
    is_refund = np.arange(len(rows)) < share * len(rows)
    return rows.assign(topic=np.where(is_refund, "refund", "delivery"),
                       first_response_at=rows["first_response_at"].mask(is_refund), closed_at=rows["closed_at"].mask(is_refund))


def test_where_many_still_wait_no_end_is_told_that_nobody_saw_and_the_slowest_topic_is_the_one_without_answers():
    told, _ = service_pages.how_well(service.read_cases(never_answered(0.3), as_of=AS_OF, time_zone="UTC"), source="x")
    words = sentences(told)
    assert "–" not in words.replace(" – ", "")
    assert "more than one in ten wait so long that their answer is not seen" in words
    assert "stay open so long that their end is not seen" in words
    assert "More than half of the cases about “refund” have no first answer yet" in words
    few, _ = service_pages.how_well(service.read_cases(never_answered(0.0), as_of=AS_OF, time_zone="UTC"), source="x")
    assert "not seen" not in sentences(few)


@pytest.mark.slow
def test_times_shares_and_backlog_are_told_with_n_and_interval_and_the_page_shows_them(shown, home):
    told, tables = service_pages.how_well(cases(), source="x")
    words = sentences(told)
    assert "Half of 800 cases get a first answer within" in words
    assert "95% interval" in words
    assert "opened again" in words
    assert {*tables} == {"service_quality", "service_backlog"}
    backlog = next(piece for piece in told if isinstance(piece, dict) and piece.get("name") == "service_backlog")
    assert len(backlog["axes"].collections) == 1, "what is usual is not shaded"
    graded = [piece.evidence for piece in told if isinstance(piece, Said) and piece.evidence]
    assert all(evidence.n >= 30 for evidence in graded)
    report._run["now"] = run_of()
    report.tell(*told)
    assert not [block for block in shown if ">nan<" in block.lower() or ">NaT<" in block]


NIGHTS = OpeningHours(monday="22:00-24:00")


def test_opening_hours_are_told_beside_the_clock_and_doubted_where_answers_come_at_other_times():
    told, _ = service_pages.how_well(cases(NIGHTS), source="x")
    words = sentences(told)
    assert "Service is open 2.0 hours a week" in words
    assert "if somebody answers then, they are wrong" in words
    assert next(said for said in told if getattr(said, "template", "").startswith("Service is open")).evidence is None
    assert "Times run by the clock" not in words
    waits = next(piece for piece in told if isinstance(piece, dict) and piece.get("csv_name") == "service_open_hours")
    clock, hours, closed, closed_in_hours = waits["frame"].set_index("wait")["p90"].loc[[*service_pages.WAITS.values()]]
    assert hours < clock and closed_in_hours < closed
    plain, _ = service_pages.how_well(cases(), source="x")
    assert "Service is open" not in sentences(plain)
    assert not [piece for piece in plain if isinstance(piece, dict) and any("_open_" in name for name in piece["columns"])]


@pytest.mark.slow
def test_every_sentence_has_a_chinese_twin():
    told, _ = service_pages.how_well(cases(NIGHTS), source="x")
    linked, _ = service_links_pages.what_goes_with(cases(), None, None, failures=FAILURES, run=run_of(), source="x")
    i18n.use(language="zh")
    for piece in [*told, *linked]:
        if isinstance(piece, Said):
            assert piece.template in i18n.catalogue(), piece.template
    labels = [*service_pages.QUALITY_COLUMNS.values(), *service_pages.BACKLOG_COLUMNS.values(),
              *service_pages.OPEN_COLUMNS.values(),
              *service_links_pages.LINK_COLUMNS.values(), *service_links_pages.AFTER_COLUMNS.values()]
    labels = [*(label for label, _ in labels), *service_pages.WAITS.values()]
    assert not [label for label in labels if label not in i18n.catalogue()]


def test_cases_that_are_only_calls_or_have_no_topic_or_no_rating_are_told_without_a_gap():
    only = [case(i, channel="call", topic=None, first=None, close=.1, minutes=6.0, csat=np.nan) for i in range(60)]
    served = service.read_cases(frame(*only), as_of=pd.Timestamp("2026-01-31"), time_zone="UTC")
    told, _ = service_pages.how_well(served, source="x")
    words = sentences(told)
    assert "No channel notes when a case was first answered" in words
    assert "name no topics" in words
    assert "nan" not in words.lower()
    linked, links = service_links_pages.what_goes_with(served, None, None, failures=FAILURES, run=run_of(), source="x")
    assert links.empty
    assert "slow and as many fast cases" in sentences(linked)
    assert "Without purchases nothing can be said" in sentences(linked)


def test_a_wait_that_makes_no_difference_is_said_beside_the_difference_that_it_seems_to_make():
    linked, links = service_links_pages.what_goes_with(cases(), None, None, failures=FAILURES, run=run_of(), source="x")
    words = sentences(linked)
    assert "slow to close: with all cases mixed, the difference in ratings 4 or 5 would look like −" in words
    assert "Like compared with like, slow and fast cases do not clearly differ" in words
    assert set(links["comparison"]) == {"slow first answer", "slow to close", "opened again"}
    assert "What the data do not know" in words


def linked_outcomes(pieces) -> set[str]:
    return {name for piece in pieces if isinstance(piece, dict) and piece["name"] == "service_links"
            for name in piece["data"]["outcome"]}


def links_of(close_q=.99, first_q=.25, *, before=(-.02, .02)) -> pd.DataFrame:
    """Slow to close: no difference; slow first answer: an interval below 0 that may not survive the correction."""
    rows = [(comparison, service_links.STAYED, low, high, q) for comparison, low, high, q in
            (("slow to close", -.032, .032, close_q), ("slow first answer", -.066, -.002, first_q))]
    rows += [(comparison, service_links.BOUGHT_BEFORE, *before, np.nan) for comparison in service_links_pages.SATISFIED_SLOW]
    rows.append(("slow to close", service_links.SATISFIED_WITH, -.12, -.05, .001))
    links = pd.DataFrame(rows, columns=["comparison", "outcome", "low", "high", "q_value"])
    return links.assign(difference=(links["low"] + links["high"]) / 2, n=900)


def test_both_kinds_of_slowness_are_named_with_what_the_correction_leaves_of_them():
    (said,) = service_links_pages._purchases_of_slow(links_of(), 182)
    words = i18n.text(said.template, **said.values)
    assert "slow to close 0.0 percentage points" in words and "slow first answer −3.4 (−6.6 to −0.2; q = 0.25)" in words
    assert "After correction for 3 comparisons neither is clear" in words
    assert said.evidence.interval == (-.032, .032)  # not graded by the interval that the correction does not leave
    unclear = links_of().assign(high=lambda t: t["high"].mask(t["comparison"].eq("slow to close") & t["q_value"].gt(.9), -.001))
    (graded,) = service_links_pages._purchases_of_slow(unclear, 182)
    assert graded.evidence is None  # either interval excludes 0, neither after the correction
    title = service_links_pages._title_of_slow(links_of())
    assert "“slow to close” goes with worse ratings" in title and "after correction for 3 comparisons" in title


def test_a_clear_loss_is_told_of_the_slowness_that_it_goes_with_and_none_where_they_differed_before():
    close, first = service_links_pages._purchases_of_slow(links_of(first_q=.01), 182)
    assert close.template.startswith("{slow:label}: no difference") and close.values["slow"] == "slow to close"
    assert first.template.startswith("{slow:label}: customers buy again less often")
    assert first.values["slow"] == "slow first answer"
    both = service_links_pages._purchases_of_slow(links_of(before=(.01, .03)), 182)
    assert all("had bought differently before" in said.template and said.evidence is None for said in both)


def test_failures_are_told_by_cases_and_set_apart_from_what_complaints_cost():
    kinds = pd.DataFrame({"n": 2155, "exposed": .696, "others": .865, "difference": -.169, "low": -.188, "high": -.15,
                          "naive": np.nan}, index=["failures"])
    (said,) = service_links_pages._after_kinds(kinds, 182)
    assert i18n.text(said.template, **said.values).startswith("Of 2,155 cases of a failure 69.6% were followed by another")
    assert "by authors of feedback beside other authors" in said.template


def test_calls_are_said_to_be_left_out_and_their_minutes_are_not_shown_as_hours():
    talks = [case(i, channel="call", first=.03, close=.1, minutes=6.0) for i in range(60)]
    mails = [case(100 + i, channel="mail", first=5.0, close=20.0, minutes=6.0) for i in range(60)]
    served = service.read_cases(frame(*talks, *mails), as_of=pd.Timestamp("2026-01-31"), time_zone="UTC")
    told, _ = service_pages.how_well(served, source="x")
    assert "Half of 60 cases (call left out) get a first answer within 5.0 hours" in sentences(told)
    assert "Half of 60 cases (call left out) are closed" in sentences(told)
    (table,) = [piece for piece in told if isinstance(piece, dict) and piece.get("csv_name") == "service_channels"]
    hours = table["frame"].set_index("channel")["first_median_hours"]
    assert np.isnan(hours["call"]) and hours["mail"] == 5.0


@pytest.mark.slow
def test_purchases_are_followed_for_the_horizon_of_the_churn_report():
    draw = np.random.default_rng(2)
    rows = []
    for who in sorted(world(800)["customer_id"].unique()):
        rows += [(who, AS_OF - pd.Timedelta(days=int(day)), 10.0, "web") for day in draw.integers(0, 364, 14)]
        rows += [(f"other {who}", AS_OF - pd.Timedelta(days=int(day)), 10.0, "web") for day in draw.integers(0, 364, 14)]
    orders = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue", "channel"])
    orders = ibis.memtable(orders.assign(order_date=orders["order_date"].dt.date))
    linked, links = service_links_pages.what_goes_with(cases(), orders, None, failures=FAILURES, run=run_of(120), source="x")
    assert "120 days" in sentences(linked)
    assert "bought again within 120 days" in linked_outcomes(linked)
    assert {"after a case", "slow to close"} <= set(links["comparison"])
    assert not links.duplicated(["comparison", "outcome", "topic"]).any()
    assert json.dumps(links[["exposed", "others", "difference", "low", "high"]].isna().sum().sum().item()) == "0"


NEVER = pd.Series(pd.NaT, index=range(120), dtype="datetime64[us, UTC]")
HARD = {
    "one case": lambda c: c.head(1), "no case": lambda c: c.head(0), "all the same rating": lambda c: c.assign(csat=1.0),
    "no rating": lambda c: c.assign(csat=np.nan), "no customer": lambda c: c.assign(customer_id=None),
    "one customer": lambda c: c.assign(customer_id="p1"), "never closed": lambda c: c.assign(closed_at=NEVER),
    "never answered": lambda c: c.assign(first_response_at=NEVER), "no topic": lambda c: c.assign(topic=None, channel=None),
    "every topic once": lambda c: c.assign(topic=c["case_id"]), "no minutes": lambda c: c.assign(handle_minutes=np.nan),
    "closed before they were opened": lambda c: c.assign(closed_at=c["opened_at"] - pd.Timedelta(days=1)),
    "answered at once": lambda c: c.assign(first_response_at=c["opened_at"], closed_at=c["opened_at"]),
    "all after the snapshot": lambda c: c.assign(opened_at=c["opened_at"] + pd.Timedelta(days=900)),
    "reopened is not known": lambda c: c.assign(reopened=pd.array([None] * len(c), dtype="boolean")),
    "one day": lambda c: c.assign(opened_at=c["opened_at"].iloc[0]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_odd_cases_are_told_or_refused_in_a_sentence_and_never_with_nan(name):
    try:
        served = service.read_cases(HARD[name](world(120)), as_of=AS_OF, time_zone="Asia/Shanghai", opening=NIGHTS)
        told, _ = service_pages.how_well(served, source="x")
        linked, _ = service_links_pages.what_goes_with(served, None, None, failures=FAILURES, run=run_of(), source="x")
    except TooLittleData as short:
        assert str(short)
        return
    words = sentences([*told, *linked])
    assert "nan" not in words.lower()
    assert "–" not in words.replace("1–5", ""), words  # an en dash is an unknown figure
