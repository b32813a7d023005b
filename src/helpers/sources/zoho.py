"""Zoho CRM: contacts, leads and deals. A look-up is a pair `X.id`, `X`; ids begin with `zcrm_`."""

from helpers.sources.exports import Export
from helpers.sources.mapped import feeds, files, read, size
from helpers.sources.optout import prepare

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

OWN = {
    "id": "Record Id|id|记录 Id|记录ID|记录编号", "created": "Created Time|Created_Time|创建时间|创建于",
    "modified": "Modified Time|Modified_Time|修改时间|修改于",
    "created_by": "Created By.id|Created By|Created_By|创建者|创建人",
    "modified_by": "Modified By.id|Modified By|Modified_By|修改者|修改人",
    "activity": "Last Activity Time|Last_Activity_Time|上次活动时间|最近活动时间", "tag": "Tag|标签",
}
PERSON = {
    "given_name": "First Name|First_Name|名|名字", "family_name": "Last Name|Last_Name|姓|姓氏", "email": "Email|邮箱|电子邮件",
    "phone": "Mobile|手机|移动电话", "other_phone": "Phone|电话", "origin": "Lead Source|Lead_Source|线索来源|潜在客户来源",
    "opted_out": "Email Opt Out|Email_Opt_Out|拒收邮件|邮件退订|不接收邮件", "withdrawn": "email opted out at",
    "unsubscribed": "Unsubscribed Time|Unsubscribed_Time|退订时间",
    "unsubscribed_mode": "Unsubscribed Mode|Unsubscribed_Mode|退订方式",
    "member": "Member No|Member Number|Member ID|会员号|会员编号", "salutation": "Salutation|称呼|称谓",
    "birth_date": "Date of Birth|Date_of_Birth|出生日期", "gender": "Gender|性别",
}
CONTACTS = Export(
    "zoho", "contacts",
    OWN | PERSON | {
        "owner": "Contact Owner.id|Contact Owner|联系人所有者.id|联系人所有者|联系人负责人|Owner.id|Owner",
        "account": "Account Name|Account_Name|客户名称|客户名",
        "account_id": "Account Name.id|Account_Name.id|客户名称.id|客户名.id",
        "visitor_score": "Visitor Score|Visitor_Score|访客评分", "first_visit": "First Visit|First_Visited_Time|首次访问",
        "days_visited": "Days Visited|Days_Visited|访问天数",
        "address": "Mailing Street|Mailing_Street|邮寄街道|邮寄地址 - 街道",
        "city": "Mailing City|Mailing_City|邮寄城市|邮寄地址 - 城市",
        "region": "Mailing State|Mailing_State|邮寄省份|邮寄州|邮寄地址 - 省份",
        "postcode": "Mailing Zip|Mailing_Zip|Mailing Code|邮寄邮编|邮寄地址 - 邮编",
        "country": "Mailing Country|Mailing_Country|邮寄国家|邮寄地址 - 国家",
    },
    needed=("account|account_id|address|visitor_score|first_visit|days_visited",
            "family_name|given_name|email|phone|other_phone"),
    tells=("owner", "account", "account_id", "created", "modified_by", "activity", "opted_out", "unsubscribed_mode",
           "unsubscribed",
           "visitor_score", "first_visit", "address"),
    tables={
        "people": {"customer_id": "id", "family_name": "family_name", "given_name": "given_name", "phone": "phone|other_phone",
                   "other_phone": "other_phone", "email": "email", "gender": "gender", "birth_date": "birth_date",
                   "company": "account", "address": "address", "city": "city", "region": "region", "country": "country",
                   "postcode": "postcode", "member_id": "member", "recorded_at": "created", "updated_at": "modified"},
        "customers": {"customer_id": "id", "joined_at": "created", "acquisition_channel": "origin", "gender": "gender",
                      "city": "city", "region": "region", "country": "country"},
        "consents": {"customer_id": "id", "purpose": "=email marketing", "withdrawn_at": "withdrawn"},
    },
    least=4,
)
LEADS = Export(
    "zoho", "leads",
    OWN | PERSON | {
        "owner": "Lead Owner.id|Lead Owner|线索所有者.id|线索所有者|潜在客户所有者|线索负责人",
        "status": "Lead Status|Lead_Status|线索状态|潜在客户状态",
        "converted": "Is Converted|Converted|$converted|已转换|是否已转换", "company": "Company|公司",
        "address": "Street|街道", "city": "City|城市", "region": "State|省份|州", "postcode": "Zip Code|Zip_Code|邮编",
        "country": "Country|国家", "rating": "Rating|评级", "industry": "Industry|行业",
        "employees": "No. of Employees|No_of_Employees|员工人数", "revenue": "Annual Revenue|Annual_Revenue|年收入",
    },
    needed=("owner|converted|status", "family_name|given_name|email|phone|other_phone"),
    tells=("owner", "status", "converted", "created", "activity", "opted_out", "modified_by", "origin"),
    tables={
        "people": {"customer_id": "id", "family_name": "family_name", "given_name": "given_name", "phone": "phone|other_phone",
                   "other_phone": "other_phone", "email": "email", "company": "company", "address": "address", "city": "city",
                   "region": "region", "country": "country", "postcode": "postcode", "recorded_at": "created",
                   "updated_at": "modified"},
        "consents": {"customer_id": "id", "purpose": "=email marketing", "withdrawn_at": "withdrawn"},
    },
    least=4,
)
DEALS = Export(
    "zoho", "deals",
    OWN | {
        "owner": "Deal Owner|交易所有者|商机所有者|商机负责人",
        "owner_id": "Deal Owner.id|交易所有者.id|商机所有者.id|Owner.id",
        "amount": "Amount|金额", "name": "Deal Name|Deal_Name|交易名称|商机名称",
        "closes": "Closing Date|Closing_Date|截止日期|结束日期|成交日期",
        "account": "Account Name.id|Account Name|Account_Name|客户名称.id|客户名称", "stage": "Stage|阶段",
        "contact": "Contact Name.id|Contact_Name.id|联系人姓名.id|联系人名称.id",
        "contact_name": "Contact Name|Contact_Name|联系人姓名|联系人名称",
        "currency": "Currency|币种|货币", "lost": "Reason For Loss|Reason_For_Loss__s|失败原因|丢单原因|流失原因",
        "entered": "Stage Modified Time|Stage_Modified_Time|阶段修改时间",
    },
    needed=("name|contact|closes|lost",),
    tells=("stage", "owner", "owner_id", "name", "closes", "contact", "contact_name", "lost", "created", "activity"),
    tables={
        "deals": {"deal_id": "id", "stage": "stage", "customer_id": "contact", "entered_at": "entered+created",
                  "amount": "amount",
                  "owner_id": "owner_id|owner", "reason_lost": "lost"},
    },
    least=4,
)
EXPORTS = (CONTACTS, LEADS, DEALS)
