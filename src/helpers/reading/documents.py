"""Transcripts in Word documents (.docx), as Microsoft Teams, Word, Zoom, 讯飞听见, 腾讯会议 or typists write them: the lines.

A document is a zip of XML; only the text of its body is read, paragraph by paragraph, tables row by row. Lines that name a
speaker in a way that text files do not ("Li, Na   0:03", "0:0:3.5 --> 0:0:6.0" above a name, "00:03 Speaker 1") come out as
captions name her, `<v Li, Na>`, so that transcripts.parse reads them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from helpers.errors import UserError
from helpers.reading import archives
from helpers.reading.archives import Budget
from helpers.reading.transcripts import LEAST_TURNS, PARTICULAR, SPOKEN, is_about, is_particular, looks_like_transcript

VOICE = "<v "
BODY = "word/document.xml"
SUFFIXES = (".docx", ".docm", ".doc")
MAX_BYTES = 50_000_000  # of the body, which is held in memory; a day of talk takes 2 MB
OLD = b"\xd0\xcf\x11\xe0"  # of .doc, and of what a password protects
PROTECTED = "EncryptedPackage".encode("utf-16-le")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"  # the same names in "Strict Open XML"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what stands beside it
UNSAID = {FALLBACK, *(f"{WORD}{name}" for name in ("pPr", "rPr", "sectPr", "del", "moveFrom"))}
BREAKS = {f"{WORD}tab": "\t", f"{WORD}br": "\n", f"{WORD}cr": "\n", f"{WORD}noBreakHyphen": "-"}
_CLOCK = r"\d{1,2}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,7})?"
ARROW = re.compile(rf"{_CLOCK}\s*-->\s*{_CLOCK}")
NAMED = re.compile(rf"(?P<name>[^\d\s。！？!?:：<>][^。！？!?:：<>]{{0,59}}?)(?:\s{{2,}}|\t)(?:{_CLOCK})(?:\s*-->\s*{_CLOCK})?")
CLOCK_FIRST = re.compile(rf"[\[(]?{_CLOCK}[\])]?\s+(?P<name>[^。！？!?:：,，<>]{{1,24}})")
DAY = re.compile(r"(?:[A-Za-z]{3,9}\.? \d{1,2}, \d{4}|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
                 r"(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?\s?(?:[AP]M)?)?")
HEADING = re.compile(r"speaker|name|who|role|说话人|发言人|角色|姓名", re.IGNORECASE)  # above the speakers of a table
ONLY_CLOCK = re.compile(rf"[\[(]?{_CLOCK}[\])]?")


def is_document(file: Path) -> bool:
    """Say whether a file is a Word document, or calls itself one."""
    if file.suffix.lower() in SUFFIXES:
        return True
    with file.open("rb") as handle:
        if handle.read(4) != b"PK\x03\x04":
            return False
    return any(member.filename == BODY for member in archives.members(file, file.name))


def lines_of(file: Path, shown: str) -> list[str]:
    """Return the lines of a document; one without text has none.

    Raises UserError, one line, for a file that is no .docx (an old .doc, too), damaged, or protected by a password.
    """
    content = _body(file, shown)
    try:
        root, above = fromstring(content, forbid_dtd=True), []
        for element in root.iter():
            if element.tag.startswith(STRICT):
                element.tag = WORD + element.tag[len(STRICT):]
        written = [line.strip() for block in _blocks(root, above) for line in block.split("\n")]
    except (ParseError, DefusedXmlException, LookupError, ValueError, RecursionError):  # no encoding; endless nesting
        raise UserError(f"{shown}: is damaged; export or copy it again") from None
    return _as_captions([*above, *(line for line in written if line)])


def is_transcript(lines: list[str]) -> bool:
    """Say whether the lines of a document hold a talk: several turns, of known kinds of speakers or with their moments."""
    voices = [line.partition(">")[0] for line in lines if line.startswith(VOICE)]
    return len(voices) >= LEAST_TURNS and len(set(voices)) > 1 or looks_like_transcript("\n".join(lines).encode())


def _body(file: Path, shown: str) -> bytes:
    with file.open("rb") as handle:
        first = handle.read(4)
    if first == OLD:
        raise UserError(f"{shown}: is protected by a password; save it without one" if PROTECTED in file.read_bytes() else
                        f"{shown}: is an old Word document (.doc), whatever its name says; save it as .docx")
    if not first.startswith(b"PK"):
        raise UserError(f"{shown}: is no Word document, whatever its name says; export it again, or save it as .docx or .txt")
    member = next((member for member in archives.members(file, shown) if member.filename == BODY), None)
    if member is None:
        raise UserError(f"{shown}: is no Word document, whatever its name says; export it again, or save it as .docx or .txt")
    if member.file_size > MAX_BYTES:
        raise UserError(f"{shown}: {archives.BOMB}")
    return archives.read_member(file, member, Budget(MAX_BYTES), shown)


def _blocks(parent: Element, above: list[str]) -> Iterator[str]:
    """Return the text of each paragraph, and of each row of a table, in order; what names the talk in tables goes `above`."""
    for child in parent:
        if child.tag == f"{WORD}p":
            yield _text(child)
        elif child.tag == f"{WORD}tbl":
            yield from _table(child, above)
        elif child.tag not in UNSAID:
            yield from _blocks(child, above)


def _text(element: Element) -> str:
    """Return what an element says; deleted and moved words, fields' codes and repeated text boxes are left out."""
    parts = []
    for child in element:
        if child.tag == f"{WORD}t":
            parts.append(child.text or "")
        elif child.tag in BREAKS:
            parts.append(BREAKS[child.tag])
        elif child.tag == f"{WORD}p":  # of a text box
            parts.append(f"\n{_text(child)}\n")
        elif child.tag not in UNSAID:
            parts.append(_text(child))
    return "".join(parts)


def _nearest(parent: Element, tag: str) -> Iterator[Element]:
    """Return the elements of a tag, those of nested tables left out."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag != f"{WORD}tbl" and child.tag not in UNSAID:
            yield from _nearest(child, tag)


def _table(table: Element, above: list[str]) -> Iterator[str]:
    """Return the rows of a table as lines: turns where people talk in it, else "label: value"; a frame is its content.

    Of a table of particulars only what names the talk is kept, and goes `above`: names and addresses are nobody's words.
    """
    rows, clocked = [], set()
    for row in _nearest(table, f"{WORD}tr"):
        blocks = [list(_blocks(cell, above)) for cell in _nearest(row, f"{WORD}tc")]
        if len(blocks) == 1:
            rows.append(blocks[0])
            continue
        cells = [" ".join(parts).replace("\n", " ").strip() for parts in blocks]
        found = [cell for cell in cells if cell and not ONLY_CLOCK.fullmatch(cell) and not cell.isdigit()]
        if len(found) == 2 and any(ONLY_CLOCK.fullmatch(cell) for cell in cells):
            clocked.add(len(rows))
        rows.append((found[0].replace(">", " ").rstrip(":： "), found[1]) if len(found) == 2 else [" ".join(found)])
    pairs = [row for row in rows if isinstance(row, tuple)]
    is_form = any(_is_of_form(*pair) for pair in pairs)
    is_talk = _is_talk(pairs)
    for i, row in enumerate(rows):
        if isinstance(row, list):
            yield from row
        elif i in clocked or is_talk and not _is_of_form(*row):
            yield f"{VOICE}{row[0]}>{row[1]}"
        elif is_about(*row):
            above.append(f"{row[0]}: {row[1]}")
        elif not is_form and not is_particular(*row, is_form=True):
            yield f"{row[0]}: {row[1]}"


def _is_of_form(label: str, value: str) -> bool:
    return is_about(label, value) or bool(PARTICULAR.fullmatch(label))


def _is_talk(pairs: list[tuple[str, str]]) -> bool:
    """Say whether people talk in a table: a label recurs, or known speakers only, two at least, say more than their names."""
    pairs = [pair for pair in pairs if not _is_of_form(*pair)] if len(pairs) > 2 else pairs
    if any(n > 1 for n in Counter(label for label, _ in pairs).values()):
        return True
    said = [pair for i, pair in enumerate(pairs) if i or not HEADING.fullmatch(pair[0])]
    known = [pair for pair in said if SPOKEN.match(pair[0]) and not is_particular(*pair, is_form=True)]
    return len(known) == len(said) > 1


def _as_captions(lines: list[str]) -> list[str]:
    """Return the lines with speakers as captions name them, and a day that stands alone above them labelled as one."""
    found: list[str] = []
    is_named_next = False
    for line in lines:
        match = NAMED.fullmatch(line) or CLOCK_FIRST.fullmatch(line)
        if ARROW.fullmatch(line):
            is_named_next = True
            continue
        if is_named_next:
            line = f"{VOICE}{line.replace('>', ' ')}>"
        elif match and (match.re is NAMED or SPOKEN.match(match["name"])):
            line = f"{VOICE}{match['name']}>"
        elif DAY.fullmatch(line) and not any(other.startswith(VOICE) for other in found):
            line = f"date: {line}"
        is_named_next = False
        found.append(line)
    return found
