"""Mailchimp: audiences (a ZIP with a CSV per status, or single CSVs), campaign reports and activity.

A person is known by `email_id`, the MD5 of the lower-case address, as in Mailchimp's own API: so audiences and activity agree.
A cleaned address bounced; that is no withdrawal. Opens are inflated by mail-privacy proxies.
"""

import ibis

from helpers.sources.exports import Export, plain
from helpers.sources.mapped import feeds, files, md5, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

EMAIL = "Email Address|email_address|电子邮件地址|邮箱地址|电子邮箱|Email"
AUDIENCE = Export(
    "mailchimp", "audience",
    {
        "email": EMAIL, "email_id": "email_id", "given_name": "First Name|FNAME|名|名字",
        "family_name": "Last Name|LNAME|姓|姓氏",
        "address": "Address|地址", "phone": "Phone Number|Phone|电话号码|电话", "birthday": "Birthday|生日",
        "member": "Member No|Member Number|Member ID|会员号|会员编号",
        "rating": "MEMBER_RATING", "granted": "OPTIN_TIME", "optin_ip": "OPTIN_IP", "confirmed": "CONFIRM_TIME",
        "confirm_ip": "CONFIRM_IP", "latitude": "LATITUDE", "longitude": "LONGITUDE", "gmtoff": "GMTOFF", "dstoff": "DSTOFF",
        "country": "CC", "region": "REGION", "changed": "LAST_CHANGED", "leid": "LEID", "euid": "EUID", "notes": "NOTES",
        "tags": "TAGS",
        "withdrawn": "UNSUB_TIME", "reason": "UNSUB_REASON", "unsub_campaign": "UNSUB_CAMPAIGN_TITLE|UNSUB_CAMPAIGN_ID",
        "cleaned": "CLEAN_TIME", "clean_campaign": "CLEAN_CAMPAIGN_TITLE|CLEAN_CAMPAIGN_ID",
    },
    needed=("email",),
    tells=("rating", "granted", "optin_ip", "confirmed", "confirm_ip", "gmtoff", "dstoff", "changed", "leid", "euid"),
    tables={
        "people": {"customer_id": "email_id", "email": "email", "family_name": "family_name", "given_name": "given_name",
                   "phone": "phone", "address": "address", "ip_address": "confirm_ip|optin_ip",
                   "recorded_at": "granted|confirmed",
                   "member_id": "member", "updated_at": "changed"},
        "consents": {"customer_id": "email_id", "purpose": "=email marketing", "granted_at": "granted|confirmed",
                     "withdrawn_at": "withdrawn", "consent_source": "=mailchimp"},
    },
    least=3,
)
CAMPAIGNS = Export(
    "mailchimp", "campaign_report",
    {
        "title": "Title|标题|活动标题", "subject": "Subject|主题", "audience": "List|Audience|列表|受众",
        "sent": "Send Date|发送日期",
        "weekday": "Send Weekday|发送星期", "recipients": "Total Recipients|总收件人数",
        "delivered": "Successful Deliveries|成功送达",
        "soft": "Soft Bounces|软退信", "hard": "Hard Bounces|硬退信", "bounces": "Total Bounces|总退信",
        "unique_opens": "Unique Opens|唯一打开次数",
        "open_rate": "Open Rate|打开率", "opens": "Total Opens|总打开次数", "unique_clicks": "Unique Clicks|唯一点击次数",
        "click_rate": "Click Rate|点击率", "clicks": "Total Clicks|总点击次数", "unsubscribes": "Unsubscribes|退订数",
        "abuse": "Abuse Complaints|滥用投诉", "revenue": "Total Revenue|总收入", "id": "Unique Id|Campaign Id|campaign_id",
    },
    needed=("title|subject",),
    tells=("weekday", "recipients", "delivered", "soft", "hard", "unique_opens", "open_rate", "unique_clicks", "click_rate",
           "unsubscribes", "abuse"),
    tables={
        "campaigns": {"campaign_id": "id|title", "name": "title|subject", "kind": "=newsletter", "channel": "=email",
                      "starts_at": "sent", "ends_at": "sent"},
    },
    least=4,
)
ACTIVITY = Export(
    "mailchimp", "activity",
    {
        "action": "action|Action|操作", "campaign": "campaign_id|Campaign ID|活动 ID", "email_id": "email_id",
        "at": "timestamp|时间戳",
        "email": EMAIL, "url": "url|URL|链接", "list": "list_id|List ID", "ip": "ip", "kind": "type",
    },
    needed=("action", "campaign", "at", "email_id|email"),
    tells=("email_id", "list", "url", "campaign", "action"),
    tables={
        "interactions": {"customer_id": "email_id", "occurred_at": "at", "channel": "=email", "kind": "action",
                         "campaign_id": "campaign",
                         "page": "url"},
        "people": {"customer_id": "email_id", "email": "email"},
    },
    least=3,
)
EXPORTS = (AUDIENCE, CAMPAIGNS, ACTIVITY)


def prepare(rows, export: str):
    """Add `email_id` where the export names only the address."""
    names = {plain(column): column for column in reversed(rows.columns)}
    email = next((names[plain(label)] for label in EMAIL.split("|") if plain(label) in names), None)
    if export == "campaign_report" or email is None:
        return rows
    computed = md5(rows[email].cast("string").strip().lower().nullif(""))
    if "emailid" in names:
        given = rows[names["emailid"]].cast("string").strip().lower().nullif("")
        return rows.mutate(**{names["emailid"]: ibis.coalesce(given, computed)})
    return rows.mutate(email_id=computed)
