"""BG/NBD and MBG/NBD: customers who may leave after each purchase.

Purchases follow a rate λ ~ Gamma(r, α); after a purchase the customer leaves with probability p ~ Beta(a, b). In BG/NBD
(Fader, Hardie and Lee 2005, Marketing Science 24:275) nobody leaves at the first purchase, in MBG/NBD (Batislam, Denizel and
Filiztekin 2007, IJRM 24:201; Hoppe and Wagner 2007) some do. All in weeks; functions of arrays x, t_x, T and of parameters.
"""

import numpy as np
from scipy.special import betainc, betaln, expit, gammaln, psi, xlogy

from helpers.btyd.btyd_histories import Histories

N_POINTS = 192  # of the trapezoidal rule for expected purchases: relative error below 1e-9 for all but absurd parameters
TAIL = 40.0  # e-folds that the rule reaches on either side


def log_likelihood(logs: np.ndarray, rows: Histories, *, shift: int) -> tuple[float, np.ndarray]:
    """Return the log-likelihood and its gradient by the logs of r, alpha, a, b.

    shift : 0 for BG/NBD, 1 for MBG/NBD: chances to leave besides those after repeat purchases.
    Fader, Hardie and Lee (2005), equation (6), in the order of terms of brucehardie.com/notes/004.
    """
    r, alpha, a, b = np.exp(logs)
    counts, at = rows.counts, rows.at_count
    stayed = b + counts + shift
    can_leave = counts + shift > 0
    before = np.where(can_leave, stayed - 1, 1.0)
    fixed = gammaln(r + counts) - gammaln(r) + gammaln(a + b) - gammaln(a + stayed) + gammaln(stayed) - gammaln(b)
    log_age, log_recency = np.log(alpha + rows.ages), np.log(alpha + rows.recencies)
    log_age, log_recency = log_age[rows.at_age], log_recency[rows.at_recency]
    odds = np.where(can_leave, np.log(a / before), -np.inf)[at] + (r + rows.x) * (log_age - log_recency)
    left = expit(odds)
    either = np.logaddexp(0, odds) - (r + rows.x) * log_age
    # sums over rows are not written with @: for long ones it starts threads, which cost more than they save
    w, gone, here = rows.weights, rows.weights * left, rows.weights * (1 - left)
    by_count = np.bincount(at, w, minlength=len(counts))
    gone_by_count = np.bincount(at, gone, minlength=len(counts))
    slope = np.array([
        by_count @ (psi(r + counts) - psi(r) + np.log(alpha)) - (here * log_age + gone * log_recency).sum(),
        w.sum() * r / alpha - ((r + rows.x) * (here / (alpha + rows.age) + gone / (alpha + rows.t_x))).sum(),
        by_count @ (psi(a + b) - psi(a + stayed)) + gone_by_count.sum() / a,
        by_count @ (psi(a + b) + psi(stayed) - psi(b) - psi(a + stayed)) - gone_by_count @ (can_leave / before),
    ])
    return float(by_count @ (fixed + r * np.log(alpha)) + (w * either).sum()), slope * np.exp(logs)


def log_parts(parameters, x, t_x, age, *, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Return per history the log-likelihood and the log of P(alive)."""
    r, alpha, a, b = parameters
    stayed, can_leave = b + x + shift, x + shift > 0
    fixed = gammaln(r + x) - gammaln(r) + betaln(a, stayed) - betaln(a, b) + r * np.log(alpha)
    before = np.where(can_leave, stayed - 1, 1.0)
    odds = np.where(can_leave, np.log(a / before), -np.inf) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    either = np.logaddexp(0, odds)
    return fixed - (r + x) * np.log(alpha + age) + either, -either


def expected_if_alive(rate_shape, rate_scale, a, b, weeks) -> np.ndarray:
    """Return the expected purchases in `weeks` of customers with λ ~ Gamma(rate_shape, rate_scale), p ~ Beta(a, b).

    Given p it is G(p) = (1 − (1 + p·weeks/scale)^−shape) / p, the integral of E[λ·exp(−λ p t)]. Its mean over p is the
    paper's hypergeometric expression. Here G is split into the line through G(0) and G(1), whose mean is known, and the rest,
    which vanishes at both ends: the trapezoidal rule on log(p / (1 − p)) is then exponentially exact. It neither overflows
    for thousands of purchases nor divides by zero at a = 1.
    """
    shape, scale, a, b, weeks = np.broadcast_arrays(*(np.asarray(v, float) for v in (rate_shape, rate_scale, a, b, weeks)))
    at_none, at_all = shape * weeks / scale, -np.expm1(-shape * np.log1p(weeks / scale))
    centre, width = np.log((a + 1) / (b + 1)), 12 / np.sqrt(np.minimum(a, b) + 1)
    low, high = centre - TAIL / (a + 1) - width, centre + TAIL / (b + 1) + width
    logit = low[..., None] + (high - low)[..., None] * np.linspace(0, 1, N_POINTS)
    log_p, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    p = np.exp(log_p)
    density = np.exp(a[..., None] * log_p + b[..., None] * log_rest - betaln(a, b)[..., None])
    given_p = -np.expm1(-shape[..., None] * np.log1p(p * (weeks / scale)[..., None])) / p
    bend = density * (given_p - at_none[..., None] + p * (at_none - at_all)[..., None])
    line = at_none - a / (a + b) * (at_none - at_all)
    return np.clip(line + bend.sum(axis=-1) * (high - low) / (N_POINTS - 1), 0, at_none)


def log_pmf_if_alive(rate_shape, rate_scale, a, b, weeks, n) -> np.ndarray:
    """Return log P(n purchases in `weeks`) of customers who are alive, exact.

    Either the customer stays through n purchases, or leaves at the n-th (Fader, Hardie and Lee 2005, equation 8, with the
    posterior of λ and p in place of the prior).
    """
    share = weeks / (rate_scale + weeks)
    with np.errstate(divide="ignore"):
        exactly = (
            gammaln(rate_shape + n) - gammaln(rate_shape) - gammaln(n + 1)
            + rate_shape * np.log(rate_scale / (rate_scale + weeks)) + xlogy(n, share)
        )
        at_least = np.log(betainc(np.maximum(n, 1), rate_shape, share))
    stays = betaln(a, b + n) - betaln(a, b) + exactly
    leaves = np.where(n > 0, betaln(a + 1, b + np.maximum(n, 1) - 1) - betaln(a, b) + at_least, -np.inf)
    return np.logaddexp(stays, leaves)


def draw_if_alive(random: np.random.Generator, rate_shape, rate_scale, a, b, weeks: float) -> np.ndarray:
    """Draw the purchases in `weeks` of customers who are alive."""
    wants = random.poisson(random.gamma(rate_shape, weeks / rate_scale))
    leaves_after = random.geometric(np.clip(random.beta(a, b), 1e-12, 1.0))
    return np.minimum(wants, leaves_after)
