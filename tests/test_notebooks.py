"""Every notebook keeps to "A notebook, cell by cell" of the style: it tells, modules compute; both languages say the same."""

import ast
import json
import re
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path

import papermill
import pytest

from helpers import paths
from helpers.contracts import TOPICS as WITH_FINDINGS
from helpers.rendering.render import STAGES
from helpers.running import freshness

NOTEBOOKS = freshness.stage_names()
RUN_WIDE = ["dataset", "language", "snapshot_date", "seed", "engine"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PATH_LIKE = re.compile(r"^(/|\./|\.\./|~|[A-Za-z]:\\)|\.(csv|parquet|xlsx?|json|ya?ml|html|po|ipynb|txt|png)$")
SAYING = {"t", "text", "answer", "finding", "say", "note", "lacking"}
SHOWING = {"answer", "finding", "say", "note", "lacking", "kpis", "chart", "table", "points", "quotes", "cards", "verdict",
           "written", "settings", "held", "tell"}


@cache
def cells(name: str) -> list[dict]:
    return json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def code_cells(name: str) -> list[dict]:
    return [cell for cell in cells(name) if cell["cell_type"] == "code"]


def markdown(name: str, language: str) -> list[str]:
    found = [cell for cell in cells(name) if cell["cell_type"] == "markdown" and f"lang-{language}" in tags(cell)]
    return [source(cell) for cell in found]


def without_magic(cell: dict) -> str:
    return "\n".join(line for line in source(cell).splitlines() if not line.startswith("%%"))


def tree(cell: dict) -> ast.Module:
    return ast.parse(without_magic(cell))


def calls(node: ast.AST):
    """Yield (name, node) of the calls in a tree: `report.chart(…)` and `chart(…)` are `chart`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            yield name, part


def tagged(name: str, tag: str) -> list[dict]:
    return [cell for cell in cells(name) if tag in tags(cell)]


each = pytest.mark.parametrize("name", NOTEBOOKS)


def test_notebooks_are_numbered_as_the_design_says():
    order = {topic: f"{i:02d}_{topic}" for i, topic in enumerate(freshness.TOPICS, start=1)}
    assert [order[name.split("_", 1)[1]] for name in NOTEBOOKS] == NOTEBOOKS
    assert set(NOTEBOOKS) <= set(STAGES)
    assert {"01_collection", "02_cleaning", "03_segmentation", "04_lifetime_value", "05_persona", "06_voc", "07_churn",
            "12_dashboard"} <= set(NOTEBOOKS)


@each
def test_a_notebook_is_committed_without_outputs_and_machine(name):
    for cell in code_cells(name):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    for cell in cells(name):
        assert set(cell["metadata"]) <= {"tags"}
    content = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in cells(name)]
    assert len(set(ids)) == len(ids)


@each
def test_a_notebook_keeps_its_budget(name):
    lengths = [len([line for line in source(cell).splitlines() if line.strip()]) for cell in code_cells(name)]
    assert 12 <= len(lengths) <= 25, f"{len(lengths)} code cells"
    median = statistics.median(lengths)
    assert median <= 6, f"the median code cell has {median} lines"
    assert max(lengths) <= 20, f"a code cell has {max(lengths)} lines"


@each
def test_every_markdown_cell_is_followed_by_its_chinese_twin(name):
    kinds = [tags(cell)[0] for cell in cells(name) if cell["cell_type"] == "markdown"]
    assert kinds == ["lang-en", "lang-zh"] * (len(kinds) // 2)
    positions = [i for i, cell in enumerate(cells(name)) if "lang-en" in tags(cell)]
    assert all("lang-zh" in tags(cells(name)[i + 1]) for i in positions)


@each
def test_twins_have_the_same_headings_links_code_and_lists(name):
    for english, chinese in zip(markdown(name, "en"), markdown(name, "zh"), strict=True):
        assert CHINESE.search(chinese), chinese
        assert not CHINESE.search(english), english
        for pattern in (r"^#+(?= )", r"\]\(([^)]*)\)", r"^(?:- |\d+\. )"):
            found = [re.findall(pattern, words, re.MULTILINE) for words in (english, chinese)]
            assert found[0] == found[1], f"{english[:60]!r}: the twins differ in {pattern}"
        code = [sorted(set(re.findall(r"`([^`]+)`", words))) for words in (english, chinese)]
        assert code[0] == code[1], f"{english[:60]!r}: the twins differ in code"


@each
def test_a_notebook_starts_with_question_tables_and_readers(name):
    english, chinese = markdown(name, "en")[0], markdown(name, "zh")[0]
    assert re.match(r"# .+\?\n", english)
    assert re.match(r"# .+？\n", chinese)
    for word, twin in (("Question", "问题"), ("Reads", "读取"), ("Writes", "写出"), ("For", "读者")):
        assert f"- **{word}**:" in english
        assert f"- **{twin}**：" in chinese
    assert sum(words.startswith("# ") for words in markdown(name, "en")) == 1


@each
def test_a_notebook_asks_three_to_eight_questions_and_ends_with_limits_and_what_next(name):
    headings = [words.splitlines()[0] for words in markdown(name, "en")]
    questions = [heading for heading in headings if heading.startswith("## ") and heading.endswith("?")]
    assert 3 <= len(questions) <= 8, questions
    assert headings[-2:] == ["## What to keep in mind", "## What next"]
    assert [words.splitlines()[0] for words in markdown(name, "zh")][-2:] == ["## 使用须知", "## 下一步"]
    assert cells(name)[-1]["cell_type"] == "markdown"


@each
def test_parameters_setup_and_settings_come_first_in_this_order(name):
    first, second, third = code_cells(name)[:3]
    assert tags(first) == ["parameters"]
    assert tags(second) == ["setup"]
    assert "report.settings(" in source(second) + source(third)
    assert len(tagged(name, "parameters")) == len(tagged(name, "setup")) == 1


@each
def test_parameters_are_literals_with_type_and_help_and_the_common_ones_first(name):
    lines = source(code_cells(name)[0]).splitlines()
    assert 5 <= len(lines) <= 12
    declared = freshness.declared_parameters({"cells": cells(name)})
    assert list(declared)[:5] == RUN_WIDE
    assert len(declared) == len(lines), "a line is no `name: type = literal`"
    assert declared["dataset"] == ("str", "complete_journey")
    for line in lines:
        assert re.fullmatch(r"\w+: (str|int|float|bool|list|tuple|dict)(\[.*?\])? = .+  # \S.*", line), line
        assert line.count("=") == 1, f"papermill cannot read a second = in a line: {line}"


@each
def test_papermill_reads_every_parameter_with_its_type_and_help(name):
    found = papermill.inspect_notebook(str(paths.NOTEBOOKS / f"{name}.ipynb"))
    declared = freshness.declared_parameters({"cells": cells(name)})
    assert set(found) == set(declared)
    for parameter, (kind, default) in declared.items():
        assert found[parameter]["inferred_type_name"] == kind
        assert found[parameter]["help"], parameter
        assert ast.literal_eval(found[parameter]["default"]) == default


@each
def test_setup_opens_the_run_under_the_name_of_the_notebook_with_all_common_parameters(name):
    (start,) = [node for call, node in calls(tree(code_cells(name)[1])) if call == "start"]
    assert start.args[0].value == name
    assert {keyword.arg: keyword.value.id for keyword in start.keywords} == {p: p for p in RUN_WIDE}


@each
def test_a_notebook_defines_nothing_and_touches_no_files_shell_or_network(name):
    for cell in code_cells(name):
        for line in source(cell).splitlines():
            assert not line.startswith(("!", "%")) or line.startswith("%%needs"), line
        for node in ast.walk(tree(cell)):
            assert not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)
            assert not isinstance(node, ast.Try | ast.While)
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert tags(cell) == ["setup"], "an import outside the setup cell"
                modules = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not modules & {"os", "sys", "pathlib", "subprocess", "shutil", "requests", "urllib", "warnings"}
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not PATH_LIKE.search(node.value), f"a path: {node.value}"
        assert not {call for call, _ in calls(tree(cell))} & {"open", "exec", "eval", "apply", "iterrows", "print", "display"}


@each
def test_magic_stands_in_the_first_line_only(name):
    for cell in code_cells(name):
        assert not any(line.startswith("%%") for line in source(cell).splitlines()[1:])
        if source(cell).startswith("%%needs"):
            assert re.fullmatch(r"%%needs( [\w/]+)*", source(cell).splitlines()[0])


@each
def test_what_a_reader_sees_is_a_message_and_not_put_together_by_hand(name):
    for cell in code_cells(name):
        for call, node in calls(tree(cell)):
            if call in SAYING and node.args:
                assert not isinstance(node.args[0], ast.JoinedStr | ast.BinOp), f"{call}({ast.unparse(node.args[0])})"


@each
def test_cells_that_show_something_can_be_run_again_in_the_other_language(name):
    for cell in code_cells(name):
        shows = any(call in SHOWING and isinstance(node.func, ast.Attribute) for call, node in calls(tree(cell)))
        if not shows or tags(cell) == ["setup"]:
            continue
        for node in ast.walk(tree(cell)):
            assert not isinstance(node, ast.AugAssign), f"run twice, this changes twice: {source(cell)[:80]}"
            if isinstance(node, ast.Assign):
                made = {target.id for target in node.targets if isinstance(target, ast.Name)}
                used = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
                assert not made & used, f"run twice, {made & used} changes twice"


@each
def test_a_notebook_has_one_answer_key_figures_charts_and_findings_with_evidence(name):
    used = [call for cell in code_cells(name) for call, _ in calls(tree(cell))]
    assert 1 <= used.count("answer") <= 2, "one for buyers and one for contracts at most"
    assert used.count("kpis") >= 1
    if name != "12_dashboard":
        findings = [node for cell in code_cells(name) for call, node in calls(tree(cell)) if call == "finding"]
        assert len(findings) + used.count("tell") >= 2
        assert all("evidence" in {keyword.arg for keyword in node.keywords} for node in findings)
    charts = [node for cell in code_cells(name) for call, node in calls(tree(cell)) if call == "chart"]
    assert len(charts) + used.count("tell") >= 1  # what `tell` shows comes from a module, whose tests look at it
    assert len(charts) <= 10
    for node in charts:
        given = {keyword.arg for keyword in node.keywords}
        needed = {"title", "alt", "source", "data"} if None not in given else {"source"}  # **words carries the others
        assert needed <= given, "a chart lacks a part"


@each
def test_checks_are_sentences(name):
    checks = tagged(name, "checks")
    assert checks
    for cell in checks:
        assert any(isinstance(node, ast.Assert) for node in tree(cell).body)
    for cell in code_cells(name):
        for node in ast.walk(tree(cell)):
            if isinstance(node, ast.Assert):
                said = ast.unparse(node.msg) if node.msg else ""
                assert len(said.split()) >= 4, f"this check says nothing: {ast.unparse(node)}"


@each
def test_the_last_code_cell_writes(name):
    last = tree(code_cells(name)[-1])
    assert "written" in {call for call, _ in calls(last)}
    topic = name.split("_", 1)[1]
    if topic in WITH_FINDINGS:
        assert f"findings_{topic}" in source(code_cells(name)[-1]), "the findings are not saved last"


@each
def test_links_lead_to_reports_that_exist(name):
    for words in markdown(name, "en"):
        for target in re.findall(r"\]\(([^)]*)\)", words):
            stage = target.removesuffix(".html")
            assert target == "index.html" or stage in NOTEBOOKS, f"{name} links to {target}"


@each
def test_the_code_of_a_notebook_is_free_of_what_the_linter_finds(name, tmp_path):
    file = tmp_path / f"n{name}.py"
    file.write_text("\n\n".join(without_magic(cell) for cell in code_cells(name)) + "\n", encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--config", str(paths.PROJECT / "pyproject.toml"), "--ignore", "E402,I001",
         "--no-cache", "--output-format", "concise", str(file)],
        capture_output=True, text=True,
    )
    assert found.returncode == 0, found.stdout


def test_the_linter_would_find_an_unknown_name(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("x = unknown_name\n", encoding="utf-8")
    found = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", str(file)], capture_output=True, text=True)
    assert found.returncode == 1


def test_every_table_has_one_notebook_that_writes_it():
    from helpers.contracts import contracts

    for name in NOTEBOOKS:
        topic = name.split("_", 1)[1]
        for cell in code_cells(name):
            for call, node in calls(tree(cell)):
                is_save = call == "save" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
                if is_save and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "tables":
                    assert contracts()[node.args[1].value].owner == topic, f"{name} writes {node.args[1].value}"


def test_jupyterlab_still_knows_the_part_that_make_lab_turns_off():
    makefile = (paths.PROJECT / "Makefile").read_text(encoding="utf-8")
    name = re.search(r"^NEWS = (\S+)$", makefile, re.MULTILINE)[1]
    core = Path(sys.prefix).glob("share/jupyter/lab/static/jlab_core.*.js")
    assert any(name in script.read_text(encoding="utf-8") for script in core), "news and updates would be asked for again"
