"""aspects.py: what sentences are about, the dictionary and its changes, clauses, and mistakes that are said in one line."""

import numpy as np
import pandas as pd
import pytest

from aspect_sentences import EN, ZH
from helpers import datasets, paths
from helpers.errors import UserError
from helpers.texts import word_lists
from helpers.voc import aspects


def texts(*written: str | None) -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": [f"f{i}" for i in range(len(written))], "text": pd.Series(written, dtype="str")})


@pytest.fixture(scope="module")
def shipped() -> word_lists.Dictionary:
    return word_lists.Dictionary(datasets.read_yaml(aspects.SHIPPED, word_lists.WordFile).root)


def found_in(sentences, dictionary) -> list[set[str]]:
    table = aspects.mentions(texts(*sentences), dictionary).groupby("feedback_id")["aspect"].agg(set)
    return [table.get(f"f{i}", set()) for i in range(len(sentences))]


@pytest.mark.parametrize("cases", [EN, ZH], ids=["en", "zh"])
def test_hand_written_sentences_are_about_what_they_say(cases, shipped):
    wanted = [set(filter(None, names.split(", "))) for _, names in cases]
    found = found_in([sentence for sentence, _ in cases], shipped)
    wrong = [(case[0], sorted(f), sorted(w)) for case, f, w in zip(cases, found, wanted, strict=True) if f != w]
    hits = sum(len(f & w) for f, w in zip(found, wanted, strict=True))
    assert len(cases) >= 60
    assert hits / sum(map(len, wanted)) >= 0.9, wrong
    assert hits / sum(map(len, found)) >= 0.9, wrong
    assert {name for names in wanted for name in names} == set(shipped.names), "an aspect is not tested"


def small(**words) -> word_lists.Dictionary:
    return word_lists.Dictionary({name: word_lists.Words(**found) for name, found in words.items()})


@pytest.mark.parametrize(("word", "text", "is_found"), [
    ("box", "two boxes", True), ("cost", "costs", True), ("ship*", "shipment", True), ("ship", "shipment", False),
    ("ship", "friendship", False), ("app", "用app下单", True), ("app", "happy", False), ("rip off", "a rip-off", True),
    ("can't find", "I can’t find it", True), ("DHL", "dhl came", True), ("fell apart", "fell\n  apart", True),
    ("物流", "物流快", True),
])
def test_a_word_is_found_whole_with_its_plural_and_its_endings(word, text, is_found):
    dictionary = small(it={"en": (word,)})
    assert (len(aspects.mentions(texts(text), dictionary)) > 0) == is_found


def test_a_negation_is_a_mention_and_null_is_none(shipped):
    assert found_in(["No problem with the price.", None, ""], shipped) == [{"price"}, set(), set()]
    assert aspects.mentions(texts(None), shipped).empty


@pytest.mark.parametrize(("text", "names"), [
    ("收货地址错了", set()), ("收货很快", {"delivery"}), ("收货地址错了，收货也慢", {"delivery"}),
    ("优惠券根本用不了", {"price"}), ("相机用不了", {"quality"}),
])
def test_within_an_exception_a_word_does_not_count_but_other_aspects_do(text, names, shipped):
    assert found_in([text], shipped) == [names]


def test_a_clause_ends_at_a_comma_or_a_turn_and_a_bare_one_brings_its_sentence():
    dictionary = small(delivery={"en": ("shipping",), "zh": ("物流",)}, price={"en": ("price",), "zh": ("价格",)})
    table = aspects.mentions(texts("Shipping was slow but the price is fine. Bye.", "物流，价格都好！真的"), dictionary)
    assert table["clause"].tolist() == ["shipping was slow", "but the price is fine.", "物流，价格都好！", "价格都好！"]
    assert table["sentence"].tolist() == ["Shipping was slow but the price is fine."] * 2 + ["物流，价格都好！"] * 2
    assert table["feedback_id"].tolist() == ["f0", "f0", "f1", "f1"]


@pytest.mark.parametrize(("text", "clause"), [
    ("质量不但不好而且包装破了", "质量不但不好而且包装破了"), ("质量非但没提高还更差", "质量非但没提高还更差"),
    ("质量再好不过", "质量再好不过"), ("质量再合适不过", "质量再合适不过"), ("质量只不过一般", "质量只不过一般"),
    ("质量好下次再来不过太贵", "质量好下次再来"),
    ("这个质量敏感肌用了不过敏", "这个质量敏感肌用了不过敏"), ("质量不过关", "质量不过关"),
    ("质量一般不过分量足", "质量一般"), ("质量好不过太贵", "质量好"), ("质量好但太贵", "质量好"), ("质量好但是太贵", "质量好"),
    ("质量好不过敏感肌别买", "质量好"),
])
def test_a_turn_is_no_part_of_another_word(text, clause):
    assert aspects.mentions(texts(text), small(quality={"zh": ("质量",)}))["clause"].tolist() == [clause]


def test_and_ends_a_clause_only_where_several_aspects_share_it():
    dictionary = small(delivery={"en": ("shipping",)}, price={"en": ("price",)})
    table = aspects.mentions(texts("Shipping was slow and the price is fair", "Shipping was slow and it broke"), dictionary)
    assert table["clause"].tolist() == ["shipping was slow", "and the price is fair", "shipping was slow and it broke"]


@pytest.mark.parametrize(("text", "clause"), [
    ("质量很好，价格高", "价格高"), ("质量很好，价格贵", "价格贵"), ("质量很好，价格", "质量很好，价格"),
])
def test_one_chinese_character_or_a_second_word_judges_already(text, clause):
    dictionary = small(price={"zh": ("价格", "贵")})
    assert aspects.mentions(texts(text), dictionary)["clause"].tolist() == [clause]


@pytest.mark.parametrize("text", [
    "this easy mix fills the bill", "he bills this sauce as dinner to go", "our long term care facility",
    "then go with solixir", "energy without the jolt/ crash feeling",
    "which i've deleted and replaced with this video", "a perfect replacement",
    "then the assortment is the perfect place to start", "does wonders for my gym locker",
    "sardines packed in oil", "confused about it being stock",
])
def test_what_only_sounds_like_an_aspect_is_none(text, shipped):
    assert [shipped.names[i] for i in shipped.find(text)[2]] == []


def test_an_aspect_counts_once_a_clause(shipped):
    table = aspects.mentions(texts("The price, yes the price and the cost. Price!"), shipped)
    assert len(table) == 3


def test_the_order_of_rows_does_not_matter(shipped):
    frame = texts(*(sentence for sentence, _ in EN + ZH))
    a = aspects.mentions(frame, shipped)
    b = aspects.mentions(frame.sample(frac=1, random_state=3), shipped)
    key = ["feedback_id", "aspect", "clause"]
    pd.testing.assert_frame_equal(a.sort_values(key, ignore_index=True), b.sort_values(key, ignore_index=True))


# --- a data set's own words


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    file = paths.dataset("shop") / "aspects.yml"
    file.parent.mkdir(parents=True)
    return file


def test_a_data_set_adds_removes_and_leaves_out(own):
    own.write_text("delivery:\n  zh: [跑腿]\n  remove: [物流]\nprice:\n  leave_out: true\nlive stream:\n  zh: [直播]\n"
                   "  except: [直播间门口]\nstores:\n", encoding="utf-8")
    dictionary = aspects.read_aspects("shop")
    assert found_in(["跑腿快", "物流慢", "太贵了", "直播有趣", "直播间门口"], dictionary) == [
        {"delivery"}, set(), set(), {"live stream"}, set()]
    assert "stores" in dictionary.names, "an aspect without changes stays as it is"


@pytest.mark.parametrize("content", ["", "# nothing yet\n"])
def test_without_changes_the_shipped_words_count(own, content):
    own.write_text(content, encoding="utf-8")
    with_file = aspects.read_aspects("shop")
    own.unlink()
    assert with_file.entries == aspects.read_aspects("shop").entries


@pytest.mark.parametrize(("content", "said"), [
    ("price:\n  zhh: [贵]\n", r"aspects.yml:2: key 'price.zhh': unknown key; did you mean 'zh'\?"),
    ("price:\n  en: dear\n", r"aspects.yml:2: key 'price.en'"),
    ("price:\n  en:\n  - fine\n  - no\n", r"aspects.yml:4: key 'price.en.1'"),
    ("price:\n  en: ['de(ar']\n", "write words of at most 40 characters"),
    ("price: [dear]\n", "aspects.yml:1: key 'price'"),
    ("- price\n", "whole file"),
    ("prices:\n  leave_out: true\n", r"'prices' is unknown.*did you mean 'price'\?"),
    ("subscription:\n", "'subscription' has no words"),
    ("price:\n  remove: [expensiv]\n", r"'expensiv' cannot be removed.*did you mean 'expensive'\?"),
    ("price: [\n", "not readable as YAML"),
])
def test_a_mistake_is_said_in_one_line(own, content, said):
    own.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=said) as error:
        aspects.read_aspects("shop")
    assert "\n" not in str(error.value)


def test_an_aspect_that_loses_all_its_words_is_left_out_on_purpose_only(own, monkeypatch):
    own.write_text("payment:\n  remove: [bank]\n", encoding="utf-8")
    (own.parent / "shipped").mkdir()
    monkeypatch.setattr(aspects, "SHIPPED", own.parent / "shipped" / "aspects.yml")
    aspects.SHIPPED.write_text("payment:\n  en: [bank]\n", encoding="utf-8")
    with pytest.raises(UserError, match="no words left: write leave_out: true instead"):
        aspects.read_aspects("shop")


def test_a_file_that_is_added_later_is_noted_before_it_is_there(own):
    from helpers import tables
    from helpers.texts import texts_chinese

    tables.use("shop")
    aspects.read_aspects("shop")
    texts_chinese.read_dictionary("shop")
    raw = tables.trace()["raw"]
    assert raw[str(own)] is None and raw[str(own.with_name("dictionary.txt"))] is None
    assert raw[str(aspects.SHIPPED)] is not None


def test_many_texts_at_once_are_read_like_each_alone(shipped):
    rng = np.random.default_rng(0)
    parts = [sentence for sentence, _ in EN + ZH]
    frame = texts(*(" ".join(rng.choice(parts, 2)) + f" {i}" for i in range(400)))
    table = aspects.mentions(frame, shipped)
    assert table["feedback_id"].nunique() > 360
    alone = pd.concat([aspects.mentions(frame.iloc[[i]], shipped) for i in range(0, 400, 40)], ignore_index=True)
    same = table[table["feedback_id"].isin(frame["feedback_id"].iloc[::40])].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone)
