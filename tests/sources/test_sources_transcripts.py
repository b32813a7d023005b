"""sources/transcripts.py, speakers.py: only the customer's own words, however labelled; the rest is set aside and counted."""

import json

import ibis
import pandas as pd
import pytest

import word_files as word
from helpers import datasets, new_dataset, paths, sources
from helpers.collection.collection import with_callers
from helpers.collection.recognition import recognise
from helpers.datasets import Source
from helpers.errors import UserError
from helpers.sources.speakers import roles, words
from helpers.sources.transcripts import NOT_TOLD

BUSINESS = datasets.Business(currency="CNY", time_zone="Asia/Shanghai", contractual=False, snapshot_date="2025-12-31")
TABLES = {"feedback": {"feedback_id": "talk number", "customer_id": "talk customer", "received_at": "talk time",
                       "channel": "talk channel", "text": "customer words"}}
CALL = (
    "客服：您好，请问有什么可以帮您？\n客户：喂，你好。\n客户：嗯 那个，包裹等了一个多星期。\n客服：好的。\n"
    "客户：好的，谢谢，再见。\n"
)


@pytest.fixture
def raw(home):
    folder = paths.layer("complete_journey", "raw")
    folder.mkdir(parents=True)
    return folder


def read(raw, pattern="*", **more) -> pd.DataFrame:
    source = Source(name="test", system="transcripts", pattern=pattern, tables=TABLES, **more)
    module = sources.module("transcripts")
    found = module.read(source, module.files(source, raw), business=BUSINESS, connection=ibis.duckdb.connect())
    return found["feedback"].order_by("source_row").to_pandas()


# --- whose words


@pytest.mark.parametrize(("labels", "customer"), [
    (["客服", "客户"], "客户"), (["坐席01", "用户"], "用户"), (["Agent", "Customer"], "Customer"),
    (["客户服务", "客户"], "客户"), (["Customer Support", "Customer"], "Customer"), (["主持人", "受访者A"], "受访者A"),
    (["Interviewer", "P. Smith"], "P. Smith"), (["客服", "王女士"], "王女士"), (["BOT", "Agent", "Visitor"], "Visitor"),
])
def test_the_customer_is_told_by_the_labels(labels, customer):
    found = roles([(label, "…") for label in labels])
    assert [label for label, role in found.items() if role == "customer"] == [customer]


def test_of_two_nameless_speakers_the_one_who_greets_as_service_is_the_agent():
    assert roles([("A", "感谢您致电，请问有什么可以帮您？"), ("B", "坏了")]) == {"A": "agent", "B": "customer"}
    assert roles([("S1", "It broke"), ("S2", "How can I help you?")]) == {"S1": "customer", "S2": "agent"}
    assert set(roles([("A", "坏了"), ("B", "抱歉")]).values()) == {""}
    assert set(roles([("A", "How may I help"), ("B", "How can I help"), ("C", "x")]).values()) == {""}


def test_dataset_yml_may_say_who_is_who():
    assert roles([("A", "坏了"), ("B", "抱歉")], {"customer": "a"}) == {"A": "customer", "B": ""}
    assert roles([("A", "坏了"), ("B", "抱歉")], {"agent": "B|C"}) == {"A": "customer", "B": "agent"}


@pytest.mark.parametrize(("said", "kept"), [
    (["喂，你好。", "嗯 那个，包裹没到", "好的，谢谢，再见。"], "包裹没到。"),
    (["Um, you know, it broke. Uh I want a refund", "Okay, thanks, bye."], "it broke. I want a refund."),
    (["这个东西额度不够！", "啊这件太小"], "这个东西额度不够！啊这件太小。"),  # no filler inside a word or a sentence
    (["好的东西", "no problem at all with it"], "好的东西。no problem at all with it."),
    (["谢谢", "嗯嗯嗯", "Thank you very much!"], None), ([], None), (["  "], None),
])
def test_fillers_and_greetings_go_and_everything_else_stays(said, kept):
    assert words(said) == kept


def test_a_long_row_of_fillers_costs_no_time():
    assert words(["嗯" * 50_000 + "x"]).endswith("x。")


# --- files


def test_a_text_file_gives_the_words_of_the_customer_and_goes_by_its_name(raw):
    (raw / "TH007.txt").write_text(CALL, encoding="utf-8")
    [row] = read(raw).to_dict("records")
    assert (row["feedback_id"], row["channel"], row["text"]) == ("TH007", "call", "包裹等了一个多星期。")
    assert pd.isna(row["customer_id"])
    assert pd.isna(row["problem"])


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_encodings_as_phone_systems_write_them_are_read(raw, encoding):
    (raw / "a.txt").write_bytes(CALL.replace("\n", "\r\n").encode(encoding))
    assert read(raw)["text"].tolist() == ["包裹等了一个多星期。"]


def test_what_is_above_an_interview_names_customer_and_time_in_the_zone_of_the_business(raw):
    (raw / "x.txt").write_text("访谈编号：FT1\n访谈时间：2025-06-01 09:30\n会员号：M1\n主持人：请讲\n受访者：价格太高了。\n",
                               encoding="utf-8")
    [row] = read(raw).to_dict("records")
    assert (row["feedback_id"], row["customer_id"], row["channel"]) == ("FT1", "M1", "interview")
    assert row["received_at"] == pd.Timestamp("2025-06-01 01:30", tz="UTC")


def test_talks_without_speakers_with_unknown_ones_or_without_anything_are_set_aside_and_counted(raw):
    (raw / "1.txt").write_text("没有标签的一段话。\n", encoding="utf-8")
    (raw / "2.txt").write_text("说话人1：坏了\n说话人2：抱歉\n说话人1：退款\n", encoding="utf-8")
    (raw / "3.txt").write_text(" \n\n", encoding="utf-8")
    (raw / "4.txt").write_text("客服：您好\n客服：在吗\n", encoding="utf-8")
    (raw / "5.txt").write_text("客户：一个人说话。\n", encoding="utf-8")
    (raw / "6.csv").write_text("说话人,轮次,文本\n甲,1,坏了\n乙,2,抱歉\n", encoding="utf-8")
    found = read(raw).set_index("feedback_id")
    assert found.loc[["1", "2", "3", "4", "6"], "problem"].tolist() == [NOT_TOLD] * 5
    assert found.loc["5", "text"] == "一个人说话。"
    assert found["source_row"].is_unique


def test_documents_of_both_languages_give_the_words_of_the_customer(raw):
    word.write(raw / "TH007.docx", "会议时间：2025/11/05 15:00 - 16:00", "客服01 00:00:03", "您好，请问有什么可以帮您？",
               "王女士 00:00:09", "嗯，包裹等了一个多星期。")
    word.write(raw / "TH008.docx", "Call-20251105", "November 5, 2025, 3:00PM", "Support, Tier 1   0:03\nHow can I help?",
               "Smith, John   0:09\nUm, it broke after two uses.")
    word.write(raw / "TH009.docx")
    word.write(raw / "TH010.docx", "Only a letter, by nobody.")
    found = read(raw).set_index("feedback_id")
    assert found["text"].fillna("").to_dict() == {
        "TH007": "包裹等了一个多星期。", "TH008": "it broke after two uses.", "TH009": "", "TH010": ""}
    assert found.loc[["TH009", "TH010"], "problem"].tolist() == [NOT_TOLD] * 2
    assert found.loc[["TH007", "TH008"], "received_at"].tolist() == [pd.Timestamp("2025-11-05 07:00", tz="UTC")] * 2


@pytest.mark.parametrize("name", ["a.doc", "a.docx"])
def test_an_old_document_is_refused_in_one_line_that_says_what_to_do(raw, name):
    (raw / name).write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    with pytest.raises(UserError, match="is an old Word document .*save it as .docx"):
        read(raw)


def test_a_customer_who_only_greets_has_said_nothing(raw):
    (raw / "a.txt").write_text("客服：您好\n客户：喂，你好。\n客服：再见\n客户：再见\n", encoding="utf-8")
    [row] = read(raw).to_dict("records")
    assert row["text"] is None or pd.isna(row["text"])
    assert pd.isna(row["problem"])  # cleaning sets it aside: nothing was said


@pytest.mark.slow
def test_turns_of_a_table_and_of_json_make_the_same_talks(raw):
    rows = [("T1", 1, "客服", "您好"), ("T1", 2, "客户", "坏了"), ("T2", 1, "Agent", "Hi"), ("T2", 2, "Customer", "Um late"),
            ("T1", 3, "客户", "退款")]
    csv = "\n".join(",".join(map(str, row)) for row in [("通话编号", "轮次", "说话人", "文本"), *rows])
    (raw / "turns.csv").write_bytes(csv.encode("gb18030"))
    flat = [dict(zip(("call_id", "turn", "speaker", "text"), row, strict=True)) for row in rows]
    (raw / "flat.jsonl").write_text("\n".join(json.dumps(row) for row in flat), encoding="utf-8")
    talks = [{"call_id": call, "call_time": "2025-05-01T10:00:00+08:00", "member_no": "M9",
              "turns": [{"speaker": r[2], "text": r[3], "start": 1.5} for r in rows if r[0] == call]} for call in ("T1", "T2")]
    (raw / "talks.jsonl").write_text("\n".join(json.dumps(talk) for talk in talks), encoding="utf-8")
    (raw / "array.json").write_text(json.dumps(talks), encoding="utf-8")
    expected = {"T1": "坏了。退款。", "T2": "late."}
    for name in ("turns.csv", "flat.jsonl", "talks.jsonl", "array.json"):
        assert read(raw, name).set_index("feedback_id")["text"].to_dict() == expected, name
    told = read(raw, "talks.jsonl")
    assert told["customer_id"].tolist() == ["M9", "M9"]
    assert told["received_at"].iloc[0] == pd.Timestamp("2025-05-01 02:00", tz="UTC")


def test_files_of_one_name_in_two_folders_are_two_talks(raw):
    for folder in ("a", "b"):
        (raw / folder).mkdir()
        (raw / folder / "01.txt").write_text(CALL, encoding="utf-8")
    assert read(raw, "**/*.txt")["feedback_id"].nunique() == 2


def test_options_say_what_the_files_do_not(raw):
    (raw / "a.txt").write_text("Speaker 1: it broke\nSpeaker 2: sorry\nSpeaker 1: refund\n", encoding="utf-8")
    [row] = read(raw, options={"customer": "Speaker 1", "channel": "interview"}).to_dict("records")
    assert (row["text"], row["channel"]) == ("it broke. refund.", "interview")


def test_the_size_of_a_file_is_its_talks(raw):
    (raw / "a.txt").write_text(CALL, encoding="utf-8")
    source = Source(name="test", system="transcripts", pattern="*", tables=TABLES)
    assert sources.module("transcripts").size(source, "a.txt", raw / "a.txt") == (1, 5)


# --- whose call it was, and how a folder is recognised


def test_a_call_without_a_customer_gets_that_of_the_case_of_its_number_and_others_keep_theirs():
    at = pd.to_datetime(["2025-01-02", "2025-01-03"], utc=True)
    feedback = ibis.memtable(pd.DataFrame({
        "feedback_id": ["T1", "T2", "T1", "T3"], "customer_id": [None, "own", None, None],
        "received_at": pd.to_datetime([None, "2024-01-01", None, None], utc=True),
        "channel": ["call", "call", "review", "call"], "problem": pd.Series([None] * 4, dtype="str")}))
    cases = ibis.memtable(pd.DataFrame({"case_id": ["T1", "T2"], "customer_id": ["c1", "c2"], "opened_at": at,
                                        "problem": pd.Series([None] * 2, dtype="str")}))
    found = with_callers(feedback, cases).to_pandas()
    assert list(found.columns) == list(feedback.columns)
    by = {(r.feedback_id, r.channel): (r.customer_id, r.received_at) for r in found.itertuples()}
    assert by[("T1", "call")] == ("c1", at[0])
    assert by[("T2", "call")] == ("own", pd.Timestamp("2024-01-01", tz="UTC"))
    assert pd.isna(by[("T1", "review")][0])
    assert pd.isna(by[("T3", "call")][0])


@pytest.mark.parametrize("header", [
    "通话编号,轮次,说话人,开始时间,文本", "call_id,speaker,start,end,text",
    "call id,member no,started at,speaker,start,utterance",
    "call_id,call_time,turns", "Conversation ID,Turn,Speaker Role,Utterance",
])
def test_tables_of_turns_and_of_talks_are_recognised(header):
    assert recognise(tuple(header.split(","))).export.system == "transcripts"


@pytest.mark.slow
def test_a_folder_of_transcripts_is_proposed_and_loads(home, tmp_path, capsys):
    for i in range(3):
        (tmp_path / f"TH00{i}.txt").write_text(CALL + "客服：好的\n", encoding="utf-8")
    word.write(tmp_path / "TH009.docx", "客服 00:00:03", "您好。", "客户 00:00:09", "坏了。", "客服 00:00:12", "好的。")
    rows = "\n".join(f"X{i},{k},{who},说了一句话" for i in range(30) for k, who in enumerate(("客服", "客户")))
    (tmp_path / "轮次.csv").write_text("通话编号,轮次,说话人,文本\n" + rows + "\n", encoding="utf-8")
    assert new_dataset.main(["DATASET=talks", f"FROM={tmp_path}"]) == 0
    settings = datasets.load("talks")
    assert {source.system for source in settings.sources} == {"transcripts"}
    module = sources.module("transcripts")
    raw = paths.layer("talks", "raw")
    found = [module.read(s, module.files(s, raw), business=BUSINESS, connection=ibis.duckdb.connect())["feedback"].to_pandas()
             for s in settings.sources]
    assert sum(map(len, found)) == 34
    assert pd.concat(found)["problem"].isna().all()
