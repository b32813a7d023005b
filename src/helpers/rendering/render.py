"""Renders an executed notebook as a report page: one file that is read offline, printed, on a phone and in the dark.

page.py says what the page holds, markup.py makes it inert, templates/report gives it its looks. No JavaScript, no request.
"""

import os
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter

from helpers import datasets, evidence, i18n, paths, tables
from helpers.errors import UserError
from helpers.rendering import markup, page

STAGES = {  # short name and the question that the report answers, as catalogue messages
    "01_collection": ("Collection", "What data arrived, from where, and how complete is it?"),
    "02_cleaning": ("Cleaning", "Which rows and values were changed, and why?"),
    "03_segmentation": ("Segments", "Which customers behave alike?"),
    "04_lifetime_value": ("Lifetime value", "What are customers worth, and how long do they stay?"),
    "05_persona": ("Personas", "Who are the segments, in words a team can use?"),
    "06_voc": ("Voice of the customer", "What do customers say, and how satisfied are they?"),
    "07_churn": ("Churn", "Who is about to leave, why, and what does that cost?"),
    "08_behavior": ("Behaviour", "How is behaviour moving, and what explains it?"),
    "09_basket": ("Baskets", "What is bought together, and what should be recommended?"),
    "10_forecast": ("Forecast", "What will be sold?"),
    "11_actions": ("Actions", "Whom to contact with what, under a budget, and did it work?"),
    "12_dashboard": ("Overview", "Where do we stand, and what needs attention?"),
}
FRONT = "12_dashboard"
HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}


def file_name(stage: str) -> str:
    """Return the name of a stage's report: 07_churn.html; the dashboard is index.html."""
    return "index.html" if stage == FRONT else f"{stage}.html"


def render(
    stage: str, *, dataset: str, language: str, available: list[str], has_other_language: bool | None = None
) -> Path:
    """Write the report of an executed notebook, atomically, and return its path.

    available: the stages whose reports exist (this one counts anyway): only they are linked. has_other_language: link the
    report in the other language; by default, where that file exists. The same notebook gives the same bytes.
    """
    source = paths.executed(dataset, language) / f"{stage}.ipynb"
    if not source.exists():
        raise UserError(f"{paths.shown(source)} is missing: run make {stage.split('_', 1)[1]}")
    if has_other_language is None:
        has_other_language = (paths.reports(dataset, OTHER[language][0]) / file_name(stage)).exists()
    html = to_html(
        nbformat.read(source, as_version=4), stage=stage, settings=datasets.load(dataset), language=language,
        available=available, has_other_language=has_other_language,
    )
    target = paths.reports(dataset, language) / file_name(stage)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_text(html, encoding="utf-8", newline="\n")
        tables.put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def to_html(
    notebook, *, stage: str, settings: datasets.Dataset, language: str, available: list[str], has_other_language: bool
) -> str:
    """Return the page of an executed notebook; raises ValueError if a chart got lost on the way."""
    with i18n.reading_in(language):
        other, other_name = OTHER[language]
        resources = {
            "page": page.build(notebook), "settings": settings, "language": language,
            "html_language": HTML_LANGUAGE[language], "stage": _link(stage), "is_front": stage == FRONT,
            **_navigation(stage, available),
            "other": {
                "href": f"../{other}/{file_name(stage)}", "name": other_name, "language": HTML_LANGUAGE[other],
            } if has_other_language else None,
        }
        html, _ = ReportExporter().from_notebook_node(notebook, resources)
    html = markup.without_dead_links(html, {file_name(name) for name in {stage, *available}})
    n_in, n_out = page.n_charts(notebook), html.count("<img ")
    if n_in != n_out:
        raise ValueError(f"{stage}: the notebook shows {n_in} charts, the report {n_out}")
    return html


def _link(stage: str) -> dict:
    name, question = STAGES[stage]
    return {
        "id": stage, "number": stage[:2], "href": file_name(stage), "name": i18n.text(name),
        "question": i18n.text(question),
    }


def _navigation(stage: str, available: list[str]) -> dict:
    """Return the links of the page: the front page, the reports by number, the one before and the one after."""
    here = sorted({stage, *available} & set(STAGES))
    reports = [_link(name) for name in here if name != FRONT]
    position = next((i for i, link in enumerate(reports) if link["id"] == stage), None)
    before = reports[position - 1] if position else None
    after = reports[position + 1] if position is not None and position + 1 < len(reports) else None
    return {"front": _link(FRONT) if FRONT in here else None, "reports": reports, "before": before, "after": after}


class ReportExporter(HTMLExporter):
    """nbconvert with the project's own template: nothing of the stock templates, which load scripts from the network."""

    def __init__(self, **options):
        super().__init__(template_name="report", extra_template_basedirs=[str(paths.TEMPLATES)], **options)

    def from_notebook_node(self, nb, resources=None, **options):
        """Fill the template. HTMLExporter would parse the page once more, for classes and alt texts that ours has."""
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **options)

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.globals["t"] = i18n.text
        environment.globals["grading"] = lambda: [i18n.text(said, **values) for said, values in evidence.legend()]
        return environment
