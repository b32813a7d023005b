"""Does retention rise because customers grow loyal, or because the disloyal leave first?

If every customer had a constant chance of their own to leave, retention would rise with age all the same: the ones who leave
easily go first (Fader and Hardie 2007, Journal of Interactive Marketing 21:76). The shifted beta-geometric model
(retention_sbg.py) says just that. It is fitted on the first months of the contracts and compared with what came later, beside
customers all alike. In: subscriptions; out: monthly retention by age, seen and expected.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.subscriptions import retention_sbg

MOST_SEEN = 12  # months that the models see, or half of what there is
MIN_MONTHS = 6  # ages with enough contracts; below that nothing can be compared
MIN_AT_RISK = 30
RECENT = 12  # ages that the last retention is the mean of


def monthly_retention(subscriptions: pd.DataFrame) -> pd.DataFrame:
    """Return the share of contracts that stay for another month, by age, with Wilson intervals.

    Out: month (1, 2, …: from the age of month − 1), n_at_risk, n_ended, seen, low, high; only months that MIN_AT_RISK contracts
    were seen to begin. A contract that ended before a month was over ended in that month (after 1.5 months: in month 2).
    """
    entry, age, ended = _ages(subscriptions)
    months = np.arange(1, int(age.max(initial=0)) + 1)
    at_risk = np.array([((age >= month) & (entry < month)).sum() for month in months])
    left = np.array([((age == month) & ended & (entry < month)).sum() for month in months])
    low, high = wilson(at_risk - left, at_risk)
    found = pd.DataFrame({"month": months, "n_at_risk": at_risk, "n_ended": left, "seen": 1 - left / np.maximum(at_risk, 1),
                          "low": low, "high": high})
    return found[found["n_at_risk"] >= MIN_AT_RISK].reset_index(drop=True)


def _ages(subscriptions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ended = subscriptions["churned"].to_numpy(bool)
    tenure = subscriptions["tenure_months"].to_numpy(float)
    age = np.where(ended, np.maximum(np.ceil(tenure), 1), np.floor(tenure))
    entry = subscriptions["entry_months"].to_numpy(float) if "entry_months" in subscriptions else np.zeros(len(age))
    return np.minimum(entry, age), age, ended


def compare(subscriptions: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return monthly retention by age beside sBG and customers all alike, both fitted on the first months, and the facts.

    curve: monthly_retention with sbg and alike (expected retention). facts: n; seen (months that the models saw), after, until
    (first and last month compared); first, last (retention in month 1 and mean of the last RECENT months); sbg_error,
    alike_error (mean absolute difference of the share still running from Kaplan-Meier's in the months after, both counted
    from the end of the first months); differs (sBG is likelier than all alike), alpha, beta. Raises TooLittleData with fewer
    than MIN_MONTHS months in a row, or where sBG cannot be fitted.
    """
    curve = monthly_retention(subscriptions)
    whole = int(np.argmin(np.append(curve["month"].to_numpy() == np.arange(1, len(curve) + 1), False)))
    if whole < MIN_MONTHS:
        raise TooLittleData(
            "Needs {needed:count} months of age that enough contracts were seen in, from the first one; there are "
            "{found:count}.",
            needed=MIN_MONTHS, found=whole,
        )
    curve = curve.iloc[:whole]
    seen = min(MOST_SEEN, whole // 2)
    entry, age, ended = _ages(subscriptions)
    early = pd.DataFrame({"age": np.minimum(age, seen), "ended": ended & (age <= seen), "entered_age": entry})
    fit = retention_sbg.fit_sbg(early[early["entered_age"] < early["age"]])
    first = curve.iloc[:seen]
    leaves = float(first["n_ended"].sum() / first["n_at_risk"].sum())
    stays, n_left = float(first["n_at_risk"].sum() - first["n_ended"].sum()), float(first["n_ended"].sum())
    alike = n_left * np.log(leaves) + stays * np.log1p(-leaves)
    differs = fit.log_likelihood > alike  # without differences sBG has no largest likelihood: all alike is its limit
    curve = curve.assign(sbg=fit.retention(curve["month"]) if differs else 1 - leaves, alike=1 - leaves)
    later = curve[curve["month"] > seen]
    running = {name: later[name].cumprod() for name in ("seen", "sbg", "alike")}
    return curve, {
        "n": len(subscriptions), "seen": seen, "after": seen + 1, "until": whole, "first": float(curve["seen"].iloc[0]),
        "last": float(curve["seen"].iloc[-RECENT:].mean()),
        "sbg_error": float((running["sbg"] - running["seen"]).abs().mean()),
        "alike_error": float((running["alike"] - running["seen"]).abs().mean()), "differs": bool(differs), **fit.parameters,
    }
