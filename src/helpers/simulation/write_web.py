"""What Google Analytics 4 exports of the web shop: nested events as JSON lines by month, a day delivered twice, a report.

The mini program is not measured, nor are visitors who refuse: about 60 % of web orders have their session here. As BigQuery
writes them, whole numbers are text and empty fields are left out. Session = user_pseudo_id + ga_session_id.
"""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from helpers.simulation import catalogue, names
from helpers.simulation.files import JsonLines
from helpers.simulation.settings import FIRST_DAY, N_DAYS, N_MONTHS, Plan, generator, month_of
from helpers.simulation.truth import Truth
from helpers.simulation.world import Chunk

AGREE = .6  # share of people who let themselves be measured
BROWSED = 1.0  # sessions without an order, for each with one
AGAIN = 679  # 2025-11-10: its table comes a second time, as a daily file
EPOCH = int((FIRST_DAY - np.datetime64("1970-01-01")).astype(int)) * 86_400 - 8 * 3_600  # midnight in Shanghai
BOUGHT, LOOKED = ("session_start", "page_view", "view_item", "add_to_cart", "purchase"), ("session_start", "page_view",
                                                                                          "view_item")
TRAFFIC = (("google", "organic"), ("baidu", "organic"), ("(direct)", "(none)"), ("newsletter", "email"),
           ("xiaohongshu", "social"))
EVENT = """
select strftime(day, '%Y%m%d') as event_date, event_timestamp::varchar as event_timestamp, event_name,
  list_filter([
    {'key': 'ga_session_id', 'value': {'string_value': null::varchar, 'int_value': session_id::varchar}},
    {'key': 'page_location', 'value': {'string_value': page, 'int_value': null::varchar}},
    {'key': 'engagement_time_msec', 'value': {'string_value': null::varchar, 'int_value': engaged::varchar}}
  ], lambda x: x.value.string_value is not null or x.value.int_value is not null) as event_params,
  user_id, visitor as user_pseudo_id, {'analytics_storage': 'Yes', 'ads_storage': 'No'} as privacy_info,
  {'category': device, 'operating_system': system, 'language': 'zh-cn', 'web_info': {'browser': 'Chrome'}} as device,
  {'country': country, 'city': city} as geo, {'name': '(not set)', 'medium': medium, 'source': origin} as traffic_source,
  'WEB' as platform,
  case when revenue is not null then {'purchase_revenue': revenue, 'transaction_id': transaction_id} end as ecommerce,
  case when product_id is not null then
    [{'item_id': product_id, 'item_name': product_name, 'price': price, 'quantity': '1'}] end as items
from events order by event_timestamp, visitor, step
"""
NULLS = [f'"{name}":null,'.encode() for name in ("user_id", "ecommerce", "string_value")] + [b',"items":null',
                                                                                             b',"int_value":null']


class Web:
    """GA4 events and a report of the interface."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.folder = plan, raw / "ga4"
        self.months = [JsonLines(self.folder / f"events_{2024 + m // 12}{m % 12 + 1:02d}.jsonl") for m in range(N_MONTHS)]
        self.again = JsonLines(self.folder / "events_20251110.jsonl")
        self._views = np.zeros((len(TRAFFIC), 3))  # visitors, sessions, revenue
        self._engine = duckdb.connect(config={"threads": 1})

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [("web_events", file) for file in (*self.months, self.again)]

    def write(self, chunk: Chunk) -> None:
        sessions = self._sessions(chunk, generator(self.plan, chunk.number, "web"))
        events = _events(sessions, chunk)
        month = month_of(events["offset"].to_numpy())
        for number, file in enumerate(self.months):
            self._append(file, events[month == number])
        self._append(self.again, events[np.floor(events["offset"]) == AGAIN])
        by = sessions.groupby("traffic").agg(visitors=("row", "nunique"), sessions=("row", "size"), revenue=("revenue", "sum"))
        self._views += by.reindex(range(len(TRAFFIC))).fillna(0).to_numpy()

    def _sessions(self, chunk: Chunk, rng) -> pd.DataFrame:
        """Return sessions with an order and without: row, day, order (−1 = none), revenue, whether she was signed in."""
        people, orders = chunk.people, chunk.orders
        agrees = rng.random(len(people)) < AGREE
        bought = orders.assign(order=np.arange(len(orders)))[(orders["channel"] == 1) & agrees[orders["row"]]]
        like = bought.iloc[rng.integers(0, max(len(bought), 1), int(BROWSED * len(bought)))]
        looked = like.assign(order=-1, day=(like["day"] + rng.normal(0, 12, len(like))).clip(0, N_DAYS - .01))
        looked["card"] = np.where(rng.random(len(looked)) < .45, looked["card"], None)
        sessions = pd.concat([bought, looked], ignore_index=True)
        money = np.bincount(chunk.lines["order"], weights=chunk.lines["revenue"], minlength=len(orders)) / 100
        n = len(sessions)
        return sessions.assign(
            revenue=np.where(sessions["order"] >= 0, money[sessions["order"]], np.nan),
            traffic=rng.integers(0, len(TRAFFIC), n),
            is_phone=rng.random(n) < .7, device=rng.random(n) < .15, session_id=1_700_000_000 + rng.integers(0, 10**8, n),
            product=rng.integers(0, len(catalogue.products()), n), engaged=rng.integers(3_000, 200_000, n))

    def _append(self, file: JsonLines, events: pd.DataFrame) -> None:
        if events.empty:
            return
        part = self.folder / ".part"
        self._engine.register("events", events)
        self._engine.execute(f"copy ({EVENT}) to '{part}' (format json)")
        lines = part.read_bytes()
        part.unlink()
        for null in NULLS:
            lines = lines.replace(null, b"")
        file.append_text(lines, len(events))

    def close(self) -> None:
        for _, file in self.written():
            file.close()
        self._engine.close()
        header = "Session source / medium,Total users,Sessions,Sessions per active user,Total revenue"
        rows = [f"{s} / {m},{v:.0f},{n:.0f},{n / max(v, 1):.4f},{r:.2f}" for (s, m),
                (v, n, r) in zip(TRAFFIC, self._views, strict=True)]
        lines = ["# ----------------------------------------", "# 流量获取", "# Account: Simulated Retailer",
                 "# Property: Web shop",
                 "# ----------------------------------------", "# ", "# All Users", "# Start date: 20240101",
                 "# End date: 20251231", "",
                 header, *rows, ""]
        (self.folder / "流量获取_会话.csv").write_text("\n".join(lines), encoding="utf-8")


def _events(sessions: pd.DataFrame, chunk: Chunk) -> pd.DataFrame:
    """Return the events of the sessions, one row each, in the columns that EVENT reads."""
    people, shelf = chunk.people.iloc[sessions["row"]], catalogue.products()
    is_order = (sessions["order"] >= 0).to_numpy()
    city = np.array([c[1] for c in names.CITIES])[people["city"]]
    there = np.array(names.ABROAD)[people["abroad_city"]]
    traffic = np.array(TRAFFIC, dtype=object)[sessions["traffic"]]
    visitor = [f"{p * 7919 + 1_000_003 + d}.{1_700_000_000 + p}" for p,
               d in zip(people["person"], sessions["device"], strict=True)]
    sessions = sessions.assign(
        visitor=visitor, country=np.where(people["is_abroad"], there[:, 0], "China"),
        city=np.where(people["is_abroad"], there[:, 1], city),
        origin=traffic[:, 0], medium=traffic[:, 1], system=np.where(sessions["is_phone"], "Android", "Windows"),
        device=np.where(sessions["is_phone"], "mobile", "desktop"))
    first = chunk.lines.drop_duplicates("order").set_index("order")["product"]
    product = np.where(is_order, first.reindex(sessions["order"]).fillna(0).astype(int).to_numpy(), sessions["product"])
    n_events = np.where(is_order, len(BOUGHT), len(LOOKED))
    events = sessions.iloc[np.repeat(np.arange(len(sessions)), n_events)].reset_index(drop=True)
    step = np.arange(len(events)) - np.repeat(np.cumsum(n_events) - n_events, n_events)
    product = np.repeat(product, n_events)
    offset = np.clip(events["day"] + (step - 5) * 40 / 86_400, 0, N_DAYS - 1e-4)
    name, has_item = np.array(BOUGHT)[step], step >= 2
    bought = name == "purchase"
    return pd.DataFrame({
        "offset": offset, "day": pd.to_datetime(FIRST_DAY + np.floor(offset.to_numpy()).astype(int)), "step": step,
        "event_name": name,
        "event_timestamp": ((offset * 86_400 + EPOCH) * 1e6).astype("int64"), "session_id": events["session_id"],
        "page": np.where(step > 0, "https://shop.example.com/" + np.where(has_item,
                                                                          "item/" + shelf["product_id"].to_numpy()[product],
                                                                          ""), None),
        "engaged": np.where(step == 1, events["engaged"].astype(str), None),
        "user_id": np.where(step > 0, events["card"], None),
        **{c: events[c] for c in ("visitor", "device", "system", "country", "city", "medium", "origin")},
        "revenue": np.where(bought, events["revenue"], np.nan),
        "transaction_id": np.where(bought, events["transaction_id"], None),
        "product_id": np.where(has_item, shelf["product_id"].to_numpy()[product], None),
        "product_name": np.where(has_item, shelf["name"].to_numpy()[product], None),
        "price": shelf["price"].to_numpy()[product] / 100,
    })
