"""surveys_*pages.py: what the report tells of surveys, in both languages, of good data and of data that no method likes."""

import ibis
import numpy as np
import pandas as pd
import pytest
from test_surveys import feedback

from helpers import datasets, i18n, report, tables
from helpers.plots import plots
from helpers.surveys import (
    surveys,
    surveys_change_pages,
    surveys_drivers_pages,
    surveys_pages,
    surveys_response_pages,
    surveys_study,
)
from sentences import read

pytestmark = pytest.mark.slow  # together they take longer than the fast part can spare

AS_OF = pd.Timestamp("2025-12-31")
QUESTIONS = pd.DataFrame({
    "survey": "autumn", "question_id": ["quality", "quality", "price"], "language": ["en", "zh", "en"], "kind": "rating",
    "question": ["How was the quality? (1 = very poor)", "商品质量如何？（1=非常差，5=非常好）", "Was the price fair"],
    "low": 1.0, "high": 5.0,
})


def run_in(language: str) -> report.Run:
    i18n.use(language=language, currency="CNY")
    plots.use_style()
    return report.Run("06_voc", datasets.load("simulated_retailer"), language, AS_OF, pd.Timestamp("2024-01-01"), 7)


def survey(n: int = 300, **changed) -> dict:
    """Everything the pages read: answers over two years, invitations (half answered), ratings, values, orders."""
    rng = np.random.default_rng(2)
    moments = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 730, n), unit="D")
    quality = rng.integers(1, 6, n)
    customers = [f"c{i:05d}" for i in range(n)]
    given = feedback(**{
        "nps": np.clip(2.0 * quality + rng.integers(-1, 2, n), 0, 10), "csat": quality.astype(float),
        "ces": rng.integers(1, 8, n).astype(float), "customer_id": customers, "received_at": moments.as_unit("us"),
        "channel": ["survey"] * n, **changed,
    })
    ids = given["feedback_id"]
    ratings = pd.concat([
        pd.DataFrame({"feedback_id": ids, "survey": "autumn", "question_id": name, "answer": answer.astype(float),
                      "language": np.where(np.arange(n) % 3, "zh", "en")})
        for name, answer in (("quality", quality), ("price", rng.integers(1, 6, n)))
    ])
    invitations = pd.DataFrame({
        "invitation_id": [f"i{i:05d}" for i in range(2 * n)], "survey": "autumn", "customer_id": customers * 2,
        "invited_at": list(moments - pd.Timedelta(days=1)) * 2, "channel": ["app", "e-mail"] * n,
        "answered_at": [*moments, *[pd.NaT] * n], "feedback_id": [*ids, *[None] * n],
    })
    orders = pd.DataFrame({"customer_id": customers, "order_date": pd.Timestamp("2023-12-30"), "revenue": 10.0,
                           "channel": np.where(np.arange(n) % 2, "web", "store")})
    values = pd.DataFrame({"customer_id": customers, "customer_lifetime_value": rng.gamma(2.0, 50.0, n)})
    return {"feedback": given, "survey_answers": ratings, "survey_invitations": invitations, "orders": orders,
            "customer_value": values, "survey_questions": QUESTIONS}


def told(data: dict, run) -> list:
    """Return all pieces that the notebook tells."""
    orders = ibis.memtable(data["orders"]) if len(data["orders"]) else None
    found = surveys_study.study(data, orders, as_of=run.as_of, time_zone=run.business.time_zone, seed=run.seed)
    return [
        *surveys_pages.scores(found, run), *surveys_response_pages.response(found, run),
        *surveys_change_pages.trend(found, run), *surveys_change_pages.change(found, run),
        *surveys_drivers_pages.drivers(found, run), *surveys_drivers_pages.value(found, run),
    ]


def words(pieces: list) -> str:
    """Return everything that is said, in charts and tables too; an untranslated sentence or an unknown figure fails."""
    found = []
    for piece in pieces:
        if isinstance(piece, report.Said):
            found.append(read(piece.template, piece.values))
        else:
            found += [str(piece.get(part, "")) for part in ("title", "subtitle", "source", "alt", "caption")]
            found += [label for label, _ in piece.get("columns", {}).values()]
    page = "\n".join(found)
    assert "nan" not in page.lower().split()
    assert "–" not in page.replace(" – ", "").replace("日–2", "").replace("2–4", ""), page
    return page


def charts(pieces: list) -> list[str]:
    return [piece["name"] for piece in pieces if isinstance(piece, dict) and "axes" in piece]


@pytest.mark.slow
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_full_survey_has_every_chart_and_every_figure(language):
    run = run_in(language)
    pieces = told(survey(600), run)
    assert charts(pieces) == ["survey_scores", "response_rates", "survey_trend", "survey_change", "survey_drivers"]
    page = words(pieces)
    kinds = {piece.evidence.kind for piece in pieces if isinstance(piece, report.Said) and piece.evidence}
    assert kinds == {"estimate"}
    assert ("How was the quality?" if run.language == "en" else "商品质量如何？") in page
    assert "1 = very poor" not in page


@pytest.mark.slow
def test_a_group_that_stands_out_gets_a_chart_with_its_name_in_the_title():
    pieces = told(survey(nps=[10.0, 3.0] * 150), run_in("en"))  # every other customer bought in the shop, or on the web
    chart = next(piece for piece in pieces if isinstance(piece, dict) and piece.get("name") == "survey_groups")
    assert chart["title"] == "store: more willing to recommend than the others"


def test_a_survey_that_some_kinds_hardly_answered_shows_no_weighted_score():
    run, data = run_in("en"), survey(300)
    silent = data["survey_invitations"].iloc[300:].assign(channel="letter")
    silent = silent.assign(invitation_id=[f"s{i}" for i in range(300)], customer_id=[f"s{i}" for i in range(300)])
    data["survey_invitations"] = pd.concat([data["survey_invitations"], silent])
    found = surveys_study.study(data, ibis.memtable(data["orders"]), as_of=run.as_of, time_zone="UTC", seed=1)
    assert not found.response.weighted[0]["holds"]
    assert surveys_pages.key_figures(found)[0]["note"] == "of 300 customers who answered a survey"
    pieces = surveys_response_pages.response(found, run)
    assert "Too unevenly answered to be weighted" in words(pieces)
    assert "instead of" not in words(pieces)
    table = next(piece["frame"] for piece in pieces if isinstance(piece, dict) and piece.get("csv_name") == "weighted_scores")
    assert set(table["weighted_text"]) == {"too uneven to hold"}


def test_key_figures_are_the_first_score_and_none_where_nobody_was_asked():
    run = run_in("en")
    found = [surveys_study.study(data, None, as_of=run.as_of, time_zone="UTC", seed=1)
             for data in (BARE["only satisfaction"](), BARE["nobody answered"]())]
    figures, nothing = map(surveys_pages.key_figures, found)
    assert [(figure["label"], figure["fmt"]) for figure in figures] == [("Satisfied (CSAT)", "percent")]
    assert figures[0]["low"] < figures[0]["value"] < figures[0]["high"]
    assert nothing == []


BARE = {
    "nobody answered": lambda: survey(nps=np.full(300, np.nan), csat=np.full(300, np.nan), ces=np.full(300, np.nan)),
    "no feedback": lambda: {name: table.head(0) for name, table in survey(2).items()} | {
        "feedback": tables.empty("feedback"), "survey_answers": tables.empty("survey_answers"),
        "survey_invitations": tables.empty("survey_invitations")},
    "one answer": lambda: survey(1),
    "all tens": lambda: survey(nps=np.full(300, 10.0), csat=np.full(300, 5.0), ces=np.full(300, 7.0)),
    "only satisfaction": lambda: survey(nps=np.full(300, np.nan), ces=np.full(300, np.nan)),
    "only ease": lambda: survey(nps=np.full(300, np.nan), csat=np.full(300, np.nan)),
    "no dates": lambda: survey(received_at=pd.Series(pd.NaT, index=range(300), dtype="datetime64[us, UTC]")),
    "no customers": lambda: survey(customer_id=np.full(300, None)),
    "one period": lambda: survey(received_at=pd.Series([pd.Timestamp("2025-12-01", tz="UTC")] * 300)),
    "nothing else": lambda: survey() | {"survey_invitations": tables.empty("survey_invitations"),
                                        "survey_answers": tables.empty("survey_answers"), "orders": survey(2)["orders"].head(0),
                                        "customer_value": survey(2)["customer_value"].head(0)},
}
SAID = {  # what the page must say, and charts that it must have
    "nobody answered": ("one of these has is 0", []), "no feedback": ("one of these has is 0", []),
    "one answer": ("one of these has is 1", []), "all tens": ("NPS +100", ["survey_scores", "survey_trend"]),
    "only satisfaction": ("are satisfied", ["survey_scores", "survey_trend"]),
    "only ease": ("of 7 for ease", ["survey_scores", "survey_trend"]),
    "no dates": ("carry no dates", ["survey_scores", "survey_drivers"]),
    "no customers": ("Would recommend", ["survey_scores", "survey_trend"]),
    "one period": ("tell a trend from chance", ["survey_scores", "survey_drivers"]),
    "nothing else": ("no list of who was invited", ["survey_scores", "survey_trend"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BARE)
def test_data_that_no_method_likes_is_told_in_words(case):
    run = run_in("zh" if list(BARE).index(case) % 3 == 1 else "en")
    pieces = told(BARE[case](), run)
    page = words(pieces)
    expected, drawn = SAID[case]
    assert set(drawn) <= set(charts(pieces))
    if run.language == "en":
        assert expected in page


def test_questions_are_cut_at_their_end_a_bracket_or_where_they_no_longer_fit():
    name = surveys_drivers_pages.short_question
    assert name("quality", QUESTIONS, "en") == "How was the quality?"
    assert name("quality", QUESTIONS, "zh") == "商品质量如何？"
    assert name("price", QUESTIONS, "zh") == "price"  # not asked in Chinese
    assert name("price", QUESTIONS, "en") == "Was the price fair"
    long = QUESTIONS.assign(question="word " * 40)
    assert name("price", long, "en").endswith("…")
    assert len(name("price", long, "en")) <= 45


def test_nothing_said_or_sent_after_the_snapshot_changes_anything():
    data, mid = survey(), pd.Timestamp("2025-06-30")
    rows = {"feedback": data["feedback"]["received_at"], "survey_invitations": data["survey_invitations"]["invited_at"]}
    end = pd.Timestamp("2025-07-01", tz="UTC")
    cut = data | {name: data[name][moment < end] for name, moment in rows.items()}
    whole, part = (surveys_study.study(d, None, as_of=mid, time_zone="UTC", seed=1) for d in (data, cut))
    assert whole.scores["n"].iloc[0] == (rows["feedback"] < end).sum() < len(data["feedback"])
    for name in ("answers", "scores", "groups", "value"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(part, name))
    pd.testing.assert_frame_equal(whole.drivers.table, part.drivers.table)
    pd.testing.assert_frame_equal(whole.trends["nps"], part.trends["nps"])
    pd.testing.assert_frame_equal(whole.response.rates, part.response.rates)
    undated = data | {"survey_invitations": data["survey_invitations"].assign(
        answered_at=pd.Series(pd.NaT, index=data["survey_invitations"].index, dtype="datetime64[us, UTC]"))}
    dated = surveys_study.study(undated, None, as_of=mid, time_zone="UTC", seed=1)  # by the feedback that answers name
    pd.testing.assert_frame_equal(whole.response.rates, dated.response.rates)


@pytest.mark.parametrize(("n", "claimed"), [(29, "about as much"), (30, "worth more than average")])
def test_little_is_claimed_of_the_value_of_few_detractors(n, claimed):
    run_in("en")
    customers = [f"c{i:05d}" for i in range(150)]
    data = survey(150) | {"customer_value": pd.DataFrame({
        "customer_id": customers, "customer_lifetime_value": [100.0 + i % 2 + 50 * (i < n) for i in range(150)]})}
    data["feedback"] = data["feedback"].assign(nps=[0.0] * n + [10.0] * (150 - n))
    found = surveys_study.study(data, None, as_of=AS_OF, time_zone="UTC", seed=1)
    titles = [piece["caption"] for piece in surveys_drivers_pages.value(found, run_in("en")) if isinstance(piece, dict)]
    assert len(titles) == 1 and claimed in titles[0]


@pytest.mark.parametrize(("language", "title", "unsaid"), [
    ("en", "Detractors: 20% of customers, 1% of value", ("about as much", "interval", "–")),
    ("zh", "贬损者占客户的 20%，占价值的 1%", ("大致相当", "区间", "–"))])
@pytest.mark.parametrize("worth", [[10.0] * 2 + [0.0] * 38 + [10.0] * 160, [0.5] * 39 + [0.6] + [10.0] * 160])
def test_an_interval_of_value_that_cannot_be_told_is_neither_shown_nor_judged(language, title, unsaid, worth):
    run = run_in(language)
    data = survey(200)
    data["feedback"] = data["feedback"].assign(nps=[0.0] * 40 + [10.0] * 160)
    data["customer_value"] = data["customer_value"].assign(customer_lifetime_value=worth)
    found = surveys_study.study(data, None, as_of=AS_OF, time_zone="UTC", seed=1)
    assert found.value.loc[found.value["group"] == "detractors", "excess_low"].isna().all()
    table, said = surveys_drivers_pages.value(found, run)
    assert table["caption"] == title
    for text in (table["caption"], read(said.template, said.values)):
        assert not any(word in text for word in unsaid), text
    assert said.evidence.interval is None


def _driven(*effects: float) -> pd.DataFrame:
    """A table of drivers in the order of importance; an effect below .5 on either side of 0 is not clear."""
    effect = np.array(effects)
    return pd.DataFrame({
        "question_id": [f"q{i}" for i in range(len(effect))], "question": [f"Question {i}" for i in range(len(effect))],
        "n": 150, "effect": effect, "effect_low": effect - 0.5, "effect_high": effect + 0.5, "is_clear": np.abs(effect) > 0.5,
        "is_priority": False,
    })


@pytest.mark.parametrize(("effects", "title", "said"), [
    ((0.9, 0.2), "“Question 0” goes most with a high score", "goes most with q0"),
    ((-0.39, 0.1), "No question clearly goes with a high score", "No question clearly goes with"),
    ((-0.9, 0.1), "No question clearly goes with a high score", "No question clearly goes with"),
    ((-0.39, 0.9), "“Question 1” clearly goes with a high score", "clearly goes with q1"),
])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_title_of_the_drivers_claims_what_is_clear(effects, title, said, language):
    run_in(language)
    table = _driven(*effects)
    found = surveys_drivers_pages._drivers_title(table)
    first, *_ = surveys_drivers_pages._drivers_said(table, {"r2": 0.1, "low": 0.0, "high": 0.2}, "nps")
    words = read(first.template, first.values)
    assert "nan" not in words
    if language == "en":
        assert found == title
        assert said in words


def two_surveys() -> dict:
    """40 customers answer in August with 10; the first 10 of them, the tenth twice, and 20 others in October with 5."""
    customers = [f"c{i:02d}" for i in range(40)] + [f"c{i:02d}" for i in (*range(10), 9, *range(40, 60))]
    days = ["2025-08-03 09"] * 40 + ["2025-10-05 09"] * 10 + ["2025-10-06 09"] + ["2025-10-30 17"] * 20
    moments = pd.to_datetime(days, utc=True, format="%Y-%m-%d %H")
    given = feedback(nps=[10.0] * 40 + [5.0] * 31, customer_id=customers, received_at=pd.Series(moments).dt.as_unit("us"))
    answers = pd.DataFrame({"feedback_id": given["feedback_id"], "survey": ["summer"] * 40 + ["autumn"] * 31,
                            "question_id": "nps", "answer": given["nps"], "language": "en"})
    return survey(2) | {"feedback": given, "survey_answers": answers,
                        "survey_invitations": tables.empty("survey_invitations")}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_surveys_that_are_pooled_are_told_apart_and_add_up(language):
    run = run_in(language)
    found = surveys_study.study(two_surveys(), None, as_of=run.as_of, time_zone="UTC", seed=1)
    page = words(surveys_pages.scores(found, run))
    own = surveys.by_survey(found.answers, "nps")
    assert own.to_dict("records") == [
        {"survey": "summer", "given": 40, "n": 40, "estimate": 100.0, "counted": 30},
        {"survey": "autumn", "given": 31, "n": 30, "estimate": -100.0, "counted": 30},
    ]
    assert own["counted"].sum() == found.scores["n"].iloc[0] == 60
    if language == "en":
        assert "pools 2 surveys" in page
        assert "“summer” +100 (40 customers; 30 of 40 answers count)" in page
        assert "“autumn” −100 (30 customers; 30 of 31 answers count)" in page
        assert surveys_pages.key_figures(found)[0]["note"] == "of 60 customers who answered one of 2 surveys"


def test_a_single_survey_is_not_said_to_be_pooled():
    run = run_in("en")
    found = surveys_study.study(survey(60), None, as_of=run.as_of, time_zone="UTC", seed=1)
    assert "pools" not in words(surveys_pages.scores(found, run))


def test_charts_of_surveys_name_the_first_and_last_answer_in_the_business_own_days():
    run = run_in("en")  # Shanghai: 17:00 UTC is the next day
    found = surveys_study.study(two_surveys(), None, as_of=run.as_of, time_zone="UTC", seed=1)
    chart = next(piece for piece in surveys_pages.scores(found, run) if isinstance(piece, dict))
    assert chart["source"].endswith("; 3 Aug 2025 – 31 Oct 2025")


@pytest.mark.slow
def test_every_chart_of_surveys_names_the_days_of_what_it_shows():
    run = run_in("en")
    data = survey(600)
    pieces = [piece for piece in told(data, run) if isinstance(piece, dict) and "axes" in piece]
    day = data["feedback"]["received_at"].min().tz_convert(run.business.time_zone)
    sources = {piece["name"]: piece["source"] for piece in pieces}
    assert f"{day.day} {day:%b %Y} – " in sources["survey_drivers"], sources
    assert all(" Dec 2025" in source and "31 Dec 2025" not in source for source in sources.values()), sources
