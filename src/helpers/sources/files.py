"""Files of any system in raw/: a mapping of canonical column → the file's own column (mapped.py says how it is written)."""

from helpers.sources.canonical import complete_lines as _complete_lines
from helpers.sources.canonical import typed_table as _canonical
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["_canonical", "_complete_lines", "feeds", "files", "read", "size"]
