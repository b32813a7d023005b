"""helpers.simulation: what people do, how it is written down, and that the truth says the same as the files."""

import csv
import io
import json
import zipfile

import numpy as np
import pandas as pd
import phonenumbers
import pytest

from helpers import datasets, paths
from helpers.errors import UserError
from helpers.service.opening_hours import open_time
from helpers.simulation import behaviour, catalogue, command, dirt, files, marketing, seasons, service, world
from helpers.simulation.people import chinese_phone, make_people
from helpers.simulation.settings import DAYS_PER_MONTH, FIRST_DAY, FUTURE_DAYS, N_DAYS, Plan, moment_of

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

ENCODINGS = ("utf-8-sig", "gb18030", "gb18030", "utf-8")  # of the tills, by month modulo 4


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A small simulated company: its folder, with raw/ and truth/."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_HOME", str(tmp_path_factory.mktemp("company")))
        assert command.simulate(Plan(people=400, seed=1))
        yield paths.dataset("simulated_retailer")


@pytest.fixture(scope="module")
def chunk():
    """What 10,000 people did."""
    return world.make_chunk(Plan(people=10_000, seed=3), 0)


def truth(company, name: str) -> pd.DataFrame:
    return pd.read_parquet(company / "truth" / f"{name}.parquet")


# --- behaviour


def test_nobody_buys_before_joining_or_after_leaving(chunk):
    person = chunk.people.iloc[chunk.orders["row"]]
    day = np.floor(chunk.orders["day"].to_numpy())
    assert (day >= np.floor(np.maximum(person["joined"], 0))).all()
    assert (day <= person["left"]).all()


def test_money_of_a_line_is_price_times_quantity_less_discount_in_whole_fen(chunk):
    lines = chunk.lines
    assert (lines["revenue"] == lines["price"] * lines["quantity"] - lines["discount"]).all()
    assert lines["revenue"].dtype.kind == "i" and (lines["revenue"] > 0).all()


def test_spring_festival_stills_shops_and_double_11_fills_them():
    curves, start = seasons.curves(), lambda text: int((np.datetime64(text) - FIRST_DAY).astype(int))
    assert (curves[:, start("2025-01-29")] < .5).all()  # first day of the lunar year
    assert (curves[:, start("2025-01-20")] > 1).all()  # shopping for it
    ordinary, sale = curves[:, start("2025-10-28")], curves[:, start("2025-11-04")]  # both a Tuesday
    assert (sale / ordinary == pytest.approx(1 + 1.9 * np.tile(seasons.SENSITIVITY, 6)))


@pytest.mark.parametrize(("day", "on_sale"), [("2024-05-31", False), ("2024-06-01", True), ("2024-06-18", True),
                                              ("2024-06-19", False),
                                             ("2025-11-11", True), ("2025-11-12", False)])
def test_sales_last_from_their_first_to_their_last_day(day, on_sale):
    assert seasons.is_sale(np.array([(np.datetime64(day) - FIRST_DAY).astype(int)]))[0] == on_sale


def test_service_failures_drive_customers_away(chunk):
    orders = chunk.orders
    gone = chunk.people["left"].to_numpy()[orders["row"]] < orders["day"] + 60
    failed = orders["failure"].notna()
    assert gone[failed].mean() > gone[~failed].mean() + .1


def test_the_treated_order_more_by_as_much_as_the_truth_says(chunk):
    touched = chunk.contacts.assign(n=chunk.contacts["n_orders"].fillna(0))
    coupons = touched[touched["campaign"].isin([1, 2, 7, 11]) & touched["is_customer"]]
    treated, held = coupons[coupons["treated"]], coupons[~coupons["treated"]]
    difference = treated["n"].mean() - held["n"].mean()
    error = np.sqrt(treated["n"].var() / len(treated) + held["n"].var() / len(held))
    assert abs(difference - coupons["true_uplift"].mean()) < 3.5 * error
    assert coupons["true_uplift"].mean() > .03


def test_an_unwelcome_campaign_has_a_negative_truth():
    assert any(lift < 0 for campaign in marketing.CAMPAIGNS for lift in campaign.lift)


def test_without_leaving_or_failures_expected_orders_are_rate_times_season(monkeypatch):
    monkeypatch.setattr(behaviour, "FAILURE_SHARE", 0.0)
    people = pd.DataFrame({"rate": [2.0], "hazard": [0.0], "persona": [0], "curve": [1]})
    year = seasons.curves()[1, N_DAYS : N_DAYS + FUTURE_DAYS].sum()
    assert behaviour.expected_orders(people, np.array([float(N_DAYS)]))[0] == pytest.approx(2.0 / DAYS_PER_MONTH * year)


def test_the_more_likely_customers_leave_the_less_they_are_expected_to_bring():
    people = pd.DataFrame({"rate": 1.0, "hazard": [0.0, .1, .5], "persona": 0, "curve": 0})
    assert (np.diff(behaviour.expected_orders(people, np.full(3, float(N_DAYS)))) < 0).all()


def test_partner_products_are_bought_together_far_beyond_chance(chunk):
    lines = chunk.lines
    first = np.searchsorted(lines["order"], lines["order"])
    is_first = first == np.arange(len(lines))
    pulled = catalogue.partner_products()[lines["product"].to_numpy()[first]]
    further = ~is_first & (pulled >= 0)
    share = (lines["product"].to_numpy() == pulled)[further].mean()
    assert share == pytest.approx(catalogue.PARTNER_SHARE * catalogue.SAME_PARTNER, abs=.02)


def test_a_chunk_is_the_same_whatever_was_made_before_it():
    plan = Plan(people=10_030, seed=5)
    alone = world.make_chunk(plan, 1)
    world.make_chunk(Plan(people=200, seed=5), 0)
    again = world.make_chunk(plan, 1)
    assert len(alone.people) == 30
    pd.testing.assert_frame_equal(alone.orders, again.orders)
    pd.testing.assert_frame_equal(alone.lines, again.lines)


# --- people and dirt


def test_phones_are_valid_chinese_mobiles_and_nobody_has_anothers():
    phones = chinese_phone(np.arange(50_000), n_numbers=100_000)
    assert len(set(phones)) == 50_000
    assert {phone[3:6] for phone in phones} == {"000"}
    for phone in phones[::500]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN"))


def test_every_way_of_writing_a_phone_keeps_its_digits():
    rng = np.random.default_rng(0)
    written = dirt.phones(np.array(["13800012345"] * 3_000, dtype=object), rng, empty=0, wrong=0)
    forms = {w for w in written if w not in dirt.PHONE_PLACEHOLDERS}
    assert len(forms) == 6
    for form in forms:
        digits = "".join(str(int(c)) for c in form if c.isdigit())
        assert digits.removeprefix("0086").removeprefix("86") == "13800012345"


def test_people_beyond_the_fictional_numbers_abroad_have_no_phone():
    people = make_people(Plan(people=40_000, seed=2), 2)  # the third ten thousand
    assert people.loc[people["is_abroad"], "phone"].isna().all()
    assert dirt.phones(np.array([None, np.nan, "13800012345"], dtype=object), np.random.default_rng(0))[0] is None


@pytest.mark.parametrize(("name", "written"), [("王伟", "王玮"), ("陈晓晨", "陈晓辰"), ("郭安然", "郭安"), ("郭然", "郭然然")])
def test_a_mistyped_name_looks_or_sounds_alike(name, written):
    assert dirt.mistyped(name) == written


def test_two_of_a_family_share_phone_and_address():
    people = make_people(Plan(people=10_000, seed=2), 0)
    second = np.flatnonzero(people["is_second"])
    assert len(second) > 50
    for column in ("phone", "address", "city"):
        assert (people[column].to_numpy()[second] == people[column].to_numpy()[second - 1]).all()


# --- files


def test_values_are_quoted_only_where_needed_and_null_is_empty():
    frame = pd.DataFrame({"a": ["x", 'say "hi"', None], "b": ["1,234.50", "plain", "3"]})
    assert files.csv_text(frame) == 'x,"1,234.50"\n"say ""hi""",plain\n,3\n'


def test_money_is_written_to_the_fen():
    assert files.money(np.array([1250, 5, -199, 0])).tolist() == ["12.50", "0.05", "-1.99", "0.00"]


def test_a_full_sheet_goes_on_in_another_file(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "EXCEL_ROWS", 4)  # a header and three rows
    file = files.ExcelFile(tmp_path / "客户.xlsx", ["a"])
    file.append(pd.DataFrame({"a": range(7)}))
    file.close()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["客户-2.xlsx", "客户-3.xlsx", "客户.xlsx"]
    assert file.rows == 7


def till_month(company, month: int) -> list[list[str]]:
    name = f"POS明细_{2024 + month // 12}{month % 12 + 1:02d}.csv"
    content = (company / "raw" / "pos" / name).read_bytes().decode(ENCODINGS[month % 4])
    return list(csv.reader(io.StringIO(content)))


def test_the_truth_points_to_the_line_of_the_file(company):
    lines = truth(company, "lines")
    for month in (0, 1, 2, 3, 5):
        written = till_month(company, month)
        file = f"pos/POS明细_{2024 + month // 12}{month % 12 + 1:02d}.csv"
        mine = lines[lines["file"] == file]
        assert len(mine) > 5
        for row in mine[~mine["is_ragged"]].itertuples():
            assert written[row.line - 1][0] == row.transaction_id
            assert float(written[row.line - 1][12].replace(",", "")) == pytest.approx(row.revenue)


def test_the_total_under_the_lines_is_their_sum(company):
    lines = truth(company, "lines")
    written = till_month(company, 2)
    assert written[-1][0] == "合计" and written[0] == ["门店销售明细表（模拟数据）"]
    mine = lines[lines["file"] == "pos/POS明细_202403.csv"]
    assert float(written[-1][12]) == pytest.approx(mine["revenue"].sum())


def test_every_row_that_the_truth_counts_is_in_its_file(company):
    counted = truth(company, "files").groupby("file")["n_rows"].sum()
    lines = truth(company, "lines").groupby("file").size()
    assert (counted.reindex(lines.index) == lines).all()
    with zipfile.ZipFile(company / "raw" / "mailchimp" / "audience_export.zip") as archive:
        for name in archive.namelist():
            n = len(archive.read(name).decode().splitlines()) - 1
            assert n == counted[f"mailchimp/{name}"]


def test_events_are_json_and_the_day_that_came_twice_is_the_same(company):
    folder = company / "raw" / "ga4"
    month = (folder / "events_202511.jsonl").read_text(encoding="utf-8").splitlines()
    again = (folder / "events_20251110.jsonl").read_text(encoding="utf-8").splitlines()
    assert set(again) <= set(month)
    events = [json.loads(line) for line in month]
    assert {"session_start", "page_view", "view_item"} <= {event["event_name"] for event in events}
    assert all("ga_session_id" in {p["key"] for p in event["event_params"]} for event in events)
    assert not any(value is None for event in events for value in event.values())


def test_orders_of_the_web_shop_appear_in_its_events(company):
    sold = set(truth(company, "lines")["transaction_id"])
    text = "".join(f.read_text(encoding="utf-8") for f in (company / "raw" / "ga4").glob("events_2024*.jsonl"))
    bought = {json.loads(line)["ecommerce"]["transaction_id"] for line in text.splitlines() if '"ecommerce"' in line}
    assert bought and bought <= sold


def test_24_o_clock_is_midnight_of_the_next_day(chunk):
    frame = pd.DataFrame({"moment": [np.datetime64("2024-03-05T00:00:00"), np.datetime64("2024-03-05T10:00:00")] * 2,
                          "date_problem": ["24:00", "future", None, "1900"]})
    from helpers.simulation.write_shop import _written_times

    assert _written_times(frame, "%Y-%m-%d %H:%M").tolist() == [
        "2024-03-04 24:00", "2099-03-05 10:00", "2024-03-05 00:00", "1900-03-05 10:00"]


def test_people_of_the_records_are_people_of_the_truth(company):
    assert set(truth(company, "records")["person_id"]) <= set(truth(company, "people")["person_id"])
    members = truth(company, "records").query("source == 'loyalty_members'")
    assert members["local_id"].is_unique


def test_dataset_yml_names_files_that_are_written(company):
    settings = datasets.read_yaml(paths.PROJECT / "data" / "simulated_retailer" / "dataset.yml", datasets.Dataset)
    for source in settings.sources:
        assert list((company / "raw").glob(source.pattern)), f"{source.name} finds no file"
    sources = set(truth(company, "files")["source"]) | set(truth(company, "records")["source"])
    assert sources - {s.name for s in settings.sources} == {"crm_orders"}  # sums of the same orders


# --- the command


@pytest.mark.slow
def test_tickets_are_answered_and_closed_in_the_opening_hours_that_dataset_yml_states(chunk):
    business = datasets.read_yaml(paths.PROJECT / "data" / "simulated_retailer" / "dataset.yml", datasets.Dataset).business
    assert business.service_hours == service.OPEN
    days = pd.concat([chunk.cases["first"], chunk.cases["closed"]]).dropna()
    local = pd.Series(moment_of(days.to_numpy() - 1e-6)).dt.tz_localize(business.time_zone)
    time = open_time(service.OPEN, first=local.min(), last=local.max(), time_zone=business.time_zone)
    assert time.is_open(local).all()
    assert (chunk.cases["first"] >= chunk.cases["opened"]).mean() > .99  # the rest: not answered yet


def test_the_same_parameters_do_nothing_and_others_write_anew(company):
    assert not command.simulate(Plan(people=400, seed=1))
    (company / "raw" / "products" / "商品清单.csv").unlink()
    assert command.simulate(Plan(people=400, seed=1))
    assert not list(company.glob(".simulation-*"))


def test_files_of_a_real_company_are_never_overwritten(home):
    raw = paths.layer("acme", "raw")
    raw.mkdir(parents=True)
    (raw / "till.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="not simulated: name another DATASET"):
        command.simulate(Plan(dataset="acme", people=100))
    assert [f.name for f in raw.iterdir()] == ["till.csv"]


@pytest.mark.parametrize(("arguments", "message"), [
    (["PEOPLE=many"], "PEOPLE=many: must be a whole number from 100"), (["PEOPLE=99"], "PEOPLE=99"),
    (["ROWS=5"], "unknown option ROWS"), (["DATASET=../x"], "lower-case letters")])
def test_a_wrong_parameter_is_said_in_one_line(arguments, message, capsys):
    assert command.main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(company, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    command.simulate(Plan(people=400, seed=1))
    again = paths.dataset("simulated_retailer")
    names = sorted(f.relative_to(company) for layer in ("raw", "truth") for f in (company / layer).rglob("*") if f.is_file())
    assert len(names) > 70
    for name in names:
        assert (company / name).read_bytes() == (again / name).read_bytes(), name
