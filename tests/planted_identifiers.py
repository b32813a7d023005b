"""Invented personal data in realistic sentences, and ordinary sentences full of numbers: what masking is measured on.

All numbers are drawn; check digits are valid. Domains are those reserved for examples.
"""

from dataclasses import dataclass

import numpy as np

from helpers.texts import masking_checks as checks

GIVEN = (
    "志强 建国 秀英 子涵 雨欣 浩然 梓萱 宇轩 国华 丽娟 洋洋 晓明 小红 文静 刚强 天宇 桂兰 思远 佳怡 海燕 立新 欣怡 一诺 "
    "永红"
)


@dataclass(frozen=True)
class Planted:
    kind: str
    text: str
    secrets: tuple[str, ...]  # what must not remain


def _digits(rng, n, first="0123456789") -> str:
    return rng.choice(list(first)) + "".join(rng.choice(list("0123456789"), n - 1)) if n > 1 else rng.choice(list(first))


def _wide(found: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in found)


def _spaced(found: str, groups, gap: str) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(found[at: at + size])
        at += size
    return gap.join(part for part in [*parts, found[at:]] if part)


def _pick(rng, *items):
    return items[rng.integers(len(items))]


def name_zh(rng):
    name = rng.choice(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁蒋蔡余杜叶程苏魏吕丁沈姚卢"))
    name += _pick(rng, *"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚英华鹏飞浩", *GIVEN.split())
    sentence = _pick(
        rng, "联系人：{}，请尽快处理", "收件人: {}", "感谢{}先生的帮助", "找了{}女士才解决", "客服{}老师很有耐心",
        "我叫{}，买了三次了",
        "我是{}，订单还没到", "{}经理亲自打电话道歉", "快递员{}师傅送货上门", "姓名：{}，没有收到货", "{}小姐态度很好",
        "店里的{}店长很热情",
    )
    return sentence.format(name), (name,)


def surname_zh(rng):
    name = rng.choice(list("王李张刘陈杨黄赵吴周徐孙郭罗郑梁谢唐许韩冯邓曹彭肖田董袁蒋蔡杜程苏魏吕丁沈姚卢姜谭崔廖邹邱"))
    sentence = _pick(rng, "{}先生很专业", "多亏了{}女士，", "那位{}师傅装得很好", "{}老师讲解清楚",
                     "{}小姐回复很快")
    return sentence.format(name), (name,)


def name_en(rng):
    given = _pick(rng, "Jennifer", "Michael", "Priya", "Carlos", "Emily", "Thomas", "Sophie", "Daniel", "Rebecca", "Mohammed")
    family = _pick(rng, "Whitfield", "O'Connor", "Nakamura", "Delacroix", "Kowalski", "Okafor", "Harrington", "Villalobos")
    sentence, secrets = _pick(
        rng, ("Mr. {f} called me back the same day.", (family,)), ("I spoke to {g} {f} in support twice.", (given, family)),
        ("My name is {g} {f} and I want a refund.", (given, family)), ("Great help from {g}, thank you!", (given,)),
        ("Terrible service. - {g} {f}", (given, family)), ("Contact: {g} {f}, please reply", (given, family)),
        ("Regards, {g} {f}", (given, family)), ("Mrs {f} at the store was rude", (family,)),
        ("the driver, {g}, left it in the rain", (given,)), ("Dr. {f} recommended these vitamins", (family,)),
        ("Agent {f} hung up on me", (family,)), ("ask for {g} if you need help", (given,)),
    )
    return sentence.format(g=given, f=family), secrets


SURNAMES = "王李张刘陈杨赵吴周徐孙朱胡郭罗郑梁唐韩冯邓曹彭肖田董袁蒋蔡杜苏魏吕丁沈姚卢"


def signature(rng):
    surname = rng.choice(list(SURNAMES))
    given = _pick(rng, *"伟芳娜敏静丽强磊军勇艳杰娟涛明超霞平刚英华鹏飞", "志强", "秀英", "雨欣", "浩然", "丽娟", "佳怡")
    form, secrets = _pick(
        rng, (surname + given, (surname + given,)), (f"- {surname}{given}", (surname + given,)), ("欧阳娜娜", ("欧阳", "娜娜")),
        ("Pieter van Dijk", ("Pieter", "Dijk")), ("- J. Kowalski", ("Kowalski",)), ("A. B. Okafor", ("Okafor",)),
        ("Mike", ("Mike",)), ("~ Kasimira", ("Kasimira",)), ("Maeve Whitfield", ("Maeve", "Whitfield")),
        ("Joe T.", ("Joe",)), ("Eugenie [6/25/10]", ("Eugenie",)),
    )
    return _pick(rng, "It works.", "东西不错。", "Signed,", "下次再来！") + _pick(rng, "\n", "<br>", "<br />\n") + form, secrets


def by_role(rng):
    name = rng.choice(list(SURNAMES)) + _pick(rng, *"敏伟芳娜静丽强磊")
    sentence, secret = _pick(
        rng, (f"售后{name}", name), (f"客服人员{name}", name), (f"负责人{name}，电话不接", name), (f"{name[0]}总亲自道歉",
            f"{name[0]}总"),
        (f"{name[0]}姐很热情", f"{name[0]}姐"), ("负责人欧阳娜娜", "欧阳娜娜"), ("客服人员马冬梅", "马冬梅"),
    )
    return sentence, (secret,)


def mobile_cn(rng):
    number = "1" + rng.choice(list("3456789")) + _digits(rng, 9)
    form = _pick(
        rng, number, _spaced(number, (3, 4), "-"), _spaced(number, (3, 4), " "), _spaced(number, (3, 4), "."), "+86 " + number,
        "+86-" + _spaced(number, (3, 4), "-"), "86" + number, _wide(number), _wide(_spaced(number, (3, 4), "-")),
        _spaced(number, (4, 3), " "),
        _spaced(number, (3, 3), " "), " ".join(number), "0086 " + number, number[:5] + "\u200b" + number[5:],
        _spaced(number, (3, 4), "—"),
        "(+86)" + number, number.translate(str.maketrans("0123456789", "零一二三四五六七八九")), _spaced(number, (3, 4), "_"),
    )
    sentence = _pick(
        rng, "打我电话{}，谢谢", "手机号{}一直没人联系", "call me at {} please", "{}请回电", "有问题加我{}", "留了{}也没人理",
        "my number {} is on the order",
        "联系方式：{}", "电话{}打不通！",
    )
    return sentence.format(form), (number,)


def landline_cn(rng):
    area, number = _pick(rng, "010", "021", "0571", "0755", "028", "0731"), _digits(rng, 8, "2345678")
    form = _pick(
        rng, f"{area}-{number}", f"({area}){number}", f"（{area}）{number}", f"{area} {number[:4]} {number[4:]}",
        _wide(f"{area}-{number}"),
        f"{area}{number}", f"{area}-{number}转801", f"{area}-{number[:4]}-{number[4:]}", f"400-{number[:3]}-{number[3:7]}",
        f"400{number[:7]}",
        f"800 {number[:3]} {number[3:7]}",
    )
    number = number[:7] if form[:3] in ("400", "800") else number
    return _pick(rng, "座机{}没人接", "打了{}三次", "客服热线{}一直占线", "I rang {} twice",
        "公司电话：{}。").format(form), (number,)


def phone_abroad(rng):
    area, mid, last = _digits(rng, 3, "23456789"), _digits(rng, 3, "23456789"), _digits(rng, 4)
    form = _pick(
        rng, f"({area}) {mid}-{last}", f"{area}-{mid}-{last}", f"{area}.{mid}.{last}", f"+1 {area} {mid} {last}",
        f"1-{area}-{mid}-{last}",
        f"+44 20 7{mid} {last}", f"020 7{mid} {last}", f"+49 30 {mid}{last}",
        f"0{area[:2]} {mid[:2]} {mid[2]}{last[0]} {last[1:3]} {last[3]}7",
        f"+81 90-{last}-{mid}1", f"+33 6 {mid[:2]} {mid[2]}{last[0]} {last[1:3]} 44", f"+852 {last} {mid}1",
        f"00 44 7{area}{mid}{last[:3]}",
        _wide(f"{area}-{mid}-{last}"),
    )
    return _pick(rng, "call {} now", "My phone is {}, thanks", "you can reach me on {}.", "电话 {} 联系我",
        "Tel: {}").format(form), (last[:3],)


def email(rng):
    user = _pick(rng, "li.na", "jo_smith", "tea-lover88", "zhangwei1990", "m.mueller", "q")
    domain = _pick(rng, "example.com", "mail.example.co.uk", "example.cn", "shop.example.org")
    form = _pick(rng, f"{user}@{domain}", f"{user} @ {domain}", _wide(f"{user}@{domain}"), f"{user}＠{domain}",
        f"{user} (at) {domain}",
                 f"{user.upper()}@{domain.upper()}", f"{user} at {domain.replace('.', ' dot ')}", f"{user}[at]{domain}")
    return _pick(rng, "write to {} please", "邮箱{}，麻烦发票", "发到{}就行", "I mailed ({}) twice",
        "e-mail: {}").format(form), (f"{user}@{domain}",)


def address_zh(rng):
    house, room = str(rng.integers(11, 999)), str(rng.integers(101, 2999))
    road = _pick(rng, "虚构路", "示例大道", "样本街", "假想巷", "无名北路")
    form = _pick(
        rng, f"杭州市西湖区{road}{house}号{room}室", f"{road}{house}号3栋2单元{room}室",
        f"上海市浦东新区{road} {house} 弄 5 号 {room} 室",
        f"{road}{house}号示例大厦A座{room}室", f"虚构小区{rng.integers(1, 30)}栋{room}室", f"广东省深圳市南山区{road}{house}号",
        f"示例花园{rng.integers(1, 30)}号楼2单元{room}", _wide(f"{road}{house}号{room}室"),
        f"{rng.integers(2, 30)}号楼1单元{room}室", f"{road}{house}号3号楼{room}",
    )
    is_house = f"{house}号" in form or f"{house} 弄" in form or _wide(house) in form
    return _pick(rng, "送到{}，谢谢", "地址是{}", "寄到{}却丢件了", "我住{}，一直没收到").format(form), (
        (road + house) if is_house else room,) + ((room,) if form.endswith(f"号3号楼{room}") else ())


def address_en(rng):
    house, street = str(rng.integers(10, 9999)), _pick(rng, "Sample Hill", "Example", "Maple Test", "Fictional Oak")
    kind = _pick(rng, "Road", "Street", "Ave", "Blvd", "Lane", "Drive", "Court")
    form, secret = _pick(
        rng, (f"{house} {street} {kind}", house + street), (f"{house} {street} {kind}, Apt 4B", house + street),
        (f"{house} {street} {kind}, Springfield, IL 62704", house + street), (f"P.O. Box {house}", "Box" + house),
        (f"{house} {street.lower().split()[0]} road", house), (f"Musterstraße {house[:3]}", "Musterstraße"),
        (f"{house[:2]} rue de la Fiction", "Fiction"), (f"Calle Ejemplo {house[:3]}", "Ejemplo"),
        (f"{house} W 42nd Street", house),
    )
    return _pick(rng, "I live at {}, thanks", "deliver to {} next time", "It went to {} instead!",
        "my address is {}.").format(form), (secret,)


def order(rng):
    number = _digits(rng, int(rng.integers(6, 18)), "123456789")
    form = _pick(
        rng, f"订单号：{number}", f"单号{number}", f"order #{number}", f"Order No. {number}",
        f"my order number is {number[:4]}-AB-{number[4:6]}",
        f"订单编号 A{number[:8]}", f"invoice INV-{number[:6]}", f"ticket ID: {number}", f"会员号{number[:8]}",
        f"account number {number[:10]}",
        f"工单号：{_wide(number)}", f"case #{number[:6]}", f"取件码{number[:6]}", f"reservation {number[:3]}X{number[3:6]}9",
    )
    secret = number[:4] if "-AB-" in form else number[:6] if any(w in form for w in ("INV", "case", "取件码")) else number[:8]
    secret = number[:3] + "X" if "reservation" in form else number[:10] if "account" in form else secret
    return _pick(rng, "{}，一直没发货", "{} never arrived", "请查{}。", "about {}, please help").format(form), (secret,)


def parcel(rng):
    digits = _digits(rng, 15)
    form = _pick(rng, f"SF{digits[:13]}", f"YT{digits}", f"1Z{digits[:3]}AA1{digits[:10]}", f"JD{digits[:13]}",
        f"快递单号{digits[:12]}", digits[:13] + "77",
                 f"tracking no. {digits[:12]}", f"EA{digits[:9]}CN", f"运单号：{_wide(digits[:12])}", f"ZTO{digits[:12]}")
    secret = digits[:3] if form.startswith("1Z") else digits[:9]
    return _pick(rng, "快递{}显示签收但没收到", "parcel {} is lost", "{}三天没更新", "where is {}?").format(form), (secret,)


def identity(rng):
    born = f"{rng.integers(1950, 2008)}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}"
    first = _pick(rng, "110105", "310104", "440305", "330106", "510107") + born + _digits(rng, 3)
    number = first + checks.identity_check(first)
    old = first[:6] + born[2:] + first[14:17]
    form = _pick(rng, number, _spaced(number, (6, 8), " "), _spaced(number, (6, 8), "-"), _spaced(number, (6, 4, 4), " "),
        _wide(number), number.lower(), old,
                 _spaced(old, (6, 6), " "), _wide(old))
    return _pick(rng, "身份证{}实名认证失败", "证件号{}被要求上传", "my ID is {}", "{}是我的身份证号",
        "要我报{}，不合理").format(form), (first[8:14],)


def card(rng):
    first = _pick(rng, "622202", "621700", "411111", "552100", "601100") + _digits(rng, int(_pick(rng, 9, 12)))
    number = first + checks.luhn_check(first)
    form = _pick(rng, number, _spaced(number, (4, 4, 4, 4), " "), _spaced(number, (4, 4, 4, 4), "-"), _wide(number),
        _spaced(number, (6,), " "))
    form = number if form == _spaced(number, (6,), " ") else form
    return _pick(rng, "银行卡{}退款没到账", "refund to card {}", "卡号：{}", "they charged {} twice",
        "{}这张卡被扣了两次").format(form), (number[4:12],)


def plate(rng):
    letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", _digits(rng, 5)
    town = _pick(rng, "京", "沪", "粤", "浙", "苏", "川", "鲁", "闽") + rng.choice(list(letters))
    body = _pick(rng, digits, digits[:3] + rng.choice(list(letters)) + digits[3], "D" + digits, "F" + digits, digits + "D",
        rng.choice(list(letters)) + digits[:4])
    form = _pick(rng, town + body, f"{town}·{body}", f"{town} {body}", _wide(town + body), f"{town[0]} {town[1]}{body}",
        (town + body).lower())
    return _pick(rng, "停车场抬杆认不出{}", "车牌{}扣了两次费", "送货车{}撞了门",
        "plate {} blocked my drive").format(form), (body,)


def wechat(rng):
    account = _pick(rng, "li_na_88", "teashop2020", "wxid_ab12cd34ef", "sunny-day66", "Zhang_Wei", "kefu001")
    form = _pick(rng, f"微信号：{account}", f"微信 {account}", f"加我微信{account}", f"vx:{account}", f"VX：{account}",
        f"wechat: {account}", f"WeChat ID {account}",
                 f"加v {account}", f"我的微信是{account}", f"WX {account}", f"薇信：{account}")
    return _pick(rng, "{}返现五元", "{}，私聊", "add me, {} thanks", "客服让我{}").format(form), (account,)


def qq(rng):
    number = _digits(rng, int(rng.integers(5, 11)), "123456789")
    form = _pick(rng, f"QQ：{number}", f"QQ{number}", f"qq {number}", f"扣扣{number}", f"QQ号是{number}", f"QQ群：{number}",
        _wide(f"QQ{number}"), f"Q号：{number}")
    return _pick(rng, "{}找我退差价", "加{}领红包", "contact {}").format(form), (number,)


def link(rng):
    slug = _pick(rng, "zhang-san", "my_profile7", "u8372xk", "order-view")
    form = _pick(rng, f"https://example.com/{slug}?a=1", f"http://{slug.replace('_', '')}.example.org",
        f"www.example.net/{slug}", f"t.example.cc/{slug}",
                 f"HTTPS://EXAMPLE.COM/{slug.upper()}", f"example.io/{slug}")
    return _pick(rng, "看{}，很详细", "see {} for photos", "链接{}打不开",
        "posted it on {}").format(form), (slug.replace("_", "") if "://" in form and "org" in form else slug,)


def handle(rng):
    name = _pick(rng, "jane_doe", "tea.lover", "小明同学", "Kitty2020", "bob-b")
    form = _pick(rng, f"@{name}", f"＠{name}", f"instagram: {name}", f"抖音号：{name}", f"telegram: {name}",
        f"小红书号：{name}")
    return _pick(rng, "thanks {} ", "{} 说得对", "谢谢{}，很好").format(form), (name,)


def host(rng):
    parts = [str(rng.integers(11, 255)) for _ in range(4)]
    form = _pick(rng, ".".join(parts), f"2001:db8:{rng.integers(1000, 9999)}:1::{rng.integers(1000, 9999)}",
        _wide(".".join(parts)))
    return _pick(rng, "my IP is {} and", "登录地址{}异常", "blocked from {}.",
        "IP：{}").format(form), (".".join(parts[:3]) if "." in form or "．" in form else form,)


def passport(rng):
    digits = _digits(rng, 8)
    form = _pick(rng, f"E{digits}", f"G{digits}", f"EA{digits[:7]}", f"护照号：P{digits[:7]}", f"passport no. {digits}",
        f"passport number X{digits[:7]}", _wide(f"E{digits}"))
    return _pick(rng, "免税店登记了{}", "they copied {} at the desk", "填{}一直报错").format(form), (digits[:7],)


def credit_code(rng):
    first = "91" + _pick(rng, "110105", "310115", "440300", "330100") + "".join(rng.choice(list(checks.CREDIT_ALPHABET), 9))
    number = first + checks.credit_check(first)
    form = _pick(rng, number, _spaced(number, (2, 6, 9), " "), _wide(number), _spaced(number, (2, 6, 9), "-"))
    return _pick(rng, "发票税号{}开错了", "统一社会信用代码{}", "开票信息：{}，谢谢",
        "tax id {} on the invoice").format(form), (number[8:17],)


def iban(rng):
    country, account = _pick(rng, ("DE", _digits(rng, 18)), ("FR", _digits(rng, 23)), ("GB", "WEST" + _digits(rng, 14)))
    number = country + checks.iban_check(country, account) + account
    form = _pick(rng, number, _spaced(number, [4] * 8, " "))
    return _pick(rng, "refund to {}", "退款账户 {}", "my IBAN: {}").format(form), (number[8:16],)


KINDS = (
    name_zh, surname_zh, name_en, signature, by_role,
    mobile_cn, landline_cn, phone_abroad, email, address_zh, address_en, order, parcel,
    identity, card, plate, wechat, qq,
    link, handle, host, passport,
    credit_code, iban,
)


def planted(n: int, *, seed: int) -> list[Planted]:
    """Return `n` sentences with an identifier each, all kinds in turn."""
    rng = np.random.default_rng(seed)
    return [Planted(make.__name__, *make(rng)) for make in (KINDS[i % len(KINDS)] for i in range(n))]
