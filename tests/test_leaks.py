"""leaks.py: every planted value is found in every container and encoding; what only looks like one is not."""

import base64
import bz2
import gzip
import hashlib
import html
import io
import json
import quopri
import sqlite3
import zipfile
from decimal import Decimal
from urllib.parse import quote

import duckdb
import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, PngImagePlugin

from leaks import Canary, Leak, canaries_of, scan

PEOPLE = pd.DataFrame({
    "full_name": ["欧阳测试甲", "Zoë O'Example-Tester", None], "phone": ["+86 138-0000-1234", "020 7946 0958", None],
    "other_phone": [None, None, "13900005678"], "email": ["Ce.Shi@Example.com", "zoe+news@example.org", None],
    "national_id": ["11010119900307123X", None, None], "ip_address": ["203.0.113.77", "2001:db8::a1", None],
    "address": ["广东省深圳市南山区演示路128号5栋", "12 Sample Street, Exampleton", None], "gender": ["f", "f", "m"],
})
CANARIES = canaries_of(PEOPLE)
WRITTEN = (  # (kind, as it might appear)
    ("name", "欧阳测试甲"), ("name", "欧阳 测试甲"), ("name", "歐陽測試甲"), ("name", "Ouyang Ceshijia"),
    ("name", "Ceshijia OUYANG"), ("name", "ou-yang ce shi jia"), ("name", "zoë o'example-tester"),
    ("name", "O'Example-Tester, Zoe"), ("phone", "13800001234"), ("phone", "138 0000 1234"),
    ("phone", "138-0000-1234"), ("phone", "138.0000.1234"), ("phone", "+8613800001234"),
    ("phone", "(+86) 138 0000 1234"), ("phone", "0086 13800001234"), ("phone", "(020) 7946 0958"),
    ("phone", "１３８００００１２３４"), ("phone", "13900005678"), ("email", "ce.shi@example.com"),
    ("email", "mailto:CE.SHI@EXAMPLE.COM"), ("email", "<zoe+news@example.org>."), ("email", "ｃｅ.shi＠example.com"),
    ("id number", "11010119900307123x"), ("id number", "110101 19900307 123X"), ("ip address", "203.0.113.77"),
    ("ip address", "2001:DB8:0:0::A1"), ("address", "广东省 深圳市 南山区 演示路128号5栋"), ("address", "住在演示路128号5栋。"),
    ("address", "12 sample street, EXAMPLETON"),
)
ENCODINGS = {
    "as it is": lambda t: t,
    "entities in decimal": lambda t: "".join(f"&#{ord(c)};" for c in t),
    "entities in hex": lambda t: "".join(f"&#x{ord(c):X};" for c in t),
    "named entities": lambda t: html.escape(t).replace("@", "&commat;"),
    "escapes": lambda t: "".join(f"\\u{ord(c):04x}" for c in t),
    "escapes twice": lambda t: "".join(f"\\\\u{ord(c):04x}" for c in t),
    "braced escapes": lambda t: "".join(f"\\u{{{ord(c):x}}}" for c in t),
    "percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()),
    "percent twice": lambda t: quote(quote(t, safe=""), safe=""),
    "quoted-printable": lambda t: quopri.encodestring(t.encode(), quotetabs=True).decode(),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64 for addresses": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "base64 twice": lambda t: base64.b64encode(base64.b64encode(f"the value: {t}".encode())).decode(),
    "hex": lambda t: t.encode().hex(),
    "tags within": lambda t: f"<b>{t[:3]}</b><i class='x'>{t[3:]}</i>",
    "an invisible character": lambda t: f"{t[:4]}\u200b{t[4:]}",
    "script": lambda t: f"<script type='application/json'>{json.dumps({'v': t})}</script>",
    "comment": lambda t: f"<!-- {t} -->",
    "attribute": lambda t: f'<a title="{html.escape(t)}">x</a>',
    "data": lambda t: f"data:text/plain;base64,{base64.b64encode(t.encode()).decode()}",
}
TYPICAL = (
    ("name", "欧阳测试甲"), ("name", "Zoe O'Example-Tester"), ("phone", "138 0000 1234"), ("email", "ce.shi@example.com"),
    ("id number", "11010119900307123X"), ("ip address", "203.0.113.77"), ("address", "12 Sample Street, Exampleton"),
)


def kinds(path) -> set[str]:
    return {leak.kind for leak in scan([path], CANARIES)}


def check_found(file, kind: str) -> None:
    leaks = scan([file], CANARIES)
    assert kind in {leak.kind for leak in leaks}, f"{kind} was not found"
    shown = repr(leaks)
    assert "1234" not in shown and "example.com" not in shown.lower() and "测试" not in shown, "a leak shows the value"


@pytest.mark.parametrize(("kind", "written"), WRITTEN)
def test_a_value_is_found_however_it_is_written(kind, written, tmp_path):
    file = tmp_path / "run.log"
    file.write_text(f"line 1\n2026-03-05 12:00 customer {written} called\n")
    assert kinds(file) == {kind}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_value_is_found_however_it_is_encoded(encoding, tmp_path):
    file = tmp_path / "page.html"
    for kind, value in TYPICAL:
        file.write_text(f"<!doctype html>\n<p>total: 12,345</p>\n<p>{ENCODINGS[encoding](value)}</p>\n")
        check_found(file, kind)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_value_is_found_in_text_of_any_encoding(encoding, tmp_path):
    file = tmp_path / "a.csv"
    for kind, value in TYPICAL:
        if encoding == "utf-32" and not value.isascii():
            continue
        file.write_bytes(f"编号,值\n1,{value}\n".encode(encoding))
        check_found(file, kind)


HASHES = (
    ("phone", "13800001234"), ("phone", "+8613800001234"), ("phone", "+86 138 0000 1234"), ("phone", "138-0000-1234"),
    ("phone", "8613800001234"), ("email", "ce.shi@example.com"), ("email", "Ce.Shi@Example.com"),
    ("id number", "11010119900307123x"), ("name", "欧阳测试甲"), ("ip address", "203.0.113.77"),
)


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256", "sha512"])
def test_plain_hashes_are_found_in_hex_and_base64(method, tmp_path):
    file = tmp_path / "ids.csv"
    for kind, value in HASHES:
        digest = hashlib.new(method, value.encode()).digest()
        for written in (digest.hex(), digest.hex().upper(), f"0x{digest.hex()}", base64.b64encode(digest).decode()):
            file.write_text(f"customer_id\n{written}\n42\n")
            assert kinds(file) == {f"{kind} ({method})"}, (value, written)


def as_parquet(file, value):
    pq.write_table(pa.table({"n": [1, 2, 3], "text": ["a", f"says {value}", None]}), file)


def as_dictionary(file, value):
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["a", value]))
    pq.write_table(pa.table({"text": column}), file)


def as_nested(file, value):
    rows = [{"params": [{"key": "k", "value": {"string_value": value}}], "pairs": [("a", value)]}]
    kind = pa.schema([
        ("params", pa.list_(pa.struct([("key", pa.string()), ("value", pa.struct([("string_value", pa.string())]))]))),
        ("pairs", pa.map_(pa.string(), pa.string())),
    ])
    pq.write_table(pa.Table.from_pylist(rows, kind), file)


def as_bytes_column(file, value):
    pq.write_table(pa.table({"blob": pa.array([gzip.compress(value.encode())], pa.binary())}), file)


def as_metadata(file, value):
    pq.write_table(pa.table({"n": [1]}).replace_schema_metadata({"note": json.dumps({"by": value})}), file)


def as_field_metadata(file, value):
    pq.write_table(pa.table({"n": [1]}, schema=pa.schema([pa.field("n", pa.int64(), metadata={"example": value})])), file)


def as_column_name(file, value):
    pq.write_table(pa.table({value: [1]}), file)


def as_gzip(file, value):
    file.write_bytes(gzip.compress(f"a\n{value}\n".encode()))


def as_bzip2(file, value):
    file.write_bytes(bz2.compress(f"a\n{value}\n".encode()))


def as_zip_in_zip(file, value):
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", f"x\n{value}\n")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    file.write_bytes(outer.getvalue())


def as_member_name(file, value):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{value}.txt", "x")


def as_xlsx(file, value):
    book = openpyxl.Workbook()
    book.active.append(["a", value])
    book.save(file)


def as_xlsx_property(file, value):
    book = openpyxl.Workbook()
    book.properties.creator = value
    book.save(file)


def as_png(file, value):
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", value)
    Image.new("L", (2, 2)).save(file, "PNG", pnginfo=text)


def as_compressed_png(file, value):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", value, zip=True)
    Image.new("L", (2, 2)).save(file, "PNG", pnginfo=text)


def as_manifest(file, value):
    file.write_text(json.dumps({"parameters": {"a": [1, {"b": value}]}}, ensure_ascii=True))


def as_manifest_key(file, value):
    file.write_text(json.dumps({"a": {value: 1}}))


def as_yaml(file, value):
    file.write_text(f"a:\n  b: \"{''.join(f'{chr(92)}u{ord(c):04x}' for c in value)}\"\n")


def as_duckdb(file, value):
    with duckdb.connect(str(file)) as connection:
        rows = "SELECT 'x' || i AS a, CASE WHEN i = 7 THEN ? END AS b FROM range(1000) r(i)"
        connection.execute(f"CREATE TABLE t AS {rows}", [value])


def as_sqlite(file, value):
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.execute("INSERT INTO t VALUES (?)", [value])


def as_numpy(file, value):
    if not value.isascii():
        value = "13800001234 ce.shi@example.com"
    with file.open("wb") as handle:
        np.save(handle, np.array([value, "b", "a text that is longer than the others"]))


def notebook(file, cell):
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title\n"), cell]), file)


def as_cell_source(file, value):
    notebook(file, new_code_cell(f"x = 1\nprint('{html.escape(value)}')\n"))


def as_cell_output(file, value):
    notebook(file, new_code_cell("x", outputs=[new_output("display_data", {"text/html": f"<td>{html.escape(value)}</td>"})]))


def as_cell_error(file, value):
    error = new_output("error", ename="E", evalue="v", traceback=["a\n", f"\u001b[0m {value}"])
    notebook(file, new_code_cell("x", outputs=[error]))


def as_cell_picture(file, value):
    as_png(file, value)
    picture = base64.encodebytes(file.read_bytes()).decode()
    notebook(file, new_code_cell("x", outputs=[new_output("display_data", {"image/png": picture})]))


def as_cell_metadata(file, value):
    notebook(file, new_code_cell("x", metadata={"papermill": {"parameters": {"who": value}}}))


def as_attachment(file, value):
    content = {"text/plain": base64.b64encode(value.encode()).decode()}
    notebook(file, new_markdown_cell("![a](attachment:a.txt)", attachments={"a.txt": content}))


def as_picture_in_html(file, value):
    as_png(file, value)
    file.write_text(f'<img alt="" src="data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}">')


CONTAINERS = [make for name, make in sorted(globals().items()) if name.startswith("as_")]


@pytest.mark.parametrize("make", CONTAINERS, ids=lambda make: make.__name__)
def test_a_value_is_found_in_every_container(make, tmp_path):
    for i, (kind, value) in enumerate([TYPICAL[0], TYPICAL[2], TYPICAL[3]]):
        file = tmp_path / f"file{i}"
        make(file, value)
        expected = {"phone", "email"} if make is as_numpy and kind == "name" else {kind}
        assert kinds(file) == expected, f"{make.__name__}: {kind}"


@pytest.mark.parametrize("number", [
    pa.array([1, 13800001234]), pa.array([0.5, 13800001234.0]), pa.array([Decimal("13800001234")]), pa.array([[8613800001234]]),
    pa.array([13900005678], pa.uint64()),
], ids=lambda a: str(a.type))
def test_a_phone_stored_as_a_number_is_found(number, tmp_path):
    pq.write_table(pa.table({"n": number}), tmp_path / "a.parquet")
    assert kinds(tmp_path) == {"phone"}


def test_a_raw_digest_is_found_in_a_column_of_bytes(tmp_path):
    digest = hashlib.sha256(b"13800001234").digest()
    pq.write_table(pa.table({"id": pa.array([digest], pa.binary(32))}), tmp_path / "a.parquet")
    assert kinds(tmp_path) == {"phone (sha256)"}


def test_a_file_name_may_leak(tmp_path):
    (tmp_path / "欧阳测试甲.txt").write_text("nothing")
    assert kinds(tmp_path) == {"name"}


def test_where_names_column_member_cell_and_line(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a\nb\n13800001234\n")
    assert scan([file], CANARIES) == [Leak(str(file), "line 3", "phone")]
    as_parquet(file, "13800001234")
    assert {leak.where.split(" line")[0] for leak in scan([file], CANARIES)} == {"column text"}
    as_cell_source(file, "13800001234")
    assert [leak.where for leak in scan([file], CANARIES)] == ["cells[1].source line 2"]
    as_zip_in_zip(file, "13800001234")
    assert [leak.where for leak in scan([file], CANARIES)] == ["inner.zip / a.csv line 2"]


# --- no false alarm

CLEAN = (
    "order 202613800001234 and 138000012345 and 0138000012340",  # the digits within longer numbers
    "0.13800001234 1.13800001234e5 13800001234.5 99,138.0000",
    "138,0000,1234",
    "138 0000 1235",
    "138\n0000\n1234",
    "ce.shi@example.co ace.shi@example.com ce.shi@example.com.cn",
    "203.0.113.7 203.0.113.770 1203.0.113.77 v1.203.0.113.77.4",
    "2001:db8::a2 12:00:01 a::b",
    "欧阳先生来测试",
    "测试 甲",
    "Zoe Example Ouyang",
    "zoe o'example-testers",
    "南山区演示路",
    "12 Sample Streets, Exampleton 112 Sample Street",
    "1101011990030712",
    "kubernetes customers consistently",
    "#138000 #001234 rgb(138, 0, 0) 12:34",
    "M138 0 0 1234 L 13.8 00.0",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_a_value_raises_no_alarm(text, tmp_path):
    file = tmp_path / "clean.txt"
    for content in (text, json.dumps({"a": text}), f"<p>{html.escape(text)}</p>", base64.b64encode(text.encode()).decode()):
        file.write_text(content)
        assert scan([file], CANARIES) == [], content


@pytest.mark.slow
def test_random_numbers_and_keyed_hashes_raise_no_alarm(tmp_path):
    random = np.random.default_rng(1)
    table = pa.table({
        "customer_id": [hashlib.sha256(bytes([7]) + str(i).encode()).hexdigest()[:32] for i in range(10_000)],
        "amount": random.gamma(2, 50, 10_000), "order": random.integers(10**10, 10**12, 10_000),
        "at": pa.array(random.integers(1_500_000_000_000_000, 1_800_000_000_000_000, 10_000), pa.timestamp("us", tz="UTC")),
    })
    pq.write_table(table, tmp_path / "a.parquet")
    table.to_pandas().to_csv(tmp_path / "a.csv", index=False)
    many = [Canary("phone", f"1{n:010d}") for n in random.integers(3 * 10**9, 10**10, 100)]
    assert scan([tmp_path], [*CANARIES, *many]) == []


def test_files_that_cannot_be_read_are_reported_not_passed_over(tmp_path):
    as_parquet(tmp_path / "cut.parquet", "x")
    content = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[:-20])
    as_xlsx(tmp_path / "cut.xlsx", "x")
    content = (tmp_path / "cut.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: len(content) // 2])
    assert [(leak.file.rpartition("/")[2], leak.kind) for leak in scan([tmp_path], CANARIES)] == [
        ("cut.parquet", "unreadable"), ("cut.xlsx", "unreadable")
    ]


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("leaks.LARGEST", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2_000_000))
    assert kinds(tmp_path) == {"unreadable"}


def test_canaries_come_from_every_personal_column_once():
    twice = pd.concat([PEOPLE, PEOPLE])
    assert canaries_of(twice) == CANARIES
    assert {c.kind for c in CANARIES} == {"name", "phone", "email", "id number", "ip address", "address"}
    assert len(CANARIES) == 12
    assert canaries_of(pd.DataFrame({"gender": ["f"]})) == []


@pytest.mark.slow
def test_large_files_without_a_leak_raise_no_alarm(tmp_path):
    random = np.random.default_rng(2)
    words = np.array(["customer", "bought", "Segment", "revenue", "in", "the", "质量", "不错", "2026-03-05", "12.34", "of"])
    text = "\n".join(" ".join(row) for row in random.choice(words, (60_000, 12)))
    (tmp_path / "a.html").write_text(f"<p>{text}</p>")
    (tmp_path / "b.csv").write_text("\n".join(f"{a:.2f},{b},{c:032x}" for a, b, c in zip(
        random.gamma(2, 50, 80_000), random.integers(0, 10**9, 80_000), random.integers(0, 2**62, 80_000), strict=True)))
    picture = io.BytesIO()
    Image.fromarray(random.integers(0, 255, (800, 1000), np.uint8)).save(picture, "PNG")
    (tmp_path / "c.html").write_text(f"<img src='data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}'>")
    people = pd.DataFrame({"full_name": ["".join(c) for c in random.choice(list("测试演示样例甲乙丙丁戊己"), (500, 3))],
                           "phone": [f"1390000{i:04d}" for i in range(500)]})
    assert scan([tmp_path], [*CANARIES, *canaries_of(people)]) == []
