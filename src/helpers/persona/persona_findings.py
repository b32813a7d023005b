"""What the persona report finds, as templates and values chosen by the data: headline, chance, reversals, who is not shown."""

import pandas as pd

from helpers.errors import TooLittleData
from helpers.i18n import text
from helpers.persona.persona import MIN_SHOWN, statements
from helpers.persona.persona_reversals import GONE, REVERSED, STANDS
from helpers.persona.persona_words import evidence, sentence
from helpers.report import Evidence, Kpi

RULES = {"by_index": "Index beyond the limits", "by_p": "p below 0.05", "by_rule": "All tests together"}


def headline(personas: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, dict]:
    """Return the answer of the page: the segment with the most revenue as a persona, and what it buys more of."""
    by = "revenue_share" if personas["revenue_share"].notna().any() else "n_customers"
    best = personas.sort_values(by, ascending=False, kind="stable").iloc[0]
    values = {
        "n": len(personas), "segment": best["segment"], "persona": best["persona"], "share": float(best["customer_share"]),
        "revenue_share": float(best["revenue_share"]),
    }
    if by == "n_customers":
        return (
            "{n:count} portraits. The largest segment, {segment:label} ({share:percent} of customers): {persona:label}."
        ), values
    own = statements(cells[cells["segment"] == best["segment"]])
    own = own[(own["unit"] == "spend") & (own["share"] > own["others_share"])]
    if own.empty:
        return (
            "{n:count} portraits. {segment:label}, {share:percent} of customers and {revenue_share:percent} of revenue, in a "
            "few words: {persona:label}."
        ), values
    return (
        "{n:count} portraits. {segment:label}, {share:percent} of customers and {revenue_share:percent} of revenue, in a few "
        "words: {persona:label}; more of their money than of others' goes to {favourites:list}."
    ), values | {"favourites": list(own["attribute"].head(2))}


def strongest(cells: pd.DataFrame, *, n: int = 5) -> pd.DataFrame:
    """Return the `n` strongest statements, each kind and each attribute once: the best of every kind come first."""
    known = statements(cells)
    known = known[known["index_low"].notna() & (known["index"] > 0)]
    return known.drop_duplicates(["unit", "attribute"]).drop_duplicates("kind").head(n).reset_index(drop=True)


def findings(cells: pd.DataFrame) -> list[tuple[str, dict, Evidence]]:
    """Return the strongest statements as findings: template, values, evidence."""
    return [(*sentence(cell), evidence(cell)) for _, cell in strongest(cells).iterrows()]


def rules_table(observed: dict[str, int], chance: pd.DataFrame) -> pd.DataFrame:
    """Return how many comparisons each rule takes for a statement: as the segments are, and with shuffled labels."""
    return pd.DataFrame([
        {"rule": label, "observed": observed[rule], "by_chance": chance[rule].mean(), "most_by_chance": chance[rule].max()}
        for rule, label in RULES.items()
    ])


def chance_sentence(observed: dict[str, int], chance: pd.DataFrame) -> tuple[str, dict]:
    """Return the finding on the tests: how many statements pass, and how many pass when labels are shuffled."""
    values = {
        "tested": observed["tested"], "kept": observed["by_rule"], "by_index": observed["by_index"],
        "chance_index": float(chance["by_index"].mean()), "chance_p": float(chance["by_p"].mean()),
        "chance": float(chance["by_rule"].mean()), "rounds": len(chance),
    }
    if values["kept"] > chance["by_rule"].max():
        return (
            "Of {tested:count} comparisons {kept:count} pass every test; chance alone would have given {chance:number1} such "
            "statements. An index beyond the limits alone proves little: chance gives {chance_index:count} of them."
        ), values
    return (
        "Of {tested:count} comparisons {kept:count} pass every test, no more than with shuffled segments ({chance:number1}): "
        "the segments differ in rhythm and value only."
    ), values


def add_chance(personas: pd.DataFrame, chance: pd.DataFrame | None) -> pd.DataFrame:
    """Add `n_by_chance`: the statements that shuffled labels give each segment on average; unknown where none were dealt."""
    if chance is None:
        return personas.assign(n_by_chance=float("nan"))
    means = {segment: float(chance[segment].mean()) if segment in chance else 0.0 for segment in personas["segment"]}
    return personas.assign(n_by_chance=personas["segment"].map(means).astype(float))


def hidden_sentence(segments: pd.DataFrame, personas: pd.DataFrame) -> tuple[str, dict]:
    """Return what is said of segments that are too small to be shown."""
    values = {"n": segments["segment"].nunique() - len(personas), "least": MIN_SHOWN}
    if not values["n"]:
        return "Every segment that has customers is portrayed.", values
    return "{n:count} segments with fewer than {least:count} customers are not portrayed.", values


def reversal_sentence(checked: pd.DataFrame) -> tuple[str, dict, Evidence]:
    """Return the finding on third attributes: how many statements turn round, or go, among customers alike in one.

    Raises
    ------
    TooLittleData : there is no statement, or nothing within which to look at it again.
    """
    if checked.empty:
        raise TooLittleData(
            "Needs a statement, and a channel, region or age of the customers within which to look at it again; there is none."
        )
    key = ["segment", "kind", "attribute"]
    told = checked[checked["verdict"].isin((REVERSED, GONE, STANDS))]
    counts = {verdict: len(told.loc[told["verdict"] == verdict, key].drop_duplicates()) for verdict in (REVERSED, GONE)}
    values = {
        "n": len(checked[key].drop_duplicates()), "told": len(told), "reversed": counts[REVERSED], "gone": counts[GONE],
        "within": sorted(checked["stratifier"].unique()), "compared": len(checked), "unknown": len(checked) - len(told),
    }
    proof = Evidence("fact", n=int(told["n"].min()) if len(told) else 0, serves="what to trust")
    if not values["told"]:
        return (
            "Whether the {n:count} statements hold among customers alike in {within:list} cannot be told: too few of each "
            "segment have others beside them."
        ), values, proof
    if values["reversed"]:
        return (
            "{reversed:count} of {n:count} statements turn round among customers alike in {within:list} (Simpson's paradox) "
            "and are taken off the cards; {gone:count} more are gone there and marked. {unknown:count} of {compared:count} "
            "comparisons have too few customers alike to tell."
        ), values, proof
    if not values["gone"]:
        return (
            "None of {n:count} statements turns round or is gone among customers alike in {within:list} (Simpson's paradox). "
            "{unknown:count} of {compared:count} comparisons have too few customers alike to tell."
        ), values, proof
    return (
        "None of {n:count} statements turns round among customers alike in {within:list} (Simpson's paradox); {gone:count} are "
        "gone there and marked on the cards. {unknown:count} of {compared:count} comparisons have too few customers alike to "
        "tell."
    ), values, proof


def flagged(checked: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons within strata, those that turn round or go first."""
    order = {REVERSED: 0, GONE: 1, STANDS: 2}
    rank = checked["verdict"].map(order).fillna(3)
    ordered = checked.assign(rank=rank).sort_values(["rank", "segment", "kind", "attribute", "stratifier"])
    return ordered.drop(columns="rank").reset_index(drop=True)


def key_figures(
    personas: pd.DataFrame, observed: dict[str, int], chance: pd.DataFrame | None, checked: pd.DataFrame
) -> list[Kpi]:
    """Return the key figures: portraits, statements that pass, what chance alone gives, what turns round, coverage."""
    n, n_known = int(personas["n_customers"].sum()), int(personas["n_known"].sum())
    kept = text("of {tested:count} comparisons, after correction for their number", tested=observed["tested"])
    figures = [
        Kpi(text("Segments portrayed"), len(personas), note=text("with at least {n:count} customers", n=MIN_SHOWN)),
        Kpi(text("Statements that pass"), observed["by_rule"], note=kept),
    ]
    if chance is not None:
        most = int(chance["by_rule"].max())
        most = text("mean of {n:count} random deals of the labels; at most {most:count}", n=len(chance), most=most)
        figures.append(Kpi(text("Chance alone would give"), float(chance["by_rule"].mean()), "number1", note=most))
    if len(checked):
        turned = int((checked["verdict"] == REVERSED).sum())
        note = text("when compared among customers alike in {within:list}", within=sorted(checked["stratifier"].unique()))
        figures.append(Kpi(text("Statements that turn round"), turned, note=note))
    note = text("{n:count} of {of:count} customers", n=n_known, of=n)
    return [*figures, Kpi(text("Demographics known"), n_known / n, "percent", note=note)] if n_known else figures
