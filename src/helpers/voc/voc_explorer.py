"""Search what customers said: by topic, sentiment, segment, channel, period and words. A widget for JupyterLab.

In an executed notebook it is absent (widgets.py says why); the report has quotes by topic in its place. Input: the reviews of
voc.read_reviews (text masked), `feedback_topics`, `segments`.
"""

import html
from collections.abc import Callable

import pandas as pd

from helpers import widgets
from helpers.i18n import shown, text

MOST_SHOWN = 20
LONGEST = 280  # characters of a quote; cut around the words that were searched
ANY = ""
SENTIMENTS = {True: "dissatisfied", False: "satisfied"}


def searchable(reviews: pd.DataFrame, topics: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Return one row a text: feedback_id, text, lower (as it is searched), channel, day, dissatisfied (the author's verdict,
    not that on a topic), segment, topics (a set of names). Copies of another text are left out.
    """
    own = reviews[reviews["text"].notna() & reviews["copy_of"].isna()]
    named = topics.groupby("feedback_id")["topic"].agg(frozenset) if len(topics) else pd.Series(dtype="object")
    segment = segments.drop_duplicates("customer_id").set_index("customer_id")["segment"] if len(segments) else {}
    days = own["received_at"]
    return pd.DataFrame({
        "feedback_id": own["feedback_id"], "text": own["text"], "lower": own["text"].str.lower(),
        "channel": own["channel"].astype("object"), "day": days.dt.tz_localize(None).dt.normalize(),
        "dissatisfied": own["dissatisfied"], "segment": own["customer_id"].map(segment).astype("object"),
        "topics": own["feedback_id"].map(named),
    }).reset_index(drop=True)


def search(
    texts: pd.DataFrame, *, topic: str = ANY, sentiment: str = ANY, segment: str = ANY, channel: str = ANY,
    first: pd.Timestamp | None = None, last: pd.Timestamp | None = None, words: str = "",
) -> pd.DataFrame:
    """Return the texts that fit all that is asked, newest first (undated last), then by feedback_id.

    words: all of them, as they stand (no pattern), in any case. first, last: days, inclusive; undated texts fit no period.
    """
    fits = pd.Series(True, index=texts.index)
    if topic != ANY:
        fits &= texts["topics"].map(lambda names: isinstance(names, frozenset) and topic in names).astype(bool)
    for column, asked in (("segment", segment), ("channel", channel)):
        if asked != ANY:
            fits &= texts[column] == asked
    if sentiment != ANY:
        fits &= texts["dissatisfied"].map(SENTIMENTS, na_action="ignore").astype("object") == sentiment
    if first is not None:
        fits &= texts["day"] >= pd.Timestamp(first)
    if last is not None:
        fits &= texts["day"] <= pd.Timestamp(last)
    for word in words.lower().split():
        fits &= texts["lower"].str.contains(word, regex=False)
    return texts[fits].sort_values(["day", "feedback_id"], ascending=[False, True], na_position="last", kind="stable")


def around(said: str, words: str) -> str:
    """Return a text, cut to 280 characters around the first of the words that it has; … marks what was cut."""
    if len(said) <= LONGEST:
        return said
    places = [said.lower().find(word) for word in words.lower().split()]
    start = max(min((place for place in places if place >= 0), default=0) - LONGEST // 3, 0)
    cut = said[start:start + LONGEST]
    return ("… " if start else "") + cut.strip() + (" …" if start + LONGEST < len(said) else "")


def quote_explorer(reviews: pd.DataFrame, topics: pd.DataFrame, segments: Callable[[], pd.DataFrame]):
    """Return a box in which to search quotes; None in an executed run.

    segments: gives table `segments`; asked only where somebody looks, so that a run does not have to wait for it.
    """
    return build_quote_explorer(searchable(reviews, topics, segments())) if widgets.is_live() else None


def build_quote_explorer(texts: pd.DataFrame):
    """Return the explorer of quotes, whoever looks at it: controls, how many fit, and at most 20 of them."""
    import ipywidgets

    def choice(label: str, values, *, is_name: bool = True):
        options = [(text("all"), ANY), *((text(str(value)) if is_name else str(value), value) for value in values)]
        return ipywidgets.Dropdown(options=options, value=ANY, description=label, style={"description_width": "8em"})

    def day(label: str):
        return ipywidgets.DatePicker(description=label, style={"description_width": "8em"})

    topics = sorted({name for names in texts["topics"].dropna() for name in names})
    controls = {
        "topic": choice(text("Topic or theme"), topics), "sentiment": choice(text("Sentiment"), SENTIMENTS.values()),
        "segment": choice(text("Segment"), sorted(texts["segment"].dropna().unique())),
        "channel": choice(text("Channel"), sorted(texts["channel"].dropna().unique())),
        "first": day(text("From")), "last": day(text("To")),
        "words": ipywidgets.Text(description=text("Words"), continuous_update=False, style={"description_width": "8em"}),
    }
    said = ipywidgets.HTML()

    def follow(_=None) -> None:
        values = {name: control.value for name, control in controls.items()}
        said.value = as_html(search(texts, **values), n_all=len(texts), words=values["words"])

    for control in controls.values():
        control.observe(follow, names="value")
    follow()
    return ipywidgets.VBox([*controls.values(), said])


def as_html(found: pd.DataFrame, *, n_all: int, words: str = "") -> str:
    """Return how many texts fit and the first 20 of them as escaped HTML."""
    count = text("{n:count} of {all:count} texts; {k:count} shown", n=len(found), all=n_all, k=min(len(found), MOST_SHOWN))
    quotes = "".join(
        f"<blockquote><p>{html.escape(around(row.text, words))}</p><footer>{html.escape(_origin(row))}</footer></blockquote>"
        for row in found.head(MOST_SHOWN).itertuples()
    )
    return f"<p>{html.escape(count)}</p>{quotes}"


def _origin(row) -> str:
    parts = [] if pd.isna(row.dissatisfied) else [text(SENTIMENTS[bool(row.dissatisfied)])]
    parts += [text(str(value)) for value in (row.channel, row.segment) if not pd.isna(value)]
    return " · ".join([*parts, shown(row.day, "day")] if not pd.isna(row.day) else parts)
