"""One interface for the buy-till-you-die models: what a fitted one says of customers, whichever model it is.

Every method takes a purchase summary and returns a Series on its index; time is in weeks. The formulas are in
btyd_geometric.py (BG/NBD, MBG/NBD) and btyd_pareto.py (Pareto/NBD).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from helpers.btyd import btyd_geometric, btyd_pareto
from helpers.btyd.btyd_histories import HISTORY, Histories, arrays
from helpers.errors import UserError


@dataclass(frozen=True)
class PurchaseModel(ABC):
    """A fitted model of purchases.

    log_likelihood is in weeks, without any penalty. `penaliser` and `optimiser` say which step of the ladder converged.
    """

    parameters: dict[str, float]
    log_likelihood: float
    n_customers: int
    penaliser: float = 0.0
    optimiser: str = "BFGS"
    longest_weeks: float = 1.0

    name: ClassVar[str]
    names: ClassVar[tuple[str, ...]]  # of the parameters
    times: ClassVar[tuple[str, ...]]  # those of them that are in weeks

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(self.parameters[name] for name in self.names)

    @property
    def units(self) -> dict[str, float]:
        """Return the units in which penalties count the parameters: time so that the longest T is 1, as lifetimes does."""
        return dict.fromkeys(self.times, self.longest_weeks)

    @property
    def mean_rate(self) -> float:
        """Return the mean purchases a week of active customers, r / alpha."""
        return self.parameters["r"] / self.parameters["alpha"]

    # --- what is known of a customer

    def p_alive(self, summary: pd.DataFrame) -> pd.Series:
        """Return the probability that the customer still buys at all (BG/NBD: 1 for all without a repeat purchase)."""
        return self._per_history(summary, lambda *history: np.exp(self._log_parts(*history)[1]))

    def log_likelihood_of(self, summary: pd.DataFrame) -> pd.Series:
        """Return each customer's log-likelihood, in weeks; their sum is the model's."""
        return self._per_history(summary, lambda *history: self._log_parts(*history)[0])

    # --- what is to come

    def expected_purchases(self, summary: pd.DataFrame, horizon_weeks: float) -> pd.Series:
        """Return the expected purchase days in the `horizon_weeks` after the end of the observation."""
        return self._per_history(summary, lambda *history: (
            np.exp(self._log_parts(*history)[1]) * self._expected_if_alive(history[0], history[2], horizon_weeks)
        ))

    def p_no_purchase(self, summary: pd.DataFrame, horizon_weeks: float) -> pd.Series:
        """Return P(no purchase day in the horizon): the customer has left, or is alive and does not buy in it."""
        return np.exp(self.log_p_count(summary, horizon_weeks, 0))

    def log_p_count(self, summary: pd.DataFrame, horizon_weeks: float, counts) -> pd.Series:
        """Return the log of P(exactly `counts` purchase days in the horizon), given each customer's history.

        counts : one number, or one a customer (in the order of `summary`). With the counts that came true this is the
        held-out log-likelihood. BG/NBD and MBG/NBD: exact; Pareto/NBD: integrated over the time of leaving, to 1e-9.
        """
        counts = np.broadcast_to(np.asarray(counts, float), len(summary))
        if not ((counts >= 0) & (counts == np.floor(counts))).all():
            raise ValueError("counts of purchases must be whole numbers, 0 or more")

        def by_history(x, t_x, age, n):
            alive = self._log_parts(x, t_x, age)[1]
            if_alive = self._log_pmf_if_alive(x, age, horizon_weeks, n)
            with np.errstate(divide="ignore"):
                none = np.log1p(-np.exp(alive) * np.clip(-np.expm1(if_alive), 0, 1))
            return np.where(n > 0, alive + if_alive, none)

        return self._per_history(summary.assign(_n=counts), by_history, also="_n")

    def p_at_most(self, summary: pd.DataFrame, horizon_weeks: float, counts) -> pd.Series:
        """Return P(at most `counts` purchase days in the horizon); a count of −1 gives 0."""
        counts = np.broadcast_to(np.asarray(counts, float), len(summary)).astype("int64")
        histories = summary[HISTORY].assign(_n=counts)
        rows = histories.drop_duplicates().reset_index(drop=True)
        each = rows.loc[rows.index.repeat(rows["_n"] + 1)]
        up_to = each.groupby(level=0).cumcount().to_numpy()
        p = np.exp(self.log_p_count(each, horizon_weeks, up_to))
        total = p.groupby(level=0).sum().reindex(rows.index, fill_value=0.0).clip(upper=1.0)
        found = histories.merge(rows.assign(_p=total), how="left", on=[*HISTORY, "_n"])["_p"]
        return pd.Series(found.to_numpy(float), index=summary.index)

    def draw_purchases(
        self, random: np.random.Generator, summary: pd.DataFrame, horizon_weeks: float, *, n_futures: int = 1
    ) -> np.ndarray:
        """Draw purchase days in the horizon from the posterior of each customer's own rates: one row a future."""
        x, _, age = arrays(summary)
        p_alive = self.p_alive(summary).to_numpy()
        drawn = np.zeros((n_futures, len(x)), dtype="int64")
        for future in drawn:
            alive = random.random(len(x)) < p_alive
            future[alive] = self._draw_if_alive(random, x[alive], age[alive], horizon_weeks)
        return drawn

    def _per_history(self, summary: pd.DataFrame, function, also: str | None = None) -> pd.Series:
        """Compute on the distinct histories and spread over the customers."""
        keys = [*HISTORY, also] if also else HISTORY
        if summary.empty:
            return pd.Series(np.empty(0), index=summary.index)
        at = summary.groupby(keys, sort=False).ngroup().to_numpy()
        rows = summary[~pd.Series(at).duplicated().to_numpy()]
        found = function(*arrays(rows), *([rows[also].to_numpy(float)] if also else []))
        return pd.Series(np.broadcast_to(found, len(rows))[at].astype(float), index=summary.index)

    # --- what each model has of its own

    @abstractmethod
    def expected_since_first(self, weeks) -> np.ndarray:
        """Return the expected repeat purchase days of a new customer in the first `weeks` after the first purchase."""

    @staticmethod
    @abstractmethod
    def likelihood(logs: np.ndarray, rows: Histories) -> tuple[float, np.ndarray]:
        """Return the log-likelihood of distinct histories, and its gradient by the logs of the parameters."""

    @staticmethod
    @abstractmethod
    def starts(mean_gap: float, longest_weeks: float) -> list[np.ndarray]:
        """Return the logs at which fits begin, in order of preference."""

    @abstractmethod
    def _log_parts(self, x, t_x, age) -> tuple[np.ndarray, np.ndarray]: ...

    @abstractmethod
    def _expected_if_alive(self, x, age, weeks) -> np.ndarray: ...

    @abstractmethod
    def _log_pmf_if_alive(self, x, age, weeks, n) -> np.ndarray: ...

    @abstractmethod
    def _draw_if_alive(self, random, x, age, weeks) -> np.ndarray: ...


class _Geometric(PurchaseModel):
    """What BG/NBD and MBG/NBD share."""

    names = ("r", "alpha", "a", "b")
    times = ("alpha",)
    shift: ClassVar[int]

    @property
    def mean_leaving(self) -> float:
        """Return the mean chance to leave after a purchase, a / (a + b)."""
        return self.parameters["a"] / (self.parameters["a"] + self.parameters["b"])

    def expected_since_first(self, weeks) -> np.ndarray:
        r, alpha, a, b = self.values
        weeks = np.maximum(np.asarray(weeks, dtype=float), 0)
        few, at = np.unique(weeks, return_inverse=True)
        stays = b / (a + b) if self.shift else 1.0
        return (stays * btyd_geometric.expected_if_alive(r, alpha, a, b + self.shift, few))[at].reshape(weeks.shape)

    @classmethod
    def likelihood(cls, logs, rows):
        return btyd_geometric.log_likelihood(logs, rows, shift=cls.shift)

    @staticmethod
    def starts(mean_gap: float, longest_weeks: float) -> list[np.ndarray]:
        return [np.log([r, r * mean_gap, a, b]) for r, a, b in ((1.0, 1.0, 3.0), (0.3, 0.5, 1.0), (3.0, 0.2, 10.0))]

    def _posterior(self, x, age) -> tuple:
        r, alpha, a, b = self.values
        return r + x, alpha + age, a, b + x + self.shift

    def _log_parts(self, x, t_x, age):
        return btyd_geometric.log_parts(self.values, x, t_x, age, shift=self.shift)

    def _expected_if_alive(self, x, age, weeks):
        return btyd_geometric.expected_if_alive(*self._posterior(x, age), weeks)

    def _log_pmf_if_alive(self, x, age, weeks, n):
        return btyd_geometric.log_pmf_if_alive(*self._posterior(x, age), weeks, n)

    def _draw_if_alive(self, random, x, age, weeks):
        return btyd_geometric.draw_if_alive(random, *self._posterior(x, age), weeks)


class BgNbd(_Geometric):
    """BG/NBD: a customer may leave after each repeat purchase. P(no purchase) is exact: dropout only follows a purchase."""

    name = "BG/NBD"
    shift = 0


class MbgNbd(_Geometric):
    """MBG/NBD: a customer may leave after every purchase, the first one included."""

    name = "MBG/NBD"
    shift = 1


class ParetoNbd(PurchaseModel):
    """Pareto/NBD: a customer may leave at any time."""

    name = "Pareto/NBD"
    names = ("r", "alpha", "s", "beta")
    times = ("alpha", "beta")

    @property
    def mean_leaving(self) -> float:
        """Return the mean rate of leaving a week, s / beta."""
        return self.parameters["s"] / self.parameters["beta"]

    def expected_since_first(self, weeks) -> np.ndarray:
        r, alpha, s, beta = self.values
        return btyd_pareto.expected_if_alive(r, alpha, s, beta, np.maximum(np.asarray(weeks, dtype=float), 0))

    @staticmethod
    def likelihood(logs, rows):
        return btyd_pareto.log_likelihood(logs, rows)

    @staticmethod
    def starts(mean_gap: float, longest_weeks: float) -> list[np.ndarray]:
        return [
            np.log([r, r * mean_gap, s, s * share * longest_weeks])
            for r, s, share in ((0.6, 0.6, 0.5), (1.5, 1.5, 1.0), (0.3, 0.2, 1.0), (3.0, 1.0, 3.0))
        ]

    def _posterior(self, x, age) -> tuple:
        r, alpha, s, beta = self.values
        return r + x, alpha + age, s, beta + age

    def _log_parts(self, x, t_x, age):
        return btyd_pareto.log_parts(self.values, x, t_x, age)

    def _expected_if_alive(self, x, age, weeks):
        return btyd_pareto.expected_if_alive(*self._posterior(x, age), weeks)

    def _log_pmf_if_alive(self, x, age, weeks, n):
        return btyd_pareto.log_pmf_if_alive(*self._posterior(x, age), weeks, n)

    def _draw_if_alive(self, random, x, age, weeks):
        return btyd_pareto.draw_if_alive(random, *self._posterior(x, age), weeks)


MODELS: dict[str, type[PurchaseModel]] = {kind.name: kind for kind in (BgNbd, ParetoNbd, MbgNbd)}


def kind_of(model: str) -> type[PurchaseModel]:
    """Return the class of a model by its name. Raises UserError where there is none of that name."""
    if model not in MODELS:
        raise UserError(f"model={model}: must be one of {', '.join(MODELS)}")
    return MODELS[model]
