"""Transcripts of talks as text: lines that begin with who speaks ("客服：…", "[00:01:23] Speaker 1: …"), .srt and .vtt.

A transcript becomes turns: who (as labelled), what, and at which moment of the talk. Lines above the first turn may name the
talk: its number, its day, the customer's number. What a label means (agent, customer) is none of the reader's business.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from helpers.reading.table import Loader, ReadTable

HEADER = ("call id", "member no", "started at", "speaker", "start", "utterance")  # of a transcript as a table
SUFFIXES = (".txt", ".srt", ".vtt", ".md", ".log", ".text")
LABEL_CHARS = 24  # a longer beginning of a line is no name of a speaker
_CLOCK = r"[\[(（【]?\s*(?P<start>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)\s*[\])）】]?"
_NAME = rf"[^\s\[\]:：<>|,，。?？!！](?:[^:：<>|\n,，。?？!！(（\[]{{0,{LABEL_CHARS}}}[^\s:：<>|,，。?？!！\]）)】(（\[])?"
_LABEL = rf"[\[(（【]?(?P<speaker>{_NAME}(?:[(（]\w+[)）])?)[\])）】]?"
TURN = re.compile(rf"^(?:{_CLOCK}\s*[-–]?\s*)?{_LABEL}\s*[:：]\s*(?P<text>.*)$")
# "Speaker 1 (00:01:23): …", or "说话人1 00:05" with the words in the next line
CLOCKED = re.compile(rf"^(?![\[(（【]?\d){_LABEL}(?:\s+|(?=[\[(（【])){_CLOCK}\s*(?:[:：]\s*(?P<text>.*))?$")
MARKS = re.compile(r"^[\s#>*\-–]+|\*\*")  # of Markdown
VOICE = re.compile(r"^\s*<v(?:\.[^\s>]*)?\s+(?P<speaker>[^>]+)>(?P<text>.*?)(?:</v>)?\s*$")
CUE = re.compile(r"^\s*(?:\d{1,2}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d{1,2}:)?\d{1,2}:\d{2}[.,]\d{1,3}")
TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
META = {  # lines above the first turn → what they say of the talk
    "call id": r"通话(编号|ID|号)|录音(编号|ID)|会话(编号|ID)|访谈(编号|ID)|编号|call\s*(id|no\.?|number)|recording\s*id|"
               r"interview\s*id|conversation\s*id|id",
    "member no": r"会员(号|编号)|客户(编号|号|ID)|用户ID|受访者编号|member\s*(no\.?|id|number)|customer\s*(id|no\.?|number)",
    "started at": r"(通话|访谈|会议|开始|录音)?(时间|日期)|date|time|started(\s*at)?|start\s*time|call\s*time|recorded(\s*at)?",
}
_META = {name: re.compile(rf"^\s*[#*\-]*\s*(?:{pattern})\s*[:：]\s*(?P<value>.+?)\s*$", re.IGNORECASE)
         for name, pattern in META.items()}
UNTIL = re.compile(r"(?<=\d)\s*[-–—~～至到]\s*(?:\d{4}\S+\s+)?\d{1,2}:\d{2}(?::\d{2})?$")  # the end of "9:00 - 10:00"
SPOKEN = re.compile(  # labels of which a few tell that a text is a transcript
    r"^(客服|坐席|座席|客户|顾客|用户|来电人|说话人|发言人|主持人|访谈员|访问员|受访者|被访者|机器人|店员|agent|customer|client|caller"
    r"|representative|rep|support|operator|speaker|spk|interviewer|interviewee|respondent|moderator|participant|advisor)",
    re.IGNORECASE,
)
CODE = re.compile(r"[A-Za-z]{0,6}[-_]?\d[\dA-Za-z_-]*")  # what a number of a talk looks like
LEAST_TURNS = 3
_WHOSE = (r"客户|顾客|用户|会员|来电人?|客服|坐席|受访者|收货人?|联系人?|customer|client|caller|user|member|agent|contact|"
          r"respondent|participant|interviewee|interviewer|shopper")
PARTICULAR = re.compile(  # labels of what a form says of somebody: nobody speaks there
    rf"(?P<whose>(?:{_WHOSE})(?:['’]s)?\s*的?\s*)?(?:姓名|名字|全名|(?:家庭|收货|邮寄)?(?:地址|住址)|(?:联系|手机|固定)?电话(?:号码)?|"
    r"手机号?码?|联系方式|电子邮[箱件]|邮箱|微信号?|生日|出生日期|身份证号?码?|性别|年龄|"
    r"(?:full |first |last |family |sur)?name|(?:(?:home|postal|billing|delivery|shipping|street|e-?mail) )?address|"
    r"(?:(?:tele|mobile |cell |home )?phone|tel\.?|mobile|cell)(?: (?:no\.?|number))?|"
    r"e-?mail|birthday|date of birth|dob|age|gender|sex|post ?code|zip(?: code)?|city)", re.IGNORECASE)
_WORD = r"[A-ZÀ-ÖØ-ÞŠŽ](?:[\w'’-]*[a-zß-öø-ÿšž][\w'’-]*|\.)?"
NAME = re.compile(  # what is only a person's name
    rf"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+{_WORD}(?:\s+{_WORD}){{0,3}}|{_WORD}(?:,?\s+{_WORD}){{1,3}})|"
    r"(?!.*[吗呢了吧啊么我你您不没退换坏])(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
    r"彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万钱严赖覃武戴莫孔"
    r"汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申殷詹欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻"
    r"祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝])"
    r"[\u4e00-\u9fff·*＊×]{1,3}")
NAME_OF_FORM = re.compile(r"[A-ZÀ-ÖØ-ÞŠŽ][\w'’-]*(?:\s+[A-ZÀ-ÖØ-ÞŠŽ][\w'’-]*)?")  # one word or capitals, beside particulars


class Turn(NamedTuple):
    speaker: str  # as labelled; "" = nobody is named
    start: str  # moment of the talk, as written; "" = none
    text: str


class Talk(NamedTuple):
    """One transcript: what stands above it (call id, member no, started at, where written), and its turns."""

    about: dict[str, str]
    turns: list[Turn]


def looks_like_transcript(first: bytes) -> bool:
    """Say whether a file begins as a transcript: WebVTT, SubRip, or lines most of which begin with a known kind of speaker."""
    text = _start(first).lstrip("\ufeff \r\n")
    if text.startswith("WEBVTT"):
        return True
    lines = [line for line in text.splitlines() if line.strip()][:40]
    if len(lines) > 1 and lines[0].strip().isdigit() and CUE.match(lines[1]):
        return True
    lines = [line for line in lines if not any(pattern.match(line) for pattern in _META.values())]
    lines = [MARKS.sub("", line) for line in lines]
    labels = [match["speaker"] for match in (CLOCKED.match(line) or TURN.match(line) for line in lines) if match]
    known = sum(bool(SPOKEN.match(label)) for label in labels)
    return len(labels) >= LEAST_TURNS and len(set(labels)) > 1 and known >= 2 and 5 * len(labels) > 2 * len(lines)


def _start(first: bytes) -> str:
    for codec in ("utf-16",) if first[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030"):
        for cut in range(4):  # a letter may be cut off at the end
            try:
                return first[:len(first) - cut].decode(codec)
            except UnicodeDecodeError:
                continue
    return ""


def parse(lines: Iterable[str]) -> Talk:
    """Return the talk that the lines of a text file hold; lines without a speaker go on with the turn before them.

    Without any label the whole text is one turn of nobody. Cues of .srt and .vtt carry their moment; numbers of cues, notes and
    styles are left out.
    """
    about: dict[str, str] = {}
    turns: list[list[str]] = []
    start, is_aside = "", False
    for raw in lines:
        line = raw.strip("\ufeff\r\n\t ")
        if not line:
            is_aside = False
        elif is_aside or line.startswith(("WEBVTT", "NOTE", "STYLE", "REGION")) and not turns:
            is_aside = True
        elif CUE.match(line):
            if turns and turns[-1][2].isdigit() and not turns[-1][0]:
                turns.pop()  # the number of the cue
            elif turns and (cut := re.search(r"\s\d+$", turns[-1][2])):
                turns[-1][2] = turns[-1][2][:cut.start()]
            start = line.split("-->")[0].strip()
        elif not _says_about(line, about, turns):
            _add(line, start, turns)
    turns = _without_chance_labels(_without_particulars(turns, is_form=bool(about)))
    return Talk(about, [Turn(*turn) for turn in turns if turn[2].strip()])


def is_about(label: str, value: str) -> bool:
    """Say whether a labelled value names the talk: its number, its day, the customer's number."""
    return any(pattern.match(f"{label}: {value}") for pattern in _META.values())


def is_particular(label: str, text: str, *, is_form: bool) -> bool:
    """Say whether a labelled line above a talk is what a form says of a person ("Address: …", "Customer: Zhang Wei"), no turn.

    is_form: other lines of a form stand beside it, so that one capitalised word is a name, too.
    """
    if PARTICULAR.fullmatch(label):
        return True
    return bool(SPOKEN.match(label) and (NAME.fullmatch(text) or is_form and NAME_OF_FORM.fullmatch(text)))


def _without_particulars(turns: list[list[str]], *, is_form: bool) -> list[list[str]]:
    """Leave out what a form above the talk says of its people, and "Customer address: …", which nobody says, anywhere."""
    def first_said(is_form: bool) -> int:
        return next((i for i, (label, start, text) in enumerate(turns)
                     if label and (start or not is_particular(label, text, is_form=is_form))), len(turns))

    first = first_said(is_form or any(PARTICULAR.fullmatch(turn[0]) for turn in turns[:first_said(True)]))
    kept = [turn for turn in turns[:first] if not turn[0]] + turns[first:]
    return [turn for turn in kept if not ((match := PARTICULAR.fullmatch(turn[0])) and match["whose"])]


def _without_chance_labels(turns: list[list[str]]) -> list[list[str]]:
    """Put "订单号：123" back into the turn before it: a label that stands once, beside two speakers and without a moment."""
    counts = Counter(turn[0] for turn in turns if turn[0])
    speakers = {label for label, n in counts.items() if n > 1 or SPOKEN.match(label)}
    kept: list[list[str]] = []
    for turn in turns:
        if kept and len(speakers) > 1 and turn[0] and turn[0] not in speakers and not turn[1]:
            kept[-1][2] = f"{kept[-1][2]} {turn[0]}：{turn[2]}"
        else:
            kept.append(turn)
    return kept


def _says_about(line: str, about: dict, turns: list) -> bool:
    """Keep what a line above the first turn says of the talk; say whether it did."""
    if any(turn[0] and not is_particular(turn[0], turn[2], is_form=True) for turn in turns):
        return False
    name = next((name for name, pattern in _META.items() if pattern.match(line)), None)
    if name is None:
        return False
    value = _META[name].match(line)["value"]
    about.setdefault(name, UNTIL.sub("", value) if name == "started at" else value)
    return True


def _add(line: str, start: str, turns: list[list[str]]) -> None:
    """Add a line to the turns: a new one where somebody is named, else more of the last."""
    match = VOICE.match(line) or CLOCKED.match(MARKS.sub("", line)) or TURN.match(MARKS.sub("", line))
    if match:
        moment = match.groupdict().get("start") or start
        turns.append([match["speaker"].strip(), moment or "", TAG.sub("", match["text"] or "").strip()])
    elif turns:
        turns[-1][2] = f"{turns[-1][2]} {TAG.sub('', line)}".strip()
    else:
        turns.append(["", start, TAG.sub("", line)])


def read_transcript(lines: Iterable[str], *, encoding: str, shown: str, connection) -> ReadTable:
    """Return a transcript as a table of its turns, with the columns `HEADER`."""
    talk = parse(lines)
    loader = Loader(connection, HEADER)
    for number, row in enumerate(rows_of(talk, number_of(shown.rsplit(" / ", 1)[-1])), 1):
        loader.load(number, row)
    rows, n = loader.finish(), loader.n_loaded
    return ReadTable("", HEADER, rows, encoding, {"n_loaded": n, "n_rejected": 0, "n_lines": n})


def rows_of(talk: Talk, number: str) -> list[list[str]]:
    """Return the turns as rows of `HEADER`; a talk that does not say its number has that of its file."""
    about = [talk.about.get("call id") or number, talk.about.get("member no", ""), talk.about.get("started at", "")]
    return [[*about, turn.speaker, turn.start, turn.text] for turn in talk.turns]


def number_of(name: str, *, is_shared: bool = False) -> str:
    """Return the number of a talk by the name of its file: the name where it looks like one and no other file has it, else a
    digest (a name may be a person's)."""
    stem = Path(name).stem
    if CODE.fullmatch(stem) and not is_shared:
        return stem
    return "talk-" + hashlib.sha256(name.encode()).hexdigest()[:12]
