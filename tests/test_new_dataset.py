"""new_dataset.py, proposal.py, content_types.py: a folder of exports becomes a dataset.yml that loads and can be collected."""

from datetime import date, timedelta

import ibis
import pytest
import yaml

import vendor_folder
from helpers import datasets, new_dataset, paths
from helpers.collection import collection, proposal, proposal_text
from helpers.collection.content_types import Content, agrees, content_of, is_personal, is_sensitive
from helpers.contracts import contract

BY_FILE = {  # what each file of the folder must feed
    "纷享/客户_20260101.xlsx": "fxiaoke_customers", "纷享/客户_20260201.csv": "fxiaoke_customers",
           "纷享/商机.csv": "fxiaoke_opportunities",
    "hubspot/联系人.csv": "hubspot_contacts", "hubspot/deals.csv": "hubspot_deals", "zoho/Contacts_001.csv": "zoho_contacts",
    "zoho/Deals_001.csv": "zoho_deals", "mail/audience.zip": "mailchimp_audience", "mail/activity.csv": "mailchimp_activity",
    "ga/events_20250101.json": "google_analytics_events", "ga/events_20250102.json": "google_analytics_events",
    "QuestionPro-SR-RawData-5-01-31-2026.xlsx": "questionpro_responses", "pos/sales-2025-01.csv": "order_lines",
    "pos/sales-2025-02.csv": "order_lines", "pos/商品.csv": "products", "会员.csv": "members", "voice/reviews.jsonl": "reviews",
    "voice/微博评论.csv": "social_comments", "voice/工单.csv": "tickets", "voice/通话.csv": "calls", "活动.csv": "campaigns",
    "触达.csv": "campaign_contacts", "consents.csv": "consents",
}


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    vendor_folder.write_everything(folder)
    return folder


@pytest.mark.slow
def test_a_folder_of_every_system_is_proposed_loads_and_is_collected(home, exports, capsys):
    assert new_dataset.main(["DATASET=acme", f"FROM={exports}"]) == 0
    said = capsys.readouterr().out.splitlines()
    settings = datasets.load("acme")
    raw = paths.layer("acme", "raw")
    fed = {file.relative_to(raw).as_posix(): source.name for source in settings.sources for file in raw.glob(source.pattern)}
    assert fed == BY_FILE
    assert {f.relative_to(raw).as_posix() for f in raw.rglob("*") if f.is_file()} == set(BY_FILE), "another file was copied"
    spaces = {source.name: source.id_space for source in settings.sources}
    assert {spaces[name] for name in ("order_lines", "google_analytics_events", "questionpro_responses", "reviews",
                                      "members")} == {"member"}
    assert spaces["fxiaoke_customers"] == spaces["fxiaoke_opportunities"] == spaces["consents"]

    collected = collection.collect(settings, connection=ibis.duckdb.connect())
    rows = {name: int(table.count().execute()) for name, table in collected.items()}
    assert rows == {"customers": 12, "products": 2, "transactions": 8, "interactions": 8, "campaigns": 1,
                    "campaign_contacts": 2,
                    "feedback": 7, "cases": 3, "deals": 3, "consents": 6, "people": 21,
                    "survey_questions": 4, "survey_answers": 7}
    for name, table in collected.items():
        assert set(contract(f"collected/{name}").column_names) <= set(table.columns)
        n = table.count().execute()
        assert table.select("source", "source_row").distinct().count().execute() == n, f"{name}: a row is there twice"

    text = paths.dataset_yml("acme").read_text(encoding="utf-8")
    assert "snapshot_date: 2025-02-04" in text
    assert 'phone: "手机号"   # phone · sure · direct identifier' in text
    assert '# not mapped: "民族" (category, sensitive)' in text or '# not mapped: "民族" (text, sensitive)' in text
    assert "# kept out: \"ga/pages.csv\"" in text
    assert "# not recognised: \"库存.csv\"" in text
    assert len(said) <= 20
    assert any("broken.zip" in line for line in said)
    assert any("empty.csv" in line for line in said)
    for value in ("138-0000", "13800000002", "example.com", "张样例", "192.0.2", "M001"):
        assert value not in "\n".join(said) + text, "a value of a cell is shown"
    opened = text.replace("  # service_hours", "  service_hours").replace("  #   ", "    ")
    paths.dataset_yml("acme").write_text(opened, encoding="utf-8")
    assert datasets.load("acme").business.service_hours.monday == ((540, 720), (780, 1080))


def test_nothing_is_overwritten(home, tmp_path, capsys):
    vendor_folder.marketing(tmp_path / "from")
    arguments = ["DATASET=acme", f"FROM={tmp_path / 'from'}"]
    target = paths.layer("acme", "raw") / "consents.csv"
    target.parent.mkdir(parents=True)
    target.write_text("mine", encoding="utf-8")
    assert new_dataset.main(arguments) == 2
    assert "data/acme/raw/consents.csv is there with other content" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"
    assert not paths.dataset_yml("acme").exists()
    target.unlink()
    assert new_dataset.main(arguments) == 0
    before = paths.dataset_yml("acme").read_bytes()
    assert new_dataset.main(arguments) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert paths.dataset_yml("acme").read_bytes() == before


def test_money_of_an_order_that_may_stand_in_each_of_its_rows_is_asked_about(home, tmp_path, capsys):
    header = "订单号,商品名称,商品数量,商品单价,订单实付金额,下单时间,付款方式"
    rows = [f"E{i},{product},1,5,10,2025-03-0{i} 10:00:00,微信" for i in range(1, 6) for product in ("甲", "乙")]
    for name, kept in {"repeated": rows, "single": rows[::2]}.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "shop.csv").write_text("\n".join([header, *kept]), encoding="utf-8")
        assert new_dataset.main([f"DATASET={name}", f"FROM={folder}"]) == 0
        said = "'订单实付金额' must be the money of a row" in capsys.readouterr().out
        assert said == (name == "repeated")


def test_reviews_without_customers_share_no_numbers(home, tmp_path, capsys):
    rows = [f"p{i % 3},{i % 5 + 1},coffee number {i} was good,2025-03-0{i % 9 + 1} 10:00:00" for i in range(20)]
    (tmp_path / "reviews.csv").write_text("\n".join(["商品ID,评分,评价内容,评价时间", *rows]), encoding="utf-8")
    assert new_dataset.main(["DATASET=acme", f"FROM={tmp_path}"]) == 0
    said = capsys.readouterr().out
    assert "1 sources" in said
    assert "share" not in said


def test_a_folder_in_which_nothing_is_recognised_is_said_with_exit_2(home, tmp_path, capsys):
    vendor_folder.odd(tmp_path / "from")
    assert new_dataset.main(["DATASET=acme", f"FROM={tmp_path / 'from'}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: nothing was recognised")
    assert error.count("\n") == 1
    assert not paths.dataset("acme").exists()


@pytest.mark.parametrize(("arguments", "said"), [
    (["FROM=/"], "DATASET: name the new data set"), (["DATASET=../x", "FROM=/"], "DATASET: name the new data set"),
    (["DATASET=acme"], "FROM: name the folder"), (["DATASET=acme", "FROM=/no/such/folder"], "FROM is no folder"),
    (["DATASET=cdnow", "FROM=/tmp"], "data/cdnow/dataset.yml is there and is never overwritten"),
    (["DATASET=acme", "FROM=/tmp", "DATASETS=x"], "unknown option DATASETS"),
])
def test_a_wrong_command_line_is_said_in_one_line(home, capsys, arguments, said):
    assert new_dataset.main(arguments) == 2
    assert said in capsys.readouterr().err


def test_hidden_files_locks_and_links_that_lead_out_are_left_alone(tmp_path):
    folder = tmp_path / "from"
    folder.mkdir()
    outside = tmp_path / "secret.csv"
    outside.write_text("a\n1\n", encoding="utf-8")
    for name in (".hidden.csv", "~$book.xlsx", "Thumbs.db", "b.csv"):
        (folder / name).write_text("a\n1\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    (folder / ".git").mkdir()
    (folder / ".git" / "x.csv").write_text("a\n1\n", encoding="utf-8")
    assert [file.name for file in new_dataset.files_below(folder)] == ["b.csv"]


def test_a_file_with_a_hostile_name_breaks_neither_the_yaml_nor_the_lines_that_are_printed(home, tmp_path, capsys):
    vendor_folder.marketing(tmp_path / "from")
    (tmp_path / "from" / "consents.csv").rename(tmp_path / "from" / "a\n- b: [c]\x1b[31m'\"*.csv")
    (tmp_path / "from" / "x\ny.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert new_dataset.main(["DATASET=acme", f"FROM={tmp_path / 'from'}"]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "x?y.csv" in said
    settings = datasets.load("acme")
    collected = collection.collect(settings, connection=ibis.duckdb.connect())
    assert int(collected["consents"].count().execute()) == 1


# --- patterns, texts, windows


@pytest.mark.parametrize(("files", "others", "expected"), [
    (["a/events_20250101.json", "a/events_20250201.json"], [], ["a/events_*.json"]),
    (["sales-1.csv", "sales-2.csv"], ["sales-2024-plan.csv"], ["sales-1.csv", "sales-2.csv"]),
    (["客户_1.xlsx", "客户_2.csv"], [], ["客户_*"]),
    (["x/a.csv", "y/b.csv"], ["x/c.csv"], ["x/a.csv", "y/b.csv"]),
    (["odd[1].csv"], [], ["odd[[]1].csv"]),
    (["a.csv", "a.csv.csv"], ["b.csv"], ["a.csv", "a.csv.csv"]),
])
def test_a_pattern_matches_the_files_of_its_source_and_no_other(files, others, expected):
    found = proposal.patterns(files, {*files, *others})
    assert found == expected
    for file in files:
        assert any(proposal.matches(file, pattern) for pattern in found)
    assert not any(proposal.matches(file, pattern) for file in others for pattern in found)


@pytest.mark.parametrize("label", [
    'a"b', "a: b", "# x", "line\nbreak", "\u2028", "\x85", "\x7f", "\ufeffx", "{[*&!|>%@`", "'; drop", "null", "=1",
    "客户（必填）", "\\", "a\tb",
])
def test_any_label_comes_back_from_the_yaml_as_it_was(label):
    text = proposal_text.quoted(label)
    assert "\n" not in text
    assert yaml.safe_load(f"x: {text}")["x"] == label


def test_the_last_day_is_the_last_with_the_usual_rows_not_a_date_that_someone_mistyped():
    days = {date(2025, 1, 1) + timedelta(days=i): 100 for i in range(31)} | {date(2099, 1, 1): 1, date(1970, 1, 1): 2}
    part = proposal.Found("x.csv", "", 3103, {}, None, days)
    source = proposal.Proposed("x", [part], {"transactions": {}})
    assert proposal_text.window([source]) == ("2025-01-01", "2025-01-31")


def test_the_share_of_numbers_that_a_list_holds_is_estimated_from_the_smallest_digests():
    numbers = [f"{i:032x}" for i in range(0, 4000, 2)]
    assert proposal.share_held(numbers[:1000], numbers[:1000]) == 1
    assert proposal.share_held([f"{i:032x}" for i in range(1000)], numbers[:1000]) == .5
    assert proposal.share_held(["f" * 32], ["0" * 32]) == 0
    assert proposal.share_held([], ["0" * 32]) == 0


# --- contents


@pytest.mark.parametrize(("values", "kind"), [
    (["ann@example.com", "bob@example.org"], "e-mail"), (["138-0000-0001", "+86 139 0000 0002"], "phone"),
    (["13800000001", "13900000002"], "phone"), (["110101199001010007", "11010119900101001X"], "identity number"),
    (["192.0.2.1", "198.51.100.7"], "internet address"), (["https://shop.example/x"], "link"),
    (["2025-01-01 10:00:00", "2025/1/2 9:05"], "moment"), (["2025-01-01", "20250102", "2025年3月5日"], "day"),
    (["1", "20", "-3"], "whole number"), (["1.5", "¥1,234.50", "12%", "(3.00)"], "number"), (["是", "否", "是"], "yes or no"),
    (["0", "1", "1"], "yes or no"), (["1", "1"], "whole number"), (["张样例", "李样本", "王测试"], "person's name"),
    (["Ann Example", "Bob Sample"], "person's name"), (["A001", "A002", "A003", "A004", "A005"], "number or code"),
    (["gold", "silver", "gold", "gold"], "category"), ([None, "", "  "], "empty"), (["很好用" * 20], "text"),
])
def test_what_values_look_like(values, kind):
    assert content_of(values).kind == kind


def test_one_odd_value_in_five_does_not_change_what_a_column_is_but_two_do():
    assert content_of(["1", "2", "3", "4", "x"]).kind == "whole number"
    assert content_of(["1", "2", "3", "y", "x"]).kind != "whole number"


@pytest.mark.parametrize("label",
                         ["民族", "宗教信仰", "病史", "身份证号", "政治面貌", "子女人数", "指纹", "Religion", "ethnic group",
                          "Diagnosis",
                                   "passport no", "number of children", "sexual orientation", "Face ID", "银行卡号"])
def test_sensitive_labels_are_marked(label):
    assert is_sensitive(label)


@pytest.mark.parametrize("label", ["城市", "积分", "trace id", "Grace period", "Party size", "订单编号", "surface", "Skids"])
def test_other_labels_are_not_called_sensitive(label):
    assert not is_sensitive(label)


def test_labels_that_point_at_a_person_are_marked():
    assert all(map(is_personal, ("客户姓名", "手机号", "E-mail", "Mobile Phone", "收货地址", "昵称")))
    assert not any(map(is_personal, ("金额", "Store", "状态")))


def test_values_that_cannot_fill_a_column_lower_its_certainty():
    assert agrees("moment", "timestamp", "ordered_at")
    assert not agrees("e-mail", "timestamp", "ordered_at")
    assert not agrees("text", "string", "phone")
    assert agrees("empty", "float64", "revenue")
    assert agrees("category", "string", "channel")


def test_content_says_what_is_a_direct_identifier():
    assert Content("phone").is_direct
    assert not Content("category").is_direct
    assert Content("e-mail").is_direct
