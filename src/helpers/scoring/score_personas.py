"""Personas scored: do the statements of persona_traits point where the true customers differ, and are true differences found?

What a person truly is comes from truth/people (gender, birth date, how she was won, satisfaction) and from the simulation's
personas (tastes, channels, price sensitivity), weighted by what the shares are of: revenue, purchase days or customers.
"""

import numpy as np
import pandas as pd

from helpers.proportions import wilson
from helpers.scoring.score_customers import with_truth
from helpers.scoring.score_rows import Score

AS_OF = pd.Timestamp("2025-12-31")  # last day of the simulation
GENDERS, WEIGHTS = {"female": "女", "male": "男"}, {"spend": "revenue", "orders": "frequency", "shelf value": "revenue"}
SURELY = 0.2  # a true index at least so far from 1 is a difference that a page about segments should know
QUESTION = "are notable traits true"


def personas(
    traits: pd.DataFrame, segments: pd.DataFrame, persons: pd.Series, people: pd.DataFrame, habits: pd.DataFrame
) -> list[Score]:
    """Return how many statements point the true way, by kind and in all, and how many true differences became statements.

    traits: persona_traits. habits: persona, kind, attribute, share: of each true persona (department, category, channel,
    discount). By chance one statement in two points the true way. Kinds without a truth are not scored.
    """
    columns = [name for name in ("gender", "birth_date", "acquisition_channel", "satisfaction") if name in people]
    known = with_truth(segments, persons, people.drop(columns=set(people) - {"person_id", "persona", *columns}),
                       true=["persona", *columns])
    told = traits.assign(true_index=[_true_index(cell, known, habits) for cell in traits.itertuples()])
    told = told[told["true_index"].notna()]
    told = told.assign(is_right=(told["true_index"] > 1) == (told["share"] > told["others_share"]))
    notable = told[told["is_notable"]]
    if notable.empty:
        return [Score("05_persona", QUESTION, "", None, n=0, missing="too few to score: 0")]
    rows = [_right(notable, "statements that point the true way")]
    rows += [_right(own, f"of these: {kind}") for kind, own in notable.groupby("kind")]
    large = told[(told["true_index"] - 1).abs() >= SURELY]
    large = large[large["p_value"].notna()] if "p_value" in large else large
    if len(large):
        found = large["is_notable"] & large["is_right"]
        low, high = wilson(found.sum(), len(large))
        measure = f"true indices beyond ±{100 * SURELY:.0f} that are statements"
        rows.append(Score("05_persona", "are true differences found", measure, float(found.mean()), low=float(low),
                          high=float(high), n=len(large)))
    return rows


def _right(statements: pd.DataFrame, measure: str) -> Score:
    low, high = wilson(statements["is_right"].sum(), len(statements))
    return Score("05_persona", QUESTION, measure, float(statements["is_right"].mean()), low=float(low), high=float(high),
                 n=len(statements), baseline=.5)


def _true_index(cell, known: pd.DataFrame, habits: pd.DataFrame) -> float:
    """Return the true ratio of a segment to the others (infinite where only the segment has it), or NaN where unknown."""
    values = _true_values(cell.kind, cell.attribute, known, habits)
    if values is None:
        return np.nan
    weight = known[WEIGHTS.get(getattr(cell, "unit", ""), "customer_id")]
    weight = weight.to_numpy(float) if pd.api.types.is_numeric_dtype(weight) else np.ones(len(known))
    weight = np.where(np.isfinite(values), np.maximum(weight, 0), 0.0)
    own = (known["segment"] == cell.segment).to_numpy()
    values = np.nan_to_num(values)
    sums = [((values * weight)[side].sum(), weight[side].sum()) for side in (own, ~own)]
    (a, n_a), (b, n_b) = sums
    if not (n_a > 0 and n_b > 0 and a + b > 0):
        return np.nan
    return a / n_a / (b / n_b) if b > 0 else np.inf


def _true_values(kind: str, attribute: str, known: pd.DataFrame, habits: pd.DataFrame) -> np.ndarray | None:
    if kind in ("reviews", "survey") and "satisfaction" in known:
        glad = np.exp(known["satisfaction"].to_numpy(float))  # positive, so that a ratio has a meaning
        return 1 / glad if attribute in ("dissatisfied", "detractors") else glad
    if kind == "gender" and "gender" in known:
        return (known["gender"] == GENDERS.get(attribute, attribute)).to_numpy(float)
    if kind == "acquisition channel" and "acquisition_channel" in known:
        return (known["acquisition_channel"] == attribute).to_numpy(float)
    if kind == "age" and "birth_date" in known:
        return _in_band(known["birth_date"], attribute)
    own = habits[(habits["kind"] == kind) & (habits["attribute"] == attribute)]
    return known["persona"].map(own.set_index("persona")["share"]).to_numpy(float) if len(own) else None


def _in_band(births: pd.Series, band: str) -> np.ndarray:
    """Return 1 where the age on the last day lies in a band such as 25–34 or 65+, NaN where it is not known."""
    born = pd.to_datetime(births)
    age = ((AS_OF - born).dt.days / 365.25).to_numpy(float)
    low, _, high = band.strip("+<").partition("–")
    if not low.isdigit():
        return np.full(len(births), np.nan)
    first, last = (0, int(low)) if band.startswith("<") else (int(low), int(high) + 1 if high else 200)
    return np.where(np.isfinite(age), (age >= first) & (age < last), np.nan)


def true_habits() -> pd.DataFrame:
    """Return what the simulation's personas do: persona, kind, attribute, share (of choices or orders; price sensitivity)."""
    from helpers.simulation.catalogue import DEPARTMENTS
    from helpers.simulation.personas import CATEGORIES, PERSONAS

    rows = []
    for persona in PERSONAS:
        likes = {name: weight / sum(persona.likes) for name, weight in zip(CATEGORIES, persona.likes, strict=True)}
        rows += [(persona.name, "category", name, share) for name, share in likes.items()]
        rows += [(persona.name, "department", DEPARTMENTS[name], share) for name, share in likes.items()]
        rows += [(persona.name, "channel", name, share)
                 for name, share in zip(("门店", "web", "miniapp"), persona.channels, strict=True)]
        rows.append((persona.name, "discount", "discount", persona.sensitivity))
    table = pd.DataFrame(rows, columns=["persona", "kind", "attribute", "share"])
    return table.groupby(["persona", "kind", "attribute"], as_index=False)["share"].sum()
