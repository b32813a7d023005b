"""notebook.py: a cell under %%needs runs only where what it needs is there; else the report says why, once and in words."""

import json
import re

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers import i18n, report, tables
from helpers.errors import TooLittleData
from helpers.running import notebook


@pytest.fixture
def shell(home, shown, monkeypatch):
    """An IPython shell in this process, as a notebook that has run its setup cell."""
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    monkeypatch.setattr(notebook, "get_ipython", lambda: made)
    report.start("03_segmentation", dataset="complete_journey")
    made.user_ns["TooLittleData"] = TooLittleData
    shown.clear()
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def products(shell):
    listed = {"product_id": ["p"], "name": "x", "department": "d", "category": "c", "brand": "b", "unit_cost": 1.0}
    tables.save(pd.DataFrame(listed), "products")


def run(shell, source: str):
    return shell.run_cell(source)


def notes(shown) -> list[str]:
    return [re.sub(r"<[^>]+>", "", block) for block in shown if 'class="block lacking"' in block]


def test_a_cell_runs_where_its_table_is_there(shell, products, shown):
    assert run(shell, "%%needs products\nx = 1 + 1").success
    assert shell.user_ns["x"] == 2
    assert notes(shown) == []


def test_without_the_table_the_report_says_what_adding_it_would_show(shell, shown):
    assert run(shell, "%%needs products\nx = 1").success
    assert "x" not in shell.user_ns
    assert notes(shown) == [
        "This data set has no product list. Adding that source would show what customers buy: departments, categories and "
        "brands, and which of them each segment favours."
    ]


def test_the_note_is_chinese_for_a_chinese_reader(shell, shown):
    i18n.use(language="zh")
    run(shell, "%%needs products\nx = 1")
    assert re.search(r"[\u4e00-\u9fff]", notes(shown)[0])
    assert not re.search(r"[A-Za-z]{4}", notes(shown)[0])


def test_a_table_of_another_report_that_is_absent_is_said_by_the_name_of_the_report(shell, shown):
    run(shell, "%%needs customer_value\nx = 1")
    assert notes(shown) == ["This part builds on the report “Lifetime value”, which has nothing to say about this data set."]


def test_cells_that_need_the_variable_of_a_left_out_cell_give_the_same_reason(shell, shown):
    run(shell, "%%needs products\nfavourites = 1")
    run(shell, "%%needs favourites\nmore = favourites + 1")
    run(shell, "%%needs more\nmost = more")
    assert len(set(notes(shown))) == 1
    assert len(notes(shown)) == 3
    assert "most" not in shell.user_ns


def test_an_unknown_variable_leaves_the_cell_out_in_silence(shell, shown):
    assert run(shell, "%%needs never_defined\nx = 1").success
    assert "x" not in shell.user_ns
    assert shown == []


def test_a_variable_that_is_none_counts_as_absent(shell, shown):
    run(shell, "reasons = None")
    run(shell, "%%needs reasons\nx = 1")
    assert "x" not in shell.user_ns


def test_a_false_or_empty_variable_is_there(shell):
    run(shell, "zero = 0\nempty = []")
    run(shell, "%%needs zero empty\nx = 1")
    assert shell.user_ns["x"] == 1


def test_too_little_data_becomes_a_note_and_what_depends_on_it_is_left_out(shell, shown):
    short = '%%needs\nscore = None\nraise TooLittleData("Needs 3 whole months to see gaps; there are {n:count}.", n=2)'
    assert run(shell, short).success
    assert run(shell, "%%needs score\nprint(score)").success
    assert notes(shown) == ["Needs 3 whole months to see gaps; there are 2."] * 2


def test_too_little_data_forgets_the_value_of_an_earlier_run(shell, shown):
    run(shell, "score = 5")
    run(shell, '%%needs\nraise TooLittleData("Needs 3 whole months to see gaps; there are {n:count}.", n=2)\nscore = 6')
    assert "score" not in shell.user_ns


def test_what_a_left_out_cell_only_extends_is_kept(shell, shown):
    run(shell, "written = [1]")
    run(shell, "%%needs products\nwritten += [2]")
    assert shell.user_ns["written"] == [1]
    run(shell, "%%needs written\nx = written")
    assert shell.user_ns["x"] == [1]


def test_every_other_error_stops_the_notebook(shell, shown):
    result = shell.run_cell("%%needs\n1 / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert notes(shown) == []
    assert isinstance(shell.run_cell("%%needs\nassert False, 'a customer is in two segments'").error_in_exec, AssertionError)


def test_a_mistake_of_syntax_is_an_error(shell):
    assert isinstance(shell.run_cell("%%needs\nx = = 1").error_in_exec, SyntaxError)


def test_the_value_of_the_last_expression_is_shown_as_in_any_cell(shell):
    assert shell.run_cell("%%needs\nx = 20\nx + 1").result == 21
    assert shell.run_cell("%%needs\nx = 20").result is None


def test_the_traceback_shows_the_line_of_the_cell(shell, capsys):
    shell.run_cell("%%needs\nfirst = 1\nsecond = first / 0")
    assert "second = first / 0" in capsys.readouterr().out


def test_a_second_start_forgets_the_reasons(shell, shown):
    run(shell, "%%needs products\nx = 1")
    report.start("03_segmentation", dataset="complete_journey")
    shown.clear()
    run(shell, "%%needs x\ny = 1")
    assert notes(shown) == []


def test_without_a_shell_nothing_is_registered(monkeypatch):
    monkeypatch.setattr(notebook, "get_ipython", lambda: None)
    notebook.activate()


def test_the_trace_names_tables_modules_catalogues_and_libraries(shell, products, tmp_path):
    tables.use("complete_journey")
    tables.has("products")
    i18n.text("Champions")
    file = tmp_path / "trace.json"
    notebook.dump_trace(str(file))
    trace = json.loads(file.read_text(encoding="utf-8"))
    assert list(trace["reads"]) == ["products"]
    assert {"tables.py", "report.py", "running/notebook.py", "i18n.py"} <= set(trace["code"])
    assert any(name.startswith("locale/zh/") for name in trace["code"])
    assert all(not name.startswith("/") for name in trace["code"])
    assert {"pandas", "duckdb", "lifetimes"} <= set(trace["libraries"])
