"""E-mail opt-outs of CRM systems: a flag, and sometimes the moment."""

import ibis

from helpers.sources.exports import plain

FLAGS = ("emailoptout", "拒收邮件", "邮件退订", "不接收邮件", "unsubscribedfromallemail", "hsemailoptout", "optedoutofallemail",
         "已退订所有电子邮件", "退订所有邮件")
MOMENTS = ("unsubscribedtime", "退订时间")
CHANGES = ("modifiedtime", "修改时间", "修改于", "lastmodifieddate", "上次修改日期", "最近修改日期", "createdtime", "创建时间",
           "createdate",
           "创建日期")
YES = ("true", "1", "yes", "y", "是", "已退订")
LONG_AGO = "1970-01-01"  # a withdrawal whose moment nobody knows is older than all else, and stays a withdrawal
WITHDRAWN = "email opted out at"


def prepare(rows, export: str):
    """Add the column `email opted out at`: when the opt-out was made; where only a flag is set, the record's last change,
    and `LONG_AGO` where that is unknown, too."""
    names = {plain(column): column for column in reversed(rows.columns)}
    flag, moment, change = (next((names[n] for n in known if n in names), None) for known in (FLAGS, MOMENTS, CHANGES))
    if not flag and not moment:
        return rows
    nothing = ibis.null("string")
    at = rows[moment].cast("string").nullif("") if moment else nothing
    if flag:
        is_out = rows[flag].cast("string").lower().strip().isin(YES)
        changed = rows[change].cast("string").nullif("") if change else nothing
        at = ibis.coalesce(at, ibis.ifelse(is_out, ibis.coalesce(changed, ibis.literal(LONG_AGO)), nothing))
    return rows.mutate(**{WITHDRAWN: at})
