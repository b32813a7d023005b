"""sources/service.py: when a caller was answered, where the log notes how long she waited; ratings and reopens of tickets."""

import ibis
import pandas as pd
import pytest

from helpers import datasets, paths, sources
from helpers.collection.recognition import recognise
from helpers.datasets import Source

BUSINESS = datasets.Business(currency="CNY", time_zone="Asia/Shanghai", contractual=False, snapshot_date="2025-12-31")
HEADER = "通话编号,呼入时间,主叫号码,等待时长（秒）,通话时长（分钟）,来电原因,结束时间"


def answered(home, *calls: str) -> list:
    folder = paths.layer("complete_journey", "raw")
    folder.mkdir(parents=True)
    (folder / "calls.csv").write_text("\n".join([HEADER, *calls]) + "\n", encoding="utf-8")
    source = Source(name="calls", system="service", export="calls", pattern="calls.csv", tables={"cases": {
        "case_id": "通话编号", "opened_at": "呼入时间", "first_response_at": "answered after the wait"}})
    module = sources.module("service")
    found = module.read(source, module.files(source, folder), business=BUSINESS, connection=ibis.duckdb.connect())
    return found["cases"].order_by("source_row").to_pandas()["first_response_at"].tolist()


def test_a_call_is_answered_when_the_wait_is_over_in_the_zone_of_the_business(home):
    found = answered(home, "T1,2025-03-01 10:00:00,1,90,5,x,", "T2,2025/3/1 10:00,1,00:02:30,5,x,")
    assert found == [pd.Timestamp("2025-03-01 02:01:30", tz="UTC"), pd.Timestamp("2025-03-01 02:02:30", tz="UTC")]


def test_an_unknown_wait_or_an_opening_in_a_zone_of_its_own_gives_no_answer(home):
    found = answered(home, "T1,2025-03-01 10:00:00,1,,5,x,", "T2,2025-03-01T10:00:00+02:00,1,60,5,x,")
    assert pd.isna(found).tolist() == [True, True]


@pytest.mark.parametrize(("more", "wanted"), [("", "answered after the wait"), (",接听时间", "接听时间")])
def test_a_noted_answer_counts_before_the_computed_one(more, wanted):
    header = tuple((HEADER + more).split(",")) + (() if more else ("answered after the wait",))
    assert recognise(header).mapping["cases"]["first_response_at"] == wanted


def tickets(home, *rows: str):
    folder = paths.layer("complete_journey", "raw")
    folder.mkdir(parents=True)
    lines = ["Id,Created at,Reopens,Satisfaction Score"]
    lines += [f"{number},2025-03-01 10:00:00,{row}" for number, row in enumerate(rows, start=1)]
    (folder / "tickets.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = Source(name="tickets", system="service", export="tickets", pattern="tickets.csv", tables={"cases": {
        "case_id": "Id", "opened_at": "Created at", "reopened": "Reopens", "csat": "Satisfaction Score"}})
    module = sources.module("service")
    found = module.read(source, module.files(source, folder), business=BUSINESS, connection=ibis.duckdb.connect())
    return found["cases"].order_by("source_row").to_pandas()


def test_a_ticket_that_nobody_rated_is_kept_without_a_rating_and_a_comment_changes_none(home):
    found = tickets(home, "0,Offered", "0,Unoffered", "0,Not offered", "0,Unrated", "0,未评价", "0,Good", "0,goodwithcomment",
                    "0,Bad", "0,badwithcomment", '0,"Bad, with comment"')
    assert found["problem"].isna().all()
    assert found["csat"].isna().tolist() == [True] * 5 + [False] * 5
    assert found["csat"].tolist()[5:] == [5, 5, 1, 1, 1]


def test_a_ticket_that_was_opened_again_more_than_once_was_opened_again(home):
    found = tickets(home, "0,Good", "1,Good", "2,Good", "13,Bad", ",Bad", "often,Bad")
    assert found["reopened"].tolist()[:4] == [False, True, True, True]
    assert found["reopened"].isna().tolist()[4:] == [True, True]
    assert found["problem"].tolist()[5] == "reopened is no bool"
    assert found["problem"].isna().tolist()[:5] == [True] * 5
