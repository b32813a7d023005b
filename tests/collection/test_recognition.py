"""recognition.py: every export in every variant is told by its labels, and a table of another kind is not taken for one."""

import random
import re

import pytest

from helpers.collection.recognition import exports, recognise
from helpers.sources.exports import Export, plain
from vendor_files import DECOYS, FXIAOKE, SYSTEMS, cells

EVERY = [
    pytest.param(system, name, cells(header), id=f"{system} {name} {i}")
    for system, kinds in SYSTEMS.items() for name, headers in kinds.items() for i, header in enumerate(headers)
]
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def told(header) -> tuple[str, str] | None:
    found = recognise(tuple(header))
    return found and (found.export.system, found.export.name)


@pytest.mark.parametrize(("system", "name", "header"), EVERY)
def test_an_export_is_recognised_in_any_order_and_spelling(system, name, header):
    shuffled = list(header)
    random.Random(7).shuffle(shuffled)
    variants = {
        "as written": header, "shuffled": shuffled, "upper case": [h.upper() for h in header],
        "lower case": [h.lower() for h in header], "full width": [h.translate(FULL_WIDTH) for h in header],
        "BOM": ["\ufeff" + header[0], *header[1:]], "blanks": [f" {h} " for h in header],
        "underscores": [h.replace(" ", "_") for h in header], "mandatory": [h + "（必填）" for h in header],
        "custom columns": [*header, "field_a1B2c__c", "自定义字段", "Shoe size"], "star": ["*" + h for h in header],
    }
    wrong = {variant: told(h) for variant, h in variants.items() if told(h) != (system, name)}
    assert not wrong


@pytest.mark.parametrize(("system", "name", "header"), EVERY)
def test_an_export_without_some_of_its_columns_is_recognised_or_left_alone_but_never_taken_for_another(system, name, header):
    for seed in range(20):
        chance = random.Random(seed)
        kept = [h for h in header if chance.random() > .25]
        assert told(kept) in {(system, name), None}, kept


@pytest.mark.slow
def test_one_missing_column_in_ten_costs_no_recognition_unless_the_rest_could_not_be_used():
    lost = total = 0
    for case in EVERY:
        system, name, header = case.values
        export = next(e for e in exports() if (e.system, e.name) == (system, name))
        for seed in range(10):
            chance = random.Random(seed)
            kept = [h for h in header if chance.random() > .1]
            found = export.found(tuple(kept))
            if all(any(part in found for part in group.split("|")) for group in export.needed):
                total += 1
                lost += told(kept) != (system, name)
    assert total > 700
    assert lost / total < .03, f"{lost} of {total}"


@pytest.mark.parametrize("name", DECOYS)
def test_a_table_of_another_kind_is_no_export(name):
    assert told(cells(DECOYS[name])) is None


def test_renamed_labels_of_a_tenant_leave_enough_to_tell():
    renamed = {"客户编号": "会员档案号", "客户名称": "会员姓名", "电话": "会员手机", "客户级别": "会员等级",
               "负责人": "专属顾问"}
    header = [renamed.get(h, h) for h in cells(FXIAOKE["customers"][0])]
    assert told(header) == ("fxiaoke", "customers")


def test_a_preamble_tells_a_report_of_google_analytics():
    header = ("Nth day", "Users")
    assert told(header) is None
    found = recognise(header, ("# ----", "# Start date: 20260101", "# End date: 20260131"))
    assert (found.export.system, found.export.name) == ("google_analytics", "report")
    assert found.export.kept_out


def test_labels_are_compared_without_width_case_blanks_marks_and_units():
    for written in ("Record ID", "record_id", "ＲＥＣＯＲＤ　ＩＤ", "\ufeffRecord-ID", "*Record ID", "Record ID（必填）",
                    "Record ID (text)"):
        assert plain(written) == "recordid"
    assert plain("客戶編號") == plain("客户编号")
    assert plain("Contact Owner.id") != plain("Contact Owner")
    assert plain("（备注）") != ""


def test_of_several_labels_of_a_field_the_usual_one_counts_and_of_two_equal_headers_the_first():
    export = Export("x", "y", {"phone": "Mobile|Phone"}, needed=(), tells=("phone",))
    assert export.found(("Phone", "mobile", "Mobile")) == {"phone": "mobile"}


def test_a_question_is_told_by_its_words_and_a_reason_is_no_score():
    header = (*cells(SYSTEMS["questionpro"]["responses"][1])[:8], "您给出推荐分数的原因是什么？", "您有多大可能推荐我们？",
              "办理是否费力？", "整体满意度")
    found = recognise(header).found
    assert {name: found[name] for name in ("text", "nps", "ces", "csat")} == {
        "text": "您给出推荐分数的原因是什么？", "nps": "您有多大可能推荐我们？", "ces": "办理是否费力？", "csat": "整体满意度",
    }


def test_a_question_is_told_by_its_label_where_the_column_is_only_numbered():
    header = ("ResponseID", "Timestamp", "ResponseStatus", "ExternalReference", "RespondentEmail", "Q1", "Q2")
    found = recognise(header, labels={"Q1": "您对服务满意吗？", "Q2": "您有多大可能推荐我们？"}).found
    assert (found["csat"], found["nps"]) == ("Q1", "Q2")
    assert "nps" not in recognise(header).found


def test_what_exports_declare_fits_together():
    for export in exports():
        fields = set(export.labels) | set(export.patterns)
        used = {part for columns in export.tables.values() for value in columns.values()
                for part in re.split("[|+]", value) if not part.startswith("=")}
        used |= {part for group in export.needed for part in group.split("|")} | set(export.tells)
        assert used <= fields, (export.system, export.name, used - fields)
        assert bool(export.tables) != bool(export.kept_out)
