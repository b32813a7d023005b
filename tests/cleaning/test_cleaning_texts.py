"""cleaning_texts.py: free text leaves cleaning without the person in it."""

import ibis
import pandas as pd
import pytest

from helpers.cleaning.cleaning_texts import code_columns, free_text_columns, mask_names, masked, without_contacts
from helpers.texts import masking


def test_the_texts_of_a_table_are_those_that_may_hold_anything():
    assert free_text_columns("feedback", ["feedback_id", "text", "channel"]) == ["text"]
    assert free_text_columns("transactions", ["transaction_id", "channel"]) == []
    assert free_text_columns("customers", ["customer_id", "city", "source", "problem", "remark"]) == ["remark"]


def test_longer_names_are_replaced_first_so_that_no_part_stays():
    pairs = pd.DataFrame({"text": ["欧阳小明来过", "欧阳小明来过"], "name": ["欧阳", "欧阳小明"]})
    assert mask_names(pairs)["masked"].tolist() == ["[name]来过"]


@pytest.mark.parametrize(("text", "name", "found"), [
    ("Also Almond, says Al.", "Al", "Also Almond, says [name]."), ("我是Al买的", "Al", "我是[name]买的"),
    ("Zoë and Zoëlle", "Zoë", "[name] and Zoëlle"), ("A+B", "A+", "[name]B"), ("白雪公主", "白雪", "[name]公主"),
])
def test_a_name_in_latin_letters_is_a_word_of_its_own(text, name, found):
    assert mask_names(pd.DataFrame({"text": [text], "name": [name]}))["masked"].tolist() == [found]


def test_a_customers_own_name_is_masked_and_that_of_another_customer_stays_a_word():
    feedback = ibis.memtable(pd.DataFrame({
        "feedback_id": ["1", "2", "3"], "customer_id": ["a", "b", "a"],
        "text": ["我是白雪买的", "白雪一样的颜色", "电话 138 0000 0001"],
    }))
    names = ibis.memtable(pd.DataFrame({"customer_id": ["a"], "name": ["白雪"]}))
    found = masked(feedback, "text", names).order_by("feedback_id").to_pandas()
    assert found["_masked_text"].tolist() == ["我是[name]买的", "白雪一样的颜色", "电话 [phone]"]
    assert found["text"].tolist()[0] == "我是白雪买的", "the text itself is changed by the rule, where it is counted"


def test_a_companys_own_column_does_not_name_other_customers():
    people = [("a", "欧阳澍"), ("b", "Zora Sample"), ("c", "北京"), *((f"w{i}", "普通客户") for i in range(6))]
    names = ibis.memtable(pd.DataFrame(people, columns=["customer_id", "name"]))
    customers = ibis.memtable(pd.DataFrame({
        "customer_id": ["d"] * 5, "source_row": range(5), "referrer": ["欧阳澍", "Zora Sample", "北京", "普通客户", "门店"],
    }))
    found = masked(customers, "referrer", names).order_by("source_row").to_pandas()
    assert found["_masked_referrer"].tolist() == ["[name]", "[name]", "北京", "普通客户", "门店"]


def test_unknown_texts_stay_unknown_and_rows_stay():
    table = ibis.memtable(pd.DataFrame({"k": [1, 2, 3], "topic": ["a", None, "a@example.com"]}))
    found = masked(table, "topic").order_by("k").to_pandas()
    assert found["_masked_topic"].isna().tolist() == [False, True, False]
    assert found["_masked_topic"].iloc[2] == "[e-mail]"


@pytest.mark.parametrize(("address", "expected"), [
    ("https://shop.example/p/12?email=li@example.com#x", "https://shop.example/p/12"),
    ("/user/li%40example.com/orders", "/user/[e-mail]/orders"),
    ("/call/+86 138-0000-0001", "/call/[number]"),
    ("/order/20250101", "/order/20250101"),
    ("/p/１３８０００００００１", "/p/[number]"),
])
def test_a_web_address_keeps_its_path_only(address, expected):
    assert masking.mask_address(address) == expected


def test_a_code_into_which_somebody_wrote_a_phone_or_an_address_becomes_empty():
    customers = ibis.memtable(pd.DataFrame({
        "customer_id": ["a", "b", "c"], "source_row": [1, 2, 3], "city": ["杭州市", "杭州市虚构路100号", "Dresden"],
        "acquisition_channel": ["门店", "朋友 138-0000-0001", None], "loyalty_tier": ["金卡"] * 3,
    }))
    assert code_columns("customers", customers.columns) == ["acquisition_channel", "city", "loyalty_tier"]
    found = without_contacts("customers", customers).order_by("source_row").to_pandas()
    assert found["_masked_city"].fillna("empty").tolist() == ["杭州市", "empty", "Dresden"]
    assert found["_masked_acquisition_channel"].fillna("empty").tolist() == ["门店", "empty", "empty"]
    assert "_masked_loyalty_tier" not in found
    assert len(found) == 3


def test_a_product_keeps_its_name_and_loses_a_phone_in_it():
    products = ibis.memtable(pd.DataFrame({"product_id": ["1", "2"], "name": ["Dr. Martens", "杯子 订购13800000001"]}))
    found = masked(products, "name").order_by("product_id").to_pandas()
    assert found["_masked_name"].tolist() == ["Dr. Martens", "杯子 订购[phone]"]
