"""Lists that marketing keeps itself: campaigns, who was contacted (and held back), consents, what winning a customer cost."""

import ibis

from helpers.sources.exports import Export, as_people, person
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

_CAMPAIGN = "活动编号|活动ID|活动代码|营销活动编号|营销活动ID|campaign id|campaign code|campaign no|campaign"
_CUSTOMER = (
    "客户编号|客户ID|客户号|会员号|会员编号|会员卡号|会员ID|用户ID|用户编号|customer id|customer no|customer number|"
    "customer|member id|member no|"
    "member number|user id|contact id|subscriber id"
)
_PERSON = person("full_name", "phone", "email")
CAMPAIGNS = Export(
    "marketing", "campaigns",
    {
        "id": _CAMPAIGN, "name": "活动名称|营销活动名称|活动主题|campaign name|name|title",
        "kind": "活动类型|类型|kind|type|campaign type",
        "channel": "渠道|投放渠道|触达渠道|channel|medium",
        "starts": "开始时间|开始日期|活动开始|活动开始日期|上线日期|start date|starts at|start|begin date",
        "ends": "结束时间|结束日期|活动结束|活动结束日期|下线日期|end date|ends at|end",
        "cost": "成本|费用|活动成本|活动费用|投放费用|总成本|cost|spend|total cost",
        "budget": "预算|活动预算|budget", "target": "目标人群|目标客群|target|target audience|audience",
    },
    needed=("id", "starts|ends", "name|channel|kind"),
    tells=("id", "name", "kind", "channel", "starts", "ends", "cost", "budget", "target"),
    tables={"campaigns": {"campaign_id": "id", "name": "name", "kind": "kind", "channel": "channel", "starts_at": "starts",
                          "ends_at": "ends", "cost": "cost"}},
    least=4,
)
CONTACTS = Export(
    "marketing", "campaign_contacts",
    _PERSON | {
        "campaign": _CAMPAIGN, "customer": _CUSTOMER,
        "at": "触达时间|触达日期|发送时间|发送日期|联系时间|联系日期|投放时间|contacted at|contact date|sent at|send date|"
              "contacted|delivered at|date sent",
        "treated": "是否触达|是否投放|是否实验组|treated|is treated|treatment|is_treated|in treatment",
        "arm": "分组|实验分组|组别|arm|group|variant|test group",
        "propensity": "入选概率|触达概率|分配概率|入组概率|propensity|probability|assignment probability",
        "responded": "首次响应日期|首次响应时间|响应时间|响应日期|转化时间|回应时间|responded at|response date|"
                     "converted at|conversion date",
        "value": "响应金额|转化金额|响应价值|response value|conversion value|revenue",
        "channel": "渠道|触达渠道|channel", "arm_treated": "arm is treated",
    },
    needed=("campaign", "customer|phone|email", "at|treated|arm"),
    tells=("campaign", "at", "treated", "arm", "propensity", "responded", "value"),
    tables={"campaign_contacts": {"campaign_id": "campaign", "customer_id": "customer", "contacted_at": "at",
                                  "treated": "treated|arm_treated", "propensity": "propensity",
                                  "responded_at": "responded",
                                  "response_value": "value"},
            "people": as_people("customer", _PERSON)},
    least=2,
)
CONSENTS = Export(
    "marketing", "consents",
    _PERSON | {
        "customer": _CUSTOMER,
        "purpose": "授权项目|用途|授权用途|授权目的|授权类型|授权事项|同意事项|目的|purpose|consent type|consent purpose|"
                   "permission|scope",
        "granted": "授权时间|同意时间|授权日期|granted at|granted|consented at|consent date|opt in date|opt in time|"
                   "opted in at",
        "withdrawn": "撤回时间|撤销时间|撤回日期|取消授权时间|withdrawn at|withdrawn|revoked at|opt out date|opt out time|"
                     "opted out at",
        "where": "授权来源|授权渠道|来源|渠道|来源渠道|consent source|source|channel|collected via",
    },
    needed=("purpose", "granted|withdrawn", "customer|phone|email"),
    tells=("purpose", "granted", "withdrawn", "where"),
    tables={"consents": {"customer_id": "customer", "purpose": "purpose", "granted_at": "granted", "withdrawn_at": "withdrawn",
                         "consent_source": "where"},
            "people": as_people("customer", _PERSON)},
)
COSTS = Export(
    "marketing", "acquisition_costs",
    {
        "customer": _CUSTOMER,
        "cost": "获客成本|拉新成本|单客成本|acquisition cost|cac|cost of acquisition|customer acquisition cost",
        "channel": "获客渠道|来源渠道|渠道|拉新渠道|acquisition channel|channel|source",
        "joined": "获客日期|获客时间|注册日期|入会日期|acquired at|acquisition date|joined at",
    },
    needed=("customer", "cost"),
    tells=("cost", "channel", "joined"),
    tables={"customers": {"customer_id": "customer", "acquisition_cost": "cost", "acquisition_channel": "channel",
                          "joined_at": "joined"}},
    least=1,
)
EXPORTS = (CAMPAIGNS, CONTACTS, CONSENTS, COSTS)
HELD_BACK = ("control", "control group", "holdout", "hold out", "held back", "对照", "对照组", "控制组", "空白组", "c", "0",
             "false", "no", "否")


def prepare(rows, export: str):
    """Add `arm is treated` where a list of contacts names the arm of a test."""
    found = CONTACTS.found(tuple(rows.columns)) if export == "campaign_contacts" else {}
    if "arm" not in found:
        return rows
    arm = rows[found["arm"]].cast("string").strip().lower().nullif("")
    return rows.mutate(**{"arm is treated": ibis.ifelse(arm.isnull(), ibis.null("boolean"), ~arm.isin(HELD_BACK))})
