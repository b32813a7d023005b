"""evidence.py: what each finding is compared with, the limits that readers are told, and how strongly it is supported."""

import ast

import pandas as pd
import pytest

from helpers import i18n, paths
from helpers.evidence import DECISIONS, DESCRIBES, legend, with_history
from helpers.persona import persona_words

AS_OF = pd.Timestamp("2017-12-31")


@pytest.fixture(scope="module")
def calls():
    """Return every call of Evidence in the package: file and line, kind, keywords → value as written."""
    return list(calls_of_evidence())


def calls_of_evidence():
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(paths.PACKAGE.rglob("*.py"))}
    for file, written in texts.items():
        for node in ast.walk(ast.parse(written)) if "Evidence(" in written else ():
            if isinstance(node, ast.Call) and "Evidence" in (getattr(node.func, "id", ""), getattr(node.func, "attr", "")):
                kind = getattr(node.args[0], "value", "") if node.args else ""
                yield f"{file.name}:{node.lineno}", kind, {key.arg: key.value for key in node.keywords}


def test_every_estimate_names_what_it_is_compared_with_or_how_precise_it_must_be(calls):
    found = [(where, given) for where, kind, given in calls if kind == "estimate" and "interval" in given]
    assert len(found) > 20
    assert [where for where, given in found if not {"baseline", "within"} & set(given)] == []


def test_every_decision_that_a_finding_serves_is_known_and_has_chinese(calls):
    said = [given["serves"] for _, _, given in calls if "serves" in given]
    either = [value for node in said for value in ((node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,))]
    named = {node.value for node in either if isinstance(node, ast.Constant)} | set(persona_words.SERVES.values())
    assert named - {""} == set(DECISIONS), "a decision that nothing serves, or that nobody knows"
    assert {*DECISIONS, DESCRIBES} <= set(i18n.catalogue())


def test_the_legend_states_the_limits_in_both_languages():
    for language, share in (("en", "±5 percentage points"), ("zh", "±5 个百分点")):
        i18n.use(language=language)
        words = " ".join(i18n.text(said, **values) for said, values in legend())
        assert share in words and "±10%" in words and "±0.3" in words and "30" in words


def test_findings_of_a_run_before_decisions_were_named_are_kept_as_the_run_before():
    said = pd.DataFrame({
        "finding_id": ["a-01"], "template": ["x"], "n": [40], "estimate": [None], "low": [None], "high": [None],
        "baseline": [None], "held_out": [None], "serves": ["what to trust"],
    })
    before = with_history(said, None, as_of=AS_OF).drop(columns="serves")
    both = with_history(said, before, as_of=AS_OF)
    assert both[["run", "is_current"]].to_numpy().tolist() == [[1, False], [2, True]]
    assert both["serves"].isna().tolist() == [True, False]
    assert len(with_history(said, both, as_of=AS_OF)) == 2, "running again adds nothing"
