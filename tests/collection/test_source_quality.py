"""source_quality.py: what each source delivers, field by field, and its history."""

import ibis
import pandas as pd
import pytest

from helpers.cleaning.cleaning_rules import is_within_limits as is_valid
from helpers.collection.source_quality import add_to_history, latest, source_quality
from helpers.contracts import contract

AS_OF = pd.Timestamp("2025-12-31")


def products(**columns) -> ibis.Table:
    n = len(columns["product_id"])
    names = contract("collected/products").column_names
    frame = pd.DataFrame(columns).assign(source_row=range(1, n + 1)).reindex(columns=names)
    frame = frame.astype({c: "str" for c in names if c not in ("unit_cost", "source_row")})
    return ibis.memtable(frame.astype({"unit_cost": float}))


def aside(rows=()) -> ibis.Table:
    frame = pd.DataFrame(list(rows), columns=["table", "source", "source_row", "reason"])
    return ibis.memtable(frame.astype({"table": "str", "source": "str", "source_row": "int64", "reason": "str"}))


def test_each_measure_is_a_share_of_the_right_rows():
    table = products(product_id=["1", "2", "3", "4"], unit_cost=[1.0, -1.0, None, None], source=["a"] * 4)
    found = source_quality({"products": table}, aside([("products", "a", 1, "no key")]), is_valid).set_index("field")
    cost = found.loc["unit_cost"]
    assert (cost["completeness"], cost["kept"], cost["validity"], cost["score"]) == (0.5, 0.75, 0.5, pytest.approx(0.1875))
    assert "brand" not in found.index, "a field that the source never fills is not its fault"


def test_merged_rows_are_not_lost_and_other_sources_and_tables_do_not_count():
    table = products(product_id=["1", "2"], source=["a", "b"])
    gone = aside([("products", "a", 1, "repeated key"), ("customers", "b", 2, "no key")])
    assert source_quality({"products": table}, gone, is_valid)["kept"].tolist() == [1.0, 1.0]


def test_the_history_grows_only_when_something_else_arrived():
    first = source_quality({"products": products(product_id=["1", "2"], source=["a"] * 2)}, aside(), is_valid)
    history = add_to_history(None, first, as_of=AS_OF)
    assert history[["run", "source", "n_rows", "score"]].to_numpy().tolist() == [[1, "a", 2, 1.0]]
    assert add_to_history(history, first, as_of=AS_OF).equals(history)
    second = source_quality({"products": products(product_id=["1", None], source=["a"] * 2)}, aside(), is_valid)
    grown = add_to_history(history, second, as_of=AS_OF)
    assert grown["run"].tolist() == [1, 2]
    assert grown["score"].tolist() == [1.0, 0.5]
    assert latest(grown)[["source", "score", "before", "change"]].to_numpy().tolist() == [["a", 0.5, 1.0, -0.5]]
    assert latest(history)["before"].isna().all()
