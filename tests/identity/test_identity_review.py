import csv
from datetime import date

import ibis
import pandas as pd
import pytest

from helpers.errors import UserError
from helpers.identity import identity_review
from helpers.identity.identity import Links, Settings
from helpers.identity.identity_clusters import cluster
from helpers.identity.identity_comparisons import NAMES
from helpers.identity.identity_model import Model


def pair(left, right, weight, *, name=0, phone=0, contradicts=False):
    row = {
        "key_l": left,
        "key_r": right,
        "match_weight": float(weight),
        "match_probability": 1 / (1 + 2.0**-weight),
        "contradicts": contradicts,
        "blocked": True,
    }
    row |= {f"level_{field}": 0 for field in NAMES} | {f"weight_{field}": 0.0 for field in NAMES}
    return row | {"level_name": 1, "weight_name": name, "level_phone": 1 if phone else 0, "weight_phone": phone}


def links(*pairs, keys):
    return Links(
        pd.DataFrame(list(pairs)),
        pd.DataFrame({"record_key": list(keys), "national_id": None, "n_rows": 1}),
        Model({}, {}, 1e-4),
        Settings(),
    )


def standardised(keys):
    return ibis.memtable(
        {
            "record_key": list(keys),
            "name": [f"李{key}" for key in keys],
            "phone": ["+8613800001234"] * len(keys),
            "birth_date": [date(1990, 5, 6)] * len(keys),
        }
    )


def table(some, keys, **options):
    return identity_review.review_table(some, cluster(some.pairs, some.records), standardised(keys), **options)


def test_the_waterfall_starts_with_the_prior_and_ends_at_the_match_weight():
    steps = identity_review.weights_of(pd.Series(pair("a", "b", 7.5, name=9.5, phone=12.0)))
    assert steps.values.tolist() == [
        ["prior", "two records taken at random", -14.0, -14.0],
        ["name", "same name", 9.5, -4.5],
        ["phone", "same phone", 12.0, 7.5],
    ]


def test_a_limit_on_a_pair_is_a_step_of_its_own():
    steps = identity_review.weights_of(pd.Series(pair("a", "b", 0, name=15.0)), prior_weight=-14.0)
    assert steps[["comparison", "weight", "cumulative"]].values.tolist()[-1] == ["limit", -1.0, 0.0]


def test_pairs_between_the_limits_and_strong_contradictions_are_asked_about():
    some = links(
        pair("a", "b", 0, name=12),
        pair("a", "c", 8, name=20),
        pair("d", "e", -6, name=6),
        pair("d", "f", 9, phone=20, contradicts=True),
        keys="abcdef",
    )
    asked = table(some, "abcdef")
    assert asked[["key_l", "key_r", "why"]].values.tolist() == [
        ["a", "b", "between the limits"],
        ["d", "f", "names or ids contradict"],
    ]
    assert asked["decision"].tolist() == ["", ""]
    assert asked.loc[0, "evidence"] == "same name (+12.0)" and asked.loc[0, ["name_l", "name_r"]].tolist() == ["李a", "李b"]


def test_links_that_were_cut_are_asked_about():
    some = links(pair("a", "p", 10, phone=20), pair("b", "p", 6, phone=20), pair("a", "b", 15, contradicts=True), keys="abp")
    asked = table(some, "abp")
    assert ["b", "p"] in asked[["key_l", "key_r"]].values.tolist()


def test_decided_pairs_come_last_with_their_decision_and_both_records():
    some = links(pair("a", "b", 0, name=12), pair("c", "d", 0, name=12), keys="abcd")
    decided = pd.DataFrame(
        {"key_l": ["a", "c", "c"], "key_r": ["b", "e", "x"], "decision": ["different", "same", "same"], "line": [2, 3, 4]}
    )
    asked = table(some, "abcde", decisions=decided)
    columns = ["key_l", "key_r", "decision", "probability", "why", "evidence", "name_l", "name_r"]
    assert asked[columns].values.tolist() == [
        ["c", "d", "", 0.5, "between the limits", "same name (+12.0)", "李c", "李d"],
        ["a", "b", "different", 0.5, "decided", "same name (+12.0)", "李a", "李b"],
        ["c", "e", "same", "", "decided", "", "李c", "李e"],
        ["c", "x", "same", "", "decided", "", "李c", ""],
    ], "no pair was scored for c and e; x is no record any more"
    assert table(links(pair("c", "e", -9), keys="ce"), "ce", decisions=decided)["probability"].tolist() == ["", 0.002, ""]


def test_the_file_of_a_run_gives_its_decisions_to_the_next(tmp_path):
    some = links(pair("a", "b", 0, name=12), pair("c", "d", 0, name=12), keys="abcd")
    decided = pd.DataFrame({"key_l": ["a"], "key_r": ["b"], "decision": ["same"], "line": [2]})
    path = identity_review.write(table(some, "abcd", decisions=decided), tmp_path / "review.csv")
    assert identity_review.read(path).values.tolist() == [["a", "b", "same", 3]]


def test_records_without_a_doubtful_pair_give_an_empty_table():
    some = links(pair("a", "b", 12, name=20), keys="abc")
    assert table(some, "abc").empty


def test_a_question_that_joins_more_records_comes_first():
    some = links(pair("a", "b", 0, name=12), pair("c", "d", 0, name=12), pair("c", "e", 9, phone=20), keys="abcde")
    assert table(some, "abcde")["key_l"].tolist() == ["c", "a"]
    assert len(table(some, "abcde", most=1)) == 1


@pytest.mark.parametrize("text", [
    "=1+1", "+8613800001234", "-12.5", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u3000＝1", "＋1", "－1", "＠x", "\ufeff=1", "\n=1",
    "'quoted",
])
def test_no_text_is_a_formula_in_the_file_and_each_comes_back(tmp_path, text):
    frame = pd.DataFrame({"key_l": [text], "key_r": ["zzz"], "decision": ["same"], "name_l": [text]})
    path = identity_review.write(frame, tmp_path / "review.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))[1]
    assert cells == [f"'{text}", "zzz", "same", f"'{text}"], "an apostrophe makes it text to a spreadsheet"
    assert set(identity_review.read(path)[["key_l", "key_r"]].iloc[0]) == {text, "zzz"}


@pytest.mark.parametrize("text", ["Ann-Marie", "a=b", "a@example.com", "138-0000-0001", "2026-01-02", " x", ""])
def test_plain_text_stays_as_it_is_in_the_file(tmp_path, text):
    path = identity_review.write(pd.DataFrame({"key_l": [text], "key_r": ["z"], "decision": [""]}), tmp_path / "review.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][0] == text


def test_the_file_is_for_its_owner_and_excel_and_keeps_phones_in_a_round_trip(tmp_path):
    frame = pd.DataFrame(
        {"key_l": ["=1+1", "+86"], "key_r": ["b", "'c"], "decision": ["same", "不同人"], "phone_l": ["+8613800001234", "-x"]}
    )
    path = identity_review.write(frame, tmp_path / "review.csv")
    raw = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600 and raw.startswith(b"\xef\xbb\xbf") and list(tmp_path.iterdir()) == [path]
    assert "'+8613800001234" in raw.decode("utf-8-sig") and ",=1+1" not in raw.decode("utf-8-sig")
    back = identity_review.read(path)
    assert sorted(back[["key_l", "key_r", "decision"]].values.tolist()) == [["'c", "+86", "different"], ["=1+1", "b", "same"]]


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-8", ";"), ("gb18030", ","), ("utf-8", "\t")])
def test_what_excel_saves_is_read(tmp_path, encoding, delimiter):
    path = tmp_path / "review.csv"
    lines = [["key_l", "key_r", "decision", "note"], ["b", "a", "同一人", "李娜"], ["a", "c", "", ""], ["", "", "", ""]]
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert identity_review.read(path).values.tolist() == [["a", "b", "same", 2]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key_l,key_r\na,b\n", "review.csv:1 lacks column 'decision'"),
        ("", "review.csv:1 lacks column"),
        ("key_l,key_r,decision\na,b,maybe\n", "review.csv:2 decision must be"),
        ("key_l,key_r,decision\na,b,same\nb,a,different\n", "review.csv:3 .*line 2"),
        ("key_l,key_r,decision\na,a,same\n", "review.csv:2 names no two records"),
        ("key_l,key_r,decision\na,b\n", "review.csv:2 has 2 cells"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "review.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as error:
        identity_review.read(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="review.csv is not there"):
        identity_review.read(tmp_path / "review.csv")
