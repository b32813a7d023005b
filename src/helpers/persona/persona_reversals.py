"""Does a difference between a segment and the others stand within the strata of a third attribute?

A share may be higher in a segment than among the others, and lower in every region (Simpson 1951; Bickel, Hammel and
O'Connell 1975, Berkeley's admissions). The difference is taken again within strata, with Mantel and Haenszel's (1959) weights;
its interval rests on the sum of squares of what each customer adds to it, so that a customer in several strata counts once.
In: traits (persona_traits.py), segments, strata by customer. Out: one row a statement and stratifier.
"""

import ibis
import numpy as np
import pandas as pd

from helpers.persona.persona_index import prepare
from helpers.persona.persona_traits import DEMOGRAPHICS, Trait, known_demographics
from helpers.proportions import Z95

REVERSED, GONE, STANDS, UNKNOWN = "reversed", "gone", "stands", "cannot be told"
STRATIFIERS = ("channel", "region", "age", "gender", "acquisition channel", "household size", "yearly income")
SAME_THING = ({"region", "city"}, {"household size", "household type", "children in the household"})
MIN_OVERLAP = 0.5  # share of the segment in strata where others are too, below which nothing is compared
MIN_IN_STRATA = 30  # customers of the segment there
COLUMNS = [
    "segment", "kind", "unit", "attribute", "stratifier", "n_strata", "n", "overlap", "crude", "adjusted", "low", "high",
    "verdict",
]


def within_strata(values, member, strata, *, exposure=None, units=None) -> dict[str, float]:
    """Return the difference of a share between members and others: as it stands, and within strata.

    Parameters
    ----------
    values, exposure : what counts and what it is a share of, one a row (exposure 1 by default: a rate).
    member : True or False. strata : any labels; unknown ones leave the row out.
    units : who a row belongs to, where one customer has several rows.

    Returns
    -------
    n_strata (with both sides), n (members in them), overlap (of all members with a known stratum), crude, adjusted, low, high
    (95 %), verdict: `reversed` if the two point in opposite directions, `gone` if the adjusted interval holds 0 and the
    adjusted difference is less than half the crude one, `cannot be told` if few members have others in their stratum.
    """
    x, member = np.asarray(values, float), np.asarray(member, bool)
    e = np.ones(len(x)) if exposure is None else np.asarray(exposure, float)
    codes = pd.factorize(np.asarray(strata), sort=True)[0]
    unit = np.arange(len(x)) if units is None else pd.factorize(np.asarray(units), sort=True)[0]
    known = (codes >= 0) & (e > 0)
    x, e, member, codes, unit = x[known], e[known], member[known], codes[known], unit[known]
    found = {"crude": _share(x, e, member) - _share(x, e, ~member), **_adjusted(x, e, member, codes, unit)}
    return found | {"verdict": _verdict(found)}


def _adjusted(x, e, member, codes, unit) -> dict[str, float]:
    """Return n_strata, n, overlap, adjusted, low and high of known rows with numbered strata and units."""
    size = int(codes.max(initial=-1)) + 1
    n1, n0, e1, e0, x1, x0 = (
        np.bincount(codes, weights=part * side, minlength=size)
        for part in (np.ones(len(x)), e, x) for side in (member, ~member)
    )
    both = (n1 > 0) & (n0 > 0)
    n = int(n1[both].sum())
    found = {"n_strata": int(both.sum()), "n": n, "overlap": n / max(int(member.sum()), 1)}
    if not both.any():
        return found | dict.fromkeys(("adjusted", "low", "high"), float("nan"))
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(both, n1 * n0 / (n1 + n0), 0.0)
        weight = weight / weight.sum()
        adjusted = float(np.where(both, weight * (x1 / e1 - x0 / e0), 0.0).sum())
        pooled = (x1 + x0) / (e1 + e0)
        pull = np.where(member, 1 / e1[codes], -1 / e0[codes]) * (x - pooled[codes] * e)
    adds = np.bincount(unit, weights=np.where(both[codes], weight[codes] * pull, 0.0))
    half = Z95 * float(np.sqrt((adds**2).sum()))
    return found | {"adjusted": adjusted, "low": adjusted - half, "high": adjusted + half}


def _share(x, e, side) -> float:
    return float(x[side].sum() / e[side].sum()) if e[side].sum() > 0 else float("nan")


def _verdict(found: dict[str, float]) -> str:
    crude, adjusted = found["crude"], found["adjusted"]
    if found["n"] < MIN_IN_STRATA or found["overlap"] < MIN_OVERLAP or np.isnan(crude):
        return UNKNOWN
    if crude * adjusted < 0:
        return REVERSED
    return GONE if found["low"] <= 0 <= found["high"] and abs(adjusted) < abs(crude) / 2 else STANDS


def stratifiers(orders: ibis.Table, customers: pd.DataFrame | None) -> dict[str, pd.Series]:
    """Return what customers are told apart by, by customer: the channel of most orders, region, age, gender …"""
    placed = orders.filter(orders.channel.notnull())
    counts = placed.group_by("customer_id", "channel").agg(n=placed.count()).to_pandas()
    counts = counts.sort_values(["customer_id", "n", "channel"], ascending=[True, False, True]).drop_duplicates("customer_id")
    found = {"channel": counts.set_index("customer_id")["channel"]}
    if customers is not None and len(customers):
        known = known_demographics(customers).set_index("customer_id")
        found |= {DEMOGRAPHICS[name]: known[name].dropna() for name in known}
    return {name: found[name] for name in STRATIFIERS if name in found and found[name].nunique() > 1}


def reversals(
    cells: pd.DataFrame, traits: list[Trait], segments: pd.Series, strata: dict[str, pd.Series]
) -> pd.DataFrame:
    """Return, for every statement of `cells` and every stratifier but its own, whether it stands within the strata.

    Columns: `COLUMNS`. Statements that are compared within strata of their own (answers, gaps) are looked at as they stand.
    """
    prepared = {
        (trait.kind, name): (trait, at) for trait in prepare(traits, segments) for at, name in enumerate(trait.attributes)
    }
    codes = {name: groups.astype("category").cat.codes for name, groups in strata.items()}
    codes = {name: groups.reindex(segments.index).astype(float) for name, groups in codes.items()}  # unknown = NaN
    rows = []
    for cell in cells[cells["is_notable"]].itertuples():
        trait, at = prepared[cell.kind, cell.attribute]
        place = segments.index.get_indexer(trait.customers)
        values, member = trait.values[:, [at]].toarray().ravel(), segments.to_numpy(dtype=object)[place] == cell.segment
        for name in [name for name in strata if not _says_the_same(name, cell.kind)]:
            within = within_strata(values, member, codes[name].to_numpy()[place], exposure=trait.exposure)
            rows.append({
                "segment": cell.segment, "kind": cell.kind, "unit": cell.unit, "attribute": cell.attribute, "stratifier": name,
                **within,
            })
    return pd.DataFrame(rows, columns=COLUMNS)


def _says_the_same(one: str, other: str) -> bool:
    return one == other or any({one, other} <= same for same in SAME_THING)


def flag(cells: pd.DataFrame, checked: pd.DataFrame) -> pd.DataFrame:
    """Add `reversed_by` and `explained_by`: the first stratifier within which a statement reverses, or is gone; None else.

    A reversed statement is no statement: `is_notable` becomes False.
    """
    key = ["segment", "kind", "attribute"]
    found = cells
    for column, verdict in (("reversed_by", REVERSED), ("explained_by", GONE)):
        rows = checked.loc[checked["verdict"] == verdict, [*key, "stratifier"]].drop_duplicates(key)
        found = found.merge(rows.rename(columns={"stratifier": column}), on=key, how="left")
    found = found.astype({"reversed_by": "object", "explained_by": "object"})
    for column in ("reversed_by", "explained_by"):
        found[column] = found[column].where(found[column].notna(), None)
    return found.assign(is_notable=found["is_notable"].astype(bool) & found["reversed_by"].isna())
