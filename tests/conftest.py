"""What the tests share: a workbook of their own in a temporary folder, sessions that no other test has used, a browser."""

import copy
import gc
import os
import shutil

os.environ.update({  # as in a stage; threads of several processes that wait for one another cost three times the work
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
})

import pytest

from helpers import i18n, paths, report, tables
from helpers.running import notebook

BUILT_IN = ("complete_journey", "cdnow", "telco")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COVERED = {  # fast tests reach what the slow ones do
    "test_btyd", "test_btyd_intervals", "test_btyd_models", "test_churn", "test_churn_bad_input", "test_churn_features",
    "test_clusters_structure", "test_identity",
}
FIRST = ("test_end_to_end", "test_hard_data", "test_personal_data", "test_hard_texts", "test_reports")  # they take the longest
UNUSED_SESSION = copy.deepcopy(tables._session)
UNUSED_LANGUAGE = dict(i18n._state)


def chromium() -> str | None:
    """Return the path of a Chromium, or None where the machine has none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: opens reports in headless Chromium")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Begin with the longest; leave out browser tests where there is no browser (with REQUIRE_BROWSER=1, a failure)."""
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))
    for item in items:
        if item.path.stem in COVERED and item.get_closest_marker("slow") and config.pluginmanager.hasplugin("pytest_cov"):
            item.add_marker("no_cover")
    browser_tests = [item for item in items if item.get_closest_marker("browser")]
    if not browser_tests or chromium():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError("REQUIRE_BROWSER=1, but there is no Chromium: apt-get install chromium")
    config.hook.pytest_deselected(items=browser_tests)
    items[:] = [item for item in items if item not in browser_tests]


def pytest_collection_finish():
    """Look for garbage among what the tests make, no longer among the libraries that stay: a seventh of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def unused_sessions(monkeypatch):
    """Give every test modules that nobody has used, and put the environment back after it."""
    monkeypatch.setattr(tables, "_session", copy.deepcopy(UNUSED_SESSION))
    monkeypatch.setattr(i18n, "_state", dict(UNUSED_LANGUAGE))
    monkeypatch.setattr(i18n, "_used", set())
    monkeypatch.setattr(report, "_run", {})
    monkeypatch.setattr(notebook, "_reasons", {})
    before = dict(os.environ)
    yield
    after = dict(os.environ)
    for name in after.keys() | before.keys() if after != before else ():
        if name != "PYTEST_CURRENT_TEST" and after.get(name) != before.get(name):  # that one is pytest's, and changes always
            os.environ.pop(name, None)
            os.environ.update({name: before[name]} if name in before else {})


def copy_settings(folder) -> None:
    """Copy the dataset.yml files of the built-in data sets into the workbook `folder`."""
    for name in BUILT_IN:
        target = folder / "data" / name
        target.mkdir(parents=True)
        shutil.copy(paths.PROJECT / "data" / name / "dataset.yml", target)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A workbook with the settings of the built-in data sets and no data; tables are bound to complete_journey."""
    folder = tmp_path / "workbook"
    copy_settings(folder)
    monkeypatch.setenv("WORKBOOK_HOME", str(folder))
    monkeypatch.delenv("WORKBOOK_STAGING", raising=False)
    monkeypatch.delenv("WORKBOOK_STAGE", raising=False)
    tables.use("complete_journey")
    return folder


@pytest.fixture
def shown(monkeypatch):
    """The HTML of every block that report.py displays, in order."""
    blocks = []
    monkeypatch.setattr(report, "display", lambda block: blocks.append(block.data))
    return blocks
