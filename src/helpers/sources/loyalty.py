"""Loyalty programmes: lists of members."""

from helpers.sources.exports import Export, as_people, person
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "read", "size"]

_PERSON = person()
MEMBERS = Export(
    "loyalty", "members",
    _PERSON | {
        "id": "会员号|会员卡号|会员编号|会员ID|会员卡|卡号|member no|member number|member id|membership number|"
              "membership id|loyalty id|"
              "loyalty number|loyalty card|loyalty card number|card number|card no|cardholder id|frequent shopper number",
        "joined": "入会时间|入会日期|注册时间|注册日期|开卡时间|开卡日期|办卡日期|加入时间|join date|joined|joined at|"
                  "joined on|enrolment date|"
                  "enrollment date|enrolled at|enrolled on|registration date|registered at|signup date|sign up date|"
                  "member since|issue date",
        "tier": "会员等级|等级|会员级别|会员类型|卡等级|卡类型|tier|loyalty tier|member level|membership level|level|"
                "card type|status level",
        "points": "积分|可用积分|积分余额|当前积分|累计积分|points|points balance|point balance|available points|"
                  "loyalty points",
        "origin": "注册渠道|来源渠道|入会渠道|获客渠道|来源|渠道|source|channel|signup channel|registration channel|"
                  "enrolment channel|"
                  "acquisition channel|join channel|enrolled via",
        "store": "注册门店|入会门店|开卡门店|发卡门店|所属门店|home store|enrolment store|enrollment store|join store|"
                 "issuing store",
        "cost": "获客成本|acquisition cost|cac",
        "last_visit": "最近消费时间|最后消费时间|最近消费日期|最近到店|last purchase|last purchase date|last visit|"
                      "last activity",
        "total": "累计消费|累计消费金额|消费总额|total spend|lifetime spend|total spent",
        "updated": "更新时间|最后更新时间|最后修改时间|修改时间|last updated|updated at|modified at|last modified",
        "occupation": "职业|occupation|profession", "marital": "婚姻状况|婚否|marital status",
        "age_band": "年龄段|age band|age group",
    },
    needed=("id", "tier|points|joined"),
    tells=("id", "joined", "tier", "points", "origin", "store", "last_visit", "total"),
    tables={
        "people": as_people("id", _PERSON, member_id="id", recorded_at="joined", updated_at="updated"),
        "customers": {"customer_id": "id", "joined_at": "joined", "acquisition_channel": "origin", "acquisition_cost": "cost",
                      "gender": "gender", "age_band": "age_band", "marital_status": "marital", "city": "city",
                      "region": "region",
                      "country": "country", "loyalty_tier": "tier"},
    },
    least=3,
)
EXPORTS = (MEMBERS,)
