"""What marketing writes: Mailchimp's audience, report and activity; campaigns and contacts; consents; acquisition cost."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.simulation import dirt
from helpers.simulation.files import CsvFile, JsonLines, make_zip, money, times
from helpers.simulation.marketing import CAMPAIGNS
from helpers.simulation.settings import N_DAYS, Plan, date_of, generator, moment_of
from helpers.simulation.truth import Truth
from helpers.simulation.world import Chunk

AUDIENCE = ["Email Address", "First Name", "Last Name", "Phone Number", "Birthday", "Member No", "MEMBER_RATING",
            "OPTIN_TIME", "OPTIN_IP",
            "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION",
            "LAST_CHANGED",
            "LEID", "EUID", "NOTES", "TAGS"]
LEAVERS = ["UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER"]
STATES = {"subscribed": AUDIENCE, "unsubscribed": AUDIENCE + LEAVERS, "cleaned": AUDIENCE}
REPORT = ["Title", "Subject", "List", "Send Date", "Send Weekday", "Total Recipients", "Successful Deliveries", "Soft Bounces",
          "Hard Bounces", "Total Bounces", "Unique Opens", "Open Rate", "Total Opens", "Unique Clicks", "Click Rate",
          "Total Clicks",
          "Unsubscribes", "Abuse Complaints", "Total Revenue", "Unique Id"]
NEWSLETTERS = tuple(range(12, N_DAYS, 30))  # days on which one was sent
OPENS = np.array([.22, .30, .28, .12, .20, .42])  # by persona, while a customer
CONTACTS = ["活动编号", "会员号", "触达日期", "是否触达", "入选概率", "首次响应日期", "响应金额"]


class Marketing:
    """Mailchimp, campaigns, consents and acquisition cost."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.raw, self.plan, self.truth = raw, plan, truth
        folder = raw / "mailchimp"
        self.audience = {state: CsvFile(folder / f"{state}_members_export_2026.csv", columns, quote_header=True)
                         for state, columns in STATES.items()}
        self.activity = JsonLines(folder / "activity.jsonl")
        self.report = CsvFile(folder / "campaign_report.csv", REPORT)
        self.campaigns = CsvFile(raw / "campaigns" / "活动列表.csv",
                                 ["活动编号", "活动名称", "活动类型", "渠道", "开始日期", "结束日期", "费用"],
                                 encoding="utf-8-sig")
        self.contacts = CsvFile(raw / "campaigns" / "活动触达.csv", CONTACTS, encoding="gb18030")
        self.consents = CsvFile(raw / "consents" / "会员授权.csv", ["会员号", "授权项目", "同意时间", "撤回时间", "来源"],
                                encoding="utf-8-sig")
        self.costs = CsvFile(raw / "acquisition" / "获客成本.csv", ["会员号", "获客渠道", "获客成本", "获客日期"],
                             encoding="gb18030")
        self._sent = np.zeros((len(NEWSLETTERS), 5), dtype=int)  # recipients, bounces, opened, clicked, unsubscribed
        self._n_contacts = np.zeros(len(CAMPAIGNS), dtype=int)

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [*[("mail_audience", file) for file in self.audience.values()], ("mail_activity", self.activity),
                ("mail_report", self.report), ("campaigns", self.campaigns), ("campaign_contacts", self.contacts),
                ("consents", self.consents), ("acquisition", self.costs)]

    def write(self, chunk: Chunk) -> None:
        rng = generator(self.plan, chunk.number, "marketing")
        self._write_mail(chunk, rng)
        self._write_contacts(chunk)
        self._write_consents(chunk, rng)
        self._write_costs(chunk, rng)

    def _write_mail(self, chunk: Chunk, rng) -> None:
        people = chunk.people[chunk.people["in_mail"]]
        n = len(people)
        email = dirt.emails(people["email"].to_numpy(), rng, empty=0, placeholder=0)  # an audience has each address once
        opted = np.clip(people["joined"].to_numpy() + rng.uniform(0, 30, n), -500, N_DAYS - 2)
        draw = rng.random(n)
        gone = np.where(draw < .14, opted + rng.uniform(1, 500, n), np.inf)
        state = np.where(gone < N_DAYS, "unsubscribed", np.where(draw > .97, "cleaned", "subscribed"))
        latin = people["is_western"].to_numpy() | (rng.random(n) < .35)
        first = np.where(latin, people["given_latin"], people["given_name"]).astype(object)
        last = np.where(latin, people["family_latin"], people["family_name"]).astype(object)
        nameless = rng.random(n) < .12
        first[nameless] = last[nameless] = None
        phone = dirt.phones(dirt.phones_at(people, opted), rng, empty=.45)
        local = np.array([f"{p + 700_000:08x}" for p in people["person"]], dtype=object)
        when = times(moment_of(opted))
        frame = pd.DataFrame({
            **dict.fromkeys(AUDIENCE + LEAVERS, ""), "Email Address": email, "First Name": first, "Last Name": last,
            "Phone Number": phone, "Birthday": np.where(rng.random(n) < .3, people["birth_date"].dt.strftime("%m/%d"), None),
            "Member No": np.where(people["in_member"] & (rng.random(n) < .25), people["member_no"], None),
            "MEMBER_RATING": rng.integers(1, 6, n), "OPTIN_TIME": when, "CONFIRM_TIME": when,
            "CC": np.where(people["is_abroad"], "", "CN"),
            "LAST_CHANGED": when, "LEID": local, "EUID": [hashlib.md5(v.encode()).hexdigest()[:10] for v in local],
            "TAGS": np.where(rng.random(n) < .2, '"VIP","Blog"', None),
            "UNSUB_TIME": times(moment_of(np.where(np.isinf(gone), 0, gone))), "UNSUB_REASON": "NORMAL",
            "UNSUB_CAMPAIGN_TITLE": "Newsletter", "UNSUB_CAMPAIGN_ID": "n0001"})
        for name, file in self.audience.items():
            file.append(frame[state == name])
        names = [None if a is None else f"{a} {b}" for a, b in zip(first, last, strict=True)]
        email_id = [hashlib.md5(v.strip().lower().encode()).hexdigest() for v in email]
        self.truth.add_records("mail_audience", people, local_id=email_id, full_name=names, phone=phone, email=email)
        self._write_activity(people, email, opted, gone, state, rng)

    def _write_activity(self, people, email, opted, gone, state, rng) -> None:
        parts = []
        for number, day in enumerate(NEWSLETTERS):
            gets = (opted < day) & (gone > day) & (state != "cleaned")
            stays = people["left"].to_numpy() > day
            opens = gets & (rng.random(len(people)) < OPENS[people["persona"]] * np.where(stays, 1, .35))
            clicks = opens & (rng.random(len(people)) < .18)
            bounces = gets & ~opens & (rng.random(len(people)) < .006)
            self._sent[number] += [gets.sum(), bounces.sum(), opens.sum(), clicks.sum(),
                                   ((gone > day) & (gone <= day + 30)).sum()]
            for action, mask, later in (("open", opens, 0.4), ("click", clicks, .41), ("bounce", bounces, .01)):
                parts.append(pd.DataFrame({
                    "action": action, "campaign_id": f"n{number + 1:04d}", "email_address": email[mask],
                    "timestamp": times(moment_of(day + later - 1 / 3 + rng.random(mask.sum()) * .3), "%Y-%m-%dT%H:%M:%S+00:00"),
                    "url": "https://shop.example.com/new" if action == "click" else None}))
        every = pd.concat(parts, ignore_index=True)
        every["email_id"] = [hashlib.md5(v.strip().lower().encode()).hexdigest() for v in every["email_address"]]
        self.activity.append(every.astype(object))

    def _write_contacts(self, chunk: Chunk) -> None:
        touched, people = chunk.contacts, chunk.people
        number = touched["campaign"].to_numpy()
        start = np.array([c.start for c in CAMPAIGNS])[number]
        answered = touched["responded"].notna().to_numpy()
        self.contacts.append(pd.DataFrame({
            "活动编号": np.array([c.campaign_id for c in CAMPAIGNS])[number],
            "会员号": people["member_no"].to_numpy()[touched["row"]],
            "触达日期": dirt.dates(start), "是否触达": np.where(touched["treated"], "是", "否"),
            "入选概率": np.array([c.treated for c in CAMPAIGNS])[number],
            "首次响应日期": np.where(answered, dirt.dates(touched["responded"].fillna(0).to_numpy()), None),
            "响应金额": np.where(answered, money(touched["value"].fillna(0).round().astype(int)), None)}))
        self._n_contacts += np.bincount(number[touched["treated"]], minlength=len(CAMPAIGNS))

    def _write_consents(self, chunk: Chunk, rng) -> None:
        given = chunk.consents
        back = given["withdrawn"].notna().to_numpy()
        self.consents.append(pd.DataFrame({
            "会员号": chunk.people["member_no"].to_numpy()[given["row"]], "授权项目": given["purpose"].to_numpy(),
            "同意时间": times(moment_of(given["granted"].to_numpy())),
            "撤回时间": np.where(back, times(moment_of(given["withdrawn"].fillna(0).to_numpy())), None),
            "来源": rng.choice(["入会登记", "小程序弹窗", "客服"], len(given), p=(.6, .33, .07))}))

    def _write_costs(self, chunk: Chunk, rng) -> None:
        """Cost by member; the date is an Excel serial number, as a careless copy leaves it (45292 = 2024-01-01)."""
        people = chunk.people[chunk.people["in_member"] & (rng.random(len(chunk.people)) < .9)]
        serial = (date_of(people["joined"].to_numpy()) - np.datetime64("1899-12-30")).astype(int)
        self.costs.append(pd.DataFrame({
            "会员号": people["member_no"].to_numpy(), "获客渠道": people["acquired_by"].to_numpy(),
            "获客成本": money(people["acquisition_cost"]), "获客日期": serial}))

    def close(self) -> None:
        self.campaigns.append(pd.DataFrame({
            "活动编号": [c.campaign_id for c in CAMPAIGNS], "活动名称": [c.name for c in CAMPAIGNS],
            "活动类型": [c.kind for c in CAMPAIGNS],
            "渠道": [c.channel for c in CAMPAIGNS], "开始日期": dirt.dates(np.array([c.start for c in CAMPAIGNS])),
            "结束日期": dirt.dates(np.array([c.start + c.days - 1 for c in CAMPAIGNS])),
            "费用": money(np.array([c.cost for c in CAMPAIGNS]) * self._n_contacts)}))
        self.report.append(self._report())
        for _, file in self.written():
            file.close()
        make_zip(self.raw / "mailchimp" / "audience_export.zip", [file.path for file in self.audience.values()])

    def _report(self) -> pd.DataFrame:
        sent, bounced, opened, clicked, gone = self._sent.T
        delivered = sent - bounced
        share = [np.char.mod("%.2f%%", 100 * part / np.maximum(delivered, 1)) for part in (opened, clicked)]
        dates = date_of(np.array(NEWSLETTERS))
        return pd.DataFrame({
            "Title": [f"Newsletter {i + 1}" for i in range(len(NEWSLETTERS))], "Subject": "本月新品与优惠",
            "List": "Simulated Retailer",
            "Send Date": times(dates.astype("datetime64[s]"), "%b %d, %Y 09:00 am"),
            "Send Weekday": times(dates.astype("datetime64[s]"), "%A"),
            "Total Recipients": sent, "Successful Deliveries": delivered, "Soft Bounces": bounced, "Hard Bounces": 0,
            "Total Bounces": bounced, "Unique Opens": opened, "Open Rate": share[0], "Total Opens": opened,
            "Unique Clicks": clicked,
            "Click Rate": share[1], "Total Clicks": clicked, "Unsubscribes": gone, "Abuse Complaints": 0,
            "Total Revenue": "0.00",
            "Unique Id": [f"n{i + 1:04d}" for i in range(len(NEWSLETTERS))]})
