"""Proportional hazards of contracts: followed from their entry (Cox 1972, `lifelines`), or seen for their last month only.

In: one row a contract with its terms, months, ended (bool), entry, and, where contracts are compared with those of the same age
only, band (of age); out: log hazard ratios with standard errors, and how well they rank contracts that were not fitted.
"""

import numpy as np
import pandas as pd

PENALTY = 1e-4  # keeps groups in which nobody left finite


def fit(frame: pd.DataFrame, terms: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return log hazard ratios of `terms` and their standard errors: in discrete time where there are bands, else Cox."""
    if "band" in frame:
        bands = np.eye(int(frame["band"].max()) + 1)[frame["band"]]
        bands = bands[:, bands.any(axis=0)]
        beta, covariance = fit_discrete_hazard(np.hstack([frame[terms].to_numpy(float), bands]), frame["ended"])
        return beta[: len(terms)], np.sqrt(np.diag(covariance)[: len(terms)])
    from lifelines import CoxPHFitter  # takes 1 s to import: only where there are contracts

    data = frame[[*terms, "months", "ended", "entry"]]
    late = data["entry"].max() >= data["months"].min()  # else nobody enters after anybody left: entries change no risk set
    cox = CoxPHFitter(penalizer=PENALTY).fit(
        data if late else data.drop(columns="entry"), "months", "ended", entry_col="entry" if late else None
    )
    return cox.params_[terms].to_numpy(float), cox.standard_errors_[terms].to_numpy(float)


def fit_discrete_hazard(x: np.ndarray, ended, *, max_steps: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients and covariance of P(end) = 1 − exp(−exp(xβ)), by Fisher scoring with a very small ridge.

    exp(β) is the ratio of continuous hazards (Prentice and Gloeckler 1978, Biometrics 34:57). `x` brings its own constant.
    """
    y, n = np.asarray(ended, float), len(x)
    ridge = PENALTY * n * np.eye(x.shape[1]) / x.shape[1]
    beta = np.full(x.shape[1], 0.0)
    for _ in range(max_steps):
        eta = np.clip(x @ beta, -30, 3)
        rate = np.exp(eta)
        p = np.clip(-np.expm1(-rate), 1e-12, 1 - 1e-12)
        slope = rate * np.exp(-rate)
        weights = slope**2 / (p * (1 - p))
        curvature = (x * weights[:, None]).T @ x + ridge
        step = np.linalg.solve(curvature, x.T @ (slope * (y - p) / (p * (1 - p))) - ridge @ beta)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return beta, np.linalg.pinv(curvature)


def held_out_concordance(train: pd.DataFrame, test: pd.DataFrame, terms: list[str]) -> float:
    """Return the share of pairs of `test` that a model fitted on `train` orders rightly; of pairs of one band, where there are
    any.

    Half of the pairs without terms.
    """
    usable = [term for term in terms if train[term].nunique() > 1]
    if not usable:
        return 0.5
    log_ratio, _ = fit(train, usable)
    risk = test[usable].to_numpy(float) @ log_ratio
    if "band" not in test:
        from lifelines.utils import concordance_index

        return float(concordance_index(test["months"], -risk, test["ended"]))
    right = pairs = 0.0
    scored = pd.DataFrame({"band": test["band"].to_numpy(), "risk": risk, "ended": test["ended"].to_numpy()})
    for _, group in scored.groupby("band"):
        n_ended, n_running = int(group["ended"].sum()), int((~group["ended"]).sum())
        ranks = group["risk"].rank(method="average")
        right += float(ranks[group["ended"]].sum()) - n_ended * (n_ended + 1) / 2
        pairs += n_ended * n_running
    return right / pairs if pairs else 0.5
