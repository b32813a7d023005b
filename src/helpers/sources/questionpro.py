"""QuestionPro: raw responses as xlsx, csv or sav, and the list of who was invited (of any survey or mail tool).
Questions are told by their text; their scales are read from the file (scales.py).

A response that was not completed, and a repeated one, say so in `problem` and are set aside.
"""

import ibis

from helpers.sources.exports import Export
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

RESPONSES = Export(
    "questionpro", "responses",
    {
        "id": "Response ID|ResponseID|答卷编号|答复 ID|答卷ID|回复ID", "ip": "IP Address|IP地址",
        "at": "Timestamp (mm/dd/yyyy)|Timestamp|时间戳|提交时间",
        "duplicate": "Duplicate|重复",
        "seconds": "Time Taken to Complete (Seconds)|TimeTaken|Time Taken|完成用时（秒）|完成时间（秒）|答题时长（秒）",
        "status": "Response Status|Status|答复状态|答卷状态|回复状态",
        "number": "Sequence Number|Seq. Number|Seq Number|序号|序列号",
        "reference": "External Reference|ExternalReference|外部引用|外部参考",
        "email": "Respondent Email|RespondentEmail|Email|受访者邮箱|受访者电子邮件",
        "custom": "Custom Variable 1|CustomVariable1|Custom1|自定义变量 1|自定义变量1",
        "country": "Country Code|Country|国家代码",
        "region": "Region|地区", "device": "Device|设备", "language": "Survey Language|Language|调查语言",
    },
    needed=("id",),
    tells=("duplicate", "seconds", "status", "number", "reference", "email", "custom", "at", "ip"),
    patterns={
        "text": r"why|reason|comment|suggest|improve|tell us|explain|in your own words|原因|为什么|建议|意见|说明|请说|"
                r"还有什么|改进",
        "nps": r"\bnps\b|recommend|推荐",
        "ces": r"\bces\b|effort|easy|easily|费力|容易|轻松|方便",
        "csat": r"\bcsat\b|satisf|满意",
    },
    tables={
        "feedback": {"feedback_id": "id", "customer_id": "reference", "received_at": "at", "channel": "=survey", "text": "text",
                     "language": "language", "nps": "nps", "csat": "csat", "ces": "ces"},
        "people": {"customer_id": "reference", "email": "email", "ip_address": "ip", "country": "country", "region": "region"},
    },
    least=3, never=r"recorded ?date|distribution ?channel|recipient ?(first|last) ?name|^user ?language|^collector ?id",
)
INVITATIONS = Export(
    "questionpro", "invitations",
    {
        "id": "邀请编号|邀请ID|发送编号|invitation id|invite id|distribution id|email id|message id",
        "survey": "问卷名称|问卷标题|问卷|调查名称|survey name|survey title|survey",
        "customer": "会员号|客户编号|会员编号|顾客编号|用户ID|external reference|external data reference|externaldatareference|"
                    "customer id|member no|member id|contact id|custom variable 1",
        "email": "邮箱|电子邮箱|收件邮箱|email|email address|recipient email|respondent email|e-mail",
        "phone": "手机|手机号|手机号码|接收手机|phone|mobile|phone number",
        "channel": "发送渠道|邀请渠道|发送方式|channel|distribution channel|mode|method",
        "at": "发送时间|邀请时间|发送日期|邀请日期|sent at|sent|sent date|invited at|invitation date|date sent|invitation sent|"
              "sent on|send date",
        "status": "状态|邀请状态|答题状态|填写状态|status|invitation status|response status",
        "opened": "打开时间|查看时间|opened at|opened|email opened|first opened",
        "reminded": "提醒时间|催答时间|reminder sent|reminded at|last reminder",
        "answered": "完成时间|答题时间|填写时间|提交时间|作答时间|answered at|completed at|responded at|response date|"
                    "completed|survey completed|response time|finished at",
        "answer": "答卷编号|答卷ID|回复ID|response id|responseid",
    },
    needed=("at", "survey|id", "customer|email|phone", "answered|status|answer"),
    tells=("id", "survey", "channel", "at", "opened", "answered", "answer", "reminded"),
    tables={
        "survey_invitations": {
            "invitation_id": "id", "survey": "survey", "customer_id": "customer", "invited_at": "at", "channel": "channel",
            "answered_at": "answered", "feedback_id": "answer"},
        "people": {"customer_id": "customer", "email": "email", "phone": "phone"},
    },
    never=r"campaign|click|活动|点击",
    least=4,
)
EXPORTS = (RESPONSES, INVITATIONS)
COMPLETED = ("completed", "complete", "完成", "已完成", "1")
YES = ("yes", "true", "1", "duplicate", "是", "重复")


def prepare(rows, export: str):
    """Mark the responses that were not completed or are repeated."""
    if export == "invitations":
        return rows
    found = RESPONSES.found(tuple(rows.columns))
    problem = rows["_problem"]
    if "status" in found:
        status = rows[found["status"]].cast("string").strip().lower()
        is_open = status.notnull() & (status != "") & ~status.isin(COMPLETED)
        problem = ibis.ifelse(problem.isnull() & is_open, "response not completed", problem)
    if "duplicate" in found:
        repeated = rows[found["duplicate"]].cast("string").strip().lower().isin(YES).fill_null(False)
        problem = ibis.ifelse(problem.isnull() & repeated, "repeated response", problem)
    return rows.mutate(_problem=problem)

