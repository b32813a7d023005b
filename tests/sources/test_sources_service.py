"""sources/service.py: when a caller was answered, where the log notes how long she waited."""

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
