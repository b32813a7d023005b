"""topics_pages.py: what the page says of topics fits the data, in both languages, and every gap is said."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import dashboard, i18n
from helpers.plots import plots
from helpers.report import Said
from helpers.voc import aspects_sentiment, topics_history, topics_pages

RUN = SimpleNamespace(as_of=pd.Timestamp("2025-07-01"), business=SimpleNamespace(time_zone="UTC"))


def about(**groups) -> pd.DataFrame:
    """Topics with n mentions of probability p each; every mention is a text of its own."""
    rows = [(name, p) for name, (n, p) in groups.items() for _ in range(n)]
    table = pd.DataFrame(rows, columns=["topic", "p_dissatisfied"])
    return table.assign(feedback_id=[f"f{i:04d}" for i in range(len(table))], kind="aspect",
                        is_dissatisfied=pd.array(table["p_dissatisfied"] > 0.5, dtype="boolean"), copy_of=None)


def reviews(n: int, *, received_at=None) -> pd.DataFrame:
    dates = pd.Series(received_at if received_at is not None else [None] * n, dtype="datetime64[us, UTC]")
    return pd.DataFrame({"feedback_id": [f"f{i:04d}" for i in range(n)], "text": pd.Series(["x"] * n, dtype="str"),
                         "received_at": dates, "channel": "review"})


@pytest.fixture(autouse=True)
def english():
    plots.use_style()
    i18n.use(language="en")
    yield
    i18n.use(language="en")


def said(pieces) -> list[str]:
    return [i18n.text(piece.template, **piece.values) for piece in pieces if isinstance(piece, Said)]


def test_the_least_liked_aspect_heads_the_chart_and_the_rest_is_counted():
    pieces = topics_pages.aspects(about(price=(100, 0.2), delivery=(100, 0.8)), reviews(400), source="s")
    assert pieces[0]["title"] == "Most complaints beyond what other aspects would give: “delivery”"
    assert said(pieces) == [
        "Most complaints beyond what other aspects would give: delivery. Of 100 texts that mention it, an estimated 80% are "
        "dissatisfied with it, against 20% with other aspects: 60 more.",
        "Of 100 texts that mention price, an estimated 20% are dissatisfied with it, against 80% with other aspects: 60 fewer, "
        "which no other aspect exceeds.",
        "50.0% of 400 texts mention none of the aspects.",
        "Copies of a text count once, and the texts of one customer are not taken for those of several. The intervals leave "
        "out how exactly the model was calibrated; that would move all aspects alike.",
    ]
    evidence = pieces[1].evidence
    assert (evidence.kind, evidence.n, evidence.baseline) == ("estimate", 100, 0.0) and evidence.interval[0] > 0


def test_the_clearly_worst_and_best_aspects_are_named():
    table = about(price=(100, 0.2), delivery=(100, 0.8), returns=(100, 0.9), service=(100, 0.55), rare=(20, 1.0))
    assert topics_pages.worst_and_best(table) == (["returns", "delivery"], ["price"])
    assert topics_pages.worst_and_best(about(price=(100, 0.5), delivery=(100, 0.5))) == ([], [])
    assert topics_pages.worst_and_best(table.head(0)) == ([], [])


def test_where_aspects_are_alike_or_rare_nothing_is_claimed():
    alike = topics_pages.aspects(about(price=(100, 0.5), delivery=(100, 0.5)), reviews(200), source="s")
    assert alike[0]["title"] == "No aspect stands out by its dissatisfied customers" and len(said(alike)) == 2
    rare = topics_pages.aspects(about(price=(29, 0.5)), reviews(100), source="s")
    assert said(rare) == ["Needs an aspect that 30 texts mention; the most mentioned one has 29.",
                          "71.0% of 100 texts mention none of the aspects."]


def dated_topics(late: float):
    rng = np.random.default_rng(1)
    days = np.repeat(np.arange(182), 8)
    frame = reviews(len(days), received_at=pd.Timestamp("2025-01-01T12:00Z") + pd.to_timedelta(days, unit="D"))
    mentions = rng.random(len(days)) < np.where(days >= 91, late, 0.1)
    table = about(price=(len(days), 0.5)).loc[mentions].assign(topic="returns and refunds")
    return table, frame


@pytest.mark.parametrize(("late", "start"), [(0.25, "More talk about returns and refunds"), (0.02, "Less talk about")])
def test_growth_and_decline_are_told_with_their_shares(late, start):
    table, frame = dated_topics(late)
    runs = topics_history.add_run(frame, None, as_of=pd.Timestamp("2025-07-01"))
    pieces = topics_pages.changes(table, frame, runs, pd.DataFrame({"run": [], "kind": [], "topic": []}), run=RUN, source="s")
    assert pieces[0]["title"] == "What people talk about more, and what less"
    assert said(pieces)[0].startswith(start) and "since 2 Apr 2025" in said(pieces)[0]
    assert said(pieces)[-1].startswith("What is new since the last run is said from the next run on")


def test_no_change_beyond_chance_is_said_without_a_chart():
    table, frame = dated_topics(0.1)
    runs = topics_history.add_run(frame, None, as_of=pd.Timestamp("2025-07-01"))
    pieces = topics_pages.changes(table, frame, runs, pd.DataFrame({"run": [], "kind": [], "topic": []}), run=RUN, source="s")
    assert len(pieces) == 2 and "none of 1 topics changed beyond chance" in said(pieces)[0]


def test_what_came_went_and_grew_since_the_last_run():
    frame = reviews(400)
    first = topics_history.add_run(frame.head(200), None, as_of=pd.Timestamp("2025-01-01"))
    runs = topics_history.add_run(frame, first, as_of=pd.Timestamp("2025-02-01"))
    table = about(price=(400, 0.5)).iloc[[*range(10), *range(200, 280)]]
    found = pd.DataFrame({"run": [1, 2], "kind": "theme", "topic": ["price · 囤货", "tea"]})
    told = said(topics_pages.changes(table, frame, runs, found, run=RUN, source="s"))
    assert told[1:] == [
        "New themes, that the last run did not find: tea.",
        "Themes that the last run found and this one does not: price · stocking up.",
        "Growing since the last run: price, in 40.0% of 200 new texts, 5.0% of the earlier ones.",
    ]


def test_a_run_as_of_an_earlier_day_tells_what_was_new_then():
    frame = reviews(600)
    runs = None
    for n in (200, 400, 600):
        runs = topics_history.add_run(frame.head(n), runs, as_of=pd.Timestamp("2025-01-01"))
    table = about(price=(600, 0.5)).iloc[[*range(10), *range(200, 280)]]
    found = pd.DataFrame({"run": [1, 2, 3], "kind": "theme", "topic": ["old", "tea", "later"]})
    told = said(topics_pages.changes(table, frame.head(400), runs, found, run=RUN, source="s"))
    assert told[1:] == [
        "New themes, that the last run did not find: tea.", "Themes that the last run found and this one does not: old.",
        "Growing since the last run: price, in 40.0% of 200 new texts, 5.0% of the earlier ones.",
    ]


@pytest.mark.parametrize(("n_other", "is_said"), [(19, False), (20, True)])
def test_other_channels_among_the_new_texts_are_a_warning_and_leave_no_finding(n_other, is_said):
    frame = reviews(400)
    frame.loc[200:199 + n_other, "channel"] = "call"
    first = topics_history.add_run(frame.head(200), None, as_of=pd.Timestamp("2025-01-01"))
    runs = topics_history.add_run(frame, first, as_of=pd.Timestamp("2025-02-01"))
    table = about(price=(400, 0.5)).iloc[[*range(10), *range(200, 280)]]
    nothing = pd.DataFrame({"run": [], "kind": [], "topic": []})
    pieces = topics_pages.changes(table, frame, runs, nothing, run=RUN, source="s")
    told = said(pieces)
    warning = "10% of the later texts come from other channels than the earlier ones; that alone can move topics."
    assert told[-1] == "Growing since the last run: price, in 40.0% of 200 new texts, 5.0% of the earlier ones."
    assert (told[-2] == warning) == is_said
    assert any(isinstance(piece, Said) and piece.evidence is not None for piece in pieces) != is_said


def test_the_first_six_topics_stand_on_the_page_and_the_others_in_a_table():
    names = [f"topic {i}" for i in range(8)]
    chosen = pd.DataFrame({"topic": np.repeat(names, 2), "quote": [f"q{i}" for i in range(16)], "tag": [True, False] * 8,
                           "has_verdict": [True] * 15 + [False], "feedback_id": [f"f{i}" for i in range(16)]})
    shown = list(topics_pages.quotes(chosen))
    assert [topic for _, topic in shown] == names[:6]
    assert shown[0][0] == [("q0", "a dissatisfied reviewer"), ("q1", "a satisfied reviewer")]
    (fold,) = topics_pages.more_quotes(chosen)
    rest = fold.pieces[0]["frame"]
    assert rest["topic"].unique().tolist() == names[6:]
    assert rest["origin"].iloc[-1] == "sounds satisfied; gave no verdict"
    assert topics_pages.more_quotes(chosen.head(12)) == []


def test_aspects_are_quoted_by_how_many_are_dissatisfied_and_only_from_thirty_mentions_on():
    table = about(price=(30, 0.9), delivery=(100, 0.5), rare=(29, 1.0))
    drivers = pd.DataFrame({"theme": ["a", "b"], "is_stable": [True, False], "excess": [1.0, 2.0]})
    assert topics_pages.quoted_topics(table, drivers) == ["delivery", "price", "a"]


def test_every_piece_speaks_chinese():
    i18n.use(language="zh")
    table, frame = dated_topics(0.25)
    runs = topics_history.add_run(frame, None, as_of=pd.Timestamp("2025-07-01"))
    told = topics_pages.changes(table, frame, runs, pd.DataFrame({"run": [], "kind": [], "topic": []}), run=RUN, source="s")
    told += topics_pages.aspects(about(price=(100, 0.2), delivery=(100, 0.8)), reviews(400), source="s")
    words = said(told) + [piece["title"] for piece in told if isinstance(piece, dict)]
    assert len(words) == 8
    assert not [line for line in words if any("a" <= letter <= "z" for letter in line)], "a message is not translated"


def test_answer_figure_finding_chart_and_front_page_name_the_same_aspect_by_texts_beyond_the_others_not_by_rate():
    topics = about(price=(1500, 0.3), packaging=(600, 0.6), payment=(40, 0.95), delivery=(500, 0.5))
    assert topics_pages.worst_and_best(topics) == (["packaging", "delivery", "payment"], ["price"])
    pieces = topics_pages.aspects(topics, reviews(2640), source="s")
    assert "“packaging” and “delivery”" in pieces[0]["title"]
    assert list(pieces[0]["data"]["topic"]) == ["packaging", "delivery", "payment", "price"]
    findings = [piece for piece in pieces if isinstance(piece, Said) and piece.evidence]
    assert [one.values["topic"] for one in findings] == ["packaging", "delivery", "payment", "price"]
    assert [one.evidence.serves for one in findings] == ["what to mend"] * 3 + [""], "praise is nothing to mend"
    assert topics_pages.key_figures(topics)[0]["label"] == "Dissatisfied with packaging"
    alert = dashboard.voice_alert(pd.DataFrame(), aspects_sentiment.summarise(topics, n_read=1))
    assert alert.values["topic"] == "packaging"


@pytest.mark.parametrize(("bad", "told"), [(18, "None of 2 products"), (30, "1 of 2 products")])
def test_products_are_called_worse_only_beyond_chance(bad, told):
    judged = pd.DataFrame({"product_id": ["a"] * 30 + ["b"] * 90, "dissatisfied": [True] * bad + [False] * (30 - bad) +
                           [True] * 45 + [False] * 45})
    names = pd.DataFrame({"product_id": ["b"], "name": ["Green tea"]})
    table, sentence = topics_pages.products(judged, names)
    assert said([sentence])[0].startswith(told)
    assert set(table["frame"]["product"]) == {"a", "Green tea"}


def test_wishes_are_told_and_taken_for_no_complaints():
    topics = about(price=(100, 0.2), delivery=(100, 0.8))
    wished = topics["topic"].eq("price") & (topics.index < 40)
    topics["p_dissatisfied"] = topics["p_dissatisfied"].mask(wished)
    topics["is_dissatisfied"] = topics["is_dissatisfied"].mask(wished)
    page = said(topics_pages.aspects(topics, reviews(400), source="s"))
    assert f"{wished.sum()} mentions only ask for something: they count as mentions, but not as complaints." in page
    assert wished.sum() > 0
    assert any(f"Of {100 - wished.sum()} texts that mention price, an estimated 20%" in one for one in page)
