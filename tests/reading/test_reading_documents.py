"""reading/documents.py: talks in Word documents as their makers write them, and files that are none."""

import zipfile

import ibis
import pytest

import word_files as word
from helpers.errors import UserError
from helpers.reading import read_tables
from helpers.reading.documents import is_document, is_transcript, lines_of
from helpers.reading.transcripts import parse

MAKERS = {
    "Teams, a paragraph a turn": [
        "Weekly call-20251105_150012-Meeting Recording", "November 5, 2025, 3:00PM", "32m 5s", "Li, Na started transcription",
        "Li, Na   0:03\nHow was it?", "Christopher Montgomery-Smith   1:12:09\nIt broke.\nI paid 300",
        "Li, Na   1:12:20\nSorry."],
    "Teams, with arrows": [
        "0:0:5.100 --> 0:0:8.250\nLi, Na\nHow was it?", "0:0:8.5 --> 0:0:10.300\nChristopher Montgomery-Smith\nIt broke.",
        "0:0:11.0 --> 0:0:12.0\nChristopher Montgomery-Smith\nI paid 300", "0:0:12.5 --> 0:0:13.0\nLi, Na\nSorry."],
    "a table": [word.table(("1", "00:03", "Li, Na", "How was it?"),
                           ("2", "00:09", "Christopher Montgomery-Smith:", "It broke."),
                           ("3", "00:12", "Christopher Montgomery-Smith:", "I paid 300"), ("4", "00:15", "Li, Na", "Sorry."))],
}


def talk_of(tmp_path, *parts: str):
    return parse(lines_of(word.write(tmp_path / "a.docx", *parts), "a.docx"))


@pytest.mark.parametrize("maker", MAKERS)
def test_names_of_any_length_above_or_beside_their_words_are_speakers(maker, tmp_path):
    said = {}
    for turn in talk_of(tmp_path, *MAKERS[maker]).turns:
        said[turn.speaker] = f"{said.get(turn.speaker, '')} {turn.text}".strip()
    said.pop("", None)
    assert said == {"Li, Na": "How was it? Sorry.", "Christopher Montgomery-Smith": "It broke. I paid 300"}


@pytest.mark.parametrize("lines", [
    ["说话人1 00:00:03", "您好，请讲。", "说话人2 00:00:05", "东西坏了。"],  # 讯飞听见
    ["说话人1(00:00:03): 您好，请讲。", "说话人2(00:00:05): 东西坏了。"],  # 腾讯会议
    ["发言人1  00:03\n您好，请讲。", "发言人2  00:05\n东西坏了。"],
    ["00:00:03 Speaker 1", "您好，请讲。", "00:00:05 Speaker 2", "东西坏了。"],  # Word
    ["客服：您好，请讲。", "客户：东西坏了。"],
])
def test_speakers_without_names_and_roles_are_read_as_in_text_files(lines, tmp_path):
    turns = talk_of(tmp_path, *lines).turns
    assert [turn.text for turn in turns] == ["您好，请讲。", "东西坏了。"]
    assert len({turn.speaker for turn in turns} - {""}) == 2


def test_the_day_and_the_number_above_a_talk_are_kept(tmp_path):
    talk = talk_of(tmp_path, "访谈编号：FT1", "会员号：M1", "会议时间：2025/11/05 15:00 - 16:00", "主持人：请讲",
                   "受访者：太贵")
    assert talk.about == {"call id": "FT1", "member no": "M1", "started at": "2025/11/05 15:00"}
    assert talk_of(tmp_path, *MAKERS["Teams, a paragraph a turn"]).about == {"started at": "November 5, 2025, 3:00PM"}


def test_a_day_or_a_moment_in_what_is_said_names_nobody(tmp_path):
    talk = talk_of(tmp_path, "客服：哪天？", "客户：那天，", "2025-11-05", "客户：我等到  10:30", "客户：00:30 才到。")
    assert {turn.speaker for turn in talk.turns} == {"客服", "客户"}


def test_deleted_words_codes_and_repeated_boxes_are_not_said(tmp_path):
    file = word.write_body(tmp_path / "a.docx", word.HEAD + (
        "<w:p><w:r><w:t>客户：</w:t></w:r><w:del><w:r><w:delText>很好</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>坏了</w:t></w:r></w:ins>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>，退款</w:t></w:r></w:hyperlink>"
        "<mc:AlternateContent><mc:Choice><w:r><w:t>！</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>！</w:t></w:r></mc:Fallback>"
        "</mc:AlternateContent></w:p><w:sdt><w:sdtContent><w:p><w:r><w:t>客服：好</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    ) + word.TAIL)
    assert lines_of(file, "a.docx") == ["客户：坏了，退款！", "客服：好"]


# --- tables


TALK = ("Agent: How can I help?", "Customer: It broke.", "Agent: Sorry.", "Customer: I want a refund.")
TALK_ZH = ("客服：您好，请问怎么了？", "客户：东西坏了。", "客服：抱歉。", "客户：我要退款。")
FORMS = {
    "English": ([("Customer", "Zhang Wei"), ("Date", "2025-11-05"), ("Address", "12 Elm Street"), ("Phone", "555 0100")], TALK),
    "with an agent": ([("Agent", "Li Na"),
                       ("Customer", "Zhang Wei"), ("Date", "2025-11-05"), ("Address", "12 Elm Street")], TALK),
    "of two rows": ([("Date", "2025-11-05"), ("Customer name", "Zhang Wei, 12 Elm Street")], TALK),
    "Chinese": ([("日期", "2025-11-05"), ("客户姓名", "张伟"), ("客户", "张伟"), ("客户地址", "榆树街12号")], TALK_ZH),
}
PRIVATE = ("Zhang", "Elm", "张伟", "榆树", "555")


def customers(talk) -> str:
    return " ".join(turn.text for turn in talk.turns if turn.speaker.startswith(("Customer", "客户")))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["above", "below", "as lines"])
def test_particulars_of_a_table_or_of_lines_are_nobodys_words_and_tell_the_day(form, place, tmp_path):
    rows, talk = FORMS[form]
    parts = {"above": [word.table(*rows), *talk], "below": [*talk, word.table(*rows)],
             "as lines": [*(f"{label}: {value}" for label, value in rows), *talk]}[place]
    found = talk_of(tmp_path, *parts)
    assert found.about == {"started at": "2025-11-05"}
    assert customers(found) == ("It broke. I want a refund." if talk is TALK else "东西坏了。 我要退款。")
    assert not [name for name in PRIVATE if name in customers(found)]


@pytest.mark.parametrize("rows", [
    [("Speaker", "Text"), ("Agent", "How can I help?"), ("Customer", "It broke.")],
    [("Agent", "How can I help?"), ("Customer", "It broke.")],
    [("Date", "2025-11-05"), ("Customer", "Zhang Wei"), ("Agent", "How can I help?"), ("Customer", "It broke.")],
    [("00:01", "Li, Na", "How can I help?"), ("00:03", "Customer", "It broke.")],
    [("Interviewer", "How was it?"), ("Customer", "It broke.")],
    [("Agent", "How can I help?"), ("Ms Smith", "Hm."), ("Customer", "It broke.")],
])
def test_people_talk_in_a_table_where_labels_recur_or_are_known_speakers(rows, tmp_path):
    assert customers(talk_of(tmp_path, word.table(*rows))) == "It broke."


def test_a_form_that_tells_the_day_or_an_address_is_no_talk_whatever_else_it_says(tmp_path):
    form = word.table(("Date", "2025-11-05"), ("Customer", "the lady of 12 Elm Street"), ("Topic", "Delivery"))
    assert lines_of(word.write(tmp_path / "a.docx", "Call", form, *TALK), "a.docx") == ["Date: 2025-11-05", "Call", *TALK]


def test_a_moment_beside_a_name_makes_a_turn_though_nobody_speaks_twice(tmp_path):
    rows = [("00:01", "Li, Na", "How can I help?"), ("00:03", "Smith, Ann", "It broke.")]
    assert [turn.speaker for turn in talk_of(tmp_path, word.table(*rows)).turns] == ["Li, Na", "Smith, Ann"]


def test_what_a_customer_says_first_is_kept_unless_it_is_only_a_name(tmp_path):
    for said in ("我的订单没到", "陈皮坏了", "My order broke", "it broke"):
        assert customers(talk_of(tmp_path, f"Customer: {said}", "Agent: Sorry.", "Customer: Hm.")) == f"{said} Hm."
    assert customers(talk_of(tmp_path, "Customer: Refund", "Agent: How?", "Phone: 123", "Customer: Hm.")) == "Refund Hm."
    assert customers(talk_of(tmp_path, *TALK, "Customer's address: 12 Elm Street")) == "It broke. I want a refund."
    assert customers(talk_of(tmp_path, "Phone: 123", "Customer: Maria", "Agent: How?", "Customer: Hm.")) == "Hm."
    assert customers(talk_of(tmp_path, "Agent: Your name?", "Customer: Zhang Wei", "Agent: Thanks.")) == "Zhang Wei"


def test_a_table_inside_a_table_is_read_once(tmp_path):
    inner = word.table(("Agent", "Hello?"), ("Customer", "It broke."))
    frame = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    assert lines_of(word.write(tmp_path / "a.docx", frame), "a.docx") == ["<v Agent>Hello?", "<v Customer>It broke."]
    beside = f"<w:tbl><w:tr><w:tc>{word.paragraph('a')}</w:tc><w:tc>{word.table(('x', 'y', 'z'))}</w:tc></w:tr></w:tbl>"
    assert lines_of(word.write(tmp_path / "b.docx", beside), "b.docx") == ["a: x y z"]


def test_moved_words_count_where_they_went_and_a_text_box_keeps_its_lines(tmp_path):
    moved = "<w:p><w:{0}><w:r><w:t>moved</w:t></w:r></w:{0}></w:p>"
    box = ("<w:p><w:r><w:pict><w:txbxContent>" + word.paragraph("one") + word.paragraph("two")
           + "</w:txbxContent></w:pict></w:r></w:p>")
    file = word.write(tmp_path / "a.docx", moved.format("moveFrom"), "here", moved.format("moveTo"), box)
    assert lines_of(file, "a.docx") == ["here", "moved", "one", "two"]


def test_strict_open_xml_is_read_as_any_document(tmp_path):
    body = word.HEAD + word.table(("Agent", "Hello?"), ("Customer", "It broke.")) + word.paragraph("end") + word.TAIL
    strict = body.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                          "http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert strict != body
    file = word.write_body(tmp_path / "a.docx", strict)
    assert lines_of(file, "a.docx") == ["<v Agent>Hello?", "<v Customer>It broke.", "end"]


# --- what is no talk


def test_an_encoding_that_is_none_is_refused_in_one_line(tmp_path):
    with pytest.raises(UserError, match="a.docx: is damaged"):
        lines_of(word.write_body(tmp_path / "a.docx", '<?xml version="1.0" encoding="foo"?><a/>'), "a.docx")


def test_a_document_without_text_has_no_lines_and_one_without_speakers_is_no_transcript(tmp_path):
    assert lines_of(word.write(tmp_path / "a.docx"), "a.docx") == []
    assert lines_of(word.write(tmp_path / "a.docx", "", "  "), "a.docx") == []
    assert not is_transcript(lines_of(word.write(tmp_path / "a.docx", "Report", "Sales rose.", "They rose by 3%."), "a.docx"))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
BAD = {
    "an old .doc": (OLE + "WordDocument".encode("utf-16-le"), "is an old Word document"),
    "with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
    "a text": ("客户：坏了".encode(), "is no Word document"), "a web page": (b"<html><p>x</p>", "is no Word document"),
    "cut off": (b"PK\x03\x04rest", "is not a complete zip archive"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_only_calls_itself_a_document_is_refused_in_one_line(name, tmp_path):
    content, said = BAD[name]
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(UserError, match=said) as error:
        lines_of(tmp_path / "a.docx", "a.docx")
    assert str(error.value).startswith("a.docx: ") and "\n" not in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(("xml", "said"), [
    ("<w:document>", "is damaged"), (word.HEAD + "<w:p></w:body>", "is damaged"),
    ('<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>', "is damaged"),
    (word.HEAD + "<w:p>" * 3000 + "</w:p>" * 3000 + word.TAIL, "is damaged"),
    (word.HEAD + "<w:p/>" * 6_000_000 + word.TAIL, "unpacks to far more"),
])
def test_damaged_hostile_and_endless_documents_are_refused_in_one_line(xml, said, tmp_path):
    with pytest.raises(UserError, match=said):
        lines_of(word.write_body(tmp_path / "a.docx", xml), "a.docx")


def test_another_zip_is_no_document(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(UserError, match="is no Word document"):
        lines_of(tmp_path / "a.docx", "a.docx")


def test_a_document_is_told_by_its_content_whatever_its_name(tmp_path):
    assert is_document(word.write(tmp_path / "talk", "x"))
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert not is_document(tmp_path / "a.txt")


@pytest.mark.slow
def test_a_talk_in_a_document_is_a_table_and_another_document_is_refused(tmp_path):
    talk = word.write(tmp_path / "a.docx", *MAKERS["Teams, a paragraph a turn"])
    [table] = read_tables(talk, connection=ibis.duckdb.connect())
    assert table.rows.to_pandas()["speaker"].value_counts()["Li, Na"] == 2
    with pytest.raises(UserError, match="is a document; export the table"):
        read_tables(word.write(tmp_path / "b.docx", "A letter."), connection=ibis.duckdb.connect())
