"""Transcripts of one call in five (2024 as JSON of talks, 2025 as CSV of turns) and a dozen interviews as text and Word files.

What customers say agrees with the case's topic and with what they truly feel; what agents say (sorry, thank you, at once)
agrees with nothing, so that whoever reads the agent's words is misled. Drawn from a stream of its own: no other file changes.
"""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from helpers.simulation import voice
from helpers.simulation.files import CsvFile, JsonLines, times
from helpers.simulation.settings import Plan, date_of, generator, moment_of
from helpers.simulation.truth import Truth
from helpers.simulation.world import Chunk

WRITTEN, NAMELESS, IDENTIFIED = .2, .02, .2  # of calls; of them: speakers without roles; callers who say name and phone
TURNS = ["通话编号", "轮次", "说话人", "开始时间", "文本"]
ASPECT_OF_QUESTION = {"查询物流": 0, "开具发票": 3, "退换货": 3, "会员积分": 2, "商品咨询": 1}
OPENING = {  # topic → how callers begin, in Chinese and in English
    "配送延误": ("我的包裹一直没到", "my parcel has not arrived"),
    "商品破损": ("收到的东西是破的", "what I received is broken"),
    "质量问题": ("买的东西质量有问题", "there is a problem with what I bought"),
    "服务态度": ("我要反映店员的态度", "I would like to talk about your staff"),
    "退款缓慢": ("我的退款一直没到账", "my refund has not come"),
    "查询物流": ("我想查一下物流到哪了", "I would like to track a parcel"),
    "开具发票": ("我想开一张发票", "I need an invoice"),
    "退换货": ("我想换一个尺寸", "I would like another size"),
    "会员积分": ("我想问一下积分怎么用", "I have a question about my points"),
    "商品咨询": ("我想问一个商品的用法", "I have a question about a product"),
}
GREETS = "您好，客服{k}号为您服务，请问有什么可以帮您？"
SORRY = "非常抱歉给您带来不好的体验，我马上为您查询。"
DONE = "已经为您登记，感谢您的耐心，祝您生活愉快。"
HELLO = ("喂，你好。", "您好。", "喂，您好，", "你好，")
BYE = ("好的，谢谢，再见。", "嗯，谢谢。", "行，再见。", "好的好的，谢谢你啊。")
FILLER = ("嗯，", "那个，", "呃，", "", "", "")
ASKS = ("请谈谈您最近一次购物的感受。", "还有什么想说的吗？")
N_INTERVIEWS, N_ENGLISH, N_DOCUMENTS = 12, 2, 2
SCHEMA = "http://schemas.openxmlformats.org"
KIND = "application/vnd.openxmlformats-"
PARTS = {  # of a Word document: name → content
    "[Content_Types].xml":
        f'<Types xmlns="{SCHEMA}/package/2006/content-types"><Default Extension="rels" '
        f'ContentType="{KIND}package.relationships+xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{KIND}officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels":
        f'<Relationships xmlns="{SCHEMA}/package/2006/relationships"><Relationship Id="rId1" Target="word/document.xml" '
        f'Type="{SCHEMA}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "word/document.xml":
        f'<w:document xmlns:w="{SCHEMA}/wordprocessingml/2006/main"><w:body>{{}}</w:body></w:document>',
}


class Transcripts:
    """Files of turns, of talks, and of interviews."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.truth, self.folder = plan, truth, raw / "transcripts"
        self.talks = JsonLines(self.folder / "通话转写_2024.jsonl")
        self.turns = CsvFile(self.folder / "通话转写_2025.csv", TURNS, encoding="gb18030")
        self.n_by_turns = 0  # talks in the file of turns
        self.interviews: list[Talks] = []

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source; their rows are talks."""
        by_turns = Talks(self.turns.path, self.n_by_turns)
        return [("transcripts", file) for file in (self.talks, by_turns, *self.interviews) if file.rows]

    def write(self, chunk: Chunk) -> None:
        rng = generator(self.plan, chunk.number, "transcripts")
        self._write_calls(chunk, rng)
        if chunk.number == 0:
            self._write_interviews(chunk, rng)

    def close(self) -> None:
        """Close the files; one without a call (few people) is taken away, as no system delivers it."""
        for file in (self.talks, self.turns):
            file.close()
            if not file.rows:
                file.path.unlink()

    def _write_calls(self, chunk: Chunk, rng) -> None:
        every = chunk.cases
        number = call_numbers(chunk)
        chosen = np.flatnonzero(every["is_call"].to_numpy() & (rng.random(len(every)) < WRITTEN))
        cases = every.iloc[chosen].assign(number=number[chosen]).sort_values("opened", kind="stable").reset_index(drop=True)
        told = _words(cases, chunk.people, rng)
        said = _talks(cases, told, chunk.people, rng)
        year = date_of(cases["opened"].to_numpy()).astype("datetime64[Y]").astype(int) + 1970
        at = times(moment_of(cases["opened"].to_numpy()))
        for i in np.flatnonzero(year == 2024):
            turns = [{"speaker": who, "start": round(start, 1), "text": text} for who, start, text in said[i]]
            line = {"call_id": cases["number"][i], "call_time": at[i], "turns": turns}
            self.talks.append_text(json.dumps(line, ensure_ascii=False).encode() + b"\n", 1)
        rows = [(cases["number"][i], k, who, f"00:{int(start) // 60:02d}:{int(start) % 60:02d}", text)
                for i in np.flatnonzero(year == 2025) for k, (who, start, text) in enumerate(said[i], 1)]
        if rows:
            self.turns.append(pd.DataFrame(rows, columns=TURNS))
            self.n_by_turns += int((year == 2025).sum())
        self.truth.add_feedback("transcripts", cases["number"], chunk.people, told)

    def _write_interviews(self, chunk: Chunk, rng) -> None:
        """Write a dozen interviews with members who bought: ten in Chinese as text, two in English as captions."""
        people = chunk.people
        western = people["is_western"].to_numpy()
        bought = np.bincount(chunk.orders["row"], minlength=len(people)) > 1
        member = people["in_member"].to_numpy() & (people["joined"].to_numpy() < 500)
        rows = [*rng.permutation(np.flatnonzero(bought & member & ~western))[:N_INTERVIEWS - N_ENGLISH],
                *rng.permutation(np.flatnonzero(bought & member & western))[:N_ENGLISH]]
        if not rows:
            return
        mood = voice.sentiments(people["satisfaction"].to_numpy()[rows], rng)
        texts, aspect = voice.say(mood, rng.integers(0, 6, len(rows)), np.full(len(rows), ""), rng, is_english=western[rows])
        day, ids = rng.uniform(520, 700, len(rows)), []
        for i, row in enumerate(rows):
            ids.append(f"FT{i + 1:04d}")
            suffix = ".vtt" if western[row] else ".docx" if i < N_DOCUMENTS else ".txt"
            file = self.folder / "访谈" / f"{ids[-1]}{suffix}"
            file.parent.mkdir(parents=True, exist_ok=True)
            about = [f"访谈编号：{ids[-1]}", f"访谈时间：{times(moment_of(day[i:i + 1]))[0]}",
                     f"会员号：{people['member_no'].iloc[row]}", ""]
            said = (("主持人", ASKS[0]), ("受访者", f"嗯，{texts[i]}"), ("主持人", f"谢谢，非常满意！{ASKS[1]}"),
                    ("受访者", "没有了，谢谢。"))
            if suffix == ".docx":
                _write_document(file, [*about, *(line for k, (who, words) in enumerate(said)
                                                 for line in (f"{who}   00:00:{9 * k:02d}", words))])
            else:
                lines = _captions(texts[i]) if western[row] else [*about, *(f"{who}：{words}" for who, words in said)]
                file.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
            self.interviews.append(Talks(file, 1))
        self.truth.add_feedback("transcripts", ids, people, pd.DataFrame({
            "row": rows, "sentiment": mood, "aspect": aspect, "is_english": western[rows], "text": texts}))


class Talks(NamedTuple):
    """A written file and its number of talks, for the list of files."""

    path: Path
    rows: int


def call_numbers(chunk: Chunk) -> np.ndarray:
    """Return the numbers that the call log gives the cases of a chunk (its calls, that is)."""
    days = np.char.replace(np.datetime_as_string(date_of(chunk.cases["opened"].to_numpy())), "-", "")
    return np.array([f"TH{day}{chunk.number:04d}{i:06d}" for i, day in enumerate(days)], dtype=object)


def _words(cases: pd.DataFrame, people: pd.DataFrame, rng) -> pd.DataFrame:
    """Return what the callers truly feel and say: row, sentiment, aspect, is_english, text."""
    row = cases["row"].to_numpy()
    felt = people["satisfaction"].to_numpy()[row]
    mood = voice.sentiments(np.where(cases["is_failure"], np.minimum(felt, 0) - 1.2, felt + .2), rng)
    about = np.array([voice.OF_CAUSE.get(topic, ASPECT_OF_QUESTION.get(topic, 3)) for topic in cases["topic"]])
    english = people["is_western"].to_numpy()[row]
    texts, aspect = voice.say(mood, about, np.full(len(cases), ""), rng, is_english=english)
    return pd.DataFrame({"row": row, "sentiment": mood, "aspect": aspect, "is_english": english, "text": texts})


def _talks(cases: pd.DataFrame, told: pd.DataFrame, people: pd.DataFrame, rng) -> list[list[tuple[str, float, str]]]:
    """Return the turns of each call: (speaker, second, text)."""
    draw, talks = rng.random((len(cases), 6)), []
    name, phone = people["full_name"].to_numpy()[told["row"]], people["phone"].to_numpy()[told["row"]]
    for i, (topic, words, english) in enumerate(zip(cases["topic"], told["text"], told["is_english"], strict=True)):
        agent, caller = ("Agent", "Customer") if english else ("客服", "客户")
        if draw[i, 0] < NAMELESS:
            agent, caller = ("Speaker 1", "Speaker 2") if english else ("说话人1", "说话人2")
        opening, greets = _opening(topic, english, draw[i]), draw[i, 0] >= NAMELESS
        turns = [(agent, (f"Hello, agent {i % 9 + 1} speaking." if english else GREETS.format(k=f"{i % 9 + 1:02d}")) if greets
                  else "..."), *([] if english else [(caller, HELLO[int(draw[i, 1] * len(HELLO))])]), (caller, opening),
                 (agent, "I am so sorry about that, let me check." if english else SORRY)]
        if draw[i, 2] < IDENTIFIED:
            turns.append((caller, f"My name is {name[i]}, my number is {phone[i]}." if english else
                          f"我叫{name[i]}，手机号是{phone[i]}。"))
        turns += [(caller, f"{'Um, ' if english else FILLER[int(draw[i, 3] * len(FILLER))]}{words}"),
                  (agent, "Thank you for your patience, that is settled." if english else DONE),
                  (caller, "Okay, thanks, bye." if english else BYE[int(draw[i, 4] * len(BYE))])]
        start = np.cumsum([0.0, *(2 + .18 * len(text) for _, text in turns[:-1])])
        talks.append([(who, float(at), text) for (who, text), at in zip(turns, start, strict=True)])
    return talks


def _opening(topic: str, english: bool, draw: np.ndarray) -> str:
    if english:
        return f"Hi, {OPENING[topic][1]}."
    return f"{FILLER[int(draw[5] * len(FILLER))]}{OPENING[topic][0]}。"


def _write_document(file: Path, lines: list[str]) -> None:
    """Write a Word document, a paragraph a line; the same lines give the same bytes."""
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in PARTS.items():
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content.format(body), zipfile.ZIP_DEFLATED)


def _captions(text: str) -> list[str]:
    """Return an interview in English as WebVTT."""
    said = (("Interviewer", "Please tell me about your last purchase."), ("Respondent", f"Um, {text}"),
            ("Interviewer", "Wonderful, thank you."), ("Respondent", "Thanks, bye."))
    lines = ["WEBVTT", ""]
    for i, (who, words) in enumerate(said):
        lines += [str(i + 1), f"00:00:{7 * i:02d}.000 --> 00:00:{7 * i + 6:02d}.000", f"<v {who}>{words}", ""]
    return lines
