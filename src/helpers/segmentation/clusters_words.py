"""What the segmentation report says of behavioural clusters: how many, how sure, and a stability card for each."""

import numpy as np
import pandas as pd

from helpers.i18n import shown, text
from helpers.report import Card, Evidence
from helpers.segmentation.clusters import CRITERIA, STABLE, UNNAMED, Choice

WEAK, REASONABLE = 0.25, 0.5  # silhouettes above which structure is weak, reasonable (Kaufman and Rousseeuw 1990)
MIN_GROUP = 30  # customers below which a cluster is marked as too small to build on
MIN_SHOWN = 10  # customers; money of smaller groups is not shown (personal data)
FEATURES = {  # feature → (label, format) on a card
    "frequency": ("Purchase days", "number1"), "monetary_value": ("Revenue a day", "money2"),
    "products_per_day": ("Products a day", "number1"), "discount_rate": ("Discounts", "percent1"),
    "recency_days": ("Days silent", "count"),
}
Z95 = 1.959964  # 97.5 % point of the normal distribution


def jaccard_interval(row: pd.Series, jaccard: str = "jaccard") -> tuple[float, float]:
    """Return the 95 % interval of a mean Jaccard over the resamples, within 0 … 1."""
    half = Z95 * float(row["jaccard_error"])
    return max(float(row[jaccard]) - half, 0.0), min(float(row[jaccard]) + half, 1.0)


def cards_table(
    tried: pd.DataFrame, profile: pd.DataFrame, customers: pd.DataFrame, *, k: int, labels: np.ndarray
) -> pd.DataFrame:
    """Return one row a cluster: cluster (name), n_customers, customer_share, jaccard, low, high, is_stable, is_small,
    revenue_share, revenue_per_customer, and the medians of its features.

    tried, labels: of `clusters.stability`; profile: of `clusters.profile`; customers: revenue of the customers in the order of
    `labels`. Money of a cluster with fewer than `MIN_SHOWN` customers is unknown.
    """
    rows = tried[tried["n_clusters"] == k].reset_index(drop=True)
    revenue = customers["revenue"].groupby(labels).agg(["sum", "mean"]).reindex(range(k))
    total = customers["revenue"].sum()
    ends = [jaccard_interval(row) for _, row in rows.iterrows()]  # a handful of clusters
    n = profile["n_customers"].to_numpy()
    share = revenue["sum"].to_numpy() / total if total > 0 else np.full(k, np.nan)
    return profile.assign(
        customer_share=n / n.sum(), jaccard=rows["jaccard"], low=[end[0] for end in ends], high=[end[1] for end in ends],
        is_stable=rows["jaccard"] >= STABLE, is_small=n < MIN_GROUP,
        revenue_share=np.where(n >= MIN_SHOWN, share, np.nan),
        revenue_per_customer=np.where(n >= MIN_SHOWN, revenue["mean"], np.nan),
    )


def cards(table: pd.DataFrame) -> list[Card]:
    """Return a stability card for each row of `cards_table`: size, similarity with its interval, what it is, what it is worth,
    verdict. A cluster that does not come back has no name and no advice.
    """
    return [_card(row) for _, row in table.iterrows()]  # a handful of clusters


def _card(row: pd.Series) -> Card:
    money = lambda name, fmt: "–" if pd.isna(row[name]) else shown(row[name], fmt)  # noqa: E731
    size = text("{n:count} ({share:percent1})", n=int(row["n_customers"]), share=float(row["customer_share"]))
    facts = [
        (text("Customers"), size),
        (text("Comes back (Jaccard)"), text(
            "{value:number2} ({low:number2} to {high:number2})",
            value=float(row["jaccard"]), low=float(row["low"]), high=float(row["high"]),
        )),
        (text("Share of revenue"), money("revenue_share", "percent1")),
        (text("Revenue per customer"), money("revenue_per_customer", "money")),
    ]
    facts += [(text(label), money(name, fmt)) for name, (label, fmt) in FEATURES.items() if name in row.index]
    name = text("Not stable: not named") if str(row["cluster"]).startswith(UNNAMED) else _capital(text(row["cluster"]))
    return Card(name, text(verdict(row)), facts)


def verdict(row: pd.Series) -> str:
    """Return the verdict on a cluster as a message: stable, nearly, dissolved, or too small to say."""
    if row["is_small"]:
        return "Too small to build on: fewer than 30 customers"
    if row["low"] >= STABLE:
        return "Stable: comes back in other samples of the same customers"
    if row["is_stable"]:
        return "Stable by a narrow margin: check again with the next data"
    return "Not stable: other samples of the same customers draw it differently"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def sentence(numbers: pd.DataFrame, choice: Choice) -> tuple[str, dict]:
    """Return what is said of the chosen clusters: whether they come back, and whether there are gaps between them."""
    row = numbers.set_index("n_clusters").loc[choice.k]
    values = {
        "k": choice.k, "jaccard": float(row["lowest_jaccard"]), "silhouette": float(row["silhouette"]),
        "n_stable": int(row["n_stable"]), "agree": choice.n_agree, "others": choice.n_others, "limit": STABLE,
    }
    if not choice.all_stable:
        return (
            "No number of clusters comes back as a whole. Of {k:count} clusters {n_stable:count} do (similarity of at least "
            "{limit:number2}); the others are shown without a name."
        ), values
    if row["silhouette"] <= WEAK:
        return (
            "{k:count} clusters come back in resamples of the customers (similarity of the least stable one "
            "{jaccard:number2}), but they shade into one another (silhouette {silhouette:number2}): a useful way to divide "
            "customers, not separate kinds of people."
        ), values
    if row["silhouette"] <= REASONABLE:
        return (
            "{k:count} clusters come back in resamples of the customers (similarity of the least stable one "
            "{jaccard:number2}); the gaps between them are small (silhouette {silhouette:number2})."
        ), values
    return (
        "{k:count} clusters come back in resamples of the customers (similarity of the least stable one {jaccard:number2}) "
        "and stand apart (silhouette {silhouette:number2})."
    ), values


def criteria_sentence(numbers: pd.DataFrame, choice: Choice) -> tuple[str, dict]:
    """Return what is said of the other criteria: how many prefer the same number, and what they prefer."""
    used = [name for name in CRITERIA if name in numbers and numbers[name].notna().all()]
    stable = numbers[numbers["is_stable"] & numbers["is_tighter"]]
    values = {"agree": choice.n_agree, "others": choice.n_others, "k": choice.k, "n_pass": len(stable), "n_tried": len(numbers)}
    if not choice.all_stable or not used:
        return "None of {n_tried:count} numbers of clusters passes both tests for all its clusters.", values
    return (
        "{n_pass:count} of {n_tried:count} numbers of clusters pass both tests; the gap decides for {k:count}, and "
        "{agree:count} of {others:count} other criteria would choose the same among those that pass."
    ), values


def evidence(numbers: pd.DataFrame, *, k: int, n: int) -> Evidence:
    """Return what supports the clusters: the least stable one's mean Jaccard with its interval, against `STABLE`."""
    row = numbers.set_index("n_clusters").loc[k]
    ends = jaccard_interval(row, "lowest_jaccard")
    return Evidence("estimate", n=n, estimate=float(row["lowest_jaccard"]), interval=ends, baseline=STABLE,
                    serves="what to trust")
