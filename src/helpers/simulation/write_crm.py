"""What the CRM systems write: 纷享销客 (客户, 联系人, 销售线索, 商机, 销售订单, 订单产品, 销售记录) and Zoho."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.simulation import catalogue, dirt
from helpers.simulation.files import CsvFile, ExcelFile, money, times
from helpers.simulation.settings import N_DAYS, Plan, generator, moment_of
from helpers.simulation.truth import Truth, line_kinds
from helpers.simulation.world import Chunk

COLUMNS = {
    "客户": ["客户编号", "客户名称", "客户级别", "获客来源", "成交状态", "最后一次成交时间", "负责人", "归属部门", "生命状态",
             "锁定状态", "业务类型", "国家",
           "省", "市", "区", "详细地址", "电话", "邮件", "会员号", "field_7Kd2x__c", "field_Q3m1p__c", "创建人", "创建时间",
           "最后修改时间"],
    "联系人": ["联系人编号", "姓名（必填）", "客户编号", "客户名称", "职务", "手机", "邮件", "性别", "field_b81Zs__c",
               "创建时间"],
    "销售线索": ["线索编号", "姓名（必填）", "公司", "手机", "邮件", "线索来源", "线索状态", "负责人", "创建时间", "转换时间"],
    "商机": ["商机编号", "商机名称", "客户编号", "客户名称", "商机金额", "预测金额", "销售阶段", "负责人", "创建时间",
             "阶段进入时间", "预计成交日期", "输单原因"],
    "销售订单": ["销售订单编号", "客户编号", "客户名称", "订单金额", "待回款金额", "下单日期", "订单状态", "负责人",
                 "创建时间"],
    "订单产品": ["订单产品编号", "销售订单编号", "行号", "客户编号", "下单日期", "产品编号", "产品名称", "销售数量",
                 "销售单价", "折扣额", "销售金额", "渠道"],
    "销售记录": ["销售记录编号", "客户编号", "客户名称", "跟进时间", "跟进方式", "跟进内容", "负责人"],
}
EXCEL = ("客户", "商机", "销售记录")
SOURCES = {"客户": "crm_customers", "联系人": "crm_contacts", "销售线索": "crm_leads", "商机": "crm_deals",
           "销售订单": "crm_orders",
           "订单产品": "crm_order_lines", "销售记录": "crm_activities"}
ZOHO = {
    "Contacts": ["Record Id", "Contact Owner.id", "Contact Owner", "Lead Source", "First Name", "Last Name", "Account Name.id",
                 "Account Name", "Email", "Title", "Department", "Phone", "Mobile", "Created By.id", "Created By",
                 "Created Time",
                 "Modified Time", "Email Opt Out", "Salutation", "Last Activity Time", "Tag", "Member No", "Mailing Street",
                 "Mailing City", "Mailing State", "Mailing Zip", "Mailing Country"],
    "Leads": ["Record Id", "Lead Owner.id", "Lead Owner", "Is Converted", "Company", "First Name", "Last Name", "Email",
              "Phone",
              "Mobile", "Lead Source", "Lead Status", "Created Time", "Email Opt Out", "Last Activity Time"],
    "Deals": ["Record Id", "Deal Owner.id", "Deal Owner", "Amount", "Deal Name", "Closing Date", "Account Name.id",
              "Account Name",
              "Stage", "Contact Name.id", "Contact Name", "Currency", "Reason For Loss", "Created Time", "Modified Time",
              "Last Activity Time"],
}
OWNERS = ("销售甲", "销售乙", "销售丙", "销售丁")
STAGES, STAGE_SHARES = ("验证客户", "需求确认", "方案报价", "谈判", "赢单", "输单"), (.1, .12, .13, .1, .37, .18)
LOST = ("价格", "竞品", "预算取消", "无响应")
NOTES = ("电话沟通采购需求", "上门拜访并送样品", "微信发送报价单", "确认节日礼盒数量", "跟进回款", "客户暂无需求")


class Crm:
    """纷享销客 and Zoho."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.truth = plan, truth
        self.files = {
            name: ExcelFile(raw / "crm" / f"{name}.xlsx", columns) if name in EXCEL
            else CsvFile(raw / "crm" / f"{name}.csv", columns, encoding="gb18030") for name, columns in COLUMNS.items()
        }
        self.zoho = {name: CsvFile(raw / "zoho" / f"{name}.csv", columns) for name, columns in ZOHO.items()}

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [*[(SOURCES[name], file) for name, file in self.files.items()],
                *[(f"zoho_{name.lower()}", file) for name, file in self.zoho.items()]]

    def write(self, chunk: Chunk) -> None:
        rng = generator(self.plan, chunk.number, "crm")
        self._write_customers(chunk, rng)
        self._write_contacts(chunk, rng)
        self._write_leads(chunk, rng)
        self._write_sales(chunk, rng)
        self._write_zoho(chunk, rng)

    def _write_customers(self, chunk: Chunk, rng) -> None:
        owners = chunk.people[chunk.people["in_crm"]]
        second = owners[owners["has_second_crm"]]
        people = pd.concat([owners, second])
        number = np.concatenate([owners["crm_no"], second["second_crm_no"]])
        created = np.maximum(people["joined"].to_numpy(), -400) + rng.uniform(0, 60,
                                                                              len(people)) * (people["joined"] > 0).to_numpy()
        created = np.minimum(created + np.repeat([0, 90], [len(owners), len(second)]), N_DAYS - .1)
        as_of = np.where(rng.random(len(people)) < .6, created, N_DAYS)
        phone = dirt.phones(dirt.phones_at(people, as_of), rng, empty=.04)
        email = dirt.emails(people["email"].to_numpy(), rng, empty=.25)
        name, place = dirt.full_names(people, rng), dirt.places(people, as_of, rng)
        knows_card = people["in_member"].to_numpy() & (rng.random(len(people)) < .3)
        last = chunk.orders.groupby("row")["day"].max().reindex(people.index).to_numpy()
        bought = ~np.isnan(last)
        last = np.where(bought, times(moment_of(np.nan_to_num(last)), "%Y-%m-%d %H:%M"), None)
        n = len(people)
        self.files["客户"].append(pd.DataFrame({
            "客户编号": number, "客户名称": name, "客户级别": np.where(people["is_company"], "团购客户", "零售客户"),
            "获客来源": people["acquired_by"], "成交状态": np.where(bought, "已成交", "未成交"), "最后一次成交时间": last,
            "负责人": rng.choice(OWNERS, n), "归属部门": "零售部", "生命状态": "正常", "锁定状态": "未锁定",
            "业务类型": "预设业务类型", "国家": "中国", "省": place["province"], "市": place["city"], "区": place["district"],
            "详细地址": place["address"], "电话": phone, "邮件": email,
            "会员号": np.where(knows_card, people["member_no"], None),
            "field_7Kd2x__c": dirt.birth_dates(people, rng, empty=.5), "field_Q3m1p__c": rng.choice(["A", "B", "C"], n),
            "创建人": rng.choice(OWNERS, n), "创建时间": times(moment_of(created), "%Y-%m-%d %H:%M"),
            "最后修改时间": times(moment_of(np.maximum(as_of, created).clip(max=N_DAYS - 1)), "%Y-%m-%d %H:%M"),
        }))
        self.truth.add_records("crm_customers", people, local_id=number, full_name=name, phone=phone, email=email)

    def _write_contacts(self, chunk: Chunk, rng) -> None:
        people = chunk.people[chunk.people["in_contact"]]
        n = len(people)
        number = np.array([f"LX{p + 500_000:08d}" for p in people["person"]], dtype=object)
        created = np.clip(people["joined"].to_numpy() + rng.uniform(0, 100, n), -400, N_DAYS - .1)
        name, phone = dirt.full_names(people, rng, latin=.0), dirt.phones(dirt.phones_at(people, created), rng)
        email = dirt.emails(people["email"].to_numpy(), rng, empty=.25)
        self.files["联系人"].append(pd.DataFrame({
            "联系人编号": number, "姓名（必填）": name, "客户编号": people["crm_no"].to_numpy(),
            "客户名称": people["full_name"].to_numpy(),
            "职务": rng.choice(["采购", "行政", "经理", ""], n), "手机": phone, "邮件": email,
            "性别": people["gender"].to_numpy(),
            "field_b81Zs__c": rng.choice(["是", "否"], n), "创建时间": times(moment_of(created), "%Y-%m-%d %H:%M"),
        }))
        self.truth.add_records("crm_contacts", people, local_id=number, full_name=name, phone=phone, email=email)

    def _write_leads(self, chunk: Chunk, rng) -> None:
        people = chunk.people[chunk.people["in_lead"] & ~chunk.people["is_abroad"]]
        n = len(people)
        number = np.array([f"XS{p + 300_000:08d}" for p in people["person"]], dtype=object)
        created = np.clip(people["joined"].to_numpy() - rng.uniform(0, 40, n), -400, N_DAYS - 1)
        name, phone = dirt.full_names(people, rng), dirt.phones(dirt.phones_at(people, created), rng, empty=.02)
        email = dirt.emails(people["email"].to_numpy(), rng, empty=.4)
        self.files["销售线索"].append(pd.DataFrame({
            "线索编号": number, "姓名（必填）": name, "公司": np.where(people["is_company"],
                                                                       "示例企业" + people["person_id"].str[-4:], None),
            "手机": phone, "邮件": email, "线索来源": people["acquired_by"].to_numpy(),
            "线索状态": rng.choice(["已转换", "跟进中", "无效"], n),
            "负责人": rng.choice(OWNERS, n), "创建时间": times(moment_of(created), "%Y年%m月%d日"),
            "转换时间": np.where(rng.random(n) < .5, times(moment_of(np.minimum(created + 30, N_DAYS - 1)), "%Y年%m月%d日"),
                                 None),
        }))
        self.truth.add_records("crm_leads", people, local_id=number, full_name=name, phone=phone, email=email)

    def _write_sales(self, chunk: Chunk, rng) -> None:
        """Group purchases of companies: opportunities, their notes, and for those that were won an order with lines."""
        buyers = chunk.people[chunk.people["is_company"] & (chunk.people["joined"] < N_DAYS - 30)]
        deals = buyers.iloc[np.repeat(np.arange(len(buyers)), 1 + rng.poisson(1.2, len(buyers)))]
        n = len(deals)
        start = np.maximum(deals["joined"].to_numpy(), 0)
        created = start + rng.random(n) * (N_DAYS - 25 - start)
        stage = rng.choice(STAGES, n, p=STAGE_SHARES)
        number = np.array([f"SJ{p:07d}{i:02d}" for p, i in zip(deals["person"], deals.groupby("person").cumcount(),
                                                               strict=True)], dtype=object)
        entered, lines = created + rng.uniform(1, 20, n), self._order_lines(deals, stage, number, created, rng)
        total = lines.groupby("deal")["revenue"].sum().reindex(np.arange(n)).fillna(0).to_numpy()
        amount = np.where(total > 0, total, rng.integers(80, 900, n) * 1000)
        common = {"客户编号": deals["crm_no"].to_numpy(), "客户名称": deals["full_name"].to_numpy(),
                  "负责人": rng.choice(OWNERS, n)}
        self.files["商机"].append(pd.DataFrame({
            **common, "商机编号": number, "商机名称": deals["full_name"].to_numpy() + "团购", "商机金额": amount / 100,
            "预测金额": np.round(amount * .6) / 100, "销售阶段": stage, "创建时间": times(moment_of(created), "%Y-%m-%d %H:%M"),
            "阶段进入时间": times(moment_of(entered), "%Y-%m-%d %H:%M"), "预计成交日期": dirt.dates(created + 25),
            "输单原因": np.where(stage == "输单", rng.choice(LOST, n), None)}))
        won = np.flatnonzero(stage == "赢单")
        self.files["销售订单"].append(pd.DataFrame({
            **{k: v[won] for k, v in common.items()}, "销售订单编号": "DD" + pd.Series(number[won]),
            "订单金额": money(amount[won]),
            "待回款金额": "0.00", "下单日期": dirt.dates(entered[won]), "订单状态": "已确认",
            "创建时间": times(moment_of(entered[won]), "%Y-%m-%d %H:%M")}))
        self._append_lines(lines.assign(day=entered[lines["deal"]]), deals, number, chunk)
        note = np.repeat(np.arange(n), 1 + rng.poisson(1.5, n))
        self.files["销售记录"].append(pd.DataFrame({
            "销售记录编号": [f"JL{number[d][2:]}{i:02d}" for i,
                             d in zip(pd.Series(note).groupby(note).cumcount(), note, strict=True)],
            **{k: v[note] for k, v in common.items()},
            "跟进时间": times(moment_of(created[note] + rng.random(len(note)) * 20), "%Y-%m-%d %H:%M"),
            "跟进方式": rng.choice(["电话", "拜访", "微信", "邮件"], len(note)), "跟进内容": rng.choice(NOTES, len(note))}))

    def _order_lines(self, deals: pd.DataFrame, stage, number, created, rng) -> pd.DataFrame:
        won = np.flatnonzero(stage == "赢单")
        month = moment_of(created[won]).astype("datetime64[M]").astype(int) % 12
        customer = deals.iloc[won]
        order, product, _ = catalogue.fill_orders(customer["persona"].to_numpy(), customer["tier"].to_numpy(),
                                                  customer["size"].to_numpy(), month, rng, extra=1 + rng.poisson(1, len(won)))
        quantity, price = rng.integers(5, 31, len(order)), catalogue.products()["price"].to_numpy()[product]
        discount = np.round(price * quantity * .08).astype(int)
        place = np.arange(len(order)) - np.searchsorted(order, order) + 1
        return pd.DataFrame({"deal": won[order], "line_number": place, "product": product, "quantity": quantity, "price": price,
                             "discount": discount, "revenue": price * quantity - discount})

    def _append_lines(self, lines: pd.DataFrame, deals: pd.DataFrame, number: np.ndarray, chunk: Chunk) -> None:
        shelf, deal = catalogue.products(), lines["deal"].to_numpy()
        order_no = np.array([f"DD{number[d]}" for d in deal], dtype=object)
        product_id = shelf["product_id"].to_numpy()[lines["product"]]
        file = self.files["订单产品"]
        where = file.append(pd.DataFrame({
            "订单产品编号": [f"{o}-{i}" for o, i in zip(order_no, lines["line_number"], strict=True)], "销售订单编号": order_no,
            "行号": lines["line_number"], "客户编号": deals["crm_no"].to_numpy()[deal],
            "下单日期": dirt.dates(lines["day"].to_numpy()),
            "产品编号": product_id, "产品名称": shelf["name"].to_numpy()[lines["product"]], "销售数量": lines["quantity"],
            "销售单价": money(lines["price"]), "折扣额": money(lines["discount"]), "销售金额": money(lines["revenue"]),
            "渠道": "大客户"}))
        frame = lines.assign(
            row=deals.index.to_numpy()[deal], transaction_id=order_no, card=None, phone=None, kind="sale", is_copy=False,
            is_ragged=False, date_problem=None, moment=moment_of(np.floor(lines["day"])), product_id=product_id, channel=-1,
            why="own", failure=None)
        self.truth.add("lines", line_kinds(frame, chunk.people, source="crm_order_lines", file="crm/订单产品.csv", line=where))

    def _write_zoho(self, chunk: Chunk, rng) -> None:
        people = chunk.people[chunk.people["in_zoho"]]
        n = len(people)
        number = np.array([f"zcrm_{4_460_000_000_000 + p * 11:018d}" for p in people["person"]], dtype=object)
        name, place = dirt.full_names(people, rng, latin=.6), dirt.places(people, np.zeros(n), rng)
        first, last = _split(name, people)
        phone, email = dirt.phones(people["phone"].to_numpy(), rng, empty=.2), dirt.emails(people["email"].to_numpy(), rng,
                                                                                           empty=.06)
        created = moment_of(np.clip(people["joined"].to_numpy() + 1, -400, N_DAYS - 1))
        blank = dict.fromkeys(ZOHO["Contacts"], "")
        owner = {"Contact Owner.id": "zcrm_000000000000000001", "Contact Owner": "Overseas Desk"}
        self.zoho["Contacts"].append(pd.DataFrame({
            **blank, **owner, "Record Id": number, "Lead Source": people["acquired_by"].to_numpy(), "First Name": first,
            "Last Name": last, "Email": email, "Phone": phone, "Created By": "Overseas Desk", "Created Time": times(created),
            "Modified Time": times(created), "Email Opt Out": rng.choice(["false", "true"], n, p=(.9, .1)),
            "Member No": np.where(people["in_member"] & (rng.random(n) < .4), people["member_no"], None),
            "Mailing City": place["city"].to_numpy(), "Mailing Country": place["province"].to_numpy()}))
        self.truth.add_records("zoho_contacts", people, local_id=number, full_name=_joined(first, last), phone=phone,
                               email=email)
        self._write_zoho_leads(chunk, rng)
        picked = np.flatnonzero(rng.random(n) < .1)
        self.zoho["Deals"].append(pd.DataFrame({
            **dict.fromkeys(ZOHO["Deals"], ""), "Deal Owner": "Overseas Desk", "Currency": "CNY",
            "Record Id": [f"{number[i]}7" for i in picked], "Amount": money(rng.integers(200, 3000, len(picked)) * 100),
            "Deal Name": "Corporate gifts", "Closing Date": dirt.dates(np.clip(people["joined"].to_numpy()[picked] + 40, 0,
                                                                               N_DAYS)),
            "Stage": rng.choice(["Qualification", "Negotiation", "Closed Won", "Closed Lost"], len(picked)),
            "Contact Name.id": number[picked], "Contact Name": name[picked], "Created Time": times(created[picked]),
            "Modified Time": times(created[picked])}))

    def _write_zoho_leads(self, chunk: Chunk, rng) -> None:
        people = chunk.people[chunk.people["in_lead"] & chunk.people["is_abroad"]]
        n = len(people)
        number = np.array([f"zcrm_{9_460_000_000_000 + p * 11:018d}" for p in people["person"]], dtype=object)
        first, last = _split(dirt.full_names(people, rng, latin=.8), people)
        email = dirt.emails(people["email"].to_numpy(), rng, empty=.0)
        self.zoho["Leads"].append(pd.DataFrame({
            **dict.fromkeys(ZOHO["Leads"], ""), "Record Id": number, "Lead Owner": "Overseas Desk", "Is Converted": "false",
            "First Name": first, "Last Name": last, "Email": email, "Phone": people["phone"].to_numpy(),
            "Lead Status": rng.choice(["Contacted", "Not Contacted"], n),
            "Created Time": times(moment_of(np.clip(people["joined"].to_numpy(), -400, N_DAYS - 1))),
            "Email Opt Out": "false"}))
        self.truth.add_records("zoho_leads", people, local_id=number, full_name=_joined(first, last),
                               phone=people["phone"].to_numpy(), email=email)

    def close(self) -> None:
        for _, file in self.written():
            file.close()


def _split(full: np.ndarray, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last name: at the first blank; a Chinese name after its first character."""
    first, last = [], []
    for name in full:
        given, _, family = name.partition(" ")
        if not family:
            given, family = name[1:], name[:1]
        first.append(given)
        last.append(family)
    return np.array(first, dtype=object), np.array(last, dtype=object)


def _joined(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return np.array([f"{a} {b}" for a, b in zip(first, last, strict=True)], dtype=object)
