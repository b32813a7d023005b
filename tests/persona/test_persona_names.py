"""persona_names.py: words at their limits, names that resampling bears and that do not flip from run to run."""

import math

import numpy as np
import pandas as pd
import pytest

from helpers.persona import persona_names
from persona_cells import cells_of


def drawn(n=60, *, gap=6.0, value=20.0, recency=3, seed=1) -> pd.DataFrame:
    """Resamples of a segment of `n` customers; each figure is one number or one a customer."""
    own = pd.DataFrame({"median_gap_days": np.broadcast_to(gap, n), "order_value": np.broadcast_to(value, n),
                        "recency_days": np.broadcast_to(recency, n), "revenue": 100.0})
    return persona_names.resampled(own, seed=seed)


def name_of(frame: pd.DataFrame, *, previous="", usual=20.0) -> str:
    return persona_names.persona_name(frame, usual=usual, previous=previous)[0]


@pytest.mark.parametrize(
    ("gap", "name"),
    [(1, "Several times a week"), (5, "Several times a week"), (5.5, "Weekly"), (10, "Weekly"), (11, "Fortnightly"),
     (20, "Fortnightly"), (21, "Monthly"), (52, "Monthly"), (53, "Now and then"), (float("nan"), "Once")],
)
def test_a_rhythm_on_the_limit_is_the_quicker_one(gap, name):
    assert persona_names.rhythm_of(gap) == name


@pytest.mark.parametrize(
    ("value", "name"),
    [(120, "large baskets"), (119, "mid-size baskets"), (84, "mid-size baskets"), (83, "small baskets"), (float("nan"), "")],
)
def test_a_basket_is_named_against_the_median_customers(value, name):
    assert persona_names.basket_of(value, usual=100.0) == name


def test_a_clear_segment_has_a_name_that_every_resample_agrees_with():
    assert persona_names.persona_name(drawn(value=30.0), usual=20.0) == ("Weekly, large baskets", 1.0)


def test_a_segment_silent_for_more_than_two_of_its_gaps_has_gone_quiet():
    assert name_of(drawn(recency=12)) == "Weekly, mid-size baskets"
    assert name_of(drawn(recency=13)) == "Weekly, mid-size baskets, gone quiet"


def test_a_doubtful_rhythm_joins_its_neighbours_and_a_doubtful_basket_is_left_out():
    half = np.arange(60) < 30
    name, stability = persona_names.persona_name(
        drawn(gap=np.where(half, 9.0, 12.0), value=np.where(half, 17.0, 25.0)), usual=20.0)
    assert name == "Weekly to fortnightly" and stability >= persona_names.CERTAIN


def test_a_rhythm_that_jumps_is_called_unclear():
    assert name_of(drawn(9, gap=[1, 1, 1, 1, 15, 200, 200, 200, 200])).startswith(persona_names.UNSTEADY)


def test_a_segment_of_one_time_buyers_has_no_gap():
    mostly_once = np.array([7.0] * 20 + [np.nan] * 40)
    assert math.isnan(persona_names.middle_gap(mostly_once))
    assert name_of(drawn(gap=mostly_once)).startswith("Once")
    assert persona_names.middle_gap(np.array([4.0, np.nan])) == 4.0  # half of them bought twice: enough


# --- from run to run


def test_a_figure_that_creeps_over_a_limit_keeps_the_name_and_one_that_leaps_does_not():
    gaps = np.r_[np.full(20, 9.0), np.full(40, 10.5)]  # in some resamples the median stays within a week
    fresh = name_of(drawn(gap=gaps))
    assert not fresh.startswith("Weekly,")
    gaps = np.r_[np.full(26, 9.0), np.full(34, 10.5)]
    assert 0.1 <= np.mean(drawn(gap=gaps)["gap"] <= 10) < 0.9
    assert name_of(drawn(gap=gaps), previous="Weekly, mid-size baskets").startswith("Weekly,")
    assert name_of(drawn(gap=15.0), previous="Weekly, mid-size baskets") == "Fortnightly, mid-size baskets"


def test_a_second_run_on_the_same_data_gives_the_same_name():
    rng = np.random.default_rng(3)
    for _ in range(20):
        frame = drawn(gap=rng.gamma(2, 6, 60), value=rng.gamma(4, 5, 60), recency=rng.integers(0, 40, 60))
        first = name_of(frame)
        assert name_of(frame, previous=first) == first


def test_with_the_name_of_the_last_run_a_bootstrap_of_the_customers_hardly_ever_flips_it():
    rng = np.random.default_rng(5)
    own = pd.DataFrame({"median_gap_days": rng.gamma(4, 2.5, 400), "order_value": rng.gamma(4, 5.2, 400),
                        "recency_days": rng.integers(0, 30, 400), "revenue": 1.0})
    name = name_of(persona_names.resampled(own, seed=1))
    again = [name_of(persona_names.resampled(own.sample(frac=1, replace=True, random_state=i), seed=1), previous=name)
             for i in range(20)]
    assert sum(other == name for other in again) >= 19


def test_a_name_of_unknown_words_does_not_bind():
    assert name_of(drawn(), previous="The tea drinkers") == "Weekly, mid-size baskets"


# --- favourites


def loves(*rows) -> pd.DataFrame:
    """Statements on spend: (attribute, shrunk index, half width of the interval in per cent)."""
    ends = [{"index_low": index * (1 - width), "index_high": index * (1 + width)} for _, index, width in rows]
    return cells_of(*({"attribute": row[0], "shrunk_index": row[1]} | end for row, end in zip(rows, ends, strict=True)))


def test_a_favourite_leads_clearly_or_there_is_none():
    assert persona_names.favourite(loves(("TEA", 180, 0.05), ("SOAP", 130, 0.05)), seed=1) == "TEA"
    assert persona_names.favourite(loves(("TEA", 150, 0.2), ("SOAP", 145, 0.2)), seed=1) is None
    assert persona_names.favourite(loves(("TEA", 180, 0.05)).assign(share=0.05), seed=1) is None  # less than the others
    assert persona_names.favourite(loves(("TEA", 180, 0.05)).assign(is_notable=False), seed=1) is None


def test_the_favourite_of_the_last_run_stays_while_it_may_lead():
    close = loves(("TEA", 150, 0.2), ("SOAP", 145, 0.2))
    assert persona_names.favourite(close, seed=1, previous="SOAP") == "SOAP"
    assert persona_names.favourite(loves(("TEA", 180, 0.05), ("SOAP", 130, 0.05)), seed=1, previous="SOAP") == "TEA"
    assert persona_names.favourite(close, seed=1, previous="gone") is None
