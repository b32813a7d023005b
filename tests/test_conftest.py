"""conftest.py: browser tests run where there is a browser, and are missed where one is required."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

import conftest
from helpers import i18n, report, tables


def item(is_browser: bool, file: str = "test_a.py", *, is_slow: bool = False):
    marks = [name for name, is_marked in (("browser", is_browser), ("slow", is_slow)) if is_marked]
    return SimpleNamespace(get_closest_marker=lambda name: name in marks or None, add_marker=marks.append, path=Path(file))


def collect(items: list) -> tuple[list, list]:
    """Return (what is left, what was left out) of the collected tests."""
    out = []
    config = SimpleNamespace(
        hook=SimpleNamespace(pytest_deselected=lambda items: out.extend(items)),
        pluginmanager=SimpleNamespace(hasplugin=lambda name: True),
    )
    conftest.pytest_collection_modifyitems(config, items)
    return items, out


def test_browser_tests_run_where_there_is_a_browser(monkeypatch):
    monkeypatch.setattr(conftest, "chromium", lambda: "/usr/bin/chromium")
    items = [item(True), item(False)]
    assert collect(list(items)) == (items, [])


def test_browser_tests_are_left_out_where_there_is_none(monkeypatch):
    monkeypatch.setattr(conftest, "chromium", lambda: None)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    browser, plain = item(True), item(False)
    assert collect([browser, plain]) == ([plain], [browser])


def test_a_required_browser_that_is_missing_is_a_failure(monkeypatch):
    monkeypatch.setattr(conftest, "chromium", lambda: None)
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.UsageError, match="there is no Chromium"):
        collect([item(True)])
    assert collect([item(False)])[1] == [], "nothing needs a browser"


def test_the_longest_files_come_first_and_the_others_keep_their_order():
    files = ["test_b.py", "test_hard_data.py", "test_a.py", "test_end_to_end.py"]
    left, _ = collect([item(False, file) for file in files])
    assert [test.path.name for test in left] == ["test_end_to_end.py", "test_hard_data.py", "test_b.py", "test_a.py"]


def test_only_slow_tests_of_what_fast_ones_cover_are_not_measured():
    tests = [item(False, file, is_slow=is_slow) for file in ("test_btyd.py", "test_a.py") for is_slow in (True, False)]
    assert [bool(test.get_closest_marker("no_cover")) for test in collect(tests)[0]] == [True, False, False, False]


def test_a_browser_is_found_by_any_of_its_names(monkeypatch):
    monkeypatch.setattr(conftest.shutil, "which", lambda name: f"/opt/{name}" if name == "google-chrome" else None)
    assert conftest.chromium() == "/opt/google-chrome"
    monkeypatch.setattr(conftest.shutil, "which", lambda name: None)
    assert conftest.chromium() is None


def test_one_test_leaves_nothing_for_the_next_first_half():
    tables.use("telco")
    i18n.use(language="zh", currency="CNY")
    report._run["now"] = "x"
    os.environ["WORKBOOK_STAGING"] = "/nowhere"


def test_one_test_leaves_nothing_for_the_next_second_half():
    assert tables._session["dataset"] is None
    assert i18n.language() == "en"
    assert report._run == {}
    assert "WORKBOOK_STAGING" not in os.environ
