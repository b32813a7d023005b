"""Malformed and odd files, each with what a reader must make of it: its tables, or a refusal in one line.

Systematic: encodings × delimiters × line ends, and defects × delimiters × two languages, in containers of every kind;
then single nasty files. The expectation of each is stated here by hand, beside what is done to the file.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator

import odd_defects
import odd_texts
from odd_tables import DELIMITERS, PEOPLE, OddFile, Table, numbered, text_lines

ENCODINGS = [
    ("zh", "utf-8"),
    ("zh", "utf-8-sig"),
    ("zh", "utf-16"),
    ("zh", "utf-16-le"),
    ("zh", "utf-16-be"),
    ("zh", "gb18030"),
    ("zh", "gbk"),
    ("tw", "utf-8"),
    ("tw", "big5"),
    ("ja", "utf-8"),
    ("ja", "cp932"),
    ("ja", "euc_jp"),
    ("de", "utf-8"),
    ("de", "cp1252"),
    ("de", "mac_roman"),
    ("fr", "latin-1"),
    ("ko", "cp949"),
    ("ru", "cp1251"),
    ("ru", "koi8_r"),
    ("ru", "utf-8"),
]


def odd_files() -> Iterator[OddFile]:
    """Yield every file of the corpus."""
    yield from _encodings()
    yield from odd_defects.odd_defects()
    yield from _containers()
    yield from odd_texts.odd_texts()
    yield from odd_texts.short_texts()
    yield from _refused()


def _encodings() -> Iterator[OddFile]:
    for language, encoding in ENCODINGS:
        header, rows = PEOPLE[language]
        for delimiter, d in DELIMITERS.items():
            for ends, end in (("lf", "\n"), ("crlf", "\r\n")):
                text = end.join(text_lines(header, rows, d)) + end
                name = f"{language}-{encoding}-{delimiter}-{ends}.csv"
                yield OddFile(name, text.encode(encoding), [Table(header, numbered(rows))])
    for language, encoding in (("en", "utf-8"), ("zh", "gb18030"), ("de", "cp1252")):
        header, rows = PEOPLE[language]
        text = "\r".join(text_lines(header, rows, ","))
        yield OddFile(f"{language}-{encoding}-cr.csv", text.encode(encoding), [Table(header, numbered(rows))])


# --- containers


def workbook(rows: list, *, sheets: int = 1) -> bytes:
    """Return an Excel workbook; the sheets hold the same rows."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    for _ in range(sheets):
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell is not None:
                    sheet.write(i, j, cell)
    book.close()
    return out.getvalue()


def archive(members: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def ods(rows: list) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )


def _containers() -> Iterator[OddFile]:
    named = [Table(("id", "name"), [(2, "1", "Ann")], name=name) for name in ("客.csv", "单.csv")]
    yield OddFile("gbk-names.zip", _gbk_named(), named)
    for language in ("en", "zh"):
        h, r = PEOPLE[language]
        plain = ("\n".join(text_lines(h, r, ",")) + "\n").encode("gb18030" if language == "zh" else "utf-8")
        table, book = Table(h, numbered(r)), workbook([h, *r])
        for name in ("a.csv.gz", "a.gz", "a.csv", "a.xlsx"):
            yield OddFile(f"gzip-{language}-{name}", gzip.compress(plain), [table])
        for name in ("a.zip", "a.xls", "a.csv"):
            yield OddFile(f"zip-{language}-{name}", archive({"inside.csv": plain}), [table])
        for name in ("a.xlsx", "a.xls", "a.csv", "a.txt", "a"):
            yield OddFile(f"xlsx-{language}-{name}", book, [table])
        for name in ("a.xlsx", "a.xls", "a.txt", "a.dat", "a.parquet", "a.zip", "a.json"):
            yield OddFile(f"csv-{language}-{name}", plain, [table])
        yield OddFile(f"ods-{language}.ods", ods([h, *r]), [table])
        yield OddFile(f"ods-{language}.xlsx", ods([h, *r]), [table])
        two = archive({"sub/one.csv": plain, "two.csv": plain, "__MACOSX/._one.csv": b"\0\1"})
        named = [Table(h, numbered(r), name=n) for n in ("sub/one.csv", "two.csv")]
        yield OddFile(f"zip-{language}-two.zip", two, named)
        yield OddFile(f"zip-{language}-xlsx-inside.zip", archive({"b.xlsx": book}), [table])
        yield OddFile(f"zip-{language}-gz-inside.zip", archive({"b.csv.gz": gzip.compress(plain)}), [table])
        yield OddFile(
            f"xlsx-{language}-two-sheets.xlsx",
            workbook([h, *r], sheets=2),
            [Table(h, numbered(r), name=f"Sheet{i}") for i in (1, 2)],
        )
        yield OddFile(
            f"xlsx-{language}-sheet-hint.xlsx",
            workbook([h, *r], sheets=2),
            [Table(h, numbered(r), name="Sheet2")],
            hints={"sheet": "Sheet2"},
        )
        yield OddFile(
            f"xlsx-{language}-title.xlsx", workbook([("Report",), (), h, *r, (), ("Source: CRM",)]), [Table(h, numbered(r, 4))]
        )
        yield OddFile(f"xlsx-{language}-total.xlsx", workbook([h, *r, ("合计", None, None, 28.75)]), [table])
        yield OddFile(
            f"xlsx-{language}-groups.xlsx",
            workbook([("", "Person", None, "Sales"), h, *r]),
            [Table((h[0], f"Person / {h[1]}", f"Person / {h[2]}", f"Sales / {h[3]}"), numbered(r, 3))],
        )
        yield OddFile(
            f"xlsx-{language}-numbers.xlsx",
            workbook([h, (1, "x", 138_0000_0001, 2.5), ("007", "y", 3.0, True)]),
            [Table(h, [(2, "1", "x", "13800000001", "2.5"), (3, "007", "y", "3", "TRUE")])],
        )
        objects = [dict(zip(h, row, strict=True)) for row in r]
        lines = "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects).encode()
        yield OddFile(f"jsonl-{language}.jsonl", lines, [Table(h, numbered(r, 1))])
        yield OddFile(f"jsonl-{language}.csv", lines, [Table(h, numbered(r, 1))])
        yield OddFile(
            f"json-{language}.json", json.dumps(objects, indent=1, ensure_ascii=False).encode(), [Table(h, numbered(r, 1))]
        )
        yield OddFile(
            f"json-{language}-bom.json",
            b"\xef\xbb\xbf" + json.dumps(objects, ensure_ascii=False).encode(),
            [Table(h, numbered(r, 1))],
        )
        yield OddFile(
            f"json-{language}-wrapped.json", json.dumps({"results": objects, "page": 1}).encode(), [Table(h, numbered(r, 1))]
        )
        broken = lines.splitlines(keepends=True)
        yield OddFile(
            f"jsonl-{language}-broken.jsonl", broken[0] + b'{"id": \n\n' + broken[1], [Table(h, [(1, *r[0]), (4, *r[1])], (2,))]
        )
        yield OddFile(f"parquet-{language}.csv", parquet(h, r), [Table(h, numbered(r, 1))])
        yield OddFile(f"parquet-{language}-truncated.parquet", parquet(h, r)[:-20], says="not a complete Parquet")
        yield OddFile(f"xlsx-{language}-truncated.xlsx", book[: len(book) // 2], says="not a complete")
        yield OddFile(f"zip-{language}-truncated.zip", archive({"a.csv": plain})[:-10], says="not a complete")
        yield OddFile(f"gzip-{language}-truncated.gz", gzip.compress(plain)[:-9], says="not a complete")


def parquet(header, rows) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[j] for row in rows] for j, name in enumerate(header)}), out)
    return out.getvalue()


def _refused() -> Iterator[OddFile]:
    yield OddFile("empty.csv", b"", says="is empty")
    yield OddFile("only-blanks.csv", b" \r\n\n\t\n", says="is empty")
    yield OddFile("only-bom.csv", b"\xef\xbb\xbf", says="is empty")
    yield OddFile("only-bom-16.csv", b"\xff\xfe", says="is empty")
    yield OddFile("empty.zip", archive({}), says="empty archive")
    yield OddFile("page.xls", b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>", says="web page")
    yield OddFile("sheet.xls", b'<?xml version="1.0"?><Workbook></Workbook>', says="web page or XML")
    yield OddFile("document.csv", b"%PDF-1.7\n%\xe2\xe3", says="PDF")
    yield OddFile("image.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), says="image")
    yield OddFile("noise.csv", bytes(range(1, 256)) * 40, says="not a table|encoding|no table")
    yield OddFile("seven.zip", b"7z\xbc\xaf\x27\x1c" + bytes(50), says="7z")
    yield OddFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), says="not a complete")
    yield OddFile("leads-out.zip", archive({"../evil.csv": b"a,b\n1,2\n"}), says="leads out")
    yield OddFile("absolute.zip", archive({"/etc/evil.csv": b"a,b\n1,2\n"}), says="leads out")
    yield OddFile("drive.zip", archive({"C:\\evil.csv": b"a,b\n1,2\n"}), says="leads out")
    yield OddFile("bomb.zip", archive({"a.csv": b"1,2\n" * 8_000_000}), says="far more")
    yield OddFile("bomb.gz", gzip.compress(b"1,2\n" * 8_000_000), says="far more")
    yield OddFile("far-corner-repeated.ods", _repeated_ods(), says="spans")
    yield OddFile("far-corner.xlsx", _far_corner(), says="spans")
    yield OddFile(
        "bomb.xlsx", archive({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"<c/>" * 8_000_000}), says="far more"
    )
    yield OddFile("document.docx", archive({"word/document.xml": b"<a/>"}), says="document")
    yield OddFile("encrypted.zip", _encrypted(), says="encrypted")
    yield OddFile("lying-directory.zip", _lying(), says="damaged|not a complete")
    yield OddFile(
        "nested.zip",
        archive({"a.zip": archive({"b.zip": archive({"c.zip": archive({"d.csv": b"a,b\n1,2\n"})})})}),
        says="archives in archives",
    )
    yield OddFile("broken.json", b'[{"id": 1}, {"id": ', says="not valid JSON")
    yield OddFile("numbers.json", b"[1, 2, 3]", says="not valid JSON|no JSON object")
    yield OddFile("hint-unknown-encoding.csv", b"a,b\n1,2\n", says="no encoding", hints={"encoding": "klingon"})
    yield OddFile(
        "hint-wrong-encoding.csv", "id,name\n1,张伟\n2,王芳\n".encode("gbk"), says="is not utf-8", hints={"encoding": "utf-8"}
    )
    yield OddFile("hint-no-sheet.xlsx", workbook([("a", "b"), (1, 2)]), says="no sheet", hints={"sheet": "Umsatz"})
    yield OddFile("empty-sheet.xlsx", workbook([]), says="no table")


def _repeated_ods() -> bytes:
    """Return an OpenDocument file that says: this value in 16,000 columns of 1,000,000 rows."""
    plain = zipfile.ZipFile(io.BytesIO(ods([("id", "x")])))
    content = {name: plain.read(name) for name in plain.namelist()}
    content["content.xml"] = (
        content["content.xml"]
        .replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">')
        .replace(b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16000" ')
    )
    return archive(content)


def _gbk_named() -> bytes:
    """Return a zip with two Chinese names as Windows writes them: GBK, without saying so."""
    content = archive({"AA.csv": b"id,name\n1,Ann\n", "BB.csv": b"id,name\n1,Ann\n"})
    return content.replace(b"AA.csv", "客".encode("gbk") + b".csv").replace(b"BB.csv", "单".encode("gbk") + b".csv")


def _far_corner() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "id")
    sheet.write(1_000_000, 16_000, "x")
    book.close()
    return out.getvalue()


def _encrypted() -> bytes:
    content = bytearray(archive({"a.csv": b"a,b\n1,2\n"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _lying() -> bytes:
    """Return a zip whose directory says that its 80,000 bytes are 10."""
    content = bytearray(archive({"a.csv": b"1,2\n" * 20_000}))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(content)
