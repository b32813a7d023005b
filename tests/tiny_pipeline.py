"""A pipeline of two tiny notebooks for the tests of the runner: one writes a small table, the other reads it.

`run_in_process` executes their cells without a kernel (for tests of everything around the execution).
"""

import json
import os
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import i18n, report, tables
from helpers.running.execution import Problem, _explain

FIRST, SECOND = "03_segmentation", "05_persona"
PARAMETERS = """\
dataset: str = "complete_journey"  # which data set
language: str = "en"  # en or zh
snapshot_date: str = ""  # last day observed, inclusive
seed: int = 42  # for everything random
engine: str = "duckdb"  # duckdb or pyspark
limit: int = 3  # rows
rate: float = 0.5  # a share
cuts: list = []  # cut points
name: str = ""  # a name
flag: bool = False  # yes or no
"""
SETUP = """\
import pandas as pd
from helpers import report, tables
from helpers.i18n import text as t

run = report.start("{stage}", dataset=dataset, language=language, snapshot_date=snapshot_date, seed=seed, engine=engine)
"""
FIRST_CELLS = (
    "variants = [f'v{i}' for i in range(limit)]\n"
    "frame = pd.DataFrame({'variant': variants, 'n_changed': range(limit), 'changed_share': rate, 'champions_share': 0.1,\n"
    "                      'champions_revenue_share': 0.2, 'slipping_share': 0.1})",
    "report.answer('Nothing had to be set aside: all {rows:count} rows passed every rule.', rows=limit)",
    "report.written(tables.save(frame, 'segments_sensitivity'))",
)
SECOND_CELLS = (
    "known = tables.load('segments_sensitivity')\nis_bought = tables.has('products')",
    "report.finding('{n:count} customers are {share:percent} of all.', n=len(known), share=0.5,\n"
    "               evidence=report.Evidence('fact', n=len(known)))",
    "report.written(tables.save(report.findings(), 'findings_persona'))",
)


def notebook(
    stage: str, cells: tuple[str, ...], parameters: str = PARAMETERS, setup: str = SETUP
) -> nbformat.NotebookNode:
    """Return a notebook with a title in both languages, parameters, setup and `cells`."""
    title = "# A question?\n\n- **Question**: does it run?"
    made = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                                  "language_info": {"name": "python"}})
    made.cells = [
        new_markdown_cell(title, metadata={"tags": ["lang-en"]}),
        new_markdown_cell("# 一个问题？\n\n- **问题**：能运行吗？", metadata={"tags": ["lang-zh"]}),
        new_code_cell(parameters.strip(), metadata={"tags": ["parameters"]}),
        new_code_cell(setup.format(stage=stage).strip(), metadata={"tags": ["setup"]}),
        *(new_code_cell(source) for source in cells),
    ]
    for position, cell in enumerate(made.cells):
        cell.id = f"c{position}"
    return made


def write(
    folder: Path, stage: str, cells: tuple[str, ...], parameters: str = PARAMETERS, setup: str = SETUP
) -> Path:
    """Write a notebook of the pipeline and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stage}.ipynb"
    nbformat.write(notebook(stage, cells, parameters, setup), file)
    return file


def run_in_process(file: Path, staging: Path, parameters: dict, *, stage: str, cell_seconds: int, code=("tables.py",)):
    """Do what execution.execute_both_languages does, without a kernel and without a second language."""
    made = nbformat.read(file, as_version=4)
    scope: dict = {}
    problem = None
    tables._session["replay"] = False
    for position, cell in enumerate([c for c in made.cells if c.cell_type == "code"], start=1):
        try:
            exec(cell.source, scope)
        except Exception as error:
            error.ename, error.evalue = type(error).__name__, str(error)
            problem = _explain(cell, error, f"cell {position} of {len(made.cells)}")
            break
        if "parameters" in cell.metadata.get("tags", []):
            scope.update(parameters, language="en")
    trace = {**tables.trace(), "code": sorted(code), "libraries": {"pandas": "3"}}
    (staging / "trace.json").write_text(json.dumps(trace), encoding="utf-8")
    os.environ.pop("WORKBOOK_STAGING", None)
    i18n.use(language="en")
    report._run.clear()
    return {"en": made, "zh": deepcopy(made)}, problem


__all__ = ["FIRST", "FIRST_CELLS", "PARAMETERS", "Problem", "SECOND", "SECOND_CELLS", "notebook", "run_in_process", "write"]
