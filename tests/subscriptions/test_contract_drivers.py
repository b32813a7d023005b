"""contract_drivers.py and contract_hazards.py: planted ratios come out, what only counts months does not enter."""

import numpy as np
import pandas as pd
import pytest

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.plots import plots
from helpers.subscriptions import contract_drivers, contract_hazards, contract_words


def contracts(n: int = 1500, *, ratio: float = 0.5, seed: int = 0, last_month: bool = False) -> pd.DataFrame:
    """Contracts that end at 6 % a month, those with security at `ratio` times that; colour says nothing, paid counts months."""
    random = np.random.default_rng(seed)
    security, colour = random.random(n) < 0.5, random.choice(["red", "blue"], n)
    hazard = 0.06 * np.where(security, ratio, 1.0)
    age = random.integers(1, 40, n)
    if last_month:  # everybody is seen in one month only
        tenure, churned = age, random.random(n) < hazard * 4
    else:
        ends = np.ceil(random.exponential(1 / hazard))
        tenure, churned = np.minimum(ends, age), ends <= age
    return pd.DataFrame({
        "subscription_id": [f"{i:05d}" for i in range(n)], "customer_id": [f"c{i}" for i in range(n)],
        "tenure_months": tenure.astype(float), "churned": churned, "security": security.astype(int), "colour": colour,
        "monthly_fee": 10.0 + 2 * security, "paid": tenure * 10.0 + random.random(n), "plan": "A",
    })


# --- terms


def test_terms_compare_with_the_most_common_value_and_yes_with_no():
    frame = contracts(300).assign(colour=["red"] * 200 + ["blue"] * 60 + ["green"] * 40, flag=[True] * 150 + [False] * 150)
    named = contract_drivers.design(frame).named.set_index("term")
    assert named.loc["colour: blue", ["level", "reference"]].tolist() == ["blue", "red"]
    assert {"colour: green", "security: yes", "flag: yes"} <= set(named.index)
    assert named.loc["security: yes", "reference"] == "no"


def test_what_only_counts_the_months_or_repeats_other_terms_is_left_out_and_named():
    found = contract_drivers.design(contracts())
    assert found.left_out["grows"] == ["Paid"]
    assert "monthly_fee" not in found.values and "security: yes" in found.values  # fee = 10 + 2 × security
    fee = contracts().assign(monthly_fee=lambda f: 10 + 2 * f["security"] + np.random.default_rng(1).normal(0, 0.2, len(f)))
    assert contract_drivers.design(fee).left_out["determined"] == ["Monthly fee"]


@pytest.mark.parametrize(("spread", "step"), [(0.9, 1), (1.5, 2), (3.3, 5), (30.1, 20), (80, 100), (0.12, 0.1)])
def test_numbers_are_told_per_round_step_near_their_spread(spread, step):
    assert contract_drivers._round_step(spread) == pytest.approx(step)


def test_rare_values_are_one_group_and_identifiers_are_no_attributes():
    names = ["red"] * 500 + ["blue"] * 460 + [f"rare{i}" for i in range(8) for _ in range(5)]
    frame = contracts(1000).assign(colour=names, town=[f"t{i}" for i in range(1000)])
    found = contract_drivers.design(frame)
    assert set(found.named.loc[found.named["attribute"] == "Colour", "level"]) == {"blue", "others"}
    assert not any(term.startswith(("town", "subscription_id", "customer_id", "tenure")) for term in found.values)


def test_without_attributes_the_report_says_so():
    bare = contracts()[["subscription_id", "customer_id", "tenure_months", "churned"]]
    with pytest.raises(TooLittleData, match="carry no attributes"):
        contract_drivers.explain(bare)


@pytest.mark.parametrize("churned", [True, False])
def test_where_nobody_or_everybody_left_the_report_says_what_it_needs(churned):
    with pytest.raises(TooLittleData, match="Needs 100 contracts that ended"):
        contract_drivers.explain(contracts(300).assign(churned=churned))


# --- ratios


def row(found, term: str) -> pd.Series:
    return found.table.set_index(["attribute", "level"]).loc[term]


def test_the_error_of_a_gain_over_folds_allows_for_what_they_share():
    gains = np.array([0.01, 0.03, 0.02, 0.02, 0.02])  # standard deviation √(0.0002 / 4)
    assert contract_drivers._error_over_folds(gains) == pytest.approx(np.sqrt(0.00005) * np.sqrt(1 / 5 + 1 / 4))
    evidence = contract_words.drivers_evidence({"gain": 0.02, "error": 0.01, "n": 300})
    assert evidence.interval == pytest.approx((0.02 - 0.02776, 0.02 + 0.02776), abs=1e-5)  # t with 4 degrees of freedom


@pytest.mark.slow
@pytest.mark.parametrize("last_month", [True, False])
def test_a_planted_ratio_is_found_and_colour_says_nothing(last_month):
    found = contract_drivers.explain(contracts(3000, last_month=last_month), last_month_only=last_month)
    security, colour = row(found, ("Security", "yes")), found.table[found.table["attribute"] == "Colour"].iloc[0]
    assert security["low"] < 0.5 < security["high"] and security["is_clear"]
    assert not colour["is_clear"] and colour["low"] < 1 < colour["high"]
    assert not found.table["changes"].any()
    assert found.facts["gain"] - 1.96 * found.facts["error"] > 0
    assert 0.5 < found.facts["concordance"] < 0.7 and found.facts["baseline"] == 0.5  # one plan tells nothing


@pytest.mark.slow
def test_collecting_services_with_age_does_not_look_like_loyalty_at_equal_age():
    frame = contracts(4000, ratio=1.0, last_month=True, seed=4)
    random = np.random.default_rng(4)
    lines = random.random(4000) < frame["tenure_months"] / 40  # the older, the likelier; nobody stays for it
    found = contract_drivers.explain(frame.assign(lines=lines.astype(int)), last_month_only=True)
    assert row(found, ("Lines", "yes"))["low"] < 1 < row(found, ("Lines", "yes"))["high"]
    assert row(found, ("Lines", "yes"))["followed_ratio"] < 0.6  # what Cox would have made of it


@pytest.mark.slow
def test_a_ratio_that_holds_for_the_young_only_is_told_to_change():
    random = np.random.default_rng(7)
    n = 4000
    security = random.random(n) < 0.5
    tenure, churned = np.full(n, 30.0), np.zeros(n, bool)
    for month in range(1, 31):
        hazard = 0.06 * np.where(security & (month <= 9), 0.25, 1.0)
        ends = ~churned & (random.random(n) < hazard)
        tenure[ends], churned[ends] = month, True
    frame = contracts(n).assign(tenure_months=tenure, churned=churned, security=security.astype(int), paid=0.0)
    at = row(contract_drivers.explain(frame), ("Security", "yes"))
    assert at["changes"] and at["early_ratio"] < 0.45 < 0.75 < at["late_ratio"]


def test_discrete_time_ratios_are_those_of_the_groups():
    x = np.column_stack([np.repeat([0.0, 1.0], 1000), np.ones(2000)])
    ended = np.concatenate([np.arange(1000) < 300, np.arange(1000) < 163])
    beta, covariance = contract_hazards.fit_discrete_hazard(x, ended)
    assert np.exp(beta[0]) == pytest.approx(np.log(1 - 0.163) / np.log(1 - 0.3), rel=2e-3)  # −log(1 − p) is the hazard
    assert np.sqrt(covariance[0, 0]) == pytest.approx(0.0976, abs=1e-4)  # delta method: √Σ p / (n (1 − p) log²(1 − p))


def test_concordance_counts_pairs_of_the_same_age_only():
    test = pd.DataFrame({"x": [1.0, 0.0, 1.0, 0.0], "band": [0, 0, 1, 1], "months": 1.0, "ended": [True, False, False, True]})
    train = contracts(400, last_month=True).assign(band=0, months=1.0, entry=0.0)
    train = train.assign(x=train["security"] * 1.0, ended=train["churned"])
    assert contract_hazards.held_out_concordance(train, test, ["x"]) == 0.5  # one pair right, one wrong
    assert contract_hazards.held_out_concordance(train, test, []) == 0.5


def test_ages_are_joined_until_a_band_has_enough_contracts():
    months = pd.Series([1.0] * 150 + [2.0] * 60 + [2.5] * 50 + [4.0] * 20)
    found = contract_drivers._age_bands(months)
    assert pd.Series(found).value_counts().sort_index().tolist() == [150, 130]  # 2, 3 and the few of 4 together


@pytest.mark.slow
def test_contracts_seen_late_do_not_count_before_they_were_seen():
    frame = contracts(3000, seed=10)
    entry = np.where(np.arange(3000) % 2, 5.0, 0.0)
    seen = frame["tenure_months"] > entry
    found = contract_drivers.explain(frame[seen], entry_months=entry[seen])
    assert row(found, ("Security", "yes"))["low"] < 0.5 < row(found, ("Security", "yes"))["high"]
    assert found.facts["n"] == seen.sum()


# --- words


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("last_month", [True, False])
def test_chart_and_sentences_are_complete(language, last_month):
    i18n.use(language=language, currency="USD")
    plots.use_style()
    table = pd.DataFrame({
        "attribute": ["Contract type", "Security", "Monthly fee"], "level": ["Two year", "yes", "10 more"],
        "reference": ["Month-to-month", "no", "10 less"], "n_contracts": 100, "hazard_ratio": [0.2, 0.8, 1.2],
        "low": [0.1, 0.7, 1.1], "high": [0.3, 0.9, 1.4], "q": 0.01, "early_ratio": 0.3, "late_ratio": 0.9, "changes": True,
        "is_clear": True, "followed_ratio": [0.1, 1.3, 1.1] if last_month else np.nan,
    })
    facts = {"concordance": 0.8, "baseline": 0.6, "gain": 0.2, "error": 0.01, "has_plan": True, "n": 300, "split_month": 10.0,
             "last_month_only": last_month}
    found = contract_drivers.Drivers(table, {"grows": ["Total charges"], "determined": []}, facts)
    chart = contract_words.drivers(found)
    assert "0.20" in chart["title"] and "{" not in chart["title"] + chart["subtitle"]
    assert chart["data"]["name"].iloc[1] in ("Security", "在线安全") or language == "zh"
    said = [i18n.text(template, **values) for template, values in contract_words.drivers_caveats(found)]
    assert any("1 of 3" in sentence or "3 个风险比中会有 1 个" in sentence for sentence in said) == last_month
    assert "{" not in "".join(said) + i18n.text(contract_words.drivers_finding(facts), **facts)
