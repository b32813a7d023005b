"""What the report on the voice of the customer tells about wishes, as pieces of `report.tell`. Input: voc_requests.py."""

from dataclasses import dataclass

import pandas as pd

from helpers.i18n import text as t
from helpers.report import Said
from helpers.voc import voc_requests

MOST_SHOWN = 8
COLUMNS = {
    "idea": ("What they ask for", ""), "n_authors": ("Authors", "count"), "share": ("Share of authors", "percent1"),
    "low": ("Interval from", "percent1"), "high": ("Interval to", "percent1"), "n_customers": ("Known customers", "count"),
    "value": ("Their value", "money"), "quote": ("In an author's words", ""),
}


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


def pages(wishes: Wishes) -> list[Said | dict]:
    """Return what customers ask for as pieces of report.tell; a sentence where no wish is shared by ten authors."""
    found = wishes.table
    if not wishes.n_authors:
        return [Said("No text asks for anything in words that the patterns know.", {})]
    if found.empty:
        return [Said(
            "{n:count} authors ask for something, but no wish is shared by {needed:count} of them, so none is shown.",
            {"n": wishes.n_authors, "needed": voc_requests.MIN_AUTHORS},
        )]
    first = found.iloc[0]
    return [Said(
        "{n:count} authors ask for something; the wish that most share is “{idea}”: {k:count} authors, {share:percent1} of all "
        "who wrote ({low:percent1} to {high:percent1}).",
        {"n": wishes.n_authors, "k": int(first["n_authors"]), "share": first["share"], "low": first["low"],
         "high": first["high"], "idea": first["idea"]},
    ), {
        "frame": found, "rows": MOST_SHOWN, "csv_name": "requests",
        "caption": t("What customers ask for: wishes shared by at least {needed:count} authors, named by their most frequent "
                     "words", needed=voc_requests.MIN_AUTHORS),
        "columns": {name: (t(label), fmt) for name, (label, fmt) in COLUMNS.items()},
    }]
