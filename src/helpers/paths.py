"""The only module that knows folders."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NOTEBOOKS = PROJECT / "notebooks"
PACKAGE = Path(__file__).resolve().parent
LOCALE = PACKAGE / "locale"
TEMPLATES = PACKAGE / "templates"
LOCK = PROJECT / "requirements.lock"


def home() -> Path:
    """Return the folder that holds data/ and reports/: the project, or `WORKBOOK_HOME` (tests use it)."""
    return Path(os.environ.get("WORKBOOK_HOME") or PROJECT)


def dataset(name: str) -> Path:
    return home() / "data" / name


def dataset_yml(name: str) -> Path:
    return dataset(name) / "dataset.yml"


def layer(dataset_name: str, layer_name: str) -> Path:
    """Return the folder of `raw`, `collected`, `clean` or `results`."""
    return dataset(dataset_name) / layer_name


def stages(dataset_name: str) -> Path:
    """Return the folder of the manifests, one per stage, that say what a stage read, ran and wrote."""
    return dataset(dataset_name) / "stages"


def reports(dataset_name: str, language: str) -> Path:
    return home() / "reports" / dataset_name / language


def executed(dataset_name: str, language: str) -> Path:
    return reports(dataset_name, language) / "executed"


def shown(path: Path) -> str:
    """Return `path` relative to the workbook, for messages: never the path of a machine."""
    for base in (home(), PROJECT):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.name
