"""Makes HTML and Markdown inert: an allowlist of elements for what data puts into a report, no raw HTML in narrative.

What is not on the list is dropped (elements and attributes) or shown as typed (markup in Markdown, foreign links).
"""

import re

import nh3
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from helpers.i18n import text

SVG = {"svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"}
TAGS = SVG | {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details", "div", "dl",
    "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p",
    "picture", "pre", "section", "small", "source", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
}
_DRAWING = {
    "viewBox", "width", "height", "d", "cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "points", "fill",
    "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "opacity", "transform",
}
ATTRIBUTES = dict.fromkeys(SVG, _DRAWING) | {
    "*": {"class", "lang", "role", "aria-hidden", "aria-label", "aria-labelledby", "tabindex"},
    "a": {"href", "download"}, "img": {"src", "alt", "width", "height"}, "source": {"srcset", "media"},
    "ol": {"start"}, "section": {"style"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"},
}
PICTURE = re.compile(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]*", re.ASCII)
DOWNLOAD = re.compile(r"data:text/csv(;charset=utf-8)?;base64,[A-Za-z0-9+/=]*", re.ASCII)
PLACE = re.compile(r"(\.\./(en|zh)/)?[A-Za-z0-9_-]+\.html(#[\w-]+)?|#[\w-]+", re.ASCII)
IMAGE = re.compile(r'<img(?: [\w-]+="[^"]*")*>')
COLOR = re.compile(r"border-top-color: ?#[0-9a-f]{6};?", re.IGNORECASE)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """Return the value where it is harmless: a picture in the page, a link within the reports, CSV data, a colour."""
    if (tag, attribute) in {("img", "src"), ("source", "srcset")}:
        return value if PICTURE.fullmatch(value) else None
    if (tag, attribute) == ("a", "href"):
        return value if PLACE.fullmatch(value) or DOWNLOAD.fullmatch(value) else None
    if attribute == "style":
        return value if COLOR.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_keep, generic_attribute_prefixes={"data-"}, link_rel=None,
    url_schemes={"data"},
    clean_content_tags={"script", "style", "template", "iframe", "object", "noscript", "math"},
)


def clean(html: str) -> Markup:
    """Return `html` with only what a report may hold; scripts, handlers, foreign links and requests are gone."""
    kept = IMAGE.sub(lambda image: image[0] if ' src="' in image[0] else "", _CLEANER.clean(html))
    return Markup(kept)  # noqa: S704


class _Narrative(IPythonRenderer):
    """Markdown of a notebook: raw HTML is shown as typed, and so are addresses outside the reports."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if PLACE.fullmatch(url):
            return super().link(text, url, title)
        address = self.escape_html(url)
        return text if text == address else f'{text} <span class="address">({address})</span>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self.escape_html(text)


def markdown(source: str) -> Markup:
    """Return Markdown as sanitised HTML; tables can be scrolled and their headers say what they head."""
    html = MarkdownWithMath(renderer=_Narrative(escape=True, exclude_anchor_links=True)).render(source)
    scroll = f'<div class="scroll" tabindex="0" role="group" aria-label="{text("Table")}"><table>'
    html = html.replace("<table>", scroll).replace("</table>", "</table></div>")
    html = re.sub(r"<th(?=[ >])", '<th scope="col"', html)
    return clean(re.sub(r'<(t[dh])([^>]*) style="text-align: ?(?:right|center);?"', r'<\1\2 class="num"', html))


def python(source: str) -> Markup:
    """Return a code cell with its syntax marked; the first line of a cell magic looks like a comment."""
    magic, _, rest = source.partition("\n") if source.startswith("%%") else ("", "", source)
    first = Markup('<span class="c1">{}</span>\n').format(magic) if magic else Markup()
    marked = Markup(highlight(rest, PythonLexer(), HtmlFormatter(nowrap=True)))  # noqa: S704
    return Markup('<pre class="highlight">{}{}</pre>').format(first, marked)


def without_dead_links(html: str, existing: set[str]) -> str:
    """Return `html` in which links to reports other than the `existing` files are plain words."""
    link = re.compile(r'<a href="([A-Za-z0-9_-]+\.html)(?:#[\w-]+)?"[^>]*>(.*?)</a>', re.DOTALL)
    return link.sub(lambda match: match[0] if match[1] in existing else match[2], html)


def plain(html: str) -> str:
    """Return the words of sanitised HTML."""
    return Markup(html).striptags()
