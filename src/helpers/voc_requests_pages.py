"""What the report on the voice of the customer tells about wishes, as pieces of `report.tell`. Input: voc_requests.py."""

import pandas as pd

from helpers import plots, voc_requests
from helpers.evidence import Evidence
from helpers.i18n import text as t
from helpers.report import Said

MOST_SHOWN = 15
COLUMNS = {
    "idea": ("What they ask for", ""), "n_authors": ("Authors", "count"), "share": ("Share of authors", "percent1"),
    "low": ("Interval from", "percent1"), "high": ("Interval to", "percent1"), "n_customers": ("Known customers", "count"),
    "value": ("Their value", "money"), "quote": ("In an author's words", ""),
}


def wishes(
    reviews: pd.DataFrame, values: pd.DataFrame, *, dictionary: tuple[str, ...], source
) -> tuple[list[Said | dict], dict[str, pd.DataFrame]]:
    """Return what customers ask for, as pieces, and the table to save; a sentence where no wish is shared by ten authors."""
    asked = voc_requests.find_requests(reviews, dictionary)
    if asked.empty:
        return [Said("No text asks for anything in words that the patterns know.", {})], {}
    values = values if len(values) else pd.DataFrame(columns=["customer_id", "customer_lifetime_value"])
    found = voc_requests.group_requests(asked, reviews, values)
    counts = {"n": asked["author"].nunique(), "needed": voc_requests.MIN_AUTHORS}
    if found.empty:
        return [Said(
            "{n:count} authors ask for something, but no wish is shared by {needed:count} of them, so none is shown.", counts,
        )], {}
    first, shown = found.iloc[0], found.head(MOST_SHOWN)
    n_wrote = round(first["n_authors"] / first["share"])
    finding = Said(
        "{n:count} authors ask for something; most of them, {k:count} ({share:percent1} of all who wrote, {low:percent1} to "
        "{high:percent1}), for “{idea}”.",
        {"n": counts["n"], "k": int(first["n_authors"]), "share": first["share"], "low": first["low"], "high": first["high"],
         "idea": first["idea"]},
        Evidence("estimate", n=int(first["n_authors"]), estimate=first["share"], interval=(first["low"], first["high"])),
    )
    chart = {
        "axes": plots.bar(shown, label="idea", value="share", low="low", high="high", fmt="percent1"),
        "title": t("What customers ask for"),
        "subtitle": t("Share of all who wrote, 95% interval; wishes shared by at least {needed:count} authors, named by their "
                      "most frequent words", needed=voc_requests.MIN_AUTHORS),
        "source": source(n=n_wrote), "alt": t("Bars of the share of authors by wish."),
    }
    table = {
        "frame": found, "caption": t("Wishes, and one of each in an author's words"), "rows": MOST_SHOWN,
        "columns": {name: (t(label), fmt) for name, (label, fmt) in COLUMNS.items()}, "csv_name": "requests",
    }
    return [finding, chart, table], {"requests": found}
