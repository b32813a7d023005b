"""What the report page does with a notebook: where each block goes, what is made inert, what may never get lost."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import datasets, i18n, paths
from helpers.errors import UserError
from helpers.rendering import blocks, markup, page, render
from sample_report import HOSTILE

PIXEL = "data:image/png;base64,iVBORw0KGgo="
FIGURE = f'<figure><figcaption><div class="chart-title">T</div></figcaption><img src="{PIXEL}" alt="bars"></figure>'
SAY = new_output("display_data", {"text/html": '<div class="block say"><p>said</p></div>'})


def block(role, body, **data):
    extra = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return new_output("display_data", {"text/html": f'<div class="block {role}"{extra}>{body}</div>'})


def finding(sentence, grade="holds", serves=""):
    said = f'<span class="grade">{grade}</span> <span class="sentence">{sentence}</span>'
    return block("finding", said, grade=grade, serves=serves)


def text_cell(source, language=None):
    return new_markdown_cell(source, metadata={"tags": [f"lang-{language}"]} if language else {})


def code(*outputs, source="x = 1", tags=()):
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)}, execution_count=3)


def notebook(*cells):
    return new_notebook(cells=[text_cell("# Which customers?\n\n- **Question**: who are they?\n- **Reads**: `orders`"), *cells])


@pytest.fixture
def html(home):
    def make(*cells, language="en", stage="03_segmentation", available=(), other=False, nb=None):
        return render.to_html(
            nb or notebook(*cells), stage=stage, settings=datasets.load("complete_journey"), language=language,
            available=list(available), has_other_language=other,
        )

    return make


def between(html, start, end):
    return html.split(start, 1)[1].split(end, 1)[0]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- where things go


def test_the_dashboard_is_the_front_page_and_other_stages_keep_their_names():
    assert render.file_name("12_dashboard") == "index.html"
    assert render.file_name("07_churn") == "07_churn.html"


def test_every_stage_has_a_chinese_name_and_question():
    with i18n.reading_in("zh"):
        for name, question in render.STAGES.values():
            assert re.search(r"[\u4e00-\u9fff]", i18n.text(name)), name
            assert re.search(r"[\u4e00-\u9fff]", i18n.text(question)), question
    assert len(render.STAGES) == 12


def test_every_message_of_the_template_is_translated():
    templates = "".join(file.read_text(encoding="utf-8") for file in (paths.TEMPLATES / "report").glob("*.j2"))
    messages = {double or single for double, single in re.findall(r"""\bt\((?:"([^"]+)"|'([^']+)')""", templates)}
    assert len(messages) > 20
    assert not sorted(messages - set(i18n.catalogue()))


def test_only_the_cells_of_the_readers_language_are_kept(html):
    cells = [text_cell("## English question\n\nx", "en"), text_cell("## 中文问题\n\nx", "zh"), text_cell("## For both\n\nx")]
    english, chinese = html(*cells), html(*cells, language="zh")
    assert "English question" in english and "中文问题" not in english
    assert "中文问题" in chinese and "English question" not in chinese
    assert "For both" in english and "For both" in chinese


def test_the_page_says_which_language_it_is_in(html):
    assert '<html lang="en">' in html()
    assert '<html lang="zh-Hans">' in html(language="zh")


def test_the_first_markdown_cell_gives_title_question_and_details(html):
    out = html()
    assert "<h1>Which customers?</h1>" in out
    assert '<p class="standfirst">Who are they?</p>' in out
    assert "Reads" in between(out, '<details class="about">', "</details>")
    assert "<title>Which customers? – Complete Journey, a US grocer in 2017</title>" in out


@pytest.mark.parametrize(
    ("intro", "question", "rest"),
    [
        ("Who?\nReads: a", "Who?", "Reads: a"),
        ("- **Question**: who?\n- b", "Who?", "b"),
        ("**问题**：谁？", "谁？", ""),
        ("", "", ""),
    ],
)
def test_the_first_line_below_the_title_is_the_question(intro, question, rest):
    built = page.build(new_notebook(cells=[text_cell(f"# T\n\n{intro}")]))
    assert markup.plain(built.standfirst) == question
    assert markup.plain(built.about) == rest


def test_answer_and_key_figures_come_before_the_findings_and_the_sections(html):
    out = html(
        text_cell("## Section one"), code(block("chart", FIGURE)), code(finding("A finding.")),
        code(block("answer", "<p>The answer.</p>"), block("kpis", '<div class="kpi">42</div>')),
    )
    order = [out.index(mark) for mark in ("<h1>", "The answer.", '<div class="kpi">42', 'id="found"', 'id="s-1"', "<figure>")]
    assert order == sorted(order)
    assert out.count("The answer.") == 1


def test_findings_are_listed_firmest_first_and_link_to_their_section(html):
    out = html(
        text_cell("## First"), code(finding("Weak one.", "too-weak"), finding("Careful one.", "with-care")),
        text_cell("## Second"), code(finding("Firm one.")),
    )
    found = between(out, 'id="found"', "</section>")
    assert found.index("Firm one.") < found.index("Careful one.") < found.index("Weak one.")
    assert re.search(r'Firm one\..*?href="#s-2">Second</a>', found, re.DOTALL)
    assert re.search(r'Careful one\..*?href="#s-1">First</a>', found, re.DOTALL)


def test_findings_stand_under_the_decision_that_they_serve_and_those_that_serve_none_come_last(html):
    out = html(text_cell("## First"), code(
        finding("It stands so."), finding("Trust it.", serves="what to trust"),
        finding("Perhaps them.", "with-care", "whom to contact"), finding("These people.", serves="whom to contact"),
        finding("Nobody knows.", "too-weak", "how to serve"),
    ))
    found = between(out, 'id="found"', "<details")
    in_order = ["<h3>Whom to contact</h3>", "These people.", "Perhaps them.", "<h3>What to trust</h3>", "Trust it.",
                "<h3>How things stand</h3>", "It stands so."]
    assert sorted(in_order, key=found.index) == in_order
    assert found.count("<h3>") == 3, "a heading without a finding"


def test_findings_of_one_kind_need_no_heading(html):
    assert "<h3>" not in between(html(text_cell("## First"), code(finding("Firm one."))), 'id="found"', "<details")


def test_findings_too_weak_are_folded_away_and_counted(html):
    weak = [finding("Weak one.", "too-weak"), finding("Weak two.", "too-weak")]
    out = html(text_cell("## First"), code(finding("Firm one."), *weak))
    folded = between(out, '<details class="weak">', "</details>")
    assert "Too weak to rely on (2)" in folded
    assert "Weak one." in folded and "Weak two." in folded and "Firm one." not in folded


def test_below_the_findings_stands_how_they_are_graded(html):
    found = between(html(text_cell("## First"), code(finding("Firm one."))), 'id="found"', "</section>")
    assert found.index("Firm one.") < found.index("How findings are graded") < found.index("±5 percentage points")
    assert "How findings are graded" not in html(text_cell("## First"), code())


def test_a_finding_stands_in_its_section_too(html):
    out = html(text_cell("## First"), code(finding("Firm one.")))
    assert "Firm one." in between(out, 'id="s-1"', "</section>")


def test_settings_and_written_tables_stand_in_the_appendix(html):
    settings, written = block("settings", "<table><tr><th>Seed</th></tr></table>"), block("written", "<p>segments</p>")
    out = html(code(settings), text_cell("## First"), code(SAY), code(written))
    how = between(out, 'id="how"', "</section>")
    assert "Seed" in how and "segments" in how
    assert "Seed" not in out.split('id="how"')[0]


def test_the_appendix_describes_the_data_and_its_limits(html):
    how = between(html(), 'id="how"', "</section>")
    assert "1.47 million order lines" in how
    assert how.count("<li>") == 3


def test_checks_are_counted(html):
    checks = code(source="%%needs x\nassert x, 'a'\nassert x > 0, 'b'", tags=["checks"])
    out = html(text_cell("## First"), checks, code(SAY))
    assert "Checks passed before this page was written: 2." in out


LACKING = block("lacking", "No campaigns.")


def test_what_is_lacking_stands_once_at_the_end_with_the_titles_it_leaves_open(html):
    other = block("lacking", "No prices.")
    out = html(
        text_cell("## First"), code(LACKING), text_cell("## Second\n\nWhy."), code(LACKING), text_cell("### Below"),
        code(LACKING), text_cell("## Third"), code(LACKING, SAY), text_cell("## Fourth\n\nHow."), code(SAY),
        text_cell("### Fifth\n\nWho."), code(other), code(),
    )
    assert re.findall(r'<h2 id="s-[^>]*>(.*?)</h2>', out) == ["Third", "Fourth"]
    lines = re.findall(r"<li><strong>(.*?)</strong> (.*?)</li>", between(out, 'id="lacking"', "</section>"))
    assert lines == [("First · Second · Third", "No campaigns."), ("Fifth", "No prices.")]
    assert out.count("No campaigns.") == 1 and "How." in out and "Why." not in out and "Who." not in out


def test_a_heading_goes_when_the_code_below_it_had_nothing_to_show(html):
    nothing, words = text_cell("### Nothing\n\nHere."), text_cell("### Words\n\nOnly.")
    out = html(text_cell("## First\n\nWhy."), code(SAY), nothing, code(), words)
    assert "Nothing" not in out and "Here." not in out and "Only." in out and 'id="lacking"' not in out


def test_what_the_checks_and_the_saving_lack_is_not_said(html):
    out = html(code(LACKING), text_cell("## Keep in mind\n\nLimits."), code(LACKING, tags=["checks"]), code(LACKING))
    assert "Limits." in between(out, 'id="s-1"', "</section>")
    assert out.count("No campaigns.") == 1


def test_blocks_of_a_fold_stand_together_behind_its_summary(html):
    folded = [block("say", f"<p>{name}</p>", fold="A &amp; B") for name in ("one", "two")]
    out = html(text_cell("## First"), code(SAY, *folded), code(SAY))
    fold = between(out, '<details class="fold">', "</details>")
    assert "<summary>A &amp; B</summary>" in fold and "one" in fold and "two" in fold and out.count('class="fold"') == 1


def test_a_section_without_content_is_left_out(html):
    out = html(text_cell("## Nothing here"), code(), text_cell("## Second"), code(SAY))
    assert "Nothing here" not in out
    assert out.count('class="section') == 1


def test_headings_have_no_jumps(html):
    out = html(text_cell("# Not the title\n\n#### Deep\n\n## Two\n\n### Three\n\n##### Five"), code(SAY))
    levels = [int(level) for level in re.findall(r"<h([1-6])", out)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


# --- code view


def test_code_stands_in_the_page_and_is_hidden_until_asked_for(html):
    out = html(text_cell("## First"), code(SAY, source="rfm = score(orders)"))
    assert "rfm" in words(between(out, 'id="s-1"', "</section>"))
    assert ".code, .code-only { display: none; }" in out
    assert ":root:has(#show-code:checked)" in out


def test_code_looks_the_same_whatever_the_notebook_says_of_its_language(html):
    nb = notebook(text_cell("## First\n\nx"), code(source="%%needs orders\nn = len(orders)  # <b>"))
    first = html(nb=nb)
    nb.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    assert html(nb=nb) == first
    assert '<span class="c1">%%needs orders</span>' in first and "# &lt;b&gt;" in first


def test_prints_stand_with_the_code_only(html):
    out = html(text_cell("## First"), code(new_output("stream", name="stdout", text="counted 12"), SAY))
    assert re.search(r'<div[^>]*class="code output"[^>]*>\s*<pre>counted 12</pre>', out)


def test_warnings_tracebacks_and_addresses_are_dropped(html):
    out = html(
        text_cell("## First"),
        code(
            new_output("stream", name="stderr", text="/home/someone/lib.py:3: FutureWarning"),
            new_output("execute_result", {"text/plain": "<Axes at 0x7f11>"}),
            new_output("execute_result", {"text/plain": "[<A at 0xff>]"}),
            new_output("error", ename="ValueError", evalue="/home/someone", traceback=["/home/someone"]), SAY,
        ),
    )
    assert "someone" not in out and "0x7f11" not in out and "0xff" not in out


def test_html_that_is_no_block_stands_with_the_code_only(html):
    frame = new_output("execute_result", {"text/html": "<table><tr><td>raw</td></tr></table>", "text/plain": "raw"})
    out = html(text_cell("## First"), code(frame, SAY))
    assert "raw" in between(out, "code output", "</div>")


# --- charts in = charts out


def test_every_chart_of_the_notebook_is_a_figure_of_the_page(html):
    out = html(code(block("chart", FIGURE)), text_cell("## First"), code(block("chart", FIGURE), block("chart", FIGURE)))
    assert out.count("<figure>") == out.count("<img ") == 3


def test_a_picture_shown_without_a_card_is_a_figure_with_alt_text(html):
    picture = new_output("display_data", {"image/png": "iVBORw0\nKGgo=", "text/plain": "<Figure>"})
    out = html(text_cell("## First"), code(picture))
    assert f'<img alt="Picture made by cell 3" src="{PIXEL}"' in out or f'src="{PIXEL}" alt="Picture made by cell 3"' in out


def test_a_chart_that_gets_lost_stops_the_report(html):
    broken = FIGURE.replace("<img", "<embed")
    with pytest.raises(ValueError, match="the notebook shows 2 charts, the report 1"):
        html(text_cell("## First"), code(block("chart", FIGURE)), code(block("chart", broken)))


# --- navigation


def test_only_reports_that_exist_are_linked_in_order(html):
    out = html(stage="03_segmentation", available=["07_churn", "12_dashboard", "01_collection"])
    side = between(out, 'class="side"', "</nav>")
    assert re.findall(r'href="([^"#]+)"', side) == ["index.html", "01_collection.html", "07_churn.html"]
    assert "02_cleaning" not in out and "Cleaning" not in side


def test_the_current_report_is_marked_and_lists_its_sections(html):
    out = html(text_cell("## First"), code(SAY), available=["07_churn"])
    side = between(out, 'class="side"', "</nav>")
    assert re.search(r'<a aria-current="page" href="#content">|<a href="#content" aria-current="page">', side)
    assert 'href="#s-1">First</a>' in side


def test_the_reports_before_and_after_are_linked_at_the_end(html):
    pager = between(html(available=["02_cleaning", "07_churn", "12_dashboard"]), 'class="pager"', "</nav>")
    assert re.findall(r'href="([^"]+)"', pager) == ["02_cleaning.html", "07_churn.html"]


def test_the_front_page_shows_every_report_with_its_question(html):
    out = html(stage="12_dashboard", available=["03_segmentation", "07_churn"])
    cards = between(out, 'class="report-cards"', "</ul>")
    assert re.findall(r'href="([^"]+)"', cards) == ["03_segmentation.html", "07_churn.html"]
    assert "Who is about to leave, why, and what does that cost?" in cards
    assert 'class="report-cards"' not in html(stage="03_segmentation", available=["07_churn"])


def test_the_other_language_is_linked_where_it_exists(html):
    assert 'href="../zh/index.html"' in html(stage="12_dashboard", other=True)
    assert 'href="../en/03_segmentation.html"' in html(language="zh", other=True)
    assert "../zh/" not in html(other=False)


def test_a_link_in_the_text_to_a_report_that_does_not_exist_is_plain_words(html):
    cell = text_cell("## Next\n\nGo to [07 Churn](07_churn.html) or [the top](#content).")
    assert 'href="07_churn.html"' not in html(cell) and "Go to 07 Churn" in html(cell)
    assert '<a href="07_churn.html">07 Churn</a>' in html(cell, available=["07_churn"])
    assert '<a href="#content">the top</a>' in html(cell)


# --- made inert


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='https://example.com'>x</a>",
        "<a href='//example.com/a.html'>x</a>",
        "<a href='file:///etc/passwd'>x</a>",
        "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
        "<iframe src='a.html'></iframe>",
        "<img src='https://example.com/a.png' alt='a'>",
        "<img src='data:text/html,x' alt='a'>",
        "<form action='/'><input></form>",
        "<style>*{display:none}</style>",
        "<p style='position:fixed'>x</p>",
        "<section style='background:url(//example.com)'>x</section>",
        "<source srcset='https://example.com/a.png'>",
        "<meta http-equiv=refresh content=0>",
        "<base href='//example.com'>",
        "<p id='found'>x</p>",
        "<math><mtext><img src=x onerror=alert(1)></math>",
        "<object data='a'></object>",
    ],
)
def test_markup_that_acts_or_loads_is_removed(html):
    clean = markup.clean(html)
    acting = r"script|onerror|onload|example\.com|file:|text/html|iframe|<form|<input|style|<meta|<base|\sid=|<object|<img"
    assert not re.search(acting, clean), clean


@pytest.mark.parametrize(
    "html",
    [
        '<a href="07_churn.html">x</a>', '<a href="../zh/07_churn.html#s-1">x</a>', '<a href="#s-1">x</a>',
        '<a class="csv" download="a.csv" href="data:text/csv;base64,77u/YQo=">x</a>', f'<img src="{PIXEL}" alt="a">',
        '<svg class="spark" viewBox="0 0 120 28" aria-hidden="true"><polyline points="3,4 5,6"></polyline></svg>',
        '<section class="card" style="border-top-color:#0072B2">x</section>',
        f'<picture><source media="screen and (max-width: 36rem)" srcset="{PIXEL}"><img src="{PIXEL}" alt="a"></picture>',
        '<div class="block finding too-weak" data-grade="too-weak">x</div>', '<th scope="col" class="num">x</th>',
    ],
)
def test_what_the_report_helpers_write_is_kept(html):
    kept = markup.clean(f"<table><tbody><tr>{html}</tr></tbody></table>" if html.startswith("<th") else html)
    assert html in kept


def test_a_picture_without_a_harmless_source_is_gone_and_its_neighbour_stays():
    kept = markup.clean(f'<p><img alt="a &gt; b" src="https://example.com/a.png"><img alt="c > d" src="{PIXEL}"></p>')
    assert kept.count("<img") == 1 and PIXEL in kept and "d" in kept


def test_raw_html_and_foreign_addresses_in_markdown_are_shown_as_typed():
    shown = markup.markdown("<b onclick=x>bold</b> [paper](https://doi.org/10.1) [evil](javascript:alert(1)) ![p](https://example.com/x.png)")
    assert "&lt;b onclick=x&gt;bold" in shown
    assert "paper" in shown and "(https://doi.org/10.1)" in shown and "(javascript:alert(1))" in shown
    assert "href" not in shown and "<img" not in shown


def test_markdown_tables_have_column_headers_and_can_be_scrolled():
    shown = markup.markdown("| a | n |\n|---|---:|\n| x | 1 |")
    assert '<th scope="col">a</th>' in shown and '<th scope="col" class="num">n</th>' in shown
    assert 'class="scroll"' in shown and 'tabindex="0"' in shown


def test_hostile_texts_are_shown_as_typed(html):
    escaped = [blocks.escape(value) for value in HOSTILE]
    out = html(text_cell("## First"), code(block("points", "".join(f"<li>{value}</li>" for value in escaped))))
    section = between(out, 'id="s-1"', "</section>")
    assert "&lt;script&gt;document.title='owned'&lt;/script&gt;" in section
    assert "&lt;img src=x onerror=" in section and "{{ 7 * 7 }} {% raw %}" in section
    assert "<script" not in out and "49" not in words(section)


def test_titles_are_shown_as_typed(html):
    title = "A & B <b>bold</b>"
    out = html(nb=new_notebook(cells=[text_cell(f"# {title}\n\n## {title}\n\nx")]))
    escaped = "A &amp; B &lt;b&gt;bold&lt;/b&gt;"
    assert out.count(escaped) == 4 and "<b>" not in out  # title of the window, h1, h2, table of contents


def test_no_script_and_no_request_is_possible(html):
    out = html()
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', out)[1]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert 'content="no-referrer"' in out
    assert "<script" not in out and "<link" not in out and "@import" not in out and "url(" not in out


# --- the file


def save(home, nb, language="en", stage="03_segmentation"):
    for position, cell in enumerate(nb.cells):
        cell.id = f"c{position}"
    folder = paths.executed("complete_journey", language)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, folder / f"{stage}.ipynb")


def test_the_same_notebook_gives_the_same_bytes(home):
    save(home, notebook(text_cell("## First"), code(block("chart", FIGURE), finding("A."))))
    first = render.render("03_segmentation", dataset="complete_journey", language="en", available=["07_churn"]).read_bytes()
    second = render.render("03_segmentation", dataset="complete_journey", language="en", available=["07_churn"]).read_bytes()
    assert first == second and first.count(b"A.") == 2


def test_the_report_holds_no_path_of_the_machine(home):
    save(home, notebook(code(finding("A."))))
    out = render.render("03_segmentation", dataset="complete_journey", language="en", available=[]).read_text(encoding="utf-8")
    assert str(home) not in out and str(paths.PROJECT) not in out


def test_the_other_language_is_found_by_its_file(home):
    save(home, notebook(), "en")
    save(home, notebook(), "zh")
    options = {"dataset": "complete_journey", "available": []}
    assert "../zh/" not in render.render("03_segmentation", language="en", **options).read_text(encoding="utf-8")
    assert "../en/" in render.render("03_segmentation", language="zh", **options).read_text(encoding="utf-8")
    assert "../zh/" in render.render("03_segmentation", language="en", **options).read_text(encoding="utf-8")


def test_a_report_that_cannot_be_rendered_leaves_the_last_good_one(home):
    save(home, notebook(code(finding("Good."))))
    file = render.render("03_segmentation", dataset="complete_journey", language="en", available=[])
    save(home, notebook(code(block("chart", "<figure></figure>"))))
    with pytest.raises(ValueError, match="1 charts, the report 0"):
        render.render("03_segmentation", dataset="complete_journey", language="en", available=[])
    assert "Good." in file.read_text(encoding="utf-8")
    assert [left.name for left in file.parent.iterdir() if left.is_file()] == ["03_segmentation.html"]


def test_a_missing_notebook_is_named_with_the_command_that_makes_it(home):
    with pytest.raises(UserError, match=r"executed/07_churn\.ipynb is missing: run make churn"):
        render.render("07_churn", dataset="complete_journey", language="en", available=[])


def test_rendering_leaves_the_language_as_it_was(html):
    html(language="zh")
    assert i18n.language() == "en"
