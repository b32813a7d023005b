"""paths.py and errors.py: folders of a data set, and messages that name no machine."""

from pathlib import Path

from helpers import i18n, paths
from helpers.errors import TooLittleData


def test_the_workbook_is_the_project_unless_the_environment_says_otherwise(home, monkeypatch):
    assert paths.home() == home
    monkeypatch.setenv("WORKBOOK_HOME", "")
    assert paths.home() == paths.PROJECT
    assert (paths.PROJECT / "Makefile").exists()


def test_every_kind_of_file_of_a_data_set_has_its_folder(home):
    assert paths.dataset_yml("cdnow") == home / "data/cdnow/dataset.yml"
    assert paths.layer("cdnow", "raw") == home / "data/cdnow/raw"
    assert paths.stages("cdnow") == home / "data/cdnow/stages"
    assert paths.executed("cdnow", "zh") == home / "reports/cdnow/zh/executed"


def test_a_path_is_shown_relative_to_the_workbook_or_by_its_name(home):
    assert paths.shown(home / "data" / "x.csv") == "data/x.csv"
    assert paths.shown(paths.PROJECT / "notebooks" / "x.ipynb") == "notebooks/x.ipynb"
    assert paths.shown(Path("/somewhere/else/x.csv")) == "x.csv"


def test_too_little_data_is_said_in_the_language_of_the_reader():
    short = TooLittleData("Needs 3 whole months to see gaps; there are {n:count}.", n=2)
    assert str(short) == "Needs 3 whole months to see gaps; there are 2."
    i18n.use(language="zh")
    assert "2" in str(short)
    assert str(short) != "Needs 3 whole months to see gaps; there are 2."
    assert short.values == {"n": 2}
