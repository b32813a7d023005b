"""What the shops write: the member list, the product list, till lines by month, web orders by month."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.simulation import catalogue, dirt, names
from helpers.simulation.files import CsvFile, money, times
from helpers.simulation.settings import N_DAYS, N_MONTHS, Plan, generator, moment_of, month_of
from helpers.simulation.truth import Truth, line_kinds
from helpers.simulation.world import Chunk

MEMBER = ["会员号", "姓名", "手机", "邮箱", "生日", "性别", "等级", "入会时间", "门店", "渠道", "省", "市", "地址"]
TILL = ["小票号", "行号", "门店编号", "门店", "交易时间", "会员号", "手机号", "商品编码", "商品名称", "数量", "单价", "折扣",
        "实收金额", "支付方式", "渠道"]
WEB = ["order_id", "line_no", "order_time", "channel", "member_no", "customer_name", "email", "phone", "province", "city",
       "address",
       "sku", "product_name", "qty", "unit_price", "discount", "paid_amount", "currency", "status"]
PAID_BY = ("微信支付", "支付宝", "银行卡", "现金", "储值卡")
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S")  # by month modulo 4
RAGGED_MONTHS = (5, 14)  # 2024-06 and 2025-03
COPIES, TESTS, FUTURE, OLD, MIDNIGHT, RAGGED = .003, .001, .0003, .0003, .0004, .003  # shares of lines
TEST_SHOP = ("S999", "测试门店")


class Shop:
    """Member list, product list, till and web orders."""

    def __init__(self, raw: Path, plan: Plan, truth: Truth):
        self.plan, self.truth = plan, truth
        self.members = CsvFile(raw / "loyalty" / "会员名单.csv", MEMBER, encoding="utf-8-sig")
        self.products = CsvFile(raw / "products" / "商品清单.csv",
                                ["product_id", "name", "department", "category", "brand", "unit_cost"])
        self.till = [_till_file(raw, month) for month in range(N_MONTHS)]
        self.web = [CsvFile(raw / "webshop" / f"web_orders_{_label(month, '-')}.csv", WEB) for month in range(N_MONTHS)]
        self._write_products()

    def written(self) -> list[tuple[str, object]]:
        """Return every file with the name of its source."""
        return [("loyalty_members", self.members), ("products", self.products), *[("till", f) for f in self.till],
                *[("web_orders", f) for f in self.web]]

    def _write_products(self) -> None:
        shelf = catalogue.products()
        shelf = shelf.assign(unit_cost=money(shelf["cost"].to_numpy()))
        test = pd.DataFrame([{"product_id": catalogue.TEST_PRODUCT, "name": "测试商品", "department": "内部测试",
                              "category": "测试",
                              "brand": "", "unit_cost": "0.00"}])
        self.products.append(pd.concat([shelf, test]))

    def write(self, chunk: Chunk) -> None:
        self._write_members(chunk)
        rng = generator(self.plan, chunk.number, "shop lines")
        frame = _all_lines(chunk, rng)
        frame["paid_by"] = rng.choice(PAID_BY, len(frame), p=(.45, .3, .1, .08, .07))
        for source, files in (("till", self.till), ("web_orders", self.web)):
            lines = frame[(frame["channel"] > 0) == (source == "web_orders")].reset_index(drop=True)
            shown = _till_columns(lines) if source == "till" else _web_columns(lines, chunk, rng)
            self._write_months(lines, shown, chunk, files, source)
            self._note_guests(lines, shown, chunk, source)

    def _write_members(self, chunk: Chunk) -> None:
        rng = generator(self.plan, chunk.number, "members")
        owners = chunk.people[chunk.people["in_member"]]
        second = owners[owners["has_second_card"] & (owners["left"] > owners["joined"] + 10)]
        people = pd.concat([owners, second])
        number = np.concatenate([owners["member_no"], second["second_member_no"]])
        middle = (np.maximum(second["joined"], 0) + np.minimum(second["left"], N_DAYS)) / 2
        joined = np.concatenate([owners["joined"], middle])
        as_of = np.where(rng.random(len(people)) < .4, joined, N_DAYS)
        place = dirt.places(people, as_of, rng)
        phone = dirt.phones(dirt.phones_at(people, as_of), rng, empty=.015)
        email = dirt.emails(people["email"].to_numpy(dtype=object), rng, empty=.25)
        name = dirt.full_names(people, rng)
        gender = people["gender"].to_numpy(dtype=object).copy()
        gender[rng.random(len(people)) < .1] = "未知"
        level = np.select([people["is_staff"], people["rate"] > .9, people["rate"] > .5, people["rate"] > .2],
                          ["员工", "钻石", "金卡", "银卡"], "普通")
        frame = pd.DataFrame({
            "会员号": number, "姓名": name, "手机": phone, "邮箱": email, "生日": dirt.birth_dates(people, rng), "性别": gender,
            "等级": level, "入会时间": times(moment_of(joined)), "门店": np.array([s[1] for s in names.STORES])[people["city"]],
            "渠道": people["acquired_by"].to_numpy(), "省": place["province"], "市": place["city"], "地址": place["address"],
        }).reset_index(drop=True)
        frame = frame.iloc[np.repeat(np.arange(len(frame)), 1 + (rng.random(len(frame)) < .002))]  # exact copies
        self.members.append(frame)
        self.truth.add_records("loyalty_members", people, local_id=number, full_name=name, phone=phone, email=email)

    def _write_months(self, lines: pd.DataFrame, shown: pd.DataFrame, chunk: Chunk, files: list[CsvFile], source: str) -> None:
        month = month_of(lines["day"].to_numpy())
        for number, file in enumerate(files):
            part, written = lines[month == number], shown[month == number]
            if source == "till":
                written = written.assign(交易时间=_written_times(part, TIME_FORMATS[number % 4]))
                if number % 4 == 3:
                    written = written.assign(**{c: _grouped(written[c]) for c in ("单价", "折扣", "实收金额")})
            else:
                written = written.assign(order_time=_written_times(part, "%Y-%m-%dT%H:%M:%S+08:00"))
            where = file.append(written, ragged=part["is_ragged"].to_numpy())
            file.total += int(part["revenue"].sum())
            name = f"{file.path.parent.name}/{file.path.name}"
            self.truth.add("lines", line_kinds(part, chunk.people, source=source, file=name, line=where))

    def _note_guests(self, lines: pd.DataFrame, shown: pd.DataFrame, chunk: Chunk, source: str) -> None:
        """Note each set of contact values that a guest left on an order."""
        given = (lines["card"].isna() & lines["phone"].notna() & (lines["row"] >= 0)).to_numpy()
        names_of = {"till": {"phone": "手机号"}, "web_orders": {"full_name": "customer_name", "phone": "phone",
                                                                "email": "email"}}
        written = shown.loc[given, list(names_of[source].values())].assign(row=lines["row"]).drop_duplicates()
        self.truth.add_records(source, chunk.people.iloc[written["row"]],
                               **{name: written[column].to_numpy() for name, column in names_of[source].items()})

    def close(self) -> None:
        for _, file in self.written():
            file.close()


def _label(month: int, separator: str = "") -> str:
    return f"{2024 + month // 12}{separator}{month % 12 + 1:02d}"


def _till_file(raw: Path, month: int) -> CsvFile:
    """Open the till file of a month; months differ as those of four tills would: encoding, preamble, footer, number format."""
    label, kind = _label(month), month % 4
    preamble = () if kind != 2 else ("门店销售明细表（模拟数据）", f"统计期间：{label}", "")
    footer = (lambda file: f"合计,,,,,,,,,,,,{file.total / 100:.2f},,") if kind == 2 else None
    encoding = ("utf-8-sig", "gb18030", "gb18030", "utf-8")[kind]
    return CsvFile(raw / "pos" / f"POS明细_{label}.csv", TILL, encoding=encoding, preamble=preamble, footer=footer)


def _all_lines(chunk: Chunk, rng) -> pd.DataFrame:
    """Return sales, returns and tests as lines with everything but their vendor's columns; `row` is −1 for tests."""
    orders, lines, shelf = chunk.orders, chunk.lines, catalogue.products()
    first = np.searchsorted(lines["order"], np.arange(len(orders)))
    lines = lines.assign(line_number=np.arange(len(lines)) - first[lines["order"]] + 1, kind="sale",
                         day=orders["day"].to_numpy()[lines["order"]])
    back = chunk.returns.assign(line_number=lines["line_number"].to_numpy()[chunk.returns.index], kind="return")
    frame = pd.concat([lines, back], ignore_index=True)
    order = frame["order"].to_numpy()
    for name in ("row", "channel", "shop", "transaction_id", "card", "gives_phone", "why", "failure"):
        frame[name] = orders[name].to_numpy()[order]
    is_return = (frame["kind"] == "return").to_numpy()
    suffix = np.char.add("R", frame["line_number"].to_numpy().astype(str)).astype(object)
    frame["transaction_id"] = np.where(is_return, frame["transaction_id"] + suffix, frame["transaction_id"])
    frame["line_number"] = np.where(is_return, 1, frame["line_number"])
    frame["kind"] = np.where(chunk.people["is_staff"].to_numpy()[frame["row"]] & ~is_return, "staff", frame["kind"])
    frame["product_id"] = shelf["product_id"].to_numpy()[frame["product"]]
    frame["product_name"] = shelf["name"].to_numpy()[frame["product"]]
    people = chunk.people.iloc[frame["row"]].reset_index(drop=True)
    phone = dirt.phones(dirt.phones_at(people, frame["day"].to_numpy()), rng, empty=0, wrong=.004)
    frame["phone"] = np.where(frame["gives_phone"], phone, None)
    frame = _one_phone_per_order(frame)
    frame = pd.concat([frame, _tests(frame, rng)], ignore_index=True)
    return _add_mistakes(frame.sort_values(["day", "transaction_id", "line_number"], kind="stable", ignore_index=True), rng)


def _one_phone_per_order(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame.drop_duplicates("transaction_id").set_index("transaction_id")["phone"]
    return frame.assign(phone=frame["transaction_id"].map(first).to_numpy(dtype=object))


def _tests(frame: pd.DataFrame, rng) -> pd.DataFrame:
    """Return test lines: most sell the test product, the others ring up goods in the test shop or as customer 测试."""
    like = frame[(rng.random(len(frame)) < TESTS) & (frame["kind"] == "sale")]
    is_product = rng.random(len(like)) < .7
    return like.assign(
        kind="test", row=-1, card=None, phone=None, transaction_id="T" + like["transaction_id"], line_number=1, failure=None,
        why="test", product_id=np.where(is_product, catalogue.TEST_PRODUCT, like["product_id"]),
        product_name=np.where(is_product, "测试商品", like["product_name"]), shop=-1)


def _add_mistakes(frame: pd.DataFrame, rng) -> pd.DataFrame:
    """Add wrong dates, exact copies and ragged lines; `moment` is when it truly happened."""
    draw = rng.random(len(frame))
    problem = np.select([draw < FUTURE, draw < FUTURE + OLD, draw < FUTURE + OLD + MIDNIGHT], ["future", "1900", "24:00"], "")
    sold = (frame["kind"] == "sale").to_numpy()
    frame["date_problem"] = np.where(sold & (problem != ""), problem, None)
    day = np.where((problem == "24:00") & sold, np.minimum(np.ceil(frame["day"]), N_DAYS - 1), frame["day"])
    frame = frame.assign(day=np.where((problem == "24:00") & sold, day - 1e-9, frame["day"]), moment=moment_of(day))
    months = month_of(frame["day"].to_numpy())
    frame["is_ragged"] = np.isin(months, RAGGED_MONTHS) & (rng.random(len(frame)) < RAGGED) & (frame["channel"] == 0) & sold
    copies = (rng.random(len(frame)) < COPIES) & ~frame["is_ragged"]
    frame = frame.iloc[np.repeat(np.arange(len(frame)), 1 + copies)].reset_index()
    return frame.assign(is_copy=frame["index"].duplicated().to_numpy()).drop(columns="index")


def _written_times(frame: pd.DataFrame, pattern: str) -> np.ndarray:
    """Return the times as written; future ones say 2099, lost ones 1900-01-01, midnight 24:00 of the day before."""
    written = times(frame["moment"].to_numpy(), pattern)
    problem = frame["date_problem"].to_numpy()
    for i in np.flatnonzero(pd.notna(problem)):
        if problem[i] == "24:00":
            day = pd.Timestamp(frame["moment"].iloc[i]) - pd.Timedelta(days=1)
            written[i] = day.strftime(pattern).replace("00:00", "24:00", 1)
        else:
            written[i] = ("2099" if problem[i] == "future" else "1900") + written[i][4:]
    return written


def _grouped(values: pd.Series) -> np.ndarray:
    """Return amounts with thousands separators: 1234.50 → 1,234.50."""
    unique, place = np.unique(values.to_numpy(dtype=str), return_inverse=True)
    return np.array([f"{float(v):,.2f}" for v in unique], dtype=object)[place]


def _till_columns(frame: pd.DataFrame) -> pd.DataFrame:
    shops = np.array([*names.STORES, TEST_SHOP], dtype=object)  # −1 is the last one
    return pd.DataFrame({
        "小票号": frame["transaction_id"], "行号": frame["line_number"], "门店编号": shops[frame["shop"], 0],
        "门店": shops[frame["shop"], 1], "会员号": frame["card"], "手机号": frame["phone"], "商品编码": frame["product_id"],
        "商品名称": frame["product_name"], "数量": frame["quantity"], "单价": money(frame["price"]),
        "折扣": money(frame["discount"]),
        "实收金额": money(frame["revenue"]), "支付方式": frame["paid_by"], "渠道": "门店",
    })


def _web_columns(frame: pd.DataFrame, chunk: Chunk, rng) -> pd.DataFrame:
    """Return the web shop's columns; who bought stands on a guest's order only, the same on each of its lines."""
    first = ~frame["transaction_id"].duplicated().to_numpy()
    at = np.maximum.accumulate(np.where(first, np.arange(len(frame)), 0))  # lines of an order are neighbours
    people = chunk.people.iloc[frame["row"].clip(lower=0)].reset_index(drop=True)
    place = dirt.places(people, frame["day"].to_numpy(), rng).iloc[at].reset_index(drop=True)
    name, email = dirt.full_names(people, rng, latin=.04)[at], dirt.emails(people["email"].to_numpy(), rng, empty=.08)[at]
    guest, test = (frame["card"].isna() & (frame["row"] >= 0)).to_numpy(), (frame["row"] < 0).to_numpy()
    return pd.DataFrame({
        "order_id": frame["transaction_id"], "line_no": frame["line_number"],
        "channel": np.array(("store", "web", "miniapp"))[frame["channel"]], "member_no": frame["card"],
        "customer_name": np.where(test, "测试订单", np.where(guest, name, None)), "email": np.where(guest, email, None),
        "phone": np.where(guest, frame["phone"], None), **{c: np.where(guest, place[c], None) for c in ("province", "city",
                                                                                                        "address")},
        "sku": frame["product_id"], "product_name": frame["product_name"], "qty": frame["quantity"],
        "unit_price": money(frame["price"]), "discount": money(frame["discount"]), "paid_amount": money(frame["revenue"]),
        "currency": "CNY", "status": np.where(frame["kind"] == "return", "refunded", "completed"),
    })
