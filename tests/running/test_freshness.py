"""freshness.py: what makes a stage run again, what lets it rest, and how parameters are found and checked."""

import json
import os
from datetime import date

import pytest

import tiny_pipeline as tiny
from helpers import paths, run
from helpers.errors import UserError
from helpers.running import freshness

OPTIONS = {**run.OPTIONS}


@pytest.fixture
def notebooks(home, tmp_path, monkeypatch):
    """The folder of a pipeline of two tiny notebooks."""
    folder = tmp_path / "notebooks"
    tiny.write(folder, tiny.FIRST, tiny.FIRST_CELLS)
    tiny.write(folder, tiny.SECOND, tiny.SECOND_CELLS)
    (folder / "scratch.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    return folder


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package folder of the test's own, so that its modules can be changed."""
    folder = tmp_path / "helpers"
    folder.mkdir()
    for name in ("tables.py", "segmentation.py"):
        (folder / name).write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(paths, "PACKAGE", folder)
    return folder


@pytest.fixture
def ran(notebooks, package, shown, monkeypatch):
    """Both stages have run; return a function that says why a stage is stale."""
    monkeypatch.setattr("helpers.running.execution.execute_both_languages", tiny.run_in_process)
    for stage in (tiny.FIRST, tiny.SECOND):
        run.run_stage(stage, OPTIONS, "")
    return lambda stage=tiny.FIRST, **options: freshness.why_stale(stage, {**OPTIONS, **options})


def settings_of(home) -> str:
    return (home / "data/complete_journey/dataset.yml").read_text(encoding="utf-8")


def write_settings(home, content: str) -> None:
    (home / "data/complete_journey/dataset.yml").write_text(content, encoding="utf-8")


# --- stages


@pytest.mark.parametrize("name", ["segmentation", "03_segmentation", "03"])
def test_a_stage_is_found_by_topic_number_or_name(notebooks, name):
    assert freshness.find_stage(name) == "03_segmentation"
    assert freshness.stage_names() == ["03_segmentation", "05_persona"]


def test_an_unknown_stage_is_said_with_the_nearest_or_with_all(notebooks):
    with pytest.raises(UserError, match="there is no stage 'segmentatoin'; did you mean segmentation?"):
        freshness.find_stage("segmentatoin")
    with pytest.raises(UserError, match="there is no stage 'xyz'; there are segmentation, persona"):
        freshness.find_stage("xyz")


# --- fingerprints


def test_a_file_is_unchanged_while_its_content_is_the_same(tmp_path):
    file = tmp_path / "a"
    file.write_text("one")
    stamped = freshness.stamp(file)
    assert freshness.is_unchanged(file, stamped)
    os.utime(file, ns=(1, 1))
    assert freshness.is_unchanged(file, stamped), "a touch alone makes a stage run again"
    file.write_text("two")
    assert not freshness.is_unchanged(file, stamped), "another content of the same size"
    file.write_text("three")
    assert not freshness.is_unchanged(file, stamped)
    file.unlink()
    assert not freshness.is_unchanged(file, stamped)
    assert freshness.is_unchanged(file, None), "it was absent and is absent"
    file.write_text("one")
    assert not freshness.is_unchanged(file, None), "it was absent and is there"


def test_the_fingerprint_of_a_notebook_is_that_of_its_cells_and_tags():
    made = tiny.notebook(tiny.FIRST, tiny.FIRST_CELLS)
    first = freshness.notebook_sha(made)
    made.cells[4].outputs, made.cells[4].execution_count = [{"output_type": "stream", "name": "stdout", "text": "x"}], 7
    made.metadata["x"] = 1
    assert freshness.notebook_sha(made) == first
    for change in ("source", "tags", "kind"):
        other = tiny.notebook(tiny.FIRST, tiny.FIRST_CELLS)
        if change == "source":
            other.cells[4].source += " "
        elif change == "tags":
            other.cells[4].metadata["tags"] = ["checks"]
        else:
            other.cells[4].cell_type = "markdown"
        assert freshness.notebook_sha(other) != first


def test_every_module_and_catalogue_has_a_stamp():
    stamps = freshness.code_stamps()
    assert {"tables.py", "sources/cdnow.py", "locale/zh/report.po"} <= set(stamps)
    assert stamps["tables.py"] == freshness.stamp(paths.PACKAGE / "tables.py")


# --- parameters


def resolve(settings=None, **options) -> dict:
    made = tiny.notebook(tiny.FIRST, tiny.FIRST_CELLS)
    return freshness.resolve_parameters(tiny.FIRST, made, settings or {}, {**OPTIONS, **options})


def test_parameters_are_literals_with_a_type():
    declared = freshness.declared_parameters(tiny.notebook(tiny.FIRST, ()))
    assert declared["limit"] == ("int", 3)
    assert declared["cuts"] == ("list", [])
    assert freshness.declared_parameters({"cells": []}) == {}


def test_dataset_yml_overrides_defaults_a_params_file_overrides_that_and_the_command_line_both(tmp_path):
    settings = {"parameters": {"segmentation": {"limit": 4, "rate": 1, "snapshot_date": date(2017, 6, 30)}, "churn": {"x": 1}}}
    assert resolve()["limit"] == 3
    found = resolve(settings)
    assert (found["limit"], found["rate"], found["snapshot_date"]) == (4, 1, "2017-06-30")
    params = tmp_path / "my.yml"
    params.write_text("segmentation: {limit: 5, cuts: [1, 2]}\npersona: {anything: 1}\n", encoding="utf-8")
    found = resolve(settings, PARAMS=str(params))
    assert (found["limit"], found["cuts"], found["rate"]) == (5, [1, 2], 1)
    found = resolve(settings, PARAMS=str(params), SNAPSHOT_DATE="2017-09-30", DATASET="cdnow", ENGINE="pyspark")
    assert (found["snapshot_date"], found["dataset"], found["engine"]) == ("2017-09-30", "cdnow", "pyspark")
    assert found["language"] == "en"


YML = "data/complete_journey/dataset.yml"


@pytest.mark.parametrize(("parameters", "said"), [
    ({"segmentation": {"limt": 5}}, f"{YML}: segmentation.limt: unknown parameter; did you mean limit?"),
    ({"segmentation": {"zzz": 5}}, f"{YML}: segmentation.zzz: unknown parameter; known are snapshot_date, seed, engine, limit"),
    ({"segmentation": {"language": "zh"}}, f"{YML}: segmentation.language: unknown parameter"),
    ({"segmentation": {"dataset": "x"}}, f"{YML}: segmentation.dataset: unknown parameter"),
    ({"segmentatoin": {"limit": 5}}, f"{YML}: there is no stage 'segmentatoin'; did you mean segmentation?"),
    ({"qqqqqq": {"limit": 5}}, f"{YML}: there is no stage 'qqqqqq'; there are collection, cleaning"),
    ({"segmentation": {"limit": "5"}}, f"{YML}: segmentation.limit: must be int, is str"),
    ({"segmentation": {"limit": 5.0}}, f"{YML}: segmentation.limit: must be int, is float"),
    ({"segmentation": {"limit": True}}, f"{YML}: segmentation.limit: must be int, is bool"),
    ({"segmentation": {"flag": 1}}, f"{YML}: segmentation.flag: must be bool, is int"),
    ({"segmentation": {"name": 138}}, f"{YML}: segmentation.name: must be str, is int"),
    ({"segmentation": {"cuts": 1}}, f"{YML}: segmentation.cuts: must be list, is int"),
    ({"segmentation": {"limit": None}}, f"{YML}: segmentation.limit: must be int, is NoneType"),
    ({"segmentation": {"snapshot_date": "soon"}}, f"{YML}: segmentation.snapshot_date=soon is no day: write it as 2017-12-31"),
    ({"segmentation": 5}, f"{YML}: segmentation must be a mapping of parameter to value"),
    (["segmentation"], f"{YML}: parameters must be a mapping of stage to parameters"),
])
def test_a_wrong_parameter_is_said_with_file_and_name(parameters, said):
    with pytest.raises(UserError) as error:
        resolve({"parameters": parameters})
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", [
    {"limit": 7}, {"rate": 2}, {"flag": True}, {"cuts": []}, {"name": "x"}, {"snapshot_date": ""}, {}, None,
])
def test_values_of_the_right_type_are_taken(value):
    assert (value or {}).items() <= resolve({"parameters": {"segmentation": value}}).items()


@pytest.mark.parametrize("value", ["2017-02-30", "tomorrow", "31.12.2017"])
def test_a_snapshot_date_that_is_no_day_is_refused(value):
    with pytest.raises(UserError, match=f"SNAPSHOT_DATE={value} is no day: write it as 2017-12-31"):
        resolve(SNAPSHOT_DATE=value)


@pytest.mark.parametrize(("content", "said"), [
    (None, "my.yml cannot be read: give a YAML file"),
    ("a: [1\n", "my.yml:2:1: not readable as YAML: "),
    ("a: !!python/object/apply:os.system ['true']\n", "my.yml:1:4: not readable as YAML: could not determine a constructor"),
    ("- a\n", "my.yml: must be a mapping of stage to parameters"),
    pytest.param("[" * 100_000, "my.yml: not readable as YAML: nested too deeply", id="nested"),
    ("segmentation: 2017-13-45\n", "my.yml: not readable as YAML: a value is no date or number"),
    ("segmentation: 5\n", "segmentation must be a mapping of parameter to value"),
])
def test_an_unreadable_params_file_is_said_in_one_line(tmp_path, content, said):
    file = tmp_path / "my.yml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as error:
        resolve(PARAMS=str(file))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_empty_params_file_changes_nothing(tmp_path):
    file = tmp_path / "my.yml"
    file.write_text("", encoding="utf-8")
    assert resolve(PARAMS=str(file)) == resolve()


# --- why a stage has to run


def test_a_stage_that_has_not_run_has_to(notebooks):
    assert freshness.why_stale(tiny.FIRST, OPTIONS) == "not run yet, or not to the end"
    assert freshness.available("complete_journey") == []


def test_nothing_changed_means_nothing_to_do(ran):
    assert ran(tiny.FIRST) == ran(tiny.SECOND) == ""
    assert freshness.available("complete_journey") == [tiny.FIRST, tiny.SECOND]


def test_a_broken_manifest_counts_as_none(ran):
    freshness.manifest_file("complete_journey", tiny.FIRST).write_text("{", encoding="utf-8")
    assert ran() == "not run yet, or not to the end"


def test_a_changed_notebook_runs_again_and_its_outputs_do_not_count(ran, notebooks):
    tiny.write(notebooks, tiny.FIRST, (*tiny.FIRST_CELLS, "1 + 1"))
    assert ran() == "notebook changed"
    assert ran(tiny.SECOND) == ""


def test_a_changed_data_set_file_runs_everything_again_but_its_parameters_only_their_stage(ran, home):
    before = settings_of(home)
    write_settings(home, before.replace("parameters:\n", "parameters:\n  segmentation: {limit: 9}\n"))
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("parameter limit changed", "")
    write_settings(home, before.replace("currency: USD", "currency: EUR"))
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("dataset.yml changed", "dataset.yml changed")
    write_settings(home, before + "\n# a comment\n")
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("", "")


@pytest.mark.parametrize(("options", "reason"), [
    ({"SNAPSHOT_DATE": "2017-09-30"}, "parameter snapshot_date changed"), ({"ENGINE": "pyspark"}, "parameter engine changed"),
    ({"LANGUAGE": "zh"}, ""), ({"LANGUAGE": "both"}, ""),
])
def test_an_option_that_the_notebook_sees_runs_it_again(ran, options, reason):
    assert ran(**options) == reason


def test_a_changed_lock_of_the_libraries_runs_everything_again(ran, tmp_path, monkeypatch):
    lock = tmp_path / "requirements.lock"
    lock.write_text("pandas==9", encoding="utf-8")
    monkeypatch.setattr(paths, "LOCK", lock)
    assert ran() == "libraries changed"


def test_a_changed_module_runs_what_loaded_it_and_nothing_else(ran, package):
    (package / "segmentation.py").write_text("x = 2\n", encoding="utf-8")
    assert ran() == ""
    (package / "tables.py").write_text("x = 2\n", encoding="utf-8")
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("tables.py changed", "tables.py changed")
    (package / "tables.py").unlink()
    assert ran() == "tables.py changed"


def test_a_changed_or_lost_table_runs_its_writer_and_its_readers(ran, home):
    file = home / "data/complete_journey/results/segments_sensitivity.parquet"
    file.write_bytes(file.read_bytes() + b" ")
    reason = "results/segments_sensitivity.parquet changed"
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == (reason, reason)
    file.unlink()
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == (reason, reason)


def test_a_table_that_was_asked_for_in_vain_and_now_is_there_runs_the_asker(ran, home):
    (home / "data/complete_journey/clean").mkdir()
    (home / "data/complete_journey/clean/products.parquet").write_bytes(b"x")
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("", "clean/products.parquet changed")


def test_a_lost_executed_notebook_runs_its_stage(ran):
    (paths.executed("complete_journey", "zh") / f"{tiny.FIRST}.ipynb").unlink()
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("the executed notebook is gone", "")


def test_a_stage_whose_tables_come_out_unchanged_lets_the_stages_after_it_rest(ran, notebooks):
    tiny.write(notebooks, tiny.FIRST, ("# a comment", *tiny.FIRST_CELLS))
    assert ran(tiny.FIRST) == "notebook changed"
    run.run_stage(tiny.FIRST, OPTIONS, "")
    assert (ran(tiny.FIRST), ran(tiny.SECOND)) == ("", "")


def test_a_stage_whose_tables_change_runs_the_stages_after_it(ran, notebooks):
    tiny.write(notebooks, tiny.FIRST, tiny.FIRST_CELLS, tiny.PARAMETERS.replace("limit: int = 3", "limit: int = 4"))
    run.run_stage(tiny.FIRST, OPTIONS, "")
    assert ran(tiny.SECOND) == "results/segments_sensitivity.parquet changed"


def test_a_raw_file_that_changes_appears_or_goes_runs_the_collection(home, tmp_path, package, shown, monkeypatch):
    raw = home / "data/complete_journey/raw"
    raw.mkdir()
    (raw / "till.csv").write_text("a", encoding="utf-8")
    folder = tmp_path / "notebooks"
    stage = "01_collection"
    tiny.write(folder, stage, ("from pathlib import Path\nimport os\n"
                               "tables.note_raw(Path(os.environ['WORKBOOK_HOME']) / 'data/complete_journey/raw/till.csv')",))
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    monkeypatch.setattr("helpers.running.execution.execute_both_languages", tiny.run_in_process)

    def why():
        return freshness.why_stale(stage, OPTIONS)

    run.run_stage(stage, OPTIONS, "")
    assert why() == ""
    (raw / "till.csv").write_text("b", encoding="utf-8")
    assert why() == "till.csv changed"
    (raw / "till.csv").write_text("a", encoding="utf-8")
    assert why() == "", "the same content again"
    (raw / "more.csv").write_text("c", encoding="utf-8")
    assert why() == "raw files changed"


@pytest.mark.parametrize("name", ["dictionary.txt", "aspects.yml", "case_topics.yml"])
def test_words_that_are_added_changed_or_taken_away_make_their_reader_stale(name, home, tmp_path, package, shown, monkeypatch):
    folder, stage, file = tmp_path / "notebooks", "01_collection", home / "data/complete_journey" / name
    tiny.write(folder, stage, (
        "from helpers.service import case_topics\nfrom helpers.texts import texts_chinese\nfrom helpers.voc import aspects\n"
        "aspects.read_aspects(dataset), case_topics.read_failures(dataset), texts_chinese.read_dictionary(dataset)",))
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    monkeypatch.setattr("helpers.running.execution.execute_both_languages", tiny.run_in_process)
    for content in ("# none\n", "# still none\n", None):
        run.run_stage(stage, OPTIONS, "")
        assert freshness.why_stale(stage, OPTIONS) == ""
        if content is None:
            file.unlink()
        else:
            file.write_text(content, encoding="utf-8")
        assert freshness.why_stale(stage, OPTIONS) == f"{name} changed"


def test_a_data_set_file_that_was_broken_after_a_run_is_said_in_one_line(ran, home):
    for broken in ("parameters: 5\n", "parameters: {segmentation: [1]}\n", "a: [\n"):
        write_settings(home, broken)
        with pytest.raises(UserError):
            ran()


# --- reports


def test_a_report_depends_on_notebook_template_settings_navigation_and_the_other_language(ran, home, tmp_path, monkeypatch):
    def inputs(reports=(tiny.FIRST,), has_other=False):
        return freshness.report_inputs("complete_journey", "en", tiny.FIRST, list(reports), has_other)

    first = inputs()
    assert inputs() == first
    assert inputs(reports=(tiny.FIRST, tiny.SECOND)) != first
    assert inputs(has_other=True) != first
    write_settings(home, settings_of(home) + "\n")
    assert inputs() != first
    (paths.executed("complete_journey", "en") / f"{tiny.FIRST}.ipynb").write_text("{}", encoding="utf-8")
    assert inputs()["executed"] != first["executed"]
    (tmp_path / "templates" / "report").mkdir(parents=True)
    monkeypatch.setattr(paths, "TEMPLATES", tmp_path / "templates")
    assert inputs()["template"] != first["template"]


def test_a_stage_is_bilingual_where_both_reports_are_there_or_asked_for(ran):
    assert not freshness.is_bilingual("complete_journey", tiny.FIRST, ["en"])
    assert freshness.is_bilingual("complete_journey", tiny.FIRST, ["en", "zh"])
    note = paths.stages("complete_journey") / f"{tiny.FIRST}.zh.json"
    note.write_text(json.dumps({}), encoding="utf-8")
    assert freshness.is_bilingual("complete_journey", tiny.FIRST, ["en"])


def test_aliases_may_repeat_a_part_and_not_unfold_without_end(tmp_path):
    file = tmp_path / "settings.yml"
    file.write_text("a: &a [1, 2]\nb: [*a, *a]\n", encoding="utf-8")
    assert freshness.read_mapping(file) == {"a": [1, 2], "b": [[1, 2], [1, 2]]}
    for bomb in ("a: &a [*a]\n", "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 10)}]\n" for i in range(7))):
        file.write_text(bomb, encoding="utf-8")
        with pytest.raises(UserError, match="settings.yml: its aliases unfold to more than 100,000 values"):
            freshness.read_mapping(file)


def test_a_day_or_a_number_as_a_key_of_dataset_yml_counts_as_its_text():
    written = {date(2025, 1, 29): "closed", 1: [{2: 3}]}
    assert freshness.sha_of(written) == freshness.sha_of({"2025-01-29": "closed", "1": [{"2": 3}]})
