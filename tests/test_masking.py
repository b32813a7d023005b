"""masking.py: what is masked, what stays, in English and Chinese."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import masking


@pytest.mark.parametrize(("text", "masked"), [
    ("write to jo.smith+x@mail.example.co.uk please", "write to [e-mail] please"),
    ("see https://example.com/a?b=c, really", "see [link] really"),
    ("see www.example.com", "see [link]"),
    ("call 1-800-242-8807 now", "call [phone] now"),
    ("call (800) 456-1330 now", "call [phone] now"),
    ("call +44 20 7946 0958 now", "call [phone] now"),
    ("my order number is 4471-AB-90 and", "my order number is [number] and"),
    ("Order #123456", "Order #[number]"),
    ("tracking no. 1Z999AA10123", "tracking no. [number]"),
    ("113-1234567-7654321", "[number]"),
    ("ISBN 0738551856", "ISBN [number]"),
    ("thanks @jane_doe", "thanks [name]"),
    ("ask Dr. Strangelove", "ask Dr. [name]"),
    ("my name is Kitty, and", "my name is [name], and"),
    ("It works. - Kasia S.", "It works. - [name]"),
    ("Sincerely, Phoebe", "Sincerely, [name]"),
    ("I told Jennifer Q. Adams so", "I told [name] so"),
    ("my husband Gary likes it", "my husband [name] likes it"),
    ("联系 13812345678 或 +86 139 1234 5678", "联系 [phone] 或 [phone]"),
    ("电话：０１０-６２７７１２３４", "电话：[phone]"),
    ("订单号：A20231105", "订单号：[number]"),
    ("我叫李小龙，很满意", "我叫[name]，很满意"),
    ("客服王小姐很耐心", "客服[name]小姐很耐心"),
])
def test_personal_data_becomes_a_placeholder(text, masked):
    assert masking.mask_text(text) == masked


@pytest.mark.parametrize("text", [
    "I paid $49.99 in 2011, 24 bars of 12.5 oz, since 04-30-2010 (2010-2011).",
    "In order to save 5000 calories",
    "the case of 24 cans, 200 mg, 100000 fans",
    "Thanks Amazon! Half-Pound Bag",
    "mark my words, will rose hip grace any tea?",
    "Aaron's Red Mill flour",
    "not a Mr. Coffee machine",
    "这款茶叶 500 克装，2023 年购买，先生说不错",
])
def test_prices_years_sizes_and_brands_stay(text):
    assert masking.mask_text(text) == text


def test_unknown_text_stays_unknown_and_placeholders_are_counted():
    masked = masking.mask_personal_data(pd.Series(["call 800-456-1330, Gary", None], dtype="str"))
    assert masked.isna().tolist() == [False, True]
    assert masking.count_masked(masked) == {"[link]": 0, "[e-mail]": 0, "[phone]": 1, "[number]": 0, "[name]": 1,
                                            "[address]": 0}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text):
    once = masking.mask_text(text)
    assert masking.mask_text(once) == once


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.(com|cn)", fullmatch=True), st.sampled_from(["a ", "(", "邮箱", "x: "]))
def test_no_address_survives_wherever_it_stands(address, before):
    assert address not in masking.mask_text(f"{before}{address} .")


@pytest.mark.parametrize(("text", "masked"), [
    ("from 198.51.100.7, and 2001:db8::1:2", "from [number], and [number]"),
    ("身份证 110100 19900101 0012", "身份证 [number]"),
    ("送到杭州市西湖区虚构路100号1单元200室，谢谢", "送到杭州[address]，谢谢"),
    ("I live at 12 Sample Hill Road, thanks", "I live at [address], thanks"),
])
def test_hosts_identity_numbers_and_streets_are_masked(text, masked):
    assert masking.mask_text(text) == masked


@pytest.mark.parametrize("text", [
    "Dr. Martens 1460", "Maria's 2-pack 500 ml", "P1234567", "杭州市", "12:30:00", "1.2.3", "SKU 6900000123456",
])
def test_names_of_things_stay_where_only_contacts_go(text):
    assert masking.mask_contacts(text) == text
    assert masking.mask_contacts(f"{text} 138-0000-0001") == f"{text} [phone]"
