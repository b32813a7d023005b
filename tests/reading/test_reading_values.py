"""Values as people type them: the rule for one value, a column's conventions, and that the engine agrees with the rules."""

from datetime import UTC, date, datetime

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import tables
from helpers.reading.values import parse_bool, parse_date, parse_moment, parse_number, parse_whole, typed


def column(values, kind, *, name="x", time_zone="Asia/Shanghai", **hints):
    """Return the typed values of a text column."""
    frame = pd.DataFrame({name: pd.Series(values, dtype=object), "_at": range(len(values))})
    table = tables.connection().create_table(
        "typed_values", frame, temp=True, overwrite=True, schema=ibis.schema({name: "string", "_at": "int64"})
    )
    result = table.select("_at", y=typed(table, name, kind, time_zone=time_zone, hints=hints)).order_by("_at")
    return result.to_pyarrow().column("y").to_pylist()


NUMBERS = {
    "1234.5": 1234.5,
    "1,234.50": 1234.5,
    "(1,234.50)": -1234.5,
    "5-": -5,
    "-5": -5,
    "−5": -5,
    "+5": 5,
    "¥1,234.00": 1234,
    "￥12": 12,
    "RMB 5": 5,
    "5 CNY": 5,
    "$-3.50": -3.5,
    "-$3.50": -3.5,
    "5元": 5,
    "€ 9.99": 9.99,
    "HK$5": 5,
    "1.2万": 12_000,
    "3亿": 300_000_000,
    "５０％": 0.5,
    "12%": 0.12,
    "12.5 %": 0.125,
    "3‰": 0.003,
    "１２３": 123,
    "1\u2009234.5": 1234.5,
    "1\xa0234": 1234,
    "1'234.50": 1234.5,
    "1e5": 100_000,
    "三百五十": 350,
    "负五": -5,
    "1,234,567": 1_234_567,
    ".5": 0.5,
    "5.": 5,
    "0": 0,
    "1.234": 1.234,
    "abc": None,
    "": None,
    "1,23": None,
    "12,34,567": None,
    "--5": None,
    "(5": None,
    "5)": None,
    "(-5)": None,
    "inf": None,
    "nan": None,
    "0x1F": None,
    "1_000": None,
    "1 2": None,
    "N/A": None,
    "-": None,
    "1.2.3": None,
    "5 apples": None,
    "2026-03-05": None,
    "1e999": None,
}
DATES = {
    "2026-03-05": date(2026, 3, 5),
    "2026/3/5": date(2026, 3, 5),
    "2026.3.5": date(2026, 3, 5),
    "20260305": date(2026, 3, 5),
    "2026年3月5日": date(2026, 3, 5),
    "2026 年 3 月 5 日": date(2026, 3, 5),
    "二〇二六年三月五日": date(2026, 3, 5),
    "二零二六年十二月三十一日": date(2026, 12, 31),
    "民国115年3月5日": date(2026, 3, 5),
    "令和8年3月5日": date(2026, 3, 5),
    "令和元年5月1日": date(2019, 5, 1),
    "Mar 5, 2026": date(2026, 3, 5),
    "March 5th, 2026": date(2026, 3, 5),
    "5 Mar 2026": date(2026, 3, 5),
    "5-Mar-26": date(2026, 3, 5),
    "5.3.2026": date(2026, 3, 5),
    "5. März 2026": date(2026, 3, 5),
    "Thu, 05 Mar 2026 10:00:00 +0800": date(2026, 3, 5),
    "2026-03-05 星期四": date(2026, 3, 5),
    "２０２６－０３－０５": date(2026, 3, 5),
    "2026-03-05 24:00": date(2026, 3, 6),
    "5/5/2026": date(2026, 5, 5),
    "2024-02-29": date(2024, 2, 29),
    "2026-02-29": None,
    "2026-02-30": None,
    "2026-13-01": None,
    "3/5/2026": None,
    "2026年3月": None,
    "1900-01-01": None,
    "1970-01-01": None,
    "9999-12-31": None,
    "0000-00-00": None,
    "1899-12-30": None,
    "hello": None,
    "": None,
    "12345": None,
    "0026-03-05": None,
    "2026-03-05x": None,
    "May": None,
    "5": None,
    "20261305": None,
}
MOMENTS = {  # in Asia/Shanghai, eight hours ahead of UTC
    "2026-03-05 10:00:00": (5, 2, 0),
    "2026-03-05T10:00:00Z": (5, 10, 0),
    "2026-03-05T10:00:00+08:00": (5, 2, 0),
    "2026-03-05 10:00 +0530": (5, 4, 30),
    "2026/3/5 9:05": (5, 1, 5),
    "2026年3月5日 下午3:05": (5, 7, 5),
    "2026-03-05 上午12:30": (4, 16, 30),
    "2026-03-05 中午12:30": (5, 4, 30),
    "Mar 5, 2026, 3:05 PM": (5, 7, 5),
    "Mar 5, 2026 12:05 AM": (4, 16, 5),
    "2026-03-05 24:00": (5, 16, 0),
    "2026-03-05 24:00:00": (5, 16, 0),
    "20260305T101500Z": (5, 10, 15),
    "20260305101500": (5, 2, 15),
    "2026-03-05": (4, 16, 0),
    "2026年3月5日10时30分": (5, 2, 30),
    "Thu Mar 05 2026 10:00:00 GMT+0800 (CST)": (5, 2, 0),
    "Thu Mar 5 10:00:00 +0000 2026": (5, 10, 0),
    "2026-03-05 25:00": None,
    "2026-03-05 24:30": None,
    "2026-03-05 10:60": None,
    "1970-01-01 08:00:00": None,
    "10:00": None,
    "2026-03-05 13:00 PM": None,
}
BOOLS = {
    "是": True,
    "否": False,
    "Yes": True,
    "NO": False,
    "TRUE": True,
    "f": False,
    "1": True,
    "0": False,
    "√": True,
    "×": False,
    "已": True,
    "未": False,
    "已成交": True,
    "未成交": False,
    "有": True,
    "无": False,
    "１": True,
    " y ": True,
    "maybe": None,
    "": None,
    "2": None,
    "x": None,
}


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_number_is_read_as_people_write_it(text, value):
    assert parse_number(text) == (None if value is None else pytest.approx(value, rel=1e-15))


@pytest.mark.parametrize(("text", "value"), DATES.items())
def test_a_date_is_read_as_people_write_it(text, value):
    assert parse_date(text) == value


@pytest.mark.parametrize(("text", "value"), MOMENTS.items())
def test_a_moment_is_read_as_people_write_it(text, value):
    expected = None if value is None else datetime(2026, 3, value[0], value[1], value[2], tzinfo=UTC)
    assert parse_moment(text, time_zone="Asia/Shanghai") == expected


@pytest.mark.parametrize(("text", "value"), BOOLS.items())
def test_a_truth_value_is_read_as_people_write_it(text, value):
    assert parse_bool(text) is value


def test_the_engine_agrees_with_the_rules_for_one_value():
    plain = [text for text in NUMBERS if text not in ("1,23",)]  # evidence of another decimal mark
    assert column(plain, "float64") == [parse_number(text) for text in plain]
    assert column(list(BOOLS), "bool") == list(BOOLS.values())
    assert column(list(DATES), "date") == list(DATES.values())
    assert column(list(MOMENTS), "timestamp") == [parse_moment(text, time_zone="Asia/Shanghai") for text in MOMENTS]


def test_whole_numbers_are_exact_beyond_the_reach_of_floats():
    assert parse_whole("9007199254740993") == 9007199254740993
    assert column(["9007199254740993", "1.0", "1.5", "1.2万", "9223372036854775808", "1,234"], "int64") == [
        9007199254740993,
        1,
        None,
        12000,
        None,
        1234,
    ]


def test_the_decimal_mark_is_decided_by_the_columns_values():
    assert column(["1.234,50", "1.234", "12,5"], "float64") == [1234.5, 1234.0, 12.5]
    assert column(["1,234.50", "1,234", "12.5"], "float64") == [1234.5, 1234.0, 12.5]
    assert column(["1.234", "2.500"], "float64") == [1.234, 2.5], "without evidence the mark is a dot"
    assert column(["1,234", "2,500"], "float64") == [1234.0, 2500.0]
    assert column(["1,234", "2,500"], "float64", decimal=",") == [1.234, 2.5]
    assert column(["1.234,50", "1,234.50", "1.234"], "float64") == [1234.5, 1234.5, None], "both: what is either is unknown"


def test_day_or_month_first_is_decided_by_the_columns_values():
    assert column(["3/5/2026", "13/5/2026"], "date") == [date(2026, 5, 3), date(2026, 5, 13)]
    assert column(["3/5/2026", "3/13/2026"], "date") == [date(2026, 3, 5), date(2026, 3, 13)]
    assert column(["3/5/2026", "13/5/2026", "5/13/2026"], "date") == [None, date(2026, 5, 13), date(2026, 5, 13)]
    assert column(["3/5/2026"], "date") == [None], "nothing says which"
    assert column(["3/5/2026"], "date", day_first=True) == [date(2026, 5, 3)]
    assert column(["3/5/2026"], "date", day_first=False) == [date(2026, 3, 5)]
    assert column(["3/5/2026"], "date", name="Timestamp (mm/dd/yyyy)") == [date(2026, 3, 5)], "the column's name says"


def test_serials_and_unix_time_need_a_whole_column_of_them():
    assert column(["46086", "46087.5"], "date") == [date(2026, 3, 5), date(2026, 3, 6)]
    assert column(["46087.5"], "timestamp") == [datetime(2026, 3, 6, 4, tzinfo=UTC)]
    assert column(["44624"], "date", date_system=1904) == [date(2026, 3, 5)]
    assert column(["2026-03-05", "46086"], "date") == [date(2026, 3, 5), None]
    at = datetime(2026, 3, 5, 2, tzinfo=UTC)
    assert (
        column(["1772676000"], "timestamp")
        == column(["1772676000000"], "timestamp")
        == column(["1772676000000000"], "timestamp")
        == [at]
    )
    assert column(["1772676000", "x"], "timestamp") == [None, None]


def test_a_time_that_daylight_saving_skips_or_repeats_is_read_alike_by_engine_and_rule():
    texts = ["2026-03-08 02:30:00", "2026-03-08 2:30", "2025-11-02 01:30:00", "2025-11-02 1:30"]
    skipped, repeated = datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert column(texts, "timestamp", time_zone="America/New_York") == [skipped, skipped, repeated, repeated]


def test_native_values_keep_their_meaning():
    frame = pd.DataFrame(
        {"f": [1.0, 2.5, float("nan")], "i": [20260305, 1, 2], "d": [date(2026, 3, 5), date(1900, 1, 1), None]}
    )
    table = tables.connection().create_table(
        "native_values", frame, temp=True, overwrite=True, schema=ibis.schema({"f": "float64", "i": "int64", "d": "date"})
    )
    read = (
        table.select(
            text=typed(table, "f", "string", time_zone="UTC"),
            number=typed(table, "f", "float64", time_zone="UTC"),
            whole=typed(table, "f", "int64", time_zone="UTC"),
            day=typed(table, "i", "date", time_zone="UTC"),
            known=typed(table, "d", "date", time_zone="UTC"),
        )
        .to_pyarrow()
        .to_pydict()
    )
    assert read == {
        "text": ["1", "2.5", None],
        "number": [1.0, 2.5, None],
        "whole": [1, None, None],
        "day": [date(2026, 3, 5), None, None],
        "known": [date(2026, 3, 5), None, None],
    }


@given(st.text(max_size=20) | st.from_regex(r"[-+(¥$]?[0-9]{0,4}[.,' ]?[0-9]{0,4}[.,]?[0-9]{0,3}[-)%万]?", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_rule(text):
    for parse in (parse_number, parse_whole, parse_date, parse_moment, parse_bool):
        parse(text)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=5))
@settings(max_examples=8, deadline=None)
def test_identifiers_come_out_as_they_went_in(texts):
    assert column(texts, "string") == [text or None for text in texts]


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from([".", ","]))
@settings(max_examples=100, deadline=None)
def test_a_number_survives_being_written_with_either_mark(value, decimal):
    written = f"{abs(value):,.4f}"
    written = written if decimal == "." else written.translate(str.maketrans(",.", ".,"))
    assert parse_number(written, decimal=decimal) == pytest.approx(round(abs(value), 4), rel=1e-12)
