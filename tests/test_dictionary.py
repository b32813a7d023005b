"""dictionary.py: data/README.md is generated from the contracts and up to date."""

from helpers import dictionary, paths
from helpers.contracts import contract


def test_the_committed_dictionary_is_that_of_the_contracts():
    committed = (paths.PROJECT / "data" / "README.md").read_text(encoding="utf-8")
    assert committed == dictionary.dictionary(), "run make dictionary"


def test_a_table_says_its_key_types_units_and_limits():
    described = dictionary.describe(contract("feedback")).splitlines()
    assert described[0] == "### feedback"
    assert "`clean/feedback.parquet` · written by `make cleaning`" in described[2]
    assert "| **feedback_id** | string |  | the piece of feedback |  |" in described
    assert "| nps | float64 | 0–10 | likelihood to recommend | may be empty, ≥ 0, ≤ 10 |" in described
    assert any(line.endswith("| may be empty, one of train, test |") for line in described)


def test_scanned_and_open_tables_are_marked():
    assert "Scanned in the engine, never loaded whole." in dictionary.describe(contract("transactions"))
    assert "May carry further columns." in dictionary.describe(contract("customers"))
    assert "Scanned" not in dictionary.describe(contract("products"))
