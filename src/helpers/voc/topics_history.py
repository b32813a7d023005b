"""What is new, growing or vanishing: the topics of feedback first read now against that of earlier runs, and of the last weeks.

A piece of feedback belongs to the run that read it first (kept table `feedback_runs`, which nothing leaves again), so no text
counts on both sides, and running again, on the same feedback or as of an earlier day, changes nothing. Differences of two
shares: Newcombe's (1998) interval, the two-sample test, both with as many texts less as those of one author, or copies of one
text, resemble each other (design effect: Rao and Scott 1992, Biometrics 48:577); Benjamini and Hochberg's q. Input: table
`feedback_topics`, the reviews of voc.read_reviews, `themes`.
"""

import numpy as np
import pandas as pd
from scipy import sparse, stats

from helpers import timezones
from helpers.errors import TooLittleData
from helpers.proportions import difference_interval, q_values

MIN_TEXTS = 100  # texts on either side; below, shares are too rough to be compared
MIN_MENTIONS = 10  # mentions on both sides together; rarer topics are not compared
WEEKS = 13  # length of the two windows of dated feedback that are compared: a quarter
RUN_COLUMNS = ["run", "as_of", "topic", "kind", "anchor_words", "n", "n_read"]
CHANGE_COLUMNS = ["topic", "kind", "n", "n_read", "share", "n_before", "n_read_before", "share_before", "change", "low", "high",
                  "p_value", "q_value"]


# --- which run read what first


def add_run(reviews: pd.DataFrame, before: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return table `feedback_runs`: feedback_id, run and as_of of the run that read each text first, from 1 on.

    before: the table as the last run left it. Texts that no earlier run read make a new run; if there are none, nothing
    changes. What this run did not read (it is later than its snapshot, say) stays known.
    """
    read = _texts(reviews)
    known = before if before is not None else pd.DataFrame({"feedback_id": [], "run": [], "as_of": []}).astype({
        "feedback_id": "str"})
    last = int(known["run"].max()) if len(known) else 0
    table = pd.DataFrame({"feedback_id": read}).merge(known.astype({"feedback_id": "str"}), on="feedback_id", how="outer")
    is_new = table["run"].isna()
    seen = pd.to_datetime(table["as_of"]).where(~is_new, as_of.normalize())
    table = table.assign(run=table["run"].fillna(last + 1).astype("int64"), as_of=seen)
    return table.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def _texts(reviews: pd.DataFrame) -> pd.Series:
    """Return the feedback_id of each text that is read."""
    return reviews.loc[reviews["text"].notna(), "feedback_id"].astype("str")


def read_now(runs: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `feedback_runs` of the texts that this run read."""
    return runs[runs["feedback_id"].isin(_texts(reviews))]


def add_topics(topics: pd.DataFrame, reviews: pd.DataFrame, runs: pd.DataFrame, themes: pd.DataFrame,
               before: pd.DataFrame | None) -> pd.DataFrame:
    """Return table `topic_runs`: what each run found among all texts that it read; the rows of this run replace its own.

    topics: `feedback_topics`. runs: of :func:`add_run`. themes: theme, anchor_words. before: the table as it was. This run is
    the newest that first read one of its texts; it leaves all as it is where that run read more texts (of a later snapshot).
    """
    runs = read_now(runs, reviews)
    run = int(runs["run"].max()) if len(runs) else 0
    if before is not None and len(runs) < before.loc[before["run"] == run, "n_read"].max():
        return before[RUN_COLUMNS].reset_index(drop=True)
    own = topics[topics["feedback_id"].isin(runs["feedback_id"])]
    counts = own.groupby(["topic", "kind"]).size().rename("n").reset_index()
    words = themes.set_index("theme")["anchor_words"]
    now = counts.assign(run=run, as_of=runs["as_of"].max(), n_read=len(runs),
                        anchor_words=counts["topic"].map(words).where(counts["kind"] == "theme"))
    others = now.head(0) if before is None else before[before["run"] != run]
    table = pd.concat([others[RUN_COLUMNS], now[RUN_COLUMNS]] if len(others) else [now[RUN_COLUMNS]], ignore_index=True)
    return table.sort_values("run", kind="stable", ignore_index=True)


# --- what changed


def since_last_run(topics: pd.DataFrame, runs: pd.DataFrame, reviews: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare the texts that only the newest of `runs` read with those of earlier ones: the columns of :func:`_compare`.

    runs: of :func:`read_now`. reviews (of voc.read_reviews) tells which texts one author wrote; without it each text counts by
    itself.

    Raises TooLittleData where no run has read other feedback before, or too few texts are new.
    """
    newest = int(runs["run"].max()) if len(runs) else 0
    if newest < 2:
        raise TooLittleData(
            "What is new since the last run is said from the next run on that reads further feedback; this one read {n:count} "
            "texts.", n=len(runs),
        )
    is_new = runs["run"] == newest
    n_new = int(is_new.sum())
    if min(n_new, len(runs) - n_new) < MIN_TEXTS:
        raise TooLittleData(
            "Needs {needed:count} texts that earlier runs had not read and as many that they had; there are {new:count} and "
            "{old:count}.", needed=MIN_TEXTS, new=n_new, old=len(runs) - n_new,
        )
    return _compare(topics, runs.loc[is_new, "feedback_id"], runs.loc[~is_new, "feedback_id"], authors_of(reviews))


def come_and_gone(runs: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the stable themes that the last run with other feedback did not have, and those that only it had.

    runs: table `topic_runs`; a theme has the same name where its words came back (themes_names.py).
    """
    themes = runs[runs["kind"] == "theme"]
    newest = runs["run"].max() if len(runs) else 0
    earlier = runs.loc[runs["run"] < newest, "run"]
    if earlier.empty:
        return [], []
    now, then = (set(themes.loc[themes["run"] == run, "topic"]) for run in (newest, earlier.max()))
    return sorted(now - then), sorted(then - now)


def mix_differs(reviews: pd.DataFrame, now: pd.Series, before: pd.Series) -> float:
    """Return how much the channels of two sets of feedback differ: the share that would have to move (total variation)."""
    channel = reviews.set_index("feedback_id")["channel"].fillna("")
    later, earlier = (channel.reindex(ids).value_counts(normalize=True) for ids in (now, before))
    return round(float(later.sub(earlier, fill_value=0.0).abs().sum() / 2), 9)


def windows(reviews: pd.DataFrame, *, as_of: pd.Timestamp, time_zone: str) -> dict:
    """Return the two stretches of dated texts that are compared: ids now and before, first_day, middle and last_day.

    The 13 weeks up to the day `as_of` and the 13 before, days of the business's time zone; where either holds fewer than 100
    texts, the two halves of the time from the first text to the last. Later texts are not looked at. Raises TooLittleData where
    no text has a date or the halves hold too few.
    """
    dated = reviews[reviews["text"].notna() & reviews["received_at"].notna()]
    if dated.empty:
        raise TooLittleData("Needs texts with a date to say which topics grow; none of {n:count} has one.", n=len(reviews))
    dated = timezones.until(dated, at="received_at", as_of=as_of, time_zone=time_zone)
    day = dated["received_at"].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()
    last = as_of.tz_localize(None).normalize()
    end, start = last - pd.Timedelta(weeks=WEEKS), last - pd.Timedelta(weeks=2 * WEEKS)
    now, then = day > end, (day > start) & (day <= end)
    if min(now.sum(), then.sum()) < MIN_TEXTS:
        last, start = day.max(), day.min() - pd.Timedelta(days=1)
        end = start + (last - start) // pd.Timedelta(days=1) // 2 * pd.Timedelta(days=1)
        now, then = day > end, day <= end
    if min(now.sum(), then.sum()) < MIN_TEXTS:
        raise TooLittleData(
            "Needs {needed:count} dated texts in each of two periods to say which topics grow; there are {now:count} and "
            "{before:count}.", needed=MIN_TEXTS, now=int(now.sum()), before=int(then.sum()),
        )
    return {"now": dated.loc[now, "feedback_id"], "before": dated.loc[then, "feedback_id"],
            "first_day": start + pd.Timedelta(days=1), "middle": end + pd.Timedelta(days=1), "last_day": last}


def between_windows(
    topics: pd.DataFrame, reviews: pd.DataFrame, *, as_of: pd.Timestamp, time_zone: str
) -> tuple[pd.DataFrame, dict]:
    """Return the comparison of the two stretches of :func:`windows`, and the stretches."""
    of = windows(reviews, as_of=as_of, time_zone=time_zone)
    return _compare(topics, of["now"], of["before"], authors_of(reviews)), of


def authors_of(reviews: pd.DataFrame | None) -> pd.Series:
    """Return who wrote each text, by feedback_id: the customer, else who wrote the text it copies, else the text itself."""
    if reviews is None:
        return pd.Series(dtype="object")
    ids = reviews["feedback_id"].astype("str").to_numpy(object)
    rows = reviews.reindex(columns=["customer_id", "copy_of"]).set_axis(ids)
    customer = "customer " + rows["customer_id"].astype("str").astype("object")
    own = customer.where(rows["customer_id"].notna(), "text " + pd.Series(ids, index=ids))
    head = rows["copy_of"].astype("str").astype("object")
    of_head = head.map(own[~own.index.duplicated()]).fillna("text " + head)  # the head may not be among these
    author = own.where(rows["customer_id"].notna() | rows["copy_of"].isna(), of_head)
    return pd.Series(author.to_numpy(object), index=reviews["feedback_id"].to_numpy(object))


def _design_effect(topics: pd.DataFrame, now: pd.Series, before: pd.Series, authors: pd.Series) -> pd.Series:
    """Return, by topic, by how much the texts of one author being alike widens the variance of the change; at least 1."""
    a, b, names = len(now), len(before), {name: i for i, name in enumerate(sorted(topics["topic"].unique()))}
    ids = np.concatenate([now.to_numpy(object), before.to_numpy(object)])
    author = pd.factorize(pd.Series(authors.reindex(ids).to_numpy(object)).fillna(pd.Series("text " + ids.astype(object))))[0]
    side = np.repeat([0, 1], [a, b])
    texts = np.zeros((author.max() + 1, 2))
    np.add.at(texts, (author, side), 1)
    place = pd.Series(np.arange(len(ids)), index=ids).reindex(topics["feedback_id"]).to_numpy()
    seen = ~np.isnan(place)
    rows, topic = place[seen].astype(int), topics["topic"].map(names).to_numpy()[seen]
    hits = sparse.coo_array((np.where(side[rows] == 0, 1 / a, -1 / b), (author[rows], topic)), (len(texts), len(names))).tocsr()
    found = np.column_stack([np.bincount(topic, side[rows] == part, minlength=len(names)) for part in (0, 1)])
    share = found / [a, b]
    weight = share * [1 / a, -1 / b]  # an author's expected hits are texts @ weight; the scores are hits − expected
    expected = np.einsum("ti,ij,tj->t", weight, texts.T @ texts, weight)
    crossed = np.asarray((hits.T @ texts) * weight).sum(axis=1)
    total = np.asarray(hits.multiply(hits).sum(axis=0)).ravel() - 2 * crossed + expected
    alone = (share * (1 - share) / [a, b]).sum(axis=1)
    effect = np.divide(total, alone, out=np.ones(len(names)), where=alone > 0) * len(texts) / max(len(texts) - 1, 1)
    return pd.Series(np.maximum(effect, 1.0) if len(texts) < len(ids) else 1.0, index=list(names))


def _compare(topics: pd.DataFrame, now: pd.Series, before: pd.Series, authors: pd.Series) -> pd.DataFrame:
    """Return one row a topic, the largest change first: topic, kind, n and n_read now, share; the same before; change of the
    share with low and high, p_value and q_value. Topics with fewer than 10 mentions in all are left out."""
    is_now, is_before = topics["feedback_id"].isin(now), topics["feedback_id"].isin(before)
    table = pd.DataFrame({"topic": topics["topic"], "kind": topics["kind"], "n": is_now, "n_before": is_before})
    table = table.groupby(["topic", "kind"])[["n", "n_before"]].sum().astype("int64").reset_index()
    table = table[table["n"] + table["n_before"] >= MIN_MENTIONS]
    a, b = len(now), len(before)
    share, share_before = table["n"] / a, table["n_before"] / b
    effect = table["topic"].map(_design_effect(topics, now, before, authors)).to_numpy(float)
    low, high = difference_interval(table["n"] / effect, a / effect, table["n_before"] / effect, b / effect)
    pooled = (table["n"] + table["n_before"]) / (a + b)
    error = np.sqrt(effect * pooled * (1 - pooled) * (1 / a + 1 / b))
    z = np.divide(share - share_before, error, out=np.zeros(len(table)), where=error.to_numpy() > 0)
    table = table.assign(
        n_read=a, n_read_before=b, share=share, share_before=share_before, change=share - share_before, low=low, high=high,
        p_value=2 * stats.norm.sf(np.abs(z)),
    )
    table["q_value"] = q_values(table["p_value"])
    order = table.assign(size=table["change"].abs().round(9)).sort_values(["size", "topic"], ascending=[False, True])
    return order[CHANGE_COLUMNS].reset_index(drop=True)
