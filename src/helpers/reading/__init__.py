"""Read any exported file: `read_tables` returns its tables as text, each record loaded, rejected or counted as blank."""

from helpers.reading.files import read_tables
from helpers.reading.table import ReadTable

__all__ = ["ReadTable", "read_tables"]
