"""contracts.py: every table has one owner, a key that is always filled, and columns that say what they hold."""

import re

import pytest

from helpers import contracts, report, tables
from helpers.contracts import CANONICAL, CANONICAL_NAMES, SPOKEN, contract
from helpers.running import freshness

EVERY = contracts.contracts()


@pytest.mark.parametrize("spec", EVERY.values(), ids=EVERY)
def test_a_contract_is_complete(spec):
    names = spec.column_names
    assert len(set(names)) == len(names), "a column stands there twice"
    assert all(re.fullmatch(r"(T|[a-z])[a-z0-9_]*", name) for name in names)  # T: the literature's name of an age
    assert all(column.type in tables.ARROW for column in spec.columns)
    assert all(column.means for column in spec.columns), "a column does not say what it holds"
    assert spec.owner in freshness.TOPICS, "nobody writes the table"
    assert spec.layer in ("collected", "vault", "clean", "results")
    assert spec.one_row.startswith(("a ", "an ", "another ", "one "))


@pytest.mark.parametrize("spec", EVERY.values(), ids=EVERY)
def test_a_key_is_made_of_columns_that_are_always_filled(spec):
    assert spec.key
    columns = {column.name: column for column in spec.columns}
    assert not [name for name in spec.key if columns[name].nullable]


@pytest.mark.parametrize("spec", EVERY.values(), ids=EVERY)
def test_limits_are_in_order_and_shares_lie_between_0_and_1(spec):
    for column in spec.columns:
        if column.ge is not None and column.le is not None:
            assert column.ge < column.le, column.name
        if column.name.endswith("_rate"):
            assert (column.ge, column.le) == (0, 1), f"{column.name} is no share between 0 and 1"
        if column.isin:
            assert column.type == "string", column.name


def test_no_two_tables_share_a_file():
    files = [spec.path for spec in EVERY.values()]
    assert len(set(files)) == len(files)


def test_the_canonical_tables_are_those_of_the_design():
    assert CANONICAL_NAMES == (
        "customers", "products", "transactions", "interactions", "campaigns", "campaign_contacts", "feedback", "cases",
        "deals", "subscriptions", "consents", "survey_questions", "survey_answers", "survey_invitations",
    )
    assert contract("transactions").key == ("transaction_id", "line_number")
    assert contract("subscriptions").key == ("subscription_id",)
    assert contract("consents").key == ("customer_id", "purpose")


@pytest.mark.parametrize("spec", CANONICAL, ids=CANONICAL_NAMES)
def test_a_canonical_table_says_what_adding_it_would_show_and_has_a_name_that_a_reader_knows(spec):
    assert spec.gives
    assert SPOKEN[spec.name]


@pytest.mark.parametrize("name", CANONICAL_NAMES)
def test_a_collected_table_promises_types_and_origin_only(name):
    collected, clean = contract(f"collected/{name}"), contract(name)
    assert collected.key == ("source", "source_row")
    assert collected.path == f"collected/{name}.parquet"
    derived = {"order_date", "order_hour"}
    origin = {"source", "source_row", "problem"}
    assert set(collected.column_names) == set(clean.column_names) - derived | origin
    for column in collected.columns:
        if column.name not in ("source", "source_row"):
            assert column.nullable, f"{column.name} must be free to be empty before cleaning"
            assert column.name in origin or (column.ge, column.le, column.isin) == (None, None, None)


@pytest.mark.parametrize("topic", contracts.TOPICS)
def test_every_topic_has_a_table_of_findings_with_the_columns_that_report_writes(topic, home, shown):
    report.start("01_collection", dataset="complete_journey")
    assert contract(f"findings_{topic}").column_names == list(report.findings().columns)
    assert contract(f"findings_{topic}").path == f"results/findings/{topic}.parquet"


def test_the_stages_that_write_tables_have_a_notebook():
    topics = {stage.split("_", 1)[1] for stage in freshness.stage_names()}
    assert {spec.owner for spec in EVERY.values()} <= topics


def test_an_unknown_contract_is_named():
    with pytest.raises(KeyError, match="no table contract named 'ordres'"):
        contract("ordres")
