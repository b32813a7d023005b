"""HubSpot: contacts and deals as CSV, XLS or XLSX, with labels in English or Chinese, or internal names."""

from helpers.sources.exports import Export
from helpers.sources.mapped import feeds, files, read, size
from helpers.sources.optout import prepare

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

CONTACTS = Export(
    "hubspot", "contacts",
    {
        "id": "Record ID|hs_object_id|Contact ID|记录 ID|记录编号|联系人 ID|Record ID - Contact",
        "given_name": "First Name|firstname|名字|名", "family_name": "Last Name|lastname|姓氏|姓",
        "email": "Email|E-mail|电子邮件|邮箱|电子邮件地址", "phone": "Phone Number|phone|电话号码|电话",
        "other_phone": "Mobile Phone Number|mobilephone|手机号码|移动电话号码|移动电话",
        "job": "Job Title|jobtitle|职务|职位|职称",
        "owner": "Contact owner|hubspot_owner_id|联系人所有者|联系人负责人",
        "lead_status": "Lead Status|hs_lead_status|线索状态|潜在客户状态|商机状态",
        "lifecycle": "Lifecycle Stage|lifecyclestage|生命周期阶段",
        "origin": "Original Source|Original Traffic Source|hs_analytics_source|原始来源|原始流量来源",
        "created": "Create Date|createdate|创建日期|创建时间",
        "modified": "Last Modified Date|lastmodifieddate|上次修改日期|最近修改日期",
        "last_activity": "Last Activity Date|notes_last_updated|上次活动日期|最近活动日期|最后活动日期",
        "last_contacted": "Last Contacted|notes_last_contacted|上次联系时间|上次联系日期|最近联系时间",
        "company": "Company Name|company|公司名称|公司", "address": "Street Address|address|街道地址|地址", "city": "City|城市",
        "region": "State/Region|state|州/地区|省/州|州/省", "country": "Country/Region|country|国家/地区",
        "postcode": "Postal Code|zip|邮政编码",
        "gender": "Gender|性别", "member": "Member No|Member Number|Member ID|会员号|会员编号",
        "birth_date": "Date of birth|date_of_birth|出生日期", "ip_address": "IP Address",
        "opted_out": "Unsubscribed from all email|hs_email_optout|Opted out of all email|已退订所有电子邮件|退订所有邮件",
        "withdrawn": "email opted out at",
    },
    needed=("email|phone|family_name|given_name",),
    tells=("owner", "lead_status", "lifecycle", "origin", "last_activity", "last_contacted", "opted_out"),
    tables={
        "people": {"customer_id": "id", "family_name": "family_name", "given_name": "given_name", "phone": "phone|other_phone",
                   "other_phone": "other_phone", "email": "email", "birth_date": "birth_date", "gender": "gender",
                   "company": "company", "address": "address", "city": "city", "region": "region", "country": "country",
                   "postcode": "postcode", "member_id": "member", "recorded_at": "created", "updated_at": "modified"},
        "customers": {"customer_id": "id", "joined_at": "created", "acquisition_channel": "origin", "gender": "gender",
                      "city": "city", "region": "region", "country": "country"},
        "consents": {"customer_id": "id", "purpose": "=email marketing", "withdrawn_at": "withdrawn"},
    },
)
DEALS = Export(
    "hubspot", "deals",
    {
        "id": "Record ID|hs_object_id|Deal ID|记录 ID|记录编号|交易 ID|Record ID - Deal", "name": "Deal Name|dealname|交易名称",
        "pipeline": "Pipeline|Deal Pipeline|管道|交易管道|销售管道", "stage": "Deal Stage|dealstage|交易阶段",
        "owner": "Deal owner|hubspot_owner_id|交易所有者|交易负责人", "created": "Create Date|createdate|创建日期|创建时间",
        "entered": "Date entered current stage|hs_v2_date_entered_current_stage",
        "closes": "Close Date|closedate|关闭日期|结束日期|成交日期",
        "amount": "Amount|金额|数额", "lost": "Closed Lost Reason|closed_lost_reason|丢单原因|失败原因|关闭失败原因",
        "contact": "Associated Contact IDs|Associated Contact ID|associatedcontactids|关联联系人 ID|关联的联系人 ID",
        "kind": "Deal Type|dealtype|交易类型",
    },
    needed=("name|pipeline",),
    tells=("stage", "name", "pipeline", "owner", "closes", "lost", "contact", "kind"),
    least=3,
    tables={
        "deals": {"deal_id": "id", "stage": "stage", "customer_id": "contact", "entered_at": "entered+created",
                  "amount": "amount",
                  "owner_id": "owner", "reason_lost": "lost"},
    },
)
EXPORTS = (CONTACTS, DEALS)
