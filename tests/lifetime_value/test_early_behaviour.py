"""early_behaviour.py: what the first days tell of coming back; planted effects are found, chance is not told as one."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from helpers import i18n
from helpers.errors import TooLittleData
from helpers.lifetime_value import early_behaviour, early_words
from helpers.lifetime_value.early_behaviour import Newcomers
from helpers.plots import plots

FIRST = pd.Timestamp("2020-01-10")


def orders(*rows) -> ibis.Table:
    """Orders as (customer, days after 1 January 2020, revenue, channel)."""
    return ibis.memtable(
        [{"customer_id": c, "order_date": date(2020, 1, 1) + timedelta(days=d), "revenue": float(r), "discount": 1.0 * (r > 50),
          "n_products": 2, "channel": channel} for c, d, r, channel in rows],
        schema={"customer_id": "string", "order_date": "date", "revenue": "float64", "discount": "float64",
                "n_products": "int64", "channel": "string"},
    )


def described(*rows) -> pd.DataFrame:
    found = early_behaviour.first_days(orders(*rows), start="2020-01-01", end="2020-12-31", early_days=30)
    return found.set_index("customer_id")


def group(n: int = 1200, *, effect: float = 2.0, seed: int = 0) -> Newcomers:
    """Customers over 100 days who come back more often (log odds + effect) if they bought again; their gender says nothing."""
    random = np.random.default_rng(seed)
    again = random.choice([0, 0, 0, 1, 2], n)
    p = 1 / (1 + np.exp(1.0 - effect * (again > 0)))
    frame = pd.DataFrame({
        "customer_id": [f"{i:05d}" for i in range(n)], "first_date": FIRST + pd.to_timedelta(np.arange(n) // 12, unit="D"),
        "revenue_first": random.lognormal(3, 0.5, n), "n_products_first": 0, "discount_first": 0.0, "channel_first": "web",
        "n_days_early": again, "came_back": (random.random(n) < p).astype("int64"), "gender": random.choice(["f", "m"], n),
    })
    return Newcomers(frame, 30, 180, False)


# --- the first days


def test_the_first_days_end_with_day_thirty():
    found = described(("a", 0, 10, "web"), ("a", 0, 5, "shop"), ("a", 30, 7, "web"), ("a", 31, 9, "web")).loc["a"]
    assert (found["revenue_first"], found["n_products_first"], found["channel_first"]) == (15, 4, "shop")
    assert (found["n_days_early"], found["next_age"]) == (1, 31)


def test_later_purchases_change_nothing_of_what_was_known_early():
    early = described(("a", 0, 10, "web"), ("a", 20, 7, "web")).drop(columns="next_age")
    later = described(("a", 0, 10, "web"), ("a", 20, 7, "web"), ("a", 90, 999, "shop"))
    pd.testing.assert_frame_equal(early, later.drop(columns="next_age"))
    assert later.loc["a", "next_age"] == 90


def firsts(n_back: int, n_not: int, *, day: int = 0, next_age: float = 100) -> pd.DataFrame:
    n = n_back + n_not
    return pd.DataFrame({
        "customer_id": [f"{day}-{i}" for i in range(n)], "first_date": pd.Timestamp("2020-01-01") + pd.Timedelta(days=day),
        "next_age": [next_age] * n_back + [np.nan] * n_not, "n_days_early": 0,
    })


@pytest.mark.parametrize(("next_age", "came_back"), [(31.0, 1), (210.0, 1), (211.0, 0)])
def test_coming_back_is_a_purchase_after_the_first_days_within_the_outcome(next_age, came_back):
    both = pd.concat([firsts(150, 150), firsts(1, 0, day=1, next_age=next_age)])
    found = early_behaviour.newcomers(both, None, end="2020-12-31", early_days=30)
    assert found.outcome_days == 180
    assert found.frame.set_index("customer_id").loc["1-0", "came_back"] == came_back


def test_customers_who_were_not_seen_long_enough_do_not_count():
    both = pd.concat([firsts(150, 150), firsts(150, 150, day=200)])  # 165 days seen until 31 December
    assert len(early_behaviour.newcomers(both, None, end="2020-12-31", early_days=30).frame) == 300
    assert len(early_behaviour.newcomers(both, None, end="2021-12-31", early_days=30).frame) == 600


def test_where_too_few_are_seen_for_half_a_year_a_quarter_must_do():
    found = early_behaviour.newcomers(firsts(150, 150), None, end="2020-06-01", early_days=30)
    assert found.outcome_days == 90


@pytest.mark.parametrize("n_back", [99, 201])
def test_a_hundred_on_either_side_are_needed(n_back):
    with pytest.raises(TooLittleData, match=f"Needs 100 new customers.*there are {n_back} and {300 - n_back}"):
        early_behaviour.newcomers(firsts(n_back, 300 - n_back), None, end="2020-12-31", early_days=30)


def test_a_first_month_of_old_customers_is_left_out():
    both = pd.concat([firsts(500, 500), *(firsts(100, 100, day=day) for day in (40, 70))])
    found = early_behaviour.newcomers(both, None, end="2021-12-31", early_days=30)
    assert (len(found.frame), found.without_first) == (400, True)


# --- the regression


def test_the_fit_is_that_of_scikit_learn():
    random = np.random.default_rng(2)
    x = random.standard_normal((500, 3))
    y = (random.random(500) < 1 / (1 + np.exp(-x @ [1.0, -0.5, 0.0]))).astype(int)
    oracle = LogisticRegression(C=1 / (500 * early_behaviour.RIDGE), tol=1e-10).fit(x, y)
    found = early_behaviour.fit_logistic(x, y)
    assert found.coefficients == pytest.approx(np.append(oracle.intercept_, oracle.coef_[0]), abs=1e-5)


def test_without_other_terms_a_difference_is_that_of_the_shares():
    frame = pd.DataFrame({"again: 1": [1.0] * 100 + [0.0] * 100})
    y = np.array([1] * 80 + [0] * 20 + [1] * 30 + [0] * 70)
    named = pd.DataFrame({"term": ["again: 1"], "attribute": ["again"], "level": ["1"], "reference": ["0"]})
    found = early_behaviour.differences(early_behaviour.fit_logistic(frame, y), frame, named).iloc[0]
    assert found["difference"] == pytest.approx(0.8 - 0.3, abs=1e-3)
    half = 1.96 * np.sqrt(0.8 * 0.2 / 100 + 0.3 * 0.7 / 100)
    assert (found["high"] - found["low"]) / 2 == pytest.approx(half, abs=2e-3)
    assert found["n"] == 100


def test_a_planted_effect_is_clear_and_what_says_nothing_is_not():
    found = early_behaviour.explain(group())
    by_term = found.set_index("term")
    assert found["attribute"].iloc[0] == "purchase days after the first one"
    assert by_term.loc["purchase days after the first one: 1", "is_clear"]
    planted = 1 / (1 + np.exp(-1)) - 1 / (1 + np.exp(1))
    at = by_term.loc["purchase days after the first one: 1"]
    assert at["low"] < planted < at["high"]
    assert not by_term.loc[["gender: m", "revenue of the first day: twice as much"], "is_clear"].any()


def test_rare_unknown_and_single_values_are_no_statements():
    newcomers = group()
    gender = newcomers.frame["gender"].mask(np.arange(1200) % 3 == 0)
    design, named = early_behaviour.terms(newcomers.frame.assign(gender=gender, region=["east"] * 1171 + ["west"] * 29))
    assert "gender: unknown" in design and not {"region", "channel of the first day"} & set(named["attribute"])
    found = early_behaviour.explain(Newcomers(
        newcomers.frame.assign(gender=gender, came_back=gender.isna().astype(int)), 30, 180, False
    ))
    assert not found.loc[found["level"] == "unknown", "is_clear"].any()


def test_the_check_uses_later_customers_only_and_finds_the_planted_effect():
    found = early_behaviour.check(group())
    assert (found["n_train"], found["n_test"]) == (840, 360)
    assert found["auc"] > 0.6 and found["baseline_auc"] > 0.6


def test_what_adds_to_the_number_of_purchases_shows_as_a_gain():
    newcomers = group(2400)
    rich = newcomers.frame["revenue_first"] > 20
    found = early_behaviour.check(Newcomers(newcomers.frame.assign(came_back=rich.astype(int)), 30, 180, False))
    assert found["low"] > 0 and found["auc"] > 0.95 > found["baseline_auc"]


def test_shares_by_purchases_in_the_first_days():
    found = early_behaviour.by_early_purchases(group())
    assert found["n_days_early"].tolist() == [0, 1, 2] and found["n"].sum() == 1200
    assert (found["low"] < found["share"]).all() and found["share"].iloc[1] > found["share"].iloc[0]


def test_the_row_order_changes_nothing():
    newcomers = group()
    customers = newcomers.frame[["customer_id", "gender"]]
    next_age = np.where(newcomers.frame["came_back"] > 0, 60.0, np.nan)
    first = newcomers.frame.drop(columns=["gender", "came_back"]).assign(next_age=next_age)
    one, other = (
        early_behaviour.explain(early_behaviour.newcomers(f, c, end="2021-12-31", early_days=30))
        for f, c in ((first, customers), (first.sample(frac=1, random_state=3), customers.iloc[::-1]))
    )
    pd.testing.assert_frame_equal(one, other)


# --- words


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("effect", [2.0, 0.0])
def test_chart_and_sentences_are_complete_with_and_without_an_effect(language, effect):
    i18n.use(language=language, currency="USD")
    plots.use_style()
    newcomers = group(effect=effect)
    found = early_words.differences(
        early_behaviour.explain(newcomers), early_behaviour.by_early_purchases(newcomers), newcomers
    )
    assert "{" not in found["title"] + found["subtitle"] and len(found["data"])
    assert found["data"]["is_clear"].all() == (effect > 0)
    checked = early_behaviour.check(newcomers)
    assert "{" not in i18n.text(early_words.told(checked), **checked)
    for without in (True, False):
        template, values = early_words.caveat(Newcomers(newcomers.frame, 30, 180, without))
        assert "1,200" in i18n.text(template, **values)
