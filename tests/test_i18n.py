"""i18n.py: numbers, money, dates and lists as an English and a Chinese reader write them; the catalogue is complete."""

import ast
import json
import re
import string
from collections import defaultdict
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from helpers import evidence, i18n, paths
from helpers.i18n import shown, text

UNKNOWN = [None, float("nan"), float("inf"), -float("inf"), pd.NaT, pd.NA, np.float64("nan"), np.float32("inf")]


@pytest.fixture(params=["en", "zh"])
def language(request):
    i18n.use(language=request.param, currency="USD")
    return request.param


# --- numbers


@pytest.mark.parametrize(("value", "fmt", "expected"), [
    (1234567, "count", "1,234,567"),
    (0, "count", "0"),
    (1234.56, "number1", "1,234.6"),
    (0.12345, "number3", "0.123"),
    (0.0009, "q_value", "< 0.001"), (0.001, "q_value", "0.001"), (0.0, "q_value", "< 0.001"), (0.0487, "q_value", "0.049"),
    (-2.5, "number1", "−2.5"),
    (-0.04, "number1", "0.0"),
    (-0.0, "count", "0"),
    (-0.4, "count", "0"),
    (np.int64(12345), "count", "12,345"),
    (0.123, "percent", "12%"),
    (0.1234, "percent1", "12.3%"),
    (1.5, "percent", "150%"),
    (-0.0004, "percent1", "0.0%"),
    (0.00012, "percent2", "0.01%"),
    (3, "change_number", "+3"),
    (-3, "change_number", "−3"),
    (0, "change_number", "0"),
    (0.004, "change_number1", "0.0"),
    (-0.12, "change_percent", "−12%"),
    (0.034, "change_percent1", "+3.4%"),
    (-0.0001, "change_percent1", "0.0%"),
    ("as it is", "", "as it is"),
    (3, "", "3"),
])
def test_numbers_and_shares_are_written_alike_in_both_languages(language, value, fmt, expected):
    assert shown(value, fmt) == expected


@pytest.mark.parametrize(("value", "english", "chinese"), [
    (0, "$0.00", "0.00美元"),
    (-0.001, "$0.00", "0.00美元"),
    (-0.005, "$0.00", "0.00美元"),
    (12.34, "$12.34", "12.34美元"),
    (99.99, "$99.99", "99.99美元"),
    (100, "$100", "100美元"),
    (-12.3, "−$12.30", "−12.30美元"),
    (99_999, "$99,999", "99,999美元"),
    (100_000, "$100K", "10.0万美元"),
    (999_499, "$999K", "99.9万美元"),
    (999_999, "$1M", "100.0万美元"),
    (4_596_123, "$4.6M", "459.6万美元"),
    (4_614_999, "$4.61M", "461.5万美元"),
    (99_999_999, "$100M", "1.00亿美元"),
    (999_999_999, "$1B", "10.00亿美元"),
    (-500_000, "−$500K", "−50.0万美元"),
])
def test_money_is_short_where_it_is_large_and_never_a_thousand_thousands(value, english, chinese):
    i18n.use(language="en", currency="USD")
    assert shown(value, "money") == english
    i18n.use(language="zh", currency="USD")
    assert shown(value, "money") == chinese
    i18n.use(language="zh", currency="CNY")
    assert shown(value, "money") == chinese.replace("美元", "元")


def test_a_difference_of_shares_is_in_points(language):
    i18n.use(language=language)
    unit = {"en": " points", "zh": " 个百分点"}[language]
    assert i18n.shown(0.0514, "change_points1") == f"+5.1{unit}"
    assert i18n.shown(-0.3, "change_points1") == f"−30.0{unit}"
    assert i18n.shown(-0.0001, "change_points1") == f"0.0{unit}"


def test_money_with_fixed_places_and_signs(language):
    expected = {
        "en": ["$4,596,123.46", "$4,596,123", "−$1,234", "+$12.00", "$0.00", "$0.00"],
        "zh": ["4,596,123.46美元", "4,596,123美元", "−1,234美元", "+12.00美元", "0.00美元", "0.00美元"],
    }[language]
    amounts = [(4_596_123.456, "money2"), (4_596_123.456, "money0"), (-1234.5, "change_money"), (12, "change_money"),
               (-0.001, "change_money"), (-0.001, "money2")]
    assert [shown(value, fmt) for value, fmt in amounts] == expected


@pytest.mark.parametrize("fmt", [*(name for name in i18n.FORMATS if name != "list"), ""])
@pytest.mark.parametrize("value", UNKNOWN, ids=repr)
def test_what_is_unknown_is_an_en_dash_in_every_format(language, fmt, value):
    assert shown(value, fmt) == "–"


@given(
    st.floats(-1e15, 1e15) | st.sampled_from([float("nan"), float("inf"), -0.0, -0.005, 0.5]),
    st.sampled_from(sorted(set(i18n.FORMATS) - {"list", "day", "month", "label"})),
)
def test_no_number_is_shown_as_nan_inf_or_minus_zero(value, fmt):
    for name in i18n.LANGUAGES:
        i18n.use(language=name, currency="CNY")
        words = shown(value, fmt)
        assert not re.search(r"nan|inf|[-−+]\D*0(\.0+)?\D*$", words, re.IGNORECASE), words


@given(st.integers(-10**12, 10**12))
def test_counts_keep_every_digit(value):
    assert int(i18n.number(value).replace(",", "")) == value


# --- dates and lists


@pytest.mark.parametrize("value", ["2017-03-05", "2017-03-05T12:30:00", date(2017, 3, 5), pd.Timestamp("2017-03-05 23:59")])
def test_days_and_months_are_written_as_readers_write_them(value):
    i18n.use(language="en")
    assert (shown(value, "day"), shown(value, "month")) == ("5 Mar 2017", "Mar 2017")
    i18n.use(language="zh")
    assert (shown(value, "day"), shown(value, "month")) == ("2017年3月5日", "2017年3月")


def test_a_month_can_be_given_without_a_day(language):
    assert shown("2017-12", "month") == {"en": "Dec 2017", "zh": "2017年12月"}[language]


def test_lists_end_with_and(language):
    expected = {"en": ("", "a", "a and b", "a, b and c"), "zh": ("", "a", "a和b", "a、b和c")}[language]
    assert tuple(shown(list("abc")[:n], "list") for n in range(4)) == expected


# --- sentences


def test_a_sentence_is_translated_and_its_fields_are_formatted(language):
    sentence = text("First {shown:count} of {all:count} rows.", shown=50, all=1234)
    assert sentence == {"en": "First 50 of 1,234 rows.", "zh": "共 1,234 行，显示前 50 行。"}[language]


def test_names_in_data_are_translated_where_the_catalogue_has_them_and_else_stay(language):
    assert shown("Champions", "label") == {"en": "Champions", "zh": "核心客户"}[language]
    assert shown("Ye Olde Shoppe", "label") == "Ye Olde Shoppe"
    assert shown("Champions", "") == "Champions"


def test_braces_in_data_are_text_and_not_a_template(language):
    assert text("{x} {x}", x="{y:count} {0.__class__}") == "{y:count} {0.__class__} {y:count} {0.__class__}"


def test_a_field_without_a_value_is_a_mistake_and_says_which():
    with pytest.raises(KeyError, match="missing"):
        text("There are {missing:count}.")
    with pytest.raises(KeyError, match="euros"):
        text("There are {n:euros}.", n=1)


def test_reading_in_a_language_is_over_at_the_end_of_the_block_even_after_an_error():
    i18n.use(language="en")
    with pytest.raises(ValueError, match="x"), i18n.reading_in("zh"):
        assert i18n.language() == "zh"
        raise ValueError("x")
    assert i18n.language() == "en"


def test_the_catalogues_whose_messages_were_shown_are_known_for_the_manifest():
    assert i18n.used_catalogues() == []
    text("Champions")
    i18n.translate("no message of any catalogue")
    text("Data set")
    names = [file.name for file in i18n.used_catalogues()]
    assert "report.po" in names
    assert names == sorted(names)
    assert all(file.exists() for file in i18n.used_catalogues())


# --- the catalogue is complete

TEMPLATES_FIRST = {  # functions whose first argument is a message
    "text", "t", "translate", "answer", "finding", "say", "note", "lacking", "TooLittleData", "Sentence", "Gap", "Message",
    "Said", "Lacking",
}
TEMPLATES_SECOND = {"verdict"}
FIELD = re.compile(r"\{\w+(:\w+)?\}")


def fields(message: str) -> list[tuple[str, str]]:
    """Return the (name, format) of the fields of a message, in order of name."""
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(message) if name is not None)


def code_of(notebook) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    lines = [line for source in sources for line in source.splitlines() if not line.startswith("%%")]
    return "\n".join(lines)


def strings_in(node) -> list[str]:
    """Return the constant strings that an argument can be: itself, either side of an `if`, the parts of a tuple."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return strings_in(node.body) + strings_in(node.orelse)
    if isinstance(node, ast.Starred | ast.keyword):
        return strings_in(node.value)
    if isinstance(node, ast.Tuple | ast.List):
        return [found for part in node.elts for found in strings_in(part)]
    return []


def docstrings_of(tree) -> set[int]:
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def messages_in(source: str) -> set[str]:
    """Return the messages of a module or notebook: what is given to a translating function, and every template."""
    tree = ast.parse(source)
    in_errors = (part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node))
    not_said = docstrings_of(tree) | set(map(id, in_errors))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            position = 0 if name in TEMPLATES_FIRST else 1 if name in TEMPLATES_SECOND else None
            if position is not None and len(node.args) > position:
                found.update(strings_in(node.args[position]))
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in not_said and is_template(node.value):
            found.add(node.value)
    return {message for message in found if re.search(r"[A-Za-z]{2}", FIELD.sub("", message))}


def is_template(value: str) -> bool:
    """Say whether a string has a field with a format of ours: `{n:count}`."""
    return any(f"{{{name}:{fmt}}}" in value for name, fmt in re.findall(r"\{(\w+):(\w+)\}", value) if fmt in i18n.FORMATS)


@cache
def sources() -> dict[str, str]:
    # in the contracts, text() makes a column
    files = [file for file in sorted(paths.PACKAGE.rglob("*.py")) if file.parent.name != "contracts"]
    modules = {file.relative_to(paths.PROJECT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    notebooks = {f.relative_to(paths.PROJECT).as_posix(): code_of(f) for f in sorted(paths.NOTEBOOKS.glob("*.ipynb"))}
    return modules | notebooks


def catalogue_entries() -> list[tuple[str, str, str]]:
    """Return (file, English, Chinese) of every entry of every catalogue, empty ones and doubles included."""
    entries = []
    for file in i18n.catalogue_files():
        with file.open("rb") as handle:
            entries += [(file.name, message.id, message.string) for message in read_po(handle) if message.id]
    return entries


def test_the_collector_finds_messages_wherever_they_stand():
    source = '''
"""A docstring with {n:count}."""
SAID = ("No {x:label}.", {"a": "Some {y:count}"})
def f(x):
    t("Plain"); report.say("Told " "in two"); report.verdict("use", "Fine")
    t("Yes" if x else "No"); text(x); raise TooLittleData("Short")
    raise UserError(f"wrong {x:count}")
'''
    assert messages_in(source) == {
        "No {x:label}.", "Some {y:count}", "Plain", "Told in two", "Fine", "Yes", "No", "Short",
    }


@pytest.mark.parametrize("name", sources())
def test_every_message_of_a_module_or_notebook_is_translated(name):
    known = i18n.catalogue()
    missing = sorted(message for message in messages_in(sources()[name]) if message not in known)
    assert not missing, f"{name}: no Chinese for {len(missing)}: {missing}"


def test_what_a_reader_calls_tables_and_what_they_give_is_translated():
    from helpers.contracts import SPOKEN, contracts

    words = set(SPOKEN.values()) | {spec.gives for spec in contracts().values() if spec.gives and spec.layer == "clean"}
    words |= {spec.owner.replace("_", " ") for spec in contracts().values() if spec.owner != "dashboard"}  # nothing reads that
    assert not sorted(words - set(i18n.catalogue()))


def test_stages_grades_reasons_and_verdicts_are_translated():
    from helpers.plots import plots
    from helpers.rendering import render

    words = {word for pair in render.STAGES.values() for word in pair} | set(evidence.GRADES)
    words |= set(plots.SEGMENT_COLORS) | {"use", "use with care", "do not use"}
    assert not sorted(words - set(i18n.catalogue()))


def test_cleaning_rules_and_effects_are_translated():
    from helpers.cleaning.cleaning_rules import rules_for
    from helpers.contracts import CANONICAL_NAMES

    rules = {rule for name in CANONICAL_NAMES for rule in rules_for(name)}
    assert not sorted({rule.name for rule in rules} - set(i18n.catalogue()))
    assert not sorted({rule.effect for rule in rules} - set(i18n.catalogue()))


@pytest.mark.parametrize("file", [file.name for file in i18n.catalogue_files()])
def test_a_translation_has_the_fields_of_its_message_and_chinese_letters(file):
    for name, english, chinese in catalogue_entries():
        if name == file:
            assert chinese, f"{file}: no Chinese for {english!r}"
            assert set(fields(english)) == set(fields(chinese)), f"{file}: other fields in {chinese!r}"
            words = FIELD.sub("", chinese)
            assert re.search(r"[\u4e00-\u9fff]", words) or not re.search(r"[A-Za-z]{4}", FIELD.sub("", english)) or (
                words.isascii() or english == chinese
            ), f"{file}: {chinese!r} is no Chinese"


def test_no_message_is_in_two_catalogues_or_twice_in_one():
    files = defaultdict(list)
    for file, english, chinese in catalogue_entries():
        files[english].append((file, chinese))
    twice = {english: found for english, found in files.items() if len({chinese for _, chinese in found}) > 1}
    assert not twice, "two translations of one message: which is shown depends on the order of files"


def test_formats_of_all_messages_are_known():
    for file, english, _ in catalogue_entries():
        assert all(not fmt or fmt in i18n.FORMATS for _, fmt in fields(english)), f"{file}: {english}"


def test_punctuation_between_chinese_letters_is_chinese():
    half_width = re.compile(r"[\u4e00-\u9fff][,;:?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\.$")
    wrong = [(file, chinese) for file, _, chinese in catalogue_entries() if half_width.search(chinese)]
    assert not wrong


def test_no_space_stands_between_a_day_or_an_amount_and_a_chinese_letter():
    spaced = re.compile(r"\{\w+:(?:day|month|money\w*)\} [\u4e00-\u9fff]")  # 2017年12月31日, 1,234元: both end in a letter
    wrong = [(file, chinese) for file, _, chinese in catalogue_entries() if spaced.search(chinese)]
    assert not wrong
