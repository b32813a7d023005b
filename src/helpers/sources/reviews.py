"""Reviews of products, comments on social media, and answers to surveys of 问卷星."""

from helpers.sources.exports import Export, as_people, person
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "read", "size"]

_PERSON = person("phone", "email") | {
    "full_name": "收货人|真实姓名|姓名|customer name|full name",
}
_ID = (
    "会员号|用户ID|用户编号|买家ID|会员号|会员编号|客户编号|顾客编号|user id|userid|customer id|reviewer id|"
    "reviewerid|author id|member id|member no|member number|buyer id"
)
REVIEWS = Export(
    "reviews", "reviews",
    _PERSON | {
        "id": "评价ID|评价编号|评论ID|评论编号|review id|reviewid|rating id|feedback id|id",
        "customer": _ID, "nick": "昵称|用户昵称|买家昵称|用户名|profile name|reviewer|reviewer name|username|nickname|author",
        "order": "订单号|订单编号|order id|order no|order number",
        "product": "商品编码|商品编号|商品ID|商品条码|产品编号|SKU|sku id|货号|product id|productid|item id|asin|sku|"
                   "product code|item no",
        "at": "评价时间|评论时间|评价日期|评论日期|发表时间|review time|review date|reviewed at|review timestamp|"
              "created at|date|time|"
              "timestamp|submitted at|published at",
        "rating": "评分|星级|打分|评价星级|商品评分|rating|stars|star rating|score|overall|star",
        "title": "标题|评价标题|title|review title|summary|headline|subject",
        "text": "评价内容|评论内容|评价|评论|内容|review text|reviewtext|review|review body|review content|comment|"
                "comments|text|body|content",
        "more": "追评|追加评价|追评内容|follow up review", "reply": "商家回复|卖家回复|reply|seller reply|response",
        "helpful": "有用数|点赞数|helpful|helpful votes|helpfulness|votes", "language": "语言|language|lang",
        "channel": "平台|来源|渠道|platform|channel|source|site", "verified": "是否已购|已购|verified purchase|verified",
    },
    needed=("text|rating", "rating", "at|product|title"),
    tells=("rating", "text", "title", "product", "at", "nick", "helpful", "verified", "more", "reply"),
    tables={
        "feedback": {"feedback_id": "id", "customer_id": "customer", "received_at": "at", "channel": "channel",
                     "product_id": "product",
                     "text": "text", "language": "language", "rating": "rating"},
        "people": as_people("customer", _PERSON),
    },
    least=4,
)
COMMENTS = Export(
    "reviews", "social_comments",
    _PERSON | {
        "id": "评论ID|评论编号|comment id|commentid|post id|tweet id|message id|id|帖子ID|笔记ID",
        "customer": _ID, "nick": "昵称|用户昵称|用户名|作者|author|username|screen name|user|user name|nickname|handle|account",
        "at": "评论时间|发布时间|发表时间|发布日期|时间|created at|created time|posted at|published at|comment time|"
              "timestamp|date|time",
        "text": "评论内容|内容|正文|帖子内容|评论|comment|comment text|text|content|message|body|post",
        "platform": "平台|来源平台|来源|渠道|platform|network|site|source|channel",
        "likes": "点赞数|点赞|赞|likes|like count|favorites|favourites|reactions",
        "shares": "转发数|转发|分享数|shares|retweets|reposts|share count",
        "replies": "回复数|评论数|replies|reply count|comment count",
        "parent": "父评论ID|回复对象|parent id|in reply to|reply to",
        "post": "帖子ID|笔记ID|作品ID|视频ID|post id|media id|video id|thread id", "url": "链接|url|permalink|link",
        "language": "语言|language|lang",
        "followers": "粉丝数|followers|follower count", "topic": "话题|hashtag|hashtags|topic",
    },
    needed=("text", "platform|likes|shares|parent|followers"),
    tells=("nick", "platform", "likes", "shares", "replies", "parent", "post", "followers", "topic", "url"),
    tables={
        "feedback": {"feedback_id": "id", "customer_id": "customer", "received_at": "at", "channel": "platform", "text": "text",
                     "language": "language"},
        "people": as_people("customer", _PERSON),
    },
    least=3, share=.25,
)
SURVEY = Export(
    "reviews", "survey_answers",
    {
        "id": "答卷编号", "customer": _ID,
        "at": "提交答卷时间", "seconds": "所用时间", "origin": "来源", "detail": "来源详情", "ip": "来自IP",
    },
    patterns={  # of questions, which people word; "推荐人" is none
        "text": r"建议|意见|为什么|原因|suggest|improve|why|comment",
        "nps": r"\bnps\b|净推荐|(可能|愿意|意愿).*推荐|推荐.*(可能|意愿)|likely.*recommend|recommend.*(us|friend)",
        "ces": r"\bces\b|费力|effort",
        "csat": r"\bcsat\b|满意|satisf",
        "phone": r"手机|联系电话|联系方式|phone|mobile",
        "email": r"邮箱|e-?mail",
        "full_name": r"姓名|your name",
        "gender": r"性别|\b(gender|sex)\b",
    },
    needed=("at", "nps|csat|ces|text"),
    tells=("at", "seconds", "origin", "detail", "ip"),
    tables={
        "feedback": {"feedback_id": "id", "customer_id": "customer", "received_at": "at", "channel": "=survey", "text": "text",
                     "nps": "nps", "csat": "csat", "ces": "ces"},
        "people": {"customer_id": "customer", "full_name": "full_name", "phone": "phone", "email": "email", "gender": "gender"},
    },
    least=2,
)
EXPORTS = (REVIEWS, COMMENTS, SURVEY)
