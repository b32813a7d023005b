"""What the report on the voice of the customer tells about wishes, as pieces of `report.tell`. Input: voc_requests.py.

Wishes in the reader's language are named by their words, those in another one by what they are about and an author's words.
"""

from dataclasses import dataclass

import pandas as pd

from helpers import i18n
from helpers.i18n import shown
from helpers.i18n import text as t
from helpers.report import Said
from helpers.sentiment.sentiment_charts import TEXTS_OF
from helpers.voc import voc_requests

MOST_SHOWN = 8
FIGURES = {
    "n_authors": ("Authors", "count"), "share_text": ("Share of authors (95% interval)", ""),
    "n_customers": ("Known customers", "count"), "value": ("Value expected in the next year", "money"),
}
WORDS = {"quote": ("In an author's words", "")}
OWN_COLUMNS = {"idea": ("What they ask for", ""), **FIGURES, **WORDS}
OTHER_COLUMNS = {"about": ("What it is about", "label"), **WORDS, **FIGURES}


@dataclass(frozen=True)
class Wishes:
    """What customers ask for: how many authors ask for anything, and the wishes that ten of them share."""

    n_authors: int
    table: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table to save, where there is one."""
        return {"requests": self.table} if len(self.table) else {}


def study(reviews: pd.DataFrame, values: pd.DataFrame, *, dictionary: tuple[str, ...]) -> Wishes:
    """Find what customers ask for. reviews: of voc.read_reviews; values: customer_value (may be empty)."""
    asked = voc_requests.find_requests(reviews, dictionary)
    values = values if len(values) else pd.DataFrame(columns=["customer_id", "customer_lifetime_value"])
    return Wishes(asked["author"].nunique(), voc_requests.group_requests(asked, reviews, values))


def pages(wishes: Wishes, *, aspects) -> list[Said | dict]:
    """Return what customers ask for as pieces of report.tell; a sentence where no wish is shared by ten authors.

    aspects: word_lists.Dictionary, which tells what a wish is about.
    """
    if not wishes.n_authors:
        return [Said("No text asks for anything in words that the patterns know.", {})]
    if wishes.table.empty:
        return [Said(
            "{n:count} authors ask for something, but no wish is shared by {needed:count} of them, so none is shown.",
            {"n": wishes.n_authors, "needed": voc_requests.MIN_AUTHORS},
        )]
    found = wishes.table.assign(about=[_about(row.idea, row.quote, aspects) for row in wishes.table.itertuples()])
    languages = sorted(set(found["language"]), key=lambda language: (language != i18n.language(), language))
    return [_most(found, wishes.n_authors), *(_table(found[found["language"] == one], one) for one in languages)]


def _about(idea: str, quote: str, aspects) -> str:
    """Return the aspect of the first of the idea's words that speaks of one; else that of most words of the quote.

    The first word is the one that groups the wishes, so the label does not depend on which of them is quoted.
    """
    for words in (*idea.split(" · "), quote):
        named = pd.Series([aspects.names[i] for i in aspects.find(words.lower())[2]], dtype="str").value_counts()
        if len(named):
            return min(named.index[named == named.max()])
    return "other"


def _most(found: pd.DataFrame, n_authors: int) -> Said:
    """Return how many ask for something, and the wish, or all wishes, of most authors."""
    first = found[found["n_authors"] == found["n_authors"].max()]
    named = [
        t("“{idea}”", idea=row.idea) if row.language == i18n.language()
        else t("{about:label} (“{quote}”)", about=row.about, quote=row.quote) for row in first.itertuples()
    ]
    top = first.iloc[0]
    return Said(
        "{n:count} authors ask for something, most often {wishes:list}: {k:count} authors, {share:percent1} of all who wrote "
        "({low:percent1} to {high:percent1})."
        if len(first) == 1 else
        "{n:count} authors ask for something, most often ({k:count} authors each, {share:percent1} of all who wrote, "
        "{low:percent1} to {high:percent1}): {wishes:list}.",
        {"n": n_authors, "k": int(top["n_authors"]), "wishes": named, **{name: top[name] for name in ("share", "low", "high")}},
    )


def _table(rows: pd.DataFrame, language: str) -> dict:
    is_own = language == i18n.language()
    known = {"n_customers": rows["n_customers"].gt(0).any(), "value": rows["value"].notna().any()}
    rows = rows.assign(share_text=[
        t("{value} ({low} to {high})", **{end: shown(share, "percent1") for end, share in
                                          zip(("value", "low", "high"), shares, strict=True)})
        for shares in zip(rows["share"], rows["low"], rows["high"], strict=True)
    ])
    columns = {name: of for name, of in (OWN_COLUMNS if is_own else OTHER_COLUMNS).items() if known.get(name, True)}
    caption = ("What customers ask for in {texts:label}: wishes of at least {needed:count} authors, named by their most "
               "frequent words" if is_own else
               "What customers ask for in {texts:label}: wishes of at least {needed:count} authors, each in an author's words")
    return {
        "frame": rows, "rows": MOST_SHOWN, "csv_name": f"requests_{language}",
        "caption": t(caption, texts=TEXTS_OF[language], needed=voc_requests.MIN_AUTHORS),
        "columns": {name: (t(label), fmt) for name, (label, fmt) in columns.items()},
    }
