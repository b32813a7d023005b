"""lifetime_value_models.py: the model is chosen by held-out likelihood; its parameters stand beside the published ones."""

import numpy as np
import pandas as pd
import pytest
from test_btyd import calibration, cdnow_orders  # noqa: F401  (fixtures)
from test_lifetime_value import MODEL, VALUES, histories
from test_lifetime_value_holdout import WINDOW

from helpers.btyd import btyd, btyd_choice
from helpers.errors import TooLittleData, UserError
from helpers.lifetime_value import lifetime_value_models


@pytest.fixture(scope="module")
def later(cdnow_orders):  # noqa: F811
    return btyd.purchase_summary(cdnow_orders["tenth"], start=WINDOW.holdout_start, end=WINDOW.end)


@pytest.fixture(scope="module")
def choice(calibration, later):  # noqa: F811
    return lifetime_value_models.choose(calibration, later, window=WINDOW)


def test_on_cdnow_no_model_is_best_beyond_chance_and_the_nearest_total_decides(choice):
    found = choice.comparison.set_index("model")
    assert found["log_likelihood"].to_dict() == pytest.approx(  # published
        {"BG/NBD": -9582.43, "Pareto/NBD": -9594.97, "MBG/NBD": -9582.13}, abs=0.02
    )
    assert (found["lag_low"] <= 0).all() and choice.facts["n_close"] == 3
    assert found["total"].abs().idxmin() == "Pareto/NBD" == choice.fit.name
    assert found["total"].to_dict() == pytest.approx(
        {"BG/NBD": 1653 / 1882 - 1, "Pareto/NBD": 1666 / 1882 - 1, "MBG/NBD": 1577 / 1882 - 1}, abs=5e-4
    )
    assert found.index[found["is_chosen"]].tolist() == ["Pareto/NBD"]
    assert choice.facts["spread"] == pytest.approx(1665.5 / 1576.7 - 1, abs=1e-3)


def test_a_model_can_be_asked_for_and_is_then_alone(calibration, later):  # noqa: F811
    found = lifetime_value_models.choose(calibration, later, window=WINDOW, only="BG/NBD")
    assert (found.fit.name, found.others, found.facts["n_models"]) == ("BG/NBD", (), 1)
    with pytest.raises(UserError, match="LSTM"):
        lifetime_value_models.choose(calibration, later, window=WINDOW, only="LSTM")


def test_the_order_of_customers_does_not_matter(choice, calibration, later):  # noqa: F811
    shuffled = lifetime_value_models.choose(calibration.sample(frac=1, random_state=1), later, window=WINDOW)
    assert shuffled.fit.name == choice.fit.name
    assert shuffled.comparison["held_out"].to_numpy() == pytest.approx(choice.comparison["held_out"].to_numpy())


def compared(monkeypatch, *rows):
    """Let the comparison find (model, lag_low, expected, penaliser); 100 purchases came."""
    table = pd.DataFrame([
        {"model": name, "log_likelihood": 0.0, "held_out": -i, "lag": i, "lag_low": low, "lag_high": i, "expected": expected,
         "actual": 100.0} for i, (name, low, expected, _) in enumerate(rows)
    ])
    kinds = btyd.MODELS
    fits = {name: kinds[name](MODEL.parameters, 0.0, 2, penaliser=penalty) for name, _, _, penalty in rows}
    monkeypatch.setattr(btyd_choice, "compare", lambda *_, **__: btyd_choice.Choice(table, fits, fits[rows[0][0]]))
    known = pd.DataFrame({"customer_id": ["a"], "n_purchase_days": [100]})
    return lifetime_value_models.choose(known, known, window=WINDOW)


def test_a_model_that_is_clearly_behind_is_not_chosen_for_its_total(monkeypatch):
    found = compared(monkeypatch, ("MBG/NBD", 0.0, 80.0, 0), ("BG/NBD", 0.1, 100.0, 0))
    assert (found.fit.name, found.facts["n_close"]) == ("MBG/NBD", 1)


def test_a_fit_without_penalty_goes_before_a_nearer_total(monkeypatch):
    found = compared(monkeypatch, ("Pareto/NBD", 0.0, 100.0, 0.001), ("BG/NBD", -1.0, 80.0, 0))
    assert found.fit.name == "BG/NBD"
    assert found.facts["penalised"] == ["Pareto/NBD"] and found.facts["failed"] == ["MBG/NBD"]


def test_where_nobody_bought_in_the_unseen_weeks_nothing_can_be_checked(calibration, later):  # noqa: F811
    with pytest.raises(TooLittleData, match="cannot be checked"):
        lifetime_value_models.choose(calibration, later.head(0), window=WINDOW)


# --- parameters


def test_the_published_histories_are_recognised_by_their_counts():
    published = pd.DataFrame({"frequency": [2457] + [0] * 2356, "T_weeks": [272 / 7] * 2357})
    assert lifetime_value_models.is_published_sample(published)
    assert not lifetime_value_models.is_published_sample(published.head(2356))
    assert not lifetime_value_models.is_published_sample(published.assign(T_weeks=40.0))
    assert not lifetime_value_models.is_published_sample(published.assign(frequency=1))


def test_the_parameter_table_has_intervals_of_the_models_in_use_only():
    refits = pd.DataFrame([{**MODEL.parameters, **VALUES.parameters}] * 2).mul([0.9, 1.1], axis=0)
    rival = btyd.ParetoNbd({"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 11.0}, -9594.0, 2357)
    found = lifetime_value_models.parameter_table(
        histories(), MODEL, VALUES, refits, fitted_on="calibration", others=(rival,)
    )
    assert found["parameter"].tolist() == [
        "r", "alpha", "a", "b", "log-likelihood", "p", "q", "v", "log-likelihood", "r", "alpha", "s", "beta", "log-likelihood",
    ]
    r = found.iloc[0]
    assert (r["estimate"], r["n_customers"]) == (0.2426, 2357)
    assert (r["low"], r["high"]) == pytest.approx((0.2426 * 0.905, 0.2426 * 1.095))
    unsure = (found["parameter"] == "log-likelihood") | (found["model"] == "Pareto/NBD")
    assert found.loc[unsure, ["low", "high"]].isna().all(axis=None) and found.loc[~unsure, "low"].notna().all()
    assert found["published"].isna().all()


def test_published_values_of_all_models_stand_beside_the_published_histories(calibration, choice):  # noqa: F811
    values = btyd.fit_gamma_gamma(calibration)
    refits = pd.DataFrame([{**choice.fit.parameters, **values.parameters}] * 2)
    found = lifetime_value_models.parameter_table(
        calibration, choice.fit, values, refits, fitted_on="calibration", others=choice.others
    )
    assert found["published"].notna().all()
    assert (found["estimate"] / found["published"]).to_numpy() == pytest.approx(np.ones(len(found)), abs=2e-3)


def test_the_parameters_are_put_into_words():
    found = lifetime_value_models.rhythm(MODEL, pd.DataFrame([MODEL.parameters] * 3))
    assert found["rate"] == pytest.approx(0.2426 / 4.4135)  # purchases a week
    assert found["leave"] == pytest.approx(0.7929 / (0.7929 + 2.4257)) and not found["per_week"]
    assert (found["leave_low"], found["leave_high"]) == pytest.approx((found["leave"], found["leave"]))
    pareto = btyd.ParetoNbd({"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 12.0}, 0.0, 3)
    found = lifetime_value_models.rhythm(pareto, pd.DataFrame([pareto.parameters]))
    assert (found["leave"], found["per_week"]) == (pytest.approx(0.05), True)
