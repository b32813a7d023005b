"""Headers and small files as the systems write them, made by hand: what recognition and the sources are tested on.

Every name, number and address is invented.
"""

FXIAOKE = {  # (Chinese labels, API names)
    "customers": (
        "客户名称,客户编号,客户级别,客户分类,客户来源,成交状态,最后一次成交时间,最后跟进时间,下次跟进时间,负责人,归属部门,"
        "所属公海,领取/分配时间,"
        "退回/收回时间,生命状态,锁定状态,业务类型,国家,省,市,区,电话,邮件,网址,统一社会信用代码,上级客户,创建人,创建时间,"
        "最后修改人,最后修改时间",
        "name,account_no,account_level,account_type,account_source,deal_status,last_deal_closed_time,last_followed_time,"
        "next_followed_time,owner,data_own_department,high_seas_id,claimed_time,returned_time,life_status,lock_status,"
        "record_type,"
        "country,province,city,district,tel,email,url,uniform_social_credit_code,parent_account_id,created_by,create_time,"
        "last_modified_by,last_modified_time",
    ),
    "contacts": (
        "姓名,联系人编号,客户名称,职务,部门,手机,电话,邮件,角色,是否主联系人,生日,负责人,归属部门,生命状态,锁定状态,业务类型,"
        "创建人,创建时间,"
        "最后修改人,最后修改时间",
        "name,contact_no,account_id,job_title,department,mobile1,tel1,email,contact_role,primary_contact,date_of_birth,owner,"
        "data_own_department,life_status,lock_status,record_type,created_by,create_time,last_modified_by,last_modified_time",
    ),
    "leads": (
        "姓名,线索编号,公司,线索来源,线索状态,所属线索池,市场活动,是否超时,转换时间,退回原因,手机,电话,邮件,负责人,归属部门,"
        "生命状态,锁定状态,"
        "业务类型,创建时间,最后修改时间",
        "name,leads_no,company,source,leads_status,leads_pool_id,marketing_event_id,is_overtime,transform_time,back_reason,"
        "mobile,tel,"
        "email,owner,data_own_department,life_status,lock_status,record_type,create_time,last_modified_time",
    ),
    "opportunities": (
        "商机名称,商机编号,客户名称,客户编号,销售流程,销售阶段,阶段变更时间,商机金额,预测金额,赢率,预计成交日期,输单原因,"
        "负责人,归属部门,生命状态,"
        "业务类型,创建时间,最后修改时间",
        "name,newopportunity_no,account_id,sales_process_id,sales_stage,stg_changed_time,amount,probability_amount,probability,"
        "close_date,lost_reason,owner,data_own_department,life_status,record_type,create_time,last_modified_time",
    ),
    "orders": (
        "销售订单编号,客户编号,客户名称,下单日期,订单金额,待回款金额,已回款金额,退款金额,已开票金额,订单状态,确认时间,商机名称,"
        "产品合计,发货状态,"
        "负责人,归属部门,生命状态,业务类型,创建时间",
        "name,account_id,order_time,order_amount,receivable_amount,payment_amount,refunded_amount,invoice_amount,order_status,"
        "confirm_time,opportunity_id,product_amount,logistics_status,owner,data_own_department,life_status,record_type,"
        "create_time",
    ),
    "order_products": (
        "订单产品编号,销售订单编号,产品名称,产品单价,销售单价,数量,折扣,销售金额,单位,备注,生命状态,业务类型,创建时间",
        "name,order_id,product_id,standard_price,sales_price,quantity,discount,subtotal,unit,remark,life_status,record_type,"
        "create_time",
    ),
    "activity_records": (
        "销售记录编号,销售记录类型,销售记录内容,关联业务对象,客户名称,定位,负责人,归属部门,业务类型,创建人,创建时间",
        "name,active_record_type,active_record_content,related_object,account_id,location,owner,data_own_department,"
        "record_type,"
        "created_by,create_time",
    ),
}
HUBSPOT = {
    "contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Contact owner,Lead Status,Lifecycle Stage,Original Source,"
        "Create Date,Last Activity Date,Last Contacted,Company Name",
        "记录 ID,名字,姓氏,电子邮件,电话号码,职务,联系人所有者,线索状态,生命周期阶段,原始流量来源,创建日期,上次活动日期,"
        "上次联系时间,公司名称",
        "hs_object_id,firstname,lastname,email,phone,jobtitle,hubspot_owner_id,hs_lead_status,lifecyclestage,"
        "hs_analytics_source,"
        "createdate,notes_last_updated,notes_last_contacted,company",
    ),
    "deals": (
        "Record ID,Deal Name,Pipeline,Deal Stage,Deal Owner,Create Date,Close Date,Amount,Associated Contact IDs",
        "记录 ID,交易名称,管道,交易阶段,交易所有者,创建日期,关闭日期,金额,关联联系人 ID",
        "hs_object_id,dealname,pipeline,dealstage,hubspot_owner_id,createdate,closedate,amount",
    ),
}
ZOHO = {
    "contacts": (
        "Record Id,Contact Owner.id,Contact Owner,Lead Source,First Name,Last Name,Account Name.id,Account Name,Email,Title,"
        "Department,Phone,Mobile,Created By.id,Created By,Modified By.id,Modified By,Created Time,Modified Time,Email Opt Out,"
        "Salutation,Last Activity Time,Tag,Unsubscribed Mode,Unsubscribed Time,First Visit,Visitor Score,Referrer,"
        "Average Time Spent (Minutes),Most Recent Visit,Days Visited,Mailing Street,Mailing City,Mailing State,Mailing Zip,"
        "Mailing Country",
        "记录 ID,联系人所有者.id,联系人所有者,线索来源,名,姓,客户名称.id,客户名称,邮箱,职位,电话,手机,创建者.id,创建者,"
        "修改者.id,修改者,创建时间,"
        "修改时间,拒收邮件,称呼,上次活动时间,标签,退订方式,退订时间,邮寄街道,邮寄城市,邮寄省份,邮寄邮编,邮寄国家",
        "id,Owner.id,Owner,Lead_Source,First_Name,Last_Name,Account_Name.id,Account_Name,Email,Phone,Mobile,Created_By,"
        "Modified_By,"
        "Created_Time,Modified_Time,Email_Opt_Out,Salutation,Last_Activity_Time,Tag,Unsubscribed_Mode,Unsubscribed_Time,"
        "Mailing_Street,Mailing_City,Mailing_State,Mailing_Zip,Mailing_Country",
    ),
    "leads": (
        "Record Id,Lead Owner.id,Lead Owner,Is Converted,Company,First Name,Last Name,Email,Phone,Mobile,Lead Source,Lead "
        "Status,"
        "Created By,Modified By,Created Time,Modified Time,Email Opt Out,Last Activity Time,Street,City,State,Zip Code,Country",
        "记录 ID,线索所有者.id,线索所有者,已转换,公司,名,姓,邮箱,电话,手机,线索来源,线索状态,创建时间,修改时间,修改者,拒收邮件,"
        "上次活动时间,街道,城市,省份",
        "id,Owner.id,Owner,Converted,Company,First_Name,Last_Name,Email,Phone,Mobile,Lead_Source,Lead_Status,Created_Time,"
        "Modified_Time,Modified_By,Email_Opt_Out,Last_Activity_Time,Street,City,State,Zip_Code,Country",
    ),
    "deals": (
        "Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Account Name,Stage,Contact Name.id,"
        "Contact Name,Currency,Reason For Loss,Created Time,Modified Time,Last Activity Time",
        "记录 ID,商机所有者.id,商机所有者,金额,商机名称,结束日期,客户名称.id,客户名称,阶段,联系人姓名.id,联系人姓名,币种,"
        "失败原因,创建时间,修改时间,上次活动时间",
        "id,Owner.id,Owner,Amount,Deal_Name,Closing_Date,Account_Name,Stage,Contact_Name.id,Contact_Name,Currency,"
        "Reason_For_Loss__s,Created_Time,Modified_Time,Last_Activity_Time",
    ),
}
MAILCHIMP = {
    "audience": (
        "Email Address,First Name,Last Name,Favourite colour,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
        "LATITUDE,"
        "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS",
        "电子邮件地址,名字,姓氏,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,"
        "TIMEZONE,CC,"
        "REGION,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LAST_CHANGED,LEID,EUID,NOTES,"
        "TAGS",
    ),
    "campaign_report": (
        "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,Soft Bounces,Hard Bounces,Total "
        "Bounces,"
        "Unique Opens,Open Rate,Total Opens,Unique Clicks,Click Rate,Total Clicks,Unsubscribes,Abuse Complaints,Total Revenue",
        "标题,主题,受众,发送日期,发送星期,总收件人数,成功送达,软退信,硬退信,唯一打开次数,打开率,总打开次数,唯一点击次数,点击率,"
        "总点击次数,退订数,滥用投诉",
    ),
    "activity": ("action,timestamp,campaign_id,list_id,email_id,email_address,url,ip",
                 "action,campaign_id,email_id,timestamp,url"),
}
GOOGLE = {
    "events": (
        "event_date,event_timestamp,event_name,event_params,event_previous_timestamp,event_value_in_usd,"
        "event_bundle_sequence_id,"
        "user_id,user_pseudo_id,privacy_info,user_properties,user_first_touch_timestamp,user_ltv,device,geo,app_info,"
        "traffic_source,"
        "stream_id,platform,ecommerce,items,collected_traffic_source,session_traffic_source_last_click",
        "event_date,event_timestamp,event_name,event_params.ga_session_id,event_params.page_location,user_id,user_pseudo_id,"
        "privacy_info.analytics_storage,device.category,geo.country,traffic_source.source,platform,ecommerce.purchase_revenue,"
        "items.item_id",
        "event_date,event_timestamp,event_name,user_id,user_pseudo_id,ga_session_id,page_location,device_category,geo_country",
        "event_date,event_timestamp,event_name,event_params.key,event_params.value.string_value,event_params.value.int_value,"
        "user_pseudo_id,user_id,platform",
    ),
    "report": (
        "Page path and screen class,Views,Active users,Views per active user,Average engagement time per active user,Event "
        "count,"
        "Key events,Total revenue",
        "Country,Active users,New users,Engaged sessions,Engagement rate,Event count,Conversions,Total revenue",
        "网页路径和屏幕类,浏览次数,活跃用户数,每位活跃用户的浏览次数,事件数,关键事件,总收入", "Nth week,Active users,New users",
        "Date,Page path and screen class,Views,Total users",
    ),
}
QUESTIONPRO = {
    "responses": (
        "Response ID,IP Address,Timestamp (mm/dd/yyyy),Duplicate,Time Taken To Complete (Seconds),Response Status,Sequence "
        "Number,"
        "External Reference,Respondent Email,Custom Variable 1,How likely are you to recommend us?,How satisfied are you?",
        "答卷编号,IP地址,提交时间,重复,答题时长（秒）,答卷状态,序号,外部参考,受访者邮箱,自定义变量1,您有多大可能推荐我们？,"
        "您对服务满意吗？",
        "ResponseID,IPAddress,Timestamp,Duplicate,TimeTaken,ResponseStatus,SequenceNumber,ExternalReference,RespondentEmail,Q1",
    ),
    "invitations": (
        "Invitation ID,Survey Name,External Reference,Recipient Email,Channel,Sent At,Opened At,Status,Completed At,"
        "Response ID",
        "邀请编号,问卷名称,会员号,邮箱,发送渠道,发送时间,打开时间,状态,完成时间,答卷编号",
    ),
}
POINT_OF_SALE = {
    "order_lines": (
        "Receipt No,Line,Date Time,Store ID,Register,Cashier,Member No,SKU,Description,Qty,Unit Price,Discount,Net Amount,"
        "Payment Method",
        "小票号,行号,销售时间,门店编号,收银机号,收银员,会员卡号,商品编码,商品名称,数量,单价,折扣金额,实收金额,支付方式",
        "订单编号,下单时间,买家ID,收货人,收货电话,商品ID,商品名称,购买数量,单价,优惠金额,实付金额,渠道",
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        "order_id,line_no,customer_id,order_date,product_id,quantity,unit_price,discount,revenue,store_id,payment_type",
        "订单编号,买家会员名,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,订单创建时间,宝贝标题,物流单号,宝贝总数量",
        "订单号,订单状态,商品名称,商品数量,商品单价,订单应付金额,订单实付金额,优惠金额,运费,买家昵称,收货人,收货人手机号,收货省份,"
        "收货城市,收货地区,详细收货地址,下单时间,付款时间,退款金额,买家留言,卖家备注,支付流水号",
        "订单号,订单状态,买家姓名,收货人/提货人,收货人手机号/提货人手机号,收货人省份,收货人城市,收货人地区,全部商品名称,商品总金额,店铺优惠合计,"
        "运费,订单应付金额,订单实付金额,订单创建时间,买家付款时间,归属店铺,支付流水号,商品规格,商品编码,商品单价,商品数量,商品实际成交金额",
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,收件人,收件人手机号,省,市,区,街道,"
        "详细地址,买家留言,订单提交时间,支付方式,支付完成时间,订单状态,售后状态",
        "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),用户实付金额(元),商家实收金额(元),商品数量(件),收货人,手机,"
        "国家,省,市,区,街道,支付时间,承诺发货时间,商品id,商品规格,样式ID",
        "Date,Time,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Customer ID,Customer Name",
    ),
    "products": (
        "SKU,Product Name,Department,Category,Brand,Unit Cost,Retail Price,Launch Date",
        "商品编码,商品名称,大类,品类,品牌,进价,零售价,规格",
        "product_id,name,department,category,brand,unit_cost,price",
    ),
}
LOYALTY = {
    "members": (
        "Member No,Name,Mobile,Email,Gender,Birthday,Tier,Points,Join Date,Home Store,City,Province",
        "会员卡号,姓名,手机号,性别,生日,会员等级,积分,入会时间,注册渠道,注册门店,省份,城市,详细地址",
        "member_id,first_name,last_name,phone,email,tier,points_balance,enrolled_at,source",
    ),
}
REVIEWS = {
    "reviews": (
        "Review ID,User ID,Profile Name,Product ID,Review Time,Stars,Title,Review Text,Helpful Votes",
        "评价ID,用户昵称,订单编号,商品编码,评价时间,评分,评价内容,追评,商家回复,平台",
        "reviewerID,asin,reviewerName,helpful,reviewText,overall,summary,reviewTime",
    ),
    "social_comments": (
        "Comment ID,Platform,Post ID,Username,Created At,Comment,Likes,Replies,URL",
        "评论ID,平台,笔记ID,昵称,发布时间,评论内容,点赞数,回复数,话题",
        "id,platform,author,created_at,text,like_count,reply_count,parent_id",
    ),
    "survey_answers": (
        "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您的性别,2、您有多大可能向朋友推荐我们？,3、您对服务满意吗？,4、您的手机号,5、您有什么建议？",
    ),
}
SERVICE = {
    "tickets": (
        "Ticket ID,Requester,Requester Email,Phone,Subject,Channel,Status,Priority,Created At,First Response At,Solved At,"
        "Assignee,CSAT",
        "工单号,客户姓名,联系电话,问题类型,渠道,工单状态,优先级,创建时间,首次响应时间,关闭时间,处理时长（分钟）,处理人,满意度,"
        "是否重开",
        "case_id,customer_id,opened_at,first_response_at,closed_at,topic,channel,handle_minutes,reopened,csat",
    ),
    "calls": (
        "Call ID,Direction,Caller,Called Number,Start Time,Answered At,End Time,Duration (seconds),Agent,Queue,Call Reason,"
        "CSAT",
        "通话ID,呼叫方向,来电号码,被叫号码,来电时间,接听时间,结束时间,通话时长（秒）,坐席工号,技能组,来电原因,满意度",
        "call_id,direction,from_number,to_number,started_at,duration_seconds,agent_id,queue,outcome",
    ),
}
MARKETING = {
    "campaigns": (
        "Campaign ID,Campaign Name,Campaign Type,Channel,Start Date,End Date,Budget,Cost",
        "活动编号,活动名称,活动类型,渠道,开始日期,结束日期,费用,目标人群",
        "campaign_id,name,kind,channel,starts_at,ends_at,cost",
    ),
    "campaign_contacts": (
        "Campaign ID,Customer ID,Contact Date,Group,Propensity,Response Date,Response Value",
        "活动编号,会员号,触达时间,分组,分配概率,响应时间,响应金额",
        "campaign_id,customer_id,contacted_at,treated,propensity,responded_at,response_value",
    ),
    "consents": (
        "Customer ID,Purpose,Granted At,Withdrawn At,Source", "会员号,用途,授权时间,撤回时间,授权来源",
        "customer_id,purpose,granted_at,withdrawn_at,consent_source",
    ),
    "acquisition_costs": (
        "Customer ID,Acquisition Channel,Acquisition Cost,Acquisition Date", "会员号,获客渠道,获客成本,获客日期",
        "customer_id,acquisition_channel,acquisition_cost",
    ),
}
SURVEY_TOOLS = {
    "qualtrics": (
        "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,RecipientLastName,"
        "RecipientFirstName,RecipientEmail,ExternalReference,LocationLatitude,LocationLongitude,DistributionChannel,UserLanguage,"
        "Q1,Q1_NPS_GROUP,Q2,Q3_1,Q4",
    ),
    "surveymonkey": (
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,Would you "
        "recommend us?,What could we improve?",
    ),
    "typeform": (
        "#,How likely are you to recommend us?,How easy was it to order?,Anything else?,Start Date (UTC),Submit Date (UTC),"
        "Network ID,Tags",
    ),
}
TRANSCRIPTS = {
    "turns": (
        "call_id,turn,speaker,start,end,text,member_no,call_time", "通话编号,轮次,说话人,开始时间,结束时间,转写文本,会员号",
        "Conversation ID,Turn Number,Speaker Role,Start Time,End Time,Utterance,Customer ID",
    ),
    "talks": ("call_id,call_time,member_no,agent,turns", "通话编号,通话时间,会员号,座席,对话"),
}
SYSTEMS = {
    "fxiaoke": FXIAOKE, "hubspot": HUBSPOT, "zoho": ZOHO, "mailchimp": MAILCHIMP, "google_analytics": GOOGLE,
    "questionpro": QUESTIONPRO, "point_of_sale": POINT_OF_SALE, "loyalty": LOYALTY, "reviews": REVIEWS, "service": SERVICE,
    "marketing": MARKETING, "transcripts": TRANSCRIPTS, "survey_tools": SURVEY_TOOLS,
}
DECOYS = {  # tables that no export is
    "登记": "提交时间,姓名,手机号,推荐人,意见",
    "staff": "Employee ID,First Name,Last Name,Email,Phone,Job Title,Department,Hire Date,Salary,Manager",
    "员工": "工号,姓名,手机,邮箱,部门,职务,入职时间,基本工资,直属上级",
    "stock": "SKU,Warehouse,On Hand,Reserved,Reorder Point,Last Counted",
    "库存": "商品编码,仓库,库存数量,可用数量,安全库存,盘点时间",
    "weather": "date,station,temperature,rain,wind",
    "stores": "Store ID,Store Name,Address,City,Opened,Manager,Phone",
    "门店": "门店编号,门店名称,地址,城市,开业日期,店长,联系电话,面积",
    "general ledger": "Date,Account,Description,Debit,Credit,Balance,Voucher",
    "凭证": "日期,凭证号,科目,摘要,借方金额,贷方金额,余额",
    "suppliers": "Supplier ID,Name,Contact,Phone,Email,Address,Payment Terms,Tax ID",
    "供应商": "供应商编号,供应商名称,联系人,电话,地址,结算方式,税号",
    "budget": "Month,Department,Budget,Actual,Variance",
    "web log": "time,ip,method,path,status,bytes,user_agent",
    "exchange rates": "date,currency,rate",
    "calendar": "date,weekday,holiday,is_workday",
    "purchase orders": "PO Number,Supplier,PO Date,Item,Qty Ordered,Qty Received,Buyer",
    "sensor": "timestamp,device_id,voltage,temperature",
    "timesheet": "Employee,Project,Date,Hours,Comment",
    "排班": "日期,工号,姓名,班次,门店,上班时间,下班时间",
    "payments": "Payment ID,Invoice,Payer,Date,Amount,Bank",
    "nothing": "column 1,column 2,column 3",
    "letters": "a,b,c,d",
    "survey codebook": "Variable,Label,Type,Values",
    "projects": "Project ID,Name,Owner,Stage,Start Date,End Date,Budget,Status",
    "tasks": "id,title,description,status,priority,created,due",
    "news": "title,author,published,url,text",
    "students": "Student ID,Name,Birthday,Gender,Class,Grade,Parent Phone",
    "patients": "Patient ID,Name,Date of Birth,Gender,Diagnosis,Phone,Insurance No",
    "cars": "VIN,Make,Model,Year,Mileage,Price,Colour",
    "shipments": "Tracking No,Carrier,Ship Date,Weight,Origin,Destination,Status",
    "物流": "运单号,快递公司,发货时间,签收时间,重量,目的地,状态",
    "contracts": "合同编号,合同名称,甲方,乙方,签订日期,到期日期,合同金额",
    "invoices": "发票号码,开票日期,购方名称,税号,金额,税额,价税合计",
    "returns of goods to suppliers": "退货单号,供应商,退货日期,商品编码,数量,原因",
    "coupons": "券码,面额,有效期,状态,使用时间",
    "price list": "SKU,Price,Valid From,Valid To",
    "file list": "name,size,modified,type",
    "seo": "Query,Clicks,Impressions,CTR,Position",
    "ads": "Ad group,Impressions,Clicks,Cost,CPC,CTR",
    "Salesforce contacts": "Contact ID,Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Phone,"
                           "Mobile,Email,"
                           "Contact Owner,Created Date,Last Modified Date,Lead Source",
    "Salesforce opportunities": "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Opportunity "
                                "Owner,"
                                "Lead Source,Type,Probability (%)",
    "HubSpot companies": "Record ID,Company name,Company owner,Create Date,Phone Number,Last Activity Date,City,Country/Region,"
                         "Industry",
    "Zoho accounts": "Record Id,Account Owner.id,Account Owner,Account Name,Phone,Website,Industry,Billing Street,Created Time,"
                     "Modified Time,Last Activity Time,Tag",
    "Zoho tasks": "Record Id,Task Owner.id,Task Owner,Subject,Due Date,Contact Name.id,Contact Name,Status,Created Time,"
                  "Modified Time",
    "纷享销客 产品": "产品名称,产品编码,分类,价格,单位,上架状态,负责人,归属部门,生命状态,业务类型,创建时间",
    "纷享销客 回款": "回款编号,客户名称,销售订单编号,回款金额,回款日期,回款方式,负责人,归属部门,生命状态,业务类型",
    "Mailchimp lists": "List Name,Subscribers,Open Rate,Click Rate,Created",
    "Klaviyo": "Email,First Name,Last Name,Phone Number,City,Region,Country,Klaviyo ID,Email Consent,Email Consent Timestamp,"
               "Last Open",
    "advertising": "Campaign name,Ad set name,Delivery,Results,Reach,Impressions,Amount spent (USD),Starts,Ends",
    "payments by phone": "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,"
                         "备注",
    "bank account": "交易日期,交易时间,凭证号,借方发生额,贷方发生额,余额,对方账号,对方户名,摘要",
    "invoices of suppliers": "Invoice No,Line,Invoice Date,Supplier,Item Code,Description,Qty,Unit Price,Amount,Tax",
    "采购订单": "采购订单号,行号,供应商,物料编码,物料名称,数量,单价,金额,采购日期,仓库",
    "出入库": "单据号,日期,商品编码,商品名称,出库数量,入库数量,结存数量,仓库",
    "address book": "First Name,Middle Name,Last Name,Nickname,Organization Name,Birthday,Notes,Labels,E-mail 1 - Value,Phone "
                    "1 - Value",
    "bookings": "Booking ID,Guest Name,Email,Phone,Check-in,Check-out,Room,Rate,Total,Booked At,Channel",
    "loans": "Member No,Book ID,Title,Loan Date,Due Date,Returned",
    "user accounts": "id,username,email,password_hash,created_at,last_login",
}


def cells(header: str) -> tuple[str, ...]:
    return tuple(header.split(","))
