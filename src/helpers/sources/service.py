"""Customer service: tickets and call logs."""

import re

import ibis

from helpers.sources.canonical import in_type
from helpers.sources.exports import Export, as_people, person
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

_PERSON = person("full_name", "phone", "email") | {
    "email": "邮箱|客户邮箱|电子邮件|联系邮箱|email|requester email|customer email|contact email|submitter email",
    "full_name": "客户姓名|联系人|联系人姓名|来电人|姓名|客户名称|requester|requester name|customer name|contact name|"
                 "caller name|name",
}
_CUSTOMER = (
    "客户编号|客户ID|客户号|会员号|会员编号|会员卡号|用户ID|customer id|customer no|customer number|member id|"
    "member no|requester id|user id|account id"
)
_TOPIC = (
    "问题类型|工单类型|工单分类|问题分类|主题|分类|类别|标题|来电原因|来电类型|业务类型|咨询类型|topic|category|subject|"
    "issue type|type|reason|"
    "call reason|case reason|ticket type|contact reason|wrap up|disposition"
)
TICKETS = Export(
    "service", "tickets",
    _PERSON | {
        "id": "工单号|工单编号|工单ID|服务单号|case id|case number|case no|ticket id|ticket no|ticket number|ticket|"
              "issue id|incident number|id",
        "customer": _CUSTOMER,
        "opened": "创建时间|提交时间|受理时间|建单时间|工单创建时间|报修时间|created at|created|opened at|opened|open date|"
                  "date opened|created date|"
                  "submitted at|created time|requested at",
        "first": "首次响应时间|首次回复时间|首响时间|响应时间|first response at|first response|first response time|"
                 "first reply at|first replied at",
        "closed": "关闭时间|完成时间|解决时间|结单时间|办结时间|closed at|closed|solved at|resolved at|resolved|close date|"
                  "date closed|"
                  "resolution time|closed date",
        "minutes": "处理时长（分钟）|处理时长|处理分钟|处理用时|handle minutes|handle time|handling time|"
                   "handle time (minutes)|minutes spent|time spent",
        "topic": _TOPIC, "channel": "渠道|来源|工单来源|来源渠道|受理渠道|channel|via|source|origin|contact channel",
        "reopened": "是否重开|重新打开|重开|是否二次|reopened|is reopened|reopen|re-opened|reopens",
        "csat": "满意度|满意度评分|客户满意度|评价|服务评分|csat|satisfaction|satisfaction score|satisfaction rating|rating",
        "status": "状态|工单状态|处理状态|status|ticket status|case status|state",
        "priority": "优先级|紧急程度|priority|urgency|severity",
        "agent": "处理人|受理人|客服|负责人|坐席|assignee|agent|owner|assigned to|handled by",
        "group": "处理组|技能组|group|team|queue",
        "text": "描述|问题描述|内容|工单内容|description|details|body", "worked": "handled minutes",
    },
    needed=("id", "opened"),
    tells=("first", "closed", "minutes", "topic", "reopened", "csat", "priority", "agent", "group", "status"),
    tables={
        "cases": {"case_id": "id", "customer_id": "customer", "opened_at": "opened", "first_response_at": "first",
                  "closed_at": "closed",
                  "handle_minutes": "worked", "topic": "topic", "channel": "channel", "reopened": "reopened", "csat": "csat"},
        "people": as_people("customer", _PERSON),
    },
    least=4,
)
CALLS = Export(
    "service", "calls",
    _PERSON | {
        "id": "通话ID|通话编号|录音编号|呼叫编号|话单号|呼叫ID|call id|call no|call number|call sid|recording id|cdr id|"
              "interaction id|id",
        "customer": _CUSTOMER,
        "opened": "来电时间|呼入时间|通话时间|呼叫时间|开始时间|通话开始时间|拨打时间|call time|call start|start time|"
                  "started at|call date|"
                  "call started at|date time|call datetime",
        "first": "接听时间|应答时间|answered at|answer time|connected at",
        "closed": "结束时间|挂断时间|通话结束时间|call end|end time|ended at|hang up time|hangup time",
        "seconds": "通话时长（秒）|通话时长|通话秒数|时长（秒）|时长|duration|call duration|duration (seconds)|talk time|"
                   "talk seconds|duration seconds|"
                   "billsec",
        "wait": "等待时长（秒）|等待时长|排队时长|振铃时长|wait time|queue time|wait seconds|hold time|ring time",
        "topic": _TOPIC, "direction": "呼叫方向|呼叫类型|呼入呼出|direction|call direction|call type|inbound/outbound",
        "agent": "坐席|坐席工号|客服|客服工号|工号|坐席编号|agent|agent id|extension|handled by|operator",
        "queue": "技能组|队列|queue|skill|hotline|热线|skill group",
        "called": "被叫号码|被叫|callee|to number|called number|to",
        "csat": "满意度|满意度评分|满意度评价|csat|satisfaction|satisfaction score|survey score",
        "handle": "handle minutes|处理时长（分钟）",
        "worked": "handled minutes", "answered": "answered after the wait",
        "result": "通话结果|接通状态|是否接通|call result|outcome|call status|answered",
    },
    needed=("opened", "seconds|closed|handle", "phone|customer|direction"),
    tells=("seconds", "wait", "direction", "agent", "queue", "called", "first", "closed", "result", "opened", "phone"),
    tables={
        "cases": {"case_id": "id", "customer_id": "customer", "opened_at": "opened", "first_response_at": "first|answered",
                  "closed_at": "closed",
                  "handle_minutes": "worked", "topic": "topic", "channel": "=call", "csat": "csat"},
        "people": as_people("customer", _PERSON),
    },
    least=4,
)
EXPORTS = (TICKETS, CALLS)
SECONDS = {"minutes": 60.0, "handle": 60.0, "seconds": 1.0}  # of the unit that a field has if its label does not say


def prepare(rows, export: str):
    """Add `handled minutes`: durations as minutes, whether written as seconds, minutes, hours or 00:03:20; and, for calls that
    note how long the caller waited but not when she was answered, `answered after the wait`."""
    known = {"tickets": TICKETS, "calls": CALLS}.get(export)
    found = known.found(tuple(rows.columns)) if known else {}
    if "wait" in found and "opened" in found and "first" not in found:
        rows = rows.mutate(**{"answered after the wait": _answered(rows, found["opened"], found["wait"])})
    field = next((name for name in ("handle", "minutes", "seconds") if name in found), None)
    if field is None:
        return rows
    return rows.mutate(**{"handled minutes": _seconds(rows, found[field], SECONDS[field]) / 60})


def _seconds(rows, label: str, unit: float):
    """Return a column of durations in seconds; unit: seconds of what a bare number counts where its label does not say."""
    text = rows[label].cast("string").strip()
    clock = ibis.literal(0.0)
    for position, factor in ((1, 3600.0), (2, 60.0), (3, 1.0)):
        clock = clock + text.re_extract(r"^(\d+):(\d{1,2}):(\d{1,2})$", position).try_cast("float64").fill_null(0) * factor
    number = text.try_cast("float64") * (_seconds_of(label) or unit)
    return ibis.ifelse(text.re_search(r"^\d+:\d{1,2}:\d{1,2}$"), clock, number)


def _answered(rows, opened: str, wait: str):
    """Return the moment of the opening plus the wait, as local time; null where the opening names its own zone."""
    at = in_type(rows, opened, "timestamp", time_zone="UTC", hints={})
    written = rows[opened].cast("string")
    is_zoned = written.re_search(r"(Z|[+-]\d{2}:?\d{2})\s*$") & written.re_search(r":")
    seconds = _seconds(rows, wait, 1.0).round().cast("int64")
    moment = (at.epoch_seconds() + seconds).as_timestamp("s").cast("timestamp")
    return ibis.ifelse(is_zoned, ibis.null("timestamp"), moment)


def _seconds_of(label: str) -> float | None:
    """Return the seconds of the unit that a label names."""
    units = ((r"小时|hour|\bhrs?\b|\(h\)", 3600.0), (r"分|min", 60.0), (r"秒|sec|\(s\)", 1.0))
    return next((seconds for pattern, seconds in units if re.search(pattern, label.casefold())), None)
