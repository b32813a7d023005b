"""sources/mapped.py, canonical.py: a file may feed several tables; people without a number get one; nothing is told twice."""

import hashlib
import json

import ibis
import pandas as pd
import pytest

import vendor_folder
from helpers import datasets, paths, sources
from helpers.datasets import Source
from helpers.errors import UserError
from helpers.sources import optout

BUSINESS = datasets.Business(currency="CNY", time_zone="Asia/Shanghai", contractual=False, snapshot_date="2025-12-31")


@pytest.fixture
def raw(home):
    folder = paths.layer("complete_journey", "raw")
    folder.mkdir(parents=True)
    return folder


def read(raw, system: str, pattern: str, tables: dict, **more) -> dict[str, pd.DataFrame]:
    """Return what a source reads from raw/, by canonical table, in the order of source rows."""
    source = Source(name="test", system=system, pattern=pattern, tables=tables, **more)
    module = sources.module(system)
    read_tables = module.read(source, module.files(source, raw), business=BUSINESS, connection=ibis.duckdb.connect())
    return {name: table.order_by("source_row").to_pandas() for name, table in read_tables.items()}


def refused(*arguments, **more) -> str:
    with pytest.raises(UserError) as error:
        read(*arguments, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- several tables, constants, first filled column


def test_a_file_feeds_several_tables_and_its_unreadable_rows_are_counted_once(raw):
    (raw / "crm.csv").write_text("id,name,city,since\n1,Ann,Bonn,2024-01-01\n2,Bob\n3,Cy,Ulm,2024-01-03\n", encoding="utf-8")
    found = read(raw, "files", "crm.csv", {
        "people": {"customer_id": "id", "full_name": "name", "recorded_at": "since"},
        "customers": {"customer_id": "id", "city": "city", "acquisition_channel": "=shop"},
    })
    assert found["people"]["source_row"].tolist() == [2, 3, 4]
    assert found["people"]["problem"].notna().tolist() == [False, True, False]
    assert found["customers"]["customer_id"].tolist() == ["1", "3"]
    assert found["customers"]["acquisition_channel"].tolist() == ["shop", "shop"]


def test_of_several_columns_the_first_that_is_filled_counts(raw):
    (raw / "deals.csv").write_text(
        "id,stage,changed,created\n1,won,2024-02-01,2024-01-01\n2,open,,2024-01-02\n3,open,,\n", encoding="utf-8")
    deals = read(raw, "files", "deals.csv",
                 {"deals": {"deal_id": "id", "stage": "stage", "entered_at": ["changed", "created"]}})["deals"]
    assert deals["entered_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%m-%d").tolist()[:2] == ["02-01", "01-02"]
    assert pd.isna(deals["entered_at"].iloc[2])


def test_a_constant_has_the_type_of_its_column(raw):
    (raw / "x.csv").write_text("c,k\nK1,M1\n", encoding="utf-8")
    found = read(raw, "files", "x.csv", {"campaign_contacts": {"campaign_id": "c", "customer_id": "k", "treated": "=true"}})
    assert found["campaign_contacts"]["treated"].tolist() == [True]


def test_labels_of_next_month_may_differ_in_case_width_and_marks_but_not_in_words(raw):
    (raw / "a.csv").write_text("编号,名称\n1,甲\n", encoding="utf-8")
    (raw / "b.csv").write_text("*编号（必填）, 名称 \n2,乙\n", encoding="utf-8")
    products = {"products": {"product_id": "编号", "name": "名称"}}
    assert read(raw, "files", "[ab].csv", products)["products"]["name"].tolist() == ["甲", "乙"]
    (raw / "c.csv").write_text("号码,名称\n3,丙\n", encoding="utf-8")
    assert "its file has no column '编号'" in refused(raw, "files", "[abc].csv", products)


def test_only_the_sheets_that_carry_the_columns_are_read(raw):
    with pd.ExcelWriter(raw / "book.xlsx", engine="openpyxl") as book:
        pd.DataFrame({"SKU": ["p1"], "Name": ["Cup"]}).to_excel(book, sheet_name="products", index=False)
        pd.DataFrame({"Note": ["hello"], "By": ["me"]}).to_excel(book, sheet_name="notes", index=False)
    found = read(raw, "files", "book.xlsx", {"products": {"product_id": "SKU", "name": "Name"}})
    assert found["products"]["product_id"].tolist() == ["p1"]


def test_whole_numbers_in_columns_of_floats_stay_whole_as_text(raw):
    pd.DataFrame({"id": [1001.0, None, 1003.0], "name": ["a", "b", "c"]}).to_parquet(raw / "p.parquet")
    found = read(raw, "files", "p.parquet", {"products": {"product_id": "id", "name": "name"}})
    assert found["products"]["product_id"].fillna("").tolist() == ["1001", "", "1003"]


def test_revenue_is_computed_where_a_till_writes_price_and_quantity(raw):
    (raw / "t.csv").write_text("r,t,q,p\n1,2024-01-01,3,2.5\n", encoding="utf-8")
    found = read(raw, "files", "t.csv",
                 {"transactions": {"transaction_id": "r", "ordered_at": "t", "quantity": "q", "unit_price": "p"}})
    assert found["transactions"]["revenue"].tolist() == [7.5]


def test_an_unknown_export_or_column_is_said_with_what_there_is(raw):
    (raw / "x.csv").write_text("id\n1\n", encoding="utf-8")
    people = {"people": {"customer_id": "id"}}
    assert refused(raw, "zoho", "x.csv", people, export="orders") == (
        "source 'test': zoho has no export 'orders'; known are contacts, leads, deals")
    assert "people has no column 'fullname'; did you mean 'full_name'?" in refused(raw, "files", "x.csv",
                                                                                   {"people": {"fullname": "id"}})
    assert "map 'deal_id', the key of deals" in refused(raw, "files", "x.csv", {"deals": {"stage": "id"}})


# --- people without a number


TICKETS = (
    "no,name,phone,opened\nT1,Ann,138-0000-0001,2024-01-01\n"
    "T2,Ann,138-0000-0001,2024-01-02\nT3,,,2024-01-03\nT4,Bo,,2024-01-04\n"
)


def test_people_without_a_number_get_the_digest_of_their_contact_values_once_a_set(raw):
    (raw / "t.csv").write_text(TICKETS, encoding="utf-8")
    found = read(raw, "files", "t.csv", {
        "cases": {"case_id": "no", "opened_at": "opened"}, "people": {"full_name": "name", "phone": "phone"},
    })
    digest = hashlib.md5(b"ann\x1f138-0000-0001", usedforsecurity=False).hexdigest()
    assert found["cases"]["customer_id"].tolist()[:2] == [digest, digest]
    assert pd.isna(found["cases"]["customer_id"].iloc[2]), "a ticket without contact values has no customer"
    assert found["people"][["customer_id", "phone"]].iloc[0].tolist() == [digest, "138-0000-0001"]
    assert len(found["people"]) == 2


def test_a_number_counts_before_the_contact_values_and_these_before_nothing(raw):
    (raw / "t.csv").write_text("r,t,card,phone,v\n1,2024-01-01,M1,1380000,5\n2,2024-01-01,,1390000,5\n3,2024-01-01,,,5\n",
                               encoding="utf-8")
    found = read(raw, "files", "t.csv", {
        "transactions": {"transaction_id": "r", "ordered_at": "t", "customer_id": "card", "revenue": "v"},
        "people": {"customer_id": "card", "phone": "phone"},
    })
    ids = found["transactions"]["customer_id"].tolist()
    assert ids[0] == "M1"
    assert ids[1] == hashlib.md5(b"1390000", usedforsecurity=False).hexdigest()
    assert pd.isna(ids[2])
    assert found["people"]["customer_id"].tolist() == ids[:2]


def test_a_record_without_a_key_of_its_own_gets_the_digest_of_its_values(raw):
    (raw / "c.csv").write_text("t,w\n2024-01-01,good\n2024-01-01,good\n2024-01-01,bad\n", encoding="utf-8")
    ids = read(raw, "files", "c.csv", {"feedback": {"received_at": "t", "text": "w"}})["feedback"]["feedback_id"]
    assert ids.iloc[0] == ids.iloc[1]
    assert ids.iloc[0] != ids.iloc[2]


def test_a_person_is_not_set_aside_for_a_birthday_that_cannot_be_read(raw):
    (raw / "m.csv").write_text("id,name,born,since\n1,Ann,secret,2024-01-01\n2,Bo,1990-02-03,then\n", encoding="utf-8")
    found = read(raw, "files", "m.csv", {
        "people": {"customer_id": "id", "full_name": "name", "birth_date": "born"},
        "customers": {"customer_id": "id", "joined_at": "since"},
    })
    assert found["people"]["problem"].isna().all()
    assert found["people"]["birth_date"].notna().tolist() == [False, True]


# --- vendors


def test_a_file_of_another_kind_among_those_of_a_vendor_is_said(raw):
    vendor_folder.zoho(raw)
    (raw / "zoho" / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    said = refused(raw, "zoho", "zoho/*s*.csv", {"people": {"customer_id": "Record Id", "email": "Email"}}, export="contacts")
    assert said.startswith("source 'test': its file has no column ")


@pytest.mark.parametrize("content", ["not an excel", "PK is what it began with, once\n1\n2\n"])
def test_a_text_with_the_name_of_a_workbook_that_lacks_the_columns_is_said_to_be_no_workbook(raw, content):
    (raw / "members.xlsx").write_text(content, encoding="utf-8")
    said = refused(raw, "files", "members.xlsx", {"people": {"customer_id": "会员号"}})
    assert said == ("source 'test': data/complete_journey/raw/members.xlsx: is no Excel workbook, whatever its name says; "
                    "export it again")
    (raw / "members.xlsx").write_bytes(bytes(range(128, 256)) * 20)  # no text, either
    said = refused(raw, "files", "members.xlsx", {"people": {"customer_id": "会员号"}})
    assert "is no Excel workbook, whatever its name says; export it again, or name the encoding if it is text" in said


def test_a_column_that_no_part_of_an_export_has_is_said_with_the_nearest_of_the_file(raw):
    vendor_folder.mailchimp(raw)
    said = refused(raw, "mailchimp", "mail/audience.zip", {"people": {"customer_id": "email_id", "email": "Email Adress"}},
                   export="audience")
    assert said == "source 'test': its file has no column 'Email Adress'; did you mean 'Email Address'?"


def test_an_audience_gives_people_and_their_consent_and_the_activity_the_same_numbers(raw):
    vendor_folder.mailchimp(raw)
    people = {"customer_id": "email_id", "email": "Email Address"}
    found = read(raw, "mailchimp", "mail/audience.zip", {
        "people": people,
        "consents": {"customer_id": "email_id", "purpose": "=email marketing", "granted_at": "OPTIN_TIME",
                     "withdrawn_at": "UNSUB_TIME"},
    }, export="audience")
    ann = hashlib.md5(b"ann@example.com", usedforsecurity=False).hexdigest()
    assert found["people"]["customer_id"].iloc[0] == ann, "Mailchimp's id is the MD5 of the lower-case address"
    assert found["consents"]["withdrawn_at"].isna().tolist() == [True, False]
    activity = read(raw, "mailchimp", "mail/activity.csv", {
        "interactions": {"customer_id": "email_id", "occurred_at": "timestamp", "kind": "action"},
    }, export="activity")["interactions"]
    assert set(activity["customer_id"]) == {ann}


def test_who_subscribes_again_has_not_withdrawn(raw):
    (raw / "c.csv").write_text("id,name,in,out\n1,A,2024-01-01,2024-02-01\n1,A,2024-03-01,\n2,B,2024-01-01,2024-02-01\n",
                               encoding="utf-8")
    consents = read(raw, "files", "c.csv", {
        "people": {"customer_id": "id", "full_name": "name"},
        "consents": {"customer_id": "id", "purpose": "=e-mail", "granted_at": "in", "withdrawn_at": "out"},
    })["consents"].set_index("customer_id")
    assert consents["withdrawn_at"].isna().to_dict() == {"1": True, "2": False}
    assert consents.loc["1", "granted_at"].tz_convert("Asia/Shanghai").strftime("%Y-%m-%d") == "2024-01-01"


def test_an_opt_out_without_a_moment_dates_from_the_last_change(raw):
    vendor_folder.zoho(raw)
    consents = read(raw, "zoho", "zoho/Contacts_001.csv", {
        "people": {"customer_id": "Record Id", "email": "Email"},
        "consents": {"customer_id": "Record Id", "purpose": "=email marketing", "withdrawn_at": "email opted out at"},
    }, export="contacts")["consents"]
    assert consents["customer_id"].tolist() == ["zcrm_2"]
    assert consents["withdrawn_at"].dt.tz_convert("Asia/Shanghai").iloc[0].strftime("%Y-%m-%d %H") == "2024-07-01 10"


def test_an_opt_out_of_which_no_moment_is_known_is_still_an_opt_out(raw):
    rows = ibis.memtable({"Email Opt Out": ["true", "false", None]})
    assert optout.prepare(rows, "contacts")[optout.WITHDRAWN].to_pandas().fillna("").tolist() == ["1970-01-01", "", ""]


def test_responses_that_were_not_completed_are_set_aside_with_the_reason(raw):
    vendor_folder.survey(raw)
    feedback = read(raw, "questionpro", "*.xlsx", {"feedback": {
        "feedback_id": "Response ID", "customer_id": "External Reference", "nps": "您有多大可能向朋友推荐我们？",
        "text": "您有什么建议？",
    }}, export="responses")["feedback"]
    assert feedback["problem"].fillna("").tolist() == ["", "response not completed", ""]
    assert feedback["nps"].tolist() == [9, 3, 6]


def test_a_number_that_a_shop_writes_with_a_tab_is_the_same_number(raw):
    text = '订单号,会员卡号,下单时间,金额\nE1\t,"M1\t",2025-03-01,1\nE2\t," M1",2025-03-02,2\n'
    (raw / "shop.csv").write_text(text, encoding="utf-8")
    mapping = {"transaction_id": "订单号", "customer_id": "会员卡号", "ordered_at": "下单时间", "revenue": "金额"}
    sales = read(raw, "files", "*.csv", {"transactions": mapping})["transactions"]
    assert sales["transaction_id"].tolist() == ["E1", "E2"]
    assert sales["customer_id"].unique().tolist() == ["M1"]


def test_orders_that_a_status_calls_unpaid_cancelled_or_refunded_are_set_aside_and_others_are_sales(raw):
    statuses = ["交易成功", "已关闭", "等待买家付款", "卖家已发货，等待买家确认", "已退款", "部分退款", "", "Cancelled",
                "未发货，退款成功"]
    lines = [f"E{i},{status},A,2,2025-03-01 10:00:00,9" for i, status in enumerate(statuses)]
    header = "订单号,订单状态,商品名称,商品数量,下单时间,订单实付金额"
    (raw / "shop.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    mapping = {"transactions": {"transaction_id": "订单号", "ordered_at": "下单时间", "quantity": "商品数量",
                                "revenue": "订单实付金额"}}
    sales = read(raw, "point_of_sale", "*.csv", mapping, export="order_lines")["transactions"]
    kept = sales.loc[sales["problem"].isna(), "transaction_id"].tolist()
    assert kept == ["E0", "E3", "E5", "E6"]
    assert set(sales["problem"].dropna()) == {"order not paid, cancelled or refunded"}


@pytest.mark.parametrize(("label", "value", "minutes"), [
    ("处理时长（分钟）", "90", 90), ("处理时长（小时）", "1.5", 90), ("处理时长（秒）", "90", 1.5),
    ("Handle time", "0:01:30", 1.5),
    ("Handle time", "30", 30), ("Handle time (hours)", "2", 120),
])
def test_durations_become_minutes_whatever_their_unit(raw, label, value, minutes):
    (raw / "t.csv").write_text(f"Ticket ID,Created at,{label}\n1,2024-01-01,{value}\n", encoding="utf-8")
    cases = read(raw, "service", "t.csv", {
        "cases": {"case_id": "Ticket ID", "opened_at": "Created at", "handle_minutes": "handled minutes"},
    }, export="tickets")["cases"]
    assert cases["handle_minutes"].tolist() == pytest.approx([minutes])


def test_the_arm_of_a_test_says_who_was_treated(raw):
    (raw / "c.csv").write_text(
        "活动编号,会员号,触达时间,分组\nK,1,2024-01-01,实验组\nK,2,2024-01-01,对照组\nK,3,2024-01-01,Control\nK,4,2024-01-01,"
        "\n", encoding="utf-8")
    contacts = read(raw, "marketing", "c.csv", {
        "campaign_contacts": {"campaign_id": "活动编号", "customer_id": "会员号", "treated": "arm is treated"},
    }, export="campaign_contacts")["campaign_contacts"]
    assert contacts["treated"].tolist()[:3] == [True, False, False]
    assert pd.isna(contacts["treated"].iloc[3])


# --- Google Analytics


EVENTS = {
    "interactions": {
        "interaction_id": "event id", "customer_id": "signed-in user", "visitor_id": "visitor id", "occurred_at": "event time",
        "channel": "event channel", "kind": "event_name", "session_id": "session id", "campaign_id": "session campaign",
        "product_id": "first item id", "page": "page location", "value": "purchase value",
    },
    "people": {"customer_id": "signed-in user", "visitor_id": "visitor id"},
    "consents": {"customer_id": "signed-in user", "purpose": "=web analytics", "granted_at": "analytics allowed at",
                 "withdrawn_at": "analytics refused at"},
}
FLAT = (
    "event_date,event_timestamp,event_name,user_pseudo_id,user_id,event_params.ga_session_id,event_params.page_location,"
    "event_params.campaign,platform,ecommerce.purchase_revenue,items.item_id,privacy_info.analytics_storage\n"
    "20250101,1735704000000000,page_view,d.1,,77,https://shop.example/,,WEB,,,Yes\n"
    "20250101,1735704000000005,purchase,d.1,M001,77,https://shop.example/pay,spring,WEB,19.5,SKU-1,Yes\n"
)
LONG = (
    "event_date,event_timestamp,event_name,user_pseudo_id,user_id,platform,ecommerce.purchase_revenue,items.item_id,"
    "privacy_info.analytics_storage,event_params.key,event_params.value.string_value,event_params.value.int_value\n"
    + "".join(f"20250101,1735704000000000,page_view,d.1,,WEB,,,Yes,{param}\n" for param in (
        "ga_session_id,,77", "page_location,https://shop.example/,"))
    + "".join(f"20250101,1735704000000005,purchase,d.1,M001,WEB,19.5,SKU-1,Yes,{param}\n" for param in (
        "ga_session_id,,77", "page_location,https://shop.example/pay,", "campaign,spring,"))
)


def write_events(file, form: str) -> None:
    events = [
        vendor_folder.event("20250101", vendor_folder.NOON, "page_view", None, page_location="https://shop.example/"),
        vendor_folder.event("20250101", vendor_folder.NOON + 5, "purchase", "M001", page_location="https://shop.example/pay",
                            campaign="spring"),
    ]
    if form == "JSON lines":
        file.write_text("".join(json.dumps(e) + "\n" for e in events), encoding="utf-8")
    elif form == "JSON in cells":
        columns = sorted({key for e in events for key in e})
        rows = [[e.get(c) if not isinstance(e.get(c), dict | list) else json.dumps(e[c]) for c in columns] for e in events]
        vendor_folder.write_text(file, [columns, *rows])
    elif form == "Parquet":
        pd.DataFrame(events).astype({"event_timestamp": "int64"}).to_parquet(file)
    elif form == "wrapped Parquet":
        for e in events:
            e["event_params"] = {"list": [{"element": p} for p in e["event_params"]]}
            e["items"] = {"list": [{"element": i} for i in e["items"]]}
        pd.DataFrame(events).to_parquet(file)
    else:
        file.write_text({"flat CSV": FLAT, "long CSV": LONG}[form], encoding="utf-8")


@pytest.mark.parametrize("form", ["JSON lines", "Parquet", "wrapped Parquet", "JSON in cells", "flat CSV", "long CSV"])
def test_events_say_the_same_in_every_form_of_the_export(raw, form):
    write_events(raw / "events.x", form)
    found = read(raw, "google_analytics", "events.x", EVENTS, export="events")
    events = found["interactions"].sort_values("occurred_at")
    assert events["problem"].isna().all()
    assert events["kind"].tolist() == ["page_view", "purchase"]
    assert events["occurred_at"].dt.strftime("%Y-%m-%d %H:%M:%S.%f").tolist() == [
        "2025-01-01 04:00:00.000000", "2025-01-01 04:00:00.000005"]
    assert events["session_id"].tolist() == ["d.1.77", "d.1.77"]
    assert events["page"].tolist() == ["https://shop.example/", "https://shop.example/pay"]
    last = events.iloc[1]
    assert last[["customer_id", "campaign_id", "product_id", "value", "channel"]].tolist() == ["M001", "spring", "SKU-1", 19.5,
                                                                                               "web"]
    assert found["people"][["customer_id", "visitor_id"]].to_numpy().tolist() == [["M001", "d.1"]]
    assert found["consents"]["granted_at"].notna().tolist() == [True]


def deliveries(raw, **files) -> pd.DataFrame:
    """Write files of events (name → (day, second) pairs) and return what is read: file order, n, problems."""
    for name, moments in files.items():
        events = [vendor_folder.event(day, vendor_folder.NOON + second, "scroll", None) for day, second in moments]
        (raw / f"{name.replace('__', '-')}.json").write_text("".join(json.dumps(e) + "\n" for e in events), encoding="utf-8")
    return read(raw, "google_analytics", "*.json", EVENTS, export="events")["interactions"]


def test_the_later_export_of_a_day_wins_and_the_earlier_is_counted_as_set_aside(raw):
    events = deliveries(raw, a=[("20250101", 1), ("20250101", 2)],
                        b=[("20250101", 1), ("20250101", 2), ("20250101", 3), ("20250102", 9)])
    assert len(events) == 6
    kept = events[events["problem"].isna()]
    assert len(kept) == 4
    assert kept["interaction_id"].is_unique
    assert set(events["problem"].dropna()) == {"delivered again in a later export"}


def test_the_parts_of_one_export_and_different_streams_of_a_day_are_all_kept(raw):
    parts = deliveries(raw, day__000000000000=[("20250101", 1)], day__000000000001=[("20250101", 1), ("20250101", 2)],
                       app=[("20250101", 7)])
    assert parts["problem"].isna().all()
