"""cleaning.py and cleaning_rules.py: each rule at its limits; every row and every cent is accounted for."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers import i18n
from helpers.cleaning import cleaning
from helpers.cleaning.cleaning_rules import Settings, rules_for
from helpers.collection.collection import conform
from helpers.contracts import CANONICAL_NAMES, contract

YEAR = Settings(pd.Timestamp("2017-01-01"), pd.Timestamp("2017-12-31"), "America/New_York")
PRODUCTS = pd.DataFrame({
    "product_id": ["p1", "fuel", "coupon", "stamps"], "department": ["GROCERY", "GAS", "COUPON", "POSTAL CENTER"],
    "category": ["MILK", "FUEL", "COUPONS", "POSTAGE"], "source_row": [1, 2, 3, 4],
})
LINE = {
    "line_number": 1, "customer_id": "c1", "ordered_at": "2017-06-01 16:00", "product_id": "p1", "quantity": 1.0,
    "unit_price": 2.0, "discount": 0.0, "revenue": 2.0, "channel": "store", "store_id": "s", "is_return": False,
    "currency": "USD", "problem": None,
}


def collected(*changes: dict, name: str = "transactions", default=LINE, source: str = "till"):
    """Return collected rows: the default row with changes, each an order of its own unless it says otherwise."""
    key = contract(name).key[0]
    rows = [{**default, key: f"k{i}", "source_row": i, **change} for i, change in enumerate(changes, start=1)]
    frame = pd.DataFrame(rows)
    for column in ("ordered_at", "received_at"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601")
    for column in ("quantity", "revenue", "unit_price", "rating"):
        if column in frame:
            frame[column] = frame[column].astype(float)
    return conform(frame.astype({"problem": "str"}) if "problem" in frame else frame, name, source)


def products():
    return conform(PRODUCTS, "products", "till")


def cleaned(table, *, name: str = "transactions", with_products: bool = True, **parameters):
    """Return (clean frame by source row order, reason by source row, log by rule)."""
    rules = Settings(YEAR.first_day, YEAR.as_of, YEAR.time_zone, **parameters)
    kept, aside, log = cleaning.clean_table(name, table, rules, products() if with_products else None)
    reasons = aside.to_pandas().set_index("source_row")["reason"].to_dict()
    return kept.order_by(list(contract(name).key)).to_pandas(), reasons, log.set_index("rule")


# --- rows that are set aside: below, at and above each limit


def test_the_window_is_closed_at_both_ends_in_the_time_zone_of_the_business():
    table = collected(
        {"ordered_at": "2017-01-01 04:59:59"},  # 31 Dec 2016, 23:59:59 in New York
        {"ordered_at": "2017-01-01 05:00:00"},
        {"ordered_at": "2018-01-01 04:59:59"},  # 31 Dec 2017, 23:59:59
        {"ordered_at": "2018-01-01 05:00:00"},
    )
    kept, reasons, _ = cleaned(table)
    outside = "outside the data window, in the business's time zone"
    assert reasons == {1: outside, 4: outside}
    assert kept["order_date"].tolist() == [pd.Timestamp("2017-01-01"), pd.Timestamp("2017-12-31")]
    assert kept["order_hour"].tolist() == [0, 23]


def test_without_a_first_day_only_the_future_is_set_aside():
    rules = Settings(None, YEAR.as_of, YEAR.time_zone)
    table = collected({"ordered_at": "1970-01-01 12:00"}, {"ordered_at": "2018-06-01 12:00"})
    _, aside, _ = cleaning.clean_table("transactions", table, rules)
    assert aside.to_pandas()["source_row"].tolist() == [2]


def test_a_line_without_moment_or_amount_is_set_aside():
    _, reasons, _ = cleaned(collected({"ordered_at": None}, {"revenue": None}, {"revenue": 0.0}, {}))
    assert reasons == {1: "no moment of the order", 2: "no amount"}


def test_nothing_is_quantity_zero_without_money():
    pairs = [(0.0, 0.0), (0.0, 0.01), (0.0, -0.01), (1.0, 0.0), (None, 0.0)]
    kept, reasons, _ = cleaned(collected(*({"quantity": quantity, "revenue": revenue} for quantity, revenue in pairs)))
    assert reasons == {1: "zero quantity and no money"}
    assert kept["revenue"].tolist() == [0.01, -0.01, 0.0, 0.0]


@pytest.mark.slow
def test_departments_that_sell_no_goods_are_set_aside_only_where_they_are_named():
    table = collected({"product_id": "coupon"}, {"product_id": "stamps"}, {"product_id": "p1"}, {"product_id": "new"},
                      {"product_id": None})
    _, reasons, _ = cleaned(table, non_merchandise_departments=("COUPON",))
    assert reasons == {1: "not merchandise"}
    assert cleaned(table)[1] == {}
    assert cleaned(table, with_products=False, non_merchandise_departments=("COUPON",))[1] == {}


def test_a_row_that_could_not_be_read_is_set_aside_before_all_other_rules():
    _, reasons, _ = cleaned(collected({"problem": "quantity is no float64", "ordered_at": None}, {}))
    assert reasons == {1: "not readable"}


def test_a_row_without_its_key_is_set_aside():
    _, reasons, _ = cleaned(collected({"transaction_id": None}, {}, {"line_number": None}))
    assert reasons == {1: "no key", 3: "no key"}


def test_of_a_repeated_key_the_first_row_of_the_source_stays():
    table = collected({"transaction_id": "a", "revenue": 2.0}, {"transaction_id": "a", "revenue": 3.0},
                      {"transaction_id": "a", "line_number": 2, "revenue": 4.0}, {"transaction_id": "a", "revenue": 5.0})
    kept, reasons, log = cleaned(table)
    assert reasons == {2: "repeated key", 4: "repeated key"}
    assert kept["revenue"].tolist() == [2.0, 4.0]
    assert log.loc["repeated key", "rows_affected"] == 2


def test_an_order_that_is_there_twice_as_a_whole_is_merged():
    first = {"transaction_id": "a", "product_id": "p1"}
    second = {"transaction_id": "a", "product_id": "p2", "customer_id": None}
    table = collected(
        {**first, "line_number": 1}, {**second, "line_number": 2}, {**first, "line_number": 3}, {**second, "line_number": 4},
        {**first, "transaction_id": "b"},
    )
    _, reasons, _ = cleaned(table, with_products=False)
    assert reasons == {3: "repeated line", 4: "repeated line"}, "unknown customers of one order are one"
    assert cleaned(table, with_products=False, duplicate_lines="keep")[1] == {}


def test_one_line_of_an_order_that_is_there_twice_is_a_thing_bought_twice():
    order = {"transaction_id": "a", "line_number": 1}
    table = collected(order, {**order, "line_number": 2}, {**order, "line_number": 3, "quantity": 2.0})
    assert cleaned(table)[1] == {}


@pytest.mark.slow
def test_the_line_of_the_first_source_stays_where_two_sources_have_it():
    both = collected({"transaction_id": "a"}, source="till").union(
        collected({"transaction_id": "a", "line_number": 2}, source="archive")
    )
    for table in (both, both.order_by(ibis.desc("source"))):
        _, aside, _ = cleaning.clean_table("transactions", table, YEAR)
        assert aside.to_pandas()[["source", "reason"]].to_numpy().tolist() == [["till", "repeated line"]]


def test_equal_lines_with_numbers_of_their_own_are_two_things_bought():
    numbered = Settings(YEAR.first_day, YEAR.as_of, YEAR.time_zone, numbered=("till",))
    order = {"transaction_id": "a", "product_id": "p1"}
    table = collected({**order, "line_number": 1}, {**order, "line_number": 2}, {**order, "line_number": 2})
    kept, aside, _ = cleaning.clean_table("transactions", table, numbered)
    assert kept.count().execute() == 2
    assert aside.to_pandas()["reason"].tolist() == ["repeated key"]


def test_another_currency_is_set_aside_and_its_own_under_another_name_is_not():
    kept, reasons, log = cleaned(
        collected({"currency": "RMB"}, {"currency": "元"}, {"currency": " cny"}, {"currency": None}, {"currency": "USD"}),
        currency="CNY",
    )
    assert kept["currency"].tolist() == ["CNY"] * 4
    assert reasons == {5: "another currency"}
    assert log.loc["currency by its code", "rows_affected"] == 4


def test_orders_of_somebody_who_is_called_test_are_set_aside():
    table = collected({}, {}).mutate(is_test=ibis._.source_row == 2)
    _, reasons, _ = cleaned(table)
    assert reasons == {2: "test order"}


def test_a_row_is_set_aside_once_by_the_first_rule_that_holds():
    hopeless = {"transaction_id": "a", "ordered_at": None, "revenue": None, "quantity": 0.0}
    _, reasons, log = cleaned(collected(hopeless, {**hopeless, "line_number": 2}))
    assert set(reasons.values()) == {"no moment of the order"}
    assert log["rows_affected"].sum() == 2


# --- values that change


def test_a_quantity_beyond_the_limit_is_unknown_and_its_money_stays():
    arrived = [199.0, 200.0, 200.5, -200.0, -201.0, 0.0, None, 1.5]
    kept, reasons, _ = cleaned(collected(*({"quantity": q, "revenue": 9.99} for q in arrived)), max_quantity=200.0)
    assert reasons == {}
    np.testing.assert_array_equal(kept["quantity"], [199, 200, np.nan, -200, np.nan, np.nan, np.nan, 1.5])
    assert kept["revenue"].tolist() == [9.99] * 8
    assert (kept["unit_price"].isna() == kept["quantity"].isna()).all(), "a price per unit of an unknown quantity"


def test_a_quantity_that_is_a_measure_is_unknown_and_its_money_stays():
    table = collected({"product_id": "fuel", "quantity": 14.0}, {"product_id": "p1", "quantity": 14.0},
                      {"product_id": "new", "quantity": 14.0})
    kept, _, log = cleaned(table, measured_categories=("FUEL",))
    assert kept["quantity"].isna().tolist() == [True, False, False]
    assert kept["revenue"].sum() == 6.0
    assert log.loc["quantity is a measure, not units", "rows_affected"] == 1


@pytest.mark.slow
def test_a_product_that_is_not_listed_becomes_unknown_only_where_there_is_a_list():
    table = collected({"product_id": "new"}, {"product_id": "p1"}, {"product_id": None})
    kept, _, log = cleaned(table)
    assert [value if isinstance(value, str) else None for value in kept["product_id"]] == [None, "p1", None]
    assert log.loc["product is not in the product list", "rows_affected"] == 1, "an unknown product did not change"
    kept, _, log = cleaned(table, with_products=False)
    assert kept["product_id"].iloc[0] == "new"
    assert log.loc["product is not in the product list", "rows_affected"] == 0


def test_a_product_that_is_listed_twice_does_not_double_its_lines():
    twice = conform(pd.concat([PRODUCTS, PRODUCTS.assign(source_row=[5, 6, 7, 8])]), "products", "till")
    kept, aside, _ = cleaning.clean_table("transactions", collected({}, {}), YEAR, twice)
    assert (kept.count().execute(), aside.count().execute()) == (2, 0)


def test_the_log_counts_rows_whose_value_changed_and_no_others():
    table = collected({"quantity": 0.0}, {"quantity": 500.0}, {"quantity": None}, {"quantity": 1.0})
    _, _, log = cleaned(table, max_quantity=200.0)
    assert log.loc["money without a quantity", "rows_affected"] == 1
    assert log.loc["implausible quantity", "rows_affected"] == 1
    assert log.loc["price of an unknown quantity", "rows_affected"] == 3
    changes = log[log["effect"] == "change"]
    assert (changes["rows_before"] == changes["rows_after"]).all()


# --- feedback


SAID = {"text": "Good coffee", "product_id": "p1", "split": "test", "rating_label": None, "rating": None, "problem": None}


def feedback(*changes: dict):
    return collected(*changes, name="feedback", default=SAID)


def test_nothing_was_said_without_words_and_without_a_score():
    table = feedback({"text": None}, {"text": "   "}, {"text": "", "rating": 5.0}, {"text": None, "rating_label": "great"},
                     {"text": "x"})
    _, reasons, _ = cleaned(table, name="feedback")
    assert reasons == {1: "nothing was said", 2: "nothing was said"}


def test_of_a_repeated_text_the_copy_in_the_training_part_stays():
    table = feedback({}, {"split": "train"}, {"text": "  GOOD coffee "}, {"product_id": "p2"}, {"text": None, "rating": 1.0},
                     {"text": None, "rating": 1.0})
    kept, reasons, _ = cleaned(table, name="feedback")
    assert reasons == {1: "repeated text", 3: "repeated text"}
    assert kept[kept["product_id"] == "p1"]["split"].tolist()[0] == "train"


REVIEW = {"customer_id": "c1", "received_at": "2017-06-01 12:00", "channel": "shop", "nps": None, "csat": None, "ces": None}


@pytest.mark.parametrize("seed", range(3))
def test_of_reviews_delivered_in_two_files_each_is_kept_once_in_any_order_of_rows(seed):
    reviews = [{**REVIEW, "feedback_id": f"r{i}", "text": f"Good coffee {i}", "source_row": i} for i in range(40)]
    again = [{**review, "source_row": 100 + i} for i, review in enumerate(reviews[20:])]
    rows = pd.Series([*reviews, *again]).sample(frac=1, random_state=seed).tolist()
    kept, reasons, log = cleaned(feedback(*rows), name="feedback")
    assert sorted(kept["feedback_id"]) == sorted(review["feedback_id"] for review in reviews)
    assert reasons == dict.fromkeys(range(100, 120), "repeated key")
    assert log.loc["repeated text", "rows_affected"] == 0


def test_words_that_only_a_row_set_aside_says_too_are_kept():
    rows = [{**REVIEW, "feedback_id": "a", "text": "Fine"}, {**REVIEW, "feedback_id": "a", "text": "Bad coffee"},
            {**REVIEW, "feedback_id": "b", "text": "Bad coffee"}, {**REVIEW, "feedback_id": "c", "text": "Bad coffee"}]
    kept, reasons, _ = cleaned(feedback(*rows), name="feedback")
    assert kept["feedback_id"].tolist() == ["a", "b"]
    assert reasons == {2: "repeated key", 4: "repeated text"}


def test_a_column_that_is_empty_everywhere_keeps_the_type_of_its_contract():
    table = feedback({}).mutate(customer_id=ibis.null("float64"))
    names = ibis.memtable(pd.DataFrame({"customer_id": ["c1"], "name": ["Jane Doe"]}))
    tables, _, _ = cleaning.clean({"feedback": table}, YEAR, names)
    assert tables["feedback"].customer_id.type().is_string()


# --- the identity


def test_every_rule_has_a_row_in_the_log_in_the_order_in_which_it_runs():
    _, _, log = cleaned(collected({}))
    assert log.index.tolist() == [rule.name for rule in rules_for("transactions")]
    assert {rule.effect for name in CANONICAL_NAMES for rule in rules_for(name)} == {"reject", "merge", "change"}


def test_rows_and_money_run_down_the_log_without_a_gap():
    _, _, log = cleaned(collected({"ordered_at": None, "revenue": 0.1}, {"revenue": 0.2}, {"revenue": None}))
    assert log["rows_before"].tolist()[0] == 3
    assert log["rows_after"].tolist()[-1] == 1
    assert (log["rows_before"].iloc[1:].to_numpy() == log["rows_after"].iloc[:-1].to_numpy()).all()
    assert (log["revenue_before"].iloc[1:].to_numpy() == log["revenue_after"].iloc[:-1].to_numpy()).all()
    assert log["revenue_before"].iloc[0] == 0.3
    assert log["revenue_after"].iloc[-1] == 0.2


ROW = st.fixed_dictionaries({
    "transaction_id": st.sampled_from(["a", "b", "c", None]), "line_number": st.sampled_from([1, 2, None]),
    "ordered_at": st.sampled_from(["2017-06-01 12:00", "2018-01-01 04:59:59", "2018-01-01 05:00", None]),
    "customer_id": st.sampled_from(["c1", None]), "product_id": st.sampled_from(["p1", "fuel", "coupon", "new", None]),
    "quantity": st.sampled_from([0.0, 1.0, 500.0, None]),
    "revenue": st.sampled_from([0.0, 0.1, 0.07, 1.005, 19.99, -3.33, 1e6 + 0.01, None]),
    "problem": st.sampled_from([None, None, None, "too many fields"]),
})


@pytest.mark.slow
@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(ROW, min_size=10, max_size=60), st.randoms(use_true_random=False))
def test_every_row_and_cent_is_kept_or_set_aside_whatever_the_order_of_rows(rows, random):
    def run(numbered):
        table = collected(*numbered)
        tables, rejected, log = cleaning.clean({"transactions": table, "products": products()}, parameters)
        books = cleaning.reconcile(table, tables["transactions"], rejected, "transactions")
        kept = tables["transactions"].order_by(["transaction_id", "line_number"]).to_pandas()
        return books, kept, rejected.order_by(["table", "source_row"]).to_pandas(), log

    parameters = Settings(YEAR.first_day, YEAR.as_of, YEAR.time_zone, measured_categories=("FUEL",),
                          non_merchandise_departments=("COUPON",))
    numbered = [{**row, "source_row": i} for i, row in enumerate(rows, start=1)]
    books, kept, rejected, log = run(numbered)
    assert books["rows_missing"] == 0
    assert books["cents_missing"] == 0
    assert books["rows_collected"] == len(rows) == len(kept) + len(rejected[rejected["table"] == "transactions"])
    cents = sum(round(row["revenue"] * 100) for row in rows if row["revenue"] is not None)
    assert abs(books["money_collected"] * 100 - cents) < len(rows)
    assert not kept.duplicated(["transaction_id", "line_number"]).any()
    assert rejected["source_row"].is_unique or "products" in set(rejected["table"])
    shuffled = random.sample(numbered, len(numbered))
    books_again, kept_again, rejected_again, log_again = run(shuffled)
    assert books_again == books
    pd.testing.assert_frame_equal(kept_again, kept)
    pd.testing.assert_frame_equal(rejected_again, rejected)
    pd.testing.assert_frame_equal(log_again, log)


def test_a_lost_row_or_cent_would_be_seen():
    table = collected({"revenue": 1.0}, {"revenue": 2.0})
    tables, rejected, _ = cleaning.clean({"transactions": table}, YEAR)
    kept = tables["transactions"]
    books = cleaning.reconcile(table, kept.filter(kept.revenue > 1), rejected, "transactions")
    assert (books["rows_missing"], books["cents_missing"]) == (1, 100)
    cheaper = kept.mutate(revenue=kept.revenue - 0.01)
    assert cleaning.reconcile(table, cheaper, rejected, "transactions")["cents_missing"] == 2


def test_tables_without_money_are_counted_in_rows():
    tables, rejected, log = cleaning.clean({"products": products()}, YEAR)
    books = cleaning.balance({"products": products()}, tables, rejected).iloc[0]
    assert (books["rows_collected"], books["rows_clean"], books["rows_missing"]) == (4, 4, 0)
    assert books["money_collected"] is None
    assert books["cents_missing"] == 0
    assert log["revenue_before"].isna().all()


def test_open_tables_keep_their_further_columns_and_lose_their_origin():
    frame = pd.DataFrame({"customer_id": ["a"], "shoe_size": [42], "source_row": [1]})
    tables, _, _ = cleaning.clean({"customers": conform(frame, "customers", "crm")}, YEAR)
    columns = tables["customers"].columns
    assert "shoe_size" in columns
    assert not {"source", "source_row", "problem", "reason"} & set(columns)


# --- quality of fields


def test_the_quality_of_a_field_is_the_product_of_its_rates():
    tables = {
        "products": ibis.memtable(pd.DataFrame({
            "product_id": ["p1", "p2", "p2", "p4"], "name": ["a", "b", None, None], "department": None, "category": "c",
            "brand": "d", "unit_cost": [1.0, -1.0, 2.0, 3.0],
        }).astype({"department": "str"})),
        "feedback": ibis.memtable(pd.DataFrame({
            **{c.name: pd.Series([None] * 2, dtype="str" if c.type == "string" else "float64")
               for c in contract("feedback").columns},
            "feedback_id": ["1", "2"], "product_id": ["p1", "unknown"], "rating": [6.0, 5.0],
        })),
    }
    quality = cleaning.field_quality(tables).set_index(["table", "field"])
    key = quality.loc[("products", "product_id")]
    assert (key["completeness"], key["uniqueness"], key["score"]) == (1, 0.75, 0.75)
    assert quality.loc[("products", "name"), "score"] == 0.5
    assert quality.loc[("products", "department"), "score"] == 0
    cost = quality.loc[("products", "unit_cost")]
    assert (cost["validity"], cost["score"]) == (0.75, 0.75)
    assert quality.loc[("feedback", "product_id"), "consistency"] == 0.5
    assert quality.loc[("feedback", "rating"), "validity"] == 0.5
    assert quality["score"].between(0, 1).all()


def test_where_empty_is_an_answer_completeness_does_not_count():
    frame = pd.DataFrame({
        "campaign_id": ["1", "1"], "customer_id": ["a", "b"], "contacted_at": None, "treated": True, "propensity": None,
        "responded_at": pd.to_datetime([None, "2017-02-01"]), "response_value": None,
    }).astype({"contacted_at": "datetime64[us]", "propensity": float, "response_value": float})
    quality = cleaning.field_quality({"campaign_contacts": ibis.memtable(frame)}).set_index("field")
    assert quality.loc["responded_at", "completeness"] == 0.5
    assert quality.loc["responded_at", "score"] == 1
    assert quality.loc["contacted_at", "score"] == 0


# --- what the page says


def summary_of(*changes, with_money: bool = True):
    table = collected(*changes) if with_money else products()
    name = "transactions" if with_money else "products"
    tables, rejected, log = cleaning.clean({name: table}, YEAR)
    balance = cleaning.balance({name: table}, tables, rejected)
    return cleaning.summarise(balance, log, cleaning.field_quality(tables)), log


def test_the_answer_names_the_share_set_aside_its_money_and_the_most_frequent_reason():
    summary, _ = summary_of({"ordered_at": None, "revenue": 1.0}, {"revenue": 2.0}, {"revenue": 1.0})
    assert i18n.text(summary.answer, **summary.values) == (
        "33.33% of 3 rows were set aside, with 25.00% of the money; the most frequent reason: no moment of the order (1 rows)."
    )
    assert summary.values["lost"] == 1.0
    assert i18n.text(summary.books, **summary.values) == "Every one of 3 rows and every cent of $4.00 is accounted for."


@pytest.mark.slow
def test_the_answer_without_rows_set_aside_or_without_money_is_another_one():
    summary, _ = summary_of({})
    assert i18n.text(summary.answer, **summary.values) == "Nothing had to be set aside: all 1 rows passed every rule."
    summary, _ = summary_of(with_money=False)
    assert i18n.text(summary.books, **summary.values) == "Every one of 4 rows is accounted for."
    twice = conform(pd.concat([PRODUCTS, PRODUCTS.assign(source_row=9)]).head(5), "products", "till")
    tables, rejected, log = cleaning.clean({"products": twice}, YEAR)
    summary = cleaning.summarise(cleaning.balance({"products": twice}, tables, rejected), log, cleaning.field_quality(tables))
    assert i18n.text(summary.answer, **summary.values) == (
        "Nothing had to be set aside; 1 of 5 rows repeat another one and were merged."
    )


def test_rules_that_hit_come_most_rows_first_with_labels_in_the_language_of_the_reader():
    _, log = summary_of({"ordered_at": None}, {"ordered_at": None}, {"revenue": None}, {})
    hits = cleaning.with_labels(cleaning.rules_that_hit(log))
    assert hits["label"].tolist() == ["no moment of the order", "no amount"]
    assert hits["rows_affected"].tolist() == [2, 1]
    i18n.use(language="zh")
    assert cleaning.with_labels(hits)["label"].tolist()[0] == i18n.text("no moment of the order") != "no moment of the order"
    two_tables = hits.assign(table=["transactions", "feedback"])
    assert cleaning.with_labels(two_tables)["label"].tolist()[1].startswith("feedback: ")


def test_fields_come_weakest_first_and_without_those_that_no_source_fills():
    quality = pd.DataFrame({
        "table": ["b", "a", "a"], "field": ["x", "y", "z"], "completeness": [1.0, 0.5, 0.0], "score": [0.9, 0.5, 0.0],
    })
    assert cleaning.tables_by_quality(quality)["label"].tolist() == ["a.y", "b.x"]


def test_the_settings_of_the_rules_come_from_run_and_parameters(home, shown):
    from helpers import report

    run = report.start("02_cleaning", dataset="complete_journey")
    rules = cleaning.settings_for(run, measured_categories=["FUEL"], max_quantity=10.0, duplicate_lines="keep")
    expected = Settings(run.first_day, run.as_of, "America/New_York", "keep", 10.0, ("FUEL",), (), "USD", ("till", "reviews"))
    assert rules == expected
