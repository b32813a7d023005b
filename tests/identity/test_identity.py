import ibis
import numpy as np
import pandas as pd
import pytest

from helpers.identity import (
    identity,
    identity_clusters,
    identity_comparisons,
    identity_fields,
    identity_model,
    identity_quality,
    identity_records,
)
from identity_people import chinese_people, febrl_folder, febrl_people


def linked(rows, *, country="CN", threads=2, settings=None):
    """Standardise and link rows of people; return Links."""
    return linked_on(ibis.duckdb.connect(threads=threads), rows, country=country, settings=settings)


def linked_on(connection, rows, *, country="CN", settings=None):
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
    frame = frame.astype(object).where(frame.notna(), None)
    if "birth_date" in frame:
        frame = frame.assign(birth_date=pd.to_datetime(frame["birth_date"]))
    connection.con.register("frame", frame)
    connection.con.execute("CREATE TABLE people AS SELECT * FROM frame")
    table, _ = identity_fields.standardise(connection.table("people"), country=country, connection=connection)
    return identity.link(table, connection=connection, settings=settings)


def probability(links, left, right):
    found = links.pairs[(links.pairs["key_l"] == left) & (links.pairs["key_r"] == right)]
    return float(found["match_probability"].iloc[0]) if len(found) else 0.0


LI_NA = {"full_name": "李娜", "phone": "13800001111", "email": "li.na@example.com"}
WANG = {"full_name": "王强", "phone": "13900002222"}


def test_two_records_are_enough():
    links = linked([{"customer_id": "a", **LI_NA}, {"customer_id": "b", **LI_NA, "full_name": "LI, Na"}])
    assert probability(links, "a", "b") > 0.99
    assert links.counts["n_records"] == 2


def test_two_records_of_two_persons_stay_two():
    links = linked([{"customer_id": "a", **LI_NA}, {"customer_id": "b", **WANG}])
    assert probability(links, "a", "b") < 0.01


@pytest.mark.parametrize(
    "rows",
    [
        [{"customer_id": "a", "full_name": "李娜"}],
        [{"customer_id": "a"}, {"customer_id": "b"}],
        [{"customer_id": str(n), "gender": "F"} for n in range(50)],
    ],
)
def test_one_record_no_fields_or_a_constant_column_give_no_pairs(rows):
    links = linked(rows)
    assert len(links.records) == len(rows) and not (links.pairs["match_probability"] >= 0.5).any()


def test_an_empty_table_is_no_error():
    connection = ibis.duckdb.connect()
    connection.con.execute("CREATE TABLE people (customer_id VARCHAR, full_name VARCHAR)")
    table, _ = identity_fields.standardise(connection.table("people"), connection=connection)
    links = identity.link(table, connection=connection)
    assert len(links.pairs) == 0 and len(identity_clusters.cluster(links.pairs, links.records).clusters) == 0


@pytest.mark.slow
def test_parts_of_the_work_give_what_the_whole_gives(monkeypatch):
    rows = [{"customer_id": f"{n}{copy}", "full_name": f"李{c}", "phone": f"1380000111{n}"} for n, c in enumerate("娜强敏")
            for copy in "abc"]
    whole = linked(rows).pairs
    monkeypatch.setattr(identity, "UNITS_AT_A_TIME", 1)
    assert len(whole) == 6 and whole["key_l"].tolist() == ["0a", "0a", "1a", "1a", "2a", "2a"]
    pd.testing.assert_frame_equal(linked(rows).pairs, whole)


def test_what_link_needed_is_dropped_and_forget_leaves_nothing():
    connection = ibis.duckdb.connect()
    linked_on(connection, [{"customer_id": "a", **LI_NA}, {"customer_id": "b", **LI_NA}, {"customer_id": "c", **WANG}])
    tables = "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'identity%' ORDER BY ALL"
    assert connection.con.execute(tables).df()["table_name"].tolist() == [
        "identity_candidates",
        "identity_corrections",
        "identity_keys",
        "identity_standardised",
    ]
    identity.forget(connection)
    assert not connection.con.execute(tables).fetchall()
    assert not connection.con.execute("SELECT view_name FROM duckdb_views() WHERE view_name LIKE 'identity%'").fetchall()


def test_a_name_alone_links_nobody():
    links = linked(
        [{"customer_id": str(n), "full_name": "王伟"} for n in range(30)]
        + [{"customer_id": f"x{n}", "full_name": f"李{c}"} for n, c in enumerate("强芳军敏静")]
    )
    assert (links.pairs["match_probability"] <= 0.5).all()


def test_exact_duplicates_under_many_keys_are_one_person():
    links = linked([{"customer_id": f"order:{n:03d}", **LI_NA} for n in range(300)] + [{"customer_id": "z", **WANG}])
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    assert links.counts["n_distinct"] == 2 and clusters.value_counts().tolist() == [300, 1]


def test_rows_of_one_key_are_one_record_whose_every_phone_counts():
    links = linked(
        [
            {"customer_id": "a", **LI_NA},
            {"customer_id": "a", "full_name": "李娜", "phone": "13700003333"},
            {"customer_id": "b", "full_name": "Li Na", "phone": "13700003333"},
        ]
    )
    assert len(links.records) == 2 and probability(links, "a", "b") > 0.9


def test_a_family_that_shares_phone_and_address_is_not_one_person():
    home = {"phone": "13800001111", "address": "建设路1号2栋3单元401", "city": "深圳"}
    links = linked(
        [
            {"customer_id": "a", "full_name": "李娜", **home},
            {"customer_id": "b", "full_name": "李强", **home},
            {"customer_id": "c", "full_name": "Li Na", **home},
            {"customer_id": "d", **home},
        ]
    )
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    assert clusters["a"] == clusters["c"] != clusters["b"]
    assert clusters["d"] not in (clusters["a"], clusters["b"]), "the phone does not say which of the two it was"


def test_a_phone_of_two_names_that_begin_alike_does_not_say_whose_a_nameless_record_is():
    links = linked(
        [
            {"customer_id": "a", "full_name": "王萍杰", "phone": "13800001111", "email": "pj@example.com"},
            {"customer_id": "b", "full_name": "王萍鑫", "phone": "13800001111", "email": "px@example.com"},
            {"customer_id": "c", "phone": "13800001111"},
            {"customer_id": "d", "full_name": "王女士", "phone": "13800001111"},
        ]
    )
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    assert clusters.nunique() == 4


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("雷倩", "雷倩倩", "one character more"),
        ("刘飞龙", "刘飞", "one character more"),
        ("江思磊", "江磊", "one character more"),
        ("王萍杰", "王萍鑫", "one character differs"),
        ("欧阳小明", "欧阳大明", "one character differs"),
        ("王萍杰", "王云鑫", "same family name, other Chinese given name"),
        ("王女士", "梁振明", "other Chinese family name"),
        ("王女士", "王萍杰", "what is given of the name agrees"),
    ],
)
def test_chinese_names_are_compared_character_by_character(one, other, level):
    phone = {"phone": "13800001111"}
    links = linked(
        [{"customer_id": "a", "full_name": one, **phone}, {"customer_id": "b", "full_name": other, **phone}],
        settings=identity.Settings(review_from=1e-12),
    )
    words = [level.words for level in identity_comparisons.COMPARISONS[0].levels]
    assert [words[found - 1] for found in links.pairs["level_name"]] == [level]


def test_a_character_more_is_a_slip_where_phone_and_e_mail_agree_and_a_sibling_elsewhere():
    phone = {"phone": "13800001111"}
    links = linked(
        [
            {"customer_id": "a", "full_name": "雷倩", "email": "leiqian@example.com", **phone},
            {"customer_id": "b", "full_name": "雷倩倩", "email": "leiqian@example.com", **phone},
            {"customer_id": "c", "full_name": "刘飞", "email": "liufei@example.com", "phone": "13900002222"},
            {"customer_id": "d", "full_name": "刘飞龙", "email": "feilong@example.com", "phone": "13900002222"},
        ]
    )
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    assert clusters["a"] == clusters["b"] and clusters["c"] != clusters["d"]


def test_names_of_one_sound_with_other_birth_dates_are_two_persons():
    home = {"city": "深圳", "address": "建设路1号2栋3单元401"}
    links = linked(
        [
            {"customer_id": "a", "full_name": "陈然梓", "birth_date": "1990-08-24", **home},
            {"customer_id": "b", "full_name": "陈然子", "birth_date": "2019-05-01", **home},
        ]
    )
    assert identity_clusters.cluster(links.pairs, links.records).report["n_clusters"] == 2


def test_a_slip_in_a_familys_phone_tells_no_more_than_the_phone():
    family = [
        {"customer_id": "a", "full_name": "李娜", "phone": "13800001111"},
        {"customer_id": "b", "full_name": "李强", "phone": "13800001111"},
    ]
    others = [
        {"customer_id": f"x{n}", "full_name": f"王{c}", "phone": f"139{n:04d}77{n:02d}"}
        for n, c in enumerate("芳军敏静丽磊洋勇")
    ]
    slip = [{"customer_id": "c", "full_name": "李强", "phone": "13800001119"}, {"customer_id": "d", "phone": "13800001111"}]
    links = linked(family + others + slip)
    assert probability(links, "c", "d") < 0.9


def test_a_phone_of_many_names_is_a_shop_and_links_nobody():
    names = [family + given for family in "王李张刘陈杨" for given in "伟芳娜敏静"]
    links = linked([{"customer_id": f"{n:02d}", "full_name": name, "phone": "13800001111"} for n, name in enumerate(names)])
    assert links.counts["n_present"]["phone"] == 0


def test_two_national_ids_contradict_whatever_else_agrees():
    links = linked(
        [
            {"customer_id": "a", **LI_NA, "national_id": "11010519491231002X"},
            {"customer_id": "b", **LI_NA, "national_id": "440301199001011234"},
        ]
    )
    assert links.pairs["contradicts"].tolist() == [True]
    assert identity_clusters.cluster(links.pairs, links.records).report["n_clusters"] == 2


def test_patterns_pack_and_unpack_levels():
    assert identity_comparisons.unpack(np.array([0x21])).loc[0, ["name", "phone", "email"]].tolist() == [1, 2, 0]
    for comparison in identity_comparisons.COMPARISONS:
        assert len(comparison.levels) <= 15 and not comparison.levels[-1].condition, comparison.name
        assert sum(level.m for level in comparison.levels) == pytest.approx(1, abs=0.02), comparison.name
    conflicts = {*identity_comparisons.CHINESE_CONFLICTS, *identity_comparisons.CONFLICTS}
    assert conflicts <= {level.words for level in identity_comparisons.COMPARISONS[0].levels}
    partly = identity_comparisons.COMPARISONS[0].levels[identity_comparisons.PARTLY_NAMED - 1]
    assert partly.words == "what is given of the name agrees"


def test_em_recovers_planted_weights():
    """Gender alone.

    Of 1,000,000 random pairs half agree; of 2,000 blocked true pairs 90 % agree beside an equal national id.
    """
    same, other, ids = 1, 2, 1 << (4 * identity_comparisons.NAMES.index("national_id"))
    gender = 4 * identity_comparisons.NAMES.index("gender")
    blocked = pd.DataFrame({"pattern": [(same << gender) + ids, (other << gender) + ids], "n": [1_800, 200]})
    random = pd.DataFrame({"pattern": [same << gender, other << gender], "n": [500_000, 500_000]})
    model = identity_model.learn(blocked, random, n_records=4_000, n_present={"gender": 4_000, "national_id": 4_000})
    assert model.m["gender"][0] == pytest.approx(0.90, abs=0.01) and model.u["gender"][0] == pytest.approx(0.50, abs=0.001)
    assert model.prior == pytest.approx(2_000 / (4_000 * 3_999 / 2), rel=0.02)


@pytest.mark.slow
def test_neither_order_nor_threads_change_a_weight():
    people, _ = chinese_people(400, seed=3)
    columns = ["key_l", "key_r", "match_weight", "contradicts"]
    one = linked(people, threads=1).pairs[columns]
    other = linked(people.sample(frac=1, random_state=5), threads=4).pairs[columns]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_hard_chinese_records_are_linked_with_few_errors(seed):
    people, truth = chinese_people(3_000, seed=seed)
    connection = ibis.duckdb.connect()
    links = linked_on(connection, people)
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    quality = identity_quality.pairwise(clusters, truth, n_bootstrap=0).set_index("measure")["value"]
    assert quality["precision"] >= 0.99 and quality["f1"] >= 0.97
    assert identity_quality.blocking_recall(identity_records.candidate_pairs(connection), truth) >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("files", [("dataset3.csv",), ("dataset4a.csv", "dataset4b.csv")])
def test_febrl_without_social_security_number_reaches_99_percent(files):
    folder = febrl_folder()
    if folder is None:
        pytest.fail("FEBRL is missing: make .venv/.dev-installed installs requirements-febrl.lock")
    people, truth = febrl_people(*files, folder=folder)
    links = linked(people, country="AU")
    clusters = identity_clusters.cluster(links.pairs, links.records).clusters
    quality = identity_quality.pairwise(clusters, truth, n_bootstrap=0).set_index("measure")["value"]
    assert quality["f1"] >= 0.99 and quality["precision"] >= 0.99
