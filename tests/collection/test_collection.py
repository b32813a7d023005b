"""collection.py: what arrived, how complete it is and how its parts join, on tables worked by hand."""

import hashlib

import ibis
import pandas as pd
import pytest

from helpers import datasets, i18n, paths, tables
from helpers.collection import collection
from helpers.contracts import CANONICAL_NAMES, SPOKEN, contract
from helpers.errors import TooLittleData, UserError

SHOP = """\
name: shop
title: {en: A shop, zh: 一家店}
about: {en: Sells things., zh: 卖东西。}
business: {currency: EUR, time_zone: Europe/Berlin, contractual: false, first_date: 2017-01-01, snapshot_date: 2017-12-31}
sources:
  - name: till
    system: files
    table: transactions
    pattern: till.csv
    columns: {transaction_id: id, customer_id: card, ordered_at: at, product_id: sku, quantity: n, revenue: net}
  - name: archive
    system: files
    table: transactions
    pattern: archive.csv
    columns: {transaction_id: id, ordered_at: at, revenue: net}
    note: {en: the years before, zh: 往年数据}
limits:
  - {en: Cash buyers are unknown., zh: 现金顾客未知。}
"""


@pytest.fixture
def shop(home):
    """A data set with two CSV files that feed one table."""
    file = paths.dataset_yml("shop")
    raw = paths.layer("shop", "raw")
    raw.mkdir(parents=True)
    file.write_text(SHOP, encoding="utf-8")
    (raw / "till.csv").write_text("id,card,at,sku,n,net\n1,c1,2017-03-01,p1,2,5.5\n2,,2017-03-02,p2,1,1\n", encoding="utf-8")
    (raw / "archive.csv").write_text("id,at,net\n1,2016-03-01,7\n", encoding="utf-8")
    tables.use("shop")
    return datasets.load("shop")


def frame_of(expression, *order) -> pd.DataFrame:
    return expression.order_by(list(order)).to_pandas()


# --- collecting


def test_parts_of_several_sources_are_stacked_with_their_origin(shop):
    collected = collection.collect(shop, connection=tables.connection())
    assert list(collected) == ["transactions"]
    lines = frame_of(collected["transactions"], "source", "source_row")
    assert lines[["source", "source_row", "transaction_id"]].to_numpy().tolist() == [
        ["archive", 2, "1"], ["till", 2, "1"], ["till", 3, "2"],
    ]
    assert lines["customer_id"].isna().tolist() == [True, False, True]
    assert list(collected["transactions"].columns) == contract("collected/transactions").column_names
    assert tables.save(collected["transactions"], "collected/transactions")["rows"] == 3


def test_conform_gives_the_columns_and_types_of_the_contract_and_nulls_for_what_is_absent():
    table = collection.conform(pd.DataFrame({"product_id": [7, 8], "unit_cost": [1, 2], "source_row": [1, 2]}), "products", "x")
    schema = table.schema()
    assert list(table.columns) == contract("collected/products").column_names
    assert schema["product_id"].is_string()
    assert schema["unit_cost"].is_float64()
    frame = table.to_pandas()
    assert frame["name"].isna().all()
    assert set(frame["source"]) == {"x"}


def test_conform_keeps_further_columns_of_open_tables_only():
    frame = pd.DataFrame({"customer_id": ["a"], "product_id": ["p"], "shoe_size": [42], "source_row": [1]})
    assert "shoe_size" in collection.conform(frame, "customers", "x").columns
    assert "shoe_size" not in collection.conform(frame, "products", "x").columns


def test_a_missing_or_empty_file_of_a_source_is_the_users_to_mend(shop):
    raw = paths.layer("shop", "raw")
    (raw / "archive.csv").write_bytes(b"")
    with pytest.raises(UserError, match="source 'archive': data/shop/raw/archive.csv is empty"):
        collection.collect(shop, connection=tables.connection())
    (raw / "archive.csv").unlink()
    with pytest.raises(UserError, match="source 'archive': no file in data/shop/raw matches 'archive.csv'"):
        collection.collect(shop, connection=tables.connection())


def test_a_file_that_a_package_should_carry_and_does_not_is_named(shop, monkeypatch, tmp_path):
    source = shop.sources[0]
    monkeypatch.setattr("helpers.sources.files.files", lambda source, folder: {"x": tmp_path / "gone.csv"})
    with pytest.raises(UserError, match=r"source 'till': gone.csv is missing"):
        collection.raw_files(source, "shop")


def test_a_source_that_cannot_read_its_files_is_said_in_one_line(shop, monkeypatch):
    def fail(*arguments, **options):
        raise ValueError("first line\nsecond line")

    monkeypatch.setattr("helpers.sources.files.read", fail)
    with pytest.raises(UserError) as error:
        collection.read_source(shop.sources[0], shop, tables.connection())
    assert str(error.value) == "source 'till': data/shop/raw/till.csv cannot be read: first line"


def test_raw_files_are_remembered_for_the_manifest(shop):
    collection.collect(shop, connection=tables.connection())
    noted = tables.trace()["raw"]
    assert [file.rsplit("/", 1)[1] for file in sorted(noted)] == ["archive.csv", "till.csv"]


def test_a_table_without_rows_is_the_users_to_mend():
    collection.check_rows({"transactions": 1})
    with pytest.raises(UserError, match="the sources of 'feedback' gave no rows: check the files and the mapping"):
        collection.check_rows({"transactions": 1, "feedback": 0})


def test_an_option_is_set_for_all_sources_and_the_settings_stay_as_they_are(home):
    settings = datasets.load("cdnow")
    changed = collection.with_option(settings, "sample", "full")
    assert [source.options["sample"] for source in changed] == ["full"]
    assert "sample" not in settings.sources[0].options
    assert collection.with_option(settings, "sample", "") == settings.sources


# --- describing


def test_each_file_has_a_row_with_size_rows_and_fingerprint(shop):
    described = collection.describe_sources(shop, connection=tables.connection()).set_index("source")
    till = described.loc["till"]
    content = (paths.layer("shop", "raw") / "till.csv").read_bytes()
    assert (till["file"], till["table"], till["system"]) == ("till.csv", "transactions", "files")
    assert (till["n_rows"], till["n_columns"], till["bytes"]) == (2, 6, len(content))
    assert till["sha256"] == hashlib.sha256(content).hexdigest()
    assert described["first_date"].isna().all()
    saved = tables.save(described.reset_index(), "sources")
    assert saved["rows"] == 2
    short = collection.shortened(described.reset_index())
    assert short["fingerprint"].str.len().tolist() == [12, 12]
    assert short["kilobytes"].iloc[0] == len(content) / 1000


def test_the_span_of_a_parquet_file_is_that_of_its_time_columns(tmp_path):
    connection = ibis.duckdb.connect()
    file = tmp_path / "a.parquet"
    pd.DataFrame({"at": pd.to_datetime(["2017-03-02 10:00", "2017-01-01 23:59"]), "x": 1}).to_parquet(file)
    assert collection._span("a", file, connection) == {
        "first_date": pd.Timestamp("2017-01-01"), "last_date": pd.Timestamp("2017-03-02"),
    }
    assert collection._size("a", file, None, connection) == (2, 2)
    pd.DataFrame({"x": [1]}).to_parquet(file)
    assert pd.isna(collection._span("a", file, connection)["first_date"])
    assert pd.isna(collection._span("a", tmp_path / "a.csv", connection)["first_date"])


def test_completeness_counts_filled_and_distinct_values_of_each_field():
    collected = {"products": collection.conform(pd.DataFrame({
        "product_id": ["a", "b", "c", "d"], "name": ["x", "x", None, "y"], "source_row": [1, 2, 3, 4],
    }), "products", "s")}
    fields = collection.completeness(collected).set_index("field")
    assert not {"source", "source_row", "problem"} & set(fields.index)
    assert fields.loc["name", ["n_rows", "n_filled", "n_distinct", "filled_rate"]].tolist() == [4, 3, 2, 0.75]
    assert fields.loc["brand", "filled_rate"] == 0
    assert fields.loc["product_id", "filled_rate"] == 1


def test_completeness_of_a_table_without_rows_is_zero():
    empty = collection.conform(pd.DataFrame({"product_id": pd.Series([], dtype="str"), "source_row": []}), "products", "s")
    assert (collection.completeness({"products": empty})["filled_rate"] == 0).all()


@pytest.fixture
def joined():
    lines = pd.DataFrame({
        "transaction_id": list("abcde"), "line_number": 1, "customer_id": ["c1", "c1", "c2", None, "c9"],
        "product_id": ["p1", "p1", "p1", "p1", "p1"], "source_row": range(5),
    })
    customers = pd.DataFrame({"customer_id": ["c1", "c2", "c2"], "source_row": [1, 2, 3]})
    return {
        "transactions": collection.conform(lines, "transactions", "s"),
        "customers": collection.conform(customers, "customers", "s"),
        "products": collection.conform(pd.DataFrame({"product_id": ["p1"], "source_row": [1]}), "products", "s"),
    }


def test_a_link_counts_filled_references_once_even_if_the_partner_stands_there_twice(joined):
    links = collection.joins(joined).set_index("link")
    assert links.loc["transactions.customer_id → customers"].tolist() == [4, 3, 0.75]
    assert links.loc["transactions.product_id → products"].tolist() == [5, 5, 1.0]
    assert len(links) == 2, "a link to a table that is absent"


def test_links_without_references_or_tables_are_left_out(joined):
    feedback = collection.conform(pd.DataFrame({"feedback_id": ["f"], "source_row": [1]}), "feedback", "s")
    assert collection.joins({"feedback": feedback, "products": joined["products"]}).empty
    assert list(collection.joins({}).columns) == ["link", "n_rows", "n_found", "found_rate"]


def test_what_is_absent_is_listed_with_what_it_would_show(joined):
    missing = collection.absent(joined)
    assert missing["table"].tolist() == [SPOKEN[name] for name in CANONICAL_NAMES if name not in joined]
    assert missing["gives"].str.len().min() > 10


def test_months_are_those_of_the_business():
    moments = ["2017-02-01 04:59:59", "2017-02-01 05:00:00", "2017-03-01 12:00:00"]
    lines = ibis.memtable(pd.DataFrame({"ordered_at": pd.to_datetime(moments, utc=True), "revenue": [1.0, 2.0, 4.0]}))
    days = {"first_day": pd.Timestamp("2017-01-31"), "as_of": pd.Timestamp("2017-03-01")}
    months = collection.volume_by_month(lines, "America/New_York", **days)
    assert months["month"].tolist() == [pd.Timestamp("2017-01-01"), pd.Timestamp("2017-02-01"), pd.Timestamp("2017-03-01")]
    assert months["n_lines"].tolist() == [1, 1, 1]
    assert months["revenue"].tolist() == [1, 2, 4]
    days = {"first_day": pd.Timestamp("2017-02-01"), "as_of": pd.Timestamp("2017-02-28")}
    assert collection.volume_by_month(lines, "America/New_York", **days)["revenue"].tolist() == [2], "outside the window"


# --- what the page says


def months(*n_lines: int) -> pd.DataFrame:
    return pd.DataFrame({"month": pd.date_range("2017-01-01", periods=len(n_lines), freq="MS"), "n_lines": n_lines})


def steadiness(*n_lines: int, first: str = "2017-01-01", last: str = "2017-12-31"):
    return collection.steadiness(months(*n_lines), first_day=pd.Timestamp(first), as_of=pd.Timestamp(last))


@pytest.mark.parametrize(("lowest", "n_low"), [(49, 1), (50, 0), (51, 0)])
def test_a_gap_is_a_month_below_half_of_the_median(lowest, n_low):
    found = steadiness(100, 100, lowest, 100)
    assert found.values["n_low"] == n_low
    sentence = i18n.text(*found.finding, **found.values)
    if n_low:
        assert sentence == (
            "1 of 4 whole months fall below half of the median of 100 order lines; the lowest is Mar 2017 with 49."
        )
    else:
        assert sentence == "None of 4 whole months has fewer than half the order lines of a usual month (100, the median)."
        assert i18n.text(*found.title, **found.values).startswith("No gap: whole months have between")


def test_months_that_the_window_covers_in_part_are_left_out():
    assert steadiness(1, 100, 100, 100, 1, first="2017-01-02", last="2017-05-30").values["n_low"] == 0
    assert steadiness(1, 100, 100, 100, first="2017-01-01").values["n_low"] == 1
    assert steadiness(100, 100, 100, 1, last="2017-04-30").values["n_low"] == 1


def test_two_whole_months_are_too_few_to_see_a_gap():
    with pytest.raises(TooLittleData) as short:
        steadiness(5, 5, 5, first="2017-01-02")
    assert str(short.value) == "Needs 3 whole months to see gaps; there are 2."
    assert steadiness(5, 5, 5).values["n_months"] == 3


def headline(links: pd.DataFrame, filled=(4, 2, 0)):
    fields = pd.DataFrame({"table": "t", "field": list("abc"), "n_rows": 4, "n_filled": filled})
    return collection.headline({"t": 4}, fields, links, collection.absent({}))


@pytest.mark.parametrize(("rates", "said"), [
    ([], "4 rows arrived; with 1 table there is nothing to join."),
    ([1.0], "4 rows arrived in 1 tables, and every reference between them finds its partner."),
    ([1.0, 0.5], "4 rows arrived in 1 tables; the weakest link is link1, where 50.0% of the references find their partner."),
])
def test_the_answer_names_the_weakest_link_if_there_is_one(rates, said):
    links = pd.DataFrame({"link": [f"link{i}" for i in range(len(rates))], "found_rate": rates})
    facts = headline(links)
    assert i18n.text(*facts.answer, **facts.values) == said
    assert facts.weakest_rate == (min(rates) if rates else None)


def test_several_tables_without_a_link_are_said_not_to_refer_to_each_other():
    fields = pd.DataFrame({"table": "t", "field": ["a"], "n_rows": 4, "n_filled": 4})
    facts = collection.headline({"t": 4, "u": 2}, fields, pd.DataFrame({"link": [], "found_rate": []}), collection.absent({}))
    assert i18n.text(*facts.answer, **facts.values) == "6 rows arrived in 2 tables that do not refer to each other."


def test_fields_that_no_source_fills_are_named():
    facts = headline(pd.DataFrame({"link": [], "found_rate": []}))
    assert facts.full_rate == 0.5
    assert i18n.text(*facts.fields_title, **facts.values) == "1 of 2 fields that a source fills have a value in every row"
    assert i18n.text(*facts.unfilled, **facts.values) == "No source fills these 1 fields: t.c."
    full = headline(pd.DataFrame({"link": [], "found_rate": []}), filled=(4, 4, 4))
    assert i18n.text(*full.unfilled, **full.values) == "Every field of the collected tables is filled by some source."


def test_fields_that_are_filled_in_part_come_emptiest_first():
    fields = pd.DataFrame({
        "table": "t", "field": list("abcd"), "n_filled": [4, 1, 2, 0], "filled_rate": [1.0, 0.25, 0.5, 0.0],
    })
    assert collection.partly_filled(fields)["label"].tolist() == ["t.b", "t.c"]
    assert collection.partly_filled(fields, most=1)["label"].tolist() == ["t.b"]
    assert collection.partly_filled(fields[fields["filled_rate"] == 1])["label"].tolist() == ["t.a"]


def test_every_link_that_loses_rows_gets_a_sentence_and_all_others_one():
    links = pd.DataFrame({"link": list("xyz"), "n_rows": [10, 20, 30], "n_found": [9, 20, 3], "found_rate": [0.9, 1.0, 0.1]})
    said = [i18n.text(s.template, **s.values) for s in collection.link_findings(links)]
    assert said == [
        "27 of 30 references z find no partner; 10.0% do.",
        "1 of 10 references x find no partner; 90.0% do.",
    ]
    (all_found,) = collection.link_findings(links[links["found_rate"] == 1])
    assert i18n.text(all_found.template, **all_found.values) == (
        "Each of 20 references from one table to another, such as an order line to its product, finds its partner."
    )
    assert collection.link_findings(links.head(0)) == []


def test_the_limits_of_a_data_set_are_told_in_the_language_of_the_reader(shop):
    assert collection.limit_sentences(shop, language="en") == ["archive: the years before", "Cash buyers are unknown."]
    assert collection.limit_sentences(shop, language="zh") == ["archive: 往年数据", "现金顾客未知。"]


def test_many_files_are_summed_up_by_source_and_few_are_shown_one_by_one():
    files = pd.DataFrame({
        "source": ["till"] * 30 + ["shop"], "file": [f"pos/{i:02d}.csv" for i in range(30)] + ["shop.csv"], "n_rows": [10] * 31,
        "n_columns": [3] * 31, "bytes": [1000] * 31, "sha256": ["f" * 64] * 31, "first_date": pd.NaT, "last_date": pd.NaT,
    })
    found = collection.shortened(files)
    assert found["file"].tolist() == ["pos/00.csv … 29.csv (30)", "shop.csv"]
    assert found["n_rows"].tolist() == [300, 10]
    assert found["fingerprint"].isna().tolist() == [True, False]
    assert len(collection.shortened(files.tail(5))) == 5


def test_with_personal_records_a_customer_is_looked_up_in_them():
    people = ibis.memtable(pd.DataFrame({"customer_id": ["crm:1", "till:9"]}))
    customers = ibis.memtable(pd.DataFrame({"customer_id": ["crm:1"]}))
    lines = ibis.memtable(pd.DataFrame({"customer_id": ["till:9", None, "till:8"]}))
    found = collection.joins({"people": people, "customers": customers, "transactions": lines})
    assert found.to_numpy().tolist() == [["transactions.customer_id → people", 2, 1, 0.5]]


def test_a_file_whose_name_holds_a_phone_is_refused_without_saying_it(home):
    folder = home / "data" / "shop" / "raw"
    folder.mkdir(parents=True)
    (folder / "till_13800000001.csv").write_text("Receipt\n1\n", encoding="utf-8")
    source = datasets.Source(name="till", system="files", table="transactions",
                             pattern="till*.csv", columns={"transaction_id": "Receipt"})
    with pytest.raises(UserError, match="source 'till': the name of file 1 of 1 holds a phone number.*rename it") as refused:
        collection.raw_files(source, "shop")
    assert "1380" not in str(refused.value)
