"""Nothing vanishes: every line is loaded, rejected or counted; the fast reader and the careful one agree; limits hold."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import odd_files
from helpers import tables
from helpers.errors import UserError
from helpers.reading import archives, bulk, read_tables
from helpers.reading.records import Dialect, records

COUNTED = ("n_loaded", "n_rejected", "n_blank", "n_preamble", "n_header", "n_footer", "n_continued")
PIECES = st.sampled_from(
    [
        "a",
        "7",
        ",",
        ",",
        '"',
        '""',
        "\n",
        "\n",
        "\r\n",
        "\r",
        ";",
        "\t",
        " ",
        "#",
        "Total",
        "张",
        "x,y,z\n",
        '"q",',
        "\0",
        "1,2,3\n",
        "é",
    ]
)
relaxed = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(folder, content, name="a.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read(file, **hints):
    return read_tables(file, connection=tables.connection(), hints=hints)


@given(st.lists(PIECES, min_size=3, max_size=60))
@relaxed
def test_every_line_of_any_text_is_loaded_rejected_or_counted(tmp_path, pieces):
    text = "id,name,n\n1,Ann,2\n" + "".join(pieces)
    try:
        found = read(write(tmp_path, text))
    except UserError as error:
        assert "\n" not in str(error)
        return
    lines = list(io.StringIO(text, newline=""))
    assert sum(t.notes["n_lines"] for t in found) == len(lines)
    for table in found:
        assert table.notes["n_lines"] == sum(table.notes[name] for name in COUNTED)
        rows = table.rows.to_pyarrow().to_pylist()
        assert sum(r["_problem"] is None for r in rows) == table.notes["n_loaded"]
        assert sum(r["_problem"] is not None for r in rows) == table.notes["n_rejected"]
        for row in rows:
            first = next((row[c] for c in table.header if row[c]), "")
            assert first.split("\n")[0].split("\r")[0].replace('"', "") in lines[row["_line"] - 1].replace('"', ""), (
                "its line number is right"
            )


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufdd0\ufeff", exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
@relaxed
def test_any_cells_that_a_writer_quotes_come_back_as_they_were(tmp_path, rows):
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("id", "first name", "other name"), *((f"k{i}", a, b) for i, (a, b) in enumerate(rows))])
    file = write(tmp_path, out.getvalue())
    (table,) = read(file, encoding="utf-8", delimiter=",", header_row=1)
    back = table.rows.filter(table.rows["_problem"].isnull()).order_by("_line").to_pyarrow().to_pylist()
    assert [(r["first name"], r["other name"]) for r in back] == [(a or None, b or None) for a, b in rows]


@given(
    st.lists(
        st.tuples(
            *[st.sampled_from(["a", "", "x y", '"q"', '"a,b"', '"d""d"', '5" x', "张", " s ", "0007", "NA", '"n\nl"'])] * 3
        ),
        min_size=4,
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "Total,,7\n", "1,2\n", "#x\n"]),
)
@relaxed
def test_the_fast_reader_agrees_with_the_careful_one_or_leaves_the_file_to_it(tmp_path, rows, end, last):
    text = end.join(["id,name,note", *(f"k{i}," + ",".join(row[1:]) for i, row in enumerate(rows))]) + end + last
    file = write(tmp_path, text)
    careful = read(file)
    before, bulk.FROM_BYTES = bulk.FROM_BYTES, 0
    try:
        fast = bulk.read_clean(file, connection=tables.connection(), hints={})
    finally:
        bulk.FROM_BYTES = before
    if fast:
        assert [t.header for t in fast] == [t.header for t in careful]
        assert (
            fast[0].rows.order_by("_line").to_pyarrow().to_pylist()
            == careful[0].rows.order_by("_line").to_pyarrow().to_pylist()
        )
        assert {k: fast[0].notes[k] for k in COUNTED} == {k: careful[0].notes[k] for k in COUNTED}


def test_the_fast_reader_takes_a_clean_file(tmp_path, monkeypatch):
    monkeypatch.setattr(bulk, "FROM_BYTES", 0)
    file = write(tmp_path, "# note\nid,name\n" + "".join(f"{i:03},Ann\n" for i in range(50)))
    (table,) = bulk.read_clean(file, connection=tables.connection(), hints={})
    first = table.rows.order_by("_line").limit(1).to_pyarrow().to_pylist()
    assert first == [{"id": "000", "name": "Ann", "_line": 3, "_problem": None}]
    assert (table.notes["n_lines"], table.notes["n_loaded"], table.notes["n_preamble"]) == (52, 50, 1)


@pytest.mark.parametrize(("first", "second"), [("1\t,", "2\t,"), ('"\t1",', '"\t2",'), ("\t1,", "\t2,"), ('"1\t",', '"2\t",')])
def test_tabs_that_a_shop_writes_around_long_numbers_do_not_part_columns(tmp_path, first, second):
    file = write(tmp_path, f"订单号,收货人,金额\n{first}甲,3\n{second}乙,4\n")
    (table,) = read(file)
    rows = table.rows.order_by("_line").to_pyarrow().to_pylist()
    assert table.header == ("订单号", "收货人", "金额")
    assert [(row["订单号"].strip(), row["收货人"], row["金额"]) for row in rows] == [("1", "甲", "3"), ("2", "乙", "4")]


def test_an_unclosed_quote_costs_its_own_line_only():
    lines = ["1,a,b,c\n", '2,"a,b,c\n', "3,a,b,c\n", '4,"a",b,c\n', "5,a,b,c\n"]
    found = [(r.line, r.problem) for r in records(lines, Dialect(","))]
    assert found == [(1, None), (2, "a quote that is not closed"), (3, None), (4, None), (5, None)]


def test_a_quoted_cell_may_hold_line_breaks_delimiters_and_quotes():
    found = [(r.line, r.n_lines, r.fields) for r in records(['1,"a\n', 'b,""c"""\n', "2,d\n"], Dialect(","))]
    assert found == [(1, 2, ["1", 'a\nb,"c"']), (3, 1, ["2", "d"])]


def test_the_limit_of_a_bomb_counts_all_members_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    file = write(tmp_path, odd_files.archive({f"{i}.csv": b"a,b\n" * 100 for i in range(3)}), "a.zip")
    with pytest.raises(UserError, match="far more"):
        read(file)


def test_nothing_stays_in_the_temporary_folder(tmp_path, monkeypatch):
    import tempfile

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (table,) = read(write(tmp_path, odd_files.archive({"a.csv": b"id,name\n1,Ann\n"}), "a.zip"))
    assert table.rows.count().execute() == 1
    assert list(scratch.glob("workbook-reading-*")) == []


def test_a_folder_or_no_file_is_refused_in_one_line(tmp_path):
    with pytest.raises(UserError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "none.csv")


def test_a_file_name_with_wildcards_names_one_file(tmp_path):
    write(tmp_path, odd_files.parquet(("id",), [("other",)]), "a1.parquet")
    (table,) = read(write(tmp_path, odd_files.parquet(("id",), [("right",)]), "a[1-9]*.parquet"))
    assert table.rows.to_pyarrow().column("id").to_pylist() == ["right"]


def test_a_question_about_the_encoding_shows_no_row(tmp_path):
    file = write(tmp_path, "id,name\n1,Yılmaz Geheim\n".encode("cp1254"))
    with pytest.raises(UserError, match="set encoding") as error:
        read(file)
    assert "Geheim" not in str(error.value)
