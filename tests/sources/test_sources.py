"""The built-in sources give what their publishers say, and what DESIGN's "know your data" warns of is true."""

from datetime import date
from functools import cache

import ibis
import pandas as pd
import pytest

from helpers import datasets, sources
from helpers.contracts import contract
from helpers.errors import UserError
from helpers.timezones import local


@pytest.fixture(autouse=True)
def workbook(home):
    return home


@cache
def read(name: str, position: int = 0, **options) -> dict:
    """Return the canonical tables of a source of a built-in data set."""
    settings = datasets.load(name)
    source = settings.sources[position]
    source = source.model_copy(update={"options": {**source.options, **options}})
    module = sources.module(source.system)
    connection = ibis.duckdb.connect()
    return module.read(source, module.files(source, None), business=settings.business, connection=connection)


@pytest.mark.parametrize("name", ["complete_journey", "cdnow", "telco"])
def test_every_source_gives_the_tables_that_it_says_it_feeds(name):
    for position, source in enumerate(datasets.load(name).sources):
        given = read(name, position)
        assert set(sources.module(source.system).feeds(source)) == set(given)
        for table, data in given.items():
            known = contract(f"collected/{table}").column_names
            assert "source_row" in data.columns
            assert set(data.columns) <= set(known) or contract(table).is_open
            assert set(contract(table).key) <= set(data.columns)


@pytest.mark.slow
def test_complete_journey_has_the_published_number_of_lines_households_and_campaigns():
    tables = read("complete_journey")
    counts = {name: int(table.count().execute()) for name, table in tables.items()}
    assert counts == {
        "transactions": 1_469_307, "products": 92_331, "customers": 2_469, "campaigns": 27, "campaign_contacts": 6_589,
    }
    lines = tables["transactions"]
    assert int(lines.customer_id.nunique().execute()) == 2_469
    assert int(tables["customers"].age_band.count().execute()) == 801


@pytest.mark.slow
def test_keys_of_complete_journey_are_unique_and_rows_are_numbered_from_one():
    for name, table in read("complete_journey").items():
        n = int(table.count().execute())
        assert int(table.select(*contract(name).key).distinct().count().execute()) == n, name
        rows = table.agg(low=table.source_row.min(), high=table.source_row.max(), n=table.source_row.nunique()).to_pandas()
        assert rows.iloc[0].tolist() == [1, n, n], name


@pytest.mark.slow
def test_no_order_line_of_complete_journey_lies_after_the_snapshot_day_in_new_york_although_86_baskets_do_in_utc():
    lines = read("complete_journey")["transactions"]
    in_2018 = lines.filter(lines.ordered_at.year() == 2018)
    assert int(in_2018.transaction_id.nunique().execute()) == 86
    days = local(lines.ordered_at, "America/New_York", lines).date()
    span = lines.agg(first=days.min(), last=days.max()).to_pandas().iloc[0]
    assert pd.Timestamp(span["first"]).date() == date(2017, 1, 1)
    assert pd.Timestamp(span["last"]).date() == date(2017, 12, 31)


@pytest.mark.slow
def test_complete_journey_has_the_traps_that_the_cleaning_rules_are_for():
    tables = read("complete_journey")
    lines, products = tables["transactions"], tables["products"]
    assert int((lines.quantity == 0).sum().execute()) == 8_869
    assert float(lines.quantity.max().execute()) == 89_638
    known = products.select(listed="product_id")
    unknown = lines.anti_join(known, lines.product_id == known.listed)
    assert int(unknown.count().execute()) == 4_836
    assert int(lines.is_return.sum().execute()) == 0
    assert int(lines.revenue.notnull().sum().execute()) == 1_469_307


@pytest.mark.slow
def test_one_household_in_eight_is_a_sample_of_whole_households():
    tables = read("complete_journey", one_household_in=8)
    numbers = tables["customers"].customer_id.cast("int64")
    assert int((numbers % 8 != 0).sum().execute()) == 0
    n = int(tables["customers"].count().execute())
    assert 280 <= n <= 330
    assert int(tables["transactions"].customer_id.nunique().execute()) == n
    assert int(tables["products"].count().execute()) == 92_331, "the product list is whole"
    whole = read("complete_journey")["transactions"]
    one = tables["transactions"].customer_id.min().execute()
    lines = [int(t.filter(t.customer_id == one).count().execute()) for t in (whole, tables["transactions"])]
    assert lines[0] == lines[1] > 0


def test_one_review_in_three_is_a_sample_that_keeps_numbers_and_rows():
    whole, some = (read("complete_journey", 1, **options)["feedback"] for options in ({}, {"one_review_in": 3}))
    assert len(whole) == 5_000
    assert len(some) == 4_000 // 3 + 1_000 // 3
    assert some.equals(whole[whole["feedback_id"].isin(some["feedback_id"])])
    assert (some["feedback_id"].str[-4:].astype(int) % 3 == 0).all()


@pytest.mark.parametrize(("sample", "lines", "customers", "duplicates", "free"), [
    ("tenth", 6_919, 2_357, None, 8), ("full", 69_659, 23_570, 255, 80),
])
def test_cdnow_has_the_published_purchases_and_customers(sample, lines, customers, duplicates, free):
    frame = read("cdnow", sample=sample)["transactions"]
    assert (len(frame), frame["customer_id"].nunique()) == (lines, customers)
    assert not frame.duplicated(["transaction_id", "line_number"]).any()
    assert (frame["revenue"] == 0).sum() == free
    if duplicates is not None:
        assert frame.duplicated(["customer_id", "ordered_at", "quantity", "revenue"]).sum() == duplicates
    days = frame["ordered_at"].dt.tz_convert("America/New_York")
    assert (days.dt.hour == 12).all(), "a day moved with the time zone"
    assert days.min().date() == date(1997, 1, 1)
    assert days.max().date() == date(1998, 6, 30)


def test_the_first_purchase_of_cdnow_is_that_of_the_file():
    first = read("cdnow", sample="tenth")["transactions"].iloc[0]
    assert (first["customer_id"], first["quantity"], first["revenue"]) == ("00001", 2.0, 29.33)
    assert first["ordered_at"] == pd.Timestamp("1997-01-01 17:00", tz="UTC")


def test_an_unknown_sample_of_cdnow_is_refused():
    source = datasets.load("cdnow").sources[0].model_copy(update={"options": {"sample": "half"}})
    with pytest.raises(UserError, match="source 'purchases': option sample is tenth or full"):
        sources.module("cdnow").files(source, None)


def test_the_rows_and_columns_of_files_are_counted_without_their_header():
    module, source = sources.module("cdnow"), datasets.load("cdnow").sources[0]
    assert module.size(source, "tenth", module.files(source, None)["tenth"]) == (6_919, 5)
    full = source.model_copy(update={"options": {"sample": "full"}})
    assert module.size(full, "full", module.files(full, None)["full"]) == (69_659, 4)
    telco = sources.module("telco")
    assert telco.size(None, "wa_churn", None) == (7_043, 20)
    reviews = sources.module("fine_foods")
    assert reviews.size(None, "train", None) == (4_000, 3)


def test_telco_has_7043_contracts_of_which_1869_were_ended():
    contracts = read("telco")["subscriptions"]
    assert len(contracts) == 7_043
    assert contracts["churned"].sum() == 1_869
    assert round(contracts["churned"].mean(), 3) == 0.265
    assert contracts["ended_at"].notna().sum() == 1_869
    assert not contracts["subscription_id"].duplicated().any()
    unbilled = contracts[contracts["total_charges"].isna()]
    assert len(unbilled) == 11
    assert (unbilled["tenure_months"] == 0).all()
    assert "churn" not in contracts.columns, "the target stands there twice"


def test_tenure_is_counted_back_from_the_snapshot_day():
    row = read("telco")["subscriptions"].iloc[0]
    assert row["tenure_months"] == 1
    assert row["started_at"] == pd.Timestamp("2017-11-30")


def test_fine_foods_keeps_the_split_of_its_publisher():
    reviews = read("complete_journey", 1)["feedback"]
    assert reviews["split"].value_counts().to_dict() == {"train": 4_000, "test": 1_000}
    assert set(reviews["rating_label"]) == {"great", "other"}
    assert reviews["feedback_id"].is_unique
    assert reviews["text"].str.len().min() > 0
    assert "customer_id" not in reviews.columns, "the reviewers are not the households"


def test_an_unknown_system_has_no_module():
    with pytest.raises(ModuleNotFoundError):
        sources.module("sap")


def test_the_files_of_every_source_exist_and_lie_in_packages_not_in_the_network():
    for name in datasets.available():
        for source in datasets.load(name).sources:
            for file in sources.module(source.system).files(source, None).values():
                assert file.is_file()
                assert file.stat().st_size > 1000
