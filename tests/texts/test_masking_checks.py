"""masking_checks.py: published examples pass, one digit changed fails."""

import pytest

from helpers.texts import masking_checks as checks


def test_the_examples_of_the_standards_pass():
    assert checks.is_identity_number("11010519491231002X")  # GB 11643-1999
    assert checks.is_identity_number("440524188001010014") is False, "born before 1900"
    assert checks.is_identity_number("110105491231002"), "the old form of fifteen digits"
    assert checks.is_card_number("4111111111111111")  # the schemes' test numbers
    assert checks.is_card_number("378282246310005")
    assert checks.is_iban("GB82WEST12345698765432")  # ISO 13616
    assert checks.is_iban("DE89370400440532013000")
    assert checks.is_credit_code("91350100M000100Y43")  # GB 32100-2015
    assert checks.is_article_number("9783161484100")  # ISBN users' manual


@pytest.mark.parametrize(("check", "number"), [
    (checks.is_identity_number, "11010519491231002X"), (checks.is_card_number, "4111111111111111"),
    (checks.is_iban, "GB82WEST12345698765432"), (checks.is_credit_code, "91350100M000100Y43"),
    (checks.is_article_number, "9783161484100"),
])
def test_any_other_last_character_fails(check, number):
    others = [number[:-1] + char for char in "0123456789" if char != number[-1]]
    assert not any(check(other) for other in others)


@pytest.mark.parametrize("found", ["", "1", "00000000000000000X", "110105194913310024", "990105194912310021",
    "一一〇一〇五一九四九一二三一〇〇二"])
def test_what_is_no_number_of_the_kind_is_refused(found):
    assert not checks.is_identity_number(found)
    assert not checks.is_credit_code(found)
    assert not checks.is_iban(found)


@pytest.mark.parametrize(("found", "is_day"), [("20240229", True), ("20230229", False), ("19000101", True), ("18991231", False),
    ("2024022", False)])
def test_days_are_those_of_the_calendar(found, is_day):
    assert checks.is_date(found) is is_day
