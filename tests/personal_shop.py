"""A small invented company as seven systems export it, with personal values planted wherever people and systems leave them.

`write(home)` makes data/personal_shop with its raw files and returns the frame of planted values (columns of
leaks.canaries_of); everybody in it is made up.
"""

import json
import random
from pathlib import Path

import pandas as pd

from vendor_files import cells
from vendor_folder import event, write_sheet, write_text

NAME = "personal_shop"
N_PEOPLE = 160
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # of a Chinese identity number (GB 11643)
SURNAMES = "欧司诸令百东"  # first characters of rare two-character surnames, so that no name is a word
SECOND = "阳徒葛狐里方"
GIVEN = "澍骁琬翊珩嫣淼煊旻祎"
WESTERN = ("Zebulon", "Quillon", "Thaddeus", "Ottoline", "Marigold", "Peregrine", "Isolde", "Lysander")
FAMILIES = ("Quigfield", "Vanterpool", "Ashgrovely", "Mockridge", "Sampleton", "Fictorian")
SETTINGS = """\
name: personal_shop
title: {en: A shop of made-up people, zh: 虚构人物的小店}
about: {en: Personal values are planted everywhere., zh: 到处都埋有虚构的个人信息。}
business: {currency: CNY, country: CN, time_zone: Asia/Shanghai, contractual: false, first_date: 2024-01-01,
  snapshot_date: 2025-12-31}
sources:
  - name: members
    system: loyalty
    export: members
    pattern: "loyalty/*.csv"
    ids: member
    tables:
      people: {customer_id: 会员号, full_name: 姓名, phone: 手机, email: 邮箱, national_id: 身份证, address: 地址,
        birth_date: 生日, gender: 性别, recorded_at: 入会时间}
      customers: {customer_id: 会员号, joined_at: 入会时间, acquisition_channel: 渠道, city: 市, loyalty_tier: 等级,
        remark: 备注, referrer: 推荐人}
  - name: crm
    system: fxiaoke
    export: customers
    pattern: "crm/客户*.xlsx"
    tables:
      people: {customer_id: 客户编号, full_name: 客户名称, phone: 电话, email: 邮件, address: 详细地址, member_id: 会员号}
  - name: crm_deals
    system: fxiaoke
    export: opportunities
    pattern: crm/商机.csv
    ids: crm
    tables:
      deals: {deal_id: 商机编号, stage: 销售阶段, customer_id: 客户编号, entered_at: 阶段进入时间, amount: 商机金额,
        owner_id: 负责人, reason_lost: 输单原因}
  - name: abroad
    system: zoho
    export: contacts
    pattern: zoho/Contacts*.csv
    tables:
      people: {customer_id: Record Id, given_name: First Name, family_name: Last Name, phone: Phone, email: Email,
        recorded_at: Created Time, member_id: Member No}
  - name: till
    system: point_of_sale
    export: order_lines
    pattern: pos/till.csv
    ids: member
    tables:
      transactions: {transaction_id: 小票号, line_number: 行号, customer_id: 会员号, ordered_at: 销售时间, product_id: 商品编码,
        quantity: 数量, unit_price: 单价, revenue: 实收金额, channel: 渠道, store_id: 门店编号}
      people: {customer_id: 会员号, phone: 手机号}
  - name: goods
    system: files
    pattern: pos/goods.csv
    tables: {products: {product_id: 商品编码, name: 商品名称, department: 大类, category: 品类}}
  - name: web
    system: google_analytics
    export: events
    pattern: "ga4/events_*.jsonl"
    ids: member
    tables:
      interactions: {interaction_id: event id, customer_id: signed-in user, visitor_id: visitor id, occurred_at: event time,
        channel: event channel, kind: event_name, session_id: session id, page: page location}
      people: {customer_id: signed-in user, visitor_id: visitor id}
  - name: survey
    system: questionpro
    export: responses
    pattern: survey/QuestionPro*.xlsx
    ids: member
    tables:
      feedback: {feedback_id: Response ID, customer_id: External Reference, received_at: Timestamp (mm/dd/yyyy),
        channel: =survey, nps: 您有多大可能推荐我们？, text: 您有什么建议？}
      people: {customer_id: External Reference, email: Respondent Email, ip_address: IP Address}
  - name: reviews
    system: reviews
    export: reviews
    pattern: reviews/*.jsonl
    ids: member
    tables:
      feedback: {feedback_id: review_id, customer_id: user_id, received_at: review_time, channel: =review,
        product_id: product_id, text: review_text, rating: stars}
  - name: tickets
    system: service
    export: tickets
    pattern: service/工单.csv
    ids: member
    tables:
      cases: {case_id: 工单号, customer_id: 会员号, opened_at: 创建时间, closed_at: 关闭时间, topic: 问题类型, channel: 渠道}
      people: {customer_id: 会员号, full_name: 客户姓名, phone: 联系电话}
  - name: campaigns
    system: marketing
    export: campaigns
    pattern: marketing/活动.csv
    tables:
      campaigns: {campaign_id: 活动编号, name: 活动名称, kind: 活动类型, channel: 渠道, starts_at: 开始日期, ends_at: 结束日期}
  - name: contacts
    system: marketing
    export: campaign_contacts
    pattern: marketing/触达.csv
    ids: member
    tables: {campaign_contacts: {campaign_id: 活动编号, customer_id: 会员号, contacted_at: 触达时间, treated: 分组}}
  - name: permissions
    system: files
    pattern: marketing/授权.csv
    ids: member
    tables: {consents: {customer_id: 会员号, purpose: 用途, granted_at: 授权时间, consent_source: 授权来源}}
"""


def identity_number(i: int) -> str:
    """Return a Chinese identity number that nobody has (area 110100 is a sum of areas) with its right check digit."""
    first = f"110100{1950 + i % 50}{1 + i % 12:02d}{1 + i % 28:02d}{i % 1000:03d}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


def people() -> pd.DataFrame:
    """Return `N_PEOPLE` made-up people: member, full_name, phone, email, national_id, address, ip_address."""
    rows = []
    for i in range(N_PEOPLE):
        is_western = i % 5 == 4
        western = f"{WESTERN[i % 8]} {FAMILIES[i % 6]}{'abcdefghijklmnopqrstuvwxyz'[i // 10 % 26]}"
        chinese = SURNAMES[i % 6] + SECOND[i % 6] + GIVEN[i // 6 % 10] + GIVEN[i // 60]
        rows.append({
            "member": f"M{i:04d}", "full_name": western if is_western else chinese, "phone": f"138000{50000 + 137 * i}",
            "email": f"made.up{i:03d}@example.com", "national_id": identity_number(i),
            "address": f"杭州市西湖区虚构路{100 + i}号{1 + i % 9}单元{200 + i}室", "ip_address": f"198.51.100.{i % 250 + 1}",
        })
    return pd.DataFrame(rows)


def write(home: Path) -> pd.DataFrame:
    """Write the data set below `home`/data and return what was planted."""
    folder, who, dice = home / "data" / NAME, people(), random.Random(11)
    (folder / "raw").mkdir(parents=True)
    (folder / "dataset.yml").write_text(SETTINGS, encoding="utf-8")
    for writer in (_members, _crm, _abroad, _till, _web, _survey, _reviews, _tickets, _marketing):
        writer(folder / "raw", who, dice)
    return who


def _day(dice, first: int = 0) -> str:
    return str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=dice.randint(first, 729))).date())


def _members(raw: Path, who: pd.DataFrame, dice) -> None:
    """Remarks, referrals, towns and an unmapped column hold other personal values; so does the name of a file beside it."""
    header = cells("会员号,姓名,手机,邮箱,身份证,地址,生日,性别,市,入会时间,渠道,等级,备注,推荐人,家人电话")
    rows = []
    for i, p in enumerate(who.itertuples()):
        referrer = who.iloc[(i + 7) % N_PEOPLE]
        wide = p.phone.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        remark = ("", f"请联系{p.full_name} {p.phone}", f"身份证 {p.national_id}", f"送到{p.address}", f"{wide}晚上联系",
                  f"writes from {p.email}, IP {p.ip_address}")[i % 6]
        rows.append([
            p.member, p.full_name, f"{p.phone[:3]}-{p.phone[3:7]}-{p.phone[7:]}", p.email, p.national_id, p.address,
            f"{1950 + i % 50}-{1 + i % 12:02d}-{1 + i % 28:02d}", "女男"[i % 2], p.address if i % 40 == 3 else "杭州市",
            f"2024-01-{1 + i % 28:02d} 09:00:00" if i % 50 else f"{p.phone} 来电登记",
            f"朋友介绍 {referrer.full_name} {referrer.phone}" if i % 30 == 1 else "门店", "金卡" if i % 3 else "银卡", remark,
            referrer.full_name if i % 10 == 2 else "", referrer.phone,
        ])
    write_text(raw / "loyalty" / "会员_20260101.csv", [header, *rows], "gb18030")
    write_text(raw / f"旧_{who.phone[3]}_{who.full_name[0]}.csv", [header, *rows[:3]], "gb18030")  # no source reads it


def _crm(raw: Path, who: pd.DataFrame, dice) -> None:
    """Sales staff and reasons lost; some people are written in another form than in the loyalty programme."""
    header = ["客户编号", "客户名称", "电话", "邮件", "详细地址", "会员号", "客户级别", "成交状态", "创建时间"]
    rows = [[f"A{i:04d}", p.full_name, f"+86 {p.phone}", p.email.upper(), p.address, p.member if i % 3 else "", "金卡",
             "已成交", "2024-02-01 10:00:00"] for i, p in enumerate(who.itertuples()) if i % 2 == 0]
    write_sheet(raw / "crm" / "客户_20260101.xlsx", [header, *rows])
    header = ["商机编号", "商机名称", "客户编号", "销售阶段", "阶段进入时间", "商机金额", "负责人", "输单原因"]
    rows = [[f"O{i:03d}", f"{p.full_name}的团购", f"A{i:04d}", "报价" if i % 4 else "输单", f"{_day(dice)} 10:00:00",
             f"{100 * (i + 1)}.00", who.full_name[i % 3], "" if i % 4 else f"{p.full_name}改用{p.phone}联系，{p.email}"]
            for i, p in enumerate(who.itertuples()) if i % 2 == 0 and i < 120]
    write_text(raw / "crm" / "商机.csv", [header, *rows])


def _abroad(raw: Path, who: pd.DataFrame, dice) -> None:
    header = ["Record Id", "First Name", "Last Name", "Email", "Phone", "Created Time", "Modified Time", "Lead Source",
              "Member No", "Contact Owner"]
    rows = [[f"zcrm_{i}", *p.full_name.split(" "), p.email, p.phone, "2024-03-01 10:00:00",
             "2024-03-01 10:00:00", "Web", p.member, "Ottoline Mockridge"]
            for i, p in enumerate(who.itertuples()) if " " in p.full_name]
    write_text(raw / "zoho" / "Contacts_001.csv", [header, *rows])


def _till(raw: Path, who: pd.DataFrame, dice) -> None:
    """Sales with a cashier's name beside them, and lines that cannot be read because somebody wrote a person into them."""
    header = cells("小票号,行号,销售时间,门店编号,收银员,会员号,手机号,商品编码,数量,单价,实收金额,渠道")
    rows = []
    for i, p in enumerate(who.itertuples()):
        for order in range(dice.choice((1, 2, 4, 8, 12))):
            rows.append([f"R{i:03d}{order:02d}", "1", f"{_day(dice)} {dice.randint(9, 20)}:15:00", f"S0{i % 3}",
                         who.full_name[5], p.member, p.phone if i % 4 == 0 else "",
                         f"P{dice.randint(1, 9)}", dice.randint(1, 3), "20.00",
                         f"{dice.randint(10, 90)}.00", "门店"])
    for i, p in enumerate(who.head(12).itertuples()):
        bad = [f"X{i:03d}", "1", "2024-05-01 10:00:00", "S00", "", p.member, p.phone, "P1", "1", "20.00", "20.00", "门店"]
        bad[(2, 8, 10)[i % 3]] = f"{p.phone} {p.full_name}"
        rows.append(bad if i % 4 else [*bad, p.address])
    write_text(raw / "pos" / "till.csv", [header, *rows])
    goods = [[f"P{i}", f"杯子{i}号" if i > 1 else f"杯子 订购热线{who.phone[1]}", "家居", "餐具"] for i in range(1, 10)]
    write_text(raw / "pos" / "goods.csv", [["商品编码", "商品名称", "大类", "品类"], *goods])


def _web(raw: Path, who: pd.DataFrame, dice) -> None:
    """Web addresses with e-mails, phones and names in the query, the path and the fragment."""
    events = []
    for i, p in enumerate(who.head(150).itertuples()):
        page = "https://shop.example/" + (f"login?email={p.email}&tel={p.phone}", f"u/{p.email.replace('@', '%40')}/me",
                                          f"call/{p.phone}", "", f"#{p.full_name}")[i % 5]
        at = int((pd.Timestamp(_day(dice)) + pd.Timedelta(hours=5)).timestamp() * 1_000_000) + i
        made = event(str(pd.Timestamp(at, unit="us").date()).replace("-", ""), at, "page_view", p.member, page_location=page)
        events.append({**made, "user_pseudo_id": p.ip_address if i % 9 == 0 else f"d.{i}"})
    (raw / "ga4").mkdir()
    (raw / "ga4" / "events_2025.jsonl").write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events), "utf-8")


def _survey(raw: Path, who: pd.DataFrame, dice) -> None:
    header = ["Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Duplicate", "Time Taken To Complete (Seconds)",
              "Response Status", "Sequence Number", "External Reference", "Respondent Email", "Custom Variable 1",
              "您有多大可能推荐我们？", "您有什么建议？"]
    said = ("送货很快", "我叫{0.full_name}，请回电{0.phone}", "地址是{0.address}", "from {0.ip_address}", "写信给{0.email}",
            "客服态度好")
    rows = [[f"{7000 + i}", p.ip_address, f"0{1 + i % 9}/1{i % 9}/2025 10:11:12", "", "65", "Completed", str(i),
             p.member if i % 3 else "", p.email, p.full_name, i % 11, said[i % 6].format(p)]
            for i, p in enumerate(who.head(120).itertuples())]
    write_sheet(raw / "survey" / "QuestionPro-SR-RawData-5-01-31-2026.xlsx", [header, *rows], "Raw Data",
                above=(("Survey: 顾客满意度",), ("Account: Example",), ()))


def _reviews(raw: Path, who: pd.DataFrame, dice) -> None:
    said = ("很好用，{0.full_name}推荐", "坏了，打{0.phone}没人接", "Great cup, says {0.full_name}", "mail me: {0.email}",
            "我是{0.full_name}，{0.national_id}", "收货人{0.full_name}，{0.address}", "杯子有裂纹，很失望", "色彩很好，喜欢")
    rows = [{"review_id": f"r{i}", "user_id": p.member, "product_id": f"P{1 + i % 9}", "review_time": f"{_day(dice)} 10:00:00",
             "stars": 1 + i % 5, "review_text": said[i % 8].format(p)} for i, p in enumerate(who.head(200).itertuples())]
    (raw / "reviews").mkdir()
    (raw / "reviews" / "reviews.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")


def _tickets(raw: Path, who: pd.DataFrame, dice) -> None:
    header = ["工单号", "会员号", "客户姓名", "联系电话", "问题类型", "渠道", "工单状态", "优先级", "创建时间", "关闭时间"]
    rows = [[f"T{i}" if i % 7 else f"{p.phone}-{i}", p.member if i % 2 else "", p.full_name, p.phone,
             "物流" if i % 3 else f"退货 {p.full_name} {p.phone[:3]} {p.phone[3:7]} {p.phone[7:]}",
             "电话", "已关闭", "高", f"{_day(dice)} 08:00:00", ""] for i, p in enumerate(who.head(90).itertuples())]
    write_text(raw / "service" / "工单.csv", [header, *rows])


def _marketing(raw: Path, who: pd.DataFrame, dice) -> None:
    """A campaign named after a customer, permissions with the address of the device that gave them."""
    campaigns = [["K1", "春季", "短信", "短信", "2025-02-01", "2025-02-10"],
                 ["K2", f"专属券 {who.phone[2]}", "短信", "短信", "2025-06-01", "2025-06-18"]]
    write_text(raw / "marketing" / "活动.csv", [cells("活动编号,活动名称,活动类型,渠道,开始日期,结束日期"), *campaigns])
    write_text(raw / "marketing" / "触达.csv", [["活动编号", "会员号", "触达时间", "分组"], *(
        ["K1", p.member, "2025-02-01", "是" if i % 2 else "否"] for i, p in enumerate(who.head(100).itertuples()))])
    write_text(raw / "marketing" / "授权.csv", [["会员号", "用途", "授权时间", "授权来源"], *(
        [p.member, "短信", f"{_day(dice)} 08:00:00", f"网页 {p.ip_address}" if i % 2 else "门店"]
        for i, p in enumerate(who.head(100).itertuples()))])
