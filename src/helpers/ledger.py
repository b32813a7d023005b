"""Did the last predictions come true? What each run foretells is kept; a later run compares it with what happened.

A prediction is due when the snapshot date has reached its last day. The latest ones that are due are checked, on all customers
they spoke of, beside the rule of thumb that stood next to them when they were made. In and out: `predictions_<topic>`;
out: `came_true_<topic>`.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.btyd.btyd_histories import purchase_days
from helpers.errors import TooLittleData
from helpers.evidence import Evidence
from helpers.i18n import text
from helpers.proportions import Z95, auc

ALL = "(all)"  # subject of a prediction for all customers together
CUSTOMERS = ("churn", "purchases", "revenue")
WINDOW = ["what", "made_on", "after_day", "due_on"]
COLUMNS = ["made_on", "what", "after_day", "due_on", "subject", "predicted", "low", "high", "baseline"]


# --- what is foretold


def foretell(
    what: str, subjects, predicted, *, made_on: pd.Timestamp, days: int, lead_days: int = 0, low=np.nan, high=np.nan,
    baseline=np.nan,
) -> pd.DataFrame:
    """Return predictions of `what` for `days` days, one row a subject, as `predictions_<topic>` has them.

    The days begin `lead_days` after the day after `made_on`.
    low, high: the 95 % interval of each; baseline: what a rule of thumb says (churn: days since the last purchase).
    """
    made_on = made_on.normalize()
    after_day = made_on + pd.Timedelta(days=lead_days)
    frame = pd.DataFrame({"subject": np.asarray(subjects, dtype=object), "predicted": np.asarray(predicted, float)})
    return frame.astype({"subject": "str"}).assign(
        made_on=made_on, what=what, after_day=after_day, due_on=after_day + pd.Timedelta(days=days), low=low, high=high,
        baseline=baseline,
    )[COLUMNS].astype({"low": float, "high": float, "baseline": float})


def keep(earlier: pd.DataFrame | None, *made: pd.DataFrame) -> pd.DataFrame:
    """Return earlier predictions and those just made; a run of the same snapshot date replaces what it said before."""
    now = pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=COLUMNS)
    if earlier is None or earlier.empty:
        return now
    return pd.concat([earlier[~earlier["made_on"].isin(now["made_on"])], now], ignore_index=True)


# --- what came of it


def due(earlier: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return, of each thing foretold, the predictions made last among those due by `as_of` (of these, the longest view).

    Raises
    ------
    TooLittleData : nothing was foretold before `as_of`, or nothing of it is due yet.
    """
    if earlier is None or earlier[earlier["made_on"] < as_of].empty:
        raise TooLittleData(
            "No run with an earlier snapshot date has foretold anything yet. What this run foretells is kept; a run with a "
            "later snapshot date compares it with what happened."
        )
    earlier = earlier[earlier["made_on"] < as_of]
    ready = earlier[earlier["due_on"] <= as_of]
    if ready.empty:
        raise TooLittleData(
            "The predictions of {made_on:day} speak of the days up to {due_on:day}; they are checked from that day on.",
            made_on=earlier["made_on"].max(), due_on=earlier["due_on"].min(),
        )
    made_on = ready.groupby("what")["made_on"].transform("max")
    latest = ready[ready["made_on"] == made_on]
    due_on = latest.groupby("what")["due_on"].transform("max")
    return latest[latest["due_on"] == due_on].reset_index(drop=True)


def add_actual(predictions: pd.DataFrame, orders: ibis.Table) -> pd.DataFrame:
    """Add `actual` to predictions of customers: what each did in the days after after_day up to due_on, both as foretold.

    churn: 1 = no purchase day; purchases: purchase days; revenue: net revenue of those days. Unknown for a customer of whom
    no order is known any more (the identity of customers can change when sources are added). Rows of `ALL` are the sums.
    """
    own = predictions[predictions["what"].isin(CUSTOMERS)]
    parts = [_actual(rows, orders, after, due_on) for (after, due_on), rows in own.groupby(["after_day", "due_on"])]
    return pd.concat(parts).sort_index()


def _actual(rows: pd.DataFrame, orders: ibis.Table, after: pd.Timestamp, due_on: pd.Timestamp) -> pd.DataFrame:
    days = purchase_days(orders, start=pd.Timestamp("1900-01-01"), end=due_on)
    later = days.order_date > after.date()
    did = days.group_by("customer_id").agg(
        n_days=later.cast("int64").sum(), revenue=ibis.ifelse(later, days.revenue, 0.0).sum(),
    ).to_pandas().set_index("customer_id")
    found = did.reindex(rows["subject"])
    n_days = found["n_days"].astype(float)
    values = {
        "churn": (n_days == 0).astype(float).where(n_days.notna()), "purchases": n_days,
        "revenue": found["revenue"].astype(float).round(4),
    }
    actual = np.select([rows["what"] == what for what in values], [column.to_numpy() for column in values.values()], np.nan)
    return rows.assign(actual=actual)


def came_true(compared: pd.DataFrame) -> pd.DataFrame:
    """Return `came_true_<topic>`: one row a thing foretold, totals and errors beside those of the rule of thumb.

    compared: predictions with `actual`; subjects without one are counted (n_unknown) and left out. The interval of the total
    is that of the row `ALL`; churn probabilities without one have Σp ± 1.96 √Σp(1 − p), customers taken as independent.

    Raises
    ------
    TooLittleData : none of the customers foretold is known any more.
    """
    rows = [
        {**dict(zip(WINDOW, window, strict=True)), **_one(window[0], rows)} for window, rows in compared.groupby(WINDOW)
        if rows.loc[rows["subject"] != ALL, "actual"].notna().any()
    ]
    if not rows:
        raise TooLittleData("None of the customers that the last predictions spoke of is known any more.")
    return pd.DataFrame(rows)


def check(earlier: pd.DataFrame | None, orders: ibis.Table, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return `came_true_<topic>` of predictions of customers: what is due by `as_of`, compared with `orders`."""
    return came_true(add_actual(due(earlier, as_of=as_of), orders))


def _one(what: str, rows: pd.DataFrame) -> dict:
    own, total = rows[rows["subject"] != ALL], rows[rows["subject"] == ALL]
    known = own[own["actual"].notna()]
    predicted, actual, baseline = (known[name].to_numpy(float) for name in ("predicted", "actual", "baseline"))
    low, high = _of_total(what, predicted, total, is_whole=len(known) == len(own))
    has_rule = what != "churn" and not np.isnan(baseline).any()
    bounded = known[known["low"].notna()]
    inside = bounded["actual"].between(bounded["low"] - 0.005, bounded["high"] + 0.005)  # half a cent is no miss
    return {
        "n": len(known), "n_unknown": len(own) - len(known),
        "predicted": predicted.sum(), "low": low, "high": high, "actual": actual.sum(),
        "baseline": baseline.sum() if has_rule else np.nan, "error": np.abs(predicted - actual).mean(),
        "baseline_error": np.abs(baseline - actual).mean() if has_rule else np.nan,
        "inside": inside.mean() if len(bounded) else np.nan, "auc": _auc(what, actual, predicted),
        "baseline_auc": _auc(what, actual, baseline),
        "is_inside": bool(low <= actual.sum() <= high) if np.isfinite([low, high]).all() else pd.NA,
    }


def _of_total(what: str, predicted: np.ndarray, total: pd.DataFrame, *, is_whole: bool) -> tuple[float, float]:
    if what == "churn" and (total.empty or not is_whole):
        half = Z95 * float(np.sqrt((predicted * (1 - predicted)).sum()))
        return max(predicted.sum() - half, 0.0), min(predicted.sum() + half, float(len(predicted)))
    if total.empty or not is_whole:
        return np.nan, np.nan
    return float(total["low"].iloc[0]), float(total["high"].iloc[0])


def _auc(what: str, lost: np.ndarray, score: np.ndarray) -> float:
    if what != "churn" or len(np.unique(lost)) < 2 or np.isnan(score).any():
        return np.nan
    return auc(lost, score)


# --- in words


def sentence(row: pd.Series) -> tuple[str, dict, Evidence]:
    """Return what is said of a row of `came_true_<topic>`, its values and what supports it: a count of what happened."""
    values = {**row.to_dict(), "outcome": _outcome(row)}
    words = _WORDS if values["outcome"] else _WITHOUT_INTERVAL
    return words[row["what"]], values, Evidence("fact", int(row["n"]), float(row["actual"]), serves="what to trust")


def sentences(checked: pd.DataFrame) -> list[tuple[str, dict, Evidence]]:
    """Return `sentence` of every row."""
    return [sentence(row) for _, row in checked.iterrows()]  # a handful of rows


def ranking_sentence(row: pd.Series) -> tuple[str, dict]:
    """Return what is said of how well the churn scores ranked the customers, beside the days since the last purchase."""
    return (
        "Of all pairs of a customer who came back and one who did not, the scores of that day had ranked {auc:percent1} right; "
        "the days since the last purchase alone {baseline_auc:percent1}."
    ), row.to_dict()


def _outcome(row: pd.Series) -> str:
    if pd.isna(row["is_inside"]):
        return ""
    if row["is_inside"]:
        return "it came true"
    return "it was more" if row["actual"] > row["high"] else "it was less"


_WORDS = {
    "churn": (
        "On {made_on:day} we expected {predicted:count} of {n:count} customers to buy nothing after "
        "{after_day:day} until {due_on:day} ({low:count} to {high:count}); {outcome:label}: {actual:count} did so."
    ),
    "purchases": (
        "On {made_on:day} we expected {predicted:count} purchases of {n:count} customers until {due_on:day} ({low:count} to "
        "{high:count}); {outcome:label}: there were {actual:count}."
    ),
    "revenue": (
        "On {made_on:day} we expected {predicted:money} from {n:count} customers until {due_on:day} ({low:money} to "
        "{high:money}); {outcome:label}: they brought {actual:money}."
    ),
}
_WITHOUT_INTERVAL = {
    "purchases": (
        "On {made_on:day} we expected {predicted:count} purchases of the {n:count} customers still known until {due_on:day}; "
        "there were {actual:count}."
    ),
    "revenue": (
        "On {made_on:day} we expected {predicted:money} from the {n:count} customers still known until {due_on:day}; they "
        "brought {actual:money}."
    ),
    "segment size": (
        "On {made_on:day} we expected the sizes of {n:count} segments on {due_on:day}; {inside:percent} of them lie inside "
        "their interval. The mean error is {error:number1} customers; “sizes stay as they are” errs by "
        "{baseline_error:number1}."
    ),
}


def labelled() -> dict[str, tuple[str, str]]:
    """Return how the columns of `came_true_<topic>` are shown: column → (translated header, format)."""
    return {
        "what": (text("Foretold"), "label"), "predicted": (text("Expected"), "count"), "actual": (text("Came"), "count"),
        "baseline": (text("Rule of thumb"), "count"), "error": (text("Mean error"), "number2"),
        "baseline_error": (text("Its mean error"), "number2"), "inside": (text("Inside their interval"), "percent"),
        "auc": (text("Pairs ranked right (AUC)"), "percent1"),
        "baseline_auc": (text("By days since the last purchase"), "percent1"),
    }
