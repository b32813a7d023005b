"""Run one stage: execute its notebook with papermill in both languages, put its tables in place, render its reports.

    python -m helpers.run churn DATASET=complete_journey LANGUAGE=en [SNAPSHOT_DATE=… PARAMS=… ENGINE=…]
    python -m helpers.run --reports DATASET=… LANGUAGE=…        (render what has changed, for all stages that have run)

The notebook is executed once, in English; then, in the same kernel, the cells that show something are executed again in
Chinese: models are fitted once. Nothing appears at its final place before the whole notebook has succeeded; the manifest,
which makes the stage "up to date", is removed first and written last.
Exit codes: 0 done or up to date, 1 a cell failed, 2 the user can mend it.
"""

import fcntl
import os
import re
import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from helpers import paths
from helpers.errors import UserError
from helpers.running import freshness

OPTIONS = {"DATASET": "complete_journey", "LANGUAGE": "en", "SNAPSHOT_DATE": "", "PARAMS": "", "ENGINE": "duckdb"}
LANGUAGES = {"en": ["en"], "zh": ["zh"], "both": ["en", "zh"]}
CELL_SECONDS = 1800  # a cell that takes longer is stopped
STEADY = {  # the same answer whatever the machine's threads, time zone and locale
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "TZ": "UTC",
    "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg", "PYDEVD_DISABLE_FILE_VALIDATION": "1", "JUPYTER_PLATFORM_DIRS": "1",
}


class StageFailed(Exception):
    """A cell failed; the message is one line."""


def parse(arguments: list[str]) -> tuple[str, dict]:
    """Return (stage or --reports, options) of the command line; unknown options and values are said in one line."""
    names = [a for a in arguments if "=" not in a]
    options = dict(OPTIONS)
    for key, _, value in (a.partition("=") for a in arguments if "=" in a):
        if key not in OPTIONS:
            raise UserError(f"unknown option {key}; known are {', '.join(OPTIONS)}")
        options[key] = value or OPTIONS[key]
    if options["LANGUAGE"] not in LANGUAGES:
        raise UserError(f"LANGUAGE={options['LANGUAGE']}: must be en, zh or both")
    if options["ENGINE"] not in ("duckdb", "pyspark"):
        raise UserError(f"ENGINE={options['ENGINE']}: must be duckdb or pyspark")
    if len(names) != 1:
        raise UserError("name one stage: " + ", ".join(s.split("_", 1)[1] for s in freshness.stage_names()))
    return names[0], options


def main(arguments: list[str]) -> int:
    try:
        name, options = parse(arguments)
        _check_dataset(options["DATASET"])
        if name == "--reports":
            render_reports(options)
        else:
            stage = freshness.find_stage(name)
            reason = freshness.why_stale(stage, options)
            if reason:
                with only_one(options["DATASET"], stage):
                    run_stage(stage, options, reason)
            render_reports(options, [stage])
        return 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except StageFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # the disk is full, a file may not be written
        where = f": {paths.shown(Path(error.filename))}" if isinstance(error.filename, str) else ""
        print(f"error: {error.strerror or type(error).__name__}{where}", file=sys.stderr)
        return 1


def _check_dataset(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name) or not paths.dataset_yml(name).exists():
        from helpers import datasets

        datasets.load(name)


@contextmanager
def only_one(dataset: str, stage: str):
    """Hold the stage's lock, or say which process holds it."""
    file = paths.stages(dataset) / f".{stage}.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            raise UserError(
                f"{stage} of {dataset} is being run by process {handle.read().strip() or 'unknown'}: wait until it is done"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


# --- one stage


def run_stage(stage: str, options: dict, reason: str) -> None:
    """Execute a stage and put its results in place; raises StageFailed or UserError and leaves everything else as it was."""
    from helpers import datasets

    dataset = options["DATASET"]
    datasets.load(dataset)
    inputs = freshness.inputs_now(stage, options)
    manifest = freshness.manifest_file(dataset, stage)
    staging = paths.stages(dataset) / f".staging-{stage}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    code = freshness.code_stamps()  # before the run: what is edited during it makes the stage stale, not up to date
    print(f"{stage}  {dataset}: {reason}", flush=True)
    started = time.monotonic()
    try:
        notebooks = execute(stage, inputs["parameters"], staging)
        before = freshness.read_manifest(dataset, stage)
        manifest.unlink(missing_ok=True)
        trace = freshness.json.loads((staging / "trace.json").read_text(encoding="utf-8"))
        _put_in_place(trace["writes"], staging, dataset)
        _remove_outdated(before, trace["writes"], dataset)
        for language, notebook in notebooks.items():
            _keep_notebook(notebook, paths.executed(dataset, language) / f"{stage}.ipynb")
        _write_manifest(manifest, stage, inputs, trace, dataset, code, time.monotonic() - started)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    print(f"{stage}  done  {time.monotonic() - started:.0f} s", flush=True)


def execute(stage: str, parameters: dict, staging: Path) -> dict:
    """Return language → executed notebook; a failed run leaves the notebook to read."""
    from helpers.running.execution import execute_both_languages

    os.environ.update(STEADY, WORKBOOK_STAGING=str(staging), WORKBOOK_STAGE=stage)
    notebooks, problem = execute_both_languages(
        paths.NOTEBOOKS / f"{stage}.ipynb", staging, parameters, stage=stage, cell_seconds=CELL_SECONDS
    )
    failed = paths.executed(parameters["dataset"], "en") / f"{stage}.failed.ipynb"
    if problem is None:
        failed.unlink(missing_ok=True)
        return notebooks
    _keep_notebook(notebooks["en"], failed)
    if problem.by_user:
        raise UserError(f"{stage}: {problem.message}")
    raise StageFailed(f"{stage} {problem.message}; read {paths.shown(failed)}")


def _put_in_place(writes: dict, staging: Path, dataset: str) -> None:
    from helpers.tables import put_in_place

    for written in writes.values():
        target = paths.dataset(dataset) / written["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(staging / written["file"], target)


def _remove_outdated(before: dict | None, writes: dict, dataset: str) -> None:
    """Remove tables that the stage wrote in an earlier run and no longer gives, but none that is carried on from run to run."""
    from helpers.contracts import contracts

    kept = {spec.path for spec in contracts().values() if spec.is_kept}
    for file in set((before or {}).get("writes", ())) - {written["file"] for written in writes.values()} - kept:
        (paths.dataset(dataset) / file).unlink(missing_ok=True)


def _keep_notebook(notebook, file: Path) -> None:
    """Write an executed notebook atomically, without the times and names of the machine that ran it."""
    import nbformat

    from helpers.tables import put_in_place

    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
        if "injected-parameters" in cell.metadata["tags"]:
            cell.id = "injected-parameters"  # papermill gives it a random one
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    nbformat.write(notebook, partial)
    put_in_place(partial, file)


def _write_manifest(
    file: Path, stage: str, inputs: dict, trace: dict, dataset: str, code: dict, seconds: float
) -> None:
    from helpers.contracts import contract
    from helpers.tables import write_json

    folder = paths.dataset(dataset)
    writes = {written["file"]: freshness.stamp(folder / written["file"]) for written in trace["writes"].values()}
    reads = {}
    for name, digest in trace["reads"].items():
        path = contract(name).path
        stamped = freshness.stamp(folder / path) if (folder / path).exists() else None
        if path not in writes and (stamped[2] if stamped else None) != digest:
            raise StageFailed(f"{stage}: {path} changed while the stage was running; run make again")
        reads[path] = stamped
    raw = {name: freshness.stamp(Path(name)) if Path(name).exists() else None for name in trace["raw"]}
    for name, seen in trace["raw"].items():
        if (raw[name] and raw[name][:2]) != seen:
            raise StageFailed(f"{stage}: {Path(name).name} changed while the stage was running; run make again")
    write_json({
        "stage": stage, "inputs": inputs, "reads": reads, "writes": writes,
        "rows": {name: written["rows"] for name, written in trace["writes"].items()},
        "code": {name: code.get(name) for name in trace["code"]}, "raw": raw,
        "libraries": trace["libraries"], "seconds": round(seconds, 1),
    }, file)


# --- reports


def render_reports(options: dict, stages: list[str] | None = None) -> None:
    """Render the reports of `stages` (default: all that have run) whose notebook, template or navigation changed."""
    dataset = options["DATASET"]
    reports = freshness.available(dataset)
    languages = LANGUAGES[options["LANGUAGE"]]
    for language in languages:
        for stage in reports if stages is None else [s for s in stages if s in reports]:
            has_other = freshness.is_bilingual(dataset, stage, languages)
            inputs = freshness.report_inputs(dataset, language, stage, reports, has_other)
            if not freshness.report_is_fresh(dataset, language, stage, inputs):
                _render(stage, dataset, language, inputs)


def _render(stage: str, dataset: str, language: str, inputs: dict) -> None:
    from helpers.rendering import render
    from helpers.tables import write_json

    file = render.render(
        stage, dataset=dataset, language=language, available=inputs["reports"],
        has_other_language=inputs["has_other_language"],
    )
    note = paths.stages(dataset) / f"{stage}.{language}.json"
    write_json({"file": file.name, "html": freshness.stamp(file), "inputs": inputs}, note)
    print(f"{stage}  → {paths.shown(file)}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
