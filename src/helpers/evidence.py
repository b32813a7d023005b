"""What supports a finding, how well it is supported, and what earlier runs found."""

import json
from dataclasses import dataclass

import pandas as pd

GRADES = ("holds", "with care", "too weak")
MIN_GROUP = 30  # observations below which a group's figure is marked as uncertain
OF_THE_RUN = ("run", "as_of", "is_current")

# Half-widths of 95 % intervals within which a descriptive figure serves a decision; the legend of the reports states them.
WITHIN_SHARE = 0.05  # five percentage points: what 385 answers give at worst (Cochran 1977, 4.4)
WITHIN_NPS = 5.0  # points of the net promoter score: about 1,000 answers
WITHIN_CES = 0.3  # points of a scale from 1 to 7: a twentieth of it, like a share
WITHIN_TENTH = 0.1  # of the estimate itself: money and times

DECISIONS = (  # that a finding can serve, those closest to what somebody does next first
    "whom to contact", "what to mend", "how to serve", "where to spend", "what to offer", "what to expect", "what to trust",
)
DESCRIBES = "how things stand"  # what stands above findings that serve none of them


@dataclass(frozen=True)
class Evidence:
    """What supports a finding, and the decision that it serves.

    kind: `fact` (a full count of the data), `estimate` (an inference) or `prediction` (needs a held-out measurement and a
    baseline).
    n: observations behind it. baseline: for an estimate, the value that would make the sentence say nothing; for a prediction,
    the figure of the simple rule, or 0 where `interval` is that of the gain over the rule.
    within: for an estimate that is compared with nothing, the half-width of its interval up to which it serves its decision,
    in its own unit.
    coverage: share of the customers (rows) that the data speaks of.
    serves: one of `DECISIONS`; empty where the finding describes.
    """

    kind: str
    n: int
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    held_out: bool | None = None
    coverage: float = 1.0
    within: float | None = None
    serves: str = ""


def grade(evidence: Evidence) -> tuple[str, str]:
    """Return the grade of a finding (`holds`, `with care`, `too weak`) and the reason, as a catalogue message.

    An estimate holds where its interval excludes its baseline or, without a baseline, is no wider than ± `within`: merely
    having an interval is no support, and without either limit it is read with care. An interval that touches the baseline
    includes it; one exactly as wide as the limit is narrow enough, and no limit (0, a tenth of nothing) is met by none.
    """
    if not evidence.n >= MIN_GROUP:  # an unknown number is none
        return "too weak", "fewer than 30 observations"
    if evidence.kind == "fact":
        return _of_all(evidence, "a full count of the data")
    if evidence.interval is None or not _are_known(*evidence.interval):
        return "with care", "no interval"
    low, high = evidence.interval
    has_baseline = evidence.baseline is not None and _are_known(evidence.baseline)
    if has_baseline and low <= evidence.baseline <= high:
        return "too weak", "the interval includes the comparison value"
    if evidence.kind == "estimate":
        if has_baseline:
            return _of_all(evidence, "the interval excludes the comparison value")
        if evidence.within is None:
            return "with care", "no comparison value and no stated precision"
        if evidence.within <= 0 or not high - low <= 2 * evidence.within * (1 + 1e-9):
            return "with care", "the interval is too wide for a decision"
        return _of_all(evidence, "the interval is narrow enough for a decision")
    if not evidence.held_out:
        return "with care", "not measured on unseen data"
    if not has_baseline:
        return "with care", "no baseline"
    return _of_all(evidence, "measured on unseen data, beside a baseline")


def _of_all(evidence: Evidence, why: str) -> tuple[str, str]:
    """Return that the finding holds and why, unless the data speaks of less than half of the customers."""
    return ("holds", why) if evidence.coverage >= 0.5 else ("with care", "speaks for less than half of the customers")


def legend() -> list[tuple[str, dict]]:
    """Return how findings are graded, for the reader: messages of the catalogue with their values."""
    return [
        (
            "Holds: a count of all the data; an estimate whose 95% interval excludes the value that would make the sentence "
            "say nothing, or is narrow enough; or a prediction checked on unseen data, whose interval sets it apart from a "
            "simple rule.", {},
        ),
        (
            "Narrow enough: at most ±{share:count} percentage points for a share, ±{nps:count} points for the net promoter "
            "score, ±{ces:number1} points for ease of dealing (1 to 7), ±{tenth:percent} for money and times.",
            {"share": 100 * WITHIN_SHARE, "nps": WITHIN_NPS, "ces": WITHIN_CES, "tenth": WITHIN_TENTH},
        ),
        (
            "With care: no interval, one that is too wide, less than half of the customers covered, or not checked on unseen "
            "data.", {},
        ),
        (
            "Too weak: fewer than {least:count} observations, or an interval that includes the comparison value.",
            {"least": MIN_GROUP},
        ),
    ]


def _are_known(*values: float | None) -> bool:
    """Say whether all of the values are numbers: one that could not be computed supports nothing."""
    return not pd.isna(list(values)).any()


def with_history(said: pd.DataFrame, before: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return what this run `said` as the current run, after all that earlier runs found (`before`, a table of findings).

    Adds run (1, 2, …), as_of and is_current. A run that found what the last one found adds nothing, so that running again
    changes nothing; a run without findings leaves no finding current.
    """
    now = said.assign(run=1, as_of=as_of.normalize(), is_current=True)
    if before is not None and len(before) and set(OF_THE_RUN) <= set(before):  # tables before 2026-11 knew one run only
        before = before.reindex(columns=now.columns)  # and no decisions
        n_runs, last = int(before["run"].max()), before[before["is_current"]]
        is_same = len(last) > 0 and _content(last, said.columns) == _content(now, said.columns)
        kept = before[~before["is_current"]] if is_same else before.assign(is_current=False)
        now = now.assign(run=n_runs if is_same else n_runs + 1)
        now = pd.concat([kept, now], ignore_index=True) if len(kept) else now
    numbers = dict.fromkeys(("estimate", "low", "high", "baseline"), "float64")
    return now.astype({**numbers, "n": "int64", "held_out": "boolean", "run": "int64", "is_current": bool})


def _content(findings: pd.DataFrame, columns) -> list:
    rows = findings.sort_values("finding_id")[["as_of", *columns]]
    return json.loads(rows.to_json(orient="values", date_format="iso", double_precision=9))
