"""How satisfied are customers in surveys: NPS, CSAT and CES, each with its interval and its number of answers.

NPS: share of 9–10 less share of 0–6, in points (Reichheld 2003). CSAT: share of 4 and 5 of five, with Wilson's interval. CES:
mean of 1–7, where more is easier. NPS and CES get the interval of surveys_intervals.py. Reads `feedback` (nps, csat, ces) and
`survey_answers` (for the survey and the language it was asked in).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from helpers.errors import TooLittleData
from helpers.proportions import wilson
from helpers.surveys.surveys_intervals import difference_interval, mean_interval

LOWEST_PROMOTER, HIGHEST_DETRACTOR = 9, 6
LOWEST_SATISFIED = 4  # of 5: the top two boxes
MIN_SHOWN, MIN_SURE = 10, 30  # answers below which a group is not shown, and below which it is marked
UNKNOWN = "not known"


class Measure(NamedTuple):
    """A score: ends of its scale as answered, the points that answers count, and how many units the mean is shown in."""

    name: str
    lowest: int
    highest: int
    values: tuple[float, ...]  # what an answer can count
    unit: float  # NPS is shown per hundred


MEASURES = {
    "nps": Measure("nps", 0, 10, (-1.0, 0.0, 1.0), 100.0),
    "csat": Measure("csat", 1, 5, (0.0, 1.0), 1.0),
    "ces": Measure("ces", 1, 7, tuple(float(step) for step in range(1, 8)), 1.0),
}


# --- answers


def read_answers(feedback: pd.DataFrame, survey_answers: pd.DataFrame) -> pd.DataFrame:
    """Return the pieces of feedback with a score: feedback_id, customer_id, received_at, channel, survey, language, nps, csat,
    ces.

    survey_answers (may be empty) tells the survey and the language of its questions; without it the language is that of the
    feedback. A score off its scale (an NPS of 11) counts as not given. Sorted by feedback_id, so that the order of rows never
    matters.
    """
    scores = {
        m.name: feedback[m.name].astype("float64").where(feedback[m.name].between(m.lowest, m.highest))
        for m in MEASURES.values()
    }
    rows = feedback[["feedback_id", "customer_id", "received_at", "channel", "language"]].assign(**scores)
    rows = rows.dropna(subset=list(MEASURES), how="all")
    asked = survey_answers[["feedback_id", "survey", "language"]].sort_values(["feedback_id", "language"])
    asked = asked.drop_duplicates("feedback_id").rename(columns={"language": "asked_in"})
    rows = rows.merge(asked, on="feedback_id", how="left")
    language = rows["asked_in"].where(rows["asked_in"] != "und").astype("object")
    rows = rows.assign(language=language.where(language.notna(), rows["language"].astype("object"))).drop(columns="asked_in")
    return rows.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def latest_answers(answers: pd.DataFrame, name: str, *, by: str = "") -> pd.DataFrame:
    """Return one answer to the score `name` a customer: the latest (the larger feedback_id where the moment is the same).

    With `by` (a period, say) one a customer and value of it. So answers of one customer, which resemble each other, never
    count twice in one score. Answers of unknown customers stay, each as one customer. No dates: the largest feedback_id.
    """
    given = answers.dropna(subset=[name]).sort_values(["received_at", "feedback_id"], na_position="first", kind="stable")
    keys = ["customer_id", by] if by else ["customer_id"]
    kept = given[given["customer_id"].isna() | ~given.duplicated(keys, keep="last")]
    return kept.sort_values("feedback_id", kind="stable").reset_index(drop=True)


def people(rows: pd.DataFrame, key: str) -> pd.Series:
    """Return who each row is of: the customer; where none is known, the row itself by its column `key`."""
    return rows["customer_id"].astype("object").where(rows["customer_id"].notna(), "-" + rows[key].astype("str"))


def points(scores: pd.Series, name: str) -> pd.Series:
    """Return what each answer counts: NPS 1, 0 or −1 (from 9 on, 7 and 8, up to 6; a 6.5 is passive); CSAT 1 from 4 on, else 0;
    CES the answer itself. Unknown stays unknown. The score is the mean of the points, times the measure's unit.
    """
    if name == "nps":
        counted = (scores >= LOWEST_PROMOTER).astype(float) - (scores <= HIGHEST_DETRACTOR).astype(float)
    elif name == "csat":
        counted = (scores >= LOWEST_SATISFIED).astype(float)
    else:
        counted = scores.astype(float)
    return counted.where(scores.notna())


# --- scores


def interval(
    counted: np.ndarray, name: str, *, weights: np.ndarray | None = None, n_effective: float | None = None, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the mean of points, in the measure's unit: Wilson for CSAT, else surveys_intervals.py.

    With `weights` the shares are weighted and count as `n_effective` answers.
    """
    measure = MEASURES[name]
    weights = np.ones(len(counted)) if weights is None else weights
    n = float(len(counted) if n_effective is None else n_effective)
    if name == "csat":
        low, high = wilson(n * np.average(counted, weights=weights), n, z=float(stats.norm.ppf((1 + level) / 2)))
        return float(low), float(high)
    values = np.array(sorted({*measure.values, *np.unique(counted)}))  # half points, too
    shares = np.array([weights[counted == value].sum() for value in values]) / weights.sum()
    low, high = mean_interval(n * shares, values, level=level)
    return measure.unit * float(low[0]), measure.unit * float(high[0])


def score(answers: pd.DataFrame, name: str) -> dict:
    """Return the score `name` of the latest answer of each customer: measure, estimate, low, high, n, n_earlier.

    n_earlier: answers that an earlier moment of the same customer gave and that do not count. For NPS also promoters and
    detractors (shares). Raises TooLittleData below 10 customers.
    """
    latest = latest_answers(answers, name)
    if len(latest) < MIN_SHOWN:
        raise TooLittleData("Needs {measure:label} answers of {needed:count} customers to show a score; there are {n:count}.",
                            measure=name.upper(), needed=MIN_SHOWN, n=len(latest))
    counted = points(latest[name], name).to_numpy()
    low, high = interval(counted, name)
    found = {
        "measure": name, "estimate": MEASURES[name].unit * float(counted.mean()), "low": low, "high": high, "n": len(latest),
        "n_earlier": int(answers[name].notna().sum()) - len(latest),
    }
    if name == "nps":
        found |= {"promoters": float((counted > 0).mean()), "detractors": float((counted < 0).mean())}
    return found


def scores_asked(answers: pd.DataFrame) -> list[str]:
    """Return the names of the scores that at least 10 customers gave, in the order of `MEASURES`.

    Raises TooLittleData where there are none.
    """
    n = {name: len(latest_answers(answers, name)) for name in MEASURES}
    found = [name for name in MEASURES if n[name] >= MIN_SHOWN]
    if not found:
        raise TooLittleData(
            "Needs {needed:count} customers who say how likely they are to recommend, how satisfied they are or how easy it "
            "was; the most that one of these has is {n:count}.", needed=MIN_SHOWN, n=max(n.values()),
        )
    return found


def scores(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of :func:`scores_asked`, one row each (columns as of :func:`score`)."""
    return pd.DataFrame([score(answers, name) for name in scores_asked(answers)])


def by_survey(answers: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the score `name` of each survey by itself, those of most answers first: survey, given (answers), n (customers,
    each with the latest answer to that survey), estimate (unknown below 10 of them), counted (answers that count in the score
    of all surveys together).
    """
    named = answers.assign(survey=answers["survey"].astype("object").where(answers["survey"].notna(), UNKNOWN))
    counted = latest_answers(named, name)["survey"].value_counts()
    rows = []
    for survey, own in named.dropna(subset=[name]).groupby("survey"):
        latest = points(latest_answers(own, name)[name], name)
        estimate = MEASURES[name].unit * float(latest.mean()) if len(latest) >= MIN_SHOWN else float("nan")
        rows.append({"survey": survey, "given": len(own), "n": len(latest), "estimate": estimate,
                     "counted": int(counted.get(survey, 0))})
    table = pd.DataFrame(rows, columns=["survey", "given", "n", "estimate", "counted"])
    return table.sort_values(["given", "survey"], ascending=[False, True]).reset_index(drop=True)


def summary(counted: np.ndarray, name: str, *, level: float = 0.95) -> dict:
    """Return estimate, low, high and n of points."""
    low, high = interval(counted, name, level=level)
    return {"estimate": MEASURES[name].unit * float(counted.mean()), "low": low, "high": high, "n": len(counted)}


def compare_groups(answers: pd.DataFrame, dimensions: dict[str, str], name: str) -> pd.DataFrame:
    """Return the score of the groups of each column in `dimensions` (column → its name), best first within it.

    dimension, group, n, is_small (fewer than 30), estimate, low, high, difference (from the other answers of the dimension),
    difference_low, difference_high (95 % for all rows together: Bonferroni), stands_out (that interval excludes 0). One answer
    a customer; groups of fewer than 10, those not known, and dimensions with fewer than two others, are left out.
    """
    latest = latest_answers(answers, name)
    counted, rows = points(latest[name], name).to_numpy(), []
    for column, dimension in dimensions.items():
        group = latest[column].astype("object").where(latest[column].notna(), UNKNOWN)
        sizes = group.value_counts()
        shown = sorted(set(sizes.index[sizes >= MIN_SHOWN]) - {UNKNOWN})
        parts = [(value, (group == value).to_numpy()) for value in shown if len(shown) > 1]
        rows += [(dimension, value, counted[mine], counted[~mine]) for value, mine in parts]
    found = []
    for dimension, value, mine, others in rows:
        of_all = difference_interval(*(summary(part, name, level=1 - 0.05 / len(rows)) for part in (mine, others)))
        own, rest = summary(mine, name), float(others.mean()) * MEASURES[name].unit
        found.append({"dimension": dimension, "group": value, "is_small": len(mine) < MIN_SURE, **own,
                      "difference": own["estimate"] - rest, "difference_low": of_all[0], "difference_high": of_all[1]})
    table = pd.DataFrame(found, columns=["dimension", "group", "n", "is_small", "estimate", "low", "high", "difference",
                                         "difference_low", "difference_high"])
    table["stands_out"] = (table["difference_low"] > 0) | (table["difference_high"] < 0)
    place = table["dimension"].map({dimension: i for i, dimension in enumerate(dimensions.values())})
    order = np.lexsort((table["group"].astype("str"), -table["estimate"].astype(float), place.astype(float)))
    return table.iloc[order].reset_index(drop=True)
