"""What customers' words are kept in: service tickets, call log, QuestionPro survey, product reviews, social comments."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.simulation import catalogue, dirt, surveys
from helpers.simulation.files import CsvFile, ExcelFile, JsonLines, times
from helpers.simulation.settings import N_DAYS, Plan, date_of, generator, moment_of
from helpers.simulation.truth import Truth
from helpers.simulation.world import Chunk

TICKET = ["工单编号", "创建时间", "客户姓名", "联系电话", "会员号", "渠道", "问题类型", "问题描述", "优先级", "首次响应时间",
          "解决时间", "处理时长（分钟）",
          "是否重开", "满意度", "状态"]
CALL = ["通话编号", "呼入时间", "主叫号码", "会员号", "座席", "等待时长（秒）", "通话时长（分钟）", "来电原因", "结束时间",
        "满意度"]
QUESTIONS = {  # of the survey, in the order in which they are asked; delivery on a scale whose low end is the best one
    "zh": {
        "nps": "您有多大可能向朋友推荐我们？", "csat": "您对最近一次购物的满意度？", "ces": "解决您的问题有多容易？",
        "quality": "商品质量如何？（1=非常差，5=非常好）", "delivery": "配送如何？（1=非常好，5=非常差）",
        "service": "客服和店员的服务如何？（1分非常不满意，5分非常满意）", "price": "价格是否合理？请打1到5分",
        "app": "网店和小程序好用吗？", "text": "请告诉我们原因或建议",
    },
    "en": {
        "nps": "How likely are you to recommend us to a friend?", "csat": "How satisfied were you with your last purchase?",
        "ces": "How easy was it to get your problem solved?",
        "quality": "How was the quality of what you bought? (1 = very poor, 5 = very good)",
        "delivery": "How was the delivery? (1 = very good, 5 = very poor)",
        "service": "How was our service? (1 = very dissatisfied, 5 = very satisfied)",
        "price": "Was the price fair? Please rate it from 1 to 5", "app": "How easy are web shop and mini program to use?",
        "text": "Please tell us why, or what we should improve",
    },
}
SURVEY = ["Response ID", "IP Address", "Timestamp (mm/dd/yyyy)", "Duplicate", "Time Taken To Complete (Seconds)",
          "Response Status",
          "Sequence Number", "External Reference", "Respondent Email", "Custom Variable 1"]
INVITATION = ["邀请编号", "问卷名称", "会员号", "邮箱", "发送渠道", "发送时间", "状态", "完成时间", "Response ID"]
ABOVE = (("Simulated Retailer",), ("Customer satisfaction 2024-2025 (simulated)",), ())
SOCIAL = ["评论ID", "平台", "昵称", "内容", "发布时间", "点赞数"]
NICKS = ["爱吃橘子", "半夏微凉", "小鹿乱撞", "云朵收集员", "柠檬不酸", "晚风", "追光者", "麦子", "胖达", "一只猫"]


def as_ticked(asked: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return the answers as respondents ticked them: delivery from 1 = best to 5, the app in words."""
    words = dict(enumerate(surveys.WORDS[language], start=1))
    ticked = asked[list(QUESTIONS[language])].copy()
    return ticked.assign(delivery=6 - ticked["delivery"], app=ticked["app"].map(words).astype(object))


class Voice:
    """Tickets, calls, survey, reviews and comments."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.truth = plan, truth
        self.tickets = {year: CsvFile(raw / "service" / f"工单_{year}.csv", TICKET, encoding=encoding)
                        for year, encoding in ((2024, "gb18030"), (2025, "utf-8-sig"))}
        self.calls = ExcelFile(raw / "service" / "通话记录.xlsx", CALL, sheet="通话记录")
        self.surveys = {
            language: ExcelFile(raw / "questionpro" / f"QuestionPro-SR-RawData-{name}-12-31-2025.xlsx",
                                [*SURVEY, *QUESTIONS[language].values()], sheet="Raw Data", above=ABOVE)
            for language, name in (("zh", "CustomerSatisfaction"), ("en", "CustomerSatisfactionEnglish"))
        }
        self.invitations = CsvFile(raw / "questionpro" / "问卷邀请记录-12-31-2025.csv", INVITATION, encoding="utf-8-sig")
        self.reviews = JsonLines(raw / "reviews" / "商品评价.jsonl")
        self.social = CsvFile(raw / "reviews" / "社交评论.csv", SOCIAL, encoding="utf-8-sig")

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [*[("tickets", file) for file in self.tickets.values()], ("calls", self.calls),
                *[("survey", file) for file in self.surveys.values()], ("survey_invitations", self.invitations),
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
        first, closed = (np.where(day.notna(), times(moment_of(day.fillna(0).to_numpy())), None)
                         for day in (cases["first"], cases["closed"]))
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
        self.truth.add_cases(np.where(called, "TH", "GD").astype(object) + number, chunk.people, cases)

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
        given = pd.DataFrame({
            "Response ID": number, "IP Address": [f"192.0.2.{p % 254 + 1}" for p in place],  # reserved for documentation
            "Timestamp (mm/dd/yyyy)": times(moment_of(asked["day"].to_numpy()), "%m/%d/%Y %H:%M:%S"), "Duplicate": "No",
            "Time Taken To Complete (Seconds)": asked["seconds"], "Response Status": np.where(done, "Completed", "Terminated"),
            "Sequence Number": np.arange(n) + 1, "External Reference": card, "Respondent Email": email,
            "Custom Variable 1": "web"})
        english = asked["is_english"].to_numpy()
        for language, file in self.surveys.items():
            told = as_ticked(asked, language).rename(columns=QUESTIONS[language])
            file.append(pd.concat([given, told], axis=1)[english == (language == "en")])
        self.truth.add_feedback("survey", number.astype(str), chunk.people, asked)
        self._note("survey", people, email=email)
        self._write_invitations(chunk, number)

    def _write_invitations(self, chunk: Chunk, number: np.ndarray) -> None:
        """Write who was invited: members by their number, the others by their e-mail address."""
        sent = chunk.invitations
        people = chunk.people.iloc[sent["row"]].reset_index(drop=True)
        rng = generator(self.plan, chunk.number, "invitations")
        ids = np.array([f"YQ{chunk.number:04d}{i:06d}" for i in range(len(sent))], dtype=object)
        place = sent["answer"].to_numpy()
        answers = chunk.surveys.iloc[place.clip(0)]
        done = (place >= 0) & answers["nps"].notna().to_numpy()
        at = times(moment_of(answers["day"].to_numpy()))
        email = people["email"].mask(people["in_member"], None)
        self.invitations.append(pd.DataFrame({
            "邀请编号": ids, "问卷名称": "顾客满意度调查", "会员号": people["member_no"].where(people["in_member"], None),
            "邮箱": email, "发送渠道": rng.choice(["短信", "邮件", "小程序"], len(sent), p=(.45, .35, .2)),
            "发送时间": times(moment_of(sent["day"].to_numpy())),
            "状态": np.where(done, "已完成", np.where(rng.random(len(sent)) < .4, "已打开", "已发送")),
            "完成时间": np.where(done, at, None), "Response ID": np.where(done, number[place.clip(0)].astype(str), None)}))
        self.truth.add_invitations(ids, chunk.people, sent)
        self._note("survey_invitations", people[~people["in_member"]], email=email[~people["in_member"]].to_numpy())

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
