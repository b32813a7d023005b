"""What supports a finding, how well it is supported, and what earlier runs found."""

import json
from dataclasses import dataclass

import pandas as pd

GRADES = ("holds", "with care", "too weak")
MIN_GROUP = 30  # observations below which a group's figure is marked as uncertain
OF_THE_RUN = ("run", "as_of", "is_current")


@dataclass(frozen=True)
class Evidence:
    """What supports a finding.

    kind: `fact` (a full count of the data), `estimate` (an inference, needs an interval) or `prediction` (needs a
    held-out measurement and a baseline that it beats).
    n: observations behind it. baseline: what the estimate is compared with; for an estimate, the value that would mean
    "nothing to report". For a prediction `interval` is that of the *gain* over the baseline if `gain` is given.
    coverage: share of the customers (rows) that the data speaks of.
    """

    kind: str
    n: int
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    held_out: bool | None = None
    coverage: float = 1.0


def grade(evidence: Evidence) -> tuple[str, str]:
    """Return the grade of a finding (`holds`, `with care`, `too weak`) and the reason, as a catalogue message."""
    if evidence.n < MIN_GROUP:
        return "too weak", "fewer than 30 observations"
    if evidence.kind == "fact":
        if evidence.coverage < 0.5:
            return "with care", "speaks for less than half of the customers"
        return "holds", "a full count of the data"
    if evidence.interval is None or not _are_known(*evidence.interval):
        return "with care", "no interval"
    low, high = evidence.interval
    has_baseline = evidence.baseline is not None and _are_known(evidence.baseline)
    if has_baseline and low <= evidence.baseline <= high:
        return "too weak", "the interval includes the comparison value"
    if evidence.kind == "estimate":
        if evidence.coverage < 0.5:
            return "with care", "speaks for less than half of the customers"
        return "holds", "the interval excludes the comparison value" if has_baseline else "has an interval"
    if not evidence.held_out:
        return "with care", "not measured on unseen data"
    if not has_baseline:
        return "with care", "no baseline"
    return "holds", "measured on unseen data, beside a baseline"


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
