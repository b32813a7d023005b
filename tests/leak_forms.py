"""The forms that a planted personal value may take in a text, and the search for them.

A number counts only as a whole: digits next to it make it another number. Names and addresses are compared letter by letter,
whatever separates them. Chinese has no word boundaries: a two-character name is found within longer words, too.
"""

import functools
import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
LONGEST_NUMBER = 21  # digits
NUMBER = re.compile(r"\d[\d \t\-.()_/]{7,}[xX]?")
GROUP = re.compile(r"\d+(?:[xX](?![A-Za-z]))?")
BEFORE_AT, AFTER_AT = re.compile(r"[\w.+-]+$"), re.compile(r"[\w-]+(?:\.[\w-]+)+")
IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)")
IPV6 = re.compile(r"(?<![0-9a-f:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-f:])")
INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
BETWEEN_CJK = re.compile(rf"(?<=[{CJK}])[ \t\u3000·・]{{1,2}}(?=[{CJK}])")


@dataclass(frozen=True)
class Canary:
    """A personal value that must not appear: its kind (a value of `KIND_OF`) and how a source wrote it."""

    kind: str
    value: str


def squeezed(text: str) -> str:
    """Return letters and digits only, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


class Needles:
    """The canaries in every form that is looked up, each with its kind."""

    def __init__(self, canaries: Iterable[Canary]):
        self.numbers: dict[str, str] = {}
        self.emails: dict[str, str] = {}
        self.hosts: dict[str, str] = {}
        self.words: dict[str, list[tuple[str, str]]] = {}  # first two characters → (squeezed needle, kind)
        self.digests: dict[bytes, str] = {}
        for canary in canaries:
            self._add(canary)
            for form in _hashed_forms(canary):
                for method in ("md5", "sha1", "sha256", "sha512"):
                    digest = hashlib.new(method, form.encode(), usedforsecurity=False).digest()
                    self.digests[digest] = f"{canary.kind} ({method})"
        starts = sorted(self.words)
        cjk, latin = [s for s in starts if not s.isascii()], [s for s in starts if s.isascii()]
        # the second letter may stand after a separator: "O'Hara", "1 Example Street"
        loose = sorted({re.escape(s[0]) + r"[\W_]{0,2}" + re.escape(s[1]) for s in latin})
        parts = [rf"(?<![a-z0-9])(?:{'|'.join(loose)})"] if loose else []
        parts += [rf"(?:{'|'.join(map(re.escape, cjk))})"] if cjk else []
        self.start = re.compile("|".join(parts)) if parts else None

    def found_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (position in the folded text, kind) of each canary that stands in a text as it is."""
        yield from self._numbers_in(text)
        yield from self._emails_in(text)
        if self.hosts:
            for match in (*IPV4.finditer(text), *IPV6.finditer(text)):
                if (host := _host(match.group())) in self.hosts:
                    yield match.start(), self.hosts[host]
        yield from ((at, kind) for at, _, kind in self.words_in(text))

    def _numbers_in(self, text: str) -> Iterator[tuple[int, str]]:
        for run in NUMBER.finditer(text) if self.numbers else ():
            groups = [(m.start(), m.group().upper()) for m in GROUP.finditer(run.group())]
            for i, (start, _) in enumerate(groups):
                joined = ""
                for j, (_, group) in enumerate(groups[i:i + 7]):
                    joined += group
                    if len(joined) > LONGEST_NUMBER:
                        break
                    at = run.start() + start
                    if joined in self.numbers and not (j == 0 and _is_part_of_decimal(text, at, len(group))):
                        yield at, self.numbers[joined]

    def _emails_in(self, text: str) -> Iterator[tuple[int, str]]:
        at = text.find("@") if self.emails else -1
        while at >= 0:
            before, after = BEFORE_AT.search(text[max(0, at - 64):at]), AFTER_AT.match(text[at + 1:at + 255])
            email = f"{before.group()}@{after.group()}".lstrip(".-+") if before and after else ""
            if email in self.emails:
                yield at - len(before.group()), self.emails[email]
            at = text.find("@", at + 1)

    def buried_in(self, text: str) -> set[str]:
        """Return the kinds of numbers and e-mails in a binary file, where the byte before may look like a digit or letter."""
        lengths = {len(number) for number in self.numbers}
        runs = {run.upper() for run in re.findall(r"\d{9,}[xX]?", text) if len(run) < 100}
        parts = {run[i:i + n] for run in runs for n in lengths for i in range(len(run) - n + 1)}
        around = [text[max(0, m.start() - 64):m.start() + 64].casefold() for m in re.finditer("@", text)]
        emails = {kind for email, kind in self.emails.items() if any(email in part for part in around)}
        return {self.numbers[part] for part in parts & self.numbers.keys()} | emails

    def words_in(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Yield (position, squeezed form, kind) of names and addresses."""
        for match in self.start.finditer(text) if self.start else ():
            for needle, kind in self.words.get(squeezed(match.group())[:2], ()):
                if _spells(text, match.start(), needle):
                    yield match.start(), needle, kind

    def _add(self, canary: Canary) -> None:
        value = unicodedata.normalize("NFKC", canary.value)
        if canary.kind == "phone":
            self.numbers |= {n: canary.kind for n in _phone_forms(value) if len(n) >= 9}
        elif canary.kind == "id number":
            self.numbers[re.sub(r"[^0-9xX]", "", value).upper()] = canary.kind
        elif canary.kind == "email":
            self.emails[value.casefold()] = canary.kind
        elif canary.kind == "ip address":
            self.hosts[_host(value) or value] = canary.kind
        else:
            for form in _name_forms(value) if canary.kind == "name" else _address_forms(value):
                if len(form) >= (5 if form.isascii() else 2):
                    self.words.setdefault(form[:2], []).append((form, canary.kind))


@functools.cache
def needles_of(canaries: tuple[Canary, ...]) -> Needles:
    """Return the needles of some canaries, built once."""
    return Needles(canaries)


@functools.cache
def _converter(direction: str):
    from opencc import OpenCC

    return OpenCC(direction)


def _phone_forms(value: str) -> set[str]:
    digits = re.sub(r"\D", "", value).removeprefix("00")
    national = digits.removeprefix("86") if len(digits) == 13 else digits
    forms = {digits, national}
    if len(national) == 11 and national.startswith("1"):
        forms |= {f"86{national}", f"0086{national}"}
    return forms | {f"00{digits}"}


def _name_forms(value: str) -> set[str]:
    """Return a name squeezed: as written, traditional and simplified, in pinyin, and with the family name first or last."""
    if not re.search(f"[{CJK}]", value):
        words = [squeezed(word) for word in re.split(r"[\s,]+", value) if squeezed(word)]
        return {"".join(words[i:] + words[:i]) for i in {0, 1, len(words) - 1} if i < len(words)} or {squeezed(value)}
    from pypinyin import lazy_pinyin

    plain = squeezed(value)
    forms = {plain, _converter("s2t").convert(plain), _converter("t2s").convert(plain)}
    syllables = [squeezed(s) for s in lazy_pinyin(plain)]
    return forms | {"".join(syllables[i:] + syllables[:i]) for i in (0, 1, 2)}


def _address_forms(value: str) -> set[str]:
    """Return an address squeezed: whole, and from its street on if a number follows."""
    street = re.split(r"[省市区县旗]", value)[-1]
    return {squeezed(value)} | ({squeezed(street)} if len(squeezed(street)) >= 6 and re.search(r"\d", street) else set())


def _hashed_forms(canary: Canary) -> set[str]:
    value = canary.value
    forms = {value, value.casefold(), value.upper(), unicodedata.normalize("NFKC", value)}
    if canary.kind == "phone":
        for digits in _phone_forms(value):
            forms |= {digits, f"+{digits}"}
            if len(digits) == 11:
                parts = (digits[:3], digits[3:7], digits[7:])
                forms |= {p + s.join(parts) for s in " -." for p in ("", "+86 ", "+86-", "+86")}
    if canary.kind == "name":
        forms |= _name_forms(value)
    return forms


def _host(value: str) -> str | None:
    try:
        return ipaddress.ip_address(value).compressed
    except ValueError:
        return None


def _spells(text: str, start: int, needle: str) -> bool:
    """Say whether `text` has the letters of `needle` from `start`, at most two separators between them, and ends there."""
    at, i, gap = start, 0, 0
    while i < len(needle) and at < len(text):
        c = text[at]
        if c == needle[i]:
            i, gap = i + 1, 0
        elif c.isalnum() or c == "\n" or (gap := gap + 1) > 2:
            return False
        at += 1
    if i < len(needle):
        return False
    return not (needle[-1].isascii() and at < len(text) and text[at].isascii() and text[at].isalnum())


def _is_part_of_decimal(text: str, start: int, length: int) -> bool:
    before, after = text[max(0, start - 2):start], text[start + length:start + length + 2]
    return bool(re.fullmatch(r"\d\.|\.", before) or re.match(r"\.\d", after))


def folded(text: str) -> str:
    """Return a text in one width and lower case, without accents, invisible characters and gaps between Chinese characters."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
    letters = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in letters if not unicodedata.combining(c)) if len(letters) != len(text) else letters
    return BETWEEN_CJK.sub("", text)
