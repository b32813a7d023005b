"""Google Analytics 4: the BigQuery event export (JSON lines, nested Parquet, flattened CSV) and reports of the user interface.

One row is an event; a session is the device and its `ga_session_id`. `event_timestamp` is in microseconds since 1970, UTC.
Consent is what `privacy_info` said with the events of a signed-in user. Reports of the interface are sums, not customers.
"""

import re

import ibis
import ibis.expr.datatypes as dt

from helpers.sources.exports import Export, plain
from helpers.sources.mapped import feeds, files, read, size

__all__ = ["EXPORTS", "feeds", "files", "prepare", "read", "size"]

EVENTS = Export(
    "google_analytics", "events",
    {
        "date": "event_date", "timestamp": "event_timestamp", "name": "event_name", "params": "event_params|event_params.key",
        "device_id": "user_pseudo_id", "account": "user_id", "privacy": "privacy_info|privacy_info.analytics_storage",
        "properties": "user_properties", "first_touch": "user_first_touch_timestamp", "ltv": "user_ltv", "stream": "stream_id",
        "device": "device|device.category|device_category", "geo": "geo|geo.country|geo_country", "platform": "platform",
        "source": "traffic_source|traffic_source.source|traffic_source_source",
        "ecommerce": "ecommerce|ecommerce.transaction_id",
        "items": "items|items.item_id", "bundle": "event_bundle_sequence_id",
        "id": "event id", "at": "event time", "visitor": "visitor id", "session": "session id", "campaign": "session campaign",
        "product": "first item id", "page": "page location", "value": "purchase value", "channel": "event channel",
        "user": "signed-in user",
        "allowed": "analytics allowed at", "refused": "analytics refused at",
    },
    needed=("name", "timestamp", "device_id"),
    tells=("date", "timestamp", "name", "device_id"),
    tables={
        "interactions": {"interaction_id": "id", "customer_id": "user", "visitor_id": "visitor", "occurred_at": "at",
                         "channel": "channel", "kind": "name", "session_id": "session", "campaign_id": "campaign",
                         "product_id": "product", "page": "page", "value": "value"},
        "people": {"customer_id": "user", "visitor_id": "visitor"},
        "consents": {"customer_id": "user", "purpose": "=web analytics", "granted_at": "allowed", "withdrawn_at": "refused",
                     "consent_source": "=google_analytics"},
    },
)
REPORT = Export(
    "google_analytics", "report",
    {
        "views": "Views|浏览次数|浏览量", "active": "Active users|活跃用户数|活跃用户", "new": "New users|新用户数|新用户",
        "total": "Total users|总用户数|用户总数", "sessions": "Sessions|会话数|会话",
        "engaged": "Engaged sessions|互动会话数|互动会话",
        "rate": "Engagement rate|互动率|互动度",
        "seconds": "Average engagement time per active user|每位活跃用户的平均互动时长|"
        "Average engagement time|Average engagement time per session|平均互动时长",
        "per_user": "Views per active user|每位活跃用户的浏览次数", "events": "Event count|事件数|事件计数",
        "key": "Key events|关键事件|Conversions|转化次数|转化",
        "key_rate": "User key event rate|Session key event rate|用户关键事件发生率",
        "revenue": "Total revenue|总收入",
        "page": "Page path and screen class|网页路径和屏幕类|Page title and screen class|网页标题和屏幕类|Page path",
        "channel": "Session default channel group|First user default channel group|First user primary channel group|"
                   "会话默认渠道组|首次用户默认渠道组",
        "nth": "Nth week|Nth day|Nth month|第 N 周|第 N 天|第 N 个月", "event": "Event name|事件名称",
        "returning": "Returning users|回访用户数",
    },
    needed=(),
    tells=("views", "active", "new", "total", "sessions", "engaged", "rate", "seconds", "per_user", "events", "key", "key_rate",
           "page",
           "channel", "nth", "returning"),
    share=.1, least=2,
    preamble=r"^#\s*(Account|Property|Start date|End date|账号|帐号|媒体资源|开始日期|结束日期)\b|^#\s*Free form",
    kept_out="its rows are sums over customers, not customers",
)
EXPORTS = (EVENTS, REPORT)

_VALUE = dict.fromkeys(("string_value", "int_value", "float_value", "double_value"), "VARCHAR")
_PARAM = str({"key": "VARCHAR", "value": _VALUE}).replace("'", '"')
_PARAMS = f"[{_PARAM}]"
_WRAPPED = f'{{"list":[{{"element":{_PARAM}}}]}}'  # BigQuery's Parquet without list inference
_LISTED = ibis.dtype("array<struct<key: string, value: struct<"
                     "string_value: string, int_value: string, float_value: string, double_value: string>>>")
_WRAPPED_LIST = dt.Struct({"list": dt.Array(dt.Struct({"element": _LISTED.value_type}))})
_NO_CAMPAIGN = ("(not set)", "(direct)", "(organic)", "(referral)", "(none)", "(cross-network)", "<other>")
_CHANNELS = {"web": "web", "ios": "app", "android": "app"}


@ibis.udf.scalar.builtin
def to_json(value) -> str: ...


@ibis.udf.scalar.builtin
def make_timestamp(microseconds: int) -> dt.timestamp: ...


@ibis.udf.scalar.builtin
def json_extract_string(text: str, path: str) -> str: ...


@ibis.udf.scalar.builtin(name="json_transform")
def as_params(text: str, structure: str) -> _LISTED: ...


@ibis.udf.scalar.builtin(name="json_transform")
def as_wrapped_params(text: str, structure: str) -> _WRAPPED_LIST: ...


def prepare(rows, export: str):
    """Add the flat columns that the mapping names; `_day` and `_same` tell which days were delivered again."""
    if export != "events":
        return rows
    event = _Event(rows)
    field, number = event.written, event.number
    when = field("event_timestamp").try_cast("int64")
    signed_in = field("user_id").strip().nullif("")
    allowed = field("privacy_info.analytics_storage").lower()
    at = make_timestamp(when).cast("timestamp('UTC')")
    names = ("user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id")
    key = [field(name).fill_null("") for name in names]
    key += [field(name).fill_null("") for name in ("batch_ordering_id", "batch_event_index") if event.has(name)]
    same = key[0]
    for part in key[1:]:
        same = same + "." + part
    campaign = ibis.coalesce(
        field("collected_traffic_source.manual_campaign_name"),
        field("session_traffic_source_last_click.manual_campaign.campaign_name"), event.param("campaign"),
    ).nullif("")
    nothing = ibis.null("timestamp('UTC')")
    return event.rows.mutate(**{
        "event id": same, "event time": at, "signed-in user": signed_in, "visitor id": field("user_pseudo_id").nullif(""),
        "session id": field("user_pseudo_id") + "." + event.param("ga_session_id"),
        "session campaign": ibis.ifelse(campaign.isin(_NO_CAMPAIGN), ibis.null("string"), campaign),
        "page location": ibis.coalesce(event.param("page_location"), event.param("firebase_screen"), event.param("page_title")),
        "first item id": event.first_item(),
        "purchase value": ibis.coalesce(number("ecommerce.purchase_revenue"), event.param("value").try_cast("float64")),
        "event channel": field("platform").lower().cases(*_CHANNELS.items(), else_="web"),
        "analytics allowed at": ibis.ifelse(signed_in.notnull() & allowed.isin(("yes", "true")), at, nothing),
        "analytics refused at": ibis.ifelse(signed_in.notnull() & allowed.isin(("no", "false")), at, nothing),
        "_day": field("event_date"), "_same": same,
    })


class _Event:
    """Fields of an event, however they are nested: structs, JSON text, flat columns, or a row per parameter."""

    def __init__(self, rows):
        self.names = {plain(column).replace(".", ""): column for column in reversed(rows.columns)}
        self.rows = self._one_row_an_event(rows) if "eventparamskey" in self.names else rows
        self.names = {plain(column).replace(".", ""): column for column in reversed(self.rows.columns)}
        column = self.names.get("eventparams")
        self.params = None if column is None else self._params(self.rows[column])

    def has(self, name: str) -> bool:
        return plain(name) in self.names

    def written(self, path: str):
        """Return a field by its path ("ecommerce.purchase_revenue") as text."""
        flat = self.names.get(plain(path).replace(".", ""))
        if flat is not None:
            return self.rows[flat].cast("string")
        first, _, rest = path.partition(".")
        column = self.names.get(plain(first))
        if column is None or not rest:
            return ibis.null("string")
        return json_extract_string(_json(self.rows[column]), f"$.{rest}")

    def number(self, path: str):
        return self.written(path).try_cast("float64")

    def param(self, key: str):
        """Return an event parameter as text, whichever of its value columns holds it."""
        if self.params is not None:
            value = self.params.filter(lambda p: p.key == key)[0].value
            return ibis.coalesce(value.string_value, value.int_value, value.double_value, value.float_value)
        name = plain(key)
        found = [column for known, column in self.names.items()
                 if re.fullmatch(rf"(eventparams?|params?|ep)?{name}((string|int|float|double)?value)?", known)]
        return ibis.coalesce(*(self.rows[c].cast("string").nullif("") for c in found)) if found else ibis.null("string")

    def first_item(self):
        flat = self.written("items.item_id" if "itemsitemid" in self.names else "item_id")
        column = self.names.get("items")
        if column is None:
            return flat.nullif("")
        text = _json(self.rows[column])
        return ibis.coalesce(json_extract_string(text, "$[0].item_id"), json_extract_string(text, "$.list[0].element.item_id"))

    @staticmethod
    def _params(column):
        is_wrapped = column.type().is_struct() and "list" in column.type().names
        if is_wrapped:
            return as_wrapped_params(_json(column), _WRAPPED).list.map(lambda p: p.element)
        return as_params(_json(column), _PARAMS)

    def _one_row_an_event(self, rows):
        """Return a row per event of a table that has a row per event and parameter (`event_params.key`, `….value.…`)."""
        key = rows[self.names["eventparamskey"]]
        values = [rows[self.names[name]].cast("string").nullif("") for name in
                  (f"eventparamsvalue{kind}value" for kind in ("string", "int", "double", "float")) if name in self.names]
        value = ibis.coalesce(*values)
        same = [column for name,
                column in self.names.items() if not name.startswith("eventparams") and column not in ("_line",)]
        wanted = ("ga_session_id", "page_location", "page_title", "firebase_screen", "campaign", "value")
        params = {f"event_params.{name}": value.max(where=key == name) for name in wanted}
        return rows.group_by(same).agg(_line=rows["_line"].min(), **params)


def _json(column):
    kind = column.type()
    return column.cast("string") if kind.is_string() or kind.is_json() else to_json(column)
