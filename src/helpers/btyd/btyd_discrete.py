"""BG/BB: who buys at which of a few opportunities (a yearly appeal, a monthly box, a season)?

Fader, Hardie and Shang (2010, Marketing Science 29:1086): while alive a customer buys at each opportunity with probability
p ~ Beta(α, β), and leaves before each with probability θ ~ Beta(γ, δ). In: orders, or customers with x purchases, the last
at opportunity t_x, of n after the first purchase; out: a fitted model. The fit sees the distinct (x, t_x, n) only.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.special import betaln, gammaln, hyp2f1, logsumexp, psi

from helpers.btyd import btyd_likelihood
from helpers.btyd.btyd_histories import purchase_days
from helpers.errors import TooLittleData, UserError

MIN_REPEATERS = 100
OPPORTUNITIES = ["frequency", "last_opportunity", "n_opportunities"]
STARTS = tuple(np.log(start) for start in ((1.0, 1.0, 0.7, 3.0), (0.5, 1.0, 1.0, 10.0), (3.0, 3.0, 0.3, 1.0)))


@dataclass(frozen=True)
class BgBb:
    """A fitted BG/BB model; methods take customers with OPPORTUNITIES and return a Series on their index."""

    parameters: dict[str, float]
    log_likelihood: float
    n_customers: int
    penaliser: float = 0.0
    optimiser: str = "BFGS"

    name: ClassVar[str] = "BG/BB"
    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(self.parameters[name] for name in self.names)

    def log_likelihood_of(self, customers: pd.DataFrame) -> pd.Series:
        """Return each customer's log-likelihood."""
        return pd.Series(logsumexp(_log_terms(self.values, *_arrays(customers)), axis=1), index=customers.index)

    def p_alive(self, customers: pd.DataFrame) -> pd.Series:
        """Return P(alive at the next opportunity, n + 1)."""
        x, _, n = _arrays(customers)
        return np.exp(_log_buys(self.values, x, n) + _log_lives(self.values, n + 1) - self.log_likelihood_of(customers))

    def expected_purchases(self, customers: pd.DataFrame, n_ahead: int) -> pd.Series:
        """Return the expected purchases at the next `n_ahead` opportunities (the paper's equation 13, as a sum)."""
        x, _, n = _arrays(customers)
        alpha, beta, _, _ = self.values
        lives = sum((np.exp(_log_lives(self.values, n + k)) for k in range(1, n_ahead + 1)), np.zeros(len(x)))
        scale = np.exp(_log_buys(self.values, x, n) - self.log_likelihood_of(customers))
        return scale * (alpha + x) / (alpha + beta + n) * lives

    def p_count(self, customers: pd.DataFrame, n_ahead: int, count: int) -> pd.Series:
        """Return P(exactly `count` purchases at the next `n_ahead` opportunities), the paper's equation 12."""
        x, _, n = _arrays(customers)
        total = self.log_likelihood_of(customers)
        left = 1 - np.exp(_log_buys(self.values, x, n) + _log_lives(self.values, n) - total) if count == 0 else 0.0
        terms = [_choose(n_ahead, count) + self._log_buys_on(x, n, count, n_ahead) + _log_lives(self.values, n + n_ahead)]
        terms += [
            _choose(i, count) + self._log_buys_on(x, n, count, i) + _log_leaves(self.values, n + i)
            for i in range(count, n_ahead)
        ]
        return left + np.exp(logsumexp(terms, axis=0) - total) if count <= n_ahead else 0.0 * total

    def p_no_purchase(self, customers: pd.DataFrame, n_ahead: int) -> pd.Series:
        """Return P(no purchase at the next `n_ahead` opportunities)."""
        return self.p_count(customers, n_ahead, 0)

    def residual_purchases(self, customers: pd.DataFrame, discount_rate: float) -> pd.Series:
        """Return DERT: the discounted expected purchases still to come, without end (the paper's equation 14).

        `discount_rate` is per opportunity and above 0; the next opportunity is one period away.
        """
        if discount_rate <= 0:
            raise UserError(f"discount_rate={discount_rate}: must be above 0 for a value without end")
        x, _, n = _arrays(customers)
        alpha, beta, gamma, delta = self.values
        factor = 1 / (1 + discount_rate)
        later = hyp2f1(1, delta + n + 1, gamma + delta + n + 1, factor) * factor
        scale = np.exp(_log_buys(self.values, x, n) + _log_lives(self.values, n + 1) - self.log_likelihood_of(customers))
        return scale * (alpha + x) / (alpha + beta + n) * later

    def expected_since_first(self, n: int) -> float:
        """Return the expected purchases of a new customer at the first `n` opportunities after the first purchase."""
        alpha, beta, _, _ = self.values
        return float(alpha / (alpha + beta) * sum(np.exp(_log_lives(self.values, k)) for k in range(1, n + 1)))

    def draw_purchases(self, random: np.random.Generator, customers: pd.DataFrame, n_ahead: int) -> np.ndarray:
        """Draw one future: purchases at the next `n_ahead` opportunities per customer."""
        x, _, n = _arrays(customers)
        alpha, beta, gamma, delta = self.values
        p_alive = np.exp(_log_buys(self.values, x, n) + _log_lives(self.values, n) - self.log_likelihood_of(customers))
        alive = random.random(len(x)) < p_alive
        leaving = np.clip(random.beta(gamma, delta + n), 1e-12, 1.0)
        lasts = np.where(alive, np.minimum(random.geometric(leaving) - 1, n_ahead), 0)
        return random.binomial(lasts, random.beta(alpha + x, beta + n - x))

    def _log_buys_on(self, x, n, count: int, more: int) -> np.ndarray:
        alpha, beta, _, _ = self.values
        return betaln(alpha + x + count, beta + n - x + more - count) - betaln(alpha, beta)


def opportunities(orders, *, start, end, days: int) -> pd.DataFrame:
    """Return at which opportunities customers bought, where an opportunity is a span of `days`, counted from `start`.

    Only whole spans count: orders after the last whole one are left out. A customer's first span with an order is their
    first purchase; the spans after it are their opportunities, and orders in the same span are one purchase.

    Parameters
    ----------
    orders : Ibis table with customer_id (guests, null, are left out), order_date, revenue.

    Out: customer_id, frequency, last_opportunity, n_opportunities, in order of customer_id; aggregated in the engine.
    """
    start = pd.Timestamp(start)
    n_spans = ((pd.Timestamp(end) - start).days + 1) // days
    bought = purchase_days(orders, start=start, end=start + pd.Timedelta(days=days * n_spans - 1))
    first_day = (start - pd.Timestamp("1970-01-01")).days
    spans = bought.mutate(span=((bought.order_date.epoch_days() - first_day) // days).cast("int64"))
    found = (
        spans.group_by("customer_id")
        .agg(first=spans.span.min(), last=spans.span.max(), n_spans=spans.span.nunique())
        .order_by("customer_id").to_pandas()
    )
    return pd.DataFrame({
        "customer_id": found["customer_id"].astype("str"), "frequency": found["n_spans"].astype("int64") - 1,
        "last_opportunity": found["last"] - found["first"], "n_opportunities": n_spans - 1 - found["first"],
    })


def fit_bg_bb(customers: pd.DataFrame, *, min_repeaters: int = MIN_REPEATERS) -> BgBb:
    """Fit BG/BB by maximum likelihood.

    customers : frequency (purchases after the first), last_opportunity (of the last of them; 0 where there is none),
        n_opportunities (after the first purchase); optionally n (customers that a row stands for).
    Raises TooLittleData below `min_repeaters` customers who bought again, or where nothing converges.
    """
    weights = customers["n"].to_numpy(float) if "n" in customers else np.ones(len(customers))
    rows = customers[OPPORTUNITIES].astype(float).assign(n=weights).groupby(OPPORTUNITIES, as_index=False)["n"].sum()
    n_repeaters = int(rows.loc[rows["frequency"] > 0, "n"].sum())
    if n_repeaters < min_repeaters:
        raise TooLittleData(
            "Needs a repeat purchase by at least {needed:count} customers; there are {found:count}.",
            needed=min_repeaters, found=n_repeaters,
        )
    data, n = _arrays(rows), rows["n"].to_numpy()
    found = btyd_likelihood.maximise(lambda logs: log_likelihood(logs, *data, n), STARTS, n=n.sum())
    if found is None:
        raise TooLittleData(
            "The purchase model finds no stable parameters on this data: purchases hardly differ between customers."
        )
    total, _ = log_likelihood(found.logs, *data, n)
    parameters = dict(zip(BgBb.names, np.exp(found.logs).tolist(), strict=True))
    return BgBb(parameters, total, round(n.sum()), found.penaliser, found.optimiser)


def _arrays(customers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, t_x, n = (customers[name].to_numpy(float) for name in OPPORTUNITIES)
    if not ((x >= 0) & (x <= t_x) & (t_x <= n) & ((x > 0) | (t_x == 0))).all():
        raise ValueError("histories need 0 ≤ frequency ≤ last_opportunity ≤ n_opportunities, and 0 last where frequency is 0")
    return x, t_x, n


def _choose(n: int, k: int) -> float:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _log_buys(values, x, n):
    """Return the log of E[p^x (1 − p)^(n − x)]."""
    alpha, beta, _, _ = values
    return betaln(alpha + x, beta + n - x) - betaln(alpha, beta)


def _log_lives(values, n):
    """Return the log of E[(1 − θ)^n]: alive at opportunity n."""
    _, _, gamma, delta = values
    return betaln(gamma, delta + n) - betaln(gamma, delta)


def _log_leaves(values, n):
    """Return the log of E[θ (1 − θ)^n]: alive at opportunity n, gone at the next."""
    _, _, gamma, delta = values
    return betaln(gamma + 1, delta + n) - betaln(gamma, delta)


def _log_terms(values, x, t_x, n) -> np.ndarray:
    """Return the logs of the likelihood's parts: alive at the end, then gone after opportunity t_x, t_x + 1, … n − 1."""
    last = _last_alive(t_x, n)
    with np.errstate(invalid="ignore"):
        gone = _log_buys(values, x[:, None], last) + _log_leaves(values, last)
    alive = _log_buys(values, x, n) + _log_lives(values, n)
    return np.column_stack([alive, np.where(last < n[:, None], gone, -np.inf)])


def _last_alive(t_x, n) -> np.ndarray:
    return np.minimum(t_x[:, None] + np.arange(int((n - t_x).max(initial=0))), n[:, None])


def log_likelihood(logs, x, t_x, n, weights) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and its gradient by the logs of α, β, γ, δ (the paper's equation 5)."""
    values = alpha, beta, gamma, delta = np.exp(logs)
    terms = _log_terms(values, x, t_x, n)
    each = logsumexp(terms, axis=1)
    parts = weights[:, None] * np.exp(terms - each[:, None])
    until = np.column_stack([n, _last_alive(t_x, n)])
    gone = np.ones(until.shape[1])
    gone[0] = 0
    bought, total = x[:, None], weights.sum()
    slope = np.array([
        (parts * (psi(alpha + bought) - psi(alpha + beta + until))).sum() - total * (psi(alpha) - psi(alpha + beta)),
        (parts * (psi(beta + until - bought) - psi(alpha + beta + until))).sum() - total * (psi(beta) - psi(alpha + beta)),
        (parts * (psi(gamma + gone) - psi(gamma + delta + until + gone))).sum() - total * (psi(gamma) - psi(gamma + delta)),
        (parts * (psi(delta + until) - psi(gamma + delta + until + gone))).sum() - total * (psi(delta) - psi(gamma + delta)),
    ])
    return float(weights @ each), slope * values


def bootstrap_bg_bb(customers: pd.DataFrame, fit: BgBb, *, n_refits: int = 100, seed: int = 0) -> pd.DataFrame:
    """Return the parameters refitted on resampled customers, one row a refit."""
    random = np.random.default_rng(seed)
    weights = customers["n"].to_numpy(float) if "n" in customers else np.ones(len(customers))
    rows = customers[OPPORTUNITIES].astype(float).assign(n=weights).groupby(OPPORTUNITIES, as_index=False)["n"].sum()
    data, n = _arrays(rows), rows["n"].to_numpy()
    optimum = btyd_likelihood.Optimum(np.log(fit.values), fit.penaliser)
    shape = btyd_likelihood.curvature(lambda logs: log_likelihood(logs, *data, n), optimum, n=n.sum())
    refits = [
        np.exp(btyd_likelihood.refit(
            lambda logs, drawn=drawn: log_likelihood(logs, *data, drawn), optimum, shape, n=n.sum()
        ))
        for drawn in random.multinomial(round(n.sum()), n / n.sum(), size=n_refits).astype(float)
    ]
    return pd.DataFrame(refits, columns=list(BgBb.names))
