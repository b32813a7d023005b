"""A folder of small exports of every system, as an analyst would drop it, with its dirt. Everything in it is invented."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd

from vendor_files import FXIAOKE, HUBSPOT, ZOHO, cells


def write_text(file: Path, lines: list, encoding: str = "utf-8") -> None:
    """Write rows of fields as CSV; a field with a comma or quote is quoted."""
    def written(value) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("".join(",".join(map(written, row)) + "\r\n" for row in lines).encode(encoding))


def write_sheet(file: Path, rows: list, title: str = "Sheet1", above: tuple = ()) -> None:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in [*above, *rows]:
        book.active.append(list(row))
    file.parent.mkdir(parents=True, exist_ok=True)
    book.save(file)


def row_of(header: tuple, **values) -> list:
    """Return a row with the named values in their columns and nothing elsewhere."""
    return [values.get(name, values.get(name.replace(" ", "_"), "")) for name in header]


def fxiaoke(folder: Path) -> None:
    header = cells(FXIAOKE["customers"][0])
    people = [
        row_of(header, 客户名称=name, 客户编号=f"A{i:04d}", 客户级别="金卡", 客户来源="门店", 成交状态="已成交", 省="浙江省",
               市="杭州市",
               电话=f"138-0000-{i:04d}", 邮件=f"zhang{i}@example.com", 创建时间=f"2024-01-{i:02d} 10:00:00", 生命状态="正常")
        for i, name in enumerate(("张样例", "李样本", "王测试", "赵示范", "陈虚构", "刘假设"), start=1)
    ]
    write_sheet(folder / "纷享" / "客户_20260101.xlsx",
                [[*header[:2], *(h + "（必填）" for h in header[2:3]), *header[3:]], *people[:3]])
    write_text(folder / "纷享" / "客户_20260201.csv", [header, *people[3:]], "gb18030")
    header = cells(FXIAOKE["opportunities"][0])
    write_text(folder / "纷享" / "商机.csv", [header, row_of(
        header, 商机名称="大单", 商机编号="O1", 客户编号="A0001", 销售阶段="报价", 商机金额="12,000.00",
        创建时间="2024-03-01 09:00:00",
        负责人="周演示",
    )], "utf-8-sig")


def hubspot(folder: Path) -> None:
    header = cells(HUBSPOT["contacts"][1])
    write_text(folder / "hubspot" / "联系人.csv",
               [header, ["101", "样例", "张", "zhang1@example.com", "+86 138 0000 0001", "", "", "", "客户",
               "直接流量", "2024-02-01 08:00", "", "", "样例公司"]], "utf-8-sig")
    header = cells(HUBSPOT["deals"][0])
    write_text(folder / "hubspot" / "deals.csv",
               [header, ["9", "Deal", "Sales", "Won", "Ann Example", "2024-02-03 08:00", "2024-03-01",
               "500.5", "101"]])


def zoho(folder: Path) -> None:
    header = cells(ZOHO["contacts"][0])
    rows = [
        row_of(header, Record_Id="zcrm_1", First_Name="Ann", Last_Name="Example", Email="ann@example.com",
               Mobile="+1 206 555 0101",
               Created_Time="2024-01-05 10:00:00", Modified_Time="2024-06-01 10:00:00", Email_Opt_Out="false",
               Mailing_City="Seattle"),
        row_of(header, Record_Id="zcrm_2", First_Name="Bob", Last_Name="Sample", Email="bob@example.com",
               Phone="+1 206 555 0102",
               Created_Time="2024-01-06 10:00:00", Modified_Time="2024-07-01 10:00:00", Email_Opt_Out="true"),
    ]
    write_text(folder / "zoho" / "Contacts_001.csv", [header, *rows])
    header = cells(ZOHO["deals"][0])
    write_text(folder / "zoho" / "Deals_001.csv", [header, row_of(
        header, Record_Id="zcrm_9", Stage="Negotiation", Amount="900", Created_Time="2024-02-01 10:00:00",
        **{"Contact Name.id": "zcrm_1"},
    )])


def mailchimp(folder: Path) -> None:
    base = ["Email Address", "First Name", "Last Name", "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP",
            "GMTOFF",
            "DSTOFF", "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS"]
    ann = ["Ann@Example.com", "Ann", "Example", "4", "2024-01-02 03:04:05", "192.0.2.1", "2024-01-02 03:05:00", "192.0.2.1",
           "0", "0",
           "2024-05-01 00:00:00", "1", "e1", "", '"VIP","Blog"']
    bob = ["bob@example.com", "Bob", "Sample", "2", "2024-01-03 03:04:05", "192.0.2.2", "2024-01-03 03:05:00", "192.0.2.2", "0",
           "0",
           "2024-05-02 00:00:00", "2", "e2", "", ""]
    parts = {
        "subscribed_members_export.csv": [base, ann],
        "unsubscribed_members_export.csv": [[*base, "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_REASON"],
                                            [*bob, "2024-06-07 08:09:10", "Summer", "no longer"]],
    }
    (folder / "mail").mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "mail" / "audience.zip", "w") as archive:
        for name, rows in parts.items():
            write_text(folder / "x.csv", rows)
            archive.writestr(name, (folder / "x.csv").read_bytes())
    (folder / "x.csv").unlink()
    write_text(folder / "mail" / "activity.csv", [
        ["action", "timestamp", "campaign_id", "list_id", "email_id", "email_address", "url"],
        ["open", "2024-05-01 10:00:00", "c1", "l1", "", "ann@example.com", ""],
        ["click", "2024-05-01 10:01:00", "c1", "l1", "", "ann@example.com", "https://shop.example/x"],
    ])


def event(day: str, at: int, name: str, user: str | None, *, consent: str = "Yes", **params) -> dict:
    """Return an event as BigQuery writes it to JSON lines (whole numbers as text)."""
    values = [{"key": "ga_session_id", "value": {"int_value": "77"}}]
    values += [{"key": key, "value": {"string_value": value}} for key, value in params.items()]
    return {
        "event_date": day, "event_timestamp": str(at), "event_name": name, "event_params": values, "user_pseudo_id": "d.1",
        **({"user_id": user} if user else {}), "privacy_info": {"analytics_storage": consent, "ads_storage": "No"},
        "device": {"category": "mobile"}, "geo": {"country": "China"}, "platform": "WEB", "stream_id": "1",
        "traffic_source": {"source": "(direct)"},
        "ecommerce": {"purchase_revenue": 19.5} if name == "purchase" else {},
        "items": [{"item_id": "SKU-1", "item_name": "Cup", "price": 19.5}] if name == "purchase" else [],
    }


NOON = 1_735_704_000_000_000  # 2025-01-01 04:00 UTC


def google_analytics(folder: Path) -> None:
    (folder / "ga").mkdir(parents=True, exist_ok=True)
    first = [event("20250101", NOON, "page_view", None, page_location="https://shop.example/"),
             event("20250101", NOON + 5, "purchase", "M001", page_location="https://shop.example/pay", campaign="spring")]
    again = [*first, event("20250101", NOON + 9, "scroll", "M001", consent="No"),
             event("20250102", NOON + 86_400_000_000, "page_view", "M002", page_location="https://shop.example/2")]
    for name, events in (("events_20250101.json", first), ("events_20250102.json", again)):
        (folder / "ga" / name).write_text("".join(json.dumps(e) + "\n" for e in events), encoding="utf-8")
    (folder / "ga" / "pages.csv").write_text(
        "# ----------------------------------------\n# Pages and screens\n# Account: Example\n# Property: Shop\n"
        "# ----------------------------------------\n#\n# All Users\n# Start date: 20250101\n# End date: 20250131\n\n"
        "Page path and screen class,Views,Active users,Views per active user,Event count,Key events,Total revenue\n"
        "/,100,40,2.5,300,2,19.5\n/pay,10,4,2.5,30,2,19.5\n", encoding="utf-8")


def survey(folder: Path) -> None:
    header = ["Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Duplicate", "Time Taken To Complete (Seconds)",
              "Response Status",
              "Sequence Number", "External Reference", "Respondent Email", "Custom Variable 1", "您有多大可能向朋友推荐我们？",
              "您对本次服务满意吗？",
              "办理过程是否费力？", "您有什么建议？"]
    rows = [
        ["7001", "192.0.2.9", "02/03/2025 10:11:12", "", "65", "Completed", "1", "M001", "", "", 9, 5, 2, "送货很快"],
        ["7002", "192.0.2.8", "02/04/2025 10:11:12", "", "0", "Started", "2", "", "zhang1@example.com", "", 3, None, None, ""],
        ["7003", "192.0.2.7", "02/05/2025 10:11:12", "", "40", "Completed", "3", "", "zhang1@example.com", "", 6, 3, 5,
         "客服电话难打"],
    ]
    write_sheet(folder / "QuestionPro-SR-RawData-5-01-31-2026.xlsx", [header, *rows], "Raw Data",
                above=(("Survey: 顾客满意度",), ("Account: Example",), ()))


def shop(folder: Path) -> None:
    header = cells("小票号,行号,销售时间,门店编号,会员卡号,商品编码,商品名称,数量,单价,折扣金额,实收金额,支付方式")
    for month, sign in (("2025-01", 1), ("2025-02", -1)):
        rows = [[f"R{month[-1]}{i}", "1", f"{month}-{i + 1:02d} 12:30:00", "S01", f"M00{i}" if i else "", f"690000{i}", "杯子",
                 sign, "19.50",
                 "0.00", f"{sign * 19.5:.2f}", "微信"] for i in range(4)]
        write_text(folder / "pos" / f"sales-{month}.csv", [header, *rows], "gb18030")
    write_text(folder / "pos" / "商品.csv",
               [["商品编码", "商品名称", "大类", "品类", "品牌", "进价"], ["6900000", "杯子", "家居", "餐具", "样例牌", "8.00"],
                                         ["6900001", "碗", "家居", "餐具", "样例牌", "6.00"]])
    write_text(folder / "会员.csv", [
        ["会员卡号", "姓名", "手机号", "性别", "生日", "会员等级", "积分", "入会时间", "注册渠道", "民族"],
        *([f"M00{i}", name, f"138-0000-000{i}", "女", f"1990-0{i}-01", "银卡", i * 100, f"2024-0{i}-05 09:00:00", "门店", "汉"]
          for i, name in enumerate(("张样例", "李样本", "王测试"), start=1)),
    ], "gb18030")


def voices(folder: Path) -> None:
    (folder / "voice").mkdir(parents=True, exist_ok=True)
    reviews = [{"review_id": f"r{i}", "user_id": f"M00{i}", "product_id": "6900001", "review_time": f"2025-02-0{i} 10:00:00",
                "stars": i,
                "title": "ok", "review_text": "很好用"} for i in (1, 2, 3)]
    (folder / "voice" / "reviews.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in reviews),
                                                    encoding="utf-8")
    write_text(folder / "voice" / "微博评论.csv", [["评论ID", "平台", "昵称", "发布时间", "评论内容", "点赞数", "回复数"],
                                              ["c1", "微博", "路人甲样例", "2025-02-01 08:00:00", "不错", 3, 0]])
    write_text(folder / "voice" / "工单.csv", [
        ["工单号", "客户姓名", "联系电话", "问题类型", "渠道", "工单状态", "优先级", "创建时间", "首次响应时间", "关闭时间",
         "处理时长（小时）", "满意度"],
        ["T1", "张样例", "138-0000-0001", "物流", "电话", "已关闭", "高", "2025-02-01 08:00:00", "2025-02-01 09:00:00",
         "2025-02-02 08:00:00",
         "1.5", "4"],
        ["T2", "张样例", "138-0000-0001", "退货", "在线", "处理中", "低", "2025-02-03 08:00:00", "", "", "", ""],
    ])
    write_text(folder / "voice" / "通话.csv", [
        ["通话ID", "呼叫方向", "来电号码", "来电时间", "结束时间", "通话时长（秒）", "坐席工号", "技能组", "满意度"],
        ["k1", "呼入", "13800000002", "2025-02-01 08:00:00", "2025-02-01 08:03:00", "180", "007", "售后", "5"],
    ])


def marketing(folder: Path) -> None:
    write_text(folder / "活动.csv", [["活动编号", "活动名称", "活动类型", "渠道", "开始日期", "结束日期", "费用"],
                                  ["K1", "春季", "短信", "短信", "2025-02-01", "2025-02-10", "1,000.00"]])
    write_text(folder / "触达.csv", [["活动编号", "会员号", "触达时间", "分组", "分配概率", "响应时间", "响应金额"],
                                  ["K1", "M001", "2025-02-01", "实验组", "0.5", "2025-02-03", "30"],
                                     ["K1", "M002", "2025-02-01", "对照组", "0.5", "", ""]])
    write_text(folder / "consents.csv", [["Customer ID", "Purpose", "Granted At", "Withdrawn At", "Source"],
                                         ["A0001", "phone", "2024-01-01 00:00:00", "", "store"]])


def odd(folder: Path) -> None:
    """Files that feed nothing: another kind of table, a broken archive, an empty one, a hidden one."""
    write_text(folder / "库存.csv", [["商品编码", "仓库", "库存数量", "安全库存"], ["6900001", "杭州", "5", "2"]])
    (folder / "broken.zip").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    (folder / "empty.csv").write_bytes(b"")
    (folder / ".hidden.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "~$客户.xlsx").write_bytes(b"lock")


def write_everything(folder: Path) -> None:
    for writer in (fxiaoke, hubspot, zoho, mailchimp, google_analytics, survey, shop, voices, marketing, odd):
        writer(folder)


def nested_parquet(file: Path) -> None:
    """Write two events as nested Parquet."""
    pd.DataFrame([event("20250101", NOON, "page_view", None, page_location="https://shop.example/"),
                  event("20250101", NOON + 5, "purchase", "M001")]).to_parquet(file)
