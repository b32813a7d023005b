"""case_topics.py: which topics are failures, by the shipped words and a data set's own; mistakes in them take one line."""

import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.service.case_topics import is_failure, read_failures


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path))
    file = paths.dataset("shop") / "case_topics.yml"
    file.parent.mkdir(parents=True)
    return file


def failures_of(*topics: str) -> set[str]:
    every = pd.Series(topics)
    return set(every[is_failure(every, read_failures("shop"))])


def test_topics_that_name_something_that_went_wrong_are_failures_in_both_languages(own):
    bad = {"商品破损", "配送延误", "退款缓慢", "服务态度", "质量问题", "物流异常", "Damaged goods", "LATE DELIVERY",
           "item_missing", "Does not work", "Wrong item sent", "Refund - slow", "Charged twice", "Not-received"}
    good = {"查询物流", "会员积分", "积分过期", "开具发票", "质量咨询", "慢炖锅用法", "Invoice", "plates", "Lost password",
            "Change address", "Question about translation", "unknown", "no topic", "other topics", ""}
    assert failures_of(*bad, *good) == bad


def test_a_data_set_adds_words_and_whole_names_takes_some_away_or_all(own):
    own.write_text("failure:\n  zh: [退换货]\n  en: [No-show of the courier]\n  remove: [态度]\n  except: [late checkout]\n",
                   encoding="utf-8")
    assert failures_of("退换货", "服务态度", "商品破损", "Late checkout", "Late parcel", "no show of the courier") == {
        "退换货", "商品破损", "Late parcel", "no show of the courier"}
    own.write_text("failure:\n  leave_out: true\n", encoding="utf-8")
    assert failures_of("商品破损", "broken") == set()


@pytest.mark.parametrize(("content", "said"), [
    ("failures:\n  en: [rude]\n", "case_topics.yml: kind of topic 'failures' is unknown; known are failure"),
    ("failure:\n  english: [rude]\n", "case_topics.yml:2: key 'failure.english': unknown key"),
    ("failure:\n  remove: [brokn]\n", "'brokn' cannot be removed: it is not there; did you mean 'broken'"),
    ("failure:\n  en: ['a+b']\n", "write words of at most 40 characters"),
    ("failure: [\n", "not readable as YAML"),
])
def test_a_mistake_is_said_in_one_line(own, content, said):
    own.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_failures("shop")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
