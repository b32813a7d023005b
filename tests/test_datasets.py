"""datasets.py: dataset.yml is validated, and an error names file, line and key, never a value, in one line."""

import re
from datetime import date

import pytest
import yaml

from helpers import datasets, paths
from helpers.errors import UserError

MINIMAL = """\
name: shop
title: {en: A shop, zh: 一家店}
about: {en: Sells things., zh: 卖东西。}
business:
  currency: EUR
  time_zone: Europe/Berlin
  contractual: false
  first_date: 2017-01-01
  snapshot_date: 2017-12-31
sources:
  - name: till
    system: files
    table: transactions
    pattern: till-*.csv
    columns: {transaction_id: Receipt}
"""


@pytest.fixture
def shop(home):
    """Write dataset.yml of the data set `shop` and return what loading it says, or the settings."""

    def load(content: str | bytes, name: str = "shop"):
        file = paths.dataset_yml(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            return datasets.load(name)
        except UserError as error:
            assert "\n" not in str(error), "an error takes more than one line"
            return str(error)

    return load


def test_a_minimal_file_is_enough(shop):
    settings = shop(MINIMAL)
    assert settings.business.snapshot_date == date(2017, 12, 31)
    assert settings.business.margin_rate is None
    assert settings.title.in_language("zh") == "一家店"
    broken = datasets.Bilingual(en="A shop, and more", zh="一家店， 开了 3 年； 另有网店")
    assert (broken.in_language("zh"), broken.in_language("en")) == ("一家店，开了 3 年；另有网店", "A shop, and more")
    assert settings.sources[0].columns == {"transaction_id": "Receipt"}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_examples_of_the_readme_are_valid(shop, page):
    text = (paths.PROJECT / page).read_text(encoding="utf-8")
    whole, more = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    example = yaml.safe_load(whole)
    example["sources"] += yaml.safe_load(more)
    settings = shop(yaml.safe_dump(example, allow_unicode=True), "acme")
    assert not isinstance(settings, str), settings
    assert settings.sources[-2].questions["delivery"].best == "low"


@pytest.mark.parametrize(("wrong", "message"), [
    ("{columns: [Delivery], low: 1, high: 5, best: 1}", "delivery.best': Input should be 'low' or 'high'"),
    ("{columns: [Delivery], low: 5, high: 1}", "delivery': low and high come together, low below high"),
    ("{columns: [Delivery], lowest: 1}", "delivery.lowest': unknown key; did you mean 'low'?"),
    ("[Delivery, [1]]", "delivery.1': Input should be a valid string"),
])
def test_of_the_forms_of_a_question_the_one_that_was_meant_is_explained(shop, wrong, message):
    source = "  - {name: asked, system: questionpro, pattern: a.csv, tables: {feedback: {feedback_id: a}},\n"
    said = shop(MINIMAL + source + f"     questions: {{delivery: {wrong}}}}}\n")
    assert said == f"data/shop/dataset.yml:17: key 'sources.1.questions.{message}"


@pytest.mark.parametrize("name", ["complete_journey", "cdnow", "telco"])
def test_the_built_in_data_sets_are_valid_and_say_where_their_assumptions_come_from(home, name):
    settings = datasets.load(name)
    for field in ("margin_rate", "yearly_discount_rate", "offer_cost", "contact_cost", "success_rate", "months_of_value"):
        assumption = getattr(settings.business, field)
        assert assumption is None or (assumption.source.en and assumption.source.zh)
    assert datasets.available() == ["cdnow", "complete_journey", "telco"]


@pytest.mark.parametrize(("old", "new", "said"), [
    ("currency: EUR", "currncy: EUR",
     "data/shop/dataset.yml:5: key 'business.currncy': unknown key; did you mean 'currency'? (and 1 more)"),
    ("  currency: EUR\n", "", "data/shop/dataset.yml:4: key 'business.currency': is missing: add it"),
    ("currency: EUR", "currency: euro",
     "data/shop/dataset.yml:5: key 'business.currency': String should match pattern '^[A-Z]{3}$'"),
    ("Europe/Berlin", "Berlin",
     "data/shop/dataset.yml:6: key 'business.time_zone': is not a time zone such as America/New_York or Asia/Shanghai"),
    ("contractual: false", "contractual: perhaps",
     "data/shop/dataset.yml:7: key 'business.contractual': Input should be a valid boolean, unable to interpret input"),
    ("system: files", "system: sap",
     "data/shop/dataset.yml:12: key 'sources.0.system': Input should be 'complete_journey', 'cdnow', 'telco', "
     "'fine_foods', 'files', 'database', 'google_analytics', "),
    ("system: files", "system: files\n    tabel: x",
     "data/shop/dataset.yml:13: key 'sources.0.tabel': unknown key; did you mean 'table'?"),
    ("pattern: till-*.csv", "pattern: ../../etc/passwd",
     "data/shop/dataset.yml:11: key 'sources.0': pattern must name files below raw/"),
    ("pattern: till-*.csv", "pattern: /etc/passwd",
     "data/shop/dataset.yml:11: key 'sources.0': pattern must name files below raw/"),
    ("    pattern: till-*.csv\n", "",
     "data/shop/dataset.yml:11: key 'sources.0': a source of system 'files' needs table, pattern and columns"),
    ("name: till", "name: \"x'; drop table customers; --\"",
     "data/shop/dataset.yml:11: key 'sources.0.name': String should match pattern '^[a-z][a-z0-9_]{0,40}$'"),
    ("table: transactions", "table: transaction",
     "data/shop/dataset.yml:13: key 'sources.0.table': unknown; did you mean 'transactions'?"),
    ("title: {en: A shop, zh: 一家店}", "title: A shop",
     "data/shop/dataset.yml:2: key 'title': Input should be a valid dictionary or instance of Bilingual"),
    ("title: {en: A shop, zh: 一家店}", "title: {en: A shop}",
     "data/shop/dataset.yml:2: key 'title.zh': is missing: add it"),
    ("name: shop", "name: store",
     "data/shop/dataset.yml: key 'name' is 'store', the folder is 'shop': make them equal"),
])
def test_a_mistake_is_said_with_file_line_and_key(shop, old, new, said):
    assert old in MINIMAL
    assert shop(MINIMAL.replace(old, new)).startswith(said)


def test_an_assumption_must_lie_within_its_own_range(shop):
    margin = "  margin_rate:\n    value: VALUE\n    low: 0.2\n    high: 0.3\n    source: {en: a guess, zh: 猜测}\n"
    for value, is_fine in ((0.2, True), (0.3, True), (0.19, False), (0.31, False)):
        found = shop(MINIMAL.replace("sources:", margin.replace("VALUE", str(value)) + "sources:"))
        if is_fine:
            assert found.business.margin_rate.value == value
        else:
            assert found == "data/shop/dataset.yml:10: key 'business.margin_rate': value must lie between low and high"


def test_an_assumption_without_a_source_is_refused(shop):
    margin = "  margin_rate: {value: 0.2, low: 0.1, high: 0.3}\nsources:"
    assert shop(MINIMAL.replace("sources:", margin)).endswith("key 'business.margin_rate.source': is missing: add it")


def test_two_sources_of_one_name_are_refused(shop):
    twice = MINIMAL + MINIMAL[MINIMAL.index("  - name"):]
    assert shop(twice) == "data/shop/dataset.yml:10: key 'sources': each source needs a name of its own"


@pytest.mark.parametrize(("hostile", "said"), [
    ("name: !!python/object/apply:os.system ['touch owned']\n", "data/shop/dataset.yml:1:7: not readable as YAML: "),
    ("name: !!python/name:os.system\n", "data/shop/dataset.yml:1:7: not readable as YAML: "),
    ("a: [1, 2\nb: }\n", "data/shop/dataset.yml:2:"),
    ("\tname: shop\n", "data/shop/dataset.yml:1:1: not readable as YAML: "),
    ("name: *nothing\n", "data/shop/dataset.yml:1:7: not readable as YAML: found undefined alias"),
    (MINIMAL.replace("2017-12-31", "2017-13-31"), "data/shop/dataset.yml: not readable as YAML: a value is no date"),
    ("a: " + "[" * 5000, "data/shop/dataset.yml: not readable as YAML: "),
    (b"name: \xff\xfe\x00", "data/shop/dataset.yml: not readable as YAML: is not UTF-8 text"),
    ("", "data/shop/dataset.yml:1: key '(whole file)': "),
    ("just a sentence", "data/shop/dataset.yml:1: key '(whole file)': "),
    ("- a\n- list\n", "data/shop/dataset.yml:1: key '(whole file)': "),
    ("1: 2\n", "data/shop/dataset.yml:1: key "),
])
def test_a_hostile_or_broken_file_is_refused_in_one_line(shop, hostile, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shop(hostile).startswith(said)
    assert not (tmp_path / "owned").exists(), "YAML ran a command"


def test_an_alias_bomb_ends_soon(shop):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert "unknown key" in shop("\n".join(levels) + "\n" + MINIMAL)


@pytest.mark.parametrize("name", ["../shop", "shop/../telco", "/etc", "Shop", "sh op", "", "x" * 42, "shop\n", ".", "~"])
def test_a_name_that_is_no_plain_word_reads_no_file(home, name):
    (home / "shop").mkdir()
    with pytest.raises(UserError, match="there is no such data set"):
        datasets.load(name)


def test_an_unknown_data_set_is_said_with_the_nearest_or_with_all(home):
    with pytest.raises(UserError) as error:
        datasets.load("cdnov")
    assert str(error.value) == "DATASET=cdnov: there is no such data set; did you mean cdnow?"
    with pytest.raises(UserError) as error:
        datasets.load("zzz")
    assert str(error.value).endswith("there are cdnow, complete_journey, telco")


def test_an_error_does_not_tell_the_value(shop):
    secret = "hunter2-0815"
    for old in ("contractual: false", "time_zone: Europe/Berlin", "currency: EUR"):
        key = old.split(":")[0]
        assert secret not in shop(MINIMAL.replace(old, f"{key}: {secret}"))


def test_parameters_are_plain_values_by_topic(shop):
    settings = shop(MINIMAL + "parameters:\n  churn: {horizon_days: 90, cuts: [1, 2]}\n")
    assert settings.parameters == {"churn": {"horizon_days": 90, "cuts": [1, 2]}}
    assert "key 'parameters.churn'" in shop(MINIMAL + "parameters: {churn: 5}\n")


def test_the_settings_cannot_be_changed_by_accident(shop):
    settings = shop(MINIMAL)
    with pytest.raises(Exception, match="frozen"):
        settings.business.currency = "USD"
    assert yaml.safe_load(MINIMAL)["business"]["currency"] == "EUR"


# --- sources of other systems


CRM = """\
  - name: crm
    system: fxiaoke
    export: customers
    ids: accounts
    pattern: "客户*.xlsx"
    reading: {encoding: gb18030}
    tables:
      people: {customer_id: 客户编号, full_name: 客户名称}
      customers: {customer_id: 客户编号, joined_at: 创建时间}
"""


def with_source(more: str) -> str:
    return MINIMAL + more


def test_a_source_may_feed_several_tables_and_name_the_space_of_its_numbers(shop):
    till, crm = shop(with_source(CRM)).sources
    assert (till.id_space, crm.id_space) == ("till", "accounts")
    assert till.mapping == {"transactions": {"transaction_id": "Receipt"}}
    assert list(crm.mapping) == ["people", "customers"]
    assert crm.mapping["customers"]["joined_at"] == "创建时间"


@pytest.mark.parametrize(("old", "new", "said"), [
    ("tables:", "table: people\n    columns: {customer_id: x}\n    tables:", "write either tables, or table and columns"),
    ("people: {", "persons: {", "key 'sources.1.tables.persons.[key]': Input should be "),
    ('    pattern: "客户*.xlsx"\n', "", "a source of system 'fxiaoke' needs table, pattern and columns"),
    ('"客户*.xlsx"', '"a/../../x"', "pattern must name files below raw/"),
    ('"客户*.xlsx"', '"C:\\\\secret.csv"', "pattern must name files below raw/"),
    ('"客户*.xlsx"', '"..\\\\x.csv"', "pattern must name files below raw/"),
    ('"客户*.xlsx"', '"~/x.csv"', "pattern must name files below raw/"),
    ('"客户*.xlsx"', '" "', "pattern must name files below raw/"),
    ("ids: accounts", "ids: \"a'; drop\"", "key 'sources.1.ids': String should match pattern"),
    ("export: customers", "export: ../../etc", "key 'sources.1.export': String should match pattern"),
    ("reading: {encoding: gb18030}", "reading: {encoding: [a]}", "key 'sources.1.reading.encoding"),
])
def test_a_hostile_or_contradictory_source_is_refused(shop, old, new, said):
    assert old in CRM
    assert said in shop(with_source(CRM.replace(old, new)))


@pytest.mark.parametrize(("line", "is_fine"), [
    ("connection: SHOP_DB\n    relation: shop.customers", True),
    ("connection: SHOP_DB\n    query: select 1", True),
    ("connection: SHOP_DB\n    relation: 客户表", True),
    ("connection: mysql://root:secret@host/db\n    relation: customers", False),
    ("connection: SHOP_DB\n    relation: customers; drop table x", False),
    ("connection: SHOP_DB\n    relation: a.b.c.d", False),
    ("connection: SHOP_DB", False),
    ("relation: customers", False),
])
def test_a_database_is_named_by_an_environment_variable_and_a_plain_relation(shop, line, is_fine):
    found = shop(with_source(f"  - name: db\n    system: database\n    {line}\n    tables: {{products: {{product_id: id}}}}\n"))
    assert isinstance(found, str) != is_fine
    assert is_fine or "secret" not in found


# --- validation rules and imputation


def with_rule(rule: str) -> str:
    return MINIMAL + f"rules:\n  - {{{rule}}}\n"


@pytest.mark.parametrize("rule", [
    "table: transactions, column: quantity, check: between, values: [0, 100.5]",
    "table: transactions, column: ordered_at, check: between, values: [2016-01-01, 2017-12-31]",
    "table: people, column: email, check: required, severity: warning",
    "table: customers, column: shoe_size, check: one_of, values: [41, 42]",
    'table: products, column: product_id, check: matches, value: "[A-Z]\\\\d+"',
    "table: cases, column: opened_at, check: not_after, value: closed_at",
    "table: cases, column: case_id, check: unique",
])
def test_a_rule_is_kept_as_it_is_written(shop, rule):
    (found,) = shop(with_rule(rule)).rules
    assert found.severity == ("warning" if "warning" in rule else "error")
    assert f"check: {found.check}" in rule


@pytest.mark.parametrize(("rule", "said"), [
    ("table: transactions, column: quantty, check: required", "transactions has no such column; did you mean 'quantity'?"),
    ("table: transactions, column: quantity, check: between, values: [5, 1]", "between needs values: [lowest, highest]"),
    ("table: transactions, column: quantity, check: between, values: [a, 1]", "between needs values: [lowest, highest]"),
    ("table: transactions, column: channel, check: one_of", "one_of needs values"),
    ("table: transactions, column: channel, check: matches, value: '('", "value is no regular expression"),
    ("table: transactions, column: channel, check: exec, value: x", "key 'rules.0.check': Input should be "),
    ("table: transactions, column: channel, check: required, severity: fatal", "key 'rules.0.severity': Input should be "),
])
def test_a_rule_that_cannot_be_checked_is_refused(shop, rule, said):
    assert said in shop(with_rule(rule))


def test_what_is_imputed_is_declared(shop):
    line = "impute:\n  - {table: customers, column: city, how: constant, value: unknown}\n"
    (found,) = shop(MINIMAL + line).impute
    assert (found.how, found.value) == ("constant", "unknown")
    assert "value is given with how: constant" in shop(MINIMAL + line.replace("constant", "mode"))
    assert "value is given with how: constant" in shop(MINIMAL + line.replace(", value: unknown", ""))


def test_ids_are_personal_unless_the_data_set_says_that_they_were_published(shop):
    assert shop(MINIMAL).business.identifiers == "personal"
    assert "key 'business.identifiers'" in shop(MINIMAL.replace("currency: EUR", "currency: EUR\n  identifiers: secret"))
    assert "key 'business.country'" in shop(MINIMAL.replace("currency: EUR", "currency: EUR\n  country: Germany"))


def test_opening_hours_of_service_are_read_and_a_day_that_is_not_named_is_closed(shop):
    hours = shop(MINIMAL.replace("  contractual: false\n", """\
  contractual: false
  service_hours:
    monday: 09:00-12:00, 13:30-18:00
    saturday: 10:00-14:00
    special_days: {2017-05-01: closed, 2017-12-24: 9:00-12:00}
""")).business.service_hours
    assert hours.of(date(2017, 5, 8)) == ((540, 720), (810, 1080))
    assert (hours.of(date(2017, 5, 1)), hours.of(date(2017, 5, 2))) == ((), ())
    assert hours.of(date(2017, 12, 24)) == ((540, 720),)


@pytest.mark.parametrize(("written", "said"), [
    ("{monday: 9-18}", "key 'business.service_hours.monday': write hours as 09:00-18:00"),
    ("{monday: 18:00-02:00}", "hours must run on within a day"),
    ("{monday: '09:00-13:00, 12:00-18:00'}", "hours must run on within a day"),
    ("{monday: 09:00-24:30}", "hours must run on within a day"),
    ("{mondays: 09:00-18:00}", "unknown key; did you mean 'monday'"),
    ("{monday: 09:00-18:00, special_days: {2017-12-24: shut}}", "write hours as 09:00-18:00"),
    ("{monday: 09:00-18:00, special_days: {christmas: closed}}", "special_days"),
    ("{monday: closed}", "is open on no weekday"),
])
def test_opening_hours_that_cannot_be_are_refused_in_one_line(shop, written, said):
    error = shop(MINIMAL.replace("  contractual: false\n", f"  contractual: false\n  service_hours: {written}\n"))
    assert said in error
    assert "dataset.yml:" in error
