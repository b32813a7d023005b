"""Checks rendered reports in headless Chromium, as readers open them.

    python tests/browser.py reports/complete_journey      every page of a data set, in each language

A page may ask for nothing but itself; every link leads somewhere; nothing raw or unformatted is shown; nothing is wider than
a phone; axe-core finds no serious fault, in the light and in the dark.
"""

import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
MAX_BYTES = 1_500_000
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RAW = re.compile(r"\b(?:nan|NaN|NaT|inf|Infinity|Traceback|undefined)\b|\bNone\b(?! of\b)|<NA>|\{\{|\{%|\d{10,}")
CJK = re.compile(r"[\u4e00-\u9fff]")

OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach(details => details.open = true);
  document.getElementById('show-code').checked = true;
}"""
TEXT = """() => {
  const skip = 'blockquote, .code, style';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest(skip) && parent.checkVisibility()) words.push(walker.currentNode.textContent.trim());
  }
  return words.filter(Boolean);
}"""
SENTENCES = """() => [...document.querySelectorAll(
  'h1, h2, .sentence, .answer p, .say p, .note p, .verdict span, .chart-title, caption, .kpi-label, .points li'
)].map(element => element.textContent.trim())"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('main *')].filter(
    element => element.getBoundingClientRect().right > width + 1 && !element.closest('.scroll, .pan, .code')
  ).slice(0, 3).map(element => element.tagName + '.' + element.className).concat('page');
}"""


def chromium() -> str | None:
    """Return the path of an installed Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def launched():
    """Give a running browser and close it at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


def check_folder(browser, folder: Path, *, is_raw_shown: bool = False) -> list[str]:
    """Return every fault of the pages in `folder`/<language>. `is_raw_shown`: the data themselves hold {{ and the like."""
    pages = sorted(folder.glob("*/*.html"))
    faults = [] if pages else [f"{folder.name}: there is no report"]
    for file in pages:
        found = [*file_faults(file), *page_faults(browser, file, is_raw_shown=is_raw_shown)]
        faults += [f"{file.parent.name}/{file.name}: {fault}" for fault in found]
    return faults


def file_faults(file: Path) -> list[str]:
    """Return what is wrong with the file itself: its size, scripts, paths of this machine."""
    html = file.read_text(encoding="utf-8")
    faults = [f"{len(html):,} bytes are more than {MAX_BYTES:,}"] if file.stat().st_size > MAX_BYTES else []
    faults += ["holds a script"] if re.search(r"<script|<a [^>]*href=.javascript:", html, re.IGNORECASE) else []
    machine = {str(Path.home()), str(Path.cwd())} - {"/", "/root"}
    return faults + [f"holds a path of this machine: {path}" for path in sorted(machine) if path in html]


def page_faults(browser, file: Path, *, is_raw_shown: bool) -> list[str]:
    """Return what is wrong with a page as a browser shows it."""
    faults = []
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport=DESKTOP, color_scheme=scheme)
        page = context.new_page()
        _listen(page, file, faults)
        page.goto(file.as_uri())
        if scheme == "light":
            faults += [*link_faults(page, file), *image_faults(page), *language_faults(page, file)]
        page.evaluate(OPEN_ALL)
        if scheme == "light" and not is_raw_shown:
            words = page.evaluate(TEXT)
            faults += [f"shows {match[0]!r} in {line[:90]!r}" for line in words if (match := RAW.search(line))]
        faults += [f"{scheme}: {fault}" for fault in accessibility_faults(page)]
        page.set_viewport_size(PHONE)
        if too_wide := page.evaluate(TOO_WIDE):
            faults.append(f"wider than a phone: {', '.join(too_wide)}")
        context.close()
    return list(dict.fromkeys(faults))


def _listen(page, file: Path, faults: list[str]) -> None:
    """Note every request that is not the page itself, every message of the console and every error."""
    own = file.as_uri()
    page.on("request", lambda request: faults.append(f"asks for {request.url[:90]}")
            if request.url != own and not request.url.startswith("data:") else None)
    page.on("console", lambda message: faults.append(f"console: {message.text[:160]}")
            if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))


def link_faults(page, file: Path) -> list[str]:
    """Return the links that lead nowhere: to a file or an anchor that is not there, or out of the reports."""
    faults = []
    for href in page.evaluate("() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"):
        if href.startswith("data:text/csv;base64,"):
            continue
        name, _, anchor = href.partition("#")
        target = (file.parent / name).resolve() if name else file
        if re.match(r"[a-z]+:|//", href) or not target.is_file():
            faults.append(f"link to {href} leads nowhere")
        elif anchor and f'id="{anchor}"' not in target.read_text(encoding="utf-8"):
            faults.append(f"link to {href} leads to no such place")
    return faults


def image_faults(page) -> list[str]:
    """Return the pictures without words or that did not load."""
    images = page.evaluate(
        "() => [...document.images].map(image => [(image.alt || '').trim(), image.complete && image.naturalWidth > 0])"
    )
    return [f"picture {i} has no alt text" for i, (alt, _) in enumerate(images, 1) if not alt] + [
        f"picture {i} is broken" for i, (_, is_loaded) in enumerate(images, 1) if not is_loaded
    ]


def language_faults(page, file: Path) -> list[str]:
    """Return the sentences of a Chinese page that have not one Chinese character, and a wrong language of the page."""
    language = file.parent.name
    stated = page.evaluate("() => document.documentElement.lang")
    faults = [] if stated.startswith(language) else [f"says it is in {stated!r}"]
    if language == "zh":
        sentences = [line for line in page.evaluate(SENTENCES) if re.search(r"[A-Za-z]{3}", line) and not CJK.search(line)]
        faults += [f"not translated: {line[:90]!r}" for line in dict.fromkeys(sentences)]
    return faults


def accessibility_faults(page) -> list[str]:
    """Return the serious and critical findings of axe-core (contrast, names, order of headings, landmarks …)."""
    from axe_playwright_python.sync_playwright import Axe

    response = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {rule['help']} ({len(rule['nodes'])}×, {rule['nodes'][0]['html'][:100]})"
        for rule in response.response["violations"]
        if rule["impact"] in ("serious", "critical") or rule["id"] == "heading-order"
    ]


def main(folders: list[str]) -> int:
    """Print every fault; return 1 if there is one."""
    with launched() as browser:
        faults = [f"{folder}/{fault}" for folder in folders for fault in check_folder(browser, Path(folder).resolve())]
    print("\n".join(faults) or f"{', '.join(folders)}: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["reports/complete_journey"]))
