"""Files of any system in raw/: a mapping of canonical column → the file's own column (mapped.py says how it is written)."""

from helpers.sources.mapped import feeds, files, read, size

__all__ = ["feeds", "files", "read", "size"]
