"""How long will contracts run, if customers differ in how readily they leave? The shifted beta-geometric model.

Fader and Hardie (2007, Journal of Interactive Marketing 21:76; 2010, Marketing Science 29:85): each contract ends at a renewal
with its own probability θ ~ Beta(α, β). Retention then rises with age although nobody changes: the easy leavers go first.
In: contracts with their age in periods, whether they ended, and the age at which they came into view; out: a fitted model.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaln, hyp2f1, psi

from helpers.btyd import btyd_likelihood
from helpers.errors import TooLittleData, UserError

MIN_CONTRACTS = 100
MIN_ENDED = 10  # contracts that ended while observed: fewer do not determine two parameters
STARTS = tuple(np.log(start) for start in ((1.0, 3.0), (0.3, 3.0), (1.0, 1.0), (5.0, 50.0)))


@dataclass(frozen=True)
class Sbg:
    """A fitted shifted beta-geometric model; ages are in periods (months or years, as the data were)."""

    parameters: dict[str, float]
    log_likelihood: float
    n_contracts: int
    n_ended: int
    penaliser: float = 0.0
    optimiser: str = "BFGS"

    @property
    def values(self) -> tuple[float, float]:
        return self.parameters["alpha"], self.parameters["beta"]

    @property
    def mean_leaving(self) -> float:
        """Return the mean chance to leave at the first renewal, α / (α + β)."""
        return self.values[0] / sum(self.values)

    def survival(self, ages, *, given=0) -> np.ndarray:
        """Return the share of contracts that outlast the renewals at `ages`, of those that have outlasted `given` ones."""
        alpha, beta = self.values
        ages, given = np.asarray(ages, float), np.asarray(given, float)
        return np.exp(betaln(alpha, beta + np.maximum(ages, given)) - betaln(alpha, beta + given))

    def retention(self, ages) -> np.ndarray:
        """Return the share that renews at age 1, 2, … of those who got there: (β + t − 1) / (α + β + t − 1)."""
        alpha, beta = self.values
        ages = np.asarray(ages, float)
        return (beta + ages - 1) / (alpha + beta + ages - 1)

    def expected_periods(self, ages, horizon: int) -> np.ndarray:
        """Return the expected renewals in the next `horizon` periods of contracts that have outlasted `ages` renewals."""
        ages = np.asarray(ages, float)
        return sum((self.survival(ages + k, given=ages) for k in range(1, horizon + 1)), np.zeros(ages.shape))

    def residual_lifetime(self, ages) -> np.ndarray:
        """Return the expected renewals still to come, without end: (β + t) / (α − 1); infinite where α ≤ 1."""
        alpha, beta = self.values
        return (beta + np.asarray(ages, float)) / (alpha - 1) if alpha > 1 else np.full(np.shape(ages), np.inf)

    def residual_value(self, ages, discount_rate: float) -> np.ndarray:
        """Return DERL: the discounted expected renewals still to come of contracts that have outlasted `ages` renewals.

        One unit per renewal; the next one is due now and is not discounted, as in Fader and Hardie (2010), equation 7:
        (β + t) / (α + β + t) · ₂F₁(1, β + t + 1; α + β + t + 1; 1 / (1 + d)). `discount_rate` is per period and above 0.
        """
        if discount_rate <= 0:
            raise UserError(f"discount_rate={discount_rate}: must be above 0 for a value without end")
        alpha, beta = self.values
        ages = np.asarray(ages, float)
        later = hyp2f1(1, beta + ages + 1, alpha + beta + ages + 1, 1 / (1 + discount_rate))
        return (beta + ages) / (alpha + beta + ages) * later


def fit_sbg(contracts: pd.DataFrame, *, min_contracts: int = MIN_CONTRACTS, min_ended: int = MIN_ENDED) -> Sbg:
    """Fit the model by maximum likelihood; running contracts are censored at their age.

    Parameters
    ----------
    contracts : age (renewals reached: one that ended before a renewal counts as ended at it, the first at the least; one that
        still runs has outlasted `age` renewals, rounded down), ended (bool); optionally entered_age: renewals outlasted when it
        came into view (staggered starts; 0 where missing), and n (contracts that a row stands for).

    Raises TooLittleData below `min_contracts`, below `min_ended` ended ones, or where nothing converges; ValueError where a
    contract came into view after its age.
    """
    table = collapse_contracts(contracts)
    n, n_ended = int(table["n"].sum()), int(table.loc[table["ended"], "n"].sum())
    if n < min_contracts:
        raise TooLittleData("Needs {needed:count} contracts; there are {found:count}.", needed=min_contracts, found=n)
    if n_ended < min_ended:
        raise TooLittleData(
            "Needs {needed:count} contracts that ended; there are {found:count}.", needed=min_ended, found=n_ended
        )
    data, found = _columns(table), None
    if table["age"].nunique() > 1:  # one share of contracts that ended does not say how contracts differ
        found = btyd_likelihood.maximise(lambda logs: log_likelihood(logs, *data), STARTS, n=n)
    if found is None:
        raise TooLittleData("The contract model finds no stable parameters on this data: contracts end too much alike.")
    alpha, beta = np.exp(found.logs).tolist()
    total, _ = log_likelihood(found.logs, *data)
    return Sbg({"alpha": alpha, "beta": beta}, total, n, n_ended, found.penaliser, found.optimiser)


def collapse_contracts(contracts: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct ages, ends and ages of entry with their numbers of contracts (n), ascending."""
    ended = contracts["ended"].astype(bool)
    age = contracts["age"].astype(float)
    entered = contracts["entered_age"].astype(float).fillna(0) if "entered_age" in contracts else 0.0
    table = pd.DataFrame({
        "age": np.floor(age).where(~ended, np.maximum(np.ceil(age), 1)), "ended": ended, "entered_age": entered,
        "n": contracts["n"].astype(float) if "n" in contracts else 1.0,
    })
    if not ((table["entered_age"] <= table["age"] - table["ended"]) & (table["entered_age"] >= 0)).all():
        raise ValueError("a contract came into view after its end, or before its start")
    return table.groupby(["age", "ended", "entered_age"], as_index=False)["n"].sum()


def _columns(table: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(table[name].to_numpy(float) for name in ("age", "ended", "entered_age", "n"))


def log_likelihood(logs, age, ended, entered_age, n) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and its gradient by the logs of α and β.

    Ended at t: B(α + 1, β + t − 1); still running after t: B(α, β + t); each relative to B(α, β + entry).
    """
    alpha, beta = np.exp(logs)
    shape, stayed, seen = alpha + ended, beta + age - ended, beta + entered_age
    total = n @ (betaln(shape, stayed) - betaln(alpha, seen))
    both = psi(alpha + seen) - psi(shape + stayed)
    slope = np.array([n @ (psi(shape) - psi(alpha) + both), n @ (psi(stayed) - psi(seen) + both)])
    return float(total), slope * np.exp(logs)


def bootstrap_sbg(contracts: pd.DataFrame, fit: Sbg, *, n_refits: int = 200, seed: int = 0) -> list[Sbg]:
    """Return the model refitted on resampled contracts, for intervals of anything that it says."""
    random = np.random.default_rng(seed)
    table = collapse_contracts(contracts)
    *data, weights = _columns(table)
    n = weights.sum()
    optimum = btyd_likelihood.Optimum(np.log(fit.values), fit.penaliser)
    shape = btyd_likelihood.curvature(lambda logs: log_likelihood(logs, *data, weights), optimum, n=n)
    refits = []
    for drawn in random.multinomial(round(n), weights / n, size=n_refits).astype(float):
        logs = btyd_likelihood.refit(lambda logs, drawn=drawn: log_likelihood(logs, *data, drawn), optimum, shape, n=n)
        total, _ = log_likelihood(logs, *data, drawn)
        n_ended = int(drawn[data[1] > 0].sum())
        refits.append(Sbg(dict(zip(("alpha", "beta"), np.exp(logs).tolist(), strict=True)), total, round(n), n_ended))
    return refits


def retention_curve(fit: Sbg, refits: list[Sbg], *, n_periods: int, seen_periods: int) -> pd.DataFrame:
    """Return survival and retention by age 0 … `n_periods` with 95 % bootstrap intervals.

    Out: age, survival, survival_low, survival_high, retention, retention_low, retention_high (unknown at age 0),
    is_projected (beyond `seen_periods`, the ages that the data hold).
    """
    ages = np.arange(n_periods + 1)
    low, high = np.quantile([refit.survival(ages) for refit in refits], [0.025, 0.975], axis=0)
    ends = np.quantile([refit.retention(ages[1:]) for refit in refits], [0.025, 0.975], axis=0)
    unknown = [np.nan]
    return pd.DataFrame({
        "age": ages, "survival": fit.survival(ages), "survival_low": low, "survival_high": high,
        "retention": np.append(unknown, fit.retention(ages[1:])), "retention_low": np.append(unknown, ends[0]),
        "retention_high": np.append(unknown, ends[1]), "is_projected": ages > seen_periods,
    })
