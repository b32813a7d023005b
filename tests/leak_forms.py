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
NUMBER = re.compile(r"\d[\d \t\-.()_/]{7,}[xX]?")
GROUP = re.compile(r"\d+(?:[xX](?![A-Za-z]))?")
BEFORE_AT, AFTER_AT = re.compile(r"[\w.+-]+$"), re.compile(r"[\w-]+(?:\.[\w-]+)+")
IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)")
IPV6 = re.compile(r"(?<![0-9a-f:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![0-9a-f:])")
INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
ACCENTS = re.compile("[\u0300-\u036f]+")
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
        self.trie: dict = {}  # squeezed names and addresses, a letter a level; "" → (form, kind)
        self.digests: dict[bytes, str] = {}
        for canary in canaries:
            self._add(canary)
            for form in _hashed_forms(canary):
                for method in ("md5", "sha1", "sha256", "sha512"):
                    digest = hashlib.new(method, form.encode(), usedforsecurity=False).digest()
                    self.digests[digest] = f"{canary.kind} ({method})"
        self.beginnings = {number[:n] for number in self.numbers for n in range(1, len(number) + 1)}
        kinds = {":" in host: IPV6 if ":" in host else IPV4 for host in self.hosts}
        self.hosts_look = tuple(kinds.values())
        self.start = _starts(self.trie)
        self.start_cjk = _starts({c: below for c, below in self.trie.items() if not c.isascii()})

    def found_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield (position in the folded text, kind) of each canary that stands in a text as it is."""
        yield from self._numbers_in(text)
        yield from self._emails_in(text)
        for pattern in self.hosts_look:
            for match in pattern.finditer(text):
                if (host := _host(match.group())) in self.hosts:
                    yield match.start(), self.hosts[host]
        yield from ((at, kind) for at, _, kind in self.words_in(text))

    def _numbers_in(self, text: str) -> Iterator[tuple[int, str]]:
        for run in NUMBER.finditer(text) if self.numbers else ():
            groups = [(m.start(), m.group()) for m in GROUP.finditer(run.group().upper())]
            for i, (start, first) in enumerate(groups):
                joined = ""
                for _, group in groups[i:i + 7]:
                    joined += group
                    if joined not in self.beginnings:
                        break
                    at = run.start() + start
                    if joined in self.numbers and not (joined == first and _is_part_of_decimal(text, at, len(first))):
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

    def words_in(self, text: str, *, only_cjk: bool = False) -> Iterator[tuple[int, str, str]]:
        """Yield (position, squeezed form, kind) of names and addresses."""
        start = self.start_cjk if only_cjk else self.start
        for match in start.finditer(text) if start else ():
            for form, kind in _spelled(text, match.start(), self.trie):
                yield match.start(), form, kind

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
                    below = self.trie
                    for letter in form:
                        below = below.setdefault(letter, {})
                    below[""] = (form, canary.kind)


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


def _starts(trie: dict) -> re.Pattern | None:
    """Return a pattern that matches where a name or address may start: by its first two letters, Latin ones after no letter."""
    parts = []
    for is_latin in (True, False):
        firsts = {c: below for c, below in trie.items() if c.isascii() == is_latin}
        if firsts:
            seconds = {c for below in firsts.values() for c in below if c}
            first, second = ("[" + "".join(map(re.escape, sorted(chars))) + "]" for chars in (firsts, seconds))
            parts.append(rf"(?<![a-z0-9]){first}(?=[\W_]{{0,2}}{second})" if is_latin else f"{first}(?={second})")
    return re.compile("|".join(parts)) if parts else None


def _spelled(text: str, at: int, trie: dict) -> Iterator[tuple[str, str]]:
    """Yield (form, kind) of what `text` spells from `at` to the end of a word, at most two separators between letters."""
    gap, n = 0, len(text)
    while at < n:
        c = text[at]
        if c in trie:
            trie, gap = trie[c], 0
            if "" in trie and not (c.isascii() and at + 1 < n and text[at + 1].isascii() and text[at + 1].isalnum()):
                yield trie[""]
        elif c == "\n" or gap == 2 or c.isalnum():
            return
        else:
            gap += 1
        at += 1


def _is_part_of_decimal(text: str, start: int, length: int) -> bool:
    before, after = text[max(0, start - 2):start], text[start + length:start + length + 2]
    return bool(re.fullmatch(r"\d\.|\.", before) or re.match(r"\.\d", after))


def folded(text: str) -> str:
    """Return a text in one width and lower case, without accents, invisible characters and gaps between Chinese characters."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
    return BETWEEN_CJK.sub("", ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))
