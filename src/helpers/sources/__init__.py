"""Systems that data comes from: one small module each, all with the same functions.

`feeds(source) -> tuple[str, ...]`
    The canonical tables that it gives.
`files(source, folder) -> dict[str, Path]`
    The files that the source reads, by a short name. They are fingerprinted: a changed file reruns the collection.
`read(source, files, *, business, connection) -> dict[str, frame | expression]`
    Canonical tables (contracts.py, `collected/…`) as pandas frames or Ibis expressions, with `source_row`.
`size(source, part, file) -> (rows, columns)`
    The size of a file that is not Parquet.

Sources with a mapping in dataset.yml take these four from `mapped.py`. A vendor's module adds `EXPORTS`, what its files look
like (`exports.py`; `recognition.py` compares), and, where a file does not hold what is meant, `headed(table, export) -> table`,
which makes one header of several lines, and `prepare(rows, export) -> rows`, which adds columns that the mapping can name.
"""

import importlib
from types import ModuleType


def module(system: str) -> ModuleType:
    """Return the module of a system (`datasets.SYSTEMS` lists them)."""
    return importlib.import_module(f"helpers.sources.{system}")
