"""run.py: one line and an exit code for every outcome; results appear together or not at all; two runs do not meet."""

import fcntl
import json
import os
import re
from pathlib import Path

import pytest

import tiny_pipeline as tiny
from helpers import paths, run, tables
from helpers.errors import UserError
from helpers.running import freshness

DATA = "data/complete_journey"
TABLE = f"{DATA}/results/segments_sensitivity.parquet"


@pytest.fixture
def notebooks(home, tmp_path, shown, monkeypatch):
    """A pipeline of two tiny notebooks that runs without a kernel."""
    folder = tmp_path / "notebooks"
    tiny.write(folder, tiny.FIRST, tiny.FIRST_CELLS)
    tiny.write(folder, tiny.SECOND, tiny.SECOND_CELLS)
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    monkeypatch.setattr("helpers.running.execution.execute_both_languages", tiny.run_in_process)
    return folder


@pytest.fixture
def make(notebooks, capsys):
    """Run `python -m helpers.run …` in this process; return (exit code, lines of stdout, lines of stderr)."""

    def called(*arguments: str):
        capsys.readouterr()
        code = run.main(list(arguments))
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return called


def files(home, *, but: tuple[str, ...] = (".lock",)) -> dict[str, bytes]:
    found = {f.relative_to(home).as_posix(): f.read_bytes() for f in sorted(home.rglob("*")) if f.is_file()}
    return {name: content for name, content in found.items() if not name.endswith(but)}


def results(home) -> dict[str, bytes]:
    """Return what a reader gets: tables, executed notebooks and reports (manifests hold times)."""
    return {name: content for name, content in files(home).items() if "/stages/" not in name}


# --- the command line


def test_options_have_defaults_and_empty_ones_keep_them():
    assert run.parse(["churn"]) == ("churn", run.OPTIONS)
    name, options = run.parse(["DATASET=cdnow", "churn", "LANGUAGE=both", "PARAMS=", "SNAPSHOT_DATE=2017-01-31"])
    assert name == "churn"
    assert (options["DATASET"], options["LANGUAGE"], options["PARAMS"]) == ("cdnow", "both", "")
    assert run.parse(["x", "DATASET="])[1]["DATASET"] == "complete_journey"
    assert run.parse(["x", "PARAMS=a=b.yml"])[1]["PARAMS"] == "a=b.yml"


@pytest.mark.parametrize(("arguments", "said"), [
    (["churn", "DATSET=x"], "unknown option DATSET; known are DATASET, LANGUAGE, SNAPSHOT_DATE, PARAMS, ENGINE"),
    (["churn", "LANGUAGE=fr"], "LANGUAGE=fr: must be en, zh or both"),
    (["churn", "ENGINE=polars"], "ENGINE=polars: must be duckdb or pyspark"),
    ([], "name one stage: segmentation, persona"),
    (["churn", "voc"], "name one stage: segmentation, persona"),
])
def test_a_wrong_command_line_is_said_in_one_line(notebooks, arguments, said):
    with pytest.raises(UserError) as error:
        run.parse(arguments)
    assert str(error.value) == said


@pytest.mark.parametrize(("arguments", "said"), [
    (("segmentation", "LANGUAGE=fr"), "error: LANGUAGE=fr: must be en, zh or both"),
    (("segmentatoin",), "error: there is no stage 'segmentatoin'; did you mean segmentation?"),
    (("segmentation", "DATASET=cdnov"), "error: DATASET=cdnov: there is no such data set; did you mean cdnow?"),
    (("segmentation", "DATASET=../telco"), "error: DATASET=../telco: there is no such data set; did you mean telco?"),
    (("segmentation", "SNAPSHOT_DATE=2016-01-01"),
     "error: 03_segmentation: SNAPSHOT_DATE=2016-01-01 lies outside the data, which runs from 2017-01-01 to 2017-12-31"),
    (("segmentation", "SNAPSHOT_DATE=soon"), "error: SNAPSHOT_DATE=soon is no day: write it as 2017-12-31"),
    (("segmentation", "PARAMS=nowhere.yml"), "error: nowhere.yml cannot be read: give a YAML file"),
    (("persona",), "error: 05_persona: results/segments_sensitivity is missing: run make segmentation"),
])
def test_what_the_user_did_wrong_is_one_line_and_exit_code_2(make, home, arguments, said):
    before = {name for name in files(home) if "/stages/" not in name}
    code, _, err = make(*arguments)
    assert (code, err) == (2, [said])
    assert {name for name in files(home) if not name.endswith(".failed.ipynb")} <= before, "something was half-written"


# --- a run


def test_a_run_writes_tables_notebooks_manifest_and_report(make, home):
    code, out, err = make("segmentation")
    assert (code, err) == (0, [])
    assert out[0] == "03_segmentation  complete_journey: not run yet, or not to the end"
    assert re.fullmatch(r"03_segmentation  done  \d+ s", out[1])
    assert out[2] == "03_segmentation  → reports/complete_journey/en/03_segmentation.html"
    assert set(files(home)) - {f"data/{name}/dataset.yml" for name in ("complete_journey", "cdnow", "telco")} == {
        TABLE, f"{DATA}/stages/03_segmentation.json", f"{DATA}/stages/03_segmentation.en.json",
        "reports/complete_journey/en/03_segmentation.html", "reports/complete_journey/en/executed/03_segmentation.ipynb",
        "reports/complete_journey/zh/executed/03_segmentation.ipynb",
    }


def test_nothing_changed_means_nothing_runs_and_nothing_is_said(make, home):
    make("segmentation")
    before = files(home)
    assert make("segmentation") == (0, [], [])
    assert files(home) == before


def test_the_manifest_says_what_was_read_run_and_written(make, home):
    make("segmentation")
    make("persona")
    manifest = freshness.read_manifest("complete_journey", tiny.SECOND)
    table = home / TABLE
    assert manifest["reads"] == {
        "results/segments_sensitivity.parquet": freshness.stamp(table), "clean/products.parquet": None,
    }
    assert list(manifest["writes"]) == ["results/findings/persona.parquet"]
    assert manifest["rows"] == {"findings_persona": 1}
    assert manifest["inputs"]["parameters"]["limit"] == 3
    assert list(manifest["code"]) == ["tables.py"]


def test_an_executed_notebook_holds_no_times_and_no_names_of_the_machine(make, home):
    make("segmentation")
    executed = json.loads((paths.executed("complete_journey", "en") / f"{tiny.FIRST}.ipynb").read_text(encoding="utf-8"))
    assert "papermill" not in executed["metadata"]
    assert all(set(cell["metadata"]) <= {"tags"} for cell in executed["cells"])
    assert str(home) not in json.dumps(executed)


def test_a_second_run_gives_the_same_bytes(make, home):
    make("segmentation", "LANGUAGE=both")
    first = results(home)
    freshness.manifest_file("complete_journey", tiny.FIRST).unlink()
    make("segmentation", "LANGUAGE=both")
    assert results(home) == first


def test_a_table_that_a_stage_no_longer_gives_is_removed(make, home, notebooks):
    make("segmentation")
    assert (home / TABLE).exists()
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS[1:2])
    make("segmentation")
    assert not (home / TABLE).exists()


def test_what_earlier_runs_found_stays_where_a_run_finds_nothing(make, home, notebooks):
    make("segmentation")
    make("persona")
    tiny.write(notebooks, tiny.SECOND, tiny.SECOND_CELLS[:2])
    make("persona")
    assert (home / DATA / "results/findings/persona.parquet").exists()


# --- a run that fails


FAILING = (*tiny.FIRST_CELLS, "name = 'Erika Mustermann'\nraise ValueError(f\"could not convert '{name}'\")")


def test_a_failing_cell_is_one_line_exit_code_1_and_leaves_everything_of_before(make, home, notebooks):
    make("segmentation", "LANGUAGE=both")
    before = files(home)
    tiny.write(notebooks, tiny.FIRST, FAILING)
    code, _, err = make("segmentation", "LANGUAGE=both")
    assert code == 1
    assert err == [
        "error: 03_segmentation failed in cell 6 of 8 (name = 'Erika Mustermann' …): ValueError: could not convert '…'; "
        "read reports/complete_journey/en/executed/03_segmentation.failed.ipynb"
    ]
    failed = "reports/complete_journey/en/executed/03_segmentation.failed.ipynb"
    assert {name: content for name, content in files(home).items() if name != failed} == before
    assert (home / failed).exists()
    assert freshness.why_stale(tiny.FIRST, run.OPTIONS) == "notebook changed"


def test_the_failed_notebook_goes_when_the_stage_succeeds(make, home, notebooks):
    tiny.write(notebooks, tiny.FIRST, FAILING)
    assert make("segmentation")[0] == 1
    assert not (home / TABLE).exists(), "a table of a failed run is at its final place"
    assert freshness.available("complete_journey") == []
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS)
    assert make("segmentation")[0] == 0
    assert not list(home.rglob("*.failed.ipynb"))


def test_a_failed_check_says_its_sentence(make, notebooks):
    tiny.write(notebooks, tiny.FIRST, (*tiny.FIRST_CELLS, "assert limit > 3, 'a customer is in two segments'"))
    _, _, err = make("segmentation")
    assert "AssertionError: a customer is in two segments" in err[0]


class Killed(BaseException):
    """What stops a run between any two of its steps, as kill -9 would."""


def stop_before_step(number: int, monkeypatch) -> list[str]:
    """Stop a run before step `number` (a file put in place or removed); return the steps that it tried to take."""
    taken = []
    replace, unlink = Path.replace, Path.unlink

    def step(file) -> None:
        taken.append(str(file))
        if len(taken) == number:
            raise Killed

    def counted_replace(self, target):
        step(target)
        return replace(self, target)

    def counted_unlink(self, missing_ok=False):
        if self.suffix != ".partial":
            step(self)
        return unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", counted_replace)
    monkeypatch.setattr(Path, "unlink", counted_unlink)
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 10))
def test_a_run_that_is_stopped_at_any_step_is_not_up_to_date_and_the_next_gives_the_same_bytes(
    make, home, monkeypatch, notebooks, number
):
    changed = tiny.PARAMETERS.replace("limit: int = 3", "limit: int = 4")
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS, changed)
    make("segmentation")
    expected = results(home)
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS)
    make("segmentation")
    assert results(home) != expected
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS, changed)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        taken = stop_before_step(number, patch)
        make("segmentation")
    is_rendering = "reports/complete_journey/en/03_segmentation.html" in taken[-1] or "03_segmentation.en.json" in taken[-1]
    assert bool(freshness.why_stale(tiny.FIRST, run.OPTIONS)) != is_rendering, f"stopped before {taken[-1]}"
    assert not [f for f in (home / DATA / "results").rglob("*") if f.is_file() and f.suffix != ".parquet"]
    assert make("segmentation")[0] == 0
    assert results(home) == expected


def test_a_full_disk_is_one_line_and_exit_code_1(make, home, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = make("segmentation")
    assert code == 1
    assert err == ["error: No space left on device"]
    assert not freshness.available("complete_journey")


def test_a_file_that_may_not_be_written_is_named_without_the_path_of_the_machine(make, home, monkeypatch):
    def forbidden(*arguments):
        raise PermissionError(13, "Permission denied", str(home / "reports" / "x.html"))

    monkeypatch.setattr(run, "render_reports", forbidden)
    code, _, err = make("segmentation")
    assert (code, err) == (1, ["error: Permission denied: reports/x.html"])


# --- what changes while a stage runs


def test_a_table_that_changes_while_a_stage_reads_it_fails_the_stage(make, home, notebooks):
    make("segmentation")
    tiny.write(notebooks, tiny.SECOND, (*tiny.SECOND_CELLS, f"""\
import os
from pathlib import Path
file = Path(os.environ['WORKBOOK_HOME']) / '{TABLE}'
file.write_bytes(file.read_bytes() + b' ')"""))
    code, _, err = make("persona")
    assert (code, err) == (1, [
        "error: 05_persona: results/segments_sensitivity.parquet changed while the stage was running; run make again"
    ])
    assert freshness.why_stale(tiny.SECOND, run.OPTIONS) == "not run yet, or not to the end"


def test_a_raw_file_that_changes_while_it_is_collected_fails_the_stage(make, home, notebooks):
    raw = home / DATA / "raw"
    raw.mkdir()
    (raw / "till.csv").write_text("a", encoding="utf-8")
    tiny.write(notebooks, "01_collection", (f"""\
import os
from pathlib import Path
file = Path(os.environ['WORKBOOK_HOME']) / '{DATA}/raw/till.csv'
tables.note_raw(file)
file.write_text('another content')""",))
    code, _, err = make("collection")
    assert (code, err) == (1, ["error: 01_collection: till.csv changed while the stage was running; run make again"])


def test_a_module_that_is_edited_while_a_stage_runs_makes_it_stale(make, home, notebooks, tmp_path, monkeypatch):
    package = tmp_path / "helpers"
    package.mkdir()
    (package / "tables.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(paths, "PACKAGE", package)
    edits = f"from pathlib import Path\nPath('{package}/tables.py').write_text('x = 2')"
    tiny.write(notebooks, tiny.FIRST, (*tiny.FIRST_CELLS, edits))
    assert make("segmentation")[0] == 0
    assert freshness.why_stale(tiny.FIRST, run.OPTIONS) == "tables.py changed"


# --- two at once


def test_a_stage_that_another_process_runs_is_said_with_its_number(make, home):
    file = paths.stages("complete_journey") / f".{tiny.FIRST}.lock"
    file.parent.mkdir(parents=True)
    with file.open("w") as other:
        other.write("4711")
        other.flush()
        fcntl.flock(other, fcntl.LOCK_EX)
        code, _, err = make("segmentation")
        assert code == 2
        assert err == ["error: 03_segmentation of complete_journey is being run by process 4711: wait until it is done"]
        assert make("segmentation", "DATASET=telco")[0] == 0, "another data set has to wait"
    assert make("segmentation")[0] == 0


def test_the_lock_names_the_process_that_holds_it_and_is_free_after_an_error(home):
    with pytest.raises(ValueError, match="x"), run.only_one("complete_journey", tiny.FIRST):
        file = paths.stages("complete_journey") / f".{tiny.FIRST}.lock"
        assert file.read_text() == str(os.getpid())
        raise ValueError("x")
    with run.only_one("complete_journey", tiny.FIRST):
        pass


# --- reports


def html(home, language: str, name: str) -> str:
    return (home / "reports/complete_journey" / language / name).read_text(encoding="utf-8")


def test_both_languages_link_to_each_other_wherever_both_are_made(make, home):
    make("segmentation", "LANGUAGE=both")
    for language, other in (("en", "zh"), ("zh", "en")):
        assert f'href="../{other}/03_segmentation.html"' in html(home, language, "03_segmentation.html")
    assert make("segmentation", "LANGUAGE=en") == (0, [], []), "the link makes the report stale"


def test_one_language_alone_does_not_link_to_a_report_that_is_not_there(make, home):
    make("segmentation", "LANGUAGE=zh")
    assert "../en/" not in html(home, "zh", "03_segmentation.html")
    assert not (home / "reports/complete_journey/en/03_segmentation.html").exists()
    _, out, _ = make("segmentation", "LANGUAGE=en")
    assert out == ["03_segmentation  → reports/complete_journey/en/03_segmentation.html"], "the notebook ran again"
    assert 'href="../zh/03_segmentation.html"' in html(home, "en", "03_segmentation.html")


def test_rendering_all_reports_brings_their_navigation_up_to_date_and_then_rests(make, home):
    make("segmentation")
    make("persona")
    assert 'href="05_persona.html"' not in html(home, "en", "03_segmentation.html")
    _, out, _ = make("--reports")
    assert out == ["03_segmentation  → reports/complete_journey/en/03_segmentation.html"]
    assert 'href="05_persona.html"' in html(home, "en", "03_segmentation.html")
    assert make("--reports") == (0, [], [])


def test_a_report_that_was_changed_or_lost_is_rendered_again(make, home):
    make("segmentation")
    report = home / "reports/complete_journey/en/03_segmentation.html"
    before = report.read_bytes()
    report.write_text("spoilt", encoding="utf-8")
    assert len(make("segmentation")[1]) == 1
    assert report.read_bytes() == before
    report.unlink()
    assert len(make("--reports")[1]) == 1
    assert report.read_bytes() == before


def test_the_environment_of_a_run_is_steady(make, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    make("segmentation")
    assert (os.environ["TZ"], os.environ["OMP_NUM_THREADS"], os.environ["PYTHONHASHSEED"]) == ("UTC", "1", "0")


def test_tables_are_written_by_the_runner_only_when_the_whole_notebook_has_succeeded(make, home, notebooks):
    seen = f"""\
import os
from pathlib import Path
assert not (Path(os.environ['WORKBOOK_HOME']) / '{TABLE}').exists(), 'written too early'
assert (Path(os.environ['WORKBOOK_STAGING']) / 'results/segments_sensitivity.parquet').exists(), 'not staged'"""
    tiny.write(notebooks, tiny.FIRST, (*tiny.FIRST_CELLS, seen))
    assert make("segmentation")[0] == 0
    assert tables.digest(home / TABLE)
