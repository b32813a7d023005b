"""Malformed and odd files, each with what a reader must make of it: its tables, or a refusal in one line.

Systematic: encodings × delimiters × line ends, and defects × delimiters × two languages, in containers of every kind; then single
nasty files. The expectation of each is stated here by hand, beside what is done to the file.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Header, rows as (line, cells…) with None for an empty cell, and the lines that must be rejected."""

    header: tuple
    rows: list
    rejected: tuple = ()
    name: str = ""


@dataclass(frozen=True)
class OddFile:
    """A file and its tables; none: it must be refused, and the line must match `says`."""

    name: str
    content: bytes
    tables: list = field(default_factory=list)
    says: str = ""
    hints: dict = field(default_factory=dict)
    may_ask: bool = False  # a question about the encoding is as right as the table


PEOPLE = {
    "en": (("id", "name", "city", "amount"), [("001", "Ann", "Paris", "1.50"), ("002", "Bob", "Rome", "20"),
                                              ("003", "Cy", "Oslo", "3.25"), ("004", "Di", "Bern", "4")]),
    "zh": (("编号", "姓名", "城市", "金额"), [("001", "张伟", "上海", "1.50"), ("002", "王芳", "广州", "20"),
                                      ("003", "李娜", "成都", "3.25"), ("004", "赵敏", "武汉", "4")]),
    "tw": (("編號", "姓名", "城市", "金額"), [("001", "陳怡君", "臺北", "1.50"), ("002", "林志明", "高雄", "20"),
                                      ("003", "黃美玲", "臺南", "3.25"), ("004", "張家豪", "新竹", "4")]),
    "ja": (("番号", "氏名", "住所", "金額"), [("001", "山田太郎", "東京都", "1.50"), ("002", "佐藤さくら", "大阪府", "20"),
                                      ("003", "鈴木イチロー", "京都府", "3.25"), ("004", "高橋花子", "北海道", "4")]),
    "de": (("Nummer", "Name", "Straße", "Betrag"), [("001", "Müller", "Königsallee", "1.50"), ("002", "Weiß", "Grünweg", "20"),
                                                     ("003", "Jürgen", "Schloßplatz", "3.25"), ("004", "Bärbel", "Am Tor", "4")]),
    "fr": (("numéro", "nom", "ville", "montant"), [("001", "José", "Orléans", "1.50"), ("002", "Hélène", "Besançon", "20"),
                                                   ("003", "Noël", "Nîmes", "3.25"), ("004", "Zoé", "Paris", "4")]),
    "ko": (("번호", "이름", "도시", "금액"), [("001", "김철수", "서울", "1.50"), ("002", "이영희", "부산", "20"),
                                      ("003", "박민수", "대구", "3.25"), ("004", "최유진", "광주", "4")]),
    "ru": (("номер", "имя", "город", "сумма"), [("001", "Иван", "Москва", "1.50"), ("002", "Мария", "Казань", "20"),
                                                ("003", "Олег", "Самара", "3.25"), ("004", "Анна", "Тула", "4")]),
}
ENCODINGS = [
    ("zh", "utf-8"), ("zh", "utf-8-sig"), ("zh", "utf-16"), ("zh", "utf-16-le"), ("zh", "utf-16-be"), ("zh", "gb18030"), ("zh", "gbk"),
    ("tw", "utf-8"), ("tw", "big5"), ("ja", "utf-8"), ("ja", "cp932"), ("ja", "euc_jp"), ("de", "utf-8"), ("de", "cp1252"),
    ("de", "mac_roman"), ("fr", "latin-1"), ("ko", "cp949"), ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "utf-8"),
]
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def odd_files() -> Iterator[OddFile]:
    """Yield every file of the corpus."""
    yield from _encodings()
    yield from _defects()
    yield from _containers()
    yield from _texts()
    yield from _legacy_questions()
    yield from _refused()


def _numbered(rows: list, first: int = 2) -> list:
    return [(first + i, *row) for i, row in enumerate(rows)]


def _lines(header, rows, d: str) -> list[str]:
    return [d.join(header), *(d.join(row) for row in rows)]


def _encodings() -> Iterator[OddFile]:
    for language, encoding in ENCODINGS:
        header, rows = PEOPLE[language]
        for delimiter, d in DELIMITERS.items():
            for ends, end in (("lf", "\n"), ("crlf", "\r\n")):
                text = end.join(_lines(header, rows, d)) + end
                name = f"{language}-{encoding}-{delimiter}-{ends}.csv"
                yield OddFile(name, text.encode(encoding), [Table(header, _numbered(rows))])
    for language, encoding in (("en", "utf-8"), ("zh", "gb18030"), ("de", "cp1252")):
        header, rows = PEOPLE[language]
        text = "\r".join(_lines(header, rows, ","))
        yield OddFile(f"{language}-{encoding}-cr.csv", text.encode(encoding), [Table(header, _numbered(rows))])


# --- defects: each takes header, four rows and the delimiter; returns the text and the table it must give


def _hash_preamble(h, r, d):
    return ["# Shop report", "# Start date: 20260101", "", *_lines(h, r, d)], Table(h, _numbered(r, 5))


def _title(h, r, d):
    return ["Monthly report", "", *_lines(h, r, d)], Table(h, _numbered(r, 4))


def _account_lines(h, r, d):
    return ["Account: Acme", "From 2026-01-01", *_lines(h, r, d)], Table(h, _numbered(r, 4))


def _padded_title(h, r, d):
    return ["Monthly report" + d * 3, d * 3, *_lines(h, r, d)], Table(h, _numbered(r, 4))


def _blank_between(h, r, d):
    lines = _lines(h, r, d)
    return [*lines[:3], "", "", *lines[3:], ""], Table(h, [(2, *r[0]), (3, *r[1]), (6, *r[2]), (7, *r[3])])


def _empty_records(h, r, d):
    return [*_lines(h, r, d), d * 3, d * 3], Table(h, _numbered(r))


def _blank_first(h, r, d):
    return ["", "", *_lines(h, r, d)], Table(h, _numbered(r, 4))


def _total(h, r, d):
    return [*_lines(h, r, d), f"Total{d}{d}{d}28.75"], Table(h, _numbered(r))


def _chinese_total(h, r, d):
    return [*_lines(h, r, d), f"合计{d}{d}{d}28.75"], Table(h, _numbered(r))


def _total_then_note(h, r, d):
    return [*_lines(h, r, d), f"总计{d}{d}{d}28.75", "", "Exported by Acme CRM"], Table(h, _numbered(r))



def _grand_total(h, r, d):
    lines = _lines(h, r, d)
    return [lines[0], f"{d}{d}28.75{d}Grand total", *lines[1:]], Table(h, _numbered(r, 3))


def _one_too_many(h, r, d):
    lines = _lines(h, r, d)
    lines[2] += f"{d}extra"
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _one_too_few(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = d.join(r[1][:3])
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _shifted_everywhere(h, r, d):
    lines = _lines(h, r, d)
    return [lines[0], *(f"{x}{d}extra" for x in lines[1:])], Table(h, [], (2, 3, 4, 5))


def _trailing_delimiters(h, r, d):
    return [x + d for x in _lines(h, r, d)], Table(h, _numbered(r))


def _trailing_in_rows(h, r, d):
    lines = _lines(h, r, d)
    return [lines[0], *(x + d for x in lines[1:])], Table(h, _numbered(r))


def _unclosed(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _unclosed_then_quoted(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d}{r[1][2]}{d}{r[1][3]}'
    lines[3] = d.join([r[2][0], f'"{r[2][1]}"', r[2][2], r[2][3]])
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _unclosed_last(h, r, d):
    lines = _lines(h, r, d)
    lines[4] = f'{r[3][0]}{d}"{r[3][1]}{d}{r[3][2]}{d}{r[3][3]}'
    return lines, Table(h, _numbered(r[:3]), (5,))


def _text_after_quote(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}"x{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _line_break(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}\nJr"{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], r[1][1] + "\nJr", *r[1][2:]), (5, *r[2]), (6, *r[3])])


def _delimiter_inside(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"{r[1][1]}{d} Jr"{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f"{r[1][1]}{d} Jr", *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _doubled_quotes(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}"the ""{r[1][1]}"""{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f'the "{r[1][1]}"', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _backslash_quotes(h, r, d):
    lines = [d.join(f'"{c}"' for c in x) for x in (h, *r)]
    lines[2] = d.join(f'"{c}"' for c in (r[1][0], f'the \\"{r[1][1]}\\" man', *r[1][2:]))
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], f'the "{r[1][1]}" man', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _inch_mark(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = f'{r[1][0]}{d}5" pipe{d}{r[1][2]}{d}{r[1][3]}'
    return lines, Table(h, [(2, *r[0]), (3, r[1][0], '5" pipe', *r[1][2:]), (4, *r[2]), (5, *r[3])])


def _all_quoted(h, r, d):
    return [d.join(f'"{c}"' for c in x) for x in (h, *r)], Table(h, _numbered(r))


def _blank_before_quote(h, r, d):
    return [f"{d} ".join(f'"{c}"' for c in x) for x in (h, *r)], Table(h, _numbered(r))


def _nul(h, r, d):
    lines = _lines(h, r, d)
    lines[2] = lines[2].replace(r[1][1], r[1][1] + "\0")
    return lines, Table(h, [(2, *r[0]), (4, *r[2]), (5, *r[3])], (3,))


def _no_header(h, r, d):
    return [d.join(x) for x in r], Table(tuple(f"column {i}" for i in range(1, 5)), _numbered(r, 1))


def _duplicate_names(h, r, d):
    return _lines((h[0], h[1], h[1], h[3]), r, d), Table((h[0], h[1], f"{h[1]} (2)", h[3]), _numbered(r))


def _empty_name(h, r, d):
    return _lines((h[0], "", h[2], h[3]), r, d), Table((h[0], "column 2", h[2], h[3]), _numbered(r))


def _comment_inside(h, r, d):
    lines = _lines(h, r, d)
    return [*lines[:3], "# checked by hand", *lines[3:]], Table(h, [(2, *r[0]), (3, *r[1]), (5, *r[2]), (6, *r[3])])


def _sep_line(h, r, d):
    return [f"sep={d}", *_lines(h, r, d)], Table(h, _numbered(r, 3))


def _header_again(h, r, d):
    lines = _lines(h, r, d)
    return [*lines[:3], lines[0], *lines[3:]], Table(h, [(2, *r[0]), (3, *r[1]), (5, *r[2]), (6, *r[3])])


def _mixed_line_ends(h, r, d):
    lines = _lines(h, r, d)
    return "\r\n".join(lines[:2]) + "\n" + "\n".join(lines[2:4]) + "\r\n" + lines[4], Table(h, _numbered(r))


def _null_column(h, r, d):
    rows = [(a, b, "", e) for a, b, _, e in r]
    return _lines(h, rows, d), Table(h, _numbered([(a, b, None, e) for a, b, _, e in r]))


def _one_row(h, r, d):
    return _lines(h, r[:1], d), Table(h, _numbered(r[:1]))


def _header_only(h, r, d):
    return _lines(h, [], d), Table(h, [])


def _long_cell(h, r, d):
    rows = [*r[:3], (r[3][0], "x" * 1_000_000, *r[3][2:])]
    return _lines(h, rows, d), Table(h, _numbered(rows))


def _words_like_null(h, r, d):
    rows = [(a, word, c, e) for (a, _, c, e), word in zip(r, ("NA", "None", "null", "NaN"), strict=True)]
    return _lines(h, rows, d), Table(h, _numbered(rows))


def _long_ids(h, r, d):
    rows = [(i, b, c, e) for (_, b, c, e), i in zip(r, ("000123456789012345678", "1E5", "+8613800000000", "1.0"), strict=True)]
    return _lines(h, rows, d), Table(h, _numbered(rows))


def _formulas(h, r, d):
    rows = [(a, word, c, e) for (a, _, c, e), word in zip(r, ("=1+1", "@SUM", "-5", "<b>x</b>"), strict=True)]
    return _lines(h, rows, d), Table(h, _numbered(rows))


def _truncated_last(h, r, d):
    lines = _lines(h, r, d)
    lines[4] = d.join(r[3][:2])
    return "\n".join(lines), Table(h, _numbered(r[:3]), (5,))


def _spaces_kept(h, r, d):
    rows = [(a, f" {b} ", c, e) for a, b, c, e in r]
    return _lines(h, rows, d), Table(h, _numbered(rows))


def _two_tables(h, r, d):
    lines = [*_lines(h, r[:2], d), "", d.join(("page", "views")), d.join(("/a", "4")), d.join(("/b", "5"))]
    return lines, [Table(h, _numbered(r[:2]), name="part 1"), Table(("page", "views"), [(6, "/a", "4"), (7, "/b", "5")], name="part 2")]


def _two_of_one_width(h, r, d):
    other = ("country", "users", "sessions", "revenue")
    lines = [*_lines(h, r[:2], d), "", "# Second", d.join(other), d.join(("China", "4", "5", "6"))]
    return lines, [Table(h, _numbered(r[:2]), name="part 1"), Table(other, [(7, "China", "4", "5", "6")], name="part 2")]


def _two_header_rows(h, r, d):
    lines = [f"{d}Person{d}{d}Sales", *_lines(h, r, d)]
    return lines, Table((h[0], f"Person / {h[1]}", f"Person / {h[2]}", f"Sales / {h[3]}"), _numbered(r, 3))


DEFECTS = [
    _hash_preamble, _title, _account_lines, _padded_title, _blank_between, _empty_records, _blank_first, _total, _chinese_total,
    _total_then_note, _grand_total, _one_too_many, _one_too_few, _shifted_everywhere, _trailing_delimiters, _trailing_in_rows,
    _unclosed, _unclosed_then_quoted, _unclosed_last, _text_after_quote, _line_break, _delimiter_inside, _doubled_quotes,
    _backslash_quotes, _inch_mark, _all_quoted, _blank_before_quote, _nul, _no_header, _duplicate_names, _empty_name, _comment_inside,
    _sep_line, _header_again, _mixed_line_ends, _null_column, _one_row, _header_only, _long_cell, _words_like_null, _long_ids,
    _formulas, _truncated_last, _spaces_kept, _two_tables, _two_of_one_width, _two_header_rows,
]


def _defects() -> Iterator[OddFile]:
    for language, encoding in (("en", "utf-8"), ("zh", "gb18030")):
        for delimiter, d in DELIMITERS.items():
            for defect in DEFECTS:
                text, expected = defect(*PEOPLE[language], d)
                text = text if isinstance(text, str) else "\n".join(text) + "\n"
                tables = expected if isinstance(expected, list) else [expected]
                yield OddFile(f"{defect.__name__[1:]}-{language}-{delimiter}.csv", text.encode(encoding), tables)


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
        "<table:table-row>" + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>" for row in rows
    )
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '</manifest:manifest>'
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, "META-INF/manifest.xml": manifest})


def _containers() -> Iterator[OddFile]:
    for language in ("en", "zh"):
        h, r = PEOPLE[language]
        plain = ("\n".join(_lines(h, r, ",")) + "\n").encode("gb18030" if language == "zh" else "utf-8")
        table, book = Table(h, _numbered(r)), workbook([h, *r])
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
        named = [Table(h, _numbered(r), name=n) for n in ("sub/one.csv", "two.csv")]
        yield OddFile(f"zip-{language}-two.zip", two, named)
        yield OddFile(f"zip-{language}-xlsx-inside.zip", archive({"b.xlsx": book}), [table])
        yield OddFile(f"zip-{language}-gz-inside.zip", archive({"b.csv.gz": gzip.compress(plain)}), [table])
        yield OddFile(f"xlsx-{language}-two-sheets.xlsx", workbook([h, *r], sheets=2),
                      [Table(h, _numbered(r), name=f"Sheet{i}") for i in (1, 2)])
        yield OddFile(f"xlsx-{language}-sheet-hint.xlsx", workbook([h, *r], sheets=2), [Table(h, _numbered(r), name="Sheet2")],
                      hints={"sheet": "Sheet2"})
        yield OddFile(f"xlsx-{language}-title.xlsx", workbook([("Report",), (), h, *r, (), ("Source: CRM",)]), [Table(h, _numbered(r, 4))])
        yield OddFile(f"xlsx-{language}-total.xlsx", workbook([h, *r, ("合计", None, None, 28.75)]), [table])
        yield OddFile(f"xlsx-{language}-groups.xlsx", workbook([("", "Person", None, "Sales"), h, *r]),
                      [Table((h[0], f"Person / {h[1]}", f"Person / {h[2]}", f"Sales / {h[3]}"), _numbered(r, 3))])
        yield OddFile(f"xlsx-{language}-numbers.xlsx", workbook([h, (1, "x", 138_0000_0001, 2.5), ("007", "y", 3.0, True)]),
                      [Table(h, [(2, "1", "x", "13800000001", "2.5"), (3, "007", "y", "3", "TRUE")])])
        objects = [dict(zip(h, row, strict=True)) for row in r]
        lines = "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects).encode()
        yield OddFile(f"jsonl-{language}.jsonl", lines, [Table(h, _numbered(r, 1))])
        yield OddFile(f"jsonl-{language}.csv", lines, [Table(h, _numbered(r, 1))])
        yield OddFile(f"json-{language}.json", json.dumps(objects, indent=1, ensure_ascii=False).encode(), [Table(h, _numbered(r, 1))])
        yield OddFile(f"json-{language}-bom.json", b"\xef\xbb\xbf" + json.dumps(objects, ensure_ascii=False).encode(),
                      [Table(h, _numbered(r, 1))])
        yield OddFile(f"json-{language}-wrapped.json", json.dumps({"results": objects, "page": 1}).encode(), [Table(h, _numbered(r, 1))])
        broken = lines.splitlines(keepends=True)
        yield OddFile(f"jsonl-{language}-broken.jsonl", broken[0] + b'{"id": \n\n' + broken[1], [Table(h, [(1, *r[0]), (4, *r[1])], (2,))])
        yield OddFile(f"parquet-{language}.csv", parquet(h, r), [Table(h, _numbered(r, 1))])
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


# --- single texts


def _texts() -> Iterator[OddFile]:
    yield OddFile("ga4-exploration.csv", (
        b"# ----------------------------------------\n# Shop\n# Free form-Free form 1\n# 20260723-20260922\n"
        b"# ----------------------------------------\n\nDate,Page path and screen class,Views\n,,33,Grand total\n20260723,/a,3\n20260724,/b,30\n"
    ), [Table(("Date", "Page path and screen class", "Views"), [(9, "20260723", "/a", "3"), (10, "20260724", "/b", "30")])])
    yield OddFile("ga4-overview.csv", (
        b"# Account: Shop\n# Start date: 20260101\n# End date: 20260131\n\nCountry,Active users,Engagement rate\nChina,3,0.5\nFrance,4,0.25\n\n"
        b"# Start date: 20260101\nNth week,Active users\n0000,3\n0001,4\n"
    ), [Table(("Country", "Active users", "Engagement rate"), [(6, "China", "3", "0.5"), (7, "France", "4", "0.25")], name="part 1"),
        Table(("Nth week", "Active users"), [(11, "0000", "3"), (12, "0001", "4")], name="part 2")])
    yield OddFile("mailchimp-tags.csv", b'"Email Address","First Name",TAGS\nann@example.com,Ann,"""VIP"",""Blog"""\nbob@example.com,Bob,\n',
                  [Table(("Email Address", "First Name", "TAGS"), [(2, "ann@example.com", "Ann", '"VIP","Blog"'), (3, "bob@example.com", "Bob", None)])])
    yield OddFile("questionpro.csv", (
        b"Survey report,,,\nGenerated,2026-03-05,,\n,,,\nResponse ID,IP Address,Timestamp (mm/dd/yyyy),Q1\n11,192.0.2.1,03/05/2026,9\n12,192.0.2.2,03/06/2026,3\n"
    ), [Table(("Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Q1"), [(5, "11", "192.0.2.1", "03/05/2026", "9"), (6, "12", "192.0.2.2", "03/06/2026", "3")])])
    yield OddFile("decimal-commas.csv", b"name;price;share\nA;1,5;0,25\nB;2,75;0,5\nC;3,0;0,25\n",
                  [Table(("name", "price", "share"), [(2, "A", "1,5", "0,25"), (3, "B", "2,75", "0,5"), (4, "C", "3,0", "0,25")])])
    yield OddFile("one-column.csv", b"email\nann@example.com\nbob@example.com\n", [Table(("email",), [(2, "ann@example.com"), (3, "bob@example.com")])])
    yield OddFile("years-as-names.csv", b"store,2024,2025\nNorth,10,20\nSouth,30,40\n", [Table(("store", "2024", "2025"), [(2, "North", "10", "20"), (3, "South", "30", "40")])])
    yield OddFile("all-text.csv", b"name,city\nAnn,Paris\nBob,Rome\n", [Table(("name", "city"), [(2, "Ann", "Paris"), (3, "Bob", "Rome")])])
    yield OddFile("no-header-text.csv", "张三,上海\n李四,北京\n王五,上海\n".encode(),
                  [Table(("column 1", "column 2"), [(1, "张三", "上海"), (2, "李四", "北京"), (3, "王五", "上海")])])
    yield OddFile("blanks-as-delimiter.txt", b"00001 4 19970101 29.33\n00002 1 19970112 12.00\n00003 2 19970113 77.10\n",
                  [Table(tuple(f"column {i}" for i in (1, 2, 3, 4)), [(1, "00001", "4", "19970101", "29.33"), (2, "00002", "1", "19970112", "12.00"), (3, "00003", "2", "19970113", "77.10")])])
    yield OddFile("gbk-lines-in-utf8.csv", "id,name\n1,张伟\n2,李娜\n3,赵敏\n".encode() + "4,王芳\n".encode("gbk") + "5,刘洋\n".encode(),
                  [Table(("id", "name"), [(2, "1", "张伟"), (3, "2", "李娜"), (4, "3", "赵敏"), (6, "5", "刘洋")], (5,))])
    yield OddFile("utf8-line-in-gbk.csv", "id,name\n1,张伟\n2,李娜\n3,赵敏\n".encode("gbk") + "4,王芳\n".encode() + "5,刘洋\n".encode("gbk"),
                  [Table(("id", "name"), [(2, "1", "张伟"), (3, "2", "李娜"), (4, "3", "赵敏"), (6, "5", "刘洋")], (5,))])
    yield OddFile("cp1252-line-in-utf8.csv", "id,name\n1,Zoë\n2,Jürgen\n3,José\n".encode() + "4,Müller\n".encode("cp1252"),
                  [Table(("id", "name"), [(2, "1", "Zoë"), (3, "2", "Jürgen"), (4, "3", "José")], (5,))])
    yield OddFile("hint-header-row.csv", b"a,b\nc,d\nid,x\n1,2\n", [Table(("id", "x"), [(4, "1", "2")])], hints={"header_row": 3})
    yield OddFile("hint-no-header.csv", b"name,city\nAnn,Rome\n", [Table(("column 1", "column 2"), [(1, "name", "city"), (2, "Ann", "Rome")])], hints={"header_row": 0})
    yield OddFile("hint-skip.csv", b"junk,x,y\nid,name\n1,Ann\n", [Table(("id", "name"), [(3, "1", "Ann")])], hints={"skip": 1})
    yield OddFile("hint-delimiter.csv", b"id:name\n1:a,b\n2:c,d\n", [Table(("id", "name"), [(2, "1", "a,b"), (3, "2", "c,d")])], hints={"delimiter": ":"})
    yield OddFile("hint-encoding.csv", "id,name\n1,毛\n".encode("gbk"), [Table(("id", "name"), [(2, "1", "毛")])], hints={"encoding": "gbk"})
    yield OddFile("hash-ids.csv", b"ticket,note\n#1,late\n#2,broken\n", [Table(("ticket", "note"), [(2, "#1", "late"), (3, "#2", "broken")])])
    yield OddFile("total-as-name.csv", b"id,company,n\n1,Total,5\n2,Shell,6\n3,Total,7\n",
                  [Table(("id", "company", "n"), [(2, "1", "Total", "5"), (3, "2", "Shell", "6"), (4, "3", "Total", "7")])])
    yield OddFile("subtotals.csv", "门店,数量,金额\n上海,1,2\n小计,1,2\n北京,3,4\n小计,3,4\n合计,4,6\n".encode(),
                  [Table(("门店", "数量", "金额"), [(2, "上海", "1", "2"), (4, "北京", "3", "4")])])
    yield OddFile("full-width-names.csv", "编号，名称\n".replace("，", ",").encode() + "Ａ１,苹果\n".encode(), [Table(("编号", "名称"), [(2, "Ａ１", "苹果")])])
    yield OddFile("double-cr.csv", b"id,name\r\r\n1,Ann\r\r\n2,Bob\r\r\n", [Table(("id", "name"), [(3, "1", "Ann"), (5, "2", "Bob")])])
    yield OddFile("unicode-line-separator.csv", "id,name\n1,Ann\u2028x\n2,Bob\x0bx\n".encode(), [Table(("id", "name"), [(2, "1", "Ann\u2028x"), (3, "2", "Bob\x0bx")])])
    yield OddFile("long-text-cells.csv", ("id,text,n,m\n1,\"" + "a line, with commas\n" * 300 + "end\",2,3\n4,x,5,6\n").encode(),
                  [Table(("id", "text", "n", "m"), [(2, "1", "a line, with commas\n" * 300 + "end", "2", "3"), (303, "4", "x", "5", "6")])])
    yield OddFile("two-unclosed.csv", b'id,a,b,c\n1,"x,y,z\n2,p,q,r\n3,"x,y,z\n4,p,q,r\n', [Table(("id", "a", "b", "c"), [(3, "2", "p", "q", "r"), (5, "4", "p", "q", "r")], (2, 4))])
    yield OddFile("bom-and-quotes.csv", b'\xef\xbb\xbf"id","name"\n"1","Ann"\n', [Table(("id", "name"), [(2, "1", "Ann")])])
    yield OddFile("bracket-names.csv", b"[id],[name]\n1,Ann\n2,Bob\n", [Table(("[id]", "[name]"), [(2, "1", "Ann"), (3, "2", "Bob")])])
    yield OddFile("double-pipe.csv", b"id||name||x\n1||Ann||2\n2||Bob||3\n", [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])])
    yield OddFile("caret.csv", b"id^name^x\n1^Ann^2\n2^Bob^3\n", [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])])
    yield OddFile("control-a.txt", b"id\x01name\x01x\n1\x01Ann\x012\n2\x01Bob\x013\n", [Table(("id", "name", "x"), [(2, "1", "Ann", "2"), (3, "2", "Bob", "3")])])
    yield OddFile("commas-in-text-tab.tsv", b"id\ttext\n1\ta, b, c\n2\td, e, f\n", [Table(("id", "text"), [(2, "1", "a, b, c"), (3, "2", "d, e, f")])])
    yield OddFile("case-twins.csv", b"Amount,amount\n1,2\n", [Table(("Amount", "amount (2)"), [(2, "1", "2")])])
    yield OddFile("reserved-names.csv", b"_line,_problem\nx,y\n", [Table(("_line (2)", "_problem (2)"), [(2, "x", "y")])])
    yield OddFile("decomposed-names.csv", "pre\u0301nom,x\nA,1\n".encode(), [Table(("prénom", "x"), [(2, "A", "1")])])
    yield OddFile("sql-names.csv", b"a\"b,x';drop\n1,2\n", [Table(('a"b', "x';drop"), [(2, "1", "2")])])


def _legacy_questions() -> Iterator[OddFile]:
    """Yield short texts of one old encoding: the table, or a question; never something else."""
    for word, encodings in (
        ("毛", ("gbk", "big5")), ("黃", ("big5",)), ("鑫", ("gbk",)), ("ヤマダ", ("cp932", "euc_jp")), ("ﾔﾏﾀﾞ", ("cp932",)), ("Müller", ("cp1252", "mac_roman", "cp1250")),
        ("Dvořák", ("cp1250",)), ("Łukasz Wójcik", ("cp1250",)), ("Yılmaz", ("cp1254",)), ("Guðmundsson", ("cp1252",)), ("Sørensen", ("cp1252",)), ("£5", ("cp1252",)),
        ("5 €", ("cp1252",)), ("￥5", ("gbk", "cp932")), ("crème brûlée", ("cp1252", "mac_roman")), ("Peña", ("cp1252", "mac_roman")), ("김", ("cp949",)), ("Иван", ("cp1251", "koi8_r", "cp866")),
        ("联通", ("gbk",)), ("Ελένη", ("cp1253",)), ("שלום", ("cp1255",)), ("สวัสดี", ("cp874",)), ("Việt", ("cp1258",)), ("Ærø", ("cp1252",)),
    ):
        for encoding in encodings:
            try:
                content = f"id,name\n1,{word}\n2,Ann\n".encode(encoding)
            except UnicodeEncodeError:
                continue
            yield OddFile(f"short-{word}-{encoding}.csv", content, [Table(("id", "name"), [(2, "1", word), (3, "2", "Ann")])],
                          says="encoding", may_ask=True)


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
    yield OddFile("far-corner.xlsx", _far_corner(), says="spans")
    yield OddFile("bomb.xlsx", archive({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"<c/>" * 8_000_000}), says="far more")
    yield OddFile("document.docx", archive({"word/document.xml": b"<a/>"}), says="document")
    yield OddFile("encrypted.zip", _encrypted(), says="encrypted")
    yield OddFile("lying-directory.zip", _lying(), says="damaged|not a complete")
    yield OddFile("nested.zip", archive({"a.zip": archive({"b.zip": archive({"c.zip": archive({"d.csv": b"a,b\n1,2\n"})})})}), says="archives in archives")
    yield OddFile("broken.json", b'[{"id": 1}, {"id": ', says="not valid JSON")
    yield OddFile("numbers.json", b"[1, 2, 3]", says="not valid JSON|no JSON object")
    yield OddFile("hint-unknown-encoding.csv", b"a,b\n1,2\n", says="no encoding", hints={"encoding": "klingon"})
    yield OddFile("hint-wrong-encoding.csv", "id,name\n1,张伟\n2,王芳\n".encode("gbk"), says="is not utf-8", hints={"encoding": "utf-8"})
    yield OddFile("hint-no-sheet.xlsx", workbook([("a", "b"), (1, 2)]), says="no sheet", hints={"sheet": "Umsatz"})
    yield OddFile("empty-sheet.xlsx", workbook([]), says="no table")


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
    content[at:at + 4] = (10).to_bytes(4, "little")
    return bytes(content)
