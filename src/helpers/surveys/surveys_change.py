"""What changed between the last half-year and the one before: other people answering (mix), or the same kind answering
differently (within)?

The split is Kitagawa's (1955, JASA 50:1168), with the mean of both periods as weights, so that nothing is left over. Reads the
answers of surveys.py with a column to group by that was known when they were given.
"""

import numpy as np
import pandas as pd

from helpers.errors import TooLittleData
from helpers.surveys import surveys
from helpers.surveys.surveys_intervals import difference_interval

MONTHS = 6
N_DRAWS = 1000
OTHERS = "others"
ALL = "all"


def two_halves(answers: pd.DataFrame, name: str, *, as_of: pd.Timestamp, time_zone: str, months: int = MONTHS) -> pd.DataFrame:
    """Return the latest answer of each customer in the last `months` up to the end of `as_of`, and in the as many before.

    Adds is_later, earlier_from and later_from (first day of each span, in the business's time zone). Raises TooLittleData
    where either span has fewer than 30 answers.
    """
    dated = answers.dropna(subset=["received_at", name])
    day = dated["received_at"].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()
    end = as_of.tz_localize(None).normalize() + pd.Timedelta(days=1)
    later, earlier = end - pd.DateOffset(months=months), end - pd.DateOffset(months=2 * months)
    inside = (day >= earlier) & (day < end)
    rows = dated[inside].assign(is_later=(day >= later)[inside])
    rows = surveys.latest_answers(rows, name, by="is_later").assign(earlier_from=earlier, later_from=later)
    n_later = int(rows["is_later"].sum())
    n_earlier = len(rows) - n_later
    if min(n_earlier, n_later) < surveys.MIN_SURE:
        raise TooLittleData(
            "Needs {needed:count} dated answers in the last {months:count} months and in those before to say what changed; "
            "there are {later:count} and {earlier:count}.",
            needed=surveys.MIN_SURE, months=months, later=n_later, earlier=n_earlier,
        )
    return rows


def change(halves: pd.DataFrame, name: str) -> dict:
    """Return both scores and their difference: earlier, later, estimate, low, high, n_earlier, n_later.

    Customers who answered in both halves resemble themselves: their change is surer than that between different people.
    """
    counted = pd.Series(surveys.points(halves[name], name).to_numpy(), index=surveys.people(halves, "feedback_id"))
    parts = [counted[(halves["is_later"] == part).to_numpy()] for part in (False, True)]
    earlier, later = (surveys.summary(part.to_numpy(), name) for part in parts)
    low, high = difference_interval(later, earlier, correlation=_correlation(*parts))
    return {
        "earlier": earlier["estimate"], "later": later["estimate"], "estimate": later["estimate"] - earlier["estimate"],
        "low": low, "high": high, "n_earlier": earlier["n"], "n_later": later["n"],
    }


def _correlation(earlier: pd.Series, later: pd.Series) -> float:
    """Return the correlation of two means of points, by customer, of whom some answered both times."""
    away = [part - part.mean() for part in (earlier, later)]
    both = away[0].to_frame("a").join(away[1].rename("b"), how="inner")
    scale = float(np.sqrt((away[0] ** 2).sum() * (away[1] ** 2).sum()))
    return float(np.clip((both["a"] * both["b"]).sum() / scale, -1, 1)) if scale > 0 else 0.0


def split_change(halves: pd.DataFrame, by: str, name: str, *, seed: int, n_draws: int = N_DRAWS) -> pd.DataFrame:
    """Return the change of the score split by the groups of `by`: group, n_earlier, n_later, share_earlier, share_later,
    score_earlier, score_later, mix, mix_low, mix_high, within, within_low, within_high; the last row is "all".

    mix = (share later − share earlier) × (mean of its two scores − mean of the two totals); within = mean of its two shares ×
    (score later − score earlier). Added up over the groups, both give the change of the score exactly. Groups with fewer than
    10 answers in a half are "others", with the smallest group if they are too few still; what one half lacks altogether has
    no within, only mix. Intervals: 95 %, customers (with all their answers) drawn again. Raises TooLittleData where fewer than
    two groups remain.
    """
    grouped = _merge_rare(halves, by)
    groups = sorted(grouped.unique(), key=lambda group: (group == OTHERS, str(group)))
    if len(groups) < 2:
        raise TooLittleData(
            "Needs two groups with {needed:count} answers in both halves to split a change; there are {n:count}.",
            needed=surveys.MIN_SHOWN, n=len(groups),
        )
    person, people = pd.factorize(surveys.people(halves, "feedback_id"))
    flat = np.zeros((len(people), 2, 2, len(groups)))  # people × (earlier, later) × (answers, points) × groups
    where = (person, halves["is_later"].to_numpy(int), slice(None), [groups.index(group) for group in grouped])
    counted = surveys.points(halves[name], name).to_numpy()
    np.add.at(flat, where, np.column_stack([np.ones(len(halves)), counted]))
    draws = np.random.default_rng(seed).multinomial(len(people), np.full(len(people), 1 / len(people)), size=n_draws)
    return _change_table(groups, flat.sum(axis=0), np.tensordot(draws.astype(float), flat, axes=1), surveys.MEASURES[name].unit)


def _merge_rare(halves: pd.DataFrame, by: str) -> pd.Series:
    """Return the group of each answer; groups with fewer than 10 in a half are "others".

    Where the others are 1 to 9 in a half, the smallest group joins them; none at all in a half is no small group.
    """
    named = halves[by].astype("object").where(halves[by].notna(), surveys.UNKNOWN)
    n = pd.crosstab(named, halves["is_later"]).reindex(columns=[False, True], fill_value=0)
    n = n.loc[sorted(n.index, key=lambda group: (n.loc[group].sum(), str(group)))]
    rare = [group for group in n.index if n.loc[group].min() < surveys.MIN_SHOWN]
    for group in [group for group in n.index if group not in rare]:
        if n.loc[rare].sum().between(1, surveys.MIN_SHOWN - 1).any():
            rare.append(group)
    return named.where(~named.isin(rare), OTHERS)


def split_parts(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Return mix and within (… × groups) of sums (… × (earlier, later) × (answers, points) × groups), in points."""
    n, total = sums[..., 0, :], sums[..., 1, :]
    everybody = n.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, score, overall = n / everybody, total / n, total.sum(axis=-1, keepdims=True) / everybody
    score = np.where(np.isnan(score), score[..., ::-1, :], score)  # what one half lacks has the other half's score
    score = np.nan_to_num(score)  # what a draw lacks altogether has no share either
    earlier, later = (..., 0, slice(None)), (..., 1, slice(None))
    return {
        "mix": (share[later] - share[earlier]) * ((score[earlier] + score[later]) - (overall[earlier] + overall[later])) / 2,
        "within": (share[earlier] + share[later]) / 2 * (score[later] - score[earlier]),
    }


def _change_table(groups: list, sums: np.ndarray, draws: np.ndarray, unit: float) -> pd.DataFrame:
    """Return the table of :func:`split_change` of the sums and of those of the draws."""
    whole = np.concatenate([sums, sums.sum(axis=-1, keepdims=True)], axis=-1)
    n, total = whole[:, 0], whole[:, 1]
    score = unit * np.divide(total, n, out=np.full_like(total, np.nan), where=n > 0)
    table = pd.DataFrame({
        "group": [*groups, ALL], "n_earlier": n[0].astype(int), "n_later": n[1].astype(int), "share_earlier": n[0] / n[0, -1],
        "share_later": n[1] / n[1, -1], "score_earlier": score[0], "score_later": score[1],
    })
    point, scatter = split_parts(sums), split_parts(draws)
    for part in ("mix", "within"):
        table[part] = unit * np.append(point[part], point[part].sum())
        every = np.column_stack([scatter[part], scatter[part].sum(axis=1)])
        table[f"{part}_low"], table[f"{part}_high"] = unit * np.nanquantile(every, (0.025, 0.975), axis=0)
    return table
