"""Bad files and settings, as a user meets them: `make collection` says one line, tells no value and changes nothing.

The cells of 01_collection run without a kernel, up to the one that describes the sources; everything around them is run.py.
"""

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import tiny_pipeline as tiny
from helpers import paths, run, tables
from test_run import files

SECRET, PHONE = "Erika Mustermann", "13800000001"
HEADER = "Receipt,Card,Time,Qty,Net"
LINES = [f"r{i},{SECRET} {PHONE},2017-05-0{i + 1} 10:00:00,1,{i}.50" for i in range(5)]
CSV = "\n".join([HEADER, *LINES, ""])
SETTINGS = """\
name: shop
title: {en: A shop, zh: 一家店}
about: {en: Bad input., zh: 有问题的输入。}
business: {currency: EUR, time_zone: Europe/Berlin, contractual: false, snapshot_date: 2017-12-31}
sources:
  - name: till
    system: files
    table: transactions
    pattern: "till*"
    columns: {transaction_id: Receipt, customer_id: Card, ordered_at: Time, quantity: Qty, revenue: Net}
"""
BOMB_BYTES = 600_000_000  # unpacked


def packed(content: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def as_file(kind: str) -> bytes:
    """Return the rows of `CSV` as a Parquet file or an Excel workbook."""
    frame, buffer = pd.read_csv(io.StringIO(CSV)), io.BytesIO()
    frame.to_parquet(buffer) if kind == "parquet" else frame.to_excel(buffer, index=False)
    return buffer.getvalue()


@pytest.fixture
def shop(home, tmp_path, shown, monkeypatch, capsys):
    """Write files and settings and run the collection: returns (exit code, lines of stderr, files before, files after)."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    made = nbformat.read(paths.NOTEBOOKS / "01_collection.ipynb", as_version=4)
    code = [i for i, cell in enumerate(made.cells) if cell.cell_type == "code"]
    last = next(i for i in code if "describe_sources" in made.cells[i].source)
    made.cells = made.cells[:last + 1]
    nbformat.write(made, notebooks / "01_collection.ipynb")
    monkeypatch.setattr(paths, "NOTEBOOKS", notebooks)
    monkeypatch.setattr("helpers.running.execution.execute_both_languages", tiny.run_in_process)
    folder = home / "data" / "shop"
    (folder / "raw").mkdir(parents=True)

    def called(content: bytes | str | None = None, name: str = "till.csv", settings: str = SETTINGS, options: tuple = ()):
        (folder / "dataset.yml").write_text(settings, encoding="utf-8")
        if content is not None:
            (folder / "raw" / name).write_bytes(content.encode() if isinstance(content, str) else content)
        before = files(home, but=(".lock", ".failed.ipynb"))
        capsys.readouterr()
        exit_code = run.main(["collection", "DATASET=shop", *options])
        out, err = capsys.readouterr()
        after = files(home, but=(".lock", ".failed.ipynb"))
        assert SECRET not in out + err
        assert PHONE not in out + err
        return exit_code, err.splitlines(), before, after

    return called


def refused(outcome, says: str) -> None:
    """Check that a run ended with exit code 2 and one line that says `says`, and left every file as it was."""
    code, lines, before, after = outcome
    assert (code, len(lines)) == (2, 1), lines
    assert lines[0].startswith("error: ")
    assert says in lines[0]
    assert "Traceback" not in lines[0]
    assert after == before, "something was half-written"


def collected(outcome) -> pd.DataFrame:
    assert outcome[:2] == (0, []), outcome[1]
    tables.use("shop")
    return tables.scan("collected/transactions").order_by("source_row").to_pandas()


REFUSED = {
    "an empty file": ("till.csv", b"", "is empty"),
    "blanks only": ("till.csv", b"\n \n\t\n", "is empty"),
    "a header only": ("till.csv", HEADER + "\n", "gave no rows"),
    "a picture": ("till.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "is an image"),
    "a web page": ("till.xls", f"<html><table><tr><td>{SECRET}</td></tr></table></html>", "web page"),
    "a truncated Parquet file": ("till.parquet", as_file("parquet")[:-40], "parquet"),
    "a truncated workbook": ("till.xlsx", as_file("xlsx")[:-400], "not a complete"),
    "a truncated archive": ("till.zip", packed({"a.csv": CSV.encode()})[:-30], "not a complete"),
    "a truncated gzip": ("till.csv.gz", gzip.compress(CSV.encode())[:-12], "till.csv.gz"),
    "an archive that leads out": ("till.zip", packed({"../../x.csv": CSV.encode()}), "leads out"),
    "another table": ("till.csv", "SKU,Stock\nA,1\nB,2\n", "has no column 'Receipt'"),
    "an encoding that is not clear": ("till.csv", (CSV + "r9,測試,2017-05-01,1,2\n").encode("big5"), "encoding is not clear"),
    "bytes that are no text": ("till.csv", bytes(range(1, 256)) * 30, "till.csv"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(shop, what):
    name, content, says = REFUSED[what]
    refused(shop(content, name), says)


def test_a_folder_and_a_link_that_leads_out_are_refused(shop, home, tmp_path):
    raw = home / "data" / "shop" / "raw"
    (raw / "till.csv").mkdir()
    refused(shop(), "no file in data/shop/raw matches 'till*'")
    (raw / "till.csv").rmdir()
    (tmp_path / "secret.csv").write_text(CSV, encoding="utf-8")
    (raw / "till.csv").symlink_to(tmp_path / "secret.csv")
    refused(shop(), "leads out of raw/")


READ = {  # name of the file, content → rows that are loaded, rows that are set aside
    "text under the name of a workbook": ("till.xlsx", CSV, 5, 0),
    "a workbook under the name of text": ("till.csv", as_file("xlsx"), 5, 0),
    "an archive with a table": ("till.zip", packed({"a.csv": CSV.encode()}), 5, 0),
    "a column of the same name": ("till.csv", CSV.replace(HEADER, f"{HEADER},Net").replace(".50\n", ".50,9\n"), 5, 0),
    "an unclosed quote": ("till.csv", CSV.replace("r2,", '"r2,'), 4, 1),
    "a line with too many fields": ("till.csv", CSV.replace("2.50", "2.50,x,y"), 4, 1),
    "NUL bytes": ("till.csv", CSV.encode().replace(b"r2,", b"r2\0,"), 4, 1),
    "an unreadable date with a phone in it": ("till.csv", CSV.replace("2017-05-03 10:00:00", f"call {PHONE}"), 4, 1),
    "a cell of a million characters": ("till.csv", CSV.replace("r2,", "r2" + "x" * 1_000_000 + ","), 5, 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", READ)
def test_where_a_file_can_be_read_every_row_is_loaded_or_set_aside(shop, what):
    name, content, n_loaded, n_aside = READ[what]
    rows = collected(shop(content, name))
    assert (int(rows["problem"].isna().sum()), int(rows["problem"].notna().sum())) == (n_loaded, n_aside)
    assert not rows["problem"].dropna().str.contains(PHONE).any(), "a reason tells the value"


@pytest.mark.slow
def test_an_encoding_that_is_not_clear_is_asked_for_and_naming_it_is_enough(shop):
    content = (CSV + "r9,測試,2017-05-01 10:00:00,1,2\n").encode("big5")
    refused(shop(content), "its encoding is not clear; set encoding in dataset.yml")
    rows = collected(shop(content, settings=SETTINGS + "    reading: {encoding: big5}\n"))
    assert "till:測試" in set(rows["customer_id"])


@pytest.mark.slow
def test_a_bomb_of_a_small_file_is_refused_before_it_is_unpacked(shop):
    zeros = gzip.compress(b"1,2\n" * (BOMB_BYTES // 60), 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(shop(zeros, "till.csv.gz"), "far more than a table would")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, f"{grown} KB"


# --- settings

HOSTILE = {
    "SQL in the name of a source": (SETTINGS.replace("name: till", "name: \"t'; DROP TABLE x; --\""), "key 'sources.0.name'"),
    "a pattern that leads out": (SETTINGS.replace('"till*"', '"../../*"'), "pattern must name files below raw/"),
    "an absolute pattern": (SETTINGS.replace('"till*"', "/etc/passwd"), "pattern must name files below raw/"),
    "an object of Python": (SETTINGS + "x: !!python/object/apply:os.system ['touch owned']\n", "not readable as YAML"),
    "another table": (SETTINGS.replace("table: transactions", "table: ../../x"), "key 'sources.0.table'"),
    "SQL in a column": (SETTINGS.replace("Card", "\"Card' OR 1=1 --\""), "has no column"),
    "a system that is a path": (SETTINGS.replace("system: files", "system: ../../evil"), "key 'sources.0.system'"),
    "a password for a database": (
        SETTINGS.replace("system: files", f"system: database\n    connection: mysql://a:{PHONE}@db/x\n    relation: a"),
        "key 'sources.0.connection'",
    ),
    "a wrong parameter": (
        SETTINGS + f"parameters: {{collection: {{sample: {{a: {PHONE}}}}}}}\n", "parameters.collection.sample",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_settings_are_refused_in_one_line(shop, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings, says = HOSTILE[what]
    refused(shop(CSV, settings=settings), says)
    assert not (tmp_path / "owned").exists()


@pytest.mark.slow
@pytest.mark.parametrize("where", ["laughs: *a8", "parameters: {cleaning: {measured_categories: *a8}}"])
def test_aliases_that_unfold_without_end_are_refused_also_when_the_stage_has_run(shop, where):
    assert shop(CSV)[0] == 0
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    refused(shop(settings="\n".join(levels) + "\n" + SETTINGS + where + "\n"), "unfold to more than")


@pytest.mark.slow
def test_a_database_that_does_not_answer_tells_no_password(shop, monkeypatch):
    monkeypatch.setenv("SHOP_DB", f"mysql://owner:{PHONE}@127.0.0.1:1/shop")
    database = SETTINGS.replace('system: files', "system: database\n    connection: SHOP_DB\n    relation: lines")
    refused(shop(settings=database.replace('    pattern: "till*"\n', "")), "till")


# --- with a kernel


@pytest.mark.slow
def test_the_same_is_said_when_the_stage_runs_in_its_kernel(tmp_path):
    folder = tmp_path / "data" / "shop"
    (folder / "raw").mkdir(parents=True)
    (folder / "dataset.yml").write_text(SETTINGS, encoding="utf-8")
    (folder / "raw" / "till.zip").write_bytes(packed({"a.csv": CSV.encode()})[:-30])
    done = subprocess.run([sys.executable, "-m", "helpers.run", "collection", "DATASET=shop"], capture_output=True, text=True,
                          cwd=tmp_path, env={**os.environ, "WORKBOOK_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.startswith("error: 01_collection: source 'till': data/shop/raw/till.zip: is not a complete zip archive")
    assert done.stderr.count("\n") == 1
    left = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(".lock")]
    assert {file.name for file in left} == {"dataset.yml", "till.zip"}
    failed = next(tmp_path.rglob("*.failed.ipynb"))
    assert SECRET not in json.dumps(json.loads(Path(failed).read_text(encoding="utf-8")), ensure_ascii=False)
