"""report.py: grades at their boundaries, text from data as text, tables and CSV links, findings that are kept."""

import base64
import html
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import i18n, report, tables
from helpers.errors import UserError
from helpers.evidence import GRADES, Evidence, grade
from helpers.plots import plots
from helpers.report import Kpi

HOSTILE = "<script>alert('x')</script>&\"{{ 7 * 7 }}"


@pytest.fixture
def run(home, shown):
    started = report.start("03_segmentation", dataset="complete_journey", seed=7)
    shown.clear()
    return started


@pytest.fixture
def in_chinese(home, shown):
    started = report.start("03_segmentation", dataset="complete_journey", language="zh")
    shown.clear()
    return started


def csv_of(block: str) -> pd.DataFrame:
    """Return the table behind the CSV link of a block."""
    return pd.read_csv(io.BytesIO(csv_bytes(block)), dtype=str, keep_default_na=False, skip_blank_lines=False)


def csv_bytes(block: str) -> bytes:
    return base64.b64decode(re.search(r'href="data:text/csv;base64,([^"]*)"', block)[1])


# --- the run


def test_start_gives_the_settings_window_and_seed(run):
    assert run.as_of == pd.Timestamp("2017-12-31")
    assert run.first_day == pd.Timestamp("2017-01-01")
    assert (run.seed, run.language, run.stage) == (7, "en", "03_segmentation")
    assert run.business.currency == "USD"


@pytest.mark.parametrize(("day", "is_fine"), [
    ("2017-01-01", False), ("2017-01-02", True), ("2017-12-31", True), ("2018-01-01", False), ("1999-01-01", False),
])
def test_a_snapshot_date_must_lie_within_the_data(home, shown, day, is_fine):
    if is_fine:
        assert report.start("07_churn", dataset="complete_journey", snapshot_date=day).as_of == pd.Timestamp(day)
    else:
        with pytest.raises(UserError) as error:
            report.start("07_churn", dataset="complete_journey", snapshot_date=day)
        assert str(error.value) == (
            f"SNAPSHOT_DATE={day} lies outside the data, which runs from 2017-01-01 to 2017-12-31"
        )


def test_a_data_set_without_a_first_day_still_has_a_last_one(home, shown):
    assert report.start("07_churn", dataset="telco", snapshot_date="2017-06-30").first_day is None
    with pytest.raises(UserError, match="SNAPSHOT_DATE=2018-01-01 lies outside the data, which runs to 2017-12-31"):
        report.start("07_churn", dataset="telco", snapshot_date="2018-01-01")


def test_the_settings_table_shows_window_and_parameters(run, shown):
    report.settings(recency_cuts=[7, 30], name=HOSTILE)
    words = re.sub(r"<[^>]+>", " ", shown[0])
    assert "1 Jan 2017 – 31 Dec 2017" in words
    assert "USD, America/New_York" in words
    assert "7, 30" in words
    assert "<script>" not in shown[0]


def test_a_run_without_a_first_day_shows_a_dash_as_window(home, shown):
    report.start("07_churn", dataset="telco")
    report.settings()
    assert "<td>–</td>" in shown[-1]


# --- grades


@pytest.mark.parametrize(("evidence", "expected"), [
    (Evidence("fact", n=29), "too weak"),
    (Evidence("fact", n=30), "holds"),
    (Evidence("fact", n=0), "too weak"),
    (Evidence("fact", n=30, coverage=0.5), "holds"),
    (Evidence("fact", n=30, coverage=0.499), "with care"),
    (Evidence("estimate", n=29, interval=(1, 2), baseline=0), "too weak"),
    (Evidence("estimate", n=30), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2)), "with care"),
    (Evidence("estimate", n=29, interval=(1, 2), within=0.5), "too weak"),
    (Evidence("estimate", n=30, within=0.5), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), within=0.5), "holds"),
    (Evidence("estimate", n=30, interval=(1, 2), within=0.499), "with care"),
    (Evidence("estimate", n=30, interval=(0.45, 0.55), within=0.05), "holds"),  # in floating point a little wider
    (Evidence("estimate", n=30, interval=(0, 0), within=0.0), "with care"),  # a tenth of a median of 0 hours
    (Evidence("estimate", n=30, interval=(1, float("inf")), within=0.5), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), within=float("nan")), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), within=0.5, coverage=0.49), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), within=0.5, coverage=0.5), "holds"),
    (Evidence("estimate", n=30, interval=(1, 2), within=0.5, baseline=1.5), "too weak"),
    (Evidence("estimate", n=30, interval=(1, 9), within=0.5, baseline=0.5), "holds"),
    (Evidence("estimate", n=30, interval=(1, 9), within=0.5, baseline=float("nan")), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=0.999), "holds"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=1), "too weak"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=2), "too weak"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=2.001), "holds"),
    (Evidence("estimate", n=30, interval=(-1, 1), baseline=0), "too weak"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=0, coverage=0.49), "with care"),
    (Evidence("estimate", n=30, interval=(1, 2), baseline=0, coverage=0.5), "holds"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), baseline=0.7), "with care"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), baseline=0.7, held_out=False), "with care"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), baseline=0.7, held_out=True), "holds"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), baseline=0.8, held_out=True), "too weak"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), baseline=0.7, held_out=True, coverage=0.49), "with care"),
    (Evidence("fact", n=float("nan")), "too weak"),
    (Evidence("prediction", n=30, interval=(0.8, 0.9), held_out=True), "with care"),
    (Evidence("prediction", n=30, held_out=True, baseline=0.7), "with care"),
    (Evidence("prediction", n=29, interval=(0.8, 0.9), baseline=0.7, held_out=True), "too weak"),
    (Evidence("estimate", n=100, interval=(float("nan"), float("nan")), baseline=0.0), "with care"),
    (Evidence("prediction", n=100, interval=(0.8, float("nan")), baseline=0.7, held_out=True), "with care"),
    (Evidence("prediction", n=100, interval=(0.8, 0.9), baseline=float("nan"), held_out=True), "with care"),
])
def test_the_grade_at_its_boundaries(evidence, expected):
    given_grade, why = grade(evidence)
    assert given_grade == expected
    assert why in i18n.catalogue(), "the reason has no Chinese"


@given(
    st.sampled_from(["fact", "estimate", "prediction"]), st.integers(0, 100), st.floats(0, 1),
    st.none() | st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted).map(tuple), st.none() | st.floats(-1, 1),
    st.none() | st.booleans(), st.none() | st.floats(0, 1),
)
def test_nothing_holds_that_is_small_or_whose_interval_is_wide_or_includes_the_baseline(
    kind, n, coverage, interval, baseline, held_out, within
):
    evidence = Evidence(kind, n, None, interval, baseline, held_out, coverage, within)
    given_grade, _ = grade(evidence)
    assert given_grade in GRADES
    includes = interval is not None and baseline is not None and interval[0] <= baseline <= interval[1]
    if n < 30 or (kind != "fact" and includes):
        assert given_grade == "too weak"
    if kind == "prediction" and not held_out:
        assert given_grade != "holds"
    is_wide = within is None or interval is None or interval[1] - interval[0] > 2 * within
    if kind == "estimate" and baseline is None and is_wide:
        assert given_grade != "holds"


# --- findings


def test_a_finding_is_shown_with_its_grade_and_kept_for_the_table(run, shown):
    given_grade = report.finding(
        "{n:count} of {of:count} customers", n=np.int64(5), of=10,
        evidence=Evidence("fact", n=100, estimate=0.5, serves="what to mend"),
    )
    assert given_grade == "holds"
    assert 'data-grade="holds" data-serves="what to mend"' in shown[0]
    assert "5 of 10 customers" in shown[0]
    assert "n = 100; a full count of the data" in shown[0]
    row = report.findings().iloc[0]
    assert row["finding_id"] == "segmentation-01"
    assert row["template"] == "{n:count} of {of:count} customers"
    assert json.loads(row["values"]) == {"n": 5, "of": 10}
    assert (row["grade"], row["kind"], row["n"], row["estimate"]) == ("holds", "fact", 100, 0.5)


def test_findings_keep_their_contract_even_when_there_are_none(run):
    assert report.findings().empty
    assert tables.save(report.findings(), "findings_segmentation")["rows"] == 0
    report.finding("A {day:day}", day=pd.Timestamp("2017-03-01"), evidence=Evidence("fact", n=40))
    report.finding("B", evidence=Evidence("estimate", n=40, estimate=1.0, interval=(0.5, 1.5), baseline=0.0))
    report.finding("C", evidence=Evidence("prediction", n=10, held_out=True))
    assert tables.save(report.findings(), "findings_segmentation")["rows"] == 3
    loaded = tables.load("findings_segmentation")
    assert json.loads(loaded["values"][0]) == {"day": "2017-03-01"}
    assert loaded["low"].tolist()[1] == 0.5
    assert loaded["held_out"].tolist()[2] is True
    assert loaded["finding_id"].tolist() == ["segmentation-01", "segmentation-02", "segmentation-03"]


def test_findings_of_earlier_runs_are_kept_and_the_same_run_adds_nothing(run):
    def said(n):
        run.findings.clear()
        report.finding("{n:count} customers", n=n, evidence=Evidence("fact", n=n))
        tables.save(report.findings(), "findings_segmentation")
        return tables.load("findings_segmentation")

    assert said(40)[["run", "is_current"]].to_numpy().tolist() == [[1, True]]
    assert said(40)[["run", "is_current"]].to_numpy().tolist() == [[1, True]]
    assert said(41)[["run", "n", "is_current"]].to_numpy().tolist() == [[1, 40, False], [2, 41, True]]
    assert said(41)["run"].tolist() == [1, 2]
    run.findings.clear()
    assert report.findings()["is_current"].tolist() == [False, False], "a run that finds nothing leaves nothing current"


def test_the_same_finding_in_chinese_has_the_same_values(in_chinese, shown):
    report.finding("{n:count} customers.", n=1234, evidence=Evidence("fact", n=29))
    assert "证据不足" in shown[0]
    assert report.findings()["grade"].tolist() == ["too weak"], "the table holds the English grade in every language"


def test_findings_of_other_reports_are_shown_with_a_link_to_them(run, shown):
    report.held(pd.DataFrame(columns=["topic", "template", "values", "n", "why", "serves"]))
    assert "No finding of the other reports holds." in shown[0]
    report.held(pd.DataFrame({
        "topic": "churn", "template": ["{x} and {n:count}", "B"], "values": [json.dumps({"x": HOSTILE, "n": 5}), "{}"],
        "n": [40, 50], "why": ["a full count of the data"] * 2, "serves": ["whom to contact", None],
    }))
    assert '<a href="07_churn.html">Churn</a>' in shown[1]
    assert shown[1].index("<b>Whom to contact</b>") < shown[1].index("<b>How things stand</b>")
    assert shown[1].count("<b>") == 2
    assert shown[1].count("<li>") == 2
    assert "<script>" not in shown[1]


# --- everything from data is text


@pytest.mark.parametrize("show", [
    lambda x: report.answer("{x}", x=x),
    lambda x: report.say("{x}", x=x),
    lambda x: report.note("{x}", x=x),
    lambda x: report.lacking("{x}", x=x),
    lambda x: report.points([x]),
    lambda x: report.verdict("use", "{x}", x=x),
    lambda x: report.quotes([(x, x)], title=x),
    lambda x: report.kpis(Kpi(x, x, "", note=x, against=x, change=0.1)),
    lambda x: report.cards(report.Card(x, x, [(x, x)], [x], color=x)),
    lambda x: report.table(pd.DataFrame({x: [x]}), caption=x, csv_name=x),
    lambda x: report.table(pd.DataFrame({"a": pd.Categorical([x])}), {"a": (x, "label")}),
    lambda x: report.finding("{x}", x=x, evidence=Evidence("fact", n=99)),
    lambda x: report.settings(**{"p": x}),
    lambda x: report.chart(plots.bar(pd.DataFrame({"n": ["a"], "v": [1]}), label="n", value="v"), title=x, subtitle=x,
                           source=x, alt=x, eyebrow=x, name=x, data=pd.DataFrame({"a": [x]})),
], ids=[
    "answer", "say", "note", "lacking", "points", "verdict", "quotes", "kpis", "cards", "table", "categories", "finding",
    "settings", "chart",
])
def test_markup_in_data_is_shown_as_typed(run, shown, show):
    show(HOSTILE)
    assert len(shown) == 1
    without_csv = re.sub(r"base64,[^\"]*", "", shown[0])
    assert "<script" not in without_csv
    assert html.escape(HOSTILE, quote=True) in without_csv
    assert '"{{' not in without_csv, "a quote of the data ends an attribute"


# --- key figures


@pytest.mark.parametrize(("change", "good", "news"), [
    (0.1, "up", "good"), (-0.1, "up", "bad"), (0.1, "down", "bad"), (-0.1, "down", "good"),
    (0.0, "up", "flat"), (0.1, "neutral", "flat"), (-0.1, "neutral", "flat"), (float("nan"), "up", "flat"),
])
def test_a_change_is_good_or_bad_by_the_direction_that_is_good_news(run, shown, change, good, news):
    report.kpis(Kpi("Revenue", 10, change=change, good=good, against="against last year"))
    assert f'class="kpi-change {news}"' in shown[0]
    assert "against last year" in shown[0]


def test_a_key_figure_shows_what_it_has_and_nothing_else(run, shown):
    report.kpis(Kpi("Revenue", 1234.5, "money"))
    assert re.sub(r"<[^>]+>", "", shown[0]) == "Revenue$1,234"
    report.kpis(Kpi("Rate", 0.5, "percent", low=0.45, high=0.55, note="of all"))
    assert re.sub(r"<[^>]+>", "|", shown[1]).strip("|") == "Rate||50%||95% interval 45% to 55%||of all"
    report.kpis(Kpi("Unknown", float("nan"), "money", change=None))
    assert "nan" not in shown[2].lower()


def test_a_trend_line_needs_two_points_and_stays_in_its_frame(run, shown):
    report.kpis(Kpi("a", 1, trend=(1,)), Kpi("b", 1, trend=()))
    assert "<svg" not in shown[0]
    report.kpis(Kpi("a", 1, trend=(1, 5, 3)))
    points = re.search(r'points="([^"]*)"', shown[1])[1].split()
    assert points == ["3.0,25.0", "60.0,3.0", "117.0,14.0"]
    report.kpis(Kpi("constant", 1, trend=(2, 2, 2)))
    assert len({p.split(",")[1] for p in re.search(r'points="([^"]*)"', shown[2])[1].split()}) == 1


# --- tables and CSV links


@pytest.mark.parametrize(("n", "limit", "n_shown"), [
    (3, 50, 3), (50, 50, 50), (60, 50, 60), (61, 50, 50), (12, 10, 12), (13, 10, 10),
])
def test_a_long_table_shows_its_first_rows_says_so_and_the_csv_holds_all(run, shown, n, limit, n_shown):
    report.table(pd.DataFrame({"i": range(n)}), rows=limit)
    assert shown[0].count("<tr>") == n_shown + 1
    assert (f"First {n_shown} of {n} rows." in shown[0]) == (n_shown < n)
    assert len(csv_of(shown[0])) == n


def test_columns_are_chosen_named_and_formatted(run, shown):
    frame = pd.DataFrame({"segment": ["Champions"], "share": [0.256], "secret": ["x"]})
    report.table(frame, {"segment": ("Segment", "label"), "share": ("Share", "percent1")}, caption="By segment")
    assert "Segment" in shown[0]
    assert '<td class="num">25.6%</td>' in shown[0]
    assert "secret" not in shown[0]
    assert list(csv_of(shown[0]).columns) == ["segment", "share"]
    assert "<caption>By segment</caption>" in shown[0]
    assert '<th scope="row">Champions</th>' in shown[0]


def test_without_columns_the_format_follows_from_the_type(run, shown):
    report.table(pd.DataFrame({
        "n": [1234], "x": [1.5], "day": [pd.Timestamp("2017-03-01")], "flag": [True], "name": ["a"], "none": [None],
    }))
    words = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", shown[0])
    assert words == ["n", "x", "day", "flag", "name", "1,234", "1.50", "1 Mar 2017", "True", "a"]


def test_a_column_without_any_value_is_left_out(run, shown):
    report.table(pd.DataFrame({"a": ["x", "y"], "empty": [None, None], "partly": [None, "z"]}),
                 {"a": ("A", "label"), "empty": ("Empty", "label"), "partly": ("Partly", "label")})
    assert re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", shown[0]) == ["A", "Partly"]


@pytest.mark.parametrize("unknown", [None, np.nan, pd.NA, pd.NaT])
def test_an_unknown_cell_is_a_dash(run, shown, unknown):
    report.table(pd.DataFrame({"a": pd.Series(["x", unknown], dtype=object)}), {"a": ("A", "label")})
    assert '<th scope="row">–</th>' in shown[0]
    assert "nan" not in shown[0].lower().split("base64")[0]


def test_a_table_without_rows_is_a_table(run, shown):
    report.table(pd.DataFrame({"a": pd.Series([], dtype=str)}))
    assert "<tbody></tbody>" in shown[0]
    assert csv_of(shown[0]).empty


@pytest.mark.parametrize("formula", [
    "=1+1", "=HYPERLINK(\"http://x\")", "+cmd|'/c calc'!A1", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", "  =1",
    "＝1+1", "＋cmd", "－cmd", "＠x", "\u3000=1", "\u00a0=1", "\ufeff=1", "=", "-", "+", "@", "- not a number",
])
def test_text_that_a_spreadsheet_would_run_is_quoted_in_the_csv(run, shown, formula):
    for column in (pd.Series([formula]), pd.Series([formula], dtype=object), pd.Series([formula], dtype="category")):
        report.table(pd.DataFrame({"a": column}))
        assert csv_of(shown[-1])["a"].tolist() == ["'" + formula.replace("\r", "\n")]


@pytest.mark.parametrize("harmless", [
    "+8613812345678", "+86 138 1234 5678", "-12.5", "+3", "-1", "a=b", "a@b.example", "1-2", "", " ", "客户", "'x", "0012",
])
def test_phones_negative_numbers_and_plain_text_stay_as_they_are_in_the_csv(run, shown, harmless):
    report.table(pd.DataFrame({"a": [harmless]}))
    assert csv_of(shown[0])["a"][0] == harmless


def test_a_column_named_like_a_formula_is_quoted_in_the_csv(run, shown):
    report.table(pd.DataFrame({"=1+1": ["a"], "share": ["b"]}))
    assert list(csv_of(shown[0]).columns) == ["'=1+1", "share"]


def test_a_carriage_return_does_not_start_a_row_of_its_own(run, shown):
    report.table(pd.DataFrame({"a": ["one\r=cmd()", "two\r\n=cmd()"]}))
    assert csv_of(shown[0])["a"].tolist() == ["one\n=cmd()", "two\n=cmd()"]
    assert b"\r" not in csv_bytes(shown[0])


def test_numbers_keep_their_cents_in_the_csv(run, shown):
    report.table(pd.DataFrame({"money": [4596123.45, -0.01], "n": [10**9, 1]}))
    assert csv_of(shown[0])["money"].tolist() == ["4596123.45", "-0.01"]
    assert csv_of(shown[0])["n"].tolist() == ["1000000000", "1"]


def test_the_csv_opens_in_a_spreadsheet_with_chinese_letters(run, shown):
    report.table(pd.DataFrame({"a": ["客户"]}), csv_name="客户\"><")
    assert csv_bytes(shown[0]).startswith(b"\xef\xbb\xbf")
    assert b"\r" not in csv_bytes(shown[0])
    assert 'download="客户&quot;&gt;&lt;.csv"' in shown[0]


# --- charts, cards, verdicts


def test_a_chart_is_a_card_with_alt_text_a_source_and_the_figures_behind_it(run, shown):
    data = pd.DataFrame({"segment": ["Champions", "Loyal"], "n": [10, 5]})
    report.chart(
        plots.bar(data, label="segment", value="n"), title="Champions lead", subtitle="Customers", alt="Bars.",
        source=report.source_line(n=15, of="customers", run=run), data=data, name="segments",
    )
    assert 'alt="Bars."' in shown[0]
    assert "Source: Complete Journey, a US grocer in 2017; n = 15 customers; 1 Jan 2017 – 31 Dec 2017" in shown[0]
    assert "<details><summary>Show the figures as a table</summary>" in shown[0]
    assert csv_of(shown[0])["n"].tolist() == ["10", "5"]
    assert shown[0].count("<img ") == 1
    report.chart(plots.bar(data, label="segment", value="n"), title="x", alt="y")
    assert "<details>" not in shown[1]


def test_the_source_line_of_data_without_a_first_day_names_the_last_one(home, shown):
    run = report.start("07_churn", dataset="telco")
    line = report.source_line(n=7043, of="contracts", run=run, source="A file")
    assert line == "Source: A file; n = 7,043 contracts; as of 31 Dec 2017"


@pytest.mark.slow
def test_a_figure_too_busy_for_a_phone_can_be_panned_and_a_small_one_needs_nothing(run, shown):
    small = plots.new((4.0, 2.0))
    small.plot([1, 2])
    report.chart(small, title="small", alt="x")
    assert "<picture>" not in shown[0]
    assert 'class="pan"' not in shown[0]
    wide = plots.new((12, 3))
    wide.set_xticks(range(12), ["a long label indeed"] * 12)
    report.chart(wide, title="wide", alt="x")
    assert 'class="pan"' in shown[1]
    roomy = plots.new((7.6, 3))
    roomy.plot([1, 2])
    report.chart(roomy, title="roomy", alt="x")
    assert "<picture><source media=" in shown[2]


def test_the_verdict_is_one_of_three(run, shown):
    for level in ("use", "use with care", "do not use"):
        report.verdict(level, "Because.")
        assert f'data-level="{level.replace(" ", "-")}"' in shown[-1]
    with pytest.raises(AssertionError, match="unknown verdict 'perhaps'"):
        report.verdict("perhaps", "Because.")


def test_what_was_written_is_the_last_thing_shown(run, shown):
    report.written({"table": "segments", "rows": 2469, "columns": 11, "sha256": "x"})
    assert '<td class="num">2,469</td>' in shown[0]
    assert "sha256" not in shown[0]


def test_the_same_calls_show_the_same_html(home, shown):
    def page():
        shown.clear()
        report.start("03_segmentation", dataset="complete_journey")
        report.answer("{n:count} customers", n=5)
        report.chart(plots.bar(pd.DataFrame({"a": ["x"], "b": [1]}), label="a", value="b"), title="t", alt="a")
        return list(shown)

    assert page() == page()


def test_what_a_module_found_is_shown_in_order_and_its_findings_are_kept(run, shown):
    """A sentence, a finding, a chart and a table, as a module hands them over."""
    frame = pd.DataFrame({"segment": ["A"], "n": [3]})
    columns = {"segment": ("Segment", "label"), "n": ("Customers", "count")}
    report.tell(
        report.Said("First {shown:count} of {all:count} rows.", {"shown": 1, "all": 2}),
        report.Said("Data set", {}, Evidence("estimate", n=40, estimate=1.0, interval=(.5, 1.5), baseline=0.0)),
        {"axes": plots.bar(frame, label="segment", value="n"), "title": "T", "alt": "A"},
        {"frame": frame, "columns": columns, "caption": "C"},
    )
    assert len(shown) == 4
    assert "First 1 of 2 rows." in shown[0] and "Data set" in shown[1] and "<figure>" in shown[2] and "<table" in shown[3]
    assert report.findings()["n"].tolist() == [40]


def test_folded_pieces_carry_their_summary_and_those_after_do_not(run, shown):
    inside = [report.Said("One.", {}), report.Lacking("Needs {n:count}.", {"n": 3})]
    report.tell(report.Folded('More "detail"', inside), report.Said("Two.", {}))
    assert ['data-fold="More &quot;detail&quot;"' in block for block in shown] == [True, True, False]
    assert 'class="block lacking"' in shown[1] and "Needs 3." in shown[1]


def test_what_holds_what_lacks_and_what_is_named_stands_before_the_fold():
    firm, weak = (Evidence("estimate", n=40, estimate=1.0, interval=(low, 1.5), baseline=0.0) for low in (.5, -.5))
    holds, doubtful, plain = report.Said("One.", {}, firm), report.Said("Two.", {}, weak), report.Said("Three.", {})
    kept, other, lacks = {"axes": None, "name": "a"}, {"frame": None, "csv_name": "b"}, report.Lacking("Needs more.", {})
    pieces = report.with_fold([plain, kept, doubtful, lacks, other, holds], "More", keep=("a",))
    assert pieces == [kept, lacks, holds, report.Folded("More", [plain, doubtful, other])]
    assert report.with_fold([holds, plain], "More") == [holds, plain]
