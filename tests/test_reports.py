"""Reports as a reader's browser shows them (headless Chromium): a sample with every block, and one with hostile data.

The same checks run on the real reports: `python tests/browser.py reports/complete_journey`.
"""

import pytest

import browser
import sample_report
from conftest import copy_settings

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def chrome():
    with browser.launched() as running:
        yield running


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return rendered(sample_report.CELLS, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return rendered(sample_report.hostile_cells(), tmp_path_factory.mktemp("hostile"))


def rendered(cells, folder):
    copy_settings(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("WORKBOOK_HOME", str(folder))
        return sample_report.render_folder(cells, folder, monkeypatch)


@pytest.fixture(autouse=True)
def own_pages(chrome):
    """Give every test a browser without pages."""
    yield
    for context in chrome.contexts:
        context.close()


def opened(chrome, file, **options):
    page = chrome.new_context(**options).new_page()
    page.goto(file.as_uri())
    return page


def background(page):
    return page.evaluate("() => getComputedStyle(document.body).backgroundColor")


def is_shown(page, selector):
    return page.evaluate(f"() => [...document.querySelectorAll('{selector}')].some(e => e.checkVisibility())")


def test_a_report_with_every_block_has_no_fault_in_either_language(chrome, sample):
    assert browser.check_folder(chrome, sample) == []


def test_hostile_data_ask_for_nothing_and_break_nothing(chrome, hostile):
    faults = browser.check_folder(chrome, hostile, is_raw_shown=True)
    assert [fault for fault in faults if "not translated" not in fault] == []


def test_hostile_data_are_shown_as_typed_and_do_nothing(chrome, hostile):
    page = opened(chrome, hostile / "en" / "03_segmentation.html")
    page.evaluate(browser.OPEN_ALL)
    assert page.title() == "Whose names are these? – Complete Journey, a US grocer in 2017"
    shown = page.inner_text("main")
    for value in sample_report.HOSTILE:
        assert " ".join(value.split()) in " ".join(shown.split())
    acting = "main script, main iframe, main form, [onclick], [onerror], [onload]"
    assert page.evaluate(f"() => document.querySelectorAll('{acting}').length") == 0


def test_the_theme_follows_the_reader_and_can_be_switched(chrome, sample):
    file = sample / "en" / "03_segmentation.html"
    light, dark = "rgb(250, 249, 246)", "rgb(20, 23, 26)"
    for scheme, first, second in (("light", light, dark), ("dark", dark, light)):
        page = opened(chrome, file, color_scheme=scheme)
        assert background(page) == first
        page.check("#other-theme")
        assert background(page) == second


def test_code_is_shown_when_the_reader_asks_for_it(chrome, sample):
    page = opened(chrome, sample / "en" / "03_segmentation.html")
    assert not is_shown(page, ".code")
    page.check("#show-code")
    assert is_shown(page, ".code")
    assert "checked 4" in page.inner_text(".code.output")


def test_on_a_phone_the_menu_opens_and_closes_when_a_link_is_followed(chrome, sample):
    page = opened(chrome, sample / "zh" / "03_segmentation.html", viewport=browser.PHONE, reduced_motion="reduce")
    assert not is_shown(page, ".side")
    page.click(".menu")
    assert is_shown(page, ".side")
    page.click('.side a[href="#s-2"]')
    assert not is_shown(page, ".side")
    assert page.evaluate("() => document.getElementById('s-2').getBoundingClientRect().top") < browser.PHONE["height"]


def test_on_a_phone_charts_are_drawn_for_its_width(chrome, sample):
    file = sample / "en" / "03_segmentation.html"
    sizes = {}
    for name, viewport in (("desktop", browser.DESKTOP), ("phone", browser.PHONE)):
        page = opened(chrome, file, viewport=viewport)
        sizes[name] = page.evaluate("() => [...document.images].map(image => image.naturalWidth)")
    assert all(narrow < wide for narrow, wide in zip(sizes["phone"], sizes["desktop"], strict=True))


def test_on_paper_there_is_no_navigation_and_what_is_folded_is_open(chrome, sample):
    page = opened(chrome, sample / "en" / "03_segmentation.html", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not is_shown(page, ".side, .tools, .pager, .csv")
    assert background(page) == "rgb(255, 255, 255)"
    assert page.evaluate("() => document.querySelector('.about .prose').getBoundingClientRect().height") > 0


BROKEN = {
    '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">': "has no alt text",
    '<img src="https://example.com/a.png" alt="a">': "asks for https://example.com/a.png",
    '<a href="nowhere.html">x</a>': "link to nowhere.html leads nowhere",
    '<a href="#nowhere">x</a>': "link to #nowhere leads to no such place",
    '<a href="https://example.com/">x</a>': "link to https://example.com/ leads nowhere",
    "<p>the mean is nan</p>": "shows 'nan'",
    "<p>Reason: None</p>": "shows 'None'",
    "<p>{{ value }}</p>": "shows '{{'",
    "<p>1234567890123</p>": "shows '1234567890123'",
    "<details><summary>more</summary><p>Traceback</p></details>": "shows 'Traceback'",
    '<p style="width:900px">x</p>': "wider than a phone",
    '<p style="color:#aaa;background:#fff">pale words</p>': "color-contrast",
    "<h2>a</h2><h4>b</h4>": "heading-order",
    "<script>console.error('oh')</script>": "console: oh",
    "<script>throw new Error('no')</script>": "error: ",
    "<script>1</script>": "holds a script",
}
EMPTY = (
    '<!DOCTYPE html><html lang="{language}"><head><title>t</title></head><body><main><h1>题 title</h1>'
    '<input type="checkbox" id="show-code" aria-label="code">{body}</main></body></html>'
)


@pytest.mark.parametrize(("body", "fault"), BROKEN.items())
def test_the_browser_checks_see_what_is_wrong(chrome, tmp_path, body, fault):
    file = tmp_path / "en" / "page.html"
    file.parent.mkdir()
    file.write_text(EMPTY.format(language="en", body=body), encoding="utf-8")
    found = [*browser.file_faults(file), *browser.page_faults(chrome, file, is_raw_shown=False)]
    assert any(fault in each for each in found), found


def test_the_browser_checks_pass_a_sound_page_and_see_an_untranslated_one(chrome, tmp_path):
    file = tmp_path / "zh" / "page.html"
    file.parent.mkdir()
    file.write_text(EMPTY.format(language="zh", body="<h2>发现</h2><p>None of them; 1,234,567,890</p>"), encoding="utf-8")
    assert browser.page_faults(chrome, file, is_raw_shown=False) == []
    file.write_text(EMPTY.format(language="zh", body="<h2>Finding</h2>"), encoding="utf-8")
    assert browser.page_faults(chrome, file, is_raw_shown=False) == ["not translated: 'Finding'"]


def test_a_page_that_is_too_large_and_an_empty_folder_are_faults(chrome, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("x" * 1_500_001, encoding="utf-8")
    assert browser.file_faults(file) == ["1,500,001 bytes are more than 1,500,000"]
    assert browser.check_folder(chrome, tmp_path / "none") == ["none: there is no report"]
