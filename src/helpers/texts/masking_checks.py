"""Check digits: is a row of digits a number that somebody issued, or just digits?

Chinese identity number (GB 11643), bank card (Luhn: ISO/IEC 7812), unified social credit code (GB 32100), IBAN (ISO 13616),
article number (GS1). Every function takes the bare characters, without spaces or hyphens.
"""

from datetime import date

ID_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))  # GB 11643-1999
ID_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
PROVINCES = frozenset((
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83,
))  # GB/T 2260


def is_identity_number(found: str) -> bool:
    """Return whether 18 characters are a Chinese identity number: province, date of birth and check digit.

    The old form of 15 digits has a birth date of two-digit year and no check digit.
    """
    if not found[:17].isdecimal() or int(found[:2] or 0) not in PROVINCES:
        return False
    if len(found) == 15:
        return is_date(f"19{found[6:12]}")
    return len(found) == 18 and is_date(found[6:14]) and identity_check(found[:17]) == found[17].upper()


def identity_check(first: str) -> str:
    """Return the check character of the first 17 digits of an identity number."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(first, ID_WEIGHTS, strict=True)) % 11]


def is_date(found: str) -> bool:
    """Return whether eight digits are a day (YYYYMMDD) from 1900 to 2099."""
    try:
        return len(found) == 8 and 1900 <= date(int(found[:4]), int(found[4:6]), int(found[6:])).year <= 2099
    except ValueError:
        return False


def is_card_number(found: str) -> bool:
    """Return whether 14 to 19 digits are a card: a first digit of payment schemes (2–6, 9) and Luhn's check digit."""
    return 14 <= len(found) <= 19 and found.isdecimal() and found[0] in "234569" and luhn_check(found[:-1]) == found[-1]


def luhn_check(first: str) -> str:
    """Return Luhn's check digit for the digits before it."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in first[::-2])
    return str(-(doubled + sum(int(digit) for digit in first[-2::-2])) % 10)


def is_credit_code(found: str) -> bool:
    """Return whether 18 characters are a unified social credit code, by its check character."""
    return len(found) == 18 and set(found) <= set(CREDIT_ALPHABET) and credit_check(found[:17]) == found[17]


def credit_check(first: str) -> str:
    """Return the check character of the first 17 characters of a unified social credit code."""
    total = sum(CREDIT_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(first))
    return CREDIT_ALPHABET[-total % 31]


def is_iban(found: str) -> bool:
    """Return whether the characters are an international bank account number (mod 97 = 1)."""
    return 15 <= len(found) <= 34 and found[:2].isalpha() and found[2:4].isdecimal() and _mod_97(found[4:] + found[:4]) == 1


def iban_check(country: str, account: str) -> str:
    """Return the two check digits of an IBAN."""
    return f"{98 - _mod_97(account + country + '00'):02d}"


def _mod_97(found: str) -> int:
    return int("".join(str(int(char, 36)) for char in found)) % 97


def is_article_number(found: str) -> bool:
    """Return whether 13 digits are an ISBN (978, 979), by GS1's check digit; other article numbers need a word before them."""
    return len(found) == 13 and found[:3] in ("978", "979") and article_check(found[:12]) == found[12]


def article_check(first: str) -> str:
    """Return the GS1 check digit for the twelve digits before it."""
    return str(-sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(first)) % 10)
