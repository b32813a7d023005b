"""reading/transcripts.py: turns of talks from text, captions and the odd notations of transcription services."""

import pytest

from helpers.reading.transcripts import Turn, looks_like_transcript, number_of, parse, rows_of

CALL = """通话编号：TH001
通话时间：2025-03-01 10:20
会员号：M0001

客服：您好，请问有什么可以帮您？
客户：包裹还没到。
订单号：12345
客服：我帮您查。
客户：太失望了，
不想要了
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse(text.splitlines(keepends=True)).turns]


def test_a_call_gives_its_number_its_time_and_its_turns_and_a_label_by_chance_is_no_speaker():
    talk = parse(CALL.splitlines(keepends=True))
    assert talk.about == {"call id": "TH001", "started at": "2025-03-01 10:20", "member no": "M0001"}
    assert told(CALL) == [("客服", "您好，请问有什么可以帮您？"), ("客户", "包裹还没到。 订单号：12345"),
                          ("客服", "我帮您查。"), ("客户", "太失望了， 不想要了")]
    assert rows_of(talk, "x")[0][:3] == ["TH001", "M0001", "2025-03-01 10:20"]


@pytest.mark.parametrize(("line", "turn"), [
    ("[00:01:23] Speaker 1: hello there", ("Speaker 1", "00:01:23", "hello there")),
    ("Speaker 2 (00:01:25): it broke", ("Speaker 2", "00:01:25", "it broke")),
    ("00:00:05 客服小王：您好", ("客服小王", "00:00:05", "您好")),
    ("客户 00:12：没到", ("客户", "00:12", "没到")),
    ("【客户】：坏了", ("客户", "", "坏了")),
    ("**Agent:** hi", ("Agent", "", "hi")),
    ("Agent（12）: it is 5 o'clock: late", ("Agent（12）", "", "it is 5 o'clock: late")),
    ("<v Customer>It broke</v>", ("Customer", "", "It broke")),
])
def test_speakers_and_moments_are_read_in_many_notations(line, turn):
    assert parse([line]).turns == [Turn(*turn)]


def test_a_speaker_above_her_words_is_told():
    assert told("说话人1 00:05\n您好\n\n说话人2 00:09\n坏了\n说话人1 00:12\n抱歉") == [
        ("说话人1", "您好"), ("说话人2", "坏了"), ("说话人1", "抱歉")]


def test_captions_lose_their_numbers_times_notes_and_tags():
    vtt = ("WEBVTT\n\nNOTE made by a machine\nof two lines\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Agent>Hi\n\n2\n"
           "00:00:03.000 --> 00:00:05.000 align:start\n<v Customer>It <i>broke</i> after\ntwo uses\n")
    assert told(vtt) == [("Agent", "Hi"), ("Customer", "It broke after two uses")]
    srt = ("1\n00:00:01,000 --> 00:00:02,000\n客服：您好\n\n2\n00:00:03,000 --> 00:00:05,000\n客户：坏了\n不想要了\n\n3\n"
           "00:00:06,000 --> 00:00:07,000\n客服：抱歉\n")
    assert told(srt) == [("客服", "您好"), ("客户", "坏了 不想要了"), ("客服", "抱歉")]
    assert [turn.start for turn in parse(srt.splitlines(keepends=True)).turns] == ["00:00:01,000", "00:00:03,000",
                                                                                 "00:00:06,000"]


def test_a_text_without_speakers_is_one_turn_of_nobody_and_an_empty_one_has_none():
    assert told("The parcel came late.\nI am not happy.") == [("", "The parcel came late. I am not happy.")]
    assert told("\n \n") == []


def test_five_megabytes_in_one_line_are_read_at_once():
    [(speaker, text)] = told("客户：" + "质量不行，" * 350_000)
    assert (speaker, len(text)) == ("客户", 1_750_000)


@pytest.mark.parametrize(("content", "is_one"), [
    (CALL, True), ("WEBVTT\n\n00:01.000 --> 00:02.000\nhi", True), ("1\n00:00:01,000 --> 00:00:02,000\nhi\n", True),
    ("Speaker 1: a\nSpeaker 2: b\nSpeaker 1: c\n", True),
    ("id,name\n1,Ann\n2,Bob\n", False), ("Note: this\nDate: that\nBy: me\nOf: you\n", False), ("", False),
    ("客户：张三\n客户：李四\n客户：王五\n", False),  # a list, not a talk
    ("时间：2025-01-01\n会员号：1\n编号：2\n", False),
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_transcript_is_told_from_other_texts_in_any_encoding(content, is_one, encoding):
    assert looks_like_transcript(content.encode(encoding)) == is_one


def test_a_letter_cut_in_two_at_the_end_of_the_look_does_no_harm():
    assert looks_like_transcript(CALL.encode()[:-2])


def test_a_file_gives_its_talk_a_number_but_never_a_name_that_may_be_a_persons():
    codes = {"calls/TH202501.txt": "TH202501", "0007.srt": "0007", "call-12_a.vtt": "call-12_a"}
    assert {name: number_of(name) for name in codes} == codes
    for name in ("张伟访谈.txt", "Ann Smith.txt", "interview.txt"):
        assert number_of(name).startswith("talk-")
        assert number_of(name) == number_of(name) != number_of("b/" + name)
    assert number_of("a/01.txt", is_shared=True) != number_of("b/01.txt", is_shared=True)
