"""Old encodings: a file of any length is decoded right or asked about, never read as something else."""

import random

import opencc
import pytest

from helpers.errors import UserError
from helpers.reading.encodings import decoded
from helpers.reading.plausibility import COMMON

KANA = "アイウエオカキクケコサシスセソタナニヌハヒフマミムメラリルロあいうえおかきくけこさしすせそたなにはひまみもらりるれろ"
WESTERN = ("Müller", "José", "Zoë", "Besançon", "Muñoz", "Großmann", "Håkan", "Søren", "Citroën", "Ångström", "Weiß")
WORDS = {  # what a word is made of, in which encodings, and whether fifty of them must be recognised (else a question is right)
    "simplified": (COMMON, ("gbk", "gb18030"), True),
    "traditional": (opencc.OpenCC("s2t").convert(COMMON), ("gbk",), True),
    "traditional in Big5": ("陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐臺北高雄新竹市區路街號店會員電話姓名", ("big5",), True),
    "kana": (KANA, ("cp932", "euc_jp"), True),
    "kanji": ("山田佐藤鈴木高橋伊藤渡辺中村小林加藤吉田東京都大阪府京都北海道区町丁目", ("cp932", "euc_jp"), True),
    "Korean": ("김이박최정강조윤장임한오서신권황안송전홍영희철수민준지현연도하은울부산대구", ("cp949",), True),
    "Western": (WESTERN, ("cp1252", "mac_roman"), True),
    "Czech": (("Dvořák", "Novák", "Černý", "Procházka", "Kučera", "Němec", "Šimůnek", "Růžička"), ("cp1250",), True),
    "Polish": (("Wójcik", "Łukasz", "Dąbrowski", "Zieliński", "Kowalczyk", "Grażyna"), ("cp1250",), True),
    "Turkish": (("Yılmaz", "Şahin", "Çelik", "Öztürk", "Işık", "Doğan"), ("cp1254",), False),
    "Russian": (("Иван", "Мария", "Ольга", "Москва", "Сергей", "Наталья", "Казань"), ("cp1251", "koi8_r"), True),
}
CASES = [(name, encoding) for name, (_, encodings, _) in WORDS.items() for encoding in encodings]


@pytest.mark.parametrize(("name", "encoding"), CASES)
def test_a_text_is_decoded_right_or_asked_about(name, encoding, tmp_path):
    parts, _, must_be_known = WORDS[name]
    draw, file = random.Random(f"{name} {encoding}"), tmp_path / "a.csv"
    for n_rows, n_files in ((1, 12), (3, 8), (10, 4), (50, 2)):
        for _ in range(n_files):
            longest = 1 if isinstance(parts, tuple) else 4
            words = ["".join(draw.choices(parts, k=draw.randint(1, longest))) for _ in range(n_rows)]
            text = "id,name\n" + "".join(f"{i},{word}\n" for i, word in enumerate(words))
            file.write_bytes(text.encode(encoding))
            try:
                found = decoded(file, shown="a.csv", hints={})
            except UserError:
                assert n_rows < 50 or not must_be_known, "fifty words are enough to tell"
            else:
                assert "".join(found.lines()) == text, f"read as {found.encoding}"
