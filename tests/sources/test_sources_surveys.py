"""Surveys as real files of real writers: questions, scales and answers as tables, in several languages; bad answers counted."""

import csv

import ibis
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from helpers import datasets, new_dataset, sources
from helpers.cleaning import cleaning
from helpers.cleaning.cleaning_rules import Settings
from helpers.collection import collection
from helpers.datasets import Source
from helpers.errors import UserError

BUSINESS = datasets.Business(currency="CNY", time_zone="Asia/Shanghai", contractual=False, snapshot_date="2025-12-31")
RULES = Settings(None, pd.Timestamp("2025-12-31"), "Asia/Shanghai")
ZH = ["您有多大可能推荐我们？", "配送如何？（1=非常好，5=非常差）", "好用吗？", "原因"]
EN = ["How likely are you to recommend us?", "How was the delivery? (1 = very good, 5 = very poor)", "Easy to use?", "Why?"]


@pytest.fixture
def raw(tmp_path):
    return tmp_path


def read(raw, system="files", pattern="*", feedback=None, **more) -> dict[str, pd.DataFrame]:
    """Return what a survey's source reads from raw/, by canonical table."""
    tables = {"feedback": {"feedback_id": "ID", "channel": "=survey"} | (feedback or {})} | more.pop("tables", {})
    source = Source(name="test", system=system, pattern=pattern, tables=tables, **more)
    module = sources.module(system)
    found = module.read(source, module.files(source, raw), business=BUSINESS, connection=ibis.duckdb.connect())
    return {name: table.order_by("source_row").to_pandas() for name, table in found.items()}


def write_csv(file, rows):
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


def write_xlsx(file, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(file)


def answers_of(tables, question) -> list:
    found = tables["survey_answers"]
    return found.loc[found["question_id"] == question, "answer"].tolist()


def question(tables, name, language="en") -> dict:
    found = tables["survey_questions"]
    return found[(found["question_id"] == name) & (found["language"] == language)].iloc[0].to_dict()


# --- languages, scales, words


@pytest.fixture(scope="module")
def two_languages(tmp_path_factory):
    raw = tmp_path_factory.mktemp("raw")
    write_xlsx(raw / "zh.xlsx", [
        ["ID", *ZH], ["a", 9, 1, "非常好用", "快"], ["b", 11, 5, "一般", None], ["c", None, 2, "好用", "慢"]])
    write_xlsx(raw / "en.xlsx", [["ID", *EN], ["d", 3, 4, "Very difficult", "slow"], ["e", 10, 1, "Easy", None]])
    feedback = {"nps": [ZH[0], EN[0]], "text": [ZH[3], EN[3]]}
    return read(raw, pattern="*.xlsx", feedback=feedback, survey="Autumn", questions={
        "delivery": [ZH[1], EN[1]], "app": [ZH[2], EN[2]]})


def test_the_same_question_in_two_languages_is_one_question_with_two_texts(two_languages):
    asked = two_languages["survey_questions"]
    assert asked.groupby("question_id")["language"].agg(list).to_dict() == {
        "nps": ["zh", "en"], "delivery": ["zh", "en"], "app": ["zh", "en"], "text": ["zh", "en"]}
    assert set(asked["survey"]) == {"Autumn"}
    assert question(two_languages, "delivery")["question"] == EN[1]
    kinds = {"nps": "nps", "delivery": "rating", "app": "rating", "text": "open"}
    assert asked.set_index("question_id")["kind"].to_dict() == kinds
    assert asked.loc[asked["question_id"] == "text", ["low", "high", "is_reversed"]].isna().all(axis=None)


def test_each_answer_that_is_there_is_a_row_and_empty_cells_are_none(two_languages):
    answers = two_languages["survey_answers"]
    assert sorted(zip(answers["feedback_id"], answers["question_id"], strict=True)) == sorted(
        [(who, name) for who in "abde" for name in ("nps", "delivery", "app")] + [("c", "delivery"), ("c", "app")])
    assert answers["source_row"].is_unique
    assert set(answers.loc[answers["feedback_id"].isin(["d", "e"]), "language"]) == {"en"}


def test_collected_answers_are_as_ticked_and_words_are_figures(two_languages):
    answers = two_languages["survey_answers"].set_index(["question_id", "feedback_id"])["answer"]
    assert answers["delivery"].to_dict() == {"a": 1, "b": 5, "c": 2, "d": 4, "e": 1}
    assert answers["app"].to_dict() == {"a": 5, "b": 3, "c": 4, "d": 1, "e": 4}
    assert question(two_languages, "delivery")["is_reversed"]
    assert question(two_languages, "app")["scale_from"] == "labels"


def test_an_nps_of_11_is_off_its_scale_and_the_rest_of_the_response_stays(two_languages):
    answers = two_languages["survey_answers"].set_index(["feedback_id", "question_id"])
    assert answers.loc[("b", "nps"), "problem"] == "answer off its scale"
    assert answers["problem"].notna().sum() == 1
    assert two_languages["feedback"].set_index("feedback_id")["text"].dropna().to_dict() == {"a": "快", "c": "慢", "d": "slow"}


def test_cleaning_turns_reversed_scales_round_sets_aside_what_is_off_them_and_loses_no_row(two_languages):
    collected = {name: ibis.memtable(frame.assign(source="survey").astype({"problem": "str"}))
                 for name, frame in two_languages.items() if name.startswith("survey")}
    kept, aside, log = cleaning.clean_table("survey_answers", collected["survey_answers"], RULES,
                                            questions=collected["survey_questions"])
    clean = kept.to_pandas().set_index(["question_id", "feedback_id"])["answer"]
    assert clean["delivery"].to_dict() == {"a": 5, "b": 1, "c": 4, "d": 2, "e": 5}, "1 = very good became 5"
    assert clean["nps"].to_dict() == {"a": 9, "d": 3, "e": 10}, "other scales stay"
    counts = log.set_index("rule")["rows_affected"]
    assert counts["scale turned round: its low end was the best one"] == 5
    assert counts["answer off its scale"] == 1
    balance = cleaning.reconcile(collected["survey_answers"], kept, aside, "survey_answers")
    told = ("rows_collected", "rows_clean", "rows_set_aside", "rows_missing")
    assert [balance[name] for name in told] == [14, 13, 1, 0]


def test_a_response_with_ratings_alone_is_not_empty(raw):
    write_csv(raw / "a.csv", [["ID", "Satisfied? 1-10", "Delivery"], ["a", 9, "Good"], ["b", "", ""]])
    found = read(raw, feedback={"csat": "Satisfied? 1-10"}, questions={"delivery": "Delivery"})
    arrived = {name: collection.conform(frame.astype({"problem": "str"}), name, "survey") for name, frame in found.items()}
    kept, aside, _ = cleaning.clean_table("feedback", arrived["feedback"], RULES, answers=arrived["survey_answers"])
    assert kept.to_pandas()["feedback_id"].tolist() == ["a"], "its scale of ten is no score of feedback, but an answer"
    assert aside.to_pandas()["reason"].tolist() == ["nothing was said"]


def test_scores_are_read_however_they_are_written_and_what_is_none_is_none(raw):
    asked = "How likely are you to recommend us? 您有多大可能推荐我们？（0–10）"
    written = {"9 - very likely": 9, "10/10": 10, "8,5": 8.5, "10 - 极有可能": 10, "0（完全不可能）": 0, "7分": 7, "nine": 9,
               "7 or 8": None, "4/5": None, "不适用": None, "Not applicable (N/A)": None, "12": 12}
    write_csv(raw / "a.csv", [["ID", asked], *([f"r{i}", answer] for i, answer in enumerate(written))])
    found = read(raw, feedback={"nps": asked})
    nps = found["feedback"]["nps"].tolist()
    assert [None if pd.isna(one) else one for one in nps] == list(written.values())
    problems = dict(zip(found["survey_answers"]["feedback_id"], found["survey_answers"]["problem"].fillna(""), strict=True))
    assert "r9" not in problems and "r10" not in problems  # 不适用, N/A: no answers
    assert {who for who, problem in problems.items() if problem} == {"r7", "r8", "r11"}


def test_feedback_takes_scores_so_that_more_is_better(raw):
    write_csv(raw / "a.csv", [["ID", "Satisfaction (1 = very satisfied, 5 = very dissatisfied)"], ["a", 1], ["b", 4]])
    found = read(raw, feedback={"csat": "Satisfaction (1 = very satisfied, 5 = very dissatisfied)"})
    assert found["feedback"]["csat"].tolist() == [5, 2]
    assert answers_of(found, "csat") == [1, 4], "as ticked; cleaning turns them round"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "header", "answers", "ends"), [
    ("csat", "Satisfaction, 1-7", ["7", "5", "1"], (1, 7)), ("csat", "Satisfied? 0–100", ["90%", "40%", "100%"], (0, 100)),
    ("ces", "How easy, from 1 to 5?", ["5", "4", "1"], (1, 5)), ("nps", "Recommend us? 1-5", ["5", "4", "1"], (1, 5)),
])
def test_a_score_on_another_scale_keeps_it_in_the_answers_and_is_none_in_feedback(raw, name, header, answers, ends):
    write_csv(raw / "a.csv", [["ID", header], *([f"r{i}", answer] for i, answer in enumerate(answers))])
    found = read(raw, feedback={name: header})
    assert found["feedback"][name].isna().all()
    assert found["feedback"]["problem"].isna().all()
    assert (question(found, name)["low"], question(found, name)["high"]) == ends
    assert answers_of(found, name) == [float(answer.rstrip("%")) for answer in answers]


def test_answers_in_words_are_scores(raw):
    answers = ("非常满意", "不满意", "一般", "不适用", "蓝色")
    write_csv(raw / "a.csv", [["ID", "满意度"], *([f"r{i}", answer] for i, answer in enumerate(answers))])
    found = read(raw, feedback={"csat": "满意度"})
    assert found["feedback"]["csat"].tolist()[:3] == [5, 2, 3]
    assert found["feedback"]["csat"].isna().tolist() == [False, False, False, True, True]
    assert found["survey_answers"]["problem"].fillna("").tolist() == ["", "", "", "answer is no rating"], "N/A is no answer"


def test_only_text_and_no_score_gives_feedback_alone(raw):
    write_csv(raw / "a.csv", [["ID", "Recommend us?", "Why?"], ["a", "", "slow"], ["b", "", "late"]])
    found = read(raw, feedback={"nps": "Recommend us?", "text": "Why?"})
    assert found["feedback"]["text"].tolist() == ["slow", "late"]
    assert "survey_answers" not in found


def test_several_open_answers_are_one_text(raw):
    header = ["ID", "Score", "Why?", "What would you improve?"]
    write_csv(raw / "a.csv", [header, ["a", 9, "fast", "more sizes"], ["b", 2, "", "all"]])
    found = read(raw, feedback={"nps": "Score", "text": ["Why?", "What would you improve?"]})
    assert found["feedback"]["text"].tolist() == ["fast\nmore sizes", "all"]
    assert found["survey_questions"]["question_id"].tolist() == ["nps", "text", "text_2"]


def test_stars_and_words_of_a_review_are_its_rating_and_what_is_neither_says_so(raw):
    write_csv(raw / "a.csv", [["ID", "Stars"], ["a", "★★★★☆"], ["b", "五星"], ["c", "3"], ["d", "blue"]])
    found = read(raw, feedback={"rating": "Stars"})["feedback"]
    assert found["rating"].tolist()[:3] == [4, 5, 3]
    assert found["problem"].fillna("").tolist() == ["", "", "", "rating is no float64"]


def test_columns_of_one_question_on_different_scales_are_refused_in_one_line(raw):
    write_csv(raw / "a.csv", [["ID", "Price? (1-5)", "价格（0-10）"], ["a", 3, 9]])
    with pytest.raises(UserError, match="have different scales \\(0–10, 1–5\\)"):
        read(raw, feedback={"nps": "Price? (1-5)"}, questions={"price": ["Price? (1-5)", "价格（0-10）"]})


def test_questions_in_the_data_set_may_state_their_scale():
    tables = {"feedback": {"feedback_id": "ID"}}
    source = Source(name="test", system="files", pattern="*", tables=tables,
                    questions={"price": {"columns": "Q7", "low": 1, "high": 6, "best": "low"}})
    assert source.questions["price"].best == "low"
    with pytest.raises(ValueError, match="low and high come together"):
        Source(name="test", system="files", pattern="*", tables=tables, questions={"price": {"columns": "Q7", "low": 1}})
    with pytest.raises(ValueError, match="questions need tables: feedback"):
        Source(name="test", system="files", pattern="*", tables={"products": {"product_id": "ID"}}, questions={"price": "Q7"})


# --- SPSS


@pytest.mark.slow
def test_an_spss_file_tells_questions_by_labels_and_scales_by_value_labels(raw):
    frame = pd.DataFrame({"ID": ["a", "b", "c"], "Q1": [10.0, 0.0, 7.0], "Q2": [1.0, 2.0, 5.0], "Q3": [2.0, 1.0, 99.0]})
    pyreadstat.write_sav(
        frame, raw / "survey.sav",
        column_labels=["ID", "您有多大可能推荐我们？", "How satisfied are you?", "Delivery"],
        variable_value_labels={
            "Q1": {0.0: "完全不可能", 10.0: "非常可能"},  # only the ends are labelled: codes stay
            "Q2": {1.0: "Very satisfied", 2.0: "Satisfied", 3.0: "Neutral", 4.0: "Dissatisfied", 5.0: "Very dissatisfied"},
            "Q3": {1.0: "Poor", 2.0: "Good", 99.0: "Don't know"}})
    found = read(raw, pattern="*.sav", feedback={"nps": "Q1", "csat": "Q2"}, questions={"delivery": "Q3"})
    assert question(found, "nps", "zh")["question"] == "您有多大可能推荐我们？"
    assert (question(found, "nps", "zh")["low"], question(found, "nps", "zh")["high"]) == (0, 10)
    assert question(found, "csat")["is_reversed"], "1 = very satisfied"
    assert found["feedback"]["csat"].tolist() == [5, 4, 1]
    assert found["feedback"]["nps"].tolist() == [10, 0, 7]
    assert answers_of(found, "delivery") == [2, 1], "99 = don't know is no answer"
    assert {row["scale_from"] for row in found["survey_questions"].to_dict("records")} == {"labels"}


# --- vendors


@pytest.mark.slow
def test_qualtrics_has_questions_below_its_codes_and_previews_do_not_count(raw):
    codes = ["StartDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId", "ExternalReference",
             "DistributionChannel", "UserLanguage", "Q1", "Q2"]
    texts = ["Start Date", "Response Type", "Progress", "Finished", "Recorded Date", "Response ID", "External Data Reference",
             "Distribution Channel", "User Language", "On a scale from 0-10, how likely are you to recommend us?", "Why?"]
    day = "2025-03-01 10:0"
    response = [f"{day}0:00", "IP Address", "100", "True", f"{day}2:00", "R_1", "M1", "email", "EN", "9", "Fast"]
    preview = [f"{day}0:00", "Survey Preview", "100", "True", f"{day}2:00", "R_2", "M2", "preview", "EN", "1", "x"]
    write_csv(raw / "q.csv", [codes, texts, [f'{{"ImportId":"{code}"}}' for code in codes], response, preview])
    found = read(raw, "survey_tools", export="qualtrics",
                 feedback={"feedback_id": "ResponseId", "nps": "Q1", "text": "Q2"})
    assert question(found, "nps")["question"].startswith("On a scale from 0-10")
    assert found["feedback"]["feedback_id"].tolist() == ["R_1", "R_2"]
    assert found["feedback"]["problem"].fillna("").tolist() == ["", "response not completed"]
    assert found["survey_answers"]["problem"].fillna("").tolist() == ["", "response not completed"]


@pytest.mark.slow
def test_surveymonkey_has_the_rows_of_a_matrix_in_its_second_line(raw):
    own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address"]
    rows = [[*own, "Recommend us?", "Please rate", "", "Why?"],
            ["", "", "", "", "", "Response", "Quality", "Delivery", "Open-Ended Response"],
            ["1", "7", "2025-03-21 10:00", "2025-03-21 10:02", "192.0.2.1", "9", "Good", "Very poor", "fast"]]
    write_csv(raw / "m.csv", rows)
    found = read(raw, "survey_tools", export="surveymonkey", feedback={
        "feedback_id": "Respondent ID", "nps": "Recommend us?", "text": "Why?"},
        questions={"quality": "Please rate / Quality", "delivery": "Please rate / Delivery"})
    assert found["survey_questions"].set_index("question_id")["question"]["delivery"] == "Please rate / Delivery"
    assert answers_of(found, "quality") == [4]
    assert answers_of(found, "delivery") == [1]


@pytest.mark.slow
def test_typeform_writes_utc(raw):
    header = ["#", "Recommend us?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags"]
    write_csv(raw / "t.csv", [header, ["x1", "9", "2025-03-21 10:00:00", "2025-03-21 10:02:00", "f0", ""]])
    found = read(raw, "survey_tools", export="typeform", feedback={
        "feedback_id": "#", "received_at": "Submit Date (UTC)", "nps": "Recommend us?"})
    assert found["feedback"]["received_at"].iloc[0] == pd.Timestamp("2025-03-21 10:02", tz="UTC")


@pytest.mark.slow
def test_invitations_carry_a_member_number_or_an_address(raw):
    write_csv(raw / "i.csv", [
        ["邀请编号", "问卷名称", "会员号", "邮箱", "发送渠道", "发送时间", "状态", "完成时间", "Response ID"],
        ["1", "满意度", "M1", "", "短信", "2025-03-01 08:00:00", "已完成", "2025-03-01 09:00:00", "R1"],
        ["2", "满意度", "", "a@example.com", "邮件", "2025-03-01 08:00:00", "已发送", "", ""]])
    columns = {"invitation_id": "邀请编号", "survey": "问卷名称", "customer_id": "会员号", "invited_at": "发送时间",
               "channel": "发送渠道", "answered_at": "完成时间", "feedback_id": "Response ID"}
    source = Source(name="test", system="questionpro", export="invitations", pattern="*.csv",
                    tables={"survey_invitations": columns, "people": {"customer_id": "会员号", "email": "邮箱"}})
    module = sources.module("questionpro")
    found = module.read(source, module.files(source, raw), business=BUSINESS, connection=ibis.duckdb.connect())
    invited = found["survey_invitations"].order_by("source_row").to_pandas()
    people = found["people"].to_pandas()
    assert invited["customer_id"].notna().all()
    assert invited["customer_id"].iloc[1] in people.loc[people["email"] == "a@example.com", "customer_id"].tolist()
    assert invited["answered_at"].notna().tolist() == [True, False]


@pytest.mark.slow
def test_make_new_proposes_further_ratings_under_names_of_their_topics(home, tmp_path, capsys):
    folder = tmp_path / "exports"
    folder.mkdir()
    header = ["Response ID", "Timestamp (mm/dd/yyyy)", "Duplicate", "Time Taken To Complete (Seconds)", "Response Status",
              "Sequence Number", "External Reference", "How likely are you to recommend us?", "How was our delivery?",
              "商品质量如何？", "Your favourite colour?", "Why?"]
    rows = [[i, "03/21/2025 10:00:00", "No", 60 + i, "Completed", i, f"M{i}", i % 11, 1 + i % 5, ("很好", "一般", "差")[i % 3],
             ("red", "blue")[i % 2], "ok, " + "so " * i] for i in range(1, 12)]
    write_xlsx(folder / "QuestionPro-SR-RawData-1.xlsx", [header, *rows])
    assert new_dataset.main(["DATASET=acme", f"FROM={folder}"]) == 0
    source = datasets.load("acme").sources[0]
    assert source.questions == {"delivery": "How was our delivery?", "quality": "商品质量如何？"}
    assert source.mapping["feedback"]["nps"] == "How likely are you to recommend us?"


@pytest.mark.slow
def test_make_new_asks_what_numbers_of_options_mean(home, tmp_path, capsys):
    folder = tmp_path / "exports"
    folder.mkdir()
    header = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的会员号",
              "2、您向朋友推荐我们的可能性有多大？", "3、您对我们的整体服务满意吗？", "4、您的建议"]
    rows = [[i, f"2025/09/{i % 28 + 1:02d} 09:00:00", f"{30 + i}秒", "微信", "N/A", "1.2.3.4(上海-上海)", f"M{i}", 3 + i % 8,
             1 + i % 5, f"多点优惠{i}"] for i in range(1, 40)]
    write_xlsx(folder / "29876_按序号_顾客满意度调查_39_39.xlsx", [header, *rows])
    assert new_dataset.main(["DATASET=acme", f"FROM={folder}"]) == 0
    written = (home / "data" / "acme" / "dataset.yml").read_text(encoding="utf-8")
    assert 'csat: {columns: ["3、您对我们的整体服务满意吗？"]}   # such as low: 1, high: 5, best: low' in written
    source = datasets.load("acme").sources[0]
    assert list(source.questions) == ["nps", "csat"]
    found = collection.read_source(source, datasets.load("acme"), ibis.duckdb.connect())
    assert "survey_answers" not in found
    assert found["survey_questions"].filter(found["survey_questions"].low.isnull()).count().execute() >= 2


@pytest.mark.slow
def test_make_new_takes_a_survey_in_two_languages_for_one(home, tmp_path, capsys):
    folder = tmp_path / "exports"
    folder.mkdir()
    own = ["Response ID", "Timestamp (mm/dd/yyyy)", "Duplicate", "Response Status", "Sequence Number", "External Reference"]
    asked = {"zh": ["您有多大可能推荐我们？", "满意度如何？", "配送如何？"],
             "en": ["How likely are you to recommend us?", "How satisfied are you?", "How was our delivery?"]}
    for language, questions in asked.items():
        rows = [[f"{language}{i}", "03/21/2025 10:00:00", "No", "Completed", i, f"M{i}", i % 11, 1 + i % 5, 1 + i % 4]
                for i in range(12)]
        write_xlsx(folder / f"QuestionPro-SR-RawData-{language}.xlsx", [[*own, *questions], *rows])
    assert new_dataset.main(["DATASET=acme", f"FROM={folder}"]) == 0
    sources_ = datasets.load("acme").sources
    assert len(sources_) == 1
    assert set(sources_[0].questions["delivery"]) == {"配送如何？", "How was our delivery?"}
    assert set(sources_[0].mapping["feedback"]["nps"]) == {asked["zh"][0], asked["en"][0]}
    found = collection.read_source(sources_[0], datasets.load("acme"), ibis.duckdb.connect())
    assert found["survey_answers"].count().execute() == 2 * 12 * 3


# --- numbers of options


def by_number(raw, header: str, answers: list, name: str, **stated) -> dict[str, pd.DataFrame]:
    """Read an export of 问卷星 by the numbers of the options, its open question beside."""
    rows = [[i, answer, f"很好{i}"] for i, answer in enumerate(answers)]
    write_xlsx(raw / "29876_按序号_满意度_1_1.xlsx", [["序号", header, "建议"], *rows])
    asked = {name: {"columns": [header], **stated}} if stated else {}
    return read(raw, feedback={"feedback_id": "序号", "text": "建议", name: header}, questions=asked)


SAID = "3、您对我们的整体服务满意吗？"


def test_numbers_of_options_without_a_best_end_are_set_aside_and_the_text_stays(raw):
    found = by_number(raw, SAID, [1, 2, 5, 1, 3], "csat")
    assert found["feedback"]["csat"].isna().all()
    assert found["feedback"]["text"].tolist() == ["很好0", "很好1", "很好2", "很好3", "很好4"]
    assert "survey_answers" not in found
    asked = question(found, "csat", "zh")
    assert asked["kind"] == "csat"
    assert pd.isna([asked["low"], asked["high"], asked["is_reversed"], asked["scale_from"]]).all()


def test_dataset_yml_says_which_option_is_the_best_one(raw):
    found = by_number(raw, SAID, [1, 2, 5, 1, 3], "csat", low=1, high=5, best="low")
    assert found["feedback"]["csat"].tolist() == [5, 4, 1, 5, 3]
    assert question(found, "csat", "zh")["scale_from"] == "dataset.yml"


@pytest.mark.parametrize(("header", "name", "answers", "stated", "expected"), [
    ("整体满意吗？（1=非常满意，5=非常不满意）", "csat", [1, 5], {}, [5, 1]),  # words of the question tell
    ("您有多大可能推荐我们？", "nps", [1, 9, 10, 11], {}, [0, 8, 9, 10]),  # eleven options from 0 on
    ("您有多大可能推荐我们？（0–10）", "nps", [1, 10, 11], {}, [0, 9, 10]),
    ("您有多大可能推荐我们？", "nps", [0, 9, 10], {}, [0, 9, 10]),  # the answers themselves: no option has the number 0
    ("您有多大可能推荐我们？", "nps", [3, 8, 10], {}, None),  # 2, 7 and 9, or not
    ("您有多大可能推荐我们？（0–10）", "nps", [3, 8, 10], {}, None),
    ("您有多大可能推荐我们？", "nps", [3, 8, 10], {"low": 1, "high": 11, "best": "high"}, [2, 7, 9]),
    ("您有多大可能推荐我们？", "nps", [3, 8, 10], {"low": 0, "high": 10, "best": "high"}, [3, 8, 10]),
    ("解决问题有多麻烦？", "ces", [1, 7], {}, None),  # the words say what effort is, not which option is first
])
def test_numbers_of_options_count_where_something_tells_their_scale(raw, header, name, answers, stated, expected):
    scores = by_number(raw, header, answers, name, **stated)["feedback"][name]
    assert scores.isna().all() if expected is None else scores.tolist() == expected


def test_the_same_answers_under_another_name_of_the_file_are_figures_as_ever(raw):
    write_xlsx(raw / "29876_按分数_满意度_1_1.xlsx", [["序号", SAID], [1, 1], [2, 5]])
    assert read(raw, feedback={"feedback_id": "序号", "csat": SAID})["feedback"]["csat"].tolist() == [1, 5]
