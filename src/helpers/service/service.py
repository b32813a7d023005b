"""How fast and how well does service answer?

Cases as they stood at the snapshot: first answer, time to close, handling, reopening, satisfaction, and the backlog. Medians
and 90 % points from waiting_times.py, shares with Wilson's intervals. What goes with slow answers is in service_links.py, the
report's charts and sentences in service_pages.py. Reads `cases`; gives `service_quality` and `service_backlog`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.proportions import Z95, wilson
from helpers.service.opening_hours import OpeningHours, open_time
from helpers.service.waiting_times import quantile

MIN_CUSTOMERS = 10  # a smaller group is not shown
MIN_CASES = 30  # cases to say anything, and below which a group is marked
SATISFIED = 4  # of 5: the top two boxes
AT_ONCE = 1.0  # minutes between the end of the handling and the closing of a talk
MOSTLY = 0.95  # share of cases opened at midnight from which a source is said to note days, no hours
MOST_GROUPS = 20  # topics, and channels, shown by themselves; the rarer ones count as others
ALL, OTHER_TOPICS, OTHER_CHANNELS, NO_TOPIC, NO_CHANNEL = "all", "other topics", "other channels", "no topic", "no channel"
RESERVED = (ALL, "failures", "questions")  # names of sums: a topic of that name is put in quotes
MEASURES = {  # a wait by the clock, and in opening hours
    "first": ("first_hours", "is_answered"), "close": ("close_hours", "is_closed"),
    "first_open": ("first_open_hours", "is_answered"), "close_open": ("close_open_hours", "is_closed"),
}
AFTER, FIRST_BEFORE, CLOSED_BEFORE, NOT_NOTED, NO_END, NO_MINUTES = (
    "opened after the snapshot: not looked at", "first answer before the opening: no answer time",
    "closed before it was opened: no closing time", "closed, but no first answer noted: no answer time",
    "channel notes no closing: no closing time", "no handling time noted",
)


@dataclass(frozen=True)
class Cases:
    """The cases that count, as they stood at the end of the snapshot day.

    rows: case_id, customer_id, topic, channel, opened_at, closed_at, opened_on and closed_on (days of the business), hour (of
    the opening, there), first_hours and is_answered, close_hours and is_closed (hours so far where not; null where the time is
    not known), first_open_hours and close_open_hours (the same, opening hours alone; null where these are not known),
    handle_minutes (of closed cases), reopened, csat, is_open (null where the channel notes no closing), is_talk.
    left_out: reason (catalogue message), n. silent_channels: those that note no first answer. talk_channels: those in which a
    case is closed when its handling ends (a call that is hung up): there is no time to close.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame
    silent_channels: tuple[str, ...]
    talk_channels: tuple[str, ...]
    end: pd.Timestamp
    time_zone: str
    opening: OpeningHours | None


def read_cases(
    cases: pd.DataFrame, *, as_of: pd.Timestamp, time_zone: str, opening: OpeningHours | None = None,
) -> Cases:
    """Return the cases as they stood at the end of day `as_of`; what happened later counts as not having happened yet.

    cases: columns of the contract `cases`. opening: when service answers; not used where the cases note days only. A case
    closed after the day is open, its rating and whether it was reopened are not known yet. A channel in which no case
    has a first answer (calls) notes none; one in which no case has an end notes none.

    Raises
    ------
    TooLittleData : fewer than `MIN_CASES` cases were opened by the end of the day.
    """
    end = (as_of.normalize() + pd.Timedelta(days=1)).tz_localize(time_zone).tz_convert("UTC")
    seen = cases[cases["opened_at"] < end].sort_values("case_id", kind="stable").reset_index(drop=True)
    if len(seen) < MIN_CASES:
        raise TooLittleData("Needs at least {needed:count} service cases by the snapshot; there are {found:count}.",
                            needed=MIN_CASES, found=len(seen))
    later = seen["closed_at"] >= end
    seen = seen.assign(
        topic=_few(seen["topic"], NO_TOPIC, OTHER_TOPICS, seen["customer_id"]),
        channel=_few(seen["channel"], NO_CHANNEL, OTHER_CHANNELS, seen["customer_id"]),
        first_response_at=seen["first_response_at"].where(seen["first_response_at"] < end),
        closed_at=seen["closed_at"].mask(later), csat=seen["csat"].mask(later),
        reopened=seen["reopened"].astype("boolean").mask(later),
    )
    rows, counts, silent, talk = _with_times(seen, end)
    counts[AFTER] = len(cases) - len(seen)
    left_out = pd.DataFrame({"reason": list(counts), "n": list(counts.values())})
    local = rows["opened_at"].dt.tz_convert(time_zone)
    rows = rows.assign(opened_on=local.dt.tz_localize(None).dt.normalize(), hour=local.dt.hour,
                       closed_on=rows["closed_at"].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize())
    opening = None if (local == local.dt.normalize()).mean() > MOSTLY else opening
    rows = _with_open_hours(rows, opening, end=end, time_zone=time_zone)
    return Cases(rows, left_out[left_out["n"] > 0].reset_index(drop=True), silent, talk, end, time_zone, opening)


def _few(names: pd.Series, missing: str, others: str, customers: pd.Series) -> pd.Series:
    """Return the names with empty ones named, and those beyond `MOST_GROUPS` or of too few customers taken together."""
    names = names.astype("str").str.strip().replace("", None).fillna(missing).astype("str")
    names = names.where(~names.isin(RESERVED), "“" + names + "”")
    people = customers.fillna(pd.Series(names.index.astype(str), index=names.index)).groupby(names).nunique()
    large = people[people >= MIN_CUSTOMERS].rename("n").rename_axis("name").reset_index()
    kept = large.sort_values(["n", "name"], ascending=[False, True])["name"].head(MOST_GROUPS)
    return names.where(names.isin([*kept, missing]), others)


def _with_times(seen: pd.DataFrame, end: pd.Timestamp) -> tuple[pd.DataFrame, dict, tuple, tuple]:
    """Return the cases with their waits, how many times cannot be used by reason, the channels without first answers, and those
    of talks."""
    answers = seen.groupby("channel")["first_response_at"].count()
    closings = seen.groupby("channel")["closed_at"].count()
    silent = tuple(sorted(answers.index[answers == 0]))
    notes_answers, notes_end = ~seen["channel"].isin(silent), seen["channel"].map(closings > 0)
    so_far = (end - seen["opened_at"]) / pd.Timedelta(hours=1)
    first = (seen["first_response_at"] - seen["opened_at"]) / pd.Timedelta(hours=1)
    close = (seen["closed_at"] - seen["opened_at"]) / pd.Timedelta(hours=1)
    not_noted = notes_answers & first.isna() & close.notna()
    apart = (close * 60 - seen["handle_minutes"]).abs().groupby(seen["channel"]).median()
    talk = tuple(sorted(apart.index[apart <= AT_ONCE]))
    has_end = notes_end & ~seen["channel"].isin(talk) & ~(close < 0)
    counts = {
        FIRST_BEFORE: int((first < 0).sum()), CLOSED_BEFORE: int((close < 0).sum()), NOT_NOTED: int(not_noted.sum()),
        NO_END: int((~notes_end).sum()), NO_MINUTES: int((seen["handle_minutes"].isna() & close.notna()).sum()),
    }
    rows = seen.assign(
        is_answered=(first >= 0), first_hours=first.fillna(so_far).mask(~notes_answers | not_noted | (first < 0)),
        is_closed=(close >= 0), close_hours=close.fillna(so_far).where(has_end),
        handle_minutes=seen["handle_minutes"].where(close.notna() | ~notes_end),
        is_open=close.isna().astype("boolean").mask(~notes_end), is_talk=seen["channel"].isin(talk),
    )
    return rows, counts, silent, talk


def _with_open_hours(rows: pd.DataFrame, opening: OpeningHours | None, *, end: pd.Timestamp, time_zone: str) -> pd.DataFrame:
    """Add the waits in opening hours, null for talks; a case that still waits has waited until the end of the snapshot day."""
    if opening is None:
        return rows.assign(first_open_hours=np.nan, close_open_hours=np.nan)
    time = open_time(opening, first=rows["opened_at"].min(), last=end, time_zone=time_zone)
    return rows.assign(**{f"{name}_open_hours": time.hours_between(
        rows["opened_at"], rows[moment].fillna(end).where(rows[f"{name}_hours"].notna() & ~rows["is_talk"]))
        for name, moment in (("first", "first_response_at"), ("close", "closed_at"))})


# --- quality by topic and channel


def quality(cases: Cases) -> pd.DataFrame:
    """Return table `service_quality`: one row a topic × channel with at least `MIN_CUSTOMERS` customers, and "all" for both.

    Raises
    ------
    TooLittleData : all cases are of fewer customers.
    """
    rows, found = cases.rows, []
    for topic, channel in _groups(rows):
        group = rows
        group = group if topic == ALL else group[group["topic"] == topic]
        group = group if channel == ALL else group[group["channel"] == channel]
        people = group["customer_id"].fillna(group["case_id"]).nunique()  # an unknown customer is one of her own
        if people >= MIN_CUSTOMERS:
            found.append({"topic": topic, "channel": channel, "n_cases": len(group), "n_customers": int(people),
                          "is_small": len(group) < MIN_CASES, **measures(group)})
    if not found:
        raise TooLittleData("Needs service cases of at least {needed:count} customers.", needed=MIN_CUSTOMERS)
    return pd.DataFrame(found).sort_values(["topic", "channel"], kind="stable").reset_index(drop=True)


def _groups(rows: pd.DataFrame) -> list[tuple[str, str]]:
    topics, channels = sorted(rows["topic"].unique()), sorted(rows["channel"].unique())
    both = rows[["topic", "channel"]].drop_duplicates()
    return [(ALL, ALL), *((t, ALL) for t in topics), *((ALL, c) for c in channels), *both.itertuples(index=False, name=None)]


def measures(group: pd.DataFrame) -> dict:
    """Return median and 90 % point of first answer, close (hours, by the clock and open) and handling (minutes), reopening,
    satisfaction, with intervals; NaN where fewer than two cases tell. Talks, answered in minutes, count in the waits only where
    nothing else does.
    """
    found: dict = {"n_open": int(group["is_open"].fillna(False).sum())}
    written = group if group["is_talk"].all() else group[~group["is_talk"]]
    for name, (hours, is_over) in MEASURES.items():
        known = written[written[hours].notna()]
        found |= {f"{name}_n": len(known)} | _quantiles(name, "hours", known[hours], known[is_over])
    minutes = group["handle_minutes"].dropna()
    found |= {"handle_n": len(minutes)} | _quantiles("handle", "minutes", minutes, np.ones(len(minutes), bool))
    again = group.loc[group["is_closed"], "reopened"].dropna()
    found |= _share("reopened", int(again.sum()), len(again))
    rated = group["csat"].dropna()
    found |= _share("satisfied", int((rated >= SATISFIED).sum()), len(rated))
    half = Z95 * rated.std(ddof=1) / np.sqrt(len(rated)) if len(rated) > 1 else np.nan
    mean = rated.mean() if len(rated) else np.nan
    return found | {"csat_mean": mean, "csat_low": max(mean - half, 1.0), "csat_high": min(mean + half, 5.0)}


def _quantiles(name: str, unit: str, waits, is_over) -> dict:
    found = {}
    for label, q in (("median", 0.5), ("p90", 0.9)):
        values = quantile(waits, is_over, q) if len(waits) > 1 else (np.nan,) * 3
        found |= dict(zip((f"{name}_{label}_{unit}", f"{name}_{label}_low", f"{name}_{label}_high"), values, strict=True))
    return found


def _share(name: str, hits: int, n: int) -> dict:
    low, high = wilson(hits, n)
    return {f"{name}_n": n, f"{name}_rate": hits / n if n else np.nan, f"{name}_low": float(low), f"{name}_high": float(high)}


# --- the backlog


def backlog(cases: Cases) -> pd.DataFrame:
    """Return table `service_backlog`: week_end (Sunday), n_opened and n_closed in the week, n_open at its end.

    Whole weeks from that of the first case to the last Sunday not after the snapshot day. Channels that note no closing are
    left out; cases opened before the first one that the data know are not seen.

    Raises
    ------
    TooLittleData : no channel notes closings, or there is no whole week.
    """
    rows = cases.rows[cases.rows["is_open"].notna()]
    last_day = (cases.end.tz_convert(cases.time_zone) - pd.Timedelta(hours=12)).tz_localize(None).normalize()
    if rows.empty or (last_day - rows["opened_on"].min()).days < 13:
        raise TooLittleData("Needs opening and closing times of two weeks to show how many cases lie open; {n:count} cases "
                            "have both.", n=int(rows["closed_on"].notna().sum()))
    first = rows["opened_on"].min()
    weeks = pd.date_range(first + pd.Timedelta(days=6 - first.day_of_week), last_day, freq="7D")
    opened, closed = np.sort(rows["opened_on"].to_numpy()), np.sort(rows["closed_on"].dropna().to_numpy())
    n_opened = np.searchsorted(opened, weeks.to_numpy(), side="right")
    n_closed = np.searchsorted(closed, weeks.to_numpy(), side="right")
    return pd.DataFrame({
        "week_end": weeks.astype("datetime64[us]"), "n_opened": np.diff(n_opened, prepend=0),
        "n_closed": np.diff(n_closed, prepend=0), "n_open": n_opened - n_closed,
    }).astype({"n_opened": "int64", "n_closed": "int64", "n_open": "int64"})


def open_now(cases: Cases) -> dict:
    """Return how many cases are open at the snapshot and for how long: n_open, median_days, oldest_days, n_month (for more than
    30 days)."""
    open_ = cases.rows[cases.rows["is_open"].fillna(False)]
    days = ((cases.end - open_["opened_at"]) / pd.Timedelta(days=1)).to_numpy(float)
    return {"n_open": len(days), "median_days": float(np.median(days)) if len(days) else np.nan,
            "oldest_days": float(days.max()) if len(days) else np.nan, "n_month": int((days > 30).sum())}


def waits_of_talks(cases: Cases) -> dict | None:
    """Return how many minutes people wait to be answered on the telephone and the like: channels, n, median, low, high, p90;
    None where no such channel notes it."""
    rows = cases.rows[cases.rows["is_talk"] & cases.rows["first_hours"].notna()]
    if len(rows) < MIN_CASES:
        return None
    median, low, high = (60 * hours for hours in quantile(rows["first_hours"], rows["is_answered"], 0.5))
    return {"channels": sorted(rows["channel"].unique()), "n": len(rows), "median": median, "low": low, "high": high,
            "p90": 60 * quantile(rows["first_hours"], rows["is_answered"], 0.9)[0]}


def lately(cases: Cases, *, days: int = 90) -> dict | None:
    """Return the median hours to a first answer of the cases opened in the last `days` days, with its interval, and of those of
    as many days before: days, n, median, low, high, before, and change (now less before) with change_low and change_high, in
    which both medians are uncertain (Zou and Donner 2008); None where either are fewer than `MIN_CASES`."""
    rows = cases.rows[cases.rows["first_hours"].notna() & ~cases.rows["is_talk"]]
    age = (cases.end - rows["opened_at"]) / pd.Timedelta(days=1)
    now, before = rows[age <= days], rows[(age > days) & (age <= 2 * days)]
    if min(len(now), len(before)) < MIN_CASES:
        return None
    median, low, high = quantile(now["first_hours"], now["is_answered"], 0.5)
    earlier, earliest, latest = quantile(before["first_hours"], before["is_answered"], 0.5)
    change = median - earlier
    return {"days": days, "n": len(now), "median": median, "low": low, "high": high, "before": earlier, "change": change,
            "change_low": float(change - np.hypot(median - low, latest - earlier)),
            "change_high": float(change + np.hypot(high - median, earlier - earliest))}


def notes_days_only(cases: Cases) -> bool:
    """Say whether the cases were opened at midnight, nearly all of them: the source notes days, no hours."""
    local = cases.rows["opened_at"].dt.tz_convert(cases.time_zone)
    return bool((local == local.dt.normalize()).mean() > MOSTLY)


def outside_hours(cases: Cases) -> dict | None:
    """Return the shares of cases opened and of first answers given outside the opening hours (opened, answered; NaN without
    any), talks left out; None where the hours are not known."""
    if cases.opening is None:
        return None
    rows = cases.rows[~cases.rows["is_talk"]]
    time = open_time(cases.opening, first=cases.rows["opened_at"].min(), last=cases.end, time_zone=cases.time_zone)
    answers = rows.loc[rows["is_answered"], "first_response_at"]
    return {name: float(1 - time.is_open(moments).mean()) if len(moments) else np.nan
            for name, moments in (("opened", rows["opened_at"]), ("answered", answers))}


def night_share(cases: Cases) -> float:
    """Return the share of first answers given between 20:00 and 8:00 or on a weekend (NaN without answers).

    By the clock such hours are 64 % of the week: near that, service answers round the clock; near 0, only in office hours, and
    a case opened in the evening waits for the morning.
    """
    rows = cases.rows[cases.rows["is_answered"] & ~cases.rows["is_talk"]]
    at = (rows["opened_at"] + pd.to_timedelta(rows["first_hours"], unit="h")).dt.tz_convert(cases.time_zone)
    return float(((at.dt.hour < 8) | (at.dt.hour >= 20) | (at.dt.day_of_week >= 5)).mean()) if len(at) else np.nan
