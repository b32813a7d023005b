"""Every odd file is read right or refused with one line: nothing is lost, nothing decoded to something else."""

import re
import zipfile
from collections import Counter

import ibis
import pytest

import odd_files
from helpers import tables
from helpers.errors import UserError
from helpers.reading import read_tables

FILES = list(odd_files.odd_files())
LARGE = ("bomb", "far-corner", "long_cell")
FAST = [f for i, f in enumerate(FILES) if i % 30 == 0 and not f.name.startswith(LARGE)]


def content(table):
    """Return the loaded rows as (line, cells…) and the rejected lines."""
    frame = table.rows.order_by("_line").to_pyarrow().to_pylist()
    rows = [(row["_line"], *(row[c] for c in table.header)) for row in frame if row["_problem"] is None]
    return rows, [row["_line"] for row in frame if row["_problem"] is not None]


def check(odd, folder):
    file = folder / odd.name.replace("/", "-")
    file.write_bytes(odd.content)
    try:
        found = read_tables(file, connection=tables.connection(), hints=odd.hints)
    except UserError as error:
        assert "\n" not in str(error) and file.name in str(error), "a refusal is one line that names the file"
        assert odd.says, f"refused: {error}"
        assert re.search(odd.says, str(error)), error
        return
    assert odd.tables, f"should be refused, gave {[(t.header, content(t)) for t in found]}"
    assert [t.name for t in found] == [t.name for t in odd.tables]
    for table, expected in zip(found, odd.tables, strict=True):
        rows, rejected = content(table)
        assert table.header == expected.header
        assert (rows, rejected) == (expected.rows, list(expected.rejected))
        counted = ("n_loaded", "n_rejected", "n_blank", "n_preamble", "n_header", "n_footer", "n_continued")
        assert table.notes["n_lines"] == sum(table.notes.get(name, 0) for name in counted), table.notes


@pytest.mark.parametrize("odd", FAST, ids=lambda f: f.name)
def test_a_sample_of_the_odd_files_is_read_right_or_refused(odd, tmp_path):
    check(odd, tmp_path)


@pytest.mark.slow
def test_every_odd_file_is_read_right_or_refused(tmp_path):
    failures = {}
    for odd in FILES:
        try:
            check(odd, tmp_path)
        except Exception as error:
            failures[odd.name] = f"{type(error).__name__} {error}"[:300]
    assert not failures, "\n".join(f"{name}: {said}" for name, said in failures.items())


def test_there_are_at_least_300_odd_files_of_different_names():
    assert len(FILES) >= 300
    assert max(Counter(f.name for f in FILES).values()) == 1


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("position", [60, 200, 900])
def test_a_damaged_member_is_one_line_however_it_is_packed(tmp_path, packing, position):
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("a.csv", "id,name\n" + "\n".join(f"{i},x{i * 7919}" for i in range(5000)))
    content = bytearray(file.read_bytes())
    content[position] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.zip.*is damaged"):
        read_tables(file, connection=ibis.duckdb.connect())
