"""tables.py: contracts on write and read, files that appear complete or not at all, the same bytes for the same rows."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import contracts, tables
from helpers.contracts.contracts_columns import Contract, day, flag, moment, rate, real, text, whole
from helpers.errors import UserError

THINGS = Contract(
    "things", "results", "segmentation", "a thing", ("thing_id",),
    (
        text("thing_id", "the thing"),
        whole("n", "how many", ge=1, le=5),
        whole("n_maybe", "how many, if known", nullable=True),
        rate("share", "of all", nullable=True),
        text("kind", "kind", isin=("a", "b"), nullable=True),
        flag("is_big", "size"),
        flag("is_old", "age, if known", nullable=True),
        day("first_date", "first day", nullable=True),
        moment("at", "moment", nullable=True),
    ),
)
OPEN = Contract("open_things", "results", "segmentation", "a thing", ("thing_id",), (text("thing_id", "x"),), is_open=True)
PAIRS = Contract(
    "pairs", "results", "segmentation", "a pair", ("left", "right"),
    (text("left", "x"), whole("right", "y"), real("value", "z", nullable=True)), is_scanned=True,
)


@pytest.fixture(autouse=True)
def contracts_of_the_test(monkeypatch, home):
    contracts.contract("customers")
    for spec in (THINGS, OPEN, PAIRS):
        monkeypatch.setitem(contracts.CONTRACTS, spec.name, spec)
    return home


def things(rows: int = 3, **changes) -> pd.DataFrame:
    n = rows
    frame = pd.DataFrame({
        "thing_id": [f"t{i:05d}" for i in range(n)],
        "n": [1 + i % 5 for i in range(n)],
        "n_maybe": pd.array([None if i % 2 else i for i in range(n)], dtype="Int64"),
        "share": [None if i % 3 == 1 else i / n for i in range(n)],
        "kind": [("a", "b", None)[i % 3] for i in range(n)],
        "is_big": [i % 2 == 0 for i in range(n)],
        "is_old": pd.array([(True, None, False)[i % 3] for i in range(n)], dtype="boolean"),
        "first_date": pd.to_datetime("2017-01-01") + pd.to_timedelta(np.arange(n), unit="D"),
        "at": pd.to_datetime("2017-06-01 12:00", utc=True) + pd.to_timedelta(np.arange(n), unit="s"),
    })
    return frame.assign(**changes)


def file_of(name: str, home: Path) -> Path:
    return home / "data" / "complete_journey" / contracts.contract(name).path


def everything_below(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


class Arriving:
    """An expression whose rows arrive in batches of given sizes, as an engine with other threads would send them."""

    def __init__(self, frame: pd.DataFrame, sizes: list[int]):
        self.table = pa.Table.from_pandas(frame, preserve_index=False)
        self.columns, self.sizes = tuple(frame.columns), sizes

    def select(self, *names):
        self.table = self.table.select(list(names))
        return self

    def order_by(self, key):
        self.table = self.table.sort_by([(name, "ascending") for name in key])
        return self

    def to_pyarrow_batches(self, chunk_size):
        start = 0
        for size in self.sizes:
            yield from self.table.slice(start, size).combine_chunks().to_batches()
            start += size
        assert start >= self.table.num_rows


# --- what is written is read again


def test_a_saved_frame_is_read_back_with_one_kind_of_date_string_and_null():
    tables.save(things(), "things")
    frame = tables.load("things")
    assert frame["thing_id"].tolist() == ["t00000", "t00001", "t00002"]
    assert frame["n"].dtype == "int64"
    assert frame["first_date"].dtype == "datetime64[us]"
    assert str(frame["at"].dtype) == "datetime64[us, UTC]"
    assert frame["share"].isna().tolist() == [False, True, False]
    assert frame["kind"].isna().tolist() == [False, False, True]
    assert frame["n_maybe"].isna().tolist() == [False, True, False]


def test_save_returns_rows_columns_and_the_hash_of_the_file(home):
    written = tables.save(things(), "things")
    assert written == {
        "table": "things", "rows": 3, "columns": 9, "sha256": tables.digest(file_of("things", home)),
    }
    assert len(written["sha256"]) == 64


def test_the_file_has_the_types_of_the_contract_and_no_metadata_of_pandas(home):
    tables.save(things(), "things")
    schema = pq.read_schema(file_of("things", home))
    assert schema.field("first_date").type == pa.date32()
    assert schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("is_old").type == pa.bool_()
    assert schema.field("thing_id").type == pa.string()
    assert schema.metadata is None


def test_scan_gives_an_expression_that_is_not_read_before_it_is_executed():
    tables.save(things(), "things")
    scanned = tables.scan("things")
    assert isinstance(scanned, ibis.Table)
    assert int(scanned.n.sum().execute()) == 1 + 2 + 3


def test_rows_are_put_in_key_order():
    tables.save(things().iloc[[2, 0, 1]], "things")
    assert tables.load("things")["thing_id"].tolist() == ["t00000", "t00001", "t00002"]


def test_whole_numbers_that_are_stored_as_floats_become_whole_numbers_again():
    tables.save(things(n=[1.0, 2.0, 3.0]), "things")
    assert tables.load("things")["n"].tolist() == [1, 2, 3]


def test_an_empty_frame_makes_a_table_without_rows_that_counts_as_absent():
    assert tables.save(things().head(0), "things")["rows"] == 0
    assert not tables.has("things")
    assert list(tables.load("things").columns) == THINGS.column_names


def test_an_empty_expression_makes_a_table_without_rows():
    pairs = ibis.memtable(pd.DataFrame({"left": ["a"], "right": [1], "value": [1.0]}))
    assert tables.save(pairs.filter(pairs.right > 1), "pairs")["rows"] == 0
    assert tables.scan("pairs").count().execute() == 0


def test_an_expression_without_a_single_batch_makes_a_table_with_the_columns_of_the_contract(home):
    nothing = Arriving(pd.DataFrame({"left": [], "right": [], "value": []}), [])
    assert tables.save(nothing, "pairs")["rows"] == 0
    assert pq.read_schema(file_of("pairs", home)).names == ["left", "right", "value"]


def test_an_open_table_keeps_further_columns_and_a_closed_one_refuses_them():
    tables.save(pd.DataFrame({"thing_id": ["x"], "colour": ["red"]}), "open_things")
    assert tables.load("open_things")["colour"].tolist() == ["red"]
    tables.save(ibis.memtable(pd.DataFrame({"thing_id": ["x"], "colour": ["red"]})), "open_things")
    assert tables.load("open_things")["colour"].tolist() == ["red"]
    with pytest.raises(AssertionError, match="things has column 'colour', which its contract does not know"):
        tables.save(things(colour="red"), "things")


def test_load_or_empty_gives_the_columns_where_the_table_is_absent():
    frame = tables.load_or_empty("things")
    assert frame.empty
    assert frame["first_date"].dtype == "datetime64[us]"
    tables.save(things(), "things")
    assert len(tables.load_or_empty("things")) == 3


# --- contracts on write


def refused(data, name: str, home: Path) -> str:
    """Return what is said when `data` cannot be saved, and make sure that nothing was left behind."""
    before = everything_below(home)
    with pytest.raises(AssertionError) as error:
        tables.save(data, name)
    assert everything_below(home) == before, "a refused table left something behind"
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_missing_column_is_named_with_the_nearest_one(home):
    said = refused(things().rename(columns={"share": "shares"}), "things", home)
    assert said == "things lacks column 'share' (did you mean 'shares'?)"
    said = refused(ibis.memtable(pd.DataFrame({"left": ["a"], "rigth": [1], "value": [0.5]})), "pairs", home)
    assert said == "pairs lacks column 'right' (did you mean 'rigth'?)"


def test_an_unknown_column_of_an_expression_is_refused(home):
    pairs = ibis.memtable(pd.DataFrame({"left": ["a"], "right": [1], "value": [0.5], "more": [1]}))
    assert "column 'more'" in refused(pairs, "pairs", home)


@pytest.mark.parametrize(("value", "is_fine"), [(0, False), (1, True), (5, True), (6, False)])
def test_limits_are_inclusive_in_frames_and_in_expressions(value, is_fine, home):
    frame = things(1, n=[value])
    if is_fine:
        assert tables.save(frame, "things")["rows"] == 1
        assert tables.save(Arriving(frame, [1]), "things")["rows"] == 1
    else:
        assert "things: n " in refused(frame, "things", home)
        assert f"n is {'below 1' if value < 1 else 'above 5'} in 1 rows" in refused(Arriving(frame, [1]), "things", home)


def test_a_value_that_is_not_on_the_list_is_counted(home):
    frame = things(6, kind=["a", "b", "c", None, "c", "a"])
    assert "kind" in refused(frame, "things", home)
    assert "kind is none of a, b in 2 rows" in refused(Arriving(frame, [4, 2]), "things", home)


def test_an_empty_value_where_the_contract_wants_one_is_counted(home):
    frame = things(3, n=[1.0, None, None])
    assert refused(frame, "things", home) == "things: n is empty in 2 rows"
    assert "n is empty in 2 rows" in refused(Arriving(frame, [3]), "things", home)


@pytest.mark.parametrize(("column", "values"), [
    ("n", ["one", "two", "three"]),
    ("n", [1.5, 2.0, 3.0]),
    ("n_maybe", [1.5, None, 3.0]),
    ("is_big", ["no", "yes", "no"]),
    ("is_big", [0, 1, 2]),
    ("first_date", ["never", "2017-01-01", "2017-01-02"]),
    ("at", pd.to_datetime(["2017-01-01", "2017-01-02", "2017-01-03"])),
    ("share", ["a lot", "0.5", "0.1"]),
])
def test_a_value_of_another_type_is_refused_and_not_bent_into_shape(column, values, home):
    said = refused(things(3, **{column: values}), "things", home)
    assert said.startswith(f"things: {column} is")
    assert not any(word in said for word in ("one", "never", "a lot", "yes")), "a value of the data is told"


def test_a_day_with_a_time_of_day_is_refused(home):
    frame = things(2, first_date=pd.to_datetime(["2017-01-01 10:30", None]))
    assert refused(frame, "things", home) == "things: first_date is no date in 1 rows"


def test_a_repeated_key_is_refused(home):
    assert "thing_id" in refused(things(3, thing_id=["x", "y", "x"]), "things", home)


@pytest.mark.parametrize("sizes", [[6], [3, 3], [1] * 6, [2, 0, 4], [4, 2]])
def test_a_repeated_key_is_found_inside_a_batch_and_across_the_border_of_batches(sizes, home):
    frame = pd.DataFrame({"left": ["a", "a", "b", "b", "c", "c"], "right": [1, 2, 1, 1, 1, 1], "value": 0.5})
    assert refused(Arriving(frame, sizes), "pairs", home) == "pairs: left, right repeats in 2 rows"


def test_keys_that_share_only_a_part_are_not_repeated():
    frame = pd.DataFrame({"left": ["a", "a", "b", "b"], "right": [1, 2, 2, 3], "value": 0.5})
    assert tables.save(Arriving(frame, [2, 2]), "pairs")["rows"] == 4


# --- contracts on read


def test_a_missing_table_says_what_to_run():
    with pytest.raises(UserError) as error:
        tables.scan("transactions")
    assert str(error.value) == "clean/transactions is missing: run make cleaning"
    with pytest.raises(UserError, match="results/segments is missing: run make segmentation"):
        tables.load("segments")


def test_has_says_whether_a_table_is_there():
    assert not tables.has("things")
    tables.save(things(), "things")
    assert tables.has("things")


@pytest.mark.parametrize("keep", [0, 3, 200])
def test_a_truncated_file_is_said_in_one_line_with_what_to_run(home, keep):
    tables.save(things(), "things")
    file = file_of("things", home)
    file.write_bytes(file.read_bytes()[:keep])
    for read in (tables.load, tables.scan, tables.has):
        with pytest.raises(UserError) as error:
            read("things")
        assert str(error.value) == (
            "data/complete_journey/results/things.parquet is not a complete Parquet file: run make segmentation"
        )


def test_a_folder_in_the_place_of_a_table_is_said_in_one_line(home):
    file_of("things", home).mkdir(parents=True)
    with pytest.raises(UserError, match="is not a complete Parquet file"):
        tables.load("things")


def test_load_refuses_tables_with_a_row_per_transaction():
    tables.save(pd.DataFrame({"left": ["a"], "right": [1], "value": [0.5]}), "pairs")
    with pytest.raises(TypeError, match=r"use tables.scan\('pairs'\) and aggregate"):
        tables.load("pairs")
    assert {s.name for s in contracts.contracts().values() if s.is_scanned} >= {
        "transactions", "orders", "customer_products", "interactions", "collected/transactions",
    }


def test_a_file_of_another_version_of_the_contract_says_which_column_is_wrong(home):
    tables.save(things(), "things")
    file = file_of("things", home)
    whole_table = pq.read_table(file)
    pq.write_table(whole_table.drop_columns(["share"]), file)
    with pytest.raises(UserError, match="things.parquet lacks column 'share': run make segmentation"):
        tables.scan("things")
    pq.write_table(whole_table.set_column(1, "n", whole_table["n"].cast(pa.string())), file)
    with pytest.raises(UserError, match="things.parquet column 'n' is string, the contract says int64: run make seg"):
        tables.load("things")


def test_a_file_whose_values_break_the_contract_is_refused_when_loaded(home):
    tables.save(things(), "things")
    file = file_of("things", home)
    table = pq.read_table(file)
    pq.write_table(table.set_column(1, "n", pa.array([1, 2, 99])), file)
    with pytest.raises(AssertionError, match=r"things: n fails less_than_or_equal_to\(5\) in 1 rows"):
        tables.load("things")


def test_an_unknown_table_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError, match="no table contract named 'transaction'"):
        tables.load("transaction")


# --- the same rows, the same bytes


def bytes_of(data, name: str, home: Path) -> bytes:
    tables.save(data, name)
    return file_of(name, home).read_bytes()


def test_row_order_does_not_change_the_bytes(home):
    frame = things(50)
    expected = bytes_of(frame, "things", home)
    for seed in range(3):
        shuffled = frame.sample(frac=1, random_state=seed)
        assert bytes_of(shuffled, "things", home) == expected
        assert bytes_of(ibis.memtable(shuffled.reset_index(drop=True)), "things", home) == expected
    assert bytes_of(frame[frame.columns[::-1]], "things", home) == expected, "the order of columns changed the file"


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_batches_of_any_size_give_the_bytes_of_the_frame(sizes, home, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP", 4)
    frame = things(sum(sizes))
    assert bytes_of(Arriving(frame, sizes), "things", home) == bytes_of(frame, "things", home)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_number_of_threads_does_not_change_the_bytes(threads, home, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP", 3000)
    frame = pd.DataFrame({"left": [f"k{i % 97:02d}" for i in range(10_000)], "right": range(10_000), "value": 0.25})
    expected = bytes_of(frame, "pairs", home)
    engine = ibis.duckdb.connect(threads=threads)
    table = engine.create_table("pairs", frame.sample(frac=1, random_state=threads))
    assert bytes_of(table, "pairs", home) == expected


def test_saving_twice_gives_the_same_bytes_and_the_file_is_not_touched_by_time(home):
    first = bytes_of(things(), "things", home)
    file_of("things", home).unlink()
    assert bytes_of(things(), "things", home) == first


# --- complete or not at all


class Broken(Arriving):
    """An expression whose engine fails after the first batch."""

    def to_pyarrow_batches(self, chunk_size):
        yield from self.table.slice(0, 2).to_batches()
        raise OSError("disk is full")


@pytest.mark.parametrize("fails", ["while rows arrive", "while rows are written", "before the rename"])
def test_a_failed_write_leaves_the_table_of_before_and_nothing_else(fails, home, monkeypatch):
    tables.save(things(2), "things")
    before = everything_below(home)

    def fail(*arguments, **options):
        raise OSError("disk is full")

    data = Broken(things(5), []) if fails == "while rows arrive" else Arriving(things(5), [5])
    if fails == "while rows are written":
        monkeypatch.setattr(pq.ParquetWriter, "write_table", fail)
    if fails == "before the rename":
        monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk is full"):
        tables.save(data, "things")
    assert everything_below(home) == before


KILLED = """
import os, signal, sys
import pandas as pd
from helpers import tables
import pyarrow.parquet as pq
tables.use("complete_journey")
kill = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
frame = pd.DataFrame({"customer_id": [f"c{i}" for i in range(1000)]}).reindex(
    columns=tables.contract("customers").column_names)
if sys.argv[1] == "in the middle":
    real = pq.ParquetWriter.write_table
    def half(writer, table, **options):
        real(writer, table.slice(0, 500), **options)
        writer.close()
        kill()
    pq.ParquetWriter.write_table = half
if sys.argv[1] == "before the rename":
    os.fsync = kill
print(tables.save(frame, "customers")["sha256"])
"""


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_writes_leaves_no_partial_file_and_the_next_gives_the_same_bytes(home):
    def run(when):
        return subprocess.run([sys.executable, "-c", KILLED, when], capture_output=True, text=True)

    file = file_of("customers", home)
    for when in ("in the middle", "before the rename"):
        assert run(when).returncode == -signal.SIGKILL
        assert not file.exists()
    undisturbed = run("never")
    assert undisturbed.stdout.strip() == tables.digest(file)
    before = file.read_bytes()
    assert run("in the middle").returncode == -signal.SIGKILL
    assert file.read_bytes() == before
    assert run("never").stdout == undisturbed.stdout


def test_json_is_written_atomically_and_with_its_keys_in_order(home, monkeypatch):
    file = home / "notes" / "a.json"
    tables.write_json({"b": 1, "a": "客户"}, file)
    assert file.read_text(encoding="utf-8") == '{\n "a": "客户",\n "b": 1\n}\n'
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        tables.write_json({}, file)
    assert "客户" in file.read_text(encoding="utf-8")


# --- staging, trace and the second language


@pytest.fixture
def staging(tmp_path, monkeypatch, home):
    folder = tmp_path / "staging"
    monkeypatch.setenv("WORKBOOK_STAGING", str(folder))
    monkeypatch.setenv("WORKBOOK_STAGE", "03_segmentation")
    tables.use("complete_journey")
    return folder


def test_a_stage_writes_to_staging_and_reads_its_own_tables_there(staging, home):
    tables.save(things(), "things")
    assert (staging / "results/things.parquet").exists()
    assert not file_of("things", home).exists()
    assert len(tables.load("things")) == 3


def test_a_stage_does_not_see_its_own_tables_of_an_earlier_run(staging, home, monkeypatch):
    monkeypatch.delenv("WORKBOOK_STAGING")
    tables.use("complete_journey")
    tables.save(things(), "things")
    monkeypatch.setenv("WORKBOOK_STAGING", str(staging))
    tables.use("complete_journey")
    assert not tables.has("things")


def test_a_stage_reads_the_tables_of_other_stages_at_their_final_place(staging, home, monkeypatch):
    monkeypatch.delenv("WORKBOOK_STAGING")
    tables.use("complete_journey")
    tables.save(things(), "things")
    monkeypatch.setenv("WORKBOOK_STAGING", str(staging))
    monkeypatch.setenv("WORKBOOK_STAGE", "05_persona")
    tables.use("complete_journey")
    assert len(tables.load("things")) == 3


def test_replay_shows_the_written_tables_again_and_writes_nothing(staging):
    first = tables.save(things(), "things")
    before = everything_below(staging)
    tables.replay()
    tables.use("telco")
    again = tables.save(things(2), "things")
    assert again["rows"] == first["rows"] == 3
    assert everything_below(staging) == before
    assert len(tables.load("things")) == 3, "the second language is bound to another data set"


def test_the_trace_holds_what_was_read_asked_for_and_written(home):
    tables.save(things(), "things")
    tables.use("complete_journey")
    tables.load("things")
    tables.has("products")
    tables.save(pd.DataFrame({"thing_id": ["x"]}), "open_things")
    tables.load("open_things")
    raw = home / "till.csv"
    raw.write_text("a,b\n1,2\n", encoding="utf-8")
    tables.note_raw(raw)
    tables.note_raw(raw)
    trace = tables.trace()
    assert trace["reads"] == {"things": tables.digest(file_of("things", home)), "products": None}
    assert list(trace["writes"]) == ["open_things"]
    assert trace["writes"]["open_things"]["file"] == "results/open_things.parquet"
    assert trace["raw"] == {str(raw): [8, raw.stat().st_mtime_ns]}


def test_spark_without_the_scale_extra_says_what_to_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    tables.use("complete_journey", engine="pyspark")
    with pytest.raises(UserError, match="ENGINE=pyspark needs the scale extra and Java 17: run make scale"):
        tables.connection()


def test_dates_are_days_and_moments_are_utc_whatever_the_frame_had():
    berlin = pd.to_datetime(["2017-06-01 12:00", "2017-06-01 13:00", "2017-06-01 14:00"]).tz_localize("Europe/Berlin")
    tables.save(things(at=berlin, first_date=[date(2017, 1, 1), None, date(2017, 1, 3)]), "things")
    frame = tables.load("things")
    assert frame["at"].iloc[0] == datetime(2017, 6, 1, 10, tzinfo=UTC)
    assert frame["first_date"].tolist()[::2] == [pd.Timestamp("2017-01-01"), pd.Timestamp("2017-01-03")]
    assert frame["first_date"].isna().tolist() == [False, True, False]
