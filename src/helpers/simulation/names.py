"""Invented names: characters, spellings in pinyin and traditional characters, frequent mistakes, places."""

from functools import cache

import numpy as np

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
GIVEN_M = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建亮成峰志文博航睿轩泽晨毅恒哲昊铭远嘉诚瑞翔然"
    "安东国庆立思齐子墨清源"
)
GIVEN_F = (
    "芳娜敏静丽艳娟霞秀燕玲婷雪莉慧丹倩颖琳洁红梅萍云晓月欣怡佳雯瑶璐蕾薇妍诗涵梦琪思语嘉可馨萱悦彤若曦雨桐安然清宁"
    "心语晴岚竹芷兰淑珍桂英凤兰"
)
CONFUSED = dict(zip("伟婷晨佳慧丽志明宇欣浩静涛杨张李文博嘉俊", "玮亭辰家惠莉智铭雨新皓净滔扬章黎雯波佳骏", strict=True))
FIRST_NAMES = (
    "William", "James", "Robert", "Michael", "Elizabeth", "Katherine", "Jennifer", "Thomas", "Christopher", "Daniel",
    "Margaret",
    "Susan", "Richard", "Joseph", "Anthony", "Patricia", "Rebecca", "Matthew", "Andrew", "Benjamin", "Samuel", "Alexander",
    "Victoria", "Emily", "Oliver", "Sophie", "Hannah", "Lucas", "Nina", "Pierre", "Anna", "Marco", "Elena", "Oscar", "Ingrid",
    "Paul",
)
NICKNAMES = {
    "William": "Bill", "James": "Jim", "Robert": "Bob", "Michael": "Mike", "Elizabeth": "Liz", "Katherine": "Kate",
    "Jennifer": "Jenny", "Thomas": "Tom", "Christopher": "Chris", "Daniel": "Dan", "Margaret": "Maggie", "Susan": "Sue",
    "Richard": "Rick", "Joseph": "Joe", "Anthony": "Tony", "Patricia": "Pat", "Rebecca": "Becky", "Matthew": "Matt",
    "Andrew": "Andy", "Benjamin": "Ben", "Samuel": "Sam", "Alexander": "Alex", "Victoria": "Vicky",
}
LAST_NAMES = (
    "Ashgrove", "Brightwater", "Carrowmoor", "Dunmere", "Eastlake", "Fernhollow", "Goldhurst", "Harrowgate", "Ivesdale",
    "Juniper",
    "Kestrelman", "Larkfield", "Merriwold", "Northcote", "Oakenfold", "Pemberwick", "Quillfeather", "Ravenscar", "Silverton",
    "Thornbury", "Underhill", "Vandermoor", "Westerbrook", "Yarrowby", "Zellwood", "Müllerhof", "O'Brannan", "de la Rive",
    "Lindqvistad", "Fontabella", "Grünbach", "Sørholm", "Castellario", "Marlowe-Finch", "Applegarth", "Blackwoodley",
    "Copperfold",
    "Dovercliff", "Elmsworth", "Foxglade", "Greenmantle", "Hazelmere", "Inglefield", "Kingsmarsh", "Longacre", "Millbanks",
)
CITIES = (  # province, city, district, share
    ("上海市", "上海市", "浦东新区", 12), ("上海市", "上海市", "徐汇区", 8), ("北京市", "北京市", "朝阳区", 10),
    ("北京市", "北京市", "海淀区", 6),
    ("广东省", "广州市", "天河区", 7), ("广东省", "深圳市", "南山区", 8), ("浙江省", "杭州市", "西湖区", 8),
    ("浙江省", "宁波市", "鄞州区", 4),
    ("江苏省", "南京市", "鼓楼区", 6), ("江苏省", "苏州市", "姑苏区", 5), ("四川省", "成都市", "武侯区", 7),
    ("湖北省", "武汉市", "武昌区", 5),
    ("陕西省", "西安市", "雁塔区", 4), ("重庆市", "重庆市", "渝中区", 4), ("福建省", "厦门市", "思明区", 3),
    ("山东省", "青岛市", "市南区", 3),
)
STORES = tuple((f"S{n:03d}", f"{city.removesuffix('市')}{district.removesuffix('新区').removesuffix('区')}店")
               for n, (_, city, district, _) in enumerate(CITIES, start=1))
ABROAD = (("United States", "Seattle"), ("United Kingdom", "Manchester"), ("Singapore", "Singapore"), ("Canada", "Vancouver"),
          ("Australia", "Perth"), ("Germany", "Bremen"), ("United States", "Austin"), ("France", "Nantes"))
ROADS = ["样例路", "演示街", "虚构大道", "示范巷", "云溪路", "禾木街", "青屿路", "拾光里", "南枝弄", "望湖街", "听雨路",
         "松间道", "晨星路", "流萤巷", "半山街", "长风路"]


@cache
def surname_weights() -> np.ndarray:
    """Return the chance of each surname: a few are frequent, as in life."""
    weight = 1 / (np.arange(len(SURNAMES)) + 3.0)
    return weight / weight.sum()


@cache
def pinyin_of() -> dict[str, str]:
    """Return the spelling of each character that names use, without tones (吕 = lv, as in passports before 2012)."""
    from pypinyin import Style, lazy_pinyin

    letters = sorted(set(SURNAMES + GIVEN_M + GIVEN_F + "".join(CONFUSED.values())))
    spelt = {letter: lazy_pinyin(letter, style=Style.NORMAL)[0] for letter in letters}
    return spelt | {"曾": "zeng", "覃": "qin", "任": "ren"}


@cache
def traditional() -> dict[int, str]:
    """Return the translation of each character that names use into traditional characters."""
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    letters = sorted(set(SURNAMES + GIVEN_M + GIVEN_F))
    return {ord(letter): convert(letter) for letter in letters}


def spell(text: str) -> str:
    """Return a name's characters in pinyin, run together and capitalised: 小明 → Xiaoming."""
    return "".join(pinyin_of().get(letter, letter) for letter in text).capitalize()
