from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.identity import contact_points as points


@pytest.mark.parametrize(
    "text",
    [
        "13800001234",
        "+86 138-0000-1234",
        "008613800001234",
        "8613800001234",
        "１３８００００１２３４",
        "138 0000 1234",
        "(+86)13800001234",
        "13800001234.0",
        "013800001234",
        "13800001234 / 010-65529988",
    ],
)
def test_every_form_of_a_chinese_mobile_is_one_number(text):
    assert points.read_phone(text).number == "+8613800001234"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("010-6552 9988", "+861065529988"),
        ("010-65529988转123", "+861065529988"),
        ("(0755) 86013388 ext. 12", "+8675586013388"),
        ("+1 415 555 2671", "+14155552671"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_land_lines_extensions_and_foreign_numbers_are_read(text, number):
    assert points.read_phone(text).number == number


def test_a_number_is_read_at_home_in_its_country():
    assert points.read_phone("(02) 9374 4000", country="AU").number == "+61293744000"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("13800000000", "placeholder"),
        ("021-12345678", "placeholder"),
        ("无", "placeholder"),
        ("1.38E+10", "digits lost in scientific notation"),
        ("138001", "not a phone number"),
        ("call me", "not a phone number"),
        ("１２３", "not a phone number"),
    ],
)
def test_what_is_no_phone_is_null_with_its_reason(text, rule):
    assert points.read_phone(text) == (None, rule)


@given(st.integers(13_000_000_000, 19_999_999_999))
@settings(deadline=None, max_examples=60)
def test_reading_a_phone_twice_changes_nothing(digits):
    once = points.read_phone(str(digits)).number
    assert once is None or points.read_phone(once).number == once == f"+86{digits}"


@pytest.mark.parametrize(
    ("text", "address", "comparable"),
    [
        (" Li.Na@Example.COM ", "li.na@example.com", "li.na@example.com"),
        ("Li.Na+x@Gmial.com", "li.na+x@gmial.com", "lina@gmail.com"),
        ("ｌｉ＠example．com", "li@example.com", "li@example.com"),
        ("mailto:li@example.com", "li@example.com", "li@example.com"),
        ("Li Na <li@example.com>", "li@example.com", "li@example.com"),
        ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s"),
        ("a.b+c@example.com", "a.b+c@example.com", "a.b@example.com"),
    ],
)
def test_an_email_keeps_its_address_and_gets_a_comparable_form(text, address, comparable):
    assert points.read_email(text)[:2] == (address, comparable)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("test@example.com", "placeholder"),
        ("N/A", "placeholder"),
        ("li@example", "not an e-mail address"),
        ("li.example.com", "not an e-mail address"),
        ("a@b@example.com", "not an e-mail address"),
    ],
)
def test_what_is_no_email_is_null_with_its_reason(text, rule):
    assert points.read_email(text) == (None, None, rule)


def test_a_national_id_is_checked_and_tells_birth_date_and_gender():
    # the worked example of GB 11643: 11010519491231002 gives the check character X
    assert points.read_national_id("11010519491231002x") == ("11010519491231002X", date(1949, 12, 31), "female", "trimmed")
    assert points.read_national_id("110105194912310021").rule == "check digit is wrong"
    assert points.read_national_id("110105491231002").rule == "not 18 places"


@pytest.mark.parametrize(
    ("text", "gender"),
    [("男", "male"), ("女士", "female"), ("F", "female"), ("Male", "male"), ("2", "female"), ("未知", None), (None, None)],
)
def test_genders_are_two_words_or_unknown(text, gender):
    assert points.read_gender(text) == gender


@pytest.mark.parametrize("region", ["北京", "北京市", "Beijing", "beijing city"])
def test_beijing_in_every_form_is_one_province_and_its_own_city(region):
    assert points.read_region(region, None, None, None)[:4] == ("北京市", "110000", "北京市", "110000")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((None, None, None, "廣東省深圳市南山区科技路1号"), ("广东省", "440000", "深圳市", "440300", "南山区", "科技路1号")),
        ((None, None, None, "广东深圳南山区科技路1号"), ("广东省", "440000", "深圳市", "440300", "南山区", "科技路1号")),
        ((None, "北京市", None, "朝阳区建国路1号"), ("北京市", "110000", "北京市", "110000", "朝阳区", "建国路1号")),
        ((None, "苏州", None, None), ("江苏省", "320000", "苏州市", "320500", None, None)),
        (("Guangdong", "Shenzhen", None, None), ("广东省", "440000", "深圳市", "440300", None, None)),
        (("nsw", "dapto", None, "39 port jackson circuit"), ("nsw", None, "dapto", None, None, "39 port jackson circuit")),
    ],
)
def test_regions_are_found_in_columns_and_addresses(parts, expected):
    assert points.read_region(*parts) == expected


def test_a_pinyin_that_two_cities_share_stands_for_neither():
    assert points.read_region(None, "Taizhou", None, None).city_code is None  # 泰州 and 台州


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("科技路1号3栋2单元501室", "科技路1號3幢2單元501"),
        ("科技路１号3-2-501", "科技路1号3栋2单元501室"),
        ("7 Wallaby Place, Apt 3", "7 wallaby pl 3"),
    ],
)
def test_two_spellings_of_one_street_address_are_equal(one, other):
    assert points.street_key(one) == points.street_key(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [("中国", "CN"), ("China", "CN"), ("cn", "CN"), ("CHN", "CN"), ("Germany", "DE"), ("nowhere", None), ("", None)],
)
def test_countries_are_iso_codes(text, code):
    assert points.read_country(text) == code
