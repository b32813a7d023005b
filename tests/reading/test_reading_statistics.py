"""reading/statistics.py: SPSS and SAS files keep their values, labels, missing codes and dates; broken files are one line."""

import datetime as dt

import ibis
import pandas as pd
import pyreadstat
import pytest

from helpers.errors import UserError
from helpers.reading import statistics

NAMES = ["编号", "性别", "nps", "day", "moment", "length", "x"]
FRAME = pd.DataFrame({
    "编号": ["0001", "0002", "测试丙", ""], "性别": [1.0, 2.0, 9.0, 1.0], "nps": [0.0, 10.0, 98.0, 7.0],
    "day": [dt.date(2026, 3, 5), None, dt.date(1899, 1, 1), dt.date(2000, 2, 29)],
    "moment": [dt.datetime(2026, 3, 5, 12, 30, 1, 500000), None, dt.datetime(2000, 1, 1), dt.datetime(1970, 1, 1)],
    "length": [dt.time(1, 2, 3), None, dt.time(0, 0), dt.time(23, 59, 59)], "x": [1.5, 2.0, None, -3.25],
})
ABOUT = {
    "column_labels": {"nps": "您会推荐我们吗？"}, "missing_ranges": {"nps": [{"lo": 90, "hi": 99}], "性别": [9]},
    "variable_value_labels": {"性别": {1: "男", 2: "女", 9: "不愿回答"}, "nps": {0: "不会", 10: "一定会", 98: "不知道"}},
}


def read(file, **hints) -> tuple[pd.DataFrame, statistics.ReadTable]:
    (table,) = statistics.read_statistics(file, connection=ibis.duckdb.connect(), hints=hints)
    return table.rows.order_by("_line").to_pandas(), table


def refused(file, **hints) -> str:
    with pytest.raises(UserError) as error:
        read(file, **hints)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture(params=["sav", "zsav"])
def survey(request, tmp_path):
    file = tmp_path / f"调查.{request.param}"
    pyreadstat.write_sav(FRAME, file, compress=request.param == "zsav", **ABOUT)
    return file


def test_chinese_names_texts_and_labels_arrive(survey):
    frame, table = read(survey)
    assert table.header == ("编号", "性别", "性别 (code)", "nps", "day", "moment", "length", "x")
    assert frame["编号"].tolist()[:3] == ["0001", "0002", "测试丙"]
    assert pd.isna(frame["编号"].iloc[3]), "an empty text is an empty cell"
    assert table.notes["labels"] == {"nps": "您会推荐我们吗？"}
    assert table.encoding == "utf-8"
    assert frame["_line"].tolist() == [1, 2, 3, 4]


def test_codes_that_all_have_labels_become_labels_beside_the_codes(survey):
    frame, table = read(survey)
    assert frame["性别"].fillna("").tolist() == ["男", "女", "", "男"]
    assert frame["性别 (code)"].dropna().tolist() == [1, 2, 1]


def test_a_scale_with_labels_at_its_ends_keeps_its_codes(survey):
    frame, table = read(survey)
    assert table.rows["nps"].type().is_int64()
    assert frame["nps"].dropna().tolist() == [0, 10, 7]
    assert table.notes["value_labels"]["nps"] == {"0": "不会", "10": "一定会", "98": "不知道"}


def test_codes_declared_missing_become_null_and_are_counted_with_their_meaning(survey):
    frame, table = read(survey)
    assert table.notes["user_missing"] == {"nps": {"98 不知道": 1}, "性别": {"9 不愿回答": 1}}
    assert frame["nps"].isna().tolist() == [False, False, True, False]


def test_dates_moments_and_times_of_spss_are_exact(survey):
    frame, table = read(survey)
    assert table.rows["day"].type().is_date() and table.rows["moment"].type().is_timestamp()
    assert [None if pd.isna(d) else pd.Timestamp(d).date() for d in frame["day"]] == FRAME["day"].tolist()
    assert frame["moment"].iloc[0] == pd.Timestamp("2026-03-05 12:30:01.5")
    assert frame["moment"].iloc[3] == pd.Timestamp("1970-01-01")
    assert frame["length"].fillna("").tolist() == ["01:02:03", "", "00:00:00", "23:59:59"]
    assert frame["x"].fillna(0).tolist() == [1.5, 2.0, 0, -3.25]


def test_a_string_code_may_be_labelled_and_missing(tmp_path):
    file = tmp_path / "a.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"ch": ["w", "s", "NA"]}), file, variable_value_labels={"ch": {"w": "web", "s": "shop's"}},
        missing_ranges={"ch": ["NA"]},
    )
    frame, table = read(file)
    assert frame["ch"].fillna("").tolist() == ["web", "shop's", ""]
    assert table.notes["user_missing"] == {"ch": {"NA": 1}}


def test_portable_files_arrive(tmp_path):
    file = tmp_path / "a.por"
    pyreadstat.write_por(FRAME[["nps", "day", "x"]], file)
    frame, table = read(file)
    assert table.header == ("NPS", "DAY", "X")
    assert frame["NPS"].tolist() == [0, 10, 98, 7]
    assert pd.Timestamp(frame["DAY"].iloc[3]).date() == dt.date(2000, 2, 29)


@pytest.mark.parametrize("version", [5, 8])
def test_sas_transport_files_arrive(version, tmp_path):
    file = tmp_path / "a.xpt"
    columns = ["nps", "day", "moment", "length", "x"]
    pyreadstat.write_xport(FRAME[columns].assign(name=["甲", "乙", "丙", ""]), file, file_format_version=version,
                           column_labels={"nps": "recommends"})
    frame, table = read(file)
    assert table.header == (*columns, "name")
    assert frame["name"].tolist()[:3] == ["甲", "乙", "丙"]
    assert [None if pd.isna(d) else pd.Timestamp(d).date() for d in frame["day"]] == FRAME["day"].tolist()
    assert frame["moment"].iloc[0] == pd.Timestamp("2026-03-05 12:30:01.5")
    assert frame["length"].fillna("").tolist() == ["01:02:03", "", "00:00:00", "23:59:59"]
    assert table.notes["labels"] == {"nps": "recommends"}
    assert table.notes["n_loaded"] == 4


def test_a_date_that_no_calendar_knows_rejects_its_row(tmp_path):
    file = tmp_path / "a.sav"
    values = pd.DataFrame({"id": [1.0, 2.0, 3.0], "day": [1e15, -1e11, 13992048000.0]})
    pyreadstat.write_sav(values, file, variable_format={"day": "DATE11"})
    frame, table = read(file)
    assert frame["_problem"].fillna("").tolist() == ["day is no date", "day is no date", ""]
    assert frame["id"].dropna().tolist() == [3]
    assert (table.notes["n_loaded"], table.notes["n_rejected"]) == (1, 2)


def test_a_calendar_ends_where_it_ends(tmp_path):
    file = tmp_path / "a.xpt"
    days = pd.DataFrame({"day": [-715_510.0, -715_509.0, 2_936_549.0, 2_936_550.0]})
    pyreadstat.write_xport(days, file, variable_format={"day": "DATE9"})
    problems = read(file)[0]["_problem"].fillna("").tolist()
    assert problems == ["day is no date", "", "", "day is no date"]  # 0000-12-31, 0001-01-01, 9999-12-31, 10000-01-01


def test_chunks_join_without_loss(tmp_path, monkeypatch):
    monkeypatch.setattr(statistics, "CHUNK", 3)
    for n in (2, 3, 4, 7):
        file = tmp_path / f"{n}.sav"
        pyreadstat.write_sav(pd.DataFrame({"i": [float(i) for i in range(n)]}), file)
        frame, table = read(file)
        assert frame["i"].tolist() == frame["_line"].sub(1).tolist() == list(range(n))
        assert table.notes["n_loaded"] == n


def test_a_file_without_rows_gives_an_empty_table(tmp_path):
    file = tmp_path / "a.sav"
    pyreadstat.write_sav(FRAME.head(0).astype({"x": float}), file)
    frame, table = read(file)
    assert frame.empty and table.notes["n_loaded"] == 0


def test_a_truncated_file_is_refused_wherever_it_is_cut(survey, tmp_path):
    content = survey.read_bytes()
    for share in (0.01, 0.2, 0.5, 0.9, 0.99):
        cut = tmp_path / f"cut{survey.suffix}"
        cut.write_bytes(content[: int(len(content) * share)])
        assert "export it again" in refused(cut)
    transport = tmp_path / "a.xpt"
    pyreadstat.write_xport(FRAME[["nps", "x"]], transport)
    content = transport.read_bytes()
    transport.write_bytes(content[:-30])
    assert "cut off within a record" in refused(transport)


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".por", ".xpt", ".sas7bdat"])
def test_another_kind_of_file_under_the_name_is_refused(suffix, tmp_path):
    file = tmp_path / f"wrong{suffix}"
    for content in (b"a,b\n1,2\n" * 50, b"PK\x03\x04" + bytes(796), b"SR\x00\x04" + bytes(796)):  # the last: an IDL .sav
        file.write_bytes(content)
        assert "export it again" in refused(file)
    file.write_bytes(b"")
    assert "is empty" in refused(file)


def test_texts_in_another_encoding_than_the_file_says_are_asked_about(tmp_path):
    file = tmp_path / "a.xpt"
    pyreadstat.write_xport(pd.DataFrame({"name": ["ABCDEF"]}), file)
    file.write_bytes(file.read_bytes().replace(b"ABCDEF", "测试丙".encode("gb18030")))
    assert "set encoding: under reading:" in refused(file)
    assert read(file, encoding="GB18030")[0]["name"].tolist() == ["测试丙"]


@pytest.mark.slow
def test_a_million_rows_stream(tmp_path):
    file = tmp_path / "big.sav"
    pyreadstat.write_sav(pd.DataFrame({"i": range(1_000_000), "t": ["测试" if i % 2 else "b" for i in range(1_000_000)]}), file)
    (table,) = statistics.read_statistics(file, connection=ibis.duckdb.connect(memory_limit="200MB"))
    assert table.rows["i"].sum().execute() == 499_999_500_000
