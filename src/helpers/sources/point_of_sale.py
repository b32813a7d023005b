"""Tills, web shops and marketplaces: order lines and product lists, as CSV or Excel, in English or Chinese."""

import ibis

from helpers.sources.exports import PERSON, Export, as_people, person
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

CUSTOMER = (
    "会员号|会员卡号|会员编号|会员ID|卡号|顾客编号|客户编号|客户ID|客户号|用户ID|用户编号|买家ID|买家会员名|买家账号|买家旺旺|"
    "下单帐号|下单账号|member no|"
    "member number|"
    "member id|member card|"
    "member|loyalty card|loyalty number|card number|card no|card|customer id|customer number|customer no|customer code|"
    "customer|cust id|cust no|user id|buyer id|account id|shopper id"
)
PRODUCT = (
    "商品编码|商品编号|商品条码|商品代码|商品ID|货号|条码|产品编号|产品编码|SKU|SKU编码|sku|sku id|sku code|item no|"
    "item number|item code|"
    "item id|item|product id|product code|product no|product number|barcode|ean|upc|article|article number|plu|stockcode|"
    "stock code"
)
_BUYER = person("full_name", "phone", "email", "address", "district", "city", "region", "postcode") | {
    "phone": PERSON["phone"] + "|联系手机|收货人手机号|收货人手机|收货人电话|收货人联系方式|"
                               "收货人手机号/提货人手机号|收件人手机|收件人手机号|买家手机|买家手机号",
    "address": PERSON["address"] + "|客户地址|详细收货地址|收货详细地址|收货人地址|收件人地址|详细收货地址/提货地址",
    "district": PERSON["district"] + "|收货地区|收货区县|收货人地区|收件人区县",
    "city": PERSON["city"] + "|收货城市|收货人城市|收件人城市",
    "region": PERSON["region"] + "|收货省份|收货省|收货人省份|收件人省份",
    "full_name": "收货人|收货人/提货人|"
                 "收货人姓名|收件人|会员姓名|顾客姓名|客户姓名|买家姓名|姓名|customer name|member name|buyer name|"
                 "recipient|"
                 "ship to name",
}
LINES = Export(
    "point_of_sale", "order_lines",
    _BUYER | {
        "order": "小票号|单号|订单号|主订单编号|订单编号|交易号|交易流水号|流水号|销售单号|单据号|票号|receipt|receipt no|"
                 "receipt number|receipt id|"
                 "order id|order no|order number|order|transaction id|transaction no|transaction number|ticket no|"
                 "ticket number|invoice|"
                 "invoice no|invoice number|basket id|bill no|sale id|check number",
        "line": "行号|明细行号|序号|项次|line|line no|line number|line id|item seq|position",
        "customer": CUSTOMER,
        "at": "销售时间|交易时间|下单时间|订单时间|订单创建时间|订单付款时间|付款时间|买家付款时间|支付时间|"
              "订单提交时间|支付完成时间|"
              "成交时间|结账时间|时间|"
              "日期时间|下单日期|订单日期|"
              "销售日期|交易日期|日期|"
              "order time|order date|ordered at|order datetime|transaction time|transaction date|sale time|sale date|sold at|"
              "datetime|date time|timestamp|purchase date|invoice date|invoicedate|created at|paid at|date|time",
        "product": PRODUCT,
        "product_name": "商品名称|全部商品名称|选购商品|商品标题|产品名称|品名|商品|宝贝标题|"
                        "product name|product|item name|description|item description",
        "quantity": "数量|销售数量|件数|商品数量|商品件数|商品总数|宝贝总数量|购买数量|订购数量|"
                    "qty|quantity|units|unit sold|pieces|count",
        "price": "单价|商品单价|商品价格|售价|原价|吊牌价|零售价|成交单价|京东价|"
                 "unit price|price|list price|price each|unitprice|item price",
        "discount": "折扣金额|优惠金额|订单优惠金额|优惠总金额|店铺优惠折扣|优惠|让利|折扣额|"
                    "discount|discount amount|promotion amount|markdown|coupon amount",
        "revenue": "商品实际成交金额|商品实付金额|实收金额|实付金额|订单实付金额|"
                   "实际支付金额|买家实际支付金额|买家实付金额|实付款|支付金额|"
                   "商家实收金额|用户实付金额|结算金额|订单应付金额|成交金额|销售金额|金额|小计|实收|实付|应收金额|行金额|总价|net|"
                   "net amount|net sales|"
                   "amount|line total|"
                   "line amount|sales amount|total|total price|subtotal|revenue|paid amount|sales",
        "channel": "渠道|销售渠道|订单来源|平台|channel|sales channel|platform|order source",
        "store": "门店编号|门店编码|门店号|门店|店铺|店号|门店名称|店铺名称|store id|store no|store number|store code|"
                 "store|shop id|shop|"
                 "branch|outlet|store name",
        "is_return": "是否退货|退货标志|退货|is return|return flag|is_return|returned|refund flag",
        "currency": "币种|货币|currency|currency code",
        "register": "收银机号|款台号|款台|pos机号|register|till|terminal|pos id|lane|register id",
        "cashier": "收银员|收银员编号|导购|营业员|cashier|cashier id|clerk|salesperson|employee",
        "payment": "支付方式|付款方式|结算方式|payment method|payment type|tender|payment",
        "status": "订单状态|交易状态|order status|financial status|sale status",
        "refund": "退款金额|已退款金额|商品已退款金额|refund amount|refunded amount|amount refunded",
    },
    never=r"供应商|采购|供货|supplier|purchase order",
    needed=("order", "at", "revenue|price", "quantity|product|product_name|customer|store"),
    tells=("order", "at", "product", "quantity", "price", "revenue", "store", "customer", "discount", "payment", "register",
           "line"),
    tables={
        "transactions": {"transaction_id": "order", "line_number": "line", "customer_id": "customer", "ordered_at": "at",
                         "product_id": "product|product_name", "quantity": "quantity", "unit_price": "price",
                         "discount": "discount",
                         "revenue": "revenue", "channel": "channel", "store_id": "store", "is_return": "is_return",
                         "currency": "currency"},
        "people": as_people("customer", _BUYER),
    },
    least=5,
)
PRODUCTS = Export(
    "point_of_sale", "products",
    {
        "id": PRODUCT, "name": "商品名称|产品名称|品名|名称|product name|item name|name|description|title|产品|商品",
        "department": "部门|大类|一级类目|一级分类|department|division|section",
        "category": "类目|品类|分类|商品分类|中类|二级类目|小类|category|product category|product type|class|subcategory",
        "brand": "品牌|brand|manufacturer|label",
        "cost": "成本|进价|成本价|采购价|单位成本|cost|unit cost|purchase price|cost price|cogs",
        "price": "零售价|售价|单价|吊牌价|标价|price|retail price|list price|msrp|unit price",
        "unit": "单位|计量单位|规格|unit|uom|size|spec|package size",
        "listed": "上架日期|上架时间|launch date|listed on", "status": "商品状态|是否在售|上下架|product status",
    },
    needed=("id", "name", "category|department|brand"),
    tells=("department", "category", "brand", "cost", "price", "unit", "listed", "status"),
    tables={
        "products": {"product_id": "id", "name": "name", "department": "department", "category": "category", "brand": "brand",
                     "unit_cost": "cost"},
    },
)
EXPORTS = (LINES, PRODUCTS)
NO_SALE = (  # a status as a whole; "未发货，退款成功" counts by its end; orders refunded in part are sales
    r"^(.*[,，])?((交易|订单|买家|卖家|系统|超时)?已?(关闭|取消)|(等待买家|待|未)(付款|支付)|(已|已全额|全额)退款|退款(成功|完成)|"
    r"cancell?ed|void(ed)?|(fully )?refunded|unpaid|pending( payment)?|awaiting payment|payment pending|expired)$"
)


def prepare(rows, export: str):
    """Mark the orders that were not paid, were cancelled or wholly refunded, where a status says so."""
    status = LINES.found(tuple(rows.columns)).get("status") if export == LINES.name else None
    if status is None:
        return rows
    is_no_sale = rows[status].cast("string").strip().lower().re_search(NO_SALE).fill_null(False)
    return rows.mutate(_problem=ibis.ifelse(rows["_problem"].isnull() & is_no_sale, "order not paid, cancelled or refunded",
                                            rows["_problem"]))
