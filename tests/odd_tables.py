"""What the odd files share: a small table in eight languages, and what is expected of a file."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Header, rows as (line, cells…) with None for an empty cell, and the lines that must be rejected."""

    header: tuple
    rows: list
    rejected: tuple = ()
    name: str = ""


@dataclass(frozen=True)
class OddFile:
    """A file and its tables; none: it must be refused, and the line must match `says`."""

    name: str
    content: bytes
    tables: list = field(default_factory=list)
    says: str = ""
    hints: dict = field(default_factory=dict)
    may_ask: bool = False  # a question about the encoding is as right as the table


PEOPLE = {
    "en": (
        ("id", "name", "city", "amount"),
        [
            ("001", "Ann", "Paris", "1.50"),
            ("002", "Bob", "Rome", "20"),
            ("003", "Cy", "Oslo", "3.25"),
            ("004", "Di", "Bern", "4"),
        ],
    ),
    "zh": (
        ("编号", "姓名", "城市", "金额"),
        [
            ("001", "张伟", "上海", "1.50"),
            ("002", "王芳", "广州", "20"),
            ("003", "李娜", "成都", "3.25"),
            ("004", "赵敏", "武汉", "4"),
        ],
    ),
    "tw": (
        ("編號", "姓名", "城市", "金額"),
        [
            ("001", "陳怡君", "臺北", "1.50"),
            ("002", "林志明", "高雄", "20"),
            ("003", "黃美玲", "臺南", "3.25"),
            ("004", "張家豪", "新竹", "4"),
        ],
    ),
    "ja": (
        ("番号", "氏名", "住所", "金額"),
        [
            ("001", "山田太郎", "東京都", "1.50"),
            ("002", "佐藤さくら", "大阪府", "20"),
            ("003", "鈴木イチロー", "京都府", "3.25"),
            ("004", "高橋花子", "北海道", "4"),
        ],
    ),
    "de": (
        ("Nummer", "Name", "Straße", "Betrag"),
        [
            ("001", "Müller", "Königsallee", "1.50"),
            ("002", "Weiß", "Grünweg", "20"),
            ("003", "Jürgen", "Schloßplatz", "3.25"),
            ("004", "Bärbel", "Am Tor", "4"),
        ],
    ),
    "fr": (
        ("numéro", "nom", "ville", "montant"),
        [
            ("001", "José", "Orléans", "1.50"),
            ("002", "Hélène", "Besançon", "20"),
            ("003", "Noël", "Nîmes", "3.25"),
            ("004", "Zoé", "Paris", "4"),
        ],
    ),
    "ko": (
        ("번호", "이름", "도시", "금액"),
        [
            ("001", "김철수", "서울", "1.50"),
            ("002", "이영희", "부산", "20"),
            ("003", "박민수", "대구", "3.25"),
            ("004", "최유진", "광주", "4"),
        ],
    ),
    "ru": (
        ("номер", "имя", "город", "сумма"),
        [
            ("001", "Иван", "Москва", "1.50"),
            ("002", "Мария", "Казань", "20"),
            ("003", "Олег", "Самара", "3.25"),
            ("004", "Анна", "Тула", "4"),
        ],
    ),
}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def numbered(rows: list, first: int = 2) -> list:
    return [(first + i, *row) for i, row in enumerate(rows)]


def text_lines(header, rows, d: str) -> list[str]:
    return [d.join(header), *(d.join(row) for row in rows)]
