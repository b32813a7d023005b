"""resolution.py: references, visitors, pseudonyms and records of customers, on tables worked by hand."""

import ibis
import pandas as pd
import pytest

from helpers.cleaning import cleaning
from helpers.cleaning.cleaning_rules import Settings
from helpers.contracts import ENGINE, contract
from helpers.identity import resolution

AS_OF = pd.Timestamp("2025-12-31")


def table_of(name: str, **columns) -> ibis.Table:
    """A collected table with the given columns; all others are null."""
    spec = contract(name)
    n = len(next(iter(columns.values())))
    given = ibis.memtable(pd.DataFrame({"source": ["s"] * n, "source_row": range(1, n + 1), **columns}))
    return given.select(**{
        c.name: given[c.name].cast(ENGINE[c.type]) if c.name in given.columns else ibis.null(ENGINE[c.type])
        for c in spec.columns
    })


def test_every_number_of_a_person_is_a_record_key_once():
    people = ibis.memtable(pd.DataFrame({"customer_id": ["crm:1", "crm:2"]}))
    lines = ibis.memtable(pd.DataFrame({"customer_id": ["member:7", None, "crm:1"]}))
    products = ibis.memtable(pd.DataFrame({"product_id": ["p"]}))
    keys = resolution.record_keys({"people": people, "transactions": lines, "products": products})
    assert sorted(keys.to_pandas()["record_key"]) == ["crm:1", "crm:2", "member:7"]


def test_references_become_customers_guests_stay_guests_and_no_row_is_lost_or_doubled():
    lines = ibis.memtable(pd.DataFrame({"line": [1, 2, 3, 4], "customer_id": ["crm:1", None, "member:7", "crm:1"]}))
    ledger = ibis.memtable(pd.DataFrame({"record_key": ["crm:1", "member:7", "x:9"], "customer_id": ["A", "A", "B"]}))
    found = resolution.refer(lines, ledger).order_by("line").to_pandas()
    assert found["customer_id"].fillna("guest").tolist() == ["A", "guest", "A", "A"]


@pytest.mark.parametrize(("name", "is_test"), [
    ("测试订单", True), ("test", True), ("Test 01", True), ("TESTER", True), ("Testa Rossa", False), ("王测试", False),
    (None, False),
])
def test_only_who_is_called_test_places_test_orders(name, is_test):
    people = ibis.memtable(pd.DataFrame({
        "customer_id": ["web:1"], "full_name": pd.array([name], dtype="str"), "source": ["web"],
    }))
    lines = ibis.memtable(pd.DataFrame({"customer_id": ["web:1", "web:2", None], "source": ["web"] * 3}))
    found = resolution.mark_tests(lines, people).to_pandas()
    assert sorted(found["is_test"]) == sorted([is_test, False, False])


def test_a_member_whose_number_a_tester_used_once_is_no_tester():
    people = ibis.memtable(pd.DataFrame({
        "customer_id": ["member:1", "member:1", "member:2"], "full_name": ["测试订单", "样例甲", "测试"],
        "source": ["web", "web", "till"],
    }))
    lines = ibis.memtable(pd.DataFrame({"customer_id": ["member:1", "member:2"], "source": ["web", "web"]}))
    assert resolution.mark_tests(lines, people).to_pandas()["is_test"].tolist() == [False, False]


def test_a_device_belongs_to_the_one_customer_who_logged_in_on_it():
    seen = ibis.memtable(pd.DataFrame({
        "interaction_id": ["1", "2", "3", "4", "5", "6"], "visitor_id": ["d1", "d1", "d2", "d2", "d2", None],
        "customer_id": ["A", None, "A", "B", None, None],
    }))
    found = resolution.recognise_visitors(seen)
    assert found.order_by("interaction_id").to_pandas()["customer_id"].fillna("?").tolist() == ["A", "A", "A", "B", "?", "?"]


def test_equal_values_get_equal_pseudonyms_and_empty_stays_empty():
    table = ibis.memtable(pd.DataFrame({"k": [1, 2, 3], "visitor_id": ["a", None, "a"]}))
    found = resolution.hide(table, "visitor_id", lambda value: f"hidden-{value}").order_by("k").to_pandas()
    assert found["visitor_id"].fillna("?").tolist() == ["hidden-a", "?", "hidden-a"]


@pytest.mark.parametrize(("born", "band"), [
    ("2008-01-01", "<18"), ("2007-12-31", "18–24"), ("2001-01-01", "18–24"), ("2000-12-31", "25–34"), ("1960-12-31", "65+"),
    ("1895-12-31", None), ("2026-06-01", None), (None, None),
])
def test_age_counts_whole_years_on_the_last_day(born, band):
    table = ibis.memtable(pd.DataFrame({"born": pd.Series([born]).astype("datetime64[us]")}))
    found = table.mutate(band=resolution.age_band(table.born.cast("date"), AS_OF)).to_pandas()["band"].iloc[0]
    assert found == band or (pd.isna(found) and band is None)


def test_a_line_that_fed_both_tables_stays_one_row_and_the_personal_record_fills_its_gaps():
    customers = table_of("collected/customers", customer_id=["A", "B"], city=["上海市", None], loyalty_tier=["gold", None])
    people = table_of(
        "collected/people", customer_id=["A", "B", "C"], city=["北京市", "广州市", "深圳市"], gender=["f", "m", "f"]
    )
    found = resolution.customer_records(customers, people, as_of=AS_OF, time_zone="Asia/Shanghai")
    frame = found.order_by("source_row").to_pandas()
    assert frame["customer_id"].tolist() == ["A", "B", "C"]
    assert frame["city"].tolist() == ["北京市", "广州市", "深圳市"], "the standardised name is used, not the one as written"
    assert frame["gender"].tolist() == ["f", "m", "f"]
    assert list(frame.columns) == contract("collected/customers").column_names


def test_without_attribute_tables_the_personal_records_are_the_customers():
    people = table_of(
        "collected/people", customer_id=["A"], region=["广东省"], recorded_at=pd.to_datetime(["2025-01-01T20:00Z"])
    )
    frame = resolution.customer_records(None, people, as_of=AS_OF, time_zone="Asia/Shanghai").to_pandas()
    assert frame["region"].tolist() == ["广东省"]
    assert frame["joined_at"].astype(str).tolist() == ["2025-01-02"], "the day is that of the business's time zone"


def test_of_several_records_the_first_source_that_knows_a_value_is_believed_and_the_rest_are_merged():
    customers = table_of(
        "collected/customers", customer_id=["A", "A", "A"], source=["shop", "crm", "crm"], source_row=[1, 5, 4],
        city=["上海市", None, "北京市"], loyalty_tier=["gold", None, None],
        joined_at=pd.to_datetime(["2025-03-01", "2024-02-01", None]),
    )
    names = ibis.memtable(pd.DataFrame({"customer_id": ["A"], "name": ["测试"]}))
    rules = Settings(None, AS_OF, "UTC", sources=("crm", "shop"))
    kept, aside, _ = cleaning.clean_table("customers", customers, rules, None, names)
    row = kept.to_pandas().iloc[0]
    assert (row["city"], row["loyalty_tier"], str(row["joined_at"])[:10]) == ("北京市", "gold", "2024-02-01")
    assert aside.to_pandas()["reason"].tolist() == ["repeated key", "repeated key"]


def test_a_source_counts_records_numbers_and_customers_and_those_whom_another_source_knows():
    people = ibis.memtable(pd.DataFrame({
        "source": ["crm", "crm", "crm", "till"], "record_key": ["crm:1", "crm:1", "crm:2", "till:9"],
        "customer_id": ["A", "A", "B", "A"],
    }))
    found = resolution.by_source(people)
    assert found.to_numpy().tolist() == [["crm", 3, 2, 2, 1, 0.5], ["till", 1, 1, 1, 1, 1.0]]


@pytest.mark.parametrize(("value", "is_hidden"), [
    ("13800000001-7", True), ("T+8613800000001", True), ("a@example.com", True), ("110100199001010012", True),
    ("R00012", False), ("2025010112345678", False), ("6900000123456", False), ("99138000000012", False),
])
def test_a_number_made_of_a_phone_an_e_mail_or_an_identity_number_gets_a_pseudonym(value, is_hidden):
    table = ibis.memtable(pd.DataFrame({"case_id": [value], "topic": ["x"]}))
    found = resolution.hide(table, "case_id", lambda text: "hidden", matching=resolution.PERSONAL_NUMBER).to_pandas()
    assert found["case_id"].tolist() == ["hidden" if is_hidden else value]
