"""cleaning_validation.py: each check below, at and above its limit; declared imputation with its flag."""

from datetime import date

import ibis
import pandas as pd
import pytest

from helpers.cleaning import cleaning
from helpers.cleaning.cleaning_rules import Settings
from helpers.cleaning.cleaning_validation import breaks, impute, stated_rules, validation
from helpers.datasets import Impute, Rule
from helpers.errors import UserError

AS_OF = pd.Timestamp("2025-12-31")


def broken(found, column="unit_cost", table="products", **rule) -> list[bool]:
    frame = pd.DataFrame({column: found, "source": "s", "source_row": range(1, len(found) + 1)})
    rule = Rule(table=table, column=column, **rule)
    judged = ibis.memtable(frame).mutate(broken=lambda t: breaks(rule, t)).order_by("source_row").to_pandas()
    return judged["broken"].fillna(False).astype(bool).tolist()


def test_required_is_broken_by_nothing_and_by_blanks():
    assert broken(["a", None, "  ", "0"], column="name", check="required") == [False, True, True, False]


def test_both_limits_of_between_are_allowed_and_empty_is_no_breach():
    assert broken([0.99, 1.0, 5.0, 5.01, None], check="between", values=[1, 5]) == [True, False, False, True, False]


def test_one_of_compares_whole_values():
    assert broken(["A", "B", "a", None], column="brand", check="one_of", values=["A", "B"]) == [False, False, True, False]


def test_matches_means_the_whole_value():
    found = broken(["AB12", "xAB12", "AB123", None], column="product_id", check="matches", value="[A-Z]{2}[0-9]{2}")
    assert found == [False, True, True, False]


def test_unique_keeps_the_first_of_equal_values():
    assert broken(["x", "y", "x", None, None], column="name", check="unique") == [False, False, True, False, False]


def test_not_after_allows_the_limit_itself():
    days = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03", None])
    assert broken(days, column="starts_at", table="campaigns", check="not_after", value=date(2025, 1, 2)) == [
        False, False, True, False,
    ]


def test_not_after_compares_two_columns_of_a_row():
    rule = Rule(table="campaigns", column="starts_at", check="not_after", value="ends_at")
    frame = pd.DataFrame({"starts_at": pd.to_datetime(["2025-01-02", "2025-01-02", "2025-01-03"]),
                          "ends_at": pd.to_datetime(["2025-01-02", "2025-01-01", None])})
    assert ibis.memtable(frame).mutate(broken=lambda t: breaks(rule, t)).to_pandas()["broken"].tolist() == [False, True, False]


def test_a_date_column_takes_a_limit_that_is_written_as_text_and_refuses_what_is_no_day():
    days = pd.to_datetime(["2025-01-01", "2025-01-03"])
    campaigns = {"column": "starts_at", "table": "campaigns", "check": "not_after"}
    assert broken(days, **campaigns, value="2025-01-02") == [False, True]
    with pytest.raises(UserError, match="starts_at: 'soon' is no day: write it as 2025-12-31"):
        broken(days, **campaigns, value="soon")


def test_an_error_sets_the_row_aside_and_a_warning_only_counts_it():
    rules = (Rule(table="products", column="brand", check="required", severity="error"),
             Rule(table="products", column="unit_cost", check="between", values=[0, 10], severity="warning"))
    frame = pd.DataFrame({
        "product_id": ["p1", "p2", "p3"], "name": "n", "department": "d", "category": "c", "brand": ["x", None, "y"],
        "unit_cost": [1.0, 2.0, 99.0], "source": "s", "source_row": [1, 2, 3], "problem": pd.array([None] * 3, dtype="str"),
    })
    table = ibis.memtable(frame)
    kept, aside, log = cleaning.clean_table("products", table, Settings(None, AS_OF, "UTC", rules=rules))
    assert sorted(kept.to_pandas()["product_id"]) == ["p1", "p3"]
    assert aside.to_pandas()[["source_row", "reason"]].to_numpy().tolist() == [[2, "a rule of dataset.yml"]]
    found = validation(rules, {"products": table})
    assert found[["number", "severity", "n_rows", "n_broken"]].to_numpy().tolist() == [[1, "error", 3, 1], [2, "warning", 3, 1]]
    assert len(stated_rules(rules, "products")) == 1
    assert log["rows_affected"].sum() == 1


def test_a_rule_on_a_table_that_is_absent_checks_nothing():
    rule = Rule(table="cases", column="topic", check="required")
    assert validation((rule,), {})[["n_rows", "n_broken"]].to_numpy().tolist() == [[0, 0]]


def imputed(how, values, value=None, column="household_size") -> pd.DataFrame:
    frame = pd.DataFrame({"customer_id": [f"c{i}" for i in range(len(values))], column: values})
    one = Impute(table="customers", column=column, how=how, value=value)
    return impute(ibis.memtable(frame), (one,), "customers").order_by("customer_id").to_pandas()


def test_an_imputed_value_is_flagged_and_a_known_one_is_not():
    found = imputed("constant", ["2", None], value="1")
    assert found["household_size"].tolist() == ["2", "1"]
    assert found["is_imputed_household_size"].tolist() == [False, True]


def test_the_median_is_that_of_the_filled_values():
    found = imputed("median", [1.0, 3.0, 8.0, None], column="acquisition_cost")
    assert found["acquisition_cost"].tolist() == [1.0, 3.0, 8.0, 3.0]


def test_of_two_modes_the_one_that_sorts_first_is_taken():
    assert imputed("mode", ["b", "a", "b", "a", None])["household_size"].tolist() == ["b", "a", "b", "a", "a"]


def test_a_column_without_any_value_stays_empty():
    assert imputed("mode", pd.array([None, None], dtype="str"))["household_size"].isna().all()


def test_the_median_of_words_and_a_table_without_room_for_the_flag_are_refused():
    with pytest.raises(UserError, match="household_size is no number and has no median"):
        imputed("median", ["2", None])
    frame = ibis.memtable(pd.DataFrame({"product_id": ["p"], "brand": ["x"]}))
    with pytest.raises(UserError, match="products cannot hold the flag"):
        impute(frame, (Impute(table="products", column="brand", how="mode"),), "products")
