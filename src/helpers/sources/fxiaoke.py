"""纷享销客 (Fxiaoke, ShareCRM): accounts, contacts, leads, opportunities, orders, order products and activity records.

Labels are those of one tenant's data dictionary, with the API names beside them. Tenants rename labels and add columns
(`field_xxxxx__c`): an export is told by what is left. Files are .xlsx, or CSV in GB18030 or UTF-8.
"""

from helpers.sources.exports import Export
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "read", "size"]

OWN = {  # columns that every object has
    "owner": "负责人|owner|owner__r|负责人主属部门",
    "department": "归属部门|data_own_department|data_own_department__r",
    "life_status": "生命状态|life_status",
    "lock_status": "锁定状态|lock_status",
    "record_type": "业务类型|record_type",
    "created": "创建时间|create_time",
    "created_by": "创建人|created_by",
    "modified": "最后修改时间|last_modified_time",
    "modified_by": "最后修改人|last_modified_by",
    "record_id": "_id|数据ID|唯一性ID",
}
MARKS = ("department", "life_status", "lock_status", "record_type", "modified_by")
PLACE = {
    "country": "国家|country", "region": "省|province|省份", "city": "市|city|城市", "district": "区|district|区县",
    "address": "详细地址|地址|address",
}
ACCOUNT = "客户编号|account_no|客户编码|客户ID|account_id|account_id__c|客户号"
ACCOUNTS = Export(
    "fxiaoke", "customers",
    OWN | PLACE | {
        "name": "客户名称|name|客户姓名|会员名称",
        "number": "客户编号|account_no|客户编码",
        "level": "客户级别|客户类型|account_level|客户等级|会员等级",
        "kind": "客户分类|account_type",
        "origin": "客户来源|account_source|获客来源|来源渠道",
        "deal_status": "成交状态|deal_status",
        "last_deal": "最后一次成交时间|last_deal_closed_time|最后成交时间",
        "last_followed": "最后跟进时间|last_followed_time",
        "next_followed": "下次跟进时间|next_followed_time",
        "pool": "所属公海|high_seas_id|high_seas_id__r",
        "claimed": "领取/分配时间|claimed_time",
        "returned": "退回/收回时间|returned_time",
        "phone": "电话|tel|手机|联系电话|手机号|手机号码",
        "other_phone": "备用电话|其他电话|tel2",
        "email": "邮件|email|邮箱|电子邮件",
        "url": "网址|url",
        "credit_code": "统一社会信用代码|uniform_social_credit_code",
        "parent": "上级客户|parent_account_id",
        "member": "会员号|会员卡号|会员编号|member_no",
        "gender": "性别|gender", "birth_date": "生日|出生日期|birthday", "postcode": "邮编|zip_code",
    },
    needed=(),
    tells=("level", "kind", "origin", "deal_status", "last_deal", "last_followed", "next_followed", "pool", "claimed",
           "returned",
           "credit_code", "parent", "number", "life_status", "lock_status", "record_type"),
    tables={
        "people": {"customer_id": "number|record_id", "full_name": "name", "phone": "phone", "other_phone": "other_phone",
                   "email": "email", "gender": "gender", "birth_date": "birth_date", "address": "address",
                   "district": "district",
                   "city": "city", "region": "region", "country": "country", "postcode": "postcode", "member_id": "member",
                   "recorded_at": "created", "updated_at": "modified"},
        "customers": {"customer_id": "number|record_id", "joined_at": "created", "acquisition_channel": "origin",
                      "gender": "gender", "city": "city", "region": "region", "country": "country", "loyalty_tier": "level"},
    },
    least=3, share=.2,
)
CONTACTS = Export(
    "fxiaoke", "contacts",
    OWN | PLACE | {
        "name": "姓名|联系人姓名|name|联系人",
        "number": "联系人编号|contact_no|联系人编码",
        "account": "所属客户|客户名称|account_id|account_id__r",
        "account_number": "客户编号|account_no",
        "phone": "手机|手机1|mobile1|mobile|手机号", "other_phone": "电话|电话1|tel1|tel|手机2|mobile2",
        "email": "邮件|email|邮箱", "job": "职务|job_title|职位", "part": "部门|department",
        "role": "角色|决策角色|contact_role|关键决策人", "is_main": "是否主联系人|primary_contact|首要联系人",
        "birth_date": "生日|date_of_birth|出生日期", "gender": "性别|gender", "member": "会员号|会员卡号|会员编号",
        "wechat": "微信|wechat|微信号",
        "card": "名片|card",
    },
    needed=("job|part|role|is_main|card", "phone|other_phone|email|name"),
    tells=("account", "job", "part", "role", "is_main", "card", "number"),
    tables={
        "people": {"customer_id": "number|record_id", "full_name": "name", "phone": "phone", "other_phone": "other_phone",
                   "email": "email", "company": "account", "gender": "gender", "birth_date": "birth_date", "address": "address",
                   "district": "district", "city": "city", "region": "region", "country": "country",
                   "recorded_at": "created", "updated_at": "modified"},
    },
    least=3, share=.2,
)
LEADS = Export(
    "fxiaoke", "leads",
    OWN | PLACE | {
        "name": "姓名|线索名称|销售线索名称|name|线索姓名",
        "number": "线索编号|leads_no|销售线索编号", "pool": "所属线索池|线索池|leads_pool_id|leads_pool_id__r",
        "status": "线索状态|跟进状态|leads_status|biz_status|线索阶段|leads_stage",
        "origin": "线索来源|来源|source|leads_source",
        "company": "公司|公司名称|company", "phone": "手机|mobile|手机号", "other_phone": "电话|tel",
        "email": "邮件|email|邮箱",
        "marketing_event": "市场活动|市场活动名称|marketing_event_id", "is_overtime": "是否超时|is_overtime",
        "converted": "转换时间|转客户时间|transform_time|转化时间", "back": "退回原因|back_reason|无效原因|close_reason",
        "claimed": "领取/分配时间|assigned_time|分配时间", "job": "职务|job_title",
    },
    needed=(),
    tells=("pool", "status", "origin", "marketing_event", "is_overtime", "converted", "back", "number", "claimed"),
    tables={
        "people": {"customer_id": "number|record_id", "full_name": "name", "phone": "phone", "other_phone": "other_phone",
                   "email": "email", "company": "company", "address": "address", "district": "district", "city": "city",
                   "region": "region", "country": "country", "recorded_at": "created", "updated_at": "modified"},
    },
    least=3, share=.2,
)
OPPORTUNITIES = Export(
    "fxiaoke", "opportunities",
    OWN | {
        "name": "商机名称|name|商机", "number": "商机编号|opportunity_no|newopportunity_no",
        "account": ACCOUNT + "|客户名称|客户",
        "stage": "销售阶段|阶段|sales_stage|商机阶段|stage",
        "stage_changed": "阶段进入时间|阶段变更时间|进入阶段时间|stg_changed_time",
        "amount": "商机金额|amount|预计金额", "expected": "预测金额|probability_amount", "odds": "赢率|probability",
        "closes": "预计成交日期|结单日期|close_date|预计成交时间", "process": "销售流程|sales_process_id|商机类型",
        "lost": "输单原因|lost_reason|输单理由|丢单原因", "state": "商机状态|阶段状态|sales_status|status",
    },
    needed=("number|expected|lost|process|stage_changed|department|life_status|record_type",),
    tells=("stage", "name", "number", "amount", "expected", "closes", "process", "lost", "odds", "state", "stage_changed"),
    tables={
        "deals": {"deal_id": "number|record_id|name", "stage": "stage", "customer_id": "account",
                  "entered_at": "stage_changed+created", "amount": "amount", "owner_id": "owner", "reason_lost": "lost"},
    },
    least=3, share=.2,
)
ORDERS = Export(
    "fxiaoke", "orders",
    OWN | {
        "number": "销售订单编号|订单编号|name|order_no|订单号", "account": ACCOUNT + "|客户名称|客户",
        "ordered": "下单日期|order_time|下单时间|订单日期", "amount": "订单金额|order_amount|销售订单金额",
        "due": "待回款金额|receivable_amount",
        "paid": "已回款金额|payment_amount|回款金额", "refunded": "退款金额|refunded_amount|已退款金额",
        "invoiced": "已开票金额|invoice_amount|开票金额", "status": "订单状态|order_status",
        "confirmed": "确认时间|confirm_time",
        "opportunity": "商机名称|opportunity_id|new_opportunity_id|所属商机", "discount": "整单折扣|discount",
        "total": "产品合计|product_amount", "logistics": "发货状态|logistics_status", "delivered": "交货日期|delivery_date",
    },
    never=r"买家|宝贝|支付流水|商品(名称|数量|单价)",  # orders of a web shop
    needed=(),
    tells=("amount", "due", "paid", "refunded", "invoiced", "confirmed", "opportunity", "total", "logistics", "delivered",
           "status", "number"),
    tables={
        "transactions": {"transaction_id": "number|record_id", "customer_id": "account", "ordered_at": "ordered+created",
                         "revenue": "amount", "channel": "=sales"},
    },
    least=3, share=.2,
)
ORDER_PRODUCTS = Export(
    "fxiaoke", "order_products",
    OWN | {
        "number": "订单产品编号|name|order_product_no", "order": "销售订单编号|所属订单|order_id|order_id__r|订单编号|销售订单",
        "product": "产品编号|产品名称|product_id|product_id__r|产品", "quantity": "销售数量|数量|quantity",
        "price": "销售单价|sales_price|价格|product_price|单价", "list_price": "产品单价|标准价格|standard_price",
        "amount": "销售金额|小计|subtotal|order_product_amount", "discount": "折扣|discount|产品折扣", "unit": "单位|unit",
        "delivered": "已发货数量|delivered_count", "account": ACCOUNT, "ordered": "下单日期|order_time|下单时间",
        "remark": "备注|remark", "line": "行号|line_no", "channel": "渠道|channel", "off": "折扣额|discount_amount",
    },
    needed=("order|quantity|amount",),
    tells=("number", "quantity", "price", "list_price", "amount", "discount", "delivered", "life_status", "record_type"),
    tables={
        "transactions": {"transaction_id": "order", "customer_id": "account", "ordered_at": "ordered+created",
                         "product_id": "product", "quantity": "quantity", "unit_price": "price", "revenue": "amount",
                         "channel": "channel|=sales", "line_number": "line", "discount": "off"},
    },
    least=3, share=.2,
)
RECORDS = Export(
    "fxiaoke", "activity_records",
    OWN | {
        "number": "销售记录编号|name|编号", "content": "跟进内容|销售记录内容|跟进内容|active_record_content|记录内容",
        "kind": "销售记录类型|跟进类型|active_record_type|记录类型|跟进方式",
        "related": "关联业务对象|相关对象|related_object|related_object_data|关联对象",
        "account": ACCOUNT + "|客户名称|关联客户|客户|related_account", "location": "定位|外勤签到|location",
        "at": "跟进时间|记录时间|发布时间|active_record_time",
    },
    needed=(),
    tells=("content", "kind", "related", "number", "location", "at"),
    tables={
        "interactions": {"interaction_id": "number|record_id", "customer_id": "account", "occurred_at": "at|created",
                         "kind": "kind",
                         "channel": "=sales"},
    },
)
EXPORTS = (ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, ORDERS, ORDER_PRODUCTS, RECORDS)
