"""sources/files.py: CSV and Parquet with a mapping; what cannot be read is set aside with its line, never bent into shape."""

from datetime import UTC, datetime

import ibis
import pandas as pd
import pytest

from helpers import datasets, paths, sources
from helpers.collection import collection
from helpers.datasets import Source
from helpers.errors import UserError

BUSINESS = datasets.Business(
    currency="EUR", time_zone="Europe/Berlin", contractual=False, first_date="2017-01-01", snapshot_date="2017-12-31"
)
COLUMNS = {"transaction_id": "Receipt", "customer_id": "Card", "ordered_at": "Time", "quantity": "Qty", "revenue": "Net"}
HEADER = "Receipt,Card,Time,Qty,Net\n"


@pytest.fixture
def raw(home):
    folder = paths.layer("complete_journey", "raw")
    folder.mkdir(parents=True)
    return folder


def source(**changes) -> Source:
    settings = {"name": "till", "system": "files", "table": "transactions", "pattern": "till*.csv", "columns": COLUMNS}
    return Source(**{**settings, **changes})


def read(raw, **changes) -> pd.DataFrame:
    """Return what the source reads from raw/, in the order of source rows."""
    wanted = source(**changes)
    module = sources.module("files")
    tables = module.read(wanted, module.files(wanted, raw), business=BUSINESS, connection=ibis.duckdb.connect())
    return tables[wanted.table].order_by("source_row").to_pandas()


def write(raw, content: str | bytes, name: str = "till.csv"):
    file = raw / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refused(raw, **changes) -> str:
    with pytest.raises(UserError) as error:
        read(raw, **changes)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- what is read


def test_a_till_export_is_read_with_its_ids_as_text_and_its_times_in_utc(raw):
    write(raw, HEADER + "0001,007,2017-07-01 14:30:00,2,9.98\n0002,,2017-12-31T23:59:59,1,-3.50\n")
    frame = read(raw)
    assert frame["transaction_id"].tolist() == ["0001", "0002"], "leading zeros are lost"
    assert frame["customer_id"].iloc[0] == "007"
    assert pd.isna(frame["customer_id"].iloc[1]), "an empty customer is a guest"
    assert frame["ordered_at"].tolist() == [
        datetime(2017, 7, 1, 12, 30, tzinfo=UTC), datetime(2017, 12, 31, 22, 59, 59, tzinfo=UTC),
    ]
    assert frame["revenue"].tolist() == [9.98, -3.5]
    assert frame["is_return"].tolist() == [False, True]
    assert frame["line_number"].tolist() == [1, 1]
    assert frame["currency"].tolist() == ["EUR", "EUR"]
    assert frame["source_row"].tolist() == [2, 3], "the header is line 1"
    assert frame["problem"].isna().all()


def test_lines_of_an_order_are_numbered_in_the_order_of_the_file(raw):
    write(raw, HEADER + "a,c,2017-07-01,1,1\nb,c,2017-07-01,1,1\na,c,2017-07-01,1,2\n")
    frame = read(raw)
    assert frame[["transaction_id", "line_number"]].to_numpy().tolist() == [["a", 1], ["b", 1], ["a", 2]]


def test_words_that_other_readers_take_for_missing_are_names(raw):
    words = ["NA", "None", "null", "NULL", "nan", "N/A"]
    write(raw, HEADER + "".join(f"{word},{word},2017-07-01,1,1\n" for word in words))
    frame = read(raw)
    assert frame["transaction_id"].tolist() == words
    assert frame["customer_id"].tolist() == words


@pytest.mark.parametrize(("content", "options"), [
    ("Receipt;Card;Time;Qty;Net\na;Müller;2017-07-01;1;2.5\n".encode(), {}),
    (b"\xef\xbb\xbf" + "Receipt,Card,Time,Qty,Net\na,Müller,2017-07-01,1,2.5\n".encode(), {}),
    ("Receipt\tCard\tTime\tQty\tNet\r\na\tMüller\t2017-07-01\t1\t2.5\r\n".encode(), {}),
    ("Receipt|Card|Time|Qty|Net\na|Müller|2017-07-01|1|2.5\n".encode(), {"delimiter": "|"}),
    ("Receipt,Card,Time,Qty,Net\na,Müller,2017-07-01,1,2.5\n".encode("latin-1"), {"encoding": "latin-1"}),
    ("Receipt,Card,Time,Qty,Net\na,Müller,2017-07-01,1,2.5\n".encode("utf-16"), {"encoding": "utf-16"}),
    ('Receipt,Card,Time,Qty,Net\n"a","Müller","2017-07-01","1","2.5"\n'.encode(), {}),
], ids=["semicolon", "BOM", "tab and CRLF", "pipe", "latin-1", "UTF-16", "quotes"])
def test_delimiters_quotes_and_encodings(raw, content, options):
    write(raw, content)
    frame = read(raw, options=options)
    assert frame[["transaction_id", "customer_id", "revenue"]].to_numpy().tolist() == [["a", "Müller", 2.5]]


def test_another_encoding_is_never_decoded_to_something_else_in_silence(raw):
    write(raw, (HEADER + "a,Müller,2017-07-01,1,2.5\nb,Meier,2017-07-01,1,2.5\n").encode("latin-1"))
    try:
        frame = read(raw)
    except UserError:
        return
    assert frame["customer_id"].tolist() == ["Müller", "Meier"]


def test_a_quoted_value_may_hold_delimiters_quotes_and_line_breaks(raw):
    write(raw, HEADER + 'a,"Smith, ""Joe""\nJunior",2017-07-01,1,2\nb,c,2017-07-01,1,3\n')
    frame = read(raw)
    assert frame["customer_id"].tolist() == ['Smith, "Joe"\nJunior', "c"]


def test_a_very_long_value_is_kept(raw):
    write(raw, HEADER + "a," + "x" * 1_000_000 + ",2017-07-01,1,2\n")
    assert read(raw)["customer_id"].str.len().tolist() == [1_000_000]


def test_several_files_are_stacked_and_their_rows_numbered_on(raw):
    write(raw, HEADER + "a,c,2017-07-01,1,1\n", "till-1.csv")
    write(raw, HEADER + "b,c,2017-07-02,1,2\n", "till-2.csv")
    write(raw, "no such file", "other.csv")
    frame = read(raw)
    assert frame["transaction_id"].tolist() == ["a", "b"]
    assert frame["source_row"].is_unique


def test_parquet_is_read_with_its_own_types(raw):
    pd.DataFrame({
        "Receipt": [1, 2], "Card": ["x", None], "Time": pd.to_datetime(["2017-07-01 14:30", "2017-07-02 00:00"]),
        "Qty": [1.0, float("nan")], "Net": [9.98, 1.0],
    }).to_parquet(raw / "till.parquet")
    frame = read(raw, pattern="till.parquet")
    assert frame["transaction_id"].tolist() == ["1", "2"]
    assert frame["ordered_at"].iloc[0] == datetime(2017, 7, 1, 12, 30, tzinfo=UTC)
    assert frame["quantity"].isna().tolist() == [False, True]
    assert frame["problem"].isna().all()


def test_moments_with_a_zone_in_parquet_keep_it(raw):
    moments = pd.to_datetime(["2017-07-01 14:30"]).tz_localize("Asia/Shanghai")
    pd.DataFrame({"Receipt": ["1"], "Card": "c", "Time": moments, "Qty": 1, "Net": 1.0}).to_parquet(raw / "till.parquet")
    assert read(raw, pattern="till.parquet")["ordered_at"].iloc[0] == datetime(2017, 7, 1, 6, 30, tzinfo=UTC)


def test_a_time_without_a_zone_is_one_of_the_business_and_a_zone_is_believed(raw):
    expected = {
        "2017-07-01 14:30:00": datetime(2017, 7, 1, 12, 30, tzinfo=UTC),
        "2017-07-01": datetime(2017, 6, 30, 22, 0, tzinfo=UTC),
        "2017-01-01": datetime(2016, 12, 31, 23, 0, tzinfo=UTC),
        "2017-07-01T14:30:00Z": datetime(2017, 7, 1, 14, 30, tzinfo=UTC),
        "2017-07-01 14:30:00+02:00": datetime(2017, 7, 1, 12, 30, tzinfo=UTC),
        "2017-07-01 14:30:00+0530": datetime(2017, 7, 1, 9, 0, tzinfo=UTC),
        "2017-07-01 14:30:00+05": datetime(2017, 7, 1, 9, 30, tzinfo=UTC),
        "2017-07-01 14:30:00.250-08:00": datetime(2017, 7, 1, 22, 30, 0, 250_000, tzinfo=UTC),
    }
    write(raw, HEADER + "".join(f"a,c,{written},1,1\n" for written in expected))
    assert dict(zip(expected, read(raw)["ordered_at"], strict=True)) == expected


# --- what is set aside


BAD = (
    ("Qty", "two"), ("Qty", "nan"), ("Qty", "inf"), ("Qty", "-Infinity"), ("Qty", "0x10"), ("Qty", "1_000"),
    ("Time", "yesterday"),
    ("Time", "2017-02-30"), ("Time", "2017-07-01 25:00:00"), ("Time", "infinity"), ("Time", "epoch"),
    ("Time", "2017-07-01 14:30:00 Mars/Olympus"),
)
AS_PEOPLE_WRITE = (
    ("Net", "1.234,50", 1234.5), ("Net", "12%", .12), ("Net", "€ 5", 5.0), ("Net", "(5.00)", -5.0), ("Net", "５", 5.0),
    ("Time", "31.12.2017", datetime(2017, 12, 30, 23, 0, tzinfo=UTC)),
)


def rows_with(cases) -> list[str]:
    """Return, for each (column, value, …), a row with that value and a row without fault."""
    good = {"Receipt": "a", "Card": "c", "Time": "2017-07-01", "Qty": "1", "Net": "1"}
    return [line for column, value, *_ in cases
            for line in (",".join({**good, column: f'"{value}"'}.values()), ",".join(good.values()))]


def test_a_value_of_another_type_marks_its_row_and_no_other(raw):
    write(raw, HEADER + "\n".join(rows_with(BAD)) + "\n")
    problems = read(raw)["problem"]
    assert problems.iloc[1::2].isna().all()
    expected = {"Qty": "quantity is no float64", "Net": "revenue is no float64", "Time": "ordered_at is no timestamp"}
    assert dict(zip(BAD, problems.iloc[::2], strict=True)) == {(column, value): expected[column] for column, value in BAD}


@pytest.mark.parametrize(("column", "value", "means"), AS_PEOPLE_WRITE)
def test_a_value_as_people_write_it_is_read(raw, column, value, means):
    write(raw, HEADER + "\n".join(rows_with([(column, value)])) + "\n")
    frame = read(raw)
    assert frame["problem"].isna().all()
    assert frame[{"Net": "revenue", "Time": "ordered_at"}[column]].iloc[0] == means


def test_an_empty_value_is_unknown_and_no_problem(raw):
    write(raw, HEADER + "a,,2017-07-01,,1\n")
    frame = read(raw)
    assert frame["problem"].isna().all()
    assert frame[["customer_id", "quantity"]].isna().all().all()


def test_a_whole_number_is_not_rounded(raw):
    write(raw, "Receipt,Line,Card,Time,Qty,Net\na,1,c,2017-07-01,1,1\na,2.0,c,2017-07-01,1,1\na,1.5,c,2017-07-01,1,1\n")
    frame = read(raw, columns={**COLUMNS, "line_number": "Line"})
    assert frame["line_number"].tolist()[:2] == [1, 2]
    assert frame["problem"].tolist()[2] == "line_number is no int64"


def test_lines_with_too_many_or_too_few_fields_are_set_aside_with_their_line(raw):
    lines = ["a,c,2017-07-01,1,1", "b,c,2017-07-01,1,1,extra", "c,c,2017-07-01,1,1", "d,c", "e,c,2017-07-01,1,1"]
    write(raw, HEADER + "\n".join(lines) + "\n")
    frame = read(raw).set_index("source_row")
    assert sorted(frame.index) == [2, 3, 4, 5, 6]
    assert frame["problem"].notna().to_dict() == {2: False, 3: True, 4: False, 5: True, 6: False}
    assert frame.loc[[2, 4, 6], "transaction_id"].tolist() == ["a", "c", "e"], "the line of a row is wrong"


def test_a_file_with_thousands_of_broken_lines_is_still_read(raw):
    lines = [f"r{i},c,2017-07-01,1,1" + (",extra" if i % 4 == 1 else "") for i in range(4000)]
    write(raw, HEADER + "\n".join(lines) + "\n")
    frame = read(raw)
    assert len(frame) == 4000
    assert frame["problem"].notna().sum() == 1000
    good = frame[frame["problem"].isna()]
    assert (good["source_row"] == good["transaction_id"].str[1:].astype(int) + 2).all()


@pytest.mark.parametrize("broken", ['"unclosed,c,2017-07-01,1,1', 'x,"unclosed,2017-07-01,1,1', 'x,un"closed,2017-07-01,1,1'])
def test_an_unclosed_quote_swallows_no_line_in_silence(raw, broken):
    write(raw, HEADER + "a,c,2017-07-01,1,1\n" + broken + '\nb,"c",2017-07-01,1,1\nd,c,2017-07-01,1,1\n')
    try:
        frame = read(raw)
    except UserError:
        return
    assert len(frame) == 4 or frame["problem"].notna().any()


# --- what is refused


def test_a_pattern_without_files_is_refused(raw):
    assert refused(raw) == "source 'till': no file in data/complete_journey/raw matches 'till*.csv'"


def test_a_header_that_the_file_does_not_have_is_said_with_the_nearest(raw):
    write(raw, "Receipt,Card,Tme,Qty,Net\na,c,2017-07-01,1,1\n")
    assert refused(raw) == "source 'till': its file has no column 'Time'; did you mean 'Tme'?"


def test_a_canonical_column_that_does_not_exist_is_said_with_the_nearest(raw):
    write(raw, HEADER + "a,c,2017-07-01,1,1\n")
    said = refused(raw, columns={**COLUMNS, "revenu": "Net"})
    assert said == "source 'till': transactions has no column 'revenu'; did you mean 'revenue'?"


def test_the_key_must_be_mapped(raw):
    write(raw, HEADER + "a,c,2017-07-01,1,1\n")
    assert refused(raw, columns={"revenue": "Net"}) == "source 'till': map 'transaction_id', the key of transactions"


def test_an_open_table_may_have_further_columns(raw):
    write(raw, "id,shoe\nc1,42\n", "crm.csv")
    frame = read(raw, table="customers", pattern="crm.csv", columns={"customer_id": "id", "shoe_size": "shoe"})
    assert frame["shoe_size"].tolist() == ["42"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff\xfe" * 100, b"PK\x03\x04" + b"\x00" * 200])
def test_bytes_that_are_no_text_are_refused_or_set_aside(raw, content):
    write(raw, content)
    said = refused(raw)
    assert said.startswith("source 'till': ")


def test_a_truncated_parquet_file_is_said_in_one_line(raw, home):
    file = raw / "till.parquet"
    pd.DataFrame({"Receipt": ["a"], "Card": "c", "Time": "2017-07-01", "Qty": 1, "Net": 1.0}).to_parquet(file)
    file.write_bytes(file.read_bytes()[:100])
    settings = datasets.load("complete_journey")
    with pytest.raises(UserError) as error:
        collection.read_source(source(pattern="till.parquet"), settings, ibis.duckdb.connect())
    assert "till.parquet" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_empty_file_is_refused_and_one_with_only_a_header_gives_no_rows(raw, home):
    write(raw, b"")
    settings = datasets.load("complete_journey")
    with pytest.raises(UserError, match="source 'till': data/complete_journey/raw/till.csv is empty"):
        collection.read_source(source(), settings, ibis.duckdb.connect())
    write(raw, HEADER)
    assert read(raw).empty


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_that_leads_out_of_raw_is_refused(raw, tmp_path, kind):
    outside = tmp_path / "outside"
    outside.mkdir()
    write(outside, HEADER + "a,c,2017-07-01,1,1\n")
    if kind == "file":
        (raw / "till.csv").symlink_to(outside / "till.csv")
        assert "leads out of raw/" in refused(raw)
    else:
        (raw / "more").symlink_to(outside)
        assert "leads out of raw/" in refused(raw, pattern="more/till.csv")


def test_hostile_names_of_columns_are_only_names(raw):
    hostile = 'x"; drop table customers; --'
    write(raw, f'Receipt,Card,Time,Qty,"{hostile.replace(chr(34), chr(34) * 2)}"\na,c,2017-07-01,1,5\n')
    assert read(raw, columns={**COLUMNS, "revenue": hostile})["revenue"].tolist() == [5.0]


def test_the_size_of_a_file_counts_its_rows_and_columns(raw):
    file = write(raw, HEADER + "a,c,2017-07-01,1,1\nb,c,2017-07-01,1,1\n")
    assert sources.module("files").size(source(), "till.csv", file) == (2, 5)
