"""execution.py: one execution for both languages; what goes wrong in a cell is one line that tells no value of the data."""

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient.exceptions import CellTimeoutError

import tiny_pipeline as tiny
from helpers import paths, run
from helpers.running import execution
from helpers.running.execution import execute_both_languages


def explained(name: str, value: str, source: str = "x = f(data)") -> execution.Problem:
    error = SimpleNamespace(ename=name, evalue=value)
    return execution._explain(SimpleNamespace(source=source), error, "cell 3 of 9")


# --- what is said of an error


def test_an_error_is_said_with_cell_first_line_and_kind():
    problem = explained("ValueError", "too big\nmore lines", "%%needs orders\n\nvalue = compute(orders)\nother = 1")
    assert problem.message == "failed in cell 3 of 9 (value = compute(orders) …): ValueError: too big"
    assert not problem.by_user


def test_a_mistake_of_the_user_is_said_as_it_is():
    problem = explained("UserError", "clean/orders is missing: run make cleaning")
    assert problem == execution.Problem("clean/orders is missing: run make cleaning", by_user=True)


@pytest.mark.parametrize("name", ["AssertionError", "TypeError", "TooLittleData"])
def test_our_own_errors_keep_the_names_that_they_quote(name):
    assert explained(name, "lacks column 'revenue'").message.endswith(f"{name}: lacks column 'revenue'")


@pytest.mark.parametrize("value", [
    "could not convert string to float: 'Erika Mustermann'",
    'Conversion Error: Could not convert string "Erika Mustermann" to INT32',
    "'Erika Mustermann'", "a 'x' and 'Erika Mustermann' and more", "Could not convert 'O'Erika Mustermann' with type str",
    "invalid \"it's Erika Mustermann\" here",
])
def test_values_that_other_errors_quote_are_masked(value):
    message = explained("ValueError", value).message
    assert "Mustermann" not in message
    assert "'…'" in message


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=3))
def test_no_value_that_python_quotes_is_told(value):
    message = explained("ValueError", f"could not convert string to float: {value!r}").message
    assert message == "failed in cell 3 of 9 (x = f(data) …): ValueError: could not convert string to float: '…'"


def test_a_long_message_is_cut_and_an_empty_cell_has_no_first_line():
    assert len(explained("KeyError", "x" * 1000).message) < 300
    assert "( …)" in explained("DeadKernelError", "", "").message


# --- with a kernel


@pytest.fixture
def execute(tmp_path, home):
    """Execute cells with a kernel; return (notebooks, problem)."""

    def called(*cells: str, seconds: int = 300, parameters: dict | None = None, setup: str = tiny.SETUP):
        file = tiny.write(tmp_path / "notebooks", tiny.FIRST, cells, setup=setup)
        staging = tmp_path / "staging"
        staging.mkdir(exist_ok=True)
        os.environ.update(run.STEADY, WORKBOOK_STAGING=str(staging), WORKBOOK_STAGE=tiny.FIRST)
        return execute_both_languages(
            file, staging, {"dataset": "complete_journey", **(parameters or {})}, stage=tiny.FIRST, cell_seconds=seconds
        )

    return called


def outputs_of(notebook) -> str:
    return "".join(json.dumps(cell.outputs, ensure_ascii=False) for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.slow
def test_models_are_computed_once_and_what_is_shown_is_shown_in_both_languages(execute, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(execution, "PROGRESS_SECONDS", 0)
    log = tmp_path / "log"
    count = f"with open({str(log)!r}, 'a') as handle: handle.write('computed\\n')"
    notebooks, problem = execute(
        *tiny.FIRST_CELLS, count,
        f"with open({str(log)!r}, 'a') as handle: handle.write('shown\\n')\nreport.note('{{n:count}} customers.', n=limit)",
        parameters={"limit": 5},
    )
    assert problem is None
    assert log.read_text().split() == ["computed", "shown", "shown"]
    assert "all 5 rows passed every rule" in outputs_of(notebooks["en"])
    assert "通过" in outputs_of(notebooks["zh"])
    assert "passed every rule" not in outputs_of(notebooks["zh"])
    trace = json.loads((tmp_path / "staging" / "trace.json").read_text(encoding="utf-8"))
    assert trace["writes"]["segments_sensitivity"]["rows"] == 5
    assert {"tables.py", "report.py", "running/notebook.py"} <= set(trace["code"])
    assert (tmp_path / "staging/results/segments_sensitivity.parquet").exists()
    said = capsys.readouterr().out
    assert "03_segmentation  cell 1 of " in said
    assert " s\n" in said


@pytest.mark.slow
def test_a_failing_cell_stops_the_notebook_and_keeps_what_was_shown_before(execute):
    notebooks, problem = execute("print('before')", "name = 'Erika Mustermann'\nfloat(name)", "print('never')", setup="x = 1")
    assert problem.message == (
        "failed in cell 5 of 6 (name = 'Erika Mustermann' …): ValueError: could not convert string to float: '…'"
    )
    assert "before" in outputs_of(notebooks["en"])
    assert "never" not in outputs_of(notebooks["en"])
    assert "ValueError" in outputs_of(notebooks["en"])
    assert notebooks["zh"] is None


@pytest.mark.slow
def test_what_fails_only_in_chinese_fails_the_stage(execute):
    notebooks, problem = execute("print('shown')\nassert language == 'en', 'there is no Chinese'")
    assert problem.message == (
        "failed in cell 4 of 4 (in Chinese) (print('shown') …): AssertionError: there is no Chinese"
    )
    assert "there is no Chinese" in outputs_of(notebooks["en"]), "the notebook to read is not the one that failed"


@pytest.mark.slow
def test_a_kernel_that_dies_and_a_cell_that_takes_too_long_are_said(execute, monkeypatch):
    _, problem = execute("import os\nos._exit(1)", setup="x = 1")
    assert problem.message == "stopped in cell 4 of 4: the kernel died, most often because memory ran out"
    in_time = execution.Client.execute_cell

    def execute_cell(self, cell, *arguments, **options):
        if "sleep" in cell.source:
            raise CellTimeoutError.error_from_timeout_and_cell("timed out", 1, cell)
        return in_time(self, cell, *arguments, **options)

    monkeypatch.setattr(execution.Client, "execute_cell", execute_cell)
    _, problem = execute("import time\ntime.sleep(60)", setup="x = 1")
    assert problem.message == "stopped in cell 4 of 4: it took longer than allowed"


@pytest.mark.slow
def test_a_killed_run_leaves_nothing_half_written_and_the_next_gives_the_bytes_of_an_undisturbed_one(home):
    def start():
        command = [sys.executable, "-m", "helpers.run", "collection", "DATASET=telco"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def results() -> dict[str, bytes]:
        found = {f.relative_to(home).as_posix(): f.read_bytes() for f in sorted(home.rglob("*")) if f.is_file()}
        return {name: content for name, content in found.items() if "/stages/" not in name}

    nothing = results()
    killed = start()
    staging = paths.stages("telco") / ".staging-01_collection"
    wait_for(lambda: list(staging.rglob("*.parquet")) or killed.poll() is not None)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL, "the run was over before it was killed"
    assert results() == nothing
    again = start()
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0, said
    assert "01_collection  telco: not run yet, or not to the end" in said
    after_kill = results()
    assert len(after_kill) > len(nothing)
    run_manifest = paths.stages("telco") / "01_collection.json"
    run_manifest.unlink()
    undisturbed = start()
    assert undisturbed.wait(timeout=300) == 0
    undisturbed.stdout.close()
    assert results() == after_kill


def wait_for(condition, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_password_in_the_environment_does_not_get_into_the_executed_notebook(execute, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2-0815")
    notebooks, problem = execute("print('shown')")
    assert problem is None
    assert "hunter2-0815" not in json.dumps(notebooks)


@pytest.mark.parametrize("value", [
    "could not convert string to float: 'Erika\nMustermann'", "unable to parse: Erika Mustermann, at position 0",
    "Given date 张三丰 is out of bounds", "Out of bounds nanosecond timestamp: Mustermann",
    "bad value erika.Mustermann@example.com",
    "13800000001 is not in list", '"city" could not convert \'Erika\nMustermann', "`Erika Mustermann` is unknown",
])
def test_values_that_other_errors_do_not_quote_are_not_told_either(value):
    message = explained("ValueError", value).message
    assert not any(part in message for part in ("Mustermann", "Erika", "张三丰", "1380000"))


def test_a_type_error_of_a_library_may_quote_a_value_and_is_stripped_too():
    error = SimpleNamespace(ename="TypeError", evalue="Invalid value 'Erika' for dtype 'float64'",
                            traceback="Cell In[3], line 1\n\x1b[36mFile \x1b[39m/lib/pandas/frame.py:5\nTypeError: …")
    message = execution._explain(SimpleNamespace(source="x = 1"), error, "cell 1 of 1").message
    assert message.endswith("TypeError: Invalid value '…'")


@pytest.mark.slow
def test_a_failed_notebook_keeps_frames_and_kinds_of_errors_and_no_values(execute):
    notebooks, problem = execute(
        "import pandas as pd\npeople = pd.DataFrame({'phone': ['138' + '00000001', '李' + '样例']})",
        "try:\n    people['phone'].astype('int64')\nexcept ValueError as error:\n"
        "    raise KeyError(people['phone'][1] + '\\n' + people['phone'][0]) from error", setup="x = 1",
    )
    kept = outputs_of(notebooks["en"]) + problem.message
    assert "李样例" not in kept
    assert "13800000001" not in kept
    assert all(word in kept for word in ("ValueError", "KeyError", "direct cause", "astype"))
