"""persona_traits.py: what counts as a numerator and what as an exposure."""

import ibis
import pandas as pd

from helpers import rollups
from helpers.persona import persona_traits


def orders_of(*rows, channel="web") -> ibis.Table:
    frame = pd.DataFrame(rows, columns=["customer_id", "order_date", "order_hour", "discount", "revenue"])
    frame["order_date"] = pd.to_datetime(frame["order_date"]).dt.date
    schema = {"customer_id": "string", "order_date": "date", "order_hour": "int64", "discount": "float64", "revenue": "float64"}
    return ibis.memtable(frame, schema=schema).mutate(channel=ibis.literal(channel))


def flat(trait) -> dict:
    return trait.values.set_index(["customer_id", "attribute"])["value"].to_dict()


def spend(*rows) -> dict:
    products = pd.DataFrame(
        [("p1", "FOOD", "BREAD", "x"), ("p2", "FOOD", "MILK", "x"), ("p3", "FUEL", "PETROL", "y"), ("p4", "TOYS", "TOYS", None),
         ("p5", "TOYS", "GAMES", None)],
        columns=["product_id", "department", "category", "brand"],
    )
    bought = pd.DataFrame(rows, columns=["customer_id", "product_id", "revenue"])
    found = persona_traits.spend_traits(ibis.memtable(bought), ibis.memtable(products))
    return {trait.kind: trait for trait in found}


def test_spend_is_summed_by_department_and_shares_are_of_known_products():
    found = spend(("a", "p1", 3.0), ("a", "p2", 5.0), ("a", "unknown", 90.0), ("b", "p3", 2.0))["department"]
    assert flat(found) == {("a", "FOOD"): 8.0, ("b", "FUEL"): 2.0}
    assert found.exposure.to_dict() == {"a": 8.0, "b": 2.0}


def test_a_category_that_is_its_whole_department_or_its_namesake_is_said_once():
    found = spend(("a", "p1", 3.0), ("a", "p2", 5.0), ("a", "p3", 2.0), ("a", "p4", 1.0), ("a", "p5", 9.0))
    assert set(found["category"].values["attribute"]) == {"BREAD", "MILK"}  # PETROL 100 %, TOYS namesake, GAMES 90 %
    assert set(found["department"].values["attribute"]) == {"FOOD", "FUEL", "TOYS"}


def test_a_kind_that_no_product_knows_is_no_trait():
    assert set(spend(("a", "p4", 1.0), ("a", "p5", 1.0))) == {"department", "category"}


def test_refunds_and_guests_do_not_count():
    assert flat(spend(("a", "p1", 3.0), ("a", "p2", -5.0))["department"]) == {("a", "FOOD"): 3.0}
    orders = orders_of(("a", "2024-01-01", 9, 0, 5), ("a", "2024-01-02", 9, 0, -5), (None, "2024-01-01", 12, 0, 5))
    weekday, *_ = persona_traits.order_traits(orders)
    assert flat(weekday) == {("a", "Monday"): 1.0}


def test_hours_begin_at_their_limits():
    hours = {"h0": 0, "h5": 5, "h6": 6, "h10": 10, "h11": 11, "h13": 13, "h14": 14, "h17": 17, "h20": 20, "h21": 21, "h23": 23}
    rows = [(customer, "2024-01-01", hour, 0, 5) for customer, hour in hours.items()]
    found = dict(list(flat(persona_traits.order_traits(orders_of(*rows))[1])))
    assert found == {
        "h0": "21–6", "h5": "21–6", "h6": "6–11", "h10": "6–11", "h11": "11–14", "h13": "11–14", "h14": "14–17", "h17": "17–21",
        "h20": "17–21", "h21": "21–6", "h23": "21–6",
    }


def test_a_source_that_knows_days_only_has_no_hours():
    same_hour = orders_of(("a", "2024-01-01", 12, 0, 5), ("b", "2024-01-06", 12, 0, 5))
    assert [trait.kind for trait in persona_traits.order_traits(same_hour)] == ["weekday"]


def test_discounts_are_a_share_of_the_shelf_value():
    (trait,) = persona_traits.discount_trait(orders_of(("a", "2024-01-01", 9, 2, 8), ("b", "2024-01-01", 9, 0, 5)))
    assert flat(trait) == {("a", "discount"): 2.0, ("b", "discount"): 0.0}
    assert trait.exposure.to_dict() == {"a": 10.0, "b": 5.0}
    assert persona_traits.discount_trait(orders_of(("b", "2024-01-01", 9, 0, 5))) == []


def test_demographics_count_only_where_they_are_known():
    customers = pd.DataFrame({
        "customer_id": list("abcd"), "age_band": ["19-24", "65+", None, "65+"], "gender": ["f", "f", "f", "f"],
    })
    (trait,) = persona_traits.demographic_traits(customers)
    assert (trait.kind, trait.unit) == ("age", "customers")
    assert sorted(trait.exposure.index) == ["a", "b", "d"]


def test_a_way_of_writing_unknown_is_not_a_value_and_a_tier_is_described_only():
    customers = pd.DataFrame({
        "customer_id": list("abcd"), "gender": ["f", "m", "未知", " Unknown "], "loyalty_tier": ["gold", "none", "tin", None],
    })
    found = {trait.kind: trait for trait in persona_traits.demographic_traits(customers)}
    assert sorted(found["gender"].exposure.index) == ["a", "b"] and found["gender"].is_tested
    assert sorted(found["loyalty tier"].exposure.index) == ["a", "c"] and not found["loyalty tier"].is_tested


def test_cities_that_only_rename_regions_are_left_out_and_so_are_identifiers():
    people = pd.DataFrame({"customer_id": [str(i) for i in range(60)], "region": ["N", "S"] * 30, "city": ["n", "s"] * 30,
                           "occupation": [f"job {i}" for i in range(60)]})
    assert [trait.kind for trait in persona_traits.demographic_traits(people)] == ["region"]
    towns = people.assign(city=["n", "s", "n2", "s"] * 15)
    assert [trait.kind for trait in persona_traits.demographic_traits(towns)] == ["region", "city"]


def test_sales_channels_count_orders_where_there_is_more_than_one():
    one = orders_of(("a", "2024-01-01", 9, 0, 5), ("a", "2024-01-02", 9, 0, 5), channel="store")
    two = one.union(orders_of(("b", "2024-01-01", 9, 0, 5)))
    assert [trait.kind for trait in persona_traits.order_traits(one)] == ["weekday"]
    channel = {trait.kind: trait for trait in persona_traits.order_traits(two)}["channel"]
    assert flat(channel) == {("a", "store"): 2.0, ("b", "web"): 1.0}


def test_orders_and_products_after_the_snapshot_do_not_count():
    orders = orders_of(("a", "2024-01-01", 9, 0, 5), ("a", "2024-01-02", 9, 0, 5), (None, "2024-01-01", 9, 0, 5))
    assert persona_traits.orders_until(orders, as_of=pd.Timestamp("2024-01-01")).count().execute() == 1
    lines = pd.DataFrame({"transaction_id": ["1", "2"], "customer_id": "a", "product_id": ["p1", "p2"], "quantity": 1.0,
                          "discount": 0.0, "revenue": [3.0, 4.0]})
    lines["order_date"] = pd.to_datetime(["2024-01-01", "2024-03-01"]).date
    kinds = {"transaction_id": "string", "customer_id": "string", "product_id": "string", "quantity": "float64",
             "discount": "float64", "revenue": "float64", "order_date": "date"}
    lines = ibis.memtable(lines, schema=kinds)
    rolled = rollups.roll_up_customer_products(lines)
    early = persona_traits.bought_until(rolled, lines, as_of=pd.Timestamp("2024-02-01"))
    assert early.to_pandas()["revenue"].tolist() == [3.0]
    assert persona_traits.bought_until(rolled, lines, as_of=pd.Timestamp("2024-03-01")) is rolled


def test_a_missing_category_is_compared_among_customers_of_equal_breadth():
    products = pd.DataFrame({"product_id": [f"p{i}" for i in range(20)], "department": ["D", "E"] * 10,
                             "category": [f"k{i % 4}" for i in range(20)], "brand": None})
    rows = [(f"narrow{i}", f"p{i % 4}") for i in range(40)] + [(f"wide{i}", f"p{j}") for i in range(40) for j in range(12)]
    bought = pd.DataFrame(rows, columns=["customer_id", "product_id"]).assign(revenue=1.0)
    (trait,) = persona_traits.gap_trait(ibis.memtable(bought), ibis.memtable(products))
    assert trait.strata["narrow0"] == trait.strata["narrow39"] < trait.strata["wide0"]
    assert flat(trait)[("wide0", "k3")] == 1.0 and ("narrow0", "k3") not in flat(trait)
    assert persona_traits.gap_trait(ibis.memtable(bought).filter(ibis.literal(False)), ibis.memtable(products)) == []
