"""channel_value.py: what customers of each channel bring and cost, by hand; small and unknown channels are not judged."""

import numpy as np
import pandas as pd
import pytest

from helpers import i18n, tables
from helpers.errors import TooLittleData
from helpers.lifetime_value import channel_value, channel_words
from helpers.lifetime_value.channel_value import UNKNOWN
from helpers.plots import plots

AS_OF = pd.Timestamp("2020-12-31")


def people(**sizes) -> pd.DataFrame:
    """Customers of each channel (None: unknown), cost 10 each."""
    rows = [(f"{name}{i:03d}", None if name == "none" else name) for name, n in sizes.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["customer_id", "acquisition_channel"]).assign(
        acquisition_cost=10.0, joined_at=pd.Timestamp("2020-01-01"))


def valued(customers: pd.DataFrame, *, so_far=40.0, expected=20.0) -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": customers["customer_id"], "revenue": so_far, "expected_revenue": expected,
        "customer_lifetime_value": expected,
    }).sort_values("customer_id", ignore_index=True)


def ages(known: pd.DataFrame, *cumulative) -> pd.DataFrame:
    """Every customer's revenue by age."""
    return pd.DataFrame(np.tile(np.array(cumulative, float), (len(known), 1)), index=known["customer_id"],
                        columns=range(1, len(cumulative) + 1))


def value(customers: pd.DataFrame, known: pd.DataFrame | None = None, spending=None, **options) -> pd.DataFrame:
    known = valued(customers) if known is None else known
    won = channel_value.acquired(customers, known, as_of=AS_OF)
    futures = np.tile(known["expected_revenue"].to_numpy(), (50, 1))
    spending = ages(known, 5, 9, 12) if spending is None else spending
    return channel_value.value_channels(won, known, futures, spending, **options).set_index("acquisition_channel")


def test_value_to_cost_is_what_was_brought_and_will_be_over_what_was_spent():
    found = value(people(ads=40, friends=40))
    assert found.loc["ads", ["value_so_far", "expected_value", "cost_per_customer"]].tolist() == [40, 20, 10]
    assert found["value_to_cost"].tolist() == [6, 6]
    assert (found["ratio_low"] <= 6.0001).all() and (found["ratio_high"] >= 5.9999).all()


def test_what_was_spent_on_people_who_never_bought_is_paid_by_the_buyers():
    customers = people(ads=60, friends=40)
    buyers = valued(customers[~customers["customer_id"].isin([f"ads{i:03d}" for i in range(20)])])
    found = value(customers, buyers)
    assert found.loc["ads", "n_customers"] == 40
    assert found.loc["ads", "cost_per_customer"] == pytest.approx(60 * 10 / 40)
    assert found.loc["ads", "value_to_cost"] == pytest.approx(60 / 15)


def test_people_won_after_the_snapshot_do_not_count():
    customers = people(ads=60, friends=40)
    late = customers["customer_id"].isin([f"ads{i:03d}" for i in range(20)])
    customers.loc[late, "joined_at"] = AS_OF + pd.Timedelta(days=1)
    assert value(customers, valued(customers[~late])).loc["ads", "cost_per_customer"] == 10


def test_only_customers_with_a_known_cost_enter_the_ratio():
    customers = people(ads=40, friends=40)
    rich = customers["customer_id"].isin([f"ads{i:03d}" for i in range(10)])
    customers.loc[rich, "acquisition_cost"] = np.nan
    known = valued(customers)
    known.loc[known["customer_id"].isin(customers.loc[rich, "customer_id"]), "revenue"] = 1000.0
    found = value(customers, known).loc["ads"]
    assert found["n_with_cost"] == 30 and found["value_to_cost"] == 6
    assert found["value_so_far"] == pytest.approx((30 * 40 + 10 * 1000) / 40)


@pytest.mark.parametrize(("cumulative", "months"), [((10, 11), 1), ((9, 10), 2), ((4, 9), np.nan)])
def test_payback_is_the_first_age_at_which_the_mean_customer_has_brought_the_cost(cumulative, months):
    customers = people(ads=40, friends=40)
    found = value(customers, spending=ages(valued(customers), *cumulative)).loc["ads"]
    assert found["payback_months"] == months or (np.isnan(months) and np.isnan(found["payback_months"]))
    assert found["observed_months"] == 2


def test_payback_counts_margin_and_a_free_channel_is_paid_at_once():
    customers = people(ads=40, friends=40)
    customers.loc[customers["acquisition_channel"] == "friends", "acquisition_cost"] = 0.0
    found = value(customers, spending=ages(valued(customers), 19, 21), margin_rate=0.5)
    assert found.loc["ads", "payback_months"] == 2  # 9.5, 10.5
    assert found.loc["friends", "payback_months"] == 0 and np.isnan(found.loc["friends", "value_to_cost"])


def test_the_error_of_the_model_widens_the_interval():
    customers = people(ads=40, friends=40)
    sure, unsure = (value(customers, miss=miss).loc["ads"] for miss in (0.0, 0.2))
    assert unsure["expected_high"] - unsure["expected_low"] > 0.5 * 20  # ± 2 × 20 % of 20
    assert sure["expected_high"] - sure["expected_low"] < 1e-6


def test_small_channels_are_left_out_or_marked_and_unknown_ones_last():
    found = value(people(ads=40, friends=10, radio=9, none=50))
    assert found.index.tolist() == ["ads", "friends", UNKNOWN]
    assert found["is_small"].tolist() == [False, True, False]


def test_the_row_order_changes_nothing():
    customers = people(ads=40, friends=30)
    customers["acquisition_cost"] = np.arange(70.0)
    known = valued(customers)
    pd.testing.assert_frame_equal(value(customers, known), value(customers.iloc[::-1], known))


@pytest.mark.parametrize(("channels", "found"), [({"none": 50}, 0), ({"ads": 50, "radio": 9}, 1)])
def test_without_two_channels_the_report_says_what_to_add(channels, found):
    with pytest.raises(TooLittleData, match=rf"acquisition_channel.*there are {found}\. With acquisition_cost"):
        value(people(**channels))


def test_without_any_customer_table_the_same_is_said():
    with pytest.raises(TooLittleData, match="acquisition_channel"):
        channel_value.acquired(None, valued(people(ads=40)), as_of=AS_OF)


def test_the_best_and_the_weakest_are_told_among_channels_large_enough():
    customers = people(ads=40, friends=40, radio=12)
    customers.loc[customers["acquisition_channel"] == "ads", "acquisition_cost"] = 20.0
    customers.loc[customers["acquisition_channel"] == "radio", "acquisition_cost"] = 90.0
    facts = channel_value.describe_channels(value(customers).reset_index())
    assert (facts["best"], facts["weakest"], facts["has_cost"]) == ("friends", "ads", True)
    assert (facts["best_figure"], facts["weakest_figure"], facts["apart"]) == (6, 3, True)
    with pytest.raises(TooLittleData, match="two channels with 30 buyers each"):
        channel_value.describe_channels(value(people(ads=40, friends=29)).reset_index())


def test_the_table_keeps_its_contract(home):
    assert tables.save(value(people(ads=40, friends=40, none=12)).reset_index(), "channel_value")["rows"] == 3


# --- words


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("cost", [10.0, 200.0, None])
def test_sentences_fit_the_figures_with_and_without_costs(language, cost):
    i18n.use(language=language, currency="USD")
    plots.use_style()
    channels = value(people(ads=40, friends=40).assign(acquisition_cost=cost)).reset_index()
    facts = channel_value.describe_channels(channels)
    said = i18n.text(channel_words.weakest(facts), **facts)
    assert ("pays for itself: even" in said or "都能回本" in said) == (cost == 10)
    assert ("not certain" in said or "并不确定" in said) == (cost == 200)
    assert "{" not in said + channel_words.comparison(channels, facts)["title"]
    assert i18n.text(channel_words.caveat(facts))
    shown = channel_words.table(channels, has_margin=True)["frame"]
    expected = {10.0: ("3 months",), 200.0: ("not yet",), None: ("cost not known",)}[cost]
    assert language == "zh" or all(words.startswith(expected) for words in shown["payback"])


def test_few_customers_are_marked():
    shown = channel_words.table(value(people(ads=40, friends=12)).reset_index(), has_margin=False)["frame"]
    assert "friends (few: 12)" in shown["name"].tolist()
