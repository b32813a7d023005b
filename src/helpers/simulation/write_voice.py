"""What customers' words are kept in: service tickets, call log, QuestionPro survey, product reviews, social comments."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.simulation import catalogue, dirt
from helpers.simulation.files import CsvFile, ExcelFile, JsonLines, times
from helpers.simulation.settings import N_DAYS, Plan, date_of, generator, moment_of
from helpers.simulation.truth import Truth
from helpers.simulation.world import Chunk

TICKET = ["工单编号", "创建时间", "客户姓名", "联系电话", "会员号", "渠道", "问题类型", "问题描述", "优先级", "首次响应时间",
          "解决时间", "处理时长（分钟）",
          "是否重开", "满意度", "状态"]
CALL = ["通话编号", "呼入时间", "主叫号码", "会员号", "座席", "等待时长（秒）", "通话时长（分钟）", "来电原因", "结束时间",
        "满意度"]
QUESTIONS = ("您有多大可能向朋友推荐我们？", "您对最近一次购物的满意度？", "解决您的问题有多容易？", "请告诉我们原因或建议")
SURVEY = ["Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Duplicate", "Time Taken To Complete (Seconds)",
          "Response Status",
          "Sequence Number", "External Reference", "Respondent Email", "Custom Variable 1", *QUESTIONS]
ABOVE = (("Simulated Retailer",), ("Customer satisfaction 2024-2025 (simulated)",), ())
SOCIAL = ["评论ID", "平台", "昵称", "内容", "发布时间", "点赞数"]
NICKS = ["爱吃橘子", "半夏微凉", "小鹿乱撞", "云朵收集员", "柠檬不酸", "晚风", "追光者", "麦子", "胖达", "一只猫"]


class Voice:
    """Tickets, calls, survey, reviews and comments."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.truth = plan, truth
        self.tickets = {year: CsvFile(raw / "service" / f"工单_{year}.csv", TICKET, encoding=encoding)
                        for year, encoding in ((2024, "gb18030"), (2025, "utf-8-sig"))}
        self.calls = ExcelFile(raw / "service" / "通话记录.xlsx", CALL, sheet="通话记录")
        self.survey = ExcelFile(raw / "questionpro" / "QuestionPro-SR-RawData-CustomerSatisfaction-12-31-2025.xlsx", SURVEY,
                                sheet="Raw Data", above=ABOVE)
        self.reviews = JsonLines(raw / "reviews" / "商品评价.jsonl")
        self.social = CsvFile(raw / "reviews" / "社交评论.csv", SOCIAL, encoding="utf-8-sig")

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [*[("tickets", file) for file in self.tickets.values()], ("calls", self.calls), ("survey", self.survey),
                ("reviews", self.reviews), ("social_comments", self.social)]

    def write(self, chunk: Chunk) -> None:
        rng = generator(self.plan, chunk.number, "voice")
        self._write_cases(chunk, rng)
        self._write_survey(chunk, rng)
        self._write_reviews(chunk, rng)
        self._write_comments(chunk, rng)

    def _write_cases(self, chunk: Chunk, rng) -> None:
        cases = chunk.cases
        people = chunk.people.iloc[cases["row"]].reset_index(drop=True)
        opened = cases["opened"].to_numpy()
        phone = dirt.phones(dirt.phones_at(people, opened), rng, empty=.03)
        card = np.where(people["in_member"] & (people["joined"].to_numpy() < opened) & (rng.random(len(cases)) < .55),
                        people["member_no"], None)
        name = dirt.full_names(people, rng)
        number = np.array([f"{d}{chunk.number:04d}{i:06d}" for i, d in
                           enumerate(np.char.replace(np.datetime_as_string(date_of(opened)), "-", ""))], dtype=object)
        closed = np.where(cases["closed"].notna(), times(moment_of(cases["closed"].fillna(0).to_numpy())), None)
        first = times(moment_of(opened + cases["first_hours"].to_numpy() / 24))
        tickets = pd.DataFrame({
            "工单编号": "GD" + pd.Series(number), "创建时间": times(moment_of(opened)), "客户姓名": name, "联系电话": phone,
            "会员号": card,
            "渠道": rng.choice(["在线客服", "小程序", "邮件", "门店"], len(cases)), "问题类型": cases["topic"],
            "问题描述": "顾客反映：" + cases["topic"] + np.where(cases["is_failure"], "，要求尽快处理", "，咨询进度"),
            "优先级": np.where(cases["is_failure"], "高", "普通"), "首次响应时间": first, "解决时间": closed,
            "处理时长（分钟）": cases["minutes"],
            "是否重开": np.where(cases["reopened"], "是", "否"), "满意度": cases["csat"].astype("Int64"),
            "状态": np.where(cases["closed"].isna(), "处理中", "已解决")})
        called, year = cases["is_call"].to_numpy(), date_of(opened).astype("datetime64[Y]").astype(int) + 1970
        for when, file in self.tickets.items():
            file.append(tickets[~called & (year == when)])
        self._note("tickets", people[~called], full_name=name[~called], phone=phone[~called])
        caller = np.where(rng.random(len(cases)) < .3, card, None)
        self.calls.append(pd.DataFrame({
            "通话编号": "TH" + pd.Series(number), "呼入时间": times(moment_of(opened)), "主叫号码": phone, "会员号": caller,
            "座席": rng.choice(["座席01", "座席02", "座席03"], len(cases)), "等待时长（秒）": rng.integers(3, 240, len(cases)),
            "通话时长（分钟）": cases["minutes"], "来电原因": cases["topic"],
            "结束时间": times(moment_of(opened + cases["minutes"] / 1440)),
            "满意度": cases["csat"]})[called])
        self._note("calls", people[called], phone=phone[called])

    def _note(self, source: str, people: pd.DataFrame, **written) -> None:
        """Note the distinct sets of contact values of a source that has no person's number of its own."""
        frame = people[["person_id", "shares_phone"]].reset_index(drop=True).assign(**written)
        kept = frame[frame[list(written)].notna().any(axis=1)].drop_duplicates(list(written) + ["person_id"])
        self.truth.add_records(source, kept, **{name: kept[name].to_numpy() for name in written})

    def _write_survey(self, chunk: Chunk, rng) -> None:
        asked = chunk.surveys
        people = chunk.people.iloc[asked["row"]].reset_index(drop=True)
        n, done = len(asked), asked["nps"].notna().to_numpy()
        email = dirt.emails(people["email"].to_numpy(), rng, empty=.12)
        card = np.where(people["in_member"] & (rng.random(n) < .6), people["member_no"], None)
        number = chunk.number * 100_000 + np.arange(n) + 50_000_001
        place = people["person"].to_numpy()
        self.survey.append(pd.DataFrame({
            "Response ID": number, "IP Address": [f"192.0.2.{p % 254 + 1}" for p in place],  # reserved for documentation
            "Timestamp (mm/dd/yyyy)": times(moment_of(asked["day"].to_numpy()), "%m/%d/%Y %H:%M:%S"), "Duplicate": "No",
            "Time Taken To Complete (Seconds)": asked["seconds"], "Response Status": np.where(done, "Completed", "Terminated"),
            "Sequence Number": np.arange(n) + 1, "External Reference": card, "Respondent Email": email,
            "Custom Variable 1": "web",
            **{QUESTIONS[k]: asked[name] for k, name in enumerate(("nps", "csat", "ces", "text"))}}))
        self.truth.add_feedback("survey", number.astype(str), chunk.people, asked)
        self._note("survey", people, email=email)

    def _write_reviews(self, chunk: Chunk, rng) -> None:
        told = chunk.reviews
        orders, shelf = chunk.orders.iloc[told["order"]], catalogue.products()
        number = np.array([f"PJ{chunk.number:04d}{i:07d}" for i in range(len(told))], dtype=object)
        self.reviews.append(pd.DataFrame({
            "review_id": number, "order_id": orders["transaction_id"].to_numpy(), "member_no": orders["card"].to_numpy(),
            "product_id": shelf["product_id"].to_numpy()[told["product"]], "rating": told["stars"].to_numpy(),
            "content": told["text"].to_numpy(),
            "created_at": times(moment_of(told["day"].to_numpy()), "%Y-%m-%dT%H:%M:%S+08:00"),
            "language": np.where(told["is_english"], "en", "zh"),
            "helpful": rng.poisson(1.2, len(told)).tolist()}).astype(object))
        self.truth.add_feedback("reviews", number, chunk.people, told)

    def _write_comments(self, chunk: Chunk, rng) -> None:
        told = chunk.comments
        n = len(told)
        number = np.array([f"SP{chunk.number:04d}{i:07d}" for i in range(n)], dtype=object)
        nick = np.char.add(rng.choice(NICKS, n), rng.integers(1, 999, n).astype(str))
        self.social.append(pd.DataFrame({
            "评论ID": number, "平台": rng.choice(["小红书", "微博", "抖音"], n), "昵称": nick, "内容": told["text"],
            "发布时间": times(moment_of(np.minimum(told["day"], N_DAYS - .01)), "%Y/%m/%d %H:%M"),
            "点赞数": rng.poisson(4, n)}))
        self.truth.add_feedback("social_comments", number, chunk.people, told)

    def close(self) -> None:
        for _, file in self.written():
            file.close()
