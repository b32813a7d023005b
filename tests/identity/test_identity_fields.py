from datetime import date

import ibis
import pandas as pd
import pytest

from helpers.errors import UserError
from helpers.identity import identity_fields


def standardised(rows, **options):
    connection = ibis.duckdb.connect()
    frame = pd.DataFrame(rows).astype(object)
    connection.con.register("frame", frame.where(frame.notna(), None))
    connection.con.execute("CREATE TABLE people AS SELECT * FROM frame")
    table, corrections = identity_fields.standardise(connection.table("people"), connection=connection, **options)
    return table.to_pandas().sort_values("record_key", ignore_index=True), corrections.to_pandas()


def test_each_row_keeps_its_place_and_gets_one_form():
    table, _ = standardised(
        [
            {
                "customer_id": "crm:1",
                "full_name": "張偉",
                "phone": "0086 138-0000-1234",
                "email": "Wei@Example.com",
                "gender": "男",
                "region": "北京",
                "source": "crm",
                "source_row": 7,
            },
            {
                "customer_id": "web:1",
                "full_name": "ZHANG, Wei",
                "phone": "＋８６１３８００００１２３４",
                "email": None,
                "gender": "M",
                "region": "Beijing",
                "source": "web",
                "source_row": 3,
            },
        ]
    )
    assert table["record_key"].tolist() == ["crm:1", "web:1"] and table["source_row"].tolist() == [7, 3]
    for column, value in {
        "name_key": "wei zhang",
        "phone": "+8613800001234",
        "gender": "male",
        "region": "北京市",
        "region_code": "110000",
    }.items():
        assert table[column].tolist() == [value, value], column
    assert list(table.columns) == list(identity_fields.STANDARDISED)


def test_corrections_say_what_was_there_what_is_now_and_why():
    _, corrections = standardised(
        [
            {
                "customer_id": "a",
                "full_name": "張偉",
                "phone": "13800000000",
                "email": "li@example.com",
                "source": "crm",
                "source_row": 1,
            }
        ]
    )
    found = corrections.sort_values("field").astype(object).where(corrections.notna(), None)
    assert found.loc[:, "field":].to_dict("records") == [
        {"field": "full_name", "before": "張偉", "after": "张伟", "rule": "characters simplified"},
        {"field": "phone", "before": "13800000000", "after": None, "rule": "placeholder"},
    ]
    assert set(corrections["field"]) == {"full_name", "phone"}, "an e-mail that was right is no correction"


def test_a_valid_national_id_gives_birth_date_and_gender_where_these_lack():
    table, _ = standardised(
        [{"customer_id": "a", "national_id": "11010519491231002X"}, {"customer_id": "b", "national_id": "110105194912310021"}]
    )
    assert table["birth_date"].dt.date.tolist()[0] == date(1949, 12, 31) and table["gender"].tolist()[0] == "female"
    assert table["birth_date"].isna()[1] and table["national_id"].isna()[1]


def test_defaults_of_systems_are_no_birth_dates():
    born = ["1900-01-01", "1970-01-01", "1900-01-02", "1984-05-06", "2030-01-01"]
    table, _ = standardised(
        [{"customer_id": str(place), "birth_date": day, "recorded_at": "2024-01-01"} for place, day in enumerate(born)]
    )
    assert table["birth_date"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["", "", "1900-01-02", "1984-05-06", ""]


def test_the_member_number_of_the_loyalty_list_is_its_own_record_key():
    table, _ = standardised(
        [
            {"customer_id": "crm:1", "member_id": "member:5"},
            {"customer_id": "member:5", "member_id": None},
            {"customer_id": "x", "member_id": ""},
        ]
    )
    assert table["member_id"].fillna("").tolist() == ["member:5", "member:5", ""]


def test_a_second_phone_moves_up_where_the_first_is_none():
    table, _ = standardised(
        [
            {"customer_id": "a", "phone": "无", "other_phone": "138 0000 1234"},
            {"customer_id": "b", "phone": "13800001234", "other_phone": "13800001234"},
        ]
    )
    assert table["phone"].tolist() == ["+8613800001234"] * 2 and table["phone_2"].isna().all()


def test_rows_without_a_key_are_left_out_and_a_table_without_keys_is_refused():
    table, _ = standardised([{"customer_id": None, "full_name": "李娜"}, {"customer_id": "b", "full_name": "李娜"}])
    assert table["record_key"].tolist() == ["b"]
    with pytest.raises(UserError, match="customer_id"):
        standardised([{"full_name": "李娜"}])


def test_an_empty_table_gives_an_empty_table():
    connection = ibis.duckdb.connect()
    connection.con.execute("CREATE TABLE people (customer_id VARCHAR, full_name VARCHAR, phone VARCHAR)")
    table, corrections = identity_fields.standardise(connection.table("people"), connection=connection)
    assert len(table.to_pandas()) == 0 and len(corrections.to_pandas()) == 0
